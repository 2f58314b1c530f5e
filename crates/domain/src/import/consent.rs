//! Who agreed to texts, and who says so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Row;
use crate::id::UserId;

/// What is said of where people agreed has at most so many characters.
const SOURCE_CHARS_MAX: usize = 500;

/// What a row says of somebody's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Whether they agreed.
    pub state: ConsentState,
    /// When, if it says so.
    pub at: Option<Timestamp>,
    /// Where, if it says so.
    pub source: Option<String>,
}

/// Whether somebody agreed to texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// They did.
    OptedIn,
    /// They want none.
    OptedOut,
}

/// What an importer vouches for, where the file itself has no proof. Kept with the import and with each line of the ledger
/// that comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Who vouches.
    pub by: UserId,
    /// When they did.
    pub at: Timestamp,
    /// The sentence that was shown and confirmed, word for word.
    pub statement: String,
    /// Where and how the people agreed, in the importer's words.
    pub source: String,
}

/// Why an attestation says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// Nobody says where they agreed.
    #[error("say where and how these people agreed to get texts, as in \"sign-up form on our website\"")]
    NoSource,
    /// A novel.
    #[error("say in at most {SOURCE_CHARS_MAX} characters where and how these people agreed")]
    TooLong,
}

impl AttestationError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSource => "no_source",
            Self::TooLong => "too_long",
        }
    }
}

impl Attestation {
    /// The sentence that an importer confirms.
    pub const STATEMENT: &str = "Everybody in this file agreed to get texts from us, and we can prove it. The file was not bought, \
        rented or collected from websites.";

    /// Somebody confirms [`STATEMENT`](Self::STATEMENT).
    ///
    /// # Errors
    /// When they do not say where people agreed.
    pub fn new(by: UserId, at: Timestamp, source: &str) -> Result<Self, AttestationError> {
        let source = source.trim();
        match source.chars().count() {
            0..=2 => Err(AttestationError::NoSource),
            length if length > SOURCE_CHARS_MAX => Err(AttestationError::TooLong),
            _ => Ok(Self { by, at, statement: Self::STATEMENT.to_owned(), source: source.to_owned() }),
        }
    }
}

/// What an import does to the consent of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing is said, or nothing new.
    Nothing,
    /// They agreed: a line for the ledger. `at`: when, if known; `source`: where, if known.
    OptIn {
        /// When.
        at: Option<Timestamp>,
        /// Where.
        source: Option<String>,
        /// The importer vouches; the row itself does not say so.
        attested: bool,
    },
    /// They want no texts: from now on, none are sent.
    OptOut {
        /// When.
        at: Option<Timestamp>,
        /// Where.
        source: Option<String>,
    },
}

/// What becomes of somebody's consent. Whoever opted out stays so, whatever a file or an importer says: only they can come back.
/// And who wants no texts gets none, whichever [`Mode`](super::Mode) the import has, and if a row before this one said otherwise.
#[must_use]
pub fn consent(row: &Row, opted_out: bool, attestation: Option<&Attestation>) -> Step {
    match (&row.consent, attestation) {
        _ if opted_out => Step::Nothing,
        (Some(Consent { state: ConsentState::OptedOut, at, source }), _) => {
            Step::OptOut { at: *at, source: source.clone() }
        }
        (Some(Consent { state: ConsentState::OptedIn, at, source }), _) => {
            Step::OptIn { at: *at, source: source.clone(), attested: false }
        }
        (None, Some(attestation)) => Step::OptIn { at: None, source: Some(attestation.source.clone()), attested: true },
        (None, None) => Step::Nothing,
    }
}
