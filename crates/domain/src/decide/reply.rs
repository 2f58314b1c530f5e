//! A text to a contact: from a person, an assistant or a program.

use jiff::Timestamp;

use crate::assistant::Assistant;
use crate::command::{Asker, NewText, Refusal};
use crate::conversation::{Conversation, Holder};
use crate::decision::{
    CancelReason, Change, Decision, DraftState, Effect, GateAsked, Priority, ReceiptLine, SendText, Unsent,
};
use crate::gate::{Purpose, Reason, Verdict, gate};
use crate::id::{ConversationId, EnrolmentId, Ids, MessageId, UserId};
use crate::message::{Author, Direction, Message, Source, Status};
use crate::scene::{OpenDraft, Scene};
use crate::segment::{MAX_SEGMENTS, measure};
use crate::smart::smart_if_it_helps;
use crate::workflow::Purpose as For;

/// Texts are scheduled at most this far ahead.
const SCHEDULE_DAYS_MAX: i64 = 366;

/// Someone replies in a conversation.
///
/// # Errors
/// What the gate refuses for good, and fields that are wrong.
pub fn reply(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    asker: Asker,
    text: &NewText,
    draft: Option<&OpenDraft>,
) -> Result<(Decision, MessageId), Refusal> {
    let conversation = scene.conversation.clone().ok_or(Refusal::NotFound("conversation"))?;
    let mut decision = Decision::default();
    let message = say(now, ids, scene, asker, text, conversation, draft, &mut decision)?;
    Ok((decision, message))
}

/// Whether a text can still be sent in the conversation that was asked for: what is too old to resume has a successor, and
/// the answer belongs there. `current` is the one that its two ends have now.
///
/// # Errors
/// When it cannot, with where to send it instead.
pub fn resumable(now: Timestamp, scene: &Scene, current: Option<ConversationId>) -> Result<(), Refusal> {
    let conversation = scene.conversation.as_ref().ok_or(Refusal::NotFound("conversation"))?;
    if let Some(current) = current.filter(|current| *current != conversation.id) {
        return Err(Refusal::Succeeded(current));
    }
    if !conversation.resumes_at(now, &scene.tenant.settings) {
        return Err(Refusal::ResumeWindowOver);
    }
    Ok(())
}

/// Says it in `conversation`, which is changed with it and remembered before it.
#[expect(clippy::too_many_arguments, reason = "the one place where all of a text comes together")]
pub(super) fn say(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    asker: Asker,
    text: &NewText,
    mut conversation: Conversation,
    draft: Option<&OpenDraft>,
    decision: &mut Decision,
) -> Result<MessageId, Refusal> {
    let body = body(text)?;
    let planned = plan(now, scene, asker.author, text)?;
    if asker.author.answers() && !text.notice {
        if let Author::Member(person) = asker.author {
            take_over(&mut conversation, person, scene.asker_is_in_team);
        }
        nothing_else_answers(&conversation, decision);
    }
    if let Some(draft) = draft {
        accept(draft, &body, decision)?;
    }
    decision.change(Change::DraftsSuperseded { conversation: conversation.id });
    if text.notice {
        tell(&mut conversation, now, &body);
    } else {
        answer(&mut conversation, now, &body);
    }
    decision.change(Change::ConversationChanged(Box::new(conversation.clone())));
    let out = Out { body, media: text.media.clone(), sources: Vec::new(), planned, author: asker.author };
    let message = out.message(now, ids, &conversation);
    let answers = asker.author.answers() && !text.notice;
    let message = Message { stop_if_reply: text.stop_if_reply, draft: text.draft, answers, ..message };
    Ok(send(message, &out.planned, &conversation, decision))
}

/// What an assistant says.
pub(super) struct Saying<'a> {
    pub(super) assistant: &'a Assistant,
    pub(super) body: &'a str,
    pub(super) sources: Vec<Source>,
    /// It answers the contact, rather than telling them who will.
    pub(super) answers: bool,
    /// Later it is worth nothing: no hold, and no quiet hours.
    pub(super) at_once: bool,
}

