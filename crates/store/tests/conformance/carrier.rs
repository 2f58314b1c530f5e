//! Carrier accounts and numbers: whose they are, and who may touch them.

use domain::{
    id::{CarrierAccountId, NumberId, TenantId},
    number::Kind,
    phone::Address,
    tenant::Settings,
};
use jiff::Timestamp;
use store::{
    Store, StoreError, SystemTx, TenantTx,
    carrier_account::{self, AccountChange, NewAccount},
    number::{self, Added, NewNumber, NumberChange},
    on_both_engines, tenant,
};
use uuid::Uuid;

const ACME: TenantId = TenantId(Uuid::from_u128(0xAC));
const BOLT: TenantId = TenantId(Uuid::from_u128(0xB0));
const OWN: CarrierAccountId = CarrierAccountId(Uuid::from_u128(1));
const SHARED: CarrierAccountId = CarrierAccountId(Uuid::from_u128(2));

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn account(id: CarrierAccountId) -> NewAccount {
    NewAccount {
        id,
        name: "Main".into(),
        kind: "telnyx".into(),
        base_url: "https://api.example.test".into(),
        api_key: vec![1, 2, 3],
        api_key_hint: "KEY…1234".into(),
        public_keys: vec!["AAAA".into()],
        created_at: now(),
    }
}

fn new_number(id: u128, account: CarrierAccountId, address: &str) -> NewNumber {
    NewNumber {
        id: NumberId(Uuid::from_u128(id)),
        address: Address::parse_sender(address).unwrap(),
        kind: Kind::LongCode,
        label: "Front desk".into(),
        account,
        carrier_ref: None,
        assistant: None,
        rate_millis: 1_000,
        created_at: now(),
    }
}

