//! What must agree at the end of every way.

use chrono::{DateTime, TimeDelta, Utc};
use deadlines::{Clock, Event as ClockEvent, Limit, Unit};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::json::Json;
use kernel::rules::Rules;
use kernel::schema::{dossiers, journal, receipts, timers};
use kernel::signing::PublicKeys;
use procedures::DossierId;
use procedures::receipt::Receipt;
use procedures::workflow::Status;

use serde_json::{Value, json};

use super::Way;
use crate::cast::MARRIAGE_ELSEWHERE;
use crate::harness::TestApp;

type Dates = (Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The row is where the way ended, its dates are the clock's, its timers are those that wait, and the journal has each version.
pub async fn of_dossier(app: &TestApp, way: &Way) {
    let (conn, id) = (&mut *app.db.conn().await.unwrap(), DossierId(way.id.parse().unwrap()));
    let about = way.to_string();
    let row = dossiers::table.find(id);
    let (status, stands): (Status, bool) =
        row.select((dossiers::status, dossiers::clock_stands)).first(conn).await.unwrap();
    assert_eq!(status, way.at, "{about}");
    let clock: Option<Json<Clock>> = row.select(dossiers::clock).first(conn).await.unwrap();
    let told = as_told(app, way).await;
    let kept = clock.clone().map(|Json(clock)| (clock.starts_at, clock.limit, clock.events));
    let told_now = told.clone().map(|(starts_at, (_, limit), events)| (starts_at, limit, events));
    assert_eq!(kept, told_now, "{about}: the clock is another than the journal tells");
    let dates: Dates = row
        .select((dossiers::original_due_at, dossiers::statutory_due_at, dossiers::due_at))
        .first(conn)
        .await
        .unwrap();
    let rules = Rules::read(conn).await.unwrap();
    let deadline = |clock| rules.deadline(&clock).unwrap();
    let printed_first = clock.clone().zip(told).map(|(Json(clock), (_, (limit, _), _))| Clock { limit, ..clock });
    let printed_first = printed_first.map(|clock| deadline(Clock { events: Vec::new(), ..clock }));
    let by_clock = clock.map(|Json(clock)| deadline(clock));
    let expected = by_clock.as_ref();
    let expected = (
        printed_first.map(|deadline| deadline.original_due_at),
        expected.map(|deadline| deadline.statutory_due_at),
        expected.map(|deadline| deadline.due_at),
    );
    assert_eq!(dates, expected, "{about}");
    assert_eq!(entries_join(app, way).await, (json!(status.code()), json!(dates.2)), "{about}");
    let last = receipts::table.filter(receipts::dossier_id.eq(id)).order(receipts::version.desc());
    let last: Option<String> = last.select(receipts::signed).first(conn).await.optional().unwrap();
    if let Some(due_at) = dates.2.filter(|_| !stands) {
        let last: Receipt = PublicKeys::unverified(&last.expect("what is accepted has a receipt")).unwrap();
        assert_eq!(last.due_at, due_at, "{about}: another day than the last receipt promises, {:?}", last.stage);
    }
    let set: Vec<(String, DateTime<Utc>)> = timers::table
        .filter(timers::entity_id.eq(id.0))
        .select((timers::kind, timers::fire_at))
        .load(conn)
        .await
        .unwrap();
    if !status.is_open() {
        assert!(set.is_empty(), "{about}: {set:?}");
    }
    let now = app.clock.now();
    if status.is_examined() && !stands && dates.1.is_some_and(|due_at| due_at > now) {
        assert!(set.iter().any(|(kind, _)| kind == "deadline"), "{about}: its timer is lost");
    }
    for (kind, fire_at) in set.iter().filter(|(kind, _)| kind == "deadline") {
        assert!(status.is_examined() && !stands && Some(*fire_at) == dates.1, "{about}: {kind} {fire_at}");
    }
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{id}'");
    let versions = format!("SELECT version FROM dossiers WHERE id = '{id}'");
    assert_eq!(app.count(&told).await, app.count(&versions).await, "{about}");
}

/// Each entry begins where the one before ended: with its state and with what was promised.
async fn entries_join(app: &TestApp, way: &Way) -> (Value, Value) {
    let conn = &mut *app.db.conn().await.unwrap();
    let id: uuid::Uuid = way.id.parse().unwrap();
    let entries = journal::table.filter(journal::entity_id.eq(id)).order(journal::entity_version);
    let entries: Vec<String> = entries.select(journal::event).load(conn).await.unwrap();
    let (mut state, mut due) = (json!("draft"), Value::Null);
    for entry in entries {
        let entry: Value = serde_json::from_str(&entry).unwrap();
        let (kind, data) = entry.as_object().unwrap().iter().next().unwrap();
        for (now, before, after) in [(&mut state, "state_before", "state_after"), (&mut due, "due_before", "due_after")]
        {
            if let Some(then) = data.get(before) {
                assert_eq!(then, now, "{way}: {kind} begins elsewhere");
                *now = data[after].clone();
            }
        }
    }
    (state, due)
}

/// The clock of a dossier, from nothing but what its journal tells and the limits of the rules.
///
/// The limit is that which was printed first, and that of the case which it is now.
async fn as_told(app: &TestApp, way: &Way) -> Option<(DateTime<Utc>, (Limit, Limit), Vec<ClockEvent>)> {
    let conn = &mut *app.db.conn().await.unwrap();
    let id: uuid::Uuid = way.id.parse().unwrap();
    let entries: Vec<(String, DateTime<Utc>)> = journal::table
        .filter(journal::entity_id.eq(id))
        .order(journal::entity_version)
        .select((journal::event, journal::occurred_at))
        .load(conn)
        .await
        .unwrap();
    let limit_of = |case: &str| match (way.kind.procedure, case) {
        ("1.013225", "house") => Limit { amount: 7, unit: Unit::WorkingDay },
        ("1.013225", "other") => Limit { amount: 10, unit: Unit::WorkingDay },
        ("1.001193", "standard") => Limit { amount: 0, unit: Unit::SameDay },
        ("1.000894", "verification") => Limit { amount: 5, unit: Unit::WorkingDay },
        other => panic!("no limit of {other:?} is known here"),
    };
    let printed_first = limit_of(way.kind.case);
    let (mut limit, mut starts_at, mut events, mut supply_by) = (printed_first, None, Vec::new(), None);
    // Marriages stand while a duty is awaited.
    let (waits, mut duties) = (way.kind.procedure == MARRIAGE_ELSEWHERE.procedure, Vec::new());
    let stands = |events: &[ClockEvent]| matches!(events.last(), Some(ClockEvent::Pause { .. }));
    for (entry, at) in entries {
        use procedures::event::Event::*;
        match serde_json::from_str(&entry).unwrap() {
            Accepted { .. } => starts_at = Some(at),
            // Received elsewhere, it begins when the competent agency has it, and once.
            HandedOver { .. } if way.kind.elsewhere && events.is_empty() => events.push(ClockEvent::Restart { at }),
            SupplementRequested { supply_by: by, .. } => {
                supply_by = by;
                events.push(ClockEvent::Pause { at });
            }
            SupplementConfirmed { restarted: true, .. } => events.push(ClockEvent::Restart { at }),
            SupplementConfirmed { restarted: false, .. } if stands(&events) => {
                events.push(ClockEvent::Resume { at });
            }
            // At intake no clock runs yet.
            SupplementLapsed { due_at } if starts_at.is_some() => {
                let at = supply_by.expect("it was sent with a time") - TimeDelta::microseconds(1);
                events.push(if due_at.is_some() { ClockEvent::Restart { at } } else { ClockEvent::Resume { at } });
            }
            Reappointed { due_at } => {
                events.push(ClockEvent::Reappoint { due_date: deadlines::due_date(due_at) });
            }
            CaseChanged { to, .. } => limit = limit_of(&to),
            PaymentRequested { order, .. } if waits => {
                duties.push(order);
                events.push(ClockEvent::Pause { at });
            }
            PaymentReceived { order, applied: true, .. } if duties.contains(&order) => {
                duties.retain(|duty| *duty != order);
                if duties.is_empty() && stands(&events) {
                    events.push(ClockEvent::Resume { at });
                }
            }
            PaymentWaived { .. } if stands(&events) => {
                duties.clear();
                events.push(ClockEvent::Resume { at });
            }
            _ => {}
        }
    }
    starts_at.map(|starts_at| (starts_at, (printed_first, limit), events))
}

/// What is open belongs to a state that waits for it; every paid order has the one payment that settles it; and what is to go
/// back, and only that, has a timer that asks for it.
pub async fn of_money_and_questions(app: &TestApp, way: &Way) {
    let dossier = format!("WITH dossier AS (SELECT * FROM dossiers WHERE id = '{}')", way.id);
    let waits =
        |status| format!("(status = '{status}' OR (status = 'withdrawal_requested' AND state_before = '{status}'))");
    let wrong = [
        (
            "a question is open exactly while one is waited for",
            format!(
                "SELECT count(*) FROM dossier WHERE {} IS DISTINCT FROM EXISTS (SELECT FROM consultations
                 WHERE dossier_id = dossier.id AND consultations.status = 'open' AND closed_at IS NULL)",
                waits("consulting")
            ),
        ),
        (
            "a duty is open exactly while one is waited for",
            format!(
                "SELECT count(*) FROM dossier WHERE {} IS DISTINCT FROM EXISTS (SELECT FROM fee_orders
                 WHERE dossier_id = dossier.id AND kind = 'duty' AND fee_orders.status = 'open' AND settled_at IS NULL)",
                waits("awaiting_payment")
            ),
        ),
        (
            "something is asked of the applicant exactly where the state says so",
            "SELECT count(*) FROM dossier WHERE EXISTS (SELECT FROM supplements
             WHERE dossier_id = dossier.id AND closed_at IS NULL)
             IS DISTINCT FROM (coalesce(CASE WHEN status IN ('withdrawal_requested', 'awaiting_intake_decision')
                THEN state_before END, status) IN ('intake_supplement', 'supplement_proposed', 'supplement_signed',
                'supplement_requested'))"
                .to_owned(),
        ),
        (
            "the applicant's time has a timer exactly while it runs",
            "SELECT count(*) FROM dossier WHERE EXISTS (SELECT FROM timers WHERE entity_id = dossier.id AND kind = 'supply')
             IS DISTINCT FROM EXISTS (SELECT FROM supplements WHERE dossier_id = dossier.id AND closed_at IS NULL
                AND due_at IS NOT NULL AND lapsed_at IS NULL)"
                .to_owned(),
        ),
        (
            "nothing is left to pay of what has ended",
            "SELECT count(*) FROM dossier JOIN fee_orders ON dossier_id = dossier.id
             WHERE dossier.status IN ('returned', 'stopped') AND fee_orders.status = 'open'"
                .to_owned(),
        ),
        (
            "an order is paid or refunded by exactly one payment of its amount, and no other",
            "SELECT count(*) FROM dossier JOIN fee_orders ON dossier_id = dossier.id
             WHERE (SELECT array_agg(CASE WHEN payments.amount <> fee_orders.amount THEN 'another sum'
                    WHEN payments.status = 'refunded' THEN 'refunded' ELSE 'paid' END)
                    FROM payments WHERE order_id = fee_orders.id AND applied)
             IS DISTINCT FROM CASE WHEN fee_orders.status IN ('paid', 'refunded') THEN ARRAY[fee_orders.status] END"
                .to_owned(),
        ),
        (
            "money that settles nothing is never kept",
            "SELECT count(*) FROM dossier JOIN payments ON dossier_id = dossier.id
             WHERE NOT applied AND payments.status = 'kept'"
                .to_owned(),
        ),
        (
            "a timer asks for each payment that is to go back, and for no other",
            "SELECT count(*) FROM dossier JOIN payments ON dossier_id = dossier.id
             WHERE (payments.status = 'refunding') IS DISTINCT FROM
                   EXISTS (SELECT FROM timers WHERE entity_kind = 'payment' AND entity_id = payments.id)"
                .to_owned(),
        ),
    ];
    for (rule, sql) in wrong {
        assert_eq!(app.count(&format!("{dossier} {sql}")).await, 0, "{rule}: {way}");
    }
}
