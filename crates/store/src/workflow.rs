//! What is done with people step by step, as the API shows it: what somebody writes, and how it stands with it.

use std::collections::HashMap;

use domain::condition::fold;
use domain::event::Kind;
use domain::id::{UserId, WorkflowId};
use domain::workflow::{Document, Standing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Line;
use crate::scene::{json, unknown};
use crate::{Row, StoreError, TenantTx, args, list, words};

mod ground;
mod named;
pub mod secret;
pub mod selection;
mod trigger;
pub mod version;
pub mod watch;

pub use ground::ground;
pub use named::named;
pub use trigger::{has_trigger, triggers, triggers_of};
pub use version::{Run, publish, versions_of};

/// What is done with people step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Workflow {
    /// Which one.
    #[schema(value_type = String, example = "wfl_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: WorkflowId,
    /// What its draft is called.
    pub name: String,
    /// How it stands: `draft`, it was never published; `active`, people enter it; `paused`, nobody enters it and nobody in it
    /// goes on; `archived`, nobody enters it and whoever is in it goes on to their end.
    #[schema(value_type = words::WorkflowState)]
    pub state: String,
    /// The draft's own number: it rises with each change.
    pub revision: i64,
    /// The version that people enter; `null`: none was published.
    #[schema(required = true)]
    pub live_version: Option<i64>,
    /// What begins that version, in its order; nothing before one was published.
    pub triggers: Vec<Begins>,
    /// The draft says something else than that version, or there is none.
    pub unpublished: bool,
    /// Since when it is paused; `null`: it is not.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub paused_at: Option<Timestamp>,
    /// The member who made it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    pub created_by: Option<UserId>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// What begins a workflow, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WorkflowBegins)]
pub struct Begins {
    /// What happens, as documents call it.
    #[schema(value_type = words::TriggerKind)]
    pub kind: String,
    /// What that is about: the words, the label, the field, how long; or the id of a segment or a campaign. `null`: nothing, or any.
    #[schema(required = true)]
    pub about: Option<String>,
}

/// A workflow, as far as an order needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How it stands.
    pub standing: Standing,
    /// The draft's own number.
    pub revision: i64,
    /// The version that people enter.
    pub live_version: Option<i64>,
}

/// Which workflows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those with this in their names, whatever its case; empty: all.
    pub search: String,
    /// Those that stand so; none: all.
    pub standings: Vec<Standing>,
}

macro_rules! workflow {
    ($more:literal) => {
        concat!(
            "SELECT w.id, w.name, w.state, w.revision, w.live_version, COALESCE(w.draft <> v.document, TRUE), w.paused_at_us,
                    w.created_by, w.created_at_us, w.changed_at_us, w.begins",
            $more,
            " FROM workflow w LEFT JOIN workflow_version v
                  ON v.tenant_id = w.tenant_id AND v.workflow_id = w.id AND v.version = w.live_version
             WHERE w.tenant_id = $1"
        )
    };
}

/// A page of them, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    wanted: &Wanted,
    after: Option<WorkflowId>,
    limit: u32,
) -> Result<Vec<Workflow>, StoreError> {
    let after = after.unwrap_or(WorkflowId(Uuid::max()));
    let standings: &[Standing] = if wanted.standings.is_empty() { &Standing::ALL } else { &wanted.standings };
    let sql = concat!(
        workflow!(""),
        " AND w.id < $2 AND w.state {among $3} AND w.folded LIKE $4 ESCAPE '!' ORDER BY w.id DESC LIMIT $5"
    );
    let states = list(standings.iter().map(|standing| standing.as_str()));
    let rows = tx.rows(sql, args![after, states, pattern(&wanted.search), limit]).await?;
    rows.iter().map(workflow).collect()
}

/// All of these that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[WorkflowId]) -> Result<HashMap<WorkflowId, Workflow>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(concat!(workflow!(""), " AND w.id {among $2}"), args![list(ids)]).await?;
    rows.iter().map(|row| workflow(row).map(|workflow| (workflow.id, workflow))).collect()
}

