//! What happens to every request before its handler and after it: request id, language, rate limit, sign-in,
//! permission; then headers, problems in the caller's language, and one line in the log.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::FutureExt;
use kernel::Actor;
use kernel::clock::uuid_at;
use kernel::problem::Error as Problem;

use crate::app::App;
use crate::auth::token::Tokens;
use crate::contract::Operation;
use crate::negotiation;
use crate::problem::{self, Failure, Language};
use crate::traffic::{Spent, Traffic};

/// What the gate found out about a request.
pub struct Seen {
    pub request_id: String,
    pub language: Language,
    pub actor: Actor,
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware around everything.
pub async fn gate<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let app = request.app_data::<Data<App>>().expect("the server sets App").clone();
    let language = Language::of(request.headers());
    let request_id = uuid_at(app.clock.now()).to_string();
    let method = request.method().clone();
    // RFC 9110 §9.3.2: HEAD is GET without the body, which the connection leaves out by itself.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let pattern = request.match_pattern();
    let operation = pattern.as_deref().and_then(|pattern| app.contract.operation(request.method(), pattern));
    let public = operation.is_some_and(|operation| operation.cacheable);

    let mut spent = None;
    let admitted = admit(&request, &app, operation, &mut spent);
    let mut answered = match admitted {
        Err(error) => Ok(request.into_response(problem::render(&error, language, &request_id))),
        Ok(actor) => {
            request.extensions_mut().insert(Rc::new(Seen { request_id: request_id.clone(), language, actor }));
            match outlive(next.call(request)).await {
                Some(Ok(response)) => {
                    let (http_request, response) = response.map_into_boxed_body().into_parts();
                    Ok(ServiceResponse::new(http_request, finish(response, language, &request_id)))
                }
                Some(Err(error)) => return Err(error),
                None => Err(panicked(language, &request_id)),
            }
        }
    };
    let (status, headers) = match &mut answered {
        Ok(response) => (response.status(), response.headers_mut()),
        Err(response) => (response.status(), response.headers_mut()),
    };
    set_headers(
        headers,
        language,
        &request_id,
        public && !(status.is_client_error() || status.is_server_error()),
        spent.as_ref(),
    );
    log::info!(
        target: "access", "{method} {} {} {}us {request_id}",
        pattern.as_deref().unwrap_or("-"), status.as_u16(), started.elapsed().as_micros()
    );
    answered.map_err(|response| InternalError::from_response("a handler panicked", response).into())
}

/// What came of a handler; `None` when it panicked.
async fn outlive<T>(handler: impl Future<Output = T>) -> Option<T> {
    // Nothing is shared that a handler could leave half changed: its request goes down with it.
    AssertUnwindSafe(handler).catch_unwind().await.ok()
}

fn panicked(language: Language, request_id: &str) -> HttpResponse {
    log::error!("a handler panicked: {request_id}");
    problem::render(&kernel::problem::INTERNAL.error(), language, request_id)
}

/// Who calls, and whether they may: 401, 403 or 429 otherwise.
fn admit(
    request: &ServiceRequest,
    app: &App,
    operation: Option<&Operation>,
    spent: &mut Option<Spent>,
) -> Result<Actor, Problem> {
    let traffic = request.app_data::<Data<Traffic>>().expect("the server sets Traffic");
    // Outside the contract other schemes and other people's tokens are in use (`/oauth/token`).
    let token = request.headers().get(header::AUTHORIZATION).filter(|_| operation.is_some()).map(|value| {
        let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let tokens = request.app_data::<Data<Tokens>>().expect("the server sets Tokens");
        tokens.verify(&app.settings.keys, &app.settings.public_url, token.unwrap_or_default(), app.clock.now())
    });
    // A bad token counts against its address, or guessing would be free.
    let caller = token.as_ref().and_then(|token| token.as_ref().ok()).and_then(Actor::id);
    if let Some(operation) = operation {
        let request = request.request();
        let taken = if operation.probe { traffic.spend_probe(request) } else { traffic.spend(caller, request) };
        *spent = Some(match &taken {
            Ok(left) => left.clone(),
            Err(refused) => traffic.nothing_left(refused),
        });
        taken?;
    }
    let actor = match token {
        None => Actor::Anonymous,
        Some(Ok(actor)) => actor,
        // On a public operation too: who sends a token wants to be known by it.
        Some(Err(error)) => return Err(error),
    };
    let Some(operation) = operation else { return Ok(actor) };
    operation.admit(&actor)?;
    negotiation::check(operation, request.query_string(), request.headers())?;
    Ok(actor.using(&operation.permissions))
}

