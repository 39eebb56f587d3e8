//! An import from its first row, or where it was broken off, to its last.

use std::io::{Read, Seek};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AnsiTransactionManager, AsyncConnection, AsyncPgConnection, RunQueryDsl, TransactionManager};
use kernel::journal::Entry;
use kernel::problem::BUSY;
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{import_progress as progress, imports};
use kernel::timers::Timers;
use kernel::{Actor, Clock, Ctx, Error, Result};

use super::batch::{self, ROWS};
use super::event::ImportEvent;
use super::log::{Log, Looked, Row};
use super::mapping::Mapping;
use super::{Import, ImportId, Progress, Source, View, view};
use crate::problem::IMPORT_UNDER_WAY;

/// The advisory lock of whoever imports: two at once would not see each other's dossiers.
const IMPORTING: i64 = 0x696d_706f_7274_0001;

/// A log to be imported.
pub struct File<R> {
    /// For an import that has not begun.
    pub id: ImportId,
    pub source: Source,
    pub content: R,
    /// What [`super::log::look`] has said of the same content.
    pub looked: Looked,
}

/// Imports what was not imported yet; of a file that was, nothing. A dry run does the same and takes it all back.
/// `told` is told how many rows are done.
///
/// # Errors
/// [`IMPORT_UNDER_WAY`] when another import does not end within seconds; [`crate::problem::BAD_LOG`].
pub async fn run<R: Read + Seek>(
    conn: &mut AsyncPgConnection,
    clock: &Clock,
    file: File<R>,
    dry_run: bool,
    told: impl Fn(u64),
) -> Result<View> {
    // Of a program that was killed, the lock is free when PostgreSQL has noticed.
    diesel::select(pg_advisory_lock(IMPORTING)).execute(conn).await.map_err(|error| match Error::from(error) {
        busy if busy.is(&BUSY) => IMPORT_UNDER_WAY.error(),
        error => error,
    })?;
    let done = if dry_run { rehearse(conn, clock, file, told).await } else { import(conn, clock, file, told).await };
    // When this fails the connection is gone, and with it the lock.
    let unlocked = diesel::select(pg_advisory_unlock(IMPORTING)).execute(conn).await;
    let view = done?;
    unlocked?;
    Ok(view)
}

async fn rehearse<R: Read + Seek>(
    conn: &mut AsyncPgConnection,
    clock: &Clock,
    file: File<R>,
    told: impl Fn(u64),
) -> Result<View> {
    AnsiTransactionManager::begin_transaction(conn).await?;
    let done = import(conn, clock, file, told).await;
    AnsiTransactionManager::rollback_transaction(conn).await?;
    done
}

async fn import<R: Read + Seek>(
    conn: &mut AsyncPgConnection,
    clock: &Clock,
    file: File<R>,
    told: impl Fn(u64),
) -> Result<View> {
    let mapping = Mapping::read()?;
    let (mut import, mut found) = begin(conn, &ctx(clock), &file).await?;
    if import.finished_at.is_some() {
        return Ok(view(&import, found.report));
    }
    let mut log = Log::open(file.content)?;
    if found.position > 0 {
        log.go_to((found.position, found.line))?;
    }
    loop {
        let before = found.report.rows;
        let rows = next(&mut log, &mut found)?;
        if found.report.rows == before {
            break;
        }
        let ctx = ctx(clock);
        conn.transaction::<_, Error, _>(async |conn| {
            batch::write(conn, &ctx, &import, &mapping, rows, &mut found.report).await?;
            let own = progress::table.filter(progress::import_id.eq(import.id));
            diesel::update(own).set(found.clone()).execute(conn).await?;
            Ok(())
        })
        .await?;
        told(found.report.rows.unsigned_abs());
    }
    finish(conn, &ctx(clock), &mut import, &found).await?;
    Ok(view(&import, found.report))
}

/// The program itself imports, and a long time.
fn ctx(clock: &Clock) -> Ctx {
    Ctx { actor: Actor::System, now: clock.now() }
}

/// The next rows that can be read. Those that cannot are reported, and the place goes behind them all.
fn next<R: Read>(log: &mut Log<R>, found: &mut Progress) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(ROWS);
    for _ in 0..ROWS {
        match log.next_row()? {
            None => break,
            Some(Ok(row)) => rows.push(row),
            Some(Err((line, wrong))) => found.report.leave_out(line, wrong),
        }
        found.report.rows += 1;
    }
    (found.position, found.line) = log.place();
    Ok(rows)
}

/// The import of this file, as far as it is; a new one when there is none.
async fn begin<R>(conn: &mut AsyncPgConnection, ctx: &Ctx, file: &File<R>) -> Result<(Import, Progress)> {
    let known = imports::table.inner_join(progress::table).select((Import::as_select(), Progress::as_select()));
    let same = imports::source.eq(file.source).and(imports::sha256.eq(file.looked.sha256));
    if let Some(known) = known.filter(same).first(conn).await.optional()? {
        return Ok(known);
    }
    let File { id, source, looked: Looked { sha256, .. }, .. } = *file;
    let import = Import { id, version: 1, source, sha256, started_at: ctx.now, finished_at: None };
    let own = progress::import_id.eq(import.id);
    let also: Also = Box::new(diesel::insert_into(progress::table).values((own, Progress::default())));
    let entry = entry(ctx, import.id, &ImportEvent::Started { source: import.source });
    let change =
        diesel::insert_into(imports::table).values(import.clone()).returning((imports::version, nothing_late()));
    Record { change, also: vec![also], entry, timers: Timers::None, answer: None }.write(conn, |_| None).await?;
    Ok((import, Progress::default()))
}

async fn finish(conn: &mut AsyncPgConnection, ctx: &Ctx, import: &mut Import, found: &Progress) -> Result<()> {
    let report = &found.report;
    let event = ImportEvent::Finished {
        rows: report.rows,
        dossiers_new: report.dossiers_new,
        dossiers_changed: report.dossiers_changed,
        events_new: report.events_new,
    };
    let row = imports::table.filter(imports::id.eq(import.id)).filter(imports::version.eq(import.version));
    (import.version, import.finished_at) = (import.version + 1, Some(ctx.now));
    let change = diesel::update(row)
        .set((imports::version.eq(import.version), imports::finished_at.eq(import.finished_at)))
        .returning((imports::version, nothing_late()));
    let entry = entry(ctx, import.id, &event);
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, |_| None).await.map(drop)
}

fn entry(ctx: &Ctx, id: ImportId, event: &ImportEvent) -> Entry {
    Entry::new(ctx, id.0, None, event, (Vec::new(), Vec::new()))
}

diesel::define_sql_function! { fn pg_advisory_lock(key: BigInt); }
diesel::define_sql_function! { fn pg_advisory_unlock(key: BigInt) -> diesel::sql_types::Bool; }
