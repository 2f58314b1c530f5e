//! Rows that are written together: what many decisions add to a table goes out in few statements.

use std::collections::BTreeMap;

use domain::contact::Contact;
use domain::conversation::Conversation;
use domain::decision::{ReceiptLine, SendText};
use domain::fact::Fact;
use domain::id::{ConversationId, Ids, MediaId, MessageId, TenantId, WorkId};
use domain::message::{Direction, Message};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::search::words;
use crate::{StoreError, TenantTx, Value, args, row};
use crate::{contact, queue};

/// What waits to be written, table by table.
#[derive(Default)]
pub(super) struct Rows<'d> {
    contacts: Vec<[Value<'d>; 7]>,
    addresses: Vec<[Value<'d>; 4]>,
    /// By id, each once and as the last decision left it; whether it is a new one.
    conversations: BTreeMap<ConversationId, (&'d Conversation, bool)>,
    closes: Vec<[Value<'static>; 2]>,
    messages: Vec<[Value<'d>; 20]>,
    media: Vec<[Value<'d>; 7]>,
    receipt_lines: Vec<[Value<'d>; 5]>,
    outbox: Vec<[Value<'static>; 10]>,
    reminders: Vec<[Value<'static>; 6]>,
}

impl<'d> Rows<'d> {
    pub(super) fn contact(&mut self, tenant: TenantId, contact: &'d Contact, phone: &'d str, now: Timestamp) {
        self.contacts.push(row![
            contact.id,
            &contact.name,
            &contact.company,
            words(tenant, &contact.name, &contact.company, [phone]),
            contact.time_zone.as_deref(),
            contact.blocked,
            now
        ]);
        self.addresses.push(row!["phone", phone, contact.id, now]);
    }

    /// `is_new`: it is opened, as the current one of its two ends.
    pub(super) fn conversation(&mut self, conversation: &'d Conversation, is_new: bool) {
        let slot = self.conversations.entry(conversation.id).or_insert((conversation, is_new));
        slot.0 = conversation;
    }

    /// It was closed now.
    pub(super) fn close(&mut self, conversation: ConversationId, now: Timestamp) {
        self.closes.push(row![conversation, now]);
    }

    pub(super) fn message(&mut self, new: &'d Message) -> Result<(), StoreError> {
        self.messages.push(row![
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
            new.carrier_ref.as_deref(),
            new.not_before,
            new.stop_if_reply,
            new.draft,
            new.answers,
            new.assistant_version,
            new.created_at
        ]);
        Ok(())
    }

    pub(super) fn media(&mut self, media: MediaId, url: &'d str, content_type: &'d str, now: Timestamp) {
        self.media.push(row![media, content_type, 0_i64, "", url, "waiting", now]);
    }

    pub(super) fn receipt_line(
        &mut self,
        ids: &mut Ids,
        message: MessageId,
        line: &ReceiptLine,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.receipt_lines.push(row![message, ids.next::<Uuid>(), line.kind(), text(line)?, now]);
        Ok(())
    }

    pub(super) fn outbox(&mut self, send: &SendText) {
        self.outbox.push(queue::outbox_row(send));
    }

    pub(super) fn reminder(&mut self, id: WorkId, lane: Uuid, fact: &Fact, at: Timestamp) -> Result<(), StoreError> {
        self.reminders.push(queue::reminder(id, lane, fact, at)?);
        Ok(())
    }

    /// Whether messages wait: a statement that changes messages would not find these.
    pub(super) fn hold_messages(&self) -> bool {
        !(self.messages.is_empty() && self.outbox.is_empty())
    }

    /// Writes all of them, what is referred to before what refers to it.
    pub(super) async fn write(&mut self, tx: &mut TenantTx<'_>) -> Result<(), StoreError> {
        let Self { contacts, addresses, conversations, closes, messages, media, receipt_lines, outbox, reminders } =
            std::mem::take(self);
        tx.push_together(contact::ADD, contacts).await?;
        tx.push_many("INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)", addresses)
            .await?;
        let (opened, changed): (Vec<_>, Vec<_>) = conversations.into_values().partition(|(_, is_new)| *is_new);
        let wrote = opened.iter().chain(&changed).map(|(conversation, _)| *conversation);
        verified(tx, wrote.filter(|conversation| conversation.last_direction == Some(Direction::In)).collect()).await?;
        tx.push_many(OPENED, opened.into_iter().map(|(conversation, _)| self::opened(conversation))).await?;
        tx.push_each(CHANGED, changed.into_iter().map(|(conversation, _)| self::changed(conversation))).await?;
        tx.push_many(
            "INSERT INTO conversation_close (tenant_id, conversation_id, at_us) VALUES {rows} ON CONFLICT DO NOTHING",
            closes,
        )
        .await?;
        tx.push_many(
            "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body, media,
                 sources, encoding, segments, status, failure, carrier_ref, not_before_us, stop_if_reply, draft_id,
                 answers, assistant_version, created_at_us)",
            messages,
        )
        .await?;
        tx.push_many(
            "INSERT INTO media (tenant_id, id, content_type, bytes, token, source_url, state, created_at_us)",
            media,
        )
        .await?;
        tx.push_many("INSERT INTO receipt_line (tenant_id, message_id, id, kind, detail, at_us)", receipt_lines)
            .await?;
        queue::hand_to_outbox(tx, outbox).await?;
        queue::add_reminders(tx, reminders).await
    }
}

const OPENED: &str =
    "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current, previous_id,
         status, snoozed_until_us, holder, holder_id, mode, team_id, assignee_id, guide, version, inbound_count,
         waiting_since_us, last_inbound_at_us, last_message_at_us, last_direction, preview, send_failed,
         created_at_us)";

fn opened(new: &Conversation) -> [Value<'_>; 25] {
    row![
        new.id,
        "sms",
        new.contact,
        new.number,
        &new.address,
        new.lane,
        true,
        new.previous,
        new.status.as_str(),
        new.snoozed_until,
        new.holder.kind(),
        new.holder.id(),
        new.mode.map(|mode| mode.as_str()),
        new.team,
        new.assignee,
        &new.guide,
        new.version,
        new.inbound_count,
        new.waiting_since,
        new.last_inbound_at,
        new.last_message_at,
        new.last_direction.map(|direction| direction.as_str()),
        &new.preview,
        new.send_failed,
        new.created_at
    ]
}

const CHANGED: &str =
    "UPDATE conversation SET status = $3, snoozed_until_us = $4, holder = $5, holder_id = $6, mode = $7,
         assignee_id = $8, guide = $9, version = $10, inbound_count = $11, waiting_since_us = $12,
         last_inbound_at_us = $13, last_message_at_us = $14, last_direction = $15, preview = $16, resolved_at_us = $17,
         team_id = $18, send_failed = $19
     WHERE tenant_id = $1 AND id = $2";

fn changed(new: &Conversation) -> [Value<'_>; 18] {
    row![
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
        &new.preview,
        new.resolved_at,
        new.team,
        new.send_failed
    ]
}

/// JSON text, `NULL` for an empty list: most messages carry neither attachments nor sources.
/// Whoever wrote last in these conversations has the numbers that they wrote from.
async fn verified(tx: &mut TenantTx<'_>, wrote: Vec<&Conversation>) -> Result<(), StoreError> {
    let Some(at) = wrote.iter().filter_map(|conversation| conversation.last_inbound_at).max() else { return Ok(()) };
    let sql = "UPDATE contact_address SET verified_at_us = $3
               WHERE tenant_id = $1 AND kind = 'phone' AND address {among $2} AND verified_at_us IS NULL";
    let phones = crate::list(wrote.iter().map(|conversation| conversation.address.as_str()));
    tx.push(sql, args![phones, at]).await
}

fn list<T: Serialize>(items: &[T]) -> Result<Option<String>, StoreError> {
    if items.is_empty() { Ok(None) } else { text(&items).map(Some) }
}

pub(super) fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::fault)
}
