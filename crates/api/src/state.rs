//! What every handler can reach.

use std::sync::Arc;

use engine::Engine;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::{password::Passwords, sign_in::Tries, v1::sandbox::SandboxLink};

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Decides, remembers, performs.
    pub engine: Engine,
    /// How the door is set.
    pub config: Arc<ApiConfig>,
    /// Hashes and checks passwords, two at a time.
    pub passwords: Arc<Passwords>,
    /// How often someone has tried to sign in lately.
    pub tries: Arc<Tries>,
    /// Where the sandbox carrier is, when this process runs with one.
    pub sandbox: Option<SandboxLink>,
    /// What `/metrics` shows. `None`: nothing is recorded.
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the server stops: live streams end then.
    pub stopping: CancellationToken,
}

/// How the door is set.
#[derive(Debug, Clone, Default)]
pub struct ApiConfig {
    /// A reverse proxy in front of us says who asks (`X-Forwarded-For`); without one that header is anyone's word.
    pub trust_forwarded_for: bool,
    /// Carrier accounts and webhooks may be on this machine or a private network: for the demo and tests, where the sandbox
    /// is. Elsewhere a tenant could reach through us what only we may reach.
    pub allow_private_networks: bool,
    /// What `/metrics` asks for as a bearer token. `None`: it is open.
    pub metrics_token: Option<String>,
}

impl AppState {
    /// A door to `engine`, without sandbox and metrics.
    #[must_use]
    pub fn new(engine: Engine, config: ApiConfig) -> Self {
        Self {
            engine,
            config: Arc::new(config),
            passwords: Arc::new(Passwords::default()),
            tries: Arc::new(Tries::default()),
            sandbox: None,
            metrics: None,
            stopping: CancellationToken::new(),
        }
    }

    /// The time as it is stored, in whole microseconds: what is answered at once is what is read back later.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.engine.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Whether browsers reach us over TLS, so that cookies must not travel without it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.engine.public_url().starts_with("https://")
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("config", &self.config).finish_non_exhaustive()
    }
}
