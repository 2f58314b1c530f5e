use jiff::civil::time;
use proptest::prelude::*;

use super::*;

fn quiet(from: &str, until: &str) -> QuietHours {
    QuietHours::try_from(Written { from: from.into(), until: until.into() }).unwrap()
}

fn zones(names: &str) -> Vec<TimeZone> {
    names.split(' ').map(|name| zone(name).unwrap()).collect()
}

/// `now` and the answer are local times of the first zone, with their offset to tell folds apart.
fn check(hours: (&str, &str), names: &str, now: &str, expected: &str) {
    let zones = zones(names);
    let now: Timestamp = now.parse().unwrap();
    let open = quiet(hours.0, hours.1).next_open(now, &zones).unwrap();
    assert_eq!(open, expected.parse().unwrap(), "{names} {now}: {}", zones[0].to_datetime(open));
}

const NIGHT: (&str, &str) = ("21:00", "08:00");

#[test]
fn an_ordinary_day() {
    for (now, open) in [
        ("2026-06-10T12:00:00-04:00", "2026-06-10T12:00:00-04:00"),
        ("2026-06-10T20:59:59.999-04:00", "2026-06-10T20:59:59.999-04:00"),
        ("2026-06-10T21:00:00-04:00", "2026-06-11T08:00:00-04:00"),
        ("2026-06-10T23:59:59-04:00", "2026-06-11T08:00:00-04:00"),
        ("2026-06-11T00:00:00-04:00", "2026-06-11T08:00:00-04:00"),
        ("2026-06-11T07:59:59.999999999-04:00", "2026-06-11T08:00:00-04:00"),
        ("2026-06-11T08:00:00-04:00", "2026-06-11T08:00:00-04:00"),
    ] {
        check(NIGHT, "America/New_York", now, open);
    }
    check(("12:00", "14:00"), "Asia/Kolkata", "2026-06-10T13:00:00+05:30", "2026-06-10T14:00:00+05:30");
    check(("12:00", "14:00"), "Asia/Kolkata", "2026-06-10T23:00:00+05:30", "2026-06-10T23:00:00+05:30");
}

#[test]
fn when_clocks_change() {
    // Spring: the night is an hour shorter; autumn: longer.
    check(NIGHT, "America/New_York", "2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00");
    check(NIGHT, "America/New_York", "2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00");
    check(NIGHT, "Europe/Berlin", "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00");
    check(NIGHT, "Europe/Berlin", "2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00");
    // The end falls into the hour that is skipped: open as soon as the clock is past it.
    check(("22:00", "02:30"), "America/New_York", "2026-03-07T23:00:00-05:00", "2026-03-08T03:00:00-04:00");
    // All quiet hours are skipped.
    check(("02:00", "03:00"), "America/New_York", "2026-03-08T01:59:00-05:00", "2026-03-08T01:59:00-05:00");
    // The end comes twice: the first counts, and the repeated quarter of an hour is quiet again.
    check(("22:00", "01:30"), "America/New_York", "2026-11-01T00:10:00-04:00", "2026-11-01T01:30:00-04:00");
    check(("22:00", "01:30"), "America/New_York", "2026-11-01T01:10:00-05:00", "2026-11-01T01:30:00-05:00");
    // Put back from inside into the open: quiet 01:30 to 02:30, and at 02:00 the clock shows 01:00.
    check(("01:30", "02:30"), "America/New_York", "2026-11-01T01:45:00-04:00", "2026-11-01T01:00:00-05:00");
    // Samoa had no 30 December 2011.
    check(NIGHT, "Pacific/Apia", "2011-12-29T22:00:00-10:00", "2011-12-31T08:00:00+14:00");
    // Lord Howe moves by half an hour.
    check(("22:00", "02:15"), "Australia/Lord_Howe", "2026-10-03T23:00:00+10:30", "2026-10-04T02:30:00+11:00");
    // A zone that was without a night change for decades.
    check(NIGHT, "Asia/Kolkata", "2026-03-29T02:30:00+05:30", "2026-03-29T08:00:00+05:30");
}

