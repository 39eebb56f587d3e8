//! What must be said with a step.

use kernel::Result;
use kernel::id::StaffId;
use kernel::problem::{FieldError, INVALID, Text};
pub use kernel::request::{Plain, Reasoned};
use kernel::{text, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::denunciation::DenunciationOutcome;

/// What must be said, is: no reason, name or words of blanks alone, in whatever is sent about a denunciation.
///
/// # Errors
/// [`INVALID`], with the place of each.
pub fn not_blank<T: Serialize>(given: T) -> Result<T> {
    let given_as = serde_json::to_value(&given).expect("a request is plain data");
    let blank = |pointer| FieldError::new(pointer, "blank", Text::fixed("không được để trống", "must not be blank"));
    INVALID.unless_none(text::blanks(&given_as).into_iter().map(blank).collect())?;
    Ok(given)
}

text_enum! {
    /// Why something is done to a denunciation.
    DenunciationGround {
        /// Refused: not in the form of LTC Art. 23, as by somebody who is not who they say.
        Form = "form",
        /// Refused: who denounces has no capacity, and nobody who acts for them (Art. 29).
        NoCapacity = "no_capacity",
        /// Refused: nothing to tell who has done what (Art. 29).
        NoGrounds = "no_grounds",
        /// Refused: a complaint that was settled, and nothing new (Art. 29).
        SettledComplaint = "settled_complaint",
        /// A lead that names nobody and nothing that could be checked (Art. 25).
        NotSpecific = "not_specific",
        /// To be looked at in several places (Art. 24, 30).
        SeveralPlaces = "several_places",
        Complex = "complex",
        SpeciallyComplex = "specially_complex",
        /// Suspended: another authority's result, or a further expert opinion, must be awaited (Art. 34).
        AwaitsResult = "awaits_result",
        /// Settled in spite of its withdrawal: it shows signs of a violation (Art. 33).
        SignsOfViolation = "signs_of_violation",
        /// The same: it was withdrawn under threat, or for a bribe.
        UnderThreat = "under_threat",
        /// The same: it has served to slander.
        Slander = "slander",
        /// The same: others who signed it have not withdrawn.
        OthersGoOn = "others_go_on",
    }
}

/// A ground, which is counted, and a reason, which is read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DenunciationGrounded {
    pub ground: DenunciationGround,
    #[schema(min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// What it says, without what tells who says it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    #[schema(min_length = 3, max_length = 300)]
    pub subject: String,
    #[schema(schema_with = crate::receive::contents)]
    pub contents: Vec<String>,
    /// What its denouncer has said since; what is not among them stays as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub messages: Vec<RedactedMessage>,
    /// What was written of the offices of whom it accuses; what is not among them stays as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub offices: Vec<RedactedOffice>,
}

/// Something that its denouncer has said, without what tells who that is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactedMessage {
    /// Of the denunciation, as it was said: see its timeline.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    #[schema(example = "Một người dân còn giữ bản ghi âm.", min_length = 1, max_length = 10000)]
    pub words: String,
}

/// An office of somebody who is accused, without what tells who denounces.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactedOffice {
    /// The place in `accused`, from 0.
    #[schema(minimum = 0, maximum = 19)]
    pub accused: u16,
    /// Absent where nothing is left of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Cán bộ quầy số 3", min_length = 1, max_length = 300)]
    pub office: Option<String>,
}

/// The agency of the city whose matter it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DenunciationTransfer {
    /// Its code.
    #[schema(min_length = 1, max_length = 50)]
    pub to: String,
    #[schema(min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// Who verifies it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DenunciationAssignment {
    pub to: StaffId,
}

/// What is said at a step.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DenunciationStatement {
    #[schema(min_length = 10, max_length = 20000)]
    pub words: String,
}

/// What was concluded (LTC Art. 35), written without who denounced.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    pub outcome: DenunciationOutcome,
    #[schema(min_length = 30, max_length = 20000)]
    pub words: String,
}
