//! Whether a document makes sense, asked before it is kept.

use axum::extract::State;
use domain::access::Scope;
use domain::workflow::tell::{Told, tell};
use domain::workflow::{Bound, Document, publish};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{TenantTx, workflow};
use utoipa::ToSchema;

use super::shown::Judged;
use super::{WorkflowFault, beside, written};
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

/// What can be said of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedWorkflow {
    /// What would have to be mended before it is published, in the order of the document; at most 100.
    faults: Vec<WorkflowFault>,
    /// What may be meant so, and is worth a second look; told once nothing is wrong.
    warnings: Vec<WorkflowFault>,
    /// What one person's way costs at most; `null`: something is wrong.
    #[schema(required = true, value_type = Option<WorkflowBound>)]
    at_most: Option<Bound>,
    /// What it does, in plain words; empty: it has not the form of a workflow.
    #[schema(value_type = Vec<WorkflowTold>)]
    told: Vec<Told>,
}

/// What one person's way costs at most. An assistant that the conversation is given to, and other workflows that are entered, are
/// not in it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct WorkflowBound {
    /// Texts, on the way that has most of them.
    pub texts: u32,
    /// Segments, on the way that has most of them, with long values filled in.
    pub segments: u32,
}

/// One sentence or two about a workflow.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkflowTold {
    /// How deep it stands: what happens in a way stands below what leads into it.
    pub depth: u32,
    /// About which step; `null`: about the whole, or a way.
    #[schema(required = true)]
    pub step: Option<String>,
    /// What is said.
    pub says: String,
}

/// Without what it says, which a tenant wrote.
impl std::fmt::Debug for WorkflowTold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkflowTold").field("step", &self.step).finish_non_exhaustive()
    }
}

impl From<Told> for WorkflowTold {
    fn from(Told { depth, step, says }: Told) -> Self {
        Self { depth: u32::try_from(depth).unwrap_or(u32::MAX), step, says }
    }
}

/// Tells what is wrong with a document, of its form and of its sense; what is worth a second look; what it costs at most; and what
/// it does, in plain words. The conversations that are kept with it are played. It is not kept.
#[utoipa::path(post, path = "/workflows/check", tag = "workflows", request_body = CheckWorkflow,
    responses((status = 200, body = CheckedWorkflow)))]
pub async fn check(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<CheckWorkflow>,
) -> Result<Json<CheckedWorkflow>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let (judged, told) = match Document::from_json(&asked.document) {
        Err(faults) => (Judged { faults, ..Judged::default() }, Vec::new()),
        Ok(document) => {
            let named = document.clone();
            let read = async move |tx: &mut TenantTx<'_>| workflow::ground(tx, [&named]).await;
            let ground = app.engine.store().read(caller.tenant, read).await?;
            let told = tell(&document);
            (beside::done(&beside::PLAYS, move || Judged::from(publish(document, &ground))).await?, told)
        }
    };
    let Judged { faults, warnings, at_most } = judged;
    let (faults, warnings) = (written::listed(&faults), written::listed(&warnings));
    Ok(Json(CheckedWorkflow { faults, warnings, at_most, told }))
}
