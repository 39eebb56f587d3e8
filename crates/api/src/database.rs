//! From settings to a database that is migrated, seeded and of the right kind.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use kernel::db::Db;
use kernel::problem::{Error, Result};
use kernel::schema::installation;
use kernel::{Actor, Clock, Ctx, db};
use postgres::Cluster;

use crate::settings::Settings;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/schema");

/// Holds off other replicas that start at the same time.
const MIGRATION_LOCK: i64 = 0x6d69_6772_6174_6501;

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
    prepare(&db, demo, &Clock::default()).await?;
    Ok(database)
}

/// Where the database is: `DATABASE_URL`, or a private cluster in the data directory, started now.
///
/// # Errors
/// One sentence for the operator.
pub fn reach(settings: &Settings) -> Result<Database, String> {
    let (url, cluster) = match &settings.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let cluster = Cluster::start(&postgres::Options::new(settings.data_dir.join("postgres"))).map_err(|error| error.to_string())?;
            (cluster.url("caunoi"), Some(cluster))
        }
    };
    let settings = db::Settings { url, ca: settings.database_ca.clone(), size: 8 };
    Ok(Database { settings, cluster })
}

/// Applies what is missing: migrations, rules, and in demo mode its data. Running it again changes nothing.
///
/// # Errors
/// One sentence for the operator, also when a demo database would be served as a real one or the reverse.
pub async fn prepare(db: &Db, demo: bool, clock: &Clock) -> Result<(), String> {
    let sentence = |error: Error| format!("The database cannot be prepared: {error}.");
    let conn = db.conn().await.map_err(|error| format!("The database cannot be reached: {error}."))?;
    migrate(conn).await?;
    let mut conn = db.conn().await.map_err(sentence)?;
    let now = clock.now();
    let is_demo: Option<bool> = installation::table
        .select(installation::demo)
        .first(&mut conn)
        .await
        .optional()
        .map_err(|error| sentence(error.into()))?;
    match (is_demo, demo) {
        (Some(true), false) => {
            return Err("This is a demo database with known passwords: serve it with --demo, or use another DATABASE_URL or --data-dir.".to_owned());
        }
        (Some(false), true) => {
            return Err("This database was not made as a demo: serve it without --demo, or use another DATABASE_URL or --data-dir.".to_owned());
        }
        _ => {}
    }
    conn.transaction::<_, Error, _>(async |conn| {
        diesel::insert_into(installation::table)
            .values((installation::demo.eq(demo), installation::created_at.eq(now)))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        kernel::rules::seed(conn, now).await?;
        procedures::catalogue::seed(conn).await?;
        if demo {
            directory::demo::load(conn, &Ctx { actor: Actor::System, now }).await?;
        }
        Ok(())
    })
    .await
    .map_err(sentence)
}

async fn migrate(mut conn: kernel::Conn) -> Result<(), String> {
    diesel::select(pg_advisory_lock(MIGRATION_LOCK))
        .execute(&mut conn)
        .await
        .map_err(|error| format!("The database cannot be locked for migration: {error}."))?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let applied = harness
        .run_pending_migrations(MIGRATIONS)
        .map(|versions| versions.iter().map(ToString::to_string).collect::<Vec<_>>())
        .map_err(|error| format!("A migration failed, and nothing of it was kept: {error}."))?;
    for version in applied {
        log::info!("migration {version} applied");
    }
    let mut conn = harness.into_inner();
    diesel::select(pg_advisory_unlock(MIGRATION_LOCK))
        .execute(&mut conn)
        .await
        .map_err(|error| format!("The migration lock cannot be released: {error}."))?;
    Ok(())
}

diesel::define_sql_function! { fn pg_advisory_lock(key: diesel::sql_types::BigInt); }
diesel::define_sql_function! { fn pg_advisory_unlock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool; }

