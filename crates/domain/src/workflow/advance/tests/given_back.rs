//! What a way does with texts that were routed to it and that it has no use for.

use super::*;
use crate::workflow::How;

fn given_back(turn: &Advanced) -> Vec<u128> {
    let given = turn.effects.iter().filter_map(|effect| match effect.deed {
        Deed::GiveBack { message, .. } => Some(message.0.as_u128()),
        _ => None,
    });
    given.collect()
}

/// Asked, and waited for.
fn waits(of: &Published) -> Drive<'_> {
    let (mut drive, _) = Drive::begin(of);
    drive.done(Done::Sent);
    assert!(drive.state.waits_for_reply());
    drive
}

#[test]
fn what_comes_too_late_or_too_early_is_given_back() {
    let of = question(json!({}));
    let mut drive = waits(&of);
    let second = SignedDuration::from_secs(1);
    let deadline = drive.state.wake_at.unwrap().checked_sub(GRACE).unwrap();
    drive.now = deadline.checked_add(GRACE).unwrap();
    let turn = drive.said("7", deadline.checked_add(second).unwrap());
    assert_eq!((given_back(&turn), drive.ended()), (vec![1], Some("timeout")));
    assert_eq!(deeds(&turn), ["give_back", "free_floor"], "before the conversation is left");

    let mut drive = waits(&of);
    let long_ago = drive.now.checked_sub(SignedDuration::from_secs(60)).unwrap();
    assert_eq!(given_back(&drive.said("hello", long_ago)), [1], "it was written before the question");
    assert!(drive.state.waits_for_reply());
    assert!(given_back(&drive.says("7")).is_empty(), "that one is the answer");
}

#[test]
fn what_came_before_the_question_was_out_is_an_answer_or_given_back() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    let long_ago = drive.now.checked_sub(SignedDuration::from_secs(60)).unwrap();
    assert!(given_back(&drive.said("hello", long_ago)).is_empty(), "it may be one yet");
    assert_eq!(given_back(&drive.done(Done::Sent)), [1]);

    let (mut drive, _) = Drive::begin(&of);
    for _ in 0..10 {
        assert!(given_back(&drive.says("hm")).is_empty());
    }
    assert_eq!(
        given_back(&drive.says("one more")),
        [1],
        "the longer ago it was written, the less likely it is the answer"
    );
    let turn = drive.done(Done::Failed("unreachable".into()));
    assert_eq!(given_back(&turn), (2..=11).collect::<Vec<_>>(), "the question never went out");
    assert_eq!(given_back(&drive.says("hello?")), [12], "it stands still");
}

#[test]
fn what_comes_while_the_text_before_is_judged_is_given_back() {
    let of = question(json!({ "cases": [{ "when": { "intent": "is angry" } }] }));
    let mut drive = waits(&of);
    assert!(given_back(&drive.says("so late?!")).is_empty());
    assert_eq!(given_back(&drive.says("when do you open?")), [2]);
}

#[test]
fn what_is_kept_for_later_is_given_back_if_there_is_no_later() {
    let of = question(json!({ "merge": "20s" }));
    let begun = || Drive::begin(&of).0;
    let mut early = begun();
    early.says("7");
    let mut heard = waits(&of);
    heard.says("7");
    let mut held = waits(&of);
    held.turn(&Event::Paused);
    held.says("7");
    for drive in [&mut early, &mut heard, &mut held] {
        let (state, floor) = (drive.state.clone(), drive.floor);
        assert_eq!(given_back(&drive.turn(&Event::Cancelled)), [1]);
        (drive.state, drive.floor) = (state, floor);
        assert!(given_back(&drive.turn(&Event::OptedOut)).is_empty(), "who wants no texts waits for none");
    }
}

#[test]
fn more_than_is_kept_during_a_pause_is_given_back() {
    let of = question(json!({}));
    let mut drive = waits(&of);
    drive.turn(&Event::Paused);
    for _ in 0..50 {
        assert!(given_back(&drive.says("hm")).is_empty());
    }
    assert_eq!(given_back(&drive.says("one more")), [51]);
    let turn = drive.turn(&Event::Resumed { late: None });
    assert_eq!((drive.ended(), given_back(&turn)), (Some("answered"), (2..=50).collect()), "the first is the answer");
}

#[test]
fn what_becomes_of_a_text_is_known_though_they_wrote_much_meanwhile() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    drive.turn(&Event::Paused);
    for _ in 0..50 {
        drive.says("hm");
    }
    drive.done(Done::Sent);
    drive.turn(&Event::Resumed { late: None });
    assert_eq!(drive.ended(), Some("answered"));
}

#[test]
fn whoever_writes_where_nothing_waits_is_answered_though_the_way_ends() {
    let of = published(&json!({ "name": "x", "exits": { "on_reply": true }, "steps": [
        { "id": "a", "delay": { "for": "1d" } }, { "id": "b", "end": "on" }
    ] }));
    let (mut drive, _) = Drive::begin(&of);
    assert_eq!(given_back(&drive.says("hello")), [1]);
    assert!(matches!(drive.state.status, Status::Ended { how: How::Replied, .. }));
}
