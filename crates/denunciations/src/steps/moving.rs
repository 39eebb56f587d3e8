//! A denunciation on its way from one version to the next: read, moved in memory, written with all that belongs to it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join3;
use kernel::idempotency::Kept;
use kernel::journal::{Entry, Told};
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{denunciations, files, messages};
use kernel::{Actor, Ctx, Permission, Result, text_enum};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::World;
use crate::denunciation::{Denunciation, DenunciationId, visible_to};
use crate::event::Event;
use crate::file::DenouncerFile;
use crate::problem::{ID_TAKEN, NOT_FOUND};
use crate::timer::timers_of;

text_enum! {
    /// Who says something to whom.
    MessagePart {
        /// An officer, to others.
        Remark = "remark",
        /// The agency, to the denouncer: a decision, with its ground and reason, that the law has them told.
        Notice = "notice",
        /// An officer, to the denouncer.
        Question = "question",
        /// The agency above, to the denouncer.
        Answer = "answer",
        Denouncer = "denouncer",
    }
}

/// Something that was said.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
#[schema(as = DenunciationMessage)]
pub struct Said {
    pub part: MessagePart,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no_grounds", max_length = 50)]
    pub ground: Option<String>,
    #[schema(example = "Ông/bà còn giữ bản ghi âm không?", max_length = 20000)]
    pub words: String,
    pub said_at: DateTime<Utc>,
    /// Of the denunciation, as it was said.
    #[serde(skip)]
    pub version: i32,
}

/// A denunciation as somebody may see it, with what was said and shown.
pub struct Seen {
    pub it: Denunciation,
    pub said: Vec<Said>,
    pub files: Vec<DenouncerFile>,
}

/// The denunciation as the actor may see it, in one trip.
///
/// # Errors
/// [`NOT_FOUND`] when there is none, or none for this actor.
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DenunciationId) -> Result<Seen> {
    let (mut one, mut two, mut three): (&AsyncPgConnection, &AsyncPgConnection, &AsyncPgConnection) =
        (conn, conn, conn);
    let it =
        denunciations::table.filter(denunciations::id.eq(id)).filter(visible_to(ctx)).select(Denunciation::as_select());
    let said = messages::table.filter(messages::denunciation_id.eq(id)).order(messages::version).limit(1000).select((
        messages::part,
        messages::ground,
        messages::words,
        messages::said_at,
        messages::version,
    ));
    let shown = files::table.filter(files::denunciation_id.eq(id)).order(files::number).limit(1000);
    let shown = shown.select(DenouncerFile::as_select());
    let (it, said, files) =
        join3(it.first::<Denunciation>(&mut one), said.load(&mut two), shown.load(&mut three)).await;
    Ok(Seen { it: it.optional()?.ok_or_else(|| NOT_FOUND.error())?, said: said?, files: files? })
}

/// Who may be told of it: the agencies, unless it accuses anybody there. Never its denouncer, who has no account.
pub fn audience(it: &Denunciation) -> Vec<Uuid> {
    if !it.barred.is_empty() {
        return Vec::new();
    }
    let above = it.superior_agency_id.filter(|above| *above != it.handling_agency_id);
    std::iter::once(it.handling_agency_id).chain(above).map(|agency| agency.0).collect()
}

/// A denunciation on its way.
pub struct Moving {
    /// As it was.
    pub before: Denunciation,
    /// As it will be.
    pub it: Denunciation,
    pub said: Vec<Said>,
    pub files: Vec<DenouncerFile>,
    /// What else is written with it.
    pub also: Vec<Also>,
    /// The timers that may have run out and are still to be told.
    pub untold: Vec<String>,
    /// By which of these the step is taken: the journal is told under which delegation that is, if not in one's own right.
    pub by: Vec<Permission>,
}

impl Moving {
    /// About to be changed, as it was seen.
    pub fn of(Seen { mut it, said, files }: Seen) -> Self {
        let before = it.clone();
        it.version += 1;
        Self { before, it, said, files, also: Vec::new(), untold: Vec::new(), by: Vec::new() }
    }

    /// Something is said with it.
    pub fn say(&mut self, part: MessagePart, ground: Option<&str>, words: String, now: DateTime<Utc>) {
        self.also.push(Box::new(diesel::insert_into(messages::table).values((
            messages::denunciation_id.eq(self.it.id),
            messages::version.eq(self.it.version),
            messages::part.eq(part),
            messages::ground.eq(ground.map(str::to_owned)),
            messages::words.eq(words.clone()),
            messages::said_at.eq(now),
        ))));
        let version = self.it.version;
        self.said.push(Said { part, ground: ground.map(str::to_owned), words, said_at: now, version });
    }

    /// Writes the new version, unless somebody was faster.
    pub async fn write(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        event: &Event,
        kept: Option<Kept>,
    ) -> Result<()> {
        let Self { mut before, it, also, untold, by, .. } = self;
        let ctx = &Ctx { actor: ctx.actor.clone().using(&by), now: ctx.now };
        let owes = matches!(ctx.actor, Actor::System | Actor::Anonymous).then_some(it.handling_agency_id);
        let agency = ctx.actor.agency().or(owes).map(|agency| agency.0);
        // Whom it accuses now is not told of this either.
        before.barred.clone_from(&it.barred);
        let mut told = Told::new(event);
        told.changed(["state_before", "state_after"], json!(before.status), json!(it.status));
        let entry = Entry::new(ctx, it.id.0, agency, &told, (audience(&before), audience(&it)));
        let timers = timers_of(&it, world, &untold, ctx.now)?;
        let row =
            denunciations::table.filter(denunciations::id.eq(it.id)).filter(denunciations::version.eq(it.version - 1));
        let change = diesel::update(row)
            .set((
                denunciations::version.eq(it.version),
                denunciations::kind.eq(it.kind),
                denunciations::status.eq(it.status),
                denunciations::open.eq(it.is_open()),
                denunciations::handling_agency_id.eq(it.handling_agency_id),
                denunciations::assigned_to.eq(it.assigned_to),
                denunciations::words.eq(it.words),
                denunciations::accused.eq(it.accused),
                denunciations::barred.eq(it.barred),
                denunciations::clocks.eq(it.clocks),
                denunciations::next_due_at.eq(it.next_due_at),
                denunciations::state_before.eq(it.state_before),
                denunciations::marks.eq(it.marks),
                denunciations::outcome.eq(it.outcome),
                denunciations::accepted_at.eq(it.accepted_at),
                denunciations::finished_at.eq(it.finished_at),
                denunciations::closed_at.eq(it.closed_at),
                denunciations::superior_agency_id.eq(it.superior_agency_id),
                denunciations::escalation.eq(it.escalation),
            ))
            .returning((denunciations::version, nothing_late()));
        let taken = |name: &str| (name == "identity_requests_pkey").then(|| ID_TAKEN.error());
        Record { change, also, entry, timers, answer: kept }.write(conn, taken).await.map(drop)
    }
}
