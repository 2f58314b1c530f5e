//! What ways are told, and have not heeded yet.

use std::collections::HashMap;

use domain::id::{ContactId, EnrolmentId, Ids, TenantId, WorkId};
use domain::workflow::{Event, Word};
use jiff::Timestamp;

use super::text;
use crate::scene::json;
use crate::{StoreError, SystemTx, TenantTx, args, list, row};

/// A word that waits.
#[derive(Debug)]
pub struct Told {
    /// Its row.
    pub id: WorkId,
    /// Since when it waits: with its id, where it stands in the row.
    pub ready_at: Timestamp,
    /// What.
    pub word: Word,
}

/// Tells ways something, in this order.
///
/// # Errors
/// When the database fails.
pub async fn add(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    words: &[(EnrolmentId, Word)],
) -> Result<(), StoreError> {
    let words: Vec<_> = words.iter().map(|(enrolment, word)| (*enrolment, word, now)).collect();
    add_at(tx, ids, &words).await
}

/// Tells ways something, each at its time.
///
/// # Errors
/// When the database fails.
pub async fn add_at(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    words: &[(EnrolmentId, &Word, Timestamp)],
) -> Result<(), StoreError> {
    if !words.is_empty() {
        tx.stirs_workflows();
    }
    let mut rows = Vec::with_capacity(words.len());
    for (enrolment, word, at) in words {
        let is_move = matches!(word, Word::Migrate { .. });
        rows.push(row![ids.next::<WorkId>(), *enrolment, text(*word)?, is_move, 0_i64, *at]);
    }
    let sql = "INSERT INTO enrolment_event (tenant_id, id, enrolment_id, word, is_move, attempts, ready_at_us)";
    tx.push_many(sql, rows).await
}

/// Moves these ways to a version, each at its time, whatever version they were to move to before.
///
/// # Errors
/// When the database fails.
pub async fn move_at(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    to: &Word,
    ways: &[(EnrolmentId, Timestamp)],
) -> Result<(), StoreError> {
    let sql = "DELETE FROM enrolment_event WHERE tenant_id = $1 AND enrolment_id {among $2} AND is_move";
    tx.push(sql, args![list(ways.iter().map(|(way, _)| *way))]).await?;
    let words: Vec<_> = ways.iter().map(|(way, at)| (*way, to, *at)).collect();
    add_at(tx, ids, &words).await
}

/// Whoever opts out leaves every workflow, in the transaction that says so. Whether anybody was in one.
pub(crate) async fn opted_out(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    contacts: &[ContactId],
) -> Result<(), StoreError> {
    let inside = super::inside(tx, contacts).await?;
    let words: Vec<_> = inside.values().flatten().map(|way| (way.enrolment, Word::Event(Event::OptedOut))).collect();
    add(tx, now, ids, &words).await
}

/// Ways that were told something, of any tenant: those of the `limit` oldest words. Until the transaction ends, another node finds
/// the words after them.
///
/// # Errors
/// When the database fails.
pub async fn told(
    tx: &mut SystemTx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(TenantId, EnrolmentId)>, StoreError> {
    let sql = "SELECT tenant_id, enrolment_id FROM enrolment_event
               WHERE ready_at_us <= $1 ORDER BY ready_at_us, id LIMIT $2 {skip_locked}";
    let rows = tx.rows(sql, args![now, limit]).await?;
    let mut ways = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<_>, StoreError>>()?;
    ways.sort();
    ways.dedup();
    Ok(ways)
}

/// What these ways were told and may hear by now, each in order.
///
/// # Errors
/// When the database fails.
pub async fn told_of(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &[EnrolmentId],
) -> Result<HashMap<EnrolmentId, Vec<Told>>, StoreError> {
    let mut found: HashMap<EnrolmentId, Vec<Told>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT enrolment_id, id, ready_at_us, word FROM enrolment_event
               WHERE tenant_id = $1 AND enrolment_id {among $2} AND ready_at_us <= $3 ORDER BY enrolment_id, id";
    for row in tx.rows(sql, args![list(ids), now]).await? {
        let told = Told { id: row.get(1)?, ready_at: row.get(2)?, word: json(row.text(3)?)? };
        found.entry(row.get(0)?).or_default().push(told);
    }
    Ok(found)
}

/// These were heeded.
///
/// # Errors
/// When the database fails.
pub async fn finish(tx: &mut TenantTx<'_>, told: &[&Told]) -> Result<(), StoreError> {
    let rows = told.iter().map(|told| row![told.ready_at, told.id]);
    tx.push_each("DELETE FROM enrolment_event WHERE tenant_id = $1 AND ready_at_us = $2 AND id = $3", rows).await
}

/// What was told to those of these ways that are there no more, such as what became of a text to somebody who was erased meanwhile:
/// nobody will ever heed it. What others have in hand stays.
///
/// # Errors
/// When the database fails.
pub async fn forget_of_gone(tx: &mut TenantTx<'_>, ids: &[EnrolmentId]) -> Result<(), StoreError> {
    let sql = "DELETE FROM enrolment_event WHERE tenant_id = $1 AND enrolment_id {among $2} AND NOT EXISTS (
                   SELECT 1 FROM enrolment n
                   WHERE n.tenant_id = $1 AND n.id = enrolment_event.enrolment_id AND n.state <> '')";
    tx.push(sql, args![list(ids)]).await
}
