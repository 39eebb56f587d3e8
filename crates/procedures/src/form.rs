//! The forms that a dossier's steps call for, by what they mean: their numbers and names change with the circulars
//! (`migrations/seed/forms.csv`), and each form keeps those of the day on which it was made.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Limit;
use diesel_async::AsyncPgConnection;
use kernel::access::Through;
use kernel::id::AgencyId;
use kernel::{Ctx, Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attachment::{Attachment, components};
use crate::catalogue::{Case, Catalogue, Mark, Procedure};
use crate::clock;
use crate::dossier::{Applicant, Dossier, DossierId};
use crate::eform::{self, EarlierForm};
use crate::register::{self, RegisterNumber};
use crate::steps::{self, Seen};
use crate::timeline::{TimelineEntry, timeline};
use crate::view::ProcedureName;

text_enum! {
    /// What a form is for. The control slip is for the agencies alone.
    FormKind {
        Receipt = "receipt",
        SupplementRequest = "supplement_request",
        Refusal = "refusal",
        ApologyExtension = "apology_extension",
        StopNotice = "stop_notice",
        ControlSlip = "control_slip",
    }
}

/// A form, filled in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Form {
    pub form: FormKind,
    /// Its number in the circular of that day.
    #[schema(example = "Mẫu 01", max_length = 50)]
    pub number: String,
    #[schema(example = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", max_length = 300)]
    pub name: String,
    /// The circular, and how sure we are of it.
    #[schema(max_length = 300)]
    pub source: String,
    pub mark: Mark,
    /// The version of the dossier that it speaks of.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// When it was made.
    pub at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: Option<String>,
    pub procedure: ProcedureName,
    /// The procedure's case, by its name.
    #[schema(example = "Nhà ở riêng lẻ", max_length = 300)]
    pub case: String,
    pub applicant: Applicant,
    pub receiving_agency_id: AgencyId,
    pub competent_agency_id: AgencyId,
    /// Where the result is fetched.
    pub return_agency_id: AgencyId,
    /// Where it stands in the register of the agency that received it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterNumber>,
    /// Whose letterhead it has.
    pub issued_by: AgencyId,
    /// How long the agency may take.
    pub limit: Limit,
    /// How many sets of the dossier.
    #[schema(minimum = 1, maximum = 20)]
    pub sets: u8,
    /// The papers: all that were filed, or those that are missing.
    #[schema(max_items = 200)]
    pub papers: Vec<Paper>,
    /// What was promised; on a supplement request, by when the applicant is to supply what is missing. Exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// What had been promised before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_before: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "incomplete", max_length = 50)]
    pub ground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub reason: Option<String>,
    /// On a control slip: every step, with its agency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    pub steps: Vec<SlipLine>,
}

/// A paper and how many files it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Paper {
    #[schema(example = "Bản vẽ thiết kế xây dựng", max_length = 300)]
    pub name: String,
    #[schema(minimum = 0, maximum = 1000)]
    pub files: u32,
}

/// A line of a control slip.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlipLine {
    pub at: DateTime<Utc>,
    #[schema(example = "dossier.accepted", max_length = 100)]
    pub event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Uuid>,
    #[schema(example = "staff", max_length = 20)]
    pub actor_kind: String,
    /// Who did it, when it was a member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_id: Option<Uuid>,
}

/// A form as a circular has it, from a day on.
#[derive(Deserialize)]
pub(crate) struct Issue {
    /// A [`FormKind`], or the register.
    form: String,
    valid_from: NaiveDate,
    pub number: String,
    pub name: String,
    pub source: String,
    pub mark: Mark,
}

static ISSUES: LazyLock<Vec<Issue>> = LazyLock::new(|| {
    let csv = include_str!("../../../migrations/seed/forms.csv");
    csv::Reader::from_reader(csv.as_bytes()).deserialize().collect::<Result<_, _>>().expect("a test reads forms.csv")
});

/// The form as it is on that day, if there is one yet.
pub(crate) fn issue(form: &str, day: NaiveDate) -> Option<&'static Issue> {
    let begun = ISSUES.iter().filter(|issue| issue.form == form && issue.valid_from <= day);
    begun.max_by_key(|issue| issue.valid_from)
}

