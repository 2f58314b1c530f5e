//! Workflows from a sentence: a model writes them, and they are checked, told and tried before anybody sees them.

use http::Method;
use serde_json::{Value, json};
use stories::model::{Act, ScriptedModel};
use stories::town::{Desk, Town, text};

const KEY: &str = "sk-story-0123456789";
const WANTED: &str = "Ask new leads what they look for and put them on the list of guests.";

/// An assistant of the desk's with this model behind it.
async fn assistant(desk: &Desk, model: &ScriptedModel, kind: &str) -> String {
    let id = desk.assistant("auto", "We are open from 7 am to 6 pm.").await;
    let provider = json!({
        "kind": kind, "base_url": model.base_url(kind), "model": "story-1", "api_key": KEY, "timeout_seconds": 1,
    });
    let _ = desk.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await.is(200);
    id
}

async fn list(desk: &Desk, name: &str) -> String {
    text(&desk.post("/lists", json!({ "name": name })).await.is(201)["id"])
}

/// Asks, keeps and puts on a list.
fn leads(list: &str) -> Value {
    json!({
        "name": "Leads", "description": "Asks new leads what they look for.", "triggers": [{ "tag_added": "lead" }],
        "variables": [{ "key": "interest", "type": "text" }],
        "steps": [
            { "id": "ask", "send": { "text": "Hi {first_name|there}, what do you look for?", "purpose": "service" } },
            { "id": "hear", "wait_for_reply": { "timeout": "2d", "on_timeout": [{ "id": "lost", "end": "lost" }] } },
            { "id": "keep", "save": { "to": "interest" } },
            { "id": "put", "update_contact": { "add_to_lists": [list] } },
            { "id": "won", "end": "answered" },
        ],
    })
}

async fn described(desk: &Desk, body: Value) -> stories::http::Answer {
    desk.post("/workflows/from-text", body).await
}

async fn workflows(desk: &Desk) -> usize {
    desk.get("/workflows").await.is(200)["data"].as_array().unwrap().len()
}

fn codes(faults: &Value) -> Vec<&str> {
    faults.as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect()
}

