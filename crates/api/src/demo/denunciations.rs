//! Denunciations to try the demo with: one for each step that the contract describes. Their denouncers are made up.

use chrono::{DateTime, Duration, Utc};
use denunciations::accused::Known;
use denunciations::denunciation::{Accused, DenunciationOutcome};
use denunciations::file::{self, FreshUpload, NewDenouncerFile};
use denunciations::follow::{self, DenouncerWords, Wish};
use denunciations::identity::{self, IdentityRequestId, NewIdentityRequest};
use denunciations::receive::{self, Denouncer, Fresh, NewDenunciation};
use denunciations::request::{Conclusion, DenunciationAssignment, DenunciationGround, DenunciationGrounded};
use denunciations::steps::{self, Act, Target, World};
use denunciations::workflow::DenunciationAction::{self, *};
use denunciations::{DenunciationId, vault};
use diesel_async::AsyncPgConnection;
use directory::demo::staff_id;
use kernel::files::{MediaType, Sha256};
use kernel::idempotency::Attempt;
use kernel::problem::{INTERNAL, Result};
use kernel::{Actor, Ctx, Db, Role, db};

use super::{PAPER, agency, fixed, officer};
use crate::app::App;

/// Kinds of ids, as the contract's examples name them.
const DENUNCIATIONS: u8 = 0xc3;
const REQUESTS: u8 = 0xc4;

/// Where they are settled.
const AGENCY: &str = "H26.5";

/// The code of the one that the contract's examples follow: of the demo alone.
const FOLLOWED: u8 = 1;
const CODE: &str = "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5";

/// What was done to each, in the order of the steps that the contract describes.
const WAYS: &[(u8, &[DenunciationAction])] = &[
    (1, &[]),
    (2, &[]),
    (3, &[]),
    (4, &[]),
    (5, &[]),
    (6, &[]),
    (7, &[]),
    (8, &[]),
    (9, &[Accept]),
    (10, &[Accept]),
    (11, &[Accept, Assign]),
    (12, &[Accept, Assign, Report]),
    (13, &[Accept, Assign]),
    (14, &[Accept, Suspend]),
    (15, &[Accept]),
    (16, &[Accept, Assign]),
    (17, &[Accept, Assign, Report]),
    (18, &[Accept, Assign, Report, Conclude]),
    (19, &[Accept, Assign, Report, Conclude, Send, Handle, Publish]),
    (20, &[]),
    (21, &[]),
    (22, &[]),
    (23, &[]),
    (24, &[Accept]),
    (25, &[]),
    (26, &[Accept]),
    (27, &[Accept]),
    (28, &[Accept]),
    (29, &[Accept, Assign, Report, Conclude]),
    (30, &[Accept, Assign, Report, Conclude]),
    (31, &[Accept]),
    (32, &[Accept, Assign, Report, Conclude]),
    (33, &[]),
    (34, &[]),
    (35, &[]),
    (36, &[]),
    (37, &[Accept]),
    (38, &[]),
];

/// Of nobody known.
const LEADS: [u8; 2] = [6, 7];
/// What their denouncers want beside.
const WITHDRAWN: [u8; 2] = [20, 21];
/// With two contents, and the one of which the second is to be withdrawn.
const OF_TWO: [u8; 2] = [36, 37];
const WITHDRAWN_IN_PART: [u8; 1] = [37];
const PROTECTION: [u8; 3] = [22, 23, 24];
/// Of which their denouncers told the agency above, all but the last, and with which they went on to it.
const LATE: [u8; 4] = [26, 27, 28, 31];
const CONTINUED: [u8; 2] = [29, 30];
/// Of which the agency above has asked why it is late.
const ASKED: u8 = 27;
/// How long ago the late ones were sent, in days: longer than the limit, its extension and the days of rest about it.
const AGO: i64 = 60;

/// What is shown with these; with the first a paper is awaited.
const SHOWN: &[u8] = "Ngày 03/8/2026, 9 giờ 15: đưa tiền tại quầy số 3.\n".as_bytes();
const FILES: [u8; 3] = [OPEN, 33, 34];
const UPLOAD: &str = "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF6";

