//! A case on its way from one version to the next: read, moved in memory, written with all that belongs to it.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join5;
use kernel::access::{self, Through};
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::{Entry, Event as _, Told};
use kernel::problem::CONFLICT;
use kernel::record::{Also, Record};
use kernel::rules::Rules;
use kernel::schema::{case_answers, case_dialogues, case_files, case_remarks, cases};
use kernel::sql::sql;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::World;
use crate::accused::{bar_kin, with};
use crate::case::{Case, CaseId, CaseOutcome, agencies, audience, visible_to};
use crate::clocks::turn;
use crate::event::{Event, INTERNAL};
use crate::paper::CaseFile;
use crate::problem::{ID_TAKEN, NOT_FOUND, STALE};
use crate::request::DialogueOutcome;
use crate::timer::{catch_up, over_at_once, timers_of};
use crate::view::{View, view};
use crate::workflow::{Acting, CaseAction, CaseStatus, To, permissions, step};

diesel::define_sql_function! {
    /// The next code of an agency in a year.
    fn take_case_code(prefix: Text, agency: SqlUuid, in_year: Int4) -> Nullable<Text>;
}

/// A decision or answer, as it was given.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
#[schema(as = CaseAnswerGiven)]
pub struct Given {
    pub outcome: CaseOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "12/QĐ-UBND", max_length = 100)]
    pub number: Option<String>,
    #[schema(example = "Quyết định đúng thẩm quyền, tính thiếu 12 m².", max_length = 20000)]
    pub reasons: String,
    pub given_at: DateTime<Utc>,
}

/// A meeting of those concerned.
#[derive(Clone, Debug, Queryable, Serialize, Deserialize, ToSchema)]
#[schema(as = CaseDialogue)]
pub struct Dialogue {
    pub held_at: DateTime<Utc>,
    #[schema(example = "Phòng tiếp công dân", max_length = 300)]
    pub place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DialogueOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub minutes: Option<String>,
}

/// A case as somebody may see it, with what belongs to it.
pub struct Seen {
    pub case: Case,
    pub files: Vec<CaseFile>,
    pub given: Vec<Given>,
    pub dialogues: Vec<Dialogue>,
}

/// The case as the actor may see it, in one trip.
///
/// # Errors
/// [`NOT_FOUND`] when there is none, or none for this actor.
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, id: CaseId) -> Result<Seen> {
    fetch(conn, ctx, world, id, None).await
}

/// The same, for somebody who is shown whose case it is: that an officer was is noted in the same trip.
///
/// # Errors
/// As [`read`].
pub async fn look(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    through: Through,
) -> Result<Seen> {
    fetch(conn, ctx, world, id, Some(through)).await
}

async fn fetch(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    through: Option<Through>,
) -> Result<Seen> {
    let (mut one, mut two, mut three, mut four): (
        &AsyncPgConnection,
        &AsyncPgConnection,
        &AsyncPgConnection,
        &AsyncPgConnection,
    ) = (conn, conn, conn, conn);
    let case = cases::table.filter(cases::id.eq(id)).filter(visible_to(ctx, world.rules)).select(Case::as_select());
    let noted = async {
        let Some(through) = through else { return Ok(()) };
        let seen = cases::table.filter(cases::id.eq(id)).filter(visible_to(ctx, world.rules));
        access::note(conn, ctx, "case", through, seen.select((cases::id, cases::sender_id))).await
    };
    let files =
        case_files::table.filter(case_files::case_id.eq(id)).order(case_files::id).select(CaseFile::as_select());
    let given = case_answers::table.filter(case_answers::case_id.eq(id)).order(case_answers::version).select((
        case_answers::outcome,
        case_answers::number,
        case_answers::words,
        case_answers::given_at,
    ));
    let dialogues = case_dialogues::table
        .filter(case_dialogues::case_id.eq(id))
        .order(case_dialogues::version)
        .select((case_dialogues::held_at, case_dialogues::place, case_dialogues::outcome, case_dialogues::minutes));
    let (case, files, given, dialogues, noted) = join5(
        case.first::<Case>(&mut one),
        files.load(&mut two),
        given.load(&mut three),
        dialogues.load(&mut four),
        noted,
    )
    .await;
    let case = case.optional()?.ok_or_else(|| NOT_FOUND.error())?;
    noted?;
    Ok(Seen { case, files: files?, given: given?, dialogues: dialogues? })
}

/// The case as the actor may see it, to be changed: what ran out before this moment is told first.
///
/// # Errors
/// [`NOT_FOUND`]; [`STALE`] when the caller has seen another version.
pub async fn settled(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    if_match: Option<i32>,
) -> Result<Seen> {
    let seen = read(conn, ctx, world, id).await?;
    let case = &seen.case;
    if if_match.is_some_and(|version| version != case.version) {
        return Err(STALE.error().extra("version", case.version).extra("state", case.status.code()));
    }
    let told = catch_up(conn, ctx, world, case).await?;
    if told == 0 {
        return Ok(seen);
    }
    let version = case.version + told;
    let seen = read(conn, ctx, world, id).await?;
    if seen.case.version == version { Ok(seen) } else { Err(CONFLICT.error()) }
}

