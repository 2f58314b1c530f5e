//! From text to what is compared: words, without accents and endings, with the notions that they belong to.

use std::{collections::HashSet, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

use super::{Synonyms, notions, stem::stem};

/// A longer question is cut: nobody means so many things at once.
const ASKED_WORDS_MAX: usize = 60;
/// What a word is worth that is said in every other question, and one that only says what sort of answer is wanted.
pub(super) const WEAK_WORD: f64 = 0.3;
const SORT_OF_ANSWER: f64 = 0.6;
/// A day alone asks nothing: "see you Saturday".
const DAY: f64 = 0.5;

/// Words that say nothing about what is asked.
const STOP_WORDS: &str = " a an the is are was were be been being am do does did done doing can could would will shall should \
    may might must i you he she it we they me him us them my your his her its our their mine yours this that these those to \
    of in on at for from by with about as and or if so but not no nor than then too very just also only even still ever any \
    some all there here what which who whom whose how why when where have has had having im ive id youre youve were weve \
    theres thats its isnt arent dont doesnt didnt cant couldnt wont wouldnt shouldnt havent hasnt yes yeah ok okay hi hello \
    hey thanks thank please good morning afternoon evening sir madam guys lol oh well really actually maybe im s t d re ve ll \
    m into over up out off down again ";

/// Words that most questions to a business could have.
const WEAK_WORDS: &str = " want need get got give know tell ask like love look looking make made take think wonder wondering \
    let see try use offer sell have provide serve stock thing things something anything someone anyone one way kind sort type \
    possible able available new right now next soon also another other more most less much many lot work works come go going \
    put help info information nearby near around option choice while use else everything time question questions say said long still guy people place today ";

static STOPPED: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());
static WEAK_STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| WEAK_WORDS.split_whitespace().map(stem).collect());

/// How people text.
const TEXTING: &[(&str, &str)] = &[
    ("u", "you"),
    ("ya", "you"),
    ("r", "are"),
    ("ur", "your"),
    ("y", "why"),
    ("n", "and"),
    ("w", "with"),
    ("b4", "before"),
    ("2", "to"),
    ("4", "for"),
    ("whats", "what is"),
    ("wats", "what is"),
    ("wat", "what"),
    ("wut", "what"),
    ("wheres", "where is"),
    ("whens", "when is"),
    ("hows", "how is"),
    ("whos", "who is"),
    ("thx", "thanks"),
    ("tnx", "thanks"),
    ("thnx", "thanks"),
    ("ty", "thanks"),
    ("pls", "please"),
    ("plz", "please"),
    ("tmrw", "tomorrow"),
    ("tmr", "tomorrow"),
    ("2moro", "tomorrow"),
    ("tomorow", "tomorrow"),
    ("2day", "today"),
    ("2nite", "tonight"),
    ("tonite", "tonight"),
    ("wknd", "weekend"),
    ("wanna", "want"),
    ("gonna", "going"),
    ("gotta", "need"),
    ("gimme", "give"),
    ("lemme", "let"),
    ("cuz", "because"),
    ("bc", "because"),
    ("abt", "about"),
    ("hrs", "hours"),
    ("hr", "hour"),
    ("mins", "minutes"),
    ("appt", "appointment"),
    ("apt", "appointment"),
    ("resv", "reservation"),
    ("rez", "reservation"),
    ("bday", "birthday"),
    ("xmas", "christmas"),
    ("ppl", "people"),
    ("msg", "message"),
    ("txt", "text"),
    ("addy", "address"),
    ("addr", "address"),
    ("tel", "phone"),
    ("fone", "phone"),
    ("nite", "night"),
    ("thru", "through"),
    ("veg", "vegetarian"),
    ("veggie", "vegetarian"),
    ("gf", "gluten free"),
    ("choc", "chocolate"),
    ("sat", "saturday"),
    ("sun", "sunday"),
    ("mon", "monday"),
    ("tue", "tuesday"),
    ("tues", "tuesday"),
    ("wed", "wednesday"),
    ("weds", "wednesday"),
    ("thu", "thursday"),
    ("thur", "thursday"),
    ("thurs", "thursday"),
    ("fri", "friday"),
];

