//! A campaign once more, to those who did not get it.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::{Also, Audience, Deed, Retry, Settings, State as Stands};
use domain::id::CampaignId;
use http::StatusCode;
use serde::Deserialize;
use store::campaign::{self, Campaign};
use store::{StoreError, TenantTx, event, words};
use utoipa::ToSchema;

use super::history::Did;
use super::{held, no_such};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Write},
    fields,
    once::{self, Told, Written},
    state::AppState,
};

/// Names are at most so long, in characters.
const NAME_MAX: usize = 100;

/// What the next try is called, and for whom it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRetry {
    /// What people call it; if not said, as the first one, with a word before it.
    name: Option<String>,
    /// Who gets it besides those who failed and may not fail again; if not said, nobody.
    #[serde(default)]
    #[schema(value_type = Vec<words::CampaignRetryAlso>)]
    also: Vec<Also>,
}

/// Makes a draft of a campaign that is over: the same once more, to those who failed and may not fail again, and to nobody who
/// has got it since. Whoever got it, may have got it, or wants nothing is never among them. It is changed and launched as any
/// other; to whom it goes is settled.
#[utoipa::path(post, path = "/campaigns/{id}/retry", tag = "campaigns", params(("id" = String, Path)),
    request_body = AskRetry, responses((status = 201, body = Campaign)))]
pub async fn retry(
    State(app): State<AppState>,
    caller: Caller,
    Path(of): Path<CampaignId>,
    Write(asked, once): Write<AskRetry>,
) -> Result<Written<Campaign>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let (id, now, by) = (app.engine.ids().next::<CampaignId>(), app.engine.now(), caller.user);
    let (did, made) = (Did::by(&app, &caller), Did::by(&app, &caller));
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let first = held(tx, of).await?;
        if !matches!(first.state, Stands::Done | Stands::Cancelled) {
            let stands = first.state.as_str();
            let why = format!(
                "This cannot be done: a campaign that is {stands} may still reach them. Wait until it is over."
            );
            return Err(ApiError::conflict("not_now", why));
        }
        let mut also = asked.also.clone();
        also.sort_unstable();
        also.dedup();
        let retry = Retry { of, also };
        if !campaign::retry::anybody(tx, &retry).await? {
            let mend = "Nobody is left who could get it: whoever failed did so for good. Look at the reasons.";
            return Err(ApiError::conflict("nobody", mend));
        }
        let settings =
            Settings { send_before: None, audience: Audience::default(), retry: Some(retry), ..first.settings };
        let name = match &name {
            Some(name) => name.clone(),
            None => {
                let first = campaign::find(tx, of).await?.ok_or_else(no_such)?;
                format!("Again: {}", first.name).chars().take(NAME_MAX).collect()
            }
        };
        let lines = [campaign::retry::create(tx, now, id, &name, &settings, by).await?, campaign::updated(of)];
        did.tell(tx, of, Deed::Retried).await?;
        made.tell(tx, id, Deed::Created).await?;
        let made = campaign::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(made, event::append(tx, now, &lines).await?))
    })
    .await
}
