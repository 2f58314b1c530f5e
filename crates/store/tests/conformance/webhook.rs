//! Endpoints of a tenant and what they were told.

use domain::{
    event::Kind,
    id::{DeliveryId, TenantId, WebhookId},
    tenant::Settings,
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Store, StoreError, SystemTx, TenantTx, args,
    event::{self, Line},
    on_both_engines,
    queue::{self, Told},
    tenant,
    webhook::{self, Webhook, WebhookChange},
};
use uuid::Uuid;

const ACME: TenantId = TenantId(Uuid::from_u128(0xAC));
const BOLT: TenantId = TenantId(Uuid::from_u128(0xB0));
const HOOK: WebhookId = WebhookId(Uuid::from_u128(1));
const OTHER: WebhookId = WebhookId(Uuid::from_u128(2));
const TOLD: DeliveryId = DeliveryId(Uuid::from_u128(5));

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn delivery(nth: u128) -> DeliveryId {
    DeliveryId(Uuid::from_u128(0xDE00 + nth))
}

async fn with_hook(store: &Store) {
    store
        .system_write(async |tx: &mut SystemTx<'_>| {
            tenant::create(tx, ACME, "Acme", &Settings::default(), at(0)).await?;
            tenant::create(tx, BOLT, "Bolt", &Settings::default(), at(0)).await?;
            let tx = &mut tx.for_tenant(ACME);
            happen(tx).await?;
            let new = Webhook {
                id: HOOK,
                url: "https://example.test/hooks".into(),
                events: vec!["message.created".into()],
                enabled: true,
                created_at: at(0),
            };
            webhook::create(tx, &new, b"sealed").await
        })
        .await
        .unwrap();
}

async fn happen(tx: &mut TenantTx<'_>) -> Result<(), StoreError> {
    let line = Line { kind: Kind::MessageCreated, subject: Uuid::from_u128(3), conversation: None };
    event::append(tx, at(0), &[line]).await.map(drop)
}

