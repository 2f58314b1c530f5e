//! `POST /v2/messages` and what a message becomes.

use expect_test::expect;
use http::Method;
use sandbox::{Faults, NewAccount, NewNumbers, Outcome, OutcomeRule, SandboxConfig};
use serde_json::{Value, json};

use crate::support::{KEY, NUMBER, PHONE, Town};

#[tokio::test]
async fn an_answer_has_the_documented_shape() {
    let town = Town::new().await;
    let answer = town.send(json!({ "webhook_url": "http://127.0.0.1:9/m/1" })).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains_key("x-ratelimit-remaining"));
    let mut data = answer.json()["data"].clone();
    for varying in ["id", "messaging_profile_id", "organization_id", "received_at", "valid_until"] {
        assert!(data[varying].is_string(), "{varying}");
        data[varying] = json!("…");
    }
    expect![[r#"
        {
          "cc": [],
          "completed_at": null,
          "cost": null,
          "cost_breakdown": null,
          "direction": "outbound",
          "encoding": "GSM-7",
          "errors": [],
          "from": {
            "carrier": "Telnyx",
            "line_type": "Wireless",
            "phone_number": "+13125550100"
          },
          "id": "…",
          "media": [],
          "messaging_profile_id": "…",
          "num_chars": 5,
          "organization_id": "…",
          "parts": 1,
          "received_at": "…",
          "record_type": "message",
          "sent_at": null,
          "smart_encoding_applied": false,
          "subject": null,
          "tags": [],
          "tcr_campaign_billable": false,
          "tcr_campaign_id": null,
          "tcr_campaign_registered": null,
          "text": "Hello",
          "to": [
            {
              "carrier": "Verizon Wireless",
              "line_type": "Wireless",
              "phone_number": "+13125550123",
              "status": "queued"
            }
          ],
          "type": "SMS",
          "valid_until": "…",
          "wait_seconds": 0.0,
          "webhook_failover_url": null,
          "webhook_url": "http://127.0.0.1:9/m/1"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&data).unwrap());
}

#[tokio::test]
async fn refusals_carry_telnyx_codes() {
    let town = Town::new().await;
    town.sandbox.add_account(NewAccount::new("Other", "KEY-other").number("+13125550199")).unwrap();
    let spare = NewNumbers { account: "Acme".into(), numbers: vec!["+13125550101".into()], messaging_profile_id: None };
    town.sandbox.add_numbers(&spare).unwrap();
    let eleven = vec!["https://example.com/a.png"; 11];
    for (case, extra, refusal) in [
        ("no recipient", json!({ "to": null }), (422, "10004")),
        ("no sender", json!({ "from": null }), (422, "10004")),
        ("a recipient that is no number", json!({ "to": "12345678" }), (400, "40310")),
        ("a recipient too short for its country", json!({ "to": "+1312555" }), (400, "40310")),
        ("a number of nobody", json!({ "from": "+13125550999" }), (400, "40305")),
        ("a number of another account", json!({ "from": "+13125550199" }), (400, "40305")),
        ("a number on no profile", json!({ "from": "+13125550101" }), (400, "40305")),
        ("a wrong type", json!({ "text": 5 }), (422, "10026")),
        ("an unknown kind", json!({ "type": "sms" }), (422, "10032")),
        ("an unknown encoding", json!({ "encoding": "latin1" }), (422, "10032")),
        ("no content", json!({ "text": "" }), (400, "40316")),
        ("eleven parts", json!({ "text": "x".repeat(1_531) }), (400, "40302")),
        ("too many media", json!({ "media_urls": eleven }), (400, "40317")),
        ("media in an SMS", json!({ "type": "SMS", "media_urls": ["https://example.com/a.png"] }), (400, "40304")),
        ("a text that is not GSM-7", json!({ "encoding": "gsm7", "text": "жар" }), (400, "40304")),
        ("long although asked not to be", json!({ "auto_detect": true, "text": "x".repeat(900) }), (400, "40328")),
        ("a country off the list", json!({ "to": "+442071838750" }), (400, "40309")),
        ("a webhook that is no URL", json!({ "webhook_url": "ftp://x" }), (422, "10015")),
        ("scheduled for now", json!({ "send_at": "2020-01-01T00:00:00Z" }), (422, "10015")),
        ("an empty pool", json!({ "from": null, "messaging_profile_id": town.profile }), (400, "40321")),
        ("an unknown profile", json!({ "messaging_profile_id": "no-such" }), (422, "10015")),
    ] {
        let answer = town.send(extra).await;
        assert_eq!(answer.refusal(), (refusal.0, refusal.1.to_owned()), "{case}: {answer:?}");
    }
    let broken = town.call(Method::POST, "/v2/messages", KEY, &[], "{".into()).await.unwrap();
    assert_eq!(broken.refusal(), (400, "10015".to_owned()));
    assert_eq!(town.sandbox.counters().accepted, 0);
    assert_eq!(town.sandbox.counters().rejected, 22);
}

