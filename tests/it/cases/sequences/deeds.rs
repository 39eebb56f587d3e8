//! What is done to a case, by somebody who may or may not do it, and what must hold after it.

use chrono::{DateTime, TimeDelta, Utc};
use complaints::CaseKind;
use complaints::workflow::{CaseAction, CaseStatus};
use directory::demo;
use kernel::Permission;
use kernel::rules::Rules;
use serde_json::{Value, json};

use super::people::Person;
use super::stored::Stored;
use super::{Met, Way, agreement};
use crate::cases::rules::{Outcome, found};
use crate::cases::{facts, path, said};
use crate::harness::TestApp;

/// One deed, of somebody who may or may not, and what must hold after it.
pub async fn deed(
    rng: &mut fastrand::Rng,
    (app, people, rules): (&TestApp, &[Person], &Rules),
    way: &mut Way,
    met: &mut Met,
) {
    let now = app.clock.now();
    let before = Stored::settled(app, &way.id).await;
    agreement::of_row(&before, rules, now, way);
    // Little is left to do with what is over.
    if before.status.is_over() && rng.u8(..4) > 0 {
        return;
    }
    let offered = |person| Person::offered(person, &before, rules, now).into_iter().map(move |it| (person, it));
    let offers: Vec<_> = people.iter().flat_map(offered).collect();
    let offer = (rng.u8(..6) > 0).then(|| choose(rng, &offers)).flatten();
    let (person, action) =
        offer.unwrap_or_else(|| (rng.choice(people).unwrap(), *rng.choice(CaseAction::ALL).unwrap()));
    let words = words(rng, people, &before, action, now);
    way.told.push(format!("{}: {action} {}", person.name, words["to"]).replace(" null", ""));
    // What says the same words is open, and with whom this accuses now: it is given to somebody else first. And nobody verifies what accuses
    // them, or a unit of theirs.
    let in_hands = before.kin_with(app, &words["facts"]["official_id"]).await
        || people.iter().any(|to| to.id.is_some() && words["to"] == json!(to.id) && to.is_accused(&before));
    let answer = person.client.post(&path(&way.id, action), words.clone()).await;
    let expected = person.expects(&before, rules, action, now);
    let after = Stored::settled(app, &way.id).await;
    let place =
        format!("{way}: {} is {:?}, and {} came: {}", before.status, before.has(now), answer.status, answer.text);
    met.deeds += 1;
    let taken = matches!(expected, Outcome::Done(_));
    let wrong = taken.then(|| wrong(person, &before, rules, (action, &words, in_hands), now)).flatten();
    match (&expected, wrong) {
        (Outcome::Done(status), None) => {
            assert_eq!(answer.status, 200, "{place}");
            assert_eq!((&after.status, after.deeds), (status, before.deeds + 1), "{place}");
            assert_eq!(answer.json["version"], json!(before.version + 1), "{place}");
            met.taken.insert(action);
            let same = action != CaseAction::Transfer || agreement::limits(&before) == agreement::limits(&after);
            assert!(same, "{place}: a limit was moved by handing it on");
            // Its sender is told of it; where it accuses somebody, no agency is.
            let of_agencies = after.seen.iter().any(|who| after.sender_id != Some(*who));
            assert!(after.barred.is_empty() || !of_agencies, "{place}: somebody was told: {:?}", after.seen);
            agreement::of_row(&after, rules, now, way);
        }
        (_, wrong) => {
            met.refused += 1;
            match wrong {
                Some(problem) => assert_eq!(answer.problem(), problem, "{place}"),
                None => assert_eq!(found(&answer), expected, "{place}"),
            }
            assert_eq!(after.text, before.text, "{place}: something changed");
        }
    }
    as_seen(rng.choice(people).unwrap(), &after, rules, way, now).await;
}

/// What somebody finds: nothing, or the case with what they can do now.
async fn as_seen(person: &Person, it: &Stored, rules: &Rules, way: &Way, now: DateTime<Utc>) {
    let seen = person.client.get(&format!("/v1/cases/{}", way.id)).await;
    let may_ask = person.id.is_none() || person.may(Permission::ReadCase);
    let expected = match (may_ask, person.sees(it, rules)) {
        (false, _) => 403,
        (true, true) => 200,
        (true, false) => 404,
    };
    assert_eq!(seen.status.as_u16(), expected, "{way}: {} reads it: {}", person.name, seen.text);
    if expected == 200 {
        let offered = json!(person.offered(it, rules, now));
        assert_eq!(seen.json["allowed_actions"], offered, "{way}: {} at {}", person.name, it.status);
        assert_eq!(seen.json["version"], json!(it.version), "{way}");
    }
}

