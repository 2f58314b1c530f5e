//! Texts, words and names that steps are made of.

use uuid::Uuid;

use super::Compiler;
use crate::keyword::{Keyword, keyword};
use crate::segment::{MAX_SEGMENTS, measure};
use crate::template::{OWN_NAMES, Template};
use crate::workflow::check::Ground;
use crate::workflow::fault::{FAULTS_MAX, Fault, choose};
use crate::workflow::program::{Node, Op, To};
use crate::workflow::span::Span;
use crate::workflow::step::Manner;
use crate::workflow::unchosen::is_chosen;

/// Words of one list at most.
const WORDS_MAX: usize = 50;

impl Compiler<'_> {
    /// A template whose names are known. One that cannot be read is an empty one.
    pub(super) fn template(&mut self, at: &str, step: &str, text: &str) -> Template {
        let template: Template = match text.parse() {
            Ok(template) => template,
            Err(fault) => {
                self.fault(Fault::template(at, &fault).of(step));
                return Template::default();
            }
        };
        let fields = self.catalogue.fields.iter().map(|field| field.key.as_str());
        let known: Vec<&str> = OWN_NAMES.into_iter().chain(fields).collect();
        if let Err(fault) = template.check(known.iter().copied()) {
            self.fault(Fault::template(at, &fault).of(step));
        }
        template
    }

    /// As [`Self::template`], of a text that is sent.
    pub(super) fn text(&mut self, at: &str, step: &str, text: &str) -> Template {
        if text.trim().is_empty() {
            self.fault(Fault::new(at, "empty", "The text says nothing.", "Write what is to be sent.").of(step));
        }
        let template = self.template(at, step, text);
        let segments = measure(&template.own_words()).segments;
        if segments > MAX_SEGMENTS {
            let what = format!("The text takes {segments} segments, and the carrier takes {MAX_SEGMENTS}.");
            self.fault(Fault::new(at, "too_long", what, "Make it shorter, or send two.").of(step));
        }
        template
    }

    /// Words that somebody may text.
    pub(super) fn keywords(&mut self, at: &str, step: Option<&str>, words: &[String]) {
        let place = |fault: Fault| match step {
            Some(step) => fault.of(step),
            None => fault,
        };
        if words.is_empty() || words.len() > WORDS_MAX {
            let what = format!("There must be 1 to {WORDS_MAX} words here.");
            self.fault(place(Fault::new(at, "wrong_value", what, "Add one, or take some out.")));
        }
        for (nth, word) in words.iter().enumerate() {
            let at = format!("{at}/{nth}");
            if !word.chars().any(char::is_alphanumeric) || word.chars().count() > 60 {
                let what = format!("{word:?} is no word.");
                self.fault(place(Fault::new(&at, "not_a_word", what, "Write letters or digits, at most 60.")));
            }
            if let Some(means) = keyword(word).filter(|means| *means != Keyword::Help) {
                let what = format!("{word} asks for {} and never comes here.", means.as_str());
                self.fault(place(Fault::new(&at, "taken", what, "Take it out, or use another word.")));
            }
        }
    }

    /// Ids of things that the tenant has.
    pub(super) fn known<Id: Copy + Into<Uuid> + PartialEq + std::fmt::Display>(
        &mut self,
        at: &str,
        step: Option<&str>,
        ids: &[Id],
        of: impl Fn(&Ground) -> &[Id],
        thing: &str,
    ) {
        let ground = self.ground;
        self.chosen(at, step, ids, thing);
        for id in ids.iter().filter(|id| is_chosen(**id) && !of(ground).contains(id)) {
            let mend = format!("Choose one of your {thing}s.");
            let fault = Fault::new(at, "no_such_thing", format!("There is no {thing} {id}."), mend);
            self.fault(match step {
                Some(step) => fault.of(step),
                None => fault,
            });
        }
    }

    /// That none of these is left to be chosen.
    pub(super) fn chosen<Id: Copy + Into<Uuid>>(&mut self, at: &str, step: Option<&str>, ids: &[Id], thing: &str) {
        for _ in ids.iter().filter(|id| !is_chosen(**id)) {
            let what = format!("It is not chosen which {thing}.");
            let mend = format!("Choose one of your {thing}s, or take it out.");
            let fault = Fault::new(at, "not_chosen", what, mend);
            self.fault(match step {
                Some(step) => fault.of(step),
                None => fault,
            });
        }
    }

    /// The step of a name.
    pub(super) fn step(&mut self, at: &str, step: &str, name: &str) -> To {
        let found = self.by_id.get(name).copied();
        // What may be meant takes time to find, and of many faults the first are told.
        if found.is_none() && self.faults.len() < FAULTS_MAX {
            let mend = choose(name, self.by_id.keys().map(String::as_str));
            self.fault(Fault::new(at, "no_such_step", format!("There is no step {name}."), mend).of(step));
        }
        found
    }
}

/// A text behind which a reply is waited for is a question: it is not asked before the floor is free.
pub(super) fn mark_questions(nodes: &mut [Node]) {
    let asks: Vec<_> = nodes.iter().map(|node| waited_for(nodes, node.next)).collect();
    for (node, asks) in nodes.iter_mut().zip(asks) {
        if let Op::Send(text) | Op::ScheduleSend { text, .. } = &mut node.op {
            text.asks = asks;
        }
    }
}

/// How they are waited for behind a step, if everybody is, and with nothing before that takes time.
fn waited_for(nodes: &[Node], behind: To) -> Option<(Span, Manner)> {
    let mut to = behind;
    for _ in nodes {
        let node = nodes.get(to?)?;
        to = match &node.op {
            Op::Wait(wait) if node.only_if.is_none() => return Some((wait.timeout, wait.floor)),
            Op::GoTo(way) if node.only_if.is_none() => *way,
            Op::Note(_) | Op::Notify { .. } | Op::Update(_) | Op::Assign(_) => node.next,
            _ => return None,
        };
    }
    None
}
