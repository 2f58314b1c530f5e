//! A picture with each text of a campaign.

use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

use crate::enrolments::{contact, enter, published};

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const COLLEAGUE: &str = "+12125550777";
/// Two segments, were it to go alone.
const BODY: &str = "Acme: the terrace is open again, and this is how it looks in the evening! Come and see us, we have kept the \
                    table at the water for you and your friends. Reply STOP to opt out.";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

async fn upload(town: &Town, desk: &Desk, bytes: Vec<u8>) -> String {
    let headers = vec![("authorization", format!("Bearer {}", desk.key)), ("content-type", "image/png".to_owned())];
    text(&town.client.send(Method::POST, "/api/v1/media", headers, Bytes::from(bytes)).await.is(201)["id"])
}

fn campaign(desk: &Desk, media: &[&str]) -> Value {
    json!({
        "name": "June", "body": BODY, "numbers": [desk.number_id], "audience": { "phones": [ANN, BEN] }, "media": media,
    })
}

async fn order(desk: &Desk, id: &str, order: &str) -> Value {
    desk.post(&format!("/campaigns/{id}/{order}"), json!({})).await.is(200).clone()
}

/// What the carrier got for one phone: how many pictures, and as how many parts.
fn given(town: &Town, phone: &str) -> Vec<(usize, u32)> {
    let all = town.sandbox.control().heard(0, 100);
    all.iter()
        .filter(|text| text.to == phone && text.body == BODY)
        .map(|text| (text.media_urls.len(), text.parts))
        .collect()
}

