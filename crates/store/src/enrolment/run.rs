//! Records of what models were asked for ways: what each saw and answered, and what it took.

use std::fmt;

use domain::assistant::{self, Record};
use domain::id::{AssistantId, EnrolmentId, RunId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Cost;
use crate::run::{Turn, used};
use crate::{Row, StoreError, SystemTx, TenantTx, args, words};

/// So many are shown of a way: the latest.
const SHOWN_MAX: u32 = 100;

/// What a model was asked for somebody's way.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = EnrolmentRun)]
pub struct Run {
    /// Which one.
    #[schema(value_type = String, example = "run_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: RunId,
    /// At which step.
    pub step: String,
    /// Whose model it is.
    #[schema(value_type = String)]
    pub assistant_id: AssistantId,
    /// Which version of the assistant.
    pub assistant_version: u32,
    /// Which model answered; `null`: none was asked.
    #[schema(required = true)]
    pub model: Option<String>,
    /// What came of it.
    #[schema(value_type = words::EnrolmentRunOutcome)]
    pub outcome: String,
    /// Why it came to nothing, in plain words; empty: it did not.
    pub reason: String,
    /// What the model was told to be and to know.
    pub system: String,
    /// What was said to the model.
    pub turns: Vec<Turn>,
    /// What the model answered, each try.
    pub answers: Vec<String>,
    /// What was wrong with its answers, in plain words.
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

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("id", &self.id).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// A model was asked, or could not be.
#[derive(Debug, Clone)]
pub struct Ended {
    /// For whose way.
    pub enrolment: EnrolmentId,
    /// At which step.
    pub step: String,
    /// Whose model.
    pub assistant: AssistantId,
    /// What came of it: [`domain::workflow::Done::name`].
    pub outcome: &'static str,
    /// What it took.
    pub run: assistant::Run,
    /// The day that it counts for, on the tenant's clock.
    pub day: Date,
    /// Until when the record is kept.
    pub kept_until: Timestamp,
}

/// Keeps the record, if the way is still somebody's, and counts what it used up.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut TenantTx<'_>, now: Timestamp, ended: &Ended) -> Result<(), StoreError> {
    let Ended { enrolment, step, assistant, outcome, run, day, kept_until } = ended;
    let micros = run.cost.as_ref().map(|cost| cost.micros);
    tx.push(
        "INSERT INTO enrolment_run (tenant_id, id, enrolment_id, step_id, assistant_id, assistant_version, model, outcome,
             tokens_in, tokens_out, cost_micros, currency, latency_ms, record, created_at_us, kept_until_us)
         SELECT $1, $2, n.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
         FROM enrolment n WHERE n.tenant_id = $1 AND n.id = $3 AND n.state <> ''",
        args![
            run.id,
            *enrolment,
            step,
            *assistant,
            run.assistant_version,
            &run.model,
            *outcome,
            i64::try_from(run.tokens_in).unwrap_or(i64::MAX),
            i64::try_from(run.tokens_out).unwrap_or(i64::MAX),
            micros,
            run.cost.as_ref().map(|cost| cost.currency.as_str()),
            run.latency_ms,
            super::text(&run.record)?,
            now,
            *kept_until
        ],
    )
    .await?;
    if run.tokens_in == 0 && run.tokens_out == 0 && micros.is_none() {
        return Ok(());
    }
    used(tx, *day, *assistant, run).await
}

/// What models were asked for a way, the oldest first: the latest hundred.
///
/// # Errors
/// When the database fails.
pub async fn of(tx: &mut TenantTx<'_>, way: EnrolmentId) -> Result<Vec<Run>, StoreError> {
    let sql = "SELECT id, step_id, assistant_id, assistant_version, model, outcome, record, tokens_in, tokens_out,
                   cost_micros, currency, latency_ms, created_at_us
               FROM enrolment_run WHERE tenant_id = $1 AND enrolment_id = $2 ORDER BY id DESC LIMIT $3";
    let mut found: Vec<Run> =
        tx.rows(sql, args![way, SHOWN_MAX]).await?.iter().map(run).collect::<Result<_, StoreError>>()?;
    found.reverse();
    Ok(found)
}

/// Forgets records whose time is over, at most `limit`; says how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM enrolment_run WHERE (tenant_id, id) IN (
             SELECT tenant_id, id FROM enrolment_run WHERE kept_until_us < $1 ORDER BY kept_until_us LIMIT $2)",
        args![now, limit],
    )
    .await
}

fn run(row: &Row) -> Result<Run, StoreError> {
    let record: Record = crate::scene::json(row.text(6)?)?;
    let cost = match (row.get::<Option<i64>>(9)?, row.get::<Option<String>>(10)?) {
        (Some(micros), Some(currency)) => Some(Cost { micros, currency }),
        _ => None,
    };
    Ok(Run {
        id: row.get(0)?,
        step: row.get(1)?,
        assistant_id: row.get(2)?,
        assistant_version: row.get(3)?,
        model: Some(row.get::<String>(4)?).filter(|model| !model.is_empty()),
        outcome: row.get(5)?,
        reason: record.reason,
        system: record.system,
        turns: record.turns.into_iter().map(|(by, text)| Turn { by, text }).collect(),
        answers: record.answers,
        checks: record.checks,
        tokens_in: u64::try_from(row.get::<i64>(7)?).unwrap_or(0),
        tokens_out: u64::try_from(row.get::<i64>(8)?).unwrap_or(0),
        cost,
        latency_ms: row.get(11)?,
        created_at: row.get(12)?,
    })
}
