//! Fees are ordered, paid at the counter or through a gateway that may tell of the same money any number of times, and given
//! back (NĐ 61/2018 Art. 22). The gateway here is a program of its own.

use api::gateway::signature;
use chrono::TimeDelta;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::{Answer, Client, TestApp, papers};
use crate::start::gateway::{Gateway, SECRET};

/// What the bank has given its payer: a page that a copy can be made of without hidden data.
const SLIP: &[u8] = include_bytes!("../../migrations/seed/demo/paper.pdf");

pub async fn served_by(gateway: &str) -> TestApp {
    TestApp::with(|flags| {
        flags.payment_gateway_url = Some(gateway.to_owned());
        flags.payment_gateway_secret = Some(SECRET.to_owned());
    })
    .await
}

/// One fee of 75,000 đ, ordered by reception. Returns its id.
pub async fn order(cast: &Cast, id: &str) -> String {
    let lines = json!({"lines": [{"fee": "fee"}]});
    cast.client("tiepnhan").post(&format!("/v1/dossiers/{id}/fees"), lines).await.expect(201).id()
}

async fn fees(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/dossiers/{id}/fees")).await.expect(200).json
}

/// An event, told as the gateway tells it.
pub async fn tell(app: &TestApp, event: &Value) -> Answer {
    let (body, secret) = (event.to_string(), signature::secret(SECRET).unwrap());
    let signed = signature::sign(&secret, body.as_bytes());
    let gateway = app.anonymous();
    let request = gateway.request(reqwest::Method::POST, "/v1/payments/events").body(body);
    let request = request
        .header("content-type", "application/json")
        .header(signature::ID, signed.id)
        .header(signature::TIMESTAMP, signed.timestamp)
        .header(signature::SIGNATURE, signed.signature);
    gateway.send(request).await
}

