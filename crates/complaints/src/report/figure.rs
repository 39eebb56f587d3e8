//! Each figure as a condition on a case. What a case was at the end of a period follows from when things happened to it; but kind, field
//! and agency are those of today, whether it is suspended or extended is asked of today, and what was opened anew is open. What else
//! changes a report on a period that is over stands in `docs/registers.md`.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Date, Text};
use kernel::figures::{Condition, Limit, all, before, not_before, within};
use kernel::period::Span;
use kernel::sql::sql;
use kernel::text_enum;

use crate::case::{CaseField, CaseOutcome};

text_enum! {
    /// What can be counted of cases. Letters are what was received, cases what it is about: a mixed letter is several.
    CaseFigure {
        Total = "total",
        TotalLetters = "total_letters",
        CarriedOver = "carried_over",
        CarriedOverLetters = "carried_over_letters",
        Received = "received",
        ReceivedLetters = "received_letters",
        /// In the period it was said what becomes of it.
        Processed = "processed",
        ProcessedLetters = "processed_letters",
        /// Given up before that.
        WithdrawnUnprocessed = "withdrawn_unprocessed",
        Unprocessed = "unprocessed",
        Eligible = "eligible",
        EligibleLetters = "eligible_letters",
        Ineligible = "ineligible",
        Complaints = "complaints",
        Petitions = "petitions",
        FieldLand = "field_land",
        FieldPolicy = "field_policy",
        FieldOfficials = "field_officials",
        FieldJudiciary = "field_judiciary",
        FieldParty = "field_party",
        FieldCorruption = "field_corruption",
        FieldOther = "field_other",
        /// Nobody has said which field.
        FieldNone = "field_none",
        SettledFirst = "settled_first",
        SettledSecond = "settled_second",
        InSettlement = "in_settlement",
        /// Within the agency's own competence.
        Own = "own",
        OwnComplaints = "own_complaints",
        OwnPetitions = "own_petitions",
        OwnFirst = "own_first",
        OwnSecond = "own_second",
        OutOfCompetence = "out_of_competence",
        Guided = "guided",
        Forwarded = "forwarded",
        /// To another agency of the city.
        Transferred = "transferred",
        Refused = "refused",
        Answered = "answered",
        Granted = "granted",
        PartlyGranted = "partly_granted",
        NotGranted = "not_granted",
        OnTime = "on_time",
        Late = "late",
        ToSettle = "to_settle",
        ToSettleCarriedOver = "to_settle_carried_over",
        ToSettleNew = "to_settle_new",
        Settled = "settled",
        Decided = "decided",
        DecidedFirst = "decided_first",
        DecidedSecond = "decided_second",
        SettledByWithdrawal = "settled_by_withdrawal",
        Terminated = "terminated",
        Right = "right",
        PartlyRight = "partly_right",
        Wrong = "wrong",
        SettledOnTime = "settled_on_time",
        SettledLate = "settled_late",
        /// Complained about again before it was settled.
        Appealed = "appealed",
        InProgress = "in_progress",
        Overdue = "overdue",
        Suspended = "suspended",
        Extended = "extended",
        WithDialogue = "with_dialogue",
        InCourt = "in_court",
        ToExecute = "to_execute",
        Executed = "executed",
        Executing = "executing",
    }
}

const RECEIVED: &str = "cases.submitted_at";
/// When it was first said what becomes of it. What ends before anybody says so is withdrawn.
const PROCESSED: &str = "coalesce((cases.marks ->> 'processed_at')::timestamptz, cases.accepted_at, \
     cases.finished_at, CASE WHEN cases.status <> 'withdrawn' THEN cases.closed_at END)";
