//! The procedures that every installation begins with: `migrations/seed/procedures.json`.

use chrono::NaiveDate;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::json::Json;
use kernel::problem::INTERNAL;
use kernel::reference::{self, Reference};
use kernel::schema::procedures;
use serde::Deserialize;

use super::{Content, NO_END, Procedure, ProcedureId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    code: String,
    valid_from: NaiveDate,
    name: String,
    name_en: String,
    field: String,
    content: Content,
}

const SEED: &str = include_str!("../../../../migrations/seed/procedures.json");

/// Loads them. A version that is there already stays as it is: dossiers rest on it.
pub async fn seed(conn: &mut AsyncPgConnection) -> Result<()> {
    let seeds: Vec<Seed> =
        serde_json::from_str(SEED).map_err(|error| INTERNAL.because(format!("procedures.json: {error}")))?;
    let mut new = 0;
    for Seed { code, valid_from, name, name_en, field, content } in seeds {
        let noon = valid_from.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc();
        let row = Procedure {
            id: ProcedureId::at(noon),
            version: 1,
            code,
            valid_from,
            valid_to: NO_END,
            name,
            name_en,
            field,
            content: Json(content),
            publication: None,
        };
        new += diesel::insert_into(procedures::table)
            .values(&row)
            .on_conflict((procedures::code, procedures::valid_from))
            .do_nothing()
            .execute(conn)
            .await?;
    }
    // Replicas that run already get to know them.
    if new > 0 { reference::change(conn, Reference::Procedures).await } else { Ok(()) }
}
