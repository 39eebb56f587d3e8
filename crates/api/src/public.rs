//! Answers that anybody may keep for a while.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use kernel::secret::sha256;
use serde::Serialize;

use crate::write::not_modified;

/// Public data, and for how many seconds it may be kept. Who has it already is told so, by the hash of its bytes.
pub struct Public<T> {
    pub seconds: u32,
    pub body: T,
    /// Where the next page is.
    pub link: Option<String>,
}

impl<T> Public<T> {
    /// Data that may be kept for so long.
    pub fn new(seconds: u32, body: T) -> Self {
        Self { seconds, body, link: None }
    }
}

impl<T: Serialize> Responder for Public<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let bytes = serde_json::to_vec(&self.body).expect("an answer is plain data");
        let hash = sha256(&[&bytes]);
        let etag = format!("\"{:016x}\"", u64::from_be_bytes(hash[..8].try_into().expect("8 of 32 bytes")));
        let known = not_modified(request, &etag);
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((header::ETAG, etag));
        response.insert_header((header::CACHE_CONTROL, format!("public, max-age={}", self.seconds)));
        if let Some(link) = self.link {
            response.insert_header((header::LINK, link));
        }
        if known { response.finish() } else { response.content_type("application/json").body(bytes) }
    }
}
