//! Segments, held against somebody else's count of them: the npm package `sms-segments-calculator`, whose figures were compared
//! with real bills. It is a development dependency of the dashboard, asked in one run of Node.js; without it this fails.
//!
//! Both measure a text as it stands. Where they differ, they mean to:
//!
//! - **An empty text** has no segment here, as nothing is sent; there it has one.
//! - **What looks like one sign** but is written as several characters (a family, a flag, a letter with its accent after it) is
//!   kept in one segment there. On the air only surrogate pairs and escapes must not be cut, and so it is counted here: such a
//!   text can take a segment less. A sign that is longer than a segment goes there into one segment all the same, and such a
//!   text can take one more here.
//! - **Smart encoding** is done here before a text is measured, so that it is never asked of the other side. With its own, it
//!   writes two spaces for a wide one and seven for a tab, where we write one.

#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect shall fail there")]

use std::io::Write;
use std::process::{Command, Stdio};

use domain::segment::{Encoding, measure, split};
use domain::smart::smart;
use serde::Deserialize;

/// So many texts are made, from this seed.
const TEXTS: usize = 21_000;
const SEED: u64 = 20_260_302;

/// Reads texts and answers what each of them measures.
const SCRIPT: &str = "
const { SegmentedMessage } = require('sms-segments-calculator')
const version = require('sms-segments-calculator/package.json').version
const { smart, texts } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const measured = texts.map((text) => {
    const it = new SegmentedMessage(text, 'auto', smart)
    return { encoding: it.encodingName, segments: it.segmentsCount, signs: it.graphemes.map((sign) => sign.length) }
})
process.stdout.write(JSON.stringify({ version, measured }))
";

/// What the other side says of all.
#[derive(Deserialize)]
struct Answer {
    version: String,
    measured: Vec<Theirs>,
}

/// What it says of one text.
#[derive(Deserialize)]
struct Theirs {
    encoding: String,
    segments: u32,
    /// What it takes for one sign each, in UTF-16 units; a line break of two characters is two.
    signs: Vec<usize>,
}

fn ask(texts: &[String], smart: bool) -> Vec<Theirs> {
    let dashboard = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dashboard");
    let mut node = Command::new("node")
        .args(["-e", SCRIPT])
        .current_dir(dashboard)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js 20.19 or newer is installed");
    let asked = serde_json::json!({ "smart": smart, "texts": texts }).to_string();
    // It answers only when it has read all.
    let written = node.stdin.take().unwrap().write_all(asked.as_bytes());
    let answer = node.wait_with_output().unwrap();
    let is_there = written.is_ok() && answer.status.success();
    assert!(is_there, "the other side is not there: install the dashboard's packages with `npm ci` in dashboard/");
    let answer: Answer = serde_json::from_slice(&answer.stdout).unwrap();
    let version: Vec<u32> = answer.version.split('.').map_while(|part| part.parse().ok()).collect();
    assert!(version >= vec![1, 3], "older ones miscount: {}", answer.version);
    assert_eq!(answer.measured.len(), texts.len());
    answer.measured
}

/// Why both may count differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Because {
    Empty,
    /// A segment ends here within what is kept together there.
    SignIsCut,
    /// And what is kept together there is longer than a segment.
    SignIsLong,
}

/// `None`: they agree.
///
/// # Panics
/// When they differ for none of the listed reasons, or by something else than these explain.
fn difference(text: &str, theirs: &Theirs) -> Option<Because> {
    let ours = measure(text);
    let encoding = if ours.encoding == Encoding::Gsm7 { "GSM-7" } else { "UCS-2" };
    assert_eq!(encoding, theirs.encoding, "{text:?}");
    assert_eq!(ours.segments as usize, split(text).len(), "{text:?}");
    if ours.segments == theirs.segments {
        return None;
    }
    let seen = format!("{} here, {} there, of {text:?}", ours.segments, theirs.segments);
    if text.is_empty() {
        assert_eq!((ours.segments, theirs.segments), (0, 1), "{seen}");
        return Some(Because::Empty);
    }
    assert_eq!(ours.encoding, Encoding::Ucs2, "{seen}");
    if theirs.signs.iter().any(|sign| *sign > ours.encoding.units_in_row() as usize) {
        return Some(Because::SignIsLong);
    }
    let mut ends = std::collections::BTreeSet::new();
    theirs.signs.iter().fold(0, |at, sign| {
        ends.insert(at + sign);
        at + sign
    });
    let mut at = 0;
    let is_cut = split(text).iter().any(|segment| {
        at += segment.encode_utf16().count();
        !ends.contains(&at)
    });
    assert!(is_cut, "no sign is cut: {seen}");
    assert_eq!(kept_together(&theirs.signs), theirs.segments, "{seen}");
    Some(Because::SignIsCut)
}

/// Our rule for rows of segments, were no sign of so many units to be cut.
fn kept_together(signs: &[usize]) -> u32 {
    let (mut segments, mut filled) = (1, 0);
    for sign in signs {
        if filled + sign > Encoding::Ucs2.units_in_row() as usize {
            segments += 1;
            filled = 0;
        }
        filled += sign;
    }
    segments
}

/// Chance that is always the same (the generator SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((bits ^ (bits >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    fn of<'a>(&mut self, some: &[&'a str]) -> &'a str {
        some[self.below(some.len())]
    }
}

