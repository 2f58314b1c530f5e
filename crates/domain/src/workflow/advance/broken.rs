//! Turns that break off because the program has a fault, and what becomes of them when they are taken up again.

use super::Turn;
use crate::workflow::event::Event;
use crate::workflow::state::{Failure, How, Status, Waits};
use crate::workflow::trace::What;

impl Turn<'_> {
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.state.status, Status::Failed { why: Failure::Crashed })
    }

    /// It stands still with what it waits for and with what has happened: whoever mends the fault has nothing done twice.
    pub(super) fn break_off(&mut self, event: &Event) {
        self.line(What::Failed(Failure::Crashed));
        if self.is_broken() {
            return;
        }
        self.state.status = Status::Failed { why: Failure::Crashed };
        // A timer only says that it is late, which it will be then, too.
        if !matches!(event, Event::Timer { .. } | Event::Retried) {
            self.state.held.push(event.clone());
        }
        // Nobody knows when it goes on: somebody else may answer them meanwhile.
        let heard = match &self.state.waits {
            Some(Waits::Reply { heard, .. }) => heard.clone(),
            _ => Vec::new(),
        };
        let held = self.state.held.clone().into_iter().filter_map(|event| match event {
            Event::Reply(text) => Some(text),
            _ => None,
        });
        for text in heard.into_iter().chain(held) {
            self.give_back(&text);
        }
    }

    /// It goes on as if the turn had not broken off.
    pub(super) fn take_up(&mut self) {
        self.line(What::Retried);
        self.state.status = if self.state.at.is_some() { Status::Live } else { Status::New };
        for event in std::mem::take(&mut self.state.held) {
            match event {
                Event::Reply(text) if self.state.is_live() => {
                    self.is_new(&text);
                    self.hear(text);
                }
                Event::Wrote(text) if self.state.is_live() => {
                    self.is_new(&text);
                    self.hear_beside(&text);
                }
                event => {
                    self.heed(&event);
                }
            }
        }
        if self.state.is_live() && self.now >= self.state.expires_at {
            self.ends(How::Expired);
        } else if self.state.is_live() {
            self.due();
            self.take_floor_back();
        }
    }
}
