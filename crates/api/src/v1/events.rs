//! What happens, as it happens, and the log of it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::access::Scope;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{StoreError, TenantTx, event, tell};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    live::Hub,
    state::AppState,
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// For reverse proxies that would hold events back to fill a buffer.
const NO_BUFFERING: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 100;

/// From where the stream is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The last sequence that was seen. `Last-Event-ID` counts before it.
    #[param(required = false)]
    after: Option<i64>,
}

/// Which lines of the log are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Lines {
    /// After this sequence; if not said, from the first line that is kept.
    #[param(required = false)]
    after: Option<i64>,
    /// How many at most, 1 to 100; 50 if not said.
    #[param(required = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventLog {
    /// The lines, in their order, without those that the caller may not read.
    data: Vec<LogLine>,
    /// How far this page goes, lines that are left out included: what comes next is after it. There is more while it is
    /// below `head`.
    until: i64,
    /// The newest line's sequence.
    head: i64,
}

/// A line of the log.
#[derive(Serialize, ToSchema)]
pub struct LogLine {
    /// Its number; there are no gaps.
    seq: i64,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What happened, as in `message.created`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The thing as it is now: `{"conversation": …}`, `{"message": …}`, `{"contact": …}`, `{"draft": …}`, `{"approval": …}` or `{"id": …}`.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
}

impl std::fmt::Debug for LogLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogLine").field("seq", &self.seq).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What happens, as it happens (Server-Sent Events).
///
/// `id:` is the tenant's sequence, `event:` the name, `data:` `{"seq":…,"at":…,"type":…,"data":{…}}`. It resumes after
/// `Last-Event-ID` or `?after=` without loss or doubling; without either it begins now, with `hello` and `{"head":…}`. Who is
/// more than 10,000 lines behind gets one `snapshot_needed` with `{"head":…}` and goes on from there. `heartbeat` with
/// `{"head":…}` comes every 15 seconds. Signals (`typing`) have no id and are never repeated. Of a line that the caller may not
/// read only the `id:` comes, which a browser keeps as its place and shows to nobody.
#[utoipa::path(get, path = "/events", tag = "events",
    params(After, ("Last-Event-ID" = Option<i64>, Header, description = "The last sequence that was seen.")),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub async fn stream(
    State(app): State<AppState>,
    Extension(hub): Extension<Arc<Hub>>,
    caller: Caller,
    Query(query): Query<After>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.must(Scope::EventsRead)?;
    let after = match last_event_id(&headers)? {
        Some(after) => Some(after),
        None => positive("after", query.after)?,
    };
    let lines = hub.open(&app.engine, &app.stopping, caller.tenant, caller.grant, after);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        NO_BUFFERING,
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// The log of what happened, page by page: what the caller may read of it.
#[utoipa::path(get, path = "/events/log", tag = "events", params(Lines),
    responses((status = 200, body = EventLog)))]
pub async fn log(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<Lines>,
) -> Result<Json<EventLog>, ApiError> {
    caller.must(Scope::EventsRead)?;
    let after = positive("after", wanted.after)?.unwrap_or(0);
    let limit = wanted.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(ApiError::invalid("limit", "out_of_range", "Ask for 1 to 100 lines."));
    }
    let (grant, engine) = (caller.grant, app.engine.clone());
    let (told, until, head) = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let mut logged = event::after(tx, after, limit).await?;
            let until = logged.last().map_or(after, |last| last.seq);
            logged.retain(|logged| grant.may(logged.line.kind.scope()));
            Ok::<_, StoreError>((engine.tell(tx, &logged).await?, until, event::head(tx).await?))
        })
        .await?;
    let line = |told: tell::Told| {
        let data = RawValue::from_string(told.data).map_err(StoreError::fault)?;
        Ok(LogLine { seq: told.seq, at: told.at, kind: told.kind.as_str(), data })
    };
    let data = told.into_iter().map(line).collect::<Result<_, StoreError>>()?;
    Ok(Json(EventLog { data, until, head }))
}

/// What a browser sends when it connects again. An empty one says nothing.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok("") => Ok(None),
        Ok(text) => match text.parse() {
            Ok(seq) => positive("Last-Event-ID", Some(seq)),
            Err(_) => Err(not_a_sequence("Last-Event-ID")),
        },
        Err(_) => Err(not_a_sequence("Last-Event-ID")),
    }
}

fn positive(field: &str, seq: Option<i64>) -> Result<Option<i64>, ApiError> {
    match seq {
        Some(seq) if seq < 0 => Err(not_a_sequence(field)),
        seq => Ok(seq),
    }
}

fn not_a_sequence(field: &str) -> ApiError {
    ApiError::invalid(field, "not_a_sequence", "This is a sequence of the log: a whole number, 0 or more.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_to_resume_is_read_strictly() {
        let read = |value: &str| last_event_id(&HeaderMap::from_iter([(LAST_EVENT_ID, value.parse().unwrap())]));
        assert_eq!(read("17").unwrap(), Some(17));
        assert_eq!(read("").unwrap(), None);
        for value in ["-1", "x", "1.5", "99999999999999999999"] {
            assert_eq!(read(value).unwrap_err().code(), "invalid", "{value}");
        }
        assert_eq!(last_event_id(&HeaderMap::new()).unwrap(), None);
    }
}
