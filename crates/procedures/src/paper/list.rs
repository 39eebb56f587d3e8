//! The store, for its owner.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::page::{Cursors, Limit, Page};
use kernel::record::{Record, nothing_late};
use kernel::schema::{attachments, papers};
use kernel::timers::Timers;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{Paper, PaperEvent, PaperId, PaperView, owned_by, view};
use crate::attachment::Attachment;
use crate::catalogue::Catalogue;
use crate::problem::{PAPER_NOT_FOUND, PAPER_STATE};

/// The code of a type of paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PaperType(String);

impl TryFrom<String> for PaperType {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_code = (1..=50).contains(&code.len()) && code.chars().all(fits);
        if is_code { Ok(Self(code)) } else { Err("paper_type must be a code like land_use_certificate") }
    }
}

/// Which papers, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaperFilter {
    /// Only papers of this type.
    #[param(value_type = Option<String>, min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$", example = "land_use_certificate")]
    pub paper_type: Option<PaperType>,
    /// Those that are hidden, instead of those that are not.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    pub hidden: bool,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// One page of the actor's own papers, newest first.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    cursors: &Cursors<'_>,
    filter: &PaperFilter,
) -> Result<Page<PaperView>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = papers::table
        .inner_join(attachments::table)
        .filter(owned_by(ctx))
        .filter(papers::hidden.eq(filter.hidden))
        .order(papers::id.desc())
        .limit(i64::from(limit) + 1)
        .select((Paper::as_select(), Attachment::as_select()))
        .into_boxed();
    if let Some(PaperType(paper_type)) = &filter.paper_type {
        query = query.filter(papers::paper_type.eq(paper_type));
    }
    if let Some(cursor) = &filter.cursor {
        let last: PaperId = cursors.open(cursor)?;
        query = query.filter(papers::id.lt(last));
    }
    let rows: Vec<(Paper, Attachment)> = query.load(conn).await?;
    let views = rows.into_iter().map(|(paper, file)| view(catalogue, paper, &file)).collect::<Result<Vec<_>>>()?;
    Ok(cursors.page(views, usize::from(limit), |paper| paper.id))
}

/// A paper of the actor's own, with its file.
///
/// # Errors
/// [`PAPER_NOT_FOUND`], also for somebody else's.
pub async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, id: PaperId) -> Result<(Paper, Attachment)> {
    let own = papers::table
        .inner_join(attachments::table)
        .filter(owned_by(ctx))
        .filter(papers::id.eq(id))
        .select((Paper::as_select(), Attachment::as_select()));
    own.first(conn).await.optional()?.ok_or_else(|| PAPER_NOT_FOUND.error())
}

/// Hides a paper, or shows it again. What dossiers carry stays with them.
///
/// # Errors
/// [`PAPER_NOT_FOUND`]; [`PAPER_STATE`] when it is so already.
pub async fn hide(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: PaperId,
    hidden: bool,
    attempt: &Attempt,
) -> Result<Answer> {
    let (paper, file) = load(conn, ctx, id).await?;
    if paper.hidden == hidden {
        return Err(PAPER_STATE.error().extra("hidden", hidden));
    }
    let next = Paper { version: paper.version + 1, hidden, ..paper };
    let (version, event) = (next.version, if hidden { PaperEvent::Hidden {} } else { PaperEvent::Shown {} });
    let body = serde_json::to_string(&view(catalogue, next, &file)?).expect("a view is plain data");
    let reply = Answer { status: 200, version, location: None, body };
    let seen: Vec<_> = ctx.actor.id().into_iter().collect();
    let row = papers::table.filter(papers::id.eq(id)).filter(papers::version.eq(version - 1));
    let change = diesel::update(row)
        .set((papers::version.eq(version), papers::hidden.eq(hidden)))
        .returning((papers::version, nothing_late()));
    let entry = Entry::new(ctx, id.0, None, &event, (seen.clone(), seen));
    let answer = Some(attempt.keep(&reply, ctx.now));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await?;
    Ok(reply)
}
