//! An assistant wants to do something that cannot be put right: people, or the contact by a code, say whether, and people
//! learn what came of it.

use jiff::{SignedDuration, Timestamp};

use super::reply::{self, Saying};
use super::{hand_to_people, let_assistant_answer, system_note};
use crate::assistant::approval::{Approval, State, WAITS};
use crate::assistant::code::{self, Code, LASTS, TRIES};
use crate::assistant::tool::End;
use crate::assistant::{Assistant, HandOff, Wanted};
use crate::command::{Asker, Refusal};
use crate::conversation::{Conversation, Holder, Mode};
use crate::decision::{Change, Decision, Effect};
use crate::fact::{AssistantAnswered, Fact, ToolEnded};
use crate::id::{Ids, MessageId};
use crate::message::{Author, Message};
use crate::scene::Scene;

/// Arguments and results are shown to people with so many characters; the approval itself has all.
const SHOWN_CHARS_MAX: usize = 600;

/// It waits for people from now on. Answers what they are told when they get the conversation.
pub(super) fn wanted(
    now: Timestamp,
    ids: &mut Ids,
    conversation: &Conversation,
    run: &AssistantAnswered,
    wanted: &Wanted,
    decision: &mut Decision,
) -> HandOff {
    let Wanted { tool, arguments, .. } = wanted;
    waits(now, ids, conversation, run, wanted, None, WAITS, decision);
    let mut hand_off = HandOff::because(format!("it wants to use {tool}, which needs your approval"));
    hand_off.summary = format!("{tool} with {}", shown(arguments));
    hand_off
}

/// The contact is texted a code, and it waits for that; people may still decide instead. Answers the text. `None`: nothing can
/// be sent to them, so it is for people.
#[expect(clippy::too_many_arguments, reason = "a text of an assistant and what waits for its answer")]
pub(super) fn ask_contact(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    conversation: &mut Conversation,
    assistant: &Assistant,
    run: &AssistantAnswered,
    wanted: &Wanted,
    decision: &mut Decision,
) -> Option<MessageId> {
    let code = wanted.code.as_ref()?;
    let saying = Saying { assistant, body: &code.text, sources: Vec::new(), answers: true, at_once: true };
    let message = reply::assistant_says(now, ids, scene, conversation, saying, decision).ok()?;
    waits(now, ids, conversation, run, wanted, Some(code), LASTS, decision);
    let body = format!("{} with {}: it waits for the contact to confirm it.", wanted.tool, shown(&wanted.arguments));
    decision.change(Change::MessageAdded(Box::new(system_note(ids.next(), conversation, now, body))));
    Some(message)
}

#[expect(clippy::too_many_arguments, reason = "two ways to wait")]
fn waits(
    now: Timestamp,
    ids: &mut Ids,
    conversation: &Conversation,
    run: &AssistantAnswered,
    wanted: &Wanted,
    code: Option<&Code>,
    lasts: SignedDuration,
    decision: &mut Decision,
) {
    let approval = Approval {
        id: ids.next(),
        conversation: conversation.id,
        assistant: run.assistant,
        version: run.run.assistant_version,
        run: run.run.id,
        tool: wanted.tool.clone(),
        arguments: wanted.arguments.clone(),
        state: State::Waiting,
        expires_at: now.checked_add(lasts).unwrap_or(Timestamp::MAX),
        code: code.map(|code| code.digits.clone()),
        wrong_codes: 0,
        result: String::new(),
    };
    let fact = Fact::ApprovalOverdue { conversation: conversation.id, approval: approval.id };
    decision.effect(Effect::Remind { fact, at: approval.expires_at, lane: conversation.lane });
    decision.change(Change::ApprovalAdded(Box::new(approval)));
}

