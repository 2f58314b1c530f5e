//! A workflow, played by hand: by the very interpreter that runs it, on a clock of its own. Nothing is sent and nothing is kept;
//! whoever plays on sends all plays again.

mod person;
mod played;

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::field::Value as FieldValue;
use domain::id::{ContactId, WorkflowId};
use domain::workflow::simulate::{Answers, Play, simulate as play_all};
use domain::workflow::{Document, Published, Variable, publish, revive};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use store::{TenantTx, tenant, workflow};
use utoipa::ToSchema;

pub use self::person::InventedPerson;
pub use self::played::WorkflowPlayed;
use super::{no_such, written};
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
    let now = app.engine.now();
    let at = asked.at.unwrap_or(now);
    if at.duration_since(now).abs() > AT_MOST_FROM_NOW {
        return Err(ApiError::invalid("at", "out_of_range", "Choose a time within twenty years from now."));
    }
    let plays = asked.plays.clone();
    let read = async move |tx: &mut TenantTx<'_>| {
        let settings = tenant::settings(tx).await?;
        let published = asked.published(tx).await?;
        let person = person::who(tx, &settings, asked.contact_id, asked.person.as_ref(), at).await?;
        let variables = asked.variables(&published.document().variables)?;
        Ok::<_, ApiError>((published, person, variables))
    };
    let (published, person, variables) = app.engine.store().read(caller.tenant, read).await?;
    let played = play_all(&published, person, variables, Answers::default(), &plays, at);
    Ok(Json(WorkflowPlayed::of(&played)))
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

    /// What is played, ready to run.
    async fn published(&self, tx: &mut TenantTx<'_>) -> Result<Published, ApiError> {
        let sensible =
            |document: Document, ground| publish(document, &ground).map_err(|faults| written::has_faults(&faults));
        match (&self.document, self.workflow_id, self.version) {
            (Some(json), None, None) => {
                let document = Document::from_json(json).map_err(|faults| written::refused("document", &faults))?;
                let ground = workflow::ground(tx, [&document]).await?;
                sensible(document, ground)
            }
            (None, Some(id), None) => {
                let (_, document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
                let ground = workflow::ground(tx, [&document]).await?;
                sensible(document, ground)
            }
            (None, Some(id), Some(number)) => {
                let found = workflow::version::find(tx, id, number).await?;
                let (_, document) = found.ok_or_else(|| ApiError::not_found("version"))?;
                let ground = workflow::ground(tx, [&document]).await?;
                Ok(revive(document, &ground))
            }
            _ => {
                let mend = "Send `document`, or `workflow_id` and maybe `version`.";
                Err(ApiError::invalid("document", "one_of", mend))
            }
        }
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
