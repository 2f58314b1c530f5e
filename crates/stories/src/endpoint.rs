//! A business's own server, that assistants' tools call: it answers as told and remembers what it was asked.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use bytes::Bytes;
use tokio::sync::watch;

/// One call, as it came.
#[derive(Debug, Clone)]
pub struct Call {
    /// How.
    pub method: String,
    /// Where, with the query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl Call {
    /// A header's value; empty: it has none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The server. Clones are the same.
#[derive(Clone)]
pub struct Endpoint {
    url: String,
    desk: Arc<Desk>,
}

struct Desk {
    answer: Mutex<(u16, String)>,
    /// What it says of when to come again.
    retry_after: Mutex<Option<String>>,
    heard: Mutex<Vec<Call>>,
    open: watch::Sender<bool>,
}

impl Endpoint {
    /// Starts it on a port of its own; it answers everything with this.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start(status: u16, body: &str) -> Self {
        let answer = Mutex::new((status, body.to_owned()));
        let (retry_after, heard, open) = (Mutex::default(), Mutex::default(), watch::Sender::new(true));
        let desk = Arc::new(Desk { answer, retry_after, heard, open });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let app = Router::new().fallback(hear).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, desk }
    }

    /// Where it is, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers with this from now on.
    pub fn now(&self, status: u16, body: &str) {
        *self.desk.answer.lock().unwrap_or_else(PoisonError::into_inner) = (status, body.to_owned());
    }

    /// Says this as `retry-after` with whatever it answers from now on; `None`: nothing.
    pub fn wants_pause(&self, retry_after: Option<&str>) {
        *self.desk.retry_after.lock().unwrap_or_else(PoisonError::into_inner) = retry_after.map(str::to_owned);
    }

    /// Whether it answers at all; what waits goes on when it does again.
    pub fn answers(&self, open: bool) {
        self.desk.open.send_replace(open);
    }

    /// What it was asked, oldest first.
    #[must_use]
    pub fn heard(&self) -> Vec<Call> {
        self.desk.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}

async fn hear(
    State(desk): State<Arc<Desk>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let call = Call { method: method.to_string(), path, headers, body };
    desk.heard.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    // An error would mean that the desk is gone; it lives in our hand.
    let _ = desk.open.subscribe().wait_for(|open| *open).await;
    let (status, body) = desk.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let retry_after = desk.retry_after.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let named = retry_after.and_then(|value| Some((RETRY_AFTER, value.parse().ok()?)));
    (StatusCode::from_u16(status).unwrap_or_default(), named.into_iter().collect(), body)
}
