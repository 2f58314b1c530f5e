//! Lets many people into a workflow, some in each transaction, and no more a minute than somebody said: whoever dies with it goes
//! on where it was, and others' work goes on in between. A dry run asks the same of everybody, and only counts.

use std::sync::Arc;

use domain::id::{ContactId, EnrolmentId, SelectionId};
use domain::workflow::{Coming, Standing};
use jiff::SignedDuration;
use store::enrolment::Entering;
use store::queue::{self, Claimed};
use store::workflow::selection::{self, Page, Place, Selection};
use store::{StoreError, TenantTx, event, workflow};

use super::turns::Turns;
use super::{Together, UNHEARD};
use crate::errands::LEASE;
use crate::world::World;

/// So many people are let in in one transaction: others write in between.
const SOME: u32 = 250;
/// So many are looked at before that is kept, though none of them is meant.
const LOOKED: i64 = 5_000;
/// What is to be let in within so short a time is let in at once, and then the others' turn comes.
const TURN: SignedDuration = SignedDuration::from_secs(1);
/// In a workflow that is paused nobody is let in; it is looked again so much later.
const PAUSED: SignedDuration = SignedDuration::from_secs(10);
/// Why somebody is not let in who has no phone.
const NOT_REACHED: &str = "not_reached";

/// Who was let in, or why not.
type Doors = Vec<(ContactId, Result<EnrolmentId, &'static str>)>;

/// Goes on with it for a turn.
pub(crate) async fn let_in(world: &Arc<World>, claimed: &Claimed, id: SelectionId) -> Result<(), StoreError> {
    let mut taken = SignedDuration::ZERO;
    while taken < TURN {
        match some(world, claimed, id).await? {
            Step::Over => {
                let errand = claimed.id;
                return world.store.write(claimed.tenant, async move |tx| queue::drop_errand(tx, errand).await).await;
            }
            Step::Took(time) => taken += time,
            Step::Paused => taken = PAUSED,
        }
    }
    come_again(world, claimed, id, taken).await
}

/// What one transaction did.
enum Step {
    /// Some were looked at. So long they may take.
    Took(SignedDuration),
    /// The workflow is paused.
    Paused,
    /// Nothing is left to do.
    Over,
}

/// Some people, found beside the writer.
#[derive(Clone)]
struct Found {
    from: Place,
    page: Page,
    to_look: i64,
}

async fn some(world: &Arc<World>, claimed: &Claimed, id: SelectionId) -> Result<Step, StoreError> {
    let (tenant, now, ids, errand) = (claimed.tenant, world.now(), world.ids(), claimed.id);
    let find = async move |tx: &mut TenantTx<'_>| find(tx, now, id).await;
    let Some((standing, found)) = world.store.read(tenant, find).await? else { return Ok(Step::Over) };
    if standing == Standing::Paused {
        return Ok(Step::Paused);
    }
    let until = now.checked_add(LEASE).map_err(StoreError::fault)?;
    let work = async move |tx: &mut TenantTx<'_>| {
        let held = selection::hold(tx, id).await?.filter(|held| held.state == "running" && held.place == found.from);
        let Some(mut held) = held else { return Ok(None) };
        let (mut together, mut ids) = (Together::default(), ids.clone());
        let coming = found.page.contacts.iter().map(|contact| comes(&held, *contact));
        let entering: Vec<Entering> =
            coming.map(|coming| Entering { tenant, id: ids.next(), ready_at: now, coming }).collect();
        if held.is_dry {
            let mut turns = Turns::of(tx, (now, UNHEARD), &mut ids, Vec::new(), &entering).await?;
            turns.door.would_hold(held.workflow, held.entered);
            together.doors = turns.enter(&entering);
        } else if !entering.is_empty() {
            together.take(tx, (now, UNHEARD), &mut ids, Vec::new(), &entering).await?;
        }
        count(&mut held, &together.doors, &found);
        match found.page.to {
            Some(to) => held.place = to,
            None => (held.state, held.ended_at) = ("done".to_owned(), Some(now)),
        }
        selection::go_on(tx, &held).await?;
        queue::postpone_errand(tx, errand, until).await?;
        if held.ended_at.is_some() {
            together.heads.push((tenant, event::append(tx, now, &[workflow::updated(held.workflow)]).await?));
        }
        let people = i64::try_from(entering.len()).map_err(StoreError::fault)?;
        // Who is only asked about takes no time of anybody's, but others may want to be asked about, too.
        let per_minute = if held.is_dry { 1_000_000 } else { held.per_minute.max(1) };
        let took = SignedDuration::from_micros(people.saturating_mul(60_000_000) / i64::from(per_minute));
        Ok::<_, StoreError>(Some((together, if held.ended_at.is_some() { Step::Over } else { Step::Took(took) })))
    };
    match world.store.write(tenant, work).await? {
        Some((together, step)) => {
            together.announce(world);
            world.workflows.set(now);
            world.workflow_errands.set(now);
            world.turns_at(now);
            Ok(step)
        }
        // Somebody else is at it, or has ended it.
        None => Ok(Step::Over),
    }
}

