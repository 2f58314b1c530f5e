//! Everybody who is to get a campaign: a row each from launch to outcome.

use std::collections::HashMap;
use std::fmt;

use domain::campaign::{Moved, Recipient, Standing, Unanswered};
use domain::field::Field;
use domain::id::{CampaignId, ContactId, ConversationId, NumberId, RecipientId, TenantId};
use domain::message::{Failure, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::remember::SENDING_LEASE;
use crate::scene::json;
use crate::{Row, StoreError, SystemTx, TenantTx, args, list, words};

/// How many recipients stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecipientCounts)]
pub struct Counts {
    /// Their turn has not come.
    pub pending: i64,
    /// It is no hour to text them, or they have had enough for now.
    pub deferred: i64,
    /// The carrier did not take it, and is asked again.
    pub queued: i64,
    /// Handed to the carrier, whose answer is not here.
    pub sending: i64,
    /// The carrier took it.
    pub sent: i64,
    /// Nobody knows whether the carrier took it.
    pub unknown: i64,
    /// It arrived.
    pub delivered: i64,
    /// It went out and no receipt will come.
    pub unconfirmed: i64,
    /// It did not arrive.
    pub failed: i64,
    /// It was not sent, with reason.
    pub skipped: i64,
    /// The campaign was ended before their turn.
    pub cancelled: i64,
}

impl Counts {
    /// All together.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.pending
            + self.deferred
            + self.queued
            + self.sending
            + self.sent
            + self.unknown
            + self.delivered
            + self.unconfirmed
            + self.failed
            + self.skipped
            + self.cancelled
    }

    const fn of(&mut self, standing: Standing) -> &mut i64 {
        match standing {
            Standing::Pending => &mut self.pending,
            Standing::Deferred => &mut self.deferred,
            Standing::Queued => &mut self.queued,
            Standing::Sending => &mut self.sending,
            Standing::Sent => &mut self.sent,
            Standing::Unknown => &mut self.unknown,
            Standing::Delivered => &mut self.delivered,
            Standing::Unconfirmed => &mut self.unconfirmed,
            Standing::Failed => &mut self.failed,
            Standing::Skipped => &mut self.skipped,
            Standing::Cancelled => &mut self.cancelled,
        }
    }
}

/// Somebody who is to get a campaign.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Recipient)]
pub struct Shown {
    /// Which one.
    #[schema(value_type = String, example = "rcp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: RecipientId,
    /// Who.
    #[schema(value_type = String)]
    pub contact_id: ContactId,
    /// Where they are reached, in E.164 form.
    pub phone: String,
    /// From which number.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// Where they stand.
    #[schema(value_type = words::RecipientStanding)]
    pub standing: String,
    /// Why not, or not yet; `null`: nothing speaks against it.
    #[schema(required = true, value_type = Option<crate::message::Failure>)]
    pub failure: Option<Failure>,
    /// Not before this, if they wait.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub not_before: Option<Timestamp>,
    /// Their text; `null`: it is not made yet.
    #[schema(required = true)]
    pub body: Option<String>,
    /// How many segments it takes.
    #[schema(required = true)]
    pub segments: Option<i64>,
    /// The thread in which it stands, since they have answered it.
    #[schema(required = true, value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
    /// When the carrier took it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<Timestamp>,
    /// When they first answered.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub replied_at: Option<Timestamp>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("id", &self.id).field("standing", &self.standing).finish_non_exhaustive()
    }
}

/// Somebody whose turn has come, with all that the gate and their text need.
#[derive(Debug)]
pub struct DueRecipient {
    /// As a decision sees them.
    pub recipient: Recipient,
    /// What they are called; empty: not known.
    pub name: String,
    /// Empty: not known.
    pub company: String,
    /// For the gate.
    pub blocked: bool,
    /// For the gate.
    pub zone: Option<String>,
    /// What the tenant's fields hold for them.
    pub fields: Vec<(Field, String)>,
    /// Their text, if an earlier attempt made it.
    pub body: Option<String>,
}

/// How many stand where, for each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn counts(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, Counts>, StoreError> {
    let mut counts: HashMap<CampaignId, Counts> = HashMap::new();
    if of.is_empty() {
        return Ok(counts);
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, standing, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} GROUP BY campaign_id, standing",
            args![list(of)],
        )
        .await?;
    for row in rows {
        *counts.entry(row.get(0)?).or_default().of(standing(row.text(1)?)?) = row.get(2)?;
    }
    Ok(counts)
}

