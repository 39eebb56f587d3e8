//! The only place that reads the wall clock or makes randomness.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::{Builder, Uuid};

/// Tells the time: the wall clock, or one that tests and simulations move by hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// A clock that stands at `at` until it is moved with [`Clock::set`].
    pub fn standing_at(at: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.timestamp_micros()))))
    }

    /// Now, cut to microseconds as PostgreSQL stores them: an answer then equals the stored row.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Some(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
            None =>
            {
                #[expect(clippy::disallowed_methods, reason = "the one reader of the wall clock")]
                Utc::now().trunc_subsecs(6)
            }
        }
    }

    /// Moves a standing clock; the wall clock cannot be moved and stays.
    pub fn set(&self, at: DateTime<Utc>) {
        if let Some(micros) = &self.0 {
            micros.store(at.timestamp_micros(), Ordering::SeqCst);
        }
    }
}

/// A new UUIDv7 of this moment (RFC 9562).
pub fn uuid_at(now: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random()).into_uuid()
}

/// The least of all UUIDs that [`uuid_at`] gives at that moment.
pub fn least_uuid_at(now: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// `N` bytes that nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
