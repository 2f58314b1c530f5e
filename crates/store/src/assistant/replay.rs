//! Replays: past conversations through a version of an assistant, with nothing sent.

use std::fmt;

use domain::assistant::{Conduct, Now, Then};
use domain::id::{AssistantId, ConversationId, MessageId, ReplayId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::case::{cost, json, text};
use super::shown::schema;
use crate::message::Cost;
use crate::{Row, StoreError, SystemTx, TenantTx, args, row, words};

/// A run of past conversations through a version of an assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Replay {
    /// Which one.
    #[schema(value_type = String, example = "rpl_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: ReplayId,
    /// Of which assistant.
    #[schema(value_type = String)]
    pub assistant_id: AssistantId,
    /// Which version answers.
    pub version: u32,
    /// Texts from then on.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Up to then.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// At most so many turns.
    pub limit: u32,
    /// How it stands.
    #[schema(value_type = words::ReplayState)]
    pub state: String,
    /// Why it failed.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// How many turns there are; 0 while it waits.
    pub turns: u32,
    /// How many of them are done.
    pub done: u32,
    /// What is to be seen of those.
    pub summary: ReplaySummary,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ended.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// What is to be seen of the turns that are done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ReplaySummary {
    /// The contact would notice no difference.
    pub same: u32,
    /// The contact would.
    pub changed: u32,
    /// Where it handed over then.
    pub hand_overs_before: u32,
    /// Where it hands over now.
    pub hand_overs_now: u32,
    /// Passages that were cited then.
    pub citations_before: u32,
    /// Passages that are cited now.
    pub citations_now: u32,
    /// What it cost then; `null`: that is not known, or not in one currency.
    #[schema(required = true)]
    pub cost_before: Option<Cost>,
    /// What it costs now; `null`: that is not known, or not in one currency.
    #[schema(required = true)]
    pub cost_now: Option<Cost>,
}

/// What a contact wrote, what came of it then, and what the version makes of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayTurn {
    /// The contact's last text of it.
    #[schema(value_type = String)]
    pub message_id: MessageId,
    /// Where.
    #[schema(value_type = String)]
    pub conversation_id: ConversationId,
    /// What that text said.
    pub body: String,
    /// What came of it then.
    #[schema(value_type = schema::Then)]
    pub then: Then,
    /// What the version makes of it; `null`: it was not asked yet.
    #[schema(required = true, value_type = Option<schema::Now>)]
    pub now: Option<Now>,
    /// The contact would notice no difference; `null`: it was not asked yet.
    #[schema(required = true)]
    pub same: Option<bool>,
}

impl fmt::Debug for ReplayTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayTurn").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// A turn before it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The contact's last text of it.
    pub message: MessageId,
    /// Where.
    pub conversation: ConversationId,
    /// What came of it then.
    pub then: Then,
}

/// How a replay ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every turn is done.
    Done,
    /// It cannot go on, with why.
    Failed(String),
}

