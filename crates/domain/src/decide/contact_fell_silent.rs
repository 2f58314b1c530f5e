//! The contact has been still for the assistant's quiet window.

use jiff::Timestamp;

use super::REMOVED;
use super::hand_over::give_to_people;
use crate::conversation::{Holder, Mode};
use crate::decision::{Decision, Effect};
use crate::id::{AssistantId, Ids};
use crate::scene::Scene;

/// What follows: the assistant is asked, unless the conversation has moved on since.
#[must_use]
pub fn contact_fell_silent(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    assistant: AssistantId,
    version: i64,
) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = &scene.conversation else { return decision };
    let is_due = conversation.version == version
        && conversation.holder == Holder::Assistant(assistant)
        && conversation.wants_answer();
    if !is_due {
        return decision;
    }
    if scene.holding(assistant).is_none() {
        give_to_people(now, ids, conversation.clone(), REMOVED, &mut decision);
    } else if super::mode(scene, conversation) != Mode::Off {
        decision.effect(Effect::AskAssistant { conversation: conversation.id, assistant, version });
    }
    decision
}
