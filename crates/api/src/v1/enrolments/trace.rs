//! Why somebody's way went as it did.

use axum::extract::State;
use domain::access::Scope;
use domain::id::EnrolmentId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::TenantTx;
use store::enrolment::run::{self, Run};
use store::enrolment::shown::{self, Enrolment, Text, Turn};
use utoipa::{IntoParams, ToSchema};

use super::no_such;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    state::AppState,
};

/// So many turns are told at once.
const TURNS: u32 = 500;

/// So many texts are told of a way.
const TEXTS: u32 = 500;

/// From where to go on.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TurnsAfter {
    /// Only turns after this one.
    #[param(required = false)]
    after: Option<i64>,
}

/// Somebody's way with every decision, value and text.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentTrace {
    /// Where it stands.
    enrolment: Enrolment,
    /// Its turns, the first first; at most 500.
    turns: Vec<EnrolmentTurn>,
    /// There are more: ask again with `after`.
    more: bool,
    /// The first texts that it has sent, at most 500, the oldest first; the receipt of each tells the rest.
    texts: Vec<Text>,
    /// What models were asked for it, the oldest first; at most the latest 100. Records are kept for the organisation's time.
    runs: Vec<Run>,
}

/// A turn.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentTurn {
    /// Its number, from 1; none is left out.
    seq: i64,
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What it heeded: `entered`, `timer`, `reply`, `done`, `paused` and others.
    event: String,
    /// What happened, in order.
    lines: Vec<EnrolmentLine>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentLine {
    /// At which step; `null`: before the first.
    #[schema(required = true)]
    step: Option<String>,
    /// What, in plain words.
    says: String,
    /// What, for programs.
    #[schema(value_type = Object)]
    what: serde_json::Value,
}

impl std::fmt::Debug for EnrolmentLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolmentLine").field("step", &self.step).finish_non_exhaustive()
    }
}

/// Why somebody's way went as it did: every turn with what it heeded, decided, wrote down and had done, and the texts it sent.
#[utoipa::path(get, path = "/enrolments/{id}/trace", tag = "workflows", params(("id" = String, Path), TurnsAfter),
    responses((status = 200, body = EnrolmentTrace)))]
pub async fn trace(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<EnrolmentId>,
    Query(asked): Query<TurnsAfter>,
) -> Result<Json<EnrolmentTrace>, ApiError> {
    caller.must(Scope::WorkflowsRead)?;
    // It says who they are, and what they wrote.
    caller.must(Scope::ContactsRead)?;
    caller.must(Scope::ConversationsRead)?;
    let after = asked.after.unwrap_or(0);
    let store = app.engine.store();
    let (found, mut turns, texts, runs) = store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let found = shown::find(tx, id).await?;
            let turns = shown::trace(tx, id, after, TURNS + 1).await?;
            Ok::<_, store::StoreError>((found, turns, shown::texts(tx, id, TEXTS).await?, run::of(tx, id).await?))
        })
        .await?;
    let enrolment = found.ok_or_else(no_such)?;
    let more = turns.len() > TURNS as usize;
    turns.truncate(TURNS as usize);
    Ok(Json(EnrolmentTrace {
        enrolment,
        turns: turns.into_iter().map(EnrolmentTurn::from).collect(),
        more,
        texts,
        runs,
    }))
}

impl From<Turn> for EnrolmentTurn {
    fn from(turn: Turn) -> Self {
        let lines = turn.lines.into_iter().map(|line| EnrolmentLine {
            says: line.what.to_string(),
            what: serde_json::to_value(&line.what).unwrap_or_default(),
            step: line.step,
        });
        Self { seq: turn.seq, at: turn.at, event: turn.event, lines: lines.collect() }
    }
}
