//! Inspections of the commune by the city's inspectorate, one for each step that the contract describes.

use chrono::TimeDelta;
use complaints::inspection::remedy::{self, Place, RemedyReport};
use complaints::inspection::write::{
    self, InspectionConclusion, InspectionHolding, NewFinding, NewInspection, NewRemedy,
};
use complaints::inspection::{FindingKind, InspectionId};
use diesel_async::AsyncPgConnection;
use kernel::Role;
use kernel::idempotency::Attempt;
use kernel::problem::Result;

use super::{AGENCY, agency, fixed, officer};
use crate::app::App;

/// The kind of their ids, as the contract's examples name them.
const INSPECTIONS: u8 = 0xc6;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Planned,
    Held,
    Concluded,
    Reported,
}

pub async fn load(app: &App, conn: &mut AsyncPgConnection) -> Result<()> {
    let now = app.clock.now();
    let (inspector, leader) = (officer("thanhtra", Role::Inspector, now)?, officer("lanhdao", Role::Leader, now)?);
    let (world, inspected, today) = (app.cases(), agency(AGENCY)?, deadlines::vn_date(now));
    let reaches = [
        (1, Reach::Reported),
        (2, Reach::Planned),
        (3, Reach::Held),
        (4, Reach::Planned),
        (5, Reach::Concluded),
        (6, Reach::Reported),
        (7, Reach::Reported),
    ];
    for (n, reach) in reaches {
        let id = InspectionId(fixed(INSPECTIONS, n));
        let attempt = |what: &str| Attempt::new(None, "DEMO", what, id.0, &[n]);
        let new = NewInspection {
            agency: AGENCY.to_owned(),
            surprise: n % 2 == 0,
            subject: "Giờ giấc và thái độ tiếp dân tại bộ phận một cửa".to_owned(),
            planned_on: today,
            case_id: None,
        };
        write::plan(conn, &inspector, world, (id, inspected), new, &attempt("plan")).await?;
        if reach >= Reach::Held {
            let held = InspectionHolding { held_on: None };
            write::hold(conn, &inspector, world, (id, None), &held, &attempt("hold")).await?;
        }
        if reach >= Reach::Concluded {
            let said = InspectionConclusion {
                number: format!("{n}/KL-TT"),
                conclusion: "Đơn vị chấp hành cơ bản đúng giờ; còn hai quầy vắng người.".to_owned(),
                findings: vec![absent(today + TimeDelta::days(30)), praised()],
            };
            write::conclude(conn, &inspector, world, (id, None), said, &attempt("conclude")).await?;
        }
        if reach >= Reach::Reported {
            let words = "Đã phân công người trực thay ở mọi quầy; lịch trực dán tại bộ phận một cửa.".to_owned();
            let place = Place { inspection: id, finding: 1, if_match: None };
            remedy::report(conn, &leader, world, place, RemedyReport { words }, &attempt("report")).await?;
        }
    }
    Ok(())
}

fn absent(due_on: chrono::NaiveDate) -> NewFinding {
    NewFinding {
        kind: FindingKind::Shortfall,
        words: "Hai quầy không có người trong giờ làm việc.".to_owned(),
        remedy: Some(NewRemedy { what: "Bố trí người trực thay ở mọi quầy.".to_owned(), due_on }),
    }
}

fn praised() -> NewFinding {
    NewFinding {
        kind: FindingKind::GoodPractice,
        words: "Bảng hướng dẫn rõ ràng, có bản tiếng Anh.".to_owned(),
        remedy: None,
    }
}
