//! Test cases of assistants, and what their versions last made of them.

use std::collections::BTreeSet;
use std::fmt;

use domain::assistant::{Broken, CASES_MAX, Case as Tested, Conduct, Expect, Line};
use domain::id::{AssistantId, CaseId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::schema;
use crate::message::{Cost, Source};
use crate::{Row, StoreError, TenantTx, args, list, words};

/// A conversation, and what an assistant must make of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantCase)]
pub struct Case {
    /// Which one.
    #[schema(value_type = String, example = "cas_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: CaseId,
    /// What people call it.
    pub name: String,
    /// What was said, oldest first; the contact speaks last.
    #[schema(value_type = Vec<schema::Line>)]
    pub messages: Vec<Line>,
    /// What the assistant must follow in this conversation.
    pub guide: String,
    /// The contact's name; empty: not known.
    pub contact_name: String,
    /// The contact's company; empty: not known.
    pub contact_company: String,
    /// What the assistant must make of it.
    #[schema(value_type = schema::Expect)]
    pub expect: Expect,
    /// What came of it when it was last tried; `null`: it has not been since it was changed.
    #[schema(required = true)]
    pub last_result: Option<CaseResult>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// What a version makes of a case.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseResult {
    /// Of which case.
    #[schema(value_type = String)]
    pub case_id: CaseId,
    /// What people call the case.
    pub name: String,
    /// A version that breaks it is not put in force, unless somebody insists.
    pub required: bool,
    /// Which version.
    pub version: u32,
    /// All is as expected.
    pub passed: bool,
    /// What is not.
    #[schema(value_type = Vec<schema::Broken>)]
    pub broken: Vec<Broken>,
    /// What it answers.
    #[serde(flatten)]
    pub answer: CaseAnswer,
    /// What that cost, the judgement of a rubric included, if it is known.
    #[schema(required = true)]
    pub cost: Option<Cost>,
    /// How long it took.
    pub latency_ms: u32,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What a version answers in a case.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CaseAnswer {
    /// What it does; `null`: it did not come to an answer.
    #[schema(required = true, value_type = Option<words::PreviewOutcome>)]
    pub outcome: Option<Conduct>,
    /// What it says, or suggests to a person; empty: nothing.
    pub body: String,
    /// From what.
    pub sources: Vec<Source>,
    /// Why it hands over, stays silent or is held back; empty: it does not.
    pub reason: String,
    /// The segments that its text takes.
    pub segments: u32,
    /// What else is to be known, such as a rubric that nobody could judge.
    pub notes: Vec<String>,
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
debug_without_words!(Case, CaseResult, CaseAnswer);

macro_rules! case {
    ($join:literal) => {
        concat!(
            "SELECT c.id, c.name, c.messages, c.guide, c.contact_name, c.contact_company, c.expect, c.created_at_us,
                    c.updated_at_us, r.version, r.passed, r.broken, r.answer, r.cost_micros, r.currency, r.latency_ms, r.at_us
             FROM assistant_case c ",
            $join,
            " JOIN assistant_case_result r ON r.tenant_id = c.tenant_id AND r.case_id = c.id AND r.version = "
        )
    };
}

macro_rules! with_last_result {
    () => {
        concat!(case!("LEFT"), "c.last_version WHERE c.tenant_id = $1 AND c.assistant_id = $2")
    };
}

/// A page of an assistant's cases, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    after: Option<CaseId>,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    let after = after.unwrap_or(CaseId(Uuid::max()));
    let rows = tx
        .rows(
            concat!(with_last_result!(), " AND c.id < $3 ORDER BY c.id DESC LIMIT $4"),
            args![assistant, after, limit],
        )
        .await?;
    rows.iter().map(case).collect()
}

/// One case of an assistant's.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, assistant: AssistantId, id: CaseId) -> Result<Option<Case>, StoreError> {
    let row = tx.opt(concat!(with_last_result!(), " AND c.id = $3"), args![assistant, id]).await?;
    row.as_ref().map(case).transpose()
}

/// How many cases an assistant has.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>, assistant: AssistantId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM assistant_case WHERE tenant_id = $1 AND assistant_id = $2";
    tx.one(sql, args![assistant]).await?.get(0)
}

/// All cases of an assistant, the oldest first, to be tried.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut TenantTx<'_>, assistant: AssistantId) -> Result<Vec<Tested>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, name, messages, guide, contact_name, contact_company, expect FROM assistant_case
             WHERE tenant_id = $1 AND assistant_id = $2 ORDER BY id LIMIT $3",
            args![assistant, CASES_MAX],
        )
        .await?;
    rows.iter().map(tested).collect()
}

/// Adds a case.
///
/// # Errors
/// When the database fails, or there is no such assistant.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    assistant: AssistantId,
    case: &Tested,
) -> Result<(), StoreError> {
    let Tested { id, name, messages, guide, contact_name, contact_company, expect } = case;
    tx.exec(
        "INSERT INTO assistant_case (tenant_id, id, assistant_id, name, messages, guide, contact_name, contact_company,
             expect, created_at_us, updated_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        args![*id, assistant, name, text(messages)?, guide, contact_name, contact_company, text(expect)?, now],
    )
    .await
}

