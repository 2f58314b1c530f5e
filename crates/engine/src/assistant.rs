//! Asks an assistant for a reply and brings back its answer as a fact. Whatever goes wrong ends with people: nobody is
//! left in silence.

mod builtin;
mod prompt;

use std::sync::Arc;
use std::time::Duration;

use domain::assistant::{Answer, Assistant, ProviderKind};
use domain::command::Refusal;
use domain::fact::{AssistantAnswered, Fact};
use domain::id::{AssistantId, ConversationId, TenantId};
use domain::knowledge::{Hit, Index, Query, Vector};
use domain::message::Direction;
use providers::http::Secret;
use providers::model::Dialect;
use store::queue::{self, Claimed};
use store::scene;
use store::{Store, StoreError, TenantTx, args};

use crate::AskError;
use crate::knowledge;
use crate::net::NetError;
use crate::turn::{Ending, take_endings};
use crate::world::World;

/// So many of the newest messages are shown to it.
const MESSAGES: u32 = 30;
/// An errand that has come back this often is given to people.
const ATTEMPTS_MAX: u32 = 3;

/// A model's answer is a short text; what is longer is none.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// The place that an assistant's key is sealed for.
#[must_use]
pub fn model_key_context(id: AssistantId) -> String {
    format!("assistant/{}/model_key", id.0)
}

/// All that an answer is made from.
#[derive(Debug)]
struct Material {
    assistant: Assistant,
    sealed_key: Option<Vec<u8>>,
    guide: String,
    /// Oldest first.
    said: Vec<Said>,
}

/// One thing said in the conversation.
struct Said {
    by_contact: bool,
    body: String,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("by_contact", &self.by_contact).finish_non_exhaustive()
    }
}

/// Runs the errand: reads, asks, and tells the answer to the conversation.
pub(crate) async fn answer(
    world: &Arc<World>,
    claimed: &Claimed,
    conversation: ConversationId,
    assistant: AssistantId,
    version: i64,
) -> Result<(), StoreError> {
    let tenant = claimed.tenant;
    let found = gather(&world.store, tenant, conversation, assistant, version).await?;
    if let Some((material, lane)) = found {
        let answer = match material {
            None => hand_off("the assistant was removed"),
            Some(_) if claimed.attempt > ATTEMPTS_MAX => hand_off("the assistant was interrupted again and again"),
            Some(material) => think(world, tenant, &material).await?,
        };
        let fact = Fact::AssistantAnswered(AssistantAnswered { conversation, assistant, version, answer });
        if !take_endings(world, vec![Ending { tenant, lane, fact }]).await {
            // The errand stays: by the end of its lease it is run again.
            return Ok(());
        }
    }
    let id = claimed.id;
    world.store.write(tenant, async move |tx| queue::drop_errand(tx, id).await).await
}

/// What it would answer, with nothing remembered.
pub(crate) async fn preview(
    world: &Arc<World>,
    tenant: TenantId,
    id: AssistantId,
    text: &str,
    guide: &str,
) -> Result<Answer, AskError> {
    let (text, guide) = (text.to_owned(), guide.to_owned());
    let material = world
        .store
        .read(tenant, async move |tx| {
            let Some(assistant) = scene::assistant(tx, id).await? else { return Ok(None) };
            let said = vec![Said { by_contact: true, body: text.clone() }];
            material(tx, assistant, guide.clone(), said).await.map(Some)
        })
        .await
        .map_err(|error: StoreError| AskError::Store(error))?;
    let material = material.ok_or(Refusal::NotFound("assistant"))?;
    Ok(think(world, tenant, &material).await?)
}

/// Reads all of it, unless the conversation has moved on since, and in which lane that is. There is nothing to read of an
/// assistant that was removed.
async fn gather(
    store: &Store,
    tenant: TenantId,
    conversation: ConversationId,
    assistant: AssistantId,
    version: i64,
) -> Result<Option<(Option<Material>, uuid::Uuid)>, StoreError> {
    store
        .read(tenant, async move |tx| {
            let scene = scene::around(tx, &mut scene::Known::default(), conversation).await?;
            let Some(current) = scene.and_then(|scene| scene.conversation) else { return Ok(None) };
            if current.version != version {
                return Ok(None);
            }
            let Some(assistant) = scene::assistant(tx, assistant).await? else { return Ok(Some((None, current.lane))) };
            let said = said(tx, conversation).await?;
            let material = material(tx, assistant, current.guide, said).await?;
            Ok::<_, StoreError>(Some((Some(material), current.lane)))
        })
        .await
}

