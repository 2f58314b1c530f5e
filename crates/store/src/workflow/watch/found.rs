//! Whom those find who look for triggers that come by time.

use std::fmt;

use domain::condition::{Checked, day_number};
use domain::id::{ContactId, ConversationId, MessageId, NumberId, WorkflowId};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::contact::address::primary_phone;
use crate::segment::{Way, compiled};
use crate::{Row, StoreError, TenantTx, Value, args, list, row};

/// Somebody whose field holds a day.
#[derive(Clone)]
pub struct Dated {
    /// Who.
    pub contact: ContactId,
    /// Which day.
    pub day: Date,
    /// Their own zone.
    pub time_zone: Option<String>,
    /// Their first phone, E.164.
    pub phone: Option<String>,
}

impl fmt::Debug for Dated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dated").field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// Those whose field holds one of these days, in the order of their ids after `after`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn dated(
    tx: &mut TenantTx<'_>,
    field: &str,
    days: &[Date],
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Dated>, StoreError> {
    let sql = concat!(
        "SELECT f.contact_id, f.value, c.time_zone, ",
        primary_phone!("f.contact_id"),
        " FROM contact_field f JOIN contact c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
         WHERE f.tenant_id = $1 AND f.field = $2 AND f.day {among $3} AND f.contact_id > $4 AND c.gone_at_us IS NULL
         ORDER BY f.contact_id LIMIT $5"
    );
    let days = list(days.iter().map(|day| day_number(*day)));
    let rows = tx.rows(sql, args![field, days, after.unwrap_or(Uuid::nil()), limit]).await?;
    let one = |row: &Row| {
        let day = row.text(1)?.parse().map_err(StoreError::fault)?;
        Ok(Dated { contact: row.get(0)?, day, time_zone: row.get(2)?, phone: row.get(3)? })
    };
    rows.iter().map(one).collect()
}

/// A conversation in which we wrote last.
#[derive(Clone)]
pub struct Silent {
    /// Which.
    pub conversation: ConversationId,
    /// With whom.
    pub contact: ContactId,
    /// From which of our numbers.
    pub number: NumberId,
    /// At which phone of theirs, E.164.
    pub phone: String,
    /// Our last text.
    pub message: MessageId,
    /// When it went out; `None`: it waits to.
    pub sent_at: Option<Timestamp>,
    /// The workflow that sent it.
    pub own: Option<WorkflowId>,
}

impl fmt::Debug for Silent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Silent").field("conversation", &self.conversation).finish_non_exhaustive()
    }
}

/// A conversation that is not closed, in which we wrote last, with the last text of ours that is out or may go.
macro_rules! silent {
    ($which:literal) => {
        concat!(
            "SELECT v.id, v.contact_id, v.number_id, v.address, m.id, m.sent_at_us, e.workflow_id FROM conversation v
             JOIN message m ON m.tenant_id = v.tenant_id AND m.id = (
                 SELECT x.id FROM message x WHERE x.tenant_id = v.tenant_id AND x.conversation_id = v.id
                     AND x.direction = 'out' AND x.status NOT IN ('failed', 'skipped', 'cancelled')
                 ORDER BY x.id DESC LIMIT 1)
             LEFT JOIN enrolment e ON e.tenant_id = v.tenant_id AND m.author = 'workflow' AND e.id = m.author_id
             WHERE v.tenant_id = $1 AND v.status IN ('open', 'snoozed') AND v.last_direction = 'out' AND ",
            $which
        )
    };
}

