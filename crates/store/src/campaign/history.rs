//! What campaigns went through, line by line: lines are only added.

use domain::campaign::{Deed, Halt};
use domain::id::{CampaignId, UserId};
use domain::message::Author;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown;
use crate::scene::{author, json};
use crate::{StoreError, TenantTx, args, words};

/// Whoever edits on and on within this time edits once.
const ONE_EDIT: SignedDuration = SignedDuration::from_hours(1);

/// One thing that was done with a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CampaignDeed)]
pub struct Entry {
    /// Its place in the history.
    #[serde(skip)]
    pub id: Uuid,
    /// What.
    #[schema(value_type = words::CampaignDeedKind)]
    pub deed: String,
    /// By whom: `member`, `api` or `system`.
    pub by_kind: String,
    /// By which member; `null`: by none.
    #[schema(required = true, value_type = Option<String>)]
    pub by: Option<UserId>,
    /// Why it paused, if it did so by itself.
    #[schema(required = true, value_type = Option<shown::Halt>)]
    pub halt: Option<Halt>,
    /// Why somebody refused it, in their words; `null`: they did not say, or it is about something else.
    #[schema(required = true)]
    pub note: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A line to be written.
#[derive(Debug, Clone, Copy)]
pub struct New<'n> {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What was done.
    pub deed: Deed,
    /// By whom.
    pub by: Author,
    /// Why, if it stopped by itself.
    pub halt: Option<&'n Halt>,
    /// Why somebody refused it.
    pub note: Option<&'n str>,
}

/// Adds a line, in the transaction of what it tells. `id`: a new one.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut TenantTx<'_>, now: Timestamp, id: Uuid, new: New<'_>) -> Result<(), StoreError> {
    let New { campaign, deed, by, halt, note } = new;
    if deed == Deed::Edited && has_just_edited(tx, now, campaign, by).await? {
        return Ok(());
    }
    let halt = halt.map(serde_json::to_string).transpose().map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO campaign_history (tenant_id, campaign_id, id, deed, author, author_id, halt, note, at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![campaign, id, deed.as_str(), by.kind(), by.id(), halt, note, now],
    )
    .await
}

/// A page of a campaign's lines, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, deed, author, author_id, halt, note, at_us FROM campaign_history
             WHERE tenant_id = $1 AND campaign_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
            args![campaign, after.unwrap_or(Uuid::max()), limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let halt: Option<String> = row.get(4)?;
            Ok(Entry {
                id: row.get(0)?,
                deed: row.get(1)?,
                by_kind: row.get(2)?,
                by: row.get(3)?,
                halt: halt.as_deref().map(json).transpose()?,
                note: row.get(5)?,
                at: row.get(6)?,
            })
        })
        .collect()
}

/// Who has launched a campaign that waits for another member's word; `None`: nobody has.
///
/// # Errors
/// When the database fails.
pub async fn submitted_by(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Option<Author>, StoreError> {
    let row = tx
        .opt(
            "SELECT author, author_id FROM campaign_history
             WHERE tenant_id = $1 AND campaign_id = $2 AND deed = $3 ORDER BY id DESC LIMIT 1",
            args![campaign, Deed::Submitted.as_str()],
        )
        .await?;
    row.map(|row| author(row.text(0)?, row.get(1)?)).transpose()
}

/// A draft is gone, and what is told of it.
pub(super) async fn forget(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.push("DELETE FROM campaign_history WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await
}

async fn has_just_edited(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    campaign: CampaignId,
    by: Author,
) -> Result<bool, StoreError> {
    let last = tx
        .opt(
            "SELECT deed, author, author_id, at_us FROM campaign_history
             WHERE tenant_id = $1 AND campaign_id = $2 ORDER BY id DESC LIMIT 1",
            args![campaign],
        )
        .await?;
    let Some(last) = last else { return Ok(false) };
    let (author, id, at): (Option<Uuid>, _, Timestamp) = (last.get(2)?, by.id(), last.get(3)?);
    let by_the_same = last.text(1)? == by.kind() && author == id;
    Ok(last.text(0)? == Deed::Edited.as_str() && by_the_same && now.duration_since(at) < ONE_EDIT)
}
