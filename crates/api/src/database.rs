//! From settings to a database that is migrated, seeded and of the right kind.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use kernel::db::Db;
use kernel::problem::{Error, Result};
use kernel::schema::installation;
use kernel::{Actor, Clock, Ctx, db};
use postgres::Cluster;

use crate::settings::Settings;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/schema");
/// Of what may lie in a database of its own.
const VAULT: EmbeddedMigrations = embed_migrations!("../../migrations/vault");

/// The advisory lock of whoever prepares the database.
const PREPARING: i64 = 0x6d69_6772_6174_6501;

/// The database, and the private cluster behind it when we started one. Dropping it stops the cluster.
pub struct Database {
    pub settings: db::Settings,
    pub cluster: Option<Cluster>,
}

/// Reaches the database and prepares it.
///
/// # Errors
/// One sentence for the operator.
pub async fn open(settings: &Settings) -> Result<Database, String> {
    let (reachable, demo) = (settings.clone(), settings.demo);
    let database = tokio::task::spawn_blocking(move || reach(&reachable))
        .await
        .map_err(|error| format!("The database cannot be started: {error}."))??;
    let db = Db::new(&db::Settings { size: 2, ..database.settings.clone() })?;
    let vault = Db::new(&db::Settings { size: 1, ..settings.vault(&database.settings) })?;
    prepare(&db, &vault, demo, &Clock::default()).await?;
    Ok(database)
}

/// Reaches a database that is there, for a command beside the server: nothing is made and nothing is migrated. A private
/// cluster that a server runs right now is used as it runs.
///
/// # Errors
/// One sentence for the operator.
pub async fn attach(settings: &Settings) -> Result<(Database, AsyncPgConnection), String> {
    let directory = settings.data_dir.join("postgres");
    let private = settings.database_url.is_none();
    if private && !postgres::exists(&directory) {
        return Err(format!(
            "There is no database in {} yet: name another with DATABASE_URL or --data-dir, or make one with caunoi migrate.",
            settings.data_dir.display()
        ));
    }
    let reachable = settings.clone();
    let reached = tokio::task::spawn_blocking(move || reach(&reachable)).await;
    let reached = reached.map_err(|error| format!("The database cannot be started: {error}."))?;
    let database = match (reached, postgres::running(&directory).filter(|_| private)) {
        (Ok(database), _) => database,
        (Err(_), Some(url)) => {
            Database { settings: db::Settings { url, ca: None, size: settings.database_connections }, cluster: None }
        }
        (Err(sentence), None) => return Err(sentence),
    };
    let mut conn = connect(&Db::new(&database.settings)?).await?;
    check_kind(&mut conn, settings.demo).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    match harness.has_pending_migration(MIGRATIONS) {
        Ok(false) => Ok((database, harness.into_inner())),
        Ok(true) => Err("The database is older than this program: run caunoi migrate first.".to_owned()),
        Err(error) => Err(format!("The database cannot be read: {error}.")),
    }
}

/// Where the database is: `DATABASE_URL`, or a private cluster in the data directory, started now.
///
/// # Errors
/// One sentence for the operator.
pub fn reach(settings: &Settings) -> Result<Database, String> {
    let (url, cluster) = match &settings.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let options = postgres::Options::new(settings.data_dir.join("postgres"));
            let cluster = Cluster::start(&options).map_err(|error| error.to_string())?;
            (cluster.url(postgres::NAME), Some(cluster))
        }
    };
    let settings = db::Settings { url, ca: settings.database_ca.clone(), size: settings.database_connections };
    Ok(Database { settings, cluster })
}

