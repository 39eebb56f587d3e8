//! The limits that a case is under, stage by stage. Several can run at once. Each keeps the rule that it began with, whatever
//! the rules say later.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use deadlines::{Clock, Event, Timeliness};
use kernel::rules::{ClockRule, Rules};
use kernel::{Result, text_enum};
use serde::{Deserialize, Serialize};

use crate::case::{Basis, Case, CaseChannel};
use crate::facts::{ComplaintSubject, DataRight, Facts};
use crate::law;
use crate::workflow::ClockEffect;

text_enum! {
    /// A part of a case that has a limit of its own.
    CaseStage {
        /// Within which a decision can be complained about (LKN Art. 9). The sender's own limit.
        LodgeFirst = "lodge_first",
        /// Within which a second complaint is possible (LKN Art. 33). The sender's own limit.
        LodgeAgain = "lodge_again",
        /// Whether it is taken up.
        Accept = "accept",
        /// Decision or answer.
        Resolve = "resolve",
        /// The decision reaches those it concerns.
        Serve = "serve",
        Publish = "publish",
        /// When a decision takes effect, unless it is complained about again (LKN Art. 44).
        Effect = "effect",
    }
}

impl CaseStage {
    /// Owed by the administration: late is late.
    pub fn is_owed(self) -> bool {
        matches!(self, Self::Accept | Self::Resolve | Self::Serve | Self::Publish)
    }
}

/// One limit, with the dates that follow from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub clock: Clock,
    /// It stands, waiting for something that is not the administration's to do.
    pub stands: bool,
    pub original_due_at: DateTime<Utc>,
    pub statutory_due_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// What an extension adds, and how many are possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<(u32, u16)>,
    /// The text that gives the limit, and how sure we are of it.
    pub source: String,
    pub mark: String,
}

impl Running {
    /// Whether it is, or was, in time.
    pub fn timeliness(&self, now: DateTime<Utc>) -> Timeliness {
        deadlines::timeliness(Some(self.statutory_due_at), self.stands, self.ended_at, now)
    }

    fn recompute(&mut self, rules: &Rules) -> Result<()> {
        let deadline = rules.deadline(&self.clock)?;
        self.stands = deadline.stopped_since.is_some();
        self.statutory_due_at = deadline.statutory_due_at;
        self.due_at = deadline.due_at;
        Ok(())
    }

    fn extensions(&self) -> usize {
        self.clock.events.iter().filter(|event| matches!(event, Event::Extend { .. })).count()
    }
}

/// All limits of a case, those that are over included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clocks(pub BTreeMap<CaseStage, Running>);

/// When nothing is due: after everything that is.
pub const NEVER: DateTime<Utc> = match DateTime::from_timestamp(253_370_764_800, 0) {
    Some(at) => at,
    None => DateTime::<Utc>::MAX_UTC,
};

impl Clocks {
    pub fn get(&self, stage: CaseStage) -> Option<&Running> {
        self.0.get(&stage)
    }

    /// Whether the stage has begun and is not over.
    pub fn runs(&self, stage: CaseStage) -> bool {
        self.get(stage).is_some_and(|running| running.ended_at.is_none())
    }

    fn not_ended(&self) -> impl Iterator<Item = (CaseStage, &Running)> {
        self.0.iter().filter(|(_, running)| running.ended_at.is_none()).map(|(stage, running)| (*stage, running))
    }

    /// What the administration owes now, or will when it goes on.
    pub fn owed(&self) -> impl Iterator<Item = (CaseStage, &Running)> {
        self.not_ended().filter(|(stage, running)| stage.is_owed() && !running.stands)
    }

    /// What is owed and should have been done: the oldest first.
    pub fn overdue(&self, now: DateTime<Utc>) -> Option<(CaseStage, DateTime<Utc>)> {
        let late = self.owed().filter(|(_, running)| running.statutory_due_at <= now);
        late.map(|(stage, running)| (stage, running.statutory_due_at)).min_by_key(|(_, due_at)| *due_at)
    }

    /// What is owed and was told for a moment that is over, extensions included: the oldest first.
    pub fn past_due(&self, now: DateTime<Utc>) -> Option<(CaseStage, DateTime<Utc>)> {
        let past = self.owed().filter(|(_, running)| running.due_at <= now);
        past.map(|(stage, running)| (stage, running.due_at)).min_by_key(|(_, due_at)| *due_at)
    }

