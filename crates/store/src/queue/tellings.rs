//! Events on their way to the tenant's own endpoints.

use domain::id::{DeliveryId, TenantId, WebhookId};
use jiff::{SignedDuration, Timestamp};

use crate::{StoreError, SystemTx, TenantTx, args, list};

/// An endpoint that has not been told of the newest events.
#[derive(Debug, Clone)]
pub struct Behind {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub webhook: WebhookId,
    /// The names of the events it wants; `*` is all.
    pub events: Vec<String>,
    /// Events up to here have become deliveries.
    pub told_seq: i64,
}

/// An event to be told now.
#[derive(Debug)]
pub struct Telling {
    /// Whose.
    pub tenant: TenantId,
    /// The delivery.
    pub id: DeliveryId,
    /// To which endpoint.
    pub webhook: WebhookId,
    /// The exact bytes.
    pub body: String,
    /// The first is 1.
    pub attempt: u32,
}

/// Endpoints that are behind, at most `limit` of them.
///
/// # Errors
/// When the database fails.
pub async fn behind(tx: &mut SystemTx<'_>, limit: u32) -> Result<Vec<Behind>, StoreError> {
    let rows = tx
        .rows(
            "SELECT w.tenant_id, w.id, w.events, w.told_seq
             FROM webhook w JOIN event_head h ON h.tenant_id = w.tenant_id
             WHERE w.enabled AND w.told_seq < h.seq ORDER BY w.told_seq LIMIT $1",
            args![limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let events = crate::scene::json(&row.get::<String>(2)?)?;
            Ok(Behind { tenant: row.get(0)?, webhook: row.get(1)?, events, told_seq: row.get(3)? })
        })
        .collect()
}

/// Adds a delivery; one per endpoint and event, however often this is run.
///
/// # Errors
/// When the database fails.
pub async fn add_telling(
    tx: &mut TenantTx<'_>,
    id: DeliveryId,
    webhook: WebhookId,
    seq: i64,
    kind: &str,
    body: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO webhook_delivery (tenant_id, id, webhook_id, seq, kind, state, attempts, body, next_at_us,
             created_at_us)
         VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7, $7)
         ON CONFLICT (tenant_id, webhook_id, seq) DO NOTHING",
        args![id, webhook, seq, kind, body, now],
    )
    .await
}

/// Events up to `seq` have become deliveries.
///
/// # Errors
/// When the database fails.
pub async fn set_told(tx: &mut TenantTx<'_>, webhook: WebhookId, seq: i64) -> Result<(), StoreError> {
    tx.push("UPDATE webhook SET told_seq = $3 WHERE tenant_id = $1 AND id = $2 AND told_seq < $3", args![webhook, seq])
        .await
}

/// Takes deliveries whose time has come for the time of a lease: of each endpoint the first in line, so that none keeps the
/// others waiting. Those in `passed_over` get none, since as many calls to them run as may.
///
/// # Errors
/// When the database fails.
pub async fn claim_tellings(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    lease: SignedDuration,
    passed_over: &[WebhookId],
    limit: u32,
) -> Result<Vec<Telling>, StoreError> {
    let until = now.checked_add(lease).map_err(StoreError::fault)?;
    let rows = tx
        .rows(
            "UPDATE webhook_delivery SET next_at_us = $2, attempts = attempts + 1
             WHERE (tenant_id, id) IN (
                 SELECT tenant_id, id FROM webhook_delivery
                 WHERE state = 'waiting' AND next_at_us <= $1 AND (tenant_id, id) IN (
                     SELECT w.tenant_id, (
                         SELECT d.id FROM webhook_delivery d
                         WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.state = 'waiting'
                         ORDER BY d.next_at_us, d.seq LIMIT 1)
                     FROM webhook w WHERE NOT w.id {among $3})
                 ORDER BY next_at_us LIMIT $4 {skip_locked})
             RETURNING tenant_id, id, webhook_id, body, attempts",
            args![now, until, list(passed_over), limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Telling {
                tenant: row.get(0)?,
                id: row.get(1)?,
                webhook: row.get(2)?,
                body: row.get(3)?,
                attempt: row.get(4)?,
            })
        })
        .collect()
}

/// When the next delivery wants to be made to an endpoint that is not passed over.
///
/// # Errors
/// When the database fails.
pub async fn next_telling(tx: &mut SystemTx<'_>, passed_over: &[WebhookId]) -> Result<Option<Timestamp>, StoreError> {
    tx.one(
        "SELECT MIN(next_at_us) FROM (
             SELECT (SELECT MIN(d.next_at_us) FROM webhook_delivery d
                     WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.state = 'waiting') AS next_at_us
             FROM webhook w WHERE NOT w.id {among $1}) AS first_in_line",
        args![list(passed_over)],
    )
    .await?
    .get(0)
}

/// Where an endpoint is and its sealed secret; `None`: it is gone or switched off.
///
/// # Errors
/// When the database fails.
pub async fn endpoint(tx: &mut TenantTx<'_>, webhook: WebhookId) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let row =
        tx.opt("SELECT url, secret FROM webhook WHERE tenant_id = $1 AND id = $2 AND enabled", args![webhook]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// How a telling ended. `again_at`: it is tried again then.
#[derive(Debug, Clone)]
pub struct Told {
    /// The endpoint took it.
    pub delivered: bool,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// Why not.
    pub error: Option<String>,
    /// When it is tried again, if it is.
    pub again_at: Option<Timestamp>,
}

/// Writes how it ended at `now`.
///
/// # Errors
/// When the database fails.
pub async fn tell_ended(tx: &mut TenantTx<'_>, now: Timestamp, id: DeliveryId, told: &Told) -> Result<(), StoreError> {
    let state = match (told.delivered, told.again_at) {
        (true, _) => "delivered",
        (false, Some(_)) => "waiting",
        (false, None) => "failed",
    };
    let ended_at = told.again_at.is_none().then_some(now);
    tx.push(
        "UPDATE webhook_delivery SET state = $3, last_status = $4, last_error = $5, next_at_us = $6, ended_at_us = $7
         WHERE tenant_id = $1 AND id = $2",
        args![id, state, told.status, &told.error, told.again_at, ended_at],
    )
    .await
}

/// Forgets deliveries that ended before `before`, the oldest first and at most `limit` of them; answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_tellings(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM webhook_delivery WHERE (tenant_id, id) IN
             (SELECT tenant_id, id FROM webhook_delivery WHERE ended_at_us < $1 ORDER BY ended_at_us LIMIT $2)",
        args![before, limit],
    )
    .await
}