/// A word of a question, or the sort of answer that it wants.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// As it was written, lower case.
    pub(super) raw: String,
    /// The term that it is looked for by. `None` for "how much" and its like, which are found by their notion only.
    pub(super) stem: Option<String>,
    /// The terms of the notions that it belongs to.
    pub(super) notions: Vec<String>,
    /// How much hangs on it, apart from how rare it is.
    pub(super) weight: f64,
}

/// What a question asks for, each thing once, in its order.
pub(super) fn asked(query: &str, synonyms: &Synonyms) -> Vec<Asked> {
    let words = words(query);
    let named = synonyms.named(&words.iter().map(|word| stem(word)).collect::<Vec<_>>());
    let mut asked: Vec<Asked> = Vec::new();
    for notion in notions::wanted(&words) {
        let weight = SORT_OF_ANSWER;
        asked.push(Asked { raw: String::new(), stem: None, notions: vec![notion.to_owned()], weight });
    }
    for group in named {
        asked.push(Asked { raw: String::new(), stem: None, notions: vec![group], weight: 1.0 });
    }
    for raw in words.into_iter().take(ASKED_WORDS_MAX).filter(|word| !STOPPED.contains(word.as_str())) {
        let stem = stem(&raw);
        let notions: Vec<String> = notions::of(&stem).iter().map(|notion| (*notion).to_owned()).collect();
        // "When are you open?" asks one thing.
        asked.retain(|known| known.stem.is_some() || !known.notions.iter().any(|notion| notions.contains(notion)));
        if !asked.iter().any(|known| known.stem.as_ref() == Some(&stem)) {
            let weight = match () {
                () if WEAK_STEMS.contains(&stem) => WEAK_WORD,
                () if notions.iter().any(|notion| notion == "§day") => DAY,
                () => 1.0,
            };
            asked.push(Asked { raw, stem: Some(stem), notions, weight });
        }
    }
    // A question of weak words and days only asks nothing.
    if asked.iter().all(|word| word.weight < SORT_OF_ANSWER) {
        asked.clear();
    }
    asked
}

/// The terms of a text: stems and notions, as often as they come.
pub(super) fn terms(text: &str, synonyms: &Synonyms) -> Vec<String> {
    let mut terms = Vec::new();
    let words = words(text);
    for word in words.iter().filter(|word| !STOPPED.contains(word.as_str())) {
        let stem = stem(word);
        terms.extend(notions::of(&stem).iter().map(|notion| (*notion).to_owned()));
        terms.push(stem);
    }
    terms.extend(synonyms.named(&words.iter().map(|word| stem(word)).collect::<Vec<_>>()));
    terms.extend(notions::shown(text, &words).into_iter().map(str::to_owned));
    terms
}

/// The stems of a name, every word of it.
pub(super) fn stems(name: &str) -> Vec<String> {
    words(name).iter().map(|word| stem(word)).collect()
}

/// The words of a text: lower case, without accents, texting spellings written out. Scripts without spaces between
/// words give every two neighbouring characters.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain: String = text
        .nfkd()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36F}' | '\'' | '’' | '‘' | 'ʼ'))
        .flat_map(char::to_lowercase)
        .collect();
    let mut words = Vec::new();
    for word in plain.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty()) {
        compound(word, &mut words);
    }
    words
}

/// The parts of a word with hyphens. A part of one or two letters goes with its neighbours: Wi-Fi is also written as
/// one, an e-bike is a bike.
fn compound(word: &str, words: &mut Vec<String>) {
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
        } else if let Some((_, meant)) = TEXTING.iter().find(|(texted, _)| *texted == word) {
            words.extend(meant.split(' ').map(str::to_owned));
        } else {
            words.push(word.to_owned());
        }
    }
}

/// How many words a reader counts.
pub(super) fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}
