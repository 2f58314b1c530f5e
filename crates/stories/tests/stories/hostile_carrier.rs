//! A carrier that loses answers, repeats itself, mixes things up and asks for patience.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use providers::telnyx::signature::Signer;
use sandbox::Faults;
use serde_json::{Value, json};
use store::unclaimed;
use stories::town::{Desk, Town, text};

const TEXTS: usize = 120;

fn phone(n: usize) -> String {
    format!("+1212555{:04}", 100 + n % 100 + n / 100 * 10)
}

/// Every message of ours by its id, as the API shows it.
async fn ours(acme: &Desk, sent: &[String]) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for id in sent {
        let message = acme.get(&format!("/messages/{id}")).await;
        all.insert(id.clone(), message.is(200).clone());
    }
    all
}

/// A text whose answer was lost, with all its receipts: nobody here knows what the carrier calls it.
struct Lost {
    id: String,
    carrier_ref: String,
    body: String,
    /// Its own webhook address, as far as the path.
    own: String,
}

impl Lost {
    async fn of(town: &Town, acme: &Desk, body: &str) -> Self {
        let started = acme.post("/conversations", json!({ "to": phone(1), "body": body })).await;
        let id = text(&started.is(201)["message"]["id"]);
        town.settle().await;
        let heard = town.sandbox.control().heard(0, 100);
        let carrier_ref = heard.iter().find(|heard| heard.body == body).unwrap().message_id.to_string();
        let own = format!("/hooks/telnyx/{}/m/{id}", acme.account);
        let lost = Self { id, carrier_ref, body: body.to_owned(), own };
        assert_eq!(lost.status(acme).await, "unknown");
        lost
    }

    /// The carrier says at `path` that it arrived, and which address it was told to say that to; as one event, however
    /// often it is told.
    async fn is_reported(&self, town: &Town, signer: &Signer, desk: &Desk, path: &str, echo: Option<&str>) {
        let at = town.clock.now();
        let event = json!({
            "data": {
                "record_type": "event", "event_type": "message.finalized", "id": format!("event-{}", self.id),
                "occurred_at": stories::town::MORNING,
                "payload": {
                    "record_type": "message", "direction": "outbound", "id": self.carrier_ref, "type": "SMS",
                    "from": { "phone_number": desk.number }, "to": [{ "phone_number": phone(1), "status": "delivered" }],
                    "text": self.body, "media": [], "parts": 1, "webhook_url": echo,
                },
            },
            "meta": { "attempt": 1 },
        });
        let event = event.to_string();
        let headers = signer.headers(at.as_second(), event.as_bytes()).into_iter().collect();
        assert_eq!(town.client.send(Method::POST, path, headers, Bytes::from(event)).await.status, 200);
        town.settle().await;
    }

    async fn status(&self, desk: &Desk) -> String {
        text(&desk.get(&format!("/messages/{}", self.id)).await.is(200)["status"])
    }
}

/// How many receipts found no text, by the operator's list.
async fn astray(town: &Town) -> Vec<(String, u64)> {
    let found = town.engine.store().system_read(async |tx| unclaimed::attention(tx).await).await.unwrap();
    found.unclaimed.into_iter().map(|one| (one.reason, one.count)).collect()
}

