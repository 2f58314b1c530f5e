//! What came of each text of a campaign.

use domain::campaign::{Settings, Skip};
use domain::id::CampaignId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{StoreError, TenantTx, args};

/// What came of one text of a campaign, or of sending none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CampaignVariantFigures)]
pub struct Figures {
    /// What people call the text; `null`: those who get nothing, to compare with.
    #[schema(required = true)]
    pub name: Option<String>,
    /// How many it was made for.
    pub recipients: i64,
    /// How many texts the carrier took.
    pub sent: i64,
    /// How many arrived.
    pub delivered: i64,
    /// How many did not.
    pub failed: i64,
    /// How many have answered.
    pub replied: i64,
    /// How many have wanted no more texts since.
    pub opted_out: i64,
}

/// The figures of each text in their order, and of those who get nothing if there are to be some. Empty: there is one text for
/// everybody.
///
/// # Errors
/// When the database fails.
pub async fn figures(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    settings: &Settings,
) -> Result<Vec<Figures>, StoreError> {
    let none = |name| Figures { name, recipients: 0, sent: 0, delivered: 0, failed: 0, replied: 0, opted_out: 0 };
    let mut all: Vec<Figures> = settings.variants.iter().map(|variant| none(Some(variant.name.clone()))).collect();
    let rows = tx
        .rows(
            "SELECT r.variant, count(*), count(r.sent_at_us), count(CASE WHEN r.standing = 'delivered' THEN 1 END),
                    count(CASE WHEN r.standing = 'failed' THEN 1 END), count(r.replied_at_us),
                    count(CASE WHEN a.opted_out_at_us >= r.sent_at_us THEN 1 END)
             FROM campaign_recipient r
             LEFT JOIN contact_address a ON a.tenant_id = r.tenant_id AND a.kind = 'phone' AND a.address = r.phone
             WHERE r.tenant_id = $1 AND r.campaign_id = $2 AND r.variant IS NOT NULL GROUP BY r.variant",
            args![campaign],
        )
        .await?;
    for row in &rows {
        let place: i64 = row.get(0)?;
        let Some(of) = usize::try_from(place).ok().and_then(|place| all.get_mut(place)) else { continue };
        of.recipients = row.get(1)?;
        of.sent = row.get(2)?;
        of.delivered = row.get(3)?;
        of.failed = row.get(4)?;
        of.replied = row.get(5)?;
        of.opted_out = row.get(6)?;
    }
    if settings.holdout_percent > 0 {
        let sql = "SELECT count(*), count(replied_at_us) FROM campaign_recipient
                   WHERE tenant_id = $1 AND campaign_id = $2 AND standing = 'skipped' AND failure LIKE $3";
        let row = tx.one(sql, args![campaign, format!("%\"{}\"%", Skip::HELD_OUT)]).await?;
        all.push(Figures { recipients: row.get(0)?, replied: row.get(1)?, ..none(None) });
    }
    Ok(all)
}
