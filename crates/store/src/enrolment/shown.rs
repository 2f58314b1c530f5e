//! Ways through workflows, as the API shows them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domain::id::{ContactId, EnrolmentId, MessageId, NumberId, WorkflowId};
use domain::workflow::{Line, State, What};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::pretty;
use crate::scene::json;
use crate::search::Search;
use crate::{Row, StoreError, TenantTx, args, list, words};

/// Somebody's way through a workflow.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// Which one.
    #[schema(value_type = String, example = "enr_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: EnrolmentId,
    /// Through which workflow.
    #[schema(value_type = String)]
    pub workflow_id: WorkflowId,
    /// Through which version of it.
    pub version: i64,
    /// Whose.
    #[schema(value_type = String)]
    pub contact_id: ContactId,
    /// What they are called; empty: not known.
    pub name: String,
    /// Where they are reached, E.164.
    pub phone: String,
    /// The same for people to read.
    pub pretty_phone: String,
    /// From which of the tenant's numbers.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// What brought them: `campaign`, `keyword`, `text`, `api`, `by_hand` and others, as triggers are called.
    pub source: String,
    /// How it stands: `live`, `paused`, `failed` (it waits for somebody to retry it) or `ended`.
    #[schema(value_type = words::EnrolmentStatus)]
    pub status: String,
    /// The step where they stand, or where it ended; `null`: before the first.
    #[schema(required = true)]
    pub step: Option<String>,
    /// What it waits for: `time`, `reply`, `intent` (a model's word on what a reply means), `effect` (something done elsewhere) or
    /// `floor` (another workflow that waits for their reply); `null`: for nothing.
    #[schema(required = true, value_type = Option<words::WayWaits>)]
    pub waits: Option<String>,
    /// Since when they stand there.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// When it goes on by itself at the latest; `null`: not by itself.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub wakes_at: Option<Timestamp>,
    /// Why it failed, in plain words; `null`: it did not.
    #[schema(required = true)]
    pub failure: Option<String>,
    /// What came of it; `null`: it is not over.
    #[schema(required = true)]
    pub outcome: Option<String>,
    /// What is remembered, by the keys of variables.
    pub variables: BTreeMap<String, String>,
    /// When they entered.
    #[schema(value_type = String, format = DateTime)]
    pub entered_at: Timestamp,
    /// When it ended; `null`: it is not over.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// Which ways are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Through this workflow; `None`: any.
    pub workflow: Option<WorkflowId>,
    /// Of this person; `None`: anybody's.
    pub contact: Option<ContactId>,
    /// Those that stand so; empty: all.
    pub statuses: Vec<String>,
    /// Those who stand at this step, or ended there.
    pub step: Option<String>,
    /// Whose name, company or number has this in it.
    pub search: Option<Search>,
}

macro_rules! shown {
    () => {
        "SELECT n.id, n.workflow_id, n.version, n.contact_id, c.name, n.phone, n.number_id, n.source, n.status, n.step_id,
                n.waits, n.since_us, n.due_at_us, n.state, n.outcome, n.entered_at_us, n.ended_at_us
         FROM enrolment n JOIN contact c ON c.tenant_id = n.tenant_id AND c.id = n.contact_id
         WHERE n.tenant_id = $1 AND n.state <> ''"
    };
}

/// Of those whose name or number is typed, so many are looked at.
const FOUND_MAX: u32 = 500;

/// All the ways there are to stand.
const STATUSES: [&str; 4] = ["live", "paused", "failed", "ended"];

