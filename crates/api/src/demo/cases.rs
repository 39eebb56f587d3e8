//! Cases to try the demo with: one for each step that the contract describes.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use complaints::accused::Postings;
use complaints::case::{CaseOutcome, CasePart, Person};
use complaints::facts::{
    ComplaintSubject, ConductSubject, DataRight, Facts, InformationShape, RegulationSubject, SupervisingBody,
};
use complaints::file::{self, NewCase, Sent};
use complaints::note::{self, NewCaseNote};
use complaints::paper::{self, CaseFileId, CaseFilePurpose, NewCaseFile};
use complaints::request::{
    CaseAnswer, CaseAssignment, CaseConversion, CaseDecision, CaseGrounded, CaseService, CaseWithdrawal, DialogueCall,
    ServiceMeans,
};
use complaints::steps::{self, Act, Target};
use complaints::workflow::CaseAction;
use complaints::{CaseId, CaseKind};
use diesel_async::AsyncPgConnection;
use directory::demo::staff_id;
use kernel::files::{MediaType, Sha256};
use kernel::idempotency::Attempt;
use kernel::problem::{INTERNAL, Result};
use kernel::{Ctx, Role};

use super::{AGENCY, CITIZEN, PAPER, agency, fixed, officer};
use crate::app::App;

/// Kinds of ids, as the contract's examples name them.
const CASES: u8 = 0xc0;
const FILES: u8 = 0xc2;

use CaseAction::*;
use CaseKind::*;

/// The demo's cases: what each is, and what was done to it. In the order of the steps that the contract describes.
const WAYS: &[(u8, CaseKind, &[CaseAction])] = &[
    (0, Complaint, &[]),
    (1, Complaint, &[Submit]),
    (2, Complaint, &[Submit]),
    (3, Complaint, &[Submit]),
    (4, Complaint, &[Submit, RequestSupplement]),
    (5, Complaint, &[Submit]),
    (6, Petition, &[Submit]),
    (7, Petition, &[Submit]),
    (8, Petition, &[Submit]),
    (9, Complaint, &[Submit]),
    (10, Complaint, &[Submit]),
    (11, Complaint, &[Submit, Accept]),
    (12, Complaint, &[Submit, Accept, Assign]),
    (13, Complaint, &[Submit, Accept, Assign, Report]),
    (14, Complaint, &[Submit, Accept, Assign]),
    (15, Complaint, &[Submit, Accept, Assign, CallDialogue]),
    (16, Complaint, &[Submit, Accept, Assign]),
    (17, Complaint, &[Submit, Accept, Suspend]),
    (18, Complaint, &[Submit, Accept, Assign]),
    (19, Complaint, &[Submit, Accept, Assign, Report]),
    (20, Petition, &[Submit, Assign, Report]),
    (21, Complaint, &[Submit, Accept, Assign, Report, Decide]),
    (22, RegulationFeedback, &[Submit, Accept, Assign, Report, Answer]),
    (23, AccountabilityRequest, &[Submit, Accept, Assign, Report, Answer]),
    (24, InformationRequest, &[Submit]),
    (25, Complaint, &[Submit, Accept, Assign]),
    (26, Complaint, &[Submit, Accept, Assign, Withdraw]),
    (27, Complaint, &[Submit, Accept, Assign, Withdraw]),
    (28, ConductReport, &[Submit, Accept, Assign, Report, Answer]),
    (29, Complaint, &[Submit, Accept, Assign, Report, Decide, Serve]),
    (30, Complaint, &[Submit]),
    (31, RegulationFeedback, &[Submit]),
    (32, RegulationFeedback, &[Submit, ProposeConversion]),
    (33, SupervisionRecommendation, &[Submit, Assign, Report, Answer]),
    (34, Petition, &[Submit]),
    (35, DataSubjectRequest, &[Submit]),
    (36, DataSubjectRequest, &[Submit, Accept]),
    // A draft to add files to.
    (37, Petition, &[]),
    // What is erased next: no request of its sender holds it.
    (ON_PAPER, Petition, &[Submit, File]),
];

/// One that came by reception: it belongs to no account.
const ON_PAPER: u8 = 38;

/// One that nobody has looked after for a month.
const OVERDUE: u8 = 34;

