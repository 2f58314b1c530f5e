//! The way through the model: six layers of attention and neurons, then the mean over the words.
//!
//! BERT as published (Devlin et al. 2018), post-norm, with the dimensions of MiniLM-L6-H384.

use crate::DIMENSIONS;
use crate::dense::{Steps, dense};
use crate::file::{INNER, Layer, Norm, Weights};
use crate::machine::{self, Machine};

const HEADS: usize = 12;
const HEAD: usize = DIMENSIONS / HEADS;
/// As the model was trained with.
const EPSILON: f32 = 1e-12;

/// The text's direction, from its word pieces.
pub(crate) fn embed(weights: &Weights, ids: &[u16]) -> Vec<f32> {
    #[cfg(target_arch = "x86_64")]
    if let Some(embedding) = machine::with_avx2(
        #[inline(always)]
        || embed_on::<machine::Avx2>(weights, ids),
    ) {
        return embedding;
    }
    embed_on::<machine::Any>(weights, ids)
}

// What follows is compiled once for each kind of machine, as one function: that is what the attributes are for.

#[inline(always)]
fn embed_on<M: Machine>(weights: &Weights, ids: &[u16]) -> Vec<f32> {
    let mut rows = Vec::with_capacity(ids.len() * DIMENSIONS);
    for (id, place) in ids.iter().zip(weights.positions.chunks_exact(DIMENSIONS)) {
        let factor = weights.words.factors[usize::from(*id)];
        let word = weights.row(&weights.words, usize::from(*id));
        rows.extend(word.iter().zip(place).map(|(step, place)| f32::from(step.cast_signed()) * factor + place));
    }
    normalize(&mut rows, &weights.norm);
    for layer in &weights.layers {
        pass::<M>(weights, layer, &mut rows);
    }
    let mut mean = vec![0.0_f32; DIMENSIONS];
    for row in rows.chunks_exact(DIMENSIONS) {
        add(&mut mean, row);
    }
    let length = mean.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    mean.iter_mut().for_each(|value| *value /= length);
    mean
}

#[inline(always)]
fn pass<M: Machine>(weights: &Weights, layer: &Layer, rows: &mut [f32]) {
    let heads = dense::<M>(weights, &layer.attention, &Steps::of(rows, DIMENSIONS));
    let attended = dense::<M>(weights, &layer.attended, &Steps::of(&attend(&heads), DIMENSIONS));
    add(rows, &attended);
    normalize(rows, &layer.attended_norm);
    let mut inner = dense::<M>(weights, &layer.inner, &Steps::of(rows, DIMENSIONS));
    inner.iter_mut().for_each(|value| *value = gelu(*value));
    let outer = dense::<M>(weights, &layer.outer, &Steps::of(&inner, INNER));
    add(rows, &outer);
    normalize(rows, &layer.outer_norm);
}

/// Each word takes from all others what its query finds in their keys, head by head.
#[inline(always)]
fn attend(heads: &[f32]) -> Vec<f32> {
    let tokens: Vec<&[f32]> = heads.chunks_exact(3 * DIMENSIONS).collect();
    let mut out = vec![0.0_f32; tokens.len() * DIMENSIONS];
    let mut shares = vec![0.0_f32; tokens.len()];
    let scale = 1.0 / (HEAD as f32).sqrt();
    for (token, out) in tokens.iter().zip(out.chunks_exact_mut(DIMENSIONS)) {
        for (head, out) in out.chunks_exact_mut(HEAD).enumerate() {
            let at = head * HEAD;
            let query = &token[at..at + HEAD];
            for (share, other) in shares.iter_mut().zip(&tokens) {
                let key = &other[DIMENSIONS + at..DIMENSIONS + at + HEAD];
                *share = dot(query, key) * scale;
            }
            softmax(&mut shares);
            for (share, other) in shares.iter().zip(&tokens) {
                let value = &other[2 * DIMENSIONS + at..2 * DIMENSIONS + at + HEAD];
                out.iter_mut().zip(value).for_each(|(out, value)| *out += share * value);
            }
        }
    }
    out
}

#[inline(always)]
fn softmax(values: &mut [f32]) {
    let largest = values.iter().fold(f32::NEG_INFINITY, |largest, value| largest.max(*value));
    values.iter_mut().for_each(|value| *value = exp(*value - largest));
    let sum: f32 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
}

/// Side by side in [`LANES`], which the compiler may not do by itself: the order of additions changes the last digit.
const LANES: usize = 8;

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for values in values.chunks_exact(LANES) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    sums.iter().sum()
}

#[inline(always)]
fn add(rows: &mut [f32], others: &[f32]) {
    rows.iter_mut().zip(others).for_each(|(row, other)| *row += other);
}

#[inline(always)]
fn normalize(rows: &mut [f32], norm: &Norm) {
    for row in rows.chunks_exact_mut(DIMENSIONS) {
        let mean = sum(row) / DIMENSIONS as f32;
        row.iter_mut().for_each(|value| *value -= mean);
        let spread = dot(row, row) / DIMENSIONS as f32;
        let by = 1.0 / (spread + EPSILON).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
            *value = *value * by * weight + bias;
        }
    }
}

/// x · Φ(x), Φ by Abramowitz and Stegun 7.1.26, exact to 1.5e-7.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let erf = 1.0 - series * exp(-z * z);
    0.5 * x * (1.0 + erf.copysign(x))
}

/// e to the power of x, for x up to 0: the whole part of the power of two goes into the exponent's bits, the rest is a
/// series whose error is below 1e-7. Unlike the library's it becomes vector instructions.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let power = x.max(-87.0) * std::f32::consts::LOG2_E;
    let whole = power.floor();
    let x = (power - whole) * std::f32::consts::LN_2;
    let series = 1.0
        + x * (1.0
            + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x / 5_040.0))))));
    series * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}
