//! What follows from a fact or a command: changes to remember, effects to perform.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::assistant::Ended;
use crate::assistant::approval::{Approval, State};
use crate::campaign::{Halt, Moved};
use crate::consent::{self, Evidence, Purpose};
use crate::contact::Contact;
use crate::conversation::Conversation;
use crate::fact::Fact;
use crate::gate::Verdict;
use crate::id::{
    ApprovalId, AssistantId, CampaignId, ContactId, ConversationId, DraftId, EnrolmentId, MediaId, MessageId, NumberId,
    RecipientId, RunId,
};
use crate::message::{Author, Cost, Failure, Message, Source, Status};
use crate::workflow::{Coming, Word};

/// What follows. The changes and effects of one decision are committed together, or none of them is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// To remember, in this order.
    pub changes: Vec<Change>,
    /// To perform, after the commit.
    pub effects: Vec<Effect>,
}

impl Decision {
    /// One more change.
    pub fn change(&mut self, change: Change) -> &mut Self {
        self.changes.push(change);
        self
    }

    /// One more effect.
    pub fn effect(&mut self, effect: Effect) -> &mut Self {
        self.effects.push(effect);
        self
    }
}

/// One thing that is different from now on.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Someone new.
    ContactAdded {
        /// Who.
        contact: Contact,
        /// Where they are reached.
        phone: String,
    },
    /// Their name or company is known now.
    ContactNamed {
        /// Who.
        contact: ContactId,
        /// Empty: not known.
        name: String,
        /// Empty: not known.
        company: String,
        /// Who says so.
        by: Author,
    },
    /// A line of the consent ledger.
    Consented(Consent),
    /// A new thread; `conversation.previous` is not the current one any more.
    ConversationOpened(Box<Conversation>),
    /// A thread stands differently: this is how.
    ConversationChanged(Box<Conversation>),
    /// Its labels, all of them.
    ConversationTagged {
        /// Which.
        conversation: ConversationId,
        /// Sorted, each once.
        tags: Vec<String>,
    },
    /// The contact has an answer.
    Answered {
        /// Where.
        conversation: ConversationId,
        /// Since when they wait for another one.
        waiting_since: Option<Timestamp>,
    },
    /// A message more.
    MessageAdded(Box<Message>),
    /// A message's status went on.
    MessageMoved(MessageMoved),
    /// A recipient of a campaign went on.
    RecipientMoved(Box<Moved>),
    /// A recipient of a campaign has answered: their text stands in this thread from now on.
    RecipientAnswered {
        /// Who.
        recipient: RecipientId,
        /// Of which campaign.
        campaign: CampaignId,
        /// In which thread.
        conversation: ConversationId,
    },
    /// How it ended for one more recipient of a campaign.
    CampaignOutcome {
        /// Of which.
        campaign: CampaignId,
        /// For whom.
        recipient: RecipientId,
        /// It was taken for spam.
        blocked: bool,
    },
    /// A campaign must send nothing more until somebody says so.
    CampaignHalted {
        /// Which.
        campaign: CampaignId,
        /// Why.
        halt: Box<Halt>,
    },
    /// Texts of ours that have not gone out are taken back, all that fit.
    UnsentCancelled {
        /// Which.
        which: Unsent,
        /// Why.
        why: CancelReason,
    },
    /// A line of a message's receipt.
    Noted {
        /// Of which.
        message: MessageId,
        /// What it says.
        line: ReceiptLine,
    },
    /// An attachment will be fetched.
    MediaAwaited {
        /// Ours.
        media: MediaId,
        /// Where it is.
        url: String,
        /// What it says it is.
        content_type: String,
    },
    /// A field of the contact holds this now.
    FieldSaved {
        /// Whose.
        contact: ContactId,
        /// The field's key.
        field: String,
        /// As its kind writes it.
        value: String,
        /// Who says so.
        by: Author,
    },
    /// A label more.
    TagAdded {
        /// On which conversation.
        conversation: ConversationId,
        /// The label.
        tag: String,
    },
    /// A run of an assistant is over, and this is its record.
    RunEnded(Box<Ended>),
    /// An assistant suggests a reply. Older open ones of the conversation are superseded.
    DraftAdded(Draft),
    /// Someone decided on a draft.
    DraftMoved {
        /// Which.
        draft: DraftId,
        /// To what.
        state: DraftState,
        /// Why.
        reason: Option<String>,
    },
    /// An assistant wants to do something that people must approve.
    ApprovalAdded(Box<Approval>),
    /// An approval stands differently.
    ApprovalMoved {
        /// Which.
        approval: ApprovalId,
        /// To what.
        state: State,
        /// Who decided, if somebody did.
        by: Option<Author>,
        /// What came of it, or why not.
        result: Option<String>,
    },
    /// The contact texted a wrong code for one.
    WrongCode {
        /// For which.
        approval: ApprovalId,
    },
    /// Open drafts of a conversation are out of date.
    DraftsSuperseded {
        /// Of which.
        conversation: ConversationId,
    },
}

