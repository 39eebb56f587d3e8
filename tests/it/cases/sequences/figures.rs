//! What registers and reports say of what was done: the same as the rows, and figures that belong together add up.

use chrono::{DateTime, Utc};
use complaints::case::CaseOutcome;
use complaints::workflow::CaseStatus;
use directory::demo;
use kernel::Permission;
use serde_json::{Value, json};

use super::people::Person;
use super::stored::Stored;
use crate::reports::{figure, figures, of, report};

/// An entry of a register, against the row.
pub fn of_entry(entry: &Value, stored: &[Stored], side: &str, told: &str) {
    let it = stored.iter().find(|it| entry["case_id"] == json!(it.id)).expect("it is among them");
    let place = format!("{told}: {side}: {entry} of {}", it.text);
    let at = |name: &str| entry[name].as_str().map(|at| at.parse::<DateTime<Utc>>().expect("an instant"));
    assert_eq!((&entry["status"], &entry["kind"]), (&json!(it.status), &json!(it.kind)), "{place}");
    assert_eq!((&entry["code"], &entry["outcome"]), (&json!(it.code), &json!(it.outcome)), "{place}");
    let moments = [at("received_at"), at("decided_at"), at("closed_at")];
    assert_eq!(moments, [it.submitted_at, it.finished_at, it.closed_at], "{place}");
    assert_eq!(entry["handling_agency_id"], json!(it.handling_agency_id), "{place}");
    // What nobody has said yet is pending, and what lies elsewhere is no longer the receiver's.
    let (result, elsewhere) = (entry["result"].as_str().unwrap(), it.handling_agency_id != it.receiving_agency_id);
    let processed = !["pending", "supplement_requested", "withdrawn"].contains(&result);
    assert_eq!((at("processed_at").is_some(), entry["eligible"].is_boolean()), (processed, processed), "{place}");
    assert_eq!(entry["in_competence"].is_boolean(), processed && result != "filed", "{place}");
    let over = it.status.is_over() && it.status != CaseStatus::Withdrawn;
    assert!(processed || !over && it.accepted_at.is_none() && it.finished_at.is_none(), "{place}");
    let gone = ["filed", "guided", "forwarded"].contains(&it.status.code());
    let handed_on = side == "receiving" && elsewhere && processed && !gone;
    assert_eq!(result == "transferred", handed_on, "{place}");
    let outside = handed_on || ["guided", "forwarded"].contains(&result);
    assert!(!processed || result == "filed" || entry["in_competence"] == json!(!outside), "{place}");
}

/// The registers and reports of every agency that has any, as its head reads them.
pub async fn add_up(people: &[Person], stored: &[Stored], told: &str) {
    for code in ["H26", "H26.13.01", "H26.13.02"] {
        let own = demo::agency_id(code);
        let head = people.iter().find(|it| it.agency() == own && it.may(Permission::DecideCase));
        let (reader, place) = (head.expect("it has a head"), format!("{told}: {code}"));
        let mut registers = Vec::new();
        for side in ["receiving", "handling"] {
            let path = of(code, &format!("petition-register?year=2026&limit=200&side={side}"));
            let register = reader.client.get(&path).await.expect(200).json;
            assert!(register["next_cursor"].is_null(), "{place}: there is more");
            let register = register["items"].as_array().unwrap().clone();
            register.iter().for_each(|entry| of_entry(entry, stored, side, told));
            registers.push(register);
        }
        for period in ["period=2026-Q3", "period=2026-Q4", "period=2026"] {
            for form in ["01-XLD", "02-XLD", "04-XLD"] {
                let it = report(&reader.client, code, form, period).await;
                let place = format!("{place}, {form}, {period}");
                processed(&it, form, &place);
                if period == "period=2026" {
                    as_registered(&it, form, &registers[0], &place);
                }
            }
            let place = format!("{place}, {period}");
            settled(&report(&reader.client, code, "01-KQGQ", period).await, &place);
            let it = report(&reader.client, code, "02-KQGQ", period).await;
            let [to_execute, executed, executing] = figures(&it, ["to_execute", "executed", "executing"]);
            assert_eq!(to_execute, executed + executing, "{place}");
        }
    }
}

