//! Tenants, people, sessions, keys, and answers that are given once.

use domain::{
    access::{Role, Scope},
    id::{ApiKeyId, TenantId, UserId},
    tenant::Settings,
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Store, StoreError, SystemTx, TenantTx,
    api_key::{self, ApiKey},
    idempotency, member, on_both_engines,
    session::{self, NewSession},
    setup, tenant,
    user::{self, User},
};
use uuid::Uuid;

const ACME: TenantId = TenantId(Uuid::from_u128(0xAC));
const BOLT: TenantId = TenantId(Uuid::from_u128(0xB0));
const ANN: UserId = UserId(Uuid::from_u128(1));
const BEN: UserId = UserId(Uuid::from_u128(2));

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

async fn two_tenants(store: &Store) {
    store
        .system_write(async |tx: &mut SystemTx<'_>| {
            tenant::create(tx, ACME, "Acme", &Settings::default(), at(0)).await?;
            tenant::create(tx, BOLT, "Bolt", &Settings::default(), at(0)).await?;
            for (id, email) in [(ANN, "ann@example.test"), (BEN, "ben@example.test")] {
                user::create(tx, &User { id, email: email.into(), name: "Someone".into() }, "hash", at(0)).await?;
            }
            member::add(&mut tx.for_tenant(ACME), ANN, Role::Owner, at(0)).await?;
            member::add(&mut tx.for_tenant(ACME), BEN, Role::Agent, at(0)).await?;
            member::add(&mut tx.for_tenant(BOLT), BEN, Role::Owner, at(0)).await
        })
        .await
        .unwrap();
}

async fn sign_in(store: &Store, token: [u8; 32], user: UserId, tenant: TenantId) {
    store
        .system_write(async move |tx: &mut SystemTx<'_>| {
            let new = NewSession { token_hash: &token, user, tenant, now: at(0), expires_at: at(100) };
            session::create(tx, new).await
        })
        .await
        .unwrap();
}

