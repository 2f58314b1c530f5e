//! One person of a campaign: a durable row from its launch to their outcome, with the reason for whatever did not happen.

mod standing;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Assigned, Running, breaker, enrol};
use crate::decide::{doubt_registration, opted_out_at_carrier};
use crate::decision::{Change, Decision, Effect};
use crate::fact::{CarrierReported, Ended, Fact, SendEnded};
use crate::gate::{Asked, Reason, Verdict, explain, gate};
use crate::id::{CampaignId, ContactId, ConversationId, MediaId, NumberId, RecipientId, WorkflowId};
use crate::message::{Cost, Failure, Reported, Status};
use crate::segment::{MAX_SEGMENTS, measure};
use crate::smart::smart_if_it_helps;
use crate::template::{Person, Rendering, Template};

pub use standing::{Skip, Standing};

/// A text that certainly did not go out is tried this often.
const ATTEMPTS_MAX: u32 = 6;
/// How long the carrier's word on a text whose outcome is not known is waited for.
const UNKNOWN_WAITS: SignedDuration = SignedDuration::from_mins(15);

/// A recipient, as far as a decision needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Which one: also the id of their text.
    pub id: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who.
    pub contact: ContactId,
    /// Where they are reached.
    pub phone: String,
    /// From which number.
    pub number: NumberId,
    /// Where they stand.
    pub standing: Standing,
    /// How often their text was handed over.
    pub attempt: u32,
    /// Already marked as someone who wants no more texts.
    pub opted_out_at: Option<Timestamp>,
    /// Their text stands in this thread, since they have answered it.
    pub conversation: Option<ConversationId>,
    /// They go into this workflow once their text has gone out. Not known of those whose turn has only come.
    pub workflow: Option<WorkflowId>,
}

/// A text of a campaign that somebody had from us and has not answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// Which: also the id of the text.
    pub recipient: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What people call that.
    pub campaign_name: String,
    /// From which number.
    pub number: NumberId,
    /// What it says.
    pub body: String,
    /// What is attached to it.
    pub media: Vec<MediaId>,
    /// How many segments it takes.
    pub segments: u32,
    /// Where it stands.
    pub status: Status,
    /// The carrier's id of it.
    pub carrier_ref: Option<String>,
    /// When it was handed over.
    pub sent_at: Timestamp,
}

impl std::fmt::Debug for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unanswered").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

/// How a recipient went on. What is `None` stays.
#[derive(Clone, PartialEq)]
pub struct Moved {
    /// Who.
    pub recipient: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The thread in which their text stands, if in one.
    pub conversation: Option<ConversationId>,
    /// Where they stand now.
    pub to: Standing,
    /// When their turn comes, for one that waits.
    pub ready_at: Option<Timestamp>,
    /// How often their text was handed over.
    pub attempt: Option<u32>,
    /// Their text, and how many segments it takes.
    pub text: Option<(String, u32)>,
    /// Which of the campaign's texts that is, if it has several.
    pub variant: Option<u32>,
    /// The carrier's id of it.
    pub carrier_ref: Option<String>,
    /// Why not.
    pub failure: Option<Failure>,
    /// Who carried it to them, by the carrier's word.
    pub carrier: Option<String>,
    /// As how many parts it was billed.
    pub parts: Option<u32>,
    /// What it cost.
    pub cost: Option<Cost>,
}

impl std::fmt::Debug for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Moved").field("recipient", &self.recipient).field("to", &self.to).finish_non_exhaustive()
    }
}

impl Recipient {
    fn moved(&self, to: Standing) -> Moved {
        Moved {
            recipient: self.id,
            campaign: self.campaign,
            conversation: self.conversation,
            to,
            ready_at: None,
            attempt: None,
            text: None,
            variant: None,
            carrier_ref: None,
            failure: None,
            carrier: None,
            parts: None,
            cost: None,
        }
    }
}

/// What is to be done with a recipient whose turn has come.
#[derive(Clone, PartialEq, Eq)]
pub enum Due {
    /// Hand this to the carrier, as this attempt.
    Hand {
        /// The first is 1.
        attempt: u32,
        /// Their text.
        body: String,
        /// How many segments it takes.
        segments: u32,
    },
    /// Ask again then.
    Wait {
        /// When.
        until: Timestamp,
        /// Why not now.
        reason: Reason,
    },
    /// They get nothing.
    Skip(Skip),
}

impl std::fmt::Debug for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hand { attempt, segments, .. } => write!(f, "Hand({attempt}, {segments})"),
            Self::Wait { until, reason } => write!(f, "Wait({until}, {})", reason.code()),
            Self::Skip(skip) => write!(f, "Skip({})", skip.code()),
        }
    }
}

