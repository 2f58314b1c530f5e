//! The senders of the tenant.

use axum::extract::State;
use domain::{
    access::Scope,
    id::{AssistantId, CarrierAccountId, NumberId, WorkId},
    phone::{Address, E164, PhoneError},
};
use http::StatusCode;
use serde::Deserialize;
use store::{
    StoreError, TenantTx, carrier_account, event,
    number::{self, Added, NewNumber, Number, NumberChange},
    queue::{self, Errand},
    registration, tenant,
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Write, present},
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
    v1::carrier_accounts::adoption::carrier,
};

/// The slowest and fastest that a number may be set to, in segments per second.
const RATE_MIN: f64 = 0.001;
const RATE_MAX: f64 = 10_000.0;

/// A sender to be added. It must belong to the account at the carrier; adopting it there is the usual way.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateNumber {
    /// A number in any usual spelling, a short code, or a name.
    e164: String,
    #[schema(value_type = String)]
    carrier_account_id: CarrierAccountId,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    assistant_id: Option<AssistantId>,
    /// What the carrier allows; the kind's usual rate if absent.
    #[serde(default)]
    segments_per_second: Option<f64>,
}

/// What changes; what is absent stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeNumber {
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    enabled: Option<bool>,
    /// Who answers new conversations; `null`: nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    assistant_id: Option<Option<AssistantId>>,
    #[serde(default)]
    segments_per_second: Option<f64>,
}

/// The numbers.
#[utoipa::path(get, path = "/numbers", tag = "numbers", params(PageParams), responses((status = 200, body = Listed<Number>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Number>>, ApiError> {
    caller.must(Scope::NumbersRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| number::list(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |number| Cursor::id(number.id))))
}

/// Adds a number of a carrier account of the tenant's own. Those of a shared account are assigned by the operator.
#[utoipa::path(post, path = "/numbers", tag = "numbers", request_body = CreateNumber, responses((status = 201, body = Number)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<CreateNumber>,
) -> Result<Written<Number>, ApiError> {
    caller.must(Scope::NumbersWrite)?;
    let rate = asked.segments_per_second.map(|rate| rate_millis("segments_per_second", rate)).transpose()?;
    let (mut ids, now) = (app.engine.ids(), app.engine.now());
    let (id, errand): (NumberId, WorkId) = (ids.next(), ids.next());
    let text = label("label", &asked.label.unwrap_or_default())?;
    let written = once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let region = tenant::settings(tx).await?.region;
        let address = sender(&asked.e164, &region).map_err(|error| ApiError::phone("e164", error))?;
        not_shared(tx, asked.carrier_account_id).await?;
        assistant_is_ours(tx, asked.assistant_id).await?;
        let kind = number::kind_of(&address);
        let usual = i64::try_from(kind.default_rate_millis()).unwrap_or(i64::MAX);
        let new = NewNumber {
            id,
            address,
            kind,
            label: text.clone(),
            account: asked.carrier_account_id,
            carrier_ref: None,
            assistant: asked.assistant_id,
            rate_millis: rate.unwrap_or(usual),
            created_at: now,
        };
        match number::create(tx, &new).await? {
            Added::Yes => {
                queue::add_errand(tx, errand, now, &Errand::ReadRegistration { number: id }).await?;
                told(tx, id, now).await
            }
            Added::Taken => Err(ApiError::conflict("number_taken", "This number of the account is in use already.")),
            Added::NoAccount => {
                let message = "There is no such carrier account. Take one of GET /carrier-accounts.";
                Err(ApiError::invalid("carrier_account_id", "not_found", message))
            }
        }
    })
    .await?;
    app.engine.sends_may_go();
    app.engine.registrations_may_be_read();
    Ok(written)
}

/// One number.
#[utoipa::path(get, path = "/numbers/{id}", tag = "numbers", params(("id" = String, Path)),
    responses((status = 200, body = Number)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<NumberId>,
) -> Result<Json<Number>, ApiError> {
    caller.must(Scope::NumbersRead)?;
    let found =
        app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| number::read(tx, id).await).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("number"))
}

/// Changes a number.
#[utoipa::path(patch, path = "/numbers/{id}", tag = "numbers", params(("id" = String, Path)), request_body = ChangeNumber,
    responses((status = 200, body = Number)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<NumberId>,
    Write(asked, once): Write<ChangeNumber>,
) -> Result<Written<Number>, ApiError> {
    caller.must(Scope::NumbersWrite)?;
    let change = NumberChange {
        label: asked.label.map(|text| label("label", &text)).transpose()?,
        enabled: asked.enabled,
        assistant: asked.assistant_id,
        rate_millis: asked.segments_per_second.map(|rate| rate_millis("segments_per_second", rate)).transpose()?,
    };
    let now = app.engine.now();
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        assistant_is_ours(tx, change.assistant.flatten()).await?;
        if !number::change(tx, id, &change).await? {
            return Err(ApiError::not_found("number"));
        }
        told(tx, id, now).await
    })
    .await?;
    app.engine.sends_may_go();
    Ok(written)
}

