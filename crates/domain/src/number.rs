//! A sender of a tenant.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::assistant::Assistant;
use crate::id::{CarrierAccountId, NumberId};
use crate::phone::Address;
use crate::registration::Status;

/// What sort of sender it is; carriers treat them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An ordinary number.
    LongCode,
    /// A toll-free number.
    TollFree,
    /// Three to eight digits.
    ShortCode,
    /// A name; it cannot receive.
    Alphanumeric,
}

impl Kind {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LongCode => "long_code",
            Self::TollFree => "toll_free",
            Self::ShortCode => "short_code",
            Self::Alphanumeric => "alphanumeric",
        }
    }

    /// Segments per thousand seconds that this kind may send unless told otherwise
    /// (Telnyx's defaults: toll-free 20/s, short code 1,000/s; a registered US long code is limited by its
    /// campaign, for which 1/s is a safe start; alphanumeric 0.1/s).
    #[must_use]
    pub const fn default_rate_millis(self) -> u64 {
        match self {
            Self::LongCode => 1_000,
            Self::TollFree => 20_000,
            Self::ShortCode => 1_000_000,
            Self::Alphanumeric => 100,
        }
    }
}

/// A sender, as far as a decision needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Which one.
    pub id: NumberId,
    /// What the contact sees.
    pub address: Address,
    /// Through which account it sends.
    pub account: CarrierAccountId,
    /// Someone switched it off, or the carrier did.
    pub enabled: bool,
    /// Whether carriers know who sends from it.
    pub registration: Status,
    /// Who answers new conversations on it.
    pub assistant: Option<Arc<Assistant>>,
    /// The carrier confirms STOP and answers HELP itself, so we must not do it a second time.
    pub carrier_answers_keywords: bool,
}
