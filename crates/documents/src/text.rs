//! Plain text and Markdown: what is there is what is read, tidied.

use crate::{Content, Document, Format};

pub(crate) fn plain(text: &str) -> Document {
    Document { format: Format::Text, title: None, content: Content::Text(tidied(text)) }
}

pub(crate) fn markdown(text: &str) -> Document {
    let text = tidied(without_front_matter(text));
    let title = text.lines().find_map(|line| line.strip_prefix("# ")).map(|title| title.trim().to_owned());
    Document { format: Format::Markdown, title: title.filter(|title| !title.is_empty()), content: Content::Text(text) }
}

/// Settings that a site's generator reads, between two lines of dashes at the top.
fn without_front_matter(text: &str) -> &str {
    let text = text.trim_start_matches('\u{FEFF}');
    let Some(rest) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else { return text };
    match rest.find("\n---") {
        Some(end) => rest[end + 4..].trim_start_matches('-'),
        None => text,
    }
}

/// One kind of line end, no trailing space, no more than one empty line in a row, and nothing that no text has.
pub(crate) fn tidied(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    let text = text.replace("\r\n", "\n");
    for line in text.split(['\n', '\r', '\u{C}', '\u{2028}', '\u{2029}']) {
        let start = out.len();
        out.extend(line.chars().filter(|c| !is_noise(*c)).map(|c| if c == '\u{A0}' { ' ' } else { c }));
        let kept = out[start..].trim_end().len();
        out.truncate(start + kept);
        if kept == 0 {
            empty += 1;
            if empty > 1 {
                continue;
            }
        } else {
            empty = 0;
        }
        out.push('\n');
    }
    let end = out.trim_end().len();
    out.truncate(end);
    let start = out.len() - out.trim_start_matches('\n').len();
    out.split_off(start)
}

/// Control characters, the byte order mark, soft hyphens and widthless spaces.
fn is_noise(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{FEFF}' | '\u{AD}' | '\u{200B}' | '\u{2060}')
}
