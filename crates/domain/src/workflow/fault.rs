//! What is wrong with a workflow, where, and how to mend it.

use std::fmt;

use super::document::BYTES_MAX;
use crate::condition;
use crate::template::{self, nearest};

/// So many faults are told at once.
pub(super) const FAULTS_MAX: usize = 100;

/// What is wrong, where, and how to mend it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the document, as a JSON pointer (RFC 6901): `/steps/2/send/text`; empty: the whole.
    pub pointer: String,
    /// The step that it belongs to, where there is one.
    pub step: Option<String>,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub explanation: String,
    /// What to do.
    pub mend: String,
}

impl Fault {
    pub(super) fn new(
        pointer: impl Into<String>,
        code: &'static str,
        explanation: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), step: None, code, explanation: explanation.into(), mend: mend.into() }
    }

    /// In the order of the document; of many the first.
    pub(super) fn sort(faults: &mut Vec<Self>) {
        fn place(pointer: &str) -> Vec<(Option<usize>, &str)> {
            pointer.split('/').map(|part| (part.parse().ok(), part)).collect()
        }
        faults.sort_by(|one, other| place(&one.pointer).cmp(&place(&other.pointer)));
        faults.truncate(FAULTS_MAX);
    }

    pub(super) fn of(mut self, step: &str) -> Self {
        self.step = Some(step.to_owned());
        self
    }

    /// Of a document as a whole.
    pub(super) fn too_long() -> Self {
        let what = format!("The document is longer than {} KiB.", BYTES_MAX / 1024);
        Self::new("", "too_long", what, "Make several workflows of it that enter one another.")
    }

    /// A fault of a template that stands at a place.
    pub(super) fn template(pointer: &str, fault: &template::Fault) -> Self {
        let (what, mend) = parted(&fault.to_string());
        Self::new(pointer, fault.kind.code(), what, mend)
    }

    /// A fault of a condition that stands at a place, of which its path `all[0].value` is a part.
    pub(super) fn condition(pointer: &str, fault: &condition::Fault) -> Self {
        let inside = fault.path.replace("].", "/").replace(['.', '['], "/").replace(']', "");
        let inside = if inside.is_empty() || fault.span.is_some() { String::new() } else { format!("/{inside}") };
        let span = fault.span.map(|span| format!(" (at character {})", span.at)).unwrap_or_default();
        Self::new(format!("{pointer}{inside}"), fault.code, format!("{}{span}", fault.explanation), fault.mend.clone())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{place}: {}", self.explanation)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, " {}", self.mend) }
    }
}

/// Without what was written, which may be somebody's name.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.code, self.pointer)
    }
}

impl std::error::Error for Fault {}

/// What to do about a name that is not known.
pub(super) fn choose<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(name, known.clone()) {
        return format!("Do you mean {near}?");
    }
    let known: Vec<&str> = known.into_iter().take(30).collect();
    if known.is_empty() { "There are none yet.".into() } else { format!("Write one of these: {}.", known.join(", ")) }
}

/// What is wrong, and the mend that follows it.
pub(super) fn parted(said: &str) -> (String, String) {
    if let Some((what, mend)) = said.split_once(". ") {
        return (format!("{what}."), mend.to_owned());
    }
    match said.split_once(": ") {
        Some((what, mend)) => (format!("{what}."), format!("{}.", capital(mend))),
        None => (said.to_owned(), String::new()),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
