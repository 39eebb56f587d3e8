//! Papers of a dossier: declared with size and hash, then uploaded. What is declared and has not arrived keeps the
//! dossier from being submitted, so an empty dossier cannot be filed by a broken connection.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::files::{MediaType, Sha256};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::attachments;
use kernel::{Ctx, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::catalogue::{Case, Component};
use crate::dossier::DossierId;
use crate::paper::{Origin, PaperId};
use crate::problem::{ATTACHMENTS_MISSING, UNKNOWN_PROCEDURE};

id! { AttachmentId, "An attachment's id."; }

text_enum! {
    /// What an attachment is to its dossier. A result is the officers' own draft until it is signed.
    Purpose {
        Component = "component",
        DraftResult = "draft_result",
        Result = "result",
        /// Of a payment without cash, until the agency's account shows it (NĐ 61/2018 Art. 22).
        PaymentProof = "payment_proof",
    }
}

text_enum! {
    /// Whether its data is recorded; or it is a paper of another dossier, which that one had as a component or gave as its
    /// result. [C, practice: states 0 to 3 of a provincial system]
    Digitisation {
        NotDigitised = "not_digitised",
        Digitised = "digitised",
        ReusedComponent = "reused_component",
        ReusedResult = "reused_result",
    }
}

/// A paper that will be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttachment {
    /// Made by the client (UUIDv7), so that it knows already where to upload; else by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<AttachmentId>,
    /// Which of the procedure's papers it is.
    #[schema(example = "drawings", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub component: String,
    #[schema(example = "ban-ve.pdf", min_length = 1, max_length = 200)]
    pub file_name: String,
    pub media_type: MediaType,
    /// Bytes.
    #[schema(example = 574, minimum = 1, maximum = 26214400)]
    pub size: i64,
    /// Of the content.
    pub sha256: Sha256,
}

/// A document that is no component: one that is to be the dossier's result, or proves a payment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    #[schema(example = "giay-phep.pdf", min_length = 1, max_length = 200)]
    pub file_name: String,
    pub media_type: MediaType,
    /// Bytes.
    #[schema(example = 574, minimum = 1, maximum = 26214400)]
    pub size: i64,
    /// Of the content.
    pub sha256: Sha256,
}

/// A paper as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = attachments)]
pub struct Attachment {
    pub id: AttachmentId,
    pub dossier_id: DossierId,
    pub component: String,
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: Sha256,
    pub declared_at: DateTime<Utc>,
    pub stored_at: Option<DateTime<Utc>>,
    pub purpose: Purpose,
    pub digitisation: Digitisation,
    /// The paper that it reuses, and the code of the dossier which that one came from.
    pub paper_id: Option<PaperId>,
    pub source_code: Option<String>,
    /// Since when the document of a result holds no more, because that was put right, and which one took its place.
    pub revoked_at: Option<DateTime<Utc>>,
    pub replaced_by: Option<AttachmentId>,
}

/// What the world sees of a paper.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentView {
    pub id: AttachmentId,
    #[schema(example = "drawings", max_length = 50)]
    pub component: String,
    #[schema(example = "ban-ve.pdf", max_length = 200)]
    pub file_name: String,
    #[schema(example = "application/pdf", max_length = 100)]
    pub media_type: String,
    #[schema(minimum = 1, maximum = 26214400)]
    pub size: i64,
    pub sha256: Sha256,
    /// When the content arrived; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_at: Option<DateTime<Utc>>,
    pub digitisation: Digitisation,
    /// Where it comes from, when it is reused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reused: Option<Reused>,
    /// Since when the document of a result holds no more: it was wrong, and was put right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// The document that took its place, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<AttachmentId>,
}

/// Where a reused paper comes from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reused {
    pub paper_id: PaperId,
    /// The dossier that had it first.
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub dossier_code: String,
}

/// The components among the papers of a dossier.
pub fn components(papers: &[Attachment]) -> impl Iterator<Item = &Attachment> {
    papers.iter().filter(|paper| paper.purpose == Purpose::Component)
}

impl Attachment {
    /// A document that is to be the dossier's result, or proves a payment.
    pub fn document(ctx: &Ctx, dossier: DossierId, purpose: Purpose, new: &NewDocument) -> Self {
        Self {
            id: AttachmentId::at(ctx.now),
            dossier_id: dossier,
            component: if purpose == Purpose::PaymentProof { "payment_proof" } else { "result" }.to_owned(),
            file_name: new.file_name.clone(),
            media_type: new.media_type.as_str().to_owned(),
            size: new.size,
            sha256: new.sha256,
            declared_at: ctx.now,
            stored_at: None,
            purpose,
            digitisation: Digitisation::NotDigitised,
            paper_id: None,
            source_code: None,
            revoked_at: None,
            replaced_by: None,
        }
    }

