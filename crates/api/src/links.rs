//! Short links, followed. Whoever follows one is nobody that we know, and is told nothing but where it leads.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use engine::link::Visit;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use store::StoreError;

use crate::{sign_in::Peer, state::AppState};

/// More of what a program calls itself says nothing more.
const AGENT_MAX: usize = 500;

const NOT_FOUND: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
    content=\"width=device-width\"><title>Not found</title><p>This link leads nowhere, or not any more.</p></html>";

/// Sends whoever follows a link to where it leads: always an address that stood in a campaign's text.
pub(crate) async fn follow(
    State(app): State<AppState>,
    Peer(peer): Peer,
    method: Method,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = said("user-agent");
    let purpose = ["sec-purpose", "purpose", "x-purpose", "x-moz"].map(said).into_iter().find(|said| !said.is_empty());
    // It only tells places apart: whoever lies here is taken for a person, as whoever has many addresses is. Without it everybody
    // behind a proxy would be in one place.
    let forwarded = said("x-forwarded-for").rsplit(',').next().map(str::trim).filter(|address| !address.is_empty());
    let address = forwarded.map(str::to_owned).or(peer.map(|peer| peer.to_string())).unwrap_or_default();
    let request = domain::link::Request {
        is_head: method == Method::HEAD,
        agent: agent.get(..AGENT_MAX).unwrap_or(agent),
        purpose: purpose.unwrap_or_default(),
    };
    let visit = Visit { host: said("host"), address: &address, request };
    match app.engine.follow(&code, visit).await {
        Ok(Some(url)) => redirect(&url),
        Ok(None) => (StatusCode::NOT_FOUND, guards(), Html(NOT_FOUND)).into_response(),
        Err(error) => unavailable(&error),
    }
}

fn redirect(url: &str) -> Response {
    match HeaderValue::try_from(ascii(url)) {
        Ok(location) => (StatusCode::FOUND, guards(), [(header::LOCATION, location)]).into_response(),
        Err(_) => (StatusCode::NOT_FOUND, guards(), Html(NOT_FOUND)).into_response(),
    }
}

fn unavailable(error: &StoreError) -> Response {
    tracing::warn!(%error, "a short link cannot be followed at the moment");
    (StatusCode::SERVICE_UNAVAILABLE, guards(), Html("Please try again in a moment.")).into_response()
}

/// Nobody keeps where it leads, and where it leads is not told who was here.
fn guards() -> [(HeaderName, HeaderValue); 4] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    ]
}

/// What is not ASCII is written in percent, as browsers do.
fn ascii(url: &str) -> String {
    use std::fmt::Write as _;
    url.bytes().fold(String::with_capacity(url.len()), |mut text, byte| {
        if byte.is_ascii_graphic() {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_fits_a_header() {
        assert_eq!(ascii("https://a.example/é?q=1#x"), "https://a.example/%C3%A9?q=1#x");
        assert_eq!(ascii("https://a.example/\r\nx"), "https://a.example/%0D%0Ax");
    }
}
