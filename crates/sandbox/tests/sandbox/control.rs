//! The control API over HTTP.

use http::Method;
use serde_json::json;

use crate::support::{NUMBER, PHONE, Town};

#[tokio::test]
async fn a_scene_is_set_and_seen_over_http() {
    let town = Town::new().await;
    let about = town.get("/_sandbox").await.json();
    assert_eq!(about["public_key"], town.sandbox.public_key_base64());

    let account = town.post("/_sandbox/accounts", &json!({ "name": "Bolt", "api_keys": ["KEY-bolt"] })).await;
    assert_eq!((account.status.as_u16(), &account.json()["name"]), (201, &json!("Bolt")));
    assert!(!String::from_utf8_lossy(&account.body).contains("KEY-bolt"), "keys are not shown");
    let number = town.post("/_sandbox/numbers", &json!({ "account": "Bolt", "numbers": ["+13125550300"] })).await;
    assert_eq!((number.status.as_u16(), &number.json()["data"][0]["e164"]), (201, &json!("+13125550300")));
    assert_eq!(town.get("/_sandbox/numbers").await.json()["data"].as_array().unwrap().len(), 2);
    for (path, body, status) in [
        ("/_sandbox/accounts", json!({ "name": "Thief", "api_keys": ["KEY-bolt"] }), 409),
        ("/_sandbox/numbers", json!({ "account": "Acme", "numbers": ["+13125550300"] }), 409),
        ("/_sandbox/numbers", json!({ "account": "Nobody", "numbers": [] }), 404),
        ("/_sandbox/numbers", json!({ "account": "Acme", "numbers": ["5"] }), 422),
        ("/_sandbox/accounts", json!({ "name": "x" }), 422),
    ] {
        assert_eq!(town.post(path, &body).await.status, status, "{path} {body}");
    }
    assert_eq!(town.get("/_sandbox/accounts").await.json()["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn phones_work_over_http() {
    let town = Town::new().await;
    assert_eq!(town.post("/_sandbox/phones", &json!({ "e164": PHONE, "name": "Ann" })).await.status, 204);
    let path = format!("/_sandbox/phones/{PHONE}/messages");
    let texted = town.post(&path, &json!({ "to": NUMBER, "body": "Hi" })).await;
    assert_eq!(texted.status, 202);
    town.send(json!({ "text": "Hello Ann" })).await;
    let thread = town.get(&format!("{path}?with={NUMBER}")).await.json();
    assert_eq!(thread["data"][0]["message_id"], texted.json()["message_id"]);
    assert_eq!((&thread["data"][1]["body"], &thread["data"][1]["direction"]), (&json!("Hello Ann"), &json!("out")));
    assert_eq!(
        town.get("/_sandbox/phones").await.json()["data"],
        json!([{ "e164": PHONE, "name": "Ann", "texts": 2 }])
    );
    assert_eq!(town.post(&path, &json!({ "to": "+13125550999", "body": "Hi" })).await.status, 404);
    assert_eq!(town.post(&path, &json!({ "to": NUMBER })).await.status, 422);
}

#[tokio::test]
async fn faults_counters_and_reset_work_over_http() {
    let town = Town::new().await;
    let plan = json!({ "answer_lost": 0.25, "webhooks": { "duplicate": 1.0, "duplicate_copies": 2 },
        "outcomes": [{ "to": PHONE, "outcome": "delivery_failed", "code": "40008" }] });
    let set = town.call(Method::PUT, "/_sandbox/faults", "", &[], plan.to_string()).await.unwrap();
    assert_eq!(set.status, 200);
    let shown = town.get("/_sandbox/faults").await.json();
    assert_eq!((&shown["answer_lost"], &shown["webhooks"]["duplicate_copies"]), (&json!(0.25), &json!(2)));
    assert_eq!(shown["outcomes"][0]["code"], "40008");
    for bad in [json!({ "answer_lost": 2 }), json!({ "no_such": 1 })] {
        let refused = town.call(Method::PUT, "/_sandbox/faults", "", &[], bad.to_string()).await.unwrap();
        assert_eq!(refused.status, 422, "{bad}");
    }
    town.call(Method::PUT, "/_sandbox/faults", "", &[], "{}".into()).await.unwrap();
    town.send_keyed("k-1", &crate::support::text(json!({}))).await.unwrap();
    town.sandbox.until_quiet().await;
    let heard = town.get("/_sandbox/messages?after=0&limit=5").await.json();
    assert_eq!((&heard["data"][0]["idempotency_key"], &heard["data"][0]["to"]), (&json!("k-1"), &json!(PHONE)));
    assert_eq!(town.get("/_sandbox/counters").await.json()["accepted"], 1);
    assert_eq!(town.post("/_sandbox/reset", &json!({})).await.status, 204);
    assert_eq!(town.get("/_sandbox/counters").await.json()["accepted"], 0);
    assert_eq!(town.get("/_sandbox/messages").await.json()["data"], json!([]));
    assert_eq!(town.send(json!({})).await.status, 200, "the account is still there");
}

#[tokio::test]
async fn it_stops() {
    let town = Town::new().await;
    let url = town.sandbox.address();
    town.sandbox.stop().await;
    tokio::net::TcpStream::connect(url).await.unwrap_err();
}
