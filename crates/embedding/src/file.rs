//! The model's file: its word pieces, then its weights in a fixed order and shape.
//!
//! The large tables are kept as a byte per number and a factor per row, and are used as they stand in the file: a model
//! inside the program takes no memory of its own for them.

use std::borrow::Cow;

use crate::tokens::Vocabulary;
use crate::{DIMENSIONS, ModelError};

/// What the file begins with; the last byte is the layout's version.
pub(crate) const MAGIC: &[u8; 8] = b"TDMINI\x00\x01";
pub(crate) const WORDS: usize = 30_522;
/// Word pieces of a text, marks at both ends included: the model was trained up to here.
pub(crate) const POSITIONS: usize = 256;
pub(crate) const LAYERS: usize = 6;
pub(crate) const INNER: usize = 4 * DIMENSIONS;

/// All numbers of the model.
pub(crate) struct Weights {
    bytes: Cow<'static, [u8]>,
    pub(crate) words: Table,
    /// What is added by place: [`POSITIONS`] rows.
    pub(crate) positions: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

/// A table of bytes.
pub(crate) struct Table {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// What a step is worth, for each row.
    pub(crate) factors: Vec<f32>,
    start: usize,
}

/// A layer of neurons: a table with what is added to each row's outcome.
pub(crate) struct Dense {
    pub(crate) table: Table,
    pub(crate) bias: Vec<f32>,
}

/// What a row is stretched and shifted by once its mean and spread are taken out.
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

/// One of the transformer's layers.
pub(crate) struct Layer {
    /// Queries, keys and values, one after the other.
    pub(crate) attention: Dense,
    pub(crate) attended: Dense,
    pub(crate) attended_norm: Norm,
    pub(crate) inner: Dense,
    pub(crate) outer: Dense,
    pub(crate) outer_norm: Norm,
}

impl Weights {
    /// A row's steps, each to be read as a signed byte.
    pub(crate) fn row(&self, table: &Table, row: usize) -> &[u8] {
        let start = table.start + row * table.columns;
        &self.bytes[start..start + table.columns]
    }
}

/// Reads the whole file.
pub(crate) fn read(bytes: Cow<'static, [u8]>) -> Result<(Vocabulary, Weights), ModelError> {
    if bytes.get(..MAGIC.len()) != Some(MAGIC) {
        return Err(ModelError::OtherFile);
    }
    let mut reader = Reader { bytes: &bytes, at: MAGIC.len() };
    let length = reader.size();
    let pieces = reader.take(length).to_vec();
    let words = reader.table(WORDS, DIMENSIONS);
    let positions = reader.floats(POSITIONS * DIMENSIONS);
    let norm = reader.norm();
    let layers = (0..LAYERS).map(|_| reader.layer()).collect();
    if reader.at != bytes.len() {
        return Err(ModelError::Length { expected: reader.at, found: bytes.len() });
    }
    let pieces = String::from_utf8(pieces).map_err(|_| ModelError::Vocabulary)?;
    let vocabulary = Vocabulary::of(pieces).ok_or(ModelError::Vocabulary)?;
    Ok((vocabulary, Weights { bytes, words, positions, norm, layers }))
}

/// Goes through the bytes. Where they end it goes on with nothing, and the end is checked once.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let start = self.at;
        self.at = start.saturating_add(length);
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    fn size(&mut self) -> usize {
        self.take(4).try_into().map_or(0, |bytes| u32::from_le_bytes(bytes) as usize)
    }

    fn floats(&mut self, count: usize) -> Vec<f32> {
        self.take(count * 4).as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    fn table(&mut self, rows: usize, columns: usize) -> Table {
        let factors = self.floats(rows);
        let start = self.at;
        self.take(rows * columns);
        Table { rows, columns, factors, start }
    }

    fn dense(&mut self, rows: usize, columns: usize) -> Dense {
        let table = self.table(rows, columns);
        Dense { table, bias: self.floats(rows) }
    }

    fn norm(&mut self) -> Norm {
        let weight = self.floats(DIMENSIONS);
        Norm { weight, bias: self.floats(DIMENSIONS) }
    }

    fn layer(&mut self) -> Layer {
        Layer {
            attention: self.dense(3 * DIMENSIONS, DIMENSIONS),
            attended: self.dense(DIMENSIONS, DIMENSIONS),
            attended_norm: self.norm(),
            inner: self.dense(INNER, DIMENSIONS),
            outer: self.dense(DIMENSIONS, INNER),
            outer_norm: self.norm(),
        }
    }
}
