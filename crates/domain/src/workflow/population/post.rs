//! Texts on their way out: in the law's hours, as the gate has it, and at the pace of the numbers.

use jiff::Timestamp;

use super::queue::Due;
use super::run::{Run, later};
use crate::campaign::Untimely;
use crate::consent::Wishes;
use crate::gate::{self, Asked, Verdict, gate};
use crate::registration;
use crate::workflow::effect::Key;
use crate::workflow::event::{Done, Event};
use crate::workflow::step::Purpose;

/// A text that is on its way out.
pub(super) struct Out {
    pub key: Key,
    pub purpose: Purpose,
    pub segments: u32,
    pub before: Option<Timestamp>,
    /// Its turn at its number has come.
    pub has_turn: bool,
}

impl Run<'_> {
    /// A text goes, waits for its hour or its turn, or is not sent.
    pub(super) fn sends(&mut self, who: u32, mut out: Box<Out>) {
        let now = self.now;
        let Some(somebody) = self.people.get_mut(who as usize) else { return };
        if let Some(nth) = somebody.withdrawn.iter().position(|key| *key == out.key) {
            somebody.withdrawn.swap_remove(nth);
            return;
        }
        let Some(place) = self.places.get(somebody.place) else { return };
        let (purpose, consent) = out.purpose.counts_as(now, somebody.wrote_at).asks();
        let asked = Asked {
            settings: &self.settings,
            number_enabled: true,
            registration: registration::Status::NOT_NEEDED,
            contact_blocked: false,
            opted_out: somebody.subject.opted_out,
            wishes: Wishes { purpose: consent.unwrap_or_default(), ..Wishes::default() },
            phone: &place.phone,
            contact_zone: place.own_zone.as_deref(),
            contact_quiet: None,
            had: &somebody.had,
            untimely: Untimely::default(),
            wrote_at: somebody.wrote_at,
            purpose,
        };
        let blocked = match gate(now, asked) {
            _ if out.before.is_some_and(|before| before < now) => "too_late",
            Verdict::Skip { reason } => reason.code(),
            Verdict::Defer { until, .. } if out.before.is_some_and(|before| before < until) => "too_late",
            Verdict::Defer { until, reason } => {
                *self.figures.deferred.entry(reason.code().to_owned()).or_default() += 1;
                out.has_turn = false;
                self.put(until, who, Due::Text(out));
                return;
            }
            Verdict::Send => {
                let at = self.turn_of_number(who, &out);
                if at > now {
                    *self.figures.deferred.entry("rate".to_owned()).or_default() += 1;
                    out.has_turn = true;
                    self.put(at, who, Due::Text(out));
                } else {
                    self.is_out(who, &out, purpose);
                }
                return;
            }
        };
        *self.figures.blocked.entry(blocked.to_owned()).or_default() += 1;
        self.turn(who, Event::Done { of: out.key, result: Done::Blocked(blocked.to_owned()), at: None });
    }

    /// When the number may send it. Each has its own, and texts go in the order in which they came.
    fn turn_of_number(&mut self, who: u32, out: &Out) -> Timestamp {
        let numbers = self.turns_of_numbers.len().max(1);
        let (Some(pace), Some(free_us)) = (self.pace, self.turns_of_numbers.get_mut(who as usize % numbers)) else {
            return self.now;
        };
        if out.has_turn {
            return self.now;
        }
        let goes_us = self.now.as_microsecond().max(*free_us);
        *free_us = pace.take(goes_us, *free_us, out.segments).unwrap_or(goes_us);
        Timestamp::from_microsecond(goes_us).unwrap_or(self.now).max(self.now)
    }

    fn is_out(&mut self, who: u32, out: &Out, purpose: gate::Purpose) {
        let now = self.now;
        self.figures.texts += 1;
        self.figures.segments += out.segments;
        let step = self.published.by_id.get(&out.key.step).copied();
        let habits = step.map_or(&self.crowd.habits, |step| self.habits(step));
        let Some(somebody) = self.people.get_mut(who as usize) else { return };
        somebody.subject.last_outbound_at = Some(now);
        if purpose == gate::Purpose::Campaign {
            somebody.has_had(now);
        }
        if somebody.chance.happens(habits.stop_percent) {
            let takes = somebody.chance.takes(habits.half_within.length(), habits.most_within.length());
            self.put(later(now, takes), who, Due::Stops);
        }
        self.turn(who, Event::Done { of: out.key.clone(), result: Done::Sent, at: None });
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is cut down to what fits")]
pub(super) fn rate_milli(segments_per_second: f64) -> Option<u64> {
    segments_per_second.is_finite().then(|| (segments_per_second * 1_000.0).clamp(1.0, 1e9) as u64)
}
