//! Records of assistants' runs: why it said that.

use std::fmt;

use domain::assistant::{Ended, Outcome, Record};
use domain::id::{AssistantId, ConversationId, DraftId, MessageId, RunId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::{Cost, Source};
use crate::{Row, StoreError, SystemTx, TenantTx, args, words};

/// One run of an assistant, with all that it takes to tell why it said what it said.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Which one.
    #[schema(value_type = String, example = "run_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: RunId,
    /// Where.
    #[schema(value_type = String)]
    pub conversation_id: ConversationId,
    /// Who.
    #[schema(value_type = String)]
    pub assistant_id: AssistantId,
    /// Which version of it.
    pub assistant_version: u32,
    /// Which model answered; `null`: none was asked.
    #[schema(required = true)]
    pub model: Option<String>,
    /// What became of it.
    #[schema(value_type = words::RunOutcome)]
    pub outcome: String,
    /// The text that came of it.
    #[schema(required = true, value_type = Option<String>)]
    pub message_id: Option<MessageId>,
    /// The suggestion that came of it.
    #[schema(required = true, value_type = Option<String>)]
    pub draft_id: Option<DraftId>,
    /// Why it ended so, in plain words; empty: it answered.
    pub reason: String,
    /// What the model was told to be and to know.
    pub system: String,
    /// The conversation as it was shown to the model.
    pub turns: Vec<Turn>,
    /// The passages that it was offered, numbered from 1 in this order.
    pub passages: Vec<Source>,
    /// The tools that it used, in order.
    pub tools: Vec<ToolCall>,
    /// What the model answered, each try.
    pub answers: Vec<String>,
    /// What the checks found, in plain words.
    pub checks: Vec<String>,
    /// As billed; 0 if the server did not say.
    pub tokens_in: u64,
    /// As billed; 0 if the server did not say.
    pub tokens_out: u64,
    /// What it cost, if the price is known.
    #[schema(required = true)]
    pub cost: Option<Cost>,
    /// How long it took.
    pub latency_ms: u32,
    /// When it ended.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// One side's say, as it was shown to a model.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RunTurn)]
pub struct Turn {
    /// `contact`, `us` or `tool`.
    pub by: String,
    /// What.
    pub text: String,
}

/// One use of a tool.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RunToolCall)]
pub struct ToolCall {
    /// Its name.
    pub tool: String,
    /// What it was given, JSON as the model wrote it.
    pub arguments: String,
    /// What came of it.
    pub result: String,
    /// It could not be done; the result says why.
    pub failed: bool,
    /// How long it took.
    pub latency_ms: u32,
}

impl From<domain::assistant::ToolCall> for ToolCall {
    fn from(call: domain::assistant::ToolCall) -> Self {
        let domain::assistant::ToolCall { tool, arguments, result, failed, latency_ms } = call;
        Self { tool, arguments, result, failed, latency_ms }
    }
}

macro_rules! debug_without_words {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_words!(Run, Turn, ToolCall);

macro_rules! run {
    () => {
        "SELECT id, conversation_id, assistant_id, assistant_version, model, outcome, message_id, draft_id, record,
                tokens_in, tokens_out, cost_micros, currency, latency_ms, created_at_us
         FROM assistant_run WHERE tenant_id = $1"
    };
}

/// A page of a conversation's runs, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    after: Option<RunId>,
    limit: u32,
) -> Result<Vec<Run>, StoreError> {
    let after = after.unwrap_or(RunId(uuid::Uuid::max()));
    let rows = tx
        .rows(
            concat!(run!(), " AND conversation_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"),
            args![conversation, after, limit],
        )
        .await?;
    rows.iter().map(run).collect()
}

/// The run that a text came of; `None`: it came of none, or the record's time is over.
///
/// # Errors
/// When the database fails.
pub async fn of_message(tx: &mut TenantTx<'_>, message: MessageId) -> Result<Option<Run>, StoreError> {
    let row = tx.opt(concat!(run!(), " AND message_id = $2 ORDER BY id LIMIT 1"), args![message]).await?;
    row.as_ref().map(run).transpose()
}

/// The run that a suggestion came of.
///
/// # Errors
/// When the database fails.
pub async fn of_draft(tx: &mut TenantTx<'_>, draft: DraftId) -> Result<Option<Run>, StoreError> {
    let row = tx.opt(concat!(run!(), " AND draft_id = $2 ORDER BY id LIMIT 1"), args![draft]).await?;
    row.as_ref().map(run).transpose()
}

/// Keeps the record of a run and counts what it used up.
///
/// # Errors
/// When the database fails.
pub(crate) async fn keep(tx: &mut TenantTx<'_>, now: Timestamp, ended: &Ended) -> Result<(), StoreError> {
    let Ended { run, conversation, assistant, outcome, message, draft, day, kept_until } = ended;
    let record = serde_json::to_string(&run.record).map_err(StoreError::fault)?;
    let micros = run.cost.as_ref().map(|cost| cost.micros);
    tx.push(
        "INSERT INTO assistant_run (tenant_id, id, conversation_id, assistant_id, assistant_version, model, outcome,
             message_id, draft_id, tokens_in, tokens_out, cost_micros, currency, latency_ms, record, created_at_us,
             kept_until_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (tenant_id, id) DO NOTHING",
        args![
            run.id,
            *conversation,
            *assistant,
            run.assistant_version,
            &run.model,
            outcome.as_str(),
            *message,
            *draft,
            whole(run.tokens_in),
            whole(run.tokens_out),
            micros,
            run.cost.as_ref().map(|cost| cost.currency.as_str()),
            run.latency_ms,
            record,
            now,
            *kept_until
        ],
    )
    .await?;
    let replies = i64::from(*outcome == Outcome::Replied);
    let tokens = whole(run.tokens_in.saturating_add(run.tokens_out));
    if replies == 0 && tokens == 0 && micros.is_none() {
        return Ok(());
    }
    count(tx, *day, *assistant, replies, tokens, micros.unwrap_or(0)).await
}

/// Counts what a question of a workflow's took, whose record is kept with the way.
///
/// # Errors
/// When the database fails.
pub async fn used(
    tx: &mut TenantTx<'_>,
    day: Date,
    assistant: AssistantId,
    run: &domain::assistant::Run,
) -> Result<(), StoreError> {
    let tokens = whole(run.tokens_in.saturating_add(run.tokens_out));
    count(tx, day, assistant, 0, tokens, run.cost.as_ref().map_or(0, |cost| cost.micros)).await
}

/// What an assistant has used on a day: tokens, and millionths of its price's currency.
///
/// # Errors
/// When the database fails.
pub async fn used_on(tx: &mut TenantTx<'_>, day: Date, assistant: AssistantId) -> Result<(u64, i64), StoreError> {
    let sql = "SELECT tokens, cost_micros FROM assistant_usage WHERE tenant_id = $1 AND day = $2 AND assistant_id = $3";
    let row = tx.opt(sql, args![day.to_string(), assistant]).await?;
    row.map_or(Ok((0, 0)), |row| Ok((u64::try_from(row.get::<i64>(0)?).unwrap_or(0), row.get(1)?)))
}

async fn count(
    tx: &mut TenantTx<'_>,
    day: Date,
    assistant: AssistantId,
    replies: i64,
    tokens: i64,
    micros: i64,
) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO assistant_usage (tenant_id, day, assistant_id, replies, runs, tokens, cost_micros)
         VALUES ($1, $2, $3, $4, 1, $5, $6)
         ON CONFLICT (tenant_id, day, assistant_id) DO UPDATE SET
             replies = assistant_usage.replies + excluded.replies, runs = assistant_usage.runs + 1,
             tokens = assistant_usage.tokens + excluded.tokens,
             cost_micros = assistant_usage.cost_micros + excluded.cost_micros",
        args![day.to_string(), assistant, replies, tokens, micros],
    )
    .await
}

