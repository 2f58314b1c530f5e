//! How often campaigns may text one person, by law and by the tenant's word.

use jiff::{SignedDuration, Timestamp};

use super::{Asked, Purpose, Reason};
use crate::law;
use crate::region::Whereabouts;
use crate::tenant::CampaignCap;

/// How far back the gate must know of texts of campaigns that this phone had; `None`: nothing limits them.
#[must_use]
pub fn looks_back(now: Timestamp, asked: &Asked<'_>) -> Option<SignedDuration> {
    if asked.purpose != Purpose::Campaign {
        return None;
    }
    let whereabouts = asked.whereabouts().ok()?;
    limits(now, asked, &whereabouts).map(|limit| limit.within).max()
}

/// From when on one more is not too often: `now`, if it is not now.
pub(super) fn allowed_from(now: Timestamp, asked: &Asked<'_>, whereabouts: &Whereabouts) -> Timestamp {
    limits(now, asked, whereabouts).map(|limit| limit.allows_from(now, asked.had)).max().unwrap_or(now).max(now)
}

/// Which cap it is, in a sentence, and when it goes; `None`: it does not.
pub(super) fn in_words(
    now: Timestamp,
    asked: &Asked<'_>,
    whereabouts: &Whereabouts,
    until: Option<Timestamp>,
) -> String {
    let strictest = limits(now, asked, whereabouts).max_by_key(|limit| limit.allows_from(now, asked.had));
    let Some((limit, zone)) = strictest.zip(whereabouts.clocks().next()) else {
        return Reason::FrequencyCap.explanation().into();
    };
    let texts = if limit.texts == 1 { "text" } else { "texts" };
    let within = match limit.within.as_hours() {
        24 => "24 hours".into(),
        hours if hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    };
    let by = limit.by_law.map_or("that you allow".into(), |(place, source)| format!("that {place} allows ({source})"));
    let when = until.map_or_else(String::new, |until| {
        format!("; it goes {}", law::when(zone.to_datetime(now), zone.to_datetime(until)))
    });
    format!("This person has had {} campaign {texts} within {within}, the most {by}{when}.", limit.texts)
}

/// At most so many within so long.
struct Limit {
    texts: u16,
    within: SignedDuration,
    /// Where, and who says so; `None`: the tenant does.
    by_law: Option<(&'static str, &'static str)>,
}

impl Limit {
    /// When the oldest of as many as are allowed is past. `had`: the latest first.
    fn allows_from(&self, now: Timestamp, had: &[Timestamp]) -> Timestamp {
        let nth = usize::from(self.texts.max(1)) - 1;
        let oldest = had.get(nth).and_then(|at| at.checked_add(self.within).ok());
        oldest.map_or(now, |past| past.max(now))
    }
}

fn limits(now: Timestamp, asked: &Asked<'_>, whereabouts: &Whereabouts) -> impl Iterator<Item = Limit> {
    let by_tenant = asked.settings.campaign_cap.map(|CampaignCap { texts, days, .. }| Limit {
        texts,
        within: SignedDuration::from_hours(i64::from(days) * 24),
        by_law: None,
    });
    let by_law = law::caps(now, whereabouts).map(|(cap, place)| Limit {
        texts: cap.texts,
        within: SignedDuration::from_hours(cap.hours.into()),
        by_law: Some((place.name(), cap.source)),
    });
    by_tenant.into_iter().chain(by_law)
}
