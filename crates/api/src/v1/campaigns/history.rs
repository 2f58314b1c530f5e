//! Who did what with a campaign.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::Deed;
use domain::id::CampaignId;
use domain::message::Author;
use jiff::Timestamp;
use store::campaign::{self, history};
use store::{StoreError, TenantTx};
use uuid::Uuid;

use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// What was done with it, by whom and when, the newest first. Whoever edits on and on edits once.
#[utoipa::path(get, path = "/campaigns/{id}/history", tag = "campaigns",
    params(("id" = String, Path), PageParams), responses((status = 200, body = Listed<history::Entry>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    page: Page,
) -> Result<Json<Listed<history::Entry>>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let rows = history::page(tx, id, page.after_id(), page.fetch()).await?;
            if rows.is_empty() && campaign::find(tx, id).await?.is_none() {
                return Err(no_such());
            }
            Ok(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Whose doing it is, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Did {
    id: Uuid,
    at: Timestamp,
    by: Author,
}

impl Did {
    pub(super) fn by(app: &AppState, caller: &Caller) -> Self {
        Self { id: app.engine.ids().next(), at: app.engine.now(), by: caller.author }
    }

    /// Tells of it in the campaign's history, in the transaction that does it.
    pub(super) async fn tell(self, tx: &mut TenantTx<'_>, campaign: CampaignId, deed: Deed) -> Result<(), StoreError> {
        self.notes(tx, campaign, deed, None).await
    }

    /// The same, with the reason in somebody's words.
    pub(super) async fn notes(
        self,
        tx: &mut TenantTx<'_>,
        campaign: CampaignId,
        deed: Deed,
        note: Option<&str>,
    ) -> Result<(), StoreError> {
        let new = history::New { campaign, deed, by: self.by, halt: None, note };
        history::add(tx, self.at, self.id, new).await
    }
}
