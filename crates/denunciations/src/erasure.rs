//! What is past its time. Who denounces, the letter and what was shown are destroyed in the vault by destroying the key that opens them:
//! they open in no copy that lacks it. What officers read loses its words and whom it accuses. The row stays, with its code, its dates and
//! what became of it, and so does the journal, which never held more.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::not;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::clock::{self, random};
use kernel::idempotency::KEPT;
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::record::{Also, Record, nothing_late, unless_changed};
use kernel::retention::{self, Due, GONE, Rule, untouched_since};
use kernel::schema::{denunciations, files, identity_requests, messages};
use kernel::sql::{Sql, sql};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result};

use crate::denunciation::{
    Accused, Denunciation, DenunciationId, DenunciationKind, Marks, Words, not_accusing, visible_to,
};
use crate::event::Event;
use crate::steps::audience;
use crate::workflow::DenunciationStatus;
use crate::{timer, vault};

/// What rules on keeping call a denunciation.
const ENTITY: &str = "denunciation";

/// The rules on denunciations.
fn rules() -> impl Iterator<Item = &'static Rule> {
    retention::rules().iter().filter(|rule| rule.entity == ENTITY)
}

/// Those that this rule keeps, that ended so long before `now`, and that still have their words, whoever looks. Not one about which
/// something is still to be decided: protection, or what its denouncer has brought before the agency above.
fn past<'a>(rule: &'static Rule, now: DateTime<Utc>) -> denunciations::BoxedQuery<'a, Pg> {
    let system = Ctx { actor: Actor::System, now };
    let kept = |kind: &DenunciationKind, status: &DenunciationStatus| {
        retention::rule_for(ENTITY, kind.code(), status.code()) == Some(rule)
    };
    let of = DenunciationKind::ALL.iter().find(|kind| kind.code() == rule.kind).copied();
    let states = DenunciationStatus::ALL.iter().copied().filter(|status| status.is_over());
    let states = states.filter(|status| of.is_some_and(|kind| kept(&kind, status)));
    denunciations::table
        .filter(visible_to(&system))
        .filter(denunciations::kind.eq(rule.kind.as_str()))
        .filter(denunciations::status.eq_any(states.collect::<Vec<_>>()))
        .filter(denunciations::closed_at.le(rule.past(now)))
        .filter(not(denunciations::open))
        .filter(sql::<Bool>("NOT denunciations.marks ? 'erased_at'"))
        .into_boxed()
}

/// Nothing has changed it for as long as answers are kept: none of them still holds its words.
fn quiet(now: DateTime<Utc>) -> Sql<Bool> {
    untouched_since("denunciations.id", now - KEPT)
}

