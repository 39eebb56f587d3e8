//! The browser that signs in, told from all others by a cookie. It ties form and provider's answer to the one browser
//! that began (RFC 6749 §10.12, RFC 9700 §4.7): nobody can be made to finish what somebody else has started.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use directory::authorization::handle;

use crate::settings::Settings;

/// How long somebody may take to sign in.
pub const PATIENCE_MINUTES: i64 = 30;

/// A browser.
pub struct Browser(pub String);

impl Browser {
    /// The browser that sends this request, if it has our cookie.
    pub fn known(request: &HttpRequest, settings: &Settings) -> Option<Self> {
        let value = request.cookie(name(settings))?.value().to_owned();
        (value.len() == handle().len()).then_some(Self(value))
    }

    /// The browser that sends this request, marked for the first time where it is new: two tabs are one browser.
    pub fn of(request: &HttpRequest, settings: &Settings) -> Self {
        Self::known(request, settings).unwrap_or_else(|| Self(handle()))
    }

    /// The cookie that marks it.
    pub fn cookie(&self, settings: &Settings) -> Cookie<'static> {
        Cookie::build(name(settings), self.0.clone())
            .path("/")
            .http_only(true)
            .secure(is_secure(settings))
            // Lax: it must come along when the provider sends the citizen back.
            .same_site(SameSite::Lax)
            .max_age(Duration::minutes(PATIENCE_MINUTES))
            .finish()
    }
}

/// With `__Host-` no other host of the domain can plant the cookie; browsers allow that name under TLS only.
fn name(settings: &Settings) -> &'static str {
    if is_secure(settings) { "__Host-caunoi-sign-in" } else { "caunoi-sign-in" }
}

fn is_secure(settings: &Settings) -> bool {
    settings.public_url.starts_with("https://")
}
