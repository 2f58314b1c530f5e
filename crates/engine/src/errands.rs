//! What else has to be done in the world: a model asked, an attachment fetched, a source of knowledge read. Each has a
//! lease; whoever dies with one gives it back by the lease's end, or to the process that starts after it where there can be
//! no other.

mod running;

use std::sync::Arc;

use domain::id::{KnowledgeId, TenantId};
use jiff::{SignedDuration, Timestamp};
use store::queue::{self, Claimed, Errand};
use store::{StoreError, TenantTx};
use tokio_util::sync::CancellationToken;

use self::running::Running;

use crate::world::World;
use crate::{assistant, carrier, knowledge, media, workflow};

/// How long a lost wake-up can delay an errand.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// Longer than any errand may take.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(180);
/// Somebody's way through a workflow waits no longer than this and [`POLL`] for a node that is dead. Whoever lives renews it.
const SHORT_LEASE: SignedDuration = SignedDuration::from_secs(6);
const RENEWED_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// One kind of errand and how many of it run at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    name: &'static str,
    at_once: usize,
    /// One tenant has at most about so many of them: another's never wait behind all of them.
    share: usize,
    /// For how long whoever claims one has it.
    lease: SignedDuration,
    /// How often that is renewed while it runs; `None`: none of them takes longer.
    renewed_every: Option<SignedDuration>,
}

impl Kind {
    const fn new(name: &'static str, at_once: usize, share: usize) -> Self {
        Self { name, at_once, share, lease: LEASE, renewed_every: None }
    }
}

/// Models are slow and cheap to wait for.
pub(crate) const ASSISTANTS: Kind = Kind::new("ask_assistant", 1_024, 256);
/// A replay asks several models at once by itself, and is in no hurry.
pub(crate) const REPLAYS: Kind = Kind::new("replay_assistant", 2, 1);
/// Attachments take memory while they are fetched.
pub(crate) const MEDIA: Kind = Kind::new("fetch_media", 8, 6);
/// Sources take memory while they are read, too.
pub(crate) const LEARNING: Kind = Kind::new("learn_knowledge", 4, 3);
/// One tenant's at a time each; those with an endpoint of their own wait for it.
pub(crate) const EMBEDDING: Kind = Kind::new("embed_knowledge", 4, 3);
/// Long and in no hurry.
pub(crate) const FREEZING: Kind = Kind::new("freeze_campaign", 2, 1);
/// Long, and somebody looks on.
pub(crate) const CHECKING: Kind = Kind::new("check_campaign", 2, 1);
/// Long, on a thread of its own, and in no hurry.
pub(crate) const IMPORTING: Kind = Kind::new("import_contacts", 2, 1);
/// Long, a little at a time, and in no hurry.
pub(crate) const LETTING_IN: Kind = Kind::new("let_in", 2, 1);
/// A carrier is asked few things, and slowly.
pub(crate) const REGISTRATIONS: Kind = Kind::new("read_registration", 4, 2);
/// Endpoints of tenants may be slow, too, and each call holds a connection.
pub(crate) const TOOLS: Kind = Kind::new("run_tool", 64, 16);
/// Systems and models that workflows ask may be slow, and each call holds a connection.
pub(crate) const WORKFLOWS: Kind =
    Kind { lease: SHORT_LEASE, renewed_every: Some(RENEWED_EVERY), ..Kind::new("act_for_workflow", 128, 32) };

/// Runs errands of one kind until it is time to stop; then waits for those that run. `alone`: what is claimed by now was
/// claimed by a process that is gone.
pub(crate) async fn run(world: Arc<World>, kind: Kind, alone: bool, stop: CancellationToken) {
    if alone {
        take_over(&world, kind).await;
    }
    let mut running = Running::of(kind);
    let mut next = None;
    while world.alarm_of(kind.name).wait(&*world.clock, next, POLL, &stop).await {
        next = None;
        loop {
            running.make_room();
            running.renew(&world).await;
            if running.len() >= kind.at_once {
                // One that ends makes room for the next.
                running.one_ends(&world).await;
                continue;
            }
            let room = (kind.at_once - running.len()).min(kind.share);
            match claim(&world, kind, room, running.busy()).await {
                Ok((claimed, _)) if claimed.is_empty() => break,
                Ok((claimed, until)) => {
                    for errand in claimed {
                        running.begin(&world, errand, until);
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
    while running.len() > 0 {
        running.one_ends(&world).await;
    }
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

/// Claims some, and answers until when they are ours.
async fn claim(
    world: &Arc<World>,
    kind: Kind,
    room: usize,
    busy: Vec<TenantId>,
) -> Result<(Vec<Claimed>, Timestamp), StoreError> {
    let now = world.now();
    let limit = u32::try_from(room).unwrap_or(1);
    let until = now.checked_add(kind.lease).map_err(StoreError::fault)?;
    let claim = async move |tx: &mut store::SystemTx<'_>| {
        queue::claim_errands(tx, kind.name, now, kind.lease, limit, &busy).await
    };
    Ok((world.store.system_write(claim).await?, until))
}

async fn perform(world: Arc<World>, claimed: Claimed) {
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
}
