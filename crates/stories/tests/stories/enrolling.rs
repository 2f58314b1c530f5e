//! A campaign that carries a workflow hands over whoever gets it, once. A stand-in takes what is handed over, as whoever runs
//! workflows will; the workflow is made behind the API's back, so that all campaigns carry the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::campaign::Settings;
use domain::id::{CampaignId, WorkId, WorkflowId};
use domain::workflow::{Document, Standing};
use jiff::SignedDuration;
use sandbox::Faults;
use serde_json::{Value, json};
use store::queue::{self, Errand};
use store::testing::Death;
use store::{StoreError, TenantTx, campaign, workflow};
use stories::town::{Desk, Town, text};
use tokio::task::JoinSet;

const WORKFLOW: WorkflowId = WorkflowId(uuid::Uuid::from_u128(0xF10));
const LEASE: SignedDuration = SignedDuration::from_secs(5);
/// Longer than the carrier's word on a lost text is waited for.
const EVERYTHING_IS_SETTLED: SignedDuration = SignedDuration::from_mins(20);

fn phone(n: usize) -> String {
    format!("+1212555{:04}", 100 + n)
}

/// Who was handed over, by contact: each time is a piece of work of its own.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<BTreeMap<String, BTreeSet<WorkId>>>>);

impl Book {
    /// Takes whatever is handed over until it is dropped; every other piece is forgotten at first, as by one who dies at it.
    fn opens(&self, town: &Town, of: CampaignId) -> JoinSet<()> {
        let (book, store, clock) = (self.clone(), town.engine.store().clone(), town.clock.clone());
        let mut clerk = JoinSet::new();
        clerk.spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(2)).await;
                let now = clock.now();
                let claimed =
                    store.system_write(async move |tx| queue::claim_errands(tx, "enrol", now, LEASE, 8, &[]).await);
                // The process may be dead.
                let Ok(claimed) = claimed.await else { continue };
                for one in claimed {
                    let Errand::Enrol { workflow, contact, campaign } = &one.errand else { panic!("{:?}", one.errand) };
                    assert_eq!((*workflow, *campaign), (WORKFLOW, of));
                    book.0.lock().unwrap().entry(contact.to_string()).or_default().insert(one.id);
                    if one.attempt > 1 || one.id.0.as_u128().is_multiple_of(2) {
                        let id = one.id;
                        let _ = store.write(one.tenant, async move |tx| queue::drop_errand(tx, id).await).await;
                    }
                }
            }
        });
        clerk
    }

    /// By contact, how often.
    fn enrolled(&self) -> BTreeMap<String, usize> {
        self.0.lock().unwrap().iter().map(|(contact, each)| (contact.clone(), each.len())).collect()
    }
}

/// A campaign to so many people that carries the workflow, a second before its first text.
async fn launched(town: &Town, desk: &Desk, people: usize) -> CampaignId {
    let phones: Vec<_> = (0..people).map(phone).collect();
    let new = json!({ "name": "June", "body": "Are you coming?", "numbers": [desk.number_id], "audience": { "phones": phones } });
    let id = text(&desk.post("/campaigns", new).await.is(201)["id"]);
    let campaign: CampaignId = id.parse().unwrap();
    let now = town.clock.now();
    let carries = async move |tx: &mut TenantTx<'_>| {
        if workflow::hold(tx, WORKFLOW).await?.is_none() {
            let asks: Document =
                serde_json::from_value(json!({ "name": "Asks", "triggers": ["campaign"], "steps": [] })).unwrap();
            workflow::create(tx, now, WORKFLOW, &asks, None).await?;
            workflow::publish(tx, now, WORKFLOW, Standing::Active, &asks, (None, None)).await?;
        }
        let before = campaign::settings(tx, campaign).await?.ok_or(StoreError::NoRow)?;
        campaign::change(tx, campaign, None, &Settings { workflow_id: Some(WORKFLOW), ..before }).await
    };
    town.engine.store().write(desk.tenant, carries).await.unwrap();
    let launched = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await;
    assert_eq!(launched.is(200)["workflow_id"], WORKFLOW.to_string());
    town.passes(SignedDuration::from_secs(59)).await;
    campaign
}

/// Where each stands, by contact.
async fn stand(desk: &Desk, campaign: CampaignId) -> BTreeMap<String, String> {
    let all = desk.get(&format!("/campaigns/{campaign}/recipients?limit=100")).await;
    let told = |one: &Value| (text(&one["contact_id"]), text(&one["standing"]));
    all.is(200)["data"].as_array().unwrap().iter().map(told).collect()
}

/// Those whose texts went out are enrolled once, and nobody else.
fn right(stand: &BTreeMap<String, String>, book: &Book) {
    let went_out = stand.iter().filter(|(_, at)| ["sent", "delivered", "unconfirmed"].contains(&at.as_str()));
    let expected: BTreeMap<_, _> = went_out.map(|(contact, _)| (contact.clone(), 1)).collect();
    assert_eq!(book.enrolled(), expected, "{stand:?}");
}

store::on_both_engines! {
    async fn whoever_gets_it_is_enrolled_once_whatever_the_carrier_does(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let campaign = launched(&town, &acme, 30).await;
        let book = Book::default();
        let _clerk = book.opens(&town, campaign);
        let (refused, silent) = (phone(3), phone(4));
        let outcomes = json!({ "outcomes": [
            { "to": refused, "outcome": "rejected", "code": "40310" }, { "to": silent, "outcome": "delivery_unconfirmed" },
        ] });
        let outcomes: Faults = serde_json::from_value(outcomes).unwrap();
        town.text(&phone(5), &acme, "STOP");
        town.settle().await;
        town.faults(Faults { outcomes: outcomes.outcomes, receipt_before_answer: 0.2, ..Faults::hostile() });
        town.passes(EVERYTHING_IS_SETTLED).await;
        let stand = stand(&acme, campaign).await;
        let count = |standing: &str| stand.values().filter(|at| *at == standing).count();
        assert_eq!((count("delivered"), count("unconfirmed"), count("failed"), count("skipped")), (27, 1, 1, 1), "{stand:?}");
        right(&stand, &book);
    }

    async fn whoever_gets_it_is_enrolled_once_though_the_process_dies_at_any_step(store, place) {
        drop(store);
        let mut town = Town::mortal(place).await;
        for step in 1..60 {
            let mut died = false;
            for death in [Death::BeforeCommit, Death::AfterCommit] {
                let acme = town.desk(&format!("Acme {step} {death:?}")).await;
                let campaign = launched(&town, &acme, 2).await;
                let book = Book::default();
                let clerk = book.opens(&town, campaign);
                town.dies_at(step, death);
                town.passes(SignedDuration::from_mins(1)).await;
                died |= town.is_dead();
                drop(clerk);
                town = town.dies_and_rises().await;
                let _clerk = book.opens(&town, campaign);
                town.recovers().await;
                town.passes(EVERYTHING_IS_SETTLED).await;
                let stand = stand(&acme.again(&town), campaign).await;
                assert_eq!(stand.len(), 2, "{stand:?}");
                right(&stand, &book);
            }
            if !died {
                assert!(step > 5, "it lived through {step} steps");
                return;
            }
        }
        panic!("it dies for ever");
    }
}
