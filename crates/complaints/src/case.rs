//! A case as it is stored, and who may see it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use kernel::condition::NotAccusing;
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::json::Json;
use kernel::retention::Held;
use kernel::rules::Rules;
use kernel::schema::cases;
use kernel::{Actor, Ctx, Permission, condition, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accused::not_accusing;
use crate::clocks::Clocks;
use crate::facts::{CaseKind, Facts};
use crate::workflow::CaseStatus;

id! { CaseId, "A case's id."; }

text_enum! {
    /// How a case came in.
    CaseChannel { Online = "online", Counter = "counter", Post = "post" }
}

impl CaseChannel {
    /// Taken in by an officer; otherwise sent by its sender.
    pub fn is_reception(self) -> bool {
        self != Self::Online
    }
}

text_enum! {
    /// What became of a case. Of a complaint: right, partly right, or wrong (LKN Art. 31).
    CaseOutcome {
        Right = "right",
        PartlyRight = "partly_right",
        Wrong = "wrong",
        /// Answered in full: explained, provided, done.
        Granted = "granted",
        /// Answered in part.
        PartlyGranted = "partly_granted",
        /// Answered, and not done what was wanted; the answer says why.
        NotGranted = "not_granted",
    }
}

text_enum! {
    /// As what somebody takes part in a case.
    CasePart {
        Sender = "sender",
        /// Speaks for several who complain together (NĐ 124/2020/NĐ-CP Art. 7).
        Representative = "representative",
        /// Acts under a written, certified authority (NĐ 124/2020/NĐ-CP Art. 5).
        Authorised = "authorised",
    }
}

text_enum! {
    /// The field that a case belongs to, as reports count it (TT 01/2024/TT-TTCP forms, recalled).
    CaseField {
        Land = "land",
        Policy = "policy",
        Officials = "officials",
        Judiciary = "judiciary",
        Party = "party",
        Corruption = "corruption",
        Other = "other",
    }
}

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CasePerson)]
pub struct Person {
    pub part: CasePart,
    #[schema(example = "Nguyễn Thị Bình Minh", min_length = 1, max_length = 200)]
    pub name: String,
    /// Citizen's identity number, twelve digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "001190000001", min_length = 12, max_length = 12, pattern = "^[0-9]{12}$")]
    pub identity_number: Option<String>,
    #[schema(example = "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội", min_length = 1, max_length = 500)]
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "+84912345678", min_length = 9, max_length = 16, pattern = r"^\+?[0-9]{9,15}$")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "minh@example.vn", min_length = 3, max_length = 254, format = "email")]
    pub email: Option<String>,
    /// The paper that makes them a representative or gives them their authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Văn bản cử người đại diện ngày 01/8/2026", min_length = 1, max_length = 300)]
    pub document: Option<String>,
}

/// What the sender says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub subject: String,
    /// Each thing that is complained about, proposed or asked.
    pub contents: Vec<Content>,
    /// What the sender wants.
    pub request: Option<String>,
}

/// One of the things that are complained about, proposed or asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CaseContent)]
pub struct Content {
    #[schema(example = "Quyết định không nêu căn cứ pháp lý.", max_length = 10000)]
    pub text: String,
    /// When the sender withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The case that it became, where the letter was mixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<CaseId>,
}

impl Content {
    /// As it was sent.
    pub fn new(text: String) -> Self {
        Self { text, withdrawn_at: None, moved_to: None }
    }

    /// Neither withdrawn nor a case of its own.
    pub fn stands(&self) -> bool {
        self.withdrawn_at.is_none() && self.moved_to.is_none()
    }
}

/// The rules that a case keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The day on which it was received.
    pub on: NaiveDate,
    /// Of a remote area, where limits are longer: received there, or grown out of what was.
    pub remote_area: bool,
}

