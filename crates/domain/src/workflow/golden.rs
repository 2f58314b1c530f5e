//! Conversations that must go as they are written: kept with the workflow, played when it is published, and told with the first
//! difference if one goes otherwise.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::document::{Document, is_false, is_usual};
use super::fault::{Fault, choose};
use super::program::Published;
use super::simulate::{Answers, Person, Play, Scene, Simulation, simulate};
use super::state::Status;
use crate::condition::Subject;
use crate::hours::zone;

/// A workflow has at most so many.
pub const GOLDENS_MAX: usize = 50;
/// So much happens in one at most.
pub const PLAYS_MAX: usize = 200;

/// A conversation that must go as it is written.
///
/// ```json
/// {
///   "name": "Comes",
///   "at": "2026-11-30T15:00:00Z",
///   "variables": { "booking": "B7", "day": "2026-12-02" },
///   "plays": ["skips", { "says": "yes" }],
///   "expect": { "outcome": "confirmed" }
/// }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Golden {
    /// What people call it.
    pub name: String,
    /// When it begins.
    pub at: Timestamp,
    /// With whom.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub person: Who,
    /// What is known from the start, by keys of variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// What becomes of texts, and what systems and models answer.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// What happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plays: Vec<Play>,
    /// What must come of it.
    pub expect: Expected,
}

/// Who a conversation is with.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Who {
    /// What they are called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Where they work.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub company: String,
    /// IANA name of their clock; `None`: the business' own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// A BCP 47 tag; `None`: `en-US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// 5/6 is the sixth of May where they are.
    #[serde(skip_serializing_if = "is_false")]
    pub month_first: bool,
    /// Their labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What your fields hold of them, by keys.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// What must come of a conversation; what is not said may be as it will.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expected {
    /// All texts of ours, in their order, to the letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Vec<String>>,
    /// The outcome with which it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The step where it stands, and is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_at: Option<String>,
    /// What variables and fields hold in the end, as it is kept; empty: nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub saved: BTreeMap<String, String>,
}

macro_rules! hides {
    ($($hidden:ident)*) => {$(
        /// Without what it says, which may be somebody's name or number.
        impl fmt::Debug for $hidden {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($hidden)).finish_non_exhaustive()
            }
        }
    )*};
}

hides! { Golden Who Expected }

/// What is wrong with the conversations of a document, before they are played.
pub(super) fn faults(document: &Document, fields: &[crate::field::Field]) -> Vec<Fault> {
    let mut found = Vec::new();
    if document.goldens.len() > GOLDENS_MAX {
        let what = format!("It has more than {GOLDENS_MAX} conversations.");
        found.push(Fault::new("/goldens", "too_many", what, "Take out those that say the same."));
    }
    let variables = || document.variables.iter().map(|variable| variable.key.as_str());
    for (nth, golden) in document.goldens.iter().enumerate() {
        let at = format!("/goldens/{nth}");
        if golden.name.trim().is_empty() || golden.name.chars().count() > 100 {
            let fault = Fault::new(
                format!("{at}/name"),
                "wrong_value",
                "It has no name, or a long one.",
                "Write 1 to 100 letters.",
            );
            found.push(fault);
        }
        if golden.plays.len() > PLAYS_MAX {
            let what = format!("More than {PLAYS_MAX} things happen in it.");
            found.push(Fault::new(format!("{at}/plays"), "too_many", what, "Make several of it."));
        }
        if golden.person.time_zone.as_deref().is_some_and(|name| zone(name).is_err()) {
            let mend = "Write a name as in America/New_York.";
            found.push(Fault::new(
                format!("{at}/person/time_zone"),
                "wrong_value",
                "There is no such time zone.",
                mend,
            ));
        }
        if golden.expect == Expected::default() {
            let mend = "Add `texts`, `outcome`, `stands_at` or `saved`.";
            found.push(Fault::new(format!("{at}/expect"), "empty", "Nothing is expected of it.", mend));
        }
        for key in golden.variables.keys().filter(|key| !variables().any(|known| known == *key)) {
            let mend = choose(key, variables().collect::<Vec<_>>());
            let at = format!("{at}/variables/{key}");
            found.push(Fault::new(at, "no_such_variable", format!("There is no variable {key}."), mend));
        }
        let known = || fields.iter().map(|field| field.key.as_str());
        for key in golden.expect.saved.keys().filter(|key| !known().any(|known| known == *key)) {
            let mend = choose(key, known().collect::<Vec<_>>());
            let at = format!("{at}/expect/saved/{key}");
            found.push(Fault::new(at, "no_such_field", format!("There is no variable and no field {key}."), mend));
        }
    }
    found
}

