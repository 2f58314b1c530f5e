//! How often someone may try to sign in: five times a minute for an address from one place.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::extract::{ConnectInfo, FromRequestParts};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};
use http::{HeaderMap, request::Parts};

use crate::{error::ApiError, secret, state::AppState};

const TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");

/// After this many tries the forgotten ones are dropped, so that memory stays bounded by the tries of one minute.
const SWEEP_EVERY: u32 = 256;

type Key = [u8; 32];

/// The tries of the last minute.
#[derive(Debug)]
pub struct Tries {
    limiter: RateLimiter<Key, DashMapStateStore<Key>, DefaultClock>,
    since_sweep: AtomicU32,
}

impl Default for Tries {
    fn default() -> Self {
        Self { limiter: RateLimiter::dashmap(Quota::per_minute(TRIES_PER_MINUTE)), since_sweep: AtomicU32::new(0) }
    }
}

impl Tries {
    /// Counts a try.
    ///
    /// # Errors
    /// 429 with the seconds until the next one may be made.
    pub fn count(&self, email: &str, from: Option<IpAddr>) -> Result<(), ApiError> {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP_EVERY {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
        // Hashed, so that a key has one size whatever someone sends.
        let key = secret::hash(&format!("{}\n{}", from.map(|ip| ip.to_string()).unwrap_or_default(), email));
        self.limiter.check_key(&key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            ApiError::rate_limited("Too many tries. Wait a minute and try again.", wait.as_secs() + 1)
        })
    }
}

/// Where a request comes from: the connection's other end, or what a trusted proxy says.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<IpAddr>);

impl FromRequestParts<AppState> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let forwarded = if app.config.trust_forwarded_for { forwarded_for(&parts.headers) } else { None };
        Ok(Self(forwarded.or(peer)))
    }
}

/// The last entry is what the trusted proxy saw; those before it are what the client claims.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_of_a_minute_waits_and_another_address_does_not() {
        let tries = Tries::default();
        let here = Some("192.0.2.1".parse().unwrap());
        for _ in 0..5 {
            assert!(tries.count("ann@example.test", here).is_ok());
        }
        let refused = tries.count("ann@example.test", here).unwrap_err();
        assert_eq!(refused.status().as_u16(), 429);
        assert!(tries.count("bob@example.test", here).is_ok());
        assert!(tries.count("ann@example.test", Some("192.0.2.2".parse().unwrap())).is_ok());
    }
}
