//! Lists that somebody keeps, segments that keep themselves, and a campaign to both.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const BEN: &str = "+14155550124";
const CAM: &str = "+4741234567";
const DAN: &str = "+14155550126";

async fn contact(desk: &Desk, phone: &str, name: &str, fields: Value) -> String {
    let made = desk.post("/contacts", json!({ "phone": phone, "name": name })).await;
    let id = text(&made.is(201)["id"]);
    let _ = desk.patch(&format!("/contacts/{id}"), json!({ "fields": fields })).await.is(200);
    id
}

/// Ann and Ben are of Århus, Cam is of Oslo, of Dan nothing is known.
async fn people(desk: &Desk) -> [String; 4] {
    let fields = json!([
        { "key": "city", "label": "City", "type": "text" },
        { "key": "age", "label": "Age", "type": "number" },
        { "key": "visit", "label": "Last visit", "type": "date" },
    ]);
    let fields = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|field| json!({ "key": field["key"], "label": field["label"], "kind": { "type": field["type"] } }));
    desk.fields(fields.collect()).await;
    [
        contact(desk, ANN, "Ann", json!({ "city": "Århus", "age": "18.5", "visit": "2026-03-01" })).await,
        contact(desk, BEN, "Ben", json!({ "city": "ÅRHUS", "age": "17" })).await,
        contact(desk, CAM, "Cam", json!({ "city": "Oslo", "age": "40", "visit": "2025-01-01" })).await,
        contact(desk, DAN, "Dan", json!({})).await,
    ]
}

async fn segment(desk: &Desk, name: &str, said: &str) -> String {
    text(&desk.post("/segments", json!({ "name": name, "text": said })).await.is(201)["id"])
}

fn names(listed: &Value) -> Vec<String> {
    let mut names: Vec<String> = listed.as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
    names.sort();
    names
}

async fn meant(desk: &Desk, said: &str) -> Vec<String> {
    let preview = desk.post("/segments/preview", json!({ "text": said })).await.is(200).clone();
    assert_eq!(preview["faults"], json!([]), "{said}");
    let names = names(&preview["sample"]);
    assert_eq!(preview["count"], names.len(), "{said}");
    names
}

