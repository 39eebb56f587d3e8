//! The agency above: told that a denunciation is late (Luật Tố cáo Art. 38), gone to after the conclusion (Art. 37), shown what is owed too
//! long. Until then it knows of none.

use ::denunciations::workflow::DenunciationAction::{self, *};
use serde_json::{Value, json};

use super::vault::requests;
use super::{follow, limit, new, path, said, send, walk};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp};

pub async fn turn_to(app: &TestApp, what: &str, code: &str) -> Answer {
    let words = json!({ "receipt_code": code, "words": "Đề nghị cơ quan cấp trên xem xét." });
    app.anonymous().post(&format!("/v1/denouncer/{what}"), words).await
}

async fn seen_by(cast: &Cast, name: &str, id: &str) -> Answer {
    cast.client(name).get(&format!("/v1/denunciations/{id}")).await
}

fn offered(seen: &Value, action: DenunciationAction) -> bool {
    seen["allowed_actions"].as_array().unwrap().contains(&json!(action))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_late_one_the_agency_above_asks_why_and_answers_its_denouncer() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    assert_eq!(turn_to(&app, "report-delay", &code).await.expect(409).problem(), "denunciation.not_late");
    // Nothing else is late, of which the agency above would be told as well.
    walk(&cast, &id, &[Accept, Notify]).await;
    // Due on the sixteenth: late from the first moment of the seventeenth.
    app.set_time("2026-09-16T23:59:59+07:00");
    assert_eq!(turn_to(&app, "report-delay", &code).await.expect(409).problem(), "denunciation.not_late");
    app.set_time("2026-09-17T00:00:00+07:00");
    let cast = Cast::again(&app).await;
    seen_by(&cast, "chutich", &id).await.expect(404);
    turn_to(&app, "report-delay", &code).await.expect(200);
    assert_eq!(turn_to(&app, "report-delay", &code).await.expect(409).problem(), "denunciation.asked_already");
    let above = seen_by(&cast, "chutich", &id).await.expect(200).json;
    assert_eq!(limit(&above, "ask_delay")["due_date"], "2026-09-24", "five working days");
    assert!(offered(&above, AskForReport) && !offered(&above, Assign) && !offered(&above, Conclude));
    cast.client("chanhthanhtra").post(&path(&id, AskForReport), said(AskForReport)).await.expect(403);
    let asked = walk(&cast, &id, &[AskForReport]).await;
    assert_eq!(limit(&asked, "explain_delay")["due_date"], "2026-09-24", "five working days");
    cast.client("chutich").post(&path(&id, AskForReport), said(AskForReport)).await.expect(409);
    walk(&cast, &id, &[ExplainDelay]).await;
    // Why it is late is said to the agency above; its denouncer reads the answer of that.
    let before = follow(&app.anonymous(), &code).await.expect(200).json["messages"].as_array().unwrap().len();
    let answered = walk(&cast, &id, &[AnswerDelay]).await;
    assert_eq!((&answered["delay_reported_at"], limit(&answered, "explain_delay")), (&Value::Null, &Value::Null));
    let messages = follow(&app.anonymous(), &code).await.expect(200).json["messages"].clone();
    assert_eq!((messages.as_array().unwrap().len(), &messages[before]["part"]), (before + 1, &json!("answer")));
    assert!(messages[before].get("said_by").is_none(), "not who said it: {messages}");
    turn_to(&app, "report-delay", &code).await.expect(200);
}