store::on_both_engines! {
    async fn a_receipt_at_the_profiles_address_finds_a_text_whose_answer_was_lost(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let signer = Signer::from_seed(&[9; 32]).unwrap();
        let keys = json!({ "public_keys": [signer.public_key()] });
        let _ = acme.patch(&format!("/carrier-accounts/{}", acme.account), keys).await.is(200);
        let faults = json!({ "answer_lost": 1.0, "webhooks": { "dropped": 1.0 } });
        town.faults(serde_json::from_value(faults).unwrap());
        let profile = format!("/hooks/telnyx/{}", acme.account);

        // It says which address it should have gone to. The copy that gets there later changes nothing.
        let lost = Lost::of(&town, &acme, "one").await;
        let own = format!("{}{}", town.client.base(), lost.own);
        lost.is_reported(&town, &signer, &acme, &profile, Some(&own)).await;
        assert_eq!(lost.status(&acme).await, "delivered");
        let receipt = format!("/messages/{}/receipt", lost.id);
        let lines = acme.get(&receipt).await.is(200)["lines"].clone();
        lost.is_reported(&town, &signer, &acme, &lost.own, Some(&own)).await;
        assert_eq!(acme.get(&receipt).await.is(200)["lines"], lines);
        assert_eq!(astray(&town).await, []);

        // It does not say so, or says what is not ours: it is kept for the operator, once, and the copy settles it.
        let elsewhere = format!("{}/hooks/telnyx/acc_00000000000000000000000000000000/m/", town.client.base());
        for (n, echo) in [None, Some(format!("{elsewhere}{}", lost.id))].into_iter().enumerate() {
            let lost = Lost::of(&town, &acme, &format!("more {n}")).await;
            for _ in 0..2 {
                lost.is_reported(&town, &signer, &acme, &profile, echo.as_deref()).await;
            }
            assert_eq!(lost.status(&acme).await, "unknown");
            assert_eq!(astray(&town).await, [("no_such_message".to_owned(), n as u64 + 1)]);
            lost.is_reported(&town, &signer, &acme, &lost.own, echo.as_deref()).await;
            assert_eq!(lost.status(&acme).await, "delivered");
        }
    }

    async fn statuses_end_right_and_nothing_goes_out_twice(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.faults(Faults { seed: Some(11), ..Faults::hostile() });
        let mut sent = Vec::new();
        for n in 0..TEXTS {
            let started = acme.post("/conversations", json!({ "to": phone(n), "body": format!("text {n}") })).await;
            sent.push(text(&started.is(201)["message"]["id"]));
        }
        // Bursts of 429 ask for patience; what is lost waits for the carrier's word.
        town.passes(SignedDuration::from_mins(20)).await;

        let heard = town.sandbox.control().heard(0, 10_000);
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for text in heard.iter().filter(|heard| heard.body.starts_with("text ")) {
            *times.entry(text.body.as_str()).or_default() += 1;
        }
        assert_eq!(times.len(), TEXTS, "every text reached the carrier");
        assert!(times.values().all(|times| *times == 1), "none twice: {times:?}");

        // Lost answers included: the receipts on each text's own address settle them.
        let messages = ours(&acme, &sent).await;
        for (id, message) in &messages {
            assert_eq!(message["status"], "delivered", "{id}: {message}");
            assert!(message["cost"]["micros"].is_i64(), "{message}");
        }
        let counters = town.sandbox.control().counters();
        assert!(counters.send_requests > TEXTS as u64, "some had to be asked again: {counters:?}");
    }

    async fn what_nobody_can_know_stays_unknown_with_the_reason(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let faults = json!({ "answer_lost": 1.0, "webhooks": { "dropped": 1.0 } });
        town.faults(serde_json::from_value(faults).unwrap());
        let started = acme.post("/conversations", json!({ "to": phone(1), "body": "text" })).await;
        let message = text(&started.is(201)["message"]["id"]);
        town.settle().await;
        let unknown = acme.get(&format!("/messages/{message}")).await;
        assert_eq!(unknown.is(200)["status"], "unknown");
        town.passes(SignedDuration::from_hours(30)).await;
        let unknown = acme.get(&format!("/messages/{message}")).await;
        assert_eq!(unknown.is(200)["status"], "unknown");
        assert_eq!(unknown.body["error"]["code"], "outcome_unknown");
        let receipt = acme.get(&format!("/messages/{message}/receipt")).await;
        assert_eq!(receipt.is(200)["lines"].as_array().unwrap().last().unwrap()["kind"], "settled");
        let reached = town.sandbox.control().heard(0, 100).len();
        assert_eq!(reached, 1, "it is never sent again blindly");
    }

    async fn a_text_that_the_carrier_does_not_take_yet_waits_and_can_be_cancelled(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let busy = json!({ "rate_limit_burst": { "probability": 1.0, "length": 1, "retry_after_s": 30 } });
        town.faults(serde_json::from_value(busy).unwrap());
        let mut waiting = Vec::new();
        for n in 1..=2 {
            let started = acme.post("/conversations", json!({ "to": phone(n), "body": "text" })).await;
            waiting.push(text(&started.is(201)["message"]["id"]));
        }
        town.settle().await;
        for id in &waiting {
            let message = acme.get(&format!("/messages/{id}")).await;
            assert_eq!(message.is(200)["status"], "queued");
            let until: jiff::Timestamp = message.body["not_before"].as_str().unwrap().parse().unwrap();
            assert!(until > town.clock.now(), "it says until when: {}", message.body);
        }
        let cancelled = acme.post(&format!("/messages/{}/cancel", waiting[0]), json!({})).await;
        assert!(cancelled.status < 300, "{cancelled:?}");
        town.faults(Faults::default());
        town.passes(SignedDuration::from_mins(1)).await;
        for (id, end) in waiting.iter().zip(["cancelled", "delivered"]) {
            let message = acme.get(&format!("/messages/{id}")).await;
            assert_eq!((message.is(200)["status"].as_str(), message.body["not_before"].as_str()), (Some(end), None));
        }
    }

    async fn inbound_texts_repeated_and_mixed_up_are_there_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.faults(Faults { seed: Some(5), ..Faults::hostile() });
        for n in 0..TEXTS {
            town.text(&phone(n), &acme, &format!("question {n}"));
        }
        town.passes(SignedDuration::from_secs(10)).await;
        let mut bodies = BTreeMap::<String, usize>::new();
        let mut next = String::new();
        loop {
            let page = acme.get(&format!("/conversations?status=all&limit=50{next}")).await;
            for conversation in page.is(200)["data"].as_array().unwrap() {
                for line in acme.thread(&text(&conversation["id"])).await {
                    *bodies.entry(line).or_default() += 1;
                }
            }
            match page.body["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(bodies.len(), TEXTS);
        assert!(bodies.values().all(|times| *times == 1), "{bodies:?}");
    }

    async fn forged_webhooks_change_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let faults = json!({ "webhooks": { "wrong_signature": 1.0 } });
        town.faults(serde_json::from_value(faults).unwrap());
        town.texts(&phone(1), &acme, "forged").await;
        let stale = json!({ "webhooks": { "stale_timestamp": 1.0 } });
        town.faults(serde_json::from_value(stale).unwrap());
        town.texts(&phone(1), &acme, "stale").await;
        let all = acme.get("/conversations?status=all").await;
        assert_eq!(all.is(200)["data"], json!([]));
    }
}
