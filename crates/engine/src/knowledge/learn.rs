//! Reads a source: opens, fetches or follows it, and keeps what it says. Whatever goes wrong is said on the source itself; what
//! was read before stays.

use std::sync::Arc;

use domain::id::{Ids, KnowledgeId};
use domain::source::{Fetched, Kind, Status, next_fetch};
use jiff::Timestamp;
use store::knowledge::{self, Kept, Reading, Task, Update};
use store::queue::{self, Claimed};
use store::{StoreError, TenantTx, event};

use super::fault;
use super::fetch::{self, Got, Known, Missed};
use super::sitemap::{self, Followed};
use crate::world::World;

/// An errand that has come back this often takes the process with it.
const ATTEMPTS_MAX: u32 = 3;

/// Runs the errand.
pub(crate) async fn learn(
    world: &Arc<World>,
    claimed: &Claimed,
    source: KnowledgeId,
    revision: i64,
) -> Result<(), StoreError> {
    let found = world.store.read(claimed.tenant, async move |tx| knowledge::task(tx, source).await).await?;
    let errand = Learning { world, claimed, source, revision };
    let Some(task) = found.filter(|task| task.revision == revision) else { return errand.dropped().await };
    if claimed.attempt > ATTEMPTS_MAX {
        let missed = Missed { fault: fault::interrupted(), fetched: Fetched::Never };
        return errand.failed(&task, missed).await;
    }
    match task.kind {
        // They were read where they were written.
        Kind::Text | Kind::QuestionAnswer => errand.dropped().await,
        Kind::File => errand.file(&task).await,
        Kind::Page => errand.page(&task).await,
        Kind::Sitemap => errand.sitemap(&task).await,
    }
}

struct Learning<'e> {
    world: &'e Arc<World>,
    claimed: &'e Claimed,
    source: KnowledgeId,
    revision: i64,
}

