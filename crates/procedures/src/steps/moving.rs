//! A dossier on its way from one version to the next: read, moved in memory, written with all that belongs to it.

use chrono::{DateTime, Utc};
use deadlines::Event as ClockEvent;
use diesel::dsl::{array, exists};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join4;
use kernel::Ctx;
use kernel::access::Through;
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::{Entry, Event as _};
use kernel::limits::CALENDAR_NOT_PUBLISHED;
use kernel::problem::{CONFLICT, Result};
use kernel::record::Also;
use kernel::rules::Rules;
use kernel::schema::{attachments, consultations, corrections, dossier_agencies, dossiers, fee_orders, supplements};
use uuid::Uuid;

use super::{Remark, World, said, store};
use crate::access::note;
use crate::attachment::{Attachment, Purpose};
use crate::catalogue::{Case, Procedure, SupplementRule};
use crate::clock;
use crate::consultation;
use crate::dossier::{Channel, Dossier, DossierId, SidePart, agencies, audience, visible_to};
use crate::event::{Event, INTERNAL};
use crate::fee;
use crate::problem::{NOT_FOUND, STALE};
use crate::receipt::{self, Stage};
use crate::request::VerificationRecord;
use crate::supplement::{self, Supplement};
use crate::timer::catch_up;
use crate::told::told;
use crate::view::{View, answer, view};
use crate::workflow::{Action, Awaited, ClockEffect, FOLLOWS, Facts, Status, step};

/// What goes on beside the dossier's state.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    /// Something that was ordered is not paid yet.
    pub unpaid: bool,
    /// An agency that was asked has not answered yet.
    pub unanswered: bool,
    /// Its result is being put right.
    pub correcting: bool,
    /// The agencies that were asked for their opinion.
    pub consulted: Vec<AgencyId>,
    /// Where the result is fetched, when that is not where it was received.
    pub return_point: Option<AgencyId>,
    /// Where somebody helped the applicant to file it; takes no part in it, and does not see it.
    pub support_point: Option<AgencyId>,
}

impl Sides {
    /// The agencies beside the two that see the dossier as it is: see [`Visible`](crate::dossier::Visible).
    pub fn beside(&self, dossier: &Dossier) -> impl Iterator<Item = Uuid> {
        let asked = self.consulted.iter().filter(|_| dossier.is_filed() && dossier.open);
        let keeps = self.return_point.iter().filter(|_| dossier.finished_at.is_some());
        asked.chain(keeps).map(|agency| agency.0)
    }

    /// Everybody who sees the dossier as it is.
    pub fn everybody(&self, dossier: &Dossier) -> Vec<Uuid> {
        audience(dossier).into_iter().chain(self.beside(dossier)).collect()
    }

    /// What the table's guards go by.
    pub fn facts(
        &self,
        (procedure, case): (&Procedure, &Case),
        channel: Channel,
        asked: Option<&Supplement>,
        papers: &[Attachment],
        ctx: &Ctx,
    ) -> Facts {
        let Self { unpaid, correcting, return_point, .. } = *self;
        let lapsed = asked.is_some_and(|asked| asked.lapsed_at.is_some());
        let other_case = procedure.other_cases(case, channel).next().is_some();
        let document = papers.iter().any(|paper| paper.purpose == Purpose::Result && paper.revoked_at.is_none());
        Facts {
            document,
            immediate: case.immediate,
            other_case,
            unpaid,
            correcting,
            lapsed,
            return_point,
            now: ctx.now,
        }
    }
}

/// A dossier as somebody may see it, with what belongs to it.
pub struct Seen {
    pub dossier: Dossier,
    /// What the applicant is asked to supply, while that is not settled.
    pub asked: Option<Supplement>,
    pub papers: Vec<Attachment>,
    pub sides: Sides,
}

/// The dossier as the actor may see it, in one trip.
///
/// # Errors
/// [`NOT_FOUND`] when there is none, or none for this actor.
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Seen> {
    fetch(conn, ctx, id, None).await
}

