use expect_test::expect;

use super::message;
use super::number::{self, Features, Kind};
use super::opt_out;
use super::profile::{self, NewProfile, ProfilePatch};
use super::*;
use crate::telnyx::Status;
use crate::telnyx::fixtures::{self as fixture, now, with};

fn key() -> Secret {
    Secret::new("KEY-test")
}

fn shown(requests: &[Request]) -> String {
    let line =
        |request: &Request| format!("{} {} {}\n", request.method, request.url, String::from_utf8_lossy(&request.body));
    requests.iter().map(line).collect()
}

fn ok(body: &[u8]) -> Response {
    Response::new(200, body.to_vec())
}

#[test]
fn requests_are_as_telnyx_wants_them() {
    let key = key();
    let account = Account { base_url: "https://api.telnyx.com/v2", key: &key };
    let new = NewProfile {
        name: "Acme".into(),
        whitelisted_destinations: vec!["US".into(), "CA".into()],
        webhook_url: "https://tidings.example.com/hooks/telnyx/acc_1".into(),
        webhook_failover_url: None,
    };
    let change = ProfilePatch {
        webhook_url: Some("https://tidings.example.com/hooks".into()),
        webhook_api_version: Some("2".into()),
        ..ProfilePatch::default()
    };
    let requests = [
        number::list(account, 1),
        number::list(account, 0),
        number::find(account, "+15550100100"),
        number::messaging(account, "17/../x"),
        number::list_messaging(account, Some("p1"), 3),
        number::list_messaging(account, None, 1),
        number::assign(account, "17", "p1"),
        profile::list(account, None, 2),
        profile::list(account, Some("Acme & Sons"), 1),
        profile::create(account, &new),
        profile::get(account, "p1"),
        profile::patch(account, "p1", &change),
        opt_out::list(account, Some("p1"), Some("2026-11-22T00:00:00Z".parse().unwrap()), 1),
        message::get(account, "m1"),
    ];
    expect![[r#"
        GET https://api.telnyx.com/v2/phone_numbers?page%5Bnumber%5D=1&page%5Bsize%5D=250 
        GET https://api.telnyx.com/v2/phone_numbers?page%5Bnumber%5D=1&page%5Bsize%5D=250 
        GET https://api.telnyx.com/v2/phone_numbers?page%5Bnumber%5D=1&page%5Bsize%5D=250&filter%5Bphone_number%5D=%2B15550100100 
        GET https://api.telnyx.com/v2/phone_numbers/17%2F..%2Fx/messaging 
        GET https://api.telnyx.com/v2/phone_numbers/messaging?page%5Bnumber%5D=3&page%5Bsize%5D=250&filter%5Bmessaging_profile_id%5D=p1 
        GET https://api.telnyx.com/v2/phone_numbers/messaging?page%5Bnumber%5D=1&page%5Bsize%5D=250 
        PATCH https://api.telnyx.com/v2/phone_numbers/17/messaging {"messaging_profile_id":"p1"}
        GET https://api.telnyx.com/v2/messaging_profiles?page%5Bnumber%5D=2&page%5Bsize%5D=250 
        GET https://api.telnyx.com/v2/messaging_profiles?page%5Bnumber%5D=1&page%5Bsize%5D=250&filter%5Bname%5D%5Beq%5D=Acme%20%26%20Sons 
        POST https://api.telnyx.com/v2/messaging_profiles {"name":"Acme","whitelisted_destinations":["US","CA"],"webhook_url":"https://tidings.example.com/hooks/telnyx/acc_1","webhook_api_version":"2"}
        GET https://api.telnyx.com/v2/messaging_profiles/p1 
        PATCH https://api.telnyx.com/v2/messaging_profiles/p1 {"webhook_url":"https://tidings.example.com/hooks","webhook_api_version":"2"}
        GET https://api.telnyx.com/v2/messaging_optouts?page%5Bnumber%5D=1&page%5Bsize%5D=250&filter%5Bmessaging_profile_id%5D=p1&created_at%5Bgte%5D=2026-11-22T00%3A00%3A00Z 
        GET https://api.telnyx.com/v2/messages/m1 
    "#]]
    .assert_eq(&shown(&requests));
    for request in requests {
        assert_eq!(request.header("authorization"), Some("Bearer KEY-test"));
        assert_eq!(request.header("content-type").is_some(), !request.body.is_empty());
    }
}

#[test]
fn numbers_are_read() {
    let page = number::listed(Some(&ok(fixture::phone_numbers)), now()).unwrap();
    let brief: Vec<_> = page
        .items
        .iter()
        .map(|n| (n.carrier_ref.as_str(), n.phone_number.as_str(), n.is_active(), n.messaging_profile_id.is_some()))
        .collect();
    assert_eq!(
        brief,
        [("1700000000000000001", "+15550100100", true, true), ("1700000000000000002", "+15550100101", false, false)]
    );
    assert_eq!((page.next, page.total), (None, Some(2)));
    assert!(!format!("{page:?}").contains("5550100"));
}

#[test]
fn a_number_s_messaging_is_read() {
    let all = Features { domestic_two_way: true, international_inbound: true, international_outbound: false };
    let messaging = number::read_messaging(Some(&ok(fixture::phone_number_messaging)), now()).unwrap();
    assert_eq!(
        (messaging.kind.clone(), messaging.sms, messaging.can_text()),
        (Some(Kind::LongCode), Some(all), Some(true))
    );

    let listed = number::listed_messaging(Some(&ok(fixture::phone_numbers_messaging)), now()).unwrap();
    let bare = &listed.items[1];
    assert_eq!((&bare.messaging_profile_id, &bare.product, bare.can_text()), (&None, &None, None));

    for (word, kind) in [
        ("tollfree", Kind::TollFree),
        ("toll-free", Kind::TollFree),
        ("shortcode", Kind::ShortCode),
        ("pager", Kind::OtherKind("pager".into())),
    ] {
        let body = with(fixture::phone_number_messaging, "/data/type", word.into());
        assert_eq!(number::read_messaging(Some(&ok(&body)), now()).unwrap().kind, Some(kind));
    }
}

#[test]
fn profiles_are_read() {
    let one = profile::read(Some(&ok(fixture::messaging_profile)), now()).unwrap();
    assert_eq!((one.name.as_str(), one.enabled, one.webhook_failover_url.as_deref()), ("Acme", true, None));
    assert_eq!(
        (one.webhook_api_version.as_deref(), one.whitelisted_destinations.as_slice()),
        (Some("2"), &["US".to_owned(), "CA".to_owned()][..])
    );
    let page = profile::listed(Some(&ok(fixture::messaging_profiles)), now()).unwrap();
    assert_eq!(page.items, [one]);
    let created = Response::new(201, with(fixture::messaging_profile, "/data/enabled", serde_json::Value::Null));
    assert!(profile::read(Some(&created), now()).unwrap().enabled);
}

#[test]
fn opt_outs_are_read_with_either_form_of_time() {
    let page = opt_out::listed(Some(&ok(fixture::messaging_optouts)), now()).unwrap();
    let brief: Vec<_> = page.items.iter().map(|o| (o.to.as_str(), o.keyword.as_deref(), o.created_at)).collect();
    assert_eq!(
        brief,
        [
            ("+15550100001", Some("STOP"), "2026-11-23T10:10:00.631252Z".parse().ok()),
            ("+15550100002", None, "2026-11-23T10:11:00Z".parse().ok()),
        ]
    );
}

#[test]
fn a_message_is_read_as_a_receipt() {
    let receipt = message::read(Some(&ok(fixture::message)), now()).unwrap();
    assert_eq!(receipt.to_statuses, [("+15550100001".into(), Status::Delivered)]);
    assert_eq!(
        (receipt.cost.map(|cost| cost.micros), receipt.occurred_at),
        (Some(7_500), "2026-11-23T10:00:07.25Z".parse().unwrap())
    );
}

#[test]
fn a_list_goes_on_until_its_last_page() {
    let next = |page: u32, of: u32| {
        let body = with(fixture::phone_numbers, "/meta", serde_json::json!({"page_number": page, "total_pages": of}));
        number::listed(Some(&ok(&body)), now()).unwrap().next
    };
    assert_eq!((next(1, 3), next(3, 3), next(1, 0), next(4, 3)), (Some(2), None, None, None));
    let without_meta = number::listed(Some(&ok(br#"{"data":[]}"#)), now()).unwrap();
    assert_eq!((without_meta.items.len(), without_meta.next), (0, None));
    let poor =
        number::listed(Some(&ok(br#"{"data":[{"id":7,"phone_number":"+15550100100"},{"id":"x"},null]}"#)), now())
            .unwrap();
    assert_eq!(
        poor.items.iter().map(|n| n.carrier_ref.as_str()).collect::<Vec<_>>(),
        ["7"],
        "nameless ones are left out"
    );
}

#[test]
fn what_goes_wrong_has_a_name_and_a_mend() {
    let refused = |status, code: &str, detail: &str| Fault::Refused {
        status,
        failure: failure(code),
        detail: Detail(detail.into()),
    };
    let cases: &[(u16, &[u8], Fault)] = &[
        (401, fixture::error_bad_key, refused(401, "10009", "The key is not valid.")),
        (401, b"", refused(401, "10009", "")),
        (402, fixture::error_no_funds, refused(402, "20100", "The account has no funds.")),
        (404, fixture::error_not_found, Fault::NotFound),
        (404, b"", Fault::NotFound),
        (422, fixture::error_not_found, Fault::NotFound),
        (429, b"", Fault::Busy { retry_after: None }),
        (403, fixture::error_rate_limited, Fault::Busy { retry_after: None }),
        (503, fixture::error_unexpected, Fault::Unavailable { status: 503 }),
        (400, b"nonsense", Fault::Unreadable { status: 400 }),
        (200, b"<html>", Fault::Unreadable { status: 200 }),
        (200, b"{}", Fault::Unreadable { status: 200 }),
        (200, br#"{"data":{"name":"without id"}}"#, Fault::Unreadable { status: 200 }),
    ];
    for (status, body, expected) in cases {
        let fault = profile::read(Some(&Response::new(*status, body.to_vec())), now()).unwrap_err();
        assert_eq!(fault, *expected, "{status} {}", String::from_utf8_lossy(body));
        assert!(!fault.to_string().is_empty() && fault.mend().ends_with('.'));
    }
    assert_eq!(profile::read(None, now()), Err(Fault::NoAnswer));
    assert_eq!(number::listed(Some(&ok(b"{}")), now()), Err(Fault::Unreadable { status: 200 }));
    assert!(Fault::NoAnswer.is_temporary() && !Fault::NotFound.is_temporary());
}
