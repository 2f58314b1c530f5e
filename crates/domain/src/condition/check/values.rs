//! The values of a leaf, read as what is looked at has them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Bound;

use jiff::civil::Date;

use crate::condition::catalogue::{Catalogue, Of};
use crate::condition::fault::{Fault, choose};
use crate::condition::test::start_of;
use crate::condition::{
    DAYS_MAX, Day, Did, Leaf, Moment, Node, Op, TEXT_CHARS_MAX, Test, Value, Words, day_number, fold,
};
use crate::field::Kind;
use crate::phone::E164;

/// Years that a date in a condition may be of.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9_000;

type Read<T> = Result<T, Box<Fault>>;

pub(super) struct Reader<'r> {
    pub(super) of: &'r Of,
    pub(super) catalogue: &'r Catalogue,
    pub(super) called: &'r mut BTreeMap<String, String>,
}

impl Reader<'_> {
    /// What a leaf means. Its operator goes with what is looked at, and there are as many values as it wants.
    pub(super) fn read(&mut self, leaf: &Leaf, values: &[Value]) -> Read<(Node, Leaf)> {
        let mut kept = Leaf { field: self.of.name(), ..leaf.clone() };
        let mut negated = leaf.op.is_negation();
        let test = match self.of {
            Of::Name | Of::Company | Of::TimeZone | Of::Language => self.words(leaf.op, values, text)?,
            Of::Phone => self.words(leaf.op, values, if is_whole(leaf.op) { phone } else { digits })?,
            Of::Consent => {
                let choices = ["opted_in".to_owned(), "opted_out".to_owned()];
                self.words(leaf.op, values, |value| choice(value, &choices))?
            }
            Of::Field(field) => match &field.kind {
                Kind::Text => self.words(leaf.op, values, text)?,
                Kind::Choice { choices } => self.words(leaf.op, values, |value| choice(value, choices))?,
                Kind::YesNo => self.words(leaf.op, values, |value| Ok(yes_no_word(yes_no(value)?)))?,
                Kind::Number => numbers(&field.key, leaf.op, values)?,
                Kind::Date => {
                    let (from, to) = days(leaf, values)?;
                    Test::Date { field: field.key.clone(), from, to }
                }
            },
            Of::CreatedAt | Of::LastInboundAt | Of::LastOutboundAt => self.moment(leaf, values)?,
            Of::Blocked | Of::OptedOut => {
                let yes = values.first().map_or(Ok(true), yes_no)?;
                negated ^= !yes;
                if *self.of == Of::Blocked { Test::Blocked } else { Test::OptedOut }
            }
            Of::Tag => {
                let tags = values.iter().map(text).collect::<Read<Vec<_>>>()?;
                Test::Tagged(some(tags))
            }
            Of::List => {
                let known: Vec<_> = self.catalogue.lists.iter().map(|(id, name)| (*id, name.as_str())).collect();
                let lists = self.named(values, &known, "list", "no_such_list")?;
                kept.value = named_value(&leaf.value, &lists);
                Test::Listed(some(lists))
            }
            Of::Campaign => {
                let known: Vec<_> = self.catalogue.campaigns.iter().map(|(id, name)| (*id, name.as_str())).collect();
                let which = self.named(values, &known, "campaign", "no_such_campaign")?;
                kept.value = named_value(&leaf.value, &which);
                let did = match leaf.op {
                    Op::Replied => Did::Replied,
                    Op::Clicked => Did::Clicked,
                    _ => Did::Got,
                };
                Test::Campaign { did, which: some(which), days: leaf.days }
            }
        };
        Ok((Node::Asked { test, negated }, kept))
    }

    fn words(&self, op: Op, values: &[Value], read: impl Fn(&Value) -> Read<String>) -> Read<Test> {
        let words = values.iter().map(|value| read(value).map(|word| fold(&word))).collect::<Read<Vec<_>>>()?;
        let are = match (op, words.first()) {
            (Op::Contains, Some(word)) => Words::Contain(word.clone()),
            (Op::Starts, Some(word)) => Words::Start(word.clone()),
            (_, None) => Words::Known,
            _ => Words::OneOf(words),
        };
        Ok(Test::Words { of: self.of.clone(), are })
    }

    fn moment(&self, leaf: &Leaf, values: &[Value]) -> Read<Test> {
        let of = self.of.clone();
        if let (Op::WithinLast | Op::OlderThan, Some(days)) = (leaf.op, leaf.days) {
            let ago = Some(Moment::Ago(days));
            let (from, until) = if leaf.op == Op::WithinLast { (ago, None) } else { (None, ago) };
            return Ok(Test::Moment { of, from, until });
        }
        let (from, to) = days(leaf, values)?;
        let start = |day: Day| match day {
            Day::Today(after) => Ok(Moment::StartOf(after)),
            Day::On(day) => match start_of(day, &self.catalogue.zone) {
                Some(at) => Ok(Moment::At(at)),
                None => Err(wrong("This day is too far away.", "Write a nearer one.")),
            },
        };
        let from = from.map(start).transpose()?;
        let until = to.map(|day| start(day.plus(1))).transpose()?;
        Ok(Test::Moment { of, from, until })
    }

    /// Ids of things that are named by id or by name.
    fn named<Id>(&mut self, values: &[Value], known: &[(Id, &str)], thing: &str, code: &'static str) -> Read<Vec<Id>>
    where
        Id: Copy + Display + std::str::FromStr + PartialEq,
    {
        let mut found = Vec::with_capacity(values.len());
        for value in values {
            let said = text(value)?;
            let by_id = said.parse::<Id>().ok().and_then(|id| known.iter().find(|(other, _)| *other == id));
            let mut by_name = known.iter().filter(|(_, name)| fold(name) == fold(&said));
            let (id, name) = match (by_id, by_name.next(), by_name.next()) {
                (Some(one), _, _) | (None, Some(one), None) => one,
                (None, Some(_), Some(_)) => {
                    let what = format!("Several {thing}s are called {said}.");
                    return Err(Box::new(Fault::new("", "ambiguous", what, "Write the id of the one that is meant.")));
                }
                (None, None, _) => {
                    let mend = choose(&said, known.iter().map(|(_, name)| *name));
                    return Err(Box::new(Fault::new("", code, format!("There is no {thing} {said}."), mend)));
                }
            };
            if known.iter().filter(|(_, other)| fold(other) == fold(name)).count() == 1 {
                self.called.insert(id.to_string(), (*name).to_owned());
            }
            found.push(*id);
        }
        Ok(found)
    }
}

