//! Publishing a draft, and taking those along who are on their way.

use std::sync::Arc;

use axum::extract::State;
use domain::access::Scope;
use domain::id::{TenantId, WorkflowId};
use domain::workflow::migration::Plan;
use domain::workflow::{Document, Fault, Order, Published, Standing, publish as make, revive};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::workflow::{Held, version};
use store::{TenantTx, enrolment, event, workflow};
use utoipa::ToSchema;

use super::{WorkflowDetail, beside, draft, held, no_such, obeyed, shown, written};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Write},
    once::{self, Told, Written},
    state::AppState,
    v1::enrolments::migrate::{Migrated, Moving, between},
};

const NOTE_CHARS_MAX: usize = 500;
/// So many steps are named that people stand at and the draft does not have.
const STEPS_NAMED: usize = 10;

/// How to publish a draft.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PublishWorkflow {
    /// What is new in it, for people; at most 500 characters.
    note: Option<String>,
    /// The draft's `revision` that is meant; if not said, whatever it is.
    revision: Option<i64>,
    /// Whoever is in an earlier version goes on in this one, at the step where they stand. If not said, they stay where they are.
    move_along: Option<MoveAlong>,
}

/// How those are taken along who are in an earlier version.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MoveAlong {
    /// So many a minute at most, from 1 to 100,000; if not said, 1,000.
    per_minute: Option<u32>,
    /// Only tell what would become of whom: nothing is published.
    dry_run: bool,
}

impl std::fmt::Debug for PublishWorkflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublishWorkflow").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// A workflow that was published, and what becomes of those who are in its earlier versions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublishedWorkflow {
    /// The workflow as it is now.
    #[serde(flatten)]
    workflow: WorkflowDetail,
    /// Of each earlier version that somebody is in: who moves, and who stays and why. Empty if nobody was to be taken along.
    #[serde(default)]
    moved: Vec<Migrated>,
}

/// Makes the draft a version, which never changes, and the one that people enter from now on. Whoever is in an earlier one goes on
/// in that, if they are not taken along (`move_along`). What is as the newest version makes no new one.
///
/// A draft that makes no sense is refused with 422 `workflow_has_faults`: all of `faults`, each with its place. So is one that makes
/// sense and of which a conversation that is kept with it (`goldens`) goes otherwise than it is written. One that does not have each
/// step at which somebody stands who is to be taken along is refused with 409 `not_compatible`.
#[utoipa::path(post, path = "/workflows/{id}/publish", tag = "workflows", params(("id" = String, Path)),
    request_body = PublishWorkflow, responses((status = 200, body = PublishedWorkflow)))]
pub async fn publish(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(asked, once): Write<PublishWorkflow>,
) -> Result<Written<PublishedWorkflow>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    if asked.note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX) {
        let mend = format!("Write at most {NOTE_CHARS_MAX} characters.");
        return Err(ApiError::invalid("note", "too_long", mend));
    }
    let Some(along) = asked.move_along else {
        let played = Played::of(&app, &caller, id).await?;
        return make_live(&app, &caller, id, (asked, played), once).await;
    };
    let between = between(along.per_minute, "move_along.per_minute")?;
    let tenant = caller.tenant;
    if let Some(done) = once::answered::<PublishedWorkflow>(&app, tenant, once.as_ref(), StatusCode::OK).await? {
        return Ok(done);
    }
    let played = Played::of(&app, &caller, id).await?;
    let followers = Followers::of(&app, tenant, id, (&asked, &played)).await?;
    // Whoever repeats it after it broke off makes no new version of the same, and moves those who are left.
    let seq = if along.dry_run { None } else { make_live(&app, &caller, id, (asked, played), None).await?.seq };
    let (mut moved, mut at) = (Vec::new(), app.engine.now());
    for (from, old) in &followers.from {
        let moving = Moving {
            workflow: id,
            from: (*from, old),
            to: (followers.to, followers.new.as_ref()),
            plan: &Plan::default(),
            between,
            dry_run: along.dry_run,
        };
        let (told, next) = moving.go(&app, tenant, at).await?;
        at = next;
        moved.push(told);
    }
    app.engine.workflows_may_go_on();
    let mut done = once::write(&app, tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        Ok(Told::quiet(PublishedWorkflow { workflow: shown::one(tx, id).await?, moved: moved.clone() }))
    })
    .await?;
    done.seq = done.seq.or(seq);
    Ok(done)
}

