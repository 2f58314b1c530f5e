//! What workflows and conversations have to do with each other.

use super::*;
use crate::consent::opt_in::Progress;
use crate::decision::{CancelReason, Priority};
use crate::id::{EnrolmentId, MessageId, NumberId, WorkflowId};
use crate::message::Status;
use crate::scene::Inside;
use crate::workflow::{Does, Doing, Purpose as For, Trigger, Word};

const WAY: EnrolmentId = EnrolmentId(Uuid::from_u128(0xF1));
const OTHER: EnrolmentId = EnrolmentId(Uuid::from_u128(0xF2));

fn arrives(scene: &Scene, body: &str) -> String {
    told(&text_arrived(now(), &mut ids(), scene, Uuid::from_u128(6), &arrived(body)))
}

fn acts(scene: &Scene, does: Does) -> String {
    let doing = Doing { enrolment: WAY, number: id(2), phone: "+14155550123".into(), does };
    told(&workflow_acts(now(), &mut ids(), scene, Uuid::from_u128(6), &doing))
}

/// She is on this way for an hour.
fn inside(enrolment: EnrolmentId, floor: Option<(NumberId, Timestamp)>) -> Inside {
    Inside { enrolment, floor, since: now() - 1.hour(), goes_on: true }
}

/// The way waits for Ann's reply, and she is on another one besides.
fn waited_for() -> Scene {
    let floor = Some((NumberId(Uuid::from_u128(2)), now() + 1.hour()));
    let inside = vec![inside(WAY, floor), inside(OTHER, None)];
    Scene { inside, ..scene() }
}

#[test]
fn whoever_waits_for_a_reply_gets_it_and_no_assistant_is_asked() {
    let routed = arrives(&waited_for(), "seven");
    assert!(routed.contains("receipt: routed"), "{routed}");
    assert!(routed.contains("→ tell the way: reply"), "{routed}");
    assert!(routed.contains("→ tell the way: wrote"), "the other learns that she wrote: {routed}");
    assert!(!routed.contains("→ ask") && !routed.contains("→ remind"), "{routed}");
    let other_number = Some((NumberId(Uuid::from_u128(99)), now() + 1.hour()));
    let elsewhere = Scene { inside: vec![inside(WAY, other_number)], ..scene() };
    let routed = arrives(&elsewhere, "seven");
    assert!(routed.contains("→ remind") && routed.contains("→ tell the way"), "it waits on another number: {routed}");
}

#[test]
fn one_that_stands_still_keeps_what_is_for_it_for_a_while() {
    let waits = |goes_on, minutes: i64| {
        let floor = Some((NumberId(Uuid::from_u128(2)), now() + minutes.minutes()));
        Scene { inside: vec![Inside { goes_on, ..inside(WAY, floor) }], ..scene() }
    };
    for (goes_on, minutes, is_theirs) in [(true, 1, true), (true, -1, true), (false, 1, true), (false, -1, false)] {
        let routed = arrives(&waits(goes_on, minutes), "seven");
        assert_eq!(routed.contains("→ tell the way: reply"), is_theirs, "{goes_on} {minutes}: {routed}");
        assert_eq!(routed.contains("→ remind"), !is_theirs, "{goes_on} {minutes}: {routed}");
    }
}

#[test]
fn what_is_given_back_is_answered_by_whoever_answers_otherwise() {
    let at = now() - 3.seconds();
    let gives = |holder, last_direction, wants_answer| {
        let waits = |known| Conversation { holder, last_direction, waiting_since: None, ..known };
        let scene = Scene { conversation: scene().conversation.map(waits), ..scene() };
        let doing = Doing {
            enrolment: WAY,
            number: id(2),
            phone: "+14155550123".into(),
            does: Does::GiveBack { at, wants_answer },
        };
        let given = workflow_acts(now(), &mut ids(), &scene, Uuid::from_u128(6), &doing);
        let stands = given.changes.iter().find_map(|change| match change {
            Change::ConversationChanged(now) => Some((now.holder, now.waiting_since)),
            _ => None,
        });
        (stands, told(&given).contains("→ remind"))
    };
    let given = |holder, last_direction| gives(holder, last_direction, true);
    let answers = Holder::Assistant(id(0xADA));
    let theirs = Some(Direction::In);
    assert_eq!(gives(Holder::Workflow(WAY), theirs, false), (Some((answers, None)), false), "thanks need no assistant");
    assert_eq!(
        gives(Holder::Agents, theirs, false),
        (Some((Holder::Agents, Some(at))), false),
        "people see thanks wait"
    );
    for (holder, then) in [
        (Holder::Workflow(WAY), (answers, true)),
        (answers, (answers, true)),
        (Holder::Agents, (Holder::Agents, false)),
        (Holder::Workflow(OTHER), (Holder::Workflow(OTHER), false)),
    ] {
        assert_eq!(given(holder, theirs), (Some((then.0, Some(at))), then.1), "{holder:?}");
    }
    assert_eq!(given(Holder::Agents, Some(Direction::Out)), (None, false), "somebody has answered since");
    let out = Scene { contact: scene().contact.map(|ann| Contact { opted_out_at: Some(now()), ..ann }), ..scene() };
    assert_eq!(acts(&out, Does::GiveBack { at, wants_answer: true }), "");
}