/// Somebody's turn has come: the gate is asked with what is true now, and their text is made. `kept`: the text of an earlier
/// attempt, which is repeated to the byte. They are marked as being sent to before anything goes to the carrier.
#[must_use]
pub fn due(
    now: Timestamp,
    campaign: &Running,
    recipient: &Recipient,
    rendering: &Rendering,
    person: Person<'_>,
    kept: Option<&str>,
    asked: Asked<'_>,
) -> (Moved, Due) {
    let due = what_is_due(now, campaign, recipient, rendering, person, kept, asked);
    let moved = match &due {
        Due::Hand { attempt, body, segments } => Moved {
            attempt: Some(*attempt),
            text: Some((body.clone(), *segments)),
            variant: match campaign.texts.assigned(&recipient.phone) {
                Assigned::Variant(place) => Some(place),
                Assigned::Nothing | Assigned::OnlyText => None,
            },
            ..recipient.moved(Standing::Sending)
        },
        Due::Wait { until, reason } => {
            let verdict = Verdict::Defer { until: *until, reason: *reason };
            let explanation = explain(now, &asked, &verdict);
            let failure = Failure { code: reason.code().into(), explanation, mend: reason.mend().into() };
            Moved { ready_at: Some(*until), failure: Some(failure), ..recipient.moved(Standing::Deferred) }
        }
        Due::Skip(skip) => {
            let explanation = match skip {
                Skip::Gate(reason) => explain(now, &asked, &Verdict::Skip { reason: *reason }),
                _ => skip.explanation(),
            };
            let failure = Failure { code: skip.code().into(), explanation, mend: skip.mend() };
            Moved { failure: Some(failure), ..recipient.moved(Standing::Skipped) }
        }
    };
    (moved, due)
}

fn what_is_due(
    now: Timestamp,
    campaign: &Running,
    recipient: &Recipient,
    rendering: &Rendering,
    person: Person<'_>,
    kept: Option<&str>,
    asked: Asked<'_>,
) -> Due {
    let too_late = |at: Timestamp| campaign.send_before.is_some_and(|before| at >= before);
    if too_late(now) {
        return Due::Skip(Skip::TooLate);
    }
    let Some(template) = campaign.texts.of(campaign.texts.assigned(&recipient.phone)) else {
        return Due::Skip(Skip::Holdout);
    };
    match gate(now, asked) {
        Verdict::Skip { reason } => return Due::Skip(Skip::Gate(reason)),
        Verdict::Defer { until, .. } if too_late(until) => return Due::Skip(Skip::TooLate),
        Verdict::Defer { until, reason } => return Due::Wait { until, reason },
        Verdict::Send => {}
    }
    let (body, segments) = match text(template, rendering, person, kept, campaign.is_mms) {
        Ok(text) => text,
        Err(skip) => return Due::Skip(skip),
    };
    Due::Hand { attempt: recipient.attempt + 1, body, segments }
}

/// Somebody's text as it goes out, and how many segments it takes, of which an MMS is one; why they have none.
pub(super) fn text(
    template: &Template,
    rendering: &Rendering,
    person: Person<'_>,
    kept: Option<&str>,
    is_mms: bool,
) -> Result<(String, u32), Skip> {
    let body = match kept {
        Some(kept) => kept.to_owned(),
        None => match rendering.render(template, person) {
            Ok(text) => smart_if_it_helps(&text).body,
            Err(lacks) => return Err(Skip::Lacks(lacks.name)),
        },
    };
    let segments = measure(&body).segments;
    if body.trim().is_empty() {
        return Err(Skip::Empty);
    }
    if segments > MAX_SEGMENTS {
        return Err(Skip::TooLong);
    }
    Ok((body, if is_mms { 1 } else { segments }))
}

/// Handing somebody's text to the carrier ended, one way or another.
#[must_use]
pub fn ended(now: Timestamp, lane: Uuid, about: &Recipient, end: &SendEnded) -> Decision {
    let mut decision = Decision::default();
    if end.attempt != about.attempt {
        return decision;
    }
    match &end.ended {
        Ended::Accepted { carrier_ref, parts } => {
            // The receipt may have overtaken the answer; then only the carrier's id is new.
            let to = about.standing.on(Reported::Sent).unwrap_or(about.standing);
            let carrier_ref = Some(carrier_ref.clone());
            enrol::when_it_went_out(about, to, &mut decision);
            decision.change(moved(Moved { carrier_ref, parts: *parts, ..about.moved(to) }));
        }
        Ended::Rejected { failure, opted_out } => {
            refused(now, about, failure, &mut decision);
            if *opted_out {
                opted_out_at(about, now, &mut decision);
            }
        }
        Ended::NotTaken { counts: true, .. } if about.attempt >= ATTEMPTS_MAX => {
            let failure = Failure {
                code: "carrier_unreachable".into(),
                explanation: "The carrier could not be reached, though it was tried several times.".into(),
                mend: "Check the carrier account, then send to those who failed.".into(),
            };
            failed(about, failure, &mut decision);
        }
        Ended::NotTaken { retry_at, why, counts } => {
            if about.standing == Standing::Sending {
                // Being told to slow down is not an attempt.
                let attempt = if *counts { None } else { Some(about.attempt.saturating_sub(1)) };
                let code = if *counts { "carrier_unreachable" } else { "carrier_busy" };
                let explanation = format!("The carrier did not take it, and is asked again: {why}");
                let mend = "Nothing need be done: it is tried again by itself.".into();
                let failure = Some(Failure { code: code.into(), explanation, mend });
                let queued = about.moved(Standing::Queued);
                decision.change(moved(Moved { ready_at: Some(*retry_at), attempt, failure, ..queued }));
            }
        }
        Ended::Lost { .. } => {
            if let Some(to) = about.standing.on(Reported::Lost) {
                decision.change(moved(about.moved(to)));
                let fact = Fact::UnknownOverdue { message: about.id.0.into() };
                decision.effect(Effect::Remind { fact, at: now.checked_add(UNKNOWN_WAITS).unwrap_or(now), lane });
            }
        }
    }
    decision
}

