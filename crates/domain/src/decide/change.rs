//! Someone changes how a conversation stands, leaves a note, or takes a text back.

use jiff::Timestamp;

use super::{let_assistant_answer, routed, system_note};
use crate::command::{Asker, ConversationChange, Refusal};
use crate::conversation::{Conversation, Holder, Mode, Status as Standing};
use crate::decision::{CancelReason, Change, Decision, Effect, Unsent};
use crate::fact::Fact;
use crate::id::{Ids, MessageId, TeamId, UserId};
use crate::message::Message;
use crate::scene::{Outbound, Scene};

/// A guide may be this long, in characters.
const GUIDE_CHARS_MAX: usize = 20_000;
/// A note may be this long, in characters.
const NOTE_CHARS_MAX: usize = 10_000;
/// A conversation has at most this many labels, each of at most so many characters.
const TAGS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 60;

/// What follows from a change of how a conversation stands.
///
/// # Errors
/// Fields that are wrong.
pub fn change(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    asker: Asker,
    change: &ConversationChange,
) -> Result<Decision, Refusal> {
    let mut decision = Decision::default();
    let mut conversation = scene.conversation.clone().ok_or(Refusal::NotFound("conversation"))?;
    let before = conversation.clone();
    if let Some(status) = change.status {
        stand(now, &mut conversation, status, change.snoozed_until, &mut decision)?;
        conversation.version += i64::from(status != before.status);
        if status == Standing::Closed && before.status != Standing::Closed {
            routed::resolved(scene, conversation.contact, &mut decision);
        }
    }
    if let Some(team) = change.team {
        conversation.team = team;
        if team.is_some() && team != before.team {
            conversation.assignee = None;
        }
    }
    if let Some(assignee) = change.assignee {
        conversation.assignee = assignee;
    }
    conversation.version += i64::from(looked_after(&conversation) != looked_after(&before));
    // Whoever is to look after it answers it, too.
    if has_new_keeper(&before, &conversation) && matches!(conversation.holder, Holder::Assistant(_)) {
        conversation.holder = Holder::Agents;
    }
    if let Some(mode) = change.mode {
        conversation.mode = mode;
        conversation.version += 1;
    }
    if let Some(guide) = &change.guide {
        follow(&mut conversation, guide)?;
        conversation.version += 1;
    }
    assistant_follows(now, ids, scene, &before, &mut conversation, &mut decision);
    name(scene, asker, change, &mut decision);
    if let Some(tags) = &change.tags {
        let tags = tidy(tags)?;
        decision.change(Change::ConversationTagged { conversation: conversation.id, tags });
    }
    if conversation != before || change.tags.is_some() {
        decision.change(Change::ConversationChanged(Box::new(conversation)));
    }
    Ok(decision)
}

/// An assistant's answer to what the conversation was does not count any more. Where the conversation is still its own,
/// it is asked anew; where people closed it, took it or switched the assistant off, what it had ready does not go out.
fn assistant_follows(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    before: &Conversation,
    conversation: &mut Conversation,
    decision: &mut Decision,
) {
    if conversation.version == before.version {
        return;
    }
    let people_took_it = conversation.status != Standing::Open
        || conversation.mode == Some(Mode::Off)
        || has_new_keeper(before, conversation);
    if people_took_it && conversation.has_unsent {
        let which = Unsent::ByAssistant(conversation.id);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::HumanReplied });
    }
    if conversation.wants_answer() && conversation.status == Standing::Open {
        let_assistant_answer(now, ids, scene, conversation, decision);
    }
}

const fn looked_after(conversation: &Conversation) -> (Option<TeamId>, Option<UserId>) {
    (conversation.team, conversation.assignee)
}

/// A team or a person looks after it who did not before.
fn has_new_keeper(before: &Conversation, conversation: &Conversation) -> bool {
    (conversation.team.is_some() && conversation.team != before.team)
        || (conversation.assignee.is_some() && conversation.assignee != before.assignee)
}

