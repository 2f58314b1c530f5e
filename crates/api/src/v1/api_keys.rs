//! Keys for programs.

use axum::extract::State;
use domain::{access::Scope, id::ApiKeyId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{
    StoreError, TenantTx,
    api_key::{self, ALL_SCOPES, ApiKey},
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    secret,
    state::AppState,
};

/// A key to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    name: String,
    /// What it may do, as in `["messages:write"]`; `["*"]` is everything.
    scopes: Vec<String>,
}

/// A key that was made.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CreatedApiKey {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
    /// What goes after `Authorization: Bearer`. Shown this once.
    pub secret: String,
}

crate::secret::unspoken!(CreatedApiKey);

/// The keys, newest first.
#[utoipa::path(get, path = "/api-keys", tag = "api-keys", params(PageParams), responses((status = 200, body = Listed<ApiKey>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<ApiKey>>, ApiError> {
    caller.must(Scope::KeysRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| api_key::list(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |key| Cursor::id(key.id))))
}

/// Makes a key. Nobody can give more than they have.
#[utoipa::path(post, path = "/api-keys", tag = "api-keys", request_body = NewApiKey,
    responses((status = 201, body = CreatedApiKey)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewApiKey>,
) -> Result<Written<CreatedApiKey>, ApiError> {
    caller.must(Scope::KeysWrite)?;
    let scopes = known(asked.scopes)?;
    for scope in api_key::meant(&scopes) {
        caller.must(scope)?;
    }
    let secret = secret::api_key().map_err(StoreError::fault)?;
    let key = ApiKey {
        id: app.engine.ids().next(),
        name: fields::name("name", &asked.name)?,
        prefix: secret::shown(&secret).to_owned(),
        scopes,
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
    };
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        api_key::create(tx, &key, &secret::hash(&secret)).await?;
        Ok(Told::quiet(CreatedApiKey { key: key.clone(), secret: secret.clone() }))
    })
    .await
}

/// Revokes a key, at once and for good.
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "api-keys", params(("id" = String, Path)), responses((status = 204)))]
pub async fn revoke(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ApiKeyId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::KeysWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if api_key::revoke(tx, id, now).await? { Ok(Told::quiet(())) } else { Err(ApiError::not_found("API key")) }
    })
    .await
}

/// Scopes that exist, each once, in the order of the table.
fn known(asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    if asked.is_empty() {
        return Err(ApiError::invalid("scopes", "empty", "Name at least one scope, or `*` for everything."));
    }
    let wrong: Vec<FieldError> = asked
        .iter()
        .enumerate()
        .filter(|(_, word)| *word != ALL_SCOPES && Scope::parse(word).is_none())
        .map(|(at, _)| {
            let words = Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
            FieldError::new(format!("scopes[{at}]"), "unknown_scope", format!("There are: {words}, or `*`."))
        })
        .collect();
    if !wrong.is_empty() {
        return Err(ApiError::invalid_fields(wrong));
    }
    if asked.iter().any(|word| word == ALL_SCOPES) {
        return Ok(vec![ALL_SCOPES.to_owned()]);
    }
    Ok(Scope::ALL
        .iter()
        .map(|scope| scope.as_str())
        .filter(|word| asked.iter().any(|w| w == word))
        .map(Into::into)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_known_ones_each_once() {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            known(words(&["events:read", "contacts:read", "events:read"])).unwrap(),
            words(&["contacts:read", "events:read"])
        );
        assert_eq!(known(words(&["contacts:read", "*"])).unwrap(), words(&["*"]));
        assert!(known(words(&[])).is_err());
        let error = known(words(&["contacts:read", "contacts:eat"])).unwrap_err();
        assert!(format!("{error:?}").contains("scopes[1]"));
    }
}
