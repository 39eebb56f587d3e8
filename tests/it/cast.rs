//! Everybody who appears in tests, and dossiers in any state for them to act on.

use directory::{NewStaff, demo, staff};
use kernel::id::StaffId;
use kernel::{Permission, Role, permission::permissions_of};
use procedures::dossier::Channel;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::harness::papers;
use crate::harness::{Answer, Client, TestApp};

/// Somebody who calls, and what they are.
pub struct Player {
    pub name: &'static str,
    pub roles: Vec<Role>,
    pub client: Client,
}

impl Player {
    /// Whether any of their roles may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| permissions_of(*role).contains(&permission))
    }
}

/// Receives, examines and signs, in another commune.
pub const ELSEWHERE: &str = "badinh";

/// Everybody with an account, signed in now.
pub struct Cast(pub Vec<Player>);

impl Cast {
    pub async fn of(app: &TestApp) -> Self {
        hire_elsewhere(app).await;
        Self::again(app).await
    }

    /// Signed in anew: access tokens live ten minutes.
    pub async fn again(app: &TestApp) -> Self {
        let mut players = Vec::new();
        for known in demo::STAFF {
            let client = app.staff(known.username).await;
            players.push(Player { name: known.username, roles: vec![known.role], client });
        }
        players.push(Player { name: ELSEWHERE, roles: ELSEWHERE_ROLES.to_vec(), client: app.staff(ELSEWHERE).await });
        for name in ["congdan1", "congdan2"] {
            players.push(Player { name, roles: vec![Role::Citizen], client: app.citizen(name).await });
        }
        Self(players)
    }

    pub fn client(&self, name: &str) -> &Client {
        &self.0.iter().find(|player| player.name == name).expect("somebody in the cast").client
    }

    /// A dossier of that kind that has come as far as `status`; what applicants file themselves is congdan1's.
    pub async fn dossier(&self, kind: Kind, status: Status) -> String {
        let mut new = papers::dossier(kind.procedure, kind.case, kind.papers);
        new["channel"] = json!(kind.channel);
        if kind.elsewhere {
            new["competent_agency"] = json!("H26.13.02");
        }
        let filer = self.client(kind.filer());
        let draft = filer.post("/v1/dossiers", new).await.expect(201);
        papers::upload(filer, &draft.json).await;
        let id = draft.id();
        for (who, action) in road(kind, status) {
            let mut words = said_by(who, kind, action);
            // What citizens file online they take over online.
            if action == Action::IssueResult && kind.is_citizens() {
                words["document"] = json!({"id": papers::result(self.client(who), &id).await});
            }
            self.client(who).post(&path(&id, action), words).await.expect(200);
        }
        id
    }

    /// The officer proposes to ask the applicant for this component, the leader signs it, reception sends it.
    pub async fn ask_for(&self, id: &str, reason: &str, component: &str) -> Answer {
        let what = json!({"ground": "incomplete", "reason": reason, "components": [component]});
        self.client("chuyenvien").post(&path(id, Action::ProposeSupplement), what).await.expect(200);
        self.client("lanhdao").step(id, "sign-supplement").await.expect(200);
        self.client("tiepnhan").step(id, "request-supplement").await.expect(200)
    }

    /// The applicant brings another paper for this component.
    pub async fn bring(&self, id: &str, who: &str, component: &str) {
        let declare = format!("/v1/dossiers/{id}/attachments");
        let declared = self.client(who).post(&declare, papers::paper(component)).await.expect(201);
        self.client(who).put_file(declared.header("location"), papers::PDF).await.expect(200);
    }
}

const ELSEWHERE_ROLES: &[Role] = &[Role::ReceptionOfficer, Role::ProcessingOfficer, Role::Leader];

async fn hire_elsewhere(app: &TestApp) {
    let new = NewStaff {
        id: StaffId::at(app.clock.now()),
        username: ELSEWHERE.to_owned(),
        name: "Trịnh Hữu Nghĩa".to_owned(),
        password_hash: "nobody signs in with it".to_owned(),
        roles: ELSEWHERE_ROLES.to_vec(),
        agency: demo::agency_id("H26.13.02").expect("Ba Đình is in the demo"),
    };
    let mut conn = app.db.conn().await.expect("a connection");
    staff::create(&mut conn, &app.ctx(), new).await.expect("a new account");
}

