//! What speaks against a campaign's text before it is sent: what carriers filter, what the law asks for, and what costs
//! money without need. Each finding says in plain words what it is and how it is mended.
//!
//! The rules are the carriers' (CTIA Messaging Principles and Best Practices, May 2023: name yourself, say how to stop, no
//! public shorteners) and their filters' (sex, hate, alcohol, firearms, tobacco; capitals and marks that look like spam).

mod links;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::keyword::{Keyword, OwnWords};
use crate::segment::{Encoding, measure, septets};
use crate::smart::smart_if_it_helps;
use text::{Text, folded};

/// Of the letters that have a case, so many percent in capitals shout; shorter texts are not judged.
const CAPITALS_PERCENT: usize = 60;
const CAPITALS_LETTERS_MIN: usize = 15;
/// More exclamation marks than this in a row or in all, and more emoji, look like spam.
const EXCLAMATIONS_IN_A_ROW_MAX: usize = 2;
const EXCLAMATIONS_MAX: usize = 4;
const EMOJI_MAX: usize = 5;
/// A sentence of so many words that stands twice is meant once.
const REPEATED_WORDS_MIN: usize = 3;
/// So many different characters can be an accident; more of them are a language.
const ACCIDENTS_MAX: usize = 2;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It may be meant so.
    Warning,
    /// It cannot be sent so.
    Refuse,
}

/// What is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It does not say how to stop.
    NoOptOut,
    /// It does not say who writes.
    NoSender,
    /// A link goes through a public shortener.
    PublicShortener,
    /// A link goes to a bare address, or to a name that can look like another.
    SuspiciousLink,
    /// It is written in capitals.
    AllCapitals,
    /// It says something twice.
    Repeated,
    /// It speaks of sex.
    Sex,
    /// It speaks of hate.
    Hate,
    /// It speaks of alcohol.
    Alcohol,
    /// It speaks of firearms.
    Firearms,
    /// It speaks of tobacco, cannabis or vapes.
    Tobacco,
    /// It has too many exclamation marks.
    Exclamations,
    /// It has too many emoji.
    Emoji,
    /// A character makes it dearer than it needs to be.
    CostlyCharacter,
    /// Something was to be filled in and is not.
    Placeholder,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::NoOptOut,
        Self::NoSender,
        Self::PublicShortener,
        Self::SuspiciousLink,
        Self::AllCapitals,
        Self::Repeated,
        Self::Sex,
        Self::Hate,
        Self::Alcohol,
        Self::Firearms,
        Self::Tobacco,
        Self::Exclamations,
        Self::Emoji,
        Self::CostlyCharacter,
        Self::Placeholder,
    ];

    /// As shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoOptOut => "no_opt_out",
            Self::NoSender => "no_sender",
            Self::PublicShortener => "public_shortener",
            Self::SuspiciousLink => "suspicious_link",
            Self::AllCapitals => "all_capitals",
            Self::Repeated => "repeated",
            Self::Sex => "sex",
            Self::Hate => "hate",
            Self::Alcohol => "alcohol",
            Self::Firearms => "firearms",
            Self::Tobacco => "tobacco",
            Self::Exclamations => "exclamations",
            Self::Emoji => "emoji",
            Self::CostlyCharacter => "costly_character",
            Self::Placeholder => "placeholder",
        }
    }
}

/// Where in a text, in characters of it as it is written: the first is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first.
    pub from: usize,
    /// The one after the last.
    pub to: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { from: range.start, to: range.end }
    }
}

/// Something that speaks against a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where; `None`: in the text as a whole, or for what is not there.
    pub span: Option<Span>,
    /// What it is, in plain words.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
}

/// What a text is held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// What the sender is called.
    pub sender: &'a str,
    /// The sender's own keywords.
    pub keywords: Option<&'a OwnWords>,
    /// Where the sender's own short links go, a host; `None`: nowhere.
    pub own_host: Option<&'a str>,
}

/// What speaks against a text, the worst first. `body` is a template as it is written, or a plain text; nothing is said of an
/// empty one, nor of what its places are filled with.
#[must_use]
pub fn lint(body: &str, context: Context<'_>) -> Vec<Finding> {
    let text = Text::read(body);
    if text.words().next().is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    placeholders(&text, &mut found);
    links(&text, context, &mut found);
    opt_out(&text, context, &mut found);
    sender(&text, context, &mut found);
    delicate(&text, &mut found);
    capitals(&text, &mut found);
    repeated(&text, &mut found);
    marks(&text, &mut found);
    costly(&text, &mut found);
    found.sort_by_key(|finding: &Finding| std::cmp::Reverse(finding.severity));
    found
}

