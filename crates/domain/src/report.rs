//! What reports are made of: facts, folded into sums by the tenant's own days.
//!
//! A sum says how often something was, of what kind and on which day. Nobody's name, number or words are in it, so that it may
//! stay when a person is erased. Sums of parts, joined in any order, are the sums of the whole.

mod period;
mod price;
mod thread;
mod waits;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use crate::hours::WeekHours;
use crate::id::{AssistantId, NumberId, TeamId};
use crate::message::{Direction, Status};
use crate::region;

pub use period::{DAYS_MAX, Period, PeriodError};
pub use price::Prices;
pub use thread::{By, Line, Wait, WaitedFor, waits};
pub use waits::{Quantile, Waits};

/// Of a carrier's name, code or currency so much tells it apart.
const WORD_CHARS: usize = 80;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Texts that came in or went out, by the hour. Key: direction, number, purpose. Amount: segments.
    Texts,
    /// What became of texts to somebody. Key: country, carrier, [`Outcome`].
    Deliveries,
    /// Why some did not arrive, or did not go. Key: [`Outcome`], code.
    Failures,
    /// Texts that were billed. Key: purpose, country, currency. Times: parts. Amount: millionths.
    Bills,
    /// Texts that went out and were not billed yet. Key: purpose, country. Amount: segments.
    Unbilled,
    /// Conversations, by the hour. Key: `opened` or `closed`, number.
    Conversations,
    /// How long somebody waited. Key: for what, by which clock, sort of who answered, who.
    Waits,
    /// Runs of assistants. Key: assistant, what became of it.
    Runs,
    /// What assistants suggested. Key: assistant, what people made of it.
    Drafts,
    /// What models cost. Key: purpose, assistant, currency. Times: runs. Amount: millionths.
    Models,
    /// People who want no more texts, by the hour. Key: how they said so.
    OptOuts,
}

impl Measure {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Deliveries => "deliveries",
            Self::Failures => "failures",
            Self::Bills => "bills",
            Self::Unbilled => "unbilled",
            Self::Conversations => "conversations",
            Self::Waits => "waits",
            Self::Runs => "runs",
            Self::Drafts => "drafts",
            Self::Models => "models",
            Self::OptOuts => "opt_outs",
        }
    }
}

/// What something was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// People, assistants and programs that talk to somebody, and what Tidings itself confirms.
    Conversation,
    /// A campaign.
    Campaign,
    /// A workflow.
    Workflow,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Conversation, Self::Campaign, Self::Workflow];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Campaign => "campaign",
            Self::Workflow => "workflow",
        }
    }

    /// By the stored word for the author of a text.
    #[must_use]
    pub fn of_author(kind: &str) -> Self {
        match kind {
            "campaign" => Self::Campaign,
            "workflow" => Self::Workflow,
            _ => Self::Conversation,
        }
    }
}

/// What became of a text to somebody, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The carrier says it arrived.
    Delivered,
    /// It went out, and no receipt will come.
    Unconfirmed,
    /// It went out, and no receipt came yet.
    OnItsWay,
    /// Nobody knows whether the carrier took it.
    Unknown,
    /// It did not arrive.
    Failed,
    /// The gate said no: it did not go.
    NotSent,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Delivered, Self::Unconfirmed, Self::OnItsWay, Self::Unknown, Self::Failed, Self::NotSent];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Unconfirmed => "unconfirmed",
            Self::OnItsWay => "on_its_way",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::NotSent => "not_sent",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// `None`: its time has not come, or somebody took it back.
    #[must_use]
    pub const fn of(status: Status) -> Option<Self> {
        match status {
            Status::Delivered => Some(Self::Delivered),
            Status::Unconfirmed => Some(Self::Unconfirmed),
            Status::Sending | Status::Sent => Some(Self::OnItsWay),
            Status::Unknown => Some(Self::Unknown),
            Status::Failed => Some(Self::Failed),
            Status::Skipped => Some(Self::NotSent),
            Status::Received
            | Status::Noted
            | Status::Held
            | Status::Scheduled
            | Status::Queued
            | Status::Deferred
            | Status::Cancelled => None,
        }
    }
}

