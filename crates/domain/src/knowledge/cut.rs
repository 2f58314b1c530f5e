//! Cutting a text into passages at its own seams: headings, questions, paragraphs, lines, sentences.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::words::count;

/// The longest passage.
const PASSAGE_WORDS_MAX: usize = 80;
/// A longer line is no question to be answered by the next one, and no heading.
const QUESTION_WORDS_MAX: usize = 30;
const HEADING_WORDS_MAX: usize = 8;
/// Full stops that end no sentence.
const ABBREVIATIONS: [&str; 18] = [
    "a.m", "p.m", "e.g", "i.e", "etc", "st", "rd", "ave", "mr", "mrs", "ms", "dr", "no", "nr", "vs", "approx", "tel",
    "min",
];

/// A piece of a text that says one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The heading above it; empty if there is none.
    pub heading: String,
    /// The question that it answers.
    pub question: Option<String>,
    /// Its words, as they stand.
    pub text: String,
}

impl Chunk {
    /// The text whose embedding stands for the chunk. `title` is its source's.
    #[must_use]
    pub fn to_embed(&self, title: &str) -> String {
        let heading = if self.heading.is_empty() { title } else { &self.heading };
        let parts = [heading, self.question.as_deref().unwrap_or_default(), &self.text];
        let mut text = String::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !text.is_empty() {
                text.push_str(if text.ends_with(['.', '?', '!', ':']) { " " } else { ". " });
            }
            text.push_str(part);
        }
        text
    }
}

/// The chunks of a plain text or Markdown, in order, each of at most 80 words. `Q:`/`A:` pairs, and question lines with their
/// answers after them, are kept together.
#[must_use]
pub fn cut(text: &str) -> Vec<Chunk> {
    let mut cutter = Cutter::default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (i, line) in lines.iter().enumerate() {
        cutter.line(line, lines[i + 1..].iter().copied());
    }
    cutter.end();
    cutter.cuts
}

/// Where the sentences are. Line ends part sentences too.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let full_stop = matches!(c, '!' | '?' | '…') || (c == '.' && !is_abbreviation(&text[start..at]));
        if c == '\n' || matches!(c, '。' | '！' | '？' | '।' | '۔' | '؟') || (full_stop && next.is_whitespace())
        {
            push_trimmed(&mut ranges, text, start..end);
            start = end;
        }
    }
    push_trimmed(&mut ranges, text, start..text.len());
    ranges
}

#[derive(Default)]
struct Cutter {
    cuts: Vec<Chunk>,
    heading: String,
    question: Option<String>,
    lines: Vec<String>,
}

impl Cutter {
    fn line<'a>(&mut self, line: &str, rest: impl Iterator<Item = &'a str> + Clone) {
        if let Some(heading) = heading(line) {
            self.end();
            heading.clone_into(&mut self.heading);
        } else if let Some(question) = question(line, rest) {
            self.end();
            self.question = Some(question.to_owned());
        } else if line.is_empty() {
            // A blank line between a question and its answer belongs to neither.
            if !self.lines.is_empty() {
                self.end();
            }
        } else {
            let first_of_answer = self.question.is_some() && self.lines.is_empty();
            let line = if first_of_answer { answer(line).unwrap_or(line) } else { line };
            self.lines.push(bullet(line).to_owned());
            // `Opening hours:` stays in its passage, and tells of the next ones too.
            if line.ends_with(':')
                && self.lines.len() == 1
                && count(line) <= HEADING_WORDS_MAX
                && self.question.is_none()
            {
                line.clone_into(&mut self.heading);
            }
        }
    }

    /// Turns what was gathered into passages.
    fn end(&mut self) {
        let mut question = self.question.take();
        if self.lines.is_empty() {
            // A question that nothing answers is a text like any other.
            self.lines.extend(question.take());
        }
        let mut text = String::new();
        let mut texts = Vec::new();
        for line in std::mem::take(&mut self.lines) {
            let whole = count(&line) <= PASSAGE_WORDS_MAX;
            let pieces = if whole { vec![line.clone()] } else { pieces_of_long_line(&line) };
            for (i, piece) in pieces.iter().enumerate() {
                if !text.is_empty() && count(&text) + count(piece) > PASSAGE_WORDS_MAX {
                    texts.push(std::mem::take(&mut text));
                }
                if !text.is_empty() {
                    text.push(if i == 0 { '\n' } else { ' ' });
                }
                text.push_str(piece);
            }
        }
        texts.push(text);
        let (heading, cuts) = (&self.heading, &mut self.cuts);
        cuts.extend(texts.into_iter().filter(|text| !text.is_empty()).map(|text| Chunk {
            heading: heading.clone(),
            question: question.clone(),
            text,
        }));
    }
}

/// Sentences; one without end is cut after every 80 words.
fn pieces_of_long_line(line: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for range in sentences(line) {
        let words: Vec<&str> = line[range].split_whitespace().collect();
        pieces.extend(words.chunks(PASSAGE_WORDS_MAX).map(|words| words.join(" ")));
    }
    pieces
}

/// A Markdown heading's words.
fn heading(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?.trim_start_matches('#');
    rest.starts_with(' ').then(|| rest.trim().trim_end_matches('#').trim())
}

/// The question, if this line asks one that the text answers: it is marked `Q:`, or it ends with a question mark and
/// the next line is there and asks nothing.
fn question<'a, 'b>(line: &'a str, mut rest: impl Iterator<Item = &'b str> + Clone) -> Option<&'a str> {
    if let Some(question) = marked(line, &["q", "question", "frage", "p", "pregunta"]) {
        return Some(question);
    }
    let line = bullet(line.trim_matches('*'));
    let asks = |line: &str| line.trim_end_matches(['*', '_']).ends_with(['?', '？', '؟']);
    let short = count(line) <= QUESTION_WORDS_MAX;
    let mut answered = || match rest.next() {
        Some("") => rest.find(|line| !line.is_empty()).is_some_and(|line| answer(line).is_some()),
        Some(next) => !asks(next) && heading(next).is_none(),
        None => false,
    };
    (asks(line) && short && answered()).then_some(line)
}

/// The answer, if this line is marked as one.
fn answer(line: &str) -> Option<&str> {
    marked(line, &["a", "answer", "antwort", "r", "respuesta"])
}

/// What follows `Q:`, `Q.`, `Q1:`, `**Q:**` and the like.
fn marked<'a>(line: &'a str, marks: &[&str]) -> Option<&'a str> {
    let line = bullet(line.trim_matches(['*', '_']));
    let end = line.find([':', '.', ')'])?;
    let mark = line[..end].trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ').to_lowercase();
    let rest = line[end + 1..].trim_start_matches(['*', '_']);
    let apart = line[end..].starts_with(':') || rest.starts_with(' ');
    (marks.contains(&mark.as_str()) && apart && !rest.trim().is_empty()).then(|| rest.trim())
}

/// A line without its list mark.
fn bullet(line: &str) -> &str {
    ["- ", "* ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim()
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', '\n', '(']).next().unwrap_or_default().to_lowercase();
    ABBREVIATIONS.contains(&word.as_str()) || (word.chars().count() == 1 && word.chars().all(char::is_alphabetic))
}

fn push_trimmed(ranges: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let words = &text[range.clone()];
    let start = range.start + words.len() - words.trim_start().len();
    let end = start + words.trim().len();
    if start < end {
        ranges.push(start..end);
    }
}
