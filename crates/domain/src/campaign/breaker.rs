//! What stops a campaign before more harm is done: the carrier says that something is set up wrongly, or takes the texts for
//! spam.
//!
//! The codes are Telnyx's (<https://developers.telnyx.com/api/errors>, as of April 2026); [`family`] says what each means for
//! a whole campaign, which is another question than what it means for one text.

use serde::{Deserialize, Serialize};

use super::{Due, Skip};
use crate::gate::Reason;
use crate::id::RecipientId;
use crate::message::Failure;

/// As many of the last outcomes of a campaign are looked at.
pub const WINDOW: u32 = 200;
/// More of them than this must not have been blocked as spam.
pub const SPAM_PERCENT: u32 = 2;
/// So many of those whom it happened to are named.
pub const SAMPLES: usize = 5;

/// What a failure says about the texts that are still to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Something is set up wrongly: every other text would fail as well.
    Configuration,
    /// Something is set up wrongly for some destinations; the others are not concerned.
    Destination,
    /// It was taken for spam, or its content is prohibited.
    Spam,
    /// It may go better later.
    Later,
}

/// What stopped a campaign by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// The carrier says that something is set up wrongly.
    Configuration,
    /// Too many texts were blocked as spam.
    Spam,
    /// Too much came of the first texts that must not.
    Canary,
}

/// Why a campaign stopped by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// What stopped it.
    pub by: Guard,
    /// The carrier's code, if it is about one.
    pub code: Option<String>,
    /// What happened, in plain words.
    pub explanation: String,
    /// What to do before it goes on.
    pub mend: String,
    /// Some of those whom it happened to, at most [`SAMPLES`].
    pub samples: Vec<RecipientId>,
}

/// The last outcomes of a campaign, a whole [`WINDOW`] of them if there were so many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// How many.
    pub all: u32,
    /// How many of them were blocked as spam.
    pub blocked: u32,
    /// Some of those, at most [`SAMPLES`].
    pub samples: Vec<RecipientId>,
}

struct Row {
    first: u32,
    last: u32,
    family: Family,
}

const fn range(first: u32, last: u32, family: Family) -> Row {
    Row { first, last, family }
}

const fn one(code: u32, family: Family) -> Row {
    range(code, code, family)
}

/// In order of the codes. A code that is not here is about the one recipient, and for good.
#[rustfmt::skip]
static ROWS: &[Row] = &[
    one(10009, Family::Configuration),          // the API key is not accepted
    one(10011, Family::Later),                  // too many requests
    range(10038, 10039, Family::Configuration), // the account may not do this
    range(20001, 20008, Family::Configuration), // the API key is wrong, revoked or expired
    range(20012, 20017, Family::Configuration), // the account is blocked or not verified
    one(20100, Family::Configuration),          // no balance
    range(40002, 40003, Family::Spam),          // blocked as spam: for now, for good
    range(40004, 40006, Family::Later),         // refused without a reason, expired, server unavailable
    one(40008, Family::Later),                  // not delivered
    one(40010, Family::Configuration),          // the number is not registered (10DLC)
    one(40011, Family::Later),                  // too fast for the recipient's carrier
    one(40013, Family::Configuration),          // the sending number is not accepted
    one(40014, Family::Later),                  // expired in the queue
    one(40015, Family::Spam),                   // Telnyx's spam filter
    one(40016, Family::Later),                  // T-Mobile's limit of the day
    one(40017, Family::Spam),                   // AT&T takes it for spam
    one(40018, Family::Later),                  // too fast for AT&T
    one(40019, Family::Configuration),          // AT&T's record of the campaign does not match the number
    one(40020, Family::Later),                  // traffic inflation suspected
    one(40100, Family::Configuration),          // the number is not enabled for messaging
    range(40150, 40159, Family::Configuration), // the toll-free number's registration
    range(40305, 40308, Family::Configuration), // the sender is not on the profile, or cannot be used
    one(40309, Family::Destination),            // texts to this country are switched off
    range(40311, 40315, Family::Configuration), // the profile is switched off, the number in bad health
    one(40318, Family::Later),                  // the queue is full
    range(40320, 40321, Family::Configuration), // the number is not ready, the pool has none
    one(40322, Family::Spam),                   // prohibited content
    range(40325, 40327, Family::Configuration), // the sender name, the link shortener
    range(40329, 40331, Family::Configuration), // the toll-free number, the allowed destinations
    one(40333, Family::Configuration),          // the spending limit of the day
];

