//! The catalogue of problems: the addresses in `type` of every error.

use actix_web::{get, web};
use kernel::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::problem::{Document, Language, Result, UNKNOWN_ROUTE, catalogue, status};
use crate::public::Public;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_problems).service(get_problem);
}

/// What an error code means and what to do about it.
#[derive(Serialize, ToSchema)]
struct ProblemHelp {
    #[schema(example = "dossier.illegal_transition", max_length = 100, pattern = "^[a-z_.]+$")]
    code: &'static str,
    #[schema(example = 409, minimum = 400, maximum = 599)]
    status: u16,
    #[schema(example = "Hồ sơ không ở trạng thái cho phép việc này", max_length = 300)]
    title: String,
    /// What the caller can do.
    #[schema(
        example = "Trạng thái hiện tại nằm trong state, các việc làm được nằm trong allowed_actions.",
        max_length = 1000
    )]
    help: String,
}

/// Every problem.
#[derive(Serialize, ToSchema)]
struct ProblemList {
    #[schema(max_items = 1000)]
    items: Vec<ProblemHelp>,
}

fn help(problem: &Problem, language: Language) -> ProblemHelp {
    ProblemHelp {
        code: problem.code,
        status: status(problem.kind).as_u16(),
        title: language.pick(&problem.title).to_owned(),
        help: language.pick(&problem.help).to_owned(),
    }
}

/// List all problems
///
/// Every error code this API answers with, its status and what to do about it.
#[utoipa::path(operation_id = "listProblems", tag = "operations", security(()), responses(
    (status = 200, description = "The catalogue.", body = ProblemList, headers(("Cache-Control" = String, description = "How long it may be kept.")))
))]
#[get("/problems")]
async fn list_problems(call: Call) -> Public<ProblemList> {
    let items = catalogue().map(|problem| help(problem, call.language)).collect();
    Public::new(3600, ProblemList { items })
}

/// Explain a problem
///
/// The page behind the `type` of an error.
#[utoipa::path(operation_id = "getProblem", tag = "operations", security(()),
    params(("code" = String, Path, description = "The code.", max_length = 100, pattern = "^[a-z_.]+$", example = "dossier.illegal_transition")),
    responses(
        (status = 200, description = "The problem.", body = ProblemHelp, headers(("Cache-Control" = String, description = "How long it may be kept."))),
        (status = 404, description = "There is no such problem.", body = Document),
    ))]
#[get("/problems/{code}")]
async fn get_problem(call: Call, code: web::Path<String>) -> Result<Public<ProblemHelp>> {
    let problem = catalogue().find(|problem| problem.code == *code).ok_or_else(|| UNKNOWN_ROUTE.error())?;
    Ok(Public::new(3600, help(problem, call.language)))
}
