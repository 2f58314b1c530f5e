//! Telnyx's HTTP API under `/v2`: every route on one page.

mod autoresponses;
mod guard;
mod messages;
mod numbers;
mod optouts;
mod page;
mod profiles;
mod registrations;

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    directory::Account,
    wire::{Data, error::ApiError},
    world::World,
};

/// Telnyx refuses keyed bodies over 8 MB with 413.
const BODY_BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// Marks an answer that is never given: the connection closes instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangUp;

/// Who calls.
type Caller = Extension<Arc<Account>>;

pub(crate) fn router(world: &Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .route("/messages", post(messages::send))
        .route("/messages/{id}", get(messages::show).delete(messages::cancel))
        .route("/phone_numbers", get(numbers::list))
        .route("/phone_numbers/messaging", get(numbers::list_messaging))
        .route("/phone_numbers/{id}", get(numbers::show).patch(numbers::change))
        .route("/phone_numbers/{id}/messaging", get(numbers::show_messaging).patch(numbers::change_messaging))
        .route("/messaging_numbers_bulk_updates", post(numbers::bulk_update))
        .route("/messaging_numbers_bulk_updates/{order_id}", get(numbers::show_bulk_update))
        .route("/messaging_profiles", get(profiles::list).post(profiles::create))
        .route("/messaging_profiles/{id}", get(profiles::show).patch(profiles::change).delete(profiles::delete))
        .route("/messaging_profiles/{id}/phone_numbers", get(profiles::numbers))
        .route("/messaging_profiles/{id}/autoresp_configs", get(autoresponses::list).post(autoresponses::create))
        .route(
            "/messaging_profiles/{id}/autoresp_configs/{config}",
            get(autoresponses::show).put(autoresponses::replace).delete(autoresponses::delete),
        )
        .route("/messaging_optouts", get(optouts::list))
        .route("/10dlc/phone_number_campaigns", get(registrations::assignments))
        .route("/10dlc/phone_number_campaigns/{e164}", get(registrations::assignment))
        .route("/10dlc/campaign/{id}", get(registrations::campaign))
        .route("/messaging_tollfree/verification/requests", get(registrations::verifications))
        .fallback(|| async { ApiError::not_found("resource") })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(world), guard::admit))
}

/// A JSON answer from bytes that are JSON already.
fn json_bytes(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))], body).into_response()
}

/// `{"data": …}`.
fn data<T: Serialize>(data: T) -> Response {
    json(&Data { data })
}

fn json<T: Serialize>(body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => json_bytes(body),
        Err(error) => ApiError::new(500, "10007", error.to_string()).into_response(),
    }
}

/// The body of a request that takes a JSON object.
fn object(body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::malformed("The request body must be a JSON object."))
}

fn uuid(text: &str, what: &str) -> Result<uuid::Uuid, ApiError> {
    uuid::Uuid::try_parse(text).map_err(|_| ApiError::not_found(what))
}
