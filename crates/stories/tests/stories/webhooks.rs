//! The tenant's own systems are told, signed, and again if they did not listen.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::SignedDuration;
use providers::http::Secret;
use providers::standard_webhooks::SigningKey;
use serde_json::{Value, json};
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

type Heard = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A system of the tenant that refuses the first `refusals` calls.
async fn system(refusals: usize) -> (String, Heard) {
    async fn take(State((heard, refusals)): State<(Heard, usize)>, headers: HeaderMap, body: String) -> StatusCode {
        let mut heard = heard.lock().unwrap();
        heard.push((headers, body));
        if heard.len() <= refusals { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
    }
    let heard = Heard::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = Router::new().route("/hook", post(take)).with_state((Arc::clone(&heard), refusals));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, heard)
}

/// A system of the tenant that takes every call and answers none.
async fn silent_system() -> (String, Arc<AtomicUsize>) {
    async fn take(State(called): State<Arc<AtomicUsize>>) {
        called.fetch_add(1, Ordering::Relaxed);
        std::future::pending::<()>().await;
    }
    let called = Arc::<AtomicUsize>::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = Router::new().route("/hook", post(take)).with_state(Arc::clone(&called));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, called)
}

/// Waits for a state: a town with a call that is never answered does not come to rest.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let waited = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(12), waited).await;
    assert!(in_time.is_ok(), "{what}: sooner than a call that hangs gives up");
}

store::on_both_engines! {
    async fn one_that_never_answers_keeps_nobody_else_waiting(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let (silent, called) = silent_system().await;
        let (url, heard) = system(0).await;
        let made = acme.post("/webhooks", json!({ "url": silent, "events": ["message.created"] })).await;
        let id = text(&made.is(201)["id"]);
        let _ = bolt.post("/webhooks", json!({ "url": url, "events": ["message.created"] })).await.is(201);
        for nth in 0..40 {
            town.text(ANN, &acme, &format!("Hello {nth}"));
        }
        let deliveries = async || {
            let page = acme.get(&format!("/webhooks/{id}/deliveries?limit=100")).await;
            page.is(200)["data"].as_array().unwrap().clone()
        };
        until("more than all slots wait", async || deliveries().await.len() == 40).await;
        until("it is called", async || called.load(Ordering::Relaxed) == 4).await;
        for nth in 1..=3 {
            town.text(ANN, &bolt, "Hello");
            until("the other is told", async || heard.lock().unwrap().len() == nth).await;
        }
        assert_eq!(called.load(Ordering::Relaxed), 4, "its share of the calls, and no more");
        let begun = deliveries().await.iter().filter(|one| one["attempts"] != 0).count();
        assert_eq!(begun, 4, "what is not called yet is not counted as a try");
    }

    async fn they_are_told_what_they_asked_for_and_can_check_who_says_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (url, heard) = system(2).await;
        let made = acme.post("/webhooks", json!({ "url": url, "events": ["message.created"] })).await;
        let secret = text(&made.is(201)["secret"]);
        let id = text(&made.body["id"]);
        town.texts(ANN, &acme, "Hello").await;
        town.passes(SignedDuration::from_mins(2)).await;

        let calls = heard.lock().unwrap().clone();
        assert_eq!(calls.len(), 3, "two refusals, then it is heard");
        let key = SigningKey::parse(&Secret::new(&secret)).unwrap();
        for (headers, body) in &calls {
            let word = |name: &str| headers[name].to_str().unwrap().to_owned();
            let (hook, at, signature) = (word("webhook-id"), word("webhook-timestamp"), word("webhook-signature"));
            key.verify(&hook, &at, &signature, body.as_bytes(), town.clock.now()).unwrap();
            assert_eq!(body, &calls[0].1, "the same bytes each time");
            assert_eq!(hook, calls[0].0["webhook-id"].to_str().unwrap());
        }
        let told: Value = serde_json::from_str(&calls[0].1).unwrap();
        assert_eq!(told["type"], "message.created");
        assert_eq!(told["data"]["message"]["body"], "Hello");

        let deliveries = acme.get(&format!("/webhooks/{id}/deliveries")).await;
        assert_eq!(deliveries.is(200)["data"].as_array().unwrap().len(), 1);
        assert_eq!(deliveries.body["data"][0]["state"], "delivered");
        let delivery = text(&deliveries.body["data"][0]["id"]);
        let replayed = acme.post(&format!("/webhooks/{id}/deliveries/{delivery}/replay"), json!({})).await;
        assert_eq!(replayed.status, 202);
        town.settle().await;
        // Whoever is being told is not seen waiting.
        let began = std::time::Instant::now();
        while heard.lock().unwrap().len() < 4 {
            assert!(began.elapsed().as_secs() < 30, "it is not told again");
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        assert_eq!(heard.lock().unwrap().len(), 4);
    }

    async fn nobody_has_others_told_what_they_may_not_read(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (url, heard) = system(0).await;
        let contacts = acme.key_for(&["webhooks:write", "contacts:read"]).await;
        for events in [json!(["*"]), json!(["message.created"]), json!(["contact.updated", "draft.created"])] {
            let refused = contacts.post("/webhooks", json!({ "url": url, "events": events })).await;
            assert_eq!(refused.problem(403), "forbidden", "{events}");
        }
        let own = contacts.post("/webhooks", json!({ "url": url, "events": ["contact.updated"] })).await;
        let own = format!("/webhooks/{}", text(&own.is(201)["id"]));
        assert_eq!(contacts.patch(&own, json!({ "events": ["*"] })).await.problem(403), "forbidden");

        // Nor does what others are told go where it was not meant to.
        let other = acme.post("/webhooks", json!({ "url": "https://example.com", "events": ["*"] })).await;
        let other = format!("/webhooks/{}", text(&other.is(201)["id"]));
        assert_eq!(contacts.patch(&other, json!({ "url": url })).await.problem(403), "forbidden");
        let _ = contacts.patch(&other, json!({ "enabled": false })).await.is(200);
        assert_eq!(contacts.patch(&other, json!({ "enabled": true })).await.problem(403), "forbidden");
        assert_eq!(acme.get(&other).await.is(200)["url"], "https://example.com");
        town.texts(ANN, &acme, "Hello").await;
        assert!(heard.lock().unwrap().iter().all(|(_, body)| body.contains("contact.updated")));
    }
}
