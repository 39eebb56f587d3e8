//! Organisations that deal with the city: enterprises, cooperatives, public bodies. None has an account: the people who
//! [represent](crate::representation) it act for it. [`change`] registers and changes them, [`mod@file`] reads many from a
//! file, [`list`] finds them.

pub mod change;
pub mod file;
pub mod list;

use diesel::prelude::*;
use kernel::id::OrganisationId;
use kernel::journal::Event;
use kernel::schema::organisations;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::text_enum! {
    /// What kind of organisation.
    OrganisationKind {
        Enterprise = "enterprise",
        Cooperative = "cooperative",
        HouseholdBusiness = "household_business",
        /// A state agency, a public service provider.
        PublicBody = "public_body",
        Association = "association",
        Other = "other",
    }
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize, ToSchema)]
#[diesel(table_name = organisations, treat_none_as_null = true)]
pub struct Organisation {
    pub id: OrganisationId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub kind: OrganisationKind,
    #[schema(example = "0109876543", max_length = 14)]
    pub number: String,
    #[schema(example = "Công ty TNHH Xây dựng Sông Hồng", max_length = 300)]
    pub name: String,
    #[schema(example = "Số 5 phố Tràng Tiền, phường Hoàn Kiếm, Hà Nội", max_length = 500)]
    pub address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+842438250000", max_length = 16)]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "lienhe@songhong.example.vn", max_length = 254)]
    pub email: Option<String>,
}

/// What an organisation is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationContent {
    #[schema(value_type = OrganisationKind, example = "enterprise")]
    pub kind: OrganisationKind,
    /// Tax number, which is an enterprise's number too: ten digits; of a dependent unit with three more; of a household
    /// business its owner's identity number.
    #[schema(
        example = "0109876543",
        min_length = 10,
        max_length = 14,
        pattern = "^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$"
    )]
    pub number: String,
    #[schema(
        example = "Công ty TNHH Xây dựng Sông Hồng",
        min_length = 1,
        max_length = 300,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub name: String,
    #[schema(
        example = "Số 5 phố Tràng Tiền, phường Hoàn Kiếm, Hà Nội",
        min_length = 1,
        max_length = 500,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+842438250000", min_length = 9, max_length = 16, pattern = r"^\+?[0-9]{9,15}$")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "lienhe@songhong.example.vn", min_length = 3, max_length = 254, format = "email")]
    pub email: Option<String>,
}

/// What happens to an organisation, as the journal tells it: that something changed, not what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationEvent {
    Registered {},
    Changed {},
}

impl Event for OrganisationEvent {
    const ENTITY: &'static str = "organisation";

    fn kind(&self) -> &'static str {
        match self {
            Self::Registered {} => "organisation.registered",
            Self::Changed {} => "organisation.changed",
        }
    }
}

impl Organisation {
    pub(crate) fn new(id: OrganisationId, version: i32, content: OrganisationContent) -> Self {
        let OrganisationContent { kind, number, name, address, phone, email } = content;
        Self { id, version, kind, number, name, address, phone, email }
    }

    /// What of it can be changed.
    pub fn content(&self) -> OrganisationContent {
        let Self { kind, number, name, address, phone, email, .. } = self.clone();
        OrganisationContent { kind, number, name, address, phone, email }
    }
}
