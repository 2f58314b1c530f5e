//! What Telnyx tells us: texts that came in, receipts of texts that went out, and much that we only record.
//!
//! Order and number of deliveries are Telnyx's choice: events come twice, late and reordered. Check the signature
//! ([`super::signature`]) before anything here is believed.

mod debug;

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::CarrierError;
use super::payload::{RawMessage, instant};
use super::repair::repaired;
use super::status::Status;
use crate::loose::{Object, Text, Whole};
use crate::money::Money;

/// One webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Names the event over all its deliveries. Where Telnyx gives none (link clicks), the digest of what was told.
    pub event_id: String,
    /// Telnyx's word, such as `message.finalized`; the record's type where there is none.
    pub event_type: String,
    /// When it happened, as Telnyx says; else when it arrived here.
    pub occurred_at: Timestamp,
    /// Telnyx says when: it is the same over all deliveries.
    pub is_dated: bool,
    /// The address Telnyx says it delivered to.
    pub delivered_to: Option<String>,
    /// Which attempt at delivering this is, from 1.
    pub attempt: Option<u32>,
    pub kind: Kind,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `message.received`
    Received(InboundText),
    /// `message.sent`, `message.finalized`, `message.read`
    Receipt(Receipt),
    /// Nothing that we act on: to be recorded and answered 200.
    Other,
}

/// A text or picture message that somebody sent to us. Numbers are as Telnyx wrote them.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundText {
    /// Telnyx's id of the message; the same over all events about it.
    pub carrier_ref: String,
    pub from: String,
    /// Usually one; several in a group.
    pub to: Vec<String>,
    /// The other members of a group.
    pub cc: Vec<String>,
    /// May be empty (a picture alone).
    pub text: String,
    /// MMS only.
    pub subject: Option<String>,
    pub media: Vec<MediaRef>,
    /// `SMS`, `MMS`, …
    pub kind: Option<String>,
    pub parts: Option<u32>,
    /// `GSM-7`, `UCS-2`, `UTF-16`, …
    pub encoding: Option<String>,
    pub cost: Option<Money>,
    /// Telnyx took it for one of its keywords and acted on it.
    pub autoresponse: Option<Autoresponse>,
    pub is_spam: bool,
    pub from_carrier: Option<String>,
    pub from_line_type: Option<String>,
    pub messaging_profile_id: Option<String>,
    /// When Telnyx received it, as it says; else when the event occurred.
    pub received_at: Timestamp,
    /// Telnyx says when: it is the same in every event about the text.
    pub is_dated: bool,
}

/// A file of a picture message. The address expires: fetch it at once.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaRef {
    pub url: String,
    /// As declared by the sender's side: check it against the bytes.
    pub content_type: Option<String>,
    /// In bytes, as declared.
    pub size: Option<u64>,
    /// Lower-case hex in most cases; Telnyx's two documents disagree about its form.
    pub sha256: Option<String>,
}

/// What Telnyx did about one of its keywords: it has replied already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Autoresponse {
    /// It blocks our texts to this person from now on.
    Stop,
    /// It has lifted the block.
    Start,
    Help,
}

impl Autoresponse {
    /// Reads Telnyx's word in any case; other words mean nothing to us.
    pub fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "STOP" => Some(Self::Stop),
            "START" => Some(Self::Start),
            "HELP" => Some(Self::Help),
            _ => None,
        }
    }
}

/// How a text of ours fared.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Telnyx's id of the message.
    pub carrier_ref: String,
    /// The address we gave with this message, echoed: it finds a message whose answer was lost.
    pub webhook_url: Option<String>,
    pub from: Option<String>,
    /// Every recipient with how far it got.
    pub to_statuses: Vec<(String, Status)>,
    /// The first recipient's carrier.
    pub to_carrier: Option<String>,
    /// Why, if it failed. Read them with [`CarrierError::receipt_failure`].
    pub errors: Vec<CarrierError>,
    /// `SMS`, `MMS`, …: tells whether an MMS fell back to SMS.
    pub kind: Option<String>,
    pub parts: Option<u32>,
    pub encoding: Option<String>,
    /// Of the whole message. Absent before it is final.
    pub cost: Option<Money>,
    pub carrier_fee: Option<Money>,
    pub rate: Option<Money>,
    pub messaging_profile_id: Option<String>,
    pub sent_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub occurred_at: Timestamp,
}

/// Why bytes are no event. Says nothing of what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the body is not JSON")]
    NotJson,
    #[error("the body is JSON, but no Telnyx event: it has no `data` object")]
    NoData,
    #[error("the event has neither an event type nor a record type")]
    NoType,
    #[error("the event lacks `{0}`, without which nothing can be done with it")]
    Missing(&'static str),
}

/// Reads a webhook's raw body. `arrived_at` stands in where the event does not say when it happened.
pub fn decode(body: &[u8], arrived_at: Timestamp) -> Result<Event, DecodeError> {
    match serde_json::from_slice::<Object<RawEvent<'_>>>(body) {
        Ok(Object(event)) => read(&event, body, arrived_at),
        Err(_) => {
            let body = repaired(body).ok_or(DecodeError::NotJson)?;
            let Object(event) =
                serde_json::from_slice::<Object<RawEvent<'_>>>(&body).map_err(|_| DecodeError::NotJson)?;
            read(&event, &body, arrived_at)
        }
    }
}

fn read(event: &RawEvent<'_>, body: &[u8], arrived_at: Timestamp) -> Result<Event, DecodeError> {
    let RawEvent { data: Some(Object(data)), meta: Object(meta) } = event else {
        return Err(DecodeError::NoData);
    };
    let message = &data.payload.0;
    let event_type = data.event_type.owned().or_else(|| data.record_type.owned()).ok_or(DecodeError::NoType)?;
    let dated = instant(&data.occurred_at).or_else(|| instant(&data.time_clicked)).or_else(|| message.latest_instant());
    let occurred_at = dated.unwrap_or(arrived_at);
    let kind = match event_type.as_str() {
        "message.received" => Kind::Received(message.inbound(occurred_at)?),
        "message.sent" | "message.finalized" | "message.read" if !message.is_inbound() => {
            Kind::Receipt(message.receipt(occurred_at)?)
        }
        _ => Kind::Other,
    };
    Ok(Event {
        event_id: data.id.owned().unwrap_or_else(|| digest_of_data(body)),
        event_type,
        occurred_at,
        is_dated: dated.is_some(),
        delivered_to: meta.delivered_to.owned(),
        attempt: meta.attempt.small(),
        kind,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawEvent<'a> {
    #[serde(borrow)]
    data: Option<Object<RawData<'a>>>,
    #[serde(borrow)]
    meta: Object<RawMeta<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawData<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    record_type: Text<'a>,
    #[serde(borrow)]
    event_type: Text<'a>,
    #[serde(borrow)]
    occurred_at: Text<'a>,
    #[serde(borrow)]
    time_clicked: Text<'a>,
    #[serde(borrow)]
    payload: Object<RawMessage<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMeta<'a> {
    attempt: Whole,
    #[serde(borrow)]
    delivered_to: Text<'a>,
}

/// An id for an event that has none: the same for every delivery, as only `meta` differs between them.
fn digest_of_data(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
    }
    let told = serde_json::from_slice::<Data<'_>>(body).map_or(body, |event| event.data.get().as_bytes());
    let digest = digest::digest(&digest::SHA256, told);
    digest.as_ref().iter().fold("sha256:".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

#[cfg(test)]
mod tests;
