//! Held, scheduled, deferred, cancelled, paced; and why.

use jiff::SignedDuration;
use serde_json::json;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

store::on_both_engines! {
    async fn a_held_text_can_be_undone(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let say = async |body: &str| {
            let said = acme
                .post(&format!("/conversations/{conversation}/messages"), json!({ "body": body, "hold_seconds": 5 }))
                .await;
            assert_eq!(said.is(202)["message"]["status"], "held");
            text(&said.body["message"]["id"])
        };
        let (undone, sent) = (say("Oops").await, say("Better").await);
        let cancelled = acme.post(&format!("/messages/{undone}/cancel"), json!({})).await;
        assert_eq!(cancelled.is(200)["message"]["status"], "cancelled");
        town.passes(SignedDuration::from_secs(4)).await;
        assert_eq!(town.heard(ANN), ["Hi"]);
        town.passes(SignedDuration::from_secs(2)).await;
        assert_eq!(town.heard(ANN), ["Hi", "Better"]);
        let late = acme.post(&format!("/messages/{sent}/cancel"), json!({})).await;
        assert_eq!(late.problem(409), "too_late");
    }

    async fn texts_of_one_conversation_keep_their_order(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let fast = acme.patch(&format!("/numbers/{}", acme.number_id), json!({ "segments_per_second": 1_000 })).await;
        let _ = fast.is(200);
        let phones: Vec<String> = (0..20).map(|nth| format!("+1415555{nth:04}")).collect();
        let said = ["One", "Two", "Three", "Four"];
        for phone in &phones {
            let conversation = acme.starts(phone, "Hi").await;
            for body in said {
                let body = json!({ "body": body, "hold_seconds": 30 });
                let said = acme.post(&format!("/conversations/{conversation}/messages"), body).await;
                let _ = said.is(202);
            }
        }
        // All are due at once, and the carrier refuses some now and then.
        town.faults(serde_json::from_value(json!({ "seed": 7, "rate_limit_burst": { "probability": 0.1, "length": 1, "retry_after_s": 2 } })).unwrap());
        town.passes(SignedDuration::from_mins(2)).await;
        for phone in &phones {
            assert_eq!(town.heard(phone), ["Hi", "One", "Two", "Three", "Four"], "{phone}");
        }
    }

    async fn a_scheduled_text_goes_at_its_hour_unless_they_write_first(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let at = town.clock.now().checked_add(SignedDuration::from_hours(2)).unwrap().to_string();
        for (body, stop_if_reply) in [("Always", false), ("Only into silence", true)] {
            let body = json!({ "body": body, "scheduled_at": at, "stop_if_reply": stop_if_reply });
            let said = acme.post(&format!("/conversations/{conversation}/messages"), body).await;
            assert_eq!(said.is(202)["message"]["status"], "scheduled");
        }
        town.passes(SignedDuration::from_hours(1)).await;
        town.texts(ANN, &acme, "I am here").await;
        town.passes(SignedDuration::from_hours(2)).await;
        assert_eq!(town.heard(ANN), ["Hi", "Always"]);
    }

    async fn a_scheduled_text_that_is_cancelled_never_leaves(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let at = town.clock.now().checked_add(SignedDuration::from_hours(2)).unwrap().to_string();
        let said = acme
            .post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Later", "scheduled_at": at }))
            .await;
        let message = text(&said.is(202)["message"]["id"]);
        assert_eq!(said.body["message"]["status"], "scheduled");
        town.passes(SignedDuration::from_hours(1)).await;
        let cancelled = acme.post(&format!("/messages/{message}/cancel"), json!({})).await;
        assert_eq!(cancelled.is(200)["message"]["status"], "cancelled");
        town.passes(SignedDuration::from_hours(2)).await;
        assert_eq!(town.heard(ANN), ["Hi"]);
        assert_eq!(acme.get(&format!("/messages/{message}")).await.is(200)["status"], "cancelled", "it stays so");
        let receipt = acme.get(&format!("/messages/{message}/receipt")).await;
        let kinds: Vec<&str> =
            receipt.is(200)["lines"].as_array().unwrap().iter().filter_map(|line| line["kind"].as_str()).collect();
        assert!(kinds.contains(&"cancelled") && !kinds.contains(&"attempt"), "{kinds:?}");
        let again = acme.post(&format!("/messages/{message}/cancel"), json!({})).await;
        assert_eq!(again.problem(409), "too_late");
    }

    async fn quiet_hours_defer_and_an_answer_to_someone_awake_does_not_wait(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let set = acme
            .patch("/tenant", json!({ "settings": { "quiet_hours": { "from": "21:00", "until": "08:00" } } }))
            .await;
        assert_eq!(set.is(200)["settings"]["quiet_hours"]["from"], "21:00");
        // It is nine in the morning; at eleven in the evening nobody is texted. In California, where the number is, it is eight then.
        let contact = acme.post("/contacts", json!({ "phone": ANN, "time_zone": "America/New_York" })).await;
        let _ = contact.is(201);
        town.passes(SignedDuration::from_hours(14)).await;
        let started = acme.post("/conversations", json!({ "to": ANN, "body": "Good evening" })).await;
        assert_eq!(started.is(201)["message"]["status"], "deferred");
        let message = text(&started.body["message"]["id"]);
        let conversation = text(&started.body["conversation"]["id"]);
        town.settle().await;
        assert!(town.heard(ANN).is_empty());
        let receipt = acme.get(&format!("/messages/{message}/receipt")).await;
        let lines = receipt.is(200)["lines"].as_array().unwrap().clone();
        let gate = lines.iter().find(|line| line["kind"] == "gate").unwrap();
        assert_eq!((gate["verdict"].as_str(), gate["reason"].as_str()), (Some("defer"), Some("quiet_hours")));

        town.texts(ANN, &acme, "Are you still up?").await;
        let said = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Yes" })).await;
        let _ = said.is(202);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Yes"]);
        town.passes(SignedDuration::from_hours(10)).await;
        assert_eq!(town.heard(ANN), ["Yes", "Good evening"]);
        let receipt = acme.get(&format!("/messages/{message}/receipt")).await;
        let verdicts: Vec<&str> =
            receipt.is(200)["lines"].as_array().unwrap().iter().filter_map(|line| line["verdict"].as_str()).collect();
        assert_eq!(verdicts, ["defer", "send"], "every verdict stands there");
    }

    async fn a_number_keeps_its_pace(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let slow = acme.patch(&format!("/numbers/{}", acme.number_id), json!({ "segments_per_second": 0.5 })).await;
        let _ = slow.is(200);
        for n in 0..4 {
            let to = format!("+1415555{:04}", 130 + n);
            let _ = acme.starts(&to, "Hi").await;
        }
        let heard = || (0..4).map(|n| town.heard(&format!("+1415555{:04}", 130 + n)).len()).sum::<usize>();
        // The first goes at once, the others every two seconds.
        for expected in 1..=4 {
            let mut waited = 0;
            while heard() < expected {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                waited += 1;
                assert!(waited < 5_000, "text {expected} does not go");
            }
            assert_eq!(heard(), expected);
            let next = town.clock.now().checked_add(SignedDuration::from_millis(2_001)).unwrap();
            town.clock.advance_to(next);
        }
    }

    async fn a_number_switched_off_and_a_blocked_contact_send_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let number = format!("/numbers/{}", acme.number_id);
        let off = acme.patch(&number, json!({ "enabled": false })).await;
        assert_eq!(off.is(200)["enabled"], false);
        let refused = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "a" })).await;
        assert_eq!(refused.problem(422), "number_disabled");
        let _ = acme.patch(&number, json!({ "enabled": true })).await.is(200);
        let contact = text(&acme.conversation().await["contact"]["id"]);
        let blocked = acme.patch(&format!("/contacts/{contact}"), json!({ "blocked": true })).await;
        assert_eq!(blocked.is(200)["blocked"], true);
        let refused = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "a" })).await;
        assert_eq!(refused.problem(422), "contact_blocked");
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Hi"]);
    }

    async fn a_refusal_of_the_carrier_is_told_in_plain_words(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        for (outcome, code, status) in [
            ("rejected", "40310", "failed"),
            ("delivery_failed", "40008", "failed"),
            ("delivery_unconfirmed", "", "unconfirmed"),
        ] {
            let mut rule = json!({ "to": ANN, "outcome": outcome });
            if !code.is_empty() {
                rule["code"] = json!(code);
            }
            town.faults(serde_json::from_value(json!({ "outcomes": [rule] })).unwrap());
            let started = acme.post("/conversations", json!({ "to": ANN, "body": outcome })).await;
            let message = text(&started.is(201)["message"]["id"]);
            town.settle().await;
            let message = acme.get(&format!("/messages/{message}")).await;
            assert_eq!(message.is(200)["status"], status, "{outcome}");
            if !code.is_empty() {
                assert_eq!(message.body["error"]["code"], code);
                assert!(text(&message.body["error"]["mend"]).len() > 10);
            }
        }
    }
}
