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
fn who_has_answered_with_the_goal_is_not_asked_again() {
    let published = published(&json!({ "name": "x", "exits": { "goal": "reply contains \"paid\"" }, "steps": [
        { "id": "ask", "send": { "text": "Will you pay?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": "1d", "cases": [{ "when": "yes" }], "no_match": { "reprompt": "Well?" } } }
    ] }));
    let (mut drive, _) = Drive::begin(&published);
    let Some(Waits::Effect { of, .. }) = drive.state.waits.clone() else { panic!("{:?}", drive.state) };
    drive.turn(&Event::Done { of, result: Done::Sent });
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
    let turn = drive.turn(&Event::Done { of, result: Done::Sent });
    assert!(matches!(&turn.state.status, Status::Ended { outcome, .. } if outcome == "coming"), "{:?}", turn.trace);
}
