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
        run: replied
        → send in 0 s"#]]
    .assert_eq(&decide(&|_| {}, 3));
    assert_eq!(decide(&|_| {}, 2), "run: outdated", "someone wrote in between");
    let changed: [(&str, Prepare); 4] = [
        ("a person took it", &|scene| scene.conversation.as_mut().unwrap().holder = Holder::Agents),
        ("another's", &|scene| {
            scene.conversation.as_mut().unwrap().holder = Holder::Assistant(AssistantId(Uuid::nil()));
        }),
        ("STOP", &|scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now())),
        ("blocked", &|scene| scene.contact.as_mut().unwrap().blocked = true),
    ];
    for (case, prepare) in changed {
        assert_eq!(decide(prepare, 3), "run: outdated", "{case}");
    }
}

#[test]
fn in_draft_mode_it_only_suggests_and_off_is_silence() {
    let decide = |mode| {
        let mut scene = scene();
        scene.conversation.as_mut().unwrap().mode = Some(mode);
        told(&assistant_answered(now(), &mut ids(), &scene, &run(3, says("Until six."))))
    };
    assert_eq!(decide(Mode::Draft), "drafts superseded\ndraft: Until six.\nrun: suggested");
    assert_eq!(decide(Mode::Off), "run: outdated");
}

