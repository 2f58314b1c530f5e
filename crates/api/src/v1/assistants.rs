//! Configured AIs.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::Settings;
use domain::id::{AssistantId, TenantId, UserId};
use domain::message::Author;
use engine::Sealer;
use http::StatusCode;
use jiff::Timestamp;
use store::assistant::{self, Assistant};
use store::event::{self, Line};
use store::{TenantTx, member};

pub mod cases;
pub mod figures;
pub mod preview;
pub mod rehearsal;
pub mod replays;
pub mod settings;
pub mod tools;
pub mod versions;

pub use rehearsal::PublishedAssistant;
pub use settings::{AssistantPatch, ProviderPatch, apply, sealed_keys};

pub(super) use settings::within;

use super::{messages::Nothing, teams};
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
    let tool_secrets = tools::sealed(app.engine.sealer(), id, &asked, None, &[&settings])?;
    let author = caller.asker().author;
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        people_exist(tx, &settings).await?;
        let line = assistant::create(tx, now, id, author, &name, &settings, &keys).await?;
        if let Some(sealed) = tool_secrets.clone() {
            assistant::keep_tool_secrets(tx, id, sealed).await?;
        }
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
///
/// One that has test cases is tried with them first. If a required case breaks, the answer is 409 `broken_cases`, which lists
/// them; the version is kept and is not in force. `force` puts it in force all the same. Other cases that break are listed as
/// warnings.
#[utoipa::path(patch, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    request_body = AssistantPatch, responses((status = 200, body = PublishedAssistant)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<AssistantPatch>,
) -> Result<Written<PublishedAssistant>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let (sealer, author) = (app.engine.sealer().clone(), caller.asker().author);
    let (publish, force) = (asked.publish.unwrap_or(true), asked.force.unwrap_or(false));
    let change = Change { id, name, asked, sealer, author };
    if publish && rehearsal::has_cases(&app, caller.tenant, id).await? {
        if let Some(before) = once::answered(&app, caller.tenant, once.as_ref(), StatusCode::OK).await? {
            return Ok(before);
        }
        if let Some((built_on, number)) = change.keep(&app, caller.tenant).await? {
            return rehearsal::publish(&app, caller.tenant, once, id, number, Some(built_on), force).await;
        }
    }
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let settings = change.settings(tx).await?;
        let (_, line) = change.make(tx, now, &settings, publish).await?;
        let assistant = assistant::find(tx, id).await?.ok_or_else(no_such)?;
        let head = event::append(tx, now, &[line]).await?;
        Ok(Told::at(PublishedAssistant { assistant, warnings: Vec::new() }, head))
    })
    .await
}

/// What is asked for, checked as far as it can be without the assistant.
#[derive(Clone)]
struct Change {
    id: AssistantId,
    name: Option<String>,
    asked: AssistantPatch,
    sealer: Sealer,
    author: Author,
}

impl Change {
    /// What is set then. Nobody else changes the assistant until the transaction ends.
    async fn settings(&self, tx: &mut TenantTx<'_>) -> Result<Settings, ApiError> {
        let mut settings = assistant::settings(tx, self.id).await?.ok_or_else(no_such)?;
        apply(&mut settings, &self.asked)?;
        people_exist(tx, &settings).await?;
        Ok(settings)
    }

    async fn make(
        &self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        settings: &Settings,
        publish: bool,
    ) -> Result<(u32, Line), ApiError> {
        let Self { id, name, asked, sealer, author } = self;
        let keys = sealed_keys(sealer, *id, asked, settings)?;
        let before = assistant::settings(tx, *id).await?.ok_or_else(no_such)?;
        let in_use: &[&Settings] = if publish { &[settings] } else { &[settings, &before] };
        let kept = assistant::tool_secrets(tx, *id).await?;
        let tool_secrets = tools::sealed(sealer, *id, asked, kept.as_deref(), in_use)?;
        let made = assistant::change(tx, now, *id, *author, name.as_deref(), settings, &keys, publish).await?;
        if let Some(sealed) = tool_secrets {
            assistant::keep_tool_secrets(tx, *id, sealed).await?;
        }
        Ok(made)
    }

    /// Keeps it as a version that is not in force; answers the one that is, and the new one. `None`: nothing that is tried
    /// would change.
    async fn keep(&self, app: &AppState, tenant: TenantId) -> Result<Option<(u32, u32)>, ApiError> {
        let (change, now) = (self.clone(), app.engine.now());
        let kept = app
            .engine
            .store()
            .write(tenant, async move |tx: &mut TenantTx<'_>| {
                let before = assistant::settings(tx, change.id).await?.ok_or_else(no_such)?;
                let settings = change.settings(tx).await?;
                let found = assistant::find(tx, change.id).await?.ok_or_else(no_such)?;
                if settings == before && change.name.as_ref().is_none_or(|name| *name == found.name) {
                    return Ok::<_, ApiError>(None);
                }
                let (number, line) = change.make(tx, now, &settings, false).await?;
                Ok(Some((found.version, number, event::append(tx, now, &[line]).await?)))
            })
            .await?;
        Ok(kept.map(|(built_on, number, head)| {
            app.engine.told(tenant, head);
            (built_on, number)
        }))
    }
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

/// Whoever gets what it hands over must be one of us, or a team of ours.
async fn people_exist(tx: &mut TenantTx<'_>, settings: &Settings) -> Result<(), ApiError> {
    for (field, person) in
        [("hand_over.assignee", settings.hand_over.assignee), ("hand_over.escalate_to", settings.hand_over.escalate_to)]
    {
        if let Some(person) = person {
            is_member(tx, field, person).await?;
        }
    }
    for (field, team) in [
        ("hand_over.team", settings.hand_over.team),
        ("hand_over.escalate_to_team", settings.hand_over.escalate_to_team),
    ] {
        if let Some(team) = team {
            teams::must_exist(tx, field, team).await?;
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
