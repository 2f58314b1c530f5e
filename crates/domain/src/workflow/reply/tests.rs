//! What people text, and what it is read as.

use jiff::civil::date as day;
use proptest::prelude::*;

use super::*;

/// 27 November 2026 is a Friday.
const TODAY: Reading = Reading { today: day(2026, 11, 27), month_first: true };

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn yes_and_no() {
    for said in [
        "yes",
        "Yes!",
        "Y",
        "yes please",
        "Yes, I'll be there",
        "ok",
        "Sure thanks",
        "👍",
        "ok 👍",
        "Sí, gracias",
        "oui merci",
        "ja bitte",
        "Ja, gerne",
        "sim",
        "va bene",
        "tak",
        "да",
        "Да, конечно",
        "好的",
        "yes yes yes",
        "I will be there, confirmed",
        "नहीं तो",
    ] {
        let expected = if said.starts_with('न') { None } else { Some(true) };
        assert_eq!(yes_no(said), expected, "{said}");
    }
    for said in [
        "no",
        "No.",
        "nope",
        "No thanks",
        "no thank you",
        "sorry, I can't make it",
        "No, I can't",
        "nein danke",
        "non merci",
        "não",
        "нет, спасибо",
        "不用",
        "👎",
        "Leider nicht",
    ] {
        assert_eq!(yes_no(said), Some(false), "{said}");
    }
    for said in [
        "",
        "maybe",
        "yes but not on Monday",
        "yes or no?",
        "what time?",
        "no problem, yes",
        "who is this",
        "5",
        "👍👎",
        "I said yes to the last three of those already and nobody came",
    ] {
        assert_eq!(yes_no(said), None, "{said}");
    }
}

#[test]
fn one_number() {
    for (said, expected) in [
        ("8", Some("8")),
        (" 10! ", Some("10")),
        ("8/10", Some("8")),
        ("8 out of 10", Some("8")),
        ("I'd say 9.", Some("9")),
        ("nine", Some("9")),
        ("Nueve!", Some("9")),
        ("acht von zehn", Some("8")),
        ("восемь", Some("8")),
        ("十", Some("10")),
        ("1,250.50", Some("1250.50")),
        ("007", Some("7")),
        ("0.5", Some("0.5")),
        ("$40", Some("40")),
        ("a 5, a clear 5", Some("5")),
        ("-3", Some("-3")),
        ("4 or 5", None),
        ("2-3", None),
        ("at 5pm", None),
        ("none", None),
        ("", None),
        ("order A77", None),
    ] {
        assert_eq!(number(said).as_deref(), expected, "{said}");
    }
}

#[test]
fn one_day() {
    for (said, expected) in [
        ("2026-12-24", Some("2026-12-24")),
        ("12/24/2026", Some("2026-12-24")),
        ("24.12.2026", Some("2026-12-24")),
        ("12/24", Some("2026-12-24")),
        ("1/5", Some("2027-01-05")),
        ("on 24.12. please", Some("2026-12-24")),
        ("today", Some("2026-11-27")),
        ("Tomorrow!", Some("2026-11-28")),
        ("mañana", Some("2026-11-28")),
        ("how about Monday", Some("2026-11-30")),
        ("Friday", Some("2026-12-04")),
        ("am Dienstag", Some("2026-12-01")),
        ("December 3rd", Some("2026-12-03")),
        ("3 de diciembre", Some("2026-12-03")),
        ("27 Nov", Some("2026-11-27")),
        ("26 Nov", Some("2027-11-26")),
        ("Nov 26 2025 it was", Some("2025-11-26")),
        ("29 Feb", Some("2028-02-29")),
        ("tomorrow, Saturday", Some("2026-11-28")),
        ("Monday or Tuesday", None),
        ("any day", None),
        ("", None),
        ("31/31", None),
    ] {
        assert_eq!(TODAY.is(said, &Heard::Date).as_deref(), expected, "{said}");
    }
    let elsewhere = Reading { month_first: false, ..TODAY };
    assert_eq!(elsewhere.is("1/5", &Heard::Date).as_deref(), Some("2027-05-01"));
}

#[test]
fn keywords_and_choices() {
    let known = words(&["join", "more info"]);
    for (said, expected) in [
        ("JOIN", Some("join")),
        ("Join!", Some("join")),
        ("i want to join", Some("join")),
        ("More  INFO", Some("more info")),
        ("moreinfo", Some("more info")),
        ("please send more info", Some("more info")),
        ("I would like to know how one can join", None),
        ("joined", None),
        ("", None),
    ] {
        assert_eq!(keyword(said, &known), expected, "{said}");
    }
    let sizes = words(&["Small", "Large", "Extra large"]);
    for (said, expected) in [
        ("small", Some(0)),
        ("2", Some(1)),
        ("C", Some(2)),
        ("the small one", Some(0)),
        ("extra LARGE", Some(2)),
        ("large or small", None),
        ("4", None),
        ("d", None),
        ("", None),
    ] {
        assert_eq!(choice(said, &sizes), expected, "{said}");
    }
    assert_eq!(choice("10", &words(&["5", "10"])), Some(1), "a choice that is a number is meant by it");
    assert_eq!(choice("1", &words(&["5", "10"])), None);
}

#[test]
fn a_reply_in_two_texts_is_one() {
    let cases = [Heard::Yes, Heard::Number { min: Some(1.0), max: Some(5.0) }, Heard::Any];
    let case = |texts: &[&str]| TODAY.understand(texts, cases.iter()).map(|found| (found.case, found.value));
    assert_eq!(case(&["yes", "thanks"]), Some((0, "yes".into())));
    assert_eq!(case(&["hmm let me see", "4"]), Some((1, "4".into())));
    assert_eq!(case(&["2", "no wait", "3"]), Some((1, "3".into())), "the latest counts");
    assert_eq!(case(&["9"]), None);
    assert_eq!(case(&["whatever"]), None, "any reply is for who waits to say");
}

#[test]
fn what_is_kept_has_its_kind() {
    let field = |kind| Field { key: "k".into(), label: "k".into(), kind };
    let read = |kind, said: &str| TODAY.read(&field(kind), said).ok();
    assert_eq!(read(Kind::Number, "I'd say eight").as_deref(), Some("8"));
    assert_eq!(read(Kind::Date, "tomorrow").as_deref(), Some("2026-11-28"));
    assert_eq!(read(Kind::YesNo, "nope").as_deref(), Some("no"));
    assert_eq!(read(Kind::Choice { choices: words(&["Gold", "Silver"]) }, "2").as_deref(), Some("Silver"));
    assert_eq!(read(Kind::Text, " blue ").as_deref(), Some("blue"));
    assert_eq!(read(Kind::Number, "blue"), None);
}

proptest! {
    #[test]
    fn anything_is_read_without_harm(said in ".{0,40}", other in "[ a-z0-9/.]{0,30}") {
        let cases = [Heard::Yes, Heard::No, Heard::Date, Heard::Number { min: None, max: None },
            Heard::Keywords(words(&["a", "b c"])), Heard::Choice(words(&["x", "y z"]))];
        let first = TODAY.understand(&[&said, &other], cases.iter());
        prop_assert_eq!(first, TODAY.understand(&[&said, &other], cases.iter()));
    }
}
