//! What is attached to a campaign: media and a workflow.

use domain::campaign::forecast::Prices;
use domain::campaign::{Moved, Settings, Standing, State};
use domain::id::{MediaId, WorkflowId};
use domain::message::Cost;
use domain::workflow::{Document, Standing as Runs};
use jiff::SignedDuration;
use serde_json::json;
use store::campaign::{self, attached, check, recipient};
use store::contact::erase::{Erasure, erase};
use store::{Store, StoreError, TenantTx, args, media, on_both_engines, workflow};
use uuid::Uuid;

use crate::campaign::{JUNE, change, freeze, moved, moves, prepare, shown};
use crate::desk::{self, ACME, BOLT, at, contact, number};

fn picture(n: u128) -> MediaId {
    MediaId(Uuid::from_u128(n))
}

/// Pictures 1 and 2, which were uploaded, and 3, which came in from somebody; the campaign sends the second and the first.
async fn attach(store: &Store) {
    prepare(store).await;
    let work = async |tx: &mut TenantTx<'_>| {
        for n in 1..=3 {
            media::create(tx, at(0), picture(n), "image/png", &[7; 10], &media::token(ACME, &[7; 24])).await?;
        }
        let sql = "UPDATE media SET source_url = 'https://carrier.example/3' WHERE tenant_id = $1 AND id = $2";
        tx.exec(sql, args![picture(3)]).await?;
        says(tx, &[2, 1]).await
    };
    store.write(ACME, work).await.unwrap();
}

async fn says(tx: &mut TenantTx<'_>, pictures: &[u128]) -> Result<(), StoreError> {
    let before = campaign::settings(tx, JUNE).await?.unwrap();
    let settings = Settings { media: pictures.iter().copied().map(picture).collect(), ..before };
    campaign::change(tx, JUNE, None, &settings).await.map(|_| ())
}

async fn lent(store: &Store, seconds: i64, n: u128) -> bool {
    desk::read(store, ACME, async move |tx| attached::is_lent(tx, at(seconds), picture(n)).await).await
}

