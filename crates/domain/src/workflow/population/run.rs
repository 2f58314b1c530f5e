//! The run: one thing after the other, in the order of time.

use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::crowd::{Crowd, Habits};
use super::figures::{Figures, StepFigures};
use super::people::{Place, Somebody, places};
use super::post::{Out, rate_milli};
use super::queue::{Due, Entry};
use crate::consent::MarketingConsent;
use crate::id::MessageId;
use crate::pace::Pace;
use crate::segment::measure;
use crate::smart::smart_if_it_helps;
use crate::template::Rendering;
use crate::tenant::Settings;
use crate::workflow::advance::{Known, advance};
use crate::workflow::effect::{Changes, Deed, Effect, Question};
use crate::workflow::event::{Done, Event};
use crate::workflow::floor::Held;
use crate::workflow::program::{Op, Published, Wait};
use crate::workflow::reply::Text;
use crate::workflow::span::Span;
use crate::workflow::state::{State, Status, Waits};
use crate::workflow::trace::{Line, What};

/// Of a crowd that goes round and round no more turns are played: some seconds' worth.
const TURNS_MAX: u64 = 4_000_000;

pub(super) struct Run<'r> {
    pub(super) published: &'r Published,
    pub(super) crowd: &'r Crowd,
    pub(super) settings: Settings,
    rendering: Rendering,
    pub(super) places: Vec<Place>,
    pub(super) people: Vec<Somebody>,
    due: BinaryHeap<Entry>,
    put: u64,
    pub(super) now: Timestamp,
    until: Timestamp,
    pub(super) pace: Option<Pace>,
    /// From when on each number may send again, in microseconds.
    pub(super) turns_of_numbers: Vec<i64>,
    pub(super) figures: Figures,
    ended_after: Vec<u32>,
    texts: u128,
    pub(super) turns_max: u64,
}

impl<'r> Run<'r> {
    pub(super) fn new(published: &'r Published, crowd: &'r Crowd, settings: &Settings, from: Timestamp) -> Self {
        // Who has agreed to what is not played.
        let settings = Settings { marketing_consent: MarketingConsent::Implied, ..settings.clone() };
        let places = places(crowd, &settings);
        let steps = published.nodes.iter().map(|node| StepFigures {
            step: node.id.clone(),
            act: node.act,
            ..StepFigures::default()
        });
        let mut run = Self {
            published,
            crowd,
            rendering: Rendering::new("en"),
            people: Vec::with_capacity(crowd.people as usize),
            due: BinaryHeap::with_capacity(crowd.people as usize * 2),
            put: 0,
            now: from,
            until: Span::days(crowd.days).after(from, &jiff::tz::TimeZone::UTC),
            pace: rate_milli(crowd.segments_per_second).and_then(Pace::new),
            turns_of_numbers: vec![0; crowd.numbers.max(1) as usize],
            figures: Figures { steps: steps.collect(), ..Figures::default() },
            ended_after: Vec::with_capacity(crowd.people as usize),
            texts: 0,
            turns_max: TURNS_MAX,
            places,
            settings,
        };
        let within = crowd.enter_within.length().as_millis();
        for who in 0..crowd.people {
            let late = within * i128::from(who) / i128::from(crowd.people.max(1));
            let at = later(from, SignedDuration::from_millis(i64::try_from(late).unwrap_or(i64::MAX)));
            run.people.push(Somebody::new(who, crowd, &run.places, at));
            run.put(at, who, Due::Enters);
        }
        run
    }

    pub(super) fn walked(mut self) -> Figures {
        while let Some(entry) = self.due.pop() {
            if entry.at > self.until {
                break;
            }
            if self.figures.turns >= self.turns_max {
                self.figures.is_cut_short = true;
                break;
            }
            self.now = entry.at.max(self.now);
            self.happens(entry.who, entry.due);
        }
        for somebody in &self.people {
            let Some(state) =
                somebody.state.as_ref().filter(|state| !matches!(state.status, Status::New | Status::Ended { .. }))
            else {
                continue;
            };
            self.figures.standing += 1;
            let nth = state.at.as_deref().and_then(|id| self.published.by_id.get(id));
            if let Some(step) = nth.and_then(|nth| self.figures.steps.get_mut(*nth)) {
                step.standing += 1;
                step.stuck += u32::from(matches!(state.status, Status::Failed { .. }));
            }
        }
        self.figures.ended_after(self.ended_after);
        self.figures
    }

