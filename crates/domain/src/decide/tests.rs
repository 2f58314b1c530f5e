//! The promises, as tables: what happened, what the scene showed, and what follows.

use expect_test::{Expect, expect};
use jiff::{SignedDuration, Timestamp, ToSpan};
use uuid::Uuid;

use super::*;
use crate::assistant::{Answer, Assistant, Settings as AssistantSettings};
use crate::command::{Asker, ConversationChange, HandOffTo, NewText, Refusal, Start};
use crate::contact::Contact;
use crate::conversation::Status as Standing;
use crate::decision::{Change, DraftState};
use crate::fact::{AssistantAnswered, CarrierReported, Ended, Fact, SendEnded, TextArrived};
use crate::gate::{Purpose, Reason};
use crate::id::{AssistantId, Ids, MessageId};
use crate::keyword::Keyword;
use crate::message::{Cost, Failure, Reported};
use crate::number::Number;
use crate::phone::{Address, E164};
use crate::scene::{OpenDraft, Outbound};
use crate::tenant::{Settings, Tenant};

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn now() -> Timestamp {
    "2026-03-02T15:00:00Z".parse().unwrap()
}

fn ids() -> Ids {
    Ids::new(now(), 7)
}

/// Ada answers on our number; Ann has written before and waits; nothing else is set.
fn scene() -> Scene {
    let ada = Assistant {
        id: id(0xADA),
        name: "Ada".into(),
        settings: AssistantSettings { mode: Mode::Auto, ..AssistantSettings::default() },
    };
    Scene {
        tenant: Tenant { id: id(1), settings: Settings::default() },
        number: Number {
            id: id(2),
            address: Address::parse_sender("+14155550100").unwrap(),
            account: id(3),
            enabled: true,
            assistant: Some(ada.id),
            carrier_answers_keywords: false,
        },
        address: "+14155550123".into(),
        contact: Some(Contact {
            id: id(4),
            name: "Ann".into(),
            company: String::new(),
            time_zone: None,
            blocked: false,
            opted_out_at: None,
        }),
        conversation: Some(Conversation {
            id: id(5),
            contact: id(4),
            number: id(2),
            address: "+14155550123".into(),
            lane: Uuid::from_u128(6),
            previous: None,
            status: Standing::Open,
            snoozed_until: None,
            holder: Holder::Assistant(ada.id),
            mode: None,
            assignee: None,
            guide: String::new(),
            version: 3,
            inbound_count: 1,
            waiting_since: None,
            last_inbound_at: None,
            last_message_at: now() - 1.hour(),
            last_direction: Some(Direction::Out),
            preview: String::new(),
            created_at: now() - 2.hours(),
            has_unsent: false,
        }),
        assistant: Some(ada),
    }
}

fn arrived(body: &str) -> TextArrived {
    TextArrived {
        account: id(3),
        carrier_ref: "ref".into(),
        from: "+14155550123".into(),
        to: "+14155550100".into(),
        body: body.into(),
        media: Vec::new(),
        autoresponse: None,
        at: now(),
    }
}

fn text(body: &str) -> NewText {
    NewText {
        body: body.into(),
        media: Vec::new(),
        scheduled_at: None,
        hold: SignedDuration::ZERO,
        stop_if_reply: false,
        draft: None,
    }
}

const PERSON: Asker = Asker { author: Author::Member(crate::id::UserId(Uuid::from_u128(9))) };
const PROGRAM: Asker = Asker { author: Author::Api };

/// A decision in a few words.
fn told(decision: &Decision) -> String {
    let mut lines: Vec<String> = decision.changes.iter().map(change_told).collect();
    lines.extend(decision.effects.iter().map(|effect| match effect {
        Effect::SendText(send) => format!("→ send in {} s", send.ready_at.duration_since(now()).as_secs()),
        Effect::AskAssistant { version, .. } => format!("→ ask the assistant about version {version}"),
        Effect::Remind { at, .. } => format!("→ remind in {} ms", at.duration_since(now()).as_millis()),
        Effect::FetchMedia { .. } => "→ fetch an attachment".into(),
    }));
    lines.join("\n")
}

