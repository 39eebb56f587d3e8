//! The State's databases over HTTP. Each is asked at the address that the settings give it, by
//! `POST {"identity_number", "component"}`: the number is never in an address. 200 with an object is what was found, 404 nothing;
//! anything else, or nothing within five seconds, is a failure.

pub mod demo;

use std::collections::BTreeMap;
use std::time::Duration;

use procedures::data_source::{Connected, DataSource, Question, Said};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Map, Value, json};

use crate::settings::Settings;

/// What is kept of an answer at most, in bytes.
const LIMIT: usize = 64 * 1024;

/// The databases that this installation can ask.
pub struct Sources {
    pub connected: Connected,
    addresses: BTreeMap<String, Url>,
    client: Client,
}

impl Sources {
    /// Those of the settings; nobody is asked yet.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let addresses: BTreeMap<String, Url> =
            settings.data_sources.iter().map(|source| (source.code.clone(), source.address.clone())).collect();
        let mut client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
            // Workers share it and each has a runtime of its own; look-ups are rare enough to connect anew.
            .pool_max_idle_per_host(0);
        if settings.demo {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| format!("The client for DATA_SOURCES cannot be made: {error}."))?;
        Ok(Self { connected: Connected::new(addresses.keys().cloned()), addresses, client })
    }

    async fn fetch(&self, question: &Question) -> Result<Said, String> {
        let address = self.addresses.get(&question.source.code).ok_or("it has no address")?;
        let body = json!({ "identity_number": question.identity_number, "component": question.component });
        let asked = self.client.post(address.clone()).json(&body).send().await;
        let mut response = asked.map_err(|error| error.without_url().to_string())?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Said::NotFound),
            status => return Err(format!("it answers {status}")),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
            if bytes.len() + chunk.len() > LIMIT {
                return Err("its answer is too long".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        // What cannot be read may be about people: none of it is told.
        let found = serde_json::from_slice::<Map<String, Value>>(&bytes);
        let found = found.map_err(|_| "its answer is no JSON object".to_owned())?;
        // PostgreSQL keeps no NUL.
        if bytes.windows(6).any(|six| six == b"\\u0000") {
            Err("its answer holds a NUL".to_owned())
        } else {
            Ok(Said::Found(found))
        }
    }
}

impl DataSource for Sources {
    async fn ask(&self, question: &Question) -> Said {
        self.fetch(question).await.unwrap_or_else(|why| {
            log::warn!("data source {}: {why}", question.source.code);
            Said::Failed
        })
    }
}
