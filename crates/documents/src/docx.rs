//! Word documents since 2007: a ZIP with XML in it (ECMA-376).

use std::collections::HashMap;
use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::markup::Writer;
use crate::{CHARACTERS_MAX, Content, Document, DocumentError, Format, UNPACKED_MAX};

/// A document has some dozens of parts, and a picture for each.
const ENTRIES_MAX: usize = 10_000;
/// What is read of the parts that say how styles are called and what the title is.
const SIDE_PART_MAX: u64 = 8 << 20;
/// Runs in paragraphs in cells in tables in text boxes.
const DEPTH_MAX: usize = 1_000;
/// So many events between two looks at the time.
const EVENTS_BETWEEN: usize = 4_096;

const DAMAGED: DocumentError = DocumentError::Damaged(Format::Docx);

/// A ZIP, looked into.
pub(crate) struct Packed<'a>(ZipArchive<Cursor<&'a [u8]>>);

/// What is packed.
pub(crate) enum What {
    Word,
    Other(&'static str),
}

impl<'a> Packed<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
        if archive.len() > ENTRIES_MAX {
            return Err(DocumentError::TooLarge);
        }
        Ok(Self(archive))
    }

    pub(crate) fn what(&self) -> What {
        let has = |start: &str| self.0.file_names().flatten().any(|name| name.starts_with(start));
        if has("word/document") {
            What::Word
        } else if has("xl/") {
            What::Other("a spreadsheet (XLSX)")
        } else if has("ppt/") {
            What::Other("a presentation (PPTX)")
        } else if has("META-INF/container.xml") {
            What::Other("an e-book")
        } else if has("content.xml") {
            What::Other("an OpenDocument file")
        } else {
            What::Other("an archive")
        }
    }

    pub(crate) fn read(&mut self, in_time: &dyn Fn() -> bool) -> Result<Document, DocumentError> {
        let styles = self.part("word/styles.xml", SIDE_PART_MAX).and_then(|xml| styles(&xml).ok()).unwrap_or_default();
        let title = self.part("docProps/core.xml", SIDE_PART_MAX).and_then(|xml| title(&xml));
        let entry = self.0.by_name("word/document.xml").map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => DocumentError::Encrypted,
            _ => DAMAGED,
        })?;
        let text = body(Bounded { inner: entry, left: UNPACKED_MAX }, &styles, in_time)?;
        let title = title.or_else(|| text.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned));
        Ok(Document { format: Format::Docx, title, content: Content::Text(text) })
    }

    fn part(&mut self, name: &str, max: u64) -> Option<Vec<u8>> {
        let mut xml = Vec::new();
        self.0.by_name(name).ok()?.take(max).read_to_end(&mut xml).ok()?;
        Some(xml)
    }
}

/// Fails, rather than end, when more comes out than is read of any document.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(into)?;
        self.left =
            self.left.checked_sub(count as u64).ok_or_else(|| std::io::Error::other(DocumentError::TooLarge))?;
        Ok(count)
    }
}

/// Which styles are headings, and of which level. Their names are English whatever the program's language is; their ids are
/// not.
fn styles(xml: &[u8]) -> Result<HashMap<String, usize>, quick_xml::Error> {
    let mut reader = Reader::from_reader(xml);
    let mut levels = HashMap::new();
    let mut style: Option<String> = None;
    loop {
        match reader.read_event()? {
            Event::Start(tag) if local(&tag) == "style" => style = attribute(&tag, "styleId"),
            Event::Start(tag) | Event::Empty(tag) if local(&tag) == "name" => {
                let name = attribute(&tag, "val").unwrap_or_default();
                if let Some((id, level)) = style.clone().zip(level_of(&name)) {
                    levels.insert(id, level);
                }
            }
            Event::Start(tag) | Event::Empty(tag) if local(&tag) == "outlineLvl" => {
                let level = attribute(&tag, "val").and_then(|val| outline(&val));
                if let Some((id, level)) = style.clone().zip(level) {
                    levels.entry(id).or_insert(level);
                }
            }
            Event::Eof => return Ok(levels),
            _ => {}
        }
    }
}

