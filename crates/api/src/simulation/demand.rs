//! What is filed when: by season, weekday and hour, by procedure and by channel. The shares are made up, and plausible.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use fastrand::Rng;
use kernel::Result;
use procedures::Catalogue;
use procedures::dossier::Channel;

use super::hours::{Hours, begin};

/// A case of a procedure: how many file it, and on which way, in percent: online, at the counter, by post; the rest at a
/// kiosk.
pub struct Matter {
    pub procedure: &'static str,
    pub case: &'static str,
    share: u32,
    ways: [u32; 3],
}

const fn matter(procedure: &'static str, case: &'static str, share: u32, ways: [u32; 3]) -> Matter {
    Matter { procedure, case, share, ways }
}

const USUAL: [u32; 3] = [55, 33, 5];
const BY_HAND: [u32; 3] = [8, 84, 5];

const MATTERS: &[Matter] = &[
    matter("2.000815", "standard", 30, BY_HAND),
    matter("2.000635", "standard", 14, USUAL),
    matter("1.001193", "standard", 12, USUAL),
    matter("1.000894", "standard", 6, [30, 64, 1]),
    matter("1.000894", "verification", 1, USUAL),
    matter("2.000908", "standard", 5, BY_HAND),
    matter("1.004194", "standard", 10, USUAL),
    matter("1.004222", "standard", 7, USUAL),
    matter("1.001612", "standard", 6, USUAL),
    matter("1.013225", "house", 7, USUAL),
    matter("1.013225", "other", 2, USUAL),
    matter("1.013225", "extension", 1, USUAL),
    matter("2.000488", "standard", 7, USUAL),
    matter("2.000488", "reduced", 2, USUAL),
];

/// January to December, percent of the average: little at Tết, much before school begins.
const MONTHS: [u32; 12] = [95, 75, 110, 105, 105, 110, 115, 120, 105, 100, 100, 95];
/// Monday to Sunday.
const WEEKDAYS: [u32; 7] = [125, 110, 100, 95, 90, 90, 90];
/// Those who file on a day off do it from home.
const DAY_OFF: u32 = 12;

/// How much is filed on a day, beside other days.
pub fn weight(hours: &Hours, day: NaiveDate) -> Result<u64> {
    let worked = hours.is_open_on(day)?;
    // The offices are open in the weeks around Tết, and hardly anybody comes.
    let tet = (-7_i64..=7).any(|days| is_tet(hours, day + TimeDelta::days(days)));
    let season = MONTHS[day.month0() as usize] * WEEKDAYS[day.weekday().num_days_from_monday() as usize];
    let here = if worked { 100 } else { DAY_OFF } * if tet { 45 } else { 100 };
    Ok(u64::from(season) * u64::from(here))
}

fn is_tet(hours: &Hours, day: NaiveDate) -> bool {
    let name = hours.calendar.day(day).ok().and_then(|day| day.name);
    name.is_some_and(|name| name.starts_with("Tết Nguyên đán"))
}

/// How many are filed on each day, `dossiers` in all.
pub fn spread(hours: &Hours, first_day: NaiveDate, days: u32, dossiers: u32) -> Result<Vec<(NaiveDate, u32)>> {
    let days: Vec<NaiveDate> = (0..days).map(|n| first_day + Days::new(n.into())).collect();
    let weights = days.iter().map(|day| weight(hours, *day)).collect::<Result<Vec<u64>>>()?;
    let total: u64 = weights.iter().sum::<u64>().max(1);
    let (mut passed, mut filed) = (0, 0);
    let mut share = |weight: u64| {
        passed += u128::from(weight);
        let by_now = u32::try_from(passed * u128::from(dossiers) / u128::from(total)).unwrap_or(dossiers);
        by_now - std::mem::replace(&mut filed, by_now)
    };
    Ok(days.into_iter().zip(weights).map(|(day, weight)| (day, share(weight))).collect())
}

/// What somebody files on a day, how, and at which moment. `worked` says whether the counters are open.
pub fn filing(
    rng: &mut Rng,
    catalogue: &Catalogue,
    day: NaiveDate,
    worked: bool,
) -> Option<(&'static Matter, Channel, DateTime<Utc>)> {
    let filed = |matter: &Matter, channel| {
        catalogue.choose(matter.procedure, matter.case, day).is_ok_and(|(_, case)| case.is_filed(channel))
    };
    let usual = if worked { Channel::Counter } else { Channel::Online };
    let known = |matter: &&Matter| filed(matter, usual);
    let matters: Vec<&'static Matter> = MATTERS.iter().filter(known).collect();
    let matter = matters.get(pick(rng, matters.iter().map(|matter| matter.share))?)?;
    let [online, counter, post] = matter.ways;
    let channels = [Channel::Online, Channel::Counter, Channel::Post, Channel::Kiosk];
    let channel = match worked {
        true => channels[pick(rng, [online, counter, post, 100 - online - counter - post].into_iter())?],
        false => Channel::Online,
    };
    let channel = if filed(matter, channel) { channel } else { usual };
    let minute = match channel {
        // From 06:00 to 23:00, most in the middle of the day.
        Channel::Online => 360 + rng.u32(0..=510) + rng.u32(0..=510),
        // More in the morning than after noon, and nobody in the last quarter of an hour.
        _ if rng.u32(0..100) < 60 => 480 + rng.u32(0..=150) + rng.u32(0..=60),
        _ => 810 + rng.u32(0..=130) + rng.u32(0..=80),
    };
    Some((matter, channel, begin(day) + TimeDelta::seconds((minute * 60 + rng.u32(0..60)).into())))
}

/// One among many, by their weights.
pub fn pick(rng: &mut Rng, weights: impl Iterator<Item = u32> + Clone) -> Option<usize> {
    let total: u32 = weights.clone().sum();
    if total == 0 {
        return None;
    }
    let mut left = rng.u32(0..total);
    weights.into_iter().position(|weight| left.checked_sub(weight).map(|rest| left = rest).is_none())
}