async fn role_of(store: &Store, token: [u8; 32], now: Timestamp) -> Option<(TenantId, Role)> {
    let found =
        store.system_read(async move |tx: &mut SystemTx<'_>| session::by_token(tx, &token, now).await).await.unwrap();
    found.map(|session| (session.tenant_id, session.role))
}

fn key(id: u128, scopes: &[&str]) -> ApiKey {
    ApiKey {
        id: ApiKeyId(Uuid::from_u128(id)),
        name: "Shop".into(),
        prefix: "tdk_abcdef".into(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        created_at: at(0),
        last_used_at: None,
        revoked_at: None,
    }
}

on_both_engines! {
    async fn settings_are_read_back(store) {
        two_tenants(&store).await;
        let changed = store.write(ACME, async |tx: &mut TenantTx<'_>| {
            let mut found = tenant::read_to_change(tx).await?;
            found.settings.undo_seconds = 30;
            tenant::change(tx, "Acme & Sons", &found.settings).await?;
            tenant::read(tx).await
        }).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.settings.undo_seconds), ("Acme & Sons", 30));
        let other = store.read(BOLT, async |tx: &mut TenantTx<'_>| tenant::read(tx).await).await.unwrap();
        assert_eq!((other.name.as_str(), other.settings), ("Bolt", Settings::default()));
    }

    async fn an_address_is_one_person(store) {
        two_tenants(&store).await;
        let twin = User { id: UserId(Uuid::from_u128(9)), email: "ann@example.test".into(), name: "Twin".into() };
        let error = store.system_write(async move |tx: &mut SystemTx<'_>| user::create(tx, &twin, "hash", at(1)).await)
            .await.unwrap_err();
        assert!(matches!(error, StoreError::Unique(name) if name == user::EMAIL_TAKEN));
    }

    async fn nobody_is_a_member_twice(store) {
        two_tenants(&store).await;
        let error = store.write(ACME, async |tx: &mut TenantTx<'_>| member::add(tx, ANN, Role::Agent, at(1)).await)
            .await.unwrap_err();
        assert!(matches!(error, StoreError::Unique(name) if name == member::ALREADY_MEMBER));
    }

    async fn a_member_of_two_tenants_is_someone_else_in_each(store) {
        two_tenants(&store).await;
        let everywhere = store.system_read(async |tx: &mut SystemTx<'_>| member::tenants_of(tx, BEN).await).await.unwrap();
        let roles: Vec<_> = everywhere.iter().map(|one| (one.name.as_str(), one.role)).collect();
        assert_eq!(roles, [("Acme", Role::Agent), ("Bolt", Role::Owner)]);
        let page = store.read(ACME, async |tx: &mut TenantTx<'_>| member::list(tx, Some(ANN), 10).await).await.unwrap();
        assert_eq!(page.iter().map(|one| one.user_id).collect::<Vec<_>>(), [BEN]);
        let owners = store.write(ACME, async |tx: &mut TenantTx<'_>| member::owners(tx).await).await.unwrap();
        assert_eq!(owners, [ANN]);
    }

    async fn a_session_counts_while_it_lasts_and_its_person_is_in(store) {
        two_tenants(&store).await;
        sign_in(&store, [1; 32], BEN, ACME).await;
        assert_eq!(role_of(&store, [1; 32], at(99)).await, Some((ACME, Role::Agent)));
        assert_eq!(role_of(&store, [1; 32], at(100)).await, None);
        assert_eq!(role_of(&store, [2; 32], at(1)).await, None);
        store.write(ACME, async |tx: &mut TenantTx<'_>| member::change(tx, BEN, Role::Manager).await).await.unwrap();
        assert_eq!(role_of(&store, [1; 32], at(1)).await, Some((ACME, Role::Manager)));
        store.write(ACME, async |tx: &mut TenantTx<'_>| member::remove(tx, BEN).await).await.unwrap();
        assert_eq!(role_of(&store, [1; 32], at(1)).await, None);
    }

    async fn a_tenant_always_has_an_owner(store) {
        two_tenants(&store).await;
        let (changed, removed) = store.write(ACME, async |tx: &mut TenantTx<'_>| {
            Ok::<_, StoreError>((member::change(tx, ANN, Role::Agent).await?, member::remove(tx, ANN).await?))
        }).await.unwrap();
        assert_eq!((changed, removed), (false, None));
        let (made, parted) = store.write(ACME, async |tx: &mut TenantTx<'_>| {
            Ok::<_, StoreError>((member::change(tx, BEN, Role::Owner).await?, member::remove(tx, ANN).await?))
        }).await.unwrap();
        assert_eq!((made, parted), (true, Some(Vec::new())));
        let owners = store.write(ACME, async |tx: &mut TenantTx<'_>| member::owners(tx).await).await.unwrap();
        assert_eq!(owners, [BEN]);
    }

    async fn nobody_switches_to_a_tenant_of_others(store) {
        two_tenants(&store).await;
        sign_in(&store, [1; 32], BEN, ACME).await;
        sign_in(&store, [2; 32], ANN, ACME).await;
        for (token, switched) in [([1; 32], true), ([2; 32], false)] {
            let done = store.system_write(async move |tx: &mut SystemTx<'_>| session::switch(tx, &token, BOLT).await).await;
            assert_eq!(done.unwrap(), switched);
        }
        assert_eq!(role_of(&store, [1; 32], at(1)).await, Some((BOLT, Role::Owner)));
        assert_eq!(role_of(&store, [2; 32], at(1)).await, Some((ACME, Role::Owner)));
    }

    async fn another_password_signs_everybody_out(store) {
        two_tenants(&store).await;
        sign_in(&store, [1; 32], BEN, ACME).await;
        store.system_write(async |tx: &mut SystemTx<'_>| user::set_password(tx, BEN, "new").await).await.unwrap();
        assert_eq!(role_of(&store, [1; 32], at(1)).await, None);
        let known = store.system_read(async |tx: &mut SystemTx<'_>| user::credentials(tx, "ben@example.test").await).await;
        assert_eq!(known.unwrap().unwrap().password_hash, "new");
    }

    async fn ended_sessions_are_forgotten(store) {
        two_tenants(&store).await;
        sign_in(&store, [1; 32], BEN, ACME).await;
        for (now, forgotten) in [(at(99), 0), (at(100), 1)] {
            let count = store.system_write(async move |tx: &mut SystemTx<'_>| session::forget_ended(tx, now).await).await;
            assert_eq!(count.unwrap(), forgotten);
        }
    }

    async fn a_key_opens_until_it_is_revoked(store) {
        two_tenants(&store).await;
        let id = ApiKeyId(Uuid::from_u128(7));
        store.write(ACME, async |tx: &mut TenantTx<'_>| api_key::create(tx, &key(7, &["contacts:read"]), &[7; 32]).await)
            .await.unwrap();
        let find = async || store.system_read(async |tx: &mut SystemTx<'_>| api_key::by_token(tx, &[7; 32]).await).await.unwrap();
        let holder = find().await.unwrap();
        assert_eq!((holder.tenant_id, holder.scopes), (ACME, vec![Scope::ContactsRead]));
        let revoke = async |tenant| store.write(tenant, async move |tx: &mut TenantTx<'_>| api_key::revoke(tx, id, at(5)).await).await.unwrap();
        assert!(!revoke(BOLT).await);
        assert!(find().await.is_some());
        assert!(revoke(ACME).await && revoke(ACME).await);
        assert!(find().await.is_none());
        let listed = store.read(ACME, async |tx: &mut TenantTx<'_>| api_key::list(tx, None, 10).await).await.unwrap();
        assert_eq!(listed[0].revoked_at, Some(at(5)));
        assert!(store.read(BOLT, async |tx: &mut TenantTx<'_>| api_key::list(tx, None, 10).await).await.unwrap().is_empty());
    }

    async fn a_star_is_every_scope(store) {
        two_tenants(&store).await;
        store.write(ACME, async |tx: &mut TenantTx<'_>| api_key::create(tx, &key(7, &["*"]), &[7; 32]).await).await.unwrap();
        let holder = store.system_read(async |tx: &mut SystemTx<'_>| api_key::by_token(tx, &[7; 32]).await).await.unwrap();
        assert_eq!(holder.unwrap().scopes, Scope::ALL);
    }

    async fn a_setup_link_opens_an_empty_house_once(store) {
        let write = async |hash: [u8; 32], now| {
            store.system_write(async move |tx: &mut SystemTx<'_>| setup::create(tx, &hash, now).await).await.unwrap();
        };
        let take = async |hash: [u8; 32]| {
            store.system_write(async move |tx: &mut SystemTx<'_>| setup::take(tx, &hash, at(3)).await).await.unwrap()
        };
        write([1; 32], at(1)).await;
        write([2; 32], at(2)).await;
        assert!(!take([1; 32]).await, "a newer link voids the older");
        assert!(take([2; 32]).await);
        assert!(!take([2; 32]).await);
        write([3; 32], at(4)).await;
        two_tenants(&store).await;
        assert!(!take([3; 32]).await, "somebody has moved in");
    }

    async fn an_answer_is_kept_for_a_day_per_tenant(store) {
        two_tenants(&store).await;
        let keep = async |print: [u8; 32], now: Timestamp| {
            store.write(ACME, async move |tx: &mut TenantTx<'_>| idempotency::keep(tx, "k", &print, "{}", now).await).await
        };
        let find = async |tenant, now: Timestamp| {
            store.read(tenant, async move |tx: &mut TenantTx<'_>| idempotency::find(tx, "k", now).await).await.unwrap()
        };
        let day = SignedDuration::from_hours(24).as_secs();
        keep([1; 32], at(0)).await.unwrap();
        assert_eq!(find(ACME, at(day - 1)).await.unwrap().fingerprint, [1; 32]);
        assert!(find(BOLT, at(1)).await.is_none());
        let taken = keep([2; 32], at(1)).await.unwrap_err();
        assert!(matches!(taken, StoreError::Unique(name) if name == idempotency::KEY_TAKEN));
        assert!(find(ACME, at(day)).await.is_none());
        keep([2; 32], at(day)).await.unwrap();
        assert_eq!(find(ACME, at(day)).await.unwrap().fingerprint, [2; 32]);
        let forget = async |now: Timestamp| {
            store.system_write(async move |tx: &mut SystemTx<'_>| idempotency::forget_old(tx, now, 10).await).await.unwrap()
        };
        assert_eq!((forget(at(day)).await, forget(at(2 * day)).await), (0, 1));
    }

    async fn a_password_changed_by_its_person_ends_their_other_sessions(store) {
        two_tenants(&store).await;
        for (token, user, tenant) in [([1; 32], BEN, ACME), ([2; 32], BEN, BOLT), ([3; 32], ANN, ACME)] {
            sign_in(&store, token, user, tenant).await;
        }
        let change = async |old: &'static str, new: &'static str| {
            store.system_write(async move |tx: &mut SystemTx<'_>| user::change_password(tx, BEN, (old, new), &[1; 32]).await)
                .await.unwrap()
        };
        assert!(!change("another", "new").await, "it was changed meanwhile");
        assert!(role_of(&store, [2; 32], at(1)).await.is_some());
        assert!(change("hash", "new").await);
        assert!(role_of(&store, [1; 32], at(1)).await.is_some() && role_of(&store, [3; 32], at(1)).await.is_some());
        assert_eq!(role_of(&store, [2; 32], at(1)).await, None);
        let hash = async |id| {
            store.system_read(async move |tx: &mut SystemTx<'_>| user::password_hash(tx, id).await).await.unwrap()
        };
        assert_eq!((hash(BEN).await.as_deref(), hash(ANN).await.as_deref()), (Some("new"), Some("hash")));
    }
}
