//! Waiting for a reply, and what it means.

use jiff::Timestamp;

use super::events::later;
use super::knows::Manner;
use super::{ANSWER_MAX, Flow, GRACE, Turn};
use crate::workflow::effect::{Deed, Question};
use crate::workflow::program::{Op, To, Wait};
use crate::workflow::reply::Text;
use crate::workflow::state::{Answer, How, Status, Waits};
use crate::workflow::step::{Heard, Purpose};
use crate::workflow::trace::What;

/// So many texts are kept that may answer a question that is on its way, or belong to one reply.
const TEXTS_MAX: usize = 10;

impl<'t> Turn<'t> {
    pub(super) fn wait_for_reply(&mut self, wait: &'t Wait) -> Flow {
        self.state.leaves_out_text = false;
        if let Err(flow) = self.take_floor(wait.floor, wait.timeout.length()) {
            return flow;
        }
        let deadline = wait.timeout.after(self.now, self.known.zone);
        self.line(What::WaitsForReply { deadline });
        self.state.waits = Some(Waits::Reply { deadline, heard: Vec::new(), complete_at: None, reprompts: 0 });
        if self.state.asked_at.is_none() {
            self.state.asked_at = Some(self.now);
            self.give_back_early();
        }
        for text in std::mem::take(&mut self.state.early) {
            if let Some(Waits::Reply { .. }) = self.state.waits
                && self.is_answer(&text)
            {
                self.listen(text);
            } else {
                self.give_back(&text);
            }
        }
        // Whatever answered early has moved it on already.
        Flow::Rests
    }

    fn wait(&self) -> Option<(&'t Wait, To)> {
        match self.here() {
            Some((_, node)) => match &node.op {
                Op::Wait(wait) => Some((wait, node.next)),
                _ => None,
            },
            None => None,
        }
    }

    /// It was written when the question was out.
    fn is_answer(&self, text: &Text) -> bool {
        self.state.asked_at.is_none_or(|asked| later(text.sent_at, GRACE) >= asked)
    }

    /// They wrote.
    pub(super) fn hear(&mut self, text: Text) {
        match &self.state.waits {
            Some(Waits::Reply { deadline, complete_at, .. }) => {
                let is_late = text.sent_at > *deadline && complete_at.is_none();
                if is_late {
                    self.pass_on(&text);
                    self.timed_out();
                } else if self.is_answer(&text) {
                    self.listen(text);
                } else {
                    self.pass_on(&text);
                }
            }
            Some(Waits::Effect { .. } | Waits::Floor { .. }) if self.asks() => {
                self.beside(&text);
                // The longer ago it was written, the less likely the question was out by then.
                if self.state.early.len() >= TEXTS_MAX {
                    let oldest = self.state.early.remove(0);
                    self.give_back(&oldest);
                }
                self.state.early.push(text);
            }
            Some(Waits::Intent { .. }) => self.pass_on(&text),
            _ => {
                self.pass_on(&text);
                if self.published.document.exits.on_reply {
                    self.ends(How::Replied);
                }
            }
        }
    }

    /// The question is on its way.
    pub(super) fn asks(&self) -> bool {
        match self.here().map(|(_, node)| &node.op) {
            Some(Op::Send(text) | Op::ScheduleSend { text, .. }) => text.asks.is_some(),
            Some(Op::Wait(_)) => true,
            _ => false,
        }
    }

    /// They wrote to somebody else.
    pub(super) fn hear_beside(&mut self, text: &Text) {
        self.beside(text);
        let waits = match &self.state.waits {
            Some(Waits::Reply { .. } | Waits::Intent { .. }) => true,
            Some(Waits::Effect { .. } | Waits::Floor { .. }) => self.asks(),
            Some(Waits::Time { .. }) | None => false,
        };
        if self.published.document.exits.on_reply && !waits {
            self.ends(How::Replied);
        }
    }

    /// They wrote, and nothing waited for it.
    pub(super) fn beside(&mut self, text: &Text) {
        self.line(What::HeardBeside(text.body.clone()));
        self.state.wrote_at = self.state.wrote_at.max(Some(text.sent_at));
        self.subject = None;
    }

    /// They wrote to this workflow, and it has no use for it.
    pub(super) fn pass_on(&mut self, text: &Text) {
        self.beside(text);
        self.give_back(text);
    }

    /// What was routed here and is no answer is somebody's all the same.
    pub(super) fn give_back(&mut self, text: &Text) {
        let wants_answer = text.wants_answer(self.known.phone);
        self.effect(Deed::GiveBack { message: text.id, at: text.sent_at, wants_answer });
    }

    pub(super) fn give_back_early(&mut self) {
        for text in std::mem::take(&mut self.state.early) {
            self.give_back(&text);
        }
    }

    /// It answers, or is a part of the answer.
    fn listen(&mut self, text: Text) {
        let Some((wait, _)) = self.wait() else { return self.pass_on(&text) };
        let merge = wait.merge;
        let complete = (!merge.is_zero()).then(|| later(self.now, merge.length()));
        if let Some(Waits::Reply { heard, complete_at, .. }) = &mut self.state.waits {
            if heard.len() >= TEXTS_MAX {
                return self.pass_on(&text);
            }
            heard.push(text);
            // Texts may overtake one another on their way.
            heard.sort_by_key(|text| (text.sent_at, text.id));
            if complete_at.is_none() {
                *complete_at = complete;
            }
        }
        if merge.is_zero() {
            self.decide();
        }
    }