    pub(super) fn put(&mut self, at: Timestamp, who: u32, due: Due) {
        self.put += 1;
        self.due.push(Entry { at, nth: self.put, who, due });
    }

    pub(super) fn somebody(&mut self, who: u32) -> Option<&mut Somebody> {
        self.people.get_mut(who as usize)
    }

    fn happens(&mut self, who: u32, due: Due) {
        match due {
            Due::Enters => {
                self.figures.entered += 1;
                self.turn(who, Event::Entered { variables: self.crowd.variables.clone() });
            }
            Due::Alarm => {
                let now = self.now;
                let Some(somebody) = self.somebody(who) else { return };
                somebody.alarm = None;
                let due = somebody.state.as_ref().and_then(|state| Some((state.wake_at?, state.seq)));
                match due {
                    Some((at, seq)) if at <= now => self.turn(who, Event::Timer { seq }),
                    Some((at, _)) => self.sets_alarm(who, at),
                    None => {}
                }
            }
            Due::Answers { step, case } => {
                let (now, published) = (self.now, self.published);
                let Some(wait) = wait(published, step) else { return };
                self.texts += 1;
                let id = MessageId(Uuid::from_u128(self.texts));
                let Some(somebody) = self.somebody(who) else { return };
                if somebody.subject.opted_out {
                    return;
                }
                let body = somebody.says(wait, case);
                somebody.wrote_at = Some(now);
                somebody.subject.last_inbound_at = Some(now);
                self.turn(who, Event::Reply(Text { id, body, sent_at: now }));
            }
            Due::Stops => {
                if let Some(somebody) = self.somebody(who) {
                    somebody.subject.opted_out = true;
                }
                self.turn(who, Event::OptedOut);
            }
            Due::Text(out) => self.sends(who, out),
        }
    }

    fn sets_alarm(&mut self, who: u32, at: Timestamp) {
        let Some(somebody) = self.somebody(who) else { return };
        // One that comes earlier looks again.
        if somebody.alarm.is_none_or(|alarm| alarm > at) {
            somebody.alarm = Some(at);
            self.put(at, who, Due::Alarm);
        }
    }

