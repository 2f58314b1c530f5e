//! Many people are let into a workflow at once: by their ids, a list, a condition; each once, by its rules, and at a pace.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use store::testing::Death;
use stories::town::{Desk, Town, text};

use crate::enrolments::published;

fn phone(nth: usize) -> String {
    format!("+4740{nth:06}")
}

async fn people(desk: &Desk, from: usize, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for nth in from..from + count {
        let new = json!({ "phone": phone(nth), "name": format!("P{nth}") });
        ids.push(text(&desk.post("/contacts", new).await.is(201)["id"]));
    }
    ids
}

async fn list(desk: &Desk, contacts: &[String]) -> String {
    let id = text(&desk.post("/lists", json!({ "name": "Guests" })).await.is(201)["id"]);
    let _ = desk.post(&format!("/lists/{id}/contacts"), json!({ "contact_ids": contacts })).await.is(200);
    id
}

/// Says one thing and is over.
fn greeting() -> Value {
    json!({ "name": "Greeting", "triggers": ["by_hand"], "steps": [
        { "id": "greet", "send": { "text": "Welcome!", "purpose": "service" } },
        { "id": "later", "delay": { "for": "20d" } },
    ] })
}

async fn select(desk: &Desk, workflow: &str, body: Value) -> String {
    text(&desk.post(&format!("/workflows/{workflow}/selections"), body).await.is(202)["id"])
}

async fn stands(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/selections/{id}")).await.is(200).clone()
}

async fn size(desk: &Desk, workflow: &str) -> (Value, Value, Value) {
    let one = desk.get(&format!("/workflows/{workflow}")).await.is(200).clone();
    (one["entered"].clone(), one["inside"].clone(), one["ended"].clone())
}

