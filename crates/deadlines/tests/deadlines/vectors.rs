//! Deadlines worked out by hand, one for every rule.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::{Event, Limit, Unit};
use serde::Deserialize;

use crate::compute;

#[derive(Debug, Deserialize)]
struct Vector {
    starts_at: DateTime<Utc>,
    amount: u32,
    unit: Unit,
    events: Option<String>,
    due_at: DateTime<Utc>,
    due_date: NaiveDate,
    exercises: String,
}

#[test]
fn all_38_vectors() {
    let text = include_str!("../../testdata/deadline-vectors.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let vectors: Vec<Vector> = reader.deserialize().map(|vector| vector.unwrap()).collect();
    assert_eq!(vectors.len(), 38);
    for vector in vectors {
        let Vector { starts_at, amount, unit, .. } = vector;
        let events = vector.events.as_deref().unwrap_or("[]");
        let events: Vec<Event> = serde_json::from_str(events).unwrap();
        let deadline = compute(starts_at, Limit { amount, unit }, &events).unwrap();
        assert_eq!(deadline.due_at, vector.due_at, "{}", vector.exercises);
        assert_eq!(deadline.due_date, vector.due_date, "{}", vector.exercises);
    }
}
