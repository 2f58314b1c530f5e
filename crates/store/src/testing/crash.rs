//! A process that dies at one of its writes, as seen by the database: nothing of it comes after.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    Store, StoreError, SystemTx, args,
    db::{body::Body, postgres_session::Kind, tx::Tx},
    dialect::Engine,
};

/// On which side of its commit a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// All is written and nothing of it is kept.
    BeforeCommit,
    /// All of it is kept, and the process never learns that.
    AfterCommit,
}

/// What becomes of the process that has the store of [`Crash::of`]. Clones are of the same process.
///
/// A write that changed nothing is no step: dying before it, after it and before the next one are the same.
#[derive(Debug, Clone, Default)]
pub struct Crash(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    plan: Option<(u32, Death)>,
    steps: u32,
    dead: bool,
    /// It is dead, and the database is done with the write that it died of.
    over: bool,
}

impl Crash {
    /// The same database for a process that can die. What it asks for once it is dead is answered with
    /// [`StoreError::Closed`] and leaves no trace.
    #[must_use]
    pub fn of(store: &Store) -> (Store, Self) {
        let crash = Self::default();
        (store.clone().dying_with(crash.clone()), crash)
    }

    /// It dies at its `step`th write from now; the first is 1.
    pub fn at(&self, step: u32, death: Death) {
        let mut state = self.state();
        state.steps = 0;
        state.plan = Some((step, death));
    }

    /// It dies now, in the middle of whatever it does.
    pub fn now(&self) {
        let mut state = self.state();
        state.dead = true;
        state.over = true;
    }

    /// Whether it died.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// The same, and the write that it died of is kept or lost for good.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state().over
    }

    /// How many writes changed something since [`Self::at`].
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.state().steps
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn lives(&self) -> Result<(), StoreError> {
        if self.dead { Err(StoreError::Closed) } else { Ok(()) }
    }

    /// A write is about to be committed; how the process dies of it, if it does.
    fn step(&mut self) -> Result<Option<Death>, StoreError> {
        self.lives()?;
        self.steps += 1;
        let death = self.plan.filter(|(step, _)| *step == self.steps).map(|(_, death)| death);
        self.dead = death.is_some();
        Ok(death)
    }
}

/// One call of a process that may die.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    crash: Option<Crash>,
    /// It is the one that the process dies of.
    fatal: Arc<AtomicBool>,
}

impl Call {
    pub(crate) fn of(crash: Option<&Crash>) -> Self {
        Self { crash: crash.cloned(), fatal: Arc::default() }
    }

    /// The body as such a process runs it.
    pub(crate) fn body<T, E: From<StoreError>>(&self, kind: Kind, body: impl Body<T, E>) -> impl Body<T, E> {
        let Self { crash, fatal } = self.clone();
        async move |tx: &mut Tx| {
            let Some(crash) = &crash else { return body(tx).await };
            crash.state().lives()?;
            if kind == Kind::Read {
                return body(tx).await;
            }
            let before = changes(tx).await?;
            let value = body(tx).await?;
            if changes(tx).await? == before {
                crash.state().lives()?;
                return Ok(value);
            }
            match crash.state().step()? {
                None => {}
                Some(death) => {
                    fatal.store(true, Ordering::Relaxed);
                    if death == Death::BeforeCommit {
                        return Err(StoreError::Closed.into());
                    }
                }
            }
            Ok(value)
        }
    }

    /// What it learns of how that ended.
    pub(crate) fn learns<T, E: From<StoreError>>(&self, result: Result<T, E>) -> Result<T, E> {
        let Some(crash) = &self.crash else { return result };
        let mut state = crash.state();
        state.over |= self.fatal.load(Ordering::Relaxed);
        state.lives().map_err(E::from).and(result)
    }
}

/// Differs from what it was before if the transaction changed something since.
async fn changes(tx: &mut Tx) -> Result<i64, StoreError> {
    let engine = tx.engine();
    let sql = match engine {
        Engine::Sqlite => "SELECT total_changes()",
        Engine::Postgres => {
            "SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN 0::bigint ELSE 1::bigint END"
        }
    };
    SystemTx::new(tx).one(sql, args![]).await?.get(0)
}
