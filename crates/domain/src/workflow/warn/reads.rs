//! What is read before it is known on some way: variables, and what they answered.

use std::collections::VecDeque;

use serde_json::Value as Json;

use crate::condition;
use crate::field::Kind;
use crate::template::Template;
use crate::workflow::clock::At;
use crate::workflow::document::Again;
use crate::workflow::fault::Fault;
use crate::workflow::graph::By;
use crate::workflow::program::{Node, Op, Published, Source, Target, When};
use crate::workflow::step::{Heard, OnInvalid, Task, Trouble};
use crate::workflow::trigger::Trigger;

/// What is known at a step, one bit for each name.
type Facts = u128;

/// They answered; and the answer is a number, a day, a yes or a no, one of some words.
const REPLY: Facts = 1;
const NUMBER: Facts = 1 << 1;
const DATE: Facts = 1 << 2;
const YES_NO: Facts = 1 << 3;
const WORDS: Facts = 1 << 4;
const OF_REPLY: Facts = REPLY | NUMBER | DATE | YES_NO | WORDS;
/// The bits of variables begin here; those for which there is no bit are not looked at.
const VARIABLES: u32 = 8;

/// Whatever is read without another word for it, where it may not be known.
pub(super) fn unset(published: &Published) -> Vec<Fault> {
    let facts = Known::at_each(published);
    let mut found = Vec::new();
    for (node, facts) in published.nodes.iter().zip(&facts) {
        let Some(facts) = facts else { continue };
        let mut seen = Vec::new();
        let guarded = facts.surely | node.only_if.as_ref().map_or(0, |when| implied(published, when));
        for read in reads(node) {
            let known = if read.is_asked { facts.surely } else { guarded };
            let Some(bit) = bit(published, &read.name).filter(|bit| known & bit == 0) else { continue };
            if seen.contains(&read) {
                continue;
            }
            let why = why(published, &read, facts.maybe & bit != 0);
            found.extend(why.map(|(what, mend)| Fault::new(&read.at, "unset", what, mend).of(&node.id)));
            seen.push(read);
        }
    }
    found
}

/// What is wrong about reading what is not surely known; `None`: it comes with whoever enters.
fn why(published: &Published, read: &Read, is_set_before: bool) -> Option<(String, String)> {
    let name = &read.name;
    let mend = if read.is_text {
        format!("Give it another word, as in {{{name}|…}}, or ask before: {name} is set.")
    } else {
        format!("Set it before, or ask before: {name} is set.")
    };
    if name == "reply" {
        return Some(("Who comes here may not have answered yet.".to_owned(), mend));
    }
    if is_set_before {
        let is_total = read.is_asked;
        return (!is_total)
            .then(|| (format!("There are ways here on which nothing sets {name}, or not surely."), mend));
    }
    let triggers = &published.document.triggers;
    let brings = |trigger: &&Trigger| matches!(trigger, Trigger::Api | Trigger::ByHand);
    match triggers.iter().find(|trigger| !brings(trigger)) {
        // Where nothing else begins it, people do.
        None => None,
        Some(_) if read.is_asked && triggers.iter().any(|trigger| brings(&trigger)) => None,
        Some(bare) => {
            let bare = trigger_name(bare);
            let what = format!("Nothing sets {name} before, and who enters by `{bare}` brings nothing along.");
            Some((what, mend))
        }
    }
}

