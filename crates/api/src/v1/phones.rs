//! Reading phone numbers as people write them.

use axum::extract::State;
use domain::phone::{E164, LineKind};
use serde::{Deserialize, Serialize};
use store::{TenantTx, tenant};
use utoipa::ToSchema;

use crate::{auth::Caller, error::ApiError, extract::Json, fields, state::AppState};

/// A number to read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParsePhone {
    /// In any usual spelling.
    input: String,
    /// Where a number without a country code is at home; if not said, the tenant's region.
    region: Option<String>,
}

/// A number that was understood.
#[derive(Serialize, ToSchema)]
pub struct Phone {
    /// In E.164 form.
    pub e164: String,
    /// For people to read.
    pub pretty: String,
    /// Its country, in two letters; `null` for numbers of none.
    #[schema(required = true)]
    pub region: Option<String>,
    /// What sort of line it is, as far as the numbering plan tells.
    #[schema(value_type = LineKindWord)]
    pub kind: LineKind,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What sort of line a number belongs to.
#[derive(Debug, ToSchema)]
#[schema(as = LineKind, rename_all = "snake_case")]
#[allow(missing_docs, dead_code, reason = "for the document only; the words are the domain's")]
pub enum LineKindWord {
    Mobile,
    FixedLine,
    FixedLineOrMobile,
    TollFree,
    PremiumRate,
    Voip,
    Other,
    Unknown,
}

/// Reads a phone number as people write it.
#[utoipa::path(post, path = "/phones/parse", tag = "text", request_body = ParsePhone,
    responses((status = 200, body = Phone)))]
pub async fn parse(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<ParsePhone>,
) -> Result<Json<Phone>, ApiError> {
    let region = match asked.region.as_deref().map(str::trim).filter(|region| !region.is_empty()) {
        Some(region) => fields::region("region", region)?,
        None => {
            app.engine
                .store()
                .read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::settings(tx).await)
                .await?
                .region
        }
    };
    let number = E164::parse(&asked.input, Some(&region)).map_err(|error| ApiError::phone("input", error))?;
    Ok(Json(Phone { e164: number.to_string(), pretty: number.pretty(), region: number.region(), kind: number.kind() }))
}
