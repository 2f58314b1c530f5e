//! When each text of a campaign may go: from one instant on, or when everybody's own clock shows an hour; all at once, or spread
//! over a while.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::region::Whereabouts;

/// When the texts of a campaign may go, as its launch says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Schedule {
    /// What everybody's own clock shows when their time comes; `None`: it comes for all at one instant, which the campaign
    /// itself knows.
    pub at_local: Option<DateTime>,
    /// Over so many seconds after that their texts are spread; 0: none waits for another.
    pub spread_seconds: u32,
}

/// Of one person, what says when their time comes.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Their number, E.164.
    pub phone: &'a str,
    /// Their own time zone, when someone said so.
    pub zone: Option<&'a str>,
    /// The how-manieth of the campaign they are, from 0.
    pub position: u64,
}

/// Clocks of places where people live are ahead of UTC by so much at most, and behind it by that.
const EASTERNMOST: Offset = Offset::constant(14);
const WESTERNMOST: Offset = Offset::constant(-12);

/// The fraction of the golden ratio, in 2⁻⁶⁴: its multiples lie evenly in any span, however many there are (Weyl's sequence).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Schedule {
    /// Nobody waits for another longer than this: thirty days.
    pub const SPREAD_SECONDS_MAX: u32 = 30 * 24 * 60 * 60;

    /// Before this nobody's own clock shows the hour; `None`: no clock is asked.
    #[must_use]
    pub fn first_anywhere(&self) -> Option<Timestamp> {
        self.at_local.map(|local| instant(&TimeZone::fixed(EASTERNMOST), local))
    }

    /// After this everybody's own clock has shown the hour; `None`: no clock is asked.
    #[must_use]
    pub fn last_anywhere(&self) -> Option<Timestamp> {
        self.at_local.map(|local| instant(&TimeZone::fixed(WESTERNMOST), local))
    }

    /// How long the texts are spread.
    #[must_use]
    pub fn spread(&self) -> SignedDuration {
        SignedDuration::from_secs(self.spread_seconds.into())
    }

    /// When one person's time comes, never before `from`. Theirs is the clock that [`Whereabouts::of`] says; if it may be one of
    /// several, it is time when the last of them shows the hour. An hour that a clock leaves out in spring is the one after it,
    /// and of one that it shows twice in autumn it is the first.
    #[must_use]
    pub fn ready_at(&self, from: Timestamp, person: Person<'_>, tenant_zone: &str) -> Timestamp {
        let of_clocks = self.at_local.and_then(|local| {
            let whereabouts = Whereabouts::of(person.phone, person.zone, tenant_zone).ok()?;
            whereabouts.clocks().map(|zone| instant(zone, local)).max()
        });
        let at = of_clocks.map_or(from, |at| at.max(from));
        at.checked_add(self.share(person.position)).unwrap_or(at)
    }

    /// How far into the spread somebody is.
    fn share(&self, position: u64) -> SignedDuration {
        let window = u128::from(self.spread_seconds) * 1_000_000;
        let part = (u128::from(position.wrapping_mul(GOLDEN)) * window) >> 64;
        SignedDuration::from_micros(i64::try_from(part).unwrap_or(0))
    }
}

/// When a clock shows this.
///
/// An hour that it leaves out is the one after it; of one that it shows twice it is the first.
#[must_use]
pub fn instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    zone.to_ambiguous_timestamp(local).compatible().unwrap_or(Timestamp::MAX)
}

