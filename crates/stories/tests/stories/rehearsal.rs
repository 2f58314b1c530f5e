//! An assistant is tried before it meets anyone: with test cases, and with what was really asked.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::model::{Act, ScriptedModel};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const BEN: &str = "+14155550124";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.";

async fn case(desk: &Desk, assistant: &str, name: &str, asked: &str, expect: Value) -> String {
    let body = json!({ "name": name, "messages": [{ "by": "contact", "body": asked }], "expect": expect });
    text(&desk.post(&format!("/assistants/{assistant}/cases"), body).await.is(201)["id"])
}

fn names(results: &Value) -> Vec<(String, bool)> {
    let results = results.as_array().unwrap();
    results.iter().map(|result| (text(&result["name"]), result["passed"].as_bool().unwrap())).collect()
}

async fn version(desk: &Desk, assistant: &str) -> Value {
    desk.get(&format!("/assistants/{assistant}")).await.is(200)["version"].clone()
}

store::on_both_engines! {
    async fn each_case_gets_a_result(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("draft", HOURS).await;
        let cases = format!("/assistants/{id}/cases");
        let hours = json!({ "must_mention": ["7 AM"], "must_cite": ["Facts"], "outcome": "answer", "segments_max": 1 });
        let first = case(&acme, &id, "Hours", "what are your opening hours?", hours).await;
        let bicycle = json!({ "outcome": "answer", "rubric": "It is kind." });
        case(&acme, &id, "Bicycle", "Can you fix my bicycle?", bicycle).await;
        case(&acme, &id, "Thanks", "thanks!", json!({ "outcome": "stay_silent" })).await;

        let tried = acme.post(&format!("/assistants/{id}/test"), json!({})).await;
        let tried = tried.is(200);
        assert_eq!((&tried["version"], &tried["passed"], &tried["failed"]), (&json!(1), &json!(2), &json!(1)));
        let expected = [("Hours", true), ("Bicycle", false), ("Thanks", true)];
        assert_eq!(names(&tried["results"]), expected.map(|(name, passed)| (name.to_owned(), passed)));
        let bicycle = &tried["results"][1];
        assert_eq!((&bicycle["outcome"], &bicycle["broken"][0]["rule"]), (&json!("hand_off"), &json!("outcome")));
        assert!(text(&bicycle["notes"][0]).contains("not judged"), "{bicycle}");
        assert!(town.heard(ANN).is_empty() && acme.get("/conversations").await.is(200)["data"] == json!([]));

        let found = acme.get(&format!("{cases}/{first}")).await;
        assert_eq!(found.is(200)["last_result"]["passed"], true);
        let changed = acme.patch(&format!("{cases}/{first}"), json!({ "expect": { "must_mention": ["8 am"] } })).await;
        assert_eq!(changed.is(200)["last_result"], Value::Null, "what came of it before does not count");
        assert_eq!((&changed.body["name"], &changed.body["expect"]["outcome"]), (&json!("Hours"), &Value::Null));
        let kept = acme.get(&format!("/assistants/{id}/versions/1/results")).await;
        assert_eq!(kept.is(200)["data"].as_array().unwrap().len(), 3);

        let listed = acme.get(&format!("{cases}?limit=2")).await;
        assert_eq!(listed.is(200)["data"].as_array().unwrap().len(), 2);
        assert_eq!(acme.delete(&format!("{cases}/{first}")).await.status, 204);
        assert_eq!(acme.get(&format!("{cases}/{first}")).await.status, 404);
        let unknown = acme.post(&format!("/assistants/{id}/test"), json!({ "version": 9 })).await;
        assert_eq!(unknown.problem(404), "not_found");
        let silent = json!({ "name": "x", "messages": [{ "by": "member", "body": "x" }] });
        let refused = acme.post(&cases, silent).await;
        assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", ("messages", "nothing_asked")));
    }

    async fn a_version_that_breaks_a_required_case_is_not_put_in_force(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("auto", HOURS).await;
        let assistant = format!("/assistants/{id}");
        let must = json!({ "outcome": "answer", "required": true });
        let hours = case(&acme, &id, "Hours", "what are your opening hours?", must).await;
        case(&acme, &id, "Bicycle", "Can you fix my bicycle?", json!({ "outcome": "answer" })).await;

        let fine = acme.patch(&assistant, json!({ "instructions": "Be brief." })).await;
        assert_eq!(fine.is(200)["version"], 2);
        assert_eq!(fine.body["warnings"][0]["name"], "Bicycle");
        assert_eq!(fine.body["instructions"], "Be brief.");

        // With this floor nothing is ever found.
        let key = [("idempotency-key", "floor")];
        let raise = async || acme.call(Method::PATCH, &assistant, Some(json!({ "floor": 1.0 })), &key).await;
        let refused = raise().await;
        assert_eq!(refused.problem(409), "broken_cases");
        let errors = refused.body["errors"].as_array().unwrap();
        assert!(errors.iter().any(|error| error["field"] == format!("cases.{hours}")), "{errors:?}");
        assert!(text(&refused.body["detail"]).contains("Version 3"), "{}", refused.body);
        assert_eq!(version(&acme, &id).await, 2);
        town.texts(ANN, &acme, "what are your opening hours?").await;
        town.passes(SignedDuration::from_secs(21)).await;
        assert!(town.heard(ANN)[0].contains("7 am"), "the version in force still answers");

        let publish = format!("{assistant}/versions/3/publish");
        assert_eq!(acme.post(&publish, json!({})).await.problem(409), "broken_cases");
        let forced = acme.post(&publish, json!({ "force": true })).await;
        assert_eq!(forced.is(200)["version"], 3);
        assert_eq!(forced.body["warnings"].as_array().unwrap().len(), 2);
        let back = acme.post(&format!("{assistant}/versions/2/publish"), json!({})).await;
        assert_eq!((&back.is(200)["version"], &back.body["warnings"][0]["required"]), (&json!(2), &json!(false)));

        let forced = acme.patch(&assistant, json!({ "floor": 1.0, "force": true })).await;
        assert_eq!((&forced.is(200)["version"], &forced.body["floor"]), (&json!(4), &json!(1.0)));
        let unchanged = acme.patch(&assistant, json!({ "floor": 1.0 })).await;
        assert_eq!(unchanged.is(200)["version"], 4, "nothing changes, and nothing is tried");
        let kept = acme.patch(&assistant, json!({ "floor": 0.9, "publish": false })).await;
        assert_eq!(kept.is(200)["version"], 4);

        // Asked twice with one key, it is done once.
        let once = [("idempotency-key", "once")];
        let lower = async || acme.call(Method::PATCH, &assistant, Some(json!({ "floor": 0.2 })), &once).await;
        assert_eq!(lower().await.is(200)["version"], 6);
        assert_eq!(lower().await.is(200)["version"], 6);
        let versions = acme.get(&format!("{assistant}/versions")).await;
        assert_eq!(versions.is(200)["data"].as_array().unwrap().len(), 6);
    }

    async fn a_version_that_is_not_in_force_leaves_its_key_to_the_one_that_is(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let says = |body: &str| Act::json(&json!({ "outcome": "answer", "text": body, "citations": [1] }));
        let (old, new) = (ScriptedModel::start(says("We open at 7 am.")).await, ScriptedModel::start(says("At 7.")).await);
        let provider = |model: &ScriptedModel, key: &str| json!({ "provider": {
            "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": key,
        }});
        let id = acme.assistant("auto", HOURS).await;
        let assistant = format!("/assistants/{id}");
        let _ = acme.patch(&assistant, provider(&old, "sk-of-the-old")).await.is(200);
        case(&acme, &id, "Hours", "opening hours?", json!({ "must_mention": ["7 am"], "required": true })).await;
        let refused = acme.patch(&assistant, provider(&new, "sk-of-the-new")).await;
        assert_eq!(refused.problem(409), "broken_cases");
        let bearer = |model: &ScriptedModel| text(&json!(model.heard().last().unwrap().headers["authorization"].to_str().unwrap()));
        assert_eq!(bearer(&new), "Bearer sk-of-the-new", "it was tried with its own");
        town.texts(ANN, &acme, "what are your opening hours?").await;
        town.passes(SignedDuration::from_secs(21)).await;
        assert_eq!(town.heard(ANN), ["We open at 7 am."]);
        assert_eq!(bearer(&old), "Bearer sk-of-the-old");
        let _ = acme.post(&format!("{assistant}/versions/3/publish"), json!({ "force": true })).await.is(200);
        town.texts(BEN, &acme, "what are your opening hours?").await;
        town.passes(SignedDuration::from_secs(21)).await;
        assert_eq!(town.heard(BEN), ["At 7."]);
        assert_eq!(bearer(&new), "Bearer sk-of-the-new");
    }

    async fn a_model_judges_by_the_rubric(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(Act::Silent).await;
        model.by(|question| {
            if question.system().contains("You judge an answer") {
                let curt = question.last().contains("Closed.");
                return Act::json(&json!({ "reason": "It is curt.", "holds": !curt }));
            }
            let monday = question.last().contains("Monday");
            let said = if monday { "Closed." } else { "We open at 7 am, see you soon." };
            Act::json(&json!({ "outcome": "answer", "text": said, "citations": [1] }))
        });
        let id = acme.assistant("draft", HOURS).await;
        let provider = json!({ "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": "sk-x",
            "price": { "input_micros": 1_000_000, "output_micros": 1_000_000, "currency": "USD" } });
        let _ = acme.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await.is(200);
        for asked in ["opening hours?", "open on Mondays?"] {
            case(&acme, &id, asked, asked, json!({ "rubric": "It is kind." })).await;
        }
        let tried = acme.post(&format!("/assistants/{id}/test"), json!({})).await;
        let tried = tried.is(200);
        let expected = [("opening hours?", true), ("open on Mondays?", false)];
        assert_eq!(names(&tried["results"]), expected.map(|(name, passed)| (name.to_owned(), passed)), "{tried}");
        let broken = &tried["results"][1]["broken"][0];
        assert_eq!(broken["rule"], "rubric");
        assert!(text(&broken["message"]).ends_with("It is curt."), "{broken}");
        assert_eq!(model.asked().len(), 4);
        assert!(tried["results"][0]["cost"]["micros"].is_i64(), "{}", tried["results"][0]);
    }

    async fn a_case_is_made_of_a_conversation(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        town.passes(SignedDuration::from_secs(21)).await;
        assert_eq!(town.heard(ANN).len(), 1);
        let conversation = text(&acme.conversation().await["id"]);
        let make = format!("/assistants/{id}/cases/from-conversation");
        let made = acme.post(&make, json!({ "conversation_id": conversation })).await;
        let made = made.is(201);
        assert_eq!(made["name"], "what are your opening hours?");
        assert_eq!(made["messages"], json!([{ "by": "contact", "body": "what are your opening hours?" }]));
        assert_eq!((&made["expect"]["must_cite"], &made["expect"]["segments_max"]), (&json!(["Facts"]), &json!(1)));
        let tried = acme.post(&format!("/assistants/{id}/test"), json!({})).await;
        assert_eq!(tried.is(200)["passed"], 1);

        town.texts(ANN, &acme, "and a bicycle?").await;
        town.passes(SignedDuration::from_secs(21)).await;
        let thread = acme.get(&format!("/conversations/{conversation}/messages")).await;
        let first = text(&thread.is(200)["data"].as_array().unwrap().last().unwrap()["id"]);
        let again = acme.post(&make, json!({ "conversation_id": conversation, "upto_message_id": first })).await;
        assert_eq!(again.is(201)["messages"].as_array().unwrap().len(), 1);
        let last = acme.post(&make, json!({ "conversation_id": conversation })).await;
        let by: Vec<&Value> = last.is(201)["messages"].as_array().unwrap().iter().map(|said| &said["by"]).collect();
        assert_eq!(by, ["contact", "assistant", "contact"]);
        let reader = acme.key_for(&["assistants:write", "assistants:read"]).await;
        let refused = reader.post(&make, json!({ "conversation_id": conversation })).await;
        assert_eq!(refused.status, 403, "who may not read conversations makes no case of them");
    }

    async fn what_was_asked_is_replayed_with_another_version(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("auto", HOURS).await;
        for (who, asked) in [(ANN, "what are your opening hours?"), (BEN, "Can you fix my bicycle?")] {
            town.texts(who, &acme, asked).await;
            town.passes(SignedDuration::from_secs(21)).await;
        }
        let (ann, ben) = (town.heard(ANN), town.heard(BEN));
        assert_eq!(ann.len(), 1);
        let before = acme.get("/conversations?status=all").await.is(200).clone();
        let strict = acme.patch(&format!("/assistants/{id}"), json!({ "floor": 1.0, "publish": false })).await;
        let _ = strict.is(200);
        let replay = format!("/assistants/{id}/replay");
        for (version, same, now) in [(1, 2, 1), (2, 1, 2)] {
            let asked = acme.post(&replay, json!({ "version": version })).await;
            let which = format!("/replays/{}", text(&asked.is(202)["id"]));
            town.settle().await;
            let done = acme.get(&which).await;
            let done = done.is(200);
            assert_eq!((&done["state"], &done["turns"], &done["done"]), (&json!("done"), &json!(2), &json!(2)), "{done}");
            let summary = &done["summary"];
            assert_eq!((&summary["same"], &summary["changed"]), (&json!(same), &json!(2 - same)), "{done}");
            assert_eq!((&summary["hand_overs_before"], &summary["hand_overs_now"]), (&json!(1), &json!(now)), "{done}");
            assert_eq!(summary["citations_before"], 1);
            let page = acme.get(&format!("{which}/turns?limit=1")).await;
            let newest = &page.is(200)["data"][0];
            assert_eq!((&newest["body"], &newest["then"]["outcome"]), (&json!("Can you fix my bicycle?"), &json!("hand_off")));
            let next = acme.get(&format!("{which}/turns?limit=1&cursor={}", text(&page.body["next_cursor"]))).await;
            let oldest = &next.is(200)["data"][0];
            assert_eq!((&oldest["then"]["by"], &oldest["then"]["version"]), (&json!("assistant"), &json!(1)));
            assert_eq!(oldest["same"], version == 1);
            assert_eq!(acme.post(&format!("{which}/cancel"), json!({})).await.problem(409), "too_late");
        }
        assert_eq!((town.heard(ANN), town.heard(BEN)), (ann, ben), "nothing is sent");
        assert_eq!(acme.get("/conversations?status=all").await.is(200), &before, "nothing else is done");
        let listed = acme.get(&format!("/assistants/{id}/replays")).await;
        assert_eq!(listed.is(200)["data"].as_array().unwrap().len(), 2);
        let wrong = acme.post(&replay, json!({ "version": 9 })).await;
        assert_eq!((wrong.problem(422), wrong.bad_field()), ("invalid", ("version", "no_such_version")));
    }

    async fn a_replay_that_is_cancelled_asks_nothing_more(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("off", HOURS).await;
        for nth in 0..12 {
            town.texts(&format!("+141555502{nth:02}"), &acme, "what are your opening hours?").await;
        }
        let gate = stories::model::Gate::default();
        let said = Act::json(&json!({ "outcome": "answer", "text": "At 7 am.", "citations": [1] }));
        let model = ScriptedModel::start(Act::Waits(gate.clone(), Box::new(said))).await;
        let provider = json!({ "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": "sk-x" });
        let _ = acme.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await.is(200);
        let asked = acme.post(&format!("/assistants/{id}/replay"), json!({ "version": 2 })).await;
        let which = format!("/replays/{}", text(&asked.is(202)["id"]));
        model.until_asked(4).await;
        assert_eq!(acme.get(&which).await.is(200)["state"], "running");
        assert_eq!(acme.post(&format!("{which}/cancel"), json!({})).await.is(200)["state"], "cancelled");
        gate.open();
        town.settle().await;
        let over = acme.get(&which).await;
        let over = over.is(200);
        assert_eq!((&over["state"], &over["turns"]), (&json!("cancelled"), &json!(12)));
        assert_eq!(model.asked().len(), 8, "what was begun is finished, four at once");
        assert_eq!(over["done"], 8, "and kept");
    }

    async fn a_replay_goes_on_after_a_restart(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("off", HOURS).await;
        for nth in 0..12 {
            town.texts(&format!("+141555502{nth:02}"), &acme, "what are your opening hours?").await;
        }
        let gate = stories::model::Gate::default();
        let said = Act::json(&json!({ "outcome": "answer", "text": "At 7 am.", "citations": [1] }));
        let model = ScriptedModel::start(Act::Waits(gate.clone(), Box::new(said.clone()))).await;
        model.first([said.clone(), said.clone(), said.clone(), said]);
        let provider = json!({ "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": "sk-x" });
        let _ = acme.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await.is(200);
        let asked = acme.post(&format!("/assistants/{id}/replay"), json!({ "version": 2 })).await;
        let which = format!("/replays/{}", text(&asked.is(202)["id"]));
        model.until_asked(8).await;
        assert_eq!(acme.get(&which).await.is(200)["done"], 4);
        let (clock, sandbox) = town.breaks_off();
        let town = Town::around(place.store(), clock, sandbox).await;
        let acme = acme.again(&town);
        gate.open();
        town.settle().await;
        let over = acme.get(&which).await;
        assert_eq!((&over.is(200)["state"], &over.body["done"]), (&json!("done"), &json!(12)));
        assert_eq!(model.asked().len(), 16, "the four that were being asked are asked again");
    }
}
