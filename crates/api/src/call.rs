//! What every handler is given about its request.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use kernel::page::{Cursors, Page};
use kernel::{Ctx, Db};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::gate::Seen;
use crate::problem::{Failure, Language, MALFORMED};

/// The call: who, when, in which language, and the parts of the server a handler may use.
#[derive(Clone)]
pub struct Call {
    pub ctx: Ctx,
    pub language: Language,
    pub app: Arc<App>,
    /// This worker's pool.
    pub db: Db,
    /// And those of what is kept apart.
    pub apart: Apart,
}

/// Pools of one worker that reach what no other does.
#[derive(Clone)]
pub struct Apart {
    pub denunciations: Db,
    pub vault: Db,
}

impl FromRequest for Call {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Call {
    /// Reads what the gate has left.
    pub fn of(request: &HttpRequest) -> Self {
        let extensions = request.extensions();
        let seen = extensions.get::<Rc<Seen>>().expect("the gate comes before every handler");
        let app = request.app_data::<Data<App>>().expect("the server sets App").clone().into_inner();
        let db = request.app_data::<Data<Db>>().expect("the server sets Db").get_ref().clone();
        let apart = request.app_data::<Data<Apart>>().expect("the server sets Apart").get_ref().clone();
        Self { ctx: Ctx { actor: seen.actor.clone(), now: app.clock.now() }, language: seen.language, app, db, apart }
    }
}

impl Call {
    /// Cursors of a list of what this caller sees: nobody else's, nor theirs at another agency.
    pub fn cursors(&self, list: &str, filter: &impl Serialize) -> Cursors<'_> {
        let actor = &self.ctx.actor;
        self.app.cursors(&format!("{list} {:?} {:?}", actor.id(), actor.agency()), filter)
    }
}

/// An id in the path. What is no id names nothing: 404.
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Id<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = web::Path::<T>::extract(request).into_inner();
        ready(path.map(|path| Self(path.into_inner())).map_err(|_| Failure(kernel::problem::NOT_FOUND.error())))
    }
}

/// Query parameters. Unknown ones and bad ones are refused by name: 400.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Parameters<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = web::Query::<T>::from_query(request.query_string());
        ready(query.map(|query| Self(query.into_inner())).map_err(|error| {
            Failure(MALFORMED.with(format!("Tham số truy vấn: {error}."), format!("Query parameters: {error}.")))
        }))
    }
}

/// Where the next page is (RFC 8288).
pub fn next_link(path: &str, query: &str, next_cursor: Option<&str>) -> Option<String> {
    let cursor = next_cursor?;
    let mut pairs: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect();
    let cursor = format!("cursor={cursor}");
    pairs.push(&cursor);
    Some(format!("<{path}?{}>; rel=\"next\"", pairs.join("&")))
}

/// A page as it is sent, with a link to the next one (RFC 8288).
pub fn page<T: Serialize>(path: &str, query: &str, page: &Page<T>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(link) = next_link(path, query, page.next_cursor.as_deref()) {
        response.insert_header((header::LINK, link));
    }
    let mut body = Vec::with_capacity(512 * (1 + page.items.len()));
    serde_json::to_writer(&mut body, page).expect("a page is plain data");
    response.content_type("application/json").body(body)
}
