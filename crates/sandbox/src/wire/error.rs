//! Telnyx's errors. Source: its error tables; the HTTP status of a code varies there, ours is one that was seen.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// A refusal in Telnyx's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) pointer: Option<&'static str>,
    pub(crate) retry_after_s: Option<u64>,
    /// Registers tell no address where the code is explained.
    pub(crate) is_plain: bool,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            code: code.to_owned(),
            detail: detail.into(),
            pointer: None,
            retry_after_s: None,
            is_plain: false,
        }
    }

    /// As registers tell it.
    pub(crate) fn plain(self) -> Self {
        Self { is_plain: true, ..self }
    }

    /// Says which field of the body it is about, as a JSON pointer.
    pub(crate) fn at(mut self, pointer: &'static str) -> Self {
        self.pointer = Some(pointer);
        self
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "10009", "The API key is missing, malformed or unknown.")
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "10005", format!("The requested {what} could not be found."))
    }

    pub(crate) fn missing(pointer: &'static str) -> Self {
        Self::new(422, "10004", format!("The '{}' parameter is required.", pointer.trim_start_matches('/'))).at(pointer)
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, "10015", detail)
    }

    pub(crate) fn rate_limited(retry_after_s: Option<u64>) -> Self {
        Self { retry_after_s, ..Self::new(429, "10011", "You have exceeded the maximum number of allowed requests.") }
    }

    /// The body as `DELETE /v2/messages/{id}` and `GET /v2/messaging_optouts` document it: the error itself, not a list. It
    /// carries both forms, so that readers of either understand it.
    pub(crate) fn bare(self) -> Response {
        let title = title(&self.code);
        let error = serde_json::json!({ "code": self.code, "title": title, "detail": self.detail });
        let mut body = error.clone();
        body["errors"] = serde_json::json!([error]);
        (self.status, axum::Json(body)).into_response()
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let source = self.pointer.map(|pointer| Source { pointer });
        let meta = Meta { url: "https://developers.telnyx.com/docs/overview/errors/" };
        let error = Problem {
            code: &self.code,
            title: title(&self.code),
            detail: &self.detail,
            source,
            meta: Some(meta).filter(|_| !self.is_plain),
        };
        serde_json::to_vec(&Problems { errors: [error] }).unwrap_or_default()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let mut response = (self.status, [(header::CONTENT_TYPE, json)], self.body()).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[derive(Serialize)]
struct Problems<'a> {
    errors: [Problem<'a>; 1],
}

/// One error, in an answer or in a webhook's `errors`.
#[derive(Serialize)]
pub(crate) struct Problem<'a> {
    pub(crate) code: &'a str,
    pub(crate) title: &'a str,
    pub(crate) detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) meta: Option<Meta>,
}

#[derive(Serialize)]
pub(crate) struct Source {
    pointer: &'static str,
}

#[derive(Serialize)]
pub(crate) struct Meta {
    url: &'static str,
}

/// The title of an error code.
pub(crate) fn title(code: &str) -> &'static str {
    match code {
        "10004" => "Missing required parameter",
        "10005" => "Resource not found",
        "10007" => "Unexpected error",
        "10008" => "Request timeout",
        "10009" => "Authentication failed",
        "10011" => "Too many requests",
        "10015" => "Invalid parameter",
        "10016" => "Phone number must be in +E.164 format",
        "10026" => "Invalid parameter type",
        "10027" => "Idempotency key reused with a different request",
        "10032" => "Invalid enumerated value",
        "10036" => "Request with this idempotency key is in progress",
        "20100" => "Insufficient funds",
        "40001" => "Not routable",
        "40002" => "Blocked as spam - temporary",
        "40003" => "Blocked as spam - permanent",
        "40004" => "Rejected by destination",
        "40005" => "Message expired during transmission",
        "40006" => "Recipient server unavailable",
        "40007" => "Message loop detected",
        "40008" => "Undeliverable",
        "40009" => "Invalid message body",
        "40010" => "Not 10DLC registered",
        "40011" => "Too many requests upstream",
        "40012" => "Invalid destination number",
        "40013" => "Invalid source number",
        "40014" => "Message expired in queue",
        "40015" => "Blocked as spam - internal",
        "40016" => "T-Mobile daily limit reached",
        "40017" => "AT&T spam message rejected",
        "40018" => "AT&T message throughput limit",
        "40019" => "AT&T tag data rejected",
        "40020" => "Traffic inflation suspected",
        "40100" => "Number not enabled for messaging",
        "40300" => "Blocked due to STOP message",
        "40301" => "Unsupported message type",
        "40302" => "Message too large",
        "40303" => "Message not found",
        "40304" => "Invalid combination of message content",
        "40305" => "Invalid 'from' address",
        "40306" => "Alpha sender not configured",
        "40308" => "Invalid 'from' address for MMS",
        "40309" => "Invalid destination region",
        "40310" => "Invalid 'to' address",
        "40312" => "Messaging profile is disabled",
        "40316" => "No content provided",
        "40317" => "Invalid MMS content",
        "40318" => "Message queue full",
        "40321" => "No usable numbers on messaging profile",
        "40329" => "Toll-free number not verified",
        "40328" => "Message exceeds recommended size",
        "40331" => "Missing whitelisted destinations",
        "40333" => "Daily spend limit reached",
        _ => "Error",
    }
}
