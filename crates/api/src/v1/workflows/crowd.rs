//! A workflow, walked by thousands who are made up: what would come of them, and what it would take.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::id::WorkflowId;
use domain::workflow::population::{self, Crowd, Figures};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use store::{TenantTx, tenant};
use utoipa::ToSchema;

use super::which::Which;
use super::{beside, simulate, written};
use crate::{auth::Caller, error::ApiError, extract::Json, state::AppState};

/// What is walked, and by whom.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkWorkflow {
    /// A document,
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
    /// or a workflow of yours:
    #[schema(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// this version of it; if not said, its draft.
    version: Option<i64>,
    /// Who is made up, and what they do; what is not said is guessed.
    #[serde(default = "nothing")]
    #[schema(value_type = Option<CrowdShape>)]
    crowd: Value,
    /// When the first of them enters; if not said, now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

impl std::fmt::Debug for WalkWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WalkWorkflow").field("workflow_id", &self.workflow_id).finish_non_exhaustive()
    }
}

/// Who is made up, and what they do.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowCrowd)]
#[allow(dead_code, reason = "for the document only; crowds are read by the domain")]
pub struct CrowdShape {
    /// So many people; if not said, 10,000.
    #[schema(minimum = 1, maximum = 20_000)]
    people: Option<u32>,
    /// They are looked at for so many days; if not said, 30.
    #[schema(minimum = 1, maximum = 90)]
    days: Option<u32>,
    /// The same seed makes the same run.
    seed: Option<u64>,
    /// They enter evenly over so long, as in `2d`; if not said, all at once.
    enter_within: Option<String>,
    /// What they all know from the start, by keys of variables.
    variables: Option<BTreeMap<String, String>>,
    /// Where they live; if not said, where the business is.
    homes: Option<Vec<HomeShape>>,
    /// They are texted from so many numbers.
    #[schema(minimum = 1, maximum = 1_000)]
    numbers: Option<u32>,
    /// How many segments go out per second from each of these; if not said, 10.
    segments_per_second: Option<f64>,
    /// What they do when they are asked something.
    habits: Option<HabitsShape>,
    /// The same, where it is otherwise at a step, by its id.
    at: Option<BTreeMap<String, HabitsShape>>,
}

/// Where some of them live.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowCrowdHome)]
#[allow(dead_code, reason = "for the document only; crowds are read by the domain")]
pub struct HomeShape {
    /// A phone number there, E.164, by which the law is told.
    phone: String,
    /// Their clock, IANA name; if not said, what the number tells.
    time_zone: Option<String>,
    /// How many live there, compared with the others; if not said, 1.
    share: Option<u32>,
}

/// What people do when they are asked something.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowCrowdHabits)]
#[allow(dead_code, reason = "for the document only; crowds are read by the domain")]
pub struct HabitsShape {
    /// So many of a hundred answer.
    answer_percent: Option<f64>,
    /// Half of those do so within this, as in `10m`.
    half_within: Option<String>,
    /// Nine of ten do so within this.
    most_within: Option<String>,
    /// Of those that answer, so many of a hundred write what nobody understands.
    nonsense_percent: Option<f64>,
    /// After each text, so many of a hundred text STOP.
    stop_percent: Option<f64>,
    /// How the others spread over the cases, in their order; what is not said weighs 1.
    cases: Option<Vec<u32>>,
}

/// What came of a crowd.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowFigures)]
#[allow(dead_code, reason = "for the document only; figures are the domain's")]
pub struct FiguresShape {
    /// So many entered.
    entered: u32,
    /// So many ways are over.
    ended: u32,
    /// So many go on when the last day is over; with those that ended, all who entered.
    standing: u32,
    /// What came of those that are over.
    outcomes: BTreeMap<String, u32>,
    /// Every step, in the order of the document.
    steps: Vec<StepFiguresShape>,
    /// So many texts went out.
    texts: u32,
    /// So many segments they took.
    segments: u32,
    /// How often a text had to wait for its hour or for its turn, by the gate's reasons, and `rate` for the pace of a number.
    deferred: BTreeMap<String, u32>,
    /// Texts that were not sent, by the gate's reasons, and `too_late` for those that had waited too long.
    blocked: BTreeMap<String, u32>,
    /// After so many seconds the first way was over; `null`: none is.
    #[schema(required = true)]
    first_ended: Option<u64>,
    /// After so many seconds half of those that are over were.
    #[schema(required = true)]
    half_ended: Option<u64>,
    /// After so many seconds the last of those that are over was.
    #[schema(required = true)]
    last_ended: Option<u64>,
    /// So many turns were taken.
    turns: u64,
}

/// What came of a crowd at a step.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowStepFigures)]
#[allow(dead_code, reason = "for the document only; figures are the domain's")]
pub struct StepFiguresShape {
    /// Which step.
    step: String,
    /// What it does.
    act: String,
    /// How often somebody came.
    came: u32,
    /// How often it was left out.
    left_out: u32,
    /// How often somebody answered.
    answered: u32,
    /// How often somebody who was waited for did not.
    timed_out: u32,
    /// Ways that ended here, by what came of them.
    ended: BTreeMap<String, u32>,
    /// Who stands here when the last day is over.
    standing: u32,
    /// Of these, who stands still for good unless somebody of the tenant mends it: a dead end.
    stuck: u32,
}

/// Sends people who are made up through a workflow, in the law's hours and at the pace of numbers: what would come of them, step by
/// step, and what it would take. Nothing is sent, and nothing is kept.
#[utoipa::path(post, path = "/workflows/simulate/crowd", tag = "workflows", request_body = WalkWorkflow,
    responses((status = 200, body = FiguresShape)))]
pub async fn walk(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<WalkWorkflow>,
) -> Result<Json<Figures>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    let crowd = Crowd::from_json(&asked.crowd).map_err(|faults| written::refused("crowd", &faults))?;
    let at = simulate::within_reach(asked.at, app.engine.now())?;
    let read = async move |tx: &mut TenantTx<'_>| {
        let settings = tenant::settings(tx).await?;
        let which = Which { document: asked.document.as_ref(), workflow: asked.workflow_id, version: asked.version };
        Ok::<_, ApiError>((which.published(tx).await?, settings))
    };
    let (published, settings) = app.engine.store().read(caller.tenant, read).await?;
    let walk = move || population::simulate(&published, &crowd, &settings, at);
    beside::done(&beside::CROWDS, walk).await.map(Json)
}
