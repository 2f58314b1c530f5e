//! What becomes of our own texts, and of how a conversation stands.

use expect_test::expect;

use super::*;

#[test]
fn a_person_who_replies_takes_the_conversation_from_the_assistant() {
    let mut scene = scene();
    scene.conversation.as_mut().unwrap().has_unsent = true;
    let (decision, _) = reply(now(), &mut ids(), &scene, PERSON, &text("I am on it."), None).unwrap();
    expect![[r#"
        unsent cancelled (by the assistant): human_replied
        drafts superseded
        now open, held by agents, version 4
        out by member, queued: I am on it.
        receipt: gate
        → send in 0 s"#]]
    .assert_eq(&told(&decision));
    let (decision, _) = reply(now(), &mut ids(), &scene, PROGRAM, &text("Order sent."), None).unwrap();
    assert!(told(&decision).contains("held by assistant"), "a program does not take it");
}

#[test]
fn no_assistant_talks_over_a_program() {
    let mut scene = scene();
    scene.conversation.as_mut().unwrap().waiting_since = Some(now() - 2.seconds());
    let told_by = |asker, text: NewText, draft: Option<&OpenDraft>| {
        told(&reply(now(), &mut ids(), &scene, asker, &text, draft).unwrap().0)
    };
    expect![[r#"
        drafts superseded
        now open, held by assistant, version 4, waiting
        out by api, queued: Order shipped.
        receipt: gate
        → send in 0 s"#]]
    .assert_eq(&told_by(PROGRAM, text("Order shipped."), None));
    let friday = NewText { scheduled_at: Some(now() + 96.hours()), ..text("See you.") };
    expect![[r#"
        drafts superseded
        now open, held by assistant, version 4, waiting
        out by api, scheduled: See you.
        receipt: gate
        → send in 345600 s"#]]
    .assert_eq(&told_by(PROGRAM, friday, None));
    let draft = OpenDraft { id: id(8), conversation: id(5), body: "Until six.".into(), state: DraftState::Open };
    let accepted = told_by(PROGRAM, text("Until six."), Some(&draft));
    assert!(accepted.contains("version 4"), "an accepted draft is the answer: {accepted}");

    let (decision, _) =
        start(now(), &mut ids(), &scene, Uuid::nil(), PROGRAM, &starting(Some(text("Order shipped.")))).unwrap();
    expect![[r#"
        contact is Ann of Acme
        drafts superseded
        now open, held by assistant, version 5, waiting
        out by api, queued: Order shipped.
        receipt: gate
        → send in 0 s"#]]
    .assert_eq(&told(&decision));
}

#[test]
fn a_text_can_be_held_or_scheduled_and_says_plainly_what_it_cannot() {
    let said = |text: NewText| {
        reply(now(), &mut ids(), &scene(), PERSON, &text, None).map(|(decision, _)| {
            told(&decision)
                .lines()
                .filter(|line| line.starts_with("out") || line.starts_with('→'))
                .collect::<Vec<_>>()
                .join("; ")
        })
    };
    assert_eq!(
        said(NewText { hold: SignedDuration::from_secs(5), ..text("a") }).unwrap(),
        "out by member, held: a; → send in 5 s"
    );
    let later = NewText { scheduled_at: Some(now() + 1.hour()), ..text("a") };
    assert_eq!(said(later).unwrap(), "out by member, scheduled: a; → send in 3600 s");
    assert_eq!(said(text("“quoted” – dash…")).unwrap(), "out by member, queued: \"quoted\" - dash...; → send in 0 s");
    let refused = [
        (text("  "), "body", "empty"),
        (text(&"a".repeat(1_531)), "body", "too_long"),
        (NewText { scheduled_at: Some(now()), ..text("a") }, "scheduled_at", "in_the_past"),
        (NewText { scheduled_at: Some(now() + (400 * 24).hours()), ..text("a") }, "scheduled_at", "too_far"),
    ];
    for (text, wrong, why) in refused {
        let Err(Refusal::Invalid { field, code, .. }) = said(text) else { panic!("{wrong} {why}") };
        assert_eq!((field, code), (wrong, why));
    }
}

#[test]
fn the_gate_refuses_for_good_or_until_later() {
    let verdict = |prepare: Prepare| {
        let mut scene = scene();
        prepare(&mut scene);
        reply(now(), &mut ids(), &scene, PERSON, &text("a"), None).map(|(decision, _)| told(&decision))
    };
    let refused: [(Prepare, Reason); 3] = [
        (&|scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now()), Reason::ContactOptedOut),
        (&|scene| scene.contact.as_mut().unwrap().blocked = true, Reason::ContactBlocked),
        (&|scene| Arc::make_mut(&mut scene.number).enabled = false, Reason::NumberDisabled),
    ];
    for (prepare, reason) in refused {
        assert_eq!(verdict(prepare), Err(Refusal::Gate(reason)));
    }
    // 15:00 UTC is ten in the morning in New York; quiet until eleven.
    let quiet: serde_json::Value = serde_json::json!({ "from": "21:00", "until": "11:00" });
    let quiet = |scene: &mut Scene| {
        scene.contact.as_mut().unwrap().time_zone = Some("America/New_York".into());
        Arc::make_mut(&mut scene.tenant).settings.quiet_hours = Some(serde_json::from_value(quiet.clone()).unwrap())
    };
    assert!(verdict(&quiet).unwrap().contains("deferred: a"));
    assert!(verdict(&quiet).unwrap().contains("→ send in 3600 s"));
    let awake = |scene: &mut Scene| {
        quiet(scene);
        scene.conversation.as_mut().unwrap().last_inbound_at = Some(now() - 5.minutes());
    };
    assert!(verdict(&awake).unwrap().contains("queued: a"), "someone who has just written is awake");
}

#[test]
fn a_draft_is_accepted_edited_or_no_longer_open() {
    let decide = |body: &str, state| {
        let draft = OpenDraft { id: id(8), conversation: id(5), body: "Until six.".into(), state };
        reply(now(), &mut ids(), &scene(), PERSON, &text(body), Some(&draft)).map(|(decision, _)| told(&decision))
    };
    assert!(decide("Until six.", DraftState::Open).unwrap().contains("draft is accepted"));
    assert!(decide("Until seven.", DraftState::Open).unwrap().contains("draft is edited"));
    assert_eq!(decide("Until six.", DraftState::Rejected), Err(Refusal::DraftNotOpen("rejected")));
}

#[test]
fn a_conversation_is_opened_or_resumed_and_what_is_known_is_not_overwritten() {
    let (decision, started) =
        start(now(), &mut ids(), &scene(), Uuid::nil(), PROGRAM, &starting(Some(text("Hi Ann")))).unwrap();
    assert!(started.resumed && started.message.is_some());
    expect![[r#"
        contact is Ann of Acme
        drafts superseded
        now open, held by assistant, version 5
        out by api, queued: Hi Ann
        receipt: gate
        → send in 0 s"#]]
    .assert_eq(&told(&decision));

    let stranger = Scene { contact: None, conversation: None, ..scene() };
    let (decision, started) = start(now(), &mut ids(), &stranger, Uuid::nil(), PROGRAM, &starting(None)).unwrap();
    assert!(!started.resumed && started.message.is_none());
    expect![[r#"
        contact added at …23
        opened open, held by assistant, version 1"#]]
    .assert_eq(&told(&decision));
}

#[test]
fn a_guide_has_one_bound_wherever_it_is_given() {
    let started = |guide: String| {
        let asked = Start { guide: Some(guide), ..starting(None) };
        start(now(), &mut ids(), &scene(), Uuid::nil(), PROGRAM, &asked).map(|_| ())
    };
    let changed = |guide: String| {
        let asked = ConversationChange { guide: Some(guide), ..Default::default() };
        change(now(), &mut ids(), &scene(), PERSON, &asked).map(|_| ())
    };
    let refused = started("é".repeat(20_001));
    assert!(matches!(refused, Err(Refusal::Invalid { field: "guide", code: "too_long", .. })), "{refused:?}");
    assert_eq!(refused, changed("é".repeat(20_001)));
    assert_eq!((started("é".repeat(20_000)), changed("é".repeat(20_000))), (Ok(()), Ok(())));
}

#[test]
fn a_reply_belongs_into_the_conversation_that_goes_on() {
    let resumed = |days: i64, current: u128| {
        let mut scene = scene();
        scene.conversation.as_mut().unwrap().last_message_at = now() - (days * 24).hours();
        resumable(now(), &scene, Some(id(current)))
    };
    assert_eq!(resumed(30, 5), Ok(()));
    assert_eq!(resumed(31, 5), Err(Refusal::ResumeWindowOver));
    assert_eq!(resumed(31, 50), Err(Refusal::Succeeded(id(50))));
    assert_eq!(resumed(0, 50), Err(Refusal::Succeeded(id(50))), "the window has grown since");
}

#[test]
fn nobody_texts_their_own_number() {
    let mut scene = scene();
    Arc::make_mut(&mut scene.number).address = Address::parse_sender("+14155550123").unwrap();
    let refused = start(now(), &mut ids(), &scene, Uuid::nil(), PROGRAM, &starting(None));
    assert!(matches!(refused, Err(Refusal::Invalid { field: "to", code: "own_number", .. })));
}

#[test]
fn a_send_ends_in_one_of_these_ways() {
    let accepted = || Ended::Accepted { carrier_ref: "t1".into(), parts: Some(1) };
    assert_eq!(ended(Status::Sending, accepted()), "receipt: attempt\nmessage is sent");
    assert_eq!(
        ended(Status::Delivered, accepted()),
        "receipt: attempt\nmessage is delivered",
        "the receipt was quicker"
    );
    let rejected = |opted_out| Ended::Rejected { failure: failure(), opted_out };
    assert_eq!(ended(Status::Sending, rejected(false)), "receipt: attempt\nmessage is failed");
    expect![[r#"
        receipt: attempt
        message is failed
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out"#]]
    .assert_eq(&ended(Status::Sending, rejected(true)));
    let lost = Ended::Lost { why: "the line died".into() };
    assert_eq!(ended(Status::Sending, lost), "receipt: attempt\nmessage is unknown\n→ remind in 900000 ms");
    let busy = Ended::NotTaken { retry_at: now() + 1.second(), why: "busy".into(), counts: false };
    assert_eq!(ended(Status::Sending, busy), "receipt: attempt\nmessage is queued");
}

#[test]
fn a_carrier_that_says_the_number_is_not_registered_has_it_looked_at() {
    for (code, looks) in [("40010", true), ("40329", true), ("40330", true), ("40310", false), ("40312", false)] {
        let failure = Failure { code: code.into(), ..failure() };
        let at_once = ended(Status::Sending, Ended::Rejected { failure: failure.clone(), opted_out: false });
        let late = CarrierReported { failure: Some(failure), ..report(Reported::Failed, false) };
        let late = told(&carrier_reported(now(), Uuid::nil(), &about(Status::Sent), &late));
        for told in [at_once, late] {
            assert!(told.contains("message is failed"), "{told}");
            assert_eq!(told.contains("→ read the registration of"), looks, "{code}: {told}");
        }
    }
    let repeat = CarrierReported {
        failure: Some(Failure { code: "40010".into(), ..failure() }),
        ..report(Reported::Failed, false)
    };
    assert_eq!(told(&carrier_reported(now(), Uuid::nil(), &about(Status::Failed), &repeat)), "", "a repeat");
}

#[test]
fn only_what_went_out_is_an_answer() {
    let accepted = || Ended::Accepted { carrier_ref: "t1".into(), parts: None };
    let answers = |prepare: &dyn Fn(&mut Outbound), end: Ended| {
        let mut about = Outbound {
            author: PERSON.author,
            waiting_since: Some(now() - 2.minutes()),
            last_inbound_at: Some(now() - 2.minutes()),
            ..about(Status::Sending)
        };
        prepare(&mut about);
        let end = SendEnded { message: id(10), attempt: 1, ended: end };
        let told = told(&send_ended(now(), Uuid::nil(), &about, &end));
        told.lines().find(|line| line.starts_with("answered")).unwrap_or_default().to_owned()
    };
    assert_eq!(answers(&|_| {}, accepted()), "answered");
    assert_eq!(answers(&|about| about.author = Author::Assistant(id(0xADA)), accepted()), "answered");
    assert_eq!(answers(&|about| about.author = Author::Api, accepted()), "answered");
    assert_eq!(answers(&|about| about.answers = false, accepted()), "", "a confirmation or a notice is no answer");
    let wrote_again = |about: &mut Outbound| about.last_inbound_at = Some(now() - 1.second());
    assert_eq!(answers(&wrote_again, accepted()), "answered, waiting for another");
    let wrote_later = |about: &mut Outbound| about.waiting_since = Some(now() - 1.second());
    assert_eq!(answers(&wrote_later, accepted()), "", "it was written before the question");
    let not_out = [
        Ended::Rejected { failure: failure(), opted_out: false },
        Ended::Lost { why: "the line died".into() },
        Ended::NotTaken { retry_at: now(), why: "busy".into(), counts: false },
    ];
    for end in not_out {
        assert_eq!(answers(&|_| {}, end), "");
    }
    let about = Outbound { author: PERSON.author, waiting_since: Some(now() - 2.minutes()), ..about(Status::Unknown) };
    let decision = carrier_reported(now(), Uuid::nil(), &about, &report(Reported::Delivered, false));
    assert_eq!(told(&decision), "receipt: carrier\nmessage is delivered\nanswered", "the carrier settles it");
}

#[test]
fn an_answer_on_its_way_is_not_asked_for_again_and_the_contact_waits_until_it_is_out() {
    let mut scene = scene();
    let conversation = scene.conversation.as_mut().unwrap();
    (conversation.waiting_since, conversation.has_unsent, conversation.answering) = (Some(now()), true, true);
    let guide = ConversationChange { guide: Some("Offer the rye.".into()), ..Default::default() };
    let changed = told(&change(now(), &mut ids(), &scene, PERSON, &guide).unwrap());
    assert_eq!(changed, "now open, held by assistant, version 4, waiting");
    expect![[r#"
        unsent cancelled (by the assistant): human_replied
        now open, held by agents, version 4, waiting
        note by system, noted: Handed to people.
        → remind in 1800000 ms"#]]
    .assert_eq(&told(
        &hand_off(now(), &mut ids(), &scene, HandOffTo::Agents { team: None, assignee: None }, None).unwrap(),
    ));
    let held = NewText { hold: SignedDuration::from_secs(5), ..text("I am on it.") };
    let (decision, _) = reply(now(), &mut ids(), &scene, PERSON, &held, None).unwrap();
    assert!(told(&decision).contains("held by agents, version 4, waiting"), "{}", told(&decision));
}

#[test]
fn a_text_that_was_not_taken_waits_again_until_a_later_time() {
    for (status, counts, expected) in [
        (Status::Sending, false, Some((Status::Queued, Some(now() + 1.second()), Some(0)))),
        (Status::Sending, true, Some((Status::Queued, Some(now() + 1.second()), None))),
        (Status::Unknown, true, None),
        (Status::Cancelled, true, None),
    ] {
        let end = Ended::NotTaken { retry_at: now() + 1.second(), why: "busy".into(), counts };
        let end = SendEnded { message: id(10), attempt: 1, ended: end };
        let decision = send_ended(now(), Uuid::nil(), &about(status), &end);
        let moved = decision.changes.iter().find_map(|change| match change {
            Change::MessageMoved(moved) => Some((moved.to, moved.not_before, moved.attempt)),
            _ => None,
        });
        assert_eq!(moved, expected, "{status:?}, counts: {counts}");
    }
}

#[test]
fn a_text_that_never_leaves_is_given_up_in_the_end() {
    let end = Ended::NotTaken { retry_at: now(), why: "refused".into(), counts: true };
    let about = Outbound { attempt: 6, ..about(Status::Sending) };
    let decision = send_ended(now(), Uuid::nil(), &about, &SendEnded { message: id(10), attempt: 6, ended: end });
    assert_eq!(told(&decision), "receipt: attempt\nmessage is failed");
}

#[test]
fn the_end_of_an_earlier_attempt_changes_nothing() {
    let end = SendEnded { message: id(10), attempt: 7, ended: Ended::Lost { why: String::new() } };
    assert_eq!(told(&send_ended(now(), Uuid::nil(), &about(Status::Sending), &end)), "");
}

#[test]
fn an_unknown_text_stays_unknown_until_the_carrier_speaks() {
    assert_eq!(told(&unknown_overdue(&about(Status::Unknown))), "receipt: settled\nmessage is unknown");
    assert_eq!(told(&unknown_overdue(&about(Status::Delivered))), "");
    let reported =
        |status, reported| told(&carrier_reported(now(), Uuid::nil(), &about(status), &report(reported, false)));
    assert_eq!(reported(Status::Unknown, Reported::Delivered), "receipt: carrier\nmessage is delivered");
    assert_eq!(reported(Status::Delivered, Reported::Sent), "", "late");
    assert_eq!(reported(Status::Delivered, Reported::Delivered), "", "twice");
}

/// A reply of Ada's, who still holds the conversation.
fn written() -> Written {
    Written {
        author: Author::Assistant(id(0xADA)),
        before: None,
        on_hold: false,
        assistant: Some(id(0xADA)),
        answers: true,
        stop_if_reply: false,
        at: now(),
        last_inbound_at: Some(now() - 1.minute()),
        holder: Holder::Assistant(id(0xADA)),
        mode: Mode::Auto,
        lane: Uuid::nil(),
    }
}

#[test]
fn what_has_lost_its_meaning_on_the_way_does_not_go() {
    use crate::decision::CancelReason::{AssistantSwitchedOff, ContactReplied, HumanReplied, TooLate};
    let ours = written();
    let wrote = Some(now() + 1.minute());
    let notice = Written { answers: false, ..ours };
    let later = Written { stop_if_reply: true, ..notice };
    let persons = Written { assistant: None, ..ours };
    for (what, written, expected) in [
        ("nothing has happened", ours, None),
        ("a person took it", Written { holder: Holder::Agents, ..ours }, Some(HumanReplied)),
        ("another assistant has it", Written { holder: Holder::Assistant(id(0xB0B)), ..ours }, Some(HumanReplied)),
        ("it may only suggest now", Written { mode: Mode::Draft, ..ours }, Some(AssistantSwitchedOff)),
        ("it is off", Written { mode: Mode::Off, ..later }, Some(AssistantSwitchedOff)),
        ("they wrote again", Written { last_inbound_at: wrote, ..ours }, Some(ContactReplied)),
        ("they were not silent", Written { last_inbound_at: wrote, ..later }, Some(ContactReplied)),
        ("it was not to go later", Written { before: Some(now() - 1.second()), ..persons }, Some(TooLate)),
        ("it may go for a second yet", Written { before: Some(now() + 1.second()), ..persons }, None),
        ("a word that people have it now", Written { holder: Holder::Agents, ..notice }, None),
        ("what a person says stays said", Written { holder: Holder::Agents, last_inbound_at: wrote, ..persons }, None),
    ] {
        assert_eq!(is_past(now(), &written), expected, "{what}");
    }
    let held = Written { on_hold: true, ..ours };
    let (decision, due) = send_due(now(), id(10), id(3), 1, &held, scene().asked(Purpose::Conversation));
    assert_eq!(told(&decision), "message is deferred");
    assert_eq!(due, Due::Wait(now() + 1.minute()), "its workflow is paused");
    let past = Written { holder: Holder::Agents, ..ours };
    let (decision, due) = send_due(now(), id(10), id(3), 1, &past, scene().asked(Purpose::Conversation));
    assert_eq!((told(&decision).as_str(), due), ("receipt: cancelled\nmessage is cancelled", Due::Drop));
}

#[test]
fn a_due_text_is_asked_about_once_more() {
    let due = |prepare: Prepare| {
        let mut scene = scene();
        prepare(&mut scene);
        let (decision, due) = send_due(now(), id(10), id(3), 0, &written(), scene.asked(Purpose::Conversation));
        (told(&decision), due)
    };
    assert_eq!(due(&|_| {}), ("receipt: gate\nmessage is sending".into(), Due::Hand { attempt: 1 }));
    let out = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    assert_eq!(
        due(&out),
        ("receipt: gate\nmessage is skipped\n→ remind in 0 ms".into(), Due::Drop),
        "people learn of it"
    );
}

#[test]
fn what_is_unsent_can_be_taken_back_and_nothing_else() {
    for status in Status::ALL {
        let taken = cancel(&about(status));
        assert_eq!(taken.is_ok(), status.is_unsent(), "{status:?}");
    }
}

#[test]
fn a_snooze_needs_a_future_and_ends_by_itself() {
    let snooze =
        |until| ConversationChange { status: Some(Standing::Snoozed), snoozed_until: until, ..Default::default() };
    assert!(change(now(), &mut ids(), &scene(), PERSON, &snooze(None)).is_err());
    assert!(change(now(), &mut ids(), &scene(), PERSON, &snooze(Some(now()))).is_err());
    let until = now() + 1.hour();
    let decision = change(now(), &mut ids(), &scene(), PERSON, &snooze(Some(until))).unwrap();
    assert_eq!(told(&decision), "now snoozed, held by assistant, version 4\n→ remind in 3600000 ms");
    let mut scene = scene();
    let conversation = scene.conversation.as_mut().unwrap();
    (conversation.status, conversation.snoozed_until) = (Standing::Snoozed, Some(until));
    assert_eq!(told(&snooze_ended(&scene, until)), "now open, held by assistant, version 3");
    assert_eq!(told(&snooze_ended(&scene, until + 1.hour())), "", "it was snoozed again");
}

/// Facts are stored: what is written today must read tomorrow.
#[test]
fn facts_read_as_they_were_written() {
    let facts = [
        Fact::TextArrived(arrived("Hi")),
        Fact::CarrierReported(report(Reported::Sent, false)),
        Fact::SendEnded(SendEnded { message: id(10), attempt: 1, ended: Ended::Lost { why: "x".into() } }),
        Fact::ContactFellSilent { conversation: id(5), assistant: id(0xADA), version: 3 },
        Fact::AssistantAnswered(Box::new(run(3, says("a")))),
        Fact::SnoozeEnded { conversation: id(5), until: now() },
        Fact::UnknownOverdue { message: MessageId(Uuid::from_u128(10)) },
    ];
    let texts: Vec<String> = facts.iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
    for (fact, text) in facts.iter().zip(&texts) {
        assert_eq!(serde_json::from_str::<Fact>(text).unwrap(), *fact);
    }
    expect![[r#"
        {"fact":"text_arrived","account":"acc_00000000000000000000000000000003","carrier_ref":"ref","from":"+14155550123","to":"+14155550100","body":"Hi","at":"2026-03-02T15:00:00Z"}
        {"fact":"carrier_reported","account":"acc_00000000000000000000000000000003","message":"msg_0000000000000000000000000000000a","carrier_ref":"t1","from":null,"reported":"sent","failure":null,"opted_out":false,"parts":1,"cost":{"micros":7000,"currency":"USD"},"at":"2026-03-02T15:00:00Z"}
        {"fact":"send_ended","message":"msg_0000000000000000000000000000000a","attempt":1,"ended":{"ended":"lost","why":"x"}}
        {"fact":"contact_fell_silent","conversation":"cnv_00000000000000000000000000000005","assistant":"ast_00000000000000000000000000000ada","version":3}
        {"fact":"assistant_answered","conversation":"cnv_00000000000000000000000000000005","assistant":"ast_00000000000000000000000000000ada","version":3,"answer":{"outcome":"reply","body":"a","sources":[],"clarifies":false,"acts":[],"objections":[]},"run":{"id":"run_0000000000000000000000000000002a","assistant_version":1,"model":"","tokens_in":0,"tokens_out":0,"cost":null,"latency_ms":0,"record":{"system":"","turns":[],"passages":[],"tools":[],"answers":[],"checks":[],"reason":""}}}
        {"fact":"snooze_ended","conversation":"cnv_00000000000000000000000000000005","until":"2026-03-02T15:00:00Z"}
        {"fact":"unknown_overdue","message":"msg_0000000000000000000000000000000a"}"#]]
    .assert_eq(&texts.join("\n"));
}

#[test]
fn an_answer_to_what_the_conversation_was_is_asked_for_anew_or_taken_back() {
    let mut scene = scene();
    let conversation = scene.conversation.as_mut().unwrap();
    (conversation.waiting_since, conversation.has_unsent) = (Some(now()), true);
    let guide = ConversationChange { guide: Some("Offer the rye.".into()), ..Default::default() };
    assert_eq!(
        told(&change(now(), &mut ids(), &scene, PERSON, &guide).unwrap()),
        "now open, held by assistant, version 4, waiting\n→ remind about version 4 in 4000 ms",
        "nobody is left in silence"
    );
    let closed = ConversationChange { status: Some(Standing::Closed), ..Default::default() };
    assert_eq!(
        told(&change(now(), &mut ids(), &scene, PERSON, &closed).unwrap()),
        "unsent cancelled (by the assistant): human_replied\nnow closed, held by assistant, version 4",
        "a human wins"
    );
    without_ada(&mut scene);
    expect![[r#"
        note by system, noted: Handed to people: the assistant was removed
        now open, held by agents, version 5, waiting"#]]
    .assert_eq(&told(&change(now(), &mut ids(), &scene, PERSON, &guide).unwrap()));
}

#[test]
fn whoever_it_is_assigned_to_has_it() {
    let mut scene = scene();
    scene.conversation.as_mut().unwrap().waiting_since = Some(now());
    scene.conversation.as_mut().unwrap().has_unsent = true;
    let assigned = |assignee| ConversationChange { assignee: Some(assignee), ..Default::default() };
    let decided = told(&change(now(), &mut ids(), &scene, PERSON, &assigned(Some(id(9)))).unwrap());
    assert!(decided.contains("held by agents") && !decided.contains("→"), "the assistant is not asked anew: {decided}");
    let nobody = told(&change(now(), &mut ids(), &scene, PERSON, &assigned(None)).unwrap());
    assert!(!nobody.contains("held by agents"), "{nobody}");
}
