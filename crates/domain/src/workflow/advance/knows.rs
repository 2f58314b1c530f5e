//! What conditions and templates see: what is known of the person, and what the way remembers.

use jiff::civil::Date;
use serde_json::Value as Json;

use super::Turn;
use crate::condition::Subject;
use crate::field::{Field, Kind};
use crate::template::{Lacks, Person, Template};
use crate::workflow::program;
use crate::workflow::reply::Reading;

/// How values are written into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// For people: dates and numbers in their language.
    Said,
    /// For programs: as they are kept.
    Kept,
    /// As a part of an address: what is no letter and no digit is written as its bytes.
    Address,
}

impl Turn<'_> {
    pub(super) fn holds(&mut self, when: &program::When) -> bool {
        let now = self.now;
        when.0.as_ref().is_some_and(|checked| checked.holds(self.subject(), now))
    }

    /// What is known of them, with what the way remembers. What the way changes of them is known at once.
    pub(super) fn subject(&mut self) -> &mut Subject {
        let (state, known) = (&self.state, self.known);
        self.subject.get_or_insert_with(|| {
            let mut subject = known.subject.clone();
            subject.fields.extend(state.variables.iter().map(|(key, value)| (key.clone(), value.clone())));
            let answer = state.answer.as_ref();
            let replied = if answer.is_some() || state.wrote_at.is_some() { "yes" } else { "no" };
            let run = [
                ("reply", answer.map(|answer| answer.said.clone())),
                ("reply_case", answer.map(|answer| answer.case.clone())),
                ("has_replied", Some(replied.to_owned())),
                ("last_send", state.last_send.map(|sent| sent.as_str().to_owned())),
            ];
            for (name, value) in run {
                match value.filter(|value| !value.is_empty()) {
                    Some(value) => subject.fields.insert(name.to_owned(), value),
                    None => subject.fields.remove(name),
                };
            }
            subject
        })
    }

    /// What stands under a name, as it is kept.
    pub(super) fn value(&mut self, name: &str) -> Option<String> {
        let key = name.strip_prefix("fields.").unwrap_or(name);
        self.subject().fields.get(key).filter(|value| !value.is_empty()).cloned()
    }

    pub(super) fn day(&mut self, name: &str) -> Option<Date> {
        self.value(name)?.parse().ok()
    }

    /// A variable holds this from now on; `None`: nothing.
    pub(super) fn remember(&mut self, key: &str, value: Option<String>) {
        match &value {
            Some(value) => self.state.variables.insert(key.to_owned(), value.clone()),
            None => self.state.variables.remove(key),
        };
        // What has not been looked at yet is told by the variables.
        if self.subject.is_some() {
            self.know(key, value);
        }
    }

    /// It is known of them from now on, in this turn.
    pub(super) fn know(&mut self, key: &str, value: Option<String>) {
        match value {
            Some(value) => self.subject().fields.insert(key.to_owned(), value),
            None => self.subject().fields.remove(key),
        };
    }

    pub(super) fn reading(&self) -> Reading {
        Reading { today: self.known.zone.to_datetime(self.now).date(), month_first: self.known.month_first }
    }

    pub(super) fn render(&mut self, template: &Template, manner: Manner) -> Result<String, Lacks> {
        let names = template.names();
        let (published, phone, rendering) = (self.published, self.known.phone, self.known.rendering);
        if names.is_empty() {
            return rendering.render(template, Person { phone, ..Person::default() });
        }
        let subject = self.subject();
        let written = |value: &str| match manner {
            Manner::Said | Manner::Kept => value.to_owned(),
            Manner::Address => escaped(value),
        };
        let fields: Vec<(Field, String)> = published
            .fields
            .iter()
            .filter(|field| names.contains(&field.key.as_str()))
            .filter_map(|field| {
                let value = subject.fields.get(&field.key)?;
                let kind = if manner == Manner::Said { field.kind.clone() } else { Kind::Text };
                Some((Field { kind, ..field.clone() }, written(value)))
            })
            .collect();
        let (name, company, phone) = (written(&subject.name), written(&subject.company), written(phone));
        let person = Person { name: &name, company: &company, phone: &phone, fields: &fields };
        let text = rendering.render(template, person)?;
        // Between the words of a name a blank had to stay, so that its first could be told.
        Ok(if manner == Manner::Address { text.replace(' ', "%20") } else { text })
    }

    /// JSON with its texts filled.
    pub(super) fn fill(&mut self, json: &Json) -> Result<Json, Lacks> {
        Ok(match json {
            Json::String(text) => match text.parse::<Template>() {
                Ok(template) => Json::String(self.render(&template, Manner::Kept)?),
                Err(_) => json.clone(),
            },
            Json::Array(list) => list.iter().map(|one| self.fill(one)).collect::<Result<_, _>>()?,
            Json::Object(parts) => {
                let filled = parts.iter().map(|(name, one)| Ok((name.clone(), self.fill(one)?)));
                Json::Object(filled.collect::<Result<_, Lacks>>()?)
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
        })
    }
}

/// RFC 3986: all but the unreserved characters as bytes, and but for what parts the words of a name.
fn escaped(value: &str) -> String {
    use std::fmt::Write as _;
    let mut written = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b' ' | b',') {
            written.push(char::from(byte));
        } else {
            let _ = write!(written, "%{byte:02X}");
        }
    }
    written
}
