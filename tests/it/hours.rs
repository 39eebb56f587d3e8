//! Each unit has opening hours of its own: what it owes in working hours is counted by them, as they were when that began.

use directory::demo::agency_id;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::agencies::{self, content};
use crate::cast::{Cast, ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_ONLINE, path};
use crate::catalogue::next_version;
use crate::deadlines::simulate;
use crate::harness::papers::{self, PERMIT};
use crate::harness::{Client, TestApp};
use crate::recomputation::{a_day_more_off, carried_out, found, looked};

const BA_DINH: &str = "H26.13.02";
const MORNINGS: &[(&str, &str)] = &[("07:00:00", "11:00:00")];
const AFTERNOONS: &[(&str, &str)] = &[("13:00:00", "17:00:00")];

fn openings(hours: &[(&str, &str)]) -> Value {
    hours.iter().map(|(from, to)| json!({"from": from, "to": to})).collect()
}

/// From now on that is when a unit is open, and on Saturdays it receives people.
async fn opens(app: &TestApp, code: &str, hours: &[(&str, &str)]) {
    let (administrator, at) = (app.staff("quantri").await, agencies::path(code));
    let mut new = content(&administrator.get(&at).await.expect(200).json);
    new["contact"]["opening_hours"] = openings(hours);
    new["contact"]["saturday_hours"] = openings(&[("08:00:00", "11:00:00")]);
    agencies::put(&administrator, &at, "*", &new).await.expect(200);
}

/// A permit that a citizen submits to a unit now; gives its id.
async fn submitted(citizen: &Client, agency: &str) -> String {
    let mut new = papers::dossier("1.013225", "house", PERMIT);
    new["agency"] = json!(agency);
    let filed = citizen.post("/v1/dossiers", new).await.expect(201);
    papers::upload(citizen, &filed.json).await;
    citizen.step(&filed.id(), "submit").await.expect(200);
    filed.id()
}

async fn answer_is_due(app: &TestApp, id: &str, at: &str) {
    let timer = |at: &str| {
        format!("SELECT count(*) FROM timers WHERE entity_id = '{id}' AND kind = 'answer' AND fire_at = '{at}+07'")
    };
    assert_eq!(app.count(&timer(at)).await, 1, "{at}");
    let told = format!("SELECT count(*) FROM dossiers WHERE id = '{id}' AND next_due_at = '{at}+07'");
    assert_eq!(app.count(&told).await, 1, "{at}");
}

#[tokio::test(flavor = "multi_thread")]
async fn units_with_different_hours_owe_the_answer_to_the_same_moment_at_different_times() {
    let app = TestApp::new().await;
    opens(&app, BA_DINH, MORNINGS).await;
    let citizen = app.citizen("congdan1").await;
    let (usual, own) = (submitted(&citizen, "H26.13.01").await, submitted(&citizen, BA_DINH).await);
    answer_is_due(&app, &usual, "2026-08-18 09:00").await;
    answer_is_due(&app, &own, "2026-08-19 09:00").await;
    // What was owed is owed as it was.
    opens(&app, BA_DINH, AFTERNOONS).await;
    opens(&app, "H26.13.01", AFTERNOONS).await;
    answer_is_due(&app, &usual, "2026-08-18 09:00").await;
    answer_is_due(&app, &own, "2026-08-19 09:00").await;
    let later = submitted(&citizen, BA_DINH).await;
    answer_is_due(&app, &later, "2026-08-18 17:00").await;

    // It receives on Saturdays, and no limit counts them.
    app.set_time("2026-09-11T16:00:00+07:00");
    let friday = submitted(&app.citizen("congdan1").await, BA_DINH).await;
    answer_is_due(&app, &friday, "2026-09-15 16:00").await;
}