const TAKEN_UP: &str = "cases.accepted_at";
const DECIDED: &str = "cases.finished_at";
const SETTLED: &str = "coalesce(cases.finished_at, CASE WHEN cases.status = 'terminated' THEN cases.closed_at END)";
const OUT: &str = "coalesce(cases.finished_at, cases.closed_at)";
const CLOSED: &str = "cases.closed_at";
const EFFECTIVE: &str = "(cases.clocks #>> '{effect,due_at}')::timestamptz";
const LIMIT: Limit = Limit { clocks: "cases.clocks", ended: "coalesce(cases.finished_at, cases.closed_at)" };
/// Of what is ended: on which ground, the last time that it was.
const WAS_WITHDRAWN: &str = "((SELECT said.ground FROM case_remarks AS said \
     WHERE said.case_id = cases.id ORDER BY said.version DESC LIMIT 1) IS NOT DISTINCT FROM 'withdrawn')";
const IS_LETTER: &str = "NOT coalesce((cases.marks ->> 'same_letter')::boolean, false)";
const IS_COMPLAINT: &str = "cases.kind = 'complaint'";
const IS_PETITION: &str = "cases.kind <> 'complaint'";
const FIRST: &str = "cases.level = 1";
const SECOND: &str = "cases.level = 2";
const ELSEWHERE: &str = "cases.handling_agency_id <> cases.receiving_agency_id";
const OUTSIDE: &str =
    "(cases.status IN ('guided', 'forwarded') OR cases.handling_agency_id <> cases.receiving_agency_id)";

fn field(which: CaseField) -> Condition {
    sql("cases.marks ->> 'field' = ").bind::<Text, _>(which.code())
}

fn outcome(which: CaseOutcome) -> Condition {
    sql("cases.outcome = ").bind::<Text, _>(which.code())
}

