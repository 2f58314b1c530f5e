//! Messages as Telnyx shows them: `OutboundMessagePayload` and `InboundMessagePayload`.

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeSeq};
use uuid::Uuid;

use super::{
    Data, Iso,
    error::{Problem, title},
};
use crate::{
    clock::later,
    config::Rates,
    faults::Outcome,
    media,
    message::{Inbound, Kind, Message, Progress, Status},
};

/// An outbound message, in the state that `progress` says.
#[derive(Serialize)]
pub(crate) struct Outbound<'a> {
    record_type: &'static str,
    direction: &'static str,
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
    messaging_profile_id: Uuid,
    organization_id: Uuid,
    from: Party<'a>,
    to: [Party<'a>; 1],
    cc: [(); 0],
    text: &'a str,
    subject: Option<&'a str>,
    media: MediaList<'a>,
    encoding: &'static str,
    parts: u32,
    num_chars: usize,
    smart_encoding_applied: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_seconds: Option<f32>,
    cost: Option<Money>,
    cost_breakdown: Option<CostBreakdown>,
    tcr_campaign_id: Option<&'a str>,
    tcr_campaign_billable: bool,
    tcr_campaign_registered: Option<&'a str>,
    tags: &'a [String],
    errors: Vec<Problem<'a>>,
    webhook_url: Option<&'a str>,
    webhook_failover_url: Option<&'a str>,
    received_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_at: Option<Iso>,
    sent_at: Option<Iso>,
    completed_at: Option<Iso>,
    valid_until: Option<Iso>,
}

impl<'a> Outbound<'a> {
    pub(crate) fn new(message: &'a Message, progress: Progress, rates: &Rates) -> Self {
        let ended = progress.completed_at.is_some() && progress.status != Status::Cancelled;
        let bill = ended.then(|| Bill::of(message, rates));
        Self {
            record_type: "message",
            direction: "outbound",
            id: message.id,
            kind: message.kind.name(),
            messaging_profile_id: message.profile,
            organization_id: message.organization,
            from: Party { phone_number: &message.from, carrier: "Telnyx", line_type: "Wireless", status: None },
            to: [Party {
                phone_number: &message.to,
                carrier: PHONE_CARRIER,
                line_type: "Wireless",
                status: Some(progress.status.name()),
            }],
            cc: [],
            text: &message.text,
            subject: message.subject.as_deref(),
            media: MediaList(&message.media_urls),
            encoding: message.encoding.name(),
            parts: message.parts,
            num_chars: message.text.chars().count(),
            smart_encoding_applied: message.smart_encoding_applied,
            wait_seconds: Some(0.0),
            cost: bill.as_ref().map(Bill::cost),
            cost_breakdown: bill.as_ref().map(Bill::breakdown),
            tcr_campaign_id: None,
            tcr_campaign_billable: false,
            tcr_campaign_registered: None,
            tags: &message.tags,
            errors: if ended { errors(&message.outcome) } else { Vec::new() },
            webhook_url: message.webhooks.url.as_deref(),
            webhook_failover_url: message.webhooks.failover_url.as_deref(),
            received_at: Iso(message.received_at),
            send_at: message.send_at.map(Iso),
            sent_at: progress.sent_at.map(Iso),
            completed_at: progress.completed_at.map(Iso),
            valid_until: valid_until(message, progress),
        }
    }

    /// As the answer to cancelling it: `OutboundMessagePayloadCancelled` has no word of when it would have gone.
    pub(crate) fn cancelled(self) -> Self {
        Self { wait_seconds: None, send_at: None, ..self }
    }
}

/// The answer to `POST /v2/messages`: the message as it was when it was taken, so a replay is the same to the byte.
pub(crate) fn taken(message: &Message, rates: &Rates) -> Vec<u8> {
    let data = Outbound::new(message, message.first_progress(), rates);
    serde_json::to_vec(&Data { data }).unwrap_or_default()
}

/// An inbound message, as in `message.received`.
#[derive(Serialize)]
pub(crate) struct Received<'a> {
    record_type: &'static str,
    direction: &'static str,
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
    messaging_profile_id: Option<Uuid>,
    organization_id: Uuid,
    from: Party<'a>,
    to: [Party<'a>; 1],
    cc: [(); 0],
    text: &'a str,
    subject: &'a str,
    media: MediaList<'a>,
    encoding: &'static str,
    parts: u32,
    cost: Option<Money>,
    cost_breakdown: Option<CostBreakdown>,
    tcr_campaign_id: Option<&'a str>,
    tcr_campaign_billable: bool,
    tcr_campaign_registered: Option<&'a str>,
    tags: &'a [String],
    errors: [(); 0],
    autoresponse_type: Option<&'static str>,
    webhook_url: &'a str,
    webhook_failover_url: Option<&'a str>,
    received_at: Iso,
    sent_at: Option<Iso>,
    completed_at: Option<Iso>,
    valid_until: Option<Iso>,
}

