//! What somebody writes of a workflow before it is published.

use axum::extract::State;
use domain::access::Scope;
use domain::id::WorkflowId;
use domain::workflow::{Document, Order};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use store::{TenantTx, event, workflow};
use utoipa::ToSchema;

use super::{WorkflowDetail, held, obeyed, shown, written};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Write},
    once::{self, Told, Written},
    state::AppState,
};

/// A draft to keep.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// All of it. It may have faults of sense, which are told; not of form.
    #[schema(value_type = Object)]
    document: Value,
    /// The `revision` that it was made from.
    revision: i64,
}

impl std::fmt::Debug for SaveDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaveDraft").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// Keeps a draft. What was published stays as it is.
///
/// If somebody has changed it since `revision`, the answer is 409 `changed_meanwhile`, and nothing is kept.
#[utoipa::path(put, path = "/workflows/{id}/draft", tag = "workflows", params(("id" = String, Path)),
    request_body = SaveDraft, responses((status = 200, body = WorkflowDetail)))]
pub async fn save(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(asked, once): Write<SaveDraft>,
) -> Result<Written<WorkflowDetail>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let read = Document::from_json(&asked.document);
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let document = read.as_ref().map_err(|faults| written::refused("document", faults))?;
        obeyed(&held, Order::Edit)?;
        unchanged(held.revision, asked.revision)?;
        let line = workflow::save(tx, now, id, document).await?;
        Ok(Told::at(shown::one(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// That nobody has changed the draft since it was looked at.
pub(super) fn unchanged(is: i64, seen: i64) -> Result<(), ApiError> {
    if is == seen {
        return Ok(());
    }
    let mend = format!("Somebody has changed it since: it has revision {is}, not {seen}. Look at it again.");
    Err(ApiError::conflict("changed_meanwhile", mend).at("revision"))
}
