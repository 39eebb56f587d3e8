//! Law as data: calendars and statutory limits, effective-dated, each with its source and how sure we are of it.
//!
//! They are files under `migrations/seed/`, loaded into tables by `caunoi migrate`, and read once at start. Beside them, in
//! which hours each agency works: the directory says so ([`Rules::keep_offices`]).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, Utc};
use deadlines::{Calendar, CalendarRow, Confidence, Limit, Office, RowKind, Unit};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde::de::IntoDeserializer;
use serde::de::value::Error as CodeError;
use serde::{Deserialize, Serialize};

use crate::id::AgencyId;
use crate::problem::{self, Error, Result};
use crate::schema::{calendar_days, calendars, clock_rules};

/// Calendar files by version. A published version never changes: a correction is a new version.
const CALENDARS: &[(&str, &str)] = &[("vn-2026-11", include_str!("../../../migrations/seed/calendars/vn-2026-11.csv"))];
const CLOCKS: &str = include_str!("../../../migrations/seed/clocks.csv");

/// The rules in force, in memory.
#[derive(Debug)]
pub struct Rules {
    calendars: BTreeMap<String, Arc<Calendar>>,
    clocks: Vec<ClockRule>,
    /// Of the agencies that do not keep the usual hours.
    offices: ArcSwap<HashMap<AgencyId, Office>>,
    /// Agencies that receive for all others.
    centres: ArcSwap<HashSet<AgencyId>>,
    /// What every agency is in the city.
    standings: ArcSwap<HashMap<AgencyId, Standing>>,
}

/// What an agency is in the city, as far as rules go by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub code: String,
    /// The agency above it.
    pub parent: Option<AgencyId>,
    pub remote_area: bool,
}

/// The limit of one stage of one kind of matter, while it is valid.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, Deserialize)]
#[diesel(table_name = clock_rules)]
pub struct ClockRule {
    pub kind: String,
    pub stage: String,
    pub variant: String,
    pub valid_from: NaiveDate,
    /// The last day on which it is valid.
    pub valid_to: NaiveDate,
    pub amount: i32,
    pub unit: String,
    /// What starts it, like `received`.
    pub start_event: String,
    pub extension_amount: Option<i32>,
    pub extension_max: Option<i16>,
    pub extension_reason: Option<String>,
    /// The text that says so.
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only. What is not C is a setting to be checked.
    pub mark: String,
    pub note: Option<String>,
}

impl ClockRule {
    /// The limit as the deadline computation takes it.
    pub fn limit(&self) -> Result<Limit> {
        let amount = u32::try_from(self.amount).map_err(|error| problem::INTERNAL.because(error))?;
        Ok(Limit { amount, unit: from_code::<Unit>(&self.unit)? })
    }
}

impl Rules {
    /// Reads the rules of an installation.
    pub async fn read(conn: &mut AsyncPgConnection) -> Result<Self> {
        let rows: Vec<(String, NaiveDate, String, String, String, String)> = calendar_days::table.load(conn).await?;
        let mut by_version = BTreeMap::<String, Vec<CalendarRow>>::new();
        for (version, date, kind, name, source, confidence) in rows {
            let (kind, confidence) = (from_code::<RowKind>(&kind)?, from_code::<Confidence>(&confidence)?);
            by_version.entry(version).or_default().push(CalendarRow { date, kind, name, source, confidence });
        }
        let mut calendars = BTreeMap::new();
        for (version, rows) in by_version {
            let calendar = Calendar::new(version.clone(), rows).map_err(|error| problem::INTERNAL.because(error))?;
            calendars.insert(version, Arc::new(calendar));
        }
        Ok(Self {
            calendars,
            clocks: clock_rules::table.load(conn).await?,
            offices: ArcSwap::default(),
            centres: ArcSwap::default(),
            standings: ArcSwap::default(),
        })
    }

    /// From now on these agencies keep these hours, and all others the usual ones. What runs keeps the hours it began with.
    pub fn keep_offices(&self, offices: HashMap<AgencyId, Office>) {
        self.offices.store(Arc::new(offices));
    }

    /// The hours that an agency keeps now, where they are not the usual ones.
    pub fn office(&self, agency: AgencyId) -> Option<Office> {
        self.offices.load_full().get(&agency).cloned()
    }

    /// From now on these agencies, and no others, receive for all.
    pub fn keep_centres(&self, centres: HashSet<AgencyId>) {
        self.centres.store(Arc::new(centres));
    }

    /// Whether an agency receives what any other decides: nothing is outside its territory (NĐ 118/2025 Art. 9–10).
    pub fn receives_for_all(&self, agency: AgencyId) -> bool {
        self.centres.load_full().contains(&agency)
    }

    /// From now on the agencies stand so in the city.
    pub fn keep_standings(&self, standings: HashMap<AgencyId, Standing>) {
        self.standings.store(Arc::new(standings));
    }

    /// The code of an agency.
    pub fn agency_code(&self, agency: AgencyId) -> Option<String> {
        self.standings.load_full().get(&agency).map(|standing| standing.code.clone())
    }

