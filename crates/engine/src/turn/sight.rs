//! What the turns of a round get to see, read with one query per kind of thing; and what each of them decides.

use std::collections::HashMap;

use domain::assistant::Approval;
use domain::assistant::code::typed;
use domain::campaign::{self, Recipient};
use domain::decide;
use domain::decision::Decision;
use domain::fact::Fact;
use domain::id::{ApprovalId, ConversationId, Ids, MessageId, RecipientId};
use domain::message::Author;
use domain::phone::Address;
use domain::scene::{Outbound, Scene};
use jiff::Timestamp;
use store::campaign::recipient;
use store::scene::{self, Known};
use store::{StoreError, TenantTx, enrolment};

use super::batch::Turn;

/// What one turn sees.
#[derive(Debug)]
pub(super) enum Seen {
    /// What it is about is gone, or was dealt with before: nothing follows.
    Nothing,
    /// A thread with both its ends.
    Thread(Box<Scene>),
    /// A thread, and something in it that people must approve.
    Approval(Box<Scene>, Box<Approval>),
    /// A text of ours.
    Text(Box<Outbound>),
    /// Somebody who is to get a campaign.
    Recipient(Box<Recipient>),
}

/// What there is to see for each of these turns, in their order.
pub(super) async fn look(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    turns: &[Turn<'_>],
) -> Result<Vec<Seen>, StoreError> {
    let messages = by_carrier_refs(tx, turns).await?;
    let outbounds: Vec<MessageId> = turns.iter().filter_map(|turn| text_of(turn, &messages)).collect();
    let texts = outbounds;
    let mut outbounds = scene::outbounds(tx, &texts).await?;
    // A campaign's text is its recipient, who may have answered it: then it stands in a thread, too.
    let of_campaign =
        |id: &&MessageId| outbounds.get(id).is_none_or(|(text, _)| matches!(text.author, Author::Campaign(_)));
    let recipients: Vec<RecipientId> = texts.iter().filter(of_campaign).map(|id| id.0.into()).collect();
    let mut recipients = recipient::by_ids(tx, &recipients).await?;
    let conversations: Vec<ConversationId> = turns.iter().filter_map(conversation_of).collect();
    let mut around = scene::around_all(tx, known, &conversations).await?;
    let mut threads = threads(tx, known, turns).await?;
    let mut approvals = approvals(tx, turns).await?;
    let seen = turns.iter().enumerate().map(|(nth, turn)| {
        let text = || text_of(turn, &messages);
        match (threads.remove(&nth), conversation_of(turn), text()) {
            (Some(scene), _, _) => Seen::Thread(Box::new(scene)),
            (None, Some(id), _) => match (around.remove(&id), approval_of(turn)) {
                (None, _) => Seen::Nothing,
                (Some(scene), None) => Seen::Thread(Box::new(scene)),
                (Some(scene), Some(id)) => approvals
                    .remove(&id)
                    .map_or(Seen::Nothing, |approval| Seen::Approval(Box::new(scene), Box::new(approval))),
            },
            (None, None, Some(id)) => match (recipients.remove(&id.0.into()), outbounds.remove(&id)) {
                (Some(recipient), _) => Seen::Recipient(Box::new(recipient)),
                (None, Some((text, _))) => Seen::Text(Box::new(text)),
                (None, None) => Seen::Nothing,
            },
            (None, None, None) => Seen::Nothing,
        }
    });
    Ok(seen.collect())
}

/// What follows from what it sees.
pub(super) fn decide(now: Timestamp, ids: &mut Ids, turn: &Turn<'_>, seen: &Seen) -> Decision {
    match (turn.fact, seen) {
        (Fact::TextArrived(text), Seen::Thread(scene)) => decide::text_arrived(now, ids, scene, turn.lane, text),
        (Fact::CarrierReported(report), Seen::Text(about)) => decide::carrier_reported(now, turn.lane, about, report),
        (Fact::SendEnded(end), Seen::Text(about)) => decide::send_ended(now, turn.lane, about, end),
        (Fact::UnknownOverdue { .. }, Seen::Text(about)) => decide::unknown_overdue(about),
        (Fact::CarrierReported(report), Seen::Recipient(about)) => campaign::reported(about, report),
        (Fact::SendEnded(end), Seen::Recipient(about)) => campaign::ended(now, turn.lane, about, end),
        (Fact::UnknownOverdue { .. }, Seen::Recipient(about)) => campaign::overdue(about),
        (Fact::ContactFellSilent { assistant, version, .. }, Seen::Thread(scene)) => {
            decide::contact_fell_silent(now, ids, scene, *assistant, *version)
        }
        (Fact::AssistantAnswered(run), Seen::Thread(scene)) => decide::assistant_answered(now, ids, scene, run),
        (Fact::AnswerFailed(failed), Seen::Thread(scene)) => decide::answer_failed(now, ids, scene, failed),
        (Fact::HandOverOverdue { to, to_team, handed_at, .. }, Seen::Thread(scene)) => {
            decide::hand_over_overdue(now, ids, scene, *to, *to_team, *handed_at)
        }
        (Fact::WorkflowActs(doing), Seen::Thread(scene)) => decide::workflow_acts(now, ids, scene, turn.lane, doing),
        (Fact::SnoozeEnded { until, .. }, Seen::Thread(scene)) => decide::snooze_ended(scene, *until),
        (Fact::ApprovalOverdue { .. }, Seen::Approval(scene, approval)) => {
            decide::approval_overdue(now, ids, scene, approval)
        }
        (Fact::ToolEnded(ended), Seen::Approval(scene, approval)) => {
            decide::tool_ended(now, ids, scene, approval, ended)
        }
        (_, Seen::Nothing)
        | (
            Fact::CarrierReported(_) | Fact::SendEnded(_) | Fact::UnknownOverdue { .. },
            Seen::Thread(_) | Seen::Approval(..),
        )
        | (Fact::ApprovalOverdue { .. } | Fact::ToolEnded(_), Seen::Thread(_) | Seen::Text(_) | Seen::Recipient(_))
        | (
            Fact::TextArrived(_)
            | Fact::ContactFellSilent { .. }
            | Fact::AssistantAnswered(_)
            | Fact::AnswerFailed(_)
            | Fact::HandOverOverdue { .. }
            | Fact::SnoozeEnded { .. }
            | Fact::WorkflowActs(_),
            Seen::Text(_) | Seen::Approval(..) | Seen::Recipient(_),
        ) => Decision::default(),
    }
}

/// It reports on a text that is not here.
pub(super) const fn is_astray(turn: &Turn<'_>, seen: &Seen) -> bool {
    matches!((turn.fact, seen), (Fact::CarrierReported(_), Seen::Nothing))
}

/// The texts of ours that reports name by the carrier's id alone.
async fn by_carrier_refs(tx: &mut TenantTx<'_>, turns: &[Turn<'_>]) -> Result<HashMap<String, MessageId>, StoreError> {
    let named = turns.iter().filter_map(|turn| match turn.fact {
        Fact::CarrierReported(report) if report.message.is_none() => Some(report.carrier_ref.as_str()),
        Fact::TextArrived(_)
        | Fact::CarrierReported(_)
        | Fact::SendEnded(_)
        | Fact::ContactFellSilent { .. }
        | Fact::AssistantAnswered(_)
        | Fact::AnswerFailed(_)
        | Fact::HandOverOverdue { .. }
        | Fact::ApprovalOverdue { .. }
        | Fact::ToolEnded(_)
        | Fact::SnoozeEnded { .. }
        | Fact::UnknownOverdue { .. }
        | Fact::WorkflowActs(_) => None,
    });
    scene::by_carrier_refs(tx, &named.collect::<Vec<_>>()).await
}

