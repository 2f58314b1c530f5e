//! People outside.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::field::Field;
use domain::hours::QuietHours;
use domain::id::ContactId;
use domain::phone::E164;
use http::StatusCode;
use serde::Deserialize;
use store::contact::history::{By, ContactChange, Hand};
use store::contact::timeline::TimelineEntry;
use store::contact::{self, Change, Contact, New, address};
use store::search::Search;
use store::{TenantTx, event, tenant};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write, present},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

pub mod addresses;
pub mod merge;
pub mod personal;

/// Someone has at most this many labels, each of at most so many characters.
const TAGS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 60;
const SEARCH_CHARS_MAX: usize = 200;
/// As in files that are imported.
const NOTE_CHARS_MAX: usize = 2_000;

/// Which contacts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A piece of the name or company, or digits of the phone number.
    #[param(required = false)]
    q: Option<String>,
}

/// Someone to add.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// In any usual spelling; without a country code it is read as one of the tenant's region.
    phone: String,
    name: Option<String>,
    company: Option<String>,
    /// IANA time zone.
    time_zone: Option<String>,
    /// Their language: a code as in `de` or `pt-BR`, of which the language is kept.
    language: Option<String>,
    /// What is to be known of them.
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

/// What of a contact changes; what is absent stays, `null` clears.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    company: Option<Option<String>>,
    /// IANA time zone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
    /// Their language: a code as in `de` or `pt-BR`, of which the language is kept.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    language: Option<Option<String>>,
    /// What is to be known of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
    /// When they do not want to be texted, on their own clock.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<store::schema::QuietHoursShape>)]
    quiet_hours: Option<Option<QuietHours>>,
    /// The tenant wants nothing more from or to them.
    blocked: Option<bool>,
    /// All of them.
    tags: Option<Vec<String>>,
    /// Values of the organisation's fields by their keys; `null`: not known any more. What is absent stays.
    #[serde(default)]
    fields: BTreeMap<String, Option<String>>,
}

/// The contacts, newest first.
#[utoipa::path(get, path = "/contacts", tag = "contacts", params(Wanted, PageParams),
    responses((status = 200, body = Listed<Contact>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Page,
) -> Result<Json<Listed<Contact>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let search = search(wanted.q.as_deref())?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            contact::page(tx, search.as_ref(), page.after_id(), page.fetch()).await
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Adds a contact.
#[utoipa::path(post, path = "/contacts", tag = "contacts", request_body = NewContact,
    responses((status = 201, body = Contact)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewContact>,
) -> Result<Written<Contact>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let region =
        app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?.region;
    let (id, now) = (app.engine.ids().next::<ContactId>(), app.engine.now());
    let new = New {
        id,
        phone: E164::parse(&asked.phone, Some(&region)).map_err(|error| ApiError::phone("phone", error))?,
        name: line("name", asked.name.as_deref())?,
        company: line("company", asked.company.as_deref())?,
        time_zone: asked.time_zone.map(|zone| fields::time_zone("time_zone", &zone)).transpose()?,
        language: asked.language.map(|language| fields::language("language", &language)).transpose()?,
        note: note(asked.note.as_deref())?,
        tags: tags(asked.tags)?,
    };
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let named = address::Named { kind: address::PHONE, address: new.phone.as_str().to_owned() };
        if let Some(other) = address::whose(tx, &named).await? {
            return Err(addresses::taken(other).at("phone"));
        }
        let line = contact::create(tx, now, &new).await.map_err(addresses::raced)?;
        let found = contact::find(tx, id).await?.ok_or_else(|| ApiError::not_found("contact"))?;
        Ok(Told::at(found, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// One contact.
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = Contact)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
) -> Result<Json<Contact>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let found =
        app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| contact::find(tx, id).await).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("contact"))
}

