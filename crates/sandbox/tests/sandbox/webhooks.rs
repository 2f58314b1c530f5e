//! Webhooks: signatures, retries, failover, and all that the plan does to them.

use std::{collections::BTreeSet, time::Duration};

use sandbox::{Faults, SandboxConfig, Span, WebhookFaults};
use serde_json::json;

use crate::support::{Hook, NUMBER, PHONE, Told, Town};

fn quick() -> SandboxConfig {
    SandboxConfig { webhook_backoff: Duration::from_millis(1), ..SandboxConfig::default().without_pauses() }
}

fn plan(webhooks: WebhookFaults) -> Faults {
    Faults { webhooks, ..Faults::default() }
}

#[tokio::test]
async fn an_inbound_text_is_told_with_a_good_signature() {
    let town = Town::new().await;
    town.sandbox.phone(PHONE).text(NUMBER, "Are you open?", &[]).unwrap();
    let told = town.hook.wait_for(1).await.remove(0);
    assert!(told.verifies(&town.sandbox.public_key_base64()));
    assert_eq!((told.path.as_str(), told.event_type().as_str()), ("/profile", "message.received"));
    let body = told.json();
    let payload = &body["data"]["payload"];
    assert_eq!((&payload["from"]["phone_number"], &payload["to"][0]["phone_number"]), (&json!(PHONE), &json!(NUMBER)));
    assert_eq!((&payload["text"], &payload["autoresponse_type"]), (&json!("Are you open?"), &json!(null)));
    assert_eq!(body["meta"], json!({ "attempt": 1, "delivered_to": format!("{}/profile", town.hook.url) }));
}

#[tokio::test]
async fn what_is_not_answered_2xx_is_tried_three_times_and_then_elsewhere() {
    let town = Town::with(quick()).await;
    let second = Hook::start().await;
    town.patch(&format!("/v2/messaging_profiles/{}", town.profile), &json!({ "webhook_failover_url": second.url }))
        .await;
    town.hook.answers(&[500, 302, 404]);
    second.answers(&[503]);
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    town.sandbox.until_quiet().await;
    let attempts =
        |told: Vec<Told>| told.iter().map(|told| told.json()["meta"]["attempt"].as_u64().unwrap()).collect::<Vec<_>>();
    let ids: BTreeSet<String> = town.hook.told().iter().chain(&second.told()).map(Told::event_id).collect();
    assert_eq!(attempts(town.hook.told()), [1, 2, 3]);
    assert_eq!(attempts(second.told()), [4, 5]);
    assert_eq!(ids.len(), 1, "all attempts tell the same event");
    assert_eq!(town.sandbox.counters().webhook_failures, 4);
    assert_eq!(town.sandbox.counters().webhooks_delivered, 1);
}

#[tokio::test]
async fn after_the_last_attempt_an_event_is_lost() {
    let town = Town::with(quick()).await;
    town.hook.answers(&[500; 3]);
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    town.sandbox.until_quiet().await;
    assert_eq!((town.hook.told().len(), town.sandbox.counters().webhooks_given_up), (3, 1));
    assert_eq!(town.sandbox.phone(PHONE).messages(None)[0].status, "received");
}

#[tokio::test]
async fn a_slow_endpoint_counts_as_failed() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = SandboxConfig { webhook_timeout: Duration::from_millis(20), ..quick() };
    let town = Town::with(config).await;
    let url = format!("http://{}", silent.local_addr().unwrap());
    town.patch(&format!("/v2/messaging_profiles/{}", town.profile), &json!({ "webhook_url": url })).await;
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    town.sandbox.until_quiet().await;
    assert_eq!((town.sandbox.counters().webhook_attempts, town.sandbox.counters().webhooks_given_up), (3, 1));
}

#[tokio::test]
async fn duplicates_are_the_same_event() {
    let town = Town::new().await;
    town.sandbox
        .set_faults(plan(WebhookFaults { duplicate: 1.0, duplicate_copies: 2, ..WebhookFaults::default() }))
        .unwrap();
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    town.sandbox.until_quiet().await;
    let ids: BTreeSet<String> = town.hook.told().iter().map(Told::event_id).collect();
    assert_eq!((town.hook.told().len(), ids.len()), (3, 1));
}

