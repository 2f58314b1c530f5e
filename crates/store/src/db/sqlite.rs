//! SQLite: one thread writes, a few read, and everything that waits is committed together.
//!
//! A statement of SQLite never waits, so a body is polled once, to its end, on the thread that owns the connection: no
//! hop between threads per statement. The writer takes what is waiting, runs each body in its own savepoint and commits once;
//! who asked is told when that is on the disk (see [`Disk`]).

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use super::{
    body::{Body, Job, Outcome},
    error::StoreError,
    sqlite_disk::{self, Disk, Tell},
    sqlite_fold::{Folder, Left},
    sqlite_session::Session,
    tx::{On, Tx},
};

/// A group ends at this many bodies, or after this much work, whichever comes first. There is no timer: a body that finds
/// nobody waiting commits at once.
const GROUP_BODIES_MAX: usize = 512;
const GROUP_WORK_MAX: Duration = Duration::from_millis(5);

/// How many bodies may wait for the writer, and for the readers, before callers wait to be let in.
const WAITING_MAX: usize = 4096;

/// Debug builds have deep futures; the space is only taken if it is used.
const STACK_BYTES: usize = 8 << 20;

/// The embedded engine: a handle on its threads.
pub(crate) struct Sqlite {
    writer: mpsc::Sender<Ask>,
    readers: mpsc::Sender<Asked>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    transactions: AtomicU64,
    bodies: AtomicU64,
}

struct Asked {
    job: Box<dyn Job>,
    since: Instant,
}

type Maintenance = Box<dyn FnOnce(&mut Session) -> Tell + Send>;

enum Ask {
    Write(Asked),
    /// Work outside any group, such as a migration.
    Maintain(Maintenance),
    Close(oneshot::Sender<()>),
}

impl Sqlite {
    /// Opens or makes the file. Blocks for a moment: call it where blocking is allowed.
    pub(crate) fn open(path: &str, readers: usize, runtime: &Handle) -> Result<Self, StoreError> {
        let path = PathBuf::from(path);
        let counters = Arc::new(Counters::default());

        let (writer, asks) = mpsc::channel(WAITING_MAX);
        let mut session = Session::open_writer(&path)?;
        // If it was the disk that ended the last process: what the log still has goes to the file, or the fault is told here.
        session.fold()?;
        let folder = Folder::start(&path, &mut session)?;
        let disk = Disk::start(sqlite_disk::log_of(&session.file()?)?)?;
        let (counted, told) = (Arc::clone(&counters), disk.clone());
        spawn("store-writer".into(), runtime, move || {
            Writer { tx: session.into_tx(), disk: told, folder, counters: counted }.run(asks);
        })?;

        let (reader, asked) = mpsc::channel(WAITING_MAX);
        let asked = Arc::new(Mutex::new(asked));
        for number in 0..readers.max(1) {
            let session = Session::open_reader(&path)?;
            let (asked, disk) = (Arc::clone(&asked), disk.clone());
            spawn(format!("store-reader-{number}"), runtime, move || read(session.into_tx(), &disk, &asked))?;
        }
        Ok(Self { writer, readers: reader, counters })
    }

    pub(crate) async fn write<T, E, B>(&self, body: B) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        B: Body<T, E>,
    {
        let (job, answer) = super::body::asked(body);
        let asked = Asked { job, since: Instant::now() };
        self.writer.send(Ask::Write(asked)).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    pub(crate) async fn read<T, E, B>(&self, body: B) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        B: Body<T, E>,
    {
        if self.writer.is_closed() {
            return Err(StoreError::Closed.into());
        }
        let (job, answer) = super::body::asked(body);
        self.readers.send(Asked { job, since: Instant::now() }).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Runs `work` on the writer's connection, outside any group.
    pub(crate) async fn maintain<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let work: Maintenance = Box::new(move |session| {
            let done = work(session);
            Box::new(move |failed| {
                let _ = reply.send(failed.cloned().map_or(done, Err));
            })
        });
        self.writer.send(Ask::Maintain(work)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Lets nobody else in, finishes what waits, folds the log into the file.
    pub(crate) async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.writer.send(Ask::Close(reply)).await.is_ok() {
            let _ = answer.await;
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.writer.max_capacity() - self.writer.capacity()
    }

    pub(crate) fn counters(&self) -> (u64, u64) {
        let Counters { transactions, bodies } = &*self.counters;
        (transactions.load(Ordering::Relaxed), bodies.load(Ordering::Relaxed))
    }
}

/// The thread knows the runtime, so that a body which awaits a timer or a socket is caught as such and does not panic.
fn spawn(name: String, runtime: &Handle, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let runtime = runtime.clone();
    thread::Builder::new()
        .name(name)
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let _entered = runtime.enter();
            work();
        })
        .map(drop)
        .map_err(StoreError::fault)
}

struct Writer {
    tx: Tx,
    disk: Disk,
    folder: Folder,
    counters: Arc<Counters>,
}

impl Writer {
    fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        let mut closing = Vec::new();
        let mut held = None;
        while let Some(ask) = held.take().or_else(|| asks.blocking_recv()) {
            match ask {
                Ask::Write(first) => {
                    held = self.group(first, &mut asks);
                    self.fold();
                }
                Ask::Maintain(work) => {
                    let disk = self.disk.clone();
                    disk.tell_group(disk.committing(|| work(self.session())));
                }
                Ask::Close(reply) => {
                    asks.close();
                    closing.push(reply);
                }
            }
        }
        self.fold_away();
        let Self { tx, disk, .. } = self;
        drop(tx);
        disk.tell_group(Box::new(move |_| {
            for reply in closing {
                let _ = reply.send(());
            }
        }));
    }

