//! STOP wins.

use jiff::SignedDuration;
use serde_json::json;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

store::on_both_engines! {
    async fn stop_cancels_what_waits_and_nothing_goes_out_after_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "Welcome").await;
        town.settle().await;
        let later = town.clock.now().checked_add(SignedDuration::from_hours(1)).unwrap().to_string();
        let scheduled = acme
            .post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Reminder", "scheduled_at": later }))
            .await;
        let scheduled = text(&scheduled.is(202)["message"]["id"]);

        town.texts(ANN, &acme, " Stop! ").await;
        let cancelled = acme.get(&format!("/messages/{scheduled}")).await;
        assert_eq!(cancelled.is(200)["status"], "cancelled");
        let receipt = acme.get(&format!("/messages/{scheduled}/receipt")).await;
        let lines = receipt.is(200)["lines"].as_array().unwrap().clone();
        assert_eq!(lines.last().unwrap()["kind"], "cancelled");

        let refused = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "But wait" })).await;
        assert_eq!(refused.problem(422), "contact_opted_out");
        town.passes(SignedDuration::from_hours(2)).await;
        let heard = town.heard(ANN);
        assert_eq!(heard.len(), 2, "the welcome and one confirmation: {heard:?}");
        assert!(heard[1].to_lowercase().contains("unsubscribed"), "{heard:?}");

        let contact = text(&acme.conversation().await["contact"]["id"]);
        let ledger = acme.get(&format!("/contacts/{contact}/consents")).await;
        assert_eq!(ledger.is(200)["data"][0]["state"], "opted_out");

        town.texts(ANN, &acme, "START").await;
        let again = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Hello again" })).await;
        let _ = again.is(202);
        town.settle().await;
        assert_eq!(town.heard(ANN).last().unwrap(), "Hello again");
    }

    async fn words_that_the_carrier_does_not_know_are_confirmed_by_us_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        for word in ["opt out", "désabonner", "BAJA"] {
            town.texts(ANN, &acme, word).await;
        }
        let heard = town.heard(ANN);
        assert_eq!(heard.len(), 1, "{heard:?}");
        let conversation = acme.conversation().await;
        assert!(conversation["contact"]["opted_out_at"].is_string());
    }

    async fn help_is_answered_and_a_sentence_with_stop_in_it_is_no_stop(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Can I stop by at noon?").await;
        assert!(acme.conversation().await["contact"]["opted_out_at"].is_null());
        town.texts(ANN, &acme, "HELP").await;
        assert_eq!(town.heard(ANN).len(), 1);
    }

    async fn a_carrier_that_refuses_because_of_stop_is_believed(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "One").await;
        town.settle().await;
        let faults = json!({ "outcomes": [{ "to": ANN, "outcome": "rejected", "code": "40300", "status": 409 }] });
        town.faults(serde_json::from_value(faults).unwrap());
        let sent = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Two" })).await;
        let message = text(&sent.is(202)["message"]["id"]);
        town.settle().await;
        let failed = acme.get(&format!("/messages/{message}")).await;
        assert_eq!(failed.is(200)["status"], "failed");
        assert_eq!(failed.body["error"]["code"], "40300");
        assert!(!text(&failed.body["error"]["explanation"]).is_empty() && !text(&failed.body["error"]["mend"]).is_empty());
        let refused = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Three" })).await;
        assert_eq!(refused.problem(422), "contact_opted_out");
    }

    async fn an_opt_out_in_their_own_words_counts_and_people_are_told(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let conversation = acme.starts(ANN, "Welcome").await;
        town.settle().await;
        let later = town.clock.now().checked_add(SignedDuration::from_hours(1)).unwrap().to_string();
        let scheduled = acme
            .post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Reminder", "scheduled_at": later }))
            .await;
        let scheduled = text(&scheduled.is(202)["message"]["id"]);

        town.texts(ANN, &acme, "Who is this? Please take me off your list!").await;
        assert_eq!(acme.get(&format!("/messages/{scheduled}")).await.is(200)["status"], "cancelled");
        let contact = text(&acme.conversation().await["contact"]["id"]);
        let ledger = acme.get(&format!("/contacts/{contact}/consents")).await.is(200)["data"][0].clone();
        assert_eq!((&ledger["state"], &ledger["source"]), (&json!("opted_out"), &json!("free_text")));
        assert_eq!(ledger["keyword"], "Please take me off your list");

        town.texts(ANN, &acme, "I said stop texting me").await;
        town.passes(SignedDuration::from_hours(2)).await;
        let heard = town.heard(ANN);
        assert_eq!(heard.len(), 2, "the welcome and one confirmation: {heard:?}");
        assert!(heard[1].to_lowercase().contains("unsubscribed"), "{heard:?}");
        let messages = acme.get(&format!("/conversations/{conversation}/messages")).await.is(200)["data"].clone();
        let notes: Vec<_> = messages.as_array().unwrap().iter().filter(|one| one["direction"] == "note").collect();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(text(&notes[0]["body"]).starts_with("Read as an opt-out: “Please take me off your list”"), "{notes:?}");
        let refused = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "But wait" })).await;
        assert_eq!(refused.problem(422), "contact_opted_out");

        town.texts(ANN, &acme, "START").await;
        let again = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Hello again" })).await;
        let _ = again.is(202);
    }
}
