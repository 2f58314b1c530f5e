//! Somebody's way through a workflow, and what waits for its next turn.
//!
//! A row is a way. Words ([`Word`]) that a way is told wait in `enrolment_event`, those who are to enter in `entry`; whoever runs
//! workflows takes them, with the ways whose time has come, some in each transaction.

mod entry;
pub(crate) mod fires;
pub(crate) mod goal;
mod log;
mod person;
pub mod run;
pub mod shown;
mod words;

use std::collections::HashMap;

use domain::id::{AssistantId, ContactId, EnrolmentId, MessageId, NumberId, TenantId, WorkflowId};
use domain::workflow::{Key, Source, State, Status, Waits};
use jiff::{SignedDuration, Timestamp};

use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, SystemTx, TenantTx, Value, args, list, row};

pub use entry::{Came, Past, Waiting as Entering, add as enter, entering, finish as finish_entries, pasts};
pub(crate) use goal::consented;
pub use goal::listed;
pub use log::{Logged, count, write as write_log};
pub(crate) use person::{carry, erase};
pub(crate) use words::opted_out;
pub use words::{Told, add as tell, add_at as tell_at, finish as finish_words, forget_of_gone, move_at, told, told_of};

/// Much longer than any turn takes.
const WAKES_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Somebody's way, as whoever takes its next turn needs it.
#[derive(Debug, Clone)]
pub struct Way {
    /// Which.
    pub id: EnrolmentId,
    /// Through which workflow.
    pub workflow: WorkflowId,
    /// Through which version of it.
    pub version: i64,
    /// Whose.
    pub contact: ContactId,
    /// Where they are reached, E.164.
    pub phone: String,
    /// From which of our numbers.
    pub number: NumberId,
    /// What they entered by.
    pub key: String,
    /// What brought them.
    pub source: Source,
    /// Where they stand.
    pub state: State,
    /// It is paused because its workflow is.
    pub by_workflow: bool,
    /// The text of which it waits to hear what became of it.
    pub awaits: Option<MessageId>,
    /// It may have the next reply to that number until then.
    pub floor: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, workflow_id, version, contact_id, phone, number_id, entry_key, source, state, by_workflow, awaits_message,
         floor_until_us"
    };
}

/// Ways whose time has come, of any tenant, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn due(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(TenantId, EnrolmentId)>, StoreError> {
    let sql = "SELECT tenant_id, id FROM enrolment WHERE due_at_us <= $1 ORDER BY due_at_us LIMIT $2 {skip_locked}";
    tx.rows(sql, args![now, limit]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// When the next one's time comes after this; `None`: nobody waits for a time.
///
/// # Errors
/// When the database fails.
pub async fn next_due(tx: &mut SystemTx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT due_at_us FROM enrolment WHERE due_at_us IS NOT NULL ORDER BY due_at_us LIMIT 1";
    tx.opt(sql, args![]).await?.map(|row| row.get(0)).transpose()
}

/// These ways, as far as nobody else has them in hand: nobody else takes a turn of theirs until the transaction ends. Those of the
/// erased are left out.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, ids: &[EnrolmentId]) -> Result<HashMap<EnrolmentId, Way>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM enrolment WHERE tenant_id = $1 AND id {among $2} AND state <> '' ORDER BY id {skip_locked}"
    );
    tx.rows(sql, args![list(ids)]).await?.iter().map(|row| way(row).map(|way| (way.id, way))).collect()
}

fn way(row: &Row) -> Result<Way, StoreError> {
    Ok(Way {
        id: row.get(0)?,
        workflow: row.get(1)?,
        version: row.get(2)?,
        contact: row.get(3)?,
        phone: row.get(4)?,
        number: row.get(5)?,
        key: row.get(6)?,
        source: json(row.text(7)?)?,
        state: json(row.text(8)?)?,
        by_workflow: row.get(9)?,
        awaits: row.get(10)?,
        floor: row.get(11)?,
    })
}

