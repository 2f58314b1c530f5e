//! Telnyx's way of counting parts. Written apart from `domain` on purpose, so that each checks the other.
//!
//! Source: Telnyx "message encoding" and "smart encoding" pages. Its GSM-7 table lacks the Greek capitals, `Ç` and the currency sign.

use std::borrow::Cow;

/// The most parts that Telnyx takes.
pub(crate) const PARTS_MAX: u32 = 10;

const GSM7_BASIC: &str = "@£$¥èéùìòØøÅå_ÆæßÉ !\"#%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n\r";
const GSM7_EXTENDED: &str = "~^|\\{}[]€\u{c}";

/// How a text is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Gsm7,
    Ucs2,
}

impl Encoding {
    /// As Telnyx writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }
}

/// The size of a text on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) encoding: Encoding,
    pub(crate) parts: u32,
}

/// Counts the parts of a text, in GSM-7 if every character fits.
pub(crate) fn count(text: &str) -> Counted {
    match gsm7_units(text) {
        Some(units) => Counted { encoding: Encoding::Gsm7, parts: parts(units, 160, 153) },
        None => count_ucs2(text),
    }
}

/// Counts the parts of a text in UCS-2, whether it needs it or not.
pub(crate) fn count_ucs2(text: &str) -> Counted {
    Counted { encoding: Encoding::Ucs2, parts: parts(text.encode_utf16().count(), 70, 67) }
}

/// The septets of a text; `None` where a character is not in the alphabet.
fn gsm7_units(text: &str) -> Option<usize> {
    text.chars().try_fold(0, |units, character| Some(units + septets(character)?))
}

fn septets(character: char) -> Option<usize> {
    match character {
        ' '..='?' | 'A'..='Z' | 'a'..='z' | '\n' | '@' | '_' => Some(1),
        _ if GSM7_BASIC.contains(character) => Some(1),
        _ if GSM7_EXTENDED.contains(character) => Some(2),
        _ => None,
    }
}

fn parts(units: usize, single: usize, joined: usize) -> u32 {
    if units <= single { 1 } else { u32::try_from(units.div_ceil(joined)).unwrap_or(u32::MAX) }
}

/// Replaces typographic characters by those of GSM-7, as a profile with `smart_encoding` does before it counts.
pub(crate) fn smart(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains('\t') {
        return Cow::Borrowed(text);
    }
    let mut replaced = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '`' => replaced.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' | '«' | '»' => replaced.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => replaced.push('-'),
            '\u{2026}' => replaced.push_str("..."),
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => replaced.push(' '),
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            '\u{2022}' => replaced.push('*'),
            '\t' => replaced.push_str("       "),
            other => replaced.push(other),
        }
    }
    Cow::Owned(replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_the_limits() {
        let euro = "€";
        for (text, encoding, parts) in [
            ("a".repeat(160), Encoding::Gsm7, 1),
            ("a".repeat(161), Encoding::Gsm7, 2),
            ("a".repeat(1530), Encoding::Gsm7, 10),
            ("a".repeat(1531), Encoding::Gsm7, 11),
            (euro.repeat(80), Encoding::Gsm7, 1),
            (euro.repeat(81), Encoding::Gsm7, 2),
            ("ж".repeat(70), Encoding::Ucs2, 1),
            ("ж".repeat(71), Encoding::Ucs2, 2),
            ("ж".repeat(671), Encoding::Ucs2, 11),
            ("😀".repeat(35), Encoding::Ucs2, 1),
            ("😀".repeat(36), Encoding::Ucs2, 2),
            ("Δ".to_owned(), Encoding::Ucs2, 1),
            ("Ç".to_owned(), Encoding::Ucs2, 1),
            (String::new(), Encoding::Gsm7, 1),
        ] {
            assert_eq!(
                count(&text),
                Counted { encoding, parts },
                "{} characters of {:?}",
                text.chars().count(),
                text.chars().next()
            );
        }
    }

    #[test]
    fn smart_encoding_straightens_quotes() {
        assert_eq!(smart("“It’s” – now…"), "\"It's\" - now...");
        assert_eq!(count(&smart("“It’s” – now…")).encoding, Encoding::Gsm7);
    }
}
