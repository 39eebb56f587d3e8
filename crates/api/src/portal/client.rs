//! What is sent to the portal.

use std::time::Duration;

use procedures::national::StatusChange;
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::gateway::signature;
use crate::settings::Partner;

/// Our side of it.
pub struct Portal {
    partner: Partner,
    client: Client,
}

impl Portal {
    /// # Errors
    /// A sentence for the operator.
    pub fn new(partner: Partner) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            .https_only(partner.url.starts_with("https://"))
            .build()
            .map_err(|error| format!("The client for NATIONAL_PORTAL_URL cannot be made: {error}."))?;
        Ok(Self { partner, client })
    }

    /// Tells a change; whether it was taken, or why not.
    pub(super) async fn tell(&self, change: &StatusChange) -> Result<(), String> {
        let body = serde_json::to_vec(change).expect("plain data");
        let signed = signature::sign(&self.partner.secret, &body);
        let request = self.client.post(format!("{}/statuses", self.partner.url)).body(body);
        let request = request
            .header("content-type", "application/json")
            .header(signature::ID, signed.id)
            .header(signature::TIMESTAMP, signed.timestamp)
            .header(signature::SIGNATURE, signed.signature);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answers {}", answer.status())),
            Err(error) => Err(error.without_url().to_string()),
        }
    }
}
