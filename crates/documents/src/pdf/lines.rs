//! From pieces of text with their places to lines, and from lines to paragraphs and headings.

use crate::text::tidied;

/// A gap wider than this, of the text's size, parts words.
const WORD_GAP: f64 = 0.17;
/// Pieces whose feet differ by less than this, of the size, stand on one line.
const SAME_LINE: f64 = 0.45;
/// Lines further apart than this, of the size, are of two paragraphs.
const PARAGRAPH_GAP: f64 = 1.65;
/// A line that is so much larger than the most of the text is a heading, if it is short.
const HEADING: f64 = 1.18;
const HEADING_CHARS_MAX: usize = 120;
/// A line that reaches so far into the width goes on in the next one.
const FULL: f64 = 0.75;

/// A piece of text that was shown in one go.
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Where it begins and ends, from the left.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Where its foot is, from below.
    pub(super) foot: f64,
    pub(super) size: f64,
}

#[derive(Debug)]
struct Line {
    text: String,
    from: f64,
    to: f64,
    foot: f64,
    size: f64,
}

/// Everything so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pages: Vec<Vec<Line>>,
    page: Vec<Line>,
    bytes: usize,
}

impl Lines {
    pub(super) fn piece(&mut self, piece: &Piece<'_>) {
        if piece.text.is_empty() {
            return;
        }
        self.bytes += piece.text.len();
        if let Some(line) = self.page.last_mut() {
            let size = line.size.max(piece.size).max(0.1);
            let is_same = (line.foot - piece.foot).abs() < SAME_LINE * size && piece.from > line.to - size;
            if is_same {
                let is_apart = piece.from - line.to > WORD_GAP * size;
                if is_apart && !line.text.ends_with(' ') && !piece.text.starts_with(' ') {
                    line.text.push(' ');
                }
                line.text.push_str(piece.text);
                line.to = piece.to.max(line.to);
                line.size = line.size.max(piece.size);
                return;
            }
        }
        let Piece { from, to, foot, size, .. } = *piece;
        self.page.push(Line { text: piece.text.to_owned(), from, to, foot, size });
    }

    pub(super) fn end_page(&mut self) {
        self.page.retain(|line| !line.text.trim().is_empty());
        if !self.page.is_empty() {
            self.pages.push(std::mem::take(&mut self.page));
        }
    }

    /// How much text there is, in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes
    }

    pub(super) fn finish(mut self) -> String {
        self.end_page();
        let body = self.body_size();
        let mut out = String::new();
        for page in &self.pages {
            write_page(&mut out, page, body);
        }
        tidied(&out)
    }

    /// The size that most of the text has.
    fn body_size(&self) -> f64 {
        let mut sizes: Vec<(f64, usize)> = Vec::new();
        for line in self.pages.iter().flatten() {
            match sizes.iter().position(|(size, _)| (*size - line.size).abs() < 0.3) {
                Some(nth) => sizes[nth].1 += line.text.len(),
                None if sizes.len() < 64 => sizes.push((line.size, line.text.len())),
                None => {}
            }
        }
        sizes.into_iter().max_by_key(|(_, chars)| *chars).map_or(1.0, |(size, _)| size)
    }
}

fn write_page(out: &mut String, page: &[Line], body: f64) {
    let right = page.iter().map(|line| line.to).fold(f64::MIN, f64::max);
    let left = page.iter().map(|line| line.from).fold(f64::MAX, f64::min);
    let mut before: Option<(&Line, bool)> = None;
    for line in page {
        let text = line.text.trim();
        let is_heading = line.size > body * HEADING && text.chars().count() <= HEADING_CHARS_MAX;
        let (text, is_item) = item(text);
        match before {
            None => gap(out, "\n\n"),
            Some((above, was_heading)) => {
                let apart = (above.foot - line.foot).abs() > PARAGRAPH_GAP * line.size.max(above.size)
                    || (above.size - line.size).abs() > 0.15 * line.size;
                let joins = is_heading && was_heading && (above.size - line.size).abs() < 0.3;
                let goes_on = above.to - left > FULL * (right - left) && !is_item;
                if joins {
                    gap(out, " ");
                } else if is_heading || was_heading || apart {
                    gap(out, "\n\n");
                } else if goes_on {
                    join(out, text);
                } else {
                    gap(out, "\n");
                }
            }
        }
        if is_heading && !matches!(before, Some((_, true)) if !out.ends_with('\n')) {
            out.push_str(if line.size > body * 1.6 { "# " } else { "## " });
        } else if is_item {
            out.push_str("- ");
        }
        out.push_str(text);
        before = Some((line, is_heading));
    }
}

/// A bullet becomes the mark of a list.
fn item(text: &str) -> (&str, bool) {
    let rest = text.strip_prefix(['•', '◦', '▪', '●', '‣', '·', '\u{F0B7}']);
    rest.map_or((text, false), |rest| (rest.trim_start(), true))
}

fn gap(out: &mut String, gap: &str) {
    if !out.is_empty() {
        out.push_str(gap);
    }
}

/// A word that was parted at the end of its line is one again.
fn join(out: &mut String, next: &str) {
    let parted = out.strip_suffix('-').is_some_and(|before| before.ends_with(char::is_alphabetic))
        && next.starts_with(char::is_lowercase);
    if parted {
        out.pop();
    } else {
        out.push(' ');
    }
}
