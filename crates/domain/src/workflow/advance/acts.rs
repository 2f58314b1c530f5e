//! What each kind of step does, and what becomes of what is done elsewhere.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::events::later;
use super::knows::Manner;
use super::{ANSWER_MAX, Flow, SEND_MAX, Turn};
use crate::field::{Field, Kind, TEXT_CHARS_MAX};
use crate::template::{CHARS_MAX, Template};
use crate::workflow::clock::{At, NotKnown};
use crate::workflow::effect::{Changes, Deed, Question, Request};
use crate::workflow::event::Done;
use crate::workflow::lot::lot;
use crate::workflow::program::{self, Node, Op, Source, Target, Text, Update};
use crate::workflow::state::{Failure, How, Sent, Waits};
use crate::workflow::step::{Delay, IfPast, OnInvalid, Task, Trouble};
use crate::workflow::trace::{What, Why};
use jiff::SignedDuration;

impl<'t> Turn<'t> {
    pub(super) fn act(&mut self, node: &'t Node) -> Flow {
        let on = Flow::On(node.next);
        match &node.op {
            Op::Send(text) => return self.send(node, text),
            Op::ScheduleSend { at, if_past, text, .. } => {
                return match self.time(at, *if_past, node) {
                    Ok(until) if until > self.now => self.wait_until(until),
                    Ok(_) => self.send(node, text),
                    Err(flow) => flow,
                };
            }
            Op::Filter(when) => {
                let holds = self.holds(when);
                self.line(What::Asked { holds });
                if !holds {
                    self.ends(How::Filtered);
                    return Flow::Rests;
                }
            }
            Op::Delay(delay) => return self.delay(node, delay),
            Op::Branch { cases, otherwise } => {
                for (nth, (when, to)) in cases.iter().enumerate() {
                    if self.holds(when) {
                        self.line(What::Took(format!("case {}", nth + 1)));
                        return Flow::On(*to);
                    }
                }
                self.line(What::Took("otherwise".into()));
                return Flow::On(*otherwise);
            }
            Op::Save { to, from, on_invalid } => return self.save(node, to, from, on_invalid),
            Op::Wait(wait) => return self.wait_for_reply(wait),
            Op::Assistant { assistant, task, says, on_error } => {
                let says = match self.render(says, Manner::Said) {
                    Ok(says) => says,
                    Err(lacks) => return self.trouble(node, *on_error, Failure::Lacks(lacks.name)),
                };
                if let Task::HandOver { .. } = task {
                    self.effect(Deed::HandOver { assistant: *assistant, guide: says });
                    return on;
                }
                let question = self.question(task, says);
                let of = self.effect(Deed::Ask { assistant: *assistant, question });
                return self.wait_for_effect(of, ANSWER_MAX);
            }
            Op::Http(request) => {
                return match self.request(request) {
                    Ok(filled) => {
                        let of = self.effect(Deed::Http(filled));
                        self.wait_for_effect(of, ANSWER_MAX)
                    }
                    Err(name) => self.trouble(node, request.on_error, Failure::Lacks(name)),
                };
            }
            Op::Update(update) => self.update(update),
            Op::Assign(assign) => {
                self.effect(Deed::Assign { team: assign.team, person: assign.person });
            }
            Op::Note(text) => {
                if let Some(text) = self.said(text) {
                    self.effect(Deed::Note(text));
                }
            }
            Op::Notify { text, team, people } => {
                if let Some(text) = self.said(text) {
                    self.effect(Deed::Notify { text, team: *team, people: people.clone() });
                }
            }
            Op::Split(paths) => {
                let total = paths.iter().map(|(weight, _)| u64::from(*weight)).sum();
                let mut drawn = lot(self.state.enrolment, &node.id, total);
                for (nth, (weight, to)) in paths.iter().enumerate() {
                    match drawn.checked_sub(u64::from(*weight)) {
                        Some(rest) => drawn = rest,
                        None => {
                            self.line(What::Took(format!("path {}", nth + 1)));
                            return Flow::On(*to);
                        }
                    }
                }
            }
            Op::Enter { enter, pass } => {
                let variables = pass
                    .iter()
                    .filter_map(|(key, text)| Some((key.clone(), self.render(text, Manner::Kept).ok()?)))
                    .collect();
                let deed = Deed::Enter { workflow: enter.workflow, variables, wait: enter.wait };
                let of = self.effect(deed);
                if enter.wait {
                    let left = self.state.expires_at.duration_since(self.now);
                    return self.wait_for_effect(of, left);
                }
            }
            Op::GoTo(to) => return Flow::On(*to),
            Op::End(outcome) => {
                self.end(How::Completed, outcome);
                return Flow::Rests;
            }
        }
        on
    }

