//! What a carrier account has at the carrier: listing it, adopting it, and checking how it stands.

use axum::extract::State;
use domain::{
    access::Scope,
    id::{CarrierAccountId, NumberId, TenantId},
    phone::Address,
};
use engine::carrier::{CarrierError, Findings, Imported, Importing, Offered, Problem as Missing, import, note};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{
    TenantTx, event,
    number::{self, Number},
    tenant,
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Path, Write},
    fields,
    once::{self, Told, Written},
    state::AppState,
};

const ADOPTED_MAX: usize = 500;

/// A number that the account has at the carrier.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferedNumber {
    /// The carrier's id of it.
    pub carrier_ref: String,
    /// The number.
    pub e164: String,
    /// The same for people.
    pub pretty: String,
    /// The carrier's word, such as `active`.
    pub status: String,
    /// The carrier's word, such as `toll-free`.
    pub kind: Option<String>,
    /// Which profile it is attached to.
    pub messaging_profile_id: Option<String>,
    /// Whether it can text; `null`: the carrier did not say.
    pub messaging_enabled: Option<bool>,
    /// Whether it is among our numbers already.
    pub imported: bool,
}

/// The numbers that the account has at the carrier.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferedNumbers {
    /// All of them.
    pub data: Vec<OfferedNumber>,
}

/// Numbers to adopt.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adopt {
    /// In E.164 form, as the carrier lists them.
    numbers: Vec<String>,
    /// What the messaging profile is called there; the tenant's name if absent.
    #[serde(default)]
    profile_name: Option<String>,
}

/// Something that is missing or wrong at the carrier.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CarrierProblem {
    /// Which number it concerns; `null`: the account or the profile.
    pub e164: Option<String>,
    /// Stable.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

/// What adopting led to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AdoptedNumbers {
    /// The tenant's profile there.
    pub messaging_profile_id: String,
    /// Our numbers now.
    pub numbers: Vec<Number>,
    /// What is missing.
    pub problems: Vec<CarrierProblem>,
}

/// How the account stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// Nothing is missing.
    pub ok: bool,
    /// What is missing.
    pub problems: Vec<CarrierProblem>,
}

/// Asks the carrier which numbers the account has.
#[utoipa::path(get, path = "/carrier-accounts/{id}/numbers", tag = "carrier-accounts", params(("id" = String, Path)),
    responses((status = 200, body = OfferedNumbers)))]
pub async fn numbers(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
) -> Result<Json<OfferedNumbers>, ApiError> {
    caller.must(Scope::CarrierRead)?;
    let offered = app.engine.carrier().list_numbers(caller.tenant, id).await.map_err(carrier)?;
    let ours = ours(&app, caller.tenant, id).await?;
    let data = offered.into_iter().map(|found| OfferedNumber::shown(found, &ours)).collect();
    Ok(Json(OfferedNumbers { data }))
}

/// Adopts numbers of the account: makes or adopts the tenant's messaging profile there with our webhook address, attaches the
/// numbers to it, and imports them. Doing it again changes nothing.
#[utoipa::path(post, path = "/carrier-accounts/{id}/adopt", tag = "carrier-accounts", params(("id" = String, Path)),
    request_body = Adopt, responses((status = 200, body = AdoptedNumbers)))]
pub async fn adopt(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
    Write(asked, once): Write<Adopt>,
) -> Result<Written<AdoptedNumbers>, ApiError> {
    caller.must(Scope::CarrierWrite)?;
    caller.must(Scope::NumbersWrite)?;
    let wanted = addresses("numbers", &asked.numbers)?;
    let profile_name = match asked.profile_name {
        Some(name) => fields::name("profile_name", &name)?,
        None => {
            app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::read(tx).await).await?.name
        }
    };
    let adopted = app.engine.carrier().adopt(caller.tenant, id, &wanted, &profile_name).await.map_err(carrier)?;
    let mut ids = app.engine.ids();
    let new: Vec<(NumberId, Offered)> = adopted.numbers.into_iter().map(|found| (ids.next(), found)).collect();
    let (now, profile) = (app.engine.now(), adopted.messaging_profile_id);
    let (missing, seen, errand) = (adopted.problems, adopted.seen, ids.next());
    let importing = Importing { account: id, numbers: new, missing, seen, errand };
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let Imported { numbers, problems, lines } = import(tx, &importing, now).await.map_err(carrier)?;
        let problems = importing.missing.iter().cloned().chain(problems).map(Into::into).collect();
        let value = AdoptedNumbers { messaging_profile_id: profile.clone(), numbers, problems };
        if lines.is_empty() {
            return Ok(Told::quiet(value));
        }
        Ok(Told::at(value, event::append(tx, now, &lines).await?))
    })
    .await?;
    app.engine.sends_may_go();
    Ok(written)
}

