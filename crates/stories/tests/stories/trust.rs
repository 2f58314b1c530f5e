//! What makes an assistant fit to be left alone: it can be stopped, says what it is, keeps quiet when nothing is asked,
//! tells the truth about who is there, and every reply names why.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::model::{Act, Gate, ScriptedModel};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.";
const QUESTION: &str = "what are your opening hours?";

async fn set(desk: &Desk, assistant: &str, change: Value) -> Value {
    desk.patch(&format!("/assistants/{assistant}"), change).await.is(200).clone()
}

/// The number's assistant, with a model that answers so.
async fn with_model(desk: &Desk, act: Act) -> (String, ScriptedModel) {
    let id = desk.assistant("auto", HOURS).await;
    let model = ScriptedModel::start(act).await;
    let provider = json!({ "kind": "openai", "base_url": model.base_url("openai"), "model": "story-1" });
    let _ = set(desk, &id, json!({ "provider": provider })).await;
    (id, model)
}

fn says(body: &str) -> Act {
    Act::json(&json!({ "outcome": "answer", "text": body, "citations": [1], "reason": "", "summary": "", "facts": [] }))
}

async fn asks(town: &Town, desk: &Desk, body: &str) {
    town.texts(ANN, desk, body).await;
    // The longest that anybody's window gets, and a pause between tries.
    town.passes(SignedDuration::from_secs(21)).await;
    town.passes(SignedDuration::from_secs(2)).await;
}

async fn runs(desk: &Desk) -> Vec<Value> {
    let id = text(&desk.conversation().await["id"]);
    let runs = desk.get(&format!("/conversations/{id}/runs")).await;
    runs.is(200)["data"].as_array().unwrap().clone()
}

