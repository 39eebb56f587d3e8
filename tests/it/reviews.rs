//! Reviews of procedures and regulations: who proposes and who decides, what it saves, and that only the catalogue shows it done.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::appointments::put;
use crate::cast::{Cast, ELSEWHERE};
use crate::harness::{Answer, Client, TestApp, new_key};

fn new(subject: Value) -> Value {
    json!({ "subject": subject, "plan_year": 2026, "title": "Rà soát Zephyrine", "reason": "Zephyrine phản ánh." })
}

fn permit() -> Value {
    new(json!({ "kind": "procedure", "code": "1.013225" }))
}

/// A change that spares whoever files four of eight hours.
fn proposal(change: Value) -> Value {
    json!({
        "change": change, "reason": "Zephyrine đề nghị.",
        "cost": {
            "filings_per_year": 1200,
            "before": { "minutes": 480, "services": 200_000, "fees": 75_000, "other": 30_000 },
            "after": { "minutes": 240, "services": 200_000, "fees": 75_000, "other": 30_000 },
        },
    })
}

fn no_land_paper() -> Value {
    proposal(json!({ "kind": "drop_component", "case": "house", "component": "land_paper" }))
}

fn sooner(days: u32) -> Value {
    let limit = json!({ "amount": days, "unit": "working_day" });
    proposal(json!({ "kind": "shorten_limit", "case": "house", "limit": limit }))
}

fn repeal() -> Value {
    let mut repeal = proposal(json!({ "kind": "repeal" }));
    repeal["cost"].as_object_mut().unwrap().remove("after");
    repeal
}

fn proposals(proposals: &[Value]) -> Value {
    json!({ "proposals": proposals })
}

/// Opens a review with these proposals; gives its address.
async fn open(officer: &Client, proposed: &[Value]) -> String {
    let at = officer.post("/v1/reviews", permit()).await.expect(201).header("location").to_owned();
    put(officer, &at, "\"1\"", &proposals(proposed)).await.expect(200);
    at
}

async fn submitted(officer: &Client, proposed: &[Value]) -> String {
    let at = open(officer, proposed).await;
    officer.post(&format!("{at}/submit"), json!({})).await.expect(200);
    at
}

async fn decide(leader: &Client, at: &str, number: u16, outcome: &str) -> Answer {
    leader.post(&decision(at, number), json!({ "outcome": outcome, "ground": "Zephyrine đồng ý." })).await
}

fn decision(at: &str, number: u16) -> String {
    format!("{at}/proposals/{number}/decide")
}

