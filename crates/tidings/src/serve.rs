//! The server: started, run until someone says stop, and stopped in order.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use api::{ApiConfig, AppState, secret, server, v1::sandbox::SandboxLink};
use domain::phone;
use engine::{Engine, Running};
use jiff::SignedDuration;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store::{Store, SystemTx, session, setup, tenant};
use tokio::{net::TcpListener, task::JoinSet, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{boot, config::Config};

/// How long the engine may take to finish what it has begun.
const ENGINE_ENDS_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The engine behind it.
    pub engine: Engine,
    store: Store,
    running: Running,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Server {
    /// Opens the database, starts the engine, listens. `sandbox` is where the sandbox's controls are, if there is one.
    ///
    /// # Errors
    /// When the key, the database or the port cannot be had.
    pub async fn start(config: &Config, sandbox: Option<&str>) -> anyhow::Result<Self> {
        let listener = server::listen(config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
        Self::start_on(listener, config, sandbox).await
    }

    /// The same on a socket that is open already.
    ///
    /// # Errors
    /// When the key or the database cannot be had.
    pub async fn start_on(listener: TcpListener, config: &Config, sandbox: Option<&str>) -> anyhow::Result<Self> {
        let sealer = boot::sealer(config)?;
        let store = boot::Desk::open(config).await?.store;
        let address = listener.local_addr()?;
        let (engine, running) = Engine::start(boot::engine_config(config, store.clone(), sealer)?);
        let mut app = AppState::new(
            engine.clone(),
            ApiConfig {
                trust_forwarded_for: config.trust_forwarded_for,
                allow_private_networks: config.allow_private_networks,
                metrics_token: config.metrics_token.clone(),
            },
        );
        app.metrics = metrics();
        app.sandbox = sandbox.map(SandboxLink::new);
        let stop = app.stopping.clone();
        let limits = server::Limits {
            connections_max: config.connections_max.max(1),
            drain_within: Duration::from_secs(u64::from(config.drain_seconds)),
            ..server::Limits::default()
        };
        let mut tasks = JoinSet::new();
        // The numbering plans take some milliseconds to load: the first number need not wait for them.
        tasks.spawn_blocking(phone::warm_up);
        tasks.spawn(keep_house(store.clone(), engine.clone(), app.metrics.clone(), stop.clone()));
        tasks.spawn(server::serve(listener, api::router(app), limits, stop.clone()));
        Ok(Self { address, engine, store, running, tasks, stop })
    }

    /// Takes no more, lets begun answers and begun work end, and closes the database.
    ///
    /// # Errors
    /// When some work was left to its lease.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        let stopped = self.running.stop(ENGINE_ENDS_WITHIN).await;
        self.store.close().await;
        stopped.context("stopped in a hurry")
    }
}

/// A link for whoever sets the house up, if there is no tenant yet.
///
/// # Errors
/// When the database fails.
pub async fn setup_link(engine: &Engine) -> anyhow::Result<Option<String>> {
    let token = secret::token()?;
    let (hash, now) = (secret::hash(&token), engine.now());
    let made = engine
        .store()
        .system_write(async move |tx: &mut SystemTx<'_>| {
            if tenant::any(tx).await? {
                return Ok::<_, store::StoreError>(false);
            }
            setup::create(tx, &hash, now).await?;
            Ok(true)
        })
        .await?;
    Ok(made.then(|| format!("{}/setup/{token}", engine.public_url())))
}

/// Until someone presses Ctrl-C or the system says terminate.
///
/// # Errors
/// When the system lets nobody listen for signals.
pub async fn until_told_to_stop() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// The recorder is the process's own: the first server of a process has it.
fn metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}

/// Small chores: sessions that ended are forgotten, and measured values are folded.
async fn keep_house(store: Store, engine: Engine, metrics: Option<PrometheusHandle>, stop: CancellationToken) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = minute.tick() => {}
        }
        if let Some(metrics) = &metrics {
            metrics.run_upkeep();
        }
        let now = engine.now();
        let forgotten =
            store.system_write(async move |tx: &mut SystemTx<'_>| session::forget_ended(tx, now).await).await;
        if let Err(error) = forgotten {
            tracing::warn!(kind = error.kind(), "ended sessions could not be forgotten");
        }
    }
}
