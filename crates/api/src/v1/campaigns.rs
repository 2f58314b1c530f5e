//! Bulk sends: written, launched, watched, paused, ended.

pub mod approval;
mod attached;
pub mod check;
pub mod history;
mod launch;
pub mod outcomes;
pub mod pace;
pub mod preview;
pub mod recipients;
pub mod retry;
mod settings;
pub mod test;
pub mod variants;

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::{Deed, Order, Settings, obey};
use domain::id::{CampaignId, WorkId};
use http::StatusCode;
use jiff::Timestamp;
use store::campaign::{self, Campaign, Held};
use store::event;
use store::queue::{self, Errand};
use store::{StoreError, TenantTx};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

use approval::Counted;
use history::Did;
pub use launch::Launch;
use launch::can_go;
pub use settings::CampaignPatch;
pub use settings::ChangeAudience;
pub(super) use settings::{contacts_meant, names_exist};
use settings::{ready, settings};

/// The campaigns, the newest first.
#[utoipa::path(get, path = "/campaigns", tag = "campaigns", params(PageParams),
    responses((status = 200, body = Listed<Campaign>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Campaign>>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| campaign::page(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |campaign| Cursor::id(campaign.id))))
}

/// Writes a campaign; nothing goes out before it is launched.
#[utoipa::path(post, path = "/campaigns", tag = "campaigns", request_body = CampaignPatch,
    responses((status = 201, body = Campaign)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<CampaignPatch>,
) -> Result<Written<Campaign>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let missing = || ApiError::invalid("name", "missing", "Give it a name.");
    let name = fields::name("name", asked.name.as_deref().ok_or_else(missing)?)?;
    let (id, now, by) = (app.engine.ids().next::<CampaignId>(), app.engine.now(), caller.user);
    let did = Did::by(&app, &caller);
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let settings = settings(tx, now, Settings::default(), &asked).await?;
        let line = campaign::create(tx, now, id, &name, &settings, by).await?;
        did.tell(tx, id, Deed::Created).await?;
        let made = campaign::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(made, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// One campaign, with how many stand where.
#[utoipa::path(get, path = "/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = Campaign)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
) -> Result<Json<Campaign>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| campaign::find(tx, id).await).await?;
    found.map(Json).ok_or_else(no_such)
}

/// Changes a draft.
#[utoipa::path(patch, path = "/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    request_body = CampaignPatch, responses((status = 200, body = Campaign)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(asked, once): Write<CampaignPatch>,
) -> Result<Written<Campaign>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let (now, did) = (app.engine.now(), Did::by(&app, &caller));
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let _ = obeyed(now, &held, Order::Edit)?;
        let settings = settings(tx, now, held.settings, &asked).await?;
        let line = campaign::change(tx, id, name.as_deref(), &settings).await?;
        did.tell(tx, id, Deed::Edited).await?;
        let changed = campaign::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(changed, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes a draft away.
#[utoipa::path(delete, path = "/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let _ = obeyed(now, &held, Order::Edit)?;
        let line = campaign::remove(tx, id).await?;
        Ok(Told::at((), event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Launches it: everybody who is to get it by now gets a row, and its texts go out from the time that is asked for, at the
/// earliest after a minute, in which `undo` takes the launch back. To more people than the setting `campaign_approval_above` says
/// it goes only when another member approves it. `starts_at` is when the first
/// of them may go; with `at_local` that is known once everybody has their row.
#[utoipa::path(post, path = "/campaigns/{id}/launch", tag = "campaigns", params(("id" = String, Path)),
    request_body = Launch, responses((status = 200, body = Campaign)))]
pub async fn launch(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(asked, once): Write<Launch>,
) -> Result<Written<Campaign>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let (now, errand) = (app.engine.now(), app.engine.ids().next::<WorkId>());
    let did = Did::by(&app, &caller);
    let counted = Counted::people(&app, caller.tenant, now, id).await?;
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let (schedule, at) = asked.when(tx, now).await?;
        let order = Counted::order(counted.as_ref(), &held.settings, at)?;
        let (to, starts_at) = obeyed(now, &held, order)?;
        let settings = Settings { schedule, ..held.settings };
        ready(tx, now, &settings, starts_at).await?;
        can_go(tx, now, &settings, starts_at).await?;
        if let Some(run) = asked.check() {
            check::must_hold(tx, now, id, run).await?;
        }
        campaign::change(tx, id, None, &settings).await?;
        let line = campaign::go_on(tx, now, id, to, starts_at).await?;
        did.tell(tx, id, order.deed()).await?;
        if to == domain::campaign::State::Scheduled {
            begins(tx, now, errand, id, &settings).await?;
        }
        let launched = campaign::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(launched, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes a launch back while nothing has gone out: it is a draft again.
#[utoipa::path(post, path = "/campaigns/{id}/undo", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = Campaign)))]
pub async fn undo(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Campaign>, ApiError> {
    order(app, caller, id, Order::Undo, once).await
}

/// Sends nothing more for now. What was handed to the carrier already is not called back.
#[utoipa::path(post, path = "/campaigns/{id}/pause", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = Campaign)))]
pub async fn pause(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Campaign>, ApiError> {
    order(app, caller, id, Order::Pause, once).await
}

/// Goes on with exactly those who are left.
#[utoipa::path(post, path = "/campaigns/{id}/resume", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = Campaign)))]
pub async fn resume(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Campaign>, ApiError> {
    order(app, caller, id, Order::Resume, once).await
}

/// Ends it: those who are left get nothing.
#[utoipa::path(post, path = "/campaigns/{id}/cancel", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = Campaign)))]
pub async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Campaign>, ApiError> {
    order(app, caller, id, Order::Cancel, once).await
}

async fn order(
    app: AppState,
    caller: Caller,
    id: CampaignId,
    order: Order,
    once: Option<engine::Once>,
) -> Result<Written<Campaign>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let (now, did) = (app.engine.now(), Did::by(&app, &caller));
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let (to, starts_at) = obeyed(now, &held, order)?;
        let line = campaign::go_on(tx, now, id, to, starts_at).await?;
        did.tell(tx, id, order.deed()).await?;
        let stands = campaign::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(stands, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Everybody who is to get it gets a row from now on, and a few of them their text first, if that is set.
async fn begins(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    errand: WorkId,
    id: CampaignId,
    settings: &Settings,
) -> Result<(), StoreError> {
    if settings.canary.is_some() {
        campaign::canary::begin(tx, id).await?;
    }
    queue::add_errand(tx, errand, now, &Errand::FreezeCampaign { campaign: id, launch: now.as_microsecond() }).await
}

async fn held(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Held, ApiError> {
    campaign::hold(tx, id).await?.ok_or_else(no_such)
}

fn obeyed(now: Timestamp, held: &Held, order: Order) -> Result<(domain::campaign::State, Option<Timestamp>), ApiError> {
    obey(now, held.state, held.starts_at, order).map_err(|refused| match refused {
        domain::campaign::Refused::Past => {
            ApiError::invalid("at", "in_the_past", "This time has passed. Choose a later one, or leave it out.")
        }
        other => ApiError::conflict("not_now", format!("This cannot be done: {other}.")),
    })
}

fn no_such() -> ApiError {
    ApiError::not_found("campaign")
}
