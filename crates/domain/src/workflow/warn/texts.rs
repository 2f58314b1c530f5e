//! Texts: how long they get, what they ask, and how often one person gets them.

use crate::lint::{Code, Context, lint};
use crate::workflow::bound::{Bounds, SEGMENTS_USUAL, TEXTS_USUAL};
use crate::workflow::fault::Fault;
use crate::workflow::program::{Node, Op, Published, Text};
use crate::workflow::step::Purpose;
use crate::workflow::trigger::Trigger;

/// The text that a step sends, and where it stands.
fn text(node: &Node) -> Option<(&Text, String)> {
    match &node.op {
        Op::Send(text) => Some((text, format!("{}/send/text", node.pointer))),
        Op::ScheduleSend { text, .. } => Some((text, format!("{}/schedule_send/send/text", node.pointer))),
        _ => None,
    }
}

pub(super) fn long(published: &Published, bounds: &Bounds) -> Vec<Fault> {
    let mut found = Vec::new();
    for (nth, node) in published.nodes.iter().enumerate() {
        let at = match &node.op {
            Op::Wait(_) => format!("{}/wait_for_reply/no_match/reprompt", node.pointer),
            _ => text(node).map(|(_, at)| at).unwrap_or_default(),
        };
        let segments = bounds.of_one_text(nth);
        if segments > SEGMENTS_USUAL {
            let what = format!("With long values filled in, this text takes {segments} segments, each of which costs.");
            found.push(
                Fault::new(at, "long_text", what, "Make it shorter, or say the rest when they answer.").of(&node.id),
            );
        }
    }
    found
}

/// A text that asks something, behind which nobody is waited for.
pub(super) fn no_wait(published: &Published) -> Vec<Fault> {
    let asking = published.nodes.iter().filter_map(|node| {
        let (text, at) = text(node).filter(|(text, _)| asks(&text.send.text))?;
        let stops = |node: &Node| node.waits() || matches!(node.op, Op::Delay(_) | Op::ScheduleSend { .. });
        let met = published.from(node.next, stops);
        let hears = |nth: &usize| {
            matches!(published.nodes.get(*nth), Some(Node { op: Op::Wait(_) | Op::Assistant { .. }, .. }))
        };
        if text.asks.is_some() || met.iter().any(hears) {
            return None;
        }
        let what = "This asks something, and no answer is waited for: what they write goes to people.";
        Some(Fault::new(at, "no_wait", what, "Add a `wait_for_reply` behind it.").of(&node.id))
    });
    asking.collect()
}

/// Its last sentence is a question, besides how to get no more of them.
fn asks(text: &str) -> bool {
    let mut sentences = text.split_inclusive(['.', '!', '?', '？', '؟', '\n']).map(str::trim);
    let last = sentences.rfind(|sentence| sentence.chars().any(char::is_alphabetic) && !sentence.contains("STOP"));
    last.is_some_and(|last| last.ends_with(['?', '？', '؟']))
}

/// The first text on somebody's way that sells something has to say how to get no more.
pub(super) fn no_opt_out(published: &Published) -> Vec<Fault> {
    let triggers = &published.document.triggers;
    if !triggers.is_empty() && triggers.iter().all(|trigger| *trigger == Trigger::Campaign) {
        // The campaign's own text was the first, and is judged with the campaign.
        return Vec::new();
    }
    let sells = |node: &Node| text(node).is_some_and(|(text, _)| text.send.purpose == Purpose::Marketing);
    let met = published.from(Some(0), sells);
    let first = met.into_iter().filter_map(|nth| published.nodes.get(nth)).filter(|node| sells(node));
    let told = first.filter_map(|node| {
        let (text, at) = text(node)?;
        let mut findings = lint(&text.send.text, Context::default()).into_iter();
        let finding = findings.find(|finding| finding.code == Code::NoOptOut)?;
        let what = "The first text that may sell something does not say how to get no more of these.";
        Some(Fault::new(at, "no_opt_out", what, finding.mend).of(&node.id))
    });
    told.collect()
}

/// A text that is to answer somebody who need not have written.
pub(super) fn answers_nobody(published: &Published) -> Vec<Fault> {
    let wrote = |trigger: &Trigger| {
        matches!(trigger, Trigger::Keyword { .. } | Trigger::Text { .. } | Trigger::NewConversation { .. })
    };
    // Whom somebody lets in by hand where others enter by writing has most likely written, too.
    let triggers = published.document.triggers.iter();
    let by_themselves: Vec<&Trigger> = triggers.filter(|trigger| !matches!(trigger, Trigger::ByHand)).collect();
    if !by_themselves.is_empty() && by_themselves.into_iter().all(wrote) {
        return Vec::new();
    }
    let hears = |node: &Node| matches!(node.op, Op::Wait(_));
    let met = published.from(Some(0), hears).into_iter().filter_map(|nth| published.nodes.get(nth));
    let told = met.filter_map(|node| {
        let (_, at) = text(node).filter(|(text, _)| text.send.purpose == Purpose::Reply)?;
        let what = "This answers nobody, if they have not written within a day: it counts as `service`.";
        Some(Fault::new(at, "answers_nobody", what, "Write `service` or `marketing`.").of(&node.id))
    });
    told.collect()
}

/// Circles that can text one person very often.
pub(super) fn often(published: &Published, bounds: &Bounds) -> Vec<Fault> {
    let mut found = Vec::new();
    for (nth, node) in published.nodes.iter().enumerate() {
        let rounds = bounds.rounds(nth);
        if let Some((_, at)) = text(node).filter(|_| rounds > TEXTS_USUAL) {
            let what = format!("The way leads back here: one person can get this text {rounds} times.");
            let mend = "Have the circle take longer, or write its texts one behind the other.";
            found.push(Fault::new(at, "texts_often", what, mend).of(&node.id));
        }
    }
    found
}
