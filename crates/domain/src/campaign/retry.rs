//! A campaign once more, to those who did not get it.

use serde::{Deserialize, Serialize};

use super::breaker::family;
use super::{Skip, Standing};
use crate::gate::Reason;
use crate::id::CampaignId;

/// Of which campaign a campaign is the next try, and for whom besides those who failed and may not fail again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// The campaign whose recipients these are.
    pub of: CampaignId,
    /// Who else gets it.
    #[serde(default)]
    pub also: Vec<Also>,
}

/// Who else gets the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Also {
    /// Whoever was skipped, but for those who want nothing.
    Skipped,
    /// Whoever was left when it was ended.
    Cancelled,
}

impl Retry {
    /// Whether somebody who stands so, for this reason, is to get the next try. Whoever got it, or may have got it, is not;
    /// nor is who failed for good.
    #[must_use]
    pub fn means(&self, standing: Standing, code: Option<&str>) -> bool {
        match standing {
            Standing::Failed => code.and_then(family).is_some(),
            Standing::Skipped => self.also.contains(&Also::Skipped) && !code.is_some_and(wants_nothing),
            Standing::Cancelled => self.also.contains(&Also::Cancelled),
            _ => false,
        }
    }
}

/// Or is to get nothing.
fn wants_nothing(code: &str) -> bool {
    let reasons = [Reason::ContactOptedOut, Reason::PurposeOptedOut, Reason::Suppressed, Reason::ContactBlocked];
    reasons.iter().any(|reason| reason.code() == code) || code == Skip::HELD_OUT
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_who_surely_did_not_get_it_and_still_may() {
        let retry = |also: &[Also]| Retry { of: Uuid::nil().into(), also: also.to_vec() };
        let (failed, all) = (retry(&[]), retry(&[Also::Skipped, Also::Cancelled]));
        for (standing, code, by_default, with_all) in [
            (Standing::Failed, Some("40312"), true, true),
            (Standing::Failed, Some("40015"), true, true),
            (Standing::Failed, Some("40008"), true, true),
            (Standing::Failed, Some("carrier_unreachable"), true, true),
            (Standing::Failed, Some("40310"), false, false),
            (Standing::Failed, Some("40300"), false, false),
            (Standing::Failed, None, false, false),
            (Standing::Skipped, Some("lacks_field"), false, true),
            (Standing::Skipped, Some("contact_opted_out"), false, false),
            (Standing::Skipped, Some("contact_blocked"), false, false),
            (Standing::Skipped, Some("purpose_opted_out"), false, false),
            (Standing::Skipped, Some("suppressed"), false, false),
            (Standing::Skipped, Some("not_opted_in"), false, true),
            (Standing::Skipped, Some("holdout"), false, false),
            (Standing::Cancelled, None, false, true),
        ] {
            assert_eq!(failed.means(standing, code), by_default, "{standing:?} {code:?}");
            assert_eq!(all.means(standing, code), with_all, "{standing:?} {code:?}");
        }
    }

    #[test]
    fn nobody_gets_it_twice() {
        let all = Retry { of: Uuid::nil().into(), also: vec![Also::Skipped, Also::Cancelled] };
        let over = [Standing::Failed, Standing::Skipped, Standing::Cancelled];
        for standing in Standing::ALL.into_iter().filter(|standing| !over.contains(standing)) {
            for code in [None, Some("40008"), Some("40312"), Some("outcome_unknown")] {
                assert!(!all.means(standing, code), "{standing:?}");
            }
        }
    }
}
