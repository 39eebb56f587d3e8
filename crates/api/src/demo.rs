//! Dossiers to try the demo with: one for each state, under ids that the contract's examples name; a day at the counter, papers,
//! who acts for whom, and reviews of procedures.

use std::io::Cursor;

use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use directory::citizen::{self, Identity};
use directory::demo::{CITIZENS, DemoCitizen, STAFF, agency_id, staff_id};
use futures_util::stream;
use kernel::files::{Expected, MediaType, Sha256};
use kernel::id::AgencyId;
use kernel::idempotency::Attempt;
use kernel::problem::{Error, Result};
use kernel::{Actor, Ctx, Role, db};
use procedures::attachment::{AttachmentId, NewAttachment};
use procedures::consultation::ConsultationId;
use procedures::consultation::ask::{self, NewConsultation, NewQuestion};
use procedures::correction::{self, CorrectionId, NewCorrection};
use procedures::delivery::{DeliveryMethod, NewDelivery, Originals, Recipient, Signature};
use procedures::dossier::{Applicant, Outcome};
use procedures::fee::order::{self, NewDuty, NewFeeLine, NewFeeOrder};
use procedures::fee::payment::{self, NewPayment};
use procedures::fee::{FeeOrderId, PaymentId, PaymentMethod};
use procedures::file::{self, NewDossier, Principal, Ways};
use procedures::import::{self, ImportId, Source};
use procedures::problem::{IMPORT_NOT_FOUND, NOT_FOUND};
use procedures::recomputation::{self, NewRecomputation, RecomputationId};
use procedures::request::{
    NewResult, Proposal, Rejection, RejectionGround, SupplementGround, SupplementNotice, SupplementProposal,
    VerificationPlan, Withdrawal, WithdrawalGround,
};
use procedures::steps::{self, Target};
use procedures::upload::{self, Addition};
use procedures::{DossierId, attachment};
use uuid::Uuid;

use crate::app::App;

mod answer_templates;
mod cases;
mod counter;
mod denunciations;
mod inspections;
pub(crate) mod papers;
mod people;
mod personal_data;
mod reviews;

/// The paper that stands for every paper of the demo.
pub(crate) const PAPER: &[u8] = include_bytes!("../../../migrations/seed/demo/paper.pdf");

/// A log of another system.
const LOG: &[u8] = include_bytes!("../../../migrations/seed/demo/receipt-log.csv");

/// What is filed last: a few dossiers of another system.
const BROUGHT_IN: ImportId = ImportId(fixed(0xf1, 1));

/// Whose dossiers they are: congdan1.
const CITIZEN: &DemoCitizen = &CITIZENS[0];

/// The commune where the demo's officers work.
const AGENCY: &str = "H26.13.01";

/// The department that is asked for its opinion.
const ASKED: &str = "H26.3";

/// What comes before the serial in the demo's own codes, so that examples can name them on any day.
const CODE: &str = "000.01.13.H26-DEMO-";

/// The demo's dossiers: how far each goes, and whether its papers are there.
const DOSSIERS: &[(u8, Reach)] = &[
    (0, Reach::Draft),
    (1, Reach::Submitted),
    (2, Reach::Submitted),
    (3, Reach::Accepted),
    (4, Reach::Processing),
    (5, Reach::SupplementRequested),
    (6, Reach::AwaitingApproval),
    (7, Reach::ResultReady),
    (8, Reach::Draft),
    (9, Reach::Declared),
    (10, Reach::Draft),
    (11, Reach::Submitted),
    (12, Reach::Processing),
    (13, Reach::AwaitingApproval),
    (14, Reach::Processing),
    (15, Reach::Processing),
    (16, Reach::WithdrawalRequested),
    (17, Reach::WithdrawalRequested),
    (18, Reach::AwaitingPayment),
    (19, Reach::Accepted),
    (20, Reach::Transferred),
    (21, Reach::Processing),
    (22, Reach::Verifying),
    (23, Reach::FeeOrdered),
    (24, Reach::FeePaid),
    (25, Reach::Processing),
    (26, Reach::Consulting),
    (27, Reach::Processing),
    (28, Reach::AwaitingPayment),
    (29, Reach::Consulting),
    (30, Reach::FeeOrdered),
    (31, Reach::FeeOrdered),
    (32, Reach::Correcting),
    (33, Reach::Draft),
    (34, Reach::SupplementProposed),
    (35, Reach::SupplementSigned),
    (36, Reach::AwaitingIntakeDecision),
    (37, Reach::Processing),
    (38, Reach::Returned),
    (39, Reach::Processing),
    (40, Reach::ResultReady),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// A draft whose papers have not arrived.
    Declared,
    Draft,
    Submitted,
    AwaitingIntakeDecision,
    Accepted,
    FeeOrdered,
    FeePaid,
    Transferred,
    Processing,
    Verifying,
    Consulting,
    AwaitingPayment,
    SupplementProposed,
    SupplementSigned,
    SupplementRequested,
    WithdrawalRequested,
    AwaitingApproval,
    ResultReady,
    Correcting,
    Returned,
}

