//! Whom a denunciation accuses: they never take it in, have it, see it or are told of it, for good, as in cases. Neither has the agency
//! that one of them heads: its head settles what its own staff are accused of, and the agency above what its head is (Luật Tố cáo Art. 12).

use kernel::problem::{FieldError, INVALID, Text};
use kernel::text::fold;
use kernel::{Ctx, Result, id::AgencyId, rules::Rules};
use uuid::Uuid;

use crate::denunciation::{Accused, Denunciation, Protection};
use crate::problem::ACCUSED;

/// How many are accused in one denunciation at most.
const MOST: usize = 20;

/// What the directory knows of those who are accused, and of who says so.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Members of staff, by their ids or by their names, and units.
    pub accused: Vec<Uuid>,
    /// The agencies that one of them heads.
    pub headed: Vec<AgencyId>,
    /// The agencies of whoever says so, whichever of them they act for now.
    pub actor: Vec<AgencyId>,
}

impl Known {
    /// Who has no part in it.
    pub fn barred(&self) -> Vec<Uuid> {
        let mut barred = self.accused.clone();
        barred.extend(self.headed.iter().map(|agency| agency.0));
        barred.sort_unstable();
        barred.dedup();
        barred
    }

    /// Nobody takes in, or says in it, what accuses them or a unit where they work. What accuses their head they do: it goes up.
    ///
    /// # Errors
    /// [`ACCUSED`], and no more: whom it accuses is not told why.
    pub fn is_not_of(&self, ctx: &Ctx) -> Result<()> {
        let theirs = ctx.actor.id().into_iter().chain(ctx.actor.agency().map(|agency| agency.0));
        let mut theirs = theirs.chain(self.actor.iter().map(|agency| agency.0));
        if theirs.any(|who| self.accused.contains(&who)) { Err(ACCUSED.error()) } else { Ok(()) }
    }
}

/// The agency, or the first above it that is not accused.
///
/// # Errors
/// [`ACCUSED`] where there is none within the city.
pub fn not_accused(rules: &Rules, agency: AgencyId, barred: &[Uuid]) -> Result<AgencyId> {
    let mut line = std::iter::once(agency).chain(rules.above(agency));
    line.find(|agency| !barred.contains(&agency.0)).ok_or_else(|| ACCUSED.error())
}

/// An officer names somebody whom it accuses, or says who it is that was named in words. Returns the agency that has it from now on.
///
/// # Errors
/// [`ACCUSED`] where whoever says so is accused, or nobody is left who could have it; too many are accused.
pub(crate) fn accuse(
    it: &mut Denunciation,
    ctx: &Ctx,
    rules: &Rules,
    new: &Accused,
    known: &Known,
) -> Result<AgencyId> {
    let accused = &mut it.accused.0;
    match accused.iter().position(|named| fold(&named.name) == fold(&new.name)) {
        Some(n) => {
            let named = &mut accused[n];
            named.office = new.office.clone().or(named.office.take());
            named.official_id = new.official_id.or(named.official_id);
            named.unit_id = new.unit_id.or(named.unit_id);
        }
        None if accused.len() < MOST => accused.push(new.clone()),
        None => {
            let words = Text::fixed("đã đủ 20 người bị tố cáo", "20 are accused already");
            INVALID.unless_none(vec![FieldError::new("/name", "too_many", words)])?;
        }
    }
    known.is_not_of(ctx)?;
    let new = known.barred().into_iter().filter(|who| !it.bars(*who)).collect::<Vec<_>>();
    it.barred.extend(new);
    let superior = it.superior_agency_id;
    it.superior_agency_id = superior
        .filter(|above| !it.bars(above.0))
        .or_else(|| superior.and_then(|above| not_accused(rules, above, &it.barred).ok()));
    it.assigned_to = it.assigned_to.filter(|to| !it.bars(to.0));
    match not_accused(rules, it.handling_agency_id, &it.barred) {
        Err(_) if it.status.is_over() => Ok(it.handling_agency_id),
        // What is over stays where it was, unseen, unless something is left to be done.
        _ if !it.is_open() && it.marks.0.protection != Some(Protection::Granted) => Ok(it.handling_agency_id),
        found => found,
    }
}
