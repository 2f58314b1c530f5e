//! Two contacts who are one person: suggested, made one by people, and two again if they were not.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const HOME: &str = "+12125550199";

async fn contact(desk: &Desk, asked: Value) -> String {
    text(&desk.post("/contacts", asked).await.is(201)["id"])
}

async fn read(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/contacts/{id}")).await.is(200).clone()
}

async fn merge(desk: &Desk, kept: &str, from: &str) -> String {
    let merged = desk.post(&format!("/contacts/{kept}/merge"), json!({ "from": from })).await;
    text(&merged.is(201)["merge_id"])
}

async fn unmerge(desk: &Desk, kept: &str, merge: &str) -> Value {
    let undone = desk.post(&format!("/contacts/{kept}/unmerge"), json!({ "merge_id": merge })).await;
    undone.is(200).clone()
}

/// Whose the newest conversation is, and how many messages it has.
async fn newest(desk: &Desk) -> (String, usize) {
    let conversation = desk.conversation().await;
    let messages = desk.get(&format!("/conversations/{}/messages?limit=100", text(&conversation["id"]))).await;
    (text(&conversation["contact"]["id"]), messages.is(200)["data"].as_array().unwrap().len())
}

store::on_both_engines! {
    async fn two_become_one_and_two_again(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let fields = json!([
            { "key": "size", "label": "Size", "kind": { "type": "number" } },
            { "key": "pet", "label": "Pet", "kind": { "type": "text" } },
        ]);
        acme.fields(fields).await;
        // The other one is known for longer: what counts first must not change with it.
        let home = contact(&acme, json!({ "phone": HOME, "name": "Berg, Ann", "company": "Rye Ltd", "tags": ["home"] })).await;
        town.passes(SignedDuration::from_secs(1)).await;
        let ann = contact(&acme, json!({ "phone": ANN, "name": "Ann Berg", "tags": ["guests"] })).await;
        let _ = contact(&acme, json!({ "phone": "+12125550777", "name": "Cyd Other" })).await;
        let _ = acme.patch(&format!("/contacts/{ann}"), json!({ "fields": { "size": "38" } })).await.is(200);
        let theirs = json!({ "fields": { "size": "40", "pet": "cat" }, "note": "Rings twice" });
        let _ = acme.patch(&format!("/contacts/{home}"), theirs).await.is(200);
        let list = text(&acme.post("/lists", json!({ "name": "June" })).await.is(201)["id"]);
        let _ = acme.post(&format!("/lists/{list}/contacts"), json!({ "contact_ids": [home] })).await;
        town.texts(HOME, &acme, "Hello").await;
        let before = (read(&acme, &ann).await, read(&acme, &home).await);

        let suggested = acme.get(&format!("/contacts/{ann}/duplicates")).await.is(200)["data"].clone();
        assert_eq!((suggested.as_array().unwrap().len(), &suggested[0]["contact"]["id"]), (1, &json!(home)), "{suggested}");
        assert!(suggested[0]["signs"].to_string().contains("same_name"), "{suggested}");
        for (from, code) in [(ann.as_str(), "same"), ("con_01939f0a7c2e7d40a1b2c3d4e5f60718", "no_such_contact")] {
            let refused = acme.post(&format!("/contacts/{ann}/merge"), json!({ "from": from })).await;
            assert_eq!(refused.bad_field(), ("from", code));
        }
        let id = merge(&acme, &ann, &home).await;
        let one = read(&acme, &ann).await;
        assert_eq!((&one["name"], &one["company"], &one["note"]), (&json!("Ann Berg"), &json!("Rye Ltd"), &json!("Rings twice")));
        assert_eq!((&one["tags"], &one["fields"]), (&json!(["guests", "home"]), &json!({ "size": 38, "pet": "cat" })));
        assert_eq!((&one["phone"], one["addresses"].as_array().unwrap().len()), (&json!(ANN), 2), "its own stays primary");
        assert_eq!(acme.get(&format!("/contacts/{home}")).await.status, 404);
        let found = acme.get("/contacts?q=2125550199").await.is(200)["data"].clone();
        assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(ann)));
        assert_eq!(newest(&acme).await, (ann.clone(), 1));
        assert_eq!(acme.get(&format!("/lists/{list}")).await.is(200)["contacts"], 1);
        let history = acme.get(&format!("/contacts/{ann}/history")).await.is(200)["data"].to_string();
        assert!(history.contains(r#""from":"40","#) && history.contains("Berg, Ann"), "what it had otherwise: {history}");
        let merges = acme.get(&format!("/contacts/{ann}/merges")).await.is(200)["data"].clone();
        assert_eq!((&merges[0]["id"], &merges[0]["gone"]), (&json!(id), &json!(home)));

        // An opt-out goes on counting for its own address, wherever that is.
        town.texts(HOME, &acme, "STOP").await;
        let one = read(&acme, &ann).await;
        assert!(one["opted_out_at"].is_null() && one["addresses"][1]["opted_out_at"].is_string(), "{one}");
        let messages = newest(&acme).await.1;

        let undone = unmerge(&acme, &ann, &id).await;
        let without = |contact: &Value| {
            let mut contact = contact.clone();
            for part in ["addresses", "opted_out_at", "consent"] {
                contact.as_object_mut().unwrap().remove(part);
            }
            contact
        };
        assert_eq!(undone["contact"], before.0, "it is as it was");
        assert_eq!(without(&undone["restored"]), without(&before.1));
        assert!(undone["restored"]["opted_out_at"].is_string());
        assert_eq!(newest(&acme).await, (home.clone(), messages));
        assert_eq!(acme.get(&format!("/lists/{list}")).await.is(200)["contacts"], 1);
        let twice = acme.post(&format!("/contacts/{ann}/unmerge"), json!({ "merge_id": id })).await;
        assert_eq!(twice.status, 404);
    }

    async fn a_block_of_one_holds_for_both_until_somebody_decides(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, json!({ "phone": ANN, "name": "Ann" })).await;
        let home = contact(&acme, json!({ "phone": HOME, "name": "Ann" })).await;
        let _ = acme.patch(&format!("/contacts/{home}"), json!({ "blocked": true })).await.is(200);
        let id = merge(&acme, &ann, &home).await;
        assert_eq!(read(&acme, &ann).await["blocked"], true);
        let refused = acme.post("/conversations", json!({ "to": ANN, "body": "Hi" })).await;
        assert_eq!(refused.body["code"], "contact_blocked", "{}", refused.body);
        let undone = unmerge(&acme, &ann, &id).await;
        assert_eq!((&undone["contact"]["blocked"], &undone["restored"]["blocked"]), (&json!(false), &json!(true)));
        // What was made one with somebody is undone in its order.
        let bea = contact(&acme, json!({ "phone": "+12125550188", "name": "Bea" })).await;
        let first = merge(&acme, &ann, &home).await;
        let second = merge(&acme, &bea, &ann).await;
        let early = acme.post(&format!("/contacts/{ann}/unmerge"), json!({ "merge_id": first })).await;
        assert_eq!(early.problem(409), "merged_since");
        let _ = unmerge(&acme, &bea, &second).await;
        let _ = unmerge(&acme, &ann, &first).await;
        assert_eq!(read(&acme, &home).await["phone"], HOME);
    }

    async fn a_text_that_comes_while_two_become_one_is_taken_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", "We are open from 7 am to 6 pm.").await;
        let ann = contact(&acme, json!({ "phone": ANN, "name": "Ann" })).await;
        let home = contact(&acme, json!({ "phone": HOME, "name": "Ann" })).await;
        town.texts(HOME, &acme, "What are your opening hours?").await;
        town.passes(SignedDuration::from_secs(30)).await;
        let mut said = town.heard(HOME).len();
        assert_eq!(said, 1, "{:?}", town.heard(HOME));
        for round in 0..4 {
            town.text(HOME, &acme, &format!("What are your opening hours on day {round}?"));
            let id = merge(&acme, &ann, &home).await;
            town.text(HOME, &acme, &format!("And on the day after {round}?"));
            let _ = unmerge(&acme, &ann, &id).await;
            town.passes(SignedDuration::from_secs(40)).await;
            let now = town.heard(HOME).len();
            assert!(now <= said + 2, "nothing is answered twice: {:?}", town.heard(HOME));
            said = now;
        }
        let conversations = acme.get("/conversations").await.is(200)["data"].as_array().unwrap().clone();
        let closed = acme.get("/conversations?status=closed").await.is(200)["data"].as_array().unwrap().len();
        assert_eq!((conversations.len(), closed, &conversations[0]["contact"]["id"]), (1, 0, &json!(home)));
        let path = format!("/conversations/{}/messages?limit=100", text(&conversations[0]["id"]));
        let messages = acme.get(&path).await.is(200)["data"].as_array().unwrap().clone();
        let came = messages.iter().filter(|one| one["direction"] == "in").count();
        assert_eq!(came, 1 + 2 * 4, "nothing is lost, and nothing is there twice");
        let heard = town.heard(ANN);
        assert!(heard.is_empty(), "{heard:?}");
    }
}
