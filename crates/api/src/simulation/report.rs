//! What came of it.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use chrono::{DateTime, Utc};
use deadlines::Timeliness;
use procedures::dossier::{Channel, Outcome};
use procedures::workflow::Status;

/// Figures of the dossiers of a run, by channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub channels: BTreeMap<Channel, Figures>,
    /// When it was stopped, if it did not come to its end.
    pub stopped_at: Option<DateTime<Utc>>,
}

/// Dossiers counted twice: by what became of them, and by whether they were in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub filed: u32,
    pub granted: u32,
    pub refused: u32,
    /// Not accepted at intake.
    pub rejected: u32,
    /// Withdrawn, or stopped.
    pub given_up: u32,
    /// Never submitted.
    pub drafts: u32,
    pub under_way: u32,
    pub on_time: u32,
    pub late: u32,
    /// Among those under way.
    pub overdue: u32,
}

impl Report {
    pub fn count(&mut self, channel: Channel, status: Status, outcome: Option<Outcome>, timeliness: Timeliness) {
        let of = self.channels.entry(channel).or_default();
        of.filed += 1;
        *match (status, outcome) {
            (_, Some(Outcome::Granted)) => &mut of.granted,
            (_, Some(Outcome::Refused)) => &mut of.refused,
            (Status::Rejected, _) => &mut of.rejected,
            (Status::Withdrawn | Status::Stopped, _) => &mut of.given_up,
            (Status::Draft, _) => &mut of.drafts,
            _ => &mut of.under_way,
        } += 1;
        match timeliness {
            Timeliness::FinishedOnTime => of.on_time += 1,
            Timeliness::FinishedLate => of.late += 1,
            Timeliness::Overdue if status.is_open() => of.overdue += 1,
            _ => {}
        }
    }

    pub fn total(&self) -> Figures {
        self.channels.values().fold(Figures::default(), |all, of| Figures {
            filed: all.filed + of.filed,
            granted: all.granted + of.granted,
            refused: all.refused + of.refused,
            rejected: all.rejected + of.rejected,
            given_up: all.given_up + of.given_up,
            drafts: all.drafts + of.drafts,
            under_way: all.under_way + of.under_way,
            on_time: all.on_time + of.on_time,
            late: all.late + of.late,
            overdue: all.overdue + of.overdue,
        })
    }
}

/// A table for people.
impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names =
            ["", "filed", "granted", "refused", "rejected", "given up", "draft", "under way", "on time", "late"];
        for name in names {
            write!(f, "{name:>10}")?;
        }
        write!(f, "{:>10}{:>10}", "overdue", "in time")?;
        let channels = self.channels.iter().map(|(channel, of)| (channel.code(), *of));
        for (name, of) in channels.chain([("all", self.total())]) {
            let Figures { filed, granted, refused, rejected, given_up, drafts, under_way, on_time, late, overdue } = of;
            write!(f, "\n{name:>10}")?;
            for n in [filed, granted, refused, rejected, given_up, drafts, under_way, on_time, late, overdue] {
                write!(f, "{n:>10}")?;
            }
            let ended = on_time + late;
            let rate = f64::from(on_time) * 100.0 / f64::from(ended.max(1));
            if ended > 0 { write!(f, "{rate:>8.1} %") } else { write!(f, "{:>10}", "–") }?;
        }
        Ok(())
    }
}
