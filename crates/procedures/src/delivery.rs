//! How a result came to its applicant: at the counter, by post or online, and who took it (NĐ 61/2018 Art. 20). Handing it to
//! the post is the return; whether the post has brought it, nobody tells us.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::{deliveries, dossiers};
use kernel::{Actor, Ctx, Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::note;
use crate::dossier::{Dossier, DossierId, visible_to};
use crate::problem::{DELIVERY_NOT_FOUND, NOT_FOUND};

text_enum! {
    /// How a result is handed over: `post` is its handing to the post, `online` its taking over by the applicant.
    DeliveryMethod { Counter = "counter", Post = "post", Online = "online" }
}

text_enum! {
    /// Who takes a result: the applicant themself, or somebody with their authorisation; what is an organisation's is taken over
    /// online by a representative.
    Recipient { Applicant = "applicant", Representative = "representative" }
}

text_enum! {
    /// Whether whoever took a result at the counter has signed for it.
    Signature { Paper = "paper", Electronic = "electronic", NotSigned = "not_signed" }
}

text_enum! {
    /// What became of the originals that were taken to compare copies with: they go back, unless the result takes their place.
    Originals { NoneTaken = "none_taken", HandedBack = "handed_back", Kept = "kept" }
}

/// How a result is handed over. Reception says all that belongs to it; whoever takes their own over online says nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "counter", "recipient": "applicant", "signature": "paper", "originals": "handed_back"}))]
pub struct NewDelivery {
    /// Needed from reception, `counter` or `post`; for the applicant it is `online`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<DeliveryMethod>,
    /// Who takes it, or to whom it is posted. Needed from reception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// Name of a representative, who shows their authorisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Nguyễn Văn Nam", min_length = 1, max_length = 200)]
    pub recipient_name: Option<String>,
    /// Number and date of a representative's authorisation (NĐ 61/2018 Art. 6(2)(b)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Giấy ủy quyền số 12/2026, ngày 20/11/2026", min_length = 1, max_length = 300)]
    pub authorisation: Option<String>,
    /// Needed at the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Needed from reception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originals: Option<Originals>,
    /// The postal firm. Needed by post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bưu điện Việt Nam", min_length = 1, max_length = 200)]
    pub carrier: Option<String>,
    /// Under which the firm knows the letter. Needed by post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "EB123456789VN", min_length = 1, max_length = 50)]
    pub tracking_number: Option<String>,
}

/// How a result was handed over.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    #[serde(skip)]
    pub dossier_id: DossierId,
    /// The version of the dossier that it made.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// When it was handed over, to its recipient or to the post.
    pub returned_at: DateTime<Utc>,
    pub method: DeliveryMethod,
    pub recipient: Recipient,
    /// Name of a representative. Who took it over online, the dossier's timeline says by their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub recipient_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300)]
    pub authorisation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originals: Option<Originals>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    pub tracking_number: Option<String>,
}

impl NewDelivery {
    /// The delivery as it is recorded, for the dossier's new version.
    ///
    /// # Errors
    /// Everything that is missing, and everything that does not belong to such a delivery.
    pub fn of(self, ctx: &Ctx, dossier: &Dossier) -> Result<Delivery> {
        let citizen = match ctx.actor {
            Actor::Citizen(id) => Some(id),
            _ => None,
        };
        let reception = citizen.is_none();
        let (counter, post) = (self.method == Some(DeliveryMethod::Counter), self.method == Some(DeliveryMethod::Post));
        let anothers = reception && self.recipient == Some(Recipient::Representative);
        // Each is said exactly where it belongs.
        let members = [
            ("/recipient", self.recipient.is_some(), reception),
            ("/recipient_name", self.recipient_name.is_some(), anothers),
            ("/authorisation", self.authorisation.is_some(), anothers),
            ("/signature", self.signature.is_some(), reception && counter),
            ("/originals", self.originals.is_some(), reception),
            ("/carrier", self.carrier.is_some(), reception && post),
            ("/tracking_number", self.tracking_number.is_some(), reception && post),
        ];
        let mut wrong: Vec<FieldError> = members
            .into_iter()
            .filter(|(_, said, belongs)| said != belongs)
            .map(|(at, _, belongs)| if belongs { needed(at) } else { out_of_place(at) })
            .collect();
        match self.method {
            None if reception => wrong.push(needed("/method")),
            Some(method) if (method == DeliveryMethod::Online) == reception => {
                let words = Words::fixed("không phải cách trả của bạn", "is not a way of yours to hand it over");
                wrong.push(FieldError::new("/method", "not_yours", words));
            }
            _ => {}
        }
        INVALID.unless_none(wrong)?;
        // Who sees it without having applied represents whoever has.
        let own = citizen.is_none_or(|citizen| dossier.applicant_id == Some(citizen));
        let online = if own { Recipient::Applicant } else { Recipient::Representative };
        Ok(Delivery {
            dossier_id: dossier.id,
            version: dossier.version,
            returned_at: ctx.now,
            method: self.method.unwrap_or(DeliveryMethod::Online),
            recipient: self.recipient.unwrap_or(online),
            recipient_name: self.recipient_name,
            authorisation: self.authorisation,
            signature: self.signature,
            originals: self.originals,
            carrier: self.carrier,
            tracking_number: self.tracking_number,
        })
    }
}

fn needed(at: &'static str) -> FieldError {
    FieldError::new(at, "required", Words::fixed("bắt buộc", "is needed"))
}

fn out_of_place(at: &'static str) -> FieldError {
    FieldError::new(
        at,
        "not_applicable",
        Words::fixed("không dùng cho cách trả này", "does not belong to such a delivery"),
    )
}

/// How the result of a dossier that the actor may see was handed over.
///
/// # Errors
/// No such dossier for this actor; [`DELIVERY_NOT_FOUND`] before its return, and of those returned before this was recorded.
pub async fn delivery(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Delivery> {
    let row = dossiers::table
        .left_join(deliveries::table)
        .filter(dossiers::id.eq(id))
        .filter(visible_to(ctx))
        .select(Option::<Delivery>::as_select());
    let mut one: &AsyncPgConnection = conn;
    let (found, noted) = join(row.first::<Option<Delivery>>(&mut one), note(conn, ctx, id, Through::Receipt)).await;
    noted?;
    found.optional()?.ok_or_else(|| NOT_FOUND.error())?.ok_or_else(|| DELIVERY_NOT_FOUND.error())
}
