//! What happens to a dossier beside its steps: fees are ordered, paid, cancelled and given back, and agencies answer.

use procedures::workflow::Status;
use serde_json::{Value, json};

use super::Way;
use crate::cast::{Cast, PERMIT_ONLINE};
use crate::fees::{order, paid, tell};
use crate::harness::TestApp;

/// One of them, if there is something to do it to; checks that it is allowed exactly where it should be.
pub async fn deed(rng: &mut fastrand::Rng, app: &TestApp, cast: &Cast, way: &mut Way) -> bool {
    way.look(cast).await;
    let done = match rng.u8(..7) {
        0 => order_fee(cast, way).await,
        1 | 2 => reply(rng, cast, way).await,
        3 => pay_online(rng, app, cast, way).await,
        4 => pay_at_the_counter(rng, cast, way).await,
        5 => cancel(rng, cast, way).await,
        _ => give_back(rng, app, cast, way).await,
    };
    if let Some(what) = &done {
        way.told.push(what.clone());
        way.look(cast).await;
    }
    done.is_some()
}

/// A transaction that nobody has told of.
fn fresh(rng: &mut fastrand::Rng) -> String {
    format!("T-{:016x}", rng.u64(..))
}

/// One of what is under `/fees`: an order or a payment.
async fn one_of(rng: &mut fastrand::Rng, cast: &Cast, way: &Way, what: &str) -> Option<Value> {
    let fees = cast.client(way.holder()).get(&format!("/v1/dossiers/{}/fees", way.id)).await.expect(200).json;
    let all = fees[what].as_array().unwrap();
    rng.choice(all).cloned()
}

async fn order_fee(cast: &Cast, way: &Way) -> Option<String> {
    // Only the permit of a house costs `fee`, and reception sees no drafts, nor what was given up as one.
    if [Status::Draft, Status::Withdrawn].contains(&way.at) || way.kind.procedure != PERMIT_ONLINE.procedure {
        return None;
    }
    let seen = cast.client(way.holder()).get(&format!("/v1/dossiers/{}", way.id)).await.expect(200).json;
    if way.at.is_open() && seen["case"] != "house" {
        return None;
    }
    if way.at.is_open() {
        return Some(format!("fee {}", order(cast, &way.id).await));
    }
    let lines = json!({ "lines": [{ "fee": "fee" }] });
    let refused = cast.client("tiepnhan").post(&format!("/v1/dossiers/{}/fees", way.id), lines).await;
    assert_eq!(refused.status, 409, "{way}: {}", refused.text);
    assert_eq!(refused.problem(), "fee.closed", "{way}");
    None
}

/// The gateway tells of money, mostly of what was asked for; whatever the order's state, it is taken in.
async fn pay_online(rng: &mut fastrand::Rng, app: &TestApp, cast: &Cast, way: &Way) -> Option<String> {
    let order = one_of(rng, cast, way, "orders").await?;
    let amount = order["amount"].as_i64().unwrap() - i64::from(rng.u8(..4) == 0);
    let event = paid(order["id"].as_str().unwrap(), &fresh(rng), amount);
    for _ in 0..rng.usize(1..3) {
        let taken = tell(app, &event).await;
        assert_eq!(taken.status, 204, "{way}: {event}: {}", taken.text);
    }
    Some(format!("{amount} for {} order", order["status"]))
}

async fn pay_at_the_counter(rng: &mut fastrand::Rng, cast: &Cast, way: &Way) -> Option<String> {
    let order = one_of(rng, cast, way, "orders").await?;
    let at = format!("/v1/dossiers/{}/fees/{}/record-payment", way.id, order["id"].as_str().unwrap());
    let cash = json!({ "method": "cash", "transaction": fresh(rng) });
    let answer = cast.client("tiepnhan").post(&at, cash).await;
    let expected = if order["status"] == "open" { 200 } else { 409 };
    assert_eq!(answer.status, expected, "{way}: {order}: {}", answer.text);
    Some(format!("cash for {} order", order["status"]))
}

async fn cancel(rng: &mut fastrand::Rng, cast: &Cast, way: &Way) -> Option<String> {
    let order = one_of(rng, cast, way, "orders").await?;
    let at = format!("/v1/dossiers/{}/fees/{}/cancel", way.id, order["id"].as_str().unwrap());
    let why = json!({ "reason": "Gia đình thuộc diện miễn lệ phí." });
    let answer = cast.client("tiepnhan").post(&at, why).await;
    // What the examination waits for is not reception's to let be.
    let expected = match (order["status"] == "open", order["kind"] == "duty") {
        (true, false) => 200,
        (true, true) => 403,
        (false, _) => 409,
    };
    assert_eq!(answer.status, expected, "{way}: {order}: {}", answer.text);
    Some(format!("cancel {} {}", order["status"], order["kind"]))
}

/// A leader orders that money goes back, or the gateway tells that it has gone, or could not.
async fn give_back(rng: &mut fastrand::Rng, app: &TestApp, cast: &Cast, way: &Way) -> Option<String> {
    let payment = one_of(rng, cast, way, "payments").await?;
    let (id, status) = (payment["id"].as_str().unwrap(), payment["status"].as_str().unwrap());
    match rng.u8(..3) {
        0 => tell(app, &json!({ "type": "refund.failed", "payment": id })).await.expect(204),
        1 => tell(app, &json!({ "type": "refund.succeeded", "payment": id, "transaction": fresh(rng) }))
            .await
            .expect(204),
        _ => {
            let at = format!("/v1/dossiers/{}/payments/{id}/refund", way.id);
            let why = json!({ "reason": "Nộp hai lần cho một khoản.", "transaction": fresh(rng) });
            let expected = if ["refunding", "refunded"].contains(&status) { 409 } else { 200 };
            let answer = cast.client("lanhdao").post(&at, why).await;
            assert_eq!(answer.status, expected, "{way}: {payment}: {}", answer.text);
            answer
        }
    };
    Some(format!("back {status}"))
}

/// One of the agencies that were asked answers.
async fn reply(rng: &mut fastrand::Rng, cast: &Cast, way: &Way) -> Option<String> {
    for who in ["xaydung", "badinh"] {
        let asked = cast.client(who).get("/v1/consultations?limit=200").await.expect(200).json;
        let about = asked["items"].as_array().unwrap().iter().find(|line| line["dossier_id"] == way.id.as_str());
        let Some(question) = about.filter(|_| rng.bool()) else { continue };
        let at = format!("/v1/consultations/{}/reply", question["id"].as_str().unwrap());
        let opinion = json!({ "opinion": "agreed", "words": "Phù hợp quy hoạch đã duyệt." });
        let answer = cast.client(who).post(&at, opinion).await;
        assert_eq!(answer.status, 200, "{way}: {question}: {}", answer.text);
        return Some(format!("{who} answers"));
    }
    None
}