/// The forms of a dossier, oldest first; for staff with its control slip.
///
/// # Errors
/// No such dossier for this actor.
pub async fn forms(conn: &mut AsyncPgConnection, ctx: &Ctx, catalogue: &Catalogue, id: DossierId) -> Result<Vec<Form>> {
    let Seen { dossier, papers: attachments, sides, .. } = steps::look(conn, ctx, id, Through::Form).await?;
    let entries = timeline(conn, ctx, id).await?;
    let register = register::number_of(conn, &dossier).await?;
    let (procedure, case) = catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    let name = ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() };
    let return_point = sides.return_point.unwrap_or(dossier.receiving_agency_id);
    let earlier = eform::earlier(conn, ctx, id).await?;
    let (due_at, wanted_back) = (None, None);
    let (dossier, attachments) = (&dossier, attachments.as_slice());
    // As which case it was filed.
    let filed_as =
        entries.iter().find(|entry| entry.event == CASE_CHANGED).and_then(|entry| entry.data["from"].as_str());
    let case = filed_as.and_then(|code| procedure.case(code)).unwrap_or(case);
    let mut about = About {
        dossier,
        earlier: &earlier,
        attachments,
        name,
        procedure,
        case,
        return_point,
        register,
        due_at,
        wanted_back,
    };
    let mut forms: Vec<Form> = entries.iter().filter_map(|entry| about.form_of(entry)).collect();
    if dossier.is_handled_by(&ctx.actor) && dossier.accepted_at.is_some() {
        let steps = entries.iter().map(|entry| SlipLine {
            at: entry.at,
            event: entry.event.clone(),
            agency_id: entry.agency_id,
            actor_kind: entry.actor_kind.clone(),
            officer_id: entry.actor_id.filter(|_| entry.actor_kind == "staff"),
        });
        let steps = steps.collect();
        let slip = about.form(FormKind::ControlSlip, dossier.version, ctx.now, dossier.due_at);
        forms.extend(slip.map(|slip| Form { steps, ..slip }));
    }
    Ok(forms)
}

const CASE_CHANGED: &str = "dossier.case_changed";

/// What all forms of a dossier are filled in with.
struct About<'a> {
    dossier: &'a Dossier,
    /// What its e-form said before it was put right.
    earlier: &'a [EarlierForm],
    attachments: &'a [Attachment],
    name: ProcedureName,
    procedure: &'a Procedure,
    /// What it was then.
    case: &'a Case,
    return_point: AgencyId,
    register: Option<RegisterNumber>,
    /// What has been promised so far.
    due_at: Option<DateTime<Utc>>,
    /// Why the applicant wants it back: ground and reason.
    wanted_back: Option<(Option<String>, Option<String>)>,
}

