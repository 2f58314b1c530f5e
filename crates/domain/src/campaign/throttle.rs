//! How fast campaigns go: buckets of segments per minute, and budgets of segments per day.
//!
//! They bind texts of campaigns only. What goes to one person counts into the budgets, and never waits for them.
//!
//! Days are the carriers' days. T-Mobile gives every brand a budget for each day (10DLC: 2,000 segments for one that is not
//! vetted up to 200,000) and begins a new one at midnight in the zone of Los Angeles.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::schedule::instant;
use crate::id::CampaignId;
use crate::pace::Pace;

/// How fast one campaign goes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Throttle {
    /// So many segments a minute; `None`: as fast as its numbers can.
    pub segments_per_minute: Option<u32>,
}

/// The clock of the carriers' days.
pub const CARRIERS_ZONE: &str = "America/Los_Angeles";

/// A carriers' day: its number since 1970, and when the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Which: the same for all of its moments.
    pub number: i64,
    /// When it is over.
    pub ends_at: Timestamp,
}

impl Day {
    /// The day that it is.
    #[must_use]
    pub fn of(now: Timestamp) -> Self {
        // It is in the database that is built in: a test holds that.
        let zone = TimeZone::get(CARRIERS_ZONE).unwrap_or(TimeZone::UTC);
        let today = zone.to_datetime(now).date();
        let number = today.duration_since(date(1970, 1, 1)).as_hours() / 24;
        let tomorrow = today.checked_add(1.day()).map_or(Timestamp::MAX, |day| instant(&zone, day.at(0, 0, 0, 0)));
        Self { number, ends_at: tomorrow }
    }
}

/// Which limit makes a text wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The campaign's own.
    Campaign,
    /// That of all campaigns of the tenant.
    Tenant,
    /// That of the carrier account.
    Account,
    /// The number's for this day.
    NumberDay,
    /// The carrier account's for this day.
    AccountDay,
}

impl Limit {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Campaign => "campaign_throttle",
            Self::Tenant => "tenant_throttle",
            Self::Account => "account_throttle",
            Self::NumberDay => "number_day_limit",
            Self::AccountDay => "account_day_limit",
        }
    }

    /// In plain words.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Campaign => "The campaign goes no faster than it was set to.",
            Self::Tenant => "All your campaigns together go no faster than you have set.",
            Self::Account => "Campaigns go no faster through one carrier account than you have set.",
            Self::NumberDay => {
                "The number has sent as much today as you have set. The next day begins at midnight, Pacific time."
            }
            Self::AccountDay => {
                "The carrier account has sent as much today as you have set. The next day begins at midnight, Pacific time."
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn mend(self) -> &'static str {
        match self {
            Self::Campaign => "",
            Self::Tenant | Self::Account => "Raise the limit under Settings if your carrier allows more.",
            Self::NumberDay => "Add another number to the next campaign, or raise the limit under Settings.",
            Self::AccountDay => "Raise the limit under Settings if your carrier allows more.",
        }
    }
}

/// What makes a text wait, and until when at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Which limit.
    pub by: Limit,
    /// Until then.
    pub until: Timestamp,
}

/// The limits that texts of campaigns from one number meet, and where each stands.
#[derive(Debug, Clone)]
pub struct Limits {
    buckets: Vec<Bucket>,
    budgets: Vec<Budget>,
    day: Day,
}

#[derive(Debug, Clone)]
struct Bucket {
    by: Limit,
    id: Uuid,
    /// The campaign that it binds; `None`: all.
    of: Option<CampaignId>,
    pace: Pace,
    tat_us: i64,
    is_moved: bool,
}

#[derive(Debug, Clone)]
struct Budget {
    by: Limit,
    most: i64,
    used: i64,
}

impl Limits {
    /// None yet. `day`: the carriers' day that it is.
    #[must_use]
    pub fn new(day: Day) -> Self {
        Self { buckets: Vec::new(), budgets: Vec::new(), day }
    }

