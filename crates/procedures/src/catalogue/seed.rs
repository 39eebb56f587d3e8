//! The procedures that every installation begins with: `migrations/seed/procedures.json`.

use std::collections::BTreeSet;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::problem::INTERNAL;
use kernel::reference::{self, Reference};
use kernel::schema::procedures;

use super::publish::NewProcedure;
use super::{Catalogue, NO_END, Procedure, ProcedureId};

const SEED: &str = include_str!("../../../../migrations/seed/procedures.json");

fn seeds() -> Result<Vec<NewProcedure>> {
    serde_json::from_str(SEED).map_err(|error| INTERNAL.because(format!("procedures.json: {error}")))
}

/// Loads them, each in force until the day before the next version. One that is there already stays as it is, because dossiers
/// rest on it; and where a city has published what was in force then, that stands.
pub async fn seed(conn: &mut AsyncPgConnection) -> Result<()> {
    let (seeds, there) = (seeds()?, Catalogue::read(conn).await?);
    let begins = |code: &str| {
        let seeded = seeds.iter().filter(|seed| seed.code == code).map(|seed| seed.valid_from);
        let known = there.versions(code).filter(|version| version.valid_from <= version.valid_to);
        seeded.chain(known.map(|version| version.valid_from)).collect::<BTreeSet<_>>()
    };
    let rows: Vec<Procedure> = seeds
        .iter()
        .filter(|seed| !there.versions(&seed.code).any(|version| version.in_force_on(seed.valid_from)))
        .map(|seed| {
            let next = begins(&seed.code).into_iter().find(|begin| *begin > seed.valid_from);
            let id = ProcedureId::at(seed.valid_from.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc());
            seed.clone().version(id, next.and_then(|next| next.pred_opt()).unwrap_or(NO_END), None)
        })
        .collect();
    let new = diesel::insert_into(procedures::table)
        .values(&rows)
        .on_conflict((procedures::code, procedures::valid_from))
        .do_nothing()
        .execute(conn)
        .await?;
    // Replicas that run already get to know them.
    if new > 0 { reference::change(conn, Reference::Procedures).await } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::complete::missing;

    #[test]
    fn every_seeded_procedure_has_the_parts_that_it_must_have_and_says_where_its_law_is() {
        for NewProcedure { code, name, content, publication, .. } in seeds().expect("a good file") {
            assert!(publication.is_none(), "{code}: no decision is held to its limits before anybody uses this");
            let missing: Vec<String> = missing(&name, &content).into_iter().map(|error| error.pointer).collect();
            assert!(missing.is_empty(), "{code} lacks {missing:?}");
            assert!(!content.legal_basis.is_empty(), "{code} rests on nothing");
            assert!(content.legal_basis.iter().all(|text| text.address.is_some()), "{code}");
        }
    }
}
