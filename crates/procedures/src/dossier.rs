//! A dossier as it is stored, and who may see it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Bool, Date as SqlDate, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, CitizenId, OrganisationId};
use kernel::json::Json;
use kernel::schema::{dossier_agencies, dossiers};
use kernel::sql::{Sql, sql};
use kernel::{Actor, Ctx, Permission, Result, condition, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::catalogue::ProcedureId;
use crate::problem::NOT_FOUND;
use crate::workflow::Status;

id! { DossierId, "A dossier's id."; }

text_enum! {
    /// How a dossier came in.
    Channel { Online = "online", Counter = "counter", Post = "post", Kiosk = "kiosk" }
}

impl Channel {
    /// Filed with reception, by an officer; otherwise by the applicant.
    pub fn is_reception(self) -> bool {
        matches!(self, Self::Counter | Self::Post)
    }
}

text_enum! {
    /// What was decided.
    Outcome { Granted = "granted", Refused = "refused" }
}

text_enum! {
    /// How an agency takes part that neither received a dossier nor decides it.
    SidePart {
        /// Somebody there helped to file it.
        Support = "support",
        /// The result is fetched there.
        Return = "return",
        /// It was asked for its opinion.
        Consulted = "consulted",
    }
}

/// Who applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    #[schema(example = "Nguyễn Thị Hoa", min_length = 1, max_length = 200)]
    pub name: String,
    /// Citizen's identity number, twelve digits.
    #[schema(example = "001190000001", min_length = 12, max_length = 12, pattern = "^[0-9]{12}$")]
    pub identity_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+84912345678", min_length = 9, max_length = 16, pattern = r"^\+?[0-9]{9,15}$")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "hoa@example.vn", min_length = 3, max_length = 254, format = "email")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội", min_length = 1, max_length = 500)]
    pub address: Option<String>,
    /// The organisation that applies, through this person; as it was registered at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub organisation: Option<ApplicantOrganisation>,
}

/// An organisation that applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantOrganisation {
    pub id: OrganisationId,
    #[schema(example = "0109876543", max_length = 14)]
    pub number: String,
    #[schema(example = "Công ty TNHH Xây dựng Sông Hồng", max_length = 300)]
    pub name: String,
}

/// The applicant in a list: the organisation, where one applies.
pub(crate) fn applicant_name() -> Sql<Text> {
    sql("coalesce(dossiers.applicant #>> '{organisation,name}', dossiers.applicant ->> 'name')")
}

/// The row. Changing it means a new version and a journal entry: see [`crate::steps`].
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossiers)]
pub struct Dossier {
    pub id: DossierId,
    pub version: i32,
    pub status: Status,
    pub open: bool,
    pub procedure_id: ProcedureId,
    pub case_code: String,
    pub channel: Channel,
    pub receiving_agency_id: AgencyId,
    pub competent_agency_id: AgencyId,
    pub applicant_id: Option<CitizenId>,
    pub created_by: Uuid,
    pub content_hash: Vec<u8>,
    pub applicant: Json<Applicant>,
    pub form: Json<serde_json::Map<String, serde_json::Value>>,
    pub code: Option<String>,
    pub clock: Option<Json<deadlines::Clock>>,
    pub clock_stands: bool,
    pub original_due_at: Option<DateTime<Utc>>,
    pub statutory_due_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub next_due_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub outcome: Option<Outcome>,
    pub result_number: Option<String>,
    /// How often the applicant was asked for papers before acceptance.
    pub intake_supplements: i16,
    /// Where it stood when its withdrawal was asked for.
    pub state_before: Option<Status>,
    /// What the officer proposes to whoever signs.
    pub proposed_outcome: Option<Outcome>,
    /// By when reception has to hand it over.
    pub hand_over_due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl Dossier {
    /// Whether it has come to the agency: from an applicant by being submitted, with reception from the first moment.
    pub fn is_filed(&self) -> bool {
        self.submitted_at.is_some() || self.channel.is_reception()
    }

    /// Where it stands but for what is being decided: its withdrawal, or its rejection at intake.
    pub fn stands_at(&self) -> Option<Status> {
        match self.status {
            Status::WithdrawalRequested | Status::AwaitingIntakeDecision => self.state_before,
            status => Some(status),
        }
    }

    /// Whether the actor may read what the agency that received it and the one that decides it tell each other: works at one of
    /// them, or oversees both. Whoever was asked, or keeps the result, has no more to do with it than that.
    pub fn is_handled_by(&self, actor: &Actor) -> bool {
        let theirs = [self.receiving_agency_id, self.competent_agency_id];
        actor.agency().is_some_and(|agency| theirs.contains(&agency)) || actor.may(Permission::OverseeDossiers)
    }

    /// The organisation that applies, if one does.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.applicant.0.organisation.as_ref().map(|organisation| organisation.id)
    }
}