/// A page of them, in the order of their launch, after `after`; of all, or of those who stand so.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    wanted: Option<Standing>,
    after: Option<RecipientId>,
    limit: u32,
) -> Result<Vec<Shown>, StoreError> {
    macro_rules! shown {
        ($which:literal) => {
            concat!(
                "SELECT id, contact_id, phone, number_id, standing, failure, ready_at_us, body, segments, conversation_id,
                        sent_at_us, delivered_at_us, replied_at_us
                 FROM campaign_recipient WHERE tenant_id = $1 AND campaign_id = $2 AND id > $3",
                $which,
                " ORDER BY id LIMIT $4"
            )
        };
    }
    let after = after.unwrap_or(RecipientId(Uuid::nil()));
    let rows = match wanted {
        None => tx.rows(shown!(""), args![campaign, after, limit]).await?,
        Some(wanted) => tx.rows(shown!(" AND standing = $5"), args![campaign, after, limit, wanted.as_str()]).await?,
    };
    rows.iter()
        .map(|row| {
            let word = row.text(4)?;
            let failure: Option<String> = row.get(5)?;
            Ok(Shown {
                id: row.get(0)?,
                contact_id: row.get(1)?,
                phone: row.get(2)?,
                number_id: row.get(3)?,
                standing: word.to_owned(),
                failure: failure.as_deref().map(json).transpose()?,
                not_before: if standing(word)?.waits() { Some(row.get(6)?) } else { None },
                body: row.get(7)?,
                segments: row.get(8)?,
                conversation_id: row.get(9)?,
                sent_at: row.get(10)?,
                delivered_at: row.get(11)?,
                replied_at: row.get(12)?,
            })
        })
        .collect()
}

/// Those of a campaign whose turn has come at one of our numbers, locked until the transaction ends. `fields`: the tenant's,
/// as far as the text names them.
///
/// # Errors
/// When the database fails.
pub async fn due(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    number: NumberId,
    fields: &[Field],
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueRecipient>, StoreError> {
    let rows = tx
        .rows(
            "WITH due AS (
                 SELECT tenant_id, id, contact_id, phone, standing, attempt, body, ready_at_us FROM campaign_recipient
                 WHERE tenant_id = $1 AND campaign_id = $2 AND number_id = $3
                   AND standing IN ('pending', 'deferred', 'queued') AND ready_at_us <= $4
                 ORDER BY ready_at_us, id LIMIT $5 {skip_locked})
             SELECT d.id, d.contact_id, d.phone, d.standing, d.attempt, d.body, c.name, c.company, c.blocked, c.time_zone,
                    a.opted_out_at_us
             FROM due d
             JOIN contact c ON c.tenant_id = d.tenant_id AND c.id = d.contact_id
             LEFT JOIN contact_address a ON a.tenant_id = d.tenant_id AND a.kind = 'phone' AND a.address = d.phone
             ORDER BY d.ready_at_us, d.id",
            args![campaign, number, now, limit],
        )
        .await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        due.push(DueRecipient {
            recipient: Recipient {
                id: row.get(0)?,
                campaign,
                contact: row.get(1)?,
                phone: row.get(2)?,
                number,
                standing: standing(row.text(3)?)?,
                attempt: row.get(4)?,
                opted_out_at: row.get(10)?,
                conversation: None,
            },
            body: row.get(5)?,
            name: row.get(6)?,
            company: row.get(7)?,
            blocked: row.get(8)?,
            zone: row.get(9)?,
            fields: Vec::new(),
        });
    }
    if !fields.is_empty() && !due.is_empty() {
        let rows = tx
            .rows(
                "SELECT contact_id, field, value FROM contact_field
                 WHERE tenant_id = $1 AND contact_id {among $2} AND field {among $3}",
                args![
                    list(due.iter().map(|due| due.recipient.contact)),
                    list(fields.iter().map(|field| field.key.as_str()))
                ],
            )
            .await?;
        let mut kept: HashMap<ContactId, Vec<(Field, String)>> = HashMap::new();
        for row in &rows {
            if let Some(field) = fields.iter().find(|field| row.text(1).is_ok_and(|key| key == field.key)) {
                kept.entry(row.get(0)?).or_default().push((field.clone(), row.get(2)?));
            }
        }
        for due in &mut due {
            due.fields = kept.remove(&due.recipient.contact).unwrap_or_default();
        }
    }
    Ok(due)
}

