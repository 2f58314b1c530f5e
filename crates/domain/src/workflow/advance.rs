//! The interpreter: what follows when something happens to somebody on their way.
//!
//! [`advance`] is all that ever moves somebody: production, dry runs, the simulator and the tests call it alike. It knows no
//! clock and no chance; the same state, event, knowledge and time always make the same turn.

mod acts;
mod broken;
mod events;
mod knows;
mod replies;
mod steps;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::effect::{Deed, Effect, Key};
use super::event::Event;
use super::floor::{self, FLOOR_MAX, Held};
use super::program::{Node, Op, Published};
use super::reply::Text;
use super::state::{Failure, How, State, Status, Waits};
use super::step::Manner;
use super::trace::{Line, What};
use crate::condition::Subject;
use crate::template::Rendering;

/// Timers for replies come so much after the deadline: a reply that was sent in time may still be on its way.
pub const GRACE: SignedDuration = SignedDuration::from_secs(5);
/// What becomes of a text is known after so long, or nobody will ever know.
const SEND_MAX: SignedDuration = SignedDuration::from_hours(24 * 8);
/// What becomes of a request, or of what a model is asked.
const ANSWER_MAX: SignedDuration = SignedDuration::from_hours(1);

/// What is known of somebody at a turn.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// What is known of them.
    pub subject: &'k Subject,
    /// Where they are reached, E.164.
    pub phone: &'k str,
    /// Their clock: their own zone, or what their number tells, or the business' own.
    pub zone: &'k TimeZone,
    /// 5/6 is the sixth of May where they are.
    pub month_first: bool,
    /// Fills templates in their language.
    pub rendering: &'k Rendering,
    /// Who holds the floor for them and our number.
    pub floor: Option<Held>,
}

/// A turn that was taken.
#[derive(Debug)]
pub struct Advanced {
    /// How it stands now. The same as before, `seq` included, if the event meant nothing.
    pub state: State,
    /// Whether the event meant anything: if not, there is nothing to write.
    pub heeded: bool,
    /// What happened, in order.
    pub trace: Vec<Line>,
    /// What is to be done, in order.
    pub effects: Vec<Effect>,
}

/// Takes a turn: what follows when an event happens to somebody on their way.
///
/// An event that comes twice, or too late, changes nothing. After an opt-out, a cancellation or any other end nothing is
/// done any more, and a text that may still wait to be sent is withdrawn. At most [`TURN_STEPS_MAX`](super::TURN_STEPS_MAX)
/// steps are done in a turn.
#[must_use]
pub fn advance(published: &Published, state: State, event: &Event, known: &Known<'_>, now: Timestamp) -> Advanced {
    let mut turn = Turn::of(published, state, known, now);
    let heeded = turn.heed(event);
    if heeded {
        turn.settle();
    }
    turn.over(heeded)
}

/// The turn that [`advance`] broke off because the program has a fault: their way stands still until somebody has it done again.
/// What happened is kept, and heard then; meanwhile nothing of theirs is held back for it.
#[must_use]
pub fn break_off(published: &Published, state: State, event: &Event, known: &Known<'_>, now: Timestamp) -> Advanced {
    let mut turn = Turn::of(published, state, known, now);
    turn.break_off(event);
    turn.settle();
    turn.over(true)
}

/// Where it goes on after a step.
enum Flow {
    /// There.
    On(super::program::To),
    /// Nowhere now: it waits, or is over.
    Rests,
}

/// Whether an answer in time may be among the texts that have come since `heard` and had no turn yet: then the deadline waits for them.
#[must_use]
pub fn may_be_answered(state: &State, heard: Timestamp) -> bool {
    match state.waits {
        Some(Waits::Reply { deadline, complete_at: None, .. }) => events::later(deadline, GRACE) > heard,
        _ => false,
    }
}

struct Turn<'t> {
    published: &'t Published,
    known: &'t Known<'t>,
    now: Timestamp,
    state: State,
    /// The step where it stands; `None`: this version has none of its name.
    nth: Option<usize>,
    trace: Vec<Line>,
    effects: Vec<Effect>,
    /// What conditions see, once one was asked.
    subject: Option<Subject>,
    /// Steps of this turn.
    steps: usize,
}

impl<'t> Turn<'t> {
    fn of(published: &'t Published, state: State, known: &'t Known<'t>, now: Timestamp) -> Self {
        let nth = state.at.as_deref().and_then(|at| published.by_id.get(at).copied());
        Self { published, known, now, state, nth, trace: Vec::new(), effects: Vec::new(), subject: None, steps: 0 }
    }

    fn over(self, heeded: bool) -> Advanced {
        let Self { state, trace, effects, .. } = self;
        Advanced { state, heeded, trace, effects }
    }

    fn line(&mut self, what: What) {
        self.trace.push(Line { seq: self.state.seq + 1, step: self.state.at.clone(), what });
    }

    /// Has something done, under a key of its own.
    fn effect(&mut self, deed: Deed) -> Key {
        self.state.effects += 1;
        let step = self.state.at.clone().unwrap_or_default();
        let visit = self.state.visits.get(&step).copied().unwrap_or(0);
        let key = Key { enrolment: self.state.enrolment, step, visit, nth: self.state.effects };
        self.line(What::Does { deed: deed.name().to_owned(), key: key.clone() });
        self.effects.push(Effect { key: key.clone(), deed });
        key
    }

    fn after(&self, length: SignedDuration) -> Timestamp {
        self.now.checked_add(length).unwrap_or(Timestamp::MAX)
    }