/// A line of the consent ledger. Its `Debug` leaves out the number and what was said, so that logs stay clean (law 11).
#[derive(Clone, PartialEq, Eq)]
pub struct Consent {
    /// Whose.
    pub contact: ContactId,
    /// For which address.
    pub phone: String,
    /// No more texts, or texts again.
    pub state: consent::State,
    /// Of which purpose; `None`: all of them.
    pub purpose: Option<Purpose>,
    /// From which of our numbers; `None`: all of them.
    pub sender: Option<NumberId>,
    /// Who says so.
    pub source: ConsentSource,
    /// The word or the sentence that said so.
    pub keyword: Option<String>,
    /// The text that said so.
    pub message: Option<MessageId>,
    /// What shows that it was said.
    pub evidence: Evidence,
    /// When they said so, on the carrier's clock: texts arrive in any order.
    pub at: Timestamp,
}

impl std::fmt::Debug for Consent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consent")
            .field("contact", &self.contact)
            .field("state", &self.state)
            .field("purpose", &self.purpose)
            .field("source", &self.source)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentSource {
    /// The contact, by a word.
    Keyword,
    /// The contact, in their own words.
    FreeText,
    /// The carrier, which refuses to send.
    Carrier,
    /// A member, who writes down what they said.
    Member,
    /// A program, which does.
    Api,
    /// A file.
    Import,
}

impl ConsentSource {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::FreeText => "free_text",
            Self::Carrier => "carrier",
            Self::Member => "member",
            Self::Api => "api",
            Self::Import => "import",
        }
    }
}

/// How a message's status went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageMoved {
    /// Which.
    pub message: MessageId,
    /// Of which thread.
    pub conversation: ConversationId,
    /// Its status now.
    pub to: Status,
    /// When it will be asked for again, for one that waits.
    pub not_before: Option<Timestamp>,
    /// The carrier's id, now known.
    pub carrier_ref: Option<String>,
    /// Why not.
    pub failure: Option<Failure>,
    /// As how many parts it was billed.
    pub parts: Option<u32>,
    /// What it cost.
    pub cost: Option<Cost>,
    /// Which attempt this is, when it is handed over.
    pub attempt: Option<u32>,
}

impl MessageMoved {
    /// To `status`, with nothing else to say.
    #[must_use]
    pub const fn to(message: MessageId, conversation: ConversationId, status: Status) -> Self {
        Self {
            message,
            conversation,
            to: status,
            not_before: None,
            carrier_ref: None,
            failure: None,
            parts: None,
            cost: None,
            attempt: None,
        }
    }
}

/// Which texts are taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsent {
    /// All to this contact.
    To(ContactId),
    /// Those to this contact that were to go only if the contact stays silent.
    IfSilent(ContactId),
    /// Those of this conversation that an assistant wrote.
    ByAssistant(ConversationId),
    /// This one.
    One(MessageId),
}

/// Why a text was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The contact sent STOP.
    ContactOptedOut,
    /// The contact wrote first.
    ContactReplied,
    /// A person answered instead of the assistant.
    HumanReplied,
    /// A person began to write.
    HumanTyping,
    /// Someone asked for it.
    Asked,
    /// The assistant that wrote it was taken out of use.
    AssistantRemoved,
    /// The assistant that wrote it may not send by itself any more.
    AssistantSwitchedOff,
    /// The workflow that wrote it does not want it sent any more.
    WorkflowLeft,
    /// It was not to go later than a time that is over.
    TooLate,
}

impl CancelReason {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContactOptedOut => "contact_opted_out",
            Self::ContactReplied => "contact_replied",
            Self::HumanReplied => "human_replied",
            Self::HumanTyping => "human_typing",
            Self::Asked => "asked",
            Self::AssistantRemoved => "assistant_removed",
            Self::AssistantSwitchedOff => "assistant_switched_off",
            Self::WorkflowLeft => "workflow_left",
            Self::TooLate => "too_late",
        }
    }
}

