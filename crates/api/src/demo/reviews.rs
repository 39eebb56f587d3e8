//! Reviews by the commune, one for each state, and one of a regulation.

use diesel_async::AsyncPgConnection;
use kernel::idempotency::Attempt;
use kernel::problem::Result;
use kernel::{Ctx, Role};
use procedures::Catalogue;
use procedures::review::change::ProposedChange;
use procedures::review::cost::{ComplianceCost, FilingCost};
use procedures::review::write::{self, NewProposalDecision, NewReview, ReviewProposals};
use procedures::review::{NewReviewProposal, ProposalOutcome, ReviewId, ReviewSubject};

use super::{fixed, officer};
use crate::app::App;

/// The kind of their ids, as the contract's examples name them.
const REVIEWS: u8 = 0xc7;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Open,
    Proposed,
    Submitted,
    Decided,
}

pub async fn load(app: &App, conn: &mut AsyncPgConnection) -> Result<()> {
    let now = app.clock.now();
    let examiner = officer("chuyenvien", Role::ProcessingOfficer, now)?;
    let leader = officer("lanhdao", Role::Leader, now)?;
    let catalogue = app.catalogue.load_full();
    for (n, reach) in [(1, Reach::Decided), (2, Reach::Open), (3, Reach::Proposed), (4, Reach::Submitted)] {
        let subject = ReviewSubject::Procedure { code: "1.013225".to_owned() };
        let title = "Rà soát thủ tục cấp giấy phép xây dựng mới";
        let proposals = vec![without_land_paper(), cheaper()];
        let people = (&examiner, &leader);
        walk(conn, people, &catalogue, (n, reach), new(subject, title), proposals).await?;
    }
    let number = "217/2026/NĐ-CP";
    let subject = ReviewSubject::Regulation { number: number.to_owned() };
    let new = new(subject, "Rà soát quy định về thời hạn bổ sung hồ sơ cấp phép xây dựng");
    walk(conn, (&examiner, &leader), &catalogue, (5, Reach::Decided), new, vec![longer_to_supply(number)]).await
}

/// Opens a review and takes it as far as it goes: the first proposal is accepted, the others are not.
async fn walk(
    conn: &mut AsyncPgConnection,
    (examiner, leader): (&Ctx, &Ctx),
    catalogue: &Catalogue,
    (n, reach): (u8, Reach),
    new: NewReview,
    proposals: Vec<NewReviewProposal>,
) -> Result<()> {
    let id = ReviewId(fixed(REVIEWS, n));
    let attempt = |step: &str| Attempt::new(None, "DEMO", step, id.0, &[n]);
    write::open(conn, examiner, catalogue, id, new, &attempt("open review")).await?;
    let count = u16::try_from(proposals.len()).unwrap_or_default();
    if reach >= Reach::Proposed {
        write::propose(conn, examiner, catalogue, id, None, ReviewProposals { proposals }).await?;
    }
    if reach >= Reach::Submitted {
        write::submit(conn, examiner, catalogue, id, None, &attempt("submit review")).await?;
    }
    if reach == Reach::Decided {
        for number in 1..=count {
            let (outcome, ground) = match number {
                1 => (ProposalOutcome::Accepted, "Nhất trí: bớt thời gian và chi phí cho người dân."),
                _ => (ProposalOutcome::Rejected, "Mức lệ phí do Hội đồng nhân dân Thành phố quyết định."),
            };
            let decision = NewProposalDecision { outcome, ground: ground.to_owned() };
            let attempt = attempt(&format!("decide {number}"));
            write::decide(conn, leader, catalogue, (id, number), None, decision, &attempt).await?;
        }
    }
    Ok(())
}

fn new(subject: ReviewSubject, title: &str) -> NewReview {
    let reason = "Người dân phản ánh phải nộp lại giấy tờ đã có trong cơ sở dữ liệu.".to_owned();
    NewReview { subject, plan_year: 2026, title: title.to_owned(), reason }
}

fn permit(minutes: i64, services: i64, fees: i64) -> FilingCost {
    FilingCost { minutes, services, fees, other: 30_000 }
}

fn proposal(change: ProposedChange, reason: &str, after: FilingCost) -> NewReviewProposal {
    let cost = ComplianceCost { filings_per_year: 1_200, before: permit(480, 2_000_000, 75_000), after: Some(after) };
    NewReviewProposal { change, reason: reason.to_owned(), cost }
}

fn without_land_paper() -> NewReviewProposal {
    let change = ProposedChange::DropComponent { case: "house".to_owned(), component: "land_paper".to_owned() };
    let reason = "Giấy tờ về đất đã có trong cơ sở dữ liệu đất đai quốc gia.";
    proposal(change, reason, permit(360, 2_000_000, 75_000))
}

fn cheaper() -> NewReviewProposal {
    let (case, fee) = ("house".to_owned(), "fee".to_owned());
    let channel = procedures::dossier::Channel::Online;
    let change = ProposedChange::ReduceFee { case, channel, fee, amount: 37_500 };
    proposal(change, "Khuyến khích nộp hồ sơ trực tuyến.", permit(480, 2_000_000, 37_500))
}

fn longer_to_supply(number: &str) -> NewReviewProposal {
    let change = ProposedChange::AmendRegulation {
        number: number.to_owned(),
        article: "Điều 54 khoản 2".to_owned(),
        text: "Người đề nghị bổ sung hồ sơ trong 10 ngày làm việc.".to_owned(),
    };
    proposal(change, "Hai ngày làm việc không đủ để người dân làm lại bản vẽ.", permit(420, 2_000_000, 75_000))
}
