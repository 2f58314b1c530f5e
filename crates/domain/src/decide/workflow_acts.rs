//! Somebody's way through a workflow does something in a conversation: it texts them, gives the conversation away, leaves a note.

use jiff::Timestamp;
use uuid::Uuid;

use super::takes::by_default;
use super::{hand_to_people, let_assistant_answer, reply, system_note, text_arrived};
use crate::conversation::{Conversation, Holder};
use crate::decision::{CancelReason, Change, Decision, Effect, Unsent};
use crate::gate::{Purpose, Verdict, gate};
use crate::id::{AssistantId, EnrolmentId, Ids, MessageId};
use crate::message::{Author, Direction, Message, Status};
use crate::scene::Scene;
use crate::segment::{MAX_SEGMENTS, measure};
use crate::smart::smart_if_it_helps;
use crate::workflow::{Does, Doing, Done, Purpose as For, Word};

/// What follows. A text of many is asked about again when it goes, with what the person has agreed to and by which clock they live;
/// what stops it here would stop it then, too.
#[must_use]
pub fn workflow_acts(now: Timestamp, ids: &mut Ids, scene: &Scene, lane: Uuid, doing: &Doing) -> Decision {
    let mut decision = Decision::default();
    let by = doing.enrolment;
    if let Does::Withdraw { message } = doing.does {
        let which = Unsent::One(message);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::WorkflowLeft });
        return decision;
    }
    let Some(contact) = &scene.contact else {
        // They were erased, or that number is another's now.
        if let Does::Text { message, .. } = doing.does {
            tell(by, message, Done::Blocked("contact_gone".into()), now, &mut decision);
        }
        return decision;
    };
    let (mut conversation, is_new) = match &doing.does {
        Does::Leave => match scene.conversation.clone().filter(|known| known.holder == Holder::Workflow(by)) {
            Some(known) => (known, false),
            None => return decision,
        },
        Does::GiveBack { .. } => match scene.conversation.clone() {
            Some(known) if !contact.blocked && contact.opted_out_at.is_none() => (known, false),
            _ => return decision,
        },
        _ => text_arrived::conversation(now, ids, scene, contact, lane),
    };
    match &doing.does {
        Does::Text { message, body, purpose, media, before, asks } => {
            let body = smart_if_it_helps(body).body;
            let purpose = purpose.counts_as(now, scene.asked(gate_of(*purpose)).wrote_at);
            if let Some(why) = refused(now, scene, &body, !media.is_empty(), purpose) {
                tell(by, *message, why, now, &mut decision);
                return decision;
            }
            if *asks && matches!(conversation.holder, Holder::Nobody | Holder::Assistant(_) | Holder::Workflow(_)) {
                lets_go(&mut conversation, &mut decision);
                conversation.holder = Holder::Workflow(by);
            }
            let asked = scene.asked(gate_of(purpose));
            let verdict = if purpose == For::Reply { gate(now, asked) } else { Verdict::Send };
            let text = reply::Bulk { message: *message, body, media: media.clone(), by, purpose, before: *before };
            keep(&conversation, is_new, &mut decision);
            reply::of_workflow(now, text, verdict, conversation, &mut decision);
            return decision;
        }
        Does::HandOver { assistant, guide } => {
            hand_over(now, ids, scene, &mut conversation, *assistant, guide, &mut decision)
        }
        Does::Assign { team, person } => {
            lets_go(&mut conversation, &mut decision);
            conversation.assign(*team, *person);
            conversation.holder = Holder::Agents;
            conversation.version += 1;
            conversation.reopen();
        }
        Does::Note(text) => {
            let note =
                Message { author: Author::Workflow(by), ..system_note(ids.next(), &conversation, now, text.clone()) };
            keep(&conversation, is_new, &mut decision);
            decision.change(Change::MessageAdded(Box::new(note)));
            return decision;
        }
        Does::Notify { text, team, people } => {
            // Whoever is told finds it in what they look after: a note, and the conversation open.
            conversation.assign(*team, people.first().copied());
            conversation.reopen();
            let note =
                Message { author: Author::Workflow(by), ..system_note(ids.next(), &conversation, now, text.clone()) };
            keep(&conversation, is_new, &mut decision);
            decision.change(Change::MessageAdded(Box::new(note)));
            return decision;
        }
        Does::Leave => {
            conversation.holder = by_default(scene);
            conversation.version += 1;
            // What they wrote to nobody meanwhile is answered.
            if conversation.wants_answer() {
                let_assistant_answer(now, ids, scene, &mut conversation, &mut decision);
            }
        }
        Does::GiveBack { at, wants_answer } => {
            // Whoever of us wrote since then has read it.
            if conversation.holder == Holder::Agents && conversation.last_direction == Some(Direction::Out) {
                return decision;
            }
            give_back(now, ids, scene, by, &mut conversation, (*at, *wants_answer), &mut decision);
        }
        Does::Withdraw { .. } => {}
    }
    keep(&conversation, is_new, &mut decision);
    decision
}