/// A case on its way.
pub struct Moving {
    /// As it was.
    pub before: Case,
    /// As it will be.
    pub case: Case,
    pub files: Vec<CaseFile>,
    pub given: Vec<Given>,
    pub dialogues: Vec<Dialogue>,
    /// What was said, apart from the journal: a ground by its code, and the words.
    pub remark: Option<(Option<String>, String)>,
    /// What else is written with it.
    pub also: Vec<Also>,
    /// The timers that may have run out and are still to be told.
    pub untold: Vec<String>,
    /// By which of these the step is taken: the journal is told under which delegation that is, if not in one's own right.
    pub by: Vec<Permission>,
    /// To whom it is given to verify by this step, and where those work.
    pub given_to: Vec<Uuid>,
}

impl Moving {
    /// Reads it to change it.
    ///
    /// # Errors
    /// As [`settled`].
    pub async fn begin(
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        id: CaseId,
        if_match: Option<i32>,
    ) -> Result<Self> {
        settled(conn, ctx, world, id, if_match).await.map(Self::of)
    }

    /// About to be changed, as it was seen.
    pub fn of(Seen { mut case, files, given, dialogues }: Seen) -> Self {
        let before = case.clone();
        case.version += 1;
        Self {
            before,
            case,
            files,
            given,
            dialogues,
            remark: None,
            also: Vec::new(),
            untold: Vec::new(),
            by: Vec::new(),
            given_to: Vec::new(),
        }
    }

    /// Goes where the table says that `action` leads, with the clocks.
    ///
    /// # Errors
    /// As [`step`].
    pub fn advance(&mut self, ctx: &Ctx, world: World<'_>, action: CaseAction) -> Result<()> {
        let acting = acting(&self.before, ctx, world);
        let row = step(&self.before, action, acting)?;
        self.by = permissions(row, &self.before, acting).collect();
        let to = match row.to {
            To::State(status) => status,
            To::Same => self.case.status,
            To::Before => self.case.state_before.take().unwrap_or(CaseStatus::Accepted),
        };
        if action == CaseAction::Suspend {
            self.case.state_before = Some(self.case.status);
        }
        self.arrive(to, ctx);
        if action.is_processing() {
            self.case.processed(ctx.now);
        }
        // The day whose rules it keeps is known when it is received, before anything begins.
        if action == CaseAction::Submit {
            super::screening::receive(&mut self.case, ctx, world)?;
        }
        // Reclassified limits are those of what it has become, which only the step itself knows.
        if action != CaseAction::Classify {
            self.turn(row.clocks, ctx, world)?;
        }
        Ok(())
    }

    /// What a step does to the clocks.
    pub fn turn(&mut self, effects: &[crate::workflow::ClockEffect], ctx: &Ctx, world: World<'_>) -> Result<()> {
        let mut clocks = self.case.clocks.0.clone();
        for effect in effects {
            turn(&mut clocks, *effect, &self.case, world.rules, ctx.now)?;
        }
        self.case.next_due_at = clocks.next_due_at();
        if clocks.past_due(ctx.now).is_none() {
            self.case.escalation = 0;
        }
        self.case.clocks.0 = clocks;
        Ok(())
    }

    /// Stands there from now on.
    pub fn arrive(&mut self, to: CaseStatus, ctx: &Ctx) {
        self.case.status = to;
        self.case.open = to.is_open();
        self.case.closed_at = to.is_over().then_some(ctx.now);
    }

    /// What was said, with its ground.
    pub fn say(&mut self, ground: Option<&str>, words: &str) {
        self.remark = Some((ground.map(str::to_owned), words.to_owned()));
    }

    /// What the actor sees of it afterwards.
    pub fn view(&self, ctx: &Ctx, world: World<'_>) -> View {
        view(ctx, world, &self.case, &self.files, &self.given, &self.dialogues)
    }

    /// Writes the new version and answers with it.
    pub async fn answer(
        mut self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        event: &Event,
        attempt: &Attempt,
    ) -> Result<Answer> {
        let late = self.case.code.is_none() && self.case.submitted_at.is_some();
        if late {
            self.case.code = Some(attempt.placeholder());
        }
        let view = self.view(ctx, world);
        let body = serde_json::to_string(&view).expect("a view is plain data");
        let mut reply = Answer { status: 200, version: view.version, location: None, body };
        if late {
            self.case.code = None;
        }
        let code = self.write(conn, ctx, world, event, Some(attempt.keep(&reply, ctx.now))).await?;
        attempt.fill(&mut reply, code.filter(|_| late).as_deref());
        Ok(reply)
    }

