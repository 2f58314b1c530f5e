//! Credentials at a carrier.

use axum::extract::State;
use domain::{access::Scope, id::CarrierAccountId};
use engine::Sealer;
use http::StatusCode;
use providers::telnyx::{self, signature::PublicKey};
use serde::{Deserialize, Serialize};
use store::{
    StoreError, TenantTx,
    carrier_account::{self, AccountChange, CarrierAccount, NewAccount},
    schema::CarrierKindWord,
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

pub mod adoption;

const KEYS_MAX: usize = 5;

/// A carrier account, and where the carrier shall tell us what happens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CarrierAccountView {
    /// The account.
    #[serde(flatten)]
    pub account: CarrierAccount,
    /// The address for its webhooks.
    pub webhook_url: String,
}

/// An account to connect.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCarrierAccount {
    /// What people call it.
    name: String,
    /// `telnyx` if absent.
    #[serde(default)]
    #[schema(value_type = Option<CarrierKindWord>)]
    kind: Option<AccountKind>,
    /// Telnyx's own if absent.
    #[serde(default)]
    base_url: Option<String>,
    /// The API key; never shown again.
    api_key: String,
    /// What the carrier signs its webhooks with, base64 or PEM, newest first.
    public_keys: Vec<String>,
}

/// Which carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// Telnyx.
    Telnyx,
    /// The look-alike of demo and tests.
    Sandbox,
}

/// What changes; what is absent stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCarrierAccount {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    api_key: Option<String>,
    /// Another address takes the key anew: one that is kept is not sent elsewhere.
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    public_keys: Option<Vec<String>>,
}

crate::secret::unspoken!(NewCarrierAccount, ChangeCarrierAccount);

/// The carrier accounts that this tenant may use.
#[utoipa::path(get, path = "/carrier-accounts", tag = "carrier-accounts", params(PageParams),
    responses((status = 200, body = Listed<CarrierAccountView>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: Page,
) -> Result<Json<Listed<CarrierAccountView>>, ApiError> {
    caller.must(Scope::CarrierRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            carrier_account::list(tx, page.after_id(), page.fetch()).await
        })
        .await?;
    let rows = rows.into_iter().map(|account| shown(&app, account)).collect();
    Ok(Json(page.listed(rows, |view| Cursor::id(view.account.id))))
}

/// Connects a carrier account. Its key is kept encrypted.
#[utoipa::path(post, path = "/carrier-accounts", tag = "carrier-accounts", request_body = NewCarrierAccount,
    responses((status = 201, body = CarrierAccountView)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewCarrierAccount>,
) -> Result<Written<CarrierAccountView>, ApiError> {
    caller.must(Scope::CarrierWrite)?;
    let id: CarrierAccountId = app.engine.ids().next();
    let kind = match asked.kind.unwrap_or(AccountKind::Telnyx) {
        AccountKind::Telnyx => "telnyx",
        AccountKind::Sandbox if app.config.allow_private_networks => "sandbox",
        AccountKind::Sandbox => {
            return Err(ApiError::invalid(
                "kind",
                "no_sandbox_here",
                "This installation has no sandbox. Use `telnyx`.",
            ));
        }
    };
    let (api_key, api_key_hint) = sealed_key("api_key", app.engine.sealer(), id, &asked.api_key)?;
    let new = NewAccount {
        id,
        name: fields::name("name", &asked.name)?,
        kind: kind.into(),
        base_url: match &asked.base_url {
            Some(url) => fields::url("base_url", url, app.config.allow_private_networks)?,
            None => telnyx::BASE_URL.into(),
        },
        api_key,
        api_key_hint,
        public_keys: parsed_keys("public_keys", asked.public_keys)?,
        created_at: app.now(),
    };
    let door = app.clone();
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        carrier_account::create(tx, &new).await?;
        let made = carrier_account::read(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::quiet(shown(&door, made)))
    })
    .await
}

/// One carrier account.
#[utoipa::path(get, path = "/carrier-accounts/{id}", tag = "carrier-accounts", params(("id" = String, Path)),
    responses((status = 200, body = CarrierAccountView)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
) -> Result<Json<CarrierAccountView>, ApiError> {
    caller.must(Scope::CarrierRead)?;
    let found = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| carrier_account::read(tx, id).await)
        .await?;
    found.map(|account| Json(shown(&app, account))).ok_or_else(|| ApiError::not_found("carrier account"))
}