fn keep(conversation: &Conversation, is_new: bool, decision: &mut Decision) {
    let conversation = Box::new(conversation.clone());
    decision.change(if is_new {
        Change::ConversationOpened(conversation)
    } else {
        Change::ConversationChanged(conversation)
    });
}

/// What becomes of a text that cannot go whatever the hour; `None`: nothing speaks against it.
fn refused(now: Timestamp, scene: &Scene, body: &str, has_media: bool, purpose: For) -> Option<Done> {
    if body.trim().is_empty() && !has_media {
        return Some(Done::Failed("empty".into()));
    }
    if measure(body).segments > MAX_SEGMENTS {
        return Some(Done::Failed("too_long".into()));
    }
    let for_whom = if purpose == For::Reply { Purpose::Conversation } else { Purpose::Test };
    match gate(now, scene.asked(for_whom)) {
        Verdict::Skip { reason } => Some(Done::Blocked(reason.code().into())),
        Verdict::Send | Verdict::Defer { .. } => None,
    }
}

const fn gate_of(purpose: For) -> Purpose {
    purpose.asks().0
}

/// What the assistant that held it has ready does not go out.
fn lets_go(conversation: &mut Conversation, decision: &mut Decision) {
    if matches!(conversation.holder, Holder::Assistant(_)) && conversation.has_unsent {
        let which = Unsent::ByAssistant(conversation.id);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::HumanReplied });
        conversation.answering = false;
    }
}

/// A text of theirs is as if it had just come, and the way were not there. An assistant need not be
/// asked about thanks; people see them wait as always.
fn give_back(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    by: EnrolmentId,
    conversation: &mut Conversation,
    (at, wants_answer): (Timestamp, bool),
    decision: &mut Decision,
) {
    if conversation.holder == Holder::Workflow(by) {
        conversation.holder = by_default(scene);
    }
    conversation.version += 1;
    if !wants_answer && matches!(conversation.holder, Holder::Assistant(_)) {
        return;
    }
    if matches!(conversation.holder, Holder::Assistant(_)) && conversation.has_unsent {
        let which = Unsent::ByAssistant(conversation.id);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::ContactReplied });
        conversation.answering = false;
    }
    conversation.waiting_since = Some(conversation.waiting_since.map_or(at, |since| since.min(at)));
    conversation.reopen();
    if conversation.wants_answer() {
        let_assistant_answer(now, ids, scene, conversation, decision);
    }
}

/// The assistant answers them from now on; where there is none, people do.
fn hand_over(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    conversation: &mut Conversation,
    assistant: Option<AssistantId>,
    guide: &str,
    decision: &mut Decision,
) {
    let to = assistant.or(scene.assistant_by_default()).filter(|id| scene.holding(*id).is_some());
    let Some(to) = to else {
        let note = hand_to_people(now, ids, conversation, "the workflow's assistant is not there");
        decision.change(Change::MessageAdded(Box::new(note)));
        return;
    };
    conversation.holder = Holder::Assistant(to);
    if !guide.is_empty() {
        guide.clone_into(&mut conversation.guide);
    }
    conversation.version += 1;
    conversation.reopen();
    if conversation.wants_answer() {
        let_assistant_answer(now, ids, scene, conversation, decision);
    }
}

/// The way that sent a text learns what became of it.
fn tell(enrolment: EnrolmentId, message: MessageId, became: Done, at: Timestamp, decision: &mut Decision) {
    decision.effect(Effect::TellEnrolment { enrolment, word: Word::Text { message, became, at } });
}

/// What became of a text of ours is told to the way that sent it. What waits and what is on its way is not over; of what may have
/// gone out nobody is texted again, and the way goes on as if it had. `at`: of what is out, when it left.
pub(super) fn became(
    author: Author,
    message: MessageId,
    at: Timestamp,
    to: Status,
    why: Option<&str>,
    decision: &mut Decision,
) {
    let Author::Workflow(enrolment) = author else { return };
    let why = || why.unwrap_or(to.as_str()).to_owned();
    let became = match to {
        Status::Sent | Status::Delivered | Status::Unconfirmed => Done::Sent,
        Status::Failed => Done::Failed(why()),
        Status::Skipped | Status::Cancelled => Done::Blocked(why()),
        Status::Received
        | Status::Noted
        | Status::Held
        | Status::Scheduled
        | Status::Queued
        | Status::Deferred
        | Status::Sending
        | Status::Unknown => return,
    };
    tell(enrolment, message, became, at, decision);
}