/// Words that stand where the carrier gives no code: ours, and those of a receipt without one.
const LATER: [&str; 4] = ["carrier_unreachable", "expired", "sending_failed", "delivery_failed"];

/// What a failure's code says; `None`: it is about this recipient alone, and for good.
#[must_use]
pub fn family(code: &str) -> Option<Family> {
    if LATER.contains(&code) {
        return Some(Family::Later);
    }
    let code = code.parse().ok()?;
    let row = ROWS.get(ROWS.partition_point(|row| row.last < code))?;
    (row.first <= code).then_some(row.family)
}

/// The codes of a family.
pub fn codes(family: Family) -> impl Iterator<Item = String> {
    let rows = ROWS.iter().filter(move |row| row.family == family);
    rows.flat_map(|row| row.first..=row.last).map(|code| code.to_string())
}

/// Why a campaign must stop at once because of this failure of one text; `None`: it goes on.
#[must_use]
pub fn misconfigured(recipient: RecipientId, failure: &Failure) -> Option<Halt> {
    (family(&failure.code) == Some(Family::Configuration)).then(|| Halt {
        by: Guard::Configuration,
        code: Some(failure.code.clone()),
        explanation: failure.explanation.clone(),
        mend: failure.mend.clone(),
        samples: vec![recipient],
    })
}

/// Why a campaign must stop before this text: its number is not registered, or not any more, so that the carrier would refuse this
/// one and those that follow. `None`: it goes on.
#[must_use]
pub fn unregistered(recipient: RecipientId, due: &Due) -> Option<Halt> {
    let Due::Skip(Skip::Gate(reason @ Reason::NumberNotRegistered)) = due else { return None };
    Some(Halt {
        by: Guard::Configuration,
        code: Some(reason.code().into()),
        explanation: "A number of this campaign is not registered for texts to US phones (10DLC, or toll-free \
                      verification), so the carrier would refuse them. Nothing was sent to it."
            .into(),
        mend:
            "See under Numbers what is missing, mend it at the carrier, read it again there and go on; or cancel this \
               campaign and send another from registered numbers to those who are left."
                .into(),
        samples: vec![recipient],
    })
}

/// Why a campaign must stop because of its last outcomes; `None`: it goes on. Of fewer than a window, as many may be blocked as
/// of a whole one: what is few is no pattern yet.
#[must_use]
pub fn taken_for_spam(last: &Outcomes) -> Option<Halt> {
    let (all, blocked) = (u64::from(last.all.max(WINDOW)), u64::from(last.blocked));
    (blocked * 100 > all * u64::from(SPAM_PERCENT)).then(|| Halt {
        by: Guard::Spam,
        code: None,
        explanation: format!(
            "Carriers took {blocked} of the last {} texts for spam, or refused what they say.",
            last.all.max(last.blocked)
        ),
        mend: "Look at the examples and at what speaks against the text, cancel this campaign and send another, reworded, to \
               those who are left; or go on if you are sure."
            .into(),
        samples: last.samples.iter().copied().take(SAMPLES).collect(),
    })
}

impl Guard {
    /// As shown and logged.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Spam => "spam",
            Self::Canary => "canary",
        }
    }
}

