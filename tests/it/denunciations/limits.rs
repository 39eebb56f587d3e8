//! Every limit of `clocks.csv` on denunciations is reached, and due on the day that the law gives.

use std::collections::{BTreeMap, BTreeSet};

use ::denunciations::workflow::DenunciationAction::*;
use serde_json::{Value, json};

use super::{limit, new, path, send, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

/// The lines, by stage and variant: the stage that has the limit, and when it is due of what is received, accepted, concluded, continued
/// on Monday, 2026-08-17, and reported late on 2026-09-17. The Saturday, 2026-08-22, is worked.
const LINES: &[(&str, &str, &str, &str)] = &[
    ("initial_check", "", "check", "2026-08-25"),
    ("forward", "", "forward", "2026-08-22"),
    ("notify_acceptance", "", "notify", "2026-08-22"),
    ("resolve", "", "resolve", "2026-09-16"),
    ("resolve", "specially_complex", "resolve", "2026-11-16"),
    ("send_conclusion", "", "send", "2026-08-22"),
    ("handle_conclusion", "", "handle", "2026-08-25"),
    ("publish_conclusion", "", "publish", "2026-08-25"),
    ("overdue_superior_asks", "", "ask_delay", "2026-09-24"),
    ("overdue_resolver_reports", "", "explain_delay", "2026-09-24"),
    ("continued_review", "", "review", "2026-09-07"),
];

/// The lines of the file: stage and variant, with source and mark.
fn lines() -> BTreeMap<(&'static str, &'static str), (&'static str, &'static str)> {
    let text = include_str!("../../../migrations/seed/clocks.csv");
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let rows = rows.filter(|row| row[0] == "denunciation");
    rows.map(|row| ((row[1], row[2]), (row[row.len() - 3], row[row.len() - 2]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_on_denunciations_is_reached() {
    let lines = lines();
    let known: BTreeSet<_> = LINES.iter().map(|(line, variant, ..)| (*line, *variant)).collect();
    assert_eq!(lines.keys().copied().collect::<BTreeSet<_>>(), known, "each line of the file is reached below");
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut letters = Vec::new();
    for _ in 0..4 {
        letters.push(send(&app, &cast, new()).await);
    }
    let [(_, sent_on), (_, extended), (concluded_code, concluded), (late_code, late)]: [(String, String); 4] =
        letters.try_into().unwrap();
    let turn_to = async |what: &str, code: &str| {
        let words = json!({ "receipt_code": code, "words": "Đề nghị cơ quan cấp trên xem xét." });
        app.anonymous().post(&format!("/v1/denouncer/{what}"), words).await.expect(200);
    };
    let accepted = walk(&cast, &late, &[Accept]).await;
    let centre = json!({ "to": "H26.1", "reason": "Thuộc thẩm quyền của Trung tâm." });
    let handed_on = cast.client("chanhthanhtra").post(&path(&sent_on, Transfer), centre).await.expect(200).json;
    walk(&cast, &extended, &[Accept, Extend]).await;
    let specially = json!({ "ground": "specially_complex", "reason": "Liên quan nhiều cơ quan, nhiều địa phương." });
    let twice = cast.client("chanhthanhtra").post(&path(&extended, Extend), specially).await.expect(200).json;
    walk(&cast, &concluded, &[Accept, Notify, Assign, Report, Conclude]).await;
    turn_to("continue", &concluded_code).await;
    let concluded = cast.client("chanhthanhtra").get(&format!("/v1/denunciations/{concluded}")).await.expect(200).json;
    walk(&cast, &late, &[Notify]).await;
    app.set_time("2026-09-17T09:00:00+07:00");
    turn_to("report-delay", &late_code).await;
    let asked = walk(&Cast::again(&app).await, &late, &[AskForReport]).await;
    for (line, variant, stage, due_date) in LINES {
        let seen = match *line {
            "initial_check" | "notify_acceptance" => &accepted,
            "forward" => &handed_on,
            "resolve" if variant.is_empty() => &accepted,
            "resolve" => &twice,
            "overdue_superior_asks" | "overdue_resolver_reports" => &asked,
            _ => &concluded,
        };
        let (found, (source, mark)) = (limit(seen, stage), lines[&(*line, *variant)]);
        assert_eq!(found["due_date"], *due_date, "{line} {variant}");
        assert_eq!((&found["source"], &found["mark"]), (&json!(source), &json!(mark)), "{line} {variant}");
    }
}

/// Whether it was sent on in time is known once it is, whatever was done before: within the city, and to others.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_elses_matter_is_sent_on_in_five_working_days() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut letters = Vec::new();
    for _ in 0..4 {
        letters.push(send(&app, &cast, new()).await.1);
    }
    let [in_time, late, handed_on, accepted]: [String; 4] = letters.try_into().unwrap();
    assert_eq!(limit(&walk(&cast, &accepted, &[Accept]).await, "forward"), &Value::Null, "the agency's own");
    for (time, id, action, timeliness) in [
        ("2026-08-22T23:59:59+07:00", in_time, Forward, "finished_on_time"),
        ("2026-08-23T00:00:00+07:00", late, Forward, "finished_late"),
        ("2026-08-24T09:00:00+07:00", handed_on, Transfer, "finished_late"),
    ] {
        app.set_time(time);
        let sent = walk(&Cast::again(&app).await, &id, &[action]).await;
        let limit = limit(&sent, "forward");
        assert_eq!((&limit["due_date"], &limit["timeliness"]), (&json!("2026-08-22"), &json!(timeliness)), "{time}");
        // Its check is to be done in the same time wherever it was handed to.
        let check = super::limit(&sent, "check");
        assert_eq!((&check["due_date"], check["ended_at"].is_null()), (&json!("2026-08-25"), action == Transfer));
    }
}
