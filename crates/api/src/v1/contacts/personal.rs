//! What is kept of one person, in one file; and erasing it.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::access::Scope;
use domain::id::{ContactId, TenantId};
use engine::AddressKey;
use futures_util::StreamExt as _;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::contact::erase::{Erased, Erasure, erase as erase_contact};
use store::contact::timeline;
use store::{Store, StoreError, TenantTx, consent, contact, event, message, suppression};
use utoipa::ToSchema;
use uuid::Uuid;

use super::there;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Path, Write};
use crate::once::{self, Told, Written};
use crate::state::AppState;

/// So many rows are read at once.
const ROWS_AT_ONCE: u32 = 200;

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

/// Everything that is kept of a contact, as a JSON file: themselves, what was changed of them, their consent ledger, their
/// messages, and their campaigns.
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
    let store = app.engine.store().clone();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| there(tx, id).await).await?;
    let head = format!("{{\"contact\":{}", serde_json::to_string(&found).map_err(StoreError::fault)?);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"contact.json\"")),
    ];
    Ok((headers, body(store, caller.tenant, id, head)).into_response())
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
            Erasure::Nobody => return Err(ApiError::not_found("contact")),
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

/// Which part of the file comes next, and after what.
#[derive(Debug, Clone, Copy)]
enum Next {
    History(Option<Uuid>),
    Consents(Option<Uuid>),
    Messages((i64, Uuid)),
    Campaigns((i64, Uuid)),
    End,
}

/// Before everything, in a line of time that is read backwards.
const FIRST: (i64, Uuid) = (i64::MAX, Uuid::max());

/// `head`, and one list after the other. The next rows are read when those before them were fetched.
fn body(store: Store, tenant: TenantId, id: ContactId, head: String) -> Body {
    let parts = futures_util::stream::unfold(Some(Next::History(None)), move |next| {
        let store = store.clone();
        async move {
            let next = next?;
            let read = async move |tx: &mut TenantTx<'_>| part(tx, id, next).await;
            match store.read(tenant, read).await {
                Ok((text, next)) => Some((Ok(Bytes::from(text)), next)),
                Err(error) => Some((Err(std::io::Error::other(error)), None)),
            }
        }
    });
    Body::from_stream(futures_util::stream::iter([Ok(Bytes::from(head))]).chain(parts))
}

/// The rows that come next, and what comes behind them.
async fn part(tx: &mut TenantTx<'_>, id: ContactId, next: Next) -> Result<(String, Option<Next>), StoreError> {
    let micros = Timestamp::as_microsecond;
    match next {
        Next::History(after) => {
            let rows = contact::history::page(tx, id, after, ROWS_AT_ONCE).await?;
            let last = rows.last().map(|row| Next::History(Some(row.id)));
            list("history", after.is_none(), &rows, last, Next::Consents(None))
        }
        Next::Consents(after) => {
            let rows = consent::page(tx, id, after, ROWS_AT_ONCE).await?;
            let last = rows.last().map(|row| Next::Consents(Some(row.id)));
            list("consents", after.is_none(), &rows, last, Next::Messages(FIRST))
        }
        Next::Messages(after) => {
            let rows = message::of_contact(tx, id, after, ROWS_AT_ONCE).await?;
            let last = rows.last().map(|row| Next::Messages((micros(row.created_at), row.id.into())));
            list("messages", after == FIRST, &rows, last, Next::Campaigns(FIRST))
        }
        Next::Campaigns(after) => {
            let rows = timeline::campaign_texts(tx, id, false, after, ROWS_AT_ONCE).await?;
            let last = rows.last().map(|(at, row)| Next::Campaigns((micros(*at), row.recipient_id.into())));
            let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
            list("campaigns", after == FIRST, &rows, last, Next::End)
        }
        Next::End => Ok(("}\n".into(), None)),
    }
}

/// Rows of a list: it begins with its name, and ends when no more come.
fn list<T: Serialize>(
    name: &str,
    begins: bool,
    rows: &[T],
    last: Option<Next>,
    behind: Next,
) -> Result<(String, Option<Next>), StoreError> {
    let mut text = if begins { format!(",\"{name}\":[") } else { String::new() };
    for (nth, row) in rows.iter().enumerate() {
        if nth > 0 || !begins {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(row).map_err(StoreError::fault)?);
    }
    let more = last.filter(|_| rows.len() == ROWS_AT_ONCE as usize);
    if more.is_none() {
        text.push(']');
    }
    Ok((text, Some(more.unwrap_or(behind))))
}
