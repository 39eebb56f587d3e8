//! What a request asks for beside its body: in which form it wants its answer, and parameters that nobody would read.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use kernel::problem::Error;

use crate::contract::Operation;
use crate::problem::{MALFORMED, NOT_ACCEPTABLE};

/// The longest condition that is read: a handful of ETags.
const CONDITION: usize = 200;

/// Whether the operation can answer in a form that the caller takes, and takes the parameters that the caller sends.
///
/// # Errors
/// [`NOT_ACCEPTABLE`]; [`MALFORMED`] when there are query parameters and the operation has none.
pub fn check(operation: &Operation, query: &str, headers: &HeaderMap) -> Result<(), Error> {
    let offered = || operation.answers.iter().map(String::as_str);
    if !operation.answers.is_empty() && preferred(headers, offered()).is_none() {
        return Err(NOT_ACCEPTABLE.error());
    }
    let readable =
        |value: &HeaderValue| value.len() <= CONDITION && value.as_bytes().iter().all(|b| (b' '..=b'~').contains(b));
    let unreadable = |name| headers.get(name).is_some_and(|value| !readable(value));
    if unreadable(header::IF_NONE_MATCH) || unreadable(header::IF_MATCH) {
        return Err(MALFORMED.with("Tiêu đề điều kiện không đọc được.", "A conditional header cannot be read."));
    }
    if !query.is_empty() && !operation.takes_parameters {
        return Err(
            MALFORMED.with("Thao tác này không nhận tham số truy vấn.", "This operation takes no query parameters.")
        );
    }
    Ok(())
}

/// Of what is offered, what the caller takes most gladly; the first of equals. RFC 9110 §12.5.1: of the ranges that match,
/// the most specific decides; no header takes anything.
pub fn preferred<'a>(headers: &HeaderMap, offered: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let values = headers.get_all(header::ACCEPT).map(|value| value.to_str().unwrap_or_default());
    let ranges = values.flat_map(|value| value.split(',')).map(str::trim).filter(|range| !range.is_empty());
    let ranges: Vec<(String, f32)> = ranges
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
            (name, weight.unwrap_or(1.0))
        })
        .collect();
    let mut best: Option<(&str, f32)> = None;
    for media_type in offered {
        let group = format!("{}/*", media_type.split('/').next().unwrap_or_default());
        let weight = |known: &str| ranges.iter().find(|(range, _)| range == known).map(|(_, weight)| *weight);
        let wanted = match weight(media_type).or_else(|| weight(&group)).or_else(|| weight("*/*")) {
            None if ranges.is_empty() => 1.0,
            wanted => wanted.unwrap_or(0.0),
        };
        if wanted > best.map_or(0.0, |(_, most)| most) {
            best = Some((media_type, wanted));
        }
    }
    best.map(|(media_type, _)| media_type)
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::*;
    use crate::contract::Contract;

    #[test]
    fn the_most_specific_range_decides() {
        let accepts = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            values.iter().for_each(|value| headers.append(header::ACCEPT, HeaderValue::from_static(value)));
            preferred(&headers, ["application/json"]).is_some()
        };
        assert!(accepts(&[]) && accepts(&[""]) && accepts(&["*/*"]) && accepts(&["application/*"]));
        assert!(accepts(&["text/html,application/xhtml+xml,*/*;q=0.8"]));
        assert!(accepts(&["text/html", "Application/JSON;q=0.1"]), "two lines are one list");
        assert!(accepts(&["*/*;q=0, application/json"]));
        assert!(!accepts(&["application/json;q=0, */*"]));
        assert!(!accepts(&["text/html"]) && !accepts(&["application/problem+json"]) && !accepts(&["json"]));
    }

    #[test]
    fn what_is_wanted_most_is_given_and_the_first_of_equals() {
        let given = |accept: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            preferred(&headers, ["text/html", "application/pdf", "text/csv"])
        };
        assert_eq!(given("*/*"), Some("text/html"));
        assert_eq!(given("application/pdf, */*;q=0.1"), Some("application/pdf"));
        assert_eq!(given("text/html;q=0.2, text/*;q=0.9"), Some("text/csv"));
        assert_eq!(given("application/json"), None);
    }

    #[test]
    fn lists_take_parameters_and_steps_do_not() {
        let (contract, nothing) = (Contract::new("http://localhost"), HeaderMap::new());
        let takes = |method, pattern| check(contract.operation(&method, pattern).unwrap(), "limit=1", &nothing).is_ok();
        assert!(takes(Method::GET, "/v1/dossiers"));
        assert!(!takes(Method::POST, "/v1/dossiers"));
        assert!(!takes(Method::POST, "/v1/dossiers/{id}/accept"));
    }

    #[test]
    fn a_condition_is_printable_text_of_some_length() {
        let contract = Contract::new("http://localhost");
        let takes = |condition: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(condition).unwrap());
            check(contract.operation(&Method::GET, "/v1/agencies").unwrap(), "", &headers).is_ok()
        };
        assert!(takes("\"1\", W/\"2\"") && takes(&"x".repeat(CONDITION)));
        assert!(!takes("a\tb") && !takes("đ") && !takes(&"x".repeat(CONDITION + 1)));
    }

    #[test]
    fn a_file_is_sent_whatever_form_is_asked_for() {
        let contract = Contract::new("http://localhost");
        let mut pictures = HeaderMap::new();
        pictures.insert(header::ACCEPT, HeaderValue::from_static("image/*"));
        let sends = |pattern| check(contract.operation(&Method::GET, pattern).unwrap(), "", &pictures).is_ok();
        assert!(sends("/v1/dossiers/{id}/attachments/{attachment_id}/content"));
        assert!(!sends("/v1/dossiers/{id}"));
    }
}
