//! A contact wrote to us.

use jiff::Timestamp;

use super::takes::{by_default, takes};
use super::{approval, let_assistant_answer, let_assistant_answer_after, reply, routed, system_note};
use crate::assistant::{Ended, Outcome, Run, needs_no_answer, quiet_window};
use crate::consent::{Evidence, State};
use crate::contact::Contact;
use crate::conversation::{Conversation, Holder, Mode, Status as Standing};
use crate::decision::{CancelReason, Change, Consent, ConsentSource, Decision, Effect, Unsent};
use crate::fact::TextArrived;
use crate::id::{ContactId, ConversationId, Ids, MessageId};
use crate::keyword::Keyword;
use crate::message::{Author, Direction, Message, Status};
use crate::revocation::{Certainty, Kind, Revocation, revokes};
use crate::scene::Scene;
use crate::segment::measure;

/// So much of what somebody says about getting texts is kept in the ledger, in characters.
const KEYWORD_CHARS: usize = 40;
const PHRASE_CHARS: usize = 160;

/// What follows. The order of the arms is the product's promise: the law, then people's blocks, then whoever holds the
/// floor.
#[must_use]
pub fn text_arrived(now: Timestamp, ids: &mut Ids, scene: &Scene, lane: uuid::Uuid, text: &TextArrived) -> Decision {
    let mut decision = Decision::default();
    let contact = contact(ids, scene, &mut decision);
    let (mut conversation, is_new) = conversation(now, ids, scene, &contact, lane);
    takes(now, scene, &mut conversation, &text.body);
    let before = conversation.clone();
    let waited = conversation.waiting_since;
    conversation.receive(now, &text.body);
    let message = received(now, ids, &conversation, text, &mut decision);
    let received = message.id;
    let mut silent = None;

    let asked = Asked::by(now, scene, text);
    match asked {
        Asked::Word(Keyword::Stop) | Asked::Revoked(_) => {
            let consent = consent(scene, &contact, received, text, asked, State::OptedOut);
            stop(&contact, consent, &mut conversation, &mut decision);
        }
        // One that was on its way for longer than a newer STOP is written down, and counts no more.
        Asked::Word(Keyword::Start) => {
            decision.change(Change::Consented(consent(scene, &contact, received, text, asked, State::OptedIn)));
        }
        Asked::Word(Keyword::Help) => {
            conversation.waiting_since = waited;
            if conversation.wants_answer() {
                let_assistant_answer(now, ids, scene, &mut conversation, &mut decision);
            }
        }
        Asked::Join => conversation.waiting_since = waited,
        Asked::Yes(shown) => {
            conversation.waiting_since = waited;
            let said = beginning(&text.body, KEYWORD_CHARS);
            decision.change(super::consent::confirmed(scene, contact.id, received, said, text.at, shown));
        }
        Asked::Nothing if contact.blocked => conversation.waiting_since = None,
        Asked::Nothing => {
            if scene.conversation.as_ref().is_some_and(|conversation| conversation.has_unsent) {
                let which = Unsent::IfSilent(contact.id);
                decision.change(Change::UnsentCancelled { which, why: CancelReason::ContactReplied });
            }
            let confirms = approval::confirmed(now, ids, scene, &mut conversation, &text.body, &mut decision);
            let about = (contact.id, received);
            let routed =
                if confirms { None } else { routed::to_workflows(now, scene, &before, about, text, &mut decision) };
            let ended = stays_silent(now, ids, scene, &before, text).filter(|_| !confirms && routed.is_none());
            match ended {
                // What they have confirmed is answered once it is done.
                _ if confirms => {}
                // What they wrote before is answered all the same.
                _ if routed.is_some() => {
                    conversation.waiting_since = waited;
                    if conversation.wants_answer() {
                        let_assistant_answer(now, ids, scene, &mut conversation, &mut decision);
                    }
                }
                // Whoever waits for an answer to what they wrote before still does.
                Some(ended) if waited.is_none() || before.answering => {
                    conversation.waiting_since = waited;
                    silent = Some(ended);
                }
                _ => {
                    if before.has_unsent {
                        let which = Unsent::ByAssistant(conversation.id);
                        decision.change(Change::UnsentCancelled { which, why: CancelReason::ContactReplied });
                        conversation.answering = false;
                    }
                    if super::mode(scene, &conversation) == Mode::Draft && !is_new {
                        // What it suggested knows nothing of this text; it is asked anew.
                        decision.change(Change::DraftsSuperseded { conversation: conversation.id });
                    }
                    let last = before.last_inbound_at.filter(|_| waited.is_some());
                    let_assistant_answer_after(now, ids, scene, &mut conversation, &mut decision, |assistant| {
                        quiet_window(assistant.settings.quiet_window_ms, &text.body, now, last)
                    });
                }
            }
        }
    }
    let here = conversation.id;
    let note = asked.note().map(|words| system_note(ids.next(), &conversation, now, words));
    if is_new && !contact.blocked {
        routed::opens(scene, contact.id, &mut decision);
    }
    remember(conversation, is_new, message, &mut decision);
    answers_campaigns(scene, contact.id, here, &mut decision);
    if let Some(ended) = silent {
        decision.change(Change::RunEnded(Box::new(ended)));
    }
    if let Some(note) = note.filter(|_| contact.opted_out_at.is_none() && !is_past(&contact, text.at)) {
        decision.change(Change::MessageAdded(Box::new(note)));
    }
    confirm(now, ids, scene, &contact, text, asked, &mut decision);
    if matches!(asked, Asked::Join) && scene.opting_in.may_be_asked(now, &scene.tenant.settings.opt_in).is_ok() {
        // Where the gate says no they are not asked.
        let _ = super::consent::request(now, ids, scene, contact.id, ConsentSource::Keyword, None, &mut decision);
    }
    decision
}

