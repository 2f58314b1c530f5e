//! A workflow, played by hand: by the very interpreter that runs it, on a clock of its own. Nothing is sent and nothing is kept;
//! whoever plays on sends all plays again.

mod person;
mod played;

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::field::Value as FieldValue;
use domain::id::{ContactId, WorkflowId};
use domain::workflow::Variable;
use domain::workflow::simulate::{Answers, Play, simulate as play_all};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use store::{TenantTx, tenant};
use utoipa::ToSchema;

pub use self::person::InventedPerson;
pub use self::played::{SeenInPlay, WorkflowPlayed};
use super::beside;
use super::which::Which;
use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::Json,
    faults::Faults,
    state::AppState,
};

const PLAYS_MAX: usize = 500;
const TEXT_CHARS_MAX: usize = 1_600;
/// A play begins at most so long before or after now.
const AT_MOST_FROM_NOW: SignedDuration = SignedDuration::from_hours(20 * 365 * 24);

/// What is played, and with whom.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulateWorkflow {
    /// A document,
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
    /// or a workflow of yours:
    #[schema(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// this version of it; if not said, its draft.
    version: Option<i64>,
    /// With this contact,
    #[schema(value_type = Option<String>)]
    contact_id: Option<ContactId>,
    /// or with somebody invented; if neither is said, with somebody of whom only a number is known.
    person: Option<InventedPerson>,
    /// What is known from the start, by keys of variables.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, store::schema::FieldChangeShape>)]
    variables: BTreeMap<String, Value>,
    /// What happens, in this order; at most 500.
    #[serde(default)]
    #[schema(value_type = Vec<PlayShape>)]
    plays: Vec<Play>,
    /// What becomes of texts, and what systems and models answer, each kind in its order. When there is no more, texts go out,
    /// systems answer 200 with nothing, and models find nothing.
    #[serde(default)]
    #[schema(value_type = Option<AnswersShape>)]
    answers: Answers,
    /// When they enter; if not said, now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

impl std::fmt::Debug for SimulateWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimulateWorkflow").field("workflow_id", &self.workflow_id).finish_non_exhaustive()
    }
}

/// What happens in a play.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowPlay, rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document only; plays are read by the domain")]
pub enum PlayShape {
    /// They text this.
    Says(String),
    /// So much time passes, as in `90m` or `2d`.
    Waits(String),
    /// Time passes until the next timer has come.
    Skips,
    /// Somebody pauses their way.
    Pauses,
    /// Somebody has it go on.
    Resumes,
}

/// What becomes of texts, and what systems and models answer.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowAnswers)]
#[allow(dead_code, reason = "for the document only; answers are read by the domain")]
pub struct AnswersShape {
    /// Of texts: `sent`, `blocked` or `failed`.
    #[schema(required = false)]
    sends: Vec<DoneShape>,
    /// Of systems: `answered` or `failed`.
    #[schema(required = false)]
    http: Vec<DoneShape>,
    /// Of models: `wrote`, `chose`, `found` or `failed`.
    #[schema(required = false)]
    models: Vec<DoneShape>,
}

/// What became of something that was done.
#[derive(Debug, ToSchema)]
#[schema(as = WorkflowAnswer, rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document only; answers are read by the domain")]
pub enum DoneShape {
    /// The text is out.
    Sent,
    /// The gate says that it must not be sent; the code of its reason.
    Blocked(String),
    /// It came to nothing, for this reason.
    Failed(String),
    /// A system answered.
    Answered {
        /// With this status of HTTP.
        status: u16,
        /// With this.
        body: Value,
    },
    /// A model wrote this.
    Wrote(String),
    /// A model chose this one of what it was given, from 0; `null`: none of it.
    Chose(Option<u32>),
    /// A model found these, by keys of variables.
    Found(BTreeMap<String, String>),
}

/// Plays a workflow with somebody: what they get, what is done, and why. Nothing is sent, and nothing is kept.
#[utoipa::path(post, path = "/workflows/simulate", tag = "workflows", request_body = SimulateWorkflow,
    responses((status = 200, body = WorkflowPlayed)))]
pub async fn simulate(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<SimulateWorkflow>,
) -> Result<Json<WorkflowPlayed>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    if asked.contact_id.is_some() {
        caller.must(Scope::ContactsRead)?;
    }
    asked.is_bounded()?;
    let at = within_reach(asked.at, app.engine.now())?;
    let (plays, answers) = (asked.plays.clone(), asked.answers.clone());
    let read = async move |tx: &mut TenantTx<'_>| {
        let settings = tenant::settings(tx).await?;
        let which = Which { document: asked.document.as_ref(), workflow: asked.workflow_id, version: asked.version };
        let published = which.published(tx).await?;
        let person = person::who(tx, &settings, asked.contact_id, asked.person.as_ref(), at).await?;
        let variables = asked.variables(&published.document().variables)?;
        Ok::<_, ApiError>((published, person, variables))
    };
    let (published, person, variables) = app.engine.store().read(caller.tenant, read).await?;
    let play = move || WorkflowPlayed::of(&play_all(&published, person, variables, answers, &plays, at));
    beside::done(&beside::PLAYS, play).await.map(Json)
}

/// When a play begins.
///
/// # Errors
/// 422 where that is too far from now for clocks to be told.
pub(super) fn within_reach(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, ApiError> {
    let at = asked.unwrap_or(now);
    if at.duration_since(now).abs() <= AT_MOST_FROM_NOW {
        return Ok(at);
    }
    Err(ApiError::invalid("at", "out_of_range", "Choose a time within twenty years from now."))
}

impl SimulateWorkflow {
    fn is_bounded(&self) -> Result<(), ApiError> {
        if self.plays.len() > PLAYS_MAX {
            return Err(ApiError::invalid("plays", "too_many", format!("At most {PLAYS_MAX}.")));
        }
        let is_long = |play: &Play| matches!(play, Play::Says(text) if text.chars().count() > TEXT_CHARS_MAX);
        if let Some(nth) = self.plays.iter().position(is_long) {
            let mend = format!("Write at most {TEXT_CHARS_MAX} characters.");
            return Err(ApiError::invalid(format!("plays[{nth}]"), "too_long", mend));
        }
        if self.contact_id.is_some() && self.person.is_some() {
            return Err(ApiError::invalid("person", "one_of", "Say `contact_id` or `person`, one of them."));
        }
        Ok(())
    }

    /// Values as their variables hold them.
    fn variables(&self, known: &[Variable]) -> Result<BTreeMap<String, String>, ApiError> {
        let (mut faults, mut read) = (Faults::default(), BTreeMap::new());
        for (key, value) in &self.variables {
            let field = || format!("variables.{key}");
            let Some(variable) = known.iter().find(|variable| variable.key == *key) else {
                faults.add(FieldError::new(field(), "no_such_variable", "The workflow has no such variable."));
                continue;
            };
            let holds = variable.field();
            match serde_json::from_value::<FieldValue>(value.clone()).map(|value| holds.take(&value)) {
                Ok(Ok(value)) => {
                    read.insert(key.clone(), value);
                }
                Ok(Err(why)) => {
                    let mend = format!("It holds {}; this {why}.", holds.form());
                    faults.add(FieldError::new(field(), "not_fitting", mend));
                }
                Err(_) => faults.add(FieldError::new(field(), "wrong_type", format!("It holds {}.", holds.form()))),
            }
        }
        faults.end().map(|()| read)
    }
}
