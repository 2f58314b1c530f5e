//! Whoever stands still because a step could not be done goes on, all together.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{EnrolmentId, WorkflowId};
use domain::workflow::{Event, Standing, Word};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{TenantTx, enrolment, workflow};
use utoipa::ToSchema;

use super::migrate::between;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Write},
    once::{self, Told, Written},
    state::AppState,
};

/// So many are told in one transaction: others write in between.
const SOME: u32 = 1_000;

/// Who is to go on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryEnrolments {
    /// Only those who stand at this step.
    #[serde(default)]
    step: Option<String>,
    /// So many a minute at most, from 1 to 100,000: what could not be done may not bear all of them at once. If not said, 1,000.
    #[serde(default)]
    per_minute: Option<u32>,
}

/// Who goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// How many stood still.
    retried: i64,
    /// When the last of them goes on; `null`: nobody stood still.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    done_at: Option<Timestamp>,
}

/// Has everybody go on who stands still in a workflow: the step that could not be done is done again, so many a minute. Whoever went on
/// meanwhile is left alone.
#[utoipa::path(post, path = "/workflows/{id}/retry", tag = "workflows", params(("id" = String, Path)),
    request_body = RetryEnrolments, responses((status = 200, body = Retried)))]
pub async fn retry_all(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(asked, once): Write<RetryEnrolments>,
) -> Result<Written<Retried>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let between = between(asked.per_minute, "per_minute")?;
    let tenant = caller.tenant;
    if let Some(done) = once::answered::<Retried>(&app, tenant, once.as_ref(), StatusCode::OK).await? {
        return Ok(done);
    }
    let store = app.engine.store();
    store
        .read(tenant, async move |tx: &mut TenantTx<'_>| {
            let known =
                workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(|| ApiError::not_found("workflow"))?;
            if known.state == Standing::Paused.as_str() {
                let mend = "The workflow is paused. Resume it first: until then nobody goes on.";
                return Err(ApiError::conflict("wrong_state", mend));
            }
            Ok(())
        })
        .await?;
    let (mut told, mut after, mut at) = (Retried::default(), None::<EnrolmentId>, app.engine.now());
    loop {
        let step = asked.step.clone();
        let read = async move |tx: &mut TenantTx<'_>| enrolment::failed(tx, id, step.as_deref(), after, SOME).await;
        let some = store.read(tenant, read).await?;
        let Some(last) = some.last() else { break };
        after = Some(*last);
        let mut ways = Vec::with_capacity(some.len());
        for way in some {
            ways.push((way, at));
            told.done_at = Some(at);
            at = at.checked_add(between).unwrap_or(at);
        }
        told.retried += i64::try_from(ways.len()).unwrap_or(i64::MAX);
        let ids = app.engine.ids();
        store
            .write(tenant, async move |tx: &mut TenantTx<'_>| {
                let word = Word::Event(Event::Retried);
                let words: Vec<_> = ways.iter().map(|(way, at)| (*way, &word, *at)).collect();
                enrolment::tell_at(tx, &mut ids.clone(), &words).await
            })
            .await?;
    }
    app.engine.workflows_may_go_on();
    // A repeat that comes before this tells the same people the same, which moves nobody twice.
    once::write(&app, tenant, once, StatusCode::OK, async move |_: &mut TenantTx<'_>| Ok(Told::quiet(told.clone())))
        .await
}
