//! Whether US carriers know who sends from a number: what is told of it, and what is refused.

use http::Method;
use sandbox::{NewNumbers, Registration};
use serde_json::json;

use crate::support::{KEY, NUMBER, PHONE, Town};

const FREE: &str = "+18005550100";
const PARIS: &str = "+33612345678";

#[tokio::test]
async fn every_number_is_registered_until_it_is_said_otherwise() {
    let town = Town::new().await;
    let numbers = NewNumbers { account: "Acme".into(), numbers: vec![FREE.into()], messaging_profile_id: None };
    town.sandbox.add_numbers(&numbers).unwrap();
    let assignment = format!("/v2/10dlc/phone_number_campaigns/%2B{}", &NUMBER[1..]);
    let verification =
        format!("/v2/messaging_tollfree/verification/requests?page=1&page_size=10&phone_number=%2B{}", &FREE[1..]);
    for (state, assigned, campaign, verified) in [
        (Registration::Registered, "ASSIGNED", "MNO_PROVISIONED", "Verified"),
        (Registration::Pending, "ASSIGNED", "MNO_PENDING", "In Progress"),
        (Registration::Rejected, "FAILED_ASSIGNMENT", "MNO_REJECTED", "Rejected"),
        (Registration::Suspended, "ASSIGNED", "TCR_SUSPENDED", "Rejected"),
    ] {
        town.sandbox.set_registration(NUMBER, state, Some("why")).unwrap();
        town.sandbox.set_registration(FREE, state, Some("why")).unwrap();
        let shown = town.get(&assignment).await.json();
        assert_eq!((&shown["phoneNumber"], &shown["assignmentStatus"]), (&json!(NUMBER), &json!(assigned)));
        assert_eq!(shown["failureReasons"].is_string(), state == Registration::Rejected);
        let id = shown["campaignId"].as_str().unwrap();
        let of_number = town.get(&format!("/v2/10dlc/campaign/{id}")).await.json();
        assert_eq!((&of_number["campaignId"], &of_number["campaignStatus"]), (&shown["campaignId"], &json!(campaign)));
        let listed = town.get("/v2/10dlc/phone_number_campaigns?page=1&recordsPerPage=9").await.json();
        assert_eq!(
            (&listed["records"], &listed["totalRecords"]),
            (&json!([shown]), &json!(1)),
            "toll-free belong to none"
        );
        let verifications = town.get(&verification).await.json();
        assert_eq!(verifications["records"][0]["verificationStatus"], verified);
        assert_eq!(verifications["records"][0]["phoneNumbers"], json!([{ "phoneNumber": FREE }]));
    }
    town.sandbox.set_registration(NUMBER, Registration::Unregistered, None).unwrap();
    town.sandbox.set_registration(FREE, Registration::Unregistered, None).unwrap();
    assert_eq!(town.get(&assignment).await.refusal(), (404, "10005".to_owned()));
    assert_eq!(town.get(&verification).await.json(), json!({ "records": [], "total_records": 0 }));
    assert_eq!(town.get("/v2/messaging_tollfree/verification/requests").await.status, 422);
}

#[tokio::test]
async fn what_is_not_registered_is_refused_where_it_has_to_be() {
    let town = Town::new().await;
    let profile = Some(town.profile.parse().unwrap());
    let numbers = NewNumbers { account: "Acme".into(), numbers: vec![FREE.into()], messaging_profile_id: profile };
    town.sandbox.add_numbers(&numbers).unwrap();
    let everywhere = json!({ "whitelisted_destinations": ["*"] });
    assert_eq!(town.patch(&format!("/v2/messaging_profiles/{}", town.profile), &everywhere).await.status, 200);
    let said = async |from: &str, to: &str| {
        let answer = town.send(json!({ "from": from, "to": to })).await;
        if answer.status == 200 { "taken".to_owned() } else { answer.refusal().1 }
    };
    assert_eq!((said(NUMBER, PHONE).await, said(FREE, PHONE).await), ("taken".into(), "taken".into()));
    let body = json!({ "registration": "unregistered", "can_mms": false }).to_string();
    for number in [NUMBER, FREE] {
        let path = format!("/_sandbox/numbers/{}", &number[1..]);
        assert_eq!(town.call(Method::PUT, &path, KEY, &[], body.clone()).await.unwrap().status, 204);
    }
    assert_eq!((said(NUMBER, PHONE).await, said(NUMBER, PARIS).await), ("40010".into(), "taken".into()));
    assert_eq!((said(FREE, PHONE).await, said(FREE, PARIS).await), ("40329".into(), "40329".into()));
    let picture = town.send(json!({ "to": PARIS, "media_urls": ["https://sandbox.example/a.png"] })).await;
    assert_eq!(picture.refusal(), (400, "40308".to_owned()));
}