#[tokio::test]
async fn only_known_keys_open() {
    let town = Town::new().await;
    for key in ["", "KEY-else"] {
        let answer = town.call(Method::GET, "/v2/phone_numbers", key, &[], String::new()).await.unwrap();
        assert_eq!(answer.refusal(), (401, "10009".to_owned()));
    }
}

#[tokio::test]
async fn a_disabled_profile_sends_nothing() {
    let town = Town::new().await;
    town.patch(&format!("/v2/messaging_profiles/{}", town.profile), &json!({ "enabled": false })).await;
    assert_eq!(town.send(json!({})).await.refusal(), (403, "40312".to_owned()));
}

#[tokio::test]
async fn a_message_is_told_sent_and_then_delivered() {
    let town = Town::new().await;
    let sent = town.send(json!({ "webhook_url": format!("{}/own", town.hook.url) })).await.json();
    town.sandbox.until_quiet().await;
    let mut told = town.hook.told();
    // Deliveries run side by side, so either may be first.
    told.sort_by_key(|told| told.event_type() == "message.finalized");
    let [first, last] = told.as_slice() else { panic!("{:?}", town.hook.event_types()) };
    assert_eq!((first.event_type().as_str(), first.status().as_str()), ("message.sent", "sent"));
    assert_eq!((last.event_type().as_str(), last.status().as_str()), ("message.finalized", "delivered"));
    assert!(told.iter().all(|told| told.path == "/own" && told.verifies(&town.sandbox.public_key_base64())));
    let payload = &last.json()["data"]["payload"];
    assert_eq!(payload["id"], sent["data"]["id"]);
    assert_eq!(payload["cost"], json!({ "amount": "0.0070", "currency": "USD" }));
    assert_eq!(payload["cost_breakdown"]["carrier_fee"]["amount"], "0.0030");
    assert_eq!(payload["valid_until"], Value::Null);
    assert_eq!(last.json()["meta"]["delivered_to"], format!("{}/own", town.hook.url));
    let shown = town.get(&format!("/v2/messages/{}", sent["data"]["id"].as_str().unwrap())).await.json();
    assert_eq!(shown["data"]["to"][0]["status"], "delivered");
}

#[tokio::test]
async fn outcomes_follow_the_rules() {
    let town = Town::new().await;
    let rule = |to: &str, outcome| OutcomeRule { to: Some(to.into()), probability: 1.0, outcome };
    let outcomes = vec![
        rule("+13125550001", Outcome::DeliveryFailed { code: "40008".into() }),
        rule("+13125550002", Outcome::SendingFailed { code: "40015".into() }),
        rule("+13125550003", Outcome::DeliveryUnconfirmed),
        rule("+13125550004", Outcome::NoReceipt),
        rule("+13125550005", Outcome::Rejected { code: "40001".into(), status: 400 }),
    ];
    town.sandbox.set_faults(Faults { outcomes, ..Faults::default() }).unwrap();
    for (last, status, code, events, screen) in [
        ("1", "delivery_failed", json!("40008"), 2, 0),
        ("2", "sending_failed", json!("40015"), 1, 0),
        ("3", "delivery_unconfirmed", Value::Null, 2, 1),
        ("4", "sent", Value::Null, 1, 1),
    ] {
        let to = format!("+1312555000{last}");
        let before = town.hook.told().len();
        let sent = town.send(json!({ "to": to })).await.json();
        town.sandbox.until_quiet().await;
        assert_eq!(town.hook.told().len() - before, events, "{status}");
        let shown = town.get(&format!("/v2/messages/{}", sent["data"]["id"].as_str().unwrap())).await.json();
        assert_eq!(shown["data"]["to"][0]["status"], status);
        assert_eq!(shown["data"]["errors"][0]["code"], code);
        assert_eq!(town.sandbox.phone(&to).heard().len(), screen, "{status}");
    }
    assert_eq!(town.send(json!({ "to": "+13125550005" })).await.refusal(), (400, "40001".to_owned()));
}