/// What has happened to it beside its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The sender wants to withdraw all of it; that is not decided yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal_asked_at: Option<DateTime<Utc>>,
    /// A court has the matter (LKN Art. 11(9), recalled).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_court_since: Option<NaiveDate>,
    /// A meeting was called and has not been held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialogue_called: Option<i32>,
    /// The last meeting was held, or whoever was invited did not come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dialogue_held: bool,
    /// Its sender has opened it anew: that is possible once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reopened: bool,
    /// What an officer proposes that it become; the sender confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_kind: Option<CaseKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<CaseField>,
    /// When it was first said what becomes of it: taken up, guided, sent on, filed or refused. Reports count by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processed_at: Option<DateTime<Utc>>,
    /// When that was first said by another agency that has it now, for the register of that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processed_there_at: Option<DateTime<Utc>>,
    /// What the sender of a complaint said of when they knew of it, while it is classed as something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_on: Option<NaiveDate>,
    /// When the letter came that it grew out of as its sender wished: what they had to keep they kept by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_at: Option<DateTime<Utc>>,
    /// It came in a letter that another case is about, too: reports count letters and cases (TT 01/2024/TT-TTCP).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_letter: bool,
    /// When it lost what tells of whom it was: see [`crate::erasure`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<DateTime<Utc>>,
    /// What kept its sender's data when they asked for it to be erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
}

/// The row. Changing it means a new version and a journal entry: see [`crate::steps`].
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = cases)]
pub struct Case {
    pub id: CaseId,
    pub version: i32,
    pub kind: CaseKind,
    pub declared_kind: CaseKind,
    /// Of a complaint: the first, or the second against what became of the first.
    pub level: i16,
    pub status: CaseStatus,
    pub open: bool,
    pub channel: CaseChannel,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    pub sender_id: Option<CitizenId>,
    pub created_by: Uuid,
    pub content_hash: Vec<u8>,
    pub people: Json<Vec<Person>>,
    pub words: Json<Words>,
    pub facts: Json<Facts>,
    /// The agencies and members of staff that it accuses.
    pub barred: Vec<Uuid>,
    pub code: Option<String>,
    pub basis: Option<Json<Basis>>,
    pub clocks: Json<Clocks>,
    pub next_due_at: DateTime<Utc>,
    pub assigned_to: Option<StaffId>,
    pub origin_id: Option<CaseId>,
    /// Where it stood when it was suspended.
    pub state_before: Option<CaseStatus>,
    /// How far up it has been escalated: 0 not at all.
    pub escalation: i16,
    pub marks: Json<Marks>,
    pub outcome: Option<CaseOutcome>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl Case {
    /// Whether it has come to the agency: from its sender by being submitted, with reception from the first moment.
    pub fn is_filed(&self) -> bool {
        self.submitted_at.is_some() || self.channel.is_reception()
    }

    /// Whether the actor may read what officers tell each other about it.
    pub fn is_handled_by(&self, actor: &Actor) -> bool {
        let theirs = [self.receiving_agency_id, self.handling_agency_id];
        let assigned = actor.id().is_some_and(|id| self.assigned_to.is_some_and(|to| to.0 == id));
        assigned
            || actor.agency().is_some_and(|agency| theirs.contains(&agency) && works_on_cases(actor))
            || actor.may(Permission::OverseeCases)
            || (self.kind == CaseKind::DataSubjectRequest && actor.may(Permission::ProtectData))
    }

    /// Whether the actor may see who does what about it: those who handle it, and whoever heads an agency above.
    pub fn is_answered_for_to(&self, actor: &Actor, rules: &Rules) -> bool {
        let above = || rules.above(self.handling_agency_id);
        let heads = actor.may(Permission::SuperviseCases) && actor.agency().is_some_and(|own| above().contains(&own));
        heads || self.is_handled_by(actor)
    }
}

/// Which cases an actor may see, as a condition in SQL. Every query on cases carries it. Whoever is accused in a case sees none of
/// it, whatever else they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visible {
    All,
    None,
    Sender(CitizenId),
    Staff(Sight),
}

/// What a member of staff sees, if nothing in it accuses them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    id: StaffId,
    innocent: NotAccusing,
    /// Every agency's.
    oversees: bool,
    /// What was received or is handled here, with all agencies below where the actor is their head.
    agencies: Vec<Uuid>,
    /// All of these kinds, wherever they are.
    kinds: Vec<&'static str>,
}

/// Whether the cases of an agency are the actor's work.
fn works_on_cases(actor: &Actor) -> bool {
    use Permission::*;
    [ReceiveCase, ProcessCase, DecideCase, SuperviseCases].into_iter().any(|work| actor.may(work))
}