impl About<'_> {
    /// The form that a step calls for.
    fn form_of(&mut self, entry: &TimelineEntry) -> Option<Form> {
        let promised = entry.data["due_at"].as_str().and_then(|due_at| due_at.parse().ok());
        let before = self.due_at;
        self.due_at = promised.or(before);
        if entry.event == "dossier.withdrawal_requested" {
            let ground = entry.data["ground"].as_str().map(str::to_owned);
            self.wanted_back = Some((ground, entry.reason.clone()));
        }
        if let Some(case) = entry.data["to"].as_str().filter(|_| entry.event == CASE_CHANGED) {
            self.case = self.procedure.case(case).unwrap_or(self.case);
        }
        let kind = match entry.event.as_str() {
            CASE_CHANGED => FormKind::Receipt,
            "dossier.accepted" | "dossier.supplement_confirmed" => FormKind::Receipt,
            // Where the limit begins with the hand-over, the applicant is given the new date.
            "dossier.handed_over" if before != self.due_at => FormKind::Receipt,
            "dossier.intake_supplement_requested" | "dossier.supplement_requested" => FormKind::SupplementRequest,
            "dossier.rejected" => FormKind::Refusal,
            "dossier.result_issued" if entry.data["outcome"] == "refused" => FormKind::Refusal,
            "dossier.reappointed" => FormKind::ApologyExtension,
            "dossier.stopped" | "dossier.withdrawal_approved" => FormKind::StopNotice,
            _ => return None,
        };
        let mut form = self.form(kind, entry.version, entry.at, self.due_at)?;
        // What decides is said by whoever decides; reception receives, and asks for what is missing (NĐ 61/2018 Art. 5(1)(e)).
        let decided = !matches!(kind, FormKind::Receipt | FormKind::SupplementRequest);
        form.issued_by = entry.agency_id.filter(|_| decided).map_or(form.issued_by, AgencyId);
        form.ground.clone_from(&entry.ground);
        form.reason.clone_from(&entry.reason);
        if entry.event == "dossier.withdrawal_approved" {
            (form.ground, form.reason) = self.wanted_back.take().unwrap_or_default();
        }
        form.due_before = before.filter(|_| kind == FormKind::ApologyExtension);
        if kind == FormKind::SupplementRequest {
            form.due_at = entry.data["supply_by"].as_str().and_then(|supply_by| supply_by.parse().ok());
            let missing = entry.data["components"].as_array().into_iter().flatten();
            let codes = missing.filter_map(|code| code.as_str());
            form.papers = codes.map(|code| Paper { name: self.component(code), files: 0 }).collect();
        }
        Some(form)
    }

    fn form(&self, kind: FormKind, version: i32, at: DateTime<Utc>, due_at: Option<DateTime<Utc>>) -> Option<Form> {
        let issue = issue(kind.code(), deadlines::vn_date(at))?;
        Some(Form {
            form: kind,
            number: issue.number.clone(),
            name: issue.name.clone(),
            source: issue.source.clone(),
            mark: issue.mark,
            version,
            at,
            code: self.dossier.code.clone(),
            procedure: self.name.clone(),
            case: self.case.name.clone(),
            applicant: self.applicant(version),
            receiving_agency_id: self.dossier.receiving_agency_id,
            competent_agency_id: self.dossier.competent_agency_id,
            return_agency_id: self.return_point,
            register: self.register,
            issued_by: self.dossier.receiving_agency_id,
            papers: self.filed(at),
            limit: clock::limit(self.case, self.dossier.channel),
            sets: self.case.sets,
            due_at,
            due_before: None,
            ground: None,
            reason: None,
            steps: Vec::new(),
        })
    }

    /// Who applied, as the e-form said in that version.
    fn applicant(&self, version: i32) -> Applicant {
        let then = self.earlier.iter().find(|earlier| version < earlier.version);
        then.map_or(&self.dossier.applicant.0, |earlier| &earlier.applicant.0).clone()
    }

    /// The papers that were there at that moment, in the procedure's order.
    fn filed(&self, at: DateTime<Utc>) -> Vec<Paper> {
        let there =
            || components(self.attachments).filter(|file| file.stored_at.is_some_and(|stored_at| stored_at <= at));
        let files = |code: &str| there().filter(|file| file.component == code).count();
        let papers = self.case.components.iter().map(|component| Paper {
            name: component.name.clone(),
            files: u32::try_from(files(&component.code)).unwrap_or(u32::MAX),
        });
        papers.filter(|paper| paper.files > 0).collect()
    }

    fn component(&self, code: &str) -> String {
        let known = self.case.components.iter().find(|component| component.code == code);
        known.map_or_else(|| code.to_owned(), |component| component.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TT 03/2025 put the stop notice in as number 05, and moved the control slip.
    #[test]
    fn a_form_has_the_number_of_its_day() {
        let number =
            |form: &str, day: &str| issue(form, day.parse().expect("a day")).map(|issue| issue.number.as_str());
        for (form, before, since) in [
            ("receipt", Some("Mẫu 01"), "Mẫu 01"),
            ("control_slip", Some("Mẫu 05"), "Mẫu 06"),
            ("register", Some("Mẫu 06"), "Mẫu 07"),
            ("stop_notice", None, "Mẫu 05"),
        ] {
            assert_eq!((number(form, "2025-09-14"), number(form, "2025-09-15")), (before, Some(since)));
        }
        assert!(FormKind::ALL.iter().all(|form| number(form.code(), "2026-08-17").is_some()));
        let known = |issue: &Issue| issue.form == "register" || FormKind::from_code(&issue.form).is_some();
        assert!(ISSUES.iter().all(known), "a form that nothing fills in");
    }
}
