//! The one-time link that an empty installation prints: it makes the first tenant and its owner.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    access::Role,
    id::{TenantId, UserId},
    tenant::Settings,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{
    StoreError, SystemTx, member, setup, tenant,
    user::{self, User},
};
use utoipa::ToSchema;

use crate::{
    error::ApiError,
    extract::{Json, Path},
    fields, password, secret,
    state::AppState,
    v1::session::{self, Session},
};

/// The link opens.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupLink {
    valid: bool,
}

/// The first tenant and its owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// What the organisation is called.
    tenant_name: String,
    /// Where national spellings of phone numbers are at home; `US` if not said.
    #[serde(default)]
    region: Option<String>,
    /// IANA zone of the business; `America/New_York` if not said.
    #[serde(default)]
    time_zone: Option<String>,
    /// What the owner is called.
    name: String,
    /// Where the owner signs in.
    email: String,
    /// At least 10 characters.
    password: String,
}

crate::secret::unspoken!(SetUp);

/// Whether a set-up link still opens.
#[utoipa::path(get, path = "/setup/{token}", tag = "setup", params(("token" = String, Path)),
    responses((status = 200, body = SetupLink)))]
pub async fn check(State(app): State<AppState>, Path(token): Path<String>) -> Result<Json<SetupLink>, ApiError> {
    let hash = secret::hash(&token);
    let open =
        app.engine.store().system_read(async move |tx: &mut SystemTx<'_>| setup::is_open(tx, &hash).await).await?;
    if open { Ok(Json(SetupLink { valid: true })) } else { Err(gone()) }
}

/// Makes the first tenant and its owner, and signs the owner in. The link works once.
#[utoipa::path(post, path = "/setup/{token}", tag = "setup", params(("token" = String, Path)), request_body = SetUp,
    responses((status = 201, body = Session)))]
pub async fn set_up(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Json(asked): Json<SetUp>,
) -> Result<Response, ApiError> {
    let token_hash = secret::hash(&token);
    check(State(app.clone()), Path(token)).await?; // before a password is hashed for a stranger
    let name = fields::name("tenant_name", &asked.tenant_name)?;
    let mut settings = Settings::default();
    if let Some(region) = &asked.region {
        settings.region = fields::region("region", region)?;
    }
    if let Some(zone) = &asked.time_zone {
        settings.time_zone = fields::time_zone("time_zone", zone)?;
    }
    let mut ids = app.engine.ids();
    let (tenant, user): (TenantId, UserId) = (ids.next(), ids.next());
    let owner =
        User { id: user, email: fields::email("email", &asked.email)?, name: fields::name("name", &asked.name)? };
    password::acceptable("password", &asked.password)?;
    let hash = app.passwords.hash(asked.password).await?;

    let (now, person) = (app.engine.now(), owner.clone());
    app.engine
        .store()
        .system_write(async move |tx: &mut SystemTx<'_>| {
            if !setup::take(tx, &token_hash, now).await? {
                return Err(gone());
            }
            tenant::create(tx, tenant, &name, &settings, now).await?;
            user::create(tx, &owner, &hash, now).await.map_err(email_taken)?;
            member::add(&mut tx.for_tenant(tenant), user, Role::Owner, now).await?;
            Ok(())
        })
        .await?;
    let (token, started) = session::start(&app, &person, Some(tenant), None).await?;
    Ok((StatusCode::CREATED, session::set_cookie(&app, &token)?, Json(started)).into_response())
}

fn gone() -> ApiError {
    ApiError::not_found("set-up link (it works once; the server prints a new one while there is no tenant)")
}

fn email_taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Unique(name) if name == user::EMAIL_TAKEN => {
            ApiError::conflict("email_taken", "Someone signs in with this address already.").at("email")
        }
        other => other.into(),
    }
}