/// The same, for somebody who is shown whose dossier it is: that an officer was is noted in the same trip.
///
/// # Errors
/// As [`read`].
pub async fn look(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId, through: Through) -> Result<Seen> {
    fetch(conn, ctx, id, Some(through)).await
}

async fn fetch(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId, through: Option<Through>) -> Result<Seen> {
    let (mut one, mut two, mut three): (&AsyncPgConnection, &AsyncPgConnection, &AsyncPgConnection) =
        (conn, conn, conn);
    let open = supplements::dossier_id.eq(dossiers::id).and(supplements::closed_at.is_null());
    let dossier = dossiers::table
        .left_join(supplements::table.on(open))
        .filter(dossiers::id.eq(id))
        .filter(visible_to(ctx))
        .select((Dossier::as_select(), Option::<Supplement>::as_select()));
    let papers = attachments::table
        .filter(attachments::dossier_id.eq(id))
        .order(attachments::id)
        .select(Attachment::as_select());
    let unpaid = fee_orders::table.filter(fee_orders::dossier_id.eq(id)).filter(fee_orders::settled_at.is_null());
    let unanswered =
        consultations::table.filter(consultations::dossier_id.eq(id)).filter(consultations::closed_at.is_null());
    let correcting = corrections::table.filter(corrections::dossier_id.eq(id)).filter(corrections::closed_at.is_null());
    let beside = dossier_agencies::table.filter(dossier_agencies::dossier_id.eq(id));
    let of = |part: SidePart| beside.filter(dossier_agencies::part.eq(part)).select(dossier_agencies::agency_id);
    let agencies = (array(of(SidePart::Consulted)), array(of(SidePart::Return)), array(of(SidePart::Support)));
    let sides = diesel::select((exists(unpaid), exists(unanswered), exists(correcting), agencies));
    let noted = async {
        match through {
            Some(through) => note(conn, ctx, id, through).await,
            None => Ok(()),
        }
    };
    let (dossier, papers, sides, noted) = join4(
        dossier.first::<(Dossier, Option<Supplement>)>(&mut one),
        papers.load(&mut two),
        sides.get_result::<(bool, bool, bool, (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>))>(&mut three),
        noted,
    )
    .await;
    let (unpaid, unanswered, correcting, (consulted, fetched_at, helped_at)) = sides?;
    let return_point = fetched_at.iter().copied().next().map(AgencyId);
    let support_point = helped_at.iter().copied().next().map(AgencyId);
    let consulted = consulted.into_iter().map(AgencyId).collect();
    let (dossier, asked) = dossier.optional()?.ok_or_else(|| NOT_FOUND.error())?;
    noted?;
    let sides = Sides { unpaid, unanswered, correcting, consulted, return_point, support_point };
    Ok(Seen { dossier, asked, papers: papers?, sides })
}

/// A dossier on its way.
pub(crate) struct Moving<'a> {
    /// As it was.
    pub before: Dossier,
    /// As it will be.
    pub dossier: Dossier,
    /// What the applicant is asked to supply, while that is not settled: as it was, and as it will be.
    asked_before: Option<Supplement>,
    pub asked: Option<Supplement>,
    pub papers: Vec<Attachment>,
    pub sides: Sides,
    pub procedure: &'a Procedure,
    pub case: &'a Case,
    /// Kept apart from the journal.
    pub remark: Option<Remark>,
    /// What a verification has shown, apart from the journal too.
    pub record: Option<VerificationRecord>,
    pub code_prefix: Option<String>,
    /// What the applicant gets a receipt for, beside another moment than was promised.
    pub receipt: Option<Stage>,
    /// What else is written with it.
    pub also: Vec<Also>,
}

