//! What the parts of a workflow are called in plain words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::condition::{Condition, text};
use crate::workflow::clock::{Day, Hour};
use crate::workflow::document::When;
use crate::workflow::span::Span;
use crate::workflow::step::{Heard, IfLate, IfPast, Manner, Trouble, WaitForReply};
use crate::workflow::trigger::Trigger;

pub(super) fn waiting(wait: &WaitForReply) -> String {
    let mut says = format!("Wait up to {} for their answer", lasts(wait.timeout));
    if !wait.merge.is_zero() {
        let _ = write!(says, "; what they write within {} belongs to it", lasts(wait.merge));
    }
    says.push('.');
    if wait.floor == Manner::Preempt {
        says.push_str(" It is for this workflow, even if another one waits for one.");
    }
    says
}

pub(super) fn trigger(trigger: &Trigger) -> String {
    let on = |numbers: &[crate::id::NumberId]| if numbers.is_empty() { "" } else { " to some of your numbers" };
    match trigger {
        Trigger::Campaign => "they get a campaign that carries it".to_owned(),
        Trigger::Keyword { words, numbers } => {
            let words: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
            format!("they text {}{}", either(&words), on(numbers))
        }
        Trigger::Text { numbers } => format!("they text anything that nobody waits for{}", on(numbers)),
        Trigger::NewConversation { numbers } => format!("a conversation with them begins by a text{}", on(numbers)),
        Trigger::TagAdded(tag) => format!("they get the label “{tag}”"),
        Trigger::TagRemoved(tag) => format!("they lose the label “{tag}”"),
        Trigger::FieldChanged(field) => format!("their {field} changes"),
        Trigger::SegmentEntered(_) => "they come into a segment".to_owned(),
        Trigger::Date { field, days, time, yearly } => {
            let every = if *yearly { ", every year" } else { "" };
            match days {
                0 => format!("it is {} on the day of their {field}{every}", hour(*time)),
                1.. => {
                    format!("it is {} {} after their {field}{every}", hour(*time), counted(days.unsigned_abs(), "day"))
                }
                _ => {
                    format!("it is {} {} before their {field}{every}", hour(*time), counted(days.unsigned_abs(), "day"))
                }
            }
        }
        Trigger::ConversationResolved => "a conversation with them is closed".to_owned(),
        Trigger::NoReply(span) => format!("they have not answered for {}", lasts(*span)),
        Trigger::LinkClicked { campaign: None } => "they follow a link of yours".to_owned(),
        Trigger::LinkClicked { campaign: Some(_) } => "they follow a link of a campaign".to_owned(),
        Trigger::DeliveryFailed => "a text to them is not delivered".to_owned(),
        Trigger::Api => "a program says so".to_owned(),
        Trigger::ByHand => "a person selects them".to_owned(),
    }
}

pub(super) fn heard(heard: &Heard) -> String {
    let quoted = |words: &[String]| either(&words.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>());
    match heard {
        Heard::Any => "anything".to_owned(),
        Heard::Yes => "yes".to_owned(),
        Heard::No => "no".to_owned(),
        Heard::Date => "with a day".to_owned(),
        Heard::Keywords(words) => quoted(words),
        Heard::Choice(choices) => format!("{}, by word, number or letter", quoted(choices)),
        Heard::Number { min: Some(min), max: Some(max) } => format!("with a number from {min} to {max}"),
        Heard::Number { min: Some(min), max: None } => format!("with a number from {min} up"),
        Heard::Number { min: None, max: Some(max) } => format!("with a number up to {max}"),
        Heard::Number { min: None, max: None } => "with a number".to_owned(),
        Heard::Intent(intent) => format!("something that a model takes for “{intent}”"),
    }
}

/// A condition in the words of conditions.
pub(super) fn condition(when: &When) -> String {
    match when.0.as_str() {
        Some(said) => said.trim().to_owned(),
        None => match Condition::from_json(&when.0) {
            Ok(condition) => text::print(&condition, &BTreeMap::new()),
            Err(_) => "a condition that cannot be read".to_owned(),
        },
    }
}

pub(super) const fn if_past(if_past: IfPast, is_never: bool) -> &'static str {
    match if_past {
        IfPast::Skip if !is_never => " If that is over, the text is left out.",
        IfPast::Exit if !is_never => " If that is over, they leave.",
        _ => "",
    }
}

pub(super) const fn if_late(if_late: IfLate) -> &'static str {
    match if_late {
        IfLate::Send => "",
        IfLate::Skip => " If it passes during a pause, the text is left out.",
        IfLate::Shift => " If it passes during a pause, it moves by the length of the pause.",
    }
}

pub(super) fn if_error(on_error: Trouble, usual: Trouble) -> &'static str {
    match on_error {
        on_error if on_error == usual => "",
        Trouble::Skip => " If there is no answer, they go on.",
        Trouble::Exit => " If there is no answer, they leave.",
        Trouble::Stop => " If there is no answer, they stand still.",
    }
}

pub(super) fn hour(hour: Hour) -> String {
    hour.into()
}

pub(super) const fn day(day: Day) -> &'static str {
    match day {
        Day::Mon => "Monday",
        Day::Tue => "Tuesday",
        Day::Wed => "Wednesday",
        Day::Thu => "Thursday",
        Day::Fri => "Friday",
        Day::Sat => "Saturday",
        Day::Sun => "Sunday",
    }
}

/// A length of time in words: `2 hours 30 minutes`.
pub(super) fn lasts(span: Span) -> String {
    let units = [("d", "day"), ("h", "hour"), ("m", "minute"), ("s", "second")];
    let written = span.to_string();
    let parts = written.split(' ').filter_map(|part| {
        let (short, long) = units.into_iter().find(|(short, _)| part.ends_with(short))?;
        Some(counted(part.strip_suffix(short)?.parse().ok()?, long))
    });
    parts.collect::<Vec<_>>().join(" ")
}

pub(super) fn counted(count: u32, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

pub(super) fn counted_people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

pub(super) fn at_most(times: u32) -> String {
    match times {
        1 => "once".to_owned(),
        2 => "at most twice".to_owned(),
        times => format!("at most {times} times"),
    }
}

pub(super) fn either(list: &[String]) -> String {
    joined(list, "or")
}

pub(super) fn all(list: &[String]) -> String {
    joined(list, "and")
}

pub(super) fn joined(list: &[String], word: &str) -> String {
    match list {
        [before @ .., last] if !before.is_empty() => format!("{} {word} {last}", before.join(", ")),
        [only] => only.clone(),
        _ => String::new(),
    }
}