pub async fn load(app: &App, conn: &mut AsyncPgConnection, citizen: &Ctx) -> Result<()> {
    let hands = HashMap::from([
        ("congdan1", citizen.clone()),
        ("tiepnhan", officer("tiepnhan", Role::ReceptionOfficer, citizen.now)?),
        ("chuyenvien", officer("chuyenvien", Role::ProcessingOfficer, citizen.now)?),
        ("lanhdao", officer("lanhdao", Role::Leader, citizen.now)?),
        ("mattran", officer("mattran", Role::Front, citizen.now)?),
        ("baove", officer("baove", Role::DataProtectionOfficer, citizen.now)?),
    ]);
    for (n, kind, way) in WAYS {
        let mut demo = Demo { app, hands: &hands, n: *n, kind: *kind, age: TimeDelta::zero() };
        if *n == OVERDUE {
            demo.age = TimeDelta::days(30);
        }
        demo.send(conn).await?;
        for action in *way {
            demo.act(conn, *action).await?;
        }
    }
    Ok(())
}

/// A case of the demo on its way.
struct Demo<'a> {
    app: &'a App,
    hands: &'a HashMap<&'static str, Ctx>,
    n: u8,
    kind: CaseKind,
    /// How long ago it happened.
    age: TimeDelta,
}

impl Demo<'_> {
    fn id(&self) -> CaseId {
        CaseId(fixed(CASES, self.n))
    }

    fn hand(&self, name: &str) -> Result<Ctx> {
        let ctx = self.hands.get(name).ok_or_else(|| INTERNAL.because("the demo has no such hand"))?.clone();
        Ok(Ctx { now: ctx.now - self.age, ..ctx })
    }

    fn sender(&self) -> &'static str {
        match (self.n, self.kind) {
            (ON_PAPER, _) => "tiepnhan",
            (_, SupervisionRecommendation) => "mattran",
            _ => "congdan1",
        }
    }

    fn attempt(&self, what: &str) -> Attempt {
        Attempt::new(None, "DEMO", what, self.id().0, &[self.n])
    }

    /// A draft, with a file; that of a case on the table says something to its officers, too.
    async fn send(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let ctx = self.hand(self.sender())?;
        let number = (self.sender() == "congdan1").then(|| CITIZEN.identity_number.to_owned());
        let (world, id) = (self.app.cases(), self.id());
        let day = deadlines::vn_date(ctx.now);
        let sent = Sent { agency: agency(AGENCY)?, vouched: number, postings: Postings::default() };
        file::file(conn, &ctx, world, sent, new(id, self.kind, day), &self.attempt("send")).await?;
        let file = CaseFileId(fixed(FILES, self.n));
        let new = NewCaseFile {
            id: Some(file),
            purpose: CaseFilePurpose::Evidence,
            file_name: "quyet-dinh.pdf".to_owned(),
            media_type: MediaType::Pdf,
            size: PAPER.len() as i64,
            sha256: Sha256::of(PAPER),
        };
        paper::declare(conn, &ctx, world, id, new, &self.attempt("declare")).await?;
        let awaited = paper::awaited(conn, &ctx, world, id, file).await?;
        paper::arrived(conn, &ctx, world, awaited).await?;
        Ok(())
    }

    async fn act(&self, conn: &mut AsyncPgConnection, action: CaseAction) -> Result<()> {
        let (world, attempt) = (self.app.cases(), self.attempt(action.code()));
        let target = Target { id: self.id(), if_match: None, attempt: &attempt };
        let reason = || "Đề nghị bổ sung bản sao quyết định có đóng dấu.".to_owned();
        let reasons = || "Nội dung đã được kiểm tra; diện tích thu hồi tính thừa 12 m² và được sửa lại.".to_owned();
        let head = if self.kind == DataSubjectRequest { "baove" } else { "lanhdao" };
        let (who, act) = match action {
            Submit => (self.sender(), Act::Plain(Submit)),
            Accept if self.kind == ConductReport => ("tiepnhan", Act::Plain(Accept)),
            Accept => (head, Act::Plain(Accept)),
            RequestSupplement => ("tiepnhan", Act::Saying(action, reason())),
            Assign => {
                let to = staff_id("chuyenvien").ok_or_else(|| INTERNAL.because("the demo has no such officer"))?;
                (head, Act::Assign(CaseAssignment { to }, Vec::new()))
            }
            Report => {
                let noted = NewCaseNote { id: None, words: "Đã đo đạc lại ngày 10/11.".to_owned() };
                let officer = self.hand("chuyenvien")?;
                note::make(conn, &officer, world, self.id(), noted, &self.attempt("note")).await?;
                ("chuyenvien", Act::Saying(action, reasons()))
            }
            CallDialogue => {
                let held_at = self.hand(head)?.now + TimeDelta::days(7);
                let call =
                    DialogueCall { held_at, place: "Phòng tiếp công dân, số 42 phố Hàng Trống".to_owned() };
                ("chuyenvien", Act::CallDialogue(call))
            }
            File => {
                let (ground, reason) =
                    ("handled_before".to_owned(), "Nội dung đã được trả lời tại Văn bản 12.".to_owned());
                (head, Act::Grounded(action, CaseGrounded { ground, reason }))
            }
            Suspend => {
                let (ground, reason) = ("obstacle".to_owned(), "Người gửi đang điều trị nội trú.".to_owned());
                (head, Act::Grounded(action, CaseGrounded { ground, reason }))
            }
            Decide => {
                let (outcome, number) = (CaseOutcome::PartlyRight, "12/QĐ-UBND".to_owned());
                (head, Act::Decide(CaseDecision { outcome, number, reasons: reasons() }))
            }
            Answer => {
                (head, Act::Answer(CaseAnswer { outcome: CaseOutcome::Granted, number: None, reasons: reasons() }))
            }
            Serve => ("chuyenvien", Act::Serve(CaseService { means: ServiceMeans::Handed })),
            Withdraw => (self.sender(), Act::Withdraw(CaseWithdrawal::default())),
            ProposeConversion => {
                let reason = "Nội dung là khiếu nại một quyết định của UBND phường.".to_owned();
                ("tiepnhan", Act::ProposeConversion(CaseConversion { kind: Complaint, reason }))
            }
            other => return Err(INTERNAL.because(format!("the demo does not {other}"))),
        };
        steps::act(conn, &self.hand(who)?, world, target, act).await?;
        Ok(())
    }
}

