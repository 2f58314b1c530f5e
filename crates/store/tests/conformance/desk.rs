//! Two small tenants to read from: what the tests of the desk's nouns have in common.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::event::Kind;
use domain::id::{
    AssistantId, CarrierAccountId, ContactId, ConversationId, Ids, MessageId, NumberId, TenantId, UserId,
};
use domain::message::Author;
use jiff::Timestamp;
use store::assistant::KeyChange;
use store::contact::history::{By, Hand};
use store::event::{self, Line};
use store::{Store, StoreError, args};
use uuid::Uuid;

pub const ACME: TenantId = TenantId(Uuid::from_u128(0xAC));
pub const BOLT: TenantId = TenantId(Uuid::from_u128(0xB0));
pub const ANN: UserId = UserId(Uuid::from_u128(0xA1));
pub const BEN: UserId = UserId(Uuid::from_u128(0xA2));
pub const ACCOUNT: CarrierAccountId = CarrierAccountId(Uuid::from_u128(0xCA));

pub fn number(n: u128) -> NumberId {
    NumberId(Uuid::from_u128(0x1000 + n))
}
pub fn contact(n: u128) -> ContactId {
    ContactId(Uuid::from_u128(0x2000 + n))
}
pub fn conversation(n: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(0x3000 + n))
}
pub fn message(n: u128) -> MessageId {
    MessageId(Uuid::from_u128(0x4000 + n))
}
pub fn assistant(n: u128) -> AssistantId {
    AssistantId(Uuid::from_u128(0x5000 + n))
}
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_900_000 + second).unwrap()
}
/// Ids of that second, other ones each time.
pub fn ids(second: i64) -> Ids {
    static SEED: AtomicU64 = AtomicU64::new(1);
    Ids::new(at(second), SEED.fetch_add(1, Ordering::Relaxed))
}
/// Ann changes something at that second.
pub fn hand(second: i64, ids: &mut Ids) -> Hand<'_> {
    Hand { by: By::Author(Author::Member(ANN)), at: at(second), ids }
}
pub fn phone(n: u128) -> String {
    format!("+1415555{:04}", 2000 + n)
}

/// Both tenants, one member each, and Acme's numbers 1 and 2.
pub async fn settle(store: &Store) {
    store
        .system_write(async |tx| {
            for (id, name) in [(ACME, "Acme"), (BOLT, "Bolt")] {
                tx.exec(
                    "INSERT INTO tenant (tenant_id, name, settings, created_at_us) VALUES ($1, $2, '{}', 0)",
                    args![id, name],
                )
                .await?;
            }
            for (id, email, tenant) in [(ANN, "ann@acme.example", ACME), (BEN, "ben@acme.example", ACME)] {
                let name = if id == ANN { "Ann" } else { "Ben" };
                tx.exec(
                    "INSERT INTO user_account (id, email, name, password_hash, created_at_us) VALUES ($1, $2, $3, '-', 0)",
                    args![id, email, name],
                )
                .await?;
                tx.exec(
                    "INSERT INTO member (tenant_id, user_id, role, created_at_us) VALUES ($1, $2, 'agent', 0)",
                    args![tenant, id],
                )
                .await?;
            }
            tx.exec(
                "INSERT INTO carrier_account (id, owner, name, kind, base_url, api_key, api_key_hint, public_keys, created_at_us)
                 VALUES ($1, NULL, 'Sandbox', 'sandbox', '', $2, '', '[]', 0)",
                args![ACCOUNT, vec![0_u8]],
            )
            .await
        })
        .await
        .unwrap();
    for n in 1..=2 {
        put_number(store, ACME, n, true).await;
    }
    put_number(store, BOLT, 9, true).await;
}

pub async fn put_number(store: &Store, tenant: TenantId, n: u128, enabled: bool) {
    store
        .write(tenant, async move |tx| {
            tx.exec(
                "INSERT INTO number (tenant_id, id, address, kind, label, carrier_account_id, enabled, rate_millis, problems,
                     created_at_us)
                 VALUES ($1, $2, $3, 'long_code', 'Front desk', $4, $5, 1000, '[]', 0)",
                args![number(n), format!("+1212555{:04}", 1000 + n), ACCOUNT, enabled],
            )
            .await
        })
        .await
        .unwrap();
}

pub async fn put_contact(store: &Store, tenant: TenantId, n: u128, name: &'static str) {
    let phone = store::contact::address::Named { kind: store::contact::address::PHONE, address: phone(n) };
    let known = store::contact::Change { name: Some(name.into()), ..Default::default() };
    let new = store::contact::New { id: contact(n), addresses: vec![phone], known };
    store.write(tenant, async move |tx| store::contact::create(tx, at(0), &new).await).await.unwrap();
}

/// A conversation with a contact of the same `n`, who is made with it.
pub struct Thread {
    pub n: u128,
    pub tenant: TenantId,
    pub status: &'static str,
    pub active_at: i64,
    pub inbound: i64,
    pub number: u128,
}

impl Thread {
    pub fn open(n: u128, active_at: i64) -> Self {
        Self { n, tenant: ACME, status: "open", active_at, inbound: 0, number: 1 }
    }
}

pub async fn put_thread(store: &Store, thread: Thread) {
    put_contact(store, thread.tenant, thread.n, "").await;
    store
        .write(thread.tenant, async move |tx| {
            tx.exec(
                "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current, status,
                     holder, guide, version, inbound_count, last_message_at_us, preview, created_at_us)
                 VALUES ($1, $2, 'sms', $3, $4, $5, $2, TRUE, $6, 'nobody', '', 1, $7, $8, '', $9)",
                args![
                    conversation(thread.n),
                    contact(thread.n),
                    number(thread.number),
                    phone(thread.n),
                    thread.status,
                    thread.inbound,
                    at(thread.active_at),
                    at(0)
                ],
            )
            .await
        })
        .await
        .unwrap();
}

pub async fn put_message(store: &Store, tenant: TenantId, n: u128, thread: u128, author: Option<UserId>) {
    let (direction, kind, id) = match author {
        Some(user) => ("out", "member", Uuid::from(user)),
        None => ("in", "contact", Uuid::from(contact(thread))),
    };
    store
        .write(tenant, async move |tx| {
            tx.exec(
                "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body,
                     encoding, segments, status, stop_if_reply, answers, created_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'Hello', 'gsm7', 1, 'sent', FALSE, $5 = 'out', $8)",
                args![message(n), conversation(thread), contact(thread), direction, kind, id, at(1)],
            )
            .await
        })
        .await
        .unwrap();
}

pub async fn put_assistant(store: &Store, n: u128) {
    let settings = domain::assistant::Settings::default();
    store
        .write(ACME, async move |tx| {
            let keys = [KeyChange { base_url: "https://a.test".into(), sealed: Some(b"sealed".to_vec()) }];
            store::assistant::create(tx, at(0), assistant(n), Author::System, "Ada", &settings, &keys).await
        })
        .await
        .unwrap();
}

pub async fn log(store: &Store, tenant: TenantId, lines: Vec<(Kind, Uuid)>) -> i64 {
    store
        .write(tenant, async move |tx| {
            let lines: Vec<Line> = lines
                .iter()
                .map(|(kind, subject)| Line { kind: *kind, subject: *subject, conversation: None })
                .collect();
            event::append(tx, at(5), &lines).await
        })
        .await
        .unwrap()
}

pub async fn read<T: Send + 'static>(
    store: &Store,
    tenant: TenantId,
    body: impl AsyncFn(&mut store::TenantTx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.read(tenant, body).await.unwrap()
}
