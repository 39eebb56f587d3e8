//! Some rows of a log, written at once: what is new of their dossiers, one entry of the journal for each change.
//!
//! Whoever imports holds the lock of [`super::run()`], so that nothing changes between reading and writing.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::journal::{self, Entry};
use kernel::schema::{external_dossiers, external_events as events};
use kernel::{Ctx, Result};

use super::dossier::{ExternalDossier, ExternalDossierId, ExternalEvent};
use super::event::ExternalDossierEvent as Event;
use super::log::{ACTIVITY, CASE, CHANNEL, EVENT, Row, RowFault, Wrong};
use super::mapping::Mapping;
use super::{Import, Report};

/// Rows of one transaction. Each makes two entries at most, of thirteen parameters; a statement takes 65,535.
pub const ROWS: usize = 500;

/// What is known of the rows' dossiers, and what becomes of it.
struct Batch<'a> {
    ctx: &'a Ctx,
    import: &'a Import,
    mapping: &'a Mapping,
    dossiers: HashMap<String, ExternalDossier>,
    /// Those of them that are not as they were.
    changed: HashSet<ExternalDossierId>,
    /// Name and moment of each known step.
    events: HashMap<(ExternalDossierId, String), (String, DateTime<Utc>)>,
    new_events: Vec<ExternalEvent>,
    entries: Vec<(i32, Entry)>,
}

/// Writes what is new, and counts what there is.
pub async fn write(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    import: &Import,
    mapping: &Mapping,
    rows: Vec<Row>,
    report: &mut Report,
) -> Result<()> {
    let (dossiers, events) = known(conn, import, &rows).await?;
    let (changed, new_events, entries) = (HashSet::new(), Vec::new(), Vec::new());
    let mut batch = Batch { ctx, import, mapping, dossiers, changed, events, new_events, entries };
    for row in rows {
        batch.take(row, report);
    }
    batch.store(conn).await
}

type Known = (HashMap<String, ExternalDossier>, HashMap<(ExternalDossierId, String), (String, DateTime<Utc>)>);

/// What there is of the dossiers and steps that rows name.
async fn known(conn: &mut AsyncPgConnection, import: &Import, rows: &[Row]) -> Result<Known> {
    let mut cases: Vec<&str> = rows.iter().map(|row| row.case.as_str()).collect();
    cases.sort_unstable();
    cases.dedup();
    let of_source = external_dossiers::table.filter(external_dossiers::source.eq(import.source));
    let named = of_source.filter(external_dossiers::source_key.eq_any(cases)).select(ExternalDossier::as_select());
    let found: Vec<ExternalDossier> = named.load(conn).await?;
    let steps: Vec<ExternalEvent> = if found.is_empty() {
        Vec::new()
    } else {
        let of_dossiers = events::table.filter(events::dossier_id.eq_any(found.iter().map(|dossier| dossier.id)));
        let named = of_dossiers.filter(events::source_key.eq_any(rows.iter().map(|row| row.event.as_str())));
        named.select(ExternalEvent::as_select()).load(conn).await?
    };
    let by_key = |step: ExternalEvent| ((step.dossier_id, step.source_key), (step.activity, step.occurred_at));
    let found = found.into_iter().map(|dossier| (dossier.source_key.clone(), dossier));
    Ok((found.collect(), steps.into_iter().map(by_key).collect()))
}

