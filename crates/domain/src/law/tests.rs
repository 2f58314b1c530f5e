use super::*;
use crate::hours::{QuietHours, zone};

mod year;

/// One to a line; its head says how to read it.
const VECTORS: &str = include_str!("tests/vectors.txt");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn quiet(text: &str) -> Option<QuietHours> {
    let (from, until) = text.split_once('-').filter(|(from, _)| !from.is_empty())?;
    serde_json::from_value(serde_json::json!({ "from": from, "until": until })).unwrap()
}

fn answer(phone: &str, own_zone: Option<&str>, now: Timestamp) -> Answer {
    let whereabouts = Whereabouts::of(phone, own_zone, "America/New_York").unwrap();
    let purpose = Purpose::Campaign;
    strictest(
        now,
        &Question { whereabouts: &whereabouts, purpose, tenant_quiet: None, own_quiet: None, quiet_clock: None },
    )
}

#[test]
fn every_vector_holds() {
    let lines = VECTORS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in lines {
        let columns: Vec<_> = line.split(" | ").collect();
        let [phone, own, tenant, tenant_quiet, own_quiet, purpose, now, expected] = columns[..] else {
            panic!("not eight columns: {line}")
        };
        let whereabouts = Whereabouts::of(phone, Some(own).filter(|own| *own != "-"), tenant).unwrap();
        let (tenant_quiet, own_quiet) = (quiet(tenant_quiet), quiet(own_quiet));
        let purpose = match purpose {
            "campaign" => Purpose::Campaign,
            "conversation" => Purpose::Conversation,
            other => panic!("{other}"),
        };
        let asked = Question {
            whereabouts: &whereabouts,
            purpose,
            tenant_quiet: tenant_quiet.as_ref(),
            own_quiet: own_quiet.as_ref(),
            quiet_clock: None,
        };
        let said = match strictest(at(now), &asked) {
            Answer::Open => "open".to_owned(),
            Answer::Never { .. } => "never".to_owned(),
            Answer::Opens { at: opens, .. } if expected != "open" && expected != "never" && opens == at(expected) => {
                expected.to_owned()
            }
            Answer::Opens { at: opens, .. } => opens.to_string(),
        };
        count += 1;
        if said != expected {
            wrong.push(format!("{line} — but {said}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 400, "{count}");
}

#[test]
fn a_person_can_read_why() {
    let said = |phone, own, now| match answer(phone, own, at(now)) {
        Answer::Opens { at, why } => why.until(at),
        other => panic!("{other:?}"),
    };
    for (phone, own, now, expected) in [
        (
            "+13055550123",
            None,
            "2026-06-10T20:30:00-04:00",
            "It is 20:30 in Florida, where texts like this may go from 8:00 to 20:00 (Florida Telephone Solicitation \
             Act, since 1 July 2021); it goes tomorrow at 8:00.",
        ),
        (
            "+18505550123",
            None,
            "2026-06-10T08:05:00-04:00",
            "It may be 7:05 in Florida, where texts like this may go from 8:00 to 20:00 (Florida Telephone Solicitation \
             Act, since 1 July 2021); it goes today at 8:00.",
        ),
        (
            "+18505550123",
            None,
            "2026-06-10T07:30:00-04:00",
            "It may be 6:30 in Florida, where texts like this may go from 8:00 to 20:00 (Florida Telephone Solicitation \
             Act, since 1 July 2021); it goes today at 8:00.",
        ),
        (
            "+18505550123",
            Some("America/Chicago"),
            "2026-06-10T07:05:00-05:00",
            "It is 7:05 in Florida, where texts like this may go from 8:00 to 20:00 (Florida Telephone Solicitation Act, \
             since 1 July 2021); it goes today at 8:00.",
        ),
        (
            "+14155550123",
            None,
            "2026-06-10T06:00:00-07:00",
            "It is 6:00 in California, where texts like this may go from 8:00 to 21:00 (47 CFR 64.1200(c)(1), since \
             20 December 1992); it goes today at 8:00.",
        ),
        (
            "+33612345678",
            None,
            "2026-07-14T12:00:00+02:00",
            "It is a public holiday in France, where texts like this may not go on a public holiday (what senders keep to \
             there); it goes tomorrow at 8:00.",
        ),
        (
            "+33612345678",
            None,
            "2026-06-13T22:10:00+02:00",
            "It is 22:10 in France, where texts like this may go from 8:00 to 22:00 (what senders keep to there); it goes \
             on Monday at 8:00.",
        ),
    ] {
        assert_eq!(said(phone, own, now), expected);
    }
}

#[test]
fn the_data_makes_sense() {
    let knows = |code: &str| Place::all().any(|place| place.code() == code || place.country() == code);
    for rule in RULES {
        assert!(knows(rule.place), "{} is nowhere", rule.place);
        assert!(rule.from.is_none_or(|from| rule.until.is_none_or(|until| from < until)), "{rule:?}");
        assert!(!rule.source.is_empty());
        for day in 1..=7 {
            if let Ok((from, until)) = rule.allows.of(jiff::civil::date(2026, 6, day)) {
                assert!(0 <= from && from < until && until <= 24, "{rule:?}");
            }
        }
    }
    for cap in CAPS {
        assert!(knows(cap.place) && cap.texts > 0 && cap.hours > 0, "{cap:?}");
        assert!(cap.from.is_none_or(|from| cap.until.is_none_or(|until| from < until)), "{cap:?}");
    }
}

#[test]
fn a_rule_binds_whom_it_names_while_it_is_in_force() {
    let rule =
        |binds, from, until| Rule { place: "US", binds, from, until, allows: Hours::daily(8, 20), source: "a test" };
    let day = |day| jiff::civil::date(2026, 6, day);
    let rule = [
        rule(Binds::Marketing, Some(day(2)), Some(day(4))),
        rule(Binds::Everything, None, Some(day(4))),
        rule(Binds::Everything, Some(day(2)), None),
    ];
    let holds = |nth: usize, purpose| (1..=5).filter(|n| rule[nth].binds(purpose, day(*n))).collect::<Vec<_>>();
    assert_eq!(holds(0, Purpose::Campaign), [2, 3]);
    assert!(holds(0, Purpose::Conversation).is_empty());
    assert_eq!(holds(1, Purpose::Conversation), [1, 2, 3]);
    assert_eq!(holds(2, Purpose::Campaign), [2, 3, 4, 5]);
    for nth in 0..3 {
        assert!(holds(nth, Purpose::Confirmation).is_empty());
    }
}

#[test]
fn the_ends_of_time_are_answered() {
    for now in [Timestamp::MIN, Timestamp::MAX] {
        assert!(!matches!(answer("+33612345678", None, now), Answer::Open), "{now}");
    }
}

#[test]
fn caps_bind_where_a_person_can_be() {
    let capped = |phone: &str, own: Option<&str>, now: &str| {
        let whereabouts = Whereabouts::of(phone, own, "America/New_York").unwrap();
        let mut places: Vec<_> = caps(at(now), &whereabouts).map(|(_, place)| place.code()).collect();
        places.dedup();
        places.join(" ")
    };
    let now = "2026-06-10T12:00:00Z";
    assert_eq!(capped("+13055550123", None, now), "US-FL");
    assert_eq!(capped("+14055550123", None, now), "US-OK");
    assert_eq!(capped("+14155550123", None, now), "");
    assert_eq!(capped("+14155550123", Some("America/Chicago"), now), "US-FL US-OK");
    assert_eq!(capped("+13055550123", None, "2021-06-30T12:00:00Z"), "");
    assert_eq!(capped("+33612345678", None, now), "");
}
