//! What a campaign's launch would do, before it does it: every person is asked about with the very functions that a send uses,
//! and what comes of it is counted.
//!
//! A [`Forecast`] is counted page by page and joined: a small audience and a million take the same path. What it keeps does
//! not grow with the audience, and its sums are always right:
//!
//! | Of | All together are |
//! |---|---|
//! | `total` | `now`, `later` and `skipped` |
//! | `now` and `later` | `segments` by their number, and `encodings` |
//! | `later` | `opens` and `opens_after` |

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ContactId, NumberId};
use crate::region::country_of;
use crate::segment::{Encoding, MAX_SEGMENTS};

mod estimate;
mod fate;
#[cfg(test)]
mod tests;

pub use estimate::{CostBand, Estimate, Prices};
pub use fate::{DryRun, Fate, Foreseen, Odd, Text};

/// So many people are named of each kind.
pub const SAMPLES: usize = 5;
/// For so many hours it is said in which of them a window opens.
const HOURS_TOLD: i64 = 24 * 14;
const HOUR_S: i64 = 3_600;
/// Lengths of texts that can be sent, in segments.
const LENGTHS: usize = MAX_SEGMENTS as usize;

/// Somebody of an audience.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Somebody known. What they are called and where they are reached is looked up when it is shown.
    Contact(ContactId),
    /// A number that was named, of nobody who is known; E.164.
    Phone(String),
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => write!(f, "{id}"),
            Self::Phone(_) => f.write_str("a number"),
        }
    }
}

/// People of whom the same is true, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Stable, for programs.
    pub code: String,
    /// In plain words.
    pub explanation: String,
    /// What to do about it; empty: nothing need be done.
    #[serde(default)]
    pub mend: String,
    /// How many.
    pub count: u64,
    /// Some of them, at most [`SAMPLES`].
    pub samples: Vec<Who>,
}

/// Those who may not be texted at the start, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Why, and how many.
    #[serde(flatten)]
    pub cause: Cause,
    /// When the first of them may be texted.
    pub first: Timestamp,
    /// When the last of them may be.
    pub last: Timestamp,
}

/// One of the longest texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Long {
    /// Whose.
    pub who: Who,
    /// How many segments it takes.
    pub segments: u32,
    /// Septets or UTF-16 units.
    pub units: u32,
}

/// What one of our numbers would have to send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Load {
    /// Segments that may go from the start on.
    pub at_once: u64,
    /// Segments that may go from an hour on, counted since 1970.
    pub from: BTreeMap<i64, u64>,
    /// Segments by country (ISO 3166); empty: it can be several.
    pub to: BTreeMap<String, u64>,
}

/// What a launch would do, as far as it is counted. A stored document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forecast {
    /// When the texts would begin to go.
    pub starts_at: Timestamp,
    /// How many would get a row.
    pub total: u64,
    /// How many may be texted at the start, or as soon as their own clock shows the hour.
    pub now: u64,
    /// Those who may be later.
    pub later: Vec<Later>,
    /// Those who get nothing.
    pub skipped: Vec<Cause>,
    /// Named more than once; they are counted once.
    pub duplicates: u64,
    /// How many texts take one segment, two, and so on.
    pub segments: [u64; LENGTHS],
    /// How many texts go out in the GSM alphabet.
    pub gsm7: u64,
    /// And in UTF-16.
    pub ucs2: u64,
    /// How many of those who wait may be texted from an hour on, counted since 1970.
    pub opens: BTreeMap<i64, u64>,
    /// How many of them more than a fortnight after the start.
    pub opens_after: u64,
    /// What each of our numbers would send.
    pub loads: BTreeMap<NumberId, Load>,
    /// The longest texts, the longest first.
    pub longest: Vec<Long>,
    /// Texts to look at.
    pub odd: Vec<Cause>,
}

impl Forecast {
    /// Of texts that begin to go then.
    #[must_use]
    pub fn new(starts_at: Timestamp) -> Self {
        Self { starts_at, ..Self::default() }
    }

    /// Counts somebody. `phone`: where they are reached, E.164; `from`: the number that would text them.
    pub fn count(&mut self, who: &Who, phone: &str, from: NumberId, foreseen: &Foreseen) {
        self.total += 1;
        match &foreseen.fate {
            Fate::Now(text) => {
                self.now += 1;
                let load = self.loads.entry(from).or_default();
                match foreseen.own_time {
                    None => load.at_once += u64::from(text.segments),
                    Some(at) => {
                        *load.from.entry(at.as_second().div_euclid(HOUR_S)).or_default() += u64::from(text.segments)
                    }
                }
                self.text(who, phone, from, text, &foreseen.odd);
            }
            Fate::Later { until, reason, text } => {
                let cause = cause(reason.code(), (reason.explanation().into(), reason.mend().into()), who);
                join_later(&mut self.later, Later { cause, first: *until, last: *until });
                let hour = until.as_second().div_euclid(HOUR_S);
                if hour - self.starts_at.as_second().div_euclid(HOUR_S) < HOURS_TOLD {
                    *self.opens.entry(hour).or_default() += 1;
                } else {
                    self.opens_after += 1;
                }
                *self.loads.entry(from).or_default().from.entry(hour).or_default() += u64::from(text.segments);
                self.text(who, phone, from, text, &foreseen.odd);
            }
            Fate::Skipped(skip) => join(&mut self.skipped, cause(skip.code(), (skip.explanation(), skip.mend()), who)),
        }
    }