/// Changes a carrier account of the tenant's own. For a new public key, send the old one too until the carrier has switched.
#[utoipa::path(patch, path = "/carrier-accounts/{id}", tag = "carrier-accounts", params(("id" = String, Path)),
    request_body = ChangeCarrierAccount, responses((status = 200, body = CarrierAccountView)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
    Write(asked, once): Write<ChangeCarrierAccount>,
) -> Result<Written<CarrierAccountView>, ApiError> {
    caller.must(Scope::CarrierWrite)?;
    let change = AccountChange {
        name: asked.name.map(|name| fields::name("name", &name)).transpose()?,
        base_url: asked
            .base_url
            .map(|url| fields::url("base_url", &url, app.config.allow_private_networks))
            .transpose()?,
        api_key: asked.api_key.map(|key| sealed_key("api_key", app.engine.sealer(), id, &key)).transpose()?,
        public_keys: asked.public_keys.map(|keys| parsed_keys("public_keys", keys)).transpose()?,
    };
    let door = app.clone();
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let before = carrier_account::read(tx, id).await?.map(|account| account.base_url);
        let changed = carrier_account::change(tx, id, &change).await?;
        let found = own(carrier_account::read(tx, id).await?, changed)?;
        if change.api_key.is_none() && before.as_ref() != Some(&found.base_url) {
            return Err(ApiError::invalid("api_key", "missing", "Give the key again for the new address."));
        }
        Ok(Told::quiet(shown(&door, found)))
    })
    .await?;
    app.engine.forget_account(id);
    Ok(written)
}

/// Removes a carrier account of the tenant's own that no number sends through.
#[utoipa::path(delete, path = "/carrier-accounts/{id}", tag = "carrier-accounts", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::CarrierWrite)?;
    let written = once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        let found = carrier_account::read(tx, id).await?;
        let removed = carrier_account::remove(tx, id).await.map_err(in_use)?;
        own(found, removed).map(|_| Told::quiet(()))
    })
    .await?;
    app.engine.forget_account(id);
    Ok(written)
}

/// An API key as it is kept, and what is shown of it.
///
/// # Errors
/// 422 that names the field if it cannot be one; a fault if it cannot be sealed.
pub fn sealed_key(
    field: &str,
    sealer: &Sealer,
    id: CarrierAccountId,
    key: &str,
) -> Result<(Vec<u8>, String), ApiError> {
    let key = key.trim();
    if key.is_empty() || key.len() > 500 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        let message = "Copy the API key from the carrier's portal; it starts with KEY at Telnyx.";
        return Err(ApiError::invalid(field, "not_a_key", message));
    }
    let sealed = sealer.seal(&engine::key_context(id), key.as_bytes()).map_err(StoreError::fault)?;
    Ok((sealed, hint(key)))
}

/// Both ends of a key that is long enough to keep the rest to itself.
#[must_use]
pub fn hint(key: &str) -> String {
    match (key.get(..3), key.len().checked_sub(4).and_then(|at| key.get(at..))) {
        (Some(start), Some(end)) if key.len() >= 16 => format!("{start}…{end}"),
        _ => "…".into(),
    }
}

/// What a carrier signs its webhooks with, as it is kept.
///
/// # Errors
/// 422 that names `field` if there are none or too many, or the one that is no key.
pub fn parsed_keys(field: &str, keys: Vec<String>) -> Result<Vec<String>, ApiError> {
    if keys.is_empty() || keys.len() > KEYS_MAX {
        let message = format!("Give 1 to {KEYS_MAX} public keys: without one, no webhook can be believed.");
        return Err(ApiError::invalid(field, "out_of_range", message));
    }
    for (at, key) in keys.iter().enumerate() {
        if PublicKey::parse(key).is_err() {
            let message = "Copy the public key from the carrier's portal: base64 of 32 bytes, or PEM.";
            return Err(ApiError::invalid(format!("{field}[{at}]"), "not_a_public_key", message));
        }
    }
    Ok(keys.into_iter().map(|key| key.trim().to_owned()).collect())
}

fn shown(app: &AppState, account: CarrierAccount) -> CarrierAccountView {
    CarrierAccountView { webhook_url: app.engine.carrier().webhook_url(account.id), account }
}

/// A shared account is seen and not touched.
fn own(found: Option<CarrierAccount>, touched: bool) -> Result<CarrierAccount, ApiError> {
    match found {
        None => Err(ApiError::not_found("carrier account")),
        Some(account) if touched => Ok(account),
        Some(_) => {
            Err(ApiError::forbidden("This account is the operator's and shared; only the operator can change it."))
        }
    }
}

fn in_use(error: StoreError) -> ApiError {
    match error {
        StoreError::Foreign(_) => ApiError::conflict("in_use", "Numbers send through this account. Remove them first."),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_gives_nothing_away() {
        assert_eq!(hint("KEY0123456789ABCDEF1234"), "KEY…1234");
        assert_eq!(hint("short"), "…");
    }
}
