//! Who is to enter a workflow.

use std::collections::HashMap;

use domain::id::{ContactId, Ids, NumberId, TenantId, WorkId, WorkflowId};
use domain::workflow::Coming;
use jiff::Timestamp;
use uuid::Uuid;

use super::text;
use crate::contact::address::primary_phone;
use crate::scene::json;
use crate::{StoreError, SystemTx, TenantTx, args, list, row};

/// Somebody who waits to be let in.
#[derive(Debug)]
pub struct Waiting {
    /// Whose.
    pub tenant: TenantId,
    /// Its row.
    pub id: WorkId,
    /// Since when: with its id, where it stands in the row.
    pub ready_at: Timestamp,
    /// Who, and where to.
    pub coming: Coming,
}

/// Has them looked at.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut TenantTx<'_>, now: Timestamp, ids: &mut Ids, coming: &[Coming]) -> Result<(), StoreError> {
    if !coming.is_empty() {
        tx.stirs_workflows();
    }
    let mut rows = Vec::with_capacity(coming.len());
    for one in coming {
        rows.push(row![ids.next::<WorkId>(), one.workflow, one.contact, text(one)?, now]);
    }
    tx.push_many("INSERT INTO entry (tenant_id, id, workflow_id, contact_id, coming, ready_at_us)", rows).await
}

/// Those who wait, the oldest first, at most `limit`; nobody else lets them in until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn entering(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT tenant_id, id, ready_at_us, coming FROM entry
               WHERE ready_at_us <= $1 ORDER BY ready_at_us, id LIMIT $2 {skip_locked}";
    let rows = tx.rows(sql, args![now, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting { tenant: row.get(0)?, id: row.get(1)?, ready_at: row.get(2)?, coming: json(row.text(3)?)? })
        })
        .collect()
}

/// Puts off the oldest until then, whatever is written there: what cannot be read holds up nobody else. Answers which.
pub(super) async fn put_off(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<String>, StoreError> {
    let sql =
        "SELECT id, ready_at_us FROM entry WHERE ready_at_us <= $1 ORDER BY ready_at_us, id LIMIT 1 {skip_locked}";
    let Some(row) = tx.opt(sql, args![now]).await? else { return Ok(None) };
    let (id, ready_at): (WorkId, Timestamp) = (row.get(0)?, row.get(1)?);
    let sql = "UPDATE entry SET ready_at_us = $3 WHERE ready_at_us = $1 AND id = $2";
    tx.push(sql, args![ready_at, id, until]).await?;
    Ok(Some(id.to_string()))
}

/// They were looked at.
///
/// # Errors
/// When the database fails.
pub async fn finish(tx: &mut TenantTx<'_>, done: &[&Waiting]) -> Result<(), StoreError> {
    let rows = done.iter().map(|one| row![one.ready_at, one.id]);
    tx.push_each("DELETE FROM entry WHERE tenant_id = $1 AND ready_at_us = $2 AND id = $3", rows).await
}

/// What somebody did in a workflow before.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// They are in it now.
    pub is_inside: bool,
    /// When they entered, in no order.
    pub entered: Vec<Timestamp>,
    /// By what they entered.
    pub keys: Vec<String>,
}

/// What these contacts did in these workflows before; who was in none is left out.
///
/// # Errors
/// When the database fails.
pub async fn pasts(
    tx: &mut TenantTx<'_>,
    workflows: &[WorkflowId],
    contacts: &[ContactId],
) -> Result<HashMap<(WorkflowId, ContactId), Past>, StoreError> {
    let mut found: HashMap<(WorkflowId, ContactId), Past> = HashMap::new();
    let sql = "SELECT workflow_id, contact_id, entry_key, entered_at_us, ended_at_us IS NULL FROM enrolment
               WHERE tenant_id = $1 AND workflow_id {among $2} AND contact_id {among $3}";
    for row in tx.rows(sql, args![list(workflows), list(contacts)]).await? {
        let past = found.entry((row.get(0)?, row.get(1)?)).or_default();
        past.keys.push(row.get(2)?);
        past.entered.push(row.get(3)?);
        past.is_inside |= row.get::<bool>(4)?;
    }
    Ok(found)
}

/// How somebody is reached.
#[derive(Debug, Clone)]
pub struct Came {
    /// At this phone, E.164; `None`: at none.
    pub phone: Option<String>,
    /// From the number of ours in whose conversation they last were; `None`: there was none.
    pub number: Option<NumberId>,
}

impl Came {
    /// How each of these contacts is reached; those that are gone are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn from(tx: &mut TenantTx<'_>, contacts: &[ContactId]) -> Result<HashMap<ContactId, Self>, StoreError> {
        let sql = concat!(
            "SELECT c.id, ",
            primary_phone!("c.id"),
            ", (SELECT v.number_id FROM conversation v WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id
                ORDER BY v.last_message_at_us DESC LIMIT 1)
             FROM contact c WHERE c.tenant_id = $1 AND c.id {among $2} AND c.gone_at_us IS NULL"
        );
        let rows = tx.rows(sql, args![list(contacts)]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, Self { phone: row.get(1)?, number: row.get(2)? }))).collect()
    }

    /// The number of ours that texts whoever knows none of them: the first that may send.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usual_number(tx: &mut TenantTx<'_>) -> Result<Option<NumberId>, StoreError> {
        let sql = "SELECT id FROM number WHERE tenant_id = $1 AND enabled ORDER BY id LIMIT 1";
        tx.opt(sql, args![]).await?.map(|row| row.get::<Uuid>(0).map(NumberId)).transpose()
    }

    /// How many are in these workflows now, counted up to `most` in each. Nobody else counts them until the transaction ends: two
    /// who let people in at once do not let in too many together.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn inside(
        tx: &mut TenantTx<'_>,
        workflows: &[WorkflowId],
        most: u32,
    ) -> Result<HashMap<WorkflowId, u32>, StoreError> {
        if workflows.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = "SELECT 1 FROM workflow WHERE tenant_id = $1 AND id {among $2} ORDER BY id FOR NO KEY UPDATE";
        tx.hold(sql, args![list(workflows)]).await?;
        let sql = "SELECT w.id, (SELECT count(*) FROM (
                       SELECT 1 FROM enrolment n
                       WHERE n.tenant_id = $1 AND n.workflow_id = w.id AND n.ended_at_us IS NULL LIMIT $3) few)
                   FROM workflow w WHERE w.tenant_id = $1 AND w.id {among $2}";
        let rows = tx.rows(sql, args![list(workflows), most]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, u32::try_from(row.get::<i64>(1)?).unwrap_or(u32::MAX)))).collect()
    }
}