    pub(super) fn wait_for_effect(&mut self, of: crate::workflow::effect::Key, at_most: SignedDuration) -> Flow {
        self.state.waits = Some(Waits::Effect { of, until: self.after(at_most) });
        Flow::Rests
    }

    pub(super) fn wait_until(&mut self, until: Timestamp) -> Flow {
        self.line(What::WaitsUntil(until));
        self.state.waits = Some(Waits::Time { until });
        Flow::Rests
    }

    pub(super) fn send(&mut self, node: &'t Node, text: &Text) -> Flow {
        if std::mem::take(&mut self.state.leaves_out_text) {
            self.line(What::LeftOut(Why::Late));
            return Flow::On(node.next);
        }
        let body = match self.render(&text.template, Manner::Said) {
            Ok(body) => body,
            Err(lacks) => return self.trouble(node, text.send.on_block, Failure::Lacks(lacks.name)),
        };
        if let Some((timeout, manner)) = text.asks {
            if let Err(flow) = self.take_floor(manner, timeout.length()) {
                return flow;
            }
            self.state.asked_at = None;
            self.give_back_early();
        }
        let within = text.send.within;
        let before = within.map(|within| within.after(self.now, self.known.zone));
        let of = self.effect(Deed::Send {
            body,
            purpose: text.send.purpose,
            from: text.send.from,
            media: text.send.media.clone(),
            before,
        });
        let at_most = before.map_or(SEND_MAX, |before| before.duration_since(self.now) + ANSWER_MAX);
        self.wait_for_effect(of, at_most)
    }

    fn delay(&mut self, node: &'t Node, delay: &Delay) -> Flow {
        self.state.leaves_out_text = false;
        let until = match &delay.until {
            Some(at) => match self.time(at, delay.if_past, node) {
                Ok(until) => until,
                // Of a time that is over or not known, its hours are kept all the same.
                Err(Flow::On(_)) if delay.if_past == IfPast::Now => self.now,
                Err(flow) => return flow,
            },
            None => delay.lasts.unwrap_or_default().after(self.now, self.known.zone),
        };
        let until = self.delayed(delay, until, &node.id);
        if until <= self.now { Flow::On(node.next) } else { self.wait_until(until) }
    }

    /// With office hours and jitter on top.
    pub(super) fn delayed(&self, delay: &Delay, until: Timestamp, step: &str) -> Timestamp {
        let until = self.opens(delay, until.max(self.now)).unwrap_or(until);
        let most = delay.jitter.map_or(0, |jitter| u64::try_from(jitter.length().as_secs()).unwrap_or(0));
        let drawn = if most == 0 { 0 } else { lot(self.state.enrolment, step, most + 1) };
        later(until, SignedDuration::from_secs(i64::try_from(drawn).unwrap_or(0)))
    }

    /// When the hours of a delay begin, from then on; `None`: it has none.
    pub(super) fn opens(&self, delay: &Delay, from: Timestamp) -> Option<Timestamp> {
        delay.hours.as_ref()?.next_open(from, &self.published.zone)
    }

