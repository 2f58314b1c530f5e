//! Moving those who are on their way to another version.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::access::Scope;
use domain::id::{EnrolmentId, TenantId, WorkflowId};
use domain::workflow::migration::Plan;
use domain::workflow::{Published, Word, revive};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{TenantTx, enrolment, workflow};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Path, Write},
    once::{self, Told, Written},
    state::AppState,
};

/// So many are looked at in one transaction: others write in between.
const SOME: u32 = 1_000;
/// So many of those who stay are named.
const SAMPLES: usize = 20;
/// So many a minute move, if nobody says otherwise, and at most.
const PER_MINUTE: u32 = 1_000;
const PER_MINUTE_MAX: u32 = 100_000;

/// How to move those who are on their way.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrateEnrolments {
    /// The version that they are in.
    from: i64,
    /// The version that they go on in; if not said, the one that people enter.
    #[serde(default)]
    to: Option<i64>,
    /// Which steps of the one are which of the other, where their ids differ.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    steps: Plan,
    /// Only tell what would become of whom.
    #[serde(default)]
    dry_run: bool,
    /// So many a minute at most, from 1 to 100,000: who waited longer than they would in the other version goes on at once, and not
    /// all at the same time. If not said, 1,000.
    #[serde(default)]
    per_minute: Option<u32>,
}

/// What becomes of those who are on their way.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Migrated {
    /// From this version.
    from: i64,
    /// To this one.
    to: i64,
    /// How many move, by the step at which they go on.
    moves: BTreeMap<String, i64>,
    /// How many stay where they are, by the reason: `step_gone`, `on_its_way` (what they had done is not back yet) or `variable`.
    stays: BTreeMap<String, i64>,
    /// Some of those who stay.
    samples: Vec<StayingEnrolment>,
    /// When the last of them moves.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    done_at: Option<Timestamp>,
}

/// Somebody who stays in their version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StayingEnrolment {
    /// Whose way.
    #[schema(value_type = String)]
    enrolment_id: EnrolmentId,
    /// Why, and what to do, in plain words.
    why: String,
}

/// Moves those who are in one version of a workflow to another, or tells what would become of whom (`dry_run`). Steps go by their
/// ids; who stands at a step that is not there stays where they are. Times are told anew from when somebody came to their step.
#[utoipa::path(post, path = "/workflows/{id}/migrate", tag = "workflows", params(("id" = String, Path)),
    request_body = MigrateEnrolments, responses((status = 200, body = Migrated)))]
