//! What an applicant is asked to supply: all of it at once, each paper named, with a time for it. In the examination the officer
//! proposes it, the leader signs it and reception sends it, since the officer never deals with the citizen (NĐ 61/2018 Art.
//! 5(1)(e), 15(3), 19(4)); at intake reception asks by itself. At most one is not settled.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::Also;
use kernel::rules::Rules;
use kernel::schema::supplements;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::attachment::{Attachment, components};
use crate::catalogue::Case;
use crate::clock;
use crate::dossier::{Dossier, DossierId};
use crate::event::Event;
use crate::problem::ATTACHMENTS_MISSING;
use crate::request::{RejectionGround, SupplementGround, component_codes};
use crate::steps::{Moving, Seen, World};
use crate::workflow::{Awaited, Status};

/// What is said to an applicant who supplied nothing at intake: nobody else says it.
const LAPSED: &str = "Đã hết thời hạn bổ sung, hoàn thiện hồ sơ mà hồ sơ không được bổ sung.";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = supplements)]
pub struct Supplement {
    pub dossier_id: DossierId,
    /// The dossier's version that proposed it.
    pub version: i32,
    pub ground: SupplementGround,
    pub reason: String,
    pub components: Vec<String>,
    pub proposed_at: DateTime<Utc>,
    /// By when the applicant is to be told, where a rule says so.
    pub notice_due_at: Option<DateTime<Utc>>,
    /// Why the applicant is told later.
    pub late_reason: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    /// By when the applicant is to supply it; exclusive.
    pub due_at: Option<DateTime<Utc>>,
    /// When that time was over.
    pub lapsed_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// What an applicant is asked to supply.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Supplement)]
pub struct SupplementView {
    pub ground: SupplementGround,
    #[schema(example = "Bản vẽ thiếu mặt cắt móng.", max_length = 4000)]
    pub reason: String,
    /// The components that are missing or wrong.
    #[schema(schema_with = component_codes)]
    pub components: Vec<String>,
    /// When the applicant was told; before that it is the agency's own business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// By when it is to be supplied; exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// When that time was over: the dossier may be refused or stopped, and what is brought may still be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lapsed_at: Option<DateTime<Utc>>,
    /// By when the applicant was to be told, for the agencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_due_at: Option<DateTime<Utc>>,
    /// Why it was later, for the agencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub late_reason: Option<String>,
}

impl Supplement {
    /// Proposed with this version of the dossier.
    pub(crate) fn of(
        dossier: &Dossier,
        now: DateTime<Utc>,
        ground: SupplementGround,
        reason: String,
        components: Vec<String>,
    ) -> Self {
        Self {
            dossier_id: dossier.id,
            version: dossier.version,
            ground,
            reason,
            components,
            proposed_at: now,
            notice_due_at: None,
            late_reason: None,
            sent_at: None,
            due_at: None,
            lapsed_at: None,
            closed_at: None,
        }
    }

    /// Takes the reason why the applicant is told so late, where they are.
    ///
    /// # Errors
    /// It is late and nobody has said why.
    pub(crate) fn excuse(&mut self, now: DateTime<Utc>, why: Option<String>) -> Result<()> {
        if self.notice_due_at.is_none_or(|due_at| now < due_at) || self.late_reason.is_some() {
            return Ok(());
        }
        self.late_reason = why;
        let words = Words::fixed(
            "bắt buộc khi thông báo sau thời hạn kể từ ngày tiếp nhận",
            "needed when the applicant is told after the time that counts from reception",
        );
        let unsaid = self.late_reason.is_none().then(|| FieldError::new("/late_reason", "required", words));
        INVALID.unless_none(unsaid.into_iter().collect())
    }

    /// The applicant is told, and has the time that sector law gives for it, or else the general rule.
    pub(crate) fn sent(self, rules: &Rules, case: &Case, receiving: AgencyId, now: DateTime<Utc>) -> Result<Self> {
        let sent = self.with_time(rules, case, receiving, now)?;
        Ok(Self { sent_at: Some(now), ..sent })
    }

    /// The applicant has that time from now.
    pub(crate) fn with_time(self, rules: &Rules, case: &Case, receiving: AgencyId, now: DateTime<Utc>) -> Result<Self> {
        let due_at = match &case.supply {
            Some(rule) => Some(rules.due_at(rule.limit, receiving, now)?),
            None => clock::stage(rules, "supply", receiving, now)?,
        };
        Ok(Self { due_at, lapsed_at: None, ..self })
    }

    /// The last moment of the applicant's time, once that is over: its day was the applicant's.
    pub(crate) fn lapsed_after(&self) -> Option<DateTime<Utc>> {
        self.lapsed_at.map(|lapsed_at| lapsed_at - TimeDelta::microseconds(1))
    }