/// What texts are made of: what fills them to their length, and what is strewn in.
const KINDS: [(&str, &[&str], &[&str]); 12] = [
    ("plain", &["a", "B", "7", " ", "é", "ñ", "@", "Ω"], &["£", "¤", "Ç", "Δ", "ß", "!", "'"]),
    ("extension", &["a", " "], &["€", "[", "]", "{", "}", "\\", "^", "~", "|", "\u{c}"]),
    ("all escaped", &["€"], &["a", "[", "\n"]),
    (
        "national",
        &["a", "e", " "],
        &["ç", "ğ", "ş", "İ", "á", "ő", "ã", "ł", "Ж", "ب", "א", "ก", "ह", "`", "\t", "\u{a0}"],
    ),
    ("cyrillic", &["д", "о", "м", " "], &["€", "[", "😀", "a"]),
    ("chinese", &["漢", "字"], &["。", "😀", "a", "𠮷"]),
    ("emoji", &["😀", "🎂"], &["a", "☕", "☕\u{fe0f}", "\u{fe0f}"]),
    (
        "signs of several characters",
        &["a", "д"],
        &[
            "👨\u{200d}👩\u{200d}👧\u{200d}👦",
            "👍🏽",
            "🏳\u{fe0f}\u{200d}🌈",
            "🇩🇪",
            "🇩",
            "1\u{fe0f}\u{20e3}",
            "👩🏿\u{200d}🚀",
            "\u{200d}",
            "각",
            "\u{1112}\u{1161}\u{11ab}",
            "नि",
        ],
    ),
    ("accents apart", &["e", "a"], &["e\u{301}", "\u{301}", "o\u{308}\u{304}", "\u{323}\u{307}", "A\u{30a}"]),
    ("line breaks", &["a", " "], &["\n", "\r\n", "\r", "\n\n", "\u{2028}"]),
    ("links", &["a", "b", " "], &["https://acme.example/?a=1&b=[2]", "https://x.example/~ann#c", "info@acme.example"]),
    ("typographic", &["a", " "], &["“", "”", "’", "–", "—", "…", "•", "½", "™", "\u{200b}", "\u{feff}"]),
];

/// Lengths at which something happens, in the units of one alphabet or the other.
const EDGES: [usize; 12] = [1, 20, 67, 70, 134, 140, 153, 160, 201, 268, 306, 459];

/// A text of one kind or a mixture, near one of the edges.
fn text(chance: &mut Chance) -> String {
    let (_, fill, strewn) = KINDS[chance.below(KINDS.len())];
    let (_, other_fill, other) = KINDS[chance.below(KINDS.len())];
    let is_mixed = chance.below(4) == 0;
    let edge = EDGES[chance.below(EDGES.len())];
    let units = (edge + chance.below(7)).saturating_sub(3).max(1);
    let often = [0, 3, 20, 100][chance.below(4)];
    let (mut text, mut filled) = (String::new(), 0);
    while filled < units {
        let pieces = match chance.below(100) {
            n if n < often => {
                if is_mixed {
                    other
                } else {
                    strewn
                }
            }
            n if is_mixed && n % 8 == 0 => other_fill,
            _ => fill,
        };
        let piece = chance.of(pieces);
        filled += piece.encode_utf16().count();
        text.push_str(piece);
    }
    text
}

#[test]
fn both_count_alike_but_for_what_is_listed() {
    let mut chance = Chance(SEED);
    let texts: Vec<String> = (0..TEXTS).map(|_| text(&mut chance)).collect();
    let theirs = ask(&texts, false);
    let (mut differ, mut several) = (0, 0);
    for (text, theirs) in texts.iter().zip(&theirs) {
        several += usize::from(theirs.segments > 1);
        match difference(text, theirs) {
            None => {}
            Some(Because::SignIsCut) => differ += 1,
            Some(other) => panic!("{other:?}: none of these is empty or has so long a sign: {text:?}"),
        }
    }
    assert!(several > TEXTS / 2, "most are long enough to be cut: {several}");
    assert!((1..TEXTS / 20).contains(&differ), "what is meant to differ does, and is rare: {differ}");
}

#[test]
fn what_is_listed_really_differs() {
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    let accents = "e".to_owned() + &"\u{301}".repeat(140);
    let examples = [
        (String::new(), Because::Empty, 0, 1),
        (format!("{}{family}{}", "д".repeat(60), "д".repeat(60)), Because::SignIsCut, 2, 3),
        (format!("{}🇩🇪{}", "д".repeat(65), "д".repeat(65)), Because::SignIsCut, 2, 3),
        (format!("{}e\u{301}{}", "д".repeat(66), "д".repeat(66)), Because::SignIsCut, 2, 3),
        (accents, Because::SignIsLong, 3, 2),
    ];
    let texts: Vec<String> = examples.iter().map(|(text, ..)| text.clone()).collect();
    for ((text, because, here, there), theirs) in examples.iter().zip(ask(&texts, false)) {
        assert_eq!((measure(text).segments, theirs.segments), (*here, *there), "{text:?}");
        assert_eq!(difference(text, &theirs), Some(*because), "{text:?}");
    }
}

#[test]
fn smart_encoding_differs_in_what_is_wide() {
    let same = ["“Yes” – it’s 20½…", "«oui»", "a\u{200b}b", "100°"];
    let spaces = ["a\u{a0}b", "a\u{2003}b", "a\tb"];
    let texts: Vec<String> = same.iter().chain(&spaces).map(|text| text.repeat(50)).collect();
    for (text, theirs) in texts.iter().zip(ask(&texts, true)) {
        let ours = measure(&smart(text).body);
        let is_space = spaces.iter().any(|space| text.starts_with(space));
        assert_eq!(ours.segments != theirs.segments, is_space, "{} and {} of {text:?}", ours.segments, theirs.segments);
    }
}
