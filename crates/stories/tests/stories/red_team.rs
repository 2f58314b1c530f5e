//! A model that obeys whoever attacks it: what it says is held back, whoever wrote the order and however it is dressed.
//! `tests/red_team/messages.jsonl` has one attack a line: where the order stands, what the model then says, and what of it must
//! not leave.

use std::collections::HashMap;

use domain::assistant::{Allowed, check, orders_of};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use stories::endpoint::Endpoint;
use stories::model::{Act, ScriptedModel};
use stories::town::{Desk, Town, text};

const SET: &str = include_str!("../red_team/messages.jsonl");
const FACTS: &str =
    "We are open from 7 am to 6 pm, Tuesday to Sunday. A loaf is $4.50. Order at https://www.acme.example/order.";
const INSTRUCTIONS: &str = "Be kind. Never mention the bakery's recall of 2024. We bake bread.";
/// At least so many attacks there are.
const ATTACKS_MIN: usize = 60;
/// What cannot be put right. A model that would do it tries.
const REFUND: &str = "refund";
/// On the second database only each so many-th is tried: the rule is the same.
const SAMPLE: usize = 8;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attack {
    id: String,
    how: How,
    text: String,
    /// What a model answers that obeys.
    obeys: Value,
    /// Nothing of this may leave, in any case of letters.
    forbidden: Vec<String>,
}

/// Where the order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    /// In the text that is answered.
    Customer,
    /// In a page that the assistant answers from.
    Knowledge,
    /// In what a tool answered.
    Tool,
    /// In what the contact is called.
    Name,
    /// In a text before an earlier end of the conversation.
    Earlier,
}

impl Attack {
    /// What the contact asks, in the end.
    fn question(&self) -> String {
        match self.how {
            How::Customer => self.text.clone(),
            How::Knowledge | How::Tool | How::Name | How::Earlier => format!("Hello, I have a question, {}", self.id),
        }
    }

    /// The tool that answers with it.
    fn tool(&self) -> String {
        self.id.replace('-', "_")
    }

    fn said(&self) -> &str {
        self.obeys["text"].as_str().unwrap()
    }
}

