//! Copying a SQLite database while it is in use.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, backup::Backup};

use crate::StoreError;

/// Pages of one step; between steps the writer goes on.
const PAGES_PER_STEP: i32 = 256;
const PAUSE: Duration = Duration::from_millis(5);

/// Why no copy was made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has tools of its own.
    #[error("only a SQLite database can be copied so: use pg_dump for PostgreSQL")]
    NotSqlite,
    /// A copy that is there already may be the only good one.
    #[error("{0} exists already: choose another name, or move it away")]
    Exists(PathBuf),
    /// The copying failed.
    #[error("the copy could not be made")]
    Failed(#[source] StoreError),
}

/// Copies the database at `url` to the new file `target`, consistent as of the end of the copying, and answers its size in
/// bytes. Others may read and write meanwhile. Blocks: call it where blocking is allowed.
///
/// # Errors
/// See [`BackupError`].
pub fn copy(url: &str, target: &Path) -> Result<u64, BackupError> {
    let path = url.strip_prefix("sqlite://").ok_or(BackupError::NotSqlite)?;
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    // Written beside and renamed when complete: a half copy never has the name of a whole one.
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = PathBuf::from(unfinished);
    let copied = copy_to(path, &unfinished).and_then(|()| {
        std::fs::rename(&unfinished, target).map_err(StoreError::fault)?;
        Ok(std::fs::metadata(target).map_err(StoreError::fault)?.len())
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    copied.map_err(BackupError::Failed)
}

fn copy_to(path: &str, target: &Path) -> Result<(), StoreError> {
    let from = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(StoreError::fault)?;
    let _ = std::fs::remove_file(target);
    let mut to = Connection::open(target).map_err(StoreError::fault)?;
    Backup::new(&from, &mut to)
        .and_then(|backup| backup.run_to_completion(PAGES_PER_STEP, PAUSE, None))
        .map_err(StoreError::fault)?;
    to.close().map_err(|(_, error)| StoreError::fault(error))
}
