//! What has been changed in the world for a conversation already, so that one wish is not granted twice.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{AssistantId, ConversationId, RunId, UseId};

/// How the use of a tool ended, as far as anyone can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It was done.
    Done,
    /// It was not done.
    Failed,
    /// It may have been done.
    Unknown,
}

/// One use of a tool that changes something. It is written down before the tool is called.
#[derive(Clone, PartialEq, Eq)]
pub struct Used {
    /// Which one.
    pub id: UseId,
    /// Where.
    pub conversation: ConversationId,
    /// By whom.
    pub assistant: AssistantId,
    /// In which run.
    pub run: RunId,
    /// The tool's name.
    pub tool: String,
    /// What it was called with, JSON; see [`super::canonical`].
    pub arguments: String,
    /// How it ended; `None`: it was begun, and its end has not been written down.
    pub end: Option<End>,
    /// What came of it; empty: nothing yet.
    pub result: String,
    /// When it was begun.
    pub at: Timestamp,
    /// A reply that a model wrote since, and so knew of it, has left.
    pub told: bool,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::Unknown];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == text)
    }
}

/// The newest use that the same call would repeat. What has certainly failed may be tried again, and what was done is over
/// once the contact has had a reply: the same again is a new wish. Of what nobody knows whether it was done, a reply knows no
/// more.
#[must_use]
pub fn repeated<'u>(used: &'u [Used], tool: &str, arguments: &str) -> Option<&'u Used> {
    let same = |used: &&Used| used.tool == tool && used.arguments == arguments;
    used.iter().rev().filter(same).find(|used| match used.end {
        Some(End::Done) => !used.told,
        Some(End::Unknown) | None => true,
        Some(End::Failed) => false,
    })
}

impl Used {
    /// What is answered to the same call instead of doing it again, and whether that is as good as having done it.
    #[must_use]
    pub fn instead(&self) -> (End, String) {
        match self.end {
            Some(End::Done) => (End::Done, format!("It was done already, and is not done again: {}", self.result)),
            Some(End::Failed | End::Unknown) | None => (
                End::Unknown,
                "It was begun before, and nobody knows whether it was done. It is not done again: hand over to a colleague."
                    .to_owned(),
            ),
        }
    }

    /// How it stands, for the next run.
    #[must_use]
    pub const fn stands(&self) -> &'static str {
        match (self.end, self.told) {
            (Some(End::Done), false) => "done already, and the person does not know yet: do not do it again",
            (Some(End::Done), true) => "done before your last answer",
            (Some(End::Failed), _) => "tried before, and failed",
            (Some(End::Unknown) | None, _) => {
                "begun before, and nobody knows whether it was done: do not do it again, and do not say that it is done"
            }
        }
    }
}

impl fmt::Debug for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Used").field("id", &self.id).field("end", &self.end).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn used(tool: &str, arguments: &str, end: Option<End>, told: bool) -> Used {
        let nil = Uuid::nil();
        let (id, conversation, assistant, run) = (nil.into(), nil.into(), nil.into(), nil.into());
        let (tool, arguments, at) = (tool.into(), arguments.into(), Timestamp::UNIX_EPOCH);
        Used { id, conversation, assistant, run, tool, arguments, end, result: "B1".into(), at, told }
    }

    #[test]
    fn one_wish_is_granted_once() {
        const SEVEN: &str = r#"{"id":"7"}"#;
        let book = |end, told| used("book", SEVEN, end, told);
        let done = "It was done already, and is not done again: B1";
        let unknown = "It was begun before, and nobody knows whether it was done. It is not done again: hand over to a \
                       colleague.";
        for (what, before, expected) in [
            ("nothing was done", vec![], None),
            ("it was done", vec![book(Some(End::Done), false)], Some((End::Done, done))),
            ("it is being done, or was interrupted", vec![book(None, false)], Some((End::Unknown, unknown))),
            ("nobody knows", vec![book(Some(End::Unknown), false)], Some((End::Unknown, unknown))),
            ("it failed", vec![book(Some(End::Failed), false)], None),
            (
                "it failed after it was done",
                vec![book(Some(End::Done), false), book(Some(End::Failed), false)],
                Some((End::Done, done)),
            ),
            ("they know of it", vec![book(Some(End::Done), true)], None),
            ("a reply tells nothing", vec![book(Some(End::Unknown), true)], Some((End::Unknown, unknown))),
            ("nor of this", vec![book(None, true)], Some((End::Unknown, unknown))),
            ("another tool", vec![used("cancel", SEVEN, Some(End::Done), false)], None),
            ("other arguments", vec![used("book", r#"{"id":"8"}"#, Some(End::Done), false)], None),
        ] {
            let instead = repeated(&before, "book", SEVEN).map(Used::instead);
            let expected = expected.map(|(end, told)| (end, told.to_owned()));
            assert_eq!(instead, expected, "{what}");
        }
    }
}
