//! What an event means to somebody's way, by how it stands with it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::acts::can_become;
use super::{GRACE, Turn};
use crate::workflow::effect::Key;
use crate::workflow::event::{Done, Event};
use crate::workflow::program::Op;
use crate::workflow::reply::Text;
use crate::workflow::state::{Failure, How, Status, Waits};
use crate::workflow::step::IfLate;
use crate::workflow::trace::What;

/// So much that happens is kept while it is paused.
const HELD_MAX: usize = 50;
/// So many texts are known again.
const SEEN_MAX: usize = 32;

impl Turn<'_> {
    /// Whether the event meant anything.
    pub(super) fn heed(&mut self, event: &Event) -> bool {
        match (&self.state.status, event) {
            (Status::Ended { .. }, _) => return false,
            (_, Event::OptedOut) => self.ends(How::OptedOut),
            (_, Event::Cancelled) => self.ends(How::Cancelled),
            (Status::New, Event::Entered { variables }) => self.begin(variables),
            (Status::New, _) => return false,
            (_, Event::GoalReached) => self.ends(How::Goal),
            (Status::Live | Status::Failed { .. }, Event::ContactChanged) => return self.ends_at_goal(),
            (_, Event::Migrated { to }) => return self.migrate(to),
            (Status::Paused { since }, Event::Resumed { late }) => self.resume(*since, *late),
            (Status::Paused { .. }, event) => return self.hold(event),
            (Status::Failed { why: Failure::Crashed }, Event::Retried) => self.take_up(),
            (Status::Failed { why: Failure::Crashed }, Event::Done { .. }) => return self.hold(event),
            (Status::Failed { .. }, Event::Retried) => {
                self.state.status = Status::Live;
                self.line(What::Retried);
                match self.here() {
                    Some((nth, _)) => self.run(Some(nth)),
                    None => self.fail(Failure::NoSuchStep),
                }
            }
            (Status::Failed { .. }, Event::Reply(text) | Event::Wrote(text)) => {
                if !self.is_new(text) {
                    return false;
                }
                self.beside(text);
                if let Event::Reply(text) = event {
                    self.give_back(text);
                }
            }
            (Status::Failed { .. }, _) => return false,
            (Status::Live, event) => return self.live(event),
        }
        true
    }

    fn begin(&mut self, variables: &BTreeMap<String, String>) {
        self.line(What::Entered);
        self.state.status = Status::Live;
        let reading = self.reading();
        for variable in &self.published.document.variables {
            let value = variables.get(&variable.key).and_then(|said| reading.read(&variable.field(), said).ok());
            if value.is_some() {
                self.remember(&variable.key, value);
            }
        }
        self.run(Some(0).filter(|_| !self.published.nodes.is_empty()));
    }

    fn live(&mut self, event: &Event) -> bool {
        match event {
            Event::Timer { seq } => {
                let is_due = *seq == self.state.seq && self.state.wake_at.is_some_and(|at| at <= self.now);
                if is_due && self.now >= self.state.expires_at {
                    self.ends(How::Expired);
                } else if is_due {
                    self.due();
                }
                is_due
            }
            Event::Reply(text) => {
                let is_new = self.is_new(text);
                if is_new {
                    self.hear(text.clone());
                }
                is_new
            }
            Event::Wrote(text) => {
                let is_new = self.is_new(text);
                if is_new {
                    self.hear_beside(text);
                }
                is_new
            }
            Event::Done { of, result, at } => self.done(of, result, at.unwrap_or(self.now)),
            Event::FloorFreed => match self.state.waits {
                Some(Waits::Floor { .. }) => {
                    self.state.waits = None;
                    self.again();
                    true
                }
                _ => self.take_floor_back(),
            },
            Event::FloorLost => self.lose_floor(),
            Event::Paused => self.pause(self.now),
            // Where they stand now they may have come after it was paused.
            Event::WorkflowPaused { since } => self.pause((*since).max(self.state.since).min(self.now)),
            Event::Entered { .. }
            | Event::Resumed { .. }
            | Event::Cancelled
            | Event::OptedOut
            | Event::GoalReached
            | Event::ContactChanged
            | Event::Retried
            | Event::Migrated { .. } => false,
        }
    }

    fn pause(&mut self, since: Timestamp) -> bool {
        self.state.status = Status::Paused { since };
        self.line(What::Paused);
        true
    }

    /// Word of it may come late, when we have taken it back.
    fn lose_floor(&mut self) -> bool {
        let is_ours = self.known.floor.is_some_and(|held| held.by == self.state.enrolment);
        let lost = !is_ours && self.state.floor_until.take().is_some();
        if lost {
            self.line(What::FloorLost);
        }
        lost
    }

    /// What it waits for has come to its time.
    pub(super) fn due(&mut self) {
        // A step that another version has made another one waits for nothing of what was waited for: it begins.
        let is_wait = matches!(self.here().map(|(_, node)| &node.op), Some(Op::Wait(_)));
        if !is_wait && matches!(self.state.waits, Some(Waits::Reply { .. } | Waits::Intent { .. })) {
            self.waits_no_more();
        }
        match self.state.waits.clone() {
            Some(Waits::Time { until }) if until <= self.now => {
                self.state.waits = None;
                match self.here().map(|(_, node)| (node, &node.op)) {
                    // The timer may come late, or at the end of a pause.
                    Some((node, Op::Delay(delay))) => {
                        match self.opens(delay, self.now).filter(|opens| *opens > self.now) {
                            Some(opens) => {
                                self.wait_until(opens);
                            }
                            None => self.run(node.next),
                        }
                    }
                    Some((node, Op::ScheduleSend { text, .. })) => {
                        if self.ends_at_goal() {
                            return;
                        }
                        let flow = self.send(node, text);
                        self.go(flow);
                    }
                    _ => self.again(),
                }
            }
            Some(Waits::Reply { complete_at: Some(at), .. }) if at <= self.now => self.decide(),
            Some(Waits::Reply { deadline, complete_at: None, .. }) if later(deadline, GRACE) <= self.now => {
                self.timed_out();
            }
            Some(Waits::Intent { until, said, reprompts, .. }) if until <= self.now => {
                self.meant(&said, None, reprompts);
            }
            Some(Waits::Effect { until, .. }) if until <= self.now => {
                let flow = self.came_to_nothing(Failure::NoAnswer);
                self.go(flow);
            }
            Some(Waits::Floor { until }) if until <= self.now => {
                self.state.waits = None;
                self.again();
            }
            None => self.again(),
            Some(_) => {}
        }
    }

    /// What became of something; it means nothing unless it is waited for.
    fn done(&mut self, key: &Key, result: &Done, at: Timestamp) -> bool {
        match &self.state.waits {
            Some(Waits::Effect { of, .. }) if of == key => {
                let Some((_, node)) = self.here() else { return false };
                let Some(flow) = self.became(node, result, at) else { return false };
                self.go(flow);
                true
            }
            Some(Waits::Intent { of, said, reprompts, .. }) if of == key => {
                let (said, reprompts) = (said.clone(), *reprompts);
                let chosen = match result {
                    Done::Chose(chosen) => *chosen,
                    Done::Failed(_) => None,
                    _ => return false,
                };
                self.line(What::Done(result.name().to_owned()));
                self.meant(&said, chosen, reprompts);
                true
            }
            _ => false,
        }
    }

    /// Whether this text was not taken before; from now on it was.
    pub(super) fn is_new(&mut self, text: &Text) -> bool {
        if self.state.seen.contains(&text.id) {
            return false;
        }
        if self.state.seen.len() >= SEEN_MAX {
            self.state.seen.remove(0);
        }
        self.state.seen.push(text.id);
        true
    }

    /// While it is paused, or broken off, what happens is kept until it goes on.
    fn hold(&mut self, event: &Event) -> bool {
        let is_kept = match event {
            Event::Reply(text) | Event::Wrote(text) => self.is_new(text),
            Event::Done { of, result, .. } => {
                let is_awaited = matches!(
                    &self.state.waits,
                    Some(Waits::Effect { of: awaited, .. } | Waits::Intent { of: awaited, .. }) if awaited == of
                ) && self.here().is_some_and(|(_, node)| can_become(&node.op, result));
                let is_held =
                    self.state.held.iter().any(|held| matches!(held, Event::Done { of: other, .. } if other == of));
                is_awaited && !is_held
            }
            Event::FloorLost => return self.lose_floor(),
            _ => false,
        };
        match event {
            Event::Reply(text) if is_kept && self.state.held.len() >= HELD_MAX => self.pass_on(text),
            Event::Wrote(text) if is_kept && self.state.held.len() >= HELD_MAX => self.beside(text),
            event if is_kept => {
                let mut kept = event.clone();
                // What is heard of later was no later for that.
                if let Event::Done { at, .. } = &mut kept {
                    at.get_or_insert(self.now);
                }
                self.state.held.push(kept);
            }
            _ => {}
        }
        is_kept
    }

    /// It goes on: what is late is done as is said, and what happened meanwhile happens now.
    fn resume(&mut self, since: Timestamp, late: Option<IfLate>) {
        let pause = self.now.duration_since(since);
        self.state.status = Status::Live;
        self.state.expires_at = later(self.state.expires_at, pause);
        self.line(What::Resumed);
        if self.ends_at_goal() {
            return;
        }
        let own = match self.here().map(|(_, node)| &node.op) {
            Some(Op::Delay(delay)) => delay.if_late,
            Some(Op::ScheduleSend { if_late, .. }) => *if_late,
            _ => IfLate::Send,
        };
        match &mut self.state.waits {
            Some(Waits::Time { until }) if *until <= self.now => match late.unwrap_or(own) {
                IfLate::Send => {}
                IfLate::Skip => self.state.leaves_out_text = true,
                IfLate::Shift => *until = later(*until, pause),
            },
            Some(Waits::Reply { deadline, complete_at, .. }) => {
                *deadline = later(*deadline, pause);
                *complete_at = complete_at.map(|at| later(at, pause));
            }
            Some(Waits::Intent { until, .. } | Waits::Effect { until, .. }) => *until = later(*until, pause),
            // Whether it is free is asked anew: word that it was freed may have come meanwhile.
            Some(Waits::Floor { .. }) => self.state.waits = None,
            Some(Waits::Time { .. }) | None => {}
        }
        for event in std::mem::take(&mut self.state.held) {
            match event {
                Event::Reply(text) if !self.state.is_live() => self.pass_on(&text),
                _ if !self.state.is_live() => {}
                Event::Reply(text) => self.hear(text),
                Event::Wrote(text) => self.hear_beside(&text),
                Event::Done { of, result, at } => {
                    self.done(&of, &result, at.unwrap_or(self.now));
                }
                _ => {}
            }
        }
        if self.state.is_live() {
            self.due();
            self.take_floor_back();
        }
    }

    /// It is at another version, whose program this is. What it waits for stays, if the step waits for that there, too.
    fn migrate(&mut self, to: &str) -> bool {
        let nth = self.published.by_id.get(to).copied();
        let Some((nth, node)) = nth.and_then(|nth| Some((nth, self.published.nodes.get(nth)?))) else { return false };
        if self.state.at.as_deref() != Some(to) {
            self.stand(nth, to);
        }
        self.line(What::Migrated);
        if matches!(self.state.status, Status::Failed { .. }) && !self.is_broken() {
            return true;
        }
        let stays = match (&self.state.waits, &node.op) {
            (Some(Waits::Time { .. }), Op::Delay(_) | Op::ScheduleSend { .. })
            | (Some(Waits::Reply { .. } | Waits::Intent { .. } | Waits::Floor { .. }), Op::Wait(_)) => true,
            (Some(Waits::Floor { .. }), Op::Send(text) | Op::ScheduleSend { text, .. }) => text.asks.is_some(),
            (Some(Waits::Effect { of, .. }), op) => {
                of.step == to
                    && matches!(
                        op,
                        Op::Send(_) | Op::ScheduleSend { .. } | Op::Http(_) | Op::Assistant { .. } | Op::Enter { .. }
                    )
            }
            _ => false,
        };
        if let (true, Some(Waits::Time { .. }), Op::Delay(delay)) = (stays, &self.state.waits, &node.op)
            && let Some(lasts) = delay.lasts
        {
            // Their time is told anew, from when they came.
            let until = self.delayed(delay, lasts.after(self.state.since, self.known.zone), to);
            self.state.waits = Some(Waits::Time { until });
        }
        if !stays {
            // With nothing to wait for it begins there at the next timer; who is paused does so when they go on.
            if let Some(Waits::Effect { of, .. }) = self.waits_no_more() {
                self.withdraw(of);
            }
        }
        true
    }

    /// What they have said so far answers nothing any more.
    fn waits_no_more(&mut self) -> Option<Waits> {
        let waits = self.state.waits.take();
        if let Some(Waits::Reply { heard, .. }) = &waits {
            heard.iter().for_each(|text| self.give_back(text));
        }
        waits
    }
}

pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
