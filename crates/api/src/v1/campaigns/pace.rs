//! What holds a running campaign.

use axum::extract::State;
use domain::access::Scope;
use domain::id::CampaignId;
use domain::message::Failure;
use jiff::Timestamp;
use serde::Serialize;
use store::campaign::pace::{self, HeldNumber};
use store::campaign::recipient::Shown;
use store::{StoreError, TenantTx, campaign};
use utoipa::ToSchema;

use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    state::AppState,
};

/// What makes a running campaign go slower than its numbers can.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignPace {
    /// The numbers from which none of its texts may go just now, and which limit holds each.
    held: Vec<HeldNumber>,
}

/// What limits hold it just now.
#[utoipa::path(get, path = "/campaigns/{id}/pace", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = CampaignPace)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
) -> Result<Json<CampaignPace>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let now = app.engine.now();
    let held = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            if campaign::find(tx, id).await?.is_none() {
                return Err(no_such());
            }
            Ok(pace::held(tx, now, id).await?)
        })
        .await?;
    Ok(Json(CampaignPace { held }))
}

/// Of those whose time has come and who still wait, says which limit they wait for.
pub(super) async fn say_who_is_held(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    campaign: CampaignId,
    rows: &mut [Shown],
) -> Result<(), StoreError> {
    let waits = |row: &Shown| row.not_before.is_some_and(|at| at <= now);
    if !rows.iter().any(waits) {
        return Ok(());
    }
    let held = pace::held(tx, now, campaign).await?;
    for row in rows.iter_mut().filter(|row| waits(row)) {
        if let Some(by) = held.iter().find(|held| held.number_id == row.number_id) {
            let (code, explanation, mend) = (by.code.clone(), by.explanation.clone(), by.mend.clone());
            row.failure = Some(Failure { code, explanation, mend });
        }
    }
    Ok(())
}
