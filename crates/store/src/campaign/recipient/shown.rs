//! Recipients, as the API shows them: each, and how many stand where.

use std::collections::HashMap;
use std::fmt;

use domain::campaign::Standing;
use domain::id::{CampaignId, ContactId, ConversationId, NumberId, RecipientId};
use domain::message::Failure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing;
use crate::scene::json;
use crate::{StoreError, TenantTx, args, list, words};

/// How many recipients stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecipientCounts)]
pub struct Counts {
    /// Their turn has not come.
    pub pending: i64,
    /// It is no hour to text them, or they have had enough for now.
    pub deferred: i64,
    /// The carrier did not take it, and is asked again.
    pub queued: i64,
    /// Handed to the carrier, whose answer is not here.
    pub sending: i64,
    /// The carrier took it.
    pub sent: i64,
    /// Nobody knows whether the carrier took it.
    pub unknown: i64,
    /// It arrived.
    pub delivered: i64,
    /// It went out and no receipt will come.
    pub unconfirmed: i64,
    /// It did not arrive.
    pub failed: i64,
    /// It was not sent, with reason.
    pub skipped: i64,
    /// The campaign was ended before their turn.
    pub cancelled: i64,
}

impl Counts {
    /// All together.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.pending
            + self.deferred
            + self.queued
            + self.sending
            + self.sent
            + self.unknown
            + self.delivered
            + self.unconfirmed
            + self.failed
            + self.skipped
            + self.cancelled
    }

    const fn of(&mut self, standing: Standing) -> &mut i64 {
        match standing {
            Standing::Pending => &mut self.pending,
            Standing::Deferred => &mut self.deferred,
            Standing::Queued => &mut self.queued,
            Standing::Sending => &mut self.sending,
            Standing::Sent => &mut self.sent,
            Standing::Unknown => &mut self.unknown,
            Standing::Delivered => &mut self.delivered,
            Standing::Unconfirmed => &mut self.unconfirmed,
            Standing::Failed => &mut self.failed,
            Standing::Skipped => &mut self.skipped,
            Standing::Cancelled => &mut self.cancelled,
        }
    }
}

/// Somebody who is to get a campaign.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Recipient)]
pub struct Shown {
    /// Which one.
    #[schema(value_type = String, example = "rcp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: RecipientId,
    /// Who.
    #[schema(value_type = String)]
    pub contact_id: ContactId,
    /// Where they are reached, in E.164 form.
    pub phone: String,
    /// From which number.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// Where they stand.
    #[schema(value_type = words::RecipientStanding)]
    pub standing: String,
    /// Why not, or not yet; `null`: nothing speaks against it.
    #[schema(required = true, value_type = Option<crate::message::Failure>)]
    pub failure: Option<Failure>,
    /// Not before this, if they wait.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub not_before: Option<Timestamp>,
    /// Their text; `null`: it is not made yet.
    #[schema(required = true)]
    pub body: Option<String>,
    /// How many segments it takes.
    #[schema(required = true)]
    pub segments: Option<i64>,
    /// The thread in which it stands, since they have answered it.
    #[schema(required = true, value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
    /// When the carrier took it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<Timestamp>,
    /// When they first answered.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub replied_at: Option<Timestamp>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("id", &self.id).field("standing", &self.standing).finish_non_exhaustive()
    }
}

/// How many stand where, for each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn counts(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, Counts>, StoreError> {
    let mut counts: HashMap<CampaignId, Counts> = HashMap::new();
    if of.is_empty() {
        return Ok(counts);
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, standing, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} GROUP BY campaign_id, standing",
            args![list(of)],
        )
        .await?;
    for row in rows {
        *counts.entry(row.get(0)?).or_default().of(standing(row.text(1)?)?) = row.get(2)?;
    }
    Ok(counts)
}

/// A page of them, in the order of their launch, after `after`; of all, or of those who stand so.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    wanted: Option<Standing>,
    after: Option<RecipientId>,
    limit: u32,
) -> Result<Vec<Shown>, StoreError> {
    macro_rules! shown {
        ($which:literal) => {
            concat!(
                "SELECT id, contact_id, phone, number_id, standing, failure, ready_at_us, body, segments, conversation_id,
                        sent_at_us, delivered_at_us, replied_at_us
                 FROM campaign_recipient WHERE tenant_id = $1 AND campaign_id = $2 AND id > $3",
                $which,
                " ORDER BY id LIMIT $4"
            )
        };
    }
    let after = after.unwrap_or(RecipientId(Uuid::nil()));
    let rows = match wanted {
        None => tx.rows(shown!(""), args![campaign, after, limit]).await?,
        Some(wanted) => tx.rows(shown!(" AND standing = $5"), args![campaign, after, limit, wanted.as_str()]).await?,
    };
    rows.iter()
        .map(|row| {
            let word = row.text(4)?;
            let failure: Option<String> = row.get(5)?;
            Ok(Shown {
                id: row.get(0)?,
                contact_id: row.get(1)?,
                phone: row.get(2)?,
                number_id: row.get(3)?,
                standing: word.to_owned(),
                failure: failure.as_deref().map(json).transpose()?,
                not_before: if standing(word)?.waits() { Some(row.get(6)?) } else { None },
                body: row.get(7)?,
                segments: row.get(8)?,
                conversation_id: row.get(9)?,
                sent_at: row.get(10)?,
                delivered_at: row.get(11)?,
                replied_at: row.get(12)?,
            })
        })
        .collect()
}

/// How many have answered each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn replied(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, i64>, StoreError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} AND replied_at_us IS NOT NULL GROUP BY campaign_id",
            args![list(of)],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
