//! Workflows as the API shows them.

use domain::id::WorkflowId;
use domain::workflow::{Document, Fault, publish};
use serde::{Deserialize, Serialize};
use store::TenantTx;
use store::workflow::{self, Workflow};
use utoipa::ToSchema;

use super::{no_such, written};
use crate::error::ApiError;

/// A workflow with its draft, and what is wrong with it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkflowDetail {
    /// How it stands with it.
    #[serde(flatten)]
    workflow: Workflow,
    /// The draft, in the form that `GET /workflow-schema` tells.
    #[schema(value_type = Object)]
    document: Document,
    /// What is wrong with the draft as things stand now; while there is something, it cannot be published.
    faults: Vec<WorkflowFault>,
}

impl std::fmt::Debug for WorkflowDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkflowDetail").field("workflow", &self.workflow).finish_non_exhaustive()
    }
}

/// What is wrong with a workflow, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowFault {
    /// Where in the document, as a JSON pointer (RFC 6901): `/steps/2/send/text`; empty: the whole.
    pub pointer: String,
    /// The step that it belongs to; `null`: to none.
    #[schema(required = true)]
    pub step: Option<String>,
    /// Stable, for programs.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub mend: String,
}

impl From<Fault> for WorkflowFault {
    fn from(fault: Fault) -> Self {
        let Fault { pointer, step, code, explanation, mend } = fault;
        Self { pointer, step, code: code.to_owned(), message: explanation, mend }
    }
}

/// One of them, as it is now.
pub(super) async fn one(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<WorkflowDetail, ApiError> {
    let (workflow, document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
    let faults = faults(tx, &document).await?;
    Ok(WorkflowDetail { workflow, document, faults: written::listed(&faults) })
}

/// What is wrong with a document, as things stand now.
pub(super) async fn faults(tx: &mut TenantTx<'_>, document: &Document) -> Result<Vec<Fault>, ApiError> {
    let ground = workflow::ground(tx, [document]).await?;
    Ok(publish(document.clone(), &ground).err().unwrap_or_default())
}