    /// When something is, if it is not over and can be told.
    fn time(&mut self, at: &At, if_past: IfPast, node: &Node) -> Result<Timestamp, Flow> {
        let day = if let At::Date { field, .. } = at { self.day(field) } else { None };
        let ours = &self.published.zone;
        // Who comes here again waits until the clock shows it once more: a circle takes its time.
        let is_again = self.state.visits.get(&node.id).is_some_and(|visits| *visits > 1);
        let waits_anew = is_again && matches!(at, At::Local { .. });
        let from = if waits_anew { later(self.now, SignedDuration::from_secs(1)) } else { self.now };
        let found = at.from(from, self.known.zone, ours, |_| day);
        let why = match found {
            Ok(until) if until >= self.now => return Ok(until),
            Ok(until) if if_past == IfPast::Now => return Ok(until),
            Ok(_) | Err(NotKnown::Never) => Why::Past,
            Err(NotKnown::Nothing(name)) => Why::Lacks(name),
        };
        self.line(What::LeftOut(why));
        match if_past {
            IfPast::Exit => {
                self.ends(How::Missed);
                return Err(Flow::Rests);
            }
            IfPast::Skip => self.state.leaves_out_text = matches!(node.op, Op::Delay(_)),
            IfPast::Now => {}
        }
        Err(Flow::On(node.next))
    }

    fn said(&mut self, text: &Template) -> Option<String> {
        match self.render(text, Manner::Said) {
            Ok(said) => Some(said),
            Err(lacks) => {
                self.line(What::LeftOut(Why::Lacks(lacks.name)));
                None
            }
        }
    }

    fn save(&mut self, node: &'t Node, to: &Target, from: &Source, on_invalid: &OnInvalid) -> Flow {
        let field = to.field();
        let reading = self.reading();
        let value = match from {
            Source::Reply => match self.state.answer.clone() {
                None => {
                    self.line(What::LeftOut(Why::Lacks("reply".into())));
                    return Flow::On(node.next);
                }
                // Words are kept as they were said, and all else as it was understood.
                Some(answer) if field.kind == Kind::Text => {
                    reading.read(field, &clipped(&answer.said, TEXT_CHARS_MAX)).ok()
                }
                Some(answer) => {
                    let understood = answer.value.and_then(|value| field.read(&value).ok());
                    understood.or_else(|| reading.read(field, &answer.said).ok())
                }
            },
            Source::Text(text) => match self.render(text, Manner::Kept) {
                Ok(text) => reading.read(field, &clipped(&text, TEXT_CHARS_MAX)).ok(),
                Err(_) => None,
            },
            Source::Sum(names) => {
                let numbers = names.iter().filter_map(|name| self.value(name)?.parse::<f64>().ok());
                let sum: f64 = numbers.sum();
                field.read(&((sum * 1e6).round() / 1e6).to_string()).ok()
            }
        };
        let Some(value) = value else {
            self.line(What::DoesNotFit { key: field.key.clone() });
            match on_invalid {
                OnInvalid::Keep => {}
                OnInvalid::Clear => self.write(to, None),
                OnInvalid::AskAgain { step, times } => {
                    let asked = self.state.asked_again.entry(node.id.clone()).or_insert(0);
                    if *asked < *times {
                        *asked += 1;
                        self.line(What::AskedAgain);
                        return Flow::On(self.published.by_id.get(step).copied());
                    }
                    self.state.asked_again.remove(&node.id);
                }
            }
            return Flow::On(node.next);
        };
        self.state.asked_again.remove(&node.id);
        self.write(to, Some(value));
        Flow::On(node.next)
    }

    fn write(&mut self, to: &Target, value: Option<String>) {
        let key = to.field().key.clone();
        self.line(What::Saved { key: key.clone(), value: value.clone() });
        match to {
            Target::Variable(_) => self.remember(&key, value),
            Target::Field(_) => {
                self.know(&key, value.clone());
                let fields = [(key, value)].into();
                self.effect(Deed::Change(Changes { fields, ..Changes::default() }));
            }
        }
    }

