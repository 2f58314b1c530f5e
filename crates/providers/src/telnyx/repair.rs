//! The second chance for a body that is almost JSON.
//!
//! Texts are cut into parts by phones and networks that do not know where a character ends, so half an emoji can
//! reach us: as a lone `\ud83d` escape or as broken UTF-8. JSON allows neither in our strings, and losing the whole
//! text over it would be worse than one replacement character.

use std::borrow::Cow;

/// The body with every half character replaced by U+FFFD, or `None` if it has none.
pub(crate) fn repaired(body: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    match (with_whole_surrogates(&text), text) {
        (Some(mended), _) => Some(mended.into_bytes()),
        (None, Cow::Owned(decoded)) => Some(decoded.into_bytes()),
        (None, Cow::Borrowed(_)) => None,
    }
}

/// The text with unpaired surrogate escapes replaced, or `None` if all are paired.
fn with_whole_surrogates(json: &str) -> Option<String> {
    let mut mended = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(backslash) = json[at..].find('\\').map(|offset| at + offset) {
        at = match (escape(json, backslash), escape(json, backslash + ESCAPE_LEN)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => backslash + 2 * ESCAPE_LEN,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(&json[copied..backslash]);
                mended.push('\u{fffd}');
                copied = backslash + ESCAPE_LEN;
                copied
            }
            (Some(_), _) => backslash + ESCAPE_LEN,
            // Another escape (`\\`, `\n`): its second character is not the start of one.
            (None, _) => {
                let escaped = json[backslash + 1..].chars().next();
                backslash + 1 + escaped.map_or(0, char::len_utf8)
            }
        };
    }
    (copied > 0).then(|| {
        mended.push_str(&json[copied..]);
        mended
    })
}

/// The length of `\uXXXX`.
const ESCAPE_LEN: usize = 6;

/// The code unit of the `\uXXXX` that starts here, if one does.
fn escape(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE_LEN)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::repaired;

    #[test]
    fn half_characters_become_replacement_characters() {
        let cases: &[(&[u8], Option<&str>)] = &[
            (br#""whole""#, None),
            (br#""\ud83d\ude00""#, None),
            (br#""\\ud83d""#, None),
            (br#""a\ud83d""#, Some("\"a\u{fffd}\"")),
            (br#""\ude00b""#, Some("\"\u{fffd}b\"")),
            (br#""\ud83d\ud83d\ude00""#, Some("\"\u{fffd}\\ud83d\\ude00\"")),
            (br#""\\\ud83d""#, Some("\"\\\\\u{fffd}\"")),
            (b"\"\xf0\x9f\"", Some("\"\u{fffd}\"")),
            (b"\"\xff \\ud83d\"", Some("\"\u{fffd} \u{fffd}\"")),
            (b"\\", None),
            ("\\é".as_bytes(), None),
        ];
        for (body, expected) in cases {
            assert_eq!(repaired(body).as_deref(), expected.map(str::as_bytes), "{}", String::from_utf8_lossy(body));
        }
    }

    proptest! {
        #[test]
        fn any_cut_text_is_readable_afterwards(units in proptest::collection::vec(any::<u16>(), 0..20)) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{escaped}\"");
            let body = repaired(json.as_bytes()).unwrap_or_else(|| json.clone().into_bytes());
            let text: String = serde_json::from_slice(&body).unwrap();
            prop_assert_eq!(text, String::from_utf16_lossy(&units));
        }

        #[test]
        fn no_bytes_are_too_strange(bytes: Vec<u8>) {
            let _ = repaired(&bytes);
        }
    }
}
