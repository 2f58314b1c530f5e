//! The tenant's list of numbers that get no texts, whoever has them.

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use domain::access::Scope;
use domain::id::SuppressionId;
use domain::phone::E164;
use engine::AddressKey;
use http::StatusCode;
use http_body_util::{BodyExt as _, Limited};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::suppression::{self, Address, New, Source, Suppression};
use store::{StoreError, TenantTx, tenant};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write},
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

const AT_ONCE_MAX: usize = 10_000;
const REASON_CHARS_MAX: usize = 500;
const FILE_BYTES_MAX: usize = 16 << 20;
/// So many of a file are written in one transaction: others write in between.
const SOME: usize = 2_000;
/// So many lines of a file that have no number are named.
const REJECTED_SHOWN_MAX: usize = 1_000;

/// Which of them are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct WantedSuppressions {
    /// A whole phone number, in any usual spelling: what the list says and said of it.
    #[param(required = false)]
    phone: Option<String>,
    /// Also those that count no more.
    #[param(required = false)]
    past: bool,
}

/// Numbers to add.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewSuppressions {
    /// In any usual spelling, at most 10,000.
    phones: Vec<String>,
    /// Why, as in `Asked us by telephone`.
    reason: String,
    /// Until when; if not said, for good.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

impl std::fmt::Debug for NewSuppressions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSuppressions").field("phones", &self.phones.len()).finish_non_exhaustive()
    }
}

/// How a file is taken.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SuppressionFile {
    /// Why these numbers get no texts.
    reason: String,
    /// Until when; if not said, for good.
    #[param(required = false, value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// What became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuppressionsAdded {
    /// So many are new on the list.
    added: u64,
    /// So many were on it already; they count for the longer of both times.
    known: u64,
    /// The lines of the file in which there is no phone number, at most 1,000 of them.
    rejected_lines: Vec<u64>,
}

/// Why one is taken off.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TakenOff {
    /// Why it may be texted again.
    why: String,
}

/// The numbers that get no texts, newest first.
#[utoipa::path(get, path = "/suppressions", tag = "suppressions", params(WantedSuppressions, PageParams),
    responses((status = 200, body = Listed<Suppression>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedSuppressions>,
    page: Page,
) -> Result<Json<Listed<Suppression>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let (now, sealer) = (app.engine.now(), app.engine.sealer().clone());
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(phone) = &wanted.phone else {
                return Ok(suppression::page(tx, now, wanted.past, page.after_id(), page.fetch()).await?);
            };
            let region = tenant::settings(tx).await?.region;
            let phone = E164::parse(phone, Some(&region)).map_err(|error| ApiError::phone("phone", error))?;
            let Some(key) = AddressKey::find(tx, &sealer).await? else { return Ok(Vec::new()) };
            let mut found = suppression::of(tx, &key.hash(phone.as_str())).await?;
            found.retain(|one| wanted.past || (one.ended_at.is_none() && one.until.is_none_or(|until| until > now)));
            Ok::<_, ApiError>(found)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Adds numbers to the list: no campaign texts them, and no conversation is opened with them. Who writes is answered.
#[utoipa::path(post, path = "/suppressions", tag = "suppressions", request_body = NewSuppressions,
    responses((status = 201, body = SuppressionsAdded)))]
pub async fn add(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewSuppressions>,
) -> Result<Written<SuppressionsAdded>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let adding = Adding::new(&app, &caller, &asked.reason, asked.until)?;
    if asked.phones.is_empty() || asked.phones.len() > AT_ONCE_MAX {
        let mend = format!("Name 1 to {AT_ONCE_MAX} numbers; upload a file of more.");
        return Err(ApiError::invalid("phones", "out_of_range", mend));
    }
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let region = tenant::settings(tx).await?.region;
        let mut phones = BTreeSet::new();
        for (nth, phone) in asked.phones.iter().enumerate() {
            let parsed = E164::parse(phone, Some(&region));
            let parsed = parsed.map_err(|error| ApiError::phone(&format!("phones[{nth}]"), error))?;
            phones.insert(parsed.as_str().to_owned());
        }
        let phones: Vec<String> = phones.into_iter().collect();
        let added = adding.write(tx, &phones).await?;
        let known = phones.len() as u64 - added;
        Ok(Told::quiet(SuppressionsAdded { added, known, rejected_lines: Vec::new() }))
    })
    .await
}

/// Adds the numbers of a file: a number to a line, or a table (CSV, TSV, XLSX) whose rows have a number each. The file is the
/// body of the request, of at most 16 MB.
#[utoipa::path(post, path = "/suppressions/file", tag = "suppressions", params(SuppressionFile),
    request_body(content = String, content_type = "text/csv"), responses((status = 201, body = SuppressionsAdded)))]
