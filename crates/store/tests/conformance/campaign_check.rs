//! What a launch would do: whom it would reach without a row for anybody, how far that was counted, and what texts cost lately.

use domain::campaign::forecast::{Fate, Forecast, Foreseen, Prices, Text, Who};
use domain::campaign::{Audience, Moved, Settings, Standing, State};
use domain::condition::{Catalogue, check as checked};
use domain::decision::{Change, Decision};
use domain::id::{CampaignId, Ids, NumberId, RecipientId, SegmentId, SnippetId};
use domain::message::Cost;
use domain::segment::Encoding;
use jiff::tz::TimeZone;
use serde_json::json;
use store::campaign::audience::{self, Freezing};
use store::campaign::check::{self, Check};
use store::campaign::{self, recipient};
use store::remember::remember;
use store::{Store, StoreError, TenantTx, args, on_both_engines, snippet};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, Thread, at, contact, number, phone, put_contact, settle};

const JUNE: CampaignId = CampaignId(Uuid::from_u128(0x60));
const NAMELESS: SegmentId = SegmentId(Uuid::from_u128(0x61));
const STRANGER: &str = "+14155559999";

fn june() -> Settings {
    Settings {
        body: "Hi {name}".into(),
        numbers: vec![number(1)],
        audience: Audience {
            tags: vec!["guests".into()],
            phones: vec![phone(5), STRANGER.into()],
            without_tags: vec!["vip".into()],
            ..Audience::default()
        },
        ..Settings::default()
    }
}

/// Contacts 1 to 6, of whom 1 to 4 are guests, and 4 and 6 are very important; and the campaign.
async fn prepare(store: &Store) {
    settle(store).await;
    for (n, name) in (1..=6).zip(["Ann", "Ben", "Cam", "Dan", "Eve", "Flo"]) {
        put_contact(store, ACME, n, name).await;
    }
    store
        .write(ACME, async |tx: &mut TenantTx<'_>| {
            for (n, tag) in [(1, "guests"), (2, "guests"), (3, "guests"), (4, "guests"), (4, "vip"), (6, "vip")] {
                let sql = "INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES ($1, $2, $3)";
                tx.exec(sql, args![contact(n), tag]).await?;
            }
            campaign::create(tx, at(0), JUNE, "June", &june(), Some(ANN)).await
        })
        .await
        .unwrap();
}

async fn found(store: &Store) -> Option<Check> {
    desk::read(store, ACME, async |tx| check::find(tx, JUNE).await).await
}

async fn begin(store: &Store, second: i64) -> i64 {
    store.write(ACME, async move |tx| check::begin(tx, at(second), JUNE, (at(second + 60), None)).await).await.unwrap()
}

async fn change(store: &Store, settings: Settings) {
    let work = async move |tx: &mut TenantTx<'_>| campaign::change(tx, JUNE, Some("July"), &settings).await;
    store.write(ACME, work).await.unwrap();
}

fn counted() -> Forecast {
    let mut forecast = Forecast::new(at(60));
    let text = Text { body: "Hi".into(), segments: 1, units: 2, encoding: Encoding::Gsm7 };
    let foreseen = Foreseen { fate: Fate::Now(text), odd: Vec::new(), own_time: None };
    forecast.count(&Who::Contact(contact(1)), &phone(1), number(1), &foreseen);
    forecast.count(&Who::Phone(STRANGER.into()), STRANGER, number(1), &foreseen);
    forecast
}