pub fn paid(order: &str, transaction: &str, amount: i64) -> Value {
    json!({
        "type": "payment.succeeded", "order": order, "transaction": transaction, "amount": amount,
        "at": "2026-08-17T02:05:00Z",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_is_paid_online_and_comes_back_through_a_gateway_of_its_own() {
    let gateway = Gateway::start();
    let app = served_by(&gateway.url).await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let id = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    let fee = order(&cast, &id).await;
    let ready = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!(ready.json["allowed_actions"], json!([]), "the result waits for the fee");
    let unpaid = cast.client("tiepnhan").step(&id, "return-result").await.expect(409);
    assert_eq!(unpaid.problem(), "dossier.fee_unpaid");

    let checkout = format!("/v1/dossiers/{id}/fees/{fee}/checkout");
    cast.client("congdan2").post(&checkout, json!({})).await.expect(404);
    let elsewhere = json!({"return_to": "https://evil.example/"});
    assert_eq!(citizen.post(&checkout, elsewhere).await.expect(422).wrong().into_iter().next(), Some("/return_to"));
    let opened = citizen.post(&checkout, json!({})).await.expect(200);
    assert_eq!(opened.json["amount"], 75_000);
    let page = opened.json["address"].as_str().unwrap();
    let browser = reqwest::Client::new();
    let shown = browser.get(page).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("75000 đ") && !shown.contains("Nguyễn"), "{shown}");
    // Impatience: the button is pressed twice.
    for _ in 0..2 {
        assert_eq!(browser.post(page).send().await.unwrap().status(), 200);
    }
    let after = fees(citizen, &id).await;
    assert_eq!((&after["unpaid"], &after["orders"][0]["status"]), (&json!(0), &json!("paid")));
    let payments = after["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "the same money counts once");
    assert_eq!((&payments[0]["method"], &payments[0]["applied"]), (&json!("gateway"), &json!(true)));
    // The proof can be checked by whoever knows the secret.
    let proof = |name: &str| payments[0]["statement"][name].as_str().unwrap();
    let secret = signature::secret(SECRET).unwrap();
    let body = proof("body").as_bytes();
    assert!(signature::fits(&secret, proof("id"), proof("timestamp"), proof("signature"), body));
    citizen.post(&checkout, json!({})).await.expect(409);

    let refund = format!("/v1/dossiers/{id}/payments/{}/refund", payments[0]["id"].as_str().unwrap());
    let why = json!({"reason": "Miễn lệ phí cho gia đình chính sách."});
    cast.client("tiepnhan").post(&refund, why.clone()).await.expect(403);
    let ordered = cast.client("lanhdao").post(&refund, why.clone()).await.expect(200);
    assert_eq!(ordered.json["status"], "refunding");
    app.eventually(&format!("SELECT count(*) FROM payments WHERE dossier_id = '{id}' AND status = 'refunded'"), 1)
        .await;
    assert_eq!(fees(citizen, &id).await["orders"][0]["status"], "refunded");
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE entity_kind = 'payment'").await, 0);
    let again = cast.client("lanhdao").post(&refund, why).await.expect(409);
    assert_eq!((again.problem(), &again.json["state"]), ("payment.refund_impossible", &json!("refunded")));
    let taken = said(PERMIT_ONLINE, Action::ReturnResult);
    cast.client("tiepnhan").post(&path(&id, Action::ReturnResult), taken).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_fits_no_order_is_kept_and_asked_back_until_it_has_gone() {
    // Nobody listens there: the gateway is down.
    let app = served_by("http://127.0.0.1:9").await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let fee = order(&cast, &id).await;
    let down = citizen.post(&format!("/v1/dossiers/{id}/fees/{fee}/checkout"), json!({})).await.expect(503);
    assert_eq!((down.problem(), down.header("retry-after")), ("payment.gateway_unavailable", "30"));

    tell(&app, &paid(&fee, "T-1", 7_500)).await.expect(204);
    assert_eq!(fees(citizen, &id).await["unpaid"], 75_000, "another sum settles nothing");
    for transaction in ["T-2", "T-3"] {
        app.advance(TimeDelta::seconds(1));
        tell(&app, &paid(&fee, transaction, 75_000)).await.expect(204);
    }
    for _ in 0..3 {
        tell(&app, &paid(&fee, "T-2", 75_000)).await.expect(204);
    }
    let after = fees(citizen, &id).await;
    let as_told: Vec<_> = after["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (&p["transaction"], &p["applied"], &p["status"]))
        .collect();
    assert_eq!(
        json!(as_told),
        json!([["T-1", false, "refunding"], ["T-2", true, "kept"], ["T-3", false, "refunding"]])
    );

    // The gateway is asked again and again, and its answer ends it.
    let waiting = "SELECT count(*) FROM timers WHERE entity_kind = 'payment' AND attempts > 0 AND fire_at > '2026-08-17 09:00+07'";
    app.eventually(waiting, 2).await;
    let ids = |n: usize| after["payments"][n]["id"].clone();
    let back = json!({"type": "refund.succeeded", "payment": ids(0), "transaction": "R-1"});
    for _ in 0..2 {
        tell(&app, &back).await.expect(204);
    }
    tell(&app, &json!({"type": "refund.failed", "payment": ids(2)})).await.expect(204);
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE entity_kind = 'payment'").await, 0);
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind LIKE 'dossier.refund%'");
    assert_eq!(app.count(&told).await, 2);
    // What the gateway could not do is done by hand, with a number.
    let refund = format!("/v1/dossiers/{id}/payments/{}/refund", ids(2).as_str().unwrap());
    let mut why = json!({"reason": "Nộp hai lần cho một khoản."});
    assert_eq!(
        cast.client("lanhdao").post(&refund, why.clone()).await.expect(422).wrong().into_iter().next(),
        Some("/transaction")
    );
    why["transaction"] = json!("PC-000045");
    assert_eq!(cast.client("lanhdao").post(&refund, why).await.expect(200).json["status"], "refunded");
    assert_eq!(fees(citizen, &id).await["orders"][0]["status"], "paid", "what was paid in order stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_gateway_has_signed_is_believed() {
    let app = served_by("http://127.0.0.1:9").await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let fee = order(&cast, &id).await;
    let stranger = app.anonymous();
    let event = paid(&fee, "T-1", 75_000).to_string();
    for secret in [None, Some("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] {
        let mut request = stranger.request(reqwest::Method::POST, "/v1/payments/events").body(event.clone());
        request = request.header("content-type", "application/json");
        if let Some(secret) = secret {
            let signed = signature::sign(&signature::secret(secret).unwrap(), event.as_bytes());
            request = request.header(signature::ID, signed.id).header(signature::TIMESTAMP, signed.timestamp);
            request = request.header(signature::SIGNATURE, signed.signature);
        }
        assert_eq!(stranger.send(request).await.expect(422).problem(), "payment.not_the_gateway");
    }
    assert_eq!(fees(cast.client("congdan1"), &id).await["unpaid"], 75_000);
    let unknown = paid("019b76da-a800-7000-8000-f1ffffffffff", "T-9", 75_000);
    assert_eq!(tell(&app, &unknown).await.expect(404).problem(), "fee.not_found");
    tell(&app, &json!({"type": "payment.failed", "order": fee})).await.expect(204);
    let half = tell(&app, &json!({"type": "payment.succeeded", "order": fee})).await.expect(422);
    assert!(!half.wrong().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_transaction_never_pays_for_two_orders() {
    let app = served_by("http://127.0.0.1:9").await;
    let cast = Cast::of(&app).await;
    let (one, other) =
        (cast.dossier(PERMIT_ONLINE, Status::Accepted).await, cast.dossier(PERMIT_ONLINE, Status::Accepted).await);
    let (first, second) = (order(&cast, &one).await, order(&cast, &other).await);
    tell(&app, &paid(&first, "T-1", 75_000)).await.expect(204);
    assert_eq!(tell(&app, &paid(&second, "T-1", 75_000)).await.expect(409).problem(), "payment.known");
    assert_eq!(fees(cast.client("congdan1"), &other).await["unpaid"], 75_000);
}

/// TT 226/2016/TT-BTC: 2,000 đ for each of the first two pages, 1,000 đ for each further one, 200,000 đ a copy at most.
#[tokio::test(flavor = "multi_thread")]
async fn a_certified_copy_is_priced_by_its_pages_and_never_beyond_its_cap() {
    let app = TestApp::new().await;
    let reception = app.staff("tiepnhan").await;
    let id = papers::file(&reception, "2.000815", "standard", &["original", "copies"]).await;
    reception.step(&id, "accept").await.expect(200);
    let at = format!("/v1/dossiers/{id}/fees");
    let copies = |pages: u32, quantity: u32| json!({"fee": "copy", "pages": pages, "quantity": quantity});
    let order = json!({"lines": [copies(300, 2), copies(3, 1)]});
    let ordered = reception.post(&at, order).await.expect(201).json;
    assert_eq!(ordered["amount"], 405_000, "two at the cap, one of three pages");
    let line =
        json!({"fee": "copy", "name": "Mỗi bản sao, tính theo trang", "amount": 200_000, "quantity": 2, "pages": 300});
    assert_eq!(ordered["lines"][0], line);

    let pointer = "/lines/0/pages";
    let unsaid = reception.post(&at, json!({"lines": [{"fee": "copy"}]})).await.expect(422);
    assert_eq!(
        (&unsaid.json["errors"][0]["pointer"], &unsaid.json["errors"][0]["code"]),
        (&json!(pointer), &json!("required"))
    );
    let permit = papers::file(&reception, "1.013225", "house", papers::PERMIT).await;
    reception.step(&permit, "accept").await.expect(200);
    let of_no_pages = json!({"lines": [{"fee": "fee", "pages": 2}]});
    let refused = reception.post(&format!("/v1/dossiers/{permit}/fees"), of_no_pages).await.expect(422);
    assert_eq!(refused.wrong().into_iter().collect::<Vec<_>>(), [pointer]);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_counter_a_payment_is_recorded_once_and_reception_may_let_a_fee_be() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let at = format!("/v1/dossiers/{id}/fees");
    let wrong = json!({"lines": [{"fee": "nothing"}, {"fee": "fee", "quantity": 2}]});
    assert_eq!(reception.post(&at, wrong).await.expect(422).wrong().into_iter().collect::<Vec<_>>(), ["/lines/0/fee"]);
    cast.client("badinh").post(&at, json!({"lines": [{"fee": "fee"}]})).await.expect(404);
    let (first, second) = (order(&cast, &id).await, order(&cast, &id).await);
    reception.post(&format!("{at}/{first}/checkout"), json!({})).await.expect(409);

    let cash = json!({"method": "cash", "transaction": "BL-000123"});
    let by_gateway = json!({"method": "gateway", "transaction": "T-1"});
    reception.post(&format!("{at}/{first}/record-payment"), by_gateway).await.expect(422);
    reception.post(&format!("{at}/{first}/record-payment"), cash.clone()).await.expect(200);
    let twice = reception.post(&format!("{at}/{first}/record-payment"), cash).await.expect(409);
    assert_eq!((twice.problem(), &twice.json["state"]), ("fee.settled", &json!("paid")));
    let why = json!({"reason": "Gia đình thuộc diện miễn lệ phí."});
    let cancelled = reception.post(&format!("{at}/{second}/cancel"), why).await.expect(200);
    assert_eq!(cancelled.json["status"], "cancelled");
    let after = fees(reception, &id).await;
    assert_eq!((&after["unpaid"], after["payments"].as_array().unwrap().len()), (&json!(0), 1));
}

/// NĐ 61/2018 Art. 22: what is paid without cash is proven.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_counts_with_the_paper_that_proves_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, reception) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let (at, proofs) = (format!("/v1/dossiers/{id}/fees"), format!("/v1/dossiers/{id}/payment-proofs"));
    let sha256 = kernel::files::Sha256::of(SLIP).to_string();
    let proof =
        json!({"file_name": "uy-nhiem-chi.pdf", "media_type": "application/pdf", "size": SLIP.len(), "sha256": sha256});
    let unasked = citizen.post(&proofs, proof.clone()).await.expect(409);
    assert_eq!(unasked.problem(), "attachment.closed", "nothing is to be paid");
    let fee = order(&cast, &id).await;
    let record = format!("{at}/{fee}/record-payment");
    let transfer = |proof: Option<&str>| {
        let mut payment = json!({"method": "bank_transfer", "transaction": "FT26329000123"});
        proof.inspect(|id| payment["proof_id"] = json!(id));
        payment
    };
    let wrong = async |payment: Value| {
        let refused = reception.post(&record, payment).await.expect(422);
        (refused.json["errors"][0]["pointer"].clone(), refused.json["errors"][0]["code"].clone())
    };
    let wrongly = |code: &str| (json!("/proof_id"), json!(code));
    assert_eq!(wrong(transfer(None)).await, wrongly("required"));
    assert_eq!(wrong(json!({"method": "postal", "transaction": "BĐ-1"})).await, wrongly("required"));
    let component = citizen.get(&format!("/v1/dossiers/{id}")).await.json["attachments"][0]["id"].clone();
    assert_eq!(wrong(transfer(component.as_str())).await, wrongly("unknown"), "a component proves no payment");

    cast.client("congdan2").post(&proofs, proof.clone()).await.expect(404);
    cast.client("chuyenvien").post(&proofs, proof.clone()).await.expect(403);
    let sent = citizen.post(&proofs, proof).await.expect(201);
    let proof = sent.id();
    assert_eq!(wrong(transfer(Some(&proof))).await, wrongly("not_uploaded"));
    citizen.put_file(sent.header("location"), SLIP).await.expect(200);
    let shown = fees(reception, &id).await;
    assert_eq!((&shown["proofs"][0]["id"], &shown["unpaid"]), (&json!(proof), &json!(75_000)));
    let seen = citizen.get(&format!("/v1/dossiers/{id}")).await.json;
    assert_eq!(seen["attachments"].as_array().unwrap().len(), 3, "it is none of the dossier's components");
    let copy = reception.get(sent.header("location")).await.expect(200);
    assert!(copy.text.starts_with("%PDF"));

    let paid = reception.post(&record, transfer(Some(&proof))).await.expect(200);
    assert_eq!((&paid.json["proof_id"], &paid.json["applied"]), (&json!(proof), &json!(true)));
    assert_eq!(fees(citizen, &id).await["unpaid"], 0);
    let told =
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event::text LIKE '%\"proof\":\"{proof}\"%'");
    assert_eq!(app.count(&told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examination_waits_for_a_duty_and_goes_on_when_it_is_paid() {
    let app = served_by("http://127.0.0.1:9").await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let id = cast.dossier(PERMIT_ONLINE, Status::AwaitingPayment).await;
    let waiting = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!(waiting.json["national_status"], 6);
    // A fee of the procedure beside it does not hold the examination up.
    order(&cast, &id).await;
    let orders = fees(citizen, &id).await["orders"].as_array().unwrap().clone();
    let duty = orders.into_iter().find(|order| order["kind"] == "duty").unwrap();
    assert_eq!(duty["document"], "123/TB-CCT");
    let why = json!({"reason": "Không phải nộp khoản này."});
    let cancel = format!("/v1/dossiers/{id}/fees/{}/cancel", duty["id"].as_str().unwrap());
    cast.client("tiepnhan").post(&cancel, why.clone()).await.expect(403);
    // While its withdrawal is decided, the payment changes where it would go back to.
    citizen.step(&id, "request-withdrawal").await.expect(200);
    tell(&app, &paid(duty["id"].as_str().unwrap(), "T-1", 1_250_000)).await.expect(204);
    let refused = cast.client("lanhdao").post(&path(&id, Action::RefuseWithdrawal), why).await.expect(200);
    assert_eq!(refused.json["status"], "processing");

    let other = cast.dossier(PERMIT_ONLINE, Status::AwaitingPayment).await;
    let duty = fees(citizen, &other).await["orders"][0]["id"].clone();
    tell(&app, &paid(duty.as_str().unwrap(), "T-2", 1_250_000)).await.expect(204);
    let went_on = citizen.get(&format!("/v1/dossiers/{other}")).await.expect(200);
    assert_eq!(went_on.json["status"], "processing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_at_the_end_need_not_be_and_what_comes_then_goes_back() {
    let app = served_by("http://127.0.0.1:9").await;
    let cast = Cast::of(&app).await;
    let (citizen, leader) = (cast.client("congdan1"), cast.client("lanhdao"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let fee = order(&cast, &id).await;
    citizen.step(&id, "request-withdrawal").await.expect(200);
    leader.step(&id, "approve-withdrawal").await.expect(200);
    assert_eq!(fees(citizen, &id).await["orders"][0]["status"], "cancelled");
    let (at, fee_again) = (format!("/v1/dossiers/{id}/fees"), json!({"lines": [{"fee": "fee"}]}));
    let closed = cast.client("tiepnhan").post(&at, fee_again).await.expect(409);
    assert_eq!(closed.problem(), "fee.closed");
    tell(&app, &paid(&fee, "T-1", 75_000)).await.expect(204);
    assert_eq!(fees(citizen, &id).await["payments"][0]["status"], "refunding");
    let other = cast.dossier(PERMIT_ONLINE, Status::AwaitingPayment).await;
    leader.post(&path(&other, Action::Stop), said(PERMIT_ONLINE, Action::Stop)).await.expect(200);
    assert_eq!(fees(citizen, &other).await["orders"][0]["status"], "cancelled");
}

/// Who is told to pay by a day has that day.
#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_not_stopped_for_a_duty_that_can_still_be_paid() {
    let app = served_by("http://127.0.0.1:9").await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let mut duty = said(PERMIT_ONLINE, Action::RequestPayment);
    duty["pay_by"] = json!("2026-08-16");
    let past = cast.client("chuyenvien").post(&path(&id, Action::RequestPayment), duty.clone()).await.expect(422);
    assert_eq!(past.wrong(), ["/pay_by"].into());
    duty["pay_by"] = json!("2026-08-19");
    cast.client("chuyenvien").post(&path(&id, Action::RequestPayment), duty).await.expect(200);
    let stop = said(PERMIT_ONLINE, Action::Stop);
    app.set_time("2026-08-19T23:00:00+07:00");
    let early = app.staff("lanhdao").await.post(&path(&id, Action::Stop), stop.clone()).await.expect(422);
    assert_eq!(early.json["errors"][0]["code"], "not_over");
    assert_eq!(fees(&app.citizen("congdan1").await, &id).await["orders"][0]["pay_by"], "2026-08-19");
    app.set_time("2026-08-20T00:00:00+07:00");
    app.staff("lanhdao").await.post(&path(&id, Action::Stop), stop).await.expect(200);
}

/// A procedure whose limit stands while a tax is awaited: the days of waiting are not the agency's.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_procedure_says_so_the_limit_stands_while_a_payment_is_awaited() {
    let app = served_by("http://127.0.0.1:9").await;
    app.sql(
        "UPDATE procedures SET content = jsonb_set(content, '{cases,0,payment_pauses}', 'true') WHERE code = '1.013225'",
    )
    .await;
    app.sql("UPDATE reference_data SET version = version + 1 WHERE kind = 'procedures'").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::AwaitingPayment).await;
    let waiting = cast.client("congdan1").get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!((&waiting.json["timeliness"], &waiting.json["due_date"]), (&json!("not_running"), &json!("2026-08-25")));
    app.advance(TimeDelta::days(2));
    let duty = fees(Cast::again(&app).await.client("congdan1"), &id).await["orders"][0]["id"].clone();
    tell(&app, &paid(duty.as_str().unwrap(), "T-1", 1_250_000)).await.expect(204);
    let after = Cast::again(&app).await.client("congdan1").get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!((&after.json["timeliness"], &after.json["due_date"]), (&json!("running"), &json!("2026-08-27")));
}
