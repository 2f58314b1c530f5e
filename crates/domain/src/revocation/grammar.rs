//! What a language has to say about no more texts, and how a sentence is read by it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cut::Sentence;
use super::pattern::{Classes, Pattern, Patterns, Places, repeated};
use super::{Certainty, Kind, chinese, english, germanic, indic, romance, semitic, slavic};

/// A language as it is written down. All but `classes` are lists of patterns.
pub(super) struct Source {
    /// ISO 639-1.
    pub language: &'static str,
    pub classes: Classes,
    /// What may come before, and says nothing by itself: courtesies, and who is asked.
    pub before: &'static str,
    /// What may come after it.
    pub after: &'static str,
    /// How a reason begins that follows without a comma. It may go on with anything.
    pub because: &'static str,
    /// What shows that it is meant for a while, not for good.
    pub pauses: &'static str,
    /// What says plainly that no more texts are wanted. After a comma it may go on with anything.
    pub plain: &'static str,
    /// What says it likely, if nothing but a reason follows.
    pub likely: &'static str,
    /// What says that somebody else is meant.
    pub wrong: &'static str,
    /// What says it plainly if nothing else is said.
    pub bare: &'static str,
}

/// What a sentence says.
pub(super) enum Reading {
    /// This, and from which word on it goes on with something else.
    Says { said: (Certainty, Kind), rest: usize },
    /// This, if the rest of the text does not make it mean something else.
    Bare((Certainty, Kind)),
}

pub(super) struct Grammar {
    language: &'static str,
    before: Patterns,
    after: Patterns,
    because: Patterns,
    pauses: Patterns,
    /// The plainest first.
    says: Patterns,
    /// What each of them says.
    said: Vec<(Certainty, Kind)>,
    /// Which of them a word makes worth a try.
    by_key: HashMap<String, Vec<usize>>,
    bare: Patterns,
}

/// All languages, and which words make one worth a try: nearly all sentences have none of them.
pub(super) struct Grammars {
    all: Vec<Grammar>,
    keys: HashMap<String, u32>,
}

pub(super) static GRAMMARS: LazyLock<Grammars> = LazyLock::new(|| {
    let families: [&[Source]; 7] = [
        english::SOURCES,
        romance::SOURCES,
        germanic::SOURCES,
        slavic::SOURCES,
        semitic::SOURCES,
        indic::SOURCES,
        chinese::SOURCES,
    ];
    let all: Vec<Grammar> = families.into_iter().flatten().map(Grammar::of).collect();
    let mut keys = HashMap::new();
    for (nth, grammar) in all.iter().enumerate() {
        for key in grammar.says.iter().chain(grammar.bare.iter()).flat_map(Pattern::keys) {
            *keys.entry(key.clone()).or_insert(0) |= 1 << nth;
        }
    }
    Grammars { all, keys }
});

impl Grammars {
    #[cfg(test)]
    pub(super) fn has_keys(&self) -> bool {
        self.all.iter().all(|grammar| grammar.says.iter().all(|pattern| pattern.keys().next().is_some()))
    }

    /// Those that may find something in this sentence.
    pub(super) fn of(&self, sentence: &Sentence<'_>) -> impl Iterator<Item = &Grammar> {
        let is_ours = !sentence.is_strange;
        let words = sentence.words.iter().filter(move |_| is_ours);
        let wanted = words.filter_map(|word| self.keys.get(word)).fold(0, |wanted, one| wanted | one);
        self.all.iter().enumerate().filter(move |(nth, _)| wanted & (1 << nth) != 0).map(|(_, grammar)| grammar)
    }
}

impl Grammar {
    fn of(source: &Source) -> Self {
        let list = |list| Pattern::list(list, source.classes);
        let patterns = |patterns| Patterns::new(list(patterns));
        let kinds = [
            (source.plain, (Certainty::Plain, Kind::NoMoreTexts)),
            (source.wrong, (Certainty::Likely, Kind::WrongPerson)),
            (source.likely, (Certainty::Likely, Kind::NoMoreTexts)),
        ];
        let says = kinds.into_iter().flat_map(|(written, said)| list(written).into_iter().map(move |one| (one, said)));
        let (says, said): (Vec<_>, Vec<_>) = says.unzip();
        let mut by_key = HashMap::<String, Vec<usize>>::new();
        for (nth, pattern) in says.iter().enumerate() {
            for key in pattern.keys() {
                by_key.entry(key.clone()).or_default().push(nth);
            }
        }
        Self {
            language: source.language,
            before: patterns(source.before),
            after: patterns(source.after),
            because: patterns(source.because),
            pauses: patterns(source.pauses),
            says: Patterns::new(says),
            said,
            by_key,
            bare: patterns(source.bare),
        }
    }

    pub(super) fn language(&self) -> &'static str {
        self.language
    }

    /// What the sentence says, the plainest first.
    pub(super) fn read(&self, sentence: &Sentence<'_>) -> Option<Reading> {
        let words = &sentence.words;
        let begun = self.before.repeated(words, 1);
        for nth in self.worth_a_try(words) {
            let (pattern, said) = (self.says.nth(nth), self.said[nth]);
            // "Wrong number?" asks.
            if sentence.asks && said.0 == Certainty::Likely {
                continue;
            }
            let ends = self.after.repeated(words, pattern.after(words, begun));
            if ends & whole(words) != 0 {
                return Some(Reading::Says { said, rest: words.len() });
            }
            let goes_on = |at: &usize| {
                let is_clause = said.0 == Certainty::Plain && sentence.clauses & (1 << at) != 0;
                is_clause || self.because.after(words, 1 << at) != 0
            };
            if let Some(rest) = (1..words.len()).filter(|at| ends & (1 << at) != 0).find(goes_on) {
                return Some(Reading::Says { said, rest });
            }
        }
        let bare = self.after.repeated(words, self.bare.after(words, begun));
        (bare & whole(words) != 0).then_some(Reading::Bare((Certainty::Plain, Kind::NoMoreTexts)))
    }

    /// Which of `says` can be in these words, in their order.
    fn worth_a_try(&self, words: &[String]) -> Vec<usize> {
        let mut worth: Vec<usize> = words.iter().filter_map(|word| self.by_key.get(word)).flatten().copied().collect();
        worth.sort_unstable();
        worth.dedup();
        worth
    }

    /// The sentence is nothing but what may come before and after, and what is read.
    pub(super) fn knows(&self, sentence: &Sentence<'_>) -> bool {
        let words = &sentence.words;
        let known = [&self.before, &self.after, &self.bare, &self.says];
        let ends = repeated(1, |new| known.iter().fold(0, |to, patterns| to | patterns.after(words, new)));
        !sentence.is_strange && ends & whole(words) != 0
    }

    /// Somewhere in these words it says for how long.
    pub(super) fn pauses(&self, words: &[String]) -> bool {
        self.pauses.after(words, whole(words) - 1) != 0
    }
}

fn whole(words: &[String]) -> Places {
    1 << words.len()
}
