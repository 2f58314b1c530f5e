//! What a launch would do: how far a campaign's audience was counted, and what came of it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domain::campaign::forecast::{Estimate, Forecast, Prices};
use domain::event::Kind;
use domain::id::{CampaignId, ContactId, NumberId};
use domain::message::Cost;
use jiff::Timestamp;
use jiff::civil::DateTime;
use uuid::Uuid;

use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args, list};

/// So many of the latest texts to one person are asked what they cost.
const MESSAGES: u32 = 5_000;
/// So many of the latest campaigns are,
const CAMPAIGNS: u32 = 10;
/// and so many texts of each.
const OF_EACH: u32 = 1_000;

/// How far an audience was counted.
#[derive(Clone, PartialEq)]
pub struct Check {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Rises each time that it is asked for.
    pub run: i64,
    /// All are counted.
    pub is_done: bool,
    /// The campaign says something else by now, or goes to others.
    pub is_stale: bool,
    /// From when its texts would go.
    pub starts_at: Timestamp,
    /// What everybody's own clock would show then; `None`: no clock is asked.
    pub at_local: Option<DateTime>,
    /// How far the contacts were gone through.
    pub counted_to: Option<Uuid>,
    /// And how far the numbers that are named one by one.
    pub counted_phones: i64,
    /// So many of both were looked at.
    pub looked: i64,
    /// Of so many; `None`: nobody has begun.
    pub to_look: Option<i64>,
    /// What was counted.
    pub forecast: Forecast,
    /// What it means in money and time, when all are counted.
    pub estimate: Option<Estimate>,
    /// When it was asked for.
    pub began_at: Timestamp,
    /// When all were counted.
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("campaign", &self.campaign).field("run", &self.run).finish_non_exhaustive()
    }
}

macro_rules! check {
    () => {
        "SELECT k.campaign_id, k.run, k.state, k.revision <> c.revision, k.starts_at_us, k.counted_to, k.counted_phones,
                k.looked, k.to_look, k.forecast, k.estimate, k.began_at_us, k.ended_at_us, k.at_local
         FROM campaign_check k JOIN campaign c ON c.tenant_id = k.tenant_id AND c.id = k.campaign_id
         WHERE k.tenant_id = $1 AND k.campaign_id = $2"
    };
}

/// That of a campaign; `None`: nobody has asked for one.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Option<Check>, StoreError> {
    tx.opt(check!(), args![campaign]).await?.as_ref().map(read).transpose()
}

/// The same; nobody else goes on with it until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<Option<Check>, StoreError> {
    let sql = "SELECT 1 FROM campaign_check WHERE tenant_id = $1 AND campaign_id = $2 FOR UPDATE";
    tx.hold(sql, args![campaign]).await?;
    find(tx, campaign).await
}

/// It is to be counted from the beginning, as the campaign is now; whoever counted before stops. Answers which run it is.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    campaign: CampaignId,
    (starts_at, at_local): (Timestamp, Option<DateTime>),
) -> Result<i64, StoreError> {
    let forecast = serde_json::to_string(&Forecast::new(starts_at)).map_err(StoreError::fault)?;
    let row = tx
        .one(
            "INSERT INTO campaign_check (tenant_id, campaign_id, run, revision, state, starts_at_us, counted_phones, looked,
                 forecast, began_at_us, at_local)
             SELECT tenant_id, id, 1, revision, 'counting', $3, 0, 0, $4, $5, $6 FROM campaign WHERE tenant_id = $1 AND id = $2
             ON CONFLICT (tenant_id, campaign_id) DO UPDATE SET run = campaign_check.run + 1, revision = excluded.revision,
                 state = 'counting', starts_at_us = excluded.starts_at_us, at_local = excluded.at_local, counted_to = NULL, counted_phones = 0, looked = 0,
                 to_look = NULL, forecast = excluded.forecast, estimate = NULL, began_at_us = excluded.began_at_us,
                 ended_at_us = NULL
             RETURNING run",
            args![campaign, starts_at, forecast, now, at_local.map(|local| local.to_string())],
        )
        .await?;
    row.get(0)
}

/// So far it was counted.
///
/// # Errors
/// When the database fails.
pub async fn go_on(tx: &mut TenantTx<'_>, check: &Check) -> Result<(), StoreError> {
    let forecast = serde_json::to_string(&check.forecast).map_err(StoreError::fault)?;
    let estimate = check.estimate.as_ref().map(serde_json::to_string).transpose().map_err(StoreError::fault)?;
    tx.push(
        "UPDATE campaign_check SET state = $3, counted_to = $4, counted_phones = $5, looked = $6, to_look = $7,
             forecast = $8, estimate = $9, ended_at_us = $10
         WHERE tenant_id = $1 AND campaign_id = $2",
        args![
            check.campaign,
            if check.is_done { "done" } else { "counting" },
            check.counted_to,
            check.counted_phones,
            check.looked,
            check.to_look,
            forecast,
            estimate,
            check.ended_at
        ],
    )
    .await
}

