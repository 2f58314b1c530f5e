//! Who is to get a campaign, each with where they stand and why.

pub mod export;
pub mod why;

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::Standing;
use domain::id::{CampaignId, RecipientId};
use domain::phone::E164;
use serde::Deserialize;
use store::campaign::recipient::{self, Shown, Wanted, outcome};
use store::{TenantTx, tenant};
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

/// A code of a failure has at most so many bytes.
const CODE_MAX: usize = 100;

/// Which recipients are wanted: those of whom all holds that is said.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedRecipients {
    /// Where they stand, as in `failed`; if not said, anywhere.
    #[param(required = false)]
    standing: Option<String>,
    /// Why, by the code of their failure, as in `40001` or `contact_opted_out`.
    #[param(required = false)]
    code: Option<String>,
    /// This number, written as people of your region do or with its country code.
    #[param(required = false)]
    phone: Option<String>,
    /// Whether they have answered.
    #[param(required = false)]
    replied: Option<bool>,
    /// Whether they have followed a link.
    #[param(required = false)]
    clicked: Option<bool>,
    /// Whether they said STOP after it.
    #[param(required = false)]
    opted_out: Option<bool>,
}

impl std::fmt::Debug for WantedRecipients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WantedRecipients").field("standing", &self.standing).finish_non_exhaustive()
    }
}

impl WantedRecipients {
    /// `region`: where a national spelling of a number is read.
    fn read(&self, region: &str) -> Result<Wanted, ApiError> {
        if self.code.as_ref().is_some_and(|code| code.is_empty() || code.len() > CODE_MAX) {
            return Err(ApiError::invalid(
                "code",
                "not_a_code",
                "Write the code of a failure, as `outcomes` names it.",
            ));
        }
        let phone = self.phone.as_deref().map(|phone| E164::parse(phone, Some(region))).transpose();
        Ok(Wanted {
            standing: self.standing.as_deref().map(standing).transpose()?,
            code: self.code.clone(),
            phone: phone.map_err(|error| ApiError::phone("phone", error))?.map(|phone| phone.as_str().to_owned()),
            replied: self.replied,
            clicked: self.clicked,
            opted_out: self.opted_out,
        })
    }
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
    let now = app.engine.now();
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let wanted = wanted.read(&tenant::settings(tx).await?.region)?;
            let after = page.after_id::<RecipientId>();
            let mut rows = recipient::wanted_page(tx, id, &wanted, after, page.fetch()).await?;
            if rows.is_empty() && outcome::span(tx, id).await?.is_none() {
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
