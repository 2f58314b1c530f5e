//! By which clock somebody's times are told, and how they write days.

use jiff::tz::TimeZone;

use crate::condition::Subject;
use crate::region::{Whereabouts, country_of};
use crate::tenant::Settings;

/// Where 5/6 is the sixth of May: the United States and what is theirs, and those who write as they do
/// (CLDR `yMd` of the English of each).
const MONTH_FIRST: [&str; 11] = ["US", "PR", "GU", "VI", "AS", "MP", "UM", "PH", "FM", "MH", "PW"];

/// By which clock somebody's times are told, and how they write days.
#[derive(Debug, Clone, PartialEq)]
pub struct Locale {
    /// Their clock.
    pub zone: TimeZone,
    /// A BCP 47 tag, as in `en`.
    pub language: String,
    /// 5/6 is the sixth of May where they are.
    pub month_first: bool,
}

impl Locale {
    /// Of whoever is reached at this number (E.164). Of several clocks that theirs may be, the tenant's is taken if it is one of
    /// them, else the first; what may be sent at that hour is the gate's to say.
    #[must_use]
    pub fn of(subject: &Subject, phone: &str, tenant: &Settings) -> Self {
        Self {
            zone: Self::clock(subject.time_zone.as_deref(), phone, &tenant.time_zone),
            language: subject.language.clone().unwrap_or_else(|| "en".to_owned()),
            month_first: MONTH_FIRST.contains(&country_of(phone).unwrap_or(&tenant.region)),
        }
    }

    /// The clock of whoever is reached at this number (E.164) and may have said their own zone.
    #[must_use]
    pub fn clock(own: Option<&str>, phone: &str, tenant_zone: &str) -> TimeZone {
        let business = TimeZone::get(tenant_zone).unwrap_or(TimeZone::UTC);
        let known = Whereabouts::of(phone, own, tenant_zone).ok();
        let clocks: Vec<&TimeZone> = known.iter().flat_map(Whereabouts::clocks).collect();
        match clocks.first() {
            Some(first) if !clocks.contains(&&business) => (*first).clone(),
            _ => business,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn their_own_clock_then_their_numbers_then_ours() {
        let tenant = |zone: &str, region: &str| Settings {
            time_zone: zone.into(),
            region: region.into(),
            ..Settings::default()
        };
        let (new_york, berlin) = (tenant("America/New_York", "US"), tenant("Europe/Berlin", "DE"));
        for (phone, own, tenant, zone, month_first) in [
            ("+12125550100", None, &new_york, "America/New_York", true),
            ("+12125550100", None, &berlin, "America/New_York", true),
            ("+12125550100", Some("America/Denver"), &berlin, "America/Denver", true),
            ("+491711234567", None, &new_york, "Europe/Berlin", false),
            ("+18005550100", None, &new_york, "America/New_York", true),
        ] {
            let subject = Subject { time_zone: own.map(str::to_owned), ..Subject::default() };
            let locale = Locale::of(&subject, phone, tenant);
            assert_eq!((locale.zone.iana_name(), locale.month_first), (Some(zone), month_first), "{phone} {own:?}");
            assert_eq!(locale.language, "en");
        }
    }
}
