//! What needs a person's word, and what follows from it.

use expect_test::expect;

use super::answering::waits;
use super::*;
use crate::assistant::approval::State;
use crate::assistant::code::Code;
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
        code: None,
        wrong_codes: 0,
        result: String::new(),
    }
}

fn wants() -> Answer {
    Answer::Approval(Wanted { tool: "refund".into(), arguments: r#"{"order":"7"}"#.into(), code: None })
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

fn wants_a_code() -> Answer {
    let Answer::Approval(wanted) = wants() else { unreachable!() };
    let code = Code { digits: "042917".into(), text: "Refund order 7? Reply 042917.".into() };
    Answer::Approval(Wanted { code: Some(code), ..wanted })
}

#[test]
fn the_contact_is_texted_a_code_where_the_assistant_may_text() {
    let mut scene = scene();
    let decide = |scene: &Scene| told(&assistant_answered(now(), &mut ids(), scene, &run(3, wants_a_code())));
    expect![[r#"
        drafts superseded
        now open, held by assistant, version 4
        out by assistant, queued: Refund order 7? Reply 042917.
        receipt: gate
        approval of refund: waiting
        note by system, noted: refund with {"order":"7"}: it waits for the contact to confirm it.
        run: approval
        → send in 0 s
        → remind in 600000 ms"#]]
    .assert_eq(&decide(&scene));
    let of_people = decide_like_people(&scene);
    scene.conversation.as_mut().unwrap().mode = Some(Mode::Draft);
    let suggests = decide(&scene);
    assert!(suggests.starts_with("approval of refund: waiting") && suggests.contains("held by agents"), "{suggests}");
    scene.conversation.as_mut().unwrap().mode = None;
    scene.contact.as_mut().unwrap().blocked = true;
    assert_eq!(decide(&scene), "run: outdated");
    scene.contact.as_mut().unwrap().blocked = false;
    Arc::make_mut(&mut scene.number).enabled = false;
    assert_eq!(decide(&scene), of_people, "nothing can be sent, so people are asked");
}

fn decide_like_people(scene: &Scene) -> String {
    told(&assistant_answered(now(), &mut ids(), scene, &run(3, wants())))
}

#[test]
fn the_right_code_in_the_right_place_approves() {
    let with_code = |wrong_codes| Approval { code: Some("042917".into()), wrong_codes, ..refund(State::Waiting) };
    let texts = |approval: Option<Approval>, body: &str, change: &dyn Fn(&mut Scene)| {
        let mut scene = Scene { confirming: approval, ..scene() };
        change(&mut scene);
        told(&text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived(body)))
    };
    let nothing: &dyn Fn(&mut Scene) = &|_| {};
    expect![[r#"
        approval is approved
        note by system, noted: The contact confirmed refund by the code.
        now open, held by assistant, version 4, waiting
        in by contact, received: 042 917
        → use the tool"#]]
    .assert_eq(&texts(Some(with_code(0)), "042 917", nothing));
    expect![[r#"
        wrong code
        now open, held by assistant, version 4, waiting
        in by contact, received: 042918
        → remind about version 4 in 4000 ms"#]]
    .assert_eq(&texts(Some(with_code(0)), "042918", nothing));
    expect![[r#"
        wrong code
        approval is rejected
        note by system, noted: Handed to people: the contact texted 3 wrong codes for refund, which was not done
        now open, held by agents, version 5, waiting
        in by contact, received: 042918"#]]
    .assert_eq(&texts(Some(with_code(2)), "042918", nothing));
    let ordinary = texts(None, "042917", nothing);
    assert!(!ordinary.contains("approval") && ordinary.contains("→ remind"), "{ordinary}");
    let late = |scene: &mut Scene| scene.confirming.as_mut().unwrap().expires_at = now();
    let other = |scene: &mut Scene| scene.confirming.as_mut().unwrap().conversation = id(0x55);
    let decided = |scene: &mut Scene| scene.confirming.as_mut().unwrap().state = State::Rejected;
    let uncoded = |scene: &mut Scene| scene.confirming.as_mut().unwrap().code = None;
    for change in [&late as &dyn Fn(&mut Scene), &other, &decided, &uncoded] {
        assert_eq!(texts(Some(with_code(0)), "042917", change), ordinary);
    }
    let taken = texts(Some(with_code(0)), "042917", &given_to_people);
    assert!(!taken.contains("approv") && !taken.contains("use the tool"), "a person has it: {taken}");
    let off = |scene: &mut Scene| scene.conversation.as_mut().unwrap().mode = Some(Mode::Off);
    let off = texts(Some(with_code(0)), "042917", &off);
    assert!(!off.contains("approv"), "the assistant was switched off: {off}");
    let stopped = texts(Some(with_code(0)), "STOP", nothing);
    assert!(!stopped.contains("approv"), "{stopped}");
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
    let by_code = Approval { code: Some("042917".into()), ..refund(State::Waiting) };
    assert_eq!(
        told(&approval_overdue(now(), &mut ids(), &scene(), &by_code)),
        "approval is expired\nnote by system, noted: The contact did not confirm refund in time: it was not done."
    );
    for state in State::ALL.into_iter().filter(|state| *state != State::Waiting) {
        assert_eq!(overdue(state), "", "{state:?}");
    }
}