/// The next version of the permit: from 18 August, for filing anywhere, settled within 8 working hours.
async fn permit_by_the_hour(app: &TestApp) {
    let mut new = next_version(app, "2026-08-18").await;
    new["content"]["non_territorial"] = json!(true);
    new["content"]["cases"][0]["limit"] = json!({"amount": 8, "unit": "working_hour"});
    app.staff("quantri").await.post("/v1/procedures", new).await.expect(201);
    app.set_time("2026-08-18T09:00:00+07:00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_processing_limit_keeps_the_hours_under_which_the_dossier_was_accepted() {
    let app = a_day_more_off().await;
    opens(&app, BA_DINH, MORNINGS).await;
    permit_by_the_hour(&app).await;
    let cast = Cast::of(&app).await;
    let own = cast.client(ELSEWHERE);
    let id = papers::file(own, "1.013225", "house", PERMIT).await;
    let accepted = own.step(&id, "accept").await.expect(200).json;
    assert_eq!(accepted["due_at"], "2026-08-20T02:00:00Z", "two hours today, four on the 19th, two on the 20th");
    let usual = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let usual = cast.client("tiepnhan").get(&format!("/v1/dossiers/{usual}/deadline")).await.expect(200).json;
    assert_eq!((&usual["deadline"]["due_at"], usual["clock"].get("office")), (&json!("2026-08-19T02:00:00Z"), None));

    opens(&app, BA_DINH, AFTERNOONS).await;
    let deadline = format!("/v1/dossiers/{id}/deadline");
    let kept = own.get(&deadline).await.expect(200).json;
    assert_eq!(kept["deadline"]["due_at"], accepted["due_at"]);
    let office = json!({"hours": openings(MORNINGS), "cut_off": "15:00:00"});
    assert_eq!(kept["clock"]["office"], office);
    // Anybody can count it again.
    let clock = &kept["clock"];
    let question = json!({"starts_at": clock["starts_at"], "limit": clock["limit"], "office": clock["office"]});
    assert_eq!(simulate(&app, &question).await.expect(200).json["due_at"], accepted["due_at"]);

    // The 20th becomes a day off: its two hours go to the next morning, and to no afternoon.
    let administrator = cast.client("quantri");
    let (recomputation, dry) = looked(administrator).await;
    assert_eq!(dry, found(2, 1, 1, 0));
    carried_out(administrator, &recomputation).await;
    let moved = own.get(&deadline).await.expect(200).json;
    assert_eq!((&moved["deadline"]["due_at"], &moved["clock"]["office"]), (&json!("2026-08-21T02:00:00Z"), &office));
    assert_eq!(moved["deadline"]["original_due_at"], accepted["due_at"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_begins_anew_with_the_hand_over_goes_by_the_hours_of_whoever_gets_it() {
    let app = TestApp::new().await;
    opens(&app, BA_DINH, MORNINGS).await;
    permit_by_the_hour(&app).await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let mut new = papers::dossier("1.013225", "house", PERMIT);
    new["competent_agency"] = json!(BA_DINH);
    let filed = citizen.post("/v1/dossiers", new).await.expect(201);
    papers::upload(citizen, &filed.json).await;
    citizen.step(&filed.id(), "submit").await.expect(200);
    let accepted = cast.client("tiepnhan").step(&filed.id(), "accept").await.expect(200).json;
    assert_eq!(accepted["due_at"], "2026-08-20T02:00:00Z", "decided in Ba Đình, by its hours");
    opens(&app, BA_DINH, AFTERNOONS).await;
    let handed = cast.client("tiepnhan").step(&filed.id(), "hand-over").await.expect(200).json;
    assert_eq!((&handed["due_at"], &handed["original_due_at"]), (&json!("2026-08-19T10:00:00Z"), &accepted["due_at"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_is_owed_and_time_is_counted_by_the_hours_of_whoever_is_asked() {
    let app = TestApp::new().await;
    opens(&app, "H26.3", AFTERNOONS).await;
    let cast = Cast::of(&app).await;
    let id = papers::file(cast.client("tiepnhan"), "1.001612", "standard", &["application"]).await;
    cast.client("tiepnhan").step(&id, "accept").await.expect(200);
    let officer = cast.client("chuyenvien");
    officer.step(&id, "start-processing").await.expect(200);
    let question = |agency: &str| {
        let limit = json!({"amount": 4, "unit": "working_hour"});
        json!({"agency": agency, "question": "Đề nghị cho ý kiến về địa điểm.", "limit": limit})
    };
    let asked = json!({"questions": [question("H26.3"), question("H26.4")]});
    officer.post(&path(&id, Action::Consult), asked).await.expect(200);
    let due = |agency: &str, at: &str| {
        let agency = agency_id(agency).unwrap();
        format!("SELECT count(*) FROM consultations WHERE agency_id = '{agency}' AND due_at = '{at}+07'")
    };
    assert_eq!(app.count(&due("H26.3", "2026-08-17 17:00")).await, 1, "open in the afternoon alone");
    assert_eq!(app.count(&due("H26.4", "2026-08-17 14:30")).await, 1);

    app.set_time("2026-08-17T12:00:00+07:00");
    let holders = app.staff("chuyenvien").await.get(&format!("/v1/dossiers/{id}/holders")).await.expect(200);
    let worked = |code: &str| {
        let id = json!(agency_id(code).unwrap());
        let agencies = holders.json["agencies"].as_array().unwrap();
        agencies.iter().find(|time| time["agency_id"] == id).map(|time| time["worked_minutes"].clone())
    };
    assert_eq!((worked("H26.3"), worked("H26.4")), (Some(json!(0)), Some(json!(180))));
}

/// NĐ 61/2018 Art. 18(1): "at the beginning of the next working day", read as its first working hour.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_too_late_to_be_handed_over_goes_in_the_first_hour_of_the_unit() {
    let app = TestApp::new().await;
    opens(&app, "H26.13.01", &[("07:30:00", "11:30:00"), ("13:00:00", "17:00:00")]).await;
    for (accepted, due) in [
        ("2026-08-17T14:59:00+07:00", "2026-08-17T17:00:00Z"),
        ("2026-08-17T15:00:00+07:00", "2026-08-18T01:30:00Z"),
        // Saturday 22 August is worked, the 15th and Sunday are not.
        ("2026-08-21T16:00:00+07:00", "2026-08-22T01:30:00Z"),
        ("2026-08-23T10:00:00+07:00", "2026-08-24T01:30:00Z"),
    ] {
        app.set_time(accepted);
        let reception = app.staff("tiepnhan").await;
        let id = papers::file(&reception, "1.013225", "house", PERMIT).await;
        let accepted = reception.step(&id, "accept").await.expect(200);
        assert_eq!(accepted.json["hand_over_due_at"], due);
    }
}

/// NĐ 216/2026 Art. 23: 8 working hours online, an hour at the counter, a working day by post.
#[tokio::test(flavor = "multi_thread")]
async fn a_procedure_may_say_for_each_way_by_when_reception_answers() {
    let app = TestApp::new().await;
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let by = |channel: &str| {
        let mut new = papers::dossier("2.000488", "standard", &["application"]);
        new["channel"] = json!(channel);
        new
    };
    for (client, channel, due) in [
        (&citizen, "online", "2026-08-18 09:00"),
        (&citizen, "kiosk", "2026-08-18 09:00"),
        (&reception, "post", "2026-08-19 00:00"),
    ] {
        let filed = client.post("/v1/dossiers", by(channel)).await.expect(201);
        papers::upload(client, &filed.json).await;
        client.step(&filed.id(), "submit").await.expect(200);
        answer_is_due(&app, &filed.id(), due).await;
    }

    // At the counter nothing is submitted: the hour runs from the draft.
    let ids = [(), (), ()].map(|()| by("counter"));
    let mut drafts = Vec::new();
    for new in ids {
        let filed = reception.post("/v1/dossiers", new).await.expect(201);
        papers::upload(&reception, &filed.json).await;
        answer_is_due(&app, &filed.id(), "2026-08-17 10:00").await;
        drafts.push(filed.id());
    }
    let timers = |id: &str| format!("SELECT count(*) FROM timers WHERE entity_id = '{id}' AND kind = 'answer'");
    let told = |id: &str| {
        let event = "event_kind = 'dossier.answer_deadline_passed'";
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND {event}")
    };
    let [accepted, withdrawn, late] = drafts.try_into().unwrap();
    reception.step(&accepted, "accept").await.expect(200);
    reception.step(&withdrawn, "withdraw").await.expect(200);
    assert_eq!((app.count(&timers(&accepted)).await, app.count(&timers(&withdrawn)).await), (0, 0));
    app.set_time("2026-08-17T10:00:00+07:00");
    app.eventually(&told(&late), 1).await;
    app.staff("tiepnhan").await.step(&late, "accept").await.expect(200);
    assert_eq!(app.count(&told(&late)).await, 1, "told once");
    assert_eq!((app.count(&told(&accepted)).await, app.count(&told(&withdrawn)).await), (0, 0));

    // Where no law says so, a draft at the counter owes nothing.
    let permit = papers::file(&app.staff("tiepnhan").await, "1.013225", "house", PERMIT).await;
    assert_eq!(app.count(&timers(&permit)).await, 0);
    let online = Cast::of(&app).await.dossier(PERMIT_ONLINE, Status::Draft).await;
    assert_eq!(app.count(&timers(&online)).await, 0);
}
