//! A system of the tenant's is asked.

use std::time::Duration;

use bytes::Bytes;
use domain::id::TenantId;
use domain::workflow::{Done, Key, Method, Request};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use jiff::SignedDuration;
use providers::http::Request as Sent;
use serde_json::Value;
use store::StoreError;

use super::secret;
use crate::net::{NetError, retry_after};
use crate::world::World;

/// The longest that one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// A longer answer is none.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What came of a request.
pub(super) struct Called {
    pub(super) done: Done,
    pub(super) again: Again,
}

/// Whether the same request may go well later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It would come to the same.
    No,
    /// A little later.
    Soon,
    /// The system says after how long.
    After(SignedDuration),
}

/// Asks a system. A repeat carries the same key, so that it can be told apart.
pub(super) async fn call(world: &World, tenant: TenantId, request: &Request, key: &Key) -> Result<Called, StoreError> {
    let failed = |why| Called { done: Done::Failed(why), again: Again::No };
    let mut headers = match headers(request, key) {
        Ok(headers) => headers,
        Err(why) => return Ok(failed(why)),
    };
    if let Err(why) = secret::add(world, tenant, request, &mut headers).await? {
        return Ok(failed(why));
    }
    Ok(match world.net.carry_guarded_with(sent(request), headers, ANSWER_BYTES_MAX).await {
        Ok(answer) => {
            let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            let may_pass = answer.status == 429 || (500..=599).contains(&answer.status);
            let asked = || retry_after(&answer, world.now()).map_or(Again::Soon, Again::After);
            let again = if may_pass { asked() } else { Again::No };
            Called { done: Done::Answered { status: answer.status, body }, again }
        }
        Err(error) => {
            tracing::warn!(%error, enrolment = %key.enrolment, "a system that a workflow asks gave no answer");
            match error {
                NetError::NotSent(_) => Called { again: Again::Soon, ..failed("it could not be reached".into()) },
                // It may have done what it was asked for, and takes its time.
                NetError::Lost(_) => failed("it gave no answer that could be read".into()),
                NetError::Refused(why) => failed(format!("its address is refused: {why}")),
            }
        }
    })
}

fn sent(request: &Request) -> Sent {
    let method = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    };
    let mut headers = vec![("accept", "application/json".to_owned())];
    let body = request.body.as_ref().map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    if request.body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    let timeout = Duration::try_from(request.timeout.length()).unwrap_or(CALL_TIMEOUT).min(CALL_TIMEOUT);
    Sent { method, url: request.url.clone(), headers, body, timeout }
}

fn headers(request: &Request, key: &Key) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    let key = ("idempotency-key".to_owned(), key.to_string());
    for (name, value) in request.headers.iter().chain([&key]) {
        let (Ok(named), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return Err(format!("its header {name} cannot be sent"));
        };
        headers.append(named, value);
    }
    Ok(headers)
}