/// One of what is offered: most go on for a while before they end, and most steps lead on.
fn choose<'a>(rng: &mut fastrand::Rng, offers: &[(&'a Person, CaseAction)]) -> Option<(&'a Person, CaseAction)> {
    use CaseAction::*;
    let once_in = |action| match action {
        Refuse | Guide | Forward | File | Terminate | Withdraw => 30,
        Classify | Transfer | RequestSupplement | SendBack | Suspend | NoteLitigation | ProposeConversion | Split => 4,
        WithdrawPart | CallDialogue | RefuseWithdrawal | ConfirmConversion | Appeal => 2,
        _ => 1,
    };
    let offers: Vec<_> = offers.iter().filter(|(_, action)| rng.u8(..once_in(*action)) == 0).collect();
    rng.choice(offers).copied()
}

/// What is said with a step, at whatever moment it is taken.
fn words(rng: &mut fastrand::Rng, people: &[Person], it: &Stored, action: CaseAction, now: DateTime<Utc>) -> Value {
    use CaseAction::*;
    let content = it.standing().first().copied().unwrap_or_default();
    match action {
        Assign => {
            let verify = |person: &&Person| person.id.is_some() && person.may(Permission::ProcessCase);
            let verifiers: Vec<_> = people.iter().filter(verify).collect();
            json!({ "to": rng.choice(&verifiers).unwrap().id })
        }
        CallDialogue => json!({ "held_at": now + TimeDelta::days(3), "place": "Phòng tiếp công dân" }),
        RecordDialogue => {
            json!({ "outcome": rng.choice(["held", "absent", "postponed"]).unwrap(), "minutes": "Đã ghi biên bản." })
        }
        Transfer => {
            let to = rng.choice(["H26", "H26.13.01", "H26.13.02"]).unwrap();
            json!({ "to": to, "reason": "Nội dung thuộc thẩm quyền của cơ quan kia." })
        }
        Withdraw => signed(rng, json!({})),
        WithdrawPart => signed(rng, json!({ "contents": [content] })),
        Split => json!({ "contents": [content], "facts": { "kind": "petition" } }),
        Classify => {
            let kinds =
                [CaseKind::Complaint, CaseKind::Petition, CaseKind::RegulationFeedback, CaseKind::ConductReport];
            let mut found = facts(*rng.choice(&kinds).unwrap());
            if found["kind"] == "conduct_report" && rng.u8(..4) == 0 {
                found["about"] = json!("praise");
            } else if found["kind"] == "conduct_report" && rng.bool() {
                found["official_id"] = json!(demo::staff_id(rng.choice(["chuyenvien", "thanhtra"]).unwrap()).unwrap());
            }
            json!({ "facts": found })
        }
        ConfirmConversion => {
            signed(rng, json!({ "facts": facts(it.marks.proposed_kind.unwrap_or(CaseKind::Complaint)) }))
        }
        _ => said(it.kind, action),
    }
}

/// The same with what its sender signed, or without.
fn signed(rng: &mut fastrand::Rng, mut words: Value) -> Value {
    if rng.u8(..3) > 0 {
        words["document"] = json!("Đơn có chữ ký của người gửi ngày 17/8/2026");
    }
    words
}

/// What is wrong with what is said, for one who may say it: with a meeting that is still to come, with whom it would go to, and where
/// reception has nothing that its sender signed.
fn wrong(
    person: &Person,
    it: &Stored,
    rules: &Rules,
    (action, words, in_hands): (CaseAction, &Value, bool),
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let accused = |id: &Value| it.barred.iter().any(|barred| *id == json!(barred));
    match action {
        CaseAction::Withdraw | CaseAction::WithdrawPart | CaseAction::ConfirmConversion => {
            let for_sender = person.may(Permission::ReceiveCase) && it.status != CaseStatus::Draft;
            (for_sender && words["document"].is_null()).then_some("invalid")
        }
        CaseAction::Classify if said_otherwise(it, &words["facts"]) => Some("invalid"),
        CaseAction::Classify | CaseAction::Assign => in_hands.then_some("case.accused"),
        CaseAction::RecordDialogue => {
            let to_come = words["outcome"] != "postponed" && it.meeting.is_some_and(|at| at > now);
            to_come.then_some("invalid")
        }
        CaseAction::Transfer => {
            let to = json!(demo::agency_id(words["to"].as_str().unwrap()).unwrap());
            if to == json!(it.handling_agency_id) { Some("invalid") } else { accused(&to).then_some("case.accused") }
        }
        CaseAction::Appeal => {
            let above = rules.above(it.handling_agency_id);
            above.iter().all(|agency| it.barred.contains(&agency.0)).then_some("case.no_superior")
        }
        _ => None,
    }
}

/// Whether its sender has said something else: that it is a second complaint, what it is to become, or that it is no complaint.
fn said_otherwise(it: &Stored, found: &Value) -> bool {
    let same = found["kind"] == json!(it.kind);
    let confirmed = it.level == 2 || it.marks.came_at.is_some();
    let declared = [CaseKind::RegulationFeedback, CaseKind::ConductReport].contains(&it.declared_kind);
    confirmed && !same || declared && found["kind"] == "complaint"
}
