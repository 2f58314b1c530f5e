use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::telnyx::BASE_URL;
use crate::telnyx::fixtures::{self as fixture, now};

fn text() -> SendText {
    SendText {
        from: "+15550100100".into(),
        to: "+15550100001".into(),
        text: "Yes, from ten to four. \u{1f44b}".into(),
        webhook_url: Some("https://tidings.example.com/hooks/telnyx/acc_1/m/msg_1".into()),
        ..SendText::default()
    }
}

fn shown(request: &Request) -> String {
    let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!(
        "{} {}\n{}\n\n{}\n",
        request.method,
        request.url,
        headers.join("\n"),
        String::from_utf8_lossy(&request.body)
    )
}

#[test]
fn a_text_is_one_request() {
    let request = request(BASE_URL, &Secret::new("KEY-test"), "msg_1:1", text().serialize());
    expect![[r#"
        POST https://api.telnyx.com/v2/messages
        authorization: Bearer KEY-test
        accept: application/json
        content-type: application/json
        idempotency-key: msg_1:1

        {"from":"+15550100100","to":"+15550100001","text":"Yes, from ten to four. 👋","webhook_url":"https://tidings.example.com/hooks/telnyx/acc_1/m/msg_1"}
    "#]]
    .assert_eq(&shown(&request));
}

#[test]
fn a_picture_message_names_its_files() {
    let mms = SendText {
        text: String::new(),
        media_urls: vec!["https://tidings.example.com/media/1".into()],
        subject: Some("Your key".into()),
        messaging_profile_id: Some("40017f00-0000-4000-8000-000000000001".into()),
        webhook_url: None,
        ..text()
    };
    expect![[r#"{"from":"+15550100100","to":"+15550100001","media_urls":["https://tidings.example.com/media/1"],"subject":"Your key","messaging_profile_id":"40017f00-0000-4000-8000-000000000001"}"#]]
        .assert_eq(&String::from_utf8_lossy(&mms.serialize()));
}

#[test]
fn the_same_text_is_the_same_bytes() {
    assert_eq!(text().serialize(), text().clone().serialize());
}

#[test]
fn debug_shows_neither_text_nor_numbers() {
    let shown = format!("{:?} {:?}", text(), request(BASE_URL, &Secret::new("KEY-test"), "msg_1", text().serialize()));
    for private in ["Yes", "5550100", "KEY-test"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

#[test]
fn an_accepted_text_has_its_reference() {
    let accepted = Accepted {
        carrier_ref: "22222222-0000-4000-8000-000000000001".into(),
        parts: Some(1),
        encoding: Some("GSM-7".into()),
        carrier: Some("Example Wireless".into()),
        status: Some(Status::Queued),
        replayed: false,
    };
    let answer = Response::new(200, fixture::send_accepted);
    assert_eq!(sent(Some(&answer), now()), Sent::Accepted(accepted.clone()));
    let replayed = Accepted { replayed: true, ..accepted };
    assert_eq!(sent(Some(&answer.with_header("idempotent-replayed", "true")), now()), Sent::Accepted(replayed));
}

#[test]
fn a_bare_or_poor_acceptance_is_one_too() {
    for body in [
        r#"{"data":{"id":"m1"}}"#,
        r#"{"record_type":"message","id":"m1","to":"+15550100001"}"#,
        r#"{"data":{"id":"m1","from":"+15550100100","to":"+15550100001","parts":null}}"#,
    ] {
        assert!(
            matches!(sent(Some(&Response::new(202, body)), now()), Sent::Accepted(Accepted { carrier_ref, .. }) if carrier_ref == "m1"),
            "{body}"
        );
    }
}

#[test]
fn every_answer_means_one_of_four_things() {
    let unreadable = |status| Sent::Unknown { why: Why::Unreadable { status } };
    let server_error = |status| Sent::Unknown { why: Why::ServerError { status } };
    let ambiguous = |code: &str| Sent::Unknown { why: Why::Ambiguous { code: code.into() } };
    let busy = Sent::Busy { retry_after: None };
    let running = Sent::Unknown { why: Why::StillRunning };
    let cases: &[(u16, &[u8], Sent)] = &[
        (200, b"", unreadable(200)),
        (200, b"{}", unreadable(200)),
        (200, br#"{"data":{}}"#, unreadable(200)),
        (200, br#"{"id":"no-message"}"#, unreadable(200)),
        (200, b"<html>welcome</html>", unreadable(200)),
        (200, fixture::error_invalid_to, unreadable(200)),
        (302, b"", unreadable(302)),
        (401, b"", unreadable(401)),
        (404, b"<html>", unreadable(404)),
        (413, b"{}", unreadable(413)),
        (429, b"", busy.clone()),
        (429, fixture::error_rate_limited, busy.clone()),
        (429, br#"{"errors":[{"code":"99999","title":"?"}]}"#, busy.clone()),
        (403, fixture::error_rate_limited, busy.clone()),
        (422, fixture::error_queue_full, busy.clone()),
        (400, br#"{"errors":[{"code":"40011","title":"?"}]}"#, busy.clone()),
        (400, br#"{"errors":[{"code":"40018","title":"?"}]}"#, busy.clone()),
        (503, fixture::error_queue_full, busy),
        (409, fixture::error_still_running, running.clone()),
        (422, fixture::error_still_running, running),
        (500, b"", server_error(500)),
        (502, b"<html>bad gateway</html>", server_error(502)),
        (503, br#"{"errors":[{"code":"99999","title":"?"}]}"#, server_error(503)),
        (500, fixture::error_unexpected, ambiguous("10007")),
        (422, fixture::error_unexpected, ambiguous("10007")),
        (504, br#"{"errors":[{"code":"10008","title":"?"}]}"#, ambiguous("10008")),
    ];
    for (status, body, expected) in cases {
        assert_eq!(
            sent(Some(&Response::new(*status, *body)), now()),
            *expected,
            "{status} {}",
            String::from_utf8_lossy(body)
        );
    }
    assert_eq!(sent(None, now()), Sent::Unknown { why: Why::NoAnswer });
}

#[test]
fn a_refusal_is_told_by_its_code_whatever_the_status() {
    let cases: &[(u16, &[u8], &str, Family)] = &[
        (400, fixture::error_opted_out, "40300", Family::OptedOut),
        (403, fixture::error_opted_out, "40300", Family::OptedOut),
        (409, fixture::error_opted_out, "40300", Family::OptedOut),
        (422, fixture::error_opted_out, "40300", Family::OptedOut),
        (500, fixture::error_opted_out, "40300", Family::OptedOut),
        (400, fixture::error_invalid_to, "40310", Family::Permanent),
        (422, fixture::error_key_reused, "10027", Family::Permanent),
        (401, fixture::error_bad_key, "10009", Family::Config),
        (402, fixture::error_no_funds, "20100", Family::Config),
        (429, br#"{"errors":[{"code":"40333","title":"Spend limit"}]}"#, "40333", Family::Config),
        (400, br#"{"errors":[{"code":"40016","title":"T-Mobile"}]}"#, "40016", Family::SlowDown),
        (400, br#"{"errors":[{"code":"99999","title":"New"}]}"#, "99999", Family::Permanent),
        (400, br#"{"errors":[{"code":"99999"},{"code":"40310"}]}"#, "40310", Family::Permanent),
    ];
    for (status, body, code, family) in cases {
        let sent = sent(Some(&Response::new(*status, *body)), now());
        let failure = sent.failure().unwrap_or_else(|| panic!("{status} {code}: {sent:?}"));
        assert_eq!((failure.code.as_ref(), failure.family), (*code, *family), "{status}");
    }
}

#[test]
fn a_busy_answer_says_how_long() {
    let busy = |name, value| match sent(
        Some(&Response::new(429, fixture::error_rate_limited).with_header(name, value)),
        now(),
    ) {
        Sent::Busy { retry_after } => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(busy("retry-after", "3"), Some(Duration::from_secs(3)));
    assert_eq!(busy("x-ratelimit-reset", "4"), Some(Duration::from_secs(4)));
    assert_eq!(busy("x-ratelimit-reset", "1795428015"), Some(Duration::from_secs(5)), "Unix time, five seconds ahead");
    assert_eq!(busy("x-ratelimit-limit", "50"), None);
}

proptest! {
    /// A send that may have gone out must never look as if it had not.
    #[test]
    fn only_a_definite_answer_frees_a_text(status in 100_u16..600, body in "\\PC{0,60}|\\{\"errors\":\\[\\{\"code\":\"[0-9]{0,6}\"\\}\\]\\}") {
        let freed = matches!(sent(Some(&Response::new(status, body.clone())), now()), Sent::Rejected(_) | Sent::Busy { .. });
        if freed {
            let code = error::errors_of(body.as_bytes()).first().map(|error| error.code.clone());
            prop_assert!(status >= 300 && (status == 429 || code.is_some()));
            prop_assert!(!code.is_some_and(|code| error::failure(&code).family == Family::Ambiguous));
        }
    }
}
