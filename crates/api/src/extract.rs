//! What a request carries, read strictly; what does not fit becomes a problem document that names the field.

use std::error::Error as _;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use engine::Once;
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, Uri, header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::{ApiError, FieldError},
    once,
};

/// The most a JSON body may weigh, in bytes.
pub const JSON_BYTES_MAX: usize = 1 << 20;

/// A body that is too large is passed over to its end if it is no larger than this, in bytes; whoever sends more is hung up on.
const HEARD_OUT_MAX: usize = 16 << 20;

/// What the whole body is called where a problem is of no one field.
const BODY: &str = "body";

/// A JSON body. As an answer, JSON with status 200.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// A JSON body of a write, and its `Idempotency-Key` if it has one. No body at all reads as `{}`.
#[derive(Debug)]
pub struct Write<T>(pub T, pub Option<Once>);

/// The body of a write that needs none.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The path's parameters. What does not parse names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

/// The query's parameters.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, JSON_BYTES_MAX).await?;
        parse(&parts.headers, &bytes).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Write<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, JSON_BYTES_MAX).await?;
        let once = once::from_request(&parts, &bytes)?;
        Ok(Self(parse(&parts.headers, &bytes)?, once))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(ApiError::not_found("resource")),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        query(&parts.uri).map(Self)
    }
}

/// Reads a whole body of at most `max` bytes: 413 beyond.
pub async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, ApiError> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if let Some(bytes) = announced.filter(|bytes| *bytes > max) {
        if bytes <= HEARD_OUT_MAX {
            hear_out(body).await;
        }
        return Err(too_large(max));
    }
    axum::body::to_bytes(body, max).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return too_large(max);
            }
            cause = error.source();
        }
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "incomplete_body",
            "The body ended before it was complete. Send it again.",
        )
        .at(BODY)
    })
}

/// Whoever writes without listening meanwhile is told once they have written all.
async fn hear_out(body: Body) {
    let mut pieces = body.into_data_stream();
    while let Some(Ok(_)) = pieces.next().await {}
}

/// For `Option<Option<T>>`: a field that is `null` is `Some(None)`, one that is absent `None`. Use with `default`.
///
/// # Errors
/// What reading `T` says.
pub fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn too_large(max: usize) -> ApiError {
    let most = if max > 1 << 20 { format!("{} MB", max >> 20) } else { format!("{} KB", max >> 10) };
    let detail = format!("The body may have at most {most}. Send less at once.");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail).at(BODY)
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.is_empty() {
        return read_json(b"{}");
    }
    if !is_json(headers) {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send JSON, with the header `Content-Type: application/json`.",
        )
        .at("Content-Type"));
    }
    read_json(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        refusal(&path, error.inner())
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn refusal(path: &str, error: &serde_json::Error) -> ApiError {
    use serde_json::error::Category;
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => malformed(error),
        Category::Data => ApiError::invalid_fields(vec![field_error(path, &without_position(error))]),
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    let detail = format!("This is not JSON: {error}. Mend it there, and send it again.");
    ApiError::new(StatusCode::BAD_REQUEST, "malformed_json", detail).at(BODY)
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    axum::extract::Query::try_from_uri(uri).map(|axum::extract::Query(value)| value).map_err(|rejection| {
        // The source says `field: what is wrong`, or only what is wrong.
        let text = rejection.source().map_or_else(|| rejection.to_string(), ToString::to_string);
        let (path, message) = text.split_once(": ").unwrap_or((".", &text));
        ApiError::invalid_fields(vec![field_error(path, message)])
    })
}

/// serde says `missing field `to` at line 1 column 9`; the position helps nobody who sent one line.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

fn field_error(path: &str, message: &str) -> FieldError {
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    if let Some(name) = named("missing field `") {
        return FieldError::new(join(path, name), "missing", "This is required.");
    }
    if let Some(name) = named("unknown field `") {
        let known = message.split_once("expected ").map_or("", |(_, known)| known).replace("one of ", "");
        // The path of an unknown field already ends with it.
        let field =
            if path == name || path.ends_with(&format!(".{name}")) { path.to_owned() } else { join(path, name) };
        let mend = if known.is_empty() || message.contains("there are no fields") {
            "There is no such field.".to_owned()
        } else {
            format!("There is no such field; there is {known}.")
        };
        return FieldError::new(field, "unknown_field", mend);
    }
    let field = if path == "." { BODY } else { path };
    if message.starts_with("invalid type") {
        return FieldError::new(field, "wrong_type", sentence(message));
    }
    if message.starts_with("invalid digit") || message.starts_with("cannot parse integer") {
        return FieldError::new(field, "wrong_type", "Write a whole number.");
    }
    if message.starts_with("unknown variant") {
        return FieldError::new(field, "not_allowed", sentence(message));
    }
    FieldError::new(field, "invalid", sentence(message))
}

fn join(path: &str, name: &str) -> String {
    if path == "." { name.to_owned() } else { format!("{path}.{name}") }
}

fn sentence(message: &str) -> String {
    let mut text: String = message.to_owned();
    if let Some(first) = text.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use domain::id::MessageId;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its reading counts")]
    struct New {
        to: String,
        #[serde(default)]
        numbers: Vec<u8>,
        #[serde(default)]
        message: Option<MessageId>,
    }

    fn refused(json: &str) -> (String, Vec<(String, String)>) {
        match read_json::<New>(json.as_bytes()) {
            Err(error) => {
                let response = format!("{error:?}");
                let code = error.code().to_owned();
                let ApiError::Problem(_) = error else { panic!("{response}") };
                let errors = read_errors(json);
                (code, errors)
            }
            Ok(new) => panic!("{new:?}"),
        }
    }

    fn read_errors(json: &str) -> Vec<(String, String)> {
        let mut de = serde_json::Deserializer::from_slice(json.as_bytes());
        let Err(error) = serde_path_to_error::deserialize::<_, New>(&mut de) else { return Vec::new() };
        if error.inner().classify() != serde_json::error::Category::Data {
            return Vec::new();
        }
        let found = field_error(&error.path().to_string(), &without_position(error.inner()));
        vec![(found.field, found.code.into_owned())]
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (json, code, field, field_code) in [
            (r#"{}"#, "invalid", "to", "missing"),
            (r#"{"to":5}"#, "invalid", "to", "wrong_type"),
            (r#"{"to":"x","numbers":[1,"2"]}"#, "invalid", "numbers[1]", "wrong_type"),
            (r#"{"to":"x","too":1}"#, "invalid", "too", "unknown_field"),
            (r#"{"to":"x","message":"con_00000000000000000000000000000001"}"#, "invalid", "message", "invalid"),
            (r#"[1]"#, "invalid", "body", "wrong_type"),
        ] {
            let (found, errors) = refused(json);
            assert_eq!(found, code, "{json}");
            // A sequence in place of an object may name its first element.
            assert!(errors[0].1 == field_code || json == "[1]", "{json} {errors:?}");
            assert!(errors[0].0 == field || json == "[1]", "{json} {errors:?}");
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for json in ["{", "nope", r#"{"to":"x"} trailing"#, r#"{"to":"x",}"#] {
            assert_eq!(refused(json).0, "malformed_json", "{json}");
        }
    }

    #[test]
    fn json_is_known_by_its_content_type() {
        for (value, json) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]);
            assert_eq!(is_json(&headers), json, "{value}");
        }
    }
}