/// An assistant speaks. The gate may say no; then nothing is sent and the reason is handed back.
pub(super) fn assistant_says(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    conversation: &mut Conversation,
    saying: Saying<'_>,
    decision: &mut Decision,
) -> Result<MessageId, &'static str> {
    let Saying { assistant, body, sources, answers, at_once } = saying;
    let measured = measure(&smart_if_it_helps(body).body);
    if body.trim().is_empty() || measured.segments > MAX_SEGMENTS {
        return Err("its answer was empty, or too long for a text");
    }
    let verdict = gate(now, scene.asked(Purpose::Conversation));
    if let Verdict::Skip { reason } = verdict {
        return Err(reason.explanation());
    }
    let mut planned = Planned::from(now, verdict);
    if at_once && planned.status != Status::Queued {
        return Err("it cannot be sent now");
    }
    let hold = jiff::SignedDuration::from_secs(i64::from(assistant.settings.hold_seconds));
    if answers && !at_once && planned.status == Status::Queued && !hold.is_zero() {
        planned = planned.held(now, hold);
    }
    let author = Author::Assistant(assistant.id);
    let out = Out { body: smart_if_it_helps(body).body, media: Vec::new(), sources, planned, author };
    if answers {
        answer(conversation, now, &out.body);
        decision.change(Change::DraftsSuperseded { conversation: conversation.id });
    } else {
        tell(conversation, now, &out.body);
    }
    decision.change(Change::ConversationChanged(Box::new(conversation.clone())));
    let message = out.message(now, ids, conversation);
    let message = Message { answers, assistant_version: Some(assistant.version), ..message };
    Ok(send(message, &out.planned, conversation, decision))
}

/// An assistant's text for later, which goes only if the contact stays silent until then.
pub(super) fn follow_up(
    now: Timestamp,
    ids: &mut Ids,
    conversation: &Conversation,
    assistant: &Assistant,
    at: Timestamp,
    body: &str,
    decision: &mut Decision,
) {
    let measured = measure(&smart_if_it_helps(body).body);
    if body.trim().is_empty() || measured.segments > MAX_SEGMENTS || at <= now {
        return;
    }
    let planned = Planned { status: Status::Scheduled, ready_at: at, not_before: Some(at), verdict: Verdict::Send };
    let author = Author::Assistant(assistant.id);
    let out = Out { body: smart_if_it_helps(body).body, media: Vec::new(), sources: Vec::new(), planned, author };
    let message = out.message(now, ids, conversation);
    let assistant_version = Some(assistant.version);
    let message = Message { answers: false, stop_if_reply: true, assistant_version, ..message };
    send(message, &out.planned, conversation, decision);
}

/// The confirmation of STOP or the answer to HELP. The last conversation among the changes is the one it belongs to.
pub(super) fn confirmation(now: Timestamp, ids: &mut Ids, scene: &Scene, body: &str, decision: &mut Decision) {
    // Where the gate says no there is nobody to tell.
    let _ = by_itself(now, ids, scene, body, (Author::System, Purpose::Confirmation), decision);
}

/// Asks them to confirm that they want marketing. It is no marketing itself; but who wants no texts does not get this one either.
/// The last conversation among the changes is the one it belongs to.
pub(super) fn opt_in_request(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    body: &str,
    decision: &mut Decision,
) -> Result<MessageId, Reason> {
    by_itself(now, ids, scene, body, (Author::OptIn, Purpose::Conversation), decision)
}

/// What a workflow texts.
pub(super) struct Bulk {
    pub(super) message: MessageId,
    pub(super) body: String,
    pub(super) media: Vec<crate::id::MediaId>,
    pub(super) by: EnrolmentId,
    pub(super) purpose: For,
    pub(super) before: Option<Timestamp>,
}

