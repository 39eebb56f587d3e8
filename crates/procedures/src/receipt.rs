//! Receipts that bind: what was filed, when, and what was promised, signed at that moment. Whoever holds one can check it
//! with the published keys and nothing else, years later; whoever changes a form, a paper or a date is found out by it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::files::Sha256;
use kernel::id::AgencyId;
use kernel::json::canonical;
use kernel::problem::{FieldError, INTERNAL, Text as Words};
use kernel::record::Also;
use kernel::schema::receipts;
use kernel::signing::{KeyRing, PublicKeys};
use kernel::{Ctx, Result, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::note;
use crate::attachment::{Attachment, components};
use crate::dossier::{Dossier, DossierId, load};
use crate::problem::RECEIPT_NOT_OURS;

/// The JWS type of a receipt.
pub const TYP: &str = "caunoi-receipt+jwt";

text_enum! {
    /// What a receipt is given for.
    Stage {
        /// A submission, with the moment by which an answer is owed.
        Submitted = "submitted",
        /// The acceptance, with the moment of the result.
        Accepted = "accepted",
        /// What was supplied later, with the moment that holds from now on.
        Supplemented = "supplemented",
        /// Another moment of the result than was promised before.
        PromisedAnew = "promised_anew",
    }
}

/// What a receipt says. No personal data, but hashes that only fit what was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    pub stage: Stage,
    pub dossier_id: DossierId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    #[schema(example = "1.013225", max_length = 16)]
    pub procedure: String,
    #[schema(example = "house", max_length = 50)]
    pub case: String,
    pub receiving_agency_id: AgencyId,
    pub competent_agency_id: AgencyId,
    /// When it was submitted, accepted or supplemented, or another moment was promised.
    pub at: DateTime<Utc>,
    /// What was promised; exclusive.
    pub due_at: DateTime<Utc>,
    /// SHA-256 over applicant, case, form and procedure: see [`content`].
    pub content_sha256: Sha256,
    #[schema(max_items = 100)]
    pub attachments: Vec<Sealed>,
}

/// A paper, by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sealed {
    #[schema(example = "drawings", max_length = 50)]
    pub component: String,
    pub sha256: Sha256,
}

/// A receipt as it was handed out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedReceipt {
    pub receipt: Receipt,
    /// The compact JWS (RFC 7515): keep this.
    #[schema(
        example = "eyJ0eXAiOiJjYXVub2ktcmVjZWlwdCtqd3QifQ.e30.c2ln",
        max_length = 40000,
        pattern = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
    )]
    pub signed: String,
}

/// A receipt to be checked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// The compact JWS.
    #[schema(
        example = "eyJ0eXAiOiJjYXVub2ktcmVjZWlwdCtqd3QifQ.e30.c2ln",
        min_length = 5,
        max_length = 40000,
        pattern = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
    )]
    pub signed: String,
}

/// The hash of what was filed: SHA-256 over `{"applicant", "case", "form", "procedure"}` as compact JSON with the members of
/// every object in the order of their names.
pub fn content(applicant: &Value, case: &str, form: &Value, procedure: &str) -> Sha256 {
    let filed = json!({ "applicant": applicant, "case": case, "form": form, "procedure": procedure });
    Sha256::of(&canonical(&filed))
}

/// The receipt for a dossier as it is now.
fn of(dossier: &Dossier, procedure: &str, papers: &[Attachment], stage: Stage, at: DateTime<Utc>) -> Receipt {
    let applicant = serde_json::to_value(&dossier.applicant.0).expect("an applicant is plain data");
    let form = Value::Object(dossier.form.0.clone());
    Receipt {
        stage,
        dossier_id: dossier.id,
        version: dossier.version,
        procedure: procedure.to_owned(),
        case: dossier.case_code.clone(),
        receiving_agency_id: dossier.receiving_agency_id,
        competent_agency_id: dossier.competent_agency_id,
        at,
        due_at: match stage {
            Stage::Submitted => dossier.next_due_at,
            Stage::Accepted | Stage::Supplemented | Stage::PromisedAnew => {
                dossier.due_at.unwrap_or(dossier.next_due_at)
            }
        },
        content_sha256: content(&applicant, &dossier.case_code, &form, procedure),
        attachments: components(papers)
            .filter(|paper| paper.stored_at.is_some())
            .map(|paper| Sealed { component: paper.component.clone(), sha256: paper.sha256 })
            .collect(),
    }
}

/// The receipt for a dossier as it is now, signed, as a row of its version.
pub(crate) fn signed(
    keys: &KeyRing,
    dossier: &Dossier,
    procedure: &str,
    papers: &[Attachment],
    (stage, at): (Stage, DateTime<Utc>),
) -> Also {
    let signed = keys.sign(TYP, &of(dossier, procedure, papers, stage, at));
    let row = (receipts::dossier_id.eq(dossier.id), receipts::version.eq(dossier.version), receipts::signed.eq(signed));
    Box::new(diesel::insert_into(receipts::table).values(row))
}

/// The receipts that were handed out for a dossier, oldest first. Also those signed with a key that is no longer ours: they
/// are what was handed out.
///
/// # Errors
/// No such dossier for this actor.
pub async fn receipts(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<SignedReceipt>> {
    let dossier = load(conn, ctx, id).await?;
    let rows = receipts::table.filter(receipts::dossier_id.eq(dossier.id)).order(receipts::version);
    let mut one: &AsyncPgConnection = conn;
    let signed = rows.select(receipts::signed);
    let (signed, noted) = join(signed.load::<String>(&mut one), note(conn, ctx, id, Through::Receipt)).await;
    noted?;
    let stored = |signed: String| {
        let receipt = PublicKeys::unverified(&signed)
            .ok_or_else(|| INTERNAL.because(format!("a stored receipt of dossier {id} cannot be read")))?;
        Ok(SignedReceipt { receipt, signed })
    };
    signed?.into_iter().map(stored).collect()
}

/// What a receipt says, if it is ours.
///
/// # Errors
/// [`RECEIPT_NOT_OURS`].
pub fn check(keys: &PublicKeys, presented: &Presented) -> Result<SignedReceipt> {
    let signed = presented.signed.clone();
    let receipt = keys.verify(TYP, &signed).map_err(|error| {
        let words = Words::new(error.to_string(), error.to_string());
        RECEIPT_NOT_OURS.error().fields(vec![FieldError::new("/signed", "not_ours", words)])
    })?;
    Ok(SignedReceipt { receipt, signed })
}
