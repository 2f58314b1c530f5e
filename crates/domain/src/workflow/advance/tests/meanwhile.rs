//! What happens while somebody's way waits for something else.

use super::*;
use crate::workflow::How;

fn sends(turn: &Advanced) -> usize {
    turn.effects.iter().filter(|effect| matches!(effect.deed, Deed::Send { .. })).count()
}

fn with_goal(steps: &Json) -> Published {
    published(&json!({ "name": "x", "exits": { "goal": "city = \"Rome\"" }, "steps": steps }))
}

#[test]
fn who_is_at_the_goal_is_not_texted_any_more() {
    let at_ten = json!([
        { "id": "a", "schedule_send": { "at": { "local": { "time": "15:00" } }, "send": { "text": "Come!", "purpose": "service" } } }
    ]);
    let published = with_goal(&at_ten);
    let (mut drive, _) = Drive::begin(&published);
    drive.person.subject.fields.insert("city".into(), "Rome".into());
    drive.now = drive.state.wake_at.unwrap();
    let turn = drive.turn(&Event::Timer { seq: drive.state.seq });
    assert_eq!(sends(&turn), 0, "{:?}", turn.trace);
    assert!(matches!(turn.state.status, Status::Ended { how: How::Goal, .. }), "{:?}", turn.state);
    assert_eq!(turn.trace.len(), 1, "it ends once: {:?}", turn.trace);

    let asks = json!([
        { "id": "ask", "send": { "text": "Will you come?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": "1d" } }
    ]);
    let published = with_goal(&asks);
    let mut drive = Drive::new(&published);
    let other = EnrolmentId(Uuid::from_u128(9));
    drive.floor = Some(Held { by: other, until: drive.now.checked_add(SignedDuration::from_hours(5)).unwrap() });
    drive.turn(&Event::Entered { variables: [].into() });
    drive.person.subject.fields.insert("city".into(), "Rome".into());
    drive.floor = None;
    let turn = drive.turn(&Event::FloorFreed);
    assert!(sends(&turn) == 0 && turn.state.is_ended(), "{:?}", turn.trace);
}

#[test]
fn who_comes_to_the_goal_leaves_wherever_they_wait() {
    let ask = json!({ "id": "ask", "send": { "text": "Will you come?", "purpose": "service" } });
    let hear = json!({ "id": "hear", "wait_for_reply": { "timeout": "1d" } });
    let call = json!({ "id": "call", "http": { "url": "https://x.example/" } });
    let steps = [
        ("time", json!([{ "id": "wait", "delay": { "for": "3d" } }])),
        ("text", json!([ask, hear])),
        ("reply", json!([ask, hear])),
        ("failed", json!([call])),
        ("paused", json!([{ "id": "wait", "delay": { "for": "3d" } }])),
    ];
    for (waits, steps) in steps {
        let published = with_goal(&steps);
        let (mut drive, _) = Drive::begin(&published);
        match waits {
            "reply" => drop(drive.done(Done::Sent)),
            "failed" => drop(drive.done(Done::Failed("x".into()))),
            "paused" => drop(drive.turn(&Event::Paused)),
            _ => {}
        }
        assert!(!drive.turn(&Event::ContactChanged).heeded, "{waits}: it is something else");
        drive.person.subject.fields.insert("city".into(), "Rome".into());
        let mut turn = drive.turn(&Event::ContactChanged);
        if waits == "paused" {
            assert!(!turn.heeded, "nothing is done until it goes on");
            turn = drive.turn(&Event::Resumed { late: None });
        }
        assert!(matches!(turn.state.status, Status::Ended { how: How::Goal, .. }), "{waits}: {:?}", turn.state);
        let expected: &[&str] = match waits {
            "text" => &["withdraw", "free_floor"],
            "reply" => &["free_floor"],
            _ => &[],
        };
        assert_eq!(deeds(&turn), expected, "{waits}");
    }
}