/// Adds ways that have just begun.
///
/// # Errors
/// `Unique` if somebody entered at the same moment; when the database fails.
pub async fn begin(tx: &mut TenantTx<'_>, now: Timestamp, ways: &[&Way]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(ways.len());
    for way in ways {
        let state = text(&way.state)?;
        rows.push(row![
            way.id,
            way.workflow,
            way.version,
            way.contact,
            &way.phone,
            way.number,
            &way.key,
            text(&way.source)?,
            status(&way.state),
            way.by_workflow,
            way.state.at.as_deref(),
            waits(&way.state),
            way.awaits,
            way.state.since,
            seq(&way.state),
            way.state.wake_at,
            way.floor,
            state,
            outcome(&way.state),
            way.state.entered_at,
            way.state.is_ended().then_some(now)
        ]);
    }
    tx.push_many(
        "INSERT INTO enrolment (tenant_id, id, workflow_id, version, contact_id, phone, number_id, entry_key, source, status,
             by_workflow, step_id, waits, awaits_message, since_us, seq, due_at_us, floor_until_us, state, outcome,
             entered_at_us, ended_at_us)",
        rows,
    )
    .await
}

/// Writes where these ways stand now. Each must be in hand, and stand where it stood: `from` is the number of its last turn.
///
/// # Errors
/// [`StoreError::Retry`] if one of them has moved meanwhile; when the database fails.
pub async fn go_on(tx: &mut TenantTx<'_>, now: Timestamp, ways: &[(&Way, u64)]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(ways.len());
    for (way, from) in ways {
        rows.push(row![
            way.id,
            i64::try_from(*from).map_err(StoreError::fault)?,
            way.version,
            status(&way.state),
            way.by_workflow,
            way.state.at.as_deref(),
            waits(&way.state),
            way.awaits,
            way.state.since,
            seq(&way.state),
            way.state.wake_at,
            way.floor,
            text(&way.state)?,
            outcome(&way.state),
            way.state.is_ended().then_some(now)
        ]);
    }
    let moved = tx
        .exec_each(
            "UPDATE enrolment SET version = $4, status = $5, by_workflow = $6, step_id = $7, waits = $8, awaits_message = $9,
                 since_us = $10, seq = $11, due_at_us = $12, floor_until_us = $13, state = $14, outcome = $15,
                 ended_at_us = COALESCE(ended_at_us, $16)
             WHERE tenant_id = $1 AND id = $2 AND seq = $3",
            rows,
        )
        .await?;
    if moved.iter().all(|moved| *moved == 1) { Ok(()) } else { Err(StoreError::Retry) }
}

/// Who may have the next reply of these contacts to our numbers, and until when.
///
/// # Errors
/// When the database fails.
pub async fn floors(
    tx: &mut TenantTx<'_>,
    contacts: &[ContactId],
) -> Result<HashMap<(ContactId, NumberId), (EnrolmentId, Timestamp)>, StoreError> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "SELECT contact_id, number_id, id, floor_until_us FROM enrolment
               WHERE tenant_id = $1 AND contact_id {among $2} AND floor_until_us IS NOT NULL";
    let rows = tx.rows(sql, args![list(contacts)]).await?;
    rows.iter().map(|row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)))).collect()
}

/// The ways of these contacts that are not over, and the floor that each holds.
///
/// # Errors
/// When the database fails.
pub async fn inside(
    tx: &mut TenantTx<'_>,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, Vec<domain::scene::Inside>>, StoreError> {
    let mut found: HashMap<ContactId, Vec<domain::scene::Inside>> = HashMap::new();
    if contacts.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT n.contact_id, n.id, n.number_id, n.floor_until_us, n.status = 'live' AND w.state <> 'paused', n.since_us
               FROM enrolment n JOIN workflow w ON w.tenant_id = n.tenant_id AND w.id = n.workflow_id
               WHERE n.tenant_id = $1 AND n.contact_id {among $2} AND n.ended_at_us IS NULL ORDER BY n.id";
    for row in tx.rows(sql, args![list(contacts)]).await? {
        let floor =
            row.get::<Option<Timestamp>>(3)?.map(|until| Ok::<_, StoreError>((row.get(2)?, until))).transpose()?;
        let (enrolment, goes_on, since) = (row.get(1)?, row.get(4)?, row.get(5)?);
        let inside = domain::scene::Inside { enrolment, floor, since, goes_on };
        found.entry(row.get(0)?).or_default().push(inside);
    }
    Ok(found)
}

