//! Workbooks.

use std::io::Write as _;

use zip::write::SimpleFileOptions;

use super::*;

pub(super) fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Cell formats by their number: plain, a day, zeros in front, a plus in front, the day of Excel's own list.
const STYLES: &str = r#"<styleSheet><numFmts count="3"><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/>
    <numFmt numFmtId="165" formatCode="00000000000"/><numFmt numFmtId="166" formatCode="&quot;+&quot;0"/></numFmts>
    <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;

/// A workbook of these sheets (name, state, rows) with these shared texts.
fn workbook(sheets: &[(&str, &str, &str)], shared: &[&str], since_1904: bool) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let (mut list, mut relations) = (String::new(), String::new());
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for (at, (name, state, rows)) in sheets.iter().enumerate() {
        list.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{at}\" state=\"{state}\" r:id=\"r{at}\"/>"));
        relations.push_str(&format!(
            "<Relationship Id=\"r{at}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
        ));
        let xml = format!("<?xml version=\"1.0\"?><worksheet><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{at}.xml"), xml.into_bytes()));
    }
    for (kind, target) in [("styles", "styles.xml"), ("sharedStrings", "/xl/sharedStrings.xml")] {
        relations.push_str(&format!("<Relationship Id=\"{kind}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>"));
    }
    let since = if since_1904 { "<workbookPr date1904=\"1\"/>" } else { "" };
    let items: String = shared.iter().map(|text| format!("<si>{text}</si>")).collect();
    let all = [
        (
            "_rels/.rels",
            format!(
                "<Relationships><Relationship Id=\"a\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        ("xl/workbook.xml", format!("<workbook xmlns:r=\"r\">{since}<sheets>{list}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>")),
        ("xl/styles.xml", STYLES.to_owned()),
        ("xl/sharedStrings.xml", format!("<sst>{items}</sst>")),
    ];
    let mut entries: Vec<(&str, &[u8])> = all.iter().map(|(name, xml)| (*name, xml.as_bytes())).collect();
    entries.extend(parts.iter().map(|(name, xml)| (name.as_str(), xml.as_slice())));
    zipped(&entries)
}

/// A workbook of one sheet; shared texts without marks of their own.
pub(super) fn book(rows: &str, shared: &[&str]) -> Vec<u8> {
    let shared: Vec<String> = shared.iter().map(|text| format!("<t>{text}</t>")).collect();
    let shared: Vec<&str> = shared.iter().map(String::as_str).collect();
    // The marks around the rows are closed whatever the rows are; one that is cut off is not.
    workbook(&[("People", "visible", rows)], &shared, false)
}

#[test]
fn cells_of_every_kind_are_read_as_people_would_write_them() {
    let shared =
        ["<t>Name &amp; more</t>", "<r><t>An</t></r><r><t xml:space=\"preserve\">n </t></r><rPh><t>アン</t></rPh>"];
    let rows_of_book = r#"
        <row r="2" spans="1:9"><c r="A2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>phone</t></is></c></row>
        <row r="3"/>
        <row r="4"><c r="A4" s="0"/><c r="XFD4" s="1"/></row>
        <row r="7">
          <c r="A7" t="s"><v>1</v></c><c r="B7" t="b"><v>1</v></c><c r="C7"><v>4.155550142E9</v></c>
          <c r="D7" s="1"><v>46353</v></c><c r="E7" s="2"><v>1712345678</v></c><c r="F7" s="3"><v>4915123456789</v></c>
          <c r="G7" t="str"><f>A7&amp;"!"</f><v>a&lt;b</v></c><c r="H7" t="e"><v>#N/A</v></c>
          <c r="I7" t="d"><v>2026-11-27</v></c><c r="J7" s="4"><v>46353.75</v></c><c r="K7"><f>1+1</f><v>2</v></c>
        </row>"#;
    let mut sheet = open(&workbook(&[("People", "visible", rows_of_book)], &shared, false)).unwrap();
    let read = read_on(&mut sheet).unwrap();
    let expected = rows(&[
        &["Name & more", "", "phone"],
        &[
            "Ann ",
            "true",
            "4155550142",
            "2026-11-27",
            "01712345678",
            "+4915123456789",
            "a<b",
            "",
            "2026-11-27",
            "2026-11-27 18:00:00",
            "2",
        ],
    ]);
    assert_eq!(read.iter().map(|(row, ..)| row.clone()).collect::<Rows>(), expected);
    assert_eq!(read.iter().map(|(_, line, _)| *line).collect::<Vec<_>>(), [2, 7]);
    assert_eq!(sheet.shape().format, Format::Workbook { sheet: "People".into(), sheets: vec!["People".into()] });
}

#[test]
fn the_first_sheet_that_is_shown_and_has_something_is_read() {
    let row = |value: &str| format!("<row><c t=\"str\"><v>{value}</v></c></row><row><c><v>4155550142</v></c></row>");
    let (secret, people) = (row("secret"), row("phone"));
    let all = [
        ("Old", "hidden", secret.as_str()),
        ("Cover", "visible", "<row><c s=\"1\"/></row>"),
        ("A &amp; B", "visible", &people),
    ];
    let mut sheet = open(&workbook(&all, &[], false)).unwrap();
    assert_eq!(
        sheet.shape().format,
        Format::Workbook { sheet: "A & B".into(), sheets: vec!["Cover".into(), "A & B".into(), "Old".into()] }
    );
    assert_eq!(read_on(&mut sheet).unwrap()[0].0, ["phone"]);
    let file = workbook(&all, &[], false);
    let named = |name| Sheet::open(Cursor::new(file.clone()), &Known { sheet: Some(name), ..Known::default() });
    assert_eq!(read_on(&mut named("Old").unwrap()).unwrap()[0].0, ["secret"]);
    assert!(matches!(named("Cover"), Err(SheetError::Empty)));
    assert!(matches!(named("None"), Err(SheetError::UnknownSheet(_))));
    assert_eq!(rows_of(&workbook(&all[..2], &[], false))[0], ["secret"], "unless there is no other");
}

#[test]
fn days_count_from_where_the_workbook_says() {
    let rows_of_book = "<row><c s=\"1\"><v>44891</v></c></row>";
    assert_eq!(rows_of(&workbook(&[("S", "visible", rows_of_book)], &[], true)), rows(&[&["2026-11-27"]]));
}

#[test]
fn reading_goes_on_behind_any_row() {
    let body: String = (1..=50)
        .map(|n| format!("<row r=\"{}\"><c t=\"s\"><v>{}</v></c><c><v>{n}</v></c></row>", n * 2, n % 3))
        .collect();
    let bytes = book(&body, &["Ann", "Bob", "Cleo"]);
    let all = read_on(&mut open(&bytes).unwrap()).unwrap();
    assert_eq!(all.len(), 50);
    let mut sheet = open(&bytes).unwrap();
    for (at, (.., position)) in all.iter().enumerate() {
        sheet.resume(*position).unwrap();
        assert_eq!(read_on(&mut sheet).unwrap()[..], all[at + 1..]);
    }
    assert_eq!(sheet.sample(3).unwrap().len(), 3);
    assert_eq!(read_on(&mut sheet).unwrap().len(), 50, "a sample takes nothing away");
}

#[test]
fn a_locked_part_is_called_locked() {
    let mut bytes = book("<row><c><v>4155550142</v></c></row>", &[]);
    // The bit for "encrypted" in each entry of the list of parts (APPNOTE 4.4.4).
    let marks: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in marks {
        bytes[at + 8] |= 1;
    }
    assert_eq!(code(&bytes), "locked");
}