/// How it stands with the workflow, and some more of those who are meant; `None`: it is over.
async fn find(
    tx: &mut TenantTx<'_>,
    now: jiff::Timestamp,
    id: SelectionId,
) -> Result<Option<(Standing, Found)>, StoreError> {
    let Some(held) = selection::find(tx, id).await?.filter(|held| held.state == "running") else { return Ok(None) };
    let known = workflow::by_ids(tx, &[held.workflow]).await?.remove(&held.workflow);
    let Some(standing) = known.and_then(|known| Standing::parse(&known.state)) else { return Ok(None) };
    let to_look = match held.to_look {
        Some(known) => known,
        None => selection::to_look(tx, &held.whom).await?,
    };
    // Bursts stay small where few are let in a minute.
    let limit = if held.is_dry { SOME } else { (held.per_minute / 4).clamp(10, SOME) };
    let (mut page, mut at) = (Page { to: Some(held.place), ..Page::default() }, held.place);
    while page.contacts.is_empty() && page.looked < LOOKED {
        let more = selection::next(tx, now, &held.whom, at, limit).await?;
        page = Page {
            contacts: more.contacts,
            without_phone: page.without_phone + more.without_phone,
            looked: page.looked + more.looked,
            to: more.to,
        };
        let Some(to) = page.to else { break };
        at = to;
    }
    Ok(Some((standing, Found { from: held.place, page, to_look })))
}

fn comes(held: &Selection, contact: ContactId) -> Coming {
    let comes = &held.comes;
    Coming {
        workflow: held.workflow,
        contact,
        phone: None,
        number: comes.number,
        key: comes.key.clone(),
        source: comes.source.clone(),
        variables: comes.variables.clone(),
    }
}

fn count(held: &mut Selection, doors: &Doors, found: &Found) {
    held.looked += found.page.looked;
    held.to_look = Some(found.to_look);
    for (_, door) in doors {
        match door {
            Ok(_) => held.entered += 1,
            Err(why) => *held.refused.entry((*why).to_owned()).or_default() += 1,
        }
    }
    if found.page.without_phone > 0 {
        *held.refused.entry(NOT_REACHED.to_owned()).or_default() += found.page.without_phone;
    }
}

/// Those who look on are told, and it goes on after `pause`: meanwhile, others' have their turn.
async fn come_again(
    world: &Arc<World>,
    claimed: &Claimed,
    id: SelectionId,
    pause: SignedDuration,
) -> Result<(), StoreError> {
    let (tenant, errand, now) = (claimed.tenant, claimed.id, world.now());
    let at = now.checked_add(pause).map_err(StoreError::fault)?;
    let head = world
        .store
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(held) = selection::find(tx, id).await? else { return Ok(None) };
            queue::repeat_errand(tx, errand, at).await?;
            Ok::<_, StoreError>(Some(event::append(tx, now, &[workflow::updated(held.workflow)]).await?))
        })
        .await?;
    head.into_iter().for_each(|head| world.told(tenant, head));
    world.selections.set(at);
    Ok(())
}
