//! Who is on their way through workflows: let in, looked at, paused, ended.

pub mod again;
pub mod files;
pub mod funnel;
pub mod migrate;
pub mod selections;
pub mod trace;

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::id::{ContactId, EnrolmentId, NumberId, WorkflowId};
use domain::workflow::reply::Reading;
use domain::workflow::{Coming, Event, IfLate, Source};
use engine::Once;
use http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use store::enrolment::shown::{self, Enrolment, Wanted};
use store::search::Search;
use store::{TenantTx, workflow};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Query, Write},
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// So many are let in by one request.
const CONTACTS_MAX: usize = 1_000;
const VARIABLES_MAX: usize = 50;
const VALUE_CHARS_MAX: usize = 1_000;
const KEY_CHARS_MAX: usize = 200;
const SEARCH_CHARS_MAX: usize = 100;
const STATUSES: [&str; 4] = ["live", "paused", "failed", "ended"];

/// Which ways are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedEnrolments {
    /// Those through this workflow.
    #[param(required = false, value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Those of this contact.
    #[param(required = false, value_type = Option<String>)]
    contact_id: Option<ContactId>,
    /// Those that stand so: `live`, `paused`, `failed` or `ended`; several with commas between.
    #[param(required = false)]
    status: Option<String>,
    /// Those who stand at this step, or ended there.
    #[param(required = false)]
    step: Option<String>,
    /// Those whose name, company or number has this in it.
    #[param(required = false)]
    q: Option<String>,
}

/// Who is to enter a workflow.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnrolments {
    /// Who: at most 1,000 contacts.
    #[schema(value_type = Vec<String>)]
    contact_ids: Vec<ContactId>,
    /// What is known from the start, by the keys of the workflow's variables.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// What they enter by, such as a booking's number: nobody enters twice by the same. If not said, the workflow's own rule.
    #[serde(default)]
    key: Option<String>,
    /// From which of the tenant's numbers they are texted; if not said, the one that they know.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    number_id: Option<NumberId>,
}

impl std::fmt::Debug for NewEnrolments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEnrolments").field("contacts", &self.contact_ids.len()).finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Entered {
    /// Who is on their way now.
    entered: Vec<EnteredContact>,
    /// Who was not let in, and why.
    refused: Vec<RefusedContact>,
}

/// Somebody who was let in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EnteredContact {
    /// Who.
    #[schema(value_type = String)]
    contact_id: ContactId,
    /// Their way.
    #[schema(value_type = String)]
    enrolment_id: EnrolmentId,
}

/// Somebody who was not let in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RefusedContact {
    /// Who.
    #[schema(value_type = String)]
    contact_id: ContactId,
    /// Why: `inside`, `was_in`, `too_soon`, `too_often`, `same_key`, `no_key`, `does_not_fit`, `full`, `opted_out`, `not_reached` (they are gone,
    /// or have no phone), `no_number` (none of the tenant's may text) or `closed` (the workflow lets nobody in).
    reason: String,
}

/// How somebody's way goes on after a pause.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResumeEnrolment {
    /// What is late is sent now (`send`), left out (`skip`), or waits as long as it was paused (`shift`); if not said, as its step
    /// says.
    #[schema(value_type = Option<String>)]
    late: Option<IfLate>,
}

/// Ways through workflows, the newest first.
#[utoipa::path(get, path = "/enrolments", tag = "workflows", params(WantedEnrolments, PageParams),
    responses((status = 200, body = Listed<Enrolment>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(asked): Query<WantedEnrolments>,
    page: Page,
) -> Result<Json<Listed<Enrolment>>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    caller.must(Scope::ContactsRead)?;
    let wanted = asked.read()?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            shown::page(tx, &wanted, page.after_id(), page.fetch()).await
        })
        .await?;
    Ok(Json(page.listed(rows, |enrolment| Cursor::id(enrolment.id))))
}

/// Lets contacts into a workflow, each once by the workflow's own rules. Answers who is in, and why others are not.
#[utoipa::path(post, path = "/workflows/{id}/enrolments", tag = "workflows", params(("id" = String, Path)),
    request_body = NewEnrolments, responses((status = 201, body = Entered)))]
