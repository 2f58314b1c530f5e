//! What begins workflows without anybody's order: changes of contacts, texts that fail, links, segments, days, silence.

use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

use crate::enrolments::published;

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const CYD: &str = "+13105550125";
const DEE: &str = "+12125550126";
const IPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";

async fn contact(desk: &Desk, phone: &str, more: Value) -> String {
    let mut new = json!({ "phone": phone });
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(&desk.post("/contacts", new).await.is(201)["id"])
}

async fn change(desk: &Desk, contact: &str, change: Value) {
    let _ = desk.patch(&format!("/contacts/{contact}"), change).await.is(200);
}

/// It says one thing to whoever enters.
fn says(body: &str, again: Value, triggers: Value) -> Value {
    let step = json!({ "id": "say", "send": { "text": body, "purpose": "service" } });
    json!({ "name": body, "triggers": triggers, "entry": { "again": again }, "steps": [step] })
}

/// What brought people into a workflow, the latest first.
async fn sources(desk: &Desk, workflow: &str) -> Vec<String> {
    let all = desk.get(&format!("/enrolments?workflow_id={workflow}")).await.is(200).clone();
    all["data"].as_array().unwrap().iter().map(|one| text(&one["source"])).collect()
}

async fn refused(desk: &Desk, workflow: &str, why: &str) -> Value {
    desk.get(&format!("/workflows/{workflow}/funnel")).await.is(200)["refused"][why].clone()
}

