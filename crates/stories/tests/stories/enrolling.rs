//! A campaign that carries a workflow takes whoever gets it there, once, and is followed up there.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use sandbox::Faults;
use serde_json::{Value, json};
use store::testing::Death;
use stories::town::{Desk, Town, text};

use crate::enrolments::published;

/// Longer than the carrier's word on a lost text is waited for.
const EVERYTHING_IS_SETTLED: SignedDuration = SignedDuration::from_mins(20);

fn phone(n: usize) -> String {
    format!("+1212555{:04}", 100 + n)
}

/// A campaign to so many people that carries a workflow, a second before its first text. Both of them.
async fn launched(town: &Town, desk: &Desk, people: usize) -> (String, String) {
    let asks = json!({ "name": "Asks", "triggers": ["campaign"], "steps": [
        { "id": "hear", "wait_for_reply": { "timeout": "2d" } },
        { "id": "thank", "send": { "text": "Noted.", "purpose": "reply" } },
    ] });
    let workflow = published(desk, asks).await;
    let phones: Vec<_> = (0..people).map(phone).collect();
    let new = json!({ "name": "June", "body": "Are you coming?", "numbers": [desk.number_id],
        "audience": { "phones": phones }, "workflow_id": workflow });
    let id = text(&desk.post("/campaigns", new).await.is(201)["id"]);
    let launched = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await;
    assert_eq!(launched.is(200)["workflow_id"], workflow);
    town.passes(SignedDuration::from_secs(59)).await;
    (id, workflow)
}

/// Where each stands, by contact.
async fn stand(desk: &Desk, campaign: &str) -> BTreeMap<String, String> {
    let all = desk.get(&format!("/campaigns/{campaign}/recipients?limit=100")).await;
    let told = |one: &Value| (text(&one["contact_id"]), text(&one["standing"]));
    all.is(200)["data"].as_array().unwrap().iter().map(told).collect()
}

/// Those whose texts went out are on their way there, each once, and nobody else.
async fn right(desk: &Desk, stand: &BTreeMap<String, String>, workflow: &str) {
    let went_out = stand.iter().filter(|(_, at)| ["sent", "delivered", "unconfirmed"].contains(&at.as_str()));
    let expected: Vec<&String> = went_out.map(|(contact, _)| contact).collect();
    let all = desk.get(&format!("/enrolments?workflow_id={workflow}&limit=100")).await.is(200).clone();
    let all = all["data"].as_array().unwrap();
    assert!(all.iter().all(|way| way["source"] == "campaign" && way["waits"] == "reply"), "{all:?}");
    let mut contacts: Vec<String> = all.iter().map(|way| text(&way["contact_id"])).collect();
    contacts.sort();
    assert_eq!(contacts.iter().collect::<Vec<_>>(), expected, "{stand:?}");
}

store::on_both_engines! {
    async fn whoever_gets_it_is_taken_there_once_whatever_the_carrier_does(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (campaign, workflow) = launched(&town, &acme, 30).await;
        let (refused, silent) = (phone(3), phone(4));
        let outcomes = json!({ "outcomes": [
            { "to": refused, "outcome": "rejected", "code": "40310" }, { "to": silent, "outcome": "delivery_unconfirmed" },
        ] });
        let outcomes: Faults = serde_json::from_value(outcomes).unwrap();
        town.text(&phone(5), &acme, "STOP");
        town.settle().await;
        town.faults(Faults { outcomes: outcomes.outcomes, receipt_before_answer: 0.2, ..Faults::hostile() });
        town.passes(EVERYTHING_IS_SETTLED).await;
        let stand = stand(&acme, &campaign).await;
        let count = |standing: &str| stand.values().filter(|at| *at == standing).count();
        assert_eq!((count("delivered"), count("unconfirmed"), count("failed"), count("skipped")), (27, 1, 1, 1), "{stand:?}");
        right(&acme, &stand, &workflow).await;
        town.faults(Faults::default());
        town.texts(&phone(7), &acme, "yes").await;
        assert_eq!(town.heard(&phone(7)).last().map(String::as_str), Some("Noted."));
    }

    async fn whoever_gets_it_is_taken_there_once_though_the_process_dies_at_any_step(store, place) {
        drop(store);
        let mut town = Town::mortal(place).await;
        for step in 1..80 {
            let mut died = false;
            for death in [Death::BeforeCommit, Death::AfterCommit] {
                let acme = town.desk(&format!("Acme {step} {death:?}")).await;
                let (campaign, workflow) = launched(&town, &acme, 2).await;
                town.dies_at(step, death);
                town.passes(SignedDuration::from_mins(1)).await;
                died |= town.is_dead();
                town = town.dies_and_rises().await;
                town.recovers().await;
                town.passes(EVERYTHING_IS_SETTLED).await;
                let acme = acme.again(&town);
                let stand = stand(&acme, &campaign).await;
                assert_eq!(stand.len(), 2, "{stand:?}");
                right(&acme, &stand, &workflow).await;
            }
            if !died {
                assert!(step > 5, "it lived through {step} steps");
                return;
            }
        }
        panic!("it dies for ever");
    }
}
