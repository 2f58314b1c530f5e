//! What the engine's loops share: the store, the time, the net, and each other's alarms.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use domain::id::{CarrierAccountId, ConversationId, Ids, TenantId};
use jiff::{SignedDuration, Timestamp};
use store::remember::Aftermath;
use store::{Store, StoreError};

use crate::account::Account;
use crate::alarm::Alarm;
use crate::assistant::Runs;
use crate::clock::Clock;
use crate::intake::Intake;
use crate::knowledge::Shelf;
use crate::link::Clicks;
use crate::live::{Live, Signal};
use crate::model::Models;
use crate::net::Net;
use crate::seal::Sealer;
use crate::send::stops::Stops;
use crate::suppression::AddressKeys;

/// How long an account's set-up is believed without looking again.
const ACCOUNTS_KEPT: SignedDuration = SignedDuration::from_secs(10);

/// So much time has room for 256 ids of one call.
const ROOM_FOR_IDS_US: i64 = 64;

/// What they share.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) net: Net,
    pub(crate) models: Models,
    /// What assistants are thinking of.
    pub(crate) runs: Runs,
    pub(crate) sealer: Sealer,
    /// What tells who gets no texts.
    pub(crate) address_keys: AddressKeys,
    /// How the outside reaches us, without a slash at the end.
    pub(crate) public_url: String,
    pub(crate) live: Live,
    /// Facts from outside on their way to the disk.
    pub(crate) intake: Intake,
    /// One for each worker that takes turns.
    pub(crate) turns: Box<[Alarm]>,
    pub(crate) sends: Alarm,
    pub(crate) errands: Alarm,
    pub(crate) fetches: Alarm,
    pub(crate) learns: Alarm,
    pub(crate) embeds: Alarm,
    /// What the reading and searching of knowledge keeps in memory.
    pub(crate) shelf: Shelf,
    pub(crate) tools: Alarm,
    pub(crate) replays: Alarm,
    pub(crate) freezes: Alarm,
    pub(crate) checks: Alarm,
    pub(crate) reports: Alarm,
    pub(crate) imports: Alarm,
    pub(crate) selections: Alarm,
    pub(crate) registrations: Alarm,
    /// Who followed short links, on their way to the disk.
    pub(crate) clicks: Clicks,
    pub(crate) webhooks: Alarm,
    /// Ways through workflows.
    pub(crate) workflows: Alarm,
    /// What is done elsewhere for them.
    pub(crate) workflow_errands: Alarm,
    pub(crate) stops: Arc<Stops>,
    accounts: RwLock<HashMap<CarrierAccountId, (Timestamp, Arc<Account>)>>,
    seed: AtomicU64,
    /// The time of the last ids.
    ids_from_us: AtomicI64,
}

impl World {
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        net: Net,
        sealer: Sealer,
        public_url: String,
        seed: u64,
        turn_workers: usize,
    ) -> Self {
        Self {
            runs: Runs::default(),
            models: Models::new(net.clone(), Arc::clone(&clock), seed),
            store,
            clock,
            net,
            address_keys: AddressKeys::new(sealer.clone()),
            sealer,
            public_url,
            live: Live::default(),
            intake: Intake::open(),
            turns: (0..turn_workers).map(|_| Alarm::default()).collect(),
            sends: Alarm::default(),
            errands: Alarm::default(),
            fetches: Alarm::default(),
            learns: Alarm::default(),
            embeds: Alarm::default(),
            shelf: Shelf::default(),
            tools: Alarm::default(),
            replays: Alarm::default(),
            freezes: Alarm::default(),
            checks: Alarm::default(),
            reports: Alarm::default(),
            imports: Alarm::default(),
            selections: Alarm::default(),
            registrations: Alarm::default(),
            clicks: Clicks::default(),
            webhooks: Alarm::default(),
            workflows: Alarm::default(),
            workflow_errands: Alarm::default(),
            stops: Arc::default(),
            accounts: RwLock::default(),
            seed: AtomicU64::new(seed),
            ids_from_us: AtomicI64::new(i64::MIN),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Ids that no one else makes: each call has a seed of its own. Those of a later call are greater, however quickly it
    /// follows: a thread is read in the order of its messages' ids.
    pub(crate) fn ids(&self) -> Ids {
        let now = self.now();
        let mut at_us = now.as_microsecond();
        let _ = self.ids_from_us.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last_us| {
            at_us = at_us.max(last_us.saturating_add(ROOM_FOR_IDS_US));
            Some(at_us)
        });
        Ids::new(
            Timestamp::from_microsecond(at_us).unwrap_or(now),
            self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed),
        )
    }

    /// There is a turn to take at `at`; whose it is, nobody knows yet.
    pub(crate) fn turns_at(&self, at: Timestamp) {
        self.turns.iter().for_each(|alarm| alarm.set(at));
    }

    /// After a commit: whoever has work now is woken, whoever listens is told.
    pub(crate) fn committed(&self, after: &Aftermath) {
        self.runs.moved(&after.moved);
        self.stops.add_all(&after.stopped);
        for (campaign, guard) in &after.halted {
            tracing::warn!(%campaign, guard = guard.as_str(), "a campaign stopped by itself; it says why");
        }
        if let Some(at) = after.turn_at {
            self.turns_at(at);
        }
        if let Some(at) = after.send_at {
            self.sends.set(at);
        }
        if after.errands {
            self.errands.set(self.now());
            self.fetches.set(self.now());
            self.tools.set(self.now());
            self.registrations.set(self.now());
            self.workflow_errands.set(self.now());
        }
    }

    /// Which alarm wakes whoever runs this kind of errand.
    pub(crate) fn alarm_of(&self, kind: &str) -> &Alarm {
        match kind {
            "fetch_media" => &self.fetches,
            "learn_knowledge" => &self.learns,
            "embed_knowledge" => &self.embeds,
            "run_tool" => &self.tools,
            "replay_assistant" => &self.replays,
            "freeze_campaign" => &self.freezes,
            "check_campaign" => &self.checks,
            "import_contacts" => &self.imports,
            "let_in" => &self.selections,
            "read_registration" => &self.registrations,
            "act_for_workflow" => &self.workflow_errands,
            _ => &self.errands,
        }
    }

    /// Shows those who watch what an assistant is writing.
    pub(crate) fn writes(&self, tenant: TenantId, conversation: ConversationId, text: String) {
        let data = serde_json::json!({ "conversation_id": conversation, "text": text });
        self.live.signal(tenant, Signal { name: "writing", data });
    }

    pub(crate) fn told(&self, tenant: TenantId, head: i64) {
        self.live.told(tenant, head);
        self.webhooks.set(self.now());
    }

    /// A carrier account as it was set up some seconds ago at most, opened and parsed once; `None`: there is none. Another
    /// process may change it, so it is read again now and then.
    pub(crate) async fn account(&self, id: CarrierAccountId) -> Result<Option<Arc<Account>>, StoreError> {
        let now = self.now();
        let fresh = now.checked_sub(ACCOUNTS_KEPT).unwrap_or(now);
        if let Some((at, account)) = self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(&id)
            && *at > fresh
        {
            return Ok(Some(Arc::clone(account)));
        }
        let Some(account) = Account::load(&self.store, &self.sealer, id).await? else { return Ok(None) };
        let account = Arc::new(account);
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).insert(id, (now, Arc::clone(&account)));
        Ok(Some(account))
    }

    /// The account was changed: it is read again when it is next needed.
    pub(crate) fn forget_account(&self, id: CarrierAccountId) {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}
