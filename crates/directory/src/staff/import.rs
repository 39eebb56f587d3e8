//! Many members of staff at once.

use diesel_async::{AsyncConnection, AsyncPgConnection};
use kernel::id::StaffId;
use kernel::problem::Error;
use kernel::{Ctx, Result};

use super::password_code::{self, PasswordCode};
use super::row::{Next, insert, update};
use super::rules::allowed;
use super::{Staff, StaffContent};
use crate::{Agencies, password};

/// How many of a file's staff were hired, changed, and found as it wanted them.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// User names, each with the code that sets a password.
    pub hired: Vec<(String, PasswordCode)>,
    pub changed: usize,
    pub unchanged: usize,
}

/// Somebody as a file wants them.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: StaffId,
    /// What the content was made from; nothing, for somebody new.
    pub old: Option<Staff>,
    pub content: StaffContent,
}

/// Hires or changes many: all of them or none. A dry run does neither.
///
/// # Errors
/// The first that cannot be, by user name; [`kernel::problem::CONFLICT`] when it was changed since.
pub async fn import(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    wanted: Vec<Wanted>,
    dry_run: bool,
) -> Result<Imported, (String, Error)> {
    let mut under_way = String::new();
    let done = conn
        .transaction::<_, Error, _>(async |conn| {
            let mut imported = Imported::default();
            for Wanted { id, old, content } in wanted {
                under_way.clone_from(&content.username);
                allowed(known, ctx, old.as_ref(), &content)?;
                let Some(old) = old else {
                    let username = content.username.clone();
                    let (code, issued) = password_code::issue(ctx, id);
                    imported.hired.push((username, code));
                    if !dry_run {
                        let staff = Staff::new(id, 1, true, content);
                        insert(conn, ctx, staff, password::NOBODY.to_owned(), vec![issued], None).await?;
                    }
                    continue;
                };
                if old.content() == content {
                    imported.unchanged += 1;
                    continue;
                }
                imported.changed += 1;
                let staff = Staff::new(id, old.version + 1, old.active, content);
                if !dry_run {
                    update(conn, ctx, &old, Next::changed(&old, staff)).await?;
                }
            }
            Ok(imported)
        })
        .await;
    done.map_err(|error| (under_way, error))
}
