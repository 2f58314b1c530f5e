//! Who is to get a campaign, each with where they stand and why.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::Standing;
use domain::id::{CampaignId, RecipientId};
use serde::Deserialize;
use store::TenantTx;
use store::campaign::{
    self,
    recipient::{self, Shown},
};
use utoipa::IntoParams;

use super::no_such;
use super::pace::say_who_is_held;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// Which recipients are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedRecipients {
    /// Where they stand, as in `failed`; if not said, anywhere.
    #[param(required = false)]
    standing: Option<String>,
}

/// Who is to get it, each with where they stand and why.
#[utoipa::path(get, path = "/campaigns/{id}/recipients", tag = "campaigns",
    params(("id" = String, Path), WantedRecipients, PageParams), responses((status = 200, body = Listed<Shown>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Query(wanted): Query<WantedRecipients>,
    page: Page,
) -> Result<Json<Listed<Shown>>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let standing = wanted.standing.as_deref().map(standing).transpose()?;
    let now = app.engine.now();
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let after = page.after_id::<RecipientId>();
            let mut rows = recipient::page(tx, id, standing, after, page.fetch()).await?;
            if rows.is_empty() && campaign::find(tx, id).await?.is_none() {
                return Err(no_such());
            }
            say_who_is_held(tx, now, id, &mut rows).await?;
            Ok(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

fn standing(word: &str) -> Result<Standing, ApiError> {
    Standing::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Standing::ALL.into_iter().map(Standing::as_str).collect();
        ApiError::invalid("standing", "not_a_standing", format!("Write one of these: {}.", known.join(", ")))
    })
}