async fn said(tx: &mut TenantTx<'_>, conversation: ConversationId) -> Result<Vec<Said>, StoreError> {
    let rows = tx
        .rows(
            "SELECT direction, body FROM message
             WHERE tenant_id = $1 AND conversation_id = $2 AND direction <> 'note'
               AND status NOT IN ('cancelled', 'skipped', 'failed')
             ORDER BY id DESC LIMIT $3",
            args![conversation, MESSAGES],
        )
        .await?;
    let mut said = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        said.push(Said { by_contact: row.get::<String>(0)? == Direction::In.as_str(), body: row.get(1)? });
    }
    question_last(&mut said);
    Ok(said)
}

/// What was told them since, such as a confirmation, does not answer them: their question stays the last word.
fn question_last(said: &mut [Said]) {
    let end = said.iter().rposition(|said| said.by_contact).map_or(0, |last| last + 1);
    let start = said[..end].iter().rposition(|said| !said.by_contact).map_or(0, |before| before + 1);
    said[start..].rotate_left(end - start);
}

async fn material(
    tx: &mut TenantTx<'_>,
    assistant: Assistant,
    guide: String,
    said: Vec<Said>,
) -> Result<Material, StoreError> {
    let id = assistant.id;
    let key = tx.opt("SELECT model_key FROM assistant WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    let sealed_key = key.map(|row| row.get(0)).transpose()?.flatten();
    Ok(Material { assistant, sealed_key, guide, said })
}

/// What it may answer from, and where the question lies among it.
#[derive(Debug)]
struct Known {
    index: Arc<Index>,
    vector: Option<Vector>,
}

impl Known {
    fn search(&self, text: &str, limit: usize) -> Vec<Hit> {
        self.index.search(&Query { text, vector: self.vector.as_ref() }, limit)
    }
}

async fn think(world: &Arc<World>, tenant: TenantId, material: &Material) -> Result<Answer, StoreError> {
    let index = knowledge::index_of(world, tenant, Some(material.assistant.id)).await?;
    let asked = match material.assistant.settings.provider.kind {
        ProviderKind::Builtin => builtin::question(material),
        ProviderKind::Openai | ProviderKind::Anthropic => prompt::recent(material),
    };
    let vector = if index.is_empty() { None } else { knowledge::embed_query(world, tenant, &index, &asked).await };
    Ok(ask(world, material, &Known { index, vector }).await)
}

async fn ask(world: &Arc<World>, material: &Material, known: &Known) -> Answer {
    let provider = &material.assistant.settings.provider;
    let dialect = match provider.kind {
        ProviderKind::Builtin => return builtin::answer(material, known),
        ProviderKind::Openai => Dialect::OpenAi,
        ProviderKind::Anthropic => Dialect::Anthropic,
    };
    let key = match open_key(world, material) {
        Ok(key) => key,
        Err(reason) => return hand_off(reason),
    };
    let (ask, offered) = prompt::ask(material, known);
    let timeout = Duration::from_secs(u64::from(provider.timeout_seconds.clamp(1, 120)));
    let request = dialect.request(&provider.base_url, &key, &ask, timeout);
    // A tenant names the address, and where a name leads is decided by strangers.
    let response = world.net.carry_guarded(request, ANSWER_BYTES_MAX).await;
    if let Err(error) = &response {
        tracing::warn!(%error, "a model could not be asked");
    }
    match &response {
        Err(NetError::NotSent(_)) => return hand_off("the model did not answer: its server could not be reached"),
        Err(NetError::Refused(why)) => {
            return hand_off(&format!("the model was not asked: its address is refused, {why}"));
        }
        Ok(_) | Err(NetError::Lost(_)) => {}
    }
    match dialect.answer(response.ok().as_ref(), world.now()) {
        Ok(answer) => prompt::read(&answer, &offered),
        Err(fault) => hand_off(&format!("the model did not answer: {fault}")),
    }
}

fn open_key(world: &World, material: &Material) -> Result<Secret, &'static str> {
    let Some(sealed) = &material.sealed_key else { return Ok(Secret::new("")) };
    let context = model_key_context(material.assistant.id);
    let key = world.sealer.open(&context, sealed).map_err(|_| "its key cannot be opened; enter it again")?;
    Ok(Secret::new(String::from_utf8_lossy(&key)))
}

fn hand_off(reason: &str) -> Answer {
    Answer::HandOff { reason: reason.to_owned() }
}