/// The threads that texts came into, by the turn's place.
async fn threads(
    tx: &mut TenantTx<'_>,
    known: &mut Known,
    turns: &[Turn<'_>],
) -> Result<HashMap<usize, Scene>, StoreError> {
    let mut places = Vec::new();
    let mut between = Vec::new();
    for (nth, turn) in turns.iter().enumerate() {
        if let Fact::TextArrived(text) = turn.fact
            && let Some(owner) = known.owner(text.account, &text.to)
        {
            // A sender that is none we know the form of, such as a name with a dash, is kept as it was written.
            let from =
                Address::parse_sender(&text.from).map_or_else(|_| text.from.clone(), |from| from.as_str().into());
            places.push(nth);
            between.push((owner.number, from));
        }
        if let Fact::WorkflowActs(doing) = turn.fact {
            places.push(nth);
            between.push((doing.number, doing.phone.clone()));
        }
    }
    let between: Vec<_> = between.iter().map(|(number, from)| (*number, from.as_str())).collect();
    let scenes = scene::threads(tx, known, &between).await?;
    let mut found: HashMap<usize, Scene> =
        places.into_iter().zip(scenes).filter_map(|(nth, scene)| Some((nth, scene?))).collect();
    let people: Vec<_> = found.values().filter_map(|scene| Some(scene.contact.as_ref()?.id)).collect();
    // Somebody may write from two phones at once.
    let unanswered = recipient::unanswered(tx, &people).await?;
    for scene in found.values_mut() {
        let theirs = scene.contact.as_ref().and_then(|contact| unanswered.get(&contact.id));
        scene.unanswered = theirs.cloned().unwrap_or_default();
    }
    if known.has_workflows(tx.tenant()) {
        let wrote = |nth: &usize| matches!(turns[*nth].fact, Fact::TextArrived(_));
        let wrote: Vec<_> = found
            .iter()
            .filter(|(nth, _)| wrote(nth))
            .filter_map(|(_, scene)| Some(scene.contact.as_ref()?.id))
            .collect();
        let inside = enrolment::inside(tx, &wrote).await?;
        for scene in found.values_mut() {
            let theirs = scene.contact.as_ref().and_then(|contact| inside.get(&contact.id));
            scene.inside = theirs.cloned().unwrap_or_default();
        }
    }
    let opting_in = |(nth, scene): (&usize, &Scene)| match turns[*nth].fact {
        Fact::TextArrived(text) if scene.tenant.settings.opt_in.concerns(&text.body) => {
            Some(scene.contact.as_ref()?.id)
        }
        _ => None,
    };
    let asked: Vec<_> = found.iter().filter_map(opting_in).collect();
    let mut progress = store::consent::progress(tx, &asked).await?;
    for scene in found.values_mut() {
        scene.opting_in = progress.remove(&scene.address).unwrap_or_default();
    }
    let may_be_code = |nth: usize| matches!(turns[nth].fact, Fact::TextArrived(text) if typed(&text.body).is_some());
    let codes = found.iter().filter(|(nth, _)| may_be_code(**nth));
    let codes: Vec<_> = codes.filter_map(|(_, scene)| Some(scene.conversation.as_ref()?.id)).collect();
    let mut confirming = store::approval::confirming(tx, &codes).await?;
    for scene in found.values_mut() {
        scene.confirming = scene.conversation.as_ref().and_then(|conversation| confirming.remove(&conversation.id));
    }
    Ok(found)
}

/// What the turns are about that people must approve; nobody else changes it until this transaction ends.
async fn approvals(tx: &mut TenantTx<'_>, turns: &[Turn<'_>]) -> Result<HashMap<ApprovalId, Approval>, StoreError> {
    let mut found = HashMap::new();
    for id in turns.iter().filter_map(approval_of) {
        if let Some(approval) = store::approval::locked(tx, id).await? {
            found.insert(id, approval);
        }
    }
    Ok(found)
}

