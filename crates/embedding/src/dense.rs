//! Where the time goes: rows of a table times activations, in whole numbers.
//!
//! Activations are kept in 14 bits, which is more than the model notices, so that a product fits and the compiler makes
//! vector instructions of plain loops on every machine.

use crate::file::{Dense, Weights};

/// The largest activation, in steps. With [`crate::file::INNER`] products of 127 × this the sum still fits 32 bits.
const STEPS: f32 = 8_191.0;

/// Rows of activations as whole numbers.
pub(crate) struct Steps {
    columns: usize,
    steps: Vec<i16>,
    /// What a step is worth, for each row.
    factors: Vec<f32>,
}

impl Steps {
    /// From rows of `columns` numbers.
    pub(crate) fn of(rows: &[f32], columns: usize) -> Self {
        let mut steps = Vec::with_capacity(rows.len());
        let mut factors = Vec::with_capacity(rows.len() / columns);
        for row in rows.chunks_exact(columns) {
            let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs())).max(f32::MIN_POSITIVE);
            let by = STEPS / largest;
            // Half a step up and cut off is rounding, without a call.
            steps.extend(row.iter().map(|value| (value * by + 0.5f32.copysign(*value)) as i16));
            factors.push(largest / STEPS);
        }
        Self { columns, steps, factors }
    }
}

/// The layer's outcome: for each row of activations one number for each of the table's rows.
pub(crate) fn dense(weights: &Weights, layer: &Dense, input: &Steps) -> Vec<f32> {
    assert_eq!(layer.table.columns, input.columns);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "the compiler cannot know on which machine this will run")]
        // SAFETY: the machine has the instructions that the function is compiled for; it was asked a line above.
        return unsafe { with_avx2(weights, layer, input) };
    }
    plainly(weights, layer, input)
}

/// The same loops, compiled for twice as wide vectors: what takes 15 ms takes 7.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(weights: &Weights, layer: &Dense, input: &Steps) -> Vec<f32> {
    plainly(weights, layer, input)
}

#[inline(always)]
fn plainly(weights: &Weights, layer: &Dense, input: &Steps) -> Vec<f32> {
    let table = &layer.table;
    let mut out = vec![0.0; input.factors.len() * table.rows];
    let mut wide = vec![0_i16; table.columns];
    for row in 0..table.rows {
        for (wide, byte) in wide.iter_mut().zip(weights.row(table, row)) {
            *wide = i16::from(byte.cast_signed());
        }
        let (factor, bias) = (table.factors[row], layer.bias[row]);
        for (token, steps) in input.steps.chunks_exact(input.columns).enumerate() {
            out[token * table.rows + row] = dot(&wide, steps) as f32 * factor * input.factors[token] + bias;
        }
    }
    out
}

/// Left as plain as can be: the compiler makes better vector instructions of this than of what is unrolled by hand.
#[inline(always)]
fn dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}
