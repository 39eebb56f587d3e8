//! One case loses what tells of whom it was: one statement, one entry in the journal.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::access::part_from;
use kernel::clock::random;
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::record::{Also, Record, nothing_late};
use kernel::retention::{GONE, Rule};
use kernel::schema::{case_answers, case_dialogues, case_files, case_notes, case_remarks, cases};
use kernel::secret::sha256;
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result, leaving};
use uuid::Uuid;

use crate::case::{Case, CaseId, Content, Marks, Person, Words, agencies, audience, visible_to};
use crate::event::Event;
use crate::facts::Facts;
use crate::steps::{World, told};
use crate::timer;
use crate::workflow::CaseStatus;

/// Erases one case as it was read: by which rule it was kept, and which request asked for it, is in the journal.
///
/// # Errors
/// [`CONFLICT`](kernel::problem::CONFLICT) when somebody has changed it meanwhile.
pub(super) async fn erase(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    before: &Case,
    rule: &Rule,
    request: Option<CaseId>,
) -> Result<()> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let after = without_words(before, ctx.now);
    let event = Event::Erased { rule: rule.rule.clone(), request: request.map(|id| id.0) };
    let seen = (audience(before), agencies(&after));
    let entry =
        Entry::new(ctx, before.id.0, Some(before.handling_agency_id.0), &told(&event, Some(before), &after), seen);
    let mut also = around(before.id, ctx.now);
    also.extend(before.sender_id.map(|sender| part_from(sender, before.id.0)));
    let row = cases::table
        .filter(cases::id.eq(before.id))
        .filter(cases::version.eq(before.version))
        .filter(visible_to(&system, world.rules));
    let change = diesel::update(row)
        .set((
            cases::version.eq(after.version),
            cases::status.eq(after.status),
            cases::open.eq(after.open),
            cases::closed_at.eq(after.closed_at),
            cases::people.eq(after.people),
            cases::words.eq(after.words),
            cases::facts.eq(after.facts),
            cases::marks.eq(after.marks),
            cases::sender_id.eq(after.sender_id),
            cases::created_by.eq(after.created_by),
            cases::content_hash.eq(after.content_hash),
        ))
        .returning((cases::version, nothing_late()));
    let timers = Timers::over(timer::ENTITY, before.id.0);
    Record { change, also, entry, timers, answer: None }.write(conn, |_| None).await.map(drop)
}

/// The next version, which tells of nobody.
fn without_words(before: &Case, now: DateTime<Utc>) -> Case {
    // Nobody keeps it: from a name, no pseudonym can be found out.
    let key: [u8; 32] = random();
    let content = |content: &Content| Content { text: GONE.to_owned(), ..content.clone() };
    let sent = before.sender_id.is_some_and(|sender| sender.0 == before.created_by);
    Case {
        version: before.version + 1,
        // A draft is over with it.
        status: if before.status == CaseStatus::Draft { CaseStatus::Withdrawn } else { before.status },
        open: false,
        closed_at: before.closed_at.or(Some(now)),
        people: Json(before.people.0.iter().map(|person| nobody(&key, person)).collect()),
        words: Json(Words {
            subject: GONE.to_owned(),
            contents: before.words.0.contents.iter().map(content).collect(),
            request: None,
        }),
        facts: Json(codes_alone(before.facts.0.clone())),
        marks: Json(Marks { erased_at: Some(now), ..before.marks.0.clone() }),
        sender_id: None,
        // The officer who took it in stays known.
        created_by: if sent { Uuid::nil() } else { before.created_by },
        // A hash of what was sent would confirm a guess.
        content_hash: Vec::new(),
        ..before.clone()
    }
}

/// Somebody under a name that is the same wherever they stand in this case, and leads to nothing outside it.
fn nobody(key: &[u8; 32], person: &Person) -> Person {
    let hash = sha256(&[b"pseudonym", key, person.name.as_bytes()]);
    let number = u32::from_be_bytes(hash[..4].try_into().expect("4 of 32 bytes"));
    Person {
        part: person.part,
        name: format!("{GONE} {number:08x}"),
        identity_number: None,
        address: GONE.to_owned(),
        phone: None,
        email: None,
        document: None,
    }
}

/// What is particular to the kind, without what somebody has written and without whom it is about.
fn codes_alone(facts: Facts) -> Facts {
    match facts {
        Facts::Complaint { about, document_date, known_on, .. } => Facts::Complaint {
            about,
            respondent: GONE.to_owned(),
            document_number: None,
            document_date,
            known_on,
            obstacle: None,
        },
        Facts::RegulationFeedback { about, .. } => Facts::RegulationFeedback { about, reference: None },
        // Whom it accused must not see it afterwards either: that stands in `barred`.
        Facts::ConductReport { about, happened_on, .. } => Facts::ConductReport {
            about,
            official_id: None,
            official_name: None,
            unit_id: None,
            happened_on,
            reference: None,
        },
        Facts::AccountabilityRequest { .. } => {
            Facts::AccountabilityRequest { decision: GONE.to_owned(), affected: GONE.to_owned() }
        }
        Facts::SupervisionRecommendation { body, document_date, .. } => {
            Facts::SupervisionRecommendation { body, document_number: GONE.to_owned(), document_date }
        }
        codes @ (Facts::Petition {} | Facts::InformationRequest { .. } | Facts::DataSubjectRequest { .. }) => codes,
    }
}

/// What was said, found and filed around it: grounds, outcomes, numbers of decisions, officers and moments stay.
fn around(id: CaseId, now: DateTime<Utc>) -> Vec<Also> {
    let remarks = case_remarks::table.filter(case_remarks::case_id.eq(id));
    let answers = case_answers::table.filter(case_answers::case_id.eq(id));
    let notes = case_notes::table.filter(case_notes::case_id.eq(id));
    let dialogues = case_dialogues::table.filter(case_dialogues::case_id.eq(id));
    let files = case_files::table.filter(case_files::case_id.eq(id));
    vec![
        Box::new(diesel::update(remarks).set(case_remarks::words.eq(GONE))),
        Box::new(diesel::update(answers).set(case_answers::words.eq(GONE))),
        Box::new(diesel::update(notes).set(case_notes::words.eq(GONE))),
        Box::new(
            diesel::update(dialogues).set((case_dialogues::place.eq(GONE), case_dialogues::minutes.eq(None::<String>))),
        ),
        leaving::ask(files.select(case_files::sha256), now),
        Box::new(diesel::delete(files)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::CasePart;

    #[test]
    fn one_person_is_one_pseudonym_in_a_case_and_another_in_the_next() {
        let person = |part, name: &str| Person {
            part,
            name: name.to_owned(),
            identity_number: Some("001190000001".to_owned()),
            address: "Số 12 phố Hàng Bài".to_owned(),
            phone: Some("+84912345678".to_owned()),
            email: None,
            document: Some("Văn bản cử người đại diện".to_owned()),
        };
        let (sender, speaker) = (person(CasePart::Sender, "Minh"), person(CasePart::Representative, "Minh"));
        let (here, there) = ([1; 32], [2; 32]);
        assert_eq!(nobody(&here, &sender).name, nobody(&here, &speaker).name);
        assert_ne!(nobody(&here, &sender).name, nobody(&here, &person(CasePart::Sender, "Lan")).name);
        assert_ne!(nobody(&here, &sender).name, nobody(&there, &sender).name);
        let text = serde_json::to_string(&nobody(&here, &speaker)).expect("plain data");
        for told in ["Minh", "001190000001", "Hàng Bài", "912345678", "Văn bản"] {
            assert!(!text.contains(told), "{text}");
        }
    }
}
