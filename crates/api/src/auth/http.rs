//! Our own calls to the identity provider: short, never redirected, and of answers only so much is read.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;

use super::provider::Unavailable;

/// Metadata, keys and tokens are some kilobytes.
const LIMIT: usize = 256 * 1024;

/// A client for calls to `issuer` and what it names.
///
/// # Errors
/// A sentence for the operator.
pub fn client(issuer: &str, demo: bool) -> Result<Client, String> {
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(10))
        .https_only(issuer.starts_with("https://"))
        // Workers share it and each has a runtime of its own; sign-ins are rare enough to connect anew.
        .pool_max_idle_per_host(0);
    if demo {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| format!("The client for OIDC_ISSUER cannot be made: {error}."))
}

/// The JSON that is answered with status 200.
pub async fn fetch<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Unavailable> {
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(Unavailable::Refused("its answer is too long".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    if status != reqwest::StatusCode::OK {
        return Err(Unavailable::Refused(format!("it answers {status} at {}", response.url().path())));
    }
    serde_json::from_slice(&bytes).map_err(|error| Unavailable::Refused(format!("its answer cannot be read: {error}")))
}

fn unreachable(error: reqwest::Error) -> Unavailable {
    // An address may hold a code: it stays out of the log.
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    Unavailable::Unreachable(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}
