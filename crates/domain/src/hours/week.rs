//! Hours of the week in which somebody is there: office hours, an assistant's hours.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, ToSpan, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{HoursError, time_of_day};

/// So many spans are enough for every day with a break, twice.
const SPANS_MAX: usize = 28;

/// Spans of the week, each on some days from a time until just before another of the same day.
///
/// In JSON `[{"days": ["mon", "tue"], "from": "09:00", "until": "17:00"}]`; `24:00` is the end of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Written>", into = "Vec<Written>")]
pub struct WeekHours(Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    days: Vec<Day>,
    from: i16,
    until: i16,
}

/// A day of the week, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    days: Vec<Day>,
    from: String,
    until: String,
}

impl WeekHours {
    /// Whether `at` is in them on the clock of `zone`.
    #[must_use]
    pub fn contain(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let local = zone.to_datetime(at);
        let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
        let day = day_of(local.date());
        self.0.iter().any(|span| span.days.contains(&day) && (span.from..span.until).contains(&minute))
    }

    /// The first moment at or after `at` that is in them; `None` if there are none.
    #[must_use]
    pub fn next_open(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        if self.contain(at, zone) {
            return Some(at);
        }
        let today = zone.to_datetime(at).date();
        (0..=7_i32).find_map(|ahead| {
            let date = today.checked_add(ahead.days()).ok()?;
            let day = day_of(date);
            let starts = self.0.iter().filter(|span| span.days.contains(&day)).filter_map(|span| {
                let midnight = date.to_datetime(civil::Time::midnight());
                let start = midnight.checked_add(i64::from(span.from).minutes()).ok()?;
                zone.to_ambiguous_timestamp(start).compatible().ok()
            });
            starts.filter(|start| *start > at).min()
        })
    }

    /// How much of the time from `from` until `until` is in them. Hours that clocks skip are not there, and hours that they go
    /// through twice count twice.
    #[must_use]
    pub fn open_between(&self, from: Timestamp, until: Timestamp, zone: &TimeZone) -> SignedDuration {
        let (first, last) = (zone.to_datetime(from).date(), zone.to_datetime(until).date());
        let days = first.series(1.day()).take_while(|day| *day <= last);
        days.map(|date| {
            let instant = |minute: i16| {
                let time = date.to_datetime(civil::Time::midnight()).checked_add(i64::from(minute).minutes()).ok()?;
                zone.to_ambiguous_timestamp(time).compatible().ok()
            };
            let mut open: Vec<(i16, i16)> = self
                .0
                .iter()
                .filter(|span| span.days.contains(&day_of(date)))
                .map(|span| (span.from, span.until))
                .collect();
            open.sort_unstable();
            let (mut sum, mut done) = (SignedDuration::ZERO, from);
            for (start, end) in open {
                let (Some(start), Some(end)) = (instant(start), instant(end)) else { continue };
                let (start, end) = (start.max(done), end.min(until));
                if start < end {
                    sum += end.duration_since(start);
                    done = end;
                }
            }
            sum
        })
        .sum()
    }

    /// When that is, in words that follow "we answer": `today from 9:00`, `tomorrow from 9:00`, `on Monday from 9:00`.
    #[must_use]
    pub fn when_open(&self, at: Timestamp, zone: &TimeZone) -> Option<String> {
        let open = self.next_open(at, zone)?;
        let (now, then) = (zone.to_datetime(at), zone.to_datetime(open));
        let days = now.date().until(then.date()).map_or(0, |span| span.get_days());
        let mut words = match days {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            _ => format!("on {}", name_of(then.date().weekday())),
        };
        let _ = write!(words, " from {}:{:02}", then.hour(), then.minute());
        Some(words)
    }
}

impl TryFrom<Vec<Written>> for WeekHours {
    type Error = HoursError;
    fn try_from(written: Vec<Written>) -> Result<Self, HoursError> {
        if written.len() > SPANS_MAX {
            return Err(HoursError::TooMany);
        }
        let spans = written.into_iter().map(|Written { days, from, until }| {
            let (from, until) = (minute_of(&from)?, minute_of(&until)?);
            if from >= until {
                return Err(HoursError::EndsBeforeItBegins);
            }
            Ok(Span { days, from, until })
        });
        spans.collect::<Result<_, _>>().map(Self)
    }
}

impl From<WeekHours> for Vec<Written> {
    fn from(hours: WeekHours) -> Self {
        let time = |minute: i16| format!("{:02}:{:02}", minute / 60, minute % 60);
        hours
            .0
            .into_iter()
            .map(|span| Written { days: span.days, from: time(span.from), until: time(span.until) })
            .collect()
    }
}

/// Minutes since midnight; `24:00` is the end of the day.
fn minute_of(text: &str) -> Result<i16, HoursError> {
    if text == "24:00" {
        return Ok(24 * 60);
    }
    let time = time_of_day(text)?;
    Ok(i16::from(time.hour()) * 60 + i16::from(time.minute()))
}

