//! What is to be answered to whom, said once more: from the rows of the table and what is stored.

use chrono::{DateTime, Utc};
use deadlines::Event;
use denunciations::clocks::DenunciationStage;
use denunciations::denunciation::{DenunciationKind, Protection};
use denunciations::workflow::{DenunciationAction, DenunciationStatus, Guard, Hand, Party, TABLE, To, Transition};
use kernel::Permission;
use kernel::clocks::Running;
use kernel::id::AgencyId;
use serde_json::{Value, json};

use super::people::Person;
use super::stored::{Request, Stored};

/// Whether somebody may know of it: never whom it accuses, and of the others those who have a part in it.
pub fn sees(person: &Person, it: &Stored) -> bool {
    let Some((id, agency)) = person.staff.filter(|_| person.may(Permission::ReadDenunciation)) else { return false };
    let agencies = [Some(it.receiving_agency_id), Some(it.handling_agency_id), it.superior_agency_id];
    let accused = it.barred.contains(&id.0) || it.barred.contains(&agency.0);
    !accused && (agencies.contains(&Some(agency)) || it.assigned_to == Some(id))
}

pub fn settles(person: &Person, it: &Stored) -> bool {
    person.agency() == Some(it.handling_agency_id) || (it.assigned_to.is_some() && person.id() == it.assigned_to)
}

fn is_theirs((party, permission): &Hand, person: &Person, it: &Stored) -> bool {
    let party = match party {
        Party::Handling => person.agency() == Some(it.handling_agency_id),
        Party::Assigned => it.assigned_to.is_some() && person.id() == it.assigned_to,
        Party::Superior => it.superior_agency_id.is_some() && person.agency() == it.superior_agency_id,
    };
    party && person.may(*permission)
}

pub fn extensions(limit: &Running) -> usize {
    limit.clock.events.iter().filter(|event| matches!(event, Event::Extend { .. })).count()
}

fn holds(guard: Guard, it: &Stored, now: DateTime<Utc>) -> bool {
    match guard {
        Guard::None => true,
        Guard::Denunciation => it.kind == DenunciationKind::Denunciation,
        Guard::Lead => it.kind == DenunciationKind::Lead,
        Guard::Owes(stage) => it.runs(stage),
        Guard::MayExtend(stage) => {
            // The check once (LTC Art. 24), what is specially complex twice (Art. 30).
            let most = if stage == DenunciationStage::Check { 1 } else { 2 };
            it.runs(stage) && now < it.clocks[&stage].due_at && extensions(&it.clocks[&stage]) < most
        }
        Guard::NothingOwed => it.owed().next().is_none(),
        Guard::WithdrawalAsked => it.marks.withdrawal_asked_at.is_some(),
        Guard::WholeWithdrawalAsked => it.marks.withdrawal_asked_at.is_some() && it.marks.withdrawal_of.is_empty(),
        Guard::PartWithdrawalAsked => !it.marks.withdrawal_of.is_empty(),
        Guard::ProtectionAsked => {
            it.marks.protection == Some(Protection::Asked) || it.marks.more_protection_asked_at.is_some()
        }
        Guard::Protected => it.marks.protection == Some(Protection::Granted),
        Guard::DelayReported => it.marks.delay_reported_at.is_some(),
    }
}

fn possible(it: &Stored, action: DenunciationAction, now: DateTime<Utc>) -> impl Iterator<Item = &'static Transition> {
    let rows = TABLE.iter().filter(move |row| row.action == action && row.from.contains(&it.status));
    rows.filter(move |row| holds(row.guard, it, now))
}

/// What somebody is offered.
pub fn offered(person: &Person, it: &Stored, now: DateTime<Utc>) -> Vec<DenunciationAction> {
    let open = |action: &DenunciationAction| {
        possible(it, *action, now).any(|row| row.by.iter().any(|hand| is_theirs(hand, person, it)))
    };
    DenunciationAction::ALL.iter().copied().filter(open).collect()
}

/// What a step is answered.
pub fn step(
    (people, person): (&[Person], &Person),
    it: &Stored,
    (action, words): (DenunciationAction, &Value),
    now: DateTime<Utc>,
) -> u16 {
    let mut hands = TABLE.iter().filter(|row| row.action == action).flat_map(|row| row.by);
    if !hands.any(|(_, permission)| person.may(*permission)) {
        return 403;
    }
    match sees(person, it) {
        false => 404,
        true if offered(person, it, now).contains(&action) => {
            if is_right((people, person), it, action, words) {
                200
            } else {
                422
            }
        }
        true if possible(it, action, now).next().is_some() => 403,
        true => 409,
    }
}

