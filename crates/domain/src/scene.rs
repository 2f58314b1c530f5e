//! What a decision gets to see. If a rule needs one more thing, the scene grows a field.

use std::sync::Arc;

use jiff::Timestamp;

use crate::assistant::{Approval, Assistant};
use crate::campaign::Unanswered;
use crate::consent::Wishes;
use crate::consent::opt_in::Progress;
use crate::contact::Contact;
use crate::conversation::Conversation;
use crate::decision::DraftState;
use crate::gate::{Asked, Purpose};
use crate::id::{AssistantId, ContactId, ConversationId, DraftId, EnrolmentId, MessageId, NumberId, WorkflowId};
use crate::message::{Author, Status};
use crate::number::Number;
use crate::tenant::Tenant;
use crate::workflow::Trigger;

/// A thread and all around it.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Whose.
    pub tenant: Arc<Tenant>,
    /// Our end.
    pub number: Arc<Number>,
    /// Their end, as text.
    pub address: String,
    /// `None`: they are new.
    pub contact: Option<Contact>,
    /// The thread's current conversation, or the one that was asked for; `None`: there has been none.
    pub conversation: Option<Conversation>,
    /// Who would answer: the conversation's assistant if one holds it, else the number's.
    pub assistant: Option<Arc<Assistant>>,
    /// Those that a route or the tenant's setting may name for a new conversation.
    pub candidates: Vec<Arc<Assistant>>,
    /// Labels of the contact and of the conversation; read only where a route asks for them.
    pub tags: Vec<String>,
    /// Whoever asks belongs to the team that looks after the conversation; read only where a member may take it.
    pub asker_is_in_team: bool,
    /// What campaigns sent to the contact and they have not answered, the oldest first; read only where they write.
    pub unanswered: Vec<Unanswered>,
    /// What waits for the contact's code; read only where they text something that could be one.
    pub confirming: Option<Approval>,
    /// What they said about marketing; read only where they may be asked, or may confirm.
    pub opting_in: Progress,
    /// Since when the far end is on the list of those that get no texts; read only where somebody may be texted who has not written.
    pub suppressed_at: Option<Timestamp>,
    /// The far end is a number of the tenant's own.
    pub is_own_number: bool,
    /// What a text or a conversation may begin, in the order in which it is asked.
    pub triggers: Arc<[(WorkflowId, Trigger)]>,
    /// The ways through workflows that the contact is on; read only where they write.
    pub inside: Vec<Inside>,
}

/// A way through a workflow that a contact is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// Which.
    pub enrolment: EnrolmentId,
    /// It may have the next reply to this number of ours until then.
    pub floor: Option<(NumberId, Timestamp)>,
    /// Since when it stands where it stands: what it asks there was not asked before.
    pub since: Timestamp,
    /// It goes on by itself: neither it nor its workflow is paused or stands still.
    pub goes_on: bool,
}

impl Scene {
    /// The assistant that holds the conversation, or its successor; `None`: it was removed.
    #[must_use]
    pub fn holding(&self, id: AssistantId) -> Option<&Assistant> {
        let around = self.assistant.iter().chain(&self.number.assistant).chain(&self.candidates);
        around.into_iter().find(|assistant| assistant.id == id).map(Arc::as_ref)
    }

    /// Who answers where nobody says otherwise: the number's own assistant, else the one for all numbers.
    #[must_use]
    pub fn assistant_by_default(&self) -> Option<AssistantId> {
        let own = self.number.assistant.as_ref().map(|own| own.id);
        own.or(self.tenant.settings.sms_assistant.filter(|id| self.holding(*id).is_some()))
    }

    /// What the gate would look at for a text in this thread.
    #[must_use]
    pub fn asked(&self, purpose: Purpose) -> Asked<'_> {
        let contact = self.contact.as_ref();
        Asked {
            settings: &self.tenant.settings,
            number_enabled: self.number.enabled,
            registration: self.number.registration,
            contact_blocked: contact.is_some_and(|contact| contact.blocked),
            opted_out: contact.is_some_and(|contact| contact.opted_out_at.is_some()),
            wishes: Wishes { suppressed_at: self.suppressed_at, ..Wishes::default() },
            phone: &self.address,
            contact_zone: contact.and_then(|contact| contact.time_zone.as_deref()),
            contact_quiet: contact.and_then(|contact| contact.quiet_hours.as_ref()),
            had: &[],
            untimely: crate::campaign::Untimely::default(),
            wrote_at: self.conversation.as_ref().and_then(|conversation| conversation.last_inbound_at),
            purpose,
        }
    }
}

/// A text of ours that something is said about.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Which.
    pub message: MessageId,
    /// In which thread.
    pub conversation: ConversationId,
    /// To whom.
    pub contact: ContactId,
    /// Where they are reached.
    pub phone: String,
    /// From which of our numbers.
    pub number: NumberId,
    /// Where it stands.
    pub status: Status,
    /// Who wrote it.
    pub author: Author,
    /// It answers what the contact wrote.
    pub answers: bool,
    /// How often it has been handed over.
    pub attempt: u32,
    /// It is a confirmation of STOP or an answer to HELP.
    pub purpose: Purpose,
    /// Already marked as someone who wants no more texts.
    pub opted_out_at: Option<Timestamp>,
    /// When it was written, whenever it goes.
    pub written_at: Timestamp,
    /// When it was last handed over; `None`: it was not, or that is long over.
    pub handed_at: Option<Timestamp>,
    /// Since when the contact waits for an answer.
    pub waiting_since: Option<Timestamp>,
    /// When the contact last wrote.
    pub last_inbound_at: Option<Timestamp>,
}

impl Outbound {
    /// When it left, if it is out.
    #[must_use]
    pub fn left(&self) -> Timestamp {
        self.handed_at.unwrap_or(self.written_at)
    }
}

/// A draft that is decided on.
#[derive(Debug, Clone)]
pub struct OpenDraft {
    /// Which.
    pub id: DraftId,
    /// Where.
    pub conversation: ConversationId,
    /// What it suggests.
    pub body: String,
    /// Where it stands.
    pub state: DraftState,
}
