//! A line to a sandbox on which everything said is held against the document.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use providers::http::{Method, Request, Response};
use sandbox::{Faults, NewAccount, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::document::Document;

pub const KEY: &str = "KEY-acme";
pub const NUMBER: &str = "+13125550100";
pub const FREE: &str = "+18005550100";
pub const PHONE: &str = "+13125550123";

type Told = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// The line, and what was wrong on it so far.
pub struct Line<'a> {
    pub sandbox: Sandbox,
    document: &'a Document,
    client: Client<HttpConnector, Full<Bytes>>,
    hook: String,
    told: Told,
    said: usize,
    wrong: Vec<String>,
}

impl<'a> Line<'a> {
    /// A sandbox with one account and one number, and an endpoint for its webhooks.
    pub async fn open(document: &'a Document) -> Self {
        let config =
            SandboxConfig::default().without_pauses().account(NewAccount::new("Acme", KEY).number(NUMBER).number(FREE));
        let sandbox = Sandbox::start(config).await.expect("the sandbox starts");
        let told = Told::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let hook = format!("http://{}", listener.local_addr().expect("its address"));
        let router = Router::new().fallback(post(remember)).with_state(Arc::clone(&told));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { sandbox, document, client, hook, told, said: 0, wrong: Vec::new() }
    }

    /// An address for webhooks.
    pub fn hook(&self, path: &str) -> String {
        format!("{}/{path}", self.hook)
    }

    /// Another plan for what goes wrong.
    pub fn plan(&self, faults: Faults) {
        self.sandbox.set_faults(faults).expect("a plan that can be");
    }

    /// A request of our adapter, which must be in order, and its answer, which must be a good one and in order.
    pub async fn ask(&mut self, case: &str, request: Request) -> Response {
        for wrong in self.document.request(&request) {
            self.note(case, "request", &request, &wrong);
        }
        let answer = self.carry(case, request.clone()).await;
        if !(200..300).contains(&answer.status) {
            self.note(
                case,
                "answer",
                &request,
                &format!("refused with {}: {}", answer.status, String::from_utf8_lossy(&answer.body)),
            );
        }
        answer
    }

    /// The same for a request that our adapter has no words for.
    pub async fn look(&mut self, case: &str, method: Method, path: &str, body: Option<Value>) -> Response {
        let request = self.raw(KEY, method, path, body);
        self.ask(case, request).await
    }

    /// A request that must be refused, in order.
    pub async fn refused(&mut self, case: &str, method: Method, path: &str, body: Option<Value>) {
        let request = self.raw(KEY, method, path, body);
        self.refused_request(case, request).await;
    }

    /// The same with the request in hand.
    pub async fn refused_request(&mut self, case: &str, request: Request) {
        let answer = self.carry(case, request.clone()).await;
        if !(400..500).contains(&answer.status) {
            self.note(case, "answer", &request, &format!("was to be refused and got {}", answer.status));
        }
    }

    /// The same, as nobody.
    pub async fn as_stranger(&mut self, case: &str, method: Method, path: &str) {
        let request = self.raw("KEY-nobody", method, path, None);
        self.refused_request(case, request).await;
    }

    /// The same, for a body that is there.
    pub async fn provoke(&mut self, case: &str, method: Method, path: &str, body: &Value) {
        self.refused(case, method, path, Some(body.clone())).await;
    }

    /// Takes the webhooks that came: each must be in order, and so many of each type and status there must be.
    pub fn told(&mut self, case: &str, wanted: &[(&str, &str, usize)]) {
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        for (headers, body) in &told {
            self.said += 1;
            let missing =
                self.document.webhook_headers().into_iter().filter(|name| !headers.contains_key(name.as_str()));
            let wrong = missing.map(|name| format!("the header {name} is missing")).chain(self.document.webhook(body));
            for wrong in wrong {
                self.wrong.push(format!("{case}: webhook {}: {wrong}", body["data"]["event_type"]));
            }
        }
        for (event, status, count) in wanted {
            let is_it = |body: &Value| body["data"]["event_type"] == *event && status_of(body) == *status;
            let found = told.iter().filter(|(_, body)| is_it(body)).count();
            if found != *count {
                self.wrong.push(format!("{case}: {count} × {event} ({status}) was to be told, and {found} came"));
            }
        }
    }

    /// Tells all that was wrong.
    pub fn close(self) {
        println!("{} requests, answers and webhooks were held against Telnyx's document", self.said);
        assert!(
            self.wrong.is_empty(),
            "{} violations of Telnyx's document:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
    }

    async fn carry(&mut self, case: &str, request: Request) -> Response {
        self.said += 2;
        let mut out = http::Request::builder().method(&request.method).uri(&request.url);
        for (name, value) in &request.headers {
            out = out.header(*name, value);
        }
        let out = out.body(Full::new(request.body.clone())).expect("a request");
        let (parts, body) = self.client.request(out).await.expect("an answer").into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes();
        let path = request.url.parse::<http::Uri>().expect("an address");
        for wrong in
            self.document.answer(&request.method, path.path(), parts.status.as_u16(), &String::from_utf8_lossy(&body))
        {
            self.note(case, &format!("answer {}", parts.status.as_u16()), &request, &wrong);
        }
        Response { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn note(&mut self, case: &str, what: &str, request: &Request, wrong: &str) {
        let path = request.url.strip_prefix(&self.sandbox.api_url()).unwrap_or(&request.url);
        self.wrong.push(format!("{case}: {what} of {} {path}: {wrong}", request.method));
    }

    fn raw(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> Request {
        Request {
            method,
            url: format!("{}{}", self.sandbox.api_url(), path.replace('[', "%5B").replace(']', "%5D")),
            headers: vec![("authorization", format!("Bearer {key}")), ("content-type", "application/json".to_owned())],
            body: body.map(|body| body.to_string().into()).unwrap_or_default(),
            timeout: providers::telnyx::text::SEND_TIMEOUT,
        }
    }
}

/// A text to the phone.
pub fn to_say(text: &str) -> Value {
    json!({ "from": NUMBER, "to": PHONE, "text": text })
}

/// A text field of an answer.
pub fn field(answer: &Response, pointer: &str) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Of the first recipient, who also for a text that came in says how that stands.
fn status_of(body: &Value) -> &str {
    body["data"]["payload"]["to"][0]["status"].as_str().unwrap_or_default()
}

async fn remember(State(told): State<Told>, headers: HeaderMap, body: Bytes) {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    told.lock().unwrap_or_else(PoisonError::into_inner).push((headers, body));
}
