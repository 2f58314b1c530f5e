//! The house with the real binary in it, and who calls there.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use engine::Net;
use providers::http::{Method, Request, Response};
use sandbox::Sandbox;
use serde_json::{Value, json};
use store::dialect::Engine;
use store::testing::Place;

const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub const CARRIER_KEY: &str = "KEY-kill-nine";
pub const NUMBER: &str = "+14155550100";

/// A house with the real binary in it.
pub struct House {
    folder: PathBuf,
    port: u16,
    pub place: Place,
}

impl House {
    pub async fn on(engine: Engine) -> Self {
        static HOUSES: AtomicUsize = AtomicUsize::new(0);
        let nth = HOUSES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tidings_kill_nine_{}_{nth}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder, port, place: Place::new(engine).await }
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command
            .current_dir(&self.folder)
            .env("TIDINGS_DATABASE_URL", self.place.url())
            .env("TIDINGS_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("TIDINGS_PUBLIC_URL", self.base())
            .env("TIDINGS_SECRET_KEY", SECRET)
            .env("TIDINGS_ALLOW_PRIVATE_NETWORKS", "true")
            .env("TIDINGS_LOG", "error")
            .stdin(Stdio::null());
        command
    }

    /// A command of the CLI, and what it prints.
    fn cli(&self, words: &[&str]) -> Value {
        let done = self.command().args(words).arg("--json").output().unwrap();
        let printed = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{words:?}: {printed} {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error}: {printed}"))
    }

    /// Sets up a business with a number at this carrier, and the server that is killed later. `also`: further keys with which the
    /// carrier may sign.
    pub async fn open(&self, carrier: &Sandbox, also: &[&str]) -> Opened {
        let _ = self.cli(&["migrate"]);
        let tenant = self.cli(&["tenant", "create", "--name", "Acme"]);
        let tenant = tenant["id"].as_str().unwrap();
        let key = self.cli(&["key", "create", "--tenant", tenant, "--name", "test", "--scope", "*"]);
        let caller = Caller { net: Net::new(true), base: self.base(), key: key["secret"].as_str().unwrap().to_owned() };
        let server = self.serve();
        caller.ready().await;
        let mut public_keys = vec![carrier.public_key_base64()];
        public_keys.extend(also.iter().map(|key| (*key).to_owned()));
        let account = json!({
            "name": "Carrier", "kind": "sandbox", "base_url": carrier.base_url(), "api_key": CARRIER_KEY,
            "public_keys": public_keys,
        });
        let (_, account) = caller.api(Method::POST, "/carrier-accounts", account, None).await.unwrap();
        let account = account["id"].as_str().unwrap_or_else(|| panic!("{account}")).to_owned();
        let adopt = json!({ "numbers": [NUMBER] });
        let path = format!("/carrier-accounts/{account}/adopt");
        let (_, adopted) = caller.api(Method::POST, &path, adopt, None).await.unwrap();
        let number = adopted["numbers"][0]["id"].as_str().unwrap_or_else(|| panic!("{adopted}")).to_owned();
        let quick = json!({ "segments_per_second": 1_000 });
        let (status, _) = caller.api(Method::PATCH, &format!("/numbers/{number}"), quick, None).await.unwrap();
        assert_eq!(status, 200);
        Opened { caller, account, number, server }
    }

    pub fn serve(&self) -> Child {
        self.command().arg("serve").stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
    }
}

/// A business that is open.
pub struct Opened {
    pub caller: Caller,
    pub account: String,
    pub number: String,
    pub server: Child,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Calls that the other side may not live to answer.
#[derive(Clone)]
pub struct Caller {
    net: Net,
    base: String,
    pub key: String,
}

impl Caller {
    pub async fn once(
        &self,
        method: Method,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    ) -> Option<Response> {
        let url = format!("{}{path}", self.base);
        let request = Request { method, url, headers, body, timeout: Duration::from_secs(10) };
        self.net.carry(request).await.ok()
    }

    pub async fn api(&self, method: Method, path: &str, body: Value, once: Option<&str>) -> Option<(u16, Value)> {
        let mut headers =
            vec![("authorization", format!("Bearer {}", self.key)), ("content-type", "application/json".to_owned())];
        if let Some(once) = once {
            headers.push(("idempotency-key", once.to_owned()));
        }
        let answer = self.once(method, &format!("/api/v1{path}"), headers, body.to_string().into()).await?;
        Some((answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null)))
    }

    pub async fn ready(&self) {
        for _ in 0..3_000 {
            let answer = self.once(Method::GET, "/readyz", Vec::new(), Bytes::new()).await;
            if answer.is_some_and(|answer| answer.status == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not become ready");
    }
}
