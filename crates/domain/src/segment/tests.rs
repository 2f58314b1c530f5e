use proptest::prelude::*;

use super::*;

fn measured(body: &str) -> (Encoding, u32, u32) {
    let m = measure(body);
    (m.encoding, m.segments, m.units)
}

#[test]
fn the_vectors() {
    use Encoding::{Gsm7, Ucs2};
    let r = str::repeat;
    let cases = [
        (String::new(), Gsm7, 0, 0),
        (r("a", 160), Gsm7, 1, 160),
        (r("a", 161), Gsm7, 2, 161),
        (r("a", 306), Gsm7, 2, 306),
        (r("a", 307), Gsm7, 3, 307),
        (r("a", 1530), Gsm7, 10, 1530),
        (r("a", 1531), Gsm7, 11, 1531),
        (r("€", 80), Gsm7, 1, 160),
        (r("€", 81), Gsm7, 2, 162),
        (format!("{}€{}", r("a", 152), r("a", 152)), Gsm7, 3, 306),
        (r("漢", 70), Ucs2, 1, 70),
        (r("漢", 71), Ucs2, 2, 71),
        (r("漢", 134), Ucs2, 2, 134),
        (r("漢", 135), Ucs2, 3, 135),
        (r("😀", 35), Ucs2, 1, 70),
        (r("😀", 36), Ucs2, 2, 72),
        (r("😀", 66), Ucs2, 2, 132),
        (r("😀", 67), Ucs2, 3, 134),
        (format!("{}😀{}", r("漢", 66), r("漢", 66)), Ucs2, 3, 134),
        ("café".to_owned(), Gsm7, 1, 4),
        ("cafe\u{301}".to_owned(), Ucs2, 1, 5),
        ("\r\n".to_owned(), Gsm7, 1, 2),
        (format!("{}\r\n{}", r("a", 80), r("a", 79)), Gsm7, 2, 161),
        (format!("{}\n{}", r("a", 80), r("a", 79)), Gsm7, 1, 160),
        (format!("{}\r\n{}", r("a", 200), r("a", 105)), Gsm7, 3, 307),
        (r("e\u{301}", 70), Ucs2, 3, 140),
        (r("é", 70), Gsm7, 1, 70),
        (r("[", 80), Gsm7, 1, 160),
        // The extension costs one each again where the text is UTF-16 anyway.
        (format!("漢{}", r("€[]{}", 13)), Ucs2, 1, 66),
        ("`".to_owned(), Ucs2, 1, 1),
        ("a\tb".to_owned(), Ucs2, 1, 3),
        ("ç".to_owned(), Ucs2, 1, 1),
        ("Ç".to_owned(), Gsm7, 1, 1),
        ("a\u{A0}b".to_owned(), Ucs2, 1, 3),
        ("“hi”".to_owned(), Ucs2, 1, 4),
    ];
    for (body, encoding, segments, units) in cases {
        assert_eq!(measured(&body), (encoding, segments, units), "{body}");
    }
}

#[test]
fn the_alphabet_has_its_137_characters() {
    let all: Vec<char> = ('\0'..=char::MAX).filter(|c| septets(*c).is_some()).collect();
    // 128 places less the escape, and the ten of the extension, one of them the form feed.
    assert_eq!(all.len(), 127 + 10);
    assert_eq!(all.iter().filter(|c| septets(**c) == Some(2)).count(), 10);
    for c in "áíóúâêîôûãõç`\t‘’“”–—…•\u{A0}ΑΒαβ".chars() {
        assert_eq!(septets(c), None, "{c}");
    }
}

#[test]
fn what_is_left() {
    assert_eq!(measure("").units_left, 160);
    assert_eq!(measure("hello").units_left, 155);
    assert_eq!(measure(&"a".repeat(160)).units_left, 0);
    assert_eq!(measure(&"a".repeat(161)).units_left, 145);
    assert_eq!(measure("漢").units_left, 69);
    assert_eq!(measure(&"😀".repeat(36)).units_left, 67 - 6);
}

#[test]
fn where_the_cuts_are() {
    let body = format!("{}€{}", "a".repeat(152), "b".repeat(152));
    let pieces = split(&body);
    assert_eq!(pieces, ["a".repeat(152), format!("€{}", "b".repeat(151)), "b".to_owned()]);
    assert_eq!(split(""), Vec::<&str>::new());
    assert_eq!(split("hi"), ["hi"]);
}

#[test]
fn who_keeps_a_text_out_of_the_alphabet() {
    assert_eq!(not_gsm("naïve – 5 €"), [(2, 'ï'), (6, '–')]);
    assert_eq!(not_gsm("plain"), []);
}

#[test]
fn what_can_be_sent() {
    assert!(!measure("").can_be_sent());
    assert!(measure(&"a".repeat(1530)).can_be_sent());
    assert!(!measure(&"a".repeat(1531)).can_be_sent());
}

fn body() -> impl Strategy<Value = String> {
    let near_limits =
        prop::collection::vec(prop::sample::select("ab€[\n漢😀é\u{301}`".chars().collect::<Vec<_>>()), 0..500);
    let gsm = prop::collection::vec(prop::sample::select("abc é€[]\r\nΔ".chars().collect::<Vec<_>>()), 100..700);
    prop_oneof![near_limits.prop_map(String::from_iter), gsm.prop_map(String::from_iter), "\\PC{0,400}".prop_map(|s| s),]
}

proptest! {
    #[test]
    fn splitting_loses_nothing_and_every_piece_fits(body in body()) {
        let whole = measure(&body);
        let pieces = split(&body);
        prop_assert_eq!(pieces.concat(), body.clone());
        prop_assert_eq!(u32::try_from(pieces.len()).unwrap(), whole.segments);
        let room = if pieces.len() > 1 { whole.encoding.units_in_row() } else { whole.encoding.units_alone() };
        let sizes: Vec<u32> = pieces.iter().map(|p| p.chars().map(|c| whole.encoding.units(c)).sum()).collect();
        prop_assert!(sizes.iter().all(|size| (1..=room).contains(size)));
        prop_assert_eq!(sizes.iter().sum::<u32>(), whole.units);
        prop_assert_eq!(sizes.last().copied().unwrap_or(0) + whole.units_left, room);
        // No segment has room for the character that begins the next one.
        for (i, next) in pieces.iter().enumerate().skip(1) {
            let first = next.chars().next().map_or(0, |c| whole.encoding.units(c));
            prop_assert!(sizes[i - 1] + first > room);
        }
    }

    #[test]
    fn a_text_is_gsm_when_nothing_keeps_it_out(body in body()) {
        let gsm = measure(&body).encoding == Encoding::Gsm7;
        prop_assert_eq!(gsm, not_gsm(&body).is_empty());
        if !gsm {
            prop_assert_eq!(measure(&body).units as usize, body.encode_utf16().count());
        }
    }
}