/// Has some of the ways that stood still because their workflow did go on, if it goes on: at most `limit`. Answers how many. Only
/// workflows that were paused not long ago, or in which somebody still stands still, are looked at.
///
/// # Errors
/// When the database fails.
pub async fn wake(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
    let sql = "SELECT 1 FROM workflow WHERE woken_at_us IS NOT NULL LIMIT 1";
    if tx.opt(sql, args![]).await?.is_none() {
        return Ok(0);
    }
    let sql = "UPDATE enrolment SET due_at_us = $1
               WHERE (tenant_id, id) IN (
                   SELECT n.tenant_id, n.id FROM workflow w CROSS JOIN enrolment n
                   WHERE w.woken_at_us IS NOT NULL AND n.tenant_id = w.tenant_id AND n.workflow_id = w.id AND n.by_workflow
                     AND n.ended_at_us IS NULL AND n.due_at_us IS NULL LIMIT $2)";
    let woken = tx.exec_returning_count(sql, args![now, limit]).await?;
    if woken == 0 {
        // A turn that saw the workflow paused may be written a little after it goes on.
        let long_ago = now.checked_sub(WAKES_FOR).map_err(StoreError::fault)?;
        tx.push("UPDATE workflow SET woken_at_us = NULL WHERE woken_at_us < $1", args![long_ago]).await?;
    }
    Ok(usize::try_from(woken).unwrap_or(usize::MAX))
}

/// Ways through a version that are not over, in the order of their ids, after `after`. They may move on meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn of_version(
    tx: &mut TenantTx<'_>,
    workflow: WorkflowId,
    version: i64,
    after: Option<EnrolmentId>,
    limit: u32,
) -> Result<Vec<Way>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM enrolment WHERE tenant_id = $1 AND workflow_id = $2 AND id > $3 AND version = $4 AND ended_at_us IS NULL
          AND state <> '' ORDER BY id LIMIT $5"
    );
    let after = after.unwrap_or(EnrolmentId(uuid::Uuid::nil()));
    tx.rows(sql, args![workflow, after, version, limit]).await?.iter().map(way).collect()
}

