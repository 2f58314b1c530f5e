//! The texts that are one assistant's own: a view on the tenant's sources.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{AssistantId, KnowledgeId};
use domain::source::Kind;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::event;
use store::knowledge::{self, Change, Source};
use store::{TenantTx, assistant};
use utoipa::ToSchema;

use super::super::assistants::no_such;
use super::super::messages::Nothing;
use super::{NewSource, add, checked, kept, lines, written_text};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// A text that an assistant may answer from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Knowledge {
    /// Which one.
    #[schema(value_type = String, example = "kno_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: KnowledgeId,
    /// What it is about; shown as the source of answers.
    pub title: String,
    /// Plain text or Markdown.
    pub text: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

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

macro_rules! debug_without_content {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_content!(Knowledge, NewKnowledge, KnowledgePatch);

impl Knowledge {
    fn of(source: Source, text: String) -> Self {
        let Source { id, title, created_at, updated_at, .. } = source;
        Self { id, title, text, created_at, updated_at }
    }
}

/// The texts that are an assistant's own, newest first. What else it may answer from is listed under `/knowledge`.
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
            Ok::<_, ApiError>(knowledge::texts_of(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    let rows = rows.into_iter().map(|(source, text)| Knowledge::of(source, text)).collect();
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
    let (mut ids, now) = (app.engine.ids(), app.engine.now());
    let source = ids.next::<KnowledgeId>();
    let written = once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let made = give(tx, now, &mut ids.clone(), id, source, &asked.title, &asked.text).await?;
        Ok(Told::at(made, event::append(tx, now, &lines(source, &[id])).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
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
    let reading = asked.text.as_deref().map(written_text).transpose()?;
    let (ids, now) = (app.engine.ids(), app.engine.now());
    let change = Change { title, reading, ..Change::default() };
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        own(tx, id, text).await?;
        kept(knowledge::change(tx, now, &mut ids.clone(), text, &change).await?)?;
        let changed = shown(tx, text).await?;
        Ok(Told::at(changed, event::append(tx, now, &lines(text, &[id])).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
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
    let (ids, now) = (app.engine.ids(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        take(tx, now, &mut ids.clone(), id, text).await?;
        Ok(Told::at((), event::append(tx, now, &lines(text, &[id])).await?))
    })
    .await
}

/// Gives an assistant a text of its own. The caller tells the log with [`lines`].
///
/// # Errors
/// 404 without such an assistant, 409 if there are enough, 422 that names the field.
pub async fn give(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut domain::id::Ids,
    assistant: AssistantId,
    id: KnowledgeId,
    title: &str,
    text: &str,
) -> Result<Knowledge, ApiError> {
    let asked = NewSource::Text { title: title.to_owned(), text: text.to_owned(), assistant_ids: vec![assistant] };
    let new = checked(id, asked, false)?;
    assistant::find(tx, assistant).await?.ok_or_else(no_such)?;
    add(tx, now, ids, &new).await?;
    shown(tx, id).await
}

/// Takes a text away from an assistant: from it alone, if others answer from it, too.
///
/// # Errors
/// 404 if it has no such text.
pub async fn take(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut domain::id::Ids,
    assistant: AssistantId,
    id: KnowledgeId,
) -> Result<(), ApiError> {
    let source = own(tx, assistant, id).await?;
    let others: Vec<AssistantId> = source.assistant_ids.into_iter().filter(|other| *other != assistant).collect();
    if others.is_empty() {
        knowledge::remove(tx, id).await?;
    } else {
        let change = Change { assistants: Some(others), ..Change::default() };
        kept(knowledge::change(tx, now, ids, id, &change).await?)?;
    }
    Ok(())
}

async fn own(tx: &mut TenantTx<'_>, assistant: AssistantId, id: KnowledgeId) -> Result<Source, ApiError> {
    let found = knowledge::find(tx, id).await?;
    let own = found.filter(|source| source.kind == Kind::Text && source.assistant_ids.contains(&assistant));
    own.ok_or_else(|| ApiError::not_found("text"))
}

async fn shown(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<Knowledge, ApiError> {
    let source = knowledge::find(tx, id).await?.ok_or_else(super::no_such)?;
    let text = match knowledge::body(tx, id).await? {
        Some(knowledge::Body::Text(text)) => text,
        Some(knowledge::Body::None | knowledge::Body::Pairs(_)) | None => String::new(),
    };
    Ok(Knowledge::of(source, text))
}
