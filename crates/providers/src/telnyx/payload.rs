//! A message as Telnyx writes it, in answers and in webhooks alike: every field optional, every shape that was seen
//! in the wild accepted.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::error::{RawError, owned};
use super::status::Status;
use super::webhook::{Autoresponse, DecodeError, InboundText, MediaRef, Receipt};
use crate::loose::{Flag, List, Object, Text, Whole, absent, without_nul};
use crate::money::RawMoney;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawMessage<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) record_type: Text<'a>,
    #[serde(borrow)]
    direction: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    messaging_profile_id: Text<'a>,
    #[serde(borrow)]
    from: Party<'a>,
    #[serde(borrow)]
    to: List<Party<'a>>,
    #[serde(borrow)]
    cc: List<Party<'a>>,
    #[serde(borrow)]
    text: Text<'a>,
    /// RCS puts the text here.
    #[serde(borrow)]
    body: Object<RawBody<'a>>,
    #[serde(borrow)]
    subject: Text<'a>,
    #[serde(borrow)]
    media: List<Object<RawMedia<'a>>>,
    #[serde(borrow)]
    encoding: Text<'a>,
    parts: Whole,
    #[serde(borrow)]
    cost: Object<RawMoney<'a>>,
    #[serde(borrow)]
    cost_breakdown: Object<RawBreakdown<'a>>,
    #[serde(borrow)]
    errors: List<Object<RawError<'a>>>,
    #[serde(borrow)]
    autoresponse_type: Text<'a>,
    is_spam: Flag,
    #[serde(borrow)]
    webhook_url: Text<'a>,
    #[serde(borrow)]
    received_at: Text<'a>,
    #[serde(borrow)]
    sent_at: Text<'a>,
    #[serde(borrow)]
    completed_at: Text<'a>,
    /// Link clicks only.
    #[serde(borrow)]
    time_clicked: Text<'a>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawBody<'a> {
    #[serde(borrow)]
    text: Text<'a>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawBreakdown<'a> {
    #[serde(borrow)]
    carrier_fee: Object<RawMoney<'a>>,
    #[serde(borrow)]
    rate: Object<RawMoney<'a>>,
}

/// The hash has one name in the reference, another in the guide.
#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawMedia<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    content_type: Text<'a>,
    size: Whole,
    #[serde(borrow)]
    sha256: Text<'a>,
    #[serde(borrow)]
    hash_sha256: Text<'a>,
}

