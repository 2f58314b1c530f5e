//! What an assistant's answer leads to.

use expect_test::expect;

use super::*;

#[test]
fn an_answer_counts_only_if_the_conversation_is_as_the_assistant_saw_it() {
    let decide = |prepare: Prepare, version| {
        let mut scene = scene();
        prepare(&mut scene);
        told(&assistant_answered(now(), &mut ids(), &scene, &run(version, says("Until six."))))
    };
    expect![[r#"
        drafts superseded
        now open, held by assistant, version 4
        out by assistant, queued: Until six.
        receipt: gate
        → send in 0 s"#]]
    .assert_eq(&decide(&|_| {}, 3));
    assert_eq!(decide(&|_| {}, 2), "", "someone wrote in between");
    let changed: [(&str, Prepare); 4] = [
        ("a person took it", &|scene| scene.conversation.as_mut().unwrap().holder = Holder::Agents),
        ("another's", &|scene| {
            scene.conversation.as_mut().unwrap().holder = Holder::Assistant(AssistantId(Uuid::nil()));
        }),
        ("STOP", &|scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now())),
        ("blocked", &|scene| scene.contact.as_mut().unwrap().blocked = true),
    ];
    for (case, prepare) in changed {
        assert_eq!(decide(prepare, 3), "", "{case}");
    }
}

#[test]
fn in_draft_mode_it_only_suggests_and_off_is_silence() {
    let decide = |mode| {
        let mut scene = scene();
        scene.conversation.as_mut().unwrap().mode = Some(mode);
        told(&assistant_answered(now(), &mut ids(), &scene, &run(3, says("Until six."))))
    };
    assert_eq!(decide(Mode::Draft), "draft: Until six.");
    assert_eq!(decide(Mode::Off), "");
}

#[test]
fn what_it_cannot_answer_goes_to_people_with_the_reason() {
    let answer = Answer::HandOff { reason: "nothing in its guide fits".into() };
    expect![[r#"
        now open, held by agents, version 4
        note by system, noted: Handed to people: nothing in its guide fits"#]]
    .assert_eq(&told(&assistant_answered(now(), &mut ids(), &scene(), &run(3, answer))));
}

#[test]
fn an_overtaken_timer_asks_nobody() {
    let asked = |version| told(&contact_fell_silent(now(), &mut ids(), &scene(), id(0xADA), version));
    assert_eq!(asked(3), "→ ask the assistant about version 3");
    assert_eq!(asked(2), "");
}

#[test]
fn an_assistant_that_is_gone_leaves_nobody_in_silence() {
    let mut scene = scene();
    without_ada(&mut scene);
    let silent = |version| told(&contact_fell_silent(now(), &mut ids(), &scene, id(0xADA), version));
    let answered = |version| told(&assistant_answered(now(), &mut ids(), &scene, &run(version, says("Until six."))));
    let given = expect![[r#"
        now open, held by agents, version 4
        note by system, noted: Handed to people: the assistant was removed"#]];
    given.assert_eq(&silent(3));
    given.assert_eq(&answered(3));
    assert_eq!((silent(2), answered(2)), (String::new(), String::new()));
}

#[test]
fn handing_over_says_to_whom_and_wakes_the_assistant_if_someone_waits() {
    let mut scene = scene();
    scene.conversation.as_mut().unwrap().holder = Holder::Agents;
    scene.conversation.as_mut().unwrap().waiting_since = Some(now());
    let decision = hand_off(now(), &mut ids(), &scene, HandOffTo::Assistant(None), Some("done")).unwrap();
    expect![[r#"
        now open, held by assistant, version 4, waiting
        note by system, noted: Handed to Ada (done).
        → remind about version 4 in 4000 ms"#]]
    .assert_eq(&told(&decision));
    scene.assistant = None;
    assert!(hand_off(now(), &mut ids(), &scene, HandOffTo::Assistant(None), None).is_err());
}
