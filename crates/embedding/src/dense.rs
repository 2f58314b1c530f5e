//! Where the time goes: rows of a table times activations, in whole numbers.
//!
//! Activations are kept in 14 bits, which is more than the model notices, so that a product fits.

use crate::file::{Dense, Weights};
use crate::machine::Machine;

/// The largest activation, in steps. With [`crate::file::INNER`] products of 127 × this the sum still fits 32 bits.
const STEPS: f32 = 8_191.0;

/// As many rows of activations meet a row of the table at once, so that it is read once for all of them.
pub(crate) const TOGETHER: usize = 4;

/// Rows of activations as whole numbers.
pub(crate) struct Steps {
    columns: usize,
    /// [`TOGETHER`] rows after [`TOGETHER`] rows; the last are filled up with zeros.
    steps: Vec<i16>,
    /// What a step is worth, for each row that is none of those.
    factors: Vec<f32>,
}

impl Steps {
    /// From rows of `columns` numbers.
    #[inline(always)]
    pub(crate) fn of(rows: &[f32], columns: usize) -> Self {
        let count = rows.len() / columns;
        let mut steps = Vec::with_capacity(count.next_multiple_of(TOGETHER) * columns);
        let mut factors = Vec::with_capacity(count);
        for row in rows.chunks_exact(columns) {
            let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs())).max(f32::MIN_POSITIVE);
            let by = STEPS / largest;
            // Half a step up and cut off is rounding, without a call.
            steps.extend(row.iter().map(|value| (value * by + 0.5f32.copysign(*value)) as i16));
            factors.push(largest / STEPS);
        }
        steps.resize(count.next_multiple_of(TOGETHER) * columns, 0);
        Self { columns, steps, factors }
    }
}

/// The layer's outcome: for each row of activations one number for each of the table's rows.
#[inline(always)]
pub(crate) fn dense<M: Machine>(weights: &Weights, layer: &Dense, input: &Steps) -> Vec<f32> {
    let table = &layer.table;
    assert_eq!(table.columns, input.columns);
    let mut out = vec![0.0; input.factors.len() * table.rows];
    let mut wide = vec![0_i16; table.columns];
    for row in 0..table.rows {
        for (wide, byte) in wide.iter_mut().zip(weights.row(table, row)) {
            *wide = i16::from(byte.cast_signed());
        }
        let (factor, bias) = (table.factors[row], layer.bias[row]);
        let blocks = input.steps.chunks_exact(input.columns * TOGETHER);
        for ((block, factors), out) in
            blocks.zip(input.factors.chunks(TOGETHER)).zip(out.chunks_mut(TOGETHER * table.rows))
        {
            let sums = M::dots(&wide, block);
            for (nth, (sum, step)) in sums.iter().zip(factors).enumerate() {
                out[nth * table.rows + row] = *sum as f32 * factor * step + bias;
            }
        }
    }
    out
}
