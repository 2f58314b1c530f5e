//! What is quoted of a chunk.

use std::collections::{BTreeMap, BTreeSet};

use super::cut;
use super::index::{Entry, Index};
use super::words::{self, Asked};

/// A passage up to so many words is quoted whole.
const QUOTED_WHOLE_WORDS: usize = 45;

/// The whole passage if it is short or an answer; else the sentences around the one that fits best.
pub(super) fn quote(index: &Index, entry: &Entry, asked: &[Asked]) -> String {
    let chunk = &entry.indexed.chunk;
    if chunk.question.is_some() || words::count(&chunk.text) <= QUOTED_WHOLE_WORDS {
        return chunk.text.clone();
    }
    let sentences = cut::sentences(&chunk.text);
    let fitting: Vec<BTreeMap<usize, f64>> =
        sentences.iter().map(|range| fitting(index, entry, &chunk.text[range.clone()], asked)).collect();
    let worth =
        |words: &BTreeMap<usize, f64>| words.iter().map(|(i, worth)| index.weight(&asked[*i]) * worth).sum::<f64>();
    let mut first = 0;
    for i in 1..sentences.len() {
        if worth(&fitting[i]) > worth(&fitting[first]) {
            first = i;
        }
    }
    let mut have: BTreeSet<usize> = fitting[first].keys().copied().collect();
    let mut last = first;
    loop {
        let room = |from: usize, to: usize| {
            words::count(&chunk.text[sentences[from].start..sentences[to].end]) <= QUOTED_WHOLE_WORDS
        };
        let adds = |i: usize| fitting[i].keys().any(|word| !have.contains(word));
        if last + 1 < sentences.len() && adds(last + 1) && room(first, last + 1) {
            last += 1;
            have.extend(fitting[last].keys());
        } else if first > 0 && adds(first - 1) && room(first - 1, last) {
            first -= 1;
            have.extend(fitting[first].keys());
        } else {
            break;
        }
    }
    chunk.text[sentences[first].start..sentences[last].end].trim().to_owned()
}

/// Which of the words asked for stand in this text of the entry in some form, and what the best form is worth.
pub(super) fn fitting(index: &Index, entry: &Entry, text: &str, asked: &[Asked]) -> BTreeMap<usize, f64> {
    let terms: BTreeSet<String> = words::terms(text, entry.language, &index.synonyms).into_iter().collect();
    let best = |word: &Asked| {
        let there = index.forms(word).into_iter().filter(|(term, _)| terms.contains(term));
        there.map(|(_, worth)| worth).max_by(f64::total_cmp)
    };
    asked.iter().enumerate().filter_map(|(i, word)| Some((i, best(word)?))).collect()
}
