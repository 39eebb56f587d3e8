//! What applicants are asked to supply: by whom, how late, within which time, and what comes of it when they do not.

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{BIRTH_ONLINE, Cast, Kind, MARRIAGE_ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::{Answer, Client, TestApp};

const WHY: &str = "Bản vẽ thiếu mặt cắt móng.";

async fn read(cast: &Cast, who: &str, id: &str) -> Value {
    cast.client(who).get(&format!("/v1/dossiers/{id}")).await.expect(200).json
}

async fn propose(cast: &Cast, id: &str, late_reason: Option<&str>) -> Answer {
    let mut what = said(PERMIT_ONLINE, Action::ProposeSupplement);
    what["components"] = json!(["drawings"]);
    what["late_reason"] = late_reason.map_or(Value::Null, |why| json!(why));
    if late_reason.is_none() {
        what.as_object_mut().unwrap().remove("late_reason");
    }
    cast.client("chuyenvien").post(&path(id, Action::ProposeSupplement), what).await
}

async fn confirm(client: &Client, id: &str) -> Answer {
    client.step(id, "confirm-supplement").await
}

fn told(id: &str, event: &str) -> String {
    format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.{event}'")
}

/// NĐ 61/2018 Art. 5(1)(e), 19(4).
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_proposes_it_a_leader_signs_it_and_reception_sends_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let proposed = propose(&cast, &id, None).await.expect(200).json;
    assert_eq!((&proposed["status"], &proposed["timeliness"]), (&json!("supplement_proposed"), &json!("running")));
    assert_eq!(proposed["supplement"]["components"], json!(["drawings"]));
    let to_applicant = read(&cast, "congdan1", &id).await;
    assert!(to_applicant["supplement"].is_null(), "nothing is asked of them yet: {to_applicant}");

    cast.client("lanhdao").post(&path(&id, Action::SendBack), said(PERMIT_ONLINE, Action::SendBack)).await.expect(200);
    assert!(read(&cast, "chuyenvien", &id).await["supplement"].is_null(), "the leader wants nothing asked");
    propose(&cast, &id, None).await.expect(200);
    cast.client("lanhdao").step(&id, "sign-supplement").await.expect(200);
    for other in ["chuyenvien", "lanhdao"] {
        cast.client(other).step(&id, "request-supplement").await.expect(403);
    }
    cast.client("tiepnhan").step(&id, "request-supplement").await.expect(200);
    let asked = read(&cast, "congdan1", &id).await;
    assert_eq!((&asked["status"], &asked["timeliness"]), (&json!("supplement_requested"), &json!("not_running")));
    assert_eq!(asked["supplement"]["due_at"], "2026-08-19T17:00:00Z", "NĐ 217/2026 Art. 54(2): two working days");
    let timeline = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
    assert!(!timeline.contains("supplement_proposed") && timeline.contains("supplement_requested"), "{timeline}");
}