/// Checks at the carrier what keeps the tenant's numbers from working, and writes it down for each of them.
#[utoipa::path(post, path = "/carrier-accounts/{id}/check", tag = "carrier-accounts", params(("id" = String, Path)),
    responses((status = 200, body = Checked)))]
pub async fn check(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
) -> Result<Written<Checked>, ApiError> {
    caller.must(Scope::CarrierRead)?;
    let ours = ours(&app, caller.tenant, id).await?;
    let findings = app.engine.carrier().check(caller.tenant, id, &ours).await.map_err(carrier)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, None, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let Findings { problems: missing, seen } = &findings;
        let problems = missing.iter().cloned().map(Into::into).collect();
        let value = Checked { ok: missing.is_empty(), problems };
        let lines = note(tx, id, missing, seen, now).await?;
        if lines.is_empty() {
            return Ok(Told::quiet(value));
        }
        Ok(Told::at(value, event::append(tx, now, &lines).await?))
    })
    .await
}

async fn ours(app: &AppState, tenant: TenantId, account: CarrierAccountId) -> Result<Vec<String>, ApiError> {
    let ours = app
        .engine
        .store()
        .read(tenant, async move |tx: &mut TenantTx<'_>| number::addresses_of(tx, account).await)
        .await?;
    Ok(ours)
}

/// The numbers that are named, as the carrier writes them.
///
/// # Errors
/// 422 that names `field` if there are none or too many, and each that cannot be one.
pub fn addresses(field: &str, asked: &[String]) -> Result<Vec<String>, ApiError> {
    if asked.is_empty() || asked.len() > ADOPTED_MAX {
        let message = format!("Name 1 to {ADOPTED_MAX} numbers.");
        return Err(ApiError::invalid(field, "out_of_range", message));
    }
    let (read, wrong): (Vec<_>, Vec<_>) = asked
        .iter()
        .enumerate()
        .map(|(at, text)| Address::parse_sender(text).map_err(|e| (at, e)))
        .partition(Result::is_ok);
    if wrong.is_empty() {
        return Ok(read.into_iter().flatten().map(|address| address.as_str().to_owned()).collect());
    }
    let errors = wrong
        .into_iter()
        .filter_map(Result::err)
        .map(|(at, error)| FieldError::new(format!("{field}[{at}]"), error.code(), error.to_string()));
    Err(ApiError::invalid_fields(errors.collect()))
}

/// What the carrier said, for the tenant's people.
pub(in crate::v1) fn carrier(error: CarrierError) -> ApiError {
    match error {
        CarrierError::NotFound => ApiError::not_found("carrier account"),
        CarrierError::Store(fault) => fault.into(),
        CarrierError::Carrier(fault) => {
            let detail = format!("{fault}. Check the account's API key and address, and try again.");
            ApiError::new(StatusCode::BAD_GATEWAY, "carrier_refused", detail)
        }
    }
}

impl OfferedNumber {
    /// What is shown of it; `ours` are the tenant's numbers of the account.
    #[must_use]
    pub fn shown(found: Offered, ours: &[String]) -> Self {
        Self {
            pretty: number::pretty(&found.address),
            imported: ours.contains(&found.address),
            carrier_ref: found.carrier_ref,
            e164: found.address,
            status: found.status,
            kind: found.kind,
            messaging_profile_id: found.messaging_profile_id,
            messaging_enabled: found.messaging_enabled,
        }
    }
}

impl From<Missing> for CarrierProblem {
    fn from(missing: Missing) -> Self {
        Self { e164: missing.address, code: missing.code.into(), message: missing.message, mend: missing.mend }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_that_cannot_be_one_is_named() {
        let error = addresses("numbers", &["+13125550123".into(), "nonsense-at-length".into()]).unwrap_err();
        assert!(format!("{error:?}").contains("numbers[1]"));
        assert!(addresses("numbers", &[]).is_err());
    }
}
