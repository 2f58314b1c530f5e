//! What is told before a workflow is published, and what it costs at most.

use expect_test::{Expect, expect};
use serde_json::{Value as Json, json};

use crate::workflow::testing::{document, ground, published, told};
use crate::workflow::{bound, gallery, publish, warnings};

fn warned(json: &Json, expected: Expect) {
    expected.assert_eq(&told(&warnings(&published(json))));
}

fn of(triggers: &[&str], steps: &Json) -> Json {
    json!({
        "name": "x", "triggers": triggers, "steps": steps,
        "variables": [
            { "key": "day", "type": "date" }, { "key": "n", "type": "number" }, { "key": "sum", "type": "number" },
            { "key": "what", "type": "text" }, { "key": "kind", "type": "choice", "choices": ["A", "B"] }
        ]
    })
}

fn send(id: &str, text: &str) -> Json {
    json!({ "id": id, "send": { "text": text, "purpose": "service" } })
}

#[test]
fn the_gallery_is_without_a_warning_and_has_a_bound() {
    let mut bounds = String::new();
    for (name, document) in gallery::all() {
        let published = publish(document, &ground()).unwrap();
        assert_eq!(told(&warnings(&published)), "", "{name}");
        let bound = bound(&published);
        bounds.push_str(&format!("{name}: {} texts, {} segments\n", bound.texts, bound.segments));
    }
    expect![[r#"
        appointment_reminder: 4 texts, 4 segments
        lead_follow_up: 4 texts, 4 segments
        review_request: 4 texts, 4 segments
        survey: 10 texts, 10 segments
        win_back: 2 texts, 2 segments
        opt_in_confirmation: 2 texts, 2 segments
        missed_call: 2 texts, 2 segments
        payment_reminder: 4 texts, 4 segments
        event_rsvp: 6 texts, 6 segments
        support_triage: 2 texts, 2 segments
    "#]]
    .assert_eq(&bounds);
}

#[test]
fn a_birthday_comes_more_than_once() {
    let of = |yearly: bool, again: &str| {
        json!({
            "name": "x", "entry": { "again": again },
            "triggers": ["api", { "date": { "field": "birthday", "time": "10:00", "yearly": yearly } }],
            "steps": [send("a", "Many happy returns!"), { "id": "z", "end": "x" }]
        })
    };
    warned(
        &of(true, "never"),
        expect![[r#"
            /triggers/1/date/yearly: This comes every year, and who was in this workflow once enters no more. Write how soon they may enter again, as in "again": {"after_days": 300}, or leave out `yearly`.
        "#]],
    );
    for (yearly, again) in [(true, "always"), (false, "never")] {
        assert!(!told(&warnings(&published(&of(yearly, again)))).contains("every year"), "{yearly} {again}");
    }
}

#[test]
fn whoever_has_not_written_is_not_answered() {
    let answer = json!({ "id": "a", "send": { "text": "Hi", "purpose": "reply" } });
    let hears = json!({ "id": "h", "wait_for_reply": { "timeout": "1d" } });
    let end = json!({ "id": "z", "end": "x" });
    let at_once = json!([answer, end]);
    warned(
        &of(&["api"], &at_once),
        expect![[r#"
        /steps/0/send/text: This answers nobody, if they have not written within a day: it counts as `service`. Write `service` or `marketing`.
    "#]],
    );
    warned(&of(&["api"], &json!([hears, answer, end])), expect![[""]]);
    let mut by_word = of(&[], &at_once);
    by_word["triggers"] = json!([{ "keyword": { "words": ["join"] } }]);
    warned(&by_word, expect![[""]]);
}

#[test]
fn what_may_not_be_known_is_told() {
    // What comes with whoever enters is known, if all of them bring it.
    let reads = json!([send("a", "On {day}"), { "id": "z", "end": "x" }]);
    warned(&of(&["api"], &reads), expect![[""]]);
    warned(
        &of(&["api", "campaign"], &reads),
        expect![[r#"
        /steps/0/send/text: Nothing sets day before, and who enters by `campaign` brings nothing along. Give it another word, as in {day|…}, or ask before: day is set.
    "#]],
    );
    // On one way it is set, and on another it is not.
    let one_way = json!([
        { "id": "b", "branch": { "cases": [{ "when": "city = \"Oslo\"", "steps": [{ "id": "s", "save": { "to": "n", "from": { "text": "4" } } }] }] } },
        send("a", "{n} {n|none}"),
        { "id": "if_set", "only_if": "n is set", "send": { "text": "{n}", "purpose": "service" } },
        { "id": "z", "end": "x" }
    ]);
    warned(
        &of(&["api"], &one_way),
        expect![[r#"
        /steps/1/send/text: There are ways here on which nothing sets n, or not surely. Give it another word, as in {n|…}, or ask before: n is set.
    "#]],
    );
    // An answer may not be a number; where only a number leads on, it is.
    let kept = |case: &str| {
        json!([
            send("ask", "How many?"),
            { "id": "w", "wait_for_reply": {
                "timeout": "1d", "cases": [{ "when": case }], "no_match": { "steps": [{ "id": "what", "end": "unclear" }] },
                "on_timeout": [{ "id": "quiet", "end": "quiet" }]
            } },
            { "id": "keep", "save": { "to": "n" } },
            send("a", "{n}"),
            { "id": "z", "end": "x" }
        ])
    };
    warned(
        &of(&["by_hand"], &kept("any")),
        expect![[r#"
        /steps/3/send/text: There are ways here on which nothing sets n, or not surely. Give it another word, as in {n|…}, or ask before: n is set.
    "#]],
    );
    warned(&of(&["by_hand"], &kept("number")), expect![""]);
    // Nobody answered yet; nothing sets what is asked for; a model may find nothing.
    let more = json!([
        { "id": "a", "note": "They said {reply}" },
        { "id": "f", "filter": "n > 3" },
        { "id": "m", "assistant": { "task": { "classify": { "question": "?", "into": "kind" } } } },
        { "id": "k", "note": "{kind}" },
        { "id": "d", "delay": { "until": { "date": { "field": "day", "time": "10:00" } } } },
        { "id": "s", "save": { "to": "sum", "from": { "sum": ["n"] } } },
        { "id": "t", "note": "{sum}" },
        { "id": "z", "end": "x" }
    ]);
    warned(
        &of(&["campaign"], &more),
        expect![[r#"
        /steps/0/note: Who comes here may not have answered yet. Give it another word, as in {reply|…}, or ask before: reply is set.
        /steps/1/filter: Nothing sets n before, and who enters by `campaign` brings nothing along. Set it before, or ask before: n is set.
        /steps/3/note: There are ways here on which nothing sets kind, or not surely. Give it another word, as in {kind|…}, or ask before: kind is set.
        /steps/4/delay/until/date/field: Nothing sets day before, and who enters by `campaign` brings nothing along. Set it before, or ask before: day is set.
    "#]],
    );
}

#[test]
fn texts_are_told_that_are_long_or_ask_in_vain() {
    let long = "Dear {name|you}, ".to_owned() + &"we are very happy to have you with us. ".repeat(8);
    let steps = json!([
        send("a", &long),
        send("b", "Will you come?"),
        { "id": "d", "delay": { "for": "1d" } },
        send("c", "And now? Reply STOP to opt out."),
        { "id": "n", "note": "asked" },
        { "id": "w", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "yes" }], "no_match": { "reprompt": &long } } },
        { "id": "m", "send": { "text": "Buy our things.", "purpose": "marketing" } },
        { "id": "m2", "send": { "text": "Buy more.", "purpose": "marketing" } },
    ]);
    warned(
        &of(&["api"], &steps),
        expect![[r#"
        /steps/0/send/text: With long values filled in, this text takes 3 segments, each of which costs. Make it shorter, or say the rest when they answer.
        /steps/1/send/text: This asks something, and no answer is waited for: what they write goes to people. Add a `wait_for_reply` behind it.
        /steps/5/wait_for_reply/no_match/reprompt: With long values filled in, this text takes 3 segments, each of which costs. Make it shorter, or say the rest when they answer.
        /steps/6/send/text: The first text that may sell something does not say how to get no more of these. End it with a line such as: Reply STOP to opt out.
        /steps/7: Nothing follows here, so whoever goes on ends without an outcome, as `completed`. Add an `end` behind it that says what came of it, as in {"end": "done"}.
    "#]],
    );
    assert!(told(&warnings(&published(&of(&["campaign"], &steps)))).lines().all(|line| !line.contains("get no more")));
}

#[test]
fn hours_of_the_night_are_told() {
    let scheduled = |at: &Json, purpose: &str| json!([{ "id": "a", "schedule_send": { "at": at, "send": { "text": "Hi", "purpose": purpose } } }, { "id": "z", "end": "x" }]);
    let is_warned = |zone: &str, steps: &Json, triggers: &Json| {
        let mut ground = ground();
        ground.catalogue.zone = jiff::tz::TimeZone::get(zone).unwrap();
        let json = json!({ "name": "x", "triggers": triggers, "steps": steps });
        let found = warnings(&publish(document(&json), &ground).unwrap());
        found
            .iter()
            .filter(|fault| fault.code == "outside_hours")
            .map(|fault| fault.pointer.clone())
            .collect::<Vec<_>>()
    };
    let local = |time: &str, days: &[&str]| json!({ "local": { "time": time, "days": days } });
    let none: &[&str] = &[];
    for (zone, at, purpose, warned) in [
        ("America/New_York", local("10:00", none), "service", false),
        ("America/New_York", local("07:30", none), "service", true),
        ("America/New_York", local("07:30", none), "reply", false),
        ("America/New_York", local("20:30", none), "marketing", false),
        ("America/New_York", local("21:00", none), "marketing", true),
        ("Europe/Paris", local("21:30", none), "marketing", false),
        ("Europe/Paris", local("12:00", &["sun"]), "marketing", true),
        ("Europe/Paris", local("12:00", &["sun", "mon"]), "marketing", false),
        ("Europe/Oslo", local("22:00", none), "marketing", true),
        ("Europe/Oslo", json!({ "moment": "2026-12-01T02:00:00Z" }), "marketing", true),
        ("Europe/Oslo", json!({ "date": { "field": "birthday", "time": "06:00" } }), "marketing", true),
    ] {
        let found = is_warned(zone, &scheduled(&at, purpose), &json!(["api"]));
        assert_eq!(!found.is_empty(), warned, "{zone} {at} {purpose}: {found:?}");
    }
    let at_once = json!([
        { "id": "d", "delay": { "until": local("06:00", none) } }, { "id": "n", "note": "now" }, send("a", "Hi"),
        { "id": "z", "end": "x" }
    ]);
    let later = json!([
        { "id": "d", "delay": { "until": local("06:00", none) } }, { "id": "d2", "delay": { "for": "4h" } }, send("a", "Hi"),
        { "id": "z", "end": "x" }
    ]);
    let birthday = json!([{ "date": { "field": "birthday", "time": "06:00", "yearly": true } }]);
    assert_eq!(is_warned("Europe/Oslo", &at_once, &birthday), ["/steps/0/delay/until/local/time"]);
    assert!(is_warned("Europe/Oslo", &later, &birthday).is_empty());
    assert_eq!(is_warned("Europe/Oslo", &json!([send("a", "Hi")]), &birthday), ["/triggers/0/date/time"]);
}

#[test]
fn what_goes_round_is_counted() {
    let round = |first: Json| {
        json!({ "name": "x", "steps": [
        first, send("a", "Hi"),
        { "id": "b", "branch": { "cases": [{ "when": "size > 1", "steps": [{ "id": "e", "end": "done" }] }] } },
        { "id": "g", "go_to": "first" }
    ] })
    };
    for (first, texts) in [
        (json!({ "id": "first", "delay": { "for": "1h" } }), 100),
        (json!({ "id": "first", "delay": { "for": "7d" } }), 13),
        (json!({ "id": "first", "delay": { "until": { "local": { "time": "09:00" } } } }), 94),
        (json!({ "id": "first", "wait_for_reply": { "timeout": "30d" } }), 100),
        (json!({ "id": "first", "delay": { "for": "30d" } }), 4),
    ] {
        let published = published(&round(first));
        assert_eq!(bound(&published).texts, texts);
        assert_eq!(warnings(&published).iter().any(|fault| fault.code == "texts_often"), texts > 10, "{texts}");
    }
    let again = |step: &str| {
        json!({ "name": "x", "variables": [{ "key": "n", "type": "number" }], "steps": [
        send("ask", "How many?"),
        { "id": "hear", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "yes" }], "no_match": { "reprompt": "How many?", "times": 2 } } },
        { "id": "keep", "save": { "to": "n", "on_invalid": { "ask_again": { "step": step, "times": 3 } } } },
        { "id": "end", "end": "x" }
    ] })
    };
    // Asked four times, and twice more each time.
    assert_eq!(bound(&published(&again("ask"))).texts, 12);
    assert_eq!(told(&warnings(&published(&again("ask")))), "");
    assert!(told(&warnings(&published(&again("keep")))).contains("the same answer is read again"));
    let ways = json!({ "name": "x", "steps": [
        { "id": "s", "split": { "paths": [
            { "name": "1", "steps": [send("a", "Hi"), send("b", "Hi")] },
            { "name": "2", "steps": [send("c", &"x".repeat(500))] }
        ] } },
        { "id": "end", "end": "x" }
    ] });
    let bound = bound(&published(&ways));
    assert_eq!((bound.texts, bound.segments), (2, 4), "of each the way that has most");
}