on_both_engines! {
    /// It is kept how far it is, and made anew when it is asked for again.
    async fn a_check_is_kept_and_knows_when_it_is_out_of_date(store) {
        prepare(&store).await;
        assert_eq!(found(&store).await, None);
        assert_eq!(begin(&store, 0).await, 1);
        let fresh = found(&store).await.unwrap();
        assert_eq!((fresh.run, fresh.is_done, fresh.is_stale, fresh.looked, fresh.to_look), (1, false, false, 0, None));
        assert_eq!((fresh.starts_at, fresh.began_at, &fresh.forecast), (at(60), at(0), &Forecast::new(at(60))));
        let estimate = counted().estimate(&[(number(1), 1_000)].into(), &Prices::default());
        let went_on = Check {
            is_done: true,
            counted_to: Some(contact(3).0),
            counted_phones: 2,
            looked: 5,
            to_look: Some(8),
            forecast: counted(),
            estimate: Some(estimate),
            ended_at: Some(at(9)),
            ..fresh
        };
        let kept = went_on.clone();
        let keep = async move |tx: &mut TenantTx<'_>| {
            assert!(check::hold(tx, JUNE).await?.is_some());
            check::go_on(tx, &kept).await
        };
        store.write(ACME, keep).await.unwrap();
        assert_eq!(found(&store).await, Some(went_on));
        assert_eq!(desk::read(&store, BOLT, async |tx| check::find(tx, JUNE).await).await, None);

        change(&store, june()).await;
        assert!(!found(&store).await.unwrap().is_stale, "only its name is another");
        change(&store, Settings { body: "Hello {name}".into(), ..june() }).await;
        assert!(found(&store).await.unwrap().is_stale);
        assert_eq!(begin(&store, 100).await, 2);
        let anew = found(&store).await.unwrap();
        assert_eq!((anew.is_done, anew.is_stale, anew.looked, anew.counted_to), (false, false, 0, None));
        assert_eq!((anew.starts_at, anew.forecast, anew.estimate), (at(160), Forecast::new(at(160)), None));
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::remove(tx, JUNE).await).await.unwrap();
        assert_eq!(found(&store).await, None, "it goes with its campaign");
    }

    /// The same people as a launch would give rows to, and nobody becomes a contact.
    async fn an_audience_is_gone_through_without_a_row_for_anybody(store) {
        prepare(&store).await;
        let page = async |after, limit| {
            desk::read(&store, ACME, async move |tx| audience::page(tx, at(2), &june().audience, after, limit).await).await
        };
        let first = page(None, 2).await;
        assert_eq!((first.people, first.looked, first.last), (vec![(contact(1), phone(1)), (contact(2), phone(2))], 2, Some(contact(2).0)));
        let rest = page(first.last, 100).await;
        assert_eq!((rest.people, rest.looked, rest.last), (vec![(contact(3), phone(3))], 4, None));

        let node = json!({ "not": { "field": "name", "op": "is_set" } });
        let catalogue = Catalogue { fields: Vec::new(), lists: Vec::new(), campaigns: Vec::new(), zone: TimeZone::UTC };
        let nameless = checked(&serde_json::from_value(node).unwrap(), &catalogue).unwrap();
        let make = async move |tx: &mut TenantTx<'_>| store::segment::create(tx, at(1), NAMELESS, "Nameless", &nameless).await;
        store.write(ACME, make).await.unwrap();
        let named = async |without_segments: Vec<SegmentId>| {
            let audience = Audience { without_segments, ..june().audience };
            let phones = [phone(5), phone(6), STRANGER.to_owned()];
            desk::read(&store, ACME, async move |tx| audience::named(tx, at(2), &audience, &phones).await).await
        };
        let eve = (Some(contact(5)), phone(5));
        assert_eq!(named(Vec::new()).await, [eve.clone(), (None, STRANGER.into())], "a very important one is left out");
        assert_eq!(named(vec![NAMELESS]).await, [eve], "nothing would be known of the stranger");
        let contacts = desk::read(&store, ACME, async |tx| check::contacts(tx).await).await;
        assert_eq!(contacts, 6, "nobody was added");
        let phones = desk::read(&store, ACME, async |tx| check::phones(tx, &[contact(1), contact(9)]).await).await;
        assert_eq!(phones, [(contact(1), vec![phone(1)])].into());
        assert!(desk::read(&store, BOLT, async |tx| check::phones(tx, &[contact(1)]).await).await.is_empty());
    }

    /// Read by the same query as those who are due.
    async fn who_would_be_due_is_known_as_who_is(store) {
        prepare(&store).await;
        let work = async |tx: &mut TenantTx<'_>| {
            campaign::go_on(tx, at(1), JUNE, State::Scheduled, Some(at(60))).await?;
            let phones = [phone(1), phone(2), phone(3), STRANGER.to_owned()];
            let phones: Vec<&str> = phones.iter().map(String::as_str).collect();
            let from = |of: &str| (of != phone(2)).then_some(number(1));
            let would = recipient::would_be_due(tx, JUNE, &[], &phones, from).await?;
            let freezing = Freezing { campaign: JUNE, settings: &june(), now: at(2), ready_at: at(60) };
            audience::freeze(tx, &mut Ids::new(at(2), 1), freezing, None, 100).await?;
            let are = recipient::due(tx, (JUNE, false), number(1), &[], at(60), 100).await?;
            Ok::<_, StoreError>((would, are))
        };
        let (mut would, mut are) = store.write(ACME, work).await.unwrap();
        let told = |one: &recipient::DueRecipient| format!("{:?} {} {}", one.recipient.contact, one.name, one.recipient.phone);
        are.retain(|one| one.recipient.contact != contact(2));
        would.sort_by_key(|one| one.recipient.contact);
        assert_eq!(would.iter().map(told).collect::<Vec<_>>(), are.iter().map(told).collect::<Vec<_>>());
        assert_eq!(would.len(), 2, "nobody knows the stranger, and no number texts the second");
    }

    /// What was billed lately: in conversations, and in campaigns.
    async fn what_texts_cost_lately_is_known(store) {
        prepare(&store).await;
        let prices = async |tenant| desk::read(&store, tenant, async |tx| check::prices(tx, false).await).await;
        assert_eq!(prices(ACME).await, Prices::default());
        desk::put_thread(&store, Thread { n: 7, ..Thread::open(7, 1) }).await;
        desk::put_message(&store, ACME, 1, 7, Some(ANN)).await;
        let work = async |tx: &mut TenantTx<'_>| {
            campaign::go_on(tx, at(1), JUNE, State::Scheduled, Some(at(60))).await?;
            let freezing = Freezing { campaign: JUNE, settings: &june(), now: at(2), ready_at: at(60) };
            audience::freeze(tx, &mut Ids::new(at(2), 1), freezing, None, 1).await?;
            let sql = "UPDATE message SET parts = 2, cost_micros = 9000, currency = 'USD' WHERE tenant_id = $1";
            tx.exec(sql, args![]).await?;
            let one: RecipientId = recipient::page(tx, JUNE, None, None, 9).await?[0].id;
            let moved = |to, parts, micros| Change::RecipientMoved(Box::new(Moved {
                recipient: one,
                campaign: JUNE,
                conversation: None,
                to,
                ready_at: None,
                attempt: None,
                text: None,
                variant: None,
                carrier_ref: None,
                carrier: None,
                failure: None,
                parts,
                cost: micros_of(micros),
            }));
            let changes = vec![moved(Standing::Sending, None, None), moved(Standing::Delivered, Some(1), Some(4_000))];
            let decision = Decision { changes, effects: Vec::new() };
            remember(tx, at(61), &mut Ids::new(at(61), 7), std::slice::from_ref(&decision)).await?;
            Ok::<_, StoreError>(())
        };
        store.write(ACME, work).await.unwrap();
        let mut expected = Prices::default();
        expected.learn(number(1), &phone(7), &Cost { micros: 9_000, currency: "USD".into() }, 2);
        expected.learn(number(1), &phone(1), &Cost { micros: 4_000, currency: "USD".into() }, 1);
        assert_eq!(prices(ACME).await, expected);
        assert_eq!(prices(BOLT).await, Prices::default());
        let rates = desk::read(&store, ACME, async |tx| check::rates(tx, &[number(1), NumberId(Uuid::nil())]).await).await;
        assert_eq!(rates, [(number(1), 1_000)].into());
    }

    /// Under a name that no other has, whatever its case.
    async fn texts_are_kept_under_short_names(store) {
        settle(&store).await;
        let make = async |tenant, n: u128, name: &'static str| {
            let work = async move |tx: &mut TenantTx<'_>| snippet::create(tx, at(0), SnippetId(Uuid::from_u128(n)), name, "Hi").await;
            store.write(tenant, work).await
        };
        make(ACME, 1, "Hours").await.unwrap();
        make(ACME, 2, "Way").await.unwrap();
        make(BOLT, 3, "Hours").await.unwrap();
        let taken = |result| matches!(result, Err(StoreError::Unique(name)) if name == snippet::NAME_TAKEN);
        assert!(taken(make(ACME, 4, "HOURS").await));
        let first = SnippetId(Uuid::from_u128(1));
        let rename = async |name: &'static str| {
            store.write(ACME, async move |tx: &mut TenantTx<'_>| snippet::change(tx, at(9), first, Some(name), None).await).await
        };
        assert!(taken(rename("way").await));
        rename("hours").await.unwrap();
        let all = desk::read(&store, ACME, async |tx| snippet::page(tx, None, 9).await).await;
        let told: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.body.as_str(), one.changed_at)).collect();
        assert_eq!(told, [("hours", "Hi", at(9)), ("Way", "Hi", at(0))]);
        store.write(BOLT, async move |tx: &mut TenantTx<'_>| snippet::remove(tx, first).await).await.unwrap();
        assert_eq!(desk::read(&store, ACME, async |tx| snippet::count(tx).await).await, 2, "it is not Bolt's");
        store.write(ACME, async move |tx: &mut TenantTx<'_>| snippet::remove(tx, first).await).await.unwrap();
        assert_eq!(desk::read(&store, ACME, async move |tx| snippet::find(tx, first).await).await, None);
    }
}

fn micros_of(micros: Option<i64>) -> Option<Cost> {
    micros.map(|micros| Cost { micros, currency: "USD".into() })
}
