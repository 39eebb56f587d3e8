//! Each figure as a condition on a denunciation. What one was at the end of a period follows from when things happened to it, so a report
//! on a period that is over stays as it is; but its agency is that of today.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Text};
use kernel::figures::{Condition, Limit, all, before, not_before, within};
use kernel::period::Span;
use kernel::sql::sql;
use kernel::text_enum;

use crate::denunciation::DenunciationOutcome;

text_enum! {
    /// What can be counted of denunciations. What both these and cases have is called the same.
    DenunciationFigure {
        Total = "total",
        TotalLetters = "total_letters",
        CarriedOver = "carried_over",
        CarriedOverLetters = "carried_over_letters",
        Received = "received",
        ReceivedLetters = "received_letters",
        /// In the period it was said what becomes of it.
        Processed = "processed",
        ProcessedLetters = "processed_letters",
        Unprocessed = "unprocessed",
        Eligible = "eligible",
        EligibleLetters = "eligible_letters",
        Ineligible = "ineligible",
        Denunciations = "denunciations",
        /// Of nobody known by then, and checked all the same (LTC Art. 25).
        Leads = "leads",
        InSettlement = "in_settlement",
        Own = "own",
        OwnDenunciations = "own_denunciations",
        OutOfCompetence = "out_of_competence",
        Forwarded = "forwarded",
        Transferred = "transferred",
        Refused = "refused",
        Accepted = "accepted",
        ToSettle = "to_settle",
        ToSettleCarriedOver = "to_settle_carried_over",
        ToSettleNew = "to_settle_new",
        Settled = "settled",
        Concluded = "concluded",
        True = "true",
        PartlyTrue = "partly_true",
        False = "false",
        FalseInBadFaith = "false_in_bad_faith",
        Terminated = "terminated",
        Investigated = "investigated",
        SettledOnTime = "settled_on_time",
        SettledLate = "settled_late",
        InProgress = "in_progress",
        Overdue = "overdue",
        Suspended = "suspended",
        Extended = "extended",
        Protected = "protected",
        ToExecute = "to_execute",
        Sent = "sent",
        Handled = "handled",
        Published = "published",
        Executed = "executed",
        Executing = "executing",
    }
}

const RECEIVED: &str = "denunciations.received_at";
/// When it was said what becomes of it: it was handed on, or what ended its check.
const PROCESSED: &str = "coalesce((denunciations.marks ->> 'handed_on_at')::timestamptz, \
     (denunciations.clocks #>> '{check,ended_at}')::timestamptz, denunciations.accepted_at, denunciations.closed_at)";
/// A lead is checked, but it is no denunciation that the law has settled.
const ACCEPTED: &str = "denunciations.accepted_at";
/// Since when a lead is one: since it came, or since its name was found to be false.
const A_LEAD: &str = "coalesce((denunciations.marks ->> 'treated_as_lead_at')::timestamptz, denunciations.received_at)";
const SETTLED: &str = "coalesce(denunciations.finished_at, denunciations.closed_at)";
const CLOSED: &str = "denunciations.closed_at";
const LIMIT: Limit =
    Limit { clocks: "denunciations.clocks", ended: "coalesce(denunciations.finished_at, denunciations.closed_at)" };
const OUTSIDE: &str = "(denunciations.status = 'forwarded' OR denunciations.marks ->> 'handed_on_at' IS NOT NULL)";
const TRANSFERRED: &str = "denunciations.marks ->> 'handed_on_at' IS NOT NULL AND denunciations.status <> 'forwarded'";

