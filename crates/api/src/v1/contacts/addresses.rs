//! Where somebody is reached: adding, choosing and removing phones and e-mail addresses.

use axum::extract::State;
use domain::access::Scope;
use domain::id::ContactId;
use domain::phone::E164;
use http::StatusCode;
use serde::Deserialize;
use store::contact::address::{self, Added, Named, Removed};
use store::contact::history::Hand;
use store::contact::{self, Contact};
use store::{StoreError, TenantTx, event, tenant};
use utoipa::ToSchema;

use super::{by, nobody, shown, there};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Nothing, Path, Write};
use crate::fields;
use crate::once::{self, Told, Written};
use crate::state::AppState;

/// An address more: a phone or an e-mail address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// In any usual spelling; without a country code it is read as one of the organisation's region.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// It counts first among those of its kind: campaigns text the primary phone.
    #[serde(default)]
    pub(super) primary: bool,
}

impl std::fmt::Debug for NewAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAddress").field("primary", &self.primary).finish_non_exhaustive()
    }
}

/// How an address counts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressPatch {
    /// `true`: it counts first among those of its kind. To change that, choose another.
    primary: bool,
}

/// Adds a phone or an e-mail address.
#[utoipa::path(post, path = "/contacts/{id}/addresses", tag = "contacts", params(("id" = String, Path)),
    request_body = NewAddress, responses((status = 201, body = Contact)))]
pub async fn add(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<NewAddress>,
) -> Result<Written<Contact>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, ids, by, engine) = (app.engine.now(), app.engine.ids(), by(&caller), app.engine.clone());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        there(tx, id).await?;
        let (_, named) = asked.read("", &tenant::settings(tx).await?.region)?;
        let mut hand = Hand { by, at: now, ids: &mut ids.clone() };
        let line = match address::add(tx, &mut hand, id, &named, asked.primary).await.map_err(raced)? {
            Added::Theirs(line) => line,
            Added::Taken(other) => return Err(taken(other).at(named.kind)),
            Added::TooMany => {
                let mend = format!("A contact has at most {} addresses. Remove one first.", address::ADDRESSES_MAX);
                return Err(ApiError::invalid(named.kind, "too_many", mend));
            }
            Added::Nobody => return Err(nobody(tx, id).await?),
        };
        let found = shown(&engine, tx, id).await?;
        Ok(Told::at(found, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Lets an address count first among those of its kind.
#[utoipa::path(patch, path = "/contacts/{id}/addresses/{address}", tag = "contacts",
    params(("id" = String, Path), ("address" = String, Path, description = "As the contact shows it, percent-encoded.")),
    request_body = AddressPatch, responses((status = 200, body = Contact)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, address)): Path<(ContactId, String)>,
    Write(asked, once): Write<AddressPatch>,
) -> Result<Written<Contact>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    if !asked.primary {
        let mend = "One of them is always primary. Choose another one instead.";
        return Err(ApiError::invalid("primary", "always_one", mend));
    }
    let (now, ids, by, named) = (app.engine.now(), app.engine.ids(), by(&caller), kept(&address));
    let engine = app.engine.clone();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        there(tx, id).await?;
        let mut hand = Hand { by, at: now, ids: &mut ids.clone() };
        let line = address::prefer(tx, &mut hand, id, &named).await?.ok_or_else(|| ApiError::not_found("address"))?;
        let found = shown(&engine, tx, id).await?;
        Ok(Told::at(found, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes an address away, unless texts went to it or came from it, or it wants none.
#[utoipa::path(delete, path = "/contacts/{id}/addresses/{address}", tag = "contacts",
    params(("id" = String, Path), ("address" = String, Path, description = "As the contact shows it, percent-encoded.")),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, address)): Path<(ContactId, String)>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, ids, by, named) = (app.engine.now(), app.engine.ids(), by(&caller), kept(&address));
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        there(tx, id).await?;
        let mut hand = Hand { by, at: now, ids: &mut ids.clone() };
        match address::remove(tx, &mut hand, id, &named).await? {
            Removed::Gone(line) => Ok(Told::at((), event::append(tx, now, &[line]).await?)),
            Removed::NotTheirs => Err(ApiError::not_found("address")),
            Removed::InUse => Err(ApiError::conflict(
                "in_use",
                "Texts went to this address or came from it, or it wants none, and that must stay known. Choose another \
                 one as primary instead.",
            )),
            Removed::Last => Err(ApiError::conflict(
                "last_address",
                "This is their only address. Add the right one first; or erase the contact.",
            )),
        }
    })
    .await
}

/// 409: somebody else has it.
pub(super) fn taken(other: ContactId) -> ApiError {
    let mend = format!("The contact {other} has this address. Change that one, or make both one.");
    ApiError::conflict("address_taken", mend)
}

/// The same, where they got it at the same moment.
pub(super) fn raced(error: StoreError) -> ApiError {
    match error {
        StoreError::Unique(name) if name == contact::PHONE_TAKEN => ApiError::conflict(
            "address_taken",
            "Another contact just got this address. Search for it, and change that one.",
        ),
        error => error.into(),
    }
}

/// What stands at `field`, if something does: where, what, and whether it counts first.
type Read = Result<Option<(String, Named, bool)>, ApiError>;

pub(super) fn phone(field: &str, text: Option<&str>, region: &str) -> Read {
    let Some(text) = text else { return Ok(None) };
    let phone = E164::parse(text, Some(region)).map_err(|error| ApiError::phone(field, error))?;
    Ok(Some((field.into(), Named { kind: address::PHONE, address: phone.as_str().to_owned() }, false)))
}

pub(super) fn email(field: &str, text: Option<&str>) -> Read {
    let Some(text) = text else { return Ok(None) };
    Ok(Some((field.into(), Named { kind: address::EMAIL, address: fields::email(field, text)? }, false)))
}

impl NewAddress {
    /// Where in the request it stands, behind `prefix`, and what it is.
    pub(super) fn read(&self, prefix: &str, region: &str) -> Result<(String, Named), ApiError> {
        let at = |name: &str| format!("{prefix}{name}");
        let read = match (self.phone.as_deref(), self.email.as_deref()) {
            (Some(text), None) => phone(&at("phone"), Some(text), region)?,
            (None, Some(text)) => email(&at("email"), Some(text))?,
            _ => None,
        };
        let neither = || ApiError::invalid(at("phone"), "one_of", "Send either `phone` or `email`.");
        read.map(|(field, named, _)| (field, named)).ok_or_else(neither)
    }
}

/// An address as it is kept.
fn kept(address: &str) -> Named {
    let kind = if address.contains('@') { address::EMAIL } else { address::PHONE };
    Named { kind, address: address.to_owned() }
}
