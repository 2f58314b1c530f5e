//! Who wanted no more texts after a campaign.

use domain::campaign::outcome::LEFT_WITHIN;
use domain::id::CampaignId;
use jiff::Timestamp;

use crate::{StoreError, TenantTx, args};

/// Somebody wants no more texts: what a campaign sent them last, if that was lately, is what they left after. Answers of which
/// campaign.
pub(crate) async fn left(tx: &mut TenantTx<'_>, phone: &str, at: Timestamp) -> Result<Vec<CampaignId>, StoreError> {
    let since = at.checked_sub(LEFT_WITHIN).map_err(StoreError::fault)?;
    let rows = tx
        .rows(
            "UPDATE campaign_recipient SET opted_out_at_us = $3
             WHERE tenant_id = $1 AND opted_out_at_us IS NULL AND id = (
                 SELECT last.id FROM campaign_recipient last
                 WHERE last.tenant_id = $1 AND last.phone = $2 AND last.handed_at_us > $4
                 ORDER BY last.handed_at_us DESC, last.id DESC LIMIT 1)
             RETURNING campaign_id",
            args![phone, at, since],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}