fn is_whole(op: Op) -> bool {
    !matches!(op, Op::Contains | Op::Starts)
}

fn some<T>(values: Vec<T>) -> Option<Vec<T>> {
    (!values.is_empty()).then_some(values)
}

fn named_value<Id: Display>(said: &Option<Value>, ids: &[Id]) -> Option<Value> {
    let mut ids = ids.iter().map(|id| Value::Text(id.to_string()));
    match said {
        None => None,
        Some(Value::Many(_)) => Some(Value::Many(ids.collect())),
        Some(_) => ids.next(),
    }
}

fn wrong(what: impl Into<String>, mend: impl Into<String>) -> Box<Fault> {
    Box::new(Fault::new("", "wrong_value", what, mend))
}

fn text(value: &Value) -> Read<String> {
    let Value::Text(text) = value else {
        return Err(wrong("This is no text.", "Write it in quotes."));
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(wrong("This text is empty.", "Write something, or use `is missing`."));
    }
    if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(wrong(
            "This text is too long, or not of letters.",
            format!("Write at most {TEXT_CHARS_MAX} characters on one line."),
        ));
    }
    Ok(text.to_owned())
}

fn phone(value: &Value) -> Read<String> {
    match E164::parse(&text(value)?, None) {
        Ok(phone) => Ok(phone.as_str().to_owned()),
        Err(why) => {
            let mend = "Write it in full, as in \"+14155552671\", or use `starts with`.";
            Err(Box::new(Fault::new("", why.code(), "This is no telephone number.", mend)))
        }
    }
}

fn digits(value: &Value) -> Read<String> {
    let text: String = text(value)?.chars().filter(|c| !" -.()".contains(*c)).collect();
    let digits = text.strip_prefix('+').unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("This is no part of a telephone number.", "Write digits, as in \"+47\"."));
    }
    Ok(text)
}

