//! What stops a campaign by itself: the outcomes that are counted for it, and the stop.

use std::collections::BTreeMap;

use domain::campaign::breaker::{Outcomes, SAMPLES, WINDOW};
use domain::campaign::{Deed, Guard, Halt};
use domain::id::{CampaignId, Ids, RecipientId};
use domain::message::Author;
use jiff::Timestamp;
use uuid::Uuid;

use super::history;
use crate::scene::json;
use crate::{StoreError, SystemTx, TenantTx, args, row};

/// The outcomes that one transaction remembers, campaign by campaign.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<CampaignId, Outcomes>);

impl Tally {
    pub(crate) fn add(&mut self, campaign: CampaignId, recipient: RecipientId, blocked: bool) {
        let outcomes = self.0.entry(campaign).or_default();
        outcomes.all += 1;
        if blocked {
            outcomes.blocked += 1;
            if outcomes.samples.len() < SAMPLES {
                outcomes.samples.push(recipient);
            }
        }
    }

    /// Writes them, one row for a campaign, and answers where some were blocked.
    pub(crate) async fn write(
        self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        ids: &mut Ids,
    ) -> Result<Vec<CampaignId>, StoreError> {
        let mut rows = Vec::with_capacity(self.0.len());
        for (campaign, outcomes) in &self.0 {
            let samples = serde_json::to_string(&outcomes.samples).map_err(StoreError::fault)?;
            rows.push(row![*campaign, ids.next::<Uuid>(), outcomes.all, outcomes.blocked, samples, now]);
        }
        tx.push_many(
            "INSERT INTO campaign_outcome (tenant_id, campaign_id, id, settled, blocked, samples, at_us)",
            rows,
        )
        .await?;
        Ok(self.0.into_iter().filter(|(_, outcomes)| outcomes.blocked > 0).map(|(campaign, _)| campaign).collect())
    }
}

/// The last outcomes of a campaign since somebody last said that it goes on. Whoever else counts them now waits until this
/// transaction ends, and then sees what it added.
///
/// # Errors
/// When the database fails.
pub async fn last_outcomes(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Outcomes, StoreError> {
    tx.hold("SELECT 1 FROM campaign WHERE tenant_id = $1 AND id = $2 FOR UPDATE", args![campaign]).await?;
    let rows = tx
        .rows(
            "SELECT settled, blocked, samples FROM campaign_outcome
             WHERE tenant_id = $1 AND campaign_id = $2 ORDER BY id DESC LIMIT $3",
            args![campaign, WINDOW],
        )
        .await?;
    let mut last = Outcomes::default();
    for row in &rows {
        let some = Outcomes { all: row.get(0)?, blocked: row.get(1)?, samples: json(row.text(2)?)? };
        if last.and(some) {
            break;
        }
    }
    Ok(last)
}

/// Pauses a running campaign, and tells why in its history. `false`: it does not run, and stays as it is. If the first texts
/// speak against it, whoever resumes it says that the others get it all the same.
///
/// # Errors
/// When the database fails.
pub async fn halt(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    campaign: CampaignId,
    halt: &Halt,
) -> Result<bool, StoreError> {
    let why = serde_json::to_string(halt).map_err(StoreError::fault)?;
    let paused = tx
        .exec_returning_count(
            "UPDATE campaign SET state = 'paused', halt = $3, only_canary = only_canary AND $4
             WHERE tenant_id = $1 AND id = $2 AND state = 'running'",
            args![campaign, why, halt.by != Guard::Canary],
        )
        .await?;
    if paused == 0 {
        return Ok(false);
    }
    let new = history::New { campaign, deed: Deed::Paused, by: Author::System, halt: Some(halt), note: None };
    history::add(tx, now, ids.next(), new).await?;
    Ok(true)
}

/// What was counted so far counts no more: somebody says that it goes on, or it is over.
pub(super) async fn forget(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.push("DELETE FROM campaign_outcome WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await
}

/// Forgets outcomes from before `before`, at most `limit`. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_old(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM campaign_outcome WHERE (tenant_id, campaign_id, id) IN
             (SELECT tenant_id, campaign_id, id FROM campaign_outcome WHERE at_us < $1 LIMIT $2)",
        args![before, limit],
    )
    .await
}
