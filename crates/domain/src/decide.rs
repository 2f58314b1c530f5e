//! What follows from each fact and command. Pure: time and ids are arguments.
//!
//! One file per fact or command; each is a function of what happened and what the scene shows.

mod answer_failed;
mod approval;
mod assistant_answered;
mod carrier_reported;
mod change;
mod consent;
mod contact_fell_silent;
mod draft;
mod hand_off;
mod hand_over;
mod reply;
mod routed;
mod send_due;
mod send_ended;
mod start;
mod takes;
mod text_arrived;
mod typing;
mod workflow_acts;

#[cfg(test)]
mod tests;

pub use answer_failed::answer_failed;
pub use approval::{approval_overdue, decide_approval, tool_ended};
pub use assistant_answered::assistant_answered;
pub use carrier_reported::carrier_reported;
pub(crate) use carrier_reported::opted_out_at_carrier;
pub use change::{cancel, change, note, snooze_ended};
pub use consent::{About, Said, ask_consent, record_consent};
pub use contact_fell_silent::contact_fell_silent;
pub use draft::reject_draft;
pub use hand_off::hand_off;
pub use hand_over::hand_over_overdue;
pub use reply::{reply, resumable};
pub use send_due::{Due, Written, is_past, send_due};
pub use send_ended::{send_ended, unknown_overdue};
pub use start::{Started, start};
pub use text_arrived::text_arrived;
pub use typing::person_types;
pub use workflow_acts::workflow_acts;

use jiff::{SignedDuration, Timestamp};

use crate::assistant::Assistant;
use crate::conversation::{Conversation, Holder, Mode};
use crate::decision::{Change, Decision, Effect};
use crate::id::{Ids, NumberId};
use crate::message::{Author, Direction, Failure, Message, Status};
use crate::registration::refused_as_unregistered;
use crate::scene::{Outbound, Scene};
use crate::segment::Encoding;

/// The carrier says that the sender is not registered: what is known of that is out of date.
pub(crate) fn doubt_registration(number: NumberId, failure: &Failure, decision: &mut Decision) {
    if refused_as_unregistered(&failure.code) {
        decision.effect(Effect::ReadRegistration { number });
    }
}

/// The mode that counts for this conversation: its own, else its assistant's.
fn mode(scene: &Scene, conversation: &Conversation) -> Mode {
    let own = match conversation.holder {
        Holder::Assistant(id) => scene.holding(id).map_or(Mode::Off, |assistant| assistant.settings.mode),
        Holder::Nobody | Holder::Agents | Holder::Workflow(_) => Mode::Off,
    };
    conversation.mode.unwrap_or(own)
}

/// Why people get what an assistant held that is in use no more.
const REMOVED: &str = "the assistant was removed";

/// Lets the assistant that holds the conversation answer, once the contact has been still for its quiet window.
fn let_assistant_answer(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    conversation: &mut Conversation,
    decision: &mut Decision,
) {
    let window = |assistant: &Assistant| SignedDuration::from_millis(i64::from(assistant.settings.quiet_window_ms));
    let_assistant_answer_after(now, ids, scene, conversation, decision, window);
}

/// As [`let_assistant_answer`], with a window of its own. A turn of the moment in which the assistant was removed may have
/// given it the conversation all the same: then people get it.
fn let_assistant_answer_after(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    conversation: &mut Conversation,
    decision: &mut Decision,
    window: impl FnOnce(&Assistant) -> SignedDuration,
) {
    let Holder::Assistant(id) = conversation.holder else { return };
    let Some(assistant) = scene.holding(id) else {
        let note = hand_to_people(now, ids, conversation, REMOVED);
        decision.change(Change::MessageAdded(Box::new(note)));
        return;
    };
    if mode(scene, conversation) == Mode::Off {
        return;
    }
    let window = window(assistant);
    decision.effect(if window.is_zero() {
        Effect::AskAssistant { conversation: conversation.id, assistant: id, version: conversation.version }
    } else {
        Effect::Remind {
            fact: crate::fact::Fact::ContactFellSilent {
                conversation: conversation.id,
                assistant: id,
                version: conversation.version,
            },
            at: now.checked_add(window).unwrap_or(now),
            lane: conversation.lane,
        }
    });
}

/// Nobody is left in silence: people hold it now, and the note says why.
fn hand_to_people(now: Timestamp, ids: &mut Ids, conversation: &mut Conversation, reason: &str) -> Message {
    conversation.holder = Holder::Agents;
    conversation.version += 1;
    conversation.reopen();
    system_note(ids.next(), conversation, now, format!("Handed to people: {reason}"))
}

/// The contact has their answer once it is out, and not before: what is taken back, refused or still waits has told them
/// nothing. What they wrote after it still waits.
fn answered(about: &Outbound, to: Status, decision: &mut Decision) {
    let is_out = matches!(to, Status::Sent | Status::Delivered);
    if is_out && about.answers && about.waiting_since.is_some_and(|since| since <= about.written_at) {
        let waiting_since = about.last_inbound_at.filter(|at| *at > about.written_at);
        decision.change(Change::Answered { conversation: about.conversation, waiting_since });
    }
}

/// A note of Tidings itself in the thread, so that people see why something happened.
fn system_note(id: crate::id::MessageId, conversation: &Conversation, now: Timestamp, body: String) -> Message {
    Message {
        id,
        conversation: conversation.id,
        contact: conversation.contact,
        direction: Direction::Note,
        author: Author::System,
        body,
        media: Vec::new(),
        sources: Vec::new(),
        encoding: Encoding::Gsm7,
        segments: 0,
        status: Status::Noted,
        failure: None,
        carrier_ref: None,
        not_before: None,
        stop_if_reply: false,
        draft: None,
        answers: false,
        assistant_version: None,
        created_at: now,
    }
}
