//! What is wrong with a condition, where, and how to mend it.

use std::fmt;

use crate::template::nearest;

/// A stretch of a text, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first, from 1.
    pub at: usize,
    /// How many.
    pub length: usize,
}

/// What is wrong, where, and how to mend it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the tree, as in `all[0].value`; empty: the whole.
    pub path: String,
    /// Where in the text, if it was one.
    pub span: Option<Span>,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub explanation: String,
    /// What to do.
    pub mend: String,
}

impl Fault {
    pub(super) fn new(path: &str, code: &'static str, explanation: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { path: path.to_owned(), span: None, code, explanation: explanation.into(), mend: mend.into() }
    }

    pub(super) fn at(span: Span, code: &'static str, explanation: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::new("", code, explanation, mend) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.explanation, self.mend)
    }
}

/// Without what was written, which may be a number or a name.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?} {:?}", self.code, self.path, self.span)
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
