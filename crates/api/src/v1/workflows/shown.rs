//! Workflows as the API shows them.

use std::collections::HashMap;

use domain::id::WorkflowId;
use domain::workflow::{Bound, Document, Fault, Published, bound, checked, warnings};
use serde::{Deserialize, Serialize};
use store::workflow::{self, Workflow};
use store::{TenantTx, enrolment};
use utoipa::ToSchema;

use super::{no_such, written};
use crate::error::ApiError;

/// A workflow, and how many people it has to do with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkflowListed {
    /// How it stands with it.
    #[serde(flatten)]
    workflow: Workflow,
    /// How many people.
    #[serde(flatten)]
    size: WorkflowSize,
}

/// How many people a workflow has to do with, whatever the version.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct WorkflowSize {
    /// How often somebody entered it.
    entered: i64,
    /// How many are in it now.
    inside: i64,
    /// How often somebody's way through it ended.
    ended: i64,
    /// How many of those in it stand still: a step of theirs could not be done, and they wait for somebody to look.
    failed: i64,
}

/// A workflow with its draft, and what is wrong with it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkflowDetail {
    /// How it stands with it.
    #[serde(flatten)]
    workflow: Workflow,
    /// How many people.
    #[serde(flatten)]
    size: WorkflowSize,
    /// The draft, in the form that `GET /workflow-schema` tells.
    #[schema(value_type = Object)]
    document: Document,
    /// What is wrong with the draft as things stand now; while there is something, it cannot be published. The conversations that
    /// are kept with it are played when it is checked and when it is published, not here.
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
#[derive(Default)]
pub(super) struct Judged {
    /// What is wrong with it.
    pub(super) faults: Vec<Fault>,
    /// What is worth a second look, once nothing is wrong.
    pub(super) warnings: Vec<Fault>,
    /// What one person's way costs at most; `None`: something is wrong.
    pub(super) at_most: Option<Bound>,
}

impl From<Result<Published, Vec<Fault>>> for Judged {
    fn from(made: Result<Published, Vec<Fault>>) -> Self {
        match made {
            Ok(published) => {
                Self { faults: Vec::new(), warnings: warnings(&published), at_most: Some(bound(&published)) }
            }
            Err(faults) => Self { faults, ..Self::default() },
        }
    }
}

/// One of them, as it is now. The conversations that are kept with it are not played.
pub(super) async fn one(tx: &mut TenantTx<'_>, id: WorkflowId) -> Result<WorkflowDetail, ApiError> {
    let (workflow, document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
    let size = sizes(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let ground = workflow::ground(tx, [&document]).await?;
    let Judged { faults, warnings, .. } = checked(document.clone(), &ground).into();
    let (faults, warnings) = (written::listed(&faults), written::listed(&warnings));
    Ok(WorkflowDetail { workflow, size, document, faults, warnings })
}

/// These, each with how many people it has to do with: two more queries for all of them.
pub(super) async fn listed(
    tx: &mut TenantTx<'_>,
    workflows: Vec<Workflow>,
) -> Result<Vec<WorkflowListed>, store::StoreError> {
    let ids: Vec<WorkflowId> = workflows.iter().map(|workflow| workflow.id).collect();
    let sizes = sizes(tx, &ids).await?;
    let size = |workflow: &Workflow| sizes.get(&workflow.id).copied().unwrap_or_default();
    Ok(workflows.into_iter().map(|workflow| WorkflowListed { size: size(&workflow), workflow }).collect())
}

impl WorkflowListed {
    pub(super) fn id(&self) -> WorkflowId {
        self.workflow.id
    }
}

async fn sizes(
    tx: &mut TenantTx<'_>,
    ids: &[WorkflowId],
) -> Result<HashMap<WorkflowId, WorkflowSize>, store::StoreError> {
    let mut failed = enrolment::shown::failed(tx, ids).await?;
    let sizes = enrolment::shown::sizes(tx, ids).await?.into_iter();
    let size = |(id, (entered, inside))| {
        let failed = failed.remove(&id).unwrap_or_default();
        (id, WorkflowSize { entered, inside, ended: entered - inside, failed })
    };
    Ok(sizes.map(size).collect())
}
