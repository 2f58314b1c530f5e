//! Conversations that go as they are written, and those that do not.

use expect_test::expect;
use serde_json::{Value as Json, json};

use crate::workflow::testing::{document, ground, told};
use crate::workflow::{Document, gallery, publish, schema};

fn with(goldens: Json) -> Json {
    let mut json = gallery::one("survey").unwrap().to_json();
    json["goldens"] = goldens;
    json
}

fn faults(goldens: Json) -> String {
    let json = with(goldens);
    match Document::from_json(&json).map(|document| publish(document, &ground())) {
        Ok(Ok(_)) => String::new(),
        Ok(Err(faults)) | Err(faults) => told(&faults),
    }
}

fn answers() -> Json {
    json!({
        "name": "A fan", "at": "2026-11-30T15:00:00Z", "person": { "name": "Ann Berg", "time_zone": "Europe/Oslo" },
        "plays": [{ "says": "9" }, { "says": "eight" }, { "waits": "3h" }, { "says": "10" }],
        "expect": {
            "texts": [
                "How do you rate our service, from 0 to 10? Reply STOP to opt out.", "And our prices, from 0 to 10?",
                "Would you recommend us, from 0 (never) to 10 (surely)?", "Thank you! 27 of 30 makes our day."
            ],
            "outcome": "answered",
            "saved": { "score": "27", "price": "8", "city": "" }
        }
    })
}

#[test]
fn what_goes_as_it_is_written_is_published() {
    assert_eq!(faults(json!([answers()])), "");
    let json = with(json!([answers()]));
    let read = document(&json);
    assert_eq!(document(&read.to_json()).to_text(), read.to_text(), "written and read again it is the same");
    assert!(jsonschema::validator_for(schema::schema()).unwrap().is_valid(&json), "an editor knows them, too");
    let fails = json!({ "name": "x", "at": "2026-11-30T15:00:00Z", "answers": { "sends": [{ "blocked": "quiet_hours" }] }, "expect": { "outcome": "blocked" } });
    assert_eq!(faults(json!([fails])), "");
    let waits = json!({ "name": "x", "at": "2026-11-30T15:00:00Z", "expect": { "stands_at": "hear_service" } });
    assert_eq!(faults(json!([waits])), "");
}

#[test]
fn the_first_difference_is_told() {
    let mut all = String::new();
    for (place, value) in [
        ("/expect/texts/1", json!("And our price?")),
        ("/expect/texts", json!(["How do you rate our service, from 0 to 10? Reply STOP to opt out."])),
        ("/plays", json!([{ "says": "9" }])),
        ("/expect/outcome", json!("unclear")),
        ("/expect/saved/price", json!("7")),
        ("/expect/saved/city", json!("Oslo")),
        ("/expect", json!({ "stands_at": "hear_price" })),
        ("/expect", json!({ "outcome": "partly" })),
    ] {
        let mut golden = answers();
        *golden.pointer_mut(place).unwrap() = value;
        all.push_str(&faults(json!([answers(), golden])));
    }
    let stands = json!({ "name": "Waits", "at": "2026-11-30T15:00:00Z", "expect": { "stands_at": "hear_price" } });
    let ends = json!({ "name": "Ends", "at": "2026-11-30T15:00:00Z", "expect": { "outcome": "answered" } });
    all.push_str(&faults(json!([stands, ends])));
    expect![[r#"
        /goldens/1/expect/texts/1: “A fan” goes otherwise than it is written: text 2 is “And our prices, from 0 to 10?”, not “And our price?”. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/texts/0: “A fan” goes otherwise than it is written: it sends one text more, “And our prices, from 0 to 10?”. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/texts/2: “A fan” goes otherwise than it is written: text 3 is not sent, “Would you recommend us, from 0 (never) to 10 (surely)?”. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/outcome: “A fan” goes otherwise than it is written: it ends as `answered`, not as `unclear`. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/saved/price: “A fan” goes otherwise than it is written: price holds “8”, not “7”. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/saved/city: “A fan” goes otherwise than it is written: city holds nothing, not “Oslo”. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/stands_at: “A fan” goes otherwise than it is written: it has ended as `answered`, and does not stand at hear_price. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/outcome: “A fan” goes otherwise than it is written: it ends as `answered`, not as `partly`. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/0/expect/stands_at: “Waits” goes otherwise than it is written: it stands at hear_service, not at hear_price. Mend the workflow, or what is expected of it, if it was meant to change.
        /goldens/1/expect/outcome: “Ends” goes otherwise than it is written: it stands at hear_service, and has not ended as `answered`. Mend the workflow, or what is expected of it, if it was meant to change.
    "#]].assert_eq(&all);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let golden = json!({
        "name": "", "at": "2026-11-30T15:00:00Z", "variables": { "scor": "1" }, "person": { "time_zone": "Mars/Base" },
        "expect": { "saved": { "pric": "1" } }
    });
    let nothing = json!({ "name": "x", "at": "2026-11-30T15:00:00Z", "expect": {} });
    expect![[r#"
        /goldens/0/expect/saved/pric: There is no variable and no field pric. Do you mean price?
        /goldens/0/name: It has no name, or a long one. Write 1 to 100 letters.
        /goldens/0/person/time_zone: There is no such time zone. Write a name as in America/New_York.
        /goldens/0/variables/scor: There is no variable scor. Do you mean score?
        /goldens/1/expect: Nothing is expected of it. Add `texts`, `outcome`, `stands_at` or `saved`.
    "#]]
    .assert_eq(&faults(json!([golden, nothing])));
    let strange = json!({ "name": "x", "at": "soon", "plays": [{ "shouts": "yes" }], "expects": {} });
    expect![[r#"
        /goldens/0/at: failed to parse four digit integer as year. Invalid digit, expected 0-9 but got s.
        /goldens/0/expects: There is no expects here. Do you mean expect?
    "#]]
    .assert_eq(&faults(json!([strange])));
}
