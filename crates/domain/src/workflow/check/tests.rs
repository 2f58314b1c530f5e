//! What is refused, where, and how it is mended.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::json;
use uuid::Uuid;

use crate::id::MediaId;
use crate::workflow::testing::{document, ground, told};
use crate::workflow::{Document, publish, revive};

fn faults(json: serde_json::Value) -> String {
    match Document::from_json(&json) {
        Err(faults) => told(&faults),
        Ok(document) => publish(document, &ground()).err().map(|faults| told(&faults)).unwrap_or_default(),
    }
}

#[test]
fn the_form_is_read_strictly_and_all_faults_are_told() {
    let json = json!({
        "name": "x",
        "nmae": "y",
        "triggers": ["campain", { "keyword": { "words": "JOIN" } }, { "keyword": { "words": ["JOIN"], "number": [] } }],
        "entry": { "again": { "after_days": "many" } },
        "variables": [{ "key": "a", "type": "nummer" }],
        "steps": [
            { "id": "one", "send": { "txt": "Hi", "purpose": "service" } },
            { "id": "two", "sned": {} },
            { "id": "three", "delay": { "for": "2 fortnights" } },
            { "id": "four", "end": "a", "note": "b" },
            { "only_if": "city = \"Oslo\"", "end": "a" },
            { "id": "six", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "maybe" }, { "when": { "number": { "mni": 1 } } }] } },
            { "id": "seven", "delay": { "until": { "local": { "time": "9:00" } }, "untill": 1 } },
            7
        ]
    });
    expect![[r#"
        /entry/again/after_days: This is a text. Write a whole number.
        /nmae: There is no nmae here. Do you mean name?
        /steps/0/send/text: It has no text. Add `text`.
        /steps/0/send/txt: There is no txt here. Do you mean text?
        /steps/1: This step does nothing. Add one of these: send, schedule_send, filter, delay, branch, save, wait_for_reply, assistant, http, update_contact, assign, note, notify, split, enter, go_to, end.
        /steps/1/sned: There is no sned here. Do you mean send?
        /steps/2/delay/for: This is no length of time. Write it as in 30s, 15m, 2h, 3d, 1w or 1d 12h.
        /steps/3: This step does two things. Make two steps of it, for `note` and `end`.
        /steps/4/id: It has no id. Add `id`.
        /steps/5/wait_for_reply/cases/0/when: There is no maybe here. Write one of these: any, yes, no, date, keywords, number, choice, intent.
        /steps/6/delay/until/local/time: This is no time of the day. Write hours and minutes, as in 09:30.
        /steps/6/delay/untill: There is no untill here. Do you mean until?
        /steps/7: This is no object. Write an object, with these: id, only_if, send, schedule_send, filter, delay, branch, save, wait_for_reply, assistant, http, update_contact, assign, note, notify, split, enter, go_to, end.
        /triggers/0: There is no campain here. Do you mean campaign?
        /triggers/1/keyword/words: This is no list. Write a list, as in ["one", "two"].
        /triggers/2/keyword/number: There is no number here. Do you mean numbers?
        /variables/0/type: There is no nummer here. Do you mean number?
    "#]].assert_eq(&faults(json));
    assert_eq!(Document::from_text("{").unwrap_err().len(), 1);
    let long = format!("\"{}\"", "x".repeat(300_000));
    assert_eq!(Document::from_text(&long).unwrap_err().first().unwrap().code, "too_long");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let json = json!({
        "name": "",
        "triggers": [{ "keyword": { "words": ["stop", "join"] } }, { "field_changed": "citty" }, { "date": { "field": "city", "time": "10:00" } }],
        "entry": { "again": { "by_key": "ordr" }, "only_if": "city is" },
        "exits": { "goal": "scor > 5" },
        "variables": [
            { "key": "score", "type": "number" },
            { "key": "name", "type": "text" },
            { "key": "city", "type": "text" },
            { "key": "score", "type": "text" },
            { "key": "kind", "type": "choice" }
        ],
        "steps": [
            { "id": "one", "send": { "text": "Hi {frist_name}", "purpose": "service" } },
            { "id": "one", "send": { "text": "Hi {name", "purpose": "service", "from": "num_00000000000000000000000000000009" } },
            { "id": "Two", "filter": { "all": [{ "field": "score", "op": "contains", "value": "x" }, { "field": "size", "op": "eq" }] } },
            { "id": "three", "save": { "to": "scroe" } },
            { "id": "four", "save": { "to": "score", "from": { "sum": ["city", "size"] }, "on_invalid": { "ask_again": { "step": "on" } } } },
            { "id": "five", "delay": {} },
            { "id": "six", "delay": { "until": { "date": { "field": "birthdy", "time": "10:00" } }, "jitter": "2d" } },
            { "id": "seven", "wait_for_reply": { "timeout": "10s", "merge": "2m", "cases": [{ "when": "any" }, { "when": { "keywords": ["quit"] } }] } },
            { "id": "eight", "http": { "url": "http://10.0.0.1/", "timeout": "1m", "save": { "score": "total" } } },
            { "id": "nine", "update_contact": { "add_to_lists": ["Gests"], "set": { "score": "1" } } },
            { "id": "ten", "split": { "paths": [{ "name": "", "weight": 0 }] } },
            { "id": "eleven", "assistant": { "task": { "classify": { "question": "?", "into": "score" } } } },
            { "id": "twelve", "go_to": "thre" },
            { "id": "thirteen", "end": "x" }
        ]
    });
    expect![[r#"
        /entry/again/by_key: There is no variable ordr. Write one of these: score, name, city, score, kind.
        /entry/only_if: There is nothing more, which means nothing here. (at character 8) Write one of these: set, missing.
        /exits/goal: Nothing is called scor. (at character 1) Do you mean score?
        /name: It has no name, or a long one. Write 1 to 100 letters.
        /steps/0/send/text: There is no field frist_name, which is named at character 4. Do you mean first_name?
        /steps/1/id: Two steps are called one. Give one of them another name.
        /steps/1/send/from: There is no number num_00000000000000000000000000000009. Choose one of your numbers.
        /steps/1/send/from: A reply is waited for behind this text, and from another number it would reach nobody. Leave `from` out: it goes from the number that they know.
        /steps/1/send/text: The brace at character 4 is not closed. Write } after the name, or {{ for a brace.
        /steps/2/filter/all/0/op: score cannot be asked with `contains`. Use one of these: =, !=, <, <=, >, >=, between, in, is set, is missing.
        /steps/2/filter/all/1/value: `=` wants one value. Give it one value.
        /steps/2/id: "Two" is no name of a step. Write small letters, digits and underscores, as in `ask_again`; at most 40.
        /steps/3/save/to: There is no variable and no field scroe. Do you mean score?
        /steps/4/save/from/sum/0: city holds text. Name what holds a decimal number.
        /steps/4/save/on_invalid/ask_again/step: There is no step on. Do you mean one?
        /steps/5/delay: It must be told until when. Write `for` or `until`, and not both.
        /steps/6/delay/jitter: This is too long. Write at most 1d.
        /steps/6/delay/until/date/field: Nothing is called birthdy. Do you mean birthday?
        /steps/7/wait_for_reply/cases/0/when: No case behind this one is ever taken. Make it the last.
        /steps/7/wait_for_reply/cases/1/when/keywords/0: quit asks for stop and never comes here. Take it out, or use another word.
        /steps/7/wait_for_reply/merge: This is too long. Write at most 30s.
        /steps/7/wait_for_reply/timeout: Nobody can be waited for so long. Write 1m to 90d.
        /steps/8/http/save/score: "total" is no place in an answer. Write a JSON pointer, as in /order/total.
        /steps/8/http/timeout: Nobody waits so long. Write 1s to 15s.
        /steps/8/http/url: This is no address of a system. Begin with https:// and a host.
        /steps/9/update_contact/add_to_lists/0: There is no list Gests. Do you mean Guests?
        /steps/9/update_contact/set/score: There is no field score. Write one of these: city, size, birthday, plan.
        /steps/10/split/paths: There is nothing to choose from, or too much. Write 2 to 10 paths.
        /steps/10/split/paths/0/name: This is no label. Write 1 to 60 characters on one line.
        /steps/10/split/paths/0/weight: This is no weight. Write 1 to 1000.
        /steps/11/assistant/task/classify/into: score holds a decimal number. Name a variable that holds a choice.
        /steps/12/go_to: There is no step thre. Do you mean three?
        /steps/13: Nobody ever comes to this step. Go there by `go_to`, move it, or take it out.
        /triggers/0/keyword/words/0: stop asks for stop and never comes here. Take it out, or use another word.
        /triggers/1/field_changed: There is no field citty. Do you mean city?
        /triggers/2/date/field: city holds text. Name a field that holds a date.
        /variables/1/key: name has another meaning already. Call it name_here, or use what is called name.
        /variables/2/key: city has another meaning already. Call it city_here, or use what is called city.
        /variables/3/key: Two variables are called score. Take one out.
        /variables/4/choices: It holds a choice, and there are none. Add `choices`, as in ["Gold", "Silver"].
    "#]].assert_eq(&faults(json));
}

#[test]
fn what_is_not_chosen_yet_is_kept_and_told() {
    let json = json!({
        "name": "x",
        "triggers": [{ "segment_entered": "" }, { "keyword": { "words": ["JOIN"], "numbers": [""] } }, { "link_clicked": { "campaign": "" } }],
        "steps": [
            { "id": "hi", "send": { "text": "Hi", "purpose": "service", "from": "", "media": [""] } },
            { "id": "who", "assign": { "team": "", "person": "" } },
            { "id": "on", "enter": { "workflow": "" } },
        ]
    });
    let document = Document::from_json(&json).unwrap();
    assert_eq!(document.to_json(), json, "it stays as it was written");
    expect![[r#"
        /steps/0/send/from: It is not chosen which number. Choose one of your numbers, or take it out.
        /steps/0/send/media: It is not chosen which attachment. Choose one of your attachments, or take it out.
        /steps/1/assign/person: It is not chosen which member. Choose one of your members, or take it out.
        /steps/1/assign/team: It is not chosen which team. Choose one of your teams, or take it out.
        /steps/2/enter/workflow: It is not chosen which workflow. Choose one of your workflows, or take it out.
        /triggers/0/segment_entered: It is not chosen which segment. Choose one of your segments, or take it out.
        /triggers/1/keyword/numbers: It is not chosen which number. Choose one of your numbers, or take it out.
        /triggers/2/link_clicked/campaign: It is not chosen which campaign. Choose one of your campaigns, or take it out.
    "#]].assert_eq(&faults(json));
}

#[test]
fn a_text_carries_what_was_uploaded_and_the_carrier_takes() {
    let media = |ids: &[u128]| ids.iter().map(|id| MediaId(Uuid::from_u128(*id))).collect::<Vec<_>>();
    let send = |id: &str, ids: &[u128]| json!({ "id": id, "send": { "text": "Hi", "purpose": "service", "media": media(ids) } });
    let json = json!({ "name": "x", "triggers": ["api"], "steps": [
        send("one", &[74]),
        send("other", &[74, 75]),
        { "id": "later", "schedule_send": { "at": { "moment": "2026-12-01T10:00:00Z" },
            "send": { "text": "Hi", "purpose": "service", "media": media(&[74, 74]) } } },
    ] });
    let document = Document::from_json(&json).unwrap();
    let named = [74, 75].map(|id| MediaId(Uuid::from_u128(id)));
    assert_eq!(document.media(), BTreeSet::from(named));
    expect![[r#"
        /steps/1/send/media: There is no attachment med_0000000000000000000000000000004b. Upload it first. Or choose other attachments.
        /steps/2/schedule_send/send/media: Together the attachments weigh 1200000 bytes, and the carrier takes less than 1000000. Leave some out, or make them smaller. Or choose other attachments.
    "#]].assert_eq(&faults(json));
}

#[test]
fn ways_that_lead_nowhere_or_round_are_refused() {
    let send = |id: &str| json!({ "id": id, "send": { "text": "Hi", "purpose": "service" } });
    let circle = json!({ "name": "x", "steps": [send("a"), send("b"), { "id": "c", "go_to": "a" }, send("d")] });
    expect![[r#"
        /steps/0: From here the way leads back here, and may do so without time passing. Put a `delay` or a `wait_for_reply` that everybody takes into the circle.
        /steps/3: Nobody ever comes to this step. Go there by `go_to`, move it, or take it out.
    "#]].assert_eq(&faults(circle));
    let with_wait = json!({ "name": "x", "steps": [
        send("a"), { "id": "b", "delay": { "for": "1d" } }, { "id": "c", "only_if": "city = \"Oslo\"", "go_to": "a" }, send("d")
    ] });
    assert_eq!(faults(with_wait), "");
    // A day is over at some time, and hours may be open: no time need pass there.
    for until in [
        json!({ "date": { "field": "birthday", "time": "10:00" } }),
        json!({ "hours": [{ "days": ["mon"], "from": "09:00", "until": "17:00" }] }),
    ] {
        let circle = json!({ "name": "x", "steps": [send("a"), { "id": "b", "delay": { "until": until } }, { "id": "c", "go_to": "a" }] });
        assert!(faults(circle).contains("without time passing"), "{until}");
    }
    let maybe_waits = json!({ "name": "x", "steps": [
        send("a"), { "id": "b", "only_if": "size > 1", "delay": { "for": "1d" } }, { "id": "c", "go_to": "a" }
    ] });
    assert!(faults(maybe_waits).contains("without time passing"));
    let both_end = json!({ "name": "x", "steps": [
        { "id": "a", "branch": {
            "cases": [{ "when": "size > 1", "steps": [{ "id": "b", "end": "big" }] }],
            "otherwise": [{ "id": "c", "end": "small" }]
        } },
        send("d"),
        send("e")
    ] });
    expect![[r#"
        /steps/1: Nobody ever comes to this step. Go there by `go_to`, move it, or take it out.
    "#]]
    .assert_eq(&faults(both_end));
}

#[test]
fn what_was_published_runs_on_when_what_it_names_is_gone() {
    let json = json!({ "name": "x", "steps": [
        { "id": "a", "branch": { "cases": [{ "when": "plan = \"Gold\"", "steps": [{ "id": "b", "end": "gold" }] }] } },
        { "id": "c", "save": { "to": "plan", "from": { "text": "Gold" } } },
        { "id": "d", "end": "other" }
    ] });
    let mut bare = ground();
    bare.catalogue.fields.clear();
    assert!(publish(document(&json), &bare).is_err());
    let revived = revive(document(&json), &bare);
    let play = crate::workflow::testing::played(&revived, &[], "");
    assert!(play.to_string().contains("ends: other"), "{play}");
}

#[test]
fn a_request_goes_to_an_address_with_secrets_that_there_are() {
    let asks = |url: &str, secret: &str| {
        let http = json!({ "url": url, "secrets": { "authorization": secret } });
        faults(json!({ "name": "x", "triggers": ["api"], "steps": [{ "id": "ask", "http": http }] }))
    };
    for url in [
        "https://shop.example/a",
        "http://127.0.0.1:8080/a",
        "http://localhost/a",
        "http://localhost:1?x={first_name}",
        "https://shop.example:8443/{first_name}",
        "https://shop.example?x={first_name}",
        "https://shop.example#{first_name}",
    ] {
        assert_eq!(asks(url, "shop"), "", "{url}");
    }
    for url in [
        "https://",
        "https://{first_name}/a",
        "https://api-{first_name}.shop.example/a",
        "https://shop.example{first_name|}/a",
        "https://shop.example{first_name|}",
        "https://shop.example:{first_name}?a",
        "https://shop.example@{first_name}/a",
        "https://shop.example@evil.example/a",
        "https://evil.example\\.shop.example/a",
        "https:///{first_name}",
        "http://shop.example/",
        "http://127.0.0.1.shop.example/",
        "http://127.0.0.1:80@shop.example/",
        "http://localhost:{first_name}/",
        "ftp://localhost/",
        "shop.example",
    ] {
        assert!(asks(url, "shop").contains("This is no address of a system."), "{url}");
    }
    let told = asks("https://shop.example/a", "ship");
    assert_eq!(told, "/steps/0/http/secrets/authorization: There is no secret ship. Do you mean shop?\n");
}

#[test]
fn a_question_goes_from_the_number_at_which_its_answer_is_heard() {
    let told = |text: serde_json::Value, between: serde_json::Value| {
        let mut steps = vec![text];
        steps.extend(between.as_array().unwrap().clone());
        steps.push(json!({ "id": "hear", "wait_for_reply": { "timeout": "1d" } }));
        faults(json!({ "name": "x", "steps": steps }))
    };
    let number = ground().numbers[0];
    let send = json!({ "text": "How was it?", "purpose": "service", "from": number });
    let text = || json!({ "id": "ask", "send": send });
    let refused = "/steps/0/send/from: A reply is waited for behind this text, and from another number it would reach nobody. \
                   Leave `from` out: it goes from the number that they know.\n";
    let own = json!({ "id": "own", "send": { "text": "And?", "purpose": "service" } });
    let mut some = own.clone();
    some["only_if"] = json!("city = \"Oslo\"");
    for (between, expected) in [
        (json!([]), refused),
        (json!([{ "id": "later", "delay": { "for": "1h" } }]), refused),
        (json!([some]), refused),
        (json!([own]), ""),
        (json!([{ "id": "over", "only_if": "city = \"Oslo\"", "end": "x" }, own]), ""),
    ] {
        assert_eq!(told(text(), between.clone()), expected, "{between}");
    }
    let at = json!({ "moment": "2026-12-01T10:00:00Z" });
    let scheduled = told(json!({ "id": "ask", "schedule_send": { "at": at, "send": send } }), json!([]));
    assert!(scheduled.starts_with("/steps/0/schedule_send/send/from: A reply"), "{scheduled}");
    let tells = json!({ "name": "x", "steps": [text(), { "id": "over", "end": "told" }] });
    assert_eq!(faults(tells), "", "nobody waits for an answer");
}
