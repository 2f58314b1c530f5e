//! The contact has been still for the assistant's quiet window.

use crate::conversation::{Holder, Mode};
use crate::decision::{Decision, Effect};
use crate::id::AssistantId;
use crate::scene::Scene;

/// What follows: the assistant is asked, unless the conversation has moved on since.
#[must_use]
pub fn contact_fell_silent(scene: &Scene, assistant: AssistantId, version: i64) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = &scene.conversation else { return decision };
    let still_its_turn = conversation.version == version
        && conversation.holder == Holder::Assistant(assistant)
        && super::mode(scene, conversation) != Mode::Off;
    if still_its_turn {
        decision.effect(Effect::AskAssistant { conversation: conversation.id, assistant, version });
    }
    decision
}
