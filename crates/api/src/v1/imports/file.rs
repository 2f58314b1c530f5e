//! Bytes that come in and go out, a piece at a time: no file is whole in memory.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use domain::id::{ImportId, TenantId};
use engine::import::{FILE_BYTES_MAX, LookError, Looked, Told};
use futures_util::StreamExt as _;
use http::{HeaderMap, header};
use store::import::{self, PART_BYTES};
use store::{Store, TenantTx};

use crate::{auth::Caller, error::ApiError, once::Print, state::AppState};

/// So many rejected rows are read at once.
const ROWS_AT_ONCE: u32 = 1_000;

/// A file that says that it is too large need not be sent.
pub(super) fn may_come(headers: &HeaderMap) -> Result<(), ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > FILE_BYTES_MAX) { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> ApiError {
    let mend = "The file has more than 1 GB. Split it into several files and import one after the other.";
    ApiError::invalid("body", "too_large", mend)
}

/// Keeps what comes in, and answers how much that is. `print`: whoever sends it may send it again under the same key.
pub(super) async fn take_in(
    app: &AppState,
    caller: &Caller,
    id: ImportId,
    body: Body,
    mut print: Option<&mut Print>,
) -> Result<u64, ApiError> {
    let mut stream = body.into_data_stream();
    let (mut piece, mut nth, mut bytes) = (BytesMut::with_capacity(PART_BYTES), 0, 0_u64);
    while let Some(chunk) = stream.next().await {
        let mut chunk = chunk.map_err(|_| {
            ApiError::invalid("body", "incomplete_body", "The file broke off on its way. Send it again.")
        })?;
        bytes += chunk.len() as u64;
        if let Some(print) = print.as_mut() {
            print.take(&chunk);
        }
        if bytes > FILE_BYTES_MAX {
            return Err(too_large());
        }
        while !chunk.is_empty() {
            let some = chunk.split_to(chunk.len().min(PART_BYTES - piece.len()));
            piece.extend_from_slice(&some);
            if piece.len() == PART_BYTES {
                keep(app, caller, id, nth, piece.split().freeze()).await?;
                nth += 1;
            }
        }
    }
    if !piece.is_empty() {
        keep(app, caller, id, nth, piece.freeze()).await?;
    }
    Ok(bytes)
}

/// Looks at a file that is here.
pub(super) async fn look(
    app: &AppState,
    tenant: TenantId,
    file: (ImportId, u64),
    told: Told,
) -> Result<Looked, ApiError> {
    app.engine.look_at_import(tenant, file, told).await.map_err(|error| match error {
        LookError::Sheet { code, message } => {
            let field = match code {
                "unknown_encoding" => "encoding",
                "unknown_sheet" => "sheet",
                "no_such_row" => "header_row",
                _ => "body",
            };
            ApiError::invalid(field, code, message)
        }
        LookError::Store(error) => error.into(),
    })
}

async fn keep(app: &AppState, caller: &Caller, id: ImportId, nth: i64, content: Bytes) -> Result<(), ApiError> {
    let write = async move |tx: &mut TenantTx<'_>| import::add_part(tx, id, nth, &content).await;
    Ok(app.engine.store().write(caller.tenant, write).await?)
}

/// `head`, and all rows that were not taken. The next are read when those before them were fetched.
pub(super) fn rejected(store: Store, tenant: TenantId, found: &import::Import, head: String) -> Body {
    let (id, run) = (found.id, found.reading.run);
    let rows = futures_util::stream::unfold(Some(0_i64), move |after| {
        let store = store.clone();
        async move {
            let after = after?;
            let read = async move |tx: &mut TenantTx<'_>| import::rejected(tx, id, run, after, ROWS_AT_ONCE).await;
            match store.read(tenant, read).await {
                Ok(some) => {
                    let next = some.last().map(|(line, _)| *line)?;
                    Some((Ok(Bytes::from(some.into_iter().map(|(_, cells)| cells).collect::<String>())), Some(next)))
                }
                Err(error) => Some((Err(std::io::Error::other(error)), None)),
            }
        }
    });
    // Whoever packs it asks once more after its end.
    Body::from_stream(futures_util::stream::iter([Ok(Bytes::from(head))]).chain(rows).fuse())
}
