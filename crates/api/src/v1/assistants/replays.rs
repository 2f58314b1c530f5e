//! Replays: what another version would have made of real conversations.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::TURNS_MAX;
use domain::id::{AssistantId, ReplayId, WorkId};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::assistant::replay::{self, Replay, ReplayTurn};
use store::assistant::{self, version};
use store::queue::{self, Errand};
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use super::super::messages::Nothing;
use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// If nothing is said, a month is looked at.
const SINCE: SignedDuration = SignedDuration::from_hours(30 * 24);
const TURNS_DEFAULT: u32 = 200;
/// So many of a tenant's replays wait or run at once.
const UNFINISHED_MAX: i64 = 5;

/// What to replay.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskReplay {
    /// Which version answers.
    version: u32,
    /// Texts from then on; if not said, of the last thirty days.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Up to then; if not said, up to now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// At most so many turns of contacts; 200 if not said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Lets a version answer what contacts really asked, with nothing sent: those conversations in which the assistant answered,
/// or could have as their number's own. It runs in the background. A model that answers for money is paid for it.
#[utoipa::path(post, path = "/assistants/{id}/replay", tag = "assistants", params(("id" = String, Path)),
    request_body = AskReplay, responses((status = 202, body = Replay)))]
pub async fn start(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<AskReplay>,
) -> Result<Written<Replay>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    caller.must(Scope::ConversationsRead)?;
    let now = app.engine.now();
    let limit = asked.limit.unwrap_or(TURNS_DEFAULT);
    if !(1..=TURNS_MAX).contains(&limit) {
        return Err(ApiError::invalid("limit", "out_of_range", format!("Choose 1 to {TURNS_MAX} turns.")));
    }
    let until = asked.until.unwrap_or(now).min(now);
    let since = asked.since.or_else(|| until.checked_sub(SINCE).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    if since >= until {
        return Err(ApiError::invalid("since", "out_of_range", "Begin before you end, and in the past."));
    }
    let mut ids = app.engine.ids();
    let (new, work): (ReplayId, WorkId) = (ids.next(), ids.next());
    let started = once::write(&app, caller.tenant, once, StatusCode::ACCEPTED, async move |tx: &mut TenantTx<'_>| {
        assistant::find(tx, id).await?.ok_or_else(no_such)?;
        if version::settings(tx, id, asked.version).await?.is_none() {
            return Err(ApiError::invalid("version", "no_such_version", "There is no version of this number."));
        }
        if replay::unfinished(tx).await? >= UNFINISHED_MAX {
            let detail = format!("{UNFINISHED_MAX} replays wait or run already. Wait for one of them, or cancel it.");
            return Err(ApiError::conflict("too_many", detail));
        }
        replay::create(tx, now, new, id, asked.version, since, until, limit).await?;
        queue::add_errand(tx, work, now, &Errand::ReplayAssistant { replay: new }).await?;
        let made = replay::find(tx, new).await?;
        Ok(Told::quiet(made.ok_or_else(|| StoreError::fault("a replay that was just asked for is not there"))?))
    })
    .await?;
    app.engine.replays_may_run();
    Ok(started)
}

/// An assistant's replays, newest first. They are kept for thirty days.
#[utoipa::path(get, path = "/assistants/{id}/replays", tag = "assistants", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Replay>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    page: Page,
) -> Result<Json<Listed<Replay>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::find(tx, id).await?.ok_or_else(no_such)?;
            Ok::<_, ApiError>(replay::page(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// How a replay stands, and what is to be seen of it so far.
#[utoipa::path(get, path = "/replays/{id}", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = Replay)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReplayId>,
) -> Result<Json<Replay>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| replay::find(tx, id).await).await?;
    found.map(Json).ok_or_else(no_such_replay)
}

/// A replay's turns, the newest text first: what came of each then, and what the version makes of it.
#[utoipa::path(get, path = "/replays/{id}/turns", tag = "assistants", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<ReplayTurn>)))]
pub async fn turns(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReplayId>,
    page: Page,
) -> Result<Json<Listed<ReplayTurn>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    caller.must(Scope::ConversationsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            replay::find(tx, id).await?.ok_or_else(no_such_replay)?;
            Ok::<_, ApiError>(replay::turns(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.message_id))))
}

/// Ends a replay. What is done is kept.
#[utoipa::path(post, path = "/replays/{id}/cancel", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = Replay)))]
pub async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReplayId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Replay>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        replay::find(tx, id).await?.ok_or_else(no_such_replay)?;
        if !replay::cancel(tx, now, id).await? {
            return Err(ApiError::conflict("too_late", "This replay is over already."));
        }
        Ok(Told::quiet(replay::find(tx, id).await?.ok_or_else(no_such_replay)?))
    })
    .await
}

fn no_such_replay() -> ApiError {
    ApiError::not_found("replay")
}