fn warn(code: Code, span: Option<Range<usize>>, explanation: impl Into<String>, mend: impl Into<String>) -> Finding {
    let span = span.map(Span::from);
    Finding { code, severity: Severity::Warning, span, explanation: explanation.into(), mend: mend.into() }
}

fn refuse(code: Code, span: Range<usize>, explanation: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { severity: Severity::Refuse, ..warn(code, Some(span), explanation, mend) }
}

fn placeholders(text: &Text, found: &mut Vec<Finding>) {
    let Some(span) = table::placeholder(text) else { return };
    let left = text.slice(&span);
    let mend = "Fill it in, or write a field of the contact in braces, as in {first_name|there}.";
    found.push(refuse(
        Code::Placeholder,
        span,
        format!("`{left}` looks like something that was to be filled in."),
        mend,
    ));
}

/// Whether everybody can make a link at this host, so that carriers block it.
#[must_use]
pub fn is_public_shortener(host: &str) -> bool {
    links::is_public_shortener(host)
}

fn links(text: &Text, context: Context<'_>, found: &mut Vec<Finding>) {
    for link in links::links(text).into_iter().filter(|link| context.own_host != Some(&*link.host)) {
        if links::is_public_shortener(&link.host) {
            let explanation = format!("{} is a public link shortener. Carriers block texts with one.", link.host);
            found.push(refuse(
                Code::PublicShortener,
                link.span,
                explanation,
                "Write the whole address, or one of your own domain.",
            ));
        } else if links::is_suspicious(&link) {
            let explanation =
                format!("The link to {} does not show a plain name. Carriers and phones take it for fraud.", link.host);
            found.push(refuse(
                Code::SuspiciousLink,
                link.span,
                explanation,
                "Link to a name of your own, as in https://example.com.",
            ));
        }
    }
}

/// A word that we or the tenant take for STOP, in any language, if it stands there to be texted: "stop by" tells nobody how
/// to stop.
fn opt_out(text: &Text, context: Context<'_>, found: &mut Vec<Finding>) {
    let own = OwnWords::default();
    let own = context.keywords.unwrap_or(&own);
    let shouts = is_shouting(text);
    let words: Vec<_> = text.words().collect();
    let says = (1..=3).any(|length| {
        words.windows(length).enumerate().any(|(nth, some)| {
            let Some(span) = some.first().zip(some.last()).map(|(first, last)| first.start..last.end) else {
                return false;
            };
            let phrase = text.slice(&span);
            own.keyword(&phrase) == Some(Keyword::Stop) && {
                let verbs =
                    words[nth.saturating_sub(2)..nth].iter().any(|word| table::instructs(&folded(&text.slice(word))));
                let stands_out =
                    !shouts && phrase.chars().any(char::is_uppercase) && !phrase.chars().any(char::is_lowercase);
                verbs || stands_out || text.is_quoted(&span) || table::says_stop_by_itself(&phrase)
            }
        })
    });
    if !says && !table::says_stop_within(text) {
        let mend = "End it with a line such as: Reply STOP to opt out.";
        found.push(warn(Code::NoOptOut, None, "It does not say how to get no more of these texts.", mend));
    }
}

fn sender(text: &Text, context: Context<'_>, found: &mut Vec<Finding>) {
    let name = folded(context.sender);
    let all = folded(&text.shown());
    // "Harbour" is enough for Harbour Dental Care; "The" is not.
    let short = name.split(' ').find(|word| word.chars().count() >= 3 && !table::says_little(word));
    let stands = |what: &str| !what.is_empty() && format!(" {all} ").contains(&format!(" {what} "));
    let joined = |what: &str| what.chars().count() >= 5 && all.replace(' ', "").contains(&what.replace(' ', ""));
    if name.is_empty() || stands(&name) || joined(&name) || short.is_some_and(stands) {
        return;
    }
    let explanation = format!("It does not say that {} writes.", context.sender.trim());
    found.push(warn(
        Code::NoSender,
        None,
        explanation,
        "Name yourself: carriers ask for it, and people trust it more.",
    ));
}

