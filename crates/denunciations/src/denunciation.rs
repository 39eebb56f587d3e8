//! A denunciation as it is stored, and who may see it. Who denounces is not in it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::Uuid as SqlUuid;
use kernel::condition::NotAccusing;
use kernel::id::{AgencyId, StaffId};
use kernel::json::Json;
use kernel::schema::denunciations;
use kernel::{Actor, Ctx, Permission, condition, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clocks::{Clocks, DenunciationStage};
use crate::workflow::DenunciationStatus;

id! { DenunciationId, "A denunciation's id."; }

/// The role that alone reaches these tables.
pub const ROLE: &str = "caunoi_denunciations";

text_enum! {
    /// Whether somebody stands by it.
    DenunciationKind {
        /// With name, address and contact of who denounces (LTC Art. 22, 23).
        Denunciation = "denunciation",
        /// Of nobody known, or under a name or address that was found to be false: no denunciation, but checked where it is specific
        /// (LTC Art. 25).
        Lead = "lead",
    }
}

text_enum! {
    /// How it came in.
    DenunciationChannel { Online = "online", Counter = "counter", Post = "post" }
}

text_enum! {
    /// What was concluded (LTC Art. 35).
    DenunciationOutcome {
        True = "true",
        PartlyTrue = "partly_true",
        False = "false",
        FalseInBadFaith = "false_in_bad_faith",
    }
}

text_enum! {
    /// Whether the denouncer is protected (LTC Art. 47–58).
    Protection { Asked = "asked", Granted = "granted", Refused = "refused", Ended = "ended" }
}

/// Whom it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accused {
    #[schema(example = "Ông Nguyễn Văn A", min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Phó Chủ tịch UBND phường", min_length = 1, max_length = 300)]
    pub office: Option<String>,
    /// Their account, where it is known. They never see it, nor do others of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StaffId>)]
    pub official_id: Option<StaffId>,
    /// The unit, where all of it is meant. Nobody there sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AgencyId>)]
    pub unit_id: Option<AgencyId>,
}

/// What it says, without what tells who says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub subject: String,
    pub contents: Vec<String>,
}

/// What has happened to it beside its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal_asked_at: Option<DateTime<Utc>>,
    /// Of which contents that is, by their places from 0; of all of it when it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawal_of: Vec<u16>,
    /// The contents that are withdrawn, and settled no more (LTC Art. 33).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// More was asked for while they are protected, and that is not decided: what they have stands meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_protection_asked_at: Option<DateTime<Utc>>,
    /// Its denouncer has told the agency above that it is late (LTC Art. 38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_reported_at: Option<DateTime<Utc>>,
    /// Its denouncer has gone on to the agency above, after the conclusion (LTC Art. 37).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continued_at: Option<DateTime<Utc>>,
    /// When it was handed to another agency of the city, and has not come back: with that its check is over for the one that received
    /// it. Registers and reports go by it, and not by who has it now, which may be the agency above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on_at: Option<DateTime<Utc>>,
    /// When its name or address was found to be false: from then on it is a lead (LTC Art. 25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treated_as_lead_at: Option<DateTime<Utc>>,
    /// When who denounced was destroyed, and its words with it: see [`crate::erasure`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<DateTime<Utc>>,
}

impl Marks {
    /// Whether protection is to be decided on.
    pub fn asks_protection(&self) -> bool {
        self.protection == Some(Protection::Asked) || self.more_protection_asked_at.is_some()
    }

    /// It is asked for: what was granted stands until it is ended, whatever is decided on more of it.
    pub fn ask_for_protection(&mut self, now: DateTime<Utc>) {
        if self.protection == Some(Protection::Granted) {
            self.more_protection_asked_at = Some(now);
        } else {
            self.protection = Some(Protection::Asked);
        }
    }

    /// What was asked for is refused; what was granted before is not.
    pub fn refuse_protection(&mut self) {
        if self.more_protection_asked_at.take().is_none() {
            self.protection = Some(Protection::Refused);
        }
    }

    /// What was granted ends; what is asked for beside it is still to be decided.
    pub fn end_protection(&mut self) {
        let asked = self.more_protection_asked_at.take();
        self.protection = Some(asked.map_or(Protection::Ended, |_| Protection::Asked));
    }
}

