//! Files to answer from.

use std::sync::LazyLock;

use axum::extract::{Request, State};
use domain::access::Scope;
use domain::id::AssistantId;
use http::StatusCode;
use serde::Deserialize;
use store::event;
use store::knowledge::{New, Origin, Source};
use store::{StoreError, TenantTx};
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use super::{add, line, lines};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{self, Query},
    fields,
    once::{self, Told, Written},
    state::AppState,
};

/// The most that a file may weigh. One that says it is larger is refused before it is read.
pub const FILE_BYTES_MAX: usize = 25 << 20;
/// So many uploads are taken in at once: each takes its own weight of memory.
const UPLOADS_AT_ONCE: usize = 4;

static UPLOADS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(UPLOADS_AT_ONCE));

/// What is said of a file.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// What the file is called, as in `prices.pdf`: an ending that is known must be true.
    #[param(required = false)]
    file_name: Option<String>,
    /// What it is about; what the file calls itself, or its name, if not said.
    #[param(required = false)]
    title: Option<String>,
    /// Who may answer from it, parted by commas; none: every assistant.
    #[param(required = false)]
    assistant_ids: Option<String>,
}

/// Uploads a file to answer from, up to 25 MB: its bytes as they are. PDF, DOCX, HTML, Markdown, TXT and CSV are read, the last
/// one as questions with their answers if it has columns for these.
///
/// What it is is told by its content. It is read in its turn; how it stands, and why it could not be read, is told on the source
/// and in the live stream.
#[utoipa::path(post, path = "/knowledge/files", tag = "knowledge", params(About),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, body = Source)))]
pub async fn upload(
    State(app): State<AppState>,
    caller: Caller,
    Query(about): Query<About>,
    request: Request,
) -> Result<Written<Source>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (mut ids, now) = (app.engine.ids(), app.engine.now());
    let mut new = about.checked(&mut ids)?;
    let (parts, body) = request.into_parts();
    let _room = UPLOADS.acquire().await.map_err(StoreError::fault)?;
    let bytes = extract::read(&parts.headers, body, FILE_BYTES_MAX).await?;
    if bytes.is_empty() {
        return Err(ApiError::invalid("body", "empty", "The file is empty. Send its bytes."));
    }
    let once = once::from_request(&parts, &bytes)?;
    if let Origin::Uploaded { content, .. } = &mut new.origin {
        *content = bytes;
    }
    let written = once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let made = add(tx, now, &mut ids.clone(), &new).await?;
        Ok(Told::at(made, event::append(tx, now, &lines(new.id, &new.assistants)).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
}

impl About {
    /// What the command line says of a file.
    #[must_use]
    pub fn new(file_name: Option<String>, title: Option<String>, assistants: &[AssistantId]) -> Self {
        let ids: Vec<String> = assistants.iter().map(ToString::to_string).collect();
        Self { file_name, title, assistant_ids: Some(ids.join(",")) }
    }

    /// The source that this makes, without its bytes.
    ///
    /// # Errors
    /// 422 that names the parameter.
    pub fn checked(self, ids: &mut domain::id::Ids) -> Result<New, ApiError> {
        let file_name = self.file_name.map(|name| fields::name("file_name", &name)).transpose()?;
        let said = self.title.map(|title| fields::name("title", &title)).transpose()?;
        let mut assistants = Vec::new();
        for id in self.assistant_ids.as_deref().unwrap_or_default().split(',').filter(|id| !id.trim().is_empty()) {
            let id: AssistantId = id.trim().parse().map_err(|_| {
                ApiError::invalid("assistant_ids", "invalid", "Write ids of assistants, parted by commas.")
            })?;
            assistants.push(id);
        }
        let is_titled = said.is_some();
        let title = said.or_else(|| file_name.as_deref().map(without_ending)).unwrap_or_else(|| "File".to_owned());
        let origin = Origin::Uploaded { file_name, content: bytes::Bytes::new() };
        Ok(New { id: ids.next(), title, is_titled, origin, assistants, refetch_hours: None })
    }
}

fn without_ending(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    line(if stem.is_empty() { base } else { stem })
}