    /// When the next thing is due that is owed.
    pub fn next_due_at(&self) -> DateTime<Utc> {
        self.owed().map(|(_, running)| running.due_at).min().unwrap_or(NEVER)
    }

    /// Whether the limit of a stage can be extended: its rule says by how much and how often, and it is not over.
    pub fn may_extend(&self, stage: CaseStage, now: DateTime<Utc>) -> bool {
        self.get(stage).is_some_and(|running| {
            let allowed = running.extension.map_or(0, |(_, most)| usize::from(most));
            running.ended_at.is_none() && running.extensions() < allowed && now < running.due_at
        })
    }

    /// Begins a stage that begins then, where a rule limits it, unless it has begun.
    ///
    /// # Errors
    /// The calendar does not reach as far.
    pub fn begin(&mut self, stage: CaseStage, case: &Case, rules: &Rules, at: DateTime<Utc>) -> Result<()> {
        if self.0.contains_key(&stage) {
            return Ok(());
        }
        let Some(rule) = rule(case, stage, rules) else { return Ok(()) };
        let clock = rules.start(rule.limit()?, case.handling_agency_id, at)?;
        let deadline = rules.deadline(&clock)?;
        let amount = rule.extension_amount.and_then(|amount| u32::try_from(amount).ok());
        let most = rule.extension_max.and_then(|most| u16::try_from(most).ok());
        let running = Running {
            clock,
            stands: false,
            original_due_at: deadline.original_due_at,
            statutory_due_at: deadline.statutory_due_at,
            due_at: deadline.due_at,
            ended_at: None,
            extension: amount.zip(most),
            source: rule.source.clone(),
            mark: rule.mark.clone(),
        };
        self.0.insert(stage, running);
        Ok(())
    }

    /// Ends a stage that has begun.
    pub fn end(&mut self, stage: CaseStage, at: DateTime<Utc>) {
        if let Some(running) = self.0.get_mut(&stage) {
            running.ended_at.get_or_insert(at);
        }
    }

    /// What a step does to them.
    ///
    /// # Errors
    /// The calendar does not reach as far.
    pub fn turn(&mut self, effect: ClockEffect, case: &Case, rules: &Rules, at: DateTime<Utc>) -> Result<()> {
        match effect {
            ClockEffect::Begin(stage) => self.begin(stage, case, rules, at)?,
            ClockEffect::End(stage) => self.end(stage, at),
            ClockEffect::EndAll => CaseStage::ALL.iter().for_each(|stage| self.end(*stage, at)),
            ClockEffect::Pause(setting) if law::is_set(case.kind, setting) => {
                self.push(rules, Event::Pause { at }, |running| !running.stands)?;
            }
            ClockEffect::Pause(_) => {}
            ClockEffect::Resume => {
                let paused = |running: &Running| matches!(running.clock.events.last(), Some(Event::Pause { .. }));
                self.push(rules, Event::Resume { at }, paused)?;
            }
            ClockEffect::Restart(stage) => match self.0.get_mut(&stage) {
                Some(running) => {
                    running.ended_at = None;
                    running.clock.events.push(Event::Restart { at });
                    running.recompute(rules)?;
                }
                None => self.begin(stage, case, rules, at)?,
            },
            ClockEffect::Extend(stage) => {
                if let Some(running) = self.0.get_mut(&stage)
                    && let Some((amount, _)) = running.extension
                {
                    running.clock.events.push(Event::Extend { amount });
                    running.recompute(rules)?;
                }
            }
            ClockEffect::Reclassify => {
                // What the sender was promised by being received counts from then, whatever it turns out to be.
                let received_at = case.submitted_at.unwrap_or(at);
                let events = self.owed().next().map(|(_, running)| running.clock.events.clone());
                self.0.retain(|stage, _| !stage.is_owed());
                let screened = rule(case, CaseStage::Accept, rules).is_some();
                let stage = if screened { CaseStage::Accept } else { CaseStage::Resolve };
                self.begin(stage, case, rules, received_at)?;
                if let (Some(running), Some(events)) = (self.0.get_mut(&stage), events) {
                    running.clock.events = events;
                    running.recompute(rules)?;
                }
            }
        }
        Ok(())
    }

