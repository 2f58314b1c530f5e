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

/// The turn in which a way finds its workflow paused is the one that its timer brings: long after the pause began.
#[test]
fn a_pause_of_the_workflow_counts_from_its_beginning() {
    let of = published(&json!({ "name": "x", "steps": [
        { "id": "a", "delay": { "until": { "local": { "time": "12:00" } }, "if_late": "shift" } },
        { "id": "b", "send": { "text": "Hi", "purpose": "service" } },
    ] }));
    let (mut drive, _) = Drive::begin(&of);
    let due = drive.state.wake_at.unwrap();
    let since = due.checked_sub(SignedDuration::from_mins(30)).unwrap();
    drive.now = due;
    drive.turn(&Event::WorkflowPaused { since });
    drive.later(3_600);
    let turn = drive.turn(&Event::Resumed { late: None });
    assert_eq!((texts(&turn), drive.state.wake_at), (vec![""; 0], due.checked_add(SignedDuration::from_mins(90)).ok()));

    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    drive.done(Done::Sent);
    let deadline = drive.state.wake_at.unwrap();
    let since = deadline.checked_sub(SignedDuration::from_mins(20)).unwrap();
    drive.now = deadline;
    drive.turn(&Event::WorkflowPaused { since });
    drive.later(7_200);
    drive.turn(&Event::Resumed { late: None });
    let expected = deadline.checked_add(SignedDuration::from_mins(140)).ok();
    assert_eq!((drive.ended(), drive.state.wake_at), (None, expected), "they get the twenty minutes that were left");
    drive.now = drive.state.since;
    drive.turn(&Event::WorkflowPaused { since: Timestamp::MIN });
    let paused = drive.state.status.clone();
    assert_eq!(paused, Status::Paused { since: drive.state.since }, "they were not there before");
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
