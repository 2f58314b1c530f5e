//! What came of the short links of a campaign, one by one.

use domain::id::CampaignId;
use domain::link::Verdict;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{StoreError, TenantTx, args};

/// So many links of a campaign are told of.
const LINKS_MAX: u32 = 100;

/// One of the addresses in a campaign's texts, and who followed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LinkFigures)]
pub struct LinkFigures {
    /// The address as it was written.
    pub url: String,
    /// How many texts had it, as a short link.
    pub texts: i64,
    /// How many people followed it.
    pub people: i64,
    /// How often people did.
    pub clicks: i64,
    /// How often machines did: previews, scanners and their like. They are counted nowhere else.
    pub machine_clicks: i64,
}

/// Of a campaign, the most followed first, at most a hundred. Clicks that are not judged yet count nowhere.
///
/// # Errors
/// When the database fails.
pub async fn of_campaign(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Vec<LinkFigures>, StoreError> {
    let rows = tx
        .rows(
            "SELECT l.url,
                    (SELECT count(*) FROM link_code c WHERE c.tenant_id = l.tenant_id AND c.link_id = l.id),
                    count(DISTINCT CASE WHEN k.verdict = $3 THEN k.recipient_id END) AS people,
                    count(CASE WHEN k.verdict = $3 THEN 1 END),
                    count(CASE WHEN k.verdict <> $3 THEN 1 END)
             FROM campaign_link l
             LEFT JOIN link_click k ON k.tenant_id = l.tenant_id AND k.campaign_id = l.campaign_id AND k.link_id = l.id
             WHERE l.tenant_id = $1 AND l.campaign_id = $2
             GROUP BY l.tenant_id, l.id, l.url ORDER BY people DESC, l.url LIMIT $4",
            args![campaign, Verdict::Person.as_str(), LINKS_MAX],
        )
        .await?;
    let read = |row: &crate::Row| {
        let (url, texts) = (row.get(0)?, row.get(1)?);
        Ok(LinkFigures { url, texts, people: row.get(2)?, clicks: row.get(3)?, machine_clicks: row.get(4)? })
    };
    rows.iter().map(read).collect()
}
