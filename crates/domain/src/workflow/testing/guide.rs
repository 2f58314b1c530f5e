//! What the guide for users shows is read, and makes sense.

use serde_json::{Value as Json, json};

use super::{document, ground, told};
use crate::workflow::population::Crowd;
use crate::workflow::{Document, publish};

const GUIDE: &str = include_str!("../../../../../docs/workflows.md");

/// What stands between fences of this kind.
fn shown(kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    GUIDE.split(fence.as_str()).skip(1).filter_map(|rest| rest.split_once("\n```").map(|(inside, _)| inside)).collect()
}

fn yaml(text: &str) -> Json {
    serde_saphyr::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

#[test]
fn its_workflow_is_published_with_its_golden() {
    let blocks = shown("yaml");
    let whole = blocks.iter().find(|block| block.contains("\nsteps:")).unwrap();
    let goldens = blocks.iter().find(|block| block.starts_with("goldens:")).unwrap();
    let document =
        Document::from_yaml(&format!("{whole}\n{goldens}\n")).unwrap_or_else(|faults| panic!("{}", told(&faults)));
    assert_eq!(document.goldens.len(), 1);
    publish(document, &ground()).unwrap_or_else(|faults| panic!("{}", told(&faults)));
}

#[test]
fn its_steps_are_read() {
    let mut steps = 0;
    for block in shown("yaml").into_iter().filter(|block| block.starts_with("- ")) {
        // An id of a workflow stands there as three dots.
        let read = yaml(&block.replace("wfl_…", "wfl_00000000000000000000000000000049"));
        steps += read.as_array().map_or(0, Vec::len);
        document(&json!({ "name": "x", "steps": read }));
    }
    assert!(steps >= 16, "{steps} steps are shown");
}

#[test]
fn its_crowd_is_read() {
    let crowd = shown("json").into_iter().find(|block| block.contains("\"people\"")).unwrap();
    Crowd::from_json(&serde_json::from_str(crowd).unwrap()).unwrap_or_else(|faults| panic!("{}", told(&faults)));
}
