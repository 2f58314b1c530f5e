//! Several texts of one campaign: what came of each.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::{HOLDOUT_MAX, VARIANTS_MAX, Variant, WEIGHT_MAX};
use domain::id::CampaignId;
use store::TenantTx;
use store::campaign::{self, variant};
use utoipa::ToSchema;

use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    fields,
    state::AppState,
};

/// What came of each text.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub struct CampaignVariants {
    /// In the order of the texts, and last those who get nothing, if there are to be some. Empty: there is one text for everybody.
    data: Vec<variant::Figures>,
}

/// What came of each text of a campaign that has several, as it is now.
#[utoipa::path(get, path = "/campaigns/{id}/variants", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = CampaignVariants)))]
pub async fn figures(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
) -> Result<Json<CampaignVariants>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let store = app.engine.store();
    let data = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
        let Some(found) = campaign::find(tx, id).await? else { return Err(no_such()) };
        Ok(variant::figures(tx, id, &found.settings).await?)
    });
    Ok(Json(CampaignVariants { data: data.await? }))
}

/// Those that are asked for, if they can be told apart; what they say is checked elsewhere.
pub(super) fn variants_of(asked: &[Variant]) -> Result<Vec<Variant>, ApiError> {
    if asked.len() == 1 || asked.len() > VARIANTS_MAX {
        let mend = format!("Write 2 to {VARIANTS_MAX} texts to compare, or none and a `body` for everybody.");
        return Err(ApiError::invalid("variants", "out_of_range", mend));
    }
    let mut variants: Vec<Variant> = Vec::with_capacity(asked.len());
    for (nth, one) in asked.iter().enumerate() {
        let name = fields::name(&format!("variants[{nth}].name"), &one.name)?;
        if variants.iter().any(|other| other.name == name) {
            let mend = "Another text is called so. Give each a name of its own.";
            return Err(ApiError::invalid(format!("variants[{nth}].name"), "taken", mend));
        }
        if !(1..=WEIGHT_MAX).contains(&one.weight) {
            let mend = format!("Choose 1 to {WEIGHT_MAX}.");
            return Err(ApiError::invalid(format!("variants[{nth}].weight"), "out_of_range", mend));
        }
        variants.push(Variant { name, body: one.body.clone(), weight: one.weight });
    }
    Ok(variants)
}

/// The same for who gets nothing.
pub(super) fn holdout_of(percent: u8) -> Result<u8, ApiError> {
    if percent <= HOLDOUT_MAX {
        return Ok(percent);
    }
    Err(ApiError::invalid("holdout_percent", "out_of_range", format!("Choose 0 to {HOLDOUT_MAX}.")))
}
