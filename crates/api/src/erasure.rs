//! What the worker erases: cases and appointments that are past their time, dossiers that were never filed, representations that have long
//! ended, accounts that nobody uses, then the contents of their files, which are in no database, and who denounced; also what the vault has
//! of nothing.

use complaints::erasure;
use diesel_async::AsyncPgConnection;
use kernel::files::Sha256;
use kernel::problem::{Error, Result};
use kernel::{Actor, Ctx, Db, leaving};

use crate::app::App;

/// So many cases at a time, so that the journal is numbered in between.
const CASES: i64 = 20;
/// So many dossiers.
const DOSSIERS: i64 = 20;
/// So many appointments.
const APPOINTMENTS: i64 = 20;
/// So many representations.
const REPRESENTATIONS: i64 = 20;
/// So many accounts.
const ACCOUNTS: usize = 20;
/// So many denunciations of each rule.
const DENUNCIATIONS: i64 = 20;
/// So many contents.
const FILES: i64 = 50;

/// Erases some of what is past its time; whether there may be more. `vault` reaches who denounces.
///
/// # Errors
/// The databases.
pub async fn run(app: &App, conn: &mut AsyncPgConnection, vault: &Db) -> Result<bool> {
    let ctx = Ctx { actor: Actor::System, now: app.clock.now() };
    let erased = erasure::run(conn, &ctx, app.cases(), CASES).await?;
    let drafts = procedures::erasure::run(conn, &ctx, DOSSIERS).await?;
    let appointments = procedures::appointment::erasure::run(conn, &ctx, APPOINTMENTS).await?;
    let representations = directory::representation::erasure::run(conn, &ctx, REPRESENTATIONS).await?;
    let accounts = directory::erasure::run(conn, &ctx, ACCOUNTS).await?;
    let more = leave(app, conn, &ctx).await?;
    let due = denunciations::erasure::due(conn, ctx.now, DENUNCIATIONS).await?;
    let more = erased + drafts + appointments + representations + accounts > 0 || more || !due.is_empty();
    if !due.is_empty() {
        denunciations::erasure::destroy((conn, &mut *vault.conn().await?), ctx.now, &due).await?;
    } else if !more {
        // With the last of many passes the vault is looked through, and not with each.
        denunciations::erasure::sweep((conn, &mut *vault.conn().await?), ctx.now).await?;
    }
    Ok(more)
}

/// Removes contents from the store that are to leave it; whether there may be more. A store that does not answer is asked again the
/// next time.
async fn leave(app: &App, conn: &mut AsyncPgConnection, ctx: &Ctx) -> Result<bool> {
    let leaving = leaving::waiting(conn, FILES).await?;
    for file in &leaving {
        leaving::go(conn, file, ctx.now).await?;
        // Only now: whoever has declared the same since then has seen that it is going.
        if !is_named(conn, file.sha256).await?
            && let Err(error) = app.files.delete(&file.sha256).await
        {
            log::warn!("a content that was erased is still in the store: {}", Error::from(error));
            return Ok(false);
        }
        leaving::settled(conn, file).await?;
    }
    Ok(leaving.len() == FILES as usize)
}

/// Whether any row, of whatever domain, has this content.
async fn is_named(conn: &mut AsyncPgConnection, sha256: Sha256) -> Result<bool> {
    Ok(erasure::has_file(conn, sha256).await?
        || procedures::attachment::has_content(conn, sha256).await?
        || procedures::assessment::evidence::has_content(conn, sha256).await?)
}