    fn here(&self) -> Option<(usize, &'t Node)> {
        self.nth.and_then(|nth| Some((nth, self.published.nodes.get(nth)?)))
    }

    fn end(&mut self, how: How, outcome: &str) {
        // Those of a turn that broke off were given back then.
        let texts = if self.is_broken() { Vec::new() } else { self.kept() };
        // What waits to be sent must not go any more.
        if let Some(Waits::Effect { of, .. }) = self.state.waits.take()
            && matches!(self.here().map(|(_, node)| &node.op), Some(Op::Send(_) | Op::ScheduleSend { .. }))
        {
            self.withdraw(of);
        }
        // Who wants no more texts waits for no answer.
        for text in texts.iter().filter(|_| how != How::OptedOut) {
            self.give_back(text);
        }
        self.line(What::Ended { how, outcome: outcome.to_owned() });
        self.state.status = Status::Ended { how, outcome: outcome.to_owned() };
        self.state.held.clear();
    }

    /// A text that waits to be sent is taken back, in the row in which it waits.
    fn withdraw(&mut self, of: Key) {
        let node = self.published.by_id.get(&of.step).and_then(|nth| self.published.nodes.get(*nth));
        let from = match node.map(|node| &node.op) {
            Some(Op::Send(text) | Op::ScheduleSend { text, .. }) => text.send.from,
            _ => None,
        };
        self.effect(Deed::Withdraw { of, from });
    }

    /// What they wrote and nobody has answered: it is kept no longer.
    fn kept(&mut self) -> Vec<Text> {
        let mut texts = std::mem::take(&mut self.state.early);
        if let Some(Waits::Reply { heard, .. }) = &mut self.state.waits {
            texts.append(heard);
        }
        for event in std::mem::take(&mut self.state.held) {
            if let Event::Reply(text) = event {
                texts.push(text);
            }
        }
        texts
    }

    fn ends(&mut self, how: How) {
        self.end(how, how.as_str());
    }

    fn fail(&mut self, why: Failure) {
        self.line(What::Failed(why.clone()));
        self.state.waits = None;
        self.state.status = Status::Failed { why };
    }

    /// Takes the floor, or waits for it.
    fn take_floor(&mut self, manner: Manner, waits: SignedDuration) -> Result<(), Flow> {
        let until = self.after(waits.saturating_add(GRACE).min(FLOOR_MAX));
        // What we hold, we hold longer now, whoever asks besides; unless it was taken, and word of it is on its way.
        let is_ours = self.known.floor.is_some_and(|held| held.by == self.state.enrolment);
        let ours = self.state.floor_until.filter(|_| is_ours);
        if ours.is_some_and(|ours| ours >= until) {
            return Ok(());
        }
        match floor::ask(self.known.floor, self.state.enrolment, manner, self.now) {
            floor::Asked::Queued(until) => {
                self.line(What::WaitsForFloor { until });
                self.state.waits = Some(Waits::Floor { until });
                Err(Flow::Rests)
            }
            floor::Asked::Granted | floor::Asked::Preempted(_) => {
                self.effect(Deed::TakeFloor { until });
                self.state.floor_until = Some(until);
                Ok(())
            }
        }
    }

    /// Another workflow had the floor while a reply is waited for here: what is left of the time, the floor is ours again.
    fn take_floor_back(&mut self) -> bool {
        let Some(Waits::Reply { deadline, .. }) = self.state.waits else { return false };
        let asked = floor::ask(self.known.floor, self.state.enrolment, Manner::Queue, self.now);
        if self.state.floor_until.is_some() || asked != floor::Asked::Granted || deadline <= self.now {
            return false;
        }
        let until = events::later(deadline, GRACE).min(self.after(FLOOR_MAX));
        self.effect(Deed::TakeFloor { until });
        self.state.floor_until = Some(until);
        true
    }

    /// A reply is waited for, or the question is on its way.
    fn needs_floor(&self) -> bool {
        let asks = || {
            matches!(self.here().map(|(_, node)| &node.op),
            Some(Op::Send(text) | Op::ScheduleSend { text, .. }) if text.asks.is_some())
        };
        match (&self.state.status, &self.state.waits) {
            (Status::Live | Status::Paused { .. }, Some(Waits::Reply { .. } | Waits::Intent { .. })) => true,
            (Status::Live | Status::Paused { .. }, Some(Waits::Effect { .. })) => asks(),
            _ => false,
        }
    }

    /// The turn is over: the floor is freed if nobody needs it, and the next timer is set.
    fn settle(&mut self) {
        let may_answer = matches!(self.state.waits, Some(Waits::Effect { .. } | Waits::Floor { .. })) && self.asks();
        if !may_answer {
            self.give_back_early();
        }
        if self.state.floor_until.is_some() && !self.needs_floor() {
            self.effect(Deed::FreeFloor);
            self.state.floor_until = None;
        }
        self.state.seq += 1;
        let until = match (&self.state.status, &self.state.waits) {
            (Status::Live, Some(Waits::Reply { deadline, complete_at, .. })) => {
                Some(complete_at.unwrap_or_else(|| deadline.checked_add(GRACE).unwrap_or(Timestamp::MAX)))
            }
            (
                Status::Live,
                Some(
                    Waits::Time { until }
                    | Waits::Intent { until, .. }
                    | Waits::Effect { until, .. }
                    | Waits::Floor { until },
                ),
            ) => Some(*until),
            (Status::Live, None) => Some(self.now),
            (Status::New | Status::Paused { .. } | Status::Failed { .. } | Status::Ended { .. }, _) => None,
        };
        self.state.wake_at = until.map(|until| until.min(self.state.expires_at));
    }
}
