//! Someone opens or resumes a conversation with a phone number.

use jiff::Timestamp;
use uuid::Uuid;

use super::{change, let_assistant_answer, reply, text_arrived};
use crate::command::{Asker, Refusal, Start};
use crate::contact::Contact;
use crate::conversation::Holder;
use crate::decision::{Change, Decision};
use crate::id::{ConversationId, Ids, MessageId};
use crate::scene::Scene;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// The conversation.
    pub conversation: ConversationId,
    /// The text, if there was one to send.
    pub message: Option<MessageId>,
    /// It was there already.
    pub resumed: bool,
}

/// What follows. `scene.assistant` is the one it is started for, if it is started for one.
///
/// # Errors
/// What the gate refuses for good, and fields that are wrong.
pub fn start(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    lane: Uuid,
    asker: Asker,
    asked: &Start,
) -> Result<(Decision, Started), Refusal> {
    if !scene.number.address.can_receive() && asked.text.is_none() {
        let message = "A name cannot receive replies, so there is nothing to open. Send a text, or choose a number.";
        return Err(Refusal::Invalid { field: "from", code: "one_way", message: message.into() });
    }
    if scene.number.address.as_str() == asked.to.as_str() {
        let message = "This is the number it would be sent from. Choose someone else.";
        return Err(Refusal::Invalid { field: "to", code: "own_number", message: message.into() });
    }
    let mut decision = Decision::default();
    let contact = contact(ids, scene, asker, asked, &mut decision);
    let (mut conversation, is_new) = text_arrived::conversation(now, ids, scene, &contact, lane);
    conversation.reopen();
    if let Some(assistant) = asked.assistant {
        conversation.holder = Holder::Assistant(assistant);
    }
    if let Some(guide) = &asked.guide {
        change::follow(&mut conversation, guide)?;
    }
    conversation.version += 1;
    let started = Started { conversation: conversation.id, message: None, resumed: !is_new };
    if is_new {
        decision.change(Change::ConversationOpened(Box::new(conversation.clone())));
    }
    let Some(text) = &asked.text else {
        if conversation.wants_answer() {
            let_assistant_answer(now, ids, scene, &mut conversation, &mut decision);
        }
        if !is_new {
            decision.change(Change::ConversationChanged(Box::new(conversation)));
        }
        return Ok((decision, started));
    };
    let holder = conversation.holder;
    let message = reply::say(now, ids, scene, asker, text, conversation, None, &mut decision)?;
    if asked.assistant.is_some() {
        keep_holder(holder, &mut decision);
    }
    Ok((decision, Started { message: Some(message), ..started }))
}

/// Whoever starts a conversation *for* an assistant does not take it from the assistant by the first text.
fn keep_holder(holder: Holder, decision: &mut Decision) {
    for change in &mut decision.changes {
        if let Change::ConversationChanged(conversation) = change {
            conversation.holder = holder;
        }
    }
}

fn contact(ids: &mut Ids, scene: &Scene, asker: Asker, asked: &Start, decision: &mut Decision) -> Contact {
    let known = scene.contact.clone();
    let is_new = known.is_none();
    let mut contact = known.unwrap_or_else(|| Contact {
        id: ids.next(),
        name: String::new(),
        company: String::new(),
        time_zone: None,
        quiet_hours: None,
        blocked: false,
        opted_out_at: None,
        started_at: None,
    });
    let before = (contact.name.clone(), contact.company.clone());
    fill(&mut contact.name, asked.name.as_deref());
    fill(&mut contact.company, asked.company.as_deref());
    if is_new {
        decision.change(Change::ContactAdded { contact: contact.clone(), phone: scene.address.clone() });
    } else if before != (contact.name.clone(), contact.company.clone()) {
        let (name, company) = (contact.name.clone(), contact.company.clone());
        decision.change(Change::ContactNamed { contact: contact.id, name, company, by: asker.author });
    }
    contact
}

/// Who opens a conversation may fill what is not known, not overwrite what is.
fn fill(known: &mut String, given: Option<&str>) {
    if let Some(given) = given.map(str::trim).filter(|given| !given.is_empty() && known.is_empty()) {
        *known = given.to_owned();
    }
}
