//! The ZIP around a workbook: which parts it has, and where they stand.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::unpacked::Unpacked;
use super::{SheetError, book};

/// A workbook has some dozens of parts, and a picture for each.
const ENTRIES_MAX: usize = 10_000;
/// What may be read to learn which parts there are, in bytes: a list of more parts than that is a trap.
const DIRECTORY_MAX: u64 = 4 << 20;

/// Where a part stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    pub(super) is_deflated: bool,
}

pub(super) struct Package {
    parts: HashMap<String, Place>,
}

impl Package {
    pub(super) fn open<R: Read + Seek>(reader: R) -> Result<(Self, R), SheetError> {
        let mut archive = ZipArchive::new(Limited { inner: reader, left: DIRECTORY_MAX }).map_err(fault)?;
        if archive.len() > ENTRIES_MAX {
            return Err(SheetError::NotATable("an archive"));
        }
        if let Some(error) = other(&archive) {
            return Err(error);
        }
        let mut parts = HashMap::new();
        for at in 0..archive.len() {
            let entry = archive.by_index_raw(at).map_err(fault)?;
            let name = entry.name().map_err(fault)?.into_owned();
            if !name.ends_with(".xml") && !name.ends_with(".rels") {
                continue;
            }
            if entry.encrypted() {
                return Err(SheetError::Locked);
            }
            let is_deflated = match entry.compression() {
                CompressionMethod::Deflated => true,
                CompressionMethod::Stored => false,
                _ => return Err(SheetError::Damaged),
            };
            let start = entry.data_start().ok_or(SheetError::Damaged)?;
            let place = Place { start, packed: entry.compressed_size(), unpacked: entry.size(), is_deflated };
            parts.insert(name, place);
        }
        Ok((Self { parts }, archive.into_inner().inner))
    }

    pub(super) fn place(&self, name: &str) -> Option<Place> {
        self.parts.get(name).copied()
    }

    /// A part that fits into memory; `None`: there is no such part, or it is too large for what it is.
    pub(super) fn small<R: Read + Seek>(&self, reader: &mut R, name: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(place) = self.place(name) else { return Ok(None) };
        let mut xml = Vec::new();
        let count = Unpacked::open(reader, place)?.take(book::PART_MAX + 1).read_to_end(&mut xml)?;
        Ok((count as u64 <= book::PART_MAX).then_some(xml))
    }
}

/// Something else that is packed so.
fn other<R: Read + Seek>(archive: &ZipArchive<R>) -> Option<SheetError> {
    let has = |start: &str| archive.file_names_raw().any(|name| name.starts_with(start.as_bytes()));
    if has("xl/workbook.bin") {
        Some(SheetError::OtherSpreadsheet("a binary workbook (XLSB)"))
    } else if has("xl/") {
        None
    } else if has("Index/") && (has("Data/") || has("Metadata/")) {
        Some(SheetError::OtherSpreadsheet("a sheet of Apple's Numbers"))
    } else if has("word/") {
        Some(SheetError::NotATable("a Word document (DOCX)"))
    } else if has("ppt/") {
        Some(SheetError::NotATable("a presentation (PPTX)"))
    } else if has("META-INF/container.xml") {
        Some(SheetError::NotATable("an e-book"))
    } else if has("content.xml") {
        Some(SheetError::OtherSpreadsheet("an OpenDocument file (ODS)"))
    } else {
        Some(SheetError::NotATable("an archive: unpack it first"))
    }
}

pub(super) fn fault(error: ZipError) -> SheetError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => SheetError::Locked,
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof && error.get_ref().is_none() => {
            SheetError::Unreadable(error)
        }
        _ => SheetError::Damaged,
    }
}

/// Fails when more is read than a list of parts can be.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::other("too many parts"))?;
        Ok(count)
    }
}

impl<R: Seek> Seek for Limited<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