/// A workflow texts somebody. What is one of many waits behind what answers somebody, and answers nothing itself.
pub(super) fn of_workflow(
    now: Timestamp,
    text: Bulk,
    verdict: Verdict,
    mut conversation: Conversation,
    decision: &mut Decision,
) {
    let answers = text.purpose == For::Reply;
    if answers {
        answer(&mut conversation, now, &text.body);
    } else {
        tell(&mut conversation, now, &text.body);
    }
    decision.change(Change::ConversationChanged(Box::new(conversation.clone())));
    let planned = Planned::from(now, verdict);
    let author = Author::Workflow(text.by);
    let out = Out { body: text.body, media: text.media, sources: Vec::new(), planned, author };
    let mut ids = Ids::new(now, 0);
    let message = Message { id: text.message, answers, ..out.message(now, &mut ids, &conversation) };
    let sent = SendText {
        priority: if answers { Priority::Reply } else { Priority::Bulk },
        purpose: text.purpose.asks().1,
        before: text.before,
        ..send_text(&message, &out.planned, &conversation)
    };
    hand(message, sent, &out.planned, decision);
}

/// What nobody wrote.
fn by_itself(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    body: &str,
    (author, purpose): (Author, Purpose),
    decision: &mut Decision,
) -> Result<MessageId, Reason> {
    let verdict = gate(now, scene.asked(purpose));
    if let Verdict::Skip { reason } = verdict {
        return Err(reason);
    }
    let found = decision.changes.iter_mut().rev().find_map(|change| match change {
        Change::ConversationOpened(conversation) | Change::ConversationChanged(conversation) => Some(conversation),
        _ => None,
    });
    let Some(conversation) = found else { return Err(Reason::NumberDisabled) };
    let planned = Planned::from(now, verdict);
    let out = Out { body: smart_if_it_helps(body).body, media: Vec::new(), sources: Vec::new(), planned, author };
    conversation.touch(now, Direction::Out, &out.body);
    let conversation = conversation.as_ref().clone();
    let message = out.message(now, ids, &conversation);
    Ok(send(message, &out.planned, &conversation, decision))
}

/// What is said, and when it goes.
struct Out {
    body: String,
    media: Vec<crate::id::MediaId>,
    sources: Vec<Source>,
    planned: Planned,
    author: Author,
}

/// When it goes, and why then.
struct Planned {
    status: Status,
    ready_at: Timestamp,
    not_before: Option<Timestamp>,
    verdict: Verdict,
}

impl Planned {
    /// Kept back so that it can be undone.
    fn held(self, now: Timestamp, hold: jiff::SignedDuration) -> Self {
        let until = now.checked_add(hold).unwrap_or(now);
        Self { status: Status::Held, ready_at: until, not_before: Some(until), ..self }
    }

    fn from(now: Timestamp, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Defer { until, .. } => {
                Self { status: Status::Deferred, ready_at: until, not_before: Some(until), verdict }
            }
            Verdict::Send | Verdict::Skip { .. } => {
                Self { status: Status::Queued, ready_at: now, not_before: None, verdict }
            }
        }
    }
}

impl Out {
    fn message(&self, now: Timestamp, ids: &mut Ids, conversation: &Conversation) -> Message {
        let measured = measure(&self.body);
        Message {
            id: ids.next(),
            conversation: conversation.id,
            contact: conversation.contact,
            direction: Direction::Out,
            author: self.author,
            body: self.body.clone(),
            media: self.media.clone(),
            sources: self.sources.clone(),
            encoding: measured.encoding,
            // A text that is only a picture still takes a place in its number's lane.
            segments: measured.segments.max(1),
            status: self.planned.status,
            failure: None,
            carrier_ref: None,
            not_before: self.planned.not_before,
            stop_if_reply: false,
            draft: None,
            answers: self.author.answers(),
            assistant_version: None,
            created_at: now,
        }
    }
}

fn body(text: &NewText) -> Result<String, Refusal> {
    let body = smart_if_it_helps(&text.body).body;
    let invalid = |code, message: String| Err(Refusal::Invalid { field: "body", code, message });
    if body.trim().is_empty() && text.media.is_empty() {
        return invalid("empty", "The text is empty. Write something, or attach something.".into());
    }
    let measured = measure(&body);
    if measured.segments > MAX_SEGMENTS {
        let message = format!(
            "The text takes {} segments, and carriers take at most {MAX_SEGMENTS}. Make it shorter.",
            measured.segments
        );
        return invalid("too_long", message);
    }
    Ok(body)
}

