//! A document that cannot be read, looked at part by part, so that no fault hides another.

use serde_json::Value as Json;

use super::document::{Entry, Exits, Variable};
use super::fault::Fault;
use super::form;
use super::golden::Golden;
use super::step::Step;
use super::trigger::Trigger;

/// What lists of steps are called.
const WAYS: [&str; 3] = ["steps", "otherwise", "on_timeout"];

/// What is wrong in each of the parts.
pub(super) fn faults(json: &Json) -> Vec<Fault> {
    let mut found = Vec::new();
    each::<Trigger>(json, "triggers", &mut found);
    each::<Variable>(json, "variables", &mut found);
    each::<Golden>(json, "goldens", &mut found);
    if let Some(entry) = json.get("entry") {
        found.extend(form::faults::<Entry>(entry, "/entry"));
    }
    if let Some(exits) = json.get("exits") {
        found.extend(form::faults::<Exits>(exits, "/exits"));
    }
    if let Some(Json::Array(list)) = json.get("steps") {
        steps(list, "/steps", &mut found);
    }
    found
}

fn each<T: for<'de> serde::Deserialize<'de>>(json: &Json, name: &str, found: &mut Vec<Fault>) {
    let list = json.get(name).and_then(Json::as_array).into_iter().flatten();
    for (nth, one) in list.enumerate() {
        found.extend(form::faults::<T>(one, &format!("/{name}/{nth}")));
    }
}

/// Each step without those inside of it, and then these.
fn steps(list: &[Json], at: &str, found: &mut Vec<Fault>) {
    for (nth, one) in list.iter().enumerate() {
        let at = format!("{at}/{nth}");
        let (mut bare, mut inside) = (one.clone(), Vec::new());
        take_ways(&mut bare, &at, &mut inside);
        let own = form::faults::<Step>(&bare, &at);
        found.extend(own.into_iter().map(|fault| match one.get("id").and_then(Json::as_str) {
            Some(id) => fault.of(id),
            None => fault,
        }));
        for (at, list) in inside {
            steps(&list, &at, found);
        }
    }
}

/// Takes the lists of steps out, each with its place.
fn take_ways(json: &mut Json, at: &str, taken: &mut Vec<(String, Vec<Json>)>) {
    match json {
        Json::Object(parts) => {
            for (name, part) in parts {
                let at = format!("{at}/{name}");
                match part {
                    Json::Array(list) if WAYS.contains(&name.as_str()) => taken.push((at, std::mem::take(list))),
                    part => take_ways(part, &at, taken),
                }
            }
        }
        Json::Array(list) => {
            for (nth, part) in list.iter_mut().enumerate() {
                take_ways(part, &format!("{at}/{nth}"), taken);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
