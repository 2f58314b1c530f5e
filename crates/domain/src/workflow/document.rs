//! A workflow as it is written, kept, exported and taken in again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::fault::Fault;
use super::form;
use super::golden::Golden;
use super::step::{Act, Step};
use super::trigger::Trigger;
use super::unchosen::is_chosen;
use crate::condition::{Condition, text};
use crate::field::{Field, Kind};
use crate::id::MediaId;

/// A document is at most so long, in bytes.
pub const BYTES_MAX: usize = 256 * 1024;

/// A workflow as it is written.
///
/// ```json
/// {
///   "name": "Appointment reminder",
///   "triggers": ["api"],
///   "entry": { "again": { "by_key": "booking" } },
///   "variables": [{ "key": "booking", "type": "text" }, { "key": "day", "type": "date" }],
///   "steps": [
///     { "id": "day_before", "delay": { "until": { "date": { "field": "day", "days": -1, "time": "10:00" } } } },
///     { "id": "remind", "send": { "text": "Hi {first_name|there}, see you on {day}. Will you come?", "purpose": "service" } },
///     { "id": "answer", "wait_for_reply": { "timeout": "1d", "cases": [
///       { "when": "yes", "steps": [{ "id": "fine", "end": "confirmed" }] } ] } },
///     { "id": "tell", "notify": { "text": "{name} has not confirmed {day}." } }
///   ]
/// }
/// ```
///
/// Steps follow one another. What has several ways out (cases, paths, a timeout) holds the steps of each way inside, and goes
/// on with the step behind it when the way that was taken is walked to its end; `go_to` and `end` leave it. Each step says
/// what it does by the name of its one part besides `id` and `only_if`.
///
/// What comes from outside is read by [`Self::from_json`] or [`Self::from_text`], which are strict; serde's own reading is
/// theirs, and lets pass what it does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What people call it.
    pub name: String,
    /// What it is for, in somebody's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What begins it; none: only a person does, by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// Who may enter, and how often.
    #[serde(default, skip_serializing_if = "Entry::is_usual")]
    pub entry: Entry,
    /// What ends somebody's way before its end. An opt-out always does.
    #[serde(default, skip_serializing_if = "Exits::is_usual")]
    pub exits: Exits,
    /// What it remembers of somebody on their way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
    /// Conversations that must go as they are written before it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goldens: Vec<Golden>,
}

/// Who may enter, and how often.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Whether somebody may enter who did so before. Nobody is in it twice at the same time.
    pub again: Again,
    /// Only whoever this is true of enters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<When>,
    /// At most so many people are in it at the same time; who comes then does not enter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside_max: Option<u32>,
}

/// Whether somebody may enter who did so before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Nobody does.
    #[default]
    Never,
    /// As soon as they are out.
    Always,
    /// So many days after they entered, if they are out.
    AfterDays(u32),
    /// Once for each value of this variable, which came with the trigger: a booking, an order.
    ByKey(String),
}

/// What ends somebody's way before its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exits {
    /// They write while nothing waits for their reply.
    #[serde(skip_serializing_if = "is_false")]
    pub on_reply: bool,
    /// This is true of them: what the workflow was to bring about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<When>,
}

/// Something that is remembered of somebody on their way. Conditions and templates name it as they name fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name: lower-case letters, digits and underscores.
    pub key: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: VariableKind,
    /// Which choices there are, if it holds one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// What a variable holds, as fields do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    /// Words.
    Text,
    /// A decimal number.
    Number,
    /// A day.
    Date,
    /// Yes or no.
    YesNo,
    /// One of its choices.
    Choice,
}

impl Variable {
    /// As a field.
    #[must_use]
    pub fn field(&self) -> Field {
        let kind = match self.kind {
            VariableKind::Text => Kind::Text,
            VariableKind::Number => Kind::Number,
            VariableKind::Date => Kind::Date,
            VariableKind::YesNo => Kind::YesNo,
            VariableKind::Choice => Kind::Choice { choices: self.choices.clone() },
        };
        Field { key: self.key.clone(), label: self.label.clone().unwrap_or_else(|| self.key.clone()), kind }
    }
}

/// A condition, as a text (`score >= 9 and city = "Oslo"`) or as the tree that [`crate::condition`] reads from JSON. It is
/// kept as it was written.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct When(pub Json);

impl When {
    /// What it says; `None`: it cannot be read.
    pub(super) fn condition(&self) -> Option<Condition> {
        match self.0.as_str() {
            Some(said) => text::parse(said).ok().map(|parsed| parsed.condition().clone()),
            None => Condition::from_json(&self.0).ok(),
        }
    }
}

