//! A text's time has come: the gate is asked again, with what is true now.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::answer_failed::learn;
use super::workflow_acts::became;
use crate::conversation::{Holder, Mode};
use crate::decision::{CancelReason, Change, Decision, GateAsked, MessageMoved, ReceiptLine};
use crate::gate::{Asked, Verdict, gate};
use crate::id::{AssistantId, ConversationId, MessageId};
use crate::message::{Author, Failure, Status};

/// So often it is looked whether a paused workflow goes on.
const HOLD_LOOKS: SignedDuration = SignedDuration::from_secs(60);

/// What is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Hand it to the carrier as this attempt; it is marked as being sent first.
    Hand {
        /// The first is 1.
        attempt: u32,
    },
    /// Ask again then.
    Wait(Timestamp),
    /// It does not go out.
    Drop,
}

/// What a text was written for, and how that stands now.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// By whom.
    pub author: Author,
    /// By which assistant, if by one alone: what a person has made of a suggestion is the person's.
    pub assistant: Option<AssistantId>,
    /// Not to go later than this.
    pub before: Option<Timestamp>,
    /// The workflow that wrote it is paused.
    pub on_hold: bool,
    /// It answers the contact.
    pub answers: bool,
    /// It goes only if the contact stays silent.
    pub stop_if_reply: bool,
    /// When it was written.
    pub at: Timestamp,
    /// When the contact last wrote.
    pub last_inbound_at: Option<Timestamp>,
    /// Who holds the conversation now.
    pub holder: Holder,
    /// What its assistant may do there now.
    pub mode: Mode,
    /// The conversation's lane.
    pub lane: Uuid,
}

/// Why a text must not go any more, though nobody took it back while it could be: it was just on its way, and the carrier did not
/// take it. `None`: it still means what it meant.
#[must_use]
pub fn is_past(now: Timestamp, written: &Written) -> Option<CancelReason> {
    if written.before.is_some_and(|before| before < now) {
        return Some(CancelReason::TooLate);
    }
    let has_replied = written.last_inbound_at.is_some_and(|at| at > written.at);
    if written.stop_if_reply && has_replied {
        return Some(CancelReason::ContactReplied);
    }
    let assistant = written.assistant.filter(|_| written.answers || written.stop_if_reply)?;
    if written.holder != Holder::Assistant(assistant) {
        return Some(CancelReason::HumanReplied);
    }
    if written.mode != Mode::Auto {
        return Some(CancelReason::AssistantSwitchedOff);
    }
    (written.answers && has_replied).then_some(CancelReason::ContactReplied)
}

/// What follows: it is marked `sending` before it goes to the carrier, or it waits, or it never goes.
#[must_use]
pub fn send_due(
    now: Timestamp,
    message: MessageId,
    conversation: ConversationId,
    attempts: u32,
    written: &Written,
    asked: Asked<'_>,
) -> (Decision, Due) {
    let mut decision = Decision::default();
    if let Some(why) = is_past(now, written) {
        became(written.author, message, now, Status::Cancelled, Some(why.as_str()), &mut decision);
        decision.change(Change::Noted { message, line: ReceiptLine::Cancelled { why } });
        decision.change(Change::MessageMoved(MessageMoved::to(message, conversation, Status::Cancelled)));
        return (decision, Due::Drop);
    }
    if written.on_hold {
        let until = now.checked_add(HOLD_LOOKS).unwrap_or(now);
        let moved =
            MessageMoved { not_before: Some(until), ..MessageMoved::to(message, conversation, Status::Deferred) };
        decision.change(Change::MessageMoved(moved));
        return (decision, Due::Wait(until));
    }
    let verdict = gate(now, asked);
    let line = ReceiptLine::Gate { when: GateAsked::Sending, verdict: verdict.clone() };
    decision.change(Change::Noted { message, line });
    let (moved, due) = match verdict {
        Verdict::Send => {
            let attempt = attempts + 1;
            (
                MessageMoved { attempt: Some(attempt), ..MessageMoved::to(message, conversation, Status::Sending) },
                Due::Hand { attempt },
            )
        }
        Verdict::Defer { until, .. } if written.before.is_some_and(|before| before < until) => {
            let why = CancelReason::TooLate;
            became(written.author, message, now, Status::Cancelled, Some(why.as_str()), &mut decision);
            decision.change(Change::Noted { message, line: ReceiptLine::Cancelled { why } });
            (MessageMoved::to(message, conversation, Status::Cancelled), Due::Drop)
        }
        Verdict::Defer { until, .. } => (
            MessageMoved { not_before: Some(until), ..MessageMoved::to(message, conversation, Status::Deferred) },
            Due::Wait(until),
        ),
        Verdict::Skip { reason } => {
            became(written.author, message, now, Status::Skipped, Some(reason.code()), &mut decision);
            if let Some(assistant) = written.assistant.filter(|_| written.answers) {
                learn(now, written.lane, conversation, assistant, written.at, reason.explanation(), &mut decision);
            }
            let failure = Failure {
                code: reason.code().into(),
                explanation: reason.explanation().into(),
                mend: reason.mend().into(),
            };
            (
                MessageMoved { failure: Some(failure), ..MessageMoved::to(message, conversation, Status::Skipped) },
                Due::Drop,
            )
        }
    };
    decision.change(Change::MessageMoved(moved));
    (decision, due)
}
