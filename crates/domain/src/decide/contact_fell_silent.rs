//! The contact has been still for the assistant's quiet window.

use jiff::Timestamp;

use super::assistant_answered::give_to_people;
use crate::conversation::{Holder, Mode};
use crate::decision::{Decision, Effect};
use crate::id::{AssistantId, Ids};
use crate::scene::Scene;

/// What follows: the assistant is asked, unless the conversation has moved on since. A turn of the moment in which it was
/// taken out of use may have given it the conversation all the same.
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
    if conversation.version != version || conversation.holder != Holder::Assistant(assistant) {
        return decision;
    }
    if scene.assistant.as_ref().is_none_or(|found| found.id != assistant) {
        give_to_people(now, ids, conversation.clone(), "the assistant was removed", &mut decision);
    } else if super::mode(scene, conversation) != Mode::Off {
        decision.effect(Effect::AskAssistant { conversation: conversation.id, assistant, version });
    }
    decision
}
