//! How a text is cut into segments, the carriers' unit of price and of pace.
//!
//! Text in the GSM 7-bit alphabet (3GPP TS 23.038) is counted in septets: 160 alone, 153 in each segment of several.
//! Anything else goes out as UTF-16 ("UCS-2"): 70 units alone, 67 in each of several. Neither an escape pair nor a
//! surrogate pair is ever cut. The national language tables are not used for sending, so such text counts as UTF-16.

use serde::{Deserialize, Serialize};

mod gsm;
#[cfg(test)]
mod tests;

pub use gsm::septets;

/// The longest text that the carrier takes, in segments.
pub const MAX_SEGMENTS: u32 = 10;

/// How a text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// The GSM 7-bit alphabet with its extension.
    Gsm7,
    /// UTF-16.
    Ucs2,
}

impl Encoding {
    /// `gsm7` or `ucs2`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    /// Units that fit a text of one segment.
    #[must_use]
    pub fn units_alone(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units that fit each segment of a longer text; the rest is its place in the row.
    #[must_use]
    pub fn units_in_row(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// What `c` costs; characters outside the alphabet cost nothing in `Gsm7`, for there are none in such a text.
    fn units(self, c: char) -> u32 {
        match self {
            Self::Gsm7 => septets(c).unwrap_or(0),
            Self::Ucs2 => utf16_units(c),
        }
    }
}

/// What a text measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// How it is written on the air.
    pub encoding: Encoding,
    /// Segments it takes; zero for an empty text.
    pub segments: u32,
    /// Septets or UTF-16 units it takes.
    pub units: u32,
    /// Units that can be added before one more segment is needed.
    pub units_left: u32,
}

impl Measure {
    /// Whether the carrier takes a text of this length: not empty, and not above [`MAX_SEGMENTS`].
    #[must_use]
    pub fn can_be_sent(&self) -> bool {
        (1..=MAX_SEGMENTS).contains(&self.segments)
    }
}

/// Measures a text as it stands. What smart encoding would make of it is [`crate::smart::smart_if_it_helps`]'s to say.
#[must_use]
pub fn measure(body: &str) -> Measure {
    let (encoding, units) = encoding_and_units(body);
    if units <= encoding.units_alone() {
        let segments = u32::from(!body.is_empty());
        return Measure { encoding, segments, units, units_left: encoding.units_alone() - units };
    }
    let mut row = Row::new(encoding);
    for c in body.chars() {
        row.add(c);
    }
    Measure { encoding, segments: row.segments, units, units_left: encoding.units_in_row() - row.filled }
}

/// The pieces that go out as one segment each, in order; together they are the text. None for an empty text.
#[must_use]
pub fn split(body: &str) -> Vec<&str> {
    let (encoding, units) = encoding_and_units(body);
    if body.is_empty() {
        return Vec::new();
    }
    if units <= encoding.units_alone() {
        return vec![body];
    }
    let mut row = Row::new(encoding);
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, c) in body.char_indices() {
        if row.add(c) {
            pieces.push(&body[start..at]);
            start = at;
        }
    }
    pieces.push(&body[start..]);
    pieces
}

/// The characters that keep a text out of the GSM alphabet, each with its place counted in characters from 0.
#[must_use]
pub fn not_gsm(body: &str) -> Vec<(usize, char)> {
    body.chars().enumerate().filter(|(_, c)| septets(*c).is_none()).collect()
}

/// Segments being filled one after the other, each as full as whole characters allow.
struct Row {
    encoding: Encoding,
    segments: u32,
    filled: u32,
}

impl Row {
    fn new(encoding: Encoding) -> Self {
        Self { encoding, segments: 1, filled: 0 }
    }

    /// Whether `c` had to begin a new segment.
    fn add(&mut self, c: char) -> bool {
        let units = self.encoding.units(c);
        let full = self.filled + units > self.encoding.units_in_row();
        if full {
            self.segments += 1;
            self.filled = 0;
        }
        self.filled += units;
        full
    }
}

fn encoding_and_units(body: &str) -> (Encoding, u32) {
    let gsm = if body.is_ascii() {
        gsm::septets_of_ascii(body.as_bytes())
    } else {
        body.chars().try_fold(0_u32, |sum, c| Some(sum + septets(c)?))
    };
    match gsm {
        Some(units) => (Encoding::Gsm7, units),
        None => (Encoding::Ucs2, body.chars().map(utf16_units).sum()),
    }
}

fn utf16_units(c: char) -> u32 {
    if u32::from(c) > 0xFFFF { 2 } else { 1 }
}
