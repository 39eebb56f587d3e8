//! What the archive's rules keep of a citizen.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::retention::{Held, each_once};
use kernel::schema::{archive_items, dossiers};
use kernel::{Actor, Ctx, Result};

use super::{RetentionRule, rules};
use crate::dossier::{filed, visible_to};

/// By which a dossier is kept that is in no register yet.
const USUAL: &str = "administrative_procedure";

/// So many dossiers are looked at: what holds the rest is what holds these.
const MOST: i64 = 1000;

/// When it ended; the rule that it is kept by and when it is reviewed, once it is in a register.
type Row = (Option<DateTime<Utc>>, Option<String>, Option<NaiveDate>);

/// What holds the dossiers of a citizen. They leave by the archive's own review, and until then they are held: from the day of the review
/// on without a date, since whether they are kept on is for the archive to decide.
///
/// # Errors
/// The database.
pub async fn held(conn: &mut AsyncPgConnection, ctx: &Ctx, citizen: CitizenId) -> Result<Vec<Held>> {
    let theirs = Ctx { actor: Actor::Citizen(citizen), now: ctx.now };
    let rows: Vec<Row> = dossiers::table
        .left_join(archive_items::table.on(archive_items::dossier_id.eq(dossiers::id.nullable())))
        .filter(visible_to(&theirs))
        .filter(dossiers::applicant_id.eq(citizen))
        .filter(filed())
        .limit(MOST)
        .select((
            dossiers::closed_at,
            archive_items::retention_rule.nullable(),
            archive_items::review_due_on.nullable(),
        ))
        .load(conn)
        .await?;
    Ok(each_once(rows.into_iter().filter_map(|row| of(row, ctx.now))))
}

fn of((closed_at, registered, review_due_on): Row, now: DateTime<Utc>) -> Option<Held> {
    let code = registered.as_deref().unwrap_or(USUAL);
    let rule: &RetentionRule = rules().iter().find(|rule| rule.rule == code)?;
    let review = match registered {
        Some(_) => review_due_on,
        None => closed_at.and_then(|at| rule.review_due_on(deadlines::vn_date(at))),
    };
    // Before the day on which it is reviewed.
    let until = review.and_then(|day| day.pred_opt()).map(deadlines::end_of_day).filter(|until| *until > now);
    let RetentionRule { rule, name, name_en, source, mark, .. } = rule.clone();
    Some(Held { rule, name, name_en, source, mark: mark.code().to_owned(), until })
}