macro_rules! replay {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.assistant_id, p.version, p.since_us, p.until_us, p.turns_max, p.state, p.reason, p.created_at_us,
                    p.ended_at_us, count(t.message_id), count(t.now_is),
                    CAST(COALESCE(sum(CASE WHEN t.same THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(sum(CASE WHEN t.now_is IS NOT NULL AND t.then_hands_over THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(sum(CASE WHEN t.now_hands_over THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(sum(CASE WHEN t.now_is IS NULL THEN 0 ELSE t.then_citations END), 0) AS BIGINT),
                    CAST(COALESCE(sum(t.now_citations), 0) AS BIGINT),
                    CAST(sum(CASE WHEN t.now_is IS NULL THEN NULL ELSE t.then_micros END) AS BIGINT),
                    min(CASE WHEN t.now_is IS NULL THEN NULL ELSE t.then_currency END),
                    max(CASE WHEN t.now_is IS NULL THEN NULL ELSE t.then_currency END),
                    CAST(sum(t.now_micros) AS BIGINT), min(t.now_currency), max(t.now_currency)
             FROM assistant_replay p
             LEFT JOIN assistant_replay_turn t ON t.tenant_id = p.tenant_id AND t.replay_id = p.id
             WHERE p.tenant_id = $1 ",
            $rest
        )
    };
}

/// One replay.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: ReplayId) -> Result<Option<Replay>, StoreError> {
    let row = tx.opt(replay!("AND p.id = $2 GROUP BY p.tenant_id, p.id"), args![id]).await?;
    row.as_ref().map(replay).transpose()
}

/// A page of an assistant's replays, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    after: Option<ReplayId>,
    limit: u32,
) -> Result<Vec<Replay>, StoreError> {
    let after = after.unwrap_or(ReplayId(Uuid::max()));
    let sql = replay!("AND p.assistant_id = $2 AND p.id < $3 GROUP BY p.tenant_id, p.id ORDER BY p.id DESC LIMIT $4");
    let rows = tx.rows(sql, args![assistant, after, limit]).await?;
    rows.iter().map(replay).collect()
}

/// A page of a replay's turns, the newest text first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn turns(
    tx: &mut TenantTx<'_>,
    id: ReplayId,
    after: Option<MessageId>,
    limit: u32,
) -> Result<Vec<ReplayTurn>, StoreError> {
    let after = after.unwrap_or(MessageId(Uuid::max()));
    let rows = tx
        .rows(
            "SELECT t.message_id, t.conversation_id, m.body, t.then_is, t.now_is, t.same FROM assistant_replay_turn t
             JOIN message m ON m.tenant_id = t.tenant_id AND m.id = t.message_id
             WHERE t.tenant_id = $1 AND t.replay_id = $2 AND t.message_id < $3 ORDER BY t.message_id DESC LIMIT $4",
            args![id, after, limit],
        )
        .await?;
    rows.iter().map(turn).collect()
}

/// Asks for one.
///
/// # Errors
/// When the database fails, or there is no such assistant.
#[expect(clippy::too_many_arguments, reason = "a row")]
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: ReplayId,
    assistant: AssistantId,
    version: u32,
    since: Timestamp,
    until: Timestamp,
    turns_max: u32,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO assistant_replay (tenant_id, id, assistant_id, version, since_us, until_us, turns_max, state,
             created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)",
        args![id, assistant, version, since, until, turns_max, now],
    )
    .await
}

/// How many of a tenant's replays wait or run.
///
/// # Errors
/// When the database fails.
pub async fn unfinished(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM assistant_replay WHERE tenant_id = $1 AND state IN ('waiting', 'running')";
    tx.one(sql, args![]).await?.get(0)
}

/// Ends one that is not over; what is done is kept. False: it was over.
///
/// # Errors
/// When the database fails.
pub async fn cancel(tx: &mut TenantTx<'_>, now: Timestamp, id: ReplayId) -> Result<bool, StoreError> {
    over(tx, now, id, "cancelled", None).await
}

/// Ends one that is not over.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut TenantTx<'_>, now: Timestamp, id: ReplayId, end: &End) -> Result<(), StoreError> {
    match end {
        End::Done => over(tx, now, id, "done", None).await?,
        End::Failed(reason) => over(tx, now, id, "failed", Some(reason)).await?,
    };
    Ok(())
}

async fn over(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: ReplayId,
    state: &str,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let changed = tx
        .exec_returning_count(
            "UPDATE assistant_replay SET state = $3, reason = $4, ended_at_us = $5
             WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'running')",
            args![id, state, reason, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Begins one that waits, with these turns. False: it runs already, or is over.
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut TenantTx<'_>, id: ReplayId, turns: &[Waiting]) -> Result<bool, StoreError> {
    let begun = tx
        .exec_returning_count(
            "UPDATE assistant_replay SET state = 'running' WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'",
            args![id],
        )
        .await?;
    if begun == 0 {
        return Ok(false);
    }
    let mut rows = Vec::with_capacity(turns.len());
    for Waiting { message, conversation, then } in turns {
        rows.push(row![
            id,
            *message,
            *conversation,
            text(then)?,
            then.outcome == Some(Conduct::HandOff),
            count(then.sources.len()),
            then.cost.as_ref().map(|cost| cost.micros),
            then.cost.as_ref().map(|cost| cost.currency.clone())
        ]);
    }
    tx.insert_many(
        "INSERT INTO assistant_replay_turn (tenant_id, replay_id, message_id, conversation_id, then_is, then_hands_over,
             then_citations, then_micros, then_currency)",
        rows,
    )
    .await?;
    Ok(true)
}

