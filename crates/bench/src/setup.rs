//! A business to measure with: made directly in the store, so that making it costs the server nothing.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use api::secret;
use domain::assistant::{Provider, ProviderKind, Settings as AssistantSettings};
use domain::conversation::Mode;
use domain::id::{ApiKeyId, AssistantId, CarrierAccountId, Ids, NumberId, TenantId};
use domain::message::Author;
use domain::phone::Address;
use domain::tenant::Settings;
use engine::{Clock as _, Net, Sealer, SystemClock, key_context, model_key_context};
use providers::http::{Method, Request};
use providers::telnyx::signature::Signer;
use sandbox::{NewAccount as CarrierCustomer, NewNumbers, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use store::assistant::KeyChange;
use store::number::{Added, NewNumber};
use store::{Store, StoreConfig, StoreError, api_key, args, assistant, carrier_account, number, tenant};

/// The installation's key, of all these databases.
pub const SECRET_KEY: [u8; 32] = [7; 32];
/// What the carrier signs with, where no sandbox runs.
const SIGNING_SEED: [u8; 32] = [3; 32];
/// What opens the account at the sandbox.
pub const CARRIER_KEY: &str = "KEY-of-the-bench";
/// Segments per thousand seconds: more than any machine sends.
const NO_LIMIT: i64 = 1_000_000_000;

/// A number that is to be there.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Its address.
    pub address: String,
    /// Segments per thousand seconds.
    pub rate_millis: i64,
}

impl Sender {
    /// One that may send as fast as it likes.
    #[must_use]
    pub fn unlimited(address: &str) -> Self {
        Self { address: address.to_owned(), rate_millis: NO_LIMIT }
    }
}

/// A business.
#[derive(Debug)]
pub struct Desk {
    /// Its database, seen from here.
    pub store: Store,
    /// Which tenant it is.
    pub tenant: TenantId,
    /// Its carrier account.
    pub account: CarrierAccountId,
    /// Its numbers, in the order asked for.
    pub numbers: Vec<NumberId>,
    /// Opens its API.
    pub api_key: String,
    /// New ids.
    pub ids: Ids,
}

impl Desk {
    /// On a fresh database, with these numbers. `carrier`: where texts go, and the key it signs with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(database: &str, senders: &[Sender], carrier: Option<&Carrier>) -> Result<Self> {
        let store =
            Store::open(&StoreConfig { connections: 2, threads: 1, readers: 1, ..StoreConfig::new(database) }).await?;
        store.migrate().await?;
        let now = SystemClock.now();
        let mut ids = Ids::new(now, 1);
        let (tenant, account): (TenantId, CarrierAccountId) = (ids.next(), ids.next());
        let numbers: Vec<NumberId> = senders.iter().map(|_| ids.next()).collect();
        let api_key = secret::api_key()?;
        let key = api_key::ApiKey {
            id: ids.next::<ApiKeyId>(),
            name: "bench".into(),
            prefix: secret::shown(&api_key).into(),
            scopes: vec![api_key::ALL_SCOPES.into()],
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let mut public_keys = vec![signer()?.public_key()];
        public_keys.extend(carrier.map(|carrier| carrier.sandbox.public_key_base64()));
        let account_row = carrier_account::NewAccount {
            id: account,
            name: "Carrier".into(),
            kind: "sandbox".into(),
            base_url: carrier.map_or_else(|| "http://127.0.0.1:9".into(), |carrier| carrier.sandbox.base_url()),
            api_key: Sealer::from_key(&SECRET_KEY).seal(&key_context(account), CARRIER_KEY.as_bytes())?,
            api_key_hint: "KEY…ench".into(),
            public_keys,
            created_at: now,
        };
        let mut new_numbers = Vec::with_capacity(senders.len());
        for (sender, id) in senders.iter().zip(&numbers) {
            let address = Address::parse_sender(&sender.address)?;
            new_numbers.push(NewNumber {
                id: *id,
                kind: number::kind_of(&address),
                address,
                label: String::new(),
                account,
                carrier_ref: None,
                assistant: None,
                rate_millis: sender.rate_millis,
                created_at: now,
            });
        }
        let (hash, profile) = (secret::hash(&api_key), carrier.map(|carrier| carrier.profile.clone()));
        store
            .system_write(async move |tx| {
                tenant::create(tx, tenant, "Bench", &Settings::default(), now).await?;
                let mut tx = tx.for_tenant(tenant);
                api_key::create(&mut tx, &key, &hash).await?;
                carrier_account::create(&mut tx, &account_row).await?;
                tx.exec("UPDATE carrier_grant SET messaging_profile_id = $2 WHERE tenant_id = $1", args![&profile])
                    .await?;
                for new in &new_numbers {
                    if number::create(&mut tx, new).await? != Added::Yes {
                        return Err(StoreError::fault("a number could not be added"));
                    }
                }
                Ok(())
            })
            .await?;
        Ok(Self { store, tenant, account, numbers, api_key, ids })
    }

