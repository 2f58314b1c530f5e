//! When an assistant must not go on: it has used up what it may, it is outside its hours, or it seems to text with a
//! machine. A model is not asked then.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::request::{Said, Speaker};
use super::{Brief, Settings};

/// What was said and used up lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spoken {
    /// Replies of assistants in this conversation since a person last answered in it.
    pub in_a_row: u32,
    /// Replies of assistants in this conversation within an hour.
    pub last_hour: u32,
    /// The same within 24 hours.
    pub last_day: u32,
    /// Replies of all the tenant's assistants today, on the tenant's clock.
    pub tenant_today: u32,
    /// Tokens that this assistant has used today.
    pub tokens_today: u64,
    /// What this assistant has cost today, in millionths.
    pub cost_micros_today: i64,
}

/// Why it does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standstill {
    /// People shall answer.
    HandOver(String),
    /// It asks this once, and nothing else.
    AskPlainly(&'static str),
    /// It says nothing more, and people are told.
    Silence(&'static str),
}

/// What is asked of a partner that seems to be a machine. A person's answer to it is not a machine's.
const PLAIN_QUESTION: &str = "Are you a person? Please answer in your own words, and we will gladly go on.";
/// So many quick or alike texts in a row are a machine's.
const MACHINE_LIKE: usize = 3;
/// An answer within this time is quick; people need longer to read and type.
const QUICK: SignedDuration = SignedDuration::from_secs(20);
/// People type slower than so many characters in a second, reading included.
const CHARS_PER_SECOND: i64 = 6;
/// Shorter answers are tapped, not typed.
const TYPED_CHARS: usize = 30;
/// So many quick ones in a row are a machine's even if they are short.
const QUICK_MACHINE_LIKE: usize = 4;
/// Texts with this share of words in common are copies.
const ALIKE: f64 = 0.8;
/// So many answers in a row that took equally long are a machine's, however slow it is.
const REGULAR: usize = 4;
/// Equally long: this far apart, as a share of the shorter, and a second for the way.
const REGULAR_SHARE: f64 = 0.1;
/// After the plain question it takes fewer of them.
const REGULAR_AFTER: usize = 2;
/// So many exchanges in strict turns, every text of theirs in whole sentences, are people's to look at: nobody else writes
/// so, and whoever does is not lost.
const IN_TURNS_MAX: usize = 6;

/// How machines say that they are machines.
const ADMISSIONS: &[&str] = &[
    "automatic assistant",
    "automated assistant",
    "virtual assistant",
    "ai assistant",
    "digital assistant",
    "automated system",
    "i am a bot",
    "i'm a bot",
    "i am an ai",
    "i'm an ai",
    "as an ai",
    "i am a chatbot",
    "i'm a chatbot",
    "asistente virtual",
    "asistente automático",
    "assistant virtuel",
    "assistant automatique",
    "virtueller assistent",
    "automatischer assistent",
    "assistente virtual",
    "assistente virtuale",
    "виртуальный помощник",
    "虚拟助手",
    "智能助手",
];

/// Whether it may answer now.
///
/// # Errors
/// Why it must not, and what happens instead.
pub fn may_answer(brief: &Brief, spoken: &Spoken) -> Result<(), Standstill> {
    let settings = &brief.assistant.settings;
    within_hours(settings, brief.now, &brief.zone)?;
    within_limits(settings, &brief.said, spoken)?;
    no_machine(&brief.said)
}

fn within_hours(settings: &Settings, now: Timestamp, zone: &TimeZone) -> Result<(), Standstill> {
    match &settings.hours {
        Some(hours) if !hours.contain(now, zone) => {
            Err(Standstill::HandOver("it is outside the assistant's hours".into()))
        }
        _ => Ok(()),
    }
}

fn within_limits(settings: &Settings, said: &[Said], spoken: &Spoken) -> Result<(), Standstill> {
    let limits = &settings.limits;
    let in_a_row = said.iter().rev().take_while(|said| said.by != Speaker::Person);
    let in_a_row = in_a_row.filter(|said| said.by == Speaker::Assistant).count();
    // A long conversation is not shown whole, and a rehearsal is nowhere else.
    let in_a_row = in_a_row.max(spoken.in_a_row as usize);
    let over = |what: &str, limit: u64| Err(Standstill::HandOver(format!("the limit of {limit} {what} is reached")));
    if in_a_row >= limits.replies_in_a_row as usize {
        return over("replies in a row", limits.replies_in_a_row.into());
    }
    if spoken.last_hour >= limits.replies_per_hour {
        return over("replies within an hour", limits.replies_per_hour.into());
    }
    if spoken.last_day >= limits.replies_per_day {
        return over("replies within a day", limits.replies_per_day.into());
    }
    if spoken.tenant_today >= limits.tenant_replies_per_day {
        return over("replies of all assistants within a day", limits.tenant_replies_per_day.into());
    }
    if let Some(limit) = limits.tokens_per_day.filter(|limit| spoken.tokens_today >= *limit) {
        return over("tokens within a day", limit);
    }
    if limits.cost_micros_per_day.is_some_and(|limit| spoken.cost_micros_today >= limit) {
        return Err(Standstill::HandOver("the assistant has cost today what it may".into()));
    }
    Ok(())
}

/// One plain question first; if what comes is a machine's again, silence. Who says that they are a machine is asked nothing.
fn no_machine(said: &[Said]) -> Result<(), Standstill> {
    let since_person = said.iter().rposition(|said| said.by == Speaker::Person).map_or(0, |last| last + 1);
    let said = &said[since_person..];
    let has_spoken = said.iter().any(|said| said.by == Speaker::Assistant);
    if has_spoken && said.last().is_some_and(|last| last.by == Speaker::Contact && admits_machine(&last.body)) {
        return Err(Standstill::Silence("the other side says that it is a machine"));
    }
    let all = exchanges(said);
    let last = |all: &[Exchange], count: usize, like: &dyn Fn(&Exchange) -> bool| {
        all.len() >= count && all[all.len() - count..].iter().all(like)
    };
    if last(&all, IN_TURNS_MAX, &|exchange| exchange.is_in_turn && exchange.is_written) {
        return Err(Standstill::Silence("it has gone back and forth as between machines"));
    }
    let asked = said.iter().rposition(|said| said.by == Speaker::Assistant && said.body.ends_with(PLAIN_QUESTION));
    match asked {
        Some(asked) => {
            let after = exchanges(&said[asked..]);
            let is_machine = after.iter().any(|exchange| exchange.is_quick && !exchange.is_short || exchange.is_copy)
                || after.iter().filter(|exchange| exchange.is_quick).count() > 1
                || (after.len() >= REGULAR_AFTER && is_regular(&all, REGULAR + REGULAR_AFTER));
            if is_machine { Err(Standstill::Silence("it seems to text with a machine")) } else { Ok(()) }
        }
        None => {
            let is_machine = last(&all, MACHINE_LIKE, &|exchange| exchange.is_quick && !exchange.is_short)
                || last(&all, MACHINE_LIKE, &|exchange| exchange.is_copy)
                || last(&all, QUICK_MACHINE_LIKE, &|exchange| exchange.is_quick)
                || is_regular(&all, REGULAR);
            if is_machine { Err(Standstill::AskPlainly(PLAIN_QUESTION)) } else { Ok(()) }
        }
    }
}

/// It says so of itself: a question after it ("are you a virtual assistant?") is none.
fn admits_machine(body: &str) -> bool {
    let text = body.to_lowercase().replace('’', "'");
    text.split_inclusive(['.', '!', '?', '\n']).any(|sentence| {
        !sentence.trim_end().ends_with('?') && ADMISSIONS.iter().any(|admission| sentence.contains(admission))
    })
}

/// The last so many came in strict turns and took equally long.
fn is_regular(all: &[Exchange], count: usize) -> bool {
    let Some(last) = all.len().checked_sub(count).map(|from| &all[from..]) else { return false };
    let took = |exchange: &Exchange| exchange.took.as_secs_f64();
    let shortest = last.iter().map(took).fold(f64::INFINITY, f64::min);
    let longest = last.iter().map(took).fold(0.0, f64::max);
    last.iter().all(|exchange| exchange.is_in_turn) && longest - shortest <= shortest * REGULAR_SHARE + 1.0
}

/// A text of the contact's right after one of ours.
struct Exchange {
    /// After ours.
    took: SignedDuration,
    /// It came sooner than a person could have read and typed.
    is_quick: bool,
    is_short: bool,
    /// It says what the one before it said, or what we said.
    is_copy: bool,
    /// One text each: people text twice, or think of something more.
    is_in_turn: bool,
    /// In whole sentences, as letters are written.
    is_written: bool,
}

fn is_written(body: &str) -> bool {
    let body = body.trim();
    let ends = body.ends_with(['.', '!', '?', '。', '？', '！']);
    let begins = body.chars().next().is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()));
    body.chars().count() >= TYPED_CHARS && begins && ends
}