/// Turns that were not asked yet, at most `limit`; none of a replay that is over.
///
/// # Errors
/// When the database fails.
pub async fn waiting(tx: &mut TenantTx<'_>, id: ReplayId, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let rows = tx
        .rows(
            "SELECT t.message_id, t.conversation_id, t.then_is FROM assistant_replay_turn t
             JOIN assistant_replay p ON p.tenant_id = t.tenant_id AND p.id = t.replay_id AND p.state = 'running'
             WHERE t.tenant_id = $1 AND t.replay_id = $2 AND t.now_is IS NULL ORDER BY t.message_id DESC LIMIT $3",
            args![id, limit],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(Waiting { message: row.get(0)?, conversation: row.get(1)?, then: json(row.text(2)?)? }))
        .collect()
}

/// Keeps what the version makes of a turn.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut TenantTx<'_>, id: ReplayId, waiting: &Waiting, now: &Now) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE assistant_replay_turn SET now_is = $4, same = $5, now_hands_over = $6, now_citations = $7, now_micros = $8,
             now_currency = $9
         WHERE tenant_id = $1 AND replay_id = $2 AND message_id = $3",
        args![
            id,
            waiting.message,
            text(now)?,
            now.is_as(&waiting.then),
            now.outcome == Conduct::HandOff,
            count(now.sources.len()),
            now.cost.as_ref().map(|cost| cost.micros),
            now.cost.as_ref().map(|cost| cost.currency.as_str())
        ],
    )
    .await
}

/// Forgets replays that were asked for before then, at most `limit` of their turns; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let turns = tx
        .exec_returning_count(
            "DELETE FROM assistant_replay_turn WHERE (tenant_id, replay_id, message_id) IN (
                 SELECT t.tenant_id, t.replay_id, t.message_id FROM assistant_replay p
                 JOIN assistant_replay_turn t ON t.tenant_id = p.tenant_id AND t.replay_id = p.id
                 WHERE p.created_at_us < $1 LIMIT $2)",
            args![before, limit],
        )
        .await?;
    tx.exec(
        "DELETE FROM assistant_replay WHERE created_at_us < $1 AND NOT EXISTS (
             SELECT 1 FROM assistant_replay_turn t
             WHERE t.tenant_id = assistant_replay.tenant_id AND t.replay_id = assistant_replay.id)",
        args![before],
    )
    .await?;
    Ok(turns)
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn replay(row: &Row) -> Result<Replay, StoreError> {
    let whole = |at| row.get::<u32>(at);
    let (done, same) = (whole(11)?, whole(12)?);
    // Sums of several currencies are no sum.
    let sum = |micros: usize| -> Result<Option<Cost>, StoreError> {
        let (least, most): (Option<String>, Option<String>) = (row.get(micros + 1)?, row.get(micros + 2)?);
        Ok(if least == most { cost(row.get(micros)?, least) } else { None })
    };
    Ok(Replay {
        id: row.get(0)?,
        assistant_id: row.get(1)?,
        version: row.get(2)?,
        since: row.get(3)?,
        until: row.get(4)?,
        limit: row.get(5)?,
        state: row.get(6)?,
        reason: row.get(7)?,
        turns: whole(10)?,
        done,
        summary: ReplaySummary {
            same,
            changed: done.saturating_sub(same),
            hand_overs_before: whole(13)?,
            hand_overs_now: whole(14)?,
            citations_before: whole(15)?,
            citations_now: whole(16)?,
            cost_before: sum(17)?,
            cost_now: sum(20)?,
        },
        created_at: row.get(8)?,
        ended_at: row.get(9)?,
    })
}

fn turn(row: &Row) -> Result<ReplayTurn, StoreError> {
    let now: Option<String> = row.get(4)?;
    Ok(ReplayTurn {
        message_id: row.get(0)?,
        conversation_id: row.get(1)?,
        body: row.get(2)?,
        then: json(row.text(3)?)?,
        now: now.as_deref().map(json).transpose()?,
        same: row.get(5)?,
    })
}
