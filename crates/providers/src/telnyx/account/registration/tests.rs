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
            verifications(account, "+18885550100"),
            "/messaging_tollfree/verification/requests?page=1&page_size=100&phone_number=%2B18885550100",
        ),
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
    let body = r#"{"records":[{"id":"v1","verificationStatus":"Rejected","reason":"no website","updatedAt":"2024-01-23T18:10:02.574Z"},{"reason":"no id"}],"total_records":2}"#;
    let read = verifications_listed(Some(&answer(200, body)), now()).unwrap();
    let [only] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((only.status.as_deref(), only.reason.clone()), (Some("Rejected"), Some(Detail("no website".into()))));
    assert!(only.updated_at.is_some());
    assert!(!format!("{only:?}").contains("website"));
    assert_eq!(verifications_listed(Some(&answer(200, r#"{"records":[]}"#)), now()), Ok(Vec::new()));
    assert_eq!(verifications_listed(Some(&answer(200, "[]")), now()), Err(Fault::Unreadable { status: 200 }));
}
