//! Parameters as OAuth sends them, in a query or a form: each at most once (RFC 6749 §3.1).

use std::collections::HashMap;

use actix_web::web::{Form, Query};
use kernel::text::has_control;

/// Pairs as actix reads them from a body of type `application/x-www-form-urlencoded`.
pub type Pairs = Form<Vec<(String, String)>>;

/// Parameters by name.
pub struct Params(HashMap<String, String>);

/// Why parameters cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Params {
    /// From a query string.
    pub fn of_query(query: &str) -> Result<Self, Unreadable> {
        Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|_| Unreadable)
            .and_then(|pairs| Self::of(pairs.into_inner()))
    }

    /// From pairs, none of which may come twice or hold control characters.
    pub fn of(pairs: Vec<(String, String)>) -> Result<Self, Unreadable> {
        let count = pairs.len();
        let params: HashMap<_, _> = pairs.into_iter().filter(|(_, value)| !has_control(value)).collect();
        if params.len() == count { Ok(Self(params)) } else { Err(Unreadable) }
    }

    /// A parameter; one sent without a value counts as left out (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_sent_twice_is_refused() {
        assert!(Params::of_query("a=1&b=2&a=3").is_err());
        assert!(Params::of_query("a=%00").is_err());
        assert_eq!(Params::of_query("a=1&b=").unwrap().get("a"), Some("1"));
        assert_eq!(Params::of_query("a=1&b=").unwrap().get("b"), None);
    }
}
