//! The index: which chunks have a word, and which mean what was asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use language::Language;

use super::cut::Chunk;
use super::groups::stems;
use super::spelling::Spelling;
use super::words::{self, Asked};
use super::{Indexed, Synonyms, notions, plain};

/// As if so many passages on other things were there too: in a small guide every word is rare.
const OTHER_PASSAGES: f64 = 12.0;
/// An unknown word weighs as if so many passages had it: it might be a mere turn of phrase.
const UNKNOWN: f64 = 0.5;
/// What finding a word in another form is worth, against 1 for the word itself.
const BY_SLIP: f64 = 0.85;
const BY_NOTION: f64 = 0.7;
const IN_HEADING: f32 = 0.75;
/// A shorter word may as well be another one than one with a slip in it, in letters.
const CORRECTED_MIN: usize = 6;

/// The chunks of one assistant, made ready for questions.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub(super) entries: Vec<Entry>,
    pub(super) synonyms: Synonyms,
    /// Of the chunks, each once.
    pub(super) languages: Vec<Language>,
    pub(super) average_length: f64,
    /// Term to the entries that have it, in their order.
    postings: HashMap<String, Vec<Posting>>,
    spelling: Spelling,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) indexed: Indexed,
    pub(super) language: Language,
    /// Terms in its text.
    pub(super) length: f64,
    /// Terms of its question, if it answers one.
    pub(super) question: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) entry: u32,
    /// How often, in the text and the question.
    pub(super) times: f32,
    /// What it is worth where it stands.
    pub(super) worth: f32,
}

