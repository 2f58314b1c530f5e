use serde_json::json;

use super::*;
use crate::workflow::described;
use crate::workflow::simulate::Scene;
use crate::workflow::testing::{friday, published};

fn says(way: &Way) -> Vec<&str> {
    let texts = way.seen.iter().filter_map(|seen| match &seen.what {
        Scene::WeSay(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn looked(json: &serde_json::Value) -> Trial {
    trial(&published(json), &Settings::default(), friday())
}

#[test]
fn one_is_silent_and_one_is_willing() {
    let Trial { silent, willing, figures } = looked(&described::example());
    // Sam enters on a Friday, and the day that comes with it is the Friday after.
    assert_eq!(says(&silent), ["Hi Sam, see you on Friday. Will you come? YES or NO."]);
    assert_eq!(silent.outcome.as_deref(), Some("no_answer"));
    assert_eq!(says(&willing).last(), Some(&"Thank you, see you then."));
    assert_eq!(willing.outcome.as_deref(), Some("confirmed"));
    assert_eq!((figures.entered, figures.outcomes.values().sum::<u32>()), (PEOPLE, figures.ended));
    assert!(figures.outcomes.contains_key("no_answer") && figures.texts >= PEOPLE, "{figures:?}");
}

#[test]
fn what_goes_round_and_round_is_looked_at_for_a_while() {
    let again = looked(&json!({ "name": "x", "steps": [
        { "id": "ask", "send": { "text": "Still there?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": { "number": { "max": 5 } } }] } },
        { "id": "back", "go_to": "ask" },
    ] }));
    assert_eq!(again.willing.seen.len(), SEEN_MAX);
    let said = again.willing.seen.iter().find_map(|seen| match &seen.what {
        Scene::TheySay(text) => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(said, Some("5"));
    assert!(again.figures.turns > 0);
}

/// What a step fills is not known before it.
#[test]
fn what_comes_with_a_trigger_is_made_up_and_nothing_else() {
    let published = published(&json!({ "name": "x", "triggers": ["api"], "variables": [
        { "key": "day", "type": "date" }, { "key": "order_no", "type": "text" }, { "key": "n", "type": "number" },
        { "key": "shirt", "type": "choice", "choices": ["S", "L"], "label": "Shirt" }, { "key": "sure", "type": "yes_no" },
        { "key": "kept", "type": "text" }, { "key": "drafted", "type": "text" }, { "key": "found", "type": "number" },
    ], "steps": [
        { "id": "hear", "wait_for_reply": { "timeout": "1d" } },
        { "id": "keep", "save": { "to": "kept" } },
        { "id": "draft", "assistant": { "task": { "draft": { "instruction": "Say hello.", "into": "drafted" } } } },
        { "id": "find", "http": { "url": "https://shop.example", "save": { "found": "/n" } } },
    ] }));
    let given = given(&published, friday());
    let given: Vec<_> = given.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let expected = [("day", "2026-12-04"), ("n", "3"), ("order_no", "order no"), ("shirt", "S"), ("sure", "yes")];
    assert_eq!(given, expected);
}