fn exchanges(said: &[Said]) -> Vec<Exchange> {
    let mut found = Vec::new();
    let mut theirs: Option<&Said> = said.first().filter(|said| said.by == Speaker::Contact);
    for (nth, pair) in said.windows(2).enumerate() {
        let [ours, said_now] = pair else { continue };
        let follows = said.get(nth + 2);
        let said = said_now;
        if said.by != Speaker::Contact {
            continue;
        }
        if ours.by == Speaker::Assistant {
            let after = said.at.duration_since(ours.at);
            let chars = said.body.chars().count();
            let typed = SignedDuration::from_secs(i64::try_from(chars).unwrap_or(i64::MAX) / CHARS_PER_SECOND);
            let is_short = chars < TYPED_CHARS;
            let is_quick = if is_short { after <= QUICK / 2 } else { after <= typed.max(QUICK) };
            let is_copy =
                theirs.is_some_and(|theirs| are_alike(&theirs.body, &said.body)) || are_alike(&ours.body, &said.body);
            let is_in_turn = follows.is_none_or(|next| next.by == Speaker::Assistant);
            let is_written = is_written(&said.body);
            found.push(Exchange { took: after, is_quick, is_short, is_copy, is_in_turn, is_written });
        }
        theirs = Some(said);
    }
    found
}

