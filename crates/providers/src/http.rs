//! Requests and answers as data. Whoever owns the socket carries them; nobody prints what is in them.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method};

/// A request to be carried out, complete: nothing is added to it but what the transport itself needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Absolute, percent-encoded.
    pub url: String,
    /// Lower-case names. Values come from settings in part: the transport refuses those no header can hold, before it sends anything.
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// For the whole exchange, from the first byte of the connection to the last of the answer.
    pub timeout: Duration,
}

impl Request {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Request {
    /// Method, address without its query, header names and the body's length: no key, no number, no text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &public_part(&self.url))
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// What came back, whole.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Response {
    /// An answer without headers.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// The first value of a header if it is plain text. Names are case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Something that opens a door: an API key, a signing secret. It prints as dots, and is read on purpose only.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Surrounding white space goes: it comes from pasting and no header may hold a line end.
    pub fn new(secret: impl AsRef<str>) -> Self {
        Self(secret.as_ref().trim().to_owned())
    }

    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Enough to recognise a key by, such as `KEY…1234`; of a short one nothing at all.
    pub fn hint(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        if chars.len() < HINTED_CHARS_MIN {
            return "…".to_owned();
        }
        let (head, tail) = (&chars[..3], &chars[chars.len() - 4..]);
        head.iter().chain(&['…']).chain(tail).collect()
    }
}

/// Below this, seven shown characters would be too many.
const HINTED_CHARS_MIN: usize = 20;

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(•••)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// The `Authorization` header of a bearer key.
pub(crate) fn bearer(key: &Secret) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", key.expose()))
}

/// A value made safe to stand in a path or a query (RFC 3986 §2.3: only the unreserved stay as they are).
#[must_use]
pub fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                encoded.push('%');
                encoded.push(char::from(HEX[usize::from(byte >> 4)]));
                encoded.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}

/// An address without what may be private in it: user and password, query, fragment.
fn public_part(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key_number_or_text() {
        let request = Request {
            method: Method::GET,
            url: "https://ann:pass@api.example.test/v2/numbers?filter=%2B15550100001#top".into(),
            headers: vec![bearer(&Secret::new("KEY-very-secret")), ("content-type", "application/json".into())],
            body: Bytes::from_static(b"the text of a message"),
            timeout: Duration::from_secs(3),
        };
        let answer = Response::new(200, "the text of an answer").with_header("set-cookie", "secret-cookie");
        let shown =
            format!("{request:?} {answer:?} {:?} {}", Secret::new("KEY-very-secret"), Secret::new("KEY-very-secret"));
        expect_test::expect![[r#"Request { method: GET, url: "https://api.example.test/v2/numbers", headers: ["authorization", "content-type"], body_bytes: 21, timeout: 3s } Response { status: 200, headers: 1, body_bytes: 21 } Secret(•••) •••"#]].assert_eq(&shown);
    }

    #[test]
    fn a_hint_tells_keys_apart_without_giving_them_away() {
        assert_eq!(Secret::new("KEY0123456789abcdef1234").hint(), "KEY…1234");
        assert_eq!(Secret::new("short").hint(), "…");
        assert_eq!(Secret::new("\u{fffd}".repeat(20)).hint().chars().count(), 8);
    }

    #[test]
    fn a_pasted_key_loses_its_line_end() {
        assert_eq!(Secret::new(" KEY1\r\n").expose(), "KEY1");
    }

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(percent_encoded("page[number]=+1 ü~"), "page%5Bnumber%5D%3D%2B1%20%C3%BC~");
    }
}
