//! What is written of a contact: what it must look like, and changing it.

use std::collections::BTreeMap;
use std::fmt;

use axum::extract::State;
use domain::access::Scope;
use domain::field::{Field, Value};
use domain::hours::QuietHours;
use domain::id::ContactId;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;
use store::contact::history::Hand;
use store::contact::{self, Change, Contact};
use store::{TenantTx, event, tenant};
use utoipa::ToSchema;

use super::{by, nobody, shown};
use crate::auth::Caller;
use crate::error::{ApiError, FieldError};
use crate::extract::{Path, Write, present};
use crate::faults::Faults;
use crate::fields;
use crate::once::{self, Told, Written};
use crate::state::AppState;

/// Someone has at most this many labels, each of at most so many characters.
const TAGS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 60;
/// As in files that are imported.
const NOTE_CHARS_MAX: usize = 2_000;

/// What of a contact changes; what is absent stays, `null` clears.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(super) name: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(super) company: Option<Option<String>>,
    /// IANA time zone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(super) time_zone: Option<Option<String>>,
    /// Their language: a code as in `de` or `pt-BR`, of which the language is kept.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(super) language: Option<Option<String>>,
    /// What is to be known of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(super) note: Option<Option<String>>,
    /// When they do not want to be texted, on their own clock.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<store::schema::QuietHoursShape>)]
    pub(super) quiet_hours: Option<Option<QuietHours>>,
    /// The tenant wants nothing more from or to them.
    pub(super) blocked: Option<bool>,
    /// All of them.
    pub(super) tags: Option<Vec<String>>,
    /// Values of the organisation's fields by their keys, of the field's own type or as text; `null`: not known any more. What is
    /// absent stays.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, store::schema::FieldChangeShape>)]
    pub(super) fields: BTreeMap<String, Json>,
}

impl fmt::Debug for ContactPatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactPatch").field("blocked", &self.blocked).finish_non_exhaustive()
    }
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
    let (now, ids, by, engine) = (app.engine.now(), app.engine.ids(), by(&caller), app.engine.clone());
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut faults = Faults::default();
        let change = asked.read(&mut faults, &tenant::settings(tx).await?.fields)?;
        faults.end()?;
        let mut hand = Hand { by, at: now, ids: &mut ids.clone() };
        let Some(line) = contact::change(tx, &mut hand, id, &change).await? else { return Err(nobody(tx, id).await?) };
        Ok(Told::at(shown(&engine, tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

impl ContactPatch {
    /// What of it can be kept; the rest is among the faults.
    pub(super) fn read(&self, faults: &mut Faults, known: &[Field]) -> Result<Change, ApiError> {
        let cleared =
            |field, text: &Option<Option<String>>| text.as_ref().map(|text| line(field, text.as_deref())).transpose();
        let zone = |zone: &Option<String>| zone.as_ref().map(|zone| fields::time_zone("time_zone", zone)).transpose();
        let language = |text: &Option<String>| text.as_ref().map(|text| fields::language("language", text)).transpose();
        Ok(Change {
            name: faults.take(cleared("name", &self.name))?,
            company: faults.take(cleared("company", &self.company))?,
            time_zone: faults.take(self.time_zone.as_ref().map(zone).transpose())?,
            language: faults.take(self.language.as_ref().map(language).transpose())?,
            note: faults.take(self.note.as_ref().map(|text| note(text.as_deref())).transpose())?,
            quiet_hours: self.quiet_hours,
            blocked: self.blocked,
            tags: faults.take(self.tags.clone().map(labels).transpose())?,
            add_tags: Vec::new(),
            remove_tags: Vec::new(),
            fields: values(&self.fields, known, faults),
        })
    }
}

/// A line that may be empty: "not known".
pub(in crate::v1) fn line(field: &str, text: Option<&str>) -> Result<String, ApiError> {
    match text.map(str::trim) {
        None | Some("") => Ok(String::new()),
        Some(text) => fields::name(field, text),
    }
}

/// Labels as they are kept: trimmed, sorted, each once.
pub(in crate::v1) fn labels(asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut tags: Vec<String> = asked.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    tags.sort();
    tags.dedup();
    if tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.chars().count() > TAG_CHARS_MAX) {
        let message = format!("At most {TAGS_MAX} tags of at most {TAG_CHARS_MAX} characters each.");
        return Err(ApiError::invalid("tags", "too_many", message));
    }
    Ok(tags)
}

/// Values as their fields' kinds write them; `None`: not known any more.
pub(in crate::v1) fn values(
    asked: &BTreeMap<String, Json>,
    known: &[Field],
    faults: &mut Faults,
) -> Vec<(String, Option<String>)> {
    let mut read = Vec::with_capacity(asked.len());
    for (key, value) in asked {
        match known.iter().find(|field| field.key == *key) {
            Some(_) if value.is_null() => read.push((key.clone(), None)),
            Some(field) => match self::value(field, value) {
                Ok(value) => read.push((key.clone(), Some(value))),
                Err(fault) => faults.add(fault),
            },
            None => {
                let mend = "Your organisation has no such field. Make it under /contact-fields first.";
                faults.add(FieldError::new(format!("fields.{key}"), "no_such_field", mend));
            }
        }
    }
    read
}

fn value(field: &Field, value: &Json) -> Result<String, FieldError> {
    let called = || format!("fields.{}", field.key);
    let (label, form) = (&field.label, field.form());
    let Ok(value) = serde_json::from_value::<Value>(value.clone()) else {
        let mend = format!("{label} takes {form}; this is a list or an object.");
        return Err(FieldError::new(called(), "wrong_type", mend));
    };
    let unfit = |why| FieldError::new(called(), "not_fitting", format!("{label} takes {form}; this {why}."));
    field.take(&value).map_err(unfit)
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

#[cfg(test)]
mod tests {
    use domain::field::Kind;
    use serde_json::json;

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
        assert_eq!(labels(words(&[" b", "a", "b ", ""])).unwrap(), words(&["a", "b"]));
        assert!(labels((0..51).map(|n| n.to_string()).collect()).is_err());
        assert!(labels(vec!["x".repeat(61)]).is_err());
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let size = Field { key: "size".into(), label: "Shoe size".into(), kind: Kind::Number };
        let wrong = json!({
            "name": "x".repeat(101), "time_zone": "Mars", "note": "x".repeat(2_001), "blocked": true,
            "fields": { "size": true, "shoe": 1, "list": [] },
        });
        let mut faults = Faults::default();
        let read = serde_json::from_value::<ContactPatch>(wrong).unwrap().read(&mut faults, &[size]).unwrap();
        assert_eq!((read.blocked, read.fields.len()), (Some(true), 0));
        let told = faults.end().unwrap_err().into_fields().unwrap();
        let names: Vec<_> = told.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(names, ["name", "time_zone", "note", "fields.list", "fields.shoe", "fields.size"]);
        assert_eq!(told[5].message, "Shoe size takes a decimal number; this is true or false.");
    }
}
