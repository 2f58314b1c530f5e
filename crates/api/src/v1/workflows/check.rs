//! Whether a document makes sense, asked before it is kept.

use axum::extract::State;
use domain::access::Scope;
use domain::workflow::Document;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::TenantTx;
use utoipa::ToSchema;

use super::{WorkflowFault, shown, written};
use crate::{auth::Caller, error::ApiError, extract::Json, state::AppState};

/// A document to look at.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckWorkflow {
    /// All of it.
    #[schema(value_type = Object)]
    document: Value,
}

impl std::fmt::Debug for CheckWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckWorkflow").finish_non_exhaustive()
    }
}

/// What is wrong with a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedWorkflow {
    /// What would have to be mended before it is published, in the order of the document; at most 100.
    faults: Vec<WorkflowFault>,
}

/// Tells what is wrong with a document, of its form and of its sense, before it is kept.
#[utoipa::path(post, path = "/workflows/check", tag = "workflows", request_body = CheckWorkflow,
    responses((status = 200, body = CheckedWorkflow)))]
pub async fn check(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<CheckWorkflow>,
) -> Result<Json<CheckedWorkflow>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let faults = match Document::from_json(&asked.document) {
        Err(faults) => faults,
        Ok(document) => {
            let store = app.engine.store();
            let read = async move |tx: &mut TenantTx<'_>| shown::faults(tx, &document).await;
            store.read(caller.tenant, read).await?
        }
    };
    Ok(Json(CheckedWorkflow { faults: written::listed(&faults) }))
}