/// One text, as far as sums need it.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// Which: its row has the words for why it failed.
    pub id: Uuid,
    /// On whose day it counts: when it came, or went out. A receipt changes nothing about that.
    pub at: Timestamp,
    /// In or out; a note counts nowhere.
    pub direction: Direction,
    /// What it was for.
    pub purpose: Purpose,
    /// On which of our numbers.
    pub number: NumberId,
    /// Theirs, E.164.
    pub phone: &'a str,
    /// Who carried it to them, where a receipt told.
    pub carrier: Option<&'a str>,
    /// Where it stands.
    pub status: Status,
    /// Why not.
    pub code: Option<&'a str>,
    /// How long it is.
    pub segments: i64,
    /// As how many parts it was billed.
    pub parts: Option<i64>,
    /// What it cost: millionths, and of what.
    pub cost: Option<(i64, &'a str)>,
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// What a sum is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Of what.
    pub measure: Measure,
    /// On which day of the tenant's clock.
    pub day: Date,
    /// In which hour of it, where that is told apart; else 0.
    pub hour: i8,
    /// Of which kind: see [`Measure`].
    pub key: Vec<String>,
}

/// How much.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// How often.
    pub times: i64,
    /// How much in all.
    pub amount: i64,
    /// How long.
    pub waits: Waits,
    /// One of them.
    pub sample: Option<Uuid>,
}

impl Sum {
    fn join(&mut self, other: &Self) {
        self.times += other.times;
        self.amount = self.amount.saturating_add(other.amount);
        self.waits.join(&other.waits);
        self.sample = self.sample.max(other.sample);
    }
}

/// Sums of some facts.
#[derive(Debug, Clone)]
pub struct Sums {
    zone: TimeZone,
    hours: Option<WeekHours>,
    cells: BTreeMap<Cell, Sum>,
}

impl Sums {
    /// Of nothing, on the clock of `zone`. `hours`: when somebody is there; `None`: nobody said.
    #[must_use]
    pub const fn new(zone: TimeZone, hours: Option<WeekHours>) -> Self {
        Self { zone, hours, cells: BTreeMap::new() }
    }

