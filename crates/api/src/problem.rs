//! Errors as people and programs get them: RFC 9457 documents in the caller's language.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use kernel::problem::{Error, FieldError, Kind, Occurrence, Problem, Text};
use kernel::retention::Held;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

/// The result of every handler.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// A problem on its way out; [`crate::gate`] writes it once it knows language and request id.
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status(self.0.problem.kind)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The status of each kind of problem; nowhere else is one chosen.
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The languages we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Vi,
    En,
}

impl Language {
    /// What `Accept-Language` prefers; Vietnamese when it says nothing.
    pub fn of(headers: &HeaderMap) -> Self {
        let wish = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let weight = |tag: &str| {
            wish.split(',')
                .filter_map(|range| {
                    let mut parts = range.trim().split(';');
                    let range = parts.next()?.trim();
                    let matches = range.split('-').next()?.eq_ignore_ascii_case(tag);
                    let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok());
                    matches.then_some(weight.unwrap_or(1.0))
                })
                .fold(0.0, f32::max)
        };
        if weight("en") > weight("vi") { Self::En } else { Self::Vi }
    }

    /// Its tag (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The words in this language.
    pub fn pick(self, text: &Text) -> &str {
        match self {
            Self::Vi => &text.vi,
            Self::En => &text.en,
        }
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/dossier.illegal_transition", "title": "Hồ sơ không ở trạng thái cho phép việc này",
    "status": 409, "instance": "urn:uuid:019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11", "code": "dossier.illegal_transition",
    "request_id": "019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11"
}))]
pub struct Document {
    /// An address that explains this problem.
    #[serde(rename = "type")]
    #[schema(max_length = 200, pattern = "^/problems/[a-z_.]+$")]
    kind: String,
    /// In the caller's language.
    #[schema(max_length = 300)]
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What exactly is the matter, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    detail: Option<String>,
    /// This occurrence: `urn:uuid:` and the request id.
    #[schema(max_length = 100)]
    instance: String,
    /// Stable and dotted: the same in every language.
    #[schema(max_length = 100, pattern = "^[a-z_.]+$")]
    code: &'static str,
    /// Every violation, when the content is invalid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    errors: Vec<Violation>,
    #[schema(max_length = 100)]
    request_id: String,
    /// The state that does not allow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 50)]
    state: Option<Value>,
    /// The current version, when the caller's is older.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i32>, minimum = 1)]
    version: Option<Value>,
    /// What the caller can do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = action_codes)]
    allowed_actions: Option<Value>,
    /// The rules that keep data which is to be erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Held>>, max_items = 100)]
    held: Option<Value>,
}

fn action_codes() -> Array {
    let code = ObjectBuilder::new().schema_type(Type::String).max_length(Some(50)).pattern(Some("^[a-z_]+$"));
    ArrayBuilder::new().items(code).max_items(Some(50)).description(Some("What the caller can do instead.")).build()
}

/// One violation of the schema or of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct Violation {
    /// A JSON pointer into the body (RFC 6901).
    #[schema(max_length = 500)]
    pointer: String,
    /// Stable, like `required` or `too_long`.
    #[schema(max_length = 100)]
    code: String,
    /// In the caller's language.
    #[schema(max_length = 1000)]
    detail: String,
}

/// Text that repeats what a caller sent is cut to `most` characters, and shows no control characters.
fn tidy(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The response for a problem.
pub fn render(error: &Error, language: Language, request_id: &str) -> HttpResponse {
    let Occurrence { problem, detail, fields, retry_after, extra, .. } = &**error;
    let status = status(problem.kind);
    let violation = |field: &FieldError| Violation {
        pointer: tidy(&field.pointer, 500),
        code: field.code.clone().into_owned(),
        detail: tidy(language.pick(&field.detail), 1000),
    };
    let member = |name: &str| extra.as_ref().and_then(|extra| extra.get(name)).cloned();
    let document = Document {
        kind: format!("/problems/{}", problem.code),
        title: language.pick(&problem.title).to_owned(),
        status: status.as_u16(),
        detail: detail.as_ref().map(|detail| tidy(language.pick(detail), 2000)),
        instance: format!("urn:uuid:{request_id}"),
        code: problem.code,
        errors: fields.iter().take(1000).map(violation).collect(),
        request_id: request_id.to_owned(),
        state: member("state"),
        version: member("version"),
        allowed_actions: member("allowed_actions"),
        held: member("held"),
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
    response.insert_header((header::CONTENT_LANGUAGE, language.tag()));
    if let Some(seconds) = retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if problem.kind == Kind::Unauthenticated {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"caunoi\""));
    }
    response.json(document)
}