    fn question(&mut self, task: &Task, says: String) -> Question {
        let said = self.state.answer.as_ref().map(|answer| answer.said.clone()).unwrap_or_default();
        match task {
            Task::Draft { .. } | Task::HandOver { .. } => Question::Draft { instruction: says },
            Task::Classify { into, .. } => {
                let choices =
                    self.published.variable(into).map(|variable| variable.choices.clone()).unwrap_or_default();
                Question::Classify { question: says, said, choices }
            }
            Task::Extract { into, .. } => {
                let variables = into.iter().filter_map(|key| self.published.variable(key));
                let wanted = variables.map(|variable| (variable.key.clone(), variable.field().form())).collect();
                Question::Extract { instruction: says, said, wanted }
            }
        }
    }

    fn request(&mut self, request: &program::Request) -> Result<Request, String> {
        let url = self.render(&request.url, Manner::Address).map_err(|lacks| lacks.name)?;
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            let value = self.render(value, Manner::Kept).map_err(|lacks| lacks.name)?;
            headers.push((name.clone(), value.replace(char::is_control, " ")));
        }
        let body = request.body.as_ref().map(|body| self.fill(body)).transpose().map_err(|lacks| lacks.name)?;
        let (method, secrets, timeout) = (request.method, request.secrets.clone(), request.timeout);
        Ok(Request { method, url, headers, secrets, body, timeout })
    }

    fn update(&mut self, update: &Update) {
        let mut changes = Changes {
            add_tags: update.add_tags.clone(),
            remove_tags: update.remove_tags.clone(),
            add_to_lists: update.add_to_lists.clone(),
            remove_from_lists: update.remove_from_lists.clone(),
            fields: update.clear.iter().map(|key| (key.clone(), None)).collect(),
        };
        let reading = self.reading();
        for (field, text) in &update.set {
            let value = self.render(text, Manner::Kept).ok().and_then(|text| reading.read(field, &text).ok());
            match value {
                Some(value) => {
                    changes.fields.insert(field.key.clone(), Some(value));
                }
                None => self.line(What::DoesNotFit { key: field.key.clone() }),
            }
        }
        let subject = self.subject();
        subject.tags.extend(changes.add_tags.iter().cloned());
        subject.tags.retain(|tag| !changes.remove_tags.contains(tag));
        subject.lists.extend(changes.add_to_lists.iter().copied());
        subject.lists.retain(|list| !changes.remove_from_lists.contains(list));
        for (key, value) in &changes.fields {
            match value {
                Some(value) => subject.fields.insert(key.clone(), value.clone()),
                None => subject.fields.remove(key),
            };
        }
        if changes != Changes::default() {
            self.effect(Deed::Change(changes));
        }
    }

    /// What becomes of what the step had done; `None`: that cannot become of it.
    pub(super) fn became(&mut self, node: &'t Node, result: &Done, at: Timestamp) -> Option<Flow> {
        if !can_become(&node.op, result) {
            return None;
        }
        self.line(What::Done(result.name().to_owned()));
        Some(match (&node.op, result) {
            (Op::Send(text) | Op::ScheduleSend { text, .. }, Done::Sent) => {
                self.state.last_send = Some(Sent::Sent);
                if text.asks.is_some() {
                    // What they wrote while it waited to go answers something else.
                    self.state.asked_at = Some(at);
                }
                Flow::On(node.next)
            }
            (Op::Send(text) | Op::ScheduleSend { text, .. }, Done::Blocked(why)) => {
                self.state.last_send = Some(Sent::Blocked);
                self.trouble(node, text.send.on_block, Failure::Blocked(why.clone()))
            }
            (Op::Http(request), Done::Answered { status, body }) if (200..300).contains(status) => {
                self.keep(&request.save, body);
                Flow::On(node.next)
            }
            (Op::Http(_), Done::Answered { status, .. }) => {
                self.came_to_nothing(Failure::Http(format!("HTTP {status}")))
            }
            (Op::Assistant { task, .. }, result) => match self.use_answer(task, result) {
                Ok(()) => Flow::On(node.next),
                Err(why) => self.came_to_nothing(Failure::Assistant(why)),
            },
            (Op::Send(_) | Op::ScheduleSend { .. }, Done::Failed(why)) => {
                self.came_to_nothing(Failure::Send(why.clone()))
            }
            (_, Done::Failed(why)) => self.came_to_nothing(Failure::Http(why.clone())),
            _ => Flow::On(node.next),
        })
    }

    /// What the step had done came to nothing.
    pub(super) fn came_to_nothing(&mut self, why: Failure) -> Flow {
        let Some((_, node)) = self.here() else {
            self.fail(Failure::NoSuchStep);
            return Flow::Rests;
        };
        let otherwise = match &node.op {
            Op::Send(text) | Op::ScheduleSend { text, .. } => {
                self.state.last_send = Some(Sent::Failed);
                // What nobody knows the end of may be out after all; if it is not, it must not go later.
                if let (Failure::NoAnswer, Some(Waits::Effect { of, .. })) = (&why, self.state.waits.clone()) {
                    self.withdraw(of);
                }
                text.send.on_failure
            }
            Op::Http(request) => request.on_error,
            Op::Assistant { on_error, .. } => *on_error,
            _ => Trouble::Skip,
        };
        self.trouble(node, otherwise, why)
    }

    /// What a system answered; what does not fit, or is not there, leaves what was known before.
    fn keep(&mut self, save: &[(Field, String)], body: &Json) {
        for (field, pointer) in save {
            let said = match body.pointer(pointer) {
                Some(Json::String(text)) => Some(clipped(text, TEXT_CHARS_MAX)),
                Some(Json::Number(number)) => Some(number.to_string()),
                Some(Json::Bool(yes)) => Some(if *yes { "yes".to_owned() } else { "no".to_owned() }),
                _ => None,
            };
            self.keep_one(field, said.as_deref().unwrap_or_default());
        }
    }

    fn keep_one(&mut self, field: &Field, said: &str) {
        match field.read(said) {
            Ok(value) => self.write(&Target::Variable(field.clone()), Some(value)),
            Err(_) => self.line(What::DoesNotFit { key: field.key.clone() }),
        }
    }

    fn use_answer(&mut self, task: &Task, result: &Done) -> Result<(), String> {
        match (task, result) {
            (Task::Draft { into, .. }, Done::Wrote(text)) if !text.trim().is_empty() => {
                let text = clipped(text.trim(), CHARS_MAX);
                self.line(What::Saved { key: into.clone(), value: Some(text.clone()) });
                self.remember(into, Some(text));
                Ok(())
            }
            (Task::Classify { into, .. }, Done::Chose(chosen)) => {
                let variable = self.published.variable(into);
                let choice = chosen.and_then(|nth| variable?.choices.get(nth).cloned());
                self.line(What::Saved { key: into.clone(), value: choice.clone() });
                self.remember(into, choice);
                Ok(())
            }
            (Task::Extract { into, .. }, Done::Found(found)) => {
                for key in into {
                    if let (Some(said), Some(variable)) = (found.get(key), self.published.variable(key)) {
                        self.keep_one(&variable.field(), said);
                    }
                }
                Ok(())
            }
            (_, Done::Failed(why)) => Err(why.clone()),
            _ => Err("it answered something else than was asked".into()),
        }
    }
}

/// Whether this can become of what a step has done.
pub(super) fn can_become(op: &Op, result: &Done) -> bool {
    match op {
        Op::Send(_) | Op::ScheduleSend { .. } => matches!(result, Done::Sent | Done::Blocked(_) | Done::Failed(_)),
        Op::Http(_) => matches!(result, Done::Answered { .. } | Done::Failed(_)),
        Op::Assistant { .. } => {
            matches!(result, Done::Wrote(_) | Done::Chose(_) | Done::Found(_) | Done::Failed(_))
        }
        Op::Enter { .. } => matches!(result, Done::Left(_) | Done::Failed(_)),
        // What a reply means.
        Op::Wait(_) => matches!(result, Done::Chose(_) | Done::Failed(_)),
        _ => false,
    }
}

fn clipped(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