#[tokio::test]
async fn the_reorder_window_shuffles_and_loses_nothing() {
    // One worker, so that only the window can change the order.
    let town = Town::with(SandboxConfig { webhook_workers: 1, ..quick() }).await;
    town.sandbox
        .set_faults(plan(WebhookFaults { reorder_window: 8, reorder_hold_ms: 5, ..WebhookFaults::default() }))
        .unwrap();
    let phone = town.sandbox.phone(PHONE);
    let sent: Vec<String> = (0..30).map(|n| format!("Text {n}")).collect();
    for body in &sent {
        phone.text(NUMBER, body.as_str(), &[]).unwrap();
    }
    town.sandbox.until_quiet().await;
    let told: Vec<String> = town
        .hook
        .told()
        .iter()
        .map(|told| told.json()["data"]["payload"]["text"].as_str().unwrap().to_owned())
        .collect();
    assert_ne!(told, sent);
    assert_eq!(told.iter().collect::<BTreeSet<_>>(), sent.iter().collect::<BTreeSet<_>>());
    assert_eq!(told.len(), sent.len());
}

#[tokio::test]
async fn late_webhooks_wait_on_the_clock() {
    let clock = sandbox::ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let town = Town::with(SandboxConfig { clock: std::sync::Arc::new(clock.clone()), ..quick() }).await;
    town.sandbox
        .set_faults(plan(WebhookFaults { delay: Span::between(1_000, 2_000), ..WebhookFaults::default() }))
        .unwrap();
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    assert_eq!(town.sandbox.counters().pending, 1);
    clock.advance(Duration::from_secs(2));
    town.sandbox.until_quiet().await;
    assert_eq!(town.hook.told().len(), 1);
}

#[tokio::test]
async fn dropped_webhooks_never_come() {
    let town = Town::new().await;
    town.sandbox.set_faults(plan(WebhookFaults { dropped: 1.0, ..WebhookFaults::default() })).unwrap();
    town.send(json!({})).await;
    town.sandbox.until_quiet().await;
    assert_eq!((town.hook.told().len(), town.sandbox.counters().webhooks_dropped), (0, 2));
}

#[tokio::test]
async fn signatures_can_be_wrong_and_timestamps_stale() {
    let town = Town::new().await;
    let key = town.sandbox.public_key_base64();
    town.sandbox.set_faults(plan(WebhookFaults { wrong_signature: 1.0, ..WebhookFaults::default() })).unwrap();
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    assert!(!town.hook.wait_for(1).await[0].verifies(&key));
    town.sandbox.set_faults(plan(WebhookFaults { stale_timestamp: 1.0, ..WebhookFaults::default() })).unwrap();
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    let stale = town.hook.wait_for(2).await.remove(1);
    assert!(stale.verifies(&key), "stale, but well signed");
    assert!(town.sandbox.now().as_second() - stale.timestamp() >= 400);
}

#[tokio::test]
async fn the_unknown_is_mixed_in() {
    let town = Town::with(SandboxConfig { webhook_workers: 1, ..quick() }).await;
    let faults = WebhookFaults { unknown_event: 1.0, unknown_fields: 1.0, ..WebhookFaults::default() };
    town.sandbox.set_faults(plan(faults)).unwrap();
    town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap();
    town.sandbox.until_quiet().await;
    assert_eq!(town.hook.event_types(), ["message.tea-break", "message.received"]);
    let body = town.hook.told()[1].json();
    assert!(body["data"]["x_sandbox_mood"].is_object() && body["data"]["payload"]["x_sandbox_extra"].is_array());
    assert_eq!(body["data"]["payload"]["text"], "Hi");
}

#[tokio::test]
async fn own_urls_come_before_the_profiles_and_can_stand_alone() {
    let town = Town::new().await;
    town.send(json!({ "use_profile_webhooks": false })).await;
    town.sandbox.until_quiet().await;
    assert_eq!(town.hook.told().len(), 0);
    town.send(json!({})).await;
    town.sandbox.until_quiet().await;
    assert_eq!(town.hook.told().iter().filter(|told| told.path == "/profile").count(), 2);
}