impl<'a> Moving<'a> {
    /// Reads it as the actor may see it; what ran out before this moment is told first.
    ///
    /// # Errors
    /// [`NOT_FOUND`]; [`STALE`] when the caller has seen another version.
    pub async fn begin(
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'a>,
        id: DossierId,
        if_match: Option<i32>,
    ) -> Result<Self> {
        let seen = read(conn, ctx, id).await?;
        let Seen { dossier, asked, .. } = &seen;
        if if_match.is_some_and(|version| version != dossier.version) {
            return Err(STALE.error().extra("version", dossier.version).extra("state", dossier.status.code()));
        }
        match catch_up(conn, ctx, world, dossier, asked.as_ref()).await? {
            0 => Self::of(world, seen),
            told => {
                let version = dossier.version + told;
                let seen = read(conn, ctx, id).await?;
                if seen.dossier.version != version {
                    return Err(CONFLICT.error());
                }
                Self::of(world, seen)
            }
        }
    }

    /// About to be changed, as it was seen.
    pub fn of(world: World<'a>, Seen { mut dossier, asked, papers, sides }: Seen) -> Result<Self> {
        let (procedure, case) = world.catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
        let before = dossier.clone();
        dossier.version += 1;
        Ok(Self {
            before,
            dossier,
            asked_before: asked.clone(),
            asked,
            papers,
            sides,
            procedure,
            case,
            remark: None,
            record: None,
            code_prefix: None,
            receipt: None,
            also: Vec::new(),
        })
    }

    /// Takes one step of the table. `decide` does what is particular to it and names the event.
    pub async fn take(
        mut self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        attempt: &Attempt,
        action: Action,
        decide: impl FnOnce(&mut Self) -> Result<Event>,
    ) -> Result<Answer> {
        self.advance(ctx, world, action)?;
        let event = decide(&mut self)?;
        if self.code_prefix.is_some() {
            self.dossier.code = Some(attempt.placeholder());
        }
        let (accepted_at, view) = (self.dossier.accepted_at, self.view(ctx, world)?);
        let mut reply = answer(200, &view);
        let late = self.write(conn, ctx, world, &event, Some(attempt.keep(&reply, ctx.now))).await?;
        attempt.fill(&mut reply, late.filter(|_| accepted_at == Some(ctx.now)).as_deref());
        Ok(reply)
    }

    /// Goes where the table says that `action` leads, with the clock.
    ///
    /// # Errors
    /// As [`step`].
    pub fn advance(&mut self, ctx: &Ctx, world: World<'_>, action: Action) -> Result<()> {
        // As it was, but for the agency that a hand-over names.
        let facts =
            self.sides.facts((self.procedure, self.case), self.before.channel, self.asked.as_ref(), &self.papers, ctx);
        let row = step(&self.dossier, action, &ctx.actor, facts)?;
        // What goes to another agency than before begins anew there.
        let elsewhere = self.dossier.competent_agency_id != self.before.competent_agency_id;
        turn(&mut self.dossier, self.case, (row.clock, elsewhere), ctx.now, world.rules)?;
        self.arrive(row.to, ctx);
        Ok(())
    }

    fn arrive(&mut self, to: Status, ctx: &Ctx) {
        self.dossier.status = to;
        self.dossier.open = to.is_open();
        if to.is_final() {
            self.dossier.closed_at = Some(ctx.now);
            self.call_off(ctx);
        }
    }

    /// What the applicant is asked for as it will be: settled, where the dossier has gone on.
    fn asked_afterwards(&self, ctx: &Ctx) -> Option<Supplement> {
        let lasts = self.dossier.status.may_supplement();
        self.asked.clone().map(|asked| match lasts {
            true => asked,
            false => Supplement { closed_at: Some(ctx.now), ..asked },
        })
    }