fn yes_no(value: &Value) -> Read<bool> {
    match value {
        Value::YesNo(yes) => Ok(*yes),
        Value::Text(word) if word.eq_ignore_ascii_case("yes") => Ok(true),
        Value::Text(word) if word.eq_ignore_ascii_case("no") => Ok(false),
        Value::Text(_) | Value::Number(_) | Value::Many(_) => {
            Err(wrong("This is neither yes nor no.", "Write yes or no."))
        }
    }
}

fn yes_no_word(yes: bool) -> String {
    if yes { "yes".into() } else { "no".into() }
}

fn choice(value: &Value, choices: &[String]) -> Read<String> {
    let said = text(value)?;
    match choices.iter().find(|choice| fold(choice) == fold(&said)) {
        Some(choice) => Ok(choice.clone()),
        None => {
            Err(wrong(format!("{said} is none of its choices."), choose(&said, choices.iter().map(String::as_str))))
        }
    }
}

fn numbers(key: &str, op: Op, values: &[Value]) -> Read<Test> {
    let number = |value: &Value| match value {
        Value::Number(number) => number
            .as_f64()
            .filter(|n| n.is_finite())
            .ok_or_else(|| wrong("This number is too big.", "Write a smaller one.")),
        Value::Text(_) | Value::YesNo(_) | Value::Many(_) => {
            Err(wrong("This is no number.", "Write one without quotes, as in 12.5."))
        }
    };
    let numbers = values.iter().map(number).collect::<Read<Vec<_>>>()?;
    let field = key.to_owned();
    use Bound::{Excluded, Included, Unbounded};
    let (from, to) = match (op, numbers.as_slice()) {
        (Op::Lt, [n]) => (Unbounded, Excluded(*n)),
        (Op::Le, [n]) => (Unbounded, Included(*n)),
        (Op::Gt, [n]) => (Excluded(*n), Unbounded),
        (Op::Ge, [n]) => (Included(*n), Unbounded),
        (Op::Between, [from, to]) => (Included(*from), Included(*to)),
        (_, []) => (Unbounded, Unbounded),
        _ => return Ok(Test::NumberIn { field, numbers }),
    };
    Ok(Test::Number { field, from, to })
}

/// The days that a leaf means, both ends included.
fn days(leaf: &Leaf, values: &[Value]) -> Read<(Option<Day>, Option<Day>)> {
    let days = values.iter().map(day).collect::<Read<Vec<_>>>()?;
    let period = i64::from(leaf.days.unwrap_or(0));
    Ok(match (leaf.op, days.as_slice()) {
        (Op::Lt, [day]) => (None, Some(day.plus(-1))),
        (Op::Le, [day]) => (None, Some(*day)),
        (Op::Gt, [day]) => (Some(day.plus(1)), None),
        (Op::Ge, [day]) => (Some(*day), None),
        (Op::Between, [from, to]) => (Some(*from), Some(*to)),
        (_, [day, ..]) => (Some(*day), Some(*day)),
        (Op::WithinLast, []) => (Some(Day::Today(-period)), Some(Day::Today(0))),
        (Op::WithinNext, []) => (Some(Day::Today(0)), Some(Day::Today(period))),
        (Op::OlderThan, []) => (None, Some(Day::Today(-period - 1))),
        (_, []) => (None, None),
    })
}

fn day(value: &Value) -> Read<Day> {
    let said = text(value).unwrap_or_default();
    let mend = "Write one as in 2026-11-27, or as in today - 30.";
    if let Some(after) = said.strip_prefix("today") {
        let after: String = after.chars().filter(|c| *c != ' ').collect();
        let offset = if after.is_empty() { Some(0) } else { after.parse::<i64>().ok() };
        let signed = after.is_empty() || after.starts_with(['+', '-']);
        return offset
            .filter(|days| signed && days.unsigned_abs() <= u64::from(DAYS_MAX))
            .map(Day::Today)
            .ok_or_else(|| wrong("This is no day.", mend));
    }
    match said.parse::<Date>() {
        Ok(date) if date.to_string() == said && YEARS.contains(&date.year()) => Ok(Day::On(day_number(date))),
        _ => Err(wrong("This is no day.", mend)),
    }
}