#[test]
fn who_has_answered_with_the_goal_is_not_asked_again() {
    let published = published(&json!({ "name": "x", "exits": { "goal": "reply contains \"paid\"" }, "steps": [
        { "id": "ask", "send": { "text": "Will you pay?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "yes" }], "no_match": { "reprompt": "Well?" } } }
    ] }));
    let (mut drive, _) = Drive::begin(&published);
    let Some(Waits::Effect { of, .. }) = drive.state.waits.clone() else { panic!("{:?}", drive.state) };
    drive.turn(&Event::Done { of, result: Done::Sent, at: None });
    let turn = drive.says("I have paid it last week");
    assert!(sends(&turn) == 0 && matches!(turn.state.status, Status::Ended { how: How::Goal, .. }), "{:?}", turn.trace);
}

#[test]
fn a_floor_that_is_freed_during_a_pause_is_asked_for_afterwards() {
    let published = published(&json!({ "name": "x", "steps": [
        { "id": "ask", "send": { "text": "Will you come?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": "1d" } }
    ] }));
    let mut drive = Drive::new(&published);
    let other = EnrolmentId(Uuid::from_u128(9));
    let until = drive.now.checked_add(SignedDuration::from_hours(50)).unwrap();
    drive.floor = Some(Held { by: other, until });
    let turn = drive.turn(&Event::Entered { variables: [].into() });
    assert!(matches!(turn.state.waits, Some(Waits::Floor { .. })) && sends(&turn) == 0);
    drive.turn(&Event::Paused);
    drive.floor = None;
    assert!(!drive.turn(&Event::FloorFreed).heeded, "it is paused");
    assert_eq!(sends(&drive.turn(&Event::Resumed { late: None })), 1);

    let mut drive = Drive::new(&published);
    drive.floor = Some(Held { by: other, until });
    drive.turn(&Event::Entered { variables: [].into() });
    drive.turn(&Event::Paused);
    let turn = drive.turn(&Event::Resumed { late: None });
    assert!(sends(&turn) == 0 && matches!(turn.state.waits, Some(Waits::Floor { .. })), "it is not free yet");
}

#[test]
fn an_hour_of_the_clock_comes_once_a_day() {
    let published = published(&json!({ "name": "x", "steps": [
        { "id": "wait", "delay": { "until": { "local": { "time": "09:00" } } } },
        { "id": "text", "send": { "text": "Good morning", "purpose": "service" } },
        { "id": "again", "go_to": "wait" }
    ] }));
    let play = played(&published, &[], "+ 3d");
    let texts = play.effects().iter().filter(|effect| matches!(effect.deed, Deed::Send { .. })).count();
    assert_eq!(texts, 3, "{play}");
}

#[test]
fn a_question_is_one_though_something_is_noted_before_the_answer_is_waited_for() {
    let published = published(&json!({ "name": "x", "exits": { "on_reply": true }, "steps": [
        { "id": "ask", "send": { "text": "Will you come?", "purpose": "service" } },
        { "id": "note", "only_if": "city = \"Oslo\"", "note": "asked" },
        { "id": "hear", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "yes", "steps": [{ "id": "fine", "end": "coming" }] }] } }
    ] }));
    let (mut drive, turn) = Drive::begin(&published);
    assert!(turn.effects.iter().any(|effect| matches!(effect.deed, Deed::TakeFloor { .. })), "{:?}", turn.effects);
    let Some(Waits::Effect { of, .. }) = drive.state.waits.clone() else { panic!("{:?}", drive.state) };
    // They are quicker than the word that the text is out.
    drive.says("yes");
    let turn = drive.turn(&Event::Done { of, result: Done::Sent, at: None });
    assert!(matches!(&turn.state.status, Status::Ended { outcome, .. } if outcome == "coming"), "{:?}", turn.trace);
}

fn asking(on_reply: bool) -> Published {
    published(&json!({ "name": "x", "exits": { "on_reply": on_reply }, "steps": [
        { "id": "ask", "send": { "text": "Will you come?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": "2d", "cases": [{ "when": "yes", "steps": [{ "id": "fine", "end": "coming" }] }] } },
        { "id": "later", "delay": { "for": "1d" } }
    ] }))
}

fn asked(published: &Published) -> Drive<'_> {
    let (mut drive, _) = Drive::begin(published);
    let Some(Waits::Effect { of, .. }) = drive.state.waits.clone() else { panic!("{:?}", drive.state) };
    drive.turn(&Event::Done { of, result: Done::Sent, at: None });
    assert!(drive.state.waits_for_reply());
    drive
}

#[test]
fn what_is_for_somebody_else_answers_nothing() {
    let published = asking(true);
    let mut drive = asked(&published);
    let text = |nth: u128, drive: &Drive<'_>| Text {
        id: MessageId(Uuid::from_u128(nth)),
        body: "yes".into(),
        sent_at: drive.now,
    };
    let yes = text(700, &drive);
    let turn = drive.turn(&Event::Wrote(yes.clone()));
    assert!(turn.heeded && drive.state.waits_for_reply(), "{:?}", drive.state);
    assert_eq!(drive.state.wrote_at, Some(drive.now), "conditions know of it");
    assert!(!drive.turn(&Event::Wrote(yes.clone())).heeded && !drive.turn(&Event::Reply(yes)).heeded, "it came before");
    // Where nothing is waited for, whoever writes leaves if the workflow says so.
    drive.later(3 * 86_400);
    drive.turn(&Event::Timer { seq: drive.state.seq });
    let other = text(701, &drive);
    drive.turn(&Event::Paused);
    drive.turn(&Event::Wrote(other));
    drive.turn(&Event::Resumed { late: None });
    assert!(matches!(drive.state.status, Status::Ended { how: How::Replied, .. }), "{:?}", drive.state);
}

