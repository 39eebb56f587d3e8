//! The end of a day at a centre, and whoever plays with its queue.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::appointments::centre;
use crate::harness::{Answer, Client, TestApp};
use crate::journal::replica;

async fn draw(client: &Client, code: &str) -> Answer {
    client.post(&format!("{}/tickets", centre(code)), json!({ "field": "Hộ tịch" })).await
}

async fn call_next(reception: &Client) -> Answer {
    reception.post("/v1/queue/call-next", json!({ "counter": 1 })).await
}

fn closed() -> &'static str {
    "SELECT count(*) FROM tickets WHERE status = 'closed'"
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_evening_what_nobody_has_ended_is_closed() {
    let app = TestApp::new().await;
    let (anybody, reception) = (app.anonymous(), app.staff("tiepnhan").await);
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(draw(&anybody, "H26.13.01").await.expect(201).id());
    }
    for _ in 0..3 {
        call_next(&reception).await.expect(200);
    }
    for (n, action) in [(0, "serve"), (1, "no-show")] {
        reception.post(&format!("/v1/tickets/{}/{action}", ids[n]), json!({})).await.expect(200);
    }
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE kind = 'evening'").await, 3, "what is over needs none");

    // The door shuts at 17:30, and whoever has a number is served for another hour.
    app.set_time("2026-08-17T18:29:59+07:00");
    let reception = app.staff("tiepnhan").await;
    assert_eq!(call_next(&reception).await.expect(200).id(), ids[3]);
    assert_eq!(app.count(closed()).await, 0);
    app.set_time("2026-08-17T18:30:00+07:00");
    app.eventually(closed(), 3).await;
    let status = async |n: usize| anybody.get(&format!("/v1/tickets/{}", ids[n])).await.expect(200).json;
    assert_eq!(
        (status(0).await["status"].clone(), status(1).await["status"].clone()),
        (json!("served"), json!("no_show"))
    );
    let (called, never) = (status(2).await, status(4).await);
    assert_eq!((&called["status"], &called["counter"]), (&json!("closed"), &json!(1)), "nobody said what became of it");
    assert_eq!((&never["status"], &never["calls"]), (&json!("closed"), &json!(0)), "the centre never called it");
    assert_eq!(never["closed_at"], "2026-08-17T11:30:00Z");
    let serve = reception.post(&format!("/v1/tickets/{}/serve", ids[2]), json!({})).await.expect(409);
    assert_eq!(serve.json["state"], "closed");
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'ticket.closed' AND actor_kind = 'system'";
    assert_eq!(app.count(told).await, 3);
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE kind = 'evening'").await, 0);

    app.set_time("2026-08-18T08:00:00+07:00");
    let wall = anybody.get(&format!("{}/queue", centre("H26.13.01"))).await.expect(200);
    assert_eq!(wall.json, json!({ "called": [], "waiting": [] }));
    assert_eq!(draw(&anybody, "H26.13.01").await.expect(201).json["number"], "001");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_drawn_while_the_door_is_shut_is_closed_at_midnight() {
    let app = TestApp::new().await;
    for (drawn, before) in [
        ("2026-08-17T18:30:00+07:00", "2026-08-17T23:59:59+07:00"),
        ("2026-08-23T10:00:00+07:00", "2026-08-23T23:59:59+07:00"),
    ] {
        app.set_time(drawn);
        let so_far = app.count(closed()).await;
        draw(&app.anonymous(), "H26.13.01").await.expect(201);
        app.set_time(before);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(app.count(closed()).await, so_far);
        app.advance(TimeDelta::seconds(1));
        app.eventually(closed(), so_far + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_draws_and_draws_is_told_to_come_back_later() {
    let app = TestApp::new().await;
    let other = replica(&app).await;
    let (anybody, elsewhere) = (app.anonymous(), Client::at(&format!("http://{}", other.address)));
    for n in 0..20 {
        app.advance(TimeDelta::seconds(6));
        draw(if n % 2 == 0 { &anybody } else { &elsewhere }, "H26.13.01").await.expect(201);
    }
    for client in [&anybody, &elsewhere] {
        let refused = draw(client, "H26.13.01").await.expect(429);
        assert_eq!((refused.problem(), refused.header("retry-after")), ("queue.too_many_tickets", "786"));
    }
    draw(&anybody, "H26.13.02").await.expect(201);
    draw(&app.citizen("congdan1").await, "H26.13.01").await.expect(201);
    let machine = app.staff("tiepnhan").await;
    for _ in 0..30 {
        draw(&machine, "H26.13.01").await.expect(201);
    }
    assert_eq!(app.count("SELECT last FROM ticket_serials ORDER BY last DESC LIMIT 1").await, 51, "no number is lost");
    app.advance(TimeDelta::seconds(786));
    draw(&anybody, "H26.13.01").await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM ticket_draws WHERE draws > bound").await, 0);
    let known: Value = app.anonymous().get("/problems/queue.too_many_tickets").await.expect(200).json;
    assert!(known.is_object());
    other.stop().await;
}
