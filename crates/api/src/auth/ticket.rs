//! A ticket: what was asked for, on its way through a sign-in page and back. Sealed, so that we need not remember it
//! and nobody can make one; for one browser, so that no other site can send its form (CSRF).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kernel::secret::{self, SecretKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::browser::{Browser, PATIENCE_MINUTES};

/// Seals and opens the tickets of one kind of page.
pub struct Tickets<'a> {
    pub key: &'a SecretKey,
    /// A ticket of one page is none of another's.
    pub page: &'static str,
    pub browser: &'a Browser,
    pub now: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Ticket<T> {
    asked: T,
    good_until: DateTime<Utc>,
}

impl Tickets<'_> {
    /// A ticket for what was asked, as text.
    pub fn issue<T: Serialize>(&self, asked: &T) -> String {
        let ticket = Ticket { asked, good_until: self.now + TimeDelta::minutes(PATIENCE_MINUTES) };
        let text = serde_json::to_vec(&ticket).expect("a ticket is plain data");
        URL_SAFE_NO_PAD.encode(secret::seal(&self.sealing_key(), self.browser.0.as_bytes(), &text))
    }

    /// What the ticket was issued for; `None` when it is not ours, not this browser's, or too old.
    pub fn open<T: DeserializeOwned>(&self, ticket: &str) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(ticket).ok()?;
        let text = secret::open(&self.sealing_key(), self.browser.0.as_bytes(), &sealed)?;
        let ticket: Ticket<T> = serde_json::from_slice(&text).ok()?;
        (self.now < ticket.good_until).then_some(ticket.asked)
    }

    fn sealing_key(&self) -> [u8; 32] {
        self.key.derive(&format!("ticket of {}", self.page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_for_one_page_in_one_browser_and_for_a_while() {
        let (key, mine, other) = (SecretKey::new(&[1; 32]), Browser("mine".into()), Browser("other".into()));
        let now = DateTime::UNIX_EPOCH;
        let tickets = Tickets { key: &key, page: "sign-in", browser: &mine, now };
        let ticket = tickets.issue(&"asked");
        let opened = |tickets: Tickets, text: &str| tickets.open::<String>(text);
        assert_eq!(tickets.open::<String>(&ticket).as_deref(), Some("asked"));
        assert_eq!(opened(Tickets { browser: &other, ..tickets }, &ticket), None);
        assert_eq!(opened(Tickets { page: "other", ..tickets }, &ticket), None);
        assert_eq!(opened(Tickets { key: &SecretKey::new(&[2; 32]), ..tickets }, &ticket), None);
        assert_eq!(opened(Tickets { now: now + TimeDelta::minutes(PATIENCE_MINUTES), ..tickets }, &ticket), None);
        assert_eq!(opened(tickets, &format!("{ticket}A")), None);
    }
}
