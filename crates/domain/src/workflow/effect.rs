//! What is to be done in the world because somebody went on their way.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::span::Span;
use super::step::{Method, Purpose};
use crate::id::{AssistantId, EnrolmentId, ListId, MediaId, MessageId, NumberId, TeamId, UserId, WorkflowId};

/// What tells one effect from all others: no two of a tenant's have the same. As a text, `enr_….step.2.1`: the way, the
/// step, how often it came there, and which effect of this visit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Whose way.
    pub enrolment: EnrolmentId,
    /// Which step.
    pub step: String,
    /// The how manieth visit of it, from 1.
    pub visit: u32,
    /// The how manieth effect of the visit, from 1.
    pub nth: u32,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.enrolment, self.step, self.visit, self.nth)
    }
}

/// Something that is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Its key.
    pub key: Key,
    /// What.
    pub deed: Deed,
}

/// What is to be done. Of those that say so, an [`Event::Done`](super::Event::Done) with the key tells what became of it.
#[derive(Clone, PartialEq)]
pub enum Deed {
    /// Send a text. Told: `Sent`, `Blocked` or `Failed`, but for a reprompt, which nobody waits for.
    Send {
        /// What it says.
        body: String,
        /// What it is for; the gate asks.
        purpose: Purpose,
        /// From which number; `None`: the one that they know.
        from: Option<NumberId>,
        /// What is attached.
        media: Vec<MediaId>,
        /// Not later than this.
        before: Option<Timestamp>,
    },
    /// Do not send this text any more, if it is not out.
    Withdraw {
        /// The key of its effect.
        of: Key,
        /// From which number it goes; `None`: from the usual one.
        from: Option<NumberId>,
    },
    /// Ask a system. Told: `Answered` or `Failed`.
    Http(Request),
    /// Ask a model. Told: `Wrote`, `Chose`, `Found` or `Failed`.
    Ask {
        /// Which assistant; `None`: the one that answers on the number.
        assistant: Option<AssistantId>,
        /// What for.
        question: Question,
    },
    /// Give an assistant the conversation.
    HandOver {
        /// Which; `None`: the one that answers on the number.
        assistant: Option<AssistantId>,
        /// What it must follow.
        guide: String,
    },
    /// Change what is kept of them.
    Change(Changes),
    /// Have somebody look after the conversation.
    Assign {
        /// Which team; `None`: everybody.
        team: Option<TeamId>,
        /// Which member.
        person: Option<UserId>,
    },
    /// Leave a note in the conversation.
    Note(String),
    /// Tell somebody of the tenant.
    Notify {
        /// What.
        text: String,
        /// Which team; neither team nor people: whoever looks after the conversation.
        team: Option<TeamId>,
        /// Which members.
        people: Vec<UserId>,
    },
    /// Have them enter another workflow, by this key. Told, if it is waited for: `Left`, or `Failed` if they do not enter.
    Enter {
        /// Which.
        workflow: WorkflowId,
        /// What it knows from the start.
        variables: BTreeMap<String, String>,
        /// Whether it is waited for.
        wait: bool,
    },
    /// Hold the floor for (contact, our number) until then, whoever held it.
    TakeFloor {
        /// It is free after that.
        until: Timestamp,
    },
    /// Hold it no more; who queues for it is told by [`Event::FloorFreed`](super::Event::FloorFreed).
    FreeFloor,
    /// A text that was routed here is not for this way: whoever answers them otherwise gets it.
    GiveBack {
        /// Which.
        message: MessageId,
        /// When they sent it.
        at: Timestamp,
        /// It says more than thanks.
        wants_answer: bool,
    },
}

/// What a model is asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// To write a text.
    Draft {
        /// What it is to say.
        instruction: String,
    },
    /// Which of these it is.
    Classify {
        /// What is asked.
        question: String,
        /// What they wrote.
        said: String,
        /// What there is to choose from.
        choices: Vec<String>,
    },
    /// What these hold.
    Extract {
        /// What is looked for.
        instruction: String,
        /// What they wrote.
        said: String,
        /// Keys of variables, and the form that their values must have, in words.
        wanted: Vec<(String, String)>,
    },
}

/// A request to a system of the tenant's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Headers, and the names of the secrets that are their values.
    pub secrets: Vec<(String, String)>,
    /// JSON.
    pub body: Option<Json>,
    /// An answer is waited for so long.
    pub timeout: Span,
}

/// What changes of a contact.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// They get these labels.
    pub add_tags: Vec<String>,
    /// They lose these.
    pub remove_tags: Vec<String>,
    /// They come on these lists.
    pub add_to_lists: Vec<ListId>,
    /// They are taken off these.
    pub remove_from_lists: Vec<ListId>,
    /// Fields, and what they hold now; `None`: nothing any more.
    pub fields: BTreeMap<String, Option<String>>,
}

impl Deed {
    /// As it is told.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Send { .. } => "send",
            Self::Withdraw { .. } => "withdraw",
            Self::Http(_) => "http",
            Self::Ask { .. } => "ask",
            Self::HandOver { .. } => "hand_over",
            Self::Change(_) => "change",
            Self::Assign { .. } => "assign",
            Self::Note(_) => "note",
            Self::Notify { .. } => "notify",
            Self::Enter { .. } => "enter",
            Self::TakeFloor { .. } => "take_floor",
            Self::FreeFloor => "free_floor",
            Self::GiveBack { .. } => "give_back",
        }
    }
}

macro_rules! hides {
    ($($hidden:ident)*) => {$(
        /// Without what it says, which may be somebody's name or number.
        impl fmt::Debug for $hidden {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($hidden)).finish_non_exhaustive()
            }
        }
    )*};
}

hides! { Question Request Changes }

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
