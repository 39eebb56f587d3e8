//! Procedures as published: which papers, which limit, under which rule, from when.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use deadlines::Limit;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::json::Json;
use kernel::problem::{FieldError, INTERNAL, Text};
use kernel::schema::procedures;
use kernel::{Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{PROCEDURE_NOT_FOUND, UNKNOWN_PROCEDURE};

id! { ProcedureId, "A version of a procedure."; }

/// A version of a procedure.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = procedures)]
pub struct Procedure {
    pub id: ProcedureId,
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
}

/// What hangs on the version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Content {
    /// The text that the procedure rests on.
    #[schema(max_length = 300)]
    pub source: String,
    pub mark: Mark,
    /// Limit and papers hang on the case, not on the procedure.
    #[schema(min_items = 1, max_items = 50)]
    pub cases: Vec<Case>,
}

text_enum! {
    /// How sure we are of it: C confirmed in the text, P partly, S secondary source, R recalled only.
    Mark { Confirmed = "C", Partly = "P", Secondary = "S", Recalled = "R" }
}

/// A variant of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    #[schema(example = "house", max_length = 50)]
    pub code: String,
    #[schema(example = "Nhà ở riêng lẻ", max_length = 300)]
    pub name: String,
    #[schema(example = "Detached house", max_length = 300)]
    pub name_en: String,
    /// How long the agency may take.
    pub limit: Limit,
    #[schema(max_length = 300)]
    pub limit_source: String,
    pub limit_mark: Mark,
    pub supplement: SupplementRule,
    /// Settled at once, without a separate examination.
    pub immediate: bool,
    #[schema(max_items = 100)]
    pub components: Vec<Component>,
}

text_enum! {
    /// When the applicant has supplied what was missing, the limit begins anew (restart, NĐ 61/2018 Art. 19(4)) or goes on (pause).
    SupplementRule { Restart = "restart", Pause = "pause" }
}

/// A paper of the dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    #[schema(example = "drawings", max_length = 50)]
    pub code: String,
    #[schema(example = "Bản vẽ thiết kế xây dựng", max_length = 300)]
    pub name: String,
    #[schema(example = "Design drawings", max_length = 300)]
    pub name_en: String,
    pub required: bool,
}

impl Procedure {
    /// The case with this code.
    pub fn case(&self, code: &str) -> Option<&Case> {
        self.content.0.cases.iter().find(|case| case.code == code)
    }
}

/// All versions of all procedures, in memory.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    by_id: HashMap<ProcedureId, Arc<Procedure>>,
    /// By code, then by validity.
    ordered: Vec<Arc<Procedure>>,
}

impl Catalogue {
    /// Reads the catalogue of an installation.
    pub async fn read(conn: &mut AsyncPgConnection) -> Result<Self> {
        let rows = procedures::table.order((procedures::code, procedures::valid_from)).select(Procedure::as_select());
        let ordered: Vec<Arc<Procedure>> = rows.load(conn).await?.into_iter().map(Arc::new).collect();
        let by_id = ordered.iter().map(|procedure| (procedure.id, Arc::clone(procedure))).collect();
        Ok(Self { by_id, ordered })
    }

    /// The procedures in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> impl Iterator<Item = &Arc<Procedure>> {
        self.ordered.iter().filter(move |procedure| (procedure.valid_from..=procedure.valid_to).contains(&on))
    }

    /// The version of a procedure in force on a day.
    pub fn find(&self, code: &str, on: NaiveDate) -> Result<&Arc<Procedure>> {
        self.in_force(on).find(|procedure| procedure.code == code).ok_or_else(|| PROCEDURE_NOT_FOUND.error())
    }

    /// The version that a dossier keeps, and its case.
    pub fn pinned(&self, id: ProcedureId, case: &str) -> Result<(&Procedure, &Case)> {
        let procedure = self.by_id.get(&id).ok_or_else(|| INTERNAL.because(format!("no procedure version {id}")))?;
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

/// A procedure in the seed file.
#[derive(Deserialize)]
struct Seed {
    code: String,
    valid_from: NaiveDate,
    name: String,
    name_en: String,
    field: String,
    #[serde(flatten)]
    content: Content,
}

const SEED: &str = include_str!("../../../migrations/seed/procedures.json");

/// Loads the procedures of `migrations/seed/`. A version that is there already stays as it is: dossiers rest on it.
pub async fn seed(conn: &mut AsyncPgConnection) -> Result<()> {
    let seeds: Vec<Seed> =
        serde_json::from_str(SEED).map_err(|error| INTERNAL.because(format!("procedures.json: {error}")))?;
    for Seed { code, valid_from, name, name_en, field, content } in seeds {
        let noon = valid_from.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc();
        let valid_to = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(valid_from);
        let row = Procedure {
            id: ProcedureId::at(noon),
            code,
            valid_from,
            valid_to,
            name,
            name_en,
            field,
            content: Json(content),
        };
        diesel::insert_into(procedures::table)
            .values(&row)
            .on_conflict((procedures::code, procedures::valid_from))
            .do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}