#[test]
fn what_it_cannot_answer_goes_to_people_with_the_reason() {
    let answer = Answer::HandOff(HandOff::because("nothing in its guide fits"));
    expect![[r#"
        now open, held by agents, version 4
        note by system, noted: Handed to people: nothing in its guide fits
        run: handed_off"#]]
    .assert_eq(&told(&assistant_answered(now(), &mut ids(), &scene(), &run(3, answer))));
}

#[test]
fn an_overtaken_timer_asks_nobody() {
    let mut scene = scene();
    let fell_silent = |scene: &Scene, version| told(&contact_fell_silent(now(), &mut ids(), scene, id(0xADA), version));
    assert_eq!(fell_silent(&scene, 3), "", "nobody waits");
    waits(&mut scene);
    let asked = |version| fell_silent(&scene, version);
    assert_eq!(asked(3), "→ ask the assistant about version 3");
    assert_eq!(asked(2), "");
}

#[test]
fn an_assistant_that_is_gone_leaves_nobody_in_silence() {
    let mut scene = scene();
    without_ada(&mut scene);
    waits(&mut scene);
    let silent = |version| told(&contact_fell_silent(now(), &mut ids(), &scene, id(0xADA), version));
    let answered = |version| told(&assistant_answered(now(), &mut ids(), &scene, &run(version, says("Until six."))));
    let given = "now open, held by agents, version 4, waiting\nnote by system, noted: Handed to people: the assistant was removed";
    assert_eq!(silent(3), given);
    assert_eq!(answered(3), format!("{given}\nrun: handed_off"));
    assert_eq!((silent(2), answered(2)), (String::new(), "run: outdated".to_owned()));
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

#[test]
fn one_assistant_after_another_answers_what_the_first_has_not_sent() {
    let mut scene = scene();
    waits(&mut scene);
    let conversation = scene.conversation.as_mut().unwrap();
    (conversation.has_unsent, conversation.answering) = (true, true);
    scene.assistant = Some(Arc::new(Assistant { id: id(0xB0B), ..scene.assistant.as_deref().unwrap().clone() }));
    let decision = hand_off(now(), &mut ids(), &scene, HandOffTo::Assistant(Some(id(0xB0B))), None).unwrap();
    expect![[r#"
        unsent cancelled (by the assistant): human_replied
        now open, held by assistant, version 4, waiting
        note by system, noted: Handed to Ada.
        → remind about version 4 in 4000 ms"#]]
    .assert_eq(&told(&decision));
}

#[test]
fn people_learn_of_an_answer_that_did_not_get_through() {
    let failed = |prepare: Prepare| {
        let mut scene = scene();
        scene.conversation.as_mut().unwrap().last_inbound_at = Some(now() - 1.minute());
        prepare(&mut scene);
        let failed = crate::fact::AnswerFailed {
            conversation: id(5),
            assistant: id(0xADA),
            written_at: now() - 30.seconds(),
            why: "The phone is off.".into(),
        };
        told(&answer_failed(now(), &mut ids(), &scene, &failed))
    };
    expect![[r#"
        now open, held by agents, version 4, waiting
        note by system, noted: Handed to people: its answer did not reach them: The phone is off.
        → remind in 1800000 ms"#]]
    .assert_eq(&failed(&|_| {}));
    let nothing: [(&str, Prepare); 4] = [
        ("they wrote again", &|scene| scene.conversation.as_mut().unwrap().last_inbound_at = Some(now())),
        ("people have it", &|scene| scene.conversation.as_mut().unwrap().holder = Holder::Agents),
        ("they are out", &|scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now())),
        ("they are blocked", &|scene| scene.contact.as_mut().unwrap().blocked = true),
    ];
    for (case, prepare) in nothing {
        assert_eq!(failed(prepare), "", "{case}");
    }
    let about = |answers| Outbound { author: Author::Assistant(id(0xADA)), answers, ..about(Status::Sent) };
    let report = CarrierReported { failure: Some(failure()), ..report(Reported::Failed, false) };
    let of = |about: &Outbound| told(&carrier_reported(now(), Uuid::nil(), about, &report));
    assert_eq!(of(&about(true)), "receipt: carrier\nmessage is failed\n→ remind in 0 ms");
    assert_eq!(of(&about(false)), "receipt: carrier\nmessage is failed", "a notice");
}

pub(super) fn waits(scene: &mut Scene) {
    scene.conversation.as_mut().unwrap().waiting_since = Some(now());
}

/// Ada's settings are changed, and somebody waits.
fn with_ada(change: impl FnOnce(&mut AssistantSettings)) -> Scene {
    let mut scene = scene();
    waits(&mut scene);
    let mut ada = scene.assistant.as_deref().unwrap().clone();
    change(&mut ada.settings);
    scene.assistant = Some(Arc::new(ada.clone()));
    Arc::make_mut(&mut scene.number).assistant = Some(Arc::new(ada));
    scene
}

fn answered_in(scene: &Scene, answer: Answer) -> String {
    told(&assistant_answered(now(), &mut ids(), scene, &run(3, answer)))
}

#[test]
fn a_reply_can_be_stopped_while_it_is_held() {
    expect![[r#"
        drafts superseded
        now open, held by assistant, version 4, waiting
        out by assistant, held: Until six.
        receipt: gate
        run: replied
        → send in 8 s"#]]
    .assert_eq(&answered_in(&with_ada(|ada| ada.hold_seconds = 8), says("Until six.")));
}

#[test]
fn what_the_checks_refuse_is_a_suggestion_with_the_reason() {
    let Answer::Reply(reply) = says("It is $5.") else { panic!() };
    let refused = Answer::Reply(Reply { objections: vec![Objection::Price("$5".into())], ..reply });
    expect![[r#"
        now open, held by agents, version 4, waiting
        note by system, noted: Handed to people: its reply was held back because it names $5, which no source does
        drafts superseded
        draft, held back: It is $5. (It names $5, which no source does.)
        run: refused
        → remind in 1800000 ms"#]]
    .assert_eq(&answered_in(&with_ada(|_| {}), refused.clone()));
    expect![[r#"
        drafts superseded
        draft, held back: It is $5. (It names $5, which no source does.)
        run: refused"#]]
    .assert_eq(&answered_in(&with_ada(|ada| ada.mode = Mode::Draft), refused));
}

#[test]
fn handing_over_helps_people_and_is_honest_to_the_contact() {
    let hand_off = HandOff {
        summary: "Wants a refund.".into(),
        tried: vec!["searched".into()],
        suggestion: Some(Suggestion {
            body: "We will look into it.".into(),
            sources: Vec::new(),
            objections: Vec::new(),
        }),
        ..HandOff::because("about money")
    };
    let mut scene = with_ada(|ada| ada.hand_over.assignee = Some(id(9)));
    let hours = |hours: &str| Some(serde_json::from_str(hours).unwrap());
    // It is Monday, ten in the morning, in New York.
    let open = r#"[{"days":["mon"],"from":"09:00","until":"17:00"}]"#;
    Arc::make_mut(&mut scene.tenant).settings.office_hours = hours(open);
    expect![[r#"
        now open, held by agents, version 4, for member 9, waiting
        note by system, noted: Handed to people: about money
        What they want: Wants a refund.
        Tried: searched
        draft: We will look into it.
        now open, held by agents, version 4, for member 9, waiting
        out by assistant, queued: A colleague will answer you here shortly.
        receipt: gate
        run: handed_off
        → send in 0 s
        → remind in 1800000 ms"#]]
    .assert_eq(&answered_in(&scene, Answer::HandOff(hand_off.clone())));
    Arc::make_mut(&mut scene.tenant).settings.office_hours =
        hours(r#"[{"days":["tue"],"from":"09:00","until":"17:00"}]"#);
    let closed = answered_in(&scene, Answer::HandOff(hand_off.clone()));
    assert!(closed.contains("Nobody is here right now. A colleague will answer you tomorrow from 9:00."), "{closed}");
    let quietly = Answer::HandOff(HandOff { quietly: true, ..hand_off });
    assert!(!answered_in(&scene, quietly).contains("out by assistant"), "a machine is told nothing");
}

#[test]
fn what_it_learns_is_kept_and_what_it_plans_waits_for_silence() {
    let Answer::Reply(reply) = says("Noted.") else { panic!() };
    let save = |field: &str, value: &str| Act::SaveField { field: field.into(), value: value.into() };
    let acts = vec![
        save("name", "Anna"),
        save("company", "Acme"),
        save("size", "52"),
        Act::AddTag { tag: "bikes".into() },
        Act::FollowUp { at: now() + 24.hours(), body: "Still interested?".into() },
    ];
    expect![[r#"
        field size: 52
        label: bikes
        contact is Ann of Acme
        drafts superseded
        now open, held by assistant, version 4, waiting
        out by assistant, queued: Noted.
        receipt: gate
        out by assistant, scheduled: Still interested?
        receipt: gate
        run: replied
        → send in 0 s
        → send in 86400 s"#]]
    .assert_eq(&answered_in(&with_ada(|_| {}), Answer::Reply(Reply { acts, ..reply })));
}

#[test]
fn silence_needs_no_answer() {
    let silent = Answer::Silent { reason: "it only says thanks".into() };
    expect![[r#"
        now open, held by assistant, version 3
        run: silent"#]]
    .assert_eq(&answered_in(&with_ada(|_| {}), silent.clone()));
    expect!["run: silent"].assert_eq(&answered_in(&with_ada(|ada| ada.mode = Mode::Draft), silent));
}

#[test]
fn a_person_who_types_is_not_talked_over() {
    let types = |scene: &Scene| told(&person_types(now(), &mut ids(), scene).unwrap());
    let mut scene = with_ada(|_| {});
    expect![[r#"
        now open, held by assistant, version 4, waiting
        → remind about version 4 in 30000 ms"#]]
    .assert_eq(&types(&scene));
    scene.conversation.as_mut().unwrap().has_unsent = true;
    assert!(types(&scene).starts_with("unsent cancelled (by the assistant): human_typing"), "{}", types(&scene));
    scene.conversation.as_mut().unwrap().holder = Holder::Agents;
    assert_eq!(types(&scene), "");
    assert_eq!(types(&with_ada(|ada| ada.mode = Mode::Draft)), "", "a suggestion disturbs nobody");
}

#[test]
fn a_hand_over_that_nobody_picks_up_escalates() {
    let overdue =
        |scene: &Scene| told(&hand_over_overdue(now() + 30.minutes(), &mut ids(), scene, Some(id(9)), None, now()));
    let mut scene = with_ada(|_| {});
    scene.conversation.as_mut().unwrap().holder = Holder::Agents;
    expect![[r#"
        label: escalated
        now open, held by agents, version 4, for member 9, waiting
        note by system, noted: Escalated: nobody has answered for 30 minutes since people got it."#]]
    .assert_eq(&overdue(&scene));
    let changed: [(&str, Prepare); 4] = [
        ("answered", &|scene| scene.conversation.as_mut().unwrap().waiting_since = None),
        ("an answer is on its way", &|scene| scene.conversation.as_mut().unwrap().answering = true),
        ("closed", &|scene| scene.conversation.as_mut().unwrap().status = Standing::Closed),
        ("handed back", &|scene| scene.conversation.as_mut().unwrap().holder = Holder::Assistant(id(0xADA))),
    ];
    for (case, prepare) in changed {
        let mut scene = scene.clone();
        prepare(&mut scene);
        assert_eq!(overdue(&scene), "", "{case}");
    }
}
