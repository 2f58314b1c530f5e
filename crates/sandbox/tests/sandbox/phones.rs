//! Phones: texting, keywords, blocks, scripted answers.

use sandbox::{Direction, Kind, NewPhone, SandboxConfig, ScriptedReply, Span, TextError};
use serde_json::json;

use crate::support::{NUMBER, PHONE, Told, Town};

#[tokio::test]
async fn stop_blocks_the_profile_and_start_lifts_it() {
    let town = Town::new().await;
    let phone = town.sandbox.phone(PHONE);
    phone.text(NUMBER, " stop ", &[]).unwrap();
    assert_eq!(town.send(json!({})).await.refusal(), (409, "40300".to_owned()));
    assert_eq!(town.send(json!({ "to": "+13125550124" })).await.status, 200);
    let listed = town
        .get(&format!("/v2/messaging_optouts?filter[messaging_profile_id]={}&filter[from]={PHONE}", town.profile))
        .await
        .json();
    assert_eq!((&listed["data"][0]["from"], &listed["meta"]["total_results"]), (&json!(PHONE), &json!(1)));
    assert!(phone.heard()[0].contains("unsubscribed"));
    phone.text(NUMBER, "STOP", &[]).unwrap();
    assert_eq!(phone.heard().len(), 1, "silence was asked for");
    phone.text(NUMBER, "Start", &[]).unwrap();
    assert_eq!(town.send(json!({})).await.status, 200);
    phone.text(NUMBER, "HELP", &[]).unwrap();
    town.sandbox.until_quiet().await;
    let mut types: Vec<String> = town.hook.told().iter().map(kind_of).filter(|kind| kind != "null").collect();
    types.sort();
    assert_eq!(types, ["\"HELP\"", "\"START\"", "\"STOP\"", "\"STOP\""]);
    let auto = phone.messages(None).into_iter().filter(|text| text.kind == Kind::Autoresponse).count();
    assert_eq!(auto, 3);
}

fn kind_of(told: &Told) -> String {
    told.json()["data"]["payload"]["autoresponse_type"].to_string()
}

#[tokio::test]
async fn a_configuration_sets_the_answer_and_adds_words() {
    let town = Town::new().await;
    let path = format!("/v2/messaging_profiles/{}/autoresp_configs", town.profile);
    let config = json!({ "op": "stop", "keywords": ["BASTA"], "country_code": "US", "resp_text": "Acme will not text you any more." });
    let made = town.post(&path, &config).await;
    assert_eq!(made.status, 200, "{made:?}");
    let phone = town.sandbox.phone(PHONE);
    phone.text(NUMBER, "basta", &[]).unwrap();
    assert_eq!(phone.heard(), ["Acme will not text you any more."]);
    assert_eq!(town.send(json!({})).await.refusal(), (409, "40300".to_owned()));
    for (case, body, code) in [
        ("help is called info", json!({ "op": "help", "keywords": [], "country_code": "US" }), "10032"),
        ("STOP keeps its meaning", json!({ "op": "info", "keywords": ["STOP"], "country_code": "US" }), "10015"),
        (
            "too short an answer",
            json!({ "op": "stop", "keywords": [], "country_code": "US", "resp_text": "No." }),
            "10015",
        ),
        ("no country", json!({ "op": "stop", "keywords": [] }), "10004"),
    ] {
        assert_eq!(town.post(&path, &body).await.refusal().1, code, "{case}");
    }
    let one = format!("{path}/{}", made.json()["data"]["id"].as_str().unwrap());
    assert_eq!(town.get(&one).await.json(), made.json());
    assert_eq!(town.get(&path).await.json()["meta"]["total_results"], 1);
    assert_eq!(town.delete(&one).await.status, 200);
    assert_eq!(town.get(&one).await.status, 404);
}

#[tokio::test]
async fn a_phone_shows_its_thread() {
    let town = Town::new().await;
    let phone = town.sandbox.phone(PHONE);
    phone.text(NUMBER, "Look", &[&town.sandbox.media_url("cat.png")]).unwrap();
    town.send(json!({ "text": "Nice cat" })).await;
    town.sandbox.until_quiet().await;
    let thread: Vec<_> =
        phone.messages(Some(NUMBER)).into_iter().map(|text| (text.direction, text.body, text.status)).collect();
    assert_eq!(
        thread,
        [
            (Direction::In, "Look".to_owned(), "webhook_delivered".to_owned()),
            (Direction::Out, "Nice cat".to_owned(), "delivered".to_owned()),
        ]
    );
    assert!(phone.messages(Some("+13125550199")).is_empty());
    let received = town.hook.told().into_iter().find(|told| told.event_type() == "message.received").unwrap().json();
    let media = &received["data"]["payload"]["media"][0];
    assert_eq!((&media["content_type"], &received["data"]["payload"]["type"]), (&json!("image/png"), &json!("MMS")));
    let path = media["url"].as_str().unwrap().strip_prefix(&town.sandbox.base_url()).unwrap().to_owned();
    let picture = town.get(&path).await;
    assert_eq!(media["size"], picture.body.len());
    assert!(picture.body.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_script_answers_and_ends() {
    let reply =
        ScriptedReply { when_contains: "confirm".into(), body: "Yes please".into(), after: Span::default(), times: 1 };
    let ann = NewPhone { e164: PHONE.into(), name: "Ann".into(), replies: vec![reply] };
    let town = Town::with(SandboxConfig { phones: vec![ann], ..SandboxConfig::default().without_pauses() }).await;
    for text in ["Hello", "Please CONFIRM", "Please confirm again"] {
        town.send(json!({ "text": text })).await;
        town.sandbox.until_quiet().await;
    }
    let said: Vec<String> = town
        .sandbox
        .phone(PHONE)
        .messages(None)
        .into_iter()
        .filter(|text| text.direction == Direction::In)
        .map(|text| text.body)
        .collect();
    assert_eq!(said, ["Yes please"]);
    assert_eq!(town.sandbox.phones()[0].name, "Ann");
}

#[tokio::test]
async fn a_phone_cannot_text_what_is_not_there() {
    let town = Town::new().await;
    let phone = town.sandbox.phone(PHONE);
    assert_eq!(phone.text("+13125550999", "Hi", &[]).unwrap_err(), TextError::UnknownNumber);
    assert_eq!(phone.text(NUMBER, "", &[]).unwrap_err(), TextError::Empty);
    assert_eq!(phone.text(NUMBER, "x".repeat(2_000), &[]).unwrap_err(), TextError::TooLong);
    assert_eq!(town.sandbox.phone("me").text(NUMBER, "Hi", &[]).unwrap_err(), TextError::NotAPhone);
}

#[tokio::test]
async fn texts_are_refused_when_too_many_webhooks_wait() {
    let town = Town::with(SandboxConfig { pending_max: 0, ..SandboxConfig::default() }).await;
    assert_eq!(town.sandbox.phone(PHONE).text(NUMBER, "Hi", &[]).unwrap_err(), TextError::Full);
}
