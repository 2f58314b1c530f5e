//! Lists of contacts that somebody keeps.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use domain::access::Scope;
use domain::id::{ContactId, ListId};
use domain::phone::E164;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::contact::{Contact, merge};
use store::list::{self, List};
use store::{StoreError, TenantTx, campaign, enrolment, event, segment, tenant};
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

const LISTS_MAX: i64 = 500;
const AT_ONCE_MAX: usize = 10_000;

/// A list to make, or another name for one.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPatch {
    /// What people call it; no two lists have the same name, whatever its case. A new one needs it.
    name: Option<String>,
}

/// Who is put on a list, or taken off it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListedContacts {
    /// Contacts by their ids.
    contact_ids: Vec<String>,
    /// Contacts by a phone number of theirs, in any usual spelling.
    phones: Vec<String>,
}

impl std::fmt::Debug for ListedContacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListedContacts").finish_non_exhaustive()
    }
}

/// What became of it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ListChanged {
    /// The list as it is now.
    list: List,
    /// How many were put on it, or taken off it; whoever was there already, or was not, does not count.
    changed: u64,
    /// Ids and numbers, as they were sent, that are no contact's.
    unknown: Vec<String>,
    /// Contacts that were made one with others: name those instead.
    merged: Vec<MergedContact>,
}

/// A contact that was named, and is not there any more by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MergedContact {
    /// Who was named.
    #[schema(value_type = String)]
    id: ContactId,
    /// Who has what was theirs.
    #[schema(value_type = String)]
    merged_into: ContactId,
}

impl std::fmt::Debug for ListChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListChanged").field("changed", &self.changed).finish_non_exhaustive()
    }
}

/// The lists.
#[utoipa::path(get, path = "/lists", tag = "lists", params(PageParams), responses((status = 200, body = Listed<List>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<List>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| list::page(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |list| Cursor::id(list.id))))
}

/// Makes a list, with nobody on it.
#[utoipa::path(post, path = "/lists", tag = "lists", request_body = ListPatch, responses((status = 201, body = List)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<ListPatch>,
) -> Result<Written<List>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let missing = || ApiError::invalid("name", "missing", "Give it a name.");
    let name = fields::name("name", asked.name.as_deref().ok_or_else(missing)?)?;
    let (id, now) = (app.engine.ids().next::<ListId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        if list::count(tx).await? >= LISTS_MAX {
            let mend = format!("There are {LISTS_MAX} lists already. Remove one first.");
            return Err(ApiError::conflict("too_many", mend));
        }
        let line = list::create(tx, now, id, &name).await.map_err(name_taken)?;
        Ok(Told::at(shown(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// One list.
#[utoipa::path(get, path = "/lists/{id}", tag = "lists", params(("id" = String, Path)),
    responses((status = 200, body = List)))]
pub async fn read(State(app): State<AppState>, caller: Caller, Path(id): Path<ListId>) -> Result<Json<List>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let store = app.engine.store();
    store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| shown(tx, id).await).await.map(Json)
}

/// Gives a list another name.
#[utoipa::path(patch, path = "/lists/{id}", tag = "lists", params(("id" = String, Path)),
    request_body = ListPatch, responses((status = 200, body = List)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ListId>,
    Write(asked, once): Write<ListPatch>,
) -> Result<Written<List>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        held(tx, id).await?;
        let Some(name) = &name else { return Ok(Told::quiet(shown(tx, id).await?)) };
        let line = list::rename(tx, id, name).await.map_err(name_taken)?;
        Ok(Told::at(shown(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes a list away; its contacts stay.
///
/// While a campaign whose recipients are not settled names it, or a segment looks at it, the answer is 409 `in_use`,
/// which says where.
#[utoipa::path(delete, path = "/lists/{id}", tag = "lists", params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ListId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        held(tx, id).await?;
        let uses = campaign::not_frozen(tx, |to| to.lists.contains(&id) || to.without_lists.contains(&id)).await?;
        let campaigns = uses.into_iter().map(|(campaign, name)| (format!("campaigns.{campaign}.audience"), name));
        let segments = segment::that_name(tx, id).await?.into_iter();
        let segments = segments.map(|(segment, name)| (format!("segments.{segment}.condition"), name));
        let uses: Vec<(String, String)> = campaigns.chain(segments).collect();
        if !uses.is_empty() {
            return Err(in_use(&uses));
        }
        let line = list::remove(tx, id).await?;
        Ok(Told::at((), event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Who is on a list, the newest contact first.
#[utoipa::path(get, path = "/lists/{id}/contacts", tag = "lists", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Contact>)))]
pub async fn contacts(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ListId>,
    page: Page,
) -> Result<Json<Listed<Contact>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let engine = app.engine.clone();
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let mut rows = list::contacts(tx, id, page.after_id(), page.fetch()).await?;
            if rows.is_empty() {
                shown(tx, id).await?;
            }
            engine.mark_suppressed(tx, &mut rows).await?;
            Ok::<_, ApiError>(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |contact| Cursor::id(contact.id))))
}

/// Puts contacts on a list.
#[utoipa::path(post, path = "/lists/{id}/contacts", tag = "lists", params(("id" = String, Path)),
    request_body = ListedContacts, responses((status = 200, body = ListChanged)))]
pub async fn add(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ListId>,
    Write(asked, once): Write<ListedContacts>,
) -> Result<Written<ListChanged>, ApiError> {
    fill(app, caller, id, asked, once, Fill::Add).await
}

