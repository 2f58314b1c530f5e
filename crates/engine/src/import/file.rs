//! A file that lies in the store piece by piece, read as one. For threads that may wait.

use std::io::{self, Read, Seek, SeekFrom};

use domain::id::{ImportId, TenantId};
use store::import::{self, PART_BYTES};
use store::{Store, TenantTx};
use tokio::runtime::Handle;

/// Keeps one piece at hand.
pub(super) struct StoredFile {
    pub(super) store: Store,
    pub(super) tenant: TenantId,
    pub(super) import: ImportId,
    pub(super) bytes: u64,
    runtime: Handle,
    at: u64,
    piece: Option<(i64, Vec<u8>)>,
}

impl StoredFile {
    /// To be made where the runtime is; read elsewhere.
    pub(super) fn new(store: Store, tenant: TenantId, import: ImportId, bytes: u64) -> Self {
        Self { store, tenant, import, bytes, runtime: Handle::current(), at: 0, piece: None }
    }

    fn piece(&mut self, nth: i64) -> io::Result<&[u8]> {
        if self.piece.as_ref().is_none_or(|(at, _)| *at != nth) {
            let id = self.import;
            let read = self.store.read(self.tenant, async move |tx: &mut TenantTx<'_>| import::part(tx, id, nth).await);
            let piece = self.runtime.block_on(read).map_err(io::Error::other)?;
            self.piece = Some((nth, piece.ok_or(io::ErrorKind::UnexpectedEof)?));
        }
        Ok(self.piece.as_ref().map(|(_, piece)| piece.as_slice()).unwrap_or_default())
    }
}

impl Read for StoredFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.bytes || into.is_empty() {
            return Ok(0);
        }
        let (nth, from) = (self.at / PART_BYTES as u64, self.at % PART_BYTES as u64);
        let piece = self.piece(i64::try_from(nth).map_err(io::Error::other)?)?;
        let left = piece.get(usize::try_from(from).map_err(io::Error::other)?..).unwrap_or_default();
        let length = left.len().min(into.len());
        into[..length].copy_from_slice(&left[..length]);
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for StoredFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
