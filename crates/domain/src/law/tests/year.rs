//! A simulated year, minute by minute while nothing goes, beside a second reckoning that shares nothing with the first but the clocks.

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

use super::{Answer, answer, at, zone};

/// Whether texts of campaigns may go while a clock shows this.
type Decent = fn(DateTime) -> bool;

fn between(now: DateTime, from: i8, until: i8) -> bool {
    from <= now.hour() && now.hour() < until
}

const FEDERAL: Decent = |now| between(now, 8, 21);
const STRICT: Decent = |now| between(now, 8, 20);
const TEXAS: Decent = |now| between(now, if now.weekday() == Weekday::Sunday { 12 } else { 9 }, 21);
const RHODE_ISLAND: Decent = |now| match now.weekday() {
    Weekday::Saturday | Weekday::Sunday => between(now, 10, 17),
    _ => between(now, 9, 18),
};
/// From March 2026 to March 2027.
const FRANCE: Decent = |now| {
    let holidays = [
        (4, 3),
        (4, 6),
        (5, 1),
        (5, 8),
        (5, 14),
        (5, 25),
        (7, 14),
        (8, 15),
        (11, 1),
        (11, 11),
        (12, 25),
        (12, 26),
        (1, 1),
    ];
    now.weekday() != Weekday::Sunday && !holidays.contains(&(now.month(), now.day())) && between(now, 8, 22)
};

/// A clock's name, and what counts by it.
type Held = &'static [(&'static str, Decent)];

/// Number, their own zone, and the clocks and rules that can hold for them; of many, those that are felt.
const PEOPLE: &[(&str, Option<&str>, Held)] = &[
    ("+13055550123", None, &[("America/New_York", STRICT)]),
    ("+18505550123", None, &[("America/New_York", STRICT), ("America/Chicago", STRICT)]),
    ("+15125550123", None, &[("America/Chicago", TEXAS)]),
    ("+14015550123", None, &[("America/New_York", RHODE_ISLAND)]),
    ("+19285550123", None, &[("America/Phoenix", FEDERAL), ("America/Denver", FEDERAL)]),
    (
        "+12505550123",
        None,
        &[("America/Vancouver", FEDERAL), ("America/Edmonton", FEDERAL), ("America/Dawson_Creek", FEDERAL)],
    ),
    ("+33612345678", None, &[("Europe/Paris", FRANCE)]),
    ("+14155550123", Some("America/Chicago"), &[("America/Chicago", TEXAS), ("America/Chicago", STRICT)]),
    (
        "+61412345678",
        None,
        &[("Australia/Sydney", FEDERAL), ("Australia/Lord_Howe", FEDERAL), ("Australia/Perth", FEDERAL)],
    ),
    (
        "+18005550123",
        None,
        &[
            ("America/New_York", RHODE_ISLAND),
            ("America/Denver", TEXAS),
            ("America/Adak", FEDERAL),
            ("Pacific/Honolulu", FEDERAL),
        ],
    ),
];

#[test]
fn nothing_is_ever_sent_outside_the_hours_and_nothing_waits_for_longer() {
    std::thread::scope(|scope| {
        for (phone, own, rules) in PEOPLE {
            scope.spawn(|| a_year(phone, *own, rules));
        }
    });
}

fn a_year(phone: &str, own: Option<&str>, rules: Held) {
    let rules: Vec<(TimeZone, Decent)> = rules.iter().map(|(name, decent)| (zone(name).unwrap(), *decent)).collect();
    let is_decent = |at: Timestamp| rules.iter().all(|(zone, decent)| decent(zone.to_datetime(at)));
    let minute = jiff::SignedDuration::from_mins(1);
    let (mut now, end) = (at("2026-03-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    while now < end {
        match answer(phone, own, now) {
            Answer::Open => {
                assert!(is_decent(now), "{phone} is texted at {now}");
                // Every minute of the hour is asked about in time.
                now += minute * 7;
            }
            Answer::Opens { at, .. } => {
                while now < at {
                    assert!(!is_decent(now), "{phone} waits at {now} until {at} for nothing");
                    now += minute;
                }
                assert!(now == at && is_decent(now), "{phone} is texted at {at}");
            }
            Answer::Never { .. } => panic!("{phone} is never texted after {now}"),
        }
    }
}