/// What is sent, on that day.
fn new(id: CaseId, kind: CaseKind, day: NaiveDate) -> NewCase {
    let known_on = day - TimeDelta::days(20);
    let (subject, facts) = match kind {
        Complaint => (
            "Khiếu nại quyết định thu hồi đất",
            Facts::Complaint {
                about: ComplaintSubject::Decision,
                respondent: "Ủy ban nhân dân phường Hoàn Kiếm".to_owned(),
                document_number: Some("45/QĐ-UBND".to_owned()),
                document_date: Some(known_on),
                known_on,
                obstacle: None,
            },
        ),
        Petition => ("Đề nghị sửa vỉa hè phố Hàng Bài", Facts::Petition {}),
        RegulationFeedback => (
            "Thủ tục yêu cầu giấy tờ đã có trong cơ sở dữ liệu",
            Facts::RegulationFeedback { about: RegulationSubject::Procedure, reference: Some("1.013225".to_owned()) },
        ),
        ConductReport => (
            "Thái độ của cán bộ tại quầy số 3",
            Facts::ConductReport {
                about: ConductSubject::Attitude,
                official_id: None,
                official_name: None,
                unit_id: None,
                happened_on: Some(day),
                reference: None,
            },
        ),
        AccountabilityRequest => (
            "Đề nghị giải trình quyết định thu hồi đất",
            Facts::AccountabilityRequest {
                decision: "Quyết định 45/QĐ-UBND".to_owned(),
                affected: "Quyết định thu hồi một phần thửa đất của tôi.".to_owned(),
            },
        ),
        InformationRequest => (
            "Đề nghị cung cấp quy hoạch chi tiết",
            Facts::InformationRequest { shape: InformationShape::Electronic, published_is_wrong: false },
        ),
        SupervisionRecommendation => (
            "Kiến nghị sau giám sát việc tiếp công dân",
            Facts::SupervisionRecommendation {
                body: SupervisingBody::FatherlandFront,
                document_number: "12/KN-MTTQ".to_owned(),
                document_date: day,
            },
        ),
        DataSubjectRequest => {
            ("Đề nghị xoá dữ liệu cá nhân", Facts::DataSubjectRequest { right: DataRight::Erase, via_processor: false })
        }
    };
    NewCase {
        id: Some(id),
        agency: AGENCY.to_owned(),
        channel: None,
        subject: subject.to_owned(),
        contents: vec![
            "Việc làm của cơ quan chưa nêu căn cứ pháp lý.".to_owned(),
            "Diện tích thu hồi tính thừa 12 m².".to_owned(),
        ],
        request: Some("Đề nghị xem xét và trả lời bằng văn bản.".to_owned()),
        people: vec![Person {
            part: CasePart::Sender,
            name: CITIZEN.name.to_owned(),
            identity_number: Some(CITIZEN.identity_number.to_owned()),
            address: "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội".to_owned(),
            phone: Some("+84912345678".to_owned()),
            email: None,
            document: None,
        }],
        facts,
    }
}
