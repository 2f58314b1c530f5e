//! Handing a text to the carrier ended, one way or another.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::answer_failed::answer_lost;
use super::carrier_reported::opted_out;
use super::workflow_acts::became;
use super::{answered, doubt_registration};
use crate::decision::{Change, Decision, Effect, MessageMoved, ReceiptLine};
use crate::fact::{Ended, Fact, SendEnded};
use crate::message::{Failure, Reported, Status};
use crate::scene::Outbound;

/// A text that certainly did not go out is tried this often.
const ATTEMPTS_MAX: u32 = 6;

/// How long the carrier's word on its own webhook address is waited for before people are told it is not known.
const UNKNOWN_WAITS: SignedDuration = SignedDuration::from_mins(15);

/// What follows. A send whose outcome is not known is never repeated blindly: it waits as `unknown` (law 4).
#[must_use]
pub fn send_ended(now: Timestamp, lane: Uuid, about: &Outbound, end: &SendEnded) -> Decision {
    let mut decision = Decision::default();
    if end.attempt != about.attempt {
        return decision;
    }
    let result = match &end.ended {
        Ended::Accepted { .. } => "accepted by the carrier".to_owned(),
        Ended::Rejected { failure, .. } => format!("refused by the carrier: {}", failure.explanation),
        Ended::NotTaken { why, retry_at, .. } => format!("not taken ({why}); again at {retry_at}"),
        Ended::Lost { why } => format!("not known whether the carrier took it: {why}"),
    };
    let line = ReceiptLine::Attempt { attempt: end.attempt, result };
    decision.change(Change::Noted { message: about.message, line });
    match &end.ended {
        Ended::Accepted { carrier_ref, parts } => accepted(about, carrier_ref, *parts, &mut decision),
        Ended::Rejected { failure, opted_out: is_out } => {
            failed(now, lane, about, failure.clone(), &mut decision);
            if *is_out {
                opted_out(about, now, &mut decision);
            }
        }
        Ended::NotTaken { counts, .. } if *counts && about.attempt >= ATTEMPTS_MAX => {
            let failure = Failure {
                code: "carrier_unreachable".into(),
                explanation: "The carrier could not be reached, though it was tried several times.".into(),
                mend: "Check the carrier account, then send the text again.".into(),
            };
            failed(now, lane, about, failure, &mut decision);
        }
        Ended::NotTaken { retry_at, counts, .. } => {
            if about.status == Status::Sending {
                // Being told to slow down is not an attempt (`sending.md` §1.4).
                let attempt = if *counts { None } else { Some(about.attempt.saturating_sub(1)) };
                decision.change(Change::MessageMoved(MessageMoved {
                    not_before: Some(*retry_at),
                    attempt,
                    ..MessageMoved::to(about.message, about.conversation, Status::Queued)
                }));
            }
        }
        Ended::Lost { .. } => lost(now, lane, about, &mut decision),
    }
    decision
}

/// The carrier's word has not come in time. The text stays `unknown`: whether it went out is not known, and a late
/// report still settles it; it is never sent a second time.
#[must_use]
pub fn unknown_overdue(about: &Outbound) -> Decision {
    let mut decision = Decision::default();
    if about.status == Status::Unknown {
        let result = "No word from the carrier. It may or may not have gone out; it is not sent again by itself. \
                      Ask the contact, or send it anew."
            .to_owned();
        decision.change(Change::Noted { message: about.message, line: ReceiptLine::Settled { result } });
        decision.change(Change::MessageMoved(MessageMoved {
            failure: Some(Failure {
                code: "outcome_unknown".into(),
                explanation: "The carrier's answer was lost and no receipt came: it may or may not have arrived."
                    .into(),
                mend: "Ask the contact, or send the text again if twice does no harm.".into(),
            }),
            ..MessageMoved::to(about.message, about.conversation, Status::Unknown)
        }));
        // Nobody will know more, and nobody is texted twice: whoever waits for it goes on.
        became(about.author, about.message, about.left(), Status::Unconfirmed, None, &mut decision);
    }
    decision
}

fn accepted(about: &Outbound, carrier_ref: &str, parts: Option<u32>, decision: &mut Decision) {
    // The receipt may have overtaken the answer; then only the carrier's id is new.
    let to = about.status.on(Reported::Sent).unwrap_or(about.status);
    decision.change(Change::MessageMoved(MessageMoved {
        carrier_ref: Some(carrier_ref.to_owned()),
        parts,
        ..MessageMoved::to(about.message, about.conversation, to)
    }));
    answered(about, to, decision);
    became(about.author, about.message, about.left(), to, None, decision);
}

fn failed(now: Timestamp, lane: Uuid, about: &Outbound, failure: Failure, decision: &mut Decision) {
    if let Some(to) = about.status.on(Reported::Failed) {
        answer_lost(now, lane, about, &failure.explanation, decision);
        doubt_registration(about.number, &failure, decision);
        became(about.author, about.message, about.left(), to, Some(&failure.code), decision);
        decision.change(Change::MessageMoved(MessageMoved {
            failure: Some(failure),
            ..MessageMoved::to(about.message, about.conversation, to)
        }));
    }
}

fn lost(now: Timestamp, lane: Uuid, about: &Outbound, decision: &mut Decision) {
    if let Some(to) = about.status.on(Reported::Lost) {
        decision.change(Change::MessageMoved(MessageMoved::to(about.message, about.conversation, to)));
        decision.effect(Effect::Remind {
            fact: Fact::UnknownOverdue { message: about.message },
            at: now.checked_add(UNKNOWN_WAITS).unwrap_or(now),
            lane,
        });
    }
}
