//! What a launch would do, before it does it.

mod shown;

use std::collections::HashMap;

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::forecast::Who;
use domain::campaign::{Order, State as Standing};
use domain::id::{CampaignId, WorkId};
use http::StatusCode;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::campaign::{
    self,
    check::{self, Check},
};
use store::queue::{self, Errand};
use store::{StoreError, TenantTx, event};
use utoipa::ToSchema;

use super::launch::Launch;
use super::{held, no_such, obeyed, ready};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    once::{self, Told, Written},
    state::AppState,
};

pub use shown::CampaignCheck;
use shown::shown;

/// How long a check says something of an audience that lives.
const HOLDS: SignedDuration = SignedDuration::from_hours(24);

/// When its launch is tried: at most one of these.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryLaunch {
    /// From when its texts would go out, at the earliest a minute from now; if not said, then.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// What your organisation's clock would show, as in `2026-12-01T10:00`.
    at_tenant: Option<String>,
    /// What each recipient's own clock would show: who may be texted then counts as one who may be at the start.
    at_local: Option<String>,
}

/// Counts what a launch would do, for everybody it would reach: `GET` tells how far that is, and an event line whenever it has
/// gone on. `200`: the same is being counted already.
#[utoipa::path(post, path = "/campaigns/{id}/check", tag = "campaigns", params(("id" = String, Path)),
    request_body = TryLaunch, responses((status = 202, body = CampaignCheck), (status = 200, body = CampaignCheck)))]
pub async fn start(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(asked, once): Write<TryLaunch>,
) -> Result<Written<CampaignCheck>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let (now, errand) = (app.engine.now(), app.engine.ids().next::<WorkId>());
    let mut written =
        once::write(&app, caller.tenant, once, StatusCode::ACCEPTED, async move |tx: &mut TenantTx<'_>| {
            let held = held(tx, id).await?;
            let (starts_at, at_local) = match (held.state, held.starts_at) {
                (Standing::Scheduled, Some(at)) => (at, held.settings.schedule.at_local),
                _ => {
                    let TryLaunch { at, at_tenant, at_local } = asked.clone();
                    let (schedule, at) = Launch::tried(at, at_tenant, at_local).when(tx, now).await?;
                    (obeyed(now, &held, Order::Launch(at))?.1.unwrap_or(now), schedule.at_local)
                }
            };
            if held.settings.retry.is_some() {
                let why = "The next try of a campaign goes to those who did not get it: there is nothing to count.";
                return Err(ApiError::conflict("settled_audience", why));
            }
            ready(tx, now, &held.settings, Some(starts_at)).await?;
            let says_when = asked.at.is_some() || asked.at_tenant.is_some() || at_local.is_some();
            let before = check::find(tx, id).await?;
            if let Some(before) = before.filter(|before| is_the_same(before, says_when, (starts_at, at_local))) {
                return Ok(Told::quiet(shown(&before, &HashMap::new())));
            }
            let run = check::begin(tx, now, id, (starts_at, at_local)).await?;
            queue::add_errand(tx, errand, now, &Errand::CheckCampaign { campaign: id, run }).await?;
            let begun = check::find(tx, id).await?.ok_or(StoreError::NoRow)?;
            let head = event::append(tx, now, &[check::updated(id)]).await?;
            Ok(Told::at(shown(&begun, &HashMap::new()), head))
        })
        .await?;
    if written.seq.is_none() {
        written.status = StatusCode::OK;
    }
    app.engine.checks_may_run();
    Ok(written)
}

/// It is being counted already, for this start; of one as soon as may be, the moment does not matter.
fn is_the_same(before: &Check, says_when: bool, (starts_at, at_local): (Timestamp, Option<DateTime>)) -> bool {
    let is_when = before.at_local == at_local && (!says_when || before.starts_at == starts_at);
    !before.is_done && !before.is_stale && is_when
}

/// What a launch would do, as far as it is counted.
#[utoipa::path(get, path = "/campaigns/{id}/check", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = CampaignCheck)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
) -> Result<Json<CampaignCheck>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let found = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let found = check::find(tx, id).await?;
            if found.is_none() && campaign::find(tx, id).await?.is_none() {
                return Err(no_such());
            }
            found.ok_or_else(|| ApiError::not_found("check of this campaign"))
        })
        .await?;
    let whom = named(&found).into_iter().cloned().collect();
    let people = app.engine.preview_campaign(caller.tenant, id, found.starts_at, whom).await?;
    Ok(Json(shown(&found, &people)))
}

/// Everybody whom it names.
fn named(check: &Check) -> Vec<&Who> {
    let forecast = &check.forecast;
    let causes = forecast.skipped.iter().chain(&forecast.odd).chain(forecast.later.iter().map(|later| &later.cause));
    causes.flat_map(|cause| &cause.samples).chain(forecast.longest.iter().map(|long| &long.who)).collect()
}

/// That what whoever launches it has seen is what a launch would do, as far as one can tell.
pub(super) async fn must_hold(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    campaign: CampaignId,
    run: i64,
) -> Result<(), ApiError> {
    let found = check::find(tx, campaign).await?.filter(|check| check.run == run);
    let why = match found {
        None => "there is another one since",
        Some(check) if !check.is_done => "not all are counted",
        Some(check) if check.is_stale => "the campaign has been changed since",
        Some(check) if now.duration_since(check.began_at) > HOLDS => "it is more than a day old",
        Some(_) => return Ok(()),
    };
    Err(ApiError::conflict(
        "check_outdated",
        format!("This check does not hold any more: {why}. Check the launch again."),
    ))
}