/// Changes a contact.
#[utoipa::path(patch, path = "/contacts/{id}", tag = "contacts", params(("id" = String, Path)),
    request_body = ContactPatch, responses((status = 200, body = Contact)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<ContactPatch>,
) -> Result<Written<Contact>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, ids, by) = (app.engine.now(), app.engine.ids(), by(&caller));
    let cleared = |field, text: Option<Option<String>>| text.map(|text| line(field, text.as_deref())).transpose();
    let zone = |zone: Option<String>| zone.map(|zone| fields::time_zone("time_zone", &zone)).transpose();
    let language = |text: Option<String>| text.map(|text| fields::language("language", &text)).transpose();
    let change = Change {
        name: cleared("name", asked.name)?,
        company: cleared("company", asked.company)?,
        time_zone: asked.time_zone.map(zone).transpose()?,
        language: asked.language.map(language).transpose()?,
        note: asked.note.map(|text| note(text.as_deref())).transpose()?,
        quiet_hours: asked.quiet_hours,
        blocked: asked.blocked,
        tags: asked.tags.map(tags).transpose()?,
        fields: Vec::new(),
    };
    let kept = asked.fields;
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let fields = if kept.is_empty() { Vec::new() } else { values(&kept, &tenant::settings(tx).await?.fields)? };
        let change = Change { fields, ..change.clone() };
        let mut hand = Hand { by, at: now, ids: &mut ids.clone() };
        let line = contact::change(tx, &mut hand, id, &change).await?.ok_or_else(|| ApiError::not_found("contact"))?;
        let found = contact::find(tx, id).await?.ok_or_else(|| ApiError::not_found("contact"))?;
        Ok(Told::at(found, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// What was changed of a contact, by whom and when, newest first.
#[utoipa::path(get, path = "/contacts/{id}/history", tag = "contacts", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<ContactChange>)))]
pub async fn history(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    page: Page,
) -> Result<Json<Listed<ContactChange>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            there(tx, id).await?;
            Ok::<_, ApiError>(contact::history::page(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Everything that happened with a contact on all channels, newest first: texts and notes of all their conversations, campaigns
/// that they have not answered, their consent, and what was changed of them.
#[utoipa::path(get, path = "/contacts/{id}/timeline", tag = "contacts", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<TimelineEntry>)))]
pub async fn timeline(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    page: Page,
) -> Result<Json<Listed<TimelineEntry>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    caller.must(Scope::ConversationsRead)?;
    let after = page.after_time()?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            there(tx, id).await?;
            Ok::<_, ApiError>(contact::timeline::page(tx, id, after, page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::at(row.at, row.id))))
}

/// 404 unless there is such a contact.
pub(super) async fn there(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Contact, ApiError> {
    contact::find(tx, id).await?.ok_or_else(|| ApiError::not_found("contact"))
}

/// What is typed to find someone.
pub(super) fn search(q: Option<&str>) -> Result<Option<Search>, ApiError> {
    match q {
        Some(q) if q.chars().count() > SEARCH_CHARS_MAX => {
            Err(ApiError::invalid("q", "too_long", format!("Search for at most {SEARCH_CHARS_MAX} characters.")))
        }
        q => Ok(q.and_then(Search::parse)),
    }
}

/// A line that may be empty: "not known".
pub(super) fn line(field: &str, text: Option<&str>) -> Result<String, ApiError> {
    match text.map(str::trim) {
        None | Some("") => Ok(String::new()),
        Some(text) => fields::name(field, text),
    }
}

/// Labels as they are kept: trimmed, sorted, each once.
pub(in crate::v1) fn tags(asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut tags: Vec<String> = asked.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    tags.sort();
    tags.dedup();
    if tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.chars().count() > TAG_CHARS_MAX) {
        let message = format!("At most {TAGS_MAX} tags of at most {TAG_CHARS_MAX} characters each.");
        return Err(ApiError::invalid("tags", "too_many", message));
    }
    Ok(tags)
}

/// Values as their fields' kinds write them.
fn values(
    asked: &BTreeMap<String, Option<String>>,
    known: &[Field],
) -> Result<Vec<(String, Option<String>)>, ApiError> {
    let read = |(key, value): (&String, &Option<String>)| {
        let called = format!("fields.{key}");
        let field = known.iter().find(|field| field.key == *key).ok_or_else(|| {
            let mend = "Your organisation has no such field. Add it to the settings first.";
            ApiError::invalid(&called, "no_such_field", mend)
        })?;
        let value = value.as_deref().map(|value| field.read(value)).transpose();
        let value = value.map_err(|why| ApiError::invalid(&called, "not_fitting", format!("This {why}.")))?;
        Ok((key.clone(), value))
    };
    asked.iter().map(read).collect()
}

/// What people note of somebody; nothing is an empty text.
fn note(text: Option<&str>) -> Result<String, ApiError> {
    let text = text.unwrap_or_default().trim();
    if text.chars().count() > NOTE_CHARS_MAX || text.chars().any(|c| c.is_control() && c != '\n') {
        let mend = format!("Write at most {NOTE_CHARS_MAX} characters, without control characters.");
        return Err(ApiError::invalid("note", "too_long", mend));
    }
    Ok(text.to_owned())
}

/// By whom a contact is changed.
fn by(caller: &Caller) -> By {
    By::Author(caller.author)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_and_absent_stays() {
        let patch = |json| serde_json::from_str::<ContactPatch>(json).unwrap();
        assert_eq!(patch("{}").name, None);
        assert_eq!(patch(r#"{"name":null}"#).name, Some(None));
        assert_eq!(patch(r#"{"name":"Ann"}"#).name, Some(Some("Ann".into())));
        assert!(serde_json::from_str::<ContactPatch>(r#"{"phone":"+14155552671"}"#).is_err());
    }

    #[test]
    fn labels_are_sorted_and_each_once() {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(tags(words(&[" b", "a", "b ", ""])).unwrap(), words(&["a", "b"]));
        assert!(tags((0..51).map(|n| n.to_string()).collect()).is_err());
        assert!(tags(vec!["x".repeat(61)]).is_err());
    }
}
