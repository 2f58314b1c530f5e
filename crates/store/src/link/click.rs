//! Who followed a link: kept at once, judged a little later, when what came from the same place is here, too.

use std::collections::HashMap;

use domain::id::{CampaignId, RecipientId, TenantId};
use domain::link::{Agent, BURST_WITHIN, Seen, Verdict};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::enrolment::fires::{self, Followed};
use crate::event::Line;
use crate::{StoreError, SystemTx, TenantTx, args, campaign, list, row, words};

/// Somebody followed a link.
#[derive(Debug, Clone)]
pub struct Click {
    /// The same for whatever follows the same link from the same place in the same minute.
    pub id: Uuid,
    /// Whose link.
    pub tenant: TenantId,
    /// Which.
    pub link: Uuid,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who got it.
    pub recipient: RecipientId,
    /// Which kind of program.
    pub agent: Agent,
    /// A keyed digest of where it came from.
    pub origin: i64,
    /// Who it is, if the request says so; `None`: it is judged later.
    pub verdict: Option<Verdict>,
    /// When.
    pub at: Timestamp,
}

/// Keeps clicks of one tenant.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut TenantTx<'_>, clicks: &[&Click]) -> Result<(), StoreError> {
    tx.push_many(
        "INSERT INTO link_click (tenant_id, id, link_id, campaign_id, recipient_id, agent, origin, verdict, at_us)
         VALUES {rows} ON CONFLICT (tenant_id, id) DO NOTHING",
        clicks.iter().map(|click| {
            row![
                click.id,
                click.link,
                click.campaign,
                click.recipient,
                click.agent.as_str(),
                click.origin,
                click.verdict.map(Verdict::as_str),
                click.at
            ]
        }),
    )
    .await
}

/// A click that waits to be judged.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: Uuid,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who got the link.
    pub recipient: RecipientId,
}

/// Clicks until `until` that wait to be judged, the oldest first, at most `limit`. Nobody else judges them until the
/// transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn waiting(tx: &mut SystemTx<'_>, until: Timestamp, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT tenant_id, id, campaign_id, recipient_id FROM link_click
               WHERE verdict IS NULL AND at_us <= $1 ORDER BY at_us LIMIT $2 {skip_locked}";
    tx.rows(sql, args![until, limit])
        .await?
        .iter()
        .map(|row| Ok(Waiting { tenant: row.get(0)?, id: row.get(1)?, campaign: row.get(2)?, recipient: row.get(3)? }))
        .collect()
}

/// How many clicks were judged which way.
#[derive(Debug, Default)]
pub struct Judged {
    /// A line for each campaign that people clicked in.
    pub lines: Vec<Line>,
    /// How many each way.
    pub counts: HashMap<Verdict, u64>,
}

/// Judges clicks of one tenant: their verdicts are kept, and whoever followed a link for the first time is marked.
///
/// # Errors
/// When the database fails.
pub async fn judge(
    tx: &mut TenantTx<'_>,
    clicks: &[&Waiting],
    verdict: impl Fn(&Seen) -> Verdict,
) -> Result<Judged, StoreError> {
    let ids: Vec<Uuid> = clicks.iter().map(|click| click.id).collect();
    let within = i64::try_from(BURST_WITHIN.as_micros()).map_err(StoreError::fault)?;
    let rows = tx
        .rows(
            "SELECT k.id, k.campaign_id, k.recipient_id, k.agent, k.at_us,
                    (SELECT r.handed_at_us FROM campaign_recipient r
                     WHERE r.tenant_id = k.tenant_id AND r.id = k.recipient_id),
                    (SELECT count(DISTINCT o.recipient_id) FROM link_click o
                     WHERE o.tenant_id = k.tenant_id AND o.campaign_id = k.campaign_id AND o.origin = k.origin
                       AND o.at_us >= k.at_us - $3 AND o.at_us <= k.at_us + $3)
             FROM link_click k WHERE k.tenant_id = $1 AND k.id {among $2} ORDER BY k.at_us",
            args![list(ids.iter().copied()), within],
        )
        .await?;
    let mut judged = Judged::default();
    let (mut verdicts, mut people, mut followed) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
    for row in &rows {
        let (id, campaign, recipient): (Uuid, CampaignId, RecipientId) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let agent = row.text(3)?;
        let agent = Agent::parse(agent).ok_or_else(|| StoreError::fault(format!("no such program: {agent}")))?;
        let at: Timestamp = row.get(4)?;
        let found = verdict(&Seen { agent, at, handed_at: row.get(5)?, people: row.get(6)? });
        *judged.counts.entry(found).or_default() += 1;
        verdicts.push((id, found));
        if found == Verdict::Person {
            people.push((recipient, at));
            followed.push(Followed { click: id, recipient, campaign, at });
            let line = campaign::updated(campaign);
            if !judged.lines.contains(&line) {
                judged.lines.push(line);
            }
        }
    }
    tx.push_each(
        "UPDATE link_click SET verdict = $3 WHERE tenant_id = $1 AND id = $2",
        verdicts.into_iter().map(|(id, verdict)| row![id, verdict.as_str()]),
    )
    .await?;
    tx.push_each(
        "UPDATE campaign_recipient SET clicked_at_us = $3
         WHERE tenant_id = $1 AND id = $2 AND (clicked_at_us IS NULL OR clicked_at_us > $3)",
        people.into_iter().map(|(recipient, at)| row![recipient, at]),
    )
    .await?;
    fires::clicked(tx, &followed).await?;
    Ok(judged)
}

/// A click, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LinkClick)]
pub struct Shown {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Where it led.
    pub url: String,
    /// Which kind of program.
    #[schema(value_type = words::LinkAgent)]
    pub agent: String,
    /// Who it was: `person`, or what kind of program; `null`: it is judged in some seconds.
    #[schema(required = true, value_type = Option<words::LinkVerdict>)]
    pub verdict: Option<String>,
}

/// The newest clicks on somebody's links, people's and machines', at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn of_recipient(tx: &mut TenantTx<'_>, recipient: RecipientId, limit: u32) -> Result<Vec<Shown>, StoreError> {
    let rows = tx
        .rows(
            "SELECT k.at_us, l.url, k.agent, k.verdict FROM link_click k
             JOIN campaign_link l ON l.tenant_id = k.tenant_id AND l.id = k.link_id
             WHERE k.tenant_id = $1 AND k.recipient_id = $2 ORDER BY k.at_us DESC LIMIT $3",
            args![recipient, limit],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(Shown { at: row.get(0)?, url: row.get(1)?, agent: row.get(2)?, verdict: row.get(3)? }))
        .collect()
}

/// Forgets clicks before `clicked` and codes made before `made`, at most `limit` of each. Answers the most of one kind.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, clicked: Timestamp, made: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let clicks = tx
        .exec_returning_count(
            "DELETE FROM link_click WHERE (tenant_id, id) IN (
                 SELECT tenant_id, id FROM link_click WHERE at_us < $1 ORDER BY at_us LIMIT $2)",
            args![clicked, limit],
        )
        .await?;
    let codes = tx
        .exec_returning_count(
            "DELETE FROM link_code WHERE (tenant_id, code) IN (
                 SELECT tenant_id, code FROM link_code WHERE made_at_us < $1 ORDER BY made_at_us LIMIT $2)",
            args![made, limit],
        )
        .await?;
    Ok(clicks.max(codes))
}
