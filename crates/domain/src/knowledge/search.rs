//! The ranking: meaning leads where there are vectors, words add to it, and a question that asks the same is on top.

use std::collections::BTreeSet;

use super::index::{Entry, whole};
use super::words::{self, Asked};
use super::{By, FLOOR, Hit, Index, Query, Vector, Why, quote};

/// BM25: how soon more of the same word stops to count, and how much a long passage is held against it.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.4;
/// The score falls faster than the share of the question that was found.
const STEEPNESS: f64 = 1.8;
/// What a question of our own that asks the same is worth, at most.
const SAME_QUESTION: f64 = 0.35;
/// A question of our own asks the same if it has so much of the words, both ways.
const SAME: f64 = 0.6;
/// What words add to the meaning in the ranking, at most: so much for all that was asked, and as much again for the best of them.
const BONUS: f64 = 0.1;
/// And a question of our own that asks the same beyond that: people wrote its answer for this.
const ASKS_THE_SAME: f64 = 0.2;
/// How much surer it is for being better than the second: what answers stands out, what merely has to do with it does not.
const AHEAD: f64 = 0.5;
/// At most for so much; and one that is alone is taken for so much better.
const ALONE: f64 = 0.3;
/// Meaning with its lead, and the score by words, that are [`FLOOR`].
const MEANING_FLOOR: f64 = 0.57;
const WORDS_FLOOR: f64 = 0.40;

