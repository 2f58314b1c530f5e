//! Nobody is told of what is not on the disk: answers wait here until an fsync has covered whatever they tell of.
//!
//! SQLite commits into its log without waiting for the disk, and this thread brings the log there: one fsync for all that was
//! committed while the one before it ran, and the writer works on meanwhile. What a power cut can take away was told to
//! nobody.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Instant,
};

use super::error::StoreError;

/// Tells somebody how it went; `Some`: what they would be told of is not on the disk and may never be.
pub(crate) type Tell = Box<dyn FnOnce(Option<&StoreError>) + Send>;

/// So many groups may wait for the disk before the writer waits too: its next group is the larger for it.
const GROUPS_WAITING_MAX: usize = 2;

/// Where the writer and the readers leave their answers. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub(crate) struct Disk {
    progress: Arc<Progress>,
    waiting: mpsc::Sender<Waiting>,
    /// A place for each of the writer's groups.
    places: mpsc::SyncSender<()>,
}

/// Commits are counted. What was in the log at the start is the first: whether the disk has it, nobody knows.
struct Progress {
    /// Up to this one, somebody may see what they wrote.
    begun: AtomicU64,
    /// Up to this one, all that they wrote is in the log.
    written: AtomicU64,
    /// Up to this one, the log is on the disk.
    durable: AtomicU64,
    /// The disk refused once. What it has kept since nobody knows, so that nothing more is believed.
    failed: OnceLock<StoreError>,
}

struct Waiting {
    commit: u64,
    tell: Tell,
    /// It has one of the writer's places.
    is_group: bool,
}

impl Disk {
    /// `sync` brings the log to the disk.
    pub(crate) fn start(sync: impl FnMut() -> io::Result<()> + Send + 'static) -> Result<Self, StoreError> {
        let progress = Arc::new(Progress {
            begun: AtomicU64::new(1),
            written: AtomicU64::new(1),
            durable: AtomicU64::new(0),
            failed: OnceLock::new(),
        });
        let (waiting, asked) = mpsc::channel();
        let (places, taken) = mpsc::sync_channel(GROUPS_WAITING_MAX);
        let shared = Arc::clone(&progress);
        thread::Builder::new()
            .name("store-disk".into())
            .spawn(move || tell_what_is_durable(&shared, sync, &asked, &taken))
            .map_err(StoreError::fault)?;
        Ok(Self { progress, waiting, places })
    }

    /// Runs `commit`, after which others may see what was written.
    pub(crate) fn committing<T>(&self, commit: impl FnOnce() -> T) -> T {
        let commit_nth = self.progress.begun.fetch_add(1, SeqCst) + 1;
        let _over = Over { disk: self, commit: commit_nth };
        commit()
    }

    /// Tells what a reader saw, as soon as all of it is on the disk.
    pub(crate) fn tell(&self, tell: Tell) {
        self.tell_in_time(tell, false);
    }

    /// Tells what a group of writes has come to, as soon as it is on the disk. Waits if the disk is far behind.
    pub(crate) fn tell_group(&self, tell: Tell) {
        self.tell_in_time(tell, true);
    }

    fn tell_in_time(&self, tell: Tell, is_group: bool) {
        let commit = self.progress.begun.load(SeqCst);
        if self.progress.durable.load(SeqCst) >= commit {
            return tell(self.failure());
        }
        if is_group {
            // Nobody takes places any more: the next line says so.
            let _ = self.places.send(());
        }
        if let Err(mpsc::SendError(Waiting { tell, .. })) = self.waiting.send(Waiting { commit, tell, is_group }) {
            tell(Some(&StoreError::Closed));
        }
    }

    /// Why nothing is believed any more.
    pub(crate) fn failure(&self) -> Option<&StoreError> {
        self.progress.failed.get()
    }
}

/// A commit that is over, however it ended.
struct Over<'d> {
    disk: &'d Disk,
    commit: u64,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.disk.progress.written.store(self.commit, SeqCst);
        if thread::panicking() {
            // Readers may wait for it, and its writer will not come.
            self.disk.tell(Box::new(|_| {}));
        }
    }
}

