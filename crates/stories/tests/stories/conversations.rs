//! A text comes in, an answer goes out.

use jiff::SignedDuration;
use serde_json::json;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";
const BEN: &str = "+14155550124";

store::on_both_engines! {
    async fn a_text_opens_a_conversation_and_a_person_answers(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Are you open today?").await;

        let conversation = acme.conversation().await;
        assert_eq!(conversation["status"], "open");
        assert_eq!(conversation["contact"]["phone"], ANN);
        assert_eq!(conversation["contact"]["phone_pretty"], "+1 415-555-0123");
        assert_eq!(conversation["last_message"]["preview"], "Are you open today?");
        let id = text(&conversation["id"]);

        let sent = acme.post(&format!("/conversations/{id}/messages"), json!({ "body": "Until six – see you!" })).await;
        let message = text(&sent.is(202)["message"]["id"]);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Until six - see you!"], "smart encoding is ours");
        assert_eq!(
            acme.thread(&id).await,
            ["in contact received: Are you open today?", "out api delivered: Until six - see you!"]
        );
        let message = acme.get(&format!("/messages/{message}")).await;
        let message = message.is(200);
        assert_eq!(message["segments"], 1);
        assert_eq!(message["parts"], 1);
        assert_eq!(message["cost"]["currency"], "USD");
        assert!(message["cost"]["micros"].as_i64().is_some_and(|micros| micros > 0));
    }

    async fn two_texts_that_race_on_a_new_contact_make_one_conversation(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        for n in 0..20 {
            town.text(ANN, &acme, &format!("text {n}"));
        }
        town.settle().await;
        let conversation = acme.conversation().await;
        let thread = acme.thread(&text(&conversation["id"])).await;
        assert_eq!(thread.len(), 20, "{thread:?}");
    }

    async fn a_closed_conversation_reopens_inside_the_window_and_has_a_successor_after_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Hello").await;
        let id = text(&acme.conversation().await["id"]);
        let closed = acme.patch(&format!("/conversations/{id}"), json!({ "status": "closed" })).await;
        assert_eq!(closed.is(200)["status"], "closed");

        town.passes(SignedDuration::from_hours(29 * 24)).await;
        town.texts(ANN, &acme, "Me again").await;
        let conversation = acme.conversation().await;
        assert_eq!((conversation["status"].as_str(), text(&conversation["id"])), (Some("open"), id.clone()));

        let shorter = acme.patch("/tenant", json!({ "settings": { "resume_window_days": 7 } })).await;
        assert_eq!(shorter.is(200)["settings"]["resume_window_days"], 7);
        town.passes(SignedDuration::from_hours(8 * 24)).await;
        town.texts(ANN, &acme, "And again").await;
        let all = acme.get("/conversations?status=all").await;
        let all = all.is(200)["data"].as_array().unwrap().clone();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0]["previous_id"].as_str(), Some(id.as_str()), "the successor links back");
        assert_eq!(all[0]["contact"]["id"], all[1]["contact"]["id"]);
    }

    async fn a_reply_lands_in_no_conversation_that_is_over(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Hello").await;
        let old = text(&acme.conversation().await["id"]);
        town.passes(SignedDuration::from_hours(40 * 24)).await;
        let reply = async |to: &str| {
            acme.post(&format!("/conversations/{to}/messages"), json!({ "body": "Still there?" })).await
        };
        assert_eq!(reply(&old).await.problem(409), "resume_window_over");
        let started = acme.post("/conversations", json!({ "to": ANN, "body": "Still there?" })).await;
        let new = text(&started.is(201)["conversation"]["id"]);
        let refused = reply(&old).await;
        assert_eq!(refused.problem(409), "conversation_succeeded");
        assert!(text(&refused.body["detail"]).contains(&new), "{}", refused.body);
        let _ = reply(&new).await.is(202);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Still there?", "Still there?"]);
        assert_eq!(acme.thread(&old).await, ["in contact received: Hello"]);
    }

    async fn the_api_opens_or_resumes(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let body = json!({ "to": "(415) 555-0124", "body": "Hi Ben", "name": "Ben", "company": "Bikes" });
        let started = acme.post("/conversations", body).await;
        let started = started.is(201);
        assert_eq!(started["resumed"], false);
        assert_eq!(started["conversation"]["contact"]["name"], "Ben");
        assert_eq!(started["conversation"]["contact"]["company"], "Bikes");
        let status = started["message"]["status"].as_str().unwrap();
        assert!(["queued", "sending"].contains(&status), "it may be on its way before the answer is: {status}");
        town.settle().await;
        assert_eq!(town.heard(BEN), ["Hi Ben"]);

        let again = acme.post("/conversations", json!({ "to": BEN, "body": "Still there?", "name": "Someone" })).await;
        let again = again.is(201);
        assert_eq!(again["resumed"], true);
        assert_eq!(again["conversation"]["id"], started["conversation"]["id"]);
        assert_eq!(again["conversation"]["contact"]["name"], "Ben", "what is known stays");
        town.settle().await;
        assert_eq!(town.heard(BEN), ["Hi Ben", "Still there?"]);
    }

    async fn the_same_key_does_it_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let key = [("idempotency-key", "order-17")];
        let ask = |body: &str| {
            let body = json!({ "to": BEN, "body": body });
            let acme = acme.clone();
            async move { acme.call(providers::http::Method::POST, "/conversations", Some(body), &key).await }
        };
        let (one, two) = (ask("Your order is ready").await, ask("Your order is ready").await);
        assert_eq!(one.is(201)["message"]["id"], two.is(201)["message"]["id"]);
        assert_eq!(two.raw.header("idempotent-replayed"), Some("true"));
        assert_eq!(ask("Something else").await.problem(422), "idempotency_key_reused");
        town.settle().await;
        assert_eq!(town.heard(BEN), ["Your order is ready"]);
        // A day later the key is free again.
        town.passes(SignedDuration::from_hours(25)).await;
        let _ = ask("Something else").await.is(201);
        town.settle().await;
        assert_eq!(town.heard(BEN).len(), 2);
    }

    async fn what_people_keep_beside_the_texts(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Hello").await;
        let id = text(&acme.conversation().await["id"]);
        let note = acme.post(&format!("/conversations/{id}/notes"), json!({ "body": "Likes rye." })).await;
        assert_eq!(note.is(201)["message"]["direction"], "note");
        let changed = acme.patch(&format!("/conversations/{id}"), json!({ "tags": ["vip", "bread", "vip"], "name": "Ann" })).await;
        assert_eq!(changed.is(200)["tags"], json!(["bread", "vip"]));
        assert_eq!(changed.body["contact"]["name"], "Ann");
        let guided = acme.put(&format!("/conversations/{id}/guide"), json!({ "guide": "Offer the rye." })).await;
        assert_eq!(guided.is(200)["guide"], "Offer the rye.");
        town.settle().await;
        assert!(town.heard(ANN).is_empty(), "a note is never sent");
        let tagged = acme.get("/conversations?tag=vip").await;
        assert_eq!(tagged.is(200)["data"].as_array().unwrap().len(), 1);
        let other = acme.get("/conversations?tag=other").await;
        assert_eq!(other.is(200)["data"].as_array().unwrap().len(), 0);
    }

    async fn a_snoozed_conversation_comes_back_by_itself_or_with_a_text(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Tomorrow?").await;
        let id = text(&acme.conversation().await["id"]);
        let snooze = async |hours: i64| {
            let until = town.clock.now().checked_add(SignedDuration::from_hours(hours)).unwrap();
            let body = json!({ "status": "snoozed", "snoozed_until": until.to_string() });
            let snoozed = acme.patch(&format!("/conversations/{id}"), body).await;
            assert_eq!(snoozed.is(200)["status"], "snoozed");
        };
        snooze(3).await;
        town.passes(SignedDuration::from_hours(2)).await;
        assert_eq!(acme.conversation().await["status"], "snoozed");
        town.passes(SignedDuration::from_hours(2)).await;
        assert_eq!(acme.conversation().await["status"], "open");
        snooze(3).await;
        town.texts(ANN, &acme, "Or today?").await;
        assert_eq!(acme.conversation().await["status"], "open");
    }
}
