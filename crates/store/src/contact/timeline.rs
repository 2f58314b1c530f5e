//! Everything that happened with somebody, on all channels, in one line of time.

use std::fmt;

use domain::id::{CampaignId, ContactId, ConversationId, RecipientId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::history::{self, ContactChange};
use crate::consent::{self, Consent};
use crate::message::{self, Failure, Message};
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args, words as word_lists};

/// One thing that happened. Exactly one of `message`, `campaign`, `consent` and `change` is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Which.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[schema(value_type = word_lists::TimelineKind)]
    pub kind: &'static str,
    /// A text in a conversation of theirs, or a note there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// A text of a campaign that they have not answered, or why they did not get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignText>,
    /// A line of their consent ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Something that was changed of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ContactChange>,
}

/// A campaign, as one person had it.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignText {
    /// As which recipient.
    #[schema(value_type = String)]
    pub recipient_id: RecipientId,
    /// Of which campaign.
    #[schema(value_type = String)]
    pub campaign_id: CampaignId,
    /// What people call it.
    pub campaign_name: String,
    /// Where it went, or would have gone.
    pub phone: String,
    /// Where they stand.
    #[schema(value_type = word_lists::RecipientStanding)]
    pub standing: String,
    /// Their text, once it was made.
    #[schema(required = true)]
    pub body: Option<String>,
    /// Why it did not arrive, or waits.
    #[schema(required = true)]
    pub error: Option<Failure>,
    /// The thread in which it stands, once they have answered.
    #[schema(required = true, value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
    /// When the carrier took it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<Timestamp>,
    /// When they answered.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub replied_at: Option<Timestamp>,
}

impl fmt::Debug for CampaignText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CampaignText").field("recipient_id", &self.recipient_id).finish_non_exhaustive()
    }
}

/// A page of it, the newest first, after `after`: one query for each kind of thing.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    id: ContactId,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<TimelineEntry>, StoreError> {
    let after = after.map_or((i64::MAX, Uuid::max()), |(at, id)| (at.as_microsecond(), id));
    let mut all = Vec::new();
    for message in message::of_contact(tx, id, after, limit).await? {
        let entry = TimelineEntry::of(message.id.into(), message.created_at, "message");
        all.push(TimelineEntry { message: Some(message), ..entry });
    }
    for (at, campaign) in campaign_texts(tx, id, true, after, limit).await? {
        let entry = TimelineEntry::of(campaign.recipient_id.into(), at, "campaign");
        all.push(TimelineEntry { campaign: Some(campaign), ..entry });
    }
    for consent in consent::before(tx, id, after, limit).await? {
        let entry = TimelineEntry::of(consent.id, consent.at, "consent");
        all.push(TimelineEntry { consent: Some(consent), ..entry });
    }
    for change in history::before(tx, id, after, limit).await? {
        let entry = TimelineEntry::of(change.id, change.at, "change");
        all.push(TimelineEntry { change: Some(change), ..entry });
    }
    all.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    all.truncate(limit as usize);
    Ok(all)
}

impl TimelineEntry {
    fn of(id: Uuid, at: Timestamp, kind: &'static str) -> Self {
        Self { id, at, kind, message: None, campaign: None, consent: None, change: None }
    }
}

/// What campaigns had for somebody, the newest first, each with its moment. An answered one stands in its thread as a message
/// too, which `unanswered` leaves out.
///
/// # Errors
/// When the database fails.
pub async fn campaign_texts(
    tx: &mut TenantTx<'_>,
    id: ContactId,
    unanswered: bool,
    (at, after): (i64, Uuid),
    limit: u32,
) -> Result<Vec<(Timestamp, CampaignText)>, StoreError> {
    let rows = tx
        .rows(
            "SELECT r.id, r.campaign_id, c.name, r.phone, r.standing, r.body, r.failure, r.conversation_id, r.sent_at_us,
                    r.delivered_at_us, r.replied_at_us, COALESCE(r.sent_at_us, r.handed_at_us, r.ready_at_us)
             FROM campaign_recipient r JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
             WHERE r.tenant_id = $1 AND r.contact_id = $2 AND (NOT $3 OR r.conversation_id IS NULL)
               AND (COALESCE(r.sent_at_us, r.handed_at_us, r.ready_at_us), r.id) < ($4, $5)
             ORDER BY COALESCE(r.sent_at_us, r.handed_at_us, r.ready_at_us) DESC, r.id DESC LIMIT $6",
            args![id, unanswered, at, after, limit],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(11)?, campaign_text(row)?))).collect()
}

fn campaign_text(row: &Row) -> Result<CampaignText, StoreError> {
    Ok(CampaignText {
        recipient_id: row.get(0)?,
        campaign_id: row.get(1)?,
        campaign_name: row.get(2)?,
        phone: row.get(3)?,
        standing: row.get(4)?,
        body: row.get(5)?,
        error: row.text_or_null(6)?.map(json).transpose()?,
        conversation_id: row.get(7)?,
        sent_at: row.get(8)?,
        delivered_at: row.get(9)?,
        replied_at: row.get(10)?,
    })
}