fn tell_what_is_durable(
    progress: &Progress,
    mut sync: impl FnMut() -> io::Result<()>,
    asked: &mpsc::Receiver<Waiting>,
    places: &mpsc::Receiver<()>,
) {
    let mut waiting: Vec<Waiting> = Vec::new();
    while let Ok(first) = asked.recv() {
        waiting.push(first);
        waiting.extend(asked.try_iter());
        let written = progress.written.load(SeqCst);
        if progress.failed.get().is_none() && written > progress.durable.load(SeqCst) {
            let began = Instant::now();
            if let Err(error) = sync() {
                tracing::error!(%error, "the disk refuses what was written: nothing is kept until a new start");
                let failure = StoreError::fault(format!("the disk refuses what was written: {error}"));
                let _ = progress.failed.set(failure);
            }
            metrics::histogram!("store_fsync_seconds").record(began.elapsed());
            // After a failure too: nothing waits for what will never be.
            progress.durable.store(written, SeqCst);
        }
        // A reader may have seen a commit whose writer is just coming with its own answers.
        let later = waiting.extract_if(.., |one| one.commit > written).collect();
        for Waiting { tell, is_group, .. } in std::mem::replace(&mut waiting, later) {
            tell(progress.failed.get());
            if is_group {
                let _ = places.try_recv();
            }
        }
    }
}

/// Brings the log of an open database (`file` as SQLite names it) to the disk, as far as it is written.
pub(crate) fn log_of(file: &Path) -> Result<impl FnMut() -> io::Result<()> + Send + use<>, StoreError> {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    let path = PathBuf::from(name);
    let open = || {
        // SQLite keeps this file as long as a connection is open. Its name is as new as the file may be.
        let log = OpenOptions::new().write(true).open(&path)?;
        sync_names(&path)?;
        Ok(log)
    };
    let log = open().map_err(|error: io::Error| {
        StoreError::fault(format!("the database's log {} cannot be opened: {error}", path.display()))
    })?;
    Ok(move || log.sync_data())
}

