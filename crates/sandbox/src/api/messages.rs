//! `/v2/messages`: sending with all its ways to go wrong, showing, cancelling.

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt, Limited};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{BODY_BYTES_MAX, Caller, HangUp, data, json, json_bytes, uuid};
use crate::{
    accept,
    book::{Reserved, Text},
    clock::later,
    directory::Account,
    faults::{Entry, Exit, Fate},
    life,
    message::Message,
    wire::{
        error::ApiError,
        message::{Outbound, taken},
    },
    world::World,
};

/// `POST /v2/messages`.
pub(super) async fn send(State(world): State<Arc<World>>, Extension(account): Caller, request: Request) -> Response {
    world.tally.send_requests.add_one();
    let response = met(&world, &account, request).await.unwrap_or_else(|refusal| {
        match refusal.status {
            StatusCode::TOO_MANY_REQUESTS => world.tally.rate_limited.add_one(),
            status if status.is_client_error() => world.tally.rejected.add_one(),
            _ => world.tally.server_errors.add_one(),
        }
        refusal.into_response()
    });
    world.tell_change();
    response
}

/// Meets a request as the plan has it.
async fn met(world: &Arc<World>, account: &Account, request: Request) -> Result<Response, ApiError> {
    let plan = world.plan();
    let fate = plan.faults.fate(plan.seed, world.next_request());
    match fate.entry {
        Entry::Open => {
            let keyed = !plan.faults.ignore_idempotency_key;
            taken_or_refused(world, account, request, &fate, keyed).await
        }
        Entry::ClosedUnread => {
            world.tally.closed_unread.add_one();
            Ok(hang_up())
        }
        Entry::RateLimited { retry_after_s } => Err(ApiError::rate_limited(retry_after_s)),
        Entry::ServerError { status } => Err(ApiError::new(status, "10007", "An unexpected error occurred.")),
    }
}

async fn taken_or_refused(
    world: &Arc<World>,
    account: &Account,
    request: Request,
    fate: &Fate,
    keyed: bool,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let key = idempotency_key(&parts.headers)?;
    let body = read(body).await?;
    let mut reservation = match key.filter(|_| keyed) {
        Some(key) => {
            let digest = fingerprint(parts.uri.query().unwrap_or_default(), &body);
            let reserved = world.book().reserve(account.id, key, digest, world.now());
            match reserved {
                Reserved::New => Some(Reservation { world, account: account.id, key, made: None }),
                reserved => return already(world, reserved),
            }
        }
        None => None,
    };
    let message = accept::accept(world, account.id, accept::parse(&body)?, key)?;
    world.tally.accepted.add_one();
    world.book().record(Text::Out(Arc::clone(&message)));
    if let Some(reservation) = &mut reservation {
        reservation.made = Some(Arc::clone(&message));
    }
    if fate.receipt_first && message.send_at.is_none() {
        life::live_at_once(world, &message).await;
    } else {
        world.start_life(&message);
    }
    world.tell_change();
    if !fate.delay.is_zero() {
        world.config.clock.sleep_until(later(world.now(), fate.delay)).await;
    }
    match fate.exit {
        Exit::Answered => Ok(json_bytes(taken(&message, &world.config.rates))),
        Exit::Lost => {
            world.tally.answers_lost.add_one();
            Ok(hang_up())
        }
        Exit::ServerError => {
            if let Some(reservation) = &mut reservation {
                // Only successes are kept for a key.
                reservation.made = None;
            }
            Err(ApiError::new(500, "10007", "An unexpected error occurred."))
        }
    }
}

/// `GET /v2/messages/{id}`; ten days back.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let message = find(&world, &account, &id)?;
    if world.now().duration_since(message.received_at) > SignedDuration::from_hours(10 * 24) {
        return Err(ApiError::not_found("message"));
    }
    Ok(data(Outbound::new(&message, message.progress(), &world.config.rates)))
}

/// `DELETE /v2/messages/{id}`: cancels what is scheduled for more than a minute ahead. The answer has no `data` around it.
pub(super) async fn cancel(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Response {
    match cancelled(&world, &account, &id) {
        Ok(message) => {
            let shown = Outbound::new(&message, message.progress(), &world.config.rates);
            json(&shown.cancelled())
        }
        Err(refusal) => refusal.bare(),
    }
}

fn cancelled(world: &World, account: &Account, id: &str) -> Result<Arc<Message>, ApiError> {
    let message = find(world, account, id)?;
    let now = world.now();
    let ahead = message.send_at.map(|at| at.duration_since(now));
    let in_time = ahead.is_some_and(|ahead| ahead > SignedDuration::from_mins(1));
    if in_time && message.cancel(now) {
        return Ok(message);
    }
    let detail = "Only messages scheduled for more than a minute ahead can be cancelled.";
    Err(ApiError::new(403, "10015", detail))
}

fn find(world: &World, account: &Account, id: &str) -> Result<Arc<Message>, ApiError> {
    let id = uuid(id, "message")?;
    let found = world.book().message(id).filter(|message| message.organization == account.id).cloned();
    found.ok_or_else(|| ApiError::not_found("message"))
}

/// A key in use. Dropped, also when the caller goes away while waiting, it is kept with what was made or given up.
struct Reservation<'a> {
    world: &'a World,
    account: Uuid,
    key: &'a str,
    made: Option<Arc<Message>>,
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.world.book().settle(self.account, self.key, self.made.take(), self.world.now());
    }
}

/// The answer to a key that was used before.
fn already(world: &World, reserved: Reserved) -> Result<Response, ApiError> {
    match reserved {
        Reserved::Done(message) => {
            world.tally.replayed.add_one();
            world.tell_change();
            let mut response = json_bytes(taken(&message, &world.config.rates));
            response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        Reserved::Mismatch => {
            world.tally.key_mismatched.add_one();
            Err(ApiError::new(422, "10027", "The idempotency key was used with a different request."))
        }
        Reserved::New | Reserved::Running => {
            world.tally.key_running.add_one();
            Err(ApiError::new(409, "10036", "The first request with this idempotency key is still running."))
        }
    }
}

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The key of a request: 1 to 255 of `[A-Za-z0-9_:-]`.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let fits = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(is_key_byte);
    let invalid =
        || ApiError::malformed("The Idempotency-Key header takes 1 to 255 of letters, digits, '_', ':' and '-'.");
    value.to_str().ok().filter(fits).map(Some).ok_or_else(invalid)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-')
}

/// What must be equal, byte for byte, for a request to be the same.
fn fingerprint(query: &str, body: &[u8]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(query.as_bytes());
    context.update(&[0]);
    context.update(body);
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}

async fn read(body: Body) -> Result<Bytes, ApiError> {
    let too_large = |_| {
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), "10015", "The request body is too large or broke off.")
    };
    Limited::new(body, BODY_BYTES_MAX).collect().await.map(http_body_util::Collected::to_bytes).map_err(too_large)
}

fn hang_up() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(HangUp);
    response
}
