//! Fields of contacts: what an organisation keeps of people besides name and company.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::field::{Field, FieldFault, FieldPatch, Kind};
use domain::tenant::Settings;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::schema::FieldKindShape;
use store::tenant::Tenant;
use store::{StoreError, TenantTx, field, tenant};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Json, Path, Query, Write};
use crate::faults::Faults;
use crate::fields;
use crate::once::{self, Told, Written};
use crate::page::Listed;
use crate::state::AppState;

const FIELDS_MAX: usize = 100;
/// So many values are written anew in one transaction.
const VALUES_AT_ONCE: u32 = 5_000;

/// A field of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactField {
    /// Its name in texts, conditions and the API; it stays.
    #[schema(example = "shoe_size")]
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What it holds.
    #[schema(value_type = FieldKindShape)]
    pub kind: Kind,
    /// It is used no more; what is kept in it is shown again if it is.
    pub archived: bool,
}

/// A field to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContactField {
    /// Its name in texts, conditions and the API: lower-case letters, digits and underscores. It stays.
    key: String,
    /// Its name for people.
    label: String,
    /// What it holds.
    #[schema(value_type = FieldKindShape)]
    kind: Kind,
}

/// What of a field changes; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactFieldPatch {
    /// Its name for people.
    label: Option<String>,
    /// What it holds. While somebody has a value that would not fit, the answer is 409 `values_do_not_fit`.
    #[schema(value_type = Option<FieldKindShape>)]
    kind: Option<Kind>,
    /// Choices that are called otherwise, from what to what. Whoever has one gets the other, which may be there already.
    renamed_choices: BTreeMap<String, String>,
    /// Its place among the fields, from 0.
    position: Option<usize>,
    /// `true`: it is used no more. `false`: it is used again.
    archived: Option<bool>,
}

/// Which fields are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that are used no more, too, behind the others.
    #[serde(default)]
    #[param(required = false)]
    archived: bool,
}

/// The fields, in their order: all of them on one page.
#[utoipa::path(get, path = "/contact-fields", tag = "contacts", params(Wanted),
    responses((status = 200, body = Listed<ContactField>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Listed<ContactField>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let settings =
        app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?;
    let used = settings.fields.into_iter().map(|field| shown(field, false));
    let others = settings.archived_fields.into_iter().filter(|_| wanted.archived).map(|field| shown(field, true));
    Ok(Json(Listed { data: used.chain(others).collect(), next_cursor: None }))
}

/// Makes a field, behind the others.
#[utoipa::path(post, path = "/contact-fields", tag = "contacts", request_body = NewContactField,
    responses((status = 201, body = ContactField)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewContactField>,
) -> Result<Written<ContactField>, ApiError> {
    caller.must(Scope::TenantWrite)?;
    let mut faults = Faults::default();
    let label = faults.take(fields::name("label", &asked.label))?;
    let field = Field { key: asked.key, label, kind: asked.kind };
    let field = faults.take(field.checked().map(Some).map_err(unfit))?;
    faults.end()?;
    let Some(field) = field else { return Err(StoreError::NoRow.into()) };
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let mut found = tenant::read_to_change(tx).await?;
        let settings = &mut found.settings;
        if settings.archived_fields.iter().any(|other| other.key == field.key) {
            let mend = "A field that is used no more has this key. Use that one again, or choose another key.";
            return Err(ApiError::conflict("key_taken", mend).at("key"));
        }
        if settings.fields.iter().any(|other| other.key == field.key) {
            return Err(ApiError::conflict("key_taken", "Another field has this key. Choose another one.").at("key"));
        }
        room(settings)?;
        settings.fields.push(field.clone());
        tenant::change(tx, &found.name, &found.settings).await?;
        Ok(Told::quiet(shown(field.clone(), false)))
    })
    .await
}

/// One field.
#[utoipa::path(get, path = "/contact-fields/{key}", tag = "contacts", params(("key" = String, Path)),
    responses((status = 200, body = ContactField)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<ContactField>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let settings =
        app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?;
    let (field, archived) = find(&settings, &key)?;
    Ok(Json(shown(field.clone(), archived)))
}

/// Changes a field: its name for people, what it holds, its place, or whether it is used.
///
/// A choice goes away, or a kind changes, only if nobody has a value that would not fit: 409 `values_do_not_fit` says how many
/// have one, and names some.
#[utoipa::path(patch, path = "/contact-fields/{key}", tag = "contacts", params(("key" = String, Path)),
    request_body = ContactFieldPatch, responses((status = 200, body = ContactField)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(key): Path<String>,
    Write(asked, once): Write<ContactFieldPatch>,
) -> Result<Written<ContactField>, ApiError> {
    caller.must(Scope::TenantWrite)?;
    if let Some(done) = once::answered(&app, caller.tenant, once.as_ref(), StatusCode::OK).await? {
        return Ok(done);
    }
    let label = asked.label.as_deref().map(|label| fields::name("label", label)).transpose()?;
    let patch = FieldPatch { label, kind: asked.kind, renamed: asked.renamed_choices };
    if !patch.renamed.is_empty() {
        rename(&app, &caller, &key, &patch).await?;
    }
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut found = tenant::read_to_change(tx).await?;
        let (now, mut archived) = find(&found.settings, &key)?;
        let changed = now.changed(&patch).map_err(unfit)?;
        for (from, to) in &changed.renamed {
            // Those that came meanwhile.
            field::rename(tx, &key, from, to, u32::MAX).await?;
        }
        if changed.narrows {
            all_fit(tx, &changed.field, &[]).await?;
        }
        let settings = &mut found.settings;
        *find_mut(settings, &key)? = changed.field.clone();
        if let Some(wanted) = asked.archived.filter(|wanted| *wanted != archived) {
            swap(settings, &key, wanted)?;
            archived = wanted;
        }
        if let Some(position) = asked.position {
            place(settings, &key, position)?;
        }
        tenant::change(tx, &found.name, &found.settings).await?;
        Ok(Told::quiet(shown(changed.field, archived)))
    })
    .await
}

