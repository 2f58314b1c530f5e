//! Webhook bodies: the envelope around a message.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, ser::SerializeMap};
use uuid::Uuid;

use super::{
    Iso,
    message::{Outbound, Received},
};
use crate::{
    config::Rates,
    message::{Inbound, Message, Progress, Status},
};

/// Something that an account is told of.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) about: About,
    /// Adds fields that no document tells of.
    pub(crate) odd: bool,
}

/// What the event tells.
#[derive(Debug, Clone)]
pub(crate) enum About {
    Received(Arc<Inbound>),
    Outbound(Arc<Message>, Progress),
    /// An event type that no document tells of, about the same account.
    Unknown,
}

impl Event {
    fn event_type(&self) -> &'static str {
        match &self.about {
            About::Received(_) => "message.received",
            About::Outbound(_, progress) if progress.status == Status::Sent => "message.sent",
            About::Outbound(..) => "message.finalized",
            About::Unknown => "message.tea-break",
        }
    }

    /// The body of one attempt to deliver it.
    pub(crate) fn body(&self, attempt: u32, delivered_to: &str, rates: &Rates) -> Vec<u8> {
        let mut body = Vec::with_capacity(1_536);
        let envelope = Envelope { data: EventData { event: self, rates }, meta: Meta { attempt, delivered_to } };
        if serde_json::to_writer(&mut body, &envelope).is_err() {
            body.clear();
        }
        body
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    data: EventData<'a>,
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    attempt: u32,
    delivered_to: &'a str,
}

struct EventData<'a> {
    event: &'a Event,
    rates: &'a Rates,
}

impl Serialize for EventData<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut data = to.serialize_map(None)?;
        data.serialize_entry("record_type", "event")?;
        data.serialize_entry("id", &self.event.id)?;
        data.serialize_entry("event_type", self.event.event_type())?;
        data.serialize_entry("occurred_at", &Iso(self.event.at))?;
        if self.event.odd {
            data.serialize_entry("x_sandbox_mood", &serde_json::json!({ "cheerful": true, "biscuits": [1, 2, null] }))?;
        }
        match &self.event.about {
            About::Received(inbound) => data.serialize_entry("payload", &self.odd(Received::new(inbound)))?,
            About::Outbound(message, progress) => {
                data.serialize_entry("payload", &self.odd(Outbound::new(message, *progress, self.rates)))?;
            }
            About::Unknown => {
                data.serialize_entry("payload", &serde_json::json!({ "record_type": "tea", "minutes": 5 }))?
            }
        }
        data.end()
    }
}

impl EventData<'_> {
    fn odd<T>(&self, payload: T) -> Odd<T> {
        Odd { payload, is_spam: self.event.odd.then_some(false), x_sandbox_extra: self.event.odd.then_some([1, 2, 3]) }
    }
}

/// A payload, with fields of no document where the plan wants them.
#[derive(Serialize)]
struct Odd<T> {
    #[serde(flatten)]
    payload: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_spam: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x_sandbox_extra: Option<[u8; 3]>,
}
