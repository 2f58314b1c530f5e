//! An assistant's answer did not get to the contact: people learn of it, since nobody else would see that they wait.

use jiff::Timestamp;
use uuid::Uuid;

use super::REMOVED;
use super::hand_over::{give_to_people, hand_over};
use crate::assistant::HandOff;
use crate::conversation::Holder;
use crate::decision::{Decision, Effect};
use crate::fact::{AnswerFailed, Fact};
use crate::id::{AssistantId, ConversationId, Ids};
use crate::message::Author;
use crate::scene::{Outbound, Scene};

/// Sees to it that they learn of it, if it was an assistant's and an answer.
pub(super) fn answer_lost(now: Timestamp, lane: Uuid, about: &Outbound, why: &str, decision: &mut Decision) {
    if let (Author::Assistant(assistant), true) = (about.author, about.answers) {
        learn(now, lane, about.conversation, assistant, about.written_at, why, decision);
    }
}

/// As [`answer_lost`], for an answer that was an assistant's.
pub(super) fn learn(
    now: Timestamp,
    lane: Uuid,
    conversation: ConversationId,
    assistant: AssistantId,
    written_at: Timestamp,
    why: &str,
    decision: &mut Decision,
) {
    let why = why.to_owned();
    let fact = Fact::AnswerFailed(AnswerFailed { conversation, assistant, written_at, why });
    decision.effect(Effect::Remind { fact, at: now, lane });
}

/// What follows: they get the conversation, and the contact waits again. Whoever is out, or has written since, needs nothing:
/// the one wants no texts, the other has a run of their own.
#[must_use]
pub fn answer_failed(now: Timestamp, ids: &mut Ids, scene: &Scene, failed: &AnswerFailed) -> Decision {
    let mut decision = Decision::default();
    let may_be_texted = scene.contact.as_ref().is_some_and(|it| it.opted_out_at.is_none() && !it.blocked);
    let still_its_turn = |wrote: Option<Timestamp>| wrote.is_some_and(|at| at <= failed.written_at);
    let Some(conversation) = scene.conversation.as_ref().filter(|conversation| {
        may_be_texted
            && conversation.holder == Holder::Assistant(failed.assistant)
            && still_its_turn(conversation.last_inbound_at)
    }) else {
        return decision;
    };
    let mut conversation = conversation.clone();
    conversation.answering = false;
    conversation.waiting_since = conversation.waiting_since.or(conversation.last_inbound_at);
    match scene.holding(failed.assistant) {
        None => give_to_people(now, ids, conversation, REMOVED, &mut decision),
        Some(assistant) => {
            // What did not get through is not tried with other words.
            let hand_off = HandOff::because(format!("its answer did not reach them: {}", failed.why));
            hand_over(now, ids, scene, conversation, assistant, None, &hand_off, false, &mut decision);
        }
    }
    decision
}
