//! What is wrong with a template, where, and how to mend it.

use std::fmt;

use super::CHARS_MAX;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// At which character, from 1.
    pub at: usize,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A brace opens and none closes.
    Unclosed,
    /// A brace closes and none opened.
    Stray,
    /// There is nothing between two braces, or something that no field can be called.
    NotAName(String),
    /// Nothing is known of anybody under this name.
    NoSuchName {
        /// This one.
        name: String,
        /// What may be meant.
        nearest: Option<String>,
    },
    /// A value cannot be written so.
    NoSuchFilter {
        /// So.
        name: String,
        /// What may be meant.
        nearest: Option<String>,
    },
    /// It is longer than a template may be.
    TooLong,
}

impl FaultKind {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unclosed => "unclosed_brace",
            Self::Stray => "stray_brace",
            Self::NotAName(_) => "not_a_name",
            Self::NoSuchName { .. } => "no_such_field",
            Self::NoSuchFilter { .. } => "no_such_filter",
            Self::TooLong => "too_long",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        let meant =
            |nearest: &Option<String>| nearest.as_ref().map(|near| format!(" Do you mean {near}?")).unwrap_or_default();
        match &self.kind {
            FaultKind::Unclosed => {
                write!(f, "The brace at character {at} is not closed. Write }} after the name, or {{{{ for a brace.")
            }
            FaultKind::Stray => write!(f, "The brace at character {at} closes nothing. Write }}}} for a brace."),
            FaultKind::NotAName(name) if name.is_empty() => {
                write!(f, "The braces at character {at} are empty. Write a name in them, as in {{name}}.")
            }
            FaultKind::NotAName(name) => write!(
                f,
                "{{{name}}} at character {at} is no name of a field: those have small letters, digits and underscores. Write {{{{ for a brace."
            ),
            FaultKind::NoSuchName { name, nearest } => {
                write!(f, "There is no field {name}, which is named at character {at}.{}", meant(nearest))
            }
            FaultKind::NoSuchFilter { name, nearest } => {
                write!(f, "A value cannot be written as {name:?}, as is asked at character {at}.{}", meant(nearest))
            }
            FaultKind::TooLong => write!(f, "The text is longer than {CHARS_MAX} characters. Make it shorter."),
        }
    }
}

impl std::error::Error for Fault {}

/// The known name that is the fewest letters away, if it is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let far = name.chars().count() / 3 + 1;
    let apart = known.into_iter().map(|known| (strsim::osa_distance(name, known), known));
    let (_, nearest) = apart.filter(|(apart, _)| *apart <= far).min()?;
    Some(nearest.to_owned())
}
