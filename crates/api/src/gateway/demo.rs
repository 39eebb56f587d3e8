//! A payment gateway to try things with. It shows a page with one button, takes nothing from anybody, and tells what happened
//! until it is heard. It forgets everything when it ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Clock;
use serde_json::json;
use uuid::Uuid;

use super::tell::Teller;
use super::{Checkout, GatewayEvent, Refund, signature};

struct Demo {
    address: SocketAddr,
    secret: Vec<u8>,
    teller: Teller,
    /// By order.
    checkouts: Mutex<HashMap<Uuid, Paying>>,
    /// By payment, what was told of them.
    refunds: Mutex<HashMap<Uuid, String>>,
}

#[derive(Clone)]
struct Paying {
    checkout: Checkout,
    /// Once it is paid.
    number: Option<String>,
}

/// Adds it to a program's routes.
///
/// # Errors
/// One sentence for the operator.
pub fn routes(address: SocketAddr, secret: Vec<u8>) -> Result<impl Fn(&mut ServiceConfig) + Clone + Send, String> {
    let teller = Teller::new(secret.clone())?;
    let (checkouts, refunds) = Default::default();
    let demo = Data::new(Demo { address, secret, teller, checkouts, refunds });
    Ok(move |config: &mut ServiceConfig| {
        config
            .app_data(Data::clone(&demo))
            .service(resource("/checkouts").route(post().to(open)))
            .service(resource("/refunds").route(post().to(refund)))
            .service(resource("/pay/{order}").route(get().to(show)).route(post().to(pay)));
    })
}

async fn open(demo: Data<Demo>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let Some(checkout) = signature::message::<Checkout>(&demo.secret, &request, &body) else {
        return HttpResponse::Forbidden().finish();
    };
    let order = checkout.order.0;
    let mut checkouts = demo.checkouts.lock().unwrap_or_else(PoisonError::into_inner);
    checkouts.entry(order).or_insert(Paying { checkout, number: None });
    HttpResponse::Created().json(json!({ "address": format!("http://{}/pay/{order}", demo.address) }))
}

async fn show(demo: Data<Demo>, order: Path<Uuid>) -> HttpResponse {
    let Some(Paying { checkout, number: paid }) = found(&demo, *order) else {
        return HttpResponse::NotFound().finish();
    };
    let button = match paid {
        None => "<form method=post><button>Nộp (thử)</button></form>",
        Some(_) => "<p>Đã nộp.</p>",
    };
    let description = escape(&checkout.description);
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html><html lang=vi><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Thanh toán thử</title><h1>Thanh toán thử</h1><p>{description}</p><p><b>{} đ</b></p>{button}",
        checkout.amount
    ))
}

/// The payer presses the button. Pressed twice, it is one payment, told once more.
async fn pay(demo: Data<Demo>, order: Path<Uuid>) -> HttpResponse {
    let Some(mut paying) = found(&demo, *order) else { return HttpResponse::NotFound().finish() };
    let transaction = paying.number.get_or_insert_with(|| format!("DEMO-{}", number())).clone();
    let checkout = paying.checkout.clone();
    let amount = checkout.amount;
    demo.checkouts.lock().unwrap_or_else(PoisonError::into_inner).insert(*order, paying);
    let event =
        GatewayEvent::PaymentSucceeded { order: checkout.order, transaction, amount, at: Clock::default().now() };
    let told = demo.teller.clone().tell(checkout.notify, event);
    // A payer in a browser goes on at once; a program waits to hear whether the server has taken it.
    match checkout.return_to {
        Some(return_to) => {
            actix_web::rt::spawn(told);
            HttpResponse::SeeOther().insert_header((header::LOCATION, return_to)).finish()
        }
        None if told.await => HttpResponse::Ok().json(json!({ "paid": amount })),
        None => HttpResponse::BadGateway().finish(),
    }
}

async fn refund(demo: Data<Demo>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let Some(refund) = signature::message::<Refund>(&demo.secret, &request, &body) else {
        return HttpResponse::Forbidden().finish();
    };
    let payment = refund.payment;
    let mut refunds = demo.refunds.lock().unwrap_or_else(PoisonError::into_inner);
    let transaction = refunds.entry(payment.0).or_insert_with(|| format!("DEMO-R-{}", number())).clone();
    drop(refunds);
    let event = GatewayEvent::RefundSucceeded { payment, transaction };
    actix_web::rt::spawn(demo.teller.clone().tell(refund.notify, event));
    HttpResponse::Accepted().finish()
}

fn found(demo: &Demo, order: Uuid) -> Option<Paying> {
    demo.checkouts.lock().unwrap_or_else(PoisonError::into_inner).get(&order).cloned()
}

fn number() -> String {
    kernel::clock::uuid_at(Clock::default().now()).simple().to_string()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
