//! What is done elsewhere for somebody's way: a system of the tenant's is asked, or a model.

mod model;
mod secret;
mod system;

use std::sync::Arc;

use domain::id::EnrolmentId;
use domain::workflow::{Done, Event, Key, Word};
use jiff::SignedDuration;
use store::queue::{self, Asks, Claimed};
use store::{StoreError, enrolment};

use crate::world::World;

pub use secret::seal_workflow_secret;
use system::Called;

/// How long a request that came to nothing waits before it is sent again, after the first time, and after the second. With the time
/// that the requests themselves may take, that is less than a minute in all.
const PAUSES: [SignedDuration; 2] = [SignedDuration::from_secs(2), SignedDuration::from_secs(10)];

/// Does it, and tells the way what came of it.
pub(crate) async fn act(
    world: &Arc<World>,
    claimed: &Claimed,
    enrolment: EnrolmentId,
    key: &Key,
    asks: &Asks,
) -> Result<(), StoreError> {
    let result = match asks {
        Asks::System(request) => {
            let Called { done, may_pass } = system::call(world, claimed.tenant, request, key).await?;
            let failed = usize::try_from(claimed.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
            if let (true, Some(pause)) = (may_pass, PAUSES.get(failed)) {
                return again(world, claimed, *pause).await;
            }
            done
        }
        Asks::Model { assistant, question } => {
            model::ask(world, claimed.tenant, enrolment, *assistant, question).await?
        }
    };
    tell(world, claimed, enrolment, key, result).await
}

/// It is done again a little later, by the same key.
async fn again(world: &World, claimed: &Claimed, pause: SignedDuration) -> Result<(), StoreError> {
    let id = claimed.id;
    let at = world.now().checked_add(pause).map_err(StoreError::fault)?;
    world.store.write(claimed.tenant, async move |tx| queue::postpone_errand(tx, id, at).await).await
}

async fn tell(
    world: &World,
    claimed: &Claimed,
    enrolment: EnrolmentId,
    key: &Key,
    result: Done,
) -> Result<(), StoreError> {
    let (errand, word) = (claimed.id, Word::Event(Event::Done { of: key.clone(), result, at: None }));
    let (now, ids) = (world.now(), world.ids());
    world
        .store
        .write(claimed.tenant, async move |tx| {
            enrolment::tell(tx, now, &mut ids.clone(), &[(enrolment, word.clone())]).await?;
            queue::drop_errand(tx, errand).await
        })
        .await
}
