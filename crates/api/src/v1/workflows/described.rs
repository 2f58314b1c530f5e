//! A workflow from a description: a model writes it, and it is checked, told and tried before anybody sees it.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::id::{AssistantId, WorkflowId};
use domain::workflow::described::CHARS_MAX;
use domain::workflow::tell::tell;
use domain::workflow::trial::{self, Trial, Way, trial};
use domain::workflow::{Bound, Document};
use engine::{Drafted, NotDrafted};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::message::Cost;
use store::{TenantTx, event, tenant, workflow};
use utoipa::ToSchema;

use super::check::{WorkflowBound, WorkflowTold};
use super::shown::Judged;
use super::simulate::SeenInPlay;
use super::{WorkflowFault, beside, room, written};
use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::Write,
    once::{self, Told, Written},
    state::AppState,
};

/// What a workflow is to do, in plain words.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeWorkflow {
    /// What is to be done with people, in plain words; at most 4,000 characters. It is told to the model.
    text: String,
    /// Whose model writes it; if not said, that of the first of your assistants that has one.
    #[schema(value_type = Option<String>)]
    assistant_id: Option<AssistantId>,
    /// It becomes a workflow of yours, a draft; if not said, nothing is kept. It is never published by itself.
    #[serde(default)]
    save: bool,
}

impl std::fmt::Debug for DescribeWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DescribeWorkflow").field("save", &self.save).finish_non_exhaustive()
    }
}

/// A workflow that a model has written, and what can be said of it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DescribedWorkflow {
    /// What it wrote, in the form that `GET /workflow-schema` tells.
    #[schema(value_type = Object)]
    document: Document,
    /// The workflow that it became, a draft; `null`: it was not to be saved.
    #[schema(required = true, value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// What is wrong with it all the same, though the model was asked once to mend it.
    faults: Vec<WorkflowFault>,
    /// What is worth a second look, once nothing is wrong.
    warnings: Vec<WorkflowFault>,
    /// What one person's way costs at most; `null`: something is wrong.
    #[schema(required = true)]
    at_most: Option<WorkflowBound>,
    /// What it does, in plain words, told without a model.
    told: Vec<WorkflowTold>,
    /// What came of a first look at it; `null`: something is wrong.
    #[schema(required = true)]
    trial: Option<WorkflowTrial>,
    /// Whose model wrote it.
    #[schema(value_type = String)]
    assistant_id: AssistantId,
    /// Which model.
    model: String,
    /// How often it was asked: twice, if the first answer had faults.
    tries: u32,
    /// As billed; 0 if the server did not say.
    tokens_in: u64,
    /// As billed; 0 if the server did not say.
    tokens_out: u64,
    /// What it cost, if the price is known.
    #[schema(required = true)]
    cost: Option<Cost>,
}

impl std::fmt::Debug for DescribedWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DescribedWorkflow").field("tries", &self.tries).finish_non_exhaustive()
    }
}

/// A first look at a workflow, with people who are made up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkflowTrial {
    /// Somebody who never answers.
    silent: TriedWay,
    /// Somebody who answers each question as its first case wishes.
    willing: TriedWay,
    /// So many were sent through it,
    people: u32,
    /// and looked at for so many days, as `POST /workflows/simulate/crowd` does.
    days: u32,
    /// So many texts they got.
    texts: u32,
    /// So many segments these took.
    segments: u32,
    /// How many left with what.
    outcomes: BTreeMap<String, u32>,
    /// So many are in it when the last day is over.
    standing: u32,
    /// Of these, so many stand still for good unless somebody of yours mends it.
    stuck: u32,
}

/// What was seen of somebody who was played with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TriedWay {
    /// What they got and said, and what happened, in order; at most 100.
    seen: Vec<SeenInPlay>,
    /// How it ended; `null`: it did not.
    #[schema(required = true)]
    outcome: Option<String>,
}

/// Has a model write the workflow that somebody describes. What it writes is checked, and it is asked once to mend what is wrong; what
/// still is, is told in `faults`. Nothing is sent and nothing is published; with `save`, it becomes a draft.
///
/// It is told what you have that workflows can name (fields, labels, lists, segments, numbers, teams, assistants, workflows, snippets),
/// and nothing of your contacts. It takes a while, and counts as used by the assistant. Where no assistant has a model, the answer is
/// 409 `no_model`; where twice no workflow comes of it, 422 `no_workflow_written` with its `faults`; where the model does not answer,
/// 502 `model_failed`.
#[utoipa::path(post, path = "/workflows/from-text", tag = "workflows", request_body = DescribeWorkflow,
    responses((status = 200, body = DescribedWorkflow), (status = 201, body = DescribedWorkflow)))]
