//! The gate: the one function that every outbound message passes, when it is queued and again just before it is sent.

use std::fmt;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::campaign::Untimely;
use crate::consent::Wishes;
use crate::hours::{HoursError, QuietHours, zone};
use crate::law::{self, Answer, Closed, Question};
use crate::region::Whereabouts;
use crate::registration;
use crate::tenant::{Otherwise, Settings};

mod often;
#[cfg(test)]
mod tests;

pub use often::looks_back;

/// Why the text is sent; some rules bind only some purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A text in a conversation with this one person.
    Conversation,
    /// One of many, which nobody has asked for just now.
    Campaign,
    /// What a campaign would say, to a number that somebody of the tenant names to see it: no hour and no limit binds it, but what
    /// the person wants does.
    Test,
    /// The one confirmation of a STOP, or the answer to HELP: required by law and carriers, whatever the hour
    /// (47 CFR 64.1200(a)(12): within five minutes of the request). It is tried even from a number that is not registered, as far
    /// as is known: the duty is ours, and what is known may be a day old.
    Confirmation,
}

/// What the gate looks at.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The tenant's rules.
    pub settings: &'a Settings,
    /// The sender may send.
    pub number_enabled: bool,
    /// Whether carriers know who sends from it.
    pub registration: registration::Status,
    /// The tenant wants nothing more to this person.
    pub contact_blocked: bool,
    /// The person wants nothing more from the tenant.
    pub opted_out: bool,
    /// What else is known of what the person wants.
    pub wishes: Wishes,
    /// Where it goes, E.164.
    pub phone: &'a str,
    /// The contact's own zone, when someone said so.
    pub contact_zone: Option<&'a str>,
    /// When the contact does not want to be texted, when they said so.
    pub contact_quiet: Option<&'a QuietHours>,
    /// When campaigns of the tenant texted this phone, the latest first, as far back as [`looks_back`] says. Asked for campaigns
    /// only.
    pub had: &'a [Timestamp],
    /// What becomes of a campaign's text that may not go now. Asked of campaigns only.
    pub untimely: Untimely,
    /// When the contact last wrote in this conversation.
    pub wrote_at: Option<Timestamp>,
    /// Why it is sent.
    pub purpose: Purpose,
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("purpose", &self.purpose)
            .field("zone", &self.contact_zone)
            .finish_non_exhaustive()
    }
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
    /// The contact wants no texts of this purpose.
    PurposeOptedOut,
    /// The contact has not agreed to marketing, and the tenant sends it to nobody else.
    NotOptedIn,
    /// The contact agreed to marketing, but too long ago for the tenant's settings.
    ConsentLapsed,
    /// The number is on the tenant's list of those that get no texts.
    Suppressed,
    /// Someone of the tenant blocked the contact.
    ContactBlocked,
    /// The number is switched off.
    NumberDisabled,
    /// The number is not registered for texts to this phone: carriers would refuse it, and may charge for that.
    NumberNotRegistered,
    /// It is night where the contact is.
    QuietHours,
    /// The law where the contact can be forbids texts like this at this hour.
    LegalHours,
    /// The contact has had as many texts of campaigns as the law or the tenant allows.
    FrequencyCap,
    /// The law, the tenant's time zone or quiet hours leave no hour open.
    NoOpenHour,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ContactOptedOut,
        Self::PurposeOptedOut,
        Self::NotOptedIn,
        Self::ConsentLapsed,
        Self::Suppressed,
        Self::ContactBlocked,
        Self::NumberDisabled,
        Self::NumberNotRegistered,
        Self::QuietHours,
        Self::LegalHours,
        Self::FrequencyCap,
        Self::NoOpenHour,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ContactOptedOut => "contact_opted_out",
            Self::PurposeOptedOut => "purpose_opted_out",
            Self::NotOptedIn => "not_opted_in",
            Self::ConsentLapsed => "consent_lapsed",
            Self::Suppressed => "suppressed",
            Self::ContactBlocked => "contact_blocked",
            Self::NumberDisabled => "number_disabled",
            Self::NumberNotRegistered => "number_not_registered",
            Self::QuietHours => "quiet_hours",
            Self::LegalHours => "legal_hours",
            Self::FrequencyCap => "frequency_cap",
            Self::NoOpenHour => "no_open_hour",
        }
    }

    /// What it is, in plain words.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::ContactOptedOut => "This person asked for no more texts.",
            Self::PurposeOptedOut => "This person wants no texts of this purpose.",
            Self::NotOptedIn => {
                "This person has not agreed to marketing texts, and your settings send them only to who has."
            }
            Self::ConsentLapsed => {
                "This person agreed to marketing texts so long ago, without a sign of life since, that by your settings it no \
                 longer counts."
            }
            Self::Suppressed => "This number is on your list of numbers that get no texts.",
            Self::ContactBlocked => "This contact is blocked.",
            Self::NumberDisabled => "This number is switched off.",
            Self::NumberNotRegistered => {
                "Your number is not registered for texts to this phone (10DLC, or toll-free verification), so the carrier \
                 would refuse it."
            }
            Self::QuietHours => "It is quiet hours where this person is.",
            Self::LegalHours => "The law where this person can be forbids texts like this at this hour.",
            Self::FrequencyCap => "This person has had as many campaign texts as the law or your settings allow.",
            Self::NoOpenHour => "The law and the quiet hours together leave no hour to send in.",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn mend(self) -> &'static str {
        match self {
            Self::ContactOptedOut => "Only they can undo that, by texting START.",
            Self::PurposeOptedOut => "Record their new consent if they have changed their mind.",
            Self::NotOptedIn => "Record their consent with its proof, or ask for it by a text that they confirm.",
            Self::ConsentLapsed => {
                "Record their renewed consent with its proof, or ask for it by a text that they confirm. How long consent counts \
                 is set under Settings."
            }
            Self::Suppressed => "If it should get some, have an owner or admin take it off there, with the reason.",
            Self::ContactBlocked => "Unblock the contact to text them again.",
            Self::NumberDisabled => "Enable it under Numbers, or send from another.",
            Self::NumberNotRegistered => {
                "See the number under Numbers for what is missing, mend it at the carrier and read it again there, or send \
                 from another number."
            }
            Self::QuietHours => "Text them at another hour: what is set to wait goes by itself when it may.",
            Self::LegalHours => {
                "Text them at another hour: what is set to wait goes by itself when it may. Set the contact's time zone if \
                 their number does not tell where they are."
            }
            Self::FrequencyCap => "Text them later, or raise the limit under Settings if it is yours.",
            Self::NoOpenHour => "Change the quiet hours under Settings, or set the contact's time zone.",
        }
    }

    /// What it is and what to do about it, where there is room for one text.
    #[must_use]
    pub fn in_words(self) -> String {
        format!("{} {}", self.explanation(), self.mend())
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
    if let Some(reason) = against(now, &asked) {
        return Verdict::Skip { reason };
    }
    // An answer would be refused as well: whoever writes it learns of it now rather than from a receipt.
    if !asked.registration.may_text(asked.phone) {
        return Verdict::Skip { reason: Reason::NumberNotRegistered };
    }
    match asked.purpose {
        Purpose::Campaign => campaign(now, asked),
        Purpose::Test => Verdict::Send,
        Purpose::Conversation | Purpose::Confirmation => conversation(now, asked),
    }
}

