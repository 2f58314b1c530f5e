//! What an assistant was: its versions, what differs between two, and the way back.

use axum::extract::State;
use domain::access::Scope;
use domain::id::AssistantId;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::TenantTx;
use store::assistant;
use store::assistant::version::{self, Version};
use utoipa::{IntoParams, ToSchema};

use super::{PublishedAssistant, no_such, rehearsal};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write},
    once::{self, Written},
    state::AppState,
};

/// A list of versions shows at most so many.
const VERSIONS_MAX: u32 = 200;

/// An assistant's versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Versions {
    /// The newest first, at most 200.
    data: Vec<Version>,
}

/// From where to look back.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// Only versions before this one.
    before: Option<u32>,
}

/// What to compare with.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// The other version; if not said, the one before it.
    against: Option<u32>,
}

/// How to put a version in force.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPublish {
    /// Even if it breaks a required test case.
    #[serde(default)]
    force: bool,
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Differences {
    /// The older one, or what was asked for.
    from: u32,
    /// The newer one.
    to: u32,
    /// Each setting that differs.
    differences: Vec<Difference>,
}

/// One setting that differs.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Its name, with dots between the parts.
    field: String,
    /// What it was.
    before: Value,
    /// What it is.
    after: Value,
}

/// The versions of an assistant, newest first.
#[utoipa::path(get, path = "/assistants/{id}/versions", tag = "assistants", params(("id" = String, Path), Before),
    responses((status = 200, body = Versions)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Query(asked): Query<Before>,
) -> Result<Json<Versions>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let data = store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::find(tx, id).await?.ok_or_else(no_such)?;
            Ok::<_, ApiError>(version::page(tx, id, asked.before, VERSIONS_MAX).await?)
        })
        .await?;
    Ok(Json(Versions { data }))
}

/// One version of an assistant.
#[utoipa::path(get, path = "/assistants/{id}/versions/{version}", tag = "assistants",
    params(("id" = String, Path), ("version" = u32, Path)), responses((status = 200, body = Version)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(AssistantId, u32)>,
) -> Result<Json<Version>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let found =
        store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| version::find(tx, id, number).await).await?;
    found.map(Json).ok_or_else(no_such_version)
}

/// What differs between two versions of an assistant.
#[utoipa::path(get, path = "/assistants/{id}/versions/{version}/diff", tag = "assistants",
    params(("id" = String, Path), ("version" = u32, Path), Against), responses((status = 200, body = Differences)))]
pub async fn diff(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(AssistantId, u32)>,
    Query(asked): Query<Against>,
) -> Result<Json<Differences>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let other = asked.against.unwrap_or(number.saturating_sub(1));
    let store = app.engine.store();
    let (from, to) = store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let to = version::find(tx, id, number).await?.ok_or_else(no_such_version)?;
            let from = if other == 0 { None } else { version::find(tx, id, other).await? };
            if from.is_none() && asked.against.is_some() {
                return Err(ApiError::invalid("against", "no_such_version", "There is no version of this number."));
            }
            Ok(from.map_or((None, to.clone()), |from| (Some(from), to)))
        })
        .await?;
    let differences = differences(from.as_ref(), &to);
    Ok(Json(Differences { from: from.map_or(0, |from| from.version), to: to.version, differences }))
}

/// Puts a version in force, an older one too.
///
/// An assistant that has test cases is tried with them first. If a required case breaks, the answer is 409 `broken_cases`, which
/// lists them, unless `force` is said. Other cases that break are listed as warnings.
#[utoipa::path(post, path = "/assistants/{id}/versions/{version}/publish", tag = "assistants",
    params(("id" = String, Path), ("version" = u32, Path)), request_body = AskPublish,
    responses((status = 200, body = PublishedAssistant)))]
pub async fn publish(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(AssistantId, u32)>,
    Write(asked, once): Write<AskPublish>,
) -> Result<Written<PublishedAssistant>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    if let Some(before) = once::answered(&app, caller.tenant, once.as_ref(), StatusCode::OK).await? {
        return Ok(before);
    }
    rehearsal::publish(&app, caller.tenant, once, id, number, None, asked.force).await
}

fn no_such_version() -> ApiError {
    ApiError::not_found("version")
}

fn differences(from: Option<&Version>, to: &Version) -> Vec<Difference> {
    let shown = |version: &Version| {
        let mut shown = serde_json::to_value(&version.settings).unwrap_or_default();
        shown["name"] = version.name.clone().into();
        shown
    };
    let mut found = Vec::new();
    compare("", &from.map_or(Value::Null, shown), &shown(to), &mut found);
    found
}

fn compare(field: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let whole = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                let part = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                compare(&whole, &part(old), &part(new), found);
            }
        }
        (before, after) if before != after => {
            found.push(Difference { field: field.to_owned(), before: before.clone(), after: after.clone() });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_setting_that_differs_is_named() {
        let mut found = Vec::new();
        let before = json!({ "mode": "draft", "limits": { "a": 1, "b": 2 }, "hours": null });
        let after = json!({ "mode": "auto", "limits": { "a": 1, "b": 3 }, "hours": [1] });
        compare("", &before, &after, &mut found);
        let names: Vec<&str> = found.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(names, ["hours", "limits.b", "mode"]);
    }
}
