//! The law of a dossier's course: what is asked for once, who decides, and which dates count (NĐ 61/2018 Art. 15–19).

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::papers;
use crate::harness::{Answer, Client, TestApp};

async fn take(client: &Client, id: &str, action: Action) -> Answer {
    client.post(&path(id, action), said(PERMIT_ONLINE, action)).await
}

async fn read(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/dossiers/{id}")).await.expect(200).json
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_asked_for_once_at_intake_and_the_answer_is_due_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, reception) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let id = cast.dossier(PERMIT_ONLINE, Status::IntakeSupplement).await;
    let waiting = read(citizen, &id).await;
    assert_eq!((&waiting["timeliness"], &waiting["national_status"]), (&json!("not_running"), &json!(5)));
    assert_eq!(waiting["allowed_actions"], json!(["submit", "withdraw"]));
    take(reception, &id, Action::Accept).await.expect(409);
    let owed = format!("SELECT count(*) FROM timers WHERE entity_id = '{id}' AND kind <> 'supply'");
    assert_eq!(app.count(&owed).await, 0, "the agency owes nothing");

    let more = citizen.post(&format!("/v1/dossiers/{id}/attachments"), papers::paper("application")).await.expect(201);
    let missing = take(citizen, &id, Action::Submit).await.expect(409);
    assert_eq!(missing.problem(), "dossier.attachments_missing");
    citizen.put_file(more.header("location"), papers::PDF).await.expect(200);
    app.advance(chrono::TimeDelta::minutes(5));
    let again = take(citizen, &id, Action::Submit).await.expect(200);
    assert_eq!(again.json["submitted_at"], waiting["submitted_at"], "the day it first came in stays");
    let answer_due = "SELECT count(*) FROM timers WHERE kind = 'answer' AND fire_at = '2026-08-18 09:05+07'";
    assert_eq!(app.count(answer_due).await, 1, "8 working hours from the second submission");

    let twice = take(reception, &id, Action::RequestIntakeSupplement).await.expect(403);
    assert_eq!(twice.problem(), "dossier.not_yours_to_do", "a second time somebody answers for");
    assert_eq!(twice.json["allowed_actions"], json!(["accept", "propose_rejection"]));
    app.advance(chrono::TimeDelta::minutes(1));
    take(cast.client("motcua"), &id, Action::RequestIntakeSupplement).await.expect(200);
    let again = take(citizen, &id, Action::Submit).await.expect(409);
    assert_eq!(again.json["errors"][0]["code"], "not_supplied", "what was brought before is not what is asked for now");
    app.advance(chrono::TimeDelta::minutes(1));
    cast.bring(&id, "congdan1", "application").await;
    take(citizen, &id, Action::Submit).await.expect(200);
    take(reception, &id, Action::Accept).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_proposes_a_leader_decides_and_the_applicant_learns_the_result_alone() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, officer, leader) = (cast.client("congdan1"), cast.client("chuyenvien"), cast.client("lanhdao"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    take(leader, &id, Action::IssueResult).await.expect(409);
    let refusal = json!({"outcome": "refused", "ground": "against_plan", "reason": "Trái quy hoạch 1/500 đã duyệt."});
    let proposed = officer.post(&path(&id, Action::ProposeResult), refusal).await.expect(200);
    assert_eq!(
        (&proposed.json["proposed_outcome"], &proposed.json["timeliness"]),
        (&json!("refused"), &json!("running"))
    );
    let seen = read(citizen, &id).await;
    assert_eq!((&seen["proposed_outcome"], &seen["outcome"]), (&Value::Null, &Value::Null));

    let back = take(leader, &id, Action::SendBack).await.expect(200);
    assert_eq!((&back.json["status"], &back.json["proposed_outcome"]), (&json!("processing"), &Value::Null));
    let timeline = citizen.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
    for hidden in ["result_proposed", "sent_back", "Trái quy hoạch", "against_plan", "phòng cháy"] {
        assert!(!timeline.contains(hidden), "{hidden} in {timeline}");
    }
    let internal = format!(
        "SELECT count(*) FROM journal, dossiers WHERE entity_id = '{id}' AND dossiers.id = entity_id
            AND event_kind IN ('dossier.result_proposed', 'dossier.sent_back') AND applicant_id <> ALL (seen_after)"
    );
    assert_eq!(app.count(&internal).await, 2);
    officer.propose(&id).await;
    assert_eq!(take(leader, &id, Action::IssueResult).await.expect(200).json["outcome"], "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_date_is_given_once_in_time_and_does_not_make_what_is_late_on_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let leader = cast.client("lanhdao");
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let give = async |client: &Client, id: &str, date: &str| {
        let new = json!({"due_date": date, "reason": "Xin lỗi ông/bà, kết quả kiểm tra về muộn."});
        client.post(&path(id, Action::Reappoint), new).await
    };
    let earlier = give(leader, &id, "2026-08-25").await.expect(422);
    assert_eq!(earlier.json["errors"][0]["pointer"], "/due_date", "{earlier:?}");
    let given = give(leader, &id, "2026-09-15").await.expect(200).json;
    assert_eq!((&given["due_date"], &given["original_due_at"]), (&json!("2026-09-15"), &json!("2026-08-25T17:00:00Z")));
    let twice = give(leader, &id, "2026-09-16").await.expect(409);
    assert_eq!(twice.problem(), "dossier.too_late_to_reappoint");
    assert!(!twice.json["allowed_actions"].as_array().unwrap().contains(&json!("reappoint")));

    let other = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    app.set_time("2026-08-25T08:00:00+07:00");
    let too_late = give(&app.staff("lanhdao").await, &other, "2026-09-15").await.expect(409);
    assert_eq!(too_late.problem(), "dossier.too_late_to_reappoint", "on the day it is due");

    app.set_time("2026-09-01T08:00:00+07:00");
    app.staff("chuyenvien").await.propose(&id).await;
    let done = take(&app.staff("lanhdao").await, &id, Action::IssueResult).await.expect(200).json;
    assert_eq!((&done["timeliness"], &done["due_date"]), (&json!("finished_late"), &json!("2026-09-15")));
}

/// Law on Civil Status Art. 18: a marriage is registered the same day; where its conditions need verification, within five working
/// days.
#[tokio::test(flavor = "multi_thread")]
async fn a_marriage_that_needs_verification_has_the_limit_of_that_from_when_it_was_received() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (reception, leader) = (cast.client("tiepnhan"), cast.client("lanhdao"));
    let change = async |leader: &Client, id: &str, case: &str| {
        let why = json!({"case": case, "reason": "Cần xác minh tình trạng hôn nhân tại nơi cư trú trước đây."});
        leader.post(&path(id, Action::ChangeCase), why).await
    };
    let id = papers::file(reception, "1.000894", "standard", &["declaration"]).await;
    let accepted = take(reception, &id, Action::Accept).await.expect(200).json;
    assert_eq!(accepted["due_date"], "2026-08-17");
    for case in ["standard", "house"] {
        let wrong = change(leader, &id, case).await.expect(422);
        assert_eq!(
            (&wrong.json["errors"][0]["pointer"], &wrong.json["errors"][0]["code"]),
            (&json!("/case"), &json!("unknown"))
        );
    }
    let changed = change(leader, &id, "verification").await.expect(200).json;
    assert_eq!(
        (&changed["case"], &changed["due_date"]),
        (&json!("verification"), &json!("2026-08-22")),
        "that Saturday is worked"
    );
    assert_eq!(changed["original_due_at"], accepted["original_due_at"], "what was printed first stays on record");
    assert!(
        !changed["allowed_actions"].as_array().unwrap().contains(&json!("issue_result")),
        "it is settled at once no more"
    );
    let explained = reception.get(&format!("/v1/dossiers/{id}/deadline")).await.expect(200).json;
    assert_eq!(
        (&explained["clock"]["limit"]["amount"], &explained["deadline"]["original_due_at"]),
        (&json!(5), &accepted["due_at"])
    );

    // Each receipt is as it was given.
    let forms = reception.get(&format!("/v1/dossiers/{id}/forms")).await.expect(200).json;
    let receipts = forms["items"].as_array().unwrap().iter().filter(|form| form["form"] == "receipt");
    let given: Vec<_> = receipts.map(|form| json!([form["case"], form["limit"]["unit"], form["due_at"]])).collect();
    let expected = [
        json!(["Thông thường", "same_day", accepted["due_at"]]),
        json!(["Cần xác minh điều kiện kết hôn", "working_day", changed["due_at"]]),
    ];
    assert_eq!(given, expected);
    let told = reception.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
    assert!(told.contains("Cần xác minh tình trạng hôn nhân"), "the reason: {told}");

    app.set_time("2026-08-18T09:00:00+07:00");
    let over = change(&app.staff("lanhdao").await, &id, "standard").await.expect(422);
    assert_eq!(over.json["errors"][0]["code"], "over", "nobody is given a date that has gone by");
    app.set_time("2026-08-23T09:00:00+07:00");
    let late = change(&app.staff("lanhdao").await, &id, "standard").await.expect(409);
    assert_eq!(late.problem(), "dossier.illegal_transition", "what is late stays late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_decided_and_when_it_is_refused_the_dossier_goes_on_where_it_was() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, leader) = (cast.client("congdan1"), cast.client("lanhdao"));
    let examined = PERMIT_ONLINE.states().filter(|it| it.is_examined() && *it != Status::WithdrawalRequested);
    for (n, status) in examined.enumerate() {
        // By whoever signs, or whoever heads the one-stop shop.
        let leader = if n % 2 == 0 { leader } else { cast.client("motcua") };
        let id = cast.dossier(PERMIT_ONLINE, status).await;
        let before = read(citizen, &id).await;
        let asked = take(citizen, &id, Action::RequestWithdrawal).await.expect(200).json;
        assert_eq!(asked["status"], "withdrawal_requested");
        assert_eq!((&asked["timeliness"], &asked["due_at"]), (&before["timeliness"], &before["due_at"]), "{status}");
        let refused = take(leader, &id, Action::RefuseWithdrawal).await.expect(200).json;
        assert_eq!(refused["status"], status.code());
        assert_eq!(
            (&refused["timeliness"], &refused["due_at"]),
            (&before["timeliness"], &before["due_at"]),
            "{status}"
        );

        take(citizen, &id, Action::RequestWithdrawal).await.expect(200);
        let stopped = take(leader, &id, Action::ApproveWithdrawal).await.expect(200).json;
        assert_eq!((&stopped["status"], &stopped["timeliness"]), (&json!("stopped"), &json!("not_running")));
        assert_eq!(app.count(&format!("SELECT count(*) FROM timers WHERE entity_id = '{id}'")).await, 0);
        let open = format!("SELECT count(*) FROM supplements WHERE dossier_id = '{id}' AND closed_at IS NULL");
        assert_eq!(app.count(&open).await, 0, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_runs_out_while_a_withdrawal_waits_for_its_decision() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::WithdrawalRequested).await;
    app.set_time("2026-08-26T00:00:00+07:00");
    let told =
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.deadline_passed'");
    app.eventually(&told, 1).await;
}
