//! What every command starts with: the database, the key, the time, new ids.

use std::sync::Arc;

use anyhow::Context as _;
use domain::id::{Ids, TenantId};
use engine::{Clock as _, Engine, EngineConfig, Net, Sealer, SystemClock};
use jiff::Timestamp;
use store::{Store, StoreConfig, SystemTx, TenantTx, dialect, tenant};

use crate::{config::Config, secret_key};

/// An open database and what is needed to write to it.
#[derive(Debug)]
pub struct Desk {
    /// The database, migrated.
    pub store: Store,
    /// The time of this command.
    pub now: Timestamp,
    /// New ids.
    pub ids: Ids,
}

impl Desk {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// When nobody answers there, or a migration fails.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let store = open(config).await?;
        store.migrate().await.context("the database's tables could not be brought up to date")?;
        let now = SystemClock.now();
        Ok(Self { store, now, ids: Ids::new(now, seed()?) })
    }

    /// The tenant that someone means by its id or its exact name.
    ///
    /// # Errors
    /// When there is none, or several have the name.
    pub async fn tenant(&self, said: &str) -> anyhow::Result<TenantId> {
        let wanted: Result<TenantId, _> = said.parse();
        let mut after = None;
        let mut found = Vec::new();
        loop {
            let page =
                self.store.system_read(async move |tx: &mut SystemTx<'_>| tenant::list(tx, after, 500).await).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            found.extend(page.iter().filter(|one| wanted == Ok(one.id) || one.name == said).map(|one| one.id));
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => anyhow::bail!("there is no tenant `{said}`: see `tidings tenant list`"),
            _ => {
                anyhow::bail!("several tenants are called `{said}`: name the one by its id, see `tidings tenant list`")
            }
        }
    }

    /// The engine at rest, for what must be asked at the carrier.
    ///
    /// # Errors
    /// When there is no key, or it is none.
    pub fn engine(&self, config: &Config) -> anyhow::Result<Engine> {
        Ok(Engine::at_rest(engine_config(config, self.store.clone(), sealer(config)?)?))
    }

    /// Runs a write of one tenant.
    ///
    /// # Errors
    /// What the body says.
    pub async fn write<T, E, F>(&self, tenant: TenantId, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::StoreError> + Send + 'static,
        F: AsyncFn(&mut TenantTx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.store.write(tenant, body).await
    }
}

/// Opens the database as it is.
///
/// # Errors
/// When nobody answers there.
pub async fn open(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&StoreConfig::new(&config.database_url)).await;
    store.with_context(|| format!("cannot open the database {}", config.database_shown()))
}

/// What seals secrets. The key is made if this is the first start on a SQLite database.
///
/// # Errors
/// When there is no key, or it is none.
pub fn sealer(config: &Config) -> anyhow::Result<Sealer> {
    Ok(Sealer::from_key(&secret_key::load(config, true)?))
}

/// What an engine is given here.
///
/// # Errors
/// When the system gives no random bytes.
pub fn engine_config(config: &Config, store: Store, sealer: Sealer) -> anyhow::Result<EngineConfig> {
    let alone = store.engine() == dialect::Engine::Sqlite;
    Ok(EngineConfig {
        store,
        clock: Arc::new(SystemClock),
        net: Net::new(config.allow_private_networks),
        sealer,
        public_url: config.public_url.clone(),
        seed: seed()?,
        turn_workers: if alone { 1 } else { 2 },
        alone,
    })
}

/// 64 bits of chance.
///
/// # Errors
/// When the system gives none.
pub fn seed() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(u64::from_le_bytes(bytes))
}