store::on_both_engines! {
    async fn a_held_reply_is_stopped_by_a_keystroke_and_asked_for_again(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("auto", HOURS).await;
        let _ = set(&acme, &id, json!({ "hold_seconds": 20 })).await;
        town.texts(ANN, &acme, QUESTION).await;
        town.passes(SignedDuration::from_secs(5)).await;
        let conversation = text(&acme.conversation().await["id"]);
        let typing = json!({ "typing": true });
        assert_eq!(acme.post(&format!("/conversations/{conversation}/typing"), typing).await.status, 204);
        town.passes(SignedDuration::from_secs(25)).await;
        assert!(town.heard(ANN).is_empty(), "a person types");
        town.passes(SignedDuration::from_secs(10)).await;
        assert!(town.heard(ANN).is_empty(), "it is held anew");
        town.passes(SignedDuration::from_secs(25)).await;
        assert_eq!(town.heard(ANN).len(), 1, "nothing came of the typing");
    }

    async fn a_run_ends_when_the_contact_goes_on(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let gate = Gate::default();
        let (_, model) = with_model(&acme, Act::Waits(gate.clone(), Box::new(says("We open at 7 am.")))).await;
        town.texts(ANN, &acme, QUESTION).await;
        let goes_on = async {
            model.until_asked(1).await;
            model.now(says("On Sunday from 7 am to 6 pm."));
            town.text(ANN, &acme, "on Sunday, I mean");
        };
        tokio::join!(town.passes(SignedDuration::from_secs(5)), goes_on);
        assert_eq!(model.abandoned(), 1, "nobody waits for the first answer any more");
        town.passes(SignedDuration::from_secs(21)).await;
        gate.open();
        assert_eq!(town.heard(ANN), ["On Sunday from 7 am to 6 pm."], "one answer to both");
        let outcomes: Vec<String> = runs(&acme).await.iter().map(|run| text(&run["outcome"])).collect();
        assert_eq!(outcomes, ["replied", "outdated"]);
    }

    async fn it_says_what_it_is(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("auto", HOURS).await;
        let _ = set(&acme, &id, json!({ "greeting": "Welcome to Acme!", "identity": "I am Acme's automatic assistant." })).await;
        asks(&town, &acme, QUESTION).await;
        asks(&town, &acme, "are you a bot?").await;
        let heard = town.heard(ANN);
        assert!(heard[0].starts_with("Welcome to Acme! We are open") && heard[0].ends_with("automatic assistant."), "{heard:?}");
        assert_eq!(heard[1], "I am Acme's automatic assistant.");
    }

    async fn what_needs_no_answer_gets_none_and_says_why(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        asks(&town, &acme, "thanks!").await;
        assert!(town.heard(ANN).is_empty());
        let conversation = acme.conversation().await;
        assert_eq!(conversation["waiting_since"], Value::Null);
        assert_eq!(conversation["holder"]["kind"], "assistant");
        let runs = runs(&acme).await;
        assert_eq!((text(&runs[0]["outcome"]), text(&runs[0]["reason"])), ("silent".into(), "it only says thanks or agrees".into()));
        asks(&town, &acme, QUESTION).await;
        assert_eq!(town.heard(ANN).len(), 1);
    }

    async fn every_reply_names_its_version_and_why(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (id, model) = with_model(&acme, says("We open at 7 am.")).await;
        let price = json!({ "input_micros": 3_000_000, "output_micros": 15_000_000, "currency": "USD" });
        let changed = set(&acme, &id, json!({ "instructions": "Be kind.", "provider": { "price": price } })).await;
        asks(&town, &acme, QUESTION).await;
        assert_eq!(town.heard(ANN), ["We open at 7 am."]);
        let conversation = text(&acme.conversation().await["id"]);
        let messages = acme.get(&format!("/conversations/{conversation}/messages")).await;
        let reply = messages.is(200)["data"][0].clone();
        assert_eq!(reply["assistant_version"], changed["version"]);
        let run = acme.get(&format!("/messages/{}/run", text(&reply["id"]))).await.is(200).clone();
        assert_eq!((text(&run["outcome"]), text(&run["model"])), ("replied".into(), "story-1".into()));
        assert!(text(&run["system"]).contains("Be kind.") && text(&run["turns"][0]["text"]).contains("opening hours"));
        assert_eq!(run["passages"][0]["title"], "Facts");
        assert!(run["tokens_in"].as_u64().unwrap() > 0 && run["cost"]["micros"].as_i64().unwrap() > 0, "{run}");
        assert_eq!(model.asked().len(), 1);
        let of_question = acme.get(&format!("/messages/{}/run", text(&messages.body["data"][1]["id"]))).await;
        assert_eq!(of_question.problem(404), "not_found");
    }

    async fn versions_never_change_and_lead_back(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.assistant("auto", HOURS).await;
        let path = format!("/assistants/{id}");
        let second = set(&acme, &id, json!({ "tone": "warm", "segments_max": 1 })).await;
        let same = set(&acme, &id, json!({ "tone": "warm" })).await;
        assert_eq!((&second["version"], &same["version"]), (&json!(2), &json!(2)), "nothing new is no version");
        let draft = set(&acme, &id, json!({ "tone": "cool", "publish": false })).await;
        assert_eq!((&draft["version"], &draft["tone"]), (&json!(2), &json!("warm")), "it is not in force");
        let versions = acme.get(&format!("{path}/versions")).await.is(200)["data"].clone();
        let told: Vec<_> = versions.as_array().unwrap().iter().map(|one| (one["version"].as_u64().unwrap(), one["current"] == true)).collect();
        assert_eq!(told, [(3, false), (2, true), (1, false)]);
        let diff = acme.get(&format!("{path}/versions/3/diff?against=1")).await.is(200)["differences"].clone();
        let fields: Vec<String> = diff.as_array().unwrap().iter().map(|one| text(&one["field"])).collect();
        assert_eq!(fields, ["segments_max", "tone"]);
        let back = acme.post(&format!("{path}/versions/1/publish"), json!({})).await;
        assert_eq!((&back.is(200)["version"], &back.body["tone"]), (&json!(1), &json!("")));
        assert_eq!(acme.post(&format!("{path}/versions/9/publish"), json!({})).await.problem(404), "not_found");
        let tried = acme.post(&format!("{path}/preview"), json!({ "text": QUESTION, "version": 3 })).await;
        assert_eq!(tried.is(200)["assistant_version"], 3);
    }

    async fn a_contact_is_told_whether_somebody_is_there_and_nobody_is_forgotten(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        let max = json!({ "email": "max@example.com", "name": "Max", "role": "agent" });
        let max = text(&acme.post("/members", max).await.is(201)["user_id"]);
        let hours = json!([{ "days": ["wed"], "from": "09:00", "until": "17:00" }]);
        let _ = acme.patch("/tenant", json!({ "settings": { "office_hours": hours } })).await.is(200);
        let id = text(&acme.get("/assistants").await.is(200)["data"][0]["id"]);
        let hand_over = json!({ "escalate_after_minutes": 10, "escalate_to": max });
        let _ = set(&acme, &id, json!({ "hand_over": hand_over })).await;
        asks(&town, &acme, "Can you fix my bicycle?").await;
        let heard = town.heard(ANN);
        assert_eq!(heard, ["Nobody is here right now. A colleague will answer you on Wednesday from 9:00."]);
        let conversation = acme.conversation().await;
        assert!(conversation["waiting_since"].is_string(), "that was no answer");
        assert_eq!(conversation["assignee_id"], Value::Null);
        town.passes(SignedDuration::from_mins(11)).await;
        let conversation = acme.conversation().await;
        assert_eq!(conversation["assignee_id"], json!(max));
        assert!(conversation["tags"].as_array().unwrap().contains(&json!("escalated")), "{conversation}");
        let thread = acme.thread(&text(&conversation["id"])).await;
        assert!(thread.last().unwrap().contains("Escalated: nobody has answered for 10 minutes"), "{thread:?}");
    }

    async fn what_it_must_not_say_waits_for_a_person_with_the_reason(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let invented = json!({ "outcome": "answer", "text": "It costs $99, and you get a full refund.", "citations": [] });
        let _ = with_model(&acme, Act::json(&invented)).await;
        asks(&town, &acme, "what does a cake cost?").await;
        assert!(town.heard(ANN).is_empty());
        let conversation = acme.conversation().await;
        assert_eq!(conversation["holder"]["kind"], "agents");
        let drafts = acme.get(&format!("/conversations/{}/drafts", text(&conversation["id"]))).await;
        let draft = drafts.is(200)["data"][0].clone();
        assert!(text(&draft["held_back"]).contains("$99"), "{draft}");
        let run = acme.get(&format!("/drafts/{}/run", text(&draft["id"]))).await;
        assert_eq!(run.is(200)["outcome"], "refused");
    }

    async fn what_it_says_badly_is_asked_for_once_more(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (_, model) = with_model(&acme, Act::Says("We open at 7 am.".into())).await;
        model.now(says("We open at 7 am."));
        model.first([Act::Says("We open at 7 am.".into())]);
        asks(&town, &acme, QUESTION).await;
        assert_eq!(town.heard(ANN), ["We open at 7 am."]);
        let asked = model.asked();
        assert_eq!(asked.len(), 2);
        assert!(asked[1].body.to_string().contains("cannot be used"), "it is told what is wrong");
    }

    async fn a_notice_answers_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, QUESTION).await;
        let conversation = text(&acme.conversation().await["id"]);
        let notice = json!({ "body": "Your order was shipped.", "notice": true });
        let sent = acme.post(&format!("/conversations/{conversation}/messages"), notice).await;
        assert_eq!(sent.is(202)["message"]["notice"], true);
        town.passes(SignedDuration::from_secs(10)).await;
        let heard = town.heard(ANN);
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard[1].contains("7 am"), "{heard:?}");
    }

    async fn a_rule_chooses_the_assistant(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        let refunds = text(&acme.post("/assistants", json!({ "name": "Refunds", "mode": "draft" })).await.is(201)["id"]);
        let routes = json!([{ "assistant_id": refunds, "keywords": ["refund"] }]);
        let _ = acme.patch("/tenant", json!({ "settings": { "routes": routes } })).await.is(200);
        town.texts(ANN, &acme, "I want a refund").await;
        assert_eq!(acme.conversation().await["holder"]["id"], json!(refunds));
        let gone = json!({ "settings": { "routes": [{ "assistant_id": "ast_00000000000000000000000000000001" }] } });
        let refused = acme.patch("/tenant", gone).await;
        assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", ("settings.routes", "no_such_assistant")));
    }

    async fn a_key_goes_to_its_own_address_whatever_version_is_in_force(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ours, theirs) = (ScriptedModel::start(says("Seven.")).await, ScriptedModel::start(says("Seven.")).await);
        let id = acme.assistant("auto", HOURS).await;
        let at = |model: &ScriptedModel, key: &str| {
            json!({ "provider": { "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": key } })
        };
        let first = set(&acme, &id, at(&ours, "sk-of-the-admin-1")).await;
        let mut moved = at(&theirs, "sk-of-a-stranger");
        moved["publish"] = json!(false);
        let _ = set(&acme, &id, moved).await;
        asks(&town, &acme, QUESTION).await;
        let _ = acme.post(&format!("/assistants/{id}/versions/3/publish"), json!({})).await.is(200);
        asks(&town, &acme, "and the opening hours on Tuesday?").await;
        let back = format!("/assistants/{id}/versions/{}/publish", first["version"]);
        let _ = acme.post(&back, json!({})).await.is(200);
        asks(&town, &acme, "and the opening hours on Wednesday?").await;
        let keys = |model: &ScriptedModel| -> Vec<String> {
            model.asked().iter().map(|asked| asked.headers["authorization"].to_str().unwrap().to_owned()).collect()
        };
        assert_eq!(keys(&ours), ["Bearer sk-of-the-admin-1", "Bearer sk-of-the-admin-1"]);
        assert_eq!(keys(&theirs), ["Bearer sk-of-a-stranger"]);
    }
}
