//! What is played: a document, or a workflow of the tenant's as its draft or a version says it.

use domain::id::WorkflowId;
use domain::workflow::{Document, Published, checked, revive};
use serde_json::Value;
use store::{TenantTx, workflow};

use super::{no_such, written};
use crate::error::ApiError;

/// What is asked for; one of the first two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Which<'a> {
    pub(super) document: Option<&'a Value>,
    pub(super) workflow: Option<WorkflowId>,
    /// `None`: the draft.
    pub(super) version: Option<i64>,
}

impl Which<'_> {
    /// Ready to run.
    ///
    /// # Errors
    /// 422 where it has faults; 404 where there is none.
    pub(super) async fn published(self, tx: &mut TenantTx<'_>) -> Result<Published, ApiError> {
        let document = match (self.document, self.workflow, self.version) {
            (Some(json), None, None) => {
                Document::from_json(json).map_err(|faults| written::refused("document", &faults))?
            }
            (None, Some(id), None) => workflow::find(tx, id).await?.ok_or_else(no_such)?.1,
            (None, Some(id), Some(number)) => {
                let found = workflow::version::find(tx, id, number).await?;
                let (_, document) = found.ok_or_else(|| ApiError::not_found("version"))?;
                let ground = workflow::ground(tx, [&document]).await?;
                return Ok(revive(document, &ground));
            }
            _ => {
                let mend = "Send `document`, or `workflow_id` and maybe `version`.";
                return Err(ApiError::invalid("document", "one_of", mend));
            }
        };
        let ground = workflow::ground(tx, [&document]).await?;
        checked(document, &ground).map_err(|faults| written::has_faults(&faults))
    }
}
