//! A workflow from a description: a model is asked for it, and once more with what is wrong with what it wrote. Each answer counts
//! as used when it comes, so that whoever goes away meanwhile has not asked for nothing.

use std::sync::Arc;
use std::time::Duration;

use domain::assistant::Run;
use domain::id::{AssistantId, TenantId};
use domain::message::Cost;
use domain::workflow::described::{self, Asked};
use domain::workflow::{Document, Fault, Published, checked};
use providers::model::{Answer, Ask, ModelFault, Role, Stop, Turn};
use store::{StoreError, TenantTx, assistant, run, workflow};

use super::who::Who;
use crate::assistant::{candidates, count};
use crate::model::Candidate;
use crate::world::World;

/// An answer that has faults is asked for once more.
const TRIES: u32 = 2;
/// A workflow is longer than a text: its answer may have so many tokens, and take so much longer.
const TOKENS_MIN: u32 = 4_096;
const TAKES_LONGER: u32 = 4;
/// All tries together take no longer.
const WITHIN_MAX: Duration = Duration::from_secs(120);
/// Of its own answer a model is shown so much again.
const ANSWER_CHARS_MAX: usize = 100_000;

/// A workflow that a model has written.
#[derive(Debug)]
pub struct Drafted {
    /// It.
    pub document: Document,
    /// The same, ready to run; or what is wrong with it.
    pub checked: Result<Published, Vec<Fault>>,
    /// Whose model wrote it.
    pub assistant: AssistantId,
    /// Which model.
    pub model: String,
    /// How often it was asked.
    pub tries: u32,
    /// As billed; 0 if the server did not say.
    pub tokens_in: u64,
    /// As billed; 0 if the server did not say.
    pub tokens_out: u64,
    /// What it cost, if the price is known.
    pub cost: Option<Cost>,
}