/// Makes a case what is given; what came of it before does not count any more. False: there is no such case.
///
/// # Errors
/// When the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    assistant: AssistantId,
    case: &Tested,
) -> Result<bool, StoreError> {
    let Tested { id, name, messages, guide, contact_name, contact_company, expect } = case;
    let changed = tx
        .exec_returning_count(
            "UPDATE assistant_case SET name = $4, messages = $5, guide = $6, contact_name = $7, contact_company = $8,
                 expect = $9, last_version = NULL, updated_at_us = $10
             WHERE tenant_id = $1 AND assistant_id = $2 AND id = $3",
            args![assistant, *id, name, text(messages)?, guide, contact_name, contact_company, text(expect)?, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Removes a case and what came of it. False: there is no such case.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, assistant: AssistantId, id: CaseId) -> Result<bool, StoreError> {
    tx.exec(
        "DELETE FROM assistant_case_result WHERE tenant_id = $1 AND case_id IN (
             SELECT id FROM assistant_case WHERE tenant_id = $1 AND assistant_id = $2 AND id = $3)",
        args![assistant, id],
    )
    .await?;
    let sql = "DELETE FROM assistant_case WHERE tenant_id = $1 AND assistant_id = $2 AND id = $3";
    Ok(tx.exec_returning_count(sql, args![assistant, id]).await? > 0)
}

/// What a version last made of the cases that there are, the oldest case first.
///
/// # Errors
/// When the database fails.
pub async fn results(
    tx: &mut TenantTx<'_>,
    assistant: AssistantId,
    version: u32,
) -> Result<Vec<CaseResult>, StoreError> {
    let sql = concat!(case!(""), "$3 WHERE c.tenant_id = $1 AND c.assistant_id = $2 ORDER BY c.id LIMIT $4");
    let rows = tx.rows(sql, args![assistant, version, CASES_MAX]).await?;
    rows.iter().map(|row| Ok(case(row)?.last_result)).filter_map(Result::transpose).collect()
}

/// Keeps what a version made of cases. A case that was changed or removed since `began` is left alone.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &mut TenantTx<'_>,
    began: Timestamp,
    version: u32,
    results: &[CaseResult],
) -> Result<(), StoreError> {
    let rows = tx
        .rows(
            "UPDATE assistant_case SET last_version = $3
             WHERE tenant_id = $1 AND id {among $2} AND updated_at_us <= $4 RETURNING id",
            args![list(results.iter().map(|result| result.case_id)), version, began],
        )
        .await?;
    let as_they_were = rows.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<CaseId>, _>>()?;
    for result in results.iter().filter(|result| as_they_were.contains(&result.case_id)) {
        tx.exec(
            "INSERT INTO assistant_case_result (tenant_id, case_id, version, passed, broken, answer, cost_micros, currency,
                 latency_ms, at_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (tenant_id, case_id, version) DO UPDATE SET
                 passed = excluded.passed, broken = excluded.broken, answer = excluded.answer,
                 cost_micros = excluded.cost_micros, currency = excluded.currency, latency_ms = excluded.latency_ms,
                 at_us = excluded.at_us",
            args![
                result.case_id,
                version,
                result.passed,
                text(&result.broken)?,
                text(&result.answer)?,
                result.cost.as_ref().map(|cost| cost.micros),
                result.cost.as_ref().map(|cost| cost.currency.as_str()),
                result.latency_ms,
                result.at
            ],
        )
        .await?;
    }
    Ok(())
}

fn tested(row: &Row) -> Result<Tested, StoreError> {
    Ok(Tested {
        id: row.get(0)?,
        name: row.get(1)?,
        messages: json(row.text(2)?)?,
        guide: row.get(3)?,
        contact_name: row.get(4)?,
        contact_company: row.get(5)?,
        expect: json(row.text(6)?)?,
    })
}

fn case(row: &Row) -> Result<Case, StoreError> {
    let Tested { id, name, messages, guide, contact_name, contact_company, expect } = tested(row)?;
    let last_result = match row.get::<Option<u32>>(9)? {
        None => None,
        Some(version) => Some(CaseResult {
            case_id: id,
            name: name.clone(),
            required: expect.required,
            version,
            passed: row.get(10)?,
            broken: json(row.text(11)?)?,
            answer: json(row.text(12)?)?,
            cost: cost(row.get(13)?, row.get(14)?),
            latency_ms: row.get(15)?,
            at: row.get(16)?,
        }),
    };
    let (created_at, updated_at) = (row.get(7)?, row.get(8)?);
    Ok(Case { id, name, messages, guide, contact_name, contact_company, expect, last_result, created_at, updated_at })
}

pub(super) fn cost(micros: Option<i64>, currency: Option<String>) -> Option<Cost> {
    Some(Cost { micros: micros?, currency: currency? })
}

pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::fault)
}

pub(super) fn text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::fault)
}