impl Outcomes {
    /// These and earlier ones, unless there are enough of them. Answers whether there are.
    pub fn and(&mut self, earlier: Self) -> bool {
        if self.all < WINDOW {
            self.all = self.all.saturating_add(earlier.all);
            self.blocked = self.blocked.saturating_add(earlier.blocked);
            let room = SAMPLES.saturating_sub(self.samples.len());
            self.samples.extend(earlier.samples.into_iter().take(room));
        }
        self.all >= WINDOW
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn recipient(n: u32) -> RecipientId {
        Uuid::from_u128(n.into()).into()
    }

    fn last(all: u32, blocked: u32) -> Outcomes {
        Outcomes { all, blocked, samples: (0..blocked).map(recipient).collect() }
    }

    #[test]
    fn codes_are_in_order_and_do_not_overlap() {
        assert!(ROWS.iter().all(|row| row.first <= row.last));
        assert!(ROWS.windows(2).all(|pair| pair[0].last < pair[1].first));
    }

    #[test]
    fn a_code_says_what_it_means_for_the_others() {
        use Family::{Configuration, Destination, Later, Spam};
        for (family_of, codes) in [
            (Some(Configuration), &["10009", "20100", "40010", "40155", "40305", "40312", "40329", "40333"][..]),
            (Some(Destination), &["40309"]),
            (Some(Spam), &["40002", "40003", "40015", "40017", "40322"]),
            (Some(Later), &["40008", "40016", "40318", "carrier_unreachable", "expired"]),
            (None, &["40001", "40300", "40310", "40012", "99999", "", "-1", "40302 ", "contact_opted_out", "10007"]),
        ] {
            for code in codes {
                assert_eq!(family(code), family_of, "{code}");
            }
        }
    }

    #[test]
    fn a_family_has_its_codes() {
        let spam: Vec<String> = codes(Family::Spam).collect();
        assert_eq!(spam, ["40002", "40003", "40015", "40017", "40322"]);
        assert!(codes(Family::Later).all(|code| family(&code) == Some(Family::Later)));
    }

    #[test]
    fn only_what_concerns_everybody_stops_at_once() {
        let failure = |code: &str| Failure { code: code.into(), explanation: "Why.".into(), mend: "Mend it.".into() };
        let halt = misconfigured(recipient(7), &failure("40312")).unwrap();
        assert_eq!((halt.by, halt.code.as_deref(), &*halt.mend), (Guard::Configuration, Some("40312"), "Mend it."));
        assert_eq!(halt.samples, [recipient(7)]);
        for code in ["40309", "40015", "40008", "40310", "40300"] {
            assert_eq!(misconfigured(recipient(7), &failure(code)), None, "{code}");
        }
    }

    #[test]
    fn a_number_that_is_not_registered_stops_it_before_a_text_and_no_other_reason_does() {
        for reason in Reason::ALL {
            let halt = unregistered(recipient(7), &Due::Skip(Skip::Gate(reason)));
            assert_eq!(halt.is_some(), reason == Reason::NumberNotRegistered, "{reason:?}");
            if let Some(halt) = halt {
                assert_eq!((halt.by, halt.code.as_deref()), (Guard::Configuration, Some("number_not_registered")));
            }
        }
        assert_eq!(unregistered(recipient(7), &Due::Skip(Skip::TooLong)), None);
    }

    #[test]
    fn more_than_two_percent_of_a_window_are_too_many() {
        for (all, blocked, stops) in [
            (200, 4, false),
            (200, 5, true),
            (10, 4, false),
            (5, 5, true),
            (256, 5, false),
            (256, 6, true),
            (0, 0, false),
        ] {
            assert_eq!(taken_for_spam(&last(all, blocked)).is_some(), stops, "{blocked} of {all}");
        }
        let halt = taken_for_spam(&last(200, 90)).unwrap();
        assert_eq!((halt.by, halt.samples.len(), halt.code), (Guard::Spam, SAMPLES, None));
        assert!(halt.explanation.contains("90 of the last 200"), "{}", halt.explanation);
    }

    #[test]
    fn the_window_ends_where_it_is_full() {
        let mut window = Outcomes::default();
        assert!(!window.and(last(150, 3)));
        assert!(window.and(last(90, 4)));
        assert_eq!((window.all, window.blocked, window.samples.len()), (240, 7, SAMPLES));
        assert!(window.and(last(100, 100)), "what is older does not count");
        assert_eq!((window.all, window.blocked), (240, 7));
    }
}