    /// Goes on by itself, where what it waited for has come. While its withdrawal is being decided, that changes where
    /// it would go back to. Returns whether anything followed.
    pub fn follow(&mut self, ctx: &Ctx, world: World<'_>, when: Awaited) -> Result<bool> {
        let asked = self.dossier.status == Status::WithdrawalRequested;
        let stands = if asked { self.dossier.state_before } else { Some(self.dossier.status) };
        let Some(row) = FOLLOWS.iter().find(|row| Some(row.from) == stands && row.when == when) else {
            return Ok(false);
        };
        // The applicant's time is over when it is over, whenever that is told.
        let over_at = self.asked.as_ref().and_then(Supplement::lapsed_after);
        let at = over_at.filter(|_| when == Awaited::Lapsed).unwrap_or(ctx.now);
        turn(&mut self.dossier, self.case, (row.clock, false), at, world.rules)?;
        if asked {
            self.dossier.state_before = Some(row.to);
        } else {
            self.arrive(row.to, ctx);
        }
        Ok(true)
    }

    /// By when a result that is there now is usually fetched. Where no rule says so, or the calendar does not reach as far, nobody
    /// is told when that is over.
    pub fn collect_by(&self, ctx: &Ctx, rules: &Rules) -> Result<DateTime<Utc>> {
        let keeps = self.sides.return_point.unwrap_or(self.dossier.receiving_agency_id);
        match clock::stage(rules, "collect", keeps, ctx.now) {
            Ok(collect_by) => Ok(collect_by.unwrap_or(ctx.now)),
            Err(error) if error.is(&CALENDAR_NOT_PUBLISHED) => Ok(ctx.now),
            Err(error) => Err(error),
        }
    }

    /// Nothing is awaited any more: what is not paid need not be, and who has not answered need not.
    pub fn call_off(&mut self, ctx: &Ctx) {
        if self.sides.unpaid {
            self.also.push(fee::cancel_open(self.dossier.id, ctx.now));
        }
        if self.sides.unanswered {
            self.also.push(consultation::end_open(self.dossier.id, ctx.now));
        }
        (self.sides.unpaid, self.sides.unanswered) = (false, false);
    }

    /// What the actor sees of it afterwards.
    pub fn view(&self, ctx: &Ctx, world: World<'_>) -> Result<View> {
        let asked = self.asked_afterwards(ctx);
        view(ctx, world.catalogue, &self.dossier, asked.as_ref(), &self.papers, &self.sides)
    }

    /// Writes the new version with the answer about a part of it, and gives that answer.
    pub async fn answer(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        event: &Event,
        attempt: &Attempt,
        answer: Answer,
    ) -> Result<Answer> {
        let kept = attempt.keep(&answer, ctx.now);
        self.write(conn, ctx, world, event, Some(kept)).await?;
        Ok(answer)
    }

    /// Writes the new version, unless somebody was faster. Returns what only the database knows: its code.
    pub async fn write(
        mut self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        world: World<'_>,
        event: &Event,
        kept: Option<Kept>,
    ) -> Result<Option<String>> {
        let asked = self.asked_afterwards(ctx);
        self.also.extend(supplement::changed(self.asked_before.as_ref(), asked.as_ref()));
        let Self { before, dossier, papers, procedure, remark, record, code_prefix, receipt, also, sides, .. } = self;
        let agency = ctx.actor.agency().map(|agency| agency.0);
        let all = |dossier: &Dossier| match INTERNAL.contains(&event.kind()) {
            true => agencies(dossier),
            false => sides.everybody(dossier),
        };
        let told = told(event, &before, &dossier);
        let entry = Entry::new(ctx, dossier.id.0, agency, &told, (all(&before), all(&dossier)));
        let mut also: Vec<Also> = also.into_iter().chain(said(&dossier, remark, record)).collect();
        let waits = |dossier: &Dossier| dossier.status == Status::ResultReady;
        if sides.return_point.is_some() && waits(&before) != waits(&dossier) {
            let rows = dossier_agencies::table.filter(dossier_agencies::dossier_id.eq(dossier.id));
            let row = rows.filter(dossier_agencies::part.eq(SidePart::Return));
            also.push(Box::new(diesel::update(row).set(dossier_agencies::waits.eq(waits(&dossier)))));
        }
        let promised_anew = before.due_at.is_some() && before.due_at != dossier.due_at && !dossier.clock_stands;
        if let Some(stage) = receipt.or(promised_anew.then_some(Stage::PromisedAnew)) {
            also.push(receipt::signed(world.keys, &dossier, &procedure.code, &papers, (stage, ctx.now)));
        }
        store(conn, ctx.now, (&dossier, asked.as_ref()), entry, also, code_prefix, kept).await
    }
}

