//! Instants in JSON, for long lists: chrono takes them through `fmt`, which costs a list more than its query does.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// Serialises an instant as chrono does: for `#[serde(serialize_with)]`.
pub fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = [0; LONGEST];
    match write(at, &mut text) {
        Some(text) => serializer.serialize_str(text),
        None => at.serialize(serializer),
    }
}

/// Like [`serialize`], with null for none.
pub fn serialize_option<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serialize(at, serializer),
        None => serializer.serialize_none(),
    }
}

const LONGEST: usize = "2026-11-23T10:00:00.000001Z".len();

/// The instant in RFC 3339, if it is of a common kind: in a year of four digits and of whole microseconds.
fn write<'a>(at: &DateTime<Utc>, text: &'a mut [u8; LONGEST]) -> Option<&'a str> {
    let (date, time) = (at.date_naive(), at.time());
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
    let (micros, rest) = (time.nanosecond() / 1000, time.nanosecond() % 1000);
    if rest != 0 || micros >= 1_000_000 {
        return None;
    }
    text.copy_from_slice(b"0000-00-00T00:00:00.000000Z");
    digits(&mut text[..4], year);
    digits(&mut text[5..7], date.month());
    digits(&mut text[8..10], date.day());
    digits(&mut text[11..13], time.hour());
    digits(&mut text[14..16], time.minute());
    digits(&mut text[17..19], time.second());
    digits(&mut text[20..26], micros);
    // As few digits as say it all, in threes.
    let end = match micros {
        0 => 19,
        _ if micros % 1000 == 0 => 23,
        _ => 26,
    };
    text[end] = b'Z';
    std::str::from_utf8(&text[..=end]).ok()
}

fn digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[derive(Serialize)]
    struct Ours(#[serde(serialize_with = "serialize")] DateTime<Utc>);

    #[test]
    fn an_instant_looks_as_chrono_writes_it() {
        let start: DateTime<Utc> = "2026-11-23T10:00:00Z".parse().unwrap();
        let steps = [0, 1, 999, 1000, 1001, 1_000_000, 1_001_000, 999_999_999, 1_000_000_000];
        let days = [0, -1, 99, -300_000, 40_000, 2_000_000, 3_000_000, -5_000_000];
        for at in
            days.iter().flat_map(|day| steps.map(|step| start + TimeDelta::days(*day) + TimeDelta::nanoseconds(step)))
        {
            assert_eq!(serde_json::to_string(&Ours(at)).unwrap(), serde_json::to_string(&at).unwrap(), "{at:?}");
        }
    }
}
