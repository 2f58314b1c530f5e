//! Businesses, customers, a carrier and a clock.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use api::state::{ApiConfig, AppState};
use bytes::Bytes;
use domain::fact::{Fact, TextArrived};
use domain::id::{ApiKeyId, CarrierAccountId, Ids, TenantId};
use domain::tenant::Settings;
use engine::{Engine, EngineConfig, Net, Running, Sealer};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use providers::http::Method;
use sandbox::{Faults, NewAccount, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use store::queue::{self, Arrival};
use store::remember::SENDING_LEASE;
use store::testing::Place;
use store::{Store, StoreError, args};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::TownClock;
use crate::crash::Mortal;
use crate::http::{Answer, Client};
use crate::stream::Stream;

/// When every town's day begins: a Monday morning in New York.
pub const MORNING: &str = "2026-03-02T14:00:00Z";
/// What the businesses' numbers may send, in segments per second: more than any story needs.
pub(crate) const QUICK: u32 = 1_000;
/// What passes while something is still to be done.
const MOMENT: SignedDuration = SignedDuration::from_millis(2);
/// The same where a carrier tries again whatever it told a dead process.
const LONG_MOMENT: SignedDuration = SignedDuration::from_millis(20);
/// How long whoever runs an errand has it for himself.
pub(crate) const ERRAND_LEASE: SignedDuration = SignedDuration::from_secs(180);
/// What is done for workflows has a short one, which is renewed while it runs: so much is always left of it then.
const RENEWED_LEASE: SignedDuration = SignedDuration::from_secs(6);
const RENEWED_LEFT: SignedDuration = SignedDuration::from_secs(3);
/// Longer than any story takes to come to rest, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The town.
#[derive(Debug)]
pub struct Town {
    /// The time.
    pub clock: TownClock,
    /// The carrier.
    pub sandbox: Sandbox,
    /// The engine.
    pub engine: Engine,
    /// The door of the API.
    pub client: Client,
    pub(crate) store: Store,
    /// What it can die of, if it can.
    pub(crate) mortal: Option<Mortal>,
    /// Where its door is.
    pub(crate) address: SocketAddr,
    /// How many businesses it has made.
    pub(crate) made: u32,
    started: Timestamp,
    running: Option<Running>,
    server: Option<JoinHandle<()>>,
    stop: CancellationToken,
}

/// What a town is made of.
pub(crate) struct Site {
    pub(crate) store: Store,
    pub(crate) clock: TownClock,
    pub(crate) sandbox: Sandbox,
    pub(crate) net: Net,
    pub(crate) address: SocketAddr,
    pub(crate) mortal: Option<Mortal>,
}

/// A business, seen through its API key.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Which tenant it is.
    pub tenant: TenantId,
    /// A key that may do everything.
    pub key: String,
    /// Its carrier account.
    pub account: String,
    /// Its first number.
    pub number: String,
    /// That number's id.
    pub number_id: String,
    client: Client,
}

impl Town {
    /// On a fresh database.
    pub async fn on(place: &Place) -> Self {
        let (clock, sandbox) = morning().await;
        Self::around(place.store(), clock, sandbox).await
    }

    /// The same, where nothing that a tenant names may lie in a private network once it is called.
    pub async fn walled(place: &Place) -> Self {
        let (clock, sandbox) = morning().await;
        Self::with_net(place.store(), clock, sandbox, Net::new(false)).await
    }

    /// Around what is there already: a database that has seen another town, a carrier of one's own making.
    pub async fn around(store: Store, clock: TownClock, sandbox: Sandbox) -> Self {
        Self::with_net(store, clock, sandbox, Net::new(true)).await
    }

    async fn with_net(store: Store, clock: TownClock, sandbox: Sandbox, net: Net) -> Self {
        let address = "127.0.0.1:0".parse().expect("an address");
        Self::build(Site { store, clock, sandbox, net, address, mortal: None }).expect("a port")
    }

