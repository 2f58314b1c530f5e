//! A condition held against one person: whether it is true, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Checked, Condition, Did, Node, Of, Test, Words, fold};
use crate::field::Compared;
use crate::id::{CampaignId, ImportId, ListId};

/// What is known of a person. Empty: not known.
#[derive(Clone, Default, PartialEq)]
pub struct Subject {
    /// What they are called.
    pub name: String,
    /// Where they work.
    pub company: String,
    /// Their phone numbers, E.164.
    pub phones: Vec<String>,
    /// IANA name, if somebody said it.
    pub time_zone: Option<String>,
    /// ISO 639-1, if somebody said it.
    pub language: Option<String>,
    /// What they last said about getting texts.
    pub consent: Option<String>,
    /// One of their phones wants no texts.
    pub opted_out: bool,
    /// The tenant wants nothing more from or to them.
    pub blocked: bool,
    /// When they became known.
    pub created_at: Timestamp,
    /// When they last wrote.
    pub last_inbound_at: Option<Timestamp>,
    /// When a text to them last went out.
    pub last_outbound_at: Option<Timestamp>,
    /// Their labels.
    pub tags: BTreeSet<String>,
    /// The lists that they are on.
    pub lists: BTreeSet<ListId>,
    /// The imports that added or found them. Not read for segments.
    pub imports: BTreeSet<ImportId>,
    /// The tenant's fields by their keys.
    pub fields: BTreeMap<String, String>,
    /// The campaigns that went out to them.
    pub campaigns: Vec<GotCampaign>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").finish_non_exhaustive()
    }
}

/// A campaign that somebody is a recipient of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GotCampaign {
    /// Which.
    pub campaign: CampaignId,
    /// When their text went out.
    pub sent_at: Option<Timestamp>,
    /// When they answered.
    pub replied_at: Option<Timestamp>,
    /// When they followed a link in it.
    pub clicked_at: Option<Timestamp>,
}

impl GotCampaign {
    fn at(&self, did: Did) -> Option<Timestamp> {
        match did {
            Did::Got => self.sent_at,
            Did::Replied => self.replied_at,
            Did::Clicked => self.clicked_at,
        }
    }
}

/// Why a condition holds, or does not: the tree again, with what each part says of one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether this part holds.
    pub holds: bool,
    /// The part, as text.
    pub says: String,
    /// What is known of what it looks at; `None`: nothing, or it has parts.
    pub known: Option<String>,
    /// Its parts.
    pub parts: Vec<Self>,
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdict").field("holds", &self.holds).field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl Node {
    /// Whether it is true of this person, where days begin in this zone.
    #[must_use]
    pub fn holds(&self, of: &Subject, now: Timestamp, zone: &TimeZone) -> bool {
        Looking { of, now, zone }.holds(self)
    }
}

impl Checked {
    /// Whether it is true of this person.
    #[must_use]
    pub fn holds(&self, of: &Subject, now: Timestamp) -> bool {
        Looking { of, now, zone: &self.zone }.holds(&self.node)
    }

    /// Whether and why it is true of this person.
    #[must_use]
    pub fn why(&self, of: &Subject, now: Timestamp) -> Verdict {
        self.verdict(&self.node, &self.condition, &Looking { of, now, zone: &self.zone })
    }

    fn verdict(&self, node: &Node, condition: &Condition, looking: &Looking<'_>) -> Verdict {
        let holds = looking.holds(node);
        let says = super::text::print(condition, &self.called);
        let (parts, known) = match (node, condition) {
            (Node::All(nodes), Condition::All(parts)) | (Node::Any(nodes), Condition::Any(parts)) => {
                let parts = nodes.iter().zip(parts).map(|(node, part)| self.verdict(node, part, looking));
                (parts.collect(), None)
            }
            (Node::Not(node), Condition::Not(part)) => (vec![self.verdict(node, part, looking)], None),
            (Node::Asked { test, .. }, _) => (Vec::new(), looking.known(test, self)),
            _ => (Vec::new(), None),
        };
        Verdict { holds, says, known, parts }
    }
}

/// Somebody, at some moment.
struct Looking<'l> {
    of: &'l Subject,
    now: Timestamp,
    zone: &'l TimeZone,
}