/// When campaigns texted these phones after `since`, for each the latest first: what was handed over, unless it surely did not
/// arrive.
///
/// # Errors
/// When the database fails.
pub async fn had(
    tx: &mut TenantTx<'_>,
    phones: &[&str],
    since: Timestamp,
) -> Result<HashMap<String, Vec<Timestamp>>, StoreError> {
    let mut had: HashMap<String, Vec<Timestamp>> = HashMap::new();
    let rows = tx
        .rows(
            "SELECT phone, handed_at_us FROM campaign_recipient
             WHERE tenant_id = $1 AND phone {among $2} AND handed_at_us > $3 ORDER BY handed_at_us DESC",
            args![list(phones.iter().copied()), since],
        )
        .await?;
    for row in &rows {
        had.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(had)
}

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
                    a.opted_out_at_us
             FROM campaign_recipient r
             LEFT JOIN contact_address a ON a.tenant_id = r.tenant_id AND a.kind = 'phone' AND a.address = r.phone
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
    for row in &rows {
        let word = row.text(7)?;
        found.entry(row.get(0)?).or_default().push(Unanswered {
            recipient: row.get(1)?,
            campaign: row.get(2)?,
            campaign_name: row.get(3)?,
            number: row.get(4)?,
            body: row.get(5)?,
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

/// How many have answered each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn replied(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, i64>, StoreError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} AND replied_at_us IS NOT NULL GROUP BY campaign_id",
            args![list(of)],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Writes how somebody went on.
pub(crate) async fn go_on(tx: &mut TenantTx<'_>, now: Timestamp, moved: &Moved) -> Result<(), StoreError> {
    let lease = now.checked_add(SENDING_LEASE).map_err(StoreError::fault)?;
    let failure = moved.failure.as_ref().map(serde_json::to_string).transpose().map_err(StoreError::fault)?;
    let (body, segments) = match &moved.text {
        Some((body, segments)) => (Some(body.as_str()), Some(*segments)),
        None => (None, None),
    };
    tx.push(
        "UPDATE campaign_recipient SET standing = $3, ready_at_us = COALESCE($4, ready_at_us),
             attempt = COALESCE($5, attempt), body = COALESCE($6, body), segments = COALESCE($7, segments),
             carrier_ref = COALESCE($8, carrier_ref),
             failure = CASE WHEN $3 IN ('sending', 'sent', 'delivered', 'unconfirmed') THEN NULL
                            ELSE COALESCE($9, failure) END,
             parts = COALESCE($10, parts), cost_micros = COALESCE($11, cost_micros), currency = COALESCE($12, currency),
             lease_until_us = CASE WHEN $3 = 'sending' THEN CAST($13 AS BIGINT) END,
             handed_at_us = CASE WHEN $3 = 'sending' THEN CAST($16 AS BIGINT)
                                 WHEN $3 IN ('queued', 'failed') THEN NULL ELSE handed_at_us END,
             sent_at_us = COALESCE(sent_at_us, $14), delivered_at_us = COALESCE(delivered_at_us, $15)
         WHERE tenant_id = $1 AND id = $2",
        args![
            moved.recipient,
            moved.to.as_str(),
            moved.ready_at,
            moved.attempt,
            body,
            segments,
            &moved.carrier_ref,
            failure,
            moved.parts,
            moved.cost.as_ref().map(|cost| cost.micros),
            moved.cost.as_ref().map(|cost| cost.currency.as_str()),
            lease,
            (moved.to == Standing::Sent).then_some(now),
            (moved.to == Standing::Delivered).then_some(now),
            now
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
        code: "contact_opted_out".into(),
        explanation: domain::gate::Reason::ContactOptedOut.explanation().into(),
        mend: String::new(),
    };
    let failure = serde_json::to_string(&failure).map_err(StoreError::fault)?;
    let rows = tx
        .rows(
            "UPDATE campaign_recipient SET standing = 'skipped', failure = $3
             WHERE tenant_id = $1 AND contact_id = $2 AND standing IN ('pending', 'deferred', 'queued')
             RETURNING campaign_id",
            args![contact, failure],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

pub(super) async fn cancel(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE campaign_recipient SET standing = 'cancelled', failure = NULL
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

fn standing(word: &str) -> Result<Standing, StoreError> {
    Standing::parse(word).ok_or_else(|| StoreError::fault(format!("no standing: {word}")))
}
