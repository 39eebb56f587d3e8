//! The states of a dossier and the one table of what leads from one to the next.
//!
//! The table serves the check at runtime, the `allowed_actions` of every answer, the authorization matrix and the
//! workflow page of the documentation. States after NĐ 61/2018 Art. 17–20 and NĐ 118/2025 Art. 17–18.

use chrono::{DateTime, Utc};
use deadlines::Event;
use kernel::id::AgencyId;
use kernel::{Actor, Permission, Result, text_enum};

use crate::clock::paused_at;
use crate::dossier::{Channel, Dossier, Outcome};
use crate::problem::{
    FEE_UNPAID, ILLEGAL_TRANSITION, NOT_YOURS_TO_DO, RESULT_IS_WRONG, RESULT_ON_PAPER, TOO_LATE_TO_REAPPOINT,
};

mod state;
mod table;

pub use state::{Action, Status};
pub use table::{FOLLOWS, TABLE};

/// How somebody stands to a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Applicant,
    /// Staff of the agency that received it.
    Receiving,
    /// Staff of the agency that decides it.
    Competent,
    /// Staff of the agency where the result is fetched: the one that received it, when no other was named.
    ReturnPoint,
}

/// What a step does to the statutory clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    None,
    Start,
    Pause,
    /// Goes on anew or from where it stood, as the procedure's rule says (NĐ 61/2018 Art. 19(4): anew).
    Continue,
    /// Stands while a payment is awaited, where the procedure says so.
    Wait,
    /// Goes on from where it stood, if it stood.
    Resume,
    /// Goes on from where it stood; what was asked for on the last day left nothing, so there it begins anew.
    Lapse,
    /// Begins anew, where it goes to an agency that did not have it last: what was received elsewhere has its limit from when the competent agency has it
    /// (NĐ 118/2025 Art. 17(3) as amended by NĐ 309/2026).
    Restart,
    /// The date that was told is replaced by a later one; lateness is still measured by the old one.
    Reappoint,
    /// Goes on from where it began, with the limit of another case.
    Relimit,
    /// Decides whether it was in time.
    Finish,
    /// Stops for good, without an outcome.
    Stop,
}

/// A condition beside state and party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    None,
    /// Filed with reception, at the counter or by post.
    Reception,
    /// Filed at the counter: nobody submits it.
    Counter,
    /// Filed by the applicant, online or at a kiosk.
    Online,
    /// Received by the agency that decides it.
    Here,
    /// Received by another agency than decides it.
    Elsewhere,
    /// By post: reception takes part of its applicant.
    Post,
    /// The procedure is settled at once (NĐ 61/2018 Art. 17(4)–(5)), by whoever has it.
    Immediate,
    /// The applicant was not asked for papers at intake before (NĐ 61/2018 Art. 15(3)).
    FirstTime,
    /// The applicant was asked before.
    Again,
    /// The time in which the applicant had to supply what is missing is over.
    Lapsed,
    /// It has not been given a new date before, is not due today (NĐ 61/2018 Art. 19(9)), is with whoever decides it, and its
    /// clock runs.
    NoNewDate,
    /// Its procedure has another case that can be filed on its way; it is not late, has not been given a new date, and is with
    /// whoever decides it.
    OtherCase,
    /// Nothing that was ordered is left to pay, and the result is not being put right.
    Settled,
    /// Filed by the applicant, settled, and there is something that can be taken over online: the result's document, or the refusal,
    /// which is a form.
    OnlineSettled,
    /// It stood here when its withdrawal was asked for, or its rejection proposed.
    Before(Status),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    pub from: Status,
    pub action: Action,
    pub to: Status,
    pub party: Party,
    pub permission: Permission,
    pub clock: ClockEffect,
    pub guard: Guard,
}

text_enum! {
    /// What a dossier may be waiting for that comes without a step of its own.
    Awaited {
        /// The last order that was open is paid.
        Paid = "paid",
        /// The last agency that was asked has answered, or its silence counts as consent.
        Answered = "answered",
        /// The time in which the applicant had to supply what is missing is over.
        Lapsed = "lapsed",
    }
}

/// Where a dossier goes by itself.
#[derive(Clone, Copy, Debug)]
pub struct Follows {
    pub from: Status,
    pub when: Awaited,
    pub to: Status,
    pub clock: ClockEffect,
}

/// How the actor stands to a dossier with these agencies and this applicant.
fn is_party(party: Party, actor: &Actor, dossier: &Dossier, facts: Facts) -> bool {
    let of = |agency: AgencyId| actor.agency() == Some(agency);
    match party {
        // A citizen sees a dossier of their own, or of whom they represent: `visible_to` has said so.
        Party::Applicant => matches!(actor, Actor::Citizen(_)),
        Party::Receiving => of(dossier.receiving_agency_id),
        Party::Competent => of(dossier.competent_agency_id),
        Party::ReturnPoint => of(facts.return_point.unwrap_or(dossier.receiving_agency_id)),
    }
}

