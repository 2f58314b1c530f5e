//! Whether US carriers know who sends from a number: its 10DLC campaign, and what became of a toll-free verification.
//!
//! Telnyx answers here without its usual envelope and in camelCase.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Account, Detail, Fault, PAGE_SIZE, Page, good, one, path_with};
use crate::http::{Request, Response, percent_encoded};
use crate::loose::{Flag, List, Object, Text, Whole};
use crate::redact::Tail;
use crate::telnyx::payload::instant;

/// To which 10DLC campaign a number belongs.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    /// E.164.
    pub phone_number: String,
    /// What [`campaign`] asks for; of a campaign shared by another provider, its id at the registry.
    pub campaign_id: String,
    /// `None`: the campaign is shared by another provider.
    pub brand_id: Option<String>,
    /// `ASSIGNED`, `PENDING_ASSIGNMENT`, `FAILED_ASSIGNMENT`, …: as Telnyx says it.
    pub status: Option<String>,
    /// Why the assignment failed.
    pub reason: Option<Detail>,
}

/// A 10DLC campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub id: String,
    pub brand_id: Option<String>,
    /// `MNO_PROVISIONED` if texts pass; else how far it has come, as Telnyx says it.
    pub status: Option<String>,
    pub reason: Option<Detail>,
    /// `None`: Telnyx did not say.
    pub suspended_at_t_mobile: Option<bool>,
}

/// One request to have toll-free numbers verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Verification {
    pub id: String,
    /// E.164.
    pub phone_numbers: Vec<String>,
    /// `Verified`, `Rejected`, `In Progress`, `Waiting For Customer`, …: as Telnyx says it.
    pub status: Option<String>,
    pub reason: Option<Detail>,
    pub updated_at: Option<Timestamp>,
}

/// The campaign of a number, E.164.
pub fn assignment(account: Account<'_>, phone_number: &str) -> Request {
    account.get(&format!("/10dlc/phone_number_campaigns/{}", percent_encoded(phone_number)))
}

