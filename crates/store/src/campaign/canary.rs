//! Those who get a campaign first, and what comes of it.

use domain::campaign::Canary;
use domain::campaign::breaker::{self, Family};
use domain::campaign::canary::Figures;
use domain::id::{CampaignId, TenantId};
use jiff::Timestamp;

use crate::{StoreError, SystemTx, TenantTx, args, list};

/// From its launch on only they get it, until [`end`].
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.push("UPDATE campaign SET only_canary = TRUE WHERE tenant_id = $1 AND id = $2", args![campaign]).await
}

/// Everybody gets it. `false`: they did already.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<bool, StoreError> {
    let ended = tx
        .exec_returning_count(
            "UPDATE campaign SET only_canary = FALSE WHERE tenant_id = $1 AND id = $2 AND only_canary",
            args![campaign],
        )
        .await?;
    Ok(ended > 0)
}

/// Adds others to those who get it first, in the order of their rows, until there are as many as must be. To be called when
/// everybody has a row.
///
/// # Errors
/// When the database fails.
pub async fn fill(tx: &mut TenantTx<'_>, campaign: CampaignId, canary: &Canary) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM campaign_recipient
               WHERE tenant_id = $1 AND campaign_id = $2 AND is_canary AND standing <> 'skipped'";
    let first: i64 = tx.one(sql, args![campaign]).await?.get(0)?;
    let missing = i64::from(canary.at_least) - first;
    if missing <= 0 {
        return Ok(());
    }
    tx.exec(
        "UPDATE campaign_recipient SET is_canary = TRUE
         WHERE tenant_id = $1 AND id IN (
             SELECT r.id FROM campaign_recipient r
             WHERE r.tenant_id = $1 AND r.campaign_id = $2 AND r.standing = 'pending' AND NOT r.is_canary
             ORDER BY r.id LIMIT $3)",
        args![campaign, missing],
    )
    .await
}

/// Running campaigns of which only those who are first get their texts, and of which everybody has a row, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn undecided(tx: &mut SystemTx<'_>, limit: u32) -> Result<Vec<(TenantId, CampaignId)>, StoreError> {
    let sql = "SELECT tenant_id, id FROM campaign WHERE state = 'running' AND only_canary AND frozen LIMIT $1";
    tx.rows(sql, args![limit]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// How those stand who get it first.
///
/// # Errors
/// When the database fails.
pub async fn figures(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Figures, StoreError> {
    let row = tx
        .one(
            "SELECT count(CASE WHEN r.standing IN ('pending', 'deferred', 'queued') THEN 1 END),
                    count(CASE WHEN r.standing IN ('sending', 'sent', 'unknown') THEN 1 END),
                    count(CASE WHEN r.standing IN ('delivered', 'unconfirmed') THEN 1 END),
                    count(CASE WHEN r.standing = 'failed' THEN 1 END),
                    count(CASE WHEN a.opted_out_at_us >= r.handed_at_us THEN 1 END),
                    MIN(r.handed_at_us),
                    count(CASE WHEN r.failure_code {among $3}
                                 OR EXISTS (SELECT 1 FROM consent k
                                            WHERE k.tenant_id = r.tenant_id AND k.contact_id = r.contact_id
                                              AND k.address = r.phone AND k.source = 'free_text' AND k.state = 'opted_out'
                                              AND k.at_us >= r.handed_at_us) THEN 1 END)
             FROM campaign_recipient r
             LEFT JOIN contact_address a ON a.tenant_id = r.tenant_id AND a.kind = 'phone' AND a.address = r.phone
             WHERE r.tenant_id = $1 AND r.campaign_id = $2 AND r.is_canary",
            args![campaign, list(breaker::codes(Family::Spam))],
        )
        .await?;
    Ok(Figures {
        waiting: row.get(0)?,
        open: row.get(1)?,
        arrived: row.get(2)?,
        failed: row.get(3)?,
        opted_out: row.get(4)?,
        first_at: row.get::<Option<Timestamp>>(5)?,
        complained: row.get(6)?,
    })
}