    /// Writes the new version, unless somebody was faster. Returns what only the database knows: its code.
    pub async fn write(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        event: &Event,
        kept: Option<Kept>,
    ) -> Result<Option<String>> {
        let Self { mut before, case, remark, mut also, mut untold, by, given_to, .. } = self;
        let ctx = &Ctx { actor: ctx.actor.clone().using(&by), now: ctx.now };
        if case.barred.len() > before.barred.len() {
            also.extend(bar_kin(conn, ctx, world.rules, &case).await?);
            // Whom it accuses now is not told of this either.
            before.barred.clone_from(&case.barred);
        }
        // What runs out by itself is owed by whoever has it.
        let owes = matches!(ctx.actor, Actor::System).then_some(case.handling_agency_id);
        let agency = ctx.actor.agency().or(owes).map(|agency| agency.0);
        let told = told(event, Some(&before), &case);
        let seen = |case: &Case| if INTERNAL.contains(&event.kind()) { agencies(case) } else { audience(case) };
        let mut shown = seen(&case);
        // To whom it is shown, unless it accuses somebody: see [`agencies`].
        if let Event::Escalated { to, .. } = event
            && case.barred.is_empty()
            && !shown.contains(to)
        {
            shown.push(*to);
        }
        let entry = Entry::new(ctx, case.id.0, agency, &told, (seen(&before), shown));
        if let Some((ground, words)) = remark {
            also.push(Box::new(diesel::insert_into(case_remarks::table).values((
                case_remarks::case_id.eq(case.id),
                case_remarks::version.eq(case.version),
                case_remarks::ground.eq(ground),
                case_remarks::words.eq(words),
            ))));
        }
        untold.extend(over_at_once(Some(&before), &case, ctx.now));
        let timers = timers_of(&case, world.rules, &untold, ctx.now)?;
        // Whom it accuses since it was read does not get it: barring changes no version.
        let not_accused = sql::<Bool>("NOT cases.barred && ").bind::<Array<SqlUuid>, _>(given_to);
        let row = cases::table.filter(cases::id.eq(case.id)).filter(cases::version.eq(case.version - 1));
        let row = row.filter(not_accused);
        let received = case.submitted_at.filter(|_| case.code.is_none());
        let taken = received.map(|at| take_code(&case, world.rules, at));
        let set = (
            cases::version.eq(case.version),
            cases::kind.eq(case.kind),
            cases::status.eq(case.status),
            cases::open.eq(case.open),
            cases::handling_agency_id.eq(case.handling_agency_id),
            cases::words.eq(case.words),
            cases::facts.eq(case.facts),
            cases::barred.eq(with(case.barred.clone())),
            cases::basis.eq(case.basis),
            cases::clocks.eq(case.clocks),
            cases::next_due_at.eq(case.next_due_at),
            cases::assigned_to.eq(case.assigned_to),
            cases::state_before.eq(case.state_before),
            cases::escalation.eq(case.escalation),
            cases::marks.eq(case.marks),
            cases::outcome.eq(case.outcome),
            cases::submitted_at.eq(case.submitted_at),
            cases::accepted_at.eq(case.accepted_at),
            cases::finished_at.eq(case.finished_at),
            cases::closed_at.eq(case.closed_at),
        );
        let back = (cases::version, cases::code);
        let other = |name: &str| matches!(name, "case_files_pkey" | "case_notes_pkey").then(|| ID_TAKEN.error());
        match taken {
            Some(code) => {
                let change = diesel::update(row).set((set, cases::code.eq(code))).returning(back);
                Record { change, also, entry, timers, answer: kept }.write(conn, other).await
            }
            None => {
                let change = diesel::update(row).set(set).returning(back);
                Record { change, also, entry, timers, answer: kept }.write(conn, other).await
            }
        }
    }
}

/// The next code for a case received then, like `KN-H26.13.01-26-00001`. It stays what it is when the case is classed as another kind.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn take_code(case: &Case, rules: &Rules, at: DateTime<Utc>) -> _ {
    let day: NaiveDate = deadlines::vn_date(at);
    let agency: Uuid = case.receiving_agency_id.0;
    let code: String = rules.agency_code(case.receiving_agency_id).unwrap_or_default();
    let prefix: String = format!("{}-{code}-{}-", case.declared_kind.prefix(), day.format("%y"));
    let year: i32 = day.year();
    take_case_code(prefix, agency, year)
}

/// Who acts on a case, as the table asks.
pub fn acting<'a>(case: &Case, ctx: &'a Ctx, world: World<'_>) -> Acting<'a> {
    let above = ctx.actor.agency().is_some_and(|agency| world.rules.above(case.handling_agency_id).contains(&agency));
    Acting { actor: &ctx.actor, above, now: ctx.now }
}

/// An event, with what it changed of the case's state and of what was promised.
pub fn told<'a>(event: &'a Event, before: Option<&Case>, after: &Case) -> Told<'a, Event> {
    let mut told = Told::new(event);
    let Some(before) = before else { return told };
    told.changed(["state_before", "state_after"], json!(before.status), json!(after.status));
    let due = |case: &Case| {
        let owed = case.clocks.0.owed().map(|(stage, running)| (stage.code(), json!(running.due_at)));
        serde_json::Value::Object(owed.map(|(stage, at)| (stage.to_owned(), at)).collect())
    };
    told.changed(["due_before", "due_after"], due(before), due(after));
    told
}
