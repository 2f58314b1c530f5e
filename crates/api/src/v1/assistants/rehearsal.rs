//! Trying a version with all test cases, and putting it in force if it keeps what it must.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::Broken;
use domain::id::{AssistantId, CaseId, TenantId};
use engine::{Once, Sealer, Tried, open_tool_secrets};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::assistant::case::{self, CaseResult};
use store::assistant::{self, Assistant, shown::schema, version};
use store::{StoreError, TenantTx, event};
use utoipa::ToSchema;

use super::{no_such, tools};
use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Path},
    once::{self, Told, Written},
    state::AppState,
};

/// Which version to try.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskTest {
    /// If not said, the one in force.
    #[serde(default)]
    version: Option<u32>,
}

/// What a version makes of all test cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestReport {
    /// Which version.
    version: u32,
    /// How many cases are as expected.
    passed: usize,
    /// How many are not.
    failed: usize,
    /// One for each case, the oldest first.
    results: Vec<CaseResult>,
}

/// What a version last made of the test cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseResults {
    /// One for each case that it was tried with, the oldest case first.
    data: Vec<CaseResult>,
}

/// An assistant as it is after a version was put in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublishedAssistant {
    /// The assistant.
    #[serde(flatten)]
    pub assistant: Assistant,
    /// Test cases that the version breaks all the same.
    #[serde(default)]
    pub warnings: Vec<BrokenCase>,
}

/// A test case that a version breaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BrokenCase {
    /// Which one.
    #[schema(value_type = String)]
    case_id: CaseId,
    /// What people call it.
    name: String,
    /// It keeps a version from coming into force, unless somebody insists.
    required: bool,
    /// What is not as expected.
    #[schema(value_type = Vec<schema::Broken>)]
    broken: Vec<Broken>,
}

/// Tries a version with all test cases, four at once, within two minutes; each case gets a result. Nothing is sent. A model
/// that answers for money is paid for it.
#[utoipa::path(post, path = "/assistants/{id}/test", tag = "assistants", params(("id" = String, Path)),
    request_body = AskTest, responses((status = 200, body = TestReport)))]
pub async fn test(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Json(asked): Json<AskTest>,
) -> Result<Json<TestReport>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    Ok(Json(report(app.engine.test(caller.tenant, id, asked.version).await?)))
}

/// What a version last made of the test cases.
#[utoipa::path(get, path = "/assistants/{id}/versions/{version}/results", tag = "assistants",
    params(("id" = String, Path), ("version" = u32, Path)), responses((status = 200, body = CaseResults)))]
pub async fn results(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(AssistantId, u32)>,
) -> Result<Json<CaseResults>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let data = store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            version::find(tx, id, number).await?.ok_or_else(no_such_version)?;
            Ok::<_, ApiError>(case::results(tx, id, number).await?)
        })
        .await?;
    Ok(Json(CaseResults { data }))
}

/// As the API and the command line show it.
#[must_use]
pub fn report(tried: Tried) -> TestReport {
    let Tried { version, results } = tried;
    let passed = results.iter().filter(|result| result.passed).count();
    TestReport { version, passed, failed: results.len() - passed, results }
}

/// Whether a change of the assistant has to be tried first.
pub(super) async fn has_cases(app: &AppState, tenant: TenantId, id: AssistantId) -> Result<bool, StoreError> {
    app.engine.store().read(tenant, async move |tx: &mut TenantTx<'_>| Ok(case::count(tx, id).await? > 0)).await
}

/// Tries a version that is not in force and puts it there if it keeps what it must; `force`: whatever it breaks. No transaction
/// is open while it is tried. `built_on`: the version that must still be in force then.
pub(super) async fn publish(
    app: &AppState,
    tenant: TenantId,
    once: Option<Once>,
    id: AssistantId,
    number: u32,
    built_on: Option<u32>,
    force: bool,
) -> Result<Written<PublishedAssistant>, ApiError> {
    let warnings = if has_cases(app, tenant, id).await? {
        broken(app.engine.test(tenant, id, Some(number)).await?)
    } else {
        Vec::new()
    };
    if !force && warnings.iter().any(|case| case.required) {
        return Err(refusal(number, &warnings));
    }
    let now = app.engine.now();
    let sealer = app.engine.sealer().clone();
    once::write(app, tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        assistant::settings(tx, id).await?.ok_or_else(no_such)?;
        let before = assistant::find(tx, id).await?.ok_or_else(no_such)?;
        if built_on.is_some_and(|built_on| built_on != before.version) {
            let detail = format!(
                "Somebody else has put version {} in force meanwhile. Your change is kept as version {number} and is not in \
                 force: look at both, then change the assistant again or publish yours.",
                before.version
            );
            return Err(ApiError::conflict("changed_meanwhile", detail));
        }
        has_its_secrets(tx, &sealer, id, number).await?;
        let line = version::publish(tx, now, id, number).await?.ok_or_else(no_such_version)?;
        let assistant = assistant::find(tx, id).await?.ok_or_else(no_such)?;
        let told = PublishedAssistant { assistant, warnings: warnings.clone() };
        Ok(Told::at(told, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Values of secret headers that no version in use needed are forgotten: a version whose tools send such ones would fail at its
/// first use.
async fn has_its_secrets(tx: &mut TenantTx<'_>, sealer: &Sealer, id: AssistantId, number: u32) -> Result<(), ApiError> {
    let Some((_, settings)) = version::settings(tx, id, number).await? else { return Ok(()) };
    let kept = assistant::tool_secrets(tx, id).await?;
    let kept = open_tool_secrets(sealer, id, kept.as_deref()).unwrap_or_default();
    let missing = tools::without_secrets(&settings.tools, &kept);
    if missing.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "Version {number} cannot be put in force: values of its tools' secret headers are not kept any more. Change the \
         assistant to these tools and give the values again."
    );
    Err(ApiError::conflict("secrets_forgotten", detail).with(missing))
}

fn broken(tried: Tried) -> Vec<BrokenCase> {
    let broken = tried.results.into_iter().filter(|result| !result.passed);
    broken
        .map(|result| BrokenCase {
            case_id: result.case_id,
            name: result.name,
            required: result.required,
            broken: result.broken,
        })
        .collect()
}

fn refusal(number: u32, broken: &[BrokenCase]) -> ApiError {
    let required = broken.iter().filter(|case| case.required).count();
    let what = if required == 1 { "a required case".to_owned() } else { format!("{required} required cases") };
    let detail = format!(
        "Version {number} breaks {what}. It is kept and is not in force. Mend the version or the case, or publish it with \
         `force`."
    );
    let errors = broken.iter().flat_map(|case| {
        case.broken.iter().map(|broken| {
            let message = format!("{}: {}", case.name, broken.message);
            FieldError::new(format!("cases.{}", case.case_id), broken.rule.as_str(), message)
        })
    });
    ApiError::conflict("broken_cases", detail).with(errors.collect())
}

fn no_such_version() -> ApiError {
    ApiError::not_found("version")
}
