//! Writes a decision: each change becomes rows, each effect waits where its worker finds it, and the log tells of it.

use domain::conversation::Conversation;
use domain::decision::{
    CancelReason, Change, Consent, Decision, Draft, DraftState, Effect, MessageMoved, ReceiptLine, Unsent,
};
use domain::event::Kind;
use domain::id::{ConversationId, Ids, MessageId, WorkId};
use domain::message::{Message, Status};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::event::Line;
use crate::queue::{self, Errand};
use crate::{StoreError, TenantTx, args};

/// The texts that are taken back: those that have not been handed to the carrier.
macro_rules! cancel {
    ($which:literal) => {
        concat!(
            "UPDATE message SET status = 'cancelled', not_before_us = NULL
             WHERE tenant_id = $1 AND direction = 'out' AND status IN ('held', 'scheduled', 'queued', 'deferred') AND ",
            $which,
            " RETURNING id, conversation_id"
        )
    };
}

/// A text that was handed over is answered for within this time; after it, whoever handed it over is taken for dead.
pub const SENDING_LEASE: SignedDuration = SignedDuration::from_secs(120);

/// What a transaction has to tell, and whom to wake after its commit.
#[derive(Debug, Default)]
pub struct Aftermath {
    /// Lines for the tenant's log; see [`crate::event::append`].
    pub lines: Vec<Line>,
    /// The earliest time at which a fact waits for its turn.
    pub turn_at: Option<Timestamp>,
    /// The earliest time at which a text waits to be sent.
    pub send_at: Option<Timestamp>,
    /// There is something to fetch or to ask.
    pub errands: bool,
}