/// A row of an agency that takes part beside the two.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn part(dossier: DossierId, agency: AgencyId, part: SidePart) -> _ {
    (dossier_agencies::dossier_id.eq(dossier), dossier_agencies::agency_id.eq(agency), dossier_agencies::part.eq(part))
}

/// Which dossiers an actor may see, as a condition in SQL. Every query on dossiers carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visible {
    All,
    /// Everybody's, once filed.
    Filed,
    None,
    /// One's own, and those of whom one represents on that day.
    Applicant(CitizenId, NaiveDate),
    /// Received or decided by one's agency, once filed; put before it for its opinion, until it has ended; to be fetched there, once
    /// it has a result.
    Agency(AgencyId),
}

/// One's own, one's agency's, or all for those who oversee.
pub fn visible_to(ctx: &Ctx) -> Visible {
    let actor = &ctx.actor;
    match actor {
        Actor::System => Visible::All,
        Actor::Citizen(id) => Visible::Applicant(*id, deadlines::vn_date(ctx.now)),
        Actor::Staff { .. } if actor.may(Permission::OverseeDossiers) => Visible::Filed,
        Actor::Staff { agency, .. } if actor.may(Permission::ReadDossier) => Visible::Agency(*agency),
        Actor::Staff { .. } | Actor::Anonymous => Visible::None,
    }
}

/// What a citizen prepares at home is nobody else's before it is submitted: see [`Dossier::is_filed`].
const FILED: &str = "(dossiers.submitted_at IS NOT NULL OR dossiers.channel IN ('counter', 'post'))";

/// The same as a condition in SQL.
pub(crate) fn filed() -> Sql<Bool> {
    sql(FILED)
}

impl QueryFragment<Pg> for Visible {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("true"),
            Self::Filed => out.push_sql(FILED),
            Self::None => out.push_sql("false"),
            Self::Applicant(id, today) => {
                out.push_sql("(dossiers.applicant_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
                // An array is found once, and through it each dossier by its id.
                out.push_sql(
                    " OR dossiers.id = ANY (ARRAY(SELECT dossier_id FROM represented_dossiers WHERE citizen_id = ",
                );
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(" AND ");
                out.push_bind_param::<SqlDate, _>(today)?;
                out.push_sql(" BETWEEN valid_from AND valid_to)))");
            }
            Self::Agency(id) => {
                out.push_sql("((dossiers.receiving_agency_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(" OR dossiers.competent_agency_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(
                    " OR EXISTS (SELECT FROM dossier_agencies AS beside WHERE beside.dossier_id = dossiers.id \
                     AND (beside.part = 'consulted' AND dossiers.open \
                     OR beside.part = 'return' AND dossiers.finished_at IS NOT NULL) AND beside.agency_id = ",
                );
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(")) AND ");
                out.push_sql(FILED);
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

condition!(Visible, dossiers::id);

/// The people and agencies who may see it, for the journal.
pub fn audience(dossier: &Dossier) -> Vec<Uuid> {
    let mut seen = agencies(dossier);
    seen.extend(dossier.applicant_id.map(|citizen| citizen.0));
    seen.extend(dossier.organisation().map(|organisation| organisation.0));
    seen
}

/// The agencies who may see it.
pub fn agencies(dossier: &Dossier) -> Vec<Uuid> {
    let mut seen = Vec::new();
    if dossier.is_filed() {
        seen.push(dossier.receiving_agency_id.0);
        if dossier.competent_agency_id != dossier.receiving_agency_id {
            seen.push(dossier.competent_agency_id.0);
        }
    }
    seen
}

/// The dossier, if this actor may see it.
///
/// # Errors
/// [`NOT_FOUND`] when there is none, or none for this actor.
pub async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Dossier> {
    let query = dossiers::table.filter(dossiers::id.eq(id)).filter(visible_to(ctx)).select(Dossier::as_select());
    query.first(conn).await.optional()?.ok_or_else(|| NOT_FOUND.error())
}
