//! Whom a denunciation accuses, as the directory knows them: denunciations themselves know nobody.

use denunciations::accused::Known;
use denunciations::denunciation::Accused;
use directory::{Posting, staff};
use kernel::id::StaffId;
use kernel::permission::permissions_of;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::{Actor, Permission};

use super::cases::unknown_official;
use crate::call::Call;

/// Members of staff by their ids, and everybody who is called as somebody is accused by name: of two of one name neither is told. Units, by
/// their ids or names, and the agencies that one of them heads.
///
/// # Errors
/// An id that nobody has, with its place.
pub(super) async fn known(call: &Call, accused: &[Accused], place: impl Fn(usize) -> String) -> kernel::Result<Known> {
    let today = deadlines::vn_date(call.ctx.now);
    let named: Vec<&str> = accused.iter().map(|it| it.name.as_str()).collect();
    let ids: Vec<StaffId> = accused.iter().filter_map(|it| it.official_id).collect();
    let conn = &mut *call.db.conn().await?;
    let found = staff::known(conn, &ids, &named).await?;
    let mut wrong = Vec::new();
    let mut known = Known::default();
    for (n, it) in accused.iter().enumerate() {
        if it.official_id.is_some_and(|id| found.iter().all(|staff| staff.id != id)) {
            wrong.push(unknown_official(&format!("{}/official_id", place(n))));
        }
        if it.unit_id.is_some_and(|unit| call.app.agencies.load().get(unit).is_none()) {
            let words = Text::fixed("không có cơ quan này", "there is no such agency");
            wrong.push(FieldError::new(format!("{}/unit_id", place(n)), "unknown", words));
        }
        let named = call.app.agencies.load().called(&it.name);
        known.accused.extend(named.into_iter().chain(it.unit_id).map(|unit| unit.0));
    }
    INVALID.unless_none(wrong)?;
    let heads =
        |held: &&Posting| held.holds_on(today) && permissions_of(held.role).contains(&Permission::DecideDenunciation);
    for staff in &found {
        known.accused.push(staff.id.0);
        known.headed.extend(staff.roles.0.iter().filter(heads).map(|held| held.agency_id));
    }
    if let Actor::Staff { id, .. } = call.ctx.actor {
        known.actor = staff::by_id(conn, id).await?.map(|staff| staff.all_agencies()).unwrap_or_default();
    }
    Ok(known)
}
