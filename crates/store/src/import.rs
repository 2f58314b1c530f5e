//! Imports of contacts from files: the file, how it stands, and what it takes to take it back. What a row does to contacts is
//! in [`apply`].

use std::fmt;

use domain::event::Kind;
use domain::field::Field;
use domain::id::{ContactId, ImportId, UserId};
use domain::import::{Mapping, Settings, State, Tally};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, SystemTx, TenantTx, args, row};

pub mod apply;
mod forget;
pub mod undo;

pub(crate) use forget::forget_files;

/// Pieces of a file are so long, in bytes, but for its last.
pub const PART_BYTES: usize = 512 << 10;

/// An import, as it stands.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Which one.
    pub id: ImportId,
    /// What the file is called.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Where it stands.
    pub state: State,
    /// What it turned out to be, JSON of whoever looked.
    pub looked: String,
    /// What is done with it.
    pub settings: Settings,
    /// How far it was read, and what that did.
    pub reading: Reading,
    /// Why it could not be read to its end.
    pub fault: Option<Fault>,
    /// Rises with each order.
    pub run: i64,
    /// The member who made it; `None`: a program.
    pub created_by: Option<UserId>,
    /// When it came in.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// How far a file was read. A stored document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// By which order.
    pub run: i64,
    /// So many lines come before.
    pub line: u64,
    /// So many rows were read, the names of columns among them.
    pub rows: u64,
    /// How much of the file that is, from 0 to 1.
    pub progress: f64,
    /// What the rows did, or would do.
    pub tally: Tally,
    /// Its numbers look as if somebody had made them up, in words.
    pub alarm: Option<String>,
    /// How its rows are understood; `None`: none was yet.
    pub read_as: Option<ReadAs>,
    /// Of those it added or changed, so many are as they were; kept: somebody has built on them.
    pub undone: Undone,
}

/// What the tenant's settings were when the first row was read: they hold for all rows of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadAs {
    /// Where numbers without country code are at home: two letters.
    pub region: String,
    /// On whose clock times without zone are; IANA name.
    pub time_zone: String,
    /// The tenant's own fields.
    pub fields: Vec<Field>,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Undone {
    /// Contacts that are gone again.
    pub removed: u64,
    /// Contacts that are as they were.
    pub restored: u64,
    /// Contacts that stay: they have written, or were written to.
    pub kept: u64,
}

/// Why a file cannot be read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable, for programs.
    pub code: String,
    /// In plain words.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
}

macro_rules! import {
    () => {
        "SELECT id, name, bytes, state, looked, settings, reading, fault, run, created_by, created_at_us, ended_at_us
         FROM contact_import WHERE tenant_id = $1 AND is_whole"
    };
}

/// Makes room for a file that comes in.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: ImportId,
    name: &str,
    by: Option<UserId>,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO contact_import (tenant_id, id, name, bytes, is_whole, looked, settings, state, reading, run, created_by,
             created_at_us)
         VALUES ($1, $2, $3, 0, FALSE, '{}', '{}', 'draft', '{}', 0, $4, $5)",
        args![id, name, by, now],
    )
    .await
}

/// Keeps its next piece.
///
/// # Errors
/// When the database fails.
pub async fn add_part(tx: &mut TenantTx<'_>, id: ImportId, nth: i64, content: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT INTO contact_import_part (tenant_id, import_id, nth, content) VALUES ($1, $2, $3, $4)";
    tx.push(sql, args![id, nth, content]).await?;
    let length = i64::try_from(content.len()).map_err(StoreError::fault)?;
    tx.exec("UPDATE contact_import SET bytes = bytes + $3 WHERE tenant_id = $1 AND id = $2", args![id, length]).await
}

/// A piece of it; `None`: it has none there.
///
/// # Errors
/// When the database fails.
pub async fn part(tx: &mut TenantTx<'_>, id: ImportId, nth: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT content FROM contact_import_part WHERE tenant_id = $1 AND import_id = $2 AND nth = $3";
    tx.opt(sql, args![id, nth]).await?.map(|row| row.get(0)).transpose()
}

