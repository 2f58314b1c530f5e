//! Where steps lead: that each can be come to, and that no circle is walked without time passing.

use crate::workflow::fault::Fault;
use crate::workflow::program::{Node, Op, To};
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

/// Texts from another number behind which a reply is waited for, before another text: whoever answers answers there, and the wait
/// hears what is written to the number that they know.
pub(super) fn asks_elsewhere(nodes: &[Node]) -> Vec<Fault> {
    let is_text = |node: &Node| matches!(node.op, Op::Send(_) | Op::ScheduleSend { .. });
    let mut faults = Vec::new();
    for node in nodes {
        let (Op::Send(text) | Op::ScheduleSend { text, .. }) = &node.op else { continue };
        if text.send.from.is_none() {
            continue;
        }
        let reached = reached_from(nodes, node.next, |node| is_text(node) && node.only_if.is_none());
        let waits = nodes.iter().zip(reached).any(|(node, reached)| reached && matches!(node.op, Op::Wait(_)));
        if waits {
            let place = match node.op {
                Op::Send(_) => "send/from",
                _ => "schedule_send/send/from",
            };
            let what = "A reply is waited for behind this text, and from another number it would reach nobody.";
            let mend = "Leave `from` out: it goes from the number that they know.";
            faults.push(Fault::new(format!("{}/{place}", node.pointer), "asks_elsewhere", what, mend).of(&node.id));
        }
    }
    faults
}

fn reached(nodes: &[Node]) -> Vec<bool> {
    reached_from(nodes, Some(0), |_| false)
}

/// What is come to from there, without going on behind the steps where `stops`.
fn reached_from(nodes: &[Node], start: To, stops: impl Fn(&Node) -> bool) -> Vec<bool> {
    let mut reached = vec![false; nodes.len()];
    let mut next = Vec::from_iter(start);
    while let Some(nth) = next.pop() {
        let (Some(node), Some(was)) = (nodes.get(nth), reached.get_mut(nth)) else { continue };
        if !std::mem::replace(was, true) && !stops(node) {
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