    /// Something happens to every owed limit that is not over.
    fn push(&mut self, rules: &Rules, event: Event, concerns: impl Fn(&Running) -> bool) -> Result<()> {
        let owed = self.0.iter_mut().filter(|(stage, _)| stage.is_owed()).map(|(_, running)| running);
        for running in owed.filter(|running| running.ended_at.is_none() && concerns(running)) {
            running.clock.events.push(event);
            running.recompute(rules)?;
        }
        Ok(())
    }
}

/// The rule that limits a stage of a case, on the day whose rules it keeps.
fn rule<'a>(case: &Case, stage: CaseStage, rules: &'a Rules) -> Option<&'a ClockRule> {
    let Basis { on, remote_area } = case.basis.as_ref()?.0;
    let find = |kind: &str, name: &str, variant: &str| rules.clock(kind, name, variant, on);
    let own = |name: &str, variant: &str| find(case.kind.code(), name, variant);
    let second = case.level == 2;
    let by_level = if second { "level_2" } else { "level_1" };
    match (&case.facts.0, stage) {
        (Facts::Complaint { about: ComplaintSubject::DisciplinaryDecision, .. }, CaseStage::LodgeFirst) => {
            find("disciplinary_complaint", "lodge_first", "")
        }
        (Facts::Complaint { about: ComplaintSubject::DisciplinaryDecision, .. }, CaseStage::Resolve) if !second => {
            find("disciplinary_complaint", "resolve", "")
        }
        (Facts::Complaint { .. }, CaseStage::LodgeFirst) => own("lodge_first", ""),
        (Facts::Complaint { .. }, CaseStage::LodgeAgain) if second => None,
        (Facts::Complaint { .. }, CaseStage::LodgeAgain) => {
            own("lodge_second", if remote_area { "remote_area" } else { "" })
        }
        (Facts::Complaint { .. }, CaseStage::Accept) => own("accept_or_refuse", by_level),
        (Facts::Complaint { .. }, CaseStage::Resolve) => {
            let variant = match (second, remote_area) {
                (false, false) => "level_1",
                (false, true) => "level_1_remote_area",
                (true, false) => "level_2",
                (true, true) => "level_2_remote_area",
            };
            own("resolve", variant)
        }
        (Facts::Complaint { .. }, CaseStage::Serve) => own("serve_decision", by_level),
        (Facts::Complaint { .. }, CaseStage::Publish) => own("publish_decision", by_level),
        (Facts::Complaint { .. }, CaseStage::Effect) => {
            own("take_effect", if remote_area { "remote_area" } else { "" })
        }
        (Facts::Petition {}, CaseStage::Resolve) => own("process", ""),
        (Facts::RegulationFeedback { .. }, CaseStage::Accept) => own("classify", ""),
        (Facts::RegulationFeedback { .. } | Facts::ConductReport { .. }, CaseStage::Resolve) => own("answer", ""),
        (Facts::AccountabilityRequest { .. }, CaseStage::Accept) => own("accept_or_refuse", ""),
        (Facts::AccountabilityRequest { .. }, CaseStage::Resolve) => own("answer", ""),
        (Facts::InformationRequest { published_is_wrong, .. }, CaseStage::Resolve) => {
            let wrong = own("answer_published_data_wrong", "").filter(|_| *published_is_wrong);
            let way = if case.channel == CaseChannel::Online { "online_simple" } else { "post_simple" };
            wrong.or_else(|| own("answer", way)).or_else(|| own("answer", ""))
        }
        (Facts::SupervisionRecommendation { .. }, CaseStage::Resolve) => own("answer", ""),
        (Facts::DataSubjectRequest { .. }, CaseStage::Accept) => own("acknowledge", ""),
        (Facts::DataSubjectRequest { right, via_processor }, CaseStage::Resolve) => match right {
            DataRight::Access | DataRight::Correct => own("access_correct", ""),
            DataRight::Erase => own("erase", ""),
            DataRight::WithdrawConsent | DataRight::Restrict | DataRight::Object => {
                own("withdraw_restrict_object", if *via_processor { "via_processor" } else { "" })
            }
        },
        _ => None,
    }
}
