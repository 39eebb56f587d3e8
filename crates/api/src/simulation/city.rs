//! Who works where, and how: units that are early, on time and late, each with its habits.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use directory::staff::import::{Wanted, import};
use directory::{Agencies, Agency, AgencyKind, Posting, StaffContent, staff};
use fastrand::Rng;
use kernel::id::{AgencyId, StaffId};
use kernel::{Actor, Ctx, Result, Role};

use super::people;

/// What the unit of a city does as a rule, in percent and per mille.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// How much of the time that is left it takes, percent.
    pub pace: u32,
    /// How often it asks for papers, ‰.
    pub supplement: u32,
    /// How often it says no, ‰.
    pub refusal: u32,
    /// How often it gives a new date to whom it will keep waiting, ‰.
    pub extension: u32,
}

/// An agency with somebody in each of the four roles.
pub struct Unit {
    pub agency: AgencyId,
    pub code: String,
    pub habits: Habits,
    /// How many come here, beside the others.
    pub weight: u32,
    staff: [StaffId; 4],
}

const ROLES: [(Role, &str, &str); 4] = [
    (Role::ReceptionOfficer, "tn", "Chuyên viên Bộ phận Một cửa"),
    (Role::ProcessingOfficer, "cv", "Chuyên viên"),
    (Role::Leader, "ld", "Lãnh đạo"),
    (Role::HeadOfAgency, "tr", "Trưởng Bộ phận Một cửa"),
];

impl Unit {
    pub fn reception(&self, now: DateTime<Utc>) -> Ctx {
        self.somebody(0, now)
    }

    pub fn examiner(&self, now: DateTime<Utc>) -> Ctx {
        self.somebody(1, now)
    }

    pub fn leader(&self, now: DateTime<Utc>) -> Ctx {
        self.somebody(2, now)
    }

    /// Whoever heads its one-stop shop.
    pub fn head(&self, now: DateTime<Utc>) -> Ctx {
        self.somebody(3, now)
    }

    fn somebody(&self, n: usize, now: DateTime<Utc>) -> Ctx {
        Ctx { actor: Actor::staff(self.staff[n], self.agency, vec![ROLES[n].0]), now }
    }
}

/// The units that take part.
pub struct City {
    /// Those of the wards and communes, which take in most.
    pub communes: Vec<Unit>,
    /// Those of the centre's branches, which receive for all.
    pub branches: Vec<Unit>,
    /// The department that settles what is the city's.
    pub justice: Option<Unit>,
    /// The department that is asked about building.
    pub construction: Option<Unit>,
}

/// Codes of the two departments, as in the demo's directory.
const JUSTICE: &str = "H26.2";
const CONSTRUCTION: &str = "H26.3";

impl City {
    /// The agencies of the directory that exist on the first day, and their staff: hired where they are missing.
    pub async fn found(
        conn: &mut AsyncPgConnection,
        agencies: &Agencies,
        first_day: NaiveDate,
        now: DateTime<Utc>,
        rng: &mut Rng,
    ) -> Result<Self> {
        let there = |agency: &&Agency| agency.exists_on(first_day);
        let receives = |agency: &&Agency| matches!(agency.kind, AgencyKind::Commune | AgencyKind::Branch);
        let receiving = agencies.all().filter(there).filter(receives);
        let departments = [JUSTICE, CONSTRUCTION].map(|code| agencies.by_code(code).filter(there));
        let all: Vec<&Agency> = receiving.chain(departments.into_iter().flatten()).collect();
        let mut known: HashMap<String, StaffId> =
            staff::all(conn).await?.into_iter().map(|member| (member.username, member.id)).collect();
        let missing: Vec<Wanted> = all.iter().flat_map(|agency| hires(agency, &known, now)).collect();
        known.extend(missing.iter().map(|wanted| (wanted.content.username.clone(), wanted.id)));
        let system = Ctx { actor: Actor::System, now };
        import(conn, &system, agencies, missing, false).await.map_err(|(_, error)| error)?;
        let mut city = Self { communes: Vec::new(), branches: Vec::new(), justice: None, construction: None };
        for agency in all {
            let staff = ROLES.map(|(_, role, _)| known[&username(agency, role)]);
            let unit = Unit {
                agency: agency.id,
                code: agency.code.clone(),
                habits: habits(rng),
                weight: rng.u32(20..100),
                staff,
            };
            match agency.code.as_str() {
                JUSTICE => city.justice = Some(unit),
                CONSTRUCTION => city.construction = Some(unit),
                _ if agency.kind == AgencyKind::Branch => city.branches.push(unit),
                _ => city.communes.push(unit),
            }
        }
        Ok(city)
    }
}

/// A quarter are early, a fifth are late with every third matter or so.
fn habits(rng: &mut Rng) -> Habits {
    let pace = match rng.u32(0..100) {
        0..25 => 30,
        25..80 => 60,
        _ => 90,
    };
    let (supplement, refusal, extension) = (rng.u32(20..150), rng.u32(10..60), rng.u32(100..700));
    Habits { pace, supplement, refusal, extension }
}

fn hires(agency: &Agency, known: &HashMap<String, StaffId>, now: DateTime<Utc>) -> Vec<Wanted> {
    let roles = ROLES.into_iter().filter(|(_, short, _)| !known.contains_key(&username(agency, short)));
    let hire = |(role, short, title): (Role, &str, &str)| {
        let posting = Posting { agency_id: agency.id, role, valid_from: agency.valid_from, valid_to: None };
        let content = StaffContent {
            username: username(agency, short),
            name: people::name(seed(&username(agency, short))),
            title: Some(title.to_owned()),
            agency_id: agency.id,
            roles: vec![posting],
        };
        Wanted { id: StaffId::at(now), old: None, content }
    };
    roles.map(hire).collect()
}

/// Nobody signs in with them: they have no password.
fn username(agency: &Agency, role: &str) -> String {
    format!("nam.{}.{role}", agency.code.to_lowercase())
}

/// A number for a text, so that somebody is called the same in every run.
fn seed(text: &str) -> u64 {
    text.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()))
}
