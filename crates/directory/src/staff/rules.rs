//! What staff can be.

use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Ctx, Result, Role};

use super::reach::Reach;
use super::{Posting, Staff, StaffContent};
use crate::Agencies;

/// Whether the actor may make somebody so, and it makes sense: agencies exist, staff are no citizens, a role ends after it
/// begins and is not held twice at once.
pub(super) fn allowed(known: &Agencies, ctx: &Ctx, old: Option<&Staff>, content: &StaffContent) -> Result<()> {
    let mut wrong = Vec::new();
    let no_agency = Words::fixed("không có cơ quan này", "there is no such agency");
    if known.get(content.agency_id).is_none() {
        wrong.push(FieldError::new("/agency_id", "unknown", no_agency.clone()));
    }
    for (n, posting) in content.roles.iter().enumerate() {
        let at = |member: &str| format!("/roles/{n}/{member}");
        if known.get(posting.agency_id).is_none() {
            wrong.push(FieldError::new(at("agency_id"), "unknown", no_agency.clone()));
        }
        if posting.role == Role::Citizen {
            let words = Words::fixed("không phải vai trò của cán bộ", "is no role of staff");
            wrong.push(FieldError::new(at("role"), "roles", words));
        }
        if posting.valid_to.is_some_and(|last| last < posting.valid_from) {
            let words = Words::fixed("không được trước ngày bắt đầu", "must not be before the first day");
            wrong.push(FieldError::new(at("valid_to"), "before_valid_from", words));
        }
        if content.roles[..n].iter().any(|earlier| overlap(earlier, posting)) {
            let words = Words::fixed("đã có trong cùng thời gian", "is held already at the same time");
            wrong.push(FieldError::new(format!("/roles/{n}"), "duplicate", words));
        }
    }
    INVALID.unless_none(wrong)?;
    let reach = Reach::managed(known, &ctx.actor);
    old.map_or(Ok(()), |old| reach.covers(&old.content()))?;
    reach.covers(content)
}

fn overlap(one: &Posting, other: &Posting) -> bool {
    let ends_before = |one: &Posting, other: &Posting| one.valid_to.is_some_and(|last| last < other.valid_from);
    (one.agency_id, one.role) == (other.agency_id, other.role) && !ends_before(one, other) && !ends_before(other, one)
}
