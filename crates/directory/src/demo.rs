//! A city hall to try it all with. Names, people and the codes below H26 are the demo's own inventions; the names of
//! the agencies are those of Hanoi since 2025-07-01, all 126 wards and communes among them (QĐ 20/2020/QĐ-TTg gives Hanoi
//! the code H26; what the wards were given after the districts went is not published in one place, so `H26.13.nn` stands in).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use kernel::id::{AgencyId, StaffId};
use kernel::problem::INTERNAL;
use kernel::{Actor, Ctx, Result, Role};
use uuid::Uuid;

use crate::agency::change;
use crate::agency::file::Reading;
use crate::{Agencies, AgencyContent, Posting, Staff, StaffContent, password, staff};

/// The password of every account of the demo.
pub const PASSWORD: &str = "caunoi-demo";

/// A citizen whom the demo's identity provider knows. The account here is made at the first sign-in.
pub struct DemoCitizen {
    pub username: &'static str,
    /// The provider's name for the person.
    pub subject: &'static str,
    pub name: &'static str,
    pub identity_number: &'static str,
}

pub const CITIZENS: &[DemoCitizen] = &[
    DemoCitizen {
        username: "congdan1",
        subject: "demo-citizen-1",
        name: "Nguyễn Thị Bình Minh",
        identity_number: "001190000001",
    },
    DemoCitizen {
        username: "congdan2",
        subject: "demo-citizen-2",
        name: "Trần Văn Hoà",
        identity_number: "001085000002",
    },
];

/// A member of staff of the demo.
pub struct DemoStaff {
    pub username: &'static str,
    pub name: &'static str,
    pub title: &'static str,
    pub role: Role,
    /// The code of the agency.
    pub agency: &'static str,
}

#[rustfmt::skip]
pub const STAFF: &[DemoStaff] = &[
    DemoStaff { username: "tiepnhan", name: "Lê Thu Hà", title: "Chuyên viên Bộ phận Một cửa", role: Role::ReceptionOfficer, agency: "H26.13.01" },
    DemoStaff { username: "chuyenvien", name: "Phạm Quang Huy", title: "Chuyên viên", role: Role::ProcessingOfficer, agency: "H26.13.01" },
    DemoStaff { username: "lanhdao", name: "Vũ Thanh Sơn", title: "Phó Chủ tịch", role: Role::Leader, agency: "H26.13.01" },
    DemoStaff { username: "giamdoc", name: "Đặng Minh Châu", title: "Giám đốc", role: Role::HeadOfAgency, agency: "H26.1" },
    DemoStaff { username: "thanhtra", name: "Hoàng Đức Long", title: "Thanh tra viên", role: Role::Inspector, agency: "H26.5" },
    DemoStaff { username: "mattran", name: "Bùi Ngọc Lan", title: "Uỷ viên Ban Thường trực", role: Role::Front, agency: "H26" },
    DemoStaff { username: "baove", name: "Đỗ Gia Khánh", title: "Cán bộ bảo vệ dữ liệu", role: Role::DataProtectionOfficer, agency: "H26" },
    DemoStaff { username: "quantri", name: "Ngô Hải Yến", title: "Quản trị viên", role: Role::Administrator, agency: "H26" },
    DemoStaff { username: "motcua", name: "Đinh Thị Mai", title: "Trưởng Bộ phận Một cửa", role: Role::HeadOfAgency, agency: "H26.13.01" },
    DemoStaff { username: "xaydung", name: "Nguyễn Mạnh Cường", title: "Chuyên viên", role: Role::ProcessingOfficer, agency: "H26.3" },
    DemoStaff { username: "motcua2", name: "Tạ Hồng Vinh", title: "Trưởng Bộ phận Một cửa", role: Role::HeadOfAgency, agency: "H26.13.02" },
    DemoStaff { username: "motcua3", name: "Mai Thị Ngân", title: "Trưởng Bộ phận Một cửa", role: Role::HeadOfAgency, agency: "H26.13.03" },
    DemoStaff { username: "chutich", name: "Lương Quốc Việt", title: "Chủ tịch UBND Thành phố", role: Role::HeadOfAgency, agency: "H26" },
    DemoStaff { username: "chanhthanhtra", name: "Dương Thị Thuỷ", title: "Chánh Thanh tra", role: Role::HeadOfAgency, agency: "H26.5" },
];

/// Accounts to try changes on: nobody signs in with them.
#[rustfmt::skip]
pub const NEWCOMERS: &[DemoStaff] = &[
    DemoStaff { username: "tapsu1", name: "Cao Minh Tâm", title: "Tập sự", role: Role::ReceptionOfficer, agency: "H26.13.03" },
    DemoStaff { username: "tapsu2", name: "Lý Gia Hân", title: "Tập sự", role: Role::ProcessingOfficer, agency: "H26.13.03" },
    DemoStaff { username: "tapsu3", name: "Phan Đức Anh", title: "Tập sự", role: Role::ProcessingOfficer, agency: "H26.13.03" },
];

/// The user names of the staff, as the server prints them.
pub const USERNAMES: [&str; STAFF.len()] = {
    let mut names = [""; STAFF.len()];
    let mut n = 0;
    while n < names.len() {
        names[n] = STAFF[n].username;
        n += 1;
    }
    names
};

/// The demo's agencies: a file as `caunoi agency load` takes it. Their ids follow from their places in it.
const AGENCIES: &str = include_str!("../../../migrations/seed/demo/agencies.csv");

