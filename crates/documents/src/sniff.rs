//! What bytes are, by themselves.

use crate::{Format, Said};

/// What bytes turned out to be.
pub(crate) enum Sniffed {
    Pdf,
    /// A packed file: what is in it tells.
    Zip,
    /// Something that has no text for us.
    Known(&'static str),
    /// Text, decoded.
    Text(String),
}

/// How far into a file a PDF may begin (ISO 32000-1, annex H.3, note 13).
const PDF_WITHIN: usize = 1024;
/// How much of a text is looked at to tell whether it is one, and in which character set.
const LOOKED_AT: usize = 64 << 10;

pub(crate) fn sniff(bytes: &[u8], said: &Said<'_>) -> Sniffed {
    if let Some(what) = binary(bytes) {
        return Sniffed::Known(what);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Sniffed::Zip;
    }
    let head = &bytes[..bytes.len().min(PDF_WITHIN)];
    let within = head.windows(5).position(|window| window == b"%PDF-");
    // A text may speak of such things, but has no objects.
    let has_objects = || bytes.windows(6).any(|window| window == b"endobj");
    if within.is_some_and(|at| head[..at].trim_ascii().is_empty() || has_objects()) {
        return Sniffed::Pdf;
    }
    let charset = said.content_type.and_then(charset);
    match decoded(bytes, charset) {
        Some(text) => Sniffed::Text(text),
        None if within.is_some() => Sniffed::Pdf,
        None => Sniffed::Known("no document that we know"),
    }
}

pub(crate) fn binary(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', ..]
        | [0xFF, 0xD8, 0xFF, ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'I', b'I', b'*', 0, ..]
        | [b'M', b'M', 0, b'*', ..] => "a picture",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "a picture",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a video or a picture",
        [b'I', b'D', b'3', ..] | [b'O', b'g', b'g', b'S', ..] | [b'f', b'L', b'a', b'C', ..] => "a sound",
        [b'R', b'I', b'F', b'F', ..] => "a sound or a video",
        // The compound files of Office before 2007; a locked DOCX is one, too ([MS-CFB] 2.2).
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "a file of an old Office (DOC, XLS or PPT), or one that is locked",
        [b'{', b'\\', b'r', b't', b'f', ..] => "a rich text (RTF)",
        [0x1F, 0x8B, ..] | [b'7', b'z', 0xBC, 0xAF, ..] | [b'R', b'a', b'r', b'!', ..] => "an archive",
        [b'B', b'Z', b'h', b'1'..=b'9', ..] | [0xFD, b'7', b'z', b'X', b'Z', ..] => "an archive",
        [b'M', b'Z', ..] if bytes.contains(&0) => "a program",
        [0x7F, b'E', b'L', b'F', ..] => "a program",
        [b'S', b'Q', b'L', b'i', b't', b'e', ..] => "a database",
        _ => return None,
    })
}

/// Decodes text. What it is in is told by its first bytes, by whoever sent it, or guessed. `None`: it is no text.
pub(crate) fn decoded(bytes: &[u8], charset: Option<&'static encoding_rs::Encoding>) -> Option<String> {
    let (encoding, at) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (charset.or_else(|| utf_16(bytes)).unwrap_or_else(|| guessed(bytes)), 0),
    };
    let (text, _) = encoding.decode_without_bom_handling(&bytes[at..]);
    if !is_text(&text) {
        return None;
    }
    Some(text.into_owned())
}

/// Text of Western letters in UTF-16 has every other byte zero, mark or no mark.
pub(crate) fn utf_16(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = &bytes[..bytes.len().min(LOOKED_AT) & !1];
    if head.len() < 4 {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 > half * 4 && even * 50 < half {
        Some(encoding_rs::UTF_16LE)
    } else if even * 10 > half * 4 && odd * 50 < half {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    }
}

fn guessed(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return encoding_rs::UTF_8;
    }
    let head = &bytes[..bytes.len().min(LOOKED_AT)];
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(head, head.len() == bytes.len());
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// Hardly any character that no text has.
pub(crate) fn is_text(text: &str) -> bool {
    let (mut strange, mut all) = (0_usize, 0_usize);
    for c in text.chars().take(LOOKED_AT) {
        all += 1;
        strange += usize::from(c == '\u{FFFD}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{C}')));
    }
    strange <= 1 + all / 50
}

/// The character set that a content type names.
fn charset(content_type: &str) -> Option<&'static encoding_rs::Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset=")?;
    let label = rest.split([';', ' ']).next()?.trim_matches(['"', '\'']);
    encoding_rs::Encoding::for_label(label.as_bytes())
}

/// What a file's name claims, if it ends like something that we know.
pub(crate) fn by_name(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "pdf" => Format::Pdf,
        "docx" => Format::Docx,
        "html" | "htm" | "xhtml" => Format::Html,
        "md" | "markdown" => Format::Markdown,
        "txt" | "text" => Format::Text,
        "csv" | "tsv" => Format::Csv,
        _ => return None,
    })
}

/// Which kind of text a content type names.
pub(crate) fn by_content_type(content_type: &str) -> Option<Format> {
    match content_type.split(';').next()?.trim().to_ascii_lowercase().as_str() {
        "text/csv" | "text/tab-separated-values" => Some(Format::Csv),
        "text/markdown" | "text/x-markdown" => Some(Format::Markdown),
        _ => None,
    }
}

/// Whether a text begins like a page of the web (mimesniff.spec.whatwg.org, "text/html" and its kin).
pub(crate) fn is_html(text: &str) -> bool {
    const BEGINNINGS: [&str; 14] = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<meta",
        "<script",
        "<style",
        "<iframe",
        "<h1",
        "<div",
        "<table",
        "<p>",
        "<main",
    ];
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    // Comments and an XML declaration may stand before it.
    for _ in 0..8 {
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else if rest.starts_with("<?xml") {
            rest.find("?>").map(|at| at + 2)
        } else {
            None
        };
        match end {
            Some(end) => rest = rest[end..].trim_start(),
            None => break,
        }
    }
    let starts = |start: &&str| rest.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    BEGINNINGS.iter().any(starts)
}