/// Forgets records whose time is over, at most `limit`; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM assistant_run WHERE (tenant_id, id) IN (
             SELECT tenant_id, id FROM assistant_run WHERE kept_until_us < $1 ORDER BY kept_until_us LIMIT $2)",
        args![now, limit],
    )
    .await
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn run(row: &Row) -> Result<Run, StoreError> {
    let record: Record = serde_json::from_str(row.text(8)?).map_err(StoreError::fault)?;
    let cost = match (row.get::<Option<i64>>(11)?, row.get::<Option<String>>(12)?) {
        (Some(micros), Some(currency)) => Some(Cost { micros, currency }),
        _ => None,
    };
    Ok(Run {
        id: row.get(0)?,
        conversation_id: row.get(1)?,
        assistant_id: row.get(2)?,
        assistant_version: row.get(3)?,
        model: Some(row.get::<String>(4)?).filter(|model| !model.is_empty()),
        outcome: row.get(5)?,
        message_id: row.get(6)?,
        draft_id: row.get(7)?,
        reason: record.reason,
        system: record.system,
        turns: record.turns.into_iter().map(|(by, text)| Turn { by, text }).collect(),
        passages: record
            .passages
            .into_iter()
            .map(|source| Source { title: source.title, quote: source.quote })
            .collect(),
        tools: record.tools.into_iter().map(ToolCall::from).collect(),
        answers: record.answers,
        checks: record.checks,
        tokens_in: u64::try_from(row.get::<i64>(9)?).unwrap_or(0),
        tokens_out: u64::try_from(row.get::<i64>(10)?).unwrap_or(0),
        cost,
        latency_ms: row.get(13)?,
        created_at: row.get(14)?,
    })
}
