//! From step to step, until one waits or it is over.

use super::{Flow, Turn};
use crate::workflow::program::{Node, To};
use crate::workflow::state::{Failure, How};
use crate::workflow::step::Trouble;
use crate::workflow::trace::{What, Why};
use crate::workflow::{TURN_STEPS_MAX, VISITS_MAX};

impl<'t> Turn<'t> {
    /// Goes on there.
    pub(super) fn run(&mut self, to: To) {
        self.state.waits = None;
        if self.ends_at_goal() {
            return;
        }
        let published = self.published;
        let mut to = to;
        loop {
            let Some((nth, node)) = to.and_then(|nth| Some((nth, published.nodes.get(nth)?))) else {
                self.ends(How::Completed);
                return;
            };
            match self.come(nth, node) {
                Flow::On(next) => to = next,
                Flow::Rests => return,
            }
        }
    }

    /// What the workflow was to bring about has come about meanwhile.
    pub(super) fn ends_at_goal(&mut self) -> bool {
        let is_there = self.published.goal.as_ref().is_some_and(|goal| self.holds(goal));
        if is_there {
            self.ends(How::Goal);
        }
        is_there
    }

    pub(super) fn go(&mut self, flow: Flow) {
        if let Flow::On(to) = flow {
            self.run(to);
        }
    }

    /// It stands there, once more than before.
    pub(super) fn stand(&mut self, nth: usize, id: &str) {
        self.nth = Some(nth);
        self.state.at = Some(id.to_owned());
        self.state.effects = 0;
        match self.state.visits.get_mut(id) {
            Some(visits) => *visits = visits.saturating_add(1),
            None => {
                self.state.visits.insert(id.to_owned(), 1);
            }
        }
    }

    /// Does the step where it stands, or what is left of it.
    pub(super) fn again(&mut self) {
        if self.ends_at_goal() {
            return;
        }
        match self.here() {
            Some((_, node)) => {
                let flow = self.act(node);
                self.go(flow);
            }
            None => self.fail(Failure::NoSuchStep),
        }
    }

    fn come(&mut self, nth: usize, node: &'t Node) -> Flow {
        self.stand(nth, &node.id);
        self.state.since = self.now;
        self.state.waits = None;
        // Whoever has it done again lets them come to every step as often once more.
        let visits = &self.state.visits;
        let came = visits.get(&node.id).copied().unwrap_or(1);
        if came % (VISITS_MAX + 1) == 0 && visits.values().all(|others| *others <= came) {
            self.fail(Failure::TooManyVisits);
            return Flow::Rests;
        }
        if self.steps >= TURN_STEPS_MAX {
            self.fail(Failure::TooManySteps);
            return Flow::Rests;
        }
        self.steps += 1;
        self.state.steps_done += 1;
        self.line(What::Came);
        if node.only_if.as_ref().is_some_and(|when| !self.holds(when)) {
            self.line(What::LeftOut(Why::OnlyIf));
            return Flow::On(node.next);
        }
        self.act(node)
    }

    /// The step where it stands came to nothing.
    pub(super) fn trouble(&mut self, node: &Node, otherwise: Trouble, why: Failure) -> Flow {
        match otherwise {
            Trouble::Skip => {
                self.line(What::LeftOut(Why::Trouble(why)));
                Flow::On(node.next)
            }
            Trouble::Exit => {
                let how = match why {
                    Failure::Blocked(_) | Failure::Lacks(_) => How::Blocked,
                    _ => How::Failed,
                };
                self.line(What::LeftOut(Why::Trouble(why)));
                self.ends(how);
                Flow::Rests
            }
            Trouble::Stop => {
                self.fail(why);
                Flow::Rests
            }
        }
    }
}
