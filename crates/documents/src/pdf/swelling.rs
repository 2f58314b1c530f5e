//! Streams that unpack to far more than they are, found before anybody unpacks them whole.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::{DocumentError, UNPACKED_MAX};

/// A stream's dictionary lies within so many bytes before it.
const DICTIONARY_MAX: usize = 4_096;
/// LZW swells up to some thousand times, and nothing that makes text has used it for twenty years.
const LZW_MAX: usize = 32 << 10;
/// So much is unpacked at a time, and thrown away.
const PIECE: usize = 64 << 10;

/// Unpacks what whoever reads the file may unpack, and keeps nothing of it.
pub(super) fn check(bytes: &[u8], in_time: &dyn Fn() -> bool) -> Result<(), DocumentError> {
    let mut left = UNPACKED_MAX;
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], b"stream") {
        let start = at + found;
        at = start + b"stream".len();
        if bytes[..start].ends_with(b"end") {
            continue;
        }
        let head = &bytes[start.saturating_sub(DICTIONARY_MAX)..start];
        let head = &head[rfind(head, b"obj").unwrap_or(0)..];
        // Nobody here looks at pictures.
        if find(head, b"/Image").is_some() {
            continue;
        }
        let packings = count(head, b"/FlateDecode") + count(head, b"/Fl ") + count(head, b"/LZW");
        if packings > 1 {
            return Err(DocumentError::TooLarge);
        }
        let length = find(&bytes[at..], b"endstream").unwrap_or(bytes.len() - at);
        if find(head, b"/LZW").is_some() && length > LZW_MAX {
            return Err(DocumentError::TooLarge);
        }
        if packings == 1 {
            let data = &bytes[at..];
            let data = data.strip_prefix(b"\r\n").or_else(|| data.strip_prefix(b"\n")).unwrap_or(data);
            let mut unpacked = ZlibDecoder::new(data);
            // A stream that breaks off is as long as it is.
            while let Ok(count) = unpacked.read(&mut piece) {
                if count == 0 {
                    break;
                }
                left = left.checked_sub(count as u64).ok_or(DocumentError::TooLarge)?;
            }
            if !in_time() {
                return Err(DocumentError::TooSlow);
            }
        }
    }
    Ok(())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(what) {
            return Some(at);
        }
        at += 1;
    }
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

fn count(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).filter(|window| *window == what).count()
}
