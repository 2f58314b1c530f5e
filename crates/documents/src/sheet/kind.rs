//! What a file is, by its first bytes.

use std::io::{Read, Seek, SeekFrom};

use super::SheetError;
use crate::sniff;

/// So many bytes tell.
const HEAD: usize = 4 << 10;

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A ZIP; what is in it tells whether it is a workbook.
    Workbook,
    /// Perhaps text.
    Text,
}

/// What the file is. It may stand anywhere before and after.
pub(super) fn of(reader: &mut (impl Read + Seek)) -> Result<Kind, SheetError> {
    let head = read_at(reader, 0, HEAD)?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Workbook);
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return Err(compound(reader, &head)?);
    }
    if head.starts_with(b"%PDF-") {
        return Err(SheetError::NotATable("a PDF"));
    }
    match sniff::binary(&head) {
        Some(what) => Err(SheetError::NotATable(what)),
        None => Ok(Kind::Text),
    }
}

/// Files of Office before 2007, and locked ones since: a small file system whose directory names what is in it
/// ([MS-CFB] 2.2 for the header's fields, 2.6.1 for the names in UTF-16).
fn compound(reader: &mut (impl Read + Seek), head: &[u8]) -> Result<SheetError, SheetError> {
    let shift = u32::from(u16_at(head, 30));
    let sector = u64::from(u32_at(head, 48));
    let directory = match shift {
        9 | 12 => read_at(reader, (sector + 1) << shift, HEAD)?,
        _ => Vec::new(),
    };
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory.windows(wide.len()).any(|window| window == wide)
    };
    Ok(if names("EncryptedPackage") {
        SheetError::Locked
    } else if names("WordDocument") || names("PowerPoint Document") {
        SheetError::NotATable("a document of an old Office (DOC or PPT)")
    } else {
        SheetError::OtherSpreadsheet("a workbook of an old Excel (XLS)")
    })
}

/// What text that is no table turns out to be.
pub(super) fn markup(text: &str) -> Option<SheetError> {
    let start = text.trim_start_matches('\u{FEFF}').trim_start();
    let begins = |with: &str| start.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    if sniff::is_html(start) {
        return Some(SheetError::Markup("a web page"));
    }
    if begins("<?xml") || begins("<workbook") {
        return Some(SheetError::Markup("XML"));
    }
    if begins("BEGIN:VCARD") {
        return Some(SheetError::NotATable("a file of contact cards (VCF)"));
    }
    let dense: String = start.chars().filter(|c| !c.is_whitespace()).take(3).collect();
    if dense.starts_with("{\"") || dense.starts_with("[{\"") || dense.starts_with("[[\"") {
        return Some(SheetError::NotATable("JSON"));
    }
    None
}

/// Up to `count` bytes from there.
pub(super) fn read_at(reader: &mut (impl Read + Seek), from: u64, count: usize) -> std::io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(count);
    reader.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}
