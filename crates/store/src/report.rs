//! What reports are made of, counted behind the log.
//!
//! The log says what changed. Whatever a change can touch (the texts of a day, a campaign) is a **source**: it is counted anew from
//! its rows, and all sums of it are written in one transaction with how far the log was read. So a crash, a repeat or a late
//! receipt counts nothing twice, and whoever sends or receives writes nothing for it.

mod count;
mod read;

use std::collections::{BTreeSet, HashMap};

use domain::event::Kind;
use domain::id::{CampaignId, TenantId};
use domain::report::{Measure, Sums};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::{ToSpan, Unit};
use uuid::Uuid;

use crate::{StoreError, SystemTx, TenantTx, args, event, list, row, tenant};

pub use count::{After, count};
pub use read::{Row, by_day, by_hour, names, of_period, reasons, waits};

/// From what sums are counted. Days are those of UTC, since 1970: what is counted there falls on days of the tenant's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Texts in and out that were made on a day; not those of campaigns.
    Texts(i64),
    /// Conversations that were opened, answered or closed on a day.
    Threads(i64),
    /// Runs of assistants that ended on a day.
    Runs(i64),
    /// What they suggested on a day.
    Drafts(i64),
    /// Who opted out on a day.
    OptOuts(i64),
    /// Everybody's text of a campaign.
    Campaign(CampaignId),
}

impl Source {
    fn key(self) -> String {
        match self {
            Self::Texts(day) => format!("texts {day}"),
            Self::Threads(day) => format!("threads {day}"),
            Self::Runs(day) => format!("runs {day}"),
            Self::Drafts(day) => format!("drafts {day}"),
            Self::OptOuts(day) => format!("opt_outs {day}"),
            Self::Campaign(id) => id.to_string(),
        }
    }
}

/// Some lines of the log that were not counted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// How often all was to be counted anew before them.
    pub round: i64,
    /// The last line before them.
    pub after: i64,
    /// The last of them.
    pub to: i64,
    /// What they can have changed.
    pub sources: BTreeSet<Source>,
    /// There may be more.
    pub is_full: bool,
}

impl Batch {
    /// Takes in those that follow. What is counted after both were read is newer than all of their lines.
    pub fn join(&mut self, next: Self) {
        self.to = next.to;
        self.is_full = next.is_full;
        self.sources.extend(next.sources);
    }
}

/// How far it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When somebody last counted; `None`: nobody has.
    pub at: Option<Timestamp>,
    /// Something happened since then.
    pub is_behind: bool,
}

