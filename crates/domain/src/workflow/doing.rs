//! What goes back and forth between a way through a workflow and the conversations around it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::effect::Key;
use super::event::{Done, Event};
use super::migration::Plan;
use super::step::Purpose;
use crate::id::{
    AssistantId, CampaignId, ContactId, EnrolmentId, MediaId, MessageId, NumberId, TeamId, UserId, WorkflowId,
};

/// Something that somebody's way has done in the conversation between one of our numbers and a phone of theirs. It is a fact
/// of that conversation's lane, and takes its turn there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Doing {
    /// Whose way.
    pub enrolment: EnrolmentId,
    /// Our end.
    pub number: NumberId,
    /// Their end, E.164.
    pub phone: String,
    /// What.
    pub does: Does,
}

impl fmt::Debug for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.enrolment, self.does)
    }
}

/// What is done in a conversation.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// It texts them. [`Word::Text`] tells what became of it.
    Text {
        /// The message that this is.
        message: MessageId,
        /// What it says.
        body: String,
        /// What it is for.
        purpose: Purpose,
        /// What is attached.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        media: Vec<MediaId>,
        /// Not later than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Timestamp>,
        /// A reply to it is waited for.
        #[serde(default)]
        asks: bool,
    },
    /// It takes back a text that is not out.
    Withdraw {
        /// Which.
        message: MessageId,
    },
    /// It gives an assistant the conversation.
    HandOver {
        /// Which; `None`: the one that answers on the number.
        assistant: Option<AssistantId>,
        /// What it must follow.
        guide: String,
    },
    /// It has somebody look after the conversation.
    Assign {
        /// Which team.
        team: Option<TeamId>,
        /// Which member.
        person: Option<UserId>,
    },
    /// It leaves a note.
    Note(String),
    /// It tells people of the tenant something.
    Notify {
        /// What.
        text: String,
        /// Which team; neither team nor people: whoever looks after the conversation.
        team: Option<TeamId>,
        /// Which members.
        people: Vec<UserId>,
    },
    /// It waits for no reply any more.
    Leave,
    /// A text that was routed to it is not for it.
    GiveBack {
        /// When they sent it.
        at: Timestamp,
        /// It says more than thanks.
        wants_answer: bool,
    },
}

impl fmt::Debug for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text { .. } => "text",
            Self::Withdraw { .. } => "withdraw",
            Self::HandOver { .. } => "hand_over",
            Self::Assign { .. } => "assign",
            Self::Note(_) => "note",
            Self::Notify { .. } => "notify",
            Self::Leave => "leave",
            Self::GiveBack { .. } => "give_back",
        })
    }
}

/// Something that somebody's way is told. It waits for the way's next turn.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// This.
    Event(Event),
    /// What became of a text.
    Text {
        /// Which.
        message: MessageId,
        /// What became of it.
        became: Done,
        /// When: of one that is out, when it left.
        at: Timestamp,
    },
    /// It is at another version from now on, if where it stands then is a step there.
    Migrate {
        /// At this one.
        version: i64,
        /// Which of its steps are which there.
        plan: Plan,
    },
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => event.fmt(f),
            Self::Text { message, became, .. } => write!(f, "{message} {became:?}"),
            Self::Migrate { version, .. } => write!(f, "migrate({version})"),
        }
    }
}

/// Somebody who is to enter a workflow.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Coming {
    /// Which.
    pub workflow: WorkflowId,
    /// Who.
    pub contact: ContactId,
    /// Where they are reached; `None`: at their first phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// From which of our numbers; `None`: the one that they know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberId>,
    /// What they enter by; `None`: what the workflow's variable says, or nothing but themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What brought them.
    pub source: Source,
    /// What is known from the start, by keys of variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

impl fmt::Debug for Coming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} into {} by {:?}", self.contact, self.workflow, self.source)
    }
}

/// What brought somebody into a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// A campaign that went out to them.
    Campaign {
        /// Which.
        campaign: CampaignId,
    },
    /// A text of theirs: a word that begins it.
    Keyword {
        /// Which text.
        message: MessageId,
    },
    /// Any text of theirs that nobody waited for.
    Text {
        /// Which.
        message: MessageId,
    },
    /// A conversation that began.
    NewConversation,
    /// A label that they got.
    TagAdded,
    /// A label that they lost.
    TagRemoved,
    /// A field of theirs that was changed.
    FieldChanged,
    /// A segment that they came into.
    SegmentEntered,
    /// A day that came.
    Date,
    /// A conversation that was closed.
    ConversationResolved,
    /// Their silence.
    NoReply,
    /// A link that they followed.
    LinkClicked,
    /// A text that did not arrive.
    DeliveryFailed,
    /// A program.
    Api,
    /// A member.
    ByHand {
        /// Who.
        member: UserId,
    },
    /// Another workflow that they are in.
    Workflow {
        /// The effect of their way there.
        of: Key,
        /// That way goes on when this one is over.
        waits: bool,
        /// How many workflows took them here, one from the other.
        #[serde(default)]
        depth: u32,
    },
}

impl Source {
    /// How many workflows took them here, one from the other.
    #[must_use]
    pub const fn depth(&self) -> u32 {
        match self {
            Self::Workflow { depth, .. } => *depth,
            _ => 0,
        }
    }

    /// The stable word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Campaign { .. } => "campaign",
            Self::Keyword { .. } => "keyword",
            Self::Text { .. } => "text",
            Self::NewConversation => "new_conversation",
            Self::TagAdded => "tag_added",
            Self::TagRemoved => "tag_removed",
            Self::FieldChanged => "field_changed",
            Self::SegmentEntered => "segment_entered",
            Self::Date => "date",
            Self::ConversationResolved => "conversation_resolved",
            Self::NoReply => "no_reply",
            Self::LinkClicked => "link_clicked",
            Self::DeliveryFailed => "delivery_failed",
            Self::Api => "api",
            Self::ByHand { .. } => "by_hand",
            Self::Workflow { .. } => "workflow",
        }
    }
}