/// Asks the carrier anew how far the number's registration has come and whether it can send attachments. It is asked by itself each
/// day, each hour while texts are stopped for want of a registration, and whenever it refuses a text for that. A carrier that does not
/// tell is no error: `registration.reason` says why it is not known.
#[utoipa::path(post, path = "/numbers/{id}/check", tag = "numbers", params(("id" = String, Path)),
    responses((status = 200, body = Number)))]
pub async fn check(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<NumberId>,
) -> Result<Written<Number>, ApiError> {
    caller.must(Scope::NumbersWrite)?;
    let seen = app.engine.carrier().look_at(caller.tenant, id).await.map_err(carrier)?;
    let (account, seen) = seen.ok_or_else(|| ApiError::not_found("number"))?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, None, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let news = registration::keep(tx, now, account, &[(id, seen.clone())]).await?;
        if !news.is_empty() {
            return told(tx, id, now).await;
        }
        number::read(tx, id).await?.map(Told::quiet).ok_or_else(|| ApiError::not_found("number"))
    })
    .await
}

/// Removes a number that has had no conversation. One that has is kept for its history: switch it off instead.
#[utoipa::path(delete, path = "/numbers/{id}", tag = "numbers", params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<NumberId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::NumbersWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        if !number::remove(tx, id).await.map_err(in_use)? {
            return Err(ApiError::not_found("number"));
        }
        Ok(Told::at((), event::append(tx, now, &[number::updated(id)]).await?))
    })
    .await
}

async fn told(tx: &mut TenantTx<'_>, id: NumberId, now: jiff::Timestamp) -> Result<Told<Number>, ApiError> {
    let number = number::read(tx, id).await?.ok_or(StoreError::NoRow)?;
    Ok(Told::at(number, event::append(tx, now, &[number::updated(id)]).await?))
}

/// Otherwise any tenant could take what another is to get, or what the operator uses elsewhere.
async fn not_shared(tx: &mut TenantTx<'_>, account: CarrierAccountId) -> Result<(), ApiError> {
    match carrier_account::read(tx, account).await? {
        Some(account) if account.shared => Err(ApiError::invalid(
            "carrier_account_id",
            "shared",
            "This account is the operator's and shared. Ask the operator to assign the number to you.",
        )),
        _ => Ok(()),
    }
}

async fn assistant_is_ours(tx: &mut TenantTx<'_>, assistant: Option<AssistantId>) -> Result<(), ApiError> {
    match assistant {
        Some(id) if !number::has_assistant(tx, id).await? => Err(ApiError::invalid(
            "assistant_id",
            "not_found",
            "There is no such assistant. Take one of GET /assistants.",
        )),
        _ => Ok(()),
    }
}

/// Seven and eight digits may be a short code or a national number: where the region knows such numbers, it is one.
fn sender(text: &str, region: &str) -> Result<Address, PhoneError> {
    let text = text.trim();
    let digits_only = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits_only && text.len() > 6 {
        return E164::parse(text, Some(region))
            .map(Address::Phone)
            .or_else(|error| if text.len() <= 8 { Address::parse_sender(text) } else { Err(error) });
    }
    Address::parse_sender(text).or_else(|error| match error {
        PhoneError::NotASender if text.bytes().any(|b| b.is_ascii_digit()) => {
            E164::parse(text, Some(region)).map(Address::Phone)
        }
        error => Err(error),
    })
}

/// Segments per second, as they are kept: per thousand seconds.
///
/// # Errors
/// 422 that names the field.
#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
pub fn rate_millis(field: &str, per_second: f64) -> Result<i64, ApiError> {
    if (RATE_MIN..=RATE_MAX).contains(&per_second) {
        return Ok((per_second * 1_000.0).round() as i64);
    }
    let message = format!("Segments per second are from {RATE_MIN} to {RATE_MAX}.");
    Err(ApiError::invalid(field, "out_of_range", message))
}

/// What people call a number: one line, or nothing.
///
/// # Errors
/// 422 that names the field.
pub fn label(field: &str, text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(ApiError::invalid(field, "too_long", "Write one line of at most 100 characters."));
    }
    Ok(text.to_owned())
}

fn in_use(error: StoreError) -> ApiError {
    match error {
        StoreError::Foreign(_) => ApiError::conflict(
            "in_use",
            "This number has conversations, which keep it. Switch it off (`enabled: false`) instead of removing it.",
        ),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_in_many_spellings() {
        for (text, region, address) in [
            ("+13125550123", "US", "+13125550123"),
            ("(415) 555-2671", "US", "+14155552671"),
            ("4155552671", "US", "+14155552671"),
            ("12345", "US", "12345"),
            ("Lakeside", "US", "Lakeside"),
            ("32123456", "DK", "+4532123456"),
        ] {
            assert_eq!(sender(text, region).unwrap().as_str(), address, "{text}");
        }
        assert!(sender("", "US").is_err() && sender("+1", "US").is_err());
    }

    #[test]
    fn rates_are_kept_in_thousandths() {
        assert_eq!(rate_millis("rate", 0.1).unwrap(), 100);
        assert_eq!(rate_millis("rate", 50.0).unwrap(), 50_000);
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 10_001.0] {
            assert!(rate_millis("rate", wrong).is_err());
        }
    }
}
