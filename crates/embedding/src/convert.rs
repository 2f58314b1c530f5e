//! From the weights as they are published (safetensors, 32 bits a number) and what we taught them (see `training/`) to the
//! file that we read.

use serde::Deserialize;
use std::collections::HashMap;
use thiserror::Error;

use crate::file::{INNER, LAYERS, MAGIC, POSITIONS, WORDS};
use crate::{DIMENSIONS, Model};

/// The published file says about itself in fewer bytes.
const HEADER_BYTES_MAX: usize = 1 << 20;

/// Why published files are not this model.
#[derive(Debug, Error)]
pub enum ConvertError {
    /// They are no safetensors.
    #[error("this is no safetensors file: {0}")]
    Header(String),
    /// A table is missing, or has another shape or kind of number.
    #[error("the weights have no \"{name}\" of {count} numbers of the right kind")]
    Tensor {
        /// What it is called.
        name: String,
        /// How many numbers it should have.
        count: usize,
    },
    /// What came out cannot be read.
    #[error(transparent)]
    Model(#[from] crate::ModelError),
}

/// The model's file, from its published weights (`model.safetensors`) and word pieces (`vocab.txt`), with our adapter: what
/// training added to the layers' tables, each as the product of two narrow ones (Hu et al. 2021, "LoRA").
///
/// # Errors
/// When they are of another model.
pub fn convert(safetensors: &[u8], vocabulary: &str, adapter: &[u8]) -> Result<Vec<u8>, ConvertError> {
    let published = Published { tensors: Tensors::read(safetensors)?, adapter: Tensors::read(adapter)? };
    let mut out = MAGIC.to_vec();
    let pieces = vocabulary.lines().collect::<Vec<_>>().join("\n");
    let length = u32::try_from(pieces.len()).map_err(|_| crate::ModelError::Vocabulary)?;
    out.extend(length.to_le_bytes());
    out.extend(pieces.as_bytes());
    table(&mut out, &published.floats("embeddings.word_embeddings.weight", WORDS * DIMENSIONS)?, DIMENSIONS);
    floats(&mut out, &published.places()?);
    published.norm(&mut out, "embeddings.LayerNorm")?;
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let heads = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
        published.dense(&mut out, &heads, DIMENSIONS, DIMENSIONS)?;
        published.dense(&mut out, &[name("attention.output.dense")], DIMENSIONS, DIMENSIONS)?;
        published.norm(&mut out, &name("attention.output.LayerNorm"))?;
        published.dense(&mut out, &[name("intermediate.dense")], INNER, DIMENSIONS)?;
        published.dense(&mut out, &[name("output.dense")], DIMENSIONS, INNER)?;
        published.norm(&mut out, &name("output.LayerNorm"))?;
    }
    Model::load(&out)?;
    Ok(out)
}

/// Where a table stands.
#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    data_offsets: (usize, usize),
}

struct Tensors<'a> {
    tensors: HashMap<String, Tensor>,
    data: &'a [u8],
}

impl<'a> Tensors<'a> {
    /// Eight bytes of length, that much JSON, then the numbers: <https://github.com/huggingface/safetensors#format>.
    fn read(bytes: &'a [u8]) -> Result<Self, ConvertError> {
        let short = || ConvertError::Header("it ends in its header".into());
        let (length, rest) = bytes.split_first_chunk().ok_or_else(short)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= HEADER_BYTES_MAX);
        let (header, data) = length.and_then(|length| rest.split_at_checked(length)).ok_or_else(short)?;
        let header: HashMap<String, serde_json::Value> =
            serde_json::from_slice(header).map_err(|error| ConvertError::Header(error.to_string()))?;
        // `__metadata__` is no table.
        let tensors = header.into_iter().filter_map(|(name, tensor)| Some((name, Tensor::deserialize(tensor).ok()?)));
        Ok(Self { tensors: tensors.collect(), data })
    }

    /// So many numbers of 32 bits.
    fn floats(&self, name: &str, count: usize) -> Result<Vec<f32>, ConvertError> {
        let bytes = self.bytes(name, "F32").filter(|bytes| bytes.len() == count * 4);
        let bytes = bytes.ok_or_else(|| ConvertError::Tensor { name: name.to_owned(), count })?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// As many numbers as there are, of which only the first 16 bits are kept: some multiple of `side`.
    fn halves(&self, name: &str, side: usize) -> Result<Vec<f32>, ConvertError> {
        let bytes = self.bytes(name, "BF16").filter(|bytes| !bytes.is_empty() && bytes.len().is_multiple_of(side * 2));
        let bytes = bytes.ok_or_else(|| ConvertError::Tensor { name: name.to_owned(), count: side })?;
        let number = |half: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*half)) << 16);
        Ok(bytes.as_chunks().0.iter().map(number).collect())
    }

    fn bytes(&self, name: &str, kind: &str) -> Option<&'a [u8]> {
        let tensor = self.tensors.get(name).filter(|tensor| tensor.dtype == kind)?;
        self.data.get(tensor.data_offsets.0..tensor.data_offsets.1)
    }
}

