//! The token endpoint (RFC 6749 §3.2): a code or a refresh token becomes tokens.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{ServiceConfig, post, resource};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use directory::problem::AGENCY_NOT_YOURS;
use directory::{NewSession, authorization, session};
use kernel::Ctx;
use kernel::problem::{Error, Kind};
use serde_json::json;

use super::form::{Pairs, Params};
use super::sessions::TokenAnswer;
use super::{client, pkce, token};
use crate::call::Call;
use crate::problem::Result;

pub fn configure(config: &mut ServiceConfig) {
    config.service(resource("/token").route(post().to(exchange)));
}

/// An error code of RFC 6749 §5.2.
type Refusal = &'static str;

async fn exchange(call: Call, pairs: Result<Pairs, actix_web::Error>) -> Result<HttpResponse> {
    let Some(params) = pairs.ok().and_then(|pairs| Params::of(pairs.into_inner()).ok()) else {
        return Ok(refuse("invalid_request"));
    };
    let Some(client_id) = params.get("client_id").filter(|id| client::is_registered(&call.app.settings, id)) else {
        return Ok(refuse("invalid_client"));
    };
    let done = match params.get("grant_type") {
        Some("authorization_code") => by_code(&call, &params, client_id).await?,
        Some("refresh_token") => by_refresh_token(&call, &params, client_id).await?,
        Some(_) => Err("unsupported_grant_type"),
        None => Err("invalid_request"),
    };
    match done {
        Ok(session) => {
            let scope = token::scope(&session.actor);
            let mut answer = json!(TokenAnswer::new(&call, session));
            answer["scope"] = scope.into();
            Ok(HttpResponse::Ok().insert_header((header::PRAGMA, "no-cache")).json(answer))
        }
        Err(refusal) => Ok(refuse(refusal)),
    }
}

async fn by_code(call: &Call, params: &Params, client_id: &str) -> Result<std::result::Result<NewSession, Refusal>> {
    let (Some(code), Some(redirect_uri), Some(verifier)) =
        (params.get("code"), params.get("redirect_uri"), params.get("code_verifier"))
    else {
        return Ok(Err("invalid_request"));
    };
    let presented = Presented {
        code: code.into(),
        redirect_uri: redirect_uri.into(),
        verifier: verifier.into(),
        client_id: client_id.into(),
    };
    let ctx = call.ctx.clone();
    let redeem = async move |conn: &mut AsyncPgConnection| {
        // One transaction, committed whatever comes of it: a code is used up by the first who shows it, and who shows
        // it again waits and then finds the session to end.
        conn.transaction::<_, Error, _>(async |conn| redeem(conn, &ctx, &presented).await).await
    };
    Ok(call.db.run(redeem).await?.ok_or("invalid_grant"))
}

/// What an application shows for tokens.
struct Presented {
    code: String,
    redirect_uri: String,
    verifier: String,
    client_id: String,
}

async fn redeem(conn: &mut AsyncPgConnection, ctx: &Ctx, shown: &Presented) -> kernel::Result<Option<NewSession>> {
    let Some(grant) = authorization::redeem(conn, ctx, &shown.code).await? else { return Ok(None) };
    let asked = &grant.request;
    let fits = asked.client_id == shown.client_id
        && asked.redirect_uri == shown.redirect_uri
        && pkce::fits(&shown.verifier, &asked.challenge);
    if !fits {
        return Ok(None);
    }
    let Some(account) = grant.account.load(conn).await? else { return Ok(None) };
    match session::open_as(conn, ctx, &account, asked.agency_id, &shown.client_id, grant.session).await {
        // It was theirs when they signed in, a minute ago.
        Err(error) if error.is(&AGENCY_NOT_YOURS) => Ok(None),
        done => done.map(Some),
    }
}

async fn by_refresh_token(
    call: &Call,
    params: &Params,
    client_id: &str,
) -> Result<std::result::Result<NewSession, Refusal>> {
    let Some(token) = params.get("refresh_token").map(str::to_owned) else { return Ok(Err("invalid_request")) };
    let (app, ctx, client_id) = (call.app.clone(), call.ctx.clone(), client_id.to_owned());
    let refresh =
        async move |conn: &mut _| match session::refresh(conn, &ctx, &app.settings.secret, &token, Some(&client_id))
            .await
        {
            Err(error) if error.problem.kind == Kind::Unauthenticated => Ok(None),
            done => done.map(Some),
        };
    Ok(call.db.run(refresh).await?.ok_or("invalid_grant"))
}

fn refuse(error: Refusal) -> HttpResponse {
    let description = match error {
        "invalid_client" => "client_id is missing or not registered.",
        "invalid_grant" => "The code or refresh token is wrong, expired, used up, or was given to another application.",
        "unsupported_grant_type" => "Use authorization_code or refresh_token.",
        _ => "A parameter is missing, comes twice or cannot be read; send application/x-www-form-urlencoded.",
    };
    HttpResponse::build(StatusCode::BAD_REQUEST).json(json!({ "error": error, "error_description": description }))
}
