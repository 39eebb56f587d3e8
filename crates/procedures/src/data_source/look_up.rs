//! Looking a component up instead of asking for it: every try is kept with its dossier, also one that failed, since that alone
//! allows the paper to be asked for.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::idempotency::{Answer, Attempt};
use kernel::json::Json;
use kernel::problem::{CONFLICT, FieldError, INVALID, Text as Words};
use kernel::record::Also;
use kernel::schema::look_ups;
use kernel::{Ctx, Permission, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Connected, Question, Said};
use crate::access::note;
use crate::catalogue::{Case, Catalogue, Component};
use crate::dossier::{Dossier, DossierId, load};
use crate::event::Event;
use crate::problem::{ASK_THE_SOURCE, DOSSIER_CLOSED, LOOK_UP_DISPUTED, LOOK_UP_NOT_FOUND, NO_SOURCE, NOT_YOURS_TO_DO};
use crate::request::{Reasoned, made_by_client};
use crate::steps::{self, Seen, said};
use crate::upload::touch;
use crate::view::part;

id! { LookUpId, "A look-up's id."; }

text_enum! {
    /// What came of asking a database.
    LookUpOutcome { Found = "found", NotFound = "not_found", Failed = "failed" }
}

/// What is to be looked up.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLookUp {
    /// Made by the client, or by the server when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LookUpId>,
    /// The component whose data a source has.
    #[schema(example = "land_paper", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub component: String,
}

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = look_ups)]
pub struct LookUp {
    pub id: LookUpId,
    pub dossier_id: DossierId,
    /// The dossier's version that recorded it.
    pub version: i32,
    pub component: String,
    pub source: String,
    pub outcome: LookUpOutcome,
    pub data: Option<Json<Map<String, Value>>>,
    pub asked_by: Uuid,
    pub asked_at: DateTime<Utc>,
    pub disputed_at: Option<DateTime<Utc>>,
}

/// A look-up, for whoever may see the dossier.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LookUp)]
pub struct LookUpView {
    pub id: LookUpId,
    #[schema(example = "land_paper", max_length = 50)]
    pub component: String,
    #[schema(example = "land_database", max_length = 50)]
    pub source: String,
    pub outcome: LookUpOutcome,
    /// What was found: for the officers of the agencies that have the dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Map<String, Value>>,
    /// The officer.
    pub asked_by: Uuid,
    pub asked_at: DateTime<Utc>,
    /// When the data was found to be inaccurate; the reason is in the timeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputed_at: Option<DateTime<Utc>>,
}

impl LookUp {
    /// It has given data that nobody has found inaccurate.
    fn holds(&self) -> bool {
        self.outcome == LookUpOutcome::Found && self.disputed_at.is_none()
    }

    fn view(self, officer: bool) -> LookUpView {
        LookUpView {
            id: self.id,
            component: self.component,
            source: self.source,
            outcome: self.outcome,
            data: self.data.filter(|_| officer).map(|Json(data)| data),
            asked_by: self.asked_by,
            asked_at: self.asked_at,
            disputed_at: self.disputed_at,
        }
    }
}

/// Whether the actor works where the dossier is: only they see what was found.
fn is_at_hand(ctx: &Ctx, dossier: &Dossier) -> bool {
    let agencies = [dossier.receiving_agency_id, dossier.competent_agency_id];
    ctx.actor.agency().is_some_and(|own| agencies.contains(&own))
}

/// Whether the actor may look things up for the dossier now: reception, or whoever examines it.
fn may_look_up(ctx: &Ctx, dossier: &Dossier) -> Result<()> {
    let receives = ctx.actor.may_at(Permission::ReceiveDossier, dossier.receiving_agency_id);
    let examines = ctx.actor.may_at(Permission::ProcessDossier, dossier.competent_agency_id);
    if !receives && !examines {
        return Err(NOT_YOURS_TO_DO.error());
    }
    if dossier.closed_at.is_some() {
        return Err(DOSSIER_CLOSED.error().extra("state", dossier.status.code()));
    }
    Ok(())
}