/// The id of an agency of the demo: the same in every demo, so that examples can name it.
pub fn agency_id(code: &str) -> Option<AgencyId> {
    let mut codes = AGENCIES.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default());
    codes.position(|known| known == code).map(|n| AgencyId(fixed(0xA000, n)))
}

/// The id of a member of staff of the demo.
pub fn staff_id(username: &str) -> Option<StaffId> {
    let place = |all: &[DemoStaff]| all.iter().position(|known| known.username == username);
    let staff = place(STAFF).map(|n| fixed(0xB000, n));
    staff.or_else(|| place(NEWCOMERS).map(|n| fixed(0xB400, n))).map(StaffId)
}

/// Adds what is missing of the demo's agencies and staff. Running it again changes nothing, also not a new password.
pub async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx) -> Result<()> {
    let ctx = Ctx { actor: Actor::System, now: ctx.now };
    if Agencies::read(conn).await?.all().next().is_none() {
        change::import(conn, &ctx, &Agencies::default(), agencies()?, false).await.map_err(|(_, error)| error)?;
    }
    let known: BTreeSet<String> = staff::all(conn).await?.into_iter().map(|staff| staff.username).collect();
    let missing: Vec<_> = STAFF.iter().chain(NEWCOMERS).filter(|staff| !known.contains(staff.username)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // One salt for all is good enough for a password that everybody knows, and starts fast.
    let password_hash = password::hash(PASSWORD.to_owned()).await?;
    for person in missing {
        let (Some(id), Some(agency)) = (staff_id(person.username), agency_id(person.agency)) else { continue };
        let staff = Staff::new(id, 1, true, content(person, agency));
        staff::add(conn, &ctx, staff, password_hash.clone()).await?;
    }
    Ok(())
}

/// Everybody has worked since the communes began; tiepnhan also helps out in Ba Đình.
fn content(person: &DemoStaff, agency: AgencyId) -> StaffContent {
    let posting = |agency_id| Posting { agency_id, role: person.role, valid_from: COMMUNES_BEGAN, valid_to: None };
    let elsewhere = agency_id("H26.13.02").filter(|_| person.username == "tiepnhan");
    StaffContent {
        username: person.username.to_owned(),
        name: person.name.to_owned(),
        title: Some(person.title.to_owned()),
        agency_id: agency,
        roles: std::iter::once(agency).chain(elsewhere).map(posting).collect(),
    }
}

const COMMUNES_BEGAN: NaiveDate = NaiveDate::from_ymd_opt(2025, 7, 1).expect("a day");

fn agencies() -> Result<Vec<(AgencyId, AgencyContent)>> {
    let mut n = 0..;
    let reading = Reading {
        known: &Agencies::default(),
        today: NaiveDate::default(),
        violations: |_: &_| vec![],
        new_id: || AgencyId(fixed(0xA000, n.next().unwrap_or_default())),
    };
    reading.read(AGENCIES).map_err(|wrong| INTERNAL.because(format!("agencies.csv: {wrong:?}")))
}

/// A UUID of version 7 with the moment 2026-01-01T00:00:00Z and nothing random.
fn fixed(kind: u16, n: usize) -> Uuid {
    const MOMENT: u128 = 1_767_225_600_000;
    Uuid::from_u128(MOMENT << 80 | 0x7 << 76 | 0b10 << 62 | u128::from(kind) << 32 | n as u128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AgencyKind;

    #[test]
    fn every_account_has_an_agency_and_every_agency_a_known_parent() {
        for DemoStaff { username, agency, .. } in STAFF.iter().chain(NEWCOMERS) {
            assert!(agency_id(agency).is_some(), "{username} works nowhere");
        }
        let agencies = agencies().expect("a good file");
        let orphans = agencies.iter().filter(|(_, agency)| agency.parent_id.is_none());
        assert_eq!(orphans.map(|(_, agency)| agency.code.as_str()).collect::<Vec<_>>(), ["H26"]);
        let communes = agencies.iter().filter(|(_, agency)| agency.kind == AgencyKind::Commune);
        assert_eq!(communes.count(), 126, "NQ 1656/NQ-UBTVQH15");
        let all = || STAFF.iter().chain(NEWCOMERS);
        for DemoStaff { agency, .. } in all().filter(|member| member.agency.starts_with("H26.13.")) {
            let head = all().any(|member| member.agency == *agency && member.role == Role::HeadOfAgency);
            assert!(head, "{agency} has staff and no head");
        }
        for (id, agency) in &agencies {
            assert_eq!(agency_id(&agency.code), Some(*id), "{}", agency.code);
        }
    }

    #[test]
    fn the_documentation_names_every_account() {
        let page = include_str!("../../../docs/demo.md");
        for DemoStaff { username, name, title, agency, .. } in STAFF {
            let row = format!("| `{username}` | {name}, {title} | `{agency}` ");
            assert!(page.contains(&row), "{row} is missing");
        }
        for DemoCitizen { username, name, .. } in CITIZENS {
            assert!(page.contains(&format!("| `{username}` | {name} |")), "{username} is missing");
        }
    }

    #[test]
    fn ids_are_proper_and_all_different() {
        let staff = STAFF.iter().chain(NEWCOMERS).filter_map(|staff| staff_id(staff.username)).map(|id| id.0);
        let agencies = agencies().expect("a good file").into_iter().map(|(id, _)| id.0);
        let ids: Vec<Uuid> = agencies.chain(staff).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }
}
