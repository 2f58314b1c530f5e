//! From what people type or paste to bare digits. Decides only what is a telephone number's spelling at all.

use super::PhoneError;

/// No spelling of a number is longer, in bytes; marks and spaces included.
const SPELLING_BYTES_MAX: usize = 256;
/// More digits than any number has, with prefixes and an area code twice.
const DIGITS_MAX: usize = 24;
/// What people put between a number and its extension.
const EXTENSION_MARKERS: [&str; 10] =
    ["extension", "extn", "ext", "x", "#", "anexo", "interno", "durchwahl", "доб", "poste"];
const EXTENSION_DIGITS_MAX: usize = 7;

/// A spelling without its ornaments.
#[derive(Debug)]
pub(super) struct Spelling {
    /// ASCII digits, after a `+` if there was one; with the letters of a vanity number.
    pub(super) number: String,
    /// Whether there are letters in it.
    pub(super) vanity: bool,
}

/// Takes away spaces, punctuation, invisible marks, `tel:` and an extension.
pub(super) fn read(input: &str) -> Result<Spelling, PhoneError> {
    if input.len() > SPELLING_BYTES_MAX {
        return Err(PhoneError::TooLong);
    }
    // What lists mostly have needs no second look.
    if input.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+' || is_separator(byte as char)) {
        return Ok(Spelling { number: bare(input.trim())?, vanity: false });
    }
    let plain: String = input.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    let plain = plain.trim();
    let plain = match plain.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &plain[4..],
        _ => plain,
    };
    match plain.find(|c: char| !(c.is_ascii_digit() || c == '+' || is_separator(c))) {
        None => Ok(Spelling { number: bare(plain)?, vanity: false }),
        Some(end) if is_extension(&plain[end..]) => Ok(Spelling { number: bare(&plain[..end])?, vanity: false }),
        Some(_) => vanity(plain),
    }
}

/// Digits, with a leading `+` if there is one; a `+` anywhere else means that this is not one number.
fn bare(plain: &str) -> Result<String, PhoneError> {
    let number: String = plain.chars().filter(|c| !is_separator(*c)).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    if digits.is_empty() || digits.contains('+') {
        return Err(PhoneError::NotANumber);
    }
    if digits.len() > DIGITS_MAX {
        return Err(PhoneError::TooLong);
    }
    Ok(number)
}

/// `1-800-GO-FEDEX`: up to five digits, then exactly seven letters and nothing else.
fn vanity(plain: &str) -> Result<Spelling, PhoneError> {
    let number: String = plain.chars().filter(|c| !is_separator(*c)).collect();
    let letters = number.trim_start_matches(|c: char| c == '+' || c.is_ascii_digit());
    let digits = number.len() - letters.len();
    let seven = letters.len() == 7 && letters.bytes().all(|b| b.is_ascii_alphabetic());
    if seven && (3..=5).contains(&digits) && !number[1..].contains('+') {
        let dialled: String = number.chars().map(key).collect();
        return Ok(Spelling { number: dialled, vanity: true });
    }
    Err(PhoneError::NotANumber)
}

/// The key of a telephone that carries the letter (ITU-T E.161).
fn key(c: char) -> char {
    match c.to_ascii_lowercase() {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        other => other,
    }
}

fn is_extension(tail: &str) -> bool {
    let tail = tail.trim_start_matches([';', ',']).trim_start().to_lowercase();
    EXTENSION_MARKERS.iter().filter_map(|marker| tail.strip_prefix(marker)).any(|rest| {
        let digits = rest.trim_start_matches(['.', ':', '=', ' ', '-']);
        (1..=EXTENSION_DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Other scripts' digits, full-width forms and the many dashes and spaces, as ASCII.
fn plain(c: char) -> char {
    match c {
        '０'..='９' => ascii_digit(c, '０'),
        '\u{660}'..='\u{669}' => ascii_digit(c, '\u{660}'),
        '\u{6F0}'..='\u{6F9}' => ascii_digit(c, '\u{6F0}'),
        '\u{966}'..='\u{96F}' => ascii_digit(c, '\u{966}'),
        '\u{9E6}'..='\u{9EF}' => ascii_digit(c, '\u{9E6}'),
        '＋' | '﹢' => '+',
        '（' | '［' | '[' => '(',
        '）' | '］' | ']' => ')',
        '．' | '·' | '•' => '.',
        '／' => '/',
        '＃' => '#',
        '\u{2010}'..='\u{2015}' | '−' | '－' | 'ー' | '﹣' | '~' | '～' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn ascii_digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')
}

/// Zero-width and direction marks, which phones' address books put around numbers.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}
