//! Who takes part: everybody with an account, and two whom the demo does not have.

use directory::{NewStaff, demo, staff};
use kernel::id::{AgencyId, StaffId};
use kernel::permission::permissions_of;
use kernel::{Permission, Role};

use crate::cast::Cast;
use crate::harness::{Client, TestApp};

/// One who may both ask and allow to know who denounces, and an inspector of the agency above.
const HIRED: [(&str, &[Role], &str); 2] =
    [("kiemnhiem", &[Role::HeadOfAgency, Role::Inspector], "H26.5"), ("thanhtra2", &[Role::Inspector], "H26")];

/// Somebody who calls.
pub struct Person {
    pub name: &'static str,
    pub client: Client,
    /// Who and where, for staff.
    pub staff: Option<(StaffId, AgencyId)>,
    roles: Vec<Role>,
}

impl Person {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| permissions_of(*role).contains(&permission))
    }

    pub fn id(&self) -> Option<StaffId> {
        self.staff.map(|(id, _)| id)
    }

    pub fn agency(&self) -> Option<AgencyId> {
        self.staff.map(|(_, agency)| agency)
    }
}

pub async fn hire(app: &TestApp) {
    let mut conn = app.db.conn().await.unwrap();
    for (username, roles, agency) in HIRED {
        let new = NewStaff {
            id: StaffId::at(app.clock.now()),
            username: username.to_owned(),
            name: "Kiều Anh Dũng".to_owned(),
            password_hash: "nobody signs in with it".to_owned(),
            roles: roles.to_vec(),
            agency: demo::agency_id(agency).unwrap(),
        };
        staff::create(&mut conn, &app.ctx(), new).await.unwrap();
    }
}

/// Everybody, signed in now.
pub async fn signed_in(app: &TestApp) -> Vec<Person> {
    let mut people = Vec::new();
    for player in Cast::again(app).await.0 {
        let known = demo::STAFF.iter().find(|known| known.username == player.name);
        let staff =
            known.map(|known| (demo::staff_id(known.username).unwrap(), demo::agency_id(known.agency).unwrap()));
        people.push(Person { name: player.name, client: player.client, staff, roles: player.roles });
    }
    for (name, roles, agency) in HIRED {
        let found = staff::by_username(&mut app.db.conn().await.unwrap(), name).await.unwrap();
        let staff = Some((found.id, demo::agency_id(agency).unwrap()));
        people.push(Person { name, client: app.staff(name).await, staff, roles: roles.to_vec() });
    }
    people
}
