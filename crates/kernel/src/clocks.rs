//! The limits that a matter is under, stage by stage. Several can run at once. Each keeps the rule that it began with, whatever the
//! rules say later.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use deadlines::{Clock, Event, Timeliness};
use serde::{Deserialize, Serialize};

use crate::id::AgencyId;
use crate::problem::Result;
use crate::rules::{ClockRule, Rules};

/// A part of a matter that has a limit of its own.
pub trait Stage: Copy + Ord {
    /// Owed by the administration: late is late.
    fn is_owed(self) -> bool;

    /// Stands while the matter is suspended.
    fn is_suspended(self) -> bool {
        self.is_owed()
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
    /// Begins then, by this rule, for what the agency owes.
    ///
    /// # Errors
    /// The calendar does not reach as far.
    fn begin(rule: &ClockRule, agency: AgencyId, rules: &Rules, at: DateTime<Utc>) -> Result<Self> {
        let clock = rules.start(rule.limit()?, agency, at)?;
        let deadline = rules.deadline(&clock)?;
        let amount = rule.extension_amount.and_then(|amount| u32::try_from(amount).ok());
        let most = rule.extension_max.and_then(|most| u16::try_from(most).ok());
        Ok(Self {
            clock,
            stands: false,
            original_due_at: deadline.original_due_at,
            statutory_due_at: deadline.statutory_due_at,
            due_at: deadline.due_at,
            ended_at: None,
            extension: amount.zip(most),
            source: rule.source.clone(),
            mark: rule.mark.clone(),
        })
    }

    /// Whether it is, or was, in time.
    pub fn timeliness(&self, now: DateTime<Utc>) -> Timeliness {
        self.told().timeliness(now)
    }

    fn told(&self) -> Told {
        Told { stands: self.stands, statutory_due_at: self.statutory_due_at, ended_at: self.ended_at }
    }

    /// Something happens to it.
    ///
    /// # Errors
    /// It cannot happen now, or the calendar does not reach as far.
    fn happens(&mut self, event: Event, rules: &Rules) -> Result<()> {
        self.clock.events.push(event);
        self.recompute(rules)
    }

    fn recompute(&mut self, rules: &Rules) -> Result<()> {
        let deadline = rules.deadline(&self.clock)?;
        self.stands = deadline.stopped_since.is_some();
        self.statutory_due_at = deadline.statutory_due_at;
        self.due_at = deadline.due_at;
        Ok(())
    }

    /// How often it was extended.
    pub fn extensions(&self) -> usize {
        self.clock.events.iter().filter(|event| matches!(event, Event::Extend { .. })).count()
    }
}

/// What of a limit tells whether it is kept.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Told {
    stands: bool,
    statutory_due_at: DateTime<Utc>,
    #[serde(default)]
    ended_at: Option<DateTime<Utc>>,
}

impl Told {
    fn timeliness(self, now: DateTime<Utc>) -> Timeliness {
        deadlines::timeliness(Some(self.statutory_due_at), self.stands, self.ended_at, now)
    }

    fn is_owed(self) -> bool {
        self.ended_at.is_none() && !self.stands
    }
}

/// [`Clocks`], of which a list reads only what tells whether they are kept.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Glance<S: Ord>(BTreeMap<S, Told>);

impl<S: Stage> Glance<S> {
    /// As [`Clocks::timeliness`].
    pub fn timeliness(&self, most: S, now: DateTime<Utc>) -> Timeliness {
        timeliness(self.0.iter().map(|(stage, told)| (*stage, *told)), most, now)
    }
}

fn timeliness<S: Stage>(
    mut limits: impl Iterator<Item = (S, Told)> + Clone,
    most: S,
    now: DateTime<Utc>,
) -> Timeliness {
    let mut owed = limits.clone().filter(|(stage, told)| stage.is_owed() && told.is_owed());
    if owed.clone().any(|(_, told)| told.statutory_due_at <= now) {
        Timeliness::Overdue
    } else if owed.next().is_some() {
        Timeliness::Running
    } else {
        let told = limits.find(|(stage, _)| *stage == most);
        told.map_or(Timeliness::NotRunning, |(_, told)| told.timeliness(now))
    }
}

/// All limits of a matter, those that are over included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clocks<S: Ord>(pub BTreeMap<S, Running>);

impl<S: Ord> Default for Clocks<S> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// When nothing is due: after everything that is.
pub const NEVER: DateTime<Utc> = DateTime::from_timestamp(253_370_764_800, 0).expect("the year 9999");

impl<S: Stage> Clocks<S> {
    pub fn get(&self, stage: S) -> Option<&Running> {
        self.0.get(&stage)
    }

    /// Whether the stage has begun and is not over.
    pub fn runs(&self, stage: S) -> bool {
        self.get(stage).is_some_and(|running| running.ended_at.is_none())
    }

    /// Whether the stage has begun, has not been ended, and its time is not over.
    pub fn is_open(&self, stage: S, now: DateTime<Utc>) -> bool {
        self.get(stage).is_some_and(|running| running.ended_at.is_none() && now < running.due_at)
    }

