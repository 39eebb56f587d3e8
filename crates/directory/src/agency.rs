//! Agencies: few, rarely changed, needed everywhere. They are read once and kept in memory.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::id::AgencyId;
use kernel::schema::agencies;
use serde::Serialize;
use utoipa::ToSchema;

kernel::text_enum! {
    /// What an agency is in the two tiers of local government (since 2025-07-01 there are no districts).
    AgencyKind {
        /// The People's Committee of the city.
        City = "city",
        /// A centre that receives dossiers for many agencies.
        Centre = "centre",
        /// A specialised agency of the city.
        Department = "department",
        /// The People's Committee of a ward or commune.
        Commune = "commune",
    }
}

/// An office of the city.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = agencies)]
pub struct Agency {
    pub id: AgencyId,
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
}

/// All agencies, in memory.
#[derive(Clone, Debug, Default)]
pub struct Agencies {
    by_id: HashMap<AgencyId, Agency>,
    by_code: HashMap<String, AgencyId>,
}

impl Agencies {
    /// Reads the agencies of an installation.
    pub async fn read(conn: &mut AsyncPgConnection) -> Result<Self> {
        let rows: Vec<Agency> = agencies::table.select(Agency::as_select()).load(conn).await?;
        Ok(rows.into_iter().collect())
    }

    /// The agency with this id.
    pub fn get(&self, id: AgencyId) -> Option<&Agency> {
        self.by_id.get(&id)
    }

    /// The agency with this electronic code.
    pub fn by_code(&self, code: &str) -> Option<&Agency> {
        self.by_code.get(code).and_then(|id| self.get(*id))
    }

    /// All of them, by code.
    pub fn all(&self) -> Vec<&Agency> {
        let mut all: Vec<_> = self.by_id.values().collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        all
    }
}

impl FromIterator<Agency> for Agencies {
    fn from_iter<T: IntoIterator<Item = Agency>>(rows: T) -> Self {
        let mut agencies = Self::default();
        for agency in rows {
            agencies.by_code.insert(agency.code.clone(), agency.id);
            agencies.by_id.insert(agency.id, agency);
        }
        agencies
    }
}

/// Adds the agencies that are not there yet, each after the one above it. Running it again changes nothing.
pub async fn seed(conn: &mut AsyncPgConnection, agencies: Vec<Agency>) -> Result<()> {
    diesel::insert_into(agencies::table).values(agencies).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}
