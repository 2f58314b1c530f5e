//! Why an assistant said that.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{ConversationId, DraftId, MessageId};
use store::run::{self, Run};
use store::{TenantTx, conversation};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// The runs of assistants in a conversation, newest first: what they were asked, what they answered, and what became of it.
#[utoipa::path(get, path = "/conversations/{id}/runs", tag = "assistants", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Run>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    page: Page,
) -> Result<Json<Listed<Run>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let rows = run::page(tx, id, page.after_id(), page.fetch()).await?;
            if rows.is_empty() && !conversation::exists(tx, id).await? {
                return Err(ApiError::not_found("conversation"));
            }
            Ok(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Why an assistant said this. Not found: no assistant did, or the record's time is over.
#[utoipa::path(get, path = "/messages/{id}/run", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = Run)))]
pub async fn of_message(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Run>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| run::of_message(tx, id).await).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("run"))
}

/// Why an assistant suggests this.
#[utoipa::path(get, path = "/drafts/{id}/run", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = Run)))]
pub async fn of_draft(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DraftId>,
) -> Result<Json<Run>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| run::of_draft(tx, id).await).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("run"))
}
