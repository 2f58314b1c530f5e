//! A workflow made ready to run: its steps in one row, each with where it goes on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::clock::At;
use super::document::{Document, Variable};
use super::span::Span;
use super::step::{Assign, Delay, Enter, Heard, Http, IfLate, IfPast, Manner, Method, OnInvalid, Send, Task, Trouble};
use crate::condition::{Checked, Subject};
use crate::field::Field;
use crate::id::{AssistantId, ListId, TeamId, UserId};
use crate::template::Template;

/// Where it goes on; `None`: nowhere, it is done.
pub(super) type To = Option<usize>;

/// A workflow that makes sense, ready to run. What was published is kept as its document, and made ready anew where it is
/// run: [`publish`](super::publish) and [`revive`](super::revive) make one.
#[derive(Debug, Clone)]
pub struct Published {
    pub(super) document: Document,
    pub(super) nodes: Vec<Node>,
    pub(super) by_id: BTreeMap<String, usize>,
    pub(super) goal: Option<When>,
    pub(super) entry: Option<When>,
    /// What is known of people by name: variables first, then fields of the tenant's.
    pub(super) fields: Vec<Field>,
    /// The clock of the business.
    pub(super) zone: TimeZone,
}

impl Published {
    /// As it was written.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The ids of its steps, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.id.as_str())
    }

    /// Whether it has a step of this id.
    #[must_use]
    pub fn has_step(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// What the act of a step is called.
    #[must_use]
    pub fn act_of(&self, id: &str) -> Option<&'static str> {
        self.node(id).map(|node| node.act)
    }

    pub(super) fn node(&self, id: &str) -> Option<&Node> {
        self.by_id.get(id).and_then(|nth| self.nodes.get(*nth))
    }

    pub(super) fn variable(&self, key: &str) -> Option<&Variable> {
        self.document.variables.iter().find(|variable| variable.key == key)
    }

    /// Whether the condition of the entry is true of somebody, or there is none; see [`Before::fits`](super::Before::fits).
    #[must_use]
    pub fn fits_entry(&self, subject: &Subject, now: Timestamp) -> bool {
        let holds = |when: &When| when.0.as_ref().is_some_and(|checked| checked.holds(subject, now));
        self.entry.as_ref().is_none_or(holds)
    }
}

/// A condition that is asked; `None`: what it named is gone since it was published, and it is true of nobody.
#[derive(Debug, Clone)]
pub(super) struct When(pub Option<Checked>);

/// One step.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub id: String,
    pub pointer: String,
    pub act: &'static str,
    pub only_if: Option<When>,
    pub op: Op,
    /// Behind it.
    pub next: To,
}

/// What is done.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Send(Text),
    ScheduleSend { at: At, if_past: IfPast, if_late: IfLate, text: Text },
    Filter(When),
    Delay(Delay),
    Branch { cases: Vec<(When, To)>, otherwise: To },
    Save { to: Target, from: Source, on_invalid: OnInvalid },
    Wait(Box<Wait>),
    Assistant { assistant: Option<AssistantId>, task: Task, says: Template, on_error: Trouble },
    Http(Box<Request>),
    Update(Update),
    Assign(Assign),
    Note(Template),
    Notify { text: Template, team: Option<TeamId>, people: Vec<UserId> },
    Split(Vec<(u32, To)>),
    Enter { enter: Enter, pass: Vec<(String, Template)> },
    GoTo(To),
    End(String),
}

/// A text, and how it is sent.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub template: Template,
    pub send: Send,
    /// Their reply is waited for right behind it.
    pub asks: Option<(Span, Manner)>,
}

#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub timeout: Span,
    pub merge: Span,
    pub floor: Manner,
    pub cases: Vec<(Heard, To)>,
    pub reprompt: Option<Template>,
    pub reprompts: u32,
    pub no_match: To,
    pub on_timeout: To,
}

/// Where something is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Variable(Field),
    Field(Field),
}

impl Target {
    pub(super) fn field(&self) -> &Field {
        match self {
            Self::Variable(field) | Self::Field(field) => field,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Source {
    Reply,
    Text(Template),
    Sum(Vec<String>),
}

#[derive(Debug, Clone)]
pub(super) struct Request {
    pub url: Template,
    pub method: Method,
    pub headers: Vec<(String, Template)>,
    pub secrets: Vec<(String, String)>,
    pub body: Option<Json>,
    pub timeout: Span,
    pub save: Vec<(Field, String)>,
    pub on_error: Trouble,
}

impl Request {
    pub(super) fn of(http: &Http, url: Template, headers: Vec<(String, Template)>, save: Vec<(Field, String)>) -> Self {
        Self {
            url,
            method: http.method,
            headers,
            secrets: http.secrets.clone().into_iter().collect(),
            body: http.body.clone(),
            timeout: http.timeout,
            save,
            on_error: http.on_error,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Update {
    pub add_tags: Vec<String>,
    pub remove_tags: Vec<String>,
    pub add_to_lists: Vec<ListId>,
    pub remove_from_lists: Vec<ListId>,
    pub set: Vec<(Field, Template)>,
    pub clear: Vec<String>,
}

impl Node {
    /// Wherever it may go on.
    pub(super) fn ways(&self) -> Vec<To> {
        let mut ways = self.leaves();
        if let Op::Save { on_invalid: OnInvalid::AskAgain { .. }, .. } = &self.op {
            ways.push(self.next);
        }
        if self.only_if.is_some() {
            ways.push(self.next);
        }
        ways
    }

    /// Wherever it goes on once it was done.
    pub(super) fn leaves(&self) -> Vec<To> {
        match &self.op {
            Op::Branch { cases, otherwise } => cases.iter().map(|(_, to)| *to).chain([*otherwise]).collect(),
            Op::Wait(wait) => {
                let cases = wait.cases.iter().map(|(_, to)| *to);
                cases.chain([wait.no_match, wait.on_timeout, self.next]).collect()
            }
            Op::Split(paths) => paths.iter().map(|(_, to)| *to).collect(),
            Op::GoTo(to) => vec![*to],
            Op::End(_) => Vec::new(),
            _ => vec![self.next],
        }
    }

    /// Time passes here, however often somebody comes here. A day or a moment is over at some time, and hours may be open: then
    /// none does.
    pub(super) fn waits(&self) -> bool {
        let comes_again = |at: &At| matches!(at, At::Local { .. });
        match &self.op {
            Op::Wait(_) => true,
            Op::ScheduleSend { at, .. } => comes_again(at),
            Op::Delay(delay) => {
                delay.until.as_ref().is_some_and(comes_again) || delay.lasts.is_some_and(|lasts| !lasts.is_zero())
            }
            _ => false,
        }
    }
}
