//! Misbehaviour of the API itself.

use std::time::Duration;

use sandbox::{Burst, Faults, ManualClock, SandboxConfig, ServerError, Span};
use serde_json::json;

use crate::support::{Town, text};

/// What a caller sees of a number of sends: a status, or 0 for a connection that closed.
async fn statuses(town: &Town, count: usize) -> Vec<u16> {
    let mut seen = Vec::new();
    for n in 0..count {
        let body = text(json!({ "text": format!("Text {n}") }));
        seen.push(
            town.send_keyed(&format!("k-{n}-{}", seen.len()), &body).await.map_or(0, |answer| answer.status.as_u16()),
        );
    }
    seen
}

#[tokio::test]
async fn a_seed_plays_the_same_faults_again() {
    let plan = |seed| Faults {
        seed: Some(seed),
        answer_lost: 0.2,
        closed_unread: 0.1,
        rate_limit_burst: Burst { probability: 0.05, length: 3, retry_after_s: Some(2) },
        server_error: ServerError { probability: 0.1, status: 503 },
        ..Faults::default()
    };
    let town = Town::new().await;
    town.sandbox.set_faults(plan(11)).unwrap();
    let first = statuses(&town, 60).await;
    town.sandbox.reset();
    town.sandbox.set_faults(plan(11)).unwrap();
    assert_eq!(statuses(&town, 60).await, first);
    town.sandbox.reset();
    town.sandbox.set_faults(plan(12)).unwrap();
    assert_ne!(statuses(&town, 60).await, first);
    for wanted in [0, 200, 429, 503] {
        assert!(first.contains(&wanted), "{wanted} in {first:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_has_sent_and_its_key_tells_so() {
    let town = Town::new().await;
    town.sandbox.set_faults(Faults { answer_lost: 1.0, ..Faults::default() }).unwrap();
    town.send_keyed("k-1", &text(json!({}))).await.unwrap_err();
    assert_eq!((town.sandbox.counters().accepted, town.sandbox.counters().answers_lost), (1, 1));
    let webhooks = town.hook.wait_for(2).await;
    assert_eq!(webhooks.len(), 2);
    town.sandbox.set_faults(Faults::default()).unwrap();
    let again = town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(town.sandbox.counters().accepted, 1);
}

#[tokio::test]
async fn a_connection_closed_unread_has_sent_nothing() {
    let town = Town::new().await;
    town.sandbox.set_faults(Faults { closed_unread: 1.0, ..Faults::default() }).unwrap();
    town.send_keyed("k-1", &text(json!({}))).await.unwrap_err();
    assert_eq!((town.sandbox.counters().accepted, town.sandbox.counters().closed_unread), (0, 1));
}

#[tokio::test]
async fn an_error_may_come_before_or_after_taking() {
    let town = Town::new().await;
    town.sandbox
        .set_faults(Faults { server_error: ServerError { probability: 1.0, status: 502 }, ..Faults::default() })
        .unwrap();
    assert_eq!(town.send(json!({})).await.status, 502);
    assert_eq!(town.sandbox.counters().accepted, 0);
    town.sandbox.set_faults(Faults { server_error_after_accepting: 1.0, ..Faults::default() }).unwrap();
    assert_eq!(town.send_keyed("k-1", &text(json!({}))).await.unwrap().status, 500);
    assert_eq!(town.sandbox.counters().accepted, 1);
    // Only successes are kept for a key, so this sends twice: the case that no client can see.
    town.sandbox.set_faults(Faults::default()).unwrap();
    town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    assert_eq!(town.sandbox.counters().accepted, 2);
}

#[tokio::test]
async fn a_burst_says_when_to_come_back() {
    let town = Town::new().await;
    let burst = Burst { probability: 1.0, length: 1, retry_after_s: Some(7) };
    town.sandbox.set_faults(Faults { rate_limit_burst: burst, ..Faults::default() }).unwrap();
    let answer = town.send(json!({})).await;
    assert_eq!(answer.refusal(), (429, "10011".to_owned()));
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(town.sandbox.counters().rate_limited, 1);
}

#[tokio::test]
async fn an_answer_waits_on_the_sandbox_clock() {
    let clock = ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let config =
        SandboxConfig { clock: std::sync::Arc::new(clock.clone()), ..SandboxConfig::default().without_pauses() };
    let town = Town::with(config).await;
    town.sandbox.set_faults(Faults { answer_delay: Span::fixed(5_000), ..Faults::default() }).unwrap();
    let sending = town.send(json!({}));
    tokio::pin!(sending);
    tokio::select! {
        _ = &mut sending => panic!("answered too early"),
        () = town.sandbox.until(|counters| counters.accepted == 1) => {}
    }
    clock.advance(Duration::from_secs(5));
    assert_eq!(sending.await.status, 200);
}

#[tokio::test]
async fn receipts_may_come_before_the_answer() {
    let town = Town::with(SandboxConfig::default()).await;
    town.sandbox.set_faults(Faults { receipt_before_answer: 1.0, ..Faults::default() }).unwrap();
    assert_eq!(town.send(json!({})).await.status, 200);
    assert_eq!(town.hook.event_types(), ["message.sent", "message.finalized"]);
}

#[tokio::test]
async fn a_patient_caller_gets_through_hostility_with_nothing_twice() {
    const TEXTS: usize = 100;
    let town = Town::new().await;
    town.sandbox.set_faults(Faults { closed_unread: 0.1, ..Faults::hostile() }).unwrap();
    for n in 0..TEXTS {
        let (key, body) = (format!("k-{n}"), text(json!({ "text": format!("Text {n}") })));
        while !town.send_keyed(&key, &body).await.is_ok_and(|answer| answer.status == 200) {}
    }
    town.sandbox.until_quiet().await;
    let counters = town.sandbox.counters();
    assert!(counters.answers_lost > 0 && counters.rate_limited > 0 && counters.replayed > 0, "{counters:?}");
    let texts: Vec<String> = (0..TEXTS).map(|n| format!("Text {n}")).collect();
    assert_eq!(town.sandbox.phone(crate::support::PHONE).heard(), texts);
    let known = |kind: &String| kind != "message.tea-break";
    let told: Vec<String> = town.hook.event_types().into_iter().filter(known).collect();
    assert_eq!(told.len(), TEXTS * 2 * 3, "two receipts of each, three times");
    assert!(town.sandbox.heard(0, TEXTS).iter().all(|text| text.status == "delivered"));
}
