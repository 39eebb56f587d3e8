//! What every domain is told with a step of its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{FieldError, INVALID, Result, Text};

/// A step that needs nothing said.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Plain {}

/// A reason in words, where no ground is counted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reasoned {
    #[schema(example = "Đề nghị bổ sung ý kiến về phòng cháy, chữa cháy.", min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// An id that the client has made must be a UUIDv7.
///
/// # Errors
/// [`INVALID`], at `at`.
pub fn made_by_client(id: Option<Uuid>, at: impl Into<String>) -> Result<()> {
    match id {
        Some(id) if id.get_version_num() != 7 => {
            let words = Text::fixed("phải là UUID phiên bản 7", "must be a UUID of version 7");
            Err(INVALID.error().fields(vec![FieldError::new(at, "format", words)]))
        }
        _ => Ok(()),
    }
}
