//! Every way that a case can stand, as far as the rules go by it, and how it comes to stand so.

use chrono::{DateTime, TimeDelta, Utc};
use complaints::CaseKind;
use complaints::workflow::CaseAction::{self, *};
use complaints::workflow::CaseStatus;
use directory::{NewStaff, demo, staff};
use kernel::Role;
use kernel::id::StaffId;
use serde_json::{Value, json};

use super::rules::Place;
use super::{act, hand, new, path, road, sender};
use crate::cast::{Cast, Player};
use crate::harness::TestApp;

/// Receives and verifies at the city, which second complaints go to.
pub const AT_THE_CITY: &str = "thanhpho";

/// How it came to stand so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Step(CaseAction),
    Days(i64),
}

use Deed::{Days, Step as S};

/// How one stands.
#[derive(Clone, Debug)]
pub struct Stand {
    pub kind: CaseKind,
    pub status: CaseStatus,
    pub road: Vec<Deed>,
    /// What is owed, asked for or over: the conditions of the rules.
    pub has: &'static str,
}

impl Stand {
    /// How the rules see it.
    pub fn place(&self) -> Place<'_> {
        let before = match (self.took(Report), self.took(Assign)) {
            (true, _) => CaseStatus::Verified,
            (false, true) => CaseStatus::Verifying,
            (false, false) => CaseStatus::Accepted,
        };
        Place { kind: self.kind, status: self.status, before, has: self.has }
    }

    pub fn took(&self, action: CaseAction) -> bool {
        self.road.contains(&S(action))
    }

    pub fn is_second(&self) -> bool {
        self.took(Appeal) && self.status != CaseStatus::Appealed
    }

    /// The least that must be said with a step.
    pub fn said(&self, action: CaseAction, now: DateTime<Utc>) -> Value {
        match action {
            CallDialogue => json!({ "held_at": now + TimeDelta::days(3), "place": "Phòng tiếp công dân" }),
            Assign if self.is_second() => json!({ "to": hired() }),
            Classify if self.has == "praise" => json!({ "facts": { "kind": self.kind, "about": "praise" } }),
            // Whoever was invited and stayed away does not hold it up (LKN Art. 30(6)).
            RecordDialogue if self.is_second() => json!({ "outcome": "absent", "minutes": "Vắng mặt không lý do." }),
            _ => super::said(self.kind, action),
        }
    }

    fn hand(&self, action: CaseAction) -> &'static str {
        match (self.is_second(), hand(self.kind, action)) {
            (true, "tiepnhan" | "chuyenvien") => AT_THE_CITY,
            (true, "lanhdao") => "chutich",
            (_, who) => who,
        }
    }
}

/// All of a kind: the shortest way to each state, and what the rules ask for beside it.
pub fn stands(kind: CaseKind) -> Vec<Stand> {
    let shortest = CaseStatus::ALL.iter().filter_map(|status| {
        let road = road(kind, *status)?.into_iter().map(S).collect();
        // What is decided is to be served, and can be complained about again before it is.
        let has = if *status == CaseStatus::Decided { "unserved again" } else { "" };
        Some(Stand { kind, status: *status, road, has })
    });
    let further = FURTHER.iter().filter(|(kinds, ..)| kinds.contains(&kind)).map(|(_, from, then, to, has)| {
        let road = [road(kind, *from).expect("a way").into_iter().map(S).collect(), then.to_vec()].concat();
        Stand { kind, status: *to, road, has }
    });
    shortest.chain(further).collect()
}