    /// What was counted, in order.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, &Sum)> {
        self.cells.iter()
    }

    /// Counts those of another count, too; on the same clock.
    pub fn join(&mut self, other: Self) {
        for (cell, sum) in other.cells {
            self.cells.entry(cell).or_default().join(&sum);
        }
    }

    /// A text.
    pub fn text(&mut self, text: &Text<'_>) {
        let number = || text.number.to_string();
        match (text.direction, Outcome::of(text.status)) {
            (Direction::Note, _) | (Direction::Out, None) => {}
            (Direction::In, _) => {
                self.by_hour(
                    Measure::Texts,
                    text.at,
                    ["in".into(), number(), text.purpose.as_str().into()],
                    1,
                    text.segments,
                );
            }
            (Direction::Out, Some(outcome)) => {
                if outcome != Outcome::NotSent {
                    let key = ["out".into(), number(), text.purpose.as_str().into()];
                    self.by_hour(Measure::Texts, text.at, key, 1, text.segments);
                }
                self.became(text, outcome);
                self.cost(text, outcome);
            }
        }
    }

    fn became(&mut self, text: &Text<'_>, outcome: Outcome) {
        let (country, carrier) = (country(text.phone), short(text.carrier.unwrap_or_default()));
        self.by_day(Measure::Deliveries, text.at, [country, carrier, outcome.as_str().into()], 1, 0);
        if let (Some(code), Outcome::Failed | Outcome::NotSent) = (text.code, outcome) {
            let key = [outcome.as_str().into(), short(code)];
            let sum = self.by_day(Measure::Failures, text.at, key, 1, 0);
            sum.sample = sum.sample.max(Some(text.id));
        }
    }

    /// What failed is not billed later: nothing is estimated for it.
    fn cost(&mut self, text: &Text<'_>, outcome: Outcome) {
        let (purpose, country) = (text.purpose.as_str().to_owned(), country(text.phone));
        match (text.cost, outcome) {
            (Some((micros, currency)), _) => {
                let parts = text.parts.unwrap_or(text.segments);
                self.by_day(Measure::Bills, text.at, [purpose, country, short(currency)], parts, micros);
            }
            (None, Outcome::Failed | Outcome::NotSent) => {}
            (None, Outcome::Delivered | Outcome::Unconfirmed | Outcome::OnItsWay | Outcome::Unknown) => {
                self.by_day(Measure::Unbilled, text.at, [purpose, country], 1, text.segments);
            }
        }
    }

    /// So many conversations were opened.
    pub fn opened(&mut self, at: Timestamp, number: NumberId, times: i64) {
        self.by_hour(Measure::Conversations, at, ["opened".into(), number.to_string()], times, 0);
    }

    /// So many conversations were closed.
    pub fn closed(&mut self, at: Timestamp, number: NumberId, times: i64) {
        self.by_hour(Measure::Conversations, at, ["closed".into(), number.to_string()], times, 0);
    }

    /// Somebody waited until now. `team`: which looks after the conversation.
    pub fn waited(&mut self, wait: &Wait, team: Option<TeamId>) {
        let by_clock = wait.until.duration_since(wait.since).as_secs();
        let in_hours =
            self.hours.as_ref().map(|hours| hours.open_between(wait.since, wait.until, &self.zone).as_secs());
        let who = [Some(wait.by.kind_and_id()), team.map(|team| ("team", team.to_string()))];
        for (kind, id) in who.into_iter().flatten() {
            for (clock, seconds) in [("clock", Some(by_clock)), ("hours", in_hours)] {
                let Some(seconds) = seconds else { continue };
                let key = [wait.waited_for.as_str().into(), clock.into(), kind.into(), id.clone()];
                self.by_day(Measure::Waits, wait.until, key, 1, 0).waits.add(seconds);
            }
        }
    }

    /// An assistant ran, and what became of it. `cost`: millionths, and of what.
    pub fn ran(
        &mut self,
        at: Timestamp,
        (assistant, purpose): (AssistantId, Purpose),
        outcome: &str,
        cost: Option<(i64, &str)>,
    ) {
        self.by_day(Measure::Runs, at, [assistant.to_string(), outcome.to_owned()], 1, 0);
        if let Some((micros, currency)) = cost {
            let key = [purpose.as_str().into(), assistant.to_string(), currency.to_owned()];
            self.by_day(Measure::Models, at, key, 1, micros);
        }
    }

    /// An assistant suggested something, and what people made of it.
    pub fn suggested(&mut self, at: Timestamp, assistant: AssistantId, state: &str) {
        self.by_day(Measure::Drafts, at, [assistant.to_string(), state.to_owned()], 1, 0);
    }

    /// Somebody wants no more texts.
    pub fn opted_out(&mut self, at: Timestamp, source: &str) {
        self.by_hour(Measure::OptOuts, at, [source.to_owned()], 1, 0);
    }

    fn by_hour<const N: usize>(&mut self, measure: Measure, at: Timestamp, key: [String; N], times: i64, amount: i64) {
        let local = self.zone.to_datetime(at);
        let cell = Cell { measure, day: local.date(), hour: local.hour(), key: key.into() };
        self.cells.entry(cell).or_default().join(&Sum { times, amount, ..Sum::default() });
    }

    fn by_day<const N: usize>(
        &mut self,
        measure: Measure,
        at: Timestamp,
        key: [String; N],
        times: i64,
        amount: i64,
    ) -> &mut Sum {
        let day = self.zone.to_datetime(at).date();
        let sum = self.cells.entry(Cell { measure, day, hour: 0, key: key.into() }).or_default();
        sum.join(&Sum { times, amount, ..Sum::default() });
        sum
    }
}

/// A carrier's own word, of whatever length: cut, because keys stand in an index.
fn short(word: &str) -> String {
    word.chars().take(WORD_CHARS).collect()
}

/// ISO 3166; empty: it can be several, or no table knows it.
fn country(phone: &str) -> String {
    region::country_of(phone).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
