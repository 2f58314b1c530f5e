//! Short links of campaigns: which address in a text becomes one, how that reads, and whether it was a person who followed it.
//!
//! Each recipient has a code of their own for each address, made from a secret of the installation, the campaign, their phone and
//! the address: the same whenever a text is made again, and nothing that anybody guesses. 58 letters and digits that are not
//! taken for each other, ten of them: more than 58 bits.

mod base;
mod hash;
mod visit;

use std::fmt;
use std::ops::Range;

use uuid::Uuid;

use crate::id::CampaignId;

pub use base::{BaseFault, base, host};
pub use hash::Key;
pub use visit::{Agent, BURST, BURST_WITHIN, HELD_FOR, Request, Seen, Verdict, agent, judge, of_request};

/// No 0, O, I and l: people read codes aloud.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// A code has so many characters.
pub const CODE_CHARS: usize = 10;
/// An address of a text is at most so long; a longer one stays as it is.
const URL_MAX: usize = 1_000;
/// A code leads somewhere for so many days after it was made.
pub const DAYS_MAX: i64 = 365;

/// Whether a campaign's links become short ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Links {
    /// They stay as they are written.
    #[default]
    AsWritten,
    /// Each becomes a short one, with a code of its own for everybody.
    Short,
}

/// What makes the short links of one campaign.
#[derive(Clone, PartialEq, Eq)]
pub struct Shortener {
    /// Where they go, as in `https://go.example.com`, without a slash at the end.
    pub base: String,
    /// The installation's secret.
    pub key: Key,
    /// Of which campaign.
    pub campaign: CampaignId,
}

impl fmt::Debug for Shortener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shortener").field("base", &self.base).field("campaign", &self.campaign).finish_non_exhaustive()
    }
}

/// Where somebody's code leads.
#[derive(Clone, PartialEq, Eq)]
pub struct Coded {
    /// The code.
    pub code: String,
    /// The same for all who get the campaign: which of its addresses.
    pub link: Uuid,
    /// The address as it was written.
    pub url: String,
}

impl fmt::Debug for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coded").field("link", &self.link).finish_non_exhaustive()
    }
}

impl Shortener {
    /// The code of a phone for an address.
    #[must_use]
    pub fn code(&self, phone: &str, url: &str) -> String {
        let mut bits = self.key.hash(&[self.campaign.0.as_bytes(), phone.as_bytes(), url.as_bytes()]);
        let mut code = String::with_capacity(CODE_CHARS);
        for _ in 0..CODE_CHARS {
            let letter = usize::try_from(bits % 58).unwrap_or_default();
            code.push(char::from(ALPHABET.get(letter).copied().unwrap_or(b'1')));
            bits /= 58;
        }
        code
    }

    /// The short link of a phone for an address.
    #[must_use]
    pub fn short(&self, phone: &str, url: &str) -> String {
        format!("{}/l/{}", self.base, self.code(phone, url))
    }

    /// Where the code of a phone for an address leads.
    #[must_use]
    pub fn coded(&self, phone: &str, url: &str) -> Coded {
        let half = |which: &[u8]| self.key.hash(&[which, self.campaign.0.as_bytes(), url.as_bytes()]);
        let link = Uuid::from_u64_pair(half(b"link, first half"), half(b"link, second half"));
        Coded { code: self.code(phone, url), link, url: url.to_owned() }
    }
}

/// Whether this can be a code.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.len() == CODE_CHARS && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Where addresses with a scheme stand in a text, in bytes.
#[must_use]
pub fn urls(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next_scheme(text, from) {
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"“”«»".contains(c));
        let url = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let url = without_what_ends_a_sentence(url);
        from = start + url.len().max(1);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        if host(url).is_some() && url.len() <= URL_MAX {
            found.push(start..start + url.len());
        }
    }
    found
}

/// Where the next scheme begins that no word runs into.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|at| {
        let starts = |scheme: &str| {
            bytes.get(*at..*at + scheme.len()).is_some_and(|some| some.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        let joined = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric);
        !joined && (starts("https://") || starts("http://"))
    })
}

/// A closing bracket belongs to an address only if it opens one, too.
fn without_what_ends_a_sentence(url: &str) -> &str {
    let mut url = url;
    loop {
        let shorter = url.trim_end_matches(['.', ',', '!', '?', ';', ':', '\'', '…', '’']);
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if !inner.contains('(') => inner,
            _ => shorter,
        };
        if shorter.len() == url.len() {
            return url;
        }
        url = shorter;
    }
}

/// A text with its addresses as long as the short ones will be, to be counted before there are codes.
#[must_use]
pub fn sample(text: &str, base: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for url in urls(text) {
        out.push_str(text.get(from..url.start).unwrap_or_default());
        let address = text.get(url.clone()).unwrap_or_default();
        // One that a place is a part of stays, as it does in a template.
        let runs_in = text.get(..url.start).is_some_and(|before| before.ends_with('}'));
        if runs_in || address.contains(['{', '}']) || is_ours(address, base) {
            out.push_str(address);
        } else {
            out.push_str(base);
            out.push_str("/l/");
            out.extend(std::iter::repeat_n('x', CODE_CHARS));
        }
        from = url.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// An address of the base itself needs no shortening.
#[must_use]
pub fn is_ours(url: &str, base: &str) -> bool {
    host(base).is_some() && host(url) == host(base)
}

#[cfg(test)]
mod tests;
