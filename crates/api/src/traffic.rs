//! Rate limits of this process: a bucket per caller, or per address where nobody has signed in.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};
use kernel::id::CitizenId;
use kernel::problem::Error;
use uuid::Uuid;

use crate::problem::RATE_LIMITED;

type Buckets = RateLimiter<Caller, DefaultKeyedStateStore<Caller>, DefaultClock, StateInformationMiddleware>;

/// Whose requests are counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Account(Uuid),
    Address(IpAddr),
    /// Machines that watch the server: answered whatever else their address sends.
    Probe(IpAddr),
}

/// So many exports of all that is kept of somebody may be asked for at once, and one more each time that this has passed.
const EXPORTS: NonZeroU32 = NonZeroU32::new(4).unwrap();
const EXPORT_EVERY: Duration = Duration::from_mins(15);

/// The buckets, shared by all workers.
pub struct Traffic {
    buckets: Buckets,
    exports: DefaultKeyedRateLimiter<Uuid>,
    policy: HeaderValue,
    per_minute: u32,
    trusted_proxies: Vec<IpAddr>,
}

/// What a request has left its caller.
#[derive(Clone)]
pub struct Spent {
    policy: HeaderValue,
    remaining: u32,
    reset: u32,
}

impl Traffic {
    /// Buckets that hold `per_minute` requests and fill up evenly.
    pub fn new(per_minute: u32, trusted_proxies: Vec<IpAddr>) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let policy = HeaderValue::from_str(&format!("\"default\";q={per_minute};w=60")).expect("digits are ASCII");
        let exports = Quota::with_period(EXPORT_EVERY).expect("a time that passes").allow_burst(EXPORTS);
        let buckets = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Self { buckets, exports: RateLimiter::keyed(exports), policy, per_minute, trusted_proxies }
    }

    /// Takes one request from the caller's bucket.
    pub fn spend(&self, account: Option<Uuid>, request: &HttpRequest) -> Result<Spent, Error> {
        self.take(account.map_or_else(|| Caller::Address(self.address(request)), Caller::Account))
    }

    /// Takes one request from the bucket for health checks of the caller's address.
    pub fn spend_probe(&self, request: &HttpRequest) -> Result<Spent, Error> {
        self.take(Caller::Probe(self.address(request)))
    }

    fn take(&self, caller: Caller) -> Result<Spent, Error> {
        match self.buckets.check_key(&caller) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let reset = (self.per_minute - remaining.min(self.per_minute)) * 60 / self.per_minute;
                Ok(Spent { policy: self.policy.clone(), remaining, reset: reset.max(1) })
            }
            Err(until) => Err(limited(&until)),
        }
    }

    /// Takes one export from what its owner may ask for.
    ///
    /// # Errors
    /// [`RATE_LIMITED`], with when the next one is possible.
    pub fn spend_export(&self, citizen: CitizenId) -> Result<(), Error> {
        self.exports.check_key(&citizen.0).map_err(|until| limited(&until))
    }

    /// What a caller has left whom [`Traffic::spend`] refused.
    pub fn nothing_left(&self, refused: &Error) -> Spent {
        Spent { policy: self.policy.clone(), remaining: 0, reset: refused.retry_after.unwrap_or(60) }
    }

    /// The caller's address: the peer's, or what a proxy we trust says of its own peer.
    pub fn address(&self, request: &HttpRequest) -> IpAddr {
        let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
        if !self.trusted_proxies.contains(&peer) {
            return peer;
        }
        let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
        // Each proxy appends what it saw: the last entry is the one our proxy vouches for.
        forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
    }

    /// Forgets callers whose buckets are full again.
    pub fn tidy(&self) {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
        self.exports.retain_recent();
        self.exports.shrink_to_fit();
    }
}

fn limited(until: &NotUntil<<DefaultClock as Clock>::Instant>) -> Error {
    let wait = until.wait_time_from(DefaultClock::default().now()).as_secs();
    RATE_LIMITED.error().retry_after(u32::try_from(wait).unwrap_or(60) + 1)
}

impl Spent {
    /// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    pub fn write(&self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("ratelimit-policy"), self.policy.clone());
        let state = format!("\"default\";r={};t={}", self.remaining, self.reset);
        headers.insert(HeaderName::from_static("ratelimit"), HeaderValue::from_str(&state).expect("digits are ASCII"));
    }
}
