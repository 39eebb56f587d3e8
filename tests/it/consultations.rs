//! Other agencies are asked all at once, each within its limit; where sector law says so, silence is consent
//! (NĐ 61/2018 Art. 19(5)–(6); NĐ 217/2026 Art. 54(2)(c)).

use chrono::TimeDelta;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{BIRTH_ONLINE, Cast, PERMIT_ONLINE, path};
use crate::harness::{Answer, Client, TestApp};

const QUESTION: &str = "Đề nghị cho ý kiến về quy hoạch chi tiết.";

async fn consult(cast: &Cast, id: &str, agencies: &[&str]) -> Answer {
    let questions: Vec<Value> = agencies.iter().map(|agency| json!({"agency": agency, "question": QUESTION})).collect();
    cast.client("chuyenvien").post(&path(id, Action::Consult), json!({ "questions": questions })).await
}

async fn asked(client: &Client) -> Vec<Value> {
    client.get("/v1/consultations").await.expect(200).json["items"].as_array().unwrap().clone()
}

/// The questions that an agency is asked about one dossier.
async fn asked_about(client: &Client, dossier: &str) -> Vec<Value> {
    asked(client).await.into_iter().filter(|line| line["dossier_id"] == dossier).collect()
}

async fn status(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/dossiers/{id}")).await.expect(200).json["status"].clone()
}