/// What they want, besides no texts at all. Whoever writes to us gets an answer, whichever list they
/// were put on before.
fn against(now: Timestamp, asked: &Asked<'_>) -> Option<Reason> {
    match asked.purpose {
        Purpose::Campaign => asked.wishes.against_campaign(now, asked.settings),
        Purpose::Test => asked.wishes.suppressed_at.map(|_| Reason::Suppressed),
        Purpose::Conversation => {
            let since = asked.wishes.suppressed_at?;
            asked.wrote_at.is_none_or(|wrote_at| wrote_at < since).then_some(Reason::Suppressed)
        }
        Purpose::Confirmation => None,
    }
}

/// What the gate's verdict comes from, in words for this one person and with the time at which a text that waits goes.
#[must_use]
pub fn explain(now: Timestamp, asked: &Asked<'_>, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Send => "Nothing speaks against it.".into(),
        Verdict::Defer { until, reason } => in_words(now, asked, Some(*until), *reason),
        Verdict::Skip { reason } => in_words(now, asked, None, *reason),
    }
}

/// `until`: when it goes; `None`: it does not.
fn in_words(now: Timestamp, asked: &Asked<'_>, until: Option<Timestamp>, reason: Reason) -> String {
    let plain = || reason.explanation().to_owned();
    let Ok(whereabouts) = asked.whereabouts() else { return plain() };
    match reason {
        Reason::FrequencyCap => often::in_words(now, asked, &whereabouts, until),
        Reason::QuietHours | Reason::LegalHours => match law::strictest(now, &asked.question(&whereabouts)) {
            Answer::Opens { why, .. } => until.map_or_else(|| why.to_string(), |until| why.until(until)),
            Answer::Open | Answer::Never { .. } => plain(),
        },
        _ => plain(),
    }
}

