//! A case as it is stored, with all that hangs on it: read past the program, so that nothing it shows is believed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use complaints::CaseKind;
use complaints::case::{CaseChannel, CaseOutcome, Content, Marks, Words};
use complaints::clocks::CaseStage::{self, LodgeAgain, Publish, Resolve, Serve};
use complaints::workflow::CaseStatus;
use kernel::clocks::{Running, Stage};
use kernel::id::{AgencyId, StaffId};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::cases::rules::Place;
use crate::harness::TestApp;

#[derive(Clone, Debug, Deserialize)]
pub struct Stored {
    pub id: Uuid,
    pub version: i64,
    pub kind: CaseKind,
    pub declared_kind: CaseKind,
    pub facts: Value,
    pub level: i16,
    pub status: CaseStatus,
    pub open: bool,
    pub channel: CaseChannel,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    pub sender_id: Option<Uuid>,
    pub created_by: Uuid,
    pub words: Words,
    pub barred: Vec<Uuid>,
    pub code: Option<String>,
    pub clocks: BTreeMap<CaseStage, Running>,
    pub next_due_at: DateTime<Utc>,
    pub assigned_to: Option<StaffId>,
    pub origin_id: Option<Uuid>,
    pub state_before: Option<CaseStatus>,
    pub escalation: i16,
    pub marks: Marks,
    pub outcome: Option<CaseOutcome>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub timers: BTreeMap<String, DateTime<Utc>>,
    /// Timers that were put off, as they could not fire.
    pub failed: i64,
    /// When the last meeting is, or was.
    pub meeting: Option<DateTime<Utc>>,
    /// Who is told of its last entry.
    pub seen: Vec<Uuid>,
    /// Entries of what somebody did, and of what the worker told.
    pub deeds: i64,
    pub told: i64,
    /// All of it, as text.
    #[serde(skip)]
    pub text: String,
}

impl Stored {
    /// Once what has run out is told.
    pub async fn settled(app: &TestApp, id: &str) -> Self {
        app.told(id).await;
        let told = "('case.deadline_passed', 'case.escalated', 'case.took_effect')";
        let all = format!(
            "SELECT to_jsonb(it) || jsonb_build_object(
                'timers', (SELECT coalesce(jsonb_object_agg(kind, fire_at), '{{}}') FROM timers WHERE entity_id = it.id),
                'failed', (SELECT count(*) FROM timers WHERE entity_id = it.id AND attempts > 0),
                'meeting', (SELECT held_at FROM case_dialogues WHERE case_id = it.id ORDER BY version DESC LIMIT 1),
                'seen', (SELECT seen_before || seen_after FROM journal WHERE entity_id = it.id ORDER BY entity_version DESC LIMIT 1),
                'remarks', (SELECT count(*) FROM case_remarks WHERE case_id = it.id),
                'given', (SELECT count(*) FROM case_answers WHERE case_id = it.id),
                'deeds', (SELECT count(*) FROM journal WHERE entity_id = it.id AND event_kind NOT IN {told}),
                'told', (SELECT count(*) FROM journal WHERE entity_id = it.id AND event_kind IN {told}))
             FROM cases AS it WHERE id = '{id}'"
        );
        let all = app.text(&all).await;
        Self { text: all.clone(), ..serde_json::from_str(&all).unwrap() }
    }

    /// The limits of the administration that it is under and that do not stand.
    pub fn owed(&self) -> impl Iterator<Item = (CaseStage, &Running)> {
        let open = self.clocks.iter().filter(|(stage, limit)| stage.is_owed() && limit.ended_at.is_none());
        open.filter(|(_, limit)| !limit.stands).map(|(stage, limit)| (*stage, limit))
    }

    /// Whether what it grew out of, or what grew out of it, is open and assigned to them, whom it has not accused before.
    pub async fn kin_with(&self, app: &TestApp, official: &Value) -> bool {
        let new = official.as_str().filter(|it| self.barred.iter().all(|known| known.to_string() != *it));
        let Some(official) = new else { return false };
        let kin = format!(
            "WITH RECURSIVE kin AS (SELECT id, origin_id FROM cases WHERE id = '{}' UNION
                 SELECT it.id, it.origin_id FROM cases AS it JOIN kin ON it.origin_id = kin.id OR it.id = kin.origin_id)
             SELECT count(*) FROM cases JOIN kin USING (id) WHERE status IN ('verifying', 'verified', 'suspended') AND assigned_to = '{official}' AND id <> '{}'",
            self.id, self.id
        );
        app.count(&kin).await > 0
    }

    pub fn runs(&self, stage: CaseStage) -> bool {
        self.clocks.get(&stage).is_some_and(|limit| limit.ended_at.is_none())
    }

    /// The contents that stand, by their places.
    pub fn standing(&self) -> Vec<usize> {
        let contents = self.words.contents.iter().enumerate();
        contents.filter(|(_, content): &(_, &Content)| content.stands()).map(|(n, _)| n).collect()
    }

    /// The conditions of the rules that it meets.
    pub fn has(&self, now: DateTime<Utc>) -> String {
        let marks = &self.marks;
        let late = |stage: Option<CaseStage>| {
            self.owed().any(|(owed, limit)| stage.is_none_or(|stage| stage == owed) && limit.due_at <= now)
        };
        let extensions = |limit: &Running| {
            limit.clock.events.iter().filter(|event| matches!(event, deadlines::Event::Extend { .. })).count()
        };
        let again = self.runs(LodgeAgain) && now < self.clocks[&LodgeAgain].due_at;
        let in_vain = late(Some(Resolve)) && !self.runs(LodgeAgain);
        [
            ("part", self.standing().len() < 2),
            ("asked", marks.withdrawal_asked_at.is_some()),
            ("called", marks.dialogue_called.is_some()),
            ("proposed", marks.proposed_kind.is_some()),
            ("court", marks.in_court_since.is_some()),
            ("reopened", marks.reopened),
            ("heard", marks.dialogue_held),
            ("second", self.level == 2),
            ("praise", self.facts["about"] == "praise"),
            // Once, of all that can be (LKN Art. 28, 37; NĐ 59/2019 Art. 14).
            ("extended", self.clocks.get(&Resolve).is_some_and(|limit| extensions(limit) > 0)),
            ("late", late(None)),
            ("unserved", self.runs(Serve)),
            ("unpublished", self.runs(Publish)),
            ("again", self.level == 1 && (self.runs(Serve) || again || in_vain)),
            ("settled", !self.runs(Serve) && !self.runs(Publish) && !again),
        ]
        .into_iter()
        .filter_map(|(what, so)| so.then_some(what))
        .collect::<Vec<_>>()
        .join(" ")
    }

    /// How the rules see it.
    pub fn place<'a>(&self, has: &'a str) -> Place<'a> {
        let before = self.state_before.unwrap_or(CaseStatus::Accepted);
        Place { kind: self.kind, status: self.status, before, has }
    }
}
