//! Words that are looked for in a reply: our own rules, and the claim to be a person.

use super::Allowed;
use super::fold::{Folded, is_latin};
use super::orders::{beginning, taboo};

/// How a machine says that it is none, where it does not say so in plain English.
const CLAIMS: &[&str] = &[
    "not a bot",
    "not a robot",
    "not an ai",
    "not a machine",
    "not a computer",
    "not automated",
    "not artificial",
    "real human here",
    "human here",
    "flesh and blood",
    "talking to a real",
    "talking to a human",
    "chatting with a human",
    "chatting with a real",
    "texting with a real",
    "texting a real person",
    "speaking with a human",
    "soy humano",
    "soy humana",
    "soy una persona",
    "no soy un bot",
    "no soy un robot",
    "je suis humain",
    "je suis un humain",
    "je suis une personne",
    "je suis une vraie personne",
    "je ne suis pas un robot",
    "je ne suis pas un bot",
    "ich bin ein mensch",
    "ich bin kein bot",
    "ich bin kein roboter",
    "ich bin keine maschine",
    "echter mensch",
    "sou humano",
    "sou humana",
    "sou uma pessoa",
    "não sou um robô",
    "não sou um bot",
    "я человек",
    "я живой",
    "я не бот",
    "я не робот",
    "я настоящий",
    "я людина",
    "sono umano",
    "sono una persona",
    "non sono un bot",
    "non sono un robot",
    "ik ben een mens",
    "ik ben geen bot",
    "jestem człowiekiem",
    "nie jestem botem",
    "我是真人",
    "我是人类",
    "我不是机器人",
    "我不是機器人",
    "私は人間",
    "人間です",
    "ロボットではありません",
    "저는 사람",
    "로봇이 아닙니다",
    "मैं इंसान",
    "मैं एक इंसान",
    "मैं रोबोट नहीं",
    "أنا إنسان",
    "أنا بشر",
    "لست روبوت",
    "میں انسان",
    "আমি মানুষ",
    "ben insanım",
    "robot değilim",
    "tôi là người",
];
/// What may stand between "I am" and "human".
const BETWEEN: &[&str] = &[
    "a",
    "an",
    "the",
    "real",
    "really",
    "actual",
    "actually",
    "live",
    "living",
    "100",
    "totally",
    "fully",
    "very",
    "definitely",
    "also",
    "just",
    "only",
    "genuine",
    "true",
    "breathing",
    "in",
    "fact",
    "indeed",
    "of",
    "course",
];

pub(super) fn claims_person(said: &Folded) -> bool {
    let words = said.words();
    let spaced = format!(" {} ", words.join(" "));
    let claims = |claim: &str| if is_latin(claim) { spaced.contains(&format!(" {claim} ")) } else { said.says(claim) };
    if CLAIMS.iter().any(|claim| claims(claim)) {
        return true;
    }
    (0..words.len()).any(|nth| {
        let after = match (words[nth], words.get(nth + 1).copied()) {
            ("i'm" | "im", _) => nth + 1,
            ("i", Some("am")) => nth + 2,
            _ => return false,
        };
        let rest = words[after.min(words.len())..].iter().find(|word| !BETWEEN.contains(word));
        matches!(rest, Some(&("human" | "person" | "people")))
    })
}

/// So many words of our own rules in a row are no accident.
const RULES_WORDS: usize = 7;
/// A shorter order is too common to be told from chance.
const RULES_WORDS_MIN: usize = 4;
/// Nobody talks of these to customers.
const RULES_MARKS: &[&str] = &[
    "<passage",
    "<contact",
    "<earlier",
    "hand_off",
    "stay_silent",
    "system prompt",
    "my instructions",
    "my prompt",
    "i was instructed",
    "i am instructed",
    "mis instrucciones",
    "meine anweisungen",
    "mes instructions",
    "мои инструкции",
    "我的指令",
    "minhas instruções",
    "le mie istruzioni",
];

/// It speaks of what an order forbids to speak of: half of the words that tell of it and stand in no source.
fn speaks_of(words: &[&str], order: &Folded, known: impl FnOnce() -> Folded) -> bool {
    let Some(taboo) = taboo(order).filter(|taboo| words.iter().any(|word| taboo.contains(&beginning(word)))) else {
        return false;
    };
    let known = known();
    let known: Vec<String> = known.words().into_iter().map(beginning).collect();
    let taboo: Vec<String> = taboo.into_iter().filter(|word| !known.contains(word)).collect();
    let spoken = taboo.iter().filter(|taboo| words.iter().any(|word| beginning(word) == **taboo)).count();
    spoken > 0 && spoken * 2 >= taboo.len()
}

pub(super) fn tells_rules(said: &Folded, allowed: &Allowed) -> bool {
    if RULES_MARKS.iter().any(|mark| said.says(mark)) {
        return true;
    }
    let words = said.words();
    let known = || Folded::of(&allowed.given.join("\n"));
    allowed.rules.lines().any(|line| {
        let line = Folded::of(line);
        if speaks_of(&words, &line, known) {
            return true;
        }
        let rule = line.words();
        let window = rule.len().min(RULES_WORDS);
        window >= RULES_WORDS_MIN && rule.windows(window).any(|rule| words.windows(window).any(|said| said == rule))
    })
}