/// Takes contacts off a list.
#[utoipa::path(post, path = "/lists/{id}/contacts/remove", tag = "lists", params(("id" = String, Path)),
    request_body = ListedContacts, responses((status = 200, body = ListChanged)))]
pub async fn take_off(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ListId>,
    Write(asked, once): Write<ListedContacts>,
) -> Result<Written<ListChanged>, ApiError> {
    fill(app, caller, id, asked, once, Fill::TakeOff).await
}

#[derive(Debug, Clone, Copy)]
enum Fill {
    Add,
    TakeOff,
}

async fn fill(
    app: AppState,
    caller: Caller,
    id: ListId,
    asked: ListedContacts,
    once: Option<engine::Once>,
    fill: Fill,
) -> Result<Written<ListChanged>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, ids) = (app.engine.now(), app.engine.ids());
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        held(tx, id).await?;
        let Meant { contacts, unknown, merged } = meant(tx, &asked).await?;
        let changed = match fill {
            Fill::Add => list::add(tx, now, id, &contacts).await?,
            Fill::TakeOff => list::take_off(tx, id, &contacts).await?,
        };
        let answer = ListChanged { list: shown(tx, id).await?, changed, unknown, merged };
        if changed == 0 {
            return Ok(Told::quiet(answer));
        }
        enrolment::listed(tx, now, &mut ids.clone(), contacts.iter().map(|contact| (*contact, None))).await?;
        Ok(Told::at(answer, event::append(tx, now, &[list::updated(id)]).await?))
    })
    .await
}

/// The contacts that are named, each once, and what names nobody.
struct Meant {
    contacts: Vec<ContactId>,
    unknown: Vec<String>,
    merged: Vec<MergedContact>,
}

async fn meant(tx: &mut TenantTx<'_>, asked: &ListedContacts) -> Result<Meant, ApiError> {
    for (field, many) in [("contact_ids", asked.contact_ids.len()), ("phones", asked.phones.len())] {
        if many > AT_ONCE_MAX {
            return Err(ApiError::invalid(field, "too_many", format!("At most {AT_ONCE_MAX} at once.")));
        }
    }
    let mut ids = Vec::with_capacity(asked.contact_ids.len());
    for (nth, id) in asked.contact_ids.iter().enumerate() {
        ids.push(id.parse::<ContactId>().map_err(|error| {
            ApiError::invalid(format!("contact_ids[{nth}]"), "not_an_id", format!("This is {error}."))
        })?);
    }
    let region = if asked.phones.is_empty() { String::new() } else { tenant::settings(tx).await?.region };
    let mut phones = Vec::with_capacity(asked.phones.len());
    for (nth, phone) in asked.phones.iter().enumerate() {
        let parsed = E164::parse(phone, Some(&region));
        phones.push(parsed.map_err(|error| ApiError::phone(&format!("phones[{nth}]"), error))?.to_string());
    }
    let known: BTreeSet<ContactId> = list::known(tx, &ids).await?.into_iter().collect();
    let whose = list::by_phones(tx, &phones).await?;
    let gone: Vec<ContactId> = ids.iter().filter(|id| !known.contains(id)).copied().collect();
    let merged = if gone.is_empty() { BTreeMap::new() } else { merge::into(tx, &gone).await? };
    let strangers = gone.iter().filter(|id| !merged.contains_key(id)).map(ToString::to_string);
    let unknown = asked.phones.iter().zip(&phones).filter(|(_, phone)| !whose.contains_key(*phone));
    let unknown = strangers.chain(unknown.map(|(said, _)| said.clone())).collect();
    let contacts: BTreeSet<ContactId> = known.into_iter().chain(whose.into_values()).collect();
    let merged = merged.into_iter().map(|(id, merged_into)| MergedContact { id, merged_into }).collect();
    Ok(Meant { contacts: contacts.into_iter().collect(), unknown, merged })
}

/// 409: something is named elsewhere. `uses`: where, and what that is called.
pub(super) fn in_use(uses: &[(String, String)]) -> ApiError {
    let names: Vec<&str> = uses.iter().map(|(_, name)| name.as_str()).collect();
    let detail = format!("It is used by {}. Choose something else there first.", names.join(", "));
    let error = |(field, name): &(String, String)| FieldError::new(field.clone(), "in_use", format!("{name} uses it."));
    ApiError::conflict("in_use", detail).with(uses.iter().map(error).collect())
}

/// 422 at `field` if there is no such list; else it stays there until the transaction ends.
pub(super) async fn must_exist(tx: &mut TenantTx<'_>, field: String, id: ListId) -> Result<(), ApiError> {
    if list::hold(tx, id).await? {
        return Ok(());
    }
    Err(ApiError::invalid(field, "no_such_list", "There is no such list. Choose one under Lists."))
}

async fn held(tx: &mut TenantTx<'_>, id: ListId) -> Result<(), ApiError> {
    if list::hold(tx, id).await? { Ok(()) } else { Err(no_such()) }
}

async fn shown(tx: &mut TenantTx<'_>, id: ListId) -> Result<List, ApiError> {
    list::find(tx, id).await?.ok_or_else(no_such)
}

fn name_taken(error: StoreError) -> ApiError {
    ApiError::name_taken(error, list::NAME_TAKEN, "list")
}

fn no_such() -> ApiError {
    ApiError::not_found("list")
}
