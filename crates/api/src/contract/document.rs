//! What utoipa collects from the handlers, and the document's own words.

use actix_web::App;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use crate::problem::{Document, Violation};
use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Cầu Nối",
        description = "Backend mở để người dân làm việc với chính quyền thành phố và để chính quyền giữ đúng lời hẹn: \
                       thủ tục hành chính, tiếp nhận và trả kết quả, thời hạn giải thích được từng ngày.\n\n\
                       The open backend through which citizens deal with their city, and the city is held to its own \
                       word. Errors are RFC 9457 documents whose codes are listed at `/problems`. Every POST that \
                       creates or moves something takes an `Idempotency-Key` (a UUID): send the same one when you \
                       retry. Lists are pages with an opaque `cursor`. Texts follow `Accept-Language` (vi, en).",
        license(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0"),
        contact(name = "Cầu Nối", url = "https://caunoi.example/contact", email = "api@caunoi.example"),
        version = "1.0.0"
    ),
    servers((url = "https://caunoi.example", description = "Production: the address that the installation is set up with")),
    tags(
        (name = "appointments", description = "Appointments at the counters of a centre: what it offers, what is free, booking and checking in."),
        (name = "archive", description = "What an agency keeps of what is finished, and until when."),
        (name = "assessments", description = "What centres say of themselves, by the published criteria of a modern centre."),
        (name = "cases", description = "Complaints, petitions, feedback, requests and recommendations, from draft to decision or answer."),
        (name = "deadlines", description = "Working-day calendars and statutory deadlines, explained day by day."),
        (name = "denunciations", description = "Denunciations, apart from everything else: sending one, following it by its code, settling it, and who denounces."),
        (name = "directory", description = "The agencies of the city and their staff: what they are, where they stand, who stands in for whom; organisations, and who acts for them."),
        (name = "dossiers", description = "Dossiers at the one-stop shop, from draft to returned result."),
        (name = "fees", description = "What is to be paid for a dossier, and what was."),
        (name = "inspections", description = "Public-duty inspections: what was found at a unit, what it has to put right by when, and whether it did."),
        (name = "journal", description = "Signed checkpoints of the journal."),
        (name = "operations", description = "Health of the server and the catalogue of problems."),
        (name = "papers", description = "What applicants have filed and been given before, and what the State's databases say instead."),
        (name = "personal data", description = "What personal data is used for and on which ground, what citizens agree to, who has read what, what is erased when, and what went wrong."),
        (name = "procedures", description = "Administrative procedures as published."),
        (name = "queue", description = "Tickets at the counters of a centre."),
        (name = "reports", description = "Registers of what agencies have received, statistical reports on it, and what makes each figure."),
        (name = "reviews", description = "Reviews of procedures and regulations: what is proposed, what it saves, what is decided, what is done."),
        (name = "sessions", description = "Signing in and out."),
    ),
    components(schemas(Document, Violation))
)]
struct Words;

/// The document as the handlers describe it.
pub fn collect() -> utoipa::openapi::OpenApi {
    let (_, document) =
        App::new().into_utoipa_app().openapi(Words::openapi()).configure(routes::configure).split_for_parts();
    document
}
