//! What stops a campaign before harm is done, and what follows it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

/// Where it is nine in the morning when the town's day begins.
fn phone(n: usize) -> String {
    format!("+1212555{:04}", 100 + n)
}

async fn guests(desk: &Desk, count: usize) {
    for n in 0..count {
        let guest = json!({ "phone": phone(n), "name": format!("Guest {n}"), "tags": ["guests"] });
        let _ = desk.post("/contacts", guest).await.is(201);
    }
}

/// A campaign to whoever has the label `guests`, with more settings.
async fn draft(desk: &Desk, more: Value) -> String {
    let mut campaign = json!({
        "name": "June", "body": "Hi {name}, the terrace is open!", "numbers": [desk.number_id],
        "audience": { "tags": ["guests"] },
    });
    campaign.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(&desk.post("/campaigns", campaign).await.is(201)["id"])
}

async fn order(desk: &Desk, id: &str, order: &str) -> Value {
    desk.post(&format!("/campaigns/{id}/{order}"), json!({})).await.is(200).clone()
}

async fn launched(town: &Town, desk: &Desk, more: Value) -> String {
    let id = draft(desk, more).await;
    order(desk, &id, "launch").await;
    town.passes(SignedDuration::from_secs(59)).await;
    id
}

async fn campaign(desk: &Desk, id: &str) -> Value {
    let campaign = desk.get(&format!("/campaigns/{id}")).await.is(200).clone();
    let sum: i64 = campaign["counts"].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
    assert_eq!(campaign["total"], sum, "the sum is the total: {campaign}");
    campaign
}

async fn recipients(desk: &Desk, id: &str) -> Vec<Value> {
    desk.get(&format!("/campaigns/{id}/recipients?limit=100")).await.is(200)["data"].as_array().unwrap().clone()
}

/// What was done and by whom, the oldest first.
async fn history(desk: &Desk, id: &str) -> Vec<String> {
    let told = desk.get(&format!("/campaigns/{id}/history?limit=100")).await;
    let lines = told.is(200)["data"].as_array().unwrap().iter().rev();
    lines.map(|line| format!("{} by {}", text(&line["deed"]), text(&line["by_kind"]))).collect()
}

/// The carrier answers, or reports, so to everybody or to one.
fn carrier_says(town: &Town, outcome: &str, code: &str, to: Option<&str>) {
    let rule = json!({ "outcome": outcome, "code": code, "to": to });
    town.faults(serde_json::from_value(json!({ "outcomes": [rule] })).unwrap());
}

fn carrier_is_well(town: &Town) {
    town.faults(sandbox::Faults::default());
}

fn heard(town: &Town, count: usize) -> Vec<usize> {
    (0..count).map(|n| town.heard(&phone(n)).len()).collect()
}

