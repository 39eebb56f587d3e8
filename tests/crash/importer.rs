//! The import under test: logs are imported one after the other, each killed with `kill -9` at random moments and run
//! again until it is through, while the database is killed as well.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use crate::rng::Rng;
use crate::world::{Outcome, World};

/// Of each log. A batch has 500 rows.
const DOSSIERS: usize = 1_000;
const STEPS: usize = 6;
/// More logs would only make the journal longer.
const LOGS: usize = 12;
/// How long the last one may need when nothing is killed any more.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Importer {
    pub program: PathBuf,
    pub dir: PathBuf,
    pub database_url: String,
    pub rng: Rng,
    pub world: Arc<World>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Imported {
    /// Logs that the program has said it is through with.
    pub logs: usize,
    /// Runs that were killed on their way.
    pub killed: usize,
}

impl Importer {
    /// Imports until the run is over, and what is under way then to its end.
    pub async fn work(mut self) -> Imported {
        let mut imported = Imported::default();
        while !self.world.is_over() && imported.logs < LOGS {
            let file = self.dir.join(format!("log-{}.csv", imported.logs));
            if let Err(error) = std::fs::write(&file, log(imported.logs)) {
                self.world.violation(format!("{} cannot be written: {error}", file.display()));
                return imported;
            }
            imported.killed += self.insist(&file).await;
            imported.logs += 1;
        }
        imported
    }

    /// Runs the import until it succeeds; gives how often it was killed.
    async fn insist(&mut self, file: &Path) -> usize {
        let (mut killed, mut since) = (0, Instant::now());
        loop {
            let over = self.world.is_over();
            let patience = if over { PATIENCE } else { self.rng.millis(100..3_000) };
            match self.run(file, patience).await {
                Ok(Some(status)) if status.success() => return killed,
                Ok(None) if !over => killed += 1,
                // Its database is away, or still knows the one before.
                Ok(_) => sleep(Duration::from_millis(200)).await,
                Err(error) => self.world.violation(format!("the import cannot be run: {error}")),
            }
            if !over {
                since = Instant::now();
            } else if since.elapsed() > PATIENCE {
                self.world.violation(format!("{} cannot be imported", file.display()));
                return killed;
            }
        }
    }

    /// How it ended; nothing when it was killed.
    async fn run(&self, file: &Path, patience: Duration) -> std::io::Result<Option<ExitStatus>> {
        let mut command = Command::new(&self.program);
        command.args(["import", "--demo", "--database-url", &self.database_url, "--data-dir"]).arg(&self.dir);
        command.arg("receipt-log").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn()?;
        match timeout(patience, child.wait()).await {
            Ok(ended) => ended.map(Some),
            Err(_) => child.kill().await.map(|()| None),
        }
    }
}

/// The `n`-th log. The rows of a dossier lie far apart.
fn log(n: usize) -> String {
    let mut log = "case:concept:name,case:channel,case:startdate,case:deadline,case:enddate,concept:instance,\
        concept:name,lifecycle:transition,time:timestamp\n"
        .to_owned();
    for row in 0..DOSSIERS * STEPS {
        let (case, step) = (row % DOSSIERS, row / DOSSIERS);
        let _ = writeln!(
            log,
            "case-{n}-{case},Desk,2026-01-05 08:00:00+07:00,2026-02-16 00:00:00+07:00,2026-02-{:02} 16:00:00+07:00,\
            task-{row},T05 Print and send confirmation of receipt,complete,2026-01-{:02} 09:00:00+07:00",
            1 + case % 28,
            6 + step
        );
    }
    log
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

const OURS: &str = "external_dossiers WHERE source = 'coselog_receipt'";

impl Imported {
    /// Holds what there is against what the program has said.
    pub async fn check(self, world: &World) -> Outcome<String> {
        let Self { logs, killed } = self;
        let conn = &mut *world.db.conn().await?;
        let (dossiers, steps) = (logs * DOSSIERS, logs * DOSSIERS * STEPS);
        let through = format!(
            "imports JOIN import_progress ON import_id = id WHERE finished_at IS NOT NULL AND report @> \
            '{{\"rows\": {0}, \"events_new\": {0}, \"events_known\": 0, \"left_out\": 0, \"dossiers_new\": {DOSSIERS}}}'",
            DOSSIERS * STEPS
        );
        for (what, expected) in [
            ("imports WHERE source = 'coselog_receipt'".to_owned(), logs),
            (through, logs),
            (OURS.to_owned(), dossiers),
            (format!("{OURS} AND version = {}", 1 + STEPS), dossiers),
            (format!("external_events JOIN (SELECT id FROM {OURS}) AS ours ON id = dossier_id"), steps),
            (format!("journal JOIN (SELECT id FROM {OURS}) AS ours ON id = entity_id"), dossiers + steps),
        ] {
            let count = diesel::sql_query(format!("SELECT count(*) AS n FROM {what}"));
            let Count { n } = count.get_result(conn).await?;
            if usize::try_from(n) != Ok(expected) {
                world.violation(format!("{n} rows, not {expected}, of {what}"));
            }
        }
        Ok(format!("{logs} logs of {} rows imported under {killed} kills, each row once", DOSSIERS * STEPS))
    }
}
