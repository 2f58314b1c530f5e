//! Triggers that come by time, and somebody has to look for: when, and whom they can concern.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::trigger::Trigger;

/// Whoever looks for people who came into a segment, or stay silent, does so again after this.
pub const ROUND: SignedDuration = SignedDuration::from_mins(1);
/// What should have fired while nobody looked is made up for when it is no older than this: who gets wishes for their birthday
/// two days late is not pleased.
pub const MADE_UP_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The clocks of the world show whole quarters of an hour at the same moments.
/// (<https://data.iana.org/time-zones/tzdb/>: every offset in use is a multiple of 15 minutes.)
const QUARTER: i64 = 15 * 60;
/// Nobody is older.
const YEARS_MAX: i16 = 130;

impl Trigger {
    /// Whether somebody has to look for it now and then, as nothing that happens tells of it.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        matches!(self, Self::SegmentEntered(_) | Self::Date { .. } | Self::NoReply(_))
    }

    /// When it is to be looked for again after a look at `now`. A date fires at an hour of somebody's clock, which is a quarter of
    /// an hour like all others on every clock there is: it is looked for at these alone.
    #[must_use]
    pub fn next_look(&self, now: Timestamp) -> Timestamp {
        let Self::Date { time, .. } = self else { return now.checked_add(ROUND).unwrap_or(now) };
        let within = i64::from(time.minute()) * 60 % QUARTER;
        let next = (now.as_second() - within).div_euclid(QUARTER) * QUARTER + QUARTER + within;
        Timestamp::from_second(next).unwrap_or(now)
    }

    /// The days that the field of a trigger of a date may hold for it to fire after one moment and not after another, on some clock.
    /// None for other triggers.
    #[must_use]
    pub fn days_that_fire(&self, after: Timestamp, until: Timestamp) -> Vec<Date> {
        let Self::Date { days, yearly, .. } = self else { return Vec::new() };
        let utc = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        // Clocks are at most 14 hours before, and 12 behind.
        let (Ok(first), Ok(last)) = (utc(after).yesterday(), utc(until).tomorrow()) else { return Vec::new() };
        let fires = first.series(1.day()).take_while(|day| *day <= last);
        let of_field: Vec<Date> = fires.filter_map(|day| day.checked_sub(days.days()).ok()).collect();
        if !yearly {
            return of_field;
        }
        let mut all = Vec::new();
        for day in of_field {
            for year in (day.year() - YEARS_MAX)..=day.year() {
                all.extend(Date::new(year, day.month(), day.day()));
                // Who was born on the 29th has their day on the 28th in other years.
                if (day.month(), day.day()) == (2, 28) && !day.in_leap_year() {
                    all.extend(Date::new(year, 2, 29));
                }
            }
        }
        all
    }

    /// The day that a trigger of a date fires for, by which nobody enters twice: what it is about, and their own day.
    #[must_use]
    pub fn key_of_day(&self, fires: Timestamp, theirs: &TimeZone) -> String {
        let days = if let Self::Date { days, .. } = self { *days } else { 0 };
        format!("date:{}:{days}:{}", self.what(), theirs.to_datetime(fires).date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(json: &str) -> Trigger {
        serde_json::from_str(json).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_is_looked_for_when_it_may_fire() {
        let date = |time: &str| format!(r#"{{"date":{{"field":"born","time":"{time}"}}}}"#);
        for (json, now, next) in [
            (date("10:00").as_str(), "2026-03-02T14:00:00Z", "2026-03-02T14:15:00Z"),
            (date("10:00").as_str(), "2026-03-02T14:14:59.9Z", "2026-03-02T14:15:00Z"),
            (date("10:50").as_str(), "2026-03-02T14:00:00Z", "2026-03-02T14:05:00Z"),
            (date("10:50").as_str(), "2026-03-02T14:05:00Z", "2026-03-02T14:20:00Z"),
            (r#"{"no_reply":"2d"}"#, "2026-03-02T14:00:00Z", "2026-03-02T14:01:00Z"),
        ] {
            assert_eq!(trigger(json).next_look(at(now)), at(next), "{json} {now}");
        }
    }

    /// Whatever fires on any clock is among the days that are looked for.
    #[test]
    fn nobodys_day_is_missed() {
        let zones = ["Pacific/Kiritimati", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Pacific/Pago_Pago"];
        let mut fired = 0;
        for json in [
            r#"{"date":{"field":"born","time":"00:00","yearly":true}}"#,
            r#"{"date":{"field":"born","days":-7,"time":"23:45","yearly":true}}"#,
            r#"{"date":{"field":"due","days":3,"time":"10:00"}}"#,
        ] {
            let trigger = trigger(json);
            for (after, until) in [
                ("2026-02-27T23:00:00Z", "2026-03-01T11:00:00Z"),
                ("2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z"),
                ("2026-12-31T09:00:00Z", "2027-01-01T09:15:00Z"),
            ] {
                let (after, until) = (at(after), at(until));
                let days = trigger.days_that_fire(after, until);
                for day in
                    ["1990-02-28", "2000-02-29", "1990-03-01", "1990-12-31", "1990-01-01", "2026-02-25", "2000-03-07"]
                {
                    let day: Date = day.parse().unwrap();
                    for zone in zones {
                        let zone = TimeZone::get(zone).unwrap();
                        if trigger.next_date(day, after, &zone).is_some_and(|at| at <= until) {
                            fired += 1;
                            assert!(days.contains(&day), "{json} {day} {after} {zone:?}");
                        }
                    }
                }
            }
        }
        assert!(fired > 20, "{fired}");
        assert!(trigger(r#""api""#).days_that_fire(at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z")).is_empty());
    }

    #[test]
    fn the_day_that_it_fires_for_is_theirs() {
        let trigger = trigger(r#"{"date":{"field":"born","days":-1,"time":"10:00","yearly":true}}"#);
        let zone = TimeZone::get("Pacific/Kiritimati").unwrap();
        assert_eq!(trigger.key_of_day(at("2026-03-01T20:00:00Z"), &zone), "date:born:-1:2026-03-02");
    }
}
