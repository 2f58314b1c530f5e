//! What else has to be done in the world: a model asked, an attachment fetched, a source of knowledge read. Each has a
//! lease; whoever dies with one gives it back by the lease's end, or to the process that starts after it where there can be
//! no other.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::{KnowledgeId, TenantId};
use jiff::SignedDuration;
use store::queue::{self, Claimed, Errand};
use store::{StoreError, TenantTx};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::world::World;
use crate::{assistant, carrier, knowledge, media, workflow};

/// How long a lost wake-up can delay an errand.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// Longer than any errand may take.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(180);

/// One kind of errand and how many of it run at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    name: &'static str,
    at_once: usize,
    /// One tenant has at most about so many of them: another's never wait behind all of them.
    share: usize,
}

/// Models are slow and cheap to wait for.
pub(crate) const ASSISTANTS: Kind = Kind { name: "ask_assistant", at_once: 1_024, share: 256 };
/// A replay asks several models at once by itself, and is in no hurry.
pub(crate) const REPLAYS: Kind = Kind { name: "replay_assistant", at_once: 2, share: 1 };
/// Attachments take memory while they are fetched.
pub(crate) const MEDIA: Kind = Kind { name: "fetch_media", at_once: 8, share: 6 };
/// Sources take memory while they are read, too.
pub(crate) const LEARNING: Kind = Kind { name: "learn_knowledge", at_once: 4, share: 3 };
/// One tenant's at a time each; those with an endpoint of their own wait for it.
pub(crate) const EMBEDDING: Kind = Kind { name: "embed_knowledge", at_once: 4, share: 3 };
/// Long and in no hurry.
pub(crate) const FREEZING: Kind = Kind { name: "freeze_campaign", at_once: 2, share: 1 };
/// Long, and somebody looks on.
pub(crate) const CHECKING: Kind = Kind { name: "check_campaign", at_once: 2, share: 1 };
/// Long, on a thread of its own, and in no hurry.
pub(crate) const IMPORTING: Kind = Kind { name: "import_contacts", at_once: 2, share: 1 };
/// Long, a little at a time, and in no hurry.
pub(crate) const LETTING_IN: Kind = Kind { name: "let_in", at_once: 2, share: 1 };
/// A carrier is asked few things, and slowly.
pub(crate) const REGISTRATIONS: Kind = Kind { name: "read_registration", at_once: 4, share: 2 };
/// Endpoints of tenants may be slow, too, and each call holds a connection.
pub(crate) const TOOLS: Kind = Kind { name: "run_tool", at_once: 64, share: 16 };

/// Systems and models that workflows ask may be slow, and each call holds a connection.
pub(crate) const WORKFLOWS: Kind = Kind { name: "act_for_workflow", at_once: 128, share: 32 };

