//! The real binary, killed again and again in the middle of its work: what it accepted is there once, what it was asked to
//! send reached the carrier once, and what nobody can know says so.

#![expect(clippy::disallowed_methods, reason = "the carrier that is played here signs with the real time")]
#![allow(clippy::unwrap_used, reason = "what is not as expected shall fail there")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::id::Ids;
use engine::Net;
use jiff::Timestamp;
use providers::http::{Method, Request, Response};
use providers::telnyx::signature::Signer;
use sandbox::{NewAccount, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use store::dialect::Engine;
use store::remember::SENDING_LEASE;
use store::testing::Place;
use store::{StoreError, args};

const PHONES: usize = 400;
/// So many callers tell, and so many say.
const WORKERS: usize = 8;
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const CARRIER_KEY: &str = "KEY-kill-nine";
const NUMBER: &str = "+14155550100";

/// So many texts are marked and not yet out when it is killed, at most and on the average: each of those who say has one
/// under way, and again as many wait where sending has fallen behind. What got out is settled by its receipt.
const UNKNOWN_PER_KILL: usize = 2 * WORKERS;

/// How much happens, each way, and how often it is killed meanwhile.
#[derive(Clone, Copy)]
struct Load {
    texts: usize,
    kills: usize,
}

/// A house with the real binary in it.
struct House {
    folder: PathBuf,
    port: u16,
    place: Place,
}

impl House {
    async fn on(engine: Engine) -> Self {
        let folder = std::env::temp_dir().join(format!("tidings_kill_nine_{}_{engine:?}", std::process::id()));
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

    fn serve(&self) -> Child {
        self.command().arg("serve").stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Calls that the other side may not live to answer.
#[derive(Clone)]
struct Caller {
    net: Net,
    base: String,
    key: String,
}

impl Caller {
    async fn once(
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

    async fn api(&self, method: Method, path: &str, body: Value, once: Option<&str>) -> Option<(u16, Value)> {
        let mut headers =
            vec![("authorization", format!("Bearer {}", self.key)), ("content-type", "application/json".to_owned())];
        if let Some(once) = once {
            headers.push(("idempotency-key", once.to_owned()));
        }
        let answer = self.once(method, &format!("/api/v1{path}"), headers, body.to_string().into()).await?;
        Some((answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null)))
    }

    async fn ready(&self) {
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

fn phone(n: usize) -> String {
    let n = n % PHONES;
    format!("+1{}555{:04}", 212 + n / 100, 100 + n % 100)
}

fn text_arrived(n: usize, event: &str) -> Bytes {
    let at = Timestamp::now().to_string();
    json!({ "data": {
        "record_type": "event", "id": event, "event_type": "message.received", "occurred_at": at,
        "payload": {
            "record_type": "message", "direction": "inbound", "id": format!("in-{n}"), "type": "SMS",
            "from": { "phone_number": phone(n), "carrier": "", "line_type": "Wireless" },
            "to": [{ "phone_number": NUMBER, "status": "webhook_delivered" }],
            "text": format!("question {n}"), "media": [], "parts": 1, "encoding": "GSM-7", "received_at": at,
        }}, "meta": { "attempt": 1 } })
    .to_string()
    .into()
}

/// The carrier's side: each text is told until it is answered 200.
async fn tell(caller: Caller, account: String, signer: Arc<Signer>, which: Range<usize>, told: Arc<AtomicUsize>) {
    for n in which.step_by(WORKERS) {
        let body = text_arrived(n, &format!("event-{n}"));
        loop {
            let headers: Vec<_> = signer.headers(Timestamp::now().as_second(), &body).into_iter().collect();
            let answer = caller.once(Method::POST, &format!("/hooks/telnyx/{account}"), headers, body.clone()).await;
            if answer.is_some_and(|answer| answer.status == 200) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        told.fetch_add(1, Ordering::Relaxed);
    }
}

/// The business's side: each text is asked for, under its own key, until it is taken.
async fn say(caller: Caller, which: Range<usize>, said: Arc<AtomicUsize>) {
    for n in which.step_by(WORKERS) {
        let body = json!({ "to": phone(n), "body": format!("answer {n}") });
        let once = format!("answer-{n}");
        loop {
            match caller.api(Method::POST, "/conversations", body.clone(), Some(&once)).await {
                Some((201, _)) => break,
                Some((status, problem)) if status < 500 => panic!("{status}: {problem}"),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        said.fetch_add(1, Ordering::Relaxed);
    }
}

mod what_was_accepted_is_there_once_and_what_was_asked_for_goes_out_once {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        killed_again_and_again(Engine::Sqlite, Load { texts: 5_000, kills: 20 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        killed_again_and_again(Engine::Postgres, Load { texts: 1_500, kills: 6 }).await;
    }
}

async fn killed_again_and_again(engine: Engine, load: Load) {
    let Load { texts, kills } = load;
    let house = House::on(engine).await;
    let config = SandboxConfig { history_max: 100_000, ..SandboxConfig::default() };
    let config = config.without_pauses().account(NewAccount::new("Acme", CARRIER_KEY).number(NUMBER));
    let carrier = Sandbox::start(config).await.unwrap();
    let signer = Arc::new(Signer::from_seed(&[9; 32]).unwrap());

    let _ = house.cli(&["migrate"]);
    let tenant = house.cli(&["tenant", "create", "--name", "Acme"]);
    let tenant = tenant["id"].as_str().unwrap();
    let key = house.cli(&["key", "create", "--tenant", tenant, "--name", "test", "--scope", "*"]);
    let caller = Caller { net: Net::new(true), base: house.base(), key: key["secret"].as_str().unwrap().to_owned() };

    let mut server = house.serve();
    caller.ready().await;
    let account = json!({
        "name": "Carrier", "kind": "sandbox", "base_url": carrier.base_url(), "api_key": CARRIER_KEY,
        "public_keys": [carrier.public_key_base64(), signer.public_key()],
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

    let (told, said) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut work = tokio::task::JoinSet::new();
    for n in 0..WORKERS {
        work.spawn(tell(caller.clone(), account.clone(), Arc::clone(&signer), n..texts, Arc::clone(&told)));
        work.spawn(say(caller.clone(), n..texts, Arc::clone(&said)));
    }
    let mut chance = Ids::new(Timestamp::now(), 42);
    let mut killed = 0;
    let mut risen = Timestamp::now();
    loop {
        // A random moment, told by progress rather than by the clock: a slow machine is killed as often.
        let random = usize::try_from(chance.next::<uuid::Uuid>().as_u64_pair().1 % 400).unwrap();
        let goal = told.load(Ordering::Relaxed) + said.load(Ordering::Relaxed) + 50 + random;
        while told.load(Ordering::Relaxed) + said.load(Ordering::Relaxed) < goal.min(2 * texts) {
            while let Some(done) = work.try_join_next() {
                done.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if killed < kills {
            server.kill().unwrap();
            server.wait().unwrap();
            risen = Timestamp::now();
            server = house.serve();
            caller.ready().await;
            killed += 1;
        }
        if told.load(Ordering::Relaxed) + said.load(Ordering::Relaxed) == 2 * texts {
            break;
        }
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    assert_eq!(killed, kills, "killed while there was work to do");
    carrier.control().until_quiet().await;
    at_rest(&house, risen).await;
    server.kill().unwrap();
    server.wait().unwrap();
    judge(&house, &carrier, load).await;
    carrier.stop().await;
}

/// Waits until the last process, which began at `risen`, has nothing left to do. What one before it was sending is settled
/// at once where a process is alone with its database; where it is not, whether the other one is dead shows only when its
/// lease has ended, which nobody waits for here.
async fn at_rest(house: &House, risen: Timestamp) {
    let store = house.place.store();
    let own = match store.engine() {
        Engine::Sqlite => Timestamp::UNIX_EPOCH,
        Engine::Postgres => risen.checked_add(SENDING_LEASE).unwrap(),
    };
    let mut waiting = -1_i64;
    for _ in 0..12_000 {
        waiting = store
            .system_read(async move |tx| {
                tx.one(
                    "SELECT (SELECT COUNT(*) FROM inbox WHERE tenant_id IS NULL)
                          + (SELECT COUNT(*) FROM outbox WHERE state = 'waiting')
                          + (SELECT COUNT(*) FROM outbox WHERE state = 'sending' AND lease_until_us >= $1)",
                    args![own],
                )
                .await?
                .get::<i64>(0)
            })
            .await
            .unwrap();
        if waiting == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("work is left although nothing is broken: {waiting}");
}

async fn judge(house: &House, carrier: &Sandbox, Load { texts, kills }: Load) {
    let store = house.place.store();
    let alone = store.engine() == Engine::Sqlite;
    let rows = store
        .system_read(async |tx| {
            // The reason is in the newest line of its receipt.
            let rows = tx
                .rows(
                    "SELECT m.direction, m.body, m.status,
                            (SELECT l.detail FROM receipt_line l WHERE l.tenant_id = m.tenant_id AND l.message_id = m.id
                             ORDER BY l.id DESC LIMIT 1)
                     FROM message m",
                    args![],
                )
                .await?;
            rows.iter()
                .map(|row| {
                    Ok((
                        row.get::<String>(0)?,
                        row.get::<String>(1)?,
                        row.get::<String>(2)?,
                        row.get::<Option<String>>(3)?,
                    ))
                })
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await
        .unwrap();

    let inbound: Vec<&str> = rows.iter().filter(|row| row.0 == "in").map(|row| row.1.as_str()).collect();
    let distinct: BTreeSet<&str> = inbound.iter().copied().collect();
    assert_eq!((inbound.len(), distinct.len()), (texts, texts), "every accepted text is there once");

    let mut reached = BTreeMap::<String, usize>::new();
    for heard in carrier.control().heard(0, 1_000_000) {
        *reached.entry(heard.body).or_default() += 1;
    }
    let outbound: Vec<_> = rows.iter().filter(|row| row.0 == "out").collect();
    assert_eq!(outbound.len(), texts, "every text that was asked for is there once");
    let (mut unknown, mut leased) = (0, 0);
    for (_, body, status, newest_line) in &outbound {
        let times = reached.get(body.as_str()).copied().unwrap_or(0);
        assert!(times <= 1, "{body} reached the carrier {times} times");
        match status.as_str() {
            "delivered" | "sent" => assert_eq!(times, 1, "{body} is {status}"),
            "unknown" => {
                let line = newest_line.as_deref().unwrap_or_default();
                assert!(line.contains("not known whether the carrier took it: "), "{body} is unknown: {line}");
                unknown += 1;
            }
            // It becomes unknown when the lease of the process that died with it has ended.
            "sending" if !alone => leased += 1,
            other => panic!("{body} is {other}"),
        }
    }
    assert!(
        unknown + leased <= kills * UNKNOWN_PER_KILL,
        "{kills} kills: {unknown} unknown, {leased} under a dead process's lease"
    );
    println!(
        "{kills} kills: {texts} texts in, {texts} out, {unknown} of them unknown, {leased} under a dead process's lease"
    );
}
