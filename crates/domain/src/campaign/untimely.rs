//! What becomes of a text whose time comes when it may not go.

use crate::tenant::{Otherwise, Settings};

/// What a campaign wants for texts that may not go when their turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Untimely {
    /// In quiet hours, by whoever's word or law.
    pub outside_hours: Otherwise,
    /// For who has had as many texts as the law or the tenant allows; `None`: what the tenant wants for all its campaigns.
    pub over_cap: Option<Otherwise>,
}

impl Untimely {
    /// What becomes of one that would be one too many.
    #[must_use]
    pub fn over_cap(self, settings: &Settings) -> Otherwise {
        self.over_cap.or(settings.campaign_cap.map(|cap| cap.otherwise)).unwrap_or_default()
    }
}