/// `None`: it belongs to no campaign.
pub fn assigned(answer: Option<&Response>, now: Timestamp) -> Result<Option<Assignment>, Fault> {
    match one(answer, now, RawAssignment::owned) {
        Ok(assignment) => Ok(Some(assignment)),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The campaigns of all numbers of the account, one page, counted from 1.
pub fn assignments(account: Account<'_>, page: u32) -> Request {
    let (page, size) = (page.to_string(), PAGE_SIZE.to_string());
    account.get(&path_with("/10dlc/phone_number_campaigns", &[("page", &page), ("recordsPerPage", &size)]))
}

/// Entries without a number or a campaign are left out.
pub fn assignments_listed(answer: Option<&Response>, now: Timestamp, page: u32) -> Result<Page<Assignment>, Fault> {
    let answer = good(answer, now)?;
    match serde_json::from_slice::<Object<RawAssignments<'_>>>(&answer.body) {
        Ok(Object(RawAssignments { records: Some(List(raws)), total_records })) => {
            let items = raws.iter().filter_map(|Object(raw)| raw.owned()).collect();
            Ok(Page { items, next: next(page, raws.len(), total_records.0), total: total_records.0 })
        }
        Ok(Object(RawAssignments { records: None, .. })) | Err(_) => Err(Fault::Unreadable { status: answer.status }),
    }
}

/// Neither list tells how many pages it has, nor whether it took the size that we asked for: it goes on until as many as a page has,
/// so often, are all, or a page is empty.
fn next(page: u32, on_page: usize, total: Option<u64>) -> Option<u32> {
    let seen = u64::from(page) * on_page as u64;
    (on_page > 0 && total.is_none_or(|total| seen < total)).then_some(page + 1)
}

/// One campaign.
pub fn campaign(account: Account<'_>, id: &str) -> Request {
    account.get(&format!("/10dlc/campaign/{}", percent_encoded(id)))
}

pub fn campaign_got(answer: Option<&Response>, now: Timestamp) -> Result<Campaign, Fault> {
    one(answer, now, RawCampaign::owned)
}

/// The requests to have toll-free numbers verified, one page, counted from 1; only those that name this number, E.164, if one is
/// given.
pub fn verifications(account: Account<'_>, phone_number: Option<&str>, page: u32) -> Request {
    let page = page.to_string();
    let query: Vec<(&str, &str)> = [("page", page.as_str()), ("page_size", "100")]
        .into_iter()
        .chain(phone_number.map(|number| ("phone_number", number)))
        .collect();
    account.get(&path_with("/messaging_tollfree/verification/requests", &query))
}

/// Empty: nobody asked for any. Entries without an id are left out.
pub fn verifications_listed(answer: Option<&Response>, now: Timestamp, page: u32) -> Result<Page<Verification>, Fault> {
    let answer = good(answer, now)?;
    match serde_json::from_slice::<Object<RawVerifications<'_>>>(&answer.body) {
        Ok(Object(RawVerifications { records: Some(List(raws)), total_records })) => {
            let items = raws.iter().filter_map(|Object(raw)| raw.owned()).collect();
            Ok(Page { items, next: next(page, raws.len(), total_records.0), total: total_records.0 })
        }
        Ok(Object(RawVerifications { records: None, .. })) | Err(_) => Err(Fault::Unreadable { status: answer.status }),
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawAssignments<'a> {
    #[serde(borrow)]
    records: Option<List<Object<RawAssignment<'a>>>>,
    total_records: Whole,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawAssignment<'a> {
    #[serde(borrow)]
    phone_number: Text<'a>,
    #[serde(borrow)]
    campaign_id: Text<'a>,
    #[serde(borrow)]
    brand_id: Text<'a>,
    #[serde(borrow)]
    assignment_status: Text<'a>,
    #[serde(borrow)]
    failure_reasons: Text<'a>,
}

impl RawAssignment<'_> {
    fn owned(&self) -> Option<Assignment> {
        Some(Assignment {
            phone_number: self.phone_number.owned()?,
            campaign_id: self.campaign_id.owned()?,
            brand_id: self.brand_id.owned(),
            status: self.assignment_status.owned(),
            reason: self.failure_reasons.owned().map(Detail),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawCampaign<'a> {
    #[serde(borrow)]
    campaign_id: Text<'a>,
    #[serde(borrow)]
    brand_id: Text<'a>,
    #[serde(borrow)]
    campaign_status: Text<'a>,
    #[serde(borrow)]
    failure_reasons: Text<'a>,
    #[serde(rename = "isTMobileSuspended")]
    suspended_at_t_mobile: Flag,
}

impl RawCampaign<'_> {
    fn owned(&self) -> Option<Campaign> {
        Some(Campaign {
            id: self.campaign_id.owned()?,
            brand_id: self.brand_id.owned(),
            status: self.campaign_status.owned(),
            reason: self.failure_reasons.owned().map(Detail),
            suspended_at_t_mobile: self.suspended_at_t_mobile.0,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawVerifications<'a> {
    #[serde(borrow)]
    records: Option<List<Object<RawVerification<'a>>>>,
    total_records: Whole,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawVerification<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    verification_status: Text<'a>,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow)]
    updated_at: Text<'a>,
    #[serde(borrow)]
    phone_numbers: List<Object<RawPhone<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawPhone<'a> {
    #[serde(borrow)]
    phone_number: Text<'a>,
}

impl RawVerification<'_> {
    fn owned(&self) -> Option<Verification> {
        Some(Verification {
            id: self.id.owned()?,
            status: self.verification_status.owned(),
            reason: self.reason.owned().map(Detail),
            updated_at: instant(&self.updated_at),
            phone_numbers: self.phone_numbers.0.iter().filter_map(|Object(raw)| raw.phone_number.owned()).collect(),
        })
    }
}

impl fmt::Debug for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assignment")
            .field("phone_number", &Tail(&self.phone_number))
            .field("campaign_id", &self.campaign_id)
            .field("brand_id", &self.brand_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
