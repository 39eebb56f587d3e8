//! What must agree after every deed, and what the journal must tell at the end of every way.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use denunciations::clocks::DenunciationStage::{self, Notify, Resolve};
use denunciations::denunciation::{DenunciationKind, Protection};
use denunciations::workflow::DenunciationStatus;
use kernel::clocks::NEVER;
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
    let due_at = owed.iter().map(|(_, limit)| limit.due_at).min().unwrap_or(NEVER);
    assert_eq!(it.next_due_at, due_at, "{way}: where it stands in lists");
    let asks_protection = it.marks.protection == Some(Protection::Asked) || it.marks.more_protection_asked_at.is_some();
    let undecided = !owed.is_empty() || asks_protection;
    assert_eq!(it.open, !it.status.is_over() || undecided, "{way}: whether it is open");
    assert_eq!(it.closed_at.is_some(), it.status.is_over(), "{way}: when it was over");
    assert_eq!(it.finished_at.is_some(), it.outcome.is_some(), "{way}: what came of it, and when");
    let stood = it.state_before.is_some() || it.status != DenunciationStatus::Suspended;
    assert!(stood && it.state_before != Some(DenunciationStatus::Suspended), "{way}: nobody knows where it stood");
    let lead = it.kind == DenunciationKind::Lead;
    let by_law = it.accepted_at.is_some() || it.clocks.contains_key(&Resolve) || it.clocks.contains_key(&Notify);
    assert!(!lead || !by_law, "{way}: a lead is no denunciation by law");
    let asks = it.marks.withdrawal_asked_at.is_some() || asks_protection;
    assert!(!lead || !asks, "{way}: a lead has no denouncer who asks for something");
    let more = it.marks.more_protection_asked_at.is_some();
    assert!(!more || it.marks.protection == Some(Protection::Granted), "{way}: more than nothing");
    // What is owed has a timer for its limit, and the next rung one; nothing else has.
    let ladder = (!owed.is_empty() && it.escalation < 2).then(|| "escalation".to_owned());
    let to_come = owed.iter().filter(|(_, limit)| limit.statutory_due_at > now);
    let mut expected: Vec<String> = to_come.clone().map(|(stage, _)| stage.to_string()).chain(ladder).collect();
    expected.sort();
    assert_eq!(it.timers.keys().cloned().collect::<Vec<_>>(), expected, "{way}: timers");
    for (stage, limit) in to_come {
        assert_eq!(it.timers[stage.code()], limit.statutory_due_at, "{way}: the timer of {stage}");
    }
    assert_eq!(it.failed, 0, "{way}: a timer could not fire");
    // Whoever is accused has no part in it, but that what was over then lies with them, unseen; what is owed too long is known above, where anybody is.
    let idle = it.status.is_over() && (!asks_protection || it.above().is_none());
    assert!(idle || !it.barred.contains(&it.handling_agency_id.0), "{way}: whom it accuses has it");
    assert!(it.assigned_to.is_none_or(|to| !it.barred.contains(&to.0)), "{way}: whom it accuses verifies it");
    // Its denouncer had gone on to the one that has it since.
    let reviews = Some(it.handling_agency_id).filter(|_| it.runs(DenunciationStage::Review));
    assert!(
        it.superior_agency_id.is_none_or(|above| Some(above) == it.above() || reviews == Some(above)),
        "{way}: who takes part as the one above"
    );
    let asked_above = it.runs(DenunciationStage::AskDelay) || it.runs(DenunciationStage::Review);
    assert!(!asked_above || it.superior_agency_id.is_some(), "{way}: what is asked of the one above is owed by nobody");
    let late = owed.iter().any(|(_, limit)| limit.due_at <= now);
    assert!(it.escalation == 0 || late, "{way}: nothing is late, and it is up the ladder");
    let above = it.above().or(reviews);
    assert!(it.escalation < 2 || it.superior_agency_id == above, "{way}: the agency above was not told");
}

/// Each version has its entry, each begins in the state in which the one before ended, each limit that ran out was told once, and who
/// denounces was never read by one person.
pub async fn of_journal(app: &TestApp, it: &Stored, now: DateTime<Utc>, way: &Way) {
    let entries = Told::of(app, it.id).await;
    lead(&entries, ("received", it.status.code()), it.version, way);
    // From the moment on at which somebody is accused nobody is told.
    let mut since = entries.iter().skip_while(|entry| !entry.seen.is_empty());
    assert!(since.clone().all(|entry| entry.seen.is_empty()), "{way}: somebody was told");
    assert_eq!(since.next().is_some(), !it.barred.is_empty(), "{way}: somebody was told");
    let passed: Vec<_> = entries.iter().filter(|entry| entry.kind() == "deadline_passed").collect();
    for entry in &passed {
        let (stage, due_at) = (&entry.data()["stage"], &entry.data()["statutory_due_at"]);
        let same = passed.iter().filter(|it| it.data()["stage"] == *stage && it.data()["statutory_due_at"] == *due_at);
        assert_eq!(same.count(), 1, "{way}: {stage} was told twice");
    }
    for (stage, limit) in &it.clocks {
        let until = limit.ended_at.unwrap_or(now);
        let told = |entry: &&Told| entry.data()["stage"] == json!(stage) && entry.at >= limit.clock.starts_at;
        // That it was to be sent on is known once it is.
        let told_of = *stage != DenunciationStage::Forward;
        let over = told_of && !limit.stands && limit.statutory_due_at <= until;
        assert!(!over || passed.iter().any(told), "{way}: nobody was told that {stage} ran out");
    }
    for opened in entries.iter().filter(|entry| entry.kind() == "identity_opened") {
        let of_it =
            |entry: &&Told| entry.version < opened.version && entry.data()["request"] == opened.data()["request"];
        let before: Vec<_> = entries.iter().filter(of_it).collect();
        let asked = before.iter().any(|entry| entry.kind() == "identity_requested" && entry.actor == opened.actor);
        let day = |entry: &Told| opened.at - entry.at < chrono::TimeDelta::hours(24);
        let two = |entry: &&Told| entry.kind() == "identity_approved" && entry.actor != opened.actor && day(entry);
        assert!(asked && before.into_iter().any(|entry| two(&entry)), "{way}: {opened:?} by one person");
    }
}

/// What handing on does to no limit: it was begun, and is due, when it was; but that it was handed on in time is known.
pub fn untouched(before: &Stored, after: &Stored) -> bool {
    let dates = |it: &Stored| -> BTreeMap<DenunciationStage, _> {
        it.clocks
            .iter()
            .filter(|(stage, _)| **stage != DenunciationStage::Forward)
            .map(|(stage, limit)| (*stage, (limit.statutory_due_at, limit.due_at, limit.ended_at)))
            .collect()
    };
    dates(before) == dates(after) && after.clocks[&DenunciationStage::Forward].ended_at.is_some()
}
