//! What came of a campaign: counted from everybody's rows, with the reasons in plain words.

mod kept;
mod shown;

use std::sync::Arc;

use axum::{Extension, extract::State};
use domain::access::Scope;
use domain::campaign::outcome::{Every, Outcomes, Window};
use domain::id::{CampaignId, RecipientId, TenantId};
use serde::Deserialize;
use store::campaign::recipient::{names, outcome};
use store::{Store, StoreError, TenantTx, link};
use utoipa::IntoParams;

use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    state::AppState,
};

pub use kept::Kept;
pub use shown::CampaignOutcomes;

/// So many rows are counted in one read: others read in between.
const ROWS_AT_ONCE: u32 = 5_000;

/// How a campaign's figures are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedOutcomes {
    /// How long each stretch of the funnel is: `minute`, `hour` or `day`; if not said, as short as is easily read.
    #[param(required = false)]
    every: Option<String>,
}

/// What came of it: who stands where and why, with the mend, by number, country and carrier; what they did and what it cost; and
/// what happened when. Of a large campaign it may be some seconds old: `counted_at` says when it was counted.
#[utoipa::path(get, path = "/campaigns/{id}/outcomes", tag = "campaigns",
    params(("id" = String, Path), WantedOutcomes), responses((status = 200, body = CampaignOutcomes)))]
pub async fn read(
    State(app): State<AppState>,
    Extension(kept): Extension<Arc<Kept>>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Query(wanted): Query<WantedOutcomes>,
) -> Result<Json<CampaignOutcomes>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let every = wanted.every.as_deref().map(every).transpose()?;
    let (store, tenant) = (app.engine.store().clone(), caller.tenant);
    let span = store.read(tenant, async move |tx: &mut TenantTx<'_>| outcome::span(tx, id).await).await?;
    let (starts_at, ended_at) = span.ok_or_else(no_such)?;
    let window = Window::of(app.now(), starts_at, ended_at, every)
        .map_err(|many| ApiError::invalid("every", "too_many", format!("Choose a longer one: {many}.")))?;
    let clock = || app.now();
    let count = || async move { counted(&store, tenant, id, window).await };
    let figures = kept.fresh((tenant, id, every), clock, count).await?;
    Ok(Json(CampaignOutcomes::clone(&figures)))
}

async fn counted(
    store: &Store,
    tenant: TenantId,
    id: CampaignId,
    window: Option<Window>,
) -> Result<CampaignOutcomes, StoreError> {
    let (mut all, mut after) = (Outcomes::new(window), None::<RecipientId>);
    loop {
        let read = async move |tx: &mut TenantTx<'_>| outcome::count(tx, id, window, after, ROWS_AT_ONCE).await;
        let (some, last) = store.read(tenant, read).await?;
        all.join(some);
        after = last;
        if after.is_none() {
            break;
        }
    }
    let examples: Vec<RecipientId> = all.reasons.values().map(|why| why.example).collect();
    let read = async move |tx: &mut TenantTx<'_>| {
        let (words, addresses) = (outcome::words(tx, &examples).await?, names::addresses(tx).await?);
        Ok::<_, StoreError>((words, addresses, link::of_campaign(tx, id).await?))
    };
    let (words, addresses, links) = store.read(tenant, read).await?;
    Ok(CampaignOutcomes { links, ..CampaignOutcomes::of(&all, window, &words, &addresses) })
}

fn every(word: &str) -> Result<Every, ApiError> {
    Every::ALL.into_iter().find(|every| every.as_str() == word).ok_or_else(|| {
        let known: Vec<&str> = Every::ALL.into_iter().map(Every::as_str).collect();
        ApiError::invalid("every", "not_a_stretch", format!("Write one of these: {}.", known.join(", ")))
    })
}
