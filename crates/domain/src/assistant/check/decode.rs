//! Undoes what hides words from a reader of plain text: escapes, markdown, and encodings of whole words.

/// A shorter word that happens to be base64 or hexadecimal is a word.
const BASE64_MIN: usize = 12;
const HEX_MIN: usize = 12;
/// So many byte-like numbers in a row are a text.
const CODES_MIN: usize = 6;
/// So many words of nothing but dots and dashes are Morse code.
const MORSE_MIN: usize = 5;

/// Escapes undone, markdown gone; what encoded words say stands on lines of its own behind it.
pub(super) fn decoded(text: &str) -> String {
    let mut plain = unescaped(&percent(&entities(text)));
    plain.retain(|c| !matches!(c, '*' | '`' | '~' | '\\' | '_'));
    for hidden in hidden(text) {
        plain.push('\n');
        plain.push_str(&hidden);
    }
    plain
}

/// What words of it say that are no words: base64, hexadecimal, numbers of signs; empty for Morse code, which is not read.
pub(super) fn hidden(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(is_around)).collect();
    let mut found: Vec<String> = words.iter().filter_map(|word| base64(word).or_else(|| hex(word))).collect();
    for (radix, digits) in [(16, 2), (2, 8), (10, 0)] {
        found.extend(codes(&words, radix, digits));
    }
    let is_morse =
        |word: &&str| !word.is_empty() && word.chars().all(|c| matches!(c, '.' | '-' | '/' | '·' | '−' | '–'));
    let whole: Vec<&str> = text.split_whitespace().collect();
    if whole.windows(MORSE_MIN).any(|words| words.iter().all(is_morse) && words.concat().contains('-')) {
        found.push(String::new());
    }
    found
}

fn is_around(c: char) -> bool {
    matches!(c, '"' | '\'' | '(' | ')' | '[' | ']' | '<' | '>' | ',' | ';' | ':' | '.' | '!' | '?' | '`' | '*')
}

/// Base64 of either alphabet (RFC 4648). A word of one case is a word.
fn base64(word: &str) -> Option<String> {
    let bare = word.trim_end_matches('=');
    let is_mixed = bare.chars().skip(1).any(char::is_uppercase) && bare.chars().any(char::is_lowercase)
        || bare.chars().any(|c| c.is_ascii_digit()) && bare.chars().any(char::is_alphabetic);
    if bare.len() < BASE64_MIN || !is_mixed {
        return None;
    }
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for c in bare.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    readable(bytes)
}

fn hex(word: &str) -> Option<String> {
    let word = word.strip_prefix("0x").unwrap_or(word);
    let has_both = word.bytes().any(|b| b.is_ascii_digit());
    if word.len() < HEX_MIN || word.len() % 2 == 1 || !has_both {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = word.as_bytes().chunks(2).map(byte).collect();
    readable(bytes?)
}

/// Numbers of signs one after another: `65 76`, `0x65`, `01100101`, `101 118`.
fn codes(words: &[&str], radix: u32, digits: usize) -> Vec<String> {
    let byte = |word: &str| {
        let word = word.strip_prefix("0x").unwrap_or(word);
        let fits = if digits == 0 { (2..=3).contains(&word.len()) } else { word.len() == digits };
        u8::from_str_radix(word, radix).ok().filter(|byte| fits && (32..127).contains(byte))
    };
    let mut found = Vec::new();
    for run in words.split(|word| byte(word).is_none()).filter(|run| run.len() >= CODES_MIN) {
        found.extend(readable(run.iter().filter_map(|word| byte(word)).collect()));
    }
    found
}

/// Text that somebody meant: nearly all letters and ordinary signs.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let (all, good) = text.chars().fold((0usize, 0usize), |(all, good), c| {
        (all + 1, good + usize::from(c.is_alphanumeric() || c == ' ' || ".,:;/@-+'!?$€%&=_#()\n".contains(c)))
    });
    let letters = text.chars().filter(|c| c.is_alphabetic() || c.is_ascii_digit()).count();
    (all >= CODES_MIN && good == all && letters * 2 >= all).then_some(text)
}

/// `%2E` (RFC 3986).
fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code =
            bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// `&#46;`, `&#x2e;` and the names that make addresses.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let body = &rest[at + 1..];
        let end = body.find(';').filter(|end| *end <= 10);
        match end.and_then(|end| Some((entity(&body[..end])?, end))) {
            Some((sign, end)) => {
                out.push(sign);
                rest = &body[end + 1..];
            }
            None => {
                out.push('&');
                rest = body;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(code) = name.strip_prefix('#') {
        let hex = code.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| code.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
        return code.and_then(char::from_u32);
    }
    [
        ("period", '.'),
        ("commat", '@'),
        ("sol", '/'),
        ("colon", ':'),
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
    ]
    .iter()
    .find_map(|(known, sign)| (*known == name).then_some(*sign))
}

/// `\u002e`, `\x2e`, and `U+002E`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = [("\\u", 4), ("\\x", 2), ("U+", 4)].iter().find_map(|(mark, digits)| {
            let code = rest.strip_prefix(mark)?.get(..*digits)?;
            let sign = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
            Some((sign, mark.len() + digits))
        });
        let (sign, taken) = found.unwrap_or((c, c.len_utf8()));
        out.push(sign);
        rest = &rest[taken..];
    }
    out
}
