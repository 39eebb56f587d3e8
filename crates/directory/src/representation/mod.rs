//! Representations: who may act for an organisation, or for another person, towards the city; by law, or by a power of
//! attorney (Civil Code 2015 Art. 134–143). A dossier is filed under one; whoever has one that holds sees the dossiers that it
//! covers, and acts in them as their applicant. [`change`] makes and revokes them, [`list`] finds them, [`under`] says whom
//! somebody files for, and [`erasure`] takes out whom they named.

pub mod change;
pub mod erasure;
pub mod list;
pub mod under;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kernel::id::{OrganisationId, RepresentationId, StaffId};
use kernel::instant;
use kernel::journal::{Audience, Event};
use kernel::schema::representations;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

kernel::text_enum! {
    /// What a representation rests on.
    Basis {
        /// The law: an organisation's legal representative, a parent, a guardian.
        Legal = "legal",
        PowerOfAttorney = "power_of_attorney",
    }
}

/// Somebody may act for an organisation or another person.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = representations)]
pub struct Representation {
    pub id: RepresentationId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// The organisation that is represented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<OrganisationId>,
    /// The identity number of the person who is represented.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "001085000002", max_length = 12)]
    pub principal_number: Option<String>,
    /// The identity number of whoever acts.
    #[schema(example = "001190000001", max_length = 12)]
    pub representative_number: String,
    #[schema(example = "Nguyễn Thị Bình Minh", max_length = 200)]
    pub representative_name: String,
    pub basis: Basis,
    /// The codes of the procedures that it is for; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = procedure_codes, required = false)]
    pub procedures: Option<Vec<String>>,
    #[schema(example = "Giấy uỷ quyền 07/GUQ-SH ngày 01/08/2026", max_length = 200)]
    pub document: String,
    pub valid_from: NaiveDate,
    /// The last day; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// Who checked the papers; absent where it was given online by who may give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_by_id: Option<StaffId>,
    #[serde(serialize_with = "instant::serialize")]
    pub made_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What happens to a representation, as the journal tells it: without the people's numbers and names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepresentationEvent {
    Made {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organisation_id: Option<OrganisationId>,
        basis: Basis,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        procedures: Option<Vec<String>>,
        valid_from: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_to: Option<NaiveDate>,
    },
    Revoked {},
    /// It had ended for as long as this rule says.
    Erased {
        rule: String,
    },
}

impl Event for RepresentationEvent {
    const ENTITY: &'static str = "representation";

    fn kind(&self) -> &'static str {
        match self {
            Self::Made { .. } => "representation.made",
            Self::Revoked {} => "representation.revoked",
            Self::Erased { .. } => "representation.erased",
        }
    }
}

/// How codes of procedures look in the contract.
fn procedure_codes() -> Array {
    let code = ObjectBuilder::new().schema_type(Type::String).min_length(Some(8)).max_length(Some(16));
    let codes = ArrayBuilder::new().items(code.pattern(Some(r"^[0-9]\.[0-9]{6}$")));
    let about = "The codes of the procedures that it is for; absent for all.";
    codes.min_items(Some(1)).max_items(Some(100)).description(Some(about)).examples([json!(["1.013225"])]).build()
}

impl Representation {
    /// The organisation; people are known by their numbers, which stay out of the journal.
    fn audience(&self) -> Audience {
        self.organisation_id.into_iter().map(|organisation| organisation.0).collect()
    }
}
