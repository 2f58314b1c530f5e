//! Where each step leads, and by what: the ways that those who look at a whole workflow walk.

use super::program::{Node, Op, Published, To, When};
use super::step::{Heard, OnInvalid};

/// A way out of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge<'p> {
    /// To there; `None`: the way ends without an outcome.
    pub to: To,
    pub by: By<'p>,
}

/// By what a step is left.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'p> {
    /// It is left out: its `only_if` is not true of them.
    LeftOut,
    /// It is done.
    Done,
    /// This is true of them.
    True(&'p When),
    /// They answered with this; `None`: with anything, or with none of what was waited for.
    Heard(Option<&'p Heard>),
    /// They did not answer.
    TimedOut,
    /// They are asked again, at most so often in a row.
    AskedAgain(u32),
}

impl Published {
    /// Every way out of a step.
    pub(super) fn edges<'p>(&'p self, node: &'p Node) -> Vec<Edge<'p>> {
        let mut edges = Vec::new();
        let mut to = |to: To, by: By<'p>| edges.push(Edge { to, by });
        if node.only_if.is_some() {
            to(node.next, By::LeftOut);
        }
        match &node.op {
            Op::Filter(when) => to(node.next, By::True(when)),
            Op::Branch { cases, otherwise } => {
                for (when, way) in cases {
                    to(*way, By::True(when));
                }
                to(*otherwise, By::Done);
            }
            Op::Wait(wait) => {
                for (heard, way) in &wait.cases {
                    to(*way, By::Heard(Some(heard)));
                }
                if wait.cases.is_empty() {
                    to(node.next, By::Heard(None));
                } else if wait.cases.iter().all(|(heard, _)| *heard != Heard::Any) {
                    to(wait.no_match, By::Heard(None));
                }
                to(wait.on_timeout, By::TimedOut);
            }
            Op::Split(paths) => {
                for (_, way) in paths {
                    to(*way, By::Done);
                }
            }
            Op::Save { on_invalid, .. } => {
                to(node.next, By::Done);
                if let OnInvalid::AskAgain { step, times } = on_invalid {
                    to(self.by_id.get(step).copied(), By::AskedAgain(*times));
                }
            }
            Op::GoTo(way) => to(*way, By::Done),
            Op::End(_) => {}
            _ => to(node.next, By::Done),
        }
        edges
    }

    /// The steps that somebody comes to from one, in no order, without going on behind those where `stops`.
    pub(super) fn from(&self, start: To, stops: impl Fn(&Node) -> bool) -> Vec<usize> {
        let mut met = vec![false; self.nodes.len()];
        let mut next = vec![start];
        let mut found = Vec::new();
        while let Some(to) = next.pop() {
            let Some((nth, node)) = to.and_then(|nth| Some((nth, self.nodes.get(nth)?))) else { continue };
            if met.get_mut(nth).is_none_or(|met| std::mem::replace(met, true)) {
                continue;
            }
            found.push(nth);
            if stops(node) {
                next.extend(node.only_if.is_some().then_some(node.next));
            } else {
                next.extend(self.edges(node).iter().map(|edge| edge.to));
            }
        }
        found
    }
}
