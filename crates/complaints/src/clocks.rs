//! The limits that a case is under, stage by stage, and which rule gives each.

use chrono::{DateTime, Utc};
use kernel::clocks::Stage;
pub use kernel::clocks::{NEVER, Running};
use kernel::rules::{ClockRule, Rules};
use kernel::{Result, text_enum};

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

impl Stage for CaseStage {
    fn is_owed(self) -> bool {
        matches!(self, Self::Accept | Self::Resolve | Self::Serve | Self::Publish)
    }
}

/// All limits of a case, those that are over included.
pub type Clocks = kernel::clocks::Clocks<CaseStage>;

/// Begins a stage of a case then, where a rule limits it, unless it has begun.
///
/// # Errors
/// The calendar does not reach as far.
pub fn begin(clocks: &mut Clocks, stage: CaseStage, case: &Case, rules: &Rules, at: DateTime<Utc>) -> Result<()> {
    clocks.begin(stage, rule(case, stage, rules), case.handling_agency_id, rules, at)
}

/// What a step does to the limits of a case.
///
/// # Errors
/// The calendar does not reach as far.
pub fn turn(clocks: &mut Clocks, effect: ClockEffect, case: &Case, rules: &Rules, at: DateTime<Utc>) -> Result<()> {
    match effect {
        ClockEffect::Begin(stage) => begin(clocks, stage, case, rules, at),
        ClockEffect::End(stage) => {
            clocks.end(stage, at);
            Ok(())
        }
        ClockEffect::EndAll => {
            clocks.end_all(at);
            Ok(())
        }
        ClockEffect::Pause(setting) if law::is_set(case.kind, setting) => clocks.pause(rules, at),
        ClockEffect::Pause(_) => Ok(()),
        ClockEffect::Resume => clocks.resume(rules, at),
        ClockEffect::Restart(stage) => match clocks.restart(stage, rules, at)? {
            true => Ok(()),
            false => begin(clocks, stage, case, rules, at),
        },
        ClockEffect::Extend(stage) => clocks.extend(stage, rules),
        ClockEffect::Reclassify => {
            // What the sender was promised by being received counts from then, whatever it turns out to be.
            let received_at = case.submitted_at.unwrap_or(at);
            let events = clocks.owed().next().map(|(_, running)| running.clock.events.clone());
            clocks.0.retain(|stage, _| !stage.is_owed());
            let screened = rule(case, CaseStage::Accept, rules).is_some();
            let stage = if screened { CaseStage::Accept } else { CaseStage::Resolve };
            begin(clocks, stage, case, rules, received_at)?;
            clocks.carry_over(stage, events.unwrap_or_default(), rules)
        }
    }
}

/// The rule that limits a stage of a case, on the day whose rules it keeps: none where nothing does.
pub fn rule<'a>(case: &Case, stage: CaseStage, rules: &'a Rules) -> Option<&'a ClockRule> {
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