fn day_of(date: civil::Date) -> Day {
    match date.weekday() {
        civil::Weekday::Monday => Day::Mon,
        civil::Weekday::Tuesday => Day::Tue,
        civil::Weekday::Wednesday => Day::Wed,
        civil::Weekday::Thursday => Day::Thu,
        civil::Weekday::Friday => Day::Fri,
        civil::Weekday::Saturday => Day::Sat,
        civil::Weekday::Sunday => Day::Sun,
    }
}

const fn name_of(day: civil::Weekday) -> &'static str {
    match day {
        civil::Weekday::Monday => "Monday",
        civil::Weekday::Tuesday => "Tuesday",
        civil::Weekday::Wednesday => "Wednesday",
        civil::Weekday::Thursday => "Thursday",
        civil::Weekday::Friday => "Friday",
        civil::Weekday::Saturday => "Saturday",
        civil::Weekday::Sunday => "Sunday",
    }
}

/// A day of the tenant's clock, from its first moment until just before the next one's.
#[must_use]
pub fn day_around(at: Timestamp, zone: &TimeZone) -> std::ops::Range<Timestamp> {
    let start = at.to_zoned_datetime(zone.clone()).start_of_day().map_or(at, |start| start.timestamp());
    let next =
        at.to_zoned_datetime(zone.clone()).tomorrow().and_then(|next| next.start_of_day()).map(|next| next.timestamp());
    start..next.unwrap_or_else(|_| start.checked_add(SignedDuration::from_hours(24)).unwrap_or(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> WeekHours {
        serde_json::from_str(
            r#"[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","until":"12:00"},
                {"days":["mon","tue","wed","thu"],"from":"13:00","until":"17:30"}]"#,
        )
        .unwrap()
    }

    #[test]
    fn they_know_when_somebody_is_there() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let cases = [
            ("2026-11-27T13:59:59Z", false, Some("today from 9:00")),
            ("2026-11-27T14:00:00Z", true, Some("today from 9:00")),
            ("2026-11-27T17:00:00Z", false, Some("on Monday from 9:00")),
            ("2026-11-26T17:30:00Z", false, Some("today from 13:00")),
            ("2026-11-26T23:00:00Z", false, Some("tomorrow from 9:00")),
            ("2026-11-28T12:00:00Z", false, Some("on Monday from 9:00")),
        ];
        for (at, open, when) in cases {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(office().contain(at, &zone), open, "{at}");
            if !open {
                assert_eq!(office().when_open(at, &zone).as_deref(), when, "{at}");
            }
        }
    }

    #[test]
    fn waiting_at_night_does_not_count() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let minutes = |from: &str, until: &str| {
            office().open_between(from.parse().unwrap(), until.parse().unwrap(), &zone).as_mins()
        };
        for (from, until, wanted, name) in [
            ("2026-11-27T14:10:00Z", "2026-11-27T14:17:00Z", 7, "within"),
            ("2026-11-27T13:00:00Z", "2026-11-27T14:05:00Z", 5, "before it opens"),
            ("2026-11-27T16:50:00Z", "2026-11-30T14:20:00Z", 30, "over a weekend"),
            ("2026-11-26T16:30:00Z", "2026-11-26T18:30:00Z", 60, "over the break"),
            ("2026-11-28T14:00:00Z", "2026-11-28T20:00:00Z", 0, "closed"),
            ("2026-11-27T14:17:00Z", "2026-11-27T14:10:00Z", 0, "backwards"),
        ] {
            assert_eq!(minutes(from, until), wanted, "{name}");
        }
        let twice: WeekHours = serde_json::from_str(
            r#"[{"days":["fri"],"from":"09:00","until":"12:00"}, {"days":["fri"],"from":"10:00","until":"11:00"}]"#,
        )
        .unwrap();
        let day = ("2026-11-27T00:00:00Z".parse().unwrap(), "2026-11-28T00:00:00Z".parse().unwrap());
        assert_eq!(twice.open_between(day.0, day.1, &zone).as_mins(), 180, "spans that overlap count once");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            r#"[{"days":["mon"],"from":"17:00","until":"09:00"}]"#,
            r#"[{"days":["mon"],"from":"9","until":"17:00"}]"#,
            r#"[{"days":["monday"],"from":"09:00","until":"17:00"}]"#,
        ] {
            assert!(serde_json::from_str::<WeekHours>(wrong).is_err(), "{wrong}");
        }
        let never: WeekHours = serde_json::from_str("[]").unwrap();
        assert_eq!(never.when_open(Timestamp::UNIX_EPOCH, &TimeZone::UTC), None);
        let whole = r#"[{"days":["sun"],"from":"00:00","until":"24:00"}]"#;
        let sunday: WeekHours = serde_json::from_str(whole).unwrap();
        assert_eq!(serde_json::to_string(&sunday).unwrap(), whole);
    }

    #[test]
    fn a_day_is_the_tenant_s() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let day = day_around("2026-10-25T12:00:00Z".parse().unwrap(), &zone);
        assert_eq!(day.end.duration_since(day.start), SignedDuration::from_hours(25));
    }
}