/// Reads what a clock shows, as in `2026-12-01T10:00`; `None`: it is not that, or it has a zone of its own.
#[must_use]
pub fn wall_clock(text: &str) -> Option<DateTime> {
    let is_shaped = |shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(is, must)| if must == b'0' { is.is_ascii_digit() } else { is == must })
    };
    let well_known = is_shaped("0000-00-00T00:00") || is_shaped("0000-00-00T00:00:00");
    well_known.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use proptest::prelude::*;

    use super::*;

    const NEW_YORK: &str = "America/New_York";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn local(text: &str) -> Schedule {
        Schedule { at_local: Some(wall_clock(text).unwrap()), spread_seconds: 0 }
    }

    fn ready(schedule: Schedule, phone: &str, zone: Option<&str>) -> String {
        schedule.ready_at(at("2026-01-01T00:00:00Z"), Person { phone, zone, position: 0 }, NEW_YORK).to_string()
    }

    #[test]
    fn everybody_has_their_own_ten_o_clock() {
        let ten = local("2026-12-01T10:00");
        for (phone, zone, expected, why) in [
            ("+12125550123", None, "2026-12-01T15:00:00Z", "New York by its area code"),
            ("+14155550123", None, "2026-12-01T18:00:00Z", "California"),
            ("+14155550123", Some("Europe/Paris"), "2026-12-01T09:00:00Z", "what somebody said counts more"),
            ("+18505550123", None, "2026-12-01T16:00:00Z", "two clocks: the later one"),
            ("+18505550123", Some("America/New_York"), "2026-12-01T15:00:00Z", "and now one"),
            ("+18005550123", None, "2026-12-01T20:00:00Z", "free of charge: Hawaii is the last"),
            ("+442079460123", None, "2026-12-01T10:00:00Z", "London"),
            ("+881612345678", None, "2026-12-01T15:00:00Z", "a satellite: the tenant's"),
            ("+919812345678", None, "2026-12-01T04:30:00Z", "half hours"),
        ] {
            assert_eq!(ready(ten, phone, zone), expected, "{why}");
        }
    }

    #[test]
    fn hours_that_are_left_out_or_shown_twice() {
        assert_eq!(ready(local("2026-03-08T02:30"), "+12125550123", None), "2026-03-08T07:30:00Z", "half past three");
        assert_eq!(ready(local("2026-03-08T02:30"), "+16025550123", None), "2026-03-08T09:30:00Z", "Arizona has it");
        assert_eq!(ready(local("2026-11-01T01:30"), "+12125550123", None), "2026-11-01T05:30:00Z", "the first");
        let before_and_after =
            ["2026-03-07T10:00", "2026-03-08T10:00"].map(|ten| ready(local(ten), "+12125550123", None));
        assert_eq!(before_and_after, ["2026-03-07T15:00:00Z", "2026-03-08T14:00:00Z"]);
    }

    #[test]
    fn where_it_is_first_and_last() {
        let ten = local("2026-12-01T10:00");
        assert_eq!(ten.first_anywhere(), Some(at("2026-11-30T20:00:00Z")));
        assert_eq!(ten.last_anywhere(), Some(at("2026-12-01T22:00:00Z")));
        assert_eq!((Schedule::default().first_anywhere(), Schedule::default().last_anywhere()), (None, None));
    }

    #[test]
    fn a_clock_is_read_without_a_zone() {
        assert_eq!(wall_clock("2026-12-01T10:00"), Some(datetime(2026, 12, 1, 10, 0, 0, 0)));
        assert_eq!(wall_clock("2026-12-01T10:00:30"), Some(datetime(2026, 12, 1, 10, 0, 30, 0)));
        for wrong in [
            "",
            "10:00",
            "2026-12-01",
            "2026-12-01 10:00",
            "2026-12-01T10:00Z",
            "2026-12-01T10:00+01:00",
            "2026-13-01T10:00",
            "2026-02-30T10:00",
            "2026-12-01T25:00",
            "2026-12-01T10:00[Europe/Paris]",
            "２026-12-01T10:00",
            "2026-12-01T1:00",
        ] {
            assert_eq!(wall_clock(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn it_is_kept_as_it_is_written() {
        let schedule = Schedule { spread_seconds: 60, ..local("2026-12-01T10:00") };
        let json = serde_json::to_value(schedule).unwrap();
        assert_eq!(json, serde_json::json!({ "at_local": "2026-12-01T10:00:00", "spread_seconds": 60 }));
        assert_eq!(serde_json::from_value::<Schedule>(json).unwrap(), schedule);
        assert_eq!(serde_json::from_str::<Schedule>("{}").unwrap(), Schedule::default(), "of old rows");
    }

    fn people() -> impl Strategy<Value = (String, Option<&'static str>)> {
        let zones =
            prop_oneof![Just("Asia/Kolkata"), Just("Pacific/Auckland"), Just("Pacific/Kiritimati"), Just("Mars/Base")];
        let numbers = prop_oneof![(201_u32..999).prop_map(|area| format!("+1{area}5550123")), "\\+[1-9][0-9]{6,13}"];
        (numbers, prop::option::of(zones))
    }

    proptest! {
        /// Never before it was asked for, on none of the clocks that may be theirs; and always the same.
        #[test]
        fn nobody_is_early(
            (phone, zone) in people(),
            minutes in 0_i64..1_200_000,
            spread_seconds in 0_u32..100_000,
            position in 0_u64..1_000_000,
            from in 0_i64..80_000_000,
        ) {
            let asked = datetime(2026, 1, 1, 0, 0, 0, 0).checked_add(SignedDuration::from_mins(minutes)).unwrap();
            let schedule = Schedule { at_local: Some(asked), spread_seconds };
            let from = Timestamp::from_second(1_767_225_600 + from).unwrap();
            let person = Person { phone: &phone, zone, position };
            let ready = schedule.ready_at(from, person, NEW_YORK);
            prop_assert_eq!(ready, schedule.ready_at(from, person, NEW_YORK));
            prop_assert!(ready >= from);
            prop_assert!(ready >= schedule.first_anywhere().unwrap());
            prop_assert!(ready <= schedule.last_anywhere().unwrap().max(from) + SignedDuration::from_hours(1) + schedule.spread());
            let whereabouts = Whereabouts::of(&phone, zone, NEW_YORK).unwrap();
            for clock in whereabouts.clocks() {
                // An hour that comes twice was asked for the first time; what was asked for in between is an hour less.
                let shown = clock.to_datetime(ready);
                prop_assert!(shown >= asked || shown.checked_add(SignedDuration::from_hours(1)).unwrap() > asked, "{shown} of {asked}");
            }
        }

        /// However many there are, no two wait twice as long for each other as they must, and none beyond the end.
        #[test]
        fn the_spread_is_even(people in 2_u64..500, spread_seconds in 1_u32..1_000_000) {
            let schedule = Schedule { at_local: None, spread_seconds };
            let from = at("2026-06-01T12:00:00Z");
            let end = from + schedule.spread();
            let mut times: Vec<_> = (0..people)
                .map(|position| schedule.ready_at(from, Person { phone: "+12125550123", zone: None, position }, NEW_YORK))
                .collect();
            prop_assert_eq!(times[0], from, "the first does not wait");
            times.sort_unstable();
            prop_assert!(times.iter().all(|time| *time >= from && *time < end));
            times.push(end);
            let fair = f64::from(spread_seconds) / people as f64;
            for pair in times.windows(2) {
                let gap = pair[1].duration_since(pair[0]).as_secs_f64();
                prop_assert!(gap <= 2.0 * fair + 0.001, "{gap} s, and {fair} s would be fair");
            }
        }
    }
}
