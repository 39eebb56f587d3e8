//! Agencies: the offices of the city, as a tree. [`Agencies`] holds them all in memory, [`change`] founds and changes them,
//! [`mod@file`] reads many from a file.

mod called;
pub mod change;
mod contact;
pub mod file;
pub mod list;
mod registry;

pub use contact::{Contact, Head, Place};
pub use registry::Agencies;

use chrono::NaiveDate;
use diesel::prelude::*;
use kernel::id::AgencyId;
use kernel::json::Json;
use kernel::schema::agencies;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::text_enum! {
    /// What an agency is. Local government has had two tiers since 2025-07-01: city and commune.
    AgencyKind {
        /// The People's Committee of the city.
        City = "city",
        /// A centre that receives dossiers for many agencies.
        Centre = "centre",
        /// A branch of the centre.
        Branch = "branch",
        /// A place where a centre or branch receives dossiers.
        Point = "point",
        /// A specialised agency of the city.
        Department = "department",
        /// The People's Committee of a district: there were some until 2025-06-30.
        District = "district",
        /// The People's Committee of a ward or commune.
        Commune = "commune",
        /// The police of the city, or of a ward or commune below it: they settle residence and identity.
        Police = "police",
        School = "school",
        Hospital = "hospital",
    }
}

impl AgencyKind {
    /// Whether it receives dossiers for any agency of the city.
    pub fn receives_for_all(self) -> bool {
        matches!(self, Self::Centre | Self::Branch | Self::Point)
    }

    /// Whether it decides procedures; the others receive, or serve.
    pub fn decides(self) -> bool {
        matches!(self, Self::City | Self::Centre | Self::Department | Self::District | Self::Commune | Self::Police)
    }
}

/// An office of the city.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Serialize, ToSchema)]
#[diesel(table_name = agencies, treat_none_as_null = true)]
pub struct Agency {
    pub id: AgencyId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// Its electronic code, like `H26`: the first part of every dossier code it gives out (QĐ 20/2020/QĐ-TTg).
    #[schema(example = "H26.13.01", max_length = 50)]
    pub code: String,
    #[schema(example = "Ủy ban nhân dân phường Hoàn Kiếm", max_length = 300)]
    pub name: String,
    #[schema(example = "People's Committee of Hoàn Kiếm Ward", max_length = 300)]
    pub name_en: String,
    pub kind: AgencyKind,
    /// The agency above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<AgencyId>,
    /// The first day on which it exists.
    pub valid_from: NaiveDate,
    /// The last day on which it exists; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    #[schema(value_type = Contact)]
    pub contact: Json<Contact>,
    /// It serves a remote area, where the limits of complaints are longer (LKN Art. 28, 33, 37, 44).
    pub remote_area: bool,
}

/// What an agency is to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyContent {
    /// Its electronic code of up to four levels (QĐ 20/2020/QĐ-TTg). No other agency ever has it: dossiers are known by it.
    #[schema(
        example = "H26.13.127",
        min_length = 2,
        max_length = 50,
        pattern = r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+){0,3}$"
    )]
    pub code: String,
    #[schema(example = "Điểm tiếp nhận Hàng Trống", min_length = 1, max_length = 300)]
    pub name: String,
    #[schema(example = "Hàng Trống reception point", min_length = 1, max_length = 300)]
    pub name_en: String,
    pub kind: AgencyKind,
    /// The agency above it.
    #[schema(value_type = Option<AgencyId>, example = "019b76da-a800-7000-8000-a00000000001")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<AgencyId>,
    /// The first day on which it exists.
    pub valid_from: NaiveDate,
    /// The last day on which it exists; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    #[serde(default)]
    pub contact: Contact,
    /// It serves a remote area, where the limits of complaints are longer (LKN Art. 28, 33, 37, 44).
    #[serde(default)]
    pub remote_area: bool,
}

impl Agency {
    /// Whether it exists on that day.
    pub fn exists_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// What of it can be changed.
    pub fn content(&self) -> AgencyContent {
        let Self {
            code,
            name,
            name_en,
            kind,
            parent_id,
            valid_from,
            valid_to,
            contact: Json(contact),
            remote_area,
            ..
        } = self.clone();
        AgencyContent { code, name, name_en, kind, parent_id, valid_from, valid_to, contact, remote_area }
    }

    /// Its code as the dossier codes of TT 01/2018/TT-VPCP write it, without the zeros that fill them up.
    pub(crate) fn plain_code(&self) -> String {
        let levels = self.code.split('.').map(|level| level.trim_start_matches('0'));
        levels.collect::<Vec<_>>().join(".").trim_end_matches('.').to_owned()
    }

    pub(crate) fn new(id: AgencyId, version: i32, content: AgencyContent) -> Self {
        let AgencyContent { code, name, name_en, kind, parent_id, valid_from, valid_to, contact, remote_area } =
            content;
        let contact = Json(contact);
        Self { id, version, code, name, name_en, kind, parent_id, valid_from, valid_to, contact, remote_area }
    }
}
