//! The limits of a denunciation, and which rule gives each.

use chrono::{DateTime, Utc};
use kernel::clocks::{Running, Stage};
use kernel::rules::{ClockRule, Rules};
use kernel::{Result, text_enum};

use crate::denunciation::{Denunciation, DenunciationKind};
use crate::workflow::ClockEffect;

text_enum! {
    /// A part of a denunciation that has a limit of its own.
    DenunciationStage {
        /// Form, conditions and competence (LTC Art. 24).
        Check = "check",
        /// It is sent on to whose matter it is (LTC Art. 24). That it is somebody else's is known only then: the limit is shown from then on,
        /// and counted from its receipt.
        Forward = "forward",
        /// Both sides are told that it is accepted (LTC Art. 29).
        Notify = "notify",
        /// The conclusion (LTC Art. 30).
        Resolve = "resolve",
        /// The conclusion is sent (LTC Art. 35), acted on (Art. 36), published without who denounced (Art. 40).
        Send = "send",
        Handle = "handle",
        Publish = "publish",
        /// The agency above asks why it is late (LTC Art. 38).
        AskDelay = "ask_delay",
        /// Whoever settles it says why.
        ExplainDelay = "explain_delay",
        /// The agency above looks at what was concluded, as its denouncer has gone there (LTC Art. 37).
        Review = "review",
    }
}

impl Stage for DenunciationStage {
    fn is_owed(self) -> bool {
        true
    }

    /// Whoever settles it can suspend what they owe (LTC Art. 34), and neither what the agency above owes nor what that has asked of them.
    fn is_suspended(self) -> bool {
        !matches!(self, Self::AskDelay | Self::ExplainDelay | Self::Review)
    }
}

/// All limits of a denunciation.
pub type Clocks = kernel::clocks::Clocks<DenunciationStage>;

fn rule<'a>(it: &Denunciation, stage: DenunciationStage, rules: &'a Rules) -> Option<&'a ClockRule> {
    let (name, variant) = match stage {
        // A lead is no denunciation, and once it is taken no limit of the law on them is its own (LTC Art. 25).
        stage
            if !matches!(stage, DenunciationStage::Check | DenunciationStage::Forward)
                && it.kind == DenunciationKind::Lead =>
        {
            return None;
        }
        DenunciationStage::Check => ("initial_check", ""),
        DenunciationStage::Forward => ("forward", ""),
        DenunciationStage::Notify => ("notify_acceptance", ""),
        // The limit is the same for all; this is as often as it can be extended at most.
        DenunciationStage::Resolve => ("resolve", "specially_complex"),
        DenunciationStage::Send => ("send_conclusion", ""),
        DenunciationStage::Handle => ("handle_conclusion", ""),
        DenunciationStage::Publish => ("publish_conclusion", ""),
        DenunciationStage::AskDelay => ("overdue_superior_asks", ""),
        DenunciationStage::ExplainDelay => ("overdue_resolver_reports", ""),
        DenunciationStage::Review => ("continued_review", ""),
    };
    rules.clock("denunciation", name, variant, it.received_on)
}

/// Whether it was extended as often as what is complex can be: once more it has to be specially so (LTC Art. 30).
pub fn is_extended_as_complex(it: &Denunciation, rules: &Rules) -> bool {
    let most = rules.clock("denunciation", "resolve", "", it.received_on).and_then(|rule| rule.extension_max);
    let extended = it.clocks.0.get(DenunciationStage::Resolve).map_or(0, Running::extensions);
    most.is_some_and(|most| usize::try_from(most).is_ok_and(|most| extended >= most))
}

/// What a step does to the limits, and when the next thing is due by them; where nothing is late any more the ladder begins anew.
///
/// # Errors
/// The calendar does not reach as far.
pub fn turn(it: &mut Denunciation, effects: &[ClockEffect], rules: &Rules, at: DateTime<Utc>) -> Result<()> {
    let mut clocks = it.clocks.0.clone();
    for effect in effects {
        effect_on(&mut clocks, *effect, it, rules, at)?;
    }
    if clocks.past_due(at).is_none() {
        it.escalation = 0;
    }
    it.next_due_at = clocks.next_due_at();
    it.clocks.0 = clocks;
    Ok(())
}

fn effect_on(
    clocks: &mut Clocks,
    effect: ClockEffect,
    it: &Denunciation,
    rules: &Rules,
    at: DateTime<Utc>,
) -> Result<()> {
    match effect {
        ClockEffect::Begin(stage) => {
            use DenunciationStage::{AskDelay, Forward, Review};
            let at = if stage == Forward { it.received_at } else { at };
            let above = it.superior_agency_id.filter(|_| matches!(stage, AskDelay | Review));
            clocks.begin(stage, rule(it, stage, rules), above.unwrap_or(it.handling_agency_id), rules, at)
        }
        ClockEffect::Forget(stage) => {
            clocks.0.remove(&stage);
            Ok(())
        }
        ClockEffect::End(stage) => {
            clocks.end(stage, at);
            Ok(())
        }
        ClockEffect::EndAll => {
            clocks.end_all(at);
            Ok(())
        }
        ClockEffect::Pause => clocks.pause(rules, at),
        ClockEffect::Resume => clocks.resume(rules, at),
        ClockEffect::Extend(stage) => clocks.extend(stage, rules),
    }
}