    /// What it reuses, if it does.
    pub fn origin(&self) -> Option<Origin> {
        match self.digitisation {
            Digitisation::ReusedComponent => Some(Origin::Component),
            Digitisation::ReusedResult => Some(Origin::Result),
            Digitisation::NotDigitised | Digitisation::Digitised => None,
        }
    }

    /// Whether it was declared as this.
    pub fn is(&self, new: &NewAttachment) -> bool {
        new.id == Some(self.id)
            && (self.component == new.component && self.file_name == new.file_name)
            && (self.media_type == new.media_type.as_str() && self.size == new.size && self.sha256 == new.sha256)
    }
}

impl AttachmentView {
    /// What is shown of a paper.
    pub fn of(paper: &Attachment) -> Self {
        Self {
            id: paper.id,
            component: paper.component.clone(),
            file_name: paper.file_name.clone(),
            media_type: paper.media_type.clone(),
            size: paper.size,
            sha256: paper.sha256,
            stored_at: paper.stored_at,
            digitisation: paper.digitisation,
            reused: paper
                .paper_id
                .zip(paper.source_code.clone())
                .map(|(paper_id, dossier_code)| Reused { paper_id, dossier_code }),
            revoked_at: paper.revoked_at,
            replaced_by: paper.replaced_by,
        }
    }
}

/// The papers of a dossier, in the order in which they were declared.
pub async fn of_dossier(conn: &mut AsyncPgConnection, id: DossierId) -> Result<Vec<Attachment>> {
    let papers = attachments::table.filter(attachments::dossier_id.eq(id)).order(attachments::id);
    Ok(papers.select(Attachment::as_select()).load(conn).await?)
}

/// Parses declared papers against the case's components. `at` is the JSON pointer of the n-th, with `*` for n.
///
/// # Errors
/// [`UNKNOWN_PROCEDURE`] naming each component that the case does not have; [`INVALID`] naming each id that cannot be.
pub fn declare(
    ctx: &Ctx,
    dossier: DossierId,
    case: &Case,
    papers: &[NewAttachment],
    at: &str,
) -> Result<Vec<Attachment>> {
    let at = |n: usize, member: &str| format!("{}/{member}", at.replace('*', &n.to_string()));
    let unknown: Vec<FieldError> = papers
        .iter()
        .enumerate()
        .filter(|(_, paper)| !case.components.iter().any(|component| component.code == paper.component))
        .map(|(n, _)| {
            let words = Words::fixed("thủ tục không có thành phần này", "the procedure has no such component");
            FieldError::new(at(n, "component"), "unknown", words)
        })
        .collect();
    UNKNOWN_PROCEDURE.unless_none(unknown)?;
    let ids = || papers.iter().enumerate().filter_map(|(n, new)| Some((n, new.id?)));
    let other_version = ids().filter(|(_, id)| id.0.get_version_num() != 7).map(|(n, _)| {
        let words = Words::fixed("phải là UUID phiên bản 7", "must be a UUID of version 7");
        FieldError::new(at(n, "id"), "format", words)
    });
    let again = ids()
        .filter(|(n, id)| ids().any(|(before, other)| before < *n && other == *id))
        .map(|(n, _)| FieldError::new(at(n, "id"), "duplicate", Words::fixed("đã dùng ở trên", "is used above")));
    let wrong: Vec<FieldError> = other_version.chain(again).collect();
    INVALID.unless_none(wrong)?;
    let paper = |new: &NewAttachment| Attachment {
        id: new.id.unwrap_or_else(|| AttachmentId::at(ctx.now)),
        dossier_id: dossier,
        component: new.component.clone(),
        file_name: new.file_name.clone(),
        media_type: new.media_type.as_str().to_owned(),
        size: new.size,
        sha256: new.sha256,
        declared_at: ctx.now,
        stored_at: None,
        purpose: Purpose::Component,
        digitisation: Digitisation::NotDigitised,
        paper_id: None,
        source_code: None,
        revoked_at: None,
        replaced_by: None,
    };
    let mut declared: Vec<Attachment> = papers.iter().map(paper).collect();
    // They are read in the order of their ids, and ids made within one millisecond come in any order.
    if papers.iter().all(|new| new.id.is_none()) {
        let mut ids: Vec<AttachmentId> = declared.iter().map(|paper| paper.id).collect();
        ids.sort_unstable();
        declared.iter_mut().zip(ids).for_each(|(paper, id)| paper.id = id);
    }
    declared.sort_by_key(|paper| paper.id);
    Ok(declared)
}

