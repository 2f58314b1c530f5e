//! An assistant with a model of somebody else: what it is asked, what becomes of its answer, and of its silence.

use jiff::SignedDuration;
use serde_json::json;
use stories::model::{Act, Question, ScriptedModel};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.";
const KEY: &str = "sk-story-secret-1234";

/// The number's assistant, with a model behind it.
async fn assistant(desk: &Desk, kind: &str, model: &ScriptedModel) -> String {
    let base_url = model.base_url(kind);
    let id = desk.assistant("auto", HOURS).await;
    let provider = json!({
        "kind": kind, "base_url": base_url, "model": "story-1", "api_key": KEY, "timeout_seconds": 3, "max_tokens": 321,
    });
    let set = desk.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await;
    assert!(!set.is(200).to_string().contains(KEY), "keys are never shown again");
    id
}

fn answer(body: &str) -> Act {
    Act::json(&json!({ "outcome": "answer", "text": body, "sources": [1] }))
}

/// Ann asks, and the quiet window passes.
async fn asks(town: &Town, desk: &Desk, body: &str) {
    town.texts(ANN, desk, body).await;
    // The longest that anybody's window gets.
    town.passes(SignedDuration::from_secs(21)).await;
    tries(town).await;
}

/// The pauses between tries pass.
async fn tries(town: &Town) {
    for _ in 0..3 {
        town.passes(SignedDuration::from_millis(1_500)).await;
    }
}

/// The conversation is people's now, nothing was sent, and the thread says why.
async fn handed_over(town: &Town, desk: &Desk, why: &str) {
    let heard = town.heard(ANN);
    assert!(heard.is_empty(), "{heard:?}");
    let conversation = desk.conversation().await;
    assert_eq!(conversation["holder"]["kind"], "agents", "{why}");
    assert!(conversation["waiting_since"].is_string(), "Ann waits for somebody");
    let thread = desk.thread(&text(&conversation["id"])).await;
    let note = thread.last().unwrap();
    assert!(note.starts_with("note system noted: Handed to people") && note.contains(why), "{why}: {thread:?}");
    assert!(!note.contains(KEY) && !note.contains("127.0.0.1"), "{note}");
}

/// Back to the assistant, for another try.
async fn given_back(desk: &Desk) {
    let id = text(&desk.conversation().await["id"]);
    let back = desk.post(&format!("/conversations/{id}/handoff"), json!({ "to": "assistant" })).await;
    assert_eq!(back.is(200)["holder"]["kind"], "assistant");
}

