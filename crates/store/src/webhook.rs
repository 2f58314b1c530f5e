//! Endpoints of the tenant that are told of its events, and how each telling went.

use domain::id::{DeliveryId, WebhookId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Row, StoreError, TenantTx, args, schema::DeliveryStateWord};

/// An endpoint, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Which one.
    #[schema(value_type = String)]
    pub id: WebhookId,
    /// Where events are told.
    pub url: String,
    /// Which ones; `*` is all.
    pub events: Vec<String>,
    /// Whether it is told anything now.
    pub enabled: bool,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// One telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Which one: the `webhook-id` header.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// Of which webhook.
    #[schema(value_type = String)]
    pub webhook_id: WebhookId,
    /// The place in the tenant's log that it tells.
    pub seq: i64,
    /// The event's name.
    #[serde(rename = "type")]
    pub kind: String,
    /// How it stands.
    #[schema(value_type = DeliveryStateWord)]
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The HTTP status of the last try.
    pub last_status: Option<u16>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it is tried next.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// What of an endpoint changes; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    /// Where events are told.
    pub url: Option<String>,
    /// Which ones.
    pub events: Option<Vec<String>>,
    /// Whether it is told anything.
    pub enabled: Option<bool>,
}

/// Adds an endpoint, which is told of what happens from now on. `secret` is sealed.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut TenantTx<'_>, new: &Webhook, secret: &[u8]) -> Result<(), StoreError> {
    let head = crate::event::head(tx).await?;
    tx.exec(
        "INSERT INTO webhook (tenant_id, id, url, events, secret, enabled, told_seq, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![new.id, &new.url, to_json(&new.events)?, secret, new.enabled, head, new.created_at],
    )
    .await
}

/// A page of the endpoints, by id.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut TenantTx<'_>, after: Option<WebhookId>, limit: u32) -> Result<Vec<Webhook>, StoreError> {
    let after = after.unwrap_or(WebhookId(uuid::Uuid::nil()));
    tx.rows(
        "SELECT id, url, events, enabled, created_at_us FROM webhook
         WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        args![after, limit],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// One endpoint.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut TenantTx<'_>, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    let sql = "SELECT id, url, events, enabled, created_at_us FROM webhook WHERE tenant_id = $1 AND id = $2";
    tx.opt(sql, args![id]).await?.as_ref().map(from_row).transpose()
}

/// Changes an endpoint; `false` if there is no such one. One that is enabled again is told of what happens from then on:
/// nobody wants last month's events at once.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut TenantTx<'_>, id: WebhookId, change: &WebhookChange) -> Result<bool, StoreError> {
    let head = crate::event::head(tx).await?;
    let events = change.events.as_deref().map(to_json).transpose()?;
    let changed = tx
        .exec_returning_count(
            "UPDATE webhook
             SET url = COALESCE($3, url), events = COALESCE($4, events),
                 told_seq = CASE WHEN $5 AND NOT enabled THEN $6 ELSE told_seq END,
                 enabled = COALESCE($7, enabled)
             WHERE tenant_id = $1 AND id = $2",
            args![id, &change.url, events, change.enabled == Some(true), head, change.enabled],
        )
        .await?;
    Ok(changed == 1)
}

/// Removes an endpoint and the record of what it was told; `false` if there is no such one.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: WebhookId) -> Result<bool, StoreError> {
    tx.exec("DELETE FROM webhook_delivery WHERE tenant_id = $1 AND webhook_id = $2", args![id]).await?;
    Ok(tx.exec_returning_count("DELETE FROM webhook WHERE tenant_id = $1 AND id = $2", args![id]).await? == 1)
}

/// A page of what an endpoint was told, newest first.
///
/// # Errors
/// When the database fails.
pub async fn deliveries(
    tx: &mut TenantTx<'_>,
    webhook: WebhookId,
    after: Option<DeliveryId>,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let after = after.unwrap_or(DeliveryId(uuid::Uuid::max()));
    tx.rows(
        "SELECT id, webhook_id, seq, kind, state, attempts, last_status, last_error, next_at_us, created_at_us
         FROM webhook_delivery
         WHERE tenant_id = $1 AND webhook_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
        args![webhook, after, limit],
    )
    .await?
    .iter()
    .map(delivery)
    .collect()
}

/// Tells once more what was told, with the same id and the same bytes; `None` if there is no such delivery.
///
/// # Errors
/// When the database fails.
pub async fn replay(
    tx: &mut TenantTx<'_>,
    webhook: WebhookId,
    id: DeliveryId,
    now: Timestamp,
) -> Result<Option<Delivery>, StoreError> {
    tx.opt(
        "UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_at_us = $4, ended_at_us = NULL
         WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3
         RETURNING id, webhook_id, seq, kind, state, attempts, last_status, last_error, next_at_us, created_at_us",
        args![webhook, id, now],
    )
    .await?
    .as_ref()
    .map(delivery)
    .transpose()
}

fn to_json(events: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(events).map_err(StoreError::fault)
}

fn from_row(row: &Row) -> Result<Webhook, StoreError> {
    let events: String = row.get(2)?;
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        events: serde_json::from_str(&events).map_err(StoreError::fault)?,
        enabled: row.get(3)?,
        created_at: row.get(4)?,
    })
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.get(0)?,
        webhook_id: row.get(1)?,
        seq: row.get(2)?,
        kind: row.get(3)?,
        state: row.get(4)?,
        attempts: row.get(5)?,
        last_status: row.get(6)?,
        last_error: row.get(7)?,
        next_at: row.get(8)?,
        created_at: row.get(9)?,
    })
}
