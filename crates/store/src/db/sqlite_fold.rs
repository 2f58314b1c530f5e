//! The write-ahead log is folded into the database file beside the writer, which goes on appending to it.
//!
//! Only when everything is folded does the log begin anew, and while it grows that is never so. So once it has become long,
//! and this thread has just folded nearly all of it, the writer folds the little that is left.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use super::{error::StoreError, sqlite_session::Session};

/// Pages (of 4 KiB) that are worth folding: fewer, and those that are written again and again go to the file each time.
const WORTH_PAGES: u32 = 4_000;
/// A log of so many pages begins anew as soon as it can.
const LONG_PAGES: u32 = 16_000;
/// A log of so many pages (half a gigabyte) waits for nobody any more.
const TOO_LONG_PAGES: u32 = 8 * LONG_PAGES;
/// How often a long log is folded before the writer does the rest: what it appended meanwhile becomes less each time.
const PASSES: u32 = 3;

/// Where the writer asks for folding.
pub(crate) struct Folder {
    /// `None`: it has ended.
    wanted: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    /// How long the log was when folding was last asked for.
    asked_at: u32,
}

/// What the writer has to do itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Nothing,
    /// To fold what is left.
    Rest,
    /// To fold everything and begin the log anew, however long readers keep it waiting.
    Everything,
}

#[derive(Default)]
struct Shared {
    /// Of the log, as of the writer's last commit.
    pages: AtomicU32,
    /// Nearly all is folded, or as much as can be.
    just_folded: AtomicBool,
}

impl Folder {
    /// Folds the log of the database at `path`, which `writer` writes.
    pub(crate) fn start(path: &Path, writer: &mut Session) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let told = Arc::clone(&shared);
        writer.at_each_commit(move |pages| told.pages.store(pages, SeqCst))?;
        let session = Session::open_folder(path)?;
        let (wanted, asked) = mpsc::sync_channel(1);
        let told = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("store-folder".into())
            .spawn(move || fold_when_asked(session, &told, &asked))
            .map_err(StoreError::fault)?;
        Ok(Self { wanted: Some(wanted), thread: Some(thread), shared, asked_at: 0 })
    }

    /// To be asked between transactions.
    pub(crate) fn left_to_the_writer(&mut self) -> Left {
        let pages = self.shared.pages.load(SeqCst);
        // Shorter than before: it began anew.
        self.asked_at = if pages < self.asked_at { 0 } else { self.asked_at };
        if self.shared.just_folded.swap(false, SeqCst) && pages >= LONG_PAGES {
            return if pages >= TOO_LONG_PAGES { Left::Everything } else { Left::Rest };
        }
        if pages - self.asked_at >= WORTH_PAGES
            && let Some(wanted) = &self.wanted
            && wanted.try_send(()).is_ok()
        {
            self.asked_at = pages;
        }
        Left::Nothing
    }

    /// Waits until it is done and folds no more: whoever closes has the log for himself.
    pub(crate) fn end(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been told of, and the writer folds the rest.
            let _ = thread.join();
        }
    }
}

fn fold_when_asked(mut session: Session, shared: &Shared, asked: &mpsc::Receiver<()>) {
    while asked.recv().is_ok() {
        for _ in 0..PASSES {
            if let Err(error) = session.fold() {
                tracing::warn!(%error, "the write-ahead log could not be folded in; the writer does it");
                break;
            }
            if shared.pages.load(SeqCst) < LONG_PAGES {
                break;
            }
        }
        // What was asked for meanwhile is done: the writer shall find nobody at work.
        while asked.try_recv().is_ok() {}
        shared.just_folded.store(true, SeqCst);
    }
}
