//! The carrier told how a text of ours went.

use jiff::Timestamp;

use super::answered;
use crate::decision::{CancelReason, Change, Consent, ConsentSource, Decision, MessageMoved, ReceiptLine, Unsent};
use crate::fact::CarrierReported;
use crate::scene::Outbound;

/// What follows. A report that is late, repeated or out of order leaves a line in the receipt only if it says something
/// new.
#[must_use]
pub fn carrier_reported(about: &Outbound, report: &CarrierReported) -> Decision {
    let mut decision = Decision::default();
    if let Some(to) = about.status.on(report.reported) {
        let (failure, parts, cost) = (report.failure.clone(), report.parts, report.cost.clone());
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
        opted_out_at_carrier(about, report.at, &mut decision);
    }
    decision
}

/// The carrier refuses to text them because they told it STOP: our ledger follows.
pub(super) fn opted_out_at_carrier(about: &Outbound, at: Timestamp, decision: &mut Decision) {
    if about.opted_out_at.is_some() {
        return;
    }
    decision.change(Change::Consented(Consent {
        contact: about.contact,
        phone: about.phone.clone(),
        opted_out: true,
        source: ConsentSource::Carrier,
        keyword: None,
        message: Some(about.message),
        at,
    }));
    decision.change(Change::UnsentCancelled { which: Unsent::To(about.contact), why: CancelReason::ContactOptedOut });
}