    /// An error says that its port is taken.
    pub(crate) fn build(site: Site) -> std::io::Result<Self> {
        let Site { store, clock, sandbox, net, address, mortal } = site;
        let _inside = mortal.as_ref().map(Mortal::enter);
        let listener = api::server::listen(address)?;
        let address = listener.local_addr()?;
        let base = format!("http://{address}");
        let started = clock.now();
        let (engine, running) = Engine::start(EngineConfig {
            store: mortal.as_ref().map_or_else(|| store.clone(), Mortal::store),
            clock: Arc::new(clock.clone()),
            net,
            sealer: Sealer::from_key(&[7; 32]),
            public_url: base.clone(),
            seed: started.as_microsecond().unsigned_abs(),
            turn_workers: 2,
            // As the binary has it: on PostgreSQL another node may be at it.
            alone: mortal.is_none() || store.engine() == store::dialect::Engine::Sqlite,
        });
        let config = ApiConfig { allow_private_networks: true, ..ApiConfig::default() };
        let mut app = AppState::new(engine.clone(), config);
        app.metrics = metrics();
        let stop = app.stopping.clone();
        let router = api::router::router(app);
        let server = tokio::spawn(api::server::serve(listener, router, api::server::Limits::default(), stop.clone()));
        Ok(Self {
            clock,
            sandbox,
            engine,
            client: Client::new(&base),
            store,
            mortal,
            address,
            made: 0,
            started,
            running: Some(running),
            server: Some(server),
            stop,
        })
    }

    /// A business with one number and an account of its own at the carrier, adopted as a real one would be.
    pub async fn desk(&mut self, name: &str) -> Desk {
        self.made += 1;
        let made = self.made;
        let (tenant, key) = self.tenant(name).await;
        let carrier_key = format!("KEY-of-{made}");
        let number = format!("+1415555{:04}", 100 + made);
        self.sandbox
            .control()
            .add_account(NewAccount::new(name, &carrier_key).number(&number))
            .expect("an account at the carrier");
        let mut desk = self.desk_of(tenant, key, String::new());
        desk.number.clone_from(&number);
        let account = desk
            .post(
                "/carrier-accounts",
                json!({
                    "name": "Carrier", "kind": "sandbox", "base_url": self.sandbox.base_url(), "api_key": carrier_key,
                    "public_keys": [self.sandbox.public_key_base64()],
                }),
            )
            .await;
        desk.account = text(&account.is(201)["id"]);
        let adopted =
            desk.post(&format!("/carrier-accounts/{}/adopt", desk.account), json!({ "numbers": [number] })).await;
        desk.number_id = text(&adopted.is(200)["numbers"][0]["id"]);
        let quick = desk.patch(&format!("/numbers/{}", desk.number_id), json!({ "segments_per_second": QUICK })).await;
        let _ = quick.is(200);
        desk
    }

    /// A tenant's desk, without a number.
    pub(crate) fn desk_of(&self, tenant: TenantId, key: String, account: String) -> Desk {
        let client = self.client.clone();
        Desk { tenant, key, account, number: String::new(), number_id: String::new(), client }
    }

    /// A tenant and a key that may do everything.
    pub async fn tenant(&self, name: &str) -> (TenantId, String) {
        let now = self.clock.now();
        let mut ids: Ids = self.engine.ids();
        let tenant: TenantId = ids.next();
        let key_id: ApiKeyId = ids.next();
        let key = api::secret::api_key().expect("chance");
        let (name, hash) = (name.to_owned(), api::secret::hash(&key).to_vec());
        self.store
            .system_write(async move |tx| {
                store::tenant::create(tx, tenant, &name, &Settings::default(), now).await?;
                tx.for_tenant(tenant)
                    .exec(
                        "INSERT INTO api_key (tenant_id, id, name, prefix, token_hash, scopes, created_at_us)
                         VALUES ($1, $2, 'story', 'tdk_story', $3, '[\"*\"]', $4)",
                        args![key_id, &hash, now],
                    )
                    .await?;
                Ok::<_, StoreError>(())
            })
            .await
            .expect("a tenant");
        (tenant, key)
    }

    /// Someone texts a business; what follows has happened when this returns.
    pub async fn texts(&self, from: &str, desk: &Desk, body: &str) {
        self.text(from, desk, body);
        self.settle().await;
    }

    /// Texts come to a business at one moment, so that their turns are taken together.
    pub async fn texts_at_once(&self, desk: &Desk, texts: &[(&str, &str)]) {
        let account: CarrierAccountId = desk.account.parse().expect("an account");
        let (now, mut ids) = (self.clock.now(), self.engine.ids());
        let arrival = |(from, body): &(&str, &str)| Arrival {
            id: ids.next(),
            lane: domain::conversation::lane(account.0, &desk.number, from),
            fact: Ok(Fact::TextArrived(TextArrived {
                account,
                carrier_ref: format!("at-once-{from}"),
                from: (*from).to_owned(),
                to: desk.number.clone(),
                body: (*body).to_owned(),
                media: Vec::new(),
                autoresponse: None,
                at: now,
            })),
        };
        let arrivals: Vec<_> = texts.iter().map(arrival).collect();
        let kept = self.store.system_write(async move |tx| queue::accept(tx, now, arrivals.iter()).await);
        kept.await.expect("they are kept");
        self.settle().await;
    }