#[tokio::test]
async fn mms_pool_and_alphanumeric_senders_work() {
    let town = Town::new().await;
    let mms = town.send(json!({ "text": null, "media_urls": [town.sandbox.media_url("cat.png")] })).await.json();
    assert_eq!((&mms["data"]["type"], &mms["data"]["media"][0]["content_type"]), (&json!("MMS"), &json!("image/png")));
    let pool =
        json!({ "number_pool_settings": { "toll_free_weight": 1, "long_code_weight": 1, "skip_unhealthy": false } });
    town.patch(&format!("/v2/messaging_profiles/{}", town.profile), &pool).await;
    let pooled = town.send(json!({ "from": null, "messaging_profile_id": town.profile })).await.json();
    assert_eq!(pooled["data"]["from"]["phone_number"], NUMBER);
    let named = town.send(json!({ "from": "ACME Shop", "messaging_profile_id": town.profile })).await.json();
    assert_eq!(named["data"]["from"]["phone_number"], "ACME Shop");
}

#[tokio::test]
async fn smart_encoding_counts_what_is_sent_and_shows_what_was_written() {
    let town = Town::new().await;
    let plain = town.send(json!({ "text": "It’s" })).await.json();
    assert_eq!(
        (&plain["data"]["encoding"], &plain["data"]["smart_encoding_applied"]),
        (&json!("UCS-2"), &json!(false))
    );
    town.patch(&format!("/v2/messaging_profiles/{}", town.profile), &json!({ "smart_encoding": true })).await;
    let smart = town.send(json!({ "text": "It’s" })).await.json();
    assert_eq!((&smart["data"]["encoding"], &smart["data"]["smart_encoding_applied"]), (&json!("GSM-7"), &json!(true)));
    assert_eq!(smart["data"]["text"], "It’s");
}

#[tokio::test]
async fn scheduled_messages_wait_and_can_be_cancelled() {
    let clock = sandbox::ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let config =
        SandboxConfig { clock: std::sync::Arc::new(clock.clone()), ..SandboxConfig::default().without_pauses() };
    let town = Town::with(config).await;
    let at = json!({ "send_at": "2026-03-02T10:00:00Z" });
    let kept = town.send(at.clone()).await.json();
    let dropped = town.send(at).await.json();
    assert_eq!(kept["data"]["to"][0]["status"], "scheduled");
    assert!(town.sandbox.phone(PHONE).heard().is_empty());
    let path = |sent: &Value| format!("/v2/messages/{}", sent["data"]["id"].as_str().unwrap());
    let cancelled = town.delete(&path(&dropped)).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.json()["to"][0]["status"]), (200, &json!("cancelled")));
    let late = town.delete(&path(&dropped)).await;
    assert_eq!(late.refusal(), (403, "10015".to_owned()));
    assert_eq!(late.json()["code"], "10015", "this one endpoint documents the bare error");
    clock.advance(std::time::Duration::from_secs(3_600));
    town.hook.wait_for(2).await;
    town.sandbox.until_quiet().await;
    assert_eq!(town.get(&path(&kept)).await.json()["data"]["to"][0]["status"], "delivered");
    assert_eq!(town.sandbox.phone(PHONE).heard(), ["Hello"]);
    clock.advance(std::time::Duration::from_secs(11 * 24 * 3_600));
    assert_eq!(town.get(&path(&kept)).await.status, 404);
}

#[tokio::test]
async fn the_request_limit_is_told_and_kept() {
    let clock = sandbox::ManualClock::at("2026-03-02T09:00:00Z".parse().unwrap());
    let config = SandboxConfig {
        clock: std::sync::Arc::new(clock.clone()),
        rate_limit_per_second: Some(10),
        ..SandboxConfig::default()
    };
    let town = Town::with(config).await;
    clock.advance(std::time::Duration::from_secs(1));
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let answer = town.send(json!({})).await;
        assert_eq!(answer.headers["x-ratelimit-limit"], "10");
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [[200; 10].as_slice(), &[429; 2]].concat());
    clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(town.send(json!({})).await.status, 200);
}

#[tokio::test]
async fn history_and_queue_are_bounded() {
    let config = SandboxConfig { history_max: 5, ..SandboxConfig::default().without_pauses() };
    let town = Town::with(config).await;
    for n in 0..8 {
        town.send(json!({ "text": format!("Text {n}") })).await;
    }
    let texts: Vec<String> = town.sandbox.heard(0, 100).into_iter().map(|heard| heard.body).collect();
    assert_eq!(texts, ["Text 3", "Text 4", "Text 5", "Text 6", "Text 7"]);
    assert_eq!(town.sandbox.phone(PHONE).heard().len(), 5);

    let full = Town::with(SandboxConfig {
        pending_max: 2,
        finalized_after: sandbox::Span::fixed(60_000),
        ..SandboxConfig::default()
    })
    .await;
    let mut refusals = 0;
    for _ in 0..5 {
        refusals += usize::from(full.send(json!({})).await.refusal().1 == "40318");
    }
    assert_eq!(refusals, 3);
}