impl Batch<'_> {
    fn take(&mut self, row: Row, report: &mut Report) {
        let line = row.line;
        if let Err(wrong) = self.take_dossier(&row, report) {
            return report.leave_out(line, wrong);
        }
        let dossier = self.dossiers.get_mut(&row.case).expect("it was taken a moment ago");
        let key = (dossier.id, row.event.clone());
        let said = (row.activity.clone(), row.occurred_at);
        match self.events.get(&key) {
            Some(known) if *known == said => report.events_known += 1,
            Some(_) => report.leave_out(line, (EVENT, RowFault::ContradictsEvent)),
            None => {
                dossier.version += 1;
                let action = self.mapping.action(&row.activity);
                if action.is_none() {
                    report.not_mapped(ACTIVITY, &row.activity, self.mapping.knows(ACTIVITY, &row.activity));
                }
                let entry = entry(self.ctx, dossier.id, &Event::StepTaken { action }).occurred(row.occurred_at);
                self.entries.push((dossier.version, entry));
                self.changed.insert(dossier.id);
                self.events.insert(key, said);
                let Row { event: source_key, activity, occurred_at, .. } = row;
                self.new_events.push(ExternalEvent { dossier_id: dossier.id, source_key, activity, occurred_at });
                report.events_new += 1;
            }
        }
    }

    /// Registers the row's dossier, or corrects it when another file has told of it.
    fn take_dossier(&mut self, row: &Row, report: &mut Report) -> Result<(), Wrong> {
        let channel = self.mapping.channel(&row.channel);
        let Row { started_at, due_at, ended_at, .. } = *row;
        let said = (channel, started_at, due_at, ended_at);
        let (id, version, event): (_, _, fn(_) -> Event) = match self.dossiers.get_mut(&row.case) {
            Some(old) if (old.channel, old.started_at, old.due_at, old.ended_at) == said => {
                if old.import_id != self.import.id {
                    old.import_id = self.import.id;
                    self.changed.insert(old.id);
                }
                return Ok(());
            }
            Some(old) if old.import_id == self.import.id => return Err((CASE, RowFault::ContradictsDossier)),
            Some(old) => {
                report.dossiers_changed += 1;
                (old.id, old.version + 1, Event::Changed)
            }
            None => {
                report.dossiers_new += 1;
                (ExternalDossierId::at(self.ctx.now), 1, Event::Registered)
            }
        };
        let (source, source_key, import_id) = (self.import.source, row.case.clone(), self.import.id);
        let new = ExternalDossier { id, version, source, source_key, channel, started_at, due_at, ended_at, import_id };
        if channel.is_none() {
            report.not_mapped(CHANNEL, &row.channel, self.mapping.knows(CHANNEL, &row.channel));
        }
        report.without_deadline += i64::from(due_at.is_none());
        report.end_before_start += i64::from(ended_at.is_some_and(|ended_at| ended_at < started_at));
        let told = entry(self.ctx, id, &event(new.facts()));
        self.entries.push((version, if version == 1 { told.occurred(started_at) } else { told }));
        self.changed.insert(id);
        self.dossiers.insert(row.case.clone(), new);
        Ok(())
    }

    async fn store(self, conn: &mut AsyncPgConnection) -> Result<()> {
        let changed = self.dossiers.into_values().filter(|dossier| self.changed.contains(&dossier.id));
        let rows: Vec<ExternalDossier> = changed.collect();
        if rows.is_empty() {
            return Ok(());
        }
        diesel::insert_into(external_dossiers::table)
            .values(rows)
            .on_conflict(external_dossiers::id)
            .do_update()
            .set((
                external_dossiers::version.eq(excluded(external_dossiers::version)),
                external_dossiers::channel.eq(excluded(external_dossiers::channel)),
                external_dossiers::started_at.eq(excluded(external_dossiers::started_at)),
                external_dossiers::due_at.eq(excluded(external_dossiers::due_at)),
                external_dossiers::ended_at.eq(excluded(external_dossiers::ended_at)),
                external_dossiers::import_id.eq(excluded(external_dossiers::import_id)),
            ))
            .execute(conn)
            .await?;
        if !self.new_events.is_empty() {
            diesel::insert_into(events::table).values(self.new_events).execute(conn).await?;
        }
        if !self.entries.is_empty() {
            journal::append(conn, self.entries).await?;
        }
        Ok(())
    }
}

/// They belong to no agency here, and those who oversee all need not be named.
fn entry(ctx: &Ctx, id: ExternalDossierId, event: &Event) -> Entry {
    Entry::new(ctx, id.0, None, event, (Vec::new(), Vec::new()))
}
