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
use domain::knowledge::Passage;
use domain::message::Direction;
use providers::http::Secret;
use providers::model::Dialect;
use store::queue::{self, Claimed};
use store::scene::{self, Known};
use store::{Store, StoreError, TenantTx, args};

use crate::AskError;
use crate::model::Candidate;
use crate::turn::{Ending, take_endings};
use crate::world::World;

/// So many of the newest messages are shown to it.
const MESSAGES: u32 = 30;
/// An errand that has come back this often is given to people.
const ATTEMPTS_MAX: u32 = 3;

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
    knowledge: Vec<Passage>,
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
            Some(material) => think(world, &material).await,
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
    Ok(think(world, &material).await)
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
            let scene = scene::around(tx, &mut Known::default(), conversation).await?;
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
    let rows = tx
        .rows("SELECT id, title, body FROM knowledge WHERE tenant_id = $1 AND assistant_id = $2 ORDER BY id", args![id])
        .await?;
    let mut knowledge = Vec::with_capacity(rows.len());
    for row in rows {
        let source: domain::id::KnowledgeId = row.get(0)?;
        knowledge.push(Passage { source_id: source.to_string(), title: row.get(1)?, text: row.get(2)? });
    }
    Ok(Material { assistant, sealed_key, guide, knowledge, said })
}

async fn think(world: &Arc<World>, material: &Material) -> Answer {
    let provider = &material.assistant.settings.provider;
    let dialect = match provider.kind {
        ProviderKind::Builtin => return builtin::answer(material),
        ProviderKind::Openai => Dialect::OpenAi,
        ProviderKind::Anthropic => Dialect::Anthropic,
    };
    let key = match open_key(world, material) {
        Ok(key) => key,
        Err(reason) => return hand_off(reason),
    };
    let (ask, offered) = prompt::ask(material);
    let timeout = Duration::from_secs(u64::from(provider.timeout_seconds.clamp(1, 120)));
    let candidate = Candidate {
        dialect,
        base_url: provider.base_url.clone(),
        key,
        model: provider.model.clone(),
        max_tokens: provider.max_tokens,
        timeout,
    };
    match world.models.ask(&[candidate], &ask, timeout, |_| {}).await {
        Ok(asked) => prompt::read(&asked.answer, &offered),
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