#[test]
fn open_in_every_zone() {
    let all = "America/New_York America/Chicago America/Los_Angeles";
    check(NIGHT, all, "2026-06-10T08:00:00-04:00", "2026-06-10T11:00:00-04:00");
    check(NIGHT, all, "2026-06-10T21:30:00-04:00", "2026-06-11T11:00:00-04:00");
    check(NIGHT, all, "2026-06-10T15:00:00-04:00", "2026-06-10T15:00:00-04:00");
    check(NIGHT, "America/New_York Pacific/Honolulu", "2026-06-10T09:00:00-04:00", "2026-06-10T14:00:00-04:00");
}

#[test]
fn no_overlap_is_an_error() {
    let now: Timestamp = "2026-06-10T09:00:00Z".parse().unwrap();
    let apart = quiet("18:00", "09:00").next_open(now, &zones("Asia/Kolkata America/New_York"));
    assert_eq!(apart, Err(HoursError::NeverOpen));
    assert_eq!(quiet("21:00", "08:00").next_open(now, &[]), Err(HoursError::NoZone));
    assert_eq!(quiet("21:00", "08:00").next_open(Timestamp::MAX, &zones("UTC")), Err(HoursError::OutOfRange));
    assert!(quiet("21:00", "08:00").next_open(Timestamp::MIN, &zones("America/New_York")).is_ok());
}

#[test]
fn as_json() {
    let hours: QuietHours = serde_json::from_str(r#"{"from":"21:00","until":"08:05"}"#).unwrap();
    assert_eq!((hours.from(), hours.until()), (time(21, 0, 0, 0), time(8, 5, 0, 0)));
    assert_eq!(serde_json::to_string(&hours).unwrap(), r#"{"from":"21:00","until":"08:05"}"#);
    assert_eq!(hours.to_string(), "21:00–08:05");
    for wrong in ["9:00", "24:00", "21", "21:60", "21:00:00", "+1:00", "2１:00", "", "aa:bb"] {
        let json = serde_json::json!({"from": wrong, "until": "08:00"});
        assert!(serde_json::from_value::<QuietHours>(json).is_err(), "{wrong}");
    }
    assert!(serde_json::from_str::<QuietHours>(r#"{"from":"08:00","until":"08:00"}"#).is_err());
}

proptest! {
    #[test]
    fn the_answer_is_open_and_nothing_before_it_is(
        // Around the clock changes of a few years, to the second.
        seconds in 1_262_304_000_i64..1_893_456_000,
        from in 0_i8..24, from_minute in prop::sample::select(vec![0_i8, 15, 30]),
        length in 30_i32..900,
        names in prop::sample::subsequence(
            vec!["America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana"], 1..=3),
    ) {
        let from = time(from, from_minute, 0, 0);
        let hours = QuietHours::new(from, from.wrapping_add(SignedDuration::from_mins(length.into()))).unwrap();
        let zones = zones(&names.join(" "));
        let now = Timestamp::from_second(seconds).unwrap();
        match hours.next_open(now, &zones) {
            Ok(open) => {
                prop_assert!(open >= now);
                prop_assert!(hours.are_over(open, &zones));
                // By brute force, in steps of five minutes and just before the end.
                let mut at = now;
                while at < open {
                    prop_assert!(!hours.are_over(at, &zones), "{} is open too", at);
                    at += SignedDuration::from_mins(5);
                }
                if open > now {
                    prop_assert!(!hours.are_over(open - SignedDuration::from_nanos(1), &zones));
                }
            }
            Err(error) => {
                prop_assert_eq!(error, HoursError::NeverOpen);
                prop_assert!(zones.len() > 1);
                let mut at = now;
                for _ in 0..3 * 24 * 6 {
                    prop_assert!(!hours.are_over(at, &zones));
                    at += SignedDuration::from_mins(10);
                }
            }
        }
    }
}
