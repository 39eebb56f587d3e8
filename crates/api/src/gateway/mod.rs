//! The payment gateway: where applicants are sent to pay, and what is asked to give money back. It speaks a small protocol over
//! HTTP (docs/payments.md); a bank's own system stands behind an adapter that speaks it. [`demo`] is one for trying.

pub mod demo;
pub mod signature;
mod tell;

use std::time::Duration;

use chrono::{DateTime, Utc};
use kernel::problem::Error;
use procedures::fee::{FeeOrder, FeeOrderId, Payment, PaymentId};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::GATEWAY_UNAVAILABLE;
use crate::settings::Partner;

/// Somebody is to be sent to the gateway to pay this.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkout {
    pub order: FeeOrderId,
    /// In đồng.
    pub amount: i64,
    /// For the payer: names nobody.
    pub description: String,
    /// Where the payer's browser goes afterwards.
    pub return_to: Option<String>,
    /// Where events are told.
    pub notify: String,
}

/// A payment is to go back, whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub payment: PaymentId,
    /// The gateway's number of what was paid.
    pub transaction: String,
    pub amount: i64,
    pub notify: String,
}

/// What a gateway tells.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum GatewayEvent {
    #[serde(rename = "payment.succeeded")]
    PaymentSucceeded {
        order: FeeOrderId,
        /// The gateway's number.
        #[schema(min_length = 1, max_length = 100)]
        transaction: String,
        /// In đồng.
        #[schema(minimum = 1, maximum = 1000000000000_i64)]
        amount: i64,
        at: DateTime<Utc>,
    },
    /// Nothing was paid; the order stays open.
    #[serde(rename = "payment.failed")]
    PaymentFailed { order: FeeOrderId },
    #[serde(rename = "refund.succeeded")]
    RefundSucceeded {
        payment: PaymentId,
        #[schema(min_length = 1, max_length = 100)]
        transaction: String,
    },
    #[serde(rename = "refund.failed")]
    RefundFailed { payment: PaymentId },
}

#[derive(Deserialize)]
struct Opened {
    address: String,
}

/// Our side of it.
pub struct Gateway {
    settings: Partner,
    notify: String,
    client: Client,
}

impl Gateway {
    /// The client of a gateway, which tells its events to the server at `public_url`.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(settings: Partner, public_url: &str) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            .https_only(settings.url.starts_with("https://"))
            // Workers share it and each has a runtime of its own: connections do not outlive a call.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| format!("The client for PAYMENT_GATEWAY_URL cannot be made: {error}."))?;
        Ok(Self { settings, notify: format!("{public_url}/v1/payments/events"), client })
    }

    /// The secret that signs its events.
    pub fn secret(&self) -> &[u8] {
        &self.settings.secret
    }

    /// Where the payer goes to pay this order. Asked again, the gateway gives the same order no second payment.
    ///
    /// # Errors
    /// [`GATEWAY_UNAVAILABLE`].
    pub async fn open(&self, order: &FeeOrder, description: String, return_to: Option<String>) -> Result<Url, Error> {
        let notify = self.notify.clone();
        let checkout = Checkout { order: order.id, amount: order.amount, description, return_to, notify };
        let answer = self.post("checkouts", &checkout).await?;
        let opened: Opened = answer.json().await.map_err(|error| unavailable(&error.without_url()))?;
        let address = Url::parse(&opened.address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        address.ok_or_else(|| unavailable(&"it names no address to pay at"))
    }

    /// Asks for a payment to go back. What becomes of it is told by an event; asked again, it goes back once.
    ///
    /// # Errors
    /// [`GATEWAY_UNAVAILABLE`].
    pub async fn refund(&self, payment: &Payment) -> Result<(), Error> {
        let refund = Refund {
            payment: payment.id,
            transaction: payment.transaction.clone(),
            amount: payment.amount,
            notify: self.notify.clone(),
        };
        self.post("refunds", &refund).await.map(drop)
    }

    async fn post(&self, what: &str, body: &impl Serialize) -> Result<reqwest::Response, Error> {
        let body = serde_json::to_vec(body).expect("plain data");
        let signed = signature::sign(&self.settings.secret, &body);
        let request = self.client.post(format!("{}/{what}", self.settings.url)).body(body);
        let request = request
            .header("content-type", "application/json")
            .header(signature::ID, signed.id)
            .header(signature::TIMESTAMP, signed.timestamp)
            .header(signature::SIGNATURE, signed.signature);
        let answer = request.send().await.map_err(|error| unavailable(&error.without_url()))?;
        if answer.status().is_success() {
            Ok(answer)
        } else {
            Err(unavailable(&format!("it answers {}", answer.status())))
        }
    }
}

fn unavailable(why: &dyn std::fmt::Display) -> Error {
    GATEWAY_UNAVAILABLE.because(format!("the payment gateway: {why}")).retry_after(30)
}
