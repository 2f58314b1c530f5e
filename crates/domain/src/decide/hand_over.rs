//! An assistant gives a conversation to people: with what helps them, an honest word to the contact, and a look later at
//! whether somebody came.

use jiff::{SignedDuration, Timestamp};

use super::reply::{self, Saying};
use super::{hand_to_people, system_note};
use crate::assistant::{Assistant, HandOff, HandOver, Objection};
use crate::conversation::{Conversation, Holder, Status as Standing};
use crate::decision::{Change, Decision, Draft, Effect};
use crate::fact::Fact;
use crate::id::{DraftId, Ids, MessageId, RunId, TeamId, UserId};
use crate::scene::Scene;

/// The label of a conversation that nobody picked up in time.
const ESCALATED: &str = "escalated";

/// People hold it now, and the note says why.
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

/// As an assistant that is there gives it: with summary and suggestion, a look later, and, if it may speak, a word to the
/// contact. Answers that word and the suggestion.
#[expect(clippy::too_many_arguments, reason = "the one place where all of a hand-over comes together")]
pub(super) fn hand_over(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    mut conversation: Conversation,
    assistant: &Assistant,
    run: Option<RunId>,
    hand_off: &HandOff,
    may_tell: bool,
    decision: &mut Decision,
) -> (Option<MessageId>, Option<DraftId>) {
    let set = &assistant.settings.hand_over;
    // Whoever looks after it already, does so still.
    if conversation.assignee.is_none() && conversation.team.is_none() {
        conversation.assign(set.team, set.assignee);
    }
    let note = hand_to_people(now, ids, &mut conversation, &words(hand_off));
    decision.change(Change::ConversationChanged(Box::new(conversation.clone())));
    decision.change(Change::MessageAdded(Box::new(note)));
    let draft = hand_off.suggestion.as_ref().map(|suggestion| {
        let id: DraftId = ids.next();
        decision.change(Change::DraftAdded(Draft {
            id,
            conversation: conversation.id,
            assistant: assistant.id,
            body: suggestion.body.clone(),
            sources: suggestion.sources.clone(),
            held_back: held_back(&suggestion.objections),
            run,
        }));
        id
    });
    let told = told(now, scene, assistant).filter(|_| may_tell && !hand_off.quietly).and_then(|body| {
        let saying = Saying { assistant, body: &body, sources: Vec::new(), answers: false, at_once: false };
        reply::assistant_says(now, ids, scene, &mut conversation, saying, decision).ok()
    });
    look_later(now, &conversation, set, decision);
    (told, draft)
}

/// Whether somebody came is looked at when the time is over that is set for it.
pub(super) fn look_later(now: Timestamp, conversation: &Conversation, set: &HandOver, decision: &mut Decision) {
    if set.escalate_after_minutes > 0 && conversation.waiting_since.is_some() {
        let after = SignedDuration::from_mins(i64::from(set.escalate_after_minutes));
        let (to, to_team) = (set.escalate_to, set.escalate_to_team);
        let fact = Fact::HandOverOverdue { conversation: conversation.id, to, to_team, handed_at: now };
        decision.effect(Effect::Remind { fact, at: now.checked_add(after).unwrap_or(now), lane: conversation.lane });
    }
}

/// What speaks against a text, as its draft says it. `None`: nothing does.
pub(super) fn held_back(objections: &[Objection]) -> Option<String> {
    (!objections.is_empty()).then(|| format!("It {}.", reasons(objections)))
}

/// In words that follow "because it …".
pub(super) fn reasons(objections: &[Objection]) -> String {
    objections.iter().map(Objection::reason).collect::<Vec<_>>().join("; and it ")
}

/// What people read first.
fn words(hand_off: &HandOff) -> String {
    let mut words = hand_off.reason.clone();
    if !hand_off.summary.is_empty() {
        words.push_str(&format!("\nWhat they want: {}", hand_off.summary));
    }
    if !hand_off.tried.is_empty() {
        words.push_str(&format!("\nTried: {}", hand_off.tried.join("; ")));
    }
    words
}

/// What the contact is told: whether somebody is there, and when. Nothing is claimed that nobody has said.
fn told(now: Timestamp, scene: &Scene, assistant: &Assistant) -> Option<String> {
    let set = &assistant.settings.hand_over;
    let office = scene.tenant.settings.office_hours.as_ref()?;
    let zone = crate::hours::zone(&scene.tenant.settings.time_zone).ok()?;
    let body = if office.contain(now, &zone) {
        set.while_open.clone()
    } else {
        let when = office.when_open(now, &zone).unwrap_or_else(|| "as soon as possible".into());
        set.while_closed.replace("{when}", &when)
    };
    (!body.trim().is_empty()).then_some(body)
}

/// Nobody came in time: the person or the team that is set for that gets it, and it is marked.
#[must_use]
pub fn hand_over_overdue(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    to: Option<UserId>,
    to_team: Option<TeamId>,
    handed_at: Timestamp,
) -> Decision {
    let mut decision = Decision::default();
    let Some(conversation) = &scene.conversation else { return decision };
    let nobody_came = conversation.holder == Holder::Agents
        && conversation.status != Standing::Closed
        && conversation.wants_answer()
        && conversation.waiting_since.is_some_and(|since| since <= handed_at);
    if !nobody_came {
        return decision;
    }
    let mut conversation = conversation.clone();
    conversation.reopen();
    conversation.assign(to_team, to);
    conversation.version += 1;
    let minutes = now.duration_since(handed_at).as_secs() / 60;
    let body = format!("Escalated: nobody has answered for {minutes} minutes since people got it.");
    let note = system_note(ids.next(), &conversation, now, body);
    let tag = ESCALATED.to_owned();
    decision.change(Change::TagAdded { conversation: conversation.id, tag });
    decision.change(Change::ConversationChanged(Box::new(conversation)));
    decision.change(Change::MessageAdded(Box::new(note)));
    decision
}
