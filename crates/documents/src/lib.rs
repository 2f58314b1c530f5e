//! Bytes of a file or a page, read as text: what they are is told by themselves, not by their name. Pure: no file, no
//! network, no clock; whoever calls says when it has taken too long.
//!
//! What comes in is made by strangers. Everything is bounded ([`CHARACTERS_MAX`], [`UNPACKED_MAX`], [`PAGES_MAX`]), nothing
//! recurses with the depth of a document, and what cannot be read says why ([`DocumentError`]). Lists of people, which may be
//! of any length, are read row by row: [`sheet`].

mod docx;
mod error;
mod html;
mod markup;
mod pdf;
pub mod robots;
pub mod sheet;
pub mod sitemap;
mod sniff;
mod table;
mod text;

pub use error::DocumentError;

use sniff::Sniffed;

/// More text than this is a library, not a document.
pub const CHARACTERS_MAX: usize = 1_000_000;
/// What a packed file may unpack to, in bytes.
pub const UNPACKED_MAX: u64 = 64 << 20;
/// Pages of a PDF that are read.
pub const PAGES_MAX: usize = 1_000;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Portable Document Format.
    Pdf,
    /// Word, since 2007.
    Docx,
    /// A web page.
    Html,
    /// Text with marks.
    Markdown,
    /// Text.
    Text,
    /// Rows of values.
    Csv,
}

impl Format {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Csv => "csv",
        }
    }

    /// What it is, for people.
    const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "a PDF",
            Self::Docx => "a Word document (DOCX)",
            Self::Html => "a web page",
            Self::Markdown => "Markdown",
            Self::Text => "plain text",
            Self::Csv => "a table (CSV)",
        }
    }
}

/// What is said of the bytes by whoever brings them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// The file's name: an ending that we know must be true.
    pub file_name: Option<&'a str>,
    /// The content type; only its character set and the words for Markdown and tables count.
    pub content_type: Option<&'a str>,
}

/// A document that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub format: Format,
    /// What it calls itself.
    pub title: Option<String>,
    /// What it says.
    pub content: Content,
}

/// What a document says.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, with its headings and lists as Markdown has them.
    Text(String),
    /// Questions with their answers, from a table that has columns for them.
    Pairs(Vec<(String, String)>),
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("format", &self.format).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(&text.len()).finish(),
            Self::Pairs(pairs) => f.debug_tuple("Pairs").field(&pairs.len()).finish(),
        }
    }
}

/// Reads a document. `in_time` is asked now and then: once it says no, the document has taken too long.
///
/// # Errors
/// When there is no text in it that can be read, and why.
pub fn read(bytes: &[u8], said: &Said<'_>, in_time: &dyn Fn() -> bool) -> Result<Document, DocumentError> {
    if bytes.is_empty() {
        return Err(DocumentError::Empty);
    }
    let named = said.file_name.and_then(sniff::by_name);
    let document = match sniff::sniff(bytes, said) {
        Sniffed::Pdf => agrees(named, Format::Pdf).and_then(|()| pdf::read(bytes, in_time))?,
        Sniffed::Zip => {
            let mut packed = docx::Packed::open(bytes)?;
            match packed.what() {
                docx::What::Word => agrees(named, Format::Docx).and_then(|()| packed.read(in_time))?,
                docx::What::Other(what) => return Err(strange(named, what)),
            }
        }
        Sniffed::Known(what) => return Err(strange(named, what)),
        Sniffed::Text(text) => match named {
            Some(packed @ (Format::Pdf | Format::Docx)) => return Err(mismatch(packed, "plain text")),
            named => textual(text, named, said)?,
        },
    };
    bounded(document)
}

fn textual(text: String, named: Option<Format>, said: &Said<'_>) -> Result<Document, DocumentError> {
    if named == Some(Format::Html) || sniff::is_html(&text) {
        return html::read(&text);
    }
    let declared = said.content_type.and_then(sniff::by_content_type);
    match named.or(declared) {
        Some(Format::Csv) => table::read(&text),
        Some(Format::Markdown) => Ok(text::markdown(&text)),
        _ if table::is_pairs(&text) => table::read(&text),
        _ => Ok(text::plain(&text)),
    }
}

fn agrees(named: Option<Format>, found: Format) -> Result<(), DocumentError> {
    match named {
        Some(named) if named != found => Err(mismatch(named, found.name())),
        _ => Ok(()),
    }
}

fn mismatch(named: Format, found: &'static str) -> DocumentError {
    DocumentError::NotWhatItSays { said: named.name(), found }
}

fn strange(named: Option<Format>, found: &'static str) -> DocumentError {
    match named {
        Some(named) => mismatch(named, found),
        None => DocumentError::Unsupported(found),
    }
}

/// Something in it, and not too much.
fn bounded(document: Document) -> Result<Document, DocumentError> {
    let (characters, is_empty) = match &document.content {
        Content::Text(text) => (text.chars().count(), !text.chars().any(char::is_alphanumeric)),
        Content::Pairs(pairs) => {
            (pairs.iter().map(|(q, a)| q.chars().count() + a.chars().count()).sum(), pairs.is_empty())
        }
    };
    if is_empty {
        return Err(DocumentError::NoText(document.format));
    }
    if characters > CHARACTERS_MAX {
        return Err(DocumentError::TooLong);
    }
    Ok(document)
}

#[cfg(test)]
mod tests;
