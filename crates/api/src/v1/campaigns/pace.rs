//! What holds a running campaign.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::State as Standing;
use domain::campaign::rate::seconds_left;
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

/// How fast a running campaign goes, and what makes it go slower than its numbers can.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignPace {
    /// Texts a minute that were handed to the carrier, over the last minute; `null`: it does not run, or has only begun.
    #[schema(required = true)]
    texts_per_minute: Option<f64>,
    /// How many wait whose turn may come now; who must wait for the hours of the day is not among them.
    waiting: i64,
    /// How many wait for another hour, or until they may be texted again.
    deferred: i64,
    /// How long those who wait take at this rate; `null`: nobody can say.
    #[schema(required = true)]
    seconds_left: Option<i64>,
    /// The numbers from which none of its texts may go just now, and which limit holds each.
    held: Vec<HeldNumber>,
}

/// How fast it goes now, how long those take who are left, and what limits hold it.
#[utoipa::path(get, path = "/campaigns/{id}/pace", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = CampaignPace)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
) -> Result<Json<CampaignPace>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let now = app.engine.now();
    let pace = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let found = campaign::find(tx, id).await?.ok_or_else(no_such)?;
            let runs = found.state == Standing::Running.as_str();
            // A number that has not sent for long enough says nothing; none says nothing of all.
            let lately = if runs { pace::lately(tx, id).await? } else { Vec::new() };
            let texts_per_minute = lately.iter().filter_map(|one| one.per_minute(now)).reduce(|sum, one| sum + one);
            let waiting = found.counts.pending + found.counts.queued;
            // Not all of them have a row yet.
            let seconds_left = if found.frozen { seconds_left(waiting, texts_per_minute) } else { None };
            let held = pace::held(tx, now, id).await?;
            Ok::<_, ApiError>(CampaignPace {
                texts_per_minute,
                waiting,
                deferred: found.counts.deferred,
                seconds_left: seconds_left.filter(|_| runs),
                held,
            })
        })
        .await?;
    Ok(Json(pace))
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