async fn slow(desk: &Desk) {
    let slow = desk.patch(&format!("/numbers/{}", desk.number_id), json!({ "segments_per_second": 1 })).await;
    let _ = slow.is(200);
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

store::on_both_engines! {
    async fn what_is_set_up_wrongly_stops_it_at_once_and_is_nobodys_failure(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 6).await;
        let id = launched(&town, &acme, json!({})).await;
        carrier_says(&town, "rejected", "40312", None);
        town.passes(MINUTE).await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!(stopped["state"], "paused");
        let halt = &stopped["halt"];
        assert_eq!((&halt["by"], &halt["code"]), (&json!("configuration"), &json!("40312")));
        assert!(text(&halt["explanation"]).contains("messaging profile"), "{halt}");
        assert!(text(&halt["mend"]).contains("Enable"), "{halt}");
        assert_eq!(halt["samples"].as_array().unwrap().len(), 1);
        let waits = stopped["counts"]["queued"].as_i64().unwrap() + stopped["counts"]["pending"].as_i64().unwrap();
        assert_eq!(waits, 6, "nobody failed: {stopped}");
        assert!(recipients(&acme, &id).await.iter().all(|one| one["failure"].is_null()));
        let asked = town.sandbox.control().counters().send_requests;
        town.passes(MINUTE * 30).await;
        assert_eq!(town.sandbox.control().counters().send_requests, asked, "it is not tried again by itself");
        assert_eq!(history(&acme, &id).await, ["created by api", "launched by api", "started by system", "paused by system"]);

        // It goes on wrongly, and stops again; then rightly, and everybody gets it once.
        order(&acme, &id, "resume").await;
        town.passes(MINUTE).await;
        assert_eq!(campaign(&acme, &id).await["halt"]["code"], "40312");
        carrier_is_well(&town);
        assert_eq!(order(&acme, &id, "resume").await["halt"], Value::Null);
        town.passes(MINUTE * 3).await;
        let done = campaign(&acme, &id).await;
        assert_eq!((&done["state"], &done["counts"]["delivered"]), (&json!("done"), &json!(6)));
        assert_eq!(heard(&town, 6), [1; 6]);
        let told = history(&acme, &id).await;
        assert_eq!(told[4..], ["resumed by api", "paused by system", "resumed by api", "done by system"]);
    }

    async fn a_receipt_of_something_set_up_wrongly_stops_it_too(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 8).await;
        slow(&acme).await;
        let id = launched(&town, &acme, json!({})).await;
        carrier_says(&town, "sending_failed", "40010", None);
        town.passes(MINUTE * 5).await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!((&stopped["state"], &stopped["halt"]["code"]), (&json!("paused"), &json!("40010")));
        let failed = stopped["counts"]["failed"].as_i64().unwrap();
        assert!((1..=3).contains(&failed), "what the carrier had taken is over, and the rest waits: {stopped}");
        carrier_is_well(&town);
        order(&acme, &id, "resume").await;
        town.passes(MINUTE * 5).await;
        let done = campaign(&acme, &id).await;
        assert_eq!((&done["state"], &done["counts"]["delivered"]), (&json!("done"), &json!(8 - failed)));

        // They are whom the next try is for.
        let again = acme.post(&format!("/campaigns/{id}/retry"), json!({})).await;
        let again = text(&again.is(201)["id"]);
        order(&acme, &again, "launch").await;
        town.passes(MINUTE * 5).await;
        assert_eq!(campaign(&acme, &again).await["total"], failed);
        assert_eq!(heard(&town, 8), [1; 8]);
    }

    async fn what_is_taken_for_spam_stops_before_the_rest_goes_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 30).await;
        slow(&acme).await;
        let id = launched(&town, &acme, json!({})).await;
        carrier_says(&town, "delivery_failed", "40017", None);
        town.passes(MINUTE * 5).await;
        let stopped = campaign(&acme, &id).await;
        let halt = &stopped["halt"];
        assert_eq!((&stopped["state"], &halt["by"], &halt["code"]), (&json!("paused"), &json!("spam"), &Value::Null));
        let failed = stopped["counts"]["failed"].as_i64().unwrap();
        assert!((5..=8).contains(&failed), "{stopped}");
        assert_eq!(halt["samples"].as_array().unwrap().len(), 5);
        let failed_ones: Vec<Value> = recipients(&acme, &id).await.into_iter().filter(|one| one["standing"] == "failed").collect();
        for sample in halt["samples"].as_array().unwrap() {
            assert!(failed_ones.iter().any(|one| one["id"] == *sample), "{sample}");
        }
        // Somebody is sure: what was counted before counts no more.
        carrier_is_well(&town);
        order(&acme, &id, "resume").await;
        town.passes(MINUTE * 5).await;
        assert_eq!(campaign(&acme, &id).await["state"], "done");
    }

    async fn a_few_blocked_texts_stop_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 12).await;
        let id = launched(&town, &acme, json!({})).await;
        carrier_says(&town, "delivery_failed", "40002", Some(&phone(3)));
        town.passes(MINUTE * 3).await;
        let done = campaign(&acme, &id).await;
        assert_eq!((&done["state"], &done["counts"]["failed"], &done["counts"]["delivered"]), (&json!("done"), &json!(1), &json!(11)));
    }

    async fn who_failed_is_tried_again_and_nobody_twice(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 5).await;
        let rules = json!([
            { "to": phone(0), "outcome": "delivery_failed", "code": "40008" },
            { "to": phone(1), "outcome": "rejected", "code": "40310" },
            { "to": phone(2), "outcome": "delivery_failed", "code": "40006" },
            { "to": phone(3), "outcome": "no_receipt" },
        ]);
        town.faults(serde_json::from_value(json!({ "outcomes": rules })).unwrap());
        let id = launched(&town, &acme, json!({})).await;
        let early = acme.post(&format!("/campaigns/{id}/retry"), json!({})).await;
        assert_eq!(early.problem(409), "not_now");
        town.passes(MINUTE * 3).await;
        assert_eq!(campaign(&acme, &id).await["counts"]["failed"], 3);

        // Two of them are made, of the same: whoever is first has them.
        carrier_is_well(&town);
        let tries = [acme.post(&format!("/campaigns/{id}/retry"), json!({})).await, acme.post(&format!("/campaigns/{id}/retry"), json!({ "name": "Once more" })).await];
        let tries = tries.map(|made| made.is(201).clone());
        assert_eq!((&tries[0]["name"], &tries[1]["name"]), (&json!("Again: June"), &json!("Once more")));
        assert_eq!((&tries[0]["retry"]["of"], &tries[0]["body"]), (&json!(id), &json!("Hi {name}, the terrace is open!")));
        let others = acme.patch(&format!("/campaigns/{}", text(&tries[0]["id"])), json!({ "audience": { "everyone": true } })).await;
        assert_eq!((others.problem(422), others.bad_field()), ("invalid", ("audience", "settled")));
        for made in &tries {
            order(&acme, &text(&made["id"]), "launch").await;
        }
        town.passes(MINUTE * 5).await;
        let got: Vec<Value> = [campaign(&acme, &text(&tries[0]["id"])).await, campaign(&acme, &text(&tries[1]["id"])).await].into();
        let mut totals: Vec<i64> = got.iter().map(|one| one["total"].as_i64().unwrap()).collect();
        totals.sort_unstable();
        assert_eq!(totals, [0, 2], "{got:?}");
        assert!(got.iter().all(|one| one["state"] == "done"));
        assert_eq!(heard(&town, 5), [1, 0, 1, 1, 1], "nobody got it twice, and a wrong number gets nothing");

        // Whoever got it by a try has got it: there is nobody left for a third.
        let third = acme.post(&format!("/campaigns/{id}/retry"), json!({})).await;
        let third = text(&third.is(201)["id"]);
        order(&acme, &third, "launch").await;
        town.passes(MINUTE * 5).await;
        assert_eq!(campaign(&acme, &third).await["total"], 0);
        assert_eq!(heard(&town, 5), [1, 0, 1, 1, 1]);
        assert_eq!(history(&acme, &id).await.iter().filter(|line| *line == "retried by api").count(), 3);
        let none = acme.post(&format!("/campaigns/{third}/retry"), json!({})).await;
        assert_eq!(none.problem(409), "nobody");
    }

    async fn those_who_were_left_get_it_when_they_are_asked_for(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 3).await;
        let id = launched(&town, &acme, json!({})).await;
        town.texts(&phone(0), &acme, "STOP").await;
        order(&acme, &id, "cancel").await;
        assert_eq!(acme.post(&format!("/campaigns/{id}/retry"), json!({})).await.problem(409), "nobody");
        let again = acme.post(&format!("/campaigns/{id}/retry"), json!({ "also": ["skipped", "cancelled"] })).await;
        let again = text(&again.is(201)["id"]);
        order(&acme, &again, "launch").await;
        town.passes(MINUTE * 3).await;
        assert_eq!(campaign(&acme, &again).await["counts"]["delivered"], 2);
        assert!(!town.heard(&phone(0)).iter().any(|text| text.contains("terrace")), "STOP counts for every try");
    }

    async fn who_did_what_is_told(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 1).await;
        let mut mia = town.member(&acme, "mia@example.com", "manager").await;
        let made = mia.post("/campaigns", json!({ "name": "July", "body": "Hi", "numbers": [acme.number_id], "audience": { "tags": ["guests"] } })).await;
        let id = text(&made.is(201)["id"]);
        for body in ["Hi you", "Hi there"] {
            let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "body": body })).await.is(200);
        }
        for order in ["launch", "undo", "launch", "pause", "cancel"] {
            let _ = mia.post(&format!("/campaigns/{id}/{order}"), json!({})).await.is(200);
        }
        let refused = mia.post(&format!("/campaigns/{id}/resume"), json!({})).await;
        assert_eq!(refused.problem(409), "not_now", "and what is refused was not done");
        assert_eq!(history(&acme, &id).await, [
            "created by member", "edited by api", "launched by member", "undone by member", "launched by member",
            "paused by member", "cancelled by member",
        ]);
        let newest = acme.get(&format!("/campaigns/{id}/history?limit=1")).await.is(200).clone();
        assert_eq!(newest["data"][0]["by"], campaign(&acme, &id).await["created_by"]);
        let rest = acme.get(&format!("/campaigns/{id}/history?cursor={}", text(&newest["next_cursor"]))).await;
        assert_eq!(rest.is(200)["data"].as_array().unwrap().len(), 6);
        assert_eq!(acme.get("/campaigns/cmp_01939f0a7c2e7d40a1b2c3d4e5f60718/history").await.status, 404);
    }
}
