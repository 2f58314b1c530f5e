//! What is done elsewhere for somebody's way: a system of the tenant's is asked, or a model.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::id::EnrolmentId;
use domain::workflow::{Done, Event, Key, Method, Request, Word};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use providers::http::Request as Sent;
use serde_json::Value;
use store::queue::{self, Asks, Claimed};
use store::{StoreError, enrolment};

use crate::net::NetError;
use crate::world::World;

/// The longest that one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// A longer answer is none.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Does it, and tells the way what came of it.
pub(crate) async fn act(
    world: &Arc<World>,
    claimed: &Claimed,
    enrolment: EnrolmentId,
    key: &Key,
    asks: &Asks,
) -> Result<(), StoreError> {
    let result = match asks {
        Asks::System(request) => call(world, request, key).await,
        // No model is set up for workflows.
        Asks::Model { .. } => Done::Failed("no_model".into()),
    };
    let (errand, word) = (claimed.id, Word::Event(Event::Done { of: key.clone(), result }));
    let (now, ids) = (world.now(), world.ids());
    world
        .store
        .write(claimed.tenant, async move |tx| {
            enrolment::tell(tx, now, &mut ids.clone(), &[(enrolment, word.clone())]).await?;
            queue::drop_errand(tx, errand).await
        })
        .await?;
    world.workflows.set(world.now());
    Ok(())
}

/// Asks a system. A repeat after a crash carries the same key, so that it can be told apart.
async fn call(world: &World, request: &Request, key: &Key) -> Done {
    let headers = match headers(request, key) {
        Ok(headers) => headers,
        Err(why) => return Done::Failed(why),
    };
    match world.net.carry_guarded_with(sent(request), headers, ANSWER_BYTES_MAX).await {
        Ok(answer) => {
            let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            Done::Answered { status: answer.status, body }
        }
        Err(error) => {
            tracing::warn!(%error, enrolment = %key.enrolment, "a system that a workflow asks gave no answer");
            Done::Failed(match error {
                NetError::NotSent(_) => "it could not be reached".into(),
                NetError::Lost(_) => "it gave no answer that could be read".into(),
                NetError::Refused(why) => format!("its address is refused: {why}"),
            })
        }
    }
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
    if let Some((_, secret)) = request.secrets.first() {
        return Err(format!("there is no secret of the name {secret}"));
    }
    Ok(headers)
}
