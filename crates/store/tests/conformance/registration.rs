//! How far the registrations of numbers have come, as it is remembered and heeded.

use domain::id::{CarrierAccountId, NumberId, TenantId};
use domain::number::Kind;
use domain::phone::Address;
use domain::registration::{Registration, State, Status};
use domain::tenant::Settings;
use jiff::{SignedDuration, Timestamp};
use store::campaign::pool;
use store::carrier_account::{self, NewAccount};
use store::number::{self, Added, NewNumber};
use store::queue::{self, Errand};
use store::registration::{self, Seen};
use store::{Store, StoreError, SystemTx, TenantTx, conversation, on_both_engines, tenant};
use uuid::Uuid;

const ACME: TenantId = TenantId(Uuid::from_u128(0xAC));
const BOLT: TenantId = TenantId(Uuid::from_u128(0xB0));
const ACCOUNT: CarrierAccountId = CarrierAccountId(Uuid::from_u128(1));
const ANN: &str = "+12125550123";
const PARIS: &str = "+33612345678";

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn id(n: u128) -> NumberId {
    NumberId(Uuid::from_u128(n))
}

/// Acme has two ordinary US numbers and one from elsewhere; Bolt has none.
async fn numbers(store: &Store) {
    store
        .system_write(async |tx: &mut SystemTx<'_>| {
            tenant::create(tx, ACME, "Acme", &Settings::default(), now()).await?;
            tenant::create(tx, BOLT, "Bolt", &Settings::default(), now()).await?;
            let account = NewAccount {
                id: ACCOUNT,
                name: "Main".into(),
                kind: "telnyx".into(),
                base_url: "https://api.example.test".into(),
                api_key: vec![1],
                api_key_hint: "KEY".into(),
                public_keys: vec!["AAAA".into()],
                created_at: now(),
            };
            let mut tx = tx.for_tenant(ACME);
            carrier_account::create(&mut tx, &account).await?;
            for (n, address) in [(1, "+14155552671"), (2, "+14155552672"), (3, "+4915123456789")] {
                let new = NewNumber {
                    id: id(n),
                    address: Address::parse_sender(address).unwrap(),
                    kind: Kind::LongCode,
                    label: String::new(),
                    account: ACCOUNT,
                    carrier_ref: Some(format!("ref-{n}")),
                    assistant: None,
                    rate_millis: 1_000,
                    created_at: now(),
                };
                assert_eq!(number::create(&mut tx, &new).await?, Added::Yes);
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

fn seen(n: u128, state: State, reason: Option<&str>, can_mms: Option<bool>, at: i64) -> (NumberId, Seen) {
    let address = Address::parse_sender("+14155552671").unwrap();
    let unseen = Registration::unseen(&address);
    let registration = Registration {
        status: Status::of(unseen.status.sender, Some(state)),
        campaign_id: (state == State::Registered).then(|| "c1".into()),
        brand_id: (state == State::Registered).then(|| "b1".into()),
        reason: reason.map(str::to_owned),
        read_at: Some(now() + SignedDuration::from_secs(at)),
    };
    (id(n), Seen { registration, can_mms })
}

async fn keep(store: &Store, tenant: TenantId, seen: Vec<(NumberId, Seen)>) -> Vec<NumberId> {
    let kept = async move |tx: &mut TenantTx<'_>| registration::keep(tx, now(), ACCOUNT, &seen).await;
    store.write(tenant, kept).await.unwrap()
}

async fn shown(store: &Store, n: u128) -> number::Number {
    store.read(ACME, async move |tx: &mut TenantTx<'_>| number::read(tx, id(n)).await).await.unwrap().unwrap()
}

on_both_engines! {
    async fn what_was_read_is_kept_and_told_only_if_it_is_news(store) {
        numbers(&store).await;
        let (new, abroad) = (shown(&store, 1).await, shown(&store, 3).await);
        assert_eq!((new.registration.state, new.registration.needed, new.can_mms), (State::Unknown, true, None));
        assert_eq!((new.registration.read_at, new.registration.mend.is_some()), (None, true));
        assert_eq!((abroad.registration.state, abroad.registration.needed), (State::NotNeeded, false));

        let first = vec![
            seen(1, State::Registered, None, Some(true), 1),
            seen(2, State::Rejected, Some("No website."), None, 1),
        ];
        assert_eq!(keep(&store, ACME, first.clone()).await, [id(1), id(2)]);
        let (one, other) = (shown(&store, 1).await, shown(&store, 2).await);
        assert_eq!((one.registration.state, one.can_mms, one.registration.stops_texts), (State::Registered, Some(true), false));
        assert_eq!((one.registration.campaign_id.as_deref(), one.registration.brand_id.as_deref()), (Some("c1"), Some("b1")));
        assert_eq!((other.registration.state, other.registration.stops_texts), (State::Rejected, true));
        assert_eq!(other.registration.reason.as_deref(), Some("No website."));

        let again = vec![
            seen(1, State::Registered, None, None, 60),
            seen(2, State::Rejected, Some("No website."), None, 60),
        ];
        assert!(keep(&store, ACME, again).await.is_empty(), "nothing is news");
        let one = shown(&store, 1).await;
        assert_eq!(one.registration.read_at, Some(now() + SignedDuration::from_secs(60)));
        assert_eq!(one.can_mms, Some(true), "what the carrier does not say stays");
        assert_eq!(keep(&store, ACME, vec![seen(1, State::Registered, None, Some(false), 61)]).await, [id(1)]);
        let moved = vec![seen(1, State::Suspended, None, None, 62), seen(2, State::Rejected, Some("Other."), None, 62)];
        assert_eq!(keep(&store, ACME, moved).await, [id(1), id(2)]);
        assert_eq!(shown(&store, 1).await.registration.campaign_id, None);
        assert!(keep(&store, BOLT, first).await.is_empty(), "another's number is not there");
        assert_eq!(shown(&store, 1).await.registration.state, State::Suspended);
    }

    async fn whoever_sends_sees_it_and_chooses_by_it(store) {
        numbers(&store).await;
        keep(&store, ACME, vec![seen(1, State::Unregistered, None, None, 1), seen(2, State::Registered, None, None, 1)]).await;
        let (sender, pool, first) = store
            .read(ACME, async |tx: &mut TenantTx<'_>| {
                let sender = queue::sender(tx, id(1)).await?.unwrap();
                let pool = pool::usable(tx, &[id(1), id(2)]).await?;
                Ok::<_, StoreError>((sender, pool, conversation::number_for(tx, ANN).await?))
            })
            .await
            .unwrap();
        assert!(!sender.registration.may_text(ANN) && sender.registration.may_text(PARIS));
        assert_eq!((pool.choose(ANN, Some(id(1))), pool.is_unregistered()), (Some(id(2)), false));
        assert_eq!(first, Some(id(2)), "a new conversation begins from one that is registered");
        let only = store.read(ACME, async |tx: &mut TenantTx<'_>| pool::usable(tx, &[id(1)]).await).await.unwrap();
        assert!(only.is_unregistered());
    }

    async fn numbers_of_an_account_are_found_some_at_a_time(store) {
        numbers(&store).await;
        let page = async |after, limit| {
            let page = async move |tx: &mut TenantTx<'_>| registration::of_account(tx, ACCOUNT, after, limit).await;
            let found = store.read(ACME, page).await.unwrap();
            found.into_iter().map(|known| (known.id, known.carrier_ref.unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 2).await, [(id(1), "ref-1".into()), (id(2), "ref-2".into())]);
        assert_eq!(page(Some(id(2)), 2).await, [(id(3), "ref-3".into())]);
        let of = async |tenant| {
            store.read(tenant, async |tx: &mut TenantTx<'_>| registration::of(tx, id(1)).await).await.unwrap()
        };
        assert_eq!(of(ACME).await.map(|(account, known)| (account, known.address)), Some((ACCOUNT, "+14155552671".into())));
        assert_eq!(of(BOLT).await, None);
    }

    async fn what_stops_texts_brings_the_next_reading_forward_unless_somebody_is_at_it(store) {
        numbers(&store).await;
        let daily = Errand::ReadRegistrations { account: ACCOUNT };
        let tomorrow = now() + SignedDuration::from_hours(24);
        let (errand, added) = (daily.clone(), Uuid::from_u128(9).into());
        store
            .write(ACME, async move |tx: &mut TenantTx<'_>| queue::add_errand(tx, added, tomorrow, &errand).await)
            .await
            .unwrap();
        let claim = async |hours: i64| {
            let at = now() + SignedDuration::from_hours(hours);
            let lease = SignedDuration::from_secs(180);
            let claim = async move |tx: &mut SystemTx<'_>| {
                queue::claim_errands(tx, "read_registration", at, lease, 9, &[]).await
            };
            store.system_write(claim).await.unwrap().into_iter().map(|claimed| claimed.errand).collect::<Vec<_>>()
        };
        keep(&store, ACME, vec![seen(1, State::Registered, None, None, 1)]).await;
        assert_eq!(claim(2).await, [], "all is well: tomorrow will do");
        keep(&store, ACME, vec![seen(1, State::Pending, None, None, 2)]).await;
        assert_eq!(claim(2).await, std::slice::from_ref(&daily));
        keep(&store, ACME, vec![seen(1, State::Rejected, None, None, 3)]).await;
        assert_eq!(claim(2).await, [], "somebody is at it");
        let again = now() + SignedDuration::from_hours(30);
        store
            .write(ACME, async move |tx: &mut TenantTx<'_>| queue::repeat_errand(tx, added, again).await)
            .await
            .unwrap();
        assert_eq!(claim(29).await, []);
        let taken_over = async move |tx: &mut SystemTx<'_>| queue::take_over_errands(tx, "read_registration", now()).await;
        assert_eq!(store.system_write(taken_over).await.unwrap(), 0, "what comes again by itself waits for its hour");
        assert_eq!(claim(30).await, [daily]);
    }
}
