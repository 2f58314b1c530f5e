//! How many are where in a workflow, went through, answered, dropped.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::id::WorkflowId;
use serde::{Deserialize, Serialize};
use store::TenantTx;
use store::enrolment::shown::{self, Counted};
use store::workflow::{self, version};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    state::AppState,
};

/// Of which version.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfVersion {
    /// The version; if not said, the one that people enter.
    #[param(required = false)]
    version: Option<i64>,
}

/// What became of those who entered a version.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowFunnel {
    /// Which version.
    version: i64,
    /// How many entered.
    entered: i64,
    /// How many are in it now.
    inside: i64,
    /// How many were not let in, by the reason.
    refused: BTreeMap<String, i64>,
    /// How many ended, by the outcome.
    ended: BTreeMap<String, EndedCount>,
    /// Each step that somebody came to, in the document's order.
    steps: Vec<StepCount>,
}

/// How many ended with an outcome.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedCount {
    /// How many.
    times: i64,
    /// How long that took them on average, in seconds.
    seconds: i64,
}

/// What became of those who came to a step.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct StepCount {
    /// Which.
    step: String,
    /// How often somebody came.
    came: i64,
    /// How many are there now.
    here: i64,
    /// How long they stayed on average, in seconds; of those who left.
    seconds: i64,
    /// How often somebody answered.
    answered: i64,
    /// How often the time was over.
    timed_out: i64,
    /// How often somebody was asked once more.
    asked_again: i64,
    /// How often it was left out.
    left_out: i64,
    /// How often it could not be done.
    failed: i64,
    /// Which ways were taken, and how often.
    took: BTreeMap<String, i64>,
}

/// What became of those who entered a version: how many are where, went through, answered, dropped, and how long it took.
#[utoipa::path(get, path = "/workflows/{id}/funnel", tag = "workflows", params(("id" = String, Path), OfVersion),
    responses((status = 200, body = WorkflowFunnel)))]
pub async fn funnel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Query(asked): Query<OfVersion>,
) -> Result<Json<WorkflowFunnel>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let store = app.engine.store();
    store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let no_such = || ApiError::not_found("workflow");
            let known = workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(no_such)?;
            let Some(number) = asked.version.or(known.live_version) else {
                let mend = "It was never published, so nobody has entered it. Publish it first.";
                return Err(ApiError::conflict("not_published", mend));
            };
            let no_version = || ApiError::not_found("version");
            let (_, document) = version::find(tx, id, number).await?.ok_or_else(no_version)?;
            let counted = shown::counted(tx, id, number).await?;
            let order: Vec<String> = document.all_steps().iter().map(|(_, step)| step.id.clone()).collect();
            Ok(Json(WorkflowFunnel::of(number, &order, counted)))
        })
        .await
}

impl WorkflowFunnel {
    fn of(version: i64, order: &[String], counted: Vec<Counted>) -> Self {
        let mut funnel = Self {
            version,
            entered: 0,
            inside: 0,
            refused: BTreeMap::new(),
            ended: BTreeMap::new(),
            steps: Vec::new(),
        };
        let mut steps: BTreeMap<String, StepCount> = BTreeMap::new();
        for Counted { step, what, times, millis } in counted {
            if step.is_empty() {
                if what == "entered" {
                    funnel.entered = times;
                } else if let Some(outcome) = what.strip_prefix("ended:") {
                    let seconds = millis / 1_000 / times.max(1);
                    funnel.ended.insert(outcome.to_owned(), EndedCount { times, seconds });
                } else if let Some(why) = what.strip_prefix("refused:") {
                    funnel.refused.insert(why.to_owned(), times);
                }
                continue;
            }
            let count = steps.entry(step.clone()).or_insert_with(|| StepCount { step, ..StepCount::default() });
            match what.as_str() {
                "came" => count.came = times,
                "left" => {
                    count.here -= times;
                    count.seconds = millis / 1_000 / times.max(1);
                }
                "answered" => count.answered = times,
                "timed_out" => count.timed_out = times,
                "asked_again" => count.asked_again = times,
                "left_out" => count.left_out = times,
                "failed" => count.failed = times,
                other => {
                    if let Some(way) = other.strip_prefix("took:") {
                        count.took.insert(way.to_owned(), times);
                    }
                }
            }
        }
        for count in steps.values_mut() {
            count.here += count.came;
            funnel.inside += count.here;
        }
        let place = |step: &str| order.iter().position(|known| known == step).unwrap_or(usize::MAX);
        funnel.steps = steps.into_values().collect();
        funnel.steps.sort_by_key(|count| place(&count.step));
        funnel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_came_and_did_not_leave_is_there() {
        let counted =
            |step: &str, what: &str, times, millis| Counted { step: step.into(), what: what.into(), times, millis };
        let funnel = WorkflowFunnel::of(
            2,
            &["ask".into(), "hear".into()],
            vec![
                counted("", "ended:done", 3, 9_000),
                counted("", "entered", 10, 0),
                counted("", "refused:was_in", 4, 0),
                counted("hear", "came", 9, 0),
                counted("hear", "left", 3, 6_000),
                counted("hear", "took:yes", 2, 0),
                counted("ask", "came", 10, 0),
                counted("ask", "left", 9, 0),
            ],
        );
        assert_eq!(
            (funnel.entered, funnel.inside, funnel.refused["was_in"], funnel.ended["done"].seconds),
            (10, 7, 4, 3)
        );
        let told: Vec<_> =
            funnel.steps.iter().map(|step| (step.step.as_str(), step.came, step.here, step.seconds)).collect();
        assert_eq!(told, [("ask", 10, 1, 0), ("hear", 9, 6, 2)]);
        assert_eq!(funnel.steps[1].took["yes"], 2);
    }
}