#[test]
fn who_lost_the_floor_has_it_again_when_it_is_free() {
    let published = asking(false);
    let mut drive = asked(&published);
    let other = Held {
        by: EnrolmentId(Uuid::from_u128(9)),
        until: drive.now.checked_add(SignedDuration::from_hours(20)).unwrap(),
    };
    drive.floor = Some(other);
    drive.turn(&Event::FloorLost);
    assert_eq!(drive.state.floor_until, None);
    assert!(!drive.turn(&Event::FloorFreed).heeded, "it is not free yet");
    drive.floor = None;
    let turn = drive.turn(&Event::FloorFreed);
    assert!(matches!(turn.effects.as_slice(), [Effect { deed: Deed::TakeFloor { .. }, .. }]), "{:?}", turn.effects);
    assert!(!drive.turn(&Event::FloorFreed).heeded, "it has it");
    // Word of it may come during a pause.
    drive.floor = Some(other);
    drive.turn(&Event::FloorLost);
    drive.turn(&Event::Paused);
    drive.floor = None;
    let turn = drive.turn(&Event::Resumed { late: None });
    assert!(matches!(turn.effects.as_slice(), [Effect { deed: Deed::TakeFloor { .. }, .. }]), "{:?}", turn.effects);
}

#[test]
fn who_writes_before_a_question_is_due_leaves_if_the_workflow_says_so() {
    let published = published(&json!({ "name": "x", "exits": { "on_reply": true }, "steps": [
        { "id": "ask", "schedule_send": { "at": { "local": { "time": "15:00" } }, "send": { "text": "Will you come?", "purpose": "service" } } },
        { "id": "hear", "wait_for_reply": { "timeout": "2d" } }
    ] }));
    for is_ours in [true, false] {
        let (mut drive, _) = Drive::begin(&published);
        let text = Text { id: MessageId(Uuid::from_u128(700)), body: "hello".into(), sent_at: drive.now };
        drive.turn(&if is_ours { Event::Reply(text) } else { Event::Wrote(text) });
        assert!(matches!(drive.state.status, Status::Ended { how: How::Replied, .. }), "{:?}", drive.state);
    }
}

#[test]
fn hours_are_kept_whenever_the_time_before_them_is_over() {
    let weekdays = json!([{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "until": "17:00" }]);
    let of = |delay: Json| {
        let mut delay = delay;
        delay["hours"] = weekdays.clone();
        published(&json!({ "name": "x", "steps": [
            { "id": "wait", "delay": delay }, { "id": "text", "send": { "text": "Hi", "purpose": "service" } }
        ] }))
    };
    // Three at night on a Saturday in New York.
    let saturday: Timestamp = "2026-11-28T08:00:00Z".parse().unwrap();
    let monday: Timestamp = "2026-11-30T14:00:00Z".parse().unwrap();
    for delay in [
        json!({ "until": { "moment": "2026-11-22T10:00:00Z" } }),
        json!({ "until": { "date": { "field": "birthday", "time": "10:00" } } }),
        json!({ "for": "1m" }),
    ] {
        let published = of(delay.clone());
        let mut drive = Drive::new(&published);
        drive.now = saturday;
        let turn = drive.turn(&Event::Entered { variables: [].into() });
        assert_eq!((sends(&turn), drive.state.wake_at), (0, Some(monday)), "{delay}");
        // Its timer comes late: nobody is texted at night all the same.
        drive.now = monday.checked_add(SignedDuration::from_hours(12)).unwrap();
        let turn = drive.turn(&Event::Timer { seq: drive.state.seq });
        let tuesday = monday.checked_add(SignedDuration::from_hours(24)).ok();
        assert_eq!((sends(&turn), drive.state.wake_at), (0, tuesday), "{delay}");
        drive.now = tuesday.unwrap();
        assert_eq!(sends(&drive.turn(&Event::Timer { seq: drive.state.seq })), 1, "{delay}");
    }
    let published = of(json!({ "until": { "moment": "2026-11-22T10:00:00Z" } }));
    let (_, turn) = Drive::begin(&published);
    assert_eq!(sends(&turn), 1, "they are open");
}

#[test]
fn whoever_has_a_step_done_again_that_they_came_to_too_often_lets_them_go_on() {
    let published = published(&json!({ "name": "x", "steps": [
        { "id": "a", "note": "Hi" }, { "id": "b", "delay": { "for": "1m" } }, { "id": "c", "go_to": "a" }
    ] }));
    let (mut drive, _) = Drive::begin(&published);
    let mut keys = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let mut notes = 0;
        while drive.state.is_live() {
            let turn = drive.timer();
            notes += turn.effects.len();
            assert!(turn.effects.into_iter().all(|effect| keys.insert(effect.key)));
        }
        assert!(matches!(drive.state.status, Status::Failed { why: Failure::TooManyVisits }), "{:?}", drive.state);
        assert!(notes >= 99, "{notes}");
        let turn = drive.turn(&Event::Retried);
        assert!(drive.state.is_live() && turn.effects.into_iter().all(|effect| keys.insert(effect.key)));
    }
}

#[test]
fn a_floor_that_somebody_else_was_given_is_asked_for_anew() {
    let published = asking(false);
    let (mut drive, _) = Drive::begin(&published);
    // Two have become one, and the other's question counts.
    drive.floor = None;
    let turn = drive.done(Done::Sent);
    assert!(matches!(turn.effects.as_slice(), [Effect { deed: Deed::TakeFloor { .. }, .. }]), "{:?}", turn.effects);
}