/// Turns what failed into a problem document; everything else passes as it is.
fn finish(response: HttpResponse<BoxBody>, language: Language, request_id: &str) -> HttpResponse<BoxBody> {
    let Some(error) = response.error() else { return response };
    let mut rendered = match error.as_error::<Failure>() {
        Some(Failure(error)) => {
            if matches!(
                problem::status(error.problem.kind),
                StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE
            ) {
                log::error!("{error} {request_id}");
            }
            problem::render(error, language, request_id)
        }
        None => {
            let error = foreign(response.status(), error);
            problem::render(&error, language, request_id)
        }
    };
    for (name, value) in response.headers() {
        if name == header::ALLOW || name == header::ETAG || name == header::LOCATION {
            rendered.headers_mut().insert(name.clone(), value.clone());
        }
    }
    rendered
}

/// An error that came from below our own extractors.
fn foreign(status: StatusCode, error: &Error) -> Problem {
    match status {
        StatusCode::NOT_FOUND => problem::UNKNOWN_ROUTE.error(),
        StatusCode::PAYLOAD_TOO_LARGE => problem::TOO_LARGE.error(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem::UNSUPPORTED_MEDIA_TYPE.error(),
        status if status.is_client_error() => problem::MALFORMED.with(error.to_string(), error.to_string()),
        _ => kernel::problem::INTERNAL.because(error),
    }
}

fn set_headers(headers: &mut HeaderMap, language: Language, request_id: &str, public: bool, spent: Option<&Spent>) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    set(header::CONTENT_LANGUAGE, language.tag());
    set(header::VARY, "Accept-Language, Authorization");
    if !public {
        set(header::CACHE_CONTROL, "no-store");
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    if let Some(spent) = spent {
        spent.write(headers);
    }
}

/// Where no route matched: 405 with `Allow` when the path is known under other methods, else 404.
pub async fn fallback(request: actix_web::HttpRequest) -> problem::Result<HttpResponse> {
    let app = request.app_data::<Data<App>>().expect("the server sets App");
    let allowed = app.contract.methods_at(request.path());
    if allowed.is_empty() {
        return Err(problem::UNKNOWN_ROUTE.error().into());
    }
    let allow = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let seen = request.extensions().get::<Rc<Seen>>().cloned();
    let (language, id) = seen.as_ref().map_or((Language::Vi, ""), |seen| (seen.language, seen.request_id.as_str()));
    let mut response = problem::render(&problem::METHOD_NOT_ALLOWED.error(), language, id);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_str(&allow).expect("method names are ASCII"));
    Ok(response)
}

/// Swagger UI runs its own scripts and styles; it may load nothing from elsewhere and be framed by nobody.
pub async fn docs_policy<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Signing in leads back to the public address: a page opened under another name of this machine would lose it.
    let settings = &request.app_data::<Data<App>>().expect("the server sets App").settings;
    let here = request.connection_info().host().to_owned();
    if settings.demo && !settings.public_url.ends_with(&format!("//{here}")) {
        let there = format!("{}/docs/", settings.public_url);
        return Ok(
            request.into_response(HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, there)).finish())
        );
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    let policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_handler_that_panics_takes_nothing_with_it() {
        assert_eq!(outlive(async { 7 }).await, Some(7));
        assert_eq!(outlive(async { panic!("as handlers never should") }).await, None::<()>);
    }
}
