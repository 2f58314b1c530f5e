//! Smart encoding: typographic characters become the plain ones that the GSM alphabet has, so that a curly quote does
//! not double the price of a text. The result is what we show, count, send and keep.
//!
//! The carrier's own table (Telnyx's smart encoding) does much the same; ours differs where reading suffers: a tab is
//! one space, not seven, and line separators become line breaks.

use serde::Serialize;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::segment::{Encoding, measure};

mod table;

/// A text after smart encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Smart {
    /// The text.
    pub body: String,
    /// What was replaced, in the order of first appearance. Composing accents (NFC) is not listed: it changes no letter.
    pub replaced: Vec<Replacement>,
}

/// One character that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replacement {
    /// What stood there.
    pub from: char,
    /// What stands there now; nothing for invisible marks.
    pub to: &'static str,
    /// How often.
    pub count: u32,
}

/// Composes accents (Unicode NFC) and replaces what the table has. Applied twice, it changes nothing more.
#[must_use]
pub fn smart(body: &str) -> Smart {
    let mut replaced = Vec::new();
    if body.is_ascii() && !body.bytes().any(table::is_replaced_ascii) {
        return Smart { body: body.to_owned(), replaced };
    }
    let mut body = composed(body);
    // Once is enough for nearly every text; removing a mark can bring a letter and its accent together.
    while body.chars().any(|c| table::replacement(c).is_some()) {
        body = composed(&replace(&body, &mut replaced));
    }
    Smart { body, replaced }
}

/// As [`smart`], but only where it pays: if the result is all in the GSM alphabet or takes fewer segments. A Chinese
/// text keeps its own punctuation.
#[must_use]
pub fn smart_if_it_helps(body: &str) -> Smart {
    let smart = smart(body);
    let after = measure(&smart.body);
    let pays = after.encoding == Encoding::Gsm7 || after.segments < measure(body).segments;
    if pays { smart } else { Smart { body: body.to_owned(), replaced: Vec::new() } }
}

fn replace(body: &str, replaced: &mut Vec<Replacement>) -> String {
    let mut clean = String::with_capacity(body.len());
    for from in body.chars() {
        let Some(to) = table::replacement(from) else {
            clean.push(from);
            continue;
        };
        clean.push_str(to);
        match replaced.iter_mut().find(|r| r.from == from) {
            Some(known) => known.count += 1,
            None => replaced.push(Replacement { from, to, count: 1 }),
        }
    }
    clean
}

fn composed(body: &str) -> String {
    match is_nfc_quick(body.chars()) {
        IsNormalized::Yes => body.to_owned(),
        IsNormalized::No | IsNormalized::Maybe => body.nfc().collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segment::not_gsm;

    #[test]
    fn typographic_characters_become_plain() {
        for (from, to) in [
            ("“Hi”, she said – it’s ‘ok’…", "\"Hi\", she said - it's 'ok'..."),
            ("«oui» „ja“ ‹x›", "\"oui\" \"ja\" <x>"),
            ("a\tb", "a b"),
            ("a\u{A0}b\u{202F}c\u{3000}d\u{2003}e", "a b c d e"),
            ("a\u{200B}b\u{2060}c\u{FEFF}d\u{AD}e", "abcde"),
            ("line\u{2028}line\u{2029}\u{85}line", "line\nline\n\nline"),
            ("½ cup, ¾ spoon, 6 ÷ 2, 3⁄4", "1/2 cup, 3/4 spoon, 6 / 2, 3/4"),
            ("• one\n⁃ two", "- one\n- two"),
            ("Ｈｉ！（５％）", "Hi!(5%)"),
            ("好。是、对", "好.是,对"),
            ("wait‼ what⁉ ‗", "wait!! what!? _"),
            ("`code` ´", "'code' '"),
            ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
            ("ΓΔΘΛΞΠΣΦΨΩ", "ΓΔΘΛΞΠΣΦΨΩ"),
            ("cafe\u{301}", "café"),
            ("bell\u{7}\u{1b}\u{0}", "bell"),
            ("\u{80}\u{9f}x", "x"),
            ("á í ç € ñ", "á í ç € ñ"),
            ("👍🏽 👨\u{200D}👩 ✓\u{FE0F}", "👍🏽 👨\u{200D}👩 ✓\u{FE0F}"),
            ("first\r\nsecond\n", "first\r\nsecond\n"),
            ("", ""),
        ] {
            assert_eq!(smart(from).body, to, "{from:?}");
        }
    }

    #[test]
    fn what_was_replaced_is_told_once_each() {
        let told = smart("“a” “b” – c").replaced;
        assert_eq!(
            told,
            [
                Replacement { from: '“', to: "\"", count: 2 },
                Replacement { from: '”', to: "\"", count: 2 },
                Replacement { from: '–', to: "-", count: 1 },
            ]
        );
        assert_eq!(smart("plain").replaced, []);
    }

    #[test]
    fn a_removed_mark_lets_letter_and_accent_meet() {
        assert_eq!(smart("e\u{200B}\u{301}").body, "é");
        assert_eq!(smart("ｅ\u{301}").body, "é");
    }

    #[test]
    fn only_where_it_pays() {
        assert_eq!(smart_if_it_helps("it’s").body, "it's");
        assert_eq!(smart_if_it_helps("“好。”").body, "“好。”");
        assert_eq!(smart_if_it_helps("“好。”").replaced, []);
        let long = format!("好{}", "…".repeat(69));
        assert_eq!(smart_if_it_helps(&long).body, long, "an ellipsis becomes three: dearer");
    }

    #[test]
    fn nothing_is_replaced_in_two_ways() {
        let mut seen = std::collections::BTreeSet::new();
        for c in table::REPLACEMENTS.iter().flat_map(|(_, from)| from.chars()) {
            assert!(seen.insert(c), "{c:?}");
        }
    }

    #[test]
    fn every_replacement_is_in_the_alphabet_and_final() {
        for c in '\0'..=char::MAX {
            if let Some(to) = table::replacement(c) {
                assert!(not_gsm(to).is_empty(), "{c:?}");
                assert!(!to.chars().any(|c| table::replacement(c).is_some()), "{c:?}");
                assert!(crate::segment::septets(c).is_none(), "{c:?} needs no replacement");
            }
        }
    }

    proptest! {
        #[test]
        fn twice_is_as_once(body in prop_oneof![
            any::<String>(),
            prop::collection::vec(
                prop::sample::select("ae’“\u{200B}\u{301}\u{338}\u{345}ｅＫ＝Α＜\t\u{1FEF}\u{37E}`=<\u{300}\u{3099}。".chars().collect::<Vec<_>>()),
                0..20,
            ).prop_map(String::from_iter),
        ]) {
            let once = smart(&body);
            let twice = smart(&once.body);
            prop_assert_eq!(&twice.body, &once.body);
            prop_assert_eq!(twice.replaced, vec![]);
        }
    }
}
