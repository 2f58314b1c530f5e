//! Texts that are late, and times that are over or not known.

use super::*;

#[test]
fn what_is_late_is_sent_skipped_or_shifted() {
    for (own, said, expected) in [
        ("send", None, "sent"),
        ("skip", None, "left out"),
        ("shift", None, "waits"),
        ("send", Some(IfLate::Skip), "left out"),
        ("skip", Some(IfLate::Send), "sent"),
    ] {
        for scheduled in [false, true] {
            let at = json!({ "local": { "time": "12:00" } });
            let send = json!({ "text": "Hi", "purpose": "service" });
            let steps = if scheduled {
                json!([{ "id": "a", "schedule_send": { "at": at, "if_late": own, "send": send } }])
            } else {
                json!([{ "id": "a", "delay": { "until": at, "if_late": own } }, { "id": "b", "send": send }])
            };
            let of = published(&json!({ "name": "x", "steps": steps }));
            let (mut drive, _) = Drive::begin(&of);
            let due = drive.state.wake_at.unwrap();
            drive.turn(&Event::Paused);
            assert_eq!(drive.state.wake_at, None);
            drive.later(5 * 3_600);
            let turn = drive.turn(&Event::Resumed { late: said });
            let is = match (texts(&turn).as_slice(), drive.ended()) {
                (["Hi"], None) => "sent",
                ([], Some("completed")) => "left out",
                ([], None) if drive.state.wake_at == due.checked_add(SignedDuration::from_hours(5)).ok() => "waits",
                _ => "something else",
            };
            assert_eq!(is, expected, "{own} {said:?} {scheduled}");
        }
    }
}

#[test]
fn times_that_are_over_or_not_known() {
    for (step, expected) in [
        (json!({ "delay": { "until": { "date": { "field": "birthday", "time": "10:00" } } } }), vec!["Hi"]),
        (
            json!({ "delay": { "until": { "date": { "field": "birthday", "time": "10:00" } }, "if_past": "skip" } }),
            vec![],
        ),
        (json!({ "delay": { "until": { "moment": "2026-01-01T00:00:00Z" } } }), vec!["Hi"]),
        (json!({ "delay": { "until": { "moment": "2026-01-01T00:00:00Z" }, "if_past": "skip" } }), vec![]),
        (json!({ "delay": { "until": { "moment": "2026-01-01T00:00:00Z" }, "if_past": "exit" } }), vec![]),
        (
            json!({ "schedule_send": { "at": { "moment": "2026-01-01T00:00:00Z" }, "send": { "text": "Ho", "purpose": "service" } } }),
            vec!["Ho"],
        ),
        (
            json!({ "schedule_send": { "at": { "moment": "2026-01-01T00:00:00Z" }, "if_past": "skip", "send": { "text": "Ho", "purpose": "service" } } }),
            vec!["Hi"],
        ),
    ] {
        let mut step = step;
        step["id"] = json!("a");
        let send = json!({ "id": "b", "send": { "text": "Hi", "purpose": "service" } });
        let of = published(&json!({ "name": "x", "steps": [step, send] }));
        let (_, turn) = Drive::begin(&of);
        assert_eq!(texts(&turn), expected);
    }
}