    /// Someone texts a business; nobody waits.
    pub fn text(&self, from: &str, desk: &Desk, body: &str) {
        self.sandbox.control().phone(from).text(&desk.number, body, &[]).expect("a text");
    }

    /// What a phone has received, oldest first.
    #[must_use]
    pub fn heard(&self, phone: &str) -> Vec<String> {
        self.sandbox.control().phone(phone).heard()
    }

    /// Makes the carrier misbehave.
    pub fn faults(&self, faults: Faults) {
        self.sandbox.control().set_faults(faults).expect("faults");
    }

    /// Waits until nothing is left to do at this hour, or the process is dead. A moment passes while there is something: a
    /// number's pace and the carrier's patience are made of moments.
    ///
    /// # Panics
    /// When it does not come to rest.
    pub async fn settle(&self) {
        let moment = if self.mortal.is_some() { LONG_MOMENT } else { MOMENT };
        let rested = tokio::time::timeout(PATIENCE, async {
            let mut quiet = 0;
            while quiet < 2 {
                tokio::time::sleep(Duration::from_millis(2)).await;
                if self.is_dead() {
                    // Nothing moves any more; its last write may still be on its way.
                    quiet = if self.is_over() { 2 } else { 0 };
                    continue;
                }
                if self.sandbox.control().counters().pending == 0 && self.waiting().await == 0 {
                    quiet += 1;
                } else {
                    quiet = 0;
                    self.clock.advance_to(self.clock.now().checked_add(moment).expect("a time"));
                }
            }
        })
        .await;
        assert!(rested.is_ok(), "the town does not come to rest: {} things wait", self.waiting().await);
        // What comes now is later than all that was: two texts of one microsecond have no order.
        self.clock.advance_to(self.clock.now().checked_add(MOMENT).expect("a time"));
    }

    /// How much wants to be done at this hour. What a dead process has left is waited for when its lease has ended.
    async fn waiting(&self) -> i64 {
        let now = self.clock.now();
        let begun = |lease| self.started.checked_add(lease).expect("a time");
        let sends = begun(SENDING_LEASE);
        // On SQLite, whoever comes after the dead takes over at once.
        let takes_over = self.mortal.is_some() && self.store.engine() == store::dialect::Engine::Sqlite;
        let errands = if takes_over { self.started } else { begun(ERRAND_LEASE) };
        let renewed = now.checked_add(RENEWED_LEFT).expect("a time");
        // What is asked again later than a lease lasts is not being asked now.
        let leased = now.checked_add(RENEWED_LEASE).expect("a time");
        let renewed = if takes_over { self.started } else { renewed.max(begun(RENEWED_LEASE)) };
        self.store
            .system_read(async move |tx| {
                let row = tx
                    .one(
                        "SELECT (SELECT COUNT(*) FROM inbox WHERE ready_at_us <= $1)
                              + (SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND ready_at_us <= $1)
                              + (SELECT COUNT(*) FROM outbox WHERE state = 'sending'
                                 AND (lease_until_us >= $2 OR lease_until_us < $1))
                              + (SELECT COUNT(*) FROM campaign WHERE state = 'scheduled' AND starts_at_us <= $1)
                              + (SELECT COUNT(*) FROM campaign c WHERE c.state = 'running' AND c.frozen AND c.only_canary
                                 AND NOT EXISTS (SELECT 1 FROM campaign_recipient r
                                                 WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id AND r.is_canary
                                                   AND r.standing NOT IN ('failed', 'skipped', 'cancelled')))
                              + (SELECT COUNT(*) FROM campaign c WHERE c.state = 'running' AND c.frozen
                                 AND NOT EXISTS (SELECT 1 FROM campaign_recipient r
                                                 WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id
                                                   AND r.standing IN ('pending', 'deferred', 'queued', 'sending')))
                              + (SELECT COUNT(*) FROM campaign_recipient r
                                 JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
                                 WHERE c.state = 'running' AND r.standing IN ('pending', 'deferred', 'queued')
                                   AND r.ready_at_us <= $1 AND (r.is_canary OR NOT c.only_canary))
                              + (SELECT COUNT(*) FROM campaign_recipient WHERE standing = 'sending'
                                 AND (lease_until_us >= $2 OR lease_until_us < $1))
                              + (SELECT COUNT(*) FROM errand WHERE ready_at_us <= $1
                                 OR (attempt > 0 AND kind <> 'act_for_workflow' AND ready_at_us >= $3)
                                 OR (attempt > 0 AND kind = 'act_for_workflow' AND ready_at_us BETWEEN $4 AND $5))
                              + (SELECT COUNT(*) FROM entry WHERE ready_at_us <= $1)
                              + (SELECT COUNT(*) FROM enrolment_event WHERE ready_at_us <= $1)
                              + (SELECT COUNT(*) FROM enrolment WHERE due_at_us <= $1)
                              + (SELECT COUNT(*) FROM enrolment n JOIN workflow w ON w.tenant_id = n.tenant_id
                                     AND w.id = n.workflow_id
                                 WHERE n.by_workflow AND n.ended_at_us IS NULL AND w.state <> 'paused')
                              + (SELECT COUNT(*) FROM workflow_watch WHERE due_at_us <= $1)
                              + (SELECT COUNT(*) FROM webhook_delivery WHERE state = 'waiting' AND next_at_us <= $1)
                              + (SELECT COUNT(*) FROM webhook w JOIN event_head h ON h.tenant_id = w.tenant_id
                                 WHERE w.enabled AND w.told_seq < h.seq)",
                        args![now, sends, errands, renewed, leased],
                    )
                    .await?;
                row.get::<i64>(0)
            })
            .await
            .expect("the database answers")
    }