async fn reply(client: &Client, question: &Value, opinion: &str) -> Answer {
    let at = format!("/v1/consultations/{}/reply", question["id"].as_str().unwrap());
    client.post(&at, json!({"opinion": opinion, "words": "Phù hợp quy hoạch đã duyệt."})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_last_answer_the_examination_goes_on_and_the_clock_has_run() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, officer, construction) = (cast.client("congdan1"), cast.client("chuyenvien"), cast.client("xaydung"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    construction.get(&format!("/v1/dossiers/{id}")).await.expect(404);
    let before = officer.get(&format!("/v1/dossiers/{id}")).await.expect(200).json["due_at"].clone();

    let begun = consult(&cast, &id, &["H26.3", "H26.13.02"]).await.expect(200);
    assert_eq!((&begun.json["status"], &begun.json["national_status"]), (&json!("consulting"), &json!(4)));
    assert_eq!(begun.json["due_at"], before);
    // 2 working days after Monday.
    let questions = asked_about(construction, &id).await;
    assert_eq!(questions.len(), 1);
    assert_eq!((&questions[0]["due_at"], &questions[0]["overdue"]), (&json!("2026-08-19T17:00:00Z"), &json!(false)));
    assert_eq!(questions[0]["question"], QUESTION);

    // Whoever is asked may read what it is about, and can do nothing else with it.
    let seen = construction.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!(seen.json["allowed_actions"], json!([]));
    let content =
        format!("/v1/dossiers/{id}/attachments/{}/content", seen.json["attachments"][0]["id"].as_str().unwrap());
    // It is found; only, this paper has no page of which a copy without metadata could be made.
    assert_eq!(construction.get(&content).await.problem(), "file.cannot_strip");
    assert_eq!(cast.client("congdan2").get(&content).await.expect(404).problem(), "dossier.not_found");
    assert_eq!(construction.get("/v1/dossiers").await.expect(200).json["items"], json!([]), "it is not its work");

    let elsewhere = asked_about(cast.client("badinh"), &id).await;
    let not_theirs = reply(construction, &elsewhere[0], "agreed").await.expect(403);
    assert_eq!(not_theirs.problem(), "dossier.not_yours_to_do");
    reply(cast.client("congdan2"), &elsewhere[0], "agreed").await.expect(403);
    let answered = reply(construction, &questions[0], "agreed").await.expect(200);
    assert_eq!((&answered.json["status"], &answered.json["opinion"]), (&json!("answered"), &json!("agreed")));
    assert_eq!(status(officer, &id).await, "consulting");
    let again = reply(construction, &questions[0], "opposed").await.expect(409);
    assert_eq!((again.problem(), &again.json["state"]), ("consultation.closed", &json!("answered")));
    reply(cast.client("badinh"), &elsewhere[0], "agreed_on_conditions").await.expect(200);
    assert_eq!(status(officer, &id).await, "processing");
    assert_eq!(
        app.count(
            &"SELECT count(*) FROM timers WHERE entity_kind = 'consultation' AND entity_id IN
        (SELECT id FROM consultations WHERE dossier_id = '{id}')"
                .replace("{id}", &id)
        )
        .await,
        0
    );

    let all = officer.get(&format!("/v1/dossiers/{id}/consultations")).await.expect(200);
    assert_eq!(all.json["items"].as_array().unwrap().len(), 2);
    citizen.get(&format!("/v1/dossiers/{id}/consultations")).await.expect(403);
    let timeline = citizen.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
    for hidden in ["opinion_given", "consultation_begun", "Phù hợp quy hoạch"] {
        assert!(!timeline.contains(hidden), "what agencies tell each other is not the applicant's: {timeline}");
    }
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.opinion_given'
         AND (SELECT id FROM agencies WHERE code = 'H26.3') = ANY (seen_after)"
    );
    assert_eq!(app.count(&told).await, 0, "nor is what others have said for whoever was asked");
    assert_eq!(
        construction.get(&format!("/v1/dossiers/{id}/consultations")).await.expect(200).json["items"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "they read their own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_consent_where_the_law_says_so() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    consult(&cast, &id, &["H26.3", "H26.4"]).await.expect(200);
    reply(cast.client("xaydung"), &asked_about(cast.client("xaydung"), &id).await[0], "agreed").await.expect(200);
    app.set_time("2026-08-20T00:00:01+07:00");
    let processing = format!("SELECT count(*) FROM dossiers WHERE id = '{id}' AND status = 'processing'");
    app.eventually(&processing, 1).await;
    let consented = format!(
        "SELECT count(*) FROM consultations, journal WHERE dossier_id = '{id}' AND status = 'consented'
         AND entity_id = dossier_id AND event_kind = 'dossier.silence_consented'"
    );
    assert_eq!(app.count(&consented).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_silence_was_consent_comes_too_late() {
    let mut app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    consult(&cast, &id, &["H26.3"]).await.expect(200);
    let question = asked_about(cast.client("xaydung"), &id).await.remove(0);
    // Nobody fires timers any more.
    let server = app.server.as_ref().expect("it runs").app.clone();
    app.stop().await;
    app.set_time("2026-08-21T08:00:00+07:00");
    let (conn, catalogue) = (&mut app.db.conn().await.unwrap(), server.catalogue.load());
    let (who, agency) = (directory::demo::staff_id("xaydung").unwrap(), directory::demo::agency_id("H26.3").unwrap());
    let actor = kernel::Actor::staff(who, agency, vec![kernel::Role::ProcessingOfficer]);
    let ctx = kernel::Ctx { actor, now: app.clock.now() };
    let attempt = kernel::idempotency::Attempt::new(None, "TEST", "reply", who.0, &[]);
    let asked = serde_json::from_value(question["id"].clone()).unwrap();
    let no = serde_json::from_value(json!({"opinion": "opposed", "words": "Không phù hợp quy hoạch."})).unwrap();
    let reply = procedures::consultation::reply::reply(conn, &ctx, server.world(&catalogue), asked, no, &attempt);
    assert!(reply.await.unwrap_err().is(&procedures::problem::CONSULTATION_CLOSED));
    let consented = format!(
        "SELECT count(*) FROM consultations JOIN dossiers ON dossiers.id = dossier_id
         WHERE dossier_id = '{id}' AND consultations.status = 'consented' AND dossiers.status = 'processing'"
    );
    assert_eq!(app.count(&consented).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn elsewhere_silence_is_told_and_the_officer_goes_on_with_a_reason() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(BIRTH_ONLINE, Status::Consulting).await;
    app.set_time("2026-08-20T00:00:01+07:00");
    let overdue = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.consultation_overdue'"
    );
    app.eventually(&overdue, 1).await;
    let cast = Cast::again(&app).await;
    let officer = cast.client("chuyenvien");
    assert_eq!(status(officer, &id).await, "consulting", "it is still an answer that is owed");
    let waited =
        async |who: &str| cast.client(who).get("/v1/consultations?side=asking").await.expect(200).json["items"].clone();
    for who in ["motcua", "lanhdao", "chuyenvien"] {
        let late = waited(who).await;
        assert_eq!((&late[0]["dossier_id"], &late[0]["overdue"]), (&json!(id), &json!(true)), "{who}");
    }
    assert_eq!(waited("xaydung").await, json!([]), "they are asked, and do not ask");
    let why = json!({"reason": "Cơ quan được hỏi không trả lời."});
    let went_on = officer.post(&path(&id, Action::EndConsultation), why).await.expect(200);
    assert_eq!(went_on.json["status"], "processing");
    assert_eq!(
        app.count(&format!("SELECT count(*) FROM consultations WHERE dossier_id = '{id}' AND status = 'ended'")).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_cannot_be_are_refused_all_at_once() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let officer = cast.client("chuyenvien");
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let wrong = json!({"questions": [
        {"agency": "H26.3", "question": QUESTION, "limit": {"amount": 5, "unit": "working_day"}},
        {"agency": "H26.3", "question": QUESTION},
        {"agency": "H26.13.01", "question": QUESTION},
    ]});
    let answer = officer.post(&path(&id, Action::Consult), wrong).await.expect(422);
    let expected = ["/questions/0/limit", "/questions/1/agency", "/questions/2/agency"];
    assert_eq!(answer.wrong().into_iter().collect::<Vec<_>>(), expected, "{}", answer.text);
    let unknown = consult(&cast, &id, &["H99.9"]).await.expect(422);
    assert_eq!(unknown.wrong().into_iter().collect::<Vec<_>>(), ["/questions/0/agency"]);
    let birth = cast.dossier(BIRTH_ONLINE, Status::Processing).await;
    let no_limit = consult(&cast, &birth, &["H26.3"]).await.expect(422);
    assert_eq!(no_limit.wrong().into_iter().collect::<Vec<_>>(), ["/questions/0/limit"]);
}

/// The dossier is given up: nobody owes an answer any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_ends_what_was_asked() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, leader) = (cast.client("congdan1"), cast.client("lanhdao"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    consult(&cast, &id, &["H26.3"]).await.expect(200);
    citizen.step(&id, "request-withdrawal").await.expect(200);
    // The answer still counts, and decides where it would go back to.
    let question = &asked_about(cast.client("xaydung"), &id).await[0];
    reply(cast.client("xaydung"), question, "agreed").await.expect(200);
    assert_eq!(status(citizen, &id).await, "withdrawal_requested");
    let refused = json!({"reason": "Kết quả sắp có, đề nghị chờ."});
    let back = leader.post(&path(&id, Action::RefuseWithdrawal), refused).await.expect(200);
    assert_eq!(back.json["status"], "processing");

    consult(&cast, &id, &["H26.3"]).await.expect(200);
    citizen.step(&id, "request-withdrawal").await.expect(200);
    leader.step(&id, "approve-withdrawal").await.expect(200);
    assert!(asked_about(cast.client("xaydung"), &id).await.is_empty());
    app.advance(TimeDelta::days(7));
    app.eventually("SELECT count(*) FROM timers WHERE entity_kind = 'consultation' AND fire_at < '2026-08-23'", 0)
        .await;
    let told =
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind LIKE 'dossier.%consented'");
    assert_eq!(app.count(&told).await, 0);
}

/// What it was asked and has said stays with it; the dossier is seen until it has ended.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_asked_sees_the_dossier_no_more_when_it_has_ended() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let construction = cast.client("xaydung");
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    consult(&cast, &id, &["H26.3"]).await.expect(200);
    reply(construction, &asked_about(construction, &id).await[0], "agreed").await.expect(200);
    let timeline = construction.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
    assert!(timeline.contains("processing_started") && !timeline.contains("opinion_given"), "{timeline}");
    cast.client("congdan1").step(&id, "request-withdrawal").await.expect(200);
    cast.client("lanhdao").step(&id, "approve-withdrawal").await.expect(200);
    construction.get(&format!("/v1/dossiers/{id}")).await.expect(404);
    let own = construction.get("/v1/consultations?closed=true").await.expect(200).json["items"].clone();
    assert!(own.as_array().unwrap().iter().any(|line| line["dossier_id"] == json!(id)), "{own}");
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.withdrawal_approved'
         AND (SELECT id FROM agencies WHERE code = 'H26.3') = ANY (seen_before)
         AND (SELECT id FROM agencies WHERE code = 'H26.3') <> ALL (seen_after)"
    );
    assert_eq!(app.count(&told).await, 1);
}