impl RawMessage<'_> {
    pub(super) fn inbound(&self, occurred_at: Timestamp) -> Result<InboundText, DecodeError> {
        let text = self.text.filled().or(self.body.0.text.filled()).unwrap_or_default();
        Ok(InboundText {
            carrier_ref: self.id.owned().ok_or(DecodeError::Missing("payload.id"))?,
            from: self.from.number.owned().ok_or(DecodeError::Missing("payload.from"))?,
            to: numbers(&self.to),
            cc: numbers(&self.cc),
            text: without_nul(text),
            subject: self.subject.owned(),
            media: self.media.0.iter().filter_map(|media| media.0.owned()).collect(),
            kind: self.kind.owned(),
            parts: self.parts.small(),
            encoding: self.encoding.owned(),
            cost: self.cost.0.money(),
            autoresponse: self.autoresponse_type.as_str().and_then(Autoresponse::parse),
            is_spam: self.is_spam.0.unwrap_or_default(),
            from_carrier: self.from.carrier.owned(),
            from_line_type: self.from.line_type.owned(),
            messaging_profile_id: self.messaging_profile_id.owned(),
            received_at: instant(&self.received_at).unwrap_or(occurred_at),
            is_dated: instant(&self.received_at).is_some(),
        })
    }

    pub(super) fn receipt(&self, occurred_at: Timestamp) -> Result<Receipt, DecodeError> {
        let to = self.to.0.iter().filter_map(|party| Some((party.number.owned()?, party.status())));
        Ok(Receipt {
            carrier_ref: self.id.owned().ok_or(DecodeError::Missing("payload.id"))?,
            webhook_url: self.webhook_url.owned(),
            from: self.from.number.owned(),
            to_statuses: to.collect(),
            to_carrier: self.carrier(),
            errors: owned(&self.errors),
            kind: self.kind.owned(),
            parts: self.parts.small(),
            encoding: self.encoding.owned(),
            cost: self.cost.0.money(),
            carrier_fee: self.cost_breakdown.0.carrier_fee.0.money(),
            rate: self.cost_breakdown.0.rate.0.money(),
            messaging_profile_id: self.messaging_profile_id.owned(),
            sent_at: instant(&self.sent_at),
            completed_at: instant(&self.completed_at),
            occurred_at,
        })
    }

    /// When whatever this tells of happened, as far as the message itself says.
    pub(super) fn latest_instant(&self) -> Option<Timestamp> {
        [&self.completed_at, &self.sent_at, &self.received_at, &self.time_clicked].into_iter().find_map(instant)
    }

    /// Whether it says that somebody wrote to us.
    pub(super) fn is_inbound(&self) -> bool {
        self.direction.as_str() == Some("inbound")
    }

    /// The first recipient's carrier.
    pub(super) fn carrier(&self) -> Option<String> {
        self.to.0.first()?.carrier.owned()
    }

    /// The first recipient's status.
    pub(super) fn first_status(&self) -> Option<Status> {
        self.to.0.first().map(Party::status)
    }

    pub(super) fn parts(&self) -> Option<u32> {
        self.parts.small()
    }

    pub(super) fn encoding(&self) -> Option<String> {
        self.encoding.owned()
    }
}

impl RawMedia<'_> {
    fn owned(&self) -> Option<MediaRef> {
        Some(MediaRef {
            url: self.url.owned()?,
            content_type: self.content_type.owned(),
            size: self.size.0,
            sha256: self.sha256.owned().or_else(|| self.hash_sha256.owned()),
        })
    }
}

/// Who sends or receives: an object in most places, a plain number in some (group MMS, WhatsApp, voice).
#[derive(Default, Clone)]
struct Party<'a> {
    number: Text<'a>,
    status: Text<'a>,
    carrier: Text<'a>,
    line_type: Text<'a>,
}

impl Party<'_> {
    fn status(&self) -> Status {
        Status::parse(self.status.as_str().unwrap_or_default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Party<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Fields<'a> {
            #[serde(borrow)]
            phone_number: Text<'a>,
            #[serde(borrow)]
            status: Text<'a>,
            #[serde(borrow)]
            carrier: Text<'a>,
            #[serde(borrow)]
            line_type: Text<'a>,
        }
        struct Seen<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Seen<'a> {
            type Value = Party<'a>;
            absent! { unit bool number float list }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a party to a message")
            }
            fn visit_borrowed_str<E>(self, number: &'de str) -> Result<Party<'a>, E> {
                Ok(Party { number: Text(Some(Cow::Borrowed(number))), ..Party::default() })
            }
            fn visit_str<E>(self, number: &str) -> Result<Party<'a>, E> {
                Ok(Party { number: Text(Some(Cow::Owned(number.to_owned()))), ..Party::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Party<'a>, A::Error> {
                let Fields { phone_number, status, carrier, line_type } =
                    Fields::deserialize(MapAccessDeserializer::new(object))?;
                Ok(Party { number: phone_number, status, carrier, line_type })
            }
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}

/// The numbers of those who have one.
fn numbers(parties: &List<Party<'_>>) -> Vec<String> {
    parties.0.iter().filter_map(|party| party.number.owned()).collect()
}

/// A moment in RFC 3339, with `Z`, an offset, or a space where the `T` belongs.
pub(super) fn instant(text: &Text<'_>) -> Option<Timestamp> {
    text.filled()?.parse().ok()
}
