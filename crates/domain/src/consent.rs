//! What people said about getting texts, and what follows from it for a text to many.
//!
//! The ledger has a line for everything they said. A line is about all texts, or about one purpose; and about all our numbers, or
//! about one of them. STOP is about everything, and only they take it back, with START. START takes back nothing else: whoever
//! said no to marketing alone still gets none, and whoever never agreed to it still has not.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::gate::Reason;
use crate::id::UserId;
use crate::tenant::Settings;

pub mod opt_in;
#[cfg(test)]
mod tests;

/// What a text to many is for. People agree to these, and stop them, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It sells something, or might; what nobody says otherwise of is taken for this.
    #[default]
    Marketing,
    /// It tells people what they need to know of something they have with us: an order, an appointment.
    Service,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Marketing, Self::Service];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Service => "service",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// What a line of the ledger says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They want such texts.
    OptedIn,
    /// They do not.
    OptedOut,
    /// They were asked to confirm that they do, and have not yet.
    Pending,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OptedIn, Self::OptedOut, Self::Pending];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptedIn => "opted_in",
            Self::OptedOut => "opted_out",
            Self::Pending => "pending",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What shows that somebody said it. Its `Debug` leaves out what was said.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The words that they saw and agreed to, or that they were asked with.
    pub shown: Option<String>,
    /// Where and how, in somebody's words.
    pub how: Option<String>,
    /// Where the proof lies, the proof itself, or a digest of it.
    pub proof: Option<String>,
    /// The member who wrote it down.
    pub by: Option<UserId>,
    /// Under whose law: ISO 3166-1 or 3166-2.
    pub jurisdiction: Option<String>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence").field("by", &self.by).finish_non_exhaustive()
    }
}

/// What the lines about one purpose come to: when they last said yes, and when they last said no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// They last agreed then.
    pub opted_in_at: Option<Timestamp>,
    /// They last refused then.
    pub opted_out_at: Option<Timestamp>,
}

impl Standing {
    /// With one line more, in whichever order they come.
    #[must_use]
    pub fn with(self, state: State, at: Timestamp) -> Self {
        let line = match state {
            State::OptedIn => Self { opted_in_at: Some(at), ..Self::default() },
            State::OptedOut => Self { opted_out_at: Some(at), ..Self::default() },
            State::Pending => Self::default(),
        };
        self.and(line)
    }

    /// With what other lines come to, such as those about one of our numbers.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            opted_in_at: self.opted_in_at.max(other.opted_in_at),
            opted_out_at: self.opted_out_at.max(other.opted_out_at),
        }
    }

    /// They said no, and have not said yes since. At the same moment, no counts.
    #[must_use]
    pub fn has_refused(self) -> bool {
        self.opted_out_at.is_some_and(|out| self.opted_in_at.is_none_or(|agreed| agreed <= out))
    }

    /// They said yes, and have not said no since.
    #[must_use]
    pub fn has_agreed(self) -> bool {
        self.opted_in_at.is_some() && !self.has_refused()
    }

    /// What counts of all that they said, and since when: no texts at all (`stopped_at`) is a no to each purpose. `None`: they
    /// said nothing.
    #[must_use]
    pub fn says(self, stopped_at: Option<Timestamp>) -> Option<(State, Timestamp)> {
        let refused_at = self.opted_out_at.filter(|_| self.has_refused());
        let no = match (stopped_at, refused_at) {
            (Some(stopped), Some(refused)) => Some(stopped.min(refused)),
            (stopped, refused) => stopped.or(refused),
        };
        match no {
            Some(at) => Some((State::OptedOut, at)),
            None => self.opted_in_at.map(|at| (State::OptedIn, at)),
        }
    }
}

/// Who gets marketing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketingConsent {
    /// Whoever has not said no.
    #[default]
    Implied,
    /// Only who has said yes (47 CFR 64.1200(a)(2) asks for prior express written consent).
    Required,
}

/// What is known of somebody's wishes, besides whether they want no texts at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wishes {
    /// What the text is for. Asked of campaigns only.
    pub purpose: Purpose,
    /// What they said about such texts from this number and from all of ours.
    pub standing: Standing,
    /// Since when their number is on the tenant's list of those that get no texts; `None`: it is not.
    pub suppressed_at: Option<Timestamp>,
    /// When they last wrote to us. Asked only where consent lapses.
    pub heard_at: Option<Timestamp>,
}

impl Wishes {
    /// Why a campaign must not text them; `None`: as far as they are concerned, it may.
    #[must_use]
    pub fn against_campaign(&self, now: Timestamp, settings: &Settings) -> Option<Reason> {
        if self.suppressed_at.is_some() {
            return Some(Reason::Suppressed);
        }
        if self.standing.has_refused() {
            return Some(Reason::PurposeOptedOut);
        }
        if self.purpose != Purpose::Marketing || settings.marketing_consent != MarketingConsent::Required {
            return None;
        }
        if !self.standing.has_agreed() {
            return Some(Reason::NotOptedIn);
        }
        self.has_lapsed(now, settings.consent_lapses_months?).then_some(Reason::ConsentLapsed)
    }

    /// They neither agreed nor wrote within so many months, by the calendar in UTC.
    fn has_lapsed(&self, now: Timestamp, months: u16) -> bool {
        let last = self.standing.opted_in_at.max(self.heard_at);
        let ends = |at| TimeZone::UTC.to_datetime(at).checked_add(i64::from(months).months()).ok();
        last.and_then(ends).is_some_and(|end| end <= TimeZone::UTC.to_datetime(now))
    }
}
