//! Who takes part, and what they are to a case that is stored.

use chrono::{DateTime, Utc};
use directory::demo;
use kernel::Permission;
use kernel::Role;
use kernel::id::{AgencyId, StaffId};
use kernel::permission::permissions_of;
use kernel::rules::Rules;

use super::stored::Stored;
use crate::cases::rules::{Outcome, expected};
use crate::cases::stands::{AT_THE_CITY, everybody};
use crate::cast::ELSEWHERE;
use crate::harness::{Client, TestApp};
use complaints::CaseKind;
use complaints::workflow::CaseAction;

/// Somebody who calls.
pub struct Person {
    pub name: &'static str,
    pub client: Client,
    pub roles: Vec<Role>,
    pub id: Option<StaffId>,
    /// For whom they act, and where else they work.
    pub agencies: Vec<AgencyId>,
}

/// Everybody, signed in now.
pub async fn signed_in(app: &TestApp) -> Vec<Person> {
    let mut people = Vec::new();
    for player in everybody(app).await.0 {
        let code = match player.name {
            ELSEWHERE => Some("H26.13.02"),
            AT_THE_CITY => Some("H26"),
            name => demo::STAFF.iter().find(|known| known.username == name).map(|known| known.agency),
        };
        // Who helps out in Ba Đình is of Ba Đình, too.
        let codes = code.into_iter().chain((player.name == "tiepnhan").then_some("H26.13.02"));
        let agencies = codes.map(|code| demo::agency_id(code).unwrap()).collect();
        let mut conn = app.db.conn().await.unwrap();
        let id = match code {
            Some(_) => Some(directory::staff::by_username(&mut conn, player.name).await.unwrap().id),
            None => None,
        };
        people.push(Person { name: player.name, client: player.client, roles: player.roles, id, agencies });
    }
    people
}

impl Person {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| permissions_of(*role).contains(&permission))
    }

    pub fn agency(&self) -> Option<AgencyId> {
        self.agencies.first().copied()
    }

    pub fn is_accused(&self, it: &Stored) -> bool {
        let theirs = self.id.map(|id| id.0).into_iter().chain(self.agencies.iter().map(|agency| agency.0));
        theirs.into_iter().any(|who| it.barred.contains(&who))
    }

    /// One's own; of what has come what is at one's agency or, for heads, below it; what one is to verify; what one oversees; and for
    /// the Front and data protection what is theirs. Never what accuses them.
    pub fn sees(&self, it: &Stored, rules: &Rules) -> bool {
        let Some(id) = self.id else { return self.name == "congdan1" && it.sender_id.is_some() };
        let known = it.submitted_at.is_some() || it.channel.is_reception() || it.created_by == id.0;
        if self.is_accused(it) || !known || !self.may(Permission::ReadCase) {
            return false;
        }
        let own = self.agency().unwrap();
        let at = |agency: AgencyId| {
            agency == own || self.may(Permission::SuperviseCases) && rules.above(agency).contains(&own)
        };
        let (front, data) = (self.may(Permission::Recommend), self.may(Permission::ProtectData));
        use Permission::{DecideCase, ProcessCase, ReceiveCase, SuperviseCases};
        let works = [ReceiveCase, ProcessCase, DecideCase, SuperviseCases].into_iter().any(|work| self.may(work));
        let there = works && (at(it.handling_agency_id) || at(it.receiving_agency_id));
        let kinds =
            front && it.kind == CaseKind::SupervisionRecommendation || data && it.kind == CaseKind::DataSubjectRequest;
        self.may(Permission::OverseeCases) || it.assigned_to == Some(id) || there || kinds
    }

    /// What the rules call them.
    fn parts(&self, it: &Stored, rules: &Rules) -> Vec<&'static str> {
        let Some(id) = self.id else { return vec!["sender"] };
        let (own, mut parts) = (self.agency().unwrap(), Vec::new());
        let mut is = |part: &'static str, so: bool, permission| {
            if so && self.may(permission) {
                parts.push(part);
            }
        };
        let here = it.handling_agency_id == own;
        is("counter", it.channel.is_reception() && it.receiving_agency_id == own, Permission::ReceiveCase);
        is("reception", here, Permission::ReceiveCase);
        is("examiner", here, Permission::ProcessCase);
        is("leader", here, Permission::DecideCase);
        is("verifier", it.assigned_to == Some(id), Permission::ProcessCase);
        is("front", true, Permission::Recommend);
        is("protection", true, Permission::ProtectData);
        is("superior", rules.above(it.handling_agency_id).contains(&own), Permission::SuperviseCases);
        parts
    }

    /// What must come of a step of theirs.
    pub fn expects(&self, it: &Stored, rules: &Rules, action: CaseAction, now: DateTime<Utc>) -> Outcome {
        let parts = self.sees(it, rules).then(|| self.parts(it, rules));
        let has = it.has(now);
        expected(&it.place(&has), &self.roles, parts.as_deref(), action)
    }

    /// What they are offered.
    pub fn offered(&self, it: &Stored, rules: &Rules, now: DateTime<Utc>) -> Vec<CaseAction> {
        let done = |action: &CaseAction| matches!(self.expects(it, rules, *action, now), Outcome::Done(_));
        CaseAction::ALL.iter().copied().filter(done).collect()
    }
}
