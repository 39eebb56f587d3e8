//! Who has had a dossier, since when, and what it has cost of each office's time: read from its journal. An agency that is asked
//! for its opinion has it beside whoever examines.

use chrono::{DateTime, Utc};
use deadlines::Calendar;
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::rules::Rules;
use kernel::{Ctx, Result, text_enum};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dossier::{Dossier, DossierId, load};
use crate::timeline::{TimelineEntry, timeline};

text_enum! {
    /// What somebody has a dossier for.
    Hold {
        /// The applicant: to file it, to supply what is missing, to pay.
        Applicant = "applicant",
        /// Reception: to check it, to hand it over, to hand out the result.
        Reception = "reception",
        /// Whoever examines and decides it.
        Examination = "examination",
        /// An agency that was asked for its opinion.
        Consultation = "consultation",
    }
}

/// A stretch of time in which somebody had the dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holding {
    pub hold: Hold,
    /// Nobody's, while the applicant has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Uuid>,
    /// Whoever of that agency has dealt with it last meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_id: Option<Uuid>,
    pub since: DateTime<Utc>,
    /// Absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Opening hours of that agency that went by, as it keeps them now, in minutes; absent where no calendar is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10000000)]
    pub worked_minutes: Option<i64>,
}

/// Who had the dossier, and for how long.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Holdings {
    #[schema(max_items = 1000)]
    pub items: Vec<Holding>,
    /// Of each agency, the opening hours that it had it, in minutes.
    #[schema(max_items = 100)]
    pub agencies: Vec<AgencyTime>,
}

/// What a dossier has cost of one agency's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgencyTime {
    pub agency_id: Uuid,
    #[schema(minimum = 0, maximum = 10000000)]
    pub worked_minutes: i64,
}

/// Who had a dossier that the actor may see, oldest first. To its applicant, what only the agencies are told
/// (`INTERNAL`) does not show: questions to others, proposals, hand-overs that were refused.
///
/// # Errors
/// No such dossier for this actor.
pub async fn holdings(conn: &mut AsyncPgConnection, ctx: &Ctx, rules: &Rules, id: DossierId) -> Result<Holdings> {
    let dossier = load(conn, ctx, id).await?;
    let entries = timeline(conn, ctx, id).await?;
    let calendar = match &dossier.clock {
        Some(clock) => rules.calendar_of(&clock.0.calendar_version)?,
        None => rules.calendar()?,
    };
    let mut items = fold(&dossier, &entries);
    items.iter_mut().for_each(|holding| holding.worked_minutes = worked(rules, calendar, holding, ctx.now));
    let mut agencies: Vec<AgencyTime> = Vec::new();
    for holding in &items {
        let (Some(agency_id), Some(minutes)) = (holding.agency_id, holding.worked_minutes) else { continue };
        match agencies.iter_mut().find(|time| time.agency_id == agency_id) {
            Some(time) => time.worked_minutes += minutes,
            None => agencies.push(AgencyTime { agency_id, worked_minutes: minutes }),
        }
    }
    Ok(Holdings { items, agencies })
}

/// By the hours of whoever has it; while the applicant does, by the usual ones.
fn worked(rules: &Rules, calendar: &Calendar, holding: &Holding, now: DateTime<Utc>) -> Option<i64> {
    let until = holding.until.unwrap_or(now);
    let office = holding.agency_id.and_then(|agency| rules.office(AgencyId(agency))).unwrap_or_default();
    deadlines::worked(calendar, &office, holding.since, until).ok().map(|worked| worked.num_minutes())
}

/// Who has it in turn, and who is asked beside.
struct Hands {
    items: Vec<Holding>,
    /// What the applicant still has to pay before the examination goes on.
    duties: Vec<String>,
    /// Who had it before a withdrawal was asked for, or a rejection proposed.
    before: Option<(Hold, Option<Uuid>)>,
}

impl Hands {
    fn take(&mut self, hold: Hold, agency_id: Option<Uuid>, at: DateTime<Utc>) {
        let lasts = |holding: &&mut Holding| holding.until.is_none() && holding.hold != Hold::Consultation;
        if let Some(last) = self.items.iter_mut().rfind(lasts) {
            if (last.hold, last.agency_id) == (hold, agency_id) {
                return;
            }
            last.until = Some(at);
        }
        self.begin(hold, agency_id, at);
    }

    fn begin(&mut self, hold: Hold, agency_id: Option<Uuid>, since: DateTime<Utc>) {
        self.items.push(Holding { hold, agency_id, officer_id: None, since, until: None, worked_minutes: None });
    }

    fn end(&mut self, at: DateTime<Utc>, ends: impl Fn(&Holding) -> bool) {
        let items = self.items.iter_mut().filter(|holding| holding.until.is_none());
        items.filter(|holding| ends(holding)).for_each(|holding| holding.until = Some(at));
    }

