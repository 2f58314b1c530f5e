//! What is done with people step by step: written, published, paused, archived.

mod beside;
pub mod check;
pub mod crowd;
pub mod described;
pub mod draft;
pub mod files;
pub mod gallery;
pub mod publish;
pub mod secrets;
mod shown;
pub mod simulate;
pub mod versions;
mod which;
mod written;

use axum::extract::State;
use domain::access::Scope;
use domain::id::WorkflowId;
use domain::workflow::{Document, Order, Standing};
use http::StatusCode;
use serde::Deserialize;
use store::workflow::{self, Held, Wanted};
use store::{TenantTx, event};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Query, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

pub use shown::{WorkflowDetail, WorkflowFault, WorkflowListed};

/// So many there are at most, besides those that are archived.
const WORKFLOWS_MAX: i64 = 500;
const NAME_CHARS_MAX: usize = 100;
const SEARCH_CHARS_MAX: usize = 100;

/// A workflow to make: a document of one's own, one of the gallery, or an empty one that has a name.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorkflow {
    /// The document, in the form that `GET /workflow-schema` tells. It may have faults of sense, which are told; not of form.
    #[schema(value_type = Option<Object>)]
    document: Option<serde_json::Value>,
    /// One of the gallery, by its name: `survey`.
    gallery: Option<String>,
    /// What it is called; if nobody says so, what its document says.
    name: Option<String>,
}

impl std::fmt::Debug for NewWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewWorkflow").field("gallery", &self.gallery).finish_non_exhaustive()
    }
}

/// Which workflows are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedWorkflows {
    /// Those with this in their names, whatever its case.
    #[param(required = false)]
    q: Option<String>,
    /// Those that stand so: `draft`, `active`, `paused` or `archived`; `all`. If not said, all that are not archived.
    #[param(required = false)]
    state: Option<String>,
}

/// The workflows, the newest first.
#[utoipa::path(get, path = "/workflows", tag = "workflows", params(WantedWorkflows, PageParams),
    responses((status = 200, body = Listed<WorkflowListed>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(asked): Query<WantedWorkflows>,
    page: Page,
) -> Result<Json<Listed<WorkflowListed>>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let wanted = asked.read()?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let workflows = workflow::page(tx, &wanted, page.after_id(), page.fetch()).await?;
            shown::listed(tx, workflows).await
        })
        .await?;
    Ok(Json(page.listed(rows, |workflow| Cursor::id(workflow.id()))))
}

/// Makes a workflow, a draft: nobody enters it before it is published.
#[utoipa::path(post, path = "/workflows", tag = "workflows", request_body = NewWorkflow,
    responses((status = 201, body = WorkflowDetail)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewWorkflow>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let document = asked.document()?;
    make(app, caller, document, once).await
}

/// One workflow, with its draft and what is wrong with it.
#[utoipa::path(get, path = "/workflows/{id}", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = WorkflowDetail)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
) -> Result<Json<WorkflowDetail>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let store = app.engine.store();
    store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| shown::one(tx, id).await).await.map(Json)
}

/// Takes a workflow away that was never published. One that was is archived.
#[utoipa::path(delete, path = "/workflows/{id}", tag = "workflows", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if held(tx, id).await?.live_version.is_some() {
            let mend = "It was published, and what was done with people is told by it. Archive it instead.";
            return Err(ApiError::conflict("in_use", mend));
        }
        let line = workflow::remove(tx, id).await?;
        Ok(Told::at((), event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Lets nobody in, and nobody in it go on, until it is resumed.
#[utoipa::path(post, path = "/workflows/{id}/pause", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = WorkflowDetail)))]
pub async fn pause(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    order(app, caller, id, Order::Pause, once).await
}

/// Lets people in again, and those in it go on.
#[utoipa::path(post, path = "/workflows/{id}/resume", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = WorkflowDetail)))]
pub async fn resume(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    order(app, caller, id, Order::Resume, once).await
}

/// Lets nobody in any more; whoever is in it goes on to their end, though it was paused before.
#[utoipa::path(post, path = "/workflows/{id}/archive", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = WorkflowDetail)))]
pub async fn archive(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    order(app, caller, id, Order::Archive, once).await
}

/// Takes it out of the archive: paused, until it is resumed; or a draft, if it was never published.
#[utoipa::path(post, path = "/workflows/{id}/restore", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = WorkflowDetail)))]
pub async fn restore(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    order(app, caller, id, Order::Restore, once).await
}

/// Makes another workflow, a draft, of its draft.
#[utoipa::path(post, path = "/workflows/{id}/duplicate", tag = "workflows", params(("id" = String, Path)),
    responses((status = 201, body = WorkflowDetail)))]
