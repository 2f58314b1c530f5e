//! Tables of values parted by commas or their like: questions with their answers, if there are columns for these; else each
//! row with the names of its columns, so that it can be found and read by itself.

use crate::text::tidied;
use crate::{Content, Document, DocumentError, Format};

/// What a column of questions is called, in lower case.
const QUESTION: [&str; 14] = [
    "question",
    "questions",
    "q",
    "customer question",
    "faq",
    "frage",
    "fragen",
    "pregunta",
    "domanda",
    "pergunta",
    "vraag",
    "pytanie",
    "fråga",
    "soru",
];
/// What a column of answers is called.
const ANSWER: [&str; 15] = [
    "answer",
    "answers",
    "a",
    "reply",
    "response",
    "antwort",
    "antworten",
    "respuesta",
    "réponse",
    "reponse",
    "risposta",
    "resposta",
    "antwoord",
    "odpowiedź",
    "svar",
];
/// So many rows are no document for people.
const ROWS_MAX: usize = 50_000;
const COLUMNS_MAX: usize = 200;
/// So much of a text tells what parts its values.
const LINES_LOOKED_AT: usize = 10;

pub(crate) fn read(text: &str) -> Result<Document, DocumentError> {
    let text = text.trim_start_matches('\u{FEFF}');
    let rows = rows(text)?;
    let Some((first, rest)) = rows.split_first() else { return Err(DocumentError::NoText(Format::Csv)) };
    let content = match columns(first) {
        Some((question, answer)) => Content::Pairs(pairs(rest, question, answer)),
        None if is_header(first) && !rest.is_empty() => Content::Text(labelled(first, rest)),
        None => Content::Text(bare(&rows)),
    };
    Ok(Document { format: Format::Csv, title: None, content })
}

/// Whether a text that nobody called a table is one with columns for questions and answers.
pub(crate) fn is_pairs(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}');
    let Some(first) = text.lines().next() else { return false };
    text.lines().nth(1).is_some()
        && reader(first, delimiter(first)).records().next().and_then(Result::ok).is_some_and(|record| {
            columns(&record.iter().map(|value| value.trim().to_owned()).collect::<Vec<_>>()).is_some()
        })
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

fn rows(text: &str) -> Result<Vec<Vec<String>>, DocumentError> {
    let mut rows = Vec::new();
    for record in reader(text, delimiter(text)).records() {
        let record = record.map_err(|_| DocumentError::Damaged(Format::Csv))?;
        let row: Vec<String> = record.iter().take(COLUMNS_MAX).map(value).collect();
        if row.iter().any(|value| !value.is_empty()) {
            rows.push(row);
        }
        if rows.len() > ROWS_MAX {
            return Err(DocumentError::TooLong);
        }
    }
    Ok(rows)
}

fn value(raw: &str) -> String {
    tidied(raw).trim().to_owned()
}

/// What parts the values: what the first lines have most often, each about the same number of times.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_LOOKED_AT).collect();
    let count = |mark: u8| {
        let outside = |line: &&&str| {
            let mut quoted = false;
            line.bytes()
                .filter(|byte| {
                    quoted ^= *byte == b'"';
                    !quoted && *byte == mark
                })
                .count()
        };
        lines.first().map_or(0, |line| outside(&line))
    };
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

/// Where questions and answers stand.
fn columns(header: &[String]) -> Option<(usize, usize)> {
    let named = |names: &[&str]| {
        header.iter().position(|name| {
            let name = name.to_lowercase();
            let name = name.trim_matches(|c: char| !c.is_alphanumeric());
            names.contains(&name)
        })
    };
    named(&QUESTION).zip(named(&ANSWER)).filter(|(question, answer)| question != answer)
}

fn pairs(rows: &[Vec<String>], question: usize, answer: usize) -> Vec<(String, String)> {
    rows.iter()
        .filter_map(|row| Some((row.get(question)?.clone(), row.get(answer)?.clone())))
        .filter(|(question, answer)| !question.is_empty() && !answer.is_empty())
        .collect()
}

/// The names of columns: all there, all different, none of them a number.
fn is_header(row: &[String]) -> bool {
    let distinct: std::collections::BTreeSet<&String> = row.iter().collect();
    row.len() > 1
        && distinct.len() == row.len()
        && row.iter().all(|value| !value.is_empty() && value.chars().count() <= 60 && !has_number(value))
}

fn has_number(value: &str) -> bool {
    value.chars().next().is_some_and(|c| c.is_ascii_digit())
}

fn labelled(header: &[String], rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| {
        let cells = header.iter().zip(row).filter(|(_, value)| !value.is_empty());
        cells.map(|(name, value)| format!("{name}: {}", one_line(value))).collect::<Vec<_>>().join("; ")
    };
    rows.iter().map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn bare(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| {
        row.iter().filter(|value| !value.is_empty()).map(|value| one_line(value)).collect::<Vec<_>>().join(", ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n\n")
}

fn one_line(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
