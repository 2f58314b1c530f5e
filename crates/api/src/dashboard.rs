//! The dashboard's files, compiled into the binary: compressed beforehand, known by digest, and for any other address the
//! page itself, whose own router knows the way.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use web_assets::{ASSETS, Asset};

use crate::error::ApiError;

/// Answers whatever no route has taken.
pub async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::not_found("route").into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    match find(path).or_else(|| is_page(path).then(|| find("index.html")).flatten()) {
        Some(asset) => answer(asset, request.headers()),
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// An address of the dashboard's own, such as `/conversations/cnv_…`; what looks like a file that is missing is missing.
fn is_page(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    !last.contains('.') && !path.starts_with("hooks/") && !path.starts_with("assets/")
}

fn answer(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", asset.etag);
    let known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == etag || known.trim() == "*");
    let (encoding, bytes) = encoded(asset, asked);
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { Bytes::from_static(bytes).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // The digest in an immutable file's name makes a changed file another file.
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(encoding) = encoding.filter(|_| !known) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn encoded(asset: &'static Asset, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepts = |wanted: &str| {
        asked
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|offer| {
                let mut parts = offer.split(';').map(str::trim);
                parts.next() == Some(wanted) && !parts.any(|weight| weight == "q=0")
            })
    };
    if accepts("br") && asset.br.len() < asset.raw.len() {
        (Some("br"), asset.br)
    } else if accepts("gzip") && asset.gz.len() < asset.raw.len() {
        (Some("gzip"), asset.gz)
    } else {
        (None, asset.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PAGE: Asset = Asset {
        path: "index.html",
        mime: "text/html; charset=utf-8",
        etag: "abc",
        immutable: false,
        raw: b"<!doctype html><title>Tidings</title>",
        br: b"br",
        gz: b"gzip",
    };

    fn asked(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_best_encoding_that_the_browser_takes_is_sent() {
        for (offer, encoding) in
            [("gzip, br", Some("br")), ("gzip", Some("gzip")), ("br;q=0, gzip", Some("gzip")), ("identity", None)]
        {
            assert_eq!(encoded(&PAGE, &asked(header::ACCEPT_ENCODING, offer)).0, encoding, "{offer}");
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        assert_eq!(answer(&PAGE, &asked(header::IF_NONE_MATCH, "\"abc\"")).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer(&PAGE, &asked(header::IF_NONE_MATCH, "\"old\"")).status(), StatusCode::OK);
    }

    #[test]
    fn a_page_of_the_dashboard_is_no_file() {
        assert!(is_page("") && is_page("conversations/cnv_1"));
        assert!(!is_page("favicon.ico") && !is_page("assets/index-123.js") && !is_page("assets/old"));
    }
}
