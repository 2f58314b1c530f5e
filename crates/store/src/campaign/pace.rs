//! How fast campaigns go, and what holds them.

use std::collections::{BTreeMap, HashMap};

use domain::campaign::Throttle;
use domain::campaign::rate::{Lately, minute};
use domain::campaign::throttle::{Day, Limit, Limits};
use domain::id::{CampaignId, CarrierAccountId, NumberId};
use domain::tenant::SendingLimits;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Sending;
use crate::{Row, StoreError, TenantTx, args, list, row, tenant};

/// One of a campaign's numbers from which none of its texts may go just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldNumber)]
pub struct HeldNumber {
    /// Which number.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// Which limit holds it: `campaign_throttle`, `tenant_throttle`, `account_throttle`, `number_day_limit` or `account_day_limit`.
    pub code: String,
    /// In plain words.
    pub explanation: String,
    /// What to do about it; empty: nothing.
    pub mend: String,
    /// The next text may go then.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// The limits that texts of these campaigns meet from a number of this account, which has sent `day_segments` on this day. Only
/// what is limited is read.
///
/// # Errors
/// When the database fails.
pub async fn limits(
    tx: &mut TenantTx<'_>,
    day: Day,
    set: SendingLimits,
    (number, account): (NumberId, CarrierAccountId),
    day_segments: i64,
    campaigns: impl Iterator<Item = (CampaignId, Throttle)>,
) -> Result<Limits, StoreError> {
    let mut limits = Limits::new(day);
    limits.bucket(Limit::Tenant, tx.tenant().0, None, set.campaigns_per_minute);
    limits.bucket(Limit::Account, account.0, None, set.account_per_minute);
    for (id, throttle) in campaigns {
        limits.bucket(Limit::Campaign, id.0, Some(id), throttle.segments_per_minute);
    }
    let ids = limits.ids();
    if !ids.is_empty() {
        let rows = tx
            .rows(
                "SELECT id, tat_us FROM bucket WHERE tenant_id = $1 AND id {among $2}",
                args![list(ids.iter().copied())],
            )
            .await?;
        for row in &rows {
            limits.stands(row.get::<Uuid>(0)?, row.get(1)?);
        }
    }
    limits.budget(Limit::NumberDay, set.number_per_day, day_segments);
    if set.account_per_day.is_some() {
        let sql = "SELECT CAST(COALESCE(SUM(p.day_segments), 0) AS BIGINT)
                   FROM number n JOIN number_pace p ON p.tenant_id = n.tenant_id AND p.number_id = n.id
                   WHERE n.tenant_id = $1 AND n.carrier_account_id = $2 AND p.day = $3 AND n.id <> $4";
        let others: i64 = tx.one(sql, args![account, day.number, number]).await?.get(0)?;
        limits.budget(Limit::AccountDay, set.account_per_day, others.saturating_add(day_segments));
    }
    Ok(limits)
}

/// Keeps where buckets stand, in the transaction that hands their texts over.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut TenantTx<'_>, limits: &Limits) -> Result<(), StoreError> {
    for (id, tat_us) in limits.moved() {
        tx.push(
            "INSERT INTO bucket (tenant_id, id, tat_us) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, id) DO UPDATE SET tat_us = $3",
            args![id, tat_us],
        )
        .await?;
    }
    Ok(())
}

/// So many texts of campaigns were handed over from one of our numbers.
///
/// # Errors
/// When the database fails.
pub async fn count(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    number: NumberId,
    handed: &BTreeMap<CampaignId, i64>,
) -> Result<(), StoreError> {
    tx.push_each(
        "INSERT INTO campaign_pace (tenant_id, campaign_id, number_id, minute, since_us, handed, earlier)
         VALUES ($1, $2, $3, $4, $5, $6, 0)
         ON CONFLICT (tenant_id, campaign_id, number_id) DO UPDATE SET
             since_us = CASE WHEN campaign_pace.minute = $4 THEN campaign_pace.since_us ELSE $5 END,
             earlier = CASE WHEN campaign_pace.minute = $4 THEN campaign_pace.earlier
                            WHEN campaign_pace.minute = $4 - 1 THEN campaign_pace.handed ELSE 0 END,
             handed = CASE WHEN campaign_pace.minute = $4 THEN campaign_pace.handed + $6 ELSE $6 END,
             minute = $4",
        handed.iter().map(|(campaign, count)| row![*campaign, number, minute(now), now, *count]),
    )
    .await
}

/// What each number handed over of a campaign lately.
///
/// # Errors
/// When the database fails.
pub async fn lately(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Vec<Lately>, StoreError> {
    let sql = "SELECT minute, since_us, handed, earlier FROM campaign_pace WHERE tenant_id = $1 AND campaign_id = $2";
    let read =
        |row: &Row| Ok(Lately { minute: row.get(0)?, since: row.get(1)?, handed: row.get(2)?, earlier: row.get(3)? });
    tx.rows(sql, args![campaign]).await?.iter().map(read).collect()
}

/// A draft is gone, and so is what it counted.
pub(super) async fn forget(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.push("DELETE FROM campaign_pace WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await
}

/// The numbers of a running campaign that limits hold just now, and which.
///
/// # Errors
/// When the database fails.
pub async fn held(tx: &mut TenantTx<'_>, now: Timestamp, campaign: CampaignId) -> Result<Vec<HeldNumber>, StoreError> {
    let running = super::running(tx).await?.into_iter().find(|sending| sending.id == campaign);
    let Some(Sending { settings, .. }) = running else { return Ok(Vec::new()) };
    let set = tenant::settings(tx).await?.sending_limits;
    if set == SendingLimits::default() && settings.throttle == Throttle::default() {
        return Ok(Vec::new());
    }
    let day = Day::of(now);
    let rows = tx
        .rows(
            "SELECT n.id, n.carrier_account_id, CASE WHEN p.day = $3 THEN p.day_segments ELSE 0 END
             FROM number n LEFT JOIN number_pace p ON p.tenant_id = n.tenant_id AND p.number_id = n.id
             WHERE n.tenant_id = $1 AND n.id {among $2} ORDER BY n.id",
            args![list(&settings.numbers), day.number],
        )
        .await?;
    let mut of_accounts: HashMap<CarrierAccountId, Limits> = HashMap::new();
    let mut held = Vec::new();
    for row in &rows {
        let (number, account, day_segments) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut limits = match of_accounts.get(&account) {
            Some(limits) => limits.clone(),
            None => {
                let nobody = (NumberId(Uuid::nil()), account);
                let limits = limits(tx, day, set, nobody, 0, std::iter::once((campaign, settings.throttle))).await?;
                of_accounts.entry(account).or_insert(limits).clone()
            }
        };
        limits.budget(Limit::NumberDay, set.number_per_day, day_segments);
        if let Err(by) = limits.allow(now, campaign, 1) {
            held.push(HeldNumber {
                number_id: number,
                code: by.by.code().into(),
                explanation: by.by.explanation().into(),
                mend: by.by.mend().into(),
                until: by.until,
            });
        }
    }
    Ok(held)
}
