//! Messaging profiles: what numbers share at Telnyx. Opt-outs, allowed countries and webhook addresses belong to a
//! profile, so tenants must not share one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Account, Fault, Page, one, page, page_path};
use crate::http::{Method, Request, Response, percent_encoded};
use crate::loose::{Flag, List, Text};

/// The only webhook format that [`crate::telnyx::webhook`] reads.
pub const WEBHOOK_API_VERSION: &str = "2";

/// A profile as it stands at Telnyx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub webhook_url: Option<String>,
    pub webhook_failover_url: Option<String>,
    /// Must be [`WEBHOOK_API_VERSION`].
    pub webhook_api_version: Option<String>,
    /// ISO 3166-1 alpha-2 countries, or `*`. Texts to others are refused (40309).
    pub whitelisted_destinations: Vec<String>,
    pub smart_encoding: bool,
    pub mms_fall_back_to_sms: bool,
    /// Set: Telnyx's own assistant answers what comes in.
    pub ai_assistant_id: Option<String>,
    /// US dollars, decimal.
    pub daily_spend_limit: Option<String>,
}

/// A profile to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    pub name: String,
    /// ISO 3166-1 alpha-2 countries, or `*` alone. Left empty, Telnyx refuses it (40331).
    pub whitelisted_destinations: Vec<String>,
    pub webhook_url: String,
    pub webhook_failover_url: Option<String>,
}

/// What is to change; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProfilePatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_failover_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_api_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whitelisted_destinations: Option<Vec<String>>,
}

/// The account's profiles, one page, counted from 1; only those with exactly this name if one is given.
pub fn list(account: Account<'_>, name: Option<&str>, page: u32) -> Request {
    let filter = name.map(|name| ("filter[name][eq]", name));
    account.get(&page_path("/messaging_profiles", filter.as_slice(), page))
}

pub fn listed(answer: Option<&Response>, now: Timestamp) -> Result<Page<Profile>, Fault> {
    page(answer, now, RawProfile::owned)
}

/// Makes a profile. Not to be repeated blindly: look for the name first, or there are two.
pub fn create(account: Account<'_>, new: &NewProfile) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        name: &'a str,
        whitelisted_destinations: &'a [String],
        webhook_url: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        webhook_failover_url: Option<&'a str>,
        webhook_api_version: &'a str,
    }
    let body = Body {
        name: &new.name,
        whitelisted_destinations: &new.whitelisted_destinations,
        webhook_url: &new.webhook_url,
        webhook_failover_url: new.webhook_failover_url.as_deref(),
        webhook_api_version: WEBHOOK_API_VERSION,
    };
    account.change(Method::POST, "/messaging_profiles", &body)
}

pub fn get(account: Account<'_>, id: &str) -> Request {
    account.get(&profile_path(id))
}

pub fn patch(account: Account<'_>, id: &str, patch: &ProfilePatch) -> Request {
    account.change(Method::PATCH, &profile_path(id), patch)
}

/// Reads the answers to [`create`], [`get`] and [`patch`].
pub fn read(answer: Option<&Response>, now: Timestamp) -> Result<Profile, Fault> {
    one(answer, now, RawProfile::owned)
}

fn profile_path(id: &str) -> String {
    format!("/messaging_profiles/{}", percent_encoded(id))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawProfile<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    enabled: Flag,
    #[serde(borrow)]
    webhook_url: Text<'a>,
    #[serde(borrow)]
    webhook_failover_url: Text<'a>,
    #[serde(borrow)]
    webhook_api_version: Text<'a>,
    #[serde(borrow)]
    whitelisted_destinations: List<Text<'a>>,
    smart_encoding: Flag,
    mms_fall_back_to_sms: Flag,
    #[serde(borrow)]
    ai_assistant_id: Text<'a>,
    #[serde(borrow)]
    daily_spend_limit: Text<'a>,
}

impl RawProfile<'_> {
    fn owned(&self) -> Option<Profile> {
        Some(Profile {
            id: self.id.owned()?,
            name: self.name.owned().unwrap_or_default(),
            // Telnyx's own default.
            enabled: self.enabled.0.unwrap_or(true),
            webhook_url: self.webhook_url.owned(),
            webhook_failover_url: self.webhook_failover_url.owned(),
            webhook_api_version: self.webhook_api_version.owned(),
            whitelisted_destinations: self.whitelisted_destinations.0.iter().filter_map(Text::owned).collect(),
            smart_encoding: self.smart_encoding.0.unwrap_or_default(),
            mms_fall_back_to_sms: self.mms_fall_back_to_sms.0.unwrap_or_default(),
            ai_assistant_id: self.ai_assistant_id.owned(),
            daily_spend_limit: self.daily_spend_limit.owned(),
        })
    }
}
