//! Workflows to begin with, and the form that all of them have.

use domain::access::Scope;
use domain::workflow::{Document, gallery as kept, schema as form};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{auth::Caller, error::ApiError, extract::Json};

/// Workflows to begin with.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowGallery {
    /// All of them.
    data: Vec<GalleryWorkflow>,
}

/// A workflow to begin with.
#[derive(Debug, Serialize, ToSchema)]
pub struct GalleryWorkflow {
    /// By which it is made: `POST /workflows` with `{"gallery": "survey"}`.
    name: &'static str,
    /// What people call it.
    title: String,
    /// What it is for.
    description: String,
    /// What it says.
    #[schema(value_type = Object)]
    document: Document,
}

/// Workflows to begin with. Each makes sense as it is.
#[utoipa::path(get, path = "/workflow-gallery", tag = "workflows", responses((status = 200, body = WorkflowGallery)))]
pub async fn gallery(caller: Caller) -> Result<Json<WorkflowGallery>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let shown = |(name, document): (&'static str, Document)| GalleryWorkflow {
        name,
        title: document.name.clone(),
        description: document.description.clone(),
        document,
    };
    Ok(Json(WorkflowGallery { data: kept::all().map(shown).collect() }))
}

/// The form of a document, as a JSON Schema (2020-12), for editors.
#[utoipa::path(get, path = "/workflow-schema", tag = "workflows", responses((status = 200, body = Object)))]
pub async fn schema(caller: Caller) -> Result<Json<&'static Value>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    Ok(Json(form::schema()))
}

/// The one of this name.
pub(super) fn one(name: &str) -> Result<Document, ApiError> {
    kept::one(name).ok_or_else(|| {
        let known: Vec<&str> = kept::all().map(|(name, _)| name).collect();
        ApiError::invalid("gallery", "no_such_workflow", format!("Write one of these: {}.", known.join(", ")))
    })
}