store::on_both_engines! {
    async fn a_sentence_becomes_a_draft_that_is_checked_told_and_tried(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let (guests, _) = (list(&acme, "Guests").await, list(&bolt, "Secret society").await);
        acme.fields(json!([{ "key": "city", "label": "City", "kind": { "type": "text" } }])).await;
        let ann = json!({ "phone": "+12125550123", "name": "Ann Berg", "tags": ["regular"] });
        let _ = acme.post("/contacts", ann).await.is(201);
        let snippet = json!({ "name": "Opening", "body": "We open at eight." });
        let _ = acme.post("/snippets", snippet).await.is(201);
        for kind in ["openai", "anthropic"] {
            let model = ScriptedModel::start(Act::json(&leads(&guests))).await;
            let ada = assistant(&acme, &model, kind).await;
            let asked = json!({ "text": WANTED, "assistant_id": ada });
            let answer = described(&acme, asked.clone()).await;
            let draft = answer.is(200);
            assert_eq!((&draft["document"], &draft["faults"], &draft["workflow_id"]), (&leads(&guests), &json!([]), &Value::Null));
            assert_eq!(draft["at_most"], json!({ "texts": 1, "segments": 1 }));
            let told = draft["told"].to_string();
            assert!(told.contains("what do you look for?") && !draft["told"][0]["says"].to_string().is_empty(), "{told}");
            let trial = &draft["trial"];
            assert_eq!((&trial["silent"]["outcome"], &trial["willing"]["outcome"]), (&json!("lost"), &json!("answered")));
            let seen = trial["silent"]["seen"].as_array().unwrap();
            assert!(seen.iter().any(|one| one["text"] == "Hi Sam, what do you look for?"), "{trial}");
            assert!(trial["outcomes"]["lost"].as_u64().unwrap() > 0 && trial["texts"].as_u64().unwrap() > 0, "{trial}");
            assert_eq!((&draft["assistant_id"], &draft["model"], &draft["tries"]), (&json!(ada), &json!("story-1"), &json!(1)));
            assert_eq!((&draft["tokens_in"], &draft["tokens_out"]), (&json!(100), &json!(20)));

            let heard = model.heard();
            assert_eq!(heard.len(), 1);
            let (system, body) = (heard[0].system(), heard[0].body.to_string());
            assert!(heard[0].last().contains(WANTED), "{}", heard[0].last());
            for known in [format!("{guests}: Guests"), "- city (City): text".into(), "- regular\n".into(), "Opening: We open at eight.".into()] {
                assert!(system.contains(&known), "{known}: {system}");
            }
            for hidden in ["Secret society", "Ann", "5550123", KEY, "open from 7 am"] {
                assert!(!body.contains(hidden), "{hidden}");
            }

            let before = workflows(&acme).await;
            let saved = described(&acme, json!({ "text": WANTED, "assistant_id": ada, "save": true })).await;
            let id = text(&saved.is(201)["workflow_id"]);
            let kept = acme.get(&format!("/workflows/{id}")).await;
            assert_eq!((&kept.is(200)["document"], &kept.body["state"], &kept.body["live_version"]), (&leads(&guests), &json!("draft"), &Value::Null));
            assert_eq!(workflows(&acme).await, before + 1, "only what was to be saved was");
            assert_eq!(bolt.get(&format!("/workflows/{id}")).await.status, 404);
            let _ = acme.delete(&format!("/assistants/{ada}")).await;
        }
    }

    async fn what_is_wrong_is_told_to_the_model_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let guests = list(&acme, "Guests").await;
        let model = ScriptedModel::start(Act::json(&leads(&guests))).await;
        let _ = assistant(&acme, &model, "openai").await;
        let mut odd = leads(&guests);
        odd["stesp"] = json!([]);
        model.first([Act::Says(format!("Here it is:\n{odd}"))]);
        let draft = described(&acme, json!({ "text": WANTED })).await;
        assert_eq!((&draft.is(200)["faults"], &draft.body["tries"], &draft.body["tokens_in"]), (&json!([]), &json!(2), &json!(200)));
        let heard = model.heard();
        assert!(heard[1].last().contains("[no_such_part] /stesp: There is no stesp here. Do you mean steps?"), "{}", heard[1].last());
        assert_eq!(heard[1].turns().len(), 3, "it sees what it wrote");

        // What makes no sense is told, too; and what is wrong still comes back with the draft.
        let mut circle = leads(&guests);
        circle["steps"] = json!([{ "id": "a", "note": "x" }, { "id": "b", "go_to": "a" }]);
        model.now(Act::json(&circle));
        let draft = described(&acme, json!({ "text": WANTED, "save": true })).await;
        assert_eq!((codes(&draft.is(201)["faults"]), model.heard().len()), (vec!["endless"], 2));
        assert_eq!((&draft.body["at_most"], &draft.body["trial"]), (&Value::Null, &Value::Null));
        let id = text(&draft.body["workflow_id"]);
        assert_eq!(acme.post(&format!("/workflows/{id}/publish"), json!({})).await.problem(422), "workflow_has_faults");
        // The better of two is taken, though it came first.
        model.first([Act::json(&circle), Act::Says("I give up.".into())]);
        assert_eq!(codes(&described(&acme, json!({ "text": WANTED })).await.is(200)["faults"]), ["endless"]);
    }

    async fn nonsense_is_an_error_that_says_what_is_wrong(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(Act::Says("Sure, I will do that.".into())).await;
        let ada = assistant(&acme, &model, "openai").await;
        let long = json!({ "name": "x", "steps": [{ "id": "a", "note": "x".repeat(1 << 20) }] });
        for (says, code) in [
            (Act::Says("Sure, I will do that.".into()), "not_json"),
            (Act::json(&json!({ "name": "x", "steps": 5, "oops": true })), "no_such_part"),
            (Act::json(&long), "too_long"),
        ] {
            model.now(says);
            let refused = described(&acme, json!({ "text": WANTED, "save": true })).await;
            assert_eq!(refused.problem(422), "no_workflow_written");
            assert!(codes(&refused.body["faults"]).contains(&code), "{}", refused.body);
            assert_eq!((refused.bad_field(), model.heard().len()), (("text", "no_workflow_written"), 2));
        }
        assert_eq!(workflows(&acme).await, 0, "nothing comes of it");
        for (trouble, code) in [
            (Act::fails(400), "model_failed"),
            (Act::Silent, "model_failed"),
            (Act::Sends("application/json", vec![b' '; 5 << 20]), "model_failed"),
        ] {
            model.now(trouble);
            assert_eq!(described(&acme, json!({ "text": WANTED })).await.problem(502), code);
        }
        let limits = json!({ "limits": { "tokens_per_day": 1 } });
        let _ = acme.patch(&format!("/assistants/{ada}"), limits).await.is(200);
        let _ = model.heard();
        assert_eq!(described(&acme, json!({ "text": WANTED })).await.problem(409), "used_up", "nonsense was used, too");
        assert_eq!(model.heard().len(), 0);
    }

    async fn without_a_model_it_is_said_what_to_configure(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let none = described(&acme, json!({ "text": WANTED })).await;
        assert_eq!(none.problem(409), "no_model");
        assert!(none.body["detail"].as_str().unwrap().contains("`provider`"), "{}", none.body);
        let ada = acme.assistant("auto", "We are open.").await;
        for asked in [json!({ "text": WANTED }), json!({ "text": WANTED, "assistant_id": ada })] {
            assert_eq!(described(&acme, asked).await.problem(409), "no_model", "the built-in one writes none");
        }
        for (asked, field, code) in [
            (json!({ "text": " " }), "text", "empty"),
            (json!({ "text": "x".repeat(4_001) }), "text", "too_long"),
            (json!({ "text": WANTED, "publish": true }), "publish", "unknown_field"),
        ] {
            assert_eq!(described(&acme, asked).await.bad_field(), (field, code));
        }
        let reader = acme.key_for(&["workflows:read"]).await;
        assert_eq!(described(&reader, json!({ "text": WANTED })).await.status, 403);
    }

    async fn what_is_another_tenants_is_neither_used_nor_told(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let theirs = list(&bolt, "Guests").await;
        let model = ScriptedModel::start(Act::json(&leads(&theirs))).await;
        let bob = assistant(&bolt, &model, "openai").await;
        let refused = described(&acme, json!({ "text": WANTED, "assistant_id": bob })).await;
        assert_eq!((refused.status, refused.bad_field()), (422, ("assistant_id", "not_found")));
        assert_eq!(described(&acme, json!({ "text": WANTED })).await.problem(409), "no_model");
        assert_eq!(model.heard().len(), 0, "their model is theirs");
        let _ = assistant(&acme, &model, "openai").await;
        let draft = described(&acme, json!({ "text": WANTED })).await;
        assert_eq!((codes(&draft.is(200)["faults"]), model.heard().len()), (vec!["no_such_list"], 2), "their list is none of ours");
        assert_eq!(described(&bolt, json!({ "text": WANTED })).await.is(200)["faults"], json!([]));
    }

    async fn asked_twice_with_one_key_a_model_is_asked_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(Act::json(&leads(&list(&acme, "Guests").await))).await;
        let _ = assistant(&acme, &model, "openai").await;
        for save in [false, true] {
            let asked = json!({ "text": WANTED, "save": save });
            let key = [("idempotency-key", if save { "saved" } else { "looked" })];
            let first = acme.call(Method::POST, "/workflows/from-text", Some(asked.clone()), &key).await;
            let again = acme.call(Method::POST, "/workflows/from-text", Some(asked), &key).await;
            assert_eq!((first.status, again.is(first.status)), (if save { 201 } else { 200 }, &first.body));
            assert_eq!((again.raw.header("idempotent-replayed"), model.heard().len()), (Some("true"), 1));
            assert_eq!(workflows(&acme).await, usize::from(save));
        }
    }
}