store::on_both_engines! {
    async fn a_label_or_a_field_begins_a_workflow_however_it_came(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        acme.fields(json!([{ "key": "plan", "label": "Plan", "kind": { "type": "text" } }])).await;
        let got = published(&acme, says("You are one of us", json!("always"), json!([{ "tag_added": "VIP" }]))).await;
        let lost = published(&acme, says("Farewell", json!("always"), json!([{ "tag_removed": "vip" }]))).await;
        let plan = published(&acme, says("A new plan", json!("always"), json!([{ "field_changed": "plan" }]))).await;
        let ann = contact(&acme, ANN, json!({ "tags": ["other"] })).await;
        let theirs = contact(&bolt, ANN, json!({ "tags": ["vip"] })).await;
        change(&bolt, &theirs, json!({ "tags": [] })).await;
        town.settle().await;
        assert!(town.heard(ANN).is_empty(), "{:?}", town.heard(ANN));
        change(&acme, &ann, json!({ "tags": ["other", "vip"] })).await;
        town.settle().await;
        change(&acme, &ann, json!({ "tags": ["vip"], "name": "Ann" })).await;
        town.settle().await;
        assert_eq!(town.heard(ANN), ["You are one of us"], "once, when it came");
        change(&acme, &ann, json!({ "tags": [], "fields": { "plan": "gold" } })).await;
        town.settle().await;
        change(&acme, &ann, json!({ "fields": { "plan": "gold" } })).await;
        town.settle().await;
        let mut heard = town.heard(ANN);
        heard.sort();
        assert_eq!(heard, ["A new plan", "Farewell", "You are one of us"]);

        let ben = contact(&acme, BEN, json!({ "tags": ["vip"], "fields": { "plan": "blue" } })).await;
        town.settle().await;
        let mut heard = town.heard(BEN);
        heard.sort();
        assert_eq!(heard, ["A new plan", "You are one of us"], "whoever is new has it, too");

        let headers = vec![("authorization", format!("Bearer {}", acme.key))];
        let file = Bytes::from(format!("phone,tags,plan,ok\r\n{DEE},vip,red,yes\r\n{BEN},,blue,yes\r\n"));
        let sent = town.client.send(Method::POST, "/api/v1/contacts/imports?file_name=x.csv", headers, file).await;
        let import = text(&sent.is(201)["id"]);
        let map = json!({ "mapping": ["phone", "tags", "field:plan", "opted_in"], "mode": "overwrite" });
        let _ = acme.patch(&format!("/contacts/imports/{import}"), map).await.is(200);
        let _ = acme.post(&format!("/contacts/imports/{import}/start"), json!({})).await.is(202);
        town.settle().await;
        let mut heard = town.heard(DEE);
        heard.sort();
        assert_eq!(heard, ["A new plan", "You are one of us"]);
        assert_eq!(town.heard(BEN).len(), 2, "nothing of theirs was changed");
        assert_eq!(sources(&acme, &got).await, ["tag_added"; 3]);
        assert_eq!(sources(&acme, &lost).await, ["tag_removed"]);
        assert_eq!(sources(&acme, &plan).await, ["field_changed"; 3]);
        let _ = acme.post(&format!("/workflows/{got}/pause"), json!({})).await.is(200);
        change(&acme, &ben, json!({ "tags": [] })).await;
        change(&acme, &ben, json!({ "tags": ["vip"] })).await;
        town.settle().await;
        assert_eq!(town.heard(BEN).len(), 3, "one that is paused lets nobody in: {:?}", town.heard(BEN));
    }

    async fn workflows_that_begin_one_another_come_to_an_end(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let swap = |from: &str, to: &str| json!({
            "name": from, "triggers": [{ "tag_added": from }], "entry": { "again": "always" },
            "steps": [{ "id": "swap", "update_contact": { "remove_tags": [from], "add_tags": [to] } }],
        });
        let ping = published(&acme, swap("ping", "pong")).await;
        let pong = published(&acme, swap("pong", "ping")).await;
        let own = json!({
            "name": "Own", "triggers": [{ "field_changed": "n" }], "entry": { "again": "always" },
            "steps": [{ "id": "set", "update_contact": { "set": { "n": "2" } } }],
        });
        acme.fields(json!([{ "key": "n", "label": "N", "kind": { "type": "number" } }])).await;
        let own = published(&acme, own).await;
        let ann = contact(&acme, ANN, json!({})).await;
        change(&acme, &ann, json!({ "tags": ["ping"], "fields": { "n": 1 } })).await;
        town.settle().await;
        assert_eq!(sources(&acme, &own).await.len(), 1, "what it changes itself does not begin it");
        assert_eq!((sources(&acme, &ping).await.len(), sources(&acme, &pong).await.len()), (20, 20));
        assert_eq!(refused(&acme, &ping, "too_often").await, 1);
        town.passes(SignedDuration::from_hours(25)).await;
        change(&acme, &ann, json!({ "tags": [] })).await;
        change(&acme, &ann, json!({ "tags": ["ping"] })).await;
        town.settle().await;
        assert!(sources(&acme, &ping).await.len() > 20, "another day");
    }

    async fn a_conversation_that_is_closed_begins_a_workflow(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let workflow = published(&acme, says("How was it?", json!("always"), json!(["conversation_resolved"]))).await;
        town.texts(ANN, &acme, "Hello").await;
        let id = text(&acme.conversation().await["id"]);
        let _ = acme.patch(&format!("/conversations/{id}"), json!({ "status": "closed" })).await.is(200);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["How was it?"]);
        assert_eq!(sources(&acme, &workflow).await, ["conversation_resolved"]);
    }

    async fn a_text_that_fails_begins_a_workflow_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let tag = json!({
            "name": "Mend", "triggers": ["delivery_failed"], "entry": { "again": "always" },
            "steps": [
                { "id": "tag", "update_contact": { "add_tags": ["unreached"] } },
                { "id": "try", "send": { "text": "Did you get it?", "purpose": "service" } },
            ],
        });
        let workflow = published(&acme, tag).await;
        let rule = json!({ "outcomes": [{ "to": ANN, "outcome": "delivery_failed", "code": "40008" }] });
        town.faults(serde_json::from_value(rule).unwrap());
        let _ = acme.starts(ANN, "Your table is ready").await;
        let _ = acme.starts(BEN, "Your table is ready").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(sources(&acme, &workflow).await, ["delivery_failed"], "its own text that fails does not begin it");
        let campaign = json!({
            "name": "June", "body": "Acme: come! Reply STOP to opt out.", "numbers": [acme.number_id],
            "audience": { "phones": [ANN, BEN] },
        });
        let campaign = text(&acme.post("/campaigns", campaign).await.is(201)["id"]);
        let _ = acme.post(&format!("/campaigns/{campaign}/launch"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(sources(&acme, &workflow).await, ["delivery_failed"; 2], "a campaign's text counts as well");
        let all = acme.get("/contacts").await.is(200)["data"].as_array().unwrap().clone();
        let tagged: Vec<_> = all.iter().filter(|one| one["tags"] == json!(["unreached"])).map(|one| text(&one["phone"])).collect();
        assert_eq!(tagged, [ANN]);
    }

    async fn a_person_who_follows_a_link_begins_a_workflow(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let body = "Acme: the terrace is open! https://shop.example/summer/sale?from=text&of=june Reply STOP to opt out.";
        let campaign = json!({
            "name": "June", "body": body, "numbers": [acme.number_id], "audience": { "phones": [ANN, BEN] }, "links": "short",
        });
        let campaign = text(&acme.post("/campaigns", campaign).await.is(201)["id"]);
        let other = json!({ "name": "May", "body": body, "numbers": [acme.number_id], "audience": { "phones": [ANN] } });
        let other = text(&acme.post("/campaigns", other).await.is(201)["id"]);
        let this = published(&acme, says("Come", json!("never"), json!([{ "link_clicked": { "campaign": campaign } }]))).await;
        let that = published(&acme, says("Go", json!("never"), json!([{ "link_clicked": { "campaign": other } }]))).await;
        let _ = acme.post(&format!("/campaigns/{campaign}/launch"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(3)).await;
        for (phone, agent) in [(ANN, IPHONE), (BEN, "curl/8.9")] {
            let heard = town.heard(phone);
            let link = heard[0].split_whitespace().find(|word| word.starts_with("http")).unwrap();
            let path = link.strip_prefix(town.client.base()).unwrap();
            let _ = town.client.send(Method::GET, path, vec![("user-agent", agent.to_owned())], Bytes::new()).await;
        }
        for _ in 0..50 {
            town.passes(SignedDuration::from_secs(20)).await;
            if !sources(&acme, &this).await.is_empty() {
                break;
            }
        }
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(sources(&acme, &this).await, ["link_clicked"]);
        assert!(sources(&acme, &that).await.is_empty(), "it is another campaign's");
        assert_eq!((town.heard(ANN).last().map(String::as_str), town.heard(BEN).len()), (Some("Come"), 1), "no machine begins it");
    }

    async fn whoever_comes_into_a_segment_enters_and_whoever_was_in_it_does_not(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let vip = json!({ "name": "VIP", "text": "tag = \"vip\"" });
        let vip = text(&acme.post("/segments", vip).await.is(201)["id"]);
        let ann = contact(&acme, ANN, json!({ "tags": ["vip"] })).await;
        let ben = contact(&acme, BEN, json!({})).await;
        let workflow = published(&acme, says("Welcome", json!("always"), json!([{ "segment_entered": vip }]))).await;
        town.passes(SignedDuration::from_mins(2)).await;
        assert!(town.heard(ANN).is_empty(), "who was in it did not come into it");
        change(&acme, &ben, json!({ "tags": ["vip"] })).await;
        town.passes(SignedDuration::from_mins(2)).await;
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!((town.heard(ANN).len(), town.heard(BEN)), (0, vec!["Welcome".to_owned()]));
        change(&acme, &ann, json!({ "tags": [] })).await;
        town.passes(SignedDuration::from_mins(2)).await;
        change(&acme, &ann, json!({ "tags": ["vip"] })).await;
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(town.heard(ANN), ["Welcome"], "who left it can come again");
        assert_eq!(sources(&acme, &workflow).await, ["segment_entered"; 2]);
        let _ = acme.post(&format!("/workflows/{workflow}/pause"), json!({})).await.is(200);
        let _ = contact(&acme, CYD, json!({ "tags": ["vip"] })).await;
        town.passes(SignedDuration::from_mins(2)).await;
        let _ = acme.post(&format!("/workflows/{workflow}/resume"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(2)).await;
        assert!(town.heard(CYD).is_empty(), "who came while it was paused does not enter");
    }

    /// Ann lives in New York, Cyd in Los Angeles: ten o'clock is not the same for both.
    async fn a_day_begins_a_workflow_at_its_hour_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        acme.fields(json!([{ "key": "born", "label": "Born", "kind": { "type": "date" } }])).await;
        let trigger = json!([{ "date": { "field": "born", "time": "10:00", "yearly": true } }]);
        let workflow = published(&acme, says("Happy birthday", json!("always"), trigger)).await;
        let _ = contact(&acme, ANN, json!({ "fields": { "born": "1990-03-02" } })).await;
        let _ = contact(&acme, BEN, json!({ "fields": { "born": "1990-03-03" } })).await;
        let _ = contact(&acme, CYD, json!({ "fields": { "born": "1988-03-02" } })).await;
        town.passes(SignedDuration::from_mins(59)).await;
        assert_eq!([ANN, BEN, CYD].map(|phone| town.heard(phone).len()), [0, 0, 0], "it is a minute to ten");
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!([ANN, BEN, CYD].map(|phone| town.heard(phone).len()), [1, 0, 0]);
        town.passes(SignedDuration::from_mins(180)).await;
        assert_eq!([ANN, BEN, CYD].map(|phone| town.heard(phone).len()), [1, 0, 1]);
        town.passes(SignedDuration::from_hours(22)).await;
        assert_eq!([ANN, BEN, CYD].map(|phone| town.heard(phone).len()), [1, 1, 1], "each once");
        assert_eq!(sources(&acme, &workflow).await, ["date"; 3]);
    }

    async fn silence_begins_a_workflow_once_for_each_text(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let workflow = published(&acme, says("Still there?", json!("always"), json!([{ "no_reply": "2h" }]))).await;
        let _ = acme.starts(ANN, "When may we come?").await;
        let _ = acme.starts(BEN, "When may we come?").await;
        town.passes(SignedDuration::from_mins(30)).await;
        town.texts(BEN, &acme, "At noon").await;
        town.passes(SignedDuration::from_mins(60)).await;
        assert_eq!(town.heard(ANN).len(), 1, "it is too early");
        for _ in 0..4 {
            town.passes(SignedDuration::from_mins(45)).await;
        }
        assert_eq!((town.heard(ANN).last().map(String::as_str), town.heard(BEN).len()), (Some("Still there?"), 1));
        for _ in 0..4 {
            town.passes(SignedDuration::from_mins(45)).await;
        }
        assert_eq!(town.heard(ANN).len(), 2, "its own text is none to be answered");
        assert_eq!(sources(&acme, &workflow).await, ["no_reply"]);
    }
}