    /// Lets a model at `base_url` answer, at once and by itself, whoever writes to the first number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn let_a_model_answer(&mut self, base_url: &str) -> Result<()> {
        let (id, now): (AssistantId, _) = (self.ids.next(), SystemClock.now());
        let provider = Provider {
            kind: ProviderKind::Openai,
            base_url: base_url.to_owned(),
            model: "stand-in".into(),
            ..Provider::default()
        };
        let settings =
            AssistantSettings { mode: Mode::Auto, provider, quiet_window_ms: 0, ..AssistantSettings::default() };
        let key = Sealer::from_key(&SECRET_KEY).seal(&model_key_context(id, base_url), b"sk-bench")?;
        let number = *self.numbers.first().context("a number")?;
        let url = base_url.to_owned();
        self.store
            .write(self.tenant, async move |tx| {
                let keys = [KeyChange { base_url: url.clone(), sealed: Some(key.clone()) }];
                assistant::create(tx, now, id, Author::System, "Ada", &settings, &keys).await?;
                let sql = "UPDATE number SET assistant_id = $3 WHERE tenant_id = $1 AND id = $2";
                tx.exec(sql, args![number, id]).await
            })
            .await?;
        Ok(())
    }

    /// The path that the carrier's webhooks come to.
    #[must_use]
    pub fn hook(&self) -> String {
        format!("/hooks/telnyx/{}", self.account)
    }

    /// Waits until the last turn is finished.
    ///
    /// # Errors
    /// When that takes longer than five minutes.
    pub async fn drained(&self) -> Result<()> {
        const PATIENCE: Duration = Duration::from_secs(300);
        let began = Instant::now();
        while self.has_undone().await? {
            ensure!(began.elapsed() < PATIENCE, "turns are still waiting after {} s", PATIENCE.as_secs());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    async fn has_undone(&self) -> Result<bool> {
        let undone = self.store.system_read(async |tx| tx.opt("SELECT 1 FROM inbox LIMIT 1", args![]).await).await?;
        Ok(undone.is_some())
    }

    /// How many messages there are: what was accepted must be here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages(&self) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM message WHERE tenant_id = $1";
        let count = self.store.read(self.tenant, async move |tx| tx.one(sql, args![]).await?.get::<i64>(0)).await?;
        Ok(count)
    }
}

/// A sandbox carrier with an account of ours.
#[derive(Debug)]
pub struct Carrier {
    /// The carrier.
    pub sandbox: Sandbox,
    profile: String,
}

