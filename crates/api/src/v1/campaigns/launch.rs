//! When a campaign is to go, as it is asked for; and that somebody can be texted from one of its numbers.

use domain::campaign::schedule::{instant, wall_clock};
use domain::campaign::{Pool, Schedule, Settings};
use domain::hours::zone;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use store::campaign::{audience, pool};
use store::{StoreError, TenantTx, tenant};
use utoipa::ToSchema;

use crate::error::ApiError;

/// When it is to go: at most one of the first three; if none is said, a minute from now.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// From when its texts go out, at the earliest a minute from now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// What your organisation's clock shows when its texts go out, as in `2026-12-01T10:00`.
    at_tenant: Option<String>,
    /// What each recipient's own clock shows when theirs goes out. It is told by their time zone, else by their number; a number
    /// of several zones waits for the last of them.
    at_local: Option<String>,
    /// Over so many seconds from then on the texts are spread evenly: up to thirty days.
    #[schema(maximum = 2_592_000)]
    spread_seconds: Option<u32>,
    /// The `run` of the check that whoever launches it has seen: the launch is refused if it says nothing of the campaign as it is
    /// now.
    check: Option<i64>,
}

impl Launch {
    /// One that is only tried: nothing is spread.
    pub(super) fn tried(at: Option<Timestamp>, at_tenant: Option<String>, at_local: Option<String>) -> Self {
        Self { at, at_tenant, at_local, ..Self::default() }
    }

    pub(super) const fn check(&self) -> Option<i64> {
        self.check
    }

    /// The schedule, and the first instant at which anybody's time can come; `None`: as soon as may be.
    pub(super) async fn when(
        &self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
    ) -> Result<(Schedule, Option<Timestamp>), ApiError> {
        let said =
            [("at", self.at.is_some()), ("at_tenant", self.at_tenant.is_some()), ("at_local", self.at_local.is_some())];
        if let Some((field, _)) = said.into_iter().filter(|(_, is_said)| *is_said).nth(1) {
            return Err(ApiError::invalid(field, "said_twice", "Say one of `at`, `at_tenant` and `at_local`."));
        }
        let spread_seconds = self.spread_seconds.unwrap_or(0);
        if spread_seconds > Schedule::SPREAD_SECONDS_MAX {
            return Err(ApiError::invalid(
                "spread_seconds",
                "too_long",
                "Spread it over thirty days (2592000) at most.",
            ));
        }
        let at_local = self.at_local.as_deref().map(|text| clock("at_local", text)).transpose()?;
        let schedule = Schedule { at_local, spread_seconds };
        if schedule.last_anywhere().is_some_and(|last| last < now) {
            let mend = "This hour has passed everywhere. Choose a later one, or leave it out.";
            return Err(ApiError::invalid("at_local", "in_the_past", mend));
        }
        // Where it is past already, it goes as soon as may be.
        let at_local = schedule.first_anywhere().map(|first| first.max(now));
        let at_tenant = match &self.at_tenant {
            Some(text) => Some(self.on_our_clock(tx, now, text).await?),
            None => None,
        };
        Ok((schedule, self.at.or(at_local).or(at_tenant)))
    }

    async fn on_our_clock(&self, tx: &mut TenantTx<'_>, now: Timestamp, text: &str) -> Result<Timestamp, ApiError> {
        let local = clock("at_tenant", text)?;
        let ours = zone(&tenant::settings(tx).await?.time_zone).map_err(|error| {
            ApiError::invalid("at_tenant", error.code(), "Your organisation has no time zone. Set one under Settings.")
        })?;
        let at = instant(&ours, local);
        if at < now {
            let mend = "This hour has passed on your clock. Choose a later one, or leave it out.";
            return Err(ApiError::invalid("at_tenant", "in_the_past", mend));
        }
        Ok(at)
    }
}

/// That somebody can be texted from one of its numbers, and that the last of its texts has time.
pub(super) async fn can_go(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    set: &Settings,
    starts_at: Option<Timestamp>,
) -> Result<(), ApiError> {
    let pool = pool::usable(tx, &set.numbers).await?;
    if pool.is_unregistered() && is_refused_to_some(tx, now, set, &pool).await? {
        let mend = "None of these numbers is registered for texts to US phones, so the carrier would refuse them. See under \
                    Numbers what is missing, mend it at the carrier and read it again there, or choose others.";
        return Err(ApiError::invalid("numbers", "none_registered", mend));
    }
    if pool.is_empty() {
        let mend = "None of these numbers can send: they are switched off or have problems. Mend one under Numbers, or choose others.";
        return Err(ApiError::invalid("numbers", "none_usable", mend));
    }
    let last = starts_at.and_then(|at| at.checked_add(set.schedule.spread()).ok());
    if set.send_before.zip(last).is_some_and(|(before, last)| before < last) {
        let mend = "The last of the texts would be over before its turn. Spread them over less time, or choose a later `send_before`.";
        return Err(ApiError::invalid("spread_seconds", "too_long", mend));
    }
    Ok(())
}

/// Somebody of the audience would be refused by the carrier, whichever number texts them. Of a large audience only the first are
/// looked at: whoever comes later stops the campaign before anything is sent to them.
async fn is_refused_to_some(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    set: &Settings,
    pool: &Pool,
) -> Result<bool, StoreError> {
    if set.audience.phones.iter().any(|phone| !pool.reaches(phone)) {
        return Ok(true);
    }
    let mut after = None;
    for _ in 0..PAGES_LOOKED_AT {
        let page = audience::page(tx, now, &set.audience, after, PAGE).await?;
        if page.people.iter().any(|(_, phone)| !pool.reaches(phone)) {
            return Ok(true);
        }
        after = page.last;
        if after.is_none() {
            break;
        }
    }
    Ok(false)
}

/// So many contacts are looked at with one statement, and so often.
const PAGE: u32 = 1_000;
const PAGES_LOOKED_AT: usize = 5;

fn clock(field: &str, text: &str) -> Result<DateTime, ApiError> {
    wall_clock(text).ok_or_else(|| {
        let mend = "Write what the clock shows, without a time zone, as in 2026-12-01T10:00.";
        ApiError::invalid(field, "not_a_time", mend)
    })
}