/// Adds the demo's dossiers, unless they are there. They go through the same use cases as everybody's.
pub async fn load(app: &App, database: &db::Settings, conn: &mut AsyncPgConnection) -> Result<()> {
    let now = app.clock.now();
    let system = Ctx { actor: Actor::System, now };
    match procedures::dossier::load(conn, &system, id(0)).await {
        Err(error) if error.is(&NOT_FOUND) => {}
        found => {
            found?;
            match import::read(conn, BROUGHT_IN).await {
                Err(error) if error.is(&IMPORT_NOT_FOUND) => log::warn!(
                    "The demo was stopped while its data was filed, and lacks some: delete {} to begin anew.",
                    app.settings.data_dir.display()
                ),
                last => drop(last?),
            }
            return Ok(());
        }
    }
    let Some(oidc) = &app.settings.oidc else { return Ok(()) };
    let identity = Identity {
        issuer: oidc.issuer.clone(),
        subject: CITIZEN.subject.to_owned(),
        name: CITIZEN.name.to_owned(),
        identity_number: Some(CITIZEN.identity_number.to_owned()),
    };
    let applicant = citizen::recognise(conn, &system, identity).await?;
    let applicant = Ctx { actor: Actor::Citizen(applicant.id), now };
    people::represent(conn, &officer("tiepnhan", Role::ReceptionOfficer, now)?).await?;
    store_paper(app).await?;
    for (n, reach) in DOSSIERS {
        walk(app, conn, &applicant, *n, *reach).await?;
    }
    papers::put_away(app, conn, &applicant).await?;
    papers::look_up(conn, now).await?;
    papers::keep_archive(app, conn, now).await?;
    counter::load(app, conn, &applicant).await?;
    cases::load(app, conn, &applicant).await?;
    answer_templates::load(app, conn).await?;
    inspections::load(app, conn).await?;
    personal_data::load(app, conn, &applicant).await?;
    denunciations::load(app, conn, database, now).await?;
    people::lend(conn, &officer("lanhdao", Role::Leader, now)?).await?;
    reviews::load(app, conn).await?;
    look_again(app, conn, &officer("quantri", Role::Administrator, now)?).await?;
    bring_in(app, conn).await
}

/// A few dossiers of another system.
async fn bring_in(app: &App, conn: &mut AsyncPgConnection) -> Result<()> {
    let (id, looked) = (BROUGHT_IN, import::log::look(LOG)?);
    let log = import::File { id, source: Source::Demo, content: Cursor::new(LOG), looked };
    import::run(conn, &app.clock, log, false, |_| ()).await.map(drop)
}

/// A member of the demo's staff, in one role.
fn officer(username: &str, role: Role, now: DateTime<Utc>) -> Result<Ctx> {
    let missing = || kernel::problem::INTERNAL.because(format!("the demo has no account {username}"));
    let code = STAFF.iter().find(|staff| staff.username == username).ok_or_else(missing)?.agency;
    let (id, agency) = (staff_id(username).ok_or_else(missing)?, agency(code)?);
    Ok(Ctx { actor: Actor::staff(id, agency, vec![role]), now })
}

/// An agency of the demo.
fn agency(code: &str) -> Result<AgencyId> {
    agency_id(code).ok_or_else(|| kernel::problem::INTERNAL.because(format!("the demo has no agency {code}")))
}

/// A dry run under the calendar in force, which finds nothing to move.
async fn look_again(app: &App, conn: &mut AsyncPgConnection, administrator: &Ctx) -> Result<()> {
    let id = RecomputationId(fixed(0xf0, 1));
    let new = NewRecomputation {
        calendar_version: app.rules.calendar()?.version().to_owned(),
        reason: "Chạy thử: lịch làm việc không thay đổi.".to_owned(),
    };
    let attempt = Attempt::new(None, "DEMO", "look again", id.0, &[]);
    recomputation::order(conn, administrator, &app.rules, id, new, &attempt).await.map(drop)
}

/// The id of a dossier of the demo: the same in every demo.
fn id(n: u8) -> DossierId {
    DossierId(fixed(0xd0, n))
}

/// A UUID of version 7 with the moment 2026-01-01T00:00:00Z and nothing random.
const fn fixed(kind: u8, n: u8) -> Uuid {
    const FIRST: u128 = 0x019b_76da_a800_7000_8000_0000_0000_0000;
    Uuid::from_u128(FIRST | (kind as u128) << 40 | n as u128)
}

