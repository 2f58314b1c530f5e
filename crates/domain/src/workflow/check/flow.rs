//! Where steps lead: that each can be come to, and that no circle is walked without time passing.

use crate::workflow::fault::Fault;
use crate::workflow::program::{Node, Op};
use crate::workflow::step::OnInvalid;

pub(super) fn faults(nodes: &[Node]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let reached = reached(nodes);
    for (nth, node) in nodes.iter().enumerate() {
        let before = nodes.get(nth.wrapping_sub(1));
        // Of steps that follow one another and cannot be come to, the first is enough.
        let is_first = before.is_none_or(|before| before.next != Some(nth) || reached.get(nth - 1) == Some(&true));
        if reached.get(nth) == Some(&false) && is_first {
            let mend = "Go there by `go_to`, move it, or take it out.";
            let fault = Fault::new(&node.pointer, "unreachable", "Nobody ever comes to this step.", mend);
            faults.push(fault.of(&node.id));
        }
    }
    if let Some(node) = circle(nodes) {
        let what = "From here the way leads back here, and may do so without time passing.";
        let mend = "Put a `delay` or a `wait_for_reply` that everybody takes into the circle.";
        faults.push(Fault::new(&node.pointer, "endless", what, mend).of(&node.id));
    }
    faults
}

fn reached(nodes: &[Node]) -> Vec<bool> {
    let mut reached = vec![false; nodes.len()];
    let mut next = vec![0];
    while let Some(nth) = next.pop() {
        let (Some(node), Some(was)) = (nodes.get(nth), reached.get_mut(nth)) else { continue };
        if !std::mem::replace(was, true) {
            next.extend(node.ways().into_iter().flatten());
            if let Op::Save { on_invalid: OnInvalid::AskAgain { step, .. }, .. } = &node.op {
                next.extend(nodes.iter().position(|node| node.id == *step));
            }
        }
    }
    reached
}

/// A step on a circle in which nothing waits.
fn circle(nodes: &[Node]) -> Option<&Node> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; nodes.len()];
    for start in 0..nodes.len() {
        let mut open = vec![(start, false)];
        while let Some((nth, is_done)) = open.pop() {
            let (Some(node), Some(mark)) = (nodes.get(nth), seen.get_mut(nth)) else { continue };
            if is_done {
                *mark = Seen::Done;
                continue;
            }
            match *mark {
                Seen::Open | Seen::Done => continue,
                Seen::No => *mark = Seen::Open,
            }
            open.push((nth, true));
            let ways = if !node.waits() {
                node.ways()
            } else if node.only_if.is_some() {
                vec![node.next]
            } else {
                Vec::new()
            };
            for way in ways.into_iter().flatten() {
                match seen.get(way) {
                    Some(Seen::Open) => return nodes.get(way),
                    Some(Seen::No) => open.push((way, false)),
                    _ => {}
                }
            }
        }
    }
    None
}
