//! Someone gives a conversation to someone else to answer.

use jiff::Timestamp;

use super::hand_over::look_later;
use super::takes::by_default;
use super::{let_assistant_answer, system_note};
use crate::assistant::HandOver;
use crate::command::{HandOffTo, Refusal};
use crate::conversation::Holder;
use crate::decision::{CancelReason, Change, Decision, Unsent};
use crate::id::Ids;
use crate::scene::Scene;

/// What follows. `scene.assistant` is the one it goes to, if it goes to one.
///
/// # Errors
/// When it goes to an assistant and there is none.
pub fn hand_off(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    to: HandOffTo,
    reason: Option<&str>,
) -> Result<Decision, Refusal> {
    let mut decision = Decision::default();
    let mut conversation = scene.conversation.clone().ok_or(Refusal::NotFound("conversation"))?;
    let (holder, whom) = match to {
        HandOffTo::Agents { .. } => (Holder::Agents, "people".to_owned()),
        HandOffTo::Nobody => (Holder::Nobody, "nobody".to_owned()),
        HandOffTo::Assistant(_) => {
            let assistant = scene.assistant.as_ref().ok_or_else(|| Refusal::Invalid {
                field: "assistant_id",
                code: "no_assistant",
                message: "This number has no assistant. Name one, or give the number one first.".into(),
            })?;
            (Holder::Assistant(assistant.id), assistant.name.clone())
        }
    };
    if let HandOffTo::Agents { team, assignee } = to {
        conversation.assign(team, assignee);
    }
    let before = conversation.holder;
    let moved = before != holder;
    conversation.holder = holder;
    conversation.version += 1;
    if moved && let Holder::Assistant(_) = before {
        // What it has ready was for somebody who is still to be answered.
        if conversation.has_unsent {
            let which = Unsent::ByAssistant(conversation.id);
            decision.change(Change::UnsentCancelled { which, why: CancelReason::HumanReplied });
        }
        conversation.answering = false;
    }
    if moved
        && holder == Holder::Agents
        && let Some(set) = set_for(scene, before)
    {
        look_later(now, &conversation, set, &mut decision);
    }
    if conversation.wants_answer() {
        let_assistant_answer(now, ids, scene, &mut conversation, &mut decision);
    }
    if moved {
        let why = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let note = system_note(ids.next(), &conversation, now, format!("Handed to {whom}{why}."));
        decision.change(Change::ConversationChanged(Box::new(conversation)));
        decision.change(Change::MessageAdded(Box::new(note)));
    } else {
        decision.change(Change::ConversationChanged(Box::new(conversation)));
    }
    Ok(decision)
}

/// How long people may take is set for the assistant that had it, or would have it.
fn set_for(scene: &Scene, before: Holder) -> Option<&HandOver> {
    let would = if matches!(before, Holder::Assistant(_)) { before } else { by_default(scene) };
    let Holder::Assistant(id) = would else { return None };
    scene.holding(id).map(|assistant| &assistant.settings.hand_over)
}