/// The law's hours, the tenant's and the contact's own, wherever the contact can be; and not too often.
fn campaign(now: Timestamp, asked: Asked<'_>) -> Verdict {
    let Ok(whereabouts) = asked.whereabouts() else { return Verdict::Skip { reason: Reason::NoOpenHour } };
    let allowed = often::allowed_from(now, &asked, &whereabouts);
    let capped = Some(Reason::FrequencyCap).filter(|_| allowed > now);
    if let Some(reason) = capped
        && asked.untimely.over_cap(asked.settings) == Otherwise::Skip
    {
        return Verdict::Skip { reason };
    }
    // What is too often now must not go in the night either, once it is not.
    match law::strictest(allowed, &asked.question(&whereabouts)) {
        Answer::Open => capped.map_or(Verdict::Send, |reason| Verdict::Defer { until: allowed, reason }),
        Answer::Opens { why, .. } if capped.is_none() && asked.untimely.outside_hours == Otherwise::Skip => {
            Verdict::Skip { reason: reason_of(&why) }
        }
        Answer::Opens { at, why } => Verdict::Defer { until: at, reason: capped.unwrap_or(reason_of(&why)) },
        Answer::Never { .. } => Verdict::Skip { reason: Reason::NoOpenHour },
    }
}

/// The tenant's quiet hours and the contact's own, but for whoever has just written.
fn conversation(now: Timestamp, asked: Asked<'_>) -> Verdict {
    if asked.settings.quiet_hours.is_none() && asked.contact_quiet.is_none() {
        return Verdict::Send;
    }
    let answers_someone_awake = asked
        .wrote_at
        .and_then(|at| at.checked_add(ANSWER_WINDOW_MINUTES.minutes()).ok())
        .is_some_and(|end| now <= end);
    if answers_someone_awake {
        return Verdict::Send;
    }
    let Ok(whereabouts) = asked.whereabouts() else { return Verdict::Skip { reason: Reason::NoOpenHour } };
    let question = asked.question(&whereabouts);
    let mut answer = law::strictest(now, &question);
    if matches!(answer, Answer::Never { .. })
        && let Ok(ours) = zone(&asked.settings.time_zone)
    {
        // A wide country leaves no hour that is decent in all of it. To one person, the business's own clock will do.
        answer = law::strictest(now, &Question { quiet_clock: Some(&ours), ..question });
    }
    match answer {
        Answer::Open => Verdict::Send,
        Answer::Opens { at, why } => Verdict::Defer { until: at, reason: reason_of(&why) },
        Answer::Never { .. } => Verdict::Skip { reason: Reason::NoOpenHour },
    }
}

const fn reason_of(why: &Closed) -> Reason {
    if why.rule.is_some() { Reason::LegalHours } else { Reason::QuietHours }
}

impl<'a> Asked<'a> {
    fn whereabouts(&self) -> Result<Whereabouts, HoursError> {
        Whereabouts::of(self.phone, self.contact_zone, &self.settings.time_zone)
    }

    fn question<'b>(&'b self, whereabouts: &'b Whereabouts) -> Question<'b> {
        Question {
            whereabouts,
            purpose: self.purpose,
            tenant_quiet: self.settings.quiet_hours.as_ref(),
            own_quiet: self.contact_quiet,
            quiet_clock: None,
        }
    }
}