/// What to ask, and whom.
///
/// # Errors
/// Not theirs to look up; an unknown component; [`NO_SOURCE`] when no connected source gives it.
pub async fn prepare(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    connected: &Connected,
    id: DossierId,
    new: &NewLookUp,
) -> Result<Question> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    let dossier = load(conn, ctx, id).await?;
    may_look_up(ctx, &dossier)?;
    let (_, case) = catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    let component = case.components.iter().find(|component| component.code == new.component).ok_or_else(|| {
        let words = Words::fixed("thủ tục không có thành phần này", "the procedure has no such component");
        INVALID.error().fields(vec![FieldError::new("/component", "unknown", words)])
    })?;
    let source = component.data_source.as_ref();
    let source = source.and_then(|code| connected.source(code, deadlines::vn_date(ctx.now)));
    Ok(Question {
        id: new.id.unwrap_or_else(|| LookUpId::at(ctx.now)),
        source: source.ok_or_else(|| NO_SOURCE.error())?,
        component: component.code.clone(),
        identity_number: dossier.applicant.0.identity_number.clone(),
    })
}

/// How often a look-up is noted again when the dossier changed in between: a database that was asked is never not told of.
const TRIES: usize = 10;

/// Keeps what was said with the dossier.
pub async fn record(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DossierId,
    question: &Question,
    said: Said,
    attempt: &Attempt,
) -> Result<Answer> {
    let (outcome, data) = match said {
        Said::Found(data) => (LookUpOutcome::Found, Some(Json(data))),
        Said::NotFound => (LookUpOutcome::NotFound, None),
        Said::Failed => (LookUpOutcome::Failed, None),
    };
    let row = LookUp {
        id: question.id,
        dossier_id: id,
        version: 0,
        component: question.component.clone(),
        source: question.source.code.clone(),
        outcome,
        data,
        asked_by: ctx.actor.id().unwrap_or_default(),
        asked_at: ctx.now,
        disputed_at: None,
    };
    for _ in 1..TRIES {
        match record_once(conn, ctx, row.clone(), attempt).await {
            Err(error) if error.is(&CONFLICT) && attempt.earlier(conn).await?.is_none() => {}
            done => return done,
        }
    }
    record_once(conn, ctx, row, attempt).await
}

