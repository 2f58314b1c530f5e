//! Telnyx: its messages API, its webhooks, and what an account there has.
//!
//! Facts about Telnyx stand beside what they explain, with the code or field they are about. The API reference is
//! developers.telnyx.com; errors are told apart by `errors[].code`, never by the HTTP status alone.

pub mod account;
pub mod error;
pub mod signature;
pub mod status;
pub mod text;
pub mod webhook;

#[cfg(test)]
mod fixtures;
mod payload;
mod repair;

use std::time::Duration;

use bytes::Bytes;

use crate::http::{Method, Request, Secret, bearer};

pub use error::{CarrierError, Failure, Family, failure};
pub use status::Status;
pub use webhook::{Autoresponse, DecodeError, Event, InboundText, Kind, MediaRef, Receipt};

/// Telnyx's public address. Settings may name another one, with or without `/v2` at its end.
pub const BASE_URL: &str = "https://api.telnyx.com";

/// A request with the key, for a path below `/v2`. `json` is the body, if there is one.
fn request(
    method: Method,
    base_url: &str,
    path: &str,
    key: &Secret,
    json: Option<Bytes>,
    timeout: Duration,
) -> Request {
    let mut headers = vec![bearer(key), ("accept", "application/json".to_owned())];
    if json.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    Request { method, url: format!("{}/v2{path}", root(base_url)), headers, body: json.unwrap_or_default(), timeout }
}

/// The address without the `/v2` and slashes people paste at its end.
fn root(base_url: &str) -> &str {
    let base = base_url.trim().trim_end_matches('/');
    base.strip_suffix("/v2").unwrap_or(base).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn a_base_address_may_end_in_v2_or_slashes() {
        for base in [
            "https://api.telnyx.com",
            "https://api.telnyx.com/",
            "https://api.telnyx.com/v2",
            " https://api.telnyx.com/v2// ",
        ] {
            assert_eq!(root(base), "https://api.telnyx.com");
        }
        assert_eq!(root("http://127.0.0.1:9000/carrier/v2"), "http://127.0.0.1:9000/carrier");
        assert_eq!(root("https://v2.example.test"), "https://v2.example.test");
    }
}
