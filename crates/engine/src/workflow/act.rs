//! What is done elsewhere for somebody's way: a system of the tenant's is asked, or a model.

mod model;
mod secret;
mod system;

use std::sync::Arc;

use domain::id::EnrolmentId;
use domain::workflow::{Done, Event, Key, Word};
use jiff::SignedDuration;
use store::enrolment::Wanted;
use store::queue::{self, Asks, Claimed};
use store::{StoreError, enrolment};

use crate::world::World;

pub use secret::seal_workflow_secret;
use system::{Again, Called};

/// How long a request that came to nothing waits at least before it is sent again, after the first time, and after the second.
const PAUSES: [SignedDuration; 2] = [SignedDuration::from_secs(2), SignedDuration::from_secs(10)];
/// While a way is paused nobody else hears of it; it is looked again so much later.
const PAUSED: SignedDuration = SignedDuration::from_secs(15);
/// A system that wants to be left alone for longer is not asked again: twice this is well within the hour for which a way waits.
const ASKED_PAUSE_MAX: SignedDuration = SignedDuration::from_mins(15);

/// Does it if the way still waits for it, and tells the way what came of it.
pub(crate) async fn act(
    world: &Arc<World>,
    claimed: &Claimed,
    enrolment: EnrolmentId,
    key: &Key,
    asks: &Asks,
) -> Result<(), StoreError> {
    let (of, errand) = (key.clone(), claimed.id);
    match world.store.read(claimed.tenant, async move |tx| enrolment::waits_for(tx, enrolment, &of).await).await? {
        Wanted::Now => {}
        Wanted::WhenItGoesOn => {
            let at = world.now().checked_add(PAUSED).map_err(StoreError::fault)?;
            return world.store.write(claimed.tenant, async move |tx| queue::repeat_errand(tx, errand, at).await).await;
        }
        Wanted::NoMore => {
            return world.store.write(claimed.tenant, async move |tx| queue::drop_errand(tx, errand).await).await;
        }
    }
    let result = match asks {
        Asks::System(request) => {
            let Called { done, again } = system::call(world, claimed.tenant, request, key).await?;
            let failed = usize::try_from(claimed.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
            if let Some(pause) = pause(failed, again) {
                return postpone(world, claimed, pause).await;
            }
            done
        }
        Asks::Model { assistant, question } => model::ask(world, claimed.tenant, key, *assistant, question).await?,
    };
    tell(world, claimed, enrolment, key, result).await
}

/// How long a request waits that came to nothing after so many before it; `None`: it is not sent again.
fn pause(failed: usize, again: Again) -> Option<SignedDuration> {
    let usual = *PAUSES.get(failed)?;
    match again {
        Again::No => None,
        Again::Soon => Some(usual),
        Again::After(asked) => (asked <= ASKED_PAUSE_MAX).then(|| asked.max(usual)),
    }
}

/// It is done again later, by the same key.
async fn postpone(world: &World, claimed: &Claimed, pause: SignedDuration) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_asked_again_when_it_wants_to_be_and_not_for_ever() {
        let secs = SignedDuration::from_secs;
        for (failed, again, expected) in [
            (0, Again::Soon, Some(2)),
            (1, Again::Soon, Some(10)),
            (2, Again::Soon, None),
            (0, Again::No, None),
            (0, Again::After(secs(60)), Some(60)),
            (1, Again::After(secs(60)), Some(60)),
            (2, Again::After(secs(60)), None),
            (1, Again::After(secs(1)), Some(10)),
            (0, Again::After(secs(900)), Some(900)),
            (0, Again::After(secs(901)), None),
        ] {
            assert_eq!(pause(failed, again), expected.map(secs), "{failed} {again:?}");
        }
    }
}
