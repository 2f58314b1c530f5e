//! Which character set a text is in.

use std::io::{Read, Seek, SeekFrom};

use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE};

use super::SheetError;
use super::kind::read_at;
use crate::sniff;

/// So much of a text tells its character set.
pub(super) const LOOKED_AT: usize = 64 << 10;

/// The character set, and how many bytes of the file are its mark.
///
/// Letters outside ASCII tell, wherever the first of them stands: a file is looked through for it, and what follows it is
/// judged. So a name with an accent in row 300,000 is read as well as one in the first.
pub(super) fn of(reader: &mut (impl Read + Seek), asked: Option<&str>) -> Result<(&'static Encoding, u64), SheetError> {
    let head = read_at(reader, 0, LOOKED_AT)?;
    let marked = Encoding::for_bom(&head);
    if let Some(name) = asked {
        // Those that shift between sets of letters cannot be cut at a comma.
        let known = Encoding::for_label(name.as_bytes()).filter(|known| known.is_ascii_compatible() || is_wide(known));
        let encoding = known.ok_or_else(|| SheetError::UnknownEncoding(name.to_owned()))?;
        let mark = marked.filter(|(by_mark, _)| *by_mark == encoding).map_or(0, |(_, length)| length);
        return Ok((encoding, mark as u64));
    }
    if let Some((encoding, length)) = marked {
        return Ok((encoding, length as u64));
    }
    if let Some(wide) = sniff::utf_16(&head) {
        return Ok((wide, 0));
    }
    Ok((narrow(&letters(reader, head)?), 0))
}

pub(super) fn is_wide(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// A piece of the file that begins with its first letter outside ASCII; nothing, if it has none.
fn letters(reader: &mut (impl Read + Seek), head: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let (mut piece, mut from) = (head, 0);
    while !piece.is_empty() {
        if let Some(at) = piece.iter().position(|byte| !byte.is_ascii()) {
            return read_at(reader, from + at as u64, LOOKED_AT);
        }
        from += piece.len() as u64;
        reader.seek(SeekFrom::Start(from))?;
        piece.clear();
        reader.by_ref().take(LOOKED_AT as u64).read_to_end(&mut piece)?;
    }
    Ok(piece)
}

/// The character set of text whose letters take one byte, or more if they are not Western.
fn narrow(letters: &[u8]) -> &'static Encoding {
    // One broken letter makes no other character set: some programs cut a value in the middle of one.
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for piece in letters.utf8_chunks() {
        whole += piece.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!piece.invalid().is_empty());
    }
    // The piece may end within a letter.
    if letters.is_empty() || whole >= broken.saturating_sub(1) * 10 && whole > 0 {
        return UTF_8;
    }
    if is_old_mac(letters) {
        return MACINTOSH;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(letters, letters.len() < LOOKED_AT);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

/// Excel's "CSV (Macintosh)" ends its lines with CR alone, and most of its letters stand where the sets of Windows have
/// marks that nobody writes in a name.
fn is_old_mac(letters: &[u8]) -> bool {
    let count = |wanted: fn(&u8) -> bool| letters.iter().filter(|byte| wanted(byte)).count();
    let (low, all) = (count(|byte| (0x80..=0x9F).contains(byte)), count(|byte| !byte.is_ascii()));
    letters.contains(&b'\r') && !letters.contains(&b'\n') && low * 2 > all
}
