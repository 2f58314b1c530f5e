//! Whoever is inside of a workflow hears of what changes around them: of themselves, and of the workflow as a whole.

use std::future::ready;

use domain::id::{ContactId, EnrolmentId, ListId, WorkflowId};
use domain::workflow::{Document, Event, Source, Standing, State, Word};
use serde_json::{Value, json};
use store::contact::history::{By, Hand};
use store::contact::{self, Change};
use store::enrolment::{self, Way};
use store::{Store, StoreError, SystemTx, TenantTx, args, list, on_both_engines, workflow};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, at, settle};

const SURVEY: WorkflowId = WorkflowId(Uuid::from_u128(0x8200));
const OTHER: WorkflowId = WorkflowId(Uuid::from_u128(0x8201));

fn way_id(n: u128) -> EnrolmentId {
    EnrolmentId(Uuid::from_u128(0x9200 + n))
}

fn contact_id(n: u128) -> ContactId {
    desk::contact(n)
}

fn way(n: u128, workflow: WorkflowId, version: i64, contact: u128) -> Way {
    let id = way_id(n);
    let mut state = State::new(id, at(0));
    state.seq = 1;
    Way {
        id,
        workflow,
        version,
        contact: contact_id(contact),
        phone: desk::phone(contact),
        number: desk::number(1),
        key: format!("key-{n}"),
        source: Source::Api,
        state,
        by_workflow: false,
        awaits: None,
        floor: None,
    }
}

/// Each becomes a version, the first of its workflow by creating it.
async fn publish(store: &Store, id: WorkflowId, goals: &[Value]) {
    for (nth, goal) in goals.iter().enumerate() {
        let steps = json!([{ "id": "done", "end": format!("done{nth}") }]);
        let mut document = json!({ "name": "Survey", "steps": steps });
        if !goal.is_null() {
            document["exits"] = json!({ "goal": goal });
        }
        let document = Document::from_json(&document).unwrap();
        let work = async move |tx: &mut TenantTx<'_>| {
            if nth == 0 {
                workflow::create(tx, at(0), id, &document, None).await?;
            }
            workflow::publish(tx, at(0), id, Standing::Active, &document, (None, None)).await
        };
        let _ = store.write(ACME, work).await.unwrap();
    }
}

async fn people(store: &Store, many: u128) {
    settle(store).await;
    for n in 1..=many {
        desk::put_contact(store, ACME, n, "Ann").await;
    }
}

async fn begin(store: &Store, ways: Vec<Way>) {
    let work = async move |tx: &mut TenantTx<'_>| enrolment::begin(tx, at(1), &ways.iter().collect::<Vec<_>>()).await;
    store.write(ACME, work).await.unwrap();
}

/// Who was told that something is known otherwise of them; they have heeded it.
async fn told(store: &Store) -> Vec<EnrolmentId> {
    let found = async |tx: &mut SystemTx<'_>| enrolment::told(tx, at(900), 5_000).await;
    let ways: Vec<EnrolmentId> = store.system_write(found).await.unwrap().into_iter().map(|(_, way)| way).collect();
    let asked = ways.clone();
    let heed = async move |tx: &mut TenantTx<'_>| {
        let words = enrolment::told_of(tx, at(900), &asked).await?;
        let words: Vec<_> = words.into_values().flatten().collect();
        enrolment::finish_words(tx, &words.iter().collect::<Vec<_>>()).await?;
        Ok::<_, StoreError>(words.into_iter().map(|told| told.word).collect::<Vec<_>>())
    };
    let words = store.write(ACME, heed).await.unwrap();
    assert!(
        words.len() == ways.len() && words.iter().all(|word| *word == Word::Event(Event::ContactChanged)),
        "{words:?}"
    );
    ways
}

