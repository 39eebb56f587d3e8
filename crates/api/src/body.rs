//! Bodies, held against the published schema before anything else is done with them.

use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use kernel::problem::{Error, FieldError, INVALID, Text};
use kernel::text;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::call::Call;
use crate::problem::{Failure, MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};

/// The largest JSON body that is read.
pub const LIMIT: usize = 256 * 1024;

/// A JSON body that satisfies its schema.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read(&request, payload).await?;
            let call = Call::of(&request);
            Ok(Self(parse(call.app.contract.validator(&T::name()), &bytes)?))
        })
    }
}

/// The bytes of a JSON body.
pub async fn read(request: &HttpRequest, mut payload: actix_web::dev::Payload) -> Result<Bytes, Error> {
    let media_type =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(UNSUPPORTED_MEDIA_TYPE.error());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| MALFORMED.with(error.to_string(), error.to_string()))?;
        if bytes.len() + chunk.len() > LIMIT {
            return Err(TOO_LARGE.error());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// The value in `bytes`, if it is JSON (400) and satisfies the schema (422, with every violation).
pub fn parse<T: DeserializeOwned>(schema: &Validator, bytes: &[u8]) -> Result<T, Error> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        MALFORMED.with(
            format!("Thân không phải JSON hợp lệ: dòng {line}, cột {column}."),
            format!("The body is not valid JSON: line {line}, column {column}."),
        )
    })?;
    text::normalise(&mut value);
    let violations = violations(schema, &value);
    if !violations.is_empty() {
        return Err(INVALID.error().fields(violations));
    }
    // What the schema lets through must bind; where Rust is stricter (a day like 2026-02-30), that is a violation too.
    serde_json::from_value(value).map_err(|error| {
        let words = Text::new(error.to_string(), error.to_string());
        INVALID.error().fields(vec![FieldError::new("", "unreadable", words)])
    })
}

/// Everything that a value breaks of its schema.
pub fn violations(schema: &Validator, value: &Value) -> Vec<FieldError> {
    let mut violations: Vec<FieldError> = schema.iter_errors(value).flat_map(|error| violation(&error)).collect();
    violations.extend(text::control_characters(value).into_iter().map(|pointer| {
        let words = Text::fixed("không được chứa ký tự điều khiển", "must not hold control characters");
        FieldError::new(pointer, "control_character", words)
    }));
    violations
}

fn violation(error: &jsonschema::ValidationError<'_>) -> Vec<FieldError> {
    use ValidationErrorKind as K;
    let at = error.instance_path().to_string();
    let one = |code, vi: String, en: String| vec![FieldError::new(at.clone(), code, Text::new(vi, en))];
    match error.kind() {
        K::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let words = Text::fixed("là bắt buộc", "is required");
            vec![FieldError::new(format!("{at}/{name}"), "required", words)]
        }
        K::AdditionalProperties { unexpected } => {
            let words = Text::fixed("không có trong lược đồ", "is not in the schema");
            let unknown = |name: &String| {
                FieldError::new(format!("{at}/{}", text::pointer_token(name)), "unknown", words.clone())
            };
            unexpected.iter().map(unknown).collect()
        }
        K::MaxLength { limit } => {
            one("too_long", format!("tối đa {limit} ký tự"), format!("at most {limit} characters"))
        }
        K::MinLength { limit } => {
            one("too_short", format!("tối thiểu {limit} ký tự"), format!("at least {limit} characters"))
        }
        K::MaxItems { limit } => one("too_many", format!("tối đa {limit} mục"), format!("at most {limit} items")),
        K::MinItems { limit } => one("too_few", format!("tối thiểu {limit} mục"), format!("at least {limit} items")),
        K::Maximum { limit } => one("too_large", format!("lớn nhất {limit}"), format!("at most {limit}")),
        K::Minimum { limit } => one("too_small", format!("nhỏ nhất {limit}"), format!("at least {limit}")),
        K::Format { format } => one("format", format!("không đúng dạng {format}"), format!("is not a {format}")),
        K::Pattern { pattern } => one("pattern", format!("không khớp {pattern}"), format!("does not match {pattern}")),
        K::Enum { options } => {
            one("not_allowed", format!("phải là một trong {options}"), format!("must be one of {options}"))
        }
        K::Type { .. } => one("type", "sai kiểu dữ liệu".into(), "is of the wrong type".into()),
        K::UniqueItems => one("duplicate", "có mục trùng nhau".into(), "holds duplicates".into()),
        other => one("invalid", format!("vi phạm {}", other.keyword()), format!("violates {}", other.keyword())),
    }
}
