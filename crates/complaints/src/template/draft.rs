//! A template filled from a case, and what is left to be filled in.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::Through;
use kernel::id::AgencyId;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::schema::answer_templates;
use kernel::{Ctx, Result, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AnswerTemplate, TemplateId, offering};
use crate::case::{Case, CaseId};
use crate::clocks::CaseStage;
use crate::problem::{NOT_YOURS_TO_DO, TEMPLATE_NOT_FOUND};
use crate::steps::{World, look};
use crate::workflow::CaseAction;

text_enum! {
    /// What is filled in from the case.
    Field {
        Code = "code",
        Subject = "subject",
        /// The name of its first sender.
        Sender = "sender",
        /// The day on which it was received.
        ReceivedOn = "received_on",
        /// The day by which its decision or answer is due.
        DueOn = "due_on",
        /// The agency that has it.
        Agency = "agency",
        Today = "today",
    }
}

/// A text to begin from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnswerDraft {
    pub action: CaseAction,
    #[schema(example = "Kính gửi Nguyễn Thị Bình Minh. Kết quả: {kết quả kiểm tra}.", max_length = 20000)]
    pub words: String,
    #[schema(schema_with = blank_names)]
    pub blanks: Vec<String>,
}

fn blank_names() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let name = ObjectBuilder::new().schema_type(Type::String).max_length(Some(20_000));
    let names = ArrayBuilder::new().items(name).max_items(Some(20_000));
    names
        .description(Some("What is left to be filled in, in its order."))
        .examples([serde_json::json!(["kết quả kiểm tra"])])
        .build()
}

/// The text of a template, filled from a case that the actor handles.
///
/// # Errors
/// No such case for the actor, or [`NOT_YOURS_TO_DO`]; [`TEMPLATE_NOT_FOUND`] also where it is for another kind.
pub async fn draft(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (case, template): (CaseId, TemplateId),
    name_of: &(dyn Fn(AgencyId) -> String + Sync),
) -> Result<AnswerDraft> {
    let seen = look(conn, ctx, world, case, Through::Draft).await?;
    if !seen.case.is_handled_by(&ctx.actor) {
        return Err(NOT_YOURS_TO_DO.error());
    }
    let template = answer_templates::table
        .filter(answer_templates::id.eq(template))
        .filter(answer_templates::agency_id.eq_any(offering(ctx, world)))
        .filter(answer_templates::retired_at.is_null())
        .filter(answer_templates::kind.eq(seen.case.kind));
    let template = template.select(AnswerTemplate::as_select()).first(conn).await.optional()?;
    let template = template.ok_or_else(|| TEMPLATE_NOT_FOUND.error())?;
    let words = filled(&template.body, |field| value(field, &seen.case, ctx, name_of));
    let blanks = blanks(&words).map(str::to_owned).collect();
    Ok(AnswerDraft { action: template.action, words, blanks })
}

/// Refuses what says nothing.
///
/// # Errors
/// At `pointer`.
pub(crate) fn not_blank(pointer: &'static str, words: &str) -> Result<()> {
    let blank = || FieldError::new(pointer, "blank", Text::fixed("không được để trống", "must not be blank"));
    INVALID.unless_none(words.trim().is_empty().then(blank).into_iter().collect())
}

/// Refuses what says nothing, or still has something in braces.
///
/// # Errors
/// At `pointer`, with what is left.
pub(crate) fn no_blanks(pointer: &'static str, words: &str) -> Result<()> {
    not_blank(pointer, words)?;
    let left: Vec<&str> = blanks(words).collect();
    if left.is_empty() {
        return Ok(());
    }
    let left = left.join(", ");
    let words = Text::new(format!("còn chỗ chưa điền: {left}"), format!("is not filled in: {left}"));
    Err(INVALID.error().fields(vec![FieldError::new(pointer, "blank_left", words)]))
}

/// What stands in braces, without them.
fn blanks(words: &str) -> impl Iterator<Item = &str> {
    words.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(blank, _)| blank)
}

/// With every field that has a value in its place.
fn filled(body: &str, value: impl Fn(Field) -> Option<String>) -> String {
    let mut pieces = body.split('{');
    let mut words = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = piece.split_once('}').and_then(|(name, rest)| {
            let field = Field::ALL.iter().find(|field| field.code() == name)?;
            Some((value(*field)?, rest))
        });
        match known {
            // What a sender has written is no template: its braces would be taken for blanks.
            Some((value, rest)) => words.extend([value.replace(['{', '}'], " ").as_str(), rest]),
            None => words.extend(["{", piece]),
        }
    }
    words
}

fn value(field: Field, case: &Case, ctx: &Ctx, name_of: &(dyn Fn(AgencyId) -> String + Sync)) -> Option<String> {
    let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
    match field {
        Field::Code => case.code.clone(),
        Field::Subject => Some(case.words.0.subject.clone()),
        Field::Sender => case.people.0.as_slice().first().map(|person| person.name.clone()),
        Field::ReceivedOn => case.submitted_at.map(|at| day(deadlines::vn_date(at))),
        Field::DueOn => case.clocks.0.get(CaseStage::Resolve).map(|running| day(deadlines::due_date(running.due_at))),
        Field::Agency => Some(name_of(case.handling_agency_id)),
        Field::Today => Some(day(deadlines::vn_date(ctx.now))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_case_knows_is_filled_in_and_the_rest_is_left_to_the_officer() {
        let value = |field| match field {
            Field::Sender => Some("Bà {Hoa}".to_owned()),
            Field::Code => None,
            other => Some(other.code().to_uppercase()),
        };
        let words = filled("Kính gửi {sender}: {agency}, đơn {code}: {kết quả}. {", value);
        assert_eq!(words, "Kính gửi Bà  Hoa : AGENCY, đơn {code}: {kết quả}. {");
        assert_eq!(blanks(&words).collect::<Vec<_>>(), ["code", "kết quả"]);
        assert!(no_blanks("/reasons", "Đã kiểm tra. } không {").is_ok());
    }
}
