//! Workflows as files: JSON or YAML, the same bytes in and out once they are written in the one way.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::access::Scope;
use domain::id::WorkflowId;
use domain::workflow::{Document, Fault};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use store::{TenantTx, workflow};
use utoipa::IntoParams;

use super::{WorkflowDetail, make, no_such, written};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{self, JSON_BYTES_MAX, Path, Query},
    once::{self, Written},
    state::AppState,
};

/// What to export.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportOf {
    /// `json`, if not said, or `yaml`.
    #[param(required = false)]
    format: Option<String>,
    /// Which version; if not said, the draft.
    #[param(required = false)]
    version: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
}

/// A workflow as a file: its draft, or a version.
#[utoipa::path(get, path = "/workflows/{id}/export", tag = "workflows", params(("id" = String, Path), ExportOf),
    responses((status = 200, content((Object = "application/json"), (String = "application/yaml")))))]
pub async fn export(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Query(asked): Query<ExportOf>,
) -> Result<Response, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let format = match asked.format.as_deref() {
        None | Some("json") => Format::Json,
        Some("yaml") => Format::Yaml,
        Some(_) => return Err(ApiError::invalid("format", "not_allowed", "Write json or yaml.")),
    };
    let read = async move |tx: &mut TenantTx<'_>| {
        let (_, draft) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
        let Some(number) = asked.version else { return Ok(draft) };
        let found = workflow::version::find(tx, id, number).await?;
        found.map(|(_, document)| document).ok_or_else(|| ApiError::not_found("version"))
    };
    let document = app.engine.store().read(caller.tenant, read).await?;
    let (text, kind, name) = match format {
        Format::Json => (document.to_text(), "application/json", "attachment; filename=\"workflow.json\""),
        Format::Yaml => (document.to_yaml(), "application/yaml", "attachment; filename=\"workflow.yaml\""),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, text).into_response())
}

/// Makes a workflow, a draft, of a file: JSON or YAML, as it is.
#[utoipa::path(post, path = "/workflows/import", tag = "workflows",
    request_body(content((Object = "application/json"), (String = "application/yaml"))),
    responses((status = 201, body = WorkflowDetail)))]
pub async fn import(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Written<WorkflowDetail>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let (parts, body) = request.into_parts();
    let bytes = extract::read(&parts.headers, body, JSON_BYTES_MAX).await?;
    let once = once::from_request(&parts, &bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        ApiError::invalid("body", "not_utf8", "The file is no text in UTF-8. Save it so, and send it again.")
    })?;
    let document = taken_in(&parts.headers, text).map_err(|faults| written::refused("body", &faults))?;
    make(app, caller, document, once).await
}

fn taken_in(headers: &HeaderMap, text: &str) -> Result<Document, Vec<Fault>> {
    let text = text.trim_start_matches('\u{FEFF}');
    match format_of(headers, text) {
        Format::Json => Document::from_text(text),
        Format::Yaml => Document::from_yaml(text),
    }
}

/// What whoever sends it says that it is; if they do not say, what it looks like.
fn format_of(headers: &HeaderMap, text: &str) -> Format {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if said.ends_with("yaml") {
        return Format::Yaml;
    }
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    if said.ends_with("json") || looks_like_json { Format::Json } else { Format::Yaml }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_counts_then_what_it_looks_like() {
        for (said, text, expected) in [
            (Some("application/json"), "name: x", Format::Json),
            (Some("application/x-yaml; charset=utf-8"), "{ name: x }", Format::Yaml),
            (Some("text/plain"), " {\"name\": 1}", Format::Json),
            (Some("application/octet-stream"), "name: x", Format::Yaml),
            (None, "name: x", Format::Yaml),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(header::CONTENT_TYPE, said.parse().unwrap());
            }
            assert_eq!(format_of(&headers, text), expected, "{said:?} {text}");
        }
    }
}
