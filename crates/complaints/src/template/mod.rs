//! Texts from which officers begin what they write to senders: by kind and step, of their own agency and of those above it. In a
//! text, `{code}` and the other [`Field`](draft::Field)s are filled from the case; what stands in braces beside them is for the officer to fill,
//! and nothing is sent in which it still stands (`draft::no_blanks`): an answer that answers nothing begins there.

pub mod draft;
pub mod write;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::answer_templates;
use kernel::{Ctx, Result, id, journal};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::facts::CaseKind;
use crate::steps::World;
use crate::workflow::CaseAction;

id! { TemplateId, "The id of a template for answers."; }

/// A template, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswerTemplate {
    pub kind: CaseKind,
    /// The step in which the text is said.
    pub action: CaseAction,
    #[schema(example = "Trả lời kiến nghị về hạ tầng", min_length = 3, max_length = 200)]
    pub name: String,
    /// `{code}`, `{subject}`, `{sender}`, `{received_on}`, `{due_on}`, `{agency}` and `{today}` are filled from the case; what else
    /// stands in braces is for the officer.
    #[schema(
        example = "Kính gửi {sender}. {agency} đã kiểm tra đơn {code}. Kết quả: {kết quả kiểm tra}.",
        min_length = 10,
        max_length = 10000
    )]
    pub body: String,
}

/// A template.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = answer_templates)]
pub struct AnswerTemplate {
    pub id: TemplateId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    pub kind: CaseKind,
    pub action: CaseAction,
    #[schema(example = "Trả lời kiến nghị về hạ tầng", max_length = 200)]
    pub name: String,
    #[schema(example = "Kính gửi {sender}. Kết quả: {kết quả kiểm tra}.", max_length = 10000)]
    pub body: String,
    /// It is not offered any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<DateTime<Utc>>,
}

/// Which templates, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateFilter {
    /// For cases of this kind.
    #[param(inline)]
    pub kind: Option<CaseKind>,
    /// For this step.
    #[param(inline)]
    pub action: Option<CaseAction>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// What the journal is told about templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateEvent {
    Made { case_kind: CaseKind, action: CaseAction },
    Replaced { case_kind: CaseKind, action: CaseAction },
    Retired {},
}

impl journal::Event for TemplateEvent {
    const ENTITY: &'static str = "answer_template";

    fn kind(&self) -> &'static str {
        match self {
            Self::Made { .. } => "answer_template.made",
            Self::Replaced { .. } => "answer_template.replaced",
            Self::Retired {} => "answer_template.retired",
        }
    }
}

/// The templates of the actor's agency and of those above it, oldest first.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    cursors: &Cursors<'_>,
    filter: &TemplateFilter,
) -> Result<Page<AnswerTemplate>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = answer_templates::table
        .filter(answer_templates::agency_id.eq_any(offering(ctx, world)))
        .filter(answer_templates::retired_at.is_null())
        .order(answer_templates::id)
        .limit(i64::from(limit) + 1)
        .select(AnswerTemplate::as_select())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(answer_templates::kind.eq(kind));
    }
    if let Some(action) = filter.action {
        query = query.filter(answer_templates::action.eq(action));
    }
    if let Some(cursor) = &filter.cursor {
        query = query.filter(answer_templates::id.gt(cursors.open::<TemplateId>(cursor)?));
    }
    Ok(cursors.page(query.load(conn).await?, usize::from(limit), |template| template.id))
}

/// The agencies whose templates the actor may use: their own, and those above it.
fn offering(ctx: &Ctx, world: World<'_>) -> Vec<AgencyId> {
    let own = ctx.actor.agency();
    own.into_iter().chain(own.into_iter().flat_map(|own| world.rules.above(own))).collect()
}