impl Index {
    /// Indexes the chunks. The synonyms are the tenant's own.
    #[must_use]
    pub fn build(chunks: Vec<Indexed>, synonyms: &Synonyms) -> Self {
        let mut index = Self { synonyms: synonyms.clone(), ..Self::default() };
        let detected: Vec<Option<Language>> = chunks.iter().map(|chunk| language::detect(&whole(chunk))).collect();
        let usual = most(detected.iter().flatten().copied()).unwrap_or(Language::English);
        for (chunk, language) in chunks.into_iter().zip(detected) {
            index.add(chunk, language.unwrap_or(usual));
        }
        let languages: BTreeSet<Language> = index.entries.iter().map(|entry| entry.language).collect();
        index.languages = languages.into_iter().collect();
        let total: f64 = index.entries.iter().map(|entry| entry.length).sum();
        index.average_length = total / (index.entries.len().max(1) as f64);
        index
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

    /// The query whose embedding is to be searched with: an English text without what is spelled as people text, without
    /// slips of the finger in words that the chunks have, and without turns of phrase, but with the tenant's synonyms, of
    /// which no model knows.
    #[must_use]
    pub fn to_embed(&self, query: &str) -> String {
        let mut text = self.meaning_of(query);
        if language::is_english(query) {
            let others = self.synonyms.others(&stems(&words::words(query, Some(Language::English))));
            if !others.is_empty() {
                text.push_str(&format!(" ({})", others.join(", ")));
            }
        }
        text
    }

    /// An English query in plain English: without what is spelled as people text, slips of the finger and turns of phrase.
    pub(super) fn meaning_of(&self, query: &str) -> String {
        if !language::is_english(query) {
            return query.to_owned();
        }
        let mut text = String::with_capacity(query.len());
        let mut word = String::new();
        for c in query.chars().chain([' ']) {
            if c.is_alphanumeric() || matches!(c, '\'' | '’') {
                word.push(c);
            } else {
                if !word.is_empty() {
                    text.push_str(&self.meant(&word));
                    word.clear();
                }
                text.push(c);
            }
        }
        plain::phrases(text.trim_end())
    }

    /// What a word of a question was meant to be.
    fn meant(&self, texted: &str) -> String {
        let word = texted.to_lowercase().replace('’', "'");
        if let Some(meant) = plain::word(&word.replace('\'', "")).filter(|_| !word.contains('\'')) {
            return meant.to_owned();
        }
        let stem = language::stem(Language::English, &word);
        let is_known = self.spelling.knows(&word) || self.has(&stem) || notions::groups().knows(&stem);
        let plain = word.len() >= CORRECTED_MIN && word.bytes().all(|b| b.is_ascii_lowercase());
        if is_known || !plain || words::is_common(&word) {
            return texted.to_owned();
        }
        self.spelling.near(&word).first().map_or_else(|| texted.to_owned(), |near| (*near).to_owned())
    }

    fn has(&self, term: &str) -> bool {
        self.postings.contains_key(term)
    }

    fn add(&mut self, indexed: Indexed, language: Language) {
        let Chunk { heading, question: question_text, text: words } = &indexed.chunk;
        let terms_of = |text: &str| words::terms(text, language, &self.synonyms);
        let text = terms_of(words);
        let question: BTreeSet<String> =
            question_text.as_deref().map(terms_of).unwrap_or_default().into_iter().collect();
        let entry = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let mut terms: BTreeMap<&str, Posting> = BTreeMap::new();
        for term in text.iter().chain(&question) {
            terms.entry(term).or_insert(Posting { entry, times: 0.0, worth: 1.0 }).times += 1.0;
        }
        let headings = [terms_of(&indexed.title), terms_of(heading)].concat();
        for term in &headings {
            terms.entry(term).or_insert(Posting { entry, times: 1.0, worth: IN_HEADING });
        }
        for (term, posting) in terms {
            match self.postings.get_mut(term) {
                Some(postings) => postings.push(posting),
                None => {
                    self.postings.insert(term.to_owned(), vec![posting]);
                }
            }
        }
        self.spelling.learn(&words::words(&whole(&indexed), Some(language)));
        self.entries.push(Entry { length: text.len() as f64, question, language, indexed });
    }

    /// How much of the question hangs on this word: the rarer the more, and most if nobody here knows it. A weak word that
    /// nobody knows is left out.
    pub(super) fn weight(&self, word: &Asked) -> f64 {
        let count = |term: &str| self.postings.get(term).map_or(0, Vec::len);
        let known = self.forms(word).iter().map(|(term, _)| count(term)).find(|count| *count > 0);
        if known.is_none() && word.weight <= words::WEAK_WORD {
            return 0.0;
        }
        let count = known.map_or(UNKNOWN, |count| count as f64);
        let all = self.entries.len() as f64 + OTHER_PASSAGES;
        word.weight * (1.0 + (all - count + 0.5) / (count + 0.5)).ln()
    }

    /// The terms that stand for the word, best first, with their worth.
    pub(super) fn forms(&self, word: &Asked) -> Vec<(String, f64)> {
        let mut forms: Vec<(String, f64)> = word.stems.iter().map(|stem| (stem.clone(), 1.0)).collect();
        if !forms.is_empty() && !forms.iter().any(|(stem, _)| self.has(stem)) {
            for near in self.spelling.near(&word.raw) {
                forms.extend(self.languages.iter().map(|language| (language::stem(*language, near), BY_SLIP)));
            }
        }
        let worth = if word.stems.is_empty() { 1.0 } else { BY_NOTION };
        // Who names their own synonyms says that they are the same.
        let worth = |notion: &String| if Synonyms::is_own(notion) { 1.0 } else { worth };
        forms.extend(word.notions.iter().map(|notion| (notion.clone(), worth(notion))));
        forms
    }

    /// The entries that have a term.
    pub(super) fn postings(&self, term: &str) -> &[Posting] {
        self.postings.get(term).map_or(&[], Vec::as_slice)
    }
}

/// All words of a chunk.
pub(super) fn whole(indexed: &Indexed) -> String {
    let Chunk { heading, question, text } = &indexed.chunk;
    [indexed.title.as_str(), heading, question.as_deref().unwrap_or_default(), text].join("\n")
}

/// The commonest of them; of equals the first in their order.
fn most(languages: impl Iterator<Item = Language>) -> Option<Language> {
    let mut counts: BTreeMap<Language, usize> = BTreeMap::new();
    for language in languages {
        *counts.entry(language).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(language, _)| language)
}
