//! Short links of campaigns: where codes lead, and who followed them.

mod click;
mod figures;

use domain::id::{CampaignId, RecipientId, TenantId};
use domain::link::Coded;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{StoreError, SystemTx, TenantTx, args, row};

pub use click::{Click, Judged, Shown, Waiting, add, forget, judge, of_recipient, waiting};
pub use figures::{LinkFigures, of_campaign};

/// The codes of a text that is about to go out.
#[derive(Debug)]
pub struct Codes {
    /// Who gets it.
    pub recipient: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Where its short links lead.
    pub coded: Vec<Coded>,
}

/// Keeps where the short links of these texts lead, in few statements. Those that are kept already stay as they are.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut TenantTx<'_>, now: Timestamp, base: &str, texts: &[Codes]) -> Result<(), StoreError> {
    let mut links: Vec<(Uuid, CampaignId, &str)> = Vec::new();
    for (text, coded) in texts.iter().flat_map(|text| text.coded.iter().map(move |coded| (text, coded))) {
        if !links.iter().any(|(id, ..)| *id == coded.link) {
            links.push((coded.link, text.campaign, &coded.url));
        }
    }
    tx.push_many(
        "INSERT INTO campaign_link (tenant_id, id, campaign_id, url, base, made_at_us) VALUES {rows}
         ON CONFLICT (tenant_id, id) DO NOTHING",
        links.into_iter().map(|(id, campaign, url)| row![id, campaign, url, base, now]),
    )
    .await?;
    tx.push_many(
        "INSERT INTO link_code (tenant_id, code, link_id, recipient_id, made_at_us) VALUES {rows}
         ON CONFLICT (tenant_id, code) DO NOTHING",
        texts
            .iter()
            .flat_map(|text| text.coded.iter().map(|coded| row![coded.code.as_str(), coded.link, text.recipient, now])),
    )
    .await
}

/// Where a code leads.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// Whose it is.
    pub tenant: TenantId,
    /// Which address of the campaign.
    pub link: Uuid,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who got it.
    pub recipient: RecipientId,
    /// The address as it was written.
    pub url: String,
    /// It is followed on this host alone.
    pub base: String,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("link", &self.link).finish_non_exhaustive()
    }
}

/// Where a code leads that was made after `since`. `None`: nowhere, or, if ever two tenants have the same one, nobody knows.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut SystemTx<'_>, code: &str, since: Timestamp) -> Result<Option<Found>, StoreError> {
    let rows = tx
        .rows(
            "SELECT c.tenant_id, c.link_id, l.campaign_id, c.recipient_id, l.url, l.base
             FROM link_code c JOIN campaign_link l ON l.tenant_id = c.tenant_id AND l.id = c.link_id
             WHERE c.code = $1 AND c.made_at_us > $2 LIMIT 2",
            args![code, since],
        )
        .await?;
    let [row] = rows.as_slice() else { return Ok(None) };
    Ok(Some(Found {
        tenant: row.get(0)?,
        link: row.get(1)?,
        campaign: row.get(2)?,
        recipient: row.get(3)?,
        url: row.get(4)?,
        base: row.get(5)?,
    }))
}