impl<'a> Received<'a> {
    pub(crate) fn new(inbound: &'a Inbound) -> Self {
        let kind = if inbound.media_urls.is_empty() { Kind::Sms } else { Kind::Mms };
        Self {
            record_type: "message",
            direction: "inbound",
            id: inbound.id,
            kind: kind.name(),
            messaging_profile_id: inbound.profile,
            organization_id: inbound.organization,
            from: Party { phone_number: &inbound.from, carrier: PHONE_CARRIER, line_type: "Wireless", status: None },
            to: [Party {
                phone_number: &inbound.to,
                carrier: "Telnyx",
                line_type: "Wireless",
                status: Some("webhook_delivered"),
            }],
            cc: [],
            text: &inbound.text,
            subject: "",
            media: MediaList(&inbound.media_urls),
            encoding: inbound.encoding.name(),
            parts: inbound.parts,
            cost: None,
            cost_breakdown: None,
            tcr_campaign_id: None,
            tcr_campaign_billable: false,
            tcr_campaign_registered: None,
            tags: &inbound.tags,
            errors: [],
            autoresponse_type: inbound.keyword.map(crate::keyword::Keyword::autoresponse_type),
            webhook_url: inbound.webhooks.url.as_deref().unwrap_or_default(),
            webhook_failover_url: inbound.webhooks.failover_url.as_deref(),
            received_at: Iso(inbound.received_at),
            sent_at: None,
            completed_at: None,
            valid_until: None,
        }
    }
}

const PHONE_CARRIER: &str = "Verizon Wireless";

#[derive(Serialize)]
struct Party<'a> {
    phone_number: &'a str,
    carrier: &'static str,
    line_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

struct MediaList<'a>(&'a [String]);

impl Serialize for MediaList<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.len()))?;
        for url in self.0 {
            let known = media::known(url);
            list.serialize_element(&Media {
                url,
                content_type: media::content_type(url),
                size: known.map(|bytes| bytes.len()),
                sha256: known.map(media::sha256),
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Media<'a> {
    url: &'a str,
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

#[derive(Serialize)]
struct Money {
    amount: String,
    currency: &'static str,
}

impl Money {
    /// A decimal amount of dollars, to the hundredth of a cent or finer where needed.
    fn of(micros: u64) -> Self {
        let amount = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let amount = amount.strip_suffix("00").unwrap_or(&amount).to_owned();
        Self { amount, currency: "USD" }
    }
}

#[derive(Serialize)]
struct CostBreakdown {
    carrier_fee: Money,
    rate: Money,
}

struct Bill {
    rate_micros: u64,
    fee_micros: u64,
}

impl Bill {
    /// A message that never left costs nothing.
    fn of(message: &Message, rates: &Rates) -> Self {
        let parts = u64::from(message.parts);
        let (rate_micros, fee_micros) = match (&message.outcome, message.kind) {
            (Outcome::SendingFailed { .. }, _) => (0, 0),
            (_, Kind::Sms) => (rates.sms_micros * parts, rates.sms_carrier_fee_micros * parts),
            (_, Kind::Mms) => (rates.mms_micros, rates.mms_carrier_fee_micros),
        };
        Self { rate_micros, fee_micros }
    }

    fn cost(&self) -> Money {
        Money::of(self.rate_micros + self.fee_micros)
    }

    fn breakdown(&self) -> CostBreakdown {
        CostBreakdown { carrier_fee: Money::of(self.fee_micros), rate: Money::of(self.rate_micros) }
    }
}

fn errors(outcome: &Outcome) -> Vec<Problem<'_>> {
    match outcome {
        Outcome::DeliveryFailed { code } | Outcome::SendingFailed { code } | Outcome::Rejected { code, .. } => {
            vec![Problem { code, title: title(code), detail: title(code), source: None, meta: None }]
        }
        Outcome::Delivered | Outcome::DeliveryUnconfirmed | Outcome::NoReceipt => Vec::new(),
    }
}

/// An hour after it was taken (as real bodies show), and nothing once it left the queue.
fn valid_until(message: &Message, progress: Progress) -> Option<Iso> {
    const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);
    let waits = progress.status <= Status::Queued;
    let from: Timestamp = message.send_at.unwrap_or(message.received_at);
    waits.then(|| Iso(later(from, HOUR)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_a_decimal_string() {
        for (micros, amount) in [(0, "0.0000"), (7_000, "0.0070"), (5_150, "0.005150"), (1_230_000, "1.2300")] {
            assert_eq!(Money::of(micros).amount, amount);
        }
    }
}
