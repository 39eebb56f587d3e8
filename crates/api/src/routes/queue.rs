//! The queue of a centre.

use actix_web::{HttpRequest, HttpResponse, get, post};
use kernel::id::AgencyId;
use procedures::queue::call::{self, Call as Calling};
use procedures::queue::display::{self, Display};
use procedures::queue::draw::{self, NewTicket};
use procedures::queue::{self, Ticket, TicketAction, TicketId};
use procedures::request::Plain;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(draw_ticket)
        .service(get_queue)
        .service(call_next_ticket)
        .service(get_ticket)
        .service(call_ticket_again)
        .service(serve_ticket)
        .service(miss_ticket)
        .service(cancel_ticket);
}

/// Draw a ticket
///
/// At the machine by the door, or on the way there. A ticket names nobody; keep its id to follow or cancel it.
#[utoipa::path(operation_id = "drawTicket", tag = "queue", request_body = NewTicket, security(()),
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000006")),
    responses(
        (status = 201, description = "The ticket.", body = Ticket),
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 422, description = "The content breaks the schema, or there is no such field.", body = Document),
    ))]
#[post("/v1/agencies/{id}/tickets")]
async fn draw_ticket(id: Id<AgencyId>, write: Write<NewTicket>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            there_is(call, id.0)?;
            let ids = (TicketId::at(call.ctx.now), id.0);
            draw::draw(conn, &call.ctx, &call.app.catalogue.load_full(), ids, new, attempt).await
        })
        .await
}

/// Whether the agency exists today.
fn there_is(call: &Call, id: AgencyId) -> kernel::Result<()> {
    let (agencies, today) = (call.app.agencies.load(), deadlines::vn_date(call.ctx.now));
    let exists = agencies.get(id).is_some_and(|agency| agency.exists_on(today));
    if exists { Ok(()) } else { Err(directory::problem::AGENCY_NOT_FOUND.error()) }
}

/// Read a queue
///
/// What hangs on the wall of a centre: who is called to which counter, how many wait for each field, and how long.
#[utoipa::path(operation_id = "getQueue", tag = "queue", security(()),
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000006")),
    responses(
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 200, description = "The queue now.", body = Display, headers(("Cache-Control" = String, description = "How long it may be kept."))),
    ))]
#[get("/v1/agencies/{id}/queue")]
async fn get_queue(call: Call, id: Id<AgencyId>) -> Result<Public<Display>> {
    there_is(&call, id.0)?;
    let display = display::display(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(Public::new(1, display))
}

/// Call the next ticket
///
/// Whoever has waited longest in one's own centre, for the fields that the counter serves. No ticket is ever given to two.
#[utoipa::path(operation_id = "callNextTicket", tag = "queue", request_body = Calling, security(("oauth" = ["dossier:receive"])),
    responses(
        (status = 200, description = "The ticket, called.", body = Ticket),
        (status = 409, description = "Nobody waits, or the same request is under way.", body = Document),
    ))]
#[post("/v1/queue/call-next")]
async fn call_next_ticket(write: Write<Calling>) -> Result<Answered> {
    write
        .run(async |conn, call, calling, attempt| {
            call::call_next(conn, &call.ctx, &call.app.catalogue.load_full(), calling, attempt).await
        })
        .await
}

/// Read a ticket
///
/// By whoever has its id, or works in its centre.
#[utoipa::path(operation_id = "getTicket", tag = "queue", security(()),
    params(("id" = TicketId, Path, description = "The ticket's id.", example = "019b76da-a800-7000-8000-c10000000001")),
    responses(
        (status = 200, description = "The ticket.", body = Ticket),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/tickets/{id}")]
async fn get_ticket(call: Call, id: Id<TicketId>, request: HttpRequest) -> Result<HttpResponse> {
    let ticket = queue::load(&mut *call.db.conn().await?, &call.ctx.actor, id.0).await?;
    versioned(&request, ticket.version, || Ok(ticket))
}

/// Something that is done with a ticket.
macro_rules! act {
    ($(#[doc = $doc:literal])* $name:ident $path:literal $id:literal $example:literal $security:tt $action:ident) => {
        $(#[doc = $doc])*
        #[utoipa::path(operation_id = $id, tag = "queue", request_body = Plain, security($security),
            params(("id" = TicketId, Path, description = "The ticket's id.", example = $example)),
            responses(
                (status = 200, description = "The ticket.", body = Ticket),
                (status = 404, description = "There is none, or not for you.", body = Document),
                (status = 412, description = "It has changed since the version in If-Match.", body = Document),
                (status = 409, description = "It does not stand where this is possible; `state` says where it stands.", body = Document),
            ))]
        #[post($path)]
        async fn $name(id: Id<TicketId>, write: Write<Plain>) -> Result<Answered> {
            let seen = write.if_match;
            write
                .run(async move |conn, call, Plain {}, attempt| {
                    call::act(conn, &call.ctx, id.0, TicketAction::$action, seen, attempt).await
                })
                .await
        }
    };
}

act! {
    /// Call a ticket again
    ///
    /// To the same counter, when nobody has come yet.
    call_ticket_again "/v1/tickets/{id}/call-again" "callTicketAgain" "019b76da-a800-7000-8000-c10000000001" ("oauth" = ["dossier:receive"]) CallAgain
}

act! {
    /// Close a served ticket
    ///
    /// Whoever held it has been served.
    serve_ticket "/v1/tickets/{id}/serve" "serveTicket" "019b76da-a800-7000-8000-c10000000002" ("oauth" = ["dossier:receive"]) Serve
}

act! {
    /// Close a ticket nobody came with
    ///
    /// It was called, and nobody came.
    miss_ticket "/v1/tickets/{id}/no-show" "missTicket" "019b76da-a800-7000-8000-c10000000003" ("oauth" = ["dossier:receive"]) NoShow
}

act! {
    /// Cancel a ticket
    ///
    /// By whoever drew it and does not wait any more.
    cancel_ticket "/v1/tickets/{id}/cancel" "cancelTicket" "019b76da-a800-7000-8000-c10000000004" () Cancel
}