pub async fn duplicate(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let (made, now, by) = (app.engine.ids().next::<WorkflowId>(), app.engine.now(), caller.user);
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let (_, mut document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
        document.name = copied(&document.name);
        room(tx).await?;
        let line = workflow::create(tx, now, made, &document, by).await?;
        Ok(Told::at(shown::one(tx, made).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Makes one of this document.
async fn make(
    app: AppState,
    caller: Caller,
    document: Document,
    once: Option<engine::Once>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    let (id, now, by) = (app.engine.ids().next::<WorkflowId>(), app.engine.now(), caller.user);
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        room(tx).await?;
        let line = workflow::create(tx, now, id, &document, by).await?;
        Ok(Told::at(shown::one(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

async fn order(
    app: AppState,
    caller: Caller,
    id: WorkflowId,
    order: Order,
    once: Option<engine::Once>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let now = app.engine.now();
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let to = obeyed(&held(tx, id).await?, order)?;
        if order == Order::Restore {
            room(tx).await?;
        }
        let line = workflow::go_on(tx, now, id, to).await?;
        Ok(Told::at(shown::one(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await?;
    app.engine.workflows_may_go_on();
    Ok(written)
}

/// That there is room for one more.
async fn room(tx: &mut TenantTx<'_>) -> Result<(), ApiError> {
    if workflow::count(tx).await? < WORKFLOWS_MAX {
        return Ok(());
    }
    let mend = format!("There are {WORKFLOWS_MAX} workflows already. Archive one first.");
    Err(ApiError::conflict("too_many", mend))
}

async fn held(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<Held, ApiError> {
    workflow::hold(tx, id).await?.ok_or_else(no_such)
}

fn obeyed(held: &Held, order: Order) -> Result<Standing, ApiError> {
    held.standing
        .obey(order, held.live_version.is_some())
        .map_err(|refused| ApiError::conflict("not_now", format!("This cannot be done: {refused}.")))
}

/// What a copy is called.
fn copied(name: &str) -> String {
    const COPY: &str = " (copy)";
    let kept: String = name.trim_end().chars().take(NAME_CHARS_MAX - COPY.len()).collect();
    kept + COPY
}

fn no_such() -> ApiError {
    ApiError::not_found("workflow")
}

impl NewWorkflow {
    fn document(&self) -> Result<Document, ApiError> {
        let name = self.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
        let mut document = match (&self.document, &self.gallery, &name) {
            (Some(json), None, _) => {
                Document::from_json(json).map_err(|faults| written::refused("document", &faults))?
            }
            (None, Some(gallery), _) => gallery::one(gallery)?,
            (None, None, Some(name)) => written::empty(name),
            _ => {
                let mend = "Send `document`, `gallery`, or only a `name` to begin with nothing.";
                return Err(ApiError::invalid("document", "one_of", mend));
            }
        };
        document.name = name.unwrap_or(document.name);
        Ok(document)
    }
}

impl WantedWorkflows {
    fn read(&self) -> Result<Wanted, ApiError> {
        let search = self.q.clone().unwrap_or_default();
        if search.chars().count() > SEARCH_CHARS_MAX {
            let mend = format!("Search for at most {SEARCH_CHARS_MAX} characters.");
            return Err(ApiError::invalid("q", "too_long", mend));
        }
        let standings = match self.state.as_deref() {
            None => vec![Standing::Draft, Standing::Active, Standing::Paused],
            Some("all") => Vec::new(),
            Some(word) => match Standing::parse(word) {
                Some(standing) => vec![standing],
                None => {
                    let mend = "Write draft, active, paused, archived or all.";
                    return Err(ApiError::invalid("state", "not_allowed", mend));
                }
            },
        };
        Ok(Wanted { search, standings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_that_is_not_too_long() {
        assert_eq!(copied("Survey "), "Survey (copy)");
        assert_eq!(copied(&"é".repeat(100)).chars().count(), NAME_CHARS_MAX);
    }
}
