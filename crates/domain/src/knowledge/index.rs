//! The index: which chunks have a word, and which mean what was asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cut::{self, Chunk};
use super::spelling::Spelling;
use super::words::{self, Asked};
use super::{By, Hit, Indexed, Query, Synonyms, Why, stem};

/// BM25: how soon more of the same word stops to count, and how much a long passage is held against it.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.4;
/// As if so many passages on other things were there too: in a small guide every word is rare.
const OTHER_PASSAGES: f64 = 12.0;
/// An unknown word weighs as if so many passages had it: it might be a mere turn of phrase.
const UNKNOWN: f64 = 0.5;
/// What finding a word in another form is worth, against 1 for the word itself.
const BY_SLIP: f64 = 0.85;
const BY_NOTION: f64 = 0.7;
const IN_HEADING: f64 = 0.75;
/// The score falls faster than the share of the question that was found.
const STEEPNESS: f64 = 1.8;
/// What a question of our own that asks the same is worth, at most.
const SAME_QUESTION: f64 = 0.35;
/// What the words add to the meaning, at most.
const BONUS: f64 = 0.2;
/// A passage up to so many words is quoted whole.
const QUOTED_WHOLE_WORDS: usize = 45;

/// The passages of one assistant, made ready for questions.
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: Vec<Entry>,
    synonyms: Synonyms,
    /// Term to the entries that have it, in their order.
    postings: HashMap<String, Vec<Posting>>,
    spelling: Spelling,
    average_length: f64,
}

#[derive(Debug, Clone)]
struct Entry {
    indexed: Indexed,
    /// Terms in its text.
    length: f64,
    /// Terms of its question, if it answers one.
    question: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    entry: usize,
    /// How often, in the text and the question.
    times: f64,
    /// What it is worth where it stands.
    worth: f64,
}

impl Index {
    /// Indexes the chunks. The synonyms are the tenant's own.
    #[must_use]
    pub fn build(chunks: Vec<Indexed>, synonyms: &Synonyms) -> Self {
        let mut index = Self { synonyms: synonyms.clone(), ..Self::default() };
        for chunk in chunks {
            index.add(chunk);
        }
        let total: f64 = index.entries.iter().map(|entry| entry.length).sum();
        index.average_length = total / (index.entries.len().max(1) as f64);
        index
    }

