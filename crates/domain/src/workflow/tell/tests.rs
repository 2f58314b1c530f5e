//! The gallery and every kind of step, told.

use expect_test::expect_file;
use serde_json::json;

use super::*;
use crate::workflow::gallery;
use crate::workflow::testing::document;

#[test]
fn the_gallery_is_told() {
    let mut all = String::new();
    for (_, document) in gallery::all() {
        all.push_str(&format!("{}\n\n{}\n", document.name, in_lines(&tell(&document))));
    }
    expect_file!["gallery.txt"].assert_eq(&all);
}

#[test]
fn every_step_is_told() {
    let json = json!({
        "name": "all",
        "triggers": [
            { "keyword": { "words": ["join", "in"], "numbers": ["num_00000000000000000000000000000047"] } }, { "text": {} },
            { "new_conversation": {} }, { "tag_added": "vip" }, { "tag_removed": "vip" }, { "field_changed": "city" },
            { "segment_entered": "seg_00000000000000000000000000000001" },
            { "date": { "field": "birthday", "days": -1, "time": "09:00", "yearly": true } },
            { "date": { "field": "birthday", "days": 14, "time": "09:00" } }, { "date": { "field": "birthday", "time": "09:00" } },
            "conversation_resolved", { "no_reply": "2d" }, { "link_clicked": {} }, "delivery_failed"
        ],
        "entry": { "again": { "after_days": 1 }, "only_if": { "field": "fields.city", "op": "eq", "value": "Oslo" }, "inside_max": 500 },
        "exits": { "on_reply": true, "goal": "tag = \"won\"" },
        "variables": [{ "key": "draft", "label": "The draft", "type": "text" }, { "key": "n", "type": "number" }, { "key": "m", "type": "number" }],
        "steps": [
            { "id": "a", "schedule_send": {
                "at": { "local": { "time": "10:00", "days": ["mon", "fri"] } }, "if_past": "exit", "if_late": "shift",
                "send": { "text": "Hi\nyou", "purpose": "marketing", "within": "1d 12h", "on_block": "skip", "on_failure": "exit", "media": ["med_00000000000000000000000000000001"] }
            } },
            { "id": "b", "schedule_send": { "at": { "moment": "2026-12-01T10:00:00Z" }, "send": { "text": "Hi", "purpose": "service", "on_block": "stop", "on_failure": "skip" } } },
            { "id": "c", "delay": { "for": "1h", "hours": [{ "days": ["mon"], "from": "09:00", "until": "17:00" }], "jitter": "90s", "if_late": "skip" } },
            { "id": "d", "delay": { "hours": [{ "days": ["mon"], "from": "09:00", "until": "17:00" }] } },
            { "id": "e", "delay": { "until": { "date": { "field": "birthday", "days": 1, "time": "10:00" } }, "if_past": "skip" } },
            { "id": "f", "delay": { "until": { "hours": [{ "days": ["mon"], "from": "09:00", "until": "17:00" }] } } },
            { "id": "g", "save": { "to": "n", "from": { "sum": ["n", "m"] }, "on_invalid": "clear" } },
            { "id": "h", "save": { "to": "draft", "from": { "text": "{name}" }, "on_invalid": { "ask_again": { "step": "a", "times": 1 } } } },
            { "id": "i", "assistant": { "task": { "draft": { "instruction": "Thank them", "into": "draft" } }, "on_error": "stop" } },
            { "id": "j", "assistant": { "task": { "extract": { "instruction": "Numbers", "into": ["n", "m"] } }, "on_error": "exit" } },
            { "id": "k", "assistant": { "task": { "hand_over": {} } } },
            { "id": "l", "http": { "url": "https://x.example/a?b=c", "save": { "n": "/n" }, "on_error": "exit" } },
            { "id": "m", "update_contact": { "remove_tags": ["old"], "add_to_lists": ["Guests"], "remove_from_lists": ["Others"], "set": { "city": "{draft}" }, "clear": ["size"] } },
            { "id": "n", "assign": {} },
            { "id": "o", "notify": { "text": "Look", "team": "tea_00000000000000000000000000000001" } },
            { "id": "p", "enter": { "workflow": "wfl_00000000000000000000000000000049", "wait": true } },
            { "id": "q", "enter": { "workflow": "wfl_00000000000000000000000000000049" } },
            { "id": "r", "split": { "paths": [{ "name": "One", "steps": [{ "id": "s", "go_to": "a" }] }, { "name": "Two", "weight": 3 }] } },
            { "id": "t", "wait_for_reply": { "timeout": "1d", "floor": "preempt", "cases": [
                { "when": "date" }, { "when": { "number": { "min": 1 } } }, { "when": { "number": { "max": 0 } } }, { "when": "number" },
                { "when": { "choice": ["Red", "Blue"] } }, { "when": { "intent": "is angry" } }, { "when": { "keywords": ["what"] } }
            ] } },
            { "id": "u", "only_if": "n > 3", "end": "over" }
        ]
    });
    expect_test::expect![[r#"
        It begins when they text “join” or “in” to some of your numbers, they text anything that nobody waits for, a conversation with them begins by a text, they get the label “vip”, they lose the label “vip”, their city changes, they come into a segment, it is 09:00 1 day before their birthday, every year, it is 09:00 14 days after their birthday, it is 09:00 on the day of their birthday, a conversation with them is closed, they have not answered for 2 days, they follow a link of yours or a text to them is not delivered.
        Who is out may enter again 1 day after they entered.
        Only those enter of whom this is true: city = "Oslo".
        No more than 500 people may be in it at a time.
        It ends for whoever writes while nothing waits for their answer.
        It ends for whomever this is true of: tag = "won".
        It ends for whoever wants no more texts.
        Text them when their clock shows 10:00 on Monday or Friday “Hi ⏎ you” (marketing, with 1 attachment, within 1 day 12 hours or not at all); who must not get it goes on without; if the carrier does not take it, they leave. If that is over, they leave. If it passes during a pause, it moves by the length of the pause. [a]
        Text them at 2026-12-01T10:00:00Z “Hi” (service); who must not get it stands still; if the carrier does not take it, they go on. [b]
        Wait 1 hour, and then until you are open, and up to 1 minute 30 seconds more, so that not all go at once. If it passes during a pause, the text is left out. [c]
        Wait until you are open. [d]
        Wait until 1 day after birthday at 10:00. If that is over, the text is left out. [e]
        Wait until you are open. [f]
        Keep the sum of n and m as n. If it does not fit, nothing is kept there. [g]
        Keep “{name}” as The draft. If it does not fit, they are asked again from “a” on, once. [h]
        Have an assistant write The draft: “Thank them” If there is no answer, they stand still. [i]
        Have an assistant look for n and m in what they answered: “Numbers” If there is no answer, they leave. [j]
        Give the conversation to an assistant. [k]
        Ask your system at x.example, and keep what it answers as n. If there is no answer, they leave. [l]
        Take off the label “old”, put them on the list “Guests”, take them off the list “Others”, set city to “{draft}” and clear size. [m]
        Give the conversation to everybody. [n]
        Tell a team: “Look” [o]
        Have them enter another workflow, and go on when they are out of it. [p]
        Have them enter another workflow, too. [q]
        Chance decides, always in the same way for the same person: [r]
          25 % take “One”:
            Go on with “a”. [s]
          75 % take “Two”: it goes on below.
        Wait up to 1 day for their answer. It is for this workflow, even if another one waits for one. [t]
          If they answer with a day: it goes on below.
          If they answer with a number from 1 up: it goes on below.
          If they answer with a number up to 0: it goes on below.
          If they answer with a number: it goes on below.
          If they answer “Red” or “Blue”, by word, number or letter: it goes on below.
          If they answer something that a model takes for “is angry”: it goes on below.
          If they answer “what”: it goes on below.
          If they do not answer in time: it goes on below.
        If n > 3: That is the end, as “over”. [u]
    "#]].assert_eq(&in_lines(&tell(&document(&json))));
}