/// The weights, and what is added to them.
struct Published<'a> {
    tensors: Tensors<'a>,
    adapter: Tensors<'a>,
}

impl Published<'_> {
    fn floats(&self, name: &str, count: usize) -> Result<Vec<f32>, ConvertError> {
        self.tensors.floats(name, count)
    }

    /// A layer's table with what was learned: `down` takes its input to a few numbers, `up` those to its output.
    fn table(&self, name: &str, rows: usize, columns: usize) -> Result<Vec<f32>, ConvertError> {
        let mut weights = self.floats(&format!("{name}.weight"), rows * columns)?;
        let down = self.adapter.halves(&format!("{name}.down"), columns)?;
        let rank = down.len() / columns;
        let up = self.adapter.halves(&format!("{name}.up"), rows)?;
        if up.len() != rank * rows {
            return Err(ConvertError::Tensor { name: format!("{name}.up"), count: rank * rows });
        }
        for (row, weights) in weights.chunks_exact_mut(columns).enumerate() {
            for (weight, down) in weights.iter_mut().zip(down.chunks_exact(rank)) {
                *weight += down.iter().zip(up.chunks_exact(rows)).map(|(down, up)| down * up[row]).sum::<f32>();
            }
        }
        Ok(weights)
    }

    /// What is added by place. All texts here are of the first type, so that is added to each place for good.
    fn places(&self) -> Result<Vec<f32>, ConvertError> {
        let places = self.floats("embeddings.position_embeddings.weight", 512 * DIMENSIONS)?;
        let types = self.floats("embeddings.token_type_embeddings.weight", 2 * DIMENSIONS)?;
        let first = types[..DIMENSIONS].iter().cycle();
        Ok(places[..POSITIONS * DIMENSIONS].iter().zip(first).map(|(place, first)| place + first).collect())
    }

    /// Tables of `rows` each, one below the other.
    fn dense(&self, out: &mut Vec<u8>, names: &[String], rows: usize, columns: usize) -> Result<(), ConvertError> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for name in names {
            weights.extend(self.table(name, rows, columns)?);
            biases.extend(self.floats(&format!("{name}.bias"), rows)?);
        }
        table(out, &weights, columns);
        floats(out, &biases);
        Ok(())
    }

    fn norm(&self, out: &mut Vec<u8>, name: &str) -> Result<(), ConvertError> {
        floats(out, &self.floats(&format!("{name}.weight"), DIMENSIONS)?);
        floats(out, &self.floats(&format!("{name}.bias"), DIMENSIONS)?);
        Ok(())
    }
}

fn floats(out: &mut Vec<u8>, values: &[f32]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// A byte a number: each row's largest is 127 steps.
fn table(out: &mut Vec<u8>, values: &[f32], columns: usize) {
    let rows = values.chunks_exact(columns);
    let factors: Vec<f32> =
        rows.clone().map(|row| row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs())) / 127.0).collect();
    floats(out, &factors);
    for (row, factor) in rows.zip(factors) {
        let step = |value: &f32| if factor > 0.0 { (value / factor).round() as i8 } else { 0 };
        out.extend(row.iter().map(|value| step(value).cast_unsigned()));
    }
}
