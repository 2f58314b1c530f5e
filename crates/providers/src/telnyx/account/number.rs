//! Telephone numbers of an account, and how they are set up for texts.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Account, Fault, Page, one, page, page_path};
use crate::http::{Method, Request, Response, percent_encoded};
use crate::loose::{Flag, List, Object, Text};
use crate::redact::Tail;

/// A number that the account owns.
#[derive(Clone, PartialEq, Eq)]
pub struct Number {
    /// Telnyx's id: what the other requests ask for. The number itself will not do there.
    pub carrier_ref: String,
    /// E.164.
    pub phone_number: String,
    /// Usable if `active`.
    pub status: String,
    /// `local`, `toll_free`, `mobile`, …
    pub kind: Option<String>,
    pub country: Option<String>,
    pub messaging_profile_id: Option<String>,
    pub messaging_profile_name: Option<String>,
    /// The voice application it rings at.
    pub connection_id: Option<String>,
    pub tags: Vec<String>,
}

impl Number {
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }
}

/// A number as messaging sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Messaging {
    pub carrier_ref: String,
    pub phone_number: String,
    /// `None`: texts neither come in nor go out.
    pub messaging_profile_id: Option<String>,
    /// Such as `A2P`.
    pub product: Option<String>,
    pub kind: Option<Kind>,
    /// `None`: Telnyx did not say.
    pub sms: Option<Features>,
    pub mms: Option<Features>,
}

impl Messaging {
    /// Whether texts within the country work both ways. `None`: Telnyx did not say.
    pub fn can_text(&self) -> Option<bool> {
        self.sms.map(|features| features.domestic_two_way)
    }

    /// Whether attachments can go out to somebody. `None`: Telnyx did not say.
    pub fn can_send_mms(&self) -> Option<bool> {
        self.mms.map(|features| features.domestic_two_way || features.international_outbound)
    }
}

/// Telnyx spells these with and without a hyphen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    LongCode,
    TollFree,
    ShortCode,
    OtherKind(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// To and from numbers of the same country.
    pub domestic_two_way: bool,
    pub international_inbound: bool,
    pub international_outbound: bool,
}

/// The account's numbers, one page, counted from 1.
pub fn list(account: Account<'_>, page: u32) -> Request {
    account.get(&page_path("/phone_numbers", &[], page))
}

pub fn listed(answer: Option<&Response>, now: Timestamp) -> Result<Page<Number>, Fault> {
    page(answer, now, RawNumber::owned)
}

/// The account's number with exactly this E.164, as a list of one or none.
pub fn find(account: Account<'_>, phone_number: &str) -> Request {
    account.get(&page_path("/phone_numbers", &[("filter[phone_number]", phone_number)], 1))
}

/// How one number is set up for texts, by its `carrier_ref`.
pub fn messaging(account: Account<'_>, carrier_ref: &str) -> Request {
    account.get(&messaging_path(carrier_ref))
}

/// The same for all numbers, one page; only those on a profile if one is named.
pub fn list_messaging(account: Account<'_>, messaging_profile_id: Option<&str>, page: u32) -> Request {
    let filter = messaging_profile_id.map(|id| ("filter[messaging_profile_id]", id));
    account.get(&page_path("/phone_numbers/messaging", filter.as_slice(), page))
}

pub fn listed_messaging(answer: Option<&Response>, now: Timestamp) -> Result<Page<Messaging>, Fault> {
    page(answer, now, RawMessaging::owned)
}

/// Puts a number on a messaging profile; an empty id takes it off. Read the answer with [`read_messaging`].
pub fn assign(account: Account<'_>, carrier_ref: &str, messaging_profile_id: &str) -> Request {
    #[derive(Serialize)]
    struct Assignment<'a> {
        messaging_profile_id: &'a str,
    }
    account.change(Method::PATCH, &messaging_path(carrier_ref), &Assignment { messaging_profile_id })
}

