//! A text, read as a tree.

use std::collections::BTreeMap;

use super::WORDS;
use super::lex::{Kind, Token};
use crate::condition::fault::choose;
use crate::condition::{Condition, DEPTH_MAX, Fault, Leaf, Op, Span, Value};

/// Parentheses and `not` may stand in each other so many times; the tree itself must be flatter.
const NESTED_MAX: usize = 4 * DEPTH_MAX;
/// After a name.
const AFTER_NAME: [&str; 17] = [
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
    "between",
    "contains",
    "starts with",
    "is set",
    "is missing",
    "within last",
    "within next",
    "older than",
    "before",
];

/// A tree with the places of its parts.
pub(super) enum Spanned {
    All(Vec<Spanned>, Span),
    Any(Vec<Spanned>, Span),
    Not(Box<Spanned>, Span),
    Leaf(Leaf, Places),
}

/// Where the parts of a leaf stand.
pub(super) struct Places {
    whole: Span,
    field: Span,
    op: Span,
    value: Option<Span>,
    days: Option<Span>,
}

impl Spanned {
    /// The tree, and the places of its parts under their paths.
    pub(super) fn placed(self, path: &str, places: &mut BTreeMap<String, Span>) -> Condition {
        let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        places.insert(path.to_owned(), self.span());
        match self {
            Self::All(parts, _) => {
                let parts = parts.into_iter().enumerate();
                Condition::All(parts.map(|(nth, part)| part.placed(&inside(&format!("all[{nth}]")), places)).collect())
            }
            Self::Any(parts, _) => {
                let parts = parts.into_iter().enumerate();
                Condition::Any(parts.map(|(nth, part)| part.placed(&inside(&format!("any[{nth}]")), places)).collect())
            }
            Self::Not(part, _) => Condition::Not(Box::new(part.placed(&inside("not"), places))),
            Self::Leaf(leaf, at) => {
                places.insert(inside("field"), at.field);
                places.insert(inside("op"), at.op);
                places.insert(inside("value"), at.value.unwrap_or(at.whole));
                places.insert(inside("days"), at.days.unwrap_or(at.whole));
                Condition::Leaf(leaf)
            }
        }
    }

    fn span(&self) -> Span {
        match self {
            Self::All(_, span) | Self::Any(_, span) | Self::Not(_, span) => *span,
            Self::Leaf(_, places) => places.whole,
        }
    }
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    nested: usize,
    /// Behind the last character.
    end: Span,
}

impl Parser {
    pub(super) fn new(tokens: Vec<Token>, length: usize) -> Self {
        Self { tokens, next: 0, nested: 0, end: Span { at: length + 1, length: 0 } }
    }

    /// All of the text.
    pub(super) fn whole(mut self) -> Result<Spanned, Fault> {
        if self.tokens.is_empty() {
            return Err(Fault::at(self.end, "empty", "It says nothing.", "Write a condition, as in city = \"Oslo\"."));
        }
        let tree = self.any()?;
        if self.peek().is_some() {
            return Err(self.unexpected(["and", "or"]));
        }
        Ok(tree)
    }

