//! What contacts said about getting texts: the ledger, and new lines for it.

use axum::extract::State;
use domain::access::Scope;
use domain::command::Command;
use domain::consent::{Evidence, Purpose, State as Says};
use domain::decide::Said;
use domain::id::{ContactId, NumberId};
use domain::phone::E164;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::consent::{self, Consent};
use store::{StoreError, TenantTx, number, tenant, words};
use utoipa::ToSchema;

use super::contacts::there;
use super::messages::{SentMessage, say};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write},
    once::Written,
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// What is said of where and how somebody agreed, and its proof, have at most so many characters.
const TEXT_CHARS_MAX: usize = 2_000;

/// What a contact said, as somebody writes it down.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewConsent {
    /// `opted_in` or `opted_out`.
    #[schema(value_type = words::ConsentState)]
    state: Option<Says>,
    /// Of which texts: `marketing`, `service`, or `all`. Only who says no can mean `all`; START takes it back, and nothing else.
    #[schema(value_type = Option<words::ConsentPurpose>)]
    purpose: Option<String>,
    /// From which of our numbers; if not said, all of them.
    #[schema(value_type = Option<String>)]
    number_id: Option<NumberId>,
    /// On which number of theirs, in any usual spelling; if not said, their first.
    phone: Option<String>,
    /// The words that they saw and agreed to.
    shown: Option<String>,
    /// Where and how, as in `Sign-up form on our website`.
    how: Option<String>,
    /// Where the proof lies, the proof itself, or a digest of it.
    proof: Option<String>,
    /// Under whose law: a country or a part of one, as in `US-FL`.
    jurisdiction: Option<String>,
    /// When they said it; if not said, now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

impl std::fmt::Debug for NewConsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewConsent").field("state", &self.state).finish_non_exhaustive()
    }
}

/// From which number somebody is asked.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConsentRequest {
    /// From which of our numbers.
    #[schema(value_type = String)]
    number_id: Option<NumberId>,
    /// On which number of theirs, in any usual spelling; if not said, their first.
    phone: Option<String>,
}

impl std::fmt::Debug for ConsentRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsentRequest").field("number_id", &self.number_id).finish_non_exhaustive()
    }
}

/// What a contact said about getting texts, newest first.
#[utoipa::path(get, path = "/contacts/{id}/consents", tag = "contacts", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Consent>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    page: Page,
) -> Result<Json<Listed<Consent>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            there(tx, id).await?;
            Ok::<_, ApiError>(consent::page(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Writes down what a contact said. Lines stay: a correction is a new one.
#[utoipa::path(post, path = "/contacts/{id}/consents", tag = "contacts", params(("id" = String, Path)),
    request_body = NewConsent, responses((status = 201, body = Consent)))]
pub async fn record(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<NewConsent>,
) -> Result<Written<Consent>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let phone = known(&app, &caller, id, asked.phone.as_deref(), asked.number_id).await?;
    let said = Box::new(said(asked)?);
    let command = Command::RecordConsent { contact: id, phone, said };
    let done = app.engine.ask(caller.tenant, caller.asker(), command, once).await?;
    let newest = async move |tx: &mut TenantTx<'_>| consent::page(tx, id, None, 1).await;
    let line = app.engine.store().read(caller.tenant, newest).await?.pop().ok_or(StoreError::NoRow)?;
    Ok(Written::with(StatusCode::CREATED, line, &done))
}

/// Asks a contact by text to confirm that they want marketing, with the words of the settings: once, and not again before the
/// days are over that they have to confirm it. Never who wants no texts.
#[utoipa::path(post, path = "/contacts/{id}/consents/request", tag = "contacts", params(("id" = String, Path)),
    request_body = ConsentRequest, responses((status = 202, body = SentMessage)))]
