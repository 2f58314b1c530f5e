//! Everybody who is to get a campaign: a row each from launch to outcome.

pub mod due;
pub(crate) mod left;
pub mod names;
pub mod outcome;
pub mod path;
pub mod shown;

use std::collections::HashMap;

use domain::campaign::{Moved, Recipient, Standing, Unanswered};
use domain::gate::Reason;
use domain::id::{CampaignId, ContactId, ConversationId, RecipientId, TenantId};
use domain::message::{Failure, Status};
use jiff::Timestamp;

use super::attached;
use crate::remember::SENDING_LEASE;
use crate::{Row, StoreError, SystemTx, TenantTx, args, list};

pub use due::{DueRecipient, due, had, would_be_due};
pub use shown::{Counts, Shown, Wanted, clicked, counts, find, page, replied, wanted_page};

/// Recipients by the ids of their texts, with the lanes of their threads; nobody else changes them until this transaction
/// ends. Those that there are not are left out.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[RecipientId]) -> Result<HashMap<RecipientId, Recipient>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    tx.hold(
        "SELECT 1 FROM campaign_recipient WHERE tenant_id = $1 AND id {among $2} ORDER BY id FOR UPDATE",
        args![list(ids)],
    )
    .await?;
    let rows = tx
        .rows(
            "SELECT r.id, r.campaign_id, r.contact_id, r.phone, r.number_id, r.standing, r.attempt, r.conversation_id,
                    a.opted_out_at_us, w.workflow_id
             FROM campaign_recipient r
             LEFT JOIN contact_address a ON a.tenant_id = r.tenant_id AND a.kind = 'phone' AND a.address = r.phone
             LEFT JOIN campaign_workflow w ON w.tenant_id = r.tenant_id AND w.campaign_id = r.campaign_id
             WHERE r.tenant_id = $1 AND r.id {among $2}",
            args![list(ids)],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let id = row.get(0)?;
            let recipient = Recipient {
                id,
                campaign: row.get(1)?,
                contact: row.get(2)?,
                phone: row.get(3)?,
                number: row.get(4)?,
                standing: standing(row.text(5)?)?,
                attempt: row.get(6)?,
                conversation: row.get(7)?,
                opted_out_at: row.get(8)?,
                workflow: row.get(9)?,
            };
            Ok((id, recipient))
        })
        .collect()
}

/// What campaigns sent to these people and they have not answered, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn unanswered(
    tx: &mut TenantTx<'_>,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, Vec<Unanswered>>, StoreError> {
    let mut found: HashMap<ContactId, Vec<Unanswered>> = HashMap::new();
    if contacts.is_empty() {
        return Ok(found);
    }
    let rows = tx
        .rows(
            "SELECT r.contact_id, r.id, r.campaign_id, c.name, r.number_id, r.body, r.segments, r.standing, r.carrier_ref,
                    COALESCE(r.sent_at_us, r.ready_at_us)
             FROM campaign_recipient r JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
             WHERE r.tenant_id = $1 AND r.contact_id {among $2} AND r.conversation_id IS NULL AND r.body IS NOT NULL
               AND r.standing IN ('sending', 'sent', 'unknown', 'delivered', 'unconfirmed')
             ORDER BY r.id",
            args![list(contacts)],
        )
        .await?;
    let mut campaigns = rows.iter().map(|row| row.get(2)).collect::<Result<Vec<CampaignId>, _>>()?;
    campaigns.sort_unstable();
    campaigns.dedup();
    let media = attached::media_of(tx, &campaigns).await?;
    for row in &rows {
        let (campaign, word) = (row.get(2)?, row.text(7)?);
        found.entry(row.get(0)?).or_default().push(Unanswered {
            recipient: row.get(1)?,
            campaign,
            campaign_name: row.get(3)?,
            number: row.get(4)?,
            body: row.get(5)?,
            media: media.get(&campaign).cloned().unwrap_or_default(),
            segments: row.get(6)?,
            status: status(standing(word)?).ok_or_else(|| StoreError::fault(format!("no status: {word}")))?,
            carrier_ref: row.get(8)?,
            sent_at: row.get(9)?,
        });
    }
    Ok(found)
}

/// They have answered: their text stands in a thread from now on.
pub(crate) async fn answered(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: RecipientId,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    tx.push(
        "UPDATE campaign_recipient SET conversation_id = $3, replied_at_us = COALESCE(replied_at_us, $4)
         WHERE tenant_id = $1 AND id = $2",
        args![id, conversation, now],
    )
    .await
}

/// Writes how somebody went on.
///
/// Millions are handed over, taken and delivered: what these three leave alone is not named, since an index is written anew for
/// each column of its that is.
pub(crate) async fn go_on(tx: &mut TenantTx<'_>, now: Timestamp, moved: &Moved) -> Result<(), StoreError> {
    match moved.to {
        Standing::Sending => hand(tx, now, moved).await,
        Standing::Sent | Standing::Delivered | Standing::Unconfirmed => hear(tx, now, moved).await,
        _ => hold(tx, moved).await,
    }
}

/// Their text is about to be handed to the carrier.
async fn hand(tx: &mut TenantTx<'_>, now: Timestamp, moved: &Moved) -> Result<(), StoreError> {
    let lease = now.checked_add(SENDING_LEASE).map_err(StoreError::fault)?;
    let (body, segments) = moved.text.as_ref().map(|(body, segments)| (body.as_str(), *segments)).unzip();
    tx.push(
        "UPDATE campaign_recipient SET standing = 'sending', attempt = COALESCE($3, attempt), body = COALESCE($4, body),
             segments = COALESCE($5, segments), variant = COALESCE($6, variant), failure = NULL, failure_code = NULL,
             lease_until_us = $7, handed_at_us = $8
         WHERE tenant_id = $1 AND id = $2",
        args![moved.recipient, moved.attempt, body, segments, moved.variant, lease, now],
    )
    .await
}

