//! Signing in and out, one's own password, and which tenant one looks at.

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use domain::{
    access::Role,
    id::{TenantId, UserId},
};
use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{
    StoreError, SystemTx,
    member::{self, Membership},
    schema::RoleWord,
    session::{self, NewSession},
    user::{self, User},
};
use utoipa::ToSchema;

use crate::{auth::SignedIn, cookie, error::ApiError, extract::Json, password, secret, sign_in::Peer, state::AppState};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    email: String,
    password: String,
}

/// Who is signed in, and where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Who.
    pub user: SessionUser,
    /// Which tenant they look at.
    pub tenant: SessionTenant,
    /// What they are there.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// All tenants that they are in.
    pub tenants: Vec<Membership>,
}

/// The person of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionUser {
    /// Which one.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Where they sign in.
    pub email: String,
    /// What people call them.
    pub name: String,
}

/// The tenant of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionTenant {
    /// Which one.
    #[schema(value_type = String)]
    pub id: TenantId,
    /// What people call it.
    pub name: String,
}

/// Another tenant to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchTenant {
    #[schema(value_type = String)]
    tenant_id: TenantId,
}

/// Another password for oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The one that counts now.
    current_password: String,
    /// The one that shall count: at least 10 characters.
    new_password: String,
}

crate::secret::unspoken!(SignIn, ChangePassword);

/// Signs in and sets the session cookie.
///
/// A wrong password and an unknown address get the same answer in the same time. Five tries a minute for an address from one
/// place, and sixty for the place.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn, responses((status = 200, body = Session)))]
pub async fn sign_in(
    State(app): State<AppState>,
    Peer(from): Peer,
    headers: HeaderMap,
    Json(asked): Json<SignIn>,
) -> Result<Response, ApiError> {
    let email = user::canonical(&asked.email);
    app.tries.count(&email, from)?;
    let known =
        app.engine.store().system_read(async move |tx: &mut SystemTx<'_>| user::credentials(tx, &email).await).await?;
    let (person, kept) = known.map(|known| (known.user, known.password_hash)).unzip();
    let matches = is_right(&app, asked.password, kept).await?;
    let Some(person) = person.filter(|_| matches) else { return Err(wrong_credentials()) };
    let old = cookie::session(&headers, app.is_https()).map(secret::hash);
    let (new, started) = start(&app, &person, None, old).await?;
    Ok((set_cookie(&app, &new)?, Json(started)).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Session)))]
pub async fn read(State(app): State<AppState>, signed_in: SignedIn) -> Result<Json<Session>, ApiError> {
    let SignedIn { user, tenant, .. } = signed_in;
    let found = app
        .engine
        .store()
        .system_read(async move |tx: &mut SystemTx<'_>| {
            let Some(person) = user::read(tx, user).await? else { return Ok::<_, StoreError>(None) };
            Ok(shown(person, tenant, member::tenants_of(tx, user).await?))
        })
        .await?;
    found.map(Json).ok_or_else(ApiError::unauthenticated)
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
pub async fn sign_out(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(hash) = cookie::session(&headers, app.is_https()).map(secret::hash) {
        app.engine.store().system_write(async move |tx: &mut SystemTx<'_>| session::end(tx, &hash).await).await?;
    }
    let gone = AppendHeaders([(header::SET_COOKIE, cookie::clear(app.is_https()))]);
    Ok((StatusCode::NO_CONTENT, gone).into_response())
}

/// Changes one's own password. One's other sessions end.
///
/// Five tries a minute, as for signing in.
#[utoipa::path(put, path = "/session/password", tag = "session", request_body = ChangePassword,
    responses((status = 204)))]
