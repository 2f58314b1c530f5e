//! A model is asked: the one of an assistant, within what that assistant may use up.

use std::sync::Arc;
use std::time::Duration;

use domain::assistant::Run;
use domain::id::{AssistantId, EnrolmentId, TenantId};
use domain::workflow::{Done, Key, Question};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use providers::model::{Ask, Role, Schema, Stop, Turn};
use store::enrolment::run::Ended;
use store::{StoreError, TenantTx, enrolment};

use crate::assistant::{candidates, count};
use crate::workflow::who::Who;
use crate::world::World;

/// An answer that cannot be used is asked for so often.
const TRIES: usize = 2;

/// Asks, and keeps the record of it. `by`: which assistant; `None`: the one that answers on the number.
pub(super) async fn ask(
    world: &Arc<World>,
    tenant: TenantId,
    key: &Key,
    by: Option<AssistantId>,
    question: &Question,
) -> Result<Done, StoreError> {
    let Some(who) = who(world, tenant, key.enrolment, by).await? else { return Ok(question.without_model()) };
    let began = tokio::time::Instant::now();
    let mut took = Run::without_model(world.ids().next(), who.assistant.version, "");
    let done = asked(world, &who, question, &mut took).await;
    took.latency_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    if let Done::Failed(why) = &done {
        took.record.reason.clone_from(why);
    }
    let (now, kept) = (world.now(), SignedDuration::from_hours(24 * i64::from(who.record_days)));
    let ended = Ended {
        enrolment: key.enrolment,
        step: key.step.clone(),
        assistant: who.assistant.id,
        outcome: done.name(),
        run: took,
        day: who.today,
        kept_until: now.checked_add(kept).unwrap_or(Timestamp::MAX),
    };
    world.store.write(tenant, async move |tx: &mut TenantTx<'_>| enrolment::run::keep(tx, now, &ended).await).await?;
    Ok(done)
}

async fn asked(world: &World, who: &Who, question: &Question, took: &mut Run) -> Done {
    if who.is_used_up(took) {
        return Done::Failed("the assistant has used up today what it may".into());
    }
    match candidates(world, who.assistant.id, &who.assistant.settings, &who.keys) {
        Ok(candidates) if candidates.is_empty() => {
            took.model = "builtin".into();
            question.without_model()
        }
        Ok(candidates) => answered(world, who, &candidates, question, took).await,
        Err(why) => Done::Failed(why.into()),
    }
}

async fn answered(
    world: &World,
    who: &Who,
    candidates: &[crate::model::Candidate],
    question: &Question,
    took: &mut Run,
) -> Done {
    let settings = &who.assistant.settings;
    let within = Duration::from_secs(u64::from(settings.provider.timeout_seconds.clamp(1, 120)));
    let began = tokio::time::Instant::now();
    let prompt = question.prompt(settings);
    let days = days_around(who.today);
    took.record.system.clone_from(&prompt.system);
    took.record.turns = vec![("contact".into(), prompt.user.clone())];
    let mut asked = Ask {
        model: String::new(),
        system: prompt.system,
        turns: vec![Turn::said(Role::User, prompt.user)],
        max_tokens: settings.provider.max_tokens,
        temperature: settings.provider.temperature,
        tools: Vec::new(),
        answer_schema: Some(Schema { name: "answer".into(), schema: prompt.schema }),
        stream: false,
    };
    for _ in 0..TRIES {
        let left = within.saturating_sub(began.elapsed());
        let answer = match world.models.ask(candidates, &asked, left, |_| {}).await {
            Ok(told) => {
                count(took, settings, told.candidate, told.model, &told.answer);
                took.record.answers.push(told.answer.text.clone());
                told.answer
            }
            Err(fault) => return Done::Failed(fault.to_string()),
        };
        let meant = match answer.stop {
            Stop::Length => Err("it was cut off, because it is too long".to_owned()),
            Stop::Finished | Stop::Calls | Stop::OtherStop(_) => question.understand(settings, &days, &answer.text),
        };
        let flaw = match meant {
            Ok(done) => return done,
            Err(flaw) => flaw,
        };
        took.record.checks.push(flaw.clone());
        asked.turns.push(Turn::said(Role::Assistant, answer.text));
        asked.turns.push(Turn::said(Role::User, format!("Your answer cannot be used: {flaw}. Answer again.")));
    }
    Done::Failed("the model's answers could not be used".into())
}

async fn who(
    world: &World,
    tenant: TenantId,
    way: EnrolmentId,
    by: Option<AssistantId>,
) -> Result<Option<Who>, StoreError> {
    let now = world.now();
    let read = async move |tx: &mut TenantTx<'_>| {
        let id = match by {
            Some(id) => Some(id),
            None => enrolment::assistant_of(tx, way).await?,
        };
        match id {
            Some(id) => Who::read(tx, now, id).await,
            None => Ok(None),
        }
    };
    world.store.read(tenant, read).await
}

/// The days around this one in words, which a text may name.
fn days_around(today: Date) -> Vec<String> {
    let day = |date: Date| [date.strftime("%A").to_string(), date.to_string()];
    today.tomorrow().into_iter().chain([today]).flat_map(day).collect()
}