    /// What the administration owes now: what stands is not owed before it goes on.
    pub fn owed(&self) -> impl Iterator<Item = (S, &Running)> {
        let open = self.0.iter().filter(|(stage, running)| running.ended_at.is_none() && stage.is_owed());
        open.filter(|(_, running)| !running.stands).map(|(stage, running)| (*stage, running))
    }

    /// What is owed and late: the oldest first.
    pub fn overdue(&self, now: DateTime<Utc>) -> Option<(S, DateTime<Utc>)> {
        let late = self.owed().filter(|(_, running)| running.statutory_due_at <= now);
        late.map(|(stage, running)| (stage, running.statutory_due_at)).min_by_key(|(_, due_at)| *due_at)
    }

    /// What is owed and was told for a moment that is over, extensions included: the oldest first.
    pub fn past_due(&self, now: DateTime<Utc>) -> Option<(S, DateTime<Utc>)> {
        let past = self.owed().filter(|(_, running)| running.due_at <= now);
        past.map(|(stage, running)| (stage, running.due_at)).min_by_key(|(_, due_at)| *due_at)
    }

    /// When the next thing is due that is owed.
    pub fn next_due_at(&self) -> DateTime<Utc> {
        self.owed().map(|(_, running)| running.due_at).min().unwrap_or(NEVER)
    }

    /// Whether something is late that is owed now; else what came of the stage that matters most.
    pub fn timeliness(&self, most: S, now: DateTime<Utc>) -> Timeliness {
        timeliness(self.0.iter().map(|(stage, running)| (*stage, running.told())), most, now)
    }

    /// What came of a stage once it has begun, also while something else is owed; before that, as [`Self::timeliness`].
    pub fn timeliness_of(&self, stage: S, now: DateTime<Utc>) -> Timeliness {
        self.get(stage).map_or_else(|| self.timeliness(stage, now), |running| running.timeliness(now))
    }

    /// Whether the limit of a stage can be extended: its rule says by how much and how often, and it is not over.
    pub fn may_extend(&self, stage: S, now: DateTime<Utc>) -> bool {
        self.get(stage).is_some_and(|running| {
            let allowed = running.extension.map_or(0, |(_, most)| usize::from(most));
            running.ended_at.is_none() && running.extensions() < allowed && now < running.due_at
        })
    }

    /// Begins a stage then, where a rule limits it, unless it has begun.
    ///
    /// # Errors
    /// The calendar does not reach as far.
    pub fn begin(
        &mut self,
        stage: S,
        rule: Option<&ClockRule>,
        agency: AgencyId,
        rules: &Rules,
        at: DateTime<Utc>,
    ) -> Result<()> {
        if let (false, Some(rule)) = (self.0.contains_key(&stage), rule) {
            self.0.insert(stage, Running::begin(rule, agency, rules, at)?);
        }
        Ok(())
    }

    /// Ends a stage that has begun.
    pub fn end(&mut self, stage: S, at: DateTime<Utc>) {
        if let Some(running) = self.0.get_mut(&stage) {
            running.ended_at.get_or_insert(at);
        }
    }

    /// All stages are over.
    pub fn end_all(&mut self, at: DateTime<Utc>) {
        self.0.values_mut().for_each(|running| {
            running.ended_at.get_or_insert(at);
        });
    }

    /// All that is owed stands, but for what no suspension stops.
    ///
    /// # Errors
    /// The calendar does not reach as far; so for the others.
    pub fn pause(&mut self, rules: &Rules, at: DateTime<Utc>) -> Result<()> {
        self.each_owed(|stage, running| match running.stands || !stage.is_suspended() {
            true => Ok(()),
            false => running.happens(Event::Pause { at }, rules),
        })
    }

    /// All that was made to stand goes on.
    pub fn resume(&mut self, rules: &Rules, at: DateTime<Utc>) -> Result<()> {
        self.each_owed(|_, running| match running.clock.events.last() {
            Some(Event::Pause { .. }) => running.happens(Event::Resume { at }, rules),
            _ => Ok(()),
        })
    }

    fn each_owed(&mut self, mut change: impl FnMut(S, &mut Running) -> Result<()>) -> Result<()> {
        let mut owed = self.0.iter_mut().filter(|(stage, running)| stage.is_owed() && running.ended_at.is_none());
        owed.try_for_each(|(stage, running)| change(*stage, running))
    }

    /// A stage that has begun begins anew. Returns whether it had.
    pub fn restart(&mut self, stage: S, rules: &Rules, at: DateTime<Utc>) -> Result<bool> {
        let Some(running) = self.0.get_mut(&stage) else { return Ok(false) };
        running.ended_at = None;
        running.happens(Event::Restart { at }, rules).map(|()| true)
    }

    /// The stage gets the extension that its rule knows.
    pub fn extend(&mut self, stage: S, rules: &Rules) -> Result<()> {
        match self.0.get_mut(&stage).and_then(|running| Some((running.extension?.0, running))) {
            Some((amount, running)) => running.happens(Event::Extend { amount }, rules),
            None => Ok(()),
        }
    }

    /// What happened to one limit has happened to another that takes its place.
    pub fn carry_over(&mut self, stage: S, events: Vec<Event>, rules: &Rules) -> Result<()> {
        match self.0.get_mut(&stage) {
            Some(running) => {
                running.clock.events = events;
                running.recompute(rules)
            }
            None => Ok(()),
        }
    }
}
