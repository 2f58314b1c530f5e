//! What came of a campaign, counted page by page: each page is its own short read, so that a long count holds up nobody.

use std::collections::HashMap;

use domain::campaign::outcome::{One, Outcomes, Window};
use domain::id::{CampaignId, RecipientId};
use domain::message::Failure;
use jiff::Timestamp;
use uuid::Uuid;

use super::standing;
use crate::scene::json;
use crate::{StoreError, TenantTx, args, list};

/// From when a campaign's texts go out, and since when nobody waits for it any more. `None`: there is no such campaign.
///
/// # Errors
/// When the database fails.
pub async fn span(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
) -> Result<Option<(Option<Timestamp>, Option<Timestamp>)>, StoreError> {
    let sql = "SELECT starts_at_us, ended_at_us FROM campaign WHERE tenant_id = $1 AND id = $2";
    tx.opt(sql, args![campaign]).await?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Counts the next `limit` of a campaign after `after`, in the order of their launch. Answers the last that was counted;
/// `None`: there are no more.
///
/// # Errors
/// When the database fails.
pub async fn count(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    window: Option<Window>,
    after: Option<RecipientId>,
    limit: u32,
) -> Result<(Outcomes, Option<RecipientId>), StoreError> {
    let rows = tx
        .rows(
            "SELECT id, number_id, standing, failure_code, phone, carrier, segments, parts, cost_micros, currency,
                    sent_at_us, delivered_at_us, replied_at_us, clicked_at_us, opted_out_at_us
             FROM campaign_recipient WHERE tenant_id = $1 AND campaign_id = $2 AND id > $3 ORDER BY id LIMIT $4",
            args![campaign, after.unwrap_or(RecipientId(Uuid::nil())), limit],
        )
        .await?;
    let mut outcomes = Outcomes::new(window);
    for row in &rows {
        let cost = match row.get::<Option<i64>>(8)? {
            Some(micros) => Some((micros, row.text(9)?)),
            None => None,
        };
        outcomes.add(&One {
            id: row.get(0)?,
            number: row.get(1)?,
            standing: standing(row.text(2)?)?,
            code: row.text_or_null(3)?,
            phone: row.text(4)?,
            carrier: row.text_or_null(5)?,
            segments: row.get(6)?,
            parts: row.get(7)?,
            cost,
            sent_at: row.get(10)?,
            delivered_at: row.get(11)?,
            replied_at: row.get(12)?,
            clicked_at: row.get(13)?,
            opted_out_at: row.get(14)?,
        });
    }
    let last = match rows.last() {
        Some(last) if rows.len() == limit as usize => Some(last.get(0)?),
        _ => None,
    };
    Ok((outcomes, last))
}

/// Why these stand where they do, in the words of their rows.
///
/// # Errors
/// When the database fails.
pub async fn words(tx: &mut TenantTx<'_>, ids: &[RecipientId]) -> Result<HashMap<RecipientId, Failure>, StoreError> {
    let sql =
        "SELECT id, failure FROM campaign_recipient WHERE tenant_id = $1 AND failure IS NOT NULL AND id {among $2}";
    tx.rows(sql, args![list(ids)]).await?.iter().map(|row| Ok((row.get(0)?, json(row.text(1)?)?))).collect()
}
