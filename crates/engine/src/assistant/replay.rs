//! Lets a version of an assistant answer what was asked in the past. Nothing is sent, and nothing else is done of what it
//! would do.

use std::sync::Arc;
use std::time::Duration;

use domain::assistant::{By, Known, Now, Past, Said, Then, exchanges};
use domain::id::{AssistantId, ConversationId, MessageId, ReplayId, TenantId};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use store::assistant::past;
use store::assistant::replay::{self, End, Replay, Waiting};
use store::queue::{self, Claimed};
use store::{StoreError, conversation};
use tokio::time::Instant;

use super::gather::{self, Rehearsed};
use crate::world::World;

/// So many turns are asked at once.
const AT_ONCE: usize = 4;
/// So many are begun before it is looked whether somebody has cancelled.
const ROUND: u32 = 8;
/// Then the errand is put back: what runs has to end before the process may, and before the lease does.
const SLICE: Duration = Duration::from_secs(5);
/// So many messages before a turn are shown, as in a real conversation.
const MESSAGES_SHOWN: u32 = 40;
/// So much of a thread is looked at.
const MESSAGES_MAX: u32 = 1_000;
/// So many runs of a thread are looked at.
const RUNS_MAX: u32 = 1_000;

/// Goes on with a replay for a while; what is done stays done, whatever happens to this process.
pub(crate) async fn go_on(world: &Arc<World>, claimed: &Claimed, id: ReplayId) -> Result<(), StoreError> {
    let (tenant, errand) = (claimed.tenant, claimed.id);
    let found = world.store.read(tenant, async move |tx| replay::find(tx, id).await).await?;
    let ended = match found {
        None => true,
        Some(replay) => {
            if replay.state == "waiting" {
                begin(world, tenant, &replay).await?;
            }
            some_turns(world, tenant, &replay).await?
        }
    };
    let now = world.now();
    world
        .store
        .write(tenant, async move |tx| {
            if ended { queue::drop_errand(tx, errand).await } else { queue::postpone_errand(tx, errand, now).await }
        })
        .await?;
    if !ended {
        world.replays.set(now);
    }
    Ok(())
}

/// Looks for what was asked in its time.
async fn begin(world: &World, tenant: TenantId, replay: &Replay) -> Result<(), StoreError> {
    let &Replay { id, assistant_id, since, until, limit, .. } = replay;
    let threads = world
        .store
        .read(tenant, async move |tx| past::conversations(tx, assistant_id, since, until, limit).await)
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut turns: Vec<Waiting> = Vec::new();
    for conversation in threads {
        let found = world
            .store
            .read(tenant, async move |tx| {
                let thread = past::thread(tx, conversation, since, None, MESSAGES_MAX).await?;
                let runs = past::runs(tx, conversation, assistant_id, since, RUNS_MAX).await?;
                let turns = exchanges(&thread).into_iter().filter_map(|exchange| {
                    let last = thread[..exchange.until].last().filter(|last| last.at <= until)?;
                    let then = Then::of(&thread, &exchange, &runs);
                    Some(Waiting { message: last.id, conversation, then })
                });
                Ok::<_, StoreError>(turns.collect::<Vec<_>>())
            })
            .await?;
        turns.extend(found);
        if turns.len() >= most {
            break;
        }
    }
    turns.truncate(most);
    world.store.write(tenant, async move |tx| replay::begin(tx, id, &turns).await).await?;
    Ok(())
}

/// Asks turns until its time is up. True: there is nothing left to do.
async fn some_turns(world: &Arc<World>, tenant: TenantId, replay: &Replay) -> Result<bool, StoreError> {
    let &Replay { id, assistant_id, version, .. } = replay;
    let began = Instant::now();
    while began.elapsed() < SLICE {
        let waiting = world.store.read(tenant, async move |tx| replay::waiting(tx, id, ROUND).await).await?;
        if waiting.is_empty() {
            return end(world, tenant, id, End::Done).await;
        }
        let mut asked = stream::iter(waiting)
            .map(|turn| async move {
                let now = ask(world, tenant, assistant_id, version, turn.conversation, turn.message).await?;
                Ok::<_, StoreError>((turn, now))
            })
            .buffer_unordered(AT_ONCE);
        while let Some(turn) = asked.next().await {
            let (turn, now) = turn?;
            let Some(now) = now else {
                return end(world, tenant, id, End::Failed("The assistant was removed.".into())).await;
            };
            world.store.write(tenant, async move |tx| replay::keep(tx, id, &turn, &now).await).await?;
        }
    }
    Ok(false)
}

async fn end(world: &World, tenant: TenantId, id: ReplayId, how: End) -> Result<bool, StoreError> {
    let now = world.now();
    world.store.write(tenant, async move |tx| replay::end(tx, now, id, &how).await).await?;
    Ok(true)
}

/// What the version makes of one turn, as if it were asked then. `None`: there is no such assistant any more.
async fn ask(
    world: &Arc<World>,
    tenant: TenantId,
    assistant: AssistantId,
    version: u32,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Now>, StoreError> {
    let (said, guide, known) = world
        .store
        .read(tenant, async move |tx| {
            let thread = past::thread(tx, conversation, Timestamp::UNIX_EPOCH, Some(message), MESSAGES_SHOWN).await?;
            let around = conversation::find(tx, conversation, None).await?;
            let (guide, known) = around.map_or_else(Default::default, |around| {
                let name = around.contact.name.unwrap_or_default();
                let company = around.contact.company.unwrap_or_default();
                (around.guide.unwrap_or_default(), Known { name, company, tags: around.tags, ..Known::default() })
            });
            Ok::<_, StoreError>((thread, guide, known))
        })
        .await?;
    let at = said.last().map(|last| last.at);
    let rehearsed = Rehearsed { version: Some(version), said: shown(said), guide, known, at };
    let Some(material) = gather::rehearse(world, tenant, assistant, rehearsed).await? else { return Ok(None) };
    let (answer, run) = super::as_if_asked(world, tenant, &material).await;
    Ok(Some(Now::of(&answer, &run)))
}

/// Without what only told the contact something: it was between the lines then, too.
fn shown(thread: Vec<Past>) -> Vec<Said> {
    let said = thread.into_iter().filter(|past| By::of(past.by).is_some());
    said.map(|past| Said { by: past.by, body: past.body, at: past.at }).collect()
}
