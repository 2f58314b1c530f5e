//! Letting many people into a workflow at once: asked for, tried, followed, ended.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::Audience;
use domain::condition::Condition;
use domain::id::{ContactId, NumberId, SelectionId, UserId, WorkId, WorkflowId};
use domain::workflow::Standing;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::queue::{self, Errand};
use store::workflow::selection::{self, Comes, Place, Whom};
use store::{TenantTx, event, words, workflow};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Write},
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
    v1::{
        campaigns::{ChangeAudience, contacts_meant},
        segments::{ConditionShown, Said},
    },
};

use super::{brought_by, can_be_read, comes_with, number_exists};

/// So many are named one by one.
const CONTACTS_MAX: usize = 10_000;
const PER_MINUTE: u32 = 6_000;
const PER_MINUTE_MAX: u32 = 100_000;
/// So many of a workflow go on at the same time.
const RUNNING_MAX: i64 = 5;

/// Who is to enter a workflow together: whoever one of these means.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSelection {
    /// These contacts, at most 10,000.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10_000)]
    contact_ids: Vec<ContactId>,
    /// Contacts by their labels, lists, segments and imports; `phones` cannot be named here.
    #[serde(default)]
    audience: ChangeAudience,
    /// Contacts of whom this is true.
    #[serde(default)]
    #[schema(value_type = Option<ConditionShown>)]
    condition: Option<Value>,
    /// The same as text.
    #[serde(default)]
    text: Option<String>,
    /// What is known from the start, by the keys of the workflow's variables.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// What they enter by: nobody enters twice by the same. If not said, the workflow's own rule.
    #[serde(default)]
    key: Option<String>,
    /// From which of the tenant's numbers they are texted; if not said, the one that they know.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    number_id: Option<NumberId>,
    /// So many a minute, from 1 to 100,000; if not said, 6,000. Ten come together where that is few.
    #[serde(default)]
    per_minute: Option<u32>,
    /// Only count who would enter, and who would not and why.
    #[serde(default)]
    dry_run: bool,
}

impl std::fmt::Debug for NewSelection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSelection").field("contacts", &self.contact_ids.len()).finish_non_exhaustive()
    }
}

/// People who are let into a workflow together, and what came of it so far.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = WorkflowSelection)]
pub struct Selection {
    /// Which.
    #[schema(value_type = String, example = "sel_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    id: SelectionId,
    /// Into which workflow.
    #[schema(value_type = String)]
    workflow_id: WorkflowId,
    /// It is only counted who would enter.
    dry_run: bool,
    /// How it stands. While the workflow is paused, it waits.
    #[schema(value_type = words::SelectionState)]
    state: String,
    /// So many a minute are let in.
    per_minute: u32,
    /// So many people were looked at, whether they are meant or not.
    looked: i64,
    /// Of so many; `null`: nobody has begun.
    #[schema(required = true)]
    to_look: Option<i64>,
    /// So many entered, or would.
    entered: i64,
    /// So many who are meant were not let in, or would not be, by the reason: as `POST /workflows/{id}/enrolments` says.
    refused: BTreeMap<String, i64>,
    /// The member who asked for it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    created_by: Option<UserId>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was over; `null`: it is not.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

/// The times that many people were let into a workflow together, the newest first; of those that are over, the newest hundred.
#[utoipa::path(get, path = "/workflows/{id}/selections", tag = "workflows", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Selection>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    page: Page,
) -> Result<Json<Listed<Selection>>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| {
        workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(|| ApiError::not_found("workflow"))?;
        Ok::<_, ApiError>(selection::page(tx, id, page.after_id(), page.fetch()).await?)
    };
    let rows = app.engine.store().read(caller.tenant, read).await?.into_iter().map(Selection::from).collect();
    Ok(Json(page.listed(rows, |one: &Selection| Cursor::id(one.id))))
}

/// Lets many people into a workflow, each once by the workflow's own rules, or tells who would enter (`dry_run`). That goes on by
/// itself, so many a minute: `GET /selections/{id}` tells how far it is, and `workflow.updated` whenever it has gone on.
#[utoipa::path(post, path = "/workflows/{id}/selections", tag = "workflows", params(("id" = String, Path)),
    request_body = NewSelection, responses((status = 202, body = Selection)))]
