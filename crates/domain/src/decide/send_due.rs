//! A text's time has come: the gate is asked again, with what is true now.

use jiff::Timestamp;

use crate::decision::{Change, Decision, GateAsked, MessageMoved, ReceiptLine};
use crate::gate::{Asked, Verdict, gate};
use crate::id::{ConversationId, MessageId};
use crate::message::{Failure, Status};

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

/// What follows: it is marked `sending` before it goes to the carrier, or it waits, or it never goes.
#[must_use]
pub fn send_due(
    now: Timestamp,
    message: MessageId,
    conversation: ConversationId,
    attempts: u32,
    asked: Asked<'_>,
) -> (Decision, Due) {
    let mut decision = Decision::default();
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
        Verdict::Defer { until, .. } => (
            MessageMoved { not_before: Some(until), ..MessageMoved::to(message, conversation, Status::Deferred) },
            Due::Wait(until),
        ),
        Verdict::Skip { reason } => {
            let failure =
                Failure { code: reason.code().into(), explanation: reason.explanation().into(), mend: String::new() };
            (
                MessageMoved { failure: Some(failure), ..MessageMoved::to(message, conversation, Status::Skipped) },
                Due::Drop,
            )
        }
    };
    decision.change(Change::MessageMoved(moved));
    (decision, due)
}