/// The contact texts what may be the code that is waited for: the right one approves. Answers whether it was, so that nobody
/// need answer the text before what it approves is done. A person who has taken the conversation decides instead of a code.
pub(super) fn confirmed(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    conversation: &mut Conversation,
    body: &str,
    decision: &mut Decision,
) -> bool {
    let waits_here = |approval: &&Approval| {
        approval.state == State::Waiting
            && approval.conversation == conversation.id
            && now < approval.expires_at
            && conversation.holder == Holder::Assistant(approval.assistant)
            && super::mode(scene, conversation) == Mode::Auto
    };
    let Some(approval) = scene.confirming.as_ref().filter(waits_here) else { return false };
    let (Some(right), Some(typed)) = (&approval.code, code::typed(body)) else { return false };
    let tool = &approval.tool;
    let (is_right, last) = (*right == typed, approval.wrong_codes + 1 >= TRIES);
    let id = approval.id;
    let note = if is_right {
        let by = Some(Author::Contact(conversation.contact));
        decision.change(Change::ApprovalMoved { approval: id, state: State::Approved, by, result: None });
        decision.effect(Effect::RunTool { approval: id });
        system_note(ids.next(), conversation, now, format!("The contact confirmed {tool} by the code."))
    } else {
        decision.change(Change::WrongCode { approval: id });
        if !last {
            return false;
        }
        decision.change(Change::ApprovalMoved { approval: id, state: State::Rejected, by: None, result: None });
        let reason = format!("the contact texted {TRIES} wrong codes for {tool}, which was not done");
        hand_to_people(now, ids, conversation, &reason)
    };
    decision.change(Change::MessageAdded(Box::new(note)));
    is_right
}

/// What follows from somebody's word. `approval`: as it stands now, and nobody else changes it meanwhile.
///
/// # Errors
/// When no person asks, somebody has decided already, or its time is over.
pub fn decide_approval(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    asker: Asker,
    approval: &Approval,
    approve: bool,
    reason: Option<&str>,
) -> Result<Decision, Refusal> {
    let conversation = scene.conversation.as_ref().ok_or(Refusal::NotFound("approval"))?;
    if !matches!(asker.author, Author::Member(_)) {
        return Err(Refusal::PeopleOnly);
    }
    if approval.state != State::Waiting {
        return Err(Refusal::ApprovalNotWaiting(approval.state.as_str()));
    }
    if now >= approval.expires_at {
        return Err(Refusal::ApprovalNotWaiting(State::Expired.as_str()));
    }
    let (state, word) = if approve { (State::Approved, "Approved") } else { (State::Rejected, "Rejected") };
    let mut decision = Decision::default();
    let (by, result) = (Some(asker.author), reason.map(str::to_owned));
    decision.change(Change::ApprovalMoved { approval: approval.id, state, by, result });
    let why = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let body = format!("{word}: {} with {}{why}", approval.tool, shown(&approval.arguments));
    let note = Message { author: asker.author, ..system_note(ids.next(), conversation, now, body) };
    decision.change(Change::MessageAdded(Box::new(note)));
    if approve {
        decision.effect(Effect::RunTool { approval: approval.id });
    }
    Ok(decision)
}

/// What follows once it was done, or failed: people read of it, and the assistant is asked again if it holds the
/// conversation and somebody waits.
#[must_use]
pub fn tool_ended(now: Timestamp, ids: &mut Ids, scene: &Scene, approval: &Approval, ended: &ToolEnded) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = scene.conversation.as_ref().filter(|_| approval.state == State::Approved) else {
        return decision;
    };
    let (state, what) = match ended.end {
        End::Done => (State::Done, "was done"),
        End::Failed => (State::Failed, "failed"),
        End::Unknown => (State::Unknown, "was begun, and it is unknown whether it was done"),
    };
    let result = Some(ended.result.clone());
    decision.change(Change::ApprovalMoved { approval: approval.id, state, by: None, result });
    let body = format!("{} {what}: {}", approval.tool, shown(&ended.result));
    let note = system_note(ids.next(), conversation, now, body);
    if conversation.holder == Holder::Assistant(approval.assistant) && conversation.wants_answer() {
        let mut conversation = conversation.clone();
        // Whatever it is thinking of now does not know of this.
        conversation.version += 1;
        let_assistant_answer(now, ids, scene, &mut conversation, &mut decision);
        decision.change(Change::ConversationChanged(Box::new(conversation)));
    }
    decision.change(Change::MessageAdded(Box::new(note)));
    decision
}

/// What follows when nobody has decided in time: it will not be done.
#[must_use]
pub fn approval_overdue(now: Timestamp, ids: &mut Ids, scene: &Scene, approval: &Approval) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = scene.conversation.as_ref().filter(|_| approval.state == State::Waiting) else {
        return decision;
    };
    let (approval, tool, by_code) = (approval.id, &approval.tool, approval.code.is_some());
    decision.change(Change::ApprovalMoved { approval, state: State::Expired, by: None, result: None });
    let nobody = if by_code { "The contact did not confirm" } else { "Nobody approved" };
    let body = format!("{nobody} {tool} in time: it was not done.");
    decision.change(Change::MessageAdded(Box::new(system_note(ids.next(), conversation, now, body))));
    decision
}

fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}