/// Gives their new choice to all who have one that is renamed, some at a time. Until all have it both may be chosen, so that
/// whoever asks again after a crash finds the rest.
async fn rename(app: &AppState, caller: &Caller, key: &str, patch: &FieldPatch) -> Result<(), ApiError> {
    let (at, asked) = (key.to_owned(), patch.clone());
    let widen = async move |tx: &mut TenantTx<'_>| {
        let mut found: Tenant = tenant::read_to_change(tx).await?;
        let field = find_mut(&mut found.settings, &at)?;
        let changed = field.changed(&asked).map_err(unfit)?;
        let gone: Vec<&str> = changed.renamed.iter().map(|(from, _)| from.as_str()).collect();
        if changed.narrows {
            all_fit(tx, &changed.field, &gone).await?;
        }
        *field = field.widened(&changed.renamed);
        tenant::change(tx, &found.name, &found.settings).await?;
        Ok::<_, ApiError>(changed.renamed)
    };
    let store = app.engine.store();
    for (from, to) in store.write(caller.tenant, widen).await? {
        loop {
            let (key, from, to) = (key.to_owned(), from.clone(), to.clone());
            let some = async move |tx: &mut TenantTx<'_>| field::rename(tx, &key, &from, &to, VALUES_AT_ONCE).await;
            if store.write(caller.tenant, some).await? < u64::from(VALUES_AT_ONCE) {
                break;
            }
        }
    }
    Ok(())
}

/// 409 unless all values are of the field's kind, or are about to become others.
async fn all_fit(tx: &mut TenantTx<'_>, field: &Field, gone: &[&str]) -> Result<(), ApiError> {
    let mut kind = field.kind.clone();
    if let Kind::Choice { choices } = &mut kind {
        choices.extend(gone.iter().map(|choice| (*choice).to_owned()));
    }
    let misfits = field::misfits(tx, &field.key, &kind).await?;
    if misfits.count == 0 {
        return Ok(());
    }
    let some: Vec<String> = misfits.some.iter().map(ToString::to_string).collect();
    let detail = format!(
        "{} contacts have a value that would not fit ({}), such as {}. Change it there first, or rename the choice.",
        misfits.count,
        field.form(),
        some.join(", ")
    );
    Err(ApiError::conflict("values_do_not_fit", detail).at("kind"))
}

fn find<'s>(settings: &'s Settings, key: &str) -> Result<(&'s Field, bool), ApiError> {
    let used = settings.fields.iter().map(|field| (field, false));
    let mut all = used.chain(settings.archived_fields.iter().map(|field| (field, true)));
    all.find(|(field, _)| field.key == key).ok_or_else(no_such)
}

fn find_mut<'s>(settings: &'s mut Settings, key: &str) -> Result<&'s mut Field, ApiError> {
    settings.fields.iter_mut().chain(&mut settings.archived_fields).find(|field| field.key == key).ok_or_else(no_such)
}

/// From those that are used to the others, or back, behind them.
fn swap(settings: &mut Settings, key: &str, archived: bool) -> Result<(), ApiError> {
    if !archived {
        room(settings)?;
    }
    let Settings { fields, archived_fields, .. } = settings;
    let (from, to) = if archived { (fields, archived_fields) } else { (archived_fields, fields) };
    let at = from.iter().position(|field| field.key == key).ok_or_else(no_such)?;
    to.push(from.remove(at));
    Ok(())
}

fn place(settings: &mut Settings, key: &str, position: usize) -> Result<(), ApiError> {
    let fields = &mut settings.fields;
    let Some(at) = fields.iter().position(|field| field.key == key) else {
        let mend = "It is used no more, and has no place among the others. Use it again first.";
        return Err(ApiError::conflict("field_archived", mend).at("position"));
    };
    if position >= fields.len() {
        let mend = format!("There are {} fields: write 0 to {}.", fields.len(), fields.len() - 1);
        return Err(ApiError::invalid("position", "out_of_range", mend));
    }
    let field = fields.remove(at);
    fields.insert(position, field);
    Ok(())
}

fn room(settings: &Settings) -> Result<(), ApiError> {
    if settings.fields.len() < FIELDS_MAX {
        return Ok(());
    }
    let mend = format!("There are {FIELDS_MAX} fields already. Archive one first.");
    Err(ApiError::conflict("too_many", mend))
}

fn shown(field: Field, archived: bool) -> ContactField {
    let Field { key, label, kind } = field;
    ContactField { key, label, kind, archived }
}

fn unfit(fault: FieldFault) -> ApiError {
    ApiError::invalid(fault.about(), fault.code(), fault.to_string())
}

fn no_such() -> ApiError {
    ApiError::not_found("field")
}
