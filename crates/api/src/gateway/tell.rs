//! How the demo's gateway tells what happened: until it is heard, with longer and longer pauses.

use std::time::Duration;

use reqwest::Client;

use super::{GatewayEvent, signature};

/// How often an event is told before it is given up.
const TRIES: u32 = 20;

#[derive(Clone)]
pub struct Teller {
    secret: Vec<u8>,
    client: Client,
}

impl Teller {
    /// # Errors
    /// One sentence for the operator.
    pub fn new(secret: Vec<u8>) -> Result<Self, String> {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build();
        let client = client.map_err(|error| format!("The gateway has no client: {error}."))?;
        Ok(Self { secret, client })
    }

    /// Tells an event; whether it was heard.
    pub async fn tell(self, to: String, event: GatewayEvent) -> bool {
        let body = serde_json::to_vec(&event).unwrap_or_default();
        let signed = signature::sign(&self.secret, &body);
        for n in 0..TRIES {
            let request = self.client.post(&to).header("content-type", "application/json");
            let request = request
                .header(signature::ID, &signed.id)
                .header(signature::TIMESTAMP, &signed.timestamp)
                .header(signature::SIGNATURE, &signed.signature)
                .body(body.clone());
            if request.send().await.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100 << n.min(7))).await;
        }
        log::error!("the demo's gateway could not tell what happened: {to} does not answer");
        false
    }
}
