//! The errands of one kind that run now: of whom they are, and until when they are ours.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::{TenantId, WorkId};
use jiff::Timestamp;
use store::SystemTx;
use store::queue::{self, Claimed};
use tokio::task::{self, JoinError, JoinSet};

use super::{Kind, POLL, perform};
use crate::world::World;

/// What runs.
pub(super) struct Running {
    kind: Kind,
    tasks: JoinSet<()>,
    held: HashMap<task::Id, Held>,
}

struct Held {
    tenant: TenantId,
    errand: WorkId,
    until: Timestamp,
}

impl Running {
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, tasks: JoinSet::new(), held: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Begins one that is ours until then.
    pub(super) fn begin(&mut self, world: &Arc<World>, claimed: Claimed, until: Timestamp) {
        let held = Held { tenant: claimed.tenant, errand: claimed.id, until };
        let task = self.tasks.spawn(perform(Arc::clone(world), claimed));
        self.held.insert(task.id(), held);
    }

    /// Tenants who have as many as they may have.
    pub(super) fn busy(&self) -> Vec<TenantId> {
        let mut counts: HashMap<TenantId, usize> = HashMap::new();
        for held in self.held.values() {
            *counts.entry(held.tenant).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count >= self.kind.share).map(|(tenant, _)| tenant).collect()
    }

    /// Those that have ended make room for others.
    pub(super) fn make_room(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.ended(ended);
        }
    }

    /// Waits until one of them has ended, or for a moment. The others stay ours meanwhile.
    pub(super) async fn one_ends(&mut self, world: &World) {
        let moment = world.now().checked_add(POLL).unwrap_or(Timestamp::MAX);
        tokio::select! {
            Some(ended) = self.tasks.join_next_with_id() => self.ended(ended),
            () = world.clock.sleep_until(moment) => self.renew(world).await,
        }
    }

    fn ended(&mut self, ended: Result<(task::Id, ()), JoinError>) {
        let task = match ended {
            Ok((task, ())) => task,
            Err(error) => {
                tracing::error!(%error, "an errand broke off");
                error.id()
            }
        };
        self.held.remove(&task);
    }

    /// Whoever lives keeps what it is at. What cannot be renewed now is tried again in a moment, long before the lease ends.
    pub(super) async fn renew(&mut self, world: &World) {
        let Some(every) = self.kind.renewed_every else { return };
        let (now, name, lease) = (world.now(), self.kind.name, self.kind.lease);
        let (Ok(until), Ok(renewed)) = (now.checked_add(lease), now.checked_add(lease - every)) else { return };
        let old: Vec<(WorkId, Timestamp)> =
            self.held.values().filter(|held| held.until <= renewed).map(|held| (held.errand, held.until)).collect();
        if old.is_empty() {
            return;
        }
        let renew = async move |tx: &mut SystemTx<'_>| queue::renew_errands(tx, name, &old, until).await;
        match world.store.system_write(renew).await {
            Ok(()) => {
                for held in self.held.values_mut().filter(|held| held.until <= renewed) {
                    held.until = until;
                }
            }
            Err(error) => tracing::warn!(%error, kind = name, "leases of errands cannot be renewed at the moment"),
        }
    }
}