/// The kinds whose cases are the actor's wherever they are.
pub(crate) fn kinds_of(actor: &Actor) -> impl Iterator<Item = CaseKind> + '_ {
    let kinds = [
        (Permission::Recommend, CaseKind::SupervisionRecommendation),
        (Permission::ProtectData, CaseKind::DataSubjectRequest),
    ];
    kinds.into_iter().filter(|(permission, _)| actor.may(*permission)).map(|(_, kind)| kind)
}

/// Whether nothing but these kinds is.
pub(crate) fn works_on_kinds_alone(actor: &Actor) -> bool {
    !works_on_cases(actor) && kinds_of(actor).next().is_some()
}

/// One's own; those of one's agency and, for heads, of those below it; those that one is to verify; all, for those who oversee.
pub fn visible_to(ctx: &Ctx, rules: &Rules) -> Visible {
    let actor = &ctx.actor;
    match actor {
        Actor::System => Visible::All,
        Actor::Citizen(id) => Visible::Sender(*id),
        Actor::Staff { id, agency, .. } if actor.may(Permission::ReadCase) => {
            // The Front and the data protection officer see what is theirs to settle and, by that, nothing else.
            let agencies = match (actor.may(Permission::SuperviseCases), works_on_cases(actor)) {
                (true, _) => rules.below(*agency),
                (false, true) => vec![*agency],
                (false, false) => Vec::new(),
            };
            Visible::Staff(Sight {
                id: *id,
                innocent: not_accusing(ctx),
                oversees: actor.may(Permission::OverseeCases),
                agencies: agencies.into_iter().map(|id| id.0).collect(),
                kinds: kinds_of(actor).map(CaseKind::code).collect(),
            })
        }
        Actor::Staff { .. } | Actor::Anonymous => Visible::None,
    }
}

impl QueryFragment<Pg> for Visible {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("true"),
            Self::None => out.push_sql("false"),
            Self::Sender(id) => {
                out.push_sql("cases.sender_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
            }
            Self::Staff(sight) => {
                // What somebody prepares is nobody else's before it is sent: see [`Case::is_filed`].
                out.push_sql("(cases.submitted_at IS NOT NULL OR cases.channel <> 'online' OR cases.created_by = ");
                out.push_bind_param::<SqlUuid, _>(&sight.id)?;
                out.push_sql(") AND ");
                sight.innocent.walk_ast(out.reborrow())?;
                // What nothing comes of is left out: every agency of a city is a long list to plan with.
                if sight.oversees {
                    return Ok(());
                }
                out.push_sql(" AND (cases.assigned_to = ");
                out.push_bind_param::<SqlUuid, _>(&sight.id)?;
                if !sight.agencies.is_empty() {
                    out.push_sql(" OR cases.handling_agency_id = ANY (");
                    out.push_bind_param::<Array<SqlUuid>, _>(&sight.agencies)?;
                    out.push_sql(") OR cases.receiving_agency_id = ANY (");
                    out.push_bind_param::<Array<SqlUuid>, _>(&sight.agencies)?;
                    out.push_sql(")");
                }
                if !sight.kinds.is_empty() {
                    out.push_sql(" OR cases.kind = ANY (");
                    out.push_bind_param::<Array<Text>, _>(&sight.kinds)?;
                    out.push_sql(")");
                }
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

condition!(Visible, cases::id);

/// The people and agencies who may be told of it. An agency one of whose staff is accused is not told by name: whoever may see the case
/// there finds it in the work list.
pub fn audience(case: &Case) -> Vec<Uuid> {
    let mut seen = agencies(case);
    seen.extend(case.sender_id.map(|citizen| citizen.0));
    seen
}

/// The agencies who may be told of it.
pub fn agencies(case: &Case) -> Vec<Uuid> {
    if !case.is_filed() || !case.barred.is_empty() {
        return Vec::new();
    }
    let mut seen = vec![case.receiving_agency_id.0];
    if case.handling_agency_id != case.receiving_agency_id {
        seen.push(case.handling_agency_id.0);
    }
    seen
}
