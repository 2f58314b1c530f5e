//! How many are where in a workflow, went through, answered, dropped.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::id::WorkflowId;
use domain::workflow::Document;
use domain::workflow::funnel::median;
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
    pub(super) version: Option<i64>,
}

/// What became of those who entered a version.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowFunnel {
    /// Which version.
    pub(super) version: i64,
    /// How many entered.
    pub(super) entered: i64,
    /// How many are in it now.
    pub(super) inside: i64,
    /// How many were not let in, by the reason.
    pub(super) refused: BTreeMap<String, i64>,
    /// How many ended, by the outcome.
    pub(super) ended: BTreeMap<String, EndedCount>,
    /// Each step that somebody came to, in the document's order.
    pub(super) steps: Vec<StepCount>,
}

/// How many ended with an outcome.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedCount {
    /// How many.
    pub(super) times: i64,
    /// How long that took them on average, in seconds.
    pub(super) seconds: i64,
}

/// What became of those who came to a step.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct StepCount {
    /// Which.
    pub(super) step: String,
    /// How often somebody came.
    pub(super) came: i64,
    /// How many are there now.
    pub(super) here: i64,
    /// How long they stayed on average, in seconds; of those who left.
    pub(super) seconds: i64,
    /// How long the one in the middle stayed, in seconds, to about a fifth; of those who left.
    pub(super) median_seconds: i64,
    /// How many ways ended there.
    pub(super) ended: i64,
    /// How often somebody answered.
    pub(super) answered: i64,
    /// How often the time was over.
    pub(super) timed_out: i64,
    /// How often somebody was asked once more.
    pub(super) asked_again: i64,
    /// How often it was left out.
    pub(super) left_out: i64,
    /// How often it could not be done.
    pub(super) failed: i64,
    /// Which ways were taken, and how often: `case 1`, `path 2`, by their place; `otherwise`, `no_match`.
    pub(super) took: BTreeMap<String, i64>,
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
    let read = async move |tx: &mut TenantTx<'_>| of_version(tx, id, asked.version).await;
    let (_, funnel) = app.engine.store().read(caller.tenant, read).await?;
    Ok(Json(funnel))
}

/// What a version says, and what became of those who entered it. `number`: which; `None`: the one that people enter.
pub(super) async fn of_version(
    tx: &mut TenantTx<'_>,
    id: WorkflowId,
    number: Option<i64>,
) -> Result<(Document, WorkflowFunnel), ApiError> {
    let known = workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(|| ApiError::not_found("workflow"))?;
    let Some(number) = number.or(known.live_version) else {
        let mend = "It was never published, so nobody has entered it. Publish it first.";
        return Err(ApiError::conflict("not_published", mend));
    };
    let (_, document) = version::find(tx, id, number).await?.ok_or_else(|| ApiError::not_found("version"))?;
    let counted = shown::counted(tx, id, number).await?;
    let order: Vec<String> = document.all_steps().iter().map(|(_, step)| step.id.clone()).collect();
    let funnel = WorkflowFunnel::of(number, &order, counted);
    Ok((document, funnel))
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
        let mut stays: BTreeMap<String, Vec<(String, i64, i64)>> = BTreeMap::new();
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
                "ended" => count.ended = times,
                "answered" => count.answered = times,
                "timed_out" => count.timed_out = times,
                "asked_again" => count.asked_again = times,
                "left_out" => count.left_out = times,
                "failed" => count.failed = times,
                other => {
                    if let Some(way) = other.strip_prefix("took:") {
                        count.took.insert(way.to_owned(), times);
                    } else {
                        stays.entry(count.step.clone()).or_default().push((what, times, millis));
                    }
                }
            }
        }
        for count in steps.values_mut() {
            count.here += count.came;
            funnel.inside += count.here;
            let stays = stays.get(&count.step).into_iter().flatten();
            let stays = stays.map(|(what, times, millis)| (what.as_str(), *times, *millis));
            count.median_seconds = median(stays).unwrap_or(0) / 1_000;
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
                counted("hear", "took:case 1", 2, 0),
                counted("hear", "stayed:3", 2, 2_000),
                counted("hear", "stayed:5", 1, 4_000),
                counted("hear", "ended", 1, 0),
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
        let hear = &funnel.steps[1];
        assert_eq!((hear.took["case 1"], hear.median_seconds, hear.ended), (2, 1, 1));
    }
}