pub async fn start(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(asked, once): Write<NewSelection>,
) -> Result<Written<Selection>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let (now, ids, by, source) = (app.engine.now(), app.engine.ids(), caller.user, brought_by(&caller));
    let written = once::write(&app, caller.tenant, once, StatusCode::ACCEPTED, async move |tx: &mut TenantTx<'_>| {
        let held = workflow::hold(tx, id).await?.ok_or_else(|| ApiError::not_found("workflow"))?;
        asked.check()?;
        if !matches!(held.standing, Standing::Active | Standing::Paused) {
            let mend = "Nobody enters this workflow. Publish it, or take it out of the archive, first.";
            return Err(ApiError::conflict("not_now", mend));
        }
        if selection::running(tx, id).await? >= RUNNING_MAX {
            let mend = format!("{RUNNING_MAX} of this workflow go on already. Wait for one, or cancel it.");
            return Err(ApiError::conflict("too_many", mend));
        }
        number_exists(tx, asked.number_id).await?;
        can_be_read(tx, now, (id, held.live_version), &asked.variables).await?;
        let mut ids = ids.clone();
        let new = selection::Selection {
            id: ids.next(),
            workflow: id,
            whom: asked.whom(tx).await?,
            comes: Comes {
                source: source.clone(),
                variables: asked.variables.clone(),
                key: asked.key.clone(),
                number: asked.number_id,
            },
            is_dry: asked.dry_run,
            per_minute: asked.per_minute.unwrap_or(PER_MINUTE),
            state: "running".to_owned(),
            place: Place::default(),
            looked: 0,
            to_look: None,
            entered: 0,
            refused: BTreeMap::new(),
            created_by: by,
            created_at: now,
            ended_at: None,
        };
        selection::create(tx, &new).await?;
        queue::add_errand(tx, ids.next::<WorkId>(), now, &Errand::LetIn { selection: new.id }).await?;
        let head = event::append(tx, now, &[workflow::updated(id)]).await?;
        Ok(Told::at(new.into(), head))
    })
    .await?;
    app.engine.selections_may_go_on();
    Ok(written)
}

/// How far it is with letting many people in.
#[utoipa::path(get, path = "/selections/{id}", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Selection)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SelectionId>,
) -> Result<Json<Selection>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| selection::find(tx, id).await;
    let found = app.engine.store().read(caller.tenant, read).await?;
    found.map(|found| Json(found.into())).ok_or_else(no_such)
}

/// Nobody more is let in by it. Whoever entered goes on.
#[utoipa::path(post, path = "/selections/{id}/cancel", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Selection)))]
pub async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SelectionId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Selection>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut held = selection::hold(tx, id).await?.ok_or_else(no_such)?;
        if held.ended_at.is_some() {
            return Err(ApiError::conflict("wrong_state", "It is over. Ask for another one if more are to enter."));
        }
        (held.state, held.ended_at) = ("cancelled".to_owned(), Some(now));
        selection::go_on(tx, &held).await?;
        let head = event::append(tx, now, &[workflow::updated(held.workflow)]).await?;
        Ok(Told::at(held.into(), head))
    })
    .await
}

fn no_such() -> ApiError {
    ApiError::not_found("selection")
}

impl NewSelection {
    fn check(&self) -> Result<(), ApiError> {
        let mut faults = comes_with(&self.variables, self.key.as_deref());
        if self.contact_ids.len() > CONTACTS_MAX {
            let mend = format!("At most {CONTACTS_MAX} contacts one by one. Put more of them on a list.");
            faults.push(FieldError::new("contact_ids", "too_many", mend));
        }
        if self.per_minute.is_some_and(|rate| rate == 0 || rate > PER_MINUTE_MAX) {
            let mend = format!("Say how many a minute: from 1 to {PER_MINUTE_MAX}.");
            faults.push(FieldError::new("per_minute", "out_of_range", mend));
        }
        if faults.is_empty() { Ok(()) } else { Err(ApiError::invalid_fields(faults)) }
    }

    async fn whom(&self, tx: &mut TenantTx<'_>) -> Result<Whom, ApiError> {
        let contacts: BTreeSet<ContactId> = self.contact_ids.iter().copied().collect();
        let groups: Audience = contacts_meant(tx, &self.audience).await?;
        let condition: Option<Condition> = match Said::read(self.condition.as_ref(), self.text.as_deref())? {
            Some(said) => Some(said.check(tx).await??.condition().clone()),
            None => None,
        };
        if contacts.is_empty() && !groups.means_contacts() && condition.is_none() {
            let mend = "Say who is to enter: by `contact_ids`, by an `audience`, or by a `condition`.";
            return Err(ApiError::invalid("contact_ids", "nobody", mend));
        }
        Ok(Whom { contacts: contacts.into_iter().collect(), groups, condition })
    }
}

impl From<selection::Selection> for Selection {
    fn from(one: selection::Selection) -> Self {
        Self {
            id: one.id,
            workflow_id: one.workflow,
            dry_run: one.is_dry,
            state: one.state,
            per_minute: one.per_minute,
            looked: one.looked,
            to_look: one.to_look,
            entered: one.entered,
            refused: one.refused,
            created_by: one.created_by,
            created_at: one.created_at,
            ended_at: one.ended_at,
        }
    }
}
