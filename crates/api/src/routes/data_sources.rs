//! The State's databases, and looking components up in them.

use actix_web::{HttpResponse, get, post};
use procedures::DossierId;
use procedures::data_source::look_up::{self, LookUpId, LookUpView, NewLookUp};
use procedures::data_source::{DataSource as _, Source, register};
use procedures::request::Reasoned;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_data_sources).service(look_component_up).service(list_look_ups).service(dispute_look_up);
}

/// A registered database, and whether it counts here.
#[derive(Serialize, ToSchema)]
struct RegisteredSource {
    source: Source,
    /// It can be asked from here and is published: papers that it replaces are not asked for.
    connected: bool,
}

/// The registered databases.
#[derive(Serialize, ToSchema)]
struct DataSources {
    #[schema(max_items = 200)]
    items: Vec<RegisteredSource>,
}

/// List data sources
///
/// The databases that give what papers would say, and which of them are connected. A paper whose data a connected one gives must
/// not be asked for, unless looking it up has failed (NĐ 118/2025 Art. 4(2)(a)).
#[utoipa::path(operation_id = "listDataSources", tag = "papers", security(()),
    responses((status = 200, description = "All of them.", body = DataSources, headers(("Cache-Control" = String, description = "How long it may be kept.")))))]
#[get("/v1/data-sources")]
async fn list_data_sources(call: Call) -> Result<Public<DataSources>> {
    let today = deadlines::vn_date(call.ctx.now);
    let connected = |source: &Source| call.app.sources.connected.source(&source.code, today).is_some();
    let item = |source: &Source| RegisteredSource { connected: connected(source), source: source.clone() };
    Ok(Public::new(60, DataSources { items: register().iter().map(item).collect() }))
}

/// Look a component up
///
/// In the database that gives its data, by the applicant's identity number. Found, not found or failed, it is kept with the
/// dossier; only when nothing usable was found may the applicant be asked for the paper.
#[utoipa::path(operation_id = "lookComponentUp", tag = "papers", request_body = NewLookUp,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000015")),
    security(("oauth" = ["dossier:receive"]), ("oauth" = ["dossier:process"])),
    responses(
        (status = 201, description = "What came of it.", body = LookUpView),
        (status = 404, description = "There is no such dossier for you.", body = Document),
        (status = 409, description = "No connected database gives it, or the dossier is closed.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/look-ups")]
async fn look_component_up(id: Id<DossierId>, write: Write<NewLookUp>) -> Result<Answered> {
    // Whoever asked about somebody stands in the journal, also when the officer's connection breaks meanwhile.
    let asking = actix_web::rt::spawn(async move {
        if let Some(answered) = write.earlier().await? {
            return Ok(answered);
        }
        let (app, ctx, id) = (write.call.app.clone(), write.call.ctx.clone(), id.0);
        let question = {
            let mut conn = write.call.db.conn().await?;
            let connected = &app.sources.connected;
            look_up::prepare(&mut conn, &ctx, &app.catalogue.load(), connected, id, &write.input).await?
        };
        // No connection is held while somebody else's server thinks.
        let said = app.sources.ask(&question).await;
        write
            .run(async move |conn, call, _, attempt| {
                look_up::record(conn, &call.ctx, id, &question, said, attempt).await
            })
            .await
    });
    asking.await.map_err(|error| kernel::problem::INTERNAL.because(error))?
}

/// What was looked up.
#[derive(Serialize, ToSchema)]
struct LookUps {
    #[schema(max_items = 10000)]
    items: Vec<LookUpView>,
}

/// List look-ups
///
/// Every try for a dossier, oldest first: when, by whom, in which database, and what came of it. What was found is for the
/// officers of the agencies that have the dossier.
#[utoipa::path(operation_id = "listLookUps", tag = "papers",
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    security(("oauth" = ["dossier:read"])),
    responses(
        (status = 200, description = "All of them.", body = LookUps),
        (status = 404, description = "There is no such dossier for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/look-ups")]
async fn list_look_ups(call: Call, id: Id<DossierId>) -> Result<HttpResponse> {
    let items = look_up::list(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(HttpResponse::Ok().json(LookUps { items }))
}

/// Report inaccurate data
///
/// What a database said is wrong, with the reason. The paper may be asked for then, and the database has to be put right.
#[utoipa::path(operation_id = "disputeLookUp", tag = "papers", request_body = Reasoned,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000015"), ("look_up_id" = LookUpId, Path, description = "The look-up's id.", example = "019b76da-a800-7000-8000-e10000000001")),
    security(("oauth" = ["dossier:receive"]), ("oauth" = ["dossier:process"])),
    responses(
        (status = 200, description = "The look-up.", body = LookUpView),
        (status = 404, description = "There is no such look-up for you.", body = Document),
        (status = 409, description = "It has no data, or that was said before; or the dossier is closed.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/look-ups/{look_up_id}/dispute")]
async fn dispute_look_up(ids: Id<(DossierId, LookUpId)>, write: Write<Reasoned>) -> Result<Answered> {
    write.run(async move |conn, call, why, attempt| look_up::dispute(conn, &call.ctx, ids.0, why, attempt).await).await
}
