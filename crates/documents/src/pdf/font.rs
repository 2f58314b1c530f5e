//! Fonts: what the codes of a text mean, and how wide they are.

use std::collections::HashMap;

use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::cmap::CMap;
use super::encoding::{Base, glyph};

/// What a code is as wide as, where nobody says, in thousandths.
const WIDTH: f64 = 500.0;
/// Codes that one entry of a list of widths may span.
const SPAN_MAX: u32 = 65_536;
const WIDTHS_MAX: usize = 70_000;

/// A font, as far as its texts need it.
#[derive(Debug)]
pub(super) struct Font {
    bytes_per_code: usize,
    to_unicode: Option<CMap>,
    /// Of fonts with codes of one byte.
    simple: Option<Box<[Option<String>; 256]>>,
    widths: HashMap<u32, f64>,
    default_width: f64,
    /// What one unit of width is, of the size of the text.
    unit: f64,
}

/// One code of a text.
pub(super) struct Glyph {
    /// What it means; empty if nobody says.
    pub(super) text: String,
    /// How wide it is, of the size of the text.
    pub(super) width: f64,
    /// Whether the space between words is added after it.
    pub(super) is_space: bool,
}

impl Font {
    pub(super) fn read(dict: &Dict<'_>) -> Self {
        let to_unicode =
            dict.get::<Stream<'_>>("ToUnicode").and_then(|stream| stream.decoded().ok().map(|map| CMap::parse(&map)));
        let subtype = dict.get::<Name<'_>>("Subtype");
        match subtype.as_ref().map(Name::as_str) {
            Some("Type0") => Self::composite(dict, to_unicode),
            kind => Self::simple(dict, to_unicode, kind),
        }
    }

    fn composite(dict: &Dict<'_>, to_unicode: Option<CMap>) -> Self {
        let below = dict.get::<Array<'_>>("DescendantFonts").and_then(|fonts| fonts.iter::<Dict<'_>>().next());
        let mut widths = HashMap::new();
        if let Some(array) = below.as_ref().and_then(|below| below.get::<Array<'_>>("W")) {
            composite_widths(&array, &mut widths);
        }
        let default_width = below.and_then(|below| below.get::<f64>("DW")).unwrap_or(1_000.0);
        let bytes_per_code = to_unicode.as_ref().and_then(CMap::length).unwrap_or(2);
        Self { bytes_per_code, to_unicode, simple: None, widths, default_width, unit: 0.001 }
    }

    fn simple(dict: &Dict<'_>, to_unicode: Option<CMap>, kind: Option<&str>) -> Self {
        let first = dict.get::<i32>("FirstChar").and_then(|first| u32::try_from(first).ok()).unwrap_or(0);
        let listed = dict.get::<Array<'_>>("Widths");
        let widths: HashMap<u32, f64> =
            listed.iter().flat_map(|array| (first..first.saturating_add(256)).zip(array.iter::<f64>())).collect();
        let missing =
            dict.get::<Dict<'_>>("FontDescriptor").and_then(|descriptor| descriptor.get::<f64>("MissingWidth"));
        let matrix = if kind == Some("Type3") { dict.get::<Array<'_>>("FontMatrix") } else { None };
        let unit = matrix.and_then(|matrix| matrix.iter::<f64>().next()).unwrap_or(0.001).abs();
        Self {
            bytes_per_code: 1,
            to_unicode,
            simple: Some(Box::new(simple_codes(dict, kind))),
            default_width: missing.filter(|width| *width > 0.0).unwrap_or(WIDTH),
            widths,
            unit,
        }
    }

    /// The codes of a text, in their order.
    pub(super) fn glyphs<'f>(&'f self, bytes: &'f [u8]) -> impl Iterator<Item = Glyph> + 'f {
        bytes.chunks(self.bytes_per_code.max(1)).map(|chunk| {
            let code = chunk.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
            let said = self.to_unicode.as_ref().and_then(|map| map.get(code));
            let simple = || self.simple.as_ref()?.get(usize::try_from(code).ok()?)?.clone();
            Glyph {
                text: said.or_else(simple).unwrap_or_default(),
                width: self.widths.get(&code).copied().unwrap_or(self.default_width) * self.unit,
                is_space: chunk == [b' '],
            }
        })
    }
}

fn simple_codes(dict: &Dict<'_>, kind: Option<&str>) -> [Option<String>; 256] {
    let named = dict.get::<Name<'_>>("Encoding").and_then(|name| Base::named(name.as_str()));
    let encoding = dict.get::<Dict<'_>>("Encoding");
    let under = encoding.as_ref().and_then(|encoding| encoding.get::<Name<'_>>("BaseEncoding"));
    let base = named.or_else(|| under.and_then(|name| Base::named(name.as_str())));
    // Fonts that say nothing have an encoding inside, which is mostly one of these two.
    let base = base.unwrap_or(if kind == Some("TrueType") { Base::WinAnsi } else { Base::Standard });
    let mut codes: [Option<String>; 256] =
        std::array::from_fn(|code| u8::try_from(code).ok().and_then(|code| base.character(code)).map(spelled));
    let Some(differences) = encoding.and_then(|encoding| encoding.get::<Array<'_>>("Differences")) else {
        return codes;
    };
    let mut at = 0_usize;
    for object in differences.iter::<Object<'_>>() {
        match object {
            Object::Number(number) => at = usize::try_from(number.as_i64()).unwrap_or(256),
            Object::Name(name) => {
                if let Some(code) = codes.get_mut(at) {
                    *code = glyph(name.as_str());
                }
                at = at.saturating_add(1);
            }
            _ => {}
        }
    }
    codes
}

/// Ligatures as the letters that they are of.
fn spelled(c: char) -> String {
    match c {
        'ﬁ' => "fi".to_owned(),
        'ﬂ' => "fl".to_owned(),
        c => c.to_string(),
    }
}

/// `first [w1 w2 …]` or `first last w`, again and again.
fn composite_widths(array: &Array<'_>, widths: &mut HashMap<u32, f64>) {
    let mut items = array.iter::<Object<'_>>();
    while let (Some(Object::Number(first)), Some(second)) = (items.next(), items.next()) {
        let Ok(first) = u32::try_from(first.as_i64()) else { return };
        match second {
            Object::Array(each) => {
                for (code, width) in (first..).zip(each.iter::<f64>()) {
                    widths.insert(code, width);
                }
            }
            Object::Number(last) => {
                let (Ok(last), Some(Object::Number(width))) = (u32::try_from(last.as_i64()), items.next()) else {
                    return;
                };
                for code in first..=last.min(first.saturating_add(SPAN_MAX)) {
                    widths.insert(code, width.as_f64());
                }
            }
            _ => return,
        }
        if widths.len() > WIDTHS_MAX {
            return;
        }
    }
}
