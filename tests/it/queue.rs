//! The queue of a centre: drawn by anybody, called by counters, each ticket by one of them.

use std::collections::BTreeSet;

use directory::demo::agency_id;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cast::{Cast, ELSEWHERE};
use crate::harness::{Client, TestApp, new_key};

fn centre() -> String {
    format!("/v1/agencies/{}", agency_id("H26.13.01").unwrap())
}

async fn draw(client: &Client, field: &str) -> Value {
    client.post(&format!("{}/tickets", centre()), json!({ "field": field })).await.expect(201).json
}

fn call(counter: i16, fields: &[&str]) -> Value {
    json!({ "counter": counter, "fields": fields })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lowest_number_is_called_first() {
    let app = TestApp::new().await;
    let (anybody, reception) = (app.anonymous(), app.staff("tiepnhan").await);
    let mut drawn = Vec::new();
    for field in ["Hộ tịch", "Chứng thực", "Hộ tịch"] {
        drawn.push(draw(&anybody, field).await);
        app.advance(chrono::TimeDelta::seconds(30));
    }
    assert_eq!(
        drawn.iter().map(|ticket| ticket["number"].as_str().unwrap()).collect::<Vec<_>>(),
        ["001", "002", "003"]
    );
    let next = async |fields: &[&str]| reception.post("/v1/queue/call-next", call(5, fields)).await;
    let certified = next(&["Chứng thực"]).await.expect(200);
    assert_eq!((&certified.json["number"], &certified.json["counter"]), (&json!("002"), &json!(5)));
    assert_eq!(next(&[]).await.expect(200).json["number"], "001");
    assert_eq!(next(&["Cư trú"]).await.expect(409).problem(), "queue.empty");
    assert_eq!(next(&["Cư Trú"]).await.expect(422).problem(), "queue.unknown_field");
    assert_eq!(next(&["Cư trú", "Hộ tịch"]).await.expect(200).json["number"], "003");
    assert_eq!(next(&[]).await.expect(409).problem(), "queue.empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_begin_anew_each_day_and_yesterdays_tickets_are_not_called() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T16:00:00+07:00");
    draw(&app.anonymous(), "Hộ tịch").await;
    app.set_time("2026-08-18T08:00:00+07:00");
    let today = draw(&app.anonymous(), "Hộ tịch").await;
    assert_eq!((&today["number"], &today["day"]), (&json!("001"), &json!("2026-08-18")));
    let reception = app.staff("tiepnhan").await;
    let called = reception.post("/v1/queue/call-next", call(1, &[])).await.expect(200);
    assert_eq!(called.json["id"], today["id"]);
    reception.post("/v1/queue/call-next", call(1, &[])).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_counters_that_call_at_once_get_fifty_tickets() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    let reception = app.staff("tiepnhan").await;
    // The machine by the door draws as many as come.
    for _ in 0..50 {
        draw(&reception, "Hộ tịch").await;
    }
    let mut calling = Vec::new();
    for counter in 1..=60 {
        let reception = reception.clone();
        calling.push(tokio::spawn(async move { reception.post("/v1/queue/call-next", call(counter, &[])).await }));
    }
    let (mut called, mut empty) = (BTreeSet::new(), 0);
    for answer in calling {
        let answer = answer.await.unwrap();
        match answer.status.as_u16() {
            200 => assert!(called.insert(answer.json["id"].to_string()), "called twice: {}", answer.text),
            _ => {
                assert_eq!(answer.problem(), "queue.empty");
                empty += 1;
            }
        }
    }
    assert_eq!((called.len(), empty), (50, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retried_call_gets_the_same_ticket() {
    let app = TestApp::new().await;
    let (anybody, reception) = (app.anonymous(), app.staff("tiepnhan").await);
    for _ in 0..2 {
        draw(&anybody, "Hộ tịch").await;
    }
    let key = new_key();
    let first = reception.post_as(&key, "/v1/queue/call-next", call(3, &[])).await.expect(200);
    let again = reception.post_as(&key, "/v1/queue/call-next", call(3, &[])).await.expect(200);
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(app.count("SELECT count(*) FROM tickets WHERE status = 'called'").await, 1);
    let drawn = format!("{}/tickets", centre());
    let one = anybody.post_as(&key, &drawn, json!({ "field": "Hộ tịch" })).await.expect(201);
    let same = anybody.post_as(&key, &drawn, json!({ "field": "Hộ tịch" })).await.expect(201);
    assert_eq!(same.text, one.text, "the number too: {}", one.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_called_ticket_is_called_again_served_or_missed_and_a_waiting_one_cancelled() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (anybody, reception) = (app.anonymous(), cast.client("tiepnhan"));
    let act = async |client: &Client, id: &Value, action: &str| {
        client.post(&format!("/v1/tickets/{}/{action}", id.as_str().unwrap()), json!({})).await
    };
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(draw(&anybody, "Hộ tịch").await["id"].clone());
    }
    act(&anybody, &ids[2], "cancel").await.expect(200);
    assert_eq!(act(&anybody, &ids[2], "cancel").await.expect(409).json["state"], "cancelled");
    for id in &ids[..2] {
        assert_eq!(act(reception, id, "serve").await.expect(409).json["state"], "waiting");
        assert_eq!(&reception.post("/v1/queue/call-next", call(7, &[])).await.expect(200).json["id"], id);
    }
    let seen = reception.request(Method::POST, &format!("/v1/tickets/{}/serve", ids[0].as_str().unwrap()));
    let seen = seen.header("idempotency-key", new_key()).header("if-match", "\"1\"").json(&json!({}));
    assert_eq!(reception.send(seen).await.expect(412).json["version"], 2);
    let again = act(reception, &ids[0], "call-again").await.expect(200);
    assert_eq!((&again.json["calls"], &again.json["counter"]), (&json!(2), &json!(7)));
    act(cast.client(ELSEWHERE), &ids[0], "serve").await.expect(404);
    act(cast.client("chuyenvien"), &ids[0], "serve").await.expect(403);
    assert_eq!(act(reception, &ids[0], "serve").await.expect(200).json["status"], "served");
    assert_eq!(act(reception, &ids[1], "no-show").await.expect(200).json["status"], "no_show");
    assert_eq!(act(&anybody, &ids[0], "cancel").await.expect(409).json["state"], "served");
    reception.post("/v1/queue/call-next", call(7, &[])).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wall_shows_who_is_called_where_and_how_long_the_others_wait() {
    let app = TestApp::new().await;
    let (anybody, reception) = (app.anonymous(), app.staff("tiepnhan").await);
    for _ in 0..5 {
        draw(&anybody, "Hộ tịch").await;
    }
    draw(&anybody, "Cư trú").await;
    for counter in [1, 2, 1] {
        app.advance(chrono::TimeDelta::minutes(2));
        reception.post("/v1/queue/call-next", call(counter, &["Hộ tịch"])).await.expect(200);
    }
    app.advance(chrono::TimeDelta::minutes(2));
    let wall = anybody.get(&format!("{}/queue", centre())).await.expect(200);
    let called: Vec<_> = wall.json["called"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| (at["number"].clone(), at["counter"].clone()))
        .collect();
    assert_eq!(called, [(json!("003"), json!(1)), (json!("002"), json!(2))], "called last, first");
    let expected = json!([
        { "field": "Cư trú", "waiting": 1 },
        // Three calls in the last six minutes, and two still wait.
        { "field": "Hộ tịch", "waiting": 2, "estimate_minutes": 4 },
    ]);
    assert_eq!(wall.json["waiting"], expected);
    assert!(wall.header("cache-control").contains("max-age=1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_drawn_for_fields_that_there_are_at_agencies_that_there_are() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let refused = anybody.post(&format!("{}/tickets", centre()), json!({ "field": "Bói toán" })).await.expect(422);
    assert_eq!(refused.problem(), "queue.unknown_field");
    for gone in [agency_id("H26.9.01").unwrap().to_string(), new_key()] {
        anybody.post(&format!("/v1/agencies/{gone}/tickets"), json!({ "field": "Hộ tịch" })).await.expect(404);
        anybody.get(&format!("/v1/agencies/{gone}/queue")).await.expect(404);
    }
    draw(&app.citizen("congdan1").await, "Hộ tịch").await;
    let named = "SELECT count(*) FROM journal WHERE event_kind = 'ticket.drawn' AND actor_id IS NOT NULL";
    assert_eq!(app.count(named).await, 0, "a ticket names nobody");
}