/// All of it is here, and this is what it is.
///
/// # Errors
/// When the database fails.
pub async fn whole(tx: &mut TenantTx<'_>, id: ImportId, looked: &str, settings: &Settings) -> Result<Line, StoreError> {
    let settings = serde_json::to_string(settings).map_err(StoreError::fault)?;
    let sql = "UPDATE contact_import SET is_whole = TRUE, looked = $3, settings = $4 WHERE tenant_id = $1 AND id = $2";
    tx.exec(sql, args![id, looked, settings]).await?;
    Ok(updated(id))
}

/// It is of no use: nothing of it is kept.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: ImportId) -> Result<(), StoreError> {
    tx.push("DELETE FROM contact_import_part WHERE tenant_id = $1 AND import_id = $2", args![id]).await?;
    tx.push("DELETE FROM contact_import_step WHERE tenant_id = $1 AND import_id = $2", args![id]).await?;
    tx.push("DELETE FROM contact_import_reject WHERE tenant_id = $1 AND import_id = $2", args![id]).await?;
    tx.push("DELETE FROM contact_import WHERE tenant_id = $1 AND id = $2", args![id]).await
}

/// A page of them, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<ImportId>, limit: u32) -> Result<Vec<Import>, StoreError> {
    let after = after.map_or(Uuid::max(), Uuid::from);
    let sql = concat!(import!(), " AND id < $2 ORDER BY id DESC LIMIT $3");
    tx.rows(sql, args![after, limit]).await?.iter().map(shown).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: ImportId) -> Result<Option<Import>, StoreError> {
    tx.opt(concat!(import!(), " AND id = $2"), args![id]).await?.as_ref().map(shown).transpose()
}

/// One of them. Nobody else changes it until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: ImportId) -> Result<Option<Import>, StoreError> {
    tx.opt(concat!(import!(), " AND id = $2 {for_update}"), args![id]).await?.as_ref().map(shown).transpose()
}

/// It is something else than it seemed.
///
/// # Errors
/// When the database fails.
pub async fn look_again(tx: &mut TenantTx<'_>, id: ImportId, looked: &str) -> Result<(), StoreError> {
    tx.exec("UPDATE contact_import SET looked = $3 WHERE tenant_id = $1 AND id = $2", args![id, looked]).await
}

/// What is done with it from now on; what was read of it before does not count.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut TenantTx<'_>, id: ImportId, settings: &Settings) -> Result<(), StoreError> {
    let settings = serde_json::to_string(settings).map_err(StoreError::fault)?;
    tx.exec("UPDATE contact_import SET settings = $3 WHERE tenant_id = $1 AND id = $2", args![id, settings]).await
}

/// It stands differently from now on: whoever was at it stops. An order to read it begins at its first row.
///
/// # Errors
/// When the database fails.
pub async fn go_on(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    import: &Import,
    to: State,
    fault: Option<&Fault>,
) -> Result<Line, StoreError> {
    let begins = matches!(to, State::Checking | State::Running);
    let reading = if begins { Reading { run: import.run + 1, ..Reading::default() } } else { import.reading.clone() };
    let reading = serde_json::to_string(&reading).map_err(StoreError::fault)?;
    let fault = fault.map(serde_json::to_string).transpose().map_err(StoreError::fault)?;
    let ended = matches!(to, State::Done | State::Failed | State::Cancelled | State::Undone);
    tx.exec(
        "UPDATE contact_import SET state = $3, reading = $4, fault = $5, run = run + 1,
             ended_at_us = CASE WHEN $6 THEN CAST($7 AS BIGINT) ELSE NULL END
         WHERE tenant_id = $1 AND id = $2",
        args![import.id, to.as_str(), reading, fault, ended, now],
    )
    .await?;
    Ok(updated(import.id))
}

/// It was read so far.
///
/// # Errors
/// When the database fails.
pub async fn advance(tx: &mut TenantTx<'_>, id: ImportId, reading: &Reading) -> Result<Line, StoreError> {
    let reading = serde_json::to_string(reading).map_err(StoreError::fault)?;
    tx.push("UPDATE contact_import SET reading = $3 WHERE tenant_id = $1 AND id = $2", args![id, reading]).await?;
    Ok(updated(id))
}

