//! What someone asks for. A command may be refused.

use jiff::{SignedDuration, Timestamp};

use crate::conversation::{Mode, Status};
use crate::decide::Said;
use crate::id::{
    ApprovalId, AssistantId, CampaignId, ContactId, ConversationId, DraftId, MediaId, MessageId, NumberId, TeamId,
    UserId,
};
use crate::message::Author;
use crate::phone::E164;

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open or resume the conversation with a phone number, and say something if there is something to say.
    Start(Start),
    /// Send a text.
    Reply {
        /// Where.
        conversation: ConversationId,
        /// What.
        text: NewText,
    },
    /// Leave a note that the contact never sees.
    Note {
        /// Where.
        conversation: ConversationId,
        /// What.
        body: String,
    },
    /// Change how a conversation stands.
    Change {
        /// Which.
        conversation: ConversationId,
        /// What of it; what is `None` stays.
        change: ConversationChange,
    },
    /// Give it to someone else to answer.
    HandOff {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        to: HandOffTo,
        /// Why, in the asker's words.
        reason: Option<String>,
    },
    /// Take a text back.
    Cancel {
        /// Which.
        message: MessageId,
    },
    /// A person writes: no assistant goes on meanwhile.
    Type {
        /// Where.
        conversation: ConversationId,
    },
    /// Decide on an assistant's suggestion without sending it.
    RejectDraft {
        /// Which.
        draft: DraftId,
        /// Why.
        reason: Option<String>,
    },
    /// Send a campaign's text to numbers that somebody names, to see it as people would get it.
    TestCampaign(TestCampaign),
    /// Write down what a contact said about getting texts.
    RecordConsent {
        /// Who.
        contact: ContactId,
        /// On which number of theirs; `None`: the first.
        phone: Option<E164>,
        /// What.
        said: Box<Said>,
    },
    /// Ask a contact to confirm that they want marketing.
    AskConsent {
        /// Who.
        contact: ContactId,
        /// On which number of theirs; `None`: the first.
        phone: Option<E164>,
        /// From which of ours.
        from: NumberId,
    },
    /// Decide on something that an assistant wants to do.
    DecideApproval {
        /// Which.
        approval: ApprovalId,
        /// It shall be done.
        approve: bool,
        /// Why, in the asker's words.
        reason: Option<String>,
    },
}

/// A conversation to open or resume.
#[derive(Debug, Clone)]
pub struct Start {
    /// With whom.
    pub to: E164,
    /// On which of our numbers.
    pub from: NumberId,
    /// What to say.
    pub text: Option<NewText>,
    /// Who they are, if known; fills what is empty.
    pub name: Option<String>,
    /// Where they work, if known; fills what is empty.
    pub company: Option<String>,
    /// Who answers, instead of the number's own assistant.
    pub assistant: Option<AssistantId>,
    /// What the assistant must follow.
    pub guide: Option<String>,
}

/// A campaign's text, to be seen before it goes to anybody else.
#[derive(Debug, Clone)]
pub struct TestCampaign {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// To which numbers, each once.
    pub to: Vec<E164>,
    /// What is known of whom fills it; `None`: of whoever is reached at each number.
    pub person: Option<ContactId>,
}

/// A text to send.
#[derive(Clone)]
pub struct NewText {
    /// What to say; it may be empty when something is attached.
    pub body: String,
    /// Attachments, uploaded before.
    pub media: Vec<MediaId>,
    /// Not before this moment.
    pub scheduled_at: Option<Timestamp>,
    /// Keep it back this long so that it can be undone.
    pub hold: SignedDuration,
    /// Cancel it if the contact writes first.
    pub stop_if_reply: bool,
    /// It answers nothing: somebody who waits for an answer still does, and an assistant may give it.
    pub notice: bool,
    /// The assistant's suggestion that it answers to; accepted as it was, or edited.
    pub draft: Option<DraftId>,
}

impl std::fmt::Debug for NewText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewText").field("chars", &self.body.chars().count()).finish_non_exhaustive()
    }
}

/// What of a conversation changes. The outer `None` means "as it is".
#[derive(Debug, Clone, Default)]
pub struct ConversationChange {
    /// Open, snoozed or closed.
    pub status: Option<Status>,
    /// When it comes back; must be given with `Snoozed`.
    pub snoozed_until: Option<Timestamp>,
    /// Which team looks after it; the inner `None` is everybody. Another team without an assignee is the whole team.
    pub team: Option<Option<TeamId>>,
    /// Who looks after it; the inner `None` is nobody.
    pub assignee: Option<Option<UserId>>,
    /// What its assistant may do; the inner `None` is "as the assistant is set".
    pub mode: Option<Option<Mode>>,
    /// What its assistant must follow.
    pub guide: Option<String>,
    /// The contact's name.
    pub name: Option<String>,
    /// The contact's company.
    pub company: Option<String>,
    /// Its labels, all of them.
    pub tags: Option<Vec<String>>,
}

/// Who shall answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOffTo {
    /// People: of a team, if one is named, and maybe one of them.
    Agents {
        /// Which team; `None`: the one that has it.
        team: Option<TeamId>,
        /// Who; `None` with a team: the whole team.
        assignee: Option<UserId>,
    },
    /// An assistant; `None` is the number's own.
    Assistant(Option<AssistantId>),
    /// Nobody.
    Nobody,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// As whom texts are signed.
    pub author: Author,
}

/// Why a command was refused. The codes are stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not there, or belongs to someone else, which is the same to the asker.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// The gate says never.
    #[error("{}", .0.in_words())]
    Gate(crate::gate::Reason),
    /// One field is wrong.
    #[error("{message}")]
    Invalid {
        /// Which, as the API calls it.
        field: &'static str,
        /// Stable.
        code: &'static str,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// It has already gone to the carrier, or is over.
    #[error("It is too late: this message is {0} already.")]
    TooLate(&'static str),
    /// Someone has already decided on this draft, or the conversation moved on.
    #[error("This draft is not open any more: it is {0}.")]
    DraftNotOpen(&'static str),
    /// Someone has already decided on this, or its time is over.
    #[error("This does not wait for an approval any more: it is {0}.")]
    ApprovalNotWaiting(&'static str),
    /// A person has to decide this, and a program asks.
    #[error(
        "Only a person can decide this. Sign in as a member and decide it in the dashboard: an API key cannot, whatever \
         its scopes."
    )]
    PeopleOnly,
    /// It went on in another conversation.
    #[error("This conversation went on in {0}. Send the text there.")]
    Succeeded(ConversationId),
    /// It has rested for longer than the tenant's resume window.
    #[error(
        "This conversation has rested for longer than your resume window. Start a new one with the contact (POST \
         /conversations): it links back to this one."
    )]
    ResumeWindowOver,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Gate(reason) => reason.code(),
            Self::Invalid { .. } => "invalid",
            Self::TooLate(_) => "too_late",
            Self::DraftNotOpen(_) => "draft_not_open",
            Self::ApprovalNotWaiting(_) => "approval_not_waiting",
            Self::PeopleOnly => "people_only",
            Self::Succeeded(_) => "conversation_succeeded",
            Self::ResumeWindowOver => "resume_window_over",
        }
    }
}
