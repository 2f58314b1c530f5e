//! Configured AIs.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::Settings;
use domain::id::{AssistantId, UserId};
use http::StatusCode;
use store::assistant::{self, Assistant};
use store::{TenantTx, event, member};

pub mod figures;
pub mod preview;
pub mod settings;
pub mod versions;

pub use settings::{AssistantPatch, ProviderPatch, apply, sealed_keys};

pub(super) use settings::within;

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

/// The assistants, newest first.
#[utoipa::path(get, path = "/assistants", tag = "assistants", params(PageParams),
    responses((status = 200, body = Listed<Assistant>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: Page,
) -> Result<Json<Listed<Assistant>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::page(tx, page.after_id(), page.fetch()).await
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Sets an assistant up.
#[utoipa::path(post, path = "/assistants", tag = "assistants", request_body = AssistantPatch,
    responses((status = 201, body = Assistant)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<AssistantPatch>,
) -> Result<Written<Assistant>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let name = asked.name.as_deref().ok_or_else(|| ApiError::invalid("name", "missing", "This is required."))?;
    let name = fields::name("name", name)?;
    let mut settings = Settings::default();
    apply(&mut settings, &asked)?;
    let (id, now) = (app.engine.ids().next::<AssistantId>(), app.engine.now());
    if asked.publish == Some(false) {
        let mend = "The first version of an assistant is in force. Leave this out, or set its mode to off.";
        return Err(ApiError::invalid("publish", "first_version", mend));
    }
    let keys = sealed_keys(app.engine.sealer(), id, &asked, &settings)?;
    let author = caller.asker().author;
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        people_exist(tx, &settings).await?;
        let line = assistant::create(tx, now, id, author, &name, &settings, &keys).await?;
        let made = assistant::find(tx, id).await?.ok_or_else(no_such)?;
        Ok(Told::at(made, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// One assistant.
#[utoipa::path(get, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = Assistant)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
) -> Result<Json<Assistant>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| assistant::find(tx, id).await).await?;
    found.map(Json).ok_or_else(no_such)
}

/// Changes an assistant: what is set becomes a version, in force at once unless `publish` is false.
#[utoipa::path(patch, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    request_body = AssistantPatch, responses((status = 200, body = Assistant)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<AssistantPatch>,
) -> Result<Written<Assistant>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let (sealer, author) = (app.engine.sealer().clone(), caller.asker().author);
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut settings = assistant::settings(tx, id).await?.ok_or_else(no_such)?;
        apply(&mut settings, &asked)?;
        people_exist(tx, &settings).await?;
        let keys = sealed_keys(&sealer, id, &asked, &settings)?;
        let publish = asked.publish.unwrap_or(true);
        let (_, line) = assistant::change(tx, now, id, author, name.as_deref(), &settings, &keys, publish).await?;
        let found = assistant::find(tx, id).await?.ok_or_else(no_such)?;
        Ok(Told::at(found, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes an assistant out of use. People get the conversations that it held.
#[utoipa::path(delete, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (now, ids) = (app.engine.now(), app.engine.ids());
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        let lines = assistant::remove(tx, now, &mut ids.clone(), id).await?.ok_or_else(no_such)?;
        Ok(Told::at((), event::append(tx, now, &lines).await?))
    })
    .await
}

/// Whoever gets what it hands over must be one of us.
async fn people_exist(tx: &mut TenantTx<'_>, settings: &Settings) -> Result<(), ApiError> {
    for (field, person) in
        [("hand_over.assignee", settings.hand_over.assignee), ("hand_over.escalate_to", settings.hand_over.escalate_to)]
    {
        if let Some(person) = person {
            is_member(tx, field, person).await?;
        }
    }
    Ok(())
}

async fn is_member(tx: &mut TenantTx<'_>, field: &str, person: UserId) -> Result<(), ApiError> {
    if member::read(tx, person).await?.is_some() {
        return Ok(());
    }
    Err(ApiError::invalid(field, "no_such_member", "This person is not a member. Choose one under Members."))
}

pub(super) fn no_such() -> ApiError {
    ApiError::not_found("assistant")
}