/// One of them, with its draft.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<Option<(Workflow, Document)>, StoreError> {
    let row = tx.opt(concat!(workflow!(", w.draft"), " AND w.id = $2"), args![id]).await?;
    row.map(|row| Ok((workflow(&row)?, json(row.text(11)?)?))).transpose()
}

/// One of them, to be ordered about: nobody else changes it until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<Option<Held>, StoreError> {
    let sql = "SELECT state, revision, live_version FROM workflow WHERE tenant_id = $1 AND id = $2 {for_update}";
    let row = tx.opt(sql, args![id]).await?;
    let held =
        |row: Row| Ok(Held { standing: standing(row.text(0)?)?, revision: row.get(1)?, live_version: row.get(2)? });
    row.map(held).transpose()
}

/// How many there are that are not archived.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut TenantTx<'_>) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM workflow WHERE tenant_id = $1 AND state <> 'archived'", args![]).await?.get(0)
}

/// Makes one, a draft.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: WorkflowId,
    document: &Document,
    by: Option<UserId>,
) -> Result<Line, StoreError> {
    tx.exec(
        "INSERT INTO workflow (tenant_id, id, name, folded, state, draft, revision, begins, created_by, created_at_us,
             changed_at_us)
         VALUES ($1, $2, $3, $4, 'draft', $5, 1, '[]', $6, $7, $7)",
        args![id, &document.name, fold(&document.name), document.to_text(), by, now],
    )
    .await?;
    Ok(updated(id))
}

/// Keeps this as its draft. One that says the same as before has the same revision.
///
/// # Errors
/// When the database fails.
pub async fn save(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: WorkflowId,
    document: &Document,
) -> Result<Line, StoreError> {
    tx.exec(
        "UPDATE workflow SET name = $3, folded = $4, draft = $5, changed_at_us = $6,
             revision = revision + CASE WHEN draft = $5 THEN 0 ELSE 1 END
         WHERE tenant_id = $1 AND id = $2",
        args![id, &document.name, fold(&document.name), document.to_text(), now],
    )
    .await?;
    Ok(updated(id))
}

/// It stands differently from now on, and what begins it with it.
///
/// # Errors
/// When the database fails.
pub async fn go_on(tx: &mut TenantTx<'_>, now: Timestamp, id: WorkflowId, to: Standing) -> Result<Line, StoreError> {
    tx.exec(
        "UPDATE workflow SET state = $3, changed_at_us = $4,
             woken_at_us = CASE WHEN $3 = 'paused' THEN NULL WHEN state = 'paused' THEN $4 ELSE woken_at_us END,
             paused_at_us = CASE WHEN $3 <> 'paused' THEN NULL ELSE COALESCE(paused_at_us, $4) END
         WHERE tenant_id = $1 AND id = $2",
        args![id, to.as_str(), now],
    )
    .await?;
    trigger::rewrite(tx, now, id, to).await?;
    tx.stirs_workflows();
    Ok(updated(id))
}

/// Takes away one that was never published.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<Line, StoreError> {
    tx.exec("DELETE FROM workflow WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    Ok(updated(id))
}

/// A line of the log for one that is new, changed or gone.
#[must_use]
pub fn updated(id: WorkflowId) -> Line {
    Line { kind: Kind::WorkflowUpdated, subject: id.into(), conversation: None }
}

/// For `LIKE … ESCAPE '!'`: whatever has this in it.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for letter in fold(search.trim()).chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn workflow(row: &Row) -> Result<Workflow, StoreError> {
    Ok(Workflow {
        id: row.get(0)?,
        name: row.get(1)?,
        state: row.get(2)?,
        revision: row.get(3)?,
        live_version: row.get(4)?,
        triggers: json(row.text(10)?)?,
        unpublished: row.get(5)?,
        paused_at: row.get(6)?,
        created_by: row.get(7)?,
        created_at: row.get(8)?,
        changed_at: row.get(9)?,
    })
}

fn standing(word: &str) -> Result<Standing, StoreError> {
    Standing::parse(word).ok_or_else(|| unknown("workflow state", word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_looked_for_as_it_is() {
        for (search, expected) in [("", "%%"), (" Wîn ", "%wîn%"), ("100%_!", "%100!%!_!!%")] {
            assert_eq!(pattern(search), expected);
        }
    }
}
