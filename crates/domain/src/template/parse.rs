//! A template as it is written, read.

use std::str::FromStr;

use super::fault::{Fault, FaultKind, nearest};
use super::{CHARS_MAX, How, Part, Place, Template};
use crate::field::is_key;

impl FromStr for Template {
    type Err = Fault;

    /// Reads it.
    ///
    /// # Errors
    /// The first fault, with its place and its mend.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let chars: Vec<char> = text.chars().collect();
        if chars.len() > CHARS_MAX {
            return Err(Fault { at: CHARS_MAX + 1, kind: FaultKind::TooLong });
        }
        let (mut parts, mut words, mut i) = (Vec::new(), String::new(), 0);
        while let Some(&c) = chars.get(i) {
            match (c, chars.get(i + 1)) {
                ('{', Some('{')) | ('}', Some('}')) => {
                    words.push(c);
                    i += 2;
                }
                ('}', _) => return Err(Fault { at: i + 1, kind: FaultKind::Stray }),
                ('{', _) => {
                    let inside = chars[i + 1..].iter().take_while(|c| !matches!(c, '{' | '}')).count();
                    let end = i + 1 + inside;
                    if chars.get(end) != Some(&'}') {
                        return Err(Fault { at: i + 1, kind: FaultKind::Unclosed });
                    }
                    if !words.is_empty() {
                        parts.push(Part::Words(std::mem::take(&mut words)));
                    }
                    let inside: String = chars[i + 1..end].iter().collect();
                    parts.push(Part::Place(place(i + 1, &inside)?));
                    i = end + 1;
                }
                _ => {
                    words.push(c);
                    i += 1;
                }
            }
        }
        if !words.is_empty() {
            parts.push(Part::Words(words));
        }
        Ok(Self { parts })
    }
}

fn place(at: usize, inside: &str) -> Result<Place, Fault> {
    let (named, fallback) = match inside.split_once('|') {
        Some((named, fallback)) => (named, Some(fallback.trim().to_owned())),
        None => (inside, None),
    };
    let (name, how) = match named.split_once(':') {
        Some((name, how)) => (name, Some(read(at, how)?)),
        None => (named, None),
    };
    let name = name.trim().to_lowercase();
    if !is_key(&name) {
        return Err(Fault { at, kind: FaultKind::NotAName(name) });
    }
    Ok(Place { at, name, how, fallback })
}

fn read(at: usize, how: &str) -> Result<How, Fault> {
    let mut words = how.split_whitespace();
    let read = match (words.next(), words.next(), words.next()) {
        (Some("upper"), None, _) => Some(How::Upper),
        (Some("lower"), None, _) => Some(How::Lower),
        (Some("title"), None, _) => Some(How::Title),
        (Some("date"), None, _) => Some(How::Date),
        (Some("weekday"), None, _) => Some(How::Weekday),
        (Some("number"), None, _) => Some(How::Number(None)),
        (Some("number"), Some(decimals), None) => {
            decimals.parse().ok().filter(|decimals| *decimals <= 6).map(|decimals| How::Number(Some(decimals)))
        }
        _ => None,
    };
    read.ok_or_else(|| {
        let name = how.trim();
        let kind = FaultKind::NoSuchFilter { name: name.to_owned(), nearest: nearest(name, How::NAMES) };
        Fault { at, kind }
    })
}