/// What decides the ways a dossier can take.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub procedure: &'static str,
    pub case: &'static str,
    pub papers: &'static [&'static str],
    pub channel: Channel,
    /// Received in one commune and decided in another.
    pub elsewhere: bool,
    /// The procedure is settled at once.
    pub immediate: bool,
}

pub const PERMIT_ONLINE: Kind = Kind {
    procedure: "1.013225",
    case: "house",
    papers: papers::PERMIT,
    channel: Channel::Online,
    elsewhere: false,
    immediate: false,
};
pub const PERMIT_AT_COUNTER: Kind = Kind { channel: Channel::Counter, ..PERMIT_ONLINE };
pub const PERMIT_BY_POST: Kind = Kind { channel: Channel::Post, ..PERMIT_ONLINE };
pub const BIRTH_ONLINE: Kind =
    Kind { procedure: "1.001193", case: "standard", papers: papers::BIRTH, immediate: true, ..PERMIT_ONLINE };
pub const MARRIAGE_ELSEWHERE: Kind = Kind {
    procedure: "1.000894",
    case: "verification",
    papers: &["declaration"],
    channel: Channel::Kiosk,
    elsewhere: true,
    immediate: false,
};

impl Kind {
    /// Whether the applicant files it, and not reception for them.
    pub fn is_citizens(self) -> bool {
        !self.channel.is_reception()
    }

    /// Who files it and sees it in every state.
    pub fn filer(self) -> &'static str {
        if self.is_citizens() { "congdan1" } else { "tiepnhan" }
    }

    /// Who examines it.
    pub fn examiner(self) -> &'static str {
        if self.elsewhere { ELSEWHERE } else { "chuyenvien" }
    }

    /// Who signs.
    pub fn leader(self) -> &'static str {
        if self.elsewhere { ELSEWHERE } else { "lanhdao" }
    }

    /// The states that a dossier of this kind can be in: at the counter nobody submits.
    pub fn states(self) -> impl Iterator<Item = Status> {
        let never = (self.channel == Channel::Counter).then_some(Status::Submitted);
        Status::ALL.iter().copied().filter(move |status| Some(*status) != never)
    }
}

