//! The whole way of one recipient: what a question about them is answered from.

use domain::campaign::{self, State, Untimely};
use domain::consent::Purpose;
use domain::hours::QuietHours;
use domain::id::{CampaignId, RecipientId};
use domain::registration::Status;
use domain::tenant::Settings;
use jiff::Timestamp;

use crate::scene::json;
use crate::{StoreError, TenantTx, args, registration, tenant};

/// What is known besides their row.
#[derive(Debug)]
pub struct Path {
    /// Where the campaign stands.
    pub campaign: State,
    /// When their text was first due.
    pub launched_at: Option<Timestamp>,
    /// How often their text was handed over.
    pub attempt: u32,
    /// When it was last handed over, unless it surely did not arrive.
    pub handed_at: Option<Timestamp>,
    /// The sender may send.
    pub number_enabled: bool,
    /// Whether carriers know who sends from it.
    pub registration: Status,
    /// The tenant wants nothing more to this person.
    pub blocked: bool,
    /// Since when they want no more texts.
    pub opted_out_at: Option<Timestamp>,
    /// Their own zone, when someone said so.
    pub zone: Option<String>,
    /// Hours in which they want no texts.
    pub quiet: Option<QuietHours>,
    /// Why the campaign texts them.
    pub purpose: Purpose,
    /// What becomes of its texts that may not go when their turn comes.
    pub untimely: Untimely,
    /// The tenant's rules.
    pub settings: Settings,
}

/// The same for one of them. `None`: there is no such recipient.
///
/// # Errors
/// When the database fails.
pub async fn path(tx: &mut TenantTx<'_>, campaign: CampaignId, id: RecipientId) -> Result<Option<Path>, StoreError> {
    let row = tx
        .opt(
            "SELECT g.state, g.launched_at_us, r.attempt, r.handed_at_us, n.enabled, c.blocked, a.opted_out_at_us, c.time_zone,
                 c.quiet_hours, g.settings, n.address, n.registration
             FROM campaign_recipient r
             JOIN campaign g ON g.tenant_id = r.tenant_id AND g.id = r.campaign_id
             JOIN contact c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id
             LEFT JOIN number n ON n.tenant_id = r.tenant_id AND n.id = r.number_id
             LEFT JOIN contact_address a ON a.tenant_id = r.tenant_id AND a.kind = 'phone' AND a.address = r.phone
             WHERE r.tenant_id = $1 AND r.campaign_id = $2 AND r.id = $3",
            args![campaign, id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let word = row.text(0)?;
    let campaign: campaign::Settings = json(row.text(9)?)?;
    Ok(Some(Path {
        campaign: State::parse(word).ok_or_else(|| StoreError::fault(format!("no campaign state: {word}")))?,
        launched_at: row.get(1)?,
        attempt: row.get(2)?,
        handed_at: row.get(3)?,
        number_enabled: row.get::<Option<bool>>(4)?.unwrap_or_default(),
        registration: registration::status(row.text_or_null(10)?.unwrap_or_default(), row.text_or_null(11)?)?,
        blocked: row.get(5)?,
        opted_out_at: row.get(6)?,
        zone: row.get(7)?,
        quiet: row.text_or_null(8)?.map(json).transpose()?,
        purpose: campaign.purpose,
        untimely: campaign.untimely(),
        settings: tenant::settings(tx).await?,
    }))
}

/// A text of a campaign that somebody had.
#[derive(Debug, Clone)]
pub struct Had {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What people call it.
    pub name: String,
    /// When it was handed over.
    pub at: Timestamp,
}

/// Which campaigns texted a phone after `since`, the latest first, at most `limit`: what was handed over, unless it surely did
/// not arrive.
///
/// # Errors
/// When the database fails.
pub async fn had_of(tx: &mut TenantTx<'_>, phone: &str, since: Timestamp, limit: u32) -> Result<Vec<Had>, StoreError> {
    let rows = tx
        .rows(
            "SELECT r.campaign_id, g.name, r.handed_at_us FROM campaign_recipient r
             JOIN campaign g ON g.tenant_id = r.tenant_id AND g.id = r.campaign_id
             WHERE r.tenant_id = $1 AND r.phone = $2 AND r.handed_at_us > $3 ORDER BY r.handed_at_us DESC LIMIT $4",
            args![phone, since, limit],
        )
        .await?;
    rows.iter().map(|row| Ok(Had { campaign: row.get(0)?, name: row.get(1)?, at: row.get(2)? })).collect()
}
