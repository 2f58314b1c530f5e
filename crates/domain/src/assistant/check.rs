//! The last look at a reply before it may go out: what it says must come from what the business gave.
//!
//! It is strict and plain. What it refuses becomes a suggestion for a person, with the reason; so an error of its costs a
//! look, and never a customer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) mod calendar;
mod decode;
mod fold;
mod links;
mod numbers;
mod orders;
mod promises;
mod readings;
mod secrets;
mod sums;
mod times;
mod words;

use fold::Folded;
pub use orders::{answer_gives_orders, gives_orders, orders_of};
use readings::Reading;

/// Why a reply must not be sent by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "objection", content = "what")]
pub enum Objection {
    /// It carries an address of the web that is in no source and no setting.
    Link(String),
    /// It carries somebody's phone number, email address or street address.
    Address(String),
    /// It carries what looks like a key, a password or a card.
    Secret,
    /// It carries words that are encoded, so that nobody sees at once what they say.
    Hidden,
    /// It gives away how the assistant was told to behave.
    Rules,
    /// It names a sum that no source names.
    Price(String),
    /// It names a long number, such as an order's, that neither a source nor the contact names.
    Number(String),
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
                "carries a phone number or an address that is neither the contact's nor in a source".into()
            }
            Self::Secret => "carries what looks like a key, a password or a card number".into(),
            Self::Hidden => "carries encoded words".into(),
            Self::Rules => "gives away how the assistant was told to behave".into(),
            Self::Price(sum) => format!("names {sum}, which no source does"),
            Self::Number(number) => format!("names the number {number}, which neither a source nor the contact does"),
            Self::Date(time) => format!("names {time}, which neither a source nor the contact does"),
            Self::Promise(word) => format!("promises something ({word}) that no source does"),
            Self::Person => "says that a person writes".into(),
        }
    }
}

/// What a reply may draw on.
#[derive(Clone, Default)]
pub struct Allowed {
    /// What the business itself tells its assistant: instructions, guide, greeting, what people of its have written in this
    /// conversation. It may well give orders.
    pub own_words: Vec<String>,
    /// What it knows: passages. What gives orders to assistants, as a page does that somebody has tampered with, counts for
    /// nothing.
    pub given: Vec<String>,
    /// What tools answered: sums, days and numbers of theirs may be told. A link, an address or a promise may not, as whoever
    /// fills in a form may have written it.
    pub answered: Vec<String>,
    /// What the contact wrote: a day of theirs may be repeated, and an hour where the reply leaves it open; a price or a promise
    /// may not.
    pub theirs: Vec<String>,
    /// The contact's own phone numbers and email addresses.
    pub own_addresses: Vec<String>,
    /// Addresses of the web, or hosts, that replies may carry.
    pub links: Vec<String>,
    /// What must never be seen: keys that the assistant's tools use.
    pub secrets: Vec<String>,
    /// How the assistant was told to behave, one rule a line; some words of one in a row give it away.
    pub rules: String,
    /// The days around now in words, such as `friday`, `today`: they may be named.
    pub days: Vec<String>,
}

impl std::fmt::Debug for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Allowed").field("given", &self.given.len()).finish_non_exhaustive()
    }
}

/// Everything that speaks against sending it, each once; empty: it may go. It is read in every way in which its words could
/// have been dressed up.
#[must_use]
pub fn check(body: &str, allowed: &Allowed) -> Vec<Objection> {
    let plain = Folded::of(body);
    let mut found = BTreeSet::new();
    for reading in Reading::ALL {
        let read = |text: &str, folded: &Folded| {
            // Case is part of an encoding, and of nothing else.
            let from = if reading == Reading::Decoded { text } else { &folded.exact };
            Folded::of(&reading.read(from))
        };
        let said = read(body, &plain);
        if reading != Reading::Plain && said.exact == plain.exact {
            continue;
        }
        let nothing = Sources::default();
        // What is given only takes objections away: most replies need no look at it.
        if objections(reading, &said, &nothing, allowed).is_empty() {
            continue;
        }
        let joined = |texts: &mut dyn Iterator<Item = &String>| {
            let text = texts.map(String::as_str).collect::<Vec<_>>().join("\n");
            read(&text, &Folded::of(&text))
        };
        let honest = |texts: &[String]| texts.iter().filter(|text| !gives_orders(text)).cloned().collect::<Vec<_>>();
        let given = honest(&allowed.given);
        let answered = allowed.answered.iter().filter(|text| !answer_gives_orders(text)).cloned().collect::<Vec<_>>();
        let each = |texts: &[String]| texts.iter().map(|text| read(text, &Folded::of(text))).collect();
        let sources = Sources {
            given: joined(&mut allowed.own_words.iter().chain(&given)),
            told: joined(&mut allowed.own_words.iter().chain(&given).chain(&answered)),
            theirs: joined(&mut honest(&allowed.theirs).iter()),
            links: each(&allowed.links),
            own: each(&allowed.own_addresses),
        };
        found.extend(objections(reading, &said, &sources, allowed));
    }
    let given = || [allowed.own_words.join("\n"), allowed.given.join("\n")].join("\n");
    if !decode::hidden(body).is_empty() && decode::hidden(body) != decode::hidden(&given()) {
        found.insert(Objection::Hidden);
    }
    found.into_iter().collect()
}

/// What a reading is held against, read in the same way.
#[derive(Default)]
struct Sources {
    given: Folded,
    /// With what tools answered.
    told: Folded,
    theirs: Folded,
    links: Vec<Folded>,
    own: Vec<Folded>,
}

fn objections(reading: Reading, said: &Folded, sources: &Sources, allowed: &Allowed) -> BTreeSet<Objection> {
    let Sources { given, told, theirs, .. } = sources;
    let mut found = BTreeSet::new();
    found.extend(links::unknown(reading, said, sources).into_iter().map(Objection::Link));
    found.extend(links::strange_mails(said, sources).into_iter().map(Objection::Address));
    found.extend(promises::promised(said, given).into_iter().map(Objection::Promise));
    if secrets::holds(said, given, allowed) {
        found.insert(Objection::Secret);
    }
    if words::tells_rules(said, allowed) {
        found.insert(Objection::Rules);
    }
    if words::claims_person(said) {
        found.insert(Objection::Person);
    }
    if reading.keeps_numbers() {
        found.extend(links::strange_phones(said, sources).into_iter().map(Objection::Address));
        found.extend(links::strange_homes(said, given).into_iter().map(Objection::Address));
        found.extend(sums::unsupported(said, told).into_iter().map(Objection::Price));
        found.extend(times::unsupported(said, told, theirs, allowed).into_iter().map(Objection::Date));
        found.extend(numbers::unsupported(said, sources).into_iter().map(Objection::Number));
    }
    found
}

#[cfg(test)]
mod tests;
