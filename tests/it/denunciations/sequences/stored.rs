//! A denunciation as it is stored, with all that hangs on it: read past the program, so that nothing it shows is believed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use denunciations::clocks::DenunciationStage;
use denunciations::denunciation::{DenunciationKind, DenunciationOutcome, Marks, Words};
use denunciations::workflow::DenunciationStatus;
use kernel::clocks::Running;
use kernel::id::{AgencyId, StaffId};
use serde::Deserialize;
use uuid::Uuid;

use crate::harness::TestApp;

#[derive(Clone, Debug, Deserialize)]
pub struct Stored {
    pub id: Uuid,
    pub version: i64,
    pub kind: DenunciationKind,
    pub status: DenunciationStatus,
    pub open: bool,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    pub superior_agency_id: Option<AgencyId>,
    pub assigned_to: Option<StaffId>,
    pub barred: Vec<Uuid>,
    pub clocks: BTreeMap<DenunciationStage, Running>,
    pub next_due_at: DateTime<Utc>,
    pub state_before: Option<DenunciationStatus>,
    pub marks: Marks,
    pub words: Words,
    pub outcome: Option<DenunciationOutcome>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub escalation: i16,
    pub timers: BTreeMap<String, DateTime<Utc>>,
    /// Timers that were put off, as they could not fire.
    pub failed: i64,
    pub requests: Vec<Request>,
    /// Entries of what somebody did, and of what the worker told.
    pub deeds: i64,
    pub told: i64,
    /// Who denounces and the letter, sealed, with the key of both.
    pub sealed: String,
    /// All of it, as text.
    #[serde(skip)]
    pub text: String,
}

/// Somebody wants to know who denounces.
#[derive(Clone, Debug, Deserialize)]
pub struct Request {
    pub id: Uuid,
    pub requested_by: StaffId,
    pub open_until: Option<DateTime<Utc>>,
    pub approved_by: Option<StaffId>,
    pub refused_by: Option<StaffId>,
}

impl Stored {
    /// Once what has run out is told.
    pub async fn settled(app: &TestApp, id: &str) -> Self {
        app.told(id).await;
        let told = "('denunciation.deadline_passed', 'denunciation.escalated')";
        let all = app.text(
            &format!(
                "SELECT (to_jsonb(it) || jsonb_build_object(
                    'timers', (SELECT coalesce(jsonb_object_agg(kind, fire_at), '{{}}') FROM timers WHERE entity_id = it.id),
                    'failed', (SELECT count(*) FROM timers WHERE entity_id = it.id AND attempts > 0),
                    'requests', (SELECT coalesce(jsonb_agg(to_jsonb(asked) ORDER BY asked.id), '[]')
                        FROM denunciations.identity_requests AS asked WHERE denunciation_id = it.id),
                    'messages', (SELECT count(*) FROM denunciations.messages WHERE denunciation_id = it.id),
                    'deeds', (SELECT count(*) FROM journal WHERE entity_id = it.id AND event_kind NOT IN {told}),
                    'told', (SELECT count(*) FROM journal WHERE entity_id = it.id AND event_kind IN {told}),
                    'sealed', (SELECT key_id || wrapped::text || (SELECT string_agg(part || sealed::text, '' ORDER BY part)
                        FROM vault.secrets WHERE secrets.id = keys.id AND part IN ('people', 'letter'))
                        FROM vault.keys WHERE keys.id = it.id)
                 ))
                 FROM denunciations.denunciations AS it WHERE id = '{id}'"
            ),
        )
        .await;
        Self { text: all.clone(), ..serde_json::from_str(&all).unwrap() }
    }

    /// The limits that it is under and that do not stand.
    pub fn owed(&self) -> impl Iterator<Item = (DenunciationStage, &Running)> {
        let open = self.clocks.iter().filter(|(_, limit)| limit.ended_at.is_none() && !limit.stands);
        open.map(|(stage, limit)| (*stage, limit))
    }

    pub fn runs(&self, stage: DenunciationStage) -> bool {
        self.clocks.get(&stage).is_some_and(|limit| limit.ended_at.is_none())
    }

    /// How many contents it has.
    pub fn contents(&self) -> usize {
        self.words.contents.len()
    }

    /// The agency above, where there is one that is not accused.
    pub fn above(&self) -> Option<AgencyId> {
        let city = directory::demo::agency_id("H26").unwrap();
        Some(city).filter(|city| self.handling_agency_id != *city && !self.barred.contains(&city.0))
    }
}