/// "Will you come?" is not "Do you want our offers?".
#[test]
fn a_yes_answers_what_was_asked_last() {
    for (asked, is_the_ways) in [(now() - 2.hours(), true), (now() - 30.minutes(), false)] {
        let opting_in =
            Progress { asked_at: Some(asked), open: Some("Offers? Reply YES".into()), ..Progress::default() };
        let mut scene = Scene { opting_in, ..waited_for() };
        Arc::make_mut(&mut scene.tenant).settings.opt_in.request = "Offers? Reply YES".into();
        let out = text_arrived(now(), &mut ids(), &scene, Uuid::from_u128(6), &arrived("YES"));
        let agrees = out.changes.iter().any(|change| matches!(change, Change::Consented(_)));
        let heard = told(&out).contains("→ tell the way: reply");
        assert_eq!((heard, agrees), (is_the_ways, !is_the_ways), "{}", told(&out));
    }
}

#[test]
fn what_they_wrote_before_is_answered_though_the_next_text_is_the_workflows() {
    let waiting = |known| Conversation { waiting_since: Some(now()), ..known };
    let scene = waited_for();
    let scene = Scene { conversation: scene.conversation.clone().map(waiting), ..scene };
    assert!(arrives(&scene, "seven").contains("→ remind"), "the assistant was about to answer");
}

#[test]
fn a_word_of_the_law_reaches_no_workflow() {
    for word in ["STOP", "HELP", "please take me off your list"] {
        let routed = arrives(&waited_for(), word);
        assert!(!routed.contains("→ tell the way") && !routed.contains("routed"), "{word}: {routed}");
    }
}

#[test]
fn texts_and_conversations_begin_workflows() {
    let workflow = WorkflowId(Uuid::from_u128(0xF0));
    let begins = |trigger: Trigger| Scene { triggers: [(workflow, trigger)].into(), ..scene() };
    let word = begins(Trigger::Keyword { words: vec!["Join".into()], numbers: vec![] });
    let routed = arrives(&word, "join!");
    assert!(routed.contains("→ enter by keyword") && !routed.contains("→ remind"), "{routed}");
    assert!(!arrives(&word, "may I join?").contains("→ enter"));
    let any = begins(Trigger::Text { numbers: vec![] });
    assert!(arrives(&any, "hello there").contains("→ enter by text"));
    let opens = begins(Trigger::NewConversation { numbers: vec![] });
    assert!(!arrives(&opens, "hello there").contains("→ enter"), "it goes on");
    let first = Scene { conversation: None, contact: None, ..opens };
    let routed = arrives(&first, "hello there");
    assert!(routed.contains("→ enter by new_conversation") && routed.contains("→ remind"), "{routed}");
}

/// Texts of a workflow are only as urgent as what they answer is new.
#[test]
fn nobody_is_answered_who_has_not_written() {
    let sends = |wrote_at: Option<Timestamp>| {
        let known = scene().conversation.map(|known| Conversation { last_inbound_at: wrote_at, ..known });
        let does = Does::Text {
            message: MessageId(Uuid::from_u128(77)),
            body: "Hi".into(),
            purpose: For::Reply,
            media: vec![],
            before: None,
            asks: false,
        };
        let doing = Doing { enrolment: WAY, number: id(2), phone: "+14155550123".into(), does };
        let scene = Scene { conversation: known, ..scene() };
        let decision = workflow_acts(now(), &mut ids(), &scene, Uuid::from_u128(6), &doing);
        let answers = decision.changes.iter().find_map(|change| match change {
            Change::MessageAdded(message) => Some(message.answers),
            _ => None,
        });
        let sent = decision.effects.into_iter().find_map(|effect| match effect {
            Effect::SendText(sent) => Some((sent.priority, sent.purpose)),
            _ => None,
        });
        let (priority, purpose) = sent.unwrap();
        (priority, purpose, answers.unwrap())
    };
    use crate::consent::Purpose::Service;
    assert_eq!(sends(Some(now() - 24.hours())), (Priority::Reply, None, true));
    assert_eq!(sends(Some(now() - 25.hours())), (Priority::Bulk, Some(Service), false));
    assert_eq!(sends(None), (Priority::Bulk, Some(Service), false));
}