on_both_engines! {
    /// For as long as the campaign that sends it is not over, and two days.
    async fn a_picture_is_lent_while_a_campaign_sends_it(store) {
        attach(&store).await;
        let days = |days: i64| SignedDuration::from_hours(24 * days).as_secs();
        assert!(lent(&store, days(400), 1).await && lent(&store, days(400), 2).await && !lent(&store, 0, 3).await);
        let theirs = desk::read(&store, BOLT, async |tx| attached::is_lent(tx, at(0), picture(1)).await).await;
        assert!(!theirs, "it is none of Bolt's");
        store.write(ACME, async |tx| says(tx, &[1]).await).await.unwrap();
        assert!(lent(&store, 0, 1).await && !lent(&store, 0, 2).await, "it sends the first only by now");
        store.write(ACME, async |tx| campaign::go_on(tx, at(100), JUNE, State::Cancelled, None).await).await.unwrap();
        assert!(lent(&store, 100 + days(2), 1).await && !lent(&store, 101 + days(2), 1).await);
        let uploaded = async |tenant| {
            let all = [1, 2, 3].map(picture);
            let found = desk::read(&store, tenant, async move |tx| media::uploaded(tx, &all).await).await;
            let mut found: Vec<_> = found.into_keys().collect();
            found.sort();
            found
        };
        assert_eq!(uploaded(ACME).await, [picture(1), picture(2)]);
        assert!(uploaded(BOLT).await.is_empty());
    }

    /// Whoever is under way knows the workflow of their campaign; who is handed over to it twice, is so once.
    async fn a_workflow_is_known_of_those_who_go_into_it(store) {
        prepare(&store).await;
        let carries = async |workflow: Option<WorkflowId>| {
            let work = async move |tx: &mut TenantTx<'_>| {
                let before = campaign::settings(tx, JUNE).await?.unwrap();
                campaign::change(tx, JUNE, None, &Settings { workflow_id: workflow, ..before }).await
            };
            store.write(ACME, work).await.unwrap();
        };
        assert_eq!(freeze(&store, None, 100).await, None);
        let ann = shown(&store).await.into_iter().find(|one| one.contact_id == contact(1)).unwrap().id;
        let known = async || {
            let mut found = store.write(ACME, async move |tx| recipient::by_ids(tx, &[ann]).await).await.unwrap();
            found.remove(&ann).unwrap().workflow
        };
        assert_eq!(known().await, None);
        let workflow = WorkflowId(Uuid::from_u128(9));
        carries(Some(workflow)).await;
        assert_eq!(known().await, Some(workflow));
        carries(None).await;
        assert_eq!(known().await, None);
    }

    /// Its draft is taken away, and nothing is left of what was attached.
    async fn a_draft_that_is_taken_away_lends_nothing(store) {
        attach(&store).await;
        let work = async |tx: &mut TenantTx<'_>| {
            campaign::go_on(tx, at(2), JUNE, State::Draft, None).await?;
            campaign::remove(tx, JUNE).await
        };
        store.write(ACME, work).await.unwrap();
        assert!(!lent(&store, 3, 1).await);
    }

    /// Whoever is forgotten takes along what they sent, but not what a campaign sends to others, too.
    async fn what_a_campaign_sends_is_not_forgotten_with_one_of_those_who_got_it(store) {
        attach(&store).await;
        desk::put_thread(&store, desk::Thread::open(7, 1)).await;
        desk::put_message(&store, ACME, 1, 7, None).await;
        let said = serde_json::to_string(&[picture(1), picture(3)]).unwrap();
        let work = async move |tx: &mut TenantTx<'_>| {
            tx.exec("UPDATE message SET media = $2 WHERE tenant_id = $1", args![&said]).await?;
            erase(tx, at(30), contact(7)).await
        };
        assert!(matches!(store.write(ACME, work).await.unwrap(), Erasure::Done(_)));
        let all = [1, 2, 3].map(picture);
        let left = desk::read(&store, ACME, async move |tx| media::by_ids(tx, &all).await).await;
        let mut left: Vec<_> = left.into_keys().collect();
        left.sort();
        assert_eq!(left, [picture(1), picture(2)]);
    }

    /// Its texts go for months: whatever of it was published once can be fetched, and is no word of one of those who got it.
    async fn what_a_workflow_sends_is_lent_and_outlives_whoever_got_it(store) {
        prepare(&store).await;
        desk::put_thread(&store, desk::Thread::open(7, 1)).await;
        desk::put_message(&store, ACME, 1, 7, None).await;
        let said = serde_json::to_string(&[picture(4), picture(5)]).unwrap();
        let send = json!({ "text": "Look", "purpose": "service", "media": [picture(4)] });
        let document = Document::from_json(&json!({
            "name": "Looks", "triggers": ["api"], "steps": [{ "id": "look", "send": send }]
        }));
        let work = async move |tx: &mut TenantTx<'_>| {
            for n in 4..=5 {
                media::create(tx, at(0), picture(n), "image/png", &[7; 10], &media::token(ACME, &[7; 24])).await?;
            }
            let (id, document) = (WorkflowId(Uuid::from_u128(0x8001)), document.clone().unwrap());
            let _ = workflow::create(tx, at(0), id, &document, None).await?;
            let known = workflow::ground(tx, [&document]).await?;
            assert_eq!(known.media.into_keys().collect::<Vec<_>>(), [picture(4)]);
            workflow::publish(tx, at(1), id, Runs::Active, &document, (None, None)).await?;
            tx.exec("UPDATE message SET media = $2 WHERE tenant_id = $1", args![&said]).await?;
            erase(tx, at(30), contact(7)).await
        };
        assert!(matches!(store.write(ACME, work).await.unwrap(), Erasure::Done(_)));
        let left = desk::read(&store, ACME, async |tx| media::by_ids(tx, &[picture(4), picture(5)]).await).await;
        assert_eq!(left.into_keys().collect::<Vec<_>>(), [picture(4)]);
        assert!(lent(&store, 400 * 86_400, 4).await && !lent(&store, 0, 5).await);
        let theirs = desk::read(&store, BOLT, async |tx| attached::is_lent(tx, at(0), picture(4)).await).await;
        assert!(!theirs, "it is none of Bolt's");
    }

    /// What stands in a thread once somebody answers; and what it cost says what an MMS costs, and nothing of a text.
    async fn what_somebody_got_has_it_and_its_price(store) {
        attach(&store).await;
        assert_eq!(freeze(&store, None, 100).await, None);
        let ann = shown(&store).await.into_iter().find(|one| one.contact_id == contact(1)).unwrap().id;
        let got = Moved { text: Some(("Hi Ann".into(), 1)), attempt: Some(1), ..moved(ann, Standing::Sending) };
        let cost = Cost { micros: 20_000, currency: "USD".into() };
        let arrived = Moved { parts: Some(1), cost: Some(cost.clone()), ..moved(ann, Standing::Delivered) };
        moves(&store, 61, vec![change(got)]).await;
        moves(&store, 62, vec![change(arrived)]).await;
        let sent = desk::read(&store, ACME, async |tx| recipient::unanswered(tx, &[contact(1), contact(2)]).await).await;
        assert_eq!(sent.keys().collect::<Vec<_>>(), [&contact(1)]);
        assert_eq!(sent[&contact(1)][0].media, [2, 1].map(picture));
        desk::put_thread(&store, desk::Thread::open(7, 1)).await;
        desk::put_message(&store, ACME, 1, 7, None).await;
        let sql = "UPDATE message SET parts = 1, cost_micros = 4000, currency = 'USD' WHERE tenant_id = $1";
        store.write(ACME, async |tx| tx.exec(sql, args![]).await).await.unwrap();
        let prices = async |is_mms| desk::read(&store, ACME, async move |tx| check::prices(tx, is_mms).await).await;
        let of = |phone: String, cost: &Cost| {
            let mut prices = Prices::default();
            prices.learn(number(1), &phone, cost, 1);
            prices
        };
        assert_eq!(prices(true).await, of(desk::phone(1), &cost));
        assert_eq!(prices(false).await, of(desk::phone(7), &Cost { micros: 4_000, currency: "USD".into() }));
        let sql = "UPDATE message SET media = '[]' WHERE tenant_id = $1";
        store.write(ACME, async |tx| tx.exec(sql, args![]).await).await.unwrap();
        assert_eq!(prices(false).await, Prices::default());
    }
}