store::on_both_engines! {
    async fn whoever_is_meant_enters_once_and_everybody_else_is_told_why_not(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ids = people(&acme, 0, 8).await;
        let nobody = text(&acme.post("/contacts", json!({ "email": "a@example.com", "name": "Mail" })).await.is(201)["id"]);
        let mut listed = ids[..4].to_vec();
        listed.push(nobody);
        let guests = list(&acme, &listed).await;
        let workflow = published(&acme, greeting()).await;
        town.texts(&phone(1), &acme, "STOP").await;
        let _ = acme.post(&format!("/workflows/{workflow}/enrolments"), json!({ "contact_ids": [ids[2]] })).await.is(201);
        town.settle().await;
        let whom = |dry: bool| json!({
            "contact_ids": [ids[0], ids[0], ids[5], "con_01939f0a7c2e7d40a1b2c3d4e5f60718"],
            "audience": { "lists": [guests] }, "text": "name = \"P6\"", "dry_run": dry,
        });
        // P0, P3, P5 and P6 may; P1 wants nothing, P2 is in, one has no phone and one is nobody.
        let expected = (json!("done"), json!(4), json!({ "inside": 1, "not_reached": 2, "opted_out": 1 }));
        let told = |one: &Value| (one["state"].clone(), one["entered"].clone(), one["refused"].clone());
        let dry = select(&acme, &workflow, whom(true)).await;
        town.passes(SignedDuration::from_secs(5)).await;
        let counted = stands(&acme, &dry).await;
        assert_eq!((told(&counted), &counted["looked"], &counted["to_look"]), (expected.clone(), &json!(12), &json!(12)));
        assert_eq!(size(&acme, &workflow).await, (json!(1), json!(1), json!(0)), "it was only asked");
        assert!(town.heard(&phone(0)).is_empty());

        let path = format!("/workflows/{workflow}/selections");
        let mut asked = Vec::new();
        for _ in 0..2 {
            let answer = acme.call(Method::POST, &path, Some(whom(false)), &[("idempotency-key", "all")]).await;
            asked.push(text(&answer.is(202)["id"]));
            town.passes(SignedDuration::from_secs(5)).await;
        }
        assert_eq!(asked[0], asked[1], "asked twice, it is done once");
        assert_eq!(told(&stands(&acme, &asked[0]).await), expected, "as it was foretold");
        assert_eq!(size(&acme, &workflow).await, (json!(5), json!(5), json!(0)));
        let heard: Vec<usize> = (0..8).map(|nth| town.heard(&phone(nth)).iter().filter(|one| *one == "Welcome!").count()).collect();
        assert_eq!(heard, [1, 0, 1, 1, 0, 1, 1, 0]);
        let all = acme.get("/workflows").await.is(200).clone();
        assert_eq!((&all["data"][0]["inside"], &all["data"][0]["triggers"]), (&json!(5), &json!([{ "kind": "by_hand", "about": null }])));
        let done = acme.get(&path).await.is(200).clone();
        assert_eq!((&done["data"][0]["id"], &done["data"][1]["id"]), (&json!(asked[0]), &json!(dry)));
        let over = acme.post(&format!("/selections/{dry}/cancel"), json!({})).await;
        assert_eq!(over.problem(409), "wrong_state");
    }

    async fn so_many_a_minute_enter_and_none_while_it_is_paused(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ids = people(&acme, 0, 35).await;
        let workflow = published(&acme, greeting()).await;
        let first = select(&acme, &workflow, json!({ "contact_ids": ids, "per_minute": 10 })).await;
        let entered = async |id: &str| stands(&acme, id).await["entered"].clone();
        town.settle().await;
        assert_eq!(entered(&first).await, 10);
        town.passes(SignedDuration::from_secs(65)).await;
        assert_eq!(entered(&first).await, 20);
        let _ = acme.post(&format!("/workflows/{workflow}/pause"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(10)).await;
        assert_eq!(entered(&first).await, 20, "nobody enters what is paused");
        let _ = acme.post(&format!("/workflows/{workflow}/resume"), json!({})).await.is(200);
        town.passes(SignedDuration::from_secs(15)).await;
        assert_eq!(entered(&first).await, 30);
        let ended = acme.post(&format!("/selections/{first}/cancel"), json!({})).await.is(200).clone();
        assert_eq!((&ended["state"], &ended["entered"]), (&json!("cancelled"), &json!(30)));
        town.passes(SignedDuration::from_mins(3)).await;
        assert_eq!(size(&acme, &workflow).await.0, 30);
    }

    async fn what_cannot_be_meant_is_refused(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let workflow = published(&acme, greeting()).await;
        let path = format!("/workflows/{workflow}/selections");
        for (body, field, code) in [
            (json!({}), "contact_ids", "nobody"),
            (json!({ "audience": { "phones": ["+4740000001"] } }), "audience.phones", "not_allowed"),
            (json!({ "audience": { "lists": ["lst_01939f0a7c2e7d40a1b2c3d4e5f60718"] } }), "audience.lists[0]", "no_such_list"),
            (json!({ "audience": { "everyone": true }, "per_minute": 0 }), "per_minute", "out_of_range"),
            (json!({ "audience": { "everyone": true }, "key": " " }), "key", "bad_length"),
        ] {
            let answer = acme.post(&path, body.clone()).await;
            assert_eq!((answer.problem(422), answer.bad_field()), ("invalid", (field, code)), "{body}");
        }
        let draft = text(&acme.post("/workflows", json!({ "name": "Not yet" })).await.is(201)["id"]);
        let refused = acme.post(&format!("/workflows/{draft}/selections"), json!({ "audience": { "everyone": true } })).await;
        assert_eq!(refused.problem(409), "not_now");
    }

    async fn nobody_is_left_out_or_let_in_twice_though_the_process_dies_at_any_step(store, place) {
        drop(store);
        let mut town = Town::mortal(place).await;
        for step in 1..80_u32 {
            let mut died = false;
            for death in [Death::BeforeCommit, Death::AfterCommit] {
                let acme = town.desk(&format!("Acme {step} {death:?}")).await;
                let from = 10 * (2 * usize::try_from(step).unwrap() + usize::from(death == Death::AfterCommit));
                let ids = people(&acme, from, 4).await;
                let guests = list(&acme, &ids[..3]).await;
                let workflow = published(&acme, greeting()).await;
                // One by one comes first, then the list: in transactions of their own.
                let body = json!({ "contact_ids": [ids[0], ids[3]], "audience": { "lists": [guests] } });
                let id = select(&acme, &workflow, body).await;
                town.dies_at(step, death);
                town.passes(SignedDuration::from_secs(10)).await;
                died |= town.is_dead();
                town = town.dies_and_rises().await;
                town.recovers().await;
                town.passes(SignedDuration::from_mins(20)).await;
                let acme = acme.again(&town);
                let over = stands(&acme, &id).await;
                assert_eq!((&over["state"], &over["entered"], &over["refused"]), (&json!("done"), &json!(4), &json!({})), "{step} {death:?}");
                let all = acme.get(&format!("/enrolments?workflow_id={workflow}")).await.is(200).clone();
                assert_eq!(all["data"].as_array().unwrap().len(), 4, "{step} {death:?}");
            }
            if !died {
                assert!(step > 4, "it lived through {step} steps");
                return;
            }
        }
        panic!("it dies for ever");
    }
}
