//! Sheets as programs export them, and as enemies make them.

mod broken;
mod workbook;

use std::io::Cursor;

use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252};
use proptest::prelude::*;

use super::*;

type Rows = Vec<Vec<String>>;

fn open(bytes: &[u8]) -> Result<Sheet<Cursor<Vec<u8>>>, SheetError> {
    Sheet::open(Cursor::new(bytes.to_vec()), &Known::default())
}

/// Every row, with where it begins and where reading goes on behind it.
fn read_on<R: Read + Seek>(sheet: &mut Sheet<R>) -> Result<Vec<(Vec<String>, u64, Position)>, SheetError> {
    let (mut rows, mut row) = (Vec::new(), Row::default());
    while sheet.read(&mut row)? {
        assert_eq!(row.len(), row.iter().count());
        rows.push((row.iter().map(str::to_owned).collect(), row.line(), sheet.position()));
    }
    Ok(rows)
}

fn rows_of(bytes: &[u8]) -> Rows {
    let mut sheet = open(bytes).unwrap();
    read_on(&mut sheet).unwrap().into_iter().map(|(row, ..)| row).collect()
}

fn code(bytes: &[u8]) -> String {
    let error = match open(bytes).and_then(|mut sheet| read_on(&mut sheet)) {
        Err(error) => error,
        Ok(rows) => panic!("was read: {rows:?}"),
    };
    assert!(error.to_string().ends_with('.') && error.mend().ends_with('.'), "{error}");
    error.code().to_owned()
}

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    match encoding.name() {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost, "{text} is not of {}", encoding.name());
            bytes.into_owned()
        }
    }
}

