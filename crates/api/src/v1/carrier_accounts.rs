//! Credentials at a carrier, and adopting what the account has there.

use axum::extract::State;
use domain::{
    access::Scope,
    event::Kind,
    id::{CarrierAccountId, NumberId, TenantId},
    phone::Address,
};
use engine::carrier::{CarrierError, Offered, Problem as Missing};
use http::StatusCode;
use providers::telnyx::{self, signature::PublicKey};
use serde::{Deserialize, Serialize};
use store::{
    StoreError, TenantTx,
    carrier_account::{self, AccountChange, CarrierAccount, NewAccount},
    event::{self, Line},
    number::{self, Added, NewNumber, Number},
    schema::CarrierKindWord,
    tenant,
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

const KEYS_MAX: usize = 5;
const ADOPTED_MAX: usize = 500;

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
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    public_keys: Option<Vec<String>>,
}

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
    let (api_key, api_key_hint) = sealed_key(&app, id, &asked.api_key)?;
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
        public_keys: parsed_keys(asked.public_keys)?,
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
        api_key: asked.api_key.map(|key| sealed_key(&app, id, &key)).transpose()?,
        public_keys: asked.public_keys.map(parsed_keys).transpose()?,
    };
    let door = app.clone();
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let changed = carrier_account::change(tx, id, &change).await?;
        let found = own(carrier_account::read(tx, id).await?, changed)?;
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
    let data = offered
        .into_iter()
        .map(|found| OfferedNumber {
            pretty: number::pretty(&found.address),
            imported: ours.contains(&found.address),
            carrier_ref: found.carrier_ref,
            e164: found.address,
            status: found.status,
            kind: found.kind,
            messaging_profile_id: found.messaging_profile_id,
            messaging_enabled: found.messaging_enabled,
        })
        .collect();
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
    let wanted = addresses(&asked.numbers)?;
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
    let problems: Vec<CarrierProblem> = adopted.problems.into_iter().map(Into::into).collect();
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut problems = problems.clone();
        let mut lines = Vec::new();
        let mut numbers = Vec::new();
        for (id_of_new, found) in &new {
            match import(tx, id, *id_of_new, found, now).await? {
                Ok((number, is_new)) => {
                    lines.extend(is_new.then_some(line(number.id)));
                    numbers.push(number);
                }
                Err(problem) => problems.push(problem),
            }
        }
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

/// Checks at the carrier what keeps the tenant's numbers from working.
#[utoipa::path(post, path = "/carrier-accounts/{id}/check", tag = "carrier-accounts", params(("id" = String, Path)),
    responses((status = 200, body = Checked)))]
pub async fn check(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CarrierAccountId>,
) -> Result<Json<Checked>, ApiError> {
    caller.must(Scope::CarrierRead)?;
    let ours = ours(&app, caller.tenant, id).await?;
    let missing = app.engine.carrier().check(caller.tenant, id, &ours).await.map_err(carrier)?;
    Ok(Json(Checked { ok: missing.is_empty(), problems: missing.into_iter().map(Into::into).collect() }))
}

/// The line that tells of a number.
pub(crate) fn line(id: NumberId) -> Line {
    Line { kind: Kind::NumberUpdated, subject: id.0, conversation: None }
}

