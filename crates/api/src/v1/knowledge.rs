//! What an assistant may answer from.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{AssistantId, KnowledgeId};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::event::{self, Line};
use store::knowledge::{self, Knowledge};
use store::{TenantTx, assistant};
use utoipa::ToSchema;

use super::assistants::{no_such, within};
use super::messages::Nothing;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

const TEXT_CHARS_MAX: usize = 200_000;
/// An assistant has at most so many texts: the built-in one reads all of them for each answer.
const TEXTS_MAX: i64 = 500;

/// A text to answer from.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKnowledge {
    /// What it is about; shown as the source of answers.
    title: String,
    /// Plain text or Markdown.
    text: String,
}

/// What of a text changes; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KnowledgePatch {
    title: Option<String>,
    text: Option<String>,
}

impl std::fmt::Debug for NewKnowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKnowledge").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for KnowledgePatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnowledgePatch").finish_non_exhaustive()
    }
}

/// What an assistant may answer from, newest first.
#[utoipa::path(get, path = "/assistants/{id}/knowledge", tag = "assistants", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Knowledge>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    page: Page,
) -> Result<Json<Listed<Knowledge>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::find(tx, id).await?.ok_or_else(no_such)?;
            Ok::<_, ApiError>(knowledge::page(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Gives an assistant a text to answer from.
#[utoipa::path(post, path = "/assistants/{id}/knowledge", tag = "assistants", params(("id" = String, Path)),
    request_body = NewKnowledge, responses((status = 201, body = Knowledge)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<NewKnowledge>,
) -> Result<Written<Knowledge>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (new, now) = (app.engine.ids().next::<KnowledgeId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let made = add(tx, now, id, new, &asked.title, &asked.text).await?;
        Ok(Told::at(made, event::append(tx, now, &[updated(id)]).await?))
    })
    .await
}

/// Changes a text that an assistant answers from.
#[utoipa::path(patch, path = "/assistants/{id}/knowledge/{knowledge}", tag = "assistants",
    params(("id" = String, Path), ("knowledge" = String, Path)), request_body = KnowledgePatch,
    responses((status = 200, body = Knowledge)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, text)): Path<(AssistantId, KnowledgeId)>,
    Write(asked, once): Write<KnowledgePatch>,
) -> Result<Written<Knowledge>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let title = asked.title.as_deref().map(|title| fields::name("title", title)).transpose()?;
    asked.text.as_deref().map(check_text).transpose()?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let changed = knowledge::change(tx, now, id, text, title.as_deref(), asked.text.as_deref()).await?;
        let changed = changed.ok_or_else(|| ApiError::not_found("text"))?;
        Ok(Told::at(changed, event::append(tx, now, &[updated(id)]).await?))
    })
    .await
}

/// Takes a text away from an assistant.
#[utoipa::path(delete, path = "/assistants/{id}/knowledge/{knowledge}", tag = "assistants",
    params(("id" = String, Path), ("knowledge" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, text)): Path<(AssistantId, KnowledgeId)>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if !knowledge::remove(tx, id, text).await? {
            return Err(ApiError::not_found("text"));
        }
        Ok(Told::at((), event::append(tx, now, &[updated(id)]).await?))
    })
    .await
}

/// Gives an assistant a text, if it may have one more. The caller tells the log with [`updated`].
///
/// # Errors
/// 404 without such an assistant, 409 if it has enough, 422 that names the field.
pub async fn add(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    assistant: AssistantId,
    id: KnowledgeId,
    title: &str,
    text: &str,
) -> Result<Knowledge, ApiError> {
    let title = fields::name("title", title)?;
    check_text(text)?;
    assistant::find(tx, assistant).await?.ok_or_else(no_such)?;
    if knowledge::count(tx, assistant).await? >= TEXTS_MAX {
        let detail = format!("An assistant has at most {TEXTS_MAX} texts. Join some of them, or remove what is old.");
        return Err(ApiError::conflict("too_many", detail));
    }
    Ok(knowledge::create(tx, now, assistant, id, &title, text).await?)
}

/// Whether an assistant may answer from this.
///
/// # Errors
/// 422 that names the field.
pub fn check_text(text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::invalid("text", "empty", "Write what the assistant may answer from."));
    }
    within("text", text, TEXT_CHARS_MAX)
}

/// The line that tells of what an assistant knows.
#[must_use]
pub fn updated(id: AssistantId) -> Line {
    Line { kind: domain::event::Kind::AssistantUpdated, subject: id.into(), conversation: None }
}