async fn changes(store: &Store, second: i64, contact: u128, change: Change) {
    let work = async move |tx: &mut TenantTx<'_>| {
        let mut ids = desk::ids(second);
        let mut hand = Hand { by: By::Author(domain::message::Author::Member(ANN)), at: at(second), ids: &mut ids };
        contact::change(tx, &mut hand, contact_id(contact), &change).await
    };
    let _ = store.write(ACME, work).await.unwrap();
}

fn tagged(tag: &str) -> Change {
    Change { add_tags: vec![tag.to_owned()], ..Change::default() }
}

/// Whether whoever runs workflows was woken since this was asked last.
async fn stirred(store: &Store) -> bool {
    tokio::select! {
        biased;
        () = store.workflows_stirred() => true,
        () = ready(()) => false,
    }
}

async fn wake(store: &Store, second: i64) -> usize {
    store.system_write(async move |tx: &mut SystemTx<'_>| enrolment::wake(tx, at(second), 10).await).await.unwrap()
}

async fn goes_on(store: &Store, second: i64, id: WorkflowId, to: Standing) {
    let _ = store.write(ACME, async move |tx| workflow::go_on(tx, at(second), id, to).await).await.unwrap();
}

on_both_engines! {
    async fn whose_goal_looks_at_what_changes_is_told(store) {
        people(&store, 2).await;
        publish(&store, SURVEY, &[json!("tag = \"won\""), json!("city = \"Rome\" and list is set")]).await;
        publish(&store, OTHER, &[Value::Null]).await;
        begin(&store, vec![way(1, SURVEY, 1, 1), way(2, SURVEY, 2, 2), way(3, OTHER, 1, 1)]).await;
        changes(&store, 5, 1, tagged("any")).await;
        assert_eq!(told(&store).await, [way_id(1)], "whatever it says, it is a label");
        changes(&store, 6, 1, tagged("any")).await;
        changes(&store, 7, 2, tagged("won")).await;
        let city = |of: &str| Change { fields: vec![("city".into(), Some(of.into()))], ..Change::default() };
        changes(&store, 8, 1, city("Rome")).await;
        assert_eq!(told(&store).await, [], "nothing changed, or nothing that their goals look at");
        changes(&store, 9, 2, city("Rome")).await;
        assert_eq!(told(&store).await, [way_id(2)]);
        let listed = async |tx: &mut TenantTx<'_>| {
            list::create(tx, at(10), ListId(Uuid::from_u128(0x70)), "Guests").await?;
            let theirs = [(contact_id(1), None), (contact_id(2), None)];
            enrolment::listed(tx, at(10), &mut desk::ids(10), theirs).await?;
            // What a way does itself, it knows.
            enrolment::listed(tx, at(11), &mut desk::ids(11), [(contact_id(2), Some(way_id(2)))]).await
        };
        store.write(ACME, listed).await.unwrap();
        assert_eq!(told(&store).await, [way_id(2)], "once");
        let own = async |tx: &mut TenantTx<'_>| {
            let by = By::Author(domain::message::Author::Workflow(way_id(1)));
            contact::change_by_each(tx, at(12), &mut desk::ids(12), &[(by, contact_id(1), tagged("own"))]).await
        };
        let _ = store.write(ACME, own).await.unwrap();
        assert_eq!(told(&store).await, []);
        let mut over = way(1, SURVEY, 1, 1);
        over.state.status = serde_json::from_value(json!({ "ended": { "how": "completed", "outcome": "done" } })).unwrap();
        over.state.seq = 2;
        let ends = async move |tx: &mut TenantTx<'_>| enrolment::go_on(tx, at(13), &[(&over, 1)]).await;
        store.write(ACME, ends).await.unwrap();
        changes(&store, 14, 1, tagged("late")).await;
        assert_eq!(told(&store).await, [], "who is out hears nothing");
    }

    async fn whoever_runs_workflows_is_woken_by_what_is_left_for_them(store) {
        people(&store, 1).await;
        publish(&store, SURVEY, &[json!("tag = \"won\"")]).await;
        assert!(stirred(&store).await && !stirred(&store).await, "it goes on, and somebody may wait for that");
        changes(&store, 5, 1, tagged("any")).await;
        begin(&store, vec![way(1, SURVEY, 1, 1)]).await;
        assert!(!stirred(&store).await, "nobody is inside");
        changes(&store, 6, 1, tagged("more")).await;
        assert!(stirred(&store).await && !stirred(&store).await);
        let refused = async |tx: &mut TenantTx<'_>| {
            enrolment::tell(tx, at(7), &mut desk::ids(7), &[(way_id(1), Word::Event(Event::Paused))]).await?;
            Err::<(), _>(StoreError::Retry)
        };
        assert!(store.write(ACME, refused).await.is_err());
        desk::put_contact(&store, ACME, 2, "Ben").await;
        assert!(!stirred(&store).await, "nothing was left");
    }

    async fn who_stood_still_is_woken_when_their_workflow_goes_on(store) {
        people(&store, 2).await;
        publish(&store, SURVEY, &[Value::Null]).await;
        publish(&store, OTHER, &[Value::Null]).await;
        let still = |n, workflow, contact| Way { by_workflow: true, ..way(n, workflow, 1, contact) };
        let woken = async || {
            let due = async |tx: &mut SystemTx<'_>| enrolment::due(tx, at(900), 10).await;
            store.system_write(due).await.unwrap().into_iter().map(|(_, way)| way).collect::<Vec<_>>()
        };
        begin(&store, vec![still(1, SURVEY, 1), still(2, OTHER, 1)]).await;
        goes_on(&store, 5, SURVEY, Standing::Paused).await;
        assert_eq!(wake(&store, 6).await, 0);
        goes_on(&store, 7, SURVEY, Standing::Active).await;
        assert_eq!((wake(&store, 8).await, wake(&store, 9).await, woken().await), (1, 0, vec![way_id(1)]));
        // A turn that saw it paused is written a little later.
        begin(&store, vec![still(3, SURVEY, 2)]).await;
        assert_eq!((wake(&store, 10).await, woken().await), (1, vec![way_id(1), way_id(3)]));
        let looks = async || {
            let sql = "SELECT count(*) FROM workflow WHERE tenant_id = $1 AND woken_at_us IS NOT NULL";
            desk::read(&store, ACME, async move |tx| tx.one(sql, args![]).await?.get::<i64>(0)).await
        };
        assert_eq!((looks().await, wake(&store, 700).await, looks().await), (1, 0, 0), "then it is looked at no more");
        goes_on(&store, 710, SURVEY, Standing::Paused).await;
        goes_on(&store, 711, SURVEY, Standing::Archived).await;
        assert_eq!(looks().await, 1, "whoever is inside goes to their end");
        goes_on(&store, 712, SURVEY, Standing::Paused).await;
        assert_eq!(looks().await, 0);
    }

    async fn a_change_of_thousands_tells_all_who_look_at_it(store) {
        settle(&store).await;
        publish(&store, SURVEY, &[json!("tag = \"won\"")]).await;
        let many = 3_000_u128;
        let work = async move |tx: &mut TenantTx<'_>| {
            for n in 1..=many {
                let new = contact::New { id: contact_id(n), addresses: Vec::new(), known: Change::default() };
                contact::create(tx, at(0), &new).await?;
            }
            let ways: Vec<Way> = (1..=many).filter(|n| n % 3 == 0).map(|n| way(n, SURVEY, 1, n)).collect();
            enrolment::begin(tx, at(1), &ways.iter().collect::<Vec<_>>()).await?;
            let by = By::Author(domain::message::Author::Member(ANN));
            let changes: Vec<_> = (1..=many).map(|n| (by, contact_id(n), tagged("won"))).collect();
            contact::change_by_each(tx, at(5), &mut desk::ids(5), &changes).await
        };
        let _ = store.write(ACME, work).await.unwrap();
        assert_eq!(told(&store).await, (1..=many).filter(|n| n % 3 == 0).map(way_id).collect::<Vec<_>>());
    }
}
