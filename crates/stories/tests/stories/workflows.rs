//! Workflows are written, checked, published and played over HTTP; nobody enters one here.

use bytes::Bytes;
use providers::http::Method;
use serde_json::{Value, json};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const NONE: &str = "wfl_00000000000000000000000000000001";

/// Says something, and ends.
fn says(name: &str, body: &str) -> Value {
    json!({ "name": name, "steps": [{ "id": "hello", "send": { "text": body, "purpose": "service" } }] })
}

async fn made(desk: &Desk, document: &Value) -> Value {
    desk.post("/workflows", json!({ "document": document })).await.is(201).clone()
}

async fn order(desk: &Desk, id: &str, order: &str) -> Answer {
    desk.post(&format!("/workflows/{id}/{order}"), json!({})).await
}

async fn save(desk: &Desk, id: &str, document: &Value, revision: i64) -> Answer {
    desk.put(&format!("/workflows/{id}/draft"), json!({ "document": document, "revision": revision })).await
}

/// A file, as it is.
async fn import(town: &Town, desk: &Desk, kind: &str, file: &str) -> Answer {
    let headers = vec![("authorization", format!("Bearer {}", desk.key)), ("content-type", kind.to_owned())];
    let file = Bytes::from(file.to_owned());
    town.client.send(Method::POST, "/api/v1/workflows/import", headers, file).await
}

async fn export(desk: &Desk, id: &str, query: &str) -> String {
    let file = desk.get(&format!("/workflows/{id}/export{query}")).await;
    let _ = file.is(200);
    String::from_utf8(file.raw.body.to_vec()).unwrap()
}

/// Each fault as `pointer code`.
fn faults(body: &Value) -> Vec<String> {
    let all = body["faults"].as_array().unwrap_or_else(|| panic!("no faults in {body}"));
    let told = |fault: &Value| {
        assert!(text(&fault["message"]).len() > 3 && fault["mend"].is_string(), "{fault}");
        format!("{} {}", text(&fault["pointer"]), text(&fault["code"]))
    };
    all.iter().map(told).collect()
}

/// What was seen of a play, without what happens between the texts.
fn texts(played: &Value) -> Vec<String> {
    let seen = played["seen"].as_array().unwrap().iter().filter(|seen| seen["what"] != "happens");
    seen.map(|seen| format!("{}: {}", if seen["what"] == "we_say" { "we" } else { "they" }, text(&seen["text"])))
        .collect()
}

