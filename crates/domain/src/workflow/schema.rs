//! The form of a document as a JSON Schema (2020-12), for editors and for models. [`Document::from_json`] is stricter: it says
//! what is wrong in words, and what else must be true of a workflow [`publish`](super::publish) says.

use std::sync::LazyLock;

use serde_json::Value as Json;

/// The schema, as a text.
pub const TEXT: &str = include_str!("schema.json");

/// The schema.
pub fn schema() -> &'static Json {
    static SCHEMA: LazyLock<Json> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());
    &SCHEMA
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workflow::{Act, Document, gallery};

    fn is_valid(json: &Json) -> bool {
        jsonschema::validator_for(schema()).unwrap().is_valid(json)
    }

    #[test]
    fn the_gallery_has_this_form() {
        let validator = jsonschema::validator_for(schema()).unwrap();
        for (name, document) in gallery::all() {
            let json = document.to_json();
            let faults: Vec<String> =
                validator.iter_errors(&json).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
            assert!(faults.is_empty(), "{name}: {faults:#?}");
        }
    }

    #[test]
    fn what_is_not_read_does_not_have_it() {
        let step = |step: Json| json!({ "name": "x", "steps": [step] });
        for (json, fits) in [
            (step(json!({ "id": "a", "end": "x" })), true),
            (step(json!({ "id": "a", "filter": { "field": "city", "op": "is_set" } })), true),
            (
                step(
                    json!({ "id": "a", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "number" }, { "when": { "number": { "min": 1 } } }] } }),
                ),
                true,
            ),
            (step(json!({ "id": "a" })), false),
            (step(json!({ "id": "a", "end": "x", "go_to": "a" })), false),
            (step(json!({ "id": "a", "sned": {} })), false),
            (step(json!({ "end": "x" })), false),
            (step(json!({ "id": "a", "send": { "text": "Hi" } })), false),
            (step(json!({ "id": "a", "send": { "text": "Hi", "purpose": "spam" } })), false),
            (step(json!({ "id": "a", "delay": { "for": "soon" } })), false),
            (step(json!({ "id": "a", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "maybe" }] } })), false),
            (
                json!({ "name": "x", "steps": [{ "id": "a", "end": "x" }], "triggers": ["api", { "text": {} }, "text"] }),
                true,
            ),
            (json!({ "name": "x", "steps": [{ "id": "a", "end": "x" }], "triggers": ["keyword"] }), false),
            (json!({ "name": "x" }), false),
        ] {
            assert_eq!(is_valid(&json), fits, "{json}");
            assert_eq!(Document::from_json(&json).is_ok(), fits, "{json}");
        }
    }

    #[test]
    fn it_knows_each_step() {
        let known = schema().pointer("/$defs/step/properties").and_then(Json::as_object).unwrap();
        let mut names: Vec<&str> =
            known.keys().map(String::as_str).filter(|name| !["id", "only_if"].contains(name)).collect();
        let mut acts = Act::NAMES.to_vec();
        names.sort_unstable();
        acts.sort_unstable();
        assert_eq!(names, acts);
    }
}