impl Carrier {
    /// Starts it with these numbers.
    ///
    /// # Errors
    /// When it does not start, or refuses its set-up.
    pub async fn start(config: SandboxConfig, senders: &[Sender]) -> Result<Self> {
        const NAME: &str = "Bench";
        let sandbox = Sandbox::start(config.account(CarrierCustomer::new(NAME, CARRIER_KEY))).await?;
        let request = Request {
            method: Method::POST,
            url: format!("{}/messaging_profiles", sandbox.api_url()),
            headers: vec![
                ("authorization", format!("Bearer {CARRIER_KEY}")),
                ("content-type", "application/json".to_owned()),
            ],
            body: json!({ "name": NAME, "whitelisted_destinations": ["*"], "webhook_api_version": "2" })
                .to_string()
                .into(),
            timeout: Duration::from_secs(5),
        };
        let answer = Net::new(true).carry(request).await?;
        let body: Value = serde_json::from_slice(&answer.body)?;
        let Some(profile) = body["data"]["id"].as_str().map(str::to_owned) else {
            bail!("the sandbox made no messaging profile: {body}");
        };
        sandbox.control().add_numbers(&NewNumbers {
            account: NAME.into(),
            numbers: senders.iter().map(|sender| sender.address.clone()).collect(),
            messaging_profile_id: Some(profile.parse()?),
        })?;
        Ok(Self { sandbox, profile })
    }
}

/// Writes webhooks as the carrier would, ready to be sent: head, signature and body in one piece.
#[derive(Debug)]
pub struct Pen {
    signer: Signer,
    hook: String,
    host: SocketAddr,
}

impl Pen {
    /// For webhooks to `hook` at `host`.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn new(host: SocketAddr, hook: impl Into<String>) -> Result<Self> {
        Ok(Self { signer: signer()?, hook: hook.into(), host })
    }

    /// A text from one number to another. Each is another event, of another message.
    #[must_use]
    pub fn text(&self, from: &str, to: &str, text: &str) -> Vec<u8> {
        self.event("message.received", from, to, text)
    }

    /// The same as an event of a kind that nobody acts on: it is kept, and no turn follows.
    #[must_use]
    pub fn of_no_concern(&self, from: &str, to: &str, text: &str) -> Vec<u8> {
        self.event("message.bench", from, to, text)
    }

    fn event(&self, kind: &str, from: &str, to: &str, text: &str) -> Vec<u8> {
        static WRITTEN: AtomicU64 = AtomicU64::new(1);
        let nth = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let now = SystemClock.now();
        let at = now.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00");
        let body = format!(
            r#"{{"data":{{"record_type":"event","id":"e1111111-0000-4000-8000-{nth:012x}","event_type":"{kind}","occurred_at":"{at}","payload":{{"record_type":"message","direction":"inbound","id":"11111111-0000-4000-8000-{nth:012x}","type":"SMS","messaging_profile_id":"40017f00-0000-4000-8000-000000000001","from":{{"phone_number":"{from}","carrier":"Example Wireless","line_type":"Wireless"}},"to":[{{"phone_number":"{to}","status":"webhook_delivered","carrier":"Telnyx","line_type":"Wireless"}}],"cc":[],"text":"{text}","media":[],"parts":1,"encoding":"GSM-7","cost":null,"tags":[],"errors":[],"received_at":"{at}"}}}},"meta":{{"attempt":1,"delivered_to":"https://tidings.example.com{}"}}}}"#,
            self.hook
        );
        let [(name, signature), (time_name, time)] = self.signer.headers(now.as_second(), body.as_bytes());
        format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nuser-agent: telnyx-webhooks\r\ncontent-type: application/json\r\n{name}: {signature}\r\n{time_name}: {time}\r\ncontent-length: {}\r\n\r\n{body}",
            self.hook,
            self.host,
            body.len()
        )
        .into_bytes()
    }
}

/// The n-th of a hundred thousand telephones.
#[must_use]
pub fn phone(nth: usize) -> String {
    let area = [312, 313, 314, 315, 316, 317, 318, 319, 320, 321][nth / 10_000 % 10];
    format!("+1{area}555{:04}", nth % 10_000)
}

/// The public half of the key that [`Pen`] signs with.
///
/// # Errors
/// When the key cannot be made.
pub fn public_key() -> Result<String> {
    Ok(signer()?.public_key())
}

fn signer() -> Result<Signer> {
    Ok(Signer::from_seed(&SIGNING_SEED)?)
}