/// What a text asks of us by law, before anybody reads it.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Word(Keyword),
    /// No more texts, in words of their own.
    Revoked(Revocation<'a>),
    /// Marketing, please: they are asked to confirm it.
    Join,
    /// Yes to what they were asked, which is this.
    Yes(&'a str),
    Nothing,
}

impl<'a> Asked<'a> {
    fn by(now: Timestamp, scene: &'a Scene, text: &'a TextArrived) -> Self {
        match text.autoresponse.or_else(|| scene.tenant.settings.keywords.keyword(&text.body)) {
            Some(keyword) => Self::Word(keyword),
            None => revokes(&text.body).map_or_else(|| Self::opting_in(now, scene, text), Self::Revoked),
        }
    }

    /// Who wants no texts at all comes back by START and nothing else. A bare yes answers what was asked last: if
    /// that was a workflow, it agrees to nothing else.
    fn opting_in(now: Timestamp, scene: &'a Scene, text: &'a TextArrived) -> Self {
        let opt_in = &scene.tenant.settings.opt_in;
        let may = scene.contact.as_ref().is_none_or(|contact| contact.opted_out_at.is_none() && !contact.blocked);
        if !may || !opt_in.concerns(&text.body) {
            return Self::Nothing;
        }
        if opt_in.asks(&text.body) {
            return Self::Join;
        }
        let asked_since = routed::awaited_since(now, scene, text);
        if asked_since.is_some_and(|since| scene.opting_in.asked_at.is_none_or(|asked| asked < since)) {
            return Self::Nothing;
        }
        scene.opting_in.confirms(text.at, opt_in).map_or(Self::Nothing, Self::Yes)
    }

    /// What people read of it: what is no keyword was read by a rule, and a rule may read wrong.
    fn note(self) -> Option<String> {
        let Self::Revoked(said) = self else { return None };
        let read = match (said.kind, said.certainty) {
            (Kind::NoMoreTexts, Certainty::Plain) => "Read as an opt-out",
            (Kind::NoMoreTexts, Certainty::Likely) => "Taken for an opt-out, to be on the safe side",
            (Kind::WrongPerson, _) => "Taken for a wrong number, and so for an opt-out",
        };
        let phrase = beginning(said.phrase, PHRASE_CHARS);
        Some(format!(
            "{read}: “{phrase}”. They get no more texts. If that was not meant, only they can undo it, by texting START."
        ))
    }
}

fn beginning(text: &str, chars: usize) -> String {
    text.trim().chars().take(chars).collect()
}

/// What campaigns sent them from this number and stands nowhere yet comes into the thread, before what they write: whoever reads
/// it sees what they answer.
fn answers_campaigns(scene: &Scene, contact: ContactId, conversation: ConversationId, decision: &mut Decision) {
    for sent in scene.unanswered.iter().filter(|sent| sent.number == scene.number.id) {
        let (campaign, recipient) = (sent.campaign, sent.recipient);
        let message = Message {
            id: sent.recipient.0.into(),
            conversation,
            contact,
            direction: Direction::Out,
            author: Author::Campaign(campaign),
            body: sent.body.clone(),
            media: sent.media.clone(),
            sources: Vec::new(),
            encoding: measure(&sent.body).encoding,
            segments: sent.segments,
            status: sent.status,
            failure: None,
            carrier_ref: sent.carrier_ref.clone(),
            not_before: None,
            stop_if_reply: false,
            draft: None,
            answers: false,
            assistant_version: None,
            created_at: sent.sent_at,
        };
        decision.change(Change::MessageAdded(Box::new(message)));
        decision.change(Change::RecipientAnswered { recipient, campaign, conversation });
        decision.change(Change::TagAdded { conversation, tag: sent.campaign_name.clone() });
    }
}

fn contact(ids: &mut Ids, scene: &Scene, decision: &mut Decision) -> Contact {
    scene.contact.clone().unwrap_or_else(|| {
        let contact = Contact {
            id: ids.next(),
            name: String::new(),
            company: String::new(),
            time_zone: None,
            quiet_hours: None,
            blocked: false,
            opted_out_at: None,
            started_at: None,
        };
        decision.change(Change::ContactAdded { contact: contact.clone(), phone: scene.address.clone() });
        contact
    })
}

/// The assistant that holds it need not be asked about this text; this says why.
fn stays_silent(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    before: &Conversation,
    text: &TextArrived,
) -> Option<Ended> {
    let Holder::Assistant(id) = before.holder else { return None };
    let assistant = scene.holding(id)?;
    if super::mode(scene, before) == Mode::Off || !text.media.is_empty() {
        return None;
    }
    // "Ok" is an answer to a question of ours.
    let was_asked = before.last_direction == Some(Direction::Out) && before.may_ask();
    let reason = if scene.is_own_number {
        "it came from a number of our own"
    } else {
        needs_no_answer(&text.body, &scene.address, was_asked)?
    };
    let run = Run::without_model(ids.next(), assistant.version, reason);
    Some(Ended::now(now, &scene.tenant.settings, before.id, id, run, Outcome::Silent))
}

/// The current conversation if it is young enough to resume, else a new one that links back to it.
pub(super) fn conversation(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    contact: &Contact,
    lane: uuid::Uuid,
) -> (Conversation, bool) {
    let current = scene.conversation.as_ref();
    if let Some(current) = current.filter(|current| current.resumes_at(now, &scene.tenant.settings)) {
        return (current.clone(), false);
    }
    let opened = Conversation {
        id: ids.next(),
        contact: contact.id,
        number: scene.number.id,
        address: scene.address.clone(),
        lane,
        previous: current.map(|current| current.id),
        status: Standing::Open,
        snoozed_until: None,
        holder: by_default(scene),
        mode: None,
        team: None,
        assignee: None,
        guide: String::new(),
        version: 0,
        inbound_count: 0,
        waiting_since: None,
        last_inbound_at: None,
        resolved_at: None,
        last_message_at: now,
        last_direction: None,
        preview: String::new(),
        send_failed: false,
        created_at: now,
        has_unsent: false,
        answering: false,
    };
    (opened, true)
}

/// Opened or changed, and the message in it.
pub(super) fn remember(conversation: Conversation, is_new: bool, message: Message, decision: &mut Decision) {
    let conversation = Box::new(conversation);
    decision.change(if is_new {
        Change::ConversationOpened(conversation)
    } else {
        Change::ConversationChanged(conversation)
    });
    decision.change(Change::MessageAdded(Box::new(message)));
}

fn received(
    now: Timestamp,
    ids: &mut Ids,
    conversation: &Conversation,
    text: &TextArrived,
    decision: &mut Decision,
) -> Message {
    let id: MessageId = ids.next();
    let mut media = Vec::with_capacity(text.media.len());
    for link in &text.media {
        let kept = ids.next();
        media.push(kept);
        let (url, content_type) = (link.url.clone(), link.content_type.clone());
        decision.change(Change::MediaAwaited { media: kept, url, content_type });
        decision.effect(Effect::FetchMedia { media: kept, message: id });
    }
    let measured = measure(&text.body);
    Message {
        id,
        conversation: conversation.id,
        contact: conversation.contact,
        direction: Direction::In,
        author: Author::Contact(conversation.contact),
        body: text.body.clone(),
        media,
        sources: Vec::new(),
        encoding: measured.encoding,
        segments: measured.segments,
        status: Status::Received,
        failure: None,
        carrier_ref: Some(text.carrier_ref.clone()),
        not_before: None,
        stop_if_reply: false,
        draft: None,
        answers: false,
        assistant_version: None,
        created_at: now,
    }
}

/// They have asked for texts again since: what they said before was on its way for too long. It is written down.
fn is_past(contact: &Contact, said_at: Timestamp) -> bool {
    contact.started_at.is_some_and(|started| said_at < started)
}

/// Opting out acts before anything else and takes back what has not gone out yet (law 5).
fn stop(contact: &Contact, consent: Consent, conversation: &mut Conversation, decision: &mut Decision) {
    conversation.waiting_since = None;
    let is_past = is_past(contact, consent.at);
    decision.change(Change::Consented(consent));
    if is_past {
        return;
    }
    decision.change(Change::UnsentCancelled { which: Unsent::To(contact.id), why: CancelReason::ContactOptedOut });
    decision.change(Change::DraftsSuperseded { conversation: conversation.id });
}

fn consent(
    scene: &Scene,
    contact: &Contact,
    received: MessageId,
    text: &TextArrived,
    asked: Asked<'_>,
    state: State,
) -> Consent {
    let (source, said) = match asked {
        Asked::Revoked(said) => (ConsentSource::FreeText, beginning(said.phrase, PHRASE_CHARS)),
        Asked::Word(_) | Asked::Join | Asked::Yes(_) | Asked::Nothing => {
            (ConsentSource::Keyword, beginning(&text.body, KEYWORD_CHARS))
        }
    };
    Consent {
        contact: contact.id,
        phone: scene.address.clone(),
        state,
        purpose: None,
        sender: None,
        source,
        keyword: Some(said),
        message: Some(received),
        evidence: Evidence::default(),
        at: text.at,
    }
}

/// One confirmation of STOP, one answer to HELP, where the carrier does not send its own. It stands in the thread like
/// any text, and goes through the gate and the outbox.
fn confirm(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    contact: &Contact,
    text: &TextArrived,
    asked: Asked<'_>,
    decision: &mut Decision,
) {
    if scene.number.carrier_answers_keywords && text.autoresponse.is_some() {
        return;
    }
    let body = match asked {
        // Someone who is out already has had the confirmation: the rules allow one.
        Asked::Word(Keyword::Stop) | Asked::Revoked(_)
            if contact.opted_out_at.is_none() && !is_past(contact, text.at) =>
        {
            &scene.tenant.settings.stop_confirmation
        }
        Asked::Word(Keyword::Help) => &scene.tenant.settings.help_text,
        Asked::Word(Keyword::Stop | Keyword::Start)
        | Asked::Revoked(_)
        | Asked::Join
        | Asked::Yes(_)
        | Asked::Nothing => return,
    };
    if !body.is_empty() {
        reply::confirmation(now, ids, scene, body, decision);
    }
}