/// The carrier has taken it, or says that it arrived. The receipt that it arrived may overtake the one that it was taken.
async fn hear(tx: &mut TenantTx<'_>, now: Timestamp, moved: &Moved) -> Result<(), StoreError> {
    let (micros, currency) = moved.cost.as_ref().map(|cost| (cost.micros, cost.currency.as_str())).unzip();
    tx.push(
        "UPDATE campaign_recipient SET standing = $3, carrier_ref = COALESCE($4, carrier_ref),
             carrier = COALESCE($5, carrier), parts = COALESCE($6, parts), cost_micros = COALESCE($7, cost_micros),
             currency = COALESCE($8, currency), failure = NULL, failure_code = NULL, lease_until_us = NULL,
             sent_at_us = COALESCE(sent_at_us, $9), delivered_at_us = COALESCE(delivered_at_us, $10)
         WHERE tenant_id = $1 AND id = $2",
        args![
            moved.recipient,
            moved.to.as_str(),
            &moved.carrier_ref,
            &moved.carrier,
            moved.parts,
            micros,
            currency,
            now,
            (moved.to == Standing::Delivered).then_some(now)
        ],
    )
    .await
}

/// It waits, is not known of, failed, or is not to be.
async fn hold(tx: &mut TenantTx<'_>, moved: &Moved) -> Result<(), StoreError> {
    let failure = moved.failure.as_ref().map(serde_json::to_string).transpose().map_err(StoreError::fault)?;
    let (micros, currency) = moved.cost.as_ref().map(|cost| (cost.micros, cost.currency.as_str())).unzip();
    tx.push(
        "UPDATE campaign_recipient SET standing = $3, ready_at_us = COALESCE($4, ready_at_us),
             attempt = COALESCE($5, attempt), carrier_ref = COALESCE($6, carrier_ref), carrier = COALESCE($7, carrier),
             failure = COALESCE($8, failure), failure_code = COALESCE($9, failure_code), parts = COALESCE($10, parts),
             cost_micros = COALESCE($11, cost_micros), currency = COALESCE($12, currency), lease_until_us = NULL,
             handed_at_us = CASE WHEN $3 IN ('queued', 'failed') THEN NULL ELSE handed_at_us END
         WHERE tenant_id = $1 AND id = $2",
        args![
            moved.recipient,
            moved.to.as_str(),
            moved.ready_at,
            moved.attempt,
            &moved.carrier_ref,
            &moved.carrier,
            failure,
            moved.failure.as_ref().map(|failure| failure.code.as_str()),
            moved.parts,
            micros,
            currency
        ],
    )
    .await
}

/// Where their text stands in a thread, as a message's status; `None`: it is in none yet.
#[must_use]
pub fn status(standing: Standing) -> Option<Status> {
    Status::parse(standing.as_str())
}

/// Whoever has opted out gets nothing of what waits for them. Answers of which campaigns.
pub(crate) async fn opted_out(tx: &mut TenantTx<'_>, contact: ContactId) -> Result<Vec<CampaignId>, StoreError> {
    let failure = Failure {
        code: Reason::ContactOptedOut.code().into(),
        explanation: Reason::ContactOptedOut.explanation().into(),
        mend: Reason::ContactOptedOut.mend().into(),
    };
    let (code, failure) = (failure.code.clone(), serde_json::to_string(&failure).map_err(StoreError::fault)?);
    let rows = tx
        .rows(
            "UPDATE campaign_recipient SET standing = 'skipped', failure = $3, failure_code = $4
             WHERE tenant_id = $1 AND contact_id = $2 AND standing IN ('pending', 'deferred', 'queued')
             RETURNING campaign_id",
            args![contact, failure, code],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(super) async fn cancel(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE campaign_recipient SET standing = 'cancelled', failure = NULL, failure_code = NULL
         WHERE tenant_id = $1 AND campaign_id = $2 AND standing IN ('pending', 'deferred', 'queued')",
        args![campaign],
    )
    .await
    .map(drop)
}

/// A launch is taken back before anything has gone out.
pub(super) async fn forget(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM campaign_recipient WHERE tenant_id = $1 AND campaign_id = $2", args![campaign]).await.map(drop)
}

/// A text that was handed over and never answered for.
#[derive(Debug, Clone)]
pub struct Lost {
    /// Whose.
    pub tenant: TenantId,
    /// Who was to get it.
    pub recipient: RecipientId,
    /// As which attempt.
    pub attempt: u32,
}

/// Those whose sender died: handed over, and their lease ended before `before`.
///
/// # Errors
/// When the database fails.
pub async fn lost(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<Vec<Lost>, StoreError> {
    let sql = "SELECT tenant_id, id, attempt FROM campaign_recipient
               WHERE standing = 'sending' AND lease_until_us < $1 ORDER BY lease_until_us LIMIT $2";
    let read = |row: &Row| Ok(Lost { tenant: row.get(0)?, recipient: row.get(1)?, attempt: row.get(2)? });
    tx.rows(sql, args![before, limit]).await?.iter().map(read).collect()
}

pub(super) fn standing(word: &str) -> Result<Standing, StoreError> {
    Standing::parse(word).ok_or_else(|| StoreError::fault(format!("no standing: {word}")))
}