/// Takes one adopted number among ours, unless it is there. Somebody else's stays theirs.
async fn import(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    id: NumberId,
    found: &Offered,
    now: jiff::Timestamp,
) -> Result<Result<(Number, bool), CarrierProblem>, ApiError> {
    let Ok(address) = Address::parse_sender(&found.address) else {
        let message = "We cannot read this sender.";
        return Ok(Err(problem(&found.address, "not_a_sender", message, "Tell us how the carrier writes it.")));
    };
    if let Some(known) = number::by_address(tx, account, address.as_str()).await? {
        return Ok(Ok((known, false)));
    }
    let kind = number::kind_of(&address);
    let new = NewNumber {
        id,
        kind,
        label: String::new(),
        account,
        carrier_ref: Some(found.carrier_ref.clone()),
        assistant: None,
        rate_millis: i64::try_from(kind.default_rate_millis()).unwrap_or(i64::MAX),
        created_at: now,
        address,
    };
    match number::create(tx, &new).await? {
        Added::Yes => Ok(Ok((number::read(tx, id).await?.ok_or(StoreError::NoRow)?, true))),
        Added::NoAccount => Err(ApiError::not_found("carrier account")),
        Added::Taken => {
            let message = "Another tenant of this installation has this number.";
            Ok(Err(problem(&found.address, "number_taken", message, "Ask the operator to move it, or take another.")))
        }
    }
}

async fn ours(app: &AppState, tenant: TenantId, account: CarrierAccountId) -> Result<Vec<String>, ApiError> {
    let ours = app
        .engine
        .store()
        .read(tenant, async move |tx: &mut TenantTx<'_>| number::addresses_of(tx, account).await)
        .await?;
    Ok(ours)
}

fn addresses(asked: &[String]) -> Result<Vec<String>, ApiError> {
    if asked.is_empty() || asked.len() > ADOPTED_MAX {
        let message = format!("Name 1 to {ADOPTED_MAX} numbers.");
        return Err(ApiError::invalid("numbers", "out_of_range", message));
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
        .map(|(at, error)| FieldError::new(format!("numbers[{at}]"), error.code(), error.to_string()));
    Err(ApiError::invalid_fields(errors.collect()))
}

fn sealed_key(app: &AppState, id: CarrierAccountId, key: &str) -> Result<(Vec<u8>, String), ApiError> {
    let key = key.trim();
    if key.is_empty() || key.len() > 500 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        let message = "Copy the API key from the carrier's portal; it starts with KEY at Telnyx.";
        return Err(ApiError::invalid("api_key", "not_a_key", message));
    }
    let sealed = app.engine.sealer().seal(&engine::key_context(id), key.as_bytes()).map_err(StoreError::fault)?;
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

fn parsed_keys(keys: Vec<String>) -> Result<Vec<String>, ApiError> {
    if keys.is_empty() || keys.len() > KEYS_MAX {
        let message = format!("Give 1 to {KEYS_MAX} public keys: without one, no webhook can be believed.");
        return Err(ApiError::invalid("public_keys", "out_of_range", message));
    }
    for (at, key) in keys.iter().enumerate() {
        if PublicKey::parse(key).is_err() {
            let message = "Copy the public key from the carrier's portal: base64 of 32 bytes, or PEM.";
            return Err(ApiError::invalid(format!("public_keys[{at}]"), "not_a_public_key", message));
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

/// What the carrier said, for the tenant's people.
fn carrier(error: CarrierError) -> ApiError {
    match error {
        CarrierError::NotFound => ApiError::not_found("carrier account"),
        CarrierError::Store(fault) => fault.into(),
        CarrierError::Carrier(fault) => {
            let detail = format!("{fault}. Check the account's API key and address, and try again.");
            ApiError::new(StatusCode::BAD_GATEWAY, "carrier_refused", detail)
        }
    }
}

fn problem(address: &str, code: &str, message: &str, mend: &str) -> CarrierProblem {
    CarrierProblem { e164: Some(address.into()), code: code.into(), message: message.into(), mend: mend.into() }
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
    fn a_hint_gives_nothing_away() {
        assert_eq!(hint("KEY0123456789ABCDEF1234"), "KEY…1234");
        assert_eq!(hint("short"), "…");
    }

    #[test]
    fn every_number_that_cannot_be_one_is_named() {
        let error = addresses(&["+13125550123".into(), "nonsense-at-length".into()]).unwrap_err();
        assert!(format!("{error:?}").contains("numbers[1]"));
        assert!(addresses(&[]).is_err());
    }
}
