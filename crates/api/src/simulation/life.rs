//! A dossier on its way through the year: what happens next, and when. Each draws from numbers of its own, so what becomes of
//! one does not hang on the others, nor on how many are moved side by side.

use chrono::{DateTime, TimeDelta, Utc};
use deadlines::Timeliness;
use diesel_async::AsyncPgConnection;
use fastrand::Rng;
use kernel::id::CitizenId;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::INTERNAL;
use kernel::{Actor, Ctx, Result};
use procedures::catalogue::{Case, ProcedureId};
use procedures::consultation::ConsultationId;
use procedures::dossier::{Channel, DossierId, Outcome};
use procedures::fee::FeeOrderId;
use procedures::workflow::Status;
use serde::Deserialize;

use super::Scene;
use super::city::Unit;
use super::demand::Matter;

/// What somebody is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    File,
    Receive,
    SupplyAtIntake,
    HandOver,
    Start,
    Examine,
    Answer(ConsultationId),
    EndConsultation,
    RecordVerification,
    Supply,
    Stop,
    DecideWithdrawal,
    Reappoint,
    Propose,
    Sign,
    Return,
}

/// When what is done next; nothing, when nothing is any more.
pub(super) type Next = Option<(DateTime<Utc>, Act)>;

/// What is done at most once with a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Intake,
    Supplement,
    Consultation,
    Verification,
    Withdrawal,
    SentBack,
}

pub(super) struct Life<'a> {
    pub id: DossierId,
    pub matter: &'static Matter,
    pub channel: Channel,
    pub receiving: &'a Unit,
    pub deciding: &'a Unit,
    /// The number of whoever applies.
    pub person: u32,
    pub rng: Rng,
    pub act: Act,
    pub heard: Heard,
    pub procedure: Option<ProcedureId>,
    /// The account of who applies, if they have one.
    pub account: Option<CitizenId>,
    /// A fee that was ordered and is not paid yet.
    pub owed: Option<FeeOrderId>,
    /// When the result will be proposed, when that is decided.
    pub proposed_at: DateTime<Utc>,
    pub turns: Vec<Turn>,
    /// What will be decided, once that is drawn.
    pub refused: Option<bool>,
}

/// What the last answer said of it.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Heard {
    pub status: Status,
    pub timeliness: Timeliness,
    pub outcome: Option<Outcome>,
    pub due_at: Option<DateTime<Utc>>,
}

/// Takes a step through its use case, and hears what it says.
macro_rules! step {
    ($life:ident, $scene:ident, $conn:ident, $ctx:expr, $use_case:path $(, $said:expr)*) => {{
        let attempt = $crate::simulation::life::attempt($ctx.now);
        let target = procedures::steps::Target { id: $life.id, if_match: None, attempt: &attempt };
        let answer = $use_case($conn, $ctx, $scene.world(), target $(, $said)*).await?;
        $life.hear(&answer)
    }};
}
pub(super) use step;

impl Life<'_> {
    /// Does what is next, at this moment. Returns what comes after it.
    pub async fn go_on(&mut self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<Next> {
        match self.act {
            Act::File => self.file(conn, scene, now).await,
            Act::Receive => self.receive(conn, scene, now).await,
            Act::SupplyAtIntake => self.supply_at_intake(conn, scene, now).await,
            Act::HandOver => self.hand_over(conn, scene, now).await,
            Act::Start => self.start(conn, scene, now).await,
            Act::Examine => self.examine(conn, scene, now).await,
            Act::Answer(asked) => self.answer(conn, scene, now, asked).await,
            Act::EndConsultation => self.end_consultation(conn, scene, now).await,
            Act::RecordVerification => self.record_verification(conn, scene, now).await,
            Act::Supply => self.supply(conn, scene, now).await,
            Act::Stop => self.stop(conn, scene, now).await,
            Act::DecideWithdrawal => self.decide_withdrawal(conn, scene, now).await,
            Act::Reappoint => self.reappoint(conn, scene, now).await,
            Act::Propose => self.propose(conn, scene, now).await,
            Act::Sign => self.sign(conn, scene, now).await,
            Act::Return => self.return_result(conn, scene, now).await,
        }
    }

    pub fn hear(&mut self, answer: &Answer) -> Result<()> {
        self.heard = serde_json::from_str(&answer.body).map_err(|error| INTERNAL.because(error))?;
        Ok(())
    }

    /// The version and case under which it was filed.
    pub fn case<'s>(&self, scene: &'s Scene<'_>) -> Result<&'s Case> {
        let procedure = self.procedure.ok_or_else(|| INTERNAL.because("nothing was filed yet"))?;
        scene.catalogue.pinned(procedure, self.matter.case).map(|(_, case)| case)
    }

    /// Whoever speaks for the applicant: they themselves online, reception for those who come or write.
    pub fn applicant(&self, now: DateTime<Utc>) -> Ctx {
        match self.account {
            Some(account) => Ctx { actor: Actor::Citizen(account), now },
            None => self.receiving.reception(now),
        }
    }

    /// So many in a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.rng.u32(0..1000) < per_mille
    }

    /// Whether something happens now, in so many cases of a thousand. It is asked once for each dossier.
    pub fn once(&mut self, turn: Turn, per_mille: u32) -> bool {
        if self.turns.contains(&turn) {
            return false;
        }
        self.turns.push(turn);
        self.chance(per_mille)
    }

    /// In some days' time, when somebody is at work.
    pub fn in_days(
        &mut self,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
        days: std::ops::Range<i64>,
    ) -> Result<DateTime<Utc>> {
        let then = now + TimeDelta::days(self.rng.i64(days));
        scene.hours.after(then, TimeDelta::minutes(self.rng.i64(5..240)))
    }

    /// After some minutes' work of a unit, of which some are slower.
    pub fn work(
        &mut self,
        scene: &Scene<'_>,
        unit: &Unit,
        now: DateTime<Utc>,
        minutes: std::ops::Range<i64>,
    ) -> Result<DateTime<Utc>> {
        let seconds = self.rng.i64(minutes.start * 60..minutes.end * 60) * i64::from(unit.habits.pace) / 60;
        scene.hours.after(now, TimeDelta::seconds(seconds))
    }

    /// When the unit that decides is done: at some part of the time that is left, or after it.
    pub fn done_at(&mut self, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let left = scene.hours.between(now, self.heard.due_at.unwrap_or(now))?;
        let held_up = if self.chance(15) { 2 } else { 1 };
        let percent = self.deciding.habits.pace * self.rng.u32(50..=150) * held_up / 100;
        let work = left * i32::try_from(percent).unwrap_or(100) / 100;
        scene.hours.after(now, work + TimeDelta::minutes(self.rng.i64(5..20)))
    }
}

/// Each step is a piece of work of its own.
pub(super) fn attempt(now: DateTime<Utc>) -> Attempt {
    Attempt::new(None, "SIMULATION", "step", kernel::clock::uuid_at(now), &[])
}
