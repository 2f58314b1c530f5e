//! Documents as programs make them, and as enemies do.

use std::cell::Cell;
use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use zip::write::SimpleFileOptions;

use super::*;

fn named<'a>(file_name: &'a str) -> Said<'a> {
    Said { file_name: Some(file_name), content_type: None }
}

fn read_as(name: &str, bytes: &[u8]) -> Result<Document, DocumentError> {
    read(bytes, &named(name), &|| true)
}

fn text_of(name: &str, bytes: &[u8]) -> String {
    match read_as(name, bytes).map(|document| document.content) {
        Ok(Content::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

fn code_of(name: &str, bytes: &[u8]) -> &'static str {
    match read_as(name, bytes) {
        Err(error) => {
            assert!(!error.to_string().is_empty() && error.mend().ends_with('.'), "{error}");
            error.code()
        }
        Ok(document) => panic!("{name} was read as {document:?}"),
    }
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let styles =
        r#"<w:styles xmlns:w="w"><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>"#;
    let core = r#"<cp:coreProperties xmlns:dc="dc"><dc:title>Prices &amp; hours</dc:title></cp:coreProperties>"#;
    let document = format!(r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/styles.xml", styles.as_bytes()),
        ("docProps/core.xml", core.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A PDF of these objects, numbered from 1; the first is the catalogue. `trailer` is what else the trailer says.
fn pdf_of(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    file.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let size = objects.len() + 1;
    file.extend_from_slice(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n").as_bytes(),
    );
    file
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<< {dictionary} /Length {} >>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// A PDF with one page that shows this.
fn pdf(content: &str, fonts: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let packed = deflated(content.as_bytes());
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << {fonts} >> >> >>").into_bytes(),
        stream("/Filter /FlateDecode", &packed),
    ];
    objects.extend_from_slice(more);
    pdf_of(&objects, "")
}

const HELVETICA: &str = "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

#[test]
fn a_pdf_is_read_line_by_line() {
    let content = "BT /F1 24 Tf 72 760 Td (Opening hours) Tj ET\n\
        BT /F1 11 Tf 14 TL 72 720 Td (We are open from seven to six, from Tuesday to Sunday, and we are clo-) Tj T* \
        (sed on Mondays.) Tj ET\n\
        BT /F1 11 Tf 1 0 0 1 72 660 Tm [(B) 20 (read) -300 (costs) -280 (3) ( \\200)] TJ ET\n\
        BT /F1 11 Tf 1 0 0 1 72 640 Tm (\\225 Rolls) Tj ET\n\
        /Artifact BMC BT /F1 8 Tf 1 0 0 1 300 20 Tm (Page 1 of 1) Tj ET EMC";
    let text = text_of("hours.pdf", &pdf(content, HELVETICA, &[]));
    assert_eq!(
        text,
        "# Opening hours\n\nWe are open from seven to six, from Tuesday to Sunday, and we are closed on Mondays.\n\n\
         Bread costs 3 €\n\n- Rolls"
    );
}

#[test]
fn a_pdfs_own_codes_are_read_by_what_it_says_of_them() {
    let map = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <0005> [<0048> <00E9> <006C> <006F> <0020>] endbfrange";
    let fonts = "/F1 5 0 R /F2 << /Type /Font /Subtype /Type1 /BaseFont /X /Encoding << /Differences [65 /adieresis /Euro /f_i /uni0416] >> >>";
    let more = [
        b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [6 0 R] >>".to_vec(),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 500 /W [1 [600 500] 3 5 400] >>".to_vec(),
        stream("", map),
    ];
    let content = "BT /F1 12 Tf 72 700 Td <000100020003000300040005> Tj /F2 12 Tf (ABCD) Tj ET";
    assert_eq!(text_of("", &pdf(content, fonts, &more)), "Héllo ä€fiЖ");
}

#[test]
fn a_pdf_that_cannot_be_read_says_why() {
    let good = pdf("BT /F1 12 Tf 72 700 Td (Hello) Tj ET", HELVETICA, &[]);
    // A scanner's page: a picture, and no text.
    let scan = pdf("q 500 0 0 700 0 0 cm /Im1 Do Q", "", &[]);
    assert_eq!(code_of("scan.pdf", &scan), "no_text");
    assert!(read_as("scan.pdf", &scan).unwrap_err().to_string().contains("scanner"));
    let locked = pdf_of(
        &[
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [] /Count 0 >>".to_vec(),
            format!("<< /Filter /Standard /V 1 /R 2 /P -4 /O <{}> /U <{}> >>", "41".repeat(32), "42".repeat(32))
                .into_bytes(),
        ],
        "/Encrypt 3 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]",
    );
    assert_eq!(code_of("locked.pdf", &locked), "encrypted");
    for cut in [10, 60, 200] {
        let code = code_of("cut.pdf", &good[..cut]);
        assert!(["damaged", "no_text", "not_what_it_says"].contains(&code), "{cut}: {code}");
    }
    assert_eq!(text_of("", &[b"\n\n", &good[..]].concat()), "Hello", "what stands before it does not matter");
}

#[test]
fn a_pdf_that_swells_is_not_unpacked() {
    let bomb = deflated(&vec![b' '; 80 << 20]);
    assert!(bomb.len() < 200_000);
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>".to_vec(),
        stream("/Filter /FlateDecode", &bomb),
    ];
    assert_eq!(code_of("bomb.pdf", &pdf_of(&objects, "")), "too_large");
    let twice = stream("/Filter [/FlateDecode /FlateDecode]", &deflated(&bomb));
    let objects = [objects[0].clone(), objects[1].clone(), objects[2].clone(), twice];
    assert_eq!(code_of("twice.pdf", &pdf_of(&objects, "")), "too_large");
    // Forms that show each other end.
    let form = |other: u32| {
        stream(&format!("/Type /XObject /Subtype /Form /Resources << /XObject << /X {other} 0 R >> >>"), b"/X Do /X Do")
    };
    let circle = [
        objects[0].clone(),
        objects[1].clone(),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>".to_vec(),
        stream("", b"/X Do"),
        form(6),
        form(5),
    ];
    assert_eq!(code_of("circle.pdf", &pdf_of(&circle, "")), "no_text");
    let nested = [&b"%PDF-1.4\n1 0 obj\n"[..], &vec![b'['; 2_000_000], b"\nendobj"].concat();
    assert_eq!(code_of("nested.pdf", &nested), "damaged");
}

#[test]
fn time_runs_out() {
    let content = "BT /F1 12 Tf 72 700 Td (Hello) Tj ET ".repeat(5_000);
    let file = pdf(&content, HELVETICA, &[]);
    let looks = Cell::new(0);
    let in_time = || {
        looks.set(looks.get() + 1);
        looks.get() < 4
    };
    assert_eq!(read(&file, &Said::default(), &in_time), Err(DocumentError::TooSlow));
    let long = docx(&"<w:p><w:r><w:t>Hello</w:t></w:r></w:p>".repeat(20_000));
    assert_eq!(read(&long, &Said::default(), &|| false), Err(DocumentError::TooSlow));
}

#[test]
fn a_word_document_keeps_headings_lists_and_tables() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let body = format!(
        r#"<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Our</w:t></w:r><w:r><w:t xml:space="preserve"> bread</w:t></w:r></w:p>
           <w:p><w:r><w:t>Fish &amp; chips, caf&#233;.</w:t><w:br/><w:t>Every day.</w:t></w:r><w:del><w:r><w:t>never</w:t></w:r></w:del></w:p>
           <w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Rye</w:t></w:r></w:p><w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Spelt</w:t></w:r></w:p>
           <w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl><w:p><w:r><w:t>The end.</w:t></w:r></w:p>"#,
        cell("Rye"),
        cell("4 €"),
        cell("Spelt"),
        cell("5 €"),
    );
    let document = read_as("bread.docx", &docx(&body)).unwrap();
    assert_eq!((document.format, document.title.as_deref()), (Format::Docx, Some("Prices & hours")));
    assert_eq!(
        document.content,
        Content::Text(
            "# Our bread\n\nFish & chips, café.\nEvery day.\n\n- Rye\n- Spelt\n\n- Rye: 4 €\n- Spelt: 5 €\n\nThe end."
                .into()
        )
    );
}

#[test]
fn a_word_document_made_by_an_enemy_is_refused() {
    let bomb = docx(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", " ".repeat(70 << 20)));
    assert!(bomb.len() < 200_000);
    assert_eq!(code_of("bomb.docx", &bomb), "too_large");
    assert_eq!(code_of("deep.docx", &docx(&"<w:tbl><w:tr><w:tc>".repeat(5_000))), "too_deep");
    let long = docx(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "word ".repeat(300_000)));
    assert_eq!(code_of("long.docx", &long), "too_long");
    let whole = docx("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
    assert_eq!(code_of("cut.docx", &whole[..whole.len() / 2]), "damaged");
    assert_eq!(code_of("empty.docx", &docx("")), "no_text");
    // Entities of its own are not resolved, nor fetched.
    let entities = zipped(&[("word/document.xml", br#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w"><w:p><w:r><w:t>x&b;&f;y</w:t></w:r></w:p></w:document>"#)]);
    assert_eq!(text_of("", &entities), "xy");
    assert_eq!(code_of("sheet.docx", &zipped(&[("xl/workbook.xml", b"<x/>")])), "not_what_it_says");
    assert_eq!(code_of("sheet.xlsx", &zipped(&[("xl/workbook.xml", b"<x/>")])), "unsupported_format");
    assert_eq!(code_of("pictures.zip", &zipped(&[("a.png", b"x")])), "unsupported_format");
}

#[test]
fn a_file_that_is_not_what_it_says_is_refused() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    for (name, bytes, found) in [
        ("prices.pdf", &png[..], "a picture"),
        ("prices.docx", &png[..], "a picture"),
        ("prices.txt", &png[..], "a picture"),
        ("prices.pdf", b"Bread costs three.", "plain text"),
        ("prices.docx", b"Bread costs three.", "plain text"),
        ("prices.csv", b"%PDF-1.7\n", "a PDF"),
        ("prices.docx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office"),
        ("prices.txt", b"\0\x01\x02\x03\x04\x05\x06\x07", "no document"),
    ] {
        let error = read_as(name, bytes).unwrap_err();
        assert_eq!(error.code(), "not_what_it_says", "{name}");
        assert!(error.to_string().contains(found), "{name}: {error}");
    }
    assert_eq!(code_of("", png), "unsupported_format");
    assert_eq!(code_of("", b""), "empty");
    assert_eq!(code_of("a.txt", b" \n\t ---"), "no_text");
}

#[test]
fn a_page_is_read_without_what_leads_around_the_site() {
    let page = br#"<!-- made by hand --><!DOCTYPE html><html><head><title> Bakery
        &ndash; Hours</title><style>p{}</style><script>alert("x")</script></head><body>
        <nav><a href="/">Home</a></nav><header><h1>Our <em>hours</em></h1></header>
        <p>We are open&nbsp;from <b>7</b> to 6.<br>Closed on Mondays.</p>
        <ul><li>Rye<li>Spelt <ul><li>fresh</ul></ul>
        <table><tr><th>Bread</th><th>Price</th></tr><tr><td>Rye</td><td>4 &euro;</td></tr></table>
        <dl><dt>Phone</dt><dd>555</dd></dl><pre>a  b
c</pre><p hidden>secret</p><div style="display: none">secret</div><noscript>secret</noscript>
        <details><summary>Do you deliver?</summary>Yes, we do.</details><footer>Imprint</footer></body></html>"#;
    let document = read_as("", page).unwrap();
    assert_eq!((document.format, document.title.as_deref()), (Format::Html, Some("Bakery – Hours")));
    let Content::Text(text) = document.content else { panic!("text") };
    assert_eq!(
        text,
        "# Our hours\n\nWe are open from 7 to 6.\nClosed on Mondays.\n\n- Rye\n- Spelt\n- fresh\n\n- Bread: Rye; Price: 4 €\n\n\
         Phone: 555\n\na  b\nc\n\nDo you deliver?\n\nYes, we do."
    );
    let main = format!(
        "<html><body><div>Menu</div><main><h2>Hours</h2><p>{}</p></main><aside>Ads</aside></body></html>",
        "We are open. ".repeat(10)
    );
    let text = text_of("a.html", main.as_bytes());
    assert!(text.starts_with("## Hours\n\nWe are open.") && !text.contains("Ads") && !text.contains("Menu"), "{text}");
}

#[test]
fn a_page_made_by_an_enemy_is_refused_or_harmless() {
    assert_eq!(code_of("a.html", format!("<html>{}", "<div>".repeat(100_000)).as_bytes()), "too_deep");
    assert_eq!(code_of("a.html", b"<html><script>let x = 1;</script></html>"), "no_text");
    let unclosed = format!("<html><nav>{}", "<p>Hello there</p>".repeat(10));
    assert_eq!(code_of("a.html", unclosed.as_bytes()), "no_text");
    let items = format!("<html><ul>{}</ul></html>", "<li>Hello".repeat(20_000));
    assert!(text_of("a.html", items.as_bytes()).starts_with("- Hello\n- Hello"));
}

#[test]
fn text_is_read_in_whatever_letters() {
    let western =
        encoding_rs::WINDOWS_1252.encode("Die Bäckerei hat von früh bis spät geöffnet. Größe: 5 €").0.into_owned();
    let russian = encoding_rs::WINDOWS_1251
        .encode("Пекарня открыта с семи до шести каждый день, кроме понедельника.")
        .0
        .into_owned();
    let wide = |text: &str, little: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    for (bytes, text) in [
        (b"\xEF\xBB\xBFOpen\r\n\r\n\r\n\r\nfrom 7\xC2\xA0am\t\0".to_vec(), "Open\n\nfrom 7 am"),
        (western, "Die Bäckerei hat von früh bis spät geöffnet. Größe: 5 €"),
        (russian, "Пекарня открыта с семи до шести каждый день, кроме понедельника."),
        ([&b"\xFF\xFE"[..], &wide("Open", true)].concat(), "Open"),
        ([&b"\xFE\xFF"[..], &wide("Оpen", false)].concat(), "Оpen"),
        (wide("Open from seven to six", true), "Open from seven to six"),
    ] {
        assert_eq!(text_of("a.txt", &bytes), text);
    }
    let said = Said { file_name: None, content_type: Some("text/plain; charset=\"ISO-8859-2\"") };
    let polish = encoding_rs::ISO_8859_2.encode("Łódź").0.into_owned();
    assert_eq!(read(&polish, &said, &|| true).unwrap().content, Content::Text("Łódź".into()));
}

#[test]
fn markdown_stays_as_it_is() {
    let document = read_as("a.md", b"---\nlayout: page\n---\n\n# Hours\n\n- From 7\n- To 6\n").unwrap();
    assert_eq!((document.format, document.title.as_deref()), (Format::Markdown, Some("Hours")));
    assert_eq!(document.content, Content::Text("# Hours\n\n- From 7\n- To 6".into()));
}

#[test]
fn tables_with_questions_become_pairs_and_others_labelled_rows() {
    let pairs = |text: &str, name: &str| match read_as(name, text.as_bytes()).unwrap().content {
        Content::Pairs(pairs) => pairs,
        Content::Text(text) => panic!("{text}"),
    };
    let expected = vec![("Do you deliver?".to_owned(), "Yes, \"daily\".\nFree.".to_owned())];
    assert_eq!(
        pairs("Category,Question,Answer\nx,Do you deliver?,\"Yes, \"\"daily\"\".\nFree.\"\ny,,Nothing\n", "a.csv"),
        expected
    );
    assert_eq!(
        pairs("\u{FEFF}Frage;Antwort\nLiefern Sie?;Ja, gern.\n", "a.csv"),
        [("Liefern Sie?".into(), "Ja, gern.".into())]
    );
    assert_eq!(pairs("question\tanswer\nA?\tB.\n", ""), [("A?".into(), "B.".into())], "whatever it is called");
    assert_eq!(
        text_of("a.csv", b"Bread;Price;Note\nRye;4,50;\nSpelt;5;fresh\n"),
        "Bread: Rye; Price: 4,50\n\nBread: Spelt; Price: 5; Note: fresh"
    );
    assert_eq!(text_of("a.csv", b"Rye,4.50\nSpelt,5\n"), "Rye, 4.50\n\nSpelt, 5");
    assert_eq!(text_of("a.txt", b"Question, she said, and answer\nis all."), "Question, she said, and answer\nis all.");
    assert_eq!(code_of("a.csv", b"\n\n,,,\n"), "no_text");
}

#[test]
fn nothing_that_is_cut_off_or_garbled_panics() {
    let files = [
        pdf("BT /F1 12 Tf 72 700 Td (Hello) Tj ET", HELVETICA, &[]),
        docx("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>"),
        b"<!doctype html><table><tr><td>a<ul><li>b</table>&amp;&#x41;<p>c".to_vec(),
        b"question,answer\n\"a\"\"b,c\n".to_vec(),
    ];
    let mut state = 7_u64;
    let mut chance = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    for file in &files {
        for cut in (0..file.len()).step_by(7) {
            let _ = read_as("", &file[..cut]);
        }
        for _ in 0..300 {
            let mut garbled = file.clone();
            for _ in 0..=chance() % 6 {
                let at = chance() % garbled.len();
                garbled[at] = u8::try_from(chance() % 256).unwrap();
            }
            let _ = read_as("", &garbled);
        }
    }
}