async fn make_live(
    app: &AppState,
    caller: &Caller,
    id: WorkflowId,
    (asked, played): (PublishWorkflow, Played),
    once: Option<engine::Once>,
) -> Result<Written<PublishedWorkflow>, ApiError> {
    let note = asked.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let (now, by) = (app.engine.now(), caller.user);
    once::write(app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let held = held(tx, id).await?;
        let to = obeyed(&held, Order::Publish)?;
        draft::unchanged(held.revision, asked.revision.unwrap_or(played.revision))?;
        draft::unchanged(held.revision, played.revision)?;
        if let Err(faults) = &played.made {
            return Err(written::has_faults(faults));
        }
        let (_, document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
        let (_, line) = workflow::publish(tx, now, id, to, &document, (note.as_deref(), by)).await?;
        let head = event::append(tx, now, &[line]).await?;
        Ok(Told::at(PublishedWorkflow { workflow: shown::one(tx, id).await?, moved: Vec::new() }, head))
    })
    .await
}

/// A draft, checked, and played with the conversations that are kept with it: outside of the transaction that publishes it, so that
/// nobody waits for that.
#[derive(Clone)]
struct Played {
    revision: i64,
    made: Result<Arc<Published>, Vec<Fault>>,
}

impl Played {
    async fn of(app: &AppState, caller: &Caller, id: WorkflowId) -> Result<Self, ApiError> {
        let read = async move |tx: &mut TenantTx<'_>| {
            let (workflow, document) = workflow::find(tx, id).await?.ok_or_else(no_such)?;
            let ground = workflow::ground(tx, [&document]).await?;
            Ok::<_, ApiError>((workflow.revision, document, ground))
        };
        let (revision, document, ground) = app.engine.store().read(caller.tenant, read).await?;
        let made = beside::done(&beside::PLAYS, move || make(document, &ground).map(Arc::new)).await?;
        Ok(Self { revision, made })
    }
}

/// Those who are in earlier versions, at steps that the new one has.
struct Followers {
    from: Vec<(i64, Published)>,
    to: i64,
    new: Arc<Published>,
}

impl Followers {
    async fn of(
        app: &AppState,
        tenant: TenantId,
        id: WorkflowId,
        (asked, played): (&PublishWorkflow, &Played),
    ) -> Result<Self, ApiError> {
        draft::unchanged(played.revision, asked.revision.unwrap_or(played.revision))?;
        let new = match &played.made {
            Ok(new) => Arc::clone(new),
            Err(faults) => return Err(written::has_faults(faults)),
        };
        let document: Document = new.document().clone();
        let read = async move |tx: &mut TenantTx<'_>| {
            let known = workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(no_such)?;
            let standing = Standing::parse(&known.state).ok_or_else(no_such)?;
            let held = Held { standing, revision: known.revision, live_version: known.live_version };
            obeyed(&held, Order::Publish)?;
            let newest = version::page(tx, id, None, 1).await?.first().map_or(0, |newest| newest.version);
            let is_the_newest = version::find(tx, id, newest).await?.is_some_and(|(_, newest)| newest == document);
            let to = if is_the_newest { newest } else { newest + 1 };
            let mut stand = enrolment::shown::stand(tx, id).await?;
            stand.retain(|(version, ..)| *version != to);
            let mut from: Vec<(WorkflowId, i64)> = stand.iter().map(|(version, ..)| (id, *version)).collect();
            from.dedup();
            let runs = workflow::versions_of(tx, &from).await?;
            let ground = workflow::ground(tx, runs.values().map(|run| &run.document)).await?;
            let mut old: Vec<(i64, Published)> =
                runs.into_iter().map(|((_, version), run)| (version, revive(run.document, &ground))).collect();
            old.sort_by_key(|(version, _)| *version);
            Ok::<_, ApiError>((to, stand, old))
        };
        let (to, stand, from) = app.engine.store().read(tenant, read).await?;
        let gone = stand.iter().filter_map(|(_, step, people)| Some((step.as_ref()?, people)));
        let gone: Vec<String> = gone
            .filter(|(step, _)| !new.has_step(step))
            .take(STEPS_NAMED)
            .map(|(step, people)| format!("`{step}` ({people})"))
            .collect();
        if !gone.is_empty() {
            let gone = gone.join(", ");
            let mend = format!(
                "People stand at steps that this draft does not have: {gone}. Keep these steps, or publish without \
                 `move_along` and say in `POST /workflows/{{id}}/migrate` which steps they are now."
            );
            return Err(ApiError::conflict("not_compatible", mend));
        }
        Ok(Self { from, to, new })
    }
}