    /// When the next thing wants to be done.
    async fn next(&self) -> Option<Timestamp> {
        self.store
            .system_read(async |tx| {
                let mut next: Option<Timestamp> = None;
                for sql in [
                    "SELECT MIN(ready_at_us) FROM inbox",
                    "SELECT MIN(ready_at_us) FROM outbox WHERE state = 'waiting'",
                    "SELECT MIN(starts_at_us) FROM campaign WHERE state = 'scheduled'",
                    "SELECT MIN(r.ready_at_us) FROM campaign_recipient r
                     JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
                     WHERE c.state = 'running' AND r.standing IN ('pending', 'deferred', 'queued')
                       AND (r.is_canary OR NOT c.only_canary)",
                    "SELECT MIN(ready_at_us) FROM errand",
                    "SELECT MIN(next_at_us) FROM webhook_delivery WHERE state = 'waiting'",
                ] {
                    let at: Option<Timestamp> = tx.one(sql, args![]).await?.get(0)?;
                    next = match (next, at) {
                        (Some(next), Some(at)) => Some(next.min(at)),
                        (next, at) => next.or(at),
                    };
                }
                Ok::<_, StoreError>(next)
            })
            .await
            .expect("the database answers")
    }

    /// Time passes, and everything that is due on the way happens at its hour. It stands still when the process dies.
    pub async fn passes(&self, time: SignedDuration) {
        let end = self.clock.now().checked_add(time).expect("a time");
        self.settle().await;
        while let Some(next) = self.next().await.filter(|next| *next <= end && !self.is_dead()) {
            self.clock.advance_to(next);
            self.settle().await;
        }
        if !self.is_dead() {
            self.clock.advance_to(end);
            self.settle().await;
        }
    }

    /// Ends in the middle of whatever it does.
    #[must_use]
    pub fn breaks_off(mut self) -> (TownClock, Sandbox) {
        self.stop.cancel();
        // Dropped, its loops are not waited for.
        drop(self.running.take());
        if let Some(server) = self.server.take() {
            server.abort();
        }
        (self.clock.clone(), self.sandbox)
    }

    /// Stops everything, as a graceful stop does.
    pub async fn stop(mut self) -> (TownClock, Sandbox) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.stop(SignedDuration::from_secs(20)).await.expect("everything ends in time");
        }
        if let Some(server) = self.server.take() {
            server.await.expect("the server ends");
        }
        (self.clock.clone(), self.sandbox)
    }
}