    /// An officer of whoever has it, or has just got it, has dealt with it.
    fn deal(&mut self, entry: &TimelineEntry) {
        let officer = entry.actor_id.filter(|_| entry.actor_kind == "staff");
        let lasts = |holding: &&mut Holding| holding.until.is_none() && holding.hold != Hold::Consultation;
        let last = self.items.iter_mut().rfind(lasts);
        if let Some(holding) = last.filter(|holding| holding.agency_id == entry.agency_id) {
            holding.officer_id = officer.or(holding.officer_id);
        }
    }

    fn holder(&self) -> Option<(Hold, Option<Uuid>)> {
        let lasts = |holding: &&Holding| holding.until.is_none() && holding.hold != Hold::Consultation;
        self.items.iter().rfind(lasts).map(|holding| (holding.hold, holding.agency_id))
    }
}

fn fold(dossier: &Dossier, entries: &[TimelineEntry]) -> Vec<Holding> {
    let reception = (Hold::Reception, Some(dossier.receiving_agency_id.0));
    // Handed over again, it may be another agency's.
    let mut examination = (Hold::Examination, Some(dossier.competent_agency_id.0));
    let applicant = (Hold::Applicant, None);
    let accepted = |at: DateTime<Utc>| dossier.accepted_at.is_some_and(|accepted_at| accepted_at <= at);
    let mut hands = Hands { items: Vec::new(), duties: Vec::new(), before: None };
    for entry in entries {
        let TimelineEntry { event, data, at, .. } = entry;
        // Who gives it away has had it; who takes it has it from now on.
        let takes = matches!(event.as_str(), "dossier.created" | "dossier.accepted" | "dossier.processing_started");
        if !takes {
            hands.deal(entry);
        }
        let id = |name: &str| data[name].as_str().map(str::to_owned);
        let to = match event.as_str() {
            "dossier.created" if dossier.channel.is_reception() => Some(reception),
            "dossier.created" | "dossier.intake_supplement_requested" | "dossier.supplement_requested" => {
                Some(applicant)
            }
            "dossier.submitted" | "dossier.accepted" | "dossier.hand_over_refused" | "dossier.supplement_signed" => {
                Some(reception)
            }
            // Reception's head decides; sent back, it goes on where it was.
            "dossier.rejection_proposed" => {
                hands.before = hands.holder();
                Some(reception)
            }
            "dossier.sent_back" if !accepted(*at) => hands.before.take(),
            // Before it was accepted nobody examines it.
            "dossier.supplement_lapsed" if !accepted(*at) => None,
            "dossier.supplement_lapsed" => {
                // While its withdrawal is decided, that is where it would go back to.
                hands.before = hands.before.map(|_| examination);
                Some(examination)
            }
            "dossier.handed_over" => {
                examination.1 = id("to").and_then(|agency| agency.parse().ok()).or(examination.1);
                Some(examination)
            }
            "dossier.processing_started" | "dossier.supplement_confirmed" | "dossier.sent_back" => Some(examination),
            "dossier.payment_requested" => {
                hands.duties.extend(id("order"));
                Some(applicant)
            }
            "dossier.payment_received" if data["applied"] == true => {
                let waited = !hands.duties.is_empty();
                hands.duties.retain(|duty| Some(duty) != id("order").as_ref());
                let paid = waited && hands.duties.is_empty();
                // While its withdrawal is decided, that is where it would go back to.
                hands.before = hands.before.map(|before| if paid { examination } else { before });
                paid.then_some(examination)
            }
            "dossier.payment_waived" => {
                hands.duties.clear();
                Some(examination)
            }
            "dossier.consultation_begun" => {
                let asked = data["agencies"].as_array().into_iter().flatten();
                for agency in asked.filter_map(|agency| agency.as_str()?.parse().ok()) {
                    hands.begin(Hold::Consultation, Some(agency), *at);
                }
                None
            }
            "dossier.opinion_given" | "dossier.silence_consented" => {
                let agency = id("agency").and_then(|agency| agency.parse().ok());
                hands.end(*at, |holding| holding.hold == Hold::Consultation && holding.agency_id == agency);
                None
            }
            "dossier.consultation_ended" => {
                hands.end(*at, |holding| holding.hold == Hold::Consultation);
                None
            }
            "dossier.withdrawal_requested" => {
                hands.before = hands.holder();
                Some(examination)
            }
            "dossier.withdrawal_refused" => hands.before.take(),
            "dossier.result_issued" => Some(reception),
            "dossier.result_returned"
            | "dossier.rejected"
            | "dossier.withdrawn"
            | "dossier.withdrawal_approved"
            | "dossier.stopped" => {
                hands.end(*at, |_| true);
                None
            }
            _ => None,
        };
        if let Some((hold, agency)) = to {
            hands.take(hold, agency, *at);
        }
        if takes {
            hands.deal(entry);
        }
    }
    hands.items
}