/// The campaign is taken away.
pub(super) async fn forget(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.push("DELETE FROM campaign_check WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await
}

/// How many there are to look at, besides numbers that are named one by one.
///
/// # Errors
/// When the database fails.
pub async fn contacts(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM contact WHERE tenant_id = $1", args![]).await?.get(0)
}

/// Where these contacts are reached, all of their phones.
///
/// # Errors
/// When the database fails.
pub async fn phones(
    tx: &mut TenantTx<'_>,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, Vec<String>>, StoreError> {
    let mut phones: HashMap<ContactId, Vec<String>> = HashMap::new();
    let sql = "SELECT contact_id, address FROM contact_address
               WHERE tenant_id = $1 AND contact_id {among $2} AND kind = 'phone' ORDER BY address";
    for row in &tx.rows(sql, args![list(contacts)]).await? {
        phones.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(phones)
}

/// How fast these numbers send, in thousandths of a segment per second; those that there are not are left out.
///
/// # Errors
/// When the database fails.
pub async fn rates(tx: &mut TenantTx<'_>, numbers: &[NumberId]) -> Result<BTreeMap<NumberId, u64>, StoreError> {
    let sql = "SELECT id, rate_millis FROM number WHERE tenant_id = $1 AND id {among $2}";
    tx.rows(sql, args![list(numbers)]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What the carrier billed a part at lately: of the latest texts to one person, and of some of the latest campaigns.
///
/// # Errors
/// When the database fails.
pub async fn prices(tx: &mut TenantTx<'_>, is_mms: bool) -> Result<Prices, StoreError> {
    let mut prices = Prices::default();
    let texts = tx
        .rows(
            "SELECT v.number_id, v.address, m.cost_micros, m.currency, m.parts
             FROM (SELECT tenant_id, id, conversation_id, media, cost_micros, currency, parts FROM message
                   WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2) m
             JOIN conversation v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
             WHERE m.cost_micros IS NOT NULL AND m.parts IS NOT NULL AND (m.media IS NOT NULL) = $3
             ORDER BY m.id DESC",
            args![MESSAGES, is_mms],
        )
        .await?;
    learn(&mut prices, &texts)?;
    let sql = "SELECT id FROM campaign c WHERE tenant_id = $1 AND launched_at_us IS NOT NULL
                 AND EXISTS (SELECT 1 FROM campaign_media k WHERE k.tenant_id = c.tenant_id AND k.campaign_id = c.id) = $3
               ORDER BY id DESC LIMIT $2";
    for campaign in &tx.rows(sql, args![CAMPAIGNS, is_mms]).await? {
        let texts = tx
            .rows(
                "SELECT number_id, phone, cost_micros, currency, parts FROM campaign_recipient
                 WHERE tenant_id = $1 AND campaign_id = $2 AND standing = 'delivered' AND cost_micros IS NOT NULL
                   AND parts IS NOT NULL
                 LIMIT $3",
                args![campaign.get::<CampaignId>(0)?, OF_EACH],
            )
            .await?;
        learn(&mut prices, &texts)?;
    }
    Ok(prices)
}

fn learn(prices: &mut Prices, texts: &[Row]) -> Result<(), StoreError> {
    for text in texts {
        let cost = Cost { micros: text.get(2)?, currency: text.get(3)? };
        prices.learn(text.get::<NumberId>(0)?, text.text(1)?, &cost, text.get(4)?);
    }
    Ok(())
}

/// A line of the log for one that was asked for, went on, or is done.
#[must_use]
pub fn updated(campaign: CampaignId) -> Line {
    Line { kind: Kind::CampaignChecked, subject: campaign.into(), conversation: None }
}

fn read(row: &Row) -> Result<Check, StoreError> {
    Ok(Check {
        campaign: row.get(0)?,
        run: row.get(1)?,
        is_done: row.text(2)? == "done",
        is_stale: row.get(3)?,
        starts_at: row.get(4)?,
        counted_to: row.get(5)?,
        counted_phones: row.get(6)?,
        looked: row.get(7)?,
        to_look: row.get(8)?,
        forecast: json(row.text(9)?)?,
        estimate: row.text_or_null(10)?.map(json).transpose()?,
        began_at: row.get(11)?,
        ended_at: row.get(12)?,
        at_local: row.text_or_null(13)?.map(str::parse).transpose().map_err(StoreError::fault)?,
    })
}
