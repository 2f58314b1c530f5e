//! The way through the model: six layers of attention and neurons, then the mean over the words.
//!
//! BERT as published (Devlin et al. 2018), post-norm, with the dimensions of MiniLM-L6-H384.

use crate::DIMENSIONS;
use crate::dense::{Steps, dense};
use crate::file::{INNER, Layer, Norm, Weights};

const HEADS: usize = 12;
const HEAD: usize = DIMENSIONS / HEADS;
/// As the model was trained with.
const EPSILON: f32 = 1e-12;

/// The text's direction, from its word pieces.
pub(crate) fn embed(weights: &Weights, ids: &[u16]) -> Vec<f32> {
    let mut rows = Vec::with_capacity(ids.len() * DIMENSIONS);
    for (id, place) in ids.iter().zip(weights.positions.chunks_exact(DIMENSIONS)) {
        let factor = weights.words.factors[usize::from(*id)];
        let word = weights.row(&weights.words, usize::from(*id));
        rows.extend(word.iter().zip(place).map(|(step, place)| f32::from(step.cast_signed()) * factor + place));
    }
    normalize(&mut rows, &weights.norm);
    for layer in &weights.layers {
        pass(weights, layer, &mut rows);
    }
    let mut mean = vec![0.0_f32; DIMENSIONS];
    for row in rows.chunks_exact(DIMENSIONS) {
        add(&mut mean, row);
    }
    let length = mean.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    mean.iter_mut().for_each(|value| *value /= length);
    mean
}

fn pass(weights: &Weights, layer: &Layer, rows: &mut [f32]) {
    let heads = dense(weights, &layer.attention, &Steps::of(rows, DIMENSIONS));
    let attended = dense(weights, &layer.attended, &Steps::of(&attend(&heads), DIMENSIONS));
    add(rows, &attended);
    normalize(rows, &layer.attended_norm);
    let mut inner = dense(weights, &layer.inner, &Steps::of(rows, DIMENSIONS));
    inner.iter_mut().for_each(|value| *value = gelu(*value));
    let outer = dense(weights, &layer.outer, &Steps::of(&inner, INNER));
    add(rows, &outer);
    normalize(rows, &layer.outer_norm);
}

/// Each word takes from all others what its query finds in their keys, head by head.
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
                *share = query.iter().zip(key).map(|(a, b)| a * b).sum::<f32>() * scale;
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

fn softmax(values: &mut [f32]) {
    let largest = values.iter().fold(f32::NEG_INFINITY, |largest, value| largest.max(*value));
    values.iter_mut().for_each(|value| *value = (*value - largest).exp());
    let sum: f32 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
}

fn add(rows: &mut [f32], others: &[f32]) {
    rows.iter_mut().zip(others).for_each(|(row, other)| *row += other);
}

fn normalize(rows: &mut [f32], norm: &Norm) {
    for row in rows.chunks_exact_mut(DIMENSIONS) {
        let mean = row.iter().sum::<f32>() / DIMENSIONS as f32;
        let spread = row.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / DIMENSIONS as f32;
        let by = 1.0 / (spread + EPSILON).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
            *value = (*value - mean) * by * weight + bias;
        }
    }
}

/// x · Φ(x), Φ by Abramowitz and Stegun 7.1.26, exact to 1.5e-7.
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let erf = 1.0 - series * (-z * z).exp();
    0.5 * x * (1.0 + erf.copysign(x))
}
