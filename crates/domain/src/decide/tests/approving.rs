//! What needs a person's word, and what follows from it.

use expect_test::expect;

use super::answering::waits;
use super::*;
use crate::assistant::approval::State;
use crate::assistant::tool::End;
use crate::fact::ToolEnded;

fn refund(state: State) -> Approval {
    Approval {
        id: id(0xA9),
        conversation: id(5),
        assistant: id(0xADA),
        version: 1,
        run: id(0x2A),
        tool: "refund".into(),
        arguments: r#"{"order":"7"}"#.into(),
        state,
        expires_at: now() + 24.hours(),
        result: String::new(),
    }
}

fn wants() -> Answer {
    Answer::Approval(Wanted { tool: "refund".into(), arguments: r#"{"order":"7"}"#.into() })
}

fn given_to_people(scene: &mut Scene) {
    scene.conversation.as_mut().unwrap().holder = Holder::Agents;
}

#[test]
fn what_cannot_be_put_right_waits_for_people() {
    let mut scene = scene();
    let decide = |scene: &Scene, version| told(&assistant_answered(now(), &mut ids(), scene, &run(version, wants())));
    expect![[r#"
        approval of refund: waiting
        now open, held by agents, version 4
        note by system, noted: Handed to people: it wants to use refund, which needs your approval
        What they want: refund with {"order":"7"}
        run: approval
        → remind in 86400000 ms"#]]
    .assert_eq(&decide(&scene, 3));
    assert_eq!(decide(&scene, 2), "run: outdated", "someone wrote in between: nothing waits");
    given_to_people(&mut scene);
    assert_eq!(decide(&scene, 3), "run: outdated", "a person took it");
    scene.conversation.as_mut().unwrap().holder = Holder::Assistant(id(0xADA));
    scene.conversation.as_mut().unwrap().mode = Some(Mode::Off);
    assert_eq!(decide(&scene, 3), "run: outdated");
}

#[test]
fn one_word_decides_and_no_second() {
    let mut scene = scene();
    given_to_people(&mut scene);
    let decide = |state, approve, at| {
        let decision = decide_approval(at, &mut ids(), &scene, PERSON, &refund(state), approve, Some("call 7"));
        decision.map(|decision| told(&decision))
    };
    expect![[r#"
        approval is approved
        note by member, noted: Approved: refund with {"order":"7"} (call 7)
        → use the tool"#]]
    .assert_eq(&decide(State::Waiting, true, now()).unwrap());
    expect![[r#"
        approval is rejected
        note by member, noted: Rejected: refund with {"order":"7"} (call 7)"#]]
    .assert_eq(&decide(State::Waiting, false, now()).unwrap());
    for state in State::ALL.into_iter().filter(|state| *state != State::Waiting) {
        let refused = Err(Refusal::ApprovalNotWaiting(state.as_str()));
        assert_eq!((decide(state, true, now()), decide(state, false, now())), (refused.clone(), refused));
    }
    let too_late = decide(State::Waiting, true, now() + 24.hours());
    assert_eq!(too_late, Err(Refusal::ApprovalNotWaiting("expired")), "its timer has not come yet");
}

#[test]
fn a_program_decides_nothing() {
    let mut scene = scene();
    given_to_people(&mut scene);
    for approve in [true, false] {
        let asker = Asker { author: Author::Api };
        let decided = decide_approval(now(), &mut ids(), &scene, asker, &refund(State::Waiting), approve, None);
        assert_eq!(decided, Err(Refusal::PeopleOnly));
    }
}

#[test]
fn what_came_of_it_is_told_to_people_and_to_an_assistant_that_holds_it() {
    let ended = |end| ToolEnded { conversation: id(5), approval: id(0xA9), end, result: "paid".into() };
    let tell = |scene: &Scene, state, end| told(&tool_ended(now(), &mut ids(), scene, &refund(state), &ended(end)));
    let mut scene = scene();
    waits(&mut scene);
    expect![[r#"
        approval is done
        now open, held by assistant, version 4, waiting
        note by system, noted: refund was done: paid
        → remind about version 4 in 4000 ms"#]]
    .assert_eq(&tell(&scene, State::Approved, End::Done));
    given_to_people(&mut scene);
    assert_eq!(
        tell(&scene, State::Approved, End::Failed),
        "approval is failed\nnote by system, noted: refund failed: paid"
    );
    assert_eq!(
        tell(&scene, State::Approved, End::Unknown),
        "approval is unknown\nnote by system, noted: refund was begun, and it is unknown whether it was done: paid"
    );
    for state in State::ALL.into_iter().filter(|state| *state != State::Approved) {
        assert_eq!(tell(&scene, state, End::Done), "", "{state:?}");
    }
}

#[test]
fn nobody_waits_for_ever() {
    let overdue = |state| told(&approval_overdue(now(), &mut ids(), &scene(), &refund(state)));
    assert_eq!(
        overdue(State::Waiting),
        "approval is expired\nnote by system, noted: Nobody approved refund in time: it was not done."
    );
    for state in State::ALL.into_iter().filter(|state| *state != State::Waiting) {
        assert_eq!(overdue(state), "", "{state:?}");
    }
}