pub async fn upload(
    State(app): State<AppState>,
    caller: Caller,
    Query(about): Query<SuppressionFile>,
    request: Request,
) -> Result<Written<SuppressionsAdded>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let adding = Adding { source: Source::File, ..Adding::new(&app, &caller, &about.reason, about.until)? };
    let too_large = |_| {
        let mend = "The file broke off on its way or has more than 16 MB. Send it again, in pieces if it is larger.";
        ApiError::invalid("body", "too_large", mend)
    };
    let (parts, body) = request.into_parts();
    let bytes = Limited::new(body, FILE_BYTES_MAX).collect().await.map_err(too_large)?.to_bytes();
    let once = once::from_request(&parts, &bytes)?;
    if let Some(before) = once::answered(&app, caller.tenant, once.as_ref(), StatusCode::CREATED).await? {
        return Ok(before);
    }
    let settings = async |tx: &mut TenantTx<'_>| tenant::settings(tx).await;
    let region = app.engine.store().read(caller.tenant, settings).await?.region;
    let read = tokio::task::spawn_blocking(move || engine::phones_in(&bytes, &region));
    let found = read.await.map_err(StoreError::fault)?;
    let found = found.map_err(|error| ApiError::invalid("body", error.code(), error.to_string()))?;
    let mut added = 0;
    for some in found.phones.chunks(SOME) {
        let (adding, some) = (adding.clone(), some.to_vec());
        let write = async move |tx: &mut TenantTx<'_>| adding.write(tx, &some).await;
        added += app.engine.store().write(caller.tenant, write).await?;
    }
    let known = found.phones.len() as u64 - added;
    let rejected_lines = found.rejected.into_iter().take(REJECTED_SHOWN_MAX).collect();
    let value = SuppressionsAdded { added, known, rejected_lines };
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |_: &mut TenantTx<'_>| {
        Ok(Told::quiet(value.clone()))
    })
    .await
}

/// One number that gets no texts, or got none.
#[utoipa::path(get, path = "/suppressions/{id}", tag = "suppressions", params(("id" = String, Path)),
    responses((status = 200, body = Suppression)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SuppressionId>,
) -> Result<Json<Suppression>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let find = async move |tx: &mut TenantTx<'_>| suppression::find(tx, id).await;
    app.engine.store().read(caller.tenant, find).await?.map(Json).ok_or_else(no_such)
}

/// Takes a number off the list, with the reason; the line stays and says who did so. For owners and admins.
#[utoipa::path(post, path = "/suppressions/{id}/remove", tag = "suppressions", params(("id" = String, Path)),
    request_body = TakenOff, responses((status = 200, body = Suppression)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SuppressionId>,
    Write(asked, once): Write<TakenOff>,
) -> Result<Written<Suppression>, ApiError> {
    caller.must(Scope::TenantWrite)?;
    let (now, by) = (app.engine.now(), caller.user);
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        if suppression::find(tx, id).await?.is_none() {
            return Err(no_such());
        }
        let why = reason("why", &asked.why, "Say why this number may be texted again.")?;
        if !suppression::remove(tx, now, id, by, &why).await? {
            return Err(ApiError::conflict("ended_already", "This number was taken off already, or its time is over."));
        }
        Ok(Told::quiet(suppression::find(tx, id).await?.ok_or(StoreError::NoRow)?))
    })
    .await
}

/// What all numbers of one request have in common.
#[derive(Debug, Clone)]
struct Adding {
    reason: String,
    source: Source,
    until: Option<Timestamp>,
    by: Option<domain::id::UserId>,
    now: Timestamp,
    ids: domain::id::Ids,
    sealer: engine::Sealer,
}

impl Adding {
    fn new(app: &AppState, caller: &Caller, said: &str, until: Option<Timestamp>) -> Result<Self, ApiError> {
        let now = app.engine.now();
        if until.is_some_and(|until| until <= now) {
            return Err(ApiError::invalid("until", "in_the_past", "This time has passed. Choose a later one."));
        }
        Ok(Self {
            reason: reason("reason", said, "Say why these numbers get no texts.")?,
            source: if caller.user.is_some() { Source::Member } else { Source::Api },
            until,
            by: caller.user,
            now,
            ids: app.engine.ids(),
            sealer: app.engine.sealer().clone(),
        })
    }

    /// Adds these, each once, and answers how many are new.
    async fn write(&self, tx: &mut TenantTx<'_>, phones: &[String]) -> Result<u64, StoreError> {
        let key = AddressKey::find_or_make(tx, &self.sealer).await?;
        let addresses: Vec<Address<'_>> =
            phones.iter().map(|phone| Address { hash: key.hash(phone), text: Some(phone) }).collect();
        let new = New { reason: &self.reason, source: self.source, until: self.until, by: self.by };
        suppression::add(tx, self.now, &mut self.ids.clone(), new, &addresses).await
    }
}

fn reason(field: &str, said: &str, mend: &str) -> Result<String, ApiError> {
    let said = said.trim();
    match said.chars().count() {
        0 => Err(ApiError::invalid(field, "missing", mend)),
        length if length > REASON_CHARS_MAX => {
            Err(ApiError::invalid(field, "too_long", format!("Write at most {REASON_CHARS_MAX} characters.")))
        }
        _ => Ok(said.to_owned()),
    }
}

fn no_such() -> ApiError {
    ApiError::not_found("suppression")
}
