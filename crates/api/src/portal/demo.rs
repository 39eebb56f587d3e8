//! A national portal to try things with: it keeps what it is told until it ends, and shows it (`GET /statuses/{dossier}`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use actix_web::web::{Bytes, Data, Path, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use procedures::national::StatusChange;
use uuid::Uuid;

use crate::gateway::signature;

/// Where it is among the demo's partners.
pub const PATH: &str = "/national-portal";

struct Demo {
    secret: Vec<u8>,
    /// By the entry's number: told twice, it is one.
    told: Mutex<BTreeMap<i64, StatusChange>>,
}

/// Adds it to a program's routes.
pub fn routes(secret: Vec<u8>) -> impl Fn(&mut ServiceConfig) + Clone + Send {
    let demo = Data::new(Demo { secret, told: Mutex::default() });
    move |config: &mut ServiceConfig| {
        config
            .app_data(Data::clone(&demo))
            .service(resource(format!("{PATH}/statuses")).route(post().to(take)))
            .service(resource(format!("{PATH}/statuses/{{dossier}}")).route(get().to(show)));
    }
}

async fn take(demo: Data<Demo>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let Some(change) = signature::message::<StatusChange>(&demo.secret, &request, &body) else {
        return HttpResponse::Forbidden().finish();
    };
    demo.told.lock().unwrap_or_else(PoisonError::into_inner).insert(change.number, change);
    HttpResponse::NoContent().finish()
}

async fn show(demo: Data<Demo>, dossier: Path<Uuid>) -> HttpResponse {
    let told = demo.told.lock().unwrap_or_else(PoisonError::into_inner);
    let theirs: Vec<&StatusChange> = told.values().filter(|change| change.dossier_id.0 == *dossier).collect();
    HttpResponse::Ok().json(theirs)
}
