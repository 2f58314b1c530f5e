//! An assistant answers, knows when not to, and gives way to people.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::json;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.";

store::on_both_engines! {
    async fn it_answers_quick_texts_once_from_what_it_knows(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "Hi there").await;
        town.passes(SignedDuration::from_secs(3)).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        assert!(town.heard(ANN).is_empty(), "it waits its quiet window");
        town.passes(SignedDuration::from_secs(3)).await;
        assert!(town.heard(ANN).is_empty(), "the window began anew");
        town.passes(SignedDuration::from_secs(2)).await;
        let heard = town.heard(ANN);
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].contains("7 am"), "{heard:?}");
        let conversation = acme.conversation().await;
        assert_eq!(conversation["holder"]["kind"], "assistant");
        let id = text(&conversation["id"]);
        let page = acme.get(&format!("/conversations/{id}/messages")).await;
        assert_eq!(page.is(200)["data"][0]["author"]["name"], "Ada");
        assert_eq!(page.body["data"][0]["sources"][0]["title"], "Facts", "it says where that stands");
    }

    async fn it_hands_over_when_nothing_fits(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "Can you repair my bicycle chain?").await;
        town.passes(SignedDuration::from_secs(5)).await;
        assert!(town.heard(ANN).is_empty());
        let conversation = acme.conversation().await;
        assert_eq!(conversation["holder"]["kind"], "agents");
        let thread = acme.thread(&text(&conversation["id"])).await;
        assert!(thread[1].starts_with("note system noted: Handed to people"), "{thread:?}");
    }

    async fn in_draft_mode_a_person_accepts_edits_or_rejects(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("draft", HOURS).await;
        let ask = async || {
            town.texts(ANN, &acme, "what are your opening hours?").await;
            // Whoever asks again soon may go on typing, and is given more time.
            town.passes(SignedDuration::from_secs(21)).await;
            let id = text(&acme.conversation().await["id"]);
            let drafts = acme.get(&format!("/conversations/{id}/drafts")).await;
            let drafts = drafts.is(200)["data"].as_array().unwrap().clone();
            assert_eq!(drafts.len(), 1, "{drafts:?}");
            assert!(!drafts[0]["sources"].as_array().unwrap().is_empty());
            text(&drafts[0]["id"])
        };
        let first = ask().await;
        assert!(town.heard(ANN).is_empty(), "a draft is not sent");
        let accepted = acme.post(&format!("/drafts/{first}/accept"), json!({})).await;
        let _ = accepted.is(202);
        town.settle().await;
        assert!(town.heard(ANN)[0].contains("7 am"));
        let twice = acme.post(&format!("/drafts/{first}/accept"), json!({})).await;
        assert_eq!(twice.problem(409), "draft_not_open");

        let id = text(&acme.conversation().await["id"]);
        let back = acme.post(&format!("/conversations/{id}/handoff"), json!({ "to": "assistant" })).await;
        assert_eq!(back.is(200)["holder"]["kind"], "assistant");
        let second = ask().await;
        let rejected = acme.post(&format!("/drafts/{second}/reject"), json!({ "reason": "too long" })).await;
        assert_eq!(rejected.status, 204);
        let third = ask().await;
        let edited = acme.post(&format!("/drafts/{third}/accept"), json!({ "body": "Seven to six." })).await;
        let _ = edited.is(202);
        town.settle().await;
        assert_eq!(town.heard(ANN).last().unwrap(), "Seven to six.");
    }

    async fn it_falls_silent_when_a_person_takes_over_or_the_contact_says_stop(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        let id = text(&acme.conversation().await["id"]);
        let taken = acme.post(&format!("/conversations/{id}/handoff"), json!({ "to": "agents" })).await;
        assert_eq!(taken.is(200)["holder"]["kind"], "agents");
        town.passes(SignedDuration::from_secs(10)).await;
        assert!(town.heard(ANN).is_empty());
        let _ = acme.post(&format!("/conversations/{id}/handoff"), json!({ "to": "assistant" })).await.is(200);
        town.texts(ANN, &acme, "STOP").await;
        town.passes(SignedDuration::from_secs(10)).await;
        assert_eq!(town.heard(ANN).len(), 1, "the confirmation alone");
    }

    async fn it_falls_silent_when_a_program_answers(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        let id = text(&acme.conversation().await["id"]);
        let messages = format!("/conversations/{id}/messages");
        let _ = acme.post(&messages, json!({ "body": "From nine, says Max." })).await.is(202);
        town.passes(SignedDuration::from_secs(10)).await;
        assert_eq!(town.heard(ANN), ["From nine, says Max."]);
        assert!(acme.conversation().await["waiting_since"].is_null());
    }

    async fn the_guide_of_a_conversation_comes_first(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        let body = json!({ "to": ANN, "guide": "The wedding cake is ready on Friday at noon." });
        let _ = acme.post("/conversations", body).await.is(201);
        town.texts(ANN, &acme, "When is the wedding cake ready?").await;
        town.passes(SignedDuration::from_secs(5)).await;
        assert!(town.heard(ANN)[0].contains("Friday"), "{:?}", town.heard(ANN));
    }

    async fn a_model_that_does_not_answer_hands_over_with_a_reason(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        let provider = json!({
            "kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m", "api_key": "sk-story-secret-1234",
            "timeout_seconds": 2, "max_tokens": 100,
        });
        let set = acme.patch(&format!("/assistants/{assistant}"), json!({ "provider": provider })).await;
        assert!(!set.is(200).to_string().contains("story-secret"), "keys are never shown again");
        town.texts(ANN, &acme, "what are your opening hours?").await;
        town.passes(SignedDuration::from_secs(5)).await;
        let conversation = acme.conversation().await;
        assert_eq!(conversation["holder"]["kind"], "agents");
        let thread = acme.thread(&text(&conversation["id"])).await;
        assert!(thread[1].contains("the model did not answer"), "{thread:?}");
    }

    async fn an_assistant_can_be_rehearsed(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("off", HOURS).await;
        let known = acme.post(&format!("/assistants/{id}/preview"), json!({ "text": "opening hours?" })).await;
        assert_eq!(known.is(200)["outcome"], "answer");
        assert_eq!(known.body["sources"][0]["title"], "Facts");
        let unknown = acme.post(&format!("/assistants/{id}/preview"), json!({ "text": "Can you fix my bicycle?" })).await;
        assert_eq!(unknown.is(200)["outcome"], "hand_off");
        assert!(unknown.body["reason"].is_string());
    }

    async fn a_kept_key_is_not_sent_to_a_new_address(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let made = acme
            .post("/assistants", json!({ "name": "Ada", "provider": {
                "kind": "openai", "model": "m", "base_url": "https://models.example.com", "api_key": "sk-of-the-admin",
            }}))
            .await;
        let assistant = format!("/assistants/{}", text(&made.is(201)["id"]));
        let mut manager = town.member(&acme, "max@example.com", "manager").await;
        let own = json!({ "base_url": "https://max.example.com" });
        let moved = manager.call(Method::PATCH, &assistant, Some(json!({ "provider": own }))).await;
        assert_eq!((moved.problem(422), moved.bad_field()), ("invalid", ("provider.api_key", "missing")));
        assert_eq!(moved.body["errors"][0]["message"], "Give the key again for the new address.");
        let found = acme.get(&assistant).await;
        assert_eq!(found.is(200)["provider"]["base_url"], "https://models.example.com");
        let with_key = json!({ "base_url": "https://max.example.com", "api_key": "sk-of-max" });
        let moved = manager.call(Method::PATCH, &assistant, Some(json!({ "provider": with_key }))).await;
        assert_eq!(moved.is(200)["provider"]["base_url"], "https://max.example.com");

        let account = format!("/carrier-accounts/{}", acme.account);
        let before = acme.get(&account).await.is(200).clone();
        let moved = acme.patch(&account, json!({ "name": "Mine", "base_url": "https://max.example.com" })).await;
        assert_eq!((moved.problem(422), moved.bad_field()), ("invalid", ("api_key", "missing")));
        assert_eq!(acme.get(&account).await.is(200), &before, "nothing was half done");
        let same = acme.patch(&account, json!({ "name": "Mine", "base_url": before["base_url"] })).await;
        assert_eq!(same.is(200)["name"], "Mine");
        let with_key = json!({ "base_url": "https://max.example.com", "api_key": "KEY-of-max" });
        assert_eq!(acme.patch(&account, with_key).await.is(200)["base_url"], "https://max.example.com");
    }
}
