//! A person's file, written while it is fetched: some rows at a time, one attachment at a time.

use std::sync::Arc;

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::id::{ContactId, MediaId, TenantId};
use futures_util::StreamExt as _;
use serde_json::json;
use store::contact::export::{self, Behind, SECTIONS};
use store::{Store, StoreError, TenantTx, media};
use uuid::Uuid;

/// Where the file stands.
#[derive(Debug, Clone)]
enum Next {
    /// Rows of a section, of one of those whose rows are theirs, after an id.
    Rows {
        section: usize,
        person: usize,
        after: Behind,
        is_first: bool,
    },
    /// Attachments of one of them: those that are left of a message, and those of the messages after it.
    Files {
        person: usize,
        after: Uuid,
        left: Vec<MediaId>,
        is_first: bool,
    },
    End,
}

/// `head`, and one list after the other. What comes next is read when what was before it is fetched.
pub(super) fn body(store: Store, tenant: TenantId, everybody: Vec<ContactId>, head: String) -> Body {
    let everybody = Arc::new(everybody);
    let first = Next::Rows { section: 0, person: 0, after: Behind::NOTHING, is_first: true };
    let parts = futures_util::stream::unfold(Some(first), move |next| {
        let (store, everybody) = (store.clone(), Arc::clone(&everybody));
        async move {
            let next = next?;
            let read = async move |tx: &mut TenantTx<'_>| part(tx, &everybody, next.clone()).await;
            match store.read(tenant, read).await {
                Ok((text, next)) => Some((Ok(Bytes::from(text)), next)),
                Err(error) => Some((Err(std::io::Error::other(error)), None)),
            }
        }
    });
    Body::from_stream(futures_util::stream::iter([Ok(Bytes::from(head))]).chain(parts))
}

/// What comes next, and what comes behind it.
async fn part(
    tx: &mut TenantTx<'_>,
    everybody: &[ContactId],
    next: Next,
) -> Result<(String, Option<Next>), StoreError> {
    match next {
        Next::Rows { section, person, after, is_first } => {
            let Some(kind) = SECTIONS.get(section) else {
                let files = Next::Files { person: 0, after: Uuid::nil(), left: Vec::new(), is_first: true };
                return Ok((",\"files\":[".into(), Some(files)));
            };
            let mut text =
                if person == 0 && after == Behind::NOTHING { format!(",\"{}\":[", kind.name) } else { String::new() };
            let Some(contact) = everybody.get(person) else {
                text.push(']');
                let behind = Next::Rows { section: section + 1, person: 0, after: Behind::NOTHING, is_first: true };
                return Ok((text, Some(behind)));
            };
            let (rows, behind) = export::page(tx, kind, *contact, after).await?;
            let Some(behind) = behind else {
                return Ok((text, Some(Next::Rows { section, person: person + 1, after: Behind::NOTHING, is_first })));
            };
            for (nth, mut row) in rows.into_iter().enumerate() {
                row.insert("contact_id".into(), contact.to_string().into());
                if nth > 0 || !is_first {
                    text.push(',');
                }
                text.push_str(&serde_json::to_string(&row).map_err(StoreError::fault)?);
            }
            Ok((text, Some(Next::Rows { section, person, after: behind, is_first: false })))
        }
        Next::Files { person, after, mut left, is_first } => {
            let Some(contact) = everybody.get(person) else { return Ok(("]".into(), Some(Next::End))) };
            let Some(id) = left.pop() else {
                let behind = match export::files(tx, *contact, after).await? {
                    Some((message, left)) => Next::Files { person, after: message, left, is_first },
                    None => Next::Files { person: person + 1, after: Uuid::nil(), left, is_first },
                };
                return Ok((String::new(), Some(behind)));
            };
            let comma = if is_first { "" } else { "," };
            let text = format!("{comma}{}", attachment(tx, id).await?);
            Ok((text, Some(Next::Files { person, after, left, is_first: false })))
        }
        Next::End => Ok(("}\n".into(), None)),
    }
}

/// One attachment, with its bytes in Base64; `null`: they are not here.
async fn attachment(tx: &mut TenantTx<'_>, id: MediaId) -> Result<String, StoreError> {
    let content = media::content(tx, id).await?;
    let content_type = content.as_ref().map(|content| content.content_type.clone());
    let bytes = content.and_then(|content| content.bytes).map(|bytes| STANDARD.encode(bytes));
    Ok(json!({ "id": id, "content_type": content_type, "content": bytes }).to_string())
}
