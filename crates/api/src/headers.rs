//! Headers that every answer carries, and the names of our own.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue, header};

/// The head of the tenant's log that a write caused.
pub const SEQUENCE: HeaderName = HeaderName::from_static("tidings-sequence");

/// Ties an answer to the lines it left in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Scripts and styles only from our files, no frames, no plugins, no foreign destinations. The dashboard sets styles through
/// the document's own objects, which needs no exception; a page with a style in it names that one itself.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

/// Sets the browser's guards on every answer that has not set its own.
pub async fn guards(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What a signed-in caller reads is nobody else's: no cache keeps an answer of the API that does not say otherwise.
pub async fn private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inline_and_nothing_foreign_is_allowed() {
        for loose in ["unsafe-inline", "unsafe-eval", "http", "*"] {
            assert!(!CONTENT_SECURITY_POLICY.contains(loose), "{loose}");
        }
    }
}