pub(crate) async fn store_paper(app: &App) -> Result<()> {
    let expected = Expected { sha256: Sha256::of(PAPER), size: PAPER.len() as u64, media_type: MediaType::Pdf };
    let content = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(PAPER))]);
    app.files.put(content, expected, expected.size).await.map_err(Error::from)?;
    Ok(())
}

/// Files one dossier and takes it as far as it goes.
async fn walk(app: &App, conn: &mut AsyncPgConnection, applicant: &Ctx, n: u8, reach: Reach) -> Result<()> {
    let agency = agency(AGENCY)?;
    let reception = officer("tiepnhan", Role::ReceptionOfficer, applicant.now)?;
    let examiner = officer("chuyenvien", Role::ProcessingOfficer, applicant.now)?;
    let leader = officer("lanhdao", Role::Leader, applicant.now)?;
    let catalogue = app.catalogue.load();
    let world = app.world(&catalogue);
    let id = id(n);
    let attempt = |step: &str| Attempt::new(None, "DEMO", step, id.0, &[n]);

    let ways = Ways { receiving: agency, competent: agency, support: None, return_point: None };
    let principal = Principal::Oneself(Some(CITIZEN.identity_number.to_owned()));
    file::file(conn, applicant, world, ways, principal, new(id), &attempt("file")).await?;
    if reach >= Reach::Draft {
        papers_arrive(conn, applicant, id).await?;
    }
    if reach >= Reach::Submitted {
        steps::submit(conn, applicant, world, target(id, &attempt("submit"))).await?;
    }
    if reach == Reach::AwaitingIntakeDecision {
        let why = Rejection {
            ground: RejectionGround::NotCompetent,
            reason: "Thửa đất thuộc địa bàn phường khác; đề nghị nộp tại phường Ba Đình.".to_owned(),
            competent_agency: Some("H26.13.02".to_owned()),
        };
        steps::propose_rejection(conn, &reception, world, target(id, &attempt("reject")), why).await?;
    }
    if reach >= Reach::Accepted {
        steps::accept(conn, &reception, world, target(id, &attempt("accept")), CODE).await?;
    }
    if reach == Reach::FeeOrdered || reach == Reach::FeePaid {
        let fee = FeeOrderId(fixed(0xf1, n));
        let new =
            NewFeeOrder { id: Some(fee), lines: vec![NewFeeLine { fee: "fee".to_owned(), quantity: 1, pages: None }] };
        order::order(conn, &reception, world, target(id, &attempt("order")), new).await?;
        if reach == Reach::FeePaid {
            let proof = papers::transfer(conn, applicant, &catalogue, id, &attempt("transfer")).await?;
            let paid = NewPayment {
                id: Some(PaymentId(fixed(0xf2, n))),
                method: PaymentMethod::BankTransfer,
                transaction: "FT26329000123".to_owned(),
                proof_id: Some(proof),
            };
            payment::record(conn, &reception, world, target(id, &attempt("pay")), fee, paid).await?;
        }
    }
    if reach == Reach::Transferred {
        steps::hand_over(conn, &reception, world, target(id, &attempt("hand over")), None).await?;
    }
    if reach >= Reach::Processing {
        steps::start_processing(conn, &examiner, world, target(id, &attempt("start"))).await?;
    }
    if reach == Reach::Verifying {
        let plan = VerificationPlan {
            appointment_at: None,
            subject: "Kiểm tra hiện trạng thửa đất tại số 12 phố Hàng Bài.".to_owned(),
        };
        steps::verify(conn, &examiner, world, target(id, &attempt("verify")), plan).await?;
    }
    if reach == Reach::Consulting {
        let question = NewQuestion {
            id: Some(ConsultationId(fixed(0xf3, n))),
            agency: ASKED.to_owned(),
            question: "Đề nghị cho ý kiến về quy hoạch chi tiết của khu vực.".to_owned(),
            limit: None,
        };
        let asked = agency_id(ASKED).ok_or_else(|| kernel::problem::INTERNAL.because("the demo has no such agency"))?;
        let new = NewConsultation { questions: vec![question] };
        ask::consult(conn, &examiner, world, target(id, &attempt("consult")), &[asked], new).await?;
    }
    if reach == Reach::AwaitingPayment {
        let duty = NewDuty {
            id: Some(FeeOrderId(fixed(0xf1, n))),
            name: "Lệ phí trước bạ".to_owned(),
            amount: 1_250_000,
            document: "123/TB-CCT".to_owned(),
            pay_by: None,
        };
        order::request_payment(conn, &examiner, world, target(id, &attempt("duty")), duty).await?;
    }
    if (Reach::SupplementProposed..=Reach::SupplementRequested).contains(&reach) {
        let what = SupplementProposal {
            ground: SupplementGround::Incomplete,
            reason: "Bản vẽ thiếu mặt cắt móng.".to_owned(),
            components: vec!["drawings".to_owned()],
            late_reason: None,
        };
        steps::propose_supplement(conn, &examiner, world, target(id, &attempt("missing")), what).await?;
    }
    if (Reach::SupplementSigned..=Reach::SupplementRequested).contains(&reach) {
        steps::sign_supplement(conn, &leader, world, target(id, &attempt("sign"))).await?;
    }
    if reach == Reach::SupplementRequested {
        let notice = SupplementNotice::default();
        steps::request_supplement(conn, &reception, world, target(id, &attempt("request")), notice).await?;
        let new = NewAttachment { id: Some(AttachmentId(fixed(0xe1, n))), ..paper(0, "drawings") };
        let added = Addition::Upload(new);
        upload::declare(conn, applicant, &catalogue, id, added, &attempt("supply")).await?;
        papers_arrive(conn, applicant, id).await?;
    }
    if reach == Reach::WithdrawalRequested {
        let why = Withdrawal { ground: WithdrawalGround::NoLongerNeeded, reason: None };
        steps::request_withdrawal(conn, applicant, world, target(id, &attempt("give up")), why).await?;
    }
    if reach >= Reach::AwaitingApproval {
        let proposal = Proposal { outcome: Outcome::Granted, ground: None, reason: None };
        steps::propose_result(conn, &examiner, world, target(id, &attempt("propose")), proposal).await?;
    }
    if reach >= Reach::ResultReady {
        let document = Some(papers::permit(conn, &leader, &catalogue, id, &attempt("permit")).await?);
        let number = "125/GPXD-UBND".to_owned();
        let result = NewResult { outcome: Outcome::Granted, number, ground: None, reason: None, document };
        steps::issue_result(conn, &leader, world, target(id, &attempt("issue")), result).await?;
    }
    if reach == Reach::Correcting {
        let wrong = NewCorrection {
            id: Some(CorrectionId(fixed(0xf4, n))),
            reason: "Xin lỗi ông/bà: giấy phép ghi sai số tầng, sẽ được cấp lại miễn phí.".to_owned(),
        };
        correction::open(conn, &examiner, world, target(id, &attempt("correct")), wrong).await?;
    }
    if reach == Reach::Returned {
        let delivery = NewDelivery {
            method: Some(DeliveryMethod::Counter),
            recipient: Some(Recipient::Representative),
            recipient_name: Some("Nguyễn Văn Nam".to_owned()),
            authorisation: Some("Giấy ủy quyền số 12/2026, ngày 20/11/2026".to_owned()),
            signature: Some(Signature::Paper),
            originals: Some(Originals::HandedBack),
            ..NewDelivery::default()
        };
        steps::return_result(conn, &reception, world, target(id, &attempt("return")), delivery).await?;
    }
    Ok(())
}