fn trigger_name(trigger: &Trigger) -> String {
    match serde_json::to_value(trigger) {
        Ok(Json::String(name)) => name,
        Ok(Json::Object(parts)) => parts.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// What is known when somebody comes to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    /// On every way.
    surely: Facts,
    /// On one at least.
    maybe: Facts,
}

impl Known {
    /// `None`: nobody comes there.
    fn at_each(published: &Published) -> Vec<Option<Self>> {
        let mut at: Vec<Option<Self>> = vec![None; published.nodes.len()];
        let mut open = VecDeque::from([(0, Self::of_whoever_enters(published))]);
        while let Some((nth, comes)) = open.pop_front() {
            let (Some(node), Some(known)) = (published.nodes.get(nth), at.get_mut(nth)) else { continue };
            let both = known
                .map_or(comes, |known| Self { surely: known.surely & comes.surely, maybe: known.maybe | comes.maybe });
            if *known == Some(both) {
                continue;
            }
            *known = Some(both);
            for edge in published.edges(node) {
                open.extend(edge.to.map(|to| (to, both.behind(published, node, edge.by))));
            }
        }
        at
    }

    fn of_whoever_enters(published: &Published) -> Self {
        // Nobody enters without what tells one entry from another.
        let surely = match &published.document.entry.again {
            Again::ByKey(key) => bit(published, key).unwrap_or(0),
            _ => 0,
        };
        let asked = published.entry.as_ref().map_or(0, |when| implied(published, when));
        Self { surely: surely | asked, maybe: 0 }
    }

    fn behind(self, published: &Published, node: &Node, by: By<'_>) -> Self {
        if matches!(by, By::LeftOut) {
            return self;
        }
        let surely = self.surely | node.only_if.as_ref().map_or(0, |when| implied(published, when));
        let here = Self { surely, ..self };
        match (by, &node.op) {
            (By::True(when), _) => Self { surely: surely | implied(published, when), ..here },
            (By::Heard(heard), _) => {
                let is = REPLY | heard.map_or(0, fact_of);
                Self { surely: surely & !OF_REPLY | is, maybe: self.maybe | is }
            }
            (By::Done, Op::Save { to: Target::Variable(field), from, on_invalid }) => {
                let bit = bit(published, &field.key).unwrap_or(0);
                let fits = match from {
                    Source::Reply => {
                        surely & REPLY != 0 && (surely & fact_for(&field.kind) != 0 || field.kind == Kind::Text)
                    }
                    Source::Text(text) => {
                        text.names().is_empty() || field.kind == Kind::Text && all_known(published, text, surely)
                    }
                    Source::Sum(_) => true,
                };
                let stays = if fits || *on_invalid == OnInvalid::Clear { 0 } else { surely & bit };
                Self { surely: surely & !bit | stays | if fits { bit } else { 0 }, maybe: self.maybe | bit }
            }
            (By::Done, Op::Http(request)) => {
                let bits = request
                    .save
                    .iter()
                    .filter_map(|(field, _)| bit(published, &field.key))
                    .fold(0, |all, bit| all | bit);
                let is_sure = request.on_error != Trouble::Skip;
                Self { surely: surely | if is_sure { bits } else { 0 }, maybe: self.maybe | bits }
            }
            (By::Done, Op::Assistant { task, on_error, .. }) => {
                let (keys, is_sure): (&[String], bool) = match task {
                    Task::Draft { into, .. } => (std::slice::from_ref(into), *on_error != Trouble::Skip),
                    Task::Classify { into, .. } => (std::slice::from_ref(into), false),
                    Task::Extract { into, .. } => (into, false),
                    Task::HandOver { .. } => (&[], false),
                };
                let bits = keys.iter().filter_map(|key| bit(published, key)).fold(0, |all, bit| all | bit);
                Self { surely: surely | if is_sure { bits } else { 0 }, maybe: self.maybe | bits }
            }
            _ => here,
        }
    }
}

/// What an answer of a case surely is.
const fn fact_of(heard: &Heard) -> Facts {
    match heard {
        Heard::Number { .. } => NUMBER,
        Heard::Date => DATE,
        Heard::Yes | Heard::No => YES_NO,
        Heard::Keywords(_) | Heard::Choice(_) => WORDS,
        Heard::Any | Heard::Intent(_) => 0,
    }
}

/// What an answer must be to be kept as this.
const fn fact_for(kind: &Kind) -> Facts {
    match kind {
        Kind::Text => REPLY,
        Kind::Number => NUMBER,
        Kind::Date => DATE,
        Kind::YesNo => YES_NO,
        Kind::Choice { .. } => WORDS,
    }
}

fn all_known(published: &Published, text: &Template, surely: Facts) -> bool {
    text.needs().iter().all(|name| bit(published, name).is_none_or(|bit| surely & bit != 0))
}

/// `None`: it is no variable, but something of the contact, or what is always known.
fn bit(published: &Published, name: &str) -> Option<Facts> {
    if name == "reply" {
        return Some(REPLY);
    }
    let nth = published.document.variables.iter().position(|variable| variable.key == name)?;
    1_u128.checked_shl(VARIABLES.checked_add(u32::try_from(nth).ok()?)?)
}

/// What is known of whomever a condition is true of.
fn implied(published: &Published, when: &When) -> Facts {
    fn of(published: &Published, node: &condition::Node) -> Facts {
        match node {
            condition::Node::All(parts) => parts.iter().fold(0, |all, part| all | of(published, part)),
            condition::Node::Any(parts) => parts.iter().fold(Facts::MAX, |all, part| all & of(published, part)),
            condition::Node::Asked { test, negated: false } => {
                named(test).and_then(|name| bit(published, name)).unwrap_or(0)
            }
            condition::Node::Not(inside) => match &**inside {
                // What is not missing is there.
                condition::Node::Asked { test, negated: true } => {
                    named(test).and_then(|name| bit(published, name)).unwrap_or(0)
                }
                _ => 0,
            },
            condition::Node::Asked { .. } => 0,
        }
    }
    when.0.as_ref().map_or(0, |checked| of(published, checked.node()))
}

/// The field that a test looks at.
fn named(test: &condition::Test) -> Option<&str> {
    match test {
        condition::Test::Words { of: condition::Of::Field(field), .. } => Some(&field.key),
        condition::Test::NumberIn { field, .. }
        | condition::Test::Number { field, .. }
        | condition::Test::Date { field, .. } => Some(field),
        _ => None,
    }
}

/// What a condition looks at, but for what asks whether there is anything.
fn asked<'w>(node: &'w condition::Node, all: &mut Vec<&'w str>) {
    match node {
        condition::Node::All(parts) | condition::Node::Any(parts) => parts.iter().for_each(|part| asked(part, all)),
        condition::Node::Not(part) => asked(part, all),
        condition::Node::Asked { test: condition::Test::Words { are: condition::Words::Known, .. }, .. } => {}
        condition::Node::Asked { test, .. } => all.extend(named(test)),
    }
}