/// Within 3 working days from reception (NĐ 61/2018 Art. 19(4)): accepted on Monday, by the end of Thursday.
#[tokio::test(flavor = "multi_thread")]
async fn who_tells_the_applicant_late_says_why() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (late, sent_late) =
        (cast.dossier(PERMIT_ONLINE, Status::Processing).await, cast.dossier(PERMIT_ONLINE, Status::Processing).await);
    app.set_time("2026-08-20T23:59:00+07:00");
    let cast = Cast::again(&app).await;
    propose(&cast, &sent_late, None).await.expect(200);
    cast.client("lanhdao").step(&sent_late, "sign-supplement").await.expect(200);
    app.set_time("2026-08-21T08:00:00+07:00");
    let cast = Cast::again(&app).await;
    let unsaid = propose(&cast, &late, None).await.expect(422);
    assert_eq!(unsaid.wrong(), ["/late_reason"].into());
    let why = "Kết quả kiểm tra thực địa mới có hôm nay.";
    let said = propose(&cast, &late, Some(why)).await.expect(200).json;
    assert_eq!(said["supplement"]["late_reason"], why);
    let unsaid = cast.client("tiepnhan").step(&sent_late, "request-supplement").await.expect(422);
    assert_eq!(unsaid.wrong(), ["/late_reason"].into());
    let at = path(&sent_late, Action::RequestSupplement);
    cast.client("tiepnhan").post(&at, json!({"late_reason": "Văn bản được ký muộn."})).await.expect(200);
    let shown = read(&cast, "congdan1", &sent_late).await;
    assert!(shown["supplement"]["late_reason"].is_null(), "that is for the agencies: {shown}");
    let late =
        "SELECT count(*) FROM journal WHERE event_kind = 'dossier.supplement_proposed' AND event LIKE '%late\":true%'";
    assert_eq!(app.count(late).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplement_is_confirmed_when_what_was_asked_for_has_come_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    app.set_time("2026-08-17T10:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.ask_for(&id, WHY, "drawings").await;
    let unmoved = confirm(cast.client("tiepnhan"), &id).await.expect(409);
    assert_eq!(unmoved.problem(), "dossier.attachments_missing");
    assert_eq!(unmoved.json["errors"][0]["code"], "not_supplied", "what was there is what was wrong");
    app.set_time("2026-08-18T10:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.bring(&id, "congdan1", "application").await;
    confirm(cast.client("tiepnhan"), &id).await.expect(409);
    cast.bring(&id, "congdan1", "drawings").await;
    let went_on = confirm(cast.client("tiepnhan"), &id).await.expect(200).json;
    assert_eq!((&went_on["status"], &went_on["due_date"]), (&json!("processing"), &json!("2026-08-26")));
    assert!(went_on["supplement"].is_null());

    let early = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    app.set_time("2026-08-18T10:30:00+07:00");
    let cast = Cast::again(&app).await;
    let ask = said(PERMIT_ONLINE, Action::RequestIntakeSupplement);
    cast.client("tiepnhan").post(&path(&early, Action::RequestIntakeSupplement), ask).await.expect(200);
    let unmoved = cast.client("congdan1").step(&early, "submit").await.expect(409);
    assert_eq!(unmoved.json["errors"][0]["code"], "not_supplied");
    cast.bring(&early, "congdan1", "application").await;
    cast.client("congdan1").step(&early, "submit").await.expect(200);
}

/// NĐ 217/2026 Art. 54(2): the applicant has two working days; then the permit is refused within one.
#[tokio::test(flavor = "multi_thread")]
async fn when_nothing_comes_in_time_the_clock_goes_on_and_the_leader_refuses_or_stops() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let [refused, stopped, late] = [(), (), ()].map(|()| cast.dossier(PERMIT_ONLINE, Status::SupplementRequested));
    let (refused, stopped, late) = (refused.await, stopped.await, late.await);
    let no = json!({
        "outcome": "refused", "number": "9/UBND", "ground": "not_supplemented", "reason": "Quá hạn mà không bổ sung.",
    });
    let stop = json!({"ground": "not_supplemented", "reason": "Quá hạn mà không bổ sung."});
    let leader = cast.client("lanhdao");
    leader.post(&path(&refused, Action::IssueResult), no.clone()).await.expect(409);
    leader.post(&path(&refused, Action::Stop), stop.clone()).await.expect(409);

    app.set_time("2026-08-20T00:00:00+07:00");
    app.eventually(&told(&refused, "supplement_lapsed"), 1).await;
    let cast = Cast::again(&app).await;
    let lapsed = read(&cast, "chuyenvien", &refused).await;
    assert_eq!((&lapsed["status"], &lapsed["timeliness"]), (&json!("supplement_requested"), &json!("running")));
    assert_eq!(lapsed["due_date"], "2026-08-27", "the 18th and 19th were the applicant's");
    let due = format!("SELECT count(*) FROM dossiers WHERE id = '{refused}' AND next_due_at = '2026-08-21 00:00+07'");
    assert_eq!(app.count(&due).await, 1, "refused within one working day");
    let leader = cast.client("lanhdao");
    for wrong in [json!({"outcome": "granted", "number": "1/GP"}), {
        let mut other = no.clone();
        other["ground"] = json!("against_plan");
        other
    }] {
        let wrong = leader.post(&path(&refused, Action::IssueResult), wrong).await.expect(422);
        assert_eq!(wrong.wrong(), ["/ground"].into());
    }
    let done = leader.post(&path(&refused, Action::IssueResult), no).await.expect(200).json;
    assert_eq!((&done["outcome"], &done["timeliness"]), (&json!("refused"), &json!("finished_on_time")));
    let unpaid = json!({"ground": "not_paid", "reason": "Lệ phí không được nộp."});
    assert_eq!(leader.post(&path(&stopped, Action::Stop), unpaid).await.expect(422).wrong(), ["/ground"].into());
    leader.post(&path(&stopped, Action::Stop), stop).await.expect(200);
    let form = cast.client("congdan1").get(&format!("/v1/dossiers/{stopped}/forms")).await.expect(200).json;
    let notice = form["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&notice["form"], &notice["ground"]), (&json!("stop_notice"), &json!("not_supplemented")));

    // What comes late may be taken; while the limit has not run out, it begins anew.
    cast.bring(&late, "congdan1", "application").await;
    let taken = confirm(cast.client("tiepnhan"), &late).await.expect(200).json;
    assert_eq!((&taken["status"], &taken["due_date"]), (&json!("processing"), &json!("2026-08-28")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applicants_time_is_over_also_while_a_withdrawal_is_decided() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    cast.client("congdan1").step(&id, "request-withdrawal").await.expect(200);
    app.set_time("2026-08-20T08:00:00+07:00");
    app.eventually(&told(&id, "supplement_lapsed"), 1).await;
    let cast = Cast::again(&app).await;
    let waiting = read(&cast, "congdan1", &id).await;
    assert_eq!((&waiting["status"], &waiting["timeliness"]), (&json!("withdrawal_requested"), &json!("running")));
    let no = said(PERMIT_ONLINE, Action::RefuseWithdrawal);
    let back = cast.client("motcua").post(&path(&id, Action::RefuseWithdrawal), no).await.expect(200).json;
    assert_eq!(back["status"], "supplement_requested");
    let offered = read(&cast, "lanhdao", &id).await["allowed_actions"].clone();
    assert_eq!(offered, json!(["issue_result", "stop"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_after_the_applicants_time_cannot_hide_that_it_was_over() {
    let mut app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    let server = app.server.as_ref().expect("it runs").app.clone();
    app.stop().await;
    app.set_time("2026-08-21T08:00:00+07:00");
    let (conn, catalogue) = (&mut app.db.conn().await.unwrap(), server.catalogue.load());
    let leader = directory::demo::staff_id("lanhdao").unwrap();
    let ctx = kernel::Ctx {
        actor: kernel::Actor::staff(
            leader,
            directory::demo::agency_id("H26.13.01").unwrap(),
            vec![kernel::Role::Leader],
        ),
        now: app.clock.now(),
    };
    let attempt = kernel::idempotency::Attempt::new(None, "TEST", "stop", leader.0, &[]);
    let target =
        procedures::steps::Target { id: procedures::DossierId(id.parse().unwrap()), if_match: None, attempt: &attempt };
    let why = serde_json::from_value(json!({"ground": "not_supplemented", "reason": "Không bổ sung."})).unwrap();
    procedures::steps::stop(conn, &ctx, server.world(&catalogue), target, why).await.expect("it is over");
    assert_eq!(app.count(&told(&id, "supplement_lapsed")).await, 1);
    let order = format!(
        "SELECT (SELECT entity_version FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.stopped')
            - (SELECT entity_version FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.supplement_lapsed')"
    );
    assert_eq!(app.count(&order).await, 1);
}

/// Where no sector's law gives a time, our own default does: 30 days.
#[tokio::test(flavor = "multi_thread")]
async fn at_intake_a_dossier_ends_by_itself_when_nothing_comes_in_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(MARRIAGE_ELSEWHERE, Status::IntakeSupplement).await;
    let asked = read(&cast, "congdan1", &id).await;
    assert_eq!(asked["supplement"]["due_at"], "2026-09-16T17:00:00Z");
    app.set_time("2026-09-16T23:59:00+07:00");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.count(&told(&id, "rejected")).await, 0);
    app.set_time("2026-09-17T00:00:00+07:00");
    app.eventually(&told(&id, "rejected"), 1).await;
    let cast = Cast::again(&app).await;
    assert_eq!(read(&cast, "congdan1", &id).await["status"], "rejected");
    let form = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/forms")).await.expect(200).json;
    let last = form["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["form"], &last["ground"]), (&json!("refusal"), &json!("not_supplemented")));
    assert!(last["reason"].as_str().unwrap().contains("hết thời hạn"), "{last}");
    let open = "SELECT count(*) FROM supplements WHERE closed_at IS NULL";
    assert_eq!(app.count(open).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_that_is_sent_back_goes_on_where_it_was_and_the_answer_stays_due() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let no = json!({"reason": "Đề nghị hướng dẫn người nộp bổ sung."});
    for (kind, status) in [
        (PERMIT_ONLINE, Status::Submitted),
        (PERMIT_ONLINE, Status::IntakeSupplement),
        (PERMIT_AT_COUNTER, Status::Draft),
        (PERMIT_AT_COUNTER, Status::IntakeSupplement),
    ] {
        let id = cast.dossier(kind, status).await;
        let why = json!({
            "ground": "not_competent", "reason": "Thửa đất thuộc địa bàn phường khác.", "competent_agency": "H26.13.02",
        });
        cast.client("tiepnhan").post(&path(&id, Action::ProposeRejection), why.clone()).await.expect(200);
        let seen = cast.client(kind.filer()).get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
        assert_eq!(seen.contains("rejection_proposed"), kind.filer() == "tiepnhan", "{seen}");
        cast.client("motcua").post(&path(&id, Action::SendBack), no.clone()).await.expect(200);
        assert_eq!(read(&cast, "tiepnhan", &id).await["status"], status.code());
        cast.client("tiepnhan").post(&path(&id, Action::ProposeRejection), why.clone()).await.expect(200);
        let mut nowhere = why.clone();
        nowhere["competent_agency"] = json!("H99");
        let wrong = cast.client("motcua").post(&path(&id, Action::Reject), nowhere).await.expect(422);
        assert_eq!(wrong.wrong(), ["/competent_agency"].into());
        if status == Status::Submitted {
            app.set_time("2026-08-18T09:00:00+07:00");
            app.eventually(&told(&id, "answer_deadline_passed"), 1).await;
            app.set_time("2026-08-18T09:05:00+07:00");
        }
        let cast = Cast::again(&app).await;
        cast.client("motcua").post(&path(&id, Action::Reject), why).await.expect(200);
        let timeline = cast.client(kind.filer()).get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).json;
        let competent = directory::demo::agency_id("H26.13.02").unwrap();
        assert_eq!(timeline["items"].as_array().unwrap().last().unwrap()["data"]["competent"], json!(competent));
        assert_eq!(app.count(&format!("SELECT count(*) FROM timers WHERE entity_id = '{id}'")).await, 0);
        app.set_time("2026-08-17T09:00:00+07:00");
    }
}

/// Nothing can be brought while a rejection is decided: an applicant whose time runs out meanwhile has it anew (NĐ 217/2026 Art. 54(2):
/// two working days).
#[tokio::test(flavor = "multi_thread")]
async fn whose_time_ran_out_while_a_rejection_was_decided_has_it_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let ids = [
        cast.dossier(PERMIT_ONLINE, Status::IntakeSupplement).await,
        cast.dossier(PERMIT_ONLINE, Status::IntakeSupplement).await,
    ];
    for id in &ids {
        let no = said(PERMIT_ONLINE, Action::ProposeRejection);
        cast.client("tiepnhan").post(&path(id, Action::ProposeRejection), no).await.expect(200);
    }
    app.set_time("2026-08-20T08:00:00+07:00");
    for id in &ids {
        app.eventually(&told(id, "supplement_lapsed"), 1).await;
    }
    let cast = Cast::again(&app).await;
    for id in &ids {
        assert_eq!(read(&cast, "tiepnhan", id).await["status"], "awaiting_intake_decision", "somebody decides that");
        let back = said(PERMIT_ONLINE, Action::SendBack);
        let back = cast.client("motcua").post(&path(id, Action::SendBack), back).await.expect(200).json;
        assert_eq!(back["supplement"]["due_at"], "2026-08-22T17:00:00Z", "that Saturday is worked");
        assert!(back["supplement"]["lapsed_at"].is_null(), "{back}");
        let holders = cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}/holders")).await.expect(200).json;
        let holders: Vec<_> = holders["items"].as_array().unwrap().iter().map(|holding| &holding["hold"]).collect();
        assert_eq!(json!(holders), json!(["applicant", "reception", "applicant", "reception", "applicant"]));
    }
    app.advance(chrono::TimeDelta::minutes(1));
    cast.bring(&ids[0], "congdan1", "application").await;
    cast.client("congdan1").step(&ids[0], "submit").await.expect(200);
    app.set_time("2026-08-23T00:00:00+07:00");
    app.eventually(&told(&ids[1], "rejected"), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplement_that_is_asked_for_when_it_is_late_makes_nothing_on_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    app.set_time("2026-08-27T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let ask = async || {
        propose(&cast, &id, Some("Thẩm định chậm, xin lỗi ông/bà.")).await.expect(200);
        cast.client("lanhdao").step(&id, "sign-supplement").await.expect(200);
        let asked = cast.client("tiepnhan").step(&id, "request-supplement").await.expect(200).json;
        assert_eq!((&asked["timeliness"], &asked["due_date"]), (&json!("overdue"), &json!("2026-08-25")));
        cast.bring(&id, "tiepnhan", "drawings").await;
        confirm(cast.client("tiepnhan"), &id).await.expect(200).json
    };
    let went_on = ask().await;
    assert_eq!((&went_on["timeliness"], &went_on["due_date"]), (&json!("overdue"), &json!("2026-08-25")));
    let anew = format!("{} AND event LIKE '%\"restarted\":false%'", told(&id, "supplement_confirmed"));
    assert_eq!(app.count(&anew).await, 1, "what did not begin anew is not told so");
    ask().await;
    cast.client("chuyenvien").propose(&id).await;
    let done =
        cast.client("lanhdao").post(&path(&id, Action::IssueResult), said(PERMIT_ONLINE, Action::IssueResult)).await;
    assert_eq!(done.expect(200).json["timeliness"], "finished_late");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_on_the_last_day_runs_out_for_nobody_and_begins_the_limit_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(BIRTH_ONLINE, Status::SupplementRequested).await;
    assert_eq!(read(&cast, "congdan1", &id).await["timeliness"], "not_running");
    app.set_time("2026-08-19T09:00:00+07:00");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.count(&told(&id, "deadline_passed")).await, 0, "the applicant has it");
    let cast = Cast::again(&app).await;
    cast.bring(&id, "congdan1", BIRTH_ONLINE.papers[0]).await;
    let went_on = confirm(cast.client("tiepnhan"), &id).await.expect(200).json;
    assert_eq!((&went_on["timeliness"], &went_on["due_date"]), (&json!("running"), &json!("2026-08-19")));
}

/// What is settled the same day is asked for on its last day, always: when nothing comes, the agency has a day to say so.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_on_the_last_day_and_never_came_can_still_be_refused_in_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let refused = cast.dossier(BIRTH_ONLINE, Status::SupplementRequested).await;
    let forgotten = cast.dossier(BIRTH_ONLINE, Status::SupplementRequested).await;
    app.set_time("2026-09-17T08:00:00+07:00");
    for id in [&refused, &forgotten] {
        app.eventually(&told(id, "supplement_lapsed"), 1).await;
    }
    let cast = Cast::again(&app).await;
    let lapsed = read(&cast, "chuyenvien", &refused).await;
    assert_eq!((&lapsed["timeliness"], &lapsed["due_date"]), (&json!("running"), &json!("2026-09-17")));
    let no = json!({
        "outcome": "refused", "number": "9/UBND", "ground": "not_supplemented", "reason": "Quá hạn mà không bổ sung.",
    });
    let done = cast.client("lanhdao").post(&path(&refused, Action::IssueResult), no).await.expect(200).json;
    assert_eq!(done["timeliness"], "finished_on_time");
    app.set_time("2026-09-18T08:00:00+07:00");
    app.eventually(&told(&forgotten, "deadline_passed"), 1).await;
    assert_eq!(app.count(&told(&refused, "deadline_passed")).await, 0);
}

/// Where a procedure says so the limit goes on from where it stood: the days of waiting are taken out, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn by_the_rule_of_pausing_the_limit_goes_on_from_where_it_stood() {
    let app = TestApp::new().await;
    let pause = "UPDATE procedures SET content = jsonb_set(content, '{cases,0,supplement}', '\"pause\"') WHERE code = '1.013225'";
    app.sql(pause).await;
    app.sql("UPDATE reference_data SET version = version + 1 WHERE kind = 'procedures'").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let kind = Kind { ..PERMIT_ONLINE };
    let cast = Cast::of(&app).await;
    let (id, last_day) =
        (cast.dossier(kind, Status::SupplementRequested).await, cast.dossier(kind, Status::Processing).await);
    assert_eq!(read(&cast, "congdan1", &id).await["timeliness"], "not_running");
    app.set_time("2026-08-19T10:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.bring(&id, "congdan1", "application").await;
    let went_on = confirm(cast.client("tiepnhan"), &id).await.expect(200).json;
    assert_eq!(went_on["due_date"], "2026-08-27", "seven days from the 17th, without the 18th and 19th");

    // A pause that begins on the last day finds nothing left: that day was the agency's, and it is used up.
    app.set_time("2026-08-25T10:00:00+07:00");
    let cast = Cast::again(&app).await;
    propose(&cast, &last_day, Some("Thẩm định chậm, xin lỗi ông/bà.")).await.expect(200);
    cast.client("lanhdao").step(&last_day, "sign-supplement").await.expect(200);
    let asked = cast.client("tiepnhan").step(&last_day, "request-supplement").await.expect(200).json;
    assert_eq!(asked["timeliness"], "running");
    app.set_time("2026-08-26T00:00:00+07:00");
    app.eventually(&told(&last_day, "deadline_passed"), 1).await;
}

/// Everything is to be asked for at once: what was forgotten, whoever heads the one-stop shop answers for (Art. 15(3)).
#[tokio::test(flavor = "multi_thread")]
async fn what_was_forgotten_at_the_counter_is_asked_for_by_the_head() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::IntakeSupplement).await;
    let first = read(&cast, "tiepnhan", &id).await["supplement"].clone();
    app.set_time("2026-08-18T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let forgotten = json!({"ground": "inaccurate", "reason": WHY, "components": ["drawings"]});
    let ask = path(&id, Action::RequestIntakeSupplement);
    let refused = cast.client("tiepnhan").post(&ask, forgotten.clone()).await.expect(403);
    assert_eq!(refused.problem(), "dossier.not_yours_to_do");
    let asked = cast.client("motcua").post(&ask, forgotten).await.expect(200).json;
    let now = &asked["supplement"];
    assert_eq!((&asked["status"], &now["components"]), (&json!("intake_supplement"), &json!(["drawings"])));
    assert_eq!((&now["reason"], &now["ground"]), (&json!(WHY), &json!("inaccurate")));
    assert!(now["due_at"].as_str() > first["due_at"].as_str(), "{now} after {first}");
    assert_eq!(app.count(&told(&id, "intake_supplement_requested")).await, 2);
    assert_eq!(app.count(&format!("SELECT count(*) FROM supplements WHERE dossier_id = '{id}'")).await, 1);
    let forms = cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}/forms")).await.expect(200).json;
    let reasons: Vec<&Value> = forms["items"].as_array().unwrap().iter().map(|form| &form["reason"]).collect();
    assert_eq!(reasons, [&first["reason"], &json!(WHY)], "each as it was printed");

    cast.client("tiepnhan").step(&id, "accept").await.expect(409);
    cast.bring(&id, "tiepnhan", "drawings").await;
    cast.client("tiepnhan").step(&id, "accept").await.expect(200);
}
