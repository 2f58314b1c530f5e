//! A model is asked: the one of an assistant, within what that assistant may use up.

use std::sync::Arc;
use std::time::Duration;

use domain::assistant::Run;
use domain::id::{AssistantId, EnrolmentId, TenantId};
use domain::workflow::{Done, Question};
use jiff::civil::Date;
use providers::model::{Ask, Role, Schema, Stop, Turn};
use store::{StoreError, TenantTx, enrolment, run};

use crate::assistant::{candidates, count};
use crate::workflow::who::Who;
use crate::world::World;

/// An answer that cannot be used is asked for so often.
const TRIES: usize = 2;

/// Asks. `by`: which assistant; `None`: the one that answers on the number.
pub(super) async fn ask(
    world: &Arc<World>,
    tenant: TenantId,
    way: EnrolmentId,
    by: Option<AssistantId>,
    question: &Question,
) -> Result<Done, StoreError> {
    let Some(who) = who(world, tenant, way, by).await? else { return Ok(question.without_model()) };
    let id = who.assistant.id;
    let mut took = Run::without_model(world.ids().next(), who.assistant.version, "");
    if who.is_used_up(&took) {
        return Ok(Done::Failed("the assistant has used up today what it may".into()));
    }
    let candidates = match candidates(world, id, &who.assistant.settings, &who.keys) {
        Ok(candidates) if candidates.is_empty() => return Ok(question.without_model()),
        Ok(candidates) => candidates,
        Err(why) => return Ok(Done::Failed(why.into())),
    };
    let done = answered(world, &who, &candidates, question, &mut took).await;
    let today = who.today;
    let keep = async move |tx: &mut TenantTx<'_>| run::used(tx, today, id, &took).await;
    world.store.write(tenant, keep).await?;
    Ok(done)
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
