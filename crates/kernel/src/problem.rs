//! Everything that can go wrong: one catalogue entry per code, with its words in two languages, and the one error type.
//!
//! A domain declares its problems with [`problems!`](crate::problems) and returns them as [`Error`]; only `api` turns
//! an error into HTTP (RFC 9457).

use std::borrow::Cow;
use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// The result of every use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Words for people, Vietnamese first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub vi: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Text {
    /// Fixed words.
    pub const fn fixed(vi: &'static str, en: &'static str) -> Self {
        Self { vi: Cow::Borrowed(vi), en: Cow::Borrowed(en) }
    }

    /// Words made for one occasion.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: Cow::Owned(vi.into()), en: Cow::Owned(en.into()) }
    }
}

/// What kind of thing went wrong; the caller's next step depends on it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read: 400.
    Malformed,
    /// Nobody, or nobody we can believe, is signed in: 401.
    Unauthenticated,
    /// Known, and not yours to do: 403.
    Forbidden,
    /// Not there, or not for you to know: 404.
    NotFound,
    /// The address is right, the verb is not: 405.
    MethodNotAllowed,
    /// No representation that the caller accepts: 406.
    NotAcceptable,
    /// Right content, wrong state: 409.
    Conflict,
    /// Older than we keep: 410.
    Gone,
    /// Made for another version: 412.
    Stale,
    /// Larger than allowed: 413.
    TooLarge,
    /// A media type we do not read: 415.
    UnsupportedMediaType,
    /// Readable, and breaks a rule: 422.
    Invalid,
    /// A condition is missing: 428.
    PreconditionRequired,
    /// Too many requests: 429.
    TooMany,
    /// Our fault: 500.
    Internal,
    /// Try again shortly: 503.
    Busy,
}

/// One entry of the problem catalogue.
#[derive(Debug)]
pub struct Problem {
    /// Stable and dotted, like `dossier.illegal_transition`.
    pub code: &'static str,
    pub kind: Kind,
    pub title: Text,
    /// What the caller can do about it.
    pub help: Text,
}

impl Problem {
    /// This problem, with no more to say than its title.
    pub fn error(&'static self) -> Error {
        Error(Box::new(Occurrence {
            problem: self,
            detail: None,
            fields: Vec::new(),
            retry_after: None,
            extra: None,
            cause: None,
        }))
    }

    /// This problem with all that is wrong, if anything is.
    pub fn unless_none(&'static self, wrong: Vec<FieldError>) -> Result<()> {
        if wrong.is_empty() { Ok(()) } else { Err(self.error().fields(wrong)) }
    }

    /// This problem, with what exactly is the matter.
    pub fn with(&'static self, vi: impl Into<String>, en: impl Into<String>) -> Error {
        let mut error = self.error();
        error.0.detail = Some(Text::new(vi, en));
        error
    }

    /// This problem, with what caused it: logged once, never shown.
    pub fn because(&'static self, cause: impl fmt::Display) -> Error {
        self.error().caused_by(cause)
    }
}

/// Declares the problems of a module and lists them in `ALL`.
#[macro_export]
macro_rules! problems {
    ($($name:ident = $kind:ident $code:literal { $vi:literal, $en:literal; $help_vi:literal, $help_en:literal })*) => {
        $(
            #[doc = $en]
            pub static $name: $crate::problem::Problem = $crate::problem::Problem {
                code: $code,
                kind: $crate::problem::Kind::$kind,
                title: $crate::problem::Text::fixed($vi, $en),
                help: $crate::problem::Text::fixed($help_vi, $help_en),
            };
        )*
        /// Every problem of this module, for the catalogue.
        pub static ALL: &[&$crate::problem::Problem] = &[$(&$name),*];
    };
}

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// A JSON pointer into the body (RFC 6901), or `?name` for a query parameter.
    pub pointer: String,
    /// Stable, like `required` or `too_long`.
    pub code: Cow<'static, str>,
    pub detail: Text,
}

impl FieldError {
    /// A rule broken at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { pointer: pointer.into(), code: code.into(), detail }
    }
}

/// A problem that happened. Boxed, as every result carries the room for it.
#[derive(Debug)]
pub struct Error(Box<Occurrence>);

impl std::ops::Deref for Error {
    type Target = Occurrence;

    fn deref(&self) -> &Occurrence {
        &self.0
    }
}

/// What is known of a problem that happened.
#[derive(Debug)]
pub struct Occurrence {
    pub problem: &'static Problem,
    pub detail: Option<Text>,
    pub fields: Vec<FieldError>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
    /// More members of the problem document, such as the current state.
    pub extra: Option<serde_json::Map<String, serde_json::Value>>,
    /// For the log alone.
    pub cause: Option<String>,
}