    /// There is none: nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.budgets.is_empty()
    }

    /// At most so many segments a minute; none at `None`. `id`: what its state is kept under.
    pub fn bucket(&mut self, by: Limit, id: Uuid, of: Option<CampaignId>, per_minute: Option<u32>) {
        // Rounded down: never more than is set.
        let pace = per_minute.and_then(|segments| Pace::new((u64::from(segments) * 1_000 / 60).max(1)));
        self.buckets.extend(pace.map(|pace| Bucket { by, id, of, pace, tat_us: 0, is_moved: false }));
    }

    /// At most so many segments on this day, of which `used` are gone; none at `None`.
    pub fn budget(&mut self, by: Limit, per_day: Option<u32>, used: i64) {
        self.budgets.extend(per_day.map(|most| Budget { by, most: most.into(), used }));
    }

    /// What the states of the buckets are kept under.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        self.buckets.iter().map(|bucket| bucket.id).collect()
    }

    /// Where the bucket of this id stands, in microseconds (see [`Pace::take`]).
    pub fn stands(&mut self, id: Uuid, tat_us: i64) {
        self.buckets.iter_mut().filter(|bucket| bucket.id == id).for_each(|bucket| bucket.tat_us = tat_us);
    }

    /// Whether a text of a campaign of so many segments may go now.
    ///
    /// # Errors
    /// What makes it wait the longest.
    pub fn allow(&self, now: Timestamp, campaign: CampaignId, segments: u32) -> Result<(), Held> {
        let by_bucket = self.buckets_of(campaign).filter_map(|bucket| {
            let until_us = bucket.pace.take(now.as_microsecond(), bucket.tat_us, segments).err()?;
            Some(Held { by: bucket.by, until: Timestamp::from_microsecond(until_us).unwrap_or(Timestamp::MAX) })
        });
        let segments = i64::from(segments.max(1));
        let is_over = |budget: &&Budget| budget.used.saturating_add(segments) > budget.most;
        let by_budget =
            self.budgets.iter().filter(is_over).map(|budget| Held { by: budget.by, until: self.day.ends_at });
        match by_bucket.chain(by_budget).max_by_key(|held| held.until) {
            Some(held) => Err(held),
            None => Ok(()),
        }
    }

    /// It goes.
    pub fn take(&mut self, now: Timestamp, campaign: CampaignId, segments: u32) {
        for bucket in self.buckets.iter_mut().filter(|bucket| bucket.of.is_none_or(|of| of == campaign)) {
            if let Ok(tat_us) = bucket.pace.take(now.as_microsecond(), bucket.tat_us, segments) {
                (bucket.tat_us, bucket.is_moved) = (tat_us, true);
            }
        }
        for budget in &mut self.budgets {
            budget.used = budget.used.saturating_add(segments.max(1).into());
        }
    }

    /// The buckets that stand differently, by their ids.
    pub fn moved(&self) -> impl Iterator<Item = (Uuid, i64)> {
        self.buckets.iter().filter(|bucket| bucket.is_moved).map(|bucket| (bucket.id, bucket.tat_us))
    }

    fn buckets_of(&self, campaign: CampaignId) -> impl Iterator<Item = &Bucket> {
        self.buckets.iter().filter(move |bucket| bucket.of.is_none_or(|of| of == campaign))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    const JUNE: CampaignId = CampaignId(Uuid::from_u128(6));
    const JULY: CampaignId = CampaignId(Uuid::from_u128(7));

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_one_of_the_carriers() {
        assert!(TimeZone::get(CARRIERS_ZONE).is_ok());
        for (now, ends_at) in [
            ("2026-03-02T14:00:00Z", "2026-03-03T08:00:00Z"),
            ("2026-03-03T07:59:59Z", "2026-03-03T08:00:00Z"),
            ("2026-03-03T08:00:00Z", "2026-03-04T08:00:00Z"),
            // Clocks are put forward on the eighth of March, and back on the first of November.
            ("2026-03-08T09:00:00Z", "2026-03-09T07:00:00Z"),
            ("2026-11-01T08:00:00Z", "2026-11-02T08:00:00Z"),
        ] {
            assert_eq!(Day::of(at(now)).ends_at, at(ends_at), "{now}");
        }
        let [one, same, next] =
            ["2026-03-02T14:00:00Z", "2026-03-03T07:59:59Z", "2026-03-03T08:00:00Z"].map(|now| Day::of(at(now)).number);
        assert_eq!((one, next), (same, same + 1));
        assert_eq!(Day::of(at("1970-01-01T12:00:00Z")).number, 0);
    }

    #[test]
    fn whatever_holds_longest_is_told() {
        let now = at("2026-03-02T14:00:00Z");
        let mut limits = Limits::new(Day::of(now));
        assert!(limits.is_empty() && limits.allow(now, JUNE, 10).is_ok());
        limits.bucket(Limit::Campaign, JUNE.0, Some(JUNE), Some(60));
        limits.bucket(Limit::Tenant, Uuid::from_u128(1), None, Some(120));
        limits.bucket(Limit::Account, Uuid::from_u128(2), None, None);
        limits.budget(Limit::NumberDay, Some(5), 2);
        assert_eq!(limits.ids(), [JUNE.0, Uuid::from_u128(1)]);
        assert_eq!(limits.allow(now, JUNE, 1), Ok(()));
        limits.take(now, JUNE, 1);
        let held = limits.allow(now, JUNE, 1).unwrap_err();
        assert_eq!(held.by, Limit::Campaign);
        assert!(held.until > now && held.until <= now + SignedDuration::from_millis(1_017));
        assert_eq!(
            limits.allow(now, JULY, 1).unwrap_err().by,
            Limit::Tenant,
            "another campaign waits for what is all's"
        );
        let later = now + SignedDuration::from_secs(2);
        assert_eq!(limits.allow(later, JUNE, 2), Ok(()));
        let over = Held { by: Limit::NumberDay, until: at("2026-03-03T08:00:00Z") };
        assert_eq!(limits.allow(later, JUNE, 3), Err(over), "three and three are too many");
        limits.take(later, JULY, 2);
        assert_eq!(limits.allow(at("2026-03-02T20:00:00Z"), JULY, 1), Err(over));
        assert_eq!(limits.moved().map(|(id, _)| id).collect::<Vec<_>>(), [JUNE.0, Uuid::from_u128(1)]);
        let mut again = Limits::new(Day::of(now));
        again.bucket(Limit::Campaign, JUNE.0, Some(JUNE), Some(60));
        limits.moved().for_each(|(id, tat_us)| again.stands(id, tat_us));
        assert!(again.allow(now, JUNE, 1).is_err(), "as it was kept");
    }

    proptest! {
        /// Whoever asks, and whenever: no minute has more than is set and one text, no day more than its budget, and no time is lost
        /// but by those who come late.
        #[test]
        fn nothing_goes_too_fast(
            per_minute in 30_u32..6_000,
            per_day in 100_u32..3_000,
            segments in prop::collection::vec(1_u32..=3, 1..10),
            late_us in prop::collection::vec(0_i64..50_000, 1..10),
        ) {
            let start = at("2026-03-02T14:00:00Z");
            let mut limits = Limits::new(Day::of(start));
            limits.bucket(Limit::Campaign, JUNE.0, Some(JUNE), Some(per_minute));
            limits.budget(Limit::NumberDay, Some(per_day), 0);
            let (mut now, mut gone) = (start, Vec::new());
            let (mut segments, mut late_us) = (segments.iter().cycle(), late_us.iter().cycle());
            let mut next = *segments.next().unwrap();
            let mut lost = SignedDuration::ZERO;
            while now < start + SignedDuration::from_mins(3) {
                match limits.allow(now, JUNE, next) {
                    Ok(()) => {
                        limits.take(now, JUNE, next);
                        gone.push((now, next));
                        next = *segments.next().unwrap();
                    }
                    Err(held) => {
                        prop_assert!(held.until > now);
                        let late = SignedDuration::from_micros(*late_us.next().unwrap());
                        now = held.until + late;
                        lost += late;
                    }
                }
            }
            let total: u32 = gone.iter().map(|(_, segments)| segments).sum();
            prop_assert!(total <= per_day);
            let pace = Pace::new(u64::from(per_minute) * 1_000 / 60).unwrap();
            let used = pace.lasts(u64::from(total)) + lost;
            prop_assert!(total + 3 > per_day || used >= SignedDuration::from_mins(3), "{total} of {per_minute} a minute");
            for (nth, (from, _)) in gone.iter().enumerate() {
                let minute = gone[nth..].iter().take_while(|(at, _)| *at < *from + SignedDuration::from_mins(1));
                prop_assert!(minute.map(|(_, segments)| segments).sum::<u32>() <= per_minute + 3);
            }
        }
    }
}