/// Something that is read.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    at: String,
    name: String,
    /// It can have another word.
    is_text: bool,
    /// It means something where nothing is known, too.
    is_asked: bool,
}

/// What a step reads and cannot do without, and what its conditions ask for.
fn reads(node: &Node) -> Vec<Read> {
    let mut found = Vec::new();
    let mut text = |part: &str, template: &Template| {
        for name in template.needs() {
            let at = format!("{}/{}{part}", node.pointer, node.act);
            found.push(Read { at, name: name.to_owned(), is_text: true, is_asked: false });
        }
    };
    match &node.op {
        Op::Send(send) => text("/text", &send.template),
        Op::ScheduleSend { text: send, .. } => text("/send/text", &send.template),
        Op::Note(note) => text("", note),
        Op::Notify { text: told, .. } => text("/text", told),
        Op::Wait(wait) => wait.reprompt.iter().for_each(|reprompt| text("/no_match/reprompt", reprompt)),
        Op::Assistant { task, says, .. } => {
            let part = match task {
                Task::Draft { .. } => "/task/draft/instruction",
                Task::Classify { .. } => "/task/classify/question",
                Task::Extract { .. } => "/task/extract/instruction",
                Task::HandOver { .. } => "/task/hand_over/guide",
            };
            text(part, says);
        }
        Op::Http(request) => {
            text("/url", &request.url);
            request.headers.iter().for_each(|(name, value)| text(&format!("/headers/{name}"), value));
        }
        Op::Save { from: Source::Text(from), .. } => text("/from/text", from),
        Op::Update(update) => update.set.iter().for_each(|(field, value)| text(&format!("/set/{}", field.key), value)),
        Op::Enter { pass, .. } => pass.iter().for_each(|(key, value)| text(&format!("/pass/{key}"), value)),
        _ => {}
    }
    let mut other = |at: String, name: &str, is_asked: bool| {
        found.push(Read { at, name: name.trim_start_matches("fields.").to_owned(), is_text: false, is_asked });
    };
    let at = match &node.op {
        Op::Delay(delay) => delay.until.as_ref().map(|at| (at, "delay/until")),
        Op::ScheduleSend { at, .. } => Some((at, "schedule_send/at")),
        _ => None,
    };
    if let Some((At::Date { field, .. }, part)) = at {
        other(format!("{}/{part}/date/field", node.pointer), field, false);
    }
    if let Op::Save { from: Source::Sum(names), .. } = &node.op {
        for (nth, name) in names.iter().enumerate() {
            other(format!("{}/save/from/sum/{nth}", node.pointer), name, true);
        }
    }
    let mut conditions: Vec<(String, &When)> = Vec::new();
    conditions.extend(node.only_if.as_ref().map(|when| (format!("{}/only_if", node.pointer), when)));
    match &node.op {
        Op::Filter(when) => conditions.push((format!("{}/filter", node.pointer), when)),
        Op::Branch { cases, .. } => conditions.extend(
            cases
                .iter()
                .enumerate()
                .map(|(nth, (when, _))| (format!("{}/branch/cases/{nth}/when", node.pointer), when)),
        ),
        _ => {}
    }
    for (at, when) in conditions {
        let mut names = Vec::new();
        when.0.iter().for_each(|checked| asked(checked.node(), &mut names));
        // What they answered may be asked for at any time.
        names.into_iter().filter(|name| *name != "reply").for_each(|name| other(at.clone(), name, true));
    }
    found
}
