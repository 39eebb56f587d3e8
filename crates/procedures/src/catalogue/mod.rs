//! Procedures as published: which papers, which limit, under which rule, from when. [`Catalogue`] holds them in memory,
//! [`search`] finds them, [`publish`] brings out new versions.

mod complete;
mod content;
mod publication;
pub mod publish;
pub mod search;
pub mod seed;

pub use content::{
    Case, Component, ConsultationRule, Content, Fee, FurtherPages, IntakeRule, Involved, LegalText, Level, Mark,
    Method, Online, OnlineLevel, PageRate, Part, Subject, SupplementRule, Words,
};
pub use publication::{NewPublication, Publication, Punctuality};

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::json::Json;
use kernel::problem::{BUSY, FieldError, INTERNAL, Text};
use kernel::schema::procedures;
use kernel::text::fold;
use kernel::{Result, id};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dossier::Channel;
use crate::problem::{PROCEDURE_NOT_FOUND, UNKNOWN_PROCEDURE};

id! { ProcedureId, "A version of a procedure."; }

/// A version of a procedure.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = procedures)]
pub struct Procedure {
    pub id: ProcedureId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// National code, like `1.013225`.
    #[schema(example = "1.013225", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$")]
    pub code: String,
    pub valid_from: NaiveDate,
    /// The last day on which it is in force.
    pub valid_to: NaiveDate,
    #[schema(example = "Cấp giấy phép xây dựng mới", max_length = 300)]
    pub name: String,
    #[schema(example = "New building permit", max_length = 300)]
    pub name_en: String,
    #[schema(example = "Hoạt động xây dựng", max_length = 200)]
    pub field: String,
    #[schema(value_type = Content)]
    pub content: Json<Content>,
    /// The decision that published it, and whether that was in time; absent where it was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Publication>)]
    pub publication: Option<Json<Publication>>,
    /// The decision that published its end, and whether that was in time; absent where it was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Publication>)]
    pub repeal: Option<Json<Publication>>,
}

/// The last day of what no end is known of.
pub(crate) const NO_END: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");

impl Procedure {
    /// Whether this version is in force on that day.
    pub fn in_force_on(&self, day: NaiveDate) -> bool {
        (self.valid_from..=self.valid_to).contains(&day)
    }

    /// The case with this code.
    pub fn case(&self, code: &str) -> Option<&Case> {
        self.content.0.cases.iter().find(|case| case.code == code)
    }

    /// The cases beside this one that can be filed on this way too.
    pub fn other_cases(&self, one: &Case, channel: Channel) -> impl Iterator<Item = &Case> {
        let cases = self.content.0.cases.iter();
        cases.filter(move |other| other.code != one.code && other.is_filed(channel))
    }
}

/// All versions of all procedures, in memory.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    by_id: HashMap<ProcedureId, Arc<Procedure>>,
    /// By code, then by validity.
    ordered: Vec<Arc<Procedure>>,
    /// Of each in that order, what it is searched by.
    sought_by: Vec<SoughtBy>,
}

/// What a procedure is searched by, made once: all of them are looked through for every page.
#[derive(Clone, Debug, Default)]
struct SoughtBy {
    /// Code, names, field and agencies, folded.
    words: String,
    field: String,
    /// Who settles it: codes in the directory, or names, folded.
    settled_by: Vec<String>,
    /// By the police, and not by the People's Committee.
    police: bool,
}

impl SoughtBy {
    fn of(Procedure { code, name, name_en, field, content: Json(content), .. }: &Procedure) -> Self {
        let agencies = content.agencies.iter().map(|agency| &agency.name.vi);
        let words: Vec<String> =
            [code, name, name_en, field].into_iter().chain(agencies).map(|text| fold(text)).collect();
        let settling = || content.agencies.iter().filter(|agency| agency.part.settles());
        let by = |agency: &Involved| agency.code.clone().unwrap_or_else(|| fold(&agency.name.vi));
        let police = settling().any(|agency| agency.police);
        Self { words: words.join("\n"), field: fold(field), settled_by: settling().map(by).collect(), police }
    }
}

impl Catalogue {
    /// Reads the catalogue of an installation.
    pub async fn read(conn: &mut AsyncPgConnection) -> Result<Self> {
        let rows = procedures::table.order((procedures::code, procedures::valid_from)).select(Procedure::as_select());
        let ordered: Vec<Arc<Procedure>> = rows.load(conn).await?.into_iter().map(Arc::new).collect();
        let by_id = ordered.iter().map(|procedure| (procedure.id, Arc::clone(procedure))).collect();
        let sought_by = ordered.iter().map(|procedure| SoughtBy::of(procedure)).collect();
        Ok(Self { by_id, ordered, sought_by })
    }

    /// All versions of a procedure, by validity.
    pub fn versions(&self, code: &str) -> impl DoubleEndedIterator<Item = &Arc<Procedure>> {
        self.ordered.iter().filter(move |procedure| procedure.code == code)
    }

    /// The procedures in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> impl Iterator<Item = &Arc<Procedure>> {
        self.ordered.iter().filter(move |procedure| procedure.in_force_on(on))
    }

    /// The version of a procedure in force on a day.
    pub fn find(&self, code: &str, on: NaiveDate) -> Result<&Arc<Procedure>> {
        self.in_force(on).find(|procedure| procedure.code == code).ok_or_else(|| PROCEDURE_NOT_FOUND.error())
    }

    /// The version with this id.
    pub fn version(&self, id: ProcedureId) -> Result<&Procedure> {
        // Published a moment ago on another replica: this one knows it within a second.
        let unknown = || BUSY.because(format!("no procedure version {id} is known here yet")).retry_after(1);
        self.by_id.get(&id).map(Arc::as_ref).ok_or_else(unknown)
    }

    /// The version that a dossier keeps, and its case.
    pub fn pinned(&self, id: ProcedureId, case: &str) -> Result<(&Procedure, &Case)> {
        let procedure = self.version(id)?;
        let case =
            procedure.case(case).ok_or_else(|| INTERNAL.because(format!("{} has no case {case}", procedure.code)))?;
        Ok((procedure, case))
    }

    /// The version and case that a new dossier names.
    pub fn choose(&self, code: &str, case: &str, on: NaiveDate) -> Result<(&Procedure, &Case)> {
        let wrong = |pointer, vi, en| {
            UNKNOWN_PROCEDURE.error().fields(vec![FieldError::new(pointer, "unknown", Text::fixed(vi, en))])
        };
        let procedure = self.in_force(on).find(|procedure| procedure.code == code).ok_or_else(|| {
            wrong(
                "/procedure",
                "không có thủ tục nào có mã này và đang có hiệu lực",
                "no procedure with this code is in force",
            )
        })?;
        let case = procedure
            .case(case)
            .ok_or_else(|| wrong("/case", "thủ tục không có trường hợp này", "the procedure has no such case"))?;
        Ok((procedure, case))
    }
}