/// What is said with a step is so, and it goes to nobody who is accused.
fn is_right((people, person): (&[Person], &Person), it: &Stored, action: DenunciationAction, words: &Value) -> bool {
    let accused = |id: &Value| it.barred.iter().any(|barred| *id == json!(barred));
    match action {
        DenunciationAction::Accuse => names_another(person, it, &words["official_id"]),
        DenunciationAction::Assign => {
            let whom = people.iter().find(|person| json!(person.id()) == words["to"]);
            !accused(&words["to"]) && !accused(&json!(whom.and_then(Person::agency)))
        }
        DenunciationAction::Transfer => {
            let to = json!(directory::demo::agency_id(words["to"].as_str().unwrap()).unwrap());
            !accused(&to) && to != json!(it.handling_agency_id)
        }
        DenunciationAction::Extend => {
            words["ground"] == "specially_complex" || extensions(&it.clocks[&DenunciationStage::Resolve]) == 0
        }
        _ => true,
    }
}

/// Who decides where: what accuses them is not their agency's.
const HEADS: [(&str, &str); 2] = [("chanhthanhtra", "H26.5"), ("chutich", "H26")];

/// Nobody names themselves, and somebody is left who can have it.
fn names_another(person: &Person, it: &Stored, official: &Value) -> bool {
    let id = |code: &str| directory::demo::agency_id(code).unwrap();
    let headed = HEADS.iter().find(|(who, _)| json!(directory::demo::staff_id(who)) == *official);
    let is_barred =
        |agency: AgencyId| it.barred.contains(&agency.0) || headed.is_some_and(|(_, headed)| id(headed) == agency);
    let nobody_left = is_barred(it.handling_agency_id) && is_barred(id("H26"));
    json!(person.id()) != *official && (it.status.is_over() || !nobody_left)
}

/// Whether a step leads there.
pub fn leads(before: &Stored, action: DenunciationAction, after: DenunciationStatus) -> bool {
    TABLE.iter().filter(|row| row.action == action && row.from.contains(&before.status)).any(|row| match row.to {
        To::State(status) => status == after,
        To::Same => status_stays(before, after),
        To::Before => before.state_before == Some(after),
    })
}

fn status_stays(before: &Stored, after: DenunciationStatus) -> bool {
    before.status == after
}

/// What its denouncer is answered.
pub fn wish(it: &Stored, what: &str, now: DateTime<Utc>) -> u16 {
    use DenunciationStatus::{Accepted, Closed, Concluded, Forwarded, Investigated, Suspended, Verified, Verifying};
    let late = [Accepted, Verifying, Verified, Suspended].contains(&it.status)
        && it.owed().any(|(stage, limit)| stage == DenunciationStage::Resolve && limit.due_at <= now);
    let part_stands = it.contents() == 2 && it.marks.withdrawn.is_empty();
    let taken = match what {
        "add" => !it.status.is_over(),
        _ if it.kind == DenunciationKind::Lead => false,
        "continue" => {
            [Concluded, Closed].contains(&it.status) && it.marks.continued_at.is_none() && it.above().is_some()
        }
        "report-delay" => late && it.marks.delay_reported_at.is_none() && it.above().is_some(),
        "withdraw-part" if !it.status.is_over() && it.finished_at.is_none() => {
            return if part_stands { 200 } else { 422 };
        }
        "withdraw-part" => false,
        "withdraw" => !it.status.is_over() && it.finished_at.is_none(),
        _ => ![Forwarded, Investigated].contains(&it.status),
    };
    if taken { 200 } else { 409 }
}

/// What is answered to who asks to know who denounces; who allows it; who reads it.
pub fn identity(person: &Person, it: &Stored, what: (&str, Option<&Request>), now: DateTime<Utc>) -> u16 {
    let decides = ["approve", "refuse"].contains(&what.0);
    let needed = if decides { Permission::ApproveIdentity } else { Permission::OpenIdentity };
    if !person.may(needed) {
        return 403;
    }
    match what {
        _ if !sees(person, it) => 404,
        _ if !settles(person, it) => 403,
        (_, None) => {
            if it.kind == DenunciationKind::Lead {
                409
            } else {
                201
            }
        }
        (_, Some(asked)) if decides => match asked.approved_by.or(asked.refused_by) {
            _ if person.id() == Some(asked.requested_by) => 403,
            Some(_) => 409,
            None => 200,
        },
        (_, Some(asked)) if person.id() != Some(asked.requested_by) => 403,
        (_, Some(asked)) => {
            if asked.open_until.is_some_and(|until| now < until) {
                200
            } else {
                409
            }
        }
    }
}
