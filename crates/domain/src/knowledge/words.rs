//! From text to what is compared: words, without accents and endings, with the notions that they belong to.

use std::collections::HashSet;
use std::sync::LazyLock;

use language::{Language, folded};

use super::groups::stems;
use super::{Synonyms, notions, plain};

/// A longer question is cut: nobody means so many things at once.
const ASKED_WORDS_MAX: usize = 60;
/// What a word is worth that is said in every other question, and one that only says what sort of answer is wanted.
pub(super) const WEAK_WORD: f64 = 0.3;
const SORT_OF_ANSWER: f64 = 0.6;
/// A day or a number alone asks nothing: "see you Saturday at 5".
const DAY: f64 = 0.5;

/// Words that say nothing about what is asked.
const STOP_WORDS: &str = " a an the is are was were be been being am do does did done doing can could would will shall should \
    may might must i you he she it we they me him us them my your his her its our their mine yours this that these those to \
    of in on at for from by with about as and or if so but not no nor than then too very just also only even still ever any \
    some all there here what which who whom whose how why when where has have had having im ive id youre youve were weve \
    theres thats its isnt arent dont doesnt didnt cant couldnt wont wouldnt shouldnt havent hasnt yes yeah ok okay hi hello \
    hey thanks thank please sorry good morning afternoon evening sir madam guys oh well really actually maybe im s t d re ve ll \
    m into over up out off down again 2 4 ";

/// Words that most questions to a business could have.
const WEAK_WORDS: &str = " want need get got give know tell ask like love look looking make made take think wonder wondering \
    let see try use offer sell have provide serve stock thing things something anything someone anyone one way kind sort type \
    possible able available new right now next soon also another other more most less much many lot work works come go going \
    put help info information nearby near around option choice while use else everything time question questions say said long \
    still guy people place today bit little nice lovely happen mean suppose guess hope bring half fine plus certain sure matter \
    enough whole part each every both same different kind two three four five six seven eight nine ten first second third allow allowed welcome permitted ";

static STOPPED: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());
static WEAK_STEMS: LazyLock<HashSet<String>> =
    LazyLock::new(|| WEAK_WORDS.split_whitespace().map(|word| language::stem(Language::English, word)).collect());

/// A word of a question, or the sort of answer that it wants.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// As it was written, lower case; empty for what was not said in a word.
    pub(super) raw: String,
    /// The terms that it is looked for by, in the languages that there are. None for "how much" and its like, which are
    /// found by their notion only.
    pub(super) stems: Vec<String>,
    /// The terms of the notions that it belongs to.
    pub(super) notions: Vec<String>,
    /// How much hangs on it, apart from how rare it is.
    pub(super) weight: f64,
}

/// What a question asks for, each thing once, in its order. `languages` are those of the texts that it is looked for in.
pub(super) fn asked(query: &str, languages: &[Language], synonyms: &Synonyms) -> Vec<Asked> {
    let language = language::detect(query).unwrap_or(Language::English);
    let english = language == Language::English;
    let mut words = words(query, Some(language));
    words.truncate(ASKED_WORDS_MAX);
    let english_stems = stems(&words);
    let mut named = synonyms.groups().named(&english_stems);
    if english {
        named.extend(notions::groups().named(&english_stems));
    }
    let mut asked: Vec<Asked> = Vec::new();
    let wanted = if english { notions::wanted(&words) } else { Vec::new() };
    for notion in wanted {
        let weight = SORT_OF_ANSWER;
        asked.push(Asked { raw: String::new(), stems: Vec::new(), notions: vec![notion.to_owned()], weight });
    }
    for (at, raw) in words.iter().enumerate().filter(|(_, word)| !is_stopped(language, word)) {
        let mut stems: Vec<String> = languages.iter().map(|language| language::stem(*language, raw)).collect();
        stems.sort_unstable();
        stems.dedup();
        let of_word = named.iter().filter(|named| named.at <= at && at < named.at + named.words);
        let notions: Vec<String> = of_word.map(|named| named.group.clone()).collect();
        // "When are you open?" asks one thing.
        asked.retain(|known| !known.stems.is_empty() || !known.notions.iter().any(|notion| notions.contains(notion)));
        if !asked.iter().any(|known| known.stems == stems) {
            let weight = match () {
                () if english && WEAK_STEMS.contains(&english_stems[at]) => WEAK_WORD,
                () if is_number(raw) || notions.iter().any(|notion| notion == "§day") => DAY,
                () => 1.0,
            };
            asked.push(Asked { raw: raw.clone(), stems, notions, weight });
        }
    }
    // What is said with small words only ("put me under") is found by its notion.
    for named in &named {
        let said = &words[named.at..named.at + named.words];
        if named.words > 1 && said.iter().all(|word| is_stopped(language, word)) {
            asked.push(Asked {
                raw: said.join(" "),
                stems: Vec::new(),
                notions: vec![named.group.clone()],
                weight: 1.0,
            });
        }
    }
    // A question of weak words and days only asks nothing.
    if asked.iter().all(|word| word.weight < SORT_OF_ANSWER) {
        asked.clear();
    }
    asked
}

/// The terms of a text: stems and notions, as often as they come.
pub(super) fn terms(text: &str, language: Language, synonyms: &Synonyms) -> Vec<String> {
    let words = words(text, Some(language));
    let kept = words.iter().filter(|word| !is_stopped(language, word));
    let mut terms: Vec<String> = kept.map(|word| language::stem(language, word)).collect();
    let english_stems = stems(&words);
    terms.extend(synonyms.groups().terms(&english_stems));
    if language == Language::English {
        terms.extend(notions::groups().terms(&english_stems));
    }
    terms.extend(notions::shown(text, &words).into_iter().map(str::to_owned));
    terms
}

fn is_stopped(language: Language, word: &str) -> bool {
    if language == Language::English { STOPPED.contains(word) } else { language::is_small(language, word) }
}

/// Whether an English word is so common that it is none with a slip in it.
pub(super) fn is_common(word: &str) -> bool {
    STOPPED.contains(word) || WEAK_STEMS.contains(&language::stem(Language::English, word))
}

/// The words of a text: lower case, without accents, texting spellings written out if it may be English. Scripts without
/// spaces between words give every two neighbouring characters.
pub(super) fn words(text: &str, language: Option<Language>) -> Vec<String> {
    let text: String = folded(text).chars().filter(|c| !matches!(c, '\'' | '’' | '‘' | 'ʼ')).collect();
    let english = language.is_none_or(|language| language == Language::English);
    let mut words = Vec::new();
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty()) {
        compound(word, english, &mut words);
    }
    words
}

/// The parts of a word with hyphens. A part of one or two letters goes with its neighbours: Wi-Fi is also written as
/// one, an e-bike is a bike.
fn compound(word: &str, english: bool, words: &mut Vec<String>) {
    let parts = || word.split('-').filter(|part| !part.is_empty());
    let short = |part: &str| part.chars().count() <= 2 && !part.starts_with(|c: char| c.is_ascii_digit());
    let joined = parts().count() > 1 && parts().any(short);
    if joined {
        words.push(parts().collect());
    }
    for word in parts().filter(|part| !(joined && short(part))) {
        if word.chars().any(is_ideograph) {
            let chars: Vec<char> = word.chars().collect();
            words.extend(chars.windows(2.min(chars.len())).map(String::from_iter));
        } else if let Some(meant) = plain::word(word).filter(|_| english && !is_number(word)) {
            words.extend(meant.split_whitespace().map(str::to_owned));
        } else {
            words.push(word.to_owned());
        }
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// How many words a reader counts.
pub(super) fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}