fn level_of(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if name == "title" {
        return Some(1);
    }
    name.strip_prefix("heading ")?.parse().ok()
}

/// Outline levels count from 0, and 9 is the body's text.
fn outline(value: &str) -> Option<usize> {
    let level: usize = value.parse().ok()?;
    (level < 9).then_some(level + 1)
}

fn title(xml: &[u8]) -> Option<String> {
    let mut reader = Reader::from_reader(xml);
    let mut in_title = false;
    let mut title = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => in_title = local(&tag) == "title",
            Event::End(_) if in_title => break,
            Event::Text(text) if in_title => title.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if in_title => title.push_str(&resolved(&reference)),
            Event::Eof => break,
            _ => {}
        }
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}

fn body(xml: impl Read, styles: &HashMap<String, usize>, in_time: &dyn Fn() -> bool) -> Result<String, DocumentError> {
    let mut reader = Reader::from_reader(BufReader::new(xml));
    let mut buffer = Vec::new();
    let mut writer = Writer::default();
    let (mut in_text, mut unread, mut depth, mut events) = (false, 0_usize, 0_usize, 0_usize);
    loop {
        events += 1;
        if events.is_multiple_of(EVENTS_BETWEEN) && !in_time() {
            return Err(DocumentError::TooSlow);
        }
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(fault)? {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(DocumentError::TooDeep);
                }
                if is_unread(local(&tag)) {
                    unread += 1;
                } else if unread == 0 {
                    in_text = local(&tag) == "t";
                    begun(&mut writer, &tag, styles);
                }
            }
            Event::Empty(tag) if unread == 0 => begun(&mut writer, &tag, styles),
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                let name = tag.local_name();
                if is_unread(name.as_ref()) {
                    unread = unread.saturating_sub(1);
                } else if unread == 0 {
                    in_text = false;
                    if name.as_ref() == "tbl" {
                        writer.end_table();
                    }
                }
            }
            Event::Text(text) if in_text && unread == 0 => {
                writer.text(&text.xml10_content());
            }
            Event::GeneralRef(reference) if in_text && unread == 0 => writer.text(&resolved(&reference)),
            Event::Eof if depth > 0 => return Err(DAMAGED),
            Event::Eof => return Ok(writer.finish()),
            _ => {}
        }
        if writer.len() > CHARACTERS_MAX * 4 {
            return Err(DocumentError::TooLong);
        }
    }
}

/// What was struck out, what only programs read, and the second telling of what a text box says.
fn is_unread(name: &str) -> bool {
    matches!(name, "del" | "moveFrom" | "instrText" | "Fallback")
}

fn begun(writer: &mut Writer, tag: &BytesStart<'_>, styles: &HashMap<String, usize>) {
    match local(tag) {
        "p" => writer.block(""),
        "pStyle" => {
            if let Some(level) = attribute(tag, "val").and_then(|id| styles.get(&id).copied()) {
                writer.block(["# ", "## ", "### ", "#### "][level.clamp(1, 4) - 1]);
            }
        }
        "outlineLvl" => {
            if let Some(level) = attribute(tag, "val").and_then(|val| outline(&val)) {
                writer.block(["# ", "## ", "### ", "#### "][level.clamp(1, 4) - 1]);
            }
        }
        "numPr" => writer.block("- "),
        "tab" | "noBreakHyphen" => writer.text(if local(tag) == "tab" { " " } else { "-" }),
        "br" | "cr" => writer.line(),
        "tbl" => writer.table(),
        "tr" => writer.row(),
        "tc" => writer.cell(false),
        _ => {}
    }
}

fn local<'a>(tag: &'a BytesStart<'_>) -> &'a str {
    tag.local_name().into_inner()
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|one| one.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

/// The five names that XML has, and characters by their numbers; nothing that a document declares itself.
pub(crate) fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    match &reference[..] {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

fn fault(error: quick_xml::Error) -> DocumentError {
    match error {
        quick_xml::Error::Io(error)
            if error.get_ref().is_some_and(|inner| inner.downcast_ref() == Some(&DocumentError::TooLarge)) =>
        {
            DocumentError::TooLarge
        }
        _ => DAMAGED,
    }
}
