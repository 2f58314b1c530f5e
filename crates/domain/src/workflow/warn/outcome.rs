//! Ways that end without a word of what came of them, and circles that ask nothing.

use crate::workflow::fault::Fault;
use crate::workflow::graph::By;
use crate::workflow::program::{Op, Published};

/// Steps behind which somebody's way ends without an outcome.
pub(super) fn none(published: &Published) -> Vec<Fault> {
    let reached = published.from(Some(0), |_| false);
    let ends = reached.into_iter().filter_map(|nth| published.nodes.get(nth)).filter(|node| {
        let edges = published.edges(node);
        edges.iter().any(|edge| edge.to.is_none() && !matches!(edge.by, By::AskedAgain(_)))
    });
    let told = ends.map(|node| {
        let what = "Nothing follows here, so whoever goes on ends without an outcome, as `completed`.";
        let mend = "Add an `end` behind it that says what came of it, as in {\"end\": \"done\"}.";
        Fault::new(&node.pointer, "no_outcome", what, mend).of(&node.id)
    });
    told.collect()
}

/// What is asked again must be waited for again, or the same answer is read once more.
pub(super) fn asks_nothing(published: &Published) -> Vec<Fault> {
    let mut found = Vec::new();
    for (nth, node) in published.nodes.iter().enumerate() {
        let again = published.edges(node).into_iter().find(|edge| matches!(edge.by, By::AskedAgain(_)));
        let Some(again) = again else { continue };
        let without = published.from(again.to, |node| matches!(node.op, Op::Wait(_)) && node.only_if.is_none());
        if without.contains(&nth) {
            let at = format!("{}/save/on_invalid/ask_again/step", node.pointer);
            let what =
                "From there they can come back here without being waited for, and the same answer is read again.";
            let mend = "Name the step that asks the question, with its `wait_for_reply` behind it.";
            found.push(Fault::new(at, "asks_nothing", what, mend).of(&node.id));
        }
    }
    found
}