fn change_told(change: &Change) -> String {
    match change {
        Change::ContactAdded { phone, .. } => format!("contact added at …{}", &phone[phone.len() - 2..]),
        Change::ContactNamed { name, company, .. } => format!("contact is {name} of {company}"),
        Change::Consented(consent) => format!("consent: opted out = {}", consent.opted_out),
        Change::ConversationOpened(new) => format!("opened {}", stands(new)),
        Change::ConversationChanged(new) => format!("now {}", stands(new)),
        Change::ConversationTagged { tags, .. } => format!("tagged {tags:?}"),
        Change::MessageAdded(new) => {
            format!("{} by {}, {}: {}", new.direction.as_str(), new.author.kind(), new.status.as_str(), new.body)
        }
        Change::MessageMoved(moved) => format!("message is {}", moved.to.as_str()),
        Change::UnsentCancelled { which, why } => format!("unsent cancelled ({}): {}", which_told(*which), why.as_str()),
        Change::Noted { line, .. } => format!("receipt: {}", line.kind()),
        Change::MediaAwaited { .. } => "an attachment is awaited".into(),
        Change::DraftAdded(draft) => format!("draft: {}", draft.body),
        Change::DraftMoved { state, .. } => format!("draft is {}", state.as_str()),
        Change::DraftsSuperseded { .. } => "drafts superseded".into(),
    }
}

fn which_told(which: crate::decision::Unsent) -> &'static str {
    use crate::decision::Unsent;
    match which {
        Unsent::To(_) => "all to the contact",
        Unsent::IfSilent(_) => "if silent",
        Unsent::ByAssistant(_) => "by the assistant",
        Unsent::One(_) => "this one",
    }
}

fn stands(new: &Conversation) -> String {
    let follows = if new.previous.is_some() { ", follows another" } else { "" };
    let waits = if new.waiting_since.is_some() { ", waiting" } else { "" };
    format!("{}, held by {}, version {}{waits}{follows}", new.status.as_str(), new.holder.kind(), new.version)
}

fn on_text(body: &str, prepare: impl FnOnce(&mut Scene), expected: Expect) {
    let mut scene = scene();
    prepare(&mut scene);
    expected.assert_eq(&told(&text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived(body))));
}

