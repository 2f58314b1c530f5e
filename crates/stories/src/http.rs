//! A small HTTP client that says what it did when something is not as expected.

use std::time::Duration;

use bytes::Bytes;
use engine::Net;
use providers::http::{Method, Request, Response};
use serde_json::Value;

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub asked: String,
    /// The status.
    pub status: u16,
    /// The body; `null` if it is none or not JSON.
    pub body: Value,
    /// The answer as it came.
    pub raw: Response,
}

impl Answer {
    /// The body, if the status is `status`.
    ///
    /// # Panics
    /// When it is another.
    #[must_use]
    pub fn is(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{} answered {}: {}", self.asked, self.status, self.text());
        &self.body
    }

    /// The stable code of a problem, if the status is `status`.
    ///
    /// # Panics
    /// When the status is another, or the body is no problem document.
    #[must_use]
    pub fn problem(&self, status: u16) -> &str {
        let body = self.is(status);
        assert_eq!(self.raw.header("content-type"), Some("application/problem+json"), "{}", self.asked);
        assert_eq!(body["status"], status, "{}", self.asked);
        assert!(body["title"].is_string() && body["detail"].is_string(), "{}: {body}", self.asked);
        body["code"].as_str().unwrap_or_else(|| panic!("{}: no code in {body}", self.asked))
    }

    /// The field and code of the first bad field of a problem.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn bad_field(&self) -> (&str, &str) {
        let error = &self.body["errors"][0];
        match (error["field"].as_str(), error["code"].as_str()) {
            (Some(field), Some(code)) => (field, code),
            _ => panic!("{}: no bad field in {}", self.asked, self.body),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw.body).chars().take(600).collect()
    }
}

/// Speaks to one server.
#[derive(Debug, Clone)]
pub struct Client {
    net: Net,
    base: String,
}

impl Client {
    /// To the server at `base`, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { net: Net::new(true), base: base.to_owned() }
    }

    /// Where it speaks to.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, method: Method, path: &str, headers: Vec<(&'static str, String)>, body: Bytes) -> Answer {
        let asked = format!("{method} {path}");
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let request = Request { method, url, headers, body, timeout: Duration::from_secs(30) };
        let raw = self.net.carry(request).await.unwrap_or_else(|error| panic!("{asked}: {error}"));
        let body = serde_json::from_slice(&raw.body).unwrap_or(Value::Null);
        Answer { asked, status: raw.status, body, raw }
    }
}
