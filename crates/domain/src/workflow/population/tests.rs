//! A crowd does as is said of it, in the law's hours and at the pace of the numbers, and the same each time.

use expect_test::expect;
use serde_json::{Value as Json, json};

use super::*;
use crate::workflow::testing::{friday, ground, published, told};
use crate::workflow::{gallery, publish};

fn survey() -> Published {
    publish(gallery::one("survey").unwrap(), &ground()).unwrap()
}

fn crowd(json: &Json) -> Crowd {
    Crowd::from_json(json).unwrap_or_else(|faults| panic!("{}", told(&faults)))
}

fn run(published: &Published, json: &Json) -> Figures {
    simulate(published, &crowd(json), &Settings::default(), friday())
}

/// Whoever entered is somewhere, and every step let nobody vanish.
fn add_up(figures: &Figures) {
    assert_eq!(figures.entered, figures.ended + figures.standing);
    assert_eq!(figures.ended, figures.outcomes.values().sum::<u32>());
    assert_eq!(figures.ended, figures.steps.iter().flat_map(|step| step.ended.values()).sum::<u32>());
    assert_eq!(figures.standing, figures.steps.iter().map(|step| step.standing).sum::<u32>());
}

#[test]
fn a_survey_is_told_as_a_funnel() {
    let always = json!({ "answer_percent": 80.0, "stop_percent": 1.0, "half_within": "10m", "most_within": "1d" });
    let figures = run(&survey(), &json!({ "people": 400, "habits": always }));
    add_up(&figures);
    let mut said = String::new();
    for step in figures.steps.iter().filter(|step| step.came > 0) {
        said.push_str(&format!(
            "{}: {} came, {} answered, {} not, ended {:?}\n",
            step.step, step.came, step.answered, step.timed_out, step.ended
        ));
    }
    said.push_str(&format!(
        "{:?}, {} texts, {} segments, {:?}, {:?}\n",
        figures.outcomes, figures.texts, figures.segments, figures.deferred, figures.blocked
    ));
    said.push_str(&format!(
        "first {:?}, half {:?}, last {:?}, {} turns\n",
        figures.first_ended, figures.half_ended, figures.last_ended, figures.turns
    ));
    expect![[r#"
        ask_service: 400 came, 0 answered, 0 not, ended {}
        hear_service: 400 came, 304 answered, 108 not, ended {"opted_out": 1}
        quiet_1: 108 came, 0 answered, 0 not, ended {"no_answer": 108}
        keep_service: 291 came, 0 answered, 0 not, ended {}
        ask_price: 291 came, 0 answered, 0 not, ended {"opted_out": 1}
        hear_price: 290 came, 220 answered, 77 not, ended {"opted_out": 1}
        quiet_2: 77 came, 0 answered, 0 not, ended {"partly": 77}
        keep_price: 212 came, 0 answered, 0 not, ended {}
        ask_recommends: 212 came, 0 answered, 0 not, ended {}
        hear_recommends: 212 came, 169 answered, 54 not, ended {"opted_out": 2}
        quiet_3: 54 came, 0 answered, 0 not, ended {"partly": 54}
        keep_recommends: 156 came, 0 answered, 0 not, ended {}
        sum: 156 came, 0 answered, 0 not, ended {}
        judge: 156 came, 0 answered, 0 not, ended {}
        fan: 11 came, 0 answered, 0 not, ended {}
        thank_fan: 11 came, 0 answered, 0 not, ended {}
        critic: 81 came, 0 answered, 0 not, ended {}
        tell: 81 came, 0 answered, 0 not, ended {}
        thank_critic: 81 came, 0 answered, 0 not, ended {}
        thank: 64 came, 0 answered, 0 not, ended {}
        done: 156 came, 0 answered, 0 not, ended {"answered": 156}
        {"answered": 156, "no_answer": 108, "opted_out": 5, "partly": 131}, 1092 texts, 1092 segments, {"rate": 500}, {}
        first Some(18), half Some(172818), last Some(348815), 2429 turns
    "#]]
    .assert_eq(&said);
    assert_eq!(
        run(&survey(), &json!({ "people": 400, "habits": always })),
        figures,
        "the same seed makes the same run"
    );
    assert_ne!(run(&survey(), &json!({ "people": 400, "habits": always, "seed": 2 })), figures);
}

#[test]
fn people_do_as_is_said_of_them() {
    let nobody = run(&survey(), &json!({ "people": 50, "habits": { "answer_percent": 0.0, "stop_percent": 0.0 } }));
    add_up(&nobody);
    assert_eq!(nobody.outcomes, [("no_answer".to_owned(), 50)].into());
    assert_eq!((nobody.texts, nobody.first_ended), (50, Some(2 * 86_400 + 5)), "two days, and what may be on its way");
    let all = json!({ "answer_percent": 100.0, "stop_percent": 0.0, "nonsense_percent": 0.0, "half_within": "1m", "most_within": "2m" });
    let all = run(&survey(), &json!({ "people": 50, "habits": all }));
    assert_eq!(all.outcomes, [("answered".to_owned(), 50)].into());
    assert_eq!(all.texts, 200);
    let stops = run(
        &survey(),
        &json!({ "people": 50, "habits": { "answer_percent": 0.0, "stop_percent": 100.0, "most_within": "1h" } }),
    );
    assert!(stops.outcomes.get("opted_out").is_some_and(|count| *count > 45), "{:?}", stops.outcomes);
    let unclear =
        json!({ "answer_percent": 100.0, "stop_percent": 0.0, "nonsense_percent": 100.0, "most_within": "1h" });
    let unclear = run(
        &survey(),
        &json!({ "people": 50, "at": { "hear_service": unclear }, "habits": { "answer_percent": 0.0 } }),
    );
    assert!(unclear.outcomes.get("unclear").is_some_and(|count| *count > 45), "{:?}", unclear.outcomes);
}

#[test]
fn a_text_waits_for_its_hour_and_for_its_turn() {
    let one = published(&json!({ "name": "x", "steps": [
        { "id": "a", "send": { "text": "Hi", "purpose": "marketing", "within": "6h" } }, { "id": "z", "end": "done" }
    ] }));
    // 21:01 in New York, and 18:01 in Los Angeles.
    let late = "2026-11-28T02:01:00Z".parse().unwrap();
    let homes = json!([{ "phone": "+12125550100", "share": 3 }, { "phone": "+12135550100" }]);
    let here = crowd(
        &json!({ "people": 400, "homes": homes, "segments_per_second": 1000.0, "habits": { "stop_percent": 0.0 } }),
    );
    let figures = simulate(&one, &here, &Settings::default(), late);
    add_up(&figures);
    let (went, waited) =
        (figures.outcomes.get("done").copied().unwrap_or(0), figures.blocked.get("too_late").copied().unwrap_or(0));
    assert_eq!(went + waited, 400);
    assert!((60..140).contains(&went), "a quarter lives where it is not late: {went}");
    let patient = published(&json!({ "name": "x", "steps": [
        { "id": "a", "send": { "text": "Hi", "purpose": "marketing" } }, { "id": "z", "end": "done" }
    ] }));
    let figures = simulate(&patient, &here, &Settings::default(), late);
    assert_eq!((figures.outcomes.get("done"), figures.deferred.get("legal_hours")), (Some(&400), Some(&waited)));

    // 400 segments at one a second, from two numbers.
    let slow =
        crowd(&json!({ "people": 400, "segments_per_second": 1.0, "numbers": 2, "habits": { "stop_percent": 0.0 } }));
    let figures = simulate(&one, &slow, &Settings::default(), friday());
    assert!(figures.last_ended.is_some_and(|last| (195..210).contains(&last)), "{:?}", figures.last_ended);
    assert_eq!(figures.deferred.get("rate"), Some(&398));
    let slow = crowd(
        &json!({ "people": 400, "segments_per_second": 1.0, "enter_within": "1h", "habits": { "stop_percent": 0.0 } }),
    );
    assert_eq!(simulate(&one, &slow, &Settings::default(), friday()).deferred.get("rate"), None);
}

#[test]
fn who_stands_still_is_told() {
    let lacks = published(&json!({ "name": "x", "variables": [{ "key": "n", "type": "number" }], "steps": [
        { "id": "a", "send": { "text": "{n}", "purpose": "service", "on_block": "stop" } },
        { "id": "wait", "delay": { "for": "40d" } }, { "id": "z", "end": "done" }
    ] }));
    let figures = run(&lacks, &json!({ "people": 10 }));
    add_up(&figures);
    assert_eq!((figures.steps[0].standing, figures.steps[0].stuck), (10, 10));
    let figures = run(&lacks, &json!({ "people": 10, "variables": { "n": "4" }, "habits": { "stop_percent": 0.0 } }));
    assert_eq!((figures.steps[1].standing, figures.steps[1].stuck), (10, 0));
}

#[test]
fn who_goes_round_and_round_is_not_followed_for_ever() {
    let round = published(&json!({ "name": "x", "steps": [
        { "id": "a", "delay": { "for": "1m" } }, { "id": "b", "note": "round" }, { "id": "c", "go_to": "a" }
    ] }));
    let figures = run(&round, &json!({ "people": 30, "habits": { "stop_percent": 0.0 } }));
    add_up(&figures);
    assert!(!figures.is_cut_short, "nobody comes to a step more than a hundred times");
    assert_eq!(figures.steps.iter().map(|step| step.stuck).sum::<u32>(), 30, "and stands still then");
    let crowd = crowd(&json!({ "people": 30 }));
    let mut cut = run::Run::new(&round, &crowd, &Settings::default(), friday());
    cut.turns_max = 50;
    let figures = cut.walked();
    add_up(&figures);
    assert!(figures.is_cut_short && figures.turns == 50, "{figures:?}");
}

#[test]
fn the_whole_gallery_is_walked() {
    let variables = json!({ "booking": "B7", "day": "2026-12-01", "invoice": "R-9", "amount": "120.5", "due": "2026-12-10", "event_day": "2026-12-20" });
    for (name, document) in gallery::all() {
        let published = publish(document, &ground()).unwrap();
        let figures =
            run(&published, &json!({ "people": 60, "variables": variables, "habits": { "answer_percent": 70.0 } }));
        add_up(&figures);
        assert!(figures.texts > 0 && figures.ended > 0, "{name}: {figures:?}");
        assert_eq!(figures.steps.iter().map(|step| step.stuck).sum::<u32>(), 0, "{name}");
    }
}

#[test]
fn a_crowd_that_makes_no_sense_is_refused() {
    let json = json!({
        "people": 0, "days": 400, "enter_within": "100d", "numbers": 0, "segments_per_second": 0.0,
        "homes": [{ "phone": "12", "time_zone": "Mars/Base", "share": 0 }],
        "habits": { "answer_percent": 101.0, "half_within": "2h", "most_within": "1h" },
        "at": { "ask": { "stop_percent": -1.0 } }
    });
    let faults = Crowd::from_json(&json).unwrap_err();
    expect![[r#"
        /people: Nobody is there, or too many. Write 1 to 20000.
        /days: Nobody is looked at for so long. Write 1 to 90.
        /enter_within: Nobody enters so late. Write at most 90d.
        /numbers: There are none, or too many. Write 1 to 1000.
        /segments_per_second: No number sends like this. Write 0.001 to 10000.
        /homes: Nobody lives there. Give one of them a `share`.
        /homes/0/phone: This is no phone number. Write it as in +12125550100.
        /homes/0/time_zone: There is no such time zone. Write a name as in America/New_York.
        /habits/answer_percent: This is no part of a hundred. Write 0 to 100.
        /habits/most_within: Most answer later than half of them do. Write more than in `half_within`.
        /at/ask/stop_percent: This is no part of a hundred. Write 0 to 100.
    "#]]
    .assert_eq(&told(&faults));
    let faults = Crowd::from_json(&json!({ "poeple": 5 })).unwrap_err();
    expect![[r#"
        /poeple: There is no poeple here. Do you mean people?
    "#]]
    .assert_eq(&told(&faults));
    assert_eq!(Crowd::from_json(&json!({})).unwrap(), Crowd::default());
}
