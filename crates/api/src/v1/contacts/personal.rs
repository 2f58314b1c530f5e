//! What is kept of one person, in one file; and erasing it.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::access::Scope;
use domain::id::ContactId;
use engine::{AddressKey, Engine};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use store::contact::Contact;
use store::contact::erase::{Erased, Erasure, erase as erase_contact};
use store::contact::export::everybody;
use store::{StoreError, TenantTx, event, suppression};
use utoipa::ToSchema;

use super::{nobody, shown, there};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Path, Write};
use crate::once::{self, Told, Written};
use crate::state::AppState;

mod file;

/// An order to erase somebody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseContact {
    /// The contact's id once more: this cannot be taken back.
    #[schema(value_type = String)]
    confirm: ContactId,
    /// Keep a keyed hash of all their addresses, so that none of them is texted if it comes back. Of those that want no texts one
    /// is kept in any case.
    #[serde(default)]
    suppress: bool,
}

/// What erasing somebody did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContactErased {
    /// Whom.
    #[schema(value_type = String)]
    pub id: ContactId,
    /// Of so many of their addresses a keyed hash is kept, so that they get no texts.
    pub suppressed: u64,
    /// So many uploads of contacts that were not begun are forgotten: upload them again without the person.
    pub forgotten_uploads: u64,
}

/// Everything that is kept of a contact, as a JSON file: themselves and whoever was made one with them, their addresses, fields,
/// labels, lists, history, consent, suppressions, conversations, messages, attachments, what assistants made of them, campaigns
/// with what came of them, clicks, and what endpoints were told.
#[utoipa::path(get, path = "/contacts/{id}/export", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/json", body = String)))]
pub async fn export(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
) -> Result<Response, ApiError> {
    for scope in [Scope::ContactsRead, Scope::ConversationsRead, Scope::CampaignsRead] {
        caller.must(scope)?;
    }
    let engine = app.engine.clone();
    let begin = async move |tx: &mut TenantTx<'_>| {
        let found = shown(&engine, tx, id).await?;
        let suppressions = suppressions(&engine, tx, &found).await?;
        let everybody = everybody(tx, id).await?;
        let json = |value: serde_json::Result<String>| value.map_err(StoreError::fault);
        let (found, suppressions) = (json(serde_json::to_string(&found))?, json(serde_json::to_string(&suppressions))?);
        Ok::<_, ApiError>((format!("{{\"contact\":{found},\"suppressions\":{suppressions}"), everybody))
    };
    let (head, everybody) = app.engine.store().read(caller.tenant, begin).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"contact.json\"")),
    ];
    Ok((headers, file::body(app.engine.store().clone(), caller.tenant, everybody, head)).into_response())
}

/// What the list of numbers that get no texts says and said of them.
async fn suppressions(
    engine: &Engine,
    tx: &mut TenantTx<'_>,
    contact: &Contact,
) -> Result<Vec<suppression::Suppression>, StoreError> {
    let mut found = Vec::new();
    let Some(key) = AddressKey::find(tx, engine.sealer()).await? else { return Ok(found) };
    for one in &contact.addresses {
        found.extend(suppression::of(tx, &key.hash(&one.address)).await?);
    }
    Ok(found)
}

/// Erases a contact: their name, fields, notes, addresses, history, messages, attachments, and what campaigns, files and
/// endpoints were told of them. What counts are made of stays, without content. It cannot be taken back.
///
/// While a file of contacts is being read the answer is 409 `import_at_work`.
#[utoipa::path(post, path = "/contacts/{id}/erase", tag = "contacts", params(("id" = String, Path)),
    request_body = EraseContact, responses((status = 200, body = ContactErased)))]
pub async fn erase(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Write(asked, once): Write<EraseContact>,
) -> Result<Written<ContactErased>, ApiError> {
    caller.must(Scope::ContactsErase)?;
    let (now, ids, by, engine) = (app.engine.now(), app.engine.ids(), caller.user, app.engine.clone());
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        there(tx, id).await?;
        if asked.confirm != id {
            let mend = "Send the id of the contact that is to be erased.";
            return Err(ApiError::invalid("confirm", "not_confirmed", mend));
        }
        let Erased { addresses, lines, uploads } = match erase_contact(tx, now, id).await? {
            Erasure::Done(erased) => erased,
            Erasure::Nobody => return Err(nobody(tx, id).await?),
            Erasure::ImportAtWork => {
                let mend = "A file of contacts is being read, and may hold them. Wait until it is done, or cancel it.";
                return Err(ApiError::conflict("import_at_work", mend));
            }
        };
        let kept = addresses.iter().filter(|(_, wants_none)| asked.suppress || *wants_none);
        let kept: Vec<&str> = kept.map(|(address, _)| address.as_str()).collect();
        if !kept.is_empty() {
            let key = AddressKey::find_or_make(tx, engine.sealer()).await?;
            let hashed = kept.iter().map(|address| suppression::Address { hash: key.hash(address), text: None });
            let new = suppression::New { reason: "", source: suppression::Source::Erasure, until: None, by };
            suppression::add(tx, now, &mut ids.clone(), new, &hashed.collect::<Vec<_>>()).await?;
        }
        let erased = ContactErased { id, suppressed: kept.len() as u64, forgotten_uploads: uploads };
        Ok(Told::at(erased, event::append(tx, now, &lines).await?))
    })
    .await
}
