//! A web server on this machine, with pages that change while a story is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// What it answers.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub nth: usize,
    pub path: String,
    headers: HeaderMap,
}

/// The server.
pub struct Web {
    base: String,
    kept: Kept,
}

#[derive(Clone, Default)]
struct Kept {
    pages: Arc<Mutex<HashMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Reply {
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub fn bytes(body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..Self::new(200) }
    }

    pub fn text(body: &str) -> Self {
        Self::bytes(body.as_bytes()).with("content-type", "text/plain")
    }

    pub fn html(body: &str) -> Self {
        Self::bytes(format!("<!doctype html><html><body>{body}</body></html>").as_bytes())
            .with("content-type", "text/html; charset=utf-8")
    }

    pub fn pages(urls: &[String]) -> Self {
        let names: String = urls.iter().map(|url| format!("<url><loc>{url}</loc></url>")).collect();
        Self::text(&format!("<?xml version=\"1.0\"?><urlset>{names}</urlset>"))
    }

    pub fn sitemaps(urls: &[String]) -> Self {
        let names: String = urls.iter().map(|url| format!("<sitemap><loc>{url}</loc></sitemap>")).collect();
        Self::text(&format!("<?xml version=\"1.0\"?><sitemapindex>{names}</sitemapindex>"))
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl Web {
    pub async fn start() -> Self {
        async fn answer(State(kept): State<Kept>, uri: Uri, headers: HeaderMap) -> Response {
            let path = uri.path().to_owned();
            let reply = kept.pages.lock().unwrap().get(&path).cloned().unwrap_or_else(|| Reply::new(404));
            let mut asked = kept.asked.lock().unwrap();
            let nth = asked.len();
            asked.push(Asked { nth, path, headers });
            let mut response = (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
            response.headers_mut().remove("content-type");
            for (name, value) in reply.headers {
                response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
            }
            response
        }
        let kept = Kept::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base, kept }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn put(&self, path: &str, reply: Reply) {
        self.kept.pages.lock().unwrap().insert(path.to_owned(), reply);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.kept.asked.lock().unwrap().clone()
    }
}
