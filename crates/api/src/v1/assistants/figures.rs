//! What became of an assistant's work.

use axum::extract::State;
use domain::access::Scope;
use domain::id::AssistantId;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::assistant::figures::{self, Figures};
use store::{TenantTx, assistant};
use utoipa::IntoParams;

use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    state::AppState,
};

/// If not said otherwise, the last month counts.
const USUAL: SignedDuration = SignedDuration::from_hours(30 * 24);

/// From when on.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// From this moment on; if not said, thirty days back.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
}

/// What became of an assistant's runs and suggestions, and what they cost.
#[utoipa::path(get, path = "/assistants/{id}/figures", tag = "assistants", params(("id" = String, Path), Since),
    responses((status = 200, body = Figures)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Query(asked): Query<Since>,
) -> Result<Json<Figures>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let usual = app.engine.now().checked_sub(USUAL).unwrap_or(Timestamp::UNIX_EPOCH);
    let since = asked.since.unwrap_or(usual);
    let store = app.engine.store();
    let found = store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::find(tx, id).await?.ok_or_else(no_such)?;
            Ok::<_, ApiError>(figures::figures(tx, id, since).await?)
        })
        .await?;
    Ok(Json(found))
}
