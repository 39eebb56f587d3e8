//! The owner's store: what was scanned for a dossier and what came of it is kept for the citizen it is about, and later
//! dossiers reuse it (NĐ 310/2026 and NĐ 216/2026 Art. 25(2): Kho quản lý dữ liệu điện tử của tổ chức, cá nhân). In reading
//! order: the paper; `keep` puts it there, [`digitise`] records its data, [`reuse`] files it again, [`list`] shows it to its
//! owner.

pub mod digitise;
pub(crate) mod keep;
pub mod list;
pub mod reuse;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Date, Uuid as SqlUuid};
use kernel::id::{AgencyId, CitizenId, OrganisationId};
use kernel::json::Json;
use kernel::schema::papers;
use kernel::{Actor, Ctx, Result, condition, id, journal, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::attachment::{Attachment, AttachmentView};
use crate::catalogue::{Catalogue, ProcedureId};
use crate::dossier::DossierId;
use crate::view::ProcedureName;

id! { PaperId, "A paper's id: that of the attachment it was."; }

text_enum! {
    /// What a paper was to the dossier that it comes from.
    Origin { Component = "component", Result = "result" }
}

/// What is written in a paper, as an officer has read it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset)]
#[serde(deny_unknown_fields)]
#[diesel(table_name = papers, treat_none_as_null = true)]
pub struct PaperData {
    /// Which of the types that the component asks for; may be left out where it asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "land_use_certificate", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub paper_type: Option<String>,
    /// The type under which the national repository knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 50)]
    pub national_type: Option<String>,
    /// Number and symbol.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CS 012345", min_length = 1, max_length = 100)]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Sở Tài nguyên và Môi trường Hà Nội", min_length = 1, max_length = 300)]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub signer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2020-05-11")]
    pub issue_date: Option<NaiveDate>,
    /// The first day on which it is valid; at once when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is valid; permanent when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// Where, or for what, it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 300)]
    pub scope: Option<String>,
    /// What is known of its electronic signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub signature: Option<Json<Map<String, Value>>>,
    /// What a machine has read in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ocr: Option<Json<Map<String, Value>>>,
}

impl PaperData {
    /// Whether it is valid on a day.
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A paper as stored, without its owner.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = papers)]
pub struct Paper {
    pub id: PaperId,
    pub version: i32,
    pub origin: Origin,
    pub dossier_id: DossierId,
    pub dossier_code: Option<String>,
    pub procedure_id: ProcedureId,
    pub issuer_agency_id: Option<AgencyId>,
    pub organisation_id: Option<OrganisationId>,
    pub digitised_at: Option<DateTime<Utc>>,
    pub hidden: bool,
    pub kept_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub data: PaperData,
}

/// A paper, for its owner, and for officers whose dossier carries it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StoredPaper)]
pub struct PaperView {
    pub id: PaperId,
    /// Grows when its owner hides or shows it.
    #[schema(minimum = 0, maximum = 2147483647)]
    pub version: i32,
    pub origin: Origin,
    /// The dossier that it comes from.
    pub dossier_id: DossierId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub dossier_code: Option<String>,
    pub procedure: ProcedureName,
    pub file: AttachmentView,
    pub data: PaperData,
    /// Who issued it, when it is a result of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_agency_id: Option<AgencyId>,
    /// Whose it is, when it is an organisation's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<OrganisationId>,
    /// When an officer recorded its data. Without that it cannot be reused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digitised_at: Option<DateTime<Utc>>,
    /// Hidden by its owner: not offered for reuse.
    pub hidden: bool,
    /// Since when its owner has it in the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_at: Option<DateTime<Utc>>,
}

/// What is shown of a paper.
pub fn view(catalogue: &Catalogue, paper: Paper, file: &Attachment) -> Result<PaperView> {
    let procedure = catalogue.version(paper.procedure_id)?;
    Ok(PaperView {
        id: paper.id,
        version: paper.version,
        origin: paper.origin,
        dossier_id: paper.dossier_id,
        dossier_code: paper.dossier_code,
        procedure: ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() },
        file: AttachmentView::of(file),
        data: paper.data,
        issuer_agency_id: paper.issuer_agency_id,
        organisation_id: paper.organisation_id,
        digitised_at: paper.digitised_at,
        hidden: paper.hidden,
        kept_at: paper.kept_at,
    })
}

/// What the journal is told about papers; how they come about and are reused, their dossiers tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperEvent {
    Hidden {},
    Shown {},
}

impl journal::Event for PaperEvent {
    const ENTITY: &'static str = "paper";

    fn kind(&self) -> &'static str {
        match self {
            Self::Hidden {} => "paper.hidden",
            Self::Shown {} => "paper.shown",
        }
    }
}

/// Which papers are an actor's own, as a condition in SQL. Officers have none: they see a paper through a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    None,
    /// By the identity number that the identity provider vouches for; by the account where it tells none. Not what reception has
    /// filed under that number until it is claimed: it may be mistyped. And those of the organisations whose representative by law they are on that day: a power of attorney does not open the store.
    Citizen(CitizenId, NaiveDate),
}

/// Those in the store of this actor.
pub fn owned_by(ctx: &Ctx) -> Owned {
    match ctx.actor {
        Actor::Citizen(id) => Owned::Citizen(id, deadlines::vn_date(ctx.now)),
        _ => Owned::None,
    }
}

impl QueryFragment<Pg> for Owned {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::None => out.push_sql("false"),
            Self::Citizen(id, today) => {
                out.push_sql(
                    "(papers.kept_at IS NOT NULL AND (papers.organisation_id IS NULL AND papers.owner_id IS NOT NULL \
                     AND papers.owner_number = (SELECT identity_number FROM citizens WHERE id = ",
                );
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(") OR papers.organisation_id IS NULL AND papers.owner_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(" AND (SELECT identity_number FROM citizens WHERE id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
                // An array is found once, and through it each paper by its index.
                out.push_sql(
                    ") IS NULL OR papers.organisation_id = ANY (ARRAY(SELECT organisation_id FROM acting_for \
                     WHERE organisation_id IS NOT NULL AND basis = 'legal' AND citizen_id = ",
                );
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(" AND ");
                out.push_bind_param::<Date, _>(today)?;
                out.push_sql(" BETWEEN valid_from AND valid_to))))");
            }
        }
        Ok(())
    }
}

condition!(Owned, papers::id);
