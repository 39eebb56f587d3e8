//! Everybody who appears in tests, and dossiers in any state for them to act on.

use directory::{NewStaff, demo, staff};
use kernel::id::StaffId;
use kernel::{Permission, Role, permission::permissions_of};
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::harness::papers;
use crate::harness::{Client, TestApp};

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

    /// A dossier of that kind that has come as far as `status`; online ones are congdan1's.
    pub async fn dossier(&self, kind: Kind, status: Status) -> String {
        let filer = if kind.online { "congdan1" } else { "tiepnhan" };
        let id = papers::file(self.client(filer), kind.procedure, kind.case, kind.papers).await;
        for (who, action) in road(kind, status) {
            self.client(who).post(&path(&id, *action), said(kind, *action)).await.expect(200);
        }
        id
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
    pub online: bool,
    /// The procedure is settled at once.
    pub immediate: bool,
}

pub const PERMIT_ONLINE: Kind =
    Kind { procedure: "1.013225", case: "house", papers: papers::PERMIT, online: true, immediate: false };
pub const PERMIT_AT_COUNTER: Kind = Kind { online: false, ..PERMIT_ONLINE };
pub const BIRTH_ONLINE: Kind =
    Kind { procedure: "1.001193", case: "standard", papers: papers::BIRTH, online: true, immediate: true };

impl Kind {
    /// The states that a dossier of this kind can be in.
    pub fn states(self) -> impl Iterator<Item = Status> {
        let counter_never = [Status::Submitted, Status::IntakeSupplement, Status::Rejected];
        Status::ALL.iter().copied().filter(move |status| self.online || !counter_never.contains(status))
    }
}

/// The shortest way to a state, and who takes each step.
fn road(kind: Kind, status: Status) -> &'static [(&'static str, Action)] {
    use Action::*;
    const WAY: &[(&str, Action)] = &[
        ("congdan1", Submit),
        ("tiepnhan", Accept),
        ("chuyenvien", StartProcessing),
        ("chuyenvien", ProposeResult),
        ("lanhdao", IssueResult),
        ("tiepnhan", ReturnResult),
    ];
    // At the counter nobody submits.
    let way = |steps: usize| if kind.online { &WAY[..steps] } else { &WAY[1..steps] };
    match status {
        Status::Draft => &[],
        Status::Submitted => way(1),
        Status::IntakeSupplement => &[("congdan1", Submit), ("tiepnhan", RequestIntakeSupplement)],
        Status::Rejected => &[("congdan1", Submit), ("tiepnhan", Reject)],
        Status::Accepted => way(2),
        Status::Transferred if kind.online => &[("congdan1", Submit), ("tiepnhan", Accept), ("tiepnhan", HandOver)],
        Status::Transferred => &[("tiepnhan", Accept), ("tiepnhan", HandOver)],
        Status::Processing => way(3),
        Status::Verifying if kind.online => {
            &[("congdan1", Submit), ("tiepnhan", Accept), ("chuyenvien", StartProcessing), ("chuyenvien", Verify)]
        }
        Status::Verifying => &[("tiepnhan", Accept), ("chuyenvien", StartProcessing), ("chuyenvien", Verify)],
        Status::SupplementRequested if kind.online => &[
            ("congdan1", Submit),
            ("tiepnhan", Accept),
            ("chuyenvien", StartProcessing),
            ("chuyenvien", RequestSupplement),
        ],
        Status::SupplementRequested => {
            &[("tiepnhan", Accept), ("chuyenvien", StartProcessing), ("chuyenvien", RequestSupplement)]
        }
        Status::Consulting if kind.online => {
            &[("congdan1", Submit), ("tiepnhan", Accept), ("chuyenvien", StartProcessing), ("chuyenvien", Consult)]
        }
        Status::Consulting => &[("tiepnhan", Accept), ("chuyenvien", StartProcessing), ("chuyenvien", Consult)],
        Status::AwaitingPayment if kind.online => &[
            ("congdan1", Submit),
            ("tiepnhan", Accept),
            ("chuyenvien", StartProcessing),
            ("chuyenvien", RequestPayment),
        ],
        Status::AwaitingPayment => {
            &[("tiepnhan", Accept), ("chuyenvien", StartProcessing), ("chuyenvien", RequestPayment)]
        }
        Status::AwaitingApproval => way(4),
        Status::WithdrawalRequested if kind.online => {
            &[("congdan1", Submit), ("tiepnhan", Accept), ("congdan1", RequestWithdrawal)]
        }
        Status::WithdrawalRequested => &[("tiepnhan", Accept), ("tiepnhan", RequestWithdrawal)],
        Status::Stopped if kind.online => &[
            ("congdan1", Submit),
            ("tiepnhan", Accept),
            ("congdan1", RequestWithdrawal),
            ("lanhdao", ApproveWithdrawal),
        ],
        Status::Stopped => &[("tiepnhan", Accept), ("tiepnhan", RequestWithdrawal), ("lanhdao", ApproveWithdrawal)],
        Status::ResultReady => way(5),
        Status::Returned => way(6),
        Status::Withdrawn if kind.online => &[("congdan1", Withdraw)],
        Status::Withdrawn => &[("tiepnhan", Withdraw)],
    }
}

/// The address of a step.
pub fn path(id: &str, action: Action) -> String {
    format!("/v1/dossiers/{id}/{}", action.code().replace('_', "-"))
}

/// The least that must be said with a step.
pub fn said(kind: Kind, action: Action) -> Value {
    match action {
        Action::Reject => json!({"ground": "not_competent", "reason": "Thửa đất thuộc địa bàn phường khác."}),
        Action::RequestSupplement | Action::RequestIntakeSupplement => {
            json!({"ground": "incomplete", "reason": "Giấy tờ chưa rõ, đề nghị nộp lại.", "components": [kind.papers[0]]})
        }
        Action::ProposeResult => json!({"outcome": "granted"}),
        Action::Verify => json!({"subject": "Kiểm tra hiện trạng thửa đất."}),
        Action::RecordVerification => json!({
            "held_at": "2026-08-17T01:00:00Z", "place": "Số 12 phố Hàng Bài",
            "participants": "Phạm Quang Huy, chuyên viên", "findings": "Hiện trạng phù hợp với bản vẽ.",
        }),
        // Nobody in the cast works for the Department of Finance.
        Action::Consult if kind.immediate => json!({"questions": [
            {"agency": "H26.4", "question": "Đề nghị cho ý kiến.", "limit": {"amount": 2, "unit": "working_day"}},
        ]}),
        Action::Consult => json!({"questions": [{"agency": "H26.4", "question": "Đề nghị cho ý kiến."}]}),
        Action::RequestPayment => json!({"name": "Lệ phí trước bạ", "amount": 1_250_000, "document": "123/TB-CCT"}),
        Action::SendBack
        | Action::RefuseHandOver
        | Action::RefuseWithdrawal
        | Action::Stop
        | Action::EndConsultation
        | Action::WaivePayment => {
            json!({"reason": "Đề nghị làm rõ ý kiến về phòng cháy."})
        }
        Action::Reappoint => json!({"due_date": "2026-09-15", "reason": "Xin lỗi ông/bà, kết quả kiểm tra về muộn."}),
        Action::IssueResult => json!({"outcome": "granted", "number": "125/GPXD-UBND"}),
        _ => json!({}),
    }
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
    app.sql(&format!("DO $do$ BEGIN {dossier} {papers} END $do$")).await;
    id.to_string()
}