#[test]
fn what_it_texts_waits_behind_people_and_holds_the_conversation_if_it_asks() {
    let says = |purpose, asks| Does::Text {
        message: MessageId(Uuid::from_u128(77)),
        body: "How was it?".into(),
        purpose,
        media: vec![],
        before: None,
        asks,
    };
    let asked = acts(&scene(), says(For::Marketing, true));
    assert!(asked.contains("out by workflow, queued: How was it?") && asked.contains("→ send"), "{asked}");
    let held = Scene {
        conversation: scene().conversation.map(|known| Conversation { holder: Holder::Agents, ..known }),
        ..scene()
    };
    let with_people = workflow_acts(
        now(),
        &mut ids(),
        &held,
        Uuid::from_u128(6),
        &Doing { enrolment: WAY, number: id(2), phone: "+14155550123".into(), does: says(For::Service, true) },
    );
    let holds = with_people.changes.iter().find_map(|change| match change {
        Change::ConversationChanged(now) => Some(now.holder),
        _ => None,
    });
    assert_eq!(holds, Some(Holder::Agents), "people have it, and keep it");
    let out = Scene { contact: scene().contact.map(|ann| Contact { opted_out_at: Some(now()), ..ann }), ..scene() };
    assert_eq!(acts(&out, says(For::Service, false)), "→ tell the way: msg_0000000000000000000000000000004d blocked");
    let gone = Scene { contact: None, ..scene() };
    assert_eq!(acts(&gone, says(For::Service, false)), "→ tell the way: msg_0000000000000000000000000000004d blocked");
    let empty = Does::Text {
        message: MessageId(Uuid::from_u128(77)),
        body: " ".into(),
        purpose: For::Reply,
        media: vec![],
        before: None,
        asks: false,
    };
    assert!(acts(&scene(), empty).contains("failed"));
}

#[test]
fn it_leaves_what_it_held_and_nothing_else() {
    let held = |holder| {
        let waits = |known| Conversation { holder, waiting_since: Some(now()), ..known };
        Scene { conversation: scene().conversation.map(waits), ..scene() }
    };
    let left = acts(&held(Holder::Workflow(WAY)), Does::Leave);
    assert!(left.contains("→ remind"), "the assistant answers what she wrote to nobody: {left}");
    assert_eq!(acts(&held(Holder::Workflow(OTHER)), Does::Leave), "");
    assert_eq!(acts(&held(Holder::Agents), Does::Leave), "");
}

#[test]
fn the_way_hears_what_became_of_its_text() {
    let ours = |status| Outbound { author: Author::Workflow(WAY), ..about(status) };
    let heard = |decision: &Decision| told(decision).lines().find(|line| line.starts_with("→ tell")).map(str::to_owned);
    let ended = |ended| {
        send_ended(now(), Uuid::nil(), &ours(Status::Sending), &SendEnded { message: id(10), attempt: 1, ended })
    };
    let accepted = ended(Ended::Accepted { carrier_ref: "x".into(), parts: None });
    assert!(heard(&accepted).is_some_and(|line| line.ends_with(" sent")), "{:?}", heard(&accepted));
    let left = |decision: &Decision| {
        decision.effects.iter().find_map(|effect| match effect {
            Effect::TellEnrolment { word: Word::Text { at, .. }, .. } => Some(*at),
            _ => None,
        })
    };
    assert_eq!(left(&accepted), Some(now() - 2.seconds()), "when it left, not when the carrier answered");
    assert_eq!(left(&unknown_overdue(&ours(Status::Unknown))), Some(now() - 2.seconds()));
    let lost = ended(Ended::Lost { why: "x".into() });
    assert_eq!(heard(&lost), None, "nobody knows yet");
    assert!(heard(&unknown_overdue(&ours(Status::Unknown))).is_some_and(|line| line.ends_with(" sent")));
    let failed = carrier_reported(now(), Uuid::nil(), &ours(Status::Sent), &report(Reported::Failed, false));
    assert!(heard(&failed).is_some_and(|line| line.ends_with(" failed")), "{:?}", heard(&failed));
    assert_eq!(CancelReason::WorkflowLeft.as_str(), "workflow_left");
}
