//! Work of the processor's alone, done beside whoever serves requests: however many ask for it, a few at a time.

use store::StoreError;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::error::ApiError;

/// So many are at it at once; the others wait.
const AT_ONCE: usize = 2;

/// Does it, and answers what came of it.
pub(super) async fn done<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);
    let room = ROOM.acquire().await.map_err(StoreError::fault)?;
    let work = move || {
        // Whoever asked may be gone; the work is not.
        let _room = room;
        work()
    };
    Ok(spawn_blocking(work).await.map_err(StoreError::fault)?)
}
