//! Who asks, and what they may do.

use axum::extract::FromRequestParts;
use domain::{
    access::{Grant, Role, Scope},
    command::Asker,
    id::{ApiKeyId, TenantId, UserId},
    message::Author,
};
use http::{HeaderMap, header, request::Parts};
use jiff::{SignedDuration, Timestamp};
use store::{api_key, session};

use crate::{cookie, error::ApiError, secret, state::AppState};

/// Someone known: a member with a session, or a program with an API key. Everything they reach is of one tenant.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose things.
    pub tenant: TenantId,
    /// What the caller may do.
    pub grant: Grant,
    /// The member; `None` for an API key.
    pub user: Option<UserId>,
    /// As whom texts are signed.
    pub author: Author,
}

/// A member with a session. API keys have none.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// Which tenant they look at.
    pub tenant: TenantId,
    /// What they are there.
    pub role: Role,
    /// SHA-256 of their cookie.
    pub token_hash: [u8; 32],
}

impl Caller {
    /// The first line of every handler: what its caller must be allowed to do.
    ///
    /// # Errors
    /// 403 that names the scope.
    pub fn must(&self, scope: Scope) -> Result<(), ApiError> {
        if self.grant.may(scope) {
            return Ok(());
        }
        Err(match &self.grant {
            Grant::Key(_) => ApiError::forbidden(format!(
                "This API key lacks the scope `{}`. Make a key that has it.",
                scope.as_str()
            )),
            Grant::Member(role) => ApiError::forbidden(format!(
                "Your role ({}) may not do this: it takes `{}`. Ask an owner or admin.",
                role.as_str(),
                scope.as_str()
            )),
        })
    }

    /// The same for the engine.
    #[must_use]
    pub fn asker(&self) -> Asker {
        Asker { author: self.author }
    }

    /// A person at the dashboard, and not a program.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.user.is_some()
    }

    fn member(signed_in: &SignedIn) -> Self {
        Self {
            tenant: signed_in.tenant,
            grant: Grant::Member(signed_in.role),
            user: Some(signed_in.user),
            author: Author::Member(signed_in.user),
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    /// A key counts before a cookie.
    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        match bearer(&parts.headers)? {
            Some(token) => with_key(app, token).await,
            None => Ok(Self::member(&SignedIn::from_request_parts(parts, app).await?)),
        }
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let token = cookie::session(&parts.headers, app.is_https()).ok_or_else(ApiError::unauthenticated)?;
        let token_hash = secret::hash(token);
        let now = app.engine.now();
        let found: Option<session::Session> = app
            .engine
            .store()
            .system_read(async move |tx: &mut store::SystemTx<'_>| session::by_token(tx, &token_hash, now).await)
            .await?;
        let session = found.ok_or_else(ApiError::unauthenticated)?;
        Ok(Self { user: session.user_id, tenant: session.tenant_id, role: session.role, token_hash })
    }
}

/// The token after `Bearer`. `None`: the request has no `Authorization`; another scheme is refused rather than ignored.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(|_| ApiError::unauthenticated())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(ApiError::unauthenticated()),
    }
}

async fn with_key(app: &AppState, token: &str) -> Result<Caller, ApiError> {
    if !secret::looks_like_api_key(token) {
        return Err(ApiError::unauthenticated());
    }
    let hash = secret::hash(token);
    let holder = app
        .engine
        .store()
        .system_read(async move |tx: &mut store::SystemTx<'_>| api_key::by_token(tx, &hash).await)
        .await?
        .ok_or_else(ApiError::unauthenticated)?;
    note_use(app, &holder).await;
    Ok(Caller { tenant: holder.tenant_id, grant: Grant::Key(holder.scopes), user: None, author: Author::Api })
}

/// "Last used" need not be exact: one write in some minutes at most, and a failing one refuses nobody.
async fn note_use(app: &AppState, holder: &api_key::Holder) {
    let now: Timestamp = app.engine.now();
    let (tenant, key): (TenantId, ApiKeyId) = (holder.tenant_id, holder.id);
    let fresh = holder.last_used_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_mins(5));
    if fresh {
        return;
    }
    let noted = app
        .engine
        .store()
        .write(tenant, async move |tx: &mut store::TenantTx<'_>| api_key::used(tx, key, now).await)
        .await;
    if let Err(error) = noted {
        tracing::warn!(kind = error.kind(), "an API key's last use was not noted");
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn caller(grant: Grant) -> Caller {
        Caller { tenant: TenantId(Uuid::from_u128(1)), grant, user: None, author: Author::Api }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = caller(Grant::Key(vec![Scope::ContactsRead])).must(Scope::ContactsWrite).unwrap_err();
        assert_eq!((error.status().as_u16(), error.code()), (403, "forbidden"));
        assert!(format!("{error:?}").contains("contacts:write"));
        assert!(caller(Grant::Member(Role::Agent)).must(Scope::ContactsWrite).is_ok());
    }

    #[test]
    fn only_the_bearer_scheme_is_read() {
        let headers = |value: &str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        assert_eq!(bearer(&headers("bearer  tdk_x")).unwrap(), Some("tdk_x"));
        assert!(bearer(&headers("Basic dGRr")).is_err());
        assert!(bearer(&headers("tdk_x")).is_err());
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
    }
}