pub async fn enter(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(asked, once): Write<NewEnrolments>,
) -> Result<Written<Entered>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    asked.check()?;
    let (store, now) = (app.engine.store(), app.engine.now());
    let (number, variables) = (asked.number_id, asked.variables.clone());
    store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let known =
                workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(|| ApiError::not_found("workflow"))?;
            number_exists(tx, number).await?;
            can_be_read(tx, now, (id, known.live_version), &variables).await
        })
        .await?;
    let source = brought_by(&caller);
    let engine = app.engine.clone();
    let written = once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let coming = asked.contact_ids.iter().map(|contact| Coming {
            workflow: id,
            contact: *contact,
            phone: None,
            number: asked.number_id,
            key: asked.key.clone(),
            source: source.clone(),
            variables: asked.variables.clone(),
        });
        let (doors, seq) = engine.enter(tx, coming.collect()).await?;
        let mut value = Entered { entered: Vec::new(), refused: Vec::new() };
        for (contact_id, door) in doors {
            match door {
                Ok(enrolment_id) => value.entered.push(EnteredContact { contact_id, enrolment_id }),
                Err(reason) => value.refused.push(RefusedContact { contact_id, reason: reason.to_owned() }),
            }
        }
        Ok(Told { value, seq })
    })
    .await?;
    app.engine.workflows_may_go_on();
    Ok(written)
}

/// One way.
#[utoipa::path(get, path = "/enrolments/{id}", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Enrolment)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<EnrolmentId>,
) -> Result<Json<Enrolment>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    caller.must(Scope::ContactsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| shown::find(tx, id).await).await?;
    found.map(Json).ok_or_else(no_such)
}

/// Nothing more is done with them until their way is resumed.
#[utoipa::path(post, path = "/enrolments/{id}/pause", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Enrolment)))]
pub async fn pause(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<EnrolmentId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Enrolment>, ApiError> {
    order(app, caller, id, Event::Paused, once).await
}

/// Their way goes on.
#[utoipa::path(post, path = "/enrolments/{id}/resume", tag = "workflows", params(("id" = String, Path)),
    request_body = ResumeEnrolment, responses((status = 200, body = Enrolment)))]
pub async fn resume(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<EnrolmentId>,
    Write(asked, once): Write<ResumeEnrolment>,
) -> Result<Written<Enrolment>, ApiError> {
    order(app, caller, id, Event::Resumed { late: asked.late }, once).await
}

/// Their way ends here. A text that waits to be sent is taken back.
#[utoipa::path(post, path = "/enrolments/{id}/cancel", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Enrolment)))]
pub async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<EnrolmentId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Enrolment>, ApiError> {
    order(app, caller, id, Event::Cancelled, once).await
}

/// The step that could not be done is done again.
#[utoipa::path(post, path = "/enrolments/{id}/retry", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Enrolment)))]
pub async fn retry(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<EnrolmentId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Enrolment>, ApiError> {
    order(app, caller, id, Event::Retried, once).await
}

/// Has a way heed something, which it does once however often it is asked.
async fn order(
    app: AppState,
    caller: Caller,
    id: EnrolmentId,
    event: Event,
    once: Option<Once>,
) -> Result<Written<Enrolment>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    caller.must(Scope::ContactsRead)?;
    let engine = app.engine.clone();
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        may(&shown::find(tx, id).await?.ok_or_else(no_such)?, &event)?;
        let seq = engine.tell_enrolment(tx, id, event.clone()).await?;
        Ok(Told { value: shown::find(tx, id).await?.ok_or_else(no_such)?, seq })
    })
    .await?;
    app.engine.workflows_may_go_on();
    Ok(written)
}

/// Whether a way that stands so heeds it.
fn may(enrolment: &Enrolment, event: &Event) -> Result<(), ApiError> {
    let status = enrolment.status.as_str();
    let wanted = match event {
        Event::Paused => status == "live",
        Event::Resumed { .. } => status == "paused",
        Event::Retried => status == "failed",
        _ => status != "ended",
    };
    if wanted {
        return Ok(());
    }
    let mend = match status {
        "ended" => "Their way is over. Let them in anew if the workflow allows it.",
        "paused" => "It is paused. Resume it, or cancel it.",
        "failed" => "A step could not be done. Retry it, or cancel it.",
        _ => "It goes on. Pause it, or cancel it.",
    };
    Err(ApiError::conflict("wrong_state", mend))
}

/// What brings those in whom this caller names.
fn brought_by(caller: &Caller) -> Source {
    match caller.user {
        Some(member) => Source::ByHand { member },
        None => Source::Api,
    }
}

