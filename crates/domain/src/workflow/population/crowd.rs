//! Who is made up, and what they do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::workflow::document::is_usual;
use crate::workflow::fault::Fault;
use crate::workflow::form;
use crate::workflow::span::Span;

/// A crowd has at most so many people.
pub const PEOPLE_MAX: u32 = 20_000;
/// It is looked at for at most so many days.
pub const DAYS_MAX: u32 = 90;
/// They live in at most so many places.
const HOMES_MAX: usize = 50;

/// Who is made up, and what they do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Crowd {
    /// So many people; at most [`PEOPLE_MAX`].
    pub people: u32,
    /// They are looked at for so many days; at most [`DAYS_MAX`].
    pub days: u32,
    /// The same seed makes the same run.
    pub seed: u64,
    /// They enter evenly over so long; no time: all at once.
    pub enter_within: Span,
    /// What they all know from the start, by keys of variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// Where they live; none: where the business is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub homes: Vec<Home>,
    /// They are texted from so many numbers.
    pub numbers: u32,
    /// How many segments go out per second from each of these.
    pub segments_per_second: f64,
    /// What they do when they are asked something.
    pub habits: Habits,
    /// The same, where it is otherwise at a step, by its id: one that waits for a reply, or for STOP one that sends.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub at: BTreeMap<String, Habits>,
}

/// Where some of them live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// A phone number there, E.164, by which the law is told.
    pub phone: String,
    /// Their clock, IANA name; `None`: what the number tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// How many live there, compared with the others.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub share: u32,
}

/// What people do when they are asked something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// So many of a hundred answer.
    pub answer_percent: f64,
    /// Half of those do so within this.
    pub half_within: Span,
    /// Nine of ten do so within this.
    pub most_within: Span,
    /// Of those that answer, so many of a hundred write what nobody understands.
    pub nonsense_percent: f64,
    /// After each text, so many of a hundred text STOP.
    pub stop_percent: f64,
    /// How the others spread over the cases, in their order; what is not said weighs 1.
    #[serde(skip_serializing_if = "is_usual")]
    pub cases: Vec<u32>,
}

const fn one() -> u32 {
    1
}

const fn is_one(share: &u32) -> bool {
    *share == 1
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            people: 10_000,
            days: 30,
            seed: 1,
            enter_within: Span::default(),
            variables: BTreeMap::new(),
            homes: Vec::new(),
            numbers: 1,
            segments_per_second: 10.0,
            habits: Habits::default(),
            at: BTreeMap::new(),
        }
    }
}

impl Default for Habits {
    /// A guess: a third answers, half of these within ten minutes.
    fn default() -> Self {
        Self {
            answer_percent: 35.0,
            half_within: Span::seconds(600),
            most_within: Span::seconds(12 * 3_600),
            nonsense_percent: 5.0,
            stop_percent: 0.5,
            cases: Vec::new(),
        }
    }
}

impl Crowd {
    /// Reads what came as JSON, strictly.
    ///
    /// # Errors
    /// What has not the form of a crowd, or makes none, each with its place.
    pub fn from_json(json: &Json) -> Result<Self, Vec<Fault>> {
        let crowd: Self = form::read(json)?;
        let mut faults = Vec::new();
        let mut wrong = |fits: bool, at: &str, what: &str, mend: String| {
            if !fits {
                faults.push(Fault::new(at, "wrong_value", what, mend));
            }
        };
        let many = "Nobody is there, or too many.";
        wrong((1..=PEOPLE_MAX).contains(&crowd.people), "/people", many, format!("Write 1 to {PEOPLE_MAX}."));
        let days = "Nobody is looked at for so long.";
        wrong((1..=DAYS_MAX).contains(&crowd.days), "/days", days, format!("Write 1 to {DAYS_MAX}."));
        let enters = crowd.enter_within.length() <= Span::days(DAYS_MAX).length();
        wrong(enters, "/enter_within", "Nobody enters so late.", format!("Write at most {DAYS_MAX}d."));
        let numbers = (1..=1_000).contains(&crowd.numbers);
        wrong(numbers, "/numbers", "There are none, or too many.", "Write 1 to 1000.".to_owned());
        let rate = (0.001..=10_000.0).contains(&crowd.segments_per_second);
        wrong(rate, "/segments_per_second", "No number sends like this.", "Write 0.001 to 10000.".to_owned());
        wrong(crowd.homes.len() <= HOMES_MAX, "/homes", "There are too many.", format!("Write at most {HOMES_MAX}."));
        let lives = crowd.homes.is_empty() || crowd.homes.iter().any(|home| home.share > 0);
        wrong(lives, "/homes", "Nobody lives there.", "Give one of them a `share`.".to_owned());
        for (nth, home) in crowd.homes.iter().enumerate() {
            let at = format!("/homes/{nth}");
            let digits = home.phone.strip_prefix('+').unwrap_or_default();
            let is_phone = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            wrong(is_phone, &format!("{at}/phone"), "This is no phone number.", "Write it as in +12125550100.".into());
            let is_zone = home.time_zone.as_deref().is_none_or(|name| crate::hours::zone(name).is_ok());
            let mend = "Write a name as in America/New_York.".to_owned();
            wrong(is_zone, &format!("{at}/time_zone"), "There is no such time zone.", mend);
        }
        let of_steps = crowd.at.iter().map(|(step, habits)| (format!("/at/{step}"), habits));
        for (at, habits) in std::iter::once(("/habits".to_owned(), &crowd.habits)).chain(of_steps) {
            for (part, percent) in [
                ("answer_percent", habits.answer_percent),
                ("nonsense_percent", habits.nonsense_percent),
                ("stop_percent", habits.stop_percent),
            ] {
                let fits = (0.0..=100.0).contains(&percent);
                wrong(fits, &format!("{at}/{part}"), "This is no part of a hundred.", "Write 0 to 100.".to_owned());
            }
            let in_order = habits.half_within.length() <= habits.most_within.length();
            let mend = "Write more than in `half_within`.".to_owned();
            wrong(in_order, &format!("{at}/most_within"), "Most answer later than half of them do.", mend);
        }
        if faults.is_empty() { Ok(crowd) } else { Err(faults) }
    }
}