type Further = (&'static [CaseKind], CaseStatus, &'static [Deed], CaseStatus, &'static str);

/// Of these kinds, from there, with these deeds, it comes to stand there so.
#[rustfmt::skip]
const FURTHER: &[Further] = {
    use CaseKind::{AccountabilityRequest as AR, Complaint as C, ConductReport as CR, DataSubjectRequest as DR};
    use CaseKind::{InformationRequest as IR, Petition as P, RegulationFeedback as RF, SupervisionRecommendation as SR};
    use CaseStatus::*;
    /// Heard where it has to be, and decided.
    const SECOND: [Deed; 8] =
        [S(Appeal), S(Accept), S(Assign), S(Report), S(CallDialogue), Days(4), S(RecordDialogue), S(Decide)];
    &[
        // One of two contents is left.
        (&[C], Submitted, &[S(WithdrawPart)], Submitted, "part"),
        (&[C], Verifying, &[S(WithdrawPart)], Verifying, "part"),
        (&[P], Submitted, &[S(Split)], Submitted, "part"),
        // LKN Art. 10: asked for, not yet ended.
        (&[C, AR], Accepted, &[S(Withdraw)], Accepted, "asked"),
        (&[C, AR], Verified, &[S(Withdraw)], Verified, "asked"),
        (&[C, AR], Suspended, &[S(Withdraw)], Suspended, "asked"),
        (&[C, AR], Verifying, &[S(Suspend)], Suspended, ""),
        (&[C, AR], Accepted, &[S(Withdraw), S(RefuseWithdrawal)], Accepted, ""),
        // A meeting is called; put off, another can be.
        (&[C, AR], Verifying, &[S(CallDialogue)], Verifying, "called"),
        (&[C, AR], Verified, &[S(CallDialogue)], Verified, "called"),
        (&[C, AR], Verified, &[S(CallDialogue), S(RecordDialogue)], Verified, ""),
        // Extended once.
        (&[C, AR], Verifying, &[S(Extend)], Verifying, "extended"),
        (&[DR], Accepted, &[S(Extend)], Accepted, "extended"),
        // Before a court.
        (&[C], Submitted, &[S(NoteLitigation)], Submitted, "court"),
        (&[C], Verifying, &[S(NoteLitigation)], Verifying, "court"),
        // Somebody is praised.
        (&[CR], Submitted, &[S(Classify)], Submitted, "praise"),
        (&[CR], Submitted, &[S(Classify), S(Accept)], Accepted, "praise"),
        // Another kind is proposed.
        (&[P, RF, CR], Submitted, &[S(ProposeConversion)], Submitted, "proposed"),
        (&[RF, CR], Accepted, &[S(ProposeConversion)], Accepted, "proposed"),
        (&[P, RF, CR], Verifying, &[S(ProposeConversion)], Verifying, "proposed"),
        (&[P, RF, CR], Verified, &[S(ProposeConversion)], Verified, "proposed"),
        // Opened anew, once.
        (&[P], Closed, &[S(Reopen), S(Assign), S(Report), S(Answer)], Answered, "reopened"),
        (&[RF, CR], Closed, &[S(Reopen), S(Accept), S(Assign), S(Report), S(Answer)], Answered, "reopened"),
        (&[P], Closed, &[S(Reopen), S(Assign), S(Report), S(Answer), S(Close)], Closed, "reopened"),
        (&[RF], Closed, &[S(Reopen), S(Accept), S(Assign), S(Report), S(Answer), S(Publish)], Closed, "reopened"),
        (&[C], Terminated, &[S(Reopen)], Accepted, ""),
        (&[SR], Answered, &[S(ReturnAnswer)], Verifying, ""),
        // Its time is over: who waits in vain for a decision complains to the agency above (Art. 7, 33).
        (&[C, P, RF, CR, AR, IR, SR, DR], Submitted, &[Days(75)], Submitted, "late"),
        (&[C], Accepted, &[Days(75)], Accepted, "late"),
        (&[C], Verifying, &[Days(40)], Verifying, "late again"),
        (&[C], Verified, &[Days(40)], Verified, "late again"),
        (&[C], Verified, &[Days(40), S(Suspend)], Suspended, "late again"),
        (&[RF, CR, AR, IR, DR], Accepted, &[Days(75)], Accepted, "late"),
        (&[P, RF, CR, AR, IR, SR], Verifying, &[Days(75)], Verifying, "late"),
        (&[P, RF, CR, AR, IR, SR], Verified, &[Days(75)], Verified, "late"),
        // Decided and served; in effect by itself (Art. 44), and closed when nothing is owed any more.
        (&[C], Decided, &[S(Serve)], Decided, "again"),
        (&[C], Decided, &[Days(45)], Effective, "unserved again"),
        (&[C], Decided, &[Days(10), S(Serve), Days(25)], Effective, "again"),
        (&[C], Decided, &[S(Serve), Days(45)], Effective, "settled"),
        (&[C], Decided, &[S(Serve), Days(45), S(Close)], Closed, ""),
        // The second complaint, of one content, which is not decided unheard and is the last.
        (&[C], Decided, &[S(Appeal)], Submitted, "second part"),
        (&[C], Decided, &[S(Appeal), S(Accept), S(Assign)], Verifying, "second part"),
        (&[C], Decided, &[S(Appeal), S(Accept), S(Assign), S(Report)], Verified, "second part"),
        (&[C], Decided, SECOND.split_at(7).0, Verified, "second part heard"),
        (&[C], Decided, &SECOND, Decided, "second unserved unpublished"),
    ]
};

/// Everybody, and one who works for the city.
pub async fn everybody(app: &TestApp) -> Cast {
    let mut cast = Cast::again(app).await;
    let client = app.staff(AT_THE_CITY).await;
    cast.0.push(Player { name: AT_THE_CITY, roles: ROLES.to_vec(), client });
    cast
}

const ROLES: &[Role] = &[Role::ReceptionOfficer, Role::ProcessingOfficer];

fn hired() -> StaffId {
    StaffId("019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c99".parse().expect("a UUID"))
}

pub async fn hire(app: &TestApp) {
    let new = NewStaff {
        id: hired(),
        username: AT_THE_CITY.to_owned(),
        name: "Kiều Anh Dũng".to_owned(),
        password_hash: "nobody signs in with it".to_owned(),
        roles: ROLES.to_vec(),
        agency: demo::agency_id("H26").expect("the city is in the demo"),
    };
    staff::create(&mut app.db.conn().await.unwrap(), &app.ctx(), new).await.expect("a new account");
}

/// One that stands so, and everybody at that time.
pub async fn reach(app: &TestApp, cast: Cast, stand: &Stand) -> (Cast, String) {
    let (kind, mut cast) = (stand.kind, cast);
    let mut first = new(kind);
    if kind == CaseKind::Complaint {
        // Known of lately, however much time has passed for those that stood elsewhere.
        first["facts"]["known_on"] = json!(deadlines::vn_date(app.clock.now()));
    }
    let mut id = cast.client(sender(kind)).post("/v1/cases", first).await.expect(201).id();
    let mut at = Stand { road: Vec::new(), ..stand.clone() };
    for deed in &stand.road {
        at.road.push(*deed);
        match deed {
            Days(days) => {
                app.set_time(&(app.clock.now() + TimeDelta::days(*days)).to_rfc3339());
                app.told(&id).await;
                cast = everybody(app).await;
            }
            S(Appeal) if stand.is_second() => {
                act(cast.client(sender(kind)), kind, &id, Appeal).await.expect(200);
                // Among all the copies it may be on no first page.
                id = app.text(&format!("SELECT id FROM cases WHERE origin_id = '{id}'")).await;
            }
            S(action) => {
                let who = cast.client(at.hand(*action));
                who.post(&path(&id, *action), at.said(*action, app.clock.now())).await.expect(200);
            }
        }
    }
    app.told(&id).await;
    (cast, id)
}