pub async fn change_password(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Peer(from): Peer,
    Json(asked): Json<ChangePassword>,
) -> Result<StatusCode, ApiError> {
    password::acceptable("new_password", &asked.new_password)?;
    let SignedIn { user, token_hash, .. } = signed_in;
    app.tries.count(&user.to_string(), from)?;
    let store = app.engine.store();
    let kept = store.system_read(async move |tx: &mut SystemTx<'_>| user::password_hash(tx, user).await).await?;
    let kept = kept.ok_or_else(ApiError::unauthenticated)?;
    if !is_right(&app, asked.current_password, Some(kept.clone())).await? {
        return Err(not_the_password());
    }
    let new = app.passwords.hash(asked.new_password).await?;
    let changed = store
        .system_write(async move |tx: &mut SystemTx<'_>| {
            user::change_password(tx, user, (&kept, &new), &token_hash).await
        })
        .await?;
    if changed { Ok(StatusCode::NO_CONTENT) } else { Err(not_the_password()) }
}

/// Looks at another tenant.
#[utoipa::path(post, path = "/session/tenant", tag = "session", request_body = SwitchTenant,
    responses((status = 200, body = Session)))]
pub async fn switch_tenant(
    State(app): State<AppState>,
    signed_in: SignedIn,
    Json(asked): Json<SwitchTenant>,
) -> Result<Json<Session>, ApiError> {
    let (hash, tenant) = (signed_in.token_hash, asked.tenant_id);
    let switched = app
        .engine
        .store()
        .system_write(async move |tx: &mut SystemTx<'_>| session::switch(tx, &hash, tenant).await)
        .await?;
    if !switched {
        return Err(ApiError::not_found("tenant"));
    }
    read(State(app), SignedIn { tenant, ..signed_in }).await
}

/// Begins a session of someone who has shown who they are, and ends the one that their browser had: a token that someone
/// else may have planted is never the one that gets signed in. Answers the cookie's token.
pub(crate) async fn start(
    app: &AppState,
    person: &User,
    tenant: Option<TenantId>,
    old: Option<[u8; 32]>,
) -> Result<(String, Session), ApiError> {
    let token = secret::token().map_err(StoreError::fault)?;
    let (hash, now, person) = (secret::hash(&token), app.engine.now(), person.clone());
    let expires_at = expiry(now)?;
    let started = app
        .engine
        .store()
        .system_write(async move |tx: &mut SystemTx<'_>| {
            let tenants = member::tenants_of(tx, person.id).await?;
            let Some(tenant) = tenant.or_else(|| tenants.first().map(|first| first.id)) else {
                return Err(ApiError::forbidden("You are no member of any tenant any more. Ask an owner to add you."));
            };
            if let Some(old) = old {
                session::end(tx, &old).await?;
            }
            let new = NewSession { token_hash: &hash, user: person.id, tenant, now, expires_at };
            session::create(tx, new).await?;
            shown(person.clone(), tenant, tenants).ok_or_else(ApiError::unauthenticated)
        })
        .await?;
    Ok((token, started))
}

/// The header that gives the browser its session.
pub(crate) fn set_cookie(
    app: &AppState,
    token: &str,
) -> Result<impl axum::response::IntoResponseParts + use<>, ApiError> {
    let cookie =
        cookie::set(token, app.is_https()).ok_or_else(|| StoreError::fault("the session's token is no header"))?;
    Ok(AppendHeaders([(header::SET_COOKIE, cookie)]))
}

fn expiry(now: Timestamp) -> Result<Timestamp, StoreError> {
    now.checked_add(SignedDuration::from_secs(cookie::SESSION_SECONDS)).map_err(StoreError::fault)
}

fn shown(person: User, tenant: TenantId, tenants: Vec<Membership>) -> Option<Session> {
    let here = tenants.iter().find(|membership| membership.id == tenant)?;
    Some(Session {
        tenant: SessionTenant { id: here.id, name: here.name.clone() },
        role: here.role,
        user: SessionUser { id: person.id, email: person.email, name: person.name },
        tenants,
    })
}

/// Whether this is the password that `kept` is of. An endless one is none, and costs nothing.
async fn is_right(app: &AppState, password: String, kept: Option<String>) -> Result<bool, ApiError> {
    Ok(password.len() <= password::BYTES_MAX && app.passwords.check(password, kept).await?)
}

fn not_the_password() -> ApiError {
    ApiError::invalid("current_password", "wrong", "This is not your password. Write the one that you signed in with.")
}

fn wrong_credentials() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "wrong_credentials",
        "Address and password do not fit. Check both and try again.",
    )
}
