//! Writes: a body, an Idempotency-Key, and an answer that a retry gets again.

use std::ops::AsyncFnOnce;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use diesel_async::AsyncPgConnection;
use futures_util::future::LocalBoxFuture;
use kernel::Db;
use kernel::idempotency::{Answer, Attempt, IN_FLIGHT};
use kernel::problem::{CONFLICT, Error, Kind};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::{self, Body};
use crate::call::Call;
use crate::problem::{Failure, IDEMPOTENCY_KEY_MISSING, MALFORMED, PRECONDITION_REQUIRED};

/// A POST that creates something or moves a case.
pub struct Write<T> {
    pub call: Call,
    pub input: T,
    attempt: Attempt,
    /// The version in `If-Match`, when it was sent.
    pub if_match: Option<i32>,
}

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Write<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let call = Call::of(&request);
            let key = idempotency_key(request.headers())?;
            let if_match = if_match(request.headers())?;
            let bytes = body::read(&request, payload).await?;
            let input = body::parse(call.app.contract.validator(&T::name()), &bytes)?;
            let attempt = Attempt::new(call.ctx.actor.id(), request.method().as_str(), request.path(), key, &bytes);
            Ok(Self { call, input, attempt, if_match })
        })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Uuid, Error> {
    let value = headers.get(&KEY).ok_or_else(|| IDEMPOTENCY_KEY_MISSING.error())?;
    let key = value.to_str().ok().and_then(|text| Uuid::try_parse(text).ok());
    key.ok_or_else(|| MALFORMED.with("Idempotency-Key phải là UUID.", "Idempotency-Key must be a UUID."))
}

/// The version that the caller has seen.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i32>, Error> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse::<u64>().ok());
    // A number too large for a version has never been one: it is stale, not malformed.
    version
        .map(|version| Some(i32::try_from(version).unwrap_or(-1)))
        .ok_or_else(|| MALFORMED.with("If-Match phải là một ETag đã nhận.", "If-Match must be an ETag you were given."))
}

/// A PUT that makes something what the body says, if it is still what the caller has seen: 428 without `If-Match`.
pub struct Replace<T> {
    pub call: Call,
    pub input: T,
    /// The version in `If-Match`; none for `*`, whatever is there.
    pub seen: Option<i32>,
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Replace<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let call = Call::of(&request);
            if !request.headers().contains_key(header::IF_MATCH) {
                return Err(PRECONDITION_REQUIRED.error().into());
            }
            let seen = if_match(request.headers())?;
            let Body(input) = Body::from_request(&request, &mut payload).await?;
            Ok(Self { call, input, seen })
        })
    }
}

/// An answer, and whether it was given before.
pub struct Answered {
    answer: Answer,
    replayed: bool,
}

impl<T: 'static> Write<T> {
    /// What the same request was answered before, for work that must not be begun again.
    pub async fn earlier(&self) -> Result<Option<Answered>, Failure> {
        let earlier = self.attempt.earlier(&mut *self.call.db.conn().await?).await?;
        Ok(earlier.map(|answer| Answered { answer, replayed: true }))
    }

    /// Does the work once. When it fails, the same request may have succeeded before: then that answer is given again.
    pub async fn run(
        self,
        work: impl AsyncFnOnce(&mut AsyncPgConnection, &Call, T, &Attempt) -> Result<Answer, Error> + 'static,
    ) -> Result<Answered, Failure> {
        let db = self.call.db.clone();
        self.run_on(db, work).await
    }

    /// As [`run`](Self::run), on a pool of what is kept apart.
    pub async fn run_on(
        self,
        db: Db,
        work: impl AsyncFnOnce(&mut AsyncPgConnection, &Call, T, &Attempt) -> Result<Answer, Error> + 'static,
    ) -> Result<Answered, Failure> {
        let Self { call, input, attempt, .. } = self;
        let done = db.run(async move |conn| match work(conn, &call, input, &attempt).await {
            Ok(answer) => Ok(Answered { answer, replayed: false }),
            Err(error) if matches!(error.problem.kind, Kind::Internal | Kind::Busy) || error.is(&IN_FLIGHT) => {
                Err(error)
            }
            Err(error) => match attempt.earlier(conn).await? {
                Some(answer) => Ok(Answered { answer, replayed: true }),
                None if error.is(&CONFLICT) => Err(error.retry_after(1)),
                None => Err(error),
            },
        });
        Ok(done.await?)
    }
}

impl Responder for Answered {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Answer { status, version, location, body } = self.answer;
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
        response.insert_header((header::CONTENT_TYPE, "application/json"));
        response.insert_header((header::ETAG, etag(version)));
        if let Some(location) = location {
            response.insert_header((header::LOCATION, location));
        }
        if self.replayed {
            response.insert_header((REPLAYED.clone(), HeaderValue::from_static("true")));
        }
        response.body(body)
    }
}

/// What is read under a version: 304 for whoever has that one.
pub fn versioned<T: serde::Serialize>(
    request: &HttpRequest,
    version: i32,
    body: impl FnOnce() -> Result<T, Error>,
) -> Result<HttpResponse, Failure> {
    let tag = etag(version);
    if not_modified(request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(tagged(version, &body()?))
}

/// What has this version, sent whole.
pub fn tagged(version: i32, body: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(body)
}

/// The entity tag of a version.
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// Whether the caller has this version already (`If-None-Match`).
pub fn not_modified(request: &HttpRequest, etag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
