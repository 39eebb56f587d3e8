//! Appointments at a centre: offered within its hours, never to more than it receives, called at their time.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use directory::demo::agency_id;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cast::{Cast, ELSEWHERE};
use crate::harness::{Answer, Client, TestApp, new_key};

const FIELD: &str = "Hộ tịch";

pub fn centre(code: &str) -> String {
    format!("/v1/agencies/{}", agency_id(code).unwrap())
}

fn offer() -> Value {
    json!({
        "slot_minutes": 30, "days_ahead": 14, "closed_dates": ["2026-08-19"],
        "fields": [{ "field": FIELD, "per_slot": 3 }, { "field": "Chứng thực", "per_slot": 1 }],
    })
}

pub async fn put(client: &Client, path: &str, seen: &str, body: &Value) -> Answer {
    client.replace(path, seen, body).await
}

/// The commune offers appointments.
pub async fn offering(app: &TestApp) {
    let path = format!("{}/appointment-hours", centre("H26.13.01"));
    put(&app.staff("lanhdao").await, &path, "*", &offer()).await.expect(200);
}

async fn times(app: &TestApp, field: &str, date: &str) -> Vec<(String, i64)> {
    let path = format!("{}/appointment-times?field={field}&date={date}", centre("H26.13.01"));
    let answer = app.anonymous().get(&path).await.expect(200);
    let items = answer.json["items"].as_array().unwrap().clone();
    items.iter().map(|at| (at["starts_at"].as_str().unwrap().to_owned(), at["free"].as_i64().unwrap())).collect()
}

pub fn appointment(starts_at: &str, name: &str) -> Value {
    json!({
        "agency_id": agency_id("H26.13.01").unwrap(), "field": FIELD, "starts_at": starts_at, "name": name,
        "phone": "+84912345678",
    })
}

pub async fn book(client: &Client, starts_at: &str) -> Answer {
    client.post("/v1/appointments", appointment(starts_at, "Nguyễn Thị Hoa")).await
}

async fn act(client: &Client, id: &str, action: &str) -> Answer {
    client.post(&format!("/v1/appointments/{id}/{action}"), json!({})).await
}