impl Desk {
    /// The same business, after another process has taken over.
    #[must_use]
    pub fn again(&self, town: &Town) -> Self {
        Self { client: town.client.clone(), ..self.clone() }
    }

    /// The same business, seen through another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// The same business, seen through a new key that may do only this.
    pub async fn key_for(&self, scopes: &[&str]) -> Self {
        let made = self.post("/api-keys", json!({ "name": "narrow", "scopes": scopes })).await;
        self.with_key(&text(&made.is(201)["secret"]))
    }

    /// `GET /api/v1…`
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    /// `POST /api/v1…`
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    /// `PATCH /api/v1…`
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body), &[]).await
    }

    /// `PUT /api/v1…`
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body), &[]).await
    }

    /// `DELETE /api/v1…`
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None, &[]).await
    }

    /// Any call, with more headers.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>, more: &[(&'static str, &str)]) -> Answer {
        let mut headers = vec![("authorization", format!("Bearer {}", self.key))];
        let body = body.map_or_else(Bytes::new, |body| {
            headers.push(("content-type", "application/json".into()));
            Bytes::from(body.to_string())
        });
        headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.client.send(method, &format!("/api/v1{path}"), headers, body).await
    }

    /// The live stream from `after` on, or from now.
    pub async fn stream(&self, after: Option<i64>) -> Stream {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        let who = ("authorization", format!("Bearer {}", self.key));
        Stream::open(&format!("{}/api/v1/events{query}", self.client.base()), (who.0, &who.1)).await
    }

    /// Makes fields of contacts, each with its `key`, `label` and `kind`.
    ///
    /// # Panics
    /// When one is refused.
    pub async fn fields(&self, fields: Value) {
        for field in fields.as_array().into_iter().flatten() {
            let _ = self.post("/contact-fields", field.clone()).await.is(201);
        }
    }

    /// Opens a conversation and says something.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn starts(&self, to: &str, body: &str) -> String {
        let started = self.post("/conversations", json!({ "to": to, "body": body })).await;
        text(&started.is(201)["conversation"]["id"])
    }

    /// The only conversation there is.
    ///
    /// # Panics
    /// When there is another number of them.
    pub async fn conversation(&self) -> Value {
        let all = self.get("/conversations?status=all").await;
        let all = all.is(200)["data"].as_array().expect("a list").clone();
        assert_eq!(all.len(), 1, "one conversation: {all:?}");
        all.into_iter().next().unwrap_or_default()
    }

    /// The messages of a conversation, oldest first, as `direction author status body`.
    pub async fn thread(&self, conversation: &str) -> Vec<String> {
        let page = self.get(&format!("/conversations/{conversation}/messages?limit=100")).await;
        let mut lines: Vec<String> = page.is(200)["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|message| {
                let word = |field: &Value| field.as_str().unwrap_or("?").to_owned();
                format!(
                    "{} {} {}: {}",
                    word(&message["direction"]),
                    word(&message["author"]["kind"]),
                    word(&message["status"]),
                    word(&message["body"])
                )
            })
            .collect();
        lines.reverse();
        lines
    }

    /// An assistant that answers from `knowledge`, set as the number's own.
    pub async fn assistant(&self, mode: &str, knowledge: &str) -> String {
        let made = self.post("/assistants", json!({ "name": "Ada", "instructions": "Be kind.", "mode": mode })).await;
        let id = text(&made.is(201)["id"]);
        let known =
            self.post(&format!("/assistants/{id}/knowledge"), json!({ "title": "Facts", "text": knowledge })).await;
        let _ = known.is(201);
        let set = self.patch(&format!("/numbers/{}", self.number_id), json!({ "assistant_id": id })).await;
        let _ = set.is(200);
        id
    }
}

/// The process has one recorder: all towns of a test run count together.
fn metrics() -> Option<PrometheusHandle> {
    static RECORDER: LazyLock<Option<PrometheusHandle>> =
        LazyLock::new(|| PrometheusBuilder::new().install_recorder().ok());
    RECORDER.clone()
}

/// The carrier, on a clock that says when the day begins.
pub(crate) async fn morning() -> (TownClock, Sandbox) {
    let clock = TownClock::at(MORNING.parse().expect("a time"));
    let config = SandboxConfig { clock: Arc::new(clock.clone()), ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config.without_pauses()).await.expect("the sandbox carrier starts");
    (clock, sandbox)
}

/// A JSON string as a string.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a string, not {value}")).to_owned()
}