/// Tenants of whose log something was not counted yet, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn behind(tx: &mut SystemTx<'_>, after: TenantId, limit: u32) -> Result<Vec<TenantId>, StoreError> {
    let sql = "SELECT h.tenant_id FROM event_head h LEFT JOIN report_cursor c ON c.tenant_id = h.tenant_id
               WHERE h.tenant_id > $1 AND h.seq > COALESCE(c.seq, 0) ORDER BY h.tenant_id LIMIT $2";
    tx.rows(sql, args![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// The next `limit` lines. `None`: there are none. `after`: a line; `None`: the last that was counted. Days of which records of
/// runs are gone are left as they were counted.
///
/// # Errors
/// When the database fails.
pub async fn batch(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    after: Option<i64>,
    limit: u32,
) -> Result<Option<Batch>, StoreError> {
    let cursor = cursor(tx).await?;
    let after = after.unwrap_or(cursor.seq);
    let lines = event::after(tx, after, limit).await?;
    let Some(last) = lines.last() else { return Ok(None) };
    let mut sources = BTreeSet::new();
    for logged in &lines {
        let (made, now) = (day_of(logged.line.subject), day_at(logged.at));
        match logged.line.kind {
            // What goes out, or fails, on another day than it was written on may have been what people waited for on either.
            Kind::MessageCreated | Kind::MessageUpdated => {
                sources.extend([Source::Texts(made), Source::Threads(made), Source::Threads(now)]);
            }
            Kind::ConversationCreated => sources.extend([Source::Threads(made)]),
            Kind::ConversationUpdated => sources.extend([Source::Threads(now)]),
            Kind::DraftCreated | Kind::DraftUpdated => sources.extend([Source::Drafts(made)]),
            Kind::ContactUpdated => sources.extend([Source::OptOuts(now)]),
            Kind::CampaignUpdated => sources.extend([Source::Campaign(logged.line.subject.into())]),
            Kind::ApprovalUpdated
            | Kind::EnrolmentUpdated
            | Kind::CampaignChecked
            | Kind::NumberUpdated
            | Kind::AssistantUpdated
            | Kind::KnowledgeUpdated
            | Kind::TeamUpdated
            | Kind::ListUpdated
            | Kind::SegmentUpdated
            | Kind::ImportUpdated
            | Kind::WorkflowUpdated => {}
        }
    }
    // Many runs write no line: they are looked for on every day since the line before. They stand on the day on which they began.
    let before = tx.opt("SELECT at_us FROM event WHERE tenant_id = $1 AND seq = $2", args![after]).await?;
    let before: Option<Timestamp> = before.map(|row| row.get(0)).transpose()?;
    let since = lines.iter().map(|line| line.at).chain(before).min().unwrap_or(last.at);
    let since = day_at(since.checked_sub(1.hour()).unwrap_or(since));
    let gone = day_at(now) - i64::from(tenant::settings(tx).await?.run_record_days);
    sources.extend((since.max(gone + 1)..=day_at(last.at)).map(Source::Runs));
    Ok(Some(Batch { round: cursor.round, after, to: last.seq, sources, is_full: lines.len() == limit as usize }))
}

/// Writes what was counted for a batch. False: somebody else has counted these lines meanwhile, and nothing was written.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    batch: &Batch,
    counted: &[(Source, Sums)],
) -> Result<bool, StoreError> {
    let made = "INSERT INTO report_cursor (tenant_id, seq, round) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING";
    tx.exec(made, args![]).await?;
    let held = tx.one("SELECT seq, round FROM report_cursor WHERE tenant_id = $1 {for_update}", args![]).await?;
    if (held.get::<i64>(0)?, held.get::<i64>(1)?) != (batch.after, batch.round) {
        return Ok(false);
    }
    let counted = still_there(tx, counted).await?;
    tx.push(
        "DELETE FROM report_sum WHERE tenant_id = $1 AND source {among $2}",
        args![list(counted.iter().map(|(key, _)| key.as_str()))],
    )
    .await?;
    for (key, sums) in &counted {
        let mut rows = Vec::new();
        for (cell, sum) in sums.cells() {
            let waits = if sum.waits.is_empty() { None } else { Some(json(&sum.waits)?) };
            rows.push(row![
                cell.measure.as_str(),
                day_number(cell.day),
                key,
                i64::from(cell.hour),
                json(&cell.key)?,
                sum.times,
                sum.amount,
                waits,
                sum.sample.map(|id| id.to_string())
            ]);
        }
        tx.push_many(
            "INSERT INTO report_sum (tenant_id, measure, day, source, hour, key, times, amount, waits, sample)",
            rows,
        )
        .await?;
    }
    let moved = "UPDATE report_cursor SET seq = $2, counted_at_us = $3 WHERE tenant_id = $1";
    tx.push(moved, args![batch.to, now]).await?;
    Ok(true)
}

/// Without days of which fewer runs are found than were counted: their records are kept for a time, and sums stay.
async fn still_there<'s>(
    tx: &mut TenantTx<'_>,
    counted: &'s [(Source, Sums)],
) -> Result<Vec<(String, &'s Sums)>, StoreError> {
    let runs = counted.iter().filter(|(source, _)| matches!(source, Source::Runs(_)));
    let runs: Vec<String> = runs.map(|(source, _)| source.key()).collect();
    let sql = "SELECT source, CAST(SUM(times) AS BIGINT) FROM report_sum
               WHERE tenant_id = $1 AND source {among $2} AND measure = $3 GROUP BY source";
    let rows = tx.rows(sql, args![list(runs.iter().map(String::as_str)), Measure::Runs.as_str()]).await?;
    let known: HashMap<String, i64> =
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, StoreError>>()?;
    let found = |sums: &Sums| -> i64 {
        sums.cells().filter(|(cell, _)| cell.measure == Measure::Runs).map(|(_, sum)| sum.times).sum()
    };
    let all = counted.iter().map(|(source, sums)| (source.key(), sums));
    Ok(all.filter(|(key, sums)| known.get(key).is_none_or(|times| found(sums) >= *times)).collect())
}

/// Counts everything again from the first line on: the clock by which days are told has changed. What was counted stays until it
/// is counted anew; what is being counted at this moment is not written.
///
/// # Errors
/// When the database fails.
pub async fn count_anew(tx: &mut TenantTx<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO report_cursor (tenant_id, seq, round) VALUES ($1, 0, 1)
               ON CONFLICT (tenant_id) DO UPDATE SET seq = 0, round = report_cursor.round + 1";
    tx.push(sql, args![]).await
}

/// How far it was counted.
///
/// # Errors
/// When the database fails.
pub async fn counted(tx: &mut TenantTx<'_>) -> Result<Counted, StoreError> {
    let (head, cursor) = (event::head(tx).await?, cursor(tx).await?);
    Ok(Counted { at: cursor.at, is_behind: head > cursor.seq })
}

/// How far the log was read; at first no row says so.
#[derive(Default)]
struct Cursor {
    seq: i64,
    round: i64,
    at: Option<Timestamp>,
}

async fn cursor(tx: &mut TenantTx<'_>) -> Result<Cursor, StoreError> {
    let row = tx.opt("SELECT seq, round, counted_at_us FROM report_cursor WHERE tenant_id = $1", args![]).await?;
    let Some(row) = row else { return Ok(Cursor::default()) };
    Ok(Cursor { seq: row.get(0)?, round: row.get(1)?, at: row.get(2)? })
}

const DAY_S: i64 = 86_400;

/// The day of UTC on which an id was made.
fn day_of(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).unwrap_or(0) / (DAY_S * 1_000)
}

fn day_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY_S)
}

/// When a day of UTC begins.
fn starts(day: i64) -> Timestamp {
    Timestamp::from_second(day.saturating_mul(DAY_S)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn day_number(day: Date) -> i64 {
    date(1970, 1, 1).until((Unit::Day, day)).map_or(0, |span| i64::from(span.get_days()))
}

fn from_number(day: i64) -> Result<Date, StoreError> {
    date(1970, 1, 1).checked_add(day.days()).map_err(StoreError::fault)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::fault)
}
