//! What congdan1 agrees to, and breaches of personal data, one for each step that the contract describes.

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use kernel::idempotency::Attempt;
use kernel::problem::Result;
use kernel::{Actor, Ctx, Role};
use privacy::DataCategory;
use privacy::breach::BreachId;
use privacy::breach::write::{self, AuthorityNotice, NewBreach, Target};
use privacy::consent::{self, NewConsent};

use super::{AGENCY, agency, fixed, officer};
use crate::app::App;

/// The kind of their ids, as the contract's examples name them.
const BREACHES: u8 = 0xce;

pub async fn load(app: &App, conn: &mut AsyncPgConnection, citizen: &Ctx) -> Result<()> {
    if let Actor::Citizen(id) = citizen.actor {
        let new = NewConsent { purpose: "push".to_owned(), given: true, words_version: Some(1) };
        let attempt = Attempt::new(None, "DEMO", "consent", fixed(BREACHES, 0), &[]);
        consent::say(conn, citizen, id, new, &attempt).await?;
    }
    let (now, rules) = (citizen.now, &app.rules);
    let (protection, place) = (officer("baove", Role::DataProtectionOfficer, now)?, agency(AGENCY)?);
    for (n, notified) in [(1, true), (2, false), (3, false), (4, true)] {
        let id = BreachId(fixed(BREACHES, n));
        let attempt = |what: &str| Attempt::new(None, "DEMO", what, id.0, &[n]);
        let new = NewBreach {
            id: Some(id),
            agency: None,
            detected_at: now - TimeDelta::hours(5),
            happened: "Danh sách hồ sơ bị gửi nhầm tới một địa chỉ thư ngoài cơ quan.".to_owned(),
            categories: vec![DataCategory::Name, DataCategory::Contact],
            people: 37,
            measures: "Đã yêu cầu người nhận xoá thư và khoá tài khoản gửi.".to_owned(),
        };
        write::register(conn, &protection, rules, place, new, &attempt("register")).await?;
        if notified {
            let notice = AuthorityNotice { document: format!("{n}/TB-UBND"), at: None };
            let attempt = attempt("notify");
            let target = Target { id, if_match: None, attempt: &attempt };
            write::notify_authority(conn, &protection, rules, target, notice).await?;
        }
    }
    Ok(())
}
