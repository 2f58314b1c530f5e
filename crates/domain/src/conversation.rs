//! One live thread between a contact's address and one of our numbers.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{AssistantId, ContactId, ConversationId, EnrolmentId, NumberId, TeamId, UserId};
use crate::message::Direction;
use crate::tenant::Settings;

/// Where a conversation stands for the people who work it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Wants or may want work.
    Open,
    /// Put away until a time.
    Snoozed,
    /// Done.
    Closed,
}

impl Status {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }
}

/// Who answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody yet.
    Nobody,
    /// People.
    Agents,
    /// A configured AI.
    Assistant(AssistantId),
    /// A workflow that waits for a reply.
    Workflow(EnrolmentId),
}

impl Holder {
    /// As stored and shown.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Agents => "agents",
            Self::Assistant(_) => "assistant",
            Self::Workflow(_) => "workflow",
        }
    }

    /// Which assistant or enrolment.
    #[must_use]
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Nobody | Self::Agents => None,
            Self::Assistant(id) => Some(id.0),
            Self::Workflow(id) => Some(id.0),
        }
    }
}

/// What an assistant may do on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing.
    Off,
    /// Suggest; a person sends.
    Draft,
    /// Send.
    Auto,
}

impl Mode {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Draft => "draft",
            Self::Auto => "auto",
        }
    }
}

/// A conversation, whole: a decision hands back the new state, and it is written as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which one.
    pub id: ConversationId,
    /// With whom.
    pub contact: ContactId,
    /// On which of our numbers.
    pub number: NumberId,
    /// The contact's address, as text.
    pub address: String,
    /// What is worked strictly in order.
    pub lane: Uuid,
    /// The conversation that this one follows, when that one was too old to resume.
    pub previous: Option<ConversationId>,
    /// Open, snoozed or closed.
    pub status: Status,
    /// When a snoozed one comes back.
    pub snoozed_until: Option<Timestamp>,
    /// Who answers now.
    pub holder: Holder,
    /// Overrides the assistant's own mode.
    pub mode: Option<Mode>,
    /// The team that looks after it; `None`: everybody.
    pub team: Option<TeamId>,
    /// The person who looks after it.
    pub assignee: Option<UserId>,
    /// What its assistant must follow.
    pub guide: String,
    /// Rises with whatever an assistant must have seen before it answers (law 6).
    pub version: i64,
    /// Texts from the contact so far; unread marks count from it.
    pub inbound_count: i64,
    /// Since when the contact waits for an answer; an answer that has not gone out yet does not change it.
    pub waiting_since: Option<Timestamp>,
    /// When the contact last wrote: someone who has just written is awake.
    pub last_inbound_at: Option<Timestamp>,
    /// When it was last closed: what was said before is settled.
    pub resolved_at: Option<Timestamp>,
    /// The newest message's time.
    pub last_message_at: Timestamp,
    /// The newest message's direction, `None` before the first.
    pub last_direction: Option<Direction>,
    /// The newest message's beginning.
    pub preview: String,
    /// The newest text of ours did not arrive, and nobody has seen to it.
    pub send_failed: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Texts of ours to this contact wait to be sent.
    pub has_unsent: bool,
    /// The answer that the contact waits for is on its way.
    pub answering: bool,
}

/// The preview shows this many characters of the newest message.
const PREVIEW_CHARS: usize = 120;

impl Conversation {
    /// Whether a message at `now` still belongs to it, and does not open a successor.
    #[must_use]
    pub fn resumes_at(&self, now: Timestamp, settings: &Settings) -> bool {
        let window = (i64::from(settings.resume_window_days) * 24).hours();
        self.last_message_at.checked_add(window).is_ok_and(|end| now <= end)
    }

    /// The newest message is this one. How a newer text of ours goes is another question than how the one before it went.
    pub fn touch(&mut self, now: Timestamp, direction: Direction, body: &str) {
        self.send_failed &= direction != Direction::Out;
        self.last_message_at = now;
        self.last_direction = Some(direction);
        self.preview = body.chars().take(PREVIEW_CHARS).collect();
    }

    /// Whether the newest message may ask something: of a long one no more is known than how it begins.
    #[must_use]
    pub fn may_ask(&self) -> bool {
        self.preview.contains(['?', '？', '؟']) || self.preview.chars().count() >= PREVIEW_CHARS
    }

    /// A text of the contact arrived: it is unread, they wait, and what was put away comes back.
    pub fn receive(&mut self, now: Timestamp, body: &str) {
        self.touch(now, Direction::In, body);
        self.version += 1;
        self.inbound_count += 1;
        self.last_inbound_at = Some(now);
        self.waiting_since.get_or_insert(now);
        self.reopen();
    }

    /// The contact waits, and nobody has answered yet.
    #[must_use]
    pub const fn wants_answer(&self) -> bool {
        self.waiting_since.is_some() && !self.answering
    }

    /// A team, a person or both look after it from now on, and whoever did before does not. Another team without a person
    /// is the whole team; a person without a team is one of the team that has it. With neither it stays as it is.
    pub fn assign(&mut self, team: Option<TeamId>, person: Option<UserId>) {
        if team.is_some() {
            self.team = team;
            self.assignee = person;
        } else if person.is_some() {
            self.assignee = person;
        }
    }

    /// Open again, whatever it was.
    pub fn reopen(&mut self) {
        self.status = Status::Open;
        self.snoozed_until = None;
    }
}

/// The lane of a thread: the same two addresses are always worked in order, before anyone knows the tenant or the
/// conversation. Any mixing function does; this is FNV-1a over both ends, run twice with two offsets.
#[must_use]
pub fn lane(account: Uuid, ours: &str, theirs: &str) -> Uuid {
    let mix = |offset: u64| {
        let bytes = account.as_bytes().iter().chain(ours.as_bytes()).chain(b"|").chain(theirs.as_bytes());
        bytes.fold(offset, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
    };
    Uuid::from_u64_pair(mix(0xCBF2_9CE4_8422_2325), mix(0x9E37_79B9_7F4A_7C15))
}
