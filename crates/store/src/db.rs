//! Two engines, one face. A transaction is a body that gets a `tx` and may run again; the same text runs on both.
//!
//! ```ignore
//! let page = store.read(tenant, async move |tx| conversation::page(tx, id, cursor, 50).await).await?;
//! ```
//!
//! What is promised, and tested on both engines by `tests/conformance`:
//! - An `Ok` answer to a write means: committed, with an fsync. An `Err` means that nothing of that body was kept, unless it
//!   says that the disk refuses: then nobody knows, and nothing more is answered until a new start.
//! - A body sees its own writes; a read sees one snapshot of what was committed.
//! - A body that was accepted runs to its end even if its caller goes away.
//! - A body may await nothing but its `tx`. It may run again, so it must not move or send anything by itself.

use std::{fmt, sync::Arc, time::Duration};

use domain::id::TenantId;
use tokio::{runtime::Handle, sync::Notify};

pub(crate) mod body;
mod bulk;
pub(crate) mod error;
pub(crate) mod postgres;
pub(crate) mod postgres_session;
mod postgres_tls;
pub(crate) mod row;
pub(crate) mod sqlite;
mod sqlite_disk;
mod sqlite_fold;
mod sqlite_names;
pub(crate) mod sqlite_session;
pub(crate) mod tx;
pub(crate) mod value;

use self::{
    body::Body,
    error::StoreError,
    postgres::Postgres,
    postgres_session::Kind,
    sqlite::Sqlite,
    tx::{SystemTx, TenantTx, Tx},
};
use crate::dialect::Engine;

/// Where the data is and how much of the machine it may take.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite://tidings.db`, `sqlite:///var/lib/tidings.db`, or `postgres://user:password@host/name?sslmode=verify-full`.
    pub url: String,
    /// SQLite: threads that read beside the writer.
    pub readers: usize,
    /// PostgreSQL: connections of this node.
    pub connections: usize,
    /// PostgreSQL: threads that drive them.
    pub threads: usize,
    /// PostgreSQL: the longest that one statement may take.
    pub statement_timeout: Duration,
}

impl StoreConfig {
    /// The defaults for this address.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 2, connections: 16, threads: 2, statement_timeout: Duration::from_secs(30) }
    }
}

impl fmt::Debug for StoreConfig {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("readers", &self.readers)
            .field("connections", &self.connections)
            .field("threads", &self.threads)
            .field("statement_timeout", &self.statement_timeout)
            .finish_non_exhaustive()
    }
}

/// The database. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    stirred: Arc<Notify>,
    #[cfg(feature = "testing")]
    crash: Option<crate::testing::Crash>,
}

pub(crate) enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// What the writer of SQLite has done so far; zero on PostgreSQL, which groups nothing by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Commits that kept something.
    pub transactions: u64,
    /// Bodies that they were made for, failed ones too.
    pub bodies: u64,
}