/// Why no workflow came of a description.
#[derive(Debug, thiserror::Error)]
pub enum NotDrafted {
    /// The assistant that was named is not there.
    #[error("there is no such assistant")]
    NoAssistant,
    /// No assistant, or not the one that was named, has a model besides the built-in one.
    #[error("no model is configured")]
    NoModel,
    /// The assistant has used up today what it may.
    #[error("the assistant has used up today what it may")]
    UsedUp,
    /// What the model is reached with cannot be used, for this reason.
    #[error("{0}")]
    Unusable(&'static str),
    /// The model gave no answer.
    #[error(transparent)]
    NoAnswer(#[from] ModelFault),
    /// What it answered is no workflow, however often it was asked: what is wrong with the last one.
    #[error("the model wrote no workflow")]
    Nonsense(Vec<Fault>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks for it. `by`: whose model; `None`: of the first assistant that has one.
pub(crate) async fn draft(
    world: &Arc<World>,
    tenant: TenantId,
    by: Option<AssistantId>,
    description: &str,
) -> Result<Drafted, NotDrafted> {
    let now = world.now();
    let read = async move |tx: &mut TenantTx<'_>| {
        let id = match by {
            Some(id) => Some(id),
            None => assistant::with_model(tx).await?,
        };
        let id = id.ok_or(NotDrafted::NoModel)?;
        let who = Who::read(tx, now, id).await?.ok_or(NotDrafted::NoAssistant)?;
        Ok::<_, NotDrafted>((who, workflow::named(tx).await?))
    };
    let (who, named) = world.store.read(tenant, read).await?;
    let candidates = match candidates(world, who.assistant.id, &who.assistant.settings, &who.keys) {
        Ok(candidates) if candidates.is_empty() => return Err(NotDrafted::NoModel),
        Ok(candidates) => candidates.into_iter().map(patient).collect(),
        Err(why) => return Err(NotDrafted::Unusable(why)),
    };
    let asked = described::asked(description, &named, who.today);
    let took = Run::without_model(world.ids().next(), who.assistant.version, "");
    Writing { world, tenant, who, candidates, took, tries: 0 }.draft(asked).await
}

/// As a text is asked for, but for more of it.
fn patient(candidate: Candidate) -> Candidate {
    Candidate {
        max_tokens: candidate.max_tokens.max(TOKENS_MIN),
        timeout: (candidate.timeout * TAKES_LONGER).min(WITHIN_MAX),
        ..candidate
    }
}

struct Writing<'w> {
    world: &'w World,
    tenant: TenantId,
    who: Who,
    candidates: Vec<Candidate>,
    /// What was used up so far.
    took: Run,
    /// So many answers came.
    tries: u32,
}

/// An answer that has the form of a workflow.
struct Draft {
    document: Document,
    checked: Result<Published, Vec<Fault>>,
}

impl Draft {
    fn faults(&self) -> &[Fault] {
        self.checked.as_ref().err().map(Vec::as_slice).unwrap_or_default()
    }
}

impl Writing<'_> {
    async fn draft(mut self, asked: Asked) -> Result<Drafted, NotDrafted> {
        let began = tokio::time::Instant::now();
        let mut ask = self.first_ask(asked);
        let (mut best, mut faults): (Option<Draft>, _) = (None, Vec::new());
        while self.tries < TRIES && !self.who.is_used_up(&self.took) {
            let answer = match self.ask(&ask, self.within().saturating_sub(began.elapsed())).await {
                // What came before is better than nothing.
                Err(NotDrafted::NoAnswer(_)) if self.tries > 0 => break,
                answer => answer?,
            };
            faults = match self.read(&answer).await? {
                Ok(draft) => {
                    let faults = draft.faults().to_vec();
                    if best.as_ref().is_none_or(|before| faults.len() <= before.faults().len()) {
                        best = Some(draft);
                    }
                    faults
                }
                Err(faults) => faults,
            };
            if faults.is_empty() {
                break;
            }
            let said: String = answer.text.chars().take(ANSWER_CHARS_MAX).collect();
            ask.turns.push(Turn::said(Role::Assistant, said));
            ask.turns.push(Turn::said(Role::User, described::mend(&faults)));
        }
        match best {
            Some(draft) => Ok(self.drafted(draft)),
            None if self.tries == 0 => Err(NotDrafted::UsedUp),
            None => Err(NotDrafted::Nonsense(faults)),
        }
    }

    fn within(&self) -> Duration {
        let seconds = self.who.assistant.settings.provider.timeout_seconds.max(1);
        (Duration::from_secs(seconds.into()) * TAKES_LONGER).min(WITHIN_MAX)
    }

    fn first_ask(&self, Asked { system, user }: Asked) -> Ask {
        let provider = &self.who.assistant.settings.provider;
        Ask {
            model: String::new(),
            system,
            turns: vec![Turn::said(Role::User, user)],
            max_tokens: provider.max_tokens,
            temperature: provider.temperature,
            tools: Vec::new(),
            // The form is told in words, and held by us. Servers that hold an answer to a schema want every part of it required,
            // and of a workflow most may be left out; one that refuses a schema once is not asked for that of replies, either.
            answer_schema: None,
            stream: false,
        }
    }

    /// Asks, and counts what that took.
    async fn ask(&mut self, ask: &Ask, left: Duration) -> Result<Answer, NotDrafted> {
        let told = self.world.models.ask(&self.candidates, ask, left, |_| {}).await?;
        self.tries += 1;
        let Who { assistant, today, .. } = &self.who;
        let mut took = Run::without_model(self.world.ids().next(), assistant.version, "");
        for run in [&mut took, &mut self.took] {
            count(run, &assistant.settings, told.candidate, told.model.clone(), &told.answer);
        }
        let (id, today) = (assistant.id, *today);
        let keep = async move |tx: &mut TenantTx<'_>| run::used(tx, today, id, &took).await;
        self.world.store.write(self.tenant, keep).await?;
        Ok(told.answer)
    }

    /// The workflow in an answer, held against what the tenant has; or why there is none.
    async fn read(&self, answer: &Answer) -> Result<Result<Draft, Vec<Fault>>, StoreError> {
        let read = match answer.stop {
            Stop::Length => Err(vec![described::cut_off()]),
            Stop::Finished | Stop::Calls | Stop::OtherStop(_) => described::understood(&answer.text),
        };
        let document = match read {
            Ok(document) => document,
            Err(faults) => return Ok(Err(faults)),
        };
        let named = document.clone();
        let ground = async move |tx: &mut TenantTx<'_>| workflow::ground(tx, [&named]).await;
        let ground = self.world.store.read(self.tenant, ground).await?;
        let checked = checked(document.clone(), &ground);
        Ok(Ok(Draft { document, checked }))
    }

    fn drafted(self, Draft { document, checked }: Draft) -> Drafted {
        let Run { model, tokens_in, tokens_out, cost, .. } = self.took;
        let assistant = self.who.assistant.id;
        Drafted { document, checked, assistant, model, tries: self.tries, tokens_in, tokens_out, cost }
    }
}
