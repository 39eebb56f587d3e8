//! What officers write: whoever knows who denounces writes it in every step that takes words, however it may be written, and nobody
//! reads it there.

use std::collections::BTreeSet;

use ::denunciations::workflow::DenunciationAction::{self, *};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::canary::{search, search_stored, spellings};
use super::stands::wish;
use super::vault::requests;
use super::{ADDRESS, NAME, NUMBER, PHONE, hand, new, of_two, path, said, send};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp};

/// Everything, in every way.
fn everything() -> String {
    let nfd: String = NAME.nfd().collect();
    format!(
        "Người tố cáo là {NAME}, {nfd}, LE THI TO TAM, bà Lê Tâm hay Tố Tâm, CCCD {NUMBER}, 0011 9988 7766, ở {ADDRESS}, \
         số nhà 12, Hạ Hồi, gọi {PHONE}, +84 987 654 321, 0987 654 321, 0987.654.321."
    )
}

/// And parts of it that nobody else is called by.
fn all_spellings() -> Vec<String> {
    let parts = ["Lê Tâm", "Tố Tâm", "0987654321", "12, Hạ Hồi", "0011 9988 7766"];
    [spellings(), parts.map(str::to_owned).to_vec()].concat()
}

/// The words of a step with all of it.
fn telling(action: DenunciationAction) -> Option<Value> {
    let mut words = said(action);
    let mut tells = false;
    for (name, value) in words.as_object_mut().unwrap() {
        match name.as_str() {
            "subject" => (*value, tells) = (json!(format!("{NAME}, LE TAM, 0987 654 321, {ADDRESS}")), true),
            "words" | "reason" => (*value, tells) = (json!(everything()), true),
            "office" => (*value, tells) = (json!(format!("Hàng xóm của bà Lê Tâm, {ADDRESS}")), true),
            "contents" => (*value, tells) = (json!([everything()]), true),
            _ => {}
        }
    }
    tells.then_some(words)
}

/// Walks there, telling it in every step.
async fn tell(cast: &Cast, id: &str, way: &[DenunciationAction], told: &mut Vec<(String, Answer)>) {
    for action in way {
        let words = telling(*action).unwrap_or_else(|| said(*action));
        let answer = cast.client(hand(*action)).post(&path(id, *action), words).await.expect(200);
        told.push((action.to_string(), answer));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_officers_write_does_not_tell_who_denounces() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut told = Vec::new();
    let mut all = Vec::new();
    let ways: &[(&str, &[DenunciationAction])] = &[
        ("", &[Redact, Accuse, Ask, ExtendCheck, Accept, Assign, Report, SendBack, Report, Suspend, Resume, Extend]),
        (
            "ask-for-protection",
            &[Protect, EndProtection, Accept, Assign, Report, Conclude, Send, Handle, Publish, Close],
        ),
        ("ask-for-protection", &[RefuseProtection, Transfer]),
        ("withdraw", &[RefuseWithdrawal, Forward]),
        ("withdraw", &[Terminate]),
        ("", &[Refuse]),
        ("", &[Accept, ToInvestigation]),
        ("", &[Accept, Assign, Report, Conclude]),
        ("", &[Accept]),
        ("withdraw-part", &[SettleRest]),
        ("", &[TreatAsLead]),
    ];
    // Where a name is asked for, people write more.
    let mut written =
        ["(đại diện)", ", sinh 1985", "và vợ", ""].map(|more| format!("{NAME} {more}")).into_iter().cycle();
    for (what, way) in ways {
        let mut letter = if *what == "withdraw-part" { of_two() } else { new() };
        let written = written.next().expect("without an end");
        letter["denouncers"][0]["name"] = json!(written);
        let (code, id) = send(&app, &cast, letter).await;
        if !what.is_empty() {
            app.anonymous().post(&format!("/v1/denouncer/{what}"), wish(&code, what)).await.expect(200);
        }
        tell(&cast, &id, way, &mut told).await;
        all.push((code, id));
    }
    // Their denouncers go on to the agency above; of the last one only when it is late.
    let turn = async |what: &str, code: &str| {
        let words = json!({ "receipt_code": code, "words": "Đề nghị xem xét." });
        app.anonymous().post(&format!("/v1/denouncer/{what}"), words).await.expect(200);
    };
    for (n, step) in [(1, Uphold), (7, TakeOver)] {
        turn("continue", &all[n].0).await;
        tell(&cast, &all[n].1, &[step], &mut told).await;
    }
    let reason = json!({ "reason": everything() });
    let asked = cast.client("thanhtra").post(&requests(&all[8].1), reason.clone()).await.expect(201);
    let refuse = format!("{}/{}/refuse", requests(&all[8].1), asked.id());
    let refused = cast.client("chanhthanhtra").post(&refuse, reason).await.expect(200);
    told.extend([("asking who it is".to_owned(), asked), ("refusing that".to_owned(), refused)]);
    app.set_time("2026-09-17T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    turn("report-delay", &all[8].0).await;
    tell(&cast, &all[8].1, &[AskForReport, ExplainDelay, AnswerDelay], &mut told).await;
    for (_, id) in &all {
        for (who, what) in [("chanhthanhtra", ""), ("chutich", ""), ("chanhthanhtra", "/timeline")] {
            told.push((what.to_owned(), cast.client(who).get(&format!("/v1/denunciations/{id}{what}")).await));
        }
    }
    told.push(("requests".to_owned(), cast.client("chanhthanhtra").get(&requests(&all[8].1)).await.expect(200)));
    // Nobody stands by a lead: of what is written of it nothing is known that could be taken out.
    let steps = DenunciationAction::ALL.iter().filter(|it| **it != File && telling(**it).is_some());
    let missing: BTreeSet<&str> =
        steps.map(|it| it.code()).filter(|it| told.iter().all(|(step, _)| step != it)).collect();
    assert_eq!(missing, BTreeSet::new(), "every step that takes words");
    let spellings = all_spellings();
    for (place, answer) in &told {
        search(place, &answer.text, &spellings);
    }
    assert!(told.iter().all(|(place, answer)| place != "report" || answer.text.contains("Người tố cáo là […], […]")));
    search_stored(&app, &spellings).await;
}