/// The carrier told how somebody's text went. What is late, repeated or out of order changes nothing twice.
#[must_use]
pub fn reported(about: &Recipient, report: &CarrierReported) -> Decision {
    let mut decision = Decision::default();
    if let Some(to) = about.standing.on(report.reported) {
        counts(about, to, report.failure.as_ref(), &mut decision);
        if let Some(failure) = report.failure.as_ref().filter(|_| to == Standing::Failed) {
            doubt_registration(about.number, failure, &mut decision);
        }
        enrol::when_it_went_out(about, to, &mut decision);
        decision.change(moved(Moved {
            carrier_ref: Some(report.carrier_ref.clone()),
            failure: report.failure.clone(),
            carrier: report.carrier.clone(),
            parts: report.parts,
            cost: report.cost.clone(),
            ..about.moved(to)
        }));
    }
    if report.opted_out {
        opted_out_at(about, report.at, &mut decision);
    }
    decision
}

/// The carrier's word has not come in time: they stay unknown, and nothing is sent twice.
#[must_use]
pub fn overdue(about: &Recipient) -> Decision {
    let mut decision = Decision::default();
    if about.standing == Standing::Unknown {
        let failure = Failure {
            code: "outcome_unknown".into(),
            explanation: "The carrier's answer was lost and no receipt came: it may or may not have arrived.".into(),
            mend: "Ask the contact, or send the text again if twice does no harm.".into(),
        };
        decision.change(moved(Moved { failure: Some(failure), ..about.moved(Standing::Unknown) }));
    }
    decision
}

/// The carrier did not take it, for good or because something is set up wrongly. The latter is no fault of theirs: they wait
/// again, as if nothing had been tried, and so does everybody else until somebody has mended it.
fn refused(now: Timestamp, about: &Recipient, failure: &Failure, decision: &mut Decision) {
    doubt_registration(about.number, failure, decision);
    match breaker::misconfigured(about.id, failure) {
        Some(halt) if about.standing == Standing::Sending => {
            let attempt = Some(about.attempt.saturating_sub(1));
            decision.change(moved(Moved { ready_at: Some(now), attempt, ..about.moved(Standing::Queued) }));
            decision.change(Change::CampaignHalted { campaign: about.campaign, halt: Box::new(halt) });
        }
        _ => failed(about, failure.clone(), decision),
    }
}

/// One outcome more of the campaign; what fails because something is set up wrongly stops it.
fn counts(about: &Recipient, to: Standing, failure: Option<&Failure>, decision: &mut Decision) {
    if !matches!(to, Standing::Delivered | Standing::Unconfirmed | Standing::Failed) {
        return;
    }
    let failure = failure.filter(|_| to == Standing::Failed);
    let blocked = failure.is_some_and(|failure| breaker::family(&failure.code) == Some(breaker::Family::Spam));
    decision.change(Change::CampaignOutcome { campaign: about.campaign, recipient: about.id, blocked });
    if let Some(halt) = failure.and_then(|failure| breaker::misconfigured(about.id, failure)) {
        decision.change(Change::CampaignHalted { campaign: about.campaign, halt: Box::new(halt) });
    }
}

fn failed(about: &Recipient, failure: Failure, decision: &mut Decision) {
    if let Some(to) = about.standing.on(Reported::Failed) {
        counts(about, to, Some(&failure), decision);
        decision.change(moved(Moved { failure: Some(failure), ..about.moved(to) }));
    }
}

fn moved(moved: Moved) -> Change {
    Change::RecipientMoved(Box::new(moved))
}

fn opted_out_at(about: &Recipient, at: Timestamp, decision: &mut Decision) {
    opted_out_at_carrier(about.opted_out_at, about.contact, &about.phone, about.id.0.into(), at, decision);
}

#[cfg(test)]
mod enrols;

#[cfg(test)]
mod waits;

#[cfg(test)]
mod tests;