    /// The best `limit` chunks for the query, best first; equal ones in the order they were given. Whether the first is good
    /// enough is for the caller to say, by [`super::FLOOR`].
    #[must_use]
    pub fn search(&self, query: &Query<'_>, limit: usize) -> Vec<Hit> {
        let asked = words::asked(query.text, &self.synonyms);
        let by_words = self.by_words(&asked);
        let mut ranked: Vec<Ranked> = Vec::new();
        for (i, entry) in self.entries.iter().enumerate() {
            let words = by_words.get(&i).copied().unwrap_or(0.0);
            let similarity = query.vector.zip(entry.indexed.vector.as_ref()).map(|(asked, known)| asked.dot(known));
            let meaning = similarity.map(|similarity| (f64::from(similarity) + BONUS * words).clamp(0.0, 1.0));
            let score = meaning.map_or(words, |meaning| meaning.max(words));
            if score > 0.0 {
                let by = if meaning.is_some_and(|meaning| meaning >= words) { By::Meaning } else { By::Words };
                ranked.push(Ranked { entry: i, score, similarity, by });
            }
        }
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry)));
        ranked.truncate(limit);
        ranked.into_iter().map(|ranked| self.hit(ranked, &asked)).collect()
    }

    /// How many chunks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing to find.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// For each entry that has anything of what was asked: its score by words alone.
    fn by_words(&self, asked: &[Asked]) -> BTreeMap<usize, f64> {
        let weights: Vec<f64> = asked.iter().map(|word| self.weight(word)).collect();
        let whole: f64 = weights.iter().sum();
        if whole <= 0.0 {
            return BTreeMap::new();
        }
        let mut found: BTreeMap<usize, Found> = BTreeMap::new();
        for (word, weight) in asked.iter().zip(&weights) {
            for (entry, (worth, frequency)) in self.look_up(word) {
                let found = found.entry(entry).or_default();
                found.share += weight * worth / whole;
                found.frequency += weight * frequency / whole;
            }
        }
        found.iter().map(|(entry, found)| (*entry, self.score(*entry, *found, asked))).collect()
    }

    fn add(&mut self, indexed: Indexed) {
        let Chunk { heading, question: question_text, text: words } = &indexed.chunk;
        let synonyms = &self.synonyms;
        let terms_of = |text: &str| words::terms(text, synonyms);
        let text = terms_of(words);
        let question: BTreeSet<String> =
            question_text.as_deref().map(terms_of).unwrap_or_default().into_iter().collect();
        let mut terms: BTreeMap<&str, Posting> = BTreeMap::new();
        let entry = self.entries.len();
        for term in text.iter().chain(&question) {
            terms.entry(term).or_insert(Posting { entry, times: 0.0, worth: 1.0 }).times += 1.0;
        }
        let headings = [terms_of(&indexed.title), terms_of(heading)].concat();
        for term in &headings {
            terms.entry(term).or_insert(Posting { entry, times: 1.0, worth: IN_HEADING });
        }
        for (term, posting) in terms {
            self.postings.entry(term.to_owned()).or_default().push(posting);
        }
        for text in [&indexed.title, heading, question_text.as_deref().unwrap_or_default(), words] {
            self.spelling.learn(text);
        }
        self.entries.push(Entry { length: text.len() as f64, question, indexed });
    }

    /// How much of the question hangs on this word: the rarer the more, and most if nobody here knows it. A weak word that
    /// nobody knows is left out.
    fn weight(&self, word: &Asked) -> f64 {
        let known =
            self.forms(word).map(|(term, _)| self.postings.get(&term).map_or(0, Vec::len)).find(|count| *count > 0);
        if known.is_none() && word.weight <= words::WEAK_WORD {
            return 0.0;
        }
        let count = known.map_or(UNKNOWN, |count| count as f64);
        let all = self.entries.len() as f64 + OTHER_PASSAGES;
        word.weight * (1.0 + (all - count + 0.5) / (count + 0.5)).ln()
    }

    /// The terms that stand for the word, best first, with their worth.
    fn forms<'a>(&'a self, word: &'a Asked) -> impl Iterator<Item = (String, f64)> + 'a {
        let stem = word.stem.iter().map(|stem| (stem.clone(), 1.0));
        let unknown = word.stem.as_ref().filter(|stem| !self.postings.contains_key(*stem));
        let slips =
            unknown.into_iter().flat_map(|_| self.spelling.near(&word.raw)).map(|near| (stem::stem(&near), BY_SLIP));
        let worth = if word.stem.is_some() { BY_NOTION } else { 1.0 };
        stem.chain(slips).chain(word.notions.iter().map(move |notion| (notion.clone(), worth)))
    }

    /// For each entry that has the word in some form: the worth of the best form, and its share of the BM25 score.
    fn look_up(&self, word: &Asked) -> BTreeMap<usize, (f64, f64)> {
        let mut best: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (term, worth) in self.forms(word) {
            for posting in self.postings.get(&term).map_or(&[][..], Vec::as_slice) {
                let length = self.entries[posting.entry].length / self.average_length.max(1.0);
                let damped = posting.times + SATURATION * (1.0 - LENGTH + LENGTH * length);
                let candidate = (worth * posting.worth, posting.times / damped);
                let known = best.entry(posting.entry).or_insert(candidate);
                if candidate.0 > known.0 {
                    *known = candidate;
                }
            }
        }
        best
    }

    fn score(&self, entry: usize, found: Found, asked: &[Asked]) -> f64 {
        let share = found.share.min(1.0);
        let score = share.powf(STEEPNESS) * (0.85 + 0.15 * found.frequency.min(1.0));
        let question = &self.entries[entry].question;
        if question.is_empty() {
            return score;
        }
        let forms: BTreeSet<String> = asked.iter().flat_map(|word| self.forms(word)).map(|(term, _)| term).collect();
        let same = question.iter().filter(|term| forms.contains(*term)).count() as f64 / question.len() as f64;
        score + (1.0 - score) * SAME_QUESTION * same * share
    }

    fn hit(&self, ranked: Ranked, asked: &[Asked]) -> Hit {
        let Ranked { entry, score, similarity, by } = ranked;
        let Indexed { source, title, chunk, .. } = self.entries[entry].indexed.clone();
        let quote = self.quote(&chunk, asked);
        let whole = [&title, &chunk.heading, chunk.question.as_deref().unwrap_or_default(), &chunk.text].join("\n");
        let fitting = self.fitting(&whole, asked).into_iter().map(|i| asked[i].raw.clone());
        let words = fitting.filter(|word| !word.is_empty()).collect();
        Hit { source, title, quote, question: chunk.question, score, why: Why { words, similarity, by } }
    }

    /// The whole passage if it is short or an answer; else the sentences around the one that fits best.
    fn quote(&self, cut: &Chunk, asked: &[Asked]) -> String {
        if cut.question.is_some() || words::count(&cut.text) <= QUOTED_WHOLE_WORDS {
            return cut.text.clone();
        }
        let sentences = cut::sentences(&cut.text);
        let fitting: Vec<BTreeSet<usize>> =
            sentences.iter().map(|range| self.fitting(&cut.text[range.clone()], asked)).collect();
        let worth = |words: &BTreeSet<usize>| words.iter().map(|i| self.weight(&asked[*i])).sum::<f64>();
        let mut first = 0;
        for i in 1..sentences.len() {
            if worth(&fitting[i]) > worth(&fitting[first]) {
                first = i;
            }
        }
        let (mut last, mut have) = (first, fitting[first].clone());
        loop {
            let room = |from: usize, to: usize| {
                words::count(&cut.text[sentences[from].start..sentences[to].end]) <= QUOTED_WHOLE_WORDS
            };
            let adds = |i: usize| !fitting[i].is_subset(&have);
            if last + 1 < sentences.len() && adds(last + 1) && room(first, last + 1) {
                last += 1;
                have.extend(&fitting[last]);
            } else if first > 0 && adds(first - 1) && room(first - 1, last) {
                first -= 1;
                have.extend(&fitting[first]);
            } else {
                break;
            }
        }
        cut.text[sentences[first].start..sentences[last].end].trim().to_owned()
    }

    /// Which of the words asked for stand in this sentence in some form.
    fn fitting(&self, sentence: &str, asked: &[Asked]) -> BTreeSet<usize> {
        let terms: BTreeSet<String> = words::terms(sentence, &self.synonyms).into_iter().collect();
        (0..asked.len()).filter(|i| self.forms(&asked[*i]).any(|(term, _)| terms.contains(&term))).collect()
    }
}

/// What an entry has of the question: the share of its weight, and the same with frequency counted.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    share: f64,
    frequency: f64,
}

/// A chunk and how it was found.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    entry: usize,
    score: f64,
    similarity: Option<f32>,
    by: By,
}
