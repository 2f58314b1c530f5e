//! Double opt-in by text: somebody is asked to confirm that they want marketing, once, and says YES.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Standing;
use crate::assistant::needs_no_answer;
use crate::keyword::{OwnWords, letters};
use crate::lint::{Code, Context, lint};
use crate::revocation::revokes;
use crate::segment::{MAX_SEGMENTS, measure};

/// Words of the list, and letters of a word, at most.
const WORDS_MAX: usize = 20;
const LETTERS_MAX: usize = 40;
const DAYS_MAX: u32 = 30;

/// Yes, in the languages of the built-in keywords, as it is compared.
const YES: &str = "y, yes, yes please, yep, yeah, si, sim, oui, ja, ja bitte, tak, da, да, так, 是, 好, 好的, हाँ, हां, نعم, হ্যাঁ, はい, 예, 네, evet";

/// How people come to marketing by text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptIn {
    /// Words that ask for it, such as JOIN. Who texts one is asked to confirm.
    pub words: Vec<String>,
    /// What they are asked with. Empty: nobody is asked.
    pub request: String,
    /// For so many days a YES confirms, and nobody is asked again.
    pub days: u32,
}

impl Default for OptIn {
    fn default() -> Self {
        Self { words: Vec::new(), request: String::new(), days: 7 }
    }
}

/// What cannot be so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There are words, and nothing to ask with.
    #[error("Write what people are asked with, as in \"Acme: Reply YES to get our offers by text, STOP to end.\"")]
    NoRequest,
    /// The request does not say who asks.
    #[error("Say who asks: the request must name {0}.")]
    NoSender(String),
    /// The request does not say how to say no.
    #[error("Say how to get no texts: the request must name STOP.")]
    NoStop,
    /// The request does not say how to say yes.
    #[error("Say how to confirm: the request must name YES.")]
    NoYes,
    /// It takes too many segments.
    #[error("The request takes more than {MAX_SEGMENTS} segments. Make it shorter.")]
    TooLong,
    /// No time, or too much of it.
    #[error("Write 1 to {DAYS_MAX} days.")]
    Days,
    /// A list is longer than anybody needs.
    #[error("At most {WORDS_MAX} words.")]
    TooMany,
    /// It cannot be told from something else.
    #[error(
        "`{0}` cannot ask for texts: it means something else already, or is no word of at most {LETTERS_MAX} letters."
    )]
    Word(String),
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRequest => "no_request",
            Self::NoSender(_) => "no_sender",
            Self::NoStop => "no_opt_out",
            Self::NoYes => "no_yes",
            Self::TooLong => "too_long",
            Self::Days => "out_of_range",
            Self::TooMany => "too_many",
            Self::Word(_) => "not_a_word",
        }
    }
}

impl OptIn {
    /// Whether it can be so for a tenant of this name with these keywords.
    ///
    /// # Errors
    /// What cannot.
    pub fn check(&self, name: &str, keywords: &OwnWords) -> Result<(), Fault> {
        if self.request.trim().is_empty() {
            return if self.words.is_empty() { Ok(()) } else { Err(Fault::NoRequest) };
        }
        if !(1..=DAYS_MAX).contains(&self.days) {
            return Err(Fault::Days);
        }
        if self.words.len() > WORDS_MAX {
            return Err(Fault::TooMany);
        }
        let means_more = |word: &str| {
            let count = letters(word).count();
            count == 0
                || count > LETTERS_MAX
                || keywords.keyword(word).is_some()
                || revokes(word).is_some()
                || is_yes(word)
                // Any number will do that a person has: only the words matter.
                || needs_no_answer(word, "+14155550100", false).is_some()
        };
        if let Some(word) = self.words.iter().find(|word| means_more(word)) {
            return Err(Fault::Word(word.chars().take(LETTERS_MAX).collect()));
        }
        if measure(&self.request).segments > MAX_SEGMENTS {
            return Err(Fault::TooLong);
        }
        let found = lint(&self.request, Context { sender: name, keywords: Some(keywords), own_host: None });
        let lacks = |code| found.iter().any(|finding| finding.code == code);
        if lacks(Code::NoSender) {
            return Err(Fault::NoSender(name.to_owned()));
        }
        if lacks(Code::NoOptOut) {
            return Err(Fault::NoStop);
        }
        let says_yes = self.request.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() > 1 && is_yes(word));
        if says_yes { Ok(()) } else { Err(Fault::NoYes) }
    }

    /// Whether this text is one of the words that ask for marketing.
    #[must_use]
    pub fn asks(&self, body: &str) -> bool {
        !self.words.is_empty() && {
            let said: String = letters(body).take(LETTERS_MAX + 1).collect();
            self.words.iter().any(|word| letters(word).collect::<String>() == said)
        }
    }

    /// Whether this text may be about it at all: only then it is read what somebody said before.
    #[must_use]
    pub fn concerns(&self, body: &str) -> bool {
        !self.request.is_empty() && (is_yes(body) || self.asks(body))
    }

    fn until(&self, asked_at: Timestamp) -> Timestamp {
        asked_at.checked_add((i64::from(self.days) * 24).hours()).unwrap_or(Timestamp::MAX)
    }
}