    /// A turn, and those that follow from it at once.
    pub(super) fn turn(&mut self, who: u32, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let Some(somebody) = self.people.get_mut(who as usize) else { return };
            let Some(state) = somebody.state.take() else { return };
            let Some(place) = self.places.get(somebody.place) else { return };
            let known = Known {
                subject: &somebody.subject,
                phone: &place.phone,
                zone: &place.clock,
                month_first: place.month_first,
                rendering: &self.rendering,
                floor: somebody.floor,
            };
            let turn = advance(self.published, state, &event, &known, self.now);
            self.figures.turns += 1;
            let wakes = turn.state.wake_at;
            somebody.state = Some(turn.state);
            for line in &turn.trace {
                self.counts(who, line);
            }
            for effect in turn.effects {
                let key = effect.key.clone();
                events.extend(self.performs(who, effect).map(|result| Event::Done { of: key, result, at: None }));
            }
            if let Some(at) = wakes {
                self.sets_alarm(who, at);
            }
            // Of whose way is over nothing is kept but the figures.
            if let Some(somebody) = self.somebody(who)
                && somebody.state.as_ref().is_some_and(State::is_ended)
            {
                (somebody.state, somebody.subject.fields) = (None, BTreeMap::new());
            }
        }
    }

    fn counts(&mut self, who: u32, line: &Line) {
        let nth = line.step.as_deref().and_then(|id| self.published.by_id.get(id).copied());
        let Some(step) = nth.and_then(|nth| self.figures.steps.get_mut(nth)) else { return };
        match &line.what {
            What::Came => step.came += 1,
            What::LeftOut(_) => step.left_out += 1,
            What::Heard(_) => step.answered += 1,
            What::Took(way) if way == "timeout" && step.act == "wait_for_reply" => step.timed_out += 1,
            What::WaitsForReply { .. } | What::AskedAgain => {
                if let Some(nth) = nth {
                    self.expects(who, nth);
                }
            }
            What::Ended { outcome, .. } => {
                *step.ended.entry(outcome.clone()).or_default() += 1;
                *self.figures.outcomes.entry(outcome.clone()).or_default() += 1;
                self.figures.ended += 1;
                let began = self.people.get(who as usize).and_then(|somebody| somebody.state.as_ref());
                let lasted = began.map_or(SignedDuration::ZERO, |state| self.now.duration_since(state.entered_at));
                self.ended_after.push(u32::try_from(lasted.as_secs()).unwrap_or(u32::MAX));
            }
            _ => {}
        }
    }

    pub(super) fn habits(&self, step: usize) -> &'r Habits {
        let id = self.published.nodes.get(step).map(|node| node.id.as_str());
        id.and_then(|id| self.crowd.at.get(id)).unwrap_or(&self.crowd.habits)
    }

    /// They are waited for: whether they answer, when, and what.
    fn expects(&mut self, who: u32, step: usize) {
        let (habits, now) = (self.habits(step), self.now);
        let Some(wait) = wait(self.published, step) else { return };
        let Some(somebody) = self.somebody(who) else { return };
        if !somebody.chance.happens(habits.answer_percent) {
            return;
        }
        let case = somebody.chooses(wait, habits);
        let takes = somebody.chance.takes(habits.half_within.length(), habits.most_within.length());
        self.put(later(now, takes), who, Due::Answers { step, case });
    }

    /// The world's part.
    fn performs(&mut self, who: u32, Effect { key, deed }: Effect) -> Option<Done> {
        let now = self.now;
        match deed {
            Deed::Send { body, purpose, media, before, .. } => {
                let segments = if media.is_empty() { measure(&smart_if_it_helps(&body).body).segments } else { 1 };
                self.put(now, who, Due::Text(Box::new(Out { key, purpose, segments, before, has_turn: false })));
                return None;
            }
            Deed::Http(_) => return Some(Done::Answered { status: 200, body: serde_json::Value::Null }),
            Deed::Enter { wait, .. } => return wait.then(|| Done::Left("completed".to_owned())),
            _ => {}
        }
        let somebody = self.somebody(who)?;
        match deed {
            Deed::Ask { question: Question::Draft { .. }, .. } => Some(Done::Wrote("A few friendly words.".to_owned())),
            Deed::Ask { question: Question::Extract { .. }, .. } => Some(Done::Found(BTreeMap::new())),
            Deed::Ask { question: Question::Classify { choices, .. }, .. } => {
                let waits = matches!(
                    somebody.state.as_ref().and_then(|state| state.waits.as_ref()),
                    Some(Waits::Intent { .. })
                );
                let drawn = usize::try_from(somebody.chance.below(choices.len() as u64)).ok();
                Some(Done::Chose(if waits { somebody.means } else { drawn.filter(|nth| *nth < choices.len()) }))
            }
            Deed::Withdraw { of, .. } => {
                somebody.withdrawn.push(of);
                None
            }
            Deed::Change(changes) => {
                change(somebody, changes);
                None
            }
            Deed::TakeFloor { until } => {
                somebody.floor = Some(Held { by: key.enrolment, until });
                None
            }
            Deed::FreeFloor => {
                somebody.floor = None;
                None
            }
            _ => None,
        }
    }
}

fn wait(published: &Published, step: usize) -> Option<&Wait> {
    match &published.nodes.get(step)?.op {
        Op::Wait(wait) => Some(wait),
        _ => None,
    }
}

fn change(somebody: &mut Somebody, changes: Changes) {
    let subject = &mut somebody.subject;
    subject.tags.extend(changes.add_tags);
    subject.tags.retain(|tag| !changes.remove_tags.contains(tag));
    subject.lists.extend(changes.add_to_lists);
    subject.lists.retain(|list| !changes.remove_from_lists.contains(list));
    for (key, value) in changes.fields {
        match value {
            Some(value) => subject.fields.insert(key, value),
            None => subject.fields.remove(&key),
        };
    }
}

pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
