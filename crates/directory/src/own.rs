//! What somebody is given of their own account (Luật 91/2025/QH15 Art. 4): nothing about whom they represent, or who represents them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{CitizenId, OrganisationId, RepresentationId};
use kernel::schema::{citizens, representations, sessions};
use kernel::{Result, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::representation::Basis;
use kernel::problem::NOT_FOUND;

/// One's account, as the identity provider has told of it.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
pub struct OwnAccount {
    pub id: CitizenId,
    #[schema(example = "Nguyễn Thị Bình Minh", max_length = 200)]
    pub name: String,
    /// The identity number that the provider vouches for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "001190000001", max_length = 12)]
    pub identity_number: Option<String>,
    /// The provider, by its address, and what it calls you.
    #[schema(max_length = 500)]
    pub issuer: String,
    #[schema(max_length = 500)]
    pub subject: String,
}

/// A sign-in that is kept.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
pub struct OwnSession {
    /// When it was last used to stay signed in.
    pub refreshed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// What one is in a representation.
    RepresentationPart { Representative = "representative", Principal = "principal" }
}

/// A representation in which one takes part, without the other.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnRepresentation {
    pub id: RepresentationId,
    pub part: RepresentationPart,
    /// The organisation that is represented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<OrganisationId>,
    pub basis: Basis,
    pub valid_from: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// So many are given: nobody has more.
const AT_MOST: i64 = 1000;

/// The account.
///
/// # Errors
/// It is gone.
pub async fn account(conn: &mut AsyncPgConnection, citizen: CitizenId) -> Result<OwnAccount> {
    let row = citizens::table.find(citizen).select((
        citizens::id,
        citizens::name,
        citizens::identity_number,
        citizens::issuer,
        citizens::subject,
    ));
    row.first(conn).await.optional()?.ok_or_else(|| NOT_FOUND.error())
}

/// The sign-ins that are kept, the last one first.
pub async fn sessions(conn: &mut AsyncPgConnection, citizen: CitizenId) -> Result<Vec<OwnSession>> {
    let own = sessions::table.filter(sessions::citizen_id.eq(citizen)).order(sessions::refreshed_at.desc());
    let own = own.limit(AT_MOST).select((sessions::refreshed_at, sessions::expires_at, sessions::ended_at));
    Ok(own.load(conn).await?)
}

/// The representations in which whoever has this identity number takes part, oldest first.
pub async fn representations(conn: &mut AsyncPgConnection, number: &str) -> Result<Vec<OwnRepresentation>> {
    type Row =
        (RepresentationId, String, Option<OrganisationId>, Basis, NaiveDate, Option<NaiveDate>, Option<DateTime<Utc>>);
    let either = representations::representative_number.eq(number).or(representations::principal_number.eq(number));
    let rows: Vec<Row> = representations::table
        .filter(either)
        .order(representations::id)
        .limit(AT_MOST)
        .select((
            representations::id,
            representations::representative_number,
            representations::organisation_id,
            representations::basis,
            representations::valid_from,
            representations::valid_to,
            representations::revoked_at,
        ))
        .load(conn)
        .await?;
    let own = |(id, representative, organisation_id, basis, valid_from, valid_to, revoked_at): Row| OwnRepresentation {
        id,
        part: if representative == number { RepresentationPart::Representative } else { RepresentationPart::Principal },
        organisation_id,
        basis,
        valid_from,
        valid_to,
        revoked_at,
    };
    Ok(rows.into_iter().map(own).collect())
}
