//! Statistical reports on petitions (TT 01/2024/TT-TTCP), which count what two domains have: [`form`] says in which columns, [`count`] asks
//! both, [`trace`] pages through what makes a figure.

pub mod count;
pub mod form;
pub mod trace;

use complaints::problem::REPORT_NOT_FOUND;
use kernel::id::AgencyId;
use kernel::period::{Period, Reported};
use kernel::{Permission, Result, text_enum};

use crate::call::Call;
use form::{Counts, Form, PetitionForm};

text_enum! {
    /// Over the agency itself, or with all agencies below it.
    ReportScope { Own = "own", Under = "under" }
}

/// A report that somebody may read.
pub struct Asked {
    pub form: &'static Form,
    pub period: Period,
    pub days: Reported,
    pub agency: AgencyId,
    pub scope: ReportScope,
    agencies: Vec<AgencyId>,
}

impl Asked {
    /// # Errors
    /// [`REPORT_NOT_FOUND`] when there is no such agency, form or period, or not for the caller.
    pub fn new(call: &Call, agency: AgencyId, form: PetitionForm, period: Period, scope: ReportScope) -> Result<Self> {
        let none = || REPORT_NOT_FOUND.error();
        may_read(call, agency)?;
        let days = period.days().ok_or_else(none)?;
        let form = form::form(form, days.span.last).ok_or_else(none)?;
        if form.counts == Counts::Denunciations && !call.ctx.actor.may(Permission::ReadDenunciation) {
            return Err(none());
        }
        let agencies = match scope {
            ReportScope::Own => vec![agency],
            ReportScope::Under => call.app.rules.below(agency),
        };
        Ok(Self { form, period, days, agency, scope, agencies })
    }

    /// Of cases, where the form counts any.
    fn of_cases(&self) -> Option<complaints::report::Asked> {
        let (at, kinds) = (self.form.at, self.form.kinds.clone());
        let asked = complaints::report::Asked { at, kinds, agencies: self.agencies.clone(), span: self.days.span };
        (self.form.counts != Counts::Denunciations).then_some(asked)
    }

    /// Of denunciations, where the form counts any and the caller may know of them.
    fn of_denunciations(&self, call: &Call) -> Option<denunciations::report::Asked> {
        let handling = self.form.at == complaints::report::CountedAt::Handling;
        let asked = denunciations::report::Asked { handling, agencies: self.agencies.clone(), span: self.days.span };
        let counted = self.form.counts != Counts::Cases && call.ctx.actor.may(Permission::ReadDenunciation);
        counted.then_some(asked)
    }
}

/// Whether there is such an agency, and its registers and reports are for the caller.
///
/// # Errors
/// [`REPORT_NOT_FOUND`] otherwise.
pub fn may_read(call: &Call, agency: AgencyId) -> Result<()> {
    let known = call.app.agencies.load().get(agency).is_some();
    let may = complaints::report::may_read(&call.ctx.actor, agency, call.app.cases());
    if known && may { Ok(()) } else { Err(REPORT_NOT_FOUND.error()) }
}
