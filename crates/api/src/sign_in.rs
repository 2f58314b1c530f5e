//! How often someone may try a password: five times a minute for one person from one place, and sixty times a minute from
//! one place in all, so that nobody tries one password at every address.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::extract::{ConnectInfo, FromRequestParts};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};
use http::{HeaderMap, request::Parts};

use crate::{error::ApiError, secret, state::AppState};

const TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");

/// A whole office may be behind one address, and comes at nine.
const TRIES_OF_A_PLACE_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("sixty is not zero");

/// After this many tries the forgotten ones are dropped, so that memory stays bounded by the tries of one minute.
const SWEEP_EVERY: u32 = 256;

type Key = [u8; 32];

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// The tries of the last minute.
#[derive(Debug)]
pub struct Tries<C: Clock = DefaultClock> {
    of_person: Limiter<Key, C>,
    of_place: Limiter<Option<IpAddr>, C>,
    clock: C,
    since_sweep: AtomicU32,
}

impl Default for Tries {
    fn default() -> Self {
        Self::on(DefaultClock::default())
    }
}

impl<C: Clock + Clone> Tries<C> {
    fn on(clock: C) -> Self {
        let of_person = Quota::per_minute(TRIES_PER_MINUTE);
        let of_place = Quota::per_minute(TRIES_OF_A_PLACE_PER_MINUTE);
        Self {
            of_person: RateLimiter::new(of_person, DashMapStateStore::default(), clock.clone()),
            of_place: RateLimiter::new(of_place, DashMapStateStore::default(), clock.clone()),
            clock,
            since_sweep: AtomicU32::new(0),
        }
    }

    /// Counts a try at the password of `person`, by whatever names them.
    ///
    /// # Errors
    /// 429 with the seconds until the next one may be made.
    pub fn count(&self, person: &str, from: Option<IpAddr>) -> Result<(), ApiError> {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP_EVERY {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.of_person.retain_recent();
            self.of_place.retain_recent();
        }
        let place = from.map(place);
        // Hashed, so that a key has one size whatever someone sends.
        let key = secret::hash(&format!("{}\n{person}", place.map(|ip| ip.to_string()).unwrap_or_default()));
        // The person first: who hammers at one does not use up what their colleagues have.
        let counted = self.of_person.check_key(&key).and_then(|()| self.of_place.check_key(&place));
        counted.map_err(|early| {
            let wait = early.wait_time_from(self.clock.now());
            ApiError::rate_limited("Too many tries. Wait a minute and try again.", wait.as_secs() + 1)
        })
    }
}

/// Where an address is: whoever has one of IPv6 has the 64 bits behind it to choose from.
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
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
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn the_sixth_try_of_a_minute_waits_and_another_address_does_not() {
        let clock = FakeRelativeClock::default();
        let tries = Tries::on(clock.clone());
        let here = ip("192.0.2.1");
        for _ in 0..5 {
            assert!(tries.count("ann@example.test", here).is_ok());
        }
        let refused = tries.count("ann@example.test", here).unwrap_err();
        assert_eq!(refused.status().as_u16(), 429);
        assert!(tries.count("bob@example.test", here).is_ok());
        assert!(tries.count("ann@example.test", ip("192.0.2.2")).is_ok());
        clock.advance(Duration::from_secs(12));
        assert!(tries.count("ann@example.test", here).is_ok());
        assert!(tries.count("ann@example.test", here).is_err());
    }

    #[test]
    fn one_place_does_not_try_every_address() {
        for (here, neighbour, elsewhere) in
            [("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")]
        {
            let clock = FakeRelativeClock::default();
            let tries = Tries::on(clock.clone());
            for n in 0..60 {
                assert!(tries.count(&format!("{n}@example.test"), ip(here)).is_ok(), "{n} from {here}");
            }
            let refused = tries.count("ann@example.test", ip(neighbour)).unwrap_err();
            assert_eq!(refused.status().as_u16(), 429);
            assert!(tries.count("ann@example.test", ip(elsewhere)).is_ok());
            clock.advance(Duration::from_secs(1));
            assert!(tries.count("bob@example.test", ip(neighbour)).is_ok());
            assert!(tries.count("cy@example.test", ip(here)).is_err());
        }
    }

    #[test]
    fn who_hammers_at_one_address_does_not_lock_out_their_colleagues() {
        let tries = Tries::on(FakeRelativeClock::default());
        for _ in 0..500 {
            let _ = tries.count("ann@example.test", ip("192.0.2.1"));
        }
        assert!(tries.count("bob@example.test", ip("192.0.2.1")).is_ok());
    }
}
