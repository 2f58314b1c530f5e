//! What each kind of step must be.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Compiler;
use crate::attachment::fits;
use crate::condition::fold;
use crate::field::{Field, Kind};
use crate::id::{ListId, MediaId};
use crate::template::Template;
use crate::workflow::clock::At;
use crate::workflow::document::Variable;
use crate::workflow::fault::{Fault, choose};
use crate::workflow::program::{Op, Request, Source, Target, Text, To, Update, Wait};
use crate::workflow::span::Span;
use crate::workflow::step::{
    Act, Assistant, Delay, Enter, From, Heard, Http, OnInvalid, Save, Send, Split, Step, Task, UpdateContact,
    WaitForReply,
};
use crate::workflow::unchosen::is_chosen;
use crate::workflow::{ALIVE_DAYS, MERGE_MAX, WEIGHT_MAX};

/// Labels and other short words have at most so many characters.
const WORD_CHARS_MAX: usize = 60;
/// A note, an instruction or a guide has at most so many characters; a template cannot have more.
const PATHS_MAX: usize = 10;

impl Compiler<'_> {
    /// What a step does; `next`: where it goes on behind it.
    pub(super) fn op(&mut self, at: &str, step: &Step, next: To) -> Op {
        let id = step.id.as_str();
        let at = format!("{at}/{}", step.act.name());
        match &step.act {
            Act::Send(send) => Op::Send(self.send(&at, id, send)),
            Act::ScheduleSend(later) => {
                self.at(&format!("{at}/at"), id, &later.at);
                let text = self.send(&format!("{at}/send"), id, &later.send);
                Op::ScheduleSend { at: later.at.clone(), if_past: later.if_past, if_late: later.if_late, text }
            }
            Act::Filter(when) => Op::Filter(self.when(&at, Some(id), when)),
            Act::Delay(delay) => Op::Delay(self.delay(&at, id, delay)),
            Act::Branch(branch) => {
                if branch.cases.is_empty() {
                    self.wrong(&at, "cases", id, "It has no cases.", "Add one, as {\"when\": …, \"steps\": […]}.");
                }
                let mut cases = Vec::new();
                for (nth, case) in branch.cases.iter().enumerate() {
                    let when = self.when(&format!("{at}/cases/{nth}/when"), Some(id), &case.when);
                    cases.push((when, self.begins(&format!("{at}/cases/{nth}/steps"), &case.steps, next)));
                }
                Op::Branch { cases, otherwise: self.begins(&format!("{at}/otherwise"), &branch.otherwise, next) }
            }
            Act::Save(save) => self.save(&at, id, save),
            Act::WaitForReply(wait) => Op::Wait(Box::new(self.wait(&at, id, wait, next))),
            Act::Assistant(assistant) => self.assistant(&at, id, assistant),
            Act::Http(http) => Op::Http(Box::new(self.http(&at, id, http))),
            Act::UpdateContact(update) => Op::Update(self.update(&at, id, update)),
            Act::Assign(assign) => {
                let (team, person) = (assign.team.as_slice(), assign.person.as_slice());
                self.known(&format!("{at}/team"), Some(id), team, |ground| &ground.teams, "team");
                self.known(&format!("{at}/person"), Some(id), person, |ground| &ground.members, "member");
                Op::Assign(assign.clone())
            }
            Act::Note(text) => Op::Note(self.text(&at, id, text)),
            Act::Notify(notify) => {
                let text = self.text(&format!("{at}/text"), id, &notify.text);
                self.known(&format!("{at}/team"), Some(id), notify.team.as_slice(), |ground| &ground.teams, "team");
                self.known(&format!("{at}/people"), Some(id), &notify.people, |ground| &ground.members, "member");
                Op::Notify { text, team: notify.team, people: notify.people.clone() }
            }
            Act::Split(split) => Op::Split(self.split(&at, id, split, next)),
            Act::Enter(enter) => self.enter(&at, id, enter),
            Act::GoTo(name) => Op::GoTo(self.step(&at, id, name)),
            Act::End(outcome) => {
                self.word(&at, id, outcome);
                Op::End(outcome.clone())
            }
        }
    }

    fn wrong(&mut self, at: &str, part: &str, step: &str, what: impl Into<String>, mend: impl Into<String>) {
        let at = if part.is_empty() { at.to_owned() } else { format!("{at}/{part}") };
        self.fault(Fault::new(at, "wrong_value", what, mend).of(step));
    }

    fn word(&mut self, at: &str, step: &str, word: &str) {
        if word.trim().is_empty() || word.chars().count() > WORD_CHARS_MAX || word.chars().any(char::is_control) {
            let mend = format!("Write 1 to {WORD_CHARS_MAX} characters on one line.");
            self.wrong(at, "", step, "This is no label.", mend);
        }
    }

    fn send(&mut self, at: &str, step: &str, send: &Send) -> Text {
        let template = self.text(&format!("{at}/text"), step, &send.text);
        self.known(&format!("{at}/from"), Some(step), send.from.as_slice(), |ground| &ground.numbers, "number");
        let attached = format!("{at}/media");
        self.chosen(&attached, Some(step), &send.media, "attachment");
        let media: Vec<MediaId> = send.media.iter().copied().filter(|id| is_chosen(*id)).collect();
        if let Err(unfit) = fits(&media, &self.ground.media) {
            let mend = "Or choose other attachments.";
            self.fault(Fault::new(attached, unfit.code, unfit.message, mend).of(step));
        }
        if send.within.is_some_and(Span::is_zero) {
            self.wrong(at, "within", step, "It could never go out.", "Write some time, as in 12h.");
        }
        Text { template, send: send.clone(), asks: None }
    }

    fn at(&mut self, at: &str, step: &str, when: &At) {
        if let At::Date { field, .. } = when {
            self.of_kind(&format!("{at}/date/field"), step, field, &Kind::Date);
        }
    }

    /// A field or a variable that holds this.
    fn of_kind(&mut self, at: &str, step: &str, name: &str, kind: &Kind) {
        match self.look(name) {
            Some(field) if field.kind == *kind => {}
            Some(field) => {
                let what = format!("{name} holds {}.", field.form());
                let wanted = Field { kind: kind.clone(), ..field };
                let mend = format!("Name what holds {}.", wanted.form());
                self.fault(Fault::new(at, "wrong_type", what, mend).of(step));
            }
            None => {
                let fitting = self.catalogue.fields.iter().filter(|field| field.kind == *kind);
                let mend = choose(name, fitting.map(|field| field.key.as_str()).collect::<Vec<_>>());
                self.fault(Fault::new(at, "no_such_field", format!("Nothing is called {name}."), mend).of(step));
            }
        }
    }

    fn delay(&mut self, at: &str, step: &str, delay: &Delay) -> Delay {
        match (&delay.lasts, &delay.until) {
            (Some(lasts), None) if lasts.is_zero() => {
                self.wrong(at, "for", step, "No time passes.", "Write some, as in 2h, or take the step out.");
            }
            (Some(_), None) | (None, None) if delay.lasts.is_some() || delay.hours.is_some() => {}
            (None, Some(until)) => self.at(&format!("{at}/until"), step, until),
            _ => self.wrong(at, "", step, "It must be told until when.", "Write `for` or `until`, and not both."),
        }
        if delay.jitter.is_some_and(|jitter| jitter.length() > Span::days(1).length()) {
            self.wrong(at, "jitter", step, "This is too long.", "Write at most 1d.");
        }
        delay.clone()
    }

    fn target(&mut self, at: &str, step: &str, name: &str) -> Option<Target> {
        if let Some(variable) = self.variable(name) {
            return Some(Target::Variable(variable.field()));
        }
        let key = name.strip_prefix("fields.").unwrap_or(name);
        if let Some(field) = self.ground.catalogue.fields.iter().find(|field| field.key == key) {
            return Some(Target::Field(field.clone()));
        }
        let variables = self.document.variables.iter().map(|variable| variable.key.as_str());
        let known: Vec<&str> =
            variables.chain(self.ground.catalogue.fields.iter().map(|field| field.key.as_str())).collect();
        let what = format!("There is no variable and no field {name}.");
        let mend = choose(name, known);
        self.fault(Fault::new(at, "no_such_field", what, mend).of(step));
        None
    }

    fn variable(&self, key: &str) -> Option<&Variable> {
        self.document.variables.iter().find(|variable| variable.key == key)
    }

    fn save(&mut self, at: &str, step: &str, save: &Save) -> Op {
        let target = self.target(&format!("{at}/to"), step, &save.to);
        let from = match &save.from {
            From::Reply => Source::Reply,
            From::Text(text) => Source::Text(self.template(&format!("{at}/from/text"), step, text)),
            From::Sum(names) => {
                for (nth, name) in names.iter().enumerate() {
                    self.of_kind(&format!("{at}/from/sum/{nth}"), step, name, &Kind::Number);
                }
                if target.as_ref().is_some_and(|target| target.field().kind != Kind::Number) {
                    self.wrong(at, "to", step, "A sum is a number, and this holds none.", "Name what holds a number.");
                }
                Source::Sum(names.clone())
            }
        };
        if let OnInvalid::AskAgain { step: name, times } = &save.on_invalid {
            let at = format!("{at}/on_invalid/ask_again");
            self.step(&format!("{at}/step"), step, name);
            if !(1..=10).contains(times) {
                self.wrong(&at, "times", step, "Nobody is asked so often.", "Write 1 to 10.");
            }
        }
        match target {
            Some(to) => Op::Save { to, from, on_invalid: save.on_invalid.clone() },
            // It cannot be done, and is left out.
            None => Op::Branch { cases: Vec::new(), otherwise: self.next_of(at) },
        }
    }

    /// What follows the step that is being read.
    fn next_of(&self, at: &str) -> To {
        let pointer = at.rsplit_once('/').map_or(at, |(pointer, _)| pointer);
        let (list, nth) = pointer.rsplit_once('/')?;
        self.by_pointer.get(&format!("{list}/{}", nth.parse::<usize>().ok()? + 1)).copied()
    }

    fn wait(&mut self, at: &str, step: &str, wait: &WaitForReply, next: To) -> Wait {
        let length = wait.timeout.length();
        if length < Span::seconds(60).length() || length > Span::days(ALIVE_DAYS).length() {
            let mend = format!("Write 1m to {ALIVE_DAYS}d.");
            self.wrong(at, "timeout", step, "Nobody can be waited for so long.", mend);
        }
        if wait.merge.length() > MERGE_MAX {
            self.wrong(at, "merge", step, "This is too long.", "Write at most 30s.");
        }
        let mut cases = Vec::new();
        for (nth, case) in wait.cases.iter().enumerate() {
            let at = format!("{at}/cases/{nth}");
            self.heard(&format!("{at}/when"), step, &case.when);
            if nth + 1 < wait.cases.len() && case.when == Heard::Any {
                self.wrong(&at, "when", step, "No case behind this one is ever taken.", "Make it the last.");
            }
            cases.push((case.when.clone(), self.begins(&format!("{at}/steps"), &case.steps, next)));
        }
        let none = wait.no_match.clone().unwrap_or_default();
        if wait.no_match.is_some() && wait.cases.is_empty() {
            self.wrong(at, "no_match", step, "Without cases any reply will do.", "Add `cases`, or take it out.");
        }
        let reprompt = none.reprompt.as_ref().map(|text| self.text(&format!("{at}/no_match/reprompt"), step, text));
        if reprompt.is_some() && !(1..=5).contains(&none.times) {
            self.wrong(at, "no_match/times", step, "Nobody is asked so often.", "Write 1 to 5.");
        }
        Wait {
            timeout: wait.timeout,
            merge: wait.merge,
            floor: wait.floor,
            cases,
            reprompts: if reprompt.is_some() { none.times } else { 0 },
            reprompt,
            no_match: self.begins(&format!("{at}/no_match/steps"), &none.steps, next),
            on_timeout: self.begins(&format!("{at}/on_timeout"), &wait.on_timeout, next),
        }
    }

    fn heard(&mut self, at: &str, step: &str, heard: &Heard) {
        match heard {
            Heard::Any | Heard::Yes | Heard::No | Heard::Date => {}
            Heard::Keywords(words) => self.keywords(&format!("{at}/keywords"), Some(step), words),
            Heard::Choice(choices) => self.keywords(&format!("{at}/choice"), Some(step), choices),
            Heard::Number { min, max } => {
                if min.zip(*max).is_some_and(|(min, max)| min > max) {
                    self.wrong(at, "number", step, "No number is so great and so small.", "Turn them round.");
                }
            }
            Heard::Intent(intent) => {
                if intent.trim().is_empty() || intent.chars().count() > 200 {
                    let mend = "Say in 1 to 200 letters what they mean, as in: wants another day.";
                    self.wrong(at, "intent", step, "This tells a model nothing, or too much.", mend);
                }
            }
        }
    }

    fn assistant(&mut self, at: &str, step: &str, asked: &Assistant) -> Op {
        let ids = asked.assistant.as_slice();
        self.known(&format!("{at}/assistant"), Some(step), ids, |ground| &ground.assistants, "assistant");
        let at = format!("{at}/task");
        let says = match &asked.task {
            Task::Draft { instruction, into } => {
                let at = format!("{at}/draft");
                self.holds(&format!("{at}/into"), step, into, |kind| *kind == Kind::Text, "text");
                self.text(&format!("{at}/instruction"), step, instruction)
            }
            Task::Classify { question, into } => {
                let at = format!("{at}/classify");
                let is_choice = |kind: &Kind| matches!(kind, Kind::Choice { .. });
                self.holds(&format!("{at}/into"), step, into, is_choice, "a choice");
                self.text(&format!("{at}/question"), step, question)
            }
            Task::Extract { instruction, into } => {
                let at = format!("{at}/extract");
                if into.is_empty() {
                    self.wrong(&at, "into", step, "Nothing is looked for.", "Name variables.");
                }
                for (nth, key) in into.iter().enumerate() {
                    self.holds(&format!("{at}/into/{nth}"), step, key, |_| true, "anything");
                }
                self.text(&format!("{at}/instruction"), step, instruction)
            }
            Task::HandOver { guide } => self.template(&format!("{at}/hand_over/guide"), step, guide),
        };
        Op::Assistant { assistant: asked.assistant, task: asked.task.clone(), says, on_error: asked.on_error }
    }

    /// A variable that holds what fits.
    fn holds(&mut self, at: &str, step: &str, key: &str, fits: impl Fn(&Kind) -> bool, wanted: &str) -> Option<Field> {
        let Some(field) = self.variable(key).map(Variable::field) else {
            self.no_such_variable(at, Some(step), key);
            return None;
        };
        if !fits(&field.kind) {
            let what = format!("{key} holds {}.", field.form());
            self.fault(Fault::new(at, "wrong_type", what, format!("Name a variable that holds {wanted}.")).of(step));
        }
        Some(field)
    }

    fn http(&mut self, at: &str, step: &str, http: &Http) -> Request {
        let url = self.text(&format!("{at}/url"), step, &http.url);
        if !is_address(&http.url) {
            self.wrong(at, "url", step, "This is no address of a system.", "Begin with https:// and a host.");
        }
        if http.timeout.is_zero() || http.timeout.length() > Span::seconds(15).length() {
            self.wrong(at, "timeout", step, "Nobody waits so long.", "Write 1s to 15s.");
        }
        let headers = self.templates(&format!("{at}/headers"), step, &http.headers);
        for (header, name) in &http.secrets {
            if !self.ground.secrets.contains(name) {
                let mend = choose(name, self.ground.secrets.iter().map(String::as_str));
                let what = format!("There is no secret {name}.");
                self.fault(Fault::new(format!("{at}/secrets/{header}"), "no_such_secret", what, mend).of(step));
            }
        }
        if let Some(body) = &http.body {
            self.body(&format!("{at}/body"), step, body);
        }
        let mut save = Vec::new();
        for (key, pointer) in &http.save {
            if !(pointer.is_empty() || pointer.starts_with('/')) {
                let what = format!("{pointer:?} is no place in an answer.");
                self.wrong(&format!("{at}/save"), key, step, what, "Write a JSON pointer, as in /order/total.");
            }
            if let Some(field) = self.holds(&format!("{at}/save/{key}"), step, key, |_| true, "anything") {
                save.push((field, pointer.clone()));
            }
        }
        Request::of(http, url, headers, save)
    }

    fn templates(&mut self, at: &str, step: &str, all: &BTreeMap<String, String>) -> Vec<(String, Template)> {
        let mut read = Vec::new();
        for (name, text) in all {
            read.push((name.clone(), self.template(&format!("{at}/{name}"), step, text)));
        }
        read
    }

    fn body(&mut self, at: &str, step: &str, body: &Json) {
        match body {
            Json::String(text) => {
                self.template(at, step, text);
            }
            Json::Array(list) => {
                for (nth, one) in list.iter().enumerate() {
                    self.body(&format!("{at}/{nth}"), step, one);
                }
            }
            Json::Object(parts) => {
                for (name, one) in parts {
                    self.body(&format!("{at}/{name}"), step, one);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    fn update(&mut self, at: &str, step: &str, update: &UpdateContact) -> Update {
        if *update == UpdateContact::default() {
            self.wrong(at, "", step, "Nothing changes.", "Write what does, as in {\"add_tags\": [\"vip\"]}.");
        }
        for (part, tags) in [("add_tags", &update.add_tags), ("remove_tags", &update.remove_tags)] {
            for (nth, tag) in tags.iter().enumerate() {
                self.word(&format!("{at}/{part}/{nth}"), step, tag);
            }
        }
        let add_to_lists = self.lists(&format!("{at}/add_to_lists"), step, &update.add_to_lists);
        let remove_from_lists = self.lists(&format!("{at}/remove_from_lists"), step, &update.remove_from_lists);
        let mut set = Vec::new();
        for (key, text) in &update.set {
            let at = format!("{at}/set/{key}");
            let template = self.template(&at, step, text);
            self.tenants_field(&at, key, None);
            let field = self.ground.catalogue.fields.iter().find(|field| field.key == *key);
            set.extend(field.map(|field| (field.clone(), template)));
        }
        for (nth, key) in update.clear.iter().enumerate() {
            self.tenants_field(&format!("{at}/clear/{nth}"), key, None);
        }
        Update {
            add_tags: update.add_tags.clone(),
            remove_tags: update.remove_tags.clone(),
            add_to_lists,
            remove_from_lists,
            set,
            clear: update.clear.clone(),
        }
    }

    fn lists(&mut self, at: &str, step: &str, named: &[String]) -> Vec<ListId> {
        let known = &self.ground.catalogue.lists;
        let mut found = Vec::new();
        for (nth, said) in named.iter().enumerate() {
            let is_meant = |(id, name): &&(ListId, String)| id.to_string() == *said || fold(name) == fold(said);
            match known.iter().find(is_meant) {
                Some((id, _)) => found.push(*id),
                None => {
                    let mend = choose(said, known.iter().map(|(_, name)| name.as_str()));
                    let at = format!("{at}/{nth}");
                    self.fault(Fault::new(at, "no_such_list", format!("There is no list {said}."), mend).of(step));
                }
            }
        }
        found
    }

    fn split(&mut self, at: &str, step: &str, split: &Split, next: To) -> Vec<(u32, To)> {
        if !(2..=PATHS_MAX).contains(&split.paths.len()) {
            let mend = format!("Write 2 to {PATHS_MAX} paths.");
            self.wrong(at, "paths", step, "There is nothing to choose from, or too much.", mend);
        }
        let mut paths = Vec::new();
        for (nth, way) in split.paths.iter().enumerate() {
            let at = format!("{at}/paths/{nth}");
            self.word(&format!("{at}/name"), step, &way.name);
            if !(1..=WEIGHT_MAX).contains(&way.weight) {
                self.wrong(&at, "weight", step, "This is no weight.", format!("Write 1 to {WEIGHT_MAX}."));
            }
            paths.push((way.weight, self.begins(&format!("{at}/steps"), &way.steps, next)));
        }
        paths
    }

    fn enter(&mut self, at: &str, step: &str, enter: &Enter) -> Op {
        let ids = std::slice::from_ref(&enter.workflow);
        self.known(&format!("{at}/workflow"), Some(step), ids, |ground| &ground.workflows, "workflow");
        let pass = self.templates(&format!("{at}/pass"), step, &enter.pass);
        Op::Enter { enter: enter.clone(), pass }
    }
}

/// Whether a request may go there: to a host of its own by `https`, or, to try it out, to this machine. Whether this machine is
/// asked at all is the operator's word. What somebody wrote is filled in behind the host only: it leads nowhere else.
fn is_address(url: &str) -> bool {
    let authority_of = |rest: &'_ str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    if let Some(authority) = url.strip_prefix("https://").map(authority_of) {
        return !authority.is_empty() && !authority.contains(['{', '}', '@', '\\']);
    }
    let authority = url.strip_prefix("http://").map(authority_of).unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((&authority, "0"));
    matches!(host, "localhost" | "127.0.0.1") && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}
