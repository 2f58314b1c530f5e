//! Pages of the web: what stands in them for readers, without what leads around the site.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node, Selector};

use crate::markup::Writer;
use crate::{CHARACTERS_MAX, Content, Document, DocumentError, Format};

/// A page nests elements some dozens deep; one that does it by the thousand costs the square of that to parse.
const DEPTH_MAX: usize = 2_000;
/// Less than this in the part that is called the main one, and the whole page is read.
const MAIN_CHARS_MIN: usize = 60;

pub(crate) fn read(text: &str) -> Result<Document, DocumentError> {
    if is_too_deep(text) {
        return Err(DocumentError::TooDeep);
    }
    let page = Html::parse_document(text);
    let whole = |selector: &str| Selector::parse(selector).ok().and_then(|selector| page.select(&selector).next());
    let main = whole("main, [role=main]").or_else(|| {
        // One article is the page; several are a list of them.
        let articles = Selector::parse("article").ok()?;
        let mut found = page.select(&articles);
        found.next().filter(|_| found.next().is_none())
    });
    let said = main.map(|main| written(*main)).transpose()?.filter(|said| said.chars().count() >= MAIN_CHARS_MIN);
    let said = match said {
        Some(said) => said,
        None => written(page.tree.root())?,
    };
    let title = whole("title")
        .or_else(|| whole("h1"))
        .map(|element| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "));
    Ok(Document { format: Format::Html, title: title.filter(|title| !title.is_empty()), content: Content::Text(said) })
}

fn written(root: NodeRef<'_, Node>) -> Result<String, DocumentError> {
    let mut writer = Writer::default();
    let mut unread = 0_usize;
    let mut verbatim = 0_usize;
    for edge in root.traverse() {
        // Open and Close come in pairs, whatever the page left open.
        let (node, is_open) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(text) if is_open && unread == 0 => {
                if verbatim > 0 {
                    writer.verbatim(text);
                } else {
                    writer.text(text);
                }
            }
            Node::Element(element) => {
                if is_unread(element) {
                    if is_open {
                        unread += 1
                    } else {
                        unread -= 1
                    }
                    continue;
                }
                if unread > 0 {
                    continue;
                }
                if element.name() == "pre" {
                    if is_open { verbatim += 1 } else { verbatim -= 1 }
                }
                if is_open { opened(&mut writer, element.name()) } else { closed(&mut writer, element.name()) }
            }
            _ => {}
        }
        if writer.len() > CHARACTERS_MAX * 4 {
            return Err(DocumentError::TooLong);
        }
    }
    Ok(writer.finish())
}

/// What is not for readers, or leads around the site.
fn is_unread(element: &Element) -> bool {
    let is = |name: &str, value: &str| element.attr(name).is_some_and(|found| found.eq_ignore_ascii_case(value));
    matches!(
        element.name(),
        "script"
            | "style"
            | "noscript"
            | "template"
            | "nav"
            | "footer"
            | "iframe"
            | "svg"
            | "canvas"
            | "object"
            | "head"
            | "title"
            | "button"
            | "select"
            | "input"
            | "textarea"
            | "dialog"
    ) || element.attr("hidden").is_some()
        || is("aria-hidden", "true")
        || is("role", "navigation")
        || is("role", "contentinfo")
        || is("role", "dialog")
        || element.attr("style").is_some_and(|style| style.replace(' ', "").contains("display:none"))
}

fn opened(writer: &mut Writer, name: &str) {
    match name {
        "h1" => writer.block("# "),
        "h2" => writer.block("## "),
        "h3" => writer.block("### "),
        "h4" | "h5" | "h6" => writer.block("#### "),
        "li" => writer.block("- "),
        "br" => writer.line(),
        "table" => writer.table(),
        "tr" => writer.row(),
        "th" => writer.cell(true),
        "td" => writer.cell(false),
        "dd" => writer.text(" "),
        name if is_block(name) => writer.block(""),
        _ => {}
    }
}

fn closed(writer: &mut Writer, name: &str) {
    match name {
        "table" => writer.end_table(),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" => writer.block(""),
        "dt" => writer.verbatim(":"),
        "td" | "th" | "tr" | "br" | "dd" => {}
        name if is_block(name) => writer.block(""),
        _ => {}
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "aside"
            | "blockquote"
            | "pre"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "figure"
            | "figcaption"
            | "address"
            | "form"
            | "fieldset"
            | "details"
            | "summary"
            | "hr"
            | "body"
            | "html"
    )
}

/// Counts what is opened and not closed, but for elements that need no end.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() || ends_by_itself(name) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

fn ends_by_itself(name: &str) -> bool {
    const NAMES: [&str; 30] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "rt",
        "rp", "path",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