    /// Somebody was named before: they get it once.
    pub const fn count_again(&mut self) {
        self.duplicates += 1;
    }

    /// Both, as if it had been counted at once. Which is first makes no difference.
    pub fn merge(&mut self, other: Self) {
        self.total += other.total;
        self.now += other.now;
        self.duplicates += other.duplicates;
        self.gsm7 += other.gsm7;
        self.ucs2 += other.ucs2;
        self.opens_after += other.opens_after;
        for (here, there) in self.segments.iter_mut().zip(other.segments) {
            *here += there;
        }
        add(&mut self.opens, other.opens);
        other.later.into_iter().for_each(|later| join_later(&mut self.later, later));
        other.skipped.into_iter().for_each(|cause| join(&mut self.skipped, cause));
        other.odd.into_iter().for_each(|cause| join(&mut self.odd, cause));
        for (number, load) in other.loads {
            let here = self.loads.entry(number).or_default();
            here.at_once += load.at_once;
            add(&mut here.from, load.from);
            add(&mut here.to, load.to);
        }
        self.longest.extend(other.longest);
        self.keep_longest();
    }

    /// Segments of all texts together.
    #[must_use]
    pub fn all_segments(&self) -> u64 {
        self.segments.iter().zip(1..).map(|(texts, length)| texts * length).sum()
    }

    fn text(&mut self, who: &Who, phone: &str, from: NumberId, text: &Text, odd: &[Odd]) {
        let at = usize::try_from(text.segments.max(1)).unwrap_or(LENGTHS).min(LENGTHS) - 1;
        if let Some(texts) = self.segments.get_mut(at) {
            *texts += 1;
        }
        match text.encoding {
            Encoding::Gsm7 => self.gsm7 += 1,
            Encoding::Ucs2 => self.ucs2 += 1,
        }
        let country = country_of(phone).unwrap_or_default().to_owned();
        *self.loads.entry(from).or_default().to.entry(country).or_default() += u64::from(text.segments);
        for odd in odd {
            join(&mut self.odd, cause(odd.code(), (odd.explanation().into(), String::new()), who));
        }
        let is_among_them = self.longest.len() < SAMPLES
            || self.longest.last().is_some_and(|least| (text.segments, text.units) >= (least.segments, least.units));
        if is_among_them {
            self.longest.push(Long { who: who.clone(), segments: text.segments, units: text.units });
            self.keep_longest();
        }
    }

    /// Of the same length whoever comes first by id: whatever is counted first, the same are kept.
    fn keep_longest(&mut self) {
        self.longest
            .sort_by(|one, other| (other.segments, other.units, &one.who).cmp(&(one.segments, one.units, &other.who)));
        self.longest.truncate(SAMPLES);
    }
}

fn cause(code: &str, (explanation, mend): (String, String), who: &Who) -> Cause {
    Cause { code: code.into(), explanation, mend, count: 1, samples: vec![who.clone()] }
}

impl Cause {
    fn is_same(&self, other: &Self) -> bool {
        self.code == other.code && self.explanation == other.explanation
    }

    fn join(&mut self, other: Self) {
        self.count += other.count;
        self.samples.extend(other.samples);
        self.samples.sort_unstable();
        self.samples.truncate(SAMPLES);
    }
}

/// In the order of the codes, so that it does not matter which comes first.
fn join(causes: &mut Vec<Cause>, other: Cause) {
    match causes.iter_mut().find(|cause| cause.is_same(&other)) {
        Some(cause) => cause.join(other),
        None => {
            let key = |cause: &Cause| (cause.code.clone(), cause.explanation.clone());
            let at = causes.partition_point(|cause| key(cause) < key(&other));
            causes.insert(at, other);
        }
    }
}

fn join_later(laters: &mut Vec<Later>, other: Later) {
    match laters.iter_mut().find(|later| later.cause.is_same(&other.cause)) {
        Some(later) => {
            later.first = later.first.min(other.first);
            later.last = later.last.max(other.last);
            later.cause.join(other.cause);
        }
        None => {
            let at = laters.partition_point(|later| later.cause.code < other.cause.code);
            laters.insert(at, other);
        }
    }
}

fn add<K: Ord>(here: &mut BTreeMap<K, u64>, there: BTreeMap<K, u64>) {
    for (key, count) in there {
        *here.entry(key).or_default() += count;
    }
}
