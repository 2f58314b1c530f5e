//! Vectors: of chunks, by an errand in small batches, and of what is asked. The tenant's endpoint makes them, or the model
//! that is built in, of English alone; without either, or where nobody wants them, everything is found by its words.

use std::sync::Arc;
use std::time::Duration;

use domain::id::{TenantId, WorkId};
use domain::knowledge::{Index, Indexed, Vector};
use jiff::SignedDuration;
use providers::embeddings::{self, EmbedFault};
use providers::http::Secret;
use store::event;
use store::knowledge::{self, Embedded, Embedder, Embedding, Fault, Place, Settings};
use store::queue::{self, Claimed, Errand};
use store::{StoreError, TenantTx};
use tokio::sync::Semaphore;

use super::{embedding_key_context, fault};
use crate::world::World;

/// So many chunks are looked at at once.
const BATCH: u32 = 32;
/// So many batches are written together: each writing makes indexes out of date.
const BATCHES_WRITTEN: usize = 8;
/// After so long an errand lets others come in between: well within its lease.
const TURN: SignedDuration = SignedDuration::from_secs(60);
/// How long an endpoint may take for a batch, and for a question that somebody waits on.
const BATCH_TIMEOUT: Duration = Duration::from_secs(30);
const QUESTION_TIMEOUT: Duration = Duration::from_secs(5);
/// More than a batch of vectors of 4,096 numbers in decimal.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// An endpoint that fails is asked again after these.
const PAUSES: [SignedDuration; 3] =
    [SignedDuration::from_mins(1), SignedDuration::from_mins(10), SignedDuration::from_hours(1)];
/// So much of a question counts.
const QUESTION_CHARS: usize = 1_000;

/// How many compute at once: one makes the chunks' vectors, two those of questions.
#[derive(Debug)]
pub(super) struct Embedders {
    chunks: Arc<Semaphore>,
    questions: Arc<Semaphore>,
}

impl Default for Embedders {
    fn default() -> Self {
        Self { chunks: Arc::new(Semaphore::new(1)), questions: Arc::new(Semaphore::new(2)) }
    }
}

/// What the vectors of a tenant's chunks are marked with; `None`: nobody makes any.
#[must_use]
pub fn model_of(settings: &Settings) -> Option<String> {
    match &settings.embedder {
        Embedder::Endpoint(endpoint) => Some(endpoint.id()),
        Embedder::Builtin => builtin().map(|_| embedding::Model::ID.to_owned()),
        Embedder::Words => None,
    }
}

/// Whether this program was built with a model inside.
#[must_use]
pub fn has_builtin() -> bool {
    builtin().is_some()
}

fn builtin() -> Option<&'static embedding::Model> {
    embedding::builtin()
}

/// What is asked of an index, as the model of its chunks sees it. `None`: there is no such model, it has nothing to say of this,
/// or it does not answer in time; then the words must do.
pub(crate) async fn embed_query(world: &Arc<World>, tenant: TenantId, index: &Index, text: &str) -> Option<Vector> {
    let settings = world.store.read(tenant, async move |tx| knowledge::settings(tx).await);
    let settings: Settings = settings.await.ok()?;
    let text = index.to_embed(&text.chars().take(QUESTION_CHARS).collect::<String>());
    match &settings.embedder {
        Embedder::Words => None,
        Embedder::Builtin => {
            let model = builtin().filter(|_| language::is_english(&text))?;
            let permit = Arc::clone(&world.shelf.embedders.questions).acquire_owned().await.ok()?;
            let embed = move || {
                let _permit = permit;
                Vector::from_f32(&model.embed(&text))
            };
            tokio::task::spawn_blocking(embed).await.ok().flatten()
        }
        Embedder::Endpoint(endpoint) => {
            let asked = ask(world, tenant, &settings, endpoint, &[text], QUESTION_TIMEOUT).await;
            asked.ok()?.into_iter().next().flatten()
        }
    }
}