impl Error {
    /// Adds what is wrong with which fields.
    pub fn fields(mut self, fields: Vec<FieldError>) -> Self {
        self.0.fields = fields;
        self
    }

    /// Says which member of the body is wrong, where what failed could not know.
    #[must_use]
    pub fn at(mut self, pointer: impl AsRef<str>) -> Self {
        self.0.fields.iter_mut().for_each(|field| pointer.as_ref().clone_into(&mut field.pointer));
        self
    }

    /// Adds what caused it: logged once, never shown.
    pub fn caused_by(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Adds a member to the problem document.
    pub fn extra(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.0.extra.get_or_insert_default().insert(name.to_owned(), value.into());
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Whether this is that problem.
    pub fn is(&self, problem: &'static Problem) -> bool {
        std::ptr::eq(self.problem, problem)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Occurrence { problem, detail, cause, .. } = &**self;
        write!(f, "{}: {}", problem.code, detail.as_ref().unwrap_or(&problem.title).en)?;
        for field in &self.fields {
            write!(f, "; {} {}", field.pointer, field.code)?;
        }
        cause.as_ref().map_or(Ok(()), |cause| write!(f, " ({cause})"))
    }
}

impl std::error::Error for Error {}

problems! {
    INTERNAL = Internal "internal" {
        "Lỗi nội bộ", "Internal error";
        "Lỗi thuộc về hệ thống và đã được ghi lại. Hãy thử lại; nếu vẫn lỗi, báo kèm request_id.",
        "The fault is ours and has been logged. Try again; if it stays, report it with the request_id."
    }
    BUSY = Busy "busy" {
        "Hệ thống đang bận", "The service is busy";
        "Hãy thử lại sau số giây ghi trong Retry-After, với cùng Idempotency-Key.",
        "Try again after the seconds in Retry-After, with the same Idempotency-Key."
    }
    NOT_FOUND = NotFound "not_found" {
        "Không tìm thấy", "Not found";
        "Không có tài nguyên này, hoặc bạn không được biết là nó có.",
        "There is no such thing, or it is not for you to know."
    }
    INVALID = Invalid "invalid" {
        "Nội dung không hợp lệ", "Invalid content";
        "Mỗi lỗi nằm trong errors, kèm con trỏ JSON tới chỗ sai.",
        "Each violation is in errors, with a JSON pointer to its place."
    }
    STALE = Stale "stale_version" {
        "Phiên bản đã cũ", "Stale version";
        "Dữ liệu đã đổi từ lần bạn đọc. Đọc lại, rồi gửi với ETag mới.",
        "The resource has changed since you read it. Read it again and send its new ETag."
    }
    CONFLICT = Conflict "concurrent_change" {
        "Bị thay đổi đồng thời", "Changed at the same time";
        "Người khác vừa thay đổi. Đọc lại rồi thử lại.",
        "Somebody else has just changed it. Read it again, then try again."
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind::{ClosedConnection, SerializationFailure, UnableToSendCommand};
        match &error {
            DieselError::DatabaseError(ClosedConnection | SerializationFailure | UnableToSendCommand, _) => {
                BUSY.because(error).retry_after(1)
            }
            // PostgreSQL names the values of a broken constraint in its detail: those stay out of our log.
            DieselError::DatabaseError(kind, info) => match info.message() {
                // Its server stops or was killed, and comes back.
                text if text.starts_with("terminating connection") => BUSY.because(text).retry_after(1),
                text if text.contains("timeout") => BUSY.because(text).retry_after(2),
                // Somebody has to make room; until then nothing is acknowledged that was not written.
                text if text.contains("No space left on device") => BUSY.because(text).retry_after(30),
                text => INTERNAL.because(format!("{kind:?}: {text}")),
            },
            _ => INTERNAL.because(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_goes_away_is_worth_another_try() {
        let said = |kind, text: &str| Error::from(DieselError::DatabaseError(kind, Box::new(text.to_owned())));
        for text in [
            "terminating connection due to unexpected postmaster exit",
            "terminating connection due to administrator command",
            "canceling statement due to lock timeout",
            "could not extend file \"base/16385/16452\": No space left on device",
        ] {
            let error = said(DatabaseErrorKind::Unknown, text);
            assert!(error.is(&BUSY) && error.retry_after.is_some(), "{error}");
        }
        assert!(said(DatabaseErrorKind::ClosedConnection, "connection closed").is(&BUSY));
        assert!(said(DatabaseErrorKind::Unknown, "division by zero").is(&INTERNAL));
    }
}
