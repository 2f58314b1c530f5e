//! What became of people in a workflow, as files: the funnel step by step, and each person's way.

use std::collections::{BTreeMap, HashMap};

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::access::Scope;
use domain::id::{EnrolmentId, NumberId, TenantId, WorkflowId};
use domain::workflow::{Document, tell};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use store::campaign::recipient::names;
use store::enrolment::shown::{self, Enrolment, Wanted};
use store::{Store, StoreError, TenantTx, workflow};

use super::WantedEnrolments;
use super::funnel::{OfVersion, StepCount, WorkflowFunnel, of_version};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Query},
    state::AppState,
    v1::imports::csv_headers,
};

/// So many ways are read at once. The next are read when those before them were fetched.
const WAYS_AT_ONCE: u32 = 200;

const STEP_COLUMNS: [&str; 13] = [
    "step",
    "kind",
    "label",
    "entered",
    "waiting",
    "answered",
    "timed_out",
    "asked_again",
    "left_out",
    "failed",
    "dropped",
    "average_seconds",
    "median_seconds",
];

const WAY_COLUMNS: [&str; 17] = [
    "phone",
    "name",
    "number",
    "version",
    "source",
    "status",
    "outcome",
    "step",
    "waits",
    "since",
    "wakes_at",
    "failure",
    "entered_at",
    "ended_at",
    "steps",
    "contact_id",
    "enrolment_id",
];

/// The funnel of a version as CSV in UTF-8: each of its steps, in the document's order, and what it does in plain words. `waiting` are
/// there now; `dropped` are those whose way ended there. `took` says which ways people took.
#[utoipa::path(get, path = "/workflows/{id}/funnel.csv", tag = "workflows", params(("id" = String, Path), OfVersion),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn funnel_csv(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Query(asked): Query<OfVersion>,
) -> Result<Response, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| of_version(tx, id, asked.version).await;
    let (document, funnel) = app.engine.store().read(caller.tenant, read).await?;
    Ok((csv_headers("funnel.csv")?, table_of_steps(&document, &funnel)).into_response())
}

/// Each way through a workflow as CSV in UTF-8, the newest first: whose, where it stands, what came of it, which steps they came to, and
/// what is remembered of them, by the variables of the version that people enter. What a spreadsheet would take for a formula begins
/// with an apostrophe. Of a way that goes on, the row is as it was when it was read.
#[utoipa::path(get, path = "/workflows/{id}/enrolments.csv", tag = "workflows",
    params(("id" = String, Path), WantedEnrolments), responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn enrolments_csv(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Query(asked): Query<WantedEnrolments>,
) -> Result<Response, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    caller.must(Scope::ContactsRead)?;
    let wanted = Wanted { workflow: Some(id), ..asked.read()? };
    let store = app.engine.store().clone();
    let read = async move |tx: &mut TenantTx<'_>| {
        let known = workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(|| ApiError::not_found("workflow"))?;
        let live = known.live_version.unwrap_or(0);
        let run = workflow::versions_of(tx, &[(id, live)]).await?.remove(&(id, live));
        let variables = run.into_iter().flat_map(|run| run.document.variables).map(|variable| variable.key);
        Ok::<_, ApiError>((variables.collect::<Vec<String>>(), names::addresses(tx).await?))
    };
    let (variables, numbers) = store.read(caller.tenant, read).await?;
    let mut head = String::from('\u{FEFF}');
    domain::csv::write_row(&mut head, WAY_COLUMNS.into_iter().chain(variables.iter().map(String::as_str)));
    let rows = ways(store, caller.tenant, Known { wanted, variables, numbers });
    let head = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(head))]);
    Ok((csv_headers("enrolments.csv")?, Body::from_stream(head.chain(rows))).into_response())
}

fn table_of_steps(document: &Document, funnel: &WorkflowFunnel) -> String {
    let counted: HashMap<&str, &StepCount> = funnel.steps.iter().map(|count| (count.step.as_str(), count)).collect();
    let mut says: BTreeMap<String, String> = BTreeMap::new();
    for told in tell::tell(document) {
        if let Some(step) = told.step {
            says.entry(step).or_insert(told.says);
        }
    }
    let (nobody, mut text) = (StepCount::default(), String::from('\u{FEFF}'));
    domain::csv::write_row(&mut text, STEP_COLUMNS.into_iter().chain(["took"]));
    for (_, step) in document.all_steps() {
        let count = counted.get(step.id.as_str()).copied().unwrap_or(&nobody);
        let figures = [
            count.came,
            count.here,
            count.answered,
            count.timed_out,
            count.asked_again,
            count.left_out,
            count.failed,
            count.ended,
            count.seconds,
            count.median_seconds,
        ]
        .map(|figure| figure.to_string());
        let took: Vec<String> = count.took.iter().map(|(way, times)| format!("{way}: {times}")).collect();
        let took = took.join("; ");
        let label = says.get(&step.id).map_or("", String::as_str);
        let cells = [step.id.as_str(), step.act.name(), label].into_iter();
        domain::csv::write_row(&mut text, cells.chain(figures.iter().map(String::as_str)).chain([took.as_str()]));
    }
    text
}

/// What is known of all ways of a file.
#[derive(Clone)]
struct Known {
    wanted: Wanted,
    variables: Vec<String>,
    numbers: HashMap<NumberId, String>,
}

fn ways(
    store: Store,
    tenant: TenantId,
    known: Known,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let first = Some(EnrolmentId(uuid::Uuid::max()));
    futures_util::stream::unfold((first, known), move |(after, known)| {
        let store = store.clone();
        async move {
            let after = after?;
            let of = known.wanted.clone();
            let read = async move |tx: &mut TenantTx<'_>| {
                let some = shown::page(tx, &of, Some(after), WAYS_AT_ONCE).await?;
                let ids: Vec<EnrolmentId> = some.iter().map(|one| one.id).collect();
                let steps = shown::steps(tx, &ids).await?;
                Ok::<_, StoreError>((some, steps))
            };
            match store.read(tenant, read).await {
                Ok((some, steps)) => {
                    let next = some.last().map(|one| one.id)?;
                    let mut text = String::new();
                    for one in &some {
                        write(&mut text, one, steps.get(&one.id).map_or(&[], Vec::as_slice), &known);
                    }
                    Some((Ok(Bytes::from(text)), (Some(next), known)))
                }
                // The file breaks off, and whoever fetches it sees that.
                Err(error) => Some((Err(std::io::Error::other(error)), (None, known))),
            }
        }
    })
}

fn write(text: &mut String, one: &Enrolment, steps: &[String], known: &Known) {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let cells: [&str; WAY_COLUMNS.len()] = [
        &one.phone,
        &one.name,
        known.numbers.get(&one.number_id).map_or("", String::as_str),
        &one.version.to_string(),
        &one.source,
        &one.status,
        one.outcome.as_deref().unwrap_or_default(),
        one.step.as_deref().unwrap_or_default(),
        one.waits.as_deref().unwrap_or_default(),
        &one.since.to_string(),
        &time(one.wakes_at),
        one.failure.as_deref().unwrap_or_default(),
        &one.entered_at.to_string(),
        &time(one.ended_at),
        &steps.join(" > "),
        &one.contact_id.to_string(),
        &one.id.to_string(),
    ];
    let remembered = known.variables.iter().map(|key| one.variables.get(key).map_or("", String::as_str));
    domain::csv::write_row(text, cells.into_iter().chain(remembered));
}