impl Aftermath {
    fn tell(&mut self, kind: Kind, subject: impl Into<Uuid>, conversation: Option<ConversationId>) {
        let line = Line { kind, subject: subject.into(), conversation };
        // One line for a thing that changed twice in a turn is enough: readers see it as it is now.
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// Both, as if it had been one.
    pub fn join(&mut self, other: Self) {
        self.turn_at = earliest(self.turn_at, other.turn_at);
        self.send_at = earliest(self.send_at, other.send_at);
        self.errands |= other.errands;
        self.lines.extend(other.lines);
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Writes it. The caller appends the lines to the log, last in the transaction.
///
/// # Errors
/// When the database fails. A row that another turn has made at the same moment is [`StoreError::Retry`]: the turn is
/// taken again and finds it.
pub async fn remember(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    decision: &Decision,
) -> Result<Aftermath, StoreError> {
    let mut after = Aftermath::default();
    for change in &decision.changes {
        change_one(tx, now, ids, change, &mut after).await?;
    }
    for effect in &decision.effects {
        effect_one(tx, now, ids, effect, &mut after).await?;
    }
    Ok(after)
}

async fn change_one(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    change: &Change,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    match change {
        Change::ContactAdded { contact, phone } => {
            tx.push(
                "INSERT INTO contact (tenant_id, id, name, company, time_zone, blocked, created_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                args![contact.id, &contact.name, &contact.company, &contact.time_zone, contact.blocked, now],
            )
            .await?;
            tx.push(
                "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)
                 VALUES ($1, 'phone', $2, $3, $4)",
                args![phone, contact.id, now],
            )
            .await?;
            after.tell(Kind::ContactUpdated, contact.id, None);
        }
        Change::ContactNamed { contact, name, company } => {
            tx.push(
                "UPDATE contact SET name = $3, company = $4 WHERE tenant_id = $1 AND id = $2",
                args![*contact, name, company],
            )
            .await?;
            after.tell(Kind::ContactUpdated, *contact, None);
        }
        Change::Consented(consent) => consented(tx, ids, consent, after).await?,
        Change::ConversationOpened(conversation) => {
            opened(tx, conversation).await?;
            after.tell(Kind::ConversationCreated, conversation.id, Some(conversation.id));
        }
        Change::ConversationChanged(conversation) => {
            changed(tx, conversation).await?;
            after.tell(Kind::ConversationUpdated, conversation.id, Some(conversation.id));
        }
        Change::ConversationTagged { conversation, tags } => tagged(tx, *conversation, tags).await?,
        Change::MessageAdded(message) => {
            added(tx, message).await?;
            after.tell(Kind::MessageCreated, message.id, Some(message.conversation));
        }
        Change::MessageMoved(moved) => message_moved(tx, now, moved, after).await?,
        Change::UnsentCancelled { which, why } => cancelled(tx, now, ids, *which, *why, after).await?,
        Change::Noted { message, line } => note(tx, now, ids, *message, line).await?,
        Change::MediaAwaited { media, url, content_type } => {
            tx.push(
                "INSERT INTO media (tenant_id, id, content_type, bytes, token, source_url, state, created_at_us)
                 VALUES ($1, $2, $3, 0, '', $4, 'waiting', $5)",
                args![*media, content_type, url, now],
            )
            .await?;
        }
        Change::DraftAdded(draft) => draft_added(tx, now, draft, after).await?,
        Change::DraftMoved { draft, state, reason } => {
            let row = tx
                .one(
                    "UPDATE draft SET state = $3, reason = $4 WHERE tenant_id = $1 AND id = $2
                     RETURNING conversation_id",
                    args![*draft, state.as_str(), reason],
                )
                .await?;
            after.tell(Kind::DraftUpdated, *draft, Some(row.get(0)?));
        }
        Change::DraftsSuperseded { conversation } => superseded(tx, *conversation, after).await?,
    }
    Ok(())
}

async fn effect_one(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    effect: &Effect,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    match effect {
        Effect::SendText(send) => {
            queue::hand_to_outbox(tx, send).await?;
            after.send_at = earliest(after.send_at, Some(send.ready_at));
        }
        Effect::AskAssistant { conversation, assistant, version } => {
            let errand = Errand::AskAssistant { conversation: *conversation, assistant: *assistant, version: *version };
            queue::add_errand(tx, ids.next(), now, &errand).await?;
            after.errands = true;
        }
        Effect::FetchMedia { media, message } => {
            let errand = Errand::FetchMedia { media: *media, message: *message };
            queue::add_errand(tx, ids.next(), now, &errand).await?;
            after.errands = true;
        }
        Effect::Remind { fact, at, lane } => {
            let id: WorkId = ids.next();
            queue::remind(tx, id, *lane, fact, now, *at).await?;
            after.turn_at = earliest(after.turn_at, Some(*at));
        }
    }
    Ok(())
}

async fn consented(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    consent: &Consent,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    let state = if consent.opted_out { "opted_out" } else { "opted_in" };
    tx.push(
        "INSERT INTO consent (tenant_id, id, contact_id, kind, address, state, source, keyword, message_id, at_us)
         VALUES ($1, $2, $3, 'phone', $4, $5, $6, $7, $8, $9)",
        args![
            ids.next::<Uuid>(),
            consent.contact,
            &consent.phone,
            state,
            consent.source.as_str(),
            &consent.keyword,
            consent.message,
            consent.at
        ],
    )
    .await?;
    tx.push(
        "UPDATE contact_address SET opted_out_at_us = $3 WHERE tenant_id = $1 AND kind = 'phone' AND address = $2",
        args![&consent.phone, consent.opted_out.then_some(consent.at)],
    )
    .await?;
    after.tell(Kind::ContactUpdated, consent.contact, None);
    Ok(())
}

async fn opened(tx: &mut TenantTx<'_>, new: &Conversation) -> Result<(), StoreError> {
    if let Some(previous) = new.previous {
        tx.push("UPDATE conversation SET is_current = FALSE WHERE tenant_id = $1 AND id = $2", args![previous]).await?;
    }
    tx.push(
        "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current, previous_id,
             status, snoozed_until_us, holder, holder_id, mode, assignee_id, guide, version, inbound_count,
             waiting_since_us, last_inbound_at_us, last_message_at_us, last_direction, preview, created_at_us)
         VALUES ($1, $2, 'sms', $3, $4, $5, $6, TRUE, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21, $22)",
        args![
            new.id,
            new.contact,
            new.number,
            &new.address,
            new.lane,
            new.previous,
            new.status.as_str(),
            new.snoozed_until,
            new.holder.kind(),
            new.holder.id(),
            new.mode.map(|mode| mode.as_str()),
            new.assignee,
            &new.guide,
            new.version,
            new.inbound_count,
            new.waiting_since,
            new.last_inbound_at,
            new.last_message_at,
            new.last_direction.map(|direction| direction.as_str()),
            &new.preview,
            new.created_at
        ],
    )
    .await
}

async fn changed(tx: &mut TenantTx<'_>, new: &Conversation) -> Result<(), StoreError> {
    tx.push(
        "UPDATE conversation SET status = $3, snoozed_until_us = $4, holder = $5, holder_id = $6, mode = $7,
             assignee_id = $8, guide = $9, version = $10, inbound_count = $11, waiting_since_us = $12,
             last_inbound_at_us = $13, last_message_at_us = $14, last_direction = $15, preview = $16
         WHERE tenant_id = $1 AND id = $2",
        args![
            new.id,
            new.status.as_str(),
            new.snoozed_until,
            new.holder.kind(),
            new.holder.id(),
            new.mode.map(|mode| mode.as_str()),
            new.assignee,
            &new.guide,
            new.version,
            new.inbound_count,
            new.waiting_since,
            new.last_inbound_at,
            new.last_message_at,
            new.last_direction.map(|direction| direction.as_str()),
            &new.preview
        ],
    )
    .await
}

async fn tagged(tx: &mut TenantTx<'_>, conversation: ConversationId, tags: &[String]) -> Result<(), StoreError> {
    tx.push("DELETE FROM conversation_tag WHERE tenant_id = $1 AND conversation_id = $2", args![conversation]).await?;
    for tag in tags {
        tx.push(
            "INSERT INTO conversation_tag (tenant_id, conversation_id, tag) VALUES ($1, $2, $3)",
            args![conversation, tag],
        )
        .await?;
    }
    Ok(())
}

async fn added(tx: &mut TenantTx<'_>, new: &Message) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body, media,
             sources, encoding, segments, status, failure, carrier_ref, not_before_us, stop_if_reply, draft_id,
             created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        args![
            new.id,
            new.conversation,
            new.contact,
            new.direction.as_str(),
            new.author.kind(),
            new.author.id(),
            &new.body,
            list(&new.media)?,
            list(&new.sources)?,
            new.encoding.as_str(),
            new.segments,
            new.status.as_str(),
            new.failure.as_ref().map(text).transpose()?,
            &new.carrier_ref,
            new.not_before,
            new.stop_if_reply,
            new.draft,
            new.created_at
        ],
    )
    .await
}

/// Writes where a message stands now. Whoever hands it to the carrier must find it unsent: one that a STOP or a person
/// has taken back in between stays so.
async fn message_moved(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    moved: &MessageMoved,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    let sent_at = (moved.to == Status::Sent).then_some(now);
    let delivered_at = (moved.to == Status::Delivered).then_some(now);
    let row = tx
        .opt(
            "UPDATE message SET status = $3, not_before_us = $4, carrier_ref = COALESCE($5, carrier_ref),
                 failure = COALESCE($6, failure), parts = COALESCE($7, parts), cost_micros = COALESCE($8, cost_micros),
                 currency = COALESCE($9, currency), sent_at_us = COALESCE($10, sent_at_us),
                 delivered_at_us = COALESCE($11, delivered_at_us)
             WHERE tenant_id = $1 AND id = $2
             RETURNING conversation_id",
            args![
                moved.message,
                moved.to.as_str(),
                moved.not_before,
                &moved.carrier_ref,
                moved.failure.as_ref().map(text).transpose()?,
                moved.parts,
                moved.cost.as_ref().map(|cost| cost.micros),
                moved.cost.as_ref().map(|cost| cost.currency.as_str()),
                sent_at,
                delivered_at
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    queue::follow(tx, now, moved, after).await?;
    after.tell(Kind::MessageUpdated, moved.message, Some(row.get(0)?));
    Ok(())
}

async fn cancelled(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    which: Unsent,
    why: CancelReason,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    let rows = match which {
        Unsent::To(contact) => tx.rows(cancel!("contact_id = $2 AND author <> 'system'"), args![contact]).await?,
        Unsent::IfSilent(contact) => tx.rows(cancel!("contact_id = $2 AND stop_if_reply"), args![contact]).await?,
        Unsent::ByAssistant(conversation) => {
            tx.rows(cancel!("conversation_id = $2 AND author = 'assistant'"), args![conversation]).await?
        }
        Unsent::One(message) => tx.rows(cancel!("id = $2"), args![message]).await?,
    };
    for row in rows {
        let message: MessageId = row.get(0)?;
        queue::leave_outbox(tx, message).await?;
        note(tx, now, ids, message, &ReceiptLine::Cancelled { why }).await?;
        after.tell(Kind::MessageUpdated, message, Some(row.get(1)?));
    }
    Ok(())
}

/// A line of a message's receipt.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    message: MessageId,
    line: &ReceiptLine,
) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO receipt_line (tenant_id, message_id, id, kind, detail, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        args![message, ids.next::<Uuid>(), line.kind(), text(line)?, now],
    )
    .await
}

async fn draft_added(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    draft: &Draft,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    superseded(tx, draft.conversation, after).await?;
    tx.push(
        "INSERT INTO draft (tenant_id, id, conversation_id, assistant_id, body, sources, state, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            draft.id,
            draft.conversation,
            draft.assistant,
            &draft.body,
            text(&draft.sources)?,
            DraftState::Open.as_str(),
            now
        ],
    )
    .await?;
    after.tell(Kind::DraftCreated, draft.id, Some(draft.conversation));
    Ok(())
}

async fn superseded(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    after: &mut Aftermath,
) -> Result<(), StoreError> {
    let rows = tx
        .rows(
            "UPDATE draft SET state = 'superseded' WHERE tenant_id = $1 AND conversation_id = $2 AND state = 'open'
             RETURNING id",
            args![conversation],
        )
        .await?;
    for row in rows {
        after.tell(Kind::DraftUpdated, row.get::<Uuid>(0)?, Some(conversation));
    }
    Ok(())
}

/// JSON text, `NULL` for an empty list: most messages carry neither attachments nor sources.
fn list<T: Serialize>(items: &[T]) -> Result<Option<String>, StoreError> {
    if items.is_empty() { Ok(None) } else { text(&items).map(Some) }
}

fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::fault)
}

/// The contact that a new address would belong to is someone else's already: two turns raced.
#[must_use]
pub fn is_race(error: &StoreError) -> bool {
    matches!(error, StoreError::Unique(name) if name == "contact_address_pkey" || name == "conversation_current")
}
