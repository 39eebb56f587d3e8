//! Asking: all agencies at once, each with its question and its limit.

use deadlines::Limit;
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::Also;
use kernel::schema::{consultations, dossier_agencies};
use kernel::{Ctx, Result, timers};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Consultation, ConsultationId, ConsultationStatus, ENTITY, TIMER};
use crate::dossier::{DossierId, SidePart, part};
use crate::event::Event;
use crate::request::{Reasoned, made_by_client};
use crate::steps::{Moving, Target, World, take};
use crate::workflow::Action;

/// Agencies to be asked, all at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"questions": [{"agency": "H26.3", "question": "Đề nghị cho ý kiến về quy hoạch chi tiết của khu vực."}]}))]
pub struct NewConsultation {
    #[schema(min_items = 1, max_items = 20)]
    pub questions: Vec<NewQuestion>,
}

/// A question to one agency.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    /// Made by the client (UUIDv7), so that a retry is known; else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ConsultationId>,
    /// Its code: see `GET /v1/agencies`.
    #[schema(example = "H26.3", min_length = 1, max_length = 50)]
    pub agency: String,
    #[schema(example = "Đề nghị cho ý kiến về phòng cháy.", min_length = 10, max_length = 4000)]
    pub question: String,
    /// How long it may take, where no law says so for the procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// Asks other agencies; `agencies` are those that the questions name, in their order. The examination waits, its clock runs.
///
/// # Errors
/// An agency named twice, or the one that decides; a limit that is missing, cannot be, or is the law's to set.
pub async fn consult(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    agencies: &[AgencyId],
    new: NewConsultation,
) -> Result<Answer> {
    for (n, question) in new.questions.iter().enumerate() {
        made_by_client(question.id.map(|id| id.0), format!("/questions/{n}/id"))?;
    }
    take(conn, ctx, world, target, Action::Consult, |moving| {
        let asked = questions(ctx, world, moving, agencies, &new.questions)?;
        let timers = asked.iter().map(|asked| timers::set(ENTITY, asked.id.0, TIMER, asked.due_at));
        moving.also.extend(timers);
        moving.sides.unanswered = true;
        moving.sides.consulted.extend(agencies);
        let event = Event::ConsultationBegun {
            consultations: asked.iter().map(|asked| asked.id.0).collect(),
            agencies: agencies.iter().map(|agency| agency.0).collect(),
        };
        moving.also.push(take_part(moving.dossier.id, agencies));
        for row in asked {
            moving.also.push(Box::new(diesel::insert_into(consultations::table).values(row)));
        }
        Ok(event)
    })
    .await
}

/// From now on they see the dossier; some may have been asked before.
fn take_part(dossier: DossierId, agencies: &[AgencyId]) -> Also {
    let rows: Vec<_> = agencies.iter().map(|agency| part(dossier, *agency, SidePart::Consulted)).collect();
    Box::new(diesel::insert_into(dossier_agencies::table).values(rows).on_conflict_do_nothing())
}

/// Goes on without those who have not answered.
pub async fn end(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    super::lapse::catch_up(conn, ctx, world, target.id).await?;
    take(conn, ctx, world, target, Action::EndConsultation, |moving| {
        moving.also.push(super::end_open(moving.dossier.id, ctx.now));
        moving.sides.unanswered = false;
        moving.remark = Some((None, why.reason.clone()));
        Ok(Event::ConsultationEnded {})
    })
    .await
}

fn questions(
    ctx: &Ctx,
    world: World<'_>,
    moving: &Moving<'_>,
    agencies: &[AgencyId],
    new: &[NewQuestion],
) -> Result<Vec<Consultation>> {
    let rule = moving.case.consultation.as_ref();
    let (mut wrong, mut asked) = (Vec::new(), Vec::new());
    for (n, (agency, NewQuestion { id, question, limit, .. })) in agencies.iter().zip(new).enumerate() {
        let mut say = |at: &str, code, vi, en| {
            wrong.push(FieldError::new(format!("/questions/{n}/{at}"), code, Words::fixed(vi, en)));
        };
        if agencies[..n].contains(agency) {
            say("agency", "duplicate", "đã hỏi ở trên", "is asked above");
        }
        if *agency == moving.before.competent_agency_id {
            say("agency", "own", "là cơ quan giải quyết", "is the agency that decides");
        }
        let limit = match (rule, limit) {
            (Some(_), Some(_)) => {
                say("limit", "fixed", "do pháp luật về thủ tục này quy định", "is set by this procedure's law");
                continue;
            }
            (None, None) => {
                say("limit", "required", "bắt buộc", "is needed");
                continue;
            }
            (Some(rule), None) => rule.limit,
            (None, Some(limit)) => *limit,
        };
        let due_at = world.rules.due_at(limit, *agency, ctx.now);
        asked.push(Consultation {
            id: id.unwrap_or_else(|| ConsultationId::at(ctx.now)),
            dossier_id: moving.dossier.id,
            agency_id: *agency,
            status: ConsultationStatus::Open,
            question: question.clone(),
            asked_at: ctx.now,
            due_at: due_at.map_err(|error| error.at(format!("/questions/{n}/limit")))?,
            silence_consents: rule.is_some_and(|rule| rule.silence_consents),
            opinion: None,
            words: None,
            closed_at: None,
        });
    }
    INVALID.unless_none(wrong)?;
    Ok(asked)
}
