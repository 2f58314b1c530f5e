//! What stops a campaign before harm is done, and what follows it.

use std::sync::Arc;

use engine::{Engine, EngineConfig, Net, Sealer};
use jiff::SignedDuration;
use providers::http::Method;
use sandbox::NewAccount;
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

/// Waits until it is so: what is decided now and then is decided soon after its time.
async fn until(town: &Town, desk: &Desk, id: &str, is_so: impl Fn(&Value) -> bool) {
    for _ in 0..100 {
        if is_so(&campaign(desk, id).await) {
            return;
        }
        town.passes(SignedDuration::from_millis(500)).await;
    }
    panic!("it never comes to that: {}", campaign(desk, id).await);
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
    let slow = desk.patch(&format!("/numbers/{}", desk.number_id), json!({ "segments_per_second": 5 })).await;
    let _ = slow.is(200);
}

/// Another number of the business, from another account at the carrier.
async fn second_number(town: &Town, desk: &Desk) -> String {
    let (key, number) = ("KEY-of-another", "+14155559001");
    town.sandbox.control().add_account(NewAccount::new("Another", key).number(number)).unwrap();
    let account = json!({
        "name": "Another", "kind": "sandbox", "base_url": town.sandbox.base_url(), "api_key": key,
        "public_keys": [town.sandbox.public_key_base64()],
    });
    let account = text(&desk.post("/carrier-accounts", account).await.is(201)["id"]);
    let adopted = desk.post(&format!("/carrier-accounts/{account}/adopt"), json!({ "numbers": [number] })).await;
    let id = text(&adopted.is(200)["numbers"][0]["id"]);
    let quick = desk.patch(&format!("/numbers/{id}"), json!({ "segments_per_second": 1_000 })).await;
    let _ = quick.is(200);
    id
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
        assert!((1..=4).contains(&failed), "what the carrier had taken is over, and the rest waits: {stopped}");
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
        assert!((5..=15).contains(&failed), "{stopped}");
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

    async fn a_few_get_it_first_and_all_is_well(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 12).await;
        let canary = json!({ "percent": 1, "at_least": 4, "wait_minutes": 10 });
        let bad = acme.post("/campaigns", json!({ "name": "x", "canary": { "percent": 21 } })).await;
        assert_eq!((bad.problem(422), bad.bad_field()), ("invalid", ("canary.percent", "out_of_range")));
        let id = launched(&town, &acme, json!({ "canary": canary })).await;
        // One of them gets no receipt: time decides.
        let rule = json!({ "outcome": "no_receipt" });
        town.faults(serde_json::from_value(json!({ "outcomes": [rule] })).unwrap());
        town.passes(MINUTE).await;
        let first = heard(&town, 12).iter().sum::<usize>();
        assert!((4..=6).contains(&first), "{first}");
        let waits = campaign(&acme, &id).await;
        assert_eq!((&waits["state"], &waits["only_canary"]), (&json!("running"), &json!(true)));
        assert_eq!(waits["counts"]["pending"], 12 - first);
        town.passes(MINUTE * 8).await;
        assert_eq!(heard(&town, 12).iter().sum::<usize>(), first, "the others wait for what comes of it");
        carrier_is_well(&town);
        town.passes(MINUTE * 2).await;
        until(&town, &acme, &id, |now| now["only_canary"] == false).await;
        town.passes(MINUTE * 2).await;
        assert_eq!(heard(&town, 12), [1; 12]);
        assert!(history(&acme, &id).await.contains(&"canary_passed by system".to_owned()));
    }

    async fn a_few_get_it_first_and_that_is_enough(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 15).await;
        let id = launched(&town, &acme, json!({ "canary": { "percent": 1, "at_least": 5 } })).await;
        carrier_says(&town, "delivery_failed", "40008", None);
        town.passes(MINUTE * 60).await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!((&stopped["state"], &stopped["halt"]["by"]), (&json!("paused"), &json!("canary")));
        assert!(text(&stopped["halt"]["explanation"]).contains("failed, where 10 % may"), "{stopped}");
        assert_eq!((&stopped["counts"]["failed"], &stopped["counts"]["pending"]), (&json!(5), &json!(10)));
        // A person overrules it.
        carrier_is_well(&town);
        order(&acme, &id, "resume").await;
        town.passes(MINUTE * 5).await;
        let done = campaign(&acme, &id).await;
        assert_eq!((&done["state"], &done["counts"]["delivered"]), (&json!("done"), &json!(10)));
    }

    async fn whoever_is_first_and_wants_no_more_stops_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 10).await;
        let id = launched(&town, &acme, json!({ "canary": { "percent": 1, "at_least": 4, "wait_minutes": 60 } })).await;
        town.faults(serde_json::from_value(json!({ "outcomes": [{ "outcome": "no_receipt" }] })).unwrap());
        town.passes(MINUTE).await;
        let first: Vec<usize> = (0..10).filter(|n| !town.heard(&phone(*n)).is_empty()).collect();
        assert!(first.len() >= 4, "{first:?}");
        town.texts(&phone(first[0]), &acme, "STOP").await;
        until(&town, &acme, &id, |now| now["state"] == "paused").await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!((&stopped["state"], &stopped["halt"]["by"]), (&json!("paused"), &json!("canary")));
        assert!(text(&stopped["halt"]["explanation"]).contains("1 want no more texts"), "{stopped}");
    }

    async fn whoever_is_first_and_complains_stops_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 10).await;
        let canary = json!({ "percent": 1, "at_least": 4, "wait_minutes": 60, "max_opted_out_percent": 100 });
        let id = launched(&town, &acme, json!({ "canary": canary })).await;
        town.passes(MINUTE * 5).await;
        let first: Vec<usize> = (0..10).filter(|n| !town.heard(&phone(*n)).is_empty()).collect();
        assert!((4..10).contains(&first.len()), "all of them have theirs, and are waited for: {first:?}");
        // A word that is offered for it is no complaint.
        town.texts(&phone(first[0]), &acme, "STOP").await;
        town.passes(MINUTE).await;
        assert_eq!(campaign(&acme, &id).await["state"], "running");
        town.texts(&phone(first[1]), &acme, "Please never text me again, I did not ask for this").await;
        until(&town, &acme, &id, |now| now["state"] == "paused").await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!(stopped["halt"]["by"], "canary");
        assert!(text(&stopped["halt"]["explanation"]).contains("1 were taken for spam or complained of"), "{stopped}");
    }

    async fn several_texts_are_compared(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 40).await;
        let variants = json!([{ "name": "short", "body": "Terrace open, {name}!" }, { "name": "long", "body": "Dear {name}, see you on our terrace?" }]);
        let wrong = json!({ "name": "x", "variants": [variants[0], { "name": "typo", "body": "Hi {nam}" }] });
        let wrong = acme.post("/campaigns", wrong).await;
        assert_eq!((wrong.problem(422), wrong.bad_field().0), ("invalid", "variants[1].body"));
        let shady = json!({ "variants": [variants[0], { "name": "shady", "body": "Free! https://bit.ly/x" }] });
        let shady = draft(&acme, shady).await;
        assert!(campaign(&acme, &shady).await["findings"].as_array().unwrap().iter().any(|found| found["variant"] == 1 && found["code"] == "public_shortener"));
        let refused = acme.post(&format!("/campaigns/{shady}/launch"), json!({})).await;
        assert_eq!(refused.bad_field(), ("variants[1].body", "public_shortener"));

        let id = launched(&town, &acme, json!({ "variants": variants, "holdout_percent": 20 })).await;
        town.passes(MINUTE * 3).await;
        let got: Vec<Vec<String>> = (0..40).map(|n| town.heard(&phone(n))).collect();
        assert!(got.iter().all(|texts| texts.len() <= 1));
        let count = |start: &str| got.iter().flatten().filter(|text| text.starts_with(start)).count();
        let (short, long) = (count("Terrace"), count("Dear"));
        let none = got.iter().filter(|texts| texts.is_empty()).count();
        assert!(short >= 5 && long >= 5 && none >= 1 && short + long + none == 40, "{short} {long} {none}");
        let left_out = recipients(&acme, &id).await.into_iter().filter(|one| one["failure"]["code"] == "holdout").count();
        assert_eq!(left_out, none);
        let who = got.iter().position(|texts| texts.first().is_some_and(|text| text.starts_with("Dear"))).unwrap();
        town.texts(&phone(who), &acme, "Yes!").await;
        let other = got.iter().position(|texts| texts.first().is_some_and(|text| text.starts_with("Terrace"))).unwrap();
        town.texts(&phone(other), &acme, "STOP").await;
        let told = acme.get(&format!("/campaigns/{id}/variants")).await.is(200)["data"].clone();
        assert_eq!((&told[0]["name"], &told[0]["delivered"], &told[0]["opted_out"]), (&json!("short"), &json!(short), &json!(1)));
        assert_eq!((&told[1]["name"], &told[1]["sent"], &told[1]["replied"], &told[1]["opted_out"]), (&json!("long"), &json!(long), &json!(1), &json!(0)));
        assert_eq!((&told[2]["name"], &told[2]["recipients"], &told[2]["sent"]), (&Value::Null, &json!(none), &json!(0)));
        assert_eq!(acme.get(&format!("/campaigns/{shady}/variants")).await.is(200)["data"][0]["sent"], 0);
    }

    async fn what_goes_to_many_takes_a_second_member(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme, 4).await;
        let above = async |people: Value| {
            let _ = acme.patch("/tenant", json!({ "settings": { "campaign_approval_above": people } })).await.is(200);
        };
        above(json!(3)).await;
        let (mut mia, mut noa) = (town.member(&acme, "mia@example.com", "manager").await, town.member(&acme, "noa@example.com", "manager").await);
        let mut eve = town.member(&acme, "eve@example.com", "agent").await;
        let id = draft(&acme, json!({})).await;
        let path = |order: &str| format!("/campaigns/{id}/{order}");
        let launched = mia.post(&path("launch"), json!({})).await;
        assert_eq!((&launched.is(200)["state"], &launched.is(200)["launched_at"]), (&json!("awaiting_approval"), &Value::Null));
        town.passes(MINUTE * 10).await;
        assert_eq!(heard(&town, 4), [0; 4], "nothing goes out before");
        for order in ["approve", "refuse"] {
            assert_eq!(mia.post(&path(order), json!({})).await.problem(403), "forbidden", "not by herself");
            assert_eq!(acme.post(&path(order), json!({})).await.problem(403), "forbidden", "not by a program");
            assert_eq!(eve.post(&path(order), json!({})).await.problem(403), "forbidden", "not by who may not send");
        }
        assert_eq!(noa.call(Method::PATCH, &format!("/campaigns/{id}"), Some(json!({ "body": "Hi" }))).await.problem(409), "not_now");
        let refused = noa.post(&path("refuse"), json!({ "note": "The terrace is closed." })).await;
        assert_eq!(refused.is(200)["state"], "draft");
        let newest = acme.get(&path("history?limit=1")).await.is(200)["data"][0].clone();
        assert_eq!((&newest["deed"], &newest["note"]), (&json!("refused"), &json!("The terrace is closed.")));

        let _ = noa.post(&path("launch"), json!({})).await.is(200);
        let _ = noa.post(&path("undo"), json!({})).await.is(200);
        let _ = noa.post(&path("launch"), json!({})).await.is(200);
        let approved = mia.post(&path("approve"), json!({})).await;
        assert_eq!(approved.is(200)["state"], "scheduled");
        assert_eq!(mia.post(&path("approve"), json!({})).await.problem(409), "not_now");
        town.passes(MINUTE * 3).await;
        assert_eq!(heard(&town, 4), [1; 4]);
        assert_eq!(history(&acme, &id).await, [
            "created by api", "submitted by member", "refused by member", "submitted by member", "undone by member",
            "submitted by member", "approved by member", "started by system", "done by system",
        ]);

        // As many as are allowed need nobody's word.
        above(json!(4)).await;
        let few = draft(&acme, json!({})).await;
        assert_eq!(order(&acme, &few, "launch").await["state"], "scheduled");
        order(&acme, &few, "cancel").await;
        let named = draft(&acme, json!({ "audience": { "phones": (0..5).map(phone).collect::<Vec<_>>() } })).await;
        assert_eq!(order(&acme, &named, "launch").await["state"], "awaiting_approval");
        above(Value::Null).await;
        order(&acme, &named, "undo").await;
        assert_eq!(order(&acme, &named, "launch").await["state"], "scheduled");
    }

    async fn two_nodes_keep_one_cap(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (_other, running) = Engine::start(EngineConfig {
            store: place.store(),
            clock: Arc::new(town.clock.clone()),
            net: Net::new(true),
            sealer: Sealer::from_key(&[7; 32]),
            public_url: town.client.base().to_owned(),
            seed: 2,
            turn_workers: 1,
            alone: false,
        });
        guests(&acme, 60).await;
        let settings = json!({ "campaign_cap": { "texts": 1, "days": 1, "otherwise": "skip" } });
        let _ = acme.patch("/tenant", json!({ "settings": settings })).await.is(200);
        // From two numbers at the same moment, by whichever node is first.
        let second = second_number(&town, &acme).await;
        let one = draft(&acme, json!({})).await;
        let two = draft(&acme, json!({ "numbers": [second] })).await;
        for id in [&one, &two] {
            order(&acme, id, "launch").await;
        }
        town.passes(MINUTE * 5).await;
        running.stop(SignedDuration::from_secs(20)).await.unwrap();
        assert_eq!(heard(&town, 60), [1; 60], "each got one of the two");
        let delivered = |campaign: Value| campaign["counts"]["delivered"].as_i64().unwrap();
        assert_eq!(delivered(campaign(&acme, &one).await) + delivered(campaign(&acme, &two).await), 60);
    }
}
