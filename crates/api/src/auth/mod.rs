//! Signing in. In reading order:
//!
//! - [`token`]: access tokens; [`sessions`]: staff sign in at `/v1/sessions`, and anybody may ask who they are
//! - `authorize`, `hand_over`, `exchange`: we are an OAuth 2.0 authorization server for registered applications
//!   (authorization code with PKCE only, RFC 6749, RFC 7636, RFC 9700), where staff show a password and citizens go on
//!   to an identity provider; `client`, `ticket`, `browser`, `page`, `pkce` serve them
//! - `provider`, `id_token`: that identity provider, as its client (OpenID Connect Core 1.0)
//! - `demo_provider`: one that plays VNeID, in demo mode only; [`well_known`]: what others may know of us

mod authorize;
mod browser;
mod client;
mod demo_page;
mod demo_provider;
mod exchange;
mod form;
mod hand_over;
mod http;
mod id_token;
mod page;
mod pkce;
mod provider;
pub mod sessions;
mod ticket;
pub mod token;
pub mod well_known;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data};
use actix_web::{Error, HttpResponse};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::problem::Failure;
use crate::settings::Settings;
use crate::traffic::Traffic;
use demo_provider::DemoProvider;
use provider::Provider;

/// What signing in needs beside the settings.
pub struct Auth {
    /// Who vouches for citizens; without it they cannot sign in.
    provider: Option<Provider>,
    /// Plays that provider in demo mode.
    demo: Option<DemoProvider>,
}

impl Auth {
    /// Makes ready; nobody is called before the first citizen signs in.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let provider = settings.oidc.as_ref().map(|oidc| Provider::new(oidc, settings)).transpose()?;
        Ok(Self { provider, demo: DemoProvider::new(settings)? })
    }
}

/// Adds the operations of the contract.
pub fn configure(config: &mut ServiceConfig<'_>) {
    sessions::configure(config);
}

/// Adds what is not in the contract: pages, the token endpoint, well-known files, and in demo mode the provider.
pub fn pages(config: &mut web::ServiceConfig, app: &App) {
    well_known::configure(config);
    let oauth = web::scope("/oauth").wrap(from_fn(limited));
    config
        .service(oauth.configure(authorize::configure).configure(hand_over::configure).configure(exchange::configure));
    if app.auth.demo.is_some() {
        config.service(web::scope(demo_provider::PATH).wrap(from_fn(limited)).configure(demo_provider::configure));
    }
}

/// Counts requests against their address: nobody is signed in here.
async fn limited<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let traffic = request.app_data::<Data<Traffic>>().expect("the server sets Traffic");
    let spent = match traffic.spend(None, request.request()) {
        Ok(spent) => spent,
        // As a response, not as an error: only so does the gate give it its words.
        Err(error) => return Ok(request.into_response(HttpResponse::from_error(Failure(error)))),
    };
    let mut response = next.call(request).await?.map_into_boxed_body();
    spent.write(response.headers_mut());
    Ok(response)
}