/// Whether everything declared has arrived, or another in its place, and every required component is there, or `replaced` by the
/// State's own data.
///
/// # Errors
/// [`ATTACHMENTS_MISSING`] naming each.
pub fn complete(case: &Case, papers: &[Attachment], replaced: impl Fn(&Component) -> bool) -> Result<()> {
    // What never came and was declared again, perhaps with the right hash, is waited for no more.
    let replaces = |other: &Attachment, paper: &Attachment| {
        other.component == paper.component && other.declared_at > paper.declared_at && other.stored_at.is_some()
    };
    let awaited =
        |paper: &Attachment| paper.stored_at.is_none() && !components(papers).any(|other| replaces(other, paper));
    let waiting = components(papers).enumerate().filter(|(_, paper)| awaited(paper)).map(|(n, paper)| {
        let words = Words::new(
            format!("nội dung của {} chưa được tải lên", paper.file_name),
            format!("the content of {} has not been uploaded", paper.file_name),
        );
        FieldError::new(format!("/attachments/{n}"), "not_uploaded", words)
    });
    let absent = case
        .components
        .iter()
        .filter(|component| component.required && !components(papers).any(|paper| paper.component == component.code))
        .filter(|component| !replaced(component));
    let absent = absent.map(|component| {
        let words = Words::new(format!("thiếu {}", component.name), format!("{} is missing", component.name_en));
        FieldError::new("/attachments", "component_missing", words)
    });
    let missing: Vec<FieldError> = waiting.chain(absent).collect();
    ATTACHMENTS_MISSING.unless_none(missing)
}

/// Inserts papers in the statement that declares them; one text for any number of them, so it is prepared once.
pub struct InsertPapers {
    dossier: Uuid,
    declared_at: DateTime<Utc>,
    ids: Vec<Uuid>,
    components: Vec<String>,
    file_names: Vec<String>,
    media_types: Vec<String>,
    sizes: Vec<i64>,
    hashes: Vec<Sha256>,
    stored_at: Vec<Option<DateTime<Utc>>>,
    purposes: Vec<Purpose>,
    digitisations: Vec<Digitisation>,
    papers: Vec<Option<Uuid>>,
    source_codes: Vec<Option<String>>,
}

impl InsertPapers {
    /// Inserts these, all of one dossier.
    pub fn new(dossier: DossierId, papers: &[Attachment], now: DateTime<Utc>) -> Self {
        Self {
            dossier: dossier.0,
            declared_at: now,
            ids: papers.iter().map(|paper| paper.id.0).collect(),
            components: papers.iter().map(|paper| paper.component.clone()).collect(),
            file_names: papers.iter().map(|paper| paper.file_name.clone()).collect(),
            media_types: papers.iter().map(|paper| paper.media_type.clone()).collect(),
            sizes: papers.iter().map(|paper| paper.size).collect(),
            hashes: papers.iter().map(|paper| paper.sha256).collect(),
            stored_at: papers.iter().map(|paper| paper.stored_at).collect(),
            purposes: papers.iter().map(|paper| paper.purpose).collect(),
            digitisations: papers.iter().map(|paper| paper.digitisation).collect(),
            papers: papers.iter().map(|paper| paper.paper_id.map(|id| id.0)).collect(),
            source_codes: papers.iter().map(|paper| paper.source_code.clone()).collect(),
        }
    }
}

impl QueryFragment<Pg> for InsertPapers {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO attachments (dossier_id, declared_at, id, component, file_name, media_type, size, sha256, stored_at, \
             purpose, digitisation, paper_id, source_code) SELECT ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.dossier)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&self.declared_at)?;
        out.push_sql(", * FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.components)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.file_names)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.media_types)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.sizes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.hashes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Timestamptz>>, _>(&self.stored_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.purposes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.digitisations)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<SqlUuid>>, _>(&self.papers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.source_codes)?;
        out.push_sql(")");
        Ok(())
    }
}

/// Whether a paper of any dossier has this content.
pub async fn has_content(conn: &mut AsyncPgConnection, sha256: Sha256) -> Result<bool> {
    let paper = attachments::table.filter(attachments::sha256.eq(sha256));
    Ok(diesel::select(diesel::dsl::exists(paper)).get_result(conn).await?)
}