/// What a step does to the clock; whether it takes the dossier to another agency than had it.
fn turn(
    dossier: &mut Dossier,
    case: &Case,
    (effect, elsewhere): (ClockEffect, bool),
    at: DateTime<Utc>,
    rules: &Rules,
) -> Result<()> {
    let running = dossier.clock.as_ref().map(|clock| clock.0.clone());
    let event = match effect {
        ClockEffect::Start => None,
        ClockEffect::Pause => Some(ClockEvent::Pause { at }),
        ClockEffect::Continue => {
            let due_at = dossier.statutory_due_at;
            match running.as_ref().and_then(|clock| clock::continues(case.supplement, clock, due_at, at)) {
                Some(event) => Some(event),
                None => return Ok(()),
            }
        }
        // What a centre receives was received in the territory of whoever decides it.
        ClockEffect::Restart
            if !rules.receives_for_all(dossier.receiving_agency_id)
                && running.as_ref().is_some_and(|clock| elsewhere || clock.events.is_empty()) =>
        {
            Some(ClockEvent::Restart { at })
        }
        ClockEffect::Lapse => {
            let Some(clock) = &running else { return Ok(()) };
            let Some(since) = clock::paused_at(clock) else { return Ok(()) };
            let in_time = dossier.statutory_due_at.is_some_and(|due_at| since < due_at);
            let nothing_left = in_time && rules.deadline(clock)?.stopped_since.is_none();
            match case.supplement {
                SupplementRule::Restart if nothing_left => Some(ClockEvent::Restart { at }),
                SupplementRule::Restart | SupplementRule::Pause => Some(ClockEvent::Resume { at }),
            }
        }
        ClockEffect::Wait if case.payment_pauses => Some(ClockEvent::Pause { at }),
        ClockEffect::Resume if running.as_ref().is_some_and(|clock| clock::paused_at(clock).is_some()) => {
            Some(ClockEvent::Resume { at })
        }
        ClockEffect::Finish => {
            dossier.finished_at = Some(at);
            return Ok(());
        }
        ClockEffect::Stop => {
            dossier.clock_stands = true;
            return Ok(());
        }
        ClockEffect::None
        | ClockEffect::Reappoint
        | ClockEffect::Relimit
        | ClockEffect::Restart
        | ClockEffect::Wait
        | ClockEffect::Resume => return Ok(()),
    };
    let clock = match (event, running) {
        (None, _) => clock::start(rules, case, dossier.channel, dossier.competent_agency_id, at)?,
        (Some(event), Some(mut clock)) => {
            clock.events.push(event);
            // What begins anew when another agency gets it goes by that one's hours.
            if effect == ClockEffect::Restart {
                clock.office = rules.office(dossier.competent_agency_id);
            }
            clock
        }
        (Some(_), None) => return Ok(()),
    };
    let deadline = rules.deadline(&clock)?;
    clock::put(dossier, clock, &deadline);
    // On the last day a pause leaves nothing to go on with; but what is asked for in time begins the limit anew, so nothing runs
    // out while the applicant has it.
    if effect == ClockEffect::Pause && case.supplement == SupplementRule::Restart {
        dossier.clock_stands = dossier.statutory_due_at.is_some_and(|due_at| at < due_at);
    }
    Ok(())
}
