//! Sitemaps: which pages a site has, and which sitemaps name more of them (sitemaps.org).

use std::io::{BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::docx::resolved;

/// What the protocol lets one unpack to.
const UNPACKED_MAX: u64 = 50 << 20;
/// Addresses that are read of one; the protocol allows 50,000, and far fewer are of use here.
const NAMES_MAX: usize = 5_000;
/// A longer address is none (sitemaps.org says 2,048).
const ADDRESS_MAX: usize = 2_048;

/// What a sitemap names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Pages, in its order.
    Pages(Vec<String>),
    /// Other sitemaps.
    Sitemaps(Vec<String>),
}

/// What was fetched is no sitemap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is there is no sitemap")]
pub struct NotASitemap;

/// Reads one, packed with gzip or not: XML, or plain text with an address on each line.
///
/// # Errors
/// When it is none.
pub fn read(bytes: &[u8]) -> Result<Named, NotASitemap> {
    if bytes.starts_with(&[0x1F, 0x8B]) {
        // Beyond the bound it simply ends, as a sitemap that is cut off does.
        xml_or_text(&mut BufReader::new(MultiGzDecoder::new(bytes).take(UNPACKED_MAX)))
    } else {
        xml_or_text(&mut BufReader::new(bytes))
    }
}

fn xml_or_text(reader: &mut impl BufRead) -> Result<Named, NotASitemap> {
    let head = reader.fill_buf().map_err(|_| NotASitemap)?;
    let head = String::from_utf8_lossy(&head[..head.len().min(64)]).into_owned();
    let head = head.trim_start_matches('\u{FEFF}').trim_start();
    if head.starts_with("http://") || head.starts_with("https://") {
        return Ok(Named::Pages(lines(reader)));
    }
    xml(reader)
}

fn lines(reader: &mut impl BufRead) -> Vec<String> {
    let mut names = Vec::new();
    let mut line = Vec::new();
    while names.len() < NAMES_MAX {
        line.clear();
        let Ok(count) = reader.by_ref().take(ADDRESS_MAX as u64 * 2).read_until(b'\n', &mut line) else { break };
        if count == 0 {
            break;
        }
        let name = String::from_utf8_lossy(&line);
        let name = name.trim_start_matches('\u{FEFF}').trim();
        if !name.is_empty() && name.len() <= ADDRESS_MAX {
            names.push(name.to_owned());
        }
    }
    names
}

fn xml(reader: &mut impl BufRead) -> Result<Named, NotASitemap> {
    let mut reader = Reader::from_reader(reader);
    let mut buffer = Vec::new();
    let mut is_index = None;
    let (mut names, mut name) = (Vec::new(), String::new());
    // An image's own address stands in a `loc` of another namespace, deeper.
    let (mut depth, mut in_name) = (0_usize, false);
    while names.len() < NAMES_MAX {
        buffer.clear();
        let Ok(event) = reader.read_event_into(&mut buffer) else { break };
        match event {
            Event::Start(tag) => {
                depth += 1;
                match (depth, tag.local_name().as_ref()) {
                    (1, "urlset") => is_index = Some(false),
                    (1, "sitemapindex") => is_index = Some(true),
                    (1, _) => return Err(NotASitemap),
                    (3, "loc") => {
                        in_name = true;
                        name.clear();
                    }
                    _ => {}
                }
            }
            Event::Empty(tag) if depth == 0 => match tag.local_name().as_ref() {
                "urlset" => is_index = Some(false),
                "sitemapindex" => is_index = Some(true),
                _ => return Err(NotASitemap),
            },
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if in_name && depth < 3 {
                    in_name = false;
                    let found = name.trim();
                    if !found.is_empty() && found.len() <= ADDRESS_MAX {
                        names.push(found.to_owned());
                    }
                }
            }
            Event::Text(text) if in_name && name.len() <= ADDRESS_MAX => {
                name.push_str(&text);
            }
            Event::CData(text) if in_name && name.len() <= ADDRESS_MAX => {
                name.push_str(&text);
            }
            Event::GeneralRef(reference) if in_name => name.push_str(&resolved(&reference)),
            Event::Eof => break,
            _ => {}
        }
    }
    match is_index {
        Some(true) => Ok(Named::Sitemaps(names)),
        Some(false) => Ok(Named::Pages(names)),
        None => Err(NotASitemap),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const PAGES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://x">
  <url><loc> https://a.test/?a=1&amp;b=&#50; </loc><lastmod>2026-01-01</lastmod><image:image><image:loc>https://a.test/i.png</image:loc></image:image></url>
  <url><loc><![CDATA[https://a.test/b]]></loc></url>
</urlset>"#;

    fn pages(names: &[&str]) -> Result<Named, NotASitemap> {
        Ok(Named::Pages(names.iter().map(|name| (*name).to_owned()).collect()))
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn pages_and_sitemaps_are_told_apart() {
        let both = ["https://a.test/?a=1&b=2", "https://a.test/b"];
        assert_eq!(read(PAGES.as_bytes()), pages(&both));
        assert_eq!(read(&gzipped(PAGES.as_bytes())), pages(&both));
        let index = "<sitemapindex><sitemap><loc>https://a.test/1.xml.gz</loc></sitemap></sitemapindex>";
        assert_eq!(read(index.as_bytes()), Ok(Named::Sitemaps(vec!["https://a.test/1.xml.gz".into()])));
        assert_eq!(
            read(b"\xEF\xBB\xBFhttps://a.test/\r\n\r\nhttps://a.test/b"),
            pages(&["https://a.test/", "https://a.test/b"])
        );
        assert_eq!(read(b"<urlset/>"), pages(&[]));
    }

    #[test]
    fn what_is_no_sitemap_is_none_and_a_broken_one_is_read_up_to_there() {
        for text in ["", "<html><body>x</body></html>", "hello", "<rss/>", "{}", "\u{1F}\u{8B}"] {
            assert_eq!(read(text.as_bytes()), Err(NotASitemap), "{text}");
        }
        assert_eq!(
            read(&PAGES.as_bytes()[..PAGES.len() - 30])
                .map(|named| matches!(named, Named::Pages(names) if !names.is_empty())),
            Ok(true)
        );
    }

    #[test]
    fn one_that_unpacks_without_end_ends() {
        let mut text = b"<urlset>".to_vec();
        for n in 0..NAMES_MAX + 10 {
            text.extend_from_slice(format!("<url><loc>https://a.test/{n}</loc></url>").as_bytes());
        }
        let Ok(Named::Pages(names)) = read(&gzipped(&text)) else { panic!("pages") };
        assert_eq!(names.len(), NAMES_MAX);
        let bomb = gzipped(&vec![b' '; 60 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(read(&bomb), Err(NotASitemap));
    }
}