#[cfg(unix)]
fn sync_names(of: &Path) -> io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_names(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc::channel, time::Duration};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// A disk that syncs when it is told to, with that outcome; and what says that it was asked to.
    fn new_disk() -> (Disk, mpsc::Sender<io::Result<()>>, mpsc::Receiver<()>) {
        let (outcome, outcomes) = channel();
        let (asks, asked) = channel();
        let sync = move || {
            asks.send(()).unwrap();
            outcomes.recv().unwrap()
        };
        (Disk::start(sync).unwrap(), outcome, asked)
    }

    /// The same once it has what was there at the start.
    fn disk() -> (Disk, mpsc::Sender<io::Result<()>>, mpsc::Receiver<()>) {
        let (disk, outcome, asked) = new_disk();
        let (tells, told) = channel();
        tell(&disk, "the first", &tells);
        asked.recv_timeout(LONG).unwrap();
        outcome.send(Ok(())).unwrap();
        told.recv_timeout(LONG).unwrap();
        (disk, outcome, asked)
    }

    fn tell(disk: &Disk, name: &'static str, told: &mpsc::Sender<(&'static str, bool)>) {
        let told = told.clone();
        disk.tell(Box::new(move |failed| told.send((name, failed.is_none())).unwrap()));
    }

    /// A process that was killed may have left commits that only the system's memory has.
    #[test]
    fn what_was_there_at_the_start_is_synced_first() {
        let (disk, outcome, asked) = new_disk();
        let (tells, told) = channel();
        tell(&disk, "a read", &tells);
        asked.recv_timeout(LONG).unwrap();
        assert!(told.try_recv().is_err());
        outcome.send(Ok(())).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(("a read", true)));
    }

    /// The writer waits for a slow disk once two of its groups do; readers' answers take none of its places.
    #[test]
    fn the_writer_is_held_back_by_a_slow_disk() {
        let (disk, outcome, asked) = disk();
        let (tells, told) = channel();
        let group = |name| {
            let (disk, tells) = (disk.clone(), tells.clone());
            disk.committing(|| ());
            disk.tell_group(Box::new(move |_| tells.send((name, true)).unwrap()));
        };
        group("first");
        asked.recv_timeout(LONG).unwrap();
        group("second");
        for _ in 0..5 {
            tell(&disk, "a read", &tells);
        }
        std::thread::scope(|scope| {
            let third = scope.spawn(|| group("third"));
            assert!(told.try_recv().is_err());
            outcome.send(Ok(())).unwrap();
            assert_eq!(told.recv_timeout(LONG), Ok(("first", true)));
            outcome.send(Ok(())).unwrap();
            outcome.send(Ok(())).unwrap();
            third.join().unwrap();
        });
        let rest: Vec<_> = (0..7).map(|_| told.recv_timeout(LONG).unwrap().0).collect();
        assert_eq!(rest, ["second", "a read", "a read", "a read", "a read", "a read", "third"]);
    }

    #[test]
    fn a_writer_that_panics_leaves_no_reader_waiting() {
        let (disk, outcome, _asked) = disk();
        let (tells, told) = channel();
        outcome.send(Ok(())).unwrap();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            disk.committing(|| {
                tell(&disk, "who saw it", &tells);
                panic!("at work");
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(told.recv_timeout(LONG), Ok(("who saw it", true)));
    }

    #[test]
    fn what_tells_of_nothing_new_is_told_at_once() {
        let (disk, _outcome, _asked) = disk();
        let (tells, told) = channel();
        tell(&disk, "a read", &tells);
        assert_eq!(told.try_recv(), Ok(("a read", true)));
    }

    #[test]
    fn nobody_is_told_before_the_disk_has_it() {
        let (disk, outcome, asked) = disk();
        let (tells, told) = channel();
        disk.committing(|| ());
        tell(&disk, "the write", &tells);
        asked.recv_timeout(LONG).unwrap();
        tell(&disk, "who may have seen it", &tells);
        assert!(told.try_recv().is_err());
        outcome.send(Ok(())).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(("the write", true)));
        assert_eq!(told.recv_timeout(LONG), Ok(("who may have seen it", true)));
        tell(&disk, "who comes later", &tells);
        assert_eq!(told.try_recv(), Ok(("who comes later", true)));
    }

    #[test]
    fn what_is_committed_during_a_sync_needs_another() {
        let (disk, outcome, asked) = disk();
        let (tells, told) = channel();
        disk.committing(|| ());
        tell(&disk, "the first", &tells);
        asked.recv_timeout(LONG).unwrap();
        disk.committing(|| ());
        tell(&disk, "the second", &tells);
        outcome.send(Ok(())).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(("the first", true)));
        asked.recv_timeout(LONG).unwrap();
        assert!(told.try_recv().is_err());
        outcome.send(Ok(())).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(("the second", true)));
    }

    /// Between its begin and its end, a commit may be seen; only its end can be synced.
    #[test]
    fn who_saw_a_commit_before_its_end_waits_for_it() {
        let (disk, outcome, asked) = disk();
        let (tells, told) = channel();
        disk.committing(|| ());
        tell(&disk, "the first", &tells);
        asked.recv_timeout(LONG).unwrap();
        disk.committing(|| {
            tell(&disk, "who saw the second", &tells);
            outcome.send(Ok(())).unwrap();
            assert_eq!(told.recv_timeout(LONG), Ok(("the first", true)));
        });
        tell(&disk, "the second", &tells);
        asked.recv_timeout(LONG).unwrap();
        assert!(told.try_recv().is_err());
        outcome.send(Ok(())).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(("who saw the second", true)));
        assert_eq!(told.recv_timeout(LONG), Ok(("the second", true)));
    }

    #[test]
    fn a_disk_that_refused_is_not_believed_again() {
        let (disk, outcome, asked) = disk();
        let (tells, told) = channel();
        disk.committing(|| ());
        tell(&disk, "the write", &tells);
        asked.recv_timeout(LONG).unwrap();
        outcome.send(Err(io::Error::other("no space"))).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(("the write", false)));
        disk.committing(|| ());
        tell(&disk, "the next", &tells);
        assert_eq!(told.recv_timeout(LONG), Ok(("the next", false)));
        assert!(disk.failure().is_some());
    }
}