/// Whoever settles it can suspend what they owe themselves (Art. 34), and not what the agency above does about a delay (Art. 38).
#[tokio::test(flavor = "multi_thread")]
async fn of_a_late_one_that_is_suspended_the_agency_above_asks_all_the_same() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let (early, stands) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Notify]).await;
    walk(&cast, &stands, &[Accept, Notify, Suspend]).await;
    app.set_time("2026-09-17T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    walk(&cast, &id, &[Suspend]).await;
    turn_to(&app, "report-delay", &code).await.expect(200);
    // Of what was suspended in time nothing is owed.
    assert_eq!(turn_to(&app, "report-delay", &early).await.expect(409).problem(), "denunciation.not_late");
    let asked = walk(&cast, &id, &[AskForReport]).await;
    assert_eq!(limit(&asked, "explain_delay")["due_date"], "2026-09-24", "five working days");
    let resumed = walk(&cast, &id, &[Resume]).await;
    assert_eq!(resumed["status"], "accepted", "where it stood, whatever was done meanwhile");
    assert!(!offered(&resumed, AskForReport), "asked already");
    // Suspended after it was asked, what is to be explained runs on.
    walk(&cast, &id, &[Suspend]).await;
    app.set_time("2026-09-25T09:00:00+07:00");
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'denunciation.deadline_passed'
         AND event::jsonb #>> '{{deadline_passed,stage}}' = 'explain_delay'"
    );
    app.eventually(&told, 1).await;
    let cast = Cast::again(&app).await;
    let late = walk(&cast, &id, &[ExplainDelay]).await;
    assert_eq!(
        (&limit(&late, "explain_delay")["due_date"], &limit(&late, "explain_delay")["timeliness"]),
        (&json!("2026-09-24"), &json!("finished_late"))
    );
    assert_eq!(walk(&cast, &id, &[AnswerDelay]).await["status"], "suspended");
    turn_to(&app, "report-delay", &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_conclusion_its_denouncer_goes_on_and_the_agency_above_finds_it_right() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    assert_eq!(turn_to(&app, "continue", &code).await.expect(409).problem(), "denunciation.not_concluded");
    walk(&cast, &id, &[Accept, Assign, Report, Conclude, Send, Handle, Publish, Close]).await;
    seen_by(&cast, "chutich", &id).await.expect(404);
    turn_to(&app, "continue", &code).await.expect(200);
    let above = seen_by(&cast, "chutich", &id).await.expect(200).json;
    assert_eq!(limit(&above, "review")["due_date"], "2026-09-07", "twenty days, the last a Sunday");
    let todo = cast.client("chutich").get("/v1/denunciations").await.expect(200).json;
    assert_eq!(todo["items"][0]["id"], json!(id), "closed, and something is owed all the same");
    cast.client("chanhthanhtra").post(&path(&id, Uphold), said(Uphold)).await.expect(403);
    let upheld = walk(&cast, &id, &[Uphold]).await;
    assert_eq!((&upheld["status"], limit(&upheld, "review")["ended_at"].is_null()), (&json!("closed"), false));
    assert_eq!(cast.client("chutich").get("/v1/denunciations").await.json["items"], json!([]));
    let theirs = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!(theirs["messages"].as_array().unwrap().last().unwrap()["part"], "answer");
    assert_eq!(turn_to(&app, "continue", &code).await.expect(409).problem(), "denunciation.asked_already");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agency_above_takes_over_it_settles_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Assign, Report, Conclude]).await;
    turn_to(&app, "continue", &code).await.expect(200);
    app.set_time("2026-08-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let taken = walk(&cast, &id, &[TakeOver]).await;
    let city = directory::demo::agency_id("H26").unwrap();
    assert_eq!((&taken["status"], &taken["handling_agency_id"]), (&json!("accepted"), &json!(city)));
    assert_eq!((&taken["outcome"], &taken["assigned_to"]), (&Value::Null, &Value::Null));
    assert_eq!(limit(&taken, "resolve")["due_date"], "2026-09-21", "thirty days from then, the last a Saturday");
    assert_eq!(limit(&taken, "send"), &Value::Null);
    // Who concluded it still knows of it, and decides nothing in it any more.
    let before = seen_by(&cast, "chanhthanhtra", &id).await.expect(200).json;
    assert_eq!(before["allowed_actions"], json!([]));
    cast.client("chanhthanhtra").post(&path(&id, Extend), said(Extend)).await.expect(403);
    cast.client("chutich").post(&path(&id, Extend), said(Extend)).await.expect(200);
    let theirs = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!((&theirs["status"], &theirs["outcome"]), (&json!("accepted"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_ran_out_together_are_each_told() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Assign, Report, Conclude]).await;
    app.set_time("2026-10-20T09:00:00+07:00");
    app.eventually(&format!("SELECT count(*) FROM timers WHERE entity_id = '{id}'"), 0).await;
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    for stage in ["send", "handle", "publish"] {
        let told = format!(
            "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'denunciation.deadline_passed'
             AND event::jsonb #>> '{{deadline_passed,stage}}' = '{stage}'"
        );
        assert_eq!(app.count(&told).await, 1, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_too_long_is_shown_to_the_agency_above_and_no_further() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let mut against = new();
    against["accused"][0]["unit_id"] = json!(directory::demo::agency_id("H26").unwrap());
    let (code, barring) = send(&app, &cast, against).await;
    walk(&cast, &barring, &[Accept]).await;
    let rung = |id: &str| format!("SELECT escalation FROM denunciations.denunciations WHERE id = '{id}'");
    // Its check was due on the 25th: at once to whoever heads the agency, after three working days to the one above.
    app.set_time("2026-08-26T08:00:00+07:00");
    app.eventually(&rung(&id), 1).await;
    let cast = Cast::again(&app).await;
    seen_by(&cast, "chutich", &id).await.expect(404);
    app.set_time("2026-09-05T08:00:00+07:00");
    app.eventually(&rung(&id), 2).await;
    let cast = Cast::again(&app).await;
    let above = seen_by(&cast, "chutich", &id).await.expect(200).json;
    assert_eq!((&above["escalation"], &above["allowed_actions"]), (&json!(2), &json!([])));
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = cast.client("thanhtra").post(&requests(&id), why).await.expect(201);
    let approve = format!("{}/{}/approve", requests(&id), asked.id());
    cast.client("chutich").post(&approve, json!({})).await.expect(403);
    cast.client("chanhthanhtra").post(&approve, json!({})).await.expect(200);
    // What accuses the agency above goes no higher, and its denouncer is told where else to write.
    app.set_time("2026-10-30T08:00:00+07:00");
    app.eventually(&rung(&barring), 2).await;
    app.eventually(&format!("SELECT count(*) FROM timers WHERE entity_id IN ('{id}', '{barring}')"), 0).await;
    let cast = Cast::again(&app).await;
    seen_by(&cast, "chutich", &barring).await.expect(404);
    assert_eq!(turn_to(&app, "report-delay", &code).await.expect(409).problem(), "denunciation.no_superior");
    // Done at last, it starts anew from the bottom.
    assert_eq!(walk(&cast, &id, &[Accept]).await["escalation"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_on_late_is_shown_to_the_agency_above_its_new_one() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let superior = format!(
        "SELECT count(*) FROM denunciations.denunciations WHERE id = '{id}' AND escalation = 2 AND superior_agency_id = '{}'",
        directory::demo::agency_id("H26").unwrap()
    );
    app.set_time("2026-09-05T08:00:00+07:00");
    app.eventually(&superior, 1).await;
    let cast = Cast::again(&app).await;
    let centre = json!({ "to": "H26.1", "reason": "Thuộc thẩm quyền của Trung tâm." });
    let handed_on = cast.client("chanhthanhtra").post(&path(&id, Transfer), centre).await.expect(200).json;
    assert_eq!(handed_on["escalation"], Value::Null, "there it begins at the bottom");
    app.eventually(&superior, 1).await;
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'denunciation.escalated'
         AND event::jsonb #>> '{{escalated,to}}' = '{}'",
        directory::demo::agency_id("H26.1").unwrap()
    );
    assert_eq!(app.count(&told).await, 1, "whoever heads the agency that has it now");
}
