use expect_test::expect;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::telnyx::fixtures::{self as fixture, now, with, without};
use crate::telnyx::{Family, Status};

#[test]
fn a_text_comes_in() {
    let event = decode(fixture::inbound_text, now()).unwrap();
    expect![[r#"
        Event {
            event_id: "e1111111-0000-4000-8000-000000000001",
            event_type: "message.received",
            occurred_at: 2026-11-23T10:00:00.588Z,
            is_dated: true,
            delivered_to: Some(
                "https://tidings.example.com/hooks/telnyx/acc_1",
            ),
            attempt: Some(
                1,
            ),
            kind: Received(
                InboundText {
                    carrier_ref: "11111111-0000-4000-8000-000000000001",
                    from: …01,
                    to: [
                        …00,
                    ],
                    cc: [],
                    text: (27 chars),
                    subject: None,
                    media: [],
                    kind: Some(
                        "SMS",
                    ),
                    parts: Some(
                        1,
                    ),
                    encoding: Some(
                        "GSM-7",
                    ),
                    cost: None,
                    autoresponse: None,
                    is_spam: false,
                    from_carrier: Some(
                        "Example Wireless",
                    ),
                    from_line_type: Some(
                        "Wireless",
                    ),
                    messaging_profile_id: Some(
                        "40017f00-0000-4000-8000-000000000001",
                    ),
                    received_at: 2026-11-23T10:00:00.412Z,
                    is_dated: true,
                },
            ),
        }
    "#]]
    .assert_debug_eq(&event);
    let text = received(fixture::inbound_text);
    assert_eq!((text.from.as_str(), text.to.as_slice()), ("+15550100001", &["+15550100100".to_owned()][..]));
    assert_eq!(text.text, "Hi, are you open on Sunday?");
}

#[test]
fn a_picture_message_brings_its_files() {
    let text = received(fixture::inbound_mms);
    assert_eq!((text.text.as_str(), text.subject.as_deref()), ("", Some("My broken boiler")));
    assert_eq!(text.cost, Some(Money { micros: 10_000, currency: "USD".into() }));
    let file = |url: &str, content_type: &str, size, sha256: &str| MediaRef {
        url: url.into(),
        content_type: Some(content_type.into()),
        size: Some(size),
        sha256: Some(sha256.into()),
    };
    assert_eq!(
        text.media,
        [
            file("https://media.example.com/boiler.jpg", "image/jpeg", 48_213, "5f2b1c0e9a8d7c6b5a4f3e2d1c0b9a88"),
            file("https://media.example.com/plate.png", "image/png", 9_120, "00112233445566778899aabbccddeeff"),
        ]
    );
}

#[test]
fn a_stop_is_marked_by_the_carrier() {
    assert_eq!(received(fixture::inbound_stop).autoresponse, Some(Autoresponse::Stop));
}

#[test]
fn receipts_tell_how_a_text_fared() {
    let sent = receipt(fixture::message_sent);
    assert_eq!(sent.to_statuses, [("+15550100001".into(), Status::Sent)]);
    assert_eq!(sent.webhook_url.as_deref(), Some("https://tidings.example.com/hooks/telnyx/acc_1/m/msg_1"));
    assert_eq!((sent.cost, sent.completed_at), (None, None));

    let delivered = receipt(fixture::message_finalized_delivered);
    expect![[r#"
        Receipt {
            carrier_ref: "22222222-0000-4000-8000-000000000001",
            webhook_url: Some(
                "https://tidings.example.com/hooks/telnyx/acc_1/m/msg_1",
            ),
            from: Some(
                …00,
            ),
            to_statuses: [
                (
                    …01,
                    Delivered,
                ),
            ],
            to_carrier: Some(
                "Example Wireless",
            ),
            errors: [],
            kind: Some(
                "SMS",
            ),
            parts: Some(
                1,
            ),
            encoding: Some(
                "GSM-7",
            ),
            cost: Some(
                Money {
                    micros: 7500,
                    currency: "USD",
                },
            ),
            carrier_fee: Some(
                Money {
                    micros: 3500,
                    currency: "USD",
                },
            ),
            rate: Some(
                Money {
                    micros: 4000,
                    currency: "USD",
                },
            ),
            messaging_profile_id: Some(
                "40017f00-0000-4000-8000-000000000001",
            ),
            sent_at: Some(
                2026-11-23T10:00:05.7Z,
            ),
            completed_at: Some(
                2026-11-23T10:00:07.25Z,
            ),
            occurred_at: 2026-11-23T10:00:07.3Z,
        }
    "#]]
    .assert_debug_eq(&delivered);

    let failed = receipt(fixture::message_finalized_failed);
    assert_eq!(failed.to_statuses[0].1, Status::DeliveryFailed);
    assert_eq!(failed.errors[0].receipt_failure().family, Family::Transient);
    assert_eq!(receipt(fixture::message_finalized_unconfirmed).to_statuses[0].1, Status::Unconfirmed);
}

#[test]
fn other_events_are_recorded_only() {
    let cases = [
        (fixture::unknown_event, "e3333333-0000-4000-8000-000000000001", "call.initiated"),
        (fixture::spend_limit_reached, "e3333333-0000-4000-8000-000000000002", "messaging-profile.spend-limit-reached"),
    ];
    for (body, id, event_type) in cases {
        let event = decode(body, now()).unwrap();
        assert_eq!((event.event_id.as_str(), event.event_type.as_str(), &event.kind), (id, event_type, &Kind::Other));
    }
}

#[test]
fn an_event_without_an_id_gets_the_same_one_on_every_attempt() {
    let first = decode(fixture::link_click, now()).unwrap();
    let second = decode(&with(fixture::link_click, "/meta/attempt", json!(2)), now()).unwrap();
    let other = decode(&with(fixture::link_click, "/data/url", json!("https://example.com/other")), now()).unwrap();
    assert_eq!((first.event_type.as_str(), &first.kind), ("link_clicked", &Kind::Other));
    assert_eq!(first.occurred_at, "2026-11-23T10:30:00Z".parse().unwrap());
    assert!(first.event_id.starts_with("sha256:") && first.event_id.len() == 71);
    // Written anew with its keys in another order, so compare the two written alike.
    let again = decode(&with(fixture::link_click, "/meta/attempt", json!(3)), now()).unwrap();
    assert_eq!(second.event_id, again.event_id);
    assert_ne!(second.event_id, other.event_id);
}

/// Every field of a received text that may be missing, null or of another shape, and what is left then.
#[test]
fn no_optional_field_of_a_text_is_needed() {
    let document: serde_json::Value = serde_json::from_slice(fixture::inbound_mms).unwrap();
    for field in document["data"]["payload"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|field| !["id", "from"].contains(&field.as_str()))
    {
        let pointer = format!("/data/payload/{field}");
        received(&without(fixture::inbound_mms, &pointer));
        for shape in [
            json!(null),
            json!(""),
            json!(7),
            json!(-1.5),
            json!(true),
            json!([]),
            json!([null, 7, {}]),
            json!({}),
            json!({"a": [1]}),
        ] {
            received(&with(fixture::inbound_mms, &pointer, shape));
        }
    }
    for field in ["/data/record_type", "/data/id", "/data/occurred_at", "/meta", "/meta/attempt", "/meta/delivered_to"]
    {
        received(&without(fixture::inbound_mms, field));
        received(&with(fixture::inbound_mms, field, json!(null)));
    }
}

#[test]
fn no_optional_field_of_a_receipt_is_needed() {
    let document: serde_json::Value = serde_json::from_slice(fixture::message_finalized_failed).unwrap();
    for field in
        document["data"]["payload"].as_object().unwrap().keys().filter(|field| *field != "id" && *field != "direction")
    {
        let pointer = format!("/data/payload/{field}");
        receipt(&without(fixture::message_finalized_failed, &pointer));
        for shape in [
            json!(null),
            json!(""),
            json!(7),
            json!(-1.5),
            json!(true),
            json!([]),
            json!([null, 7, {}]),
            json!({}),
            json!({"a": [1]}),
        ] {
            receipt(&with(fixture::message_finalized_failed, &pointer, shape));
        }
    }
}

#[test]
fn every_documented_deviation_is_understood() {
    let payload = |field: &str, value| received(&with(fixture::inbound_text, &format!("/data/payload/{field}"), value));

    for (word, expected) in [
        ("STOP", Some(Autoresponse::Stop)),
        ("start", Some(Autoresponse::Start)),
        ("HELP", Some(Autoresponse::Help)),
        ("JOIN", None),
    ] {
        assert_eq!(payload("autoresponse_type", json!(word)).autoresponse, expected, "{word}");
    }
    assert_eq!(payload("from", json!("+15550100009")).from, "+15550100009", "a plain string for `from`");
    assert_eq!(payload("to", json!("+15550100009")).to, ["+15550100009"], "a plain string for `to`");
    assert_eq!(payload("to", json!({"phone_number": "+15550100009"})).to, ["+15550100009"], "one object for `to`");
    assert_eq!(payload("cc", json!(["+15550100009"])).cc, ["+15550100009"], "strings in `cc`");
    assert_eq!(received(fixture::inbound_group_mms).cc, ["+15550100002"], "objects in `cc`");
    assert_eq!(received(fixture::inbound_group_mms).to.len(), 2, "several recipients in a group");
    assert_eq!(
        payload("cost", json!({"amount": 0.0051, "currency": "USD"})).cost.map(|cost| cost.micros),
        Some(5_100),
        "a number for an amount"
    );
    assert_eq!(payload("parts", json!("2")).parts, Some(2), "digits for a number");
    assert!(payload("is_spam", json!(true)).is_spam);
    assert_eq!(
        payload("received_at", json!("2026-11-23T09:00:00.5+01:00")).received_at,
        "2026-11-23T08:00:00.5Z".parse().unwrap()
    );
    assert_eq!(
        payload("received_at", json!("yesterday")).received_at,
        "2026-11-23T10:00:00.588Z".parse().unwrap(),
        "falls back on the event's time"
    );
    let rcs =
        with(&without(fixture::inbound_text, "/data/payload/text"), "/data/payload/body", json!({"text": "over RCS"}));
    assert_eq!(received(&rcs).text, "over RCS");
    let one_file = payload(
        "media",
        json!([{"url": "https://m.example.com/1", "sha256": "ab", "hash_sha256": "cd"}, {"content_type": "image/gif"}, "?"]),
    );
    assert_eq!(
        one_file.media.iter().map(|file| file.sha256.as_deref()).collect::<Vec<_>>(),
        [Some("ab")],
        "both hashes, and files without address"
    );
    let receipt = receipt(&with(fixture::message_sent, "/data/payload/webhook_url", json!("")));
    assert_eq!(receipt.webhook_url, None, "an empty address is none");
}

#[test]
fn a_group_s_receipt_tells_of_everyone() {
    let to = json!([{"phone_number": "+15550100001", "status": "delivered"}, {"phone_number": "+15550100002", "status": "teleported"}, "+15550100003"]);
    let receipt = receipt(&with(fixture::message_finalized_delivered, "/data/payload/to", to));
    let expected = [("+15550100001", "delivered"), ("+15550100002", "teleported"), ("+15550100003", "")];
    assert_eq!(receipt.to_statuses, expected.map(|(to, status)| (to.to_owned(), Status::parse(status))));
}

#[test]
fn half_an_emoji_does_not_lose_the_text() {
    let cases: [(&[u8], &str); 3] = [
        (br"Hi \ud83d", "Hi \u{fffd}"),
        (b"Hi \xf0\x9f", "Hi \u{fffd}"),
        (br"Hi \u0000 \ud83d\ude00", "Hi  \u{1f600}"),
    ];
    for (escaped, expected) in cases {
        let marker = b"Hi, are you open on Sunday?";
        let at = fixture::inbound_text.windows(marker.len()).position(|window| window == marker).unwrap();
        let body = [&fixture::inbound_text[..at], escaped, &fixture::inbound_text[at + marker.len()..]].concat();
        assert_eq!(received(&body).text, expected);
    }
}

#[test]
fn when_nothing_says_when_it_was_now() {
    let body = br#"{"data":{"event_type":"message.received","payload":{"id":"1","from":"+15550100001"}}}"#;
    let event = decode(body, now()).unwrap();
    assert_eq!((event.occurred_at, event.is_dated, received(body).received_at), (now(), false, now()));
    let body = br#"{"data":{"event_type":"message.received","payload":{"id":"1","from":"+15550100001","received_at":"2026-11-23T10:00:01Z"}}}"#;
    assert_eq!(decode(body, now()).unwrap().occurred_at, "2026-11-23T10:00:01Z".parse().unwrap());
}

#[test]
fn what_is_no_event_is_refused_with_a_reason_that_leaks_nothing() {
    let cases: &[(&[u8], DecodeError)] = &[
        (b"", DecodeError::NotJson),
        (b"secret=+15550100001", DecodeError::NotJson),
        (br#"{"data":{"event_type":"message.received"}} tail"#, DecodeError::NotJson),
        (br#"{"data":{"event_type":"mess"#, DecodeError::NotJson),
        (b"\xff\xfe", DecodeError::NotJson),
        (b"7", DecodeError::NoData),
        (b"[]", DecodeError::NoData),
        (b"{}", DecodeError::NoData),
        (br#"{"data":null}"#, DecodeError::NoData),
        (br#"{"event_type":"call_initiated"}"#, DecodeError::NoData),
        (br#"{"data":{}}"#, DecodeError::NoType),
        (br#"{"data":"message.received"}"#, DecodeError::NoType),
        (br#"{"data":{"event_type":"message.received"}}"#, DecodeError::Missing("payload.id")),
        (br#"{"data":{"event_type":"message.received","payload":{"id":"1"}}}"#, DecodeError::Missing("payload.from")),
        (br#"{"data":{"event_type":"message.finalized","payload":{"id":""}}}"#, DecodeError::Missing("payload.id")),
    ];
    for (body, error) in cases {
        let refused = decode(body, now()).unwrap_err();
        assert_eq!(refused, *error, "{}", String::from_utf8_lossy(body));
        assert!(!format!("{refused} {refused:?}").contains("555"));
    }
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes: Vec<u8>) {
        let _ = decode(&bytes, now());
    }

    #[test]
    fn a_cut_or_spoilt_event_is_never_a_crash(cut in 0_usize..1200, at in 0_usize..1200, byte: u8) {
        let mut body = fixture::inbound_mms.to_vec();
        let at = at % body.len();
        body[at] = byte;
        let _ = decode(&body, now());
        body.truncate(cut);
        let _ = decode(&body, now());
    }

    #[test]
    fn every_text_arrives_as_it_was_sent(text in "\\PC{0,200}") {
        let body = with(fixture::inbound_text, "/data/payload/text", json!(text));
        prop_assert_eq!(received(&body).text, text);
    }
}

/// A look at the time it takes: `cargo test -p providers --release -- --ignored --nocapture speed`.
#[test]
#[ignore = "measures; run it by name"]
fn speed_of_decoding() {
    const ROUNDS: u32 = 200_000;
    let compact = with(fixture::inbound_text, "/meta/attempt", json!(1));
    let started = std::time::Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(decode(std::hint::black_box(&compact), now()).unwrap());
    }
    println!("{:?} for each of {} bytes", started.elapsed() / ROUNDS, compact.len());
}

fn received(body: &[u8]) -> InboundText {
    match decode(body, now()).map(|event| event.kind) {
        Ok(Kind::Received(text)) => text,
        other => panic!("{other:?} for {}", String::from_utf8_lossy(body)),
    }
}

fn receipt(body: &[u8]) -> Receipt {
    match decode(body, now()).map(|event| event.kind) {
        Ok(Kind::Receipt(receipt)) => receipt,
        other => panic!("{other:?} for {}", String::from_utf8_lossy(body)),
    }
}
