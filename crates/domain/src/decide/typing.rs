//! A person writes in a conversation that an assistant holds.

use jiff::{SignedDuration, Timestamp};

use super::{let_assistant_answer_after, mode};
use crate::command::Refusal;
use crate::conversation::{Holder, Mode};
use crate::decision::{CancelReason, Change, Decision, Unsent};
use crate::id::Ids;
use crate::scene::Scene;

/// Whoever has not typed for so long has left it to the assistant again.
const TYPING_ENDS: SignedDuration = SignedDuration::from_secs(30);

/// What follows: what the assistant has ready does not go, and what it is thinking of does not count. If nothing comes of
/// the typing, it is asked again.
///
/// # Errors
/// When there is no such conversation.
pub fn person_types(now: Timestamp, ids: &mut Ids, scene: &Scene) -> Result<Decision, Refusal> {
    let mut decision = Decision::default();
    let mut conversation = scene.conversation.clone().ok_or(Refusal::NotFound("conversation"))?;
    let speaks = matches!(conversation.holder, Holder::Assistant(_)) && mode(scene, &conversation) == Mode::Auto;
    if !speaks || conversation.waiting_since.is_none() {
        return Ok(decision);
    }
    if conversation.has_unsent {
        let which = Unsent::ByAssistant(conversation.id);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::HumanTyping });
    }
    conversation.version += 1;
    let_assistant_answer_after(now, ids, scene, &mut conversation, &mut decision, |_| TYPING_ENDS);
    decision.change(Change::ConversationChanged(Box::new(conversation)));
    Ok(decision)
}
