//! The last look at a reply before it may go out: what it says must come from what the business gave.
//!
//! It is strict and plain. What it refuses becomes a suggestion for a person, with the reason; so an error of its costs a
//! look, and never a customer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

mod links;
mod sums;
mod times;
mod words;

use words::Folded;

/// Why a reply must not be sent by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "objection", content = "what")]
pub enum Objection {
    /// It carries an address of the web that is in no source and no setting.
    Link(String),
    /// It carries somebody's phone number or email address.
    Address(String),
    /// It carries what looks like a key, a password or a card.
    Secret,
    /// It gives away how the assistant was told to behave.
    Rules,
    /// It names a sum that no source names.
    Price(String),
    /// It names a day or an hour that neither a source nor the contact names.
    Date(String),
    /// It promises what no source promises.
    Promise(String),
    /// It says that a person writes.
    Person,
}

impl Objection {
    /// In plain words that follow "it was held back because it …".
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Link(link) => {
                format!("carries the link {link}, which is in no source and not among the assistant's links")
            }
            Self::Address(_) => {
                "carries a phone number or an email address that is neither the contact's nor in a source".into()
            }
            Self::Secret => "carries what looks like a key, a password or a card number".into(),
            Self::Rules => "gives away how the assistant was told to behave".into(),
            Self::Price(sum) => format!("names {sum}, which no source does"),
            Self::Date(time) => format!("names {time}, which neither a source nor the contact does"),
            Self::Promise(word) => format!("promises something ({word}) that no source does"),
            Self::Person => "says that a person writes".into(),
        }
    }
}

/// What a reply may draw on.
#[derive(Clone, Default)]
pub struct Allowed {
    /// What the business says: instructions, guide, passages, greeting, what a tool of its own answered, what people of its
    /// have written in this conversation.
    pub given: Vec<String>,
    /// What the contact wrote: a day of theirs may be repeated, a price or a promise of theirs may not.
    pub theirs: Vec<String>,
    /// The contact's own phone numbers and email addresses.
    pub own_addresses: Vec<String>,
    /// Addresses of the web, or hosts, that replies may carry.
    pub links: Vec<String>,
    /// What must never be seen: keys that the assistant's tools use.
    pub secrets: Vec<String>,
    /// How the assistant was told to behave, in words of ours.
    pub rules: String,
    /// The days around now in words, such as `friday`, `today`: they may be named.
    pub days: Vec<String>,
}

impl std::fmt::Debug for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Allowed").field("given", &self.given.len()).finish_non_exhaustive()
    }
}

/// Everything that speaks against sending it, each once; empty: it may go.
#[must_use]
pub fn check(body: &str, allowed: &Allowed) -> Vec<Objection> {
    let said = Folded::of(body);
    let given = Folded::of(&allowed.given.join("\n"));
    let theirs = Folded::of(&allowed.theirs.join("\n"));
    let mut found = BTreeSet::new();
    found.extend(links::unknown(&said, &given, allowed).into_iter().map(Objection::Link));
    found.extend(links::strangers(&said, &given, allowed).into_iter().map(Objection::Address));
    if words::holds_secret(body, allowed) {
        found.insert(Objection::Secret);
    }
    if words::tells_rules(&said, allowed) {
        found.insert(Objection::Rules);
    }
    found.extend(sums::unsupported(&said, &given).into_iter().map(Objection::Price));
    found.extend(times::unsupported(&said, &given, &theirs, allowed).into_iter().map(Objection::Date));
    found.extend(words::promised(&said, &given).map(Objection::Promise));
    if words::claims_person(&said) {
        found.insert(Objection::Person);
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests;
