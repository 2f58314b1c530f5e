use super::*;
use crate::http::Secret;
use crate::telnyx::fixtures::now;

fn answer(status: u16, body: &str) -> Response {
    Response::new(status, body.as_bytes().to_vec())
}

#[test]
fn requests_are_as_telnyx_wants_them() {
    let key = Secret::new("KEY-test");
    let account = Account { base_url: "https://api.telnyx.com/v2", key: &key };
    for (request, url) in [
        (assignment(account, "+14155550100"), "/10dlc/phone_number_campaigns/%2B14155550100"),
        (campaign(account, "a/b"), "/10dlc/campaign/a%2Fb"),
        (
            verifications(account, Some("+18885550100"), 1),
            "/messaging_tollfree/verification/requests?page=1&page_size=100&phone_number=%2B18885550100",
        ),
        (verifications(account, None, 3), "/messaging_tollfree/verification/requests?page=3&page_size=100"),
        (assignments(account, 2), "/10dlc/phone_number_campaigns?page=2&recordsPerPage=250"),
    ] {
        assert_eq!(request.url.to_string(), format!("https://api.telnyx.com/v2{url}"));
    }
}

#[test]
fn the_campaign_of_a_number_is_read_with_words_that_nobody_knows() {
    let body = r#"{"phoneNumber":"+14155550100","campaignId":"c1","brandId":"","assignmentStatus":"NEW_WORD","failureReasons":"why"}"#;
    let read = assigned(Some(&answer(200, body)), now()).unwrap().unwrap();
    assert_eq!((read.campaign_id.as_str(), read.status.as_deref()), ("c1", Some("NEW_WORD")));
    assert_eq!(read.reason, Some(Detail("why".into())));
    assert!(!format!("{read:?}").contains("4155550"));
    assert_eq!(assigned(Some(&answer(404, "{}")), now()), Ok(None));
    assert_eq!(assigned(None, now()), Err(Fault::NoAnswer));
    assert_eq!(assigned(Some(&answer(200, "{}")), now()), Err(Fault::Unreadable { status: 200 }));
}

#[test]
fn a_campaign_tells_how_far_it_has_come() {
    let body = r#"{"campaignId":"c1","brandId":"b1","campaignStatus":"MNO_PROVISIONED","isTMobileSuspended":true}"#;
    let read = campaign_got(Some(&answer(200, body)), now()).unwrap();
    assert_eq!((read.status.as_deref(), read.suspended_at_t_mobile), (Some("MNO_PROVISIONED"), Some(true)));
    assert_eq!(campaign_got(Some(&answer(404, "{}")), now()), Err(Fault::NotFound));
}

#[test]
fn verifications_are_listed_without_an_envelope() {
    let body = r#"{"records":[{"id":"v1","verificationStatus":"Rejected","reason":"no website","phoneNumbers":[{"phoneNumber":"+18885550100"},{}],"updatedAt":"2024-01-23T18:10:02.574Z"},{"reason":"no id"}],"total_records":2}"#;
    let listed = verifications_listed(Some(&answer(200, body)), now(), 1).unwrap();
    assert_eq!((listed.next, listed.total), (None, Some(2)));
    let [only] = listed.items.as_slice() else { panic!("{listed:?}") };
    assert_eq!((only.status.as_deref(), only.reason.clone()), (Some("Rejected"), Some(Detail("no website".into()))));
    assert_eq!(only.phone_numbers, ["+18885550100"]);
    assert!(only.updated_at.is_some());
    let told = format!("{only:?}");
    assert!(!told.contains("website") && !told.contains("888555"), "{told}");
    let empty = verifications_listed(Some(&answer(200, r#"{"records":[]}"#)), now(), 1).unwrap();
    assert_eq!(empty, Page { items: Vec::new(), next: None, total: None });
    assert_eq!(verifications_listed(Some(&answer(200, "[]")), now(), 1), Err(Fault::Unreadable { status: 200 }));
}

#[test]
fn a_list_goes_on_until_all_are_seen_however_small_its_pages_are() {
    let listed = |count: usize, total: &str, page: u32| {
        let records: Vec<_> =
            (0..count).map(|n| format!(r#"{{"phoneNumber":"+1415555{n:04}","campaignId":"c"}}"#)).collect();
        let body = format!(r#"{{"records":[{}],"page":{page}{total}}}"#, records.join(","));
        let listed = assignments_listed(Some(&answer(200, &body)), now(), page).unwrap();
        assert_eq!(listed.items.len(), count);
        listed.next
    };
    assert_eq!(listed(100, r#","totalRecords":250"#, 1), Some(2));
    assert_eq!(listed(100, r#","totalRecords":200"#, 2), None);
    assert_eq!(listed(50, r#","totalRecords":250"#, 3), Some(4), "one look more, and it is empty");
    assert_eq!(listed(0, r#","totalRecords":250"#, 4), None);
    assert_eq!(listed(3, "", 1), Some(2), "it does not say how many there are");
    assert_eq!(assignments_listed(Some(&answer(200, "{}")), now(), 1), Err(Fault::Unreadable { status: 200 }));
}
