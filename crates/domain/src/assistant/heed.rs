//! What can be told from a text alone, before anybody is asked: that it needs no answer, that it asks whether a machine
//! writes, and whether more of it is coming.

use jiff::{SignedDuration, Timestamp};

/// A quiet window is never longer, however slowly somebody types.
const WINDOW_MAX: SignedDuration = SignedDuration::from_secs(20);
/// Texts this close together are one burst.
const BURST: SignedDuration = SignedDuration::from_secs(60);
/// A longer text is more than thanks.
const THANKS_WORDS_MAX: usize = 5;
/// A longer text asks more than whether a machine writes.
const BOT_WORDS_MAX: usize = 10;

/// Words that end a talk, in the languages of the keywords: a text of nothing but these needs no answer.
const THANKS: &str = " ok okay okey k kk thanks thank thx tnx thnx ty tysm you u great perfect cool nice super awesome got it gotcha \
    noted sounds good will do sure alright cheers bye goodbye ciao much so a lot all understood \
    gracias vale perfecto genial muchas de acuerdo entendido adiós \
    merci parfait d'accord daccord beaucoup super entendu \
    obrigado obrigada beleza perfeito certo muito valeu entendi \
    спасибо хорошо понятно ок ладно большое отлично \
    danke dankeschön alles klar gut prima passt vielen dank tschüss \
    dziękuję dzięki dobrze jasne dzieki \
    grazie perfetto va bene mille capito \
    bedankt dank je wel prima oké goed \
    谢谢 好的 好 谢谢你 多谢 知道了 謝謝 धन्यवाद शुक्रिया ठीक है شكرا حسنا تمام ধন্যবাদ ঠিক আছে شکریہ ٹھیک ہے ";

/// How phones write a reaction to a text as a text (Apple and Google, to who cannot show it).
const REACTIONS: &[&str] = &[
    "liked ",
    "loved ",
    "disliked ",
    "laughed at ",
    "emphasized ",
    "emphasised ",
    "questioned ",
    "removed a ",
    "reacted ",
];

/// What only machines write.
const AUTOMATIC: &[&str] = &[
    "this is an automated",
    "this is an automatic",
    "automated message",
    "automatic reply",
    "auto-reply",
    "autoreply",
    "auto reply",
    "out of office",
    "do not reply to this",
    "please do not reply",
    "i'm driving",
    "i am driving",
    "driving with do not disturb",
    "driving focus",
    "i'm currently unavailable",
    "currently away from my phone",
    "mailbox is not monitored",
    "number is not monitored",
    "inbox is not monitored",
    "automatische antwort",
    "abwesenheitsnotiz",
    "respuesta automática",
    "réponse automatique",
    "resposta automática",
    "risposta automatica",
    "automatisch antwoord",
    "automatyczna odpowiedź",
    "автоматический ответ",
];

/// How people ask whether they text with a machine.
const BOT_QUESTIONS: &[&str] = &[
    "are you a bot",
    "are you bot",
    "r u a bot",
    "are u a bot",
    "is this a bot",
    "am i talking to a bot",
    "am i texting a bot",
    "are you human",
    "are you a human",
    "are you a real person",
    "are you real",
    "r u real",
    "are u real",
    "is this a real person",
    "is this a person",
    "are you a person",
    "are you a robot",
    "is this a robot",
    "are you an ai",
    "are you ai",
    "is this ai",
    "is this an ai",
    "are you a machine",
    "is this automated",
    "eres un bot",
    "eres una persona",
    "eres humano",
    "es un bot",
    "es-tu un robot",
    "êtes-vous un robot",
    "vous êtes un robot",
    "c'est un robot",
    "você é um robô",
    "você é humano",
    "é um robô",
    "ты бот",
    "вы бот",
    "это бот",
    "bist du ein bot",
    "sind sie ein bot",
    "ist das ein bot",
    "bist du ein mensch",
    "sind sie ein mensch",
    "ist das eine ki",
    "czy jesteś botem",
    "czy to bot",
    "sei un bot",
    "è un bot",
    "ben je een bot",
    "is dit een bot",
    "你是机器人吗",
    "你是真人吗",
];

/// Why a text needs no answer; `None`: it may need one. `from` is who wrote it, as the carrier has it; `was_asked`: our last text
/// asked them something, so "ok" or a thumb is their answer.
#[must_use]
pub fn needs_no_answer(body: &str, from: &str, was_asked: bool) -> Option<&'static str> {
    let text = straightened(body);
    if !is_dialable(from) {
        return Some("it came from a short code or a name, which no person reads");
    }
    if text.trim().is_empty() {
        return None;
    }
    if REACTIONS.iter().any(|reaction| text.starts_with(reaction) && is_quoted(&text[reaction.len()..])) {
        return Some("it is a reaction to a text");
    }
    // Whoever asks is a person, or to be taken for one.
    let asks = text.contains(['?', '？', '؟']);
    if !asks && AUTOMATIC.iter().any(|phrase| text.contains(phrase)) {
        return Some("it is an automatic reply");
    }
    if was_asked {
        return None;
    }
    if !text.chars().any(char::is_alphanumeric) {
        return (!text.contains('?')).then_some("it is nothing but signs");
    }
    let words: Vec<&str> = words(&text).collect();
    let only_thanks = words.len() <= THANKS_WORDS_MAX
        && !text.contains('?')
        && words.iter().all(|word| THANKS.contains(&format!(" {word} ")))
        && words
            .iter()
            .any(|word| !matches!(*word, "you" | "u" | "a" | "it" | "all" | "so" | "is" | "de" | "je" | "है"));
    only_thanks.then_some("it only says thanks or agrees")
}

