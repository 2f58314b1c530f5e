//! An import from its upload to its end, and back.

use serde::{Deserialize, Serialize};

use super::{Attestation, Mapping, Mode};
use crate::id::ListId;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The file is here; people say what its columns are.
    Draft,
    /// It is read, and nothing is changed.
    Checking,
    /// It was read: what it would do is known.
    Checked,
    /// Contacts are made and changed.
    Running,
    /// All of it was read.
    Done,
    /// It could not be read to its end; what was read before counts.
    Failed,
    /// Somebody ended it; what was read before counts.
    Cancelled,
    /// What it did is taken back.
    Undoing,
    /// What it did was taken back, as far as nobody has built on it.
    Undone,
}

/// What somebody wants of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Say what its columns are, and the rest.
    Edit,
    /// Read it without changing anything.
    Check,
    /// Read it for good.
    Start,
    /// Stop.
    Cancel,
    /// Take back what it did.
    Undo,
}

/// It stands so that the order makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an import that is {} cannot be {}", .0.as_str(), .1.word())]
pub struct Refused(pub State, pub Order);

impl State {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Checking,
        Self::Checked,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
        Self::Undoing,
        Self::Undone,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether somebody is at it.
    #[must_use]
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }
}

impl Order {
    const fn word(self) -> &'static str {
        match self {
            Self::Edit => "edited",
            Self::Check => "checked",
            Self::Start => "started",
            Self::Cancel => "cancelled",
            Self::Undo => "undone",
        }
    }
}

/// Where it stands after an order.
///
/// # Errors
/// When the order makes no sense now.
pub const fn obey(state: State, order: Order) -> Result<State, Refused> {
    Ok(match (state, order) {
        (State::Draft | State::Checked, Order::Edit) | (State::Checking, Order::Cancel) => State::Draft,
        (State::Draft | State::Checked, Order::Check) => State::Checking,
        (State::Draft | State::Checked, Order::Start) => State::Running,
        (State::Running, Order::Cancel) => State::Cancelled,
        (State::Done | State::Failed | State::Cancelled, Order::Undo) => State::Undoing,
        _ => return Err(Refused(state, order)),
    })
}

/// What is done with a file. A stored document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What its columns are; `None`: nobody has said.
    pub mapping: Option<Mapping>,
    /// What becomes of whom we know.
    pub mode: Mode,
    /// Labels that everybody in it gets.
    pub tags: Vec<String>,
    /// The list that everybody in it comes on.
    pub list: Option<ListId>,
    /// Who vouches for their consent.
    pub attestation: Option<Attestation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_goes_one_way_and_can_be_taken_back() {
        use Order::{Cancel, Check, Edit, Start, Undo};
        use State::{Cancelled, Checked, Checking, Done, Draft, Failed, Running, Undoing, Undone};
        let goes = [
            (Draft, Edit, Draft),
            (Draft, Check, Checking),
            (Draft, Start, Running),
            (Checking, Cancel, Draft),
            (Checked, Edit, Draft),
            (Checked, Check, Checking),
            (Checked, Start, Running),
            (Running, Cancel, Cancelled),
            (Done, Undo, Undoing),
            (Failed, Undo, Undoing),
            (Cancelled, Undo, Undoing),
        ];
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            for order in [Edit, Check, Start, Cancel, Undo] {
                let expected = goes.iter().find(|(from, by, _)| (*from, *by) == (state, order)).map(|(.., to)| *to);
                assert_eq!(obey(state, order).ok(), expected, "{state:?} {order:?}");
            }
        }
        assert_eq!(Refused(Undone, Undo).to_string(), "an import that is undone cannot be undone");
    }
}