/// Makes the vectors that the tenant's chunks lack.
pub(crate) async fn embed(world: &Arc<World>, claimed: &Claimed, failures: u32) -> Result<(), StoreError> {
    let tenant = claimed.tenant;
    let begun = world.now();
    let mut after: Option<Place> = None;
    loop {
        let (model, settings, batches) = lacking(world, tenant, after).await?;
        let Some(model) = model else { return done(world, claimed, None).await };
        let Some(last) = batches.last().and_then(|batch| batch.last()).map(|(place, _)| *place) else {
            // Some may have come before the place where this run stands.
            if after.take().is_some() {
                continue;
            }
            return done(world, claimed, Some(model)).await;
        };
        after = Some(last);
        let mut made = Vec::new();
        let mut trouble = None;
        for batch in batches {
            match vectors(world, tenant, &settings, &batch).await {
                Ok(vectors) => made.extend(batch.into_iter().zip(vectors).map(|((place, indexed), vector)| Embedded {
                    place,
                    text: indexed.chunk.text,
                    vector,
                })),
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        if !made.is_empty() {
            let of = model.clone();
            world.store.write(tenant, async move |tx| knowledge::set_vectors(tx, &of, &made).await).await?;
        }
        if let Some(trouble) = trouble {
            return again(world, claimed, &model, &fault::embedding(&trouble), failures).await;
        }
        if world.now().duration_since(begun) > TURN {
            return renew(world, claimed, SignedDuration::ZERO, 0).await;
        }
    }
}

type Batch = Vec<(Place, Indexed)>;

async fn lacking(
    world: &Arc<World>,
    tenant: TenantId,
    after: Option<Place>,
) -> Result<(Option<String>, Settings, Vec<Batch>), StoreError> {
    world
        .store
        .read(tenant, async move |tx| {
            let settings = knowledge::settings(tx).await?;
            let Some(model) = model_of(&settings) else { return Ok((None, settings, Vec::new())) };
            let limit = BATCH * u32::try_from(BATCHES_WRITTEN).unwrap_or(1);
            let mut waiting = knowledge::to_embed(tx, &model, after, limit).await?.into_iter().peekable();
            let mut batches = Vec::new();
            while waiting.peek().is_some() {
                batches.push(waiting.by_ref().take(BATCH as usize).collect());
            }
            Ok::<_, StoreError>((Some(model), settings, batches))
        })
        .await
}

async fn vectors(
    world: &Arc<World>,
    tenant: TenantId,
    settings: &Settings,
    batch: &Batch,
) -> Result<Vec<Option<Vector>>, EmbedFault> {
    let texts: Vec<String> = batch.iter().map(|(_, indexed)| indexed.chunk.to_embed(&indexed.title)).collect();
    match &settings.embedder {
        Embedder::Endpoint(endpoint) => ask(world, tenant, settings, endpoint, &texts, BATCH_TIMEOUT).await,
        Embedder::Words => Ok(vec![None; texts.len()]),
        Embedder::Builtin => {
            let Ok(permit) = Arc::clone(&world.shelf.embedders.chunks).acquire_owned().await else {
                return Ok(vec![None; texts.len()]);
            };
            let embed = move || {
                let _permit = permit;
                let one = |text: &String| {
                    let model = builtin().filter(|_| language::is_english(text))?;
                    Vector::from_f32(&model.embed(text))
                };
                texts.iter().map(one).collect()
            };
            tokio::task::spawn_blocking(embed).await.map_err(|_| EmbedFault::Unreadable { status: 0 })
        }
    }
}

async fn ask(
    world: &Arc<World>,
    tenant: TenantId,
    settings: &Settings,
    endpoint: &Embedding,
    texts: &[String],
    timeout: Duration,
) -> Result<Vec<Option<Vector>>, EmbedFault> {
    let key = match &settings.embedding_key {
        None => Secret::new(""),
        Some(sealed) => {
            let key =
                world.sealer.open(&embedding_key_context(tenant), sealed).map_err(|_| EmbedFault::Unauthorized)?;
            Secret::new(String::from_utf8_lossy(&key))
        }
    };
    let request = embeddings::request(&endpoint.base_url, &key, &endpoint.model, texts, timeout);
    // A tenant names the address, and where a name leads is decided by strangers.
    let answer = world.net.carry_guarded(request, ANSWER_BYTES_MAX).await;
    if let Err(error) = &answer {
        tracing::warn!(%error, %tenant, "an embeddings endpoint could not be asked");
    }
    let vectors = embeddings::read(answer.ok().as_ref(), texts.len())?;
    Ok(vectors.iter().map(|values| Vector::from_f32(values)).collect())
}

/// Nothing is left to do, as sure as nobody can add chunks meanwhile.
async fn done(world: &Arc<World>, claimed: &Claimed, model: Option<String>) -> Result<(), StoreError> {
    let (id, now, ids) = (claimed.id, world.now(), world.ids());
    let head = world
        .store
        .write(claimed.tenant, async move |tx| {
            let settings = knowledge::for_embedding(tx).await?;
            let current = model_of(&settings);
            queue::drop_errand(tx, id).await?;
            // What an endpoint could not do is in nobody's way any more.
            let Some(current) = current else { return tell(tx, now, "", None).await };
            if model.as_ref() != Some(&current) || !knowledge::to_embed(tx, &current, None, 1).await?.is_empty() {
                queue::add_errand(tx, ids.clone().next::<WorkId>(), now, &Errand::EmbedKnowledge { failures: 0 })
                    .await?;
            }
            tell(tx, now, &current, None).await
        })
        .await?;
    if let Some(head) = head {
        world.told(claimed.tenant, head);
    }
    world.embeds.set(now);
    Ok(())
}

/// The endpoint does not do its work: the sources say so, and it is asked again later.
async fn again(
    world: &Arc<World>,
    claimed: &Claimed,
    model: &str,
    fault: &Fault,
    failures: u32,
) -> Result<(), StoreError> {
    let (now, model, fault) = (world.now(), model.to_owned(), fault.clone());
    let head = world.store.write(claimed.tenant, async move |tx| tell(tx, now, &model, Some(&fault)).await).await?;
    if let Some(head) = head {
        world.told(claimed.tenant, head);
    }
    let nth = usize::try_from(failures).unwrap_or(usize::MAX);
    let pause = PAUSES.get(nth).copied().unwrap_or(PAUSES[PAUSES.len() - 1]);
    renew(world, claimed, pause, failures.saturating_add(1)).await
}

async fn tell(
    tx: &mut TenantTx<'_>,
    now: jiff::Timestamp,
    model: &str,
    fault: Option<&Fault>,
) -> Result<Option<i64>, StoreError> {
    let changed = knowledge::mark_unembedded(tx, now, model, fault).await?;
    if changed.is_empty() {
        return Ok(None);
    }
    let lines: Vec<_> = changed.into_iter().map(knowledge::updated).collect();
    event::append(tx, now, &lines).await.map(Some)
}

/// The same errand once more, as new, after a pause.
async fn renew(world: &Arc<World>, claimed: &Claimed, pause: SignedDuration, failures: u32) -> Result<(), StoreError> {
    let at = world.now().checked_add(pause).map_err(StoreError::fault)?;
    let (id, ids) = (claimed.id, world.ids());
    world
        .store
        .write(claimed.tenant, async move |tx| {
            queue::drop_errand(tx, id).await?;
            queue::add_errand(tx, ids.clone().next::<WorkId>(), at, &Errand::EmbedKnowledge { failures }).await
        })
        .await?;
    world.embeds.set(at);
    Ok(())
}
