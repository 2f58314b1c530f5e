//! What would become of one person, asked before anything is sent.

use std::fmt;

use jiff::Timestamp;

use crate::campaign::recipient::text;
use crate::campaign::{Due, Recipient, Running, Schedule, Skip, due, schedule};
use crate::gate::{Asked, Reason};
use crate::message::Failure;
use crate::segment::{Encoding, measure};
use crate::smart::smart_if_it_helps;
use crate::template::{Person, Rendering, Template};

/// Whoever has to wait again each time their wait is over finds no open hour.
const WAITS_MAX: usize = 4;
/// A text of so few letters and digits says next to nothing.
const SHORT_CHARS: usize = 10;

/// Somebody's text, as it would go out.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub body: String,
    /// How many segments it takes.
    pub segments: u32,
    /// Septets or UTF-16 units.
    pub units: u32,
    /// How it goes out.
    pub encoding: Encoding,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("segments", &self.segments).finish_non_exhaustive()
    }
}

/// What would become of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// They get this as soon as their number's pace lets it go.
    Now(Text),
    /// They get this when they may be texted.
    Later {
        /// When that is.
        until: Timestamp,
        /// Why not at once.
        reason: Reason,
        /// Their text.
        text: Text,
    },
    /// They get nothing.
    Skipped(Skip),
}

/// What is worth a look in somebody's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Odd {
    /// What is known of them makes it go out in UTF-16, though the text itself would not.
    Costly,
    /// It has another word for something that is not known of them.
    FallsBack,
    /// There is next to nothing in it.
    Short,
}

impl Odd {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Costly => "costly_characters",
            Self::FallsBack => "fallback_used",
            Self::Short => "nearly_empty",
        }
    }

    /// In plain words, with what it means.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Costly => {
                "A name or another value has characters outside the GSM alphabet, so the text goes out in UTF-16, where a \
                 segment holds less than half as much."
            }
            Self::FallsBack => "Something is not known of them, and the text has another word for it.",
            Self::Short => "There is next to nothing in their text.",
        }
    }
}

/// What was found out about somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// What would become of them.
    pub fate: Fate,
    /// What is worth a look in their text.
    pub odd: Vec<Odd>,
    /// When their time comes, if not at the start: their own clock says so.
    pub own_time: Option<Timestamp>,
}

/// A launch that is only tried.
#[derive(Debug)]
pub struct DryRun {
    starts_at: Timestamp,
    schedule: Schedule,
    campaign: Running,
    /// The texts' own words are all in the GSM alphabet, or are made so.
    is_plain: bool,
}

impl DryRun {
    /// Of a campaign whose texts begin to go then, or when everybody's own clock shows what the schedule says.
    #[must_use]
    pub fn new(starts_at: Timestamp, schedule: Schedule, campaign: Running) -> Self {
        let plain = |own: String| measure(&smart_if_it_helps(&own).body).encoding == Encoding::Gsm7;
        let is_plain = campaign.texts.all().all(|template| plain(template.own_words()));
        Self { starts_at, schedule, campaign, is_plain }
    }

    /// What would become of somebody, by what is known of them now. Who must wait is asked about again for the time at which
    /// their wait is over: they may lack what their text needs, all the same.
    #[must_use]
    pub fn foresee(
        &self,
        rendering: &Rendering,
        recipient: &Recipient,
        person: Person<'_>,
        asked: Asked<'_>,
    ) -> Foreseen {
        let begins = self.begins(&asked);
        let own_time = Some(begins).filter(|at| *at > self.starts_at);
        let mut waits: Option<(Timestamp, Reason)> = None;
        for _ in 0..=WAITS_MAX {
            let at = waits.map_or(begins, |(until, _)| until);
            let fate = match due(at, &self.campaign, recipient, rendering, person, None, asked).1 {
                Due::Wait { until, reason } => {
                    // Told is what they wait for first.
                    waits = Some((until, waits.map_or(reason, |(_, first)| first)));
                    continue;
                }
                Due::Skip(skip) => Fate::Skipped(skip),
                Due::Hand { body, segments, .. } => {
                    let text = Text::of(body, segments);
                    match waits {
                        None => Fate::Now(text),
                        Some((until, reason)) => Fate::Later { until, reason, text },
                    }
                }
            };
            let odd = fate.text().map_or_else(Vec::new, |text| self.odd(text, person));
            return Foreseen { fate, odd, own_time };
        }
        Foreseen { fate: Fate::Skipped(Skip::Gate(Reason::NoOpenHour)), odd: Vec::new(), own_time }
    }

    /// Why they would get nothing at the start, in words for this one person; `None`: nothing speaks against it.
    #[must_use]
    pub fn why_not(
        &self,
        rendering: &Rendering,
        recipient: &Recipient,
        person: Person<'_>,
        asked: Asked<'_>,
    ) -> Option<Failure> {
        due(self.begins(&asked), &self.campaign, recipient, rendering, person, None, asked).0.failure
    }

    /// When somebody's time comes.
    fn begins(&self, asked: &Asked<'_>) -> Timestamp {
        let person = schedule::Person { phone: asked.phone, zone: asked.contact_zone, position: 0 };
        self.schedule.ready_at(self.starts_at, person, &asked.settings.time_zone)
    }

    /// Their text, whether or not they may have it; why there is none.
    ///
    /// # Errors
    /// What it lacks, or has too much of.
    pub fn text(&self, rendering: &Rendering, person: Person<'_>) -> Result<Text, Skip> {
        let template = self.template(person).ok_or(Skip::Holdout)?;
        text(template, rendering, person, None, self.campaign.is_mms).map(|(body, segments)| Text::of(body, segments))
    }

    fn template(&self, person: Person<'_>) -> Option<&Template> {
        self.campaign.texts.of(self.campaign.texts.assigned(person.phone))
    }

    fn odd(&self, text: &Text, person: Person<'_>) -> Vec<Odd> {
        let mut odd = Vec::new();
        // An MMS costs the same in any letters.
        if self.is_plain && !self.campaign.is_mms && text.encoding == Encoding::Ucs2 {
            odd.push(Odd::Costly);
        }
        if self.template(person).is_some_and(|template| template.falls_back(person)) {
            odd.push(Odd::FallsBack);
        }
        if text.body.chars().filter(|c| c.is_alphanumeric()).count() < SHORT_CHARS {
            odd.push(Odd::Short);
        }
        odd
    }
}

impl Text {
    fn of(body: String, segments: u32) -> Self {
        let measured = measure(&body);
        Self { body, segments, units: measured.units, encoding: measured.encoding }
    }
}

impl Fate {
    /// The text, if they get one.
    #[must_use]
    pub const fn text(&self) -> Option<&Text> {
        match self {
            Self::Now(text) | Self::Later { text, .. } => Some(text),
            Self::Skipped(_) => None,
        }
    }
}