store::on_both_engines! {
    async fn an_openai_compatible_model_is_asked_and_its_answer_is_sent(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(answer("We open at 7.")).await;
        let _ = assistant(&acme, "openai", &model).await;
        asks(&town, &acme, "When do you open?").await;
        assert_eq!(town.heard(ANN), ["We open at 7."]);
        asks(&town, &acme, "And on Mondays?").await;

        let asked = model.asked();
        assert_eq!(asked.len(), 2);
        let Question { path, headers, body } = &asked[1];
        assert_eq!(path, "/v1/chat/completions");
        assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!((&body["model"], &body["max_tokens"]), (&json!("story-1"), &json!(321)));
        let messages = body["messages"].as_array().unwrap();
        let roles: Vec<&str> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["system", "user", "assistant", "user"], "the whole thread, the two sides in turns");
        let system = messages[0]["content"].as_str().unwrap();
        assert!(system.contains("Be kind.") && system.contains("On Mondays we are closed"), "{system}");
        assert_eq!(messages[1]["content"], "When do you open?");
        assert_eq!(messages[3]["content"], "And on Mondays?");

        let id = text(&acme.conversation().await["id"]);
        let page = acme.get(&format!("/conversations/{id}/messages")).await;
        let said = &page.is(200)["data"][0];
        assert_eq!((&said["author"]["name"], &said["sources"][0]["title"]), (&json!("Ada"), &json!("Facts")));
    }

    async fn anthropics_model_is_asked_and_its_answer_is_sent(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(answer("We open at 7.")).await;
        let _ = assistant(&acme, "anthropic", &model).await;
        asks(&town, &acme, "When do you open?").await;
        assert_eq!(town.heard(ANN), ["We open at 7."]);

        let asked = model.asked();
        assert_eq!(asked.len(), 1);
        let Question { path, headers, body } = &asked[0];
        assert_eq!(path, "/v1/messages");
        assert_eq!(headers["x-api-key"], KEY);
        assert_eq!(headers["anthropic-version"], "2023-06-01");
        assert!(headers.get("authorization").is_none());
        assert_eq!((&body["model"], &body["max_tokens"]), (&json!("story-1"), &json!(321)));
        let system = body["system"].as_str().unwrap();
        assert!(system.contains("Be kind.") && system.contains("7 am"), "{system}");
        assert_eq!(body["messages"], json!([{ "role": "user", "content": "When do you open?" }]));
    }

    async fn a_model_that_asks_for_a_person_gets_one(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let said = json!({ "outcome": "hand_off", "reason": "She wants her money back" });
        let model = ScriptedModel::start(Act::json(&said)).await;
        let _ = assistant(&acme, "anthropic", &model).await;
        asks(&town, &acme, "I want my money back").await;
        handed_over(&town, &acme, "She wants her money back").await;
    }

    async fn a_model_in_trouble_hands_over_with_the_reason(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(Act::Silent).await;
        let id = assistant(&acme, "openai", &model).await;
        let overloaded = json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } });
        let wrong_key = json!({ "error": { "code": "invalid_api_key", "message": "Incorrect API key provided" } });
        for (act, why) in [
            (Act::Silent, "in time"),
            (Act::fails(500), "trouble of its own (status 500)"),
            (Act::Replies(529, overloaded), "busy"),
            (Act::Replies(401, wrong_key), "API key was not accepted"),
            (Act::Replies(200, json!("no completion")), "cannot read"),
            (Act::Says("{\"outcome\":\"answer\",\"te".into()), "could not be used"),
            (Act::BreaksOff("{\"outcome\":".into()), "broke off"),
            (Act::Busy(Some(30)), "busy"),
            (Act::Replies(402, json!({})), "used up its credit or quota"),
        ] {
            model.now(act);
            asks(&town, &acme, "When do you open?").await;
            handed_over(&town, &acme, why).await;
            given_back(&acme).await;
            town.passes(SignedDuration::from_secs(5)).await;
            tries(&town).await;
            handed_over(&town, &acme, why).await;
            given_back(&acme).await;
        }
        // Nobody listens there at all.
        let gone = json!({ "provider": { "base_url": "http://127.0.0.1:9", "api_key": KEY } });
        let _ = acme.patch(&format!("/assistants/{id}"), gone).await.is(200);
        asks(&town, &acme, "Hello?").await;
        handed_over(&town, &acme, "could not be reached").await;
    }

    async fn a_name_that_leads_into_the_house_is_not_followed(store, place) {
        drop(store);
        let town = Town::walled(place).await;
        let acme = town.lodger("Acme", "+14155550101").await;
        let model = ScriptedModel::start(answer("We open at 7.")).await;
        let id = assistant(&acme, "openai", &model).await;
        let name = model.base_url("openai").replace("127.0.0.1", "localhost");
        let _ = acme.patch(&format!("/assistants/{id}"), json!({ "provider": { "base_url": name, "api_key": KEY } })).await.is(200);
        asks(&town, &acme, "When do you open?").await;
        handed_over(&town, &acme, "could not be reached").await;
        assert!(model.asked().is_empty(), "it was not even asked");
    }
    async fn a_model_that_falls_silent_within_its_answer_is_not_waited_for(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(Act::Stalls("{\"outcome\":\"answer\",\"text\":\"We open at".into())).await;
        for kind in ["openai", "anthropic"] {
            let _ = assistant(&acme, kind, &model).await;
            let began = std::time::Instant::now();
            asks(&town, &acme, "When do you open?").await;
            handed_over(&town, &acme, "the model did not answer: ").await;
            // It may take a second, and is asked once more if there is time left.
            assert!(began.elapsed() < std::time::Duration::from_secs(6), "{:?}", began.elapsed());
            given_back(&acme).await;
            town.passes(SignedDuration::from_secs(5)).await;
            tries(&town).await;
            handed_over(&town, &acme, "the model did not answer: ").await;
            let id = text(&acme.conversation().await["id"]);
            let _ = acme.patch(&format!("/conversations/{id}"), json!({ "status": "closed" })).await.is(200);
            given_back(&acme).await;
        }
    }

    async fn when_the_first_provider_is_down_the_second_answers_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let said = json!({ "outcome": "answer", "text": "We open at 7.", "citations": [] });
        let (first, second) = (ScriptedModel::start(Act::fails(503)).await, ScriptedModel::start(Act::json(&said)).await);
        let id = assistant(&acme, "openai", &first).await;
        let spare = |url: String| {
            json!({ "fallback": { "kind": "anthropic", "base_url": url, "model": "story-2", "api_key": "sk-spare", "timeout_seconds": 1 } })
        };
        let path = format!("/assistants/{id}");
        let _ = acme.patch(&path, json!({ "provider": { "timeout_seconds": 20 } })).await.is(200);
        let _ = acme.patch(&path, spare(second.base_url("anthropic"))).await.is(200);
        asks(&town, &acme, "When do you open?").await;
        tries(&town).await;
        assert_eq!(town.heard(ANN), ["We open at 7."]);
        assert_eq!(second.asked().len(), 1);
        let broken = [Act::BreaksOff("{\"outcome\":".into()), Act::Busy(Some(60)), Act::Sends("text/html", b"<html>".to_vec())];
        for (nth, act) in (2..).zip(broken) {
            first.now(act);
            asks(&town, &acme, &format!("And when do you open on day {nth}?")).await;
            tries(&town).await;
            let thread = acme.thread(&text(&acme.conversation().await["id"])).await;
            assert_eq!(town.heard(ANN).len(), nth, "once each: {thread:?}");
        }
        // What was said before its end makes nobody look like a machine.
        let id = text(&acme.conversation().await["id"]);
        let _ = acme.patch(&format!("/conversations/{id}"), json!({ "status": "closed" })).await.is(200);
        let before = town.heard(ANN).len();
        first.now(Act::fails(500));
        second.now(Act::fails(500));
        asks(&town, &acme, "Are you open today?").await;
        tries(&town).await;
        assert_eq!(town.heard(ANN).len(), before, "nobody answers, and nothing is sent");
        let conversation = acme.conversation().await;
        assert_eq!(conversation["holder"]["kind"], "agents");
        let thread = acme.thread(&text(&conversation["id"])).await;
        assert!(thread.last().unwrap().contains("trouble of its own (status 500)"), "{thread:?}");
    }

    async fn what_is_too_long_for_the_model_is_named(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let too_long = json!({ "error": { "code": "context_length_exceeded", "message": "maximum context length is 8192 tokens" } });
        let model = ScriptedModel::start(Act::Replies(400, too_long)).await;
        let id = assistant(&acme, "openai", &model).await;
        asks(&town, &acme, "When do you open?").await;
        handed_over(&town, &acme, "too long for the model").await;
        handed_over(&town, &acme, "The longest part is the passages found for it, with 75 characters").await;
        let _ = acme.patch(&format!("/assistants/{id}"), json!({ "instructions": "Be kind. ".repeat(200) })).await.is(200);
        given_back(&acme).await;
        town.passes(SignedDuration::from_secs(5)).await;
        handed_over(&town, &acme, "Shorten guide and knowledge").await;
        handed_over(&town, &acme, "The longest part is the assistant's instructions").await;
        let conversation = text(&acme.conversation().await["id"]);
        let guide = json!({ "guide": "The cake is blue. ".repeat(500) });
        let _ = acme.put(&format!("/conversations/{conversation}/guide"), guide).await.is(200);
        given_back(&acme).await;
        town.passes(SignedDuration::from_secs(5)).await;
        handed_over(&town, &acme, "The longest part is the guide of this conversation, with 9").await;
    }
}
