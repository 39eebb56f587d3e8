//! The queue of a centre.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use kernel::id::AgencyId;
use procedures::queue::bound::Drawer;
use procedures::queue::call::{self, Call as Calling};
use procedures::queue::display::{self, Display};
use procedures::queue::draw::{self, NewTicket};
use procedures::queue::{self, Centre, Ticket, TicketAction, TicketId};
use procedures::request::Plain;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::traffic::Traffic;
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
/// At the machine by the door, or on the way there. A ticket names nobody; keep its id to follow or cancel it. What nobody has served
/// by the evening is closed. From one address, or by one account, 20 are drawn in a quarter of an hour at most; the centre's own
/// machine, under an account of its staff, draws as many as are needed.
#[utoipa::path(operation_id = "drawTicket", tag = "queue", request_body = NewTicket, security(()),
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000006")),
    responses(
        (status = 201, description = "The ticket.", body = Ticket),
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 422, description = "The content breaks the schema, or there is no such field.", body = Document),
        (status = 429, description = "Too many were drawn from there, or too many requests came; `Retry-After` says when to come back.", body = Document),
    ))]
#[post("/v1/agencies/{id}/tickets")]
async fn draw_ticket(
    id: Id<AgencyId>,
    write: Write<NewTicket>,
    request: HttpRequest,
    traffic: Data<Traffic>,
) -> Result<Answered> {
    let address = traffic.address(&request);
    write
        .run(async move |conn, call, new, attempt| {
            let centre = centre(&call.app, call.ctx.now, id.0)?;
            let drawer = Drawer::of(&call.ctx, &call.app.settings.secret, id.0, address);
            let ids = (TicketId::at(call.ctx.now), &centre);
            draw::draw(conn, &call.ctx, &call.app.catalogue.load_full(), ids, new, drawer, attempt).await
        })
        .await
}

/// An agency that exists today, with its opening hours.
pub(crate) fn centre(app: &App, now: DateTime<Utc>, id: AgencyId) -> kernel::Result<Centre> {
    let (agencies, today) = (app.agencies.load(), deadlines::vn_date(now));
    let agency = agencies.get(id).filter(|agency| agency.exists_on(today));
    let agency = agency.ok_or_else(|| directory::problem::AGENCY_NOT_FOUND.error())?;
    Ok(Centre { agency: id, reception: agency.contact.0.reception(app.rules.calendar()?) })
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
    centre(&call.app, call.ctx.now, id.0)?;
    let display = display::display(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(Public::new(1, display))
}

/// Call the next ticket
///
/// Of those who wait in one's own centre for the fields that the counter serves: whoever has checked in to an appointment whose time has
/// come; then the lowest number that was drawn; then, when nobody else waits, whoever is early for an appointment. No ticket is ever given to two.
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
    cancel_ticket "/v1/tickets/{id}/cancel" "cancelTicket" "019b76da-a800-7000-8000-c10000000007" () Cancel
}