/// Whose request to know who denounces is approved, and whose is to be refused.
const OPEN: u8 = 25;
const DOUBTED: u8 = 35;

pub async fn load(app: &App, conn: &mut AsyncPgConnection, database: &db::Settings, now: DateTime<Utc>) -> Result<()> {
    let pool = Db::acting(&db::Settings { size: 1, ..app.settings.vault(database) }, Some(vault::ROLE));
    let vault = &mut *pool.map_err(|error| INTERNAL.because(error))?.conn().await?;
    let head = officer("chanhthanhtra", Role::HeadOfAgency, now)?;
    let inspector = officer("thanhtra", Role::Inspector, now)?;
    for (n, way) in WAYS {
        let now = if LATE.contains(n) { now - Duration::days(AGO) } else { now };
        let (head, inspector) = (Ctx { now, ..head.clone() }, Ctx { now, ..inspector.clone() });
        let (id, attempt) = (DenunciationId(fixed(DENUNCIATIONS, *n)), |what: &str| attempt(*n, what));
        let denouncer = Ctx { actor: Actor::Anonymous, now };
        let world = app.denunciations();
        let fresh = Fresh { id, receipt_code: code(*n) };
        receive::receive(
            (conn, vault),
            &denouncer,
            world,
            (agency(AGENCY)?, Known::default()),
            fresh,
            new(*n),
            &attempt("receive"),
        )
        .await?;
        let wish = [
            (Wish::Withdraw, WITHDRAWN.as_slice()),
            (Wish::WithdrawPart(vec![1]), WITHDRAWN_IN_PART.as_slice()),
            (Wish::Protection, PROTECTION.as_slice()),
        ];
        for (wish, _) in wish.iter().filter(|(_, which)| which.contains(n)) {
            let words = DenouncerWords { receipt_code: code(*n), words: "Tôi lo ngại bị trả thù.".to_owned() };
            follow::say((conn, vault), now, world, wish, words, &attempt("wish")).await?;
        }
        for action in *way {
            let act = act(*action)?;
            let who = if *action == Report { &inspector } else { &head };
            let target = Target { id, if_match: None, attempt: &attempt(action.code()) };
            steps::act((conn, vault), who, world, target, act).await?;
        }
        if PROTECTION[2] == *n {
            let measures = Act::Saying(Protect, "Giữ nguyên vị trí việc làm.".to_owned());
            let target = Target { id, if_match: None, attempt: &attempt("protect") };
            steps::act((conn, vault), &head, world, target, measures).await?;
        }
    }
    go_up(app, (conn, vault), now).await?;
    show(app, (conn, vault), now).await?;
    ask_who_it_is((conn, vault), app.denunciations(), &head, &inspector).await
}

/// Their denouncers turn to the agency above.
async fn go_up(
    app: &App,
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
) -> Result<()> {
    let world = app.denunciations();
    let late = LATE[..3].iter().map(|n| (*n, Wish::ReportDelay, "Đã quá hạn mà chưa có kết luận."));
    let continued = CONTINUED.map(|n| (n, Wish::Continue, "Kết luận chưa xem xét tài liệu tôi đã cung cấp."));
    for (n, wish, words) in late.chain(continued) {
        let words = DenouncerWords { receipt_code: code(n), words: words.to_owned() };
        follow::say((conn, vault), now, world, &wish, words, &attempt(n, "up")).await?;
    }
    let chair = officer("chutich", Role::HeadOfAgency, now)?;
    let attempt = attempt(ASKED, AskForReport.code());
    let target = Target { id: DenunciationId(fixed(DENUNCIATIONS, ASKED)), if_match: None, attempt: &attempt };
    steps::act((conn, vault), &chair, world, target, Act::Plain(AskForReport)).await.map(drop)
}

