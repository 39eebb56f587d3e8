//! What must agree after every deed, and what the journal must tell at the end of every way.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use complaints::clocks::CaseStage;
use complaints::workflow::CaseStatus;
use kernel::clocks::NEVER;
use kernel::ladder::next_rung;
use kernel::rules::Rules;
use serde_json::json;

use super::Way;
use super::stored::Stored;
use crate::harness::TestApp;
use crate::journal::told::{Told, lead};

/// The row, its dates, its timers.
pub fn of_row(it: &Stored, rules: &Rules, now: DateTime<Utc>, way: &Way) {
    assert_eq!(it.version, it.deeds + it.told, "{way}: an entry for each version");
    for (stage, limit) in &it.clocks {
        let deadline = rules.deadline(&limit.clock).unwrap();
        let by_clock = (deadline.statutory_due_at, deadline.due_at, deadline.stopped_since.is_some());
        assert_eq!((limit.statutory_due_at, limit.due_at, limit.stands), by_clock, "{way}: {stage}");
    }
    let owed: Vec<_> = it.owed().collect();
    let first = owed.iter().map(|(_, limit)| limit.due_at).min();
    assert_eq!(it.next_due_at, first.unwrap_or(NEVER), "{way}: where it stands in lists");
    assert!(!it.status.is_over() || owed.is_empty(), "{way}: something is owed of what is over: {owed:?}");
    let waits = [CaseStatus::Draft, CaseStatus::Suspended, CaseStatus::SupplementRequested, CaseStatus::Answered];
    let settled = waits.contains(&it.status) || [CaseStatus::Decided, CaseStatus::Effective].contains(&it.status);
    assert!(it.status.is_over() || settled || first.is_some(), "{way}: nobody owes anything at {}", it.status);
    assert_eq!(it.open, it.status.is_open(), "{way}: whether it is open");
    assert_eq!(it.closed_at.is_some(), it.status.is_over(), "{way}: when it was over");
    assert_eq!(it.finished_at.is_some(), it.outcome.is_some(), "{way}: what came of it, and when");
    assert_eq!(it.code.is_some(), it.submitted_at.is_some(), "{way}: its code");
    let looked_at = [CaseStatus::Draft, CaseStatus::Submitted, CaseStatus::SupplementRequested].contains(&it.status);
    assert!(it.accepted_at.is_none() || !looked_at, "{way}: it is taken up before anybody has taken it up");
    let stood = it.state_before.is_some() || it.status != CaseStatus::Suspended;
    assert!(stood && it.state_before != Some(CaseStatus::Suspended), "{way}: nobody knows where it stood");
    // What is to come has a timer for its moment, and nothing else has: limits, the effect of a decision, the next rung.
    let to_come = owed.iter().filter(|(_, limit)| limit.statutory_due_at > now);
    let mut timers: BTreeMap<String, _> =
        to_come.map(|(stage, limit)| (stage.to_string(), limit.statutory_due_at)).collect();
    if let Some(effect) = it.clocks.get(&CaseStage::Effect).filter(|effect| effect.ended_at.is_none()) {
        timers.insert("effect".to_owned(), effect.due_at);
    }
    if let (Some(rung), Some(due_at)) = (next_rung(it.escalation), first) {
        timers.insert("escalation".to_owned(), rung.at(rules, it.handling_agency_id, due_at).unwrap());
    }
    assert_eq!(it.timers, timers, "{way}: timers");
    assert_eq!(it.failed, 0, "{way}: a timer could not fire");
    // Whoever is accused has no part in it.
    assert!(!it.barred.contains(&it.handling_agency_id.0), "{way}: whom it accuses has it");
    let verified_by_accused = it.assigned_to.is_some_and(|to| it.barred.contains(&to.0));
    let verified = [CaseStatus::Verifying, CaseStatus::Verified, CaseStatus::Suspended].contains(&it.status);
    assert!(!verified || !verified_by_accused, "{way}: whom it accuses verifies it");
    let late = owed.iter().any(|(_, limit)| limit.due_at <= now);
    assert!(it.escalation == 0 || late, "{way}: nothing is late, and it is up the ladder");
}

/// What was promised, and when it was kept.
pub fn limits(it: &Stored) -> Vec<(CaseStage, [Option<DateTime<Utc>>; 3])> {
    it.clocks.iter().map(|(stage, it)| (*stage, [Some(it.statutory_due_at), Some(it.due_at), it.ended_at])).collect()
}

/// Each version has its entry, each begins in the state in which the one before ended, each limit that ran out was told
/// once.
pub async fn of_journal(app: &TestApp, it: &Stored, now: DateTime<Utc>, way: &Way) {
    let entries = Told::of(app, it.id).await;
    let began = if it.origin_id.is_some() { "submitted" } else { "draft" };
    lead(&entries, (began, it.status.code()), it.version, way);
    // What is classed back to what it was is under the same limit once more.
    let classed = entries.iter().filter(|entry| entry.kind() == "classified").count();
    let passed: Vec<_> = entries.iter().filter(|entry| entry.kind() == "deadline_passed").collect();
    for entry in &passed {
        let same = passed.iter().filter(|it| it.data()["stage"] == entry.data()["stage"]);
        let same = same.filter(|it| it.data()["statutory_due_at"] == entry.data()["statutory_due_at"]);
        assert!(same.count() <= 1 + classed, "{way}: {} was told twice", entry.data()["stage"]);
    }
    for (stage, limit) in it.owed().filter(|(_, limit)| limit.statutory_due_at <= now) {
        let told = |entry: &&Told| entry.data()["statutory_due_at"] == json!(limit.statutory_due_at);
        assert!(passed.iter().any(told), "{way}: nobody was told that {stage} ran out");
    }
}
