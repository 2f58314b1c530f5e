//! Tries an assistant with its test cases: each gets a result, whatever happens to the others.

use std::sync::Arc;
use std::time::Duration;

use domain::assistant::{
    Answer, Broken, Case, Conduct, JUDGEMENT_SCHEMA, Known, ProviderKind, Rule, Run, Told, as_if_said, judge, judged,
    judgement, segments_of,
};
use domain::command::Refusal;
use domain::id::{AssistantId, TenantId};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use providers::model::{Ask, Role, Schema, Turn};
use store::assistant::case::{self, CaseAnswer, CaseResult};
use store::message::{Cost, Source};
use store::{StoreError, scene};
use tokio::time::{Instant, timeout_at};

use super::gather::{self, Material, Rehearsed};
use super::think;
use crate::AskError;
use crate::world::World;

/// So many cases are tried at once.
const AT_ONCE: usize = 4;
/// All cases together take no longer.
const WITHIN: Duration = Duration::from_secs(120);
/// A judgement is a sentence.
const JUDGEMENT_TOKENS_MAX: u32 = 300;

/// What a version makes of all cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Which version.
    pub version: u32,
    /// One result for each case, the oldest case first.
    pub results: Vec<CaseResult>,
}

/// Tries a version with all cases and keeps the results. `None`: the version in force. No transaction is open while models are
/// asked.
pub(crate) async fn test(
    world: &Arc<World>,
    tenant: TenantId,
    id: AssistantId,
    version: Option<u32>,
) -> Result<Tried, AskError> {
    let began = world.now();
    let found = world
        .store
        .read(tenant, async move |tx| {
            let Some(who) = scene::assistant(tx, id).await? else { return Ok(Err("assistant")) };
            let version = version.unwrap_or(who.version);
            if store::assistant::version::settings(tx, id, version).await?.is_none() {
                return Ok(Err("version"));
            }
            Ok::<_, StoreError>(Ok((version, case::all(tx, id).await?)))
        })
        .await?;
    let (version, cases) = found.map_err(Refusal::NotFound)?;
    let deadline = Instant::now() + WITHIN;
    let results: Vec<Result<CaseResult, StoreError>> = stream::iter(cases)
        .map(|case| async move {
            match timeout_at(deadline, one(world, tenant, id, version, &case)).await {
                Ok(result) => result,
                Err(_) => Ok(out_of_time(&case, version, world.now())),
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let results: Vec<CaseResult> = results.into_iter().collect::<Result<_, _>>()?;
    let kept = results.clone();
    world.store.write(tenant, async move |tx| case::keep(tx, began, version, &kept).await).await?;
    Ok(Tried { version, results })
}

async fn one(
    world: &Arc<World>,
    tenant: TenantId,
    id: AssistantId,
    version: u32,
    case: &Case,
) -> Result<CaseResult, StoreError> {
    let rehearsed = Rehearsed {
        version: Some(version),
        said: as_if_said(world.now(), &case.messages),
        guide: case.guide.clone(),
        known: Known { name: case.contact_name.clone(), company: case.contact_company.clone(), ..Known::default() },
        at: None,
    };
    let Some(mut material) = gather::rehearse(world, tenant, id, rehearsed).await? else {
        let broken = Broken::new(Rule::Outcome, "The assistant was removed meanwhile.");
        return Ok(result(case, version, vec![broken], CaseAnswer::default(), None, world.now()));
    };
    // A case says what is answered, not when: it must not break at night.
    material.brief.assistant.settings.hours = None;
    let (answer, mut run) = super::as_if_asked(world, tenant, &material).await;
    let mut broken = judge(&case.expect, &answer);
    let mut notes = Vec::new();
    if let Some(rubric) = &case.expect.rubric {
        match by_rubric(world, &material, case, rubric, &answer, &mut run).await {
            Judged::Holds => {}
            Judged::Broken(message) => broken.push(Broken::new(Rule::Rubric, message)),
            Judged::Nobody => {
                let note = "The rubric was not judged: the built-in assistant has no model. Judge it yourself, or give the \
                            assistant a model.";
                notes.push(note.to_owned());
            }
        }
    }
    let Told { body, sources, reason } = Told::of(&answer);
    let answer = CaseAnswer {
        outcome: Some(Conduct::of(&answer)),
        segments: segments_of(&body),
        body,
        sources: sources.into_iter().map(|source| Source { title: source.title, quote: source.quote }).collect(),
        reason,
        notes,
    };
    Ok(result(case, version, broken, answer, Some(&run), world.now()))
}

fn result(
    case: &Case,
    version: u32,
    broken: Vec<Broken>,
    answer: CaseAnswer,
    run: Option<&Run>,
    at: Timestamp,
) -> CaseResult {
    let cost = run.and_then(|run| run.cost.as_ref());
    CaseResult {
        case_id: case.id,
        name: case.name.clone(),
        required: case.expect.required,
        version,
        passed: broken.is_empty(),
        broken,
        answer,
        cost: cost.map(|cost| Cost { micros: cost.micros, currency: cost.currency.clone() }),
        latency_ms: run.map_or(0, |run| run.latency_ms),
        at,
    }
}

fn out_of_time(case: &Case, version: u32, at: Timestamp) -> CaseResult {
    let seconds = WITHIN.as_secs();
    let message = format!(
        "There was no answer within the {seconds} seconds that all cases have together. Keep fewer cases, or choose a \
         quicker model."
    );
    result(case, version, vec![Broken::new(Rule::Time, message)], CaseAnswer::default(), None, at)
}

enum Judged {
    Holds,
    Broken(String),
    /// There is no model to judge.
    Nobody,
}

/// Asks the assistant's own model whether the rubric holds. What cannot be judged does not pass for good.
async fn by_rubric(
    world: &Arc<World>,
    material: &Material,
    case: &Case,
    rubric: &str,
    answer: &Answer,
    run: &mut Run,
) -> Judged {
    let settings = &material.brief.assistant.settings;
    if settings.provider.kind == ProviderKind::Builtin {
        return Judged::Nobody;
    }
    let candidates = match think::candidates(world, material) {
        Ok(candidates) => candidates,
        Err(reason) => return Judged::Broken(format!("The rubric could not be judged: {reason}.")),
    };
    let (system, asked) = judgement(case, rubric, answer);
    let ask = Ask {
        model: String::new(),
        system,
        turns: vec![Turn::said(Role::User, asked)],
        max_tokens: settings.provider.max_tokens.min(JUDGEMENT_TOKENS_MAX),
        temperature: settings.provider.temperature,
        tools: Vec::new(),
        answer_schema: serde_json::from_str(JUDGEMENT_SCHEMA)
            .ok()
            .map(|schema| Schema { name: "judgement".into(), schema }),
        stream: false,
    };
    let within = Duration::from_secs(u64::from(settings.provider.timeout_seconds.clamp(1, 120)));
    let began = Instant::now();
    let said = match world.models.ask(&candidates, &ask, within, |_| {}).await {
        Ok(said) => said,
        Err(fault) => {
            return Judged::Broken(format!("The rubric could not be judged: the model did not answer: {fault}."));
        }
    };
    run.latency_ms = run.latency_ms.saturating_add(u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX));
    think::count(run, settings, said.candidate, said.model, &said.answer);
    match judged(&said.answer.text) {
        Some((true, _)) => Judged::Holds,
        Some((false, reason)) => {
            let reason = if reason.is_empty() { "no reason was given" } else { &reason };
            Judged::Broken(format!("The model judges that the rubric does not hold: {reason}"))
        }
        None => Judged::Broken(
            "The rubric could not be judged: the model's judgement is not of the form that was asked for. Write the rubric \
             as one plain statement."
                .into(),
        ),
    }
}
