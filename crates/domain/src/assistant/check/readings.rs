//! The ways in which a text may mean something else than it seems to say: each is undone, and what comes out is looked at as
//! if it had been written.

use super::decode;

/// One way to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it stands.
    Plain,
    /// With escapes undone, without markdown, and with what encoded words say.
    Decoded,
    /// `evil dot com`, `e.v.i.l`, `two one two`.
    Spelled,
    /// `3v1l`.
    Leet,
    /// Every letter thirteen places on.
    Turned,
    /// From its end.
    Reversed,
}

/// Shorter runs of single letters are initials, shorter runs of number words are counts.
const SPELLED_MIN: usize = 4;
const DIGITS_MIN: usize = 7;

impl Reading {
    pub(super) const ALL: [Self; 6] =
        [Self::Plain, Self::Decoded, Self::Spelled, Self::Leet, Self::Turned, Self::Reversed];

    /// Whether its numbers are still the numbers that were written.
    pub(super) fn keeps_numbers(self) -> bool {
        match self {
            Self::Plain | Self::Decoded | Self::Spelled => true,
            Self::Leet | Self::Turned | Self::Reversed => false,
        }
    }

    /// `text` is in lower case, except for `Decoded`, where case tells letters apart.
    pub(super) fn read(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Decoded => decode::decoded(text),
            Self::Spelled => spelled(text),
            Self::Leet => text.chars().map(unleet).collect(),
            Self::Turned => text.chars().map(turned).collect(),
            Self::Reversed => text.chars().rev().collect(),
        }
    }
}

fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        other => other,
    }
}

fn turned(c: char) -> char {
    match c {
        'a'..='z' => char::from((c as u8 - b'a' + 13) % 26 + b'a'),
        other => other,
    }
}

const DOTS: &[&str] = &["dot", "d0t", "punkt", "punto", "point", "ponto", "точка", "点"];
const ATS: &[&str] = &["at", "arroba", "arobase", "собака", "klammeraffe"];
const SLASHES: &[&str] = &["slash", "barra", "schrägstrich", "слеш"];
/// Endings that are no words, so that a space before them ends no sentence.
const BARE_ENDINGS: &[&str] = &["com", "org", "xyz", "ru", "io"];

/// What is spelled is joined.
fn spelled(text: &str) -> String {
    let mut text = text.to_owned();
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')] {
        for (words, sign) in [(DOTS, "."), (ATS, "@"), (SLASHES, "/")] {
            for word in words {
                text = text.replace(&format!("{open}{word}{close}"), &format!(" {sign} "));
            }
            text = text.replace(&format!("{open}{sign}{close}"), &format!(" {sign} "));
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    // "We meet at a point": "at" is a sign only in what has a spelled dot behind it.
    let dots: Vec<usize> =
        (0..words.len()).filter(|nth| *nth > 0 && (DOTS.contains(&words[*nth]) || words[*nth] == ".")).collect();
    let mut joined = String::with_capacity(text.len());
    let mut glue = true;
    for (nth, word) in words.iter().enumerate() {
        let sign = if dots.contains(&nth) {
            Some(".")
        } else if ATS.contains(word) && dots.iter().any(|dot| (nth + 2..nth + 5).contains(dot)) || *word == "@" {
            Some("@")
        } else if SLASHES.contains(word) || *word == "/" {
            Some("/")
        } else {
            None
        };
        let is_ending = BARE_ENDINGS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
        let glued = glue || sign.is_some() || word.starts_with('.') || (is_ending && joined.ends_with('.'));
        if !glued {
            joined.push(' ');
        }
        joined.push_str(sign.unwrap_or(word));
        glue = sign.is_some();
    }
    letters(&digits(&joined))
}

/// Single letters in a row, with spaces or signs between, are a word.
fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let signs: Vec<char> = text.chars().collect();
    let is_single = |at: usize| {
        let free = |at: Option<&char>| at.is_none_or(|c| !c.is_alphanumeric());
        signs.get(at).is_some_and(|c| c.is_alphanumeric())
            && (at == 0 || free(signs.get(at - 1)))
            && free(signs.get(at + 1))
    };
    let mut at = 0;
    while at < signs.len() {
        let mut end = at;
        while is_single(end) {
            end += 2;
        }
        if (end - at) / 2 >= SPELLED_MIN {
            joined(&signs[at..(end - 1).min(signs.len())], &mut out);
            at = end - 1;
        } else {
            out.push(signs[at]);
            at += 1;
        }
    }
    out
}

/// A dot among other signs is meant; dots everywhere only part the letters, and the last is to be found.
fn joined(run: &[char], out: &mut String) {
    let signs: Vec<char> = run.iter().skip(1).step_by(2).copied().collect();
    let all_dots = signs.iter().all(|sign| *sign == '.');
    let start = out.len();
    for (letter, sign) in run.iter().step_by(2).zip(signs.iter().map(Some).chain([None])) {
        out.push(*letter);
        out.extend(sign.filter(|sign| !all_dots && matches!(sign, '.' | '@' | '/')));
    }
    // "a d i s c o u n t": the article may be one of the letters, or none.
    if let Some(rest) = out[start..].strip_prefix(['a', 'i']).map(str::to_owned) {
        out.push(' ');
        out.push_str(&rest);
    }
    let ending = BARE_ENDINGS.iter().find(|ending| out[start..].ends_with(**ending)).filter(|_| all_dots);
    if let Some(ending) = ending {
        out.insert(out.len() - ending.len(), '.');
    }
}

const NUMBERS: [&[&str]; 10] = [
    &["zero", "oh", "null", "cero", "zéro"],
    &["one", "eins", "uno", "un"],
    &["two", "zwei", "zwo", "dos", "deux"],
    &["three", "drei", "tres", "trois"],
    &["four", "vier", "cuatro", "quatre"],
    &["five", "fünf", "cinco", "cinq"],
    &["six", "sechs", "seis"],
    &["seven", "sieben", "siete", "sept"],
    &["eight", "acht", "ocho", "huit"],
    &["nine", "neun", "nueve", "neuf"],
];

/// Many number words in a row are the digits of one number.
fn digits(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let digit = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let parts: Vec<&str> = word.split('-').collect();
        parts
            .iter()
            .map(|part| (0..10u8).find(|n| NUMBERS[usize::from(*n)].contains(part)).map(|n| char::from(b'0' + n)))
            .collect::<Option<String>>()
    };
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let run: String = words[at..].iter().map_while(|word| digit(word)).collect();
        let taken = words[at..].iter().take_while(|word| digit(word).is_some()).count();
        if run.len() >= DIGITS_MIN {
            out.push(run);
            at += taken;
        } else {
            out.push(words[at].to_owned());
            at += 1;
        }
    }
    out.join(" ")
}
