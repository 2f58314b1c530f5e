//! Whether US carriers know who sends from a number, and what they refuse if they do not.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{country, directory::Number, wire::error::ApiError};

/// How far the registration of a number has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Texts pass, as of every number from the start.
    #[default]
    Registered,
    /// Nobody asked for one.
    Unregistered,
    /// It is under review.
    Pending,
    /// It was refused.
    Rejected,
    /// It was taken away; a toll-free number's is refused then.
    Suspended,
}

impl Registration {
    pub(crate) const ALL: [Self; 5] =
        [Self::Registered, Self::Unregistered, Self::Pending, Self::Rejected, Self::Suspended];
}

/// The 10DLC campaign of the account's numbers whose registration has come so far.
pub(crate) fn campaign_id(account: Uuid, state: Registration) -> Uuid {
    Uuid::from_u128(account.as_u128() ^ ((state as u128 + 1) << 64))
}

/// What US carriers do with a text from this number.
pub(crate) fn refusal(from: &Number, to: &str) -> Option<ApiError> {
    if from.registration == Registration::Registered {
        return None;
    }
    if from.is_toll_free() {
        let detail = "The toll-free number is not verified.";
        return Some(ApiError::new(403, "40329", detail).at("/from"));
    }
    // Whoever has the calling code 1 may be anywhere in North America: here the USA.
    let both = from.is_us_long_code() && country::of(to).first() == Some(&"US");
    both.then(|| ApiError::new(403, "40010", "The sending number is not associated with a 10DLC campaign.").at("/from"))
}
