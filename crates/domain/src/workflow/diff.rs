//! What two versions of a workflow differ in, step by step: steps are the same if their ids are.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::document::Document;
use super::step::Step;

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of which step; `None`: of what stands above the steps.
    pub step: Option<String>,
    /// What.
    pub change: Change,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It stands elsewhere.
    Moved,
    /// It says something else in these places, as JSON pointers within it: `/send/text`.
    Changed(Vec<String>),
}

/// What the second differs in from the first, in its order, then what is gone.
#[must_use]
pub fn diff(old: &Document, new: &Document) -> Vec<Difference> {
    let mut differences = Vec::new();
    let above = |document: &Document| {
        let mut json = document.to_json();
        if let Some(parts) = json.as_object_mut() {
            parts.remove("steps");
        }
        json
    };
    let mut changed = Vec::new();
    apart(&above(old), &above(new), String::new(), &mut changed);
    if !changed.is_empty() {
        differences.push(Difference { step: None, change: Change::Changed(changed) });
    }
    let (was, is) = (Placed::all(old), Placed::all(new));
    for (id, placed) in is.iter().map(|placed| (placed.step.id.as_str(), placed)) {
        let step = Some(id.to_owned());
        let Some(before) = was.iter().find(|before| before.step.id == id) else {
            differences.push(Difference { step, change: Change::Added });
            continue;
        };
        // A step that only follows another because that one was put in or taken out has not moved.
        if placed.inside != before.inside || placed.after(&was) != before.after(&is) {
            differences.push(Difference { step: step.clone(), change: Change::Moved });
        }
        let mut changed = Vec::new();
        apart(&before.json, &placed.json, String::new(), &mut changed);
        if !changed.is_empty() {
            differences.push(Difference { step, change: Change::Changed(changed) });
        }
    }
    let gone = was.iter().filter(|before| is.iter().all(|placed| placed.step.id != before.step.id));
    differences.extend(gone.map(|before| Difference { step: Some(before.step.id.clone()), change: Change::Removed }));
    differences
}

/// Only texts that are sent differ: whoever waits may go on in the new version without anybody's plan.
#[must_use]
pub fn only_texts_differ(differences: &[Difference]) -> bool {
    const TEXTS: [&str; 5] =
        ["/send/text", "/schedule_send/send/text", "/wait_for_reply/no_match/reprompt", "/note", "/notify/text"];
    differences.iter().all(|difference| match (&difference.step, &difference.change) {
        (Some(_), Change::Changed(places)) => places.iter().all(|place| TEXTS.contains(&place.as_str())),
        (None, Change::Changed(places)) => {
            places.iter().all(|place| place == "/name" || place == "/description" || place.starts_with("/goldens"))
        }
        _ => false,
    })
}

/// A step, and where it stands.
struct Placed<'d> {
    step: &'d Step,
    /// The step and the way that it lies in.
    inside: String,
    /// Those before it in the same way, the nearest first.
    before: Vec<&'d str>,
    /// What it says, but for the steps inside of it.
    json: Json,
}

impl<'d> Placed<'d> {
    fn all(document: &'d Document) -> Vec<Self> {
        let mut all = Vec::new();
        Self::of("", &document.steps, &mut all);
        all
    }

    fn of(inside: &str, steps: &'d [Step], all: &mut Vec<Self>) {
        for (nth, step) in steps.iter().enumerate() {
            let before = steps.iter().take(nth).rev().map(|step| step.id.as_str()).collect();
            let mut json = serde_json::to_value(step).unwrap_or_default();
            for (way, _) in step.act.ways() {
                strip(&mut json, &format!("/{}{way}", step.act.name()));
            }
            all.push(Self { step, inside: inside.to_owned(), before, json });
            for (way, inner) in step.act.ways() {
                Self::of(&format!("{}{way}", step.id), inner, all);
            }
        }
    }

    /// The nearest before it that the other version has, too.
    fn after(&self, other: &[Placed<'_>]) -> Option<&'d str> {
        self.before.iter().copied().find(|id| other.iter().any(|placed| placed.step.id == *id))
    }
}

/// Takes out what stands at a place.
fn strip(json: &mut Json, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(parts) = json.pointer_mut(parent).and_then(Json::as_object_mut) {
        parts.remove(name);
    }
}

/// Where two differ.
fn apart(one: &Json, other: &Json, at: String, places: &mut Vec<String>) {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let names: BTreeMap<&String, ()> = one.keys().chain(other.keys()).map(|name| (name, ())).collect();
            for name in names.into_keys() {
                let nothing = Json::Null;
                let (one, other) = (one.get(name).unwrap_or(&nothing), other.get(name).unwrap_or(&nothing));
                apart(one, other, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (nth, (one, other)) in one.iter().zip(other).enumerate() {
                apart(one, other, format!("{at}/{nth}"), places);
            }
        }
        _ if one == other => {}
        _ => places.push(at),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workflow::testing::document;

    fn differences(old: &Json, new: &Json) -> Vec<String> {
        let told = |difference: Difference| {
            let step = difference.step.unwrap_or_else(|| "/".into());
            match difference.change {
                Change::Changed(places) => format!("{step} {}", places.join(" ")),
                change => format!("{step} {change:?}"),
            }
        };
        diff(&document(old), &document(new)).into_iter().map(told).collect()
    }

    #[test]
    fn versions_are_compared_step_by_step() {
        let send = |id: &str, text: &str| json!({ "id": id, "send": { "text": text, "purpose": "service" } });
        let split = |one: Vec<Json>, other: Vec<Json>| json!({ "id": "split", "split": { "paths": [{ "name": "1", "steps": one }, { "name": "2", "steps": other }] } });
        let workflow = |name: &str, steps: Vec<Json>| json!({ "name": name, "steps": steps });
        let (a, b, c) = (send("a", "Hi"), send("b", "Ho"), send("c", "Bye"));
        let old = workflow("x", vec![a.clone(), split(vec![b.clone()], vec![]), c.clone()]);
        assert_eq!(differences(&old, &old), [""; 0]);
        for (new, expected) in [
            (workflow("y", vec![a.clone(), split(vec![b.clone()], vec![]), c.clone()]), vec!["/ /name"]),
            (workflow("x", vec![send("a", "Hey"), split(vec![b.clone()], vec![]), c.clone()]), vec!["a /send/text"]),
            (workflow("x", vec![a.clone(), split(vec![], vec![b.clone()]), c.clone()]), vec!["b Moved"]),
            (workflow("x", vec![split(vec![b.clone()], vec![]), c.clone()]), vec!["a Removed"]),
            (
                workflow("x", vec![a.clone(), send("d", "?"), split(vec![b.clone()], vec![]), c.clone()]),
                vec!["d Added"],
            ),
            (workflow("x", vec![c.clone(), a.clone(), split(vec![b.clone()], vec![])]), vec!["c Moved", "a Moved"]),
            (workflow("x", vec![a.clone(), split(vec![b], vec![c])]), vec!["c Moved"]),
        ] {
            assert_eq!(differences(&old, &new), expected);
        }
    }

    #[test]
    fn a_text_alone_may_change() {
        let workflow = |text: &str, purpose: &str| {
            document(&json!({ "name": "x", "steps": [{ "id": "a", "send": { "text": text, "purpose": purpose } }] }))
        };
        let old = workflow("Hi", "service");
        assert!(only_texts_differ(&diff(&old, &workflow("Hey", "service"))));
        assert!(!only_texts_differ(&diff(&old, &workflow("Hey", "marketing"))));
        assert!(only_texts_differ(&diff(&old, &old)));
    }
}
