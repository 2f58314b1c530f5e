//! A sandbox with one account, a caller, and an endpoint that remembers what it was told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use axum::{Router, extract::State, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use sandbox::{NewAccount, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

pub const KEY: &str = "KEY-acme";
pub const NUMBER: &str = "+13125550100";
pub const PHONE: &str = "+13125550123";

/// One answer of the API.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The Telnyx code of a refusal, with its status.
    pub fn refusal(&self) -> (u16, String) {
        let code = self.json()["errors"][0]["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }
}

/// One webhook as it came.
#[derive(Debug, Clone)]
pub struct Told {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn event_type(&self) -> String {
        self.json()["data"]["event_type"].as_str().unwrap().to_owned()
    }

    pub fn event_id(&self) -> String {
        self.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    pub fn status(&self) -> String {
        self.json()["data"]["payload"]["to"][0]["status"].as_str().unwrap_or_default().to_owned()
    }

    pub fn timestamp(&self) -> i64 {
        self.headers["telnyx-timestamp"].to_str().unwrap().parse().unwrap()
    }

    /// Whether the signature fits, as Telnyx's SDKs check it.
    pub fn verifies(&self, public_key_base64: &str) -> bool {
        let key = STANDARD.decode(public_key_base64).unwrap();
        let signature = STANDARD.decode(&self.headers["telnyx-signature-ed25519"]).unwrap();
        let signed = [self.headers["telnyx-timestamp"].as_bytes(), b"|", &self.body].concat();
        UnparsedPublicKey::new(&ED25519, key).verify(&signed, &signature).is_ok()
    }
}

/// An endpoint for webhooks: remembers, and answers what it was told to, then 200.
#[derive(Clone)]
pub struct Hook {
    pub url: String,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    told: Mutex<Vec<Told>>,
    answers: Mutex<VecDeque<u16>>,
    came: Notify,
}

impl Hook {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Heard::default());
        let router = Router::new().fallback(post(remember)).with_state(Arc::clone(&heard));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, heard }
    }

    pub fn answers(&self, statuses: &[u16]) {
        self.heard.answers.lock().unwrap().extend(statuses);
    }

    pub fn told(&self) -> Vec<Told> {
        self.heard.told.lock().unwrap().clone()
    }

    pub fn event_types(&self) -> Vec<String> {
        self.told().iter().map(Told::event_type).collect()
    }

    /// Waits until this many webhooks came.
    pub async fn wait_for(&self, count: usize) -> Vec<Told> {
        loop {
            let came = self.heard.came.notified();
            let told = self.told();
            if told.len() >= count {
                return told;
            }
            came.await;
        }
    }
}

async fn remember(State(heard): State<Arc<Heard>>, uri: http::Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    heard.told.lock().unwrap().push(Told { path: uri.path().to_owned(), headers, body });
    heard.came.notify_one();
    let status = heard.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

/// A sandbox with the account Acme, whose number is on a profile that tells a hook.
pub struct Town {
    pub sandbox: Sandbox,
    pub hook: Hook,
    pub profile: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Town {
    pub async fn new() -> Self {
        Self::with(SandboxConfig::default().without_pauses()).await
    }

    pub async fn with(config: SandboxConfig) -> Self {
        let hook = Hook::start().await;
        let config = config.account(NewAccount::new("Acme", KEY).number(NUMBER));
        let sandbox = Sandbox::start(config).await.unwrap();
        let client = Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        let mut town = Self { sandbox, hook, profile: String::new(), client };
        let profile = json!({ "name": "Acme", "whitelisted_destinations": ["US"], "webhook_url": format!("{}/profile", town.hook.url) });
        let made = town.post("/v2/messaging_profiles", &profile).await;
        assert_eq!(made.status, 200, "{made:?}");
        town.profile = made.json()["data"]["id"].as_str().unwrap().to_owned();
        let number = town.number_id().await;
        let path = format!("/v2/phone_numbers/{number}/messaging");
        let put = town
            .call(Method::PATCH, &path, KEY, &[], json!({ "messaging_profile_id": town.profile }).to_string())
            .await
            .unwrap();
        assert_eq!(put.status, 200, "{put:?}");
        town
    }

    pub async fn number_id(&self) -> String {
        let list = self.get("/v2/phone_numbers").await.json();
        list["data"][0]["id"].as_str().unwrap().to_owned()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, KEY, &[], String::new()).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, KEY, &[], String::new()).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, KEY, &[], body.to_string()).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path, KEY, &[], body.to_string()).await.unwrap()
    }

    /// Sends a text; the extra fields replace the usual ones.
    pub async fn send(&self, extra: Value) -> Answer {
        self.post("/v2/messages", &text(extra)).await
    }

    /// Sends a body with an idempotency key. An error is a connection that closed without an answer.
    pub async fn send_keyed(&self, key: &str, body: &Value) -> Result<Answer, hyper_util::client::legacy::Error> {
        self.call(Method::POST, "/v2/messages", KEY, &[("idempotency-key", key)], body.to_string()).await
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, hyper_util::client::legacy::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.sandbox.base_url()))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}

/// The body of an ordinary text, with some fields replaced; null takes one out.
pub fn text(extra: Value) -> Value {
    let mut body = json!({ "from": NUMBER, "to": PHONE, "text": "Hello" });
    for (name, value) in extra.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(name);
        } else {
            body[name] = value.clone();
        }
    }
    body
}
