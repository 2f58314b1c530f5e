//! What came of a campaign: everybody counted once, by where they stand and why, by number, country and carrier, and over time.

mod figures;
mod window;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;

use jiff::{SignedDuration, Timestamp};

use super::{Skip, Standing};
use crate::gate::Reason;
use crate::id::{NumberId, RecipientId};
use crate::region;

pub use figures::Figures;
pub use window::{BUCKETS_MAX, Every, TooMany, Window};

/// Whoever says STOP within this time of a campaign's text has left after it.
pub const LEFT_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Of so many reasons, numbers, countries or carriers each is counted by itself; of more, the rest together.
const KINDS_MAX: usize = 200;
/// What the rest is counted under.
pub const OTHERS: &str = "others";

/// What became of one recipient, as far as figures need it.
#[derive(Clone, Copy)]
pub struct One<'a> {
    /// Who.
    pub id: RecipientId,
    /// From which number.
    pub number: NumberId,
    /// Where they stand.
    pub standing: Standing,
    /// Why not, or not yet.
    pub code: Option<&'a str>,
    /// E.164.
    pub phone: &'a str,
    /// Who carried it to them, as far as receipts told.
    pub carrier: Option<&'a str>,
    /// Of how many segments their text is; `None`: it is not made.
    pub segments: Option<u32>,
    /// As how many parts it was billed.
    pub parts: Option<u32>,
    /// What it cost: millionths, and of what.
    pub cost: Option<(i64, &'a str)>,
    /// When the carrier took it.
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When they first answered.
    pub replied_at: Option<Timestamp>,
    /// When they first followed a link.
    pub clicked_at: Option<Timestamp>,
    /// When they said STOP after it.
    pub opted_out_at: Option<Timestamp>,
}

impl fmt::Debug for One<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("One").field("id", &self.id).field("standing", &self.standing).finish_non_exhaustive()
    }
}

/// Why some stand where they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// How many.
    pub count: u64,
    /// One of them: their row has the words.
    pub example: RecipientId,
}

/// How many did something in a stretch of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// The carrier took their text.
    pub sent: u64,
    /// It arrived.
    pub delivered: u64,
    /// They answered for the first time.
    pub replied: u64,
    /// They followed a link for the first time.
    pub clicked: u64,
    /// They said STOP.
    pub opted_out: u64,
}

/// The figures of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// Of all.
    pub all: Figures,
    /// Why some stand where they do: by where, and the code.
    pub reasons: BTreeMap<(Standing, String), Why>,
    /// By our number.
    pub numbers: HashMap<NumberId, Figures>,
    /// By the country of the number, ISO 3166; `None`: it can be in several, or no table knows it.
    pub countries: HashMap<Option<&'static str>, Figures>,
    /// By who carried it; `None`: no receipt told.
    pub carriers: HashMap<Option<String>, Figures>,
    /// What happened when; one for each stretch of the window.
    pub funnel: Vec<Step>,
    window: Option<Window>,
}

impl Outcomes {
    /// Of nobody. `window`: which time the funnel is over; `None`: there is none.
    #[must_use]
    pub fn new(window: Option<Window>) -> Self {
        Self {
            all: Figures::default(),
            reasons: BTreeMap::new(),
            numbers: HashMap::new(),
            countries: HashMap::new(),
            carriers: HashMap::new(),
            funnel: vec![Step::default(); window.map_or(0, |window| window.buckets())],
            window,
        }
    }

    /// Counts one more.
    pub fn add(&mut self, one: &One<'_>) {
        self.all.add(one);
        at_most(&mut self.numbers, one.number, one.number).add(one);
        at_most(&mut self.countries, country(one.phone), None).add(one);
        match self.carriers.iter_mut().find(|(name, _)| name.as_deref() == one.carrier) {
            Some((_, figures)) => figures.add(one),
            None => at_most(&mut self.carriers, one.carrier.map(str::to_owned), Some(OTHERS.to_owned())).add(one),
        }
        if let Some(code) = one.code {
            self.reason((one.standing, code.to_owned()), Why { count: 1, example: one.id });
        }
        self.step(one.sent_at, |step| &mut step.sent);
        self.step(one.delivered_at, |step| &mut step.delivered);
        self.step(one.replied_at, |step| &mut step.replied);
        self.step(one.clicked_at, |step| &mut step.clicked);
        self.step(one.opted_out_at, |step| &mut step.opted_out);
    }

    /// Counts those of another count, too; of the same window.
    pub fn join(&mut self, other: Self) {
        self.all.join(&other.all);
        for (number, figures) in other.numbers {
            at_most(&mut self.numbers, number, number).join(&figures);
        }
        for (country, figures) in other.countries {
            at_most(&mut self.countries, country, None).join(&figures);
        }
        for (carrier, figures) in other.carriers {
            at_most(&mut self.carriers, carrier, Some(OTHERS.to_owned())).join(&figures);
        }
        for (key, why) in other.reasons {
            self.reason(key, why);
        }
        for (step, more) in self.funnel.iter_mut().zip(other.funnel) {
            step.sent += more.sent;
            step.delivered += more.delivered;
            step.replied += more.replied;
            step.clicked += more.clicked;
            step.opted_out += more.opted_out;
        }
    }

    fn reason(&mut self, key: (Standing, String), why: Why) {
        let is_full = self.reasons.len() >= KINDS_MAX && !self.reasons.contains_key(&key);
        let key = if is_full { (key.0, OTHERS.to_owned()) } else { key };
        self.reasons.entry(key).and_modify(|known| known.count += why.count).or_insert(why);
    }

    fn step(&mut self, at: Option<Timestamp>, of: impl Fn(&mut Step) -> &mut u64) {
        let nth = at.zip(self.window).and_then(|(at, window)| window.bucket(at));
        if let Some(step) = nth.and_then(|nth| self.funnel.get_mut(nth)) {
            *of(step) += 1;
        }
    }
}

/// The figures under a key, or under `rest` when there are as many kinds as are told apart.
fn at_most<K: Hash + Eq>(map: &mut HashMap<K, Figures>, key: K, rest: K) -> &mut Figures {
    let key = if map.len() >= KINDS_MAX && !map.contains_key(&key) { rest } else { key };
    map.entry(key).or_default()
}

/// The one country that a number can be in.
fn country(phone: &str) -> Option<&'static str> {
    let mut countries = region::of_number(phone).iter().map(|spot| spot.place.country());
    let first = countries.next()?;
    countries.all(|country| country == first).then_some(first)
}

/// What one of our own codes means for whoever it stands with, and what to do about it, in plain words; `None`: it is a
/// carrier's, and the row has its words.
#[must_use]
pub fn own_words(code: &str) -> Option<(&'static str, &'static str)> {
    if let Some(reason) = Reason::ALL.into_iter().find(|reason| reason.code() == code) {
        return Some((reason.explanation(), reason.mend()));
    }
    if code == Skip::Lacks(String::new()).code() {
        return Some((
            "Something that the text names is not known of them.",
            "Fill that in, or write another word for it, as in {first_name|there}.",
        ));
    }
    (code == OTHERS).then_some(("Several reasons that are rare.", "Each row says its own."))
}

#[cfg(test)]
mod tests;
