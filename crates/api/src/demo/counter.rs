//! A day at the counters of two centres: people who wait, appointments, and what one of them says of itself.

use chrono::{DateTime, Days, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use kernel::files::{MediaType, Sha256};
use kernel::id::AgencyId;
use kernel::idempotency::Attempt;
use kernel::problem::Result;
use kernel::{Actor, Ctx, Role};
use procedures::appointment::AppointmentId;
use procedures::appointment::book::{self, NewAppointment};
use procedures::appointment::hours::{self, AppointmentOffer, OfferedField};
use procedures::appointment::times;
use procedures::assessment::answer::{CriterionAnswer, Evidence, EvidenceFile, Verdict};
use procedures::assessment::write::{self, AssessmentAnswers, NewAssessment};
use procedures::assessment::{AssessmentId, criteria, evidence};
use procedures::file::{self, Principal, Ways};
use procedures::queue::call::{self, Call};
use procedures::queue::draw::{self, NewTicket};
use procedures::queue::{Centre, TicketId};
use procedures::request::{Withdrawal, WithdrawalGround};
use procedures::steps;

use super::{AGENCY, CITIZEN, CODE, PAPER, agency, fixed, id, officer, papers_arrive, target};
use crate::app::App;
use crate::routes::queue::centre;

/// The centre of the city.
const CENTRE: &str = "H26.1";
const FIELD: &str = "Hộ tịch";
/// Kinds of ids, as the contract's examples name them.
const TICKETS: u8 = 0xc1;
const APPOINTMENTS: u8 = 0xa1;
const ASSESSMENTS: u8 = 0xa2;

/// Dossiers that were filed at the counter: one accepted, of which its applicant has the receipt, and one that was withdrawn.
const ACCEPTED: u8 = 41;
const WITHDRAWN: u8 = 42;

pub async fn load(app: &App, conn: &mut AsyncPgConnection, citizen: &Ctx) -> Result<()> {
    walk_in(app, conn, citizen.now).await?;
    stand_in_line(app, conn, citizen.now).await?;
    make_appointments(app, conn, citizen).await?;
    assess(conn, citizen.now).await
}

fn attempt(kind: u8, what: &str, n: u8) -> Attempt {
    Attempt::new(None, "DEMO", what, fixed(kind, n), &[n])
}

/// The citizen files two dossiers with reception, and wants one of them back.
async fn walk_in(app: &App, conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<()> {
    let (reception, commune) = (officer("tiepnhan", Role::ReceptionOfficer, now)?, agency(AGENCY)?);
    let catalogue = app.catalogue.load();
    let world = app.world(&catalogue);
    let ways = Ways { receiving: commune, competent: commune, support: None, return_point: None };
    for n in [ACCEPTED, WITHDRAWN] {
        let (id, attempt) = (id(n), |what: &str| Attempt::new(None, "DEMO", what, id(n).0, &[n]));
        file::file(conn, &reception, world, ways, Principal::Oneself(None), super::new(id), &attempt("file")).await?;
        papers_arrive(conn, &reception, id).await?;
        if n == ACCEPTED {
            steps::accept(conn, &reception, world, target(id, &attempt("accept")), CODE).await?;
        } else {
            let why = Withdrawal { ground: WithdrawalGround::NoLongerNeeded, reason: None };
            steps::withdraw(conn, &reception, world, target(id, &attempt("withdraw")), why).await?;
        }
    }
    Ok(())
}

/// Seven people at the commune's counters, three of them called.
async fn stand_in_line(app: &App, conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<()> {
    let (anybody, reception) =
        (Ctx { actor: Actor::Anonymous, now }, officer("tiepnhan", Role::ReceptionOfficer, now)?);
    let (catalogue, commune) = (app.catalogue.load_full(), centre(app, now, agency(AGENCY)?)?);
    for n in 1..=7 {
        let new = NewTicket { field: FIELD.to_owned() };
        let ids = (TicketId(fixed(TICKETS, n)), &commune);
        draw::draw(conn, &anybody, &catalogue, ids, new, None, &attempt(TICKETS, "draw", n)).await?;
    }
    for n in 1..=3 {
        let free = Call { counter: i16::from(n), fields: Vec::new() };
        call::call_next(conn, &reception, &catalogue, free, &attempt(TICKETS, "call", n)).await?;
    }
    Ok(())
}

/// Two centres that give appointments; the citizen has one, and reception has booked three for people who called.
async fn make_appointments(app: &App, conn: &mut AsyncPgConnection, citizen: &Ctx) -> Result<()> {
    let now = citizen.now;
    let (commune, city) = (agency(AGENCY)?, agency(CENTRE)?);
    for (head, at) in
        [(officer("lanhdao", Role::Leader, now)?, commune), (officer("giamdoc", Role::HeadOfAgency, now)?, city)]
    {
        let field = |field: &str, per_slot| OfferedField { field: field.to_owned(), per_slot };
        let offer = AppointmentOffer {
            slot_minutes: 30,
            days_ahead: 14,
            fields: vec![field(FIELD, 3), field("Chứng thực", 2)],
            closed_dates: Vec::new(),
        };
        hours::replace(conn, &head, &app.catalogue.load_full(), at, None, offer).await?;
    }
    let reception = officer("tiepnhan", Role::ReceptionOfficer, now)?;
    let booked = [
        (1, citizen, city, CITIZEN.name),
        (2, &reception, commune, "Trần Văn Hoà"),
        (4, &reception, commune, "Lê Thị Nga"),
    ];
    for (n, who, at, name) in booked {
        let centre = centre(app, now, at)?;
        let Some(starts_at) = first_free(conn, who, &centre).await? else { continue };
        let ids = (AppointmentId(fixed(APPOINTMENTS, n)), &centre);
        book::book(conn, who, ids, new(at, starts_at, name), &attempt(APPOINTMENTS, "book", n)).await?;
    }
    // Whenever the demo is started, somebody can check in.
    let soon = new(commune, now + TimeDelta::minutes(60), "Phạm Văn Đức");
    let id = AppointmentId(fixed(APPOINTMENTS, 3));
    book::write(conn, &reception, id, soon, 1, &attempt(APPOINTMENTS, "book", 3)).await.map(drop)
}

async fn first_free(conn: &mut AsyncPgConnection, ctx: &Ctx, centre: &Centre) -> Result<Option<DateTime<Utc>>> {
    for days in 1..=14 {
        let Some(day) = deadlines::vn_date(ctx.now).checked_add_days(Days::new(days)) else { continue };
        let times = times::times(conn, ctx, centre, FIELD, day).await?;
        if let Some(time) = times.into_iter().find(|time| time.free > 0) {
            return Ok(Some(time.starts_at));
        }
    }
    Ok(None)
}

fn new(agency_id: AgencyId, starts_at: DateTime<Utc>, name: &str) -> NewAppointment {
    let (field, name, phone) = (FIELD.to_owned(), name.to_owned(), "+84912345678".to_owned());
    NewAppointment { agency_id, field, starts_at, name, phone }
}

/// The centre of the city has submitted one assessment; of its drafts one has no answers yet, one all of
/// them, and one waits for its evidence.
async fn assess(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<()> {
    let head = officer("giamdoc", Role::HeadOfAgency, now)?;
    let criteria = criteria::in_force(conn).await?;
    let answers: Vec<CriterionAnswer> = criteria.items.iter().map(|criterion| answer(&criterion.code)).collect();
    for (n, period) in [(1, "2026-Q3"), (2, "2026"), (3, "2026-Q2"), (4, "2025")] {
        let ids = (AssessmentId(fixed(ASSESSMENTS, n)), agency(CENTRE)?);
        let new = NewAssessment { period: period.to_owned() };
        write::begin(conn, &head, ids, new, &attempt(ASSESSMENTS, "begin", n)).await?;
        if n != 2 {
            let answers = AssessmentAnswers { answers: answers.clone() };
            write::answers(conn, &head, ids.0, None, answers).await?;
        }
        if n == 1 || n == 3 {
            evidence::arrived(conn, &head, ids.0, Sha256::of(PAPER)).await?;
        }
        if n == 1 {
            write::submit(conn, &head, ids.0, None, &attempt(ASSESSMENTS, "submit", n)).await?;
        }
    }
    Ok(())
}

/// All is there but interpreters and the kiosk.
fn answer(criterion: &str) -> CriterionAnswer {
    let (verdict, remark) = match criterion {
        "interpreting" => (Verdict::NotMet, Some("Chưa bố trí phiên dịch; mời khi có yêu cầu.")),
        "smart_kiosk" => (Verdict::NotMet, Some("Đang lắp đặt, dự kiến xong trong quý IV năm 2026.")),
        _ => (Verdict::Met, None),
    };
    let file = EvidenceFile { media_type: MediaType::Pdf, size: PAPER.len() as i64, sha256: Sha256::of(PAPER) };
    let seen =
        Evidence {
            description: "Biên bản kiểm tra ngày 30/9/2026, kèm ảnh".to_owned(), link: None, file: Some(file)
        };
    CriterionAnswer {
        criterion: criterion.to_owned(),
        verdict,
        remark: remark.map(str::to_owned),
        evidence: if verdict == Verdict::Met { vec![seen] } else { Vec::new() },
    }
}
