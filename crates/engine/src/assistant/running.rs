//! Which conversations an assistant is thinking of, so that a run whose conversation moves on does not go on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use domain::id::{ConversationId, TenantId};
use store::StoreError;
use tokio::sync::Notify;

use crate::world::World;

/// The runs of this process.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<HashMap<ConversationId, Weak<Notify>>>);

/// Hears when a conversation changes.
pub(crate) struct Watch {
    conversation: ConversationId,
    moved: Arc<Notify>,
}

impl Runs {
    /// Hears of changes from now on.
    pub(crate) fn watch(&self, conversation: ConversationId) -> Watch {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = runs.get(&conversation).and_then(Weak::upgrade);
        let moved = known.unwrap_or_else(|| {
            runs.retain(|_, watched| watched.strong_count() > 0);
            let moved = Arc::new(Notify::new());
            runs.insert(conversation, Arc::downgrade(&moved));
            moved
        });
        Watch { conversation, moved }
    }

    /// These have changed.
    pub(crate) fn moved(&self, conversations: &[ConversationId]) {
        if conversations.is_empty() {
            return;
        }
        let runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for conversation in conversations {
            if let Some(moved) = runs.get(conversation).and_then(Weak::upgrade) {
                // One that is not listening just now finds it when it listens.
                moved.notify_one();
            }
        }
    }
}

impl Watch {
    /// Ends when the conversation is not at this version any more. A change of another node is not heard, and found when
    /// the answer is brought.
    pub(crate) async fn passed(&self, world: &World, tenant: TenantId, version: i64) {
        loop {
            self.moved.notified().await;
            let conversation = self.conversation;
            let now = world
                .store
                .read(tenant, async move |tx| Ok::<_, StoreError>(store::scene::version_of(tx, conversation).await?))
                .await;
            if now.is_ok_and(|now| now != Some(version)) {
                return;
            }
        }
    }
}