/// Every paper that is declared and has not arrived does.
pub(crate) async fn papers_arrive(conn: &mut AsyncPgConnection, who: &Ctx, id: DossierId) -> Result<()> {
    for paper in attachment::of_dossier(conn, id).await? {
        if paper.stored_at.is_none() {
            upload::arrived(conn, who, paper).await?;
        }
    }
    Ok(())
}

fn target<'a>(id: DossierId, attempt: &'a Attempt) -> Target<'a> {
    Target { id, if_match: None, attempt }
}

fn new(id: DossierId) -> NewDossier {
    let first = 3 * id.0.as_bytes()[15];
    NewDossier {
        id: Some(id),
        procedure: "1.013225".to_owned(),
        case: "house".to_owned(),
        agency: AGENCY.to_owned(),
        competent_agency: None,
        support_agency: None,
        return_agency: None,
        channel: None,
        representation_id: None,
        applicant: Applicant {
            name: CITIZEN.name.to_owned(),
            identity_number: CITIZEN.identity_number.to_owned(),
            phone: Some("+84912345678".to_owned()),
            email: None,
            address: Some("Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội".to_owned()),
            organisation: None,
        },
        form: serde_json::Map::from_iter([("floors".to_owned(), 3.into()), ("area_m2".to_owned(), 62.into())]),
        attachments: vec![paper(first, "application"), paper(first + 1, "land_paper"), paper(first + 2, "drawings")],
        reused: Vec::new(),
    }
}

/// The sample paper, as the n-th of all.
fn paper(n: u8, component: &str) -> NewAttachment {
    NewAttachment {
        id: Some(AttachmentId(fixed(0xe0, n))),
        component: component.to_owned(),
        file_name: format!("{component}.pdf"),
        media_type: MediaType::Pdf,
        size: PAPER.len() as i64,
        sha256: Sha256::of(PAPER),
    }
}