impl std::fmt::Debug for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_string() { "When(text)" } else { "When(tree)" })
    }
}

impl From<&str> for When {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Document {
    /// Reads what came as JSON. Whether it makes sense is what [`publish`](super::publish) says.
    ///
    /// # Errors
    /// What has not the form of a workflow, each with its place; or that it is too long, as [`Self::to_text`] writes it.
    pub fn from_json(json: &Json) -> Result<Self, Vec<Fault>> {
        let read: Self = form::read(json).map_err(|faults| {
            let mut all = super::parts::faults(json);
            for fault in faults {
                if !all.iter().any(|other| other.pointer == fault.pointer && other.code == fault.code) {
                    all.push(fault);
                }
            }
            Fault::sort(&mut all);
            all
        })?;
        if read.to_text().len() > BYTES_MAX { Err(vec![Fault::too_long()]) } else { Ok(read) }
    }

    /// Reads a text of JSON.
    ///
    /// # Errors
    /// As [`Self::from_json`]; or that it is no JSON, or too long.
    pub fn from_text(text: &str) -> Result<Self, Vec<Fault>> {
        if text.len() > BYTES_MAX {
            return Err(vec![Fault::too_long()]);
        }
        match serde_json::from_str(text) {
            Ok(json) => Self::from_json(&json),
            Err(why) => Err(vec![Fault::new("", "not_json", format!("This is no JSON: {why}."), "Mend it there.")]),
        }
    }

    /// As JSON, in the one way that it is written: what says nothing is left out.
    #[must_use]
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// As a text for people, in the one way that it is written; read and written again it is the same.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Every condition in it, as far as it can be read.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition> {
        let mut all: Vec<&When> = self.entry.only_if.iter().chain(&self.exits.goal).collect();
        for (_, step) in self.all_steps() {
            all.extend(&step.only_if);
            match &step.act {
                Act::Filter(when) => all.push(when),
                Act::Branch(branch) => all.extend(branch.cases.iter().map(|case| &case.when)),
                _ => {}
            }
        }
        all.into_iter().filter_map(When::condition).collect()
    }

    /// What its texts carry, each once.
    #[must_use]
    pub fn media(&self) -> BTreeSet<MediaId> {
        let of = |step: &Step| match &step.act {
            Act::Send(send) => send.media.clone(),
            Act::ScheduleSend(later) => later.send.media.clone(),
            _ => Vec::new(),
        };
        self.all_steps().into_iter().flat_map(|(_, step)| of(step)).filter(|id| is_chosen(*id)).collect()
    }

    /// All its steps, those inside of others behind these, each with its place.
    #[must_use]
    pub fn all_steps(&self) -> Vec<(String, &Step)> {
        let mut all = Vec::new();
        super::step::walk("/steps", &self.steps, &mut all);
        all
    }
}

impl Entry {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Exits {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

pub(super) const fn is_false(yes: &bool) -> bool {
    !*yes
}

pub(super) fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workflow::testing::document;

    #[test]
    fn a_long_one_is_refused_however_it_is_read() {
        let long = |bytes: usize| json!({ "name": "x", "steps": [{ "id": "a", "send": { "text": "a".repeat(bytes), "purpose": "service" } }] });
        assert!(Document::from_json(&long(BYTES_MAX - 200)).is_ok());
        let short = long(BYTES_MAX - 100).to_string();
        assert!(short.len() < BYTES_MAX, "it is longer as it is written");
        for read in [
            Document::from_json(&long(BYTES_MAX - 100)),
            Document::from_text(&short),
            Document::from_yaml(&short),
            Document::from_text(&long(BYTES_MAX).to_string()),
        ] {
            let faults = read.unwrap_err();
            assert_eq!((faults.len(), faults[0].code), (1, "too_long"));
        }
    }

    #[test]
    fn every_condition_is_known() {
        let asks = document(&json!({
            "name": "x", "entry": { "only_if": "city = \"1\"" }, "exits": { "goal": "city = \"2\"" }, "steps": [
                { "id": "a", "only_if": "city = \"3\"", "split": { "paths": [
                    { "name": "1", "steps": [{ "id": "b", "filter": { "field": "city", "op": "eq", "value": "4" } }] },
                    { "name": "2", "steps": [{ "id": "c", "branch": { "cases": [{ "when": "city = \"5\"" }, { "when": "city =" }] } }] },
                ] } },
            ],
        }));
        let said = asks.conditions().iter().map(|one| text::print(one, &Default::default())).collect::<Vec<_>>();
        assert_eq!(said, [1, 2, 3, 4, 5].map(|nth| format!("city = \"{nth}\"")));
    }
}