/// The shortest way to a state, and who takes each step.
fn road(kind: Kind, status: Status) -> Vec<(&'static str, Action)> {
    use Action::*;
    let on = |from: Status, step: (&'static str, Action)| [road(kind, from), vec![step]].concat();
    let (filer, examiner, leader) = (kind.filer(), kind.examiner(), kind.leader());
    let at_intake = if kind.channel == Channel::Counter { Status::Draft } else { Status::Submitted };
    match status {
        Status::Draft => Vec::new(),
        Status::Submitted => vec![(filer, Submit)],
        Status::IntakeSupplement => on(at_intake, ("tiepnhan", RequestIntakeSupplement)),
        Status::AwaitingIntakeDecision => on(at_intake, ("tiepnhan", ProposeRejection)),
        Status::Rejected => on(Status::AwaitingIntakeDecision, ("motcua", Reject)),
        Status::Withdrawn => vec![(filer, Withdraw)],
        Status::Accepted => on(at_intake, ("tiepnhan", Accept)),
        Status::Transferred => on(Status::Accepted, ("tiepnhan", HandOver)),
        Status::Processing if kind.elsewhere => on(Status::Transferred, (examiner, StartProcessing)),
        Status::Processing => on(Status::Accepted, (examiner, StartProcessing)),
        Status::Verifying => on(Status::Processing, (examiner, Verify)),
        Status::Consulting => on(Status::Processing, (examiner, Consult)),
        Status::SupplementProposed => on(Status::Processing, (examiner, ProposeSupplement)),
        Status::SupplementSigned => on(Status::SupplementProposed, (leader, SignSupplement)),
        Status::SupplementRequested => on(Status::SupplementSigned, ("tiepnhan", RequestSupplement)),
        Status::AwaitingPayment => on(Status::Processing, (examiner, RequestPayment)),
        Status::AwaitingApproval => on(Status::Processing, (examiner, ProposeResult)),
        Status::WithdrawalRequested => on(Status::Accepted, (filer, RequestWithdrawal)),
        Status::Stopped => on(Status::WithdrawalRequested, (leader, ApproveWithdrawal)),
        Status::ResultReady => on(Status::AwaitingApproval, (leader, IssueResult)),
        Status::Returned => on(Status::ResultReady, ("tiepnhan", ReturnResult)),
    }
}

/// The address of a step.
pub fn path(id: &str, action: Action) -> String {
    format!("/v1/dossiers/{id}/{}", action.code().replace('_', "-"))
}

/// The least that must be said with a step.
pub fn said(kind: Kind, action: Action) -> Value {
    match action {
        Action::ProposeRejection | Action::Reject => {
            json!({"ground": "not_competent", "reason": "Thửa đất thuộc địa bàn phường khác."})
        }
        Action::ProposeSupplement | Action::RequestIntakeSupplement => {
            json!({"ground": "incomplete", "reason": "Giấy tờ chưa rõ, đề nghị nộp lại.", "components": [kind.papers[0]]})
        }
        Action::ProposeResult => json!({"outcome": "granted"}),
        Action::Verify => json!({"subject": "Kiểm tra hiện trạng thửa đất."}),
        Action::RecordVerification => json!({
            "held_at": "2026-08-17T01:00:00Z", "place": "Số 12 phố Hàng Bài",
            "participants": "Phạm Quang Huy, chuyên viên", "findings": "Hiện trạng phù hợp với bản vẽ.",
        }),
        // Nobody in the cast works for the Department of Finance.
        Action::Consult if kind.procedure != PERMIT_ONLINE.procedure => json!({"questions": [
            {"agency": "H26.4", "question": "Đề nghị cho ý kiến.", "limit": {"amount": 2, "unit": "working_day"}},
        ]}),
        Action::Consult => json!({"questions": [{"agency": "H26.4", "question": "Đề nghị cho ý kiến."}]}),
        Action::RequestPayment => json!({"name": "Lệ phí trước bạ", "amount": 1_250_000, "document": "123/TB-CCT"}),
        Action::SendBack
        | Action::RefuseHandOver
        | Action::RefuseWithdrawal
        | Action::EndConsultation
        | Action::WaivePayment => {
            json!({"reason": "Đề nghị làm rõ ý kiến về phòng cháy."})
        }
        Action::Withdraw | Action::RequestWithdrawal => {
            json!({"ground": "takes_too_long", "reason": "Tôi không chờ được nữa."})
        }
        Action::Stop => json!({"ground": "not_paid", "reason": "Lệ phí trước bạ không được nộp."}),
        Action::ProposeReappointment | Action::Reappoint => {
            json!({"due_date": "2026-09-15", "reason": "Xin lỗi ông/bà, kết quả kiểm tra về muộn."})
        }
        Action::ChangeCase => {
            let case = if kind.case == "house" { "other" } else { "standard" };
            json!({"case": case, "reason": "Hồ sơ thuộc trường hợp khác của thủ tục."})
        }
        Action::IssueResult => json!({"outcome": "granted", "number": "125/GPXD-UBND"}),
        Action::ReturnResult => json!({
            "method": "counter", "recipient": "applicant", "signature": "paper", "originals": "handed_back",
        }),
        _ => json!({}),
    }
}

/// The least that this one must say: who takes their own result over says nothing.
pub fn said_by(who: &str, kind: Kind, action: Action) -> Value {
    let own = action == Action::ReturnResult && who.starts_with("congdan");
    if own { json!({}) } else { said(kind, action) }
}

/// Another dossier in the same state, with papers of its own.
pub async fn copy(app: &TestApp, original: &str) -> String {
    let id = kernel::clock::uuid_at(app.clock.now());
    // `insert` names a table, its new columns and what is in them; the rest is as in the original.
    let insert = |table: &str, own: &str, new: &str, of: &str| {
        format!(
            "EXECUTE (SELECT format($sql$ INSERT INTO {table} ({own}, %1$s) SELECT {new}, %1$s FROM {table} WHERE {of} $sql$,
                (SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
                 WHERE table_name = '{table}' AND column_name <> ALL (string_to_array('{own}', ', ')))));"
        )
    };
    let dossier = insert("dossiers", "id, code", &format!("'{id}', code || '/{id}'"), &format!("id = '{original}'"));
    let new_paper = format!("gen_random_uuid(), '{id}'");
    let papers = insert("attachments", "id, dossier_id", &new_paper, &format!("dossier_id = '{original}'"));
    let asked = insert("supplements", "dossier_id", &format!("'{id}'"), &format!("dossier_id = '{original}'"));
    app.sql(&format!("DO $do$ BEGIN {dossier} {papers} {asked} END $do$")).await;
    id.to_string()
}
