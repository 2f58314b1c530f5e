//! What was published of a workflow: its versions, and what differs between two.

use axum::extract::State;
use domain::access::Scope;
use domain::id::WorkflowId;
use domain::workflow::Document;
use domain::workflow::diff::{self, Change};
use serde::{Deserialize, Serialize};
use store::workflow::version::{self, Version};
use store::{TenantTx, words, workflow};
use utoipa::{IntoParams, ToSchema};

use super::{no_such, written};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    state::AppState,
};

/// A list of versions shows at most so many.
const VERSIONS_MAX: u32 = 200;

/// A workflow's versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowVersions {
    /// The newest first, at most 200.
    data: Vec<Version>,
}

/// From where to look back.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct VersionsBefore {
    /// Only versions before this one.
    before: Option<i64>,
}

/// A version with what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowVersionDetail {
    /// What is known of it.
    #[serde(flatten)]
    version: Version,
    /// What it says.
    #[schema(value_type = Object)]
    document: Document,
}

/// What to compare with.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AgainstVersion {
    /// The other version; if not said, the one before it.
    against: Option<i64>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowDifferences {
    /// The version that was compared with; 0: there is none before the first.
    from: i64,
    /// The version that was asked for.
    to: i64,
    /// Nothing differs but texts that are sent, or what it is called: whoever is under way could go on in the other one as they
    /// stand.
    only_texts_differ: bool,
    /// What differs, step by step.
    differences: Vec<WorkflowDifference>,
}

/// Something that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowDifference {
    /// Of which step; `null`: of what stands above the steps.
    #[schema(required = true)]
    step: Option<String>,
    /// What happened to it.
    #[schema(value_type = words::WorkflowChange)]
    change: &'static str,
    /// Where it says something else, as JSON pointers within it: `/send/text`.
    places: Vec<String>,
}

/// The versions of a workflow, the newest first.
#[utoipa::path(get, path = "/workflows/{id}/versions", tag = "workflows",
    params(("id" = String, Path), VersionsBefore), responses((status = 200, body = WorkflowVersions)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Query(asked): Query<VersionsBefore>,
) -> Result<Json<WorkflowVersions>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| {
        workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(no_such)?;
        Ok::<_, ApiError>(version::page(tx, id, asked.before, VERSIONS_MAX).await?)
    };
    let data = app.engine.store().read(caller.tenant, read).await?;
    Ok(Json(WorkflowVersions { data }))
}

/// One version of a workflow.
#[utoipa::path(get, path = "/workflows/{id}/versions/{version}", tag = "workflows",
    params(("id" = String, Path), ("version" = i64, Path)), responses((status = 200, body = WorkflowVersionDetail)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(WorkflowId, i64)>,
) -> Result<Json<WorkflowVersionDetail>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| version::find(tx, id, number).await;
    let found = app.engine.store().read(caller.tenant, read).await?;
    let (version, document) = found.ok_or_else(no_such_version)?;
    Ok(Json(WorkflowVersionDetail { version, document }))
}

/// What differs between two versions of a workflow. Steps are the same if their ids are.
#[utoipa::path(get, path = "/workflows/{id}/versions/{version}/diff", tag = "workflows",
    params(("id" = String, Path), ("version" = i64, Path), AgainstVersion),
    responses((status = 200, body = WorkflowDifferences)))]
pub async fn diff(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, to)): Path<(WorkflowId, i64)>,
    Query(asked): Query<AgainstVersion>,
) -> Result<Json<WorkflowDifferences>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let from = asked.against.unwrap_or(to.saturating_sub(1));
    let read = async move |tx: &mut TenantTx<'_>| {
        let (_, new) = version::find(tx, id, to).await?.ok_or_else(no_such_version)?;
        let old = match version::find(tx, id, from).await? {
            Some((_, old)) => Some(old),
            None if asked.against.is_none() => None,
            None => {
                return Err(ApiError::invalid("against", "no_such_version", "There is no version of this number."));
            }
        };
        Ok((old, new))
    };
    let (old, new) = app.engine.store().read(caller.tenant, read).await?;
    let before = old.unwrap_or_else(|| written::empty(""));
    let differences = diff::diff(&before, &new);
    Ok(Json(WorkflowDifferences {
        from,
        to,
        only_texts_differ: diff::only_texts_differ(&differences),
        differences: differences.into_iter().map(WorkflowDifference::from).collect(),
    }))
}

impl From<diff::Difference> for WorkflowDifference {
    fn from(difference: diff::Difference) -> Self {
        let (change, places) = match difference.change {
            Change::Added => ("added", Vec::new()),
            Change::Removed => ("removed", Vec::new()),
            Change::Moved => ("moved", Vec::new()),
            Change::Changed(places) => ("changed", places),
        };
        Self { step: difference.step, change, places }
    }
}

fn no_such_version() -> ApiError {
    ApiError::not_found("version")
}
