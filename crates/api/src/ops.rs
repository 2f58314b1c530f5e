//! What operators and load balancers ask, and what a request leaves in the log.

use std::time::Duration;

use axum::{
    extract::{MatchedPath, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use tower_http::{request_id::RequestId, trace::OnResponse};
use tracing::Span;

use crate::{error::ApiError, state::AppState};

/// How long the database may take to show that it lives.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The process runs.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can serve: the database answers and nobody has asked us to stop.
pub async fn readyz(State(app): State<AppState>) -> Response {
    let reason = if app.stopping.is_cancelled() {
        "stopping"
    } else {
        let asked = app
            .engine
            .store()
            .system_read(async |tx: &mut store::SystemTx<'_>| tx.one("SELECT 1", store::args![]).await.map(drop));
        match tokio::time::timeout(READY_WITHIN, asked).await {
            Ok(Ok(())) => return "ready\n".into_response(),
            Ok(Err(error)) => error.kind(),
            Err(_) => "the database does not answer",
        }
    };
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")).into_response()
}

/// Prometheus' text format.
pub async fn metrics(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(token) = &app.config.metrics_token {
        let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
        let wanted = format!("Bearer {token}");
        let same = given
            .is_some_and(|given| aws_lc_rs::constant_time::verify_slices_are_equal(given, wanted.as_bytes()).is_ok());
        if !same {
            return Err(ApiError::unauthenticated());
        }
    }
    let Some(metrics) = &app.metrics else { return Err(ApiError::not_found("resource")) };
    let text = metrics.render();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// Under `/api`, what is not a route is a problem document and not the dashboard.
pub async fn no_such_route() -> ApiError {
    ApiError::not_found("route")
}

/// A route that is there, asked in a way that is not; `Allow` says which are.
pub async fn no_such_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This route knows other methods: see `Allow`.")
}

/// The span around one request: its id, method and route, and never its path, which may hold phone numbers and tokens.
pub fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    tracing::info_span!("request", id, method = %request.method(), route)
}

/// One line per answered request, at debug level.
#[derive(Debug, Clone, Copy)]
pub struct Answered;

impl<B> OnResponse<B> for Answered {
    fn on_response(self, response: &http::Response<B>, latency: Duration, _: &Span) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), micros, "answered");
    }
}
