//! The e-form put right, while the dossier is with whoever applies: in a draft, and when something is asked for. What it said
//! before, once the agency had it, is kept: the receipts that were given out fit those words.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::{Also, Record};
use kernel::schema::{dossiers, earlier_forms};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::note;
use crate::catalogue::Catalogue;
use crate::dossier::{Applicant, DossierId, load};
use crate::event::Event;
use crate::problem::{FORM_CLOSED, NOT_YOURS_TO_DO, STALE};
use crate::steps::{Seen, again, read};
use crate::upload::told;
use crate::view::{View, view};
use crate::workflow::Status;

/// What an e-form says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "applicant": { "name": "Nguyễn Thị Bình Minh", "identity_number": "001190000001", "phone": "+84912345678" },
    "form": { "floors": 4, "area_m2": 62 }
}))]
pub struct EForm {
    /// Who applies; the identity number stays as it was.
    pub applicant: Applicant,
    /// The e-form's data.
    #[schema(value_type = Object)]
    pub form: serde_json::Map<String, serde_json::Value>,
}

/// What an e-form said before it was put right.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = earlier_forms)]
pub struct EarlierForm {
    /// The version of the dossier that replaced it.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub replaced_at: DateTime<Utc>,
    #[schema(value_type = Applicant)]
    pub applicant: Json<Applicant>,
    #[schema(value_type = Object)]
    pub form: Json<serde_json::Map<String, serde_json::Value>>,
}

/// Makes the e-form say this, if the dossier is still as the caller has `seen` it.
///
/// # Errors
/// No such dossier for this actor; [`NOT_YOURS_TO_DO`]; [`FORM_CLOSED`] when nothing is awaited from the applicant; another identity
/// number, or an organisation; [`STALE`].
pub async fn put_right(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    seen: Option<i32>,
    new: EForm,
) -> Result<View> {
    again(async || once(conn, ctx, catalogue, id, seen, &new).await).await
}

async fn once(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    version: Option<i32>,
    new: &EForm,
) -> Result<View> {
    let Seen { mut dossier, asked, papers, sides } = read(conn, ctx, id).await?;
    if !matches!(ctx.actor, Actor::Citizen(_))
        && !ctx.actor.may_at(Permission::ReceiveDossier, dossier.receiving_agency_id)
    {
        return Err(NOT_YOURS_TO_DO.error());
    }
    let wrong = [
        // Under it papers are kept, and data was looked up.
        (
            new.applicant.identity_number != dossier.applicant.0.identity_number,
            "/applicant/identity_number",
            "not_changeable",
            "không sửa được; rút hồ sơ và nộp lại",
            "cannot be changed: withdraw the dossier and file it anew",
        ),
        (
            new.applicant.organisation.is_some(),
            "/applicant/organisation",
            "read_only",
            "theo thẩm quyền đại diện",
            "follows from the representation",
        ),
    ];
    let wrong = wrong.into_iter().filter(|(wrong, ..)| *wrong);
    let wrong = wrong.map(|(_, at, code, vi, en)| FieldError::new(at, code, Words::fixed(vi, en)));
    INVALID.unless_none(wrong.collect())?;
    let applicant = Applicant { organisation: dossier.applicant.0.organisation.clone(), ..new.applicant.clone() };
    let same = applicant == dossier.applicant.0 && new.form == dossier.form.0;
    if !same {
        if version.is_some_and(|version| version != dossier.version) {
            return Err(STALE.error().extra("version", dossier.version).extra("state", dossier.status.code()));
        }
        if !matches!(dossier.status, Status::Draft | Status::IntakeSupplement | Status::SupplementRequested) {
            return Err(FORM_CLOSED.error().extra("state", dossier.status.code()));
        }
        let entry = told(ctx, (&dossier, &sides), &Event::FormCorrected {});
        let row = dossiers::table.filter(dossiers::id.eq(id)).filter(dossiers::version.eq(dossier.version));
        dossier.version += 1;
        let applicant = std::mem::replace(&mut dossier.applicant, Json(applicant));
        let form = std::mem::replace(&mut dossier.form, Json(new.form.clone()));
        let set = (
            dossiers::version.eq(dossier.version),
            dossiers::applicant.eq(dossier.applicant.clone()),
            dossiers::form.eq(dossier.form.clone()),
        );
        // What a draft said is nobody's but theirs who write it.
        let also: Vec<Also> = match dossier.status {
            Status::Draft => Vec::new(),
            _ => vec![Box::new(diesel::insert_into(earlier_forms::table).values((
                earlier_forms::dossier_id.eq(id),
                earlier_forms::version.eq(dossier.version),
                earlier_forms::replaced_at.eq(ctx.now),
                earlier_forms::applicant.eq(applicant),
                earlier_forms::form.eq(form),
            )))],
        };
        let change = diesel::update(row).set(set).returning((dossiers::version, dossiers::code));
        Record { change, also, entry, timers: Timers::None, answer: None }.write(conn, |_| None).await?;
    }
    view(ctx, catalogue, &dossier, asked.as_ref(), &papers, &sides)
}

/// What the e-form of a dossier said before, oldest first.
///
/// # Errors
/// No such dossier for this actor.
pub async fn earlier(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<EarlierForm>> {
    let dossier = load(conn, ctx, id).await?;
    let rows = earlier_forms::table.filter(earlier_forms::dossier_id.eq(dossier.id)).order(earlier_forms::version);
    let mut one: &AsyncPgConnection = conn;
    let forms = rows.select(EarlierForm::as_select());
    let (forms, noted) = join(forms.load(&mut one), note(conn, ctx, id, Through::Form)).await;
    noted?;
    Ok(forms?)
}
