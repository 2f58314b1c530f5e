//! `Idempotency-Key`, to the letter.

use std::time::Duration;

use http::Method;
use sandbox::{Faults, ManualClock, SandboxConfig, Span};
use serde_json::json;

use crate::support::{KEY, Town, text};

#[tokio::test]
async fn the_same_bytes_are_answered_from_memory() {
    let town = Town::new().await;
    let first = town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    town.sandbox.until_quiet().await;
    let again = town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    assert!(!first.headers.contains_key("idempotent-replayed"));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(first.body, again.body, "also after the message moved on");
    let heard = town.sandbox.heard(0, 10);
    assert_eq!((heard.len(), heard[0].idempotency_key.as_deref()), (1, Some("k-1")));
    assert_eq!(town.sandbox.counters().replayed, 1);
}

#[tokio::test]
async fn other_bytes_or_another_query_are_refused() {
    let town = Town::new().await;
    town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    let other = town.send_keyed("k-1", &text(json!({ "text": "Other" }))).await.unwrap();
    assert_eq!(other.refusal(), (422, "10027".to_owned()));
    let spaced = format!("{} ", text(json!({})));
    let headers = [("idempotency-key", "k-1")];
    let spaced = town.call(Method::POST, "/v2/messages", KEY, &headers, spaced).await.unwrap();
    assert_eq!(spaced.refusal(), (422, "10027".to_owned()));
    let query = town.call(Method::POST, "/v2/messages?x=1", KEY, &headers, text(json!({})).to_string()).await.unwrap();
    assert_eq!(query.refusal(), (422, "10027".to_owned()));
    assert_eq!(town.sandbox.counters().accepted, 1);
}

#[tokio::test]
async fn a_bad_key_is_refused() {
    let town = Town::new().await;
    for key in ["", "with space", &"x".repeat(256)] {
        assert_eq!(
            town.send_keyed(key, &text(json!({}))).await.unwrap().refusal(),
            (400, "10015".to_owned()),
            "{key:?}"
        );
    }
    assert_eq!(town.send_keyed(&"x:_-9".repeat(51), &text(json!({}))).await.unwrap().status, 200);
}

#[tokio::test]
async fn only_successes_are_kept() {
    let town = Town::new().await;
    let refused = town.send_keyed("k-1", &text(json!({ "to": "nobody" }))).await.unwrap();
    assert_eq!(refused.refusal(), (400, "40310".to_owned()));
    assert_eq!(town.send_keyed("k-1", &text(json!({}))).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_running_key_is_a_conflict_and_then_a_success() {
    let clock = ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let config =
        SandboxConfig { clock: std::sync::Arc::new(clock.clone()), ..SandboxConfig::default().without_pauses() };
    let town = Town::with(config).await;
    town.sandbox.set_faults(Faults { answer_delay: Span::fixed(1_000), ..Faults::default() }).unwrap();
    let body = text(json!({}));
    let first = town.send_keyed("k-1", &body);
    let second = async {
        town.sandbox.until(|counters| counters.accepted == 1).await;
        let second = town.send_keyed("k-1", &body).await.unwrap();
        clock.advance(Duration::from_secs(1));
        second
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap().status, 200);
    assert_eq!(second.refusal(), (409, "10036".to_owned()));
    town.sandbox.set_faults(Faults::default()).unwrap();
    assert_eq!(town.send_keyed("k-1", &body).await.unwrap().headers["idempotent-replayed"], "true");
}

#[tokio::test]
async fn a_caller_that_goes_away_still_has_sent() {
    let clock = ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let config =
        SandboxConfig { clock: std::sync::Arc::new(clock.clone()), ..SandboxConfig::default().without_pauses() };
    let town = Town::with(config).await;
    town.sandbox.set_faults(Faults { answer_delay: Span::fixed(60_000), ..Faults::default() }).unwrap();
    let body = text(json!({}));
    tokio::select! {
        answer = town.send_keyed("k-1", &body) => panic!("answered too early: {answer:?}"),
        () = town.sandbox.until(|counters| counters.accepted == 1) => {}
    }
    town.sandbox.set_faults(Faults::default()).unwrap();
    let mut tries = 0;
    let again = loop {
        let again = town.send_keyed("k-1", &body).await.unwrap();
        tries += 1;
        if again.status != 409 || tries == 1_000 {
            break again;
        }
    };
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(town.sandbox.counters().accepted, 1);
}

#[tokio::test]
async fn a_key_lives_a_day() {
    let clock = ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let config =
        SandboxConfig { clock: std::sync::Arc::new(clock.clone()), ..SandboxConfig::default().without_pauses() };
    let town = Town::with(config).await;
    town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    clock.advance(Duration::from_secs(24 * 3_600));
    let later = town.send_keyed("k-1", &text(json!({ "text": "Other" }))).await.unwrap();
    assert_eq!(later.status, 200);
    assert!(!later.headers.contains_key("idempotent-replayed"));
}

#[tokio::test]
async fn keys_can_be_made_to_have_no_effect() {
    let town = Town::new().await;
    town.sandbox.set_faults(Faults { ignore_idempotency_key: true, ..Faults::default() }).unwrap();
    for _ in 0..2 {
        town.send_keyed("k-1", &text(json!({}))).await.unwrap();
    }
    assert_eq!(town.sandbox.counters().accepted, 2);
}