/// What follows from a note.
///
/// # Errors
/// When it is empty or too long.
pub fn note(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    asker: Asker,
    body: &str,
) -> Result<(Decision, MessageId), Refusal> {
    let conversation = scene.conversation.as_ref().ok_or(Refusal::NotFound("conversation"))?;
    let body = body.trim();
    if body.is_empty() {
        return Err(Refusal::Invalid { field: "body", code: "empty", message: "The note is empty.".into() });
    }
    within("body", body, NOTE_CHARS_MAX)?;
    let mut decision = Decision::default();
    let message = Message { author: asker.author, ..system_note(ids.next(), conversation, now, body.to_owned()) };
    let id = message.id;
    decision.change(Change::MessageAdded(Box::new(message)));
    Ok((decision, id))
}

/// What follows when a text is taken back.
///
/// # Errors
/// When it has gone to the carrier, or is over.
pub fn cancel(about: &Outbound) -> Result<Decision, Refusal> {
    if !about.status.is_unsent() {
        return Err(Refusal::TooLate(about.status.as_str()));
    }
    let mut decision = Decision::default();
    decision.change(Change::UnsentCancelled { which: Unsent::One(about.message), why: CancelReason::Asked });
    Ok(decision)
}

/// A snoozed conversation's time has come.
#[must_use]
pub fn snooze_ended(scene: &Scene, until: Timestamp) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = &scene.conversation else { return decision };
    if conversation.status == Standing::Snoozed && conversation.snoozed_until == Some(until) {
        let mut conversation = conversation.clone();
        conversation.reopen();
        decision.change(Change::ConversationChanged(Box::new(conversation)));
    }
    decision
}

fn stand(
    now: Timestamp,
    conversation: &mut Conversation,
    status: Standing,
    until: Option<Timestamp>,
    decision: &mut Decision,
) -> Result<(), Refusal> {
    conversation.status = status;
    conversation.snoozed_until = None;
    match status {
        Standing::Open => {}
        Standing::Closed => {
            conversation.waiting_since = None;
            conversation.send_failed = false;
            conversation.resolved_at = Some(now);
        }
        Standing::Snoozed => {
            let until = until.filter(|until| *until > now).ok_or_else(|| Refusal::Invalid {
                field: "snoozed_until",
                code: "not_in_the_future",
                message: "Say until when: a moment in the future.".into(),
            })?;
            conversation.snoozed_until = Some(until);
            let fact = Fact::SnoozeEnded { conversation: conversation.id, until };
            decision.effect(Effect::Remind { fact, at: until, lane: conversation.lane });
        }
    }
    Ok(())
}

fn name(scene: &Scene, asker: Asker, change: &ConversationChange, decision: &mut Decision) {
    let Some(contact) = &scene.contact else { return };
    let name = change.name.as_deref().map_or(contact.name.as_str(), str::trim);
    let company = change.company.as_deref().map_or(contact.company.as_str(), str::trim);
    if (name, company) != (contact.name.as_str(), contact.company.as_str()) {
        let (name, company) = (name.to_owned(), company.to_owned());
        decision.change(Change::ContactNamed { contact: contact.id, name, company, by: asker.author });
    }
}

fn tidy(tags: &[String]) -> Result<Vec<String>, Refusal> {
    let mut tags: Vec<String> = tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    tags.sort();
    tags.dedup();
    let too_many = tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.chars().count() > TAG_CHARS_MAX);
    if too_many {
        let message = format!("At most {TAGS_MAX} tags of at most {TAG_CHARS_MAX} characters each.");
        return Err(Refusal::Invalid { field: "tags", code: "too_many", message });
    }
    Ok(tags)
}

/// Its assistant must follow this from now on.
pub(super) fn follow(conversation: &mut Conversation, guide: &str) -> Result<(), Refusal> {
    within("guide", guide, GUIDE_CHARS_MAX)?;
    guide.clone_into(&mut conversation.guide);
    Ok(())
}

fn within(field: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    if text.chars().count() > max {
        let message = format!("At most {max} characters. Make it shorter.");
        return Err(Refusal::Invalid { field, code: "too_long", message });
    }
    Ok(())
}