#[test]
fn a_text_is_kept_and_the_assistant_waits_its_quiet_window() {
    on_text("Are you open?", |_| {}, expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: Are you open?
        → remind in 4000 ms"#]]);
}

#[test]
fn a_window_of_nothing_asks_at_once() {
    let none = |scene: &mut Scene| scene.assistant.as_mut().unwrap().settings.quiet_window_ms = 0;
    on_text("Are you open?", none, expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: Are you open?
        → ask the assistant about version 4"#]]);
}

#[test]
fn a_stranger_becomes_a_contact_with_a_conversation() {
    let stranger = |scene: &mut Scene| (scene.contact, scene.conversation) = (None, None);
    on_text("Hi", stranger, expect![[r#"
        contact added at …23
        opened open, held by assistant, version 1, waiting
        in by contact, received: Hi
        → remind in 4000 ms"#]]);
}

#[test]
fn stop_acts_before_anyone_and_is_confirmed_once() {
    on_text(" Stop. ", |_| {}, expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 5
        in by contact, received:  Stop. 
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]]);
    let already = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    on_text("STOP", already, expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 4
        in by contact, received: STOP"#]]);
}

#[test]
fn what_the_carrier_took_for_stop_is_stop_and_it_has_confirmed_it() {
    let mut scene = scene();
    scene.number.carrier_answers_keywords = true;
    let stop = TextArrived { autoresponse: Some(Keyword::Stop), ..arrived("no more of this") };
    let decision = text_arrived(now(), &mut ids(), &scene, Uuid::nil(), &stop);
    assert!(decision.changes.iter().any(|change| matches!(change, Change::Consented(consent) if consent.opted_out)));
    assert!(decision.effects.is_empty(), "{}", told(&decision));
}

#[test]
fn words_that_only_we_know_are_confirmed_by_us() {
    let carrier = |scene: &mut Scene| scene.number.carrier_answers_keywords = true;
    on_text("opt out", carrier, expect![[r#"
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out
        drafts superseded
        now open, held by assistant, version 5
        in by contact, received: opt out
        out by system, queued: You are unsubscribed and will get no more texts from us. Reply START to resume.
        receipt: gate
        → send in 0 s"#]]);
}

#[test]
fn start_lifts_it_and_help_is_answered() {
    let out = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    on_text("start", out, expect![[r#"
        consent: opted out = false
        now open, held by assistant, version 4, waiting
        in by contact, received: start"#]]);
    on_text("help", |_| {}, expect![[r#"
        now open, held by assistant, version 5
        in by contact, received: help
        out by system, queued: Reply to this text and we will help. Reply STOP to get no more texts.
        receipt: gate
        → send in 0 s"#]]);
}

#[test]
fn a_blocked_contact_gets_no_answer() {
    let blocked = |scene: &mut Scene| scene.contact.as_mut().unwrap().blocked = true;
    on_text("Hello?", blocked, expect![[r#"
        now open, held by assistant, version 4
        in by contact, received: Hello?"#]]);
}

#[test]
fn people_hold_what_people_hold() {
    let agents = |scene: &mut Scene| scene.conversation.as_mut().unwrap().holder = Holder::Agents;
    on_text("Hello?", agents, expect![[r#"
        now open, held by agents, version 4, waiting
        in by contact, received: Hello?"#]]);
}

#[test]
fn a_reply_takes_back_what_was_to_go_only_into_silence() {
    let waiting = |scene: &mut Scene| {
        let conversation = scene.conversation.as_mut().unwrap();
        (conversation.has_unsent, conversation.holder) = (true, Holder::Agents);
    };
    on_text("Yes", waiting, expect![[r#"
        unsent cancelled (if silent): contact_replied
        now open, held by agents, version 4, waiting
        in by contact, received: Yes"#]]);
}

#[test]
fn a_closed_conversation_reopens_inside_the_window_and_has_a_successor_after_it() {
    let closed = |ago: i64| {
        move |scene: &mut Scene| {
            let conversation = scene.conversation.as_mut().unwrap();
            conversation.status = Standing::Closed;
            conversation.last_message_at = now() - (ago * 24).hours();
        }
    };
    on_text("Me again", closed(30), expect![[r#"
        now open, held by assistant, version 4, waiting
        in by contact, received: Me again
        → remind in 4000 ms"#]]);
    on_text("Me again", closed(31), expect![[r#"
        opened open, held by assistant, version 1, waiting, follows another
        in by contact, received: Me again
        → remind in 4000 ms"#]]);
}

fn run(version: i64, answer: Answer) -> AssistantAnswered {
    AssistantAnswered { conversation: id(5), assistant: id(0xADA), version, answer }
}

fn says(body: &str) -> Answer {
    Answer::Reply { body: body.into(), sources: Vec::new() }
}

#[test]
fn an_answer_counts_only_if_the_conversation_is_as_the_assistant_saw_it() {
    let decide = |prepare: &dyn Fn(&mut Scene), version| {
        let mut scene = scene();
        prepare(&mut scene);
        told(&assistant_answered(now(), &mut ids(), &scene, &run(version, says("Until six."))))
    };
    expect![[r#"
        drafts superseded
        now open, held by assistant, version 4
        out by assistant, queued: Until six.
        receipt: gate
        → send in 0 s"#]].assert_eq(&decide(&|_| {}, 3));
    let nothing: [(&dyn Fn(&mut Scene), i64, &str); 5] = [
        (&|_| {}, 2, "someone wrote in between"),
        (&|scene| scene.conversation.as_mut().unwrap().holder = Holder::Agents, 3, "a person took it"),
        (&|scene| scene.conversation.as_mut().unwrap().holder = Holder::Assistant(AssistantId(Uuid::nil())), 3, "another's"),
        (&|scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now()), 3, "STOP"),
        (&|scene| scene.contact.as_mut().unwrap().blocked = true, 3, "blocked"),
    ];
    for (prepare, version, case) in nothing {
        assert_eq!(decide(prepare, version), "", "{case}");
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
    let asked = |version| told(&contact_fell_silent(&scene(), id(0xADA), version));
    assert_eq!(asked(3), "→ ask the assistant about version 3");
    assert_eq!(asked(2), "");
}

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
        → send in 0 s"#]].assert_eq(&told(&decision));
    let (decision, _) = reply(now(), &mut ids(), &scene, PROGRAM, &text("Order sent."), None).unwrap();
    assert!(told(&decision).contains("held by assistant"), "a program does not take it");
}

#[test]
fn a_text_can_be_held_or_scheduled_and_says_plainly_what_it_cannot() {
    let said = |text: NewText| {
        reply(now(), &mut ids(), &scene(), PERSON, &text, None).map(|(decision, _)| {
            told(&decision).lines().filter(|line| line.starts_with("out") || line.starts_with('→')).collect::<Vec<_>>().join("; ")
        })
    };
    assert_eq!(said(NewText { hold: SignedDuration::from_secs(5), ..text("a") }).unwrap(), "out by member, held: a; → send in 5 s");
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
    let verdict = |prepare: &dyn Fn(&mut Scene)| {
        let mut scene = scene();
        prepare(&mut scene);
        reply(now(), &mut ids(), &scene, PERSON, &text("a"), None).map(|(decision, _)| told(&decision))
    };
    let refused: [(&dyn Fn(&mut Scene), Reason); 3] = [
        (&|scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now()), Reason::ContactOptedOut),
        (&|scene| scene.contact.as_mut().unwrap().blocked = true, Reason::ContactBlocked),
        (&|scene| scene.number.enabled = false, Reason::NumberDisabled),
    ];
    for (prepare, reason) in refused {
        assert_eq!(verdict(prepare), Err(Refusal::Gate(reason)));
    }
    // 15:00 UTC is ten in the morning in New York; quiet until eleven.
    let quiet: serde_json::Value = serde_json::json!({ "from": "21:00", "until": "11:00" });
    let quiet = |scene: &mut Scene| scene.tenant.settings.quiet_hours = Some(serde_json::from_value(quiet.clone()).unwrap());
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

fn starting(text: Option<NewText>) -> Start {
    Start {
        to: E164::parse("+14155550123", None).unwrap(),
        from: id(2),
        text,
        name: Some("Ann Other".into()),
        company: Some("Acme".into()),
        assistant: None,
        guide: Some("Offer the tasting menu.".into()),
    }
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
        → send in 0 s"#]].assert_eq(&told(&decision));

    let stranger = Scene { contact: None, conversation: None, ..scene() };
    let (decision, started) = start(now(), &mut ids(), &stranger, Uuid::nil(), PROGRAM, &starting(None)).unwrap();
    assert!(!started.resumed && started.message.is_none());
    expect![[r#"
        contact added at …23
        opened open, held by assistant, version 1"#]].assert_eq(&told(&decision));
}

#[test]
fn nobody_texts_their_own_number() {
    let mut scene = scene();
    scene.number.address = Address::parse_sender("+14155550123").unwrap();
    let refused = start(now(), &mut ids(), &scene, Uuid::nil(), PROGRAM, &starting(None));
    assert!(matches!(refused, Err(Refusal::Invalid { field: "to", code: "own_number", .. })));
}

fn about(status: Status) -> Outbound {
    Outbound {
        message: id(10),
        conversation: id(5),
        contact: id(4),
        phone: "+14155550123".into(),
        number: id(2),
        status,
        author: Author::Api,
        attempt: 1,
        purpose: Purpose::Conversation,
        opted_out_at: None,
    }
}

fn ended(status: Status, ended: Ended) -> String {
    told(&send_ended(now(), Uuid::nil(), &about(status), &SendEnded { message: id(10), attempt: 1, ended }))
}

fn failure() -> Failure {
    Failure { code: "40310".into(), explanation: "not a number".into(), mend: "look again".into() }
}

#[test]
fn a_send_ends_in_one_of_these_ways() {
    let accepted = || Ended::Accepted { carrier_ref: "t1".into(), parts: Some(1) };
    assert_eq!(ended(Status::Sending, accepted()), "receipt: attempt\nmessage is sent");
    assert_eq!(ended(Status::Delivered, accepted()), "receipt: attempt\nmessage is delivered", "the receipt was quicker");
    let rejected = |opted_out| Ended::Rejected { failure: failure(), opted_out };
    assert_eq!(ended(Status::Sending, rejected(false)), "receipt: attempt\nmessage is failed");
    expect![[r#"
        receipt: attempt
        message is failed
        consent: opted out = true
        unsent cancelled (all to the contact): contact_opted_out"#]].assert_eq(&ended(Status::Sending, rejected(true)));
    let lost = Ended::Lost { why: "the line died".into() };
    assert_eq!(ended(Status::Sending, lost), "receipt: attempt\nmessage is unknown\n→ remind in 900000 ms");
    let busy = Ended::NotTaken { retry_at: now() + 1.second(), why: "busy".into(), counts: false };
    assert_eq!(ended(Status::Sending, busy), "receipt: attempt\nmessage is queued");
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
    let reported = |status, reported| told(&carrier_reported(&about(status), &report(reported, false)));
    assert_eq!(reported(Status::Unknown, Reported::Delivered), "receipt: carrier\nmessage is delivered");
    assert_eq!(reported(Status::Delivered, Reported::Sent), "", "late");
    assert_eq!(reported(Status::Delivered, Reported::Delivered), "", "twice");
}

fn report(reported: Reported, opted_out: bool) -> CarrierReported {
    CarrierReported {
        account: id(3),
        message: Some(id(10)),
        carrier_ref: "t1".into(),
        from: None,
        reported,
        failure: None,
        opted_out,
        parts: Some(1),
        cost: Some(Cost { micros: 7_000, currency: "USD".into() }),
        at: now(),
    }
}

#[test]
fn a_due_text_is_asked_about_once_more() {
    let due = |prepare: &dyn Fn(&mut Scene)| {
        let mut scene = scene();
        prepare(&mut scene);
        let (decision, due) = send_due(now(), id(10), 0, scene.asked(Purpose::Conversation));
        (told(&decision), due)
    };
    assert_eq!(due(&|_| {}), ("receipt: gate\nmessage is sending".into(), Due::Hand { attempt: 1 }));
    let out = |scene: &mut Scene| scene.contact.as_mut().unwrap().opted_out_at = Some(now());
    assert_eq!(due(&out), ("receipt: gate\nmessage is skipped".into(), Due::Drop));
}

#[test]
fn what_is_unsent_can_be_taken_back_and_nothing_else() {
    for status in Status::ALL {
        let taken = cancel(&about(status));
        assert_eq!(taken.is_ok(), status.is_unsent(), "{status:?}");
    }
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
        → remind in 4000 ms"#]].assert_eq(&told(&decision));
    scene.assistant = None;
    assert!(hand_off(now(), &mut ids(), &scene, HandOffTo::Assistant(None), None).is_err());
}

#[test]
fn a_snooze_needs_a_future_and_ends_by_itself() {
    let snooze = |until| ConversationChange { status: Some(Standing::Snoozed), snoozed_until: until, ..Default::default() };
    assert!(change(now(), &scene(), &snooze(None)).is_err());
    assert!(change(now(), &scene(), &snooze(Some(now()))).is_err());
    let until = now() + 1.hour();
    let decision = change(now(), &scene(), &snooze(Some(until))).unwrap();
    assert_eq!(told(&decision), "now snoozed, held by assistant, version 3\n→ remind in 3600000 ms");
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
        Fact::AssistantAnswered(run(3, says("a"))),
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
        {"fact":"assistant_answered","conversation":"cnv_00000000000000000000000000000005","assistant":"ast_00000000000000000000000000000ada","version":3,"answer":{"outcome":"reply","body":"a","sources":[]}}
        {"fact":"snooze_ended","conversation":"cnv_00000000000000000000000000000005","until":"2026-03-02T15:00:00Z"}
        {"fact":"unknown_overdue","message":"msg_0000000000000000000000000000000a"}"#]]
    .assert_eq(&texts.join("\n"));
}
