//! An assistant's run ended.

use jiff::Timestamp;

use super::{REMOVED, hand_to_people, mode, reply};
use crate::assistant::Answer;
use crate::conversation::{Conversation, Holder, Mode};
use crate::decision::{Change, Decision, Draft};
use crate::fact::AssistantAnswered;
use crate::id::Ids;
use crate::message::{Author, Source};
use crate::scene::Scene;

/// What follows. Its answer counts only if the conversation is still as the assistant saw it and still its own: a human
/// wins over the AI (law 6), and so does a newer text, which has a run of its own.
#[must_use]
pub fn assistant_answered(now: Timestamp, ids: &mut Ids, scene: &Scene, run: &AssistantAnswered) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = &scene.conversation else { return decision };
    let still_its_turn = conversation.version == run.version
        && conversation.holder == Holder::Assistant(run.assistant)
        && scene.contact.as_ref().is_some_and(|contact| contact.opted_out_at.is_none() && !contact.blocked);
    if !still_its_turn {
        return decision;
    }
    let mut conversation = conversation.clone();
    if scene.holding(run.assistant).is_none() {
        give_to_people(now, ids, conversation, REMOVED, &mut decision);
        return decision;
    }
    match (&run.answer, mode(scene, &conversation)) {
        (_, Mode::Off) => {}
        (Answer::Reply { body, sources }, Mode::Draft) => suggest(ids, run, body, sources, &mut decision),
        (Answer::Reply { body, sources }, Mode::Auto) => {
            let author = Author::Assistant(run.assistant);
            let said =
                reply::assistant_says(now, ids, scene, &mut conversation, author, body, sources.clone(), &mut decision);
            if let Err(reason) = said {
                give_to_people(now, ids, conversation, reason, &mut decision);
            }
        }
        (Answer::HandOff { reason }, Mode::Draft | Mode::Auto) => {
            give_to_people(now, ids, conversation, reason, &mut decision);
        }
    }
    decision
}

fn suggest(ids: &mut Ids, run: &AssistantAnswered, body: &str, sources: &[Source], decision: &mut Decision) {
    decision.change(Change::DraftAdded(Draft {
        id: ids.next(),
        conversation: run.conversation,
        assistant: run.assistant,
        body: body.to_owned(),
        sources: sources.to_vec(),
    }));
}

pub(super) fn give_to_people(
    now: Timestamp,
    ids: &mut Ids,
    mut conversation: Conversation,
    reason: &str,
    decision: &mut Decision,
) {
    let note = hand_to_people(now, ids, &mut conversation, reason);
    decision.change(Change::ConversationChanged(Box::new(conversation)));
    decision.change(Change::MessageAdded(Box::new(note)));
}