/// A page of them, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    wanted: &Wanted,
    after: Option<EnrolmentId>,
    limit: u32,
) -> Result<Vec<Enrolment>, StoreError> {
    let after = after.unwrap_or(EnrolmentId(Uuid::max()));
    let statuses =
        if wanted.statuses.is_empty() { list(STATUSES) } else { list(wanted.statuses.iter().map(String::as_str)) };
    let contacts = match (&wanted.search, wanted.contact) {
        (_, Some(contact)) => Some(vec![contact]),
        (Some(search), None) => Some(crate::contact::found(tx, search, None, None, FOUND_MAX).await?),
        (None, None) => None,
    };
    let step = wanted.step.as_deref();
    let rows = match (contacts, wanted.workflow) {
        (Some(contacts), workflow) => {
            let sql = concat!(
                shown!(),
                " AND n.id < $2 AND n.status {among $3} AND ($4 = '' OR n.step_id = $4) AND n.contact_id {among $5}
                  AND ($6 OR n.workflow_id = $7) ORDER BY n.id DESC LIMIT $8"
            );
            let any = workflow.is_none();
            let workflow = workflow.unwrap_or(WorkflowId(Uuid::nil()));
            let step = step.unwrap_or_default();
            tx.rows(sql, args![after, statuses, step, list(contacts), any, workflow, limit]).await?
        }
        (None, Some(workflow)) => {
            let sql = concat!(
                shown!(),
                " AND n.id < $2 AND n.status {among $3} AND ($4 = '' OR n.step_id = $4) AND n.workflow_id = $5
                  ORDER BY n.id DESC LIMIT $6"
            );
            tx.rows(sql, args![after, statuses, step.unwrap_or_default(), workflow, limit]).await?
        }
        (None, None) => {
            let sql = concat!(
                shown!(),
                " AND n.id < $2 AND n.status {among $3} AND ($4 = '' OR n.step_id = $4) ORDER BY n.id DESC LIMIT $5"
            );
            tx.rows(sql, args![after, statuses, step.unwrap_or_default(), limit]).await?
        }
    };
    rows.iter().map(enrolment).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: EnrolmentId) -> Result<Option<Enrolment>, StoreError> {
    tx.opt(concat!(shown!(), " AND n.id = $2"), args![id]).await?.as_ref().map(enrolment).transpose()
}

fn enrolment(row: &Row) -> Result<Enrolment, StoreError> {
    let phone: String = row.get(5)?;
    let source: domain::workflow::Source = json(row.text(7)?)?;
    let state: State = json(row.text(13)?)?;
    let failure = match &state.status {
        domain::workflow::Status::Failed { why } => Some(why.to_string()),
        _ => None,
    };
    Ok(Enrolment {
        id: row.get(0)?,
        workflow_id: row.get(1)?,
        version: row.get(2)?,
        contact_id: row.get(3)?,
        name: row.get(4)?,
        pretty_phone: pretty(&phone),
        phone,
        number_id: row.get(6)?,
        source: source.kind().to_owned(),
        status: row.get(8)?,
        step: row.get(9)?,
        waits: row.get(10)?,
        since: row.get(11)?,
        wakes_at: row.get(12)?,
        failure,
        outcome: row.get(14)?,
        variables: state.variables,
        entered_at: row.get(15)?,
        ended_at: row.get(16)?,
    })
}

/// A turn of somebody's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its number: no number is left out.
    pub seq: i64,
    /// When it was taken.
    pub at: Timestamp,
    /// What it heeded: a kind of event.
    pub event: String,
    /// What happened, in order.
    pub lines: Vec<Line>,
}

/// The turns of a way after `after`, in their order.
///
/// # Errors
/// When the database fails.
pub async fn trace(tx: &mut TenantTx<'_>, id: EnrolmentId, after: i64, limit: u32) -> Result<Vec<Turn>, StoreError> {
    let sql = "SELECT seq, at_us, event, lines FROM enrolment_log
               WHERE tenant_id = $1 AND enrolment_id = $2 AND seq > $3 ORDER BY seq LIMIT $4";
    let rows = tx.rows(sql, args![id, after, limit]).await?;
    rows.iter()
        .map(|row| Ok(Turn { seq: row.get(0)?, at: row.get(1)?, event: row.get(2)?, lines: json(row.text(3)?)? }))
        .collect()
}

/// So many steps of somebody's way are told in a row.
const STEPS_MAX: usize = 500;
/// So many turns are read at once.
const TURNS: u32 = 2_000;

/// The steps that these ways came to, in their order; of a long one the first five hundred.
///
/// # Errors
/// When the database fails.
pub async fn steps(
    tx: &mut TenantTx<'_>,
    ids: &[EnrolmentId],
) -> Result<HashMap<EnrolmentId, Vec<String>>, StoreError> {
    let mut steps: HashMap<EnrolmentId, Vec<String>> = HashMap::new();
    let sql = "SELECT enrolment_id, seq, lines FROM enrolment_log
               WHERE tenant_id = $1 AND enrolment_id {among $2} AND enrolment_id >= $3
                 AND (enrolment_id > $3 OR seq > $4) ORDER BY enrolment_id, seq LIMIT $5";
    let (mut id, mut seq) = (EnrolmentId(Uuid::nil()), 0_i64);
    loop {
        let rows = tx.rows(sql, args![list(ids), id, seq, TURNS]).await?;
        for row in &rows {
            (id, seq) = (row.get(0)?, row.get(1)?);
            let lines: Vec<Line> = json(row.text(2)?)?;
            let came = lines.into_iter().filter(|line| matches!(line.what, What::Came | What::Migrated));
            let walked = steps.entry(id).or_default();
            walked.extend(came.filter_map(|line| line.step).take(STEPS_MAX.saturating_sub(walked.len())));
        }
        if rows.len() < TURNS as usize {
            return Ok(steps);
        }
    }
}