fn rows(rows: &[&[&str]]) -> Rows {
    rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

const PEOPLE: &str = "Vorname;Nachname;Telefon\nJürgen;Müller;0171 2345678\nZoë;Größe;0172 3456789\n";

#[test]
fn every_character_set_that_programs_write_is_told_by_the_bytes() {
    let french = "nom;prénom;téléphone\nLefèvre;Hélène;06 12 34 56 78\nÇa;François;06 12 34 56 79\n";
    let polish = "Imię;Nazwisko;Telefon\nŁukasz;Wiśniewski;512345678\nMałgorzata;Żółć;512345679\n";
    let chinese = "姓名,电话\n王小明,+8613800138000\n李娜,+8613800138001\n";
    let cases: &[(&str, &str, &'static Encoding, &[u8])] = &[
        ("utf-8", PEOPLE, UTF_8, b""),
        ("utf-8 with a mark", PEOPLE, UTF_8, b"\xEF\xBB\xBF"),
        ("utf-16 le with a mark", PEOPLE, UTF_16LE, b"\xFF\xFE"),
        ("utf-16 be with a mark", PEOPLE, UTF_16BE, b"\xFE\xFF"),
        ("utf-16 le", PEOPLE, UTF_16LE, b""),
        ("utf-16 be", PEOPLE, UTF_16BE, b""),
        ("windows-1252", PEOPLE, WINDOWS_1252, b""),
        ("windows-1252, french", french, WINDOWS_1252, b""),
        ("windows-1250", polish, WINDOWS_1250, b""),
        ("gbk", chinese, encoding_rs::GBK, b""),
        ("chinese in utf-16", chinese, UTF_16LE, b"\xFF\xFE"),
    ];
    for (name, text, encoding, mark) in cases {
        let delimiter = if text.contains(';') { ';' } else { ',' };
        let expected: Rows = text.lines().map(|line| line.split(delimiter).map(str::to_owned).collect()).collect();
        for end in ["\n", "\r\n"] {
            let bytes = [mark, encoded(&text.replace('\n', end), encoding).as_slice()].concat();
            let mut sheet = open(&bytes).unwrap();
            let read = read_on(&mut sheet).unwrap();
            assert_eq!(read.iter().map(|(row, ..)| row.clone()).collect::<Rows>(), expected, "{name}");
            assert_eq!(read.iter().map(|(_, line, _)| *line).collect::<Vec<_>>(), [1, 2, 3], "{name}");
            let Format::Delimited { encoding: told, .. } = &sheet.shape().format else { panic!("{name}") };
            assert_eq!(*told, encoding.name(), "{name}");
        }
    }
    let mac = encoded(&PEOPLE.replace('\n', "\r"), MACINTOSH);
    assert_eq!(rows_of(&mac)[1], ["Jürgen", "Müller", "0171 2345678"]);
    assert_eq!(read_on(&mut open(&mac).unwrap()).unwrap()[2].1, 3, "lines that CR ends are counted");
}

#[test]
fn a_letter_far_below_tells_the_character_set() {
    let mut text = "name,phone\n".to_owned();
    text.push_str(&"Ann Berg,+14155550142\n".repeat(20_000));
    text.push_str("Jürgen Größer,+4915123456789\nFrançois Lefèvre,+33612345678\n");
    for encoding in [UTF_8, WINDOWS_1252] {
        let read = rows_of(&encoded(&text, encoding));
        assert_eq!(read[20_001][0], "Jürgen Größer", "{}", encoding.name());
    }
}

#[test]
fn one_broken_letter_does_not_garble_the_others() {
    let mut bytes = PEOPLE.as_bytes().to_vec();
    bytes.extend_from_slice("Zoë;Ærø;1\n".repeat(20).as_bytes());
    bytes.extend_from_slice(b"Ren\xE9;M\xC3\xBCller;2\n");
    let mut sheet = open(&bytes).unwrap();
    let (mut row, mut doubtful) = (Row::default(), Vec::new());
    while sheet.read(&mut row).unwrap() {
        if row.is_doubtful() {
            doubtful.push(row.iter().map(str::to_owned).collect::<Vec<_>>());
        }
    }
    assert_eq!(doubtful, rows(&[&["René", "Müller", "2"]]));
    // Two halves of a letter in two values are no letter.
    let split = [PEOPLE.repeat(9).as_bytes(), b"a\xC3;\xBCb;3\n".as_slice()].concat();
    assert_eq!(rows_of(&split)[27], ["aÃ", "¼b", "3"]);
}

#[test]
fn what_parts_the_values_is_what_makes_rows_equally_wide() {
    let cases: &[(&str, Delimiter, usize)] = &[
        ("name,phone\nAnn,1\nBob,2\n", Delimiter::Comma, 2),
        ("name;phone\nBerg, Ann;1\nOak, Bob;2\n", Delimiter::Semicolon, 2),
        ("name\tphone\nBerg, Ann\t1\nOak; Bob\t2\n", Delimiter::Tab, 2),
        ("name|phone|note\nAnn|1|a,b\nBob|2|c\n", Delimiter::Pipe, 3),
        ("name;price;when\nAnn;12,50;1,5\nBob;13,50;2,5\n", Delimiter::Semicolon, 3),
        ("\"a;b\",\"c;d;e\"\n\"f;g\",h\n\"i;j\",k\n", Delimiter::Comma, 2),
        ("phone\n+14155550142\n(415) 555-0143\n", Delimiter::Comma, 1),
        ("name,phone\nAnn,1\nBob\nCleo,3,x,y\nDan,4\n", Delimiter::Comma, 2),
        ("sep=|\nname|phone\nBerg, Ann|1\n", Delimiter::Pipe, 2),
    ];
    for (text, delimiter, columns) in cases {
        let sheet = open(text.as_bytes()).unwrap();
        let Format::Delimited { delimiter: told, .. } = sheet.shape().format else { panic!("{text}") };
        assert_eq!((told, sheet.shape().columns), (*delimiter, *columns), "{text}");
    }
    for delimiter in Delimiter::ALL {
        assert_eq!(Delimiter::parse(delimiter.as_str()), Some(delimiter));
    }
}

#[test]
fn whoever_knows_better_is_believed() {
    let known = Known { delimiter: Some(Delimiter::Comma), encoding: Some("windows-1250"), sheet: None };
    let mut sheet = Sheet::open(Cursor::new(encoded("imię;x,y\n\u{141}ucja;a,b\n", WINDOWS_1250)), &known).unwrap();
    let read = read_on(&mut sheet).unwrap();
    assert_eq!(read[1].0, ["Łucja;a", "b"]);
    for wrong in ["no-such-thing", "iso-2022-jp"] {
        let known = Known { delimiter: None, encoding: Some(wrong), sheet: None };
        let error = Sheet::open(Cursor::new(b"a,b\nc,d\n".to_vec()), &known).err().unwrap();
        assert_eq!(error.code(), "unknown_encoding", "{wrong}");
    }
}

#[test]
fn quoted_values_hold_marks_and_lines() {
    let text =
        "\u{FEFF}\"name\",\"note\"\r\n\r\n\"Berg, \"\"Ann\"\"\",\"one\ntwo\r\nthree\"\r\nBob,5\" pipe\r\n\r\n,\r\n";
    let mut sheet = open(text.as_bytes()).unwrap();
    let read = read_on(&mut sheet).unwrap();
    let expected = rows(&[&["name", "note"], &["Berg, \"Ann\"", "one\ntwo\r\nthree"], &["Bob", "5\" pipe"]]);
    assert_eq!(read.iter().map(|(row, ..)| row.clone()).collect::<Rows>(), expected);
    assert_eq!(read.iter().map(|(_, line, _)| *line).collect::<Vec<_>>(), [1, 3, 6], "blank rows are passed over");
}

#[test]
fn a_row_of_another_width_is_given_as_it_is() {
    let read = rows_of(b"name,phone,city\nAnn,1\nBob,2,Bonn,late\nCleo,3,Chur\n");
    assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 4, 3]);
}

