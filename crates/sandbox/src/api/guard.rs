//! The door of the API: the key, the request limit, and the headers that tell of it.

use std::sync::{Arc, PoisonError};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};

use crate::{directory::Account, wire::error::ApiError, world::World};

/// Lets a request in if its key is known and its account is within its limit.
pub(super) async fn admit(State(world): State<Arc<World>>, mut request: Request, next: Next) -> Response {
    let Some(account) = account(&world, request.headers()) else {
        // Alone of all reads, this one documents its errors bare.
        let bare = request.uri().path().ends_with("/messaging_optouts");
        let refusal = ApiError::unauthorized();
        return if bare { refusal.bare() } else { refusal.into_response() };
    };
    world.tally.requests.add_one();
    let (remaining, admitted) = take_one(&world, &account);
    let mut response = if admitted {
        request.extensions_mut().insert(account);
        next.run(request).await
    } else {
        world.tally.rate_limited.add_one();
        ApiError::rate_limited(Some(1)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", HeaderValue::from(limit(&world)));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
    headers.insert("x-ratelimit-reset", HeaderValue::from(1_u32));
    response
}

fn account(world: &World, headers: &HeaderMap) -> Option<Arc<Account>> {
    let key = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    world.directory().keys.get(key.trim()).cloned()
}

/// Takes one request of the present second: how many are left, and whether it is within the limit.
fn take_one(world: &World, account: &Account) -> (u32, bool) {
    let second = world.now().as_second();
    let mut window = account.window.lock().unwrap_or_else(PoisonError::into_inner);
    if window.second != second {
        window.second = second;
        window.taken = 0;
    }
    let left = limit(world).saturating_sub(window.taken);
    window.taken = window.taken.saturating_add(1);
    (left.saturating_sub(1), left > 0 || world.config.rate_limit_per_second.is_none())
}

fn limit(world: &World) -> u32 {
    world.config.rate_limit_per_second.unwrap_or(UNLIMITED_SHOWN)
}

/// What the headers say where no limit is set.
const UNLIMITED_SHOWN: u32 = 1_000_000;
