//! The gate: the one function that every outbound message passes, when it is queued and again just before it is sent.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::hours::candidate_zones;
use crate::tenant::Settings;

/// Why the text is sent; some rules bind only some purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A text in a conversation with this one person.
    Conversation,
    /// One of many, which nobody has asked for just now.
    Campaign,
    /// The one confirmation of a STOP, or the answer to HELP: required by law and carriers, whatever the hour
    /// (47 CFR 64.1200(a)(12): within five minutes of the request).
    Confirmation,
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The tenant's rules.
    pub settings: &'a Settings,
    /// The sender may send.
    pub number_enabled: bool,
    /// The tenant wants nothing more to this person.
    pub contact_blocked: bool,
    /// The person wants nothing more from the tenant.
    pub opted_out: bool,
    /// The contact's own zone, when someone said so.
    pub contact_zone: Option<&'a str>,
    /// When the contact last wrote in this conversation.
    pub wrote_at: Option<Timestamp>,
    /// Why it is sent.
    pub purpose: Purpose,
}

/// What the gate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// It may go now.
    Send,
    /// Not now.
    Defer {
        /// The first moment at which it may be asked again.
        until: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// Never.
    Skip {
        /// Why.
        reason: Reason,
    },
}

/// Why the gate did not let it pass. The words are stable: they stand in receipts and in the API's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The contact sent STOP, or the carrier says so.
    ContactOptedOut,
    /// Someone of the tenant blocked the contact.
    ContactBlocked,
    /// The number is switched off.
    NumberDisabled,
    /// It is night where the contact is.
    QuietHours,
    /// The tenant's time zone or quiet hours leave no hour open.
    NoOpenHour,
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ContactOptedOut => "contact_opted_out",
            Self::ContactBlocked => "contact_blocked",
            Self::NumberDisabled => "number_disabled",
            Self::QuietHours => "quiet_hours",
            Self::NoOpenHour => "no_open_hour",
        }
    }

    /// In plain words, with the mend.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::ContactOptedOut => "This person asked for no more texts. Only they can undo that, by texting START.",
            Self::ContactBlocked => "This contact is blocked. Unblock the contact to text them again.",
            Self::NumberDisabled => "This number is switched off. Enable it under Numbers, or send from another.",
            Self::QuietHours => "It is quiet hours where this person is; the text waits until they end.",
            Self::NoOpenHour => "The quiet hours leave no hour to send in. Change them under Settings.",
        }
    }
}

/// Someone who wrote this recently is awake: an answer to them need not wait for the morning.
const ANSWER_WINDOW_MINUTES: i64 = 60;

/// Asks. The order matters: what a person wants comes before what the clock says.
#[must_use]
pub fn gate(now: Timestamp, asked: Asked<'_>) -> Verdict {
    if !asked.number_enabled {
        return Verdict::Skip { reason: Reason::NumberDisabled };
    }
    if asked.purpose == Purpose::Confirmation {
        return Verdict::Send;
    }
    if asked.contact_blocked {
        return Verdict::Skip { reason: Reason::ContactBlocked };
    }
    if asked.opted_out {
        return Verdict::Skip { reason: Reason::ContactOptedOut };
    }
    quiet_hours(now, asked)
}

fn quiet_hours(now: Timestamp, asked: Asked<'_>) -> Verdict {
    let Some(quiet) = &asked.settings.quiet_hours else { return Verdict::Send };
    let answers_someone_awake = asked
        .wrote_at
        .filter(|_| asked.purpose != Purpose::Campaign)
        .and_then(|at| at.checked_add(ANSWER_WINDOW_MINUTES.minutes()).ok())
        .is_some_and(|end| now <= end);
    if answers_someone_awake {
        return Verdict::Send;
    }
    let open =
        candidate_zones(asked.contact_zone, &asked.settings.time_zone).and_then(|zones| quiet.next_open(now, &zones));
    match open {
        Ok(open) if open <= now => Verdict::Send,
        Ok(until) => Verdict::Defer { until, reason: Reason::QuietHours },
        Err(_) => Verdict::Skip { reason: Reason::NoOpenHour },
    }
}
