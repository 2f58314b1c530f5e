//! PDF (ISO 32000): the syntax is read by `hayro-syntax`, which has bounds on its depth; what the pages say is put together
//! here, from where the glyphs stand.

use std::collections::HashMap;
use std::sync::Arc;

use hayro_syntax::object::ObjectIdentifier;
use hayro_syntax::{LoadPdfError, Pdf};

use crate::{CHARACTERS_MAX, Content, Document, DocumentError, Format, PAGES_MAX};

mod cmap;
mod encoding;
mod font;
mod lines;
mod page;
mod swelling;

/// Fonts that have been read, by their objects: pages share them.
type Fonts = HashMap<ObjectIdentifier, Arc<font::Font>>;

pub(crate) fn read(bytes: &[u8], in_time: &dyn Fn() -> bool) -> Result<Document, DocumentError> {
    swelling::check(bytes, in_time)?;
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => DocumentError::Encrypted,
        LoadPdfError::Invalid => DocumentError::Damaged(Format::Pdf),
    })?;
    let pages = pdf.pages();
    if pages.len() > PAGES_MAX {
        return Err(DocumentError::TooManyPages);
    }
    let mut fonts = Fonts::new();
    let mut lines = lines::Lines::default();
    for page in pages.iter() {
        page::read(page, &mut fonts, &mut lines, in_time)?;
        lines.end_page();
        if lines.len() > CHARACTERS_MAX * 4 {
            return Err(DocumentError::TooLong);
        }
    }
    let title = pdf.metadata().title.as_deref().map(encoding::text_string).filter(|title| is_title(title));
    Ok(Document { format: Format::Pdf, title, content: Content::Text(lines.finish()) })
}

/// Many programs put the name of a file there, or nothing to speak of.
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let named = [".doc", ".docx", ".pdf", ".indd", ".odt", ".rtf", ".txt"].iter().any(|ending| lower.ends_with(ending));
    title.chars().count() > 2 && !named && !lower.starts_with("microsoft word") && !lower.starts_with("untitled")
}