    /// Their reply is here, all of it.
    pub(super) fn decide(&mut self) {
        let Some((wait, next)) = self.wait() else { return };
        let (heard, reprompts) = match &mut self.state.waits {
            Some(Waits::Reply { heard, reprompts, .. }) => (std::mem::take(heard), *reprompts),
            _ => return,
        };
        let at = heard.last().map_or(self.now, |text| text.sent_at);
        let texts: Vec<&str> = heard.iter().map(|text| text.body.as_str()).collect();
        let said = texts.join("\n");
        self.line(What::Heard(said.clone()));
        if wait.cases.is_empty() {
            self.answered(&said, None, String::new(), at);
            self.run(next);
            return;
        }
        let understood = self.reading().understand(&texts, wait.cases.iter().map(|(heard, _)| heard));
        if let Some(understood) = understood {
            self.take(wait, understood.case, &said, Some(understood.value), at);
            return;
        }
        let intents: Vec<String> = intents(wait).map(|(_, intent)| intent.to_owned()).collect();
        if intents.is_empty() {
            self.meant(&said, None, reprompts);
            return;
        }
        self.answered(&said, None, String::new(), at);
        let question = "What does this reply mean? Choose what it says, or nothing if it says none of it.".to_owned();
        let question = Question::Classify { question, said: said.clone(), choices: intents };
        let of = self.effect(Deed::Ask { assistant: None, question });
        self.state.waits = Some(Waits::Intent { of, until: self.after(ANSWER_MAX), said, reprompts });
    }

    /// What a model says that they mean; `None`: nothing that was asked for, or there is no model to ask.
    pub(super) fn meant(&mut self, said: &str, chosen: Option<usize>, reprompts: u32) {
        let Some((wait, _)) = self.wait() else { return };
        let at = self.state.answer.as_ref().filter(|answer| answer.said == said).map_or(self.now, |answer| answer.at);
        let case = chosen.and_then(|nth| intents(wait).nth(nth)).map(|(case, _)| case);
        let any = || wait.cases.iter().position(|(heard, _)| *heard == Heard::Any);
        if let Some(case) = case.or_else(any) {
            self.take(wait, case, said, None, at);
            return;
        }
        self.answered(said, None, String::new(), at);
        if self.ends_at_goal() {
            return;
        }
        if reprompts < wait.reprompts
            && let Some(reprompt) = &wait.reprompt
            && let Ok(body) = self.render(reprompt, Manner::Said)
        {
            self.line(What::AskedAgain);
            self.effect(Deed::Send { body, purpose: Purpose::Reply, from: None, media: Vec::new(), before: None });
            // If another workflow took the floor, it stays there: they are waited for all the same, as long as was said.
            let _ = self.take_floor(wait.floor, wait.timeout.length());
            let deadline = wait.timeout.after(self.now, self.known.zone);
            self.state.asked_at = Some(self.now);
            self.state.waits =
                Some(Waits::Reply { deadline, heard: Vec::new(), complete_at: None, reprompts: reprompts + 1 });
            return;
        }
        self.line(What::Took("no_match".into()));
        self.state.asked_at = None;
        self.run(wait.no_match);
    }

    fn take(&mut self, wait: &'t Wait, case: usize, said: &str, value: Option<String>, at: Timestamp) {
        let Some((heard, to)) = wait.cases.get(case) else { return };
        let name = match (heard, &value) {
            (Heard::Any, _) => "any".to_owned(),
            (Heard::Yes, _) => "yes".to_owned(),
            (Heard::No, _) => "no".to_owned(),
            (Heard::Date, _) => "date".to_owned(),
            (Heard::Number { .. }, _) => "number".to_owned(),
            (Heard::Keywords(_) | Heard::Choice(_), value) => value.clone().unwrap_or_default(),
            (Heard::Intent(intent), _) => intent.clone(),
        };
        let nth = u32::try_from(case + 1).unwrap_or(u32::MAX);
        self.line(What::TookCase { nth, way: name.clone() });
        self.answered(said, value, name, at);
        self.run(*to);
    }

    fn answered(&mut self, said: &str, value: Option<String>, case: String, at: Timestamp) {
        self.state.asked_at = None;
        self.state.answer = Some(Answer { said: said.to_owned(), value, case, at });
        self.subject = None;
    }

    /// They did not reply in time.
    pub(super) fn timed_out(&mut self) {
        if !matches!(self.state.status, Status::Live) {
            return;
        }
        let Some((wait, _)) = self.wait() else { return };
        self.line(What::Took("timeout".into()));
        self.state.asked_at = None;
        self.run(wait.on_timeout);
    }
}

/// The cases that only a model can tell.
fn intents(wait: &Wait) -> impl Iterator<Item = (usize, &str)> {
    wait.cases.iter().enumerate().filter_map(|(case, (heard, _))| match heard {
        Heard::Intent(intent) => Some((case, intent.as_str())),
        _ => None,
    })
}
