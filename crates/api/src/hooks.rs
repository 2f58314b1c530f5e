//! Webhooks of carriers: bounded, then straight to the engine, which checks, decodes and records. `200` means kept.

use axum::{
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::id::{CarrierAccountId, MessageId};
use engine::NotReceived;
use http::{HeaderMap, StatusCode};

use crate::{error::ApiError, extract::read, state::AppState};

/// The most a webhook may weigh, in bytes. Telnyx's largest are some 20 KB.
const WEBHOOK_BYTES_MAX: usize = 256 << 10;

/// `POST /hooks/telnyx/{account}`: a text came in, or a receipt without an address of its own.
pub async fn telnyx(
    State(app): State<AppState>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Response> {
    receive(&app, &account, None, &headers, body).await
}

/// `POST /hooks/telnyx/{account}/m/{message}`: what became of one text of ours.
pub async fn telnyx_message(
    State(app): State<AppState>,
    Path((account, message)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Response> {
    receive(&app, &account, Some(&message), &headers, body).await
}

async fn receive(
    app: &AppState,
    account: &str,
    message: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<StatusCode, Response> {
    let unknown = || ApiError::not_found("carrier account").into_response();
    let account: CarrierAccountId = account.parse().map_err(|_| unknown())?;
    let message: Option<MessageId> = message.map(str::parse).transpose().map_err(|_| unknown())?;
    let body = read(headers, body, WEBHOOK_BYTES_MAX).await.map_err(IntoResponse::into_response)?;
    match app.engine.receive(account, message, headers, &body).await {
        Ok(()) => Ok(StatusCode::OK),
        Err(refused) => {
            tell(account, &refused);
            Err(problem(&refused).into_response())
        }
    }
}

/// One line for the operator, without a word of the body.
fn tell(account: CarrierAccountId, refused: &NotReceived) {
    match refused {
        NotReceived::Store(fault) => tracing::error!(%account, %refused, kind = fault.kind(), "a webhook was not kept"),
        NotReceived::UnknownAccount | NotReceived::Signature(_) | NotReceived::Malformed(_) => {
            tracing::warn!(%account, %refused, "a webhook was refused");
        }
    }
}

/// The sender learns no more than what it can mend.
fn problem(refused: &NotReceived) -> ApiError {
    match refused {
        NotReceived::UnknownAccount => ApiError::not_found("carrier account"),
        NotReceived::Signature(..) => ApiError::new(
            StatusCode::UNAUTHORIZED,
            "bad_signature",
            "The signature does not fit, or its time is more than five minutes away.",
        ),
        NotReceived::Malformed(..) => {
            ApiError::new(StatusCode::BAD_REQUEST, "malformed_webhook", "The body is not a webhook that we can read.")
        }
        NotReceived::Store(..) => {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_kept", "It could not be kept. Send it again.")
                .retry_after(1)
        }
    }
}
