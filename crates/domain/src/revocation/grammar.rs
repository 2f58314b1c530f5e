//! What a language has to say about no more texts, and how a sentence is read by it.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cut::Sentence;
use super::pattern::{Classes, Pattern, Places};
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
    before: Vec<Pattern>,
    after: Vec<Pattern>,
    because: Vec<Pattern>,
    pauses: Vec<Pattern>,
    says: Vec<(Pattern, (Certainty, Kind))>,
    bare: Vec<Pattern>,
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
        for key in grammar.says.iter().map(|(pattern, _)| pattern).chain(&grammar.bare).flat_map(Pattern::keys) {
            *keys.entry(key.clone()).or_insert(0) |= 1 << nth;
        }
    }
    Grammars { all, keys }
});

impl Grammars {
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
        let says = |patterns, certainty, kind| list(patterns).into_iter().map(move |one| (one, (certainty, kind)));
        Self {
            language: source.language,
            before: list(source.before),
            after: list(source.after),
            because: list(source.because),
            pauses: list(source.pauses),
            says: says(source.plain, Certainty::Plain, Kind::NoMoreTexts)
                .chain(says(source.wrong, Certainty::Likely, Kind::WrongPerson))
                .chain(says(source.likely, Certainty::Likely, Kind::NoMoreTexts))
                .collect(),
            bare: list(source.bare),
        }
    }

    pub(super) fn language(&self) -> &'static str {
        self.language
    }

    /// What the sentence says, the plainest first.
    pub(super) fn read(&self, sentence: &Sentence<'_>) -> Option<Reading> {
        let words = &sentence.words;
        let begun = repeated(&self.before, words, 1);
        for (pattern, said) in &self.says {
            // "Wrong number?" asks.
            if sentence.asks && said.0 == Certainty::Likely {
                continue;
            }
            let ends = repeated(&self.after, words, pattern.after(words, begun));
            if ends & whole(words) != 0 {
                return Some(Reading::Says { said: *said, rest: words.len() });
            }
            let goes_on = |at: &usize| {
                let is_clause = said.0 == Certainty::Plain && sentence.clauses & (1 << at) != 0;
                is_clause || any(&self.because, words, 1 << at) != 0
            };
            if let Some(rest) = (1..words.len()).filter(|at| ends & (1 << at) != 0).find(goes_on) {
                return Some(Reading::Says { said: *said, rest });
            }
        }
        let bare = repeated(&self.after, words, any(&self.bare, words, begun));
        (bare & whole(words) != 0).then_some(Reading::Bare((Certainty::Plain, Kind::NoMoreTexts)))
    }

    /// The sentence is nothing but what may come before and after, and what is read.
    pub(super) fn knows(&self, sentence: &Sentence<'_>) -> bool {
        let words = &sentence.words;
        let known = self.before.iter().chain(&self.after).chain(&self.bare);
        let known = known.chain(self.says.iter().map(|(pattern, _)| pattern));
        !sentence.is_strange && repeated(known, words, 1) & whole(words) != 0
    }

    /// Somewhere in these words it says for how long.
    pub(super) fn pauses(&self, words: &[String]) -> bool {
        (0..words.len()).any(|at| any(&self.pauses, words, 1 << at) != 0)
    }
}

fn whole(words: &[String]) -> Places {
    1 << words.len()
}

fn any(patterns: &[Pattern], words: &[String], from: Places) -> Places {
    patterns.iter().fold(0, |to, pattern| to | pattern.after(words, from))
}

/// Where any number of them, one after the other, can end.
fn repeated<'a>(patterns: impl IntoIterator<Item = &'a Pattern> + Clone, words: &[String], from: Places) -> Places {
    let (mut all, mut new) = (from, from);
    while new != 0 {
        let next = patterns.clone().into_iter().fold(0, |to, pattern| to | pattern.after(words, new));
        new = next & !all;
        all |= next;
    }
    all
}