impl Index {
    /// The best `limit` chunks for the query, best first; equal ones in the order they were given. Whether the first is good
    /// enough is for the caller to say, by [`FLOOR`].
    #[must_use]
    pub fn search(&self, query: &Query<'_>, limit: usize) -> Vec<Hit> {
        let asked = words::asked(&self.meaning_of(query.text), &self.languages, &self.synonyms);
        let mut ranked = self.by_words(&asked);
        if let Some(vector) = query.vector {
            self.by_meaning(&mut ranked, vector);
        }
        for ranked in ranked.iter_mut().filter(|ranked| ranked.similarity.is_none()) {
            ranked.score = calibrated(ranked.words, WORDS_FLOOR, 1.0);
        }
        ranked.retain(|ranked| ranked.score > 0.0);
        ranked.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry)));
        ranked.truncate(limit);
        ranked.into_iter().map(|ranked| self.hit(ranked, &asked)).collect()
    }

    /// Gives those that have a vector their score. Their order is by meaning with a bonus for the words, and the first of them
    /// is as sure as its own meaning and its lead make it; the others are less, in their order.
    fn by_meaning(&self, ranked: &mut [Ranked], vector: &Vector) {
        let most = ranked.iter().map(|ranked| ranked.words).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let (mut first, mut second): (Option<Ranked>, Option<f64>) = (None, None);
        for (ranked, entry) in ranked.iter_mut().zip(&self.entries) {
            let Some(known) = entry.indexed.vector.as_ref().filter(|known| known.dimensions() == vector.dimensions())
            else {
                continue;
            };
            let similarity = vector.dot(known);
            ranked.similarity = Some(similarity);
            let words = BONUS * (ranked.words + ranked.words / most);
            let same = if ranked.by == By::QuestionAndAnswer { ASKS_THE_SAME } else { 0.0 };
            ranked.score = (f64::from(similarity) + words + same).max(0.0);
            if ranked.by == By::Words && f64::from(similarity) > words {
                ranked.by = By::Meaning;
            }
            if first.is_none_or(|first| ranked.score > first.score) {
                second = first.map(|first| first.score);
                first = Some(*ranked);
            } else if second.is_none_or(|second| ranked.score > second) {
                second = Some(ranked.score);
            }
        }
        let Some(first) = first.filter(|first| first.score > 0.0) else { return };
        let ahead = second.map_or(ALONE, |second| (first.score - second).min(ALONE));
        let sure = f64::from(first.similarity.unwrap_or(0.0)) + AHEAD * ahead;
        let sure = calibrated(sure, MEANING_FLOOR, 1.0);
        for ranked in ranked.iter_mut().filter(|ranked| ranked.similarity.is_some()) {
            ranked.score *= sure / first.score;
        }
    }

    /// Each entry with its score by words alone.
    fn by_words(&self, asked: &[Asked]) -> Vec<Ranked> {
        let blank = |entry| Ranked {
            entry,
            score: 0.0,
            words: 0.0,
            share: 0.0,
            frequency: 0.0,
            similarity: None,
            by: By::Words,
        };
        let mut ranked: Vec<Ranked> = (0..self.entries.len()).map(blank).collect();
        let weights: Vec<f64> = asked.iter().map(|word| self.weight(word)).collect();
        let all: f64 = weights.iter().sum();
        if all <= 0.0 {
            return ranked;
        }
        // For each entry that has the word in some form: the worth of the best form, and its share of the BM25 score.
        let mut best: Vec<(f64, f64)> = vec![(0.0, 0.0); self.entries.len()];
        for (word, weight) in asked.iter().zip(&weights) {
            let mut touched = Vec::new();
            for (term, worth) in self.forms(word) {
                for posting in self.postings(&term) {
                    let entry = posting.entry as usize;
                    let length = self.entries[entry].length / self.average_length.max(1.0);
                    let times = f64::from(posting.times);
                    let candidate = worth * f64::from(posting.worth);
                    if best[entry].0 <= 0.0 {
                        touched.push(entry);
                    }
                    if candidate > best[entry].0 {
                        best[entry] = (candidate, times / (times + SATURATION * (1.0 - LENGTH + LENGTH * length)));
                    }
                }
            }
            for entry in touched {
                let (worth, frequency) = std::mem::take(&mut best[entry]);
                ranked[entry].share += weight * worth / all;
                ranked[entry].frequency += weight * frequency / all;
            }
        }
        let forms: BTreeSet<String> = asked.iter().flat_map(|word| self.forms(word)).map(|(term, _)| term).collect();
        for (ranked, entry) in ranked.iter_mut().zip(&self.entries).filter(|(ranked, _)| ranked.share > 0.0) {
            self.score(ranked, entry, &forms);
        }
        ranked
    }

    fn score(&self, ranked: &mut Ranked, entry: &Entry, forms: &BTreeSet<String>) {
        let share = ranked.share.min(1.0);
        ranked.words = share.powf(STEEPNESS) * (0.85 + 0.15 * ranked.frequency.min(1.0));
        if entry.question.is_empty() {
            return;
        }
        let same = entry.question.iter().filter(|term| forms.contains(*term)).count() as f64;
        let same = same / entry.question.len() as f64;
        ranked.words += (1.0 - ranked.words) * SAME_QUESTION * same * share;
        if same.min(share) >= SAME {
            ranked.by = By::QuestionAndAnswer;
        }
    }

    fn hit(&self, ranked: Ranked, asked: &[Asked]) -> Hit {
        let entry = &self.entries[ranked.entry];
        let quote = quote::quote(self, entry, asked);
        let fitting = quote::fitting(self, entry, &whole(&entry.indexed), asked);
        let words = fitting.into_keys().map(|i| asked[i].raw.clone()).filter(|word| !word.is_empty()).collect();
        let why = Why { words, similarity: ranked.similarity, by: ranked.by };
        let indexed = &entry.indexed;
        Hit {
            source: indexed.source.clone(),
            title: indexed.title.clone(),
            quote,
            question: indexed.chunk.question.clone(),
            score: ranked.score,
            why,
        }
    }
}

/// A score: 0 stays, `floor` becomes [`FLOOR`], `most` is 1.
fn calibrated(raw: f64, floor: f64, most: f64) -> f64 {
    let score = if raw < floor { raw / floor * FLOOR } else { FLOOR + (raw - floor) / (most - floor) * (1.0 - FLOOR) };
    score.clamp(0.0, 1.0)
}

/// A chunk and how it was found.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    entry: usize,
    score: f64,
    /// Its score by words alone, not calibrated.
    words: f64,
    /// The share of the question's weight that it has, and the same with frequency counted.
    share: f64,
    frequency: f64,
    similarity: Option<f32>,
    by: By,
}