/// Whether a text is nothing but a yes.
#[must_use]
pub fn is_yes(body: &str) -> bool {
    let said: String = letters(body).take(LETTERS_MAX).collect();
    !said.is_empty() && YES.split(", ").any(|word| letters(word).collect::<String>() == said)
}

/// What somebody said about marketing so far, and what they were asked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// When they were last asked, whatever came of it.
    pub asked_at: Option<Timestamp>,
    /// What they were asked with, if nothing that they said since has ended it.
    pub open: Option<String>,
    /// What they said.
    pub standing: Standing,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("asked_at", &self.asked_at).finish_non_exhaustive()
    }
}

/// Why somebody is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    /// There is nothing to ask with.
    NoRequest,
    /// They have agreed already.
    Agreed,
    /// They were asked a short time ago.
    Recently,
}

impl Progress {
    /// Whether they are asked now; whoever wants no texts at all is not, which is for the caller to see to.
    ///
    /// # Errors
    /// Why not.
    pub fn may_be_asked(&self, now: Timestamp, opt_in: &OptIn) -> Result<(), NotAsked> {
        if opt_in.request.is_empty() {
            return Err(NotAsked::NoRequest);
        }
        if self.standing.has_agreed() {
            return Err(NotAsked::Agreed);
        }
        if self.asked_at.is_some_and(|at| now < opt_in.until(at)) {
            return Err(NotAsked::Recently);
        }
        Ok(())
    }

    /// What they confirm if they say yes at this time; `None`: they were not asked, it is too late, or they said no since.
    #[must_use]
    pub fn confirms(&self, at: Timestamp, opt_in: &OptIn) -> Option<&str> {
        let in_time = self.asked_at.is_some_and(|asked| at < opt_in.until(asked));
        self.open.as_deref().filter(|_| in_time)
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn opt_in(words: &[&str], request: &str, days: u32) -> OptIn {
        OptIn { words: words.iter().map(ToString::to_string).collect(), request: request.into(), days }
    }

    const REQUEST: &str = "Acme: Reply YES to get offers (4 a month). Msg rates may apply. HELP for help, STOP to end.";

    #[test]
    fn a_request_names_who_asks_and_both_answers() {
        let check = |words: &[&str], request, days| {
            opt_in(words, request, days).check("Acme", &OwnWords::default()).map_err(|fault| fault.code())
        };
        assert_eq!(check(&[], "", 7), Ok(()));
        assert_eq!(check(&["JOIN", "Offers"], REQUEST, 7), Ok(()));
        for (words, request, days, code) in [
            (&["JOIN"][..], "", 7, "no_request"),
            (&[], "Reply YES to get offers, STOP to end.", 7, "no_sender"),
            (&[], "Acme: Reply YES to get offers.", 7, "no_opt_out"),
            (&[], "Acme: Reply to get offers, STOP to end.", 7, "no_yes"),
            (&[], REQUEST, 0, "out_of_range"),
            (&[], REQUEST, 31, "out_of_range"),
            (&["stop"], REQUEST, 7, "not_a_word"),
            (&["START"], REQUEST, 7, "not_a_word"),
            (&["yes"], REQUEST, 7, "not_a_word"),
            (&["ok"], REQUEST, 7, "not_a_word"),
            (&["!!"], REQUEST, 7, "not_a_word"),
            (&["take me off your list"], REQUEST, 7, "not_a_word"),
        ] {
            assert_eq!(check(words, request, days), Err(code), "{words:?} {request}");
        }
    }

    #[test]
    fn words_are_heard_whatever_their_case() {
        let set = opt_in(&["Join us"], REQUEST, 7);
        for (body, asks, yes) in [
            ("JOIN US!", true, false),
            ("join", false, false),
            ("Yes.", false, true),
            ("Sí", false, true),
            ("yes but no", false, false),
            ("", false, false),
            ("!", false, false),
        ] {
            assert_eq!((set.asks(body), is_yes(body)), (asks, yes), "{body}");
            assert_eq!(set.concerns(body), asks || yes);
            assert!(!opt_in(&[], "", 7).concerns(body));
        }
    }

    #[test]
    fn nobody_is_asked_twice_and_a_yes_has_its_time() {
        let at = |day: i64| Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap();
        let set = opt_in(&[], REQUEST, 7);
        let asked = Progress { asked_at: Some(at(0)), open: Some(REQUEST.into()), standing: Standing::default() };
        assert_eq!(Progress::default().may_be_asked(at(0), &set), Ok(()));
        assert_eq!(Progress::default().confirms(at(0), &set), None);
        assert_eq!(Progress::default().may_be_asked(at(0), &OptIn::default()), Err(NotAsked::NoRequest));
        assert_eq!(asked.may_be_asked(at(6), &set), Err(NotAsked::Recently));
        assert_eq!(asked.may_be_asked(at(7), &set), Ok(()));
        assert_eq!((asked.confirms(at(6), &set), asked.confirms(at(7), &set)), (Some(REQUEST), None));
        let ended = Progress { open: None, ..asked.clone() };
        assert_eq!(ended.confirms(at(1), &set), None, "they said no since");
        assert_eq!(ended.may_be_asked(at(1), &set), Err(NotAsked::Recently));
        let agreed = Progress { standing: Standing::default().with(State::OptedIn, at(0)), ..Progress::default() };
        assert_eq!(agreed.may_be_asked(at(9), &set), Err(NotAsked::Agreed));
    }
}
