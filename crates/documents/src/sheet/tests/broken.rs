//! What is no sheet, each with its own answer.

use super::workbook::{book, zipped};
use super::*;

#[test]
fn what_is_no_sheet_says_what_it_is() {
    let old = |name: &str| {
        let mut file = vec![0_u8; 2_048];
        file[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
        file[30] = 9;
        file[48] = 1;
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        file[1_152..1_152 + wide.len()].copy_from_slice(&wide);
        file
    };
    let cases: &[(&str, Vec<u8>)] = &[
        ("empty", Vec::new()),
        ("empty", b"\xEF\xBB\xBF \r\n\r\n".to_vec()),
        ("empty", b",,,\n,,,\n".to_vec()),
        ("only_header", b"name,phone,e-mail\n".to_vec()),
        ("not_a_table", [b"\x89PNG\r\n\x1A\n".as_slice(), &[0; 64]].concat()),
        ("not_a_table", b"\xFF\xD8\xFF\xE0 JFIF".to_vec()),
        ("not_a_table", b"%PDF-1.7\n".to_vec()),
        ("not_a_table", (0..4_096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
        ("not_a_table", b"{\"contacts\": [{\"phone\": \"+14155550142\"}]}".to_vec()),
        ("not_a_table", b"BEGIN:VCARD\r\nTEL:+14155550142\r\n".to_vec()),
        ("markup", b"<html><table><tr><td>phone</td></tr></table></html>".to_vec()),
        (
            "markup",
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>".to_vec(),
        ),
        ("other_spreadsheet", old("Workbook")),
        ("locked", old("EncryptedPackage")),
        ("not_a_table", old("WordDocument")),
        ("not_a_table", zipped(&[("word/document.xml", b"<w/>")])),
        ("not_a_table", zipped(&[("people.csv", b"name,phone\n")])),
        ("other_spreadsheet", zipped(&[("content.xml", b"<office/>"), ("mimetype", b"x")])),
        ("other_spreadsheet", zipped(&[("xl/workbook.bin", b"x")])),
        ("damaged", zipped(&[("xl/workbook.xml", b"<workbook><sheets/></workbook>")])),
        ("damaged", zipped(&[("xl/worksheets/sheet1.xml", b"<worksheet/>")])),
        ("damaged", b"PK\x03\x04 and nothing after it".to_vec()),
        ("damaged", book("<row r=\"1\"><c r=\"A1\"><v>1</v></c>", &[])),
        ("damaged", book("<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>1</v></c></row>", &[])),
        ("damaged", book("<row><c r=\"B1\"><v>4155550142</v></c><c r=\"A1\"><v>1</v></c></row>", &[])),
        ("empty", book("", &[])),
        ("only_header", book("<row><c t=\"inlineStr\"><is><t>phone</t></is></c></row>", &[])),
    ];
    for (at, (expected, bytes)) in cases.iter().enumerate() {
        assert_eq!(code(bytes), *expected, "case {at}");
    }
    assert_eq!(rows_of(b"+14155550142\n"), rows(&[&["+14155550142"]]), "one number alone is one person");
    let whole = book("<row r=\"1\"><c r=\"A1\"><v>4155550142</v></c></row>", &[]);
    for cut in [30, whole.len() / 3, whole.len() / 2, whole.len() - 10] {
        assert_eq!(code(&whole[..cut]), "damaged", "cut at {cut}");
    }
}

#[test]
fn a_quotation_mark_that_nobody_closes_is_found() {
    let text = "name,phone\nAnn,1\nBob,\"2\nCleo,3\nDan,4\n";
    let error = open(text.as_bytes()).and_then(|mut sheet| read_on(&mut sheet)).err().unwrap();
    assert!(matches!(error, SheetError::UnclosedQuote { line: 3 }), "{error}");
    let long = format!("name,phone\nAnn,1\nBob,\"2\n{}", "Cleo,3\n".repeat(200_000));
    let error = open(long.as_bytes()).and_then(|mut sheet| read_on(&mut sheet)).err().unwrap();
    assert!(matches!(error, SheetError::RowTooLong { line: 3 }), "{error}");
}

#[test]
fn columns_are_counted_and_the_number_is_told() {
    let line = |columns: usize| vec!["1234567"; columns].join(",") + "\n";
    assert_eq!(rows_of(line(COLUMNS_MAX).as_bytes())[0].len(), COLUMNS_MAX);
    for columns in [COLUMNS_MAX + 1, 402, 500, 603] {
        let error = open(line(columns).as_bytes()).err().unwrap();
        assert!(matches!(error, SheetError::TooManyColumns { line: 1, columns: told } if told == columns), "{error}");
    }
    let wide = |columns: usize| book(&format!("<row>{}</row>", "<c><v>1234567</v></c>".repeat(columns)), &[]);
    assert_eq!(rows_of(&wide(COLUMNS_MAX))[0].len(), COLUMNS_MAX);
    let error = open(&wide(500)).err().unwrap();
    assert!(matches!(error, SheetError::TooManyColumns { line: 1, columns: 500 }), "{error}");
}

/// A file that is as large as it says, and mostly not there.
struct Huge(u64);

impl Read for Huge {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        panic!("looked into")
    }
}

impl Seek for Huge {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        Ok(self.0)
    }
}

#[test]
fn a_file_of_two_gigabytes_is_not_looked_into() {
    let error = Sheet::open(Huge(2 << 30), &Known::default()).err().unwrap();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("too_large", "The file has 2048 MB, and at most 1024 MB are read at once.")
    );
}

#[test]
fn a_file_that_cannot_be_read_is_not_called_empty() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    impl Seek for Broken {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(100)
        }
    }
    assert_eq!(Sheet::open(Broken, &Known::default()).err().unwrap().code(), "unreadable");
}

#[test]
fn packed_traps_do_not_spring() {
    let nested = format!("<row><c>{}{}<v>1234567</v></c></row>", "<is>".repeat(200), "</is>".repeat(200));
    assert_eq!(code(&book(&nested, &[])), "damaged");
    let long = format!("<row><c t=\"str\"><v>{}</v></c></row>", "x".repeat(3 << 20));
    assert_eq!(code(&book(&long, &[])), "row_too_long");
    let pieces = format!("<row><c t=\"str\">{}</c></row>", format!("<v>{}</v>", "x".repeat(1_000)).repeat(3_000));
    assert_eq!(code(&book(&pieces, &[])), "row_too_long");
    let many = format!("<row>{}</row>", format!("<c t=\"str\"><v>{}</v></c>", "x".repeat(20_000)).repeat(100));
    assert_eq!(code(&book(&many, &[])), "row_too_long");
    let entries: Vec<String> = (0..10_001).map(|n| format!("xl/{n}.xml")).collect();
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(code(&zipped(&entries)), "not_a_table");
}

#[test]
fn more_shared_text_than_is_kept_is_refused() {
    let text = "x".repeat(1_000_000);
    let texts = vec![text.as_str(); 52];
    assert_eq!(code(&book("<row><c t=\"s\"><v>0</v></c></row>", &texts)), "too_much_text");
}