/// Keeps rows that were not taken: their line in the file, and as they stand in the file of rejected rows.
///
/// # Errors
/// When the database fails.
pub async fn reject(tx: &mut TenantTx<'_>, id: ImportId, run: i64, rows: &[(u64, String)]) -> Result<(), StoreError> {
    tx.push_many(
        "INSERT INTO contact_import_reject (tenant_id, import_id, run, line, cells)
         VALUES {rows} ON CONFLICT (tenant_id, import_id, run, line) DO NOTHING",
        rows.iter().map(|(line, cells)| row![id, run, i64::try_from(*line).unwrap_or(i64::MAX), cells]),
    )
    .await
}

/// Rows that were not taken, from behind a line of the file on.
///
/// # Errors
/// When the database fails.
pub async fn rejected(
    tx: &mut TenantTx<'_>,
    id: ImportId,
    run: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = "SELECT line, cells FROM contact_import_reject
               WHERE tenant_id = $1 AND import_id = $2 AND run = $3 AND line > $4 ORDER BY line LIMIT $5";
    let rows = tx.rows(sql, args![id, run, after, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Forgets files that came in before then, or broke off before `broken`, and what was kept beside them, at most `limit` rows of
/// each kind; what was done and who vouched stays. Answers the most of one kind.
///
/// # Errors
/// When the database fails.
pub async fn forget(
    tx: &mut SystemTx<'_>,
    before: Timestamp,
    broken: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    macro_rules! old {
        ($table:literal, $key:literal) => {
            concat!(
                "DELETE FROM ",
                $table,
                " WHERE (tenant_id, import_id, ",
                $key,
                ") IN (
                     SELECT t.tenant_id, t.import_id, t.",
                $key,
                " FROM contact_import i
                     JOIN ",
                $table,
                " t ON t.tenant_id = i.tenant_id AND t.import_id = i.id
                     WHERE i.created_at_us < $1 AND i.state NOT IN ('checking', 'running', 'undoing')
                        OR i.created_at_us < $2 AND NOT i.is_whole
                     LIMIT $3)"
            )
        };
    }
    let mut most = 0;
    for sql in
        [old!("contact_import_part", "nth"), old!("contact_import_step", "nth"), old!("contact_import_reject", "line")]
    {
        most = most.max(tx.exec_returning_count(sql, args![before, broken, limit]).await?);
    }
    Ok(most)
}

/// What columns of these names were last time.
///
/// # Errors
/// When the database fails.
pub async fn mapping(tx: &mut TenantTx<'_>, fingerprint: &str) -> Result<Option<Mapping>, StoreError> {
    let sql = "SELECT mapping FROM contact_mapping WHERE tenant_id = $1 AND fingerprint = $2";
    tx.opt(sql, args![fingerprint]).await?.map(|row| json(row.text(0)?)).transpose()
}

/// Remembers what they are.
///
/// # Errors
/// When the database fails.
pub async fn remember_mapping(tx: &mut TenantTx<'_>, fingerprint: &str, mapping: &Mapping) -> Result<(), StoreError> {
    let mapping = serde_json::to_string(mapping).map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO contact_mapping (tenant_id, fingerprint, mapping) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET mapping = excluded.mapping",
        args![fingerprint, mapping],
    )
    .await
}

/// A line of the log for one that is new or changed.
#[must_use]
pub fn updated(id: ImportId) -> Line {
    Line { kind: Kind::ImportUpdated, subject: id.into(), conversation: None }
}

fn shown(row: &Row) -> Result<Import, StoreError> {
    let state = row.text(3)?;
    Ok(Import {
        id: row.get(0)?,
        name: row.get(1)?,
        bytes: u64::try_from(row.get::<i64>(2)?).unwrap_or(0),
        state: State::parse(state).ok_or_else(|| StoreError::fault(format!("no state of an import: {state}")))?,
        looked: row.get(4)?,
        settings: json(row.text(5)?)?,
        reading: json(row.text(6)?)?,
        fault: row.text_or_null(7)?.map(json).transpose()?,
        run: row.get(8)?,
        created_by: row.get(9)?,
        created_at: row.get(10)?,
        ended_at: row.get(11)?,
    })
}

/// What some rows did, kept so that it can be taken back.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) created: Vec<ContactId>,
    /// Who came onto the import's list.
    pub(crate) listed: Vec<ContactId>,
    pub(crate) changed: Vec<undo::Before>,
}
