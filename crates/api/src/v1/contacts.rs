//! People outside.

use axum::extract::State;
use domain::access::Scope;
use domain::id::ContactId;
use engine::Engine;
use store::contact::history::{By, ContactChange};
use store::contact::timeline::TimelineEntry;
use store::contact::{self, Contact};
use store::{StoreError, TenantTx};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

pub mod addresses;
pub mod change;
pub mod create;
pub mod filter;
pub mod merge;
pub mod personal;
pub mod tags;

pub(in crate::v1) use change::{labels, line};
use filter::Wanted;
pub(in crate::v1) use filter::search;

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
    let search = wanted.search()?;
    let (now, engine) = (app.engine.now(), app.engine.clone());
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let meant = wanted.meant(tx).await?;
            let meant = meant.as_ref().map(|meant| (meant, now));
            let mut rows = contact::page(tx, search.as_ref(), meant, page.after_id(), page.fetch()).await?;
            engine.mark_suppressed(tx, &mut rows).await?;
            Ok::<_, ApiError>(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
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
    let engine = app.engine.clone();
    let read = async move |tx: &mut TenantTx<'_>| shown(&engine, tx, id).await;
    app.engine.store().read(caller.tenant, read).await.map(Json)
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

/// A contact, as it is shown.
///
/// # Errors
/// 404 unless there is one.
async fn shown(engine: &Engine, tx: &mut TenantTx<'_>, id: ContactId) -> Result<Contact, ApiError> {
    let mut found = there(tx, id).await?;
    engine.mark_suppressed(tx, [&mut found]).await?;
    Ok(found)
}

/// 404 unless there is such a contact; with the one that has what was theirs, if it was made one with it.
pub(super) async fn there(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Contact, ApiError> {
    match contact::find(tx, id).await? {
        Some(found) => Ok(found),
        None => Err(nobody(tx, id).await?),
    }
}

/// The 404 for a contact that is not there.
pub(super) async fn nobody(tx: &mut TenantTx<'_>, id: ContactId) -> Result<ApiError, StoreError> {
    let into = contact::merge::into(tx, &[id]).await?.remove(&id);
    Ok(into.map_or_else(|| ApiError::not_found("contact"), ApiError::merged))
}

/// 422 at `field` unless there is such a contact.
pub(super) async fn must_exist(tx: &mut TenantTx<'_>, field: &str, id: ContactId) -> Result<(), ApiError> {
    if !store::list::known(tx, &[id]).await?.is_empty() {
        return Ok(());
    }
    Err(match contact::merge::into(tx, &[id]).await?.remove(&id) {
        Some(into) => {
            let mend = format!("This contact was made one with {into}. Name that one instead.");
            ApiError::invalid(field, "contact_merged", mend)
        }
        None => ApiError::invalid(field, "no_such_contact", "There is no such contact. Choose one that there is."),
    })
}

/// By whom a contact is changed.
fn by(caller: &Caller) -> By {
    By::Author(caller.author)
}
