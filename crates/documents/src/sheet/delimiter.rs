//! What parts the values of a text.

use std::collections::BTreeMap;

use csv_core::{ReadRecordResult, ReaderBuilder};

/// So many of the first rows tell.
pub(super) const ROWS_LOOKED_AT: usize = 100;

/// What parts values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, as programs write where the comma parts the decimals.
    Semicolon,
    /// The tabulator.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// All of them; of two that fit equally well, the first.
    pub const ALL: [Self; 4] = [Self::Tab, Self::Semicolon, Self::Pipe, Self::Comma];

    /// As kept and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        }
    }

    /// The one that [`as_str`](Self::as_str) wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.byte() == byte)
    }
}

/// What parts the values: what makes most rows equally wide. `whole`: the text does not end within a row.
pub(super) fn guess(text: &[u8], whole: bool) -> Delimiter {
    let fit = |delimiter: Delimiter| {
        let (columns, rows) = usual(widths(text, delimiter, whole)).unwrap_or((1, 0));
        // Nothing is parted by what makes one value of everything.
        if columns < 2 { (0, 0) } else { (rows, columns) }
    };
    let mut best = (Delimiter::Comma, (0, 0));
    for delimiter in Delimiter::ALL {
        let fits = fit(delimiter);
        if fits > best.1 {
            best = (delimiter, fits);
        }
    }
    best.0
}

/// Excel's own first line, `sep=;`: what it says, and how long it is.
pub(super) fn said(text: &[u8]) -> Option<(Delimiter, usize)> {
    let rest = text.get(..4).filter(|start| start.eq_ignore_ascii_case(b"sep=")).and(text.get(4..))?;
    let delimiter = Delimiter::of(*rest.first()?)?;
    matches!(rest.get(1), Some(b'\r' | b'\n')).then_some((delimiter, 5))
}

/// The width that most rows have, and how many of them.
pub(super) fn usual(widths: impl IntoIterator<Item = usize>) -> Option<(usize, usize)> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for width in widths {
        *counts.entry(width).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width))
}

fn widths(text: &[u8], delimiter: Delimiter, whole: bool) -> Vec<usize> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter.byte()).build();
    let (mut output, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 1]);
    let (mut rest, mut widths) = (text, Vec::new());
    while widths.len() < ROWS_LOOKED_AT {
        let (result, read, _, width) = reader.read_record(rest, &mut output, &mut ends);
        rest = &rest[read..];
        match result {
            ReadRecordResult::Record => widths.push(width),
            // What was cut off is not as wide as it is.
            ReadRecordResult::InputEmpty if whole => {
                let (last, ..) = reader.read_record(&[], &mut output, &mut ends);
                if last == ReadRecordResult::Record {
                    widths.push(width + 1);
                }
                break;
            }
            _ => break,
        }
    }
    widths
}