/// Asks the gate with what is true now; a text for later is asked about again when its time has come.
fn plan(now: Timestamp, scene: &Scene, author: Author, text: &NewText) -> Result<Planned, Refusal> {
    let at = scheduled(now, text)?;
    let verdict = gate(at.unwrap_or(now), scene.asked(author.purpose()));
    if let Verdict::Skip { reason } = verdict {
        return Err(Refusal::Gate(reason));
    }
    let mut planned = Planned::from(at.unwrap_or(now), verdict);
    if planned.status == Status::Deferred {
        return Ok(planned);
    }
    if let Some(at) = at {
        planned = Planned { status: Status::Scheduled, ready_at: at, not_before: Some(at), ..planned };
    } else if text.hold > jiff::SignedDuration::ZERO {
        planned = planned.held(now, text.hold);
    }
    Ok(planned)
}

fn scheduled(now: Timestamp, text: &NewText) -> Result<Option<Timestamp>, Refusal> {
    let Some(at) = text.scheduled_at else { return Ok(None) };
    let refuse = |code, message: &str| Err(Refusal::Invalid { field: "scheduled_at", code, message: message.into() });
    if at <= now {
        return refuse("in_the_past", "This moment has passed. Choose a later one, or leave it out to send now.");
    }
    if at.duration_since(now) > jiff::SignedDuration::from_hours(24 * SCHEDULE_DAYS_MAX) {
        return refuse("too_far", "A text can be scheduled at most a year ahead. Choose an earlier moment.");
    }
    Ok(Some(at))
}

/// A person who answers takes the conversation. In a team's conversation that none of it has yet, they are the one of the
/// team who has it; somebody else only helps out.
fn take_over(conversation: &mut Conversation, person: UserId, is_in_team: bool) {
    if matches!(conversation.holder, Holder::Assistant(_) | Holder::Nobody) {
        conversation.holder = Holder::Agents;
    }
    if is_in_team && conversation.team.is_some() && conversation.assignee.is_none() {
        conversation.assignee = Some(person);
    }
}

/// What the assistant had ready does not go out any more: somebody else has answered.
fn nothing_else_answers(conversation: &Conversation, decision: &mut Decision) {
    if conversation.has_unsent {
        let which = Unsent::ByAssistant(conversation.id);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::HumanReplied });
    }
}

fn accept(draft: &OpenDraft, body: &str, decision: &mut Decision) -> Result<(), Refusal> {
    if draft.state != DraftState::Open {
        return Err(Refusal::DraftNotOpen(draft.state.as_str()));
    }
    let as_it_was = smart_if_it_helps(&draft.body).body == body;
    let state = if as_it_was { DraftState::Accepted } else { DraftState::Edited };
    decision.change(Change::DraftMoved { draft: draft.id, state, reason: None });
    Ok(())
}

fn answer(conversation: &mut Conversation, now: Timestamp, body: &str) {
    conversation.touch(now, Direction::Out, body);
    conversation.version += 1;
    conversation.answering = true;
    conversation.has_unsent = true;
    conversation.reopen();
}

/// Something is said that answers nothing: whoever is to answer goes on.
fn tell(conversation: &mut Conversation, now: Timestamp, body: &str) {
    conversation.touch(now, Direction::Out, body);
    conversation.has_unsent = true;
}

fn send(message: Message, planned: &Planned, conversation: &Conversation, decision: &mut Decision) -> MessageId {
    let id = message.id;
    let sent = send_text(&message, planned, conversation);
    hand(message, sent, planned, decision);
    id
}

const fn send_text(message: &Message, planned: &Planned, conversation: &Conversation) -> SendText {
    SendText {
        message: message.id,
        number: conversation.number,
        lane: conversation.lane,
        priority: Priority::Reply,
        segments: message.segments,
        ready_at: planned.ready_at,
        purpose: None,
        before: None,
    }
}

fn hand(message: Message, sent: SendText, planned: &Planned, decision: &mut Decision) {
    let id = message.id;
    decision.change(Change::MessageAdded(Box::new(message)));
    let line = ReceiptLine::Gate { when: GateAsked::Queued, verdict: planned.verdict.clone() };
    decision.change(Change::Noted { message: id, line });
    decision.effect(Effect::SendText(sent));
}