/// What carriers block or only let pass with an age gate. A pub has to speak of beer, so these are questions.
fn delicate(text: &Text, found: &mut Vec<Finding>) {
    for (code, about, list) in table::DELICATE {
        let hits = list.split(", ").filter_map(|phrase| text.find(phrase));
        if let Some(span) = hits.min_by_key(|hit| hit.start) {
            let word = text.slice(&span);
            let explanation = format!("`{word}` may be read as being about {about}, which carriers filter.");
            let mend = "If that is your business, register the campaign for it, with an age gate. If not, choose another word.";
            found.push(warn(*code, Some(span), explanation, mend));
        }
    }
}

fn capitals(text: &Text, found: &mut Vec<Finding>) {
    if is_shouting(text) {
        let explanation = "It is written in capitals, which filters take for spam and people for shouting.";
        found.push(warn(Code::AllCapitals, None, explanation, "Write it in ordinary letters."));
    }
}

/// Words that are to be texted are in capitals for that, and do not count.
fn is_shouting(text: &Text) -> bool {
    let counted = text.words().filter(|word| !text.is_keyword(word));
    let (letters, capitals) = counted.flat_map(|word| text.chars(word)).fold((0, 0), |(letters, capitals), c| {
        (letters + usize::from(c.is_lowercase() || c.is_uppercase()), capitals + usize::from(c.is_uppercase()))
    });
    letters >= CAPITALS_LETTERS_MIN && capitals * 100 >= letters * CAPITALS_PERCENT
}

fn repeated(text: &Text, found: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for sentence in text.sentences() {
        let words = folded(&text.slice(&sentence));
        if words.split(' ').count() >= REPEATED_WORDS_MIN && !seen.insert(words) {
            let explanation = "It says this twice, which looks like a slip and costs twice.";
            found.push(warn(Code::Repeated, Some(sentence), explanation, "Take one of them out."));
            return;
        }
    }
}

fn marks(text: &Text, found: &mut Vec<Finding>) {
    let marks = text.all().filter(|(_, c)| matches!(c, '!' | '！' | '‼'));
    let (mut count, mut row, mut before) = (0, 0, None);
    let mut worst = None;
    for (at, _) in marks {
        count += 1;
        row = if before.is_some_and(|before| before + 1 == at) { row + 1 } else { 1 };
        before = Some(at);
        if worst.is_none() && (row > EXCLAMATIONS_IN_A_ROW_MAX || count > EXCLAMATIONS_MAX) {
            worst = Some(at + 1 - row.min(at + 1)..at + 1);
        }
    }
    if let Some(span) = worst {
        let explanation = "So many exclamation marks are what filters know spam by.";
        found.push(warn(Code::Exclamations, Some(span), explanation, "One is enough."));
    }
    let emoji = text.all().filter(|(_, c)| table::is_emoji(*c));
    if let Some((at, _)) = emoji.clone().nth(EMOJI_MAX) {
        let explanation = format!("It has {} emoji, which look like spam and make it dearer.", emoji.count());
        found.push(warn(Code::Emoji, Some(at..at + 1), explanation, "Keep one or two."));
    }
}

/// One letter outside the GSM alphabet makes each part of a text hold 70 characters instead of 160.
fn costly(text: &Text, found: &mut Vec<Finding>) {
    let plain = smart_if_it_helps(&text.shown()).body;
    let strange: BTreeSet<char> = plain.chars().filter(|c| septets(*c).is_none()).collect();
    if strange.is_empty() || strange.len() > ACCIDENTS_MAX {
        return;
    }
    let without: String = plain.chars().filter(|c| septets(*c).is_some()).collect();
    let (with, without) = (measure(&plain), measure(&without));
    if with.encoding == Encoding::Ucs2 && with.segments > without.segments {
        let span = text.all().find(|(_, c)| strange.contains(c)).map(|(at, _)| at..at + 1);
        let shown: Vec<String> = strange.iter().map(|c| format!("`{c}`")).collect();
        let explanation = format!(
            "Because of {} it goes out in {} parts instead of {}, to everybody.",
            shown.join(" and "),
            with.segments,
            without.segments
        );
        found.push(warn(Code::CostlyCharacter, span, explanation, "Write it without."));
    }
}
