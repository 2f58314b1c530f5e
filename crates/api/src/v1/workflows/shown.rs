//! Workflows as the API shows them.

use domain::id::WorkflowId;
use domain::workflow::{Bound, Document, Fault, bound, publish, warnings};
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
    /// What is worth a second look, once nothing is wrong.
    warnings: Vec<WorkflowFault>,
}

impl std::fmt::Debug for WorkflowDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkflowDetail").field("workflow", &self.workflow).finish_non_exhaustive()
    }
}

/// What is wrong with a workflow, or worth a second look; where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowFault {
    /// Where in the document, as a JSON pointer (RFC 6901): `/steps/2/send/text`; empty: the whole.
    pub pointer: String,
    /// The step that it belongs to; `null`: to none.
    #[schema(required = true)]
    pub step: Option<String>,
    /// Stable, for programs.
    pub code: String,
    /// What is wrong, or may be.
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

/// What can be said of a document as things stand now.
pub(super) struct Judged {
    /// What is wrong with it.
    pub(super) faults: Vec<Fault>,
    /// What is worth a second look, and what one person's way costs at most; none: something is wrong.
    pub(super) sound: Option<(Vec<Fault>, Bound)>,
}

/// One of them, as it is now.
pub(super) async fn one(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<WorkflowDetail, ApiError> {
    let (workflow, document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
    let Judged { faults, sound } = judged(tx, &document).await?;
    let warnings = sound.map(|(warnings, _)| warnings).unwrap_or_default();
    Ok(WorkflowDetail { workflow, document, faults: written::listed(&faults), warnings: written::listed(&warnings) })
}

/// What can be said of a document.
pub(super) async fn judged(tx: &mut TenantTx<'_>, document: &Document) -> Result<Judged, ApiError> {
    let ground = workflow::ground(tx, [document]).await?;
    Ok(match publish(document.clone(), &ground) {
        Ok(published) => Judged { faults: Vec::new(), sound: Some((warnings(&published), bound(&published))) },
        Err(faults) => Judged { faults, sound: None },
    })
}
