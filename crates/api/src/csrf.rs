//! A browser must not be made to act for its user by another site. Requests with an API key carry no cookie's authority
//! and are let through; all others are checked by `Sec-Fetch-Site` and `Origin`.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use http::header;
use tower::{Layer, Service};
use tower_http::csrf::{Csrf, CsrfLayer, ProtectionError};

use crate::error::ApiError;

type Answer = fn(ProtectionError) -> Response;

/// The check as a layer.
#[derive(Clone)]
pub struct SameSite(CsrfLayer<Answer>);

/// A service with and without the check.
#[derive(Clone)]
pub struct Checked<S> {
    plain: S,
    checked: Csrf<S, Answer>,
}

impl SameSite {
    /// Pages of `public_url` are ours even where a proxy rewrites `Host`.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        let layer = CsrfLayer::new();
        let layer = match layer.clone().add_trusted_origin(origin(public_url)) {
            Ok(with_origin) => with_origin,
            Err(error) => {
                tracing::warn!(%error, "the public URL is no origin: the browser's own host counts alone");
                layer
            }
        };
        Self(layer.with_rejection_response(refuse as Answer))
    }
}

/// Scheme, host and port, without a path.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    url[start..].find('/').map_or(url, |end| &url[..start + end])
}

fn refuse(_: ProtectionError) -> Response {
    ApiError::forbidden("This request came from another site. Open the dashboard itself and try again.").into_response()
}

impl<S: Clone> Layer<S> for SameSite {
    type Service = Checked<S>;

    fn layer(&self, inner: S) -> Checked<S> {
        Checked { plain: inner.clone(), checked: self.0.layer(inner) }
    }
}

impl<S> Service<Request> for Checked<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Axum's routes are always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.headers().contains_key(header::AUTHORIZATION) {
            Box::pin(self.plain.call(request))
        } else {
            Box::pin(self.checked.call(request))
        }
    }
}

impl std::fmt::Debug for SameSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SameSite")
    }
}

impl<S> std::fmt::Debug for Checked<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Checked")
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::post};
    use http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(headers: &[(&str, &str)]) -> StatusCode {
        let app = Router::new().route("/", post(|| async {})).layer(SameSite::new("https://tidings.test/app"));
        let mut request = http::Request::builder().method("POST").uri("/").header("host", "inner:80");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn only_our_own_pages_act_for_their_user() {
        for (headers, expected) in [
            (vec![("sec-fetch-site", "same-origin")], 200),
            (vec![], 200),
            (vec![("sec-fetch-site", "cross-site")], 403),
            (vec![("sec-fetch-site", "same-site")], 403),
            (vec![("origin", "https://evil.test")], 403),
            (vec![("origin", "https://tidings.test")], 200),
            (vec![("sec-fetch-site", "cross-site"), ("authorization", "Bearer tdk_x")], 200),
        ] {
            assert_eq!(status(&headers).await.as_u16(), expected, "{headers:?}");
        }
    }
}