/// A review with one accepted and one rejected proposal.
pub async fn decided(app: &TestApp) -> String {
    let at = submitted(&app.staff("chuyenvien").await, &[no_land_paper(), sooner(5)]).await;
    let leader = app.staff("lanhdao").await;
    decide(&leader, &at, 1, "accepted").await.expect(200);
    decide(&leader, &at, 2, "rejected").await.expect(200);
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_public_once_every_proposal_is_decided() {
    let app = TestApp::new().await;
    let (officer, leader) = (app.staff("chuyenvien").await, app.staff("lanhdao").await);
    let (inspector, anybody) = (app.staff("thanhtra").await, app.anonymous());
    let at = open(&officer, &[no_land_paper(), sooner(5)]).await;
    let again = put(&officer, &at, "\"1\"", &proposals(&[no_land_paper(), sooner(5)])).await.expect(200);
    assert_eq!(again.header("etag"), "\"2\"", "the same again");
    anybody.get(&at).await.expect(404);
    app.citizen("congdan1").await.get(&at).await.expect(404);
    let seen = inspector.get(&at).await.expect(200);
    assert_eq!((&seen.json["status"], &seen.json["allowed_actions"]), (&json!("open"), &json!([])));
    assert_eq!(officer.get(&at).await.expect(200).json["allowed_actions"], json!(["propose", "submit"]));

    let submitted = officer.post(&format!("{at}/submit"), json!({})).await.expect(200);
    assert_eq!(submitted.json["status"], "submitted");
    assert_eq!(leader.get(&at).await.expect(200).json["allowed_actions"], json!(["decide"]));
    let first = decide(&leader, &at, 1, "accepted").await.expect(200);
    assert_eq!((&first.json["status"], first.json.get("decided_at")), (&json!("submitted"), None));
    anybody.get(&at).await.expect(404);
    let closed = decide(&leader, &at, 2, "rejected").await.expect(200);
    assert_eq!(closed.json["status"], "decided");
    let public = anybody.get(&at).await.expect(200);
    assert_eq!((&public.json, public.header("etag")), (&closed.json, "\"5\""));
    let known = async |at: &str, tag: &str| {
        let request = officer.request(reqwest::Method::GET, at).header("if-none-match", tag);
        officer.send(request).await
    };
    known(&at, "\"5\"").await.expect(200);
    let other = open(&officer, &[no_land_paper()]).await;
    known(&other, "\"2\"").await.expect(304);
    let words = &public.json["proposals"][1]["decision"];
    assert_eq!((&words["outcome"], &words["ground"]), (&json!("rejected"), &json!("Zephyrine đồng ý.")));
    assert!(public.json["proposals"][1].get("implementation").is_none(), "nothing is awaited of what is rejected");

    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'review'";
    assert_eq!(app.count(told).await, 5 + 2);
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event ILIKE '%zephyrine%'").await, 0);
    let counted = "SELECT sum((event::jsonb #>> '{proposal_decided,saved_per_year}')::bigint) FROM journal
        WHERE event::jsonb #>> '{proposal_decided,outcome}' = 'accepted'";
    assert_eq!(app.count(counted).await, 285_225_600, "so that savings can be counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saving_is_computed_and_shows_what_from() {
    let app = TestApp::new().await;
    let officer = app.staff("chuyenvien").await;
    let at = open(&officer, &[no_land_paper(), sooner(5)]).await;
    let seen = officer.get(&at).await.expect(200).json;
    let expected = json!({
        "before_per_filing": 780_376, "after_per_filing": 542_688, "before_per_year": 936_451_200,
        "after_per_year": 651_225_600, "saved_per_year": 285_225_600, "percent": 30.46,
    });
    assert_eq!(seen["proposals"][0]["saving"], expected);
    assert_eq!(seen["savings"], json!({ "proposed": 570_451_200, "accepted": 0, "implemented": 0 }));
    let rate = &seen["method"]["hourly_rate"];
    assert_eq!((&rate["amount"], &rate["mark"]), (&json!(59_422), &json!("R")));
    assert!(seen["method"]["formula"].as_str().unwrap().contains("minutes * hourly_rate / 60"));

    let mut given = no_land_paper();
    given["saving"] = json!({ "saved_per_year": 1 });
    let refused = put(&officer, &at, "*", &proposals(&[given])).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/proposals/0/saving"]), "nobody gives it");
    let all = put(&officer, &at, "*", &proposals(&[no_land_paper(), repeal()])).await.expect(200).json;
    assert_eq!(all["proposals"][1]["saving"]["percent"], 100.0);
    assert_eq!(all["savings"]["proposed"], 936_451_200, "nothing is saved beside all that it costs");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_there_is_can_be_changed_and_all_that_is_wrong_is_said_at_once() {
    let app = TestApp::new().await;
    let officer = app.staff("chuyenvien").await;
    let unknown =
        officer.post("/v1/reviews", new(json!({ "kind": "procedure", "code": "9.999999" }))).await.expect(422);
    assert_eq!(unknown.wrong(), BTreeSet::from(["/subject/code"]));
    let at = open(&officer, &[]).await;
    let fee = |amount: i64, fee: &str| json!({ "kind": "reduce_fee", "case": "house", "channel": "online", "fee": fee, "amount": amount });
    let mut dearer = sooner(6);
    dearer["cost"]["after"]["minutes"] = json!(481);
    let mut nothing_after = proposal(json!({ "kind": "change_online_level", "level": "full" }));
    nothing_after["cost"].as_object_mut().unwrap().remove("after");
    let wrong = [
        proposal(json!({ "kind": "drop_component", "case": "house", "component": "photograph" })),
        proposal(json!({ "kind": "drop_component", "case": "castle", "component": "drawings" })),
        dearer,
        sooner(7),
        proposal(json!({ "kind": "repeal" })),
        proposal(fee(75_000, "fee")),
        proposal(fee(0, "page")),
        proposal(json!({ "kind": "drop_condition", "condition": 2 })),
        nothing_after,
    ];
    let refused = put(&officer, &at, "*", &proposals(&wrong)).await.expect(422);
    let expected = [
        "/proposals/0/change/component",
        "/proposals/1/change/case",
        "/proposals/2/cost/after",
        "/proposals/3/change/limit",
        "/proposals/3/change",
        "/proposals/4/cost/after",
        "/proposals/5/change/amount",
        "/proposals/6/change/fee",
        "/proposals/7/change/condition",
        "/proposals/8/change/level",
        "/proposals/8/cost/after",
    ];
    assert_eq!(refused.wrong(), BTreeSet::from(expected));
    for change in [
        json!({ "kind": "drop_component", "case": "house", "component": "drawings", "saves": 1 }),
        json!({ "kind": "repeal", "case": "house" }),
        json!({ "kind": "abolish" }),
    ] {
        put(&officer, &at, "*", &proposals(&[proposal(change)])).await.expect(422);
    }
    let amend = |number: &str| {
        proposal(json!({ "kind": "amend_regulation", "number": number, "article": "Điều 54", "text": "Bãi bỏ." }))
    };
    put(&officer, &at, "*", &proposals(&[amend("217/2026/NĐ-CP")])).await.expect(200);

    let regulation = new(json!({ "kind": "regulation", "number": "217/2026/NĐ-CP" }));
    let at = officer.post("/v1/reviews", regulation).await.expect(201).header("location").to_owned();
    let refused = put(&officer, &at, "*", &proposals(&[amend("61/2018/NĐ-CP"), repeal()])).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/proposals/0/change/number", "/proposals/1/change/kind"]));
    let right = put(&officer, &at, "*", &proposals(&[amend("217/2026/NĐ-CP")])).await.expect(200);
    assert_eq!(right.json["subject"], json!({ "kind": "regulation", "number": "217/2026/NĐ-CP" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_propose_and_leaders_decide_each_at_their_own_agency() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (officer, leader) = (cast.client("chuyenvien"), cast.client("lanhdao"));
    for stranger in ["lanhdao", "tiepnhan", "thanhtra", "congdan1"] {
        let refused = cast.client(stranger).post("/v1/reviews", permit()).await.expect(403);
        assert_eq!(refused.problem(), "request.forbidden", "{stranger}");
    }
    let at = open(officer, &[no_land_paper()]).await;
    let elsewhere = cast.client(ELSEWHERE);
    assert_eq!(put(elsewhere, &at, "*", &proposals(&[])).await.expect(403).problem(), "review.not_yours");
    let submit = format!("{at}/submit");
    assert_eq!(elsewhere.post(&submit, json!({})).await.expect(403).problem(), "review.not_yours");
    officer.post(&submit, json!({})).await.expect(200);
    assert_eq!(decide(elsewhere, &at, 1, "accepted").await.expect(403).problem(), "review.not_yours");
    assert_eq!(decide(cast.client("giamdoc"), &at, 1, "accepted").await.expect(403).problem(), "review.not_yours");
    for stranger in ["chuyenvien", "quantri", "congdan1"] {
        let refused = decide(cast.client(stranger), &at, 1, "accepted").await.expect(403);
        assert_eq!(refused.problem(), "request.forbidden", "{stranger}");
    }
    decide(leader, &at, 1, "accepted").await.expect(200);
    // The unit that controls procedures reviews too.
    cast.client("quantri").post("/v1/reviews", permit()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn proposals_stand_from_submission_and_decisions_for_good() {
    let app = TestApp::new().await;
    let (officer, leader) = (app.staff("chuyenvien").await, app.staff("lanhdao").await);
    let at = open(&officer, &[]).await;
    let submit = format!("{at}/submit");
    assert_eq!(officer.post(&submit, json!({})).await.expect(409).problem(), "review.empty");
    put(&officer, &at, "*", &proposals(&[no_land_paper(), sooner(5)])).await.expect(200);
    assert_eq!(put(&officer, &at, "\"1\"", &proposals(&[])).await.expect(412).json["version"], 2);
    let early = decide(&leader, &at, 1, "accepted").await.expect(409);
    assert_eq!((early.problem(), &early.json["state"]), ("review.wrong_state", &json!("open")));
    officer.post(&submit, json!({})).await.expect(200);
    for refused in [officer.post(&submit, json!({})).await, put(&officer, &at, "*", &proposals(&[])).await] {
        let refused = refused.expect(409);
        assert_eq!((refused.problem(), &refused.json["state"]), ("review.wrong_state", &json!("submitted")));
    }
    for number in [0, 3] {
        let refused = decide(&leader, &at, number, "accepted").await.expect(404);
        assert_eq!(refused.problem(), "review.proposal_not_found");
    }
    let (key, said) = (new_key(), json!({ "outcome": "accepted", "ground": "Đồng ý." }));
    let first = leader.post_as(&key, &decision(&at, 1), said.clone()).await.expect(200);
    let replayed = leader.post_as(&key, &decision(&at, 1), said).await.expect(200);
    assert_eq!((replayed.text, replayed.headers.contains_key("idempotent-replayed")), (first.text, true));
    let twice = decide(&leader, &at, 1, "rejected").await.expect(409);
    assert_eq!((twice.problem(), &twice.json["state"]), ("review.proposal_decided", &json!("accepted")));
    let stale = leader.request(reqwest::Method::POST, &decision(&at, 2)).header("idempotency-key", new_key());
    let said = json!({ "outcome": "accepted", "ground": "Đồng ý." });
    leader.send(stale.header("if-match", "\"3\"").json(&said)).await.expect(412);
    decide(&leader, &at, 2, "accepted").await.expect(200);
    let late = decide(&leader, &at, 2, "rejected").await.expect(409);
    assert_eq!((late.problem(), &late.json["state"]), ("review.wrong_state", &json!("decided")));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_decisions_at_the_same_time_one_is_made() {
    let app = TestApp::new().await;
    let (officer, leader) = (app.staff("chuyenvien").await, app.staff("lanhdao").await);
    let at = submitted(&officer, &[no_land_paper(), sooner(5)]).await;
    let answers = futures_util::future::join_all(
        ["accepted", "rejected", "accepted", "rejected"].map(|outcome| decide(&leader, &at, 1, outcome)),
    );
    let answers = answers.await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((made.len(), refused.len()), (1, 3), "{answers:?}");
    assert!(refused.iter().all(|answer| ["concurrent_change", "review.proposal_decided"].contains(&answer.problem())));
    let seen = officer.get(&at).await.expect(200).json;
    assert_eq!(seen["proposals"][0]["decision"], made[0].json["proposals"][0]["decision"]);
    assert_eq!(seen["version"], 4);
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event_kind = 'review.proposal_decided'").await, 1);
}

/// Publishes the permit anew from that day on.
async fn publish(app: &TestApp, valid_from: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut next = app.anonymous().get("/v1/procedures/1.013225").await.expect(200).json;
    for name in ["id", "version", "valid_to"] {
        next.as_object_mut().unwrap().remove(name);
    }
    next["valid_from"] = json!(valid_from);
    change(&mut next["content"]["cases"][0]);
    app.staff("quantri").await.post("/v1/procedures", next).await.expect(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_change_is_done_once_a_later_version_does_it() {
    let app = TestApp::new().await;
    let (officer, leader) = (app.staff("chuyenvien").await, app.staff("lanhdao").await);
    let changes = [no_land_paper(), sooner(5), repeal()];
    let at = submitted(&officer, &changes).await;
    for number in 1..=3 {
        decide(&leader, &at, number, "accepted").await.expect(200);
    }
    let done = async || {
        let seen = app.anonymous().get(&at).await.expect(200).json;
        let proposals = seen["proposals"].as_array().unwrap().iter().map(|one| one["implementation"].clone());
        (proposals.collect::<Vec<_>>(), seen["savings"]["implemented"].clone())
    };
    let (pending, by) = (
        json!({ "state": "pending" }),
        |version: &str, from: &str| json!({ "state": "done", "implemented_by": version, "from": from }),
    );
    assert_eq!(done().await, (vec![pending.clone(); 3], json!(0)));

    // Six days are not yet five; the paper is gone.
    let drop = |case: &mut Value| {
        case["components"].as_array_mut().unwrap().retain(|paper| paper["code"] != "land_paper");
        case["limit"]["amount"] = json!(6);
    };
    let first = publish(&app, "2026-08-18", drop).await;
    let expected = vec![by(&first, "2026-08-18"), pending.clone(), pending.clone()];
    assert_eq!(done().await, (expected, json!(285_225_600)));

    app.set_time("2026-08-18T09:00:00+07:00");
    let second = publish(&app, "2026-09-01", |case| case["limit"]["amount"] = json!(4)).await;
    let expected = vec![by(&first, "2026-08-18"), by(&second, "2026-09-01"), pending.clone()];
    assert_eq!(done().await, (expected, json!(570_451_200)));

    // What is asked for again is not done any more.
    app.set_time("2026-09-03T09:00:00+07:00");
    let paper = json!({ "code": "land_paper", "name": "Giấy tờ về đất", "name_en": "Land paper", "required": true });
    let third = publish(&app, "2026-10-01", |case| case["components"].as_array_mut().unwrap().push(paper)).await;
    assert_eq!(done().await.0[..2], [pending.clone(), by(&second, "2026-09-01")]);

    let last_day = json!({ "last_day": "2026-12-31" });
    app.staff("quantri").await.post("/v1/procedures/1.013225/repeal", last_day).await.expect(200);
    let (states, saved) = done().await;
    assert_eq!((&states[2], saved), (&by(&third, "2027-01-01"), json!(936_451_200)));
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_are_listed_the_latest_first_and_by_agency_procedure_and_status() {
    let app = TestApp::new().await;
    let (officer, anybody) = (app.staff("chuyenvien").await, app.anonymous());
    let first = decided(&app).await;
    app.advance(chrono::TimeDelta::seconds(1));
    let regulation = new(json!({ "kind": "regulation", "number": "217/2026/NĐ-CP" }));
    let second = app.staff("quantri").await.post("/v1/reviews", regulation).await.expect(201).id();
    app.advance(chrono::TimeDelta::seconds(1));
    let third = submitted(&officer, &[sooner(6)]).await;
    let id = |at: &str| at.rsplit('/').next().unwrap().to_owned();
    let ids = |answer: &Answer| -> Vec<String> {
        let items = answer.json["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let commune = directory::demo::agency_id("H26.13.01").unwrap();
    for (filter, found) in [
        ("", vec![id(&third), second.clone(), id(&first)]),
        ("status=submitted", vec![id(&third)]),
        ("procedure=1.013225", vec![id(&third), id(&first)]),
        (&format!("agency={commune}&status=decided"), vec![id(&first)]),
        ("procedure=1.001193", vec![]),
    ] {
        assert_eq!(ids(&officer.get(&format!("/v1/reviews?{filter}")).await.expect(200)), found, "{filter}");
    }
    let public = anybody.get("/v1/reviews").await.expect(200);
    assert_eq!(ids(&public), [id(&first)]);
    assert_eq!(public.json["items"][0]["accepted_saving"], 285_225_600);
    assert_eq!(ids(&anybody.get("/v1/reviews?status=open").await.expect(200)), [""; 0]);
    let page = officer.get("/v1/reviews?limit=2").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let next = officer.get(&format!("/v1/reviews?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((ids(&next), next.json.get("next_cursor")), (vec![id(&first)], None));
    anybody.get(&format!("/v1/reviews?cursor={cursor}")).await.expect(400);
    officer.get("/v1/reviews?procedure=00000000").await.expect(400);
}
