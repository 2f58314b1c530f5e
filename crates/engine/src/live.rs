//! Who listens to which tenant. Only the number of the newest line travels; what it says is read from the log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::TenantId;
use tokio::sync::broadcast;

/// What passes and leaves no trace: someone types, someone looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Such as `typing`.
    pub name: &'static str,
    /// What it says.
    pub data: serde_json::Value,
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Heard {
    /// The log goes at least up to here.
    Log(i64),
    /// Something passed.
    Signal(Arc<Signal>),
}

/// So much may pass a listener before it has missed something; it then reads the log.
const BACKLOG: usize = 256;

/// The ears of all tenants.
#[derive(Debug, Default)]
pub struct Live {
    tenants: Mutex<HashMap<TenantId, broadcast::Sender<Heard>>>,
}

/// One listener.
#[derive(Debug)]
pub struct Reader(broadcast::Receiver<Heard>);

impl Live {
    /// Listens from now on.
    pub fn subscribe(&self, tenant: TenantId) -> Reader {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, sender| sender.receiver_count() > 0);
        Reader(tenants.entry(tenant).or_insert_with(|| broadcast::Sender::new(BACKLOG)).subscribe())
    }

    /// The tenant's log goes up to `head` now.
    pub fn told(&self, tenant: TenantId, head: i64) {
        self.send(tenant, || Heard::Log(head));
    }

    /// Something passed.
    pub fn signal(&self, tenant: TenantId, signal: Signal) {
        self.send(tenant, || Heard::Signal(Arc::new(signal)));
    }

    fn send(&self, tenant: TenantId, heard: impl FnOnce() -> Heard) {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = tenants.get(&tenant) {
            // Nobody listening is no fault.
            let _ = sender.send(heard());
        }
    }
}

impl Reader {
    /// The next thing heard. A listener that was too slow hears only that the log has grown: `Log(i64::MAX)`, read it.
    /// `None`: the engine has stopped.
    pub async fn changed(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(heard) => Some(heard),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Heard::Log(i64::MAX)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
