//! Whom Telnyx blocks for us. A list to read: only the person's own START lifts a block.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Account, Fault, Page, page, page_path};
use crate::http::{Request, Response};
use crate::loose::Text;
use crate::redact::Tail;
use crate::telnyx::payload::instant;

/// One block. It holds for every number of the profile.
#[derive(Clone, PartialEq, Eq)]
pub struct OptOut {
    /// As Telnyx names it: the address that texts are sent from.
    pub from: String,
    /// As Telnyx names it: the address that texts are sent to.
    pub to: String,
    pub messaging_profile_id: Option<String>,
    /// The word that did it.
    pub keyword: Option<String>,
    pub created_at: Option<Timestamp>,
}

/// The account's blocks, one page, counted from 1; of one profile and since a moment if given.
pub fn list(account: Account<'_>, messaging_profile_id: Option<&str>, since: Option<Timestamp>, page: u32) -> Request {
    let since = since.map(|since| since.to_string());
    let profile = messaging_profile_id.map(|id| ("filter[messaging_profile_id]", id));
    let filters: Vec<(&str, &str)> =
        profile.into_iter().chain(since.as_deref().map(|since| ("created_at[gte]", since))).collect();
    account.get(&page_path("/messaging_optouts", &filters, page))
}

pub fn listed(answer: Option<&Response>, now: Timestamp) -> Result<Page<OptOut>, Fault> {
    page(answer, now, RawOptOut::owned)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawOptOut<'a> {
    #[serde(borrow)]
    from: Text<'a>,
    #[serde(borrow)]
    to: Text<'a>,
    #[serde(borrow)]
    messaging_profile_id: Text<'a>,
    #[serde(borrow)]
    keyword: Text<'a>,
    #[serde(borrow)]
    created_at: Text<'a>,
}

impl RawOptOut<'_> {
    fn owned(&self) -> Option<OptOut> {
        Some(OptOut {
            from: self.from.owned()?,
            to: self.to.owned()?,
            messaging_profile_id: self.messaging_profile_id.owned(),
            keyword: self.keyword.owned(),
            created_at: instant(&self.created_at),
        })
    }
}

impl fmt::Debug for OptOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptOut")
            .field("from", &Tail(&self.from))
            .field("to", &Tail(&self.to))
            .field("messaging_profile_id", &self.messaging_profile_id)
            .field("keyword", &self.keyword)
            .field("created_at", &self.created_at)
            .finish()
    }
}
