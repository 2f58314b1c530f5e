//! The record of a run: all that it takes to answer "why did it say that?".

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::hours;
use crate::id::{AssistantId, ConversationId, DraftId, MessageId, RunId};
use crate::message::{Cost, Source};
use crate::tenant::Settings;

/// One run, whole. Its `Debug` leaves the words out (law 11).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which one.
    pub id: RunId,
    /// Which version of the assistant ran.
    pub assistant_version: u32,
    /// Which model answered; `builtin`, or empty if none was asked.
    pub model: String,
    /// As billed; 0 if the server did not say.
    pub tokens_in: u64,
    /// As billed; 0 if the server did not say.
    pub tokens_out: u64,
    /// What it cost, if the price is known.
    pub cost: Option<Cost>,
    /// How long it took.
    pub latency_ms: u32,
    /// What was asked and answered.
    pub record: Record,
}

/// What was asked and answered.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// What the model was told to be and to know.
    pub system: String,
    /// The conversation as it was shown to the model: who, and what.
    pub turns: Vec<(String, String)>,
    /// The passages that it was offered, by number from 1.
    pub passages: Vec<Source>,
    /// Tools that it used, in order.
    pub tools: Vec<ToolCall>,
    /// What it answered, each try.
    pub answers: Vec<String>,
    /// What the checks found, in plain words.
    pub checks: Vec<String>,
    /// Why it ended as it did, in plain words.
    pub reason: String,
}

/// One use of a tool.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Its name.
    pub tool: String,
    /// What it was given, JSON as the model wrote it.
    pub arguments: String,
    /// What came of it.
    pub result: String,
    /// It could not be done; the result says why.
    #[serde(default)]
    pub failed: bool,
    /// How long it took.
    pub latency_ms: u32,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its reply was sent.
    Replied,
    /// Its reply is a suggestion for people.
    Suggested,
    /// Its reply was refused by the checks; it is a suggestion with the reason.
    Refused,
    /// People got the conversation.
    HandedOff,
    /// It said nothing, with reason.
    Silent,
    /// The conversation had moved on.
    Outdated,
    /// It wants to do something that people must approve.
    Approval,
}

impl Outcome {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replied => "replied",
            Self::Suggested => "suggested",
            Self::Refused => "refused",
            Self::HandedOff => "handed_off",
            Self::Silent => "silent",
            Self::Outdated => "outdated",
            Self::Approval => "approval",
        }
    }
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The run.
    pub run: Run,
    /// Where.
    pub conversation: ConversationId,
    /// Whose.
    pub assistant: AssistantId,
    /// What became of it.
    pub outcome: Outcome,
    /// The text that came of it.
    pub message: Option<MessageId>,
    /// The suggestion that came of it.
    pub draft: Option<DraftId>,
    /// The day that it counts for, on the tenant's clock.
    pub day: Date,
    /// Until when the record is kept.
    pub kept_until: Timestamp,
}

impl Ended {
    /// Over just now, with nothing to show for it yet.
    #[must_use]
    pub fn now(
        now: Timestamp,
        tenant: &Settings,
        conversation: ConversationId,
        assistant: AssistantId,
        run: Run,
        outcome: Outcome,
    ) -> Self {
        let zone = hours::zone(&tenant.time_zone).unwrap_or(TimeZone::UTC);
        let kept = SignedDuration::from_hours(24 * i64::from(tenant.run_record_days));
        let (day, kept_until) = (zone.to_datetime(now).date(), now.checked_add(kept).unwrap_or(Timestamp::MAX));
        Self { run, conversation, assistant, outcome, message: None, draft: None, day, kept_until }
    }
}

impl Run {
    /// One that asked no model.
    #[must_use]
    pub fn without_model(id: RunId, assistant_version: u32, reason: impl Into<String>) -> Self {
        Self {
            id,
            assistant_version,
            model: String::new(),
            tokens_in: 0,
            tokens_out: 0,
            cost: None,
            latency_ms: 0,
            record: Record { reason: reason.into(), ..Record::default() },
        }
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("id", &self.id).field("model", &self.model).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record").field("answers", &self.answers.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolCall").field("tool", &self.tool).finish_non_exhaustive()
    }
}