/// Reads the answers to [`messaging`] and [`assign`].
pub fn read_messaging(answer: Option<&Response>, now: Timestamp) -> Result<Messaging, Fault> {
    one(answer, now, RawMessaging::owned)
}

fn messaging_path(carrier_ref: &str) -> String {
    format!("/phone_numbers/{}/messaging", percent_encoded(carrier_ref))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawNumber<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    phone_number: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    phone_number_type: Text<'a>,
    #[serde(borrow)]
    country_iso_alpha2: Text<'a>,
    #[serde(borrow)]
    messaging_profile_id: Text<'a>,
    #[serde(borrow)]
    messaging_profile_name: Text<'a>,
    #[serde(borrow)]
    connection_id: Text<'a>,
    #[serde(borrow)]
    tags: List<Text<'a>>,
}

impl RawNumber<'_> {
    fn owned(&self) -> Option<Number> {
        Some(Number {
            carrier_ref: self.id.owned()?,
            phone_number: self.phone_number.owned()?,
            status: self.status.owned().unwrap_or_default(),
            kind: self.phone_number_type.owned(),
            country: self.country_iso_alpha2.owned(),
            messaging_profile_id: self.messaging_profile_id.owned(),
            messaging_profile_name: self.messaging_profile_name.owned(),
            connection_id: self.connection_id.owned(),
            tags: self.tags.0.iter().filter_map(Text::owned).collect(),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMessaging<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    phone_number: Text<'a>,
    #[serde(borrow)]
    messaging_profile_id: Text<'a>,
    #[serde(borrow)]
    messaging_product: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    features: Object<RawFeatures>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawFeatures {
    sms: Object<RawFeatureSet>,
    mms: Object<RawFeatureSet>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawFeatureSet {
    domestic_two_way: Flag,
    international_inbound: Flag,
    international_outbound: Flag,
}

impl RawMessaging<'_> {
    fn owned(&self) -> Option<Messaging> {
        Some(Messaging {
            carrier_ref: self.id.owned()?,
            phone_number: self.phone_number.owned().unwrap_or_default(),
            messaging_profile_id: self.messaging_profile_id.owned(),
            product: self.messaging_product.owned(),
            kind: self.kind.filled().map(Kind::parse),
            sms: self.features.0.sms.0.features(),
            mms: self.features.0.mms.0.features(),
        })
    }
}

impl RawFeatureSet {
    fn features(&self) -> Option<Features> {
        let any = self.domestic_two_way.0.or(self.international_inbound.0).or(self.international_outbound.0);
        any.map(|_| Features {
            domestic_two_way: self.domestic_two_way.0.unwrap_or_default(),
            international_inbound: self.international_inbound.0.unwrap_or_default(),
            international_outbound: self.international_outbound.0.unwrap_or_default(),
        })
    }
}

impl Kind {
    fn parse(word: &str) -> Self {
        match word {
            "long-code" | "longcode" => Self::LongCode,
            "toll-free" | "tollfree" => Self::TollFree,
            "short-code" | "shortcode" => Self::ShortCode,
            other => Self::OtherKind(other.to_owned()),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Number")
            .field("carrier_ref", &self.carrier_ref)
            .field("phone_number", &Tail(&self.phone_number))
            .field("status", &self.status)
            .field("kind", &self.kind)
            .field("country", &self.country)
            .field("messaging_profile_id", &self.messaging_profile_id)
            .field("messaging_profile_name", &self.messaging_profile_name)
            .field("connection_id", &self.connection_id)
            .field("tags", &self.tags)
            .finish()
    }
}

impl fmt::Debug for Messaging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messaging")
            .field("carrier_ref", &self.carrier_ref)
            .field("phone_number", &Tail(&self.phone_number))
            .field("messaging_profile_id", &self.messaging_profile_id)
            .field("product", &self.product)
            .field("kind", &self.kind)
            .field("sms", &self.sms)
            .field("mms", &self.mms)
            .finish()
    }
}
