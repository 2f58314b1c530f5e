//! What assistants want to do and people must approve.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::approval::State as Standing;
use domain::command::Command;
use domain::id::{ApprovalId, ConversationId};
use engine::Once;
use http::StatusCode;
use serde::Deserialize;
use store::approval::{self, Approval};
use store::{TenantTx, conversation};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write},
    once::Written,
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

const REASON_CHARS_MAX: usize = 500;

/// How it is decided.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideApproval {
    /// Why, for whoever reads of it.
    reason: Option<String>,
}

impl std::fmt::Debug for DecideApproval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecideApproval").finish_non_exhaustive()
    }
}

/// Which approvals are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedApprovals {
    /// Where they stand: `waiting`, `approved`, `rejected`, `expired`, `done`, `failed` or `unknown`; if not said, anywhere.
    #[param(required = false)]
    state: Option<String>,
}

/// What assistants wanted to do in all conversations, newest first.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(WantedApprovals, PageParams),
    responses((status = 200, body = Listed<Approval>)))]
pub async fn list_all(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedApprovals>,
    page: Page,
) -> Result<Json<Listed<Approval>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let state = wanted.state.as_deref().map(state).transpose()?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            approval::of_all(tx, state, page.after_id(), page.fetch()).await
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

fn state(word: &str) -> Result<Standing, ApiError> {
    Standing::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Standing::ALL.into_iter().map(Standing::as_str).collect();
        ApiError::invalid("state", "not_a_state", format!("Write one of these: {}.", known.join(", ")))
    })
}

/// What assistants wanted to do in a conversation, whatever became of it, newest first.
#[utoipa::path(get, path = "/conversations/{id}/approvals", tag = "approvals",
    params(("id" = String, Path), PageParams), responses((status = 200, body = Listed<Approval>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    page: Page,
) -> Result<Json<Listed<Approval>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let rows = approval::page(tx, id, page.after_id(), page.fetch()).await?;
            if rows.is_empty() && !conversation::exists(tx, id).await? {
                return Err(ApiError::not_found("conversation"));
            }
            Ok(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Approves it: it is done at once, and once. Only a member can, signed in: an API key is refused with 403 `people_only`.
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "approvals", params(("id" = String, Path)),
    request_body = DecideApproval, responses((status = 200, body = Approval)))]
pub async fn approve(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ApprovalId>,
    Write(asked, once): Write<DecideApproval>,
) -> Result<Written<Approval>, ApiError> {
    decide(&app, &caller, id, true, asked, once).await
}

/// Rejects it: it is not done. Only a member can, signed in.
#[utoipa::path(post, path = "/approvals/{id}/reject", tag = "approvals", params(("id" = String, Path)),
    request_body = DecideApproval, responses((status = 200, body = Approval)))]
pub async fn reject(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ApprovalId>,
    Write(asked, once): Write<DecideApproval>,
) -> Result<Written<Approval>, ApiError> {
    decide(&app, &caller, id, false, asked, once).await
}

async fn decide(
    app: &AppState,
    caller: &Caller,
    id: ApprovalId,
    approve: bool,
    asked: DecideApproval,
    once: Option<Once>,
) -> Result<Written<Approval>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let reason = asked.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_deref().is_some_and(|reason| reason.chars().count() > REASON_CHARS_MAX) {
        return Err(ApiError::invalid("reason", "too_long", format!("At most {REASON_CHARS_MAX} characters.")));
    }
    let command = Command::DecideApproval { approval: id, approve, reason };
    let done = app.engine.ask(caller.tenant, caller.asker(), command, once).await?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| approval::find(tx, id).await).await?;
    let found = found.ok_or_else(|| ApiError::not_found("approval"))?;
    Ok(Written::with(StatusCode::OK, found, &done))
}