async fn record_once(conn: &mut AsyncPgConnection, ctx: &Ctx, row: LookUp, attempt: &Attempt) -> Result<Answer> {
    let Seen { dossier: before, sides, .. } = steps::read(conn, ctx, row.dossier_id).await?;
    let dossier = Dossier { version: before.version + 1, ..before.clone() };
    let row = LookUp { version: dossier.version, ..row };
    let event = Event::DataLookedUp {
        look_up: row.id.0,
        component: row.component.clone(),
        source: row.source.clone(),
        outcome: row.outcome,
    };
    let also: Also = Box::new(diesel::insert_into(look_ups::table).values(row.clone()));
    let reply = part(201, &dossier, "look-ups", &row.view(true));
    touch(conn, ctx, (&before, &sides), &event, vec![also], Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// Says that what was found is inaccurate, and why.
///
/// # Errors
/// Not theirs; [`LOOK_UP_NOT_FOUND`]; [`LOOK_UP_DISPUTED`] when there is no data, or it was said before.
pub async fn dispute(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    (id, look_up): (DossierId, LookUpId),
    why: Reasoned,
    attempt: &Attempt,
) -> Result<Answer> {
    let Seen { dossier: before, sides, .. } = steps::read(conn, ctx, id).await?;
    may_look_up(ctx, &before)?;
    let dossier = Dossier { version: before.version + 1, ..before.clone() };
    let row = of_dossier(conn, id).await?.into_iter().find(|row| row.id == look_up);
    let mut row = row.ok_or_else(|| LOOK_UP_NOT_FOUND.error())?;
    if !row.holds() {
        return Err(LOOK_UP_DISPUTED.error().extra("state", row.outcome.code()));
    }
    row.disputed_at = Some(ctx.now);
    let event = Event::LookUpDisputed { look_up: look_up.0, component: row.component.clone() };
    let reply = part(200, &dossier, "look-ups", &row.view(true));
    let disputed =
        diesel::update(look_ups::table.filter(look_ups::id.eq(look_up))).set(look_ups::disputed_at.eq(ctx.now));
    let mut also = said(&dossier, Some((None, why.reason)), None);
    also.push(Box::new(disputed));
    touch(conn, ctx, (&before, &sides), &event, also, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

async fn of_dossier(mut conn: &AsyncPgConnection, id: DossierId) -> Result<Vec<LookUp>> {
    let rows = look_ups::table.filter(look_ups::dossier_id.eq(id)).order(look_ups::version);
    Ok(rows.select(LookUp::as_select()).load(&mut conn).await?)
}

/// What was looked up for a dossier, oldest first.
///
/// # Errors
/// No such dossier for this actor.
pub async fn list(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<LookUpView>> {
    let dossier = load(conn, ctx, id).await?;
    let officer = is_at_hand(ctx, &dossier);
    let (rows, noted) = join(of_dossier(conn, id), note(conn, ctx, id, Through::LookUp)).await;
    noted?;
    Ok(rows?.into_iter().map(|row| row.view(officer)).collect())
}

/// What the State's data says to the components of a dossier.
pub(crate) struct Known {
    /// The components whose source is connected.
    replaceable: Vec<String>,
    look_ups: Vec<LookUp>,
}

impl Known {
    /// Reads what was looked up, where anything can be.
    pub async fn of(
        conn: &mut AsyncPgConnection,
        connected: &Connected,
        case: &Case,
        id: DossierId,
        today: NaiveDate,
    ) -> Result<Self> {
        let replaceable = |component: &&Component| {
            component.data_source.as_ref().is_some_and(|code| connected.source(code, today).is_some())
        };
        let replaceable: Vec<String> =
            case.components.iter().filter(replaceable).map(|component| component.code.clone()).collect();
        let look_ups = if replaceable.is_empty() { Vec::new() } else { of_dossier(conn, id).await? };
        Ok(Self { replaceable, look_ups })
    }

    /// A source can say it, for all that is known: the applicant need not file it, and must not be asked for it.
    pub fn may_be_found(&self, component: &str) -> bool {
        self.replaceable.iter().any(|code| code == component) && self.latest(component).is_none_or(LookUp::holds)
    }

    /// A source has said it.
    pub fn is_found(&self, component: &str) -> bool {
        self.latest(component).is_some_and(LookUp::holds)
    }

    /// The last answer counts.
    fn latest(&self, component: &str) -> Option<&LookUp> {
        self.look_ups.iter().rfind(|row| row.component == component)
    }

    /// Whether the applicant may be asked for these: not for what a source can say, until looking it up has given nothing that
    /// can be used.
    ///
    /// # Errors
    /// [`ASK_THE_SOURCE`] naming each that may not.
    pub fn allows_asking_for(&self, components: &[String]) -> Result<()> {
        let wrong = components.iter().enumerate().filter(|(_, code)| self.may_be_found(code)).map(|(n, _)| {
            let words = Words::fixed(
                "dữ liệu đã có trong cơ sở dữ liệu được kết nối (NĐ 118/2025, Điều 4 khoản 2 điểm a)",
                "its data is in a connected database (NĐ 118/2025 Art. 4(2)(a))",
            );
            FieldError::new(format!("/components/{n}"), "replaceable", words)
        });
        ASK_THE_SOURCE.unless_none(wrong.collect())
    }
}
