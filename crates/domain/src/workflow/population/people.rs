//! Somebody who is made up: what is known of them, and what they say.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::chance::Chance;
use super::crowd::{Crowd, Habits};
use crate::condition::Subject;
use crate::hours::zone;
use crate::id::EnrolmentId;
use crate::region::Whereabouts;
use crate::tenant::Settings;
use crate::workflow::effect::Key;
use crate::workflow::floor::Held;
use crate::workflow::program::Wait;
use crate::workflow::state::State;
use crate::workflow::step::Heard;

/// No country has this code: where such a number is, is told by the clock.
const NOWHERE: &str = "+9990000000";
const NAMES: [&str; 8] = [
    "Ann Berg",
    "José Álvarez",
    "Wei Chen",
    "Priya Raman",
    "Tom O'Neill",
    "Łucja Nowak",
    "Sam Lee",
    "Maximilian Huber",
];
/// Caps of the law and of tenants look at no more texts than this.
const HAD_MAX: usize = 8;

/// Where some live.
pub(super) struct Place {
    pub phone: String,
    /// Their own zone, as the gate asks for it.
    pub own_zone: Option<String>,
    pub clock: TimeZone,
    pub month_first: bool,
    share: u32,
}

pub(super) fn places(crowd: &Crowd, settings: &Settings) -> Vec<Place> {
    let place = |phone: &str, own: Option<&str>, share: u32| {
        let whereabouts = Whereabouts::of(phone, own, &settings.time_zone).ok();
        let clock = whereabouts.as_ref().and_then(|places| places.clocks().next().cloned()).unwrap_or(TimeZone::UTC);
        let month_first = crate::region::country_of(phone).unwrap_or(&settings.region) == "US";
        Place { phone: phone.to_owned(), own_zone: own.map(str::to_owned), clock, month_first, share }
    };
    if crowd.homes.is_empty() {
        let own = zone(&settings.time_zone).is_ok().then_some(settings.time_zone.as_str());
        return vec![place(NOWHERE, own, 1)];
    }
    crowd.homes.iter().map(|home| place(&home.phone, home.time_zone.as_deref(), home.share)).collect()
}

/// Somebody on their way.
pub(super) struct Somebody {
    /// `None` for no longer than a turn takes.
    pub state: Option<State>,
    pub subject: Subject,
    pub place: usize,
    pub floor: Option<Held>,
    pub chance: Chance,
    /// The next time at which a timer is looked at.
    pub alarm: Option<Timestamp>,
    /// What they mean by what they said last, among the intents that a model is asked about.
    pub means: Option<usize>,
    pub wrote_at: Option<Timestamp>,
    /// Texts that the law counts, the latest first.
    pub had: Vec<Timestamp>,
    /// Texts that must not go any more.
    pub withdrawn: Vec<Key>,
}

impl Somebody {
    pub(super) fn new(who: u32, crowd: &Crowd, places: &[Place], now: Timestamp) -> Self {
        let mut chance = Chance::of(crowd.seed, who);
        let place = chance.one_of(places.iter().map(|place| place.share)).unwrap_or(0);
        let name = usize::try_from(chance.below(NAMES.len() as u64)).ok().and_then(|nth| NAMES.get(nth)).unwrap_or(&"");
        let enrolment = Uuid::from_u64_pair(chance.number(), who.into());
        Self {
            state: Some(State::new(EnrolmentId(enrolment), now)),
            subject: Subject { name: (*name).to_owned(), created_at: now, ..Subject::default() },
            place,
            floor: None,
            chance,
            alarm: None,
            means: None,
            wrote_at: None,
            had: Vec::new(),
            withdrawn: Vec::new(),
        }
    }

    /// The law counts this text.
    pub(super) fn has_had(&mut self, at: Timestamp) {
        self.had.insert(0, at);
        self.had.truncate(HAD_MAX);
    }

    /// Which of the cases they will answer; `None`: none of them, in words that nobody understands.
    pub(super) fn chooses(&mut self, wait: &Wait, habits: &Habits) -> Option<usize> {
        if self.chance.happens(habits.nonsense_percent) {
            return None;
        }
        let weights = (0..wait.cases.len()).map(|nth| habits.cases.get(nth).copied().unwrap_or(1));
        self.chance.one_of(weights)
    }

    /// What they write to answer a case, and what they mean by it.
    pub(super) fn says(&mut self, wait: &Wait, case: Option<usize>) -> String {
        let heard = case.and_then(|nth| wait.cases.get(nth)).map(|(heard, _)| heard);
        let is_intent = |heard: &Heard| matches!(heard, Heard::Intent(_));
        self.means = case
            .filter(|_| heard.is_some_and(is_intent))
            .map(|nth| wait.cases.iter().take(nth).filter(|(heard, _)| is_intent(heard)).count());
        match heard {
            Some(Heard::Yes) => "Yes".to_owned(),
            Some(Heard::No) => "No".to_owned(),
            Some(Heard::Any) => "I will think about it".to_owned(),
            Some(Heard::Date) => "tomorrow".to_owned(),
            Some(Heard::Keywords(words) | Heard::Choice(words)) => {
                let nth = usize::try_from(self.chance.below(words.len() as u64)).unwrap_or(0);
                words.get(nth).cloned().unwrap_or_default()
            }
            Some(Heard::Number { min, max }) => self.number(*min, *max),
            Some(Heard::Intent(intent)) => intent.clone(),
            None if wait.cases.is_empty() => "I will think about it".to_owned(),
            None => "hm?".to_owned(),
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what people write is short")]
    fn number(&mut self, min: Option<f64>, max: Option<f64>) -> String {
        let least = min.or(max.map(|max| max - 10.0)).unwrap_or(0.0).ceil();
        let most = max.unwrap_or(least + 10.0).floor();
        let drawn = self.chance.below((most - least).clamp(0.0, 1e6) as u64 + 1);
        let number = least.clamp(-1e12, 1e12) as i64 + i64::try_from(drawn).unwrap_or(0);
        number.to_string()
    }
}