    fn any(&mut self) -> Result<Spanned, Fault> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(self.joined(parts, Spanned::Any))
    }

    fn all(&mut self) -> Result<Spanned, Fault> {
        let first = self.one()?;
        let mut parts = vec![first];
        while self.take_word("and") {
            parts.push(self.one()?);
        }
        Ok(self.joined(parts, Spanned::All))
    }

    fn joined(&self, mut parts: Vec<Spanned>, join: impl FnOnce(Vec<Spanned>, Span) -> Spanned) -> Spanned {
        match (parts.len(), parts.first().map(Spanned::span)) {
            (1, _) => parts.remove(0),
            (_, Some(first)) => join(parts, self.since(first)),
            (_, None) => join(parts, self.end),
        }
    }

    fn one(&mut self) -> Result<Spanned, Fault> {
        let begins = self.here();
        let opens = self.take_sign("(");
        if !opens && !self.take_word("not") {
            return self.leaf();
        }
        self.nested += 1;
        if self.nested > NESTED_MAX {
            return Err(Fault::at(
                begins,
                "too_deep",
                "This is nested too deep.",
                "Nest less, or make a second segment.",
            ));
        }
        let inner = if opens {
            let inner = self.any()?;
            if !self.take_sign(")") {
                if self.peek().is_none() {
                    let mend = "Write a ) where it ends.";
                    return Err(Fault::at(begins, "unclosed_parenthesis", "This parenthesis is not closed.", mend));
                }
                return Err(self.unexpected([")", "and", "or"]));
            }
            inner
        } else {
            let inner = self.one()?;
            Spanned::Not(Box::new(inner), self.since(begins))
        };
        self.nested -= 1;
        Ok(inner)
    }

    fn leaf(&mut self) -> Result<Spanned, Fault> {
        let begins = self.here();
        let Some(Token { kind: Kind::Word(name), span }) = self.peek().cloned() else {
            return Err(self.unexpected(["(", "not", "a name"]));
        };
        let name = name.to_ascii_lowercase();
        if matches!(name.as_str(), "and" | "or") {
            return Err(self.unexpected(["(", "not", "a name"]));
        }
        self.next += 1;
        if matches!(name.as_str(), "got" | "replied" | "clicked") {
            return self.campaign(&name, span);
        }
        let op_at = self.here();
        let (op, is_negated) = self.op()?;
        let op_at = Span { length: self.since(op_at).length, ..op_at };
        let mut leaf = Leaf { field: name, op, value: None, days: None };
        let (mut value, mut days) = (None, None);
        let argument = self.here();
        match op {
            Op::IsSet | Op::IsMissing => {}
            Op::WithinLast | Op::WithinNext | Op::OlderThan => {
                leaf.days = Some(self.days()?);
                days = Some(self.since(argument));
            }
            Op::In => leaf.value = Some(Value::Many(self.list()?)),
            Op::Between => {
                let from = self.value()?;
                if !self.take_word("and") {
                    return Err(self.unexpected(["and"]));
                }
                leaf.value = Some(Value::Many(vec![from, self.value()?]));
            }
            _ => leaf.value = Some(self.value()?),
        }
        if leaf.value.is_some() {
            value = Some(self.since(argument));
        }
        let whole = self.since(begins);
        let leaf = Spanned::Leaf(leaf, Places { whole, field: span, op: op_at, value, days });
        Ok(if is_negated { Spanned::Not(Box::new(leaf), whole) } else { leaf })
    }

    /// `got any campaign`, `got campaign "June" within 30 days`, `replied to campaign in ("June", "July")`,
    /// `clicked in campaign "June"`.
    fn campaign(&mut self, word: &str, begins: Span) -> Result<Spanned, Fault> {
        let (op, then) = match word {
            "got" => (Op::Got, None),
            "replied" => (Op::Replied, Some("to")),
            _ => (Op::Clicked, Some("in")),
        };
        if let Some(then) = then.filter(|then| !self.take_word(then)) {
            return Err(self.unexpected([then]));
        }
        let is_any = self.take_word("any");
        if !self.take_word("campaign") {
            return Err(if is_any { self.unexpected(["campaign"]) } else { self.unexpected(["campaign", "any"]) });
        }
        let op_at = self.since(begins);
        let mut leaf = Leaf { field: "campaign".into(), op, value: None, days: None };
        let (mut value, mut days) = (None, None);
        if !is_any {
            let at = self.here();
            leaf.value = Some(if self.take_word("in") { Value::Many(self.list()?) } else { self.value()? });
            value = Some(self.since(at));
        }
        if self.take_word("within") {
            let at = self.here();
            leaf.days = Some(self.days()?);
            days = Some(self.since(at));
        }
        let whole = self.since(begins);
        Ok(Spanned::Leaf(leaf, Places { whole, field: op_at, op: op_at, value, days }))
    }

    fn op(&mut self) -> Result<(Op, bool), Fault> {
        const SIGNS: [(&str, Op); 6] =
            [("=", Op::Eq), ("!=", Op::Ne), ("<=", Op::Le), (">=", Op::Ge), ("<", Op::Lt), (">", Op::Gt)];
        for (sign, op) in SIGNS {
            if self.take_sign(sign) {
                return Ok((op, false));
            }
        }
        const PLAIN: [(&str, Op); 5] = [
            ("in", Op::In),
            ("between", Op::Between),
            ("contains", Op::Contains),
            ("before", Op::Lt),
            ("after", Op::Gt),
        ];
        for (word, op) in PLAIN {
            if self.take_word(word) {
                return Ok((op, false));
            }
        }
        if self.take_word("starts") {
            self.take_word("with");
            return Ok((Op::Starts, false));
        }
        if self.take_word("not") {
            return if self.take_word("in") { Ok((Op::In, true)) } else { Err(self.unexpected(["in"])) };
        }
        if self.take_word("is") {
            for (word, op) in [("set", Op::IsSet), ("missing", Op::IsMissing)] {
                if self.take_word(word) {
                    return Ok((op, false));
                }
            }
            return Err(self.unexpected(["set", "missing"]));
        }
        if self.take_word("within") {
            for (word, op) in [("last", Op::WithinLast), ("next", Op::WithinNext)] {
                if self.take_word(word) {
                    return Ok((op, false));
                }
            }
            return Err(self.unexpected(["last", "next"]));
        }
        if self.take_word("older") {
            return if self.take_word("than") { Ok((Op::OlderThan, false)) } else { Err(self.unexpected(["than"])) };
        }
        Err(self.unexpected(AFTER_NAME))
    }

    fn list(&mut self) -> Result<Vec<Value>, Fault> {
        if !self.take_sign("(") {
            return Err(self.unexpected(["("]));
        }
        let mut values = vec![self.value()?];
        while self.take_sign(",") {
            values.push(self.value()?);
        }
        if self.take_sign(")") { Ok(values) } else { Err(self.unexpected([",", ")"])) }
    }

    fn value(&mut self) -> Result<Value, Fault> {
        let is_negative = self.take_sign("-");
        let Some(token) = self.peek().cloned() else { return Err(self.no_value()) };
        let value = match token.kind {
            Kind::Number(digits) => {
                let sign = if is_negative { "-" } else { "" };
                let Ok(number) = serde_json::from_str(&format!("{sign}{digits}")) else {
                    let mend = format!("Write it in quotes, as in \"{digits}\", if it is a text.");
                    return Err(Fault::at(token.span, "wrong_value", "This is no number.", mend));
                };
                Value::Number(number)
            }
            _ if is_negative => return Err(self.no_value()),
            Kind::Quoted(text) => Value::Text(text),
            Kind::Date(date) => Value::Text(date),
            Kind::Word(word) if word.eq_ignore_ascii_case("yes") => Value::YesNo(true),
            Kind::Word(word) if word.eq_ignore_ascii_case("no") => Value::YesNo(false),
            Kind::Word(word) if word.eq_ignore_ascii_case("today") => {
                self.next += 1;
                return self.today();
            }
            Kind::Word(_) | Kind::Sign(_) => return Err(self.no_value()),
        };
        self.next += 1;
        Ok(value)
    }

    /// What may follow `today`: `- 30`, `+ 7 days`.
    fn today(&mut self) -> Result<Value, Fault> {
        let sign = if self.take_sign("-") {
            "-"
        } else if self.take_sign("+") {
            "+"
        } else {
            return Ok(Value::Text("today".into()));
        };
        Ok(Value::Text(format!("today{sign}{}", self.days()?)))
    }

    /// A whole number, and `days` or `day` after it, or not.
    fn days(&mut self) -> Result<u32, Fault> {
        let days = match self.peek() {
            Some(Token { kind: Kind::Number(digits), .. }) => digits.parse().ok(),
            _ => None,
        };
        let Some(days) = days else { return Err(self.unexpected(["a whole number of days"])) };
        self.next += 1;
        if !self.take_word("days") {
            self.take_word("day");
        }
        Ok(days)
    }

    fn no_value(&self) -> Fault {
        let what = self.what_stands_here();
        let mend = match self.peek() {
            Some(Token { kind: Kind::Word(word), .. }) => format!("If it is a text, write it in quotes: \"{word}\"."),
            _ => "Write a text in quotes, a number, a day as in 2026-11-27 or today - 30, yes or no.".into(),
        };
        Fault::at(self.here(), "unexpected", format!("A value is wanted here, and there is {what}."), mend)
    }

    fn unexpected<const N: usize>(&self, wanted: [&str; N]) -> Fault {
        let what = self.what_stands_here();
        let mend = match self.peek() {
            Some(Token { kind: Kind::Word(word), .. }) if !WORDS.contains(&word.to_ascii_lowercase().as_str()) => {
                choose(word, wanted)
            }
            _ => format!("Write one of these: {}.", wanted.join(", ")),
        };
        Fault::at(self.here(), "unexpected", format!("There is {what}, which means nothing here."), mend)
    }

    fn what_stands_here(&self) -> String {
        match self.peek().map(|token| &token.kind) {
            None => "nothing more".into(),
            Some(Kind::Word(word)) => word.clone(),
            Some(Kind::Quoted(_)) => "a text in quotes".into(),
            Some(Kind::Number(digits)) => digits.clone(),
            Some(Kind::Date(date)) => date.clone(),
            Some(Kind::Sign(sign)) => (*sign).into(),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn here(&self) -> Span {
        self.peek().map_or(self.end, |token| token.span)
    }

    /// From there to the end of the last word that was taken.
    fn since(&self, begins: Span) -> Span {
        let last = self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(begins, |token| token.span);
        Span { at: begins.at, length: (last.at + last.length).saturating_sub(begins.at) }
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let is_here =
            matches!(self.peek(), Some(Token { kind: Kind::Word(word), .. }) if word.eq_ignore_ascii_case(wanted));
        self.next += usize::from(is_here);
        is_here
    }

    fn take_sign(&mut self, wanted: &str) -> bool {
        let is_here = matches!(self.peek(), Some(Token { kind: Kind::Sign(sign), .. }) if *sign == wanted);
        self.next += usize::from(is_here);
        is_here
    }
}
