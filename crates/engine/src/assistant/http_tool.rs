//! Calls an endpoint of a tenant's, and brings back what a model may be told of it.

use std::time::Duration;

use bytes::Bytes;
use domain::assistant::tool::{self, End, Http, Method};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use providers::http::{Request, Response, percent_encoded};
use serde_json::{Map, Value};

use super::secrets::ToolSecret;
use crate::net::NetError;
use crate::world::World;

/// The longest that one call may take.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// A longer answer is none.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// A shorter piece of a secret may be an ordinary word.
const PIECE_CHARS_MIN: usize = 8;

/// What came of a call.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Called {
    /// Whether it was done.
    pub(crate) end: End,
    /// What it answered, or why it could not.
    pub(crate) told: String,
}

impl std::fmt::Debug for Called {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Called").field("end", &self.end).finish_non_exhaustive()
    }
}

impl Called {
    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Self { end: End::Failed, told: why.into() }
    }

    pub(crate) fn done(told: impl Into<String>) -> Self {
        Self { end: End::Done, told: told.into() }
    }

    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Self { end: End::Unknown, told: why.into() }
    }

    /// It was not done, or nobody knows.
    pub(crate) fn failed_or_unknown(&self) -> bool {
        self.end != End::Done
    }
}

/// Calls it. `secrets`: all there are; those of this tool at this address are sent. `key`: the same for the same deed, so that
/// an endpoint can tell a repeat.
pub(super) async fn call(
    world: &World,
    name: &str,
    http: &Http,
    secrets: &[ToolSecret],
    arguments: &Map<String, Value>,
    key: &str,
    within: Duration,
) -> Called {
    let headers = match headers(name, http, secrets, key) {
        Ok(headers) => headers,
        Err(why) => return Called::failed(why),
    };
    let request = request(http, arguments, within);
    let called = match world.net.carry_guarded_with(request, headers, ANSWER_BYTES_MAX).await {
        Ok(answer) => answered(&answer),
        Err(error) => {
            // Where it is and why it fails is for whoever set it up, and not for a model to tell to strangers.
            tracing::warn!(%error, tool = name, "a tool could not be called");
            match error {
                NetError::NotSent(_) => Called::failed("it could not be reached"),
                NetError::Lost(_) => {
                    Called::unknown("it gave no answer that could be read: nobody knows whether it was done")
                }
                NetError::Refused(why) => Called::failed(format!("its address is refused: {why}")),
            }
        }
    };
    Called { told: tool::shortened(&without(&called.told, secrets)), ..called }
}

fn request(http: &Http, arguments: &Map<String, Value>, timeout: Duration) -> Request {
    let (method, in_query) = match http.method {
        Method::Get => (http::Method::GET, true),
        Method::Post => (http::Method::POST, false),
        Method::Put => (http::Method::PUT, false),
        Method::Patch => (http::Method::PATCH, false),
        Method::Delete => (http::Method::DELETE, true),
    };
    let mut headers = vec![("accept", "application/json, text/plain".to_owned())];
    if in_query {
        return Request { method, url: with_query(&http.url, arguments), headers, body: Bytes::new(), timeout };
    }
    headers.push(("content-type", "application/json".to_owned()));
    let body = Bytes::from(tool::canonical(arguments));
    Request { method, url: http.url.clone(), headers, body, timeout }
}

fn with_query(url: &str, arguments: &Map<String, Value>) -> String {
    let pairs = arguments.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        };
        Some(format!("{}={}", percent_encoded(name), percent_encoded(&value)))
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    match (query.is_empty(), url.contains('?')) {
        (true, _) => url.to_owned(),
        (false, true) => format!("{url}&{query}"),
        (false, false) => format!("{url}?{query}"),
    }
}

fn headers(name: &str, http: &Http, secrets: &[ToolSecret], key: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    let mut add = |header: &str, value: &str, sensitive: bool| {
        let (Ok(named), Ok(mut value)) = (HeaderName::try_from(header), HeaderValue::try_from(value)) else {
            return Err(format!("its header {header} cannot be sent"));
        };
        value.set_sensitive(sensitive);
        headers.append(named, value);
        Ok(())
    };
    for header in &http.headers {
        add(&header.name, &header.value, false)?;
    }
    for header in &http.secret_headers {
        let is_it =
            |secret: &&ToolSecret| secret.tool == name && secret.url == http.url && secret.header == header.name;
        let secret = secrets.iter().find(is_it);
        let secret =
            secret.ok_or_else(|| format!("the value of its header {} has to be entered again", header.name))?;
        add(&header.name, &secret.value, true)?;
    }
    add("idempotency-key", key, false)?;
    Ok(headers)
}