    fn fold(&mut self) {
        // What the disk has refused shall not get into the file either.
        if self.disk.failure().is_some() {
            return;
        }
        let folded = match self.folder.left_to_the_writer() {
            Left::Nothing => return,
            Left::Rest => self.session().fold(),
            Left::Everything => self.session().fold_all().map(drop),
        };
        if let Err(error) = folded {
            tracing::warn!(%error, "the write-ahead log could not be folded in; it grows until it can");
        }
    }

    fn fold_away(&mut self) {
        self.folder.end();
        if self.disk.failure().is_some() {
            return;
        }
        match self.session().fold_away() {
            Ok(true) => {}
            Ok(false) => tracing::info!("somebody else uses the database: its write-ahead log stays beside it"),
            Err(error) => tracing::warn!(%error, "the write-ahead log was not folded in at closing"),
        }
    }

    fn session(&mut self) -> &mut Session {
        match &mut self.tx.on {
            On::Sqlite(session) => session,
            On::Postgres(_) => {
                unreachable!("the writer's transaction is made from a session of SQLite")
            }
        }
    }

    /// Commits `first` and everything that waits behind it. Gives back what it met that is no body.
    fn group(&mut self, first: Asked, asks: &mut mpsc::Receiver<Ask>) -> Option<Ask> {
        let began = Instant::now();
        let (mut group, mut held, mut next) = (Vec::new(), None, Some(first));
        let mut so_far = self.disk.failure().cloned().map_or(Ok(()), Err).and_then(|()| self.session().begin_write());
        let (mut kept, before) = (0, self.session().changed());
        while let Some(Asked { mut job, since }) = next.take() {
            metrics::histogram!("store_queue_wait_seconds").record(since.elapsed());
            if so_far.is_ok() {
                so_far = self.run_one(&mut *job, &mut kept);
            }
            group.push(job);
            if group.len() < GROUP_BODIES_MAX && began.elapsed() < GROUP_WORK_MAX {
                match asks.try_recv() {
                    Ok(Ask::Write(asked)) => next = Some(asked),
                    Ok(other) => held = Some(other),
                    Err(_) => {}
                }
            }
        }
        let outcome = so_far.and_then(|()| self.commit(kept, before));
        if outcome.is_err() {
            self.session().rollback();
        }
        metrics::histogram!("store_group_bodies").record(group.len() as f64);
        self.counters.bodies.fetch_add(group.len() as u64, Ordering::Relaxed);
        self.disk.tell_group(Box::new(move |failed| {
            let failed = outcome.as_ref().err().or(failed);
            for job in group {
                job.answer(failed);
            }
        }));
        held
    }

    /// The first body that may be kept needs no savepoint: if it fails, there is nothing else to save.
    fn run_one(&mut self, job: &mut dyn Job, kept: &mut usize) -> Result<(), StoreError> {
        if *kept == 0 {
            if job.run(&mut self.tx) == Outcome::Failed {
                self.session().rollback();
                return self.session().begin_write();
            }
        } else {
            self.session().savepoint()?;
            if job.run(&mut self.tx) == Outcome::Failed {
                self.session().undo_savepoint()?;
                return Ok(());
            }
            self.session().keep_savepoint()?;
        }
        *kept += 1;
        Ok(())
    }

    /// Keeps what the bodies wrote. `before`: how much was changed when they began; if it is still so, there is nothing to
    /// keep, and nothing for anybody to wait for.
    fn commit(&mut self, kept: usize, before: u64) -> Result<(), StoreError> {
        if kept == 0 || self.session().changed() == before {
            self.session().rollback();
            return Ok(());
        }
        let began = Instant::now();
        let disk = self.disk.clone();
        disk.committing(|| self.session().commit())?;
        metrics::histogram!("store_commit_seconds").record(began.elapsed());
        self.counters.transactions.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Each read in its own snapshot.
fn read(mut tx: Tx, disk: &Disk, asked: &Mutex<mpsc::Receiver<Asked>>) {
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(Asked { mut job, since }) = next else {
            return;
        };
        metrics::histogram!("store_queue_wait_seconds").record(since.elapsed());
        let On::Sqlite(session) = &mut tx.on else {
            return;
        };
        let outcome = session.begin_read();
        if outcome.is_ok() {
            job.run(&mut tx);
        }
        if let On::Sqlite(session) = &mut tx.on {
            session.rollback();
        }
        disk.tell(Box::new(move |failed| job.answer(outcome.as_ref().err().or(failed))));
    }
}