impl CaseFigure {
    /// Whether a case counts: in the report, and in the list of what makes the figure.
    pub(crate) fn holds(self, span: &Span, now: DateTime<Utc>) -> Condition {
        use CaseFigure::*;
        let of = |figure: Self, what: &'static str| all([figure.holds(span, now), sql(what)]);
        let in_field = |which| all([Eligible.holds(span, now), field(which)]);
        let came_to = |figure: Self, which| all([figure.holds(span, now), outcome(which)]);
        match self {
            Total => {
                all([before(RECEIVED, span.until), not_before(PROCESSED, span.from), not_before(CLOSED, span.from)])
            }
            CarriedOver => all([Total.holds(span, now), before(RECEIVED, span.from)]),
            Received => within(RECEIVED, span),
            TotalLetters => of(Total, IS_LETTER),
            CarriedOverLetters => of(CarriedOver, IS_LETTER),
            ReceivedLetters => of(Received, IS_LETTER),
            Processed => within(PROCESSED, span),
            ProcessedLetters => of(Processed, IS_LETTER),
            WithdrawnUnprocessed => all([sql(PROCESSED).sql(" IS NULL"), within(CLOSED, span)]),
            Unprocessed => {
                all([before(RECEIVED, span.until), not_before(PROCESSED, span.until), not_before(CLOSED, span.until)])
            }
            Eligible => of(Processed, "cases.status <> 'filed'"),
            EligibleLetters => of(Eligible, IS_LETTER),
            Ineligible => of(Processed, "cases.status = 'filed'"),
            Complaints => of(Eligible, IS_COMPLAINT),
            Petitions => of(Eligible, IS_PETITION),
            FieldLand => in_field(CaseField::Land),
            FieldPolicy => in_field(CaseField::Policy),
            FieldOfficials => in_field(CaseField::Officials),
            FieldJudiciary => in_field(CaseField::Judiciary),
            FieldParty => in_field(CaseField::Party),
            FieldCorruption => in_field(CaseField::Corruption),
            FieldOther => in_field(CaseField::Other),
            FieldNone => of(Eligible, "cases.marks ->> 'field' IS NULL"),
            SettledFirst => all([of(Eligible, FIRST), before(SETTLED, span.until)]),
            SettledSecond => all([of(Eligible, SECOND), before(SETTLED, span.until)]),
            InSettlement => all([Eligible.holds(span, now), not_before(OUT, span.until)]),
            Own => all([Eligible.holds(span, now), sql("NOT ").sql(OUTSIDE)]),
            OwnComplaints => of(Own, IS_COMPLAINT),
            OwnPetitions => of(Own, IS_PETITION),
            OwnFirst => of(Own, FIRST),
            OwnSecond => of(Own, SECOND),
            OutOfCompetence => of(Eligible, OUTSIDE),
            Guided => of(Eligible, "cases.status = 'guided'"),
            Forwarded => of(Eligible, "cases.status = 'forwarded'"),
            Transferred => all([of(Eligible, ELSEWHERE), sql("cases.status NOT IN ('guided', 'forwarded')")]),
            Refused => of(Own, "cases.status = 'refused'"),
            Answered => within(DECIDED, span),
            Granted => came_to(Answered, CaseOutcome::Granted),
            PartlyGranted => came_to(Answered, CaseOutcome::PartlyGranted),
            NotGranted => came_to(Answered, CaseOutcome::NotGranted),
            OnTime => all([Answered.holds(span, now), sql("NOT ").bind::<Bool, _>(LIMIT.was_late())]),
            Late => all([Answered.holds(span, now), LIMIT.was_late()]),
            ToSettle => all([before(TAKEN_UP, span.until), not_before(OUT, span.from)]),
            ToSettleCarriedOver => all([before(TAKEN_UP, span.from), not_before(OUT, span.from)]),
            ToSettleNew => within(TAKEN_UP, span),
            Settled => all([sql(TAKEN_UP).sql(" IS NOT NULL"), within(SETTLED, span)]),
            Decided => of(Settled, "cases.finished_at IS NOT NULL"),
            DecidedFirst => of(Decided, FIRST),
            DecidedSecond => of(Decided, SECOND),
            SettledByWithdrawal => all([of(Settled, "cases.finished_at IS NULL"), sql(WAS_WITHDRAWN)]),
            Terminated => all([of(Settled, "cases.finished_at IS NULL"), sql("NOT ").sql(WAS_WITHDRAWN)]),
            Right => came_to(Decided, CaseOutcome::Right),
            PartlyRight => came_to(Decided, CaseOutcome::PartlyRight),
            Wrong => came_to(Decided, CaseOutcome::Wrong),
            SettledOnTime => all([Settled.holds(span, now), sql("NOT ").bind::<Bool, _>(LIMIT.was_late())]),
            SettledLate => all([Settled.holds(span, now), LIMIT.was_late()]),
            Appealed => {
                all([of(ToSettle, "cases.status = 'appealed' AND cases.finished_at IS NULL"), within(CLOSED, span)])
            }
            InProgress => all([before(TAKEN_UP, span.until), not_before(OUT, span.until)]),
            Overdue => all([InProgress.holds(span, now), LIMIT.is_over(span.until.min(now))]),
            Suspended => of(InProgress, "cases.status = 'suspended'"),
            Extended => all([ToSettle.holds(span, now), LIMIT.was_extended()]),
            WithDialogue => of(Decided, "coalesce((cases.marks ->> 'dialogue_held')::boolean, false)"),
            InCourt => all([
                ToSettle.holds(span, now),
                sql("(cases.marks ->> 'in_court_since')::date <= ").bind::<Date, _>(span.last),
            ]),
            ToExecute => all([before(EFFECTIVE, span.until), carried_out(), not_before(CLOSED, span.from)]),
            Executed => all([carried_out(), sql(EFFECTIVE).sql(" IS NOT NULL"), within(CLOSED, span)]),
            Executing => all([before(EFFECTIVE, span.until), carried_out(), not_before(CLOSED, span.until)]),
        }
    }
}

/// A decision that has taken effect.
fn carried_out() -> Condition {
    sql("cases.status IN ('effective', 'closed')")
}
