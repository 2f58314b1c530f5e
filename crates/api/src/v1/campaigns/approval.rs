//! What goes to many goes only if another member says so.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::approval::{is_needed, may_decide};
use domain::campaign::{Order, Settings};
use domain::id::{CampaignId, TenantId, WorkId};
use domain::message::Author;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::campaign::{self, Campaign, audience, history, retry};
use store::{StoreError, TenantTx, event, tenant};
use utoipa::ToSchema;

use super::history::Did;
use super::{begins, held, obeyed};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Nothing, Path, Write},
    once::{self, Told, Written},
    state::AppState,
};

/// Notes are at most so long, in characters.
const NOTE_MAX: usize = 1_000;

/// Why it does not go.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Why, for whoever launched it.
    note: Option<String>,
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusal").finish_non_exhaustive()
    }
}

/// A draft as it was when its people were counted, and what follows from how many they are.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    settings: Settings,
    needs_approval: bool,
}

impl Counted {
    /// Counts the people of a campaign, as far as it matters, without holding anybody up.
    pub(super) async fn people(
        app: &AppState,
        tenant: TenantId,
        now: Timestamp,
        id: CampaignId,
    ) -> Result<Option<Self>, ApiError> {
        let count = async move |tx: &mut TenantTx<'_>| {
            let Some(above) = tenant::settings(tx).await?.campaign_approval_above else { return Ok(None) };
            let Some(found) = campaign::find(tx, id).await? else { return Ok(None) };
            let is_above = match &found.settings.retry {
                Some(again) => retry::is_above(tx, again, above).await?,
                None => audience::is_above(tx, now, &found.settings.audience, above).await?,
            };
            let needs_approval = is_needed(Some(above), u64::from(above) + u64::from(is_above));
            Ok::<_, StoreError>(Some(Self { settings: found.settings, needs_approval }))
        };
        Ok(app.engine.store().read(tenant, count).await?)
    }

    /// What a launch comes to, for what the draft says now.
    pub(super) fn order(of: Option<&Self>, settings: &Settings, at: Option<Timestamp>) -> Result<Order, ApiError> {
        match of {
            Some(counted) if counted.settings != *settings => Err(ApiError::conflict(
                "changed_meanwhile",
                "Somebody has just changed it. Look at it again, then launch it.",
            )),
            Some(Self { needs_approval: true, .. }) => Ok(Order::Submit(at)),
            _ => Ok(Order::Launch(at)),
        }
    }
}

/// Says that a launched campaign goes: its texts go out from the time for which it was launched, at the earliest after a minute,
/// in which `undo` takes the launch back. Only another member than who launched it can say so.
#[utoipa::path(post, path = "/campaigns/{id}/approve", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = Campaign)))]
pub async fn approve(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Campaign>, ApiError> {
    decide(app, caller, id, Order::Approve, None, once).await
}

/// Says that it does not go as it is: it is a draft again. Only another member than who launched it can say so.
#[utoipa::path(post, path = "/campaigns/{id}/refuse", tag = "campaigns", params(("id" = String, Path)),
    request_body = Refusal, responses((status = 200, body = Campaign)))]
pub async fn refuse(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(asked, once): Write<Refusal>,
) -> Result<Written<Campaign>, ApiError> {
    let note = asked.note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
        return Err(ApiError::invalid("note", "too_long", format!("At most {NOTE_MAX} characters.")));
    }
    decide(app, caller, id, Order::Refuse, note, once).await
}

async fn decide(
    app: AppState,
    caller: Caller,
    id: CampaignId,
    order: Order,
    note: Option<String>,
    once: Option<engine::Once>,
) -> Result<Written<Campaign>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let (now, did, by) = (app.engine.now(), Did::by(&app, &caller), caller.author);
    let errand = app.engine.ids().next::<WorkId>();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let (to, starts_at) = obeyed(now, &held, order)?;
        let asked_by = history::submitted_by(tx, id).await?.unwrap_or(Author::System);
        may_decide(asked_by, by).map_err(|barred| ApiError::forbidden(barred.to_string()))?;
        let line = campaign::go_on(tx, now, id, to, starts_at).await?;
        did.notes(tx, id, order.deed(), note.as_deref()).await?;
        if order == Order::Approve {
            begins(tx, now, errand, id, &held.settings).await?;
        }
        let stands = campaign::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(stands, event::append(tx, now, &[line]).await?))
    })
    .await
}