impl Store {
    /// Opens the database, or makes an empty one where there is none (SQLite). Call [`Store::migrate`] before use.
    ///
    /// A fault if the address is of neither engine, or nobody answers there.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let backend = if let Some(path) = config.url.strip_prefix("sqlite://") {
            Backend::Sqlite(open_sqlite(path, config.readers).await?)
        } else if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") {
            Backend::Postgres(Postgres::open(config)?)
        } else {
            return Err(StoreError::fault("the database's address starts with neither sqlite:// nor postgres://"));
        };
        let store = Self {
            backend: Arc::new(backend),
            stirred: Arc::default(),
            #[cfg(feature = "testing")]
            crash: None,
        };
        if store.engine() == Engine::Postgres {
            store.look_at_the_role().await?;
        }
        Ok(store)
    }

    /// Runs `body` in a transaction of `tenant` and commits it. The answer comes when it is on the disk.
    pub async fn write<T, E, F>(&self, tenant: TenantId, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&mut TenantTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run_write(async move |tx: &mut Tx| body(&mut TenantTx::new(tx, tenant)).await).await
    }

    /// Runs `body` on one snapshot of what `tenant` has. It cannot write.
    pub async fn read<T, E, F>(&self, tenant: TenantId, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&mut TenantTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(Kind::Read, async move |tx: &mut Tx| body(&mut TenantTx::new(tx, tenant)).await).await
    }

    /// As [`Store::write`], across tenants.
    pub async fn system_write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&mut SystemTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run_write(async move |tx: &mut Tx| body(&mut SystemTx::new(tx)).await).await
    }

    /// As [`Store::read`], across tenants.
    pub async fn system_read<T, E, F>(&self, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&mut SystemTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(Kind::Read, async move |tx: &mut Tx| body(&mut SystemTx::new(tx)).await).await
    }

    /// Comes when something was committed in this process for whoever runs workflows: somebody is to enter one, or somebody's way
    /// was told something. Some of it may have come before, together.
    pub async fn workflows_stirred(&self) {
        self.stirred.notified().await;
    }

    /// Lets nobody else in, finishes what waits, and closes; on SQLite the log is folded into the file. What comes later is
    /// answered with [`StoreError::Closed`]. Closing twice is closing once.
    pub async fn close(&self) {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Which database this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &*self.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// How well writes were grouped.
    #[must_use]
    pub fn written(&self) -> Written {
        match &*self.backend {
            Backend::Sqlite(sqlite) => {
                let (transactions, bodies) = sqlite.counters();
                Written { transactions, bodies }
            }
            Backend::Postgres(_) => Written::default(),
        }
    }

    /// How many bodies wait for the writer (SQLite), or wait and run (PostgreSQL).
    #[must_use]
    pub fn waiting(&self) -> usize {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.waiting(),
            Backend::Postgres(postgres) => postgres.waiting(),
        }
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.backend
    }

    #[cfg(feature = "testing")]
    pub(crate) fn dying_with(self, crash: crate::testing::Crash) -> Self {
        Self { crash: Some(crash), ..self }
    }

    async fn run_write<T, E>(&self, body: impl Body<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let body = async move |tx: &mut Tx| {
            tx.stirs = false;
            let value = body(tx).await?;
            Ok::<_, E>((value, tx.stirs))
        };
        let (value, stirs) = self.run(Kind::Write, body).await?;
        if stirs {
            self.stirred.notify_one();
        }
        Ok(value)
    }

    async fn run<T, E>(&self, kind: Kind, body: impl Body<T, E>) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        #[cfg(feature = "testing")]
        let call = crate::testing::Call::of(self.crash.as_ref());
        #[cfg(feature = "testing")]
        let body = call.body(kind, body);
        let result = match (&*self.backend, kind) {
            (Backend::Sqlite(sqlite), Kind::Write) => sqlite.write(body).await,
            (Backend::Sqlite(sqlite), Kind::Read) => sqlite.read(body).await,
            (Backend::Postgres(postgres), kind) => postgres.run(kind, body).await,
        };
        #[cfg(feature = "testing")]
        let result = call.learns(result);
        result
    }

    /// Asks the server who we are: a first connection, and a warning if its second wall between tenants does not bind us.
    async fn look_at_the_role(&self) -> Result<(), StoreError> {
        let sql = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
        let unbound = self.system_read(async move |tx| tx.one(sql, &[]).await?.get::<bool>(0)).await?;
        if unbound {
            tracing::warn!(
                "the database role is a superuser or bypasses row-level security: give the server a plain role"
            );
        }
        Ok(())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store on {:?}", self.engine())
    }
}

async fn open_sqlite(path: &str, readers: usize) -> Result<Sqlite, StoreError> {
    if path.is_empty() || path == ":memory:" {
        return Err(StoreError::fault("the database's address names no file: sqlite://tidings.db"));
    }
    let (path, runtime) = (path.to_owned(), Handle::current());
    tokio::task::spawn_blocking(move || Sqlite::open(&path, readers, &runtime)).await.map_err(StoreError::fault)?
}