/// Their denouncers show something; the address of the one that has not come is good for as long as anybody may try the demo.
async fn show(
    app: &App,
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
) -> Result<()> {
    let world = app.denunciations();
    for n in FILES.into_iter().chain([FOLLOWED]) {
        let token = if n == FOLLOWED { UPLOAD.to_owned() } else { FreshUpload::at(now).token };
        let fresh = FreshUpload { token: token.clone(), until: now + Duration::days(3650) };
        // Of text there is a copy to read; the paper that has not come is what the contract's example sends.
        let (media_type, content) = if n == FOLLOWED { (MediaType::Pdf, PAPER) } else { (MediaType::Text, SHOWN) };
        let new = NewDenouncerFile {
            receipt_code: code(n),
            media_type,
            size: content.len() as i64,
            sha256: Sha256::of(content),
        };
        file::declare(conn, now, world, fresh, new, &attempt(n, "file")).await?;
        if n != FOLLOWED {
            let awaited = file::awaited(conn, now, &token).await?;
            file::arrived((conn, vault), now, world, &awaited, content).await?;
        }
    }
    Ok(())
}

/// The inspector wants to know who denounces, three times: one of the requests is approved.
async fn ask_who_it_is(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    world: World<'_>,
    head: &Ctx,
    inspector: &Ctx,
) -> Result<()> {
    for n in [FOLLOWED, OPEN, DOUBTED] {
        let (id, request) = (DenunciationId(fixed(DENUNCIATIONS, n)), IdentityRequestId(fixed(REQUESTS, n)));
        let reason = "Cần mời người tố cáo làm việc để xác minh nội dung thứ hai.".to_owned();
        let new = NewIdentityRequest { id: Some(request), reason };
        identity::request((conn, vault), inspector, world, id, new, &attempt(n, "who")).await?;
        if n == OPEN {
            identity::approve(conn, head, world, (id, request), &attempt(n, "approve")).await?;
        }
    }
    Ok(())
}

/// The codes of all are of the demo alone: the first, with the number at its end.
fn code(n: u8) -> String {
    if n == FOLLOWED { CODE.to_owned() } else { format!("{}{n:02}", &CODE[..CODE.len() - 2]) }
}

fn attempt(n: u8, what: &str) -> Attempt {
    Attempt::new(None, "DEMO", what, fixed(DENUNCIATIONS, n), &[n])
}

/// A step, with what is said in it.
fn act(action: DenunciationAction) -> Result<Act> {
    Ok(match action {
        Assign => {
            let to = staff_id("thanhtra").ok_or_else(|| INTERNAL.because("the demo has no such officer"))?;
            Act::Assign(DenunciationAssignment { to }, Vec::new())
        }
        Report => Act::Saying(Report, "Đã xác minh: nội dung tố cáo có cơ sở.".to_owned()),
        Suspend => {
            let (ground, reason) = (DenunciationGround::AwaitsResult, "Chờ kết quả giám định chữ ký.".to_owned());
            Act::Grounded(Suspend, DenunciationGrounded { ground, reason })
        }
        Conclude => {
            let words = "Nội dung nhận tiền là đúng; kiến nghị xử lý kỷ luật theo quy định.".to_owned();
            Act::Conclude(Conclusion { outcome: DenunciationOutcome::True, words })
        }
        Handle | Publish => Act::Saying(action, "Đã thực hiện theo kết luận.".to_owned()),
        plain => Act::Plain(plain),
    })
}

/// What is sent.
fn new(n: u8) -> NewDenunciation {
    let somebody = Denouncer {
        name: "Lê Thị Tố Tâm".to_owned(),
        identity_number: Some("001199887766".to_owned()),
        address: "Số 12 ngõ Hạ Hồi".to_owned(),
        phone: Some("+84987654321".to_owned()),
        email: None,
    };
    let mut contents =
        vec!["Ngày 03/8/2026, ông Nguyễn Văn A yêu cầu đưa 5.000.000 đồng để được cấp phép sớm.".to_owned()];
    contents.extend(OF_TWO.contains(&n).then(|| "Ông Nguyễn Văn A nhiều lần kéo dài thời gian giải quyết.".to_owned()));
    let somebody = (!LEADS.contains(&n)).then_some(somebody);
    NewDenunciation {
        agency: AGENCY.to_owned(),
        channel: None,
        subject: "Tố cáo nhận tiền khi cấp phép".to_owned(),
        contents,
        accused: vec![Accused {
            name: "Ông Nguyễn Văn A".to_owned(),
            office: Some("Cán bộ quầy số 3".to_owned()),
            official_id: None,
            unit_id: None,
        }],
        denouncers: somebody.into_iter().collect(),
    }
}