impl DenunciationFigure {
    /// Whether a denunciation counts: in the report, and in the list of what makes the figure.
    pub(crate) fn holds(self, span: &Span, now: DateTime<Utc>) -> Condition {
        use DenunciationFigure::*;
        let of = |figure: Self, what: &'static str| all([figure.holds(span, now), sql(what)]);
        let came_to = |which: DenunciationOutcome| {
            all([Concluded.holds(span, now), sql("denunciations.outcome = ").bind::<Text, _>(which.code())])
        };
        match self {
            // A letter that denounces is one denunciation.
            TotalLetters => Total.holds(span, now),
            CarriedOverLetters => CarriedOver.holds(span, now),
            ReceivedLetters => Received.holds(span, now),
            ProcessedLetters => Processed.holds(span, now),
            EligibleLetters => Eligible.holds(span, now),
            Total => all([before(RECEIVED, span.until), not_before(PROCESSED, span.from)]),
            CarriedOver => all([Total.holds(span, now), before(RECEIVED, span.from)]),
            Received => within(RECEIVED, span),
            Processed => within(PROCESSED, span),
            Unprocessed => all([before(RECEIVED, span.until), not_before(PROCESSED, span.until)]),
            Eligible => of(Processed, "denunciations.status <> 'filed'"),
            Ineligible => of(Processed, "denunciations.status = 'filed'"),
            Denunciations => Eligible.holds(span, now),
            Leads => all([of(Eligible, "denunciations.kind = 'lead'"), before(A_LEAD, span.until)]),
            InSettlement => all([Eligible.holds(span, now), not_before(SETTLED, span.until)]),
            Own | OwnDenunciations => all([Eligible.holds(span, now), sql("NOT ").sql(OUTSIDE)]),
            OutOfCompetence => of(Eligible, OUTSIDE),
            Forwarded => of(Eligible, "denunciations.status = 'forwarded'"),
            Transferred => of(Eligible, TRANSFERRED),
            Refused => of(Own, "denunciations.status = 'refused'"),
            Accepted => within(ACCEPTED, span),
            ToSettle => all([before(ACCEPTED, span.until), not_before(SETTLED, span.from)]),
            ToSettleCarriedOver => all([before(ACCEPTED, span.from), not_before(SETTLED, span.from)]),
            ToSettleNew => within(ACCEPTED, span),
            Settled => all([sql(ACCEPTED).sql(" IS NOT NULL"), within(SETTLED, span)]),
            Concluded => of(Settled, "denunciations.finished_at IS NOT NULL"),
            True => came_to(DenunciationOutcome::True),
            PartlyTrue => came_to(DenunciationOutcome::PartlyTrue),
            False => came_to(DenunciationOutcome::False),
            FalseInBadFaith => came_to(DenunciationOutcome::FalseInBadFaith),
            Terminated => of(Settled, "denunciations.status = 'terminated'"),
            Investigated => of(Settled, "denunciations.status = 'investigated'"),
            SettledOnTime => all([Settled.holds(span, now), sql("NOT ").bind::<Bool, _>(LIMIT.was_late())]),
            SettledLate => all([Settled.holds(span, now), LIMIT.was_late()]),
            InProgress => all([before(ACCEPTED, span.until), not_before(SETTLED, span.until)]),
            Overdue => all([InProgress.holds(span, now), LIMIT.is_over(span.until.min(now))]),
            Suspended => of(InProgress, "denunciations.status = 'suspended'"),
            Extended => all([ToSettle.holds(span, now), LIMIT.was_extended()]),
            Protected => of(ToSettle, "denunciations.marks ->> 'protection' = 'granted'"),
            ToExecute => {
                all([before("denunciations.finished_at", span.until), signed(), not_before(CLOSED, span.from)])
            }
            Sent => all([signed(), within("(denunciations.clocks #>> '{send,ended_at}')::timestamptz", span)]),
            Handled => all([signed(), within("(denunciations.clocks #>> '{handle,ended_at}')::timestamptz", span)]),
            Published => all([signed(), within("(denunciations.clocks #>> '{publish,ended_at}')::timestamptz", span)]),
            Executed => all([of(ToExecute, "denunciations.status = 'closed'"), within(CLOSED, span)]),
            Executing => {
                all([before("denunciations.finished_at", span.until), signed(), not_before(CLOSED, span.until)])
            }
        }
    }
}

/// Signed by somebody and accepted.
fn signed() -> Condition {
    sql(ACCEPTED).sql(" IS NOT NULL")
}