#[test]
fn how_far_it_has_come_is_told() {
    let text = format!("name,phone\n{}", "Ann Berg,+14155550142\n".repeat(10_000));
    let mut sheet = open(text.as_bytes()).unwrap();
    let mut row = Row::default();
    assert!(sheet.progress() < 0.01);
    while sheet.read(&mut row).unwrap() {}
    assert!((sheet.progress() - 1.0).abs() < 1e-9);
    assert_eq!(format!("{row:?} {sheet:?}").matches("Ann").count(), 0, "nobody's data goes into a log");
}

/// What may stand in a value; every letter is in all the character sets that are tried.
fn value() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zA-Z0-9 äöüß,;|\t\"\r\n+-]{0,12}").unwrap()
}

fn written(rows: &Rows, delimiter: char, end: &str) -> String {
    let quoted = |value: &String| format!("\"{}\"", value.replace('"', "\"\""));
    rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(&delimiter.to_string()) + end).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever is written comes back, and from every row on again.
    #[test]
    fn what_was_written_is_read(
        body in proptest::collection::vec(proptest::collection::vec(value(), 3), 1..8),
        delimiter in 0_usize..4, end in 0_usize..3, encoding in 0_usize..4, marked: bool,
    ) {
        let delimiter = Delimiter::ALL[delimiter];
        let end = ["\n", "\r\n", "\r"][end];
        let encoding = [UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1252][encoding];
        let mut all = rows(&[&["größe", "phone 0123456", "name"]]);
        all.extend(body.into_iter().map(|mut row| { row.push(if encoding == WINDOWS_1252 { "x" } else { "x😀ż" }.into());
            row }));
        let text = written(&all, delimiter.byte() as char, end);
        let mark = if marked && encoding != WINDOWS_1252 { encoded("\u{FEFF}", encoding) } else { Vec::new() };
        let bytes = [mark, encoded(&text, encoding)].concat();
        let known = Known { delimiter: Some(delimiter), encoding: Some(encoding.name()), sheet: None };
        let mut sheet = Sheet::open(Cursor::new(bytes.clone()), &known).unwrap();
        let read = read_on(&mut sheet).unwrap();
        prop_assert_eq!(read.iter().map(|(row, ..)| row.clone()).collect::<Rows>(), all);
        for (at, (.., position)) in read.iter().enumerate() {
            let mut again = Sheet::open(Cursor::new(bytes.clone()), &known).unwrap();
            again.resume(*position).unwrap();
            prop_assert_eq!(&read_on(&mut again).unwrap()[..], &read[at + 1..]);
        }
    }

    /// Strangers' bytes are answered, and never with a panic.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0_usize..4) {
        let start: &[u8] = [b"".as_slice(), b"PK\x03\x04", b"\xFF\xFE", b"\"a\";"][start];
        let bytes = [start, bytes.as_slice()].concat();
        if let Ok(mut sheet) = open(&bytes) {
            let _ = read_on(&mut sheet);
        }
    }
}