/// A text that a way sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = EnrolmentText)]
pub struct Text {
    /// Which message.
    #[schema(value_type = String)]
    pub id: MessageId,
    /// What it says.
    pub body: String,
    /// Where it stands.
    #[schema(value_type = words::MessageStatus)]
    pub status: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// The first texts that a way has sent, at most `limit`, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn texts(tx: &mut TenantTx<'_>, id: EnrolmentId, limit: u32) -> Result<Vec<Text>, StoreError> {
    let sql = "SELECT m.id, m.body, m.status, m.created_at_us
               FROM enrolment n
               JOIN conversation v ON v.tenant_id = n.tenant_id AND v.contact_id = n.contact_id
               JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id AND m.author = 'workflow'
                    AND m.author_id = n.id AND m.direction = 'out'
               WHERE n.tenant_id = $1 AND n.id = $2 ORDER BY m.id LIMIT $3";
    let rows = tx.rows(sql, args![id, limit]).await?;
    rows.iter()
        .map(|row| Ok(Text { id: row.get(0)?, body: row.get(1)?, status: row.get(2)?, created_at: row.get(3)? }))
        .collect()
}

/// What is counted of a step of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Of which; empty: of the workflow as a whole.
    pub step: String,
    /// What: see [`domain::workflow::funnel::Count`].
    pub what: String,
    /// How often.
    pub times: i64,
    /// How long all of them took together, in milliseconds.
    pub millis: i64,
}

/// What is counted of a version.
///
/// # Errors
/// When the database fails.
pub async fn counted(tx: &mut TenantTx<'_>, workflow: WorkflowId, version: i64) -> Result<Vec<Counted>, StoreError> {
    let sql = "SELECT step_id, what, times, millis FROM workflow_count
               WHERE tenant_id = $1 AND workflow_id = $2 AND version = $3 ORDER BY step_id, what";
    let rows = tx.rows(sql, args![workflow, version]).await?;
    rows.iter()
        .map(|row| Ok(Counted { step: row.get(0)?, what: row.get(1)?, times: row.get(2)?, millis: row.get(3)? }))
        .collect()
}

/// How many stand where in the versions of a workflow, of those whose ways are not over; `None`: before the first step.
///
/// # Errors
/// When the database fails.
pub async fn stand(tx: &mut TenantTx<'_>, workflow: WorkflowId) -> Result<Vec<(i64, Option<String>, i64)>, StoreError> {
    let sql = "SELECT version, step_id, count(*) FROM enrolment
               WHERE tenant_id = $1 AND workflow_id = $2 AND ended_at_us IS NULL AND state <> ''
               GROUP BY version, step_id ORDER BY version, step_id";
    let rows = tx.rows(sql, args![workflow]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// How many stand still in each of these workflows because a step could not be done; those in which nobody does are left out.
///
/// # Errors
/// When the database fails.
pub async fn failed(tx: &mut TenantTx<'_>, workflows: &[WorkflowId]) -> Result<BTreeMap<WorkflowId, i64>, StoreError> {
    if workflows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = "SELECT workflow_id, count(*) FROM enrolment
               WHERE tenant_id = $1 AND workflow_id {among $2} AND status = 'failed' GROUP BY workflow_id";
    tx.rows(sql, args![list(workflows)]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// How many entered, and how many are in it now, of each of these workflows, whatever the version.
///
/// # Errors
/// When the database fails.
pub async fn sizes(
    tx: &mut TenantTx<'_>,
    workflows: &[WorkflowId],
) -> Result<BTreeMap<WorkflowId, (i64, i64)>, StoreError> {
    if workflows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = "SELECT workflow_id, CAST(SUM(CASE WHEN what = 'entered' THEN times ELSE 0 END) AS BIGINT),
                      CAST(SUM(CASE WHEN what = 'entered' THEN times ELSE -times END) AS BIGINT)
               FROM workflow_count
               WHERE tenant_id = $1 AND workflow_id {among $2} AND step_id = '' AND (what = 'entered' OR what LIKE 'ended:%')
               GROUP BY workflow_id";
    let rows = tx.rows(sql, args![list(workflows)]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}
