//! Whether carriers know who sends from a number. In the USA they refuse texts from senders that nobody registered, and charge for
//! some of the refusals; so we ask before we send.
//!
//! - Ordinary US numbers: every number belongs to a registered campaign ("10DLC"). Traffic of others to US phones is blocked since
//!   2025-02-03 (Telnyx support, article 3679260; refused with 40010).
//! - Toll-free numbers of the North American plan: each is verified once (Telnyx, "Toll-free verification"; refused with 40329).
//! - Short codes are leased only with their programme approved, and names and other countries' numbers know no such register at
//!   the carrier: nothing is asked of them here.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::phone::{Address, E164, LineKind};

#[cfg(test)]
mod tests;
pub mod words;

/// How often it is read how far a registration has come.
const READ_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// The same while texts are stopped for want of it, or it could not be read: either may be mended at any time.
const READ_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What sort of sender it is to the US carriers, told from the number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// An ordinary US number.
    UsLongCode,
    /// A toll-free number of the North American plan.
    TollFree,
    /// Three to eight digits.
    ShortCode,
    /// A name, a number of another country, or one that no plan knows.
    Other,
}

impl Sender {
    /// What this address is.
    #[must_use]
    pub fn of(address: &Address) -> Self {
        match address {
            Address::ShortCode(_) => Self::ShortCode,
            Address::Alphanumeric(_) => Self::Other,
            Address::Phone(phone) if phone.kind() == LineKind::TollFree => {
                if phone.as_str().starts_with("+1") {
                    Self::TollFree
                } else {
                    Self::Other
                }
            }
            Address::Phone(phone) if is_us(phone) => Self::UsLongCode,
            Address::Phone(_) => Self::Other,
        }
    }

    /// Carriers ask for a registration of such a sender.
    #[must_use]
    pub const fn needs_registration(self) -> bool {
        matches!(self, Self::UsLongCode | Self::TollFree)
    }
}

/// How far the registration of a number has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody asks for one.
    NotNeeded,
    /// Nobody has looked yet, or the carrier answered with a word that we do not know.
    Unknown,
    /// There is none.
    Unregistered,
    /// Asked for and not decided; carriers refuse texts until it is.
    Pending,
    /// Texts pass.
    Registered,
    /// Asked for and refused.
    Rejected,
    /// Granted, and taken away or run out.
    Suspended,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NotNeeded,
        Self::Unknown,
        Self::Unregistered,
        Self::Pending,
        Self::Registered,
        Self::Rejected,
        Self::Suspended,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not_needed",
            Self::Unknown => "unknown",
            Self::Unregistered => "unregistered",
            Self::Pending => "pending",
            Self::Registered => "registered",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Carriers would refuse a text that needs a registration. What we do not know stops nothing.
    #[must_use]
    pub const fn refused(self) -> bool {
        matches!(self, Self::Unregistered | Self::Pending | Self::Rejected | Self::Suspended)
    }
}

/// Whether a number may text, as far as registrations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// What sort of sender it is.
    pub sender: Sender,
    /// How far its registration has come.
    pub state: State,
}

impl Status {
    /// Of a sender of which nobody asks for one.
    pub const NOT_NEEDED: Self = Self { sender: Sender::Other, state: State::NotNeeded };

    /// Of a sender whose registration is in this state. `None`: nobody has asked the carrier.
    #[must_use]
    pub fn of(sender: Sender, seen: Option<State>) -> Self {
        let unseen = if sender.needs_registration() { State::Unknown } else { State::NotNeeded };
        Self { sender, state: seen.unwrap_or(unseen) }
    }

    /// A text from this number to that phone (E.164) would not be refused for want of a registration, as far as is known. An
    /// ordinary US number needs one to text US phones only; a toll-free number needs one wherever it texts.
    #[must_use]
    pub fn may_text(self, to: &str) -> bool {
        match self.sender {
            Sender::UsLongCode => !self.state.refused() || !E164::from_carrier(to).is_ok_and(|to| is_us(&to)),
            Sender::TollFree => !self.state.refused(),
            Sender::ShortCode | Sender::Other => true,
        }
    }

    /// Some texts of it would be refused.
    #[must_use]
    pub const fn stops(self) -> bool {
        self.sender.needs_registration() && self.state.refused()
    }

    /// What to do about it, in plain words. `None` if there is nothing to do.
    #[must_use]
    pub const fn mend(self) -> Option<&'static str> {
        match (self.sender, self.state) {
            (Sender::ShortCode | Sender::Other, _) | (_, State::NotNeeded | State::Registered) => None,
            (_, State::Unknown) => Some(
                "Whether this number is registered is not known. Texts are sent; look anew, and see at the carrier if they \
                 are refused.",
            ),
            (Sender::UsLongCode, State::Unregistered) => Some(
                "Assign this number to a registered 10DLC campaign at the carrier, then look anew. Until then US carriers \
                 refuse its texts.",
            ),
            (Sender::TollFree, State::Unregistered) => Some(
                "Ask the carrier to verify this toll-free number, then look anew. Until then its texts are refused.",
            ),
            (_, State::Pending) => {
                Some("The registration is under review at the carrier. Wait, or send from another number meanwhile.")
            }
            (_, State::Rejected) => Some(
                "The carrier refused the registration. Correct what it names, ask again, and send from another number \
                 meanwhile.",
            ),
            (_, State::Suspended) => Some(
                "The registration was suspended or has run out. Renew it at the carrier, and send from another number \
                 meanwhile.",
            ),
        }
    }
}

/// The registration of a number, as last seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// What comes of it.
    pub status: Status,
    /// The 10DLC campaign that the number is assigned to, by the carrier's id.
    pub campaign_id: Option<String>,
    /// Whose campaign it is, by the carrier's id; `None` where it is shared by another provider.
    pub brand_id: Option<String>,
    /// What the carrier says to it, in its own words: they can name people.
    pub reason: Option<String>,
    /// When the carrier was last asked. `None` if never.
    pub read_at: Option<Timestamp>,
}

impl Registration {
    /// Before anybody has asked the carrier.
    #[must_use]
    pub fn unseen(address: &Address) -> Self {
        let status = Status::of(Sender::of(address), None);
        Self { status, campaign_id: None, brand_id: None, reason: None, read_at: None }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("status", &self.status)
            .field("campaign_id", &self.campaign_id)
            .field("read_at", &self.read_at)
            .finish_non_exhaustive()
    }
}

/// When it is read again how far the registrations of some numbers have come. `failed`: the carrier could not be asked.
#[must_use]
pub fn next_reading(now: Timestamp, read: impl IntoIterator<Item = Status>, failed: bool) -> Timestamp {
    let soon = failed || read.into_iter().any(Status::stops);
    now.checked_add(if soon { READ_AGAIN } else { READ_EVERY }).unwrap_or(Timestamp::MAX)
}

/// A carrier that refuses a text with this code says that the sender is not registered: 10DLC, or toll-free that is not verified or
/// not set up (Telnyx's codes, <https://developers.telnyx.com/api/errors>).
#[must_use]
pub fn refused_as_unregistered(code: &str) -> bool {
    matches!(code, "40010" | "40329" | "40330")
}

/// The fifty states and the District: the territories have regions of their own, and no source we know says that they need one.
fn is_us(phone: &E164) -> bool {
    phone.region().as_deref() == Some("US")
}
