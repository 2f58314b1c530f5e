//! Many people who are let into a workflow at once: who comes next, and how far it is.

use std::collections::BTreeMap;

use domain::campaign::Audience;
use domain::condition::Condition;
use domain::id::{ContactId, SelectionId, WorkflowId};
use domain::workflow::{Document, Source};
use serde_json::json;
use store::workflow::selection::{self, Comes, Place, Selection, Whom};
use store::{Store, TenantTx, on_both_engines, workflow};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, at, contact, settle};

const SURVEY: WorkflowId = WorkflowId(Uuid::from_u128(0x8100));

fn id(n: u128) -> SelectionId {
    SelectionId(Uuid::from_u128(0x7000 + n))
}

fn new(n: u128, whom: Whom) -> Selection {
    Selection {
        id: id(n),
        workflow: SURVEY,
        whom,
        comes: Comes { source: Source::Api, variables: BTreeMap::new(), key: None, number: None },
        is_dry: false,
        per_minute: 60,
        state: "running".to_owned(),
        place: Place::default(),
        looked: 0,
        to_look: None,
        entered: 0,
        refused: BTreeMap::new(),
        created_by: Some(ANN),
        created_at: at(0),
        ended_at: None,
    }
}

async fn create(store: &Store, n: u128, whom: Whom) {
    let work = async move |tx: &mut TenantTx<'_>| selection::create(tx, &new(n, whom.clone())).await;
    store.write(ACME, work).await.unwrap();
}

async fn found(store: &Store, n: u128) -> Option<Selection> {
    desk::read(store, ACME, async move |tx| selection::find(tx, id(n)).await).await
}

/// A workflow and five people, the third of whom is called Eve.
async fn desk(store: &Store) {
    settle(store).await;
    let work = async move |tx: &mut TenantTx<'_>| {
        let document = json!({ "name": "Survey", "steps": [{ "id": "done", "end": "done" }] });
        workflow::create(tx, at(0), SURVEY, &Document::from_json(&document).unwrap(), None).await
    };
    let _ = store.write(ACME, work).await.unwrap();
    for n in 1..=5 {
        desk::put_contact(store, ACME, n, if n == 3 { "Eve" } else { "Ann" }).await;
    }
}

/// All who come, `limit` looked at each time.
async fn all(store: &Store, whom: Whom, limit: u32) -> (Vec<ContactId>, i64) {
    let (mut place, mut all, mut looked) = (Place::default(), Vec::new(), 0);
    loop {
        let of = whom.clone();
        let next = async move |tx: &mut TenantTx<'_>| selection::next(tx, at(9), &of, place, limit).await;
        let page = desk::read(store, ACME, next).await;
        all.extend(page.contacts);
        looked += page.looked;
        let Some(to) = page.to else { return (all, looked) };
        place = to;
    }
}

on_both_engines! {
    async fn everybody_who_is_meant_comes_once(store) {
        desk(&store).await;
        let everyone = Audience { everyone: true, ..Audience::default() };
        let eve: Condition = Condition::from_json(&json!({ "field": "name", "op": "eq", "value": "Eve" })).unwrap();
        let contacts = |all: &[u128]| all.iter().map(|n| contact(*n)).collect::<Vec<_>>();
        for limit in [1, 2, 100] {
            let named = Whom { contacts: contacts(&[4, 2, 99]), ..Whom::default() };
            assert_eq!(all(&store, named.clone(), limit).await, (contacts(&[4, 2, 99]), 3));
            let both = Whom { groups: everyone.clone(), ..named.clone() };
            assert_eq!(all(&store, both, limit).await, (contacts(&[4, 2, 99, 1, 3, 5]), 8));
            let by_condition = Whom { condition: Some(eve.clone()), ..named };
            assert_eq!(all(&store, by_condition, limit).await, (contacts(&[4, 2, 99, 3]), 8));
            assert_eq!(all(&store, Whom::default(), limit).await, (Vec::new(), 0));
        }
    }

    async fn it_goes_on_where_it_was_and_forgets_whom_it_named(store) {
        desk(&store).await;
        create(&store, 1, Whom { contacts: vec![contact(1)], ..Whom::default() }).await;
        assert_eq!(found(&store, 1).await, Some(new(1, Whom { contacts: vec![contact(1)], ..Whom::default() })));
        let moved = async |ended: bool| {
            let work = async move |tx: &mut TenantTx<'_>| {
                let mut held = selection::hold(tx, id(1)).await?.unwrap();
                held.place = Place { named: 1, contact: Some(contact(4).0) };
                (held.looked, held.to_look, held.entered) = (7, Some(9), 5);
                held.refused = BTreeMap::from([("was_in".to_owned(), 2)]);
                if ended {
                    (held.state, held.ended_at) = ("done".to_owned(), Some(at(5)));
                }
                selection::go_on(tx, &held).await
            };
            store.write(ACME, work).await.unwrap();
            found(&store, 1).await.unwrap()
        };
        let goes_on = moved(false).await;
        assert_eq!((goes_on.place, goes_on.looked, goes_on.to_look), (Place { named: 1, contact: Some(contact(4).0) }, 7, Some(9)));
        assert_eq!((goes_on.whom.contacts.len(), goes_on.entered, goes_on.refused["was_in"]), (1, 5, 2));
        let running = async || desk::read(&store, ACME, async |tx| selection::running(tx, SURVEY).await).await;
        assert_eq!(running().await, 1);
        let over = moved(true).await;
        assert_eq!((over.whom, over.state.as_str(), running().await), (Whom::default(), "done", 0));
        let theirs = async |tx: &mut TenantTx<'_>| selection::find(tx, id(1)).await;
        assert_eq!(desk::read(&store, BOLT, theirs).await, None);
    }

    async fn of_those_that_are_over_the_newest_are_kept(store) {
        desk(&store).await;
        for n in 1..=103 {
            create(&store, n, Whom::default()).await;
            if n > 1 {
                let ends = async move |tx: &mut TenantTx<'_>| {
                    let mut held = selection::hold(tx, id(n)).await?.unwrap();
                    (held.state, held.ended_at) = ("done".to_owned(), Some(at(1)));
                    selection::go_on(tx, &held).await
                };
                store.write(ACME, ends).await.unwrap();
            }
        }
        let page = desk::read(&store, ACME, async |tx| selection::page(tx, SURVEY, None, 200).await).await;
        let ids: Vec<SelectionId> = page.iter().map(|one| one.id).collect();
        let expected: Vec<SelectionId> = (4..=103).rev().chain([1]).map(id).collect();
        assert_eq!(ids, expected, "and the one that goes on");
    }
}
