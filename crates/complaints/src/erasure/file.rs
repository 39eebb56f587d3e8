//! What grew out of one letter is one file: each part tells of the others, and what was sent with the letter lies with the first. It is
//! kept as long as any part of it is.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Text, Timestamptz};
use kernel::retention::Rule;
use kernel::sql::{Sql, sql};

use super::rule_of;
use crate::facts::CaseKind;
use crate::inspection::InspectionStatus;
use crate::workflow::CaseStatus;

/// Until when something of the same file is looked at.
pub(super) enum Beyond {
    Moment(DateTime<Utc>),
    /// The end of what the case itself is kept for.
    Own(&'static Rule),
}

/// How long a rule keeps, as PostgreSQL reads it.
fn interval(rule: &Rule) -> String {
    format!("{} {}", rule.amount, rule.unit)
}

/// Whether something holds the file that a case is part of: while any of it is open, a court has it, an inspection rests on it, or
/// its own rule keeps it beyond that.
pub(super) fn held(beyond: &Beyond) -> Sql<Bool> {
    let over: Vec<_> = CaseKind::ALL
        .iter()
        .flat_map(|kind| CaseStatus::ALL.iter().map(move |status| (*kind, *status)))
        .filter(|(_, status)| status.is_over())
        .filter_map(|(kind, status)| Some((kind, status, rule_of(kind, status)?)))
        .collect();
    let inspecting = [InspectionStatus::Planned, InspectionStatus::Held, InspectionStatus::Concluded];
    let held = sql("EXISTS (SELECT FROM case_family(cases.id) AS kin LEFT JOIN unnest(")
        .bind::<Array<Text>, _>(over.iter().map(|(kind, ..)| kind.code()).collect::<Vec<_>>())
        .sql(", ")
        .bind::<Array<Text>, _>(over.iter().map(|(_, status, _)| status.code()).collect::<Vec<_>>())
        .sql(", ")
        .bind::<Array<Text>, _>(over.iter().map(|(.., rule)| interval(rule)).collect::<Vec<_>>())
        .sql(
            ") AS rule (kind, status, keep) USING (kind, status) WHERE kin.closed_at IS NULL OR kin.in_court \
              OR EXISTS (SELECT FROM inspections WHERE inspections.case_id = kin.id AND inspections.status = ANY (",
        )
        .bind::<Array<Text>, _>(inspecting.map(InspectionStatus::code).to_vec())
        .sql(")) OR kin.closed_at + rule.keep::interval > ");
    match beyond {
        Beyond::Moment(moment) => held.bind::<Timestamptz, _>(*moment).sql(")"),
        Beyond::Own(rule) => held.sql("cases.closed_at + ").bind::<Text, _>(interval(rule)).sql("::interval)"),
    }
}
