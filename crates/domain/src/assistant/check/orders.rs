//! Words that are meant for an assistant rather than for a customer.

use super::decode;
use super::fold::Folded;

/// Whoever wants an assistant to drop its rules says one of these …
const DROPS: &[&str] = &[
    "ignore",
    "disregard",
    "forget",
    "override",
    "bypass",
    "ignorier",
    "vergiss",
    "ignora",
    "olvida",
    "ignorez",
    "oublie",
    "esqueça",
    "dimentica",
    "negeer",
    "zignoruj",
    "игнорируй",
    "забудь",
    "забудьте",
    "проигнорируй",
    "忽略",
    "无视",
    "無視",
    "무시",
    "تجاهل",
    "अनदेखा",
    "नज़रअंदाज़",
    "উপেক্ষা",
    "نظر انداز",
    "yok say",
    "bỏ qua",
];
/// … and one of these soon before or after it.
const RULES: &[&str] = &[
    "instruction",
    "rules",
    "prompt",
    "guideline",
    "directive",
    "everything above",
    "anweisung",
    "regeln",
    "instruccion",
    "reglas",
    "consigne",
    "règles",
    "instruç",
    "regras",
    "istruzioni",
    "regole",
    "instructies",
    "instrukcj",
    "инструкц",
    "правила",
    "指令",
    "指示",
    "规则",
    "規則",
    "지시",
    "تعليمات",
    "निर्देश",
    "নির্দেশ",
    "ہدایات",
    "talimat",
    "hướng dẫn",
];
/// They stand in one sentence, within so many bytes of each other.
const NEAR_BYTES: usize = 60;

/// Marks of talk with a model.
const MARKS: &[&str] = &[
    "<|im_start|>",
    "<|system|>",
    "<system>",
    "[inst]",
    "[system]",
    "### instruction",
    "### system",
    "system prompt",
    "developer mode",
    "jailbreak",
    "do anything now",
    "you are dan",
    "ai assistant:",
    "note to ai",
    "to the ai",
    "attention ai",
    "dear ai",
    "language model",
    "ai agents",
    "ai models must",
    "assistant must",
    "assistants must",
    "assistants should",
    "assistant should",
    "the assistant will",
    "as an ai",
    "you are now in",
    "new instructions:",
    "system message",
];
/// How the turns of a talk with a model begin, on a line of their own: in "Heating system: gas" they say nothing.
const TURNS: &[&str] = &["system:", "assistant:"];

/// Whether a text gives orders to an assistant, as no honest page does. Nothing in it counts, then.
#[must_use]
pub fn gives_orders(text: &str) -> bool {
    [Folded::of(text), Folded::of(&decode::decoded(text))].iter().any(orders)
}

/// How whoever fills in a form speaks to an assistant through what a tool answers. On a page they are honest words for staff.
const TELLS: &[&str] = &[
    "tell them",
    "tell the customer",
    "tell the client",
    "tell everybody",
    "tell everyone",
    "reply with",
    "respond with",
    "answer with",
    "instructions for",
    "instruction for",
    "dile que",
    "dites au client",
    "sag dem kunden",
    "diga ao cliente",
    "скажи клиенту",
];

/// Whether what a tool answered gives orders to an assistant: stricter than [`gives_orders`], for it is data and tells nobody
/// what to say.
#[must_use]
pub fn answer_gives_orders(text: &str) -> bool {
    // A value of a document is a line of its own, and its names are words.
    let apart = text.replace(['"', '\''], "\n").replace('_', " ");
    [Folded::of(text), Folded::of(&apart), Folded::of(&decode::decoded(text))]
        .iter()
        .any(|text| orders(text) || TELLS.iter().any(|tells| says_whole(text, tells)))
}

/// It stands there as words of its own: nobody drives "to the AI" who drives to the airport.
fn says_whole(text: &Folded, mark: &str) -> bool {
    let in_text = |text: &str| {
        text.match_indices(mark).any(|(at, _)| {
            let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let after = text[at + mark.len()..].chars().next().is_some_and(char::is_alphanumeric);
            let goes_on =
                before && mark.starts_with(char::is_alphanumeric) || after && mark.ends_with(char::is_alphanumeric);
            !goes_on
        })
    };
    in_text(&text.exact) || in_text(&text.text)
}