/// Plays every conversation that is kept with a workflow: the first difference of each that goes otherwise than it is written.
#[must_use]
pub fn broken(published: &Published) -> Vec<Fault> {
    let goldens = published.document.goldens.iter().enumerate();
    goldens.filter_map(|(nth, golden)| golden.differs(published, &format!("/goldens/{nth}/expect"))).collect()
}

impl Golden {
    fn play<'p>(&self, published: &'p Published) -> Simulation<'p> {
        let who = &self.person;
        let own = who.time_zone.as_deref().and_then(|name| zone(name).ok());
        let clock: TimeZone = own.unwrap_or_else(|| published.zone.clone());
        let subject = Subject {
            name: who.name.clone(),
            company: who.company.clone(),
            phones: vec![PHONE.to_owned()],
            time_zone: who.time_zone.clone(),
            language: who.language.clone(),
            created_at: self.at,
            tags: who.tags.iter().cloned().collect(),
            fields: who.fields.clone(),
            ..Subject::default()
        };
        let person = Person {
            subject,
            phone: PHONE.to_owned(),
            zone: clock,
            language: who.language.clone().unwrap_or_else(|| "en-US".to_owned()),
            month_first: who.month_first,
        };
        simulate(published, person, self.variables.clone(), self.answers.clone(), &self.plays, self.at)
    }

    /// The first difference between what is expected and what comes of it.
    fn differs(&self, published: &Published, at: &str) -> Option<Fault> {
        let play = self.play(published);
        let (place, what) = self.expect.differs(&play)?;
        let what = format!("“{}” goes otherwise than it is written: {what}", self.name);
        let mend = "Mend the workflow, or what is expected of it, if it was meant to change.";
        let fault = Fault::new(format!("{at}{place}"), "golden", what, mend);
        Some(match &play.state().at {
            Some(step) => fault.of(step),
            None => fault,
        })
    }
}

/// A number of films and books, which nobody has.
const PHONE: &str = "+12025550123";

impl Expected {
    /// Where, and in words.
    fn differs(&self, play: &Simulation<'_>) -> Option<(String, String)> {
        let state = play.state();
        if let Some(expected) = &self.texts {
            let said = play.seen().iter().filter_map(|seen| match &seen.what {
                Scene::WeSay(text) => Some(text),
                _ => None,
            });
            let said: Vec<&String> = said.collect();
            for nth in 0..expected.len().max(said.len()) {
                let what = match (said.get(nth), expected.get(nth)) {
                    (Some(said), Some(expected)) if *said == expected => continue,
                    (Some(said), Some(expected)) => format!("text {} is “{said}”, not “{expected}”.", nth + 1),
                    (Some(said), None) => format!("it sends one text more, “{said}”."),
                    (None, Some(expected)) => format!("text {} is not sent, “{expected}”.", nth + 1),
                    (None, None) => continue,
                };
                return Some((format!("/texts/{}", nth.min(expected.len().saturating_sub(1))), what));
            }
        }
        let stands = || format!("it stands at {}", state.at.as_deref().unwrap_or("its beginning"));
        let came = match &state.status {
            Status::Ended { outcome, .. } => Some(outcome),
            _ => None,
        };
        match (&self.outcome, came) {
            (Some(expected), Some(came)) if came != expected => {
                return Some(("/outcome".into(), format!("it ends as `{came}`, not as `{expected}`.")));
            }
            (Some(expected), None) => {
                return Some(("/outcome".into(), format!("{}, and has not ended as `{expected}`.", stands())));
            }
            _ => {}
        }
        match (&self.stands_at, came) {
            (Some(expected), Some(came)) => {
                return Some((
                    "/stands_at".into(),
                    format!("it has ended as `{came}`, and does not stand at {expected}."),
                ));
            }
            (Some(expected), None) if state.at.as_ref() != Some(expected) => {
                return Some(("/stands_at".into(), format!("{}, not at {expected}.", stands())));
            }
            _ => {}
        }
        self.saved.iter().find_map(|(key, expected)| {
            let holds = state.variables.get(key).or_else(|| play.subject().fields.get(key)).map_or("", String::as_str);
            let called = |value: &str| if value.is_empty() { "nothing".to_owned() } else { format!("“{value}”") };
            let what = format!("{key} holds {}, not {}.", called(holds), called(expected));
            (holds != expected).then(|| (format!("/saved/{key}"), what))
        })
    }
}
