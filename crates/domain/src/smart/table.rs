//! What is replaced by what. Everything put in is in the GSM alphabet; nothing taken out is.

use std::sync::LazyLock;

/// Plain text, and the characters that become it.
pub(super) const REPLACEMENTS: &[(&str, &str)] = &[
    ("\"", "«»“”„‟″‶〃ʺˮ❝❞〝〞〟＂"),
    ("'", "‘’‛′‵ʹʻʼʽˈˊˋ´`❛❜＇"),
    ("-", "‐‑‒–—―−⁃•‣◦﹘﹣－"),
    ("<", "‹〈⟨❮﹤"),
    (">", "›〉⟩❯﹥"),
    (",", "‚、､﹐﹑"),
    (".", "․。｡﹒"),
    ("..", "‥"),
    ("...", "…"),
    ("!", "ǃ﹗"),
    ("!!", "‼"),
    ("!?", "⁉"),
    ("?!", "⁈"),
    ("??", "⁇"),
    ("?", "﹖"),
    ("/", "÷⁄∕"),
    ("\\", "∖﹨"),
    ("|", "∣￨"),
    ("_", "‗﹍﹎﹏"),
    ("*", "∗⁎﹡"),
    ("^", "ˆ"),
    ("~", "˜∼〜"),
    (":", "∶﹕"),
    (";", "﹔"),
    ("(", "﹙"),
    (")", "﹚"),
    ("[", "〚【"),
    ("]", "〛】"),
    ("{", "﹛"),
    ("}", "﹜"),
    ("#", "﹟"),
    ("&", "﹠"),
    ("+", "﹢"),
    ("=", "﹦"),
    ("$", "﹩"),
    ("%", "﹪"),
    ("@", "﹫"),
    ("1/2", "½"),
    ("1/4", "¼"),
    ("3/4", "¾"),
    // Greek capitals that look like Latin ones; the other capitals are in the alphabet.
    ("A", "Α"),
    ("B", "Β"),
    ("E", "Ε"),
    ("Z", "Ζ"),
    ("H", "Η"),
    ("I", "Ι"),
    ("K", "Κ"),
    ("M", "Μ"),
    ("N", "Ν"),
    ("O", "Ο"),
    ("P", "Ρ"),
    ("T", "Τ"),
    ("Y", "Υ"),
    ("X", "Χ"),
    // Spaces of all widths, and the tab.
    (
        " ",
        "\t\u{A0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\
         \u{202F}\u{205F}\u{3000}",
    ),
    // Line and paragraph separators, and "next line".
    ("\n", "\u{2028}\u{2029}\u{85}\u{B}"),
    // Without width: the zero-width space, the word joiner, the byte order mark, the soft hyphen.
    ("", "\u{200B}\u{2060}\u{FEFF}\u{AD}"),
];

/// The table turned round, in the order of the characters.
static BY_CHARACTER: LazyLock<Vec<(char, &'static str)>> = LazyLock::new(|| {
    let mut pairs: Vec<_> = REPLACEMENTS.iter().flat_map(|(to, from)| from.chars().map(|c| (c, *to))).collect();
    pairs.sort_unstable_by_key(|(from, _)| *from);
    pairs
});

/// The plain forms of U+FF01 to U+FF5E, in order.
const FULL_WIDTH: &str =
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_'abcdefghijklmnopqrstuvwxyz{|}~";

/// What stands in for `c`, or `None` if it stays.
pub(super) fn replacement(c: char) -> Option<&'static str> {
    if c.is_ascii() && !is_replaced_ascii(c as u8) {
        return None;
    }
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            let at = (c as u32 - 0xFF01) as usize;
            FULL_WIDTH.get(at..=at)
        }
        _ => match BY_CHARACTER.binary_search_by_key(&c, |(from, _)| *from) {
            Ok(at) => Some(BY_CHARACTER[at].1),
            // The other control characters mean nothing in a text.
            Err(_) => c.is_control().then_some(""),
        },
    }
}

/// Whether an ASCII character is replaced: the tab, the backtick and the control characters, save line breaks and the
/// form feed, which the alphabet has.
pub(super) fn is_replaced_ascii(b: u8) -> bool {
    b == b'`' || b == 0x7F || (b < 0x20 && !matches!(b, b'\n' | b'\r' | 0xC))
}
