//! Parts of a campaign's settings and standing, as the document says them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::words;

/// Why a campaign paused by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignHalt)]
pub struct Halt {
    /// What stopped it.
    #[schema(value_type = words::CampaignGuard)]
    pub by: String,
    /// The carrier's code; `null`: it is not about one.
    #[schema(required = true)]
    pub code: Option<String>,
    /// What happened, in plain words.
    pub explanation: String,
    /// What to do before it goes on.
    pub mend: String,
    /// Some of those whom it happened to: ids of recipients.
    pub samples: Vec<String>,
}

/// Of which campaign a campaign is the next try.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignRetry)]
pub struct Retry {
    /// The campaign whose recipients these are.
    pub of: String,
    /// Who gets it besides those who failed and may not fail again.
    #[schema(value_type = Vec<words::CampaignRetryAlso>)]
    pub also: Vec<String>,
}

/// A few get it first, and what comes of that decides whether the others do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignCanary)]
pub struct Canary {
    /// So many of a hundred get it first.
    #[schema(minimum = 1, maximum = 20)]
    pub percent: u8,
    /// But at least so many, if there are.
    #[schema(minimum = 1, maximum = 1000)]
    pub at_least: u32,
    /// What comes of it is waited for so long after the first of their texts went out, unless all of them are over before.
    #[schema(minimum = 1, maximum = 10080)]
    pub wait_minutes: u32,
    /// More failures than this, of a hundred, and it pauses.
    #[schema(maximum = 100)]
    pub max_failed_percent: u8,
    /// More of them who want no more texts than this, of a hundred, and it pauses.
    #[schema(maximum = 100)]
    pub max_opted_out_percent: u8,
    /// More complaints than this, of a hundred, and it pauses: texts that a carrier took for spam, and people who said in their own
    /// words that they want no more. 2 if not said.
    #[schema(maximum = 100)]
    pub max_complained_percent: u8,
}

/// One of the texts of a campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignVariant)]
pub struct Variant {
    /// What people call it.
    pub name: String,
    /// The text, with places such as `{first_name|there}`.
    pub body: String,
    /// How many get it, compared with the others; 1 if not said.
    #[schema(minimum = 1, maximum = 1000)]
    pub weight: u32,
}
