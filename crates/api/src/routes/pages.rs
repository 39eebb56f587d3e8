//! What is not an operation of the contract: the contract itself, and Swagger UI.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, get, web};
use utoipa_swagger_ui::{Config, SwaggerUi, oauth};

use crate::app::App;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    let sign_in = oauth::Config::new().client_id("swagger-ui").use_pkce_with_authorization_code_grant(true);
    let ui = SwaggerUi::new("/{_:.*}")
        .config(Config::from("/openapi.json").persist_authorization(true).try_it_out_enabled(true))
        .oauth(sign_in);
    config.service(openapi).service(home).service(docs).service(
        // Swagger UI brings its own scripts and styles, and nothing from elsewhere.
        web::scope("/docs").wrap(from_fn(crate::gate::docs_policy)).service(ui),
    );
}

/// The contract.
#[get("/openapi.json")]
async fn openapi(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .body(app.contract.json.clone())
}

/// Swagger UI, until there is a page of our own.
#[get("/")]
async fn home() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

#[get("/docs")]
async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}
