//! The carrier told how a text of ours went.

use jiff::Timestamp;
use uuid::Uuid;

use super::answer_failed::answer_lost;
use super::workflow_acts::became;
use super::{answered, doubt_registration};
use crate::consent::{Evidence, State};
use crate::decision::{CancelReason, Change, Consent, ConsentSource, Decision, MessageMoved, ReceiptLine, Unsent};
use crate::fact::CarrierReported;
use crate::id::{ContactId, MessageId};
use crate::message::Status;
use crate::scene::Outbound;

/// What follows. A report that is late, repeated or out of order leaves a line in the receipt only if it says something
/// new.
#[must_use]
pub fn carrier_reported(now: Timestamp, lane: Uuid, about: &Outbound, report: &CarrierReported) -> Decision {
    let mut decision = Decision::default();
    if let Some(to) = about.status.on(report.reported) {
        let (failure, parts, cost) = (report.failure.clone(), report.parts, report.cost.clone());
        if to == Status::Failed {
            let why = failure.as_ref().map_or("the carrier could not deliver it", |failure| &*failure.explanation);
            answer_lost(now, lane, about, why, &mut decision);
        }
        if let Some(failure) = failure.as_ref().filter(|_| to == Status::Failed) {
            doubt_registration(about.number, failure, &mut decision);
        }
        let code = failure.as_ref().map(|failure| failure.code.as_str());
        became(about.author, about.message, about.left(), to, code, &mut decision);
        let line = ReceiptLine::Carrier { status: to, failure: failure.clone(), parts, cost: cost.clone() };
        decision.change(Change::Noted { message: about.message, line });
        let carrier_ref = Some(report.carrier_ref.clone());
        decision.change(Change::MessageMoved(MessageMoved {
            carrier_ref,
            failure,
            parts,
            cost,
            ..MessageMoved::to(about.message, about.conversation, to)
        }));
        answered(about, to, &mut decision);
    }
    if report.opted_out {
        opted_out(about, report.at, &mut decision);
    }
    decision
}

pub(super) fn opted_out(about: &Outbound, at: Timestamp, decision: &mut Decision) {
    opted_out_at_carrier(about.opted_out_at, about.contact, &about.phone, about.message, at, decision);
}

/// The carrier refuses to text them because they told it STOP: our ledger follows.
pub(crate) fn opted_out_at_carrier(
    already: Option<Timestamp>,
    contact: ContactId,
    phone: &str,
    message: MessageId,
    at: Timestamp,
    decision: &mut Decision,
) {
    if already.is_some() {
        return;
    }
    decision.change(Change::Consented(Consent {
        contact,
        phone: phone.to_owned(),
        state: State::OptedOut,
        purpose: None,
        sender: None,
        source: ConsentSource::Carrier,
        keyword: None,
        message: Some(message),
        evidence: Evidence::default(),
        at,
    }));
    decision.change(Change::UnsentCancelled { which: Unsent::To(contact), why: CancelReason::ContactOptedOut });
}