store::on_both_engines! {
    async fn everybody_gets_the_picture_and_an_answer_shows_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let media = upload(&town, &acme, PNG.to_vec()).await;
        let other = upload(&town, &acme, [PNG, b"!"].concat()).await;
        let made = acme.post("/campaigns", campaign(&acme, &[&media, &other, &media])).await.is(201).clone();
        assert_eq!(made["media"], json!([media, other]), "each once, in their order");
        let id = text(&made["id"]);
        let _ = acme.post(&format!("/campaigns/{id}/check"), json!({})).await.is(202);
        town.settle().await;
        let check = acme.get(&format!("/campaigns/{id}/check")).await.is(200).clone();
        assert_eq!((&check["segments"][0], &check["segments_total"]), (&json!(2), &json!(2)), "one MMS each: {check}");
        let seen = acme.post(&format!("/campaigns/{id}/preview"), json!({ "phone": ANN })).await.is(200).clone();
        assert_eq!(seen["segments"], 1, "{seen}");
        let _ = acme.post(&format!("/campaigns/{id}/test"), json!({ "to": [COLLEAGUE] })).await.is(202);
        town.settle().await;
        assert_eq!(given(&town, COLLEAGUE), [(2, 1)], "a test carries it");
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_mins(3)).await;
        assert_eq!((given(&town, ANN), given(&town, BEN)), (vec![(2, 1)], vec![(2, 1)]));
        let outcomes = acme.get(&format!("/campaigns/{id}/outcomes")).await.is(200).clone();
        assert_eq!((&outcomes["segments"], &outcomes["parts"]), (&json!(2), &json!(2)), "{outcomes}");
        town.texts(ANN, &acme, "Nice!").await;
        let conversations = acme.get("/conversations").await.is(200)["data"].clone();
        let thread = conversations.as_array().unwrap().iter().find(|one| one["contact"]["phone"] == ANN).unwrap();
        let thread = acme.get(&format!("/conversations/{}/messages", text(&thread["id"]))).await.is(200)["data"].clone();
        let sent = thread.as_array().unwrap().iter().find(|one| one["body"] == BODY).unwrap();
        let ids: Vec<_> = sent["media"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!((json!(ids), &sent["segments"]), (json!([media, other]), &json!(1)), "{sent}");
    }

    /// The carrier fetches an ordinary attachment for a month; a campaign's, for as long as the campaign is there.
    async fn a_picture_is_there_for_as_long_as_the_campaign_may_send_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let media = upload(&town, &acme, PNG.to_vec()).await;
        let id = text(&acme.post("/campaigns", campaign(&acme, &[&media])).await.is(201)["id"]);
        town.passes(SignedDuration::from_hours(24 * 35)).await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_mins(3)).await;
        let url = town.sandbox.control().heard(0, 1)[0].media_urls[0].clone();
        let fetch = async || town.client.send(Method::GET, &url, Vec::new(), Bytes::new()).await;
        let fetched = fetch().await;
        assert_eq!((fetched.status, &fetched.raw.body[..]), (200, PNG));
        // Who answers and is forgotten takes nothing from the others.
        town.texts(ANN, &acme, "Nice!").await;
        let ann = text(&acme.conversation().await["contact"]["id"]);
        let erased = acme.post(&format!("/contacts/{ann}/erase"), json!({ "confirm": ann })).await;
        assert!(erased.status < 300, "{erased:?}");
        assert_eq!(fetch().await.status, 200);
        assert_eq!(order_is_over(&acme, &id).await, "done");
        town.passes(SignedDuration::from_hours(24 * 3)).await;
        assert_eq!(fetch().await.status, 404, "it is over");
    }

    /// Who enters a workflow long after it was published gets its picture, too.
    async fn a_workflows_picture_is_there_for_as_long_as_the_workflow(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let (ann, ben) = (contact(&acme, ANN, "Ann Berg").await, contact(&acme, BEN, "Ben").await);
        let media = upload(&town, &acme, PNG.to_vec()).await;
        let shows = |media: &str| {
            json!({ "name": "Terrace", "steps": [
                { "id": "show", "send": { "text": BODY, "media": [media], "purpose": "service" } },
            ] })
        };
        let workflow = published(&acme, shows(&media)).await;
        enter(&acme, &workflow, &[&ann]).await;
        town.settle().await;
        assert_eq!(given(&town, ANN), [(1, 1)]);
        let url = town.sandbox.control().heard(0, 1)[0].media_urls[0].clone();
        let fetch = async || town.client.send(Method::GET, &url, Vec::new(), Bytes::new()).await;
        let erased = acme.post(&format!("/contacts/{ann}/erase"), json!({ "confirm": ann })).await;
        assert!(erased.status < 300, "{erased:?}");
        town.passes(SignedDuration::from_hours(24 * 35)).await;
        let fetched = fetch().await;
        assert_eq!((fetched.status, &fetched.raw.body[..]), (200, PNG), "it was sent to more than her");
        enter(&acme, &workflow, &[&ben]).await;
        town.settle().await;
        assert_eq!(given(&town, BEN), [(1, 1)]);

        let made = bolt.post("/workflows", json!({ "document": shows(&media) })).await.is(201).clone();
        let fault = &made["faults"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/steps/0/send/media"), &json!("not_found")), "{made}");
        let refused = bolt.post(&format!("/workflows/{}/publish", text(&made["id"])), json!({})).await;
        assert_eq!(refused.status, 422, "it is another's: {refused:?}");
    }

    async fn what_the_carrier_would_not_take_is_refused(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let media = upload(&town, &acme, PNG.to_vec()).await;
        let refused = async |desk: &Desk, media: &[&str]| {
            let refused = desk.post("/campaigns", campaign(desk, media)).await;
            assert_eq!(refused.status, 422, "{refused:?}");
            refused.bad_field().1.to_owned()
        };
        assert_eq!(refused(&acme, &["med_00000000000000000000000000000001"]).await, "not_found");
        assert_eq!(refused(&bolt, &[&media]).await, "not_found", "it is another's");
        let heavy = upload(&town, &acme, [PNG, &[0; 999_980]].concat()).await;
        assert_eq!(refused(&acme, &[&media, &heavy]).await, "too_large");
        let mut many = Vec::new();
        for _ in 0..11 {
            many.push(upload(&town, &acme, PNG.to_vec()).await);
        }
        assert_eq!(refused(&acme, &many.iter().map(String::as_str).collect::<Vec<_>>()).await, "too_many");
        // What came in from one person is not for many.
        town.sandbox.control().phone(ANN).text(&acme.number, "Look!", &[&town.sandbox.media_url("cake.png")]).unwrap();
        town.settle().await;
        let thread = text(&acme.conversation().await["id"]);
        let theirs = text(&acme.get(&format!("/conversations/{thread}/messages")).await.is(200)["data"][0]["media"][0]["id"]);
        assert_eq!(refused(&acme, &[&theirs]).await, "not_found");

        let name = json!({ "e164": "ACME", "carrier_account_id": acme.account });
        let name = text(&acme.post("/numbers", name).await.is(201)["id"]);
        let id = text(&acme.post("/campaigns", campaign(&acme, &[&media])).await.is(201)["id"]);
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "numbers": [name] })).await.is(200);
        for way in ["launch", "test"] {
            let asked = if way == "test" { json!({ "to": [COLLEAGUE] }) } else { json!({}) };
            let refused = acme.post(&format!("/campaigns/{id}/{way}"), asked).await;
            assert_eq!(refused.bad_field(), ("numbers[0]", "no_mms"));
            assert!(text(&refused.body["errors"][0]["message"]).starts_with("ACME is a name"), "{}", refused.body);
        }
        // Of a number the carrier says it.
        town.sandbox.control().set_mms(&acme.number, false).unwrap();
        let _ = acme.post(&format!("/numbers/{}/check", acme.number_id), json!({})).await.is(200);
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "numbers": [acme.number_id] })).await.is(200);
        let refused = acme.post(&format!("/campaigns/{id}/launch"), json!({})).await;
        assert_eq!(refused.bad_field(), ("numbers[0]", "no_mms"));
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "numbers": [name] })).await.is(200);
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "media": [] })).await.is(200);
        order(&acme, &id, "launch").await;
    }
}

async fn order_is_over(desk: &Desk, id: &str) -> String {
    text(&desk.get(&format!("/campaigns/{id}")).await.is(200)["state"])
}
