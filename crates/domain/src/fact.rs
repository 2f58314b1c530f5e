//! What has happened. Facts are never refused, only recorded; each leads to a decision.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assistant::tool::End;
use crate::assistant::{Answer, Run};
use crate::id::{ApprovalId, AssistantId, CarrierAccountId, ConversationId, MessageId, TeamId, UserId};
use crate::keyword::Keyword;
use crate::message::{Cost, Failure, Reported};
use crate::workflow::Doing;

/// One thing that happened. Stored as JSON in the inbox: fields are only added, with defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    /// A contact wrote to us.
    TextArrived(TextArrived),
    /// The carrier told how a text of ours went.
    CarrierReported(CarrierReported),
    /// The carrier answered our request, or did not.
    SendEnded(SendEnded),
    /// The contact has been still for the assistant's quiet window.
    ContactFellSilent {
        /// Where.
        conversation: ConversationId,
        /// Who would answer.
        assistant: AssistantId,
        /// The conversation's version then: a newer one has its own timer.
        version: i64,
    },
    /// An assistant's run ended.
    AssistantAnswered(Box<AssistantAnswered>),
    /// An assistant's answer did not get to the contact.
    AnswerFailed(AnswerFailed),
    /// Nobody has answered a conversation that an assistant gave to people, for as long as was set.
    HandOverOverdue {
        /// Which.
        conversation: ConversationId,
        /// Who gets it then; `None`, and no team either: it is only marked.
        to: Option<UserId>,
        /// Which team gets it then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_team: Option<TeamId>,
        /// When it was given.
        handed_at: Timestamp,
    },
    /// Nobody has decided in time on something that an assistant wants to do.
    ApprovalOverdue {
        /// Where.
        conversation: ConversationId,
        /// Which.
        approval: ApprovalId,
    },
    /// Something that a person approved was done, or failed.
    ToolEnded(ToolEnded),
    /// A snoozed conversation's time has come.
    SnoozeEnded {
        /// Which.
        conversation: ConversationId,
        /// The time it was snoozed until: a later snooze has its own timer.
        until: Timestamp,
    },
    /// A text whose sending ended unknown has waited long enough for the carrier's word.
    UnknownOverdue {
        /// Which.
        message: MessageId,
    },
    /// Somebody's way through a workflow does something in a conversation.
    WorkflowActs(Box<Doing>),
}

/// A text from a contact.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct TextArrived {
    /// Through which account it came.
    pub account: CarrierAccountId,
    /// The carrier's id of the text.
    pub carrier_ref: String,
    /// The contact's address, as the carrier wrote it.
    pub from: String,
    /// Our number.
    pub to: String,
    /// What they wrote.
    pub body: String,
    /// What they attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaLink>,
    /// The keyword that the carrier took it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoresponse: Option<Keyword>,
    /// When the carrier got it.
    pub at: Timestamp,
}

impl std::fmt::Debug for TextArrived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextArrived").field("carrier_ref", &self.carrier_ref).finish_non_exhaustive()
    }
}

/// An attachment at the carrier, to be fetched soon: its address expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaLink {
    /// Where.
    pub url: String,
    /// What it says it is.
    pub content_type: String,
}

/// How a text of ours went, as the carrier says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarrierReported {
    /// Through which account it came.
    pub account: CarrierAccountId,
    /// Ours, when the report came to the text's own webhook address or says which that is.
    pub message: Option<MessageId>,
    /// The carrier's id.
    pub carrier_ref: String,
    /// Our number, when the carrier says it: it names the tenant.
    #[serde(default)]
    pub from: Option<String>,
    /// What it says.
    pub reported: Reported,
    /// Why not.
    pub failure: Option<Failure>,
    /// The recipient is opted out at the carrier.
    #[serde(default)]
    pub opted_out: bool,
    /// Who carried it to them, as far as it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// As how many parts it was billed.
    pub parts: Option<u32>,
    /// What it cost.
    pub cost: Option<Cost>,
    /// When it happened there.
    pub at: Timestamp,
}

/// How handing a text to the carrier ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendEnded {
    /// Which text.
    pub message: MessageId,
    /// Which attempt.
    pub attempt: u32,
    /// How.
    pub ended: Ended,
}

/// How an attempt ended, as far as anyone can know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ended")]
pub enum Ended {
    /// The carrier took it.
    Accepted {
        /// Its id there.
        carrier_ref: String,
        /// As how many parts it will be billed.
        parts: Option<u32>,
    },
    /// The carrier refused it.
    Rejected {
        /// Why.
        failure: Failure,
        /// Because the recipient is opted out there.
        opted_out: bool,
    },
    /// It certainly did not go out: asked to come back later, or never reached the carrier.
    NotTaken {
        /// When to try again at the earliest.
        retry_at: Timestamp,
        /// Why, in plain words.
        why: String,
        /// Being asked to slow down does not use up an attempt.
        counts: bool,
    },
    /// It may have gone out.
    Lost {
        /// What is known.
        why: String,
    },
}

/// How the use of a tool ended that a person had approved.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolEnded {
    /// Where.
    pub conversation: ConversationId,
    /// Which.
    pub approval: ApprovalId,
    /// How.
    pub end: End,
    /// What came of it, or why not.
    pub result: String,
}

impl std::fmt::Debug for ToolEnded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolEnded").field("approval", &self.approval).field("end", &self.end).finish_non_exhaustive()
    }
}

/// An assistant's answer that did not get to the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFailed {
    /// Where.
    pub conversation: ConversationId,
    /// Whose.
    pub assistant: AssistantId,
    /// When it was written.
    pub written_at: Timestamp,
    /// Why, in plain words.
    pub why: String,
}

/// How an assistant's run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssistantAnswered {
    /// Where.
    pub conversation: ConversationId,
    /// Who.
    pub assistant: AssistantId,
    /// The version of the conversation that it saw.
    pub version: i64,
    /// What it says.
    pub answer: Answer,
    /// How it came to that.
    pub run: Run,
}