pub async fn from_text(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<DescribeWorkflow>,
) -> Result<Written<DescribedWorkflow>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    is_bounded(&asked.text)?;
    let status = if asked.save { StatusCode::CREATED } else { StatusCode::OK };
    // What a model was asked for once costs nothing the second time.
    if let Some(answered) = once::answered(&app, caller.tenant, once.as_ref(), status).await? {
        return Ok(answered);
    }
    let save = asked.save;
    let before = async move |tx: &mut TenantTx<'_>| {
        if save {
            room(tx).await?;
        }
        Ok::<_, ApiError>(tenant::settings(tx).await?)
    };
    let settings = app.engine.store().read(caller.tenant, before).await?;
    let drafted = app.engine.draft_workflow(caller.tenant, asked.assistant_id, &asked.text).await.map_err(refused)?;
    let (now, by) = (app.engine.now(), caller.user);
    let look = move || {
        let trial = drafted.checked.as_ref().ok().map(|published| trial(published, &settings, now));
        DescribedWorkflow::of(drafted, trial)
    };
    let described = beside::done(&beside::PLAYS, look).await?;
    let id = save.then(|| app.engine.ids().next::<WorkflowId>());
    once::write(&app, caller.tenant, once, status, async move |tx: &mut TenantTx<'_>| {
        let Some(id) = id else { return Ok(Told::quiet(described.clone())) };
        room(tx).await?;
        let line = workflow::create(tx, now, id, &described.document, by).await?;
        let saved = DescribedWorkflow { workflow_id: Some(id), ..described.clone() };
        Ok(Told::at(saved, event::append(tx, now, &[line]).await?))
    })
    .await
}

fn is_bounded(text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::invalid("text", "empty", "Write what is to be done with people, in a sentence or some."));
    }
    if text.chars().count() > CHARS_MAX {
        return Err(ApiError::invalid("text", "too_long", format!("Write at most {CHARS_MAX} characters.")));
    }
    Ok(())
}

fn refused(why: NotDrafted) -> ApiError {
    match why {
        NotDrafted::NoAssistant => {
            let mend = "There is no such assistant. Choose one under Assistants.";
            ApiError::invalid("assistant_id", "not_found", mend)
        }
        NotDrafted::NoModel => {
            let mend = "There is no model that could write it. Give an assistant one under Assistants: its `provider`, with \
                        where the model is and its key.";
            ApiError::conflict("no_model", mend)
        }
        NotDrafted::UsedUp => {
            let mend = "The assistant has used up today what it may. Raise its limits, or try again tomorrow.";
            ApiError::conflict("used_up", mend)
        }
        NotDrafted::Unusable(why) => ApiError::conflict("model_unusable", format!("The model cannot be asked: {why}.")),
        NotDrafted::NoAnswer(fault) => {
            let detail = format!("The model did not answer: {fault}. {}", fault.mend());
            ApiError::new(StatusCode::BAD_GATEWAY, "model_failed", detail)
        }
        NotDrafted::Nonsense(faults) => {
            let mend = "What the model wrote is no workflow, though it was asked twice. Say it in other words, or choose an \
                        assistant with a better model.";
            let errors = vec![FieldError::new("text", "no_workflow_written", mend)];
            ApiError::workflow("no_workflow_written", mend.to_owned(), errors, written::listed(&faults))
        }
        NotDrafted::Store(fault) => fault.into(),
    }
}

impl DescribedWorkflow {
    fn of(drafted: Drafted, trial: Option<Trial>) -> Self {
        let Drafted { document, checked, assistant, model, tries, tokens_in, tokens_out, cost } = drafted;
        let Judged { faults, warnings, at_most } = Judged::from(checked);
        let told = tell(&document).into_iter().map(WorkflowTold::from).collect();
        Self {
            document,
            workflow_id: None,
            faults: written::listed(&faults),
            warnings: written::listed(&warnings),
            at_most: at_most.map(|Bound { texts, segments }| WorkflowBound { texts, segments }),
            told,
            trial: trial.map(WorkflowTrial::of),
            assistant_id: assistant,
            model,
            tries,
            tokens_in,
            tokens_out,
            cost: cost.map(|cost| Cost { micros: cost.micros, currency: cost.currency }),
        }
    }
}

impl WorkflowTrial {
    fn of(Trial { silent, willing, figures }: Trial) -> Self {
        let way = |Way { seen, outcome }: Way| TriedWay { seen: seen.iter().map(SeenInPlay::of).collect(), outcome };
        Self {
            silent: way(silent),
            willing: way(willing),
            people: trial::PEOPLE,
            days: trial::DAYS,
            texts: figures.texts,
            segments: figures.segments,
            stuck: figures.steps.iter().map(|step| step.stuck).sum(),
            standing: figures.standing,
            outcomes: figures.outcomes,
        }
    }
}