async fn number_exists(tx: &mut TenantTx<'_>, number: Option<NumberId>) -> Result<(), ApiError> {
    match number {
        Some(number) if store::number::read(tx, number).await?.is_none() => {
            let mend = "There is no such number. Choose one of yours, or leave it out.";
            Err(ApiError::invalid("number_id", "not_found", mend))
        }
        _ => Ok(()),
    }
}

fn no_such() -> ApiError {
    ApiError::not_found("enrolment")
}

impl WantedEnrolments {
    fn read(self) -> Result<Wanted, ApiError> {
        let statuses: Vec<String> =
            self.status.iter().flat_map(|list| list.split(',')).map(|one| one.trim().to_owned()).collect();
        if let Some(other) = statuses.iter().find(|status| !STATUSES.contains(&status.as_str())) {
            let mend = format!("There is no status {other}. Choose one of these: {}.", STATUSES.join(", "));
            return Err(ApiError::invalid("status", "unknown", mend));
        }
        let q = self.q.unwrap_or_default();
        if q.chars().count() > SEARCH_CHARS_MAX {
            let mend = format!("At most {SEARCH_CHARS_MAX} characters. Make it shorter.");
            return Err(ApiError::invalid("q", "too_long", mend));
        }
        let search = Search::parse(&q);
        Ok(Wanted { workflow: self.workflow_id, contact: self.contact_id, statuses, step: self.step, search })
    }
}

impl NewEnrolments {
    fn check(&self) -> Result<(), ApiError> {
        let mut faults = Vec::new();
        if self.contact_ids.is_empty() {
            faults.push(FieldError::new("contact_ids", "empty", "Name at least one contact."));
        }
        if self.contact_ids.len() > CONTACTS_MAX {
            let mend = format!("At most {CONTACTS_MAX} contacts at once. Send several requests.");
            faults.push(FieldError::new("contact_ids", "too_many", mend));
        }
        faults.extend(comes_with(&self.variables, self.key.as_deref()));
        if faults.is_empty() { Ok(()) } else { Err(ApiError::invalid_fields(faults)) }
    }
}

/// What is wrong with what people come with.
fn comes_with(variables: &BTreeMap<String, String>, key: Option<&str>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if variables.len() > VARIABLES_MAX {
        let mend = format!("A workflow has at most {VARIABLES_MAX} variables. Leave out what it does not have.");
        faults.push(FieldError::new("variables", "too_many", mend));
    }
    for key in variables.iter().filter(|(_, value)| value.chars().count() > VALUE_CHARS_MAX).map(|(key, _)| key) {
        let mend = format!("At most {VALUE_CHARS_MAX} characters. Make it shorter.");
        faults.push(FieldError::new(format!("variables.{key}"), "too_long", mend));
    }
    if let Some(key) = key
        && (key.trim().is_empty() || key.chars().count() > KEY_CHARS_MAX)
    {
        let mend = format!("A key has 1 to {KEY_CHARS_MAX} characters. Leave it out if there is none.");
        faults.push(FieldError::new("key", "bad_length", mend));
    }
    faults
}

/// What people come with is kept by the variables of the version that they enter, each of which says what it holds. By whose clock and
/// in which order of day and month it is read is known of each person: here it must be something to somebody.
async fn can_be_read(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    (id, live): (WorkflowId, Option<i64>),
    variables: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    // Where nobody enters, that is told them at the door.
    let (false, Some(live)) = (variables.is_empty(), live) else { return Ok(()) };
    let run = workflow::versions_of(tx, &[(id, live)]).await?.remove(&(id, live));
    let known = run.map(|run| run.document.variables).unwrap_or_default();
    let today = TimeZone::UTC.to_datetime(now).date();
    let mut faults = Vec::new();
    for (key, said) in variables {
        let field = format!("variables.{key}");
        let Some(variable) = known.iter().find(|variable| variable.key == *key) else {
            let keys: Vec<&str> = known.iter().map(|variable| variable.key.as_str()).collect();
            let mend = if keys.is_empty() {
                "This workflow has no variables. Leave it out.".to_owned()
            } else {
                format!("This workflow has no such variable; it has {}.", keys.join(", "))
            };
            faults.push(FieldError::new(field, "no_such_variable", mend));
            continue;
        };
        let holds = variable.field();
        if ![true, false].into_iter().any(|month_first| Reading { today, month_first }.read(&holds, said).is_ok()) {
            faults.push(FieldError::new(field, "not_fitting", format!("It holds {}.", holds.form())));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ApiError::invalid_fields(faults)) }
}
