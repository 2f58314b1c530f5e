//! What assistants suggest, for people to decide on.

use axum::extract::State;
use domain::access::Scope;
use domain::command::{Command, NewText};
use domain::id::{ConversationId, DraftId};
use http::StatusCode;
use serde::Deserialize;
use store::draft::{self, Draft};
use store::{TenantTx, conversation};
use utoipa::ToSchema;

use super::messages::{SentMessage, hold_of, say};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    once::Written,
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// How a draft is sent.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptDraft {
    /// What to send instead of what it suggests.
    body: Option<String>,
    /// Keep it back this long so that it can be undone; if not said, members get what the tenant has set and programs 0.
    #[schema(maximum = 60)]
    hold_seconds: Option<u32>,
}

/// How a draft is rejected.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectDraft {
    /// Why.
    reason: Option<String>,
}

/// The drafts of a conversation that wait for a decision, newest first.
#[utoipa::path(get, path = "/conversations/{id}/drafts", tag = "drafts", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Draft>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    page: Page,
) -> Result<Json<Listed<Draft>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let rows = draft::open(tx, id, page.after_id(), page.fetch()).await?;
            if rows.is_empty() && !conversation::exists(tx, id).await? {
                return Err(ApiError::not_found("conversation"));
            }
            Ok(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Sends a draft, as it is or edited.
#[utoipa::path(post, path = "/drafts/{id}/accept", tag = "drafts", params(("id" = String, Path)),
    request_body = AcceptDraft, responses((status = 202, body = SentMessage)))]
pub async fn accept(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DraftId>,
    Write(asked, once): Write<AcceptDraft>,
) -> Result<Written<SentMessage>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| draft::find(tx, id).await).await?;
    let draft = found.ok_or_else(|| ApiError::not_found("draft"))?;
    let text = NewText {
        body: asked.body.unwrap_or(draft.body),
        media: Vec::new(),
        scheduled_at: None,
        hold: hold_of(&app, &caller, asked.hold_seconds).await?,
        stop_if_reply: false,
        notice: false,
        draft: Some(id),
    };
    say(&app, &caller, Command::Reply { conversation: draft.conversation_id, text }, once).await
}

/// Decides not to send a draft.
#[utoipa::path(post, path = "/drafts/{id}/reject", tag = "drafts", params(("id" = String, Path)),
    request_body = RejectDraft, responses((status = 204)))]
pub async fn reject(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DraftId>,
    Write(asked, once): Write<RejectDraft>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let reason = asked.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_deref().is_some_and(|reason| reason.chars().count() > 500) {
        return Err(ApiError::invalid("reason", "too_long", "At most 500 characters."));
    }
    let command = Command::RejectDraft { draft: id, reason };
    let done = app.engine.ask(caller.tenant, caller.asker(), command, once).await?;
    Ok(Written::with(StatusCode::NO_CONTENT, (), &done))
}