/// One that is past its time, with the rule that has kept it.
pub struct Past(Denunciation, &'static Rule);

/// What is past its time, `most` at most of each rule.
///
/// # Errors
/// The database.
pub async fn due(conn: &mut AsyncPgConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<Past>> {
    let mut due = Vec::new();
    for rule in rules() {
        let of = past(rule, now).filter(quiet(now)).order((denunciations::closed_at, denunciations::id)).limit(most);
        let of: Vec<Denunciation> = of.select(Denunciation::as_select()).load(conn).await?;
        due.extend(of.into_iter().map(|it| Past(it, rule)));
    }
    Ok(due)
}

/// Erases it. One that somebody changes meanwhile is left for the next time.
///
/// # Errors
/// The databases.
pub async fn destroy(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
    due: &[Past],
) -> Result<()> {
    for Past(it, rule) in due {
        // First the key, in what may be another database: where the rest fails, the next time finds the row and goes on.
        vault::forget(vault, it.id.0).await?;
        unless_changed(erase(conn, now, it, rule).await)?;
    }
    Ok(())
}

/// Between which ages it is looked for what was left behind. Not sooner: where the rows were restored from a backup and the vault was
/// not, what is missing may still come back.
const SWEPT: (TimeDelta, TimeDelta) = (TimeDelta::days(60), TimeDelta::days(30));

/// Destroys in the vault what belongs to no denunciation: who denounces is put away there first, and the rest failed or was cut off.
/// Returns how many that were.
///
/// # Errors
/// The databases.
pub async fn sweep(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
) -> Result<usize> {
    let system = Ctx { actor: Actor::System, now };
    let [first, last] = [SWEPT.0, SWEPT.1].map(|ago| clock::least_uuid_at(now - ago));
    let sealed: Vec<DenunciationId> =
        vault::between(vault, first, last).await?.into_iter().map(DenunciationId).collect();
    let rows = denunciations::table.filter(visible_to(&system)).filter(denunciations::id.eq_any(&sealed));
    let known: BTreeSet<DenunciationId> = rows.select(denunciations::id).load(conn).await?.into_iter().collect();
    let left: Vec<_> = sealed.into_iter().filter(|id| !known.contains(id)).collect();
    for id in &left {
        vault::forget(vault, id.0).await?;
    }
    Ok(left.len())
}

async fn erase(conn: &mut AsyncPgConnection, now: DateTime<Utc>, before: &Denunciation, rule: &Rule) -> Result<()> {
    let system = Ctx { actor: Actor::System, now };
    let event = Event::Erased { rule: rule.rule.clone() };
    let seen = audience(before);
    let entry = Entry::new(&system, before.id.0, Some(before.handling_agency_id.0), &event, (seen.clone(), seen));
    let row = denunciations::table
        .filter(denunciations::id.eq(before.id))
        .filter(denunciations::version.eq(before.version))
        .filter(visible_to(&system));
    let contents = before.words.0.contents.iter().map(|_| GONE.to_owned()).collect();
    let change = diesel::update(row)
        .set((
            denunciations::version.eq(before.version + 1),
            denunciations::words.eq(Json(Words { subject: GONE.to_owned(), contents })),
            denunciations::accused.eq(Json(before.accused.0.iter().map(|_| nobody()).collect::<Vec<_>>())),
            denunciations::marks.eq(Json(Marks { erased_at: Some(now), ..before.marks.0.clone() })),
            // Its denouncer's code leads nowhere any more.
            denunciations::receipt_hash.eq(random::<32>().to_vec()),
        ))
        .returning((denunciations::version, nothing_late()));
    let timers = Timers::over(timer::ENTITY, before.id.0);
    Record { change, also: around(before.id), entry, timers, answer: None }.write(conn, |_| None).await.map(drop)
}

/// Whom it accused must not see it afterwards either: that stands in `barred`.
fn nobody() -> Accused {
    Accused { name: GONE.to_owned(), office: None, official_id: None, unit_id: None }
}

/// What was said and shown around it: grounds, officers and moments stay.
fn around(id: DenunciationId) -> Vec<Also> {
    let said = messages::table.filter(messages::denunciation_id.eq(id));
    let asked = identity_requests::table.filter(identity_requests::denunciation_id.eq(id));
    // One that was allowed has no words that refuse it.
    let refusal = sql::<Nullable<Text>>("CASE WHEN refusal IS NOT NULL THEN ").bind::<Text, _>(GONE).sql(" END");
    vec![
        Box::new(diesel::update(said).set(messages::words.eq(GONE))),
        Box::new(
            diesel::update(asked).set((identity_requests::reason.eq(GONE), identity_requests::refusal.eq(refusal))),
        ),
        Box::new(diesel::delete(files::table.filter(files::denunciation_id.eq(id)))),
    ]
}

/// How many would go until that moment, by each rule. Whoever is accused is told of it here as little as anywhere.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, ctx: &Ctx, until: DateTime<Utc>) -> Result<Vec<Due>> {
    let mut counted = Vec::new();
    for rule in rules() {
        let found = past(rule, until).filter(not_accusing(ctx)).limit(Due::LOOKED_AT).select(denunciations::id);
        counted.push(Due::of(rule, found.load::<DenunciationId>(conn).await?.len()));
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_denunciation_that_is_over_has_its_rule() {
        for kind in DenunciationKind::ALL {
            for status in DenunciationStatus::ALL.iter().filter(|status| status.is_over()) {
                let rule = retention::rule_for(ENTITY, kind.code(), status.code());
                let rule = rule.unwrap_or_else(|| panic!("{kind} {status} would be kept for ever"));
                assert_eq!(rule.kind, kind.code(), "{}: of one kind", rule.rule);
            }
        }
    }
}