pub async fn migrate(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<WorkflowId>,
    Write(asked, once): Write<MigrateEnrolments>,
) -> Result<Written<Migrated>, ApiError> {
    caller.must(Scope::WorkflowsWrite)?;
    let between = between(asked.per_minute, "per_minute")?;
    if let Some(done) = once::answered::<Migrated>(&app, caller.tenant, once.as_ref(), StatusCode::OK).await? {
        return Ok(done);
    }
    let tenant = caller.tenant;
    let store = app.engine.store();
    let (plan, from, wanted) = (asked.steps.clone(), asked.from, asked.to);
    let (old, new, to) =
        store.read(tenant, async move |tx: &mut TenantTx<'_>| both(tx, id, from, wanted, &plan).await).await?;
    let moving = Moving {
        workflow: id,
        from: (from, &old),
        to: (to, &new),
        plan: &asked.steps,
        between,
        dry_run: asked.dry_run,
    };
    let (told, _) = moving.go(&app, tenant, app.engine.now()).await?;
    app.engine.workflows_may_go_on();
    // A repeat that comes before this tells the same people the same, which moves nobody twice.
    once::write(&app, tenant, once, StatusCode::OK, async move |_: &mut TenantTx<'_>| Ok(Told::quiet(told.clone())))
        .await
}

/// How long after one the next moves, so that so many a minute do.
pub(in crate::v1) fn between(per_minute: Option<u32>, field: &str) -> Result<SignedDuration, ApiError> {
    let per_minute = per_minute.unwrap_or(PER_MINUTE);
    if per_minute == 0 || per_minute > PER_MINUTE_MAX {
        let mend = format!("Say how many a minute: from 1 to {PER_MINUTE_MAX}.");
        return Err(ApiError::invalid(field, "out_of_range", mend));
    }
    Ok(SignedDuration::from_nanos(60_000_000_000 / i64::from(per_minute)))
}

/// People who are to move from a version to another.
pub(in crate::v1) struct Moving<'m> {
    pub(in crate::v1) workflow: WorkflowId,
    pub(in crate::v1) from: (i64, &'m Published),
    pub(in crate::v1) to: (i64, &'m Published),
    pub(in crate::v1) plan: &'m Plan,
    pub(in crate::v1) between: SignedDuration,
    /// It is only told what would become of whom.
    pub(in crate::v1) dry_run: bool,
}

impl Moving<'_> {
    /// Has everybody move who can, the first at this moment, and tells what becomes of whom; and when the next could.
    pub(in crate::v1) async fn go(
        &self,
        app: &AppState,
        tenant: TenantId,
        first: Timestamp,
    ) -> Result<(Migrated, Timestamp), ApiError> {
        let (id, (from, old), (to, new), store) = (self.workflow, self.from, self.to, app.engine.store());
        let mut told = Migrated { from, to, ..Migrated::default() };
        let (mut after, mut at) = (None, first);
        loop {
            let read = async move |tx: &mut TenantTx<'_>| enrolment::of_version(tx, id, from, after, SOME).await;
            let some = store.read(tenant, read).await?;
            let Some(last) = some.last() else { return Ok((told, at)) };
            after = Some(last.id);
            let mut words = Vec::new();
            for way in &some {
                match self.plan.moves(&way.state, old, new) {
                    Ok(step) => {
                        *told.moves.entry(step).or_default() += 1;
                        words.push((way.id, at));
                        at = at.checked_add(self.between).unwrap_or(at);
                    }
                    Err(why) => {
                        *told.stays.entry(why.code().to_owned()).or_default() += 1;
                        if told.samples.len() < SAMPLES {
                            told.samples.push(StayingEnrolment { enrolment_id: way.id, why: why.to_string() });
                        }
                    }
                }
            }
            told.done_at = words.last().map(|(_, at)| *at).or(told.done_at);
            if !self.dry_run {
                let (word, ids) = (Word::Migrate { version: to, plan: self.plan.clone() }, app.engine.ids());
                store
                    .write(tenant, async move |tx: &mut TenantTx<'_>| {
                        enrolment::move_at(tx, &mut ids.clone(), &word, &words).await
                    })
                    .await?;
            }
        }
    }
}

/// Both versions, ready to run, and the number of the new one.
async fn both(
    tx: &mut TenantTx<'_>,
    id: WorkflowId,
    from: i64,
    to: Option<i64>,
    plan: &Plan,
) -> Result<(Published, Published, i64), ApiError> {
    let known = workflow::by_ids(tx, &[id]).await?.remove(&id).ok_or_else(|| ApiError::not_found("workflow"))?;
    let to = to.or(known.live_version).unwrap_or(0);
    let mut runs = workflow::versions_of(tx, &[(id, from), (id, to)]).await?;
    let (old, new) = (runs.remove(&(id, from)), runs.remove(&(id, to)));
    let mut faults = Vec::new();
    for (field, is_there) in [("from", old.is_some()), ("to", new.is_some() || from == to)] {
        if !is_there {
            faults.push(FieldError::new(field, "no_such_version", "There is no version of this number."));
        }
    }
    if from == to {
        let mend = "They are in this version. Name another one, or publish one first.";
        faults.push(FieldError::new("to", "same_version", mend));
    }
    let (Some(old), Some(new)) = (old, new) else { return Err(ApiError::invalid_fields(faults)) };
    let ground = workflow::ground(tx, [&old.document, &new.document]).await?;
    let (old, new) = (revive(old.document, &ground), revive(new.document, &ground));
    let wrong = plan.faults(&old, &new);
    if !wrong.is_empty() {
        let told = wrong.into_iter().map(|fault| {
            let field = format!("steps.{}", fault.pointer.trim_start_matches('/'));
            FieldError::new(field, "no_such_step", format!("{} {}", fault.explanation, fault.mend))
        });
        return Err(ApiError::invalid_fields(told.collect()));
    }
    Ok((old, new, to))
}
