//! What the tenant's log tells, under which names, and to whom.

use crate::access::Scope;

/// The name of one kind of line. `subject` says whose id the line carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Subject: the conversation.
    ConversationCreated,
    /// Subject: the conversation.
    ConversationUpdated,
    /// Subject: the message.
    MessageCreated,
    /// Subject: the message.
    MessageUpdated,
    /// Subject: the contact.
    ContactUpdated,
    /// Subject: the draft.
    DraftCreated,
    /// Subject: the draft.
    DraftUpdated,
    /// Subject: the approval, new or decided on.
    ApprovalUpdated,
    /// Subject: the number.
    NumberUpdated,
    /// Subject: the assistant.
    AssistantUpdated,
    /// Subject: the source of knowledge.
    KnowledgeUpdated,
    /// Subject: the team, new, changed or gone.
    TeamUpdated,
    /// Subject: the campaign, new, changed or gone; or its recipients went on.
    CampaignUpdated,
    /// Subject: the campaign, whose launch is tried: its audience was counted further, or is to be.
    CampaignChecked,
    /// Subject: the list of contacts, new, changed or gone; or who is on it changed.
    ListUpdated,
    /// Subject: the segment, new, changed or gone.
    SegmentUpdated,
    /// Subject: the import of contacts, new or changed; or it went on.
    ImportUpdated,
    /// Subject: the workflow, new, changed or gone.
    WorkflowUpdated,
    /// Subject: somebody's way through a workflow, begun or gone on.
    EnrolmentUpdated,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::ConversationCreated,
        Self::ConversationUpdated,
        Self::MessageCreated,
        Self::MessageUpdated,
        Self::ContactUpdated,
        Self::DraftCreated,
        Self::DraftUpdated,
        Self::ApprovalUpdated,
        Self::NumberUpdated,
        Self::AssistantUpdated,
        Self::KnowledgeUpdated,
        Self::TeamUpdated,
        Self::CampaignUpdated,
        Self::CampaignChecked,
        Self::ListUpdated,
        Self::SegmentUpdated,
        Self::ImportUpdated,
        Self::WorkflowUpdated,
        Self::EnrolmentUpdated,
    ];

    /// As stored, streamed and named in webhooks.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationCreated => "conversation.created",
            Self::ConversationUpdated => "conversation.updated",
            Self::MessageCreated => "message.created",
            Self::MessageUpdated => "message.updated",
            Self::ContactUpdated => "contact.updated",
            Self::DraftCreated => "draft.created",
            Self::DraftUpdated => "draft.updated",
            Self::ApprovalUpdated => "approval.updated",
            Self::NumberUpdated => "number.updated",
            Self::AssistantUpdated => "assistant.updated",
            Self::KnowledgeUpdated => "knowledge.updated",
            Self::TeamUpdated => "team.updated",
            Self::CampaignUpdated => "campaign.updated",
            Self::CampaignChecked => "campaign.checked",
            Self::ListUpdated => "list.updated",
            Self::SegmentUpdated => "segment.updated",
            Self::ImportUpdated => "import.updated",
            Self::WorkflowUpdated => "workflow.updated",
            Self::EnrolmentUpdated => "enrolment.updated",
        }
    }

    /// What one must be allowed to do to be told.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::ConversationCreated
            | Self::ConversationUpdated
            | Self::MessageCreated
            | Self::MessageUpdated
            | Self::DraftCreated
            | Self::DraftUpdated
            | Self::ApprovalUpdated => Scope::ConversationsRead,
            Self::ContactUpdated | Self::ListUpdated | Self::SegmentUpdated | Self::ImportUpdated => {
                Scope::ContactsRead
            }
            Self::NumberUpdated => Scope::NumbersRead,
            Self::AssistantUpdated | Self::KnowledgeUpdated => Scope::AssistantsRead,
            Self::TeamUpdated => Scope::MembersRead,
            Self::CampaignUpdated | Self::CampaignChecked => Scope::CampaignsRead,
            Self::WorkflowUpdated | Self::EnrolmentUpdated => Scope::WorkflowsRead,
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