/// Ways through a workflow that stand still because a step could not be done, at this step if one is named; in the order of their ids,
/// after `after`.
///
/// # Errors
/// When the database fails.
pub async fn failed(
    tx: &mut TenantTx<'_>,
    workflow: WorkflowId,
    step: Option<&str>,
    after: Option<EnrolmentId>,
    limit: u32,
) -> Result<Vec<EnrolmentId>, StoreError> {
    let sql = "SELECT id FROM enrolment WHERE tenant_id = $1 AND workflow_id = $2 AND status = 'failed' AND id > $3
                 AND ($4 = '' OR step_id = $4) ORDER BY id LIMIT $5";
    let after = after.unwrap_or(EnrolmentId(uuid::Uuid::nil()));
    let rows = tx.rows(sql, args![workflow, after, step.unwrap_or_default(), limit]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Takes the floor from somebody, in the transaction in which somebody else takes it.
///
/// # Errors
/// When the database fails.
pub async fn lose_floor(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<(), StoreError> {
    tx.push("UPDATE enrolment SET floor_until_us = NULL WHERE tenant_id = $1 AND id = $2", args![id]).await
}

/// Ways of these contacts that wait for a floor, or for a reply without one because another took it; and for which of our numbers.
///
/// # Errors
/// When the database fails.
pub async fn queue_for_floor(
    tx: &mut TenantTx<'_>,
    contacts: &[ContactId],
) -> Result<Vec<(ContactId, NumberId, EnrolmentId)>, StoreError> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT contact_id, number_id, id FROM enrolment
               WHERE tenant_id = $1 AND contact_id {among $2} AND ended_at_us IS NULL
                 AND (waits = 'floor' OR (waits = 'reply' AND floor_until_us IS NULL)) ORDER BY id";
    let rows = tx.rows(sql, args![list(contacts)]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// The assistant that answers on the number of somebody's way; `None`: none does, or there is no such way.
///
/// # Errors
/// When the database fails.
pub async fn assistant_of(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<Option<AssistantId>, StoreError> {
    let sql = "SELECT n.assistant_id FROM enrolment e JOIN number n ON n.tenant_id = e.tenant_id AND n.id = e.number_id
               WHERE e.tenant_id = $1 AND e.id = $2";
    Ok(tx.opt(sql, args![id]).await?.map(|row| row.get(0)).transpose()?.flatten())
}

/// Whether something is still to be done elsewhere for somebody's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It waits for what becomes of it.
    Now,
    /// So it does, but it, or its workflow, is paused.
    WhenItGoesOn,
    /// It is over, or has gone on without it.
    NoMore,
}

/// Whether somebody's way still waits for what becomes of this.
///
/// # Errors
/// When the database fails.
pub async fn waits_for(tx: &mut TenantTx<'_>, id: EnrolmentId, key: &Key) -> Result<Wanted, StoreError> {
    let sql = "SELECT n.state, n.status = 'paused' OR w.state = 'paused'
               FROM enrolment n JOIN workflow w ON w.tenant_id = n.tenant_id AND w.id = n.workflow_id
               WHERE n.tenant_id = $1 AND n.id = $2 AND n.ended_at_us IS NULL AND n.state <> ''";
    let Some(row) = tx.opt(sql, args![id]).await? else { return Ok(Wanted::NoMore) };
    let state: State = json(row.text(0)?)?;
    Ok(match &state.waits {
        Some(Waits::Effect { of, .. } | Waits::Intent { of, .. }) if of == key => {
            if row.get(1)? {
                Wanted::WhenItGoesOn
            } else {
                Wanted::Now
            }
        }
        _ => Wanted::NoMore,
    })
}

/// Puts off whatever would be taken first if one thing is taken, by so long: what a way was told by now, a way whose time has come,
/// or somebody who is to enter. Answers which.
///
/// # Errors
/// When the database fails.
pub async fn put_off(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    pause: SignedDuration,
) -> Result<Option<String>, StoreError> {
    let until = now.checked_add(pause).map_err(StoreError::fault)?;
    if let Some((tenant, way)) = told(tx, now, 1).await?.pop() {
        let sql = "UPDATE enrolment_event SET ready_at_us = $4, attempts = attempts + 1
                   WHERE tenant_id = $1 AND enrolment_id = $2 AND ready_at_us <= $3";
        tx.for_tenant(tenant).push(sql, args![way, now, until]).await?;
        return Ok(Some(way.to_string()));
    }
    if let Some((tenant, way)) = due(tx, now, 1).await?.pop() {
        let sql = "UPDATE enrolment SET due_at_us = $3 WHERE tenant_id = $1 AND id = $2";
        tx.for_tenant(tenant).push(sql, args![way, until]).await?;
        return Ok(Some(way.to_string()));
    }
    entry::put_off(tx, now, until).await
}

/// The line of a way that stands differently.
#[must_use]
pub fn updated(id: EnrolmentId) -> Line {
    Line { kind: domain::event::Kind::EnrolmentUpdated, subject: id.0, conversation: None }
}

const fn status(state: &State) -> &'static str {
    match state.status {
        Status::New | Status::Live => "live",
        Status::Paused { .. } => "paused",
        Status::Failed { .. } => "failed",
        Status::Ended { .. } => "ended",
    }
}

fn waits(state: &State) -> Option<&'static str> {
    state.waits.as_ref().map(|waits| match waits {
        Waits::Time { .. } => "time",
        Waits::Reply { .. } => "reply",
        Waits::Intent { .. } => "intent",
        Waits::Effect { .. } => "effect",
        Waits::Floor { .. } => "floor",
    })
}

fn outcome(state: &State) -> Option<&str> {
    match &state.status {
        Status::Ended { outcome, .. } => Some(outcome),
        _ => None,
    }
}

fn seq(state: &State) -> Value<'static> {
    Value::Int(i64::try_from(state.seq).unwrap_or(i64::MAX))
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::fault)
}