    /// The agencies above one, upwards.
    pub fn above(&self, agency: AgencyId) -> Vec<AgencyId> {
        let standings = self.standings.load_full();
        let parent = |of: &AgencyId| standings.get(of).and_then(|standing| standing.parent);
        std::iter::successors(parent(&agency), parent).collect()
    }

    /// An agency and all those below it.
    pub fn below(&self, agency: AgencyId) -> Vec<AgencyId> {
        let all: Vec<AgencyId> = self.standings.load_full().keys().copied().collect();
        all.into_iter().filter(|other| *other == agency || self.above(*other).contains(&agency)).collect()
    }

    /// Whether an agency serves a remote area, where complaints have longer limits (LKN Art. 28, 33, 37, 44).
    pub fn is_remote(&self, agency: AgencyId) -> bool {
        self.standings.load_full().get(&agency).is_some_and(|standing| standing.remote_area)
    }

    /// All calendars, the newest last.
    pub fn calendars(&self) -> impl Iterator<Item = &Arc<Calendar>> {
        self.calendars.values()
    }

    /// The calendar that new matters are accepted under: the newest version.
    pub fn calendar(&self) -> Result<&Arc<Calendar>> {
        self.calendars.values().next_back().ok_or_else(|| problem::INTERNAL.because("no calendar is loaded"))
    }

    /// The calendar that a matter was accepted under.
    pub fn calendar_of(&self, version: &str) -> Result<&Arc<Calendar>> {
        self.calendars.get(version).ok_or_else(|| problem::INTERNAL.because(format!("no calendar {version}")))
    }

    /// The limit of a stage on a day.
    pub fn clock(&self, kind: &str, stage: &str, variant: &str, on: NaiveDate) -> Option<&ClockRule> {
        self.clocks.iter().find(|rule| {
            rule.kind == kind
                && rule.stage == stage
                && rule.variant == variant
                && (rule.valid_from..=rule.valid_to).contains(&on)
        })
    }
}

/// Loads the seed files: new calendar versions and the clock rules as they are now. Running it again changes nothing.
pub async fn seed(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<()> {
    for (version, csv) in CALENDARS {
        load_calendar(conn, version, csv, now).await?;
    }
    let rules: Vec<ClockRule> = read_csv::<ClockRow>(CLOCKS)?.into_iter().map(ClockRow::rule).collect();
    diesel::delete(clock_rules::table).execute(conn).await?;
    diesel::insert_into(clock_rules::table).values(rules).execute(conn).await?;
    Ok(())
}

/// Loads a calendar that has been checked ([`Calendar::parse`]). One that is there already stays as it is.
pub async fn load_calendar(conn: &mut AsyncPgConnection, version: &str, csv: &str, now: DateTime<Utc>) -> Result<()> {
    let rows = read_csv::<CalendarRow>(csv)?.into_iter().map(|row| day(version, row)).collect::<Result<Vec<_>>>()?;
    conn.transaction::<_, Error, _>(async |conn| {
        let known = diesel::insert_into(calendars::table)
            .values((calendars::version.eq(version), calendars::country.eq("VN"), calendars::loaded_at.eq(now)))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        if known == 1 {
            diesel::insert_into(calendar_days::table).values(rows).execute(conn).await?;
        }
        Ok(())
    })
    .await
}

#[derive(Insertable)]
#[diesel(table_name = calendar_days)]
struct DayRow {
    calendar_version: String,
    date: NaiveDate,
    kind: String,
    name: String,
    source: String,
    confidence: String,
}

fn day(version: &str, row: CalendarRow) -> Result<DayRow> {
    let (kind, confidence) = (code(&row.kind)?, code(&row.confidence)?);
    let CalendarRow { date, name, source, .. } = row;
    Ok(DayRow { calendar_version: version.to_owned(), date, kind, name, source, confidence })
}

/// A line of `clocks.csv`, where an empty cell means none.
#[derive(Deserialize)]
struct ClockRow {
    kind: String,
    stage: String,
    variant: String,
    amount: i32,
    unit: String,
    start_event: String,
    ext_amount: Option<i32>,
    ext_max: Option<i16>,
    ext_reason: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    source: String,
    mark: String,
    note: Option<String>,
}

impl ClockRow {
    fn rule(self) -> ClockRule {
        ClockRule {
            kind: self.kind,
            stage: self.stage,
            variant: self.variant,
            valid_from: self.valid_from.unwrap_or(BEGINNING),
            valid_to: self.valid_to.unwrap_or(END),
            amount: self.amount,
            unit: self.unit,
            start_event: self.start_event,
            extension_amount: self.ext_amount,
            extension_max: self.ext_max,
            extension_reason: self.ext_reason,
            source: self.source,
            mark: self.mark,
            note: self.note,
        }
    }
}

/// Stand for "always was" and "until further notice".
const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date");
const END: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a date");

/// The rows of a seed file.
pub fn read_csv<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| problem::INTERNAL.because(format!("a seed file: {error}")))
}

fn from_code<T: for<'de> Deserialize<'de>>(code: &str) -> Result<T, Error> {
    T::deserialize(code.into_deserializer()).map_err(|error: CodeError| problem::INTERNAL.because(error))
}

fn code(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => Ok(code),
        other => Err(problem::INTERNAL.because(format!("{other:?} is not a code"))),
    }
}