/// What was received, and what was said of it.
fn processed(it: &Value, form: &str, place: &str) {
    let [letters, carried, received] = figures(it, ["total_letters", "carried_over_letters", "received_letters"]);
    assert_eq!(letters, carried + received, "{place}");
    let [total, processed, given_up, unprocessed] =
        figures(it, ["total", "processed", "withdrawn_unprocessed", "unprocessed"]);
    assert_eq!(total, processed + given_up + unprocessed, "{place}");
    let [eligible, ineligible, own, outside] = figures(it, ["eligible", "ineligible", "own", "out_of_competence"]);
    assert_eq!((processed, eligible), (eligible + ineligible, own + outside), "{place}");
    let [guided, forwarded, transferred] = figures(it, ["guided", "forwarded", "transferred"]);
    assert_eq!(outside, guided + forwarded + transferred, "{place}");
    if form == "04-XLD" {
        let [answered, on_time, late] = figures(it, ["answered", "on_time", "late"]);
        let [granted, partly, not] = figures(it, ["granted", "partly_granted", "not_granted"]);
        assert_eq!((answered, answered), (on_time + late, granted + partly + not), "{place}");
    }
    if form != "01-XLD" {
        let fields = ["land", "policy", "officials", "judiciary", "party", "corruption", "other", "none"];
        let fields = fields.map(|field| figure(it, &format!("field_{field}")).unwrap());
        assert_eq!(eligible, fields.iter().sum::<i64>(), "{place}: {fields:?}");
    }
}

/// The register of the year says the same.
fn as_registered(it: &Value, form: &str, register: &[Value], place: &str) {
    let kinds = match form {
        "01-XLD" => &["complaint", "petition", "conduct_report"][..],
        "02-XLD" => &["complaint"],
        _ => &["petition", "conduct_report"],
    };
    let count = |holds: &dyn Fn(&Value) -> bool| {
        register.iter().filter(|it| kinds.contains(&it["kind"].as_str().unwrap()) && holds(it)).count() as i64
    };
    let of = |result: &'static str| count(&move |it: &Value| it["result"] == result);
    let counted = [
        ("total", count(&|_| true)),
        ("processed", count(&|it| it["processed_at"].is_string())),
        ("withdrawn_unprocessed", of("withdrawn")),
        ("unprocessed", of("pending") + of("supplement_requested")),
        ("eligible", count(&|it| it["eligible"] == true)),
        ("ineligible", of("filed")),
        ("own", count(&|it| it["in_competence"] == true)),
        ("out_of_competence", count(&|it| it["in_competence"] == false)),
        ("guided", of("guided")),
        ("forwarded", of("forwarded")),
        ("transferred", of("transferred")),
    ];
    for (code, registered) in counted {
        assert_eq!(figure(it, code), Some(registered), "{place}: {code}");
    }
    assert!(form != "02-XLD" || figure(it, "refused") == Some(of("refused")), "{place}: refused");
}

/// What was to be settled, and what came of it.
fn settled(it: &Value, place: &str) {
    let [to_settle, carried, new] = figures(it, ["to_settle", "to_settle_carried_over", "to_settle_new"]);
    assert_eq!(to_settle, carried + new, "{place}");
    let [settled, in_progress, appealed] = figures(it, ["settled", "in_progress", "appealed"]);
    assert_eq!(to_settle, settled + in_progress + appealed, "{place}");
    let [decided, withdrawn, ended] = figures(it, ["decided", "settled_by_withdrawal", "terminated"]);
    assert_eq!(settled, decided + withdrawn + ended, "{place}");
    let [first, second, on_time, late] =
        figures(it, ["decided_first", "decided_second", "settled_on_time", "settled_late"]);
    assert_eq!((decided, settled), (first + second, on_time + late), "{place}");
    let outcomes = [CaseOutcome::Right, CaseOutcome::PartlyRight, CaseOutcome::Wrong];
    let outcomes = outcomes.map(|outcome| figure(it, outcome.code()).unwrap());
    assert_eq!(decided, outcomes.iter().sum::<i64>(), "{place}");
}