impl Looking<'_> {
    fn holds(&self, node: &Node) -> bool {
        match node {
            Node::All(parts) => parts.iter().all(|part| self.holds(part)),
            Node::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Node::Not(part) => !self.holds(part),
            Node::Asked { test, negated } => self.passes(test) != *negated,
        }
    }

    fn passes(&self, test: &Test) -> bool {
        match test {
            Test::Words { of, are } => self.words(of).iter().any(|word| fits(are, &fold(word))),
            Test::NumberIn { field, numbers } => self.number(field).is_some_and(|number| numbers.contains(&number)),
            Test::Number { field, from, to } => self.number(field).is_some_and(|number| is_in(number, *from, *to)),
            Test::Date { field, from, to } => {
                let day = self.of.fields.get(field).and_then(|value| Compared::of(value).day);
                day.is_some_and(|day| {
                    from.is_none_or(|from| from.number(self.now, self.zone) <= day)
                        && to.is_none_or(|to| day <= to.number(self.now, self.zone))
                })
            }
            Test::Moment { of, from, until } => self.moment(of).is_some_and(|at| {
                from.is_none_or(|from| from.timestamp(self.now, self.zone) <= at)
                    && until.is_none_or(|until| at < until.timestamp(self.now, self.zone))
            }),
            Test::Blocked => self.of.blocked,
            Test::OptedOut => self.of.opted_out,
            Test::Tagged(None) => !self.of.tags.is_empty(),
            Test::Tagged(Some(tags)) => tags.iter().any(|tag| self.of.tags.contains(tag)),
            Test::Imported(imports) => imports.iter().any(|import| self.of.imports.contains(import)),
            Test::Listed(None) => !self.of.lists.is_empty(),
            Test::Listed(Some(lists)) => lists.iter().any(|list| self.of.lists.contains(list)),
            Test::Campaign { did, which, days } => self.of.campaigns.iter().any(|got| {
                let at = got.at(*did);
                which.as_ref().is_none_or(|which| which.contains(&got.campaign))
                    && at.is_some_and(|at| days.is_none_or(|days| self.ago(days) <= at))
            }),
        }
    }

    fn number(&self, field: &str) -> Option<f64> {
        Compared::of(self.of.fields.get(field)?).number
    }

    fn ago(&self, days: u32) -> Timestamp {
        super::Moment::Ago(days).timestamp(self.now, self.zone)
    }

    /// The words that are looked at; none that are empty.
    fn words(&self, of: &Of) -> Vec<&str> {
        let words: Vec<&str> = match of {
            Of::Name => vec![&self.of.name],
            Of::Company => vec![&self.of.company],
            Of::Phone => self.of.phones.iter().map(String::as_str).collect(),
            Of::TimeZone => self.of.time_zone.as_deref().into_iter().collect(),
            Of::Language => self.of.language.as_deref().into_iter().collect(),
            Of::Consent => self.of.consent.as_deref().into_iter().collect(),
            Of::Field(field) => self.of.fields.get(&field.key).map(String::as_str).into_iter().collect(),
            Of::Tag
            | Of::List
            | Of::Campaign
            | Of::OptedOut
            | Of::Blocked
            | Of::CreatedAt
            | Of::LastInboundAt
            | Of::LastOutboundAt => Vec::new(),
        };
        words.into_iter().filter(|word| !word.is_empty()).collect()
    }

    fn moment(&self, of: &Of) -> Option<Timestamp> {
        match of {
            Of::CreatedAt => Some(self.of.created_at),
            Of::LastInboundAt => self.of.last_inbound_at,
            Of::LastOutboundAt => self.of.last_outbound_at,
            Of::Name
            | Of::Company
            | Of::Phone
            | Of::TimeZone
            | Of::Language
            | Of::Tag
            | Of::List
            | Of::Campaign
            | Of::Consent
            | Of::OptedOut
            | Of::Blocked
            | Of::Field(_) => None,
        }
    }

    /// What is known of what a test looks at, for people.
    fn known(&self, test: &Test, checked: &Checked) -> Option<String> {
        let yes_no = |yes: bool| Some(if yes { "yes".to_owned() } else { "no".to_owned() });
        let joined = |words: Vec<String>| (!words.is_empty()).then(|| words.join(", "));
        let called = |id: String| checked.called.get(&id).cloned().unwrap_or(id);
        match test {
            Test::Words { of, .. } => joined(self.words(of).into_iter().map(str::to_owned).collect()),
            Test::NumberIn { field, .. } | Test::Number { field, .. } | Test::Date { field, .. } => {
                self.of.fields.get(field).cloned()
            }
            Test::Moment { of, .. } => self.moment(of).map(|at| at.to_string()),
            Test::Blocked => yes_no(self.of.blocked),
            Test::OptedOut => yes_no(self.of.opted_out),
            Test::Tagged(_) => joined(self.of.tags.iter().cloned().collect()),
            Test::Imported(_) => joined(self.of.imports.iter().map(ToString::to_string).collect()),
            Test::Listed(_) => joined(self.of.lists.iter().map(|list| called(list.to_string())).collect()),
            Test::Campaign { did, which, .. } => {
                let meant = |got: &&GotCampaign| which.as_ref().is_none_or(|which| which.contains(&got.campaign));
                self.of.campaigns.iter().filter(meant).filter_map(|got| got.at(*did)).max().map(|at| at.to_string())
            }
        }
    }
}

fn fits(are: &Words, word: &str) -> bool {
    match are {
        Words::Known => true,
        Words::OneOf(words) => words.iter().any(|one| one == word),
        Words::Contain(part) => word.contains(part.as_str()),
        Words::Start(part) => word.starts_with(part.as_str()),
    }
}

fn is_in(number: f64, from: Bound<f64>, to: Bound<f64>) -> bool {
    let after = match from {
        Bound::Included(from) => from <= number,
        Bound::Excluded(from) => from < number,
        Bound::Unbounded => true,
    };
    let before = match to {
        Bound::Included(to) => number <= to,
        Bound::Excluded(to) => number < to,
        Bound::Unbounded => true,
    };
    after && before
}