pub async fn request(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<ConsentRequest>,
) -> Result<Written<SentMessage>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    caller.must(Scope::MessagesWrite)?;
    let phone = known(&app, &caller, id, asked.phone.as_deref(), asked.number_id).await?;
    let missing = || ApiError::invalid("number_id", "missing", "Say from which of your numbers they are asked.");
    let from = asked.number_id.ok_or_else(missing)?;
    say(&app, &caller, Command::AskConsent { contact: id, phone, from }, once).await
}

/// That there are such a contact and such a number of ours; and the contact's number as it is kept.
async fn known(
    app: &AppState,
    caller: &Caller,
    id: ContactId,
    phone: Option<&str>,
    ours: Option<NumberId>,
) -> Result<Option<E164>, ApiError> {
    let region = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            there(tx, id).await?;
            if let Some(ours) = ours
                && number::read(tx, ours).await?.is_none()
            {
                let mend = "There is no such number. Choose one under Numbers.";
                return Err(ApiError::invalid("number_id", "no_such_number", mend));
            }
            Ok(tenant::settings(tx).await?.region)
        })
        .await?;
    let parsed = phone.map(|phone| E164::parse(phone, Some(&region))).transpose();
    parsed.map_err(|error| ApiError::phone("phone", error))
}

fn said(asked: NewConsent) -> Result<Said, ApiError> {
    let missing = |field, mend: &str| ApiError::invalid(field, "missing", mend);
    let state = asked.state.ok_or_else(|| missing("state", "Say whether they opted in or out."))?;
    let purpose = match asked.purpose.as_deref() {
        None => return Err(missing("purpose", "Say of which texts: marketing, service, or all.")),
        Some("all") => None,
        Some(word) => Some(Purpose::parse(word).ok_or_else(|| {
            ApiError::invalid("purpose", "not_allowed", "There is no such purpose. Use marketing, service or all.")
        })?),
    };
    let evidence = Evidence {
        shown: text("shown", asked.shown)?,
        how: text("how", asked.how)?,
        proof: text("proof", asked.proof)?,
        by: None,
        jurisdiction: asked.jurisdiction.as_deref().map(jurisdiction).transpose()?,
    };
    Ok(Said { state, purpose, sender: asked.number_id, evidence, at: asked.at })
}

fn text(field: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_deref().is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return Err(ApiError::invalid(field, "too_long", format!("Write at most {TEXT_CHARS_MAX} characters.")));
    }
    Ok(text)
}

/// ISO 3166-1, or 3166-2: two letters, and maybe a dash and up to three letters or digits.
fn jurisdiction(text: &str) -> Result<String, ApiError> {
    let code = text.trim().to_ascii_uppercase();
    let (country, part) = code.split_once('-').map_or((code.as_str(), None), |(country, part)| (country, Some(part)));
    let is_country = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_part = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_country && part.is_none_or(is_part) {
        return Ok(code);
    }
    Err(ApiError::invalid(
        "jurisdiction",
        "not_a_code",
        "Write the code of a country or of a part of one, as in US-FL.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_codes() {
        for (text, code) in [("us", "US"), ("US-fl", "US-FL"), (" de-by ", "DE-BY"), ("GB-1", "GB-1")] {
            assert_eq!(jurisdiction(text).unwrap(), code);
        }
        for text in ["", "U", "USA", "US-", "US-FLOR", "U1", "US FL"] {
            assert!(jurisdiction(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_says_what_of_what() {
        let read = |json: serde_json::Value| said(serde_json::from_value(json).unwrap());
        let full = serde_json::json!({ "state": "opted_out", "purpose": "all", "how": "  " });
        let said = read(full).unwrap();
        assert_eq!((said.state, said.purpose, said.evidence.how), (Says::OptedOut, None, None));
        for json in [
            serde_json::json!({ "purpose": "all" }),
            serde_json::json!({ "state": "opted_in" }),
            serde_json::json!({ "state": "opted_in", "purpose": "fun" }),
            serde_json::json!({ "state": "opted_in", "purpose": "service", "how": "x".repeat(2_001) }),
        ] {
            assert!(read(json).is_err());
        }
    }
}