impl Learning<'_> {
    async fn file(&self, task: &Task) -> Result<(), StoreError> {
        let source = self.source;
        self.begun(task, Status::Indexing).await?;
        let tenant = self.claimed.tenant;
        let content = self.world.store.read(tenant, async move |tx| knowledge::file_content(tx, source).await).await?;
        let Some(content) = content else { return self.dropped().await };
        match self.world.shelf.readers.open(content.into(), task.file_name.clone(), None).await? {
            Ok(reading) => self.keep(task, reading, Update::default()).await,
            Err(error) => {
                let missed = Missed { fault: fault::document(&error), fetched: Fetched::Never };
                self.failed(task, missed).await
            }
        }
    }

    async fn page(&self, task: &Task) -> Result<(), StoreError> {
        // Only what has been read can be the same.
        let known = match task.is_ready && task.digest.is_some() {
            true => Known { etag: task.etag.clone(), last_modified: task.last_modified.clone() },
            false => Known::default(),
        };
        self.begun(task, Status::Fetching).await?;
        let url = task.url.clone().unwrap_or_default();
        let page = match fetch::fetch(self.world, self.source, &url, &known).await {
            Got::Page(page) => page,
            Got::Later(at) => return self.later(task, at).await,
            Got::Missed(missed) => return self.failed(task, missed).await,
            Got::Same => {
                let Known { etag, last_modified } = known;
                return self.same(Update { next_fetch: self.next(task), fetched: true, etag, last_modified }).await;
            }
        };
        let update =
            Update { next_fetch: self.next(task), fetched: true, etag: page.etag, last_modified: page.last_modified };
        match self.world.shelf.readers.open(page.bytes, None, page.content_type).await? {
            Ok(reading) if task.digest == Some(reading.digest) => self.same(update).await,
            Ok(reading) => self.keep(task, reading, update).await,
            Err(error) => {
                let missed = Missed { fault: fault::page(&error), fetched: Fetched::Never };
                self.failed(task, missed).await
            }
        }
    }

    async fn sitemap(&self, task: &Task) -> Result<(), StoreError> {
        self.begun(task, Status::Fetching).await?;
        let url = task.url.clone().unwrap_or_default();
        let (urls, fault) = match sitemap::follow(self.world, self.source, &url).await {
            Followed::Pages { urls, fault } => (urls, fault),
            Followed::Later(at) => return self.later(task, at).await,
            Followed::Missed(missed) => return self.failed(task, missed).await,
        };
        let update = Update { next_fetch: self.next(task), fetched: true, ..Update::default() };
        let (source, now) = (self.source, self.world.now());
        self.finish(update.next_fetch, async move |tx: &mut TenantTx<'_>, ids: &mut Ids| {
            knowledge::set_pages(tx, now, ids, source, &urls, fault.as_ref(), &update).await?;
            Ok(true)
        })
        .await
    }

    fn next(&self, task: &Task) -> Option<Timestamp> {
        next_fetch(self.world.now(), Fetched::Came, 0, task.refetch_hours)
    }

    async fn keep(&self, task: &Task, reading: Reading, update: Update) -> Result<(), StoreError> {
        let (source, now) = (self.source, self.world.now());
        let next = update.next_fetch;
        // Too much of it is too much the next time, too.
        let too_many = next_fetch(now, Fetched::Never, task.failures + 1, task.refetch_hours);
        self.finish(next, async move |tx: &mut TenantTx<'_>, ids: &mut Ids| {
            match knowledge::read(tx, now, ids, source, &reading, &update).await? {
                Kept::Yes => {}
                Kept::TooMany => knowledge::failed(tx, now, source, &fault::too_many_chunks(), too_many).await?,
            }
            Ok(true)
        })
        .await
    }

    async fn same(&self, update: Update) -> Result<(), StoreError> {
        let (source, now) = (self.source, self.world.now());
        let next = update.next_fetch;
        self.finish(next, async move |tx: &mut TenantTx<'_>, _: &mut Ids| {
            knowledge::kept(tx, now, source, &update).await?;
            Ok(true)
        })
        .await
    }

    async fn failed(&self, task: &Task, missed: Missed) -> Result<(), StoreError> {
        let (source, now) = (self.source, self.world.now());
        let next = match task.kind.is_fetched() {
            true => next_fetch(now, missed.fetched, task.failures + 1, task.refetch_hours),
            false => None,
        };
        let code = missed.fault.code.as_str();
        tracing::info!(%source, code, "a source of knowledge could not be read");
        self.finish(next, async move |tx: &mut TenantTx<'_>, _: &mut Ids| {
            knowledge::failed(tx, now, source, &missed.fault, next).await?;
            Ok(true)
        })
        .await
    }

    /// Others are before us: it waits on.
    async fn later(&self, task: &Task, at: Timestamp) -> Result<(), StoreError> {
        let (source, tells) = (self.source, !task.is_under);
        self.finish(Some(at), async move |tx: &mut TenantTx<'_>, _: &mut Ids| {
            knowledge::begun(tx, source, Status::Waiting).await?;
            Ok(tells)
        })
        .await
    }

    async fn dropped(&self) -> Result<(), StoreError> {
        let id = self.claimed.id;
        self.world.store.write(self.claimed.tenant, async move |tx| queue::drop_errand(tx, id).await).await
    }

    /// Says that somebody is at it. The pages of a sitemap are too many to say it of each.
    async fn begun(&self, task: &Task, status: Status) -> Result<(), StoreError> {
        if task.is_under {
            return Ok(());
        }
        let (source, now) = (self.source, self.world.now());
        let head = self
            .world
            .store
            .write(self.claimed.tenant, async move |tx| {
                knowledge::begun(tx, source, status).await?;
                event::append(tx, now, &[knowledge::updated(source)]).await
            })
            .await?;
        self.world.told(self.claimed.tenant, head);
        Ok(())
    }

    /// Writes how it ended, if nobody has asked for another reading meanwhile, and has it read again at `next`. `write` says
    /// whether there is anything to tell.
    async fn finish<F>(&self, next: Option<Timestamp>, write: F) -> Result<(), StoreError>
    where
        F: AsyncFn(&mut TenantTx<'_>, &mut Ids) -> Result<bool, StoreError> + Send + 'static,
    {
        let (source, revision, id, now) = (self.source, self.revision, self.claimed.id, self.world.now());
        let ids = self.world.ids();
        let head = self
            .world
            .store
            .write(self.claimed.tenant, async move |tx| {
                queue::drop_errand(tx, id).await?;
                let task = knowledge::task(tx, source).await?;
                if task.is_none_or(|task| task.revision != revision) {
                    return Ok(None);
                }
                let mut ids = ids.clone();
                let tells = write(tx, &mut ids).await?;
                if let Some(at) = next {
                    knowledge::schedule(tx, &mut ids, at, source, revision).await?;
                }
                match tells {
                    true => event::append(tx, now, &[knowledge::updated(source)]).await.map(Some),
                    false => Ok(None),
                }
            })
            .await?;
        if let Some(head) = head {
            self.world.told(self.claimed.tenant, head);
        }
        if let Some(next) = next {
            self.world.learns.set(next);
        }
        // Its chunks may want vectors, its pages may want to be fetched.
        self.world.embeds.set(now);
        self.world.learns.set(now);
        Ok(())
    }
}