/// The row. Changing it means a new version and a journal entry: see [`crate::steps`].
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = denunciations)]
pub struct Denunciation {
    pub id: DenunciationId,
    pub version: i32,
    pub kind: DenunciationKind,
    pub status: DenunciationStatus,
    pub open: bool,
    pub channel: DenunciationChannel,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    pub assigned_to: Option<StaffId>,
    /// Of the code that is all its denouncer has.
    pub receipt_hash: Vec<u8>,
    pub words: Json<Words>,
    pub accused: Json<Vec<Accused>>,
    pub barred: Vec<Uuid>,
    pub code: String,
    /// The day whose rules it keeps.
    pub received_on: NaiveDate,
    pub clocks: Json<Clocks>,
    pub next_due_at: DateTime<Utc>,
    /// Where it stood when it was suspended.
    pub state_before: Option<DenunciationStatus>,
    pub marks: Json<Marks>,
    pub outcome: Option<DenunciationOutcome>,
    pub received_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    /// The agency above, where it takes part: what is late was shown to it, or its denouncer has gone there.
    pub superior_agency_id: Option<AgencyId>,
    /// How far up the ladder what is owed has been shown: 0 not at all.
    pub escalation: i16,
}

impl Denunciation {
    /// Whether an agency is accused, or somebody.
    pub fn bars(&self, who: Uuid) -> bool {
        self.barred.contains(&who)
    }

    /// Whether the actor works at the agency that has it.
    pub fn is_handled_by(&self, actor: &Actor) -> bool {
        actor.agency() == Some(self.handling_agency_id)
    }

    /// Whether anything is to be done about it: it is not over, something is owed, or protection is to be decided on.
    pub fn is_open(&self) -> bool {
        !self.status.is_over() || self.clocks.0.owed().next().is_some() || self.marks.0.asks_protection()
    }

    /// Whether the actor verifies it.
    pub fn is_verified_by(&self, actor: &Actor) -> bool {
        self.assigned_to.is_some_and(|to| actor.id() == Some(to.0))
    }

    /// Where it has gone up to the agency above, that is above it only until it has decided on what its denouncer asked of it (LTC Art. 37).
    pub(crate) fn leave_above(&mut self) {
        let decides = self.clocks.0.runs(DenunciationStage::Review);
        self.superior_agency_id = self.superior_agency_id.filter(|above| decides || *above != self.handling_agency_id);
    }

    /// Whether the actor works at the agency above, where that takes part.
    pub fn is_overseen_by(&self, actor: &Actor) -> bool {
        self.superior_agency_id.is_some_and(|above| actor.agency() == Some(above))
    }

    /// Whether the actor settles it, or helps to.
    pub fn is_settled_by(&self, actor: &Actor) -> bool {
        self.is_handled_by(actor) || self.is_verified_by(actor)
    }
}

/// As a condition: it accuses neither the actor nor an agency where they have, had or will have a role.
pub fn not_accusing(ctx: &Ctx) -> NotAccusing {
    NotAccusing::of("denunciations.barred", ctx)
}

/// Which denunciations an actor may see, as a condition in SQL. Every query on them carries it; nobody oversees them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visible {
    All,
    None,
    /// Those that were received or are handled at the agency, or in which it takes part as the one above, and those that one verifies;
    /// none that accuses them or an agency where they have, had or will have a role.
    Staff(StaffId, AgencyId, NotAccusing),
}

/// One's agency's, and those that one is to verify.
pub fn visible_to(ctx: &Ctx) -> Visible {
    match &ctx.actor {
        Actor::System => Visible::All,
        Actor::Staff { id, agency, .. } if ctx.actor.may(Permission::ReadDenunciation) => {
            Visible::Staff(*id, *agency, not_accusing(ctx))
        }
        _ => Visible::None,
    }
}

impl QueryFragment<Pg> for Visible {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("true"),
            Self::None => out.push_sql("false"),
            Self::Staff(id, agency, innocent) => {
                innocent.walk_ast(out.reborrow())?;
                out.push_sql(" AND (denunciations.assigned_to = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
                out.push_sql(" OR denunciations.handling_agency_id = ");
                out.push_bind_param::<SqlUuid, _>(agency)?;
                out.push_sql(" OR denunciations.receiving_agency_id = ");
                out.push_bind_param::<SqlUuid, _>(agency)?;
                out.push_sql(" OR denunciations.superior_agency_id = ");
                out.push_bind_param::<SqlUuid, _>(agency)?;
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

condition!(Visible, denunciations::id);
