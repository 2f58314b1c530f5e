//! The loop: what happens is received, takes its turn, and what follows is performed. The only room that performs.
//!
//! A text in: [`Engine::receive`] keeps the fact, a turn ([`turn`]) decides, [`send`] hands the answer to the carrier, and
//! its receipts come in as facts again.

mod account;
mod alarm;
mod ask;
mod assistant;
mod campaign;
pub mod carrier;
mod clock;
mod errands;
pub mod import;
mod intake;
mod janitor;
mod knowledge;
pub mod link;
pub mod live;
mod media;
pub mod model;
mod net;
mod receive;
mod report;
mod seal;
mod search;
mod send;
mod suppression;
mod turn;
mod webhook;
mod workflow;
mod world;

pub use account::key_context;
pub use ask::{AskError, Done, Once, Outcome, Tested};
pub use assistant::{Rehearsed, ToolSecret, Tried, model_key_context, open_tool_secrets, seal_tool_secrets};
pub use campaign::Previewed;
pub use clock::{Clock, ManualClock, SystemClock};
pub use documents::sheet::SheetError;
pub use knowledge::{embedding_key_context, embedding_model_of, has_embedding_model, read_pairs, read_text};
pub use net::{Net, NetError, is_public};
pub use receive::NotReceived;
pub use seal::{SealError, Sealer};
pub use suppression::{AddressKey, Phones, phones_in};
pub use webhook::secret_context;
pub use workflow::{Drafted, NotDrafted, seal_workflow_secret};

use std::collections::HashMap;
use std::sync::Arc;

use domain::assistant::{Answer, Run};
use domain::campaign::forecast::Who;
use domain::command::{Asker, Command};
use domain::consent::{Purpose, Wishes};
use domain::id::{
    AssistantId, CampaignId, CarrierAccountId, ContactId, EnrolmentId, Ids, ImportId, KnowledgeId, MessageId, NumberId,
    TenantId,
};
use domain::knowledge::Hit;
use domain::workflow::Coming;
use import::{LookError, Looked};
use jiff::{SignedDuration, Timestamp};
use live::Live;
use store::contact::Contact;
use store::event::Logged;
use store::tell::Told;
use store::{Store, StoreError, TenantTx};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// What the engine is given.
pub struct EngineConfig {
    /// Where everything is remembered; migrated.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The way out.
    pub net: Net,
    /// The installation's key.
    pub sealer: Sealer,
    /// How the carrier reaches us, such as `https://desk.example`.
    pub public_url: String,
    /// For ids: 64 bits of chance, or a fixed number in tests.
    pub seed: u64,
    /// How many take turns at once; on SQLite one is enough.
    pub turn_workers: usize,
    /// Nobody else uses this database: whatever was left half done was left by a process that is gone.
    pub alone: bool,
}

impl std::fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineConfig").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<World>);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

/// The engine's loops. Dropping it stops them without waiting.
#[derive(Debug)]
pub struct Running {
    stop: CancellationToken,
    loops: JoinSet<()>,
}

impl Engine {
    /// The engine without its loops, for who only asks something of it: what follows is left to those that run elsewhere.
    #[must_use]
    pub fn at_rest(config: EngineConfig) -> Self {
        let EngineConfig { store, clock, net, sealer, public_url, seed, turn_workers, alone: _ } = config;
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self(Arc::new(World::new(store, clock, net, sealer, public_url, seed, turn_workers.max(1))))
    }

    /// Starts the loops.
    #[must_use]
    pub fn start(config: EngineConfig) -> (Self, Running) {
        let (turn_workers, alone) = (config.turn_workers.max(1), config.alone);
        let Self(world) = Self::at_rest(config);
        let started = world.now();
        let stop = CancellationToken::new();
        let mut loops = JoinSet::new();
        loops.spawn(intake::write_arrivals(Arc::clone(&world), stop.clone()));
        for worker in 0..turn_workers {
            loops.spawn(turn::take_turns(Arc::clone(&world), worker, turn_workers, stop.clone()));
        }
        loops.spawn(send::send_texts(Arc::clone(&world), stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::ASSISTANTS, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::MEDIA, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::LEARNING, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::EMBEDDING, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::TOOLS, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::REPLAYS, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::FREEZING, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::CHECKING, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::IMPORTING, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::LETTING_IN, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::REGISTRATIONS, alone, stop.clone()));
        loops.spawn(errands::run(Arc::clone(&world), errands::WORKFLOWS, alone, stop.clone()));
        loops.spawn(campaign::keep(Arc::clone(&world), stop.clone()));
        loops.spawn(workflow::run(Arc::clone(&world), stop.clone()));
        loops.spawn(workflow::watch::run(Arc::clone(&world), stop.clone()));
        loops.spawn(link::keep(Arc::clone(&world), stop.clone()));
        loops.spawn(report::keep(Arc::clone(&world), stop.clone()));
        loops.spawn(webhook::tell(Arc::clone(&world), stop.clone()));
        loops.spawn(search::fill(Arc::clone(&world), stop.clone()));
        loops.spawn(janitor::clean(Arc::clone(&world), alone, started, stop.clone()));
        (Self(world), Running { stop, loops })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Says of these contacts which of their addresses get no texts now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_suppressed<'c>(
        &self,
        tx: &mut TenantTx<'_>,
        contacts: impl IntoIterator<Item = &'c mut Contact>,
    ) -> Result<(), StoreError> {
        self.0.address_keys.mark(tx, self.0.now(), contacts.into_iter()).await
    }