const fn approval_of(turn: &Turn<'_>) -> Option<ApprovalId> {
    match turn.fact {
        Fact::ApprovalOverdue { approval, .. } => Some(*approval),
        Fact::ToolEnded(ended) => Some(ended.approval),
        Fact::TextArrived(_)
        | Fact::CarrierReported(_)
        | Fact::SendEnded(_)
        | Fact::ContactFellSilent { .. }
        | Fact::AssistantAnswered(_)
        | Fact::AnswerFailed(_)
        | Fact::HandOverOverdue { .. }
        | Fact::SnoozeEnded { .. }
        | Fact::UnknownOverdue { .. }
        | Fact::WorkflowActs(_) => None,
    }
}

fn conversation_of(turn: &Turn<'_>) -> Option<ConversationId> {
    match turn.fact {
        Fact::ContactFellSilent { conversation, .. }
        | Fact::HandOverOverdue { conversation, .. }
        | Fact::ApprovalOverdue { conversation, .. }
        | Fact::SnoozeEnded { conversation, .. } => Some(*conversation),
        Fact::AssistantAnswered(run) => Some(run.conversation),
        Fact::AnswerFailed(failed) => Some(failed.conversation),
        Fact::ToolEnded(ended) => Some(ended.conversation),
        Fact::TextArrived(_)
        | Fact::CarrierReported(_)
        | Fact::SendEnded(_)
        | Fact::UnknownOverdue { .. }
        | Fact::WorkflowActs(_) => None,
    }
}

fn text_of(turn: &Turn<'_>, messages: &HashMap<String, MessageId>) -> Option<MessageId> {
    match turn.fact {
        Fact::CarrierReported(report) => report.message.or_else(|| messages.get(&report.carrier_ref).copied()),
        Fact::SendEnded(end) => Some(end.message),
        Fact::UnknownOverdue { message } => Some(*message),
        Fact::TextArrived(_)
        | Fact::ContactFellSilent { .. }
        | Fact::AssistantAnswered(_)
        | Fact::AnswerFailed(_)
        | Fact::HandOverOverdue { .. }
        | Fact::ApprovalOverdue { .. }
        | Fact::ToolEnded(_)
        | Fact::SnoozeEnded { .. }
        | Fact::WorkflowActs(_) => None,
    }
}
