//! One text in or out, or a note, and the way its status goes: forward only (law 7).
//!
//! A text that the carrier certainly did not take waits again, until a later time than it waited for before. So of two
//! statuses before the carrier has it, the one with the later time is further on, and of the same time the later status.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::gate::Purpose;
use crate::id::{AssistantId, CampaignId, ContactId, ConversationId, DraftId, EnrolmentId, MediaId, MessageId, UserId};
use crate::segment::Encoding;

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact.
    In,
    /// To the contact.
    Out,
    /// Among ourselves; the contact never sees it.
    Note,
}

impl Direction {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Note => "note",
        }
    }
}

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Author {
    /// The person outside.
    Contact(ContactId),
    /// A person of the tenant.
    Member(UserId),
    /// A configured AI.
    Assistant(AssistantId),
    /// A workflow.
    Workflow(EnrolmentId),
    /// A campaign.
    Campaign(CampaignId),
    /// A program with an API key.
    Api,
    /// Tidings itself, which asks somebody to confirm that they want marketing.
    OptIn,
    /// Tidings itself: confirmations and notes about what it did.
    System,
}

impl Author {
    /// As stored and shown.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Contact(_) => "contact",
            Self::Member(_) => "member",
            Self::Assistant(_) => "assistant",
            Self::Workflow(_) => "workflow",
            Self::Campaign(_) => "campaign",
            Self::Api => "api",
            Self::OptIn => "opt_in",
            Self::System => "system",
        }
    }

    /// Whether its texts answer what the contact wrote, unless they say that they are mere notices. Behind a program there may be a person, whom no assistant talks over;
    /// what a campaign sends of its own accord leaves a question where it was.
    #[must_use]
    pub const fn answers(self) -> bool {
        match self {
            Self::Member(_) | Self::Assistant(_) | Self::Workflow(_) | Self::Api => true,
            Self::Contact(_) | Self::Campaign(_) | Self::OptIn | Self::System => false,
        }
    }

    /// Why its texts are sent: Tidings itself writes only confirmations, and what a campaign writes to one person is a test.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::System => Purpose::Confirmation,
            Self::Campaign(_) => Purpose::Test,
            Self::Contact(_) | Self::Member(_) | Self::Assistant(_) | Self::Workflow(_) | Self::Api | Self::OptIn => {
                Purpose::Conversation
            }
        }
    }

    /// Which one.
    #[must_use]
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Contact(id) => Some(id.0),
            Self::Member(id) => Some(id.0),
            Self::Assistant(id) => Some(id.0),
            Self::Workflow(id) => Some(id.0),
            Self::Campaign(id) => Some(id.0),
            Self::Api | Self::OptIn | Self::System => None,
        }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In: it is here. Terminal.
    Received,
    /// Note: it is kept. Terminal.
    Noted,
    /// Out: waits some seconds so that it can be undone.
    Held,
    /// Out: waits for the time someone chose.
    Scheduled,
    /// Out: goes as soon as its number may send; after a try that the carrier did not take, once its time has come.
    Queued,
    /// Out: the gate said later.
    Deferred,
    /// Out: handed to the carrier, whose answer is not here.
    Sending,
    /// Out: the carrier took it.
    Sent,
    /// Out: nobody knows whether the carrier took it. A report of the carrier can still settle it.
    Unknown,
    /// Out: the carrier says it arrived. Terminal.
    Delivered,
    /// Out: it went out and no receipt will come. Terminal.
    Unconfirmed,
    /// Out: it did not arrive. Terminal.
    Failed,
    /// Out: the gate said no. Terminal.
    Skipped,
    /// Out: someone, or a STOP, took it back in time. Terminal.
    Cancelled,
}

