//! Contacts from a file: looks at it, reads it on a thread of its own, and does what its rows say some thousand at a time, so that
//! others write in between, in the order of their numbers as far as fits into memory. Where it was interrupted, it goes on behind
//! the last rows that are on the disk.

mod file;
mod look;
mod rows;

use std::sync::Arc;

use domain::id::{ImportId, TenantId};
use domain::import::State;
use store::import::apply::{Applying, apply};
use store::import::{self, Fault, Import, undo};
use store::queue::{self, Claimed};
use store::{StoreError, TenantTx, event, statistics};
use tokio::sync::mpsc;

pub use documents::sheet::{Delimiter, FILE_BYTES_MAX};
pub use look::{Column, LookError, Looked, Told};

use crate::errands::LEASE;
use crate::world::World;
use rows::{Batch, End, Job};

/// So many batches are read ahead of the database.
const AHEAD: usize = 2;

/// Looks at a file that has come in: what it is, and what its columns seem to be. `told`: what somebody knows better.
pub(crate) async fn look(
    world: &Arc<World>,
    tenant: TenantId,
    (id, bytes): (ImportId, u64),
    told: Told,
) -> Result<Looked, LookError> {
    look::look(world, tenant, (id, bytes), told).await
}

/// Reads it, or takes it back, until that is done or somebody else says so.
pub(crate) async fn go_on(world: &Arc<World>, claimed: &Claimed, id: ImportId, run: i64) -> Result<(), StoreError> {
    let tenant = claimed.tenant;
    let held = world.store.read(tenant, async move |tx: &mut TenantTx<'_>| import::find(tx, id).await).await?;
    let is_over = match held.filter(|held| held.run == run) {
        Some(held) if held.state == State::Undoing => {
            take_back(world, tenant, &held).await?;
            true
        }
        Some(held) if held.state.is_at_work() => read(world, claimed, held).await?,
        _ => true,
    };
    if !is_over {
        // Whoever is at it may die yet: then this is found again.
        return Ok(());
    }
    let errand = claimed.id;
    world.store.write(tenant, async move |tx| queue::drop_errand(tx, errand).await).await
}

/// Answers whether nothing is left to do; if not, somebody else is at it.
async fn read(world: &Arc<World>, claimed: &Claimed, held: Import) -> Result<bool, StoreError> {
    let tenant = claimed.tenant;
    let job = Job::of(world, tenant, &held).await?;
    let (batches, mut waiting) = mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || job.read(&batches));
    let mut at = held.reading.rows;
    let mut stopped = None;
    while let Some(batch) = waiting.recv().await {
        match write(world, claimed, &held, at, batch).await? {
            Wrote::To(rows) => at = rows,
            other => {
                stopped = Some(other);
                break;
            }
        }
    }
    drop(waiting);
    let end = reader.await.map_err(StoreError::fault)?;
    match stopped {
        Some(other) => Ok(matches!(other, Wrote::Over)),
        None => finish(world, tenant, &held, at, end).await,
    }
}

/// What became of some rows.
enum Wrote {
    /// They are on the disk, and so far the file was read.
    To(u64),
    /// Another order came: nothing is left to do for this one.
    Over,
    /// Somebody else is at it, and further.
    Elsewhere,
}

/// What these rows say is done, so far it was read, and nobody else need take it up for another while: one commit. `at`: so far
/// it was read before.
async fn write(
    world: &Arc<World>,
    claimed: &Claimed,
    held: &Import,
    at: u64,
    batch: Batch,
) -> Result<Wrote, StoreError> {
    let (id, run, now, ids) = (held.id, held.run, world.now(), world.ids());
    let (tenant, errand) = (claimed.tenant, claimed.id);
    let until = now.checked_add(LEASE).map_err(StoreError::fault)?;
    let stops = Arc::clone(&world.stops);
    let done = world
        .store
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(held) = import::hold(tx, id).await?.filter(|held| held.run == run) else {
                return Ok((Wrote::Over, None, Vec::new()));
            };
            if held.reading.rows != at {
                return Ok((Wrote::Elsewhere, None, Vec::new()));
            }
            let mut reading = held.reading.clone();
            (reading.rows, reading.line, reading.progress) = (batch.rows_read, batch.line, batch.progress);
            reading.alarm.clone_from(&batch.alarm);
            reading.read_as = Some(batch.read_as.clone());
            let is_check = held.state == State::Checking;
            let applying = Applying { import: id, settings: &held.settings, is_check, now };
            let out = apply(tx, &mut ids.clone(), applying, &batch.rows, &mut reading).await?;
            let out: Vec<_> = out.into_iter().map(|phone| (tenant, phone)).collect();
            for faults in &batch.faults {
                reading.tally.count_invalid(faults);
            }
            import::reject(tx, id, run, &batch.rejected).await?;
            queue::postpone_errand(tx, errand, until).await?;
            let line = import::advance(tx, id, &reading).await?;
            let head = event::append(tx, now, &[line]).await?;
            stops.add_all(&out);
            Ok::<_, StoreError>((Wrote::To(reading.rows), Some(head), out))
        })
        .await?;
    let (wrote, head, out) = done;
    world.stops.add_all(&out);
    head.into_iter().for_each(|head| world.told(tenant, head));
    Ok(wrote)
}

/// All of it was read, up to `at`. Answers whether that was all that is to be done.
async fn finish(world: &Arc<World>, tenant: TenantId, held: &Import, at: u64, end: End) -> Result<bool, StoreError> {
    let (id, run, now) = (held.id, held.run, world.now());
    let (is_over, head) = world
        .store
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(held) = import::hold(tx, id).await?.filter(|held| held.run == run) else {
                return Ok((true, None));
            };
            if held.reading.rows != at {
                return Ok((false, None));
            }
            let (to, fault): (_, Option<&Fault>) = match (&end, held.state) {
                (Err(fault), _) => (State::Failed, Some(fault)),
                (Ok(()), State::Checking) => (State::Checked, None),
                (Ok(()), _) => (State::Done, None),
            };
            let line = import::go_on(tx, now, &held, to, fault).await?;
            Ok::<_, StoreError>((true, Some(event::append(tx, now, &[line]).await?)))
        })
        .await?;
    head.into_iter().for_each(|head| world.told(tenant, head));
    if held.state != State::Checking {
        world.store.system_write(async |tx| statistics::count_anew(tx).await).await?;
    }
    Ok(is_over)
}

async fn take_back(world: &Arc<World>, tenant: TenantId, held: &Import) -> Result<(), StoreError> {
    let (id, run) = (held.id, held.run);
    loop {
        let (now, ids) = (world.now(), world.ids());
        let head = world
            .store
            .write(tenant, async move |tx: &mut TenantTx<'_>| {
                let Some(held) = import::hold(tx, id).await?.filter(|held| held.run == run) else { return Ok(None) };
                let (line, more) = match undo::undo(tx, &mut ids.clone(), now, &held).await? {
                    Some(undone) => {
                        let mut reading = held.reading.clone();
                        reading.undone.removed += undone.removed;
                        reading.undone.restored += undone.restored;
                        reading.undone.kept += undone.kept;
                        (import::advance(tx, id, &reading).await?, true)
                    }
                    None => (import::go_on(tx, now, &held, State::Undone, None).await?, false),
                };
                Ok::<_, StoreError>(Some((event::append(tx, now, &[line]).await?, more)))
            })
            .await?;
        let Some((head, more)) = head else { return Ok(()) };
        world.told(tenant, head);
        if !more {
            return Ok(());
        }
    }
}
