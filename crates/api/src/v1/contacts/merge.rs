//! Two contacts who are one person: who they may be, making them one, and undoing it. People decide; nothing happens by itself.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{ContactId, MergeId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::contact::Contact;
use store::contact::duplicates::{Duplicate, duplicates as may_be};
use store::contact::history::Hand;
use store::contact::merge::{self, Merge, Undone};
use store::{TenantTx, event};
use utoipa::ToSchema;

use super::{by, must_exist, nobody, shown, there};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Json, Path, Write};
use crate::once::{self, Told, Written};
use crate::page::{Cursor, Listed, Page, PageParams};
use crate::state::AppState;

/// Who may be the same person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duplicates {
    /// Those with the most in common first, at most twenty.
    pub data: Vec<Duplicate>,
}

/// Whom to make one with a contact.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    /// Who is not shown by themselves any more; what they have comes to the contact of the path.
    #[schema(value_type = String)]
    from: ContactId,
}

/// Which merge is undone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unmerge {
    /// The merge.
    #[schema(value_type = String)]
    merge_id: MergeId,
}

/// Two contacts that are one now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Merged {
    /// With which the merge can be undone.
    #[schema(value_type = String)]
    pub merge_id: MergeId,
    /// The contact that was kept.
    pub contact: Contact,
}

/// Two contacts again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Unmerged {
    /// The contact that was kept.
    pub contact: Contact,
    /// The one that came back.
    pub restored: Contact,
}

/// Who may be the same person as a contact. It only suggests.
#[utoipa::path(get, path = "/contacts/{id}/duplicates", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = Duplicates)))]
pub async fn duplicates(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
) -> Result<Json<Duplicates>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| match may_be(tx, id).await? {
        Some(data) => Ok(Json(Duplicates { data })),
        None => Err(nobody(tx, id).await?),
    };
    app.engine.store().read(caller.tenant, read).await
}

/// Makes another contact one with this one: addresses, conversations, consent, campaigns, labels, lists, and what this one does
/// not know of itself. It can be undone.
#[utoipa::path(post, path = "/contacts/{id}/merge", tag = "contacts", params(("id" = String, Path)),
    request_body = NewMerge, responses((status = 201, body = Merged)))]
pub async fn merge(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<NewMerge>,
) -> Result<Written<Merged>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, ids, by, engine) = (app.engine.now(), app.engine.ids(), by(&caller), app.engine.clone());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        there(tx, id).await?;
        if asked.from == id {
            return Err(ApiError::invalid("from", "same", "This is the contact itself. Choose another one."));
        }
        let mut ids = ids.clone();
        let merge_id: MergeId = ids.next();
        let mut hand = Hand { by, at: now, ids: &mut ids };
        must_exist(tx, "from", asked.from).await?;
        let lines = merge::merge(tx, &mut hand, merge_id, id, asked.from).await?;
        let Some(lines) = lines else { return Err(nobody(tx, id).await?) };
        let merged = Merged { merge_id, contact: shown(&engine, tx, id).await? };
        Ok(Told::at(merged, event::append(tx, now, &lines).await?))
    })
    .await
}

/// Undoes a merge: what it moved goes back, with what came since for the addresses that it moved. What somebody has changed
/// since stays.
#[utoipa::path(post, path = "/contacts/{id}/unmerge", tag = "contacts", params(("id" = String, Path)),
    request_body = Unmerge, responses((status = 200, body = Unmerged)))]
pub async fn unmerge(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<Unmerge>,
) -> Result<Written<Unmerged>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, ids, by, engine) = (app.engine.now(), app.engine.ids(), by(&caller), app.engine.clone());
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut hand = Hand { by, at: now, ids: &mut ids.clone() };
        let (gone, lines) = match merge::unmerge(tx, &mut hand, asked.merge_id, id).await? {
            Undone::Two(gone, lines) => (gone, lines),
            Undone::None => {
                there(tx, id).await?;
                return Err(ApiError::not_found("merge"));
            }
            Undone::Later => {
                let mend = "This contact was itself made one with another since. Undo that first.";
                return Err(ApiError::conflict("merged_since", mend));
            }
        };
        let (contact, restored) = (shown(&engine, tx, id).await?, shown(&engine, tx, gone).await?);
        let unmerged = Unmerged { contact, restored };
        Ok(Told::at(unmerged, event::append(tx, now, &lines).await?))
    })
    .await
}

/// Whom a contact was made one with, newest first.
#[utoipa::path(get, path = "/contacts/{id}/merges", tag = "contacts", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Merge>)))]
pub async fn merges(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    page: Page,
) -> Result<Json<Listed<Merge>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            there(tx, id).await?;
            Ok::<_, ApiError>(merge::page(tx, id, page.after_id(), page.fetch()).await?)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}
