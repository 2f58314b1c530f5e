//! Numbers, messaging profiles, opt-outs: the account's side of the API.

use http::Method;
use sandbox::{NewAccount, NewNumbers};
use serde_json::json;

use crate::support::{KEY, NUMBER, Town};

#[tokio::test]
async fn numbers_are_listed_shown_and_changed() {
    let town = Town::new().await;
    let id = town.number_id().await;
    let shown = town.get(&format!("/v2/phone_numbers/{id}")).await.json();
    assert_eq!((&shown["data"]["phone_number"], &shown["data"]["status"]), (&json!(NUMBER), &json!("active")));
    assert_eq!(shown["data"]["messaging_profile_name"], "Acme");
    let changed = town
        .patch(&format!("/v2/phone_numbers/{id}"), &json!({ "tags": ["sales"], "connection_id": "7" }))
        .await
        .json();
    assert_eq!((&changed["data"]["tags"], &changed["data"]["connection_id"]), (&json!(["sales"]), &json!("7")));
    assert_eq!(town.send(json!({})).await.json()["data"]["tags"], json!(["sales"]));
    assert_eq!(town.get(&format!("/v2/phone_numbers/{NUMBER}")).await.status, 404, "the number is not its id");
    for (filter, count) in
        [("", 1), ("filter[tag]=sales", 1), ("filter[tag]=x", 0), ("filter[phone_number]=%2B13125550100", 1)]
    {
        assert_eq!(
            town.get(&format!("/v2/phone_numbers?{filter}")).await.json()["meta"]["total_results"],
            count,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn a_number_is_put_on_a_profile_and_taken_off() {
    let town = Town::new().await;
    let path = format!("/v2/phone_numbers/{}/messaging", town.number_id().await);
    let on = town.get(&path).await.json();
    assert_eq!((&on["data"]["messaging_profile_id"], &on["data"]["type"]), (&json!(town.profile), &json!("long-code")));
    assert_eq!(
        town.patch(&path, &json!({ "messaging_profile_id": null })).await.json()["data"]["messaging_profile_id"],
        json!(town.profile)
    );
    assert_eq!(
        town.patch(&path, &json!({ "messaging_profile_id": "no-such" })).await.refusal(),
        (422, "10015".to_owned())
    );
    assert_eq!(
        town.patch(&path, &json!({ "messaging_profile_id": "" })).await.json()["data"]["messaging_profile_id"],
        json!(null)
    );
    assert_eq!(town.send(json!({})).await.refusal(), (400, "40305".to_owned()));
    let bulk = json!({ "messaging_profile_id": town.profile, "numbers": [NUMBER, "+13125550999"] });
    let done = town.post("/v2/messaging_numbers_bulk_updates", &bulk).await.json();
    assert_eq!((&done["data"]["success"], &done["data"]["failed"]), (&json!([NUMBER]), &json!(["+13125550999"])));
    let order = done["data"]["order_id"].as_str().unwrap();
    assert_eq!(town.get(&format!("/v2/messaging_numbers_bulk_updates/{order}")).await.json(), done);
    let listed =
        town.get(&format!("/v2/phone_numbers/messaging?filter[messaging_profile_id]={}", town.profile)).await.json();
    let of_profile = town.get(&format!("/v2/messaging_profiles/{}/phone_numbers", town.profile)).await.json();
    assert_eq!(listed["data"][0]["phone_number"], NUMBER);
    assert_eq!(listed, of_profile);
}

#[tokio::test]
async fn profiles_are_made_changed_and_deleted() {
    let town = Town::new().await;
    for (case, body, refusal) in [
        ("no name", json!({ "whitelisted_destinations": ["US"] }), (422, "10004")),
        ("no destinations", json!({ "name": "x" }), (422, "40331")),
        ("a destination that is none", json!({ "name": "x", "whitelisted_destinations": ["usa"] }), (422, "10026")),
        (
            "a webhook that is no URL",
            json!({ "name": "x", "whitelisted_destinations": ["*"], "webhook_url": "x" }),
            (422, "10026"),
        ),
        (
            "an unknown version",
            json!({ "name": "x", "whitelisted_destinations": ["*"], "webhook_api_version": "3" }),
            (422, "10032"),
        ),
    ] {
        assert_eq!(
            town.post("/v2/messaging_profiles", &body).await.refusal(),
            (refusal.0, refusal.1.to_owned()),
            "{case}"
        );
    }
    let path = format!("/v2/messaging_profiles/{}", town.profile);
    let bad = town.patch(&path, &json!({ "name": "Renamed", "enabled": "yes" })).await;
    assert_eq!(bad.refusal(), (422, "10026".to_owned()));
    assert_eq!(town.get(&path).await.json()["data"]["name"], "Acme", "a refused change changes nothing");
    let changed = town.patch(&path, &json!({ "name": "Renamed", "whitelisted_destinations": ["*"] })).await.json();
    assert_eq!((&changed["data"]["name"], &changed["data"]["webhook_api_version"]), (&json!("Renamed"), &json!("2")));
    assert_eq!(town.send(json!({ "to": "+442071838750" })).await.status, 200);
    for (filter, count) in
        [("filter[name]=Renamed", 1), ("filter[name][contains]=name", 1), ("filter[name][eq]=Acme", 0)]
    {
        assert_eq!(
            town.get(&format!("/v2/messaging_profiles?{filter}")).await.json()["meta"]["total_results"],
            count,
            "{filter}"
        );
    }
    assert_eq!(town.delete(&path).await.json()["data"]["name"], "Renamed");
    assert_eq!(town.get(&path).await.refusal(), (404, "10005".to_owned()));
    assert_eq!(town.send(json!({})).await.refusal(), (400, "40305".to_owned()));
}

#[tokio::test]
async fn an_account_sees_only_itself() {
    let town = Town::new().await;
    town.sandbox.add_account(NewAccount::new("Other", "KEY-other")).unwrap();
    let sent = town.send(json!({})).await.json();
    let id = town.number_id().await;
    for path in [
        format!("/v2/messages/{}", sent["data"]["id"].as_str().unwrap()),
        format!("/v2/phone_numbers/{id}"),
        format!("/v2/phone_numbers/{id}/messaging"),
        format!("/v2/messaging_profiles/{}", town.profile),
        format!("/v2/messaging_profiles/{}/autoresp_configs", town.profile),
    ] {
        let answer = town.call(Method::GET, &path, "KEY-other", &[], String::new()).await.unwrap();
        assert_eq!(answer.status, 404, "{path}");
    }
    let second =
        town.sandbox.add_account(NewAccount { api_keys: vec!["KEY-acme-2".into()], ..NewAccount::new("Acme", "") });
    assert_eq!(second.unwrap().numbers.len(), 1, "any key of an account opens all of it");
    let answer = town.call(Method::GET, "/v2/phone_numbers", "KEY-acme-2", &[], String::new()).await.unwrap();
    assert_eq!(answer.json()["meta"]["total_results"], 1);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let town = Town::new().await;
    let numbers = (0..30).map(|n| format!("+131255502{n:02}")).collect();
    town.sandbox.add_numbers(&NewNumbers { account: "Acme".into(), numbers, messaging_profile_id: None }).unwrap();
    for (query, length, meta) in [
        ("", 20, json!({ "page_number": 1, "page_size": 20, "total_pages": 2, "total_results": 31 })),
        ("?page[number]=2", 11, json!({ "page_number": 2, "page_size": 20, "total_pages": 2, "total_results": 31 })),
        ("?page[size]=9999", 31, json!({ "page_number": 1, "page_size": 250, "total_pages": 1, "total_results": 31 })),
        ("?page[number]=9", 0, json!({ "page_number": 9, "page_size": 20, "total_pages": 2, "total_results": 31 })),
    ] {
        let answer = town.get(&format!("/v2/phone_numbers{query}")).await.json();
        assert_eq!((answer["data"].as_array().unwrap().len(), &answer["meta"]), (length, &meta), "{query}");
    }
    assert_eq!(town.get("/v2/phone_numbers?page[number]=x").await.status, 400);
    let unknown = town.call(Method::GET, "/v2/nothing", KEY, &[], String::new()).await.unwrap();
    assert_eq!(unknown.refusal(), (404, "10005".to_owned()));
}