async fn call_next(reception: &Client) -> Answer {
    reception.post("/v1/queue/call-next", json!({ "counter": 5 })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn times_lie_within_opening_hours_on_days_on_which_the_centre_receives() {
    let app = TestApp::new().await;
    assert!(times(&app, FIELD, "2026-08-18").await.is_empty(), "nothing is offered yet");
    offering(&app).await;
    let today = times(&app, FIELD, "2026-08-17").await;
    assert_eq!((today.len(), today[0].clone()), (13, ("2026-08-17T02:30:00Z".to_owned(), 3)), "after 09:00");
    let whole = times(&app, "Ch%E1%BB%A9ng%20th%E1%BB%B1c", "2026-08-18").await;
    assert_eq!((whole.len(), whole[15].clone()), (16, ("2026-08-18T10:00:00Z".to_owned(), 1)), "to 17:30");
    assert_eq!(times(&app, FIELD, "2026-08-22").await.len(), 16, "a Saturday worked for 31 August");
    for (date, why) in [
        ("2026-08-14", "past"),
        ("2026-08-19", "closed by the centre"),
        ("2026-08-23", "a Sunday"),
        ("2026-08-29", "a Saturday"),
        ("2026-09-01", "too far ahead"),
    ] {
        assert!(times(&app, FIELD, date).await.is_empty(), "{why}");
    }
    assert!(times(&app, "C%C6%B0%20tr%C3%BA", "2026-08-18").await.is_empty(), "not offered");
    app.anonymous().get(&format!("{}/appointment-times?field=%C2%9B", centre("H26.13.01"))).await.expect(400);

    let mut commune = app.anonymous().get(&centre("H26.13.01")).await.expect(200).json;
    commune["contact"]["saturday_hours"] = json!([{ "from": "08:00:00", "to": "11:00:00" }]);
    for own in ["id", "version"] {
        commune.as_object_mut().unwrap().remove(own);
    }
    put(&app.staff("quantri").await, &centre("H26.13.01"), "*", &commune).await.expect(200);
    assert_eq!(times(&app, FIELD, "2026-08-29").await.len(), 6, "it receives on Saturdays");
    let limit = json!({"starts_at": "2026-08-28T09:00:00+07:00", "limit": {"amount": 1, "unit": "working_day"}});
    let due = app.anonymous().post("/v1/deadlines/simulate", limit).await.expect(200);
    assert_eq!(due.json["due_date"], "2026-09-03", "and no limit counts them");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_time_is_given_to_more_people_than_are_received() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    offering(&app).await;
    let at = "2026-08-18T01:30:00Z";
    let mut booking = Vec::new();
    for n in 0..12 {
        let citizen = app.citizen(&format!("citizen {n}")).await;
        booking.push(tokio::spawn(async move { (book(&citizen, at).await, citizen) }));
    }
    let mut got = Vec::new();
    for booked in booking {
        let (answer, citizen) = booked.await.unwrap();
        match answer.status.as_u16() {
            201 => got.push((answer.id(), citizen)),
            _ => assert_eq!(answer.problem(), "appointment.taken"),
        }
    }
    assert_eq!(got.len(), 3);
    let free = async || times(&app, FIELD, "2026-08-18").await.into_iter().find(|(time, _)| time == at).unwrap().1;
    assert_eq!(free().await, 0);
    act(&got[0].1, &got[0].0, "cancel").await.expect(200);
    assert_eq!(free().await, 1);
    book(&app.citizen("late").await, at).await.expect(201);
    book(&app.citizen("later").await, at).await.expect(409);

    // What is booked stays booked when less is offered, and nothing is added to it.
    let mut less = offer();
    less["fields"][0]["per_slot"] = json!(1);
    put(&app.staff("lanhdao").await, &format!("{}/appointment-hours", centre("H26.13.01")), "*", &less)
        .await
        .expect(200);
    assert_eq!((free().await, app.count("SELECT taken FROM appointment_slots").await), (0, 3));
    act(&got[1].1, &got[1].0, "cancel").await.expect(200);
    assert_eq!(book(&app.citizen("later").await, at).await.expect(409).problem(), "appointment.taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_two_open_appointments_at_one_centre_on_one_day() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    offering(&app).await;
    let citizen = app.citizen("congdan1").await;
    let mut booking = Vec::new();
    for time in ["01:00", "01:30", "02:00", "02:30"] {
        let citizen = citizen.clone();
        booking.push(tokio::spawn(async move { book(&citizen, &format!("2026-08-18T{time}:00Z")).await }));
    }
    let mut first = Vec::new();
    for answer in booking {
        let answer = answer.await.unwrap();
        match answer.status.as_u16() {
            201 => first.push(answer.id()),
            _ => assert_eq!(answer.problem(), "appointment.once_a_day"),
        }
    }
    assert_eq!(first.len(), 1);
    assert_eq!(app.count("SELECT sum(taken) FROM appointment_slots").await, 1, "no place is lost to a refusal");
    book(&citizen, "2026-08-20T01:00:00Z").await.expect(201);
    act(&citizen, &first[0], "cancel").await.expect(200);
    book(&citizen, "2026-08-18T03:00:00Z").await.expect(201);

    let reception = app.staff("tiepnhan").await;
    let at_the_phone = |name| appointment("2026-08-18T07:00:00Z", name);
    reception.post("/v1/appointments", at_the_phone("Trần Văn Hoà")).await.expect(201);
    let again = reception.post("/v1/appointments", at_the_phone("Trần Văn Hoà")).await.expect(409);
    assert_eq!(again.problem(), "appointment.once_a_day");
    reception.post("/v1/appointments", at_the_phone("Trần Thị Lan")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_offered_cannot_be_booked() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let refused = book(citizen, "2026-08-18T01:30:00Z").await.expect(422);
    assert_eq!((refused.problem(), refused.wrong()), ("appointment.not_offered", BTreeSet::from(["/field"])));
    offering(&app).await;
    for at in ["2026-08-18T01:31:00Z", "2026-08-18T05:30:00Z", "2026-08-17T01:30:00Z", "2026-08-19T01:30:00Z"] {
        let refused = book(citizen, at).await.expect(422);
        assert_eq!((refused.problem(), refused.wrong()), ("appointment.not_offered", BTreeSet::from(["/starts_at"])));
    }
    let mut nowhere = appointment("2026-08-18T01:30:00Z", "Nguyễn Thị Hoa");
    nowhere["agency_id"] = json!(agency_id("H26.9.01").unwrap());
    citizen.post("/v1/appointments", nowhere).await.expect(404);
    let elsewhere = cast.client(ELSEWHERE).post("/v1/appointments", appointment("2026-08-18T01:30:00Z", "An")).await;
    assert_eq!(elsewhere.expect(403).problem(), "centre.not_yours");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_ones_own_and_reception_the_days_of_its_centre() {
    let app = TestApp::new().await;
    offering(&app).await;
    let cast = Cast::of(&app).await;
    let (citizen, reception) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let tomorrow = book(citizen, "2026-08-18T01:30:00Z").await.expect(201);
    let id = tomorrow.id();
    for n in 0..3 {
        let at = appointment("2026-08-17T03:00:00Z", &format!("Người thứ {n}"));
        reception.post("/v1/appointments", at).await.expect(201);
    }
    assert_eq!(citizen.get(tomorrow.header("location")).await.expect(200).json, tomorrow.json);
    let ids = async |client: &Client, query: &str| {
        let page = client.get(&format!("/v1/appointments{query}")).await.expect(200);
        page.json["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(citizen, "").await, [id.as_str()]);
    assert_eq!(ids(reception, "").await.len(), 3, "today's");
    assert_eq!(ids(reception, "?date=2026-08-18&status=booked").await, [id.as_str()]);
    assert!(ids(cast.client("congdan2"), "").await.is_empty() && ids(cast.client(ELSEWHERE), "").await.is_empty());
    for stranger in ["congdan2", ELSEWHERE] {
        cast.client(stranger).get(&format!("/v1/appointments/{id}")).await.expect(404);
        act(cast.client(stranger), &id, "cancel").await.expect(404);
    }
    cast.client("chuyenvien").get(&format!("/v1/appointments/{id}")).await.expect(403);
    let first = reception.get("/v1/appointments?limit=2").await.expect(200);
    let cursor = first.json["next_cursor"].as_str().unwrap();
    assert_eq!(ids(reception, &format!("?limit=2&cursor={cursor}")).await.len(), 1);
    citizen.get(&format!("/v1/appointments?cursor={cursor}")).await.expect(400);
}

/// The rule: from its time on before all who drew; until then after them; and early rather than nobody.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_checked_in_is_called_at_their_time_before_all_who_drew() {
    let app = TestApp::new().await;
    offering(&app).await;
    let (anybody, reception) = (app.anonymous(), app.staff("tiepnhan").await);
    let at = |time: &str, name: &str| appointment(&format!("2026-08-17T{time}:00Z"), name);
    let half_past = reception.post("/v1/appointments", at("02:30", "Một")).await.expect(201).id();
    let ten = reception.post("/v1/appointments", at("03:00", "Hai")).await.expect(201).id();
    let draw = async || {
        let drawn = anybody.post(&format!("{}/tickets", centre("H26.13.01")), json!({ "field": FIELD })).await;
        drawn.expect(201).json["number"].clone()
    };
    assert_eq!((draw().await, draw().await), (json!("001"), json!("002")));
    let ticket = act(&anybody, &ten, "check-in").await.expect(201);
    let shown = (&ticket.json["number"], &ticket.json["appointment_at"], &ticket.json["status"]);
    assert_eq!(shown, (&json!("003"), &json!("2026-08-17T03:00:00Z"), &json!("waiting")));
    assert!(ticket.json.get("name").is_none(), "a ticket names nobody");
    assert_eq!(anybody.get(ticket.header("location")).await.expect(200).json, ticket.json);
    act(&reception, &half_past, "check-in").await.expect(201);
    assert_eq!(draw().await, "005");

    assert_eq!(call_next(&reception).await.expect(200).json["number"], "001", "before their times");
    app.advance(TimeDelta::minutes(30));
    let reception = app.staff("tiepnhan").await;
    assert_eq!(call_next(&reception).await.expect(200).json["number"], "004", "09:30, before 002, who came earlier");
    assert_eq!(call_next(&reception).await.expect(200).json["number"], "002", "before 003, whose time is 10:00");
    assert_eq!(call_next(&reception).await.expect(200).json["number"], "005");
    assert_eq!(call_next(&reception).await.expect(200).json["number"], "003", "early, rather than nobody");
    assert_eq!(call_next(&reception).await.expect(409).problem(), "queue.empty");
    let row = reception.get(&format!("/v1/appointments/{ten}")).await.expect(200).json;
    assert_eq!((&row["status"], &row["ticket_id"]), (&json!("checked_in"), &ticket.json["id"]));
    let named = "SELECT count(*) FROM journal WHERE event_kind = 'ticket.drawn' AND actor_kind = 'citizen'";
    assert_eq!(app.count(named).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_checks_in_from_an_hour_before_until_nobody_waits_any_more() {
    let app = TestApp::new().await;
    offering(&app).await;
    let reception = app.staff("tiepnhan").await;
    let mut ids = Vec::new();
    for name in ["Một", "Hai", "Ba"] {
        let at = appointment("2026-08-17T03:30:00Z", name);
        ids.push(reception.post("/v1/appointments", at).await.expect(201).id());
    }
    let anybody = app.anonymous();
    let early = act(&anybody, &ids[0], "check-in").await.expect(409);
    assert_eq!(
        (early.problem(), &early.json["detail"]),
        ("appointment.not_now", &json!("Check in from 09:30 on and before 10:45 on 2026-08-17."))
    );
    app.set_time("2026-08-17T09:30:00+07:00");
    act(&anybody, &ids[0], "check-in").await.expect(201);
    assert_eq!(act(&anybody, &ids[0], "check-in").await.expect(409).json["state"], "checked_in");
    app.set_time("2026-08-17T10:44:59+07:00");
    act(&anybody, &ids[1], "check-in").await.expect(201);
    let status = |id: &str| format!("SELECT count(*) FROM appointments WHERE id = '{id}' AND status = 'no_show'");
    assert_eq!(app.count(&status(&ids[2])).await, 0);
    app.set_time("2026-08-17T10:45:00+07:00");
    act(&anybody, &ids[2], "check-in").await.expect(409);
    app.eventually(&status(&ids[2]), 1).await;
    let reception = app.staff("tiepnhan").await;
    assert_eq!(act(&reception, &ids[2], "cancel").await.expect(409).json["state"], "no_show");
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'appointment.no_show' AND actor_kind = 'system'";
    assert_eq!(app.count(told).await, 1);
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE entity_kind = 'appointment'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_many_kiosks_at_once_an_appointment_becomes_one_ticket() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    offering(&app).await;
    let reception = app.staff("tiepnhan").await;
    let booked = reception.post("/v1/appointments", appointment("2026-08-17T02:30:00Z", "Một")).await.expect(201);
    let path = format!("/v1/appointments/{}/check-in", booked.id());
    // Half of them are one request that is sent again and again.
    let again = new_key();
    let coming = (0..12).map(|n| {
        let key = if n % 2 == 0 { again.clone() } else { new_key() };
        let (client, path) = (app.anonymous(), path.clone());
        tokio::spawn(async move { client.post_as(&key, &path, json!({})).await })
    });
    let mut tickets = BTreeSet::new();
    for answer in coming.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        match answer.status.as_u16() {
            201 => drop(tickets.insert(answer.id())),
            _ => assert!(answer.status.as_u16() == 409, "{answer:?}"),
        }
    }
    assert_eq!((tickets.len(), app.count("SELECT count(*) FROM tickets").await), (1, 1));
    assert_eq!(app.count("SELECT last FROM ticket_serials").await, 1, "no number is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_says_what_it_offers_and_no_other_does() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let path = format!("{}/appointment-hours", centre("H26.13.01"));
    let leader = cast.client("lanhdao");
    assert_eq!(leader.get(&path).await.expect(404).problem(), "appointment_hours.not_found");
    put(cast.client("tiepnhan"), &path, "*", &offer()).await.expect(403);
    put(leader, &format!("{}/appointment-hours", centre("H26.13.02")), "*", &offer()).await.expect(403);
    leader.send(leader.request(Method::PUT, &path).json(&offer())).await.expect(428);
    assert_eq!(put(leader, &path, "\"1\"", &offer()).await.expect(412).json["version"], 0, "there is none to replace");
    let first = put(leader, &path, "*", &offer()).await.expect(200);
    assert_eq!((first.header("etag"), &first.json["fields"]), ("\"1\"", &offer()["fields"]));
    assert_eq!(put(leader, &path, "*", &offer()).await.expect(200).text, first.text, "the same again");
    let mut other = offer();
    other["slot_minutes"] = json!(20);
    assert_eq!(put(leader, &path, "\"1\"", &other).await.expect(200).header("etag"), "\"2\"");
    assert_eq!(put(leader, &path, "\"1\"", &offer()).await.expect(412).json["version"], 2);
    other["fields"] = json!([
        { "field": FIELD, "per_slot": 1 }, { "field": "Bói toán", "per_slot": 1 }, { "field": FIELD, "per_slot": 2 },
    ]);
    let refused = put(leader, &path, "\"2\"", &other).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/fields/1/field", "/fields/2/field"]));
    assert_eq!(app.anonymous().get(&path).await.expect(200).json["slot_minutes"], 20);
}