/// Acme has an account of its own; another is shared and granted to both.
async fn accounts(store: &Store) {
    store
        .system_write(async |tx: &mut SystemTx<'_>| {
            tenant::create(tx, ACME, "Acme", &Settings::default(), now()).await?;
            tenant::create(tx, BOLT, "Bolt", &Settings::default(), now()).await?;
            carrier_account::create(&mut tx.for_tenant(ACME), &account(OWN)).await?;
            carrier_account::create_shared(tx, &account(SHARED)).await?;
            for tenant in [ACME, BOLT, BOLT] {
                assert!(carrier_account::grant(tx, SHARED, tenant).await?);
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

async fn add(store: &Store, tenant: TenantId, new: NewNumber) -> Added {
    store.write(tenant, async move |tx: &mut TenantTx<'_>| number::create(tx, &new).await).await.unwrap()
}

on_both_engines! {
    async fn a_tenant_sees_its_own_accounts_and_the_shared_ones(store) {
        accounts(&store).await;
        let seen = async |tenant| {
            let page = store.read(tenant, async |tx: &mut TenantTx<'_>| carrier_account::list(tx, None, 10).await).await.unwrap();
            page.into_iter().map(|one| (one.id, one.shared)).collect::<Vec<_>>()
        };
        assert_eq!(seen(ACME).await, [(OWN, false), (SHARED, true)]);
        assert_eq!(seen(BOLT).await, [(SHARED, true)]);
        let granted = store.system_write(async |tx: &mut SystemTx<'_>| carrier_account::grant(tx, OWN, BOLT).await).await;
        assert!(!granted.unwrap(), "a tenant's own account is not given to others");
        assert_eq!(store.system_read(async |tx: &mut SystemTx<'_>| carrier_account::list_all(tx).await).await.unwrap().len(), 2);
    }

    async fn only_its_owner_changes_an_account(store) {
        accounts(&store).await;
        let rename = async |tenant, id| {
            store.write(tenant, async move |tx: &mut TenantTx<'_>| {
                let change = AccountChange {
                    name: Some("New".into()),
                    api_key: Some((vec![9], "KEY…9999".into())),
                    public_keys: Some(vec!["B".into(), "A".into()]),
                    ..AccountChange::default()
                };
                carrier_account::change(tx, id, &change).await
            }).await.unwrap()
        };
        assert!(!rename(BOLT, OWN).await && !rename(ACME, SHARED).await);
        assert!(rename(ACME, OWN).await);
        let found = store.read(ACME, async |tx: &mut TenantTx<'_>| carrier_account::read(tx, OWN).await).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.api_key_hint.as_str()), ("New", "KEY…9999"));
        assert_eq!(found.public_keys, ["B", "A"]);
        assert_eq!(found.base_url, "https://api.example.test");
        let key = store.system_read(async |tx: &mut SystemTx<'_>| carrier_account::sealed_key(tx, OWN).await).await.unwrap();
        assert_eq!(key, [9]);
    }

    async fn the_operator_changes_any_account(store) {
        accounts(&store).await;
        let rotate = async |id| {
            store.system_write(async move |tx: &mut SystemTx<'_>| {
                let change = AccountChange { api_key: Some((vec![9], "KEY…9999".into())), ..AccountChange::default() };
                carrier_account::change_any(tx, id, &change).await
            }).await.unwrap()
        };
        assert!(!rotate(CarrierAccountId(Uuid::from_u128(99))).await);
        for id in [OWN, SHARED] {
            assert!(rotate(id).await);
            let key = store.system_read(async move |tx: &mut SystemTx<'_>| carrier_account::sealed_key(tx, id).await).await.unwrap();
            assert_eq!(key, [9]);
        }
        let found = store.read(ACME, async |tx: &mut TenantTx<'_>| carrier_account::read(tx, OWN).await).await.unwrap().unwrap();
        assert_eq!((found.base_url.as_str(), found.api_key_hint.as_str()), ("https://api.example.test", "KEY…9999"));
    }

    async fn an_account_with_numbers_stays(store) {
        accounts(&store).await;
        assert_eq!(add(&store, ACME, new_number(1, OWN, "+13125550100")).await, Added::Yes);
        let remove = async |tenant| store.write(tenant, async |tx: &mut TenantTx<'_>| carrier_account::remove(tx, OWN).await).await;
        assert!(matches!(remove(ACME).await, Err(StoreError::Foreign(_))));
        let gone = store.write(ACME, async |tx: &mut TenantTx<'_>| number::remove(tx, NumberId(Uuid::from_u128(1))).await).await;
        assert!(gone.unwrap());
        assert!(!remove(BOLT).await.unwrap());
        assert!(remove(ACME).await.unwrap());
    }

    async fn a_number_of_an_account_has_one_owner(store) {
        accounts(&store).await;
        assert_eq!(add(&store, ACME, new_number(1, SHARED, "+13125550100")).await, Added::Yes);
        assert_eq!(add(&store, BOLT, new_number(2, SHARED, "+13125550100")).await, Added::Taken);
        assert_eq!(add(&store, ACME, new_number(3, SHARED, "+13125550100")).await, Added::Taken);
        assert_eq!(add(&store, BOLT, new_number(4, OWN, "+13125550101")).await, Added::NoAccount);
        let ours = store.read(ACME, async |tx: &mut TenantTx<'_>| number::by_address(tx, SHARED, "+13125550100").await).await;
        assert_eq!(ours.unwrap().unwrap().pretty, "+1 312-555-0100");
        let theirs = store.read(BOLT, async |tx: &mut TenantTx<'_>| number::by_address(tx, SHARED, "+13125550100").await).await;
        assert!(theirs.unwrap().is_none());
    }

    async fn what_others_have_is_told_whatever_account_they_have_it_at(store) {
        accounts(&store).await;
        for new in [new_number(1, OWN, "+13125550100"), new_number(2, OWN, "12345"), new_number(3, SHARED, "+13125550101")] {
            assert_eq!(add(&store, ACME, new).await, Added::Yes);
        }
        assert_eq!(add(&store, BOLT, new_number(4, SHARED, "+13125550102")).await, Added::Yes);
        let of_others = async |tenant| {
            let asked = ["+13125550100", "+13125550102", "+13125550103", "12345"];
            let read = store.system_read(async move |tx: &mut SystemTx<'_>| number::of_others(tx, tenant, asked).await);
            read.await.unwrap().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(of_others(BOLT).await, ["+13125550100"]);
        assert_eq!(of_others(ACME).await, ["+13125550102"]);
    }

    async fn what_is_not_changed_of_a_number_stays(store) {
        accounts(&store).await;
        let id = NumberId(Uuid::from_u128(1));
        add(&store, ACME, new_number(1, OWN, "+13125550100")).await;
        let change = async |tenant, enabled, rate_millis| {
            store.write(tenant, async move |tx: &mut TenantTx<'_>| {
                number::change(tx, id, &NumberChange { enabled, rate_millis, ..NumberChange::default() }).await
            }).await.unwrap()
        };
        assert!(!change(BOLT, Some(false), None).await);
        assert!(change(ACME, Some(false), None).await && change(ACME, None, Some(100)).await);
        let found = store.read(ACME, async move |tx: &mut TenantTx<'_>| number::read(tx, id).await).await.unwrap().unwrap();
        assert_eq!((found.enabled, found.label.as_str()), (false, "Front desk"));
        assert!((found.segments_per_second - 0.1).abs() < 1e-9);
        assert!(store.read(BOLT, async move |tx: &mut TenantTx<'_>| number::read(tx, id).await).await.unwrap().is_none());
    }

    async fn pages_of_numbers_go_on_where_they_ended(store) {
        accounts(&store).await;
        for n in 1..=5_u128 {
            add(&store, ACME, new_number(n, OWN, &format!("+1312555010{n}"))).await;
        }
        let page = async |after: Option<NumberId>| {
            store.read(ACME, async move |tx: &mut TenantTx<'_>| number::list(tx, after, 2).await).await.unwrap()
        };
        let mut seen = Vec::new();
        let mut after = None;
        while let Some(last) = { let rows = page(after).await; seen.extend(rows.iter().map(|one| one.id.0.as_u128())); rows.last().map(|one| one.id) } {
            after = Some(last);
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        let addresses = store.read(ACME, async |tx: &mut TenantTx<'_>| number::addresses_of(tx, OWN).await).await.unwrap();
        assert_eq!(addresses.len(), 5);
        let sandboxed = store.read(ACME, async |tx: &mut TenantTx<'_>| number::sandbox_addresses(tx).await).await.unwrap();
        assert!(sandboxed.is_empty());
    }
}