impl Status {
    /// All of them, in the order of their life.
    pub const ALL: [Self; 14] = [
        Self::Received,
        Self::Noted,
        Self::Held,
        Self::Scheduled,
        Self::Queued,
        Self::Deferred,
        Self::Sending,
        Self::Sent,
        Self::Unknown,
        Self::Delivered,
        Self::Unconfirmed,
        Self::Failed,
        Self::Skipped,
        Self::Cancelled,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Noted => "noted",
            Self::Held => "held",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Deferred => "deferred",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Delivered => "delivered",
            Self::Unconfirmed => "unconfirmed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// It has not been handed to the carrier and can still be taken back.
    #[must_use]
    pub const fn is_unsent(self) -> bool {
        matches!(self, Self::Held | Self::Scheduled | Self::Queued | Self::Deferred)
    }

    /// Nothing will change it any more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::Noted
                | Self::Delivered
                | Self::Unconfirmed
                | Self::Failed
                | Self::Skipped
                | Self::Cancelled
        )
    }

    /// The status after a report. Reports may come late, twice or out of order: `None` means "nothing new".
    #[must_use]
    pub const fn on(self, report: Reported) -> Option<Self> {
        match (self, report) {
            (Self::Sending | Self::Unknown, Reported::Sent) => Some(Self::Sent),
            (Self::Sending | Self::Sent | Self::Unknown, Reported::Delivered) => Some(Self::Delivered),
            (Self::Sending | Self::Sent | Self::Unknown, Reported::Unconfirmed) => Some(Self::Unconfirmed),
            (Self::Sending | Self::Sent | Self::Unknown, Reported::Failed) => Some(Self::Failed),
            (Self::Sending, Reported::Lost) => Some(Self::Unknown),
            _ => None,
        }
    }
}

/// What is said of a text that was handed to the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// The carrier took it.
    Sent,
    /// It arrived.
    Delivered,
    /// No receipt will come.
    Unconfirmed,
    /// It did not arrive.
    Failed,
    /// The carrier's answer was lost: it may have gone out.
    Lost,
}

/// Why it failed, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The carrier's code, or ours.
    pub code: String,
    /// What happened, in plain words.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
}

/// A passage that an assistant answered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where it stands.
    pub title: String,
    /// What it says.
    pub quote: String,
}

/// What the carrier took for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Millionths of the currency's unit.
    pub micros: i64,
    /// ISO 4217.
    pub currency: String,
}

/// A new message, whole. Its `Debug` leaves the body out, so that logs stay clean (law 11).
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Which one.
    pub id: MessageId,
    /// In which thread.
    pub conversation: ConversationId,
    /// With whom.
    pub contact: ContactId,
    /// Which way.
    pub direction: Direction,
    /// Who wrote it.
    pub author: Author,
    /// The text, as sent: after smart encoding.
    pub body: String,
    /// Attachments.
    pub media: Vec<MediaId>,
    /// What an assistant answered from.
    pub sources: Vec<Source>,
    /// How the carrier will encode it.
    pub encoding: Encoding,
    /// How many parts it will be billed as.
    pub segments: u32,
    /// Where it stands.
    pub status: Status,
    /// Why not, when it was refused at once.
    pub failure: Option<Failure>,
    /// The carrier's id of an inbound text.
    pub carrier_ref: Option<String>,
    /// Held or scheduled until.
    pub not_before: Option<Timestamp>,
    /// Cancel it if the contact writes first.
    pub stop_if_reply: bool,
    /// The draft it came from.
    pub draft: Option<DraftId>,
    /// It answers what the contact wrote, rather than telling them something of its own accord.
    pub answers: bool,
    /// Which version of its assistant wrote it.
    pub assistant_version: Option<u32>,
    /// When it was written.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("author", &self.author)
            .field("status", &self.status)
            .field("chars", &self.body.chars().count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORTS: [Reported; 5] =
        [Reported::Sent, Reported::Delivered, Reported::Unconfirmed, Reported::Failed, Reported::Lost];

    #[test]
    fn a_terminal_status_stays() {
        for status in Status::ALL.into_iter().filter(|status| status.is_terminal()) {
            for report in REPORTS {
                assert_eq!(status.on(report), None, "{status:?} on {report:?}");
            }
        }
    }

    #[test]
    fn what_was_never_handed_over_cannot_be_reported_on() {
        for status in Status::ALL.into_iter().filter(|status| status.is_unsent()) {
            assert!(REPORTS.into_iter().all(|report| status.on(report).is_none()), "{status:?}");
        }
    }

    #[test]
    fn any_order_of_reports_ends_at_the_first_terminal_one() {
        let orders = [
            [Reported::Sent, Reported::Delivered, Reported::Sent],
            [Reported::Delivered, Reported::Sent, Reported::Failed],
            [Reported::Lost, Reported::Delivered, Reported::Lost],
        ];
        for order in orders {
            let end = order.into_iter().fold(Status::Sending, |status, report| status.on(report).unwrap_or(status));
            assert_eq!(end, Status::Delivered, "{order:?}");
        }
    }

    #[test]
    fn every_word_reads_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
    }
}