/// A line begins so.
fn begins_line(text: &Folded, turn: &str) -> bool {
    [&text.exact, &text.text].iter().any(|text| text.lines().any(|line| line.trim_start().starts_with(turn)))
}

fn orders(text: &Folded) -> bool {
    if MARKS.iter().any(|mark| says_whole(text, mark)) || TURNS.iter().any(|turn| begins_line(text, turn)) {
        return true;
    }
    let sentences = [&text.text, &text.exact];
    let mut sentences = sentences.iter().flat_map(|text| text.split(['.', '!', '?', '\n']));
    sentences.any(|sentence| {
        let places = |words: &[&str]| -> Vec<usize> {
            words.iter().flat_map(|word| sentence.match_indices(word).map(|(at, _)| at).collect::<Vec<_>>()).collect()
        };
        // "Don't forget the house rules" drops none.
        let drops = places(DROPS)
            .into_iter()
            .filter(|at| !["not ", "n't ", "never ", "no "].iter().any(|denied| sentence[..*at].ends_with(denied)));
        let rules = places(RULES);
        drops.into_iter().any(|drop| rules.iter().any(|rule| drop.abs_diff(*rule) <= NEAR_BYTES))
    })
}

/// How sentences begin that tell an assistant what to do.
const BEGIN: &[&str] = &[
    "never ",
    "don't ",
    "do not ",
    "be ",
    "you are ",
    "you must ",
    "you may ",
    "you should ",
    "if a customer",
    "if the customer",
    "if someone",
    "if anyone",
    "if somebody",
    "if they ",
    "if asked",
    "tell ",
    "say ",
    "answer ",
    "reply ",
    "offer ",
    "pretend ",
    "act ",
    "keep ",
    "refuse ",
    "hand over",
    "always ",
    "nunca ",
    "no digas",
    "ne dis",
    "niemals ",
    "sag ",
    "nie ",
];
/// What they are about, wherever it stands.
const INSIDE: &[&str] =
    &["secret", "confidential", "internal", "between us", "don't tell", "do not tell", "vertraulich", "intern "];

/// How a business forbids its assistant to speak of something.
const FORBIDS: &[&str] = &[
    "mention",
    "talk about",
    "talk of",
    "speak about",
    "speak of",
    "discuss",
    "reveal",
    "disclose",
    "tell anyone",
    "tell anybody",
    "tell people",
    "tell customers",
    "say anything about",
    "bring up",
];
/// Words that say nothing by themselves.
const EMPTY_WORDS: &str = " about from that their them this with what when where which your have been were will than then \
    there they anything anyone anybody customer customers people ever other others ";

/// What an order forbids to speak of: the beginnings of its telling words. `None`: it forbids no such thing.
pub(super) fn taboo(order: &Folded) -> Option<Vec<String>> {
    let denies = ["never ", "not ", "n't "].iter().any(|word| order.exact.contains(word));
    let (at, phrase) = FORBIDS.iter().find_map(|phrase| Some((order.text.find(phrase)?, phrase)))?;
    let what = Folded::of(&order.text[at + phrase.len()..]);
    let words = what.words().into_iter().filter(|word| word.chars().count() > 3);
    let words = words.filter(|word| !EMPTY_WORDS.contains(&format!(" {word} "))).map(beginning);
    denies.then(|| words.collect())
}

/// Endings do not hide a word.
pub(super) fn beginning(word: &str) -> String {
    word.chars().take(5).collect()
}

/// The sentences of a business's instructions that are for its assistant's eyes, one a line; the rest are facts, which it may
/// repeat.
#[must_use]
pub fn orders_of(instructions: &str) -> String {
    let sentences = instructions.split_inclusive(['.', '!', '?', '\n', ';']).map(str::trim);
    let is_order = |sentence: &&str| {
        let lower = sentence.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        BEGIN.iter().any(|begin| lower.starts_with(begin)) || INSIDE.iter().any(|word| lower.contains(word))
    };
    sentences.filter(is_order).collect::<Vec<_>>().join("\n")
}