async fn told_seq(store: &Store) -> i64 {
    let sql = "SELECT told_seq FROM webhook WHERE tenant_id = $1";
    store.read(ACME, async move |tx: &mut TenantTx<'_>| tx.one(sql, args![]).await?.get(0)).await.unwrap()
}

async fn change(store: &Store, tenant: TenantId, change: WebhookChange) -> bool {
    store.write(tenant, async move |tx: &mut TenantTx<'_>| webhook::change(tx, HOOK, &change).await).await.unwrap()
}

on_both_engines! {
    async fn a_new_endpoint_is_told_of_what_comes(store) {
        with_hook(&store).await;
        assert_eq!(told_seq(&store).await, 1);
        let listed = store.read(ACME, async |tx: &mut TenantTx<'_>| webhook::list(tx, None, 10).await).await.unwrap();
        assert_eq!(listed[0].events, ["message.created"]);
        assert!(store.read(BOLT, async |tx: &mut TenantTx<'_>| webhook::read(tx, HOOK).await).await.unwrap().is_none());
    }

    async fn one_that_was_off_is_not_told_of_that_time(store) {
        with_hook(&store).await;
        assert!(change(&store, ACME, WebhookChange { enabled: Some(false), ..WebhookChange::default() }).await);
        store.write(ACME, async |tx: &mut TenantTx<'_>| happen(tx).await).await.unwrap();
        assert!(change(&store, ACME, WebhookChange { events: Some(vec!["*".into()]), ..WebhookChange::default() }).await);
        assert_eq!(told_seq(&store).await, 1);
        assert!(change(&store, ACME, WebhookChange { enabled: Some(true), ..WebhookChange::default() }).await);
        assert_eq!(told_seq(&store).await, 2);
        store.write(ACME, async |tx: &mut TenantTx<'_>| happen(tx).await).await.unwrap();
        assert!(change(&store, ACME, WebhookChange { enabled: Some(true), ..WebhookChange::default() }).await);
        assert_eq!(told_seq(&store).await, 2, "it was on: nothing is skipped");
        assert!(!change(&store, BOLT, WebhookChange::default()).await);
    }

    async fn a_delivery_is_told_again_and_goes_with_its_endpoint(store) {
        with_hook(&store).await;
        store.write(ACME, async |tx: &mut TenantTx<'_>| {
            tx.exec(
                "INSERT INTO webhook_delivery (tenant_id, id, webhook_id, seq, kind, state, attempts, last_status, body, created_at_us)
                 VALUES ($1, $2, $3, 1, 'message.created', 'failed', 9, 500, '{}', $4)",
                args![TOLD, HOOK, at(0)],
            ).await
        }).await.unwrap();
        let replay = async |tenant| {
            store.write(tenant, async |tx: &mut TenantTx<'_>| webhook::replay(tx, HOOK, TOLD, at(9)).await).await.unwrap()
        };
        assert!(replay(BOLT).await.is_none());
        let again = replay(ACME).await.unwrap();
        assert_eq!((again.state.as_str(), again.attempts, again.next_at), ("waiting", 0, Some(at(9))));
        let told = store.read(ACME, async |tx: &mut TenantTx<'_>| webhook::deliveries(tx, HOOK, None, 10).await).await.unwrap();
        assert_eq!((told.len(), told[0].last_status), (1, Some(500)));
        assert!(store.write(ACME, async |tx: &mut TenantTx<'_>| webhook::remove(tx, HOOK).await).await.unwrap());
        assert!(!store.write(ACME, async |tx: &mut TenantTx<'_>| webhook::remove(tx, HOOK).await).await.unwrap());
    }

    async fn one_delivery_of_each_endpoint_in_turn_is_claimed_and_none_of_those_passed_over(store) {
        with_hook(&store).await;
        store.system_write(async |tx: &mut SystemTx<'_>| {
            let bolt = &mut tx.for_tenant(BOLT);
            happen(bolt).await?;
            let new = Webhook {
                id: OTHER,
                url: "https://example.test/other".into(),
                events: vec!["*".into()],
                enabled: true,
                created_at: at(0),
            };
            webhook::create(bolt, &new, b"sealed").await?;
            queue::add_telling(bolt, delivery(9), OTHER, 1, "message.created", "{}", at(5)).await?;
            let acme = &mut tx.for_tenant(ACME);
            for seq in [2_u8, 1] {
                let id = delivery(seq.into());
                queue::add_telling(acme, id, HOOK, seq.into(), "message.created", "{}", at(1)).await?;
            }
            Ok::<_, StoreError>(())
        }).await.unwrap();
        let claim = async |now, passed_over: Vec<WebhookId>, limit| {
            let lease = SignedDuration::from_secs(60);
            let claimed = store.system_write(async move |tx: &mut SystemTx<'_>| {
                queue::claim_tellings(tx, now, lease, &passed_over, limit).await
            });
            let mut claimed: Vec<_> = claimed.await.unwrap().into_iter().map(|one| (one.id, one.attempt)).collect();
            claimed.sort();
            claimed
        };
        let next = async |passed_over: Vec<WebhookId>| {
            let found = async move |tx: &mut SystemTx<'_>| queue::next_telling(tx, &passed_over).await;
            store.system_read(found).await.unwrap()
        };
        assert_eq!(next(vec![]).await, Some(at(1)));
        assert_eq!(next(vec![HOOK]).await, Some(at(5)));
        assert_eq!(next(vec![HOOK, OTHER]).await, None);
        assert_eq!(claim(at(0), vec![], 9).await, [], "nothing is due");
        assert_eq!(claim(at(9), vec![HOOK, OTHER], 9).await, []);
        assert_eq!(claim(at(9), vec![OTHER], 9).await, [(delivery(1), 1)], "the first in line");
        assert_eq!(claim(at(9), vec![], 1).await, [(delivery(2), 1)], "who has waited longest");
        assert_eq!(claim(at(9), vec![], 9).await, [(delivery(9), 1)]);
        assert_eq!(claim(at(9), vec![], 9).await, [], "all have a lease");
        assert_eq!(claim(at(69), vec![], 9).await, [(delivery(1), 2), (delivery(9), 2)], "until it ends");
    }

    async fn what_ended_long_ago_is_forgotten_and_what_waits_is_not(store) {
        with_hook(&store).await;
        store.write(ACME, async |tx: &mut TenantTx<'_>| {
            for seq in 1..=5_u8 {
                let id = delivery(seq.into());
                queue::add_telling(tx, id, HOOK, seq.into(), "message.created", "{}", at(0)).await?;
            }
            let told = |delivered, again_at| Told { delivered, status: None, error: None, again_at };
            queue::tell_ended(tx, at(1), delivery(1), &told(true, None)).await?;
            queue::tell_ended(tx, at(2), delivery(2), &told(false, None)).await?;
            queue::tell_ended(tx, at(2), delivery(3), &told(false, Some(at(3)))).await?;
            queue::tell_ended(tx, at(9), delivery(4), &told(true, None)).await?;
            queue::tell_ended(tx, at(1), delivery(5), &told(true, None)).await?;
            webhook::replay(tx, HOOK, delivery(5), at(2)).await.map(drop)
        }).await.unwrap();
        let forget = async |limit| {
            store.system_write(async move |tx: &mut SystemTx<'_>| queue::forget_tellings(tx, at(9), limit).await).await.unwrap()
        };
        let left = async || {
            let page = async |tx: &mut TenantTx<'_>| webhook::deliveries(tx, HOOK, None, 10).await;
            store.read(ACME, page).await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(forget(1).await, 1);
        assert_eq!(left().await, [5, 4, 3, 2].map(delivery), "the oldest first");
        assert_eq!((forget(9).await, forget(9).await), (1, 0));
        assert_eq!(left().await, [5, 4, 3].map(delivery), "one that is told again, a new one, one that waits");
    }
}
