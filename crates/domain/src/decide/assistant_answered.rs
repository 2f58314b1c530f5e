//! An assistant's run ended.

use jiff::Timestamp;

use super::approval;
use super::hand_over::{give_to_people, hand_over, held_back, reasons};
use super::reply::{self, Saying};
use super::{REMOVED, mode};
use crate::assistant::{Act, Answer, Assistant, Ended, HandOff, Outcome, Reply};
use crate::conversation::{Conversation, Holder, Mode};
use crate::decision::{Change, Decision, Draft};
use crate::fact::AssistantAnswered;
use crate::id::{AssistantId, DraftId, Ids, MessageId};
use crate::message::Author;
use crate::scene::Scene;

/// What became of the run's answer.
type Became = (Outcome, Option<MessageId>, Option<DraftId>);

/// What follows. Its answer counts only if the conversation is still as the assistant saw it and still its own: a human
/// wins over the AI (law 6), and so does a newer text, which has a run of its own. The record is kept in any case.
#[must_use]
pub fn assistant_answered(now: Timestamp, ids: &mut Ids, scene: &Scene, run: &AssistantAnswered) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = &scene.conversation else { return decision };
    let still_its_turn = conversation.version == run.version
        && conversation.holder == Holder::Assistant(run.assistant)
        && scene.contact.as_ref().is_some_and(|contact| contact.opted_out_at.is_none() && !contact.blocked);
    let (outcome, message, draft) = match scene.holding(run.assistant) {
        _ if !still_its_turn => (Outcome::Outdated, None, None),
        None => {
            give_to_people(now, ids, conversation.clone(), REMOVED, &mut decision);
            (Outcome::HandedOff, None, None)
        }
        Some(assistant) => used(now, ids, scene, conversation.clone(), assistant, run, &mut decision),
    };
    let (conversation, assistant) = (run.conversation, run.assistant);
    let ended = Ended::now(now, &scene.tenant.settings, conversation, assistant, run.run.clone(), outcome);
    let ended = Ended { message, draft, ..ended };
    decision.change(Change::RunEnded(Box::new(ended)));
    decision
}

fn used(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    mut conversation: Conversation,
    assistant: &Assistant,
    run: &AssistantAnswered,
    decision: &mut Decision,
) -> Became {
    let mode = mode(scene, &conversation);
    let id = Some(run.run.id);
    match (&run.answer, mode) {
        (_, Mode::Off) => (Outcome::Outdated, None, None),
        (Answer::Reply(reply), Mode::Draft) => {
            keep_facts(scene, &conversation, run.assistant, reply, decision);
            let draft = suggest(ids, run, reply, decision);
            let outcome = if reply.objections.is_empty() { Outcome::Suggested } else { Outcome::Refused };
            (outcome, None, Some(draft))
        }
        (Answer::Reply(reply), Mode::Auto) if !reply.objections.is_empty() => {
            let hand_off =
                HandOff::because(format!("its reply was held back because it {}", reasons(&reply.objections)));
            let (told, _) = hand_over(now, ids, scene, conversation, assistant, id, &hand_off, true, decision);
            let draft = suggest(ids, run, reply, decision);
            (Outcome::Refused, told, Some(draft))
        }
        (Answer::Reply(reply), Mode::Auto) => {
            let before = conversation.clone();
            keep_facts(scene, &conversation, run.assistant, reply, decision);
            let saying =
                Saying { assistant, body: &reply.body, sources: reply.sources.clone(), answers: true, at_once: false };
            match reply::assistant_says(now, ids, scene, &mut conversation, saying, decision) {
                Ok(message) => {
                    for act in &reply.acts {
                        if let Act::FollowUp { at, body } = act {
                            reply::follow_up(now, ids, &conversation, assistant, *at, body, decision);
                        }
                    }
                    (Outcome::Replied, Some(message), None)
                }
                Err(reason) => {
                    let hand_off = HandOff::because(reason);
                    let (told, draft) = hand_over(now, ids, scene, before, assistant, id, &hand_off, false, decision);
                    (Outcome::HandedOff, told, draft)
                }
            }
        }
        (Answer::HandOff(hand_off), Mode::Draft | Mode::Auto) => {
            let may_tell = mode == Mode::Auto;
            let (told, draft) = hand_over(now, ids, scene, conversation, assistant, id, hand_off, may_tell, decision);
            (Outcome::HandedOff, told, draft)
        }
        (Answer::Approval(wanted), Mode::Draft | Mode::Auto) => {
            let mut here = conversation.clone();
            let asked = (mode == Mode::Auto)
                .then(|| approval::ask_contact(now, ids, scene, &mut here, assistant, run, wanted, decision));
            if let Some(message) = asked.flatten() {
                return (Outcome::Approval, Some(message), None);
            }
            let hand_off = approval::wanted(now, ids, &conversation, run, wanted, decision);
            let may_tell = mode == Mode::Auto;
            let (told, _) = hand_over(now, ids, scene, conversation, assistant, id, &hand_off, may_tell, decision);
            (Outcome::Approval, told, None)
        }
        // Whoever only suggests leaves it to people whether something needs an answer.
        (Answer::Silent { .. }, Mode::Draft) => (Outcome::Silent, None, None),
        (Answer::Silent { .. }, Mode::Auto) => {
            conversation.waiting_since = None;
            decision.change(Change::ConversationChanged(Box::new(conversation)));
            (Outcome::Silent, None, None)
        }
    }
}

fn suggest(ids: &mut Ids, run: &AssistantAnswered, reply: &Reply, decision: &mut Decision) -> DraftId {
    let id: DraftId = ids.next();
    let held_back = held_back(&reply.objections);
    decision.change(Change::DraftsSuperseded { conversation: run.conversation });
    decision.change(Change::DraftAdded(Draft {
        id,
        conversation: run.conversation,
        assistant: run.assistant,
        body: reply.body.clone(),
        sources: reply.sources.clone(),
        held_back,
        run: Some(run.run.id),
    }));
    id
}

/// What the contact has told of themselves is kept, whatever becomes of the reply. A name that people know stays.
fn keep_facts(
    scene: &Scene,
    conversation: &Conversation,
    assistant: AssistantId,
    reply: &Reply,
    decision: &mut Decision,
) {
    let Some(contact) = &scene.contact else { return };
    let by = Author::Assistant(assistant);
    let (mut name, mut company) = (contact.name.clone(), contact.company.clone());
    for act in &reply.acts {
        match act {
            Act::SaveField { field, value } if field == "name" => fill(&mut name, value),
            Act::SaveField { field, value } if field == "company" => fill(&mut company, value),
            Act::SaveField { field, value } => {
                let (field, value) = (field.clone(), value.clone());
                decision.change(Change::FieldSaved { contact: contact.id, field, value, by });
            }
            Act::AddTag { tag } => {
                decision.change(Change::TagAdded { conversation: conversation.id, tag: tag.clone() });
            }
            Act::FollowUp { .. } => {}
        }
    }
    if (&name, &company) != (&contact.name, &contact.company) {
        decision.change(Change::ContactNamed { contact: contact.id, name, company, by });
    }
}

fn fill(known: &mut String, told: &str) {
    if known.is_empty() {
        told.clone_into(known);
    }
}