store::on_both_engines! {
    async fn a_condition_is_tried_before_it_is_used(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        people(&acme).await;
        town.texts(BEN, &acme, "Hi").await;
        for (said, expected) in [
            (r#"city = "århus""#, vec!["Ann", "Ben"]),
            (r#"city != "århus""#, vec!["Cam", "Dan"]),
            (r#"city is set and not city = "århus""#, vec!["Cam"]),
            ("age >= 18", vec!["Ann", "Cam"]),
            (r#"city = "århus" and age >= 18 or age is missing"#, vec!["Ann", "Dan"]),
            ("visit within last 30 days", vec!["Ann"]),
            ("last_inbound_at within last 1 day", vec!["Ben"]),
            ("last_inbound_at is missing", vec!["Ann", "Cam", "Dan"]),
            (r#"phone starts with "+47""#, vec!["Cam"]),
            ("last_outbound_at is set", vec![]),
        ] {
            assert_eq!(meant(&acme, said).await, expected, "{said}");
        }
        let wrong = acme.post("/segments/preview", json!({ "text": "age > 18 and ciy = \"Oslo\"" })).await;
        assert_eq!(wrong.is(200)["count"], Value::Null);
        assert_eq!(wrong.body["faults"], json!([{
            "path": "all[1].field", "at": 14, "length": 3, "code": "no_such_field",
            "explanation": "Nothing is called ciy.", "mend": "Do you mean city?",
        }]));
        for (body, field, code) in [
            (json!({ "name": "A" }), "condition", "missing"),
            (json!({ "text": "age > 18" }), "name", "missing"),
            (json!({ "name": "A", "text": "age > 18 and" }), "text", "unexpected"),
            (json!({ "name": "A", "text": "list = \"Nobody\"" }), "text", "no_such_list"),
            (json!({ "name": "A", "text": "age > 18", "condition": {} }), "text", "said_twice"),
            (json!({ "name": "A", "condition": { "all": [{ "field": "age", "op": "gt", "value": "x" }] } }), "condition.all[0].value", "wrong_value"),
            (json!({ "name": "A", "condition": { "field": "age", "op": "bigger", "value": 1 } }), "condition.op", "no_such_operator"),
        ] {
            let refused = acme.post("/segments", body.clone()).await;
            let error = &refused.is(422)["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
        }
        let reader = acme.key_for(&["contacts:read"]).await;
        assert_eq!(meant(&reader, "age >= 18").await, ["Ann", "Cam"]);
        let _ = reader.post("/segments", json!({ "name": "A", "text": "age > 18" })).await.is(403);
        let _ = reader.post("/lists", json!({ "name": "A" })).await.is(403);
    }

    async fn a_segment_says_who_is_in_it_and_why(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let [ann, ben, ..] = people(&acme).await;
        let made = acme.post("/segments", json!({ "name": "Grown up", "text": "AGE >= 18 And city = \"Århus\"" })).await;
        let id = text(&made.is(201)["id"]);
        assert_eq!(made.body["text"], "age >= 18 and city = \"Århus\"");
        assert_eq!(made.body["condition"], json!({ "all": [
            { "field": "fields.age", "op": "ge", "value": 18 }, { "field": "fields.city", "op": "eq", "value": "Århus" },
        ] }));
        let again = acme.post("/segments", json!({ "name": "GROWN UP", "text": "age > 1" })).await;
        assert_eq!((again.problem(409), again.bad_field()), ("name_taken", ("name", "name_taken")));
        let members = acme.get(&format!("/segments/{id}/contacts")).await;
        assert_eq!(names(&members.is(200)["data"]), ["Ann"]);
        let why = acme.get(&format!("/segments/{id}/contacts/{ben}/why")).await.is(200).clone();
        assert_eq!(why["holds"], false);
        assert_eq!(why["why"]["parts"], json!([
            { "holds": false, "says": "age >= 18", "known": "17", "parts": [] },
            { "holds": true, "says": "city = \"Århus\"", "known": "ÅRHUS", "parts": [] },
        ]));
        // It is live: nobody has to put anybody in.
        let _ = acme.patch(&format!("/contacts/{ben}"), json!({ "fields": { "age": "18" } })).await.is(200);
        let members = acme.get(&format!("/segments/{id}/contacts?limit=1")).await;
        assert_eq!(names(&members.is(200)["data"]), ["Ben"], "the newest first");
        let next = text(&members.body["next_cursor"]);
        let members = acme.get(&format!("/segments/{id}/contacts?limit=1&cursor={next}")).await;
        assert_eq!((names(&members.is(200)["data"]), &members.body["next_cursor"]), (vec!["Ann".into()], &Value::Null));
        let changed = json!({ "name": "Minors", "condition": { "field": "age", "op": "lt", "value": 18 } });
        let changed = acme.patch(&format!("/segments/{id}"), changed).await;
        assert_eq!((&changed.is(200)["text"], &changed.body["name"]), (&json!("age < 18"), &json!("Minors")));
        assert_eq!(acme.get(&format!("/segments/{id}/contacts/{ann}/why")).await.is(200)["holds"], false);
        // A field that is gone breaks it, and it says so.
        let _ = acme.patch("/contact-fields/age", json!({ "archived": true })).await.is(200);
        let broken = acme.get(&format!("/segments/{id}")).await.is(200).clone();
        assert_eq!((&broken["faults"][0]["code"], &broken["text"]), (&json!("no_such_field"), &json!("age < 18")));
        assert_eq!(acme.get(&format!("/segments/{id}/contacts")).await.is(409)["code"], "broken_segment");
        let _ = acme.delete(&format!("/segments/{id}")).await.is(204);
        let _ = acme.get(&format!("/segments/{id}")).await.is(404);
    }

    async fn a_campaign_goes_to_a_segment_and_leaves_a_list_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let [_, ben, cam, _] = people(&acme).await;
        let list = text(&acme.post("/lists", json!({ "name": "Not now" })).await.is(201)["id"]);
        let friends = text(&acme.post("/lists", json!({ "name": "Friends" })).await.is(201)["id"]);
        let _ = acme.post(&format!("/lists/{list}/contacts"), json!({ "contact_ids": [ben] })).await.is(200);
        let _ = acme.post(&format!("/lists/{friends}/contacts"), json!({ "contact_ids": [cam] })).await.is(200);
        let grown = segment(&acme, "Of Århus", r#"city = "århus""#).await;
        let number = text(&acme.get("/numbers").await.is(200)["data"][0]["id"]);
        let audience = json!({ "segments": [grown], "lists": [friends], "without_lists": [list] });
        let june = json!({ "name": "June", "body": "Hi {first_name}", "numbers": [number], "audience": audience });
        let june = text(&acme.post("/campaigns", june).await.is(201)["id"]);
        for (path, code) in [(format!("/segments/{grown}"), "in_use"), (format!("/lists/{list}"), "in_use")] {
            let refused = acme.delete(&path).await.is(409).clone();
            assert_eq!(refused["code"], code);
            assert!(text(&refused["detail"]).contains("June"), "{refused}");
        }
        let wrong = json!({ "audience": { "segments": [list.replace("lst_", "seg_")] } });
        let refused = acme.patch(&format!("/campaigns/{june}"), wrong).await;
        assert_eq!(refused.is(422)["errors"][0]["field"], "audience.segments[0]");
        let _ = acme.post(&format!("/campaigns/{june}/launch"), json!({})).await.is(200);
        // It is morning for all of them by then.
        town.passes(SignedDuration::from_hours(4)).await;
        let heard: Vec<usize> = [ANN, BEN, CAM, DAN].map(|phone| town.heard(phone).len()).into();
        assert_eq!(heard, [1, 0, 1, 0]);
        assert_eq!(acme.get(&format!("/campaigns/{june}")).await.is(200)["total"], 2);
        // Who got it is settled; what it used may go.
        let _ = acme.delete(&format!("/segments/{grown}")).await.is(204);
        town.texts(ANN, &acme, "See you!").await;
        assert_eq!(meant(&acme, "got campaign \"June\"").await, ["Ann", "Cam"]);
        assert_eq!(meant(&acme, "replied to campaign \"june\" within 1 day").await, ["Ann"]);
    }

    async fn a_list_is_filled_by_ids_and_by_numbers(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let [ann, ben, cam, _] = people(&acme).await;
        let list = text(&acme.post("/lists", json!({ "name": "Guests" })).await.is(201)["id"]);
        let stranger = "con_00000000000000000000000000000001";
        let some = json!({ "contact_ids": [ann, ben, ann, stranger], "phones": ["(415) 555-0124", "+47 412 34 567", "+14155550199"] });
        let put = acme.post(&format!("/lists/{list}/contacts"), some.clone()).await;
        assert_eq!(put.is(200)["changed"], 3);
        assert_eq!(put.body["unknown"], json!([stranger, "+14155550199"]));
        assert_eq!(put.body["list"]["contacts"], 3);
        assert_eq!(acme.post(&format!("/lists/{list}/contacts"), some).await.is(200)["changed"], 0);
        assert_eq!(meant(&acme, "list = \"guests\"").await, ["Ann", "Ben", "Cam"]);
        let off = acme.post(&format!("/lists/{list}/contacts/remove"), json!({ "phones": [ANN], "contact_ids": [cam] })).await;
        assert_eq!((&off.is(200)["changed"], &off.body["list"]["contacts"]), (&json!(2), &json!(1)));
        let members = acme.get(&format!("/lists/{list}/contacts")).await;
        assert_eq!(names(&members.is(200)["data"]), ["Ben"]);
        for (body, field) in [(json!({ "contact_ids": ["x"] }), "contact_ids[0]"), (json!({ "phones": ["12"] }), "phones[0]")] {
            let refused = acme.post(&format!("/lists/{list}/contacts"), body).await;
            assert_eq!(refused.is(422)["errors"][0]["field"], field);
        }
        let looks = segment(&acme, "Guests of ours", "list = \"Guests\"").await;
        let _ = acme.patch(&format!("/lists/{list}"), json!({ "name": "Regulars" })).await.is(200);
        assert_eq!(acme.get(&format!("/segments/{looks}")).await.is(200)["text"], "list = \"Regulars\"");
        assert!(text(&acme.delete(&format!("/lists/{list}")).await.is(409)["detail"]).contains("Guests of ours"));
        let _ = acme.delete(&format!("/segments/{looks}")).await.is(204);
        let _ = acme.delete(&format!("/lists/{list}")).await.is(204);
        let _ = acme.get(&format!("/contacts/{ben}")).await.is(200);
        let log = acme.get("/events/log?limit=100").await.is(200)["data"].to_string();
        assert!(log.contains("list.updated") && log.contains("segment.updated"), "{log}");
    }
}