/// The problems of every crate: the catalogue at `/problems`.
pub fn catalogue() -> impl Iterator<Item = &'static Problem> {
    use kernel::{files, idempotency, page, problem};
    [
        ALL,
        problem::ALL,
        idempotency::ALL,
        page::ALL,
        files::problems::ALL,
        directory::problem::ALL,
        kernel::limits::ALL,
        complaints::problem::ALL,
        denunciations::problem::ALL,
        privacy::problem::ALL,
        procedures::problem::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

kernel::problems! {
    MALFORMED = Malformed "request.malformed" {
        "Không đọc được yêu cầu", "The request cannot be read";
        "Thân phải là JSON (UTF-8), tham số và tiêu đề phải đúng như hợp đồng OpenAPI.",
        "The body must be JSON (UTF-8); parameters and headers must be as the OpenAPI contract says."
    }
    UNAUTHENTICATED = Unauthenticated "request.unauthenticated" {
        "Cần đăng nhập", "Sign in first";
        "Gửi Authorization: Bearer <access_token> còn hạn.",
        "Send Authorization: Bearer <access_token> that has not expired."
    }
    NO_GATEWAY = Conflict "payment.not_online" {
        "Chưa thể nộp trực tuyến", "Nothing can be paid online here";
        "Hệ thống này chưa nối cổng thanh toán; nộp tại bộ phận một cửa.",
        "This installation has no payment gateway; pay at the one-stop shop."
    }
    NOT_THE_GATEWAY = Invalid "payment.not_the_gateway" {
        "Không phải thông báo của cổng thanh toán", "It is no event of the payment gateway";
        "Chữ ký trong webhook-signature không khớp.", "The signature in webhook-signature does not fit."
    }
    GATEWAY_UNAVAILABLE = Busy "payment.gateway_unavailable" {
        "Cổng thanh toán không trả lời", "The payment gateway does not answer";
        "Thử lại sau số giây trong Retry-After; chưa có gì được nộp.",
        "Try again after the seconds in Retry-After; nothing was paid."
    }
    FORBIDDEN = Forbidden "request.forbidden" {
        "Bạn không có quyền làm việc này", "You are not allowed to do this";
        "Vai trò của bạn không có quyền mà thao tác này cần.",
        "Your role does not have the permission that this operation needs."
    }
    METHOD_NOT_ALLOWED = MethodNotAllowed "request.method_not_allowed" {
        "Phương thức không được hỗ trợ", "Method not allowed";
        "Các phương thức được phép nằm trong tiêu đề Allow.",
        "The allowed methods are in the Allow header."
    }
    NOT_ACCEPTABLE = NotAcceptable "request.not_acceptable" {
        "Không có dạng dữ liệu được yêu cầu", "Not available in that form";
        "API trả application/json; bỏ Accept hoặc chấp nhận nó.",
        "The API answers application/json; leave Accept out or accept that."
    }
    TOO_LARGE = TooLarge "request.too_large" {
        "Yêu cầu quá lớn", "The request is too large";
        "Giới hạn được ghi trong hợp đồng OpenAPI.", "The limit is in the OpenAPI contract."
    }
    UNSUPPORTED_MEDIA_TYPE = UnsupportedMediaType "request.unsupported_media_type" {
        "Kiểu nội dung không được hỗ trợ", "Unsupported media type";
        "Gửi Content-Type: application/json.", "Send Content-Type: application/json."
    }
    PRECONDITION_REQUIRED = PreconditionRequired "request.precondition_required" {
        "Thiếu If-Match", "If-Match is missing";
        "Gửi ETag của phiên bản bạn đã đọc trong If-Match.",
        "Send the ETag of the version you read as If-Match."
    }
    IDEMPOTENCY_KEY_MISSING = Malformed "request.idempotency_key_missing" {
        "Thiếu Idempotency-Key", "The Idempotency-Key is missing";
        "Gửi một UUID mới cho mỗi việc mới, và đúng UUID đó khi thử lại.",
        "Send a new UUID for every new piece of work, and the same one when you retry."
    }
    RATE_LIMITED = TooMany "request.rate_limited" {
        "Quá nhiều yêu cầu", "Too many requests";
        "Đợi số giây trong Retry-After; giới hạn nằm trong RateLimit-Policy.",
        "Wait the seconds in Retry-After; the limit is in RateLimit-Policy."
    }
    UNKNOWN_ROUTE = NotFound "request.unknown_route" {
        "Không có địa chỉ này", "There is nothing at this address";
        "Các địa chỉ có trong hợp đồng tại /openapi.json.", "The addresses are in the contract at /openapi.json."
    }
}