store::on_both_engines! {
    async fn from_the_gallery_to_the_version_that_people_enter(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let gallery = acme.get("/workflow-gallery").await.is(200)["data"].clone();
        assert_eq!(gallery.as_array().unwrap().len(), 10);
        for one in gallery.as_array().unwrap() {
            let made = acme.post("/workflows", json!({ "gallery": one["name"] })).await.is(201).clone();
            assert_eq!((&made["document"], &made["faults"]), (&one["document"], &json!([])), "{}", one["name"]);
            let version = order(&acme, &text(&made["id"]), "publish").await;
            assert_eq!((&version.is(200)["state"], &version.body["live_version"]), (&json!("active"), &json!(1)));
        }
        let named = acme.post("/workflows", json!({ "gallery": "survey", "name": "After a visit" })).await.is(201).clone();
        let id = text(&named["id"]);
        assert_eq!((&named["name"], &named["state"], &named["revision"]), (&json!("After a visit"), &json!("draft"), &json!(1)));
        assert_eq!((&named["live_version"], &named["unpublished"]), (&json!(null), &json!(true)));
        let published = acme.post(&format!("/workflows/{id}/publish"), json!({ "note": "The first", "revision": 1 })).await;
        assert_eq!((&published.is(200)["unpublished"], &published.body["live_version"]), (&json!(false), &json!(1)));
        let again = order(&acme, &id, "publish").await;
        assert_eq!(again.is(200)["live_version"], 1, "nothing is new in it");
        let versions = acme.get(&format!("/workflows/{id}/versions")).await.is(200)["data"].clone();
        assert_eq!((versions.as_array().unwrap().len(), &versions[0]["note"]), (1, &json!("The first")));
        let first = acme.get(&format!("/workflows/{id}/versions/1")).await;
        assert_eq!((&first.is(200)["document"], &first.body["is_live"]), (&named["document"], &json!(true)));
        let found = async |query: &str| -> Vec<String> {
            let page = acme.get(&format!("/workflows?{query}")).await;
            page.is(200)["data"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect()
        };
        assert_eq!(found("q=AFTER%20A").await, ["After a visit"]);
        assert_eq!((found("").await.len(), found("state=draft").await.len(), found("limit=3").await.len()), (11, 0, 3));
        assert_eq!(acme.get("/workflows?state=gone").await.bad_field(), ("state", "not_allowed"));
        let log = acme.get("/events/log?limit=100").await.is(200)["data"].clone();
        let told = log.as_array().unwrap().iter().rfind(|line| line["data"]["workflow"]["id"] == json!(id)).unwrap();
        assert_eq!((&told["type"], &told["data"]["workflow"]["live_version"]), (&json!("workflow.updated"), &json!(1)), "{told}");
        let schema = acme.get("/workflow-schema").await;
        assert!(schema.is(200)["$defs"]["step"].is_object());
    }

    async fn what_was_published_stays_as_it_was(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = text(&made(&acme, &says("One", "Hi")).await["id"]);
        let _ = order(&acme, &id, "publish").await.is(200);
        let saved = save(&acme, &id, &says("Two", "Ho"), 1).await;
        assert_eq!((&saved.is(200)["name"], &saved.body["revision"], &saved.body["unpublished"]), (&json!("Two"), &json!(2), &json!(true)));
        let version = async |number: i64| acme.get(&format!("/workflows/{id}/versions/{number}")).await;
        assert_eq!(version(1).await.is(200)["document"], says("One", "Hi"));
        // Who has not seen that change does not write over it, and publishes nothing unseen.
        let stale = save(&acme, &id, &says("Three", "Hey"), 1).await;
        assert_eq!((stale.problem(409), stale.bad_field()), ("changed_meanwhile", ("revision", "changed_meanwhile")));
        let stale = acme.post(&format!("/workflows/{id}/publish"), json!({ "revision": 1 })).await;
        assert_eq!(stale.problem(409), "changed_meanwhile");
        let _ = version(2).await.is(404);
        let _ = acme.post(&format!("/workflows/{id}/publish"), json!({ "revision": 2 })).await.is(200);
        assert_eq!(version(2).await.is(200)["document"], says("Two", "Ho"));
        assert_eq!((&version(1).await.body["is_live"], &version(2).await.body["is_live"]), (&json!(false), &json!(true)));
        let mut more = says("Two", "Ho");
        more["steps"].as_array_mut().unwrap().push(json!({ "id": "bye", "end": "done" }));
        let _ = save(&acme, &id, &more, 2).await.is(200);
        let _ = order(&acme, &id, "publish").await.is(200);
        let diff = async |path: &str| acme.get(&format!("/workflows/{id}/versions/{path}")).await.is(200).clone();
        assert_eq!(diff("2/diff").await, json!({
            "from": 1, "to": 2, "only_texts_differ": true, "differences": [
                { "step": null, "change": "changed", "places": ["/name"] },
                { "step": "hello", "change": "changed", "places": ["/send/text"] },
            ],
        }));
        let added = json!([{ "step": "bye", "change": "added", "places": [] }]);
        assert_eq!(diff("3/diff").await["differences"], added);
        assert_eq!(diff("2/diff?against=3").await["differences"][0]["change"], "removed");
        assert_eq!(diff("1/diff").await["from"], 0);
        let none = acme.get(&format!("/workflows/{id}/versions/1/diff?against=9")).await;
        assert_eq!(none.bad_field(), ("against", "no_such_version"));
        let _ = acme.delete(&format!("/workflows/{id}")).await.is(409);
    }

    async fn it_is_paused_archived_copied_and_taken_away(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = text(&made(&acme, &says("One", "Hi")).await["id"]);
        for refused in ["pause", "resume", "restore"] {
            assert_eq!(order(&acme, &id, refused).await.problem(409), "not_now", "{refused}");
        }
        let _ = order(&acme, &id, "publish").await.is(200);
        let paused = order(&acme, &id, "pause").await.is(200).clone();
        assert!(paused["state"] == "paused" && paused["paused_at"].is_string(), "{paused}");
        let published = order(&acme, &id, "publish").await.is(200).clone();
        assert_eq!(published["state"], "paused", "a new version does not set it going");
        let resumed = order(&acme, &id, "resume").await.is(200).clone();
        assert_eq!((&resumed["state"], &resumed["paused_at"]), (&json!("active"), &json!(null)));
        assert_eq!(order(&acme, &id, "archive").await.is(200)["state"], "archived");
        assert_eq!(order(&acme, &id, "publish").await.problem(409), "not_now");
        assert_eq!(save(&acme, &id, &says("Two", "Ho"), 1).await.problem(409), "not_now");
        assert_eq!(acme.get("/workflows").await.is(200)["data"], json!([]));
        assert_eq!(acme.get("/workflows?state=archived").await.is(200)["data"][0]["id"], json!(id));
        let copy = order(&acme, &id, "duplicate").await.is(201).clone();
        assert_eq!((&copy["name"], &copy["state"], &copy["document"]["steps"]), (&json!("One (copy)"), &json!("draft"), &says("", "Hi")["steps"]));
        assert_eq!(order(&acme, &id, "restore").await.is(200)["state"], "paused", "nothing goes out before somebody says so");
        let copy = text(&copy["id"]);
        let _ = acme.delete(&format!("/workflows/{copy}")).await.is(204);
        let _ = acme.get(&format!("/workflows/{copy}")).await.is(404);
        let kept = acme.delete(&format!("/workflows/{id}")).await;
        assert_eq!(kept.problem(409), "in_use");
        // A key repeats no copy.
        let again = async || acme.call(Method::POST, &format!("/workflows/{id}/duplicate"), Some(json!({})), &[("idempotency-key", "k")]).await;
        assert_eq!(again().await.is(201)["id"], again().await.is(201)["id"]);
        let reader = acme.key_for(&["workflows:read"]).await;
        let _ = reader.get(&format!("/workflows/{id}")).await.is(200);
        for refused in ["pause", "publish", "duplicate"] {
            assert_eq!(order(&reader, &id, refused).await.problem(403), "forbidden");
        }
        assert_eq!(acme.key_for(&["campaigns:read"]).await.get("/workflows").await.problem(403), "forbidden");
    }

    async fn what_is_not_chosen_yet_is_kept_and_not_published(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let unfinished = json!({
            "name": "Unfinished",
            "triggers": [{ "segment_entered": "" }],
            "steps": [{ "id": "on", "enter": { "workflow": "" } }, { "id": "done", "end": "done" }],
        });
        let kept = made(&acme, &unfinished).await;
        let told = faults(&kept);
        assert_eq!(told, ["/steps/0/enter/workflow not_chosen", "/triggers/0/segment_entered not_chosen"]);
        assert_eq!(kept["document"], unfinished);
        let refused = order(&acme, &text(&kept["id"]), "publish").await;
        assert_eq!(refused.problem(422), "workflow_has_faults");
        let draft = json!({ "document": unfinished, "revision": kept["revision"] });
        let path = format!("/workflows/{}/draft", text(&kept["id"]));
        assert_eq!(faults(acme.put(&path, draft).await.is(200)), told);
    }

    async fn all_that_is_wrong_is_told_at_once_with_its_place(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        // It has the form of a workflow, and makes no sense: it is kept, and not published.
        let senseless = json!({
            "name": "Senseless",
            "triggers": [{ "keyword": { "words": ["JOIN"], "numbers": [bolt.number_id] } }, { "field_changed": "shoe_size" }],
            "steps": [
                { "id": "one", "send": { "text": "Hi {shoe_size}", "purpose": "service" } },
                { "id": "two", "filter": "first_nam = \"Ann\"" },
                { "id": "three", "go_to": "nowhere" },
                { "id": "one", "enter": { "workflow": NONE } },
                { "id": "round", "go_to": "round" },
            ],
        });
        let kept = made(&acme, &senseless).await;
        let told = faults(&kept);
        for expected in [
            "/triggers/0/keyword/numbers no_such_thing",
            "/triggers/1/field_changed no_such_field",
            "/steps/0/send/text no_such_field",
            "/steps/1/filter no_such_field",
            "/steps/2/go_to no_such_step",
            "/steps/3/id twice",
            "/steps/3/enter/workflow no_such_thing",
            "/steps/4 endless",
        ] {
            assert!(told.iter().any(|fault| fault == expected), "{expected} in {told:#?}");
        }
        let refused = order(&acme, &text(&kept["id"]), "publish").await;
        assert_eq!(refused.problem(422), "workflow_has_faults");
        assert_eq!(faults(&refused.body), told);
        let errors = refused.body["errors"].as_array().unwrap();
        assert!(errors.iter().any(|error| error["field"] == "document.triggers[0].keyword.numbers"), "{errors:?}");
        let step = refused.body["faults"].as_array().unwrap().iter().find(|fault| fault["pointer"] == "/steps/0/send/text").unwrap();
        assert_eq!(step["step"], "one");
        assert_eq!(acme.get(&format!("/workflows/{}", text(&kept["id"]))).await.is(200)["state"], "draft");
        let checked = acme.post("/workflows/check", json!({ "document": senseless })).await;
        assert_eq!(faults(checked.is(200)), told);
        assert_eq!((&checked.body["warnings"], &checked.body["at_most"]), (&json!([]), &json!(null)), "first the faults");

        // It has not the form of one.
        let shapeless = json!({
            "name": 5, "stesp": [], "triggers": ["sometimes"], "variables": [{ "key": "a", "type": "colour" }],
            "steps": [
                { "id": "one", "send": { "text": "Hi", "purpose": "service", "colour": "red" } },
                { "id": "two", "delay": { "for": "soon" } },
                { "id": "three" },
            ],
        });
        let checked = acme.post("/workflows/check", json!({ "document": shapeless })).await;
        let told = faults(checked.is(200));
        for expected in [
            "/stesp no_such_part", "/triggers/0 no_such_word", "/variables/0/type no_such_word",
            "/steps/0/send/colour no_such_part", "/steps/1/delay/for wrong_value", "/steps/2 wrong_value",
        ] {
            assert!(told.iter().any(|fault| fault == expected), "{expected} in {told:#?}");
        }
        let id = text(&made(&acme, &says("One", "Hi")).await["id"]);
        for refused in [
            acme.post("/workflows", json!({ "document": shapeless })).await,
            save(&acme, &id, &shapeless, 1).await,
            acme.post("/workflows/simulate", json!({ "document": shapeless })).await,
        ] {
            assert_eq!((refused.problem(422), faults(&refused.body)), ("invalid", told.clone()), "{}", refused.asked);
        }
        assert_eq!(acme.get(&format!("/workflows/{id}")).await.is(200)["revision"], 1, "nothing was kept");
        for (asked, field, code) in [
            (json!({}), "document", "one_of"),
            (json!({ "document": says("x", "y"), "gallery": "survey" }), "document", "one_of"),
            (json!({ "gallery": "surevy" }), "gallery", "no_such_workflow"),
            (json!({ "name": " " }), "name", "empty"),
            (json!({ "document": says("x", "y"), "colour": 1 }), "colour", "unknown_field"),
        ] {
            let refused = acme.post("/workflows", asked.clone()).await;
            assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", (field, code)), "{asked}");
        }
        // Long ones are refused before anybody reads them.
        let long = says("Long", &"a".repeat(5_000_000));
        assert_eq!(acme.post("/workflows", json!({ "document": long })).await.problem(413), "body_too_large");
        assert_eq!(import(&town, &acme, "application/json", &long.to_string()).await.problem(413), "body_too_large");
        assert_eq!(import(&town, &acme, "application/yaml", &"a: [".repeat(1_500_000)).await.problem(413), "body_too_large");
        let long = says("Long", &"a".repeat(300_000));
        let refused = acme.post("/workflows", json!({ "document": long })).await;
        assert_eq!((refused.problem(422), faults(&refused.body)), ("invalid", vec![" too_long".to_owned()]));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for kind in ["application/json", "application/yaml"] {
            let refused = import(&town, &acme, kind, &deep).await;
            assert_eq!(refused.problem(422), "invalid", "{kind}: {}", refused.body);
        }
    }

    async fn what_is_worth_a_second_look_is_told_and_refuses_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let sells = json!({ "name": "Sells", "steps": [
            { "id": "offer", "send": { "text": "Hi {name}, buy one, get two!", "purpose": "marketing" } },
        ] });
        let checked = acme.post("/workflows/check", json!({ "document": sells })).await.is(200).clone();
        let codes = |body: &Value| -> Vec<String> {
            let told = |one: &Value| format!("{} {}", text(&one["pointer"]), text(&one["code"]));
            body["warnings"].as_array().unwrap().iter().map(told).collect()
        };
        let told = codes(&checked);
        assert!(told.contains(&"/steps/0/send/text no_opt_out".to_owned()), "{checked}");
        assert_eq!((&checked["faults"], &checked["at_most"]), (&json!([]), &json!({ "texts": 1, "segments": 1 })));
        let said = checked["told"].as_array().unwrap().iter().find(|one| one["step"] == "offer").unwrap();
        assert!(text(&said["says"]).contains("buy one"), "{said}");
        let kept = made(&acme, &sells).await;
        assert_eq!(codes(&kept), told);
        let published = order(&acme, &text(&kept["id"]), "publish").await;
        assert_eq!((codes(published.is(200)), &published.body["state"]), (told, &json!("active")));
    }

    async fn a_file_comes_out_as_it_went_in(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let by_hand = "# Ours\nname: By hand\nsteps:\n  - id: ask\n    send: {text: 'Will you come?', purpose: service}\n  - id: hear\n    \
                       wait_for_reply:\n      timeout: 1d\n      cases: [{when: yes}, {when: no}]\n";
        let first = import(&town, &acme, "application/yaml", by_hand).await.is(201).clone();
        assert_eq!((&first["name"], &first["faults"]), (&json!("By hand"), &json!([])));
        let first = text(&first["id"]);
        let (yaml, json) = (export(&acme, &first, "?format=yaml").await, export(&acme, &first, "").await);
        for (kind, file) in [("application/yaml", &yaml), ("application/json", &json), ("text/plain", &json), ("text/plain", &yaml)] {
            let file = format!("\u{FEFF}{file}");
            let again = text(&import(&town, &acme, kind, &file).await.is(201)["id"]);
            assert_eq!(export(&acme, &again, "?format=yaml").await, yaml);
            assert_eq!(export(&acme, &again, "?format=json").await, json);
        }
        let _ = order(&acme, &first, "publish").await.is(200);
        let _ = save(&acme, &first, &says("Other", "Hi"), 1).await.is(200);
        assert_eq!(export(&acme, &first, "?format=yaml&version=1").await, yaml);
        assert_ne!(export(&acme, &first, "?format=yaml").await, yaml);
        let _ = acme.get(&format!("/workflows/{first}/export?version=2")).await.is(404);
        assert_eq!(acme.get(&format!("/workflows/{first}/export?format=xml")).await.bad_field(), ("format", "not_allowed"));
        for (kind, file, code) in [
            ("application/yaml", "name: [", " not_yaml"),
            ("application/json", "name: x", " not_json"),
            ("application/json", "", " not_json"),
        ] {
            let refused = import(&town, &acme, kind, file).await;
            assert_eq!((refused.problem(422), refused.bad_field().0, &faults(&refused.body)[0][..]), ("invalid", "body", code), "{file}");
        }
        // One that has faults of sense comes in, too, and tells them.
        let odd = import(&town, &acme, "application/yaml", "name: Odd\nsteps: [{id: a, go_to: nowhere}]\n").await.is(201).clone();
        assert!(faults(&odd).contains(&"/steps/0/go_to no_such_step".to_owned()), "{odd}");
    }

    async fn a_survey_is_played_by_hand(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let survey = text(&acme.post("/workflows", json!({ "gallery": "survey" })).await.is(201)["id"]);
        let play = async |asked: Value| {
            let answer = acme.post("/workflows/simulate", asked).await;
            answer.is(200).clone()
        };
        let begins = "2026-11-27T15:00:00Z";
        let asked = |plays: Value| json!({ "workflow_id": survey, "person": { "name": "Ann Berg" }, "plays": plays, "at": begins });
        let waits = play(asked(json!([]))).await;
        assert_eq!((&waits["status"], &waits["waits_for"], &waits["outcome"]), (&json!("live"), &json!("reply"), &json!(null)));
        assert_eq!((texts(&waits).len(), &waits["now"]), (1, &json!(begins)));
        assert!(waits["wake_at"].is_string() && waits["trace"].as_array().unwrap().len() > 2, "{waits}");
        let done = play(asked(json!([{ "says": "9" }, { "says": "eight" }, { "says": "10/10" }]))).await;
        assert_eq!((&done["status"], &done["outcome"], &done["wake_at"]), (&json!("ended"), &json!("answered"), &json!(null)));
        assert_eq!(play(asked(json!([{ "says": "9" }, { "says": "eight" }, { "says": "10/10" }]))).await, done, "it is the same each time");
        assert!(done["variables"].as_object().unwrap().values().any(|value| value == "8"), "{done}");
        let partly = play(asked(json!([{ "says": "11" }, { "says": "9" }, { "waits": "1h" }, { "says": "8" }, "skips"]))).await;
        assert_eq!((&partly["outcome"], texts(&partly)[1].as_str()), (&json!("partly"), "they: 11"));
        let stopped = play(asked(json!([{ "says": "STOP" }, { "says": "9" }]))).await;
        assert_eq!(stopped["outcome"], "opted_out");
        let paused = play(asked(json!(["pauses", "skips"]))).await;
        assert_eq!(paused["status"], "paused");

        // With somebody whom the tenant knows, and nobody else's.
        acme.fields(json!([{ "key": "city", "label": "City", "kind": { "type": "text" } }])).await;
        let ann = json!({ "phone": ANN, "name": "Ann Berg", "fields": { "city": "Oslo" }, "tags": ["vip"] });
        let ann = text(&acme.post("/contacts", ann).await.is(201)["id"]);
        let mut greets = says("Greets", "Hi {first_name}, how is {city}?");
        greets["steps"].as_array_mut().unwrap().insert(0, json!({ "id": "only", "filter": "tag = \"vip\"" }));
        let greeted = play(json!({ "document": greets, "contact_id": ann })).await;
        assert_eq!(texts(&greeted), ["we: Hi Ann, how is Oslo?"]);
        assert_eq!((&greeted["fields"]["city"], &greeted["tags"]), (&json!("Oslo"), &json!(["vip"])));
        let invented = play(json!({ "document": greets, "person": { "name": "Ben", "tags": ["vip"], "fields": { "city": "Rome" } } })).await;
        assert_eq!(texts(&invented), ["we: Hi Ben, how is Rome?"]);
        assert_eq!(play(json!({ "document": greets })).await["outcome"], "filtered", "of somebody nothing is known");
        // Of a version, what was published counts.
        let id = text(&made(&acme, &says("x", "First")).await["id"]);
        let _ = order(&acme, &id, "publish").await.is(200);
        let _ = save(&acme, &id, &says("x", "Second"), 1).await.is(200);
        assert_eq!(texts(&play(json!({ "workflow_id": id })).await), ["we: Second"]);
        assert_eq!(texts(&play(json!({ "workflow_id": id, "version": 1 })).await), ["we: First"]);

        let booked = json!({
            "name": "Booked", "variables": [{ "key": "day", "type": "date" }, { "key": "seats", "type": "number" }],
            "steps": [{ "id": "tell", "send": { "text": "{seats} seats on {day}", "purpose": "service" } }],
        });
        let told = play(json!({ "document": booked, "variables": { "day": "2026-12-01", "seats": 4 } })).await;
        assert_eq!(texts(&told), ["we: 4 seats on December 1, 2026"]);
        for (asked, status, field, code) in [
            (json!({}), 422, "document", "one_of"),
            (json!({ "document": says("x", "y"), "workflow_id": survey }), 422, "document", "one_of"),
            (json!({ "document": greets, "contact_id": ann, "person": {} }), 422, "person", "one_of"),
            (json!({ "document": greets, "person": { "phone": "5" } }), 422, "person.phone", "too_short"),
            (json!({ "document": greets, "person": { "fields": { "shoe": 5 } } }), 422, "person.fields.shoe", "no_such_field"),
            (json!({ "document": booked, "variables": { "day": "soon" } }), 422, "variables.day", "not_fitting"),
            (json!({ "document": booked, "variables": { "hour": "1" } }), 422, "variables.hour", "no_such_variable"),
            (json!({ "document": booked, "plays": [{ "says": "a".repeat(2_000) }] }), 422, "plays[0]", "too_long"),
            (json!({ "document": booked, "plays": vec!["skips"; 501] }), 422, "plays", "too_many"),
            (json!({ "document": booked, "at": "2500-01-01T00:00:00Z" }), 422, "at", "out_of_range"),
        ] {
            let refused = acme.post("/workflows/simulate", asked.clone()).await;
            assert_eq!((refused.problem(status), refused.bad_field()), ("invalid", (field, code)), "{asked}");
        }
        let senseless = acme.post("/workflows/simulate", json!({ "document": says("x", "Hi {shoe}") })).await;
        assert_eq!((senseless.problem(422), &faults(&senseless.body)[0][..]), ("workflow_has_faults", "/steps/0/send/text no_such_field"));
        for theirs in [json!({ "workflow_id": survey }), json!({ "document": says("x", "y"), "contact_id": ann })] {
            assert_eq!(bolt.post("/workflows/simulate", theirs).await.problem(404), "not_found");
        }
        let blind = acme.key_for(&["workflows:read"]).await;
        assert_eq!(blind.post("/workflows/simulate", json!({ "document": greets, "contact_id": ann })).await.problem(403), "forbidden");
        town.settle().await;
        assert!(town.heard(ANN).is_empty(), "nothing goes out");
    }

    async fn a_conversation_that_goes_otherwise_refuses_a_version(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let with = |outcome: &str| {
            let mut kept = json!({
                "name": "Asks", "steps": [
                    { "id": "ask", "send": { "text": "Will you come?", "purpose": "service" } },
                    { "id": "hear", "wait_for_reply": { "timeout": "1d", "cases": [
                        { "when": "yes", "steps": [{ "id": "fine", "end": "comes" }] },
                    ], "on_timeout": [{ "id": "quiet", "end": "silent" }] } },
                    { "id": "over", "end": "does_not" },
                ],
            });
            kept["goldens"] = json!([{
                "name": "Says yes", "at": "2026-11-30T15:00:00Z", "plays": [{ "says": "Yes!" }],
                "expect": { "texts": ["Will you come?"], "outcome": outcome },
            }]);
            kept
        };
        let made = made(&acme, &with("silent")).await;
        let id = text(&made["id"]);
        assert_eq!(made["faults"], json!([]), "it is played when it is checked, and when it is published");
        let refused = order(&acme, &id, "publish").await;
        assert_eq!(refused.problem(422), "workflow_has_faults");
        assert_eq!(faults(&refused.body), ["/goldens/0/expect/outcome golden"]);
        assert!(text(&refused.body["detail"]).contains("Says yes"), "{}", refused.body);
        let checked = acme.post("/workflows/check", json!({ "document": with("silent") })).await;
        assert_eq!(faults(checked.is(200)), ["/goldens/0/expect/outcome golden"]);
        let played = acme.post("/workflows/simulate", json!({ "workflow_id": id, "plays": [{ "says": "Yes!" }] })).await;
        assert_eq!(played.is(200)["outcome"], "comes", "it can be played nevertheless");
        let saved = save(&acme, &id, &with("comes"), 1).await;
        let _ = saved.is(200);
        assert_eq!(order(&acme, &id, "publish").await.is(200)["live_version"], 1);
        assert_eq!(order(&acme, &id, "archive").await.is(200)["state"], "archived");
        assert_eq!(order(&acme, &id, "publish").await.problem(409), "not_now");
    }

    async fn the_world_answers_as_it_is_told(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let asks = json!({
            "name": "Asks", "variables": [{ "key": "status", "type": "text" }], "steps": [
                { "id": "look", "http": { "url": "https://acme.example/orders", "save": { "status": "/status" } } },
                { "id": "tell", "send": { "text": "Your order is {status|on its way}.", "purpose": "service" } },
            ],
        });
        let play = async |answers: Value| {
            let asked = json!({ "document": asks, "answers": answers });
            acme.post("/workflows/simulate", asked).await
        };
        assert_eq!(texts(play(json!({})).await.is(200)), ["we: Your order is on its way."]);
        let packed = json!({ "http": [{ "answered": { "status": 200, "body": { "status": "packed" } } }] });
        assert_eq!(texts(play(packed).await.is(200)), ["we: Your order is packed."]);
        let blocked = play(json!({ "sends": [{ "blocked": "quiet_hours" }] })).await.is(200).clone();
        assert!(texts(&blocked).is_empty(), "{blocked}");
        assert_eq!(play(json!({ "sends": ["sometimes"] })).await.problem(422), "invalid");
    }

    async fn a_crowd_that_is_made_up_walks_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let survey = text(&acme.post("/workflows", json!({ "gallery": "survey" })).await.is(201)["id"]);
        let asked = json!({ "workflow_id": survey, "crowd": { "people": 40, "seed": 7 }, "at": "2026-11-30T15:00:00Z" });
        let walk = async |asked: &Value| acme.post("/workflows/simulate/crowd", asked.clone()).await;
        let figures = walk(&asked).await.is(200).clone();
        assert_eq!(figures["entered"], 40);
        let number = |value: &Value| value.as_u64().unwrap();
        assert_eq!(number(&figures["ended"]) + number(&figures["standing"]), 40);
        let came_of: u64 = figures["outcomes"].as_object().unwrap().values().map(number).sum();
        assert_eq!(came_of, number(&figures["ended"]), "{figures}");
        assert_eq!((&figures["steps"][0]["step"], &figures["steps"][0]["came"]), (&json!("ask_service"), &json!(40)));
        assert_eq!(walk(&asked).await.body, figures, "the same seed makes the same run");
        for (asked, field) in [
            (json!({ "workflow_id": survey, "crowd": { "people": 20_001 } }), "crowd.people"),
            (json!({ "workflow_id": survey, "crowd": { "people": 5, "peeple": 1 } }), "crowd.peeple"),
            (json!({ "workflow_id": survey, "crowd": { "habits": { "stop_percent": 101 } } }), "crowd.habits.stop_percent"),
            (json!({ "crowd": {} }), "document"),
        ] {
            let refused = walk(&asked).await;
            assert_eq!((refused.problem(422), refused.bad_field().0), ("invalid", field), "{asked}");
        }
        assert_eq!(bolt.post("/workflows/simulate/crowd", asked).await.problem(404), "not_found");
    }

    async fn a_campaign_carries_one_that_begins_with_campaigns(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let mut begins = says("After June", "And?");
        begins["triggers"] = json!(["campaign"]);
        let (takes, other) = (text(&made(&acme, &begins).await["id"]), text(&made(&acme, &says("x", "y")).await["id"]));
        let theirs = text(&made(&bolt, &begins).await["id"]);
        let _ = order(&bolt, &theirs, "publish").await.is(200);
        let june = json!({ "name": "June", "body": "Hi", "numbers": [acme.number_id], "audience": { "phones": [ANN] } });
        let june = text(&acme.post("/campaigns", june).await.is(201)["id"]);
        let carries = async |workflow: &str| acme.patch(&format!("/campaigns/{june}"), json!({ "workflow_id": workflow })).await;
        let refuses = async |workflow: &str, code: &str| {
            let refused = carries(workflow).await;
            assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", ("workflow_id", code)), "{}", refused.body);
        };
        refuses(NONE, "not_found").await;
        refuses(&theirs, "not_found").await;
        refuses(&takes, "workflow_not_active").await;
        let _ = order(&acme, &other, "publish").await.is(200);
        refuses(&other, "no_campaign_trigger").await;
        let _ = order(&acme, &takes, "publish").await.is(200);
        assert_eq!(carries(&takes).await.is(200)["workflow_id"], json!(takes));
        // What became of it meanwhile is asked again at the launch.
        let _ = order(&acme, &takes, "pause").await.is(200);
        refuses(&takes, "workflow_not_active").await;
        let launch = async || acme.post(&format!("/campaigns/{june}/launch"), json!({})).await;
        assert_eq!(launch().await.bad_field(), ("workflow_id", "workflow_not_active"));
        let _ = order(&acme, &takes, "resume").await.is(200);
        assert_eq!(launch().await.is(200)["workflow_id"], json!(takes));
    }
}