/// Whether two texts say nearly the same; a word or two say too little to tell.
fn are_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count() as f64;
    one.len().min(other.len()) > 2 && common / one.union(&other).count() as f64 >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who says what, how many seconds after the one before.
    fn thread(lines: &[(Speaker, &str, i64)]) -> Vec<Said> {
        let mut at = Timestamp::UNIX_EPOCH;
        lines
            .iter()
            .map(|(by, body, after)| {
                at = at.checked_add(SignedDuration::from_secs(*after)).unwrap();
                Said { by: *by, body: (*body).into(), at }
            })
            .collect()
    }

    const US: Speaker = Speaker::Assistant;
    const THEM: Speaker = Speaker::Contact;
    const LONG: [&str; 5] = [
        "Thank you for your message, how can we help you today?",
        "We would be glad to help you with that, which size do you need?",
        "Could you please tell us a little more about your request?",
        "That is good to hear, is there anything else that we can do?",
        "Our team will be happy to look into this for you right away.",
    ];

    #[test]
    fn a_machine_is_asked_once_and_then_left_alone() {
        let mut lines = vec![(THEM, LONG[0], 0)];
        for (nth, body) in LONG[1..4].iter().enumerate() {
            lines.push((US, ["Which one?", "Sure.", "Of course, we can."][nth], 5));
            lines.push((THEM, body, 5));
        }
        assert_eq!(no_machine(&thread(&lines)), Err(Standstill::AskPlainly(PLAIN_QUESTION)));
        lines.extend([(US, PLAIN_QUESTION, 5), (THEM, LONG[4], 5)]);
        assert!(matches!(no_machine(&thread(&lines)), Err(Standstill::Silence(_))));
        lines.pop();
        lines.push((THEM, "haha yes I am, sorry, I type fast", 40));
        assert_eq!(no_machine(&thread(&lines)), Ok(()));
    }

    #[test]
    fn copies_and_echoes_are_a_machine_s() {
        let copy = "We are closed now. Please call back tomorrow.";
        let lines = [
            (THEM, copy, 0),
            (US, "When?", 60),
            (THEM, copy, 60),
            (US, "Ok?", 60),
            (THEM, copy, 60),
            (US, "Hm", 60),
            (THEM, copy, 60),
        ];
        assert!(no_machine(&thread(&lines)).is_err());
        let echo: Vec<_> = (0..3).flat_map(|_| [(US, LONG[0], 60), (THEM, LONG[0], 60)]).collect();
        assert!(no_machine(&thread(&echo)).is_err());
    }

    #[test]
    fn people_are_no_machines() {
        let quick = [
            (THEM, "hi", 0),
            (US, "Hello! What can we do?", 5),
            (THEM, "open sunday?", 8),
            (US, "Yes, 8 to 2.", 5),
            (THEM, "parking?", 8),
            (US, "Behind the house.", 5),
            (THEM, "and do you have gluten free bread on sundays too?", 45),
            (US, "We do.", 5),
            (THEM, "great", 12),
        ];
        assert_eq!(no_machine(&thread(&quick)), Ok(()));
        let person = [
            (THEM, LONG[0], 0),
            (US, "Hi", 5),
            (THEM, LONG[1], 5),
            (US, "Hi", 5),
            (THEM, LONG[2], 5),
            (Speaker::Person, "I am on it", 60),
            (THEM, LONG[3], 5),
        ];
        assert_eq!(no_machine(&thread(&person)), Ok(()));
    }

    #[test]
    fn who_says_that_it_is_a_machine_is_believed() {
        for body in [
            "I am Ada, an automatic assistant. Would you like a person to answer you?",
            "As an AI, I cannot do that.",
            "Soy el asistente virtual de Beta.",
        ] {
            let lines = [(THEM, "Hi", 0), (US, "Hello", 5), (THEM, body, 40)];
            assert!(matches!(no_machine(&thread(&lines)), Err(Standstill::Silence(_))), "{body}");
        }
        for body in ["Are you a virtual assistant?", "I am Ann", "Do you have an ai assistant?"] {
            let lines = [(THEM, "Hi", 0), (US, "Hello", 5), (THEM, body, 40)];
            assert_eq!(no_machine(&thread(&lines)), Ok(()), "{body}");
        }
        assert_eq!(no_machine(&thread(&[(THEM, "I'm a bot", 0)])), Ok(()), "we have not even spoken");
    }

    #[test]
    fn a_slow_machine_is_found_by_its_clock() {
        let short = ["ok", "and the size", "blue", "hm ok", "right", "next one"];
        let mut lines = vec![(THEM, "hi", 0)];
        for body in &short[..4] {
            lines.extend([(US, "Fine.", 5), (THEM, body, 60)]);
        }
        assert_eq!(no_machine(&thread(&lines)), Err(Standstill::AskPlainly(PLAIN_QUESTION)));
        lines.extend([(US, PLAIN_QUESTION, 5), (THEM, short[4], 60)]);
        assert_eq!(no_machine(&thread(&lines)), Ok(()));
        lines.extend([(US, "Fine.", 5), (THEM, short[5], 61)]);
        assert!(matches!(no_machine(&thread(&lines)), Err(Standstill::Silence(_))));
        let person: Vec<_> = [34, 61, 25, 140, 48]
            .iter()
            .zip(short)
            .flat_map(|(after, body)| [(US, "Fine.", 5), (THEM, body, *after)])
            .collect();
        assert_eq!(no_machine(&thread(&person)), Ok(()));
    }

    #[test]
    fn whole_sentences_in_strict_turns_are_people_s_to_look_at() {
        let mut lines = Vec::new();
        for (nth, after) in [40, 90, 55, 130, 70, 200].into_iter().enumerate() {
            lines.extend([(US, "Fine.", 5), (THEM, LONG[nth % 5], after)]);
        }
        assert!(matches!(no_machine(&thread(&lines)), Err(Standstill::Silence(_))));
        assert_eq!(no_machine(&thread(&lines[2..])), Ok(()));
        lines.insert(6, (THEM, "And thanks!", 3));
        assert_eq!(no_machine(&thread(&lines)), Ok(()), "one text after another is a person's");
    }

    #[test]
    fn limits_are_limits() {
        let settings = Settings::default();
        let said: Vec<Said> = thread(&vec![(US, "x", 1); 20]);
        assert!(within_limits(&settings, &said[..19], &Spoken::default()).is_ok());
        assert!(within_limits(&settings, &said, &Spoken::default()).is_err());
        let with_person = [thread(&vec![(US, "x", 1); 20]), thread(&[(Speaker::Person, "x", 1)])].concat();
        assert!(within_limits(&settings, &with_person, &Spoken::default()).is_ok());
        for spoken in [
            Spoken { in_a_row: 20, ..Spoken::default() },
            Spoken { last_hour: 12, ..Spoken::default() },
            Spoken { last_day: 40, ..Spoken::default() },
            Spoken { tenant_today: 5_000, ..Spoken::default() },
        ] {
            assert!(within_limits(&settings, &[], &spoken).is_err(), "{spoken:?}");
        }
    }
}