fn holds(guard: Guard, dossier: &Dossier, facts: Facts) -> bool {
    let here = dossier.receiving_agency_id == dossier.competent_agency_id;
    // Until it is handed over, an agency elsewhere does not have it; nor while its withdrawal is decided.
    let at_hand = here || dossier.stands_at() != Some(Status::Accepted);
    let clock = dossier.clock.as_ref().map(|clock| &clock.0);
    let had_new_date = clock.is_some_and(|clock| clock.events.iter().any(Event::is_reappointment));
    let settled = !facts.unpaid && !facts.correcting;
    match guard {
        Guard::None => true,
        Guard::Reception => dossier.channel.is_reception(),
        Guard::Counter => dossier.channel == Channel::Counter,
        Guard::Online => !dossier.channel.is_reception(),
        Guard::Post => dossier.channel == Channel::Post,
        Guard::Here => here,
        Guard::Elsewhere => !here,
        Guard::Immediate => facts.immediate && at_hand,
        Guard::FirstTime => dossier.intake_supplements == 0,
        Guard::Again => dossier.intake_supplements > 0,
        Guard::Lapsed => facts.lapsed,
        Guard::NoNewDate => {
            let stands = clock.is_some_and(|clock| paused_at(clock).is_some());
            !had_new_date
                && !stands
                && at_hand
                && dossier.due_at.is_some_and(|due_at| deadlines::may_reappoint(due_at, facts.now))
        }
        Guard::OtherCase => {
            let in_time = dossier.statutory_due_at.is_some_and(|due_at| facts.now < due_at);
            facts.other_case && in_time && !had_new_date && at_hand
        }
        Guard::Settled => settled,
        Guard::OnlineSettled => {
            let electronic = facts.document || dossier.outcome == Some(Outcome::Refused);
            settled && electronic && !dossier.channel.is_reception()
        }
        Guard::Before(status) => dossier.state_before == Some(status),
    }
}

/// What the guards go by beside the dossier itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its case is settled at once.
    pub immediate: bool,
    /// Its procedure has another case that can be filed on its way.
    pub other_case: bool,
    /// Something that was ordered is not paid yet.
    pub unpaid: bool,
    /// Its result is being put right.
    pub correcting: bool,
    /// Its result is a document that stands.
    pub document: bool,
    /// The applicant's time to supply what is missing is over.
    pub lapsed: bool,
    /// Where the result is fetched, when that is not where it was received.
    pub return_point: Option<AgencyId>,
    pub now: DateTime<Utc>,
}

/// The rows that this actor can take now.
fn open_to<'a>(dossier: &'a Dossier, actor: &'a Actor, facts: Facts) -> impl Iterator<Item = &'static Transition> + 'a {
    TABLE.iter().filter(move |row| {
        row.from == dossier.status
            && holds(row.guard, dossier, facts)
            && actor.may(row.permission)
            && is_party(row.party, actor, dossier, facts)
    })
}

/// What this actor can do with the dossier as it stands.
pub fn allowed_actions(dossier: &Dossier, actor: &Actor, facts: Facts) -> Vec<Action> {
    open_to(dossier, actor, facts).map(|row| row.action).collect()
}

/// The step that `action` takes.
///
/// # Errors
/// [`ILLEGAL_TRANSITION`] when the state does not allow it to anybody, [`NOT_YOURS_TO_DO`] when it does, to others;
/// [`TOO_LATE_TO_REAPPOINT`]; [`FEE_UNPAID`]; [`RESULT_IS_WRONG`]; [`RESULT_ON_PAPER`].
pub fn step(dossier: &Dossier, action: Action, actor: &Actor, facts: Facts) -> Result<&'static Transition> {
    if let Some(row) = open_to(dossier, actor, facts).find(|row| row.action == action) {
        return Ok(row);
    }
    let rows = || TABLE.iter().filter(|row| row.from == dossier.status && row.action == action);
    let possible = rows().next().is_some();
    let problem = match action {
        Action::ReturnResult if possible && facts.correcting => &RESULT_IS_WRONG,
        Action::ReturnResult if possible && facts.unpaid => &FEE_UNPAID,
        Action::ReturnResult if possible && !facts.document && matches!(actor, Actor::Citizen(_)) => &RESULT_ON_PAPER,
        _ if rows().any(|row| holds(row.guard, dossier, facts)) => &NOT_YOURS_TO_DO,
        Action::Reappoint if possible => &TOO_LATE_TO_REAPPOINT,
        _ => &ILLEGAL_TRANSITION,
    };
    let allowed: Vec<&str> = allowed_actions(dossier, actor, facts).into_iter().map(Action::code).collect();
    Err(problem.error().extra("state", dossier.status.code()).extra("allowed_actions", allowed))
}
