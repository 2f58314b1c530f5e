//! What is attached to a campaign: media, which each text carries and which are kept for as long as the campaign is there; and a
//! workflow, in which whoever gets it is enrolled. Its settings name both.

use std::collections::HashMap;

use domain::attachment::FETCHED_AFTER;
use domain::campaign::Settings;
use domain::id::{CampaignId, MediaId};
use jiff::Timestamp;

use crate::{StoreError, TenantTx, args, list, row};

/// It is this from now on.
pub(super) async fn set(tx: &mut TenantTx<'_>, campaign: CampaignId, settings: &Settings) -> Result<(), StoreError> {
    forget(tx, campaign).await?;
    let sql = "INSERT INTO campaign_workflow (tenant_id, campaign_id, workflow_id) VALUES ($1, $2, $3)";
    if let Some(workflow) = settings.workflow_id {
        tx.push(sql, args![campaign, workflow]).await?;
    }
    tx.push_each(
        "INSERT INTO campaign_media (tenant_id, campaign_id, place, media_id) VALUES ($1, $2, $3, $4)",
        (0_i64..).zip(&settings.media).map(|(place, media)| row![campaign, place, *media]),
    )
    .await
}

pub(super) async fn forget(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.push("DELETE FROM campaign_media WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await?;
    tx.push("DELETE FROM campaign_workflow WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await
}

/// The media of these campaigns, in their order.
pub(super) async fn media_of(
    tx: &mut TenantTx<'_>,
    campaigns: &[CampaignId],
) -> Result<HashMap<CampaignId, Vec<MediaId>>, StoreError> {
    let mut found: HashMap<CampaignId, Vec<MediaId>> = HashMap::new();
    if campaigns.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT campaign_id, media_id FROM campaign_media WHERE tenant_id = $1 AND campaign_id {among $2}
               ORDER BY campaign_id, place";
    for row in tx.rows(sql, args![list(campaigns)]).await? {
        found.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(found)
}

/// Whether a workflow sends it, or a campaign that is not over or was a short while ago: however long ago it was uploaded, the
/// carrier may fetch it.
///
/// # Errors
/// When the database fails.
pub async fn is_lent(tx: &mut TenantTx<'_>, now: Timestamp, media: MediaId) -> Result<bool, StoreError> {
    let since = now.checked_sub(FETCHED_AFTER).map_err(StoreError::fault)?;
    let sql = "SELECT 1 FROM campaign_media k JOIN campaign c ON c.tenant_id = k.tenant_id AND c.id = k.campaign_id
               WHERE k.tenant_id = $1 AND k.media_id = $2 AND (c.ended_at_us IS NULL OR c.ended_at_us >= $3)
               UNION ALL
               SELECT 1 FROM workflow_media w WHERE w.tenant_id = $1 AND w.media_id = $2 LIMIT 1";
    Ok(tx.opt(sql, args![media, since]).await?.is_some())
}
