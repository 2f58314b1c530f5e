//! Work of the processor's alone, done beside whoever serves requests: however many ask for it, a few at a time.

use store::StoreError;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::error::ApiError;

/// Who plays by hand, checks or publishes: what takes a moment, and at its worst a few seconds.
pub(super) static PLAYS: Semaphore = Semaphore::const_new(2);
/// Who sends crowds: what takes seconds, and at its worst minutes.
pub(super) static CROWDS: Semaphore = Semaphore::const_new(1);

/// Does it when there is room, and answers what came of it.
pub(super) async fn done<T: Send + 'static>(
    room: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let room = room.acquire().await.map_err(StoreError::fault)?;
    let work = move || {
        // Whoever asked may be gone; the work is not.
        let _room = room;
        work()
    };
    Ok(spawn_blocking(work).await.map_err(StoreError::fault)?)
}
