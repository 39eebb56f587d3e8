//! Answers questions about deadlines, one JSON object a line: the way into this crate from any language.
//!
//! ```text
//! $ echo '{"starts_at": "2026-08-28T09:00:00+07:00", "limit": {"amount": 1, "unit": "working_day"}}' |
//!       cargo run -q -p deadlines --example answer -- migrations/seed/calendars/vn-2026-11.csv
//! {"original_due_at":"2026-09-03T17:00:00Z",…,"due_date":"2026-09-03",…}
//! ```
//!
//! What cannot be answered is answered with `{"error": code}`.

use std::error::Error;
use std::io::{BufWriter, Write, stdin, stdout};

use chrono::{DateTime, Utc};
use deadlines::{Calendar, Event, Limit, Office, compute};
use serde::Deserialize;
use serde_json::{json, to_value};

#[derive(Deserialize)]
struct Question {
    starts_at: DateTime<Utc>,
    limit: Limit,
    #[serde(default)]
    events: Vec<Event>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: answer CALENDAR.csv < questions.jsonl")?;
    let calendar = Calendar::parse("example", &std::fs::read_to_string(path)?)?;
    let office = Office::default();
    let mut answers = BufWriter::new(stdout().lock());
    for line in stdin().lines() {
        let Question { starts_at, limit, events } = serde_json::from_str(&line?)?;
        let answer = match compute(&calendar, &office, starts_at, limit, &events) {
            Ok(deadline) => to_value(deadline)?,
            Err(error) => json!({"error": error.code()}),
        };
        writeln!(answers, "{answer}")?;
    }
    Ok(answers.flush()?)
}