    /// When the applicant's time is over, while that has not been told.
    pub(crate) fn lapses_at(&self) -> Option<DateTime<Utc>> {
        self.due_at.filter(|_| self.lapsed_at.is_none() && self.closed_at.is_none())
    }

    /// What is shown of it while it is not settled: to the applicant once it is sent.
    pub(crate) fn view(&self, officer: bool) -> Option<SupplementView> {
        let view = if officer { Some(self.whole()) } else { self.told() };
        view.filter(|_| self.closed_at.is_none())
    }

    /// What the applicant is shown of it once it is sent, settled or not.
    pub(crate) fn told(&self) -> Option<SupplementView> {
        let told = SupplementView { notice_due_at: None, late_reason: None, ..self.whole() };
        self.sent_at.map(|_| told)
    }

    fn whole(&self) -> SupplementView {
        SupplementView {
            ground: self.ground,
            reason: self.reason.clone(),
            components: self.components.clone(),
            sent_at: self.sent_at,
            due_at: self.due_at,
            lapsed_at: self.lapsed_at,
            notice_due_at: self.notice_due_at,
            late_reason: self.late_reason.clone(),
        }
    }
}

/// The row, where it is new or has changed.
pub(crate) fn changed(before: Option<&Supplement>, after: Option<&Supplement>) -> Option<Also> {
    let after = after.filter(|after| before != Some(after))?;
    if before.is_none() {
        return Some(Box::new(diesel::insert_into(supplements::table).values(after.clone())));
    }
    let row = supplements::table.find((after.dossier_id, after.version));
    Some(Box::new(diesel::update(row).set((
        supplements::ground.eq(after.ground),
        supplements::reason.eq(after.reason.clone()),
        supplements::components.eq(after.components.clone()),
        supplements::late_reason.eq(after.late_reason.clone()),
        supplements::sent_at.eq(after.sent_at),
        supplements::due_at.eq(after.due_at),
        supplements::lapsed_at.eq(after.lapsed_at),
        supplements::closed_at.eq(after.closed_at),
    ))))
}

/// Whether each component that was asked for has come since, or is `replaced` by the State's own data: what was there before is
/// what was missing or wrong.
///
/// # Errors
/// [`ATTACHMENTS_MISSING`] naming each.
pub(crate) fn brought(
    asked: &Option<Supplement>,
    papers: &[Attachment],
    replaced: impl Fn(&str) -> bool,
) -> Result<()> {
    let Some((asked, sent_at)) = asked.as_ref().and_then(|asked| Some((asked, asked.sent_at?))) else { return Ok(()) };
    let since = |code: &str| components(papers).any(|paper| paper.component == code && paper.declared_at >= sent_at);
    let missing = asked.components.iter().filter(|code| !since(code) && !replaced(code)).map(|code| {
        let words = Words::new(
            format!("{code} được yêu cầu bổ sung và chưa có bản mới"),
            format!("{code} was asked for, and nothing new has come"),
        );
        FieldError::new("/attachments", "not_supplied", words)
    });
    ATTACHMENTS_MISSING.unless_none(missing.collect())
}

/// The applicant's time is over. At intake the dossier ends with it; in the examination its clock goes on, and whoever signs may
/// refuse or stop it, within the time that sector law gives for that.
pub(crate) async fn lapse(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, seen: Seen) -> Result<()> {
    let mut moving = Moving::of(world, seen)?;
    let Some(asked) = moving.asked.clone() else { return Ok(()) };
    let asked = Supplement { lapsed_at: asked.due_at, ..asked };
    let lapsed_after = asked.lapsed_after();
    moving.asked = Some(asked);
    moving.follow(ctx, world, Awaited::Lapsed)?;
    let event = if moving.dossier.status == Status::Rejected {
        let ground = RejectionGround::NotSupplemented;
        moving.remark = Some((Some(ground.code()), LAPSED.to_owned()));
        Event::Rejected { ground, competent: None }
    } else {
        let examined = moving.dossier.accepted_at.is_some();
        if let Some(limit) = moving.case.supply.as_ref().and_then(|rule| rule.refuse_within).filter(|_| examined) {
            let refuse_by =
                world.rules.due_at(limit, moving.dossier.competent_agency_id, lapsed_after.unwrap_or(ctx.now))?;
            moving.dossier.next_due_at = moving.dossier.next_due_at.min(refuse_by);
        }
        let last = moving.dossier.clock.as_ref().and_then(|clock| clock.0.events.last());
        let anew = matches!(last, Some(deadlines::Event::Restart { at }) if Some(*at) == lapsed_after);
        Event::SupplementLapsed { due_at: moving.dossier.due_at.filter(|_| anew) }
    };
    moving.write(conn, ctx, world, &event, None).await.map(drop)
}
