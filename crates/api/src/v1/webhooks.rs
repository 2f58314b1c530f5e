//! Endpoints of the tenant that are told of its events (Standard Webhooks).

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    access::Scope,
    event::Kind,
    id::{DeliveryId, WebhookId},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{
    StoreError, TenantTx,
    webhook::{self, Delivery, Webhook, WebhookChange},
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// The word for all events.
const ALL_EVENTS: &str = "*";

/// An endpoint to be told.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Where events are told; `https`.
    url: String,
    /// Which ones, as in `["message.created"]`; `["*"]` is all.
    events: Vec<String>,
}

/// An endpoint that was added.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CreatedWebhook {
    /// The endpoint.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What its deliveries are signed with, as Standard Webhooks says. Shown this once.
    pub secret: String,
}

/// What changes; what is absent stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeWebhook {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    events: Option<Vec<String>>,
    /// One that is enabled again is told of what happens from then on.
    #[serde(default)]
    enabled: Option<bool>,
}

crate::secret::unspoken!(CreatedWebhook);

/// The endpoints.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", params(PageParams), responses((status = 200, body = Listed<Webhook>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Webhook>>, ApiError> {
    caller.must(Scope::WebhooksRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| webhook::list(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |webhook| Cursor::id(webhook.id))))
}

/// Adds an endpoint. It is told of what happens from now on.
///
/// Nobody lets others be told what they may not read themselves.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, body = CreatedWebhook)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewWebhook>,
) -> Result<Written<CreatedWebhook>, ApiError> {
    caller.must(Scope::WebhooksWrite)?;
    let events = known("events", asked.events)?;
    may_read(&caller, &events)?;
    let new = Webhook {
        id: app.engine.ids().next(),
        url: fields::url("url", &asked.url, app.config.allow_private_networks)?,
        events,
        enabled: true,
        created_at: app.now(),
    };
    let secret = signing_secret()?;
    let sealed =
        app.engine.sealer().seal(&engine::secret_context(new.id), secret.as_bytes()).map_err(StoreError::fault)?;
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        webhook::create(tx, &new, &sealed).await?;
        Ok(Told::quiet(CreatedWebhook { webhook: new.clone(), secret: secret.clone() }))
    })
    .await
}

/// One endpoint.
#[utoipa::path(get, path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = Webhook)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<Json<Webhook>, ApiError> {
    caller.must(Scope::WebhooksRead)?;
    let found =
        app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| webhook::read(tx, id).await).await?;
    found.map(Json).ok_or_else(gone)
}

/// Changes an endpoint. To do more than to switch it off, one must be allowed to read what it is told.
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)), request_body = ChangeWebhook,
    responses((status = 200, body = Webhook)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    Write(asked, once): Write<ChangeWebhook>,
) -> Result<Written<Webhook>, ApiError> {
    caller.must(Scope::WebhooksWrite)?;
    let change = WebhookChange {
        url: asked.url.map(|url| fields::url("url", &url, app.config.allow_private_networks)).transpose()?,
        events: asked.events.map(|words| known("events", words)).transpose()?,
        enabled: asked.enabled,
    };
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        if !webhook::change(tx, id, &change).await? {
            return Err(gone());
        }
        let changed = webhook::read(tx, id).await?.ok_or_else(gone)?;
        if change.url.is_some() || change.events.is_some() || change.enabled == Some(true) {
            may_read(&caller, &changed.events)?;
        }
        Ok(Told::quiet(changed))
    })
    .await
}

/// Removes an endpoint, and the record of what it was told.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::WebhooksWrite)?;
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if webhook::remove(tx, id).await? { Ok(Told::quiet(())) } else { Err(gone()) }
    })
    .await
}

/// What an endpoint was told, newest first.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", tag = "webhooks", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Delivery>)))]
pub async fn deliveries(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    page: Page,
) -> Result<Json<Listed<Delivery>>, ApiError> {
    caller.must(Scope::WebhooksRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            webhook::read(tx, id).await?.ok_or_else(gone)?;
            Ok::<_, ApiError>(webhook::deliveries(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |delivery| Cursor::id(delivery.id))))
}

/// Tells an endpoint once more what it was told, with the same id and the same bytes.
#[utoipa::path(post, path = "/webhooks/{id}/deliveries/{delivery_id}/replay", tag = "webhooks",
    params(("id" = String, Path), ("delivery_id" = String, Path)), responses((status = 202, body = Delivery)))]
pub async fn replay(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, delivery)): Path<(WebhookId, DeliveryId)>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Delivery>, ApiError> {
    caller.must(Scope::WebhooksWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::ACCEPTED, async move |tx: &mut TenantTx<'_>| {
        let again = webhook::replay(tx, id, delivery, now).await?;
        again.map(Told::quiet).ok_or_else(|| ApiError::not_found("delivery"))
    })
    .await
}

fn gone() -> ApiError {
    ApiError::not_found("webhook")
}

/// Whether the caller may read all that these events tell.
fn may_read(caller: &Caller, events: &[String]) -> Result<(), ApiError> {
    let told = |kind: &Kind| events.iter().any(|word| word == ALL_EVENTS || word == kind.as_str());
    Kind::ALL.into_iter().filter(told).try_for_each(|kind| caller.must(kind.scope()))
}

/// 256 bits of chance in the form that Standard Webhooks' libraries read.
///
/// # Errors
/// When the system gives no random bytes.
pub fn signing_secret() -> Result<String, StoreError> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| StoreError::fault("the system gives no random bytes"))?;
    Ok(format!("whsec_{}", STANDARD.encode(bytes)))
}

/// Events that exist, each once.
///
/// # Errors
/// 422 that names `field` if there are none, or each that is unknown.
pub fn known(field: &str, asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    if asked.is_empty() {
        return Err(ApiError::invalid(field, "empty", "Name at least one event, or `*` for all."));
    }
    let wrong: Vec<FieldError> = asked
        .iter()
        .enumerate()
        .filter(|(_, word)| *word != ALL_EVENTS && Kind::parse(word).is_none())
        .map(|(at, _)| {
            let words = Kind::ALL.map(Kind::as_str).join(", ");
            FieldError::new(format!("{field}[{at}]"), "unknown_event", format!("There are: {words}, or `*`."))
        })
        .collect();
    if !wrong.is_empty() {
        return Err(ApiError::invalid_fields(wrong));
    }
    if asked.iter().any(|word| word == ALL_EVENTS) {
        return Ok(vec![ALL_EVENTS.to_owned()]);
    }
    Ok(Kind::ALL.map(Kind::as_str).into_iter().filter(|word| asked.iter().any(|w| w == word)).map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_known_ones_each_once() {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            known("events", words(&["message.updated", "message.created", "message.updated"])).unwrap(),
            words(&["message.created", "message.updated"])
        );
        assert_eq!(known("events", words(&["*", "message.created"])).unwrap(), words(&["*"]));
        assert!(known("events", words(&[])).is_err() && known("events", words(&["message.eaten"])).is_err());
    }

    #[test]
    fn a_secret_is_one_that_the_signer_reads() {
        let secret = signing_secret().unwrap();
        assert!(providers::standard_webhooks::SigningKey::parse(&providers::http::Secret::new(secret)).is_ok());
    }
}
