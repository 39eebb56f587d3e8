//! The way of a citizen to the identity provider and back.

use actix_web::http::StatusCode;
use actix_web::web::{ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use directory::authorization::{self, HandOver, Request, handle};
use directory::{AccountId, citizen};
use kernel::problem::Text;

use super::authorize::{asked, expired, finish};
use super::browser::Browser;
use super::client::back;
use super::form::Params;
use super::page::{redirect, refusal};
use super::provider::{Answer, Provider, Unavailable};
use crate::call::Call;
use crate::problem::Result;

pub fn configure(config: &mut ServiceConfig) {
    config.service(resource("/hand-over").route(get().to(leave)));
    config.service(resource("/callback").route(get().to(come_back)));
}

/// Sends a citizen to the provider.
async fn leave(call: Call, request: HttpRequest) -> Result<HttpResponse> {
    let params = Params::of_query(request.query_string()).ok();
    let ticket = params.as_ref().and_then(|params| params.get("ticket")).unwrap_or_default();
    let settings = &call.app.settings;
    let (Some(provider), Some(asked), Some(browser)) =
        (&call.app.auth.provider, asked(&call, &request, ticket), Browser::known(&request, settings))
    else {
        return Ok(expired());
    };
    let hand_over = HandOver { verifier: handle(), nonce: handle(), browser: browser.0 };
    // The provider first: no network call while a connection is held.
    let address = match provider.authorization_address(&hand_over).await {
        Ok(address) => address,
        Err(error) => return Ok(give_up(&call, &asked, &error)),
    };
    let (app, ctx) = (call.app.clone(), call.ctx.clone());
    let remember =
        async move |conn: &mut _| authorization::hand_over(conn, &ctx, &app.settings.secret, asked, &hand_over).await;
    let state = call.db.run(remember).await?;
    Ok(redirect(&address.with_state(&state)))
}

/// Receives a citizen from the provider, and sends them back to the application with a code of ours.
async fn come_back(call: Call, request: HttpRequest) -> Result<HttpResponse> {
    let (Some(provider), Ok(params)) = (&call.app.auth.provider, Params::of_query(request.query_string())) else {
        return Ok(expired());
    };
    let Some((asked, hand_over)) = pending(&call, &request, params.get("state").unwrap_or_default()).await? else {
        return Ok(expired());
    };
    let identity = match provider.read_answer(&params).await {
        // What else the provider says with an error is its own words, not ours to pass on.
        Ok(Answer::Declined) => return Ok(redirect(&back(&call.app.settings, &asked, ("error", "access_denied")))),
        Ok(Answer::Code(code)) => provider.identify(&code, &hand_over, call.ctx.now).await,
        Err(error) => Err(error),
    };
    match identity {
        Ok(identity) => {
            let ctx = call.ctx.clone();
            let citizen = call.db.run(async move |conn| citizen::recognise(conn, &ctx, identity).await).await?;
            finish(&call, asked, AccountId::Citizen(citizen.id)).await
        }
        Err(error) => Ok(give_up(&call, &asked, &error)),
    }
}

/// What this browser was handed over for. Taken once, whoever asks.
async fn pending(call: &Call, request: &HttpRequest, state: &str) -> Result<Option<(Request, HandOver)>> {
    let (app, ctx, state) = (call.app.clone(), call.ctx.clone(), state.to_owned());
    let take = async move |conn: &mut _| authorization::take_back(conn, &ctx, &app.settings.secret, &state).await;
    let found = call.db.run(take).await?;
    let browser = Browser::known(request, &call.app.settings);
    Ok(found.filter(|(_, hand_over)| browser.is_some_and(|browser| browser.0 == hand_over.browser)))
}

/// Tells the application that the provider cannot be used now; the reason is for our log.
fn give_up(call: &Call, asked: &Request, error: &Unavailable) -> HttpResponse {
    log::warn!("a citizen could not be identified: {error}");
    match Provider::oauth_error(error) {
        Some(code) => redirect(&back(&call.app.settings, asked, ("error", code))),
        None => refusal(
            StatusCode::BAD_REQUEST,
            &Text::fixed(
                "Câu trả lời không đến từ nhà cung cấp định danh.",
                "The answer does not come from the identity provider.",
            ),
        ),
    }
}
