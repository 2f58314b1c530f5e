//! Texts that are written once and used again and again, in conversations and in campaigns.

use axum::extract::State;
use domain::access::Scope;
use domain::id::SnippetId;
use http::StatusCode;
use serde::Deserialize;
use store::snippet::{self, Snippet};
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
    v1::campaigns::names_exist,
};

const SNIPPETS_MAX: i64 = 500;

/// A snippet to make, or what of one changes; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnippetPatch {
    /// What one types to find it; no two have the same, whatever its case. A new one needs it.
    name: Option<String>,
    /// The text, with places as in campaigns. A new one needs it.
    body: Option<String>,
}

impl std::fmt::Debug for SnippetPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SnippetPatch").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The snippets.
#[utoipa::path(get, path = "/snippets", tag = "snippets", params(PageParams),
    responses((status = 200, body = Listed<Snippet>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Snippet>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| snippet::page(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |snippet| Cursor::id(snippet.id))))
}

/// Makes a snippet.
#[utoipa::path(post, path = "/snippets", tag = "snippets", request_body = SnippetPatch,
    responses((status = 201, body = Snippet)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<SnippetPatch>,
) -> Result<Written<Snippet>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let missing = |field: &str, mend: &str| ApiError::invalid(field, "missing", mend);
    let name = asked.name.as_deref().ok_or_else(|| missing("name", "Give it a name."))?;
    let name = fields::name("name", name)?;
    let body = asked.body.ok_or_else(|| missing("body", "Write its text."))?;
    let (id, now) = (app.engine.ids().next::<SnippetId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        if snippet::count(tx).await? >= SNIPPETS_MAX {
            let mend = format!("There are {SNIPPETS_MAX} snippets already. Remove one first.");
            return Err(ApiError::conflict("too_many", mend));
        }
        says_something(tx, &body).await?;
        snippet::create(tx, now, id, &name, &body).await.map_err(name_taken)?;
        Ok(Told::quiet(found(tx, id).await?))
    })
    .await
}

/// One snippet.
#[utoipa::path(get, path = "/snippets/{id}", tag = "snippets", params(("id" = String, Path)),
    responses((status = 200, body = Snippet)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SnippetId>,
) -> Result<Json<Snippet>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let store = app.engine.store();
    store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| found(tx, id).await).await.map(Json)
}

/// Gives a snippet another name or text.
#[utoipa::path(patch, path = "/snippets/{id}", tag = "snippets", params(("id" = String, Path)),
    request_body = SnippetPatch, responses((status = 200, body = Snippet)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SnippetId>,
    Write(asked, once): Write<SnippetPatch>,
) -> Result<Written<Snippet>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        found(tx, id).await?;
        if let Some(body) = &asked.body {
            says_something(tx, body).await?;
        }
        snippet::change(tx, now, id, name.as_deref(), asked.body.as_deref()).await.map_err(name_taken)?;
        Ok(Told::quiet(found(tx, id).await?))
    })
    .await
}

/// Takes a snippet away; texts that were made of it stay.
#[utoipa::path(delete, path = "/snippets/{id}", tag = "snippets", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SnippetId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        found(tx, id).await?;
        snippet::remove(tx, id).await?;
        Ok(Told::quiet(()))
    })
    .await
}

async fn found(tx: &mut TenantTx<'_>, id: SnippetId) -> Result<Snippet, ApiError> {
    snippet::find(tx, id).await?.ok_or_else(|| ApiError::not_found("snippet"))
}

/// As any text with places is checked.
async fn says_something(tx: &mut TenantTx<'_>, body: &str) -> Result<(), ApiError> {
    if body.trim().is_empty() {
        return Err(ApiError::invalid("body", "empty", "It says nothing. Write its text."));
    }
    names_exist(tx, "body", body).await
}

fn name_taken(error: StoreError) -> ApiError {
    ApiError::name_taken(error, snippet::NAME_TAKEN, "snippet")
}
