//! The sandbox carrier: a Telnyx look-alike on loopback, for the demo, the tests and the benchmarks.
//!
//! It speaks Telnyx's HTTP API (`/v2`) and sends its signed webhooks, has phones that text and listen, and misbehaves on demand
//! in ways that can be played again from a seed. It shares no code with what it tests: its counting of parts and its reading of
//! numbers are its own. Nothing is kept over a restart.
//!
//! ```no_run
//! # async fn story() -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox::{NewAccount, Sandbox, SandboxConfig};
//!
//! let config = SandboxConfig::default().account(NewAccount::new("Acme", "KEY-acme").number("+13125550100"));
//! let sandbox = Sandbox::start(config).await?;
//! sandbox.phone("+13125550123").text("+13125550100", "Are you open?", &[])?;
//! sandbox.until_quiet().await;
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```

mod accept;
mod agenda;
mod api;
mod book;
mod clock;
mod config;
mod control;
mod control_http;
mod count;
mod counters;
mod country;
mod deliver;
mod dice;
mod directory;
mod faults;
mod keyword;
mod life;
mod media;
mod message;
mod phone;
mod registration;
mod server;
mod signer;
mod view;
mod wire;
mod world;

use std::{io, net::SocketAddr, ops::Deref, sync::Arc};

use axum::Router;
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{Autoresponses, NewAccount, NewPhone, Rates, SandboxConfig, ScriptedReply};
pub use control::{Control, NewNumbers, Phone, SceneError};
pub use counters::Counters;
pub use dice::Span;
pub use faults::{Burst, Faults, FaultsError, Outcome, OutcomeRule, ServerError, WebhookFaults};
pub use phone::{TextError, Texted};
pub use registration::Registration;
pub use view::{AccountView, Direction, HeardText, Kind, NumberView, PhoneView};

/// A running sandbox. Dropped, it stops as well, without waiting for what is on its way.
///
/// All of [`Control`] can be asked of it directly.
#[derive(Debug)]
pub struct Sandbox {
    control: Control,
    address: SocketAddr,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// The sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("the sandbox cannot listen on {address}: choose a free port, or 0")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The signing key could not be made.
    #[error("the key that signs webhooks could not be made")]
    SigningKey,
    /// The accounts, numbers or phones contradict each other.
    #[error("the sandbox's accounts cannot be set up")]
    Scene(#[from] SceneError),
    /// The faults cannot be.
    #[error("the sandbox's faults cannot be set up")]
    Faults(#[from] FaultsError),
}

impl Sandbox {
    /// Listens, sets the scene, and answers from then on.
    pub async fn start(config: SandboxConfig) -> Result<Self, StartError> {
        config.faults.check()?;
        let wanted = config.listen;
        let listen = |source| StartError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let signer = signer::Signer::new(config.seed).map_err(|_| StartError::SigningKey)?;
        let (outbox, deliveries) = mpsc::unbounded_channel();
        let (accounts, phones, workers) =
            (config.accounts.clone(), config.phones.clone(), config.webhook_workers.max(1));
        let world = Arc::new(world::World::new(config, format!("http://{address}"), signer, outbox));
        let control = Control(Arc::clone(&world));
        for account in accounts {
            control.add_account(account)?;
        }
        for phone in phones {
            control.set_phone(phone)?;
        }

        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let router = Router::new()
            .nest("/v2", api::router(&world).with_state(Arc::clone(&world)))
            .nest("/_sandbox", control_http::router(control.clone()));
        tasks.spawn(server::serve(listener, router, tasks.clone(), stop.clone()));
        tasks.spawn(life::run(Arc::clone(&world), stop.clone()));
        let deliveries = Arc::new(tokio::sync::Mutex::new(deliveries));
        let client = deliver::client(workers);
        for _ in 0..workers {
            tasks.spawn(deliver::work(Arc::clone(&world), Arc::clone(&deliveries), client.clone(), stop.clone()));
        }
        Ok(Self { control, address, tasks, stop })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://host:port`, without a path. The control API is under `/_sandbox`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.control.0.base_url.clone()
    }

    /// `http://host:port/v2`, which stands for `https://api.telnyx.com/v2`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/v2", self.control.0.base_url)
    }

    /// The link to a picture at the sandbox's media host.
    #[must_use]
    pub fn media_url(&self, name: &str) -> String {
        format!("{}{}{name}", self.control.0.base_url, media::PATH)
    }

    /// The key that webhooks verify with: base64 of 32 bytes, as Telnyx's portal shows it.
    #[must_use]
    pub fn public_key_base64(&self) -> String {
        self.control.0.signer.public_key_base64()
    }

    /// A hand on the controls that can be given away.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Closes every connection and ends every task. What is on its way is lost.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Deref for Sandbox {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