/// Conversations in which we wrote last, after one moment and not after another; in the order of their ids after `after`, at most
/// `limit`.
///
/// # Errors
/// When the database fails.
pub async fn silent(
    tx: &mut TenantTx<'_>,
    (wrote_after, until): (Timestamp, Timestamp),
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Silent>, StoreError> {
    let sql = silent!("v.last_message_at_us > $2 AND v.last_message_at_us <= $3 AND v.id > $4 ORDER BY v.id LIMIT $5");
    let rows = tx.rows(sql, args![wrote_after, until, after.unwrap_or(Uuid::nil()), limit]).await?;
    rows.iter().map(quiet).collect()
}

fn quiet(row: &Row) -> Result<Silent, StoreError> {
    Ok(Silent {
        conversation: row.get(0)?,
        contact: row.get(1)?,
        number: row.get(2)?,
        phone: row.get(3)?,
        message: row.get(4)?,
        sent_at: row.get(5)?,
        own: row.get(6)?,
    })
}

/// These conversations are to be looked at again then.
///
/// # Errors
/// When the database fails.
pub async fn later(
    tx: &mut TenantTx<'_>,
    watch: Uuid,
    conversations: &[(ConversationId, Timestamp)],
) -> Result<(), StoreError> {
    tx.push_many(
        "INSERT INTO workflow_later (tenant_id, watch_id, conversation_id, at_us) VALUES {rows}
         ON CONFLICT (tenant_id, watch_id, conversation_id) DO UPDATE SET at_us = excluded.at_us",
        conversations.iter().map(|(conversation, at)| row![watch, *conversation, *at]),
    )
    .await
}

/// Conversations that were to be looked at again by now, at most `limit`, which are forgotten: how many there were, and those in
/// which we wrote last.
///
/// # Errors
/// When the database fails.
pub async fn waited(
    tx: &mut TenantTx<'_>,
    watch: Uuid,
    now: Timestamp,
    limit: u32,
) -> Result<(usize, Vec<Silent>), StoreError> {
    let sql = "SELECT conversation_id FROM workflow_later WHERE tenant_id = $1 AND watch_id = $2 AND at_us <= $3
               ORDER BY at_us LIMIT $4";
    let rows = tx.rows(sql, args![watch, now, limit]).await?;
    if rows.is_empty() {
        return Ok((0, Vec::new()));
    }
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let sql = "DELETE FROM workflow_later WHERE tenant_id = $1 AND watch_id = $2 AND conversation_id {among $3}";
    tx.push(sql, args![watch, list(&ids)]).await?;
    let found = tx.rows(silent!("v.id {among $2}"), args![list(&ids)]).await?;
    Ok((ids.len(), found.iter().map(quiet).collect::<Result<_, _>>()?))
}

/// Contacts that a condition means and that were not seen, in the order of their ids after `after`, at most `limit`. `first`: most
/// of those that it means are new, so that each is looked at once instead of finding all of them each time.
///
/// # Errors
/// When the database fails.
pub async fn newcomers(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    watch: Uuid,
    condition: &Checked,
    (first, after): (bool, Option<Uuid>),
    limit: u32,
) -> Result<Vec<ContactId>, StoreError> {
    let way = if first { Way::Each } else { Way::Led };
    let (that, rest) = compiled(tx, now, condition.node(), condition.zone(), way, 4);
    let sql = format!(
        "SELECT c.id FROM contact c WHERE c.tenant_id = $1 AND c.gone_at_us IS NULL AND c.id > $4 AND {that}
             AND NOT EXISTS (SELECT 1 FROM workflow_seen s WHERE s.tenant_id = $1 AND s.watch_id = $2 AND s.contact_id = c.id)
         ORDER BY c.id LIMIT $3"
    );
    let mut args = vec![Value::from(watch), Value::from(limit), Value::from(after.unwrap_or(Uuid::nil()))];
    args.extend(rest);
    tx.rows_composed(&sql, &args).await?.iter().map(|row| row.get(0)).collect()
}

/// Contacts that were seen and that a condition does not mean any more, or that are gone, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn left(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    watch: Uuid,
    condition: &Checked,
    limit: u32,
) -> Result<Vec<ContactId>, StoreError> {
    let (that, rest) = compiled(tx, now, condition.node(), condition.zone(), Way::Each, 3);
    let sql = format!(
        "SELECT s.contact_id FROM workflow_seen s JOIN contact c ON c.tenant_id = s.tenant_id AND c.id = s.contact_id
         WHERE s.tenant_id = $1 AND s.watch_id = $2 AND (c.gone_at_us IS NOT NULL OR NOT {that}) LIMIT $3"
    );
    let mut args = vec![Value::from(watch), Value::from(limit)];
    args.extend(rest);
    tx.rows_composed(&sql, &args).await?.iter().map(|row| row.get(0)).collect()
}

/// These are seen. Answers those that nobody had seen.
///
/// # Errors
/// When the database fails.
pub async fn remember(tx: &mut TenantTx<'_>, watch: Uuid, who: &[ContactId]) -> Result<Vec<ContactId>, StoreError> {
    let new = tx
        .insert_new(
            "INSERT INTO workflow_seen (tenant_id, contact_id, watch_id) VALUES {rows}
             ON CONFLICT DO NOTHING {which contact_id}",
            who.iter().map(|contact| row![*contact, watch]),
        )
        .await?;
    Ok(new.into_iter().filter_map(|place| who.get(place).copied()).collect())
}

/// These are seen no more: when they come again, they are new.
///
/// # Errors
/// When the database fails.
pub async fn leave(tx: &mut TenantTx<'_>, watch: Uuid, who: &[ContactId]) -> Result<(), StoreError> {
    let sql = "DELETE FROM workflow_seen WHERE tenant_id = $1 AND watch_id = $2 AND contact_id {among $3}";
    tx.push(sql, args![watch, list(who)]).await
}

/// Forgets what was kept for one that is over, at most `limit` of each kind. Whether there was as much.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut TenantTx<'_>, watch: Uuid, limit: u32) -> Result<bool, StoreError> {
    let seen = "DELETE FROM workflow_seen WHERE tenant_id = $1 AND watch_id = $2 AND contact_id IN (
                    SELECT s.contact_id FROM workflow_seen s WHERE s.tenant_id = $1 AND s.watch_id = $2 LIMIT $3)";
    let later = "DELETE FROM workflow_later WHERE tenant_id = $1 AND watch_id = $2 AND conversation_id IN (
                     SELECT l.conversation_id FROM workflow_later l WHERE l.tenant_id = $1 AND l.watch_id = $2 LIMIT $3)";
    let mut most = 0;
    for sql in [seen, later] {
        most = tx.exec_returning_count(sql, args![watch, limit]).await?.max(most);
    }
    Ok(most >= u64::from(limit))
}