/// Runs errands of one kind until it is time to stop; then waits for those that run. `alone`: what is claimed by now was
/// claimed by a process that is gone.
pub(crate) async fn run(world: Arc<World>, kind: Kind, alone: bool, stop: CancellationToken) {
    if alone {
        take_over(&world, kind).await;
    }
    let mut running = JoinSet::new();
    let mut of_tenant: HashMap<TenantId, usize> = HashMap::new();
    let mut next = None;
    while world.alarm_of(kind.name).wait(&*world.clock, next, POLL, &stop).await {
        next = None;
        loop {
            while let Some(ended) = running.try_join_next() {
                made_room(&mut of_tenant, ended);
            }
            if running.len() >= kind.at_once {
                // One that ends makes room for the next.
                if let Some(ended) = running.join_next().await {
                    made_room(&mut of_tenant, ended);
                }
                continue;
            }
            let busy: Vec<TenantId> =
                of_tenant.iter().filter(|(_, count)| **count >= kind.share).map(|(tenant, _)| *tenant).collect();
            match claim(&world, kind, (kind.at_once - running.len()).min(kind.share), busy).await {
                Ok(claimed) if claimed.is_empty() => break,
                Ok(claimed) => {
                    for errand in claimed {
                        *of_tenant.entry(errand.tenant).or_default() += 1;
                        running.spawn(perform(Arc::clone(&world), errand));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, kind = kind.name, "no errands can be run at the moment");
                    next = world.now().checked_add(POLL).ok();
                    break;
                }
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Reads a source for whoever is at hand, if its first reading waits.
pub(crate) async fn learn_now(world: &Arc<World>, tenant: TenantId, source: KnowledgeId) -> Result<(), StoreError> {
    let now = world.now();
    let errand = Errand::LearnKnowledge { source, revision: 1 };
    let claim = async move |tx: &mut TenantTx<'_>| queue::claim_errand(tx, &errand, now, LEASE).await;
    match world.store.write(tenant, claim).await? {
        Some(claimed) => knowledge::learn(world, &claimed, source, 1).await,
        None => Ok(()),
    }
}

/// Before the first is claimed: nobody's errand waits for the end of a lease.
async fn take_over(world: &Arc<World>, kind: Kind) {
    let now = world.now();
    match world.store.system_write(async move |tx| queue::take_over_errands(tx, kind.name, now).await).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, kind = kind.name, "errands were left unfinished and are run again"),
        Err(error) => tracing::warn!(%error, kind = kind.name, "errands left unfinished wait for their leases to end"),
    }
}

async fn claim(world: &Arc<World>, kind: Kind, room: usize, busy: Vec<TenantId>) -> Result<Vec<Claimed>, StoreError> {
    let now = world.now();
    let limit = u32::try_from(room).unwrap_or(1);
    world.store.system_write(async move |tx| queue::claim_errands(tx, kind.name, now, LEASE, limit, &busy).await).await
}

/// A tenant whose errand has ended may have another.
fn made_room(of_tenant: &mut HashMap<TenantId, usize>, ended: Result<TenantId, JoinError>) {
    match ended {
        Ok(tenant) => {
            let count = of_tenant.entry(tenant).or_default();
            *count = count.saturating_sub(1);
            if *count == 0 {
                of_tenant.remove(&tenant);
            }
        }
        // Whose it was is not known: nobody waits because of it.
        Err(error) => {
            tracing::error!(%error, "an errand broke off");
            of_tenant.clear();
        }
    }
}

async fn perform(world: Arc<World>, claimed: Claimed) -> TenantId {
    let result = match &claimed.errand {
        Errand::AskAssistant { conversation, assistant, version } => {
            assistant::answer(&world, &claimed, *conversation, *assistant, *version).await
        }
        Errand::RunTool { approval } => assistant::run_approved(&world, &claimed, *approval).await,
        Errand::FetchMedia { media, message } => media::fetch(&world, &claimed, *media, *message).await,
        Errand::LearnKnowledge { source, revision } => knowledge::learn(&world, &claimed, *source, *revision).await,
        Errand::EmbedKnowledge { failures } => knowledge::embed(&world, &claimed, *failures).await,
        Errand::FreezeCampaign { campaign, .. } => crate::campaign::freeze(&world, &claimed, *campaign).await,
        Errand::CheckCampaign { campaign, run } => crate::campaign::check(&world, &claimed, *campaign, *run).await,
        Errand::ImportContacts { import, run } => crate::import::go_on(&world, &claimed, *import, *run).await,
        Errand::LetIn { selection } => workflow::let_in(&world, &claimed, *selection).await,
        Errand::ReadRegistration { number } => carrier::read_one(&world, &claimed, *number).await,
        Errand::ReadRegistrations { account } => carrier::read_all(&world, &claimed, *account).await,
        Errand::ReplayAssistant { replay } => assistant::go_on_with_replay(&world, &claimed, *replay).await,
        Errand::ActForWorkflow { enrolment, key, asks } => workflow::act(&world, &claimed, *enrolment, key, asks).await,
    };
    if let Err(error) = result {
        // Its lease ends, and it is tried again.
        tracing::warn!(%error, errand = claimed.errand.kind(), "an errand could not be finished");
    }
    claimed.tenant
}
