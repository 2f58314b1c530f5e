//! An assistant with a model of somebody else: what it is asked, what becomes of its answer, and of its silence.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.";
const KEY: &str = "sk-story-secret-1234";

/// What the stand-in does when it is asked.
#[derive(Clone)]
enum Mood {
    Says(Value),
    Fails(u16, Value),
    /// It takes the question and never answers.
    Silent,
}

/// One question, as it came.
#[derive(Debug, Clone)]
struct Asked {
    path: String,
    headers: HeaderMap,
    body: Value,
}

/// A model's server on this machine.
struct StandIn {
    base_url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    mood: Arc<Mutex<Mood>>,
}

impl StandIn {
    async fn start(mood: Mood) -> Self {
        type Kept = (Arc<Mutex<Vec<Asked>>>, Arc<Mutex<Mood>>);
        async fn answer(State((asked, mood)): State<Kept>, uri: Uri, headers: HeaderMap, body: String) -> Response {
            let body = serde_json::from_str(&body).unwrap_or(Value::Null);
            asked.lock().unwrap().push(Asked { path: uri.path().to_owned(), headers, body });
            let mood = mood.lock().unwrap().clone();
            match mood {
                Mood::Says(said) => axum::Json(said).into_response(),
                Mood::Fails(status, said) => (StatusCode::from_u16(status).unwrap(), axum::Json(said)).into_response(),
                Mood::Silent => std::future::pending().await,
            }
        }
        let (asked, mood) = (Arc::default(), Arc::new(Mutex::new(mood)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state((Arc::clone(&asked), Arc::clone(&mood)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url, asked, mood }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn now(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

/// The number's assistant, with a model behind it.
async fn assistant(desk: &Desk, kind: &str, base_url: &str) -> String {
    let id = desk.assistant("auto", HOURS).await;
    let provider = json!({
        "kind": kind, "base_url": base_url, "model": "story-1", "api_key": KEY, "timeout_seconds": 1, "max_tokens": 321,
    });
    let set = desk.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await;
    assert!(!set.is(200).to_string().contains(KEY), "keys are never shown again");
    id
}

fn openai(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "story-1",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 },
    })
}

fn anthropic(text: &str) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "story-1",
        "content": [{ "type": "text", "text": text }], "stop_reason": "end_turn",
        "usage": { "input_tokens": 100, "output_tokens": 20 },
    })
}

fn answer(body: &str) -> String {
    json!({ "outcome": "answer", "text": body, "sources": [1] }).to_string()
}

/// Ann asks, and the quiet window passes.
async fn asks(town: &Town, desk: &Desk, body: &str) {
    town.texts(ANN, desk, body).await;
    town.passes(SignedDuration::from_secs(5)).await;
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
        let model = StandIn::start(Mood::Says(openai(&answer("We open at 7.")))).await;
        let _ = assistant(&acme, "openai", &format!("{}/v1/", model.base_url)).await;
        asks(&town, &acme, "When do you open?").await;
        assert_eq!(town.heard(ANN), ["We open at 7."]);
        asks(&town, &acme, "And on Mondays?").await;

        let asked = model.asked();
        assert_eq!(asked.len(), 2);
        let Asked { path, headers, body } = &asked[1];
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
        let model = StandIn::start(Mood::Says(anthropic(&answer("We open at 7.")))).await;
        let _ = assistant(&acme, "anthropic", &model.base_url).await;
        asks(&town, &acme, "When do you open?").await;
        assert_eq!(town.heard(ANN), ["We open at 7."]);

        let asked = model.asked();
        assert_eq!(asked.len(), 1);
        let Asked { path, headers, body } = &asked[0];
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
        let said = json!({ "outcome": "hand_off", "reason": "She wants her money back" }).to_string();
        let model = StandIn::start(Mood::Says(anthropic(&said))).await;
        let _ = assistant(&acme, "anthropic", &model.base_url).await;
        asks(&town, &acme, "I want my money back").await;
        handed_over(&town, &acme, "She wants her money back").await;
    }

    async fn a_model_in_trouble_hands_over_with_the_reason(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = StandIn::start(Mood::Silent).await;
        let id = assistant(&acme, "openai", &model.base_url).await;
        let overloaded = json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } });
        let wrong_key = json!({ "error": { "code": "invalid_api_key", "message": "Incorrect API key provided" } });
        for (mood, why) in [
            (Mood::Silent, "in time"),
            (Mood::Fails(500, json!({ "error": { "message": "boom" } })), "trouble of its own (status 500)"),
            (Mood::Fails(529, overloaded), "busy"),
            (Mood::Fails(401, wrong_key), "API key was not accepted"),
            (Mood::Says(json!("no completion")), "cannot read"),
            (Mood::Says(openai("{\"outcome\":\"answer\",\"te")), "unreadable"),
        ] {
            model.now(mood);
            asks(&town, &acme, "When do you open?").await;
            handed_over(&town, &acme, why).await;
            given_back(&acme).await;
            town.passes(SignedDuration::from_secs(5)).await;
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
        let model = StandIn::start(Mood::Says(openai(&answer("We open at 7.")))).await;
        let name = model.base_url.replace("127.0.0.1", "localhost");
        let _ = assistant(&acme, "openai", &name).await;
        asks(&town, &acme, "When do you open?").await;
        handed_over(&town, &acme, "could not be reached").await;
        assert!(model.asked().is_empty(), "it was not even asked");
    }
}
