//! Values that requests of workflows carry and nobody is shown.

use axum::extract::State;
use domain::access::{Grant, Role, Scope};
use http::StatusCode;
use http::header::HeaderValue;
use serde::{Deserialize, Serialize};
use store::workflow::secret::{self, Secret};
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Write},
    once::{self, Told, Written},
    state::AppState,
};

const SECRETS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 40;
const HOST_CHARS_MAX: usize = 253;
const VALUE_CHARS_MAX: usize = 4_000;

/// The secrets of a tenant's workflows, without their values.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkflowSecrets {
    /// By name.
    pub data: Vec<Secret>,
}

/// A value to keep.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetWorkflowSecret {
    /// What is sent, as in `Bearer …`. It is never shown again.
    #[schema(write_only)]
    value: String,
    /// The host that it is sent to, as in `shop.example`: no workflow sends it anywhere else.
    host: String,
}

impl std::fmt::Debug for SetWorkflowSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetWorkflowSecret").field("host", &self.host).finish_non_exhaustive()
    }
}

/// The secrets that requests of workflows can carry, by name and without their values.
#[utoipa::path(get, path = "/workflow-secrets", tag = "workflows", responses((status = 200, body = WorkflowSecrets)))]
pub async fn list(State(app): State<AppState>, caller: Caller) -> Result<Json<WorkflowSecrets>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let store = app.engine.store();
    let data = store.read(caller.tenant, async |tx: &mut TenantTx<'_>| secret::all(tx).await).await?;
    Ok(Json(WorkflowSecrets { data }))
}

/// Sets a secret, or sets it anew. Owners and admins do, and API keys that may write workflows.
#[utoipa::path(put, path = "/workflow-secrets/{name}", tag = "workflows", params(("name" = String, Path)),
    request_body = SetWorkflowSecret, responses((status = 200, body = Secret)))]
pub async fn set(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Write(asked, once): Write<SetWorkflowSecret>,
) -> Result<Written<Secret>, ApiError> {
    may(&caller)?;
    check(&name, &asked)?;
    let host = asked.host.to_ascii_lowercase();
    let sealed = engine::seal_workflow_secret(app.engine.sealer(), caller.tenant, (&name, &host), &asked.value)
        .map_err(StoreError::fault)?;
    let set = Secret { name, host, set_by: caller.user, set_at: app.engine.now() };
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let known = secret::all(tx).await?;
        if known.len() >= SECRETS_MAX && !known.iter().any(|known| known.name == set.name) {
            let mend = format!("There are {SECRETS_MAX} secrets already. Remove one first.");
            return Err(ApiError::conflict("too_many", mend));
        }
        secret::set(tx, &set, &sealed).await?;
        Ok(Told::quiet(set.clone()))
    })
    .await
}

/// Takes a secret away. Requests that carry it come to nothing from then on.
#[utoipa::path(delete, path = "/workflow-secrets/{name}", tag = "workflows", params(("name" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    may(&caller)?;
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if !secret::remove(tx, &name).await? {
            return Err(ApiError::not_found("workflow secret"));
        }
        Ok(Told::quiet(()))
    })
    .await
}

fn may(caller: &Caller) -> Result<(), ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    match &caller.grant {
        Grant::Member(role) if !matches!(role, Role::Owner | Role::Admin) => {
            let mend = format!("Your role ({}) may not do this. Ask an owner or admin.", role.as_str());
            Err(ApiError::forbidden(mend))
        }
        Grant::Member(_) | Grant::Key(_) => Ok(()),
    }
}

fn check(name: &str, asked: &SetWorkflowSecret) -> Result<(), ApiError> {
    let mut faults = Vec::new();
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || !name.chars().all(is_name) {
        let mend = format!("Write 1 to {NAME_CHARS_MAX} lower-case letters, digits and underscores.");
        faults.push(FieldError::new("name", "not_a_name", mend));
    }
    let is_host = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if asked.host.is_empty() || asked.host.len() > HOST_CHARS_MAX || !asked.host.chars().all(is_host) {
        let mend = "Write the host alone, as in shop.example: without https:// and without a path.";
        faults.push(FieldError::new("host", "not_a_host", mend));
    }
    let chars = asked.value.chars().count();
    if asked.value.trim().is_empty() || chars > VALUE_CHARS_MAX || HeaderValue::try_from(&asked.value).is_err() {
        let mend = format!("Write 1 to {VALUE_CHARS_MAX} characters in one line.");
        faults.push(FieldError::new("value", "not_a_header_value", mend));
    }
    if faults.is_empty() { Ok(()) } else { Err(ApiError::invalid_fields(faults)) }
}
