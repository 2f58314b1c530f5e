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

use crate::balancer;

const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub const CARRIER_KEY: &str = "KEY-kill-nine";
pub const NUMBER: &str = "+14155550100";

/// A house with the real binary in it, once or several times.
pub struct House {
    folder: PathBuf,
    /// Where each of its nodes listens.
    nodes: Vec<u16>,
    /// Where the world calls.
    port: u16,
    pub place: Place,
}

impl House {
    pub async fn on(engine: Engine) -> Self {
        Self::of_nodes(engine, 1).await
    }

    /// With so many nodes, and something before them that leads the world to one that answers.
    pub async fn of_nodes(engine: Engine, count: usize) -> Self {
        static HOUSES: AtomicUsize = AtomicUsize::new(0);
        let nth = HOUSES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tidings_kill_nine_{}_{nth}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let free: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let nodes: Vec<u16> = free.iter().map(|free| free.local_addr().unwrap().port()).collect();
        drop(free);
        let port = if let [only] = nodes[..] { only } else { balancer::start(nodes.clone()).await };
        Self { folder, nodes, port, place: Place::new(engine).await }
    }

    fn command(&self, node: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command
            .current_dir(&self.folder)
            .env("TIDINGS_DATABASE_URL", self.place.url())
            .env("TIDINGS_LISTEN", format!("127.0.0.1:{}", self.nodes[node]))
            .env("TIDINGS_PUBLIC_URL", base(self.port))
            .env("TIDINGS_SECRET_KEY", SECRET)
            .env("TIDINGS_ALLOW_PRIVATE_NETWORKS", "true")
            .env("TIDINGS_LOG", "error")
            .stdin(Stdio::null());
        command
    }

    /// A command of the CLI, and what it prints.
    fn cli(&self, words: &[&str]) -> Value {
        let done = self.command(0).args(words).arg("--json").output().unwrap();
        let printed = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{words:?}: {printed} {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error}: {printed}"))
    }

    /// Sets up a business with a number at this carrier, and the server that is killed later: the first node. `also`: further keys with
    /// which the carrier may sign.
    pub async fn open(&self, carrier: &Sandbox, also: &[&str]) -> Opened {
        let _ = self.cli(&["migrate"]);
        let tenant = self.cli(&["tenant", "create", "--name", "Acme"]);
        let tenant = tenant["id"].as_str().unwrap();
        let key = self.cli(&["key", "create", "--tenant", tenant, "--name", "test", "--scope", "*"]);
        let key = key["secret"].as_str().unwrap().to_owned();
        let caller = Caller { net: Net::new(true), base: base(self.port), key, patience: Duration::from_secs(10) };
        let server = self.serve(0);
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

    pub fn serve(&self, node: usize) -> Server {
        Server(self.command(node).arg("serve").stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap())
    }

    /// The same caller, who calls this node and no other.
    pub fn at(&self, node: usize, caller: &Caller) -> Caller {
        Caller { base: base(self.nodes[node]), ..caller.clone() }
    }
}

fn base(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A business that is open.
pub struct Opened {
    pub caller: Caller,
    pub account: String,
    pub number: String,
    pub server: Server,
}

/// A process that serves. It does not outlive its test.
pub struct Server(Child);

impl Server {
    /// Kills it, and waits until it is gone.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
    /// So long an answer may take.
    pub patience: Duration,
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
        let request = Request { method, url, headers, body, timeout: self.patience };
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