/// It asks whether a machine writes, and hardly anything else.
#[must_use]
pub fn asks_for_bot(body: &str) -> bool {
    let text = straightened(body);
    let is_whole = |question: &&&str| {
        text.match_indices(**question).any(|(at, _)| {
            let after = text[at + question.len()..].chars().next();
            !(after.is_some_and(char::is_alphanumeric) && question.is_ascii())
        })
    };
    words(&text).count() <= BOT_WORDS_MAX && BOT_QUESTIONS.iter().any(|question| is_whole(&question))
}

/// How long the contact must be still before they are answered: the assistant's window, longer for someone who is typing a
/// burst slowly or whose text clearly goes on. `before` is when their text before this one came, if nobody has answered it.
#[must_use]
pub fn quiet_window(window_ms: u32, body: &str, now: Timestamp, before: Option<Timestamp>) -> SignedDuration {
    let window = SignedDuration::from_millis(i64::from(window_ms));
    if window.is_zero() {
        return window;
    }
    let gap = before.map(|before| now.duration_since(before)).filter(|gap| *gap <= BURST && gap.is_positive());
    let typing = gap.map_or(window, |gap| gap.saturating_mul(3) / 2);
    let goes_on = straightened(body);
    let goes_on = goes_on.trim_end();
    let goes_on =
        [",", "...", "…", ":", " and", " but", " also", " und", " y", " et"].iter().any(|end| goes_on.ends_with(end));
    let wanted = window.max(typing);
    let wanted = if goes_on { wanted.saturating_mul(2) } else { wanted };
    wanted.min(WINDOW_MAX.max(window))
}

/// A number that a person has: E.164, longer than a short code.
fn is_dialable(from: &str) -> bool {
    let digits = from.strip_prefix('+').unwrap_or(from);
    digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A reaction quotes what it is about, or says "an image" and the like.
fn is_quoted(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with(['"', '“', '«', '„'])
        || ["an image", "a photo", "an attachment", "a movie", "to \"", "to “", "heart from", "like from", "laugh from"]
            .iter()
            .any(|start| rest.starts_with(start))
        || rest.contains(" to \"")
        || rest.contains(" to “")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?' | '…' | ';' | ':' | ')' | '(' | '。' | '！' | '，')
    })
    .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\''))
    .filter(|word| !word.is_empty())
}

fn straightened(body: &str) -> String {
    body.trim().to_lowercase().replace('’', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "+14155550123";

    #[test]
    fn what_needs_no_answer_is_known_without_asking() {
        for body in [
            "ok",
            "OK!",
            "Thanks",
            "thank you so much",
            "thx 🙏",
            "👍",
            "😂😂",
            "Got it, thanks!",
            "perfect",
            "Gracias",
            "Danke!",
            "alles klar",
            "merci beaucoup",
            "obrigado",
            "спасибо",
            "谢谢",
            "ठीक है",
            "Liked “We open at 7”",
            "Loved an image",
            "Laughed at \"see you\"",
            "Reacted 👍 to \"See you\"",
            "I'm driving with Do Not Disturb While Driving turned on.",
            "AUTOMATIC REPLY: I am out of office until Monday",
            "Please do not reply to this message.",
            "...",
        ] {
            assert!(needs_no_answer(body, ANN, false).is_some(), "{body}");
        }
        for body in ["ok", "👍", "perfect"] {
            assert_eq!(needs_no_answer(body, ANN, true), None, "{body} answers a question");
        }
        for body in [
            "ok?",
            "ok but when?",
            "?",
            "thanks, and what about Sunday?",
            "Is it ok to come at 5",
            "you",
            "Liked it a lot, can I order more",
            "great what time do you open",
            "no",
            "yes",
            "7",
            "",
            "Do you do automatic gates?",
            "all good? my order is late",
            "I'm driving, what time do you close?",
            "I'm out of office till Monday, can you deliver on Tuesday?",
            "Do you send an automated message when it's ready?",
        ] {
            assert_eq!(needs_no_answer(body, ANN, false), None, "{body}");
        }
        for from in ["22333", "ACME", "Tidings-1"] {
            assert!(needs_no_answer("Your code is 1234", from, false).is_some(), "{from}");
        }
    }

    #[test]
    fn whoever_asks_for_a_machine_is_understood() {
        for body in
            ["Are you a bot?", "r u a bot", "wait is this a real person??", "bist du ein Mensch?", "你是机器人吗?"]
        {
            assert!(asks_for_bot(body), "{body}");
        }
        for body in [
            "Do you sell robots?",
            "are you really open on Sunday?",
            "is this a bottle?",
            "I asked my friend are you a bot and he laughed, anyway when do you open tomorrow?",
            "open?",
        ] {
            assert!(!asks_for_bot(body), "{body}");
        }
    }

    #[test]
    fn the_window_follows_how_somebody_types() {
        let now: Timestamp = "2026-11-27T10:00:00Z".parse().unwrap();
        let ago = |seconds: i64| Some(now.checked_sub(SignedDuration::from_secs(seconds)).unwrap());
        let cases = [
            (4_000, "are you open?", None, 4_000),
            (4_000, "on sunday", ago(1), 4_000),
            (4_000, "on sunday", ago(8), 12_000),
            (4_000, "on sunday", ago(30), 20_000),
            (4_000, "on sunday", ago(300), 4_000),
            (4_000, "hi,", None, 8_000),
            (4_000, "I have a question...", ago(8), 20_000),
            (0, "hi,", ago(8), 0),
            (60_000, "hi", ago(8), 60_000),
        ];
        for (window, body, before, expected) in cases {
            let window = quiet_window(window, body, now, before);
            assert_eq!(window, SignedDuration::from_millis(expected), "{body} {before:?}");
        }
    }
}
