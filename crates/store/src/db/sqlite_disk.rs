//! Nobody is told of what is not on the disk: answers wait here until an fsync has covered whatever they tell of.
//!
//! SQLite commits into its log without waiting for the disk, and this thread brings the log there: one fsync for all that was
//! committed while the one before it ran, and the writer works on meanwhile. What a power cut can take away was told to
//! nobody.

use std::{
    fs::{File, OpenOptions},
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
    waiting: mpsc::SyncSender<Waiting>,
}

/// Commits are counted from 1.
#[derive(Default)]
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
}

impl Disk {
    /// `sync` brings the log to the disk.
    pub(crate) fn start(sync: impl FnMut() -> io::Result<()> + Send + 'static) -> Result<Self, StoreError> {
        let progress = Arc::new(Progress::default());
        let (waiting, asked) = mpsc::sync_channel(GROUPS_WAITING_MAX);
        let shared = Arc::clone(&progress);
        thread::Builder::new()
            .name("store-disk".into())
            .spawn(move || tell_what_is_durable(&shared, sync, &asked))
            .map_err(StoreError::fault)?;
        Ok(Self { progress, waiting })
    }

    /// Runs `commit`, after which others may see what was written.
    pub(crate) fn committing<T>(&self, commit: impl FnOnce() -> T) -> T {
        let nth = self.progress.begun.fetch_add(1, SeqCst) + 1;
        let done = commit();
        self.progress.written.store(nth, SeqCst);
        done
    }

    /// Tells as soon as everything is on the disk that the caller can have seen or written.
    pub(crate) fn tell(&self, tell: Tell) {
        let commit = self.progress.begun.load(SeqCst);
        if self.progress.durable.load(SeqCst) >= commit {
            tell(self.failure());
        } else if let Err(mpsc::SendError(Waiting { tell, .. })) = self.waiting.send(Waiting { commit, tell }) {
            tell(Some(&StoreError::Closed));
        }
    }

    /// Why nothing is believed any more.
    pub(crate) fn failure(&self) -> Option<&StoreError> {
        self.progress.failed.get()
    }
}

fn tell_what_is_durable(
    progress: &Progress,
    mut sync: impl FnMut() -> io::Result<()>,
    asked: &mpsc::Receiver<Waiting>,
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
        for Waiting { tell, .. } in std::mem::replace(&mut waiting, later) {
            tell(progress.failed.get());
        }
    }
}

/// Brings the log of the database at `path` to the disk, as far as it is written.
pub(crate) fn log_of(path: &Path) -> impl FnMut() -> io::Result<()> + Send + use<> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    let path = PathBuf::from(name);
    let mut log: Option<File> = None;
    move || {
        let log = match &mut log {
            Some(log) => log,
            none => {
                // SQLite keeps this file as long as a connection is open. Its name is as new as the file may be.
                let file = OpenOptions::new().write(true).open(&path)?;
                sync_names(&path)?;
                none.insert(file)
            }
        };
        log.sync_data()
    }
}

#[cfg(unix)]
fn sync_names(of: &Path) -> io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
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
    fn disk() -> (Disk, mpsc::Sender<io::Result<()>>, mpsc::Receiver<()>) {
        let (outcome, outcomes) = channel();
        let (asks, asked) = channel();
        let sync = move || {
            asks.send(()).unwrap();
            outcomes.recv().unwrap()
        };
        (Disk::start(sync).unwrap(), outcome, asked)
    }

    fn tell(disk: &Disk, name: &'static str, told: &mpsc::Sender<(&'static str, bool)>) {
        let told = told.clone();
        disk.tell(Box::new(move |failed| told.send((name, failed.is_none())).unwrap()));
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
