//! A tree, written as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::WORDS;
use crate::condition::{Condition, Leaf, NAMES, Op, Value};

/// The text of a condition; read again it is the same condition. `called`: what lists and campaigns are called, by their ids.
#[must_use]
pub fn print(condition: &Condition, called: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    write(condition, 0, called, &mut text);
    text
}

/// `binds`: how close what stands around it binds; what binds less stands in parentheses.
fn write(condition: &Condition, binds: u8, called: &BTreeMap<String, String>, text: &mut String) {
    let (parts, word, own) = match condition {
        Condition::Any(parts) => (parts, " or ", 1),
        Condition::All(parts) => (parts, " and ", 2),
        Condition::Not(part) => {
            text.push_str("not ");
            write(part, 3, called, text);
            return;
        }
        Condition::Leaf(leaf) => {
            leaf_text(leaf, called, text);
            return;
        }
    };
    if binds >= own {
        text.push('(');
    }
    for (nth, part) in parts.iter().enumerate() {
        if nth > 0 {
            text.push_str(word);
        }
        write(part, own, called, text);
    }
    if binds >= own {
        text.push(')');
    }
}

fn leaf_text(leaf: &Leaf, called: &BTreeMap<String, String>, text: &mut String) {
    let op = leaf.op.in_text();
    let nothing = BTreeMap::new();
    let called = if matches!(leaf.field.as_str(), "list" | "campaign") { called } else { &nothing };
    if matches!(leaf.op, Op::Got | Op::Replied | Op::Clicked) {
        let _ = write!(text, "{op} ");
        match &leaf.value {
            None => text.push_str("any campaign"),
            Some(Value::Many(values)) => {
                text.push_str("campaign in ");
                list(values, called, text);
            }
            Some(value) => {
                text.push_str("campaign ");
                value_text(value, called, text);
            }
        }
        if let Some(days) = leaf.days {
            let _ = write!(text, " within {days} days");
        }
        return;
    }
    let plain = leaf.field.strip_prefix("fields.").filter(|key| !NAMES.contains(key) && !WORDS.contains(key));
    let _ = write!(text, "{} {op}", plain.unwrap_or(&leaf.field));
    match (&leaf.value, leaf.op) {
        (Some(Value::Many(ends)), Op::Between) => {
            for (nth, end) in ends.iter().enumerate() {
                text.push_str(if nth == 0 { " " } else { " and " });
                value_text(end, called, text);
            }
        }
        (Some(Value::Many(values)), _) => {
            text.push(' ');
            list(values, called, text);
        }
        (Some(value), _) => {
            text.push(' ');
            value_text(value, called, text);
        }
        (None, _) => {}
    }
    if let Some(days) = leaf.days {
        let _ = write!(text, " {days} days");
    }
}

fn list(values: &[Value], called: &BTreeMap<String, String>, text: &mut String) {
    for (nth, value) in values.iter().enumerate() {
        text.push_str(if nth == 0 { "(" } else { ", " });
        value_text(value, called, text);
    }
    text.push(')');
}

fn value_text(value: &Value, called: &BTreeMap<String, String>, text: &mut String) {
    match value {
        Value::Text(said) if is_bare(said) => {
            text.push_str(&said.replace('-', " - ").replace('+', " + "));
        }
        Value::Text(said) if is_date(said) => text.push_str(said),
        Value::Text(said) => {
            let said = called.get(said).unwrap_or(said);
            let _ = write!(text, "\"{}\"", said.replace('\\', "\\\\").replace('"', "\\\""));
        }
        Value::Number(number) => {
            let _ = write!(text, "{number}");
        }
        Value::YesNo(yes) => text.push_str(if *yes { "yes" } else { "no" }),
        Value::Many(values) => list(values, called, text),
    }
}

/// `today`, `today-30`, `today+7`: as it is read back.
fn is_bare(said: &str) -> bool {
    let Some(after) = said.strip_prefix("today") else { return false };
    after.is_empty()
        || after.strip_prefix(['-', '+']).is_some_and(|days| days.parse::<u32>().is_ok_and(|n| n.to_string() == days))
}

fn is_date(said: &str) -> bool {
    said.len() == 10 && said.parse::<Date>().is_ok_and(|date| date.to_string() == said)
}
