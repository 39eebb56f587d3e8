//! A land database to try things with: it knows the land of one citizen of the demo.

use actix_web::HttpResponse;
use actix_web::web::{Json, ServiceConfig, post, resource};
use directory::demo::CITIZENS;
use serde::Deserialize;
use serde_json::{Map, Value};

pub const CODE: &str = "land_database";
pub const PATH: &str = "/land-database";
pub const COMPONENT: &str = "land_paper";

/// What it knows.
pub fn land() -> Map<String, Value> {
    Map::from_iter([
        ("certificate".to_owned(), "CS 012345".into()),
        ("parcel".to_owned(), "7-112".into()),
        ("area_m2".to_owned(), 62.into()),
        ("use".to_owned(), "Đất ở tại đô thị".into()),
    ])
}

/// Adds it to a program's routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource(PATH).route(post().to(ask)));
}

#[derive(Deserialize)]
struct Question {
    identity_number: String,
    component: String,
}

async fn ask(question: Json<Question>) -> HttpResponse {
    if question.identity_number != CITIZENS[0].identity_number || question.component != COMPONENT {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok().json(land())
}
