//! The next try of a campaign: to those who did not get it, and have not got it since.

use std::collections::HashSet;

use domain::campaign::{Retry, Settings};
use domain::id::{CampaignId, ContactId, Ids, UserId};
use domain::message::Failure;
use jiff::Timestamp;
use uuid::Uuid;

use super::audience::{self, Freezing};
use super::recipient::standing;
use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args, list};

/// So many of those who did not get it are looked at before somebody may launch: whether there is anybody at all.
const LOOKED_AT: u32 = 5_000;

/// Makes the next try of a campaign, a draft that says the same. `None`: there is no such campaign.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: CampaignId,
    name: &str,
    settings: &Settings,
    by: Option<UserId>,
) -> Result<Line, StoreError> {
    let line = super::create(tx, now, id, name, settings, by).await?;
    let of = settings.retry.as_ref().map(|retry| retry.of);
    // The try of a try belongs to the first one, too: whoever got it by any of them has got it.
    tx.exec(
        "UPDATE campaign SET retry_root =
             (SELECT COALESCE(f.retry_root, f.id) FROM campaign f WHERE f.tenant_id = $1 AND f.id = $3)
         WHERE tenant_id = $1 AND id = $2",
        args![id, of],
    )
    .await?;
    Ok(line)
}

/// The first of the campaigns of which this is the next try; itself, if it is of none.
///
/// # Errors
/// When the database fails.
pub async fn root(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<CampaignId, StoreError> {
    let sql = "SELECT COALESCE(retry_root, id) FROM campaign WHERE tenant_id = $1 AND id = $2";
    tx.opt(sql, args![id]).await?.map_or(Ok(id), |row| row.get(0))
}

/// Looks at the next `limit` recipients of the campaign that is tried again, after the recipient `after`, and gives a row to
/// each who is to get it. Answers the last that was looked at; `None`: there are no more.
///
/// # Errors
/// When the database fails.
pub async fn freeze(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    freezing: Freezing<'_>,
    retry: &Retry,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Option<Uuid>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, standing, CASE WHEN standing IN ('failed', 'skipped') THEN failure END, contact_id, phone
             FROM campaign_recipient WHERE tenant_id = $1 AND campaign_id = $2 AND id > $3 ORDER BY id LIMIT $4",
            args![retry.of, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    let last = match rows.last() {
        Some(row) if rows.len() == limit as usize => Some(row.get(0)?),
        _ => None,
    };
    let mut people: Vec<(ContactId, String)> = Vec::new();
    for row in &rows {
        if means(retry, row)? {
            people.push((row.get(3)?, row.get(4)?));
        }
    }
    let phones: Vec<&str> = people.iter().map(|(_, phone)| phone.as_str()).collect();
    let had = had_since(tx, freezing.campaign, &phones).await?;
    people.retain(|(_, phone)| !had.contains(phone));
    audience::add(tx, ids, freezing, people).await?;
    Ok(last)
}

/// Whether there seems to be somebody to try again. Of many who did not get it, some are looked at.
///
/// # Errors
/// When the database fails.
pub async fn anybody(tx: &mut TenantTx<'_>, retry: &Retry) -> Result<bool, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, standing, failure FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id = $2 AND standing IN ('failed', 'skipped', 'cancelled') LIMIT $3",
            args![retry.of, LOOKED_AT],
        )
        .await?;
    if rows.len() == LOOKED_AT as usize {
        return Ok(true);
    }
    rows.iter().map(|row| means(retry, row)).try_fold(false, |any, means| Ok(any || means?))
}

/// Whether there may be more people than this to try again: of those who failed, all are counted.
///
/// # Errors
/// When the database fails.
pub async fn is_above(tx: &mut TenantTx<'_>, retry: &Retry, people: u32) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM (
                   SELECT id FROM campaign_recipient
                   WHERE tenant_id = $1 AND campaign_id = $2 AND standing IN ('failed', 'skipped', 'cancelled') LIMIT $3) AS counted";
    let found: i64 = tx.one(sql, args![retry.of, i64::from(people) + 1]).await?.get(0)?;
    Ok(found > i64::from(people))
}

fn means(retry: &Retry, row: &Row) -> Result<bool, StoreError> {
    let failure: Option<String> = row.get(2)?;
    let failure: Option<Failure> = failure.as_deref().map(json).transpose()?;
    Ok(retry.means(standing(row.text(1)?)?, failure.as_ref().map(|failure| failure.code.as_str())))
}

/// Which of these phones have got it, or are to get it, by any of the tries of one campaign. Two tries that are launched at once
/// wait here for each other: the second sees whom the first has.
async fn had_since(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    phones: &[&str],
) -> Result<HashSet<String>, StoreError> {
    if phones.is_empty() {
        return Ok(HashSet::new());
    }
    let root: Option<CampaignId> =
        tx.one("SELECT retry_root FROM campaign WHERE tenant_id = $1 AND id = $2", args![campaign]).await?.get(0)?;
    tx.hold("SELECT 1 FROM campaign WHERE tenant_id = $1 AND id = $2 FOR UPDATE", args![root]).await?;
    let rows = tx
        .rows(
            "SELECT r.phone FROM campaign_recipient r
             WHERE r.tenant_id = $1 AND r.phone {among $3}
               AND r.campaign_id IN (SELECT c.id FROM campaign c WHERE c.tenant_id = $1 AND c.retry_root = $2
                                     UNION ALL SELECT c.id FROM campaign c WHERE c.tenant_id = $1 AND c.id = $2)
               AND r.standing NOT IN ('failed', 'skipped', 'cancelled')",
            args![root, list(phones.iter().copied())],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}