/// Applies what is missing, also where who denounces is kept: migrations, rules, and in demo mode its data. Running it again changes nothing.
///
/// # Errors
/// One sentence for the operator, also when a demo database would be served as a real one or the reverse; then nothing
/// was changed.
pub async fn prepare(db: &Db, vault: &Db, demo: bool, clock: &Clock) -> Result<(), String> {
    let sentence = |error: Error| format!("The database cannot be prepared: {error}.");
    let mut conn = alone(db).await?;
    check_kind(&mut conn, demo).await?;
    let mut conn = migrate(conn, MIGRATIONS)?;
    migrate(connect(vault).await?, VAULT)?;
    let now = clock.now();
    conn.transaction::<_, Error, _>(async |conn| {
        diesel::insert_into(installation::table)
            .values((installation::demo.eq(demo), installation::created_at.eq(now)))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        kernel::rules::seed(conn, now).await?;
        procedures::catalogue::seed::seed(conn).await?;
        procedures::assessment::criteria::seed(conn).await?;
        if demo {
            directory::demo::load(conn, &Ctx { actor: Actor::System, now }).await?;
        }
        Ok(())
    })
    .await
    .map_err(sentence)
}

/// A connection whose holder is the only one to prepare the database, until it is dropped: replicas start together.
///
/// # Errors
/// One sentence for the operator.
pub async fn alone(db: &Db) -> Result<AsyncPgConnection, String> {
    let mut conn = connect(db).await?;
    let words = |error: diesel::result::Error| format!("The database cannot be locked while it is prepared: {error}.");
    let free: bool = diesel::select(pg_try_advisory_lock(PREPARING)).get_result(&mut conn).await.map_err(words)?;
    // Migrating takes as long as it takes. What waits for a table that others use gives up, or all of them would queue behind it.
    conn.batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        .await
        .map_err(words)?;
    if !free {
        log::info!("another program prepares the database; waiting for it");
        conn.batch_execute("SET lock_timeout = 0").await.map_err(words)?;
        diesel::select(pg_advisory_lock(PREPARING)).execute(&mut conn).await.map_err(words)?;
        conn.batch_execute("RESET lock_timeout").await.map_err(words)?;
    }
    Ok(conn)
}

async fn connect(db: &Db) -> Result<AsyncPgConnection, String> {
    db.dedicated().await.map_err(|error| {
        let cause = error.cause.as_deref().unwrap_or("it does not answer");
        format!("The database cannot be reached: {}.", cause.rsplit("creating a new object: ").next().unwrap_or(cause))
    })
}

/// Looks before anything is changed: a newer program must not migrate a database that it then refuses.
async fn check_kind(conn: &mut AsyncPgConnection, demo: bool) -> Result<(), String> {
    let words = |error: diesel::result::Error| format!("The database cannot be read: {error}.");
    let known: bool =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>("to_regclass('installation') IS NOT NULL"))
            .get_result(conn)
            .await
            .map_err(words)?;
    if !known {
        return Ok(());
    }
    let is_demo: Option<bool> =
        installation::table.select(installation::demo).first(conn).await.optional().map_err(words)?;
    let sentence = match (is_demo, demo) {
        (Some(true), false) => {
            "This is a demo database with known passwords: serve it with --demo, or use another DATABASE_URL or --data-dir."
        }
        (Some(false), true) => {
            "This database was not made as a demo, and made-up dossiers have no place in it: serve it without --demo, or use another DATABASE_URL or --data-dir."
        }
        _ => return Ok(()),
    };
    Err(sentence.to_owned())
}

fn migrate(conn: AsyncPgConnection, migrations: EmbeddedMigrations) -> Result<AsyncPgConnection, String> {
    let mut harness = AsyncMigrationHarness::new(conn);
    let applied = harness
        .run_pending_migrations(migrations)
        .map(|versions| versions.iter().map(ToString::to_string).collect::<Vec<_>>())
        .map_err(|error| format!("A migration failed, and nothing of it was kept: {error}."))?;
    for version in applied {
        log::info!("migration {version} applied");
    }
    Ok(harness.into_inner())
}

diesel::define_sql_function! { fn pg_advisory_lock(key: diesel::sql_types::BigInt); }
diesel::define_sql_function! { fn pg_try_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool; }