/// A line of a receipt: why a message was or was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ReceiptLine {
    /// What the gate said, when the message was queued or just before it was sent.
    Gate {
        /// `queued` or `sending`.
        when: GateAsked,
        /// What it said.
        #[serde(flatten)]
        verdict: Verdict,
    },
    /// It was handed to the carrier.
    Attempt {
        /// The first is 1.
        attempt: u32,
        /// How the attempt ended, in plain words.
        result: String,
    },
    /// The carrier told something.
    Carrier {
        /// The status it led to.
        status: Status,
        /// Why not.
        failure: Option<Failure>,
        /// As how many parts it was billed.
        parts: Option<u32>,
        /// What it cost.
        cost: Option<Cost>,
    },
    /// The carrier's word did not come in time.
    Settled {
        /// What was made of it.
        result: String,
    },
    /// It was taken back.
    Cancelled {
        /// Why.
        why: CancelReason,
    },
    /// Who got it, of a text that came in.
    Routed {
        /// `compliance`, `workflow`, `begins`, `assistant` or `people`.
        to: String,
        /// The stable code of the reason.
        reason: String,
        /// Which way it is for, or which workflow it began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

impl ReceiptLine {
    /// As stored and shown.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Gate { .. } => "gate",
            Self::Attempt { .. } => "attempt",
            Self::Carrier { .. } => "carrier",
            Self::Settled { .. } => "settled",
            Self::Cancelled { .. } => "cancelled",
            Self::Routed { .. } => "routed",
        }
    }
}

/// When the gate was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateAsked {
    /// When the message was queued.
    Queued,
    /// Just before it was sent.
    Sending,
}

/// A reply that an assistant suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which one.
    pub id: DraftId,
    /// Where.
    pub conversation: ConversationId,
    /// Who suggests it.
    pub assistant: AssistantId,
    /// What.
    pub body: String,
    /// From what.
    pub sources: Vec<Source>,
    /// Why it was not sent by itself, when it might have been.
    pub held_back: Option<String>,
    /// The run that it came of.
    pub run: Option<RunId>,
}

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// It waits for a person.
    Open,
    /// Sent as it was.
    Accepted,
    /// Sent with changes.
    Edited,
    /// Not sent.
    Rejected,
    /// The conversation moved on.
    Superseded,
}

impl DraftState {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Edited => "edited",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }
}

/// One thing to do in the world, after the commit. Each has a key of its own, so a re-run converges.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Hand a text to the carrier.
    SendText(SendText),
    /// Ask an assistant for a reply.
    AskAssistant {
        /// Where.
        conversation: ConversationId,
        /// Whom.
        assistant: AssistantId,
        /// What it gets to see: an answer to another version is not committed.
        version: i64,
    },
    /// Use a tool as a person has approved it.
    RunTool {
        /// Which use.
        approval: ApprovalId,
    },
    /// Take somebody into a workflow.
    Enter(Coming),
    /// Tell somebody's way through a workflow.
    TellEnrolment {
        /// Whose.
        enrolment: EnrolmentId,
        /// What.
        word: Word,
    },
    /// Tell us again later.
    Remind {
        /// What.
        fact: Fact,
        /// When.
        at: Timestamp,
        /// Whose turn it will be.
        lane: Uuid,
    },
    /// Ask the carrier how far the registration of one of our numbers has come.
    ReadRegistration {
        /// Of which.
        number: NumberId,
    },
    /// Fetch an attachment while its address is good.
    FetchMedia {
        /// Which.
        media: MediaId,
        /// Of which message.
        message: MessageId,
    },
}

/// A text on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendText {
    /// Which.
    pub message: MessageId,
    /// From which number: its lane.
    pub number: NumberId,
    /// The conversation's lane.
    pub lane: Uuid,
    /// Replies overtake bulk.
    pub priority: Priority,
    /// What it takes of the number's rate.
    pub segments: u32,
    /// Not before.
    pub ready_at: Timestamp,
    /// Whose consent it needs, if it is one of many that a workflow sends.
    pub purpose: Option<Purpose>,
    /// Not after this.
    pub before: Option<Timestamp>,
}

/// Replies overtake bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Someone waits for it.
    Reply,
    /// One of many.
    Bulk,
}