fn answered(answer: &Response) -> Called {
    let text = String::from_utf8_lossy(&answer.body);
    let text = text.trim();
    if (200..=299).contains(&answer.status) {
        return Called::done(if text.is_empty() { "It is done." } else { text });
    }
    let told = format!("it answered {}: {text}", answer.status);
    // Only a plain refusal says that nothing was done: what broke on the way, was moved elsewhere or was given up by whoever
    // stands before the server may have been.
    let refused = (400..=499).contains(&answer.status) && !matches!(answer.status, 408 | 425 | 499);
    if refused { Called::failed(told) } else { Called::unknown(told) }
}

/// An endpoint may repeat what it was sent.
fn without(text: &str, secrets: &[ToolSecret]) -> String {
    let mut clean = text.to_owned();
    for piece in secrets.iter().flat_map(pieces) {
        if clean.contains(&piece) {
            clean = clean.replace(&piece, "•••");
        }
    }
    clean
}

/// A secret as it is sent, and without the word before it, as in `Bearer …`.
pub(super) fn pieces(secret: &ToolSecret) -> Vec<String> {
    let value = secret.value.trim();
    let last = value.rsplit(' ').next().unwrap_or_default();
    let mut pieces = vec![value.to_owned()];
    if last != value && last.chars().count() >= PIECE_CHARS_MIN {
        pieces.push(last.to_owned());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use domain::assistant::tool::{Header, SecretHeader};
    use serde_json::json;

    use super::*;

    fn endpoint(method: Method, url: &str) -> Http {
        Http {
            url: url.into(),
            method,
            headers: vec![Header { name: "x-shop".into(), value: "7".into() }],
            secret_headers: vec![SecretHeader { name: "authorization".into() }],
            parameters: json!({ "type": "object" }),
            confirm_text: None,
        }
    }

    fn secret(url: &str) -> ToolSecret {
        let value = "Bearer hush-hush-1234".into();
        ToolSecret { tool: "order".into(), url: url.into(), header: "authorization".into(), value }
    }

    fn arguments() -> Map<String, Value> {
        let Value::Object(arguments) = json!({ "id": "a b&c", "count": 2, "not": null, "list": ["x"] }) else {
            panic!()
        };
        arguments
    }

    #[test]
    fn arguments_go_into_the_query_or_the_body() {
        let asked = |method, url| request(&endpoint(method, url), &arguments(), CALL_TIMEOUT);
        let get = asked(Method::Get, "https://a.test/o?v=1");
        assert_eq!(get.url, "https://a.test/o?v=1&count=2&id=a%20b%26c&list=%5B%22x%22%5D");
        assert!(get.body.is_empty() && get.header("content-type").is_none());
        let post = asked(Method::Post, "https://a.test/o");
        assert_eq!(post.url, "https://a.test/o");
        assert_eq!(&post.body[..], br#"{"count":2,"id":"a b&c","list":["x"],"not":null}"#);
    }

    #[test]
    fn a_secret_goes_to_the_address_it_was_given_for() {
        let http = endpoint(Method::Get, "https://a.test/o");
        let sent = headers("order", &http, &[secret("https://a.test/o")], "k1").unwrap();
        let sent_as = ["authorization", "idempotency-key", "x-shop"].map(|name| sent[name].to_str().unwrap());
        assert_eq!(sent_as, ["Bearer hush-hush-1234", "k1", "7"]);
        assert!(sent["authorization"].is_sensitive());
        for (name, secrets) in
            [("order", vec![secret("https://b.test/o")]), ("other", vec![secret("https://a.test/o")])]
        {
            let why = headers(name, &http, &secrets, "k1").unwrap_err();
            assert!(why.contains("authorization") && !why.contains("hush"), "{why}");
        }
    }

    #[test]
    fn nothing_of_a_secret_comes_back() {
        let told = without("you sent Bearer hush-hush-1234, that is hush-hush-1234", &[secret("https://a.test")]);
        assert_eq!(told, "you sent •••, that is •••");
        assert_eq!(answered(&Response::new(204, "")), Called::done("It is done."));
        assert_eq!(answered(&Response::new(404, " no such order ")), Called::failed("it answered 404: no such order"));
        assert_eq!(answered(&Response::new(504, "")), Called::unknown("it answered 504: "));
    }
}