    /// What these lines of the tenant's log say, as things stand now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(&self, tx: &mut TenantTx<'_>, logged: &[Logged]) -> Result<Vec<Told>, StoreError> {
        self.0.address_keys.tell(tx, self.0.now(), logged).await
    }

    /// What somebody wants, now, of texts of this purpose from this number of ours.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wishes(
        &self,
        tx: &mut TenantTx<'_>,
        settings: &domain::tenant::Settings,
        purpose: Purpose,
        number: NumberId,
        phone: &str,
    ) -> Result<Wishes, StoreError> {
        let (now, keys) = (self.0.now(), &self.0.address_keys);
        Ok(suppression::Heard::of(tx, keys, now, purpose, (settings, number), &[phone]).await?.wishes(phone))
    }

    /// Where the code of a short link leads, and that somebody followed it. `None`: nowhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow(&self, code: &str, visit: link::Visit<'_>) -> Result<Option<String>, StoreError> {
        link::follow(&self.0, code, visit).await
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// New ids.
    #[must_use]
    pub fn ids(&self) -> Ids {
        self.0.ids()
    }

    /// How the outside reaches us.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.0.public_url
    }

    /// What seals secrets.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// Takes a command's turn at once.
    ///
    /// # Errors
    /// When it is refused, or the database fails.
    pub async fn ask(
        &self,
        tenant: TenantId,
        asker: Asker,
        command: Command,
        once: Option<Once>,
    ) -> Result<Done, AskError> {
        ask::ask(&self.0, tenant, asker, command, once).await
    }

    /// To be called after any other write that appended lines to the log, so that the live stream hears of it.
    pub fn told(&self, tenant: TenantId, head: i64) {
        self.0.told(tenant, head);
    }

    /// To be called when a carrier account was changed.
    pub fn forget_account(&self, account: CarrierAccountId) {
        self.0.forget_account(account);
    }

    /// To be called when a number was changed: what waited for it may go now.
    pub fn sends_may_go(&self) {
        self.0.sends.set(self.0.now());
    }

    /// To be called when a source of knowledge was added or is to be read anew: whoever reads it need not look by himself.
    pub fn knowledge_waits(&self) {
        self.0.learns.set(self.0.now());
        self.0.embeds.set(self.0.now());
    }

    /// Reads a source that was just added, unless somebody else is at it already.
    ///
    /// # Errors
    /// When the database fails. What is wrong with the source is told on itself.
    pub async fn learn_now(&self, tenant: TenantId, source: KnowledgeId) -> Result<(), StoreError> {
        errands::learn_now(&self.0, tenant, source).await
    }

    /// The best passages for `text` in what an assistant may use, or, without one, in all of the tenant's enabled sources;
    /// best first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn search_knowledge(
        &self,
        tenant: TenantId,
        assistant: Option<AssistantId>,
        text: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, StoreError> {
        knowledge::search(&self.0, tenant, assistant, text, limit).await
    }

    /// Who listens.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// A carrier's webhook: checked, decoded, recorded durably; nothing else.
    ///
    /// # Errors
    /// When it is not believed, not an event, or cannot be kept.
    pub async fn receive(
        &self,
        account: CarrierAccountId,
        message: Option<MessageId>,
        headers: &http::HeaderMap,
        body: &[u8],
    ) -> Result<(), NotReceived> {
        receive::receive(&self.0, account, message, headers, body).await
    }

    /// What an assistant would answer to `text`, with nothing remembered.
    ///
    /// # Errors
    /// When there is no such assistant, or the database fails.
    pub async fn preview(
        &self,
        tenant: TenantId,
        assistant: AssistantId,
        rehearsed: Rehearsed,
    ) -> Result<(Answer, Run), AskError> {
        assistant::preview(&self.0, tenant, assistant, rehearsed).await
    }

    /// Tries a version of an assistant with all its test cases, and keeps the results. `None`: the one in force.
    ///
    /// # Errors
    /// When there is no such assistant or version, or the database fails.
    pub async fn test(
        &self,
        tenant: TenantId,
        assistant: AssistantId,
        version: Option<u32>,
    ) -> Result<Tried, AskError> {
        assistant::test(&self.0, tenant, assistant, version).await
    }

    /// To be called when a replay was asked for.
    pub fn replays_may_run(&self) {
        self.0.replays.set(self.0.now());
    }

    /// What single people would get of a campaign, if it began then; those that there are not are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn preview_campaign(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        starts_at: Timestamp,
        whom: Vec<Who>,
    ) -> Result<HashMap<Who, Previewed>, StoreError> {
        campaign::preview(&self.0, tenant, campaign, starts_at, whom).await
    }

    /// To be called when a campaign's launch is to be tried.
    pub fn checks_may_run(&self) {
        self.0.checks.set(self.0.now());
    }

    /// To be called when somebody looks at a report that is behind.
    pub fn reports_are_looked_at(&self) {
        self.0.reports.set(self.0.now());
    }

    /// Looks at a file of contacts that has come in whole. `told`: what somebody knows better than its bytes tell.
    ///
    /// # Errors
    /// When it is no sheet, or the database fails.
    pub async fn look_at_import(
        &self,
        tenant: TenantId,
        (import, bytes): (ImportId, u64),
        told: import::Told,
    ) -> Result<Looked, LookError> {
        import::look(&self.0, tenant, (import, bytes), told).await
    }

    /// To be called when an import is to be read, or taken back.
    pub fn imports_may_run(&self) {
        self.0.imports.set(self.0.now());
    }

    /// To be called when many people are to be let into a workflow.
    pub fn selections_may_go_on(&self) {
        self.0.selections.set(self.0.now());
    }

    /// Lets people into workflows at once. Answers of each, in their order, which way they are on, or the stable code of the reason
    /// why they were not let in; and the head of the tenant's log, if it moved. [`Self::workflows_may_go_on`] is to be called after
    /// the commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enter(
        &self,
        tx: &mut TenantTx<'_>,
        coming: Vec<Coming>,
    ) -> Result<(Vec<(ContactId, Result<EnrolmentId, &'static str>)>, Option<i64>), StoreError> {
        workflow::enter(&self.0, tx, coming).await
    }

    /// Tells somebody's way through a workflow something, and takes its turn at once. Answers the head of the tenant's log, if it
    /// moved. [`Self::workflows_may_go_on`] is to be called after the commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_enrolment(
        &self,
        tx: &mut TenantTx<'_>,
        enrolment: EnrolmentId,
        event: domain::workflow::Event,
    ) -> Result<Option<i64>, StoreError> {
        workflow::tell(&self.0, tx, enrolment, event).await
    }

    /// Asks a model for the workflow that somebody describes. Nothing is kept of it but what it used up. `by`: whose model; `None`: of
    /// the first assistant that has one.
    ///
    /// # Errors
    /// When nobody can be asked, no workflow comes of it, or the database fails.
    pub async fn draft_workflow(
        &self,
        tenant: TenantId,
        by: Option<AssistantId>,
        description: &str,
    ) -> Result<Drafted, NotDrafted> {
        workflow::draft(&self.0, tenant, by, description).await
    }

    /// To be called when ways through workflows have something to do: one was told something, or a workflow goes on that was paused.
    pub fn workflows_may_go_on(&self) {
        let now = self.0.now();
        self.0.workflows.set(now);
        self.0.workflow_errands.set(now);
        self.0.turns_at(now);
    }

    /// To be called when the registration of a number is to be read.
    pub fn registrations_may_be_read(&self) {
        self.0.registrations.set(self.0.now());
    }

    /// What concerns the account at the carrier.
    #[must_use]
    pub fn carrier(&self) -> carrier::CarrierDesk {
        carrier::CarrierDesk::new(Arc::clone(&self.0))
    }
}

impl Running {
    /// Takes no more, finishes what was begun, and ends when that is done or `at_most` has passed.
    ///
    /// # Errors
    /// When something had to be left: its lease tells the next one.
    pub async fn stop(mut self, at_most: SignedDuration) -> Result<(), StoreError> {
        self.stop.cancel();
        let patience = std::time::Duration::try_from(at_most).unwrap_or_default();
        let ended = tokio::time::timeout(patience, async {
            while let Some(ended) = self.loops.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a loop of the engine ended by itself");
                }
            }
        })
        .await;
        ended.map_err(|_| StoreError::fault("some work did not end in time and was left to its lease"))
    }
}