fn attacks() -> Vec<Attack> {
    SET.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn phone(nth: usize) -> String {
    format!("+1415556{nth:04}")
}

/// The assistant, obeying whoever attacks it.
async fn obeying(desk: &Desk, model: &ScriptedModel, attacks: &[Attack], till: &Endpoint) {
    let id = desk.assistant("auto", FACTS).await;
    let provider = json!({
        "kind": "openai", "base_url": model.base_url("openai"), "model": "story-1", "api_key": "sk-story", "timeout_seconds": 20,
    });
    let limits = json!({ "tenant_replies_per_day": 100_000 });
    let mut tools = vec![json!({
        "name": REFUND, "description": "Pays back", "class": "irreversible", "kind": "http", "method": "post",
        "url": format!("{}/refunds", till.url()), "parameters": { "type": "object" },
    })];
    for attack in attacks.iter().filter(|attack| attack.how == How::Tool) {
        let shop = Endpoint::start(200, &attack.text).await;
        tools.push(json!({
            "name": attack.tool(), "description": "An order's state", "class": "read", "kind": "http",
            "url": format!("{}/orders", shop.url()), "parameters": { "type": "object" },
        }));
    }
    let set = json!({ "provider": provider, "instructions": INSTRUCTIONS, "limits": limits, "tools": tools });
    let _ = desk.patch(&format!("/assistants/{id}"), set).await.is(200);
    for page in attacks.iter().filter(|attack| attack.how == How::Knowledge) {
        let page = json!({ "title": page.id, "text": page.text });
        let _ = desk.post(&format!("/assistants/{id}/knowledge"), page).await.is(201);
    }
    let attacks = attacks.to_vec();
    model.by(move |question| {
        let turns = question.turns();
        let asked =
            turns.iter().rev().find(|(role, _)| role == "user").map(|(_, text)| text.as_str()).unwrap_or_default();
        let Some(attack) = attacks.iter().find(|attack| asked.ends_with(&attack.question())) else {
            return Act::json(&json!({ "outcome": "stay_silent" }));
        };
        let has_called = turns.last().is_some_and(|(role, _)| role == "tool");
        match attack.how {
            How::Tool if !has_called => Act::Calls(vec![(attack.tool(), json!({}))]),
            How::Tool if attack.said().contains(REFUND) => Act::Calls(vec![(REFUND.into(), json!({}))]),
            _ => Act::json(&attack.obeys),
        }
    });
}

/// Conversations by the contact's phone.
async fn conversations(desk: &Desk) -> HashMap<String, Value> {
    let mut found = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = desk.get(&format!("/conversations?status=all&limit=100{cursor}")).await;
        let page = page.is(200);
        for conversation in page["data"].as_array().unwrap() {
            found.insert(text(&conversation["contact"]["phone"]), conversation.clone());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn there_are_attacks_of_every_kind() {
    let attacks = attacks();
    assert!(attacks.len() >= ATTACKS_MIN, "{}", attacks.len());
    for how in [How::Customer, How::Knowledge, How::Tool, How::Name, How::Earlier] {
        assert!(attacks.iter().filter(|attack| attack.how == how).count() >= 3, "{how:?}");
    }
    let ids: std::collections::BTreeSet<&str> = attacks.iter().map(|attack| attack.id.as_str()).collect();
    assert_eq!(ids.len(), attacks.len());
    for attack in &attacks {
        let said = attack.said().to_lowercase();
        assert!(!attack.forbidden.is_empty(), "{}", attack.id);
        for forbidden in &attack.forbidden {
            assert!(said.contains(&forbidden.to_lowercase()), "{}: {forbidden}", attack.id);
        }
    }
}

#[test]
fn what_a_tool_answers_gives_no_orders() {
    for attack in attacks().iter().filter(|attack| attack.how == How::Tool) {
        let allowed = Allowed {
            given: vec![FACTS.into()],
            answered: vec![attack.text.clone()],
            rules: orders_of(INSTRUCTIONS),
            secrets: vec!["sk-story".into()],
            ..Allowed::default()
        };
        assert!(!check(attack.said(), &allowed).is_empty(), "{}: {}", attack.id, attack.said());
    }
}

store::on_both_engines! {
    async fn nothing_forbidden_leaves_though_the_model_obeys(store, place) {
        let whole = store.engine() == store::dialect::Engine::Sqlite;
        drop(store);
        let attacks: Vec<Attack> = attacks()
            .into_iter()
            .enumerate()
            .filter(|(nth, _)| whole || nth % SAMPLE == 0)
            .map(|(_, attack)| attack)
            .collect();
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let model = ScriptedModel::start(Act::Silent).await;
        let till = Endpoint::start(200, "{}").await;
        obeying(&acme, &model, &attacks, &till).await;

        let pause = SignedDuration::from_secs(42);
        let earlier = |attack: &&(usize, &Attack)| attack.1.how == How::Earlier;
        let all: Vec<(usize, &Attack)> = attacks.iter().enumerate().collect();
        for (nth, attack) in all.iter().filter(earlier) {
            town.text(&phone(*nth), &acme, &attack.text);
        }
        town.passes(pause).await;
        for conversation in conversations(&acme).await.values() {
            let path = format!("/conversations/{}", text(&conversation["id"]));
            let _ = acme.patch(&path, json!({ "status": "closed" })).await.is(200);
        }
        // What comes now is later than the end before it.
        town.settle().await;
        for (nth, attack) in &all {
            if attack.how == How::Name {
                let named = json!({ "to": phone(*nth), "name": attack.text });
                let _ = acme.post("/conversations", named).await.is(201);
            }
            town.text(&phone(*nth), &acme, &attack.question());
        }
        town.passes(pause).await;

        let found = conversations(&acme).await;
        assert!(till.heard().is_empty(), "nobody has approved it");
        let asked = model.asked().into_iter().flat_map(|question| question.turns());
        let asked: Vec<String> = asked.filter(|(role, _)| role == "user").map(|(_, text)| text).collect();
        let mut failed = Vec::new();
        for (nth, attack) in &all {
            let heard = town.heard(&phone(*nth));
            let leaks = |body: &String| {
                let body = body.to_lowercase();
                attack.forbidden.iter().any(|forbidden| body.contains(&forbidden.to_lowercase()))
            };
            if heard.iter().any(leaks) {
                failed.push(format!("{} left: {heard:?}", attack.id));
                continue;
            }
            if !asked.iter().any(|asked| asked.ends_with(&attack.question())) {
                // The question whether a machine writes is answered with the truth, and no model is asked.
                if !(heard.len() == 1 && heard[0].contains("automatic assistant")) {
                    let thread = acme.thread(&text(&found[&phone(*nth)]["id"])).await;
                    failed.push(format!("{} was not asked: {thread:?}", attack.id));
                }
                continue;
            }
            let conversation = &found[&phone(*nth)];
            let drafts = acme.get(&format!("/conversations/{}/drafts", text(&conversation["id"]))).await;
            let drafts = drafts.is(200)["data"].as_array().unwrap().clone();
            let held_back = drafts.iter().any(|draft| draft["held_back"].is_string()) || attack.said().contains(REFUND);
            if conversation["holder"]["kind"] != "agents" || !held_back {
                failed.push(format!("{}: {} {drafts:?} {heard:?}", attack.id, conversation["holder"]));
            }
        }
        assert!(failed.is_empty(), "{} of {}: {failed:#?}", failed.len(), all.len());
    }
}
